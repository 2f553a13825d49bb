"""How django-allauth speaks for us: as a provider for applications, and as a client of a government platform.

The library does the protocols (OpenID Connect Core 1.0, RFC 6749, RFC 7636). Whom it speaks of, what is told, which
key signs and who may come in is decided here and below; none of its own pages, mails or sign-up is in use.
"""

from collections.abc import Iterable
from typing import Any, Literal

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.identity import operations, queries
from yaodian.identity.keys import signing_key
from yaodian.identity.views.platform import complete, refuse
from yaodian.organisations.models import Account


class ProviderAdapter(DefaultOIDCAdapter):
    """What applications are told."""

    scope_display = {
        "openid": _("确认您是同一个人（不含姓名）"),
        "profile": _("您的姓名和用户名"),
        "organisation": _("您的角色和所在单位"),
    }

    def get_issuer(self) -> str:
        return str(settings.OIDC_ISSUER) or super().get_issuer()

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Any,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **_more: Any,
    ) -> dict[str, Any]:
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if "profile" in scopes:
            claims |= {"name": user.name, "preferred_username": user.username}
        if "organisation" in scopes:
            claims["organisation"] = queries.claims_of(account=user)
        return claims

    def get_user_sub(self, client: Client, user: Any) -> str:
        return str(queries.subject_of(account=user))

    def get_user_by_sub(self, client: Client, sub: str) -> Account | None:
        return queries.account_of_subject(subject=sub)

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        return [PrivateKey(pem=signing_key())]

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        # Only what is in use: no device flow, no implicit flow, no tokens without a person.
        data.pop("device_authorization_endpoint", None)
        data |= {
            "scopes_supported": list(queries.SCOPES),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "claims_supported": ["sub", "name", "preferred_username", "organisation"],
        }


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # The library publishes no types.
    """What is left of the library's accounts: the end of a session that an application asks for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *_arguments: Any, **_named: Any) -> None:
        """The library's own sentences are not shown; the pages say what has happened."""

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Account):
            operations.close_session(
                account=request.user,
                session_key=request.session.session_key,
                reason="application",
                now=timezone.now(),
            )
        logout(request)


class PlatformAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # The library publishes no types.
    """The library verifies what the platform says; who that is here, `views.platform` decides."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        raise ImmediateHttpResponse(complete(request, sociallogin))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        raise ImmediateHttpResponse(refuse(request, error=error, exception=exception))
