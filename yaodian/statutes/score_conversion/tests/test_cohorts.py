"""Whole cohorts: a sentence, the candidates at each raw score, and what some of them get, as arithmetic."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from yaodian.engines.rules import arithmetic, read_mapping
from yaodian.statutes.score_conversion.conversion import table
from yaodian.statutes.score_conversion.converted_score import rule_on

COHORTS = read_mapping(Path(__file__).with_name("cohorts.yaml").read_text(encoding="utf-8"), "cohorts")["cases"]


@pytest.mark.parametrize("case", COHORTS, ids=lambda case: case["says"])
def test_a_cohort_is_converted_as_its_case_says(case: dict[str, Any]) -> None:
    rule = rule_on(datetime.date.fromisoformat(case["on"]))
    assert rule is not None
    counts = {Decimal(raw): int(count) for raw, count in case["counts"].items()}
    found = table(counts, dataclasses.replace(rule, **case.get("options", {})))
    expected = dict(case["expect"])
    for raw, grade in expected.pop("grades", {}).items():
        assert found.scores[Decimal(raw)].grade == grade
    for raw, exact in expected.pop("exact", {}).items():
        assert found.scores[Decimal(raw)].exact == arithmetic(exact)
    for raw, converted in expected.pop("converted", {}).items():
        assert found.scores[Decimal(raw)].converted == int(converted)
    if "remark" in expected:
        assert expected.pop("remark") in found.remarks
    assert expected == {}, "what the case expects beside this does not exist"
