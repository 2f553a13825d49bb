"""统筹: by hand, against every plan of tiny instances, and with prices that prove what they say."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.overflow import Flow, certified, shortages, transport


def columns(
    children: list[int], seats: list[int], metres: list[list[int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    grid = np.array(metres, np.int64).reshape(len(children), len(seats))
    return np.array(children, np.int64), np.array(seats, np.int64), grid


def test_the_nearest_school_for_one_gives_way_where_all_together_walk_less() -> None:
    # Both live nearest to school 0. If the first takes it the second walks 2,000 m: 2,100 together, against 300 + 200.
    instance = columns([1, 1], [1, 2], [[100, 300], [200, 2000]])
    flow = transport(*instance, 3000)
    assert flow.counts.tolist() == [[0, 1], [1, 0]]
    assert (flow.total_m, flow.left.tolist()) == (500, [0, 0])
    # One more seat at school 0 would save the first child 200 m; school 1 has a seat left.
    assert flow.prices.tolist() == [200, 0]
    assert certified(flow, *instance, 3000)


def test_the_cap_is_kept_though_a_child_is_left() -> None:
    instance = columns([1, 1], [1, 1], [[100, 300], [200, 2000]])
    flow = transport(*instance, 250)
    assert (flow.counts.tolist(), flow.left.tolist()) == ([[1, 0], [0, 0]], [0, 1])
    assert certified(flow, *instance, 250)
    found = shortages(flow, *instance, 250)
    assert [(one.rows, one.schools, one.children, one.seats, one.left) for one in found] == [((0, 1), (0,), 2, 1, 1)]


def test_more_children_come_before_fewer_metres() -> None:
    # The first could stay near at 10 m; then the second, who reaches nothing else, would be left.
    instance = columns([1, 1], [1, 1], [[10, 2900], [2900, -1]])
    assert transport(*instance, 3000).counts.tolist() == [[0, 1], [1, 0]]


def test_two_shortages_that_need_the_same_school_are_one() -> None:
    # Left are the second and the fourth row; the schools that they reach are held by the first and third, which reach the fifth's.
    instance = columns([1] * 5, [1] * 3, [[1, 2, -1], [5, -1, -1], [-1, 2, 1], [-1, -1, 5], [-1, 0, -1]])
    flow = transport(*instance, 10)
    assert flow.left.tolist() == [0, 1, 0, 1, 0]
    (one,) = shortages(flow, *instance, 10)
    assert (one.rows, one.schools, one.children, one.seats, one.left) == ((0, 1, 2, 3, 4), (0, 1, 2), 5, 3, 2)


def plans(children: list[int], seats: list[int], metres: list[list[int]], cap_m: int) -> tuple[int, int]:
    """The fewest left and then the fewest metres, of every plan there is."""
    ways = [
        [-1, *(at for at, far in enumerate(metres[row]) if 0 <= far <= cap_m)]
        for row, count in enumerate(children)
        for _ in range(count)
    ]
    homes = [row for row, count in enumerate(children) for _ in range(count)]
    best = (len(homes) + 1, 0)
    for plan in itertools.product(*ways):
        if all(plan.count(at) <= free for at, free in enumerate(seats)):
            total = sum(metres[row][at] for row, at in zip(homes, plan, strict=True) if at >= 0)
            best = min(best, (plan.count(-1), total))
    return best


@st.composite
def instances(draw: st.DrawFn, most_rows: int, most_children: int, most_schools: int) -> tuple:
    rows = draw(st.integers(0, most_rows))
    count = draw(st.integers(1, most_schools))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    children = chance.integers(1, most_children + 1, rows).tolist()
    seats = chance.integers(0, most_children + 2, count).tolist()
    # Few different distances make many plans equal.
    metres = chance.integers(-1, draw(st.sampled_from([2, 6, 3000])), (rows, count)).tolist()
    return children, seats, metres, draw(st.sampled_from([0, 4, 2000]))


@given(instances(3, 2, 3))
@settings(max_examples=250)
def test_no_plan_leaves_fewer_or_walks_less(instance: tuple) -> None:
    *data, cap_m = instance
    flow = transport(*columns(*data), cap_m)
    assert (int(flow.left.sum()), flow.total_m) == plans(*data, cap_m)


@given(instances(25, 9, 8))
@settings(max_examples=150)
def test_every_plan_is_certified_and_every_shortage_is_one(instance: tuple) -> None:
    *data, cap_m = instance
    children, seats, metres = columns(*data)
    flow = transport(children, seats, metres, cap_m)
    assert certified(flow, children, seats, metres, cap_m)
    found = shortages(flow, children, seats, metres, cap_m)
    assert sum(one.left for one in found) == flow.left.sum()
    named = [row for one in found for row in one.rows]
    assert len(named) == len(set(named))
    for one in found:
        within = {at for row in one.rows for at in range(len(seats)) if 0 <= metres[row, at] <= cap_m and seats[at] > 0}
        assert within == set(one.schools)
        assert one.children - one.seats == one.left == sum(flow.left[row] for row in one.rows)


@given(instances(8, 4, 4))
@settings(max_examples=100)
def test_the_same_input_gives_the_same_bytes(instance: tuple) -> None:
    *data, cap_m = instance
    first, second = (transport(*columns(*data), cap_m) for _ in range(2))
    assert first.counts.tobytes() == second.counts.tobytes()
    assert first.prices.tobytes() == second.prices.tobytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda flow: dataclasses.replace(flow, counts=np.array([[1, 0], [0, 1]]), total_m=2100),
        lambda flow: dataclasses.replace(flow, total_m=499),
        lambda flow: dataclasses.replace(flow, prices=flow.prices + np.array([0, 500])),
        lambda flow: dataclasses.replace(flow, prices=np.array([200, -1])),
        lambda flow: dataclasses.replace(flow, no_seat=1),
        lambda flow: dataclasses.replace(flow, counts=np.array([[0, 1], [0, 0]])),
        lambda flow: dataclasses.replace(flow, counts=np.array([[1, 0], [1, 0]])),
        lambda flow: dataclasses.replace(flow, left=np.array([0, -1])),
    ],
    ids=["another plan", "other metres", "a price too high", "a negative price", "other units", "a child lost", "too many", "negative"],
)  # fmt: skip
def test_prices_prove_no_other_plan(spoil) -> None:
    instance = columns([1, 1], [1, 1], [[100, 300], [200, 2000]])
    assert not certified(spoil(transport(*instance, 3000)), *instance, 3000)


def test_a_way_beyond_the_cap_is_not_certified() -> None:
    instance = columns([1], [1], [[500]])
    beyond = Flow(np.array([[1]]), np.array([0]), np.array([0]), 3, 500)
    assert not certified(beyond, *instance, 400)
