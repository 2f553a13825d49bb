"""Rows of what a published plan binds somebody to: commitments, who answers for them, by when, and how they changed.

A commitment begins as the reader proposes it and stands once the office has accepted it. From then on its date and its
targets change only by an amendment that cites a document; the values before stay in that row. How a commitment stands
(red, amber, green) is no column: it is computed from its targets' measures, and only an override is stored, with who
and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.plans.models.plan import Clause, Origin, Plan, Target, UnitPart


class CommitmentState(models.TextChoices):
    """What the office has said of a commitment."""

    PROPOSED = "proposed", _("待确认")
    ACCEPTED = "accepted", _("已确认")
    MERGED = "merged", _("已并入")
    DROPPED = "dropped", _("不列入")


COMMITMENT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CommitmentState.PROPOSED: frozenset({CommitmentState.ACCEPTED, CommitmentState.MERGED, CommitmentState.DROPPED}),
    CommitmentState.ACCEPTED: frozenset({CommitmentState.MERGED, CommitmentState.DROPPED}),
    CommitmentState.MERGED: frozenset({CommitmentState.PROPOSED}),
    CommitmentState.DROPPED: frozenset({CommitmentState.PROPOSED}),
}


class DueKind(models.TextChoices):
    """What words the day of a commitment comes from: the kinds of the reader's rule (docs/algorithms/commitments.md)."""

    DAY = "day", _("写明日期")
    YEAR_END = "year-end", _("年内")
    HALF = "half", _("半年")
    QUARTER = "quarter", _("季度")
    TERM = "term", _("学期")
    OPENING = "opening", _("开学前")
    HOLIDAY = "holiday", _("假期、节日")
    BY_YEAR = "by-year", _("跨年度")
    DURATION = "duration", _("若干年、月")
    YEARLY = "yearly", _("每年")
    QUARTERLY = "quarterly", _("每季度")
    EACH_TERM = "each-term", _("每学期")
    MONTHLY = "monthly", _("每月")
    WEEKLY = "weekly", _("每周")
    CONTINUOUS = "continuous", _("持续推进")
    OPEN = "open", _("日期待定")
    NONE = "none", _("没有写期限")
    PERSON = "person", _("人工设定")


class Disclosure(models.TextChoices):
    """Who may know how a commitment goes: the classes of open government information."""

    PUBLIC = "public", _("主动公开")
    ON_REQUEST = "on_request", _("依申请公开")
    INTERNAL = "internal", _("不予公开")


class Light(models.TextChoices):
    """How a commitment stands. Grey: nothing says so yet."""

    RED = "red", _("红灯")
    AMBER = "amber", _("黄灯")
    GREEN = "green", _("绿灯")
    GREY = "grey", _("尚不能判断")


