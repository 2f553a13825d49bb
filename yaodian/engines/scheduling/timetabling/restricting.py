"""A problem cut down to some of its events so that it can only become easier: what is impossible there is impossible in the whole.

Constraints that other events could help to keep (gaps that they might fill, minima that they might meet) are kept only where
all events that have part in them are there, and lose their minimum or are left out elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from .constraints.base import Constraint, Deviation
from .constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    GapsBetweenPlaces,
    LimitBusyTimes,
    LimitMoves,
    LimitRuns,
    LimitSpan,
    LimitWorkload,
    RestBetweenDays,
    ShareFairly,
)
from .constraints.times import AdjoinEvents, LimitRunning, LimitTimesUsed, SpreadEvents
from .problem import Event, Problem

#: Kinds that fewer busy times only ease; with ``minimum`` those of which that holds for the maximum alone.
_EASED = (AvoidClashes, AvoidUnavailableTimes, LimitRuns, LimitSpan, LimitMoves, RestBetweenDays)
_EASED_ABOVE = (LimitBusyTimes, ClusterBusyTimes, LimitWorkload)


@dataclass(frozen=True)
class Restricted:
    """``events`` and ``constraints``: for each of the smaller problem's its index in the whole. Times and resources keep theirs."""

    problem: Problem
    events: tuple[int, ...]
    constraints: tuple[int, ...]

    def in_whole(self, deviation: Deviation) -> Deviation:
        """The deviation with the whole's indices of events."""
        return replace(deviation, events=tuple(self.events[one] for one in deviation.events))


def restrict(problem: Problem, events: Iterable[int], *, open_needs: bool = True) -> Restricted:
    """The problem with only these events; without ``open_needs`` nothing is asked of resources that are to be chosen."""
    kept = tuple(sorted(set(events)))
    place = {event: at for at, event in enumerate(kept)}
    incomplete = {
        resource
        for index, event in enumerate(problem.events)
        if index not in place
        for need in event.needs
        for resource in ((need.resource,) if need.resource is not None else need.candidates)
    }
    attending = {
        resource
        for index in kept
        for need in problem.events[index].needs
        for resource in ((need.resource,) if need.resource is not None else need.candidates)
    }
    constraints: list[Constraint] = []
    indices: list[int] = []
    for at, constraint in enumerate(problem.constraints):
        for part in _parts(constraint, place, attending, incomplete):
            constraints.append(part)
            indices.append(at)
    smaller = replace(
        problem, events=tuple(_needing(problem.events[one], open_needs) for one in kept), constraints=tuple(constraints)
    )
    return Restricted(smaller, kept, tuple(indices))


def _needing(event: Event, open_needs: bool) -> Event:
    if open_needs or all(need.resource is not None for need in event.needs):
        return event
    return replace(event, needs=tuple(need for need in event.needs if need.resource is not None))


def _parts(
    constraint: Constraint, place: dict[int, int], attending: set[int], incomplete: set[int]
) -> list[Constraint]:
    """The constraint as it stands for fewer events: none, one, or one for complete and one for incomplete points."""
    if isinstance(constraint, ShareFairly):
        groups = tuple(group for group in constraint.groups if incomplete.isdisjoint(group) and attending & set(group))
        return _with(constraint, groups=groups)
    if hasattr(constraint, "groups"):
        every: tuple[tuple[int, ...], ...] = constraint.groups
        whole = tuple(tuple(place[one] for one in group) for group in every if all(one in place for one in group))
        partly = tuple(
            tuple(place[one] for one in group if one in place)
            for group in every
            if any(one not in place for one in group)
        )
        partly = tuple(group for group in partly if group)
        found = _with(constraint, groups=whole)
        if isinstance(constraint, AdjoinEvents):
            return found
        if isinstance(constraint, LimitRunning | LimitTimesUsed):
            return found + (_with(constraint, groups=partly, minimum=0) if constraint.maximum is not None else [])
        if isinstance(constraint, SpreadEvents):
            spread = tuple((times, 0, maximum) for times, _minimum, maximum in constraint.spread)
            return found + _with(constraint, groups=partly, spread=spread)
        return found + _with(constraint, groups=partly)
    if hasattr(constraint, "pairs"):
        pairs = tuple((place[one], place[other]) for one, other in constraint.pairs if one in place and other in place)
        return _with(constraint, pairs=pairs)
    if hasattr(constraint, "events"):
        return _with(constraint, events=tuple(place[one] for one in constraint.events if one in place))
    resources: tuple[int, ...] = tuple(one for one in getattr(constraint, "resources", ()) if one in attending)
    complete = tuple(one for one in resources if one not in incomplete)
    others = tuple(one for one in resources if one in incomplete)
    # A run that counts once becomes two where a lesson in its middle is left out, a way of minutes another way.
    is_exact = getattr(constraint, "once", False) or getattr(constraint, "minutes", ())
    if isinstance(constraint, (*_EASED, GapsBetweenPlaces)) and not is_exact:
        return _with(constraint, resources=resources)
    found = _with(constraint, resources=complete)
    if isinstance(constraint, _EASED_ABOVE) and constraint.maximum is not None:
        found += _with(constraint, resources=others, minimum=0)
    return found


def _with(constraint: Constraint, **fields: Any) -> list[Constraint]:
    """The constraint for these points; none where there are none."""
    points = next(fields[name] for name in ("groups", "pairs", "events", "resources") if name in fields)
    return [replace(constraint, **fields)] if points else []
