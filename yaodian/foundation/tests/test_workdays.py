"""Working days: the published years against the notices, the arithmetic against counting one by one, and what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation import workdays
from yaodian.foundation.models import CalendarChange, CalendarYear
from yaodian.foundation.workdays import Calendar, UnableToCount, calendar_as_of, changed_days

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)

# Typed from the notices: 国办发明电〔2023〕7号, 国办发明电〔2024〕12号, 国办发明电〔2025〕7号. First and last day off, then the
# Saturdays and Sundays that are worked instead.
NOTICES: dict[int, tuple[list[tuple[str, str]], list[str]]] = {
    2024: (
        [
            ("01-01", "01-01"),
            ("02-10", "02-17"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-10", "06-10"),
            ("09-15", "09-17"),
            ("10-01", "10-07"),
        ],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        [
            ("01-01", "01-01"),
            ("01-28", "02-04"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("05-31", "06-02"),
            ("10-01", "10-08"),
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [
            ("01-01", "01-03"),
            ("02-15", "02-23"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-19", "06-21"),
            ("09-25", "09-27"),
            ("10-01", "10-07"),
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}
WORKING_DAYS = {2024: 251, 2025: 248, 2026: 248}


@pytest.fixture
def published(db: None) -> Calendar:
    return calendar_as_of(TODAY)


@pytest.fixture
def account(db: None) -> Any:
    return get_user_model().objects.create(username="operator", name="值守", created_at=NOW)


def every_day(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


def change(account: Any, day: date, *, is_working: bool, known_from_on: date, at: datetime = NOW) -> CalendarChange:
    return CalendarChange(
        day=day,
        is_working=is_working,
        citation="青禾县政府办关于临时放假的通知",
        known_from_on=known_from_on,
        entered_by=account,
        entered_at=at,
    ).store()


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_every_day_of_a_published_year_is_as_the_notice_says(published: Calendar, year: int) -> None:
    off, worked = NOTICES[year]
    expected = {day: day.weekday() < 5 for day in every_day(year)}
    for first, last in off:
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last}"):
            expected[day] = False
            day += timedelta(days=1)
    for word in worked:
        day = date.fromisoformat(f"{year}-{word}")
        assert day.weekday() >= 5
        expected[day] = True
    assert {day: published.is_working(day) for day in expected} == expected
    assert published.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == sum(expected.values())
    assert sum(expected.values()) == WORKING_DAYS[year]
    assert published.is_published(year)


def test_a_year_that_nobody_has_published_is_monday_to_friday_and_says_so(published: Calendar) -> None:
    year = max(workdays.published_exceptions()) + 1
    assert not published.is_published(year)
    assert [published.is_working(day) for day in every_day(year)] == [day.weekday() < 5 for day in every_day(year)]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2025-12-30", 1, "2025-12-31"),
        ("2025-12-31", 1, "2026-01-04"),  # the holiday from 1 to 3 January; the Sunday after it is worked.
        ("2025-12-26", 5, "2026-01-05"),
        ("2026-02-13", 2, "2026-02-24"),  # Saturday the 14th is worked, then nine days off.
        ("2026-09-19", 1, "2026-09-20"),
        ("2026-01-02", 0, "2026-01-02"),
    ],
)
def test_terms_run_over_holidays_and_over_new_year(published: Calendar, day: str, count: int, expected: str) -> None:
    assert published.add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_a_term_that_ends_on_a_holiday_ends_on_the_working_day_after_it(published: Calendar) -> None:
    assert published.next_working_day(date(2026, 10, 3)) == date(2026, 10, 8)
    assert published.next_working_day(date(2026, 10, 8)) == date(2026, 10, 8)


DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    return Calendar(exceptions=tuple(sorted(draw(st.sets(DAYS, max_size=60)))), published=frozenset())


def by_hand(calendar: Calendar, day: date) -> bool:
    return (day.weekday() < 5) != (day in calendar.exceptions)


@given(calendar=calendars(), day=DAYS, count=st.integers(0, 300))
def test_adding_is_what_counting_one_by_one_gives(calendar: Calendar, day: date, count: int) -> None:
    reached, left = day, count
    while left:
        reached += timedelta(days=1)
        left -= by_hand(calendar, reached)
    assert calendar.add_working_days(day, count) == reached


@given(calendar=calendars(), first=DAYS, length=st.integers(-400, 400))
def test_between_is_what_counting_one_by_one_gives(calendar: Calendar, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    low, high = min(first, last), max(first, last)
    counted = sum(by_hand(calendar, low + timedelta(days=number)) for number in range(1, (high - low).days + 1))
    assert calendar.working_days_between(first, last) == (counted if length >= 0 else -counted)


@given(calendar=calendars(), day=DAYS, one=st.integers(0, 200), other=st.integers(1, 200))
def test_terms_add_up_and_come_back(calendar: Calendar, day: date, one: int, other: int) -> None:
    reached = calendar.add_working_days(day, one)
    assert calendar.add_working_days(reached, other) == calendar.add_working_days(day, one + other)
    assert calendar.working_days_between(day, reached) == one
    assert calendar.is_working(calendar.add_working_days(day, other))


@pytest.mark.parametrize("count", [-1, workdays.MOST_WORKING_DAYS + 1])
def test_a_term_that_cannot_be_is_refused_with_a_sentence(count: int) -> None:
    with pytest.raises(UnableToCount, match="工作日数须在"):
        Calendar(exceptions=(), published=frozenset()).add_working_days(TODAY, count)


def test_a_term_that_leaves_the_calendar_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnableToCount, match="无法推算"):
        Calendar(exceptions=(), published=frozenset()).add_working_days(date(9999, 12, 28), 5)


def test_a_change_counts_from_the_day_it_is_known_and_no_longer_when_it_is_taken_back(account: Any) -> None:
    holiday, known, back = date(2026, 3, 13), date(2026, 3, 5), date(2026, 3, 9)
    row = change(account, holiday, is_working=False, known_from_on=known)
    due = {day: calendar_as_of(day).add_working_days(date(2026, 3, 12), 1) for day in (TODAY, known, back)}
    assert due == {TODAY: holiday, known: date(2026, 3, 16), back: date(2026, 3, 16)}
    row.taken_back_on, row.taken_back_at, row.taken_back_by = back, NOW + timedelta(days=7), account
    row.taken_back_because = "通知作废"
    row.store()
    assert [calendar_as_of(day).is_working(holiday) for day in (TODAY, known, back)] == [True, False, True]


def test_of_two_changes_of_a_day_the_one_known_last_decides(account: Any) -> None:
    day = date(2026, 3, 14)
    change(account, day, is_working=True, known_from_on=date(2026, 3, 3))
    change(account, day, is_working=False, known_from_on=date(2026, 3, 6))
    assert [calendar_as_of(date(2026, 3, number)).is_working(day) for number in (2, 3, 6)] == [False, True, False]


def test_days_that_changed_are_named_once_they_count(account: Any) -> None:
    at_once, later = date(2026, 3, 13), date(2026, 3, 20)
    before, after = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    row = change(account, at_once, is_working=False, known_from_on=TODAY)
    change(account, later, is_working=False, known_from_on=TODAY + timedelta(days=3))
    assert changed_days(since=before, now=after) == {at_once}
    assert changed_days(since=after, now=after + timedelta(days=2)) == set()
    assert changed_days(since=after + timedelta(days=2), now=after + timedelta(days=3)) == {later}
    row.taken_back_on, row.taken_back_at, row.taken_back_by = TODAY, after + timedelta(hours=1), account
    row.taken_back_because = "通知作废"
    row.store()
    assert changed_days(since=after, now=after + timedelta(hours=2)) == {at_once}


def test_a_year_that_an_update_brings_counts_from_the_night_it_is_met(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(workdays.published_exceptions())
    monkeypatch.setattr(workdays, "published_exceptions", lambda: known)
    workdays._build.cache_clear()
    assert workdays.meet_years(now=NOW) == []
    assert workdays.meet_years(now=NOW) == []
    new_year_day = date(2027, 1, 1)
    assert calendar_as_of(TODAY).is_working(new_year_day)
    known[2027] = (new_year_day,)
    workdays._build.cache_clear()
    later = NOW + timedelta(days=30)
    assert workdays.meet_years(now=later) == [2027]
    assert CalendarYear.objects.get(year=2027).known_from_on == date(2026, 4, 1)
    before, since = calendar_as_of(date(2026, 3, 31)), calendar_as_of(date(2026, 4, 1))
    assert (before.is_working(new_year_day), before.is_published(2027)) == (True, False)
    assert (since.is_working(new_year_day), since.is_published(2027)) == (False, True)
    assert changed_days(since=NOW, now=later) == {new_year_day}
    known[2027] = (new_year_day, date(2027, 1, 4))
    assert workdays.meet_years(now=later + timedelta(days=1)) == [2027]
    assert changed_days(since=later, now=later + timedelta(days=2)) == {new_year_day, date(2027, 1, 4)}
    workdays._build.cache_clear()
