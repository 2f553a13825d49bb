"""Columns give what the plain evaluator gives, on every pupil: around every row, at random, and with every fault."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from yaodian.statutes.fitness.columns import (
    EXEMPT,
    MISSING,
    NO_ITEM,
    NO_TOTAL,
    SCORED,
    UNSCORED,
    FitnessColumns,
    columns_of,
    faults_of,
    grade_counts,
    look_up,
    score_columns,
    steps,
)
from yaodian.statutes.fitness.pupil import Exempt, FitnessTest, Scored, Unscored, score_pupil
from yaodian.statutes.fitness.tables import EDITIONS, GROUPS, DefectiveTables, Edition, Group, Sex, read_edition

EDITION = read_edition(EDITIONS / "national-2014")
EXACT = dataclasses.replace(EDITION, grade_decimals=None)


def differences(tests: list[FitnessTest], edition: Edition = EDITION) -> list[str]:
    """Where the two evaluators do not say the same, with both answers."""
    result = score_columns(columns_of(tests, edition), edition)
    rounding = result.is_decided_by_rounding()
    found = []
    for number, test in enumerate(tests):
        plain = score_pupil(test, edition)
        expected = row_of(plain, edition)
        actual = column_row(result, number, edition) | {"rounding": bool(rounding[number])}
        if expected != actual:
            found.append(f"{test}: plain {expected}, columns {actual}")
    return found


def row_of(plain: Scored | Exempt | Unscored, edition: Edition) -> dict[str, object]:
    empty: dict[str, object] = dict.fromkeys(edition.items, NO_ITEM)
    empty |= {"standard": NO_TOTAL, "bonus": 0, "total": NO_TOTAL, "grade": 0, "faults": frozenset(), "rounding": False}
    match plain:
        case Scored():
            return empty | {item.item.code: item.score for item in plain.items} | {
                "status": SCORED,
                "standard": int(plain.standard_score * 100),
                "bonus": plain.bonus,
                "total": int(plain.total * 100),
                "grade": plain.grade.code,
                "rounding": plain.is_decided_by_rounding,
            }  # fmt: skip
        case Exempt():
            return empty | {"status": EXEMPT}
        case Unscored():
            return empty | {
                "status": UNSCORED,
                "faults": frozenset((fault.kind, fault.subject) for fault in plain.faults),
            }


def column_row(result: FitnessColumns, number: int, edition: Edition) -> dict[str, object]:
    row: dict[str, object] = {code: int(scores[number]) for code, scores in result.item_scores.items()}
    for name in ("status", "standard", "bonus", "total", "grade"):
        row[name] = int(getattr(result, name)[number])
    return row | {"faults": faults_of(int(result.faults[number]), edition)}


def anybody(chance: random.Random, group: Group) -> dict[str, Decimal]:
    """Figures of somebody of the group, near the rows of the tables, somewhat beyond them on both sides."""
    figures = {
        "height": Decimal(chance.randint(1050, 1950)) / 10,
        "weight": Decimal(chance.randint(1500, 12000)) / 100,
    }
    for item in EDITION.items_of(group):
        if item.code == "bmi":
            continue
        measurement = EDITION.measurements[item.code]
        ends = sorted(row.threshold for row in (item.rows[group][0], item.rows[group][-1]))
        span = (ends[1] - ends[0]) / 2
        least, most = max(ends[0] - span, measurement.least), min(ends[1] + span, measurement.most)
        count = int((most - least) / measurement.resolution)
        figures[item.code] = (least // measurement.resolution + chance.randint(0, count)) * measurement.resolution
    return figures


def test_both_agree_around_every_row_of_every_table() -> None:
    chance = random.Random(1)
    tests = []
    for group in GROUPS:
        others = anybody(chance, group)
        for item in EDITION.items_of(group):
            if item.code == "bmi":
                continue
            measurement = EDITION.measurements[item.code]
            best = item.rows[group][0].threshold
            sign = -1 if item.better == "lower" else 1
            corners = [row.threshold for row in item.rows[group]]
            corners += [best + sign * beyond for beyond, _ in item.bonus.get(group, ())]
            corners += [measurement.least, measurement.most]
            tests += [
                FitnessTest(*group, others | {item.code: corner + measurement.resolution * step})
                for corner in corners
                for step in (-1, 0, 1)
            ]
    assert len(tests) > 8000
    assert differences(tests) == []


def test_both_agree_on_the_mass_index_around_every_half_step() -> None:
    """For heights of every kind, the weights just below, at and above each half step of each band's beginning."""

    def cases() -> Iterator[FitnessTest]:
        for group in GROUPS:
            others = anybody(random.Random(2), group)
            for row in EDITION.items["bmi"].rows[group]:
                for height in ("100", "112.3", "129.9", "150", "163.7", "180"):
                    corner = (row.threshold - Decimal("0.05")) * Decimal(height) ** 2 / 10_000
                    near = corner.quantize(Decimal("0.01"))
                    for step in range(-2, 3):
                        weight = near + step * Decimal("0.01")
                        yield FitnessTest(*group, others | {"height": Decimal(height), "weight": weight})

    assert differences(list(cases())) == []


