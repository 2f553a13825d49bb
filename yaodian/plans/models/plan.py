"""Rows of the slice: documents, plans, their readings, what was found in them, and who corrected what.

The rows are the truth. What the reader itself said is kept beside each row (``read``), so that a page can show
both and a second reading can tell a person's word from its own. Spans are half open, in characters of ``Plan.text``.
Every moment is passed in; no field reads the clock.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

# Without letters and digits that are mistaken for one another when an address is read aloud.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_public_id() -> str:
    """Twelve characters, 59 bits: the address of a plan says nothing about how many there are."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def new_key() -> str:
    """Eight characters, unique within a plan: the anchor of a clause, kept through every later reading."""
    return "c" + "".join(secrets.choice(_ALPHABET) for _ in range(7))


class PlanState(models.TextChoices):
    """Where a plan stands between upload and withdrawal."""

    READING = "reading", _("正在读取")
    FAILED = "failed", _("读取失败")
    REVIEW = "review", _("待核对")
    SUBMITTED = "submitted", _("待发布")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


PLAN_TRANSITIONS: Mapping[str, frozenset[str]] = {
    PlanState.READING: frozenset({PlanState.REVIEW, PlanState.FAILED}),
    PlanState.FAILED: frozenset({PlanState.READING}),
    PlanState.REVIEW: frozenset({PlanState.READING, PlanState.SUBMITTED}),
    PlanState.SUBMITTED: frozenset({PlanState.REVIEW, PlanState.PUBLISHED}),
    PlanState.PUBLISHED: frozenset({PlanState.WITHDRAWN}),
    PlanState.WITHDRAWN: frozenset({PlanState.REVIEW}),
}


class ItemState(models.TextChoices):
    """What people have said about an item so far."""

    FOUND = "found", _("读取所得")
    CONFIRMED = "confirmed", _("已确认")
    CORRECTED = "corrected", _("已更正")
    REJECTED = "rejected", _("已剔除")
    LOST = "lost", _("原文已无")


ITEM_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ItemState.FOUND: frozenset({ItemState.CONFIRMED, ItemState.CORRECTED, ItemState.REJECTED, ItemState.LOST}),
    ItemState.CONFIRMED: frozenset({ItemState.FOUND, ItemState.CORRECTED, ItemState.REJECTED, ItemState.LOST}),
    ItemState.CORRECTED: frozenset({ItemState.CORRECTED, ItemState.CONFIRMED, ItemState.REJECTED, ItemState.LOST}),
    ItemState.REJECTED: frozenset({ItemState.FOUND, ItemState.CONFIRMED, ItemState.CORRECTED, ItemState.LOST}),
    ItemState.LOST: frozenset({ItemState.CORRECTED, ItemState.REJECTED}),
}
LIVE_STATES: tuple[str, ...] = (ItemState.FOUND, ItemState.CONFIRMED, ItemState.CORRECTED)


class Origin(models.TextChoices):
    """Who put an item into the plan."""

    READER = "reader", _("系统读取")
    PERSON = "person", _("人工补充")


class ItemKind(models.TextChoices):
    """The kinds of thing a person can correct; also the word in addresses and in the journal."""

    CLAUSE = "clause", _("条目")
    TARGET = "target", _("目标")
    DEADLINE = "deadline", _("期限")
    RESPONSIBILITY = "responsibility", _("责任单位")
    POLICY = "policy", _("政策文件")
    SYSTEM = "system", _("信息系统")
    HEADER = "header", _("基本信息")
    WARNING = "warning", _("提示")
    PLAN = "plan", _("要点")


class Comparator(models.TextChoices):
    """How a target's value bounds the quantity (plan schema)."""

    AT_LEAST = "at_least", _("不低于")
    AT_MOST = "at_most", _("不超过")
    ABOUT = "about", _("约")
    BETWEEN = "between", _("介于")
    CHANGE = "change", _("增减")


class Period(models.TextChoices):
    """The period a target repeats in."""

    YEAR = "year", _("每年")
    TERM = "term", _("每学期")
    MONTH = "month", _("每月")
    WEEK = "week", _("每周")


