"""The verifier accepts no placement that breaks a rule: each kind of fault is planted and named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.queue_verifying import verify_queue
from yaodian.engines.matching.queues import Batch, BatchResult, HeldSeats, Lines, Queue, QueuePlacement, place_queue

from .queue_examples import ORDER, candidates, queues, seats, single, wishes
from .test_queues import FIVE, THEIR_WISHES

HELD = HeldSeats(np.array([0], np.int32), np.array([1], np.int32), seats(1))
QUEUE = Queue(
    candidates(FIVE, origins=[0, 0, 1, 0, 0]),
    (
        Batch("指标到校", ORDER, capacities=seats(0, 0, 0), held=HELD, **wishes(THEIR_WISHES)),
        Batch(
            "统招",
            ORDER,
            capacities=seats(1, 1, 1),
            line=499,
            minimums=np.array([0, 513, 0]),
            adds_unused_of=("指标到校",),
            **wishes([*THEIR_WISHES[:3], [0, 1, 2], [1, 2]]),
        ),
    ),
)


def changed(batch: int, rows: dict[int, int]) -> QueuePlacement:
    """The true placement with other granted wishes in one batch, the summary made to match."""
    placement = place_queue(QUEUE)
    results = list(placement.batches)
    columns = [result.seats.copy() for result in results]
    for row, seat in rows.items():
        columns[batch][row] = seat
    results = [dataclasses.replace(result, seats=column) for result, column in zip(results, columns, strict=True)]
    batch_of = np.where(columns[0] >= 0, 0, np.where(columns[1] >= 0, 1, -1)).astype(np.int16)
    seat = np.where(columns[0] >= 0, columns[0], columns[1])
    schools = np.full(5, -1, np.int32)
    for row in np.flatnonzero(batch_of >= 0):
        one = QUEUE.batches[batch_of[row]]
        at = one.starts[row] + seat[row]
        schools[row] = one.schools[at] if at < one.starts[row + 1] else -1
    return QueuePlacement(tuple(results), batch_of, seat, schools)


def with_lines(change: Callable[[Lines], Lines]) -> QueuePlacement:
    placement = place_queue(QUEUE)
    second = dataclasses.replace(placement.batches[1], lines=change(placement.batches[1].lines))
    return dataclasses.replace(placement, batches=(placement.batches[0], second))


def summary(**columns: np.ndarray) -> QueuePlacement:
    return dataclasses.replace(place_queue(QUEUE), **columns)


def test_the_true_placement_is_accepted() -> None:
    assert place_queue(QUEUE).schools.tolist() == [0, 1, 0, 2, -1]
    assert verify_queue(QUEUE, place_queue(QUEUE)) == ()
    assert verify_queue(QUEUE, changed(1, {})) == ()


@pytest.mark.parametrize(
    ("placement", "rule", "candidate", "school", "words"),
    [
        (changed(1, {2: 1}), "one_place", 2, -1, "第3行考生在前面的批次已被录取，又被录取一次"),
        (changed(1, {3: 7}), "own_wish", 3, -1, "第4行考生被录取到没有填报的志愿"),
        (changed(1, {4: 1}), "may_ask", 4, 2, "第5行考生未达到批次线"),
        (changed(1, {1: -1, 3: 1}), "may_ask", 3, 1, "学校1的最低分"),
        (changed(0, {0: 0}), "may_ask", 0, 0, "没有给其毕业学校的指标"),
        (changed(1, {1: 0}), "capacity", -1, 0, "学校0（第1行计划）有1个名额，录取了2人"),
        (changed(1, {0: -1, 1: 0}), "passed_over", 0, 0, "第1行考生更愿意去学校0"),
        (changed(1, {0: -1, 1: -1}), "passed_over", 1, 1, "有空额"),
        (changed(0, {2: -1}), "passed_over", 2, 0, "批次“指标到校”：第3行考生更愿意去学校0"),
        (with_lines(lambda lines: dataclasses.replace(lines, last=seats(0, 0, 3))), "lines", -1, 1, "学校1"),
        (with_lines(lambda lines: dataclasses.replace(lines, admitted=seats(1, 2, 1))), "lines", -1, 1, "录取数"),
        (with_lines(lambda lines: dataclasses.replace(lines, capacities=seats(2, 1, 1))), "lines", -1, 0, "学校0"),
        (
            with_lines(lambda lines: dataclasses.replace(lines, values={**lines.values, "数学": seats(118, 110, 121)})),
            "lines",
            -1,
            2,
            "学校2",
        ),
        (summary(batch=np.array([1, 1, 0, 1, 1], np.int16)), "one_place", 4, -1, "第5行考生的汇总结果与批次结果不一致"),
        (summary(batch=np.array([0, 1, 0, 1, -1], np.int16)), "one_place", 0, -1, "第1行考生的汇总结果"),
        (summary(schools=np.array([0, 1, 0, 2, 2], np.int32)), "one_place", 4, -1, "第5行考生的汇总结果"),
        (summary(seats=np.array([1, 1, 0, 2, -1], np.int32)), "one_place", 0, -1, "第1行考生的汇总结果"),
        (summary(batches=place_queue(QUEUE).batches[:1]), "one_place", -1, -1, "批次与规则中的批次不一致"),
    ],
)
def test_a_planted_fault_is_named(
    placement: QueuePlacement, rule: str, candidate: int, school: int, words: str
) -> None:
    found = [
        one
        for one in verify_queue(QUEUE, placement)
        if (one.rule, one.candidate, one.school) == (rule, candidate, school)
    ]
    assert found, verify_queue(QUEUE, placement)
    assert words in found[0].sentence


def test_a_band_s_wish_is_part_of_its_line() -> None:
    batch = dataclasses.replace(QUEUE.batches[1], floors=(510, 400), adds_unused_of=())
    queue = Queue(QUEUE.candidates, (batch,))
    placement = place_queue(queue)
    assert verify_queue(queue, placement) == ()
    for wishes_said in (None, placement.batches[0].lines.wishes + 1):
        lines = dataclasses.replace(placement.batches[0].lines, wishes=wishes_said)
        told = dataclasses.replace(placement, batches=(dataclasses.replace(placement.batches[0], lines=lines),))
        assert {one.rule for one in verify_queue(queue, told)} == {"lines"}


def test_a_hundred_faults_of_a_kind_are_named_and_all_are_counted() -> None:
    count = 150
    people = candidates([(500, 0, 0, one) for one in range(count)])
    queue = Queue(people, (Batch("统招", ORDER, capacities=seats(count), **wishes([[0]] * count)),))
    nobody = np.full(count, -1, np.int32)
    result = BatchResult("统招", nobody, place_queue(queue).batches[0].lines)
    found = verify_queue(queue, QueuePlacement((result,), nobody.astype(np.int16), nobody, nobody))
    passed = [one for one in found if one.rule == "passed_over"]
    assert (len(passed), passed[0].count) == (100, count)


@given(queues(most=12, batches=2), st.data())
@settings(max_examples=300)
def test_no_other_grant_to_anybody_is_accepted(queue: Queue, data: st.DataObject) -> None:
    placement = place_queue(queue)
    size = len(queue.candidates)
    if not size:
        return
    number = data.draw(st.integers(0, len(queue.batches) - 1))
    who = data.draw(st.integers(0, size - 1))
    batch = queue.batches[number]
    seat = data.draw(st.integers(-1, int(batch.starts[who + 1] - batch.starts[who]) - 1))
    results = list(placement.batches)
    if seat == results[number].seats[who]:
        return
    column = results[number].seats.copy()
    column[who] = seat
    results[number] = dataclasses.replace(results[number], seats=column)
    assert verify_queue(queue, dataclasses.replace(placement, batches=tuple(results)))


def test_a_later_mention_of_the_same_school_is_not_the_granted_one() -> None:
    queue = single([[0, 0]], [(500, 0, 0, 0)], [1])
    right = place_queue(queue)
    assert (right.seats.tolist(), verify_queue(queue, right)) == ([0], ())
    later = np.array([1], np.int32)
    batch = dataclasses.replace(right.batches[0], seats=later)
    (found,) = verify_queue(queue, dataclasses.replace(right, batches=(batch,), seats=later))
    assert (found.rule, found.candidate, found.school) == ("own_wish", 0, 0)
