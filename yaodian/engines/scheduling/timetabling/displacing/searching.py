"""A timetable that keeps what is required, by placing pieces one by one and displacing those in the way.

1. Free times of those whose days must begin early without gaps are laid at the ends of days.
2. The piece that is most bound is placed next: much is to run beside it, and few starts are left. It takes the start that closes least to others.
3. What found no place is put where least stands in its way, and that is displaced; whatever was displaced may not come back to the same start for a
   while. What is displaced often weighs more. So on until everything is placed (Blöchliger and Zufferey, «A graph coloring heuristic using partial
   solutions and a reactive tabu scheme», Computers & Operations Research 35, 2008; the idea of displacing is FET's as well).

What is required of two pieces stands in ``pairing``, upper bounds of more in ``limits``, rooms in ``rooming``. Kinds of constraints that are in none of
them are not looked at: ``verify`` judges what comes out, and others mend it. No clock and no threads; the work is counted in moves.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from yaodian.engines.scheduling.timetabling.encoding.classes import Classes, share_out
from yaodian.engines.scheduling.timetabling.problem import Piece, Problem, Timetable
from yaodian.engines.scheduling.timetabling.reaching import Reach

from .limits import Limits
from .pairing import Grid, Indices, Pairs, kinds_of
from .rooming import Placed, Rooming
from .shaping import Shapes

# What a time of a piece weighs at first; each time that it is displaced it weighs one more.
_WEIGHT = 8
_HEAVIEST = 400
_HEAVIER = 1
# Moves for which it may not come back to the same start: for each kind without a place, and up to so many more.
_STAY = 0.6
_STAY_AT_MOST = 10
# Kinds without a place that are looked at for one move.
_LOOKED_AT = 6
_NEVER = np.iinfo(np.int64).max // 4
# Moves for which a start is barred at which nobody could make way.
_BARRED = 1000
_PATIENCE = 8


class Displacing:
    """Begins with an empty timetable; ``run`` goes on from where it stood."""

    def __init__(self, problem: Problem, classes: Classes, chance: random.Random) -> None:
        reach = Reach(problem)
        self.problem, self.classes = problem, classes
        self.chance = random.Random(chance.randrange(2**31))  # noqa: S311  # of its own, so that others draw as they did
        self.noise = np.random.default_rng(self.chance.randrange(2**31))
        self.grid = Grid(problem)
        self.kinds = kinds_of(problem, reach)
        self.near = Pairs(problem, reach, self.grid, self.kinds).near
        self.limits = Limits(problem, reach.clashing, self.grid, self.kinds)
        self.shapes = Shapes(problem, self.grid, self.kinds)
        self.rooming = Rooming(problem, reach, self.grid, self.kinds, classes, self.chance)
        count, size = len(self.kinds), self.grid.size
        self.allowed = np.zeros((count, size), bool)
        for number, kind in enumerate(self.kinds):
            self.allowed[number, list(kind.starts)] = True
        self.placed = np.zeros((count, size), bool)
        #: By kind and start, what stands in the way by two and two, in weights.
        self.hindered = np.zeros((count, size), np.int64)
        self.held_at = np.zeros((count, size), np.int64)
        # What can begin nowhere else is not displaced.
        self.weight: NDArray[np.int64] = np.array(
            [_WEIGHT * kind.length if len(kind.starts) > kind.count else _HEAVIEST for kind in self.kinds], np.int64
        )
        self._at_first = self.weight.copy()
        self.open: NDArray[np.int64] = np.array([kind.count for kind in self.kinds], np.int64)
        self.lengths: NDArray[np.int64] = np.array([kind.length for kind in self.kinds], np.int64)
        self.tabu = np.zeros((count, size), np.int64)
        self.moves = 0
        self.moves_then = 0
        self.is_begun = False
        self.least: int | None = None
        self._best: dict[Placed, list[int | None]] = {}

    @property
    def is_done(self) -> bool:
        """Whether everything has a place, and every week the shape that it must have."""
        return self.least == 0

    @property
    def patience(self) -> int:
        """After so many moves that have brought nothing others may be quicker: some for every piece, fewer where idle times are to be few."""
        return 100 + (1 if self.shapes.size else _PATIENCE) * sum(kind.count for kind in self.kinds)

    def run(self, moves: int, is_over: Callable[[], bool]) -> None:
        """So many moves more, at most; ends when everything is placed, or ``is_over`` (asked now and then)."""
        last = self.moves + moves
        if not self.is_begun:
            self.is_begun = True
            self._construct(is_over)
        self._keep()
        while not self.is_done and self.moves < last:
            if self.moves % 32 == 0 and is_over():
                return
            self.moves += 1
            self._move()
            self._keep()

    def timetable(self) -> Timetable:
        """The best that was found: as few times as possible without a place."""
        pieces: list[Piece] = []
        chosen: list[list[int | None]] = []
        pending: dict[int, list[tuple[int, int]]] = {}
        for (number, start), rooms in sorted(self._best.items()):
            kind = self.kinds[number]
            rows = {event: [need.resource for need in self.problem.events[event].needs] for event in kind.events}
            first = len(pieces)
            for wanted, room in zip(self.rooming.wanted[number], rooms, strict=True):
                at = first + kind.events.index(wanted.event)
                if room is not None:
                    pending.setdefault(room, []).append((at, wanted.place))
            for event in kind.events:
                pieces.append(Piece(event, kind.length, start))
                chosen.append(rows[event])
        for room, wanting in pending.items():
            members = self.classes.members[room]
            intervals = [(pieces[at].event, pieces[at].time or 0, pieces[at].duration) for at, _ in wanting]
            for (at, place), one in zip(wanting, share_out(self.problem, members, intervals), strict=True):
                chosen[at][place] = one
        whole = [
            Piece(piece.event, piece.duration, piece.time, tuple(row))
            for piece, row in zip(pieces, chosen, strict=True)
        ]
        found = Counter(number for number, _ in self._best)
        for number, kind in enumerate(self.kinds):
            lacking = kind.count - found[number]
            whole += [Piece(event, kind.length, None) for event in kind.events for _ in range(lacking)]
        return Timetable.of(self.problem, whole)

    def _keep(self) -> None:
        missed = int((self.open * self.lengths).sum()) + self.shapes.missed
        if self.least is None or missed < self.least:
            self.least, self.moves_then = missed, self.moves
            self._best = {piece: list(rooms) for piece, rooms in self.rooming.chosen.items()}

    # One after the other

    def _construct(self, is_over: Callable[[], bool]) -> None:
        for number, kind in enumerate(self.kinds):
            if kind.free_of is not None:
                self._lay_free_times(number)
        beside = self._beside()
        demand = np.array([float((self.open[near] * self.lengths[near]).sum()) for near in beside])
        pending = np.array([kind.free_of is None for kind in self.kinds])
        steps = 0
        while (pending & (self.open > 0)).any():
            steps += 1
            if steps % 64 == 0 and is_over():
                return
            able = self.allowed & (self.hindered == 0) & ~self.placed
            left = able.sum(axis=1)
            bound = (1 + demand) / np.maximum(0.5, left - self.open + 1)
            bound[~pending | (self.open <= 0)] = -1
            number = int(np.argmax(bound))
            starts = able[number] & (self.limits.beyond(number) == 0) & (self.rooming.lack(number) == 0)
            if not starts.any():
                pending[number] = False
                continue
            near = beside[number]
            worth = np.where(pending[near], self.open[near] / np.maximum(left[near], 1), 0.0)
            closed = np.append(worth @ able[near], 0.0)
            loss = closed[self.grid.spans(self.kinds[number].length)].sum(axis=1)
            loss += 0.5 * self._on_day(number) + 0.01 * self.grid.place + 0.05 * self.noise.random(self.grid.size)
            loss[~starts] = np.inf
            start = int(np.argmin(loss))
            if not self._put(number, start):
                pending[number] = False

    def _beside(self) -> list[Indices]:
        """For every kind those that it can be in the way of, without itself."""
        return [
            np.setdiff1d(np.concatenate([others for others, _ in near]) if near else np.zeros(0, np.intp), [number])
            for number, near in enumerate(self.near)
        ]

    def _on_day(self, number: int) -> NDArray[np.float64]:
        """For every start how many pieces of the kind are on its day."""
        days = np.bincount(self.grid.day[self.placed[number]], minlength=int(self.grid.day.max(initial=0)) + 1)
        return days[self.grid.day].astype(np.float64)

    def _lay_free_times(self, number: int) -> None:
        """Free times at the ends of days, on all days alike."""
        for _ in range(int(self.open[number])):
            starts = self.allowed[number] & ~self.placed[number] & (self.hindered[number] == 0)
            starts &= self.limits.beyond(number) == 0
            if not starts.any():
                return
            rank = 100.0 * self._on_day(number) - self.grid.place + 0.5 * self.noise.random(self.grid.size)
            rank[~starts] = np.inf
            self._put(number, int(np.argmin(rank)))

    # Displacing

    def _move(self) -> None:
        out = np.flatnonzero(self.open > 0)
        if not len(out):
            self._loosen()
            return
        if len(out) > _LOOKED_AT:
            out = self.noise.choice(out, _LOOKED_AT, replace=False)
        best, number, start = float(_NEVER), -1, -1
        # Whatever has to go for a bound, a room or a shape weighs as much as pieces do on the whole by now.
        each = float(self.weight.mean())
        for one in out.tolist():
            beyond = self.limits.beyond(one) + self.rooming.lack(one) + self.shapes.change(one)
            cost = self.hindered[one] + each * beyond
            rank = cost + self.noise.random(self.grid.size)
            barred = (self.tabu[one] > self.moves) & (cost > 0)
            rank[~self.allowed[one] | self.placed[one] | barred] = _NEVER
            at = int(np.argmin(rank))
            value = float(rank[at]) - float(self.weight[one])
            if rank[at] < _NEVER and value < best:
                best, number, start = value, one, at
        if number < 0:
            # Every start is barred to those without a place; nothing would ever move again for a long time.
            self.tabu[out] = 0
        elif not self._put(number, start, displace=True):
            self.tabu[number, start] = self.moves + _BARRED

    def _loosen(self) -> None:
        """Everything has a place and somebody's week has not the shape that it must have: one of his pieces goes."""
        row = int(self.noise.choice(np.flatnonzero(self.shapes.costs > 0)))
        mine = [(one, begin) for one in self.shapes.of_row[row] for begin in np.flatnonzero(self.placed[one]).tolist()]
        self._displace(*self.chance.choice(mine))

    def _put(self, number: int, start: int, *, displace: bool = False) -> bool:
        """Places a piece; with ``displace`` whatever is in its way goes. Whether it is placed."""
        if displace:
            for others, table in self.near[number]:
                begins = table[start]
                if len(begins):
                    there = self.placed[np.ix_(others, begins)]
                    for row, column in np.argwhere(there).tolist():
                        self._displace(int(others[row]), int(begins[column]))
            self._make_way(number, start)
        while in_the_way := self.rooming.settle(number, start):
            if not displace or in_the_way == [(number, start)]:
                return False
            for piece in in_the_way:
                self._displace(*piece)
        self.placed[number, start] = True
        self.open[number] -= 1
        self.held_at[number, start] = self.weight[number]
        self._weigh(number, start, int(self.weight[number]))
        self.limits.put(number, start, 1)
        self.shapes.put(number, start, 1)
        return True

    def _make_way(self, number: int, start: int) -> None:
        """Takes pieces from bounds that would be exceeded."""
        for rule, over in self.limits.full(number, start):
            lacking = over
            mine = self.limits.whose[rule]
            there = [(one, begin) for one in mine for begin in np.flatnonzero(self.placed[one]).tolist()]
            self.chance.shuffle(there)
            there.sort(key=lambda piece: self.weight[piece[0]])
            for piece in there:
                added = self.limits.adds(*piece, rule) if lacking > 0 else 0
                if added:
                    self._displace(*piece)
                    lacking -= added
        for rule, group, group_of in self.limits.days_too_many(number, start):
            for one in self.limits.days_whose[rule]:
                for begin in np.flatnonzero(self.placed[one] & (group_of == group)).tolist():
                    self._displace(one, begin)

    def _displace(self, number: int, start: int) -> None:
        if not self.placed[number, start]:
            return
        self.placed[number, start] = False
        self.open[number] += 1
        self._weigh(number, start, -int(self.held_at[number, start]))
        self.limits.put(number, start, -1)
        self.shapes.put(number, start, -1)
        self.rooming.leave(number, start)
        if self.weight[number] < _HEAVIEST:
            self.weight[number] += _HEAVIER
            if self.weight[number] >= _HEAVIEST:
                self._relieve()
        stay = int(_STAY * float((self.open > 0).sum())) + self.chance.randrange(_STAY_AT_MOST)
        self.tabu[number, start] = self.moves + 1 + stay

    def _relieve(self) -> None:
        """All weights as they were at first: once many are as heavy as can be they say nothing any more."""
        self.weight = self._at_first.copy()
        self.hindered[:] = 0
        for number, start in np.argwhere(self.placed).tolist():
            self.held_at[number, start] = self.weight[number]
            self._weigh(number, start, int(self.weight[number]))

    def _weigh(self, number: int, start: int, weight: int) -> None:
        for others, table in self.near[number]:
            begins = table[start]
            if len(begins):
                self.hindered[others[:, None], begins] += weight
