"""Why here, why not there: what each applicant met at each wish, from his own data and the cut-off of the school alone.

In a stable placement an applicant is refused by a school exactly if his class and number stand behind those of the last
one admitted, and the school is full. So the cut-offs, two numbers a school, explain every refusal (Azevedo and Leshno, A
supply and demand framework for two-sided matching markets, Journal of Political Economy 124, 2016).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement, pieces
from .pools import Pools
from .refusals import UnfitMarket
from .verifying import last_admitted, last_of, own_place


class Reason(IntEnum):
    """What an applicant met at a wish."""

    GRANTED = 0
    NOT_REACHED = 1  # a dearer wish was granted
    CLASS = 2  # the school was full with classes before the applicant's
    NUMBER = 3  # it was full within the applicant's class, with numbers before the applicant's
    NO_PLACES = 4  # it had no places at all
    KEPT = 5  # all its places are kept for groups that the applicant is not in
    TOGETHER = 6  # children who are placed together did not all fit in


_REASONS = tuple(Reason)
#: Applicants whose numbers are made Python's at once.
AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Met:
    """One wish of one applicant. ``last_class`` and ``last_number`` are those of the last admitted, None where there was
    none. ``needed_class`` and ``needed_number`` say what the applicant would at least have needed to stand before that one: a
    class before ``last_class``, or that class and a number before ``last_number``. They are measured by this outcome: with less it
    would have been just as well. They do not foretell another run, in which others may go other ways."""

    wish: int
    school: int
    school_name: str
    reason: Reason
    own_class: int
    own_number: int
    last_class: int | None = None
    last_number: int | None = None
    places: int = 0

    @property
    def needed_class(self) -> int | None:
        """The class that, with the applicant's own number, would at least have been needed; None where no class helps."""
        if self.last_class is None or self.last_number is None:
            return None
        needed = self.last_class if self.own_number < self.last_number else self.last_class - 1
        return needed if needed >= 0 else None

    @property
    def needed_number(self) -> int | None:
        """The greatest number that, in the applicant's own class, would at least have been needed; None where none helps."""
        if self.last_class is None or self.last_number is None or self.own_class > self.last_class:
            return None
        return self.last_number - 1 if self.last_number else None


@dataclass(frozen=True)
class Explanation:
    """All wishes of one applicant, the dearest first; ``granted`` is the wish that was granted or None, ``pool`` the name of
    the pool whose place it is, where there were pools."""

    applicant: int
    granted: int | None
    wishes: tuple[Met, ...]
    pool: str | None = None


