"""The cases beside the statute."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from yaodian.statutes.score_conversion.conversion import rule_on, table
from yaodian.statutes.tests.cases import Case, read_cases, worth

CASES = Path(__file__).parents[1] / "cases.yaml"


@pytest.mark.parametrize("case", read_cases(CASES))
def test_a_case_holds(case: Case) -> None:
    rule = rule_on(case.day)
    assert rule is not None
    inputs, expected = dict(case.inputs), dict(case.expected)
    counts = {Decimal(str(raw)): count for raw, count in inputs.pop("counts").items()}
    found = table(counts, dataclasses.replace(rule, **inputs))
    for raw, grade in expected.pop("grades", {}).items():
        assert found.scores[Decimal(str(raw))].grade == grade
    for raw, exact in expected.pop("exact", {}).items():
        assert found.scores[Decimal(str(raw))].exact == worth(exact)
    for raw, converted in expected.pop("converted", {}).items():
        assert found.scores[Decimal(str(raw))].converted == converted
    if "remark" in expected:
        assert expected.pop("remark") in found.remarks
    assert expected == {}, "what the case expects beside this does not exist"
