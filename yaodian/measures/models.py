"""Snapshots: the value of a measure for a unit on a day, and the takings that made them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit


class Taking(Record):
    """All values of one day, taken together; taken again, it replaces what was there."""

    on = models.DateField(_("日期"), unique=True)
    taken_at = models.DateTimeField(_("计算时间"))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField(_("数值个数"), default=0)
    journal_id = models.BigIntegerField(
        default=0, help_text="The last entry of the journal that these values, or a look at what followed, took in."
    )
    inputs: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, help_text="By measure: the figures of the law in force, and which rows were read."
    )

    class Meta:
        ordering = ["-on"]
        verbose_name = _("指标计算")

    def __str__(self) -> str:
        return f"values of {self.on}"


class Snapshot(models.Model):
    """A value, or the reason why there is none: a row has the one or the other.

    `stage` is one of the measure's, `filter` one of its filters or empty. Numerator and denominator are exact.
    `counted` of `expected` schools of the base had their figures; `missing` names some that had not,
    as pairs of a unit and a problem.
    """

    taking = models.ForeignKey(Taking, models.CASCADE, related_name="snapshots", db_index=False)
    measure = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    on = models.DateField(_("日期"))
    stage = models.CharField(max_length=20, blank=True)
    filter = models.CharField(max_length=20, blank=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    problem = models.CharField(max_length=40, blank=True)
    counted = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    period = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=200)
    missing: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        ordering = ["measure", "unit_id", "on"]
        verbose_name = _("指标值")
        constraints = [
            models.UniqueConstraint(name="measures_snapshot_once", fields=["unit", "measure", "on", "stage", "filter"]),
            models.CheckConstraint(
                name="measures_snapshot_value_or_reason",
                condition=Q(problem="", numerator__isnull=False) | (~Q(problem="") & Q(numerator__isnull=True)),
            ),
            models.CheckConstraint(
                name="measures_snapshot_nothing_over_0", condition=Q(denominator__isnull=True) | ~Q(denominator=0)
            ),
            models.CheckConstraint(
                name="measures_snapshot_counted_of_expected", condition=Q(counted__lte=models.F("expected"))
            ),
        ]
        indexes = [
            models.Index(fields=["taking", "unit"], name="measures_snapshot_of_day"),
            models.Index(fields=["on", "measure", "unit"], name="measures_snapshot_by_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of unit {self.unit_id} on {self.on}"
