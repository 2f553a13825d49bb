"""The checker finds each fault that is put in, and nothing in what the solver makes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from yaodian.engines.matching import market as module
from yaodian.engines.matching.deferred import defer
from yaodian.engines.matching.market import Market, Placement
from yaodian.engines.matching.refusals import UnfitMarket
from yaodian.engines.matching.tests.markets import crowd, is_stable, outcomes, small_markets
from yaodian.engines.matching.verifying import FAULTS, Fault, Finding, verify, verify_best

MARKET = Market.of(
    [["东小", "西小"], ["东小"], ["东小", "西小"]],
    {"东小": 1, "西小": 1},
    classes=[[1, 0], [1], [0, 0]],
    draw=[1, 0, 2],
    applicant_names=["甲", "乙", "丙"],
)


def of(*seats: int) -> Placement:
    return Placement(np.array(seats, np.int32), MARKET.digest)


def test_the_right_answer_has_no_fault() -> None:
    assert defer(MARKET).seats.tolist() == [1, -1, 0]
    assert verify(MARKET, defer(MARKET)) == ()
    assert verify_best(MARKET, defer(MARKET)) == ()


@pytest.mark.parametrize(
    ("placement", "found"),
    [
        (of(1, -1), [Finding(Fault.SIZE)]),
        (Placement(np.array([1, -1, 0]), "other"), [Finding(Fault.OTHER_INPUTS)]),
        (of(1, 1, 0), [Finding(Fault.NO_SUCH_WISH, 1)]),
        (of(1, -2, 0), [Finding(Fault.NO_SUCH_WISH, 1)]),
        (of(1, 0, 0), [Finding(Fault.OVER_CAPACITY, school=0), Finding(Fault.ENVY, 0, 0, 1)][:1]),
        (of(-1, -1, 0), [Finding(Fault.WASTED_PLACE, 0, 1)]),
        (of(1, 0, -1), [Finding(Fault.ENVY, 2, 0, 1)]),
    ],
)
def test_each_fault_is_found(placement: Placement, found: list[Finding]) -> None:
    assert set(found) <= set(verify(MARKET, placement))


def test_a_fault_is_a_sentence_with_names() -> None:
    assert Finding(Fault.ENVY, 2, 0, 1).sentence(MARKET) == "“丙”更想去“东小”，排在“乙”之前，“乙”却被录取"
    assert Finding(Fault.OVER_CAPACITY, school=0).sentence(MARKET, "en") == "“东小” admits more than its plan"
    assert set(FAULTS) == set(Fault)


@given(small_markets())
def test_stable_is_what_pair_by_pair_is_stable(market: Market) -> None:
    for seats in outcomes(market):
        found = verify(market, Placement(np.array(seats, np.int32), market.digest))
        assert (found == ()) == is_stable(market, seats)


def test_those_who_could_fare_better_are_named() -> None:
    """Two schools and two children whose priorities are crossed: both stable outcomes, the second best for nobody."""
    market = Market.of([[0, 1], [1, 0]], [1, 1], classes=[[1, 0], [1, 0]])
    worse = Placement(np.array([1, 1]), market.digest)
    assert verify(market, worse) == ()
    assert verify_best(market, worse) == (Finding(Fault.NOT_BEST, 0), Finding(Fault.NOT_BEST, 1))
    assert verify_best(market, defer(market)) == ()


def test_large_markets_are_not_gone_through() -> None:
    market = crowd(n=60, k=5, most=5, seed=1)
    with pytest.raises(UnfitMarket, match="穷举"):
        verify_best(market, defer(market))


@pytest.mark.parametrize("seed", range(5))
def test_one_exchange_in_a_large_market_is_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 500)
    market = crowd(n=2000, k=20, most=6, seed=seed)
    right = defer(market)
    assert verify(market, right) == ()
    chance = np.random.default_rng(seed)
    winner = chance.choice(np.flatnonzero(right.seats >= 0))
    seats = right.seats.copy()
    seats[winner] = -1
    found = verify(market, Placement(seats, market.digest))
    assert Finding(Fault.WASTED_PLACE, int(winner), int(right.schools(market)[winner])) in found
