"""From teaching groups to the courses of a year: what sectioning gives (``engines.scheduling.sectioning``) in the terms of a school's week.

Pupils of one home class who chose the same and go to the same groups are one ``Pupils``: nothing in a timetable can tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .school import Course, HomeClass, Pupils


class TeachingGroup(Protocol):
    """A group of pupils (by number) who are taught a chosen subject in a block. Teacher and room are empty where they are open."""

    @property
    def code(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def block(self) -> str: ...
    @property
    def pupils(self) -> Sequence[str]: ...
    @property
    def teacher(self) -> str: ...
    @property
    def room(self) -> str: ...


class Home(Protocol):
    """An administrative class, its pupils by number, and its room, empty where it has none."""

    @property
    def code(self) -> str: ...
    @property
    def pupils(self) -> Sequence[str]: ...
    @property
    def room(self) -> str: ...


@dataclass(frozen=True)
class Year:
    """``hours`` and ``doubles`` a week of chosen subjects, ``rooms``: the kind of room that a subject wants, ordinary ones where it is not named.

    ``keeps_rooms`` and ``keeps_teachers``: what sectioning gave out is kept, else both are chosen anew among all. ``at_once``: the groups of a
    block run at the same times.
    """

    id: str
    bells: str
    hours: Mapping[str, int]
    doubles: Mapping[str, int] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)
    keeps_rooms: bool = True
    keeps_teachers: bool = True
    at_once: bool = True


@dataclass(frozen=True)
class Sectioned:
    """A year's home classes, sets of pupils, and courses of chosen subjects. ``numbers``: the pupils of each set."""

    homes: tuple[HomeClass, ...]
    pupils: tuple[Pupils, ...]
    courses: tuple[Course, ...]
    numbers: Mapping[str, tuple[str, ...]]


def of_sections(
    homes: Sequence[Home],
    groups: Sequence[TeachingGroup],
    choices: Mapping[str, Sequence[str]],
    year: Year,
    *,
    teachers: Mapping[str, Sequence[str]] | None = None,
) -> Sectioned:
    """``choices``: the subjects of each pupil by number; ``teachers``: who can teach a subject, where groups have none or keep none.

    Raises KeyError for a pupil without choices and for a subject without hours.
    """
    goes_to: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for number in group.pupils:
            goes_to[number].append(group.code)
    sets: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for home in homes:
        for number in home.pupils:
            sets[home.code, tuple(choices[number]), tuple(sorted(goes_to[number]))].append(number)
    pupils, numbers = [], {}
    members: dict[str, list[str]] = defaultdict(list)
    counted: dict[str, int] = defaultdict(int)
    for (code, choice, codes), whose in sorted(sets.items()):
        counted[code] += 1
        name = f"{year.id}·{code}·{counted[code]}"
        pupils.append(Pupils(name, _home(year, code), len(whose), "+".join(choice)))
        numbers[name] = tuple(sorted(whose))
        for group_code in codes:
            members[group_code].append(name)
    courses = []
    for group in groups:
        has_teacher = bool(group.teacher) and year.keeps_teachers
        courses.append(
            Course(
                f"{year.id}·{group.code}",
                group.subject,
                tuple(members[group.code]),
                year.hours[group.subject],
                doubles=year.doubles.get(group.subject, 0),
                teachers=(group.teacher,) if has_teacher else (),
                any_teacher=() if has_teacher else tuple((teachers or {}).get(group.subject, ())),
                rooms=(group.room,) if group.room and year.keeps_rooms else (),
                room_kind=year.rooms.get(group.subject, ""),
                together=f"{year.id}·{group.block}" if year.at_once else "",
            )
        )
    return Sectioned(
        tuple(HomeClass(_home(year, home.code), year.bells, year.id, home.room or None) for home in homes),
        tuple(pupils),
        tuple(courses),
        numbers,
    )


def _home(year: Year, code: str) -> str:
    return f"{year.id}·{code}"
