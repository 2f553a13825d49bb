"""When resources are busy: no clashes, free times, gaps, days, hours, spans, rests, ways between places, and fair shares.

A resource is busy at a time if a piece runs there that has it. All of these are judged in each week of the cycle for itself; the amount at a
point of application is the sum of the weeks'. The times of a time group follow one another as the group has them.

Where a resource is, is told by the rooms that attend its pieces with it: resources of the kind ``rooms_kind``, in buildings or campuses (``Resource.place``; a
room without one is nowhere) or, with ``rooms``, each its own place. Where a clash puts it in several rooms at one time, the first of
them in the problem counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from .base import Constraint, Deviation
from .counting import Missed, Tally, outside, positions, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from yaodian.engines.scheduling.timetabling.occupancy import Occupancy
    from yaodian.engines.scheduling.timetabling.problem import Piece


@dataclass(frozen=True, kw_only=True)
class AvoidClashes(Constraint):
    """A resource attends one piece at a time. Point: a resource; amount: summed over the times, pieces beyond the first (a piece counts
    once for every need in which it has the resource); times of two schedules that meet in the clock and are both busy count one for each pair of times."""

    resources: tuple[int, ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        overlapping = seen.problem.overlapping
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                for time, pieces in there.items():
                    if len(pieces) > 1:
                        tally.add(outside(len(pieces), 0, 1), events=_events(pieces), times=(time,))
                    for other in overlapping[time]:
                        if other > time and other in there:
                            tally.add(Missed(1, 1, 2), events=_events(pieces, there[other]), times=(time, other))
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class AvoidUnavailableTimes(Constraint):
    """A resource is free at these times. Point: a resource; amount: how many of them it is busy at."""

    resources: tuple[int, ...]
    times: frozenset[int]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                busy = [time for time in there if time in self.times]
                tally.add(outside(len(busy), 0, 0), events=_events_at(there, busy), times=busy)
            yield from _at(resource, tally)


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

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                idle = [self._idle(there, group) for group in self.time_groups]
                if not self.each:
                    idle = [[time for times in idle for time in times]]
                for times in idle:
                    tally.add(outside(len(times), self.minimum, self.maximum), times=times)
            yield from _at(resource, tally)

    def _idle(self, busy: Collection[int], group: Sequence[int]) -> list[int]:
        places = positions(busy, group)
        if not places:
            return []
        return [time for time in group[places[0] : places[-1]] if time not in busy and time not in self.not_idle]


@dataclass(frozen=True, kw_only=True)
class ClusterBusyTimes(Constraint):
    """A resource is busy in at least and at most so many time groups (days, afternoons). Point: a resource; amount: by how much it is outside."""

    resources: tuple[int, ...]
    time_groups: tuple[frozenset[int], ...]
    minimum: int = 0
    maximum: int | None = None

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                used = [times for group in self.time_groups if (times := [time for time in there if time in group])]
                tally.add(
                    outside(len(used), self.minimum, self.maximum), times=(time for times in used for time in times)
                )
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class LimitBusyTimes(Constraint):
    """In each time group a resource is busy at least and at most so many times. Point: a resource; amount: summed over the time groups, by how much it is
    outside. With ``tag`` only events that bear it count. A group in which it is not busy
    (with such an event) at all counts only with ``counts_empty``. With ``once`` a group that is outside counts one, by however much it is."""

    resources: tuple[int, ...]
    time_groups: tuple[frozenset[int], ...]
    minimum: int = 0
    maximum: int | None = None
    counts_empty: bool = False
    tag: str | None = None
    once: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for week in range(seen.problem.cycle):
                there = seen.bearing(resource, week, self.tag)
                for group in self.time_groups:
                    busy = [time for time in there if time in group]
                    if busy or self.counts_empty:
                        missed = outside(len(busy), self.minimum, self.maximum)
                        tally.add(_as_one(missed) if self.once else missed, times=busy or group)
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class LimitWorkload(Constraint):
    """The workload of a resource is within bounds. Point: a resource; amount: by how much it is outside, rounded up.

    A piece, placed or not, counts the need's workload (or its event's, or the event's duration) by its share of the event's duration.
    """

    resources: tuple[int, ...]
    minimum: int = 0
    maximum: int | None = None

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for load in seen.workloads[resource]:
                if load < self.minimum:
                    short = ceil(self.minimum - load)
                    tally.add(Missed(short, self.minimum, self.minimum - short))
                elif self.maximum is not None and load > self.maximum:
                    tally.add(Missed(ceil(load - self.maximum), self.maximum, ceil(load)))
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class LimitRuns(Constraint):
    """A resource is busy at most so many times on end. Point: a resource; amount: summed over its runs, the times beyond. ``time_groups`` are the days in
    their order. With ``tag`` only events that bear it make a run. With ``once`` a run that is too long counts one, however long it is."""

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int
    tag: str | None = None
    once: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for week in range(seen.problem.cycle):
                there = seen.bearing(resource, week, self.tag)
                for group in self.time_groups:
                    for first, last in runs(positions(there, group)):
                        missed = outside(last - first + 1, 0, self.maximum)
                        tally.add(_as_one(missed) if self.once else missed, times=group[first : last + 1])
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class LimitSpan(Constraint):
    """From its first to its last busy time of a time group (a day) a resource spends at most so many times. Point: a resource; amount: summed over the
    groups, the times beyond. In ``exceptions`` groups of a week, the first that are too long, one time more is allowed."""

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int
    exceptions: int = 0

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                spared = 0
                for group in self.time_groups:
                    if not (places := positions(there, group)):
                        continue
                    first, last = places[0], places[-1]
                    allowed = self.maximum
                    if last - first + 1 > allowed and spared < self.exceptions:
                        spared += 1
                        allowed += 1
                    tally.add(outside(last - first + 1, 0, allowed), times=(group[first], group[last]))
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class RestBetweenDays(Constraint):
    """Between the last busy time of a day and the first of the next lie at least so many times (those of both days count, not the night).

    Point: a resource; amount: summed over pairs of time groups that follow one another and are both busy, the times missing. With ``circular`` the last is
    followed by the first of the same week.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    minimum: int
    circular: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        following = [*self.time_groups, self.time_groups[0]] if self.circular and self.time_groups else self.time_groups
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                for day, morrow in pairwise(following):
                    evening, morning = positions(there, day), positions(there, morrow)
                    if evening and morning:
                        rest = len(day) - 1 - evening[-1] + morning[0]
                        tally.add(outside(rest, self.minimum, None), times=(day[evening[-1]], morrow[morning[0]]))
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class BeginDaysEarly(Constraint):
    """A resource begins each of its days at the first time of the time group, or on at most ``maximum`` days at the second.

    Point: a resource; amount: days that begin at the second time beyond the maximum, and days that begin later than that. Times at which
    it is unavailable are left out of the groups by whoever states them.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int = 0

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                seconds: list[int] = []
                for group in self.time_groups:
                    places = positions(there, group)
                    if places and places[0] == 1:
                        seconds.append(group[1])
                    elif places and places[0] > 1:
                        tally.add(Missed(1, 1, places[0]), times=(group[places[0]],))
                tally.add(outside(len(seconds), 0, self.maximum), times=seconds)
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class LimitMoves(Constraint):
    """A resource changes places (the buildings or campuses of the rooms of its events) at most so many times in each time group.

    Point: a resource; amount: summed over the time groups, the changes beyond. With ``rooms`` a change of room counts as one. With ``together``
    the changes of all time groups are held against the maximum together (those from one group to the next are none).
    Times without a place change nothing: a change is between the times before and after them.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    maximum: int
    rooms: bool = False
    rooms_kind: str = "room"
    together: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                changes: list[list[int]] = []
                for group in self.time_groups:
                    stays = _stays(seen, there, group, self.rooms_kind, self.rooms)
                    changes.append([group[place] for (_, before), (place, after) in pairwise(stays) if before != after])
                if self.together:
                    changes = [[time for moves in changes for time in moves]]
                for moves in changes:
                    tally.add(outside(len(moves), 0, self.maximum), times=moves, events=_events_at(there, moves))
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class GapsBetweenPlaces(Constraint):
    """Between events of a resource at different places on one day lie at least so many times. Point: a resource; amount: summed over each two
    times of a time group at which it is somewhere, then somewhere else, and nowhere in between, the times missing (those between them count, not
    busy or busy without a place).

    ``minutes`` holds (place, place, minutes) for ways that take time by the clock, the same back and forth, of rooms' ids where ``rooms``. Where no
    time is missing, but from the end of the one to the begin of the other the clock leaves fewer minutes than the way takes, one is. Times without
    clock times are not held against it.
    """

    resources: tuple[int, ...]
    time_groups: tuple[tuple[int, ...], ...]
    minimum: int
    rooms: bool = False
    minutes: tuple[tuple[str, str, int], ...] = ()
    rooms_kind: str = "room"

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        ways = {(one, other): minutes for one, other, minutes in self.minutes}
        ways.update({(other, one): minutes for one, other, minutes in self.minutes})
        for resource in self.resources:
            tally = Tally()
            for there in seen.busy[resource]:
                for group in self.time_groups:
                    stays = _stays(seen, there, group, self.rooms_kind, self.rooms)
                    for (left, before), (right, after) in pairwise(stays):
                        if before == after:
                            continue
                        times = (group[left], group[right])
                        missed = outside(right - left - 1, self.minimum, None)
                        if missed is None:
                            missed = _late(seen, *times, ways.get((before, after)))
                        tally.add(missed, events=_events_at(there, times), times=times)
            yield from _at(resource, tally)


