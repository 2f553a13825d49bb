"""Numbers from sheets: exact, finite, or none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from yaodian.statutes.figures import decimals, is_blank, number_of, shown


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (7, "7"), (-7, "-7"), (Decimal("0.10"), "0.10"), ("0.1", "0.1"), (" 12 ", "12"), ("1e3", "1E+3"), ("１２", "12"),
        (None, None), ("", None), ("三", None), ("12次", None), ("1_2", None), ("1,200", None), (True, None), (1.5, None),
        ("nan", None), ("sNaN", None), ("-inf", None), (Decimal("Infinity"), None), ([1], None),
    ],
)  # fmt: skip
def test_only_what_is_an_exact_finite_number_is_read(given: object, number: str | None) -> None:
    found = number_of(given)
    assert (None if found is None else str(found)) == number


def test_blank_is_what_was_not_reported_and_0_was() -> None:
    assert [is_blank(given) for given in (None, "", " \t", "　", 0, "0", False)] == [True] * 4 + [False] * 3


def test_decimals_are_those_written() -> None:
    assert [decimals(Decimal(text)) for text in ("7", "1e3", "0.10", "1e-9")] == [0, 0, 2, 9]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 3), 2, "0.33"), (Fraction(1, 200), 2, "0.01"), (Fraction(499, 100_000), 2, "0"), (Fraction(80), 2, "80"),
        (Fraction(5, 2), 0, "3"), (Fraction(100), 0, "100"), (Fraction(-5, 2), 1, "-2.5"), (Fraction(10**20), 2, "1" + "0" * 20),
    ],
)  # fmt: skip
def test_a_number_is_shown_half_up_without_zeros_at_its_end(value: Fraction, places: int, text: str) -> None:
    assert shown(value, places) == text
