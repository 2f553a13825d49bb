"""Examinations with their lists, and the plans that were drawn from them: kept as the bytes that anybody can recompute, and as rows.

Names of candidates are enciphered, and erased some time after the last day. Who draws and who publishes are two, by the database.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id


class ExamState(models.TextChoices):
    DRAFT = "draft", _("准备名单")
    LISTED = "listed", _("名单已封存")
    SEATED = "seated", _("已编排待公布")
    PUBLISHED = "published", _("已公布")
    ERASED = "erased", _("个人信息已删除")


# The only transitions that exist. A list that is found wrong is opened again, a plan that is found wrong before it is published dropped.
NEXT_OF_EXAM: Mapping[str, tuple[str, ...]] = {
    ExamState.DRAFT: (ExamState.LISTED, ExamState.ERASED),
    ExamState.LISTED: (ExamState.SEATED, ExamState.DRAFT, ExamState.ERASED),
    ExamState.SEATED: (ExamState.PUBLISHED, ExamState.LISTED, ExamState.ERASED),
    ExamState.PUBLISHED: (ExamState.ERASED,),
}


class PlanState(models.TextChoices):
    QUEUED = "queued", _("正在编排")
    DONE = "done", _("已编排")
    FAILED = "failed", _("未编成")
    DROPPED = "dropped", _("已弃用")
    PUBLISHED = "published", _("已公布")


# A plan that stands: there is one at a time.
STANDING = (PlanState.QUEUED, PlanState.DONE, PlanState.PUBLISHED)


class Around(models.TextChoices):
    """The values of the engine's `Around`; a test holds them equal."""

    ORTHOGONAL = "orthogonal", _("前后左右")
    SURROUNDING = "surrounding", _("前后左右和四角")


class Apart(models.TextChoices):
    """The values of the engine's `Apart`; a test holds them equal."""

    SCHOOL = "school", _("同校不相邻")
    SCHOOL_OR_PAPER = "school-or-paper", _("同校同卷不相邻，同校考不同试卷的可以相邻")


class Need(models.TextChoices):
    """What a candidate needs, and what a room offers. Ordinary ones need nothing."""

    NONE = "none", _("普通")
    QUIET = "quiet", _("单独考场")
    LONGER = "longer", _("延长考试时间")
    ACCESSIBLE = "accessible", _("无障碍考场")


