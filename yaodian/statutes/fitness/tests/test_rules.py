"""The rules of the framework: what they add to the plain evaluator, and that columns say the same of every case."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest

from yaodian.engines.rules import Computed, Declared, NotComputable, Option, arithmetic, evaluate, run_case
from yaodian.statutes.fitness.columns import EXEMPT, SCORED, UNSCORED, columns_of, score_columns
from yaodian.statutes.fitness.grade import Grade, edition_on
from yaodian.statutes.fitness.pupil import FitnessTest, score_pupil
from yaodian.statutes.fitness.total_score import MEASURED, SEXES, TotalScore, edition_named

DAY = datetime.date(2025, 11, 1)
BOY: dict[str, Any] = {
    "sex": "男", "school_year": 7, "height": 150, "weight": Decimal("40.5"), "vital_capacity": 3640, "sprint_50m": "7.8",
    "sit_and_reach": "17.6", "standing_jump": 225, "pull_ups": 13, "run_1000m": 235,
}  # fmt: skip
# 15 + 0.15×85 + 0.20×95 + 0.10×90 + 10 + 0.10×72 + 0.20×85 = 89.95
ALMOST = {"vital_capacity": 3150, "sprint_50m": "7.9", "sit_and_reach": "14.2", "pull_ups": 7, "run_1000m": 262}


def reasons(**changes: Any) -> list[tuple[str, str]]:
    found = evaluate(TotalScore, BOY | changes, day=DAY)
    assert isinstance(found, NotComputable), found
    return [(reason.code, reason.quantity) for reason in found.reasons]


def test_a_result_shows_every_item_and_cites_the_standard() -> None:
    found = evaluate(TotalScore, BOY | {"run_1000m": 200}, day=DAY)
    assert isinstance(found, Computed)
    assert found.value == 110
    assert found.citation.source.number == "教体艺〔2014〕5号"
    assert found.rule == "fitness.total_score@2014-07-07"
    assert found.notes == (
        "体重指数（BMI） 18.0kg/m²：100分×15%", "肺活量 3640mL：100分×15%", "50米跑 7.8s：100分×20%", "坐位体前屈 17.6cm：100分×10%",
        "立定跳远 225cm：100分×10%", "引体向上 13次：100分×10%", "1000米跑 200s：100分×20%，加10分",
    )  # fmt: skip
    assert [(one.name, one.choice) for one in found.options] == [("edition", "national-2014")]


def test_every_fault_is_named_at_once() -> None:
    assert reasons(height=None, vital_capacity="三千", pull_ups="1.5", run_1000m=-1) == [
        ("missing", "height"), ("text", "vital_capacity"), ("too-fine", "pull_ups"), ("negative", "run_1000m"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sex": "未知"}, ("unknown", "sex")),
        ({"sex": None}, ("missing", "sex")),
        ({"school_year": 0}, ("no-table", "school_year")),
        ({"school_year": 13}, ("no-table", "school_year")),
        ({"school_year": "初一"}, ("text", "school_year")),
        ({"height": "1.5"}, ("implausible", "height")),
        ({"weight": "40.555"}, ("too-fine", "weight")),
    ],
)
def test_a_fault_has_a_code_and_a_quantity(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert reasons(**changes) == [expected]


def test_two_implausible_figures_stand_in_one_sentence() -> None:
    found = evaluate(TotalScore, BOY | {"height": "1.5", "weight": 300}, day=DAY)
    assert isinstance(found, NotComputable)
    assert "身高 1.5" in found.reasons[0].sentence
    assert "体重 300" in found.reasons[0].sentence


def test_the_standard_of_2014_says_nothing_of_the_day_before() -> None:
    for rule in (TotalScore, Grade):
        found = evaluate(rule, BOY, day=datetime.date(2014, 7, 6))
        assert isinstance(found, NotComputable)
        assert [reason.code for reason in found.reasons] == ["not-in-force"]
        assert isinstance(evaluate(rule, BOY, day=datetime.date(2014, 7, 7)), Computed)
    assert edition_on(datetime.date(2014, 7, 6)) is None


def test_rounding_decides_only_where_the_grading_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A province that grades the exact total from a day on: the same pupil before, after, and elsewhere."""
    option = Grade.options["grading"]
    of_the_province = dataclasses.replace(
        option.values[0], choice="exact", region="990000", valid_from=datetime.date(2026, 1, 1)
    )
    changed = Option(option.name, option.label, option.choices, (of_the_province, *option.values))
    monkeypatch.setattr(Grade, "options", {**Grade.options, "grading": changed})
    grades = {}
    for day, region in (("2025-12-31", "990102"), ("2026-01-01", "990102"), ("2026-01-01", "980102")):
        found = evaluate(Grade, BOY | ALMOST, day=datetime.date.fromisoformat(day), region=region)
        assert isinstance(found, Computed)
        grades[day, region] = (found.value, len(found.notes))
        edition = edition_on(datetime.date.fromisoformat(day), region=region)
        assert edition is not None
        plain = score_pupil(pupil_of(BOY | ALMOST), edition)
        columns = score_columns(columns_of([pupil_of(BOY | ALMOST)], edition), edition)
        assert plain.grade.label == found.value  # type: ignore[union-attr]  # it is Scored: the total is there
        assert plain.grade.code == columns.grade[0]  # type: ignore[union-attr]  # as above
    assert grades == {
        ("2025-12-31", "990102"): ("优秀", 1),
        ("2026-01-01", "990102"): ("良好", 0),
        ("2026-01-01", "980102"): ("优秀", 1),
    }


