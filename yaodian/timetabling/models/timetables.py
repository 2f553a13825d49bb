"""Timetables: solved as jobs that tell how far they are, compared, edited, published; and the lessons of those that were published."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import new_public_id
from yaodian.timetabling.models.terms import Course, Meeting, Term, TermRoom, TermTeacher, Weeks


class TimetableState(models.TextChoices):
    QUEUED = "queued", _("正在排课")
    PAUSED = "paused", _("已停下")
    DONE = "done", _("已排好")
    FAILED = "failed", _("排不成")
    DROPPED = "dropped", _("已弃用")
    PUBLISHED = "published", _("已公布")
    REPLACED = "replaced", _("已被替换")


# One that is paused or done may be solved on from where it stands.
NEXT_OF_TIMETABLE: Mapping[str, tuple[str, ...]] = {
    TimetableState.QUEUED: (TimetableState.PAUSED, TimetableState.DONE, TimetableState.FAILED),
    TimetableState.PAUSED: (TimetableState.QUEUED, TimetableState.PUBLISHED, TimetableState.DROPPED),
    TimetableState.DONE: (TimetableState.QUEUED, TimetableState.PUBLISHED, TimetableState.DROPPED),
    TimetableState.FAILED: (TimetableState.QUEUED, TimetableState.DROPPED),
    TimetableState.PUBLISHED: (TimetableState.REPLACED,),
}


class Origin(models.TextChoices):
    SOLVED = "solved", _("自动排课")
    COPIED = "copied", _("从另一方案复制")
    CHANGED = "changed", _("由变动而来")
    IMPORTED = "imported", _("从文件导入")


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Timetable(Record):
    """One plan of a term's week. `frozen` is the school that it is a timetable of (`problem.frozen`), `pieces` the best so far (`problem.pieces`).

    `required` is the sum of what must hold and does not (0: the timetable is valid), `optional` what missed wishes cost, `bound` what no
    valid timetable costs less than. `steps` are [seconds, required, optional] whenever it became better. `explanation` says why there is none.
    `edits` are the last changes by hand, each with the pieces' lines before and after; the last `undone` of them are taken back and may be done again.
    A published one holds from `holds_from` to `holds_until`, both included; None for the rest of the term. `publication` keeps why it was published although
    the term had changed since, and what had; of one that was proposed for an absence, until it is published, for which, and what changes in it.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="timetables", db_index=False)
    attempt = models.PositiveSmallIntegerField(_("方案号"))
    title = models.CharField(_("名称"), max_length=60, blank=True)
    origin = models.CharField(_("来源"), max_length=10, choices=Origin.choices, default=Origin.SOLVED)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=TimetableState.choices, default=TimetableState.QUEUED)
    seed = models.PositiveIntegerField(default=1)
    seconds = models.PositiveSmallIntegerField(_("最长秒数"), default=60)
    frozen = models.BinaryField(default=bytes, blank=True)
    frozen_sha256 = models.CharField(max_length=64, blank=True)
    pieces = models.JSONField(default=list, blank=True)
    required = models.PositiveIntegerField(null=True, blank=True)
    optional = models.PositiveIntegerField(null=True, blank=True)
    bound = models.PositiveIntegerField(null=True, blank=True)
    is_optimal = models.BooleanField(default=False)
    is_impossible = models.BooleanField(default=False)
    spent_seconds = models.FloatField(default=0)
    steps = models.JSONField(default=list, blank=True)
    explanation = models.JSONField(default=dict, blank=True)
    problem = models.CharField(_("原因"), max_length=400, blank=True)
    edits = models.JSONField(default=list, blank=True)
    undone = models.PositiveSmallIntegerField(default=0)
    edited_by = _account()
    edited_at = models.DateTimeField(_("最后改动时间"), null=True, blank=True)
    publication = models.JSONField(default=dict, blank=True)
    holds_from = models.DateField(_("从何日起"), null=True, blank=True)
    holds_until = models.DateField(_("到何日止"), null=True, blank=True)
    asked_by = _account()
    asked_at = models.DateTimeField(_("提出时间"))
    done_at = models.DateTimeField(null=True, blank=True)
    published_by = _account()
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["term_id", "-attempt"]
        verbose_name = _("课表方案")
        constraints = [
            models.UniqueConstraint(name="timetabling_timetable_once", fields=["term", "attempt"]),
            models.CheckConstraint(
                name="timetabling_timetable_state_known", condition=Q(state__in=TimetableState.values)
            ),
            models.CheckConstraint(name="timetabling_timetable_origin_known", condition=Q(origin__in=Origin.values)),
            models.CheckConstraint(
                name="timetabling_timetable_published_whole",
                condition=~Q(state__in=["published", "replaced"])
                | Q(published_at__isnull=False, holds_from__isnull=False, required=0),
            ),
            models.CheckConstraint(
                name="timetabling_timetable_holds_in_order",
                condition=Q(holds_until__isnull=True) | Q(holds_until__gte=F("holds_from")),
            ),
            models.UniqueConstraint(
                name="timetabling_timetable_one_solving", fields=["term"], condition=Q(state="queued")
            ),
            models.UniqueConstraint(
                name="timetabling_timetable_one_open_ended", fields=["term"],
                condition=Q(state="published", holds_until__isnull=True),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["term", "state", "holds_from"], name="timetabling_timetable_held")]

    def __str__(self) -> str:
        return f"timetable {self.public_id}"


