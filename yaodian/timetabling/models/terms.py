"""A term of a school as timetables see it: bells, rooms, teachers, home classes, courses, meetings, and what is wished of them.

Days of the week are counted from 0 (Monday), periods from 0 within a bell schedule, as the engine counts them
(`engines.scheduling.timetabling.school`). Slots are JSON lists of [day, [period, …]]; no periods are the whole day. What is said here may be changed as
long as the term is there: every plan of timetable keeps a frozen copy of its own.
"""

from collections.abc import Mapping

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id
from yaodian.timetabling.models.choices import Grade


class Half(models.IntegerChoices):
    FIRST = 1, _("第一学期")
    SECOND = 2, _("第二学期")


class TermState(models.TextChoices):
    PREPARING = "preparing", _("准备")
    RUNNING = "running", _("课表已公布")
    ENDED = "ended", _("已结束")


# A term runs from its first published timetable on.
NEXT_OF_TERM: Mapping[str, tuple[str, ...]] = {
    TermState.PREPARING: (TermState.RUNNING, TermState.ENDED),
    TermState.RUNNING: (TermState.ENDED,),
}


class Weeks(models.TextChoices):
    """The values of the engine's `Weeks`; a test holds them equal."""

    ALL = "all", _("每周")
    ODD = "odd", _("单周")
    EVEN = "even", _("双周")


