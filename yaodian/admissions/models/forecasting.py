"""What is known of this year's demand before anybody is placed: counts from the lists of an intake, and no person."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models.rules import Intake


class Forecast(models.Model):
    """The children of age on an intake's household list, counted on somebody's word; the last count stands.

    `lines` of the list; `of_age` children, each once, whose birthday the rules admit. Of these `outside` live in no catchment, of
    `unread` the line names no door that could be told for sure; the others stand in `catchments`, by code: under several where the
    rules lead them to several. The list itself is erased when appeals are over; the counts stay, so that next year can be held
    against them.
    """

    intake = models.OneToOneField(Intake, models.CASCADE, related_name="forecast")
    lines = models.PositiveIntegerField(_("名册行数"))
    of_age = models.PositiveIntegerField(_("适龄儿童"))
    outside = models.PositiveIntegerField(_("不在任何学区"))
    unread = models.PositiveIntegerField(_("地址读不出"))
    catchments: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    counted_at = models.DateTimeField(_("统计时间"))
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["intake_id"]
        verbose_name = _("学位预测的名册统计")
        constraints = [
            models.CheckConstraint(
                name="admissions_forecast_adds_up", condition=Q(of_age__gte=F("outside") + F("unread"))
            ),
        ]

    def __str__(self) -> str:
        return f"forecast of {self.intake_id}"
