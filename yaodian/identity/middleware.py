"""Sessions that nobody uses end; sessions that need a second factor reach nothing until they have one."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from yaodian.identity import operations, session
from yaodian.identity.queries import has_second_factor
from yaodian.organisations.models import Account
from yaodian.organisations.queries import needs_second_factor

Handler = Callable[[HttpRequest], HttpResponse]

# What somebody may reach who must set up or show a second factor and has not: the way to it, and the way out.
_OPEN = frozenset(
    {
        "identity:add_totp", "identity:add_passkey", "identity:new_passkey", "identity:passkey_begin",
        "identity:passkey_finish", "identity:confirm", "identity:set_up", "identity:sign_out", "identity:sign_in",
        "set_language", "web:theme", "web:healthz",
    }
)  # fmt: skip


def idle_sessions_end(get_response: Handler) -> Handler:
    """Signs out whoever has not done anything for SESSION_IDLE_SECONDS; on a school's shared machine the next is another."""

    def handle(request: HttpRequest) -> HttpResponse:
        account = request.user
        if isinstance(account, Account):
            now = timezone.now()
            if session.is_idle(request, now=now):
                operations.close_session(
                    account=account, session_key=request.session.session_key, reason="idle", now=now
                )
                logout(request)
                messages.warning(request, _("您长时间没有操作，已自动退出。请重新登录。"))
            else:
                session.show_life(request, now=now)
        return get_response(request)

    return handle


def second_factor_first(get_response: Handler) -> Handler:
    """Leads an account with sensitive permissions to its second factor, and to nothing else before.

    Costs no query: the rights are fetched with the account, and the session remembers the factor.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        account = request.user
        if (
            not isinstance(account, Account)
            or session.has_proved_factor(request)
            or not needs_second_factor(account=account)
        ):
            return get_response(request)
        try:
            name = resolve(request.path_info).view_name
        except Resolver404:
            return get_response(request)
        if name in _OPEN:
            return get_response(request)
        if request.path_info.startswith("/api/"):
            sentence = _("您的账号有敏感权限，须先在网页上完成二次验证。")
            return JsonResponse({"code": "second-factor-missing", "detail": sentence}, status=403)
        if has_second_factor(account=account):
            target = request.get_full_path() if request.method == "GET" else "/"
            return redirect(f"{reverse('identity:confirm')}?{urlencode({'next': target})}")
        return redirect("identity:set_up")

    return handle
