"""Whatever is given, there is a result: a value, or a named reason; never an exception, never a verdict on nonsense."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines import rules
from yaodian.statutes.book import BOOK

DAY = datetime.date(2024, 9, 1)
SINGLE = [each for each in BOOK if issubclass(each, rules.Indicator)]
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.decimals(), st.just([]), st.just({}),
    st.integers(0, 3000), st.decimals(0, 9999, places=2), st.sampled_from(["primary", "junior", "1000", " 12 ", "９", "1/2"]),
)  # fmt: skip


@pytest.mark.parametrize("declared", SINGLE, ids=lambda each: each.code)
@settings(max_examples=25)
@given(data=st.data())
def test_any_value_gives_a_result_that_explains_itself(declared: Any, data: st.DataObject) -> None:
    names = {quantity.name for since in declared.formulas for quantity in declared.asked(since)}
    row = {name: data.draw(ANYTHING) for name in sorted({*names, declared.keyed_by})}
    result = rules.evaluate(declared, row, day=DAY)
    assert rules.explain(result)
    if isinstance(result, rules.NotComputable):
        assert all(reason.code and reason.sentence for reason in result.reasons)
        assert result.reasons
    else:
        numbers = [used.value for used in result.inputs if not isinstance(used.value, bool | str)]
        assert all(abs(number) < 10**15 for number in numbers)


@pytest.mark.parametrize("value", [Decimal("NaN"), float("inf"), "", " ", "无", True])
def test_no_nonsense_is_taken_for_a_count(value: Any) -> None:
    result = rules.evaluate(BOOK["preschool.public_share"], {"children": value, "children_public": 1}, day=DAY)
    assert isinstance(result, rules.NotComputable)
