"""A timetable's problem: times of a week, resources, events that need them, and the constraints on all of these.

The terms are those of the field (XHSTT: Post et al., «XHSTT: an XML archive for high school timetabling problems», Annals of
Operations Research 2014). An *event* is what has to be taught: so many times in a cycle, with the resources it needs. It runs as
one or more *pieces*, each of some consecutive times. Times, resources and events are named by their index in the problem's tuples;
ids and names are for people and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .constraints.base import Constraint


@dataclass(frozen=True, slots=True)
class Time:
    """One period of the week: its day (0 the first), and its clock times in minutes after midnight where they are known.

    Times of one ``schedule`` and one day follow one another in the order of the problem's tuple. Two schedules (a lower and an upper
    school with other bells) are two sets of times; what they share in the clock is told by ``Problem.overlapping``.
    """

    id: str
    day: int
    name: str = ""
    begins_min: int | None = None
    ends_min: int | None = None
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """Whoever or whatever attends an event: a teacher, a room, a class, the pupils of one combination in one home class.

    ``kind`` is the type by which needs choose («teacher», «room», «class» …). ``size`` is seats of a room or heads of pupils, ``place`` the
    building or campus of a room.
    """

    id: str
    kind: str
    name: str = ""
    size: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One resource that an event needs while it runs: given (``resource``), or to be chosen for every piece among ``candidates``.

    ``role`` names the need among those of its event where it is to be chosen. ``workload`` counts for the resource's load (times of the
    event unless given). An optional need that stays open costs only what a constraint says.
    """

    kind: str
    resource: int | None = None
    role: str = ""
    candidates: tuple[int, ...] = ()
    workload: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A course of a group: ``duration`` times in all, in pieces.

    ``pieces`` fixes the lengths of the pieces (a double lesson and two single ones: ``(2, 1, 1)``); None leaves the division to the solver, within
    the constraints on splitting. ``time`` is the start of an event of one piece that is fixed from the outset. ``weeks`` are the weeks of the cycle in
    which it runs, empty for all of them (odd and even weeks are a cycle of two). ``workload`` is that of needs which give none.
    """

    id: str
    duration: int
    needs: tuple[Need, ...] = ()
    name: str = ""
    course: str = ""
    tags: tuple[str, ...] = ()
    pieces: tuple[int, ...] | None = None
    time: int | None = None
    weeks: tuple[int, ...] = ()
    workload: int | None = None


@dataclass(frozen=True)
class Problem:
    """What ``solve`` answers and ``verify`` judges by. ``spans_days`` is true where a piece may run over the end of a day (XHSTT's reading)."""

    times: tuple[Time, ...]
    resources: tuple[Resource, ...]
    events: tuple[Event, ...]
    constraints: tuple[Constraint, ...]
    id: str = ""
    name: str = ""
    cycle: int = 1
    spans_days: bool = False
    notes: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def days(self) -> tuple[tuple[int, ...], ...]:
        """The times of each day, in order."""
        count = max((time.day for time in self.times), default=-1) + 1
        days: list[list[int]] = [[] for _ in range(count)]
        for index, time in enumerate(self.times):
            days[time.day].append(index)
        return tuple(tuple(day) for day in days)

    @cached_property
    def _kinds(self) -> dict[str, tuple[int, ...]]:
        kinds: dict[str, list[int]] = {}
        for index, resource in enumerate(self.resources):
            kinds.setdefault(resource.kind, []).append(index)
        return {kind: tuple(members) for kind, members in kinds.items()}

    def of_kind(self, kind: str) -> tuple[int, ...]:
        """The resources of a kind."""
        return self._kinds.get(kind, ())

    @cached_property
    def places(self) -> tuple[int, ...]:
        """For every time how many times of its schedule come before it on its day."""
        counts: dict[tuple[str, int], int] = {}
        found = []
        for time in self.times:
            line = (time.schedule, time.day)
            found.append(counts.get(line, 0))
            counts[line] = found[-1] + 1
        return tuple(found)

    @cached_property
    def followers(self) -> tuple[int | None, ...]:
        """For every time the one right after it, in which a piece that began may go on."""
        after: list[int | None] = [None] * len(self.times)
        last: dict[object, int] = {}
        for index, time in enumerate(self.times):
            line = time.schedule if self.spans_days else (time.schedule, time.day)
            before = last.get(line)
            if before is not None:
                after[before] = index
            last[line] = index
        return tuple(after)

    @cached_property
    def overlapping(self) -> tuple[tuple[int, ...], ...]:
        """For every time the other times of other schedules on its day whose clock times meet its own."""
        found: list[list[int]] = [[] for _ in self.times]
        for day in self.days:
            clocked = [
                index
                for index in day
                if self.times[index].begins_min is not None and self.times[index].ends_min is not None
            ]
            for one in clocked:
                for other in clocked:
                    if other <= one or self.times[one].schedule == self.times[other].schedule:
                        continue
                    mine, yours = self.times[one], self.times[other]
                    if mine.begins_min < yours.ends_min and yours.begins_min < mine.ends_min:  # type: ignore[operator]  # clocked
                        found[one].append(other)
                        found[other].append(one)
        return tuple(tuple(others) for others in found)

    def span(self, start: int, duration: int) -> tuple[int, ...] | None:
        """The times of a piece of ``duration`` that begins at ``start``; None where the day is too short for it."""
        span = [start]
        for _ in range(duration - 1):
            following = self.followers[span[-1]]
            if following is None:
                return None
            span.append(following)
        return tuple(span)

    def are_ever_together(self, one: int, other: int) -> bool:
        """Whether there is a week of the cycle in which both events run."""
        mine, yours = self.events[one].weeks, self.events[other].weeks
        return not mine or not yours or not set(mine).isdisjoint(yours)

    def roles(self, event: int, role: str) -> tuple[int, ...]:
        """The places among the event's needs of those called ``role``."""
        return tuple(place for place, need in enumerate(self.events[event].needs) if need.role == role)

    def weeks_of(self, event: int) -> tuple[int, ...]:
        """The weeks of the cycle in which the event runs."""
        return self.events[event].weeks or tuple(range(self.cycle))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an event in a timetable. ``time`` None is not placed. ``resources`` stands beside the event's needs, None where none is chosen."""

    event: int
    duration: int
    time: int | None
    resources: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Timetable:
    """All pieces of all events, by event and time. What is not placed has pieces without a time, so that nothing is lost in silence."""

    pieces: tuple[Piece, ...]

    @staticmethod
    def of(problem: Problem, pieces: Sequence[Piece]) -> Timetable:
        """The pieces in their order; given resources are filled in, and what an event lacks in duration is added without a time."""
        whole: list[Piece] = []
        there = [0] * len(problem.events)
        for piece in pieces:
            needs = problem.events[piece.event].needs
            chosen = piece.resources or (None,) * len(needs)
            filled = tuple(
                need.resource if need.resource is not None else one for need, one in zip(needs, chosen, strict=True)
            )
            whole.append(Piece(piece.event, piece.duration, piece.time, filled))
            there[piece.event] += piece.duration
        for index, event in enumerate(problem.events):
            if there[index] < event.duration:
                whole.append(
                    Piece(
                        index, event.duration - there[index], event.time, tuple(need.resource for need in event.needs)
                    )
                )
        whole.sort(key=lambda piece: (piece.event, piece.time is None, piece.time or 0, piece.duration))
        return Timetable(tuple(whole))
