"""A deadline's words become a day and days on the way, by one fixed rule; what the rule cannot know stays open."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.reading.schedules import recurrence, schedule, words_of_recurrence

PLAN = date(2026, 2, 9)

TABLE = (
    ("年底前", "year-end", date(2026, 12, 31), 1),
    ("年内", "year-end", date(2026, 12, 31), 1),
    ("今年", "year-end", date(2026, 12, 31), 1),
    ("上半年", "half", date(2026, 6, 30), 1),
    ("下半年", "half", date(2026, 12, 31), 1),
    ("一季度", "quarter", date(2026, 3, 31), 0),
    ("第四季度末", "quarter", date(2026, 12, 31), 0),
    ("暑期", "holiday", date(2026, 8, 31), 0),
    ("暑假前", "holiday", date(2026, 6, 30), 0),
    ("国庆节前", "holiday", date(2026, 9, 30), 0),
    ("“六一”前", "holiday", date(2026, 5, 31), 0),
    ("高考前", "holiday", date(2026, 6, 6), 0),
    ("秋季学期开学前", "opening", date(2026, 8, 31), 0),
    ("新学期开学前", "opening", date(2026, 8, 31), 0),
    ("春季学期开学前", "opening", date(2026, 2, 28), 0),
    ("春季学期", "term", date(2026, 6, 30), 0),
    ("秋季学期", "term", date(2026, 12, 31), 0),
    ("本学年内", "term", date(2026, 8, 31), 0),
    ("到2027年", "by-year", date(2027, 12, 31), 1),
    ("到2029年底", "by-year", date(2029, 12, 31), 3),
    ("“十五五”末", "by-year", date(2030, 12, 31), 4),
    ("用3年时间", "duration", date(2028, 12, 31), 2),
    ("两年内", "duration", date(2027, 12, 31), 1),
    ("六个月内", "duration", date(2026, 8, 9), 0),
    ("每季度", "quarterly", date(2026, 12, 31), 4),
    ("每学期", "each-term", date(2026, 12, 31), 2),
    ("每月", "monthly", date(2026, 12, 31), 11),
    ("每周", "weekly", date(2026, 12, 31), 11),
    ("每年", "yearly", date(2026, 12, 31), 1),
    ("常态化", "continuous", date(2026, 12, 31), 4),
    ("持续推进", "continuous", date(2026, 12, 31), 4),
    ("", "none", date(2026, 12, 31), 1),
)


@pytest.mark.parametrize(("words", "kind", "due", "stops"), TABLE, ids=[row[0] or "nothing" for row in TABLE])
def test_words_give_their_day_and_the_days_on_the_way(words: str, kind: str, due: date, stops: int) -> None:
    found = schedule(words, year=2026, start=PLAN)
    assert (found.kind, found.due, len(found.stops)) == (kind, due, stops)


@pytest.mark.parametrize("words", ["春节前", "入汛前", "供暖期前", "中考前", "寒假前", "10个工作日内", "适时"])
def test_what_no_rule_can_know_stays_open(words: str) -> None:
    found = schedule(words, year=2026, start=PLAN)
    assert found.due is None
    assert found.stops == ()


def test_a_day_that_the_plan_states_is_the_day() -> None:
    assert schedule("9月10日前", year=2026, stated=date(2026, 9, 10)).due == date(2026, 9, 10)
    # A person who corrected the day of fuzzy words is right.
    assert schedule("秋季学期开学前", year=2026, stated=date(2026, 8, 20)).due == date(2026, 8, 20)
    assert schedule("三季度", year=2026, stated=date(2026, 9, 20)).due == date(2026, 9, 20)


def test_the_stops_of_a_half_and_of_months_are_called_by_name() -> None:
    assert [(stop.label, stop.on) for stop in schedule("上半年", year=2026, start=PLAN).stops] == [
        ("一季度末", date(2026, 3, 31))
    ]
    months = schedule("每月", year=2026, start=PLAN).stops
    assert (months[0].label, months[0].on) == ("2月", date(2026, 2, 28))
    assert months[-1].on == date(2026, 12, 31)


def test_a_plan_without_a_year_gives_no_day() -> None:
    assert schedule("年底前", year=None).due is None
    assert schedule("", year=None).due is None
    assert recurrence("每月", year=None) is None


def test_recurrence_is_quoted_as_printed() -> None:
    assert words_of_recurrence("每学期开展检查2次") == "每学期"
    assert words_of_recurrence("常态化开展巡查") == "常态"
    assert words_of_recurrence("新建公办园8所") == ""
    assert recurrence("新建公办园8所", year=2026) is None


@given(
    st.text(alphabet="年月日底前内上下半季度每学期开暑假到202678持续一二三十五“”末个秋春", max_size=12),
    st.integers(1990, 2099),
)
def test_any_words_give_a_schedule_whose_stops_lie_in_order_before_its_day(words: str, year: int) -> None:
    found = schedule(words, year=year)
    days = [stop.on for stop in found.stops]
    assert days == sorted(days)
    assert found.due is None or all(day <= found.due for day in days)
    assert found == schedule(words, year=year), "the same words give the same schedule"
    assert 0 < found.confidence <= 1
