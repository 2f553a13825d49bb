"""Reserves and quotas: the rule by hand, the solver against the plain rule and all outcomes, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.deferred import defer
from yaodian.engines.matching.market import Market, Placement
from yaodian.engines.matching.pool_verifying import AllowedEnvy, allowed_envy, verify_with_pools
from yaodian.engines.matching.pools import Pool, Pools
from yaodian.engines.matching.refusals import UnfitMarket
from yaodian.engines.matching.tests.markets import crowd, outcomes, rank, small_markets, told_otherwise, worth
from yaodian.engines.matching.verifying import Fault, Finding, verify

#: One school of three places; six children in the order of the draw, the third, fifth and sixth from elsewhere.
SCHOOL = Market.of([[0]] * 6, [3], school_names=["东小"])
MIGRANT = [0, 0, 1, 0, 1, 1]


def admitted(market: Market, pools: list[Pool], **traits: list[int]) -> list[int]:
    rule = Pools(market, pools, traits)
    placement = rule.solve()
    assert verify_with_pools(market, placement, rule) == ()
    return np.flatnonzero(placement.seats >= 0).tolist()


def test_without_pools_it_is_deferred_acceptance() -> None:
    assert admitted(SCHOOL, []) == [0, 1, 2]
    market = crowd(n=300, k=7, most=5, seed=5)
    assert Pools(market, [], {}).solve().seats.tolist() == defer(market).seats.tolist()


def test_a_reserve_is_filled_first_and_then_the_rest() -> None:
    """Two places for children from elsewhere go to 2 and 4, one is open and goes to 0."""
    assert admitted(SCHOOL, [Pool("随迁子女", 0, 2, trait="migrant")], migrant=MIGRANT) == [0, 2, 4]


def test_the_order_of_filling_decides() -> None:
    """Children 0 and 3 are from elsewhere. A reserve that is filled first takes 0, whom the open place would have taken
    anyway; one that is filled last takes 3."""
    market = Market.of([[0]] * 4, [2])
    first_has = {"migrant": [1, 0, 0, 1]}
    reserve_first = [Pool("随迁子女", 0, 1, step=0, trait="migrant")]
    open_first = [Pool("统招", 0, 1, step=0), Pool("随迁子女", 0, 1, step=1, trait="migrant")]
    assert admitted(market, reserve_first, **first_has) == [0, 1]
    assert admitted(market, open_first, **first_has) == [0, 3]


def test_places_that_nobody_of_the_group_takes_are_passed_on_or_stay_empty() -> None:
    nobody = [0] * 6
    assert admitted(SCHOOL, [Pool("随迁子女", 0, 2, trait="migrant")], migrant=nobody) == [0, 1, 2]
    kept = [Pool("随迁子女", 0, 2, trait="migrant", is_passed_on=False)]
    assert admitted(SCHOOL, kept, migrant=nobody) == [0]


def test_quotas_by_sending_school() -> None:
    """Each lower school sends one; the fourth place is open to all and goes to the best who is left."""
    market = Market.of([[0]] * 6, [4])
    sent_by = [1, 1, 1, 2, 2, 3]
    quotas = [Pool(f"指标到校{number}", 0, 1, trait="sender", value=number) for number in (1, 2, 3)]
    assert admitted(market, quotas, sender=sent_by) == [0, 1, 3, 5]


def test_exceptions_to_no_envy_are_listed_exactly() -> None:
    rule = Pools(SCHOOL, [Pool("随迁子女", 0, 2, trait="migrant")], {"migrant": MIGRANT})
    placement = rule.solve()
    # Children 1 and 3 stand before child 4, who has the last place kept for children from elsewhere; 5 does not.
    assert allowed_envy(SCHOOL, placement, rule) == (AllowedEnvy(1, 0, 4, 0), AllowedEnvy(3, 0, 4, 0))
    assert rule.name(0) == "随迁子女"
    assert rule.name(1) == "统招"


@st.composite
def rules(draw: Any, market: Market) -> Pools:
    traits = {
        name: draw(st.lists(st.integers(0, 2), min_size=market.n_applicants, max_size=market.n_applicants))
        for name in ("migrant", "sender")
    }
    pools: list[Pool] = []
    for school in range(market.n_schools):
        left = int(market.capacities[school])
        for step in range(draw(st.integers(0, 3))):
            trait = draw(st.sampled_from([None, "migrant", "sender"]))
            values = [1] if trait is None else draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True))
            for value in values:
                seats = draw(st.integers(0, left))
                left -= seats
                pools.append(Pool(f"{school}-{step}-{value}", school, seats, step, trait, value, draw(st.booleans())))
    return Pools(market, draw(st.permutations(pools)), traits)


@given(st.data())
@settings(max_examples=150)
def test_it_is_stable_and_best_for_every_applicant(data: st.DataObject) -> None:
    market = data.draw(small_markets(applicants=4, schools=2, most=3))
    rule = data.draw(rules(market))
    placement = rule.solve()
    assert verify_with_pools(market, placement, rule) == ()
    for seats in outcomes(market):
        better = [one for one, own in zip(seats, placement.seats.tolist(), strict=True) if rank(one) < rank(own)]
        if not better:
            continue
        other = Placement(np.array(seats, np.int32), rule.digest, _some_pools(market, rule, seats))
        assert verify_with_pools(market, other, rule) != ()


def _some_pools(market: Market, rule: Pools, seats: tuple[int, ...]) -> np.ndarray:
    """The pools that a school's choice among just these applicants gives them."""
    who = np.flatnonzero(np.array(seats) >= 0)
    found = np.full(len(seats), -1, np.int32)
    if len(who):
        found[who] = rule.choose(market.starts[who] + np.array(seats)[who], who)
    return found


