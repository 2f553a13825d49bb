"""Counties under the example lists: a sentence, the values, and the points as the arithmetic of the curves."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from yaodian.engines.rules import arithmetic, read_mapping
from yaodian.statutes.modernisation_index.index import IndexScore, Unindexed, index_named, published, score_index

COUNTIES = read_mapping(Path(__file__).with_name("counties.yaml").read_text(encoding="utf-8"), "counties")["cases"]
WORDS: dict[str, object] = {"yes": True, "no": False, "null": None}


@pytest.mark.parametrize("case", COUNTIES, ids=lambda case: case["says"])
def test_a_county_gets_what_its_case_says(case: dict[str, Any]) -> None:
    edition = index_named(case["index"])
    assert case["on"].startswith(str(edition.year))
    values = {code: WORDS.get(value, value) for code, value in case["values"].items()}
    result, expected = score_index(values, edition), dict(case["expect"])
    match result:
        case Unindexed():
            assert [fault.sentence for fault in result.faults] == expected.pop("faults")
        case IndexScore():
            assert result.points == arithmetic(expected.pop("points"))
            assert list(result.remarks) == expected.pop("remarks", [])
            assert published(result.points) == Decimal(expected.pop("published", published(result.points)))
    assert expected == {}, "what the case expects beside this does not exist"
