"""What a county states beside its returns, what was found when it was held against a statute, and what it tries out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id


class StatuteCode(models.TextChoices):
    """The statutes of `yaodian.statutes.monitored`; a test holds the two equal."""

    QUALITY_BALANCE = "quality_balance", _("优质均衡")
    BASIC_BALANCE = "basic_balance", _("基本均衡")
    PRESCHOOL = "preschool", _("学前教育普及普惠")


class Verdict(models.TextChoices):
    MEETS = "meets", _("达标")
    FAILS = "fails", _("不达标")
    UNDECIDED = "undecided", _("无法判定")


_YEARS = Q(year__gte=1949, year__lte=2199)


class Fact(Record):
    """A quantity that no return holds, stated for a school year by the county (or for one school), with its evidence.

    `quantity` is a name of the statutes' vocabulary, `value` its exact text: a number, `true`, `false`. `stage` is
    empty where the quantity is not one of a stage. Stated for a county, a school's quantity holds for all its schools
    that have none of their own.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"), db_index=False)
    year = models.PositiveSmallIntegerField(_("学年"))
    stage = models.CharField(_("学段"), max_length=20, blank=True)
    quantity = models.CharField(_("项目"), max_length=60)
    value = models.CharField(_("数值"), max_length=40)
    basis = models.CharField(_("依据"), max_length=200)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    stated_at = models.DateTimeField(_("填报时间"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["unit_id", "-year", "quantity", "stage"]
        verbose_name = _("监测填报")
        constraints = [
            models.UniqueConstraint(name="indicators_fact_once", fields=["unit", "year", "quantity", "stage"]),
            models.CheckConstraint(name="indicators_fact_year_plausible", condition=_YEARS),
            models.CheckConstraint(name="indicators_fact_said", condition=~Q(value="") & ~Q(basis="")),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of unit {self.unit_id} in {self.year}"


class Assessment(Record):
    """A county held against a statute for a school year, under the rules of the day of its data.

    `items` are the statute's in their order, `spreads` the coefficients of variation by stage, `obstacles` what makes
    the returns themselves unusable; shapes as in `problem.Presented`. Made again, it replaces the one before.
    """

    statute = models.CharField(max_length=20, choices=StatuteCode.choices)
    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("学年"))
    on = models.DateField(_("数据日期"))
    verdict = models.CharField(_("结论"), max_length=10, choices=Verdict.choices)
    items_met = models.PositiveSmallIntegerField(default=0)
    items_failed = models.PositiveSmallIntegerField(default=0)
    items_undecided = models.PositiveSmallIntegerField(default=0)
    schools_met = models.PositiveIntegerField(default=0)
    schools_failed = models.PositiveIntegerField(default=0)
    schools_undecided = models.PositiveIntegerField(default=0)
    items: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    spreads: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    obstacles: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    assessed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        ordering = ["statute", "-year", "county_id"]
        verbose_name = _("监测结论")
        constraints = [
            models.UniqueConstraint(name="indicators_assessment_once", fields=["county", "statute", "year"]),
            models.CheckConstraint(
                name="indicators_assessment_statute_known", condition=Q(statute__in=StatuteCode.values)
            ),
            models.CheckConstraint(name="indicators_assessment_verdict_known", condition=Q(verdict__in=Verdict.values)),
            models.CheckConstraint(name="indicators_assessment_year_plausible", condition=_YEARS),
        ]
        indexes = [models.Index(fields=["statute", "year"], name="indicators_assessment_of_year")]

    def __str__(self) -> str:
        return f"{self.statute} of unit {self.county_id} in {self.year}"


class SchoolStanding(models.Model):
    """One stage of a school in an assessment. `values` maps an indicator to its value, standing and what is needed."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="standings", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=10)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    pupils = models.PositiveIntegerField(null=True)
    met = models.PositiveSmallIntegerField(default=0)
    values: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["assessment_id", "unit_id", "stage"]
        verbose_name = _("学校监测结论")
        constraints = [
            models.UniqueConstraint(name="indicators_standing_once", fields=["assessment", "unit", "stage"]),
            models.CheckConstraint(name="indicators_standing_verdict_known", condition=Q(verdict__in=Verdict.values)),
        ]
        indexes = [models.Index(fields=["unit"], name="indicators_standing_of_school")]

    def __str__(self) -> str:
        return f"unit {self.unit_id} {self.stage} in assessment {self.assessment_id}"


class Scenario(Record):
    """Changes tried out on a county's figures: nothing of it reaches the registry or a measure."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    statute = models.CharField(max_length=20, choices=StatuteCode.choices)
    year = models.PositiveSmallIntegerField(_("学年"))
    name = models.CharField(_("名称"), max_length=60)
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    prices: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("建立时间"))
    changed_at = models.DateTimeField(_("更新时间"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-changed_at", "-id"]
        verbose_name = _("测算方案")
        constraints = [
            models.CheckConstraint(
                name="indicators_scenario_statute_known", condition=Q(statute__in=StatuteCode.values)
            ),
            models.CheckConstraint(name="indicators_scenario_named", condition=~Q(name="")),
            models.CheckConstraint(name="indicators_scenario_year_plausible", condition=_YEARS),
        ]
        indexes = [models.Index(fields=["county", "-changed_at"], name="indicators_scenario_of_county")]

    def __str__(self) -> str:
        return f"scenario {self.public_id}"
