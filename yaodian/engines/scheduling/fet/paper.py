"""What is being written: FET's names for the problem's days, hours, resources and activities, and the lists of constraints so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeGuard

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidUnavailableTimes
from yaodian.engines.scheduling.timetabling.constraints.times import PreferTimes
from yaodian.engines.scheduling.timetabling.problem import Problem

from .school import ROOM, STUDENTS, TEACHER

if TYPE_CHECKING:
    from .saying_rooms import Rooms

# A field of FET's and its text, or what stands in it.
Field = tuple[str, "str | int | bool | Sequence[Field]"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An activity of FET's: a piece of an event, with its number and that of the first of its event (0 where it is the only one)."""

    number: int
    event: int
    duration: int
    group: int


def numbered(problem: Problem) -> tuple[Numbered, ...]:
    """The activities of a problem. Events of one piece with numbers for ids keep them all; otherwise all are numbered from 1. An event that leaves its
    division open is one activity here, and refused by whoever writes it."""
    pieces = [event.pieces or (event.duration,) for event in problem.events]
    ids = [event.id for event in problem.events]
    keeps = all(len(some) == 1 for some in pieces) and len(set(ids)) == len(ids)
    keeps = keeps and all(one.isascii() and one.isdecimal() and str(int(one)) == one for one in ids)
    found: list[Numbered] = []
    number = 1
    for event, some in enumerate(pieces):
        first = int(ids[event]) if keeps else number
        group = first if len(some) > 1 else 0
        found.extend(Numbered(first + place, event, length, group) for place, length in enumerate(some))
        number += len(some)
    return tuple(found)