class Commitment(models.Model):
    """One thing promised: words of the plan, a day, targets, and units that answer for it.

    ``[span_start, span_end)`` are its words in ``plan.text`` (equal ends: added by a person, without words in the plan);
    ``text`` is what the office calls it. ``clause`` null: the opening part of the plan.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="commitments")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, related_name="commitments")
    position = models.PositiveIntegerField(help_text="Order in the plan; gaps are allowed.")
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    text = models.TextField(_("工作任务"))
    due_on = models.DateField(_("完成期限"), null=True, blank=True)
    due_words = models.CharField(_("期限原文"), max_length=60, blank=True)
    due_kind = models.CharField(_("期限类型"), max_length=12, choices=DueKind, default=DueKind.NONE)
    weight = models.DecimalField(_("权重"), max_digits=6, decimal_places=2, default=Decimal(1))
    disclosure = models.CharField(_("公开属性"), max_length=12, choices=Disclosure, default=Disclosure.INTERNAL)
    state = models.CharField(_("状态"), max_length=10, choices=CommitmentState, default=CommitmentState.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.READER)
    rule = models.CharField(max_length=80, blank=True)
    confidence = models.FloatField(default=1.0)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    dropped_reason = models.CharField(_("不列入的理由"), max_length=300, blank=True)
    targets: models.ManyToManyField[Target, CommitmentTarget] = models.ManyToManyField(
        Target, through="CommitmentTarget", related_name="commitments"
    )
    override = models.CharField(_("人工改判"), max_length=6, choices=Light, blank=True)
    override_reason = models.CharField(_("改判理由"), max_length=300, blank=True)
    override_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    override_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("工作任务")
        verbose_name_plural = _("工作任务")
        ordering = ("position", "pk")
        indexes = [
            models.Index(fields=["plan", "position"], name="plans_commitment_order"),
            models.Index(fields=["state", "due_on"], name="plans_commitment_due"),
        ]
        constraints = [
            models.CheckConstraint(name="plans_commitment_span_holds", condition=Q(span_start__lte=F("span_end"))),
            models.CheckConstraint(name="plans_commitment_said", condition=~Q(text="")),
            models.CheckConstraint(
                name="plans_commitment_known",
                condition=Q(
                    state__in=CommitmentState.values,
                    origin__in=Origin.values,
                    due_kind__in=DueKind.values,
                    disclosure__in=Disclosure.values,
                ),
            ),
            models.CheckConstraint(name="plans_commitment_weight_holds", condition=Q(weight__gte=0, weight__lte=1000)),
            models.CheckConstraint(
                name="plans_commitment_confidence_holds", condition=Q(confidence__gte=0, confidence__lte=1)
            ),
            models.CheckConstraint(
                name="plans_commitment_dropped_says_why",
                condition=Q(state=CommitmentState.DROPPED) & ~Q(dropped_reason="")
                | ~Q(state=CommitmentState.DROPPED) & Q(dropped_reason=""),
            ),
            models.CheckConstraint(
                name="plans_commitment_merged_somewhere",
                condition=Q(state=CommitmentState.MERGED, merged_into__isnull=False)
                | ~Q(state=CommitmentState.MERGED) & Q(merged_into__isnull=True),
            ),
            models.CheckConstraint(
                name="plans_commitment_not_its_own_parent",
                condition=(Q(parent__isnull=True) | ~Q(parent=F("pk")))
                & (Q(merged_into__isnull=True) | ~Q(merged_into=F("pk"))),
            ),
            models.CheckConstraint(
                name="plans_commitment_override_signed",
                condition=Q(override="", override_reason="", override_by__isnull=True, override_at__isnull=True)
                | Q(override__in=Light.values, override_by__isnull=False, override_at__isnull=False)
                & ~Q(override_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def ref(self) -> str:
        """The element's id on a page; with the slice before it, the subject of a case."""
        return f"commitment-{self.pk}"

    @property
    def is_live(self) -> bool:
        """Neither dropped nor merged into another."""
        return self.state in (CommitmentState.PROPOSED, CommitmentState.ACCEPTED)


class CommitmentTarget(models.Model):
    """A target of the plan that a commitment is held to. ``value`` and ``value_max`` are what an amendment made of it;
    both null: as the plan says."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="target_rows")
    target = models.ForeignKey(Target, models.CASCADE, related_name="commitment_rows")
    value = models.FloatField(null=True)
    value_max = models.FloatField(null=True)

    class Meta:
        verbose_name = _("任务的目标")
        verbose_name_plural = _("任务的目标")
        ordering = ("target__span_start", "pk")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "target"], name="plans_commitmenttarget_once"),
            models.CheckConstraint(
                name="plans_commitmenttarget_amended_whole",
                condition=Q(value__isnull=False) | Q(value_max__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id}: {self.target_id}"


class DutyState(models.TextChoices):
    """What a unit has said to its duty."""

    WAITING = "waiting", _("待签收")
    ACCEPTED = "accepted", _("已签收")
    RETURNED = "returned", _("已退回")


class Duty(models.Model):
    """What one unit does for a commitment, and whether it has signed for it.

    ``name`` is what the plan prints; ``unit`` is whom that means, null while nobody knows or where the name is of nobody
    in the register. ``words`` say what the unit itself has to do, where that is not the whole.
    """

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="duties")
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("单位"), max_length=120)
    part = models.CharField(_("分工"), max_length=12, choices=UnitPart)
    words = models.CharField(_("具体任务"), max_length=500, blank=True)
    state = models.CharField(_("签收"), max_length=10, choices=DutyState, default=DutyState.WAITING)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("退回理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("分工")
        verbose_name_plural = _("分工")
        ordering = ("pk",)
        indexes = [models.Index(fields=["unit", "state"], name="plans_duty_of_unit")]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "unit"], name="plans_duty_unit_once"),
            models.UniqueConstraint(
                fields=["commitment", "name"], condition=Q(unit__isnull=True), name="plans_duty_name_once"
            ),
            models.CheckConstraint(name="plans_duty_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="plans_duty_known", condition=Q(part__in=UnitPart.values, state__in=DutyState.values)
            ),
            models.CheckConstraint(
                name="plans_duty_answer_signed",
                condition=Q(state=DutyState.WAITING, answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(state=DutyState.WAITING)
                & Q(answered_at__isnull=False, answered_by__isnull=False, unit__isnull=False),
            ),
            models.CheckConstraint(
                name="plans_duty_returned_says_why",
                condition=Q(state=DutyState.RETURNED) & ~Q(reason="") | ~Q(state=DutyState.RETURNED) & Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """A day on the way: what is to be seen on it, and the rule that set it."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="milestones")
    label = models.CharField(_("节点"), max_length=60)
    due_on = models.DateField(_("日期"))
    rule = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = _("节点")
        ordering = ("due_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "due_on", "label"], name="plans_milestone_once"),
            models.CheckConstraint(name="plans_milestone_named", condition=~Q(label="")),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.label}"


