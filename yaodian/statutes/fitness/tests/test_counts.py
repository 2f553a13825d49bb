"""Counts by grade and the rates made of them, equal from both evaluators."""

from __future__ import annotations

import datetime
import random
from fractions import Fraction

import numpy as np
import pytest

from yaodian.engines.rules import Computed, Indicator, evaluate
from yaodian.statutes.fitness.columns import columns_of, grade_counts, score_columns
from yaodian.statutes.fitness.counts import GradeCounts, counts_of, counts_of_row
from yaodian.statutes.fitness.excellent_rate import ExcellentRate
from yaodian.statutes.fitness.good_rate import GoodRate
from yaodian.statutes.fitness.pass_rate import PassRate
from yaodian.statutes.fitness.pupil import FitnessTest, score_pupil
from yaodian.statutes.fitness.tables import EDITIONS, GROUPS, read_edition
from yaodian.statutes.fitness.tests.test_columns import anybody

EDITION = read_edition(EDITIONS / "national-2014")


@pytest.mark.parametrize(
    ("rate", "value"), [(ExcellentRate, "10/100"), (GoodRate, "30/100"), (PassRate, "90/100")], ids=lambda one: str(one)
)
def test_rates_are_over_the_pupils_with_a_grade(rate: type[Indicator], value: str) -> None:
    """10 优秀, 20 良好, 60 及格, 10 不及格; 5 exempt and 25 without a result are in no rate."""
    counts = GradeCounts((10, 20, 60, 10), exempt=5, unscored=25)
    found = evaluate(rate, counts.given(), day=datetime.date(2025, 11, 1))
    assert isinstance(found, Computed)
    assert found.value == Fraction(value)


def test_coverage_counts_pupils_without_a_result_and_not_the_exempt() -> None:
    assert GradeCounts((10, 20, 60, 10), exempt=5, unscored=25).coverage == Fraction(100, 125)
    assert GradeCounts((0, 0, 0, 0), exempt=0, unscored=3).coverage == 0
    assert GradeCounts((0, 0, 0, 0), exempt=5, unscored=0).coverage is None


def test_pupils_one_by_one_and_columns_give_the_same_counts() -> None:
    chance = random.Random(5)
    tests = [FitnessTest(*group, anybody(chance, group)) for group in GROUPS * 10]
    tests += [
        FitnessTest("male", 3, is_exempt=True, has_medical_proof=True),
        FitnessTest("male", 3),
        FitnessTest("male", 4),
    ]
    one_by_one = counts_of([score_pupil(test, EDITION) for test in tests], EDITION)
    counts = grade_counts(score_columns(columns_of(tests, EDITION), EDITION), np.zeros(len(tests), np.int64), 1)
    assert one_by_one == counts_of_row(counts[0])
    assert (one_by_one.graded, one_by_one.exempt, one_by_one.unscored) == (240, 1, 2)
    assert len([count for count in one_by_one.by_grade if count]) >= 3