class Strength(models.TextChoices):
    """Whether the plan promises or strives."""

    MUST = "must", _("确保")
    STRIVE = "strive", _("力争")


class UnitPart(models.TextChoices):
    """The part a unit has in a clause."""

    LEAD = "lead", _("牵头")
    RESPONSIBLE = "responsible", _("责任")
    SUPPORT = "support", _("配合")


class ReadingState(models.TextChoices):
    """How far one reading of one document is."""

    QUEUED = "queued", _("等待读取")
    DONE = "done", _("读取完成")
    FAILED = "failed", _("读取失败")
    CANCELLED = "cancelled", _("已取消")


class Document(models.Model):
    """A file as uploaded. The bytes stand in :class:`DocumentContent`, so that no list ever loads them."""

    sha256 = models.CharField(_("指纹"), max_length=64, unique=True)
    name = models.CharField(_("文件名"), max_length=255)
    media_kind = models.CharField(_("格式"), max_length=16)
    size_bytes = models.PositiveIntegerField(_("大小"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ("-uploaded_at", "-pk")

    def __str__(self) -> str:
        return self.name


class DocumentContent(models.Model):
    """The bytes of a document."""

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="content")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"document {self.document_id}"


class Plan(models.Model):
    """A work plan: header, text, state. ``version`` rises with every change of anything in the plan."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    title = models.CharField(_("标题"), max_length=300, blank=True)
    issuer = models.CharField(_("发文单位"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    doc_number = models.CharField(_("文号"), max_length=80, blank=True)
    index_number = models.CharField(_("索引号"), max_length=80, blank=True)
    written_on = models.DateField(_("成文日期"), null=True, blank=True)
    source_published_on = models.DateField(_("原文发布日期"), null=True, blank=True)
    header_read = models.JSONField(default=dict, help_text="What the reader said of the header.")
    header_corrected = models.JSONField(default=list, help_text="Names of the header fields that a person set.")
    header_version = models.PositiveIntegerField(default=1)

    state = models.CharField(_("状态"), max_length=12, choices=PlanState, default=PlanState.READING)
    document = models.ForeignKey(Document, models.PROTECT, related_name="plans", verbose_name=_("文件"))
    text = models.TextField(blank=True)
    reader_version = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True, help_text="The sentence in Chinese.")
    error_en = models.TextField(blank=True, help_text="The same sentence in English.")
    version = models.PositiveIntegerField(default=1)
    is_demonstration = models.BooleanField(default=False)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("建立时间"))
    changed_at = models.DateTimeField(_("最近更改"))
    last_corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True)
    returned_reason = models.TextField(blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("工作要点")
        verbose_name_plural = _("工作要点")
        ordering = ("-year", "issuer", "-pk")
        indexes = [models.Index(fields=["state", "-year"], name="plans_plan_state_year")]
        constraints = [
            models.CheckConstraint(name="plans_plan_state_known", condition=Q(state__in=PlanState.values)),
            models.CheckConstraint(
                name="plans_plan_year_holds", condition=Q(year__isnull=True) | Q(year__gte=1949, year__lte=2149)
            ),
            models.CheckConstraint(
                name="plans_plan_published_by_second_person",
                condition=Q(published_by__isnull=True)
                | ~Q(published_by=F("submitted_by"))
                & (Q(last_corrected_by__isnull=True) | ~Q(published_by=F("last_corrected_by"))),
            ),
            models.CheckConstraint(
                name="plans_plan_published_is_signed",
                condition=~Q(state=PlanState.PUBLISHED) | Q(published_at__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plans_plan_failed_says_why", condition=~Q(state=PlanState.FAILED) | ~Q(error_code="")
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id


class Reading(models.Model):
    """One reading of one document for one plan: the reader's own answer, and what it changed."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField(help_text="1, 2, … within the plan.")
    document = models.ForeignKey(Document, models.PROTECT, related_name="readings")
    reader_version = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=ReadingState, default=ReadingState.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    raw = models.JSONField(null=True, help_text="Plan JSON as the reader gave it.")
    changes = models.JSONField(default=dict, help_text="What differs from the reading before: see problem.py.")
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    error_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("读取记录")
        verbose_name_plural = _("读取记录")
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plans_reading_number_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state=ReadingState.QUEUED), name="plans_reading_one_at_a_time"
            ),
            models.CheckConstraint(
                name="plans_reading_done_has_answer", condition=~Q(state=ReadingState.DONE) | Q(raw__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"

    @property
    def job_key(self) -> str:
        """The key under which the background job of this reading stands."""
        return f"plans.read_document:{self.pk}"


class Item(models.Model):
    """What every found thing has: its words in the text, how it was found, and what people said of it.

    ``read`` is what the reader said (``None`` where a person added the item); ``quote`` are the words of the span.
    """

    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    confidence = models.FloatField(default=1.0)
    rule = models.CharField(max_length=80, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.READER)
    state = models.CharField(_("状态"), max_length=12, choices=ItemState, default=ItemState.FOUND)
    version = models.PositiveIntegerField(default=1)
    read = models.JSONField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    kind: ItemKind

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_span_holds", condition=Q(span_start__lt=F("span_end"))
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_confidence_holds", condition=Q(confidence__gte=0, confidence__lte=1)
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_state_known",
                condition=Q(state__in=ItemState.values, origin__in=Origin.values),
            ),
        ]

    @property
    def span(self) -> tuple[int, int]:
        """``[start, end)`` in the plan's text."""
        return (self.span_start, self.span_end)

    @property
    def ref(self) -> str:
        """Kind and row, such as ``target-12``: the element's id on a page."""
        return f"{self.kind}-{self.pk}"

    @property
    def is_live(self) -> bool:
        """Neither rejected nor lost."""
        return self.state in LIVE_STATES

    @property
    def is_settled(self) -> bool:
        """A person has looked at it."""
        return self.state != ItemState.FOUND or self.origin == Origin.PERSON


