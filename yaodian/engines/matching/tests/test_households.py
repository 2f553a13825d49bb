"""Siblings as a class; twins drawn as one and placed together, by both rules for the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.deferred import defer
from yaodian.engines.matching.explaining import Reason, explain
from yaodian.engines.matching.households import (
    AtTheCutOff,
    SiblingsFirst,
    Together,
    place_together,
    spread,
    verify_together,
    with_siblings,
)
from yaodian.engines.matching.market import Market, Placement
from yaodian.engines.matching.pool_verifying import verify_with_pools
from yaodian.engines.matching.pools import Pool, Pools
from yaodian.engines.matching.refusals import UnfitMarket
from yaodian.engines.matching.tests.markets import rank, rebuilt
from yaodian.engines.matching.tests.test_pools import rules
from yaodian.engines.matching.verifying import Fault, Finding, verify
from yaodian.engines.matching.words import tell


def test_siblings_go_first_within_their_class_or_before_all() -> None:
    market = Market.of([[0], [0], [0], [0, 1]], [2, 1], classes=[[0], [0], [1], [1, 0]])
    siblings = [(1, 0), (2, 0), (0, 1)]
    within = with_siblings(market, siblings, SiblingsFirst.WITHIN_CLASS)
    assert within.classes.tolist() == [1, 0, 2, 3, 1]
    assert defer(within).seats.tolist() == [0, 0, -1, 1]
    before = with_siblings(market, siblings, SiblingsFirst.BEFORE_ALL)
    assert before.classes.tolist() == [1, 0, 0, 2, 1]
    assert defer(before).seats.tolist() == [-1, 0, 0, 1]
    with pytest.raises(UnfitMarket, match="序号为 9"):
        with_siblings(market, [(9, 0)], SiblingsFirst.BEFORE_ALL)


def test_one_number_for_a_household_puts_its_children_side_by_side() -> None:
    assert spread([0, 1, 0, 2], [1, 2, 0]).tolist() == [1, 3, 2, 0]
    assert spread([], []).tolist() == []
    with pytest.raises(UnfitMarket):
        spread([0, 3], [0, 1])
    with pytest.raises(UnfitMarket, match="第 1 和第 3 个家庭的派位号都是 7"):
        spread([0, 2, 0, 2, 1], [7, 1, 7])


#: Two places; a single child, then twins, then another single.
TWINS = Market.of([[0, 1], [0, 1], [0, 1], [0, 1]], [2, 3], draw=[0, 1, 2, 3])


def test_the_cut_off_between_twins_adds_a_place() -> None:
    outcome = place_together(TWINS, [(1, 2)], AtTheCutOff.ADD_PLACES)
    assert outcome.placement.seats.tolist() == [0, 0, 0, 1]
    assert outcome.added == {0: 1}
    assert outcome.withdrawn == ()
    assert verify_together(outcome) == ((), ())


def test_the_cut_off_between_twins_lets_both_move_on() -> None:
    outcome = place_together(TWINS, [(1, 2)], AtTheCutOff.MOVE_ON)
    assert outcome.placement.seats.tolist() == [0, 1, 1, 0]
    assert outcome.added == {}
    assert outcome.withdrawn == ((1, 0), (2, 0))
    # Child 3 stands behind both and got the place that one of them alone could have had.
    assert verify_together(outcome) == ((), (Finding(Fault.NOT_CHOSEN, 1, 0), Finding(Fault.NOT_CHOSEN, 2, 0)))


def test_twins_who_moved_on_are_told_why() -> None:
    outcome = place_together(TWINS, [(1, 2)], AtTheCutOff.MOVE_ON)
    assert tell(explain(outcome.market, outcome.placement, 1)) == (
        "您的孩子被第 2 志愿学校1录取。",
        "第 1 志愿学校0没有录取：您为几个孩子选择了同校，而轮到他们时，这所学校剩下的名额不够他们一起入学。",
    )


def test_twins_of_different_classes_count_with_the_worse() -> None:
    market = Market.of([[0, 1], [0, 1], [0, 1]], [2, 2], classes=[[0, 0], [1, 0], [0, 0]], draw=[0, 1, 2])
    outcome = place_together(market, [(0, 1)], AtTheCutOff.MOVE_ON)
    assert outcome.market.classes.tolist() == [1, 0, 1, 0, 0, 0]
    assert outcome.placement.seats.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("code", "groups", "changed"),
    [
        ("multiple-size", [(1,)], {}),
        ("multiple-size", [(1, 1)], {}),
        ("multiple-size", [(1, 2), (2, 3)], {}),
        ("multiple-draw", [(0, 2)], {}),
        ("multiple-wishes", [(1, 2)], {"schools": np.array([0, 1, 0, 1, 1, 0, 0, 1])}),
        ("unknown-applicant", [(1, 4)], {}),
    ],
)
def test_groups_that_cannot_be_are_refused_by_name(code: str, groups: list[Any], changed: dict[str, Any]) -> None:
    with pytest.raises(UnfitMarket) as raised:
        place_together(rebuilt(TWINS, **changed), groups, AtTheCutOff.ADD_PLACES)
    assert raised.value.code == code


@st.composite
def with_groups(draw: Any) -> tuple[Market, list[tuple[int, ...]]]:
    sizes = draw(st.lists(st.sampled_from([1, 1, 2, 2, 3]), min_size=1, max_size=8))
    k = draw(st.integers(1, 4))
    household, wishes, classes = [], [], []
    groups: list[tuple[int, ...]] = []
    for number, size in enumerate(sizes):
        row = list(draw(st.permutations(range(k))))[: draw(st.integers(0, k))]
        if size > 1:
            groups.append(tuple(range(len(wishes), len(wishes) + size)))
        for _ in range(size):
            household.append(number)
            wishes.append(row)
            classes.append(draw(st.lists(st.integers(0, 2), min_size=len(row), max_size=len(row))))
    order = spread(household, draw(st.permutations(range(len(sizes)))))
    capacities = draw(st.lists(st.integers(0, 4), min_size=k, max_size=k))
    return Market.of(wishes, capacities, classes=classes, draw=order.tolist()), groups


@given(with_groups())
@settings(max_examples=200)
def test_added_places_give_a_stable_placement_that_harms_nobody(given_: tuple[Market, list[tuple[int, ...]]]) -> None:
    market, groups = given_
    outcome = place_together(market, groups, AtTheCutOff.ADD_PLACES)
    assert verify_together(outcome) == ((), ())
    assert all(len({int(outcome.placement.seats[child]) for child in group}) == 1 for group in groups)
    before = defer(outcome.market).seats.tolist()
    assert all(rank(now) <= rank(then) for then, now in zip(before, outcome.placement.seats.tolist(), strict=True))
    assert outcome.rounds <= 1 + sum(len(market.wishes(group[0])) for group in groups)


@given(with_groups())
@settings(max_examples=200)
def test_moving_on_keeps_the_plan_and_lists_what_it_owes(given_: tuple[Market, list[tuple[int, ...]]]) -> None:
    market, groups = given_
    outcome = place_together(market, groups, AtTheCutOff.MOVE_ON)
    wrong, exceptions = verify_together(outcome)
    assert wrong == ()
    assert outcome.added == {}
    assert outcome.rounds <= 1 + sum(len(market.wishes(group[0])) for group in groups)
    # Every complaint of the plain check is in the list, and none is of a child without a twin.
    found = verify(outcome.market, Placement(outcome.placement.seats, outcome.market.digest))
    assert {(each.applicant, each.school) for each in found} == {(each.applicant, each.school) for each in exceptions}
    assert len(set(exceptions)) == len(exceptions) == len(found)
    # There is room for all of a group exactly if it could take the places of those behind it, or free ones.
    for each in exceptions:
        group = next(group for group in groups if each.applicant in group)
        assert (each.fault is Fault.ROOM_FOR_ALL) == (
            places_behind(outcome.market, found_at(outcome), group, each.school) >= len(group)
        )
    in_groups = {child for group in groups for child in group}
    assert {each.applicant for each in exceptions} <= in_groups


def found_at(outcome: Together) -> dict[int, list[tuple[int, int]]]:
    """Class and number of those at each school."""
    at: dict[int, list[tuple[int, int]]] = {school: [] for school in range(outcome.market.n_schools)}
    for child, seat in enumerate(outcome.placement.seats.tolist()):
        if seat >= 0:
            market = outcome.market
            own = (int(market.classes[market.starts[child] + seat]), int(market.draw[child]))
            at[int(market.wishes(child)[seat])].append(own)
    return at


def places_behind(market: Market, at: dict[int, list[tuple[int, int]]], group: tuple[int, ...], school: int) -> int:
    wish = market.wishes(group[0]).tolist().index(school)
    own = (int(market.classes[market.starts[group[0]] + wish]), int(market.draw[group[0]]))
    return int(market.capacities[school]) - len(at[school]) + sum(other > own for other in at[school])


def test_where_no_stable_placement_exists_the_group_with_room_for_all_is_listed() -> None:
    """School 1 has two places and twins 0 and 1 wish for nothing else. If they have them, child 2 takes school 0 from child 3, who
    goes before the twins at school 1; if not, 2 and 3 have their first wishes, and beside 2 a place is free."""
    market = Market.of([[1], [1], [1, 0], [0, 1]], [1, 2], classes=[[1], [1], [1, 1], [1, 0]])
    outcome = place_together(market, [(0, 1)], AtTheCutOff.MOVE_ON)
    assert outcome.placement.seats.tolist() == [-1, -1, 0, 0]
    found = tuple(Finding(Fault.ROOM_FOR_ALL, twin, 1) for twin in (0, 1))
    assert verify_together(outcome) == ((), found)
    assert place_together(market, [(0, 1)], AtTheCutOff.ADD_PLACES).added == {1: 1}


def test_the_check_sees_twins_apart() -> None:
    outcome = place_together(TWINS, [(1, 2)], AtTheCutOff.ADD_PLACES)
    split = Placement(np.array([0, 0, 1, 0]), outcome.market.digest)
    changed = type(outcome)(split, outcome.market, outcome.groups, outcome.added, (), 1)
    assert Finding(Fault.SPLIT, 2) in verify_together(changed)[0]


#: Three places, one of them for children from elsewhere: one single child of the city, twins from elsewhere, two more singles.
KEPT = Market.of([[0, 1]] * 5, [3, 5], draw=[0, 1, 2, 3, 4])
ELSEWHERE = Pools(KEPT, [Pool("随迁子女", 0, 1, trait="migrant")], {"migrant": [0, 1, 1, 0, 1]})


def test_twins_may_have_one_place_from_a_pool_and_one_of_the_open_ones() -> None:
    outcome = place_together(KEPT, [(1, 2)], AtTheCutOff.MOVE_ON, pools=ELSEWHERE)
    assert outcome.placement.seats.tolist() == [0, 0, 0, 1, 1]
    assert outcome.placement.pools is not None
    assert outcome.placement.pools.tolist() == [1, 0, 1, 2, 2]
    assert (outcome.rounds, outcome.withdrawn, verify_together(outcome)) == (1, (), ((), ()))


@pytest.mark.parametrize(("rule", "seats"), [("add-places", [0, 0, 0, 1, 1]), ("move-on", [0, 1, 1, 1, 0])])
def test_a_place_is_added_to_the_pool_in_which_the_cut_off_lies(rule: str, seats: list[int]) -> None:
    """With two places the open one is the first child's, and the pool's reaches to the first of the twins. With one place more in
    the pool the second twin has it; an open one would be his too, but by the order of all children it need not be."""
    market = rebuilt(KEPT, capacities=np.array([2, 5]))
    pools = Pools(market, ELSEWHERE.pools, ELSEWHERE.traits)
    outcome = place_together(market, [(1, 2)], AtTheCutOff(rule), pools=pools)
    assert outcome.placement.seats.tolist() == seats
    assert outcome.added == ({0: 1} if rule == "add-places" else {})
    exceptions = [] if rule == "add-places" else [(Fault.NOT_CHOSEN, 1), (Fault.NOT_CHOSEN, 2)]
    assert [(each.fault, each.applicant) for each in verify_together(outcome)[1]] == exceptions
    assert verify_together(outcome)[0] == ()


def test_a_trait_counts_for_twins_if_both_have_it() -> None:
    market = rebuilt(KEPT, capacities=np.array([2, 5]))
    pools = Pools(market, ELSEWHERE.pools, {"migrant": [0, 1, 0, 0, 1]})
    outcome = place_together(market, [(1, 2)], AtTheCutOff.ADD_PLACES, pools=pools)
    assert outcome.pools is not None
    assert np.asarray(outcome.pools.traits["migrant"]).tolist() == [0, 0, 0, 0, 1]
    assert outcome.placement.seats.tolist() == [0, 1, 1, 1, 0]


def test_twins_who_moved_on_from_a_pool_are_told_why() -> None:
    """Nobody else is there: no cut-off says that they did not fit in, and the places were not kept for others."""
    market = Market.of([[0, 1], [0, 1]], [1, 2], draw=[0, 1])
    pools = Pools(market, [Pool("随迁子女", 0, 1, trait="migrant")], {"migrant": [1, 1]})
    outcome = place_together(market, [(0, 1)], AtTheCutOff.MOVE_ON, pools=pools)
    assert outcome.placement.seats.tolist() == [1, 1]
    said = explain(outcome.market, outcome.placement, 0, pools=outcome.pools)
    assert [met.reason for met in said.wishes] == [Reason.TOGETHER, Reason.GRANTED]


@st.composite
def with_pools(draw: Any) -> tuple[Market, list[tuple[int, ...]], Pools]:
    market, groups = draw(with_groups())
    return market, groups, draw(rules(market))


@given(with_pools())
@settings(max_examples=300)
def test_places_added_to_pools_are_stable_and_harm_nobody(given_: tuple[Market, list[tuple[int, ...]], Pools]) -> None:
    market, groups, pools = given_
    outcome = place_together(market, groups, AtTheCutOff.ADD_PLACES, pools=pools)
    assert verify_together(outcome) == ((), ())
    assert all(len({int(outcome.placement.seats[child]) for child in group}) == 1 for group in groups)
    assert outcome.pools is not None
    before = outcome.pools.solve().seats.tolist()
    assert all(rank(now) <= rank(then) for then, now in zip(before, outcome.placement.seats.tolist(), strict=True))
    assert outcome.rounds <= 1 + sum(len(market.wishes(group[0])) for group in groups)
    # A group that once fits in fits in from then on: of each wish it can lack places only once.
    assert sum(outcome.added.values()) <= sum((len(group) - 1) * len(market.wishes(group[0])) for group in groups)


@given(with_pools())
@settings(max_examples=300)
def test_moving_on_from_pools_keeps_the_plan_and_every_other_rule(
    given_: tuple[Market, list[tuple[int, ...]], Pools],
) -> None:
    market, groups, pools = given_
    outcome = place_together(market, groups, AtTheCutOff.MOVE_ON, pools=pools)
    wrong, exceptions = verify_together(outcome)
    assert wrong == ()
    assert outcome.added == {}
    holders = outcome.placement.schools(outcome.market)
    assert (np.bincount(holders[holders >= 0], minlength=market.n_schools) <= market.capacities).all()
    assert {(each.applicant, each.school) for each in exceptions} <= set(outcome.withdrawn)
    # Nothing else is in the whole check either: with the wishes given up, whoever is missing at a school is one of those.
    assert outcome.pools is not None
    whole = verify_with_pools(
        outcome.market,
        Placement(outcome.placement.seats, outcome.pools.digest, outcome.placement.pools),
        outcome.pools,
    )
    missing = {(each.applicant, each.school) for each in whole if each.fault is Fault.NOT_CHOSEN}
    assert missing <= set(outcome.withdrawn)


@given(with_groups())
@settings(max_examples=100)
def test_without_a_pool_the_rule_of_pools_says_the_same(given_: tuple[Market, list[tuple[int, ...]]]) -> None:
    market, groups = given_
    for rule in AtTheCutOff:
        plain = place_together(market, groups, rule)
        pooled = place_together(market, groups, rule, pools=Pools(market, [], {}))
        assert pooled.placement.seats.tolist() == plain.placement.seats.tolist()
        assert (pooled.added, pooled.withdrawn, pooled.rounds) == (plain.added, plain.withdrawn, plain.rounds)
        assert verify_together(pooled) == verify_together(plain)
