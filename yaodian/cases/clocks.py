"""By when: the days of a case's clocks and of the rungs of its ladder. No rows, no clock of the machine.

A clock's first day never counts. A clock in days of the calendar that would end on a holiday ends on the next working
day (民法典 第二百零三条). The business clock is not set anew by assignment, hand-back or escalation; a reopened case gets its
days anew, since it was done and is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yaodian.cases.declaring import CaseKind, Clock, Rung
from yaodian.foundation.workdays import Calendar


@dataclass(frozen=True)
class Course:
    """A clock as it is set going: from when, until when, and when somebody is to be told next."""

    code: str
    started_on: date
    due_on: date
    days: int
    is_working_days: bool
    rung: int
    next_act_on: date | None


def due_after(calendar: Calendar, start: date, days: int, *, is_working_days: bool) -> date:
    """The day on which so many days are over."""
    if is_working_days:
        return calendar.add_working_days(start, days)
    return calendar.next_working_day(start + timedelta(days=days))


def working_days_before(calendar: Calendar, day: date, count: int) -> date:
    """The working day that lies `count` working days before a day."""
    while count > 0:
        day -= timedelta(days=1)
        count -= calendar.is_working(day)
    return day


def rung_day(calendar: Calendar, rung: Rung, due_on: date) -> date:
    """The day on which a rung of the ladder is reached."""
    if not rung.is_working_days:
        return due_on + timedelta(days=rung.after_days)
    if rung.after_days < 0:
        return working_days_before(calendar, due_on, -rung.after_days)
    return calendar.add_working_days(due_on, rung.after_days)


def rung_days(calendar: Calendar, ladder: Sequence[Rung], due_on: date) -> tuple[date, ...]:
    """The day of each rung."""
    return tuple(rung_day(calendar, one, due_on) for one in ladder)


def first_rung(calendar: Calendar, ladder: Sequence[Rung], due_on: date, today: date) -> tuple[int, date | None]:
    """The first rung that is not over on a day, by place, and its day: nobody is reminded of what was over before it
    began. The number of rungs and no day where all are."""
    for place, day in enumerate(rung_days(calendar, ladder, due_on)):
        if day >= today:
            return place, day
    return len(ladder), None


def set_going(
    kind: CaseKind, clock: Clock, grade: str, *, on: date, calendar: Calendar, until: date | None = None
) -> Course:
    """A clock that begins on a day, and ends after its days or, where somebody knows the day, on `until`; that is never
    earlier than the day after it began."""
    if until is not None:
        until = max(until, on + timedelta(days=1))
        rung, next_act_on = first_rung(calendar, kind.ladder, until, on)
        return Course(clock.code, on, until, (until - on).days, False, rung, next_act_on)
    days = clock.days_for(grade)
    due_on = due_after(calendar, on, days, is_working_days=clock.is_working_days)
    rung, next_act_on = first_rung(calendar, kind.ladder, due_on, on)
    return Course(clock.code, on, due_on, days, clock.is_working_days, rung, next_act_on)