@pytest.mark.parametrize("edition", [EDITION, EXACT], ids=["one decimal", "exact total"])
def test_both_agree_on_a_crowd_with_every_kind_of_fault(edition: Edition) -> None:
    chance = random.Random(20141)
    tests = []
    for _ in range(12_000):
        group = chance.choice(GROUPS)
        figures: dict[str, Decimal | None] = dict(anybody(chance, group))
        for code, measurement in EDITION.measurements.items():
            fate = chance.random()
            if fate < 0.01:
                figures[code] = None
            elif fate < 0.02:
                beyond = chance.choice(
                    [measurement.least - measurement.resolution, measurement.most + measurement.resolution]
                )
                figures[code] = beyond
            elif fate < 0.025:
                figures[code] = chance.choice([Decimal("-1e30"), Decimal("1e30"), Decimal(0)])
        tests.append(
            FitnessTest(
                sex=group[0] if chance.random() > 0.005 else "未知",
                school_year=group[1] if chance.random() > 0.005 else chance.choice([0, 13, None]),
                figures=figures,
                is_exempt=chance.random() < 0.02,
                has_medical_proof=chance.random() < 0.5,
            )
        )
    assert differences(tests, edition) == []
    statuses = score_columns(columns_of(tests, edition), edition).status
    assert {SCORED, EXEMPT, UNSCORED} == set(statuses.tolist())
    assert (statuses == SCORED).sum() > 8000


def test_a_crowd_larger_than_a_piece_is_scored_to_its_last_pupil() -> None:
    one = FitnessTest(Sex.FEMALE, 9, anybody(random.Random(3), (Sex.FEMALE, 9)))
    missing = dataclasses.replace(one, figures={**one.figures, "run_800m": None})
    tests = [one] * 32_768 + [missing] + [one] * 5
    result = score_columns(columns_of(tests, EDITION), EDITION)
    assert np.flatnonzero(result.status != SCORED).tolist() == [32_768]
    assert len(set(result.total.tolist()) - {NO_TOTAL}) == 1


def test_nobody_is_scored_without_complaint() -> None:
    result = score_columns(columns_of([], EDITION), EDITION)
    assert len(result) == 0
    assert grade_counts(result, np.zeros(0, np.int64), 2).tolist() == [[0] * 6] * 2


def test_rates_count_grades_exempt_and_unscored_by_unit() -> None:
    chance = random.Random(4)
    tests = [FitnessTest(*group, anybody(chance, group)) for group in GROUPS * 20]
    tests[0] = dataclasses.replace(tests[0], is_exempt=True, has_medical_proof=True)
    tests[1] = dataclasses.replace(tests[1], figures={})
    unit = np.array([number % 3 for number in range(len(tests))], np.int64)
    counts = grade_counts(score_columns(columns_of(tests, EDITION), EDITION), unit, 3)
    expected = [[0] * 6 for _ in range(3)]
    for number, test in enumerate(tests):
        match score_pupil(test, EDITION):
            case Scored() as plain:
                expected[number % 3][plain.grade.code - 1] += 1
            case Exempt():
                expected[number % 3][4] += 1
            case Unscored():
                expected[number % 3][5] += 1
    assert counts.tolist() == expected
    assert (counts[0, 4], counts[1, 5]) == (1, 1)


def test_a_figure_finer_than_its_instrument_has_no_place_in_a_column() -> None:
    assert steps(EDITION.measurements["sprint_50m"], Decimal("9.84")) == 984
    with pytest.raises(ValueError, match=r"finer than 0\.01 s"):
        steps(EDITION.measurements["sprint_50m"], Decimal("9.845"))


def test_a_figure_that_is_no_number_has_no_place_in_a_column() -> None:
    with pytest.raises(ValueError, match="50米跑 '快' is not a number"):
        columns_of([FitnessTest(Sex.MALE, 1, {"sprint_50m": "快"})], EDITION)
    assert columns_of([FitnessTest(Sex.MALE, 1, {"sprint_50m": 9.8})], EDITION).figures["sprint_50m"][0] == 980


def test_a_column_that_is_not_there_or_not_of_its_kind_is_named() -> None:
    columns = columns_of([FitnessTest(Sex.MALE, 1, {})], EDITION)
    without = dataclasses.replace(columns, figures={k: v for k, v in columns.figures.items() if k != "weight"})
    with pytest.raises(ValueError, match="no column weight"):
        score_columns(without, EDITION)
    wide = dataclasses.replace(columns, figures={**columns.figures, "weight": np.array([3000], np.int64)})
    with pytest.raises(ValueError, match="weight is int64"):
        score_columns(wide, EDITION)
    short = dataclasses.replace(columns, is_exempt=np.zeros(2, np.bool_))
    with pytest.raises(ValueError, match="is_exempt is bool"):
        score_columns(short, EDITION)
    assert columns.figures["weight"].tolist() == [MISSING]


def test_an_edition_with_more_measurements_than_bits_is_refused() -> None:
    more = EDITION.measurements | {"thirteenth": EDITION.measurements["height"]}
    with pytest.raises(DefectiveTables, match="more than 12"):
        look_up(dataclasses.replace(EDITION, measurements=more))