class Clause(Item):
    """A numbered heading or item. ``span`` runs to the end of its last line, children included;
    ``[span_start, own_end)`` is its own text, up to its first child."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="clauses")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="absorbed")
    key = models.CharField(max_length=16, default=new_key)
    position = models.PositiveIntegerField(help_text="Order in the document, from 0.")
    level = models.PositiveSmallIntegerField()
    number = models.CharField(_("编号"), max_length=40)
    heading = models.CharField(_("标题"), max_length=200, blank=True)
    path = models.CharField(max_length=500, help_text="Numbers from the top, such as 三/8.")
    own_end = models.PositiveIntegerField()
    search_text = models.TextField(blank=True, help_text="Own text, normalised: see problem.searchable.")

    kind = ItemKind.CLAUSE

    class Meta(Item.Meta):
        verbose_name = _("条目")
        verbose_name_plural = _("条目")
        ordering = ("position", "pk")
        indexes = [models.Index(fields=["plan", "position"], name="plans_clause_order")]
        constraints = [
            *Item.Meta.constraints,
            models.UniqueConstraint(fields=["plan", "key"], name="plans_clause_key_once"),
            models.CheckConstraint(
                name="plans_clause_own_text_holds", condition=Q(own_end__gt=F("span_start"), own_end__lte=F("span_end"))
            ),
            models.CheckConstraint(name="plans_clause_level_holds", condition=Q(level__gte=1)),
            models.CheckConstraint(
                name="plans_clause_merged_is_rejected",
                condition=Q(merged_into__isnull=True) | Q(state__in=(ItemState.REJECTED, ItemState.LOST)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.heading}".strip()


class Finding(Item):
    """What stands in a clause; ``clause`` is ``None`` in the preamble."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="%(class)ss")
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, related_name="%(class)ss")
    quote = models.TextField()

    class Meta(Item.Meta):
        abstract = True
        ordering = ("span_start", "pk")

    def __str__(self) -> str:
        return self.quote[:40]


