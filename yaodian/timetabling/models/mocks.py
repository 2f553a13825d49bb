"""A school's own mock examination: raw scores of a grade, and what the four second subjects convert to among those who took them.

A conversion keeps the figures it was made with and a fingerprint of everything it came to. Who loads or converts and who
publishes are two people, by the database.
"""

from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id
from yaodian.timetabling import content
from yaodian.timetabling.models.choices import Grade
from yaodian.timetabling.models.rounds import ChoiceRound


class MockSubject(models.TextChoices):
    """The nine subjects of the examination 3+1+2, in the order in which a sheet has them."""

    CHINESE = "chinese", _("语文")
    MATHEMATICS = "mathematics", _("数学")
    FOREIGN = "foreign", _("外语")
    PHYSICS = content.PHYSICS, _("物理")
    HISTORY = content.HISTORY, _("历史")
    CHEMISTRY = content.CHEMISTRY, _("化学")
    BIOLOGY = content.BIOLOGY, _("生物")
    POLITICS = content.POLITICS, _("思想政治")
    GEOGRAPHY = content.GEOGRAPHY, _("地理")


class MockState(models.TextChoices):
    DRAFT = "draft", _("准备")
    LOADED = "loaded", _("已有成绩")
    CONVERTED = "converted", _("已换算待核对")
    PUBLISHED = "published", _("已公布")
    ERASED = "erased", _("成绩已删除")


# The only transitions that exist. A conversion falls when a score changes; one that is found wrong afterwards is taken back, with a reason.
NEXT_OF_MOCK: Mapping[str, tuple[str, ...]] = {
    MockState.DRAFT: (MockState.LOADED, MockState.ERASED),
    MockState.LOADED: (MockState.CONVERTED, MockState.DRAFT, MockState.ERASED),
    MockState.CONVERTED: (MockState.PUBLISHED, MockState.LOADED, MockState.DRAFT, MockState.ERASED),
    MockState.PUBLISHED: (MockState.LOADED, MockState.ERASED),
}
# States in which scores are loaded.
OPEN_TO_SCORES = (MockState.DRAFT, MockState.LOADED, MockState.CONVERTED)


class MockExam(Record):
    """The pupils of a school who entered in one year sit a mock examination on `held_on`, its first day.

    `rules` are the figures of the conversion as they were used, with their sources; `round` is the settled round that said who had
    chosen what; `sha256` is the fingerprint of figures, raw scores and results. `loaded_by` changed scores last. After `erase_on`
    the scores are deleted; the tables, which name nobody, stay.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"), db_index=False)
    entered_year = models.PositiveSmallIntegerField(_("入学年份"))
    grade = models.PositiveSmallIntegerField(_("年级"), choices=Grade.choices)
    title = models.CharField(_("名称"), max_length=80)
    held_on = models.DateField(_("考试日期"))
    erase_on = models.DateField(_("成绩保存到"))
    state = models.CharField(_("状态"), max_length=10, choices=MockState.choices, default=MockState.DRAFT)
    round = models.ForeignKey(ChoiceRound, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    rules = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    converted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    converted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("撤回的原因"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "-held_on", "-id"]
        verbose_name = _("模拟考试")
        constraints = [
            models.CheckConstraint(name="timetabling_mock_state_known", condition=Q(state__in=MockState.values)),
            models.CheckConstraint(name="timetabling_mock_grade_known", condition=Q(grade__in=Grade.values)),
            models.CheckConstraint(
                name="timetabling_mock_kept_after",
                condition=Q(erase_on__gt=F("held_on")),
                violation_error_message=_("成绩保存到的日期要晚于考试日期。"),
            ),
            models.CheckConstraint(
                name="timetabling_mock_converted_whole",
                condition=Q(state__in=["draft", "loaded"], sha256="", converted_at__isnull=True)
                | Q(state__in=["converted", "published"], converted_at__isnull=False) & ~Q(sha256="")
                | Q(state="erased"),
            ),
            models.CheckConstraint(
                name="timetabling_mock_two_people",
                condition=Q(published_by__isnull=True)
                | (
                    (Q(converted_by__isnull=True) | ~Q(published_by=F("converted_by")))
                    & (Q(loaded_by__isnull=True) | ~Q(published_by=F("loaded_by")))
                ),
            ),
            models.CheckConstraint(
                name="timetabling_mock_erased_dated", condition=~Q(state="erased") | Q(erased_at__isnull=False)
            ),
            models.UniqueConstraint(
                name="timetabling_mock_once",
                fields=["school", "entered_year", "title"],
                violation_error_message=_("这个年级已有同名的模拟考试。请换一个名称。"),
            ),
        ]
        indexes = [models.Index(fields=["state", "erase_on"], name="timetabling_mock_due")]

    def __str__(self) -> str:
        return f"mock {self.public_id}"


class MockScore(models.Model):
    """A pupil's raw score in a subject; `raw` is None where he was absent. `grade` and `converted` stand where it was converted."""

    mock = models.ForeignKey(MockExam, models.CASCADE, related_name="scores", db_index=False)
    pupil = models.ForeignKey("registry.Pupil", models.PROTECT, related_name="+")
    subject = models.CharField(_("科目"), max_length=11, choices=MockSubject.choices)
    raw = models.DecimalField(_("卷面分"), max_digits=4, decimal_places=1, null=True, blank=True)
    grade = models.CharField(_("等级"), max_length=1, blank=True)
    converted = models.PositiveSmallIntegerField(_("赋分"), null=True, blank=True)

    class Meta:
        ordering = ["mock_id", "id"]
        verbose_name = _("模拟考试成绩")
        constraints = [
            models.UniqueConstraint(name="timetabling_score_once", fields=["mock", "pupil", "subject"]),
            models.CheckConstraint(
                name="timetabling_score_within",
                condition=Q(raw__isnull=True)
                | Q(subject__in=list(content.MAIN), raw__gte=0, raw__lte=150)
                | Q(subject__in=list(content.SUBJECTS), raw__gte=0, raw__lte=100),
            ),
            models.CheckConstraint(
                name="timetabling_score_converted_whole",
                condition=Q(grade="", converted__isnull=True)
                | Q(
                    grade__in=["A", "B", "C", "D", "E"],
                    converted__gte=0,
                    converted__lte=100,
                    raw__isnull=False,
                    subject__in=list(content.SECOND),
                ),
            ),
        ]
        indexes = [models.Index(fields=["mock", "subject", "raw"], name="timetabling_score_counted")]

    def __str__(self) -> str:
        return f"{self.subject} of {self.pupil_id} in {self.mock_id}"


class MockConversion(models.Model):
    """The table of a subject as it was converted. `grades` are, best first, [grade, candidates, lowest raw, highest raw], the raw
    scores as text or None; `remarks` are what the rule says of this cohort, in Chinese."""

    mock = models.ForeignKey(MockExam, models.CASCADE, related_name="conversions", db_index=False)
    subject = models.CharField(_("科目"), max_length=11, choices=MockSubject.choices)
    candidates = models.PositiveIntegerField()
    absent = models.PositiveIntegerField()
    grades = models.JSONField(default=list)
    remarks = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["mock_id", "id"]
        verbose_name = _("换算表")
        constraints = [
            models.UniqueConstraint(name="timetabling_conversion_once", fields=["mock", "subject"]),
            models.CheckConstraint(
                name="timetabling_conversion_second", condition=Q(subject__in=list(content.SECOND), candidates__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.mock_id}"
