"""Cases: whatever must be done by somebody by a day, from its opening to its end."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from yaodian.cases import declaring


class CasesConfig(AppConfig):
    """`cases` in the list of apps."""

    name = "yaodian.cases"
    label = "cases"
    verbose_name = _("督办事项")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Reads all declarations, so that one that is wrong stops the program before it serves a page."""
        from yaodian.cases import kinds  # noqa: F401 - declares those whose slices do not exist yet.

        declaring.kinds()
