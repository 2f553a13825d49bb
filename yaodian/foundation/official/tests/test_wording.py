"""Sentences worded by the office: filled in as said, refused with the place where they are wrong, never executed."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation.official.elements import Cited, plain
from yaodian.foundation.official.wording import (
    DEEPEST,
    LONGEST,
    LONGEST_VALUE,
    MOST_PLACES,
    Choice,
    UnableToFillWording,
    UnableToReadWording,
    Value,
    parse,
)

pytestmark = pytest.mark.once

KNOWN = {"due": "应完成项数", "done": "已完成项数", "share": "完成率", "late": "逾期项数", "单位": "责任单位"}
VALUES = {
    "due": Value(137, "137", "t1"), "done": Value(114, "114", "t2"), "share": Value(Fraction(832, 10), "83.2%", "t3"),
    "late": Value(11, "11", "t4"), "单位": Value(None, "青禾县教育局"),
}  # fmt: skip


def said(source: str, **changed: Value) -> str:
    return plain(parse(source, KNOWN).render({**VALUES, **changed}))


def late(number: int | Fraction | None) -> Value:
    return Value(number, "无数据" if number is None else str(number))


def test_numbers_come_with_their_traces() -> None:
    wording = parse("全市本月应完成{due}项，已完成{ done }项，占{share}。", KNOWN)
    assert wording.render(VALUES) == (
        *("全市本月应完成", Cited("137", "t1"), "项，已完成", Cited("114", "t2"), "项，占", Cited("83.2%", "t3"), "。"),
    )
    assert wording.names == {"due", "done", "share"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "无逾期事项"), (1, "有1项逾期"), (3, "有3项逾期，不多"), (5, "有5项逾期，不少"), (Fraction(99, 2), "有99/2项逾期，不少"),
     (50, "有50项逾期，很多"), (None, "逾期项数尚无数据")],
)  # fmt: skip
def test_a_choice_speaks_by_its_number(number: int | Fraction | None, words: str) -> None:
    source = "{late:0=无逾期事项|1=有1项逾期|2-3=有{late}项逾期，不多|<50=有{late}项逾期，不少|空=逾期项数尚无数据|其他=有{late}项逾期，很多}"
    assert said(source, late=late(number)) == words


@pytest.mark.parametrize(
    ("condition", "fitting", "other"),
    [("0", 0, 1), ("1-3", 3, 4), (">5", 6, 5), (">=5", 5, 4), ("≥5", 5, 4), ("<5", 4, 5), ("<=5", 5, 6), ("≤5", 5, 6), ("-2", -2, 2),
     ("0.5", Fraction(1, 2), 0), ("＞＝５", 5, 4), ("１－３", 2, 0), ("空", None, 0)],
)  # fmt: skip
def test_each_condition_holds_where_it_says(condition: str, fitting: int | None, other: int) -> None:
    source = f"{{late：{condition}＝是｜其他＝否}}"
    assert said(source, late=late(fitting)) == "是"
    assert said(source, late=late(other)) == "否"


def test_each_line_is_a_paragraph_and_blank_ones_are_none() -> None:
    wording = parse("全市完成{done}项。\n\n{late:0=|其他=逾期{late}项。\n请各单位整改。}\n", KNOWN)
    said = wording.paragraphs(VALUES)
    assert [plain(one.text) for one in said] == ["全市完成114项。", "逾期11项。", "请各单位整改。"]
    assert Cited("11", "t4") in said[1].text
    assert [plain(one.text) for one in wording.paragraphs({**VALUES, "late": late(0)})] == ["全市完成114项。"]


def test_choices_may_stand_within_choices_and_hold_signs() -> None:
    source = "{{{late:0=甲||乙|其他={done:0=无|其他=已完成{done}项}，{单位}}}}"
    assert said(source) == "{已完成114项，青禾县教育局}"
    assert said(source, late=late(0)) == "{甲|乙}"
    assert said("占{{share}}") == "占{share}"


@pytest.mark.parametrize(
    ("source", "position", "words"),
    [
        ("已完成{doen}项", 5, "没有名为“doen”的数；您是不是想写 {done}（已完成项数）？"),
        ("已完成{已完成项数}项", 5, "您是不是想写 {done}"),
        ("{zzz}", 2, "可以用的有：due（应完成项数）"),
        ("已完成{done项，占{share}", 5, "没有名为“done项”的数；您是不是想写 {done}"),
        ("已完成{done", 4, "没有与它成对的 }"),
        ("已完成{", 4, "没有与它成对的 }"),
        ("已完成done}项", 8, "多了一个 }"),
        ("已完成｛done｝项", 4, "全角花括号"),
        ("{}", 2, "应当先写一个名称"),
        ("{done+1}", 6, "应当是 } 或冒号"),
        ("{done.__class__}", 6, "应当是 } 或冒号"),
        ("{late:0=无}", 1, "缺少“其他”"),
        ("{late:0=无|其他=有|1=一}", 15, "请把它放在最后"),
        ("{late:0=无|0=没有|其他=有}", 11, "写了两次"),
        ("{late:无逾期|其他=有}", 7, "没有写条件"),
        ("{late:很多=多|其他=有}", 7, "看不懂"),
        ("{late:5-3=多|其他=有}", 7, "前大后小"),
        ("{late:0=无|其他=有", 1, "没有与它成对的 }"),
        ("{late:0", 1, "没有与它成对的 }"),
        ("字" * (LONGEST + 1), LONGEST + 1, "最多 2000 个字"),
        ("{done}" * (MOST_PLACES + 1), 6 * MOST_PLACES + 1, "超过了 200 处"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(source: str, position: int, words: str) -> None:
    with pytest.raises(UnableToReadWording) as caught:
        parse(source, KNOWN)
    assert words in caught.value.sentence
    assert caught.value.position == position
    assert str(caught.value).startswith(f"第 {position} 个字：")


def test_choices_within_choices_have_a_limit() -> None:
    def nested(depth: int) -> str:
        return "{late:其他=" * depth + "有" + "}" * depth

    assert said(nested(DEEPEST)) == "有"
    with pytest.raises(UnableToReadWording, match="套得太深"):
        parse(nested(DEEPEST + 1), KNOWN)


def test_a_value_that_is_missing_or_too_long_is_refused() -> None:
    wording = parse("{done}", KNOWN)
    with pytest.raises(UnableToFillWording, match="done"):
        wording.render({})
    with pytest.raises(UnableToFillWording, match="最多 500 个字"):
        wording.render({"done": Value(1, "1" * (LONGEST_VALUE + 1))})


def test_a_value_is_text_whatever_it_looks_like() -> None:
    assert said("{单位}", 单位=Value(None, "{due}{late:0=无}%s{{")) == "{due}{late:0=无}%s{{"


SIGNS = st.text(st.sampled_from("{}|｜:：=＝<>-0135空其他due late单位。{{{}}}"), max_size=60)


@given(SIGNS)
def test_any_text_is_read_or_refused_with_a_place_inside_it(source: str) -> None:
    try:
        wording = parse(source, KNOWN)
    except UnableToReadWording as refused:
        problem = refused
    else:
        assert wording.names <= set(KNOWN)
        assert len(plain(wording.render(VALUES))) <= LONGEST * LONGEST_VALUE
        return
    assert 1 <= problem.position <= len(source) + 1
    assert problem.sentence


@given(st.text(max_size=80))
def test_text_without_braces_stays_as_it_is(text: str) -> None:
    source = text.translate(dict.fromkeys(map(ord, "{}｛｝"), None))
    assert plain(parse(source, KNOWN).render({})) == source


@given(st.text(st.characters(exclude_characters="｛｝"), max_size=80))
def test_doubled_braces_say_the_text_itself(text: str) -> None:
    assert plain(parse(text.replace("{", "{{").replace("}", "}}"), KNOWN).render({})) == text


@given(
    st.integers(-5, 60),
    st.lists(st.sampled_from(["0", "1-3", ">5", "<=5", "空", "12", ">=40"]), unique=True, max_size=5),
)
def test_every_number_finds_exactly_the_first_case_that_fits(number: int, conditions: list[str]) -> None:
    source = "{late:" + "".join(f"{one}={place}|" for place, one in enumerate(conditions)) + "其他=x}"
    fits = {
        "0": number == 0, "1-3": 1 <= number <= 3, ">5": number > 5, "<=5": number <= 5, "空": False, "12": number == 12,
        ">=40": number >= 40,
    }  # fmt: skip
    wanted = next((str(place) for place, one in enumerate(conditions) if fits[one]), "x")
    assert said(source, late=late(number)) == wanted


def test_reading_opens_no_way_to_attributes_or_calls() -> None:
    for source in (
        "{done.text}",
        "{done[0]}",
        "{done()}",
        "{done!r}",
        "{done:>10}",
        "{__class__}",
        "{0}",
        "%(done)s$done",
    ):
        with contextlib.suppress(UnableToReadWording):
            parts = parse(source, KNOWN).parts
            assert not any(isinstance(part, Choice) for part in parts)
            assert plain(parse(source, KNOWN).render(VALUES)) == source