def test_total_and_grade_take_the_same_edition_everywhere() -> None:
    assert TotalScore.options["edition"] == Grade.options["edition"]


def test_an_edition_is_unrolled_once_for_each_grading() -> None:
    assert edition_named("national-2014", "exact") is edition_named("national-2014", "exact")
    assert edition_named("national-2014", "exact").grade_decimals is None
    assert edition_named("national-2014", "one_decimal").grade_decimals == 1


def pupil_of(given: dict[str, Any]) -> FitnessTest:
    figures = {name: given[name] for name in MEASURED if given.get(name) not in (None, "null")}
    return FitnessTest(
        SEXES[given["sex"]],
        int(given["school_year"]),
        figures,
        given.get("is_exempt_from_fitness") == "yes",
        given.get("has_medical_proof") == "yes",
    )


def cases(rule: type[Declared]) -> list[Any]:
    return [pytest.param(case, id=str(case["says"])) for case in rule.cases]


@pytest.mark.parametrize("case", cases(TotalScore))
def test_columns_say_the_total_of_each_case(case: dict[str, Any]) -> None:
    edition = edition_on(datetime.date.fromisoformat(case["on"]))
    assert edition is not None
    columns = score_columns(columns_of([pupil_of(case["given"])], edition), edition)
    if case["expect"] == "not computable":
        assert columns.status[0] == (EXEMPT if case["because"].startswith("exempt ") else UNSCORED)
    else:
        assert columns.status[0] == SCORED
        assert int(columns.total[0]) == arithmetic(case["expect"]) * 100


@pytest.mark.parametrize("case", cases(Grade))
def test_columns_say_the_grade_of_each_case(case: dict[str, Any]) -> None:
    edition = edition_on(datetime.date.fromisoformat(case["on"]))
    assert edition is not None
    columns = score_columns(columns_of([pupil_of(case["given"])], edition), edition)
    labels = {grade.code: grade.label for grade in edition.grades} | {0: "not computable"}
    assert labels[int(columns.grade[0])] == case["expect"]
    result = run_case(Grade, case)
    if isinstance(result, Computed):
        assert bool(result.notes) == columns.is_decided_by_rounding()[0]
