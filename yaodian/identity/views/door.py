"""Coming in and going out: password, second step, passkey, activation code."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yaodian.foundation.door import let_staff_by
from yaodian.foundation.middleware import address_of
from yaodian.identity import operations, queries, session
from yaodian.identity.forms import ActivationForm, SecondStepForm, SignInForm
from yaodian.organisations.access import public
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangePassword
from yaodian.organisations.queries import rights_of

PASSKEY_STATE = "identity.passkey"


def home_of() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def too_many_texts(refusal: operations.TooManyFailures, *, now: datetime) -> str:
    """When to come back for another text message, in words."""
    minutes = max(1, -(-int((refusal.retry_at - now).total_seconds()) // 60))
    return _("短信发得太频繁。请在 %(minutes)s 分钟后再试。") % {"minutes": minutes}


def too_many(form: Form, field: str | None, refusal: operations.TooManyFailures, *, now: datetime) -> dict[str, str]:
    """Says in the form when to come back, and the same for machines: the header Retry-After."""
    seconds = max(1, int((refusal.retry_at - now).total_seconds()))
    minutes = -(-seconds // 60)
    form.add_error(
        field,
        _("尝试次数过多。请在 %(minutes)s 分钟后再试；忘记密码请联系管理员重新签发激活码。") % {"minutes": minutes},
    )
    return {"Retry-After": str(seconds)}


def came_in(
    request: HttpRequest, account: Account, *, method: str, with_factor: bool, target: str, now: datetime
) -> HttpResponse:
    """Opens the session, forgets the failures, remembers the device, and leads on."""
    device = session.device_of(request, account)
    session.enter(request, account, method=method, with_factor=with_factor, now=now)
    for purpose in ("sign-in", "second-step"):
        operations.forgive_failures(
            username=account.username, address=address_of(request), device=device, purpose=purpose
        )
    response = redirect(target)
    session.remember_device(request, response, account)
    if rights_of(account=account):
        let_staff_by(response)
    return response


def first_step_done(request: HttpRequest, account: Account, *, method: str, target: str, now: datetime) -> HttpResponse:
    """After the first factor: in, or to the second step where the account has a second factor."""
    if not queries.has_second_factor(account=account):
        return came_in(request, account, method=method, with_factor=False, target=target, now=now)
    session.begin_second_step(request, account, method=method, now=now)
    request.session[session.NEXT] = target
    return redirect("identity:second_step")


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. A wrong name, a wrong password and a closed account give the same answer in about the same time."""
    target = session.next_page(request, default=home_of())
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            password, now, address = form.cleaned_data["password"], timezone.now(), address_of(request)
            knock = queries.knock(typed=form.cleaned_data["username"])
            device = session.device_of(request, knock.account)
            try:
                operations.begin_attempt(username=knock.counted_as, address=address, device=device, now=now)
            except operations.TooManyFailures as refusal:
                headers = too_many(form, None, refusal, now=now)
                status = 429
            else:
                account = authenticate(request, username=knock.username, password=password)
                if isinstance(account, Account):
                    operations.forgive_failures(username=knock.counted_as, address=address, device=device)
                    return first_step_done(request, account, method="password", target=target, now=now)
                form.add_error(None, _("用户名或密码不正确，请核对后重新输入。注意大小写和输入法。"))
    context = {"form": form, "next": target, "platform": settings.PLATFORM_LABEL if settings.PLATFORM_ISSUER else ""}
    return render_with(request, "identity/sign_in.html", context, status=status, headers=headers)


def render_with(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """A page with a status and further headers."""
    response = render(request, template, context, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


@public
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The second factor of whoever has just given the first."""
    now = timezone.now()
    pending = session.pending_account(request, now=now)
    if pending is None:
        return redirect("identity:sign_in")
    account, first = pending
    form = SecondStepForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.begin_attempt(
                    username=account.username, address=address_of(request), device="", now=now, purpose="second-step"
                )
                kind = operations.prove_with_code(account=account, code=form.cleaned_data["code"], now=now)
                method = f"{first}_{kind}" if first == "password" else first
                target = str(request.session.get(session.NEXT) or home_of())
                return came_in(request, account, method=method, with_factor=True, target=target, now=now)
            except operations.TooManyFailures as refusal:
                headers = too_many(form, "code", refusal, now=now)
                status = 429
            except operations.UnableToProve as refusal:
                form.add_error("code", str(refusal))
    context = {"form": form, "has_passkeys": account.passkeys.exists(), "has_totp": hasattr(account, "totp")}
    return render_with(request, "identity/second_step.html", context, status=status, headers=headers)


@public
@never_cache
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey: of whoever is signed in or half way in, else of whoever has one."""
    pending = session.pending_account(request, now=timezone.now())
    account = request.user if isinstance(request.user, Account) else (pending[0] if pending else None)
    options, state = operations.begin_passkey_proof(account=account, host=request.get_host())
    request.session[PASSKEY_STATE] = state
    return HttpResponse(operations.as_json(options), content_type="application/json")


@public
@never_cache
@require_POST
def passkey_finish(request: HttpRequest) -> HttpResponse:
    """The signature of a passkey: signs in, completes the second step, or confirms whoever is signed in."""
    now = timezone.now()
    # A challenge is answered once, whether rightly or wrongly.
    state = request.session.pop(PASSKEY_STATE, None)
    pending = session.pending_account(request, now=now)
    signed_in = request.user if isinstance(request.user, Account) else None
    try:
        answer = json.loads(request.body)
        if not isinstance(answer, dict) or not isinstance(state, dict):
            raise ValueError
    except ValueError:
        return JsonResponse({"detail": _("请求不完整，请刷新页面后重试。")}, status=400)
    target = session.next_page(request, default=str(request.session.get(session.NEXT) or home_of()))
    try:
        account = operations.prove_with_passkey(
            account=signed_in or (pending[0] if pending else None),
            answer=answer,
            state=state,
            host=request.get_host(),
            now=now,
        )
    except operations.UnableToProve as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    if signed_in is not None:
        session.confirm(request, with_factor=True, now=now)
        return JsonResponse({"next": target})
    method = "password_passkey" if pending and pending[1] == "password" else "passkey"
    response = came_in(request, account, method=method, with_factor=True, target=target, now=now)
    answered = JsonResponse({"next": target})
    answered.cookies = response.cookies
    return answered


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """For whoever holds a letter with a code: name, code, and a password of one's own."""
    form = ActivationForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now, given = timezone.now(), form.cleaned_data
            try:
                account = operations.activate(
                    username=given["username"],
                    code=given["code"],
                    new_password=given["new_password"],
                    address=address_of(request),
                    device="",
                    now=now,
                )
            except operations.TooManyFailures as refusal:
                headers = too_many(form, None, refusal, now=now)
                status = 429
            except operations.UnableToActivate as refusal:
                form.add_error(None, str(refusal))
            except UnableToChangePassword as refusal:
                for sentence in refusal.sentences:
                    form.add_error("new_password", sentence)
            else:
                if request.user.is_authenticated:
                    logout(request)
                messages.success(request, _("密码已设置，账号可以使用了。"))
                if not queries.has_second_factor(account=account):
                    return came_in(request, account, method="code", with_factor=False, target=home_of(), now=now)
                return redirect("identity:sign_in")
    return render_with(request, "identity/activate.html", {"form": form}, status=status, headers=headers)


@public
@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if isinstance(request.user, Account):
        operations.close_session(
            account=request.user, session_key=request.session.session_key, reason="button", now=timezone.now()
        )
    logout(request)
    messages.success(request, _("您已退出登录。"))
    return redirect(settings.LOGOUT_REDIRECT_URL)
