"""Appraisal: units are marked once a year by a published sheet, and every mark can be followed to its source."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    """`appraisal` in the list of apps."""

    name = "yaodian.appraisal"
    label = "appraisal"
    verbose_name = _("年度考核")
    default_auto_field = "django.db.models.BigAutoField"
