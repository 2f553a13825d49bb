"""What operations on reports do around their change: hold the row, check the version, note the event, set the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.foundation.workdays import Calendar
from yaodian.organisations.models import Account
from yaodian.plans.models import REPORT_TRANSITIONS, MonthlyReport, ReportEvent, ReportState
from yaodian.plans.operations.errors import StaleVersion, WrongState
from yaodian.plans.queries.reports import ladder_of, rung_day


def lock_report(public_id: str) -> MonthlyReport:
    """A report, held until the transaction ends. Raises ``MonthlyReport.DoesNotExist``."""
    rows = MonthlyReport.objects.select_for_update(of=("self",)).select_related("plan", "unit", "submitted_by")
    return rows.defer("plan__text", "plan__header_read").get(public_id=public_id)


def require_version(report: MonthlyReport, expected: int | None) -> None:
    """Raises ``StaleVersion`` where the report has gone on since the form was opened."""
    if expected is None or expected == report.version:
        return
    raise StaleVersion(
        _("这份月报在您打开之后有了变化，现在是“%(state)s”。请刷新页面后再操作。")
        % {"state": report.get_state_display()},
        kind="report",
        item_id=report.pk,
        current={"state": report.state},
        current_version=report.version,
        changed_by_name=report.submitted_by.name if report.submitted_by else str(_("系统")),
        changed_at=report.submitted_at,
    )


def move(report: MonthlyReport, to: str) -> None:
    """Sets the state, if the table of transitions allows the step. Raises ``WrongState``."""
    if to not in REPORT_TRANSITIONS[report.state]:
        raise WrongState(
            _("这份月报现在是“%(state)s”，不能变为“%(to)s”。请刷新页面查看最新状态。")
            % {"state": report.get_state_display(), "to": ReportState(to).label},
            state=report.state,
        )
    report.state = to


def start_clock(report: MonthlyReport, calendar: Calendar) -> None:
    """Puts the report on the first rung of the ladder of its state."""
    ladder = ladder_of(report.state)
    day = report.decide_by if report.state == ReportState.SUBMITTED else report.due_on
    report.rung = 0
    report.next_act_on = rung_day(calendar, day, ladder[0].after_days) if ladder and day else None


def note(report: MonthlyReport, *, action: str, by: Account | None, now: datetime, reason: str = "") -> None:
    """Counts the version up, saves the whole row, and appends the event."""
    report.version += 1
    report.save()
    last = ReportEvent.objects.filter(report=report).order_by("-number").values_list("number", flat=True).first()
    ReportEvent.objects.create(report=report, number=(last or 0) + 1, action=action, by=by, at=now, reason=reason)


def journal(report: MonthlyReport, *, actor: Account | None, now: datetime, verb: str, **detail: Any) -> None:
    """The entry of one operation: ``plans.report.<verb>``."""
    audit.record(
        actor=actor,
        code=f"plans.report.{verb}",
        subject=f"report:{report.public_id}",
        detail={"plan": report.plan.public_id, "unit": report.unit_id, "month": f"{report.month:%Y-%m}", **detail},
        at=now,
    )
