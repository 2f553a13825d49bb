"""Events that nobody can tell apart, put together: five single lessons of one course become one event of five pieces.

Which of them is which makes no difference to any constraint, and a model that names them would search through all their orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .constraints import busyness, staffing, times
from .constraints.base import Constraint, Cost
from .problem import Event, Need, Piece, Problem, Timetable

# Kinds that speak of the pieces of a group as a whole, or of events of which no two run at once.
_BY_GROUPS = (
    times.DaysBetween,
    times.GapsBetween,
    times.AdjoinOnSameDay,
    times.BeginAlike,
    times.SpreadEvents,
    times.KeepApart,
    times.LimitRunning,
    times.LimitTimesUsed,
)
# Kinds that sum over an event's pieces.
_BY_EVENTS = (times.AssignTimes, times.PreferTimes, staffing.AssignResources, staffing.PreferResources)


@dataclass(frozen=True)
class Alike:
    """``problem`` with like events put together; ``members`` of each of its events are events of the ``original``, ``whole`` the other way round."""

    original: Problem
    problem: Problem
    members: tuple[tuple[int, ...], ...]
    whole: tuple[int, ...]

    def apart(self, timetable: Timetable) -> Timetable:
        """A timetable of the original: the pieces of like events go to them in the order of time."""
        if self.problem is self.original:
            return timetable
        by_event: dict[int, list[Piece]] = defaultdict(list)
        for piece in timetable.pieces:
            by_event[piece.event].append(piece)
        found: list[Piece] = []
        for index, pieces in sorted(by_event.items()):
            members = self.members[index]
            if len(members) == 1:
                found.extend(replace(piece, event=members[0]) for piece in pieces)
                continue
            length = self.original.events[members[0]].duration
            single = [piece for piece in pieces if piece.duration == length]
            found.extend(replace(piece, event=event) for piece, event in zip(single, members, strict=False))
        return Timetable.of(self.original, found)

    def together(self, timetable: Timetable) -> Timetable:
        """A timetable of the original as one of ``problem``."""
        if self.problem is self.original:
            return timetable
        return Timetable.of(self.problem, [replace(piece, event=self.whole[piece.event]) for piece in timetable.pieces])


def put_together(problem: Problem) -> Alike:
    """Like events put together, where the constraints let it."""
    marks = _marks(problem)
    guarded = {
        one
        for constraint in problem.constraints
        if isinstance(constraint, busyness.AvoidClashes) and constraint.required
        for one in constraint.resources
    }
    found: dict[object, list[int]] = {}
    for index, event in enumerate(problem.events):
        is_one_piece = event.pieces == (event.duration,) or (event.pieces is None and event.duration == 1)
        is_bound = event.time is not None or not any(need.resource in guarded for need in event.needs)
        key: object = index
        if is_one_piece and not is_bound and marks[index] is not None:
            key = (
                event.duration,
                event.needs,
                event.tags,
                event.weeks,
                event.course,
                event.workload,
                tuple(marks[index] or ()),
            )
        found.setdefault(key, []).append(index)
    members = tuple(tuple(some) for some in found.values())
    whole = [0] * len(problem.events)
    for index, some in enumerate(members):
        for one in some:
            whole[one] = index
    if len(members) == len(problem.events):
        return Alike(problem, problem, members, tuple(whole))
    reduced = replace(
        problem,
        events=tuple(_of_all(problem, some) for some in members),
        constraints=tuple(_renamed(constraint, whole) for constraint in problem.constraints),
    )
    return Alike(problem, reduced, members, tuple(whole))


def _marks(problem: Problem) -> list[list[object] | None]:
    """For every event where constraints speak of it; None where one does in a way that tells it from others."""
    marks: list[list[object] | None] = [[] for _ in problem.events]

    def mark(event: int, what: object) -> None:
        if (mine := marks[event]) is not None:
            mine.append(what)

    for index, constraint in enumerate(problem.constraints):
        if isinstance(constraint, _BY_GROUPS):
            for number, group in enumerate(constraint.groups):
                if getattr(constraint, "ordered", False) or len(set(group)) < len(group):
                    for event in group:
                        marks[event] = None
                for event in group:
                    mark(event, (index, number))
        elif isinstance(constraint, _BY_EVENTS) and (constraint.required or constraint.cost is Cost.LINEAR):
            for event in constraint.events:
                mark(event, index)
        else:
            for event in _spoken_of(constraint):
                marks[event] = None
    return marks


def _spoken_of(constraint: Constraint) -> Iterable[int]:
    if isinstance(constraint, busyness.ShareFairly):
        return ()
    return (
        *getattr(constraint, "events", ()),
        *(event for group in getattr(constraint, "groups", ()) for event in group),
        *(event for pair in getattr(constraint, "pairs", ()) for event in pair),
    )


def _of_all(problem: Problem, members: tuple[int, ...]) -> Event:
    first = problem.events[members[0]]
    if len(members) == 1:
        return first
    count = len(members)

    def times_count(workload: int | None) -> int | None:
        return None if workload is None else workload * count

    needs: tuple[Need, ...] = tuple(replace(need, workload=times_count(need.workload)) for need in first.needs)
    return replace(
        first,
        duration=first.duration * count,
        pieces=(first.duration,) * count,
        needs=needs,
        workload=times_count(first.workload),
    )


def _renamed(constraint: Constraint, whole: list[int]) -> Constraint:
    """The constraint with its events called by their new numbers, each once."""

    def new(events: Iterable[int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(whole[event] for event in events))

    if isinstance(constraint, busyness.ShareFairly):
        return constraint
    changed: dict[str, object] = {}
    if hasattr(constraint, "events"):
        changed["events"] = new(constraint.events)
    if hasattr(constraint, "groups"):
        changed["groups"] = tuple(new(group) for group in constraint.groups)
    if hasattr(constraint, "pairs"):
        changed["pairs"] = tuple((whole[one], whole[other]) for one, other in constraint.pairs)
    return replace(constraint, **changed) if changed else constraint  # type: ignore[arg-type]  # fields of that kind
