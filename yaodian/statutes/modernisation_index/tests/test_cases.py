"""The cases beside the index."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from yaodian.statutes.modernisation_index.index import IndexScore, Unindexed, index_named, published, score_index
from yaodian.statutes.tests.cases import Case, read_cases, worth

CASES = Path(__file__).parents[1] / "cases.yaml"


@pytest.mark.parametrize("case", read_cases(CASES))
def test_a_case_holds(case: Case) -> None:
    edition = index_named(case.inputs["index"])
    assert edition.year == case.day.year
    values = {code: Decimal(str(v)) if isinstance(v, float) else v for code, v in case.inputs["values"].items()}
    result, expected = score_index(values, edition), dict(case.expected)
    match result:
        case Unindexed():
            assert [fault.sentence for fault in result.faults] == expected.pop("faults")
        case IndexScore():
            assert result.points == worth(expected.pop("points"))
            assert list(result.remarks) == expected.pop("remarks", [])
            assert published(result.points) == Decimal(str(expected.pop("published", published(result.points))))
    assert expected == {}, "what the case expects beside this does not exist"
