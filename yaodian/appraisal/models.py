"""Sheets by which units are marked, rounds in which they are, and every value, mark and decision that went into it.

Units are appraised, never people. What a round was begun with (`Round.content`) and what was found (`Value`, `Judgement`,
`Occurrence`, `Decision`) is kept as rows; a new finding is a new row, and what stood before stays.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record, StoredFile
from yaodian.organisations.models import Unit, UnitKind, new_public_id


class ItemRule(models.TextChoices):
    """The rules of `scoring.Rule`; a test holds the two equal. Empty: a branch."""

    LINEAR = "linear", _("线性计分")
    STEPS = "steps", _("分档计分")
    PROPORTIONAL = "proportional", _("按比例计分")
    JUDGED = "judged", _("两人评分")
    DEDUCTION = "deduction", _("逐次扣分")
    BONUS = "bonus", _("逐次加分")
    VETO = "veto", _("一票否决")


class Absence(models.TextChoices):
    """The ways of `scoring.WhenAbsent`."""

    LEAVE_OUT = "leave_out", _("不计此项，权重分给其他项")
    ZERO = "zero", _("记零分")
    BY_HAND = "by_hand", _("由人认定")


class Ties(models.TextChoices):
    """The ways of `scoring.TieRule`."""

    SKIPPING = "skipping", _("并列后跳过名次（1、2、2、4）")
    DENSE = "dense", _("并列后不跳名次（1、2、2、3）")


class RoundState(models.TextChoices):
    DRAFT = "draft", _("准备")
    OPEN = "open", _("评分中")
    FROZEN = "frozen", _("已定数")
    FEEDBACK = "feedback", _("反馈与申诉")
    DECIDED = "decided", _("已审定")
    PUBLISHED = "published", _("已公布")


# The only transitions that exist.
NEXT: dict[str, str] = {
    RoundState.DRAFT: RoundState.OPEN,
    RoundState.OPEN: RoundState.FROZEN,
    RoundState.FROZEN: RoundState.FEEDBACK,
    RoundState.FEEDBACK: RoundState.DECIDED,
    RoundState.DECIDED: RoundState.PUBLISHED,
}


class AppealState(models.TextChoices):
    FILED = "filed", _("待裁定")
    UPHELD = "upheld", _("予以更正")
    DISMISSED = "dismissed", _("维持原分")


def _figure(label: Any = None) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=14, decimal_places=4, default=0)


class Sheet(Record):
    """A score sheet for one kind of unit, kept by an office. Rounds copy it.

    Once a round has been opened with it, it stays as it is; what is to be different is a new edition, which `follows` it.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    name = models.CharField(_("名称"), max_length=80)
    unit_kind = models.CharField(_("考核对象"), max_length=20, choices=UnitKind.choices)
    full = models.DecimalField(_("满分"), max_digits=8, decimal_places=2, default=100)
    digits = models.PositiveSmallIntegerField(_("公布小数位数"), default=2)
    ties = models.CharField(_("并列规则"), max_length=10, choices=Ties.choices, default=Ties.SKIPPING)
    limit_percent = models.PositiveSmallIntegerField(_("两人评分允许相差（占该项满分的百分比）"), default=20)
    basis = models.CharField(_("依据"), max_length=200)
    edition = models.PositiveSmallIntegerField(_("版次"), default=1, editable=False)
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", editable=False
    )
    made_at = models.DateTimeField(_("建立时间"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "-edition", "id"]
        verbose_name = _("考核表")
        constraints = [
            models.UniqueConstraint(name="appraisal_sheet_named_once", fields=["office", "name", "edition"]),
            models.CheckConstraint(
                name="appraisal_sheet_edition_follows",
                condition=Q(edition=1, follows__isnull=True) | Q(edition__gt=1, follows__isnull=False),
            ),
            models.CheckConstraint(name="appraisal_sheet_said", condition=~Q(name="") & ~Q(basis="")),
            models.CheckConstraint(name="appraisal_sheet_kind_known", condition=Q(unit_kind__in=UnitKind.values)),
            models.CheckConstraint(name="appraisal_sheet_ties_known", condition=Q(ties__in=Ties.values)),
            models.CheckConstraint(
                name="appraisal_sheet_figures",
                condition=Q(full__gt=0) & Q(digits__lte=6) & Q(limit_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        if self.edition == 1:
            return self.name
        return gettext("%(name)s（第 %(edition)s 版）") % {"name": self.name, "edition": self.edition}


class SheetItem(Record):
    """A line of a sheet: a branch without a rule, or a leaf. `parent` is the code of the branch it stands under.

    `steps` are pairs of limit and marks as text. A leaf with a `measure` has its value from it; JUDGED has it from two
    assessors; DEDUCTION, BONUS and VETO without a measure from what is entered with a reason.
    """

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("编号"), max_length=20)
    parent = models.CharField(_("上级编号"), max_length=20, blank=True)
    label = models.CharField(_("项目"), max_length=80)
    criteria = models.CharField(_("评分标准"), max_length=400, blank=True)
    rule = models.CharField(_("计分方式"), max_length=20, choices=ItemRule.choices, blank=True)
    weight = _figure(_("权重"))
    full = _figure(_("满分"))
    measure = models.CharField(_("指标"), max_length=80, blank=True)
    stage = models.CharField(_("学段"), max_length=20, blank=True)
    filter = models.CharField(_("范围"), max_length=20, blank=True)
    floor = _figure(_("起点值"))
    target = _figure(_("目标值"))
    steps: "models.JSONField[Any, Any]" = models.JSONField(_("分档"), default=list, blank=True)
    is_falling = models.BooleanField(_("越小越好"), default=False)
    each = _figure(_("每次分值"))
    cap = _figure(_("封顶"))
    when_absent = models.CharField(_("缺数据时"), max_length=10, choices=Absence.choices, default=Absence.BY_HAND)

    class Meta:
        ordering = ["sheet_id", "position"]
        verbose_name = _("考核项目")
        constraints = [
            models.UniqueConstraint(name="appraisal_item_once", fields=["sheet", "code"]),
            models.CheckConstraint(name="appraisal_item_said", condition=~Q(code="") & ~Q(label="")),
            models.CheckConstraint(name="appraisal_item_not_of_itself", condition=~Q(parent=F("code"))),
            models.CheckConstraint(name="appraisal_item_rule_known", condition=Q(rule__in=["", *ItemRule.values])),
            models.CheckConstraint(name="appraisal_item_absence_known", condition=Q(when_absent__in=Absence.values)),
            models.CheckConstraint(
                name="appraisal_item_figures",
                condition=Q(weight__gte=0) & Q(full__gte=0) & Q(each__gte=0) & Q(cap__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Round(Record):
    """One year's appraisal of all units of a kind below an office. `content` is the sheet as it was when it was opened."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="rounds", verbose_name=_("考核表"))
    title = models.CharField(_("名称"), max_length=80)
    year = models.PositiveSmallIntegerField(_("年度"))
    freeze_on = models.DateField(_("定数日"))
    appeal_days = models.PositiveSmallIntegerField(_("申诉期（工作日）"), default=5)
    state = models.CharField(_("状态"), max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    content: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    taken_on = models.DateField(_("指标计算日"), null=True, blank=True)
    appeal_until = models.DateField(_("申诉截止"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(_("建立时间"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("审定时间"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-year", "-id"]
        verbose_name = _("考核")
        constraints = [
            models.UniqueConstraint(name="appraisal_round_titled_once", fields=["office", "title"]),
            models.CheckConstraint(name="appraisal_round_titled", condition=~Q(title="")),
            models.CheckConstraint(name="appraisal_round_state_known", condition=Q(state__in=RoundState.values)),
            models.CheckConstraint(name="appraisal_round_year", condition=Q(year__gte=1949, year__lte=2199)),
            models.CheckConstraint(name="appraisal_round_appeal", condition=Q(appeal_days__gte=1, appeal_days__lte=60)),
            models.CheckConstraint(
                name="appraisal_round_appeal_begun",
                condition=Q(appeal_until__isnull=False) | Q(state__in=["draft", "open", "frozen"]),
            ),
            models.CheckConstraint(
                # Two persons, and it cannot be otherwise. What the program itself loads has none.
                name="appraisal_round_two_persons",
                condition=Q(published_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(published_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="appraisal_round_published_at", condition=Q(published_at__isnull=False) | ~Q(state="published")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Appraisal(Record):
    """One unit in a round, and its marks as they stand. `total` is exact text; `published` is it as it is ranked.

    `marks` are one for each leaf: code, marks, points, worth, what holds it up, and the steps (`problem.marks_to_json`).
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="appraisals", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    total = models.TextField(blank=True)
    published = models.DecimalField(_("得分"), max_digits=14, decimal_places=6, null=True, blank=True)
    base = models.TextField(blank=True)
    bonus = models.TextField(blank=True)
    deduction = models.TextField(blank=True)
    is_vetoed = models.BooleanField(_("一票否决"), default=False)
    rank = models.PositiveIntegerField(_("名次"), null=True, blank=True)
    waits = models.PositiveSmallIntegerField(_("待办项目"), default=0)
    marks: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        ordering = ["round_id", F("rank").asc(nulls_last=True), "unit_id"]
        verbose_name = _("单位考核")
        constraints = [
            models.UniqueConstraint(name="appraisal_appraisal_once", fields=["round", "unit"]),
            models.CheckConstraint(
                name="appraisal_appraisal_vetoed_unranked",
                condition=Q(is_vetoed=False) | Q(rank__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"unit {self.unit_id} in round {self.round_id}"


class Value(models.Model):
    """A measure's value as it stood on the day of freezing, exact, with the version of the rule; or why there was none.

    `behind` names the first of the rows that it was counted from, as pairs of a reference and whether the numerator has it;
    `behind_count` says how many there were.
    """

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="values", db_index=False)
    item = models.CharField(max_length=20)
    value = models.CharField(max_length=80, blank=True)
    numerator = models.CharField(max_length=60, blank=True)
    denominator = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    counted = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    on = models.DateField(null=True, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    behind: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    behind_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["appraisal_id", "item"]
        verbose_name = _("定数")
        constraints = [
            models.UniqueConstraint(name="appraisal_value_once", fields=["appraisal", "item"]),
            models.CheckConstraint(
                name="appraisal_value_or_reason",
                condition=(Q(problem="") & ~Q(value="")) | (~Q(problem="") & Q(value="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} of appraisal {self.appraisal_id}"


class Judgement(Record):
    """An assessor's place at an item of a unit, and his mark once he has given it. Seats 1 and 2 mark apart; 3 decides."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="judgements", db_index=False)
    item = models.CharField(max_length=20)
    seat = models.PositiveSmallIntegerField()
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mark = models.DecimalField(_("评分"), max_digits=14, decimal_places=4, null=True, blank=True)
    evidence = models.CharField(_("依据与说明"), max_length=1000, blank=True)
    link = models.CharField(_("材料链接"), max_length=300, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["appraisal_id", "item", "seat"]
        verbose_name = _("评分")
        constraints = [
            models.UniqueConstraint(name="appraisal_judgement_seat_once", fields=["appraisal", "item", "seat"]),
            models.UniqueConstraint(name="appraisal_judgement_person_once", fields=["appraisal", "item", "assessor"]),
            models.CheckConstraint(name="appraisal_judgement_seat_known", condition=Q(seat__in=[1, 2, 3])),
            models.CheckConstraint(
                name="appraisal_judgement_with_evidence",
                condition=Q(mark__isnull=True, marked_at__isnull=True)
                | (Q(mark__gte=0, marked_at__isnull=False) & ~Q(evidence="")),
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.seat} of {self.item} in appraisal {self.appraisal_id}"


class Occurrence(Record):
    """Something that happened and counts for a bonus, a deduction or a veto: how often, and why it counts.

    `subject` names where it is kept, such as `cases.case:12`; empty for what is told by `reason` and `link` alone. Taken back, it
    stays as a row.
    """

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="occurrences", db_index=False)
    item = models.CharField(max_length=20)
    times = models.PositiveSmallIntegerField(_("次数"), default=1)
    happened_on = models.DateField(_("日期"))
    reason = models.CharField(_("事由"), max_length=400)
    link = models.CharField(_("材料链接"), max_length=300, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"))
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["appraisal_id", "item", "happened_on", "id"]
        verbose_name = _("加减分事项")
        constraints = [
            models.CheckConstraint(name="appraisal_occurrence_said", condition=~Q(reason="") & Q(times__gte=1)),
            models.CheckConstraint(
                name="appraisal_occurrence_taken_back_why",
                condition=Q(taken_back_at__isnull=True) | ~Q(taken_back_why=""),
            ),
        ]
        indexes = [models.Index(fields=["appraisal"], name="appraisal_occurrence_of")]

    def __str__(self) -> str:
        return f"{self.item} in appraisal {self.appraisal_id} on {self.happened_on}"


class Appeal(Record):
    """A unit's objection to one mark, within the time limit, with its evidence; decided by somebody who marked nothing of it."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="appeals", db_index=False)
    item = models.CharField(max_length=20)
    text = models.CharField(_("申诉理由"), max_length=1000)
    link = models.CharField(_("材料链接"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=AppealState.choices, default=AppealState.FILED)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)
    reason = models.CharField(_("裁定理由"), max_length=1000, blank=True)

    class Meta:
        ordering = ["appraisal_id", "id"]
        verbose_name = _("申诉")
        constraints = [
            models.UniqueConstraint(name="appraisal_appeal_once", fields=["appraisal", "item"]),
            models.CheckConstraint(name="appraisal_appeal_said", condition=~Q(text="")),
            models.CheckConstraint(name="appraisal_appeal_state_known", condition=Q(state__in=AppealState.values)),
            models.CheckConstraint(
                name="appraisal_appeal_decided",
                condition=Q(state="filed", decided_at__isnull=True)
                | (~Q(state="filed") & Q(decided_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="appraisal_appeal_two_persons",
                condition=Q(decided_by__isnull=True) | Q(filed_by__isnull=True) | ~Q(decided_by=F("filed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} of appraisal {self.appraisal_id}"


class Attachment(models.Model):
    """A photograph or document that shows what a mark, an occurrence or an appeal says; of exactly one of them."""

    judgement = models.ForeignKey(Judgement, models.CASCADE, null=True, blank=True, related_name="files")
    occurrence = models.ForeignKey(Occurrence, models.CASCADE, null=True, blank=True, related_name="files")
    appeal = models.ForeignKey(Appeal, models.CASCADE, null=True, blank=True, related_name="files")
    file = models.OneToOneField(
        StoredFile, models.PROTECT, related_name="+", related_query_name="appraisal_attachment_of"
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("证明材料")
        constraints = [
            models.CheckConstraint(
                name="appraisal_attachment_of_one",
                condition=Q(judgement__isnull=False, occurrence__isnull=True, appeal__isnull=True)
                | Q(judgement__isnull=True, occurrence__isnull=False, appeal__isnull=True)
                | Q(judgement__isnull=True, occurrence__isnull=True, appeal__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.file_id}"


class Decision(Record):
    """Marks that a person set in the place of the rule's, with the reason; the last one of an item holds, the others stay.

    After an appeal, or where a value could not be had and the sheet leaves it to a person. Points for a bonus or a deduction,
    0 or 1 for a veto.
    """

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="decisions", db_index=False)
    item = models.CharField(max_length=20)
    appeal = models.OneToOneField(Appeal, models.PROTECT, null=True, blank=True, related_name="decision")
    mark = models.DecimalField(_("认定分"), max_digits=14, decimal_places=4)
    before = models.TextField(blank=True)
    reason = models.CharField(_("理由"), max_length=1000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["appraisal_id", "id"]
        verbose_name = _("认定")
        constraints = [
            models.CheckConstraint(name="appraisal_decision_said", condition=~Q(reason="") & Q(mark__gte=0)),
        ]
        indexes = [models.Index(fields=["appraisal", "item"], name="appraisal_decision_of_item")]

    def __str__(self) -> str:
        return f"{self.item} of appraisal {self.appraisal_id}: {self.mark}"
