"""Rules side by side: counted by hand, and against each placement."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from yaodian.engines.matching import (
    Market,
    Pool,
    Pools,
    Rules,
    Tally,
    UnfitMarket,
    compare,
    decided_by_number,
    side_by_side,
    solve,
    verify,
)
from yaodian.engines.matching.tests.markets import crowd, rank, rebuilt

MARKET = Market.of([[0, 1], [0, 1], [0, 1], [1]], [1, 1], classes=[[0, 0], [0, 0], [0, 0], [1]])


def test_by_hand() -> None:
    more = rebuilt(MARKET, capacities=np.array([2, 1], np.int32))
    found = compare([Rules("现行", MARKET), Rules("东小增一", more)])
    # 0 gets the first wish, 1 the second, both by number: 2 was refused by both for that alone, 3 for its class.
    assert found.tallies[0] == Tally("现行", (1, 1), unplaced=2, by_number=2, empty_places=0)
    assert found.tallies[0].lottery_share == Fraction(1)
    assert decided_by_number(MARKET, found.placements[0]).tolist() == [True, True, False, False]
    # Of the two at school 0 both were drawn; 2 got the place at school 1 before 3 by class.
    assert found.tallies[1] == Tally("东小增一", (2, 1), unplaced=1, by_number=2, empty_places=0)
    assert found.changes[0].steps.tolist() == [0, 1, 1, 0]
    assert found.changes[0].gain.tolist() == [1, 2]
    assert found.changes[0].lose.tolist() == []


def test_other_classes_and_pools_over_the_same_wishes() -> None:
    market = crowd(n=600, k=6, most=4, seed=2)
    flat = rebuilt(market, classes=np.zeros_like(market.classes))
    pools = Pools(market, [Pool("随迁", 0, 20, trait="m")], {"m": np.arange(600) % 2})
    alternatives = [Rules("现行", market), Rules("不分类", flat), Rules("留名额", market, pools)]
    found = compare(alternatives)
    for rules, placement, tally in zip(alternatives, found.placements, found.tallies, strict=True):
        assert verify(rules.market, placement, pools=rules.pools) == ()
        assert tally.placed + tally.unplaced == 600
        assert 0 <= tally.by_number <= tally.placed
    for placement, change in zip(found.placements[1:], found.changes, strict=True):
        pairs = zip(found.placements[0].seats.tolist(), placement.seats.tolist(), strict=True)
        signs = [(rank(then) > rank(now)) - (rank(then) < rank(now)) for then, now in pairs]
        assert np.sign(change.steps).tolist() == signs
    assert found.tallies[1].by_number > found.tallies[0].by_number


def test_other_wishes_are_refused() -> None:
    with pytest.raises(UnfitMarket, match="别的志愿"):
        compare([Rules("现行", MARKET), Rules("别的志愿", Market.of([[1, 0], [0, 1], [0, 1], [1]], [1, 1]))])


def test_other_lists_are_held_against_those_of_the_first() -> None:
    """0 gets its first wish instead of none, 1 a school that the first rules did not lead it to, 2 loses its second wish."""
    first = Market.of([[0], [1], [0, 1]], [0, 1, 1], draw=[2, 1, 0])
    other = Market.of([[0], [2, 1], [0, 1]], [1, 0, 1], draw=[0, 1, 2])
    found = side_by_side([Rules("现行", first), Rules("改划", other)], [solve(first), solve(other)])
    assert found.placements[0].seats.tolist() == [-1, -1, 1]
    assert found.placements[1].seats.tolist() == [0, 0, -1]
    assert found.changes[0].steps.tolist() == [1, 0, -1]
    with pytest.raises(UnfitMarket, match="少一人"):
        side_by_side([Rules("现行", first), Rules("少一人", MARKET)], [solve(first), solve(MARKET)])


def test_nobody() -> None:
    found = compare([Rules("现行", Market.of([], [3]))])
    assert found.tallies == (Tally("现行", (), unplaced=0, by_number=0, empty_places=3),)
    assert found.tallies[0].lottery_share is None
    assert found.changes == ()


def test_pools_of_another_market_are_refused() -> None:
    pools = Pools(crowd(n=4, k=2, most=2, seed=1), [], {})
    for call in (lambda: solve(MARKET, pools=pools), lambda: verify(MARKET, solve(MARKET), pools=pools)):
        with pytest.raises(UnfitMarket, match="数据指纹"):
            call()