@dataclass(frozen=True, eq=False)
class Explanations:
    """Those of a whole market as columns.

    ``reasons`` int8[m]: a Reason for each application. ``cut_offs`` int64: class × n + number of the last one admitted,
    -1 where there is none; of each school, or with pools of each application, since it depends on the applicant's groups.
    """

    market: Market
    placement: Placement
    reasons: NDArray[np.int8]
    cut_offs: NDArray[np.int64]
    pools: Pools | None = None

    def of(self, applicant: int) -> Explanation:
        """That of one applicant. Raises UnfitMarket where there is no such applicant."""
        count = self.market.n_applicants
        if not 0 <= applicant < count:
            raise UnfitMarket("unknown-applicant", found=applicant, count=count)
        return next(self._some(applicant, applicant + 1))

    def __iter__(self) -> Iterator[Explanation]:
        """Those of all applicants in order, quicker than asking for one after the other."""
        for first in range(0, self.market.n_applicants, AT_ONCE):
            yield from self._some(first, min(first + AT_ONCE, self.market.n_applicants))

    def _some(self, first: int, end: int) -> Iterator[Explanation]:
        market, placement, count = self.market, self.placement, self.market.n_applicants
        starts = market.starts[first : end + 1]
        piece = slice(int(starts[0]), int(starts[-1]))
        schools = market.schools[piece]
        cut_offs = self.cut_offs[schools] if self.pools is None else self.cut_offs[piece]
        numbers = schools.tolist()
        names = {school: market.school_name(school) for school in set(numbers)}
        columns = (
            numbers,
            map(_REASONS.__getitem__, self.reasons[piece].tolist()),
            market.classes[piece].tolist(),
            [None if each < 0 else each for each in (cut_offs // count).tolist()],
            [None if last < 0 else last % count for last in cut_offs.tolist()],
            market.capacities[schools].tolist(),
        )
        rows = zip(*columns, strict=True)
        drawn, seats = market.draw[first:end].tolist(), placement.seats[first:end].tolist()
        pools: list[str | None] = [None] * len(seats)
        if self.pools is not None and placement.pools is not None:
            given = placement.pools[first:end].tolist()
            pools = [None if number < 0 else self.pools.name(number) for number in given]
        for at, (length, own_number, seat) in enumerate(zip(np.diff(starts).tolist(), drawn, seats, strict=True)):
            met = tuple(
                [
                    Met(wish, school, names[school], reason, own_class, own_number, last_class, last_number, places)
                    for wish, (school, reason, own_class, last_class, last_number, places) in enumerate(
                        itertools.islice(rows, length)
                    )
                ]
            )
            yield Explanation(first + at, seat if seat >= 0 else None, met, pools[at])


def explain_all(market: Market, placement: Placement, pools: Pools | None = None) -> Explanations:
    """The reasons of all applications and the cut-offs of all schools. Time is linear in the applications.

    Raises UnfitMarket where the placement was made of other inputs.
    """
    digest = market.digest if pools is None else pools.digest
    if placement.inputs != digest:
        raise UnfitMarket("other-market", found=placement.inputs[:12], expected=digest[:12])
    may_enter = None
    if pools is None:
        last_class, last_number = own_place(market, placement, last_admitted(market, placement))
        cut_offs = np.where(last_class < 0, -1, last_class * market.n_applicants + last_number)
    else:
        cut_offs = _cut_offs_with_pools(market, placement, pools)
        may_enter = _may_enter(market, placement, pools)
    reasons = np.empty(market.n_applications, np.int8)
    for first, end in pieces(market.starts):
        begins = market.starts[first : end + 1]
        lengths = np.diff(begins)
        piece = slice(int(begins[0]), int(begins[-1]))
        wish = np.arange(begins[0], begins[-1]) - np.repeat(begins[:-1], lengths)
        granted = np.repeat(np.where(placement.seats[first:end] < 0, lengths, placement.seats[first:end]), lengths)
        school = market.schools[piece]
        cut_off = cut_offs[school] if pools is None else cut_offs[piece]
        first_of_class = market.classes[piece].astype(np.int64) * market.n_applicants
        own = first_of_class + np.repeat(market.draw[first:end], lengths)
        found = np.where(cut_off < first_of_class, Reason.CLASS, Reason.NUMBER).astype(np.int8)
        # Before the last one admitted and refused all the same: not by class and number.
        found[own < cut_off] = Reason.TOGETHER
        found[cut_off < 0] = Reason.TOGETHER
        if may_enter is not None:
            found[~may_enter[piece]] = Reason.KEPT
        found[market.capacities[school] == 0] = Reason.NO_PLACES
        found[wish == granted] = Reason.GRANTED
        found[wish > granted] = Reason.NOT_REACHED
        reasons[piece] = found
    return Explanations(market, placement, reasons, cut_offs, pools)


def last_in_pools(market: Market, placement: Placement, pools: Pools) -> NDArray[np.int64]:
    """int64[n_places]: the last one admitted in each pool, and in the open places of each school; -1 where there is none."""
    assert placement.pools is not None, "the placement was made without pools"
    admitted = np.flatnonzero(placement.seats >= 0)
    at = market.starts[:-1][admitted] + placement.seats[admitted]
    return last_of(market, admitted, market.classes[at], placement.pools[admitted], pools.n_places)


def _cut_offs_with_pools(market: Market, placement: Placement, pools: Pools) -> NDArray[np.int64]:
    """int64[m]: the most lenient of the last admitted in the pools that were open to each application."""
    last_class, last_number = own_place(market, placement, last_in_pools(market, placement, pools))
    worst = np.where(last_class < 0, -1, last_class * market.n_applicants + last_number)
    applicant = np.repeat(np.arange(market.n_applicants), market.lengths())
    school = market.schools.astype(np.int64)
    found = worst[len(pools.pools) + school]
    for step in range(pools.n_steps):
        pool = pools.eligible(step, school, applicant)
        found = np.maximum(found, np.where(pool >= 0, worst[pool], -1))
    return found


def _may_enter(market: Market, placement: Placement, pools: Pools) -> NDArray[np.bool_]:
    """bool[m]: whether there is any place at the school that the rule could have given to the applicant."""
    assert placement.pools is not None, "the placement was made without pools"
    seats = np.array([pool.seats for pool in pools.pools], np.int64)
    free = seats - np.bincount(placement.pools[placement.pools >= 0], minlength=pools.n_places)[: len(seats)]
    # Beyond the pools, and what was passed on.
    open_places = market.capacities.astype(np.int64)
    for number, pool in enumerate(pools.pools):
        open_places[pool.school] -= seats[number] - (free[number] if pool.is_passed_on else 0)
    applicant = np.repeat(np.arange(market.n_applicants), market.lengths())
    school = market.schools.astype(np.int64)
    found = open_places[school] > 0
    for step in range(pools.n_steps):
        pool_at = pools.eligible(step, school, applicant)
        found |= (pool_at >= 0) & (seats[pool_at] > 0)
    return found


def explain(market: Market, placement: Placement, applicant: int, *, pools: Pools | None = None) -> Explanation:
    """Why ``applicant`` was placed as he was. For many applicants, ask ``explain_all`` once and its ``of`` for each."""
    return explain_all(market, placement, pools).of(applicant)
