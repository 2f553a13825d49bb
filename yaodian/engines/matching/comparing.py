"""What if the rules were others: the same applicants and wishes under several rules, side by side.

The drawn order is part of each market; where it is the same, differences come of the rules alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .explaining import Reason, explain_all
from .market import Market, Placement
from .pools import Pools
from .refusals import UnfitMarket
from .solving import solve


@dataclass(frozen=True)
class Rules:
    """A set of rules under a name: other classes, capacities or pools for the same wishes."""

    name: str
    market: Market
    pools: Pools | None = None


@dataclass(frozen=True)
class Tally:
    """What came of one set of rules. ``by_wish[w]`` applicants were granted wish w; ``by_number`` of those placed had a place
    that the draw decided: somebody of the same class was refused by the same school for his number alone."""

    name: str
    by_wish: tuple[int, ...]
    unplaced: int
    by_number: int
    empty_places: int

    @property
    def placed(self) -> int:
        return sum(self.by_wish)

    @property
    def lottery_share(self) -> Fraction | None:
        """The part of those placed whose place the draw decided; None where nobody was placed."""
        return Fraction(self.by_number, self.placed) if self.placed else None


@dataclass(frozen=True, eq=False)
class Change:
    """One set of rules against the first. ``steps`` int32[n]: by how many wishes each applicant fares better (positive) or
    worse; being left without counts as the wish behind the last."""

    name: str
    steps: NDArray[np.int32]

    @property
    def gain(self) -> NDArray[np.int64]:
        """Who fares better, by number."""
        return np.flatnonzero(self.steps > 0)

    @property
    def lose(self) -> NDArray[np.int64]:
        """Who fares worse, by number."""
        return np.flatnonzero(self.steps < 0)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Each set of rules with its placement and tally; ``changes`` are those after the first against it."""

    placements: tuple[Placement, ...]
    tallies: tuple[Tally, ...]
    changes: tuple[Change, ...]


def compare(alternatives: Sequence[Rules]) -> Comparison:
    """Solve under each of ``alternatives``. Raises UnfitMarket where the wishes are not those of the first."""
    first = alternatives[0].market
    for rules in alternatives:
        if not (
            np.array_equal(first.starts, rules.market.starts) and np.array_equal(first.schools, rules.market.schools)
        ):
            raise UnfitMarket("different-wishes", name=rules.name)
    return side_by_side(alternatives, [solve(rules.market, pools=rules.pools) for rules in alternatives])


def side_by_side(alternatives: Sequence[Rules], placements: Sequence[Placement]) -> Comparison:
    """What came of each of ``alternatives``, solved already, by whatever way.

    Lists may differ (another catchment leads to other schools), not the applicants and the schools: what somebody gets is
    looked up on the list of the first, and a school that is not on it counts as the wish behind the last. Raises UnfitMarket.
    """
    first = alternatives[0].market
    for rules in alternatives:
        if (rules.market.n_applicants, rules.market.n_schools) != (first.n_applicants, first.n_schools):
            raise UnfitMarket("different-wishes", name=rules.name)
    ranks = [_rank(first, rules.market, placement) for rules, placement in zip(alternatives, placements, strict=True)]
    return Comparison(
        tuple(placements),
        tuple(_tally(rules, placement) for rules, placement in zip(alternatives, placements, strict=True)),
        tuple(
            Change(rules.name, (ranks[0] - rank).astype(np.int32))
            for rules, rank in zip(alternatives[1:], ranks[1:], strict=True)
        ),
    )


def _rank(first: Market, market: Market, placement: Placement) -> NDArray[np.int64]:
    """int64[n]: the wish of the first market's lists that was granted, behind the last for those without one."""
    ranks = first.lengths()
    placed = np.flatnonzero(placement.seats >= 0)
    if not len(placed) or not first.n_applications:
        return ranks
    # Applicant and school as one number: each stands once on a list.
    who = np.repeat(np.arange(first.n_applicants), first.lengths())
    listed = who * first.n_schools + first.schools
    order = np.argsort(listed)
    wanted = placed * first.n_schools + market.schools[market.starts[:-1][placed] + placement.seats[placed]]
    at = order[np.minimum(np.searchsorted(listed, wanted, sorter=order), len(order) - 1)]
    found = listed[at] == wanted
    ranks[placed[found]] = at[found] - first.starts[:-1][placed[found]]
    return ranks


def decided_by_number(market: Market, placement: Placement, pools: Pools | None = None) -> NDArray[np.bool_]:
    """bool[n]: of each applicant whether the draw decided the place: somebody of the same class was refused by the same school
    for his number alone. False for whoever has none."""
    reasons = explain_all(market, placement, pools).reasons
    # School and class as one number; those in which somebody was refused for his number.
    width = int(market.classes.max()) + 1 if market.n_applications else 1
    cell = market.schools.astype(np.int64) * width + market.classes
    is_contested = np.zeros(market.n_schools * width, np.bool_)
    is_contested[cell[reasons == Reason.NUMBER]] = True
    placed = np.flatnonzero(placement.seats >= 0)
    decided = np.zeros(market.n_applicants, np.bool_)
    decided[placed] = is_contested[cell[market.starts[:-1][placed] + placement.seats[placed]]]
    return decided


def _tally(rules: Rules, placement: Placement) -> Tally:
    market = rules.market
    placed = np.flatnonzero(placement.seats >= 0)
    longest = int(market.lengths().max()) if market.n_applicants else 0
    return Tally(
        name=rules.name,
        by_wish=tuple(np.bincount(placement.seats[placed], minlength=longest).tolist()),
        unplaced=market.n_applicants - len(placed),
        by_number=int(decided_by_number(market, placement, rules.pools).sum()),
        empty_places=int(market.capacities.sum(dtype=np.int64)) - len(placed),
    )
