"""Resources among which a need may choose, put together where nobody can tell them apart.

Of rooms that are candidates for the same needs and in the same constraints only the number in use at each time matters: which
is which is settled afterwards. The pieces in rooms of such a class are intervals, and intervals of which at most ``n`` meet at
any time can be coloured with ``n`` colours, taken in the order in which they begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yaodian.engines.scheduling.timetabling.constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    GapsBetweenPlaces,
    LimitMoves,
    ShareFairly,
)
from yaodian.engines.scheduling.timetabling.constraints.staffing import (
    AvoidSplitAssignments,
    FitRooms,
    PreferResources,
    SameResourceIfAdjoining,
)
from yaodian.engines.scheduling.timetabling.problem import Problem


@dataclass(frozen=True)
class Classes:
    """``members``: resources of each class. ``choices``: by event and need, the classes among which it may choose (absent where it is given)."""

    members: tuple[tuple[int, ...], ...]
    choices: dict[tuple[int, int], tuple[int, ...]]


def classes_of(problem: Problem, *, named: bool = False) -> Classes:
    """The classes of a problem's open needs. With ``named`` every resource is a class of its own."""
    candidates = _candidates(problem)
    in_need: dict[int, list[int]] = {}
    for number, chosen in enumerate(sorted(set(candidates.values()))):
        for resource in chosen:
            in_need.setdefault(resource, []).append(number)
    alone = _alone(problem) if not named else set(in_need)
    marks = _marks(problem, in_need)
    by_key: dict[object, list[int]] = {}
    for resource in sorted(in_need):
        key: object = resource if resource in alone else (tuple(in_need[resource]), tuple(marks[resource]))
        by_key.setdefault(key, []).append(resource)
    members = tuple(tuple(group) for group in by_key.values())
    class_of = {resource: index for index, group in enumerate(members) for resource in group}
    choices = {need: tuple(sorted({class_of[one] for one in chosen})) for need, chosen in candidates.items()}
    return Classes(members, choices)


def _candidates(problem: Problem) -> dict[tuple[int, int], tuple[int, ...]]:
    """By event and need, who may be chosen without missing a required preference or a required seat."""
    preferred: dict[tuple[int, str], frozenset[int]] = {}
    seated: dict[tuple[int, str], str] = {}
    for constraint in problem.constraints:
        if isinstance(constraint, PreferResources) and constraint.required:
            for event in constraint.events:
                key = (event, constraint.role)
                preferred[key] = preferred.get(key, constraint.resources) & constraint.resources
        elif isinstance(constraint, FitRooms) and constraint.required:
            for event in constraint.events:
                seated[event, constraint.role] = constraint.kind
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    for index, whole in enumerate(problem.events):
        for place, need in enumerate(whole.needs):
            if need.resource is not None:
                continue
            chosen = set(need.candidates)
            if (index, need.role) in preferred:
                chosen &= preferred[index, need.role]
            if (index, need.role) in seated:
                heads = heads_of(problem, index, seated[index, need.role])
                chosen = {one for one in chosen if unseated(problem, one, heads) == 0}
            found[index, place] = tuple(sorted(chosen))
    return found


def heads_of(problem: Problem, event: int, kind: str) -> int:
    """Heads of the given resources of a kind that attend an event, each once."""
    attending = {need.resource for need in problem.events[event].needs if need.resource is not None}
    return sum(problem.resources[one].size or 0 for one in attending if problem.resources[one].kind == kind)


def unseated(problem: Problem, room: int, heads: int) -> int:
    """How many of the heads find no seat in a room; a room without a size fits all."""
    seats = problem.resources[room].size
    return 0 if seats is None else max(0, heads - seats)


def _alone(problem: Problem) -> set[int]:
    """Resources that must keep their name: given somewhere, without a required rule on clashes, or in a constraint that knows who they are."""
    guarded: set[int] = set()
    alone: set[int] = {need.resource for event in problem.events for need in event.needs if need.resource is not None}
    roles: set[str] = set()
    for constraint in problem.constraints:
        if isinstance(constraint, AvoidClashes):
            if constraint.required:
                guarded.update(constraint.resources)
            else:
                alone.update(constraint.resources)
        elif isinstance(constraint, AvoidUnavailableTimes | PreferResources | FitRooms):
            continue
        elif isinstance(constraint, LimitMoves | GapsBetweenPlaces):
            alone.update(constraint.resources)
            if constraint.rooms:
                alone.update(range(len(problem.resources)))
        elif isinstance(constraint, ShareFairly):
            alone.update(one for group in constraint.groups for one in group)
        elif isinstance(constraint, AvoidSplitAssignments | SameResourceIfAdjoining):
            roles.add(constraint.role)
        else:
            alone.update(getattr(constraint, "resources", ()))
    for event in problem.events:
        for need in event.needs:
            if need.resource is None and need.role in roles:
                alone.update(need.candidates)
    alone.update(set(range(len(problem.resources))) - guarded)
    return alone


def _marks(problem: Problem, resources: Iterable[int]) -> dict[int, list[object]]:
    """What tells resources of one class from those of another, besides the needs they may serve."""
    marks: dict[int, list[object]] = {
        one: [problem.resources[one].kind, problem.resources[one].size, problem.resources[one].place]
        for one in resources
    }
    for index, constraint in enumerate(problem.constraints):
        if isinstance(constraint, AvoidUnavailableTimes | PreferResources):
            for one in constraint.resources:
                if one in marks:
                    marks[one].append(index)
    return marks


def share_out(problem: Problem, members: Sequence[int], intervals: Sequence[tuple[int, int, int]]) -> list[int | None]:
    """Members of one class for intervals (event, start, duration), in the order in which they begin; None where none is free."""
    taken: dict[int, set[tuple[int, int]]] = {one: set() for one in members}
    chosen: list[int | None] = [None] * len(intervals)
    order = sorted(range(len(intervals)), key=lambda at: (intervals[at][1], -intervals[at][2], at))
    for at in order:
        event, start, duration = intervals[at]
        span = problem.span(start, duration) or (start,)
        mine = {(week, time) for week in problem.weeks_of(event) for time in span}
        for week, time in tuple(mine):
            mine.update((week, other) for other in problem.overlapping[time])
        for one in members:
            if taken[one].isdisjoint(mine):
                chosen[at] = one
                taken[one].update((week, time) for week in problem.weeks_of(event) for time in span)
                break
    return chosen
