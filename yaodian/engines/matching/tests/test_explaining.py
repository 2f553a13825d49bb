"""Reasons against what happens when the applicant's class or number is another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from yaodian.engines.matching import explaining
from yaodian.engines.matching import market as module
from yaodian.engines.matching.deferred import defer
from yaodian.engines.matching.explaining import Explanation, Reason, explain, explain_all
from yaodian.engines.matching.market import Market, Placement
from yaodian.engines.matching.pools import Pool, Pools
from yaodian.engines.matching.refusals import UnfitMarket
from yaodian.engines.matching.tests.markets import crowd, rebuilt, small_markets
from yaodian.engines.matching.verifying import verify

MARKET = Market.of(
    [["南小", "东小", "西小", "北小"], ["东小"], ["东小", "西小"]],
    {"东小": 1, "西小": 1, "南小": 0, "北小": 5},
    classes=[[0, 1, 0, 0], [1], [0, 0]],
    draw=[1, 2, 0],
)


def test_each_reason_by_hand() -> None:
    placement = defer(MARKET)
    assert placement.seats.tolist() == [2, -1, 0]
    first = explain(MARKET, placement, 0)
    assert first.granted == 2
    assert [met.reason for met in first.wishes] == [Reason.NO_PLACES, Reason.CLASS, Reason.GRANTED, Reason.NOT_REACHED]
    refused = first.wishes[1]
    assert (refused.own_class, refused.own_number, refused.last_class, refused.last_number) == (1, 1, 0, 0)
    # His number 1 is behind the last one's 0, so no class before that one's helps: there is none before class 0.
    assert refused.needed_class is None
    assert refused.needed_number is None
    assert explain(MARKET, placement, 1).granted is None
    without_places = first.wishes[0]
    assert (without_places.last_class, without_places.needed_class, without_places.needed_number) == (None, None, None)


def test_a_number_decides_within_a_class() -> None:
    market = Market.of([[0]] * 3, [2], classes=[[1]] * 3, draw=[2, 0, 1])
    met = explain(market, defer(market), 0).wishes[0]
    assert met.reason is Reason.NUMBER
    assert (met.last_class, met.last_number, met.needed_class, met.needed_number) == (1, 1, 0, 0)


@given(small_markets(applicants=5, schools=3))
@settings(max_examples=150)
def test_with_what_was_needed_the_outcome_would_be_unjust_and_with_less_it_would_not(market: Market) -> None:
    """The applicant alone is given another class at that school, or another number: does the outcome leave him a just complaint?"""
    placement = defer(market)
    told = explain_all(market, placement)
    for applicant in range(market.n_applicants):
        for met in told.of(applicant).wishes:
            if met.reason not in {Reason.CLASS, Reason.NUMBER}:
                continue
            at = int(market.starts[applicant]) + met.wish
            for other in range(met.own_class):
                classes = market.classes.copy()
                classes[at] = other
                changed = rebuilt(market, classes=classes)
                complaints = verify(changed, Placement(placement.seats, changed.digest))
                is_enough = met.needed_class is not None and other <= met.needed_class
                assert [(one.applicant, one.school) for one in complaints] == [(applicant, met.school)] * is_enough
            assert met.last_class is not None
            assert met.last_number is not None
            last = (met.last_class, met.last_number)
            for number in range(market.n_applicants):
                is_enough = met.needed_number is not None and number <= met.needed_number
                assert ((met.own_class, number) < last) == is_enough


def test_less_than_what_was_needed_may_do_in_another_run() -> None:
    """Held for longer at school 0, the first child pushes nobody from school 1 who would then come to school 0."""

    def first_of(own_class: int) -> Explanation:
        market = Market.of([[0, 1], [0, 2], [1, 0]], [1, 1, 1], classes=[[own_class, 0], [2, 0], [1, 0]])
        return explain(market, defer(market), 0)

    refused = first_of(3)
    assert (refused.granted, refused.wishes[0].reason, refused.wishes[0].needed_class) == (1, Reason.CLASS, 0)
    assert first_of(2).granted == 0


@pytest.mark.parametrize("seed", range(3))
def test_every_refusal_has_a_cut_off_before_the_applicant(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 300)
    market = crowd(n=1000, k=9, most=6, seed=seed)
    placement = defer(market)
    told = explain_all(market, placement)
    for applicant in range(market.n_applicants):
        explanation = told.of(applicant)
        for met in explanation.wishes:
            if explanation.granted is None or met.wish < explanation.granted:
                assert met.last_class is not None
                assert met.last_number is not None
                assert (met.last_class, met.last_number) < (met.own_class, met.own_number)
                assert (met.reason is Reason.CLASS) == (met.last_class < met.own_class)
            else:
                assert met.reason is (Reason.GRANTED if met.wish == explanation.granted else Reason.NOT_REACHED)


def test_with_pools_the_cut_off_is_that_of_the_pools_open_to_the_applicant() -> None:
    market = Market.of([[0]] * 6, [3])
    migrant = [0, 0, 1, 0, 1, 1]
    rule = Pools(market, [Pool("随迁子女", 0, 2, trait="migrant")], {"migrant": migrant})
    placement = rule.solve()
    # Open place: 0; kept places: 2 and 4.
    of_the_city = explain(market, placement, 1, pools=rule).wishes[0]
    assert (of_the_city.reason, of_the_city.last_number, of_the_city.needed_number) == (Reason.NUMBER, 0, None)
    from_elsewhere = explain(market, placement, 5, pools=rule).wishes[0]
    assert (from_elsewhere.reason, from_elsewhere.last_number, from_elsewhere.needed_number) == (Reason.NUMBER, 4, 3)


def test_all_places_kept_for_others_is_said() -> None:
    market = Market.of([[0]] * 3, [2])
    rule = Pools(market, [Pool("本校直升", 0, 2, trait="own", is_passed_on=False)], {"own": [0, 1, 0]})
    assert explain(market, rule.solve(), 0, pools=rule).wishes[0].reason is Reason.KEPT


def test_all_at_once_is_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "AT_ONCE", 7)
    market = crowd(n=100, k=5, most=4, seed=4)
    rule = Pools(market, [Pool("随迁", 0, 5, trait="m")], {"m": [number % 2 for number in range(100)]})
    for told in (explain_all(market, defer(market)), explain_all(market, rule.solve(), rule)):
        assert list(told) == [told.of(applicant) for applicant in range(100)]


def test_a_placement_of_other_inputs_is_not_explained() -> None:
    other = rebuilt(MARKET, draw=np.array([0, 1, 2]))
    with pytest.raises(UnfitMarket, match="数据指纹"):
        explain(MARKET, defer(other), 0)


def test_nobody_of_that_number_is_an_error() -> None:
    with pytest.raises(UnfitMarket, match="序号为 3"):
        explain(MARKET, defer(MARKET), 3)
    nobody = Market.of([], [1])
    assert explain_all(nobody, defer(nobody)).reasons.tolist() == []
    assert np.array_equal(explain_all(MARKET, defer(MARKET)).reasons[:4], [Reason.NO_PLACES, Reason.CLASS, 0, 1])
