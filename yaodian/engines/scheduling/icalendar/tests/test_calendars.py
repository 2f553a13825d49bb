"""Calendars, read back by hand: every lesson on its days, nothing on the others, and lines that any program can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.scheduling.icalendar import MadeUp, Part, Single, Term, UnfitForCalendar, calendar_of, joined
from yaodian.engines.scheduling.icalendar.lines import escaped, folded
from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable

from .reader import Component, held, parsed, unescaped, unfolded

NOW = datetime(2026, 8, 20, 12, 30, 15, tzinfo=UTC)
# From Tuesday, 1 September, to Friday, 16 October; a week off from 1 October, made up on two Saturdays.
TERM = Term(
    date(2026, 9, 1),
    date(2026, 10, 16),
    frozenset(date(2026, 10, day) for day in range(1, 8)),
    (MadeUp(date(2026, 9, 26), 3), MadeUp(date(2026, 10, 10), 4)),
)
HOURS = ((480, 520), (530, 570), (840, 880))


def school(*events: Event, cycle: int = 1) -> Problem:
    times = tuple(
        Time(f"{day}-{hour}", day, begins_min=begins, ends_min=ends)
        for day in range(5)
        for hour, (begins, ends) in enumerate(HOURS)
    )
    resources = (
        Resource("t1", "teacher", "王老师"),
        Resource("c1", "class", "高一（1）班"),
        Resource("lab", "room", "物理实验室; 2楼", place="北楼"),
        Resource("t2", "teacher"),
    )
    return Problem(times, resources, events, (), id="school", cycle=cycle)


def at(day: int, hour: int) -> int:
    return day * len(HOURS) + hour


PHYSICS = Event("p", 3, (Need("teacher", 0), Need("class", 1), Need("room", 2)), name="物理", course="物理,选择性必修")


def made(problem: Problem, *pieces: Piece, resource: int = 0, term: Term = TERM) -> Component:
    calendar = parsed(calendar_of(problem, Timetable.of(problem, pieces), resource, term, stamped_at=NOW))
    for event in calendar.all("VEVENT"):
        assert event.value("DTSTAMP") == "20260820T123015Z"
    return calendar


def days(event: Component) -> list[date]:
    return [begin.date() for begin, _ in held(event)]


def test_the_frame_of_a_calendar() -> None:
    calendar = made(school())
    assert calendar.name == "VCALENDAR"
    assert (calendar.value("VERSION"), calendar.value("METHOD")) == ("2.0", "PUBLISH")
    assert calendar.value("PRODID")
    assert calendar.text("X-WR-CALNAME") == "王老师"
    (zone,) = calendar.all("VTIMEZONE")
    (standard,) = zone.parts
    assert (zone.value("TZID"), standard.name, standard.value("TZOFFSETTO")) == ("Asia/Shanghai", "STANDARD", "+0800")
    assert calendar.all("VEVENT") == []


def test_a_lesson_by_hand() -> None:
    calendar = made(school(PHYSICS), Piece(0, 2, at(3, 0)))
    weekly, made_up = calendar.all("VEVENT")
    assert weekly.text("SUMMARY") == "物理"
    assert weekly.text("LOCATION") == "北楼 物理实验室; 2楼"
    assert weekly.text("DESCRIPTION") == "高一（1）班"
    assert weekly.text("CATEGORIES") == "物理,选择性必修"
    # Thursdays from the third of September; the first of October is off.
    assert days(weekly) == [date(2026, 9, day) for day in (3, 10, 17, 24)] + [date(2026, 10, day) for day in (8, 15)]
    assert held(weekly)[0] == (datetime(2026, 9, 3, 8), datetime(2026, 9, 3, 9, 30))
    assert weekly.value("RRULE") == "FREQ=WEEKLY;UNTIL=20261015T000000Z"
    assert weekly.value("EXDATE") == "20261001T080000"
    # The first Saturday is held like a Thursday.
    assert days(made_up) == [date(2026, 9, 26)]
    assert made_up.value("UID") != weekly.value("UID")


def test_a_rule_begins_and_ends_with_a_lesson() -> None:
    """Days off at either end of the term are left out of the rule."""
    term = Term(date(2026, 9, 1), date(2026, 9, 30), frozenset(date(2026, 9, day) for day in (3, 24)))
    (event,) = made(school(PHYSICS), Piece(0, 1, at(3, 0)), term=term).all("VEVENT")
    assert days(event) == [date(2026, 9, 10), date(2026, 9, 17)]
    assert "EXDATE" not in event.properties
    once = replace(term, days_off=frozenset(date(2026, 9, day) for day in (3, 10, 24)))
    (event,) = made(school(PHYSICS), Piece(0, 1, at(3, 0)), term=once).all("VEVENT")
    assert days(event) == [date(2026, 9, 17)]
    assert "RRULE" not in event.properties
    never = replace(once, days_off=once.days_off | {date(2026, 9, 17)})
    assert made(school(PHYSICS), Piece(0, 1, at(3, 0)), term=never).all("VEVENT") == []


def test_odd_and_even_weeks() -> None:
    """The week of the first of September is the first, whatever day the term begins on."""
    even_weeks = school(replace(PHYSICS, duration=1, weeks=(1,)), cycle=2)
    even, made_up = made(even_weeks, Piece(0, 1, at(4, 2))).all("VEVENT")
    assert days(even) == [date(2026, 9, 11), date(2026, 9, 25), date(2026, 10, 9)]
    assert even.value("RRULE") == "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261009T060000Z"
    # The second Saturday is held like a Friday, of the sixth week, in which it lies.
    assert days(made_up) == [date(2026, 10, 10)]
    # Unless it is said to be one of another week.
    as_odd = replace(TERM, made_up=(MadeUp(date(2026, 10, 10), 4, week=0),))
    assert len(made(even_weeks, Piece(0, 1, at(4, 2)), term=as_odd).all("VEVENT")) == 1
    odd_weeks = school(replace(PHYSICS, duration=1, weeks=(0,)), cycle=2)
    odd, made_up = made(odd_weeks, Piece(0, 1, at(4, 2)), term=as_odd).all("VEVENT")
    assert days(odd) == [date(2026, 9, 4), date(2026, 9, 18), date(2026, 10, 16)]
    assert days(made_up) == [date(2026, 10, 10)]


def test_only_what_somebody_attends_and_is_placed() -> None:
    problem = school(PHYSICS, Event("x", 1, (Need("teacher", 3),)))
    pieces = (Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 0)))
    assert len(made(problem, *pieces, resource=0).all("VEVENT")) == 1
    assert [event.text("SUMMARY") for event in made(problem, *pieces, resource=3).all("VEVENT")] == ["x"]
    lab = made(problem, *pieces, resource=2).all("VEVENT")
    assert [event.text("DESCRIPTION") for event in lab] == ["王老师, 高一（1）班"]


def test_the_uid_stays_when_a_lesson_moves_and_is_one_in_all_calendars() -> None:
    problem = school(PHYSICS)

    def uids(day: int, resource: int) -> list[str]:
        calendar = made(problem, Piece(0, 3, at(day, 0)), resource=resource)
        return [event.value("UID") for event in calendar.all("VEVENT")]

    assert uids(0, 0) == uids(1, 1)
    several = made(problem, Piece(0, 1, at(0, 0)), Piece(0, 1, at(1, 0)), Piece(0, 1, at(2, 0)))
    assert len({event.value("UID") for event in several.all("VEVENT")}) == 3


def test_a_piece_over_the_night_is_an_event_on_each_day() -> None:
    problem = replace(school(PHYSICS), spans_days=True)
    evening, morning = made(problem, Piece(0, 2, at(0, 2)), term=replace(TERM, made_up=())).all("VEVENT")
    assert held(evening)[0] == (datetime(2026, 9, 7, 14), datetime(2026, 9, 7, 14, 40))
    assert held(morning)[0] == (datetime(2026, 9, 1, 8), datetime(2026, 9, 1, 8, 40))
    assert evening.value("UID") != morning.value("UID")


@pytest.mark.parametrize(
    ("problem", "resource", "term", "stamp", "code"),
    [
        (school(PHYSICS), 4, TERM, NOW, "resource"),
        (school(PHYSICS), 0, TERM, NOW.replace(tzinfo=None), "stamp"),
        (school(PHYSICS), 0, replace(TERM, ends_on=date(2026, 8, 31)), NOW, "term"),
        (school(PHYSICS), 0, replace(TERM, ends_on=date(2028, 8, 31)), NOW, "term"),
        (school(PHYSICS), 0, replace(TERM, made_up=(MadeUp(date(2026, 8, 1), 0),)), NOW, "made-up"),
        (school(PHYSICS), 0, replace(TERM, made_up=(MadeUp(date(2026, 9, 5), 7),)), NOW, "made-up"),
        (school(PHYSICS), 0, replace(TERM, made_up=(MadeUp(date(2026, 9, 5), 0, week=1),)), NOW, "made-up"),
        (school(PHYSICS), 0, replace(TERM, made_up=(MadeUp(date(2026, 9, 5), 0),) * 2), NOW, "made-up"),
        (replace(school(PHYSICS), times=(Time("1", 0),)), 0, TERM, NOW, "no-clock"),
        (replace(school(PHYSICS), times=(Time("1", 0, begins_min=500, ends_min=500),)), 0, TERM, NOW, "no-clock"),
        (replace(school(PHYSICS), times=(Time("1", 0), Time("2", 7))), 0, TERM, NOW, "days"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused(
    problem: Problem, resource: int, term: Term, stamp: datetime, code: str
) -> None:
    timetable = Timetable.of(problem, [Piece(0, 1, 0)])
    with pytest.raises(UnfitForCalendar) as caught:
        calendar_of(problem, timetable, resource, term, stamped_at=stamp)
    assert caught.value.code == code
    assert caught.value.message("en") != caught.value.message("zh")


anything = st.text(st.sampled_from('aé中😀 \t\n\r\x00\x07;,\\:"x'), max_size=200)


@given(anything)
def test_any_text_comes_back_through_lines_of_75_octets(text: str) -> None:
    (line,) = unfolded(folded(f"SUMMARY:{escaped(text)}") + "\r\n")
    said = text.replace("\r\n", "\n").replace("\r", "\n")
    assert unescaped(line.removeprefix("SUMMARY:")) == said.replace("\x00", "").replace("\x07", "")


@pytest.mark.parametrize("length", [66, 67, 68, 140, 141, 142])
def test_lines_are_as_long_as_they_may_be(length: int) -> None:
    """Folding at 75 octets, neither before nor after; the space counts."""
    pieces = folded("SUMMARY:" + "x" * length).split("\r\n")
    assert [len(piece) for piece in pieces[:-1]] == [75] * (len(pieces) - 1)
    assert len(pieces) == 1 + max(0, -(-(length + 8 - 75) // 74))


some_days = st.dates(date(2026, 8, 24), date(2026, 10, 18))


@given(
    st.dates(date(2026, 8, 24), date(2026, 9, 20)),
    st.integers(0, 60),
    st.sets(some_days, max_size=20),
    st.dictionaries(some_days, st.tuples(st.integers(0, 4), st.none() | st.integers(0, 1)), max_size=3),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.sampled_from([(), (0,), (1,), (0, 1)])), max_size=4),
)
def test_every_lesson_on_its_days_and_none_on_others(
    begins: date,
    length: int,
    off: set[date],
    moved: dict[date, tuple[int, int | None]],
    lessons: list[tuple[int, int, tuple[int, ...]]],
) -> None:
    """Held against a walk through the days of the term."""
    ends = begins + timedelta(days=length)
    made_up = tuple(MadeUp(on, day, week) for on, (day, week) in moved.items() if begins <= on <= ends)
    term = Term(begins, ends, frozenset(off), made_up)
    events = tuple(
        Event(f"e{number}", 1, (Need("teacher", 0),), weeks=lesson[2]) for number, lesson in enumerate(lessons)
    )
    problem = school(*events, cycle=2)
    pieces = [Piece(number, 1, at(day, hour)) for number, (day, hour, _) in enumerate(lessons)]
    calendar = made(problem, *pieces, term=term)
    found = sorted((event.text("SUMMARY"), begin) for event in calendar.all("VEVENT") for begin, _ in held(event))
    expected = []
    first_monday = begins - timedelta(days=begins.weekday())
    for passed in range(length + 1):
        today = begins + timedelta(days=passed)
        day, week = today.weekday(), (today - first_monday).days // 7 % 2
        if any(one.on == today for one in made_up):
            day, other = moved[today]
            week = week if other is None else other
        elif today in off:
            continue
        for number, (when, hour, weeks) in enumerate(lessons):
            if when == day and (not weeks or week in weeks):
                begin = datetime.combine(today, datetime.min.time()) + timedelta(minutes=HOURS[hour][0])
                expected.append((f"e{number}", begin))
    assert found == sorted(expected)
    uids = [event.value("UID") for event in calendar.all("VEVENT")]
    assert len(set(uids)) == len(uids)


def test_a_day_on_which_it_is_not_held_is_taken_out_and_what_is_held_instead_stands_by_itself() -> None:
    problem = school(PHYSICS)
    timetable = Timetable.of(problem, [Piece(0, 2, at(3, 0)), Piece(0, 1, at(4, 1))])
    # A Thursday, and the Saturday on which Thursday's lessons are made up.
    away = {0: frozenset({date(2026, 9, 10), date(2026, 9, 26)})}
    single = Single("7", date(2026, 9, 11), 840, 880, "物理（调来）", "南楼, 101", "王老师")
    text = joined([Part(problem, timetable, 0, TERM, away)], name="王老师", stamped_at=NOW, singles=[single])
    found = parsed(text).all("VEVENT")
    thursdays = [day for one in found for day in days(one) if day.weekday() == 3]
    assert date(2026, 9, 10) not in thursdays
    assert date(2026, 9, 17) in thursdays
    assert date(2026, 9, 26) not in [day for one in found for day in days(one)]
    (once,) = [one for one in found if one.text("SUMMARY") == "物理（调来）"]
    assert held(once) == [(datetime(2026, 9, 11, 14), datetime(2026, 9, 11, 14, 40))]
    assert (once.text("LOCATION"), once.text("DESCRIPTION")) == ("南楼, 101", "王老师")
    assert len({one.value("UID") for one in found}) == len(found)


def test_all_days_may_be_taken_out() -> None:
    problem = school(PHYSICS)
    away = {0: frozenset(TERM.begins_on + timedelta(days=past) for past in range(60))}
    part = Part(problem, Timetable.of(problem, [Piece(0, 3, at(3, 0))]), 0, TERM, away)
    assert parsed(joined([part], name="王", stamped_at=NOW)).all("VEVENT") == []


def test_timetables_follow_one_another_and_weeks_are_counted_through() -> None:
    odd = replace(PHYSICS, weeks=(0,))
    first = school(odd, cycle=2)
    second = replace(first, id="second")
    plan = Timetable.of(first, [Piece(0, 3, at(3, 0))])
    until, since = date(2026, 9, 13), date(2026, 9, 14)
    whole = Term(date(2026, 9, 1), date(2026, 10, 16))
    parts = [
        Part(first, plan, 0, replace(whole, ends_on=until)),
        Part(second, plan, 0, replace(whole, begins_on=since, weeks_from=whole.begins_on)),
    ]
    found = parsed(joined(parts, name="王", stamped_at=NOW)).all("VEVENT")
    regular = parsed(calendar_of(first, plan, 0, whole, stamped_at=NOW)).all("VEVENT")
    assert sorted(day for one in found for day in days(one)) == sorted(day for one in regular for day in days(one))
    assert len({one.value("UID") for one in found}) == 2


def test_a_calendar_of_nothing_still_wants_a_time_zone() -> None:
    with pytest.raises(UnfitForCalendar):
        joined([], name="王", stamped_at=NOW.replace(tzinfo=None))
    assert parsed(joined([], name="王", stamped_at=NOW)).all("VEVENT") == []
