"""Where the pieces of an event can begin by themselves: fixed, preferred and unavailable times put together.

What is found is an outer bound: a start that is missing is impossible by the required constraints, one that is there may be so by others.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from .constraints.busyness import AvoidClashes, AvoidUnavailableTimes, ClusterBusyTimes, LimitBusyTimes
from .constraints.times import LinkEvents, PreferTimes
from .problem import Problem


def lengths(problem: Problem, event: int) -> tuple[int, ...]:
    """The lengths of the event's pieces as far as they are certain: those given, or one time where the division is open."""
    whole = problem.events[event]
    return whole.pieces or ((1,) if whole.time is None else (whole.duration,))


class Reach:
    """The required constraints of a problem by what they bound. Built once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        #: Resources that attend one piece at a time.
        self.clashing: frozenset[int] = frozenset(
            resource
            for constraint in problem.constraints
            if isinstance(constraint, AvoidClashes) and constraint.required
            for resource in constraint.resources
        )
        #: For each resource the times at which it must not be busy, and the constraints that say so.
        self.unavailable: dict[int, set[int]] = defaultdict(set)
        self.closing: dict[int, set[int]] = defaultdict(set)
        #: For each resource the constraints that limit how much it is busy.
        self.limiting: dict[int, list[int]] = defaultdict(list)
        self._preferring: dict[int, list[int]] = defaultdict(list)
        for at, constraint in enumerate(problem.constraints):
            if not constraint.required:
                continue
            if isinstance(constraint, AvoidUnavailableTimes):
                for resource in constraint.resources:
                    self.unavailable[resource] |= constraint.times
                    self.closing[resource].add(at)
            elif isinstance(constraint, LimitBusyTimes | ClusterBusyTimes):
                for resource in constraint.resources:
                    self.limiting[resource].append(at)
            elif isinstance(constraint, PreferTimes):
                for event in constraint.events:
                    self._preferring[event].append(at)
        self._starts: dict[tuple[int, int], frozenset[int]] = {}

    def starts(self, event: int, length: int) -> frozenset[int]:
        """The times at which a piece of this length can begin."""
        key = (event, length)
        if key not in self._starts:
            self._starts[key] = self._found(event, length)
        return self._starts[key]

    def _found(self, event: int, length: int) -> frozenset[int]:
        problem, whole = self.problem, self.problem.events[event]
        wishes = []
        for at in self._preferring[event]:
            constraint = problem.constraints[at]
            if not isinstance(constraint, PreferTimes):
                continue
            # Where the lengths are open a wish for some lengths, or for the whole of a piece, says nothing certain of its start.
            if whole.pieces is not None or (constraint.duration is None and not constraint.throughout):
                wishes.append(constraint)
        closed: set[int] = set()
        for need in whole.needs:
            if need.resource is not None:
                closed |= self.unavailable.get(need.resource, set())
        found = []
        for start in range(len(problem.times)) if whole.time is None else (whole.time,):
            span = problem.span(start, length)
            if span is not None and closed.isdisjoint(span) and not any(wish.missing(span) for wish in wishes):
                found.append(start)
        return frozenset(found)

    def times(self, event: int) -> frozenset[int]:
        """The times at which the event can run at all."""
        found: set[int] = set()
        if self.problem.events[event].pieces is None and self._preferring[event]:
            # A start says little about the end of a piece whose length is open.
            return frozenset(range(len(self.problem.times)))
        for length in set(lengths(self.problem, event)):
            for start in self.starts(event, length):
                found.update(self.problem.span(start, length) or ())
        return frozenset(found)

    def reasons(self, event: int) -> tuple[int, ...]:
        """The constraints that take starts from the event."""
        closing = (
            self.closing.get(need.resource, set())
            for need in self.problem.events[event].needs
            if need.resource is not None
        )
        return tuple(sorted(set(self._preferring[event]).union(*closing)))

    @cached_property
    def links(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Sets of events that run at the same times, directly or by way of others, and the constraints that bind them."""
        parent: dict[int, int] = {}

        def root(event: int) -> int:
            while parent.setdefault(event, event) != event:
                event = parent[event]
            return event

        bound: list[tuple[int, tuple[int, ...]]] = []
        for at, constraint in enumerate(self.problem.constraints):
            if isinstance(constraint, LinkEvents) and constraint.required:
                for group in constraint.groups:
                    bound.append((at, group))
                    for event in group[1:]:
                        parent[root(event)] = root(group[0])
        members: dict[int, set[int]] = defaultdict(set)
        reasons: dict[int, set[int]] = defaultdict(set)
        for at, group in bound:
            for event in group:
                members[root(event)].add(event)
                reasons[root(event)].add(at)
        return tuple((tuple(sorted(members[one])), tuple(sorted(reasons[one]))) for one in sorted(members))
