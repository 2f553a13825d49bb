"""Pieces two by two: where the one cannot begin while the other is where it is, by what is required of the two.

A *kind* is what cannot be told apart: the pieces of one length of one event, or of events that run at the same times and are placed as one. Each
pair of kinds has a table, bool[starts of the one, starts of the other], made once for all pairs of which the same is required.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from yaodian.engines.scheduling.timetabling.constraints import busyness, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.problem import Problem
from yaodian.engines.scheduling.timetabling.reaching import Reach

Table = NDArray[np.bool_]
Indices = NDArray[np.intp]
Rule = tuple[object, ...]

_CLASH: Rule = ("clash",)
_APART: Rule = ("apart",)
# Divisions of an event that are looked at, before it is left to others.
_MOST_DIVISIONS = 2000


@dataclass(frozen=True)
class Kind:
    """``count`` pieces of ``length`` times, of each of the ``events``; ``starts`` are where they may begin. Free times (``free_of`` a resource) have no
    events."""

    events: tuple[int, ...]
    length: int
    count: int
    starts: tuple[int, ...]
    resources: tuple[int, ...]
    weeks: tuple[int, ...]
    free_of: int | None = None


class Grid:
    """The times of a week as arrays: what a piece covers, where it ends, what follows it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.size = len(problem.times)
        self.day: Indices = np.array([time.day for time in problem.times], np.intp)
        self.place: Indices = np.array(problem.places, np.intp)
        self.meets = np.eye(self.size, dtype=bool)
        for one, others in enumerate(problem.overlapping):
            self.meets[one, list(others)] = True
        self._spans: dict[int, Indices] = {}

    def spans(self, length: int) -> Indices:
        """int[starts, length]: the times of a piece; the number of times, which is none, where it does not fit."""
        if length not in self._spans:
            found = np.full((self.size, length), self.size, np.intp)
            for start in range(self.size):
                span = self.problem.span(start, length)
                if span is not None:
                    found[start] = span
            self._spans[length] = found
        return self._spans[length]

    def covers(self, length: int) -> Table:
        """bool[starts, times]."""
        found = np.zeros((self.size, self.size + 1), bool)
        np.put_along_axis(found, self.spans(length), True, axis=1)
        return found[:, : self.size]

    def met(self, length: int) -> Table:
        """bool[starts, times]: the times of a piece and those of other schedules that meet them in the clock."""
        found: Table = self.covers(length).astype(np.int32) @ self.meets.astype(np.int32) > 0
        return found

    def follows(self, length: int, between: Iterable[int] = ()) -> Table:
        """bool[starts, times]: the time right after a piece on its day, times ``between`` left out."""
        passed = set(between)
        found = np.zeros((self.size, self.size), bool)
        for start, last in enumerate(self.spans(length)[:, -1].tolist()):
            following = self.problem.followers[last] if last < self.size else None
            while following is not None:
                if self.day[following] == self.day[last]:
                    found[start, following] = True
                if following not in passed:
                    break
                following = self.problem.followers[following]
        return found

    def ends(self, length: int) -> Indices:
        """The last time of a piece at each start; its start where it does not fit."""
        last = self.spans(length)[:, -1]
        return np.where(last < self.size, last, np.arange(self.size))


def kinds_of(problem: Problem, reach: Reach) -> list[Kind]:
    """All pieces that have to be placed, and the free times of resources whose days begin early and have no gap.

    Such a resource has nothing after a free time on the same day; free times placed like lessons make its week full.
    """
    divisions = {event: lengths for event in range(len(problem.events)) if (lengths := _division(problem, event))}
    found: list[Kind] = []
    for group in _tied(problem, divisions):
        given = {need.resource for event in group for need in problem.events[event].needs if need.resource is not None}
        weeks = problem.weeks_of(group[0])
        lengths = divisions[group[0]]
        for length in sorted(set(lengths), reverse=True):
            starts = frozenset.intersection(*(reach.starts(event, length) for event in group))
            found.append(Kind(group, length, lengths.count(length), tuple(sorted(starts)), tuple(sorted(given)), weeks))
    found.extend(_free_times(problem, reach))
    return found


