"""What is required of the shape of somebody's week and is not settled by taking pieces away: few idle times, enough times on a day, enough days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from yaodian.engines.scheduling.timetabling.busy_costs import BusyCost
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import ClusterBusyTimes, LimitBusyTimes, LimitIdleTimes
from yaodian.engines.scheduling.timetabling.problem import Problem

from .pairing import Grid, Indices, Kind


class Shapes:
    """Costs of the required constraints of that sort, kept while pieces come and go. A *row* is a resource on which there is one."""

    def __init__(self, problem: Problem, grid: Grid, kinds: Sequence[Kind]) -> None:
        self.grid, self.kinds = grid, kinds
        # Whoever's free times are placed has no gaps and no days too short by that.
        settled = {kind.free_of for kind in kinds if kind.free_of is not None}
        attending = {one for kind in kinds if kind.free_of is None for one in kind.resources}
        judged = [
            (BusyCost(problem, constraint), sorted(attending.intersection(_judged_here(constraint, settled))))
            for constraint in problem.constraints
            if constraint.required
        ]
        judged = [(cost, some) for cost, some in judged if some]
        whose = sorted({one for _, some in judged for one in some})
        row_of = {resource: row for row, resource in enumerate(whose)}
        self.size = len(whose)
        self._judges: list[tuple[BusyCost, NDArray[np.int64]]] = []
        for cost, some in judged:
            times = np.zeros(self.size, np.int64)
            for one in some:
                times[row_of[one]] += 1
            if times.any():
                self._judges.append((cost, times))
        self.rows: list[Indices] = [
            np.array([row_of[one] for one in kind.resources if kind.free_of is None and one in row_of], np.intp)
            for kind in kinds
        ]
        self.of_row: list[list[int]] = [[] for _ in whose]
        for number, mine in enumerate(self.rows):
            for row in mine.tolist():
                self.of_row[row].append(number)
        self._counts = np.zeros((self.size, problem.cycle, grid.size), np.int16)
        self.costs = np.zeros(self.size, np.int64)
        self._spans: dict[tuple[int, tuple[int, ...]], NDArray[np.int16]] = {}
        if self.size:
            self.costs = self._judged(np.arange(self.size), self._counts[:, None])[:, 0]

    @property
    def missed(self) -> int:
        """The sum of all costs now."""
        return int(self.costs.sum())

    def put(self, kind: int, start: int, sign: int) -> None:
        """A piece comes (1) or goes (-1)."""
        rows = self.rows[kind]
        if len(rows):
            self._counts[rows] += sign * self._spans_of(kind)[start]
            self.costs[rows] = self._judged(rows, self._counts[rows][:, None])[:, 0]

    def change(self, kind: int) -> NDArray[np.int64]:
        """For every start by how much costs rise (or fall) if a piece of the kind begins there."""
        rows = self.rows[kind]
        if not len(rows):
            return np.zeros(self.grid.size, np.int64)
        would = self._judged(rows, self._counts[rows][:, None] + self._spans_of(kind)[None])
        change: NDArray[np.int64] = (would - self.costs[rows][:, None]).sum(axis=0)
        return change

    def _judged(self, rows: Indices, counts: NDArray[np.int16]) -> NDArray[np.int64]:
        """int64[rows, starts] of int16[rows, starts, weeks, times]."""
        found = np.zeros(counts.shape[:2], np.int64)
        for cost, times in self._judges:
            mine = times[rows]
            there = np.flatnonzero(mine)
            if len(there):
                found[there] += cost.costs(counts[there]) * mine[there, None]
        return found

    def _spans_of(self, kind: int) -> NDArray[np.int16]:
        """int16[starts, weeks, times]: when a piece that begins there keeps its resources busy."""
        key = (self.kinds[kind].length, self.kinds[kind].weeks)
        if key not in self._spans:
            weeks = np.zeros(self._counts.shape[1], np.int16)
            weeks[list(key[1])] = 1
            self._spans[key] = weeks[None, :, None] * self.grid.covers(key[0]).astype(np.int16)[:, None, :]
        return self._spans[key]


def _judged_here(constraint: Constraint, settled: set[int]) -> Iterable[int]:
    """The resources of a constraint of this sort; nobody for others."""
    if isinstance(constraint, LimitIdleTimes):
        return (one for one in constraint.resources if one not in settled or constraint.minimum)
    if isinstance(constraint, LimitBusyTimes) and constraint.minimum > 0 and constraint.tag is None:
        return (one for one in constraint.resources if one not in settled or not constraint.counts_empty)
    if isinstance(constraint, ClusterBusyTimes) and constraint.minimum > 0:
        return constraint.resources
    return ()
