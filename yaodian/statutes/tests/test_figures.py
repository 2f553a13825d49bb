"""Numbers from sheets: exact, finite, or none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yaodian.statutes.figures import decimals, is_blank, number_of


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (7, "7"), (-7, "-7"), (Decimal("0.10"), "0.10"), ("0.10", "0.10"), (" 12 ", "12"), (1.5, "1.5"), (0.1, "0.1"), (3.0, "3.0"),
        (None, None), ("", None), ("三", None), ("12次", None), ("1_2", None), ("1,200", None), ("1e3", None), ("１２", None),
        (True, None), ("nan", None), (float("nan"), None), (float("inf"), None), (Decimal("Infinity"), None), ([1], None),
        ("9" * 5000, None),
    ],
)  # fmt: skip
def test_only_what_is_an_exact_finite_number_is_read(given: object, number: str | None) -> None:
    found = number_of(given)
    assert (None if found is None else str(found)) == number


def test_blank_is_what_was_not_reported_and_0_was() -> None:
    assert [is_blank(given) for given in (None, "", " \t", "　", 0, "0", False)] == [True] * 4 + [False] * 3


def test_decimals_are_those_written() -> None:
    assert [decimals(Decimal(text)) for text in ("7", "1e3", "0.10", "1e-9")] == [0, 0, 2, 9]


def test_a_number_with_a_long_exponent_costs_no_time() -> None:
    assert number_of(Decimal("1e-999999999")) == Decimal("1e-999999999")
    assert decimals(Decimal("1e-999999999")) == 999_999_999