# What an amendment may change.
AMENDABLE = ("due_on", "target")


class Amendment(models.Model):
    """A date or a target of an accepted commitment was changed: what it was, what it is, and the document that says so."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField(help_text="1, 2, … within the commitment.")
    field = models.CharField(max_length=10)
    target = models.ForeignKey(Target, models.SET_NULL, null=True, related_name="+")
    before: models.JSONField[Any, Any] = models.JSONField()
    after: models.JSONField[Any, Any] = models.JSONField()
    document = models.CharField(_("依据文件"), max_length=200)
    doc_number = models.CharField(_("文号"), max_length=80)
    document_on = models.DateField(_("成文日期"))
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("调整")
        verbose_name_plural = _("调整")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["commitment", "number"], name="plans_amendment_number_once"),
            models.CheckConstraint(name="plans_amendment_field_known", condition=Q(field__in=AMENDABLE)),
            models.CheckConstraint(name="plans_amendment_cites", condition=~Q(document="") & ~Q(doc_number="")),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id}/{self.number}"


class RememberedUnit(models.Model):
    """Whom a printed name means, as a person said once: for the rest of the plan, for others, and for next year.

    ``unit`` null: nobody in the register answers to the name (各驻市高校, 市公安局).
    """

    norm = models.CharField(max_length=120, unique=True, help_text="The name as problem.searchable gives it.")
    name = models.CharField(_("单位"), max_length=120)
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("记住的单位")
        verbose_name_plural = _("记住的单位")
        constraints = [models.CheckConstraint(name="plans_rememberedunit_named", condition=~Q(norm=""))]

    def __str__(self) -> str:
        return self.name


class AnswerState(models.TextChoices):
    """Whether a unit has answered a plan; late is computed from the day."""

    ASKED = "asked", _("待报送")
    ANSWERED = "answered", _("已报送")


class Assignment(models.Model):
    """A unit further down is asked to answer a plan with its own plan, until a day."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+")
    due_on = models.DateField(_("报送期限"))
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.ASKED)
    answer = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="answers_to")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("承接要求")
        verbose_name_plural = _("承接要求")
        ordering = ("unit__code", "pk")
        constraints = [
            models.UniqueConstraint(fields=["plan", "unit"], name="plans_assignment_once"),
            models.CheckConstraint(
                name="plans_assignment_answered_with_a_plan",
                condition=Q(state=AnswerState.ASKED, answer__isnull=True, answered_at__isnull=True)
                | Q(state=AnswerState.ANSWERED, answer__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plans_assignment_not_of_itself", condition=Q(answer__isnull=True) | ~Q(answer=F("plan"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.unit_id}"


class CommitmentSheet(models.Model):
    """A sheet of commitments edited offline and read back in; undone as a whole while its rows are untouched since.

    ``changes`` holds, by commitment, what stood before and the version that the sheet left.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="commitment_sheets")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    changes: models.JSONField[Any, Any] = models.JSONField(default=list)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("任务表格")
        verbose_name_plural = _("任务表格")
        ordering = ("-applied_at", "-pk")

    def __str__(self) -> str:
        return self.name
