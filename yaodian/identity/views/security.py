"""One's own security: password, second factors, sessions, linked accounts."""

import base64
import json
from datetime import datetime
from io import BytesIO
from urllib.parse import quote, urlencode

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from qrcode.image.svg import SvgPathFillImage

from yaodian.foundation.messages import texts
from yaodian.foundation.middleware import address_of
from yaodian.identity import operations, queries, session
from yaodian.identity.forms import ChangePasswordForm, ConfirmPasswordForm, PhoneCodeForm, SecondStepForm, TotpForm
from yaodian.identity.numbers import mask_number
from yaodian.identity.views.door import home_of, render_with, too_many, too_many_texts
from yaodian.organisations.access import account_of, signed_in
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangePassword, change_password
from yaodian.organisations.queries import needs_second_factor

TOTP_SECRET = "identity.totp_secret"  # noqa: S105  # The name of a place in the session.
NEW_PASSKEY = "identity.new_passkey"


@signed_in
@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """登录与安全: everything about how one signs in, on one page."""
    account, now = account_of(request), timezone.now()
    key, phone = request.session.session_key, queries.phone_of(account=account)
    return render(
        request,
        "identity/security.html",
        {
            "factors": queries.second_factors_of(account=account),
            "is_compulsory": needs_second_factor(account=account),
            "sign_ins": [(row, row.session_key == key) for row in queries.sign_ins_of(account=account, now=now)],
            "links": queries.links_of(account=account),
            "phone": phone,
            "phone_number": mask_number(phone.number) if phone is not None else "",
            "platform": settings.PLATFORM_LABEL if settings.PLATFORM_ISSUER else "",
        },
    )


@signed_in
@never_cache
@require_GET
def set_up(request: HttpRequest) -> HttpResponse:
    """Where an account with sensitive permissions and no second factor is led: which to set up, and why."""
    return render(request, "identity/set_up.html")


@signed_in
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Proving oneself once more: with the second factor where there is one, else with the password or a text message."""
    account, now = account_of(request), timezone.now()
    target = session.next_page(request, default=home_of())
    has_factor = queries.has_second_factor(account=account)
    phone = None if has_factor or not texts.is_on() else queries.phone_of(account=account)
    by_phone = phone is not None and (request.POST.get("by") or request.GET.get("by")) == "phone"
    if phone is not None and request.POST.get("step") == "send":
        return _text_to_confirm(request, account, phone.number, target=target, now=now)
    form = (SecondStepForm if has_factor else PhoneCodeForm if by_phone else ConfirmPasswordForm)(request.POST or None)
    field = "code" if has_factor or by_phone else "password"
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with_factor = operations.confirm_presence(
                    account=account, **{field: form.cleaned_data[field]}, holder=session.mark_of(request),
                    address=address_of(request), now=now,
                )  # fmt: skip
            except operations.TooManyFailures as refusal:
                headers = too_many(form, field, refusal, now=now)
                status = 429
            except operations.UnableToConfirmPresence as refusal:
                form.add_error(field, refusal.message)
            else:
                session.confirm(request, with_factor=with_factor, now=now)
                return redirect(target)
    context = {
        "form": form,
        "next": target,
        "has_factor": has_factor,
        "has_passkeys": account.passkeys.exists(),
        "by_phone": by_phone,
        "phone": mask_number(phone.number) if phone is not None else "",
    }
    return render_with(request, "identity/confirm.html", context, status=status, headers=headers)


def _text_to_confirm(
    request: HttpRequest, account: Account, number: str, *, target: str, now: datetime
) -> HttpResponse:
    """Sends a code to one's own telephone, and leads back to the page on which it is typed."""
    try:
        operations.request_phone_code(
            number=number, purpose="confirm", holder=session.mark_of(request), address=address_of(request), now=now,
            account=account,
        )  # fmt: skip
    except operations.TooManyFailures as refusal:
        messages.error(request, too_many_texts(refusal, now=now))
    except operations.UnableToRequestPhoneCode as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{reverse('identity:confirm')}?{urlencode({'by': 'phone', 'next': target})}")


