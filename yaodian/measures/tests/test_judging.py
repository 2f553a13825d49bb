"""Whether a promise is kept is computed from exact values; a value that equals the threshold keeps it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation.measuring import Value, measures
from yaodian.measures.queries import Pledge, Standing, Status, judge
from yaodian.measures.templatetags.measures import KINDS

pytestmark = pytest.mark.once

DUE = date(2026, 12, 31)
TODAY = date(2026, 7, 1)
SHARE = "registry.public_kindergartens"


def value(on: date, above: int, below: int | None = None, **more: object) -> Value:
    scale = 100 if below is not None else 1
    fraction = None if below is None else Fraction(below)
    return Value(on, Fraction(above), fraction, scale, **{"counted": 1, "expected": 1, **more})  # type: ignore[arg-type]


def standing(
    code: str, comparator: str, wanted: str, *series: Value, most: str | None = None, today: date = TODAY
) -> Standing:
    pledge = Pledge(comparator, Fraction(wanted), Fraction(most) if most else None, DUE)
    return judge(measure=measures()[code], pledge=pledge, series=series, today=today)


def test_a_value_equal_to_the_threshold_keeps_the_promise_and_one_just_below_does_not() -> None:
    assert standing(SHARE, "at_least", "57", value(TODAY, 57, 100)).status is Status.REACHED
    # 56.9999 % is printed as 57.00 %, and is not 57 %.
    below = standing(SHARE, "at_least", "57", value(TODAY, 569_999, 1_000_000))
    assert below.status is Status.AT_RISK
    assert below.gap == Fraction("0.0001")
    assert standing("registry.large_classes", "at_most", "2", value(TODAY, 2, 100)).status is Status.REACHED
    assert standing("registry.large_classes", "at_most", "2", value(TODAY, 3, 100)).status is Status.AT_RISK


def test_the_gap_is_said_as_what_must_be_mended() -> None:
    assert standing(SHARE, "at_least", "57", value(TODAY, 50, 100)).gap_words == "还差 7 所公办园"
    # 2 % of 150 classes are 3.
    assert standing("registry.large_classes", "at_most", "2", value(TODAY, 17, 150)).gap_words == "多出 14 个班过大"
    # 1,600 pupils at 15 to one need 107 teachers (106.67).
    teachers = Value(TODAY, Fraction(1600), Fraction(70), 1, counted=1, expected=1)
    assert standing("registry.pupils_per_teacher", "at_most", "15", teachers).gap_words == "还差 37 名专任教师"
    assert standing("registry.kindergartens_opened", "at_least", "3", value(TODAY, 1)).gap_words == "还差 2 所"


def test_what_has_happened_this_year_is_projected_over_the_year() -> None:
    code = "registry.kindergartens_opened"
    assert standing(code, "at_least", "3", value(TODAY, 3)).status is Status.REACHED
    assert standing(code, "at_least", "3", value(TODAY, 2)).status is Status.ON_COURSE
    assert standing(code, "at_least", "3", value(TODAY, 1)).status is Status.AT_RISK
    late = standing(code, "at_least", "3", value(DUE, 2), today=date(2027, 1, 1))
    assert late.status is Status.MISSED
    assert "2026-12-31" in late.reason


def test_a_level_is_projected_along_its_course_and_without_one_is_at_risk() -> None:
    rising = (value(date(2025, 12, 31), 50, 100), value(TODAY, 54, 100))
    assert standing(SHARE, "at_least", "57", *rising).status is Status.ON_COURSE
    assert standing(SHARE, "at_least", "59", *rising).status is Status.AT_RISK
    alone = standing(SHARE, "at_least", "57", rising[-1])
    assert alone.status is Status.AT_RISK
    assert "历史" in alone.reason


def test_a_change_is_held_against_the_last_value_of_the_year_before() -> None:
    before, now = value(date(2025, 12, 31), 10, 100), value(TODAY, 9, 100)
    assert standing("registry.large_classes", "change", "-1", before, now).status is Status.REACHED
    assert standing("registry.large_classes", "change", "-2", before, now).gap == Fraction(-1)
    alone = standing("registry.large_classes", "change", "-1", now)
    assert alone.status is Status.NOT_COMPUTABLE
    assert "上一年" in alone.reason


def test_about_and_a_range_bind_on_the_side_that_matters() -> None:
    code = "registry.kindergartens_opened"
    assert standing(code, "about", "10", value(TODAY, 9)).status is Status.REACHED
    assert standing(code, "about", "100", value(DUE, 89), today=DUE).status is Status.AT_RISK
    assert standing(code, "between", "5", value(TODAY, 7), most="6").status is Status.REACHED
    neither = "registry.pupils"
    assert standing(neither, "between", "5", value(TODAY, 7), most="6").gap == Fraction(-1)


def test_no_value_is_no_verdict() -> None:
    missing = Value(TODAY, None, None, problem="no-return", counted=0, expected=3)
    told = standing(SHARE, "at_least", "57", missing)
    assert (told.status, told.reason) == (Status.NOT_COMPUTABLE, "没有学年报表。")
    assert standing(SHARE, "at_least", "57").status is Status.NOT_COMPUTABLE
    part = standing(SHARE, "at_least", "57", value(TODAY, 57, 100, counted=98, expected=100))
    assert "2 所学校缺数据" in part.reason


def test_values_after_the_last_day_do_not_count() -> None:
    told = standing(
        SHARE, "at_least", "57", value(DUE, 50, 100), value(date(2027, 2, 1), 60, 100), today=date(2027, 3, 1)
    )
    assert told.status is Status.MISSED
    late = standing(SHARE, "at_least", "57", value(date(2027, 2, 1), 60, 100), today=date(2027, 3, 1))
    assert late.status is Status.NOT_COMPUTABLE
    assert "2026-12-31" in late.reason


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 100))
def test_mending_the_gap_in_words_keeps_the_promise_and_one_less_does_not(above: int, below: int, wanted: int) -> None:
    above = min(above, below)
    told = standing(SHARE, "at_least", str(wanted), value(TODAY, above, below))
    if told.status is Status.REACHED:
        assert above * 100 >= wanted * below
        return
    number = int(told.gap_words.split()[1].replace(",", ""))
    assert (above + number) * 100 >= wanted * below
    assert (above + number - 1) * 100 < wanted * below


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words_and_a_badge(status: Status) -> None:
    assert str(status.label)
    assert KINDS[status]
