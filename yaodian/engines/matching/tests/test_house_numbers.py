"""House numbers: their order, their words, and that each way of ordering them is the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.matching.house_numbers import LAST, HouseNumber, Part, Suffix, chinese, chinese_value

PARTS = st.builds(Part, st.integers(1, 10), st.sampled_from(list(Suffix)))
NUMBERS = st.builds(HouseNumber, st.integers(1, 3), st.lists(PARTS, max_size=3).map(tuple))


def number(main: int, *parts: tuple[int, Suffix]) -> HouseNumber:
    return HouseNumber(main, tuple(Part(*part) for part in parts))


ORDER = (
    ("12号", number(12)),
    ("甲12号", number(12, (1, Suffix.STEM_BEFORE))),
    ("12号甲", number(12, (1, Suffix.STEM))),
    ("12A号", number(12, (1, Suffix.LETTER))),
    ("12-1号", number(12, (1, Suffix.HYPHEN))),
    ("12-1-2号", number(12, (1, Suffix.HYPHEN), (2, Suffix.HYPHEN))),
    ("12号之一", number(12, (1, Suffix.OF))),
    ("12号之一附2", number(12, (1, Suffix.OF), (2, Suffix.ANNEX))),
    ("12号附1", number(12, (1, Suffix.ANNEX))),
    ("12号之二", number(12, (2, Suffix.OF))),
    ("13号", number(13)),
)


def test_numbers_stand_in_one_order_and_are_written_as_published() -> None:
    assert [str(one) for _, one in ORDER] == [said for said, _ in ORDER]
    for (_, before), (_, after) in itertools.combinations(ORDER, 2):
        assert before < after
        assert before.key < after.key


@given(NUMBERS, NUMBERS)
def test_the_keys_are_the_same_order_and_tell_what_is_under_what(one: HouseNumber, other: HouseNumber) -> None:
    assert (one < other) == (one.key < other.key)
    assert (one == other) == (one.key == other.key)
    assert one.is_under(other) == (one.key[: len(other.key)] == other.key)


@given(st.integers(1, LAST))
def test_numerals_are_read_as_they_are_written(value: int) -> None:
    assert chinese_value(chinese(value)) == value
    assert chinese_value("".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))) == value


def test_numerals_by_hand() -> None:
    assert [chinese(value) for value in (7, 10, 12, 20, 101, 110, 1010, 99_999)] == [
        "七", "十", "十二", "二十", "一百零一", "一百一十", "一千零一十", "九万九千九百九十九",
    ]  # fmt: skip
    assert [chinese_value(said) for said in ("一十二", "两百", "一百〇二", "一二〇")] == [12, 200, 102, 120]


@pytest.mark.parametrize(
    "said", ["", "一百二", "一百十", "百", "十百", "零", "〇一", "一二三四五六", "二万万", "甲", "1百"]
)
def test_a_numeral_that_may_be_two_numbers_is_none(said: str) -> None:
    assert chinese_value(said) is None
