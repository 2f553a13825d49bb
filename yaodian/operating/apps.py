from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatingConfig(AppConfig):
    name = "yaodian.operating"
    label = "operating"
    verbose_name = _("运行")
