"""When events run: that they have a time, which times they prefer, how they are divided, spread, ordered and kept together or apart."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Constraint


@dataclass(frozen=True, kw_only=True)
class AssignTimes(Constraint):
    """Every piece of the events has a time. Point: an event; amount: the duration without one."""

    events: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PreferTimes(Constraint):
    """Pieces begin at one of the times. Point: an event; amount: the duration of placed pieces that begin elsewhere.

    With ``duration`` only pieces of that length count.
    """

    events: tuple[int, ...]
    times: frozenset[int]
    duration: int | None = None


@dataclass(frozen=True, kw_only=True)
class SplitEvents(Constraint):
    """An event is divided into so many pieces of such lengths. Point: an event.

    Amount: pieces whose length is outside, and by how much their number is outside.
    """

    events: tuple[int, ...]
    minimum_duration: int = 1
    maximum_duration: int | None = None
    minimum_amount: int = 1
    maximum_amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class DistributeSplitEvents(Constraint):
    """So many pieces of an event have this length. Point: an event; amount: by how much their number is outside."""

    events: tuple[int, ...]
    duration: int
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class SpreadEvents(Constraint):
    """Of a group of events so many pieces begin in each time group. Point: an event group; amount: summed over the time groups, by how
    much the number of pieces that begin there is outside its bounds.

    ``spread`` holds (times, minimum, maximum) for each time group.
    """

    groups: tuple[tuple[int, ...], ...]
    spread: tuple[tuple[frozenset[int], int, int | None], ...]


@dataclass(frozen=True, kw_only=True)
class LinkEvents(Constraint):
    """Events of a group run at the same times. Point: an event group; amount: times at which some of them run and others do not."""

    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class BeginAlike(Constraint):
    """All pieces of a group begin in one and the same time group (one day, one hour of the day). Point: an event group; amount: the number of
    time groups in which they begin, less one. ``time_groups`` do not meet one another."""

    groups: tuple[tuple[int, ...], ...]
    time_groups: tuple[frozenset[int], ...]


@dataclass(frozen=True, kw_only=True)
class OrderEvents(Constraint):
    """The second event begins after the first has ended. Point: a pair; amount: by how much the times between the end of the first and the begin
    of the second are outside. Times count in the order of the problem, from the last end of the first to the first begin of the second.

    With ``same_day`` a second event on another day misses it by one more.
    """

    pairs: tuple[tuple[int, int], ...]
    minimum: int = 0
    maximum: int | None = None
    same_day: bool = False


@dataclass(frozen=True, kw_only=True)
class DaysBetween(Constraint):
    """Pieces of a group begin so many days apart. Point: an event group; amount: summed over pairs of pieces, the days missing or too many.

    With ``adjoins_on_same_day`` two pieces on one day that follow one another directly are not counted as missing days.
    """

    groups: tuple[tuple[int, ...], ...]
    minimum: int = 0
    maximum: int | None = None
    adjoins_on_same_day: bool = False


@dataclass(frozen=True, kw_only=True)
class GapsBetween(Constraint):
    """Pieces of a group on one day have at least so many times between them. Point: an event group; amount: pairs that have fewer, by the times
    missing; pairs that run at once miss all of them. With ``ordered`` only pairs in which the first event of the group comes first count."""

    groups: tuple[tuple[int, ...], ...]
    minimum: int
    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class AdjoinEvents(Constraint):
    """Events of a group (one piece each) follow one another on one day without a time between, in any order or (``ordered``) in the group's.

    Point: an event group; amount: the number of neighbours that do not adjoin. ``times_that_do_not_part`` (breaks at which nobody may be taught) lie
    between two pieces without parting them.
    """

    groups: tuple[tuple[int, ...], ...]
    ordered: bool = False
    times_that_do_not_part: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class KeepApart(Constraint):
    """Events of a group never run at once. Point: an event group; amount: summed over the times, events that run beyond the first."""

    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class LimitRunning(Constraint):
    """At each of the times, at least and at most so many events of a group run. Point: an event group; amount: summed over the times, by how much it is
    outside. With ``only_if_any`` the minimum counts only at times at which any of them runs."""

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    minimum: int = 0
    maximum: int | None = None
    only_if_any: bool = False


@dataclass(frozen=True, kw_only=True)
class LimitTimesUsed(Constraint):
    """Of the times, a group of events uses at least and at most so many. Point: an event group; amount: by how much the number of times at which any of
    them runs is outside."""

    groups: tuple[tuple[int, ...], ...]
    times: frozenset[int]
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class EndDay(Constraint):
    """The events are the last of the day for the resources of ``kind`` that attend them. Point: an event; amount: pieces after which one of them is
    busy again on that day."""

    events: tuple[int, ...]
    kind: str