class Target(Finding):
    """A quantity the plan commits to (plan schema, Targets)."""

    subject = models.CharField(_("目标内容"), max_length=200)
    comparator = models.CharField(_("要求"), max_length=10, choices=Comparator, default=Comparator.AT_LEAST)
    value = models.FloatField(_("数值"))
    value_max = models.FloatField(_("上限"), null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    due_on = models.DateField(_("完成日期"), null=True, blank=True)
    per = models.CharField(_("周期"), max_length=6, choices=Period, blank=True)
    strength = models.CharField(_("力度"), max_length=6, choices=Strength, default=Strength.MUST)
    is_implicit = models.BooleanField(_("无明示数字"), default=False)

    kind = ItemKind.TARGET

    class Meta(Finding.Meta):
        abstract = False
        verbose_name = _("目标")
        verbose_name_plural = _("目标")
        constraints = [
            *Finding.Meta.constraints,
            models.CheckConstraint(name="plans_target_comparator_known", condition=Q(comparator__in=Comparator.values)),
            models.CheckConstraint(
                name="plans_target_range_holds",
                condition=Q(comparator=Comparator.BETWEEN, value_max__isnull=False, value_max__gt=F("value"))
                | Q(comparator=Comparator.CHANGE, value__gte=0, value_max__isnull=False, value_max__gt=F("value"))
                | Q(comparator=Comparator.CHANGE, value__lte=0, value_max__isnull=False, value_max__lt=F("value"))
                | ~Q(comparator=Comparator.BETWEEN) & Q(value_max__isnull=True),
            ),
            models.CheckConstraint(name="plans_target_per_known", condition=Q(per__in=["", *Period.values])),
            models.CheckConstraint(name="plans_target_strength_known", condition=Q(strength__in=Strength.values)),
        ]


class Deadline(Finding):
    """Words that bound when an action must be done; ``due_on`` is the last day meant, where the plan fixes one."""

    due_on = models.DateField(_("截止日期"), null=True, blank=True)

    kind = ItemKind.DEADLINE

    class Meta(Finding.Meta):
        abstract = False
        verbose_name = _("期限")
        verbose_name_plural = _("期限")


class Responsibility(Finding):
    """The units printed for a clause, in order; ``lead`` and ``support`` are among ``units``."""

    units = models.JSONField(default=list)
    lead = models.JSONField(default=list)
    support = models.JSONField(default=list)

    kind = ItemKind.RESPONSIBILITY

    class Meta(Finding.Meta):
        abstract = False
        verbose_name = _("责任单位")
        verbose_name_plural = _("责任单位")


class ResponsibleUnit(models.Model):
    """One unit of a responsibility, for questions by unit; rewritten with its responsibility.

    ``norm`` is ``name`` normalised (problem.searchable), so that two prints of one name are one unit.
    """

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, related_name="unit_rows")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="unit_rows")
    name = models.CharField(_("单位"), max_length=120)
    norm = models.CharField(max_length=120)
    part = models.CharField(_("分工"), max_length=12, choices=UnitPart)

    class Meta:
        verbose_name = _("责任单位")
        verbose_name_plural = _("责任单位")
        ordering = ("pk",)
        indexes = [models.Index(fields=["norm", "plan"], name="plans_unit_norm")]
        constraints = [
            models.UniqueConstraint(fields=["responsibility", "name"], name="plans_unit_once"),
            models.CheckConstraint(name="plans_unit_part_known", condition=Q(part__in=UnitPart.values)),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyMention(Finding):
    """A document named in 《》; ``name`` without the marks."""

    name = models.CharField(_("名称"), max_length=300)

    kind = ItemKind.POLICY

    class Meta(Finding.Meta):
        abstract = False
        verbose_name = _("政策文件")
        verbose_name_plural = _("政策文件")


class SystemMention(Finding):
    """A named information system."""

    name = models.CharField(_("名称"), max_length=200)

    kind = ItemKind.SYSTEM

    class Meta(Finding.Meta):
        abstract = False
        verbose_name = _("信息系统")
        verbose_name_plural = _("信息系统")


class PlanWarning(models.Model):
    """Something a person should look at. ``code`` is stable; ``message`` is Chinese."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="warnings")
    code = models.CharField(max_length=60)
    message = models.TextField()
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    is_dismissed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    kind = ItemKind.WARNING

    class Meta:
        verbose_name = _("提示")
        verbose_name_plural = _("提示")
        ordering = ("span_start", "pk")
        constraints = [
            models.CheckConstraint(name="plans_planwarning_span_holds", condition=Q(span_start__lte=F("span_end")))
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def ref(self) -> str:
        """The element's id on a page."""
        return f"{self.kind}-{self.pk}"


class SheetEdit(models.Model):
    """One sheet edited offline and read back in; it can be undone as a whole while its rows are untouched since."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sheet_edits")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("表格导入")
        verbose_name_plural = _("表格导入")
        ordering = ("-applied_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Correction(models.Model):
    """One change made by one person: append-only, shown as the history of an item and of the plan.

    ``before`` and ``after`` hold the columns that changed; ``summary`` is a Chinese label of the item at that moment.
    ``client_key`` names one press of a button, so that a form sent twice counts once.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="corrections")
    action = models.CharField(max_length=60, help_text="The operation's log code.")
    kind = models.CharField(max_length=16, choices=ItemKind)
    item_id = models.BigIntegerField(null=True)
    summary = models.CharField(max_length=200, blank=True)
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    client_key = models.CharField(max_length=64, blank=True)
    sheet_edit = models.ForeignKey(SheetEdit, models.CASCADE, null=True, related_name="corrections")

    class Meta:
        verbose_name = _("更正")
        verbose_name_plural = _("更正")
        ordering = ("-made_at", "-pk")
        indexes = [models.Index(fields=["plan", "kind", "item_id"], name="plans_correction_item")]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "made_by", "client_key"], condition=~Q(client_key=""), name="plans_correction_sent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.item_id}"