class Lesson(models.Model):
    """A lesson of the week in a published timetable: `duration` periods from `period` of `day` on. `course` or `meeting` says of what."""

    timetable = models.ForeignKey(Timetable, models.CASCADE, related_name="lessons", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="lessons")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="lessons")
    day = models.PositiveSmallIntegerField()
    period = models.PositiveSmallIntegerField()
    duration = models.PositiveSmallIntegerField(default=1)
    weeks = models.CharField(max_length=4, choices=Weeks.choices, default=Weeks.ALL)
    room = models.ForeignKey(TermRoom, models.PROTECT, null=True, blank=True, related_name="lessons")
    teachers = models.ManyToManyField(TermTeacher, related_name="lessons")

    class Meta:
        ordering = ["timetable_id", "day", "period", "id"]
        verbose_name = _("课")
        constraints = [
            models.CheckConstraint(
                name="timetabling_lesson_of_something",
                condition=Q(course__isnull=False, meeting__isnull=True) | Q(course__isnull=True, meeting__isnull=False),
            ),
            models.CheckConstraint(
                name="timetabling_lesson_whole",
                condition=Q(day__lte=6, duration__gte=1) & Q(weeks__in=Weeks.values),
            ),
        ]
        indexes = [models.Index(fields=["timetable", "day", "period"], name="timetabling_lesson_at")]

    def __str__(self) -> str:
        return f"lesson {self.pk} of timetable {self.timetable_id}"


class TimetableLink(Record):
    """A link to one timetable for whoever holds it (页面, 手机, 日历订阅), without an account. `digest` is a keyed hash of its secret.

    It shows the timetable of one class, teacher, room or pupil of the term, never a pupil's name, and ends with the term. Each has one that is good.
    """

    term = models.ForeignKey(Term, models.CASCADE, related_name="links", db_index=False)
    digest = models.CharField(max_length=64, unique=True)
    school_class = models.ForeignKey("timetabling.TermClass", models.CASCADE, null=True, blank=True, related_name="+")
    teacher = models.ForeignKey(TermTeacher, models.CASCADE, null=True, blank=True, related_name="+")
    room = models.ForeignKey(TermRoom, models.CASCADE, null=True, blank=True, related_name="+")
    pupil = models.ForeignKey("registry.Pupil", models.CASCADE, null=True, blank=True, related_name="+")
    made_by = _account()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["term_id", "id"]
        verbose_name = _("课表链接")
        constraints = [
            models.CheckConstraint(
                name="timetabling_link_to_one",
                condition=Q(school_class__isnull=False, teacher__isnull=True, room__isnull=True, pupil__isnull=True)
                | Q(school_class__isnull=True, teacher__isnull=False, room__isnull=True, pupil__isnull=True)
                | Q(school_class__isnull=True, teacher__isnull=True, room__isnull=False, pupil__isnull=True)
                | Q(school_class__isnull=True, teacher__isnull=True, room__isnull=True, pupil__isnull=False),
            ),
            # Of the good ones there is one to each.
            *(
                models.UniqueConstraint(
                    name=f"timetabling_link_one_to_{name}", fields=["term", column],
                    condition=Q(revoked_at__isnull=True, **{f"{column}__isnull": False}),
                )
                for name, column in (("class", "school_class"), ("teacher", "teacher"), ("room", "room"), ("pupil", "pupil"))
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"link {self.pk} of term {self.term_id}"
