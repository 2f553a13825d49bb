"""Responsibility lists (责任清单, 一岗双责): what a post, or a unit, must do again and again, and which times it was opened."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often a duty comes round."""

    WEEK = "week", _("每周")
    MONTH = "month", _("每月")
    TERM = "term", _("每学期")
    YEAR = "year", _("每年")


class RecurringDuty(models.Model):
    """A duty of a post in a unit, or of the whole unit (`post` empty), that opens itself as a case once in each period.

    It is due on the last working day of the period and opened `days_before` days earlier, within the period.
    """

    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+", verbose_name=_("单位"))
    supervising_unit = models.ForeignKey(
        "organisations.Unit", models.PROTECT, related_name="+", verbose_name=_("督办单位")
    )
    post = models.CharField(_("岗位"), max_length=60, blank=True)
    words = models.CharField(_("职责"), max_length=200)
    basis = models.CharField(_("依据"), max_length=200)
    rhythm = models.CharField(_("频次"), max_length=6, choices=Rhythm)
    days_before = models.PositiveSmallIntegerField(_("提前天数"), default=7)
    from_on = models.DateField(_("自"))
    until_on = models.DateField(_("至"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("常态职责")
        verbose_name_plural = _("常态职责")
        ordering = ("unit_id", "post", "pk")
        indexes = [models.Index(fields=["unit", "post"], name="plans_recurringduty_of_unit")]
        constraints = [
            models.CheckConstraint(name="plans_recurringduty_said", condition=~Q(words="") & ~Q(basis="")),
            models.CheckConstraint(name="plans_recurringduty_rhythm_known", condition=Q(rhythm__in=Rhythm.values)),
            models.CheckConstraint(name="plans_recurringduty_days_hold", condition=Q(days_before__lte=366)),
            models.CheckConstraint(
                name="plans_recurringduty_in_order", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.words


class DutyOpening(models.Model):
    """A duty was opened as a case for a period: once, whatever crashes and however many workers there are."""

    duty = models.ForeignKey(RecurringDuty, models.PROTECT, related_name="openings", db_index=False)
    period = models.CharField(_("期间"), max_length=10)
    due_on = models.DateField(_("期限"))
    case_number = models.CharField(_("编号"), max_length=20, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("职责办理")
        verbose_name_plural = _("职责办理")
        ordering = ("duty_id", "-due_on")
        constraints = [models.UniqueConstraint(fields=["duty", "period"], name="plans_dutyopening_once")]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.period}"
