"""Most events held where they are: what of a problem then still concerns those that are free.

A model of a neighbourhood is made from this alone. Points of application in which no free event and nobody who may attend one has part are left out;
starts at which somebody held is busy are no starts; held events of which a remaining point speaks stand in the model with constants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    LimitWorkload,
    ShareFairly,
)
from yaodian.engines.scheduling.timetabling.constraints.times import EndDay
from yaodian.engines.scheduling.timetabling.occupancy import Occupancy
from yaodian.engines.scheduling.timetabling.problem import Piece, Problem

from .classes import Classes

# For these it is enough to know when somebody is busy.
_BY_BUSY_TIMES = (AvoidClashes, AvoidUnavailableTimes)


@dataclass(frozen=True)
class Held:
    """``problem`` has only the points that concern the ``free`` events. ``pieces``: of held events of which they speak. ``cost``: of all these points now.

    ``busy``: for every resource that attends one piece at a time, (week, time) at which a held piece keeps it from others.
    """

    problem: Problem
    free: frozenset[int]
    pieces: dict[int, tuple[Piece, ...]]
    rest: tuple[Piece, ...]
    busy: dict[int, set[tuple[int, int]]]
    required: int
    optional: int


class Holding:
    """Built once for a problem; ``hold`` says what is left of it."""

    def __init__(self, problem: Problem, classes: Classes) -> None:
        self.problem, self.classes = problem, classes
        self._fields = [_field(constraint) for constraint in problem.constraints]
        self._by_event: list[dict[int, list[int]]] = [defaultdict(list) for _ in problem.constraints]
        for constraint, field, places in zip(problem.constraints, self._fields, self._by_event, strict=True):
            for place, point in enumerate(getattr(constraint, field)):
                for member in point if isinstance(point, tuple) else (point,):
                    places[member].append(place)
        self._chosen = frozenset(one for event in problem.events for need in event.needs for one in need.candidates)
        self._whom = [self._attending(event) for event in range(len(problem.events))]

    def _attending(self, event: int) -> frozenset[int]:
        """Everybody who attends an event or may be chosen for it."""
        found: set[int] = set()
        for place, need in enumerate(self.problem.events[event].needs):
            if need.resource is not None:
                found.add(need.resource)
            else:
                for number in self.classes.choices[event, place]:
                    found.update(self.classes.members[number])
        return frozenset(found)

    @cached_property
    def guarded(self) -> frozenset[int]:
        return frozenset(
            one
            for constraint in self.problem.constraints
            if isinstance(constraint, AvoidClashes) and constraint.required
            for one in constraint.resources
        )

    @cached_property
    def _crowded(self) -> frozenset[int]:
        """Resources of classes of several: who of them is in use is settled only when all pieces are known."""
        return frozenset(one for members in self.classes.members if len(members) > 1 for one in members)

    def hold(self, seen: Occupancy, free: Iterable[int]) -> Held:
        """All events but the free ones where ``seen`` has them."""
        loose = frozenset(free)
        touched = frozenset().union(*(self._whom[event] for event in loose)) if loose else frozenset()
        about: set[int] = set()
        spoken_of: set[int] = set()
        constraints: list[Constraint] = []
        for at, constraint in enumerate(self.problem.constraints):
            field, places = self._fields[at], self._by_event[at]
            points = getattr(constraint, field)
            by_resource = field == "resources" or isinstance(constraint, ShareFairly)
            if isinstance(constraint, EndDay):
                chosen = [place for place, event in enumerate(points) if event in loose or self._whom[event] & touched]
            else:
                chosen = sorted({place for one in (touched if by_resource else loose) for place in places.get(one, ())})
            kept = tuple(points[place] for place in chosen)
            if isinstance(constraint, LimitWorkload):
                # What is given does not change.
                kept = tuple(one for one in kept if one in self._chosen)
            if not kept:
                continue
            limited: dict[str, Any] = {field: kept}
            constraints.append(replace(constraint, **limited))
            members = {one for point in kept for one in (point if isinstance(point, tuple) else (point,))}
            if not by_resource:
                spoken_of |= members
                if isinstance(constraint, EndDay):
                    about.update(one for event in members for one in self._whom[event])
            elif not isinstance(constraint, _BY_BUSY_TIMES) or not constraint.required:
                about |= members
        about |= touched & self._crowded
        small = replace(self.problem, constraints=tuple(constraints))
        pieces: dict[int, list[Piece]] = defaultdict(list)
        rest: list[Piece] = []
        busy: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for piece in seen.timetable.pieces:
            if piece.event in loose:
                continue
            self._note_busy(seen, piece, busy)
            if piece.event in spoken_of or any(one in about for one in piece.resources):
                pieces[piece.event].append(piece)
            else:
                rest.append(piece)
        required, optional = _cost(small, seen)
        whole = {event: tuple(some) for event, some in pieces.items()}
        return Held(small, loose, whole, tuple(rest), busy, required, optional)

    def _note_busy(self, seen: Occupancy, piece: Piece, busy: dict[int, set[tuple[int, int]]]) -> None:
        times = [other for time in seen.times_of(piece) for other in (time, *self.problem.overlapping[time])]
        if times:
            weeks = self.problem.weeks_of(piece.event)
            for one in piece.resources:
                if one in self.guarded:
                    busy[one].update((week, time) for week in weeks for time in times)


def _cost(problem: Problem, seen: Occupancy) -> tuple[int, int]:
    """The sums of required and of optional costs."""
    sums = {True: 0, False: 0}
    for constraint in problem.constraints:
        for deviation in constraint.deviations(seen):
            sums[constraint.required] += constraint.weight * constraint.cost.of(deviation.amount)
    return sums[True], sums[False]


def _field(constraint: Constraint) -> str:
    """The field that names the points of application."""
    return next(
        name
        for name in ("groups", "pairs", "events", "resources")
        if hasattr(constraint, name) and not isinstance(getattr(constraint, name), frozenset)
    )
