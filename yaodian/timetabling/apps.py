"""Timetabling: pupils choose their subjects, and what follows from it is planned."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimetablingConfig(AppConfig):
    """`timetabling` in the list of apps."""

    name = "yaodian.timetabling"
    label = "timetabling"
    verbose_name = _("选科与排课")
    default_auto_field = "django.db.models.BigAutoField"
