"""From returns to rows: what cannot be believed keeps its place with its reason, and through-schools are split exactly."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest

from yaodian.engines.rules import PROBLEM, Computed, Derived, NotComputable, disperse, evaluate, rounded
from yaodian.statutes.quality_balance.teaching_area import TeachingArea
from yaodian.statutes.quality_balance.variation_of_teaching_area import VariationOfTeachingArea
from yaodian.statutes.returns import School, figures_of, rows_of, split

ON = datetime.date(2024, 9, 1)
FIRST = School("2199000001", "甲小学", "primary", is_private=False, location="city")
SECOND = School("2199000002", "乙学校", "nine_year", is_private=False, location="town")


def given(school: str = FIRST.code, stage: str | None = "primary", **changes: Any) -> dict[str, Any]:
    figures = {"pupils_by_grade": [40, 40, 40, 40, 40, 0], "teaching_rooms": "900.50", "indoor_sports": 0}
    return {"school": school, "year": 2024, "stage": stage, "sports": 1, "music": 1, "art": 0, **figures, **changes}


GOOD = [given(), given(SECOND.code), given(SECOND.code, "junior")]


def rows(returns: list[dict[str, Any]], *schools: School) -> list[dict[str, Any]]:
    return rows_of(schools or (FIRST, SECOND), returns, year=2024, on=ON)


def test_good_returns_become_rows_without_doubts() -> None:
    made = rows(GOOD)
    assert [(row["school"], row["stage"], row["pupils"], row["compulsory_pupils"]) for row in made] == [
        ("甲小学", "primary", 200, 200),
        ("乙学校", "primary", 200, 400),
        ("乙学校", "junior", 200, 400),
    ]
    assert not any(PROBLEM in row for row in made)


@pytest.mark.parametrize(
    ("returns", "schools", "code"),
    [
        ([*GOOD, given(pupils=300)], (FIRST, SECOND), "two-returns"),
        (GOOD[1:], (FIRST, SECOND), "no-return"),
        ([*GOOD, given("2199009999")], (FIRST, SECOND), "unknown-school"),
        ([given(year=None), *GOOD[1:]], (FIRST, SECOND), "no-year"),
        ([*GOOD, given(stage="junior")], (FIRST, SECOND), "wrong-stage"),
        (GOOD, (School("2199000001", "甲小学", "primary", closed_on=datetime.date(2024, 7, 1)), SECOND), "closed"),
        (GOOD, (School("2199000001", "甲小学", "primary", opened_on=datetime.date(2025, 9, 1)), SECOND), "not-open"),
    ],
)
def test_a_return_that_cannot_be_believed_keeps_its_place_and_names_why(
    returns: list[dict[str, Any]], schools: tuple[School, ...], code: str
) -> None:
    doubted = [row for row in rows(returns, *schools) if PROBLEM in row]
    assert [row[PROBLEM].code for row in doubted] == [code]
    result = evaluate(TeachingArea, doubted[0], day=ON)
    assert isinstance(result, NotComputable)
    assert result.reasons[0].code == code


def test_a_doubted_school_leaves_the_spread_of_its_stage_undecided_even_with_no_pupils() -> None:
    made = [row for row in rows([*GOOD, given(pupils=0)]) if row["stage"] == "primary"]
    assert isinstance(disperse(VariationOfTeachingArea, made, day=ON, key="primary"), NotComputable)
    sound = [row for row in rows(GOOD) if row["stage"] == "primary"]
    assert isinstance(disperse(VariationOfTeachingArea, sound, day=ON, key="primary"), Computed)


def test_returns_of_other_years_are_passed_over() -> None:
    assert rows([*GOOD, given(year=2023, pupils=5)]) == rows(GOOD)


def test_a_closed_school_without_a_return_is_not_asked_for_one() -> None:
    gone = School("2199000003", "丙小学", "primary", closed_on=datetime.date(2020, 7, 1))
    assert rows(GOOD, FIRST, SECOND, gone) == rows(GOOD)


@pytest.mark.parametrize(("part", "said"), [(None, None), ("", None), ("两人", "两人"), (-1, -1)])
def test_a_sum_with_a_part_that_is_none_is_no_smaller_sum(part: Any, said: Any) -> None:
    assert figures_of(given(music=part))["sports_and_arts"] == said


def test_a_through_school_is_split_as_published() -> None:
    parts = split("nine_year", {"books": 23226}, {"primary": 166, "junior": 210}, day=ON)
    primary, junior = parts["primary"]["books"], parts["junior"]["books"]
    assert (str(rounded(primary.value, 1)), str(rounded(junior.value, 1))) == ("9711.6", "13514.4")
    assert primary.value + junior.value == 23226
    assert "23226" in primary.how


def test_a_share_is_exact_and_no_form_limits_its_decimals() -> None:
    parts = split("nine_year", {"teaching_rooms": "1000.01", "indoor_sports": 0}, {"primary": 1, "junior": 1}, day=ON)
    row = {"stage": "primary", "pupils": 1, **parts["primary"]}
    result = evaluate(TeachingArea, row, day=ON)
    assert isinstance(result, Computed)
    assert result.value == Fraction("1000.01") / Fraction("2.1")
    assert any("加权拆分" in used.origin for used in result.inputs)


def test_what_cannot_be_split_is_missing_in_every_stage() -> None:
    parts = split("nine_year", {"books": 100}, {"primary": 166}, day=ON)
    assert parts == {"primary": {"books": None}, "junior": {"books": None}}


def test_a_negative_share_is_refused() -> None:
    result = evaluate(
        TeachingArea,
        {"stage": "primary", "pupils": 10, "indoor_sports": 0, "teaching_rooms": Derived(Fraction(-1, 3), "拆分")},
        day=ON,
    )
    assert isinstance(result, NotComputable)
    assert result.reasons[0].code == "negative"
