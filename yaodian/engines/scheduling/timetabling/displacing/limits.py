"""Required upper bounds that more than two pieces share, counted while pieces come and go: lessons of a day, on end, at once, of one course; days used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from yaodian.engines.scheduling.timetabling.constraints import busyness, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.problem import Problem

from .pairing import Grid, Indices, Kind, is_about_all


class Limits:
    """Counters. Each has a most; a piece of a kind that begins somewhere adds an amount to some of them.

    ``days`` are counters of another sort: of the time groups of a resource at most so many may be used at all.
    """

    def __init__(self, problem: Problem, clashing: frozenset[int], grid: Grid, kinds: Sequence[Kind]) -> None:
        self.problem, self.grid, self.kinds = problem, grid, kinds
        self._clashing = clashing
        self._known: dict[tuple[int, frozenset[int]], list[int]] = {}
        self._of_event: dict[int, list[int]] = defaultdict(list)
        self._of_resource: dict[int, list[int]] = defaultdict(list)
        self._free_of: dict[int, int] = {}
        for number, kind in enumerate(kinds):
            for event in kind.events:
                self._of_event[event].append(number)
            for one in kind.resources:
                if kind.free_of is None:
                    self._of_resource[one].append(number)
            if kind.free_of is not None:
                self._free_of[kind.free_of] = number
        # Counter 0 is never full and fills up rows.
        self._most: list[int] = [10**6]
        self._adds: list[dict[int, list[tuple[int, int]]]] = [defaultdict(list) for _ in kinds]
        self.whose: list[list[int]] = [[]]
        self._days_most: list[int] = []
        self._days_of: list[list[tuple[int, Indices]]] = [[] for _ in kinds]
        self.days_whose: list[list[int]] = []
        for constraint in problem.constraints:
            if constraint.required:
                self._state(constraint)
        self._lay()

    def _state(self, constraint: Constraint) -> None:
        if isinstance(constraint, times.SpreadEvents):
            for group in constraint.groups:
                mine = self._numbers(group)
                for some, _least, most in constraint.spread:
                    if most is not None:
                        self._count(mine, some, most, by_time=False)
        elif isinstance(constraint, times.LimitRunning) and constraint.maximum is not None:
            for group in constraint.groups if not is_about_all(constraint, self.problem) else ():
                for time in sorted(constraint.times):
                    self._count(self._numbers(group), frozenset({time}), constraint.maximum)
        elif isinstance(constraint, busyness.LimitBusyTimes):
            for resource in constraint.resources:
                self._limit_busy(constraint, resource)
        elif isinstance(constraint, busyness.LimitRuns):
            for resource in constraint.resources:
                mine = self._bearing(resource, constraint.tag)
                for line in constraint.time_groups:
                    for begin in range(len(line) - constraint.maximum):
                        self._count(mine, frozenset(line[begin : begin + constraint.maximum + 1]), constraint.maximum)
        elif isinstance(constraint, busyness.ClusterBusyTimes) and constraint.maximum is not None:
            for resource in constraint.resources:
                self._limit_days(resource, constraint.time_groups, constraint.maximum)

    def _numbers(self, group: Iterable[int]) -> list[int]:
        return list(dict.fromkeys(number for event in group for number in self._of_event[event]))

    def _bearing(self, resource: int, tag: str | None) -> list[int]:
        """The kinds that keep a resource busy, each at times of its own; none where two may at once."""
        return [
            number
            for number in (self._of_resource[resource] if resource in self._clashing else ())
            if tag is None or any(tag in self.problem.events[event].tags for event in self.kinds[number].events)
        ]

    def _limit_busy(self, constraint: busyness.LimitBusyTimes, resource: int) -> None:
        mine = self._bearing(resource, constraint.tag)
        for group in constraint.time_groups:
            if constraint.maximum is not None:
                self._count(mine, group, constraint.maximum)
            free = self._free_of.get(resource)
            if free is not None and constraint.minimum and constraint.counts_empty and constraint.tag is None:
                usable = len(group.intersection(self.kinds[free].starts))
                self._count([free], group, max(0, usable - constraint.minimum))

    def _count(self, whose: list[int], group: frozenset[int], most: int, *, by_time: bool = True) -> None:
        """A counter of the times (or with ``by_time`` false the begins) of kinds in a group of times, in each week that needs one."""
        for week in range(self.problem.cycle):
            mine = [number for number in whose if week in self.kinds[number].weeks]
            if week and mine == [number for number in whose if week - 1 in self.kinds[number].weeks]:
                continue
            amounts = {number: self._amounts(self.kinds[number], group, by_time) for number in mine}
            if sum(self.kinds[one].count * max(added.values(), default=0) for one, added in amounts.items()) <= most:
                continue
            rule = len(self._most)
            self._most.append(most)
            self.whose.append(mine)
            for number, added in amounts.items():
                for start, amount in added.items():
                    self._adds[number][start].append((rule, amount))

    def _amounts(self, kind: Kind, group: frozenset[int], by_time: bool) -> dict[int, int]:
        """What a piece of the kind adds, by the starts at which it adds something."""
        key = (kind.length if by_time else 0, group)
        if key not in self._known:
            found = np.zeros(self.grid.size, np.int64)
            if by_time:
                found = self.grid.covers(kind.length)[:, sorted(group)].sum(axis=1)
            else:
                found[sorted(group)] = 1
            self._known[key] = found.tolist()
        amounts = self._known[key]
        return {start: amounts[start] for start in kind.starts if amounts[start]}

    def _limit_days(self, resource: int, groups: Sequence[frozenset[int]], most: int) -> None:
        mine = self._of_resource[resource]
        if not mine or len(groups) <= most:
            return
        if most < 1:
            self._count(mine, frozenset().union(*groups), 0)
            return
        for week in range(self.problem.cycle):
            running = [number for number in mine if week in self.kinds[number].weeks]
            rule = len(self._days_most)
            self._days_most.append(most)
            self.days_whose.append(running)
            for number in running:
                group_of = np.full(self.grid.size, -1)
                for at, group in enumerate(groups):
                    group_of[sorted(group)] = at
                self._days_of[number].append((rule, group_of))

    def _lay(self) -> None:
        size = self.grid.size
        self.most: NDArray[np.int32] = np.array(self._most, np.int32)
        self.count = np.zeros_like(self.most)
        self.rules: list[Indices] = []
        self.amounts: list[NDArray[np.int32]] = []
        for added in self._adds:
            width = max((len(some) for some in added.values()), default=0)
            rules = np.zeros((size, width), np.intp)
            amounts = np.zeros((size, width), np.int32)
            for start, some in added.items():
                for place, (rule, amount) in enumerate(some):
                    rules[start, place], amounts[start, place] = rule, amount
            self.rules.append(rules)
            self.amounts.append(amounts)
        groups = max((int(of.max(initial=0)) for mine in self._days_of for _, of in mine), default=0) + 2
        self.used = np.zeros((len(self._days_most), groups), np.int32)

    def put(self, kind: int, start: int, sign: int) -> None:
        """A piece comes (1) or goes (-1)."""
        rules = self.rules[kind]
        if rules.shape[1]:
            # No rule stands twice in a row, but for the first, which is never asked.
            self.count[rules[start]] += sign * self.amounts[kind][start]
        for rule, group_of in self._days_of[kind]:
            self.used[rule, group_of[start]] += sign

    def beyond(self, kind: int) -> NDArray[np.int64]:
        """For every start how many pieces, about, would have to go for one of this kind."""
        found = np.zeros(self.grid.size, np.int64)
        rules = self.rules[kind]
        if rules.shape[1]:
            over = self.count[rules] + self.amounts[kind] > self.most[rules]
            found += over.sum(axis=1)
        for rule, group_of in self._days_of[kind]:
            used = self.used[rule, :-1]
            days = used[used > 0]
            if len(days) >= self._days_most[rule]:
                found += np.where((group_of >= 0) & (self.used[rule, group_of] == 0), days.min(), 0)
        return found

    def full(self, kind: int, start: int) -> list[tuple[int, int]]:
        """The counters that a piece would make overfull, each with by how much."""
        rules = self.rules[kind]
        if not rules.shape[1]:
            return []
        over = self.count[rules[start]] + self.amounts[kind][start] - self.most[rules[start]]
        return [(int(rules[start, at]), int(over[at])) for at in np.flatnonzero(over > 0)]

    def adds(self, kind: int, start: int, rule: int) -> int:
        """How much a piece adds to a counter."""
        return int(self.amounts[kind][start][self.rules[kind][start] == rule].sum())

    def days_too_many(self, kind: int, start: int) -> list[tuple[int, int, Indices]]:
        """Counters of days that a piece would make overfull: (counter, the used group with the fewest pieces, group of each start)."""
        found = []
        for rule, group_of in self._days_of[kind]:
            used = self.used[rule, :-1]
            if group_of[start] >= 0 and not self.used[rule, group_of[start]]:
                there = np.flatnonzero(used)
                if len(there) >= self._days_most[rule]:
                    found.append((rule, int(there[np.argmin(used[there])]), group_of))
        return found
