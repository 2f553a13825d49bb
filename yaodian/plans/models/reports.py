"""Rows of the monthly reports (一月一报): who reports on which plan and month, what it says, and who approved it.

What a unit writes is a :class:`Statement`, once for a unit, a month and a commitment; every report that asks for the
same shows it. What a report said when it was handed in is frozen in its :class:`ReportLine` rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import StoredFile
from yaodian.plans.models.commitments import Commitment, Light
from yaodian.plans.models.plan import Plan, new_public_id


class ReportState(models.TextChoices):
    """How far a report has come; late is computed from its day."""

    DRAFT = "draft", _("待报送")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    APPROVED = "approved", _("已通过")


REPORT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ReportState.DRAFT: frozenset({ReportState.SUBMITTED}),
    ReportState.SUBMITTED: frozenset({ReportState.RETURNED, ReportState.APPROVED}),
    ReportState.RETURNED: frozenset({ReportState.SUBMITTED}),
    ReportState.APPROVED: frozenset(),
}

MOST_WORKING_DAYS = 20


class Forecast(models.TextChoices):
    """Whether the unit expects the commitment to be kept by its day, or has kept it, which it must show by a file."""

    YES = "yes", _("能按期完成")
    NO = "no", _("不能按期完成")
    DONE = "done", _("已完成")


class ReportRule(models.Model):
    """On which working day of the next month the reports of an office's plans are due."""

    unit = models.OneToOneField("organisations.Unit", models.PROTECT, related_name="+")
    working_day = models.PositiveSmallIntegerField(_("次月第几个工作日"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("月报期限")
        verbose_name_plural = _("月报期限")
        constraints = [
            models.CheckConstraint(
                name="plans_reportrule_day_holds",
                condition=Q(working_day__gte=1, working_day__lte=MOST_WORKING_DAYS),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.working_day}"


class MonthlyReport(models.Model):
    """What a unit reports on a plan for a month, of which ``month`` is the first day.

    ``due_on`` is the day of the clock that runs: of handing in, after a return anew, and ``decide_by`` that of the office.
    ``first_due_on`` stays, and whoever handed in after it was late. ``rung`` counts the rungs of the ladder that are over.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reports")
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    working_day = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("报送期限"))
    first_due_on = models.DateField(_("原定期限"))
    decide_by = models.DateField(_("审核期限"), null=True)
    rung = models.PositiveSmallIntegerField(default=0)
    next_act_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    first_submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("月报")
        verbose_name_plural = _("月报")
        ordering = ("-month", "unit__code", "pk")
        indexes = [
            models.Index(fields=["unit", "state"], name="plans_report_of_unit"),
            models.Index(fields=["next_act_on"], name="plans_report_to_act", condition=Q(next_act_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["plan", "month", "unit"], name="plans_report_once"),
            models.CheckConstraint(name="plans_report_month_begins", condition=Q(month__day=1)),
            models.CheckConstraint(name="plans_report_state_known", condition=Q(state__in=ReportState.values)),
            models.CheckConstraint(
                name="plans_report_submitted_by_somebody",
                condition=Q(state=ReportState.DRAFT, submitted_at__isnull=True)
                | ~Q(state=ReportState.DRAFT)
                & Q(submitted_by__isnull=False, submitted_at__isnull=False, first_submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plans_report_decided_by_another",
                condition=Q(
                    state__in=(ReportState.DRAFT, ReportState.SUBMITTED),
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    state__in=(ReportState.RETURNED, ReportState.APPROVED),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="plans_report_returned_says_why",
                condition=Q(state=ReportState.RETURNED) & ~Q(return_reason="")
                | ~Q(state=ReportState.RETURNED) & Q(return_reason=""),
            ),
            models.CheckConstraint(
                name="plans_report_office_has_a_day",
                condition=Q(state=ReportState.SUBMITTED, decide_by__isnull=False)
                | ~Q(state=ReportState.SUBMITTED) & Q(decide_by__isnull=True),
            ),
            models.CheckConstraint(
                name="plans_report_approved_is_silent",
                condition=~Q(state=ReportState.APPROVED) | Q(next_act_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id}/{self.plan_id} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether the unit may write."""
        return self.state in (ReportState.DRAFT, ReportState.RETURNED)


class Statement(models.Model):
    """What a unit says of a commitment for a month, once for every report that asks for it.

    ``reached`` names the milestones that it says were reached, each by day and label: ``[["2026-06-30", "半年"]]``.
    """

    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    month = models.DateField()
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="statements")
    sentence = models.CharField(_("进展"), max_length=200, blank=True)
    forecast = models.CharField(_("预计"), max_length=4, choices=Forecast, blank=True)
    forecast_reason = models.CharField(_("原因"), max_length=200, blank=True)
    reached: models.JSONField[Any, Any] = models.JSONField(_("已达到的节点"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("进展")
        verbose_name_plural = _("进展")
        ordering = ("-month", "pk")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "unit", "month"], name="plans_statement_once"),
            models.CheckConstraint(
                name="plans_statement_forecast_known", condition=Q(forecast="") | Q(forecast__in=Forecast.values)
            ),
            models.CheckConstraint(
                name="plans_statement_no_says_why",
                condition=Q(forecast=Forecast.NO) & ~Q(forecast_reason="")
                | ~Q(forecast=Forecast.NO) & Q(forecast_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class StatementFile(models.Model):
    """A photograph or document that shows what a statement says."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", related_query_name="statement_file_of")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("证明材料")
        verbose_name_plural = _("证明材料")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.file_id}"


class ReportLine(models.Model):
    """A line as it was handed in: what the unit said, and what was computed on that day."""

    report = models.ForeignKey(MonthlyReport, models.PROTECT, related_name="lines")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="report_lines")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="lines")
    sentence = models.CharField(max_length=200, blank=True)
    forecast = models.CharField(max_length=4, choices=Forecast, blank=True)
    forecast_reason = models.CharField(max_length=200, blank=True)
    reached: models.JSONField[Any, Any] = models.JSONField(default=list)
    light = models.CharField(max_length=6, choices=Light)
    light_reason = models.TextField(blank=True)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    frozen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("月报条目")
        verbose_name_plural = _("月报条目")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["report", "commitment"], name="plans_reportline_once"),
            models.CheckConstraint(name="plans_reportline_light_known", condition=Q(light__in=Light.values)),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.commitment_id}"


class ReportAction(models.TextChoices):
    """What has happened to a report."""

    OPEN = "open", _("开始填报")
    SUBMIT = "submit", _("报送")
    RETURN = "return", _("退回")
    APPROVE = "approve", _("审核通过")


class ReportEvent(models.Model):
    """Something that happened to a report, numbered within it; never changed."""

    report = models.ForeignKey(MonthlyReport, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=ReportAction)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ("report", "number")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="plans_reportevent_numbered_once"),
            models.CheckConstraint(name="plans_reportevent_known", condition=Q(action__in=ReportAction.values)),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} #{self.number} {self.action}"


class ReportClock(models.TextChoices):
    """Whose time runs: the unit's until it has handed in, the office's until it has decided."""

    HAND_IN = "hand_in", _("报送")
    DECIDE = "decide", _("审核")


class ReportStep(models.TextChoices):
    """Who is told on a rung."""

    UNIT = "unit", _("填报单位")
    HEAD = "head", _("填报单位负责人")
    OFFICE = "office", _("督办科室")
    LEADER = "leader", _("分管领导")


class ReportNotice(models.Model):
    """Somebody was told of a report: for each clock, day and rung once, whatever crashes and however many workers."""

    report = models.ForeignKey(MonthlyReport, models.PROTECT, related_name="notices")
    clock = models.CharField(max_length=10, choices=ReportClock)
    due_on = models.DateField()
    rung = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=10, choices=ReportStep)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("催报")
        verbose_name_plural = _("催报")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["report", "clock", "due_on", "rung"], name="plans_reportnotice_once"),
            models.CheckConstraint(
                name="plans_reportnotice_known",
                condition=Q(clock__in=ReportClock.values, step__in=ReportStep.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.clock} {self.due_on} rung {self.rung}"