@dataclass
class Paper:
    """The file in the making. ``refused`` collects what FET cannot say, so that all of it is named at once."""

    problem: Problem
    time: list[tuple[str, list[Field]]] = field(default_factory=list)
    space: list[tuple[str, list[Field]]] = field(default_factory=list)
    refused: dict[tuple[str, str], None] = field(default_factory=dict)
    rooms: Rooms | None = None
    told_closed: set[int] = field(default_factory=set)

    def refuse(self, who: str, zh: str, en: str) -> None:
        """What FET cannot say of a constraint or event (of the whole where no name is given), in both languages."""
        self.refused[f"{who}：{zh}" if who else zh, f"{who}: {en}" if who else en] = None

    def refuse_weight(self, constraint: Constraint) -> None:
        self.refuse(constraint.name, f"权重 {constraint.weight}", f"weight {constraint.weight}")

    # -- names

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of every resource: its name, or its id where another of its kind has the name as well."""
        counts = Counter((self.kind(index), one.name or one.id) for index, one in enumerate(self.problem.resources))
        return tuple(
            (one.name or one.id) if counts[self.kind(index), one.name or one.id] == 1 else one.id
            for index, one in enumerate(self.problem.resources)
        )

    def kind(self, resource: int) -> str:
        """«teacher», «room», or «students» for all others."""
        found = self.problem.resources[resource].kind
        return found if found in (TEACHER, ROOM) else STUDENTS

    @cached_property
    def hours(self) -> tuple[str, ...]:
        names = tuple(self.problem.times[time].name for time in self.problem.days[0]) if self.problem.days else ()
        return names if len(set(names)) == len(names) and all(names) else tuple(str(n + 1) for n in range(len(names)))

    @cached_property
    def days(self) -> tuple[str, ...]:
        """The days' names: what is left of the times' ids before the hours' names, or numbers."""
        names = []
        for times in self.problem.days:
            found = {
                self.problem.times[time].id.removesuffix(f" {hour}")
                for time, hour in zip(times, self.hours, strict=False)
            }
            names.append(found.pop() if len(found) == 1 else "")
        return (
            tuple(names)
            if all(names) and len(set(names)) == len(names)
            else tuple(str(number + 1) for number in range(len(names)))
        )

    @cached_property
    def activities(self) -> tuple[Numbered, ...]:
        return numbered(self.problem)

    @cached_property
    def _by_event(self) -> dict[int, list[Numbered]]:
        found: dict[int, list[Numbered]] = {}
        for one in self.activities:
            found.setdefault(one.event, []).append(one)
        return found

    def of(self, event: int) -> list[Numbered]:
        """The activities of an event."""
        return self._by_event[event]

    def ids(self, events: Iterable[int]) -> list[Field]:
        """Their number, then each of them."""
        numbers = [one.number for event in events for one in self.of(event)]
        return [("Number_of_Activities", len(numbers)), *(("Activity_Id", number) for number in numbers)]

    def picks(self, wanted: Sequence[Numbered]) -> tuple[list[list[Field]], list[Numbered]]:
        """Choices by teacher, students, subject, tag or duration that take these activities and no other, each once; and those that are left."""
        left = {one.number for one in wanted}
        said: list[list[Field]] = []
        for (name, value), duration, numbers in self._picked:
            if len(left) < FEW:
                break
            if numbers <= left:
                left -= numbers
                fields: list[Field] = [(other, value if other == name else "") for other in PICKED_BY]
                said.append([*fields, *([("Duration", duration)] if duration else [])])
        return said, [one for one in wanted if one.number in left]

    @cached_property
    def _picked(self) -> list[tuple[tuple[str, str], int, frozenset[int]]]:
        """The activities of every teacher, set of students, subject and tag, with any duration (0) and with each; the largest choices first."""
        found: dict[tuple[tuple[str, str], int], set[int]] = {}
        for one in self.activities:
            event = self.problem.events[one.event]
            marks = {("", ""), ("Subject_Name", event.course or event.name)}
            marks |= {("Activity_Tag_Name", tag) for tag in event.tags}
            for need in event.needs:
                if need.resource is not None and self.kind(need.resource) != ROOM:
                    whose = "Teacher_Name" if self.kind(need.resource) == TEACHER else "Students_Name"
                    marks.add((whose, self.names[need.resource]))
            for mark in marks:
                # A choice by an empty name is none.
                for duration in (0, one.duration) if mark[1] or mark == ("", "") else ():
                    found.setdefault((mark, duration), set()).add(one.number)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return [(mark, duration, frozenset(numbers)) for (mark, duration), numbers in ordered if len(numbers) >= FEW]

    def moments(self, count: str, item: str, day: str, hour: str, times: Iterable[int]) -> list[Field]:
        """Times as FET lists them: their number, then each by day and hour."""
        ordered = sorted(times)
        places, all_times = self.problem.places, self.problem.times
        listed: list[Field] = [
            (item, [(day, self.days[all_times[time].day]), (hour, self.hours[places[time]])]) for time in ordered
        ]
        return [(count, len(ordered)), *listed]

    @cached_property
    def breaks(self) -> frozenset[int]:
        """Times at which, by one constraint on all of them, no event may run."""
        found: set[int] = set()
        for one in self.problem.constraints:
            if is_break(one, self.problem):
                found |= frozenset(range(len(self.problem.times))) - one.times
        return frozenset(found)

    @cached_property
    def closed(self) -> dict[int, frozenset[int]]:
        """Of every resource the times at which it must not be busy."""
        found: dict[int, frozenset[int]] = {}
        for one in self.problem.constraints:
            if isinstance(one, AvoidUnavailableTimes) and one.required:
                for resource in one.resources:
                    found[resource] = found.get(resource, frozenset()) | one.times
        return found

    # -- constraints

    def add(self, constraint: Constraint, tag: str, fields: Iterable[Field], *, space: bool = False) -> None:
        """One constraint of FET's, with the weight and the reason of ours; refused where the weight is none of FET's."""
        if not constraint.required and not 0 < constraint.weight < WHOLE:
            self.refuse_weight(constraint)
            return
        weight = WHOLE if constraint.required else constraint.weight
        self.put(tag, weight, fields, constraint.reason, space=space)

    def put(self, tag: str, permille: int, fields: Iterable[Field], reason: str = "", *, space: bool = False) -> None:
        percentage = format((Decimal(permille) / 10).normalize(), "f")
        said: list[Field] = [("Weight_Percentage", percentage), *fields, ("Active", True), ("Comments", reason)]
        (self.space if space else self.time).append((f"Constraint{tag}", said))

    def counts_like(self, constraint: Constraint, cost: Cost, most: int) -> bool:
        """Whether a wish costs what FET counts: by this function, or by any where no more than 1 can be missed. Refuses it otherwise."""
        if constraint.required or constraint.cost is cost or most <= 1:
            return True
        self.refuse(constraint.name, f"代价函数 {constraint.cost.value}", f"cost {constraint.cost.value}")
        return False


WHOLE: Final = 1000
PICKED_BY: Final = ("Teacher_Name", "Students_Name", "Subject_Name", "Activity_Tag_Name")
# Below this many activities a choice is no shorter than their numbers.
FEW: Final = 2


def is_break(constraint: Constraint, problem: Problem) -> TypeGuard[PreferTimes]:
    """Whether a constraint closes times for the whole school."""
    return (
        isinstance(constraint, PreferTimes)
        and constraint.required
        and constraint.throughout
        and constraint.duration is None
        and constraint.name != "ActivityPreferredTimeSlots"
        and len(set(constraint.events)) == len(problem.events)
    )
