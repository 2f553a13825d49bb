"""A school's week in its own terms: bells, pupils by combination and home class, courses with their teachers and rooms, meetings, wishes.

``Pupils`` are the smallest sets that are never parted: those of one home class who have the same combination and go to the same groups
(what sectioning gives). A ``Course`` is taught to some of them so many hours a week. Names are the school's; nothing is written here about
subjects, their hours or combinations: these are data, as is the curriculum (``Hours``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .wishes import Wish


class Weeks(StrEnum):
    """In which weeks a course is taught."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Period:
    """One lesson of a day, in minutes after midnight. ``part`` is the school's name for the part of the day («morning», «evening»)."""

    name: str
    begins_min: int | None = None
    ends_min: int | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Bells:
    """The periods of every day of a bell schedule. ``without`` are (day, period) that there are not: Friday's last."""

    id: str
    periods: tuple[Period, ...]
    without: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A day, and periods of it by their number from 0; no periods are the whole day."""

    day: int
    periods: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeClass:
    """An administrative class (行政班). ``room``: the one that is its own."""

    id: str
    bells: str
    year: str = ""
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Pupils:
    """Pupils of a home class who are never parted."""

    id: str
    home: str
    size: int
    combination: str = ""


@dataclass(frozen=True, slots=True)
class Teacher:
    """``away``: when nothing can be laid. ``most_hours``: a week; ``most_a_day``, ``most_on_end``: lessons; ``most_days``: with lessons."""

    id: str
    name: str = ""
    subjects: tuple[str, ...] = ()
    away: tuple[Slot, ...] = ()
    most_hours: int | None = None
    most_a_day: int | None = None
    most_on_end: int | None = None
    most_days: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """``place``: building or campus."""

    id: str
    kind: str = ""
    seats: int | None = None
    place: str = ""
    closed: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A subject taught to pupils. ``hours`` a week, of which ``doubles`` pairs are double lessons.

    ``teachers`` all teach at once (co-teaching); of ``any_teacher`` one is chosen. ``rooms`` are the rooms that come into question; none given, those
    of ``room_kind``, or the room of the home class where the course is that of a whole home class and of no kind. ``together`` names courses
    that run at the same times (the groups of one block). ``fixed`` are the starts of all its lessons, if they are certain.
    """

    id: str
    subject: str
    pupils: tuple[str, ...]
    hours: int
    doubles: int = 0
    teachers: tuple[str, ...] = ()
    any_teacher: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    room_kind: str = ""
    needs_room: bool = True
    weeks: Weeks = Weeks.ALL
    together: str = ""
    fixed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """Teachers who meet (教研活动) for so many periods on end, at ``at`` (day, period) or whenever it fits."""

    id: str
    teachers: tuple[str, ...]
    periods: int = 1
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """What the curriculum asks: so many hours a week of a subject for pupils of a year; ``chosen``: for those whose combination («A+B+C») names it."""

    subject: str
    year: str
    hours: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Pupils who get other hours of a subject than the curriculum asks."""

    pupils: str
    subject: str
    asked: int
    given: float


class UnknownName(ValueError):
    """Something is named that the school does not have, or has twice. ``kind`` and ``name`` say what, ``where`` who names it."""

    def __init__(self, kind: str, name: str, where: str) -> None:
        self.kind, self.name, self.where = kind, name, where
        super().__init__(
            f"{where} names the {kind} “{name}”, which is not there or there twice. Enter it once, or correct the name."
        )


@dataclass(frozen=True)
class School:
    """The whole. Raises UnknownName where a name leads nowhere or to two. ``days`` a week, counted from 0."""

    days: int
    bells: tuple[Bells, ...]
    homes: tuple[HomeClass, ...]
    pupils: tuple[Pupils, ...]
    teachers: tuple[Teacher, ...]
    rooms: tuple[Room, ...]
    courses: tuple[Course, ...]
    meetings: tuple[Meeting, ...] = ()
    wishes: tuple[Wish, ...] = ()
    id: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        for kind, ids in (
            ("bell schedule", [one.id for one in self.bells]),
            ("home class", [one.id for one in self.homes]),
            ("set of pupils", [one.id for one in self.pupils]),
            ("teacher", [one.id for one in self.teachers]),
            ("room", [one.id for one in self.rooms]),
            ("course or meeting", [*(one.id for one in self.courses), *(one.id for one in self.meetings)]),
        ):
            for name, count in Counter(ids).items():
                if count > 1:
                    raise UnknownName(kind, name, "the school")
        bells, homes = {one.id for one in self.bells}, self.home_of
        rooms, teachers, pupils = {one.id for one in self.rooms}, {one.id for one in self.teachers}, self.pupils_of
        for home in self.homes:
            _known("bell schedule", (home.bells,), bells, home.id)
            _known("room", () if home.room is None else (home.room,), rooms, home.id)
        for some in self.pupils:
            _known("home class", (some.home,), homes, some.id)
        for course in self.courses:
            _known("set of pupils", course.pupils, pupils, course.id)
            _known("teacher", (*course.teachers, *course.any_teacher), teachers, course.id)
            _known("room", course.rooms, rooms, course.id)
        for meeting in self.meetings:
            _known("teacher", meeting.teachers, teachers, meeting.id)

    @cached_property
    def home_of(self) -> dict[str, HomeClass]:
        return {one.id: one for one in self.homes}

    @cached_property
    def pupils_of(self) -> dict[str, Pupils]:
        return {one.id: one for one in self.pupils}

    def heads(self, course: Course) -> int:
        """How many pupils a course has."""
        return sum(self.pupils_of[one].size for one in course.pupils)

    def year_of(self, pupils: str) -> str:
        return self.home_of[self.pupils_of[pupils].home].year

    def shortfalls(self, curriculum: Sequence[Hours]) -> tuple[Shortfall, ...]:
        """Pupils whose courses do not add up to the curriculum's hours, more or fewer; a course of every other week counts half."""
        given: Counter[tuple[str, str]] = Counter()
        for course in self.courses:
            for one in course.pupils:
                given[one, course.subject] += course.hours * (2 if course.weeks is Weeks.ALL else 1)
        return tuple(
            Shortfall(one.id, asked.subject, asked.hours, given[one.id, asked.subject] / 2)
            for asked in curriculum
            for one in self.pupils
            if self.year_of(one.id) == asked.year
            and (not asked.chosen or asked.subject in one.combination.split("+"))
            and given[one.id, asked.subject] != 2 * asked.hours
        )


def _known(kind: str, named: Iterable[str], known: Iterable[str], where: str) -> None:
    there = known if isinstance(known, set | dict) else set(known)
    for name in named:
        if name not in there:
            raise UnknownName(kind, name, where)
