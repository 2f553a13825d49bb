"""What people in the invented year do is decided by the seed and by what is asked, and by nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.config.simulation import words
from yaodian.config.simulation.choices import (
    KEPT,
    LATE,
    LEFT,
    Choices,
    is_collective,
    meant_section,
    renamed,
    section_for,
)

pytestmark = pytest.mark.once

SEEDS = st.integers(0, 2**31 - 1)
UNITS = st.text("abc0123456789-", min_size=1, max_size=12)
MONTHS = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(lambda day: day.replace(day=1))


@given(SEEDS, UNITS, UNITS, MONTHS)
def test_answers_do_not_depend_on_what_was_asked_before(seed: int, unit: str, other: str, month: date) -> None:
    fresh, used = Choices(seed), Choices(seed)
    used.report("plan", other, month)
    used.case("2025-000001", other, LATE)
    used.habits(other)
    assert used.report("plan", unit, month) == fresh.report("plan", unit, month)
    assert used.case("2025-000002", unit, KEPT) == fresh.case("2025-000002", unit, KEPT)
    assert used.line(unit, month, "3", fate=LEFT, is_near=True) == fresh.line(unit, month, "3", fate=LEFT, is_near=True)


@given(SEEDS, UNITS, MONTHS)
def test_a_report_goes_a_way_that_the_office_can_follow(seed: int, unit: str, month: date) -> None:
    course = Choices(seed).report("plan", unit, month)
    assert course.is_late == (course.days > 0)
    assert -3 <= course.days <= 11
    assert course.decided_after >= 1
    assert course.mended_after >= 1


@given(SEEDS, UNITS, st.sampled_from((KEPT, LATE, LEFT)), st.integers(0, 3))
def test_a_case_is_reopened_and_put_off_only_in_its_first_round(seed: int, unit: str, fate: str, round_: int) -> None:
    course = Choices(seed).case("2025-000007", unit, fate, round_=round_)
    if round_:
        assert (course.is_reopened, course.asks_extension, course.hands_back) == (False, False, False)
    assert course.done_after >= 4
    assert (course.done_after >= 45) == (fate == LEFT)
    assert 0 <= course.file < words.FILES


@given(SEEDS, UNITS, MONTHS, st.sampled_from((KEPT, LATE, LEFT)), st.booleans())
def test_whoever_expects_to_fail_says_why(seed: int, unit: str, month: date, fate: str, is_near: bool) -> None:
    said = Choices(seed).line(unit, month, "1", fate=fate, is_near=is_near)
    assert said.is_forecast_good == (not said.reason)
    if fate == KEPT or not is_near:
        assert said.is_forecast_good
    assert 0 < len(said.sentence) <= 200


@given(st.text(max_size=60), st.text(max_size=20))
def test_every_commitment_finds_a_section(text: str, heading: str) -> None:
    assert section_for(text, heading) in {*words.SECTIONS, words.SECTION_ELSE}


def test_the_city_works_as_it_should_over_many_units() -> None:
    choices = Choices(1)
    month = date(2025, 3, 1)
    courses = [choices.report("plan", f"u{number}", month) for number in range(600)]
    late = sum(one.is_late for one in courses) / len(courses)
    returned = sum(one.is_returned for one in courses) / len(courses)
    assert 0.08 < late < 0.25
    assert 0.03 < returned < 0.2
    fates = [choices.fate("plan", str(place), f"u{place % 30}") for place in range(600)]
    assert 0.7 < fates.count(KEPT) / 600 < 0.9
    assert min(fates.count(LATE), fates.count(LEFT)) > 0


@pytest.mark.parametrize(
    ("name", "section"),
    [("基教科", "基础教育科"), ("安稳办", "学校安全管理科"), ("市教育考试院", "招生考试中心"), ("驻局纪检组", "")],
)
def test_a_printed_name_means_a_section_only_where_it_surely_does(name: str, section: str) -> None:
    assert meant_section(name) == section


@pytest.mark.parametrize(("name", "is_many"), [("各大中专院校", True), ("机关各科室", True), ("妇委会", False)])
def test_a_collective_name_is_no_unit(name: str, is_many: bool) -> None:
    assert is_collective(name) is is_many


def test_a_title_is_moved_into_the_played_year() -> None:
    assert renamed("青禾县教育局2026年工作要点", year=2026, to=2025) == "青禾县教育局2025年工作要点"
    assert renamed("工作要点", year=2025, to=2025) == "工作要点"
