"""When resources are busy: no clashes, free times, gaps, days, hours, spans, rests, ways between places, and fair shares.

A resource is busy at a time if a piece runs there that has it. All of these are judged in each week of the cycle for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from .base import Constraint


@dataclass(frozen=True, kw_only=True)
class AvoidClashes(Constraint):
    """A resource attends one piece at a time. Point: a resource; amount: summed over the times, pieces beyond the first; pieces at times of other
    schedules that meet in the clock count once for each pair of times."""

    resources: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AvoidUnavailableTimes(Constraint):
    """A resource is free at these times. Point: a resource; amount: how many of them it is busy at."""

    resources: tuple[int, ...]
    times: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class LimitIdleTimes(Constraint):
    """A resource has at least and at most so many idle times. Idle is a time of a time group that lies between busy times of the group and is not busy.

    Point: a resource; amount: by how much the idle times of all time groups together are outside, or with ``each`` the sum of what each time group is
    outside. ``not_idle`` are times that never count (a break, a time at which nobody may be taught).
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    minimum: int = 0
    maximum: int | None = 0
    each: bool = False
    not_idle: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ClusterBusyTimes(Constraint):
    """A resource is busy in at least and at most so many time groups (days, afternoons). Point: a resource; amount: by how much it is outside."""

    resources: tuple[int, ...]
    time_groups: tuple[frozenset[int], ...]
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class LimitBusyTimes(Constraint):
    """In each time group a resource is busy at least and at most so many times. Point: a resource; amount: summed over the time groups, by how much it is
    outside. A group in which it is not busy at all counts only with ``counts_empty``. With ``tag`` only events that bear it count."""

    resources: tuple[int, ...]
    time_groups: tuple[frozenset[int], ...]
    minimum: int = 0
    maximum: int | None = None
    counts_empty: bool = False
    tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class LimitWorkload(Constraint):
    """The workload of a resource is within bounds. Point: a resource; amount: by how much it is outside, rounded up.

    A piece counts the need's workload (or its event's, or the event's duration) by its share of the event's duration.
    """

    resources: tuple[int, ...]
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class LimitRuns(Constraint):
    """A resource is busy at most so many times on end. Point: a resource; amount: summed over its runs, the times beyond. ``time_groups`` are the days in
    their order. With ``tag`` only events that bear it make a run."""

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int
    tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class LimitSpan(Constraint):
    """From its first to its last busy time of a time group (a day) a resource spends at most so many times. Point: a resource; amount: summed over the
    groups, the times beyond."""

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int


@dataclass(frozen=True, kw_only=True)
class RestBetweenDays(Constraint):
    """Between the last busy time of a day and the first of the next lie at least so many times (those of both days count, not the night).

    Point: a resource; amount: summed over pairs of days that follow one another, the times missing. With ``circular`` the last day is followed by the first.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    minimum: int
    circular: bool = False


@dataclass(frozen=True, kw_only=True)
class BeginDaysEarly(Constraint):
    """A resource begins each of its days at the first time of the time group, or on at most ``maximum`` days at the second.

    Point: a resource; amount: days that begin at the second time beyond the maximum, and days that begin later than that. Times at which
    it is unavailable are left out of the groups by whoever states them.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int = 0


@dataclass(frozen=True, kw_only=True)
class LimitMoves(Constraint):
    """A resource changes places (the buildings or campuses of the rooms of its events) at most so many times in each time group.

    Point: a resource; amount: summed over the time groups, the changes beyond. With ``rooms`` a change of room counts as one.
    Events without a room are nowhere and change nothing.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int
    rooms: bool = False


@dataclass(frozen=True, kw_only=True)
class GapsBetweenPlaces(Constraint):
    """Between events of a resource at different places on one day lie at least so many times. Point: a resource; amount: the times missing, summed.

    ``minutes`` holds (place, place, minutes) for ways that take time by the clock; then times that have clock times are held against them as well.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    minimum: int
    rooms: bool = False
    minutes: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShareFairly(Constraint):
    """Resources of one group (the teachers of a subject) have like shares of these times (the first and the last lessons).

    Point: a group of resources; amount: by how much the difference of the most and the fewest busy times among them is above ``maximum``.
    """

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    maximum: int = 1
