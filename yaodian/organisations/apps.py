from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "yaodian.organisations"
    label = "organisations"
    verbose_name = _("组织")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from yaodian.organisations.middleware import remember_rights

        # Django's own signal: passkeys and single sign-on come in by other doors than ours.
        user_logged_in.connect(remember_rights, dispatch_uid="organisations.remember_rights")
