"""Teachers, pupils and those who answer for them.

What names a person stands here sealed (`foundation.fields`), with a keyed index where it must be found again. What may
be counted without naming anybody stands in clear.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedDateField, EncryptedFlagField, EncryptedTextField, blind
from yaodian.foundation.models import Record
from yaodian.organisations.models import Dated, Person, new_public_id
from yaodian.registry.models.choices import (
    Backbone,
    Establishment,
    Gender,
    PupilStatus,
    Qualification,
    Relation,
    Stage,
    TeacherStatus,
    Title,
)
from yaodian.registry.models.schools import School, SchoolClass

_PLAUSIBLE_YEAR = {"gte": 1900, "lte": 2199}


def _year(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__{how}": year for how, year in _PLAUSIBLE_YEAR.items()})


def _found_no_more(table: str, *indexes: str) -> models.CheckConstraint:
    """Whoever was erased is found by nothing that was his."""
    return models.CheckConstraint(
        name=f"registry_{table}_erased_is_not_found",
        condition=Q(erased_at__isnull=True) | Q(**{f"{index}__isnull": True for index in indexes}),
    )


class Teacher(Record):
    """A teacher. `school` is where the main post is, or was last; `TeacherPost` keeps the history."""

    staff_number = models.CharField(_("工号"), max_length=40, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="teacher")
    name = EncryptedTextField(_("姓名"), max_length=60)
    name_index = blind()
    id_number = EncryptedTextField(_("证件号码"), max_length=30, blank=True)
    id_number_index = blind()
    gender = models.CharField(_("性别"), max_length=1, choices=Gender.choices)
    birth_year = models.PositiveSmallIntegerField(_("出生年份"), null=True, blank=True)
    birth_on = EncryptedDateField(_("出生日期"), null=True, blank=True)
    school = models.ForeignKey(
        School, models.PROTECT, related_name="teachers", verbose_name=_("任教学校"), db_index=False
    )
    establishment = models.CharField(_("编制"), max_length=10, choices=Establishment.choices)
    qualification = models.CharField(_("学历"), max_length=20, choices=Qualification.choices)
    title = models.CharField(_("职称"), max_length=10, choices=Title.choices, default=Title.NONE)
    subject = models.CharField(_("任教学科"), max_length=40, blank=True)
    stage = models.CharField(_("任教学段"), max_length=10, choices=Stage.choices)
    has_certificate = models.BooleanField(_("持有教师资格证"), default=True)
    backbone_level = models.CharField(_("骨干层级"), max_length=10, choices=Backbone.choices, default=Backbone.NONE)
    started_year = models.PositiveSmallIntegerField(_("从教年份"), null=True, blank=True)
    phone = EncryptedTextField(_("电话"), max_length=30, blank=True)
    phone_index = blind()
    status = models.CharField(_("状态"), max_length=10, choices=TeacherStatus.choices, default=TeacherStatus.ACTIVE)
    left_on = models.DateField(_("离岗日期"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "id"]
        verbose_name = _("教师")
        constraints = [
            models.UniqueConstraint(
                name="registry_teacher_id_number_once",
                fields=["id_number_index"],
                condition=Q(id_number_index__isnull=False),
                violation_error_message=_("这个证件号码已登记在另一位教师名下。"),
            ),
            models.CheckConstraint(name="registry_teacher_numbered", condition=~Q(staff_number="")),
            models.CheckConstraint(name="registry_teacher_gender_known", condition=Q(gender__in=Gender.values)),
            models.CheckConstraint(
                name="registry_teacher_establishment_known", condition=Q(establishment__in=Establishment.values)
            ),
            models.CheckConstraint(
                name="registry_teacher_qualification_known", condition=Q(qualification__in=Qualification.values)
            ),
            models.CheckConstraint(name="registry_teacher_title_known", condition=Q(title__in=Title.values)),
            models.CheckConstraint(name="registry_teacher_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="registry_teacher_backbone_known", condition=Q(backbone_level__in=Backbone.values)
            ),
            models.CheckConstraint(name="registry_teacher_status_known", condition=Q(status__in=TeacherStatus.values)),
            models.CheckConstraint(name="registry_teacher_birth_plausible", condition=_year("birth_year")),
            models.CheckConstraint(name="registry_teacher_start_plausible", condition=_year("started_year")),
            _found_no_more("teacher", "name_index", "id_number_index", "phone_index"),
            models.CheckConstraint(
                name="registry_teacher_left_has_a_day",
                condition=Q(status__in=["active", "on_leave"], left_on__isnull=True)
                | Q(status__in=["left", "retired"], left_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "id"], name="registry_teacher_of_school"),
            models.Index(fields=["name_index"], name="registry_teacher_by_name"),
            models.Index(fields=["phone_index"], name="registry_teacher_by_phone"),
            # A rare title in the whole city is found at once, and in the order of the list.
            models.Index(fields=["title", "school", "id"], name="registry_teacher_by_title"),
        ]

    def __str__(self) -> str:
        return f"teacher {self.public_id}"


class TeacherPost(Dated):
    """A teacher holds a duty in a school, from a day to a day."""

    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="posts", db_index=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="teacher_posts", db_index=False)
    duty = models.CharField(_("职务"), max_length=60)

    class Meta:
        ordering = ["teacher_id", "from_on"]
        verbose_name = _("任职经历")
        constraints = [
            models.UniqueConstraint(
                name="registry_teacherpost_begins_once", fields=["teacher", "school", "duty", "from_on"]
            ),
            models.CheckConstraint(name="registry_teacherpost_titled", condition=~Q(duty="")),
            models.CheckConstraint(
                name="registry_teacherpost_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["school", "until_on"], name="registry_teacherpost_at_school")]

    def __str__(self) -> str:
        return f"post of teacher {self.teacher_id}"


class Pupil(Record):
    """A pupil or a child of a kindergarten. `school` is where he is, or was last; `Enrolment` keeps the history.

    Once `erased_at` is set, nothing that names him is left: the row counts, and that is all.

    `merged_into` is set on a record that was found to be another's double: it is shown nowhere, and the merger can be
    taken back.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    enrolment_number = EncryptedTextField(_("全国学籍号"), max_length=30, blank=True)
    enrolment_number_index = blind()
    name = EncryptedTextField(_("姓名"), max_length=60)
    name_index = blind()
    id_number = EncryptedTextField(_("证件号码"), max_length=30, blank=True)
    id_number_index = blind()
    gender = models.CharField(_("性别"), max_length=1, choices=Gender.choices)
    birth_year = models.PositiveSmallIntegerField(_("出生年份"), null=True, blank=True)
    birth_on = EncryptedDateField(_("出生日期"), null=True, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=2, blank=True)
    school = models.ForeignKey(School, models.PROTECT, related_name="pupils", verbose_name=_("学校"), db_index=False)
    school_class = models.ForeignKey(
        SchoolClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pupils",
        verbose_name=_("班级"),
        db_index=False,
    )
    is_boarding = models.BooleanField(_("寄宿"), default=False)
    is_migrant = models.BooleanField(_("随迁子女"), default=False)
    is_left_behind = models.BooleanField(_("留守儿童"), default=False)
    has_disability = EncryptedFlagField(_("残疾"), null=True, blank=True)
    disability_kind = EncryptedTextField(_("残疾类别"), max_length=20, blank=True, pad_to=80)
    is_poor = EncryptedFlagField(_("家庭经济困难"), null=True, blank=True)
    residence = EncryptedTextField(_("家庭住址"), max_length=200, blank=True)
    status = models.CharField(_("学籍状态"), max_length=12, choices=PupilStatus.choices, default=PupilStatus.ENROLLED)
    entered_on = models.DateField(_("入学日期"))
    left_on = models.DateField(_("离校日期"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="doubles")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    external_id = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["school_id", "id"]
        verbose_name = _("学生")
        constraints = [
            models.UniqueConstraint(
                name="registry_pupil_enrolment_number_once",
                fields=["enrolment_number_index"],
                condition=Q(enrolment_number_index__isnull=False),
                violation_error_message=_("这个全国学籍号已登记在另一名学生名下。"),
            ),
            models.UniqueConstraint(
                name="registry_pupil_id_number_once",
                fields=["id_number_index"],
                condition=Q(id_number_index__isnull=False),
                violation_error_message=_("这个证件号码已登记在另一名学生名下。"),
            ),
            models.UniqueConstraint(
                name="registry_pupil_external_id_once", fields=["external_id"], condition=~Q(external_id="")
            ),
            models.CheckConstraint(name="registry_pupil_gender_known", condition=Q(gender__in=Gender.values)),
            models.CheckConstraint(name="registry_pupil_status_known", condition=Q(status__in=PupilStatus.values)),
            models.CheckConstraint(name="registry_pupil_birth_plausible", condition=_year("birth_year")),
            models.CheckConstraint(
                name="registry_pupil_in_order", condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on"))
            ),
            models.CheckConstraint(
                name="registry_pupil_gone_has_a_day",
                condition=Q(status__in=["enrolled", "suspended"], left_on__isnull=True)
                | Q(status__in=["transferred", "graduated", "left"], left_on__isnull=False),
            ),
            _found_no_more("pupil", "name_index", "id_number_index", "enrolment_number_index"),
            models.CheckConstraint(
                name="registry_pupil_not_double_of_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "id"], name="registry_pupil_of_school"),
            # How many are in a school is read off this index alone.
            models.Index(
                fields=["school", "status"], condition=Q(merged_into__isnull=True), name="registry_pupil_counted"
            ),
            models.Index(fields=["school_class", "status"], name="registry_pupil_of_class"),
            # The groups that lists are narrowed to, in the order of the list: the whole city's cost what a school's cost.
            *(
                models.Index(
                    fields=["school", "id"],
                    condition=Q(merged_into__isnull=True, **{f"is_{group}": True}),
                    name=f"registry_pupil_{group}",
                )
                for group in ("boarding", "migrant", "left_behind")
            ),
            models.Index(fields=["name_index"], name="registry_pupil_by_name"),
        ]

    def __str__(self) -> str:
        return f"pupil {self.public_id}"


class Enrolment(Dated):
    """A pupil is in a school, and in a class of it, from a day to a day; in one at a time."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="enrolments")
    school = models.ForeignKey(School, models.PROTECT, related_name="enrolments", db_index=False)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True, related_name="enrolments")

    class Meta:
        ordering = ["pupil_id", "from_on"]
        verbose_name = _("就读经历")
        constraints = [
            models.UniqueConstraint(
                name="registry_enrolment_one_open", fields=["pupil"], condition=Q(until_on__isnull=True)
            ),
            models.CheckConstraint(
                # One that ends on its first day was corrected away, and stays as a row that says so.
                name="registry_enrolment_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["school", "from_on"], name="registry_enrolment_at_school")]

    def __str__(self) -> str:
        return f"enrolment of pupil {self.pupil_id}"


class Guardian(Record):
    """Somebody who answers for pupils; `account` where he signs in himself."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    name = EncryptedTextField(_("姓名"), max_length=60)
    name_index = blind()
    phone = EncryptedTextField(_("电话"), max_length=30, blank=True)
    phone_index = blind()
    id_number = EncryptedTextField(_("证件号码"), max_length=30, blank=True)
    id_number_index = blind()
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="guardian"
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    external_id = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("监护人")
        constraints = [
            models.UniqueConstraint(
                name="registry_guardian_id_number_once",
                fields=["id_number_index"],
                condition=Q(id_number_index__isnull=False),
                violation_error_message=_("这个证件号码已登记在另一位监护人名下。"),
            ),
            models.UniqueConstraint(
                name="registry_guardian_external_id_once", fields=["external_id"], condition=~Q(external_id="")
            ),
            _found_no_more("guardian", "name_index", "id_number_index", "phone_index"),
        ]
        indexes = [
            models.Index(fields=["name_index"], name="registry_guardian_by_name"),
            models.Index(fields=["phone_index"], name="registry_guardian_by_phone"),
        ]

    def __str__(self) -> str:
        return f"guardian {self.public_id}"


class Guardianship(Record):
    """A guardian answers for a pupil. The school gives it and confirms it; `ended_on` keeps who once did."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="guardianships", db_index=False)
    guardian = models.ForeignKey(Guardian, models.PROTECT, related_name="guardianships")
    relation = models.CharField(_("关系"), max_length=12, choices=Relation.choices)
    is_primary = models.BooleanField(_("第一联系人"), default=False)
    is_confirmed = models.BooleanField(_("学校已确认"), default=False)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)

    class Meta:
        ordering = ["pupil_id", "-is_primary", "id"]
        verbose_name = _("监护关系")
        constraints = [
            models.UniqueConstraint(
                name="registry_guardianship_once",
                fields=["pupil", "guardian"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("这位监护人已经登记过。"),
            ),
            models.UniqueConstraint(
                name="registry_guardianship_one_primary",
                fields=["pupil"],
                condition=Q(is_primary=True, ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_guardianship_relation_known", condition=Q(relation__in=Relation.values)
            ),
        ]
        indexes = [models.Index(fields=["pupil", "ended_on"], name="registry_guardianship_pupil")]

    def __str__(self) -> str:
        return f"guardian {self.guardian_id} of pupil {self.pupil_id}"


class PupilMerge(Record):
    """Two records were found to be one pupil's. `moved` says what went from the double to the kept one, as keys and
    names of columns and never as values, so that it can go back."""

    kept = models.ForeignKey(Pupil, models.PROTECT, related_name="+")
    double = models.ForeignKey(Pupil, models.PROTECT, related_name="+")
    reason = EncryptedTextField(_("理由"), max_length=200)
    moved = models.JSONField(default=dict)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("重复学籍合并")
        constraints = [
            models.CheckConstraint(name="registry_merge_of_two", condition=~Q(kept=F("double"))),
            models.UniqueConstraint(
                name="registry_merge_one_open", fields=["double"], condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.double_id} merged into {self.kept_id}"


# Which sealed column is found again by which keyed index, and the purpose whose key makes it.
INDEXED: dict[type[models.Model], dict[str, tuple[str, str]]] = {
    Teacher: {
        "name": ("name_index", "registry.teacher.name"),
        "id_number": ("id_number_index", "registry.teacher.id"),
        "phone": ("phone_index", "registry.teacher.phone"),
    },
    Pupil: {
        "name": ("name_index", "registry.pupil.name"),
        "id_number": ("id_number_index", "registry.pupil.id"),
        "enrolment_number": ("enrolment_number_index", "registry.pupil.enrolment"),
    },
    Guardian: {
        "name": ("name_index", "registry.guardian.name"),
        "id_number": ("id_number_index", "registry.guardian.id"),
        "phone": ("phone_index", "registry.guardian.phone"),
    },
}
