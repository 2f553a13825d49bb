"""Measures: what the registry's rows come to, by unit and day, and whether a promise is kept."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from yaodian.foundation import measuring


class MeasuresConfig(AppConfig):
    """`measures` in the list of apps."""

    name = "yaodian.measures"
    label = "measures"
    verbose_name = _("指标")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Reads all declarations, so that one that is wrong stops the program before it serves a page."""
        measuring.measures()
