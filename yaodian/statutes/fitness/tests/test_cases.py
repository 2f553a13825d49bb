"""The cases beside the statute, under both evaluators."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from yaodian.statutes.fitness.columns import EXEMPT, SCORED, UNSCORED, columns_of, score_columns
from yaodian.statutes.fitness.pupil import Exempt, FitnessTest, Scored, Unscored, score_pupil
from yaodian.statutes.fitness.tables import edition_on
from yaodian.statutes.tests.cases import Case, read_cases, worth

CASES = Path(__file__).parents[1] / "cases.yaml"
OF_THE_PUPIL = {"sex", "school_year", "is_exempt", "has_medical_proof"}


def pupil_of(case: Case) -> FitnessTest:
    known = {key: value for key, value in case.inputs.items() if key in OF_THE_PUPIL}
    figures = {
        key: value if value is None else Decimal(str(value))
        for key, value in case.inputs.items()
        if key not in OF_THE_PUPIL
    }
    return FitnessTest(**known, figures=figures)


@pytest.mark.parametrize("case", read_cases(CASES))
def test_a_case_holds_under_both_evaluators(case: Case) -> None:
    edition = edition_on(case.day)
    assert edition is not None
    test = pupil_of(case)
    result = score_pupil(test, edition)
    columns = score_columns(columns_of([test], edition), edition)
    expected: dict[str, Any] = dict(case.expected)
    match result:
        case Unscored():
            assert [fault.sentence for fault in result.faults] == expected.pop("faults")
            assert columns.status[0] == UNSCORED
        case Exempt():
            assert expected.pop("is_exempt")
            assert columns.status[0] == EXEMPT
        case Scored():
            assert columns.status[0] == SCORED
            assert (
                result.is_decided_by_rounding
                == columns.is_decided_by_rounding()[0]
                == expected.pop("is_decided_by_rounding", False)
            )
            assert result.grade.label == expected.pop("grade")
            assert result.grade.code == columns.grade[0]
            assert Fraction(result.total) == Fraction(int(columns.total[0]), 100) == worth(expected.pop("total"))
            assert result.bonus == columns.bonus[0] == worth(expected.pop("bonus", result.bonus))
            assert Fraction(result.standard_score) == worth(expected.pop("standard", result.standard_score))
            assert Fraction(int(columns.standard[0]), 100) == Fraction(result.standard_score)
    assert expected == {}, "what the case expects beside this does not exist"