class BindingState(models.TextChoices):
    """What a person decided about a target and the measures."""

    BOUND = "bound", _("已对应")
    DECLINED = "declined", _("没有合适的指标")


class Decision(models.Model):
    """Which measure a promise means, as a person decided it: measure, stage and filter, or that none fits."""

    state = models.CharField(max_length=8, choices=BindingState)
    measure = models.CharField(_("指标"), max_length=80, blank=True)
    stage = models.CharField(_("学段"), max_length=20, blank=True)
    filter = models.CharField(_("范围"), max_length=20, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_bound_to_a_measure",
                condition=Q(state=BindingState.BOUND) & ~Q(measure="")
                | Q(state=BindingState.DECLINED, measure="", stage="", filter=""),
            )
        ]


class Binding(Decision):
    """The decision for one target; ``unit`` is whose value is looked at."""

    target = models.OneToOneField(Target, models.CASCADE, related_name="binding")
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, null=True, related_name="+")

    class Meta(Decision.Meta):
        abstract = False
        verbose_name = _("目标与指标的对应")
        verbose_name_plural = _("目标与指标的对应")
        constraints = [
            *Decision.Meta.constraints,
            models.CheckConstraint(
                name="plans_binding_has_a_unit", condition=~Q(state=BindingState.BOUND) | Q(unit__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.measure or self.state}"


class RememberedBinding(Decision):
    """The last decision about equal words, for next year's plan and for other plans (``measures.queries.key_of``)."""

    key = models.CharField(max_length=200, unique=True)
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="+")

    class Meta(Decision.Meta):
        abstract = False
        verbose_name = _("记住的对应")
        verbose_name_plural = _("记住的对应")

    def __str__(self) -> str:
        return f"{self.key}: {self.measure or self.state}"


FINDING_MODELS: Mapping[str, type[Finding]] = {
    ItemKind.TARGET: Target,
    ItemKind.DEADLINE: Deadline,
    ItemKind.RESPONSIBILITY: Responsibility,
    ItemKind.POLICY: PolicyMention,
    ItemKind.SYSTEM: SystemMention,
}
ITEM_MODELS: Mapping[str, type[Item]] = {ItemKind.CLAUSE: Clause, **FINDING_MODELS}
