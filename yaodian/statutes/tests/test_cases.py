"""The reader of cases computes exactly and runs nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from yaodian.statutes.tests.cases import read_cases, worth


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (7, Fraction(7)), ("0.1 + 0.2", Fraction(3, 10)), ("(71 * 1 + 85 * 20) / 21", Fraction(1771, 21)),
        ("-3 - 4", Fraction(-7)), ("1 / 3 * 3", Fraction(1)),
    ],
)  # fmt: skip
def test_arithmetic_is_exact(text: object, value: Fraction) -> None:
    assert worth(text) == value


@pytest.mark.parametrize("text", ["2 ** 9", "abs(-1)", "True", "'1'", "x", "[1]", "1 if 2 else 3"])
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not arithmetic"):
        worth(text)


def test_a_case_with_an_unknown_part_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "cases:\n- {sentence: 甲, day: 2026-01-01, inputs: {}, expected: {}, expectd: {}}\n", encoding="utf-8"
    )
    with pytest.raises(TypeError, match="expectd"):
        read_cases(path)
