"""Judging a timetable apart from whoever made it: every constraint at every point of application, and what is not even a timetable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .constraints.base import Constraint, Deviation
from .occupancy import Occupancy
from .problem import Piece, Problem, Timetable


@dataclass(frozen=True, slots=True)
class Breach:
    """One deviation of one constraint (by its index), and what it costs."""

    constraint: int
    deviation: Deviation
    cost: int


@dataclass(frozen=True)
class Verdict:
    """``required`` and ``optional`` are the sums of costs of constraints that must hold and of the others (XHSTT's infeasibility and objective value);
    ``faults`` are sentences about pieces that are no timetable of the problem at all."""

    required: int
    optional: int
    breaches: tuple[Breach, ...]
    faults: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        return not self.faults and self.required == 0


def verify(problem: Problem, timetable: Timetable) -> Verdict:
    """The verdict on a timetable, from the problem and the pieces alone. A piece that names what the problem has not is a fault and is judged no further."""
    strange = {index: fault for index, piece in enumerate(timetable.pieces) if (fault := strangeness(problem, piece))}
    known = tuple(piece for index, piece in enumerate(timetable.pieces) if index not in strange)
    seen = Occupancy(problem, Timetable(known))
    breaches = [
        Breach(index, deviation, constraint.weight * constraint.cost.of(deviation.amount))
        for index, constraint in enumerate(problem.constraints)
        for deviation in constraint.deviations(seen)
    ]
    return Verdict(
        required=_total(problem.constraints, breaches, required=True),
        optional=_total(problem.constraints, breaches, required=False),
        breaches=tuple(breaches),
        faults=(*strange.values(), *_faults(seen)),
    )


def _total(constraints: tuple[Constraint, ...], breaches: Iterable[Breach], *, required: bool) -> int:
    return sum(breach.cost for breach in breaches if constraints[breach.constraint].required is required)


def strangeness(problem: Problem, piece: Piece) -> str:
    """Why the piece cannot be one of the problem's; empty where it can."""
    if not 0 <= piece.event < len(problem.events):
        return f"a piece of event {piece.event}, of which there is none: there are {len(problem.events)}"
    event = problem.events[piece.event]
    if piece.duration < 1:
        return f"event {event.id}: a piece of {piece.duration} times"
    if piece.time is not None and not 0 <= piece.time < len(problem.times):
        return f"event {event.id}: begins at time {piece.time}, of which there is none: there are {len(problem.times)}"
    if len(piece.resources) != len(event.needs):
        return f"event {event.id}: {len(piece.resources)} resources for {len(event.needs)} needs"
    if any(one is not None and not 0 <= one < len(problem.resources) for one in piece.resources):
        return f"event {event.id}: a resource of which there is none: there are {len(problem.resources)}"
    return ""


def _faults(seen: Occupancy) -> Iterable[str]:
    problem = seen.problem
    for index, (event, pieces) in enumerate(zip(problem.events, seen.pieces_of, strict=True)):
        total = sum(piece.duration for piece in pieces)
        if total != event.duration:
            yield f"event {event.id}: its pieces last {total} times, not {event.duration}"
        lengths = tuple(sorted(piece.duration for piece in pieces if piece.time is not None))
        if (
            event.pieces is not None
            and all(piece.time is not None for piece in pieces)
            and lengths != tuple(sorted(event.pieces))
        ):
            yield f"event {event.id}: its pieces have the lengths {lengths}, not {tuple(sorted(event.pieces))}"
        if event.time is not None and any(piece.time not in (None, event.time) for piece in pieces):
            yield f"event {event.id}: begins elsewhere than at its fixed time {problem.times[event.time].id}"
        for piece in pieces:
            yield from _piece_faults(seen, index, piece.resources)
    for piece in seen.overruns:
        yield f"event {problem.events[piece.event].id}: a piece of {piece.duration} runs over the end of its day"


def _piece_faults(seen: Occupancy, index: int, chosen: tuple[int | None, ...]) -> Iterable[str]:
    event = seen.problem.events[index]
    for need, resource in zip(event.needs, chosen, strict=True):
        if need.resource is not None and resource != need.resource:
            yield f"event {event.id}: its given {need.kind} is missing or another"
        elif need.resource is None and resource is not None and resource not in need.candidates:
            yield f"event {event.id}: {seen.problem.resources[resource].id} is no candidate for its {need.role or need.kind}"
