"""Exams: who sits where and who invigilates, drawn from closed lists, sealed, checked apart and printed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    """`exams` in the list of apps."""

    name = "yaodian.exams"
    label = "exams"
    verbose_name = _("考务编排")
    default_auto_field = "django.db.models.BigAutoField"
