"""Queues: examples by hand, the plain loop, every allocation of small instances, and inputs that mean harm."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.queue_checking import UnableToPlace
from yaodian.engines.matching.queue_explaining import explain_all_wishes
from yaodian.engines.matching.queue_steps import Asked, one_pass, packed_key, ranked, tied
from yaodian.engines.matching.queue_verifying import verify_queue
from yaodian.engines.matching.queues import (
    Batch,
    Candidates,
    HeldSeats,
    Queue,
    QueuePlacement,
    band_floors,
    place_queue,
)

from .plainly import place_plainly
from .queue_examples import ORDER, candidates, queues, seats, single, wishes

# The example of docs/algorithms/placing.md: total, Chinese with mathematics and English, mathematics, number in the draw.
FIVE = [(520, 330, 118, 0), (515, 325, 110, 1), (515, 325, 112, 2), (512, 340, 120, 3), (498, 300, 100, 4)]
THEIR_WISHES = [[0, 1], [0, 1], [0, 1, 2], [0, 1], [1, 2]]


def granted(placement: QueuePlacement) -> list[int]:
    return placement.schools.tolist()


def test_parallel_wishes_go_score_first_then_wishes_in_order() -> None:
    queue = single(THEIR_WISHES, FIVE, [2, 1, 1])
    placement = place_queue(queue)
    assert granted(placement) == [0, 1, 0, -1, 2]
    lines = placement.batches[0].lines
    assert lines.last.tolist() == [2, 1, 4]
    assert [lines.values[name].tolist() for name in ORDER] == [[515, 515, 498], [325, 325, 300], [112, 110, 100]]
    assert verify_queue(queue, placement) == ()


def test_a_band_takes_wish_order_before_score() -> None:
    rows = [(702, 0, 0, 0), (701, 0, 0, 1), (690, 0, 0, 2), (661, 0, 0, 3)]
    lists = [[0], [0, 1], [1, 0], [1]]
    # All in one band: candidate 1 asks school 1 only after candidate 2, whose first wish it was.
    in_one = single(lists, rows, [1, 1], floors=(600,))
    assert granted(place_queue(in_one)) == [0, -1, 1, -1]
    # Bands of 40 from 702: candidate 1 and 2 share the band 662 to 701.
    assert band_floors(702, 40, 600) == (702, 662, 622, 600)
    in_bands = single(lists, rows, [1, 1], floors=band_floors(702, 40, 600))
    assert granted(place_queue(in_bands)) == [0, -1, 1, -1]
    # In bands of their own it is the score that decides.
    assert granted(place_queue(single(lists, rows, [1, 1], floors=(702, 700, 600)))) == [0, 1, -1, -1]
    assert granted(place_queue(single(lists, rows, [1, 1]))) == [0, 1, -1, -1]


def test_whoever_is_placed_leaves_and_a_later_batch_has_its_own_line_wishes_and_schools() -> None:
    people = candidates([(500, 0, 0, 0), (490, 0, 0, 1), (480, 0, 0, 2), (300, 0, 0, 3)])
    early = Batch("提前批", ORDER, capacities=seats(1, 0), **wishes([[0], [0], [], [0]]))
    later = Batch("普通批", ORDER, capacities=seats(0, 5), line=400, **wishes([[1], [1], [1], [1]]))
    placement = place_queue(Queue(people, (early, later)))
    assert placement.batch.tolist() == [0, 1, 1, -1]
    assert granted(placement) == [0, 1, 1, -1]


def test_seats_held_for_sending_schools_go_first_and_what_is_left_goes_to_the_rest() -> None:
    people = candidates([(520, 0, 0, 0), (510, 0, 0, 1), (500, 0, 0, 2), (430, 0, 0, 3)], origins=[0, 0, 1, 2])
    lists = wishes([[0], [0], [0], [0]])
    held = HeldSeats(
        np.array([0, 0, 0], np.int32), np.array([0, 1, 2], np.int32), seats(1, 1, 1), np.array([450, 450, 450])
    )
    quota = Batch("指标到校", ORDER, capacities=seats(0), held=held, **lists)
    rest = Batch("统招", ORDER, capacities=seats(0), adds_unused_of=("指标到校",), **lists)
    queue = Queue(people, (quota, rest))
    placement = place_queue(queue)
    # The seat of school 2, whose candidate is below 450, goes to the best of the rest.
    assert placement.batch.tolist() == [0, 1, 0, -1]
    assert placement.batches[0].lines.last.tolist() == [0, 2, -1]
    assert placement.batches[1].lines.capacities.tolist() == [1]
    assert verify_queue(queue, placement) == ()


def test_a_school_s_own_minimum_shuts_out_even_where_seats_are_free() -> None:
    placement = place_queue(single([[0, 1]] * 5, FIVE, [9, 9], minimums=np.array([515, 500])))
    assert granted(placement) == [0, 0, 0, 1, -1]


@given(queues())
@settings(max_examples=400)
def test_columns_and_the_plain_loop_place_everybody_alike(queue: Queue) -> None:
    placement = place_queue(queue)
    batch_of, seat_of, lasts = place_plainly(queue)
    assert placement.batch.tolist() == batch_of
    assert placement.seats.tolist() == seat_of
    assert [one.lines.last.tolist() for one in placement.batches] == lasts
    assert verify_queue(queue, placement) == ()


@given(queues(most=200, schools=12, batches=2), st.sampled_from([1, 2, 7, 64]), st.sampled_from([0, 1, 2, 100]))
@settings(max_examples=100)
def test_neither_the_size_of_the_blocks_nor_the_number_of_rounds_changes_anything(
    queue: Queue, block: int, rounds: int
) -> None:
    batch = queue.batches[0]
    order = ranked([queue.candidates.scores[name] for name in batch.order], queue.candidates.drawn)
    closing = np.random.default_rng(len(order)).integers(0, len(order) + 1, len(batch.capacities))
    places = [
        one_pass(
            Asked(
                order,
                batch.starts,
                batch.schools,
                batch.capacities,
                closing,
                lambda schools, _: schools.astype(np.int64),
            ),
            *how,
        )
        for how in ((block, rounds), (32_768, 10**6))
    ]
    assert places[0].granted.tobytes() == places[1].granted.tobytes()
    assert places[0].last.tolist() == places[1].last.tolist()
    assert places[0].left.tolist() == places[1].left.tolist()


@given(queues(most=4, schools=3, batches=1))
@settings(max_examples=120)
def test_of_all_allocations_of_a_small_queue_exactly_one_is_accepted(queue: Queue) -> None:
    placement = place_queue(queue)
    batch = queue.batches[0]
    accepted = []
    for seat in itertools.product(*(range(-1, count) for count in np.diff(batch.starts).tolist())):
        other = remade(queue, np.array(seat, np.int32))
        if not [one for one in verify_queue(queue, other) if one.rule != "lines"]:
            accepted.append(seat)
    # A repeated wish is the same school: its second mention is another number for the same seat.
    schools = {tuple(remade(queue, np.array(seat, np.int32)).schools.tolist()) for seat in accepted}
    assert schools == {tuple(granted(placement))}


def remade(queue: Queue, seat: np.ndarray) -> QueuePlacement:
    batch = queue.batches[0]
    here = seat >= 0
    schools = np.where(here, np.append(batch.schools, 0)[batch.starts[:-1] + np.maximum(seat, 0)], -1).astype(np.int32)
    result = dataclasses.replace(place_queue(queue).batches[0], seats=seat)
    return QueuePlacement((result,), np.where(here, 0, -1).astype(np.int16), seat, schools)


@given(queues(most=12, batches=2))
@settings(max_examples=100)
def test_the_order_of_the_rows_changes_nobody_s_place(queue: Queue) -> None:
    size = len(queue.candidates)
    mixed = np.random.default_rng(5).permutation(size)

    def again(batch: Batch) -> Batch:
        lists = [batch.schools[batch.starts[one] : batch.starts[one + 1]].tolist() for one in mixed.tolist()]
        return dataclasses.replace(batch, **wishes(lists))

    people = queue.candidates
    other = Candidates(
        {name: column[mixed] for name, column in people.scores.items()}, people.drawn[mixed], people.origins[mixed]
    )
    moved = place_queue(Queue(other, tuple(map(again, queue.batches))))
    assert moved.schools.tolist() == place_queue(queue).schools[mixed].tolist()


@given(queues())
@settings(max_examples=50)
def test_the_same_input_gives_the_same_bytes(queue: Queue) -> None:
    first, second = place_queue(queue), place_queue(queue)
    assert first.seats.tobytes() == second.seats.tobytes()
    assert [one.reason.tobytes() for one in explain_all_wishes(queue, first)] == [
        one.reason.tobytes() for one in explain_all_wishes(queue, second)
    ]


@given(queues(most=6, schools=3, batches=1), st.integers(0, 5), st.permutations(range(3)))
@settings(max_examples=150)
def test_with_parallel_wishes_no_false_list_gives_a_better_school(queue: Queue, who: int, false: list[int]) -> None:
    batch = dataclasses.replace(queue.batches[0], floors=())
    size = len(queue.candidates)
    if who >= size:
        return
    lists = [batch.schools[batch.starts[one] : batch.starts[one + 1]].tolist() for one in range(size)]
    lists[who] = list(range(len(batch.capacities)))
    true = place_queue(Queue(queue.candidates, (dataclasses.replace(batch, **wishes(lists)),)))
    lists[who] = [school for school in false if school < len(batch.capacities)]
    told = place_queue(Queue(queue.candidates, (dataclasses.replace(batch, **wishes(lists)),)))
    best = granted(true)[who]
    assert best >= 0 or granted(told)[who] < 0
    assert granted(told)[who] < 0 or granted(told)[who] >= best


def test_a_chain_of_refusals_as_long_as_the_list_of_schools_is_gone_through() -> None:
    # Everybody's first wish is taken by the one before: school i is wished by i and, second, by i - 1.
    count = 300
    lists = [[0]] + [[one - 1, one] for one in range(1, count)]
    queue = single(lists, [(900 - one, 0, 0, one) for one in range(count)], [1] * count)
    assert granted(place_queue(queue)) == list(range(count))


@pytest.mark.parametrize(
    ("lists", "rows", "capacities", "places"),
    [
        ([], [], [3], []),
        ([[]] * 5, FIVE, [3], [-1] * 5),
        ([[0]] * 5, FIVE, [0], [-1] * 5),
        ([[0, 0, 0, 1]] * 5, FIVE, [1, 1], [0, -1, 1, -1, -1]),
        ([[0]] * 4, [(0, 0, 0, draw) for draw in (3, 0, 2, 1)], [2], [-1, 0, -1, 0]),
        ([[0]] * 5, FIVE, [10**12], [0] * 5),
    ],
    ids=["nobody", "no wishes", "no seats", "repeated wishes", "equal scores everywhere", "more seats than people"],
)
@pytest.mark.parametrize("floors", [(), (0,)], ids=["parallel", "band"])
def test_extremes(lists: list, rows: list, capacities: list, places: list, floors: tuple) -> None:
    queue = single(lists, rows, capacities, floors=floors)
    placement = place_queue(queue)
    assert granted(placement) == places
    assert verify_queue(queue, placement) == ()
    explain_all_wishes(queue, placement)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.float64, np.float32])
@pytest.mark.parametrize("is_drawn", [True, False])
def test_ranking_by_one_packed_key_is_ranking_column_by_column(kind: type, is_drawn: bool) -> None:
    chance = np.random.default_rng(3)
    columns = [chance.integers(0, 9, 5000).astype(kind) for _ in range(3)]
    drawn = chance.permutation(5000) if is_drawn else None
    keys = [-column.astype(np.float64) for column in columns]
    expected = np.lexsort(([] if drawn is None else [drawn]) + keys[::-1])
    assert (packed_key(columns, drawn) is None) == (np.dtype(kind).kind == "f")
    assert ranked(columns, drawn).tolist() == expected.tolist()


def test_columns_too_wide_for_one_key_are_ranked_one_by_one() -> None:
    column = np.array([0, 2**40, 5], np.int64)
    assert packed_key([column, column], None) is None
    assert ranked([column, column], None).tolist() == [1, 2, 0]


def test_half_points_are_compared_exactly() -> None:
    people = Candidates({"总分": np.array([500.0, 500.5])}, seats(0, 1))
    placement = place_queue(Queue(people, (Batch("统招", ("总分",), capacities=seats(1), **wishes([[0], [0]])),)))
    assert granted(placement) == [-1, 0]


def test_equal_candidates_without_a_draw_are_refused_by_name() -> None:
    people = Candidates({"总分": np.array([5, 7, 5])})
    with pytest.raises(UnableToPlace, match="第1行与第3行考生的各项成绩全部相同（共1处）"):
        place_queue(Queue(people, (Batch("统招", ("总分",), capacities=seats(1), **wishes([[0]] * 3)),)))
    assert tied([people.scores["总分"]], np.array([1, 0, 2])).tolist() == [1]
    # Nobody's place depends on the draw here.
    apart = Candidates({"总分": np.array([5, 7, 6])})
    assert granted(
        place_queue(Queue(apart, (Batch("统招", ("总分",), capacities=seats(1), **wishes([[0]] * 3)),)))
    ) == [
        -1,
        0,
        -1,
    ]


def spoilt(**more: object) -> Queue:
    """The hand-made queue with one thing replaced, in the batch or in the candidates."""
    queue = single(THEIR_WISHES, FIVE, [2, 1, 1])
    people = {key: more.pop(key) for key in ("scores", "drawn", "origins") if key in more}
    return Queue(dataclasses.replace(queue.candidates, **people), (dataclasses.replace(queue.batches[0], **more),))


ZEROS = {name: np.zeros(5) for name in ORDER}
HELD = HeldSeats(np.array([0], np.int32), np.array([0], np.int32), seats(1))
NOWHERE = np.full(5, -1, np.int32)


@pytest.mark.parametrize(
    ("queue", "words"),
    [
        (spoilt(scores={}), "没有任何成绩列"),
        (spoilt(scores={**ZEROS, "数学": np.zeros(4)}), "“数学”有4行，其他成绩有5行"),
        (
            spoilt(scores={**ZEROS, "数学": np.array([0, 0, np.nan, 0, np.nan])}),
            "“数学”第3行没有成绩或不是有限的数（共2行）",
        ),
        (spoilt(scores={**ZEROS, "数学": np.array([0, 0, np.inf, 0, 0])}), "“数学”第3行没有成绩或不是有限的数"),
        (spoilt(scores={**ZEROS, "数学": np.array([0, -1, 0, 0, 0])}), "“数学”第2行为负数（共1行）"),
        (spoilt(scores={**ZEROS, "数学": np.array(["1"] * 5)}), "“数学”不是数字"),
        (spoilt(scores={**ZEROS, "数学": np.full(5, 2**63, np.uint64)}), "“数学”超出可用范围"),
        (spoilt(drawn=np.zeros(5)), "抽签顺序须为整数"),
        (spoilt(drawn=np.arange(5, dtype=np.uint64)), "抽签顺序须为整数（64位的须带符号），现为uint64"),
        (spoilt(drawn=seats(0, 1, 2)), "抽签顺序有3行，应有5行"),
        (spoilt(drawn=seats(0, 1, -2, 3, 4)), "抽签顺序第3行为负数"),
        (spoilt(drawn=seats(0, 1, 1, 3, 3)), "抽签顺序号1重复（共2个号码重复）"),
        (spoilt(drawn=seats(0, 99, 99, 3, 4)), "抽签顺序号99重复"),
        (spoilt(origins=np.zeros(4, np.int32)), "毕业学校有4行"),
        (spoilt(origins=np.array([0, -1, -2, 0, 0], np.int32)), "第3行考生的毕业学校编号-2不存在"),
        (spoilt(order=()), "没有排位依据"),
        (spoilt(order=("体育",)), "按“体育”比较，但没有这项成绩"),
        (spoilt(starts=seats(0, 2, 4, 7, 9)), "志愿的起点有5行，应有6行"),
        (spoilt(starts=seats(0, 4, 2, 7, 9, 11)), "志愿的起点须从0开始、不下降、止于总数11"),
        (
            spoilt(schools=np.array([0, 1, 0, 1, 0, 1, 9, 0, 1, 1, 2], np.int32)),
            "第3行考生的第3志愿是不存在的学校（编号9）",
        ),
        (spoilt(schools=np.zeros(11)), "志愿须为整数"),
        (spoilt(capacities=seats(2, -1, 1)), "招生计划第2行为负数"),
        (spoilt(capacities=np.array([2.0, 1, 1])), "招生计划须为整数"),
        (spoilt(capacities=seats(2, 2**63 - 1, 1)), "招生计划第2行超过9007199254740991"),
        (spoilt(capacities=np.full(3, 2**63, np.uint64)), "招生计划第1行超过9007199254740991"),
        (spoilt(minimums=seats(0)), "学校最低分有1行，应有3行"),
        (spoilt(minimums=np.array([0, np.nan, 0])), "学校最低分须为数字"),
        (spoilt(line=-1), "控制线-1不是不小于0的数"),
        (spoilt(line=float("nan")), "控制线nan"),
        (spoilt(floors=(500, 500)), "分数段下限不是从高到低"),
        (spoilt(floors=(500, float("nan"))), "分数段下限(500, nan)不都是有限的数"),
        (spoilt(adds_unused_of=("指标",)), "要接收“指标”的剩余计划，但它之前没有这个批次"),
        (spoilt(held=HELD, capacities=seats(0, 0, 0)), "考生没有毕业学校"),
        (spoilt(held=HELD, origins=NOWHERE), "是指标到校批次，只投放指标"),
        (
            spoilt(
                held=dataclasses.replace(HELD, schools=np.array([3], np.int32)),
                origins=NOWHERE,
                capacities=seats(0, 0, 0),
            ),
            "指标写到了不存在的学校",
        ),
        (
            spoilt(held=dataclasses.replace(HELD, origins=NOWHERE[:1]), origins=NOWHERE, capacities=seats(0, 0, 0)),
            "指标写给了编号为负的毕业学校",
        ),
        (
            spoilt(
                held=HeldSeats(np.array([0, 0], np.int32), np.array([1, 1], np.int32), seats(1, 2)),
                origins=NOWHERE,
                capacities=seats(0, 0, 0),
            ),
            "同一学校给同一毕业学校的指标出现两次",
        ),
        (
            spoilt(held=dataclasses.replace(HELD, seats=seats(-1)), origins=NOWHERE, capacities=seats(0, 0, 0)),
            "的指标第1行为负数",
        ),
        (
            spoilt(held=dataclasses.replace(HELD, minimums=seats(1, 2)), origins=NOWHERE, capacities=seats(0, 0, 0)),
            "指标最低分有2行",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_placed_by_is_refused_in_words(queue: Queue, words: str) -> None:
    with pytest.raises(UnableToPlace) as refused:
        place_queue(queue)
    assert words in str(refused.value)


def test_batches_must_have_names_of_their_own_and_number_schools_alike() -> None:
    queue = single(THEIR_WISHES, FIVE, [2, 1, 1])
    with pytest.raises(UnableToPlace, match="批次“统招”出现了两次"):
        place_queue(dataclasses.replace(queue, batches=queue.batches * 2))
    other = dataclasses.replace(queue.batches[0], name="补录", capacities=seats(2, 1, 1, 1))
    with pytest.raises(UnableToPlace, match="各批次的学校数不一致"):
        place_queue(dataclasses.replace(queue, batches=(*queue.batches, other)))


def test_seats_left_over_are_given_on_once() -> None:
    queue = single(THEIR_WISHES, FIVE, [9, 9, 9])
    first = queue.batches[0]
    second, third = (dataclasses.replace(first, name=name, adds_unused_of=("统招",)) for name in ("征集", "补录"))
    place_queue(dataclasses.replace(queue, batches=(first, second)))
    with pytest.raises(UnableToPlace, match="“统招”的剩余计划已由“征集”接收，批次“补录”又要接收一次"):
        place_queue(dataclasses.replace(queue, batches=(first, second, third)))


def test_bands_without_width_are_refused() -> None:
    with pytest.raises(UnableToPlace, match="分数段无法划分"):
        band_floors(700, 0, 600)
    with pytest.raises(UnableToPlace, match="分数段无法划分"):
        band_floors(500, 40, 600)
