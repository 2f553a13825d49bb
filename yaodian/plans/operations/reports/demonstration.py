"""The demonstration: last months' reports on the newest plan; most approved, some late, some returned, some waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from yaodian.organisations.models import Account
from yaodian.plans.models import Commitment, CommitmentState, Forecast, MonthlyReport, Plan, PlanState, Statement
from yaodian.plans.operations.reports.deciding import approve_report, return_report
from yaodian.plans.operations.reports.opening import month_before, open_reports
from yaodian.plans.operations.reports.writing import hand_in
from yaodian.plans.queries.commitments import load
from yaodian.plans.queries.reports import ReportRow, rows_from

MONTHS = 3
# What units write, in turn.
SENTENCES = (
    "已制定实施方案并分解到各学校，正按月推进。",
    "本月完成摸底，台账已建立，下月开展现场核查。",
    "已召开推进会，第一批项目完成招标。",
    "完成过半，其余项目已落实责任人和时间表。",
    "经费已下达，施工单位已进场。",
)
WHY_NOT = "用地手续还在办理，需要自然资源部门协调。"
RETURNED = "第一项只写了开会，没有写完成多少，请补充数字和材料。"


@transaction.atomic
def load_demonstration_reports(*, now: datetime, editor: Account, publisher: Account) -> int:
    """Opens, writes and decides the reports of the last months on the newest demonstration plan. Returns how many.

    Does nothing where reports stand already, or where nobody may. The same plan gives the same reports.
    """
    plan = Plan.objects.filter(is_demonstration=True, state=PlanState.PUBLISHED).order_by("-year", "-pk").first()
    if plan is None or plan.year is None or MonthlyReport.objects.filter(plan=plan).exists():
        return 0
    # As if it had been published when its year began: what is not published yet is not reported on.
    Plan.objects.filter(pk=plan.pk).update(published_at=_at(date(plan.year, 1, 20), 9))
    months = []
    month = month_before(timezone.localdate(now))
    while len(months) < MONTHS and month.year == plan.year:
        months.insert(0, month)
        month = month_before(month)
    made = 0
    # Read once a month: all its reports are about the same commitments.
    in_force = Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED)
    for month in months:
        opened_at = _at(_next(month), 6)
        rows, as_of = load(None, in_force, today=timezone.localdate(min(opened_at, now)))
        open_reports(now=min(opened_at, now), month=month)
        reports = MonthlyReport.objects.filter(plan=plan, month=month).select_related("unit", "plan")
        for place, report in enumerate(reports.order_by("unit__code")):
            made += 1
            lines = rows_from(report=report, rows=rows, as_of=as_of)
            _bring(report, lines, place, editor, publisher, now, is_last=month == months[-1])
    return made


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _bring(
    report: MonthlyReport,
    rows: Sequence[ReportRow],
    place: int,
    editor: Account,
    publisher: Account,
    now: datetime,
    *,
    is_last: bool,
) -> None:
    """Brings a report as far as its place says: of ten of the last month two lie open, one is returned, two wait."""
    turn = place % 10
    if is_last and turn in (3, 7):
        return
    is_late = turn in (4, 8)
    day = report.due_on + timedelta(days=4) if is_late else report.due_on - timedelta(days=1 + place % 3)
    at = min(_at(day, 15), now)
    statements = []
    for number, row in enumerate(rows):
        will = (place + number) % 9 != 5
        statements.append(
            Statement(
                unit=report.unit,
                month=report.month,
                commitment=row.commitment,
                sentence=SENTENCES[(place + number + report.month.month) % len(SENTENCES)] if row.is_needed else "",
                forecast=Forecast.YES if will else Forecast.NO,
                forecast_reason="" if will else WHY_NOT,
                written_by=editor,
                written_at=at,
            )
        )
    Statement.objects.bulk_create(statements)
    said = [
        replace(
            row,
            statement=one,
            sentence=one.sentence,
            forecast=str(one.forecast),
            forecast_reason=one.forecast_reason,
        )
        for row, one in zip(rows, statements, strict=True)
    ]
    hand_in(report, said, actor=editor, now=at)
    if is_last and turn in (1, 5):
        return
    decided = min(at + timedelta(days=1), now)
    if (is_last and turn == 2) or (not is_last and turn == 6):
        return_report(actor=publisher, now=decided, public_id=report.public_id, reason=RETURNED)
        if not is_last:
            report.refresh_from_db()
            hand_in(report, said, actor=editor, now=decided)
            approve_report(actor=publisher, now=min(decided + timedelta(days=1), now), public_id=report.public_id)
        return
    approve_report(actor=publisher, now=decided, public_id=report.public_id)
