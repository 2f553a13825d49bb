"""Rooms, and whoever else is to be chosen, while pieces come and go: each takes one that is free, moves another to a free one, or says who is in its way."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yaodian.engines.scheduling.timetabling.constraints.staffing import AssignResources, AvoidSplitAssignments
from yaodian.engines.scheduling.timetabling.encoding.classes import Classes
from yaodian.engines.scheduling.timetabling.problem import Problem
from yaodian.engines.scheduling.timetabling.reaching import Reach

from .pairing import Grid, Indices, Kind

Placed = tuple[int, int]  # a kind and the start of one of its pieces


@dataclass(frozen=True)
class _Wanted:
    """An open need of one event of a kind. ``shared`` is the group of events that may use only so many different ones, by number; None where there is none."""

    event: int
    place: int
    choices: tuple[int, ...]
    must: bool
    shared: int | None


class Rooming:
    """``chosen``: for every placed piece the class of each open need. Classes are those of ``encoding.classes``: a number of resources that are alike."""

    def __init__(
        self, problem: Problem, reach: Reach, grid: Grid, kinds: Sequence[Kind], classes: Classes, chance: random.Random
    ) -> None:
        self.problem, self.grid, self.kinds, self.classes, self.chance = problem, grid, kinds, classes, chance
        count = len(classes.members)
        self.free = np.zeros((count, problem.cycle, grid.size + 1), np.int32)
        for number, members in enumerate(classes.members):
            self.free[number] = len(members)
            self.free[number, :, sorted(reach.unavailable.get(members[0], ()))] = 0
        self.free[:, :, grid.size] = 10**6
        self.users: list[set[Placed]] = [set() for _ in range(count)]
        self.chosen: dict[Placed, list[int | None]] = {}
        self._groups: dict[tuple[int, str], int] = {}
        self._most: list[int] = []
        for constraint in problem.constraints:
            if isinstance(constraint, AvoidSplitAssignments) and constraint.required:
                for group in constraint.groups:
                    self._groups.update(((event, constraint.role), len(self._most)) for event in group)
                    self._most.append(constraint.maximum)
        self._in_use: list[Counter[int]] = [Counter() for _ in self._most]
        must = {
            (event, constraint.role)
            for constraint in problem.constraints
            if isinstance(constraint, AssignResources) and constraint.required
            for event in constraint.events
        }
        alone = {members[0]: number for number, members in enumerate(classes.members) if len(members) == 1}
        self.wanted = [list(self._of_kind(kind, must)) for kind in kinds]
        self.given = [[alone[one] for one in kind.resources if one in alone] for kind in kinds]
        self.demand = np.zeros(count, np.int64)
        for mine, kind in zip(self.wanted, kinds, strict=True):
            for wanted in mine:
                self.demand[list(wanted.choices)] += kind.count
        self._wide: dict[int, Indices] = {}

    def _of_kind(self, kind: Kind, must: set[tuple[int, str]]) -> Iterator[_Wanted]:
        for event in kind.events:
            for place, need in enumerate(self.problem.events[event].needs):
                if need.resource is None:
                    key = (event, need.role)
                    yield _Wanted(event, place, self.classes.choices[event, place], key in must, self._groups.get(key))

    def wide(self, length: int) -> Indices:
        """int[starts, any]: the times of a piece and those that meet them, filled up with a time that is always free."""
        if length not in self._wide:
            met = self.grid.met(length)
            width = int(met.sum(axis=1).max(initial=1))
            found = np.full((self.grid.size, max(1, width)), self.grid.size, np.intp)
            for start, row in enumerate(met):
                there = np.flatnonzero(row)
                found[start, : len(there)] = there
            self._wide[length] = found
        return self._wide[length]

    def lack(self, kind: int) -> NDArray[np.int64]:
        """For every start how many needs that must be met find nobody."""
        found = np.zeros(self.grid.size, np.int64)
        wide, weeks = self.wide(self.kinds[kind].length), list(self.kinds[kind].weeks)
        asked = Counter(self._among(wanted) for wanted in self.wanted[kind] if wanted.must)
        for choices, number in asked.items():
            there = self.free[np.ix_(list(choices), weeks)][:, :, wide]
            able = np.maximum(there.min(axis=(1, 3), initial=10**6), 0).sum(axis=0)
            found += np.maximum(number - able, 0)
        return found

    def _among(self, wanted: _Wanted) -> tuple[int, ...]:
        """The classes from which to choose now."""
        if wanted.shared is not None:
            used = self._in_use[wanted.shared]
            if len(used) >= self._most[wanted.shared]:
                return tuple(one for one in wanted.choices if one in used)
        return wanted.choices

    def settle(self, kind: int, start: int) -> list[Placed]:
        """Makes room for a piece and notes what it takes: nothing is returned then. Else some of those in its way, who must go first."""
        piece = (kind, start)
        for number in self.given[kind]:
            if not self._is_free(number, kind, start) and (stay := self._clear(number, kind, start)):
                return stay
        for number in self.given[kind]:
            self._use(number, piece, 1)
        chosen: list[int | None] = []
        for wanted in self.wanted[kind]:
            found = self._find(wanted, kind, start)
            if found is None and wanted.must:
                self._undo(piece, chosen)
                return self._in_the_way(wanted, kind, start)
            self._note(wanted, found, piece, 1)
            chosen.append(found)
        self.chosen[piece] = chosen
        return []

    def _undo(self, piece: Placed, chosen: list[int | None]) -> None:
        for number in self.given[piece[0]]:
            self._use(number, piece, -1)
        for wanted, found in zip(self.wanted[piece[0]], chosen, strict=False):
            self._note(wanted, found, piece, -1)

    def leave(self, kind: int, start: int) -> None:
        """The piece goes."""
        self._undo((kind, start), self.chosen.pop((kind, start)))

    def _note(self, wanted: _Wanted, number: int | None, piece: Placed, sign: int) -> None:
        if number is None:
            return
        self._use(number, piece, sign)
        if wanted.shared is not None:
            used = self._in_use[wanted.shared]
            used[number] += sign
            if not used[number]:
                del used[number]

    def _use(self, number: int, piece: Placed, sign: int) -> None:
        kind, start = piece
        times = self.grid.spans(self.kinds[kind].length)[start]
        for week in self.kinds[kind].weeks:
            self.free[number, week, times] -= sign
        if sign > 0:
            self.users[number].add(piece)
        else:
            self.users[number].discard(piece)

    def _is_free(self, number: int, kind: int, start: int) -> bool:
        times = self.wide(self.kinds[kind].length)[start]
        return all(int(self.free[number, week, times].min()) > 0 for week in self.kinds[kind].weeks)

    def _find(self, wanted: _Wanted, kind: int, start: int) -> int | None:
        choices = self._among(wanted)
        able = [one for one in choices if self._is_free(one, kind, start)]
        if able:
            return min(able, key=lambda one: (self.demand[one] / len(self.classes.members[one]), self.chance.random()))
        if wanted.shared is not None and choices != wanted.choices:
            return self._move_group(wanted, kind, start)
        for one in choices:
            for other in self._users_at(one, kind, start):
                if other in self.chosen and self._move(other, one) and self._is_free(one, kind, start):
                    return one
        return None

    def _users_at(self, number: int, kind: int, start: int) -> list[Placed]:
        """Those who have one of the class while the piece would run."""
        times = set(self.wide(self.kinds[kind].length)[start].tolist()) - {self.grid.size}
        weeks = set(self.kinds[kind].weeks)
        return sorted(
            (other, begin)
            for other, begin in self.users[number]
            if not weeks.isdisjoint(self.kinds[other].weeks)
            and not times.isdisjoint(self.grid.spans(self.kinds[other].length)[begin].tolist())
        )

    def _move(self, piece: Placed, number: int) -> bool:
        """Whether somebody could be given another class than this one."""
        kind, start = piece
        for at, wanted in enumerate(self.wanted[kind]):
            if self.chosen[piece][at] != number or (wanted.shared is not None and self._most[wanted.shared] == 1):
                continue
            for other in wanted.choices:
                if other != number and self._is_free(other, kind, start):
                    self._note(wanted, number, piece, -1)
                    self._note(wanted, other, piece, 1)
                    self.chosen[piece][at] = other
                    return True
        return False

    def _move_group(self, wanted: _Wanted, kind: int, start: int) -> int | None:
        """Another class for all pieces of a group that must use one, if there is one free for all of them and for the new piece."""
        if wanted.shared is None or self._most[wanted.shared] != 1:
            return None
        mine = [
            (piece, at, found)
            for piece, chosen in self.chosen.items()
            for at, found in enumerate(chosen)
            if found is not None and self.wanted[piece[0]][at].shared == wanted.shared
        ]
        for other in wanted.choices:
            able = all(other in self.wanted[piece[0]][at].choices for piece, at, _ in mine)
            if able and self._is_free(other, kind, start) and all(self._is_free(other, *piece) for piece, _, _ in mine):
                for piece, at, found in mine:
                    self._note(self.wanted[piece[0]][at], found, piece, -1)
                    self._note(self.wanted[piece[0]][at], other, piece, 1)
                    self.chosen[piece][at] = other
                return other
        return None

    def _clear(self, number: int, kind: int, start: int) -> list[Placed]:
        """Moves those who have chosen what is given to a piece; returns those who cannot be moved."""
        for other in self._users_at(number, kind, start):
            if not self._move(other, number):
                return [other]
        return []

    def _in_the_way(self, wanted: _Wanted, kind: int, start: int) -> list[Placed]:
        held: dict[int, list[Placed]] = defaultdict(list)
        for one in self._among(wanted):
            if users := [other for other in self._users_at(one, kind, start) if other[0] != kind]:
                held[one] = users
        if not held:
            return [(kind, start)]
        return [self.chance.choice(held[self.chance.choice(sorted(held))])]
