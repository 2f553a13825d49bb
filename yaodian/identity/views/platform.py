"""Coming in through a government platform, and linking one's account with it."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from yaodian.identity import operations, session
from yaodian.identity.views.door import first_step_done, home_of
from yaodian.identity.views.provider import leave
from yaodian.organisations.access import account_of, public, signed_in
from yaodian.organisations.models import Account

log = logging.getLogger(__name__)
LINKING = "identity.linking"


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # The library publishes no types.
    """Checks the signature of an identity token always, not only where it did not come straight from the platform."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False
        return dict(super()._decode_id_token(app, id_token))


def _leave_for_platform(request: HttpRequest, target: str) -> HttpResponse:
    if not settings.PLATFORM_ISSUER:
        raise Http404
    provider = get_adapter().get_provider(request, provider=settings.PLATFORM_ID)
    try:
        response: HttpResponse = provider.redirect(request, process="login", next_url=target)
    except (OAuth2Error, RequestException, KeyError, ValueError) as error:
        return refuse(request, error=None, exception=error)
    address = response.headers.get("Location", "")
    return leave(request, address, where=urlsplit(address).netloc) if address else response


@public
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """From the door to the platform."""
    request.session.pop(LINKING, None)
    return _leave_for_platform(request, session.next_page(request, default=home_of()))


@signed_in
@session.recently_proved
@never_cache
@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """From one's own page to the platform, in order to link the two accounts."""
    # Bound to the account: whoever signs in in between does not get the link.
    request.session[LINKING] = account_of(request).pk
    return _leave_for_platform(request, home_of())


@public
@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the platform; the library checks what it brings."""
    if not settings.PLATFORM_ISSUER or provider_id != settings.PLATFORM_ID:
        raise Http404
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(VerifyingAdapter(request, provider_id))(request)
    except (RequestException, KeyError, ValueError) as error:
        return refuse(request, error=None, exception=error)
    return response


def complete(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """The platform vouches for somebody: links the account that asked for it, or opens the session of the linked one."""
    now = timezone.now()
    uid = str(sociallogin.account.uid)
    linking = request.session.pop(LINKING, None)
    if isinstance(request.user, Account):
        if linking != request.user.pk:
            return redirect(home_of())
        try:
            operations.link_account(account=request.user, uid=uid, now=now)
            messages.success(request, _("绑定成功，以后可以从平台登录。"))
        except operations.UnableToLinkAccount as refusal:
            messages.error(request, str(refusal))
        return redirect("identity:security")
    told = sociallogin.account.extra_data
    claims = told.get("userinfo") or told.get("id_token") or {}
    try:
        account = operations.account_from_platform(uid=uid, claims=claims, now=now)
    except operations.UnableToSignInFromPlatform as refusal:
        messages.error(request, str(refusal))
        return redirect("identity:sign_in")
    target = str(sociallogin.state.get("next") or home_of())
    return first_step_done(request, account, method="platform", target=target, now=now)


def refuse(request: HttpRequest, *, error: Any, exception: Exception | None) -> HttpResponse:
    """Something went wrong at the platform or on the way; back to the door with a sentence."""
    request.session.pop(LINKING, None)
    if error == AuthError.CANCELLED:
        messages.info(request, _("您取消了平台登录。"))
    else:
        log.warning("The platform's sign-in failed: %s %r", error, exception)
        messages.error(request, _("平台登录没有成功，可能是平台暂时无法访问或登录超时。请重试，或用密码登录。"))
    return redirect("identity:security" if isinstance(request.user, Account) else "identity:sign_in")
