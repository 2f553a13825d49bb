"""The registry: one record for each school, class, teacher and pupil, which every later slice builds on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """`registry` in the list of apps."""

    name = "yaodian.registry"
    label = "registry"
    verbose_name = _("教育底数")
    default_auto_field = "django.db.models.BigAutoField"
