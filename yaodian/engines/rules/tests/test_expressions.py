"""The exact function of a formula gives what fractions give, whatever the signs; and one row is computed once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.rules.expressions import Constant, Expression, ZeroDivisor, ceiling, compiled, when

NUMBERS = st.fractions(min_value=-9, max_value=9, max_denominator=6)
LEAVES = NUMBERS.map(lambda number: (Constant(number), number))
Pair = tuple[Expression, Fraction | None]


def joined(sign: str, left: Pair, right: Pair) -> Pair:
    (one, first), (other, second) = left, right
    tree: Expression = {"+": one + other, "-": one - other, "*": one * other, "/": one / other}[sign]
    if first is None or second is None or (sign == "/" and second == 0):
        return tree, None
    value = {
        "+": first + second,
        "-": first - second,
        "*": first * second,
        "/": first / second if second else Fraction(0),
    }[sign]
    return tree, value


TREES = st.recursive(LEAVES, lambda below: st.builds(joined, st.sampled_from("+-*/"), below, below), max_leaves=12)


def computed(tree: Expression) -> Any:
    return compiled(tree)({}, lambda name: Fraction(0))


@given(TREES)
def test_it_equals_the_arithmetic_of_fractions_and_refuses_to_divide_by_nothing(pair: Pair) -> None:
    tree, value = pair
    if value is None:
        with pytest.raises(ZeroDivisor):
            computed(tree)
    else:
        assert computed(tree) == value


@given(TREES, TREES)
def test_comparing_rounding_up_and_choosing_see_the_exact_number(left: Pair, right: Pair) -> None:
    (one, first), (other, second) = left, right
    if first is None or second is None:
        return
    assert computed(one >= other) is (first >= second)
    assert computed(one < other) is (first < second)
    assert computed(ceiling(one)) == -(-first // 1)
    assert computed(when(one > other, one, other)) == max(first, second)


def test_a_condition_is_no_number() -> None:
    condition = Constant(Fraction(1)) > Constant(Fraction(0))
    with pytest.raises(TypeError, match="a condition where a number is needed"):
        computed(condition + Constant(Fraction(1)))