class Term(Record):
    """`year` is the September in which the school year begins. `days` of a week have lessons. The first week is the one of `begins_on`."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"), db_index=False)
    year = models.PositiveSmallIntegerField(_("学年"))
    half = models.PositiveSmallIntegerField(_("学期"), choices=Half.choices)
    begins_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    days = models.PositiveSmallIntegerField(
        _("每周上课天数"), default=5, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    state = models.CharField(_("状态"), max_length=10, choices=TermState.choices, default=TermState.PREPARING)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "-year", "-half"]
        verbose_name = _("学期")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_term_once", fields=["school", "year", "half"],
                violation_error_message=_("这所学校已有这个学期。"),
            ),
            models.CheckConstraint(name="timetabling_term_half_known", condition=Q(half__in=Half.values)),
            models.CheckConstraint(name="timetabling_term_state_known", condition=Q(state__in=TermState.values)),
            models.CheckConstraint(name="timetabling_term_week", condition=Q(days__gte=1, days__lte=7)),
            models.CheckConstraint(
                name="timetabling_term_in_order", condition=Q(ends_on__gt=F("begins_on")),
                violation_error_message=_("结束日期要晚于开始日期。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"term {self.public_id}"


class TermDay(models.Model):
    """A day without lessons, or one on which those of another day of the week are held (调课)."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="special_days", db_index=False)
    on = models.DateField(_("日期"))
    # None: no lessons at all.
    lessons_of = models.PositiveSmallIntegerField(_("上星期几的课"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=60, blank=True)

    class Meta:
        ordering = ["term_id", "on"]
        verbose_name = _("校历特殊日")
        constraints = [
            models.UniqueConstraint(name="timetabling_termday_once", fields=["term", "on"]),
            models.CheckConstraint(
                name="timetabling_termday_of_a_week", condition=Q(lessons_of__isnull=True) | Q(lessons_of__lte=6)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} of term {self.term_id}"


class BellSchedule(Record):
    """The periods of a day (作息时间表); `without` lists [day, period] that there are not."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="bells", db_index=False)
    code = models.CharField(_("名称"), max_length=30)
    without = models.JSONField(_("没有的课时"), default=list, blank=True)

    class Meta:
        ordering = ["term_id", "id"]
        verbose_name = _("作息时间表")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_bells_once", fields=["term", "code"],
                violation_error_message=_("这个学期已有同名的作息时间表。"),
            ),
            models.CheckConstraint(name="timetabling_bells_named", condition=~Q(code="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class BellPeriod(models.Model):
    """One lesson of a day, in minutes after midnight. `part` is morning, afternoon or evening as the school says it."""

    bells = models.ForeignKey(BellSchedule, models.CASCADE, related_name="periods", db_index=False)
    number = models.PositiveSmallIntegerField(_("序号"))
    name = models.CharField(_("节次"), max_length=20)
    begins_min = models.PositiveSmallIntegerField(_("开始"))
    ends_min = models.PositiveSmallIntegerField(_("结束"))
    part = models.CharField(_("时段"), max_length=10, blank=True)

    class Meta:
        ordering = ["bells_id", "number"]
        verbose_name = _("节次")
        constraints = [
            models.UniqueConstraint(name="timetabling_period_once", fields=["bells", "number"]),
            models.CheckConstraint(
                name="timetabling_period_in_a_day", condition=Q(ends_min__gt=F("begins_min"), ends_min__lte=1440)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of bells {self.bells_id}"


class TermRoom(Record):
    """A room for lessons. Ordinary ones have no `kind`. `place` is a building or campus; `closed` are slots."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="rooms", db_index=False)
    code = models.CharField(_("教室"), max_length=30)
    kind = models.CharField(_("种类"), max_length=20, blank=True)
    seats = models.PositiveSmallIntegerField(_("座位数"))
    place = models.CharField(_("校区或楼"), max_length=30, blank=True)
    closed = models.JSONField(_("不能用的时间"), default=list, blank=True)

    class Meta:
        ordering = ["term_id", "code"]
        verbose_name = _("教室")
        constraints = [
            models.UniqueConstraint(name="timetabling_room_once", fields=["term", "code"]),
            models.CheckConstraint(
                name="timetabling_room_whole", condition=~Q(code="") & Q(seats__gte=1, seats__lte=1000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class TermTeacher(Record):
    """Somebody who teaches in the term, by staff number. `subjects` are names; `away` are slots; limits are None where there is none.

    `teacher` is the row of the registry, where there is one: by it an account finds its own timetable.
    """

    term = models.ForeignKey(Term, models.CASCADE, related_name="teachers", db_index=False)
    code = models.CharField(_("工号"), max_length=40)
    name = EncryptedTextField(_("姓名"), max_length=60)
    teacher = models.ForeignKey("registry.Teacher", models.PROTECT, null=True, blank=True, related_name="+")
    subjects = models.JSONField(_("任教学科"), default=list, blank=True)
    away = models.JSONField(_("不排课时间"), default=list, blank=True)
    most_hours = models.PositiveSmallIntegerField(_("每周最多节数"), null=True, blank=True)
    most_a_day = models.PositiveSmallIntegerField(_("每天最多节数"), null=True, blank=True)
    most_on_end = models.PositiveSmallIntegerField(_("最多连上节数"), null=True, blank=True)
    most_days = models.PositiveSmallIntegerField(_("最多上课天数"), null=True, blank=True)
    # Never asked to stand in for others.
    is_exempt = models.BooleanField(_("不安排代课"), default=False)

    class Meta:
        ordering = ["term_id", "code"]
        verbose_name = _("任课教师")
        constraints = [
            models.UniqueConstraint(name="timetabling_teacher_once", fields=["term", "code"]),
            models.CheckConstraint(name="timetabling_teacher_numbered", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class TermClass(Record):
    """An administrative class (行政班) in the term. `room` is its own. `size` counts where the registry has no class of it."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="classes", db_index=False)
    code = models.CharField(_("班级"), max_length=30)
    grade = models.PositiveSmallIntegerField(_("年级"), choices=Grade.choices)
    size = models.PositiveSmallIntegerField(_("人数"))
    bells = models.ForeignKey(BellSchedule, models.PROTECT, related_name="+", verbose_name=_("作息时间表"))
    room = models.ForeignKey(TermRoom, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("教室"))
    school_class = models.ForeignKey("registry.SchoolClass", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["term_id", "grade", "id"]
        verbose_name = _("行政班")
        constraints = [
            models.UniqueConstraint(name="timetabling_class_once", fields=["term", "code"]),
            models.CheckConstraint(
                name="timetabling_class_whole", condition=~Q(code="") & Q(size__gte=0, size__lte=100)
            ),
            models.CheckConstraint(name="timetabling_class_grade_known", condition=Q(grade__in=Grade.values)),
        ]

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class Course(Record):
    """A subject taught `hours` a week to whole home classes, or to one teaching group (教学班). `doubles` of the hours are pairs.

    `teachers` all teach at once; of `candidates` the timetable chooses one. Courses of one `together` run at the same times. `fixed` are the starts of all
    its lessons, [[day, period], …], if they are certain. A course of a group goes when its grouping is dropped.
    """

    term = models.ForeignKey(Term, models.CASCADE, related_name="courses", db_index=False)
    code = models.CharField(_("教学任务"), max_length=60)
    subject = models.CharField(_("学科"), max_length=20)
    hours = models.PositiveSmallIntegerField(_("每周节数"))
    doubles = models.PositiveSmallIntegerField(_("连堂数"), default=0)
    weeks = models.CharField(_("周次"), max_length=4, choices=Weeks.choices, default=Weeks.ALL)
    needs_room = models.BooleanField(_("要教室"), default=True)
    room_kind = models.CharField(_("教室种类"), max_length=20, blank=True)
    together = models.CharField(_("同时上课"), max_length=40, blank=True)
    fixed = models.JSONField(_("固定时间"), default=list, blank=True)
    classes = models.ManyToManyField(TermClass, related_name="courses")
    group = models.ForeignKey(
        "timetabling.TeachingGroup", models.CASCADE, null=True, blank=True, related_name="courses"
    )
    teachers = models.ManyToManyField(TermTeacher, related_name="courses")
    candidates = models.ManyToManyField(TermTeacher, related_name="+")
    rooms = models.ManyToManyField(TermRoom, related_name="+")

    class Meta:
        ordering = ["term_id", "id"]
        verbose_name = _("教学任务")
        constraints = [
            models.UniqueConstraint(name="timetabling_course_once", fields=["term", "code"]),
            models.CheckConstraint(
                name="timetabling_course_whole",
                condition=~Q(code="") & ~Q(subject="") & Q(hours__gte=1, hours__lte=40) & Q(doubles__lte=F("hours")),
            ),
            models.CheckConstraint(name="timetabling_course_weeks_known", condition=Q(weeks__in=Weeks.values)),
        ]

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class CurriculumHours(models.Model):
    """What the curriculum asks (课时计划): hours a week of a subject for a grade; `is_chosen`: for those who chose it."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="curriculum", db_index=False)
    grade = models.PositiveSmallIntegerField(_("年级"), choices=Grade.choices)
    subject = models.CharField(_("学科"), max_length=20)
    hours = models.PositiveSmallIntegerField(_("每周节数"))
    doubles = models.PositiveSmallIntegerField(_("连堂数"), default=0)
    room_kind = models.CharField(_("教室种类"), max_length=20, blank=True)
    is_chosen = models.BooleanField(_("选考"), default=False)

    class Meta:
        ordering = ["term_id", "grade", "is_chosen", "id"]
        verbose_name = _("课时计划")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_curriculum_once", fields=["term", "grade", "subject", "is_chosen"]
            ),
            models.CheckConstraint(
                name="timetabling_curriculum_whole", condition=~Q(subject="") & Q(hours__gte=1, hours__lte=40)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of grade {self.grade}"


class Meeting(Record):
    """Teachers who meet (教研活动) for so many periods on end, at a fixed time or whenever it fits."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="meetings", db_index=False)
    code = models.CharField(_("名称"), max_length=40)
    periods = models.PositiveSmallIntegerField(_("节数"), default=1)
    day = models.PositiveSmallIntegerField(_("星期"), null=True, blank=True)
    period = models.PositiveSmallIntegerField(_("从第几节"), null=True, blank=True)
    teachers = models.ManyToManyField(TermTeacher, related_name="meetings")

    class Meta:
        ordering = ["term_id", "id"]
        verbose_name = _("教研活动")
        constraints = [
            models.UniqueConstraint(name="timetabling_meeting_once", fields=["term", "code"]),
            models.CheckConstraint(
                name="timetabling_meeting_whole",
                condition=~Q(code="") & Q(periods__gte=1, periods__lte=8)
                & (Q(day__isnull=True, period__isnull=True) | Q(day__isnull=False, period__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} of term {self.term_id}"


class TimetableWish(Record):
    """One wish in the school's own words. `kind` is one of `problem.wishes.KINDS`, `values` its parts by name.

    It must hold (`is_required`), or a miss costs `weight`. One that is not active is kept and not asked for.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="wishes", db_index=False)
    kind = models.CharField(_("种类"), max_length=30)
    name = models.CharField(_("名称"), max_length=80)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    values = models.JSONField(default=dict, blank=True)
    is_required = models.BooleanField(_("必须满足"), default=False)
    weight = models.PositiveSmallIntegerField(_("分量"), default=1)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["term_id", "-is_required", "-weight", "id"]
        verbose_name = _("排课要求")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_wish_named_once", fields=["term", "name"],
                violation_error_message=_("已有同名的要求。请换一个名称。"),
            ),
            models.CheckConstraint(
                name="timetabling_wish_whole", condition=~Q(name="") & ~Q(kind="") & Q(weight__gte=1, weight__lte=100)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"wish {self.public_id}"