@signed_in
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password for oneself; the old one is asked for, with the same limit on guesses as at the door."""
    account = account_of(request)
    form = ChangePasswordForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now, address = timezone.now(), address_of(request)
            device = session.device_of(request, account)
            try:
                operations.begin_attempt(username=account.username, address=address, device=device, now=now)
                if not account.check_password(form.cleaned_data["old_password"]):
                    form.add_error("old_password", _("现在的密码不正确，请重新输入。"))
                else:
                    operations.forgive_failures(username=account.username, address=address, device=device)
                    change_password(
                        actor=account, account=account, new_password=form.cleaned_data["new_password"], now=now
                    )
                    old_key = str(request.session.session_key)
                    update_session_auth_hash(request, account)
                    new_key = str(request.session.session_key)
                    operations.move_session(old_key=old_key, new_key=new_key)
                    operations.end_sessions(
                        account=account, actor=account, reason="password", now=now, except_key=new_key
                    )
                    operations.revoke_tokens(account=account, actor=account, reason="password", now=now)
                    messages.success(request, _("密码已修改，其他设备上的登录已失效。"))
                    response = redirect("identity:security")
                    session.remember_device(request, response, account)
                    return response
            except operations.TooManyFailures as refusal:
                headers = too_many(form, "old_password", refusal, now=now)
                status = 429
            except UnableToChangePassword as refusal:
                for sentence in refusal.sentences:
                    form.add_error("new_password", sentence)
    return render_with(request, "identity/password.html", {"form": form}, status=status, headers=headers)


# Second factors -------------------------------------------------------------------------------------------------


def _factor_added(request: HttpRequest, account: Account) -> str:
    """The session counts as proved by a second factor from now on, under another key. Returns where to go."""
    session.confirm(request, with_factor=True, now=timezone.now())
    return reverse("identity:security")


@signed_in
@session.recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
def add_totp(request: HttpRequest) -> HttpResponse:
    """An app on the telephone: its secret as a picture and in letters, and the first code it shows."""
    account, now = account_of(request), timezone.now()
    if hasattr(account, "totp"):
        messages.info(request, _("已经设置过动态验证码。要换手机，请先移除原来的。"))
        return redirect("identity:security")
    secret = request.session.get(TOTP_SECRET)
    if not isinstance(secret, str):
        secret = request.session[TOTP_SECRET] = operations.new_totp_secret()
    form = TotpForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.set_up_totp(account=account, secret=secret, code=form.cleaned_data["code"], now=now)
            except operations.UnableToAddFactor as refusal:
                form.add_error("code", str(refusal))
            else:
                del request.session[TOTP_SECRET]
                messages.success(request, _("动态验证码已启用。请接着生成备用码，以备手机丢失。"))
                return redirect(_factor_added(request, account))
    issuer = pgettext("product", "要点")
    label = quote(f"{issuer}:{account.username}")
    address = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    context = {
        "form": form,
        "picture": _picture(address),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "address": address,
    }
    return render_with(request, "identity/totp.html", context, status=status, headers=headers)


def _picture(words: str) -> str:
    """A QR code as the address of a data image."""
    written = BytesIO()
    qrcode.make(words, image_factory=SvgPathFillImage, border=3).save(written)
    return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


@signed_in
@session.recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponse:
    """The page on which the browser makes a passkey; what it has made comes as JSON."""
    account = account_of(request)
    if request.method == "GET":
        return render(request, "identity/passkey.html", {"count": account.passkeys.count() + 1})
    state = request.session.pop(NEW_PASSKEY, None)
    try:
        given = json.loads(request.body)
        if not isinstance(given, dict) or not isinstance(state, dict):
            raise ValueError
        name, answer = str(given.get("name", "")), given["credential"]
    except (ValueError, KeyError):
        return JsonResponse({"detail": _("请求不完整，请刷新页面后重试。")}, status=400)
    try:
        operations.add_passkey(
            account=account, name=name, answer=answer, state=state, host=request.get_host(), now=timezone.now()
        )
    except operations.UnableToAddFactor as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    messages.success(request, _("通行密钥已保存，下次可以直接用它登录。请接着生成备用码，以备设备丢失。"))
    return JsonResponse({"next": _factor_added(request, account)})


@signed_in
@session.recently_proved
@never_cache
@require_POST
def new_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    options, state = operations.begin_passkey(account=account_of(request), host=request.get_host())
    request.session[NEW_PASSKEY] = state
    return HttpResponse(operations.as_json(options), content_type="application/json")


@signed_in
@session.recently_proved
@never_cache
@require_POST
def remove_totp(request: HttpRequest) -> HttpResponse:
    try:
        operations.remove_totp(account=account_of(request), now=timezone.now())
        messages.success(request, _("动态验证码已移除。"))
    except operations.UnableToRemoveFactor as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:security")


@signed_in
@session.recently_proved
@never_cache
@require_POST
def remove_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    try:
        operations.remove_passkey(account=account_of(request), passkey_id=passkey_id, now=timezone.now())
        messages.success(request, _("通行密钥已移除。"))
    except operations.UnableToRemoveFactor as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:security")


@signed_in
@session.recently_proved
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes, on a page that is shown this once."""
    try:
        codes = operations.new_recovery_codes(account=account_of(request), now=timezone.now())
    except operations.UnableToAddFactor as refusal:
        messages.error(request, str(refusal))
        return redirect("identity:security")
    return render(request, "identity/recovery_codes.html", {"codes": codes})


# Sessions and links ---------------------------------------------------------------------------------------------


@signed_in
@require_POST
def end_session(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    try:
        operations.end_session(account=account_of(request), sign_in_id=sign_in_id, now=timezone.now())
        messages.success(request, _("已让那台设备退出登录。"))
    except operations.UnableToEndSession as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:security")


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    count = operations.end_sessions(
        account=account, actor=account, reason="owner", now=timezone.now(), except_key=request.session.session_key
    )
    messages.success(request, _("已让其他 %(count)s 处登录退出。") % {"count": count})
    return redirect("identity:security")


@signed_in
@session.recently_proved
@require_POST
def unlink(request: HttpRequest, link_id: int) -> HttpResponse:
    try:
        operations.unlink_account(account=account_of(request), link_id=link_id, now=timezone.now())
        messages.success(request, _("已解除绑定。"))
    except operations.UnableToUnlinkAccount as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:security")