@given(st.data())
@settings(max_examples=150)
def test_no_false_list_of_wishes_gets_its_teller_more(data: st.DataObject) -> None:
    market = data.draw(small_markets(applicants=5, schools=3, most=3))
    if not market.n_applicants:
        return
    rule = data.draw(rules(market))
    liar = data.draw(st.integers(0, market.n_applicants - 1))
    told = data.draw(st.permutations(range(market.n_schools)))[: data.draw(st.integers(0, market.n_schools))]
    lied = told_otherwise(market, liar, list(told))
    honest = int(rule.solve().schools(market)[liar])
    gained = int(Pools(lied, rule.pools, rule.traits).solve().schools(lied)[liar])
    assert worth(market, liar, gained) <= worth(market, liar, honest)


@given(st.data())
@settings(max_examples=60)
def test_envy_is_allowed_only_where_the_plain_check_finds_it(data: st.DataObject) -> None:
    market = data.draw(small_markets(applicants=6, schools=3, most=3))
    rule = data.draw(rules(market))
    placement = rule.solve()
    allowed = {(each.applicant, each.school) for each in allowed_envy(market, placement, rule)}
    found = verify(market, Placement(placement.seats, market.digest))
    assert {(each.applicant, each.school) for each in found if each.fault is Fault.ENVY} <= allowed
    for each in allowed_envy(market, placement, rule):
        pool = rule.pools[each.pool]
        assert rule.traits[pool.trait or ""][each.applicant] != pool.value


def test_the_checker_finds_what_is_put_in() -> None:
    rule = Pools(SCHOOL, [Pool("随迁子女", 0, 2, trait="migrant")], {"migrant": MIGRANT})
    right = rule.solve()
    assert right.pools is not None

    def changed(seats: dict[int, int], pools: dict[int, int]) -> set[Finding]:
        new = right.seats.copy(), right.pools.copy()
        for array, change in zip(new, (seats, pools), strict=True):
            for who, value in change.items():
                array[who] = value
        return set(verify_with_pools(SCHOOL, Placement(new[0], rule.digest, new[1]), rule))

    assert changed({}, {}) == set()
    assert Finding(Fault.WRONG_POOL, 0, 0) in changed({}, {0: 0})
    assert Finding(Fault.POOL_OVERFULL, school=0) in changed({5: 0}, {5: 0})
    assert Finding(Fault.OVER_CAPACITY, school=0) in changed({5: 0}, {5: 1})
    assert changed({2: -1, 5: 0}, {2: -1, 5: 0}) == {Finding(Fault.NOT_CHOSEN, 2, 0)}
    assert changed({0: -1}, {0: -1}) == {Finding(Fault.NOT_CHOSEN, 0, 0)}
    plain = Placement(right.seats, rule.digest)
    assert verify_with_pools(SCHOOL, plain, rule) == (Finding(Fault.SIZE),)
    other = Placement(right.seats, SCHOOL.digest, right.pools)
    assert verify_with_pools(SCHOOL, other, rule) == (Finding(Fault.OTHER_INPUTS),)