@dataclass(frozen=True, kw_only=True)
class ShareFairly(Constraint):
    """Resources of one group (the teachers of a subject) have like shares of these times (the first and the last lessons).

    Point: a group of resources; amount: by how much the difference of the most and the fewest busy times among them is above ``maximum``.
    """

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    maximum: int = 1

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            if not group:
                continue
            tally = Tally()
            for week in range(seen.problem.cycle):
                shares = {one: sum(time in self.times for time in seen.busy[one][week]) for one in group}
                most, fewest = max(shares.values()), min(shares.values())
                extreme = [one for one, share in shares.items() if share in (most, fewest)]
                tally.add(outside(most - fewest, 0, self.maximum), resources=extreme)
            yield from tally.deviation()


def _as_one(missed: Missed | None) -> Missed | None:
    """The same figures, for one."""
    return None if missed is None else Missed(1, missed.expected, missed.found)


def _at(resource: int, tally: Tally) -> Iterator[Deviation]:
    """The deviation of a constraint at this resource, if there is one."""
    if tally.amount:
        tally.resources.add(resource)
    yield from tally.deviation()


def _events(*pieces: Iterable[Piece]) -> set[int]:
    return {piece.event for some in pieces for piece in some}


def _events_at(there: dict[int, list[Piece]], times: Iterable[int]) -> set[int]:
    return _events(*(there[time] for time in times))


def _stays(
    seen: Occupancy, there: dict[int, list[Piece]], group: Sequence[int], kind: str, by_room: bool
) -> list[tuple[int, str]]:
    """Where somebody is, in the order of a time group: (place in the group, room or building), without the times at which he is nowhere."""
    resources = seen.problem.resources
    stays: list[tuple[int, str]] = []
    for place, time in enumerate(group):
        rooms = {
            one
            for piece in there.get(time, ())
            for one in piece.resources
            if one is not None and resources[one].kind == kind and (by_room or resources[one].place)
        }
        if rooms:
            room = resources[min(rooms)]
            stays.append((place, room.id if by_room else room.place))
    return stays


def _late(seen: Occupancy, before: int, after: int, minutes: int | None) -> Missed | None:
    """A way that takes longer than the clock leaves for it."""
    ends, begins = seen.problem.times[before].ends_min, seen.problem.times[after].begins_min
    if minutes is None or ends is None or begins is None or begins - ends >= minutes:
        return None
    return Missed(1, minutes, begins - ends)