def _account() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Exam(Record):
    """An examination of an office or a school. `seed_source` says, before the lists are closed, where the seed will come from.

    `list_sha256` is the fingerprint of what was closed (`problem.Inputs`), empty before.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    title = models.CharField(_("名称"), max_length=80)
    starts_on = models.DateField(_("第一天"))
    ends_on = models.DateField(_("最后一天"))
    around = models.CharField(_("相邻"), max_length=20, choices=Around.choices, default=Around.ORTHOGONAL)
    apart = models.CharField(_("相邻座位"), max_length=20, choices=Apart.choices, default=Apart.SCHOOL)
    is_one_paper = models.BooleanField(_("一个考场只考一种试卷"), default=True)
    are_relatives_parted = models.BooleanField(_("亲属不在同一考场"), default=True)
    are_own_pupils_barred = models.BooleanField(_("教师不监考本校考生所在的考场"), default=True)
    a_room = models.PositiveSmallIntegerField(_("每个考场监考人数"), default=2)
    seed_source = models.CharField(_("种子从哪里来"), max_length=200)
    kept_days = models.PositiveSmallIntegerField(_("考后保留姓名的天数"), default=180)
    state = models.CharField(_("状态"), max_length=10, choices=ExamState.choices, default=ExamState.DRAFT)
    list_sha256 = models.CharField(max_length=64, blank=True)
    listed_by = _account()
    listed_at = models.DateTimeField(_("封存时间"), null=True, blank=True)
    made_at = models.DateTimeField(_("建立时间"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-starts_on", "title", "id"]
        verbose_name = _("考试")
        constraints = [
            models.UniqueConstraint(
                name="exams_exam_titled_once", fields=["office", "title"],
                violation_error_message=_("这个单位已有同名的考试。请换一个名称。"),
            ),
            models.CheckConstraint(name="exams_exam_said", condition=~Q(title="") & ~Q(seed_source="")),
            models.CheckConstraint(
                name="exams_exam_days", condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("最后一天不能早于第一天。"),
            ),
            models.CheckConstraint(name="exams_exam_state_known", condition=Q(state__in=ExamState.values)),
            models.CheckConstraint(
                name="exams_exam_rules_known", condition=Q(around__in=Around.values) & Q(apart__in=Apart.values)
            ),
            models.CheckConstraint(
                name="exams_exam_invigilators", condition=Q(a_room__gte=1, a_room__lte=4),
                violation_error_message=_("每个考场监考 1 至 4 人。"),
            ),
            models.CheckConstraint(
                name="exams_exam_kept", condition=Q(kept_days__gte=1, kept_days__lte=3650),
                violation_error_message=_("保留天数须在 1 至 3650 之间。"),
            ),
            models.CheckConstraint(
                name="exams_exam_listed",
                condition=Q(state__in=["draft", "erased"]) | (~Q(list_sha256="") & Q(listed_at__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Session(Record):
    """A sitting: all candidates of its papers are in their rooms. Invigilators are shared out session by session."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="sessions", db_index=False)
    label = models.CharField(_("科目"), max_length=40)
    on = models.DateField(_("日期"))
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))

    class Meta:
        ordering = ["exam_id", "on", "starts", "id"]
        verbose_name = _("场次")
        constraints = [
            models.UniqueConstraint(
                name="exams_session_once", fields=["exam", "on", "starts"],
                violation_error_message=_("这一天的这个时间已有一场。请改开始时间，或删去那一场。"),
            ),
            models.CheckConstraint(
                name="exams_session_times", condition=Q(ends__gt=F("starts")) & ~Q(label=""),
                violation_error_message=_("结束时间须晚于开始时间。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label


class ExamRoom(Record):
    """A room of a site (a school): a grid of desks, the first `seats` of which are used. Desks count down the first column, up the second."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="rooms", db_index=False)
    code = models.CharField(_("考场号"), max_length=20)
    site = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("考点"))
    place = models.CharField(_("地点"), max_length=60, blank=True)
    rows = models.PositiveSmallIntegerField(_("行数"), default=6)
    columns = models.PositiveSmallIntegerField(_("列数"), default=5)
    seats = models.PositiveSmallIntegerField(_("座位数"), default=30)
    need = models.CharField(_("考场类别"), max_length=12, choices=Need.choices, default=Need.NONE)

    class Meta:
        ordering = ["exam_id", "code"]
        verbose_name = _("考场")
        constraints = [
            models.UniqueConstraint(name="exams_room_once", fields=["exam", "code"]),
            models.CheckConstraint(
                name="exams_room_grid",
                condition=Q(
                    rows__gte=1, rows__lte=100, columns__gte=1, columns__lte=100, seats__lte=F("rows") * F("columns")
                ),
            ),
            models.CheckConstraint(name="exams_room_need_known", condition=Q(need__in=Need.values) & ~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class Examinee(Record):
    """A candidate. `paper` is what is written on the cover of his papers, empty where all have the same; `relatives` a word that
    relatives share; `site` where he must sit, if anywhere."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="examinees", db_index=False)
    number = models.CharField(_("准考证号"), max_length=30)
    name = EncryptedTextField(_("姓名"), max_length=60, blank=True)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"))
    group = models.CharField(_("班级"), max_length=30, blank=True)
    paper = models.CharField(_("试卷"), max_length=40, blank=True)
    need = models.CharField(_("特殊需要"), max_length=12, choices=Need.choices, default=Need.NONE)
    relatives = models.CharField(_("亲属组"), max_length=20, blank=True)
    site = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指定考点"))

    class Meta:
        ordering = ["exam_id", "number"]
        verbose_name = _("考生")
        constraints = [
            models.UniqueConstraint(name="exams_examinee_once", fields=["exam", "number"]),
            models.CheckConstraint(name="exams_examinee_known", condition=Q(need__in=Need.values) & ~Q(number="")),
        ]
        indexes = [models.Index(fields=["exam", "school"], name="exams_examinee_of")]

    def __str__(self) -> str:
        return f"examinee {self.pk}"


class Invigilator(Record):
    """A teacher who may be asked. `most` duties; `absent` are numbers of sessions, from 1 in their order, in which he cannot."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="invigilators", db_index=False)
    number = models.CharField(_("工号"), max_length=30)
    name = models.CharField(_("姓名"), max_length=60)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"))
    most = models.PositiveSmallIntegerField(_("最多监考场数"), null=True, blank=True)
    absent: "models.JSONField[Any, Any]" = models.JSONField(_("不能监考的场次"), default=list, blank=True)

    class Meta:
        ordering = ["exam_id", "number"]
        verbose_name = _("监考教师")
        constraints = [
            models.UniqueConstraint(name="exams_invigilator_once", fields=["exam", "number"]),
            models.CheckConstraint(name="exams_invigilator_said", condition=~Q(number="") & ~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Plan(Record):
    """Seats and duties that were drawn: what went in, the seed, what came out, and their fingerprints.

    `inputs` and `result` are canonical bytes (`problem`): numbers, schools and rooms, no names.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="plans", db_index=False)
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("状态"), max_length=10, choices=PlanState.choices, default=PlanState.QUEUED)
    seed = models.CharField(_("种子"), max_length=200)
    inputs = models.BinaryField(default=b"")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    result = models.BinaryField(default=b"")
    result_sha256 = models.CharField(max_length=64, blank=True)
    tallies: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    problem = models.CharField(_("未编成的原因"), max_length=400, blank=True)
    program = models.CharField(max_length=40, blank=True)
    asked_by = _account()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    published_by = _account()
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["exam_id", "-attempt"]
        verbose_name = _("编排")
        constraints = [
            models.UniqueConstraint(name="exams_plan_once", fields=["exam", "attempt"]),
            models.UniqueConstraint(name="exams_plan_one_stands", fields=["exam"], condition=Q(state__in=STANDING)),
            models.CheckConstraint(name="exams_plan_state_known", condition=Q(state__in=PlanState.values) & ~Q(seed="")),
            models.CheckConstraint(
                name="exams_plan_done_whole",
                condition=~Q(state__in=["done", "published"])
                | (~Q(inputs_sha256="") & ~Q(result_sha256="") & Q(done_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="exams_plan_published_at", condition=~Q(state="published") | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                # Two persons, and it cannot be otherwise. What the program itself lays has none.
                name="exams_plan_two_persons",
                condition=Q(published_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(published_by=F("asked_by")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"plan {self.public_id}"


class Seat(models.Model):
    """Where a candidate sits by a plan; `number` counts the desks of the room from 1."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="seats", db_index=False)
    examinee = models.OneToOneField(Examinee, models.CASCADE, related_name="seat")
    room = models.ForeignKey(ExamRoom, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField(_("座位号"))

    class Meta:
        ordering = ["room_id", "number"]
        verbose_name = _("座位")
        constraints = [
            models.UniqueConstraint(name="exams_seat_once", fields=["room", "number"]),
            models.CheckConstraint(name="exams_seat_from_one", condition=Q(number__gte=1)),
        ]
        indexes = [models.Index(fields=["plan", "room"], name="exams_seat_of")]

    def __str__(self) -> str:
        return f"{self.number} in {self.room_id}"


class Duty(models.Model):
    """Where a teacher invigilates in a session."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="duties", db_index=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="+")
    room = models.ForeignKey(ExamRoom, models.PROTECT, related_name="+")
    invigilator = models.ForeignKey(Invigilator, models.PROTECT, related_name="duties")

    class Meta:
        ordering = ["session_id", "room_id", "id"]
        verbose_name = _("监考")
        constraints = [
            models.UniqueConstraint(name="exams_duty_once", fields=["session", "invigilator"]),
        ]

    def __str__(self) -> str:
        return f"{self.invigilator_id} in {self.room_id}"
