"""Admissions: children are placed at schools by published rules, and every place can be followed to them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdmissionsConfig(AppConfig):
    """`admissions` in the list of apps."""

    name = "yaodian.admissions"
    label = "admissions"
    verbose_name = _("招生入学")
    default_auto_field = "django.db.models.BigAutoField"
