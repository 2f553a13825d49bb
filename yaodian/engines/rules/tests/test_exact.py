"""Exact numbers: what is read, what is refused, what is shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.rules import BadArithmetic, NotANumber, arithmetic, exact, root, rounded, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [("42 / 1000 * 100", "21/5"), ("4.2 * 85%", "3.57"), ("-(1 + 2) * 3", "-9"), ("2 - 3 - 4", "-5"), ("8/4/2", "1")],
)
def test_arithmetic_is_exact(text: str, value: str) -> None:
    assert arithmetic(text) == Fraction(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1)",
        "2 ** 3",
        "__import__('os')",
        "a",
        "1 / 0",
        "1 2",
        "1,000",
        "٣",
        "9" * 5000,
        "(" * 80 + "1" + ")" * 80,
    ],
)
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(BadArithmetic):
        arithmetic(text)


@pytest.mark.parametrize(
    "value", [None, True, "", "十", "1e5", "1,000", "9" * 5000, "nan", float("nan"), float("inf"), Decimal("NaN")]
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(NotANumber):
        exact(value)  # type: ignore[arg-type] - wrong types are the point


def test_a_float_is_the_number_its_author_saw() -> None:
    assert exact(6.375) == Fraction("6.375")
    assert exact(0.1) == Fraction(1, 10)


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 6))
def test_rounding_is_within_half_a_place_and_away_from_zero(value: Fraction, places: int) -> None:
    off = Fraction(rounded(value, places)) - value
    assert abs(off) <= Fraction(1, 2 * 10**places)
    if abs(off) == Fraction(1, 2 * 10**places):
        assert abs(Fraction(rounded(value, places))) > abs(value)


@given(st.fractions(min_value=0, max_value=10**6))
def test_a_root_is_cut_not_rounded(square: Fraction) -> None:
    found = root(square, 12)
    assert found**2 <= square < (found + Fraction(1, 10**12)) ** 2


def test_more_digits_than_a_decimal_context_has_are_kept() -> None:
    assert str(rounded(Fraction(10**12 * 3 + 1, 3), 25)) == "1000000000000.3333333333333333333333333"


def test_what_is_shown_says_whether_it_is_all() -> None:
    assert shown(Fraction(21, 5)) == "4.2"
    assert shown(Fraction(100)) == "100"
    assert shown(Fraction(1, 3)) == "≈0.33"
    assert shown(Fraction(-1, 2)) == "-0.5"
    assert shown(Fraction(1, 10**10), 18) == "0.0000000001"
    assert shown(Fraction(1, 3 * 10**9), 12) == "≈0.000000000333"
