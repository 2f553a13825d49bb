"""When events run: that they have a time, which times they prefer, how they are divided, spread, ordered and kept together or apart.

Pieces that are not placed count only where a kind says so. Two pieces meet only in a week in which both their events run: what pairs of pieces
miss (``DaysBetween``, ``GapsBetween``) is asked of such pairs, and ``KeepApart`` and ``LimitRunning`` are judged in each week of the cycle
for itself, the weeks' amounts summed. All other kinds here look at days and times in whatever week. Times count within a day by their place among
the times of their schedule on that day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from .base import Constraint, Deviation
from .counting import Missed, Tally, outside

if TYPE_CHECKING:
    from yaodian.engines.scheduling.timetabling.occupancy import Occupancy
    from yaodian.engines.scheduling.timetabling.problem import Piece


@dataclass(frozen=True, kw_only=True)
class AssignTimes(Constraint):
    """Every piece of the events has a time. Point: an event; amount: the duration without one."""

    events: tuple[int, ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            duration = sum(piece.duration for piece in seen.pieces_of[event] if piece.time is None)
            if duration:
                yield Deviation(duration, events=(event,), expected=0, found=duration)


@dataclass(frozen=True, kw_only=True)
class PreferTimes(Constraint):
    """Pieces begin at one of the times. Point: an event; amount: the duration of placed pieces that begin elsewhere.

    With ``duration`` only pieces of that length count. With ``throughout`` pieces run at these times only, and the amount is the times at which
    they run elsewhere.
    """

    events: tuple[int, ...]
    times: frozenset[int]
    duration: int | None = None
    throughout: bool = False

    def missing(self, span: tuple[int, ...]) -> int:
        """What a piece misses that runs at these times."""
        if self.duration not in (None, len(span)):
            return 0
        if self.throughout:
            return sum(time not in self.times for time in span)
        return len(span) if span[0] not in self.times else 0

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            amount = 0
            begins: set[int] = set()
            for piece in seen.pieces_of[event]:
                if piece.time is not None and (missed := self.missing(seen.times_of(piece))):
                    amount += missed
                    begins.add(piece.time)
            if amount:
                yield Deviation(amount, events=(event,), times=tuple(sorted(begins)), expected=0, found=amount)


@dataclass(frozen=True, kw_only=True)
class SplitEvents(Constraint):
    """An event is divided into so many pieces of such lengths, placed or not. Point: an event.

    Amount: pieces whose length is outside, and by how much their number is outside.
    """

    events: tuple[int, ...]
    minimum_duration: int = 1
    maximum_duration: int | None = None
    minimum_amount: int = 1
    maximum_amount: int | None = None

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            pieces = seen.pieces_of[event]
            tally = Tally()
            tally.add(outside(len(pieces), self.minimum_amount, self.maximum_amount), events=(event,))
            for piece in pieces:
                length = outside(piece.duration, self.minimum_duration, self.maximum_duration)
                if length is not None:
                    tally.add(Missed(1, length.expected, length.found), events=(event,), times=seen.times_of(piece))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class DistributeSplitEvents(Constraint):
    """So many pieces of an event have this length, placed or not. Point: an event; amount: by how much their number is outside."""

    events: tuple[int, ...]
    duration: int
    minimum: int = 0
    maximum: int | None = None

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            tally = Tally()
            number = sum(piece.duration == self.duration for piece in seen.pieces_of[event])
            tally.add(outside(number, self.minimum, self.maximum), events=(event,))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class SpreadEvents(Constraint):
    """Of a group of events so many pieces begin in each time group. Point: an event group; amount: summed over the time groups, by how
    much the number of pieces that begin there is outside its bounds.

    ``spread`` holds (times, minimum, maximum) for each time group.
    """

    groups: tuple[tuple[int, ...], ...]
    spread: tuple[tuple[frozenset[int], int, int | None], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            begins = Counter(piece.time for event in group for piece in seen.pieces_of[event] if piece.time is not None)
            tally = Tally()
            for times, minimum, maximum in self.spread:
                there = [time for time in begins if time in times]
                tally.add(
                    outside(sum(begins[time] for time in there), minimum, maximum), events=group, times=there or times
                )
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class LinkEvents(Constraint):
    """Events of a group run at the same times. Point: an event group; amount: times at which some of them run and others do not."""

    groups: tuple[tuple[int, ...], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            if not group:
                continue
            running = [seen.event_times[event] for event in group]
            alone = frozenset.union(*running) - frozenset.intersection(*running)
            if alone:
                yield Deviation(len(alone), events=group, times=tuple(sorted(alone)), expected=0, found=len(alone))


@dataclass(frozen=True, kw_only=True)
class BeginAlike(Constraint):
    """All pieces of a group begin in one and the same time group (one day, one hour of the day). Point: an event group; amount: the number of
    time groups in which they begin, less one. ``time_groups`` do not meet one another; a begin in none of them does not count."""

    groups: tuple[tuple[int, ...], ...]
    time_groups: tuple[frozenset[int], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            begins = {piece.time for piece in seen.placed(group) if piece.time is not None}
            used = [there for times in self.time_groups if (there := begins & times)]
            tally = Tally()
            tally.add(outside(len(used), 0, 1), events=group, times=(time for there in used for time in there))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class OrderEvents(Constraint):
    """The second event begins after the first has ended. Point: a pair; amount: by how much the times between the end of the first and the begin
    of the second are outside. Times count in the order of the problem, from the last end of the first to the first begin of the second; a pair
    of which any piece is not placed misses nothing.

    With ``same_day`` a second event on another day misses it by one more.
    """

    pairs: tuple[tuple[int, int], ...]
    minimum: int = 0
    maximum: int | None = None
    same_day: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        days = [time.day for time in seen.problem.times]
        for first, second in self.pairs:
            before, after = seen.event_times[first], seen.event_times[second]
            pieces = (*seen.pieces_of[first], *seen.pieces_of[second])
            if not before or not after or any(piece.time is None for piece in pieces):
                continue
            end, begin = max(before), min(after)
            tally = Tally()
            tally.add(outside(begin - end - 1, self.minimum, self.maximum), events=(first, second), times=(end, begin))
            if self.same_day and days[end] != days[begin]:
                tally.add(Missed(1, days[end], days[begin]), events=(first, second), times=(end, begin))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class DaysBetween(Constraint):
    """Pieces of a group begin so many days apart. Point: an event group; amount: summed over pairs of pieces, the days missing or too many.

    With ``adjoins_on_same_day`` two pieces on one day that follow one another directly are not counted as missing days.
    """

    groups: tuple[tuple[int, ...], ...]
    minimum: int = 0
    maximum: int | None = None
    adjoins_on_same_day: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        problem = seen.problem
        for group in self.groups:
            tally = Tally()
            for one, other in _meeting(seen, seen.placed(group)):
                begin, later = one.time or 0, other.time or 0
                missed = outside(abs(problem.times[later].day - problem.times[begin].day), self.minimum, self.maximum)
                if missed is None:
                    continue
                if self.adjoins_on_same_day and (_adjoins(seen, one, other) or _adjoins(seen, other, one)):
                    continue
                tally.add(missed, events=(one.event, other.event), times=(begin, later))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class GapsBetween(Constraint):
    """Pieces of a group on one day have at least so many times between them. Point: an event group; amount: pairs that have fewer, by the times
    missing; pairs that run at once miss all of them. With ``ordered`` only pairs count of which the piece of the event that stands first in the
    group begins first."""

    groups: tuple[tuple[int, ...], ...]
    minimum: int
    ordered: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        problem = seen.problem
        for group in self.groups:
            rank = {event: place for place, event in enumerate(group)}
            by_day: dict[int, list[Piece]] = {}
            for piece in seen.placed(group):
                by_day.setdefault(problem.times[piece.time or 0].day, []).append(piece)
            tally = Tally()
            for pieces in by_day.values():
                pieces.sort(key=lambda piece: problem.places[piece.time or 0])
                for one, other in _meeting(seen, pieces):
                    begin, later = problem.places[one.time or 0], problem.places[other.time or 0]
                    if self.ordered and (rank[one.event] >= rank[other.event] or begin == later):
                        continue
                    end = seen.times_of(one)[-1]
                    between = max(0, later - problem.places[end] - 1)
                    tally.add(
                        outside(between, self.minimum, None),
                        events=(one.event, other.event),
                        times=(end, other.time or 0),
                    )
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class AdjoinEvents(Constraint):
    """Events of a group (one piece each) follow one another on one day without a time between, in any order or (``ordered``) in the group's.

    Point: an event group; amount: the number of neighbours that do not adjoin. Neighbours are placed pieces that stand side by side by the time at
    which they begin (those that begin together, in the group's order), or with ``ordered`` in the group's order. ``times_that_do_not_part`` (breaks
    at which nobody may be taught) lie between two pieces without parting them.
    """

    groups: tuple[tuple[int, ...], ...]
    ordered: bool = False
    times_that_do_not_part: frozenset[int] = frozenset()

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            placed = seen.placed(group)
            if self.ordered:
                rank = {event: place for place, event in enumerate(group)}
                placed.sort(key=lambda piece: rank[piece.event])
            parted = [
                (one, other)
                for one, other in pairwise(placed)
                if not _adjoins(seen, one, other, self.times_that_do_not_part)
            ]
            if parted:
                yield Deviation(
                    len(parted),
                    events=tuple(sorted({piece.event for pair in parted for piece in pair})),
                    times=tuple(sorted({piece.time or 0 for pair in parted for piece in pair})),
                    expected=0,
                    found=len(parted),
                )


@dataclass(frozen=True, kw_only=True)
class AdjoinOnSameDay(Constraint):
    """Two pieces of a group that begin on one day, in a week that both events share, follow one another directly. Point: an event group; amount:
    pairs on one day that do not."""

    groups: tuple[tuple[int, ...], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        days = [time.day for time in seen.problem.times]
        for group in self.groups:
            tally = Tally()
            for one, other in _meeting(seen, seen.placed(group)):
                begin, later = one.time or 0, other.time or 0
                if days[begin] == days[later] and not (_adjoins(seen, one, other) or _adjoins(seen, other, one)):
                    tally.add(Missed(1, 0, 1), events=(one.event, other.event), times=(begin, later))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class OrderOnSameDay(Constraint):
    """On a day on which both run, the second event begins after the first has ended. Point: a pair; amount: pairs of pieces on one day, in
    a week that both share, of which the second's begins before the first's has ended."""

    pairs: tuple[tuple[int, int], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        times, places = seen.problem.times, seen.problem.places
        for first, second in self.pairs:
            tally = Tally()
            for one in seen.placed((first,)):
                end = seen.times_of(one)[-1]
                for other in seen.placed((second,)):
                    begin = other.time or 0
                    if times[end].day != times[begin].day or places[begin] > places[end]:
                        continue
                    if seen.problem.are_ever_together(first, second):
                        tally.add(Missed(1, 0, 1), events=(first, second), times=(end, begin))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class KeepApart(Constraint):
    """Events of a group never run at once. Point: an event group; amount: summed over the times, events that run beyond the first."""

    groups: tuple[tuple[int, ...], ...]

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            tally = Tally()
            for running in _running(seen, group):
                for time, events in running.items():
                    tally.add(outside(len(events), 0, 1), events=events, times=(time,))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class LimitRunning(Constraint):
    """At each of the times, at least and at most so many events of a group run. Point: an event group; amount: summed over the times, by how much it is
    outside. With ``only_if_any`` the minimum counts only at times at which any of them runs."""

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    minimum: int = 0
    maximum: int | None = None
    only_if_any: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        times = sorted(self.times)
        for group in self.groups:
            tally = Tally()
            for running in _running(seen, group):
                for time in times:
                    events = running.get(time, [])
                    if events or not self.only_if_any:
                        tally.add(outside(len(events), self.minimum, self.maximum), events=events, times=(time,))
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class LimitTimesUsed(Constraint):
    """Of the times, a group of events uses at least and at most so many. Point: an event group; amount: by how much the number of times at which any of
    them runs is outside."""

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    minimum: int = 0
    maximum: int | None = None

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            used = self.times & frozenset(time for event in group for time in seen.event_times[event])
            tally = Tally()
            tally.add(outside(len(used), self.minimum, self.maximum), events=group, times=used)
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class EndDay(Constraint):
    """The events are the last of the day for the resources of ``kind`` that attend them. Point: an event; amount: pieces after which one of them is
    busy again on that day, in any week of the event."""

    events: tuple[int, ...]
    kind: str

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        problem = seen.problem
        for event in self.events:
            tally = Tally()
            for piece in seen.pieces_of[event]:
                if piece.time is None:
                    continue
                end = seen.times_of(piece)[-1]
                day, place = problem.times[end].day, problem.places[end]
                held = {
                    one
                    for one in piece.resources
                    if one is not None
                    and problem.resources[one].kind == self.kind
                    and any(seen.last_busy[one][week][day] > place for week in problem.weeks_of(event))
                }
                if held:
                    tally.add(Missed(1, 0, 1), events=(event,), resources=held, times=(end,))
            yield from tally.deviation()


def _meeting(seen: Occupancy, pieces: list[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """The pairs of pieces, in their order, whose events run in a common week."""
    for one, other in combinations(pieces, 2):
        if seen.problem.are_ever_together(one.event, other.event):
            yield one, other


def _adjoins(seen: Occupancy, one: Piece, other: Piece, between: frozenset[int] = frozenset()) -> bool:
    """Whether the other piece begins on the same day right after the first, but for times that do not part."""
    problem = seen.problem
    end = seen.times_of(one)[-1]
    following = problem.followers[end]
    while following is not None and following != other.time and following in between:
        following = problem.followers[following]
    return following is not None and following == other.time and problem.times[end].day == problem.times[following].day


def _running(seen: Occupancy, group: tuple[int, ...]) -> Iterator[dict[int, list[int]]]:
    """For every week of the cycle, by time, the events of the group that run then."""
    for week in range(seen.problem.cycle):
        running: dict[int, list[int]] = {}
        for event in group:
            if week in seen.problem.weeks_of(event):
                for time in seen.event_times[event]:
                    running.setdefault(time, []).append(event)
        yield running
