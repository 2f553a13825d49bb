"""Reports are opened when a month is over, for every unit of which a plan asks something."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from yaodian.audit import operations as audit
from yaodian.foundation.workdays import Calendar, calendar_as_of
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import exists_on
from yaodian.plans.models import (
    Commitment,
    CommitmentState,
    Duty,
    DutyState,
    MonthlyReport,
    Plan,
    PlanState,
    ReportAction,
    ReportEvent,
    ReportState,
)
from yaodian.plans.operations.changing import lock_plan
from yaodian.plans.operations.reports.changing import journal, start_clock
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.reports import asked_in, working_day_of


def month_before(day: date) -> date:
    """The first day of the month before that of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def last_day(month: date) -> date:
    """The last day of a month given by its first."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def open_reports(*, now: datetime, month: date | None = None) -> int:
    """Opens the reports for a month, by default the one before, in which they are missing. Returns how many.

    A transaction for each plan that asks something of that year, of years before too where a day lies in it or after it,
    and that was published before the month was over. The unit that issued the plan is not asked: nobody stands above it
    who could approve. Run again, it finds nothing.
    """
    today = timezone.localdate(now)
    asked = (month or month_before(today)).replace(day=1)
    running = Commitment.objects.filter(
        asked_in(asked), state=CommitmentState.ACCEPTED, plan__state=PlanState.PUBLISHED
    )
    ids = list(Plan.objects.filter(pk__in=running.values("plan_id")).order_by("pk").values_list("pk", flat=True))
    calendar = calendar_as_of(today)
    return sum(_open(pk, asked, calendar, today, now) for pk in ids)


@transaction.atomic
def _open(plan_id: int, month: date, calendar: Calendar, today: date, now: datetime) -> int:
    plan = lock_plan(plan_id=plan_id)
    last = last_day(month)
    if plan.state != PlanState.PUBLISHED or plan.published_at is None:
        return 0
    if timezone.localdate(plan.published_at) > last:
        return 0
    home = unit_of_plan(plan)
    duties = Duty.objects.filter(
        asked_in(month, prefix="commitment__"),
        commitment__plan=plan,
        commitment__state=CommitmentState.ACCEPTED,
        unit__isnull=False,
    ).exclude(state=DutyState.RETURNED)
    there = set(MonthlyReport.objects.filter(plan=plan, month=month).values_list("unit_id", flat=True))
    units = Unit.objects.filter(exists_on(today), pk__in=duties.values("unit_id")).exclude(pk__in=there)
    if home is not None:
        units = units.exclude(pk=home.pk)
    number = working_day_of(home)
    due_on = calendar.add_working_days(last, number)
    rows = []
    for unit in units.order_by("code"):
        row = MonthlyReport(
            plan=plan,
            unit=unit,
            month=month,
            working_day=number,
            due_on=due_on,
            first_due_on=due_on,
            opened_at=now,
        )
        start_clock(row, calendar)
        rows.append(row)
    if not rows:
        return 0
    MonthlyReport.objects.bulk_create(rows)
    ReportEvent.objects.bulk_create(ReportEvent(report=row, number=1, action=ReportAction.OPEN, at=now) for row in rows)
    audit.record(
        actor=None,
        code="plans.report.open",
        subject=f"plan:{plan.public_id}",
        detail={"month": f"{month:%Y-%m}", "due_on": due_on.isoformat(), "units": [row.unit_id for row in rows]},
        at=now,
    )
    return len(rows)


def follow_report_calendar(*, now: datetime) -> int:
    """Moves the days of reports nobody has handed in yet to where the calendar of today puts them. Returns how many.

    Each is a transaction of its own; run again, it finds nothing.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    waiting = MonthlyReport.objects.filter(state=ReportState.DRAFT)
    count = 0
    for month, number in waiting.order_by().values_list("month", "working_day").distinct():
        due_on = calendar.add_working_days(last_day(month), number)
        for pk in waiting.filter(month=month, working_day=number).exclude(due_on=due_on).values_list("pk", flat=True):
            count += _move(pk, due_on, calendar, now)
    return count


@transaction.atomic
def _move(report_id: int, due_on: date, calendar: Calendar, now: datetime) -> int:
    rows = MonthlyReport.objects.select_for_update(of=("self",)).select_related("plan")
    row = rows.defer("plan__text", "plan__header_read").get(pk=report_id)
    if row.state != ReportState.DRAFT or row.due_on == due_on:
        return 0
    before = row.due_on
    row.due_on = row.first_due_on = due_on
    row.version += 1
    start_clock(row, calendar)
    row.save()
    journal(row, actor=None, now=now, verb="move", before=before.isoformat(), after=due_on.isoformat())
    return 1
