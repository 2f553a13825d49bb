"""By when: over make-up days and holidays, and what does and does not move a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from yaodian.cases import operations, queries
from yaodian.cases.clocks import due_after, first_rung, rung_days, set_going, working_days_before
from yaodian.cases.declaring import BUSINESS, Rung, Step, kind_of
from yaodian.cases.models import CaseClock, Extension
from yaodian.cases.tests import factories
from yaodian.foundation.models import CalendarChange
from yaodian.foundation.workdays import calendar_as_of, changed_days

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


# 国办发明电: New Year 2026 is free from 1 to 3 January, and Sunday the 4th is worked; Spring Festival 2026 is free from 15 to
# 23 February, and Saturdays 14 and 28 February are worked.
@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2025, 12, 31), 2, date(2026, 1, 5)),
        (date(2025, 12, 30), 3, date(2026, 1, 5)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 27), 1, date(2026, 2, 28)),
        (date(2026, 2, 27), 2, date(2026, 3, 2)),
    ],
)
def test_working_days_are_counted_over_holidays_and_make_up_days(start: date, days: int, due: date) -> None:
    assert due_after(calendar_as_of(start), start, days, is_working_days=True) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 2, 10), 7, date(2026, 2, 24)),  # The 17th is the New Year itself.
        (date(2025, 12, 25), 7, date(2026, 1, 4)),  # The 1st is free, and the 4th a Sunday that is worked.
        (date(2026, 3, 2), 7, date(2026, 3, 9)),
    ],
)
def test_days_of_the_calendar_that_end_on_a_holiday_end_on_the_next_working_day(
    start: date, days: int, due: date
) -> None:
    assert due_after(calendar_as_of(start), start, days, is_working_days=False) == due


def test_three_working_days_before_lie_before_the_holiday() -> None:
    calendar = calendar_as_of(date(2026, 2, 1))
    assert working_days_before(calendar, date(2026, 2, 25), 3) == date(2026, 2, 13)
    for due in (date(2026, 1, 5), date(2026, 2, 24), date(2026, 3, 2), date(2026, 3, 9)):
        assert calendar.add_working_days(working_days_before(calendar, due, 3), 3) == due


def test_nobody_is_reminded_of_what_was_over_before_it_began() -> None:
    calendar = calendar_as_of(date(2026, 3, 2))
    ladder = (Rung(-3, Step.HANDLER, "快到期"), Rung(0, Step.HANDLER, "到期"), Rung(2, Step.LEADER, "逾期"))
    assert rung_days(calendar, ladder, date(2026, 3, 4)) == (date(2026, 2, 28), date(2026, 3, 4), date(2026, 3, 6))
    assert first_rung(calendar, ladder, date(2026, 3, 4), date(2026, 3, 2)) == (1, date(2026, 3, 4))
    assert first_rung(calendar, ladder, date(2026, 3, 4), date(2026, 4, 1)) == (3, None)


def test_graver_is_shorter() -> None:
    kind = kind_of("safety.hazard")
    assert kind is not None
    calendar = calendar_as_of(date(2026, 3, 2))
    clock = kind.clock(BUSINESS)
    assert clock is not None
    due = [set_going(kind, clock, grade, on=date(2026, 3, 2), calendar=calendar).due_on for grade in ("major", "larger", "general")]  # fmt: skip
    assert due == [date(2026, 3, 9), date(2026, 3, 12), date(2026, 3, 17)]


def test_assignment_hand_back_and_escalation_leave_the_business_clock_alone() -> None:
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    first, second = (factories.account("handler", city[unit]) for unit in ("s0", "s1"))
    case = factories.opened(city, now=at(date(2026, 3, 2)))
    due = case.due_on
    given = {"public_id": case.public_id}
    operations.assign_case(actor=supervisor, unit=city["s0"], now=at(date(2026, 3, 4)), **given)
    operations.hand_back_case(actor=first, reason="不归我校", now=at(date(2026, 3, 5)), **given)
    operations.assign_case(actor=supervisor, unit=city["s1"], now=at(date(2026, 3, 6)), **given)
    operations.escalate_case(actor=supervisor, reason="家长多次反映", now=at(date(2026, 3, 9)), **given)
    operations.accept_case(actor=second, now=at(date(2026, 3, 10)), **given)
    case.refresh_from_db()
    clock = CaseClock.objects.get(case=case)
    assert (case.due_on, clock.due_on, clock.started_on) == (due, due, date(2026, 3, 2))


def test_a_clock_stands_still_while_somebody_checks_and_goes_on_to_the_day_it_had() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    case = factories.opened(city, kind="indicators.data_defect", doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    due, given = case.due_on, {"public_id": case.public_id}
    operations.accept_case(actor=handler, now=at(date(2026, 3, 3)), **given)
    operations.submit_case(actor=handler, now=at(date(2026, 3, 4)), **given)
    case.refresh_from_db()
    clock = CaseClock.objects.get(case=case)
    assert (case.due_on, clock.next_act_on, clock.stopped_at) == (None, None, at(date(2026, 3, 4)))
    operations.return_case(actor=supervisor, reason="数字还对不上", now=at(date(2026, 3, 5)), **given)
    case.refresh_from_db()
    clock.refresh_from_db()
    assert (case.due_on, clock.due_on, clock.stopped_at) == (due, due, None)
    assert clock.next_act_on is not None


def test_an_approved_extension_moves_the_day_and_the_old_one_stays_to_be_seen() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    old, given = case.due_on, {"public_id": case.public_id}
    assert old is not None
    operations.accept_case(actor=handler, now=at(date(2026, 3, 3)), **given)
    wanted = old + timedelta(days=20)
    operations.ask_extension(actor=handler, new_due_on=wanted, reason="招标未完成", now=at(date(2026, 3, 4)), **given)
    case.refresh_from_db()
    assert case.due_on == old, "nothing moves until somebody has agreed"
    operations.decide_extension(actor=supervisor, approves=True, now=at(date(2026, 3, 5)), **given)
    case.refresh_from_db()
    clock, row = CaseClock.objects.get(case=case), Extension.objects.get(case=case)
    assert (case.due_on, clock.due_on, clock.first_due_on) == (wanted, wanted, old)
    assert (row.old_due_on, row.decided_by, row.state) == (old, supervisor, Extension.State.APPROVED)
    page = queries.case_page(account=handler, public_id=case.public_id, today=date(2026, 3, 6))
    assert page.clocks[0].is_moved


def test_a_refused_extension_moves_nothing_and_may_be_asked_for_again() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    old, given = case.due_on, {"public_id": case.public_id}
    assert old is not None
    operations.accept_case(actor=handler, now=at(date(2026, 3, 3)), **given)
    ask = {"actor": handler, "new_due_on": old + timedelta(days=20), "reason": "招标未完成", **given}
    operations.ask_extension(now=at(date(2026, 3, 4)), **ask)
    with pytest.raises(operations.UnableToActOnCase, match="已经申请"):
        operations.ask_extension(now=at(date(2026, 3, 4)), **ask)
    with pytest.raises(operations.UnableToActOnCase, match="没有填写说明"):
        operations.decide_extension(actor=supervisor, approves=False, now=at(date(2026, 3, 5)), **given)
    operations.decide_extension(actor=supervisor, approves=False, reason="时间足够", now=at(date(2026, 3, 5)), **given)
    case.refresh_from_db()
    assert case.due_on == old
    operations.ask_extension(now=at(date(2026, 3, 6)), **ask)


def test_the_law_sets_how_far_its_own_days_may_be_extended() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    case = factories.opened(city, kind="safety.hazard", doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    operations.accept_case(actor=handler, public_id=case.public_id, now=at(date(2026, 3, 3)))
    with pytest.raises(operations.UnableToActOnCase, match="最多延长 30 天，最晚到 2026-04-16"):
        operations.ask_extension(
            actor=handler, public_id=case.public_id, new_due_on=date(2026, 4, 17), reason="缺料", now=at(date(2026, 3, 4))
        )  # fmt: skip
    with pytest.raises(operations.UnableToActOnCase, match="比它和今天都晚"):
        operations.ask_extension(
            actor=handler, public_id=case.public_id, new_due_on=date(2026, 3, 17), reason="缺料", now=at(date(2026, 3, 4))
        )  # fmt: skip


def test_the_statutory_clock_runs_on_while_somebody_checks() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    case = factories.opened(city, kind="services.ticket", doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    operations.accept_case(actor=handler, public_id=case.public_id, now=at(date(2026, 3, 3)))
    operations.submit_case(actor=handler, public_id=case.public_id, now=at(date(2026, 3, 4)))
    case.refresh_from_db()
    clocks = {row.code: row for row in CaseClock.objects.filter(case=case)}
    assert clocks["business"].stopped_at is not None
    assert clocks["statutory"].stopped_at is None
    assert case.due_on == clocks["statutory"].due_on == date(2026, 5, 6)


def test_a_change_of_the_calendar_moves_the_days_that_were_counted_over_it_and_says_so() -> None:
    city = factories.city()
    case = factories.opened(city, now=at(date(2026, 3, 2)))
    assert case.due_on == date(2026, 3, 30)
    later = factories.opened(city, now=at(date(2026, 3, 25)), title="之后的一件")
    changed_at = at(date(2026, 3, 10))
    CalendarChange.objects.create(
        day=date(2026, 3, 20), is_working=False, citation="云政办〔2026〕5号", known_from_on=date(2026, 3, 10), entered_by=factories.account(None, None),
        entered_at=changed_at,
    )  # fmt: skip
    days = changed_days(since=changed_at - timedelta(days=1), now=changed_at)
    assert operations.follow_calendar(days=days, now=changed_at) == 1
    assert operations.follow_calendar(days=days, now=changed_at) == 0
    case.refresh_from_db()
    before = later.due_on
    later.refresh_from_db()
    assert (case.due_on, later.due_on) == (date(2026, 3, 31), before)
    event = case.events.get(action="calendar")
    assert event.detail["old"] == "2026-03-30"
    assert "2026-03-31" in event.reason
    assert operations.check_tallies() == []


def test_a_reopened_case_has_its_days_anew_and_its_first_day_stays() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    case = factories.opened(city, kind="indicators.data_defect", doing_unit=city["s0"], now=at(date(2026, 3, 2)))
    first, given = case.due_on, {"public_id": case.public_id}
    operations.accept_case(actor=handler, now=at(date(2026, 3, 3)), **given)
    operations.submit_case(actor=handler, now=at(date(2026, 3, 4)), **given)
    operations.verify_case(actor=supervisor, now=at(date(2026, 3, 5)), **given)
    operations.reopen_case(actor=supervisor, reason="又错了", now=at(date(2026, 4, 20)), **given)
    case.refresh_from_db()
    clock = CaseClock.objects.get(case=case)
    assert (clock.first_due_on, clock.started_on, case.ended_at) == (first, date(2026, 4, 20), None)
    assert case.due_on == calendar_as_of(date(2026, 4, 20)).add_working_days(date(2026, 4, 20), 10)
