"""Schools and kindergartens, their campuses and classes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Dated, Unit, new_public_id
from yaodian.registry.models.choices import AreaKind, Runner, SchoolType, Stage, grade_label, stages_of

_LONGITUDE = Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180)
_LATITUDE = Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90)
_BOTH_OR_NEITHER = Q(longitude__isnull=True, latitude__isnull=True) | Q(longitude__isnull=False, latitude__isnull=False)


class School(Record):
    """What the registry knows of a unit that teaches: its code, name, county and life are the unit's.

    Coordinates are degrees in GCJ-02, the system of Chinese maps; which one a source uses is said in its sheet.
    """

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="school", verbose_name=_("单位"))
    school_type = models.CharField(_("办学类型"), max_length=3, choices=SchoolType.choices)
    runner = models.CharField(_("举办者"), max_length=20, choices=Runner.choices)
    is_public = models.BooleanField(_("公办"), default=True)
    is_inclusive = models.BooleanField(_("普惠性民办"), default=False)
    area_kind = models.CharField(_("城乡分类"), max_length=3, choices=AreaKind.choices)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    is_boarding = models.BooleanField(_("寄宿制"), default=False)
    is_minority = models.BooleanField(_("独立设置少数民族学校"), default=False)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("建校年份"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["unit__code"]
        verbose_name = _("学校")
        constraints = [
            models.CheckConstraint(name="registry_school_type_known", condition=Q(school_type__in=SchoolType.values)),
            models.CheckConstraint(name="registry_school_runner_known", condition=Q(runner__in=Runner.values)),
            models.CheckConstraint(name="registry_school_area_known", condition=Q(area_kind__in=AreaKind.values)),
            models.CheckConstraint(
                name="registry_school_inclusive_is_private",
                condition=Q(is_inclusive=False) | Q(is_public=False),
                violation_error_message=_("普惠性民办只适用于民办学校。"),
            ),
            models.CheckConstraint(
                name="registry_school_longitude",
                condition=_LONGITUDE,
                violation_error_message=_("经度应在 -180 到 180 之间。"),
            ),
            models.CheckConstraint(
                name="registry_school_latitude",
                condition=_LATITUDE,
                violation_error_message=_("纬度应在 -90 到 90 之间。"),
            ),
            models.CheckConstraint(
                name="registry_school_place_whole",
                condition=_BOTH_OR_NEITHER,
                violation_error_message=_("经度与纬度须同时填写。"),
            ),
            models.CheckConstraint(
                name="registry_school_founded_plausibly",
                condition=Q(founded_year__isnull=True) | Q(founded_year__gte=1000, founded_year__lte=2199),
            ),
            models.UniqueConstraint(
                name="registry_school_credit_code_once",
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                violation_error_message=_("这个统一社会信用代码已登记在另一所学校名下。"),
            ),
        ]
        indexes = [models.Index(fields=["school_type", "id"], name="registry_school_by_type")]

    def __str__(self) -> str:
        return f"school {self.unit_id}"

    @property
    def stages(self) -> tuple[Stage, ...]:
        return stages_of(self.school_type)


class Campus(Record):
    """A place where a school teaches. Exactly one at most is the main one."""

    school = models.ForeignKey(School, models.PROTECT, related_name="campuses", verbose_name=_("学校"), db_index=False)
    code = models.CharField(_("校区代码"), max_length=10)
    name = models.CharField(_("校区名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    is_main = models.BooleanField(_("本部"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "code"]
        verbose_name = _("校区")
        constraints = [
            models.UniqueConstraint(name="registry_campus_code_once", fields=["school", "code"]),
            models.UniqueConstraint(
                name="registry_campus_one_main",
                fields=["school"],
                condition=Q(is_main=True),
                violation_error_message=_("一所学校只有一个本部。"),
            ),
            models.CheckConstraint(name="registry_campus_named", condition=~Q(code="") & ~Q(name="")),
            models.CheckConstraint(name="registry_campus_longitude", condition=_LONGITUDE),
            models.CheckConstraint(name="registry_campus_latitude", condition=_LATITUDE),
            models.CheckConstraint(name="registry_campus_place_whole", condition=_BOTH_OR_NEITHER),
        ]

    def __str__(self) -> str:
        return f"campus {self.code} of {self.school_id}"


class SchoolClass(Dated):
    """A class, for as long as its pupils are together: it keeps its number and moves up through the grades.

    `entered_year` is the September in which the class began its first grade. `until_on` is set when it has left.
    `external_id` is what an office's own system calls the row, so that it is imported again without being doubled.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="classes", verbose_name=_("学校"), db_index=False)
    stage = models.CharField(_("学段"), max_length=10, choices=Stage.choices)
    grade = models.PositiveSmallIntegerField(_("年级"))
    entered_year = models.PositiveSmallIntegerField(_("入学年份"))
    number = models.PositiveSmallIntegerField(_("班号"))
    name = models.CharField(_("班级名称"), max_length=60)
    campus = models.ForeignKey(
        Campus, models.PROTECT, null=True, blank=True, related_name="classes", verbose_name=_("校区")
    )
    homeroom_teacher = models.ForeignKey(
        "registry.Teacher",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="homeroom_classes",
        verbose_name=_("班主任"),
    )
    external_id = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "stage", "grade", "number"]
        verbose_name = _("班级")
        constraints = [
            models.UniqueConstraint(
                name="registry_class_once",
                fields=["school", "stage", "entered_year", "number"],
                violation_error_message=_("这所学校同一学段、同一入学年份已有这个班号。"),
            ),
            models.UniqueConstraint(
                name="registry_class_external_id_once", fields=["external_id"], condition=~Q(external_id="")
            ),
            models.CheckConstraint(name="registry_class_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="registry_class_grade_exists", condition=Q(grade__gte=1, grade__lte=12)),
            models.CheckConstraint(name="registry_class_number_exists", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="registry_class_year_plausible", condition=Q(entered_year__gte=1900, entered_year__lte=2199)
            ),
            models.CheckConstraint(name="registry_class_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="registry_class_in_order", condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["school", "until_on", "stage", "grade", "number"], name="registry_class_of_school"),
        ]

    def __str__(self) -> str:
        return f"class {self.public_id}"

    @property
    def grade_label(self) -> str:
        return grade_label(self.stage, self.grade)
