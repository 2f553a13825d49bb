"""A choice round of a grade of a school, what it offers, and the letters by which pupils take part."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models.choices import Grade, RoundKind, RoundState
from yaodian.timetabling.models.requirements import RequirementTable


class ChoiceRound(Record):
    """The pupils of a school who entered in one year choose three subjects between two days, both inclusive.

    `before` is the round that this one follows: the trial that a binding round is compared with, the settled round whose
    choices a change period changes. `is_first_come`: a combination with a limit is given to who chooses first; otherwise the
    time of choosing has no value, and a limit is only what the school must look at.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"), db_index=False)
    entered_year = models.PositiveSmallIntegerField(_("入学年份"))
    grade = models.PositiveSmallIntegerField(_("年级"), choices=Grade.choices)
    title = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("种类"), max_length=10, choices=RoundKind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"))
    before = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="following", verbose_name=_("接续的轮次")
    )
    requirements = models.ForeignKey(
        RequirementTable, models.PROTECT, null=True, blank=True, related_name="rounds", verbose_name=_("选考要求表")
    )
    is_first_come = models.BooleanField(_("有限额的组合按提交先后"), default=False)
    group_size = models.PositiveSmallIntegerField(_("教学班人数上限"), default=50)
    note = models.CharField(_("给学生和家长的说明"), max_length=400, blank=True)
    reason = models.CharField(_("撤销或重新开放的原因"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "-opens_on", "-id"]
        verbose_name = _("选科轮次")
        constraints = [
            models.CheckConstraint(name="timetabling_round_kind_known", condition=Q(kind__in=RoundKind.values)),
            models.CheckConstraint(name="timetabling_round_state_known", condition=Q(state__in=RoundState.values)),
            models.CheckConstraint(name="timetabling_round_grade_known", condition=Q(grade__in=Grade.values)),
            models.CheckConstraint(
                name="timetabling_round_in_order",
                condition=Q(closes_on__gte=F("opens_on")),
                violation_error_message=_("截止日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                name="timetabling_round_group_size",
                condition=Q(group_size__gte=10, group_size__lte=60),
                violation_error_message=_("教学班人数上限应在 10 至 60 人之间。"),
            ),
            models.CheckConstraint(
                name="timetabling_round_change_of_something",
                condition=~Q(kind="change") | Q(before__isnull=False),
                violation_error_message=_("改选要接在一轮已经确定的正式选科之后。"),
            ),
            models.UniqueConstraint(
                name="timetabling_round_one_open",
                fields=["school", "entered_year"],
                condition=Q(state="open"),
                violation_error_message=_("这个年级已有一轮选科在进行，请先截止那一轮。"),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "entered_year", "-opens_on"], name="timetabling_round_of_school"),
        ]

    def __str__(self) -> str:
        return f"round {self.public_id}"

    @property
    def is_change(self) -> bool:
        return self.kind == RoundKind.CHANGE


class OfferedCombination(models.Model):
    """A combination that can be chosen in a round; `most` where the school can teach it to so many only."""

    round = models.ForeignKey(ChoiceRound, models.CASCADE, related_name="offered", db_index=False)
    combination = models.CharField(_("组合"), max_length=3)
    most = models.PositiveSmallIntegerField(_("限额"), null=True, blank=True)

    class Meta:
        ordering = ["round_id", "id"]
        verbose_name = _("开设的组合")
        constraints = [
            models.UniqueConstraint(name="timetabling_offered_once", fields=["round", "combination"]),
            models.CheckConstraint(name="timetabling_offered_known", condition=Q(combination__in=sorted(COMBINATIONS))),
            models.CheckConstraint(name="timetabling_offered_limit", condition=Q(most__isnull=True) | Q(most__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.combination} in {self.round_id}"


class ChoiceLetter(Record):
    """A code on a letter to a pupil, good for one round until `expires_at`. It opens nothing else, and no account.

    `digest` is a keyed hash of the code in its canonical form; the code itself stands on the paper alone.
    """

    round = models.ForeignKey(ChoiceRound, models.CASCADE, related_name="letters", db_index=False)
    pupil = models.ForeignKey("registry.Pupil", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(_("签发时间"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(_("首次使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round_id", "id"]
        verbose_name = _("选科通知书")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_letter_one_good", fields=["round", "pupil"], condition=Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(name="timetabling_letter_expires", condition=Q(expires_at__gt=F("issued_at"))),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} of {self.round_id}"
