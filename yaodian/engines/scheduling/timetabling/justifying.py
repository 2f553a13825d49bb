"""Why a timetable costs what it costs, as plain data: what a page needs to put a breach into a sentence, in whatever language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .constraints.base import Constraint
from .problem import Event, Problem, Resource, Time
from .verifying import Breach


@dataclass(frozen=True, slots=True)
class Justification:
    """One breach with the names of what has part in it.

    ``kind`` is the constraint's kind as a code («limit_idle_times»), ``name`` and ``reason`` are its own words. ``expected`` and ``found`` are figures in the
    kind's unit (``constraints``), None where the kind has none.
    """

    kind: str
    name: str
    reason: str
    required: bool
    amount: int
    cost: int
    events: tuple[str, ...]
    resources: tuple[str, ...]
    times: tuple[str, ...]
    expected: int | None
    found: int | None


def kind_of(constraint: Constraint) -> str:
    """The code of a constraint's kind: ``LimitIdleTimes`` is «limit_idle_times»."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(constraint).__name__).lower()


def justify(problem: Problem, breach: Breach) -> Justification:
    """The breach in names: those of the events, resources and times, or their ids where they have none."""
    constraint = problem.constraints[breach.constraint]
    missed = breach.deviation
    return Justification(
        kind=kind_of(constraint),
        name=constraint.name,
        reason=constraint.reason,
        required=constraint.required,
        amount=missed.amount,
        cost=breach.cost,
        events=tuple(_called(problem.events[index]) for index in missed.events),
        resources=tuple(_called(problem.resources[index]) for index in missed.resources),
        times=tuple(_called(problem.times[index]) for index in missed.times),
        expected=missed.expected,
        found=missed.found,
    )


def _called(thing: Event | Resource | Time) -> str:
    return thing.name or thing.id
