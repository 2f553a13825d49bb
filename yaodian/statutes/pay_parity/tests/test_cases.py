"""The cases beside the statute."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from yaodian.statutes.pay_parity.parity import NoParity, Parity, PayReturn, compare_month, rule_on
from yaodian.statutes.tests.cases import Case, read_cases, worth

CASES = Path(__file__).parents[1] / "cases.yaml"


@pytest.mark.parametrize("case", read_cases(CASES))
def test_a_case_holds(case: Case) -> None:
    rule = rule_on(case.day)
    assert rule is not None
    figures = {name: Decimal(str(v)) if isinstance(v, float) else v for name, v in case.inputs.items()}
    result = compare_month(PayReturn("青禾县", case.day.year, case.day.month, **figures), rule)
    expected = dict(case.expected)
    match result:
        case NoParity():
            assert list(result.reasons) == expected.pop("reasons")
        case Parity():
            assert result.ratio == worth(expected.pop("ratio"))
            assert result.is_at_parity == expected.pop("is_at_parity")
            assert result.gap == worth(expected.pop("gap"))
    assert expected == {}, "what the case expects beside this does not exist"
