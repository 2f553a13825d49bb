"""Catchments: by hand, against one-by-one loops, with every fault planted for the verifier, and inputs that mean harm."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.catchment_verifying import explain_allocation, verify_allocation
from yaodian.engines.matching.catchments import Allocation, Catchments, How, allocate
from yaodian.engines.matching.queue_checking import UnableToPlace

CLASSES = ("户籍与房产一致", "居住年限", "人户分离")
SCHOOLS = ("实验小学", "中心小学", "城东小学")

# The example of docs/algorithms/placing.md. Zone 0 is 单校划片 of school 0, zone 1 is 多校划片 of schools 1 and 2.
LISTS = [[0], [0], [0], [0], [1, 2], [1, 2], [2, 1], [1, 2]]


def city(**more: Any) -> Catchments:
    lists = more.pop("lists", LISTS)
    made: dict[str, Any] = {
        "zones": np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32),
        "zone_starts": np.array([0, 1, 3], np.int64),
        "zone_schools": np.array([0, 1, 2], np.int32),
        "classes": np.array([0, 1, 1, 2, 0, 0, 1, 2], np.int16),
        "drawn": np.array([7, 6, 5, 4, 3, 2, 1, 0], np.int64),
        "capacities": np.array([2, 1, 5], np.int64),
        "rows": np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32),
        "metres": np.array([[300, 900, 1500], [1200, 400, 600]], np.int32),
        "cap_m": 2000,
    }
    if lists is not None:
        made["starts"] = np.cumsum([0, *map(len, lists)]).astype(np.int64)
        made["schools"] = np.array([school for one in lists for school in one], np.int32)
    return Catchments(**(made | more))


def test_class_then_draw_and_whoever_is_left_goes_to_free_seats() -> None:
    problem = city()
    result = allocate(problem)
    # School 0: child 0 by class, then of 1 and 2 the lower number in the draw, 2. Children 1 and 3 are left; only school 2 has seats.
    assert result.schools.tolist() == [0, 2, 0, 2, 2, 1, 2, 2]
    assert result.how.tolist() == [How.CATCHMENT, How.OVERFLOW, How.CATCHMENT, How.OVERFLOW, *[How.CATCHMENT] * 4]
    assert verify_allocation(problem, result) == ()


def test_where_there_are_no_more_children_than_seats_all_are_placed_without_a_draw() -> None:
    problem = city(capacities=np.array([4, 4, 4]), drawn=None)
    result = allocate(problem)
    assert result.schools.tolist() == [one[0] for one in LISTS]
    assert not result.is_over.any()
    assert explain_allocation(problem, result, 3, schools=SCHOOLS) == (
        "实验小学：已录取。报名人数没有超过计划，全部录取。",
    )


def test_without_a_draw_a_school_that_needs_one_is_named() -> None:
    with pytest.raises(UnableToPlace, match="学校0报名人数超过计划"):
        allocate(city(drawn=None))
    # Published order tells them apart, so no draw is needed.
    result = allocate(city(drawn=None, published=(np.arange(8),)))
    assert result.schools[:4].tolist() == [0, 0, 2, 2]


def test_in_the_overflow_too_a_draw_is_asked_for_only_where_it_decides() -> None:
    # Nobody is placed in a catchment; two of one row and class, seats at two schools.
    alike: dict[str, Any] = {
        "zones": np.array([-1, -1], np.int32),
        "classes": np.array([1, 1], np.int16),
        "drawn": None,
        "rows": np.array([0, 0], np.int32),
        "lists": [[], []],
    }
    with pytest.raises(UnableToPlace, match="距离表第1行的儿童顺序相同而去向不同"):
        allocate(city(**alike, capacities=np.array([1, 1, 0])))
    assert allocate(city(**alike, capacities=np.array([2, 1, 0]))).schools.tolist() == [0, 0]


def test_without_wishes_the_zone_s_published_order_counts() -> None:
    problem = city(lists=None, capacities=np.array([4, 2, 2]))
    result = allocate(problem)
    assert result.schools.tolist() == [0, 0, 0, 0, 1, 1, 2, 2]
    assert verify_allocation(problem, result) == ()


def test_of_a_row_the_earlier_child_gets_the_nearer_school_and_the_last_is_left() -> None:
    problem = city(
        zones=np.full(4, -1, np.int32),
        classes=np.array([2, 0, 1, 1], np.int16),
        drawn=np.array([0, 1, 3, 2]),
        rows=np.zeros(4, np.int32),
        lists=[[], [], [], []],
        capacities=np.array([1, 1, 1]),
    )
    result = allocate(problem)
    assert result.schools.tolist() == [-1, 0, 2, 1]
    assert result.how.tolist() == [How.SHORTAGE, How.OVERFLOW, How.OVERFLOW, How.OVERFLOW]
    assert verify_allocation(problem, result) == ()
    assert explain_allocation(problem, result, 0, schools=SCHOOLS) == (
        "统筹未能安排：您和同样缺学位的住址2000米内只有实验小学、中心小学、城东小学有空余学位，共3个，只能到这些学校的儿童有4人，"
        "1人未能安排：先求安排的人最多，再求总距离最短，同一住址才按次序；请联系招生办公室。",
    )


def test_who_is_left_of_two_rows_is_not_told_that_others_came_first() -> None:
    """The first child in the order lives farther away, and is left."""
    problem = city(
        zones=np.full(2, -1, np.int32),
        classes=np.array([0, 1], np.int16),
        drawn=np.array([0, 1]),
        rows=np.array([0, 1], np.int32),
        metres=np.array([[1500, -1, -1], [100, -1, -1]], np.int32),
        lists=[[], []],
        capacities=np.array([1, 0, 0]),
    )
    result = allocate(problem)
    assert result.how.tolist() == [How.SHORTAGE, How.OVERFLOW]
    assert verify_allocation(problem, result) == ()
    (told,) = explain_allocation(problem, result, 0, schools=SCHOOLS)
    assert "1人未能安排：先求安排的人最多，再求总距离最短，同一住址才按次序" in told
    assert "在后" not in told


def test_every_reason_has_its_words() -> None:
    problem = city()
    result = allocate(problem)
    told = [explain_allocation(problem, result, child, schools=SCHOOLS, classes=CLASSES) for child in range(8)]
    assert told[0] == ("实验小学：已录取。您属于第1顺序“户籍与房产一致”，在名额之内。",)
    assert told[1] == (
        "实验小学：未录取。您属于第2顺序“居住年限”，该校录取到这一类为止，类内抽签决定，您的抽签顺序在录取名额之后。",
        "统筹安排到城东小学，距离1500米，上限2000米；所有统筹儿童的总距离最短。",
    )
    assert told[3][0] == "实验小学：未录取。您属于第3顺序“人户分离”，该校录取到第2顺序“居住年限”为止。"
    by_order = city(published=(np.arange(8),))
    assert "类内公布的次序在您之前已满" in explain_allocation(by_order, allocate(by_order), 2)[0]
    far = city(cap_m=100, rows=np.array([0, -1, 0, 0, 1, 1, 1, 1], np.int32), capacities=np.array([1, 0, 0]))
    result = allocate(far)
    assert explain_allocation(far, result, 3)[1] == "统筹未能安排：100米内没有还有空余学位的学校；请联系招生办公室。"
    assert explain_allocation(far, result, 1)[1].startswith("统筹未能安排：住址没有定位")
    assert explain_allocation(far, result, 4)[0] == "学校1：未录取。该校没有学位。"


@st.composite
def cities(draw: st.DrawFn) -> Catchments:
    size, zones, count, rows = (draw(st.integers(low, high)) for low, high in ((0, 25), (1, 4), (1, 5), (1, 6)))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    zone_lists = [chance.permutation(count)[: chance.integers(1, count + 1)].tolist() for _ in range(zones)]
    zone = chance.integers(-1 if draw(st.booleans()) else 0, zones, size)
    lists = None
    if draw(st.booleans()):
        lists = [
            [] if at < 0 else chance.choice(zone_lists[at], chance.integers(0, 4)).tolist() for at in zone.tolist()
        ]
    return city(
        lists=lists,
        zones=zone.astype(np.int32),
        zone_starts=np.cumsum([0, *map(len, zone_lists)]).astype(np.int64),
        zone_schools=np.array([school for one in zone_lists for school in one], np.int32),
        classes=chance.integers(0, 3, size).astype(np.int16),
        published=(chance.integers(0, 3, size),) if draw(st.booleans()) else (),
        drawn=chance.permutation(size),
        capacities=chance.integers(0, 1 + 2 * max(1, size) // count, count),
        rows=chance.integers(-1, rows, size).astype(np.int32),
        metres=chance.integers(-1, draw(st.sampled_from([3, 3000])), (rows, count)).astype(np.int32),
        cap_m=draw(st.sampled_from([0, 1, 1500])),
    )


@given(cities())
@settings(max_examples=300)
def test_each_in_turn_takes_the_best_school_that_is_left_and_the_verifier_agrees(problem: Catchments) -> None:
    result = allocate(problem)
    free = problem.capacities.tolist()
    keys = [problem.classes, *problem.published, problem.drawn]
    for child in sorted(range(len(problem)), key=lambda one: [int(column[one]) for column in keys]):
        zone = int(problem.zones[child])
        if problem.starts is not None:
            own = problem.schools[problem.starts[child] : problem.starts[child + 1]].tolist()
        elif zone >= 0:
            own = problem.zone_schools[problem.zone_starts[zone] : problem.zone_starts[zone + 1]].tolist()
        else:
            own = []
        seat = next((wish for wish, school in enumerate(own) if free[school]), -1)
        assert result.seats[child] == seat
        if seat >= 0:
            free[own[seat]] -= 1
    assert result.overflow.seats.tolist() == free
    assert verify_allocation(problem, result) == ()
    for child in range(len(problem)):
        assert explain_allocation(problem, result, child) or result.how[child] == How.CATCHMENT


@given(cities())
@settings(max_examples=100)
def test_neither_the_order_of_children_nor_of_rows_of_distances_changes_anything(problem: Catchments) -> None:
    chance = np.random.default_rng(1)
    mixed, rows = chance.permutation(len(problem)), chance.permutation(len(problem.metres))
    back = np.append(np.argsort(rows), -1).astype(np.int32)
    more: dict[str, Any] = {}
    if problem.starts is not None:
        lists = [problem.schools[problem.starts[one] : problem.starts[one + 1]] for one in mixed]
        more["starts"] = np.cumsum([0, *map(len, lists)]).astype(np.int64)
        more["schools"] = np.concatenate([*lists, np.zeros(0, np.int32)]).astype(np.int32)
    other = dataclasses.replace(
        problem,
        zones=problem.zones[mixed],
        classes=problem.classes[mixed],
        published=tuple(column[mixed] for column in problem.published),
        drawn=problem.drawn[mixed],
        rows=back[problem.rows[mixed]],
        metres=problem.metres[rows],
        **more,
    )
    first, second = allocate(problem), allocate(other)
    assert second.schools.tolist() == first.schools[mixed].tolist()
    assert allocate(problem).schools.tobytes() == first.schools.tobytes()


@pytest.mark.parametrize("rows", [[0, 1], [1, 0]])
def test_without_a_draw_equal_children_of_two_rows_are_told_apart_by_the_row(rows: list[int]) -> None:
    # Either plan walks 3 m: the child of row 0 goes to school 0, wherever it stands in the data.
    problem = city(
        zones=np.full(2, -1, np.int32),
        classes=np.zeros(2, np.int16),
        drawn=None,
        rows=np.array(rows, np.int32),
        lists=[[], []],
        capacities=np.array([1, 1, 0]),
        metres=np.array([[1, 2, 9], [1, 2, 9]], np.int32),
    )
    assert allocate(problem).schools.tolist() == rows


@given(cities())
@settings(max_examples=150)
def test_without_a_draw_too_the_order_of_children_decides_nothing(problem: Catchments) -> None:
    problem = dataclasses.replace(problem, drawn=None)
    mixed = np.random.default_rng(2).permutation(len(problem))
    told = []
    for order in (np.arange(len(problem)), mixed):
        more: dict[str, Any] = {}
        if problem.starts is not None:
            lists = [problem.schools[problem.starts[one] : problem.starts[one + 1]] for one in order]
            more["starts"] = np.cumsum([0, *map(len, lists)]).astype(np.int64)
            more["schools"] = np.concatenate([*lists, np.zeros(0, np.int32)]).astype(np.int32)
        other = dataclasses.replace(
            problem,
            zones=problem.zones[order],
            classes=problem.classes[order],
            published=tuple(column[order] for column in problem.published),
            rows=problem.rows[order],
            **more,
        )
        try:
            result = allocate(other)
        except UnableToPlace:
            told.append(None)
        else:
            assert verify_allocation(other, result) == ()
            told.append(result.schools[np.argsort(order)].tolist())
    assert told[0] == told[1]


def changed(**columns: Any) -> Allocation:
    return dataclasses.replace(allocate(city()), **columns)


def with_overflow(**columns: Any) -> Allocation:
    result = allocate(city())
    return dataclasses.replace(result, overflow=dataclasses.replace(result.overflow, **columns))


def row_of(values: dict[int, int], name: str) -> np.ndarray:
    column = getattr(allocate(city()), name).copy()
    for at, value in values.items():
        column[at] = value
    return column


TRUE = allocate(city())


@pytest.mark.parametrize(
    ("result", "rule"),
    [
        (changed(schools=row_of({0: 1}, "schools")), "one_school"),
        (changed(seats=row_of({0: 3}, "seats")), "one_school"),
        (changed(how=row_of({1: How.NO_ADDRESS}, "how"), schools=row_of({1: -1}, "schools")), "one_school"),
        (
            changed(
                schools=row_of({1: 0}, "schools"), seats=row_of({1: 0}, "seats"), how=row_of({1: How.CATCHMENT}, "how")
            ),
            "capacity",
        ),
        (
            changed(
                schools=row_of({1: 0, 2: 2}, "schools"),
                seats=row_of({1: 0, 2: -1}, "seats"),
                how=row_of({1: How.CATCHMENT, 2: How.OVERFLOW}, "how"),
            ),
            "passed_over",
        ),
        (changed(last=row_of({0: 0}, "last")), "lines"),
        (changed(is_over=np.zeros(3, np.bool_)), "lines"),
        (changed(is_by_draw=np.zeros(3, np.bool_)), "lines"),
        (changed(schools=row_of({1: 0}, "schools")), "capacity"),
        (changed(schools=row_of({1: -1}, "schools"), how=row_of({1: How.SHORTAGE}, "how")), "overflow"),
        (with_overflow(seats=np.array([1, 1, 1])), "overflow"),
        (with_overflow(flow=dataclasses.replace(TRUE.overflow.flow, total_m=1)), "certificate"),
    ],
)
def test_a_planted_fault_is_named(result: Allocation, rule: str) -> None:
    assert verify_allocation(city(), TRUE) == ()
    assert rule in {one.rule for one in verify_allocation(city(), result)}


def test_a_shortage_that_is_none_and_one_that_is_not_named_are_faults() -> None:
    short = city(capacities=np.array([2, 1, 4]))
    result = allocate(short)
    assert result.how[3] == How.SHORTAGE
    (named,) = result.overflow.shortages
    for spoilt in (
        (),
        (named, named),
        (dataclasses.replace(named, seats=9),),
        (dataclasses.replace(named, schools=(1,)),),
    ):
        told = dataclasses.replace(result, overflow=dataclasses.replace(result.overflow, shortages=spoilt))
        assert {one.rule for one in verify_allocation(short, told)} == {"shortage"}
    how = np.where(result.how == How.SHORTAGE, How.NOWHERE_NEAR, result.how).astype(np.uint8)
    assert {one.rule for one in verify_allocation(short, dataclasses.replace(result, how=how))} == {"shortage"}


def test_a_later_mention_of_the_same_school_is_not_the_granted_one() -> None:
    problem = city(lists=[[0, 0], *LISTS[1:]])
    result = allocate(problem)
    assert result.seats[0] == 0
    assert verify_allocation(problem, result) == ()
    seats = result.seats.copy()
    seats[0] = 1
    assert {one.rule for one in verify_allocation(problem, dataclasses.replace(result, seats=seats))} == {"one_school"}


def test_beyond_the_cap_is_a_fault() -> None:
    assert "cap" in {one.rule for one in verify_allocation(city(cap_m=1400), TRUE)}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lists": [[0]] * 3 + [[1]] + LISTS[4:]}, "第4行儿童填报了学校1，它不在其学区内（共1个志愿）"),
        ({"zones": np.array([-1, 0, 0, 0, 1, 1, 1, 1], np.int32)}, "第1行儿童填报了学校0，它不在其学区内"),
        ({"zones": np.array([9, 0, 0, 0, 1, 1, 1, 1], np.int32)}, "第1行儿童的学区编号9不存在"),
        ({"rows": np.array([0, 2, 0, 0, 1, 1, 1, 1], np.int32)}, "第2行儿童的距离行编号2不存在"),
        ({"classes": np.array([0, -1, 1, 2, 0, 0, 1, 2], np.int16)}, "第2行儿童的顺序类别为负数"),
        ({"classes": np.zeros(7, np.int16)}, "儿童的顺序类别有7行，应有8行"),
        ({"published": (np.zeros(8),)}, "第1个公布的次序须为整数"),
        ({"drawn": np.zeros(8, np.int64)}, "抽签顺序号0重复"),
        ({"capacities": np.array([2, -1, 4])}, "招生计划第2行为负数"),
        ({"zone_schools": np.array([0, 1, 7], np.int32)}, "学区：第2行学区的第2所对应学校是不存在的学校（编号7）"),
        ({"zone_starts": np.zeros(0, np.int64)}, "学区的起点须从0开始"),
        ({"metres": np.zeros((2, 2), np.int32)}, "距离表须有3列"),
        ({"metres": np.zeros((2, 3))}, "距离表须为整数"),
        ({"cap_m": -1}, "统筹距离上限-1米为负数"),
        ({"schools": None}, "志愿只提供了一半"),
    ],
)
def test_what_cannot_be_allocated_by_is_refused_in_words(more: dict, words: str) -> None:
    with pytest.raises(UnableToPlace) as refused:
        allocate(city(**more))
    assert words in str(refused.value)


@pytest.mark.parametrize("capacities", [[0, 0, 0], [1, 0, 0], [99, 99, 99]])
def test_all_families_in_one_catchment(capacities: list[int]) -> None:
    problem = city(
        zones=np.zeros(8, np.int32), lists=[[0]] * 8, rows=np.zeros(8, np.int32), capacities=np.array(capacities)
    )
    result = allocate(problem)
    assert (result.schools >= 0).sum() == min(8, sum(capacities))
    assert verify_allocation(problem, result) == ()


def test_nobody_at_all() -> None:
    nobody = city(
        lists=[],
        zones=np.zeros(0, np.int32),
        classes=np.zeros(0, np.int16),
        drawn=np.zeros(0, np.int64),
        rows=np.zeros(0, np.int32),
    )
    for problem in (nobody, dataclasses.replace(nobody, starts=None, schools=None, drawn=None)):
        assert verify_allocation(problem, allocate(problem)) == ()