def _tied(problem: Problem, divisions: dict[int, tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Events that run at the same times, in groups that can be placed as one."""
    leader = {event: event for event in divisions}

    def find(one: int) -> int:
        while leader[one] != one:
            one = leader[one]
        return one

    for group in _linked(problem):
        known = [event for event in group if event in divisions]
        for other in known[1:]:
            alike = divisions[known[0]] == divisions[other] and problem.weeks_of(known[0]) == problem.weeks_of(other)
            if alike:
                leader[find(other)] = find(known[0])
    groups: dict[int, list[int]] = defaultdict(list)
    for event in divisions:
        groups[find(event)].append(event)
    return [tuple(group) for group in groups.values()]


def _linked(problem: Problem) -> Iterator[tuple[int, ...]]:
    for constraint in problem.constraints:
        if not constraint.required:
            continue
        if isinstance(constraint, times.LinkEvents):
            yield from constraint.groups
        elif isinstance(constraint, times.BeginAlike) and all(len(group) == 1 for group in constraint.time_groups):
            covered = {time for group in constraint.time_groups for time in group}
            if len(covered) == len(problem.times):
                yield from (
                    group
                    for group in constraint.groups
                    if all(len(problem.events[one].pieces or (1,)) == 1 for one in group)
                )


def _division(problem: Problem, event: int) -> tuple[int, ...]:
    """The lengths of an event's pieces: those given, or the division that costs least by the constraints on it; empty where none was found."""
    whole = problem.events[event]
    if whole.pieces is not None:
        return tuple(sorted(whole.pieces, reverse=True))
    if whole.time is not None or whole.duration == 1:
        return (whole.duration,)
    asked = [
        constraint
        for constraint in problem.constraints
        if isinstance(constraint, times.SplitEvents | times.DistributeSplitEvents) and event in constraint.events
    ]
    best: tuple[tuple[int, int, int], tuple[int, ...]] | None = None
    for number, lengths in enumerate(_partitions(whole.duration, whole.duration)):
        if number >= _MOST_DIVISIONS:
            break
        missed = [0, 0]
        for constraint in asked:
            missed[0 if constraint.required else 1] += constraint.weight * constraint.cost.of(
                _undivided(constraint, lengths)
            )
        key = ((missed[0], missed[1], max(lengths)), lengths)
        if best is None or key < best:
            best = key
    return best[1] if best is not None else ()


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)


def _undivided(constraint: times.SplitEvents | times.DistributeSplitEvents, lengths: tuple[int, ...]) -> int:
    def beyond(found: int, least: int, most: int | None) -> int:
        return max(0, least - found) + (0 if most is None else max(0, found - most))

    if isinstance(constraint, times.DistributeSplitEvents):
        return beyond(lengths.count(constraint.duration), constraint.minimum, constraint.maximum)
    amount = beyond(len(lengths), constraint.minimum_amount, constraint.maximum_amount)
    return amount + sum(beyond(one, constraint.minimum_duration, constraint.maximum_duration) > 0 for one in lengths)


def _free_times(problem: Problem, reach: Reach) -> Iterator[Kind]:
    if problem.cycle > 1:
        return
    load: dict[int, int] = defaultdict(int)
    for event in problem.events:
        for one in {need.resource for need in event.needs if need.resource is not None}:
            load[one] += event.duration
    for resource, lines in lines_without_gaps(problem).items():
        usable = {time for line in lines for time in line} - reach.unavailable.get(resource, set())
        spare = len(usable) - load[resource]
        if resource in reach.clashing and spare > 0 and load[resource]:
            yield Kind((), 1, spare, tuple(sorted(usable)), (resource,), problem.weeks_of(0), free_of=resource)


def lines_without_gaps(problem: Problem) -> dict[int, tuple[tuple[int, ...], ...]]:
    """For every resource that must begin its days at their first time and have no gap, the times of its days in their order."""
    early: dict[int, tuple[tuple[int, ...], ...]] = {}
    closed: set[int] = set()
    for constraint in problem.constraints:
        if not constraint.required:
            continue
        if isinstance(constraint, busyness.BeginDaysEarly) and constraint.maximum == 0:
            early.update(dict.fromkeys(constraint.resources, constraint.time_groups))
        elif isinstance(constraint, busyness.LimitIdleTimes) and constraint.maximum == 0:
            closed.update(constraint.resources)
    chosen = {one for event in problem.events for need in event.needs for one in need.candidates}
    return {resource: lines for resource, lines in early.items() if resource in closed and resource not in chosen}


def is_about_all(constraint: times.LimitRunning, problem: Problem) -> bool:
    """Whether no two of the events may ever run at once."""
    return constraint.maximum == 1 and len(constraint.times) == len(problem.times)


class Pairs:
    """``near[q]``: (kinds, for every start of q the starts at which those kinds cannot begin), for all kinds that q can be in the way of."""

    def __init__(self, problem: Problem, reach: Reach, grid: Grid, kinds: list[Kind]) -> None:
        self.problem, self.grid, self.kinds = problem, grid, kinds
        self.clash = self._clashes(reach)
        self._rules: dict[tuple[int, int], set[Rule]] = defaultdict(set)
        self._of_event: dict[int, list[int]] = defaultdict(list)
        for number, kind in enumerate(kinds):
            for event in kind.events:
                self._of_event[event].append(number)
        for constraint in problem.constraints:
            if constraint.required:
                for one, other, rule in self._of(constraint):
                    self._add(one, other, rule)
        self._lay_free_times()
        self._tables: dict[tuple[Rule, int, int], Table] = {}
        self.near = self._near()

    @cached_property
    def attends(self) -> NDArray[np.float32]:
        """1 where a kind has a resource."""
        found = np.zeros((len(self.kinds), len(self.problem.resources)), np.float32)
        for number, kind in enumerate(self.kinds):
            found[number, list(kind.resources)] = 1
        return found

    def _clashes(self, reach: Reach) -> Table:
        guarded = np.zeros(len(self.problem.resources), np.float32)
        guarded[sorted(reach.clashing)] = 1
        clash = np.zeros((len(self.kinds), len(self.kinds)), bool)
        for week in range(self.problem.cycle):
            runs = np.array([week in kind.weeks for kind in self.kinds], np.float32)
            there = self.attends * guarded * runs[:, None]
            clash |= there @ there.T > 0
        return clash

    def _add(self, one: int, other: int, rule: Rule) -> None:
        if one == other and self.kinds[one].count < 2:
            return
        self._rules[one, other].add(rule)
        self._rules[other, one].add(("turned", rule))

    def _between(self, group: Iterable[int], rule: Rule, *, meeting: bool = True) -> Iterator[tuple[int, int, Rule]]:
        """All pairs of the kinds of these events, in the order of the group."""
        found = list(dict.fromkeys(number for event in group for number in self._of_event[event]))
        for at, one in enumerate(found):
            for other in found[at:]:
                if not meeting or self._do_meet(one, other):
                    yield one, other, rule

    def _do_meet(self, one: int, other: int) -> bool:
        """Whether there is a week in which both run."""
        return not set(self.kinds[one].weeks).isdisjoint(self.kinds[other].weeks)

    def _is_single(self, event: int) -> bool:
        """Whether an event has one piece."""
        return sum(self.kinds[number].count for number in self._of_event[event]) == 1

    def _of(self, constraint: Constraint) -> Iterator[tuple[int, int, Rule]]:
        """What a constraint says of two kinds."""
        if isinstance(constraint, times.DaysBetween):
            rule: Rule = ("days", constraint.minimum, constraint.maximum, constraint.adjoins_on_same_day)
            for group in constraint.groups:
                yield from self._between(group, rule)
        elif isinstance(constraint, times.AdjoinOnSameDay):
            for group in constraint.groups:
                yield from self._between(group, ("adjoin on a day",))
        elif isinstance(constraint, times.GapsBetween):
            for group in constraint.groups:
                for one, other, rule in self._between(group, ("gap", constraint.minimum, constraint.ordered)):
                    if not constraint.ordered or self.kinds[one].events != self.kinds[other].events:
                        yield one, other, rule
        elif isinstance(constraint, times.KeepApart) or (
            isinstance(constraint, times.LimitRunning) and is_about_all(constraint, self.problem)
        ):
            for group in constraint.groups:
                yield from self._between(group, _APART)
        elif isinstance(constraint, times.LinkEvents):
            for group in constraint.groups:
                for one, other, rule in self._between(group, ("together",), meeting=False):
                    mine, yours = self.kinds[one], self.kinds[other]
                    # Those that are placed as one have no pair, and of several pieces it is open which go together.
                    if mine.events != yours.events and mine.length == yours.length and mine.count == yours.count == 1:
                        yield one, other, rule
        elif isinstance(constraint, times.BeginAlike):
            for group in constraint.groups:
                yield from self._between(group, ("alike", constraint.time_groups), meeting=False)
        elif isinstance(constraint, times.AdjoinEvents):
            for group in constraint.groups:
                rule = ("adjoin", constraint.ordered, constraint.times_that_do_not_part)
                is_pair = len(group) == 2 and all(self._is_single(event) for event in group)
                yield from self._between(group, rule if is_pair else ("one day",), meeting=False)
        elif isinstance(constraint, times.OrderEvents | times.OrderOnSameDay):
            for first, second in constraint.pairs:
                rule = ("order on a day",)
                if isinstance(constraint, times.OrderEvents):
                    rule = ("order", constraint.minimum, None, False)
                    if self._is_single(first) and self._is_single(second):
                        rule = ("order", constraint.minimum, constraint.maximum, constraint.same_day)
                for one in self._of_event[first]:
                    for other in self._of_event[second]:
                        if isinstance(constraint, times.OrderEvents) or self._do_meet(one, other):
                            yield one, other, rule
        elif isinstance(constraint, times.EndDay):
            yield from self._ends(constraint)
        elif isinstance(constraint, busyness.LimitSpan) and not constraint.exceptions:
            for resource in constraint.resources:
                yield from self._sharing(resource, ("span", constraint.time_groups, constraint.maximum))

    def _sharing(self, resource: int, rule: Rule) -> Iterator[tuple[int, int, Rule]]:
        mine = np.flatnonzero(self.attends[:, resource]).tolist()
        mine = [one for one in mine if self.kinds[one].free_of is None]
        for at, one in enumerate(mine):
            yield from ((one, other, rule) for other in mine[at:] if self._do_meet(one, other))

    def _ends(self, constraint: times.EndDay) -> Iterator[tuple[int, int, Rule]]:
        of_kind = np.array([one.kind == constraint.kind for one in self.problem.resources])
        for event in constraint.events:
            for one in self._of_event[event]:
                held = (self.attends[one] > 0) & of_kind
                for other in np.flatnonzero((self.attends[:, held] > 0).any(axis=1)).tolist():
                    if other != one and self.kinds[other].free_of is None and self._do_meet(one, other):
                        yield one, other, ("end",)

    def _lay_free_times(self) -> None:
        """Nothing right after a free time."""
        lines = lines_without_gaps(self.problem)
        for number, kind in enumerate(self.kinds):
            if kind.free_of is None:
                continue
            usable = set(kind.starts)
            days = tuple(tuple(time for time in line if time in usable) for line in lines[kind.free_of])
            for one, other, rule in self._sharing(kind.free_of, ("free", days)):
                if one == other:
                    self._add(number, one, rule)

    def _near(self) -> list[list[tuple[Indices, list[Indices]]]]:
        made: dict[tuple[frozenset[Rule], int, int], list[Indices]] = {}
        ruled: list[dict[int, set[Rule]]] = [{} for _ in self.kinds]
        for (one, other), rules in self._rules.items():
            ruled[one][other] = rules
        lengths = np.array([kind.length for kind in self.kinds])
        found: list[list[tuple[Indices, list[Indices]]]] = []
        for number, kind in enumerate(self.kinds):
            groups: dict[tuple[frozenset[Rule], int], list[int]] = defaultdict(list)
            plain = self.clash[number].copy()
            for other, rules in ruled[number].items():
                whole = frozenset({*rules, _CLASH} if plain[other] else rules)
                groups[whole, self.kinds[other].length].append(other)
                plain[other] = False
            for length in np.unique(lengths[plain]).tolist():
                groups[frozenset({_CLASH}), length] += np.flatnonzero(plain & (lengths == length)).tolist()
            mine = []
            for (whole, length), others in groups.items():
                key = (whole, kind.length, length)
                if key not in made:
                    table = np.logical_or.reduce([self._table(rule, kind.length, length) for rule in whole])
                    made[key] = [np.flatnonzero(row) for row in table]
                mine.append((np.array(sorted(others), np.intp), made[key]))
            found.append(mine)
        return found

    def _table(self, rule: Rule, one: int, other: int) -> Table:
        key = (rule, one, other)
        if key not in self._tables:
            turned = rule[0] == "turned"
            self._tables[key] = (
                self._table(rule[1], other, one).T if turned else _table(self.grid, rule, one, other)  # type: ignore[arg-type]  # a rule
            )
        return self._tables[key]


def _table(grid: Grid, rule: Rule, one: int, other: int) -> Table:
    """bool[starts of a piece of length ``one``, starts of one of length ``other``]: the two cannot be so."""
    name, *figures = rule
    day = grid.day[:, None] == grid.day[None, :]
    found: Table
    if name == "clash":
        found = grid.met(one).astype(np.int32) @ grid.covers(other).astype(np.int32).T > 0
    elif name == "apart":
        found = grid.covers(one).astype(np.int32) @ grid.covers(other).astype(np.int32).T > 0
    elif name == "days":
        least, most, adjoining = figures
        apart = np.abs(grid.day[:, None] - grid.day[None, :])
        found = apart < least
        if most is not None:
            found = found | (apart > most)
        if adjoining:
            found = found & ~(grid.follows(one) | grid.follows(other).T)
    elif name == "adjoin on a day":
        found = day & ~(grid.follows(one) | grid.follows(other).T)
    elif name == "adjoin":
        ordered, between = figures
        beside = grid.follows(one, between)  # type: ignore[arg-type]
        found = ~(beside if ordered else beside | grid.follows(other, between).T)  # type: ignore[arg-type]
    elif name == "one day":
        found = ~day
    elif name == "gap":
        least, ordered = figures
        found = day & _too_near(grid, one, least, strictly=bool(ordered))  # type: ignore[arg-type]
        if not ordered:
            found = found | (day & _too_near(grid, other, least, strictly=False).T)  # type: ignore[arg-type]
    elif name == "together":
        found = ~np.eye(grid.size, dtype=bool)
    elif name == "alike":
        group = np.full(grid.size, -1)
        for number, some in enumerate(figures[0]):  # type: ignore[var-annotated,arg-type]
            group[list(some)] = number
        found = (group[:, None] >= 0) & (group[None, :] >= 0) & (group[:, None] != group[None, :])
    elif name == "order":
        least, most, same_day = figures
        between = np.arange(grid.size)[None, :] - grid.ends(one)[:, None] - 1
        found = between < least  # type: ignore[operator]
        if most is not None:
            found = found | (between > most)  # type: ignore[operator]
        if same_day:
            found = found | ~day
    elif name == "order on a day":
        found = day & (grid.place[None, :] <= grid.place[grid.ends(one)][:, None])
    elif name == "end":
        found = day & (grid.place[grid.ends(other)][None, :] > grid.place[grid.ends(one)][:, None])
    elif name == "span":
        found = _too_long(grid, one, other, *figures)  # type: ignore[arg-type]
    elif name == "free":
        found = np.zeros((grid.size, grid.size), bool)
        for line in figures[0]:  # type: ignore[attr-defined]
            found[list(line[:-1]), list(line[1:])] = True
    else:
        raise ValueError(f"there is no rule «{name}»")
    return found


def _too_near(grid: Grid, length: int, least: int, *, strictly: bool) -> Table:
    """The first begins before the second (or with it), with too few times between its end and that."""
    begin, end = grid.place[:, None], grid.place[grid.ends(length)][:, None]
    later = grid.place[None, :]
    found: Table = (later - begin >= int(strictly)) & (np.maximum(later - end - 1, 0) < least)
    return found


def _too_long(grid: Grid, one: int, other: int, lines: tuple[tuple[int, ...], ...], most: int) -> Table:
    found = np.zeros((grid.size, grid.size), bool)
    for line in lines:
        at = np.full(grid.size, -1)
        at[list(line)] = np.arange(len(line))
        begin, end = at, at[grid.ends(one)]
        start, stop = at, at[grid.ends(other)]
        first = np.minimum(begin[:, None], start[None, :])
        last = np.maximum(end[:, None], stop[None, :])
        found |= (begin[:, None] >= 0) & (start[None, :] >= 0) & (last - first + 1 > most)
    return found
