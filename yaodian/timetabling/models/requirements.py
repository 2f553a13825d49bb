"""What universities ask for, as the table that an office loads: nobody's recommendation, and with its source."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id
from yaodian.timetabling.models.choices import Field, Mode


class RequirementTable(Record):
    """The requirements for the admissions of one year, for the schools at and below an office."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("发布单位"), db_index=False)
    year = models.PositiveSmallIntegerField(_("适用的高考年份"))
    title = models.CharField(_("名称"), max_length=80)
    source = models.CharField(_("来源"), max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["office_id", "-year", "id"]
        verbose_name = _("选考要求表")
        constraints = [
            models.UniqueConstraint(
                name="timetabling_table_once",
                fields=["office", "year", "title"],
                violation_error_message=_("这个单位已有同一年份、同一名称的选考要求表。"),
            ),
            models.CheckConstraint(name="timetabling_table_sourced", condition=~Q(source="") & ~Q(title="")),
            models.CheckConstraint(
                name="timetabling_table_year_plausible", condition=Q(year__gte=2018, year__lte=2199)
            ),
        ]

    def __str__(self) -> str:
        return f"requirements {self.public_id}"


class MajorRequirement(models.Model):
    """A major (or group of majors) of a university and the subjects it asks for.

    `university` is the five-digit code of the university in national admissions, `major` the code under which it enrols.
    `second` holds the codes of subjects in the order of `content.SUBJECTS`, with commas.
    """

    table = models.ForeignKey(RequirementTable, models.CASCADE, related_name="majors", db_index=False)
    university = models.CharField(_("院校代码"), max_length=10)
    university_name = models.CharField(_("院校名称"), max_length=60)
    major = models.CharField(_("专业代码"), max_length=20)
    major_name = models.CharField(_("专业名称"), max_length=80)
    field = models.CharField(_("学科门类"), max_length=2, choices=Field.choices)
    first = models.CharField(_("首选科目"), max_length=10, blank=True)
    mode = models.CharField(_("再选要求"), max_length=3, choices=Mode.choices)
    second = models.CharField(_("再选科目"), max_length=60, blank=True)

    class Meta:
        ordering = ["table_id", "university", "major"]
        verbose_name = _("专业选考要求")
        constraints = [
            models.UniqueConstraint(name="timetabling_major_once", fields=["table", "university", "major"]),
            models.CheckConstraint(name="timetabling_major_field_known", condition=Q(field__in=Field.values)),
            models.CheckConstraint(name="timetabling_major_mode_known", condition=Q(mode__in=Mode.values)),
            models.CheckConstraint(
                name="timetabling_major_first_known", condition=Q(first__in=["", "physics", "history"])
            ),
            models.CheckConstraint(
                name="timetabling_major_second_whole",
                condition=Q(mode="any", second="") | (~Q(mode="any") & ~Q(second="")),
            ),
        ]
        indexes = [
            models.Index(fields=["table", "field", "first", "mode", "second"], name="timetabling_major_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.university} {self.major}"
