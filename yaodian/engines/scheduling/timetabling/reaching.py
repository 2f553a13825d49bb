"""Where the pieces of an event can begin by themselves: fixed, preferred and unavailable times put together.

What is found is an outer bound: a start that is missing is impossible by the required constraints, one that is there may be so by others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from .constraints.busyness import AvoidClashes, AvoidUnavailableTimes, ClusterBusyTimes, LimitBusyTimes
from .constraints.staffing import AssignResources
from .constraints.times import AssignTimes, LinkEvents, PreferTimes
from .problem import Problem


def lengths(problem: Problem, event: int) -> tuple[int, ...]:
    """The lengths of the event's pieces as far as they are certain: those given, or one time where the division is open."""
    whole = problem.events[event]
    return whole.pieces or ((1,) if whole.time is None else (whole.duration,))


def given(problem: Problem, event: int) -> set[int]:
    """The resources that an event is given."""
    return {need.resource for need in problem.events[event].needs if need.resource is not None}


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
        #: Events all of whose pieces must have a time, and needs (event, role) that must have a resource.
        self.placed: set[int] = set()
        self.filled: set[tuple[int, str]] = set()
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
            elif isinstance(constraint, AssignTimes):
                self.placed.update(constraint.events)
            elif isinstance(constraint, AssignResources):
                self.filled.update((event, constraint.role) for event in constraint.events)
            elif isinstance(constraint, PreferTimes):
                for event in constraint.events:
                    self._preferring[event].append(at)
        self._starts: dict[tuple[int, int], frozenset[int]] = {}
        self._times: dict[int, frozenset[int]] = {}

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
        if event not in self._times:
            spans = (
                self.problem.span(start, length) or ()
                for length in set(lengths(self.problem, event))
                for start in self.starts(event, length)
            )
            # A start says little about the end of a piece whose length is open.
            is_open = self.problem.events[event].pieces is None and bool(self._preferring[event])
            every = range(len(self.problem.times))
            self._times[event] = frozenset(every if is_open else chain.from_iterable(spans))
        return self._times[event]

    def reasons(self, event: int) -> tuple[int, ...]:
        """The constraints that take starts from the event."""
        closing = (
            self.closing.get(need.resource, set())
            for need in self.problem.events[event].needs
            if need.resource is not None
        )
        return tuple(sorted(set(self._preferring[event]).union(*closing)))

    def supply(self, resource: int, events: Iterable[int] | None) -> tuple[int, tuple[int, ...]]:
        """At how many times of a week the resource can be busy at most, with these events or any, and the constraints that lower it."""
        times = range(len(self.problem.times)) if events is None else chain.from_iterable(map(self.times, events))
        usable = set(times) - self.unavailable.get(resource, set())
        least, reasons = len(usable), set(self.closing.get(resource, ()))
        for at in self.limiting.get(resource, ()):
            constraint = self.problem.constraints[at]
            if isinstance(constraint, LimitBusyTimes):
                if constraint.maximum is None or constraint.tag is not None:
                    continue
                caps = [constraint.maximum] * len(constraint.time_groups)
                kept = len(caps)
            elif isinstance(constraint, ClusterBusyTimes) and constraint.maximum is not None:
                caps = [len(self.problem.times)] * len(constraint.time_groups)
                kept = constraint.maximum
            else:
                continue
            groups = [usable & group for group in constraint.time_groups]
            if sum(map(len, groups)) != len(set().union(*groups)):
                continue  # groups that meet bound nothing by adding up
            outside = len(usable) - sum(map(len, groups))
            fullest = sorted((min(cap, len(group)) for cap, group in zip(caps, groups, strict=True)), reverse=True)
            bound = outside + sum(fullest[:kept])
            if bound < least:
                least, reasons = bound, {*self.closing.get(resource, ()), at}
        return least, tuple(sorted(reasons))

    def spare(self, resource: int, events: Sequence[int]) -> int:
        """The times of its fullest week that these events leave the resource."""
        wanted = [0] * self.problem.cycle
        for event in events:
            for week in self.problem.weeks_of(event):
                wanted[week] += self.problem.events[event].duration
        return self.supply(resource, events)[0] - max(wanted)

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
