"""Deferred acceptance against textbooks, a plain heap and all outcomes, and on markets made to hurt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching import deferred
from yaodian.engines.matching.deferred import defer
from yaodian.engines.matching.market import Market
from yaodian.engines.matching.tests.markets import (
    crowd,
    gale_shapley,
    is_stable,
    outcomes,
    rank,
    rebuilt,
    small_markets,
    told_otherwise,
    worth,
)


@pytest.fixture(params=["as it is", "rounds only", "one by one only"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both halves of the algorithm must do alone what they do together."""
    if request.param == "rounds only":
        monkeypatch.setattr(deferred, "MUCH", 1 << 40)
    elif request.param == "one by one only":
        monkeypatch.setattr(deferred, "MUCH", 0)
    return str(request.param)


def strict(wishes: list[list[int]], orders: list[list[int]], capacities: list[int]) -> Market:
    """A market whose schools rank applicants as they like: each rank a class of its own."""
    classes = [[orders[school].index(applicant) for school in row] for applicant, row in enumerate(wishes)]
    return Market.of(wishes, capacities, classes=classes)


def test_gale_and_shapley_1962_example_2() -> None:
    """Four and four, page 12: one single stable set of marriages, in which nobody gets the first wish."""
    wishes = [[0, 1, 2, 3], [0, 3, 2, 1], [1, 0, 2, 3], [3, 1, 2, 0]]
    orders = [[3, 2, 0, 1], [1, 3, 0, 2], [3, 0, 1, 2], [2, 1, 0, 3]]
    market = strict(wishes, orders, [1, 1, 1, 1])
    seats = defer(market).seats.tolist()
    assert [row[seat] for row, seat in zip(wishes, seats, strict=True)] == [2, 3, 0, 1]


