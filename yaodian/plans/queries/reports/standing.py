"""Who may do what with a report, when it is late, and on which days somebody is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.workdays import Calendar
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Visitor, may, rights_of, scope_of
from yaodian.plans.models import (
    MonthlyReport,
    Plan,
    PlanState,
    ReportAction,
    ReportEvent,
    ReportState,
    ReportStep,
    Statement,
)
from yaodian.plans.queries.binding import units_of_plans
from yaodian.plans.queries.commitments.pages import ANSWER

APPROVE, CORRECT = "plans.approve_reports", "plans.correct"


@dataclass(frozen=True, slots=True)
class ReportRung:
    """So many working days before (negative) or after the day, ``step`` is told in these words."""

    after_days: int
    step: ReportStep
    words: Promise


HAND_IN_LADDER = (
    ReportRung(-3, ReportStep.UNIT, gettext_lazy("还有 3 个工作日到报送期限，请抓紧填报。")),
    ReportRung(0, ReportStep.UNIT, gettext_lazy("今天是报送的最后一天，请今天报送。")),
    ReportRung(1, ReportStep.HEAD, gettext_lazy("已逾期未报，请单位负责人督促。")),
    ReportRung(5, ReportStep.OFFICE, gettext_lazy("逾期 5 个工作日仍未报送，请督办科室过问。")),
    ReportRung(10, ReportStep.LEADER, gettext_lazy("逾期 10 个工作日仍未报送，请分管领导批示。")),
)
DECIDE_LADDER = (
    ReportRung(0, ReportStep.OFFICE, gettext_lazy("今天是审核的最后一天，请审核通过或退回。")),
    ReportRung(3, ReportStep.LEADER, gettext_lazy("超过审核期限 3 个工作日，请分管领导督促。")),
)


def ladder_of(state: str) -> tuple[ReportRung, ...]:
    """The ladder of the clock that runs in a state; none once the report is approved."""
    if state == ReportState.APPROVED:
        return ()
    return DECIDE_LADDER if state == ReportState.SUBMITTED else HAND_IN_LADDER


def rung_day(calendar: Calendar, due_on: date, after_days: int) -> date:
    """The day of a rung: so many working days after the day, or the last day that leaves so many before it."""
    if after_days >= 0:
        return calendar.add_working_days(due_on, after_days)
    day = due_on
    while calendar.working_days_between(day, due_on) < -after_days:
        day = date.fromordinal(day.toordinal() - 1)
    return day


def days_late(report: MonthlyReport, today: date) -> int:
    """Days after the first day, of handing in for the first time, or of today where nothing was handed in."""
    last = timezone.localdate(report.first_submitted_at) if report.first_submitted_at else today
    return max(0, (last - report.first_due_on).days)


def visible_reports(account: Visitor) -> QuerySet[MonthlyReport]:
    """The reports that an account may know of: of units for which it answers, and of plans whose issuer it reaches with
    the right to approve or to correct. Units above see what was handed in below them. Five queries of its own at most."""
    wanted = Q(pk__in=())
    answers = scope_of(account=account, permission=ANSWER)
    if not answers.is_empty:
        wanted |= Q(unit__in=answers.unit_ids())
    scopes = [scope_of(account=account, permission=name) for name in (APPROVE, CORRECT)]
    if not all(scope.is_empty for scope in scopes):
        homes = units_of_plans(list(Plan.objects.filter(reports__isnull=False).distinct().only("pk", "issuer")))
        units = Unit.objects.filter(pk__in={home.pk for home in homes.values()})
        reached = {pk for scope in scopes for pk in scope.rows(units, unit="pk").values_list("pk", flat=True)}
        wanted |= Q(plan__in=[pk for pk, home in homes.items() if home.pk in reached])
    return MonthlyReport.objects.filter(wanted)


def is_own_unit(account: Account, unit_id: int) -> bool:
    """Whether the account holds a right in this very unit. No query where its rights are at hand."""
    return any(right.unit_id == unit_id for right in rights_of(account=account))


@dataclass(frozen=True, slots=True)
class Possible:
    """Something that may be done with a report, or the sentence why not. ``is_theirs``: the sentence is about the
    person and not about the report."""

    action: str
    label: str
    why_not: str
    is_theirs: bool = False

    @property
    def is_allowed(self) -> bool:
        return not self.why_not


def unproved_words(lines: Sequence[str]) -> str:
    """The sentence about lines that say something is done or reached and show nothing."""
    shown = "；".join(one[:24] for one in lines[:3])
    return _("有 %(count)s 项说已完成或节点已达到，却没有证明材料：%(lines)s%(more)s。请附上照片或文件后报送。") % {
        "count": len(lines),
        "lines": shown,
        "more": _("等") if len(lines) > 3 else "",
    }


def nothing_asked_words() -> str:
    """The sentence about a report that has no lines."""
    return _("这份要点现在没有向本单位要求什么，不必报送。如有疑问，请联系编制要点的科室。")


def why_not_submit(
    *, report: MonthlyReport, account: Visitor, has_lines: bool, missing: Sequence[str], unproved: Sequence[str] = ()
) -> Possible:
    """Whether somebody may hand a report in. ``has_lines``: something is asked; ``missing`` are the lines without what is
    asked, ``unproved`` those without proof of what they say. One query."""
    label = str(_("报送"))
    if not may(account=account, permission=ANSWER, unit_id=report.unit_id):
        return Possible("submit", label, _("只有填报单位的人员才能报送。"), is_theirs=True)
    if not report.is_open:
        return Possible(
            "submit", label, _("这份月报是“%(state)s”，不能再报送。") % {"state": report.get_state_display()}
        )
    if not has_lines:
        return Possible("submit", label, nothing_asked_words())
    if missing:
        shown = "；".join(one[:24] for one in missing[:3])
        return Possible(
            "submit",
            label,
            _("还有 %(count)s 项没有填写进展和预计：%(lines)s%(more)s。请逐项补齐后报送。")
            % {"count": len(missing), "lines": shown, "more": _("等") if len(missing) > 3 else ""},
        )
    if unproved:
        return Possible("submit", label, unproved_words(unproved))
    return Possible("submit", label, "")


def withdrawn_words(report: MonthlyReport) -> str:
    """The sentence about a report that waits while its plan is withdrawn."""
    return _("《%(plan)s》已撤回或正在修改，这份月报现在不必审核。要点重新发布后可以继续。") % {
        "plan": report.plan.title
    }


def why_not_decide(*, report: MonthlyReport, account: Visitor, home: Unit | None, has_written: bool) -> Possible:
    """Whether somebody may approve or return a report. One query."""
    label = str(_("审核通过"))
    if not may(account=account, permission=APPROVE, unit_id=home.pk if home else None):
        return Possible("approve", label, _("只有要点制定单位负责审核月报的人员才能审核。"), is_theirs=True)
    assert isinstance(account, Account)
    if is_own_unit(account, report.unit_id):
        return Possible("approve", label, _("这是您所在单位的月报，请由其他单位的审核人审核。"), is_theirs=True)
    if has_written:
        return Possible("approve", label, _("您填写或报送过这份月报，请由另一位审核人审核。"), is_theirs=True)
    if report.state == ReportState.SUBMITTED and report.plan.state != PlanState.PUBLISHED:
        return Possible("approve", label, withdrawn_words(report))
    if report.state != ReportState.SUBMITTED:
        return Possible(
            "approve",
            label,
            _("这份月报是“%(state)s”，报送之后才能审核。") % {"state": report.get_state_display()}
            if report.is_open
            else _("这份月报已经审核通过。"),
        )
    return Possible("approve", label, "")


def had_a_hand_in(account_id: int) -> Q:
    """Which reports an account has had a hand in, and so does not decide, over rows of reports: it has handed one in, now or
    before it was returned, or a statement of the unit for the month, or a file of it, is from it."""
    said = Statement.objects.filter(unit=OuterRef("unit"), month=OuterRef("month"))
    wrote = said.filter(Q(written_by=account_id) | Q(files__added_by=account_id))
    sent = ReportEvent.objects.filter(report=OuterRef("pk"), action=ReportAction.SUBMIT, by=account_id)
    return Q(submitted_by=account_id) | Exists(wrote) | Exists(sent)


def has_written(report: MonthlyReport, account: Visitor) -> bool:
    """Whether the account has had a hand in a report. One query."""
    if not isinstance(account, Account):
        return False
    return MonthlyReport.objects.filter(had_a_hand_in(account.pk), pk=report.pk).exists()
