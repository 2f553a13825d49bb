"""The week of one home class in a plan, as a grid: what is to be seen before the plan is anybody's timetable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.school import Course
from yaodian.engines.scheduling.timetabling.school_problem import ROOM, TEACHER, Laid
from yaodian.timetabling.models import Weeks
from yaodian.timetabling.problem import PieceLine
from yaodian.timetabling.queries.times import WEEKDAYS


@dataclass(frozen=True)
class Cell:
    """A lesson in a period: of what, by whom, where. `weeks` is empty for every week; `is_part`: not of the whole class."""

    course: str
    subject: str
    teachers: str
    room: str
    weeks: str
    is_part: bool


@dataclass(frozen=True)
class Line:
    """One period of the week; `cells` has what is held on each day."""

    name: str
    clock: str
    part: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class WeekPreview:
    """A class's week, period by period."""

    home: str
    days: tuple[str, ...]
    lines: tuple[Line, ...]


def week_preview(laid: Laid, pieces: Sequence[PieceLine], home: str) -> WeekPreview:
    """The week of a home class that the school has."""
    school = laid.school
    bells = next(one for one in school.bells if one.id == school.home_of[home].bells)
    mine = {one.id for one in school.pupils if one.home == home}
    courses = {one.id: one for one in school.courses}
    held: dict[tuple[int, int], list[Cell]] = defaultdict(list)
    for name, length, _bells, day, period, people in pieces:
        course = courses.get(name)
        if course is None or day is None or mine.isdisjoint(course.pupils):
            continue
        cell = _cell(laid, course, people, is_part=not mine <= set(course.pupils))
        for number in range(period, period + length):
            held[day, number].append(cell)
    days = range(school.days)
    lines = [
        Line(
            one.name,
            f"{_clock(one.begins_min)}–{_clock(one.ends_min)}" if one.begins_min is not None else "",
            one.part,
            tuple(tuple(sorted(held[day, number], key=lambda cell: cell.course)) for day in days),
        )
        for number, one in enumerate(bells.periods)
    ]
    return WeekPreview(home, tuple(str(WEEKDAYS[day]) for day in days), tuple(lines))


def _cell(laid: Laid, course: Course, people: Sequence[str | None], *, is_part: bool) -> Cell:
    return Cell(
        course=course.id,
        subject=course.subject,
        teachers=_("、").join(called(laid, course.id, people, TEACHER)),
        room=_("、").join(called(laid, course.id, people, ROOM)),
        weeks="" if course.weeks == Weeks.ALL.value else str(Weeks(course.weeks.value).label),
        is_part=is_part,
    )


def called(laid: Laid, name: str, people: Sequence[str | None], kind: str) -> list[str]:
    """The names of those of one kind in a line of a course or meeting. Ids differ within a kind alone."""
    needs = laid.events[laid.event[name]].needs
    return [
        laid.resources[laid.resource[kind, one]].name
        for need, one in zip(needs, people, strict=True)
        if need.kind == kind and one is not None
    ]


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
