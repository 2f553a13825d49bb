"""Indicators: counties and schools held against the statutes, with every figure's source."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """`indicators` in the list of apps."""

    name = "yaodian.indicators"
    label = "indicators"
    verbose_name = _("监测")
    default_auto_field = "django.db.models.BigAutoField"
