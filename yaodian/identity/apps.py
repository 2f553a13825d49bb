from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "yaodian.identity"
    label = "identity"
    verbose_name = _("登录与安全")
