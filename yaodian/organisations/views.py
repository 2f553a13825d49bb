"""Signing in and out, and changing one's password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yaodian.foundation.middleware import address_of
from yaodian.organisations import operations
from yaodian.organisations.access import public, signed_in
from yaodian.organisations.forms import ChangePasswordForm, SignInForm
from yaodian.organisations.models import Account


def _next_page(request: HttpRequest) -> str:
    """Where to go after signing in: an address of this site only."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. A wrong name and a wrong password give the same answer."""
    if request.user.is_authenticated:
        return redirect(_next_page(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            username, password = form.cleaned_data["username"], form.cleaned_data["password"]
            now, address = timezone.now(), address_of(request)
            try:
                operations.begin_sign_in(username=username, address=address, now=now)
            except operations.TooManyFailures as refusal:
                minutes = max(1, -int((now - refusal.retry_at).total_seconds() // 60))
                form.add_error(
                    None,
                    _("输错密码的次数过多。请在 %(minutes)s 分钟后再试；忘记密码请联系系统管理员重设。")
                    % {"minutes": minutes},
                )
                status = 429
            else:
                account = authenticate(request, username=username, password=password)
                if isinstance(account, Account):
                    login(request, account)
                    operations.complete_sign_in(account=account, address=address, now=now)
                    return redirect(_next_page(request))
                form.add_error(None, _("用户名或密码不正确，请核对后重新输入。注意大小写和输入法。"))
    return render(request, "organisations/sign_in.html", {"form": form, "next": _next_page(request)}, status=status)


@public
@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if isinstance(request.user, Account):
        operations.close_session(account=request.user, now=timezone.now())
    logout(request)
    messages.success(request, _("您已退出登录。"))
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password for oneself; the old one is asked for, with the same limit on guesses as at the door."""
    account = request.user
    assert isinstance(account, Account)
    form = ChangePasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now, address = timezone.now(), address_of(request)
            try:
                operations.begin_sign_in(username=account.username, address=address, now=now)
                if not account.check_password(form.cleaned_data["old_password"]):
                    form.add_error("old_password", _("现在的密码不正确，请重新输入。"))
                else:
                    operations.forgive_failures(username=account.username, address=address)
                    operations.change_password(
                        actor=account, account=account, new_password=form.cleaned_data["new_password"], now=now
                    )
                    update_session_auth_hash(request, account)
                    messages.success(request, _("密码已修改，其他设备上的登录已失效。"))
                    return redirect("organisations:change_password")
            except operations.TooManyFailures as refusal:
                form.add_error("old_password", str(refusal))
                status = 429
            except operations.UnableToChangePassword as refusal:
                for sentence in refusal.sentences:
                    form.add_error("new_password", sentence)
    return render(request, "organisations/change_password.html", {"form": form}, status=status)
