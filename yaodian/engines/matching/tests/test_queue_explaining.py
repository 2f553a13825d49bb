"""WishReasons: each in the words that a family reads, and as columns equal to what the placement says."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings

from yaodian.engines.matching import queue_words
from yaodian.engines.matching.queue_explaining import explain_all_wishes, explain_wishes
from yaodian.engines.matching.queue_words import BY_DRAW, NOTHING, WishReason
from yaodian.engines.matching.queues import Batch, Candidates, HeldSeats, Queue, place_queue

from .queue_examples import ORDER, candidates, queues, seats, single, wishes
from .test_queues import FIVE, THEIR_WISHES

SCHOOLS = ("一中", "二中", "三中")


def sentences(queue: Queue, candidate: int) -> list[str]:
    return [one.sentence for one in explain_wishes(queue, place_queue(queue), candidate, schools=SCHOOLS)]


def test_why_not_there_gives_own_total_and_that_of_the_last_admitted() -> None:
    assert sentences(single(THEIR_WISHES, FIVE, [2, 1, 1]), 3) == [
        "统招第1志愿一中：未录取：您的总分512，最后一名录取者515，差3分。该校录取2人，名额2个。",
        "统招第2志愿二中：未录取：您的总分512，最后一名录取者515，差3分。该校录取1人，名额1个。",
    ]


def test_a_tie_rule_that_decided_is_named() -> None:
    assert sentences(single(THEIR_WISHES, FIVE, [2, 1, 1]), 1) == [
        "统招第1志愿一中：未录取：您的总分515，与最后一名录取者相同；比较数学，您110，对方112，差2分。该校录取2人，名额2个。",
        "统招第2志愿二中：已录取。该校录取1人，名额1个。",
    ]


def test_the_draw_is_named_where_it_decided() -> None:
    queue = single([[0]] * 2, [(500, 1, 1, 1), (500, 1, 1, 0)], [1])
    assert "各项同分比较也都相同，抽签顺序在其后" in sentences(queue, 0)[0]
    assert explain_all_wishes(queue, place_queue(queue))[0].decided_by.tolist() == [BY_DRAW, NOTHING]


def test_the_same_is_told_in_english() -> None:
    queue = single(THEIR_WISHES, FIVE, [2, 1, 1])
    told = explain_wishes(queue, place_queue(queue), 1, schools=("North", "South", "East"), language="en-gb")
    assert [one.sentence for one in told] == [
        "统招, wish 1, North: not admitted. Your 总分 is 515, as that of the last admitted; 数学 decides: yours 110, theirs 112, "
        "a difference of 2. Seats: 2, admitted: 2.",
        "统招, wish 2, South: admitted. Seats: 1, admitted: 1.",
    ]


def test_every_reason_has_both_sentences_with_the_same_facts() -> None:
    assert set(queue_words.SENTENCES) == set(WishReason)
    pairs = [one for one in vars(queue_words).values() if isinstance(one, tuple) and len(one) == 2]
    assert len(pairs) == 8
    for chinese, english in [*pairs, *queue_words.SENTENCES.values()]:
        assert sorted(re.findall(r"\{(\w+)\}", chinese)) == sorted(re.findall(r"\{(\w+)\}", english))


def test_every_other_reason_has_its_words() -> None:
    people = candidates([(520, 0, 0, 0), (430, 0, 0, 1), (380, 0, 0, 2)], origins=[0, 1, 1])
    lists = wishes([[0, 1, 2], [0, 1, 2], [0, 1, 2]])
    held = HeldSeats(np.array([0, 1], np.int32), np.array([0, 1], np.int32), seats(1, 1), np.array([450, 450]))
    quota = Batch("指标", ORDER, capacities=seats(0, 0, 0), held=held, **lists)
    rest = Batch("统招", ORDER, capacities=seats(0, 1, 1), minimums=np.array([0, 431, 0]), line=400, **lists)
    queue = Queue(people, (quota, rest))
    told = [
        [one.sentence.partition("：")[2] for one in explain_wishes(queue, place_queue(queue), who)] for who in range(3)
    ]
    after = "没有轮到：您已在前面的批次被录取。"
    below = "未录取：您的总分380，本批次要求不低于400，差20分。"
    none = "未录取：该校没有分给您毕业学校的指标。"
    assert told == [
        [
            "已录取。该校录取1人，名额1个。",
            "没有轮到：您已被排在前面的志愿录取。",
            "没有轮到：您已被排在前面的志愿录取。",
        ]
        + [after] * 3,
        [
            none,
            "未录取：您的总分430，该校要求不低于450，差20分。",
            none,
            "未录取：该校本批次没有名额。",
            "未录取：您的总分430，该校要求不低于431，差1分。",
            "已录取。该校录取1人，名额1个。",
        ],
        [none, "未录取：您的总分380，该校要求不低于450，差70分。", none] + [below] * 3,
    ]


def test_many_digits_are_said_to_the_last() -> None:
    """Some cities write total and tie scores into one number."""
    rows = [(650_123_457, 0, 0, 0), (650_123_455, 0, 0, 1)]
    assert "您的总分650123455，最后一名录取者650123457，差2分" in sentences(single([[0], [0]], rows, [1]), 1)[0]
    decimal = Candidates({"总分": np.array([1654.125, 1654.025])}, np.arange(2))
    queue = Queue(decimal, (Batch("统招", ("总分",), capacities=seats(1), **wishes([[0], [0]])),))
    assert "您的总分1654.025，最后一名录取者1654.125，差0.1分" in sentences(queue, 1)[0]


def test_bands_name_the_band_and_the_wish() -> None:
    rows = [(702, 0, 0, 0), (701, 0, 0, 1), (690, 0, 0, 2)]
    queue = single([[0], [0, 1], [1]], rows, [1, 1], floors=(702, 662))
    assert sentences(queue, 1) == [
        "统招第1志愿一中：未录取：您的总分701，最后一名录取者702，在更高的分数段。该校录取1人，名额1个。",
        "统招第2志愿二中：未录取：与最后一名录取者在同一分数段，但其把该校填在第1志愿，先于您的志愿次序。该校录取1人，名额1个。",
    ]
    below = single([[0]], [(600, 0, 0, 0)], [1], floors=(702, 662))
    assert "要求不低于662，差62分" in sentences(below, 0)[0]


@pytest.mark.parametrize("name", ["语文数学外语", "总分"])
def test_labels_take_the_place_of_names(name: str) -> None:
    queue = single([[0]] * 5, FIVE, [1])
    told = explain_wishes(queue, place_queue(queue), 4, labels={"总分": name})
    assert f"您的{name}498" in told[0].sentence
    assert "第1志愿学校0" in told[0].sentence


@given(queues(batches=2))
@settings(max_examples=200)
def test_columns_say_of_every_application_what_the_placement_did(queue: Queue) -> None:
    placement = place_queue(queue)
    for number, (batch, reasons) in enumerate(zip(queue.batches, explain_all_wishes(queue, placement), strict=True)):
        lines = placement.batches[number].lines
        for who in range(len(queue.candidates)):
            own = reasons.reason[batch.starts[who] : batch.starts[who + 1]].tolist()
            granted = int(placement.batches[number].seats[who])
            assert [wish for wish, code in enumerate(own) if code == WishReason.ADMITTED] == [granted] * (granted >= 0)
            told = explain_wishes(queue, placement, who)
            assert own == [one.reason for one in told if one.batch == batch.name]
            for wish, code in enumerate(own):
                school = batch.schools[batch.starts[who] + wish]
                if code == WishReason.PASSED and batch.held is None:
                    assert lines.is_full[school]
                    assert lines.last[school] not in (-1, who)


def test_another_batch_s_candidates_do_not_stand_in_the_words() -> None:
    """Whatever others' scores are, as long as the line stays, the words stay."""
    queue = single(THEIR_WISHES, FIVE, [2, 1, 1])
    richer = [(530, 339, 119, 0), *FIVE[1:]]
    assert sentences(queue, 3) == sentences(single(THEIR_WISHES, richer, [2, 1, 1]), 3)
    assert dataclasses.asdict(explain_wishes(queue, place_queue(queue), 3)[0]).keys() == {
        "batch", "wish", "school", "reason", "sentence"
    }  # fmt: skip
