"""Numbers and dates as official papers write them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation.official import numerals

pytestmark = pytest.mark.once

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}


def read(words: str) -> int:
    """A Chinese numeral read back, written apart from how it is made."""
    total, digit = 0, 0
    for sign in words:
        if sign in UNITS:
            total += (digit or 1) * UNITS[sign]
            digit = 0
        else:
            digit = DIGITS[sign]
    return total + digit


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "零"), (1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (112, "一百一十二"),
     (1001, "一千零一"), (1010, "一千零一十"), (2026, "二千零二十六"), (9999, "九千九百九十九")],
)  # fmt: skip
def test_numbers_are_written_in_chinese(number: int, words: str) -> None:
    assert numerals.chinese(number) == words


@given(st.integers(0, numerals.LARGEST))
def test_a_chinese_number_reads_back_as_itself(number: int) -> None:
    assert read(numerals.chinese(number)) == number


@pytest.mark.parametrize("number", [-1, 10_000])
def test_a_number_beyond_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="只能把 0 到 9999"):
        numerals.chinese(number)


def test_headings_are_numbered_by_level() -> None:
    assert [numerals.ordinal(level, 11) for level in range(1, 5)] == ["十一、", "（十一）", "11.", "（11）"]
    with pytest.raises(ValueError, match="只有四级"):
        numerals.ordinal(5, 1)


def test_document_numbers_have_hexagonal_brackets_and_no_zeros() -> None:
    assert numerals.document_number("栖教督", 2026, 1) == "栖教督〔2026〕1号"
    for year, number in ((26, 1), (2026, 0)):
        with pytest.raises(ValueError, match="发文字号"):
            numerals.document_number("栖教督", year, number)


def test_issues_months_and_days_are_written_as_in_papers() -> None:
    assert (numerals.issue(12), numerals.month(1), numerals.month(12)) == ("第12期", "一月", "十二月")
    assert numerals.day(date(2026, 1, 5)) == "2026年1月5日"
    for wrong in (lambda: numerals.issue(0), lambda: numerals.month(13)):
        with pytest.raises(ValueError, match="须"):
            wrong()


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(date(2026, 1, 1), date(2026, 1, 31), "2026年1月"), (date(2026, 1, 1), date(2026, 3, 31), "2026年1—3月"),
     (date(2025, 11, 1), date(2026, 2, 28), "2025年11月—2026年2月")],
)  # fmt: skip
def test_periods_are_said_by_their_months(first: date, last: date, words: str) -> None:
    assert numerals.months(first, last) == words


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [(Fraction(2, 3), 2, "0.67"), (Fraction(5, 2), 2, "2.5"), (Fraction(-1, 8), 2, "-0.13"), (Fraction(-1, 1000), 2, "0"),
     (Fraction(1005, 1000), 2, "1.01"), (7, 2, "7"), (Fraction(15, 2), 0, "8")],
)  # fmt: skip
def test_decimals_are_rounded_exactly_halves_away_from_zero(value: Fraction, places: int, words: str) -> None:
    assert numerals.decimal(value, places) == words


@given(st.fractions(), st.integers(0, 6))
def test_a_decimal_lies_within_half_a_step(value: Fraction, places: int) -> None:
    assert abs(Fraction(numerals.decimal(value, places)) - value) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(5, 6, "83.3%"), (137, 137, "100%"), (0, 9, "0%"), (9999, 10_000, "99.9%"), (1, 10_000, "0.1%"), (3, 2, "150%"),
     (10_001, 10_000, "100.1%"), (-1, 10_000, "-0.1%")],
)  # fmt: skip
def test_shares_never_say_all_or_nothing_where_it_is_not(part: int, whole: int, words: str) -> None:
    assert numerals.share(part, whole) == words


def test_there_is_no_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="分母为 0"):
        numerals.share(1, 0)
