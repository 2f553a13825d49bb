"""What a parent reads, whole."""

from __future__ import annotations

import re

import pytest

from yaodian.engines.matching import Market, Pool, Pools, Reason, explain, solve, tell
from yaodian.engines.matching.words import SENTENCES

MARKET = Market.of(
    [["南小", "东小", "西小", "北小"], ["东小"], ["东小", "西小"], ["西小"], []],
    {"东小": 1, "西小": 1, "南小": 0, "北小": 5},
    classes=[[0, 1, 0, 0], [1], [1, 0], [0], []],
    draw=[1, 0, 4, 2, 3],
)
CLASSES = ("户籍与房产一致", "其他")


def said(applicant: int, language: str = "zh") -> tuple[str, ...]:
    return tell(explain(MARKET, solve(MARKET), applicant), language, class_names=CLASSES)


def test_a_child_with_a_place() -> None:
    assert said(0) == (
        "您的孩子被第 3 志愿“西小”录取。",
        "第 1 志愿“南小”没有录取：这所学校这次没有招生名额。",
        "第 2 志愿“东小”没有录取：共 1 个名额，录取到第 2 类（其他）的 1 号已满；您的孩子同是第 2 类（其他），派位号是 2 号，"
        "排在其后。",
        "第 4 志愿没有用到：更靠前的志愿已经录取。",
    )


def test_a_child_without() -> None:
    assert said(2, "en") == (
        "None of the 2 wishes on your list could be granted.",
        "Wish 1, “东小”, could not be granted: with places for 1 it was full at number 1 of class 2 (其他); your child is in "
        "class 2 (其他) too, with number 5, which comes later.",
        "Wish 2, “西小”, could not be granted: with places for 1 it was full at number 2 of class 1 (户籍与房产一致); your child is in "
        "class 1 (户籍与房产一致) too, with number 5, which comes later. To come before the last child admitted this "
        "time, yours would have needed number 1 or an earlier one.",
    )
    assert said(4) == ("您没有填报志愿，所以没有录取。",)


def test_a_class_that_would_have_done() -> None:
    market = Market.of([["东小"], ["东小"]], {"东小": 1}, classes=[[1], [2]], draw=[1, 0])
    assert tell(explain(market, solve(market), 1))[1] == (
        "第 1 志愿“东小”没有录取：共 1 个名额，录取到第 2 类的 2 号已满；您的孩子是第 3 类，排在其后。"
        "按这次的结果，至少须属于第 2 类才能排在最后一名录取者之前。"
    )


def test_the_pool_of_a_place_and_places_kept_for_others() -> None:
    market = Market.of([["东小"], ["东小"]], {"东小": 1})
    rule = Pools(market, [Pool("本校直升", 0, 1, trait="own", is_passed_on=False)], {"own": [0, 1]})
    placement = solve(market, pools=rule)
    assert tell(explain(market, placement, 1, pools=rule)) == ("您的孩子被第 1 志愿“东小”录取（本校直升名额）。",)
    assert "都按公布的规则留给了特定的学生" in tell(explain(market, placement, 0, pools=rule))[1]


def test_a_place_that_no_pool_keeps_is_said_in_either_language() -> None:
    market = Market.of([["East"], ["East"]], {"East": 2})
    rule = Pools(market, [Pool("本校直升", 0, 1, trait="own", is_passed_on=False)], {"own": [0, 1]})
    said = explain(market, solve(market, pools=rule), 0, pools=rule)
    assert tell(said) == ("您的孩子被第 1 志愿“East”录取（统招名额）。",)
    assert tell(said, "en")[0].endswith("wish 1 (a place open to all).")


@pytest.mark.parametrize("applicant", range(5))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_said_of_other_children(applicant: int, language: str) -> None:
    names = ["甲子轩", "乙梓涵", "丙浩然", "丁一诺", "戊欣怡"]
    named = Market(
        MARKET.starts, MARKET.schools, MARKET.classes, MARKET.draw, MARKET.capacities, names, MARKET.school_names
    )
    told = "".join(tell(explain(named, solve(named), applicant), language))
    assert not any(name in told for name in names)


def test_every_reason_has_both_sentences_with_the_same_facts() -> None:
    assert set(SENTENCES) == set(Reason) - {Reason.GRANTED, Reason.NOT_REACHED}
    for chinese, english in SENTENCES.values():
        assert sorted(re.findall(r"\{(\w+)\}", chinese)) == sorted(re.findall(r"\{(\w+)\}", english))
