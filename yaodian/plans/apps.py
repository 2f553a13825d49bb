"""The slice that holds work plans: uploaded, read, corrected by people, published."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    """``plans`` in the list of apps."""

    name = "yaodian.plans"
    label = "plans"
    verbose_name = _("工作要点")
    default_auto_field = "django.db.models.BigAutoField"
