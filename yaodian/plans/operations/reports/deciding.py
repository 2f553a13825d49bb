"""The office approves a report or gives it back, and says by which day reports are due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require, with_rights
from yaodian.plans.models import (
    MOST_WORKING_DAYS,
    MonthlyReport,
    Plan,
    PlanState,
    ReportAction,
    ReportRule,
    ReportState,
)
from yaodian.plans.operations.changing import lock_plan
from yaodian.plans.operations.errors import NotSecondReader, UnableToDecideReport, UnableToSetReportRule, WrongState
from yaodian.plans.operations.reports.changing import journal, lock_report, move, note, require_version, start_clock
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.reports import has_written, why_not_decide, withdrawn_words, working_day_of

APPROVE = "plans.approve_reports"
# So many working days a unit has to mend what was returned.
MEND_WITHIN = 3
MOST_REASON = 300


@transaction.atomic
def approve_report(
    *, actor: Account, now: datetime, public_id: str, expected_version: int | None = None
) -> MonthlyReport:
    """Approves a report that was handed in; approving twice changes nothing.

    Raises ``MonthlyReport.DoesNotExist``, ``PermissionMissing``, ``NotSecondReader``, ``WrongState``, ``StaleVersion``.
    """
    report = _held(actor, public_id)
    if report.state == ReportState.APPROVED and report.decided_by_id == actor.pk:
        return report
    require_version(report, expected_version)
    move(report, ReportState.APPROVED)
    report.decided_by, report.decided_at, report.decide_by = actor, now, None
    report.next_act_on = None
    note(report, action=ReportAction.APPROVE, by=actor, now=now)
    journal(report, actor=actor, now=now, verb="approve")
    return report


@transaction.atomic
def return_report(
    *, actor: Account, now: datetime, public_id: str, reason: str, expected_version: int | None = None
) -> MonthlyReport:
    """Gives a report back with the reason; the unit has three working days to mend it, and its first day stays.

    Raises as :func:`approve_report`, and ``UnableToDecideReport`` (``no-reason``, ``too-long``).
    """
    report = _held(actor, public_id)
    require_version(report, expected_version)
    move(report, ReportState.RETURNED)
    words = " ".join(reason.replace("\x00", "").split())
    if not words:
        raise UnableToDecideReport(_("没有填写退回的理由。请写明哪一项、哪里要改。"), code="no-reason", field="reason")
    if len(words) > MOST_REASON:
        raise UnableToDecideReport(
            _("退回的理由写了 %(count)s 个字，最多 %(most)s 个，没有保存。请只写哪一项、哪里要改。")
            % {"count": len(words), "most": MOST_REASON},
            code="too-long",
            field="reason",
        )
    calendar = calendar_as_of(timezone.localdate(now))
    mended_by = calendar.add_working_days(timezone.localdate(now), MEND_WITHIN)
    report.decided_by, report.decided_at, report.return_reason = actor, now, words
    report.decide_by, report.due_on = None, max(report.due_on, mended_by)
    start_clock(report, calendar)
    note(report, action=ReportAction.RETURN, by=actor, now=now, reason=report.return_reason)
    journal(report, actor=actor, now=now, verb="return", reason=report.return_reason)
    return report


def _held(actor: Account, public_id: str) -> MonthlyReport:
    """The report, held, for somebody who may decide: of the office that issued the plan, and not of the unit itself; of a plan that is in
    force."""
    require(account=actor, permission=APPROVE)
    report = lock_report(public_id)
    home = unit_of_plan(report.plan)
    require(account=actor, permission=APPROVE, unit_id=home.pk if home else None)
    # With rights as they are now, whatever the session remembers.
    fresh = with_rights(Account.objects.get(pk=actor.pk))
    told = why_not_decide(report=report, account=fresh, home=home, has_written=has_written(report, actor))
    if told.is_theirs:
        raise NotSecondReader(told.why_not, code="not-second-person")
    if report.state == ReportState.SUBMITTED and report.plan.state != PlanState.PUBLISHED:
        raise WrongState(withdrawn_words(report), state=report.plan.state)
    return report


@transaction.atomic
def set_report_rule(*, actor: Account, now: datetime, public_id: str, working_day: int) -> ReportRule:
    """Says on which working day of the next month the reports on the plans of an office are due; it holds for the months
    whose reports are not opened yet.

    ``public_id`` is that of a plan of the office. Raises ``Plan.DoesNotExist``, ``PermissionMissing``,
    ``UnableToSetReportRule`` (``working-day``, ``no-unit``).
    """
    require(account=actor, permission=APPROVE)
    plan: Plan = lock_plan(public_id=public_id)
    home = unit_of_plan(plan)
    if home is None:
        raise UnableToSetReportRule(
            _("单位目录里没有发文机关，不能设定期限。请先建立单位。"), code="no-unit", field="working_day"
        )
    require(account=actor, permission=APPROVE, unit_id=home.pk)
    if not 1 <= working_day <= MOST_WORKING_DAYS:
        raise UnableToSetReportRule(
            _("报送期限要在次月第 1 至第 %(most)s 个工作日之间。") % {"most": MOST_WORKING_DAYS},
            code="working-day",
            field="working_day",
        )
    before = working_day_of(home)
    row, _made = ReportRule.objects.update_or_create(
        unit=home, defaults={"working_day": working_day, "changed_by": actor, "changed_at": now}
    )
    audit.record(
        actor=actor,
        code="plans.report.set_rule",
        subject=f"plan:{plan.public_id}",
        detail={"unit": home.pk, "before": before, "after": working_day},
        at=now,
    )
    return row
