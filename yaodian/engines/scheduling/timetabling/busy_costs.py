"""Constraints on when resources are busy, judged for many starts at once.

``busy`` is bool[resources, starts, weeks, times]: who would be busy when if the piece began there; ``counts`` the same as numbers of pieces. Every
function returns int64[resources, starts], the amounts at the points of application; kinds that are missing are judged by their own sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .constraints.base import Constraint, Cost
from .constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitRuns,
    LimitSpan,
)
from .problem import Problem

Counts = NDArray[np.int16]
Amounts = NDArray[np.int64]


class BusyCost:
    """One constraint made ready: its groups of times as arrays."""

    def __init__(self, problem: Problem, constraint: Constraint) -> None:
        self.constraint = constraint
        self._times = len(problem.times)
        self._overlapping = problem.overlapping

    @staticmethod
    def judges(constraint: Constraint) -> bool:
        """Whether this kind is judged here."""
        if isinstance(constraint, LimitBusyTimes | LimitRuns):
            return constraint.tag is None
        if isinstance(constraint, LimitSpan):
            return not constraint.exceptions
        return isinstance(constraint, AvoidClashes | AvoidUnavailableTimes | LimitIdleTimes | ClusterBusyTimes)

    def costs(self, counts: Counts) -> Amounts:
        """The costs at each resource for each start."""
        amounts = self._amounts(counts)
        if self.constraint.cost is Cost.QUADRATIC:
            amounts = amounts * amounts
        elif self.constraint.cost is Cost.STEP:
            amounts = (amounts > 0).astype(np.int64)
        return amounts * self.constraint.weight

    def _amounts(self, counts: Counts) -> Amounts:
        constraint, busy = self.constraint, counts > 0
        found: Amounts
        if isinstance(constraint, AvoidClashes):
            found = np.maximum(counts - 1, 0).sum(axis=(2, 3), dtype=np.int64)
            if len(self._meeting):
                found += (busy[..., self._meeting[:, 0]] & busy[..., self._meeting[:, 1]]).sum(axis=(2, 3))
        elif isinstance(constraint, AvoidUnavailableTimes):
            found = busy[..., self._closed].sum(axis=(2, 3), dtype=np.int64)
        elif isinstance(constraint, ClusterBusyTimes):
            used = (self._in_groups(busy) > 0).sum(axis=3)
            found = _outside(used, constraint.minimum, constraint.maximum).sum(axis=2)
        elif isinstance(constraint, LimitBusyTimes):
            number = self._in_groups(busy)
            missed = _outside(number, constraint.minimum, constraint.maximum)
            if not constraint.counts_empty:
                missed[number == 0] = 0
            found = (np.minimum(missed, 1) if constraint.once else missed).sum(axis=(2, 3))
        elif isinstance(constraint, LimitIdleTimes):
            lined = self._lined(busy)
            idle = (_within(lined) & ~lined & self._countable).sum(axis=4)
            parts = idle if constraint.each else idle.sum(axis=3, keepdims=True)
            found = _outside(parts, constraint.minimum, constraint.maximum).sum(axis=(2, 3))
        elif isinstance(constraint, LimitRuns):
            lined = self._lined(busy)
            beyond = lined.copy()
            # A place is beyond where the ``maximum`` places before it are busy as well.
            for back in range(1, constraint.maximum + 1):
                beyond[..., back:] &= lined[..., :-back]
                beyond[..., :back] = False
            if constraint.once:
                # Between two runs a place is free, so that every run's first place beyond has none before it.
                beyond[..., 1:] &= ~beyond[..., :-1].copy()
            found = beyond.sum(axis=(2, 3, 4), dtype=np.int64)
        elif isinstance(constraint, LimitSpan):
            span = _within(self._lined(busy)).sum(axis=4)
            found = np.maximum(span - constraint.maximum, 0).sum(axis=(2, 3))
        else:
            raise TypeError(f"{type(constraint).__name__} is not judged by arrays")
        return found

    @cached_property
    def _meeting(self) -> NDArray[np.int64]:
        """Pairs of times of two schedules that meet in the clock."""
        pairs = [(one, other) for one, others in enumerate(self._overlapping) for other in others if other > one]
        return np.array(pairs, np.int64).reshape(-1, 2)

    @cached_property
    def _closed(self) -> NDArray[np.int64]:
        assert isinstance(self.constraint, AvoidUnavailableTimes)
        return np.array(sorted(self.constraint.times), np.int64)

    @cached_property
    def _groups(self) -> tuple[Sequence[int], ...]:
        groups: tuple[Sequence[int], ...] = self.constraint.time_groups  # type: ignore[attr-defined]  # the kinds that ask have them
        return groups

    @cached_property
    def _membership(self) -> NDArray[np.float32]:
        found = np.zeros((self._times, len(self._groups)), np.float32)
        for at, group in enumerate(self._groups):
            found[list(group), at] = 1
        return found

    def _in_groups(self, busy: NDArray[np.bool_]) -> Amounts:
        """How many times of each group are busy."""
        counted: Amounts = np.rint(busy.astype(np.float32) @ self._membership).astype(np.int64)
        return counted

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """The times of each group in its order, filled up with a time that is never busy."""
        longest = max((len(group) for group in self._groups), default=0)
        return np.array(
            [[*group, *(self._times for _ in range(longest - len(group)))] for group in self._groups], np.int64
        ).reshape(len(self._groups), longest)

    @cached_property
    def _countable(self) -> NDArray[np.bool_]:
        assert isinstance(self.constraint, LimitIdleTimes)
        return ~np.isin(self._order, sorted(self.constraint.not_idle))

    def _lined(self, busy: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """bool[resources, starts, weeks, groups, places]."""
        never = np.zeros((*busy.shape[:3], 1), np.bool_)
        lined: NDArray[np.bool_] = np.concatenate((busy, never), axis=3)[..., self._order]
        return lined


def _within(lined: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The places from the first to the last that is busy."""
    begun = np.logical_or.accumulate(lined, axis=-1)
    going_on = np.logical_or.accumulate(lined[..., ::-1], axis=-1)[..., ::-1]
    within: NDArray[np.bool_] = begun & going_on
    return within


def _outside(found: Amounts, minimum: int, maximum: int | None) -> Amounts:
    low = np.maximum(minimum - found, 0)
    return low if maximum is None else low + np.maximum(found - maximum, 0)
