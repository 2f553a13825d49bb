"""Rates by hand, and equal from both evaluators."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from yaodian.statutes.fitness.columns import columns_of, grade_counts, score_columns
from yaodian.statutes.fitness.pupil import FitnessTest, score_pupil
from yaodian.statutes.fitness.rates import Rates, rates_of, rates_of_counts
from yaodian.statutes.fitness.tables import EDITIONS, GROUPS, read_edition
from yaodian.statutes.fitness.tests.test_columns import anybody

EDITION = read_edition(EDITIONS / "national-2014")


def test_rates_are_over_the_pupils_with_a_grade() -> None:
    """10 优秀, 20 良好, 60 及格, 10 不及格; 5 exempt and 25 without a result are in no rate."""
    rates = Rates((10, 20, 60, 10), exempt=5, unscored=25)
    assert (rates.excellent, rates.good, rates.passed) == (Fraction(10, 100), Fraction(30, 100), Fraction(90, 100))
    assert (rates.scored, rates.coverage) == (100, Fraction(100, 125))


def test_nobody_with_a_grade_gives_no_rate_and_not_0() -> None:
    rates = Rates((0, 0, 0, 0), exempt=5, unscored=0)
    assert (rates.excellent, rates.good, rates.passed, rates.coverage) == (None, None, None, None)
    assert Rates((0, 0, 0, 0), exempt=0, unscored=3).coverage == 0


def test_pupils_one_by_one_and_columns_give_the_same_rates() -> None:
    chance = random.Random(5)
    tests = [FitnessTest(*group, anybody(chance, group)) for group in GROUPS * 10]
    tests += [
        FitnessTest("male", 3, is_exempt=True, has_medical_proof=True),
        FitnessTest("male", 3),
        FitnessTest("male", 4),
    ]
    one_by_one = rates_of([score_pupil(test, EDITION) for test in tests], EDITION)
    counts = grade_counts(score_columns(columns_of(tests, EDITION), EDITION), np.zeros(len(tests), np.int64), 1)
    assert one_by_one == rates_of_counts(counts[0])
    assert (one_by_one.scored, one_by_one.exempt, one_by_one.unscored) == (240, 1, 2)
    assert len([count for count in one_by_one.by_grade if count]) >= 3
