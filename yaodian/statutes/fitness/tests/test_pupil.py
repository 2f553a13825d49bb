"""One pupil: both sides of every row of every table, the bonus, the grades, and everything a sheet may hold."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.statutes.fitness.pupil import (
    Exempt,
    FaultKind,
    FitnessTest,
    Scored,
    Unscored,
    graduation_total,
    mass_index,
    score_pupil,
)
from yaodian.statutes.fitness.tables import EDITIONS, GROUPS, Group, Sex, read_edition

EDITION = read_edition(EDITIONS / "national-2014")
ALL_ROWS = [
    pytest.param(item.code, group, id=f"{item.code}-{group[0]}-{group[1]}")
    for item in EDITION.items.values()
    for group in item.weights
    if item.code != "bmi"
]


def best(group: Group) -> dict[str, Decimal]:
    """The figures of a pupil who just reaches 100 points in every item: 150.0 cm, and a weight in the normal band."""
    figures = {item.code: item.rows[group][0].threshold for item in EDITION.items_of(group) if item.code != "bmi"}
    normal = next(row for row in EDITION.items["bmi"].rows[group] if row.band == "normal")
    return figures | {
        "height": Decimal("150.0"),
        "weight": (normal.threshold * Decimal("2.25")).quantize(Decimal("0.1")) + 1,
    }


def scored(sex: Sex, year: int, **changes: Decimal | int | str) -> Scored:
    result = score_pupil(FitnessTest(sex, year, best((sex, year)) | changes), EDITION)
    assert isinstance(result, Scored), result
    return result


def item_of(result: Scored, code: str) -> tuple[int, int]:
    return next((item.score, item.bonus) for item in result.items if item.item.code == code)


def test_the_published_vector_of_the_1000_metres_gets_100_points_and_bonus_10() -> None:
    """初一 男 1000 m in 200 s (3′20″): 235 − 200 = 35 s beyond the 100-point time."""
    result = scored(Sex.MALE, 7, run_1000m=200)
    assert item_of(result, "run_1000m") == (100, 10)


def test_the_published_vector_of_rope_skipping_gets_100_points_and_bonus_20() -> None:
    """一年级 女 157 skips: (157 − 117) ÷ 2 = 20, the most there is."""
    result = scored(Sex.FEMALE, 1, rope_skipping=157)
    assert item_of(result, "rope_skipping") == (100, 20)
    assert result.total == 120


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group[0]}-{group[1]}")
def test_whoever_reaches_the_best_row_everywhere_has_100_and_no_bonus(group: Group) -> None:
    result = scored(*group)
    assert (result.standard_score, result.bonus, result.total) == (100, 0, 100)
    assert result.grade.label == "优秀"


@pytest.mark.parametrize(("code", "group"), ALL_ROWS)
def test_each_row_is_reached_by_its_own_value_and_missed_by_one_step_less(code: str, group: Group) -> None:
    item = EDITION.items[code]
    step = EDITION.measurements[code].resolution * (1 if item.better == "lower" else -1)
    rows = item.rows[group]
    for row, next_row in zip(rows, [*rows[1:], None], strict=True):
        assert item_of(scored(*group, **{code: row.threshold}), code) == (row.score, 0)
        if row.threshold + step >= EDITION.measurements[code].least:
            below = next_row.score if next_row else 0
            assert item_of(scored(*group, **{code: row.threshold + step}), code) == (below, 0)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group[0]}-{group[1]}")
def test_each_band_of_the_mass_index_begins_at_its_own_value(group: Group) -> None:
    item = EDITION.items["bmi"]
    obese, overweight, normal, underweight = item.rows[group]
    for row, below in ((obese, overweight), (overweight, normal), (normal, underweight)):
        assert item.row(group, row.threshold) == row
        assert item.row(group, row.threshold - Decimal("0.1")) == below
    # On 100 cm the index is the weight in kilograms: half a step below the band is rounded up into it.
    into = scored(*group, height="100", weight=normal.threshold - Decimal("0.05"))
    out_of = scored(*group, height="100", weight=normal.threshold - Decimal("0.06"))
    assert (item_of(into, "bmi")[0], item_of(out_of, "bmi")[0]) == (100, 80)


def test_the_mass_index_is_rounded_half_up_from_the_exact_quotient() -> None:
    """45 ÷ 1.6² = 17.578125; 18.15 exactly is 18.2; one gram-step below is 18.1."""
    assert mass_index(Decimal(160), Decimal(45), EDITION) == Decimal("17.6")
    assert mass_index(Decimal(100), Decimal("18.15"), EDITION) == Decimal("18.2")
    assert mass_index(Decimal(100), Decimal("18.14"), EDITION) == Decimal("18.1")
    assert mass_index(Decimal(150), Decimal("30.375"), EDITION) == Decimal("13.5")


@pytest.mark.parametrize(
    ("sex", "year", "code", "worth"),
    [
        # Beyond the 100-point value of the own group → points, both sides of every step.
        (Sex.MALE, 1, "rope_skipping", {0: 0, 1: 0, 2: 1, 3: 1, 4: 2, 38: 19, 39: 19, 40: 20, 41: 20, 200: 20}),
        (Sex.FEMALE, 6, "rope_skipping", {1: 0, 2: 1, 39: 19, 40: 20, 100: 20}),
        (Sex.MALE, 12, "pull_ups", {0: 0, 1: 1, 2: 2, 9: 9, 10: 10, 11: 10}),
        (
            Sex.FEMALE,
            7,
            "sit_ups",
            {0: 0, 1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 4, 8: 5, 9: 6, 10: 7, 11: 8, 12: 9, 13: 10, 14: 10},
        ),
        (
            Sex.MALE,
            10,
            "run_1000m",
            {0: 0, 3: 0, 4: 1, 7: 1, 8: 2, 11: 2, 12: 3, 15: 3, 16: 4, 19: 4, 20: 5, 22: 5, 23: 6, 25: 6, 26: 7, 28: 7}
            | {29: 8, 31: 8, 32: 9, 34: 9, 35: 10, 60: 10},
        ),
        (Sex.FEMALE, 12, "run_800m", {n: min(n // 5, 10) for n in range(70)}),
    ],
)
def test_the_bonus_counts_from_the_100_point_value_of_the_own_sex_and_year(
    sex: Sex, year: int, code: str, worth: dict[int, int]
) -> None:
    item = EDITION.items[code]
    sign = -1 if item.better == "lower" else 1
    for beyond, points in worth.items():
        value = item.rows[sex, year][0].threshold + sign * beyond
        assert item_of(scored(sex, year, **{code: value}), code) == (100, points)


def test_tenths_of_a_second_do_not_round_into_a_bonus() -> None:
    assert item_of(scored(Sex.MALE, 7, run_1000m="200.1"), "run_1000m") == (100, 9)


@pytest.mark.parametrize(
    ("code", "sex", "year", "beyond"),
    [("sit_ups", Sex.FEMALE, 6, 20), ("sprint_50m", Sex.MALE, 9, -1), ("standing_jump", Sex.FEMALE, 9, 50)],
)
def test_items_without_a_bonus_give_none(code: str, sex: Sex, year: int, beyond: int) -> None:
    value = EDITION.items[code].rows[sex, year][0].threshold + beyond
    assert item_of(scored(sex, year, **{code: value}), code) == (100, 0)


def test_a_whole_pupil_by_hand() -> None:
    """三年级 男: 130 cm 30 kg → 17.8 (100); 1500 mL → 74; 9.8 s → 76; 5.0 cm → 70; 121 skips → 95; 30 sit-ups → 74.

    15 + 0.15×74 + 0.20×76 + 0.20×70 + 0.20×95 + 0.10×74 = 15 + 11.1 + 15.2 + 14 + 19 + 7.4 = 81.7, no bonus: 良好.
    """
    figures = {
        "height": 130, "weight": 30, "vital_capacity": 1500, "sprint_50m": "9.8", "sit_and_reach": "5.0",
        "rope_skipping": "121", "sit_ups": 30,
    }  # fmt: skip
    result = score_pupil(FitnessTest("male", 3, figures), EDITION)
    assert isinstance(result, Scored)
    assert [(item.item.code, item.value, item.score) for item in result.items] == [
        ("bmi", Decimal("17.8"), 100),
        ("vital_capacity", 1500, 74),
        ("sprint_50m", Decimal("9.8"), 76),
        ("sit_and_reach", Decimal("5.0"), 70),
        ("rope_skipping", 121, 95),
        ("sit_ups", 30, 74),
    ]
    assert (result.standard_score, result.bonus, result.grade.label) == (Decimal("81.7"), 0, "良好")


@pytest.mark.parametrize(
    ("total", "label"),
    [
        ("120", "优秀"), ("90.0", "优秀"), ("89.95", "优秀"), ("89.90", "良好"), ("80.0", "良好"), ("79.95", "良好"),
        ("79.90", "及格"), ("60.0", "及格"), ("59.95", "及格"), ("59.90", "不及格"), ("0", "不及格"),
    ],
)  # fmt: skip
def test_grades_are_read_from_the_total_at_one_decimal(total: str, label: str) -> None:
    assert EDITION.grade_of(EDITION.graded_total(Decimal(total))).label == label


def a_total_of_89_95() -> dict[str, Decimal | int | str]:
    """初一 男: 15 + 0.15×85 + 0.20×95 + 0.10×90 + 0.10×100 + 0.10×72 + 0.20×85 = 89.95."""
    group = (Sex.MALE, 7)
    rows = {item.code: {row.score: row.threshold for row in item.rows[group]} for item in EDITION.items_of(group)}
    return {
        "vital_capacity": rows["vital_capacity"][85],
        "sprint_50m": rows["sprint_50m"][95],
        "sit_and_reach": rows["sit_and_reach"][90],
        "standing_jump": rows["standing_jump"][100],
        "pull_ups": rows["pull_ups"][72],
        "run_1000m": rows["run_1000m"][85],
    }


def test_a_grade_that_rounding_decides_says_so() -> None:
    result = scored(Sex.MALE, 7, **a_total_of_89_95())
    assert (result.total, result.graded_total) == (Decimal("89.95"), Decimal("90.0"))
    assert (result.grade.label, result.grade_of_exact_total.label) == ("优秀", "良好")
    assert result.is_decided_by_rounding
    assert not scored(Sex.MALE, 7).is_decided_by_rounding


def test_an_edition_may_grade_the_exact_total() -> None:
    exact = dataclasses.replace(EDITION, grade_decimals=None)
    result = score_pupil(FitnessTest(Sex.MALE, 7, best((Sex.MALE, 7)) | a_total_of_89_95()), exact)
    assert isinstance(result, Scored)
    assert (result.grade.label, result.graded_total) == ("良好", Decimal("89.95"))
    assert not result.is_decided_by_rounding


def test_a_pupil_exempt_with_proof_has_no_score_and_needs_no_figures() -> None:
    assert score_pupil(FitnessTest(Sex.MALE, 7, is_exempt=True, has_medical_proof=True), EDITION) == Exempt(EDITION)


def test_an_exemption_without_proof_is_not_computable() -> None:
    result = score_pupil(FitnessTest(Sex.MALE, 7, best((Sex.MALE, 7)), is_exempt=True), EDITION)
    assert isinstance(result, Unscored)
    assert [fault.kind for fault in result.faults] == [FaultKind.NO_PROOF]


def test_every_missing_figure_is_named_and_none_is_taken_for_0() -> None:
    figures = best((Sex.FEMALE, 8)) | {"weight": None, "run_800m": "  "}
    del figures["sit_ups"]
    result = score_pupil(FitnessTest(Sex.FEMALE, 8, figures), EDITION)
    assert isinstance(result, Unscored)
    assert {fault.subject: fault.kind for fault in result.faults} == dict.fromkeys(
        ("weight", "sit_ups", "run_800m"), FaultKind.MISSING
    )
    assert "缺少800米跑：请补测或补录" in [fault.sentence for fault in result.faults]


def test_figures_of_another_sex_or_stage_are_left_aside() -> None:
    assert scored(Sex.FEMALE, 8, pull_ups=3, rope_skipping="none") == scored(Sex.FEMALE, 8)


@pytest.mark.parametrize(
    ("figure", "kind"),
    [
        ("三千", FaultKind.NOT_A_NUMBER),
        ("3000ml", FaultKind.NOT_A_NUMBER),
        ("NaN", FaultKind.NOT_A_NUMBER),
        ("Infinity", FaultKind.NOT_A_NUMBER),
        ("sNaN", FaultKind.NOT_A_NUMBER),
        ("3_000", FaultKind.NOT_A_NUMBER),
        (True, FaultKind.NOT_A_NUMBER),
        ([3000], FaultKind.NOT_A_NUMBER),
        ("3", FaultKind.IMPLAUSIBLE),
        ("-3000", FaultKind.IMPLAUSIBLE),
        ("10000", FaultKind.IMPLAUSIBLE),
        (Decimal("1e999999999"), FaultKind.IMPLAUSIBLE),
        ("3000.5", FaultKind.TOO_FINE),
        ("3000." + "0" * 40 + "1", FaultKind.TOO_FINE),
        ("", FaultKind.MISSING),
        (None, FaultKind.MISSING),
    ],
)
def test_a_bad_figure_is_named_and_never_scored(figure: object, kind: FaultKind) -> None:
    figures = best((Sex.MALE, 9)) | {"vital_capacity": figure}  # type: ignore[dict-item]  # what a sheet may hold
    result = score_pupil(FitnessTest(Sex.MALE, 9, figures), EDITION)
    assert isinstance(result, Unscored)
    assert [(fault.kind, fault.subject) for fault in result.faults] == [(kind, "vital_capacity")]
    assert "肺活量" in result.faults[0].sentence


def test_a_value_near_0_with_a_long_exponent_costs_no_time() -> None:
    figures = best((Sex.MALE, 9)) | {"pull_ups": Decimal("1e-999999999")}
    result = score_pupil(FitnessTest(Sex.MALE, 9, figures), EDITION)
    assert isinstance(result, Unscored)
    assert result.faults[0].kind == FaultKind.TOO_FINE


def test_a_height_in_metres_is_a_unit_mixed_up_and_says_so() -> None:
    figures = best((Sex.MALE, 9)) | {"height": "1.52"}
    result = score_pupil(FitnessTest(Sex.MALE, 9, figures), EDITION)
    assert isinstance(result, Unscored)
    assert result.faults[0].sentence == "身高 1.52 cm超出可能的范围（80—230 cm）：请核对单位和数值"


@pytest.mark.parametrize("year", [0, 13, -1, "7", None, 7.0, True])
def test_a_school_year_without_a_table_is_named(year: object) -> None:
    result = score_pupil(FitnessTest(Sex.MALE, year), EDITION)  # type: ignore[arg-type]  # what a sheet may hold
    assert isinstance(result, Unscored)
    assert [(fault.kind, fault.subject) for fault in result.faults] == [(FaultKind.NO_TABLE, "school_year")]


def test_an_unknown_sex_is_named() -> None:
    result = score_pupil(FitnessTest("未说明", 7), EDITION)
    assert isinstance(result, Unscored)
    assert [(fault.kind, fault.subject) for fault in result.faults] == [(FaultKind.NO_TABLE, "sex")]


def test_the_total_on_leaving_school_is_half_the_last_year_and_half_the_mean_of_the_others() -> None:
    totals = [Decimal(70), Decimal(80), Decimal("91.5")]
    assert graduation_total(totals, EDITION) == Fraction(915, 20) + Fraction(75, 2) == Fraction("83.25")
    with pytest.raises(ValueError, match="至少一个学年"):
        graduation_total(totals[:1], EDITION)


@given(st.sampled_from(GROUPS), st.data())
def test_a_better_figure_never_lowers_a_score(group: Group, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from([one for one in EDITION.items_of(group) if one.code != "bmi"]))
    measurement = EDITION.measurements[item.code]
    steps = int((measurement.most - measurement.least) / measurement.resolution)
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, steps)] * 2)))
    values = [measurement.least + measurement.resolution * step for step in (first, second)]
    worse, better = values[::-1] if item.better == "lower" else values
    low, high = (scored(*group, **{item.code: value}) for value in (worse, better))
    assert item_of(low, item.code)[0] <= item_of(high, item.code)[0]
    assert item_of(low, item.code)[1] <= item_of(high, item.code)[1]
    assert 0 <= low.total <= high.total <= 120