def test_gale_and_shapley_1962_example_1() -> None:
    """Three and three, each man the last choice of his first: the proposers get their first wishes."""
    wishes = [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    orders = [[1, 2, 0], [2, 0, 1], [0, 1, 2]]
    assert defer(strict(wishes, orders, [1, 1, 1])).seats.tolist() == [0, 0, 0]


def test_abdulkadiroglu_and_sonmez_2003_example_1() -> None:
    """Three students and three schools: the only stable placement, though two would both rather have changed places."""
    wishes = [[1, 0, 2], [0, 1, 2], [0, 1, 2]]
    orders = [[0, 2, 1], [1, 0, 2], [1, 0, 2]]
    market = strict(wishes, orders, [1, 1, 1])
    seats = defer(market).seats.tolist()
    assert [row[seat] for row, seat in zip(wishes, seats, strict=True)] == [0, 1, 2]
    assert [each for each in outcomes(market) if is_stable(market, each)] == [tuple(seats)]


def test_one_school_one_class_is_the_draw() -> None:
    market = Market.of([[0]] * 4, [2], draw=[3, 0, 2, 1])
    assert defer(market).seats.tolist() == [-1, 0, -1, 0]


def test_a_class_goes_before_the_draw() -> None:
    market = Market.of([[0]] * 3, [1], classes=[[1], [0], [1]], draw=[0, 2, 1])
    assert defer(market).seats.tolist() == [-1, 0, -1]


@pytest.mark.parametrize("seed", range(120))
def test_random_markets_are_matched_as_by_a_heap(seed: int, way: str) -> None:
    market = crowd(n=seed * 2, k=1 + seed % 11, most=1 + seed % 7, seed=seed, classes=1 + seed % 4)
    assert defer(market).seats.tolist() == gale_shapley(market)


@pytest.mark.parametrize("seed", range(4))
def test_larger_random_markets_are_matched_as_by_a_heap(seed: int) -> None:
    market = crowd(n=4000, k=40, most=8, seed=seed)
    assert defer(market).seats.tolist() == gale_shapley(market)


@given(small_markets())
def test_no_stable_outcome_is_better_for_anybody(market: Market) -> None:
    seats = defer(market).seats.tolist()
    stable = [each for each in outcomes(market) if is_stable(market, each)]
    assert tuple(seats) in stable
    assert all(rank(own) <= rank(other) for each in stable for own, other in zip(seats, each, strict=True))


@given(st.integers(0, 10**6), st.integers(100, 600), st.integers(1, 30))
@settings(max_examples=40)
def test_larger_markets_come_out_stable(seed: int, n: int, k: int) -> None:
    market = crowd(n=n, k=k, most=6, seed=seed)
    assert is_stable(market, defer(market).seats.tolist())


@given(small_markets(applicants=4, schools=3), st.data())
def test_no_false_list_of_wishes_gets_its_teller_more(market: Market, data: st.DataObject) -> None:
    if not market.n_applicants:
        return
    liar = data.draw(st.integers(0, market.n_applicants - 1))
    told = data.draw(st.permutations(range(market.n_schools)))[: data.draw(st.integers(0, market.n_schools))]
    lied = told_otherwise(market, liar, list(told))
    honest, gained = (int(defer(each).schools(each)[liar]) for each in (market, lied))
    assert worth(market, liar, gained) <= worth(market, liar, honest)


@given(small_markets(applicants=6, schools=4), st.data())
def test_more_places_harm_nobody(market: Market, data: st.DataObject) -> None:
    school = data.draw(st.integers(0, market.n_schools - 1))
    more = market.capacities.copy()
    more[school] += data.draw(st.integers(1, 3))
    before, after = defer(market).seats.tolist(), defer(rebuilt(market, capacities=more)).seats.tolist()
    assert all(rank(late) <= rank(early) for early, late in zip(before, after, strict=True))


def test_the_same_input_gives_the_same_bytes() -> None:
    market = crowd(n=500, k=9, most=5, seed=3)
    again = crowd(n=500, k=9, most=5, seed=3)
    assert defer(market).seats.tobytes() == defer(again).seats.tobytes()
    assert defer(market).digest == defer(again).digest
    assert defer(market).inputs == market.digest


# ---- Markets made to hurt


def test_nobody_and_nothing(way: str) -> None:
    assert defer(Market.of([], [])).seats.tolist() == []
    assert defer(Market.of([], [5])).seats.tolist() == []
    assert defer(Market.of([[], [], []], [])).seats.tolist() == [-1, -1, -1]
    assert defer(Market.of([[], [0], []], [1])).seats.tolist() == [-1, 0, -1]


def test_a_school_without_places_holds_nobody(way: str) -> None:
    market = Market.of([[0, 1]] * 100, [0, 30])
    assert (defer(market).seats == 1).sum() == 30
    assert (defer(Market.of([[0]] * 100, [0])).seats == -1).all()


def test_all_in_one_school(way: str) -> None:
    market = Market.of([[0]] * 3000, [7], draw=np.random.default_rng(1).permutation(3000).tolist())
    assert sorted(market.draw[defer(market).seats == 0].tolist()) == list(range(7))


def test_far_more_places_than_applicants_take_no_memory(way: str) -> None:
    market = Market.of([[0, 1]] * 3, [2**31 - 1, 2**31 - 1])
    assert defer(market).seats.tolist() == [0, 0, 0]


def test_one_long_chain_of_refusals(way: str) -> None:
    """Each applicant sits in the first wish until one more comes and the last of all is pushed from school to school."""
    count = 400
    wishes = [[school, school + 1] for school in range(count)] + [[0]]
    classes = [[1, 0] for _ in range(count)] + [[0]]
    market = Market.of(wishes, [1] * (count + 1), classes=classes)
    assert defer(market).seats.tolist() == [1] * count + [0]


def test_a_chain_through_large_schools_costs_no_more_than_its_applications() -> None:
    """One child too many, and two large schools push one another's last out, 40,000 times, one after the other. Looking at
    20,000 held children each time would take an hour."""
    half = 20_000
    wishes = [[0, 1]] * half + [[1, 0]] * half + [[0, 1]]
    classes = [[1, 0]] * half + [[1, 0]] * half + [[0, 0]]
    market = Market.of(wishes, [half, half], classes=classes)
    seats = defer(market).seats
    assert seats.tolist() == gale_shapley(market)
    assert (seats == 1).sum() > half
