"""Published rows and vectors, digit for digit, and properties of the coefficient of variation."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.rules import root, rounded, squared_variation

PUPILS, BOOKS = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
PAIRS = [(Fraction(book, pupils), Fraction(pupils)) for book, pupils in zip(BOOKS, PUPILS, strict=True)]


def variation(pairs: Any, *, is_weighted: bool = True) -> Fraction:
    square = squared_variation(pairs, is_weighted=is_weighted)
    assert square is not None
    return root(square, 20)


def test_the_published_example_gives_its_mean_deviation_and_coefficient() -> None:
    mean = Fraction(sum(BOOKS), sum(PUPILS))
    found = variation(PAIRS)
    assert str(rounded(mean, 6)) == "6.334437"
    assert str(rounded(found * mean, 6)) == "3.263861"
    assert str(rounded(found, 6)) == "0.515257"
    assert str(rounded(found, 2)) == "0.52"


def test_without_weights_the_same_example_gives_another_number() -> None:
    assert str(rounded(variation(PAIRS, is_weighted=False), 6)) == "0.488771"


MEANS = "5.515273 0.887611 0.879277 4.563288 7.925946 2496.674864 2.784743".split()
DEVIATIONS = "1.643162 0.445392 0.353427 1.316139 2.975795 780.914372 1.097759".split()
VARIATIONS = "0.297929 0.501787 0.401952 0.288419 0.375450 0.312782 0.394205".split()


def test_a_published_row_of_seven_is_reproduced() -> None:
    """Two equal schools at mean ± deviation have the published mean and deviation, so they must have its coefficient."""
    found = []
    for mean, deviation in zip(map(Fraction, MEANS), map(Fraction, DEVIATIONS), strict=True):
        pairs = [(mean + deviation, Fraction(100)), (mean - deviation, Fraction(100))]
        found.append(variation(pairs))
    assert [str(rounded(each, 6)) for each in found] == VARIATIONS
    assert str(rounded(sum(map(Fraction, VARIATIONS), Fraction(0)) / 7, 6)) == "0.367503"
    assert [each <= Fraction("0.50") for each in found] == [True, False, True, True, True, True, True]


@pytest.mark.parametrize(
    ("row", "mean", "places"),
    [
        (".881 1.299 .977 .379 .170 .334 .286 .408", "0.592", 3),
        (".881 1.299 .977 .379 .170 .334 .286 .408", "0.59175", 5),
        (".393 .578 .372 .246 .208 .311 .311 .455", "0.359", 3),
    ],
)
def test_a_published_composite_is_the_plain_mean_of_eight(row: str, mean: str, places: int) -> None:
    assert str(rounded(sum(map(Fraction, row.split()), Fraction(0)) / 8, places)) == mean


def brute_force(pairs: Any, *, is_weighted: bool) -> float:
    """A second implementation, written apart: in floats, by the definition, with each pupil a copy of his school."""
    if is_weighted:
        values = [float(value) for value, weight in pairs for _ in range(int(weight))]
    else:
        values = [float(value) for value, _ in pairs]
    mean = statistics.fmean(values)
    return math.sqrt(statistics.fmean((value - mean) ** 2 for value in values)) / mean


SCHOOLS = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(1, 300)).map(lambda s: (Fraction(s[0], s[1]), Fraction(s[1]))),
    min_size=1,
    max_size=12,
)


@given(SCHOOLS, st.booleans())
def test_it_agrees_with_a_brute_force(pairs: Any, is_weighted: bool) -> None:
    if sum(value for value, _ in pairs) == 0:
        assert squared_variation(pairs, is_weighted=is_weighted) is None
    else:
        expected = brute_force(pairs, is_weighted=is_weighted)
        assert math.isclose(float(variation(pairs, is_weighted=is_weighted)), expected, rel_tol=1e-9, abs_tol=1e-7)


POSITIVE = SCHOOLS.filter(lambda pairs: sum(value for value, _ in pairs) > 0)


@given(POSITIVE, st.integers(1, 500))
def test_adding_a_school_equal_to_the_mean_does_not_raise_it(pairs: Any, pupils: int) -> None:
    whole = sum(weight for _, weight in pairs)
    mean = sum(value * weight for value, weight in pairs) / whole
    more = [*pairs, (mean, Fraction(pupils))]
    assert squared_variation(more, is_weighted=True) <= squared_variation(pairs, is_weighted=True)  # type: ignore[operator]


@given(POSITIVE, st.fractions(min_value=Fraction(1, 100), max_value=100).filter(bool))
def test_scaling_all_values_leaves_it(pairs: Any, factor: Fraction) -> None:
    scaled = [(value * factor, weight) for value, weight in pairs]
    assert squared_variation(scaled, is_weighted=True) == squared_variation(pairs, is_weighted=True)


@given(POSITIVE, st.integers(1, 50))
def test_merging_schools_of_the_same_value_leaves_it(pairs: Any, pupils: int) -> None:
    value = pairs[0][0]
    apart = [*pairs, (value, Fraction(pupils))]
    merged = [(value, pairs[0][1] + pupils), *pairs[1:]]
    assert squared_variation(apart, is_weighted=True) == squared_variation(merged, is_weighted=True)


@given(st.fractions(min_value=Fraction(1, 10), max_value=100), st.integers(1, 1000))
def test_one_school_alone_has_none(value: Fraction, pupils: int) -> None:
    assert squared_variation([(value, Fraction(pupils))], is_weighted=True) == 0