def test_the_checker_finds_a_place_that_was_to_stay_empty() -> None:
    market = Market.of([[0]], [1])
    rule = Pools(market, [Pool("本校直升", 0, 1, trait="own", is_passed_on=False)], {"own": [0]})
    assert rule.solve().seats.tolist() == [-1]
    given_away = Placement(np.array([0]), rule.digest, np.array([1]))
    assert verify_with_pools(market, given_away, rule) == (Finding(Fault.WRONG_POOL, 0, 0),)


def test_the_checker_finds_another_pools_number_beside_the_right_child() -> None:
    market = Market.of([[0], [0]], [2])
    rule = Pools(market, [Pool("随迁子女", 0, 1, trait="migrant")], {"migrant": [1, 1]})
    right = rule.solve()
    assert right.pools is not None
    assert right.pools.tolist() == [0, 1]
    exchanged = Placement(right.seats, rule.digest, right.pools[::-1])
    assert set(verify_with_pools(market, exchanged, rule)) == {Finding(Fault.WRONG_POOL, who, 0) for who in (0, 1)}


def test_the_fingerprint_does_not_ask_how_a_number_is_held() -> None:
    traits = {"a": MIGRANT, "b": MIGRANT}
    plain = Pools(SCHOOL, [Pool("随迁子女", 0, 2, trait="a")], traits)
    of_numpy = Pools(SCHOOL, [Pool("随迁子女", np.int32(0), np.int64(2), np.int8(0), "a", np.int64(1))], traits)
    assert plain.digest == of_numpy.digest


@pytest.mark.parametrize(
    ("code", "pools", "named"),
    [
        (
            "pools-above-capacity",
            [Pool("随迁", 0, 2, trait="m"), Pool("寄宿", 0, 2, 1, "m")],
            ["东小", "4", "3", "随迁 2、寄宿 2"],
        ),
        ("pool-school", [Pool("随迁", 7, 1, trait="m")], ["随迁", "7"]),
        ("pool-seats", [Pool("随迁", 0, -1, trait="m")], ["随迁", "-1"]),
        ("pool-seats", [Pool("随迁", 0, 1, trait="m", value=-2)], ["随迁", "-2"]),
        ("pool-trait", [Pool("随迁", 0, 1, trait="x")], ["随迁", "x"]),
        ("pool-order", [Pool("随迁", 0, 1, trait="m"), Pool("全体", 0, 1)], ["东小", "随迁", "全体"]),
        ("pool-order", [Pool("随迁", 0, 1, trait="m"), Pool("又一", 0, 1, trait="m")], ["东小", "随迁", "又一"]),
        ("pool-order", [Pool("全体", 0, 1, value=1), Pool("又全体", 0, 1, value=2)], ["东小", "全体", "又全体"]),
    ],
)
def test_pools_that_contradict_themselves_are_refused_by_name(code: str, pools: list[Pool], named: list[str]) -> None:
    with pytest.raises(UnfitMarket) as raised:
        Pools(SCHOOL, pools, {"m": MIGRANT})
    assert raised.value.code == code
    for word in named:
        assert word in raised.value.message()


def test_a_trait_needs_a_value_for_everybody() -> None:
    with pytest.raises(UnfitMarket, match="身份“m”"):
        Pools(SCHOOL, [], {"m": [1]})


def test_many_pools_and_children_come_out_stable() -> None:
    market = crowd(n=1500, k=8, most=5, seed=9)
    chance = np.random.default_rng(9)
    traits = {"migrant": chance.integers(0, 2, 1500), "sender": chance.integers(0, 20, 1500)}
    pools = [Pool(f"随迁{school}", school, 20, 1, "migrant") for school in range(8)]
    pools += [
        Pool(f"指标{school}-{sender}", school, 4, 0, "sender", sender, is_passed_on=bool(sender % 2))
        for school, sender in itertools.product(range(8), range(20))
    ]
    rule = Pools(market, pools, traits)
    placement = rule.solve()
    assert verify_with_pools(market, placement, rule) == ()
    assert placement.digest == Pools(market, pools, traits).solve().digest
