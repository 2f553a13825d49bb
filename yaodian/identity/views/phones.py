"""Three ways that begin with a text message: an account is opened, a forgotten password replaced, a telephone changed.

Each is one address and walks through number, code, and what the code is for. In between number and code wait in the session,
sealed, since sessions lie in the database: neither stands in an address, and no page need carry them.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yaodian.foundation.keys import UnableToUnseal, seal, unseal
from yaodian.foundation.messages import texts
from yaodian.foundation.middleware import address_of
from yaodian.identity import operations, queries, session
from yaodian.identity.forms import OpenAccountForm, PhoneCodeForm, PhoneNumberForm, ResetPasswordForm
from yaodian.identity.numbers import mask_number
from yaodian.identity.views.door import came_in, home_of, render_with, too_many_texts
from yaodian.organisations.access import account_of, public, signed_in
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangePassword

_SEALED = "identity.waiting"


@dataclass(frozen=True)
class Waiting:
    """How far somebody is: the number that he typed, the code once it was right, and where he wants to go."""

    number: str
    code: str
    target: str


@dataclass(frozen=True)
class Way:
    """One of the three: its purpose, its page, its last form if it has one, and what is done at its end."""

    purpose: str
    url_name: str
    template: str
    last: type[forms.Form] | None
    done: Callable[[HttpRequest, Waiting, dict[str, str], datetime], HttpResponse]
    account: Account | None = None

    @property
    def place(self) -> str:
        return f"identity.waiting.{self.purpose}"

    def kept(self, request: HttpRequest, *, now: datetime) -> Waiting | None:
        """Who waits in this session, for as long as a code is good."""
        try:
            data = base64.b64decode(str(request.session.get(self.place, "")))
            found = json.loads(unseal(data, purpose=_SEALED, context=self.purpose.encode()))
        except (UnableToUnseal, binascii.Error, ValueError):
            return None
        if now.timestamp() - found["at"] > settings.PHONE_CODE_SECONDS:
            return None
        return Waiting(found["number"], found["code"], found["target"])

    def keep(self, request: HttpRequest, waiting: Waiting, *, now: datetime) -> None:
        words = {
            "number": waiting.number,
            "code": waiting.code,
            "target": waiting.target,
            "at": int(now.timestamp()),
        }
        sealed = seal(json.dumps(words).encode(), purpose=_SEALED, context=self.purpose.encode())
        request.session[self.place] = base64.b64encode(sealed).decode("ascii")


def _walk(request: HttpRequest, way: Way) -> HttpResponse:
    """The step that was sent, else the page of the one that is due."""
    now = timezone.now()
    waiting = way.kept(request, now=now)
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "again":
            request.session.pop(way.place, None)
            return redirect(way.url_name)
        if waiting is not None and step == "send":
            return _send(request, way, waiting.number, waiting, now=now)
        if waiting is not None and waiting.code and step == "finish":
            return _finish(request, way, waiting, now=now)
        if waiting is not None and step == "code":
            return _take_code(request, way, waiting, now=now)
        return _take_number(request, way, now=now)
    if waiting is None:
        return _page(request, way, "number", PhoneNumberForm(), None)
    if waiting.code and way.last is not None:
        return _page(request, way, "finish", way.last(), waiting)
    return _page(request, way, "code", PhoneCodeForm(), waiting)


def _page(
    request: HttpRequest,
    way: Way,
    step: str,
    form: forms.Form,
    waiting: Waiting | None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "step": step,
        "form": form,
        "number": waiting.number if waiting is not None else "",
        "masked": mask_number(waiting.number) if waiting is not None else "",
        "next": waiting.target if waiting is not None else session.next_page(request, default=""),
        "steps": 2 if way.last is None else 3,
        "is_off": not texts.is_on(),
    }
    return render_with(request, way.template, context, status=status, headers=headers)


def _take_number(request: HttpRequest, way: Way, *, now: datetime) -> HttpResponse:
    form = PhoneNumberForm(request.POST)
    if not form.is_valid():
        return _page(request, way, "number", form, None, status=422)
    return _send(request, way, form.cleaned_data["number"], None, now=now)


def _send(request: HttpRequest, way: Way, number: str, waiting: Waiting | None, *, now: datetime) -> HttpResponse:
    """Asks for a code; the page after it is the same for every number."""
    status, headers = 422, {}
    try:
        number = operations.request_phone_code(
            number=number,
            purpose=way.purpose,
            holder=session.mark_of(request),
            address=address_of(request),
            now=now,
            account=way.account,
        )
    except operations.TooManyFailures as refusal:
        status, words = 429, too_many_texts(refusal, now=now)
        headers = {"Retry-After": str(max(1, int((refusal.retry_at - now).total_seconds())))}
    except operations.UnableToRequestPhoneCode as refusal:
        words = refusal.message
    else:
        target = waiting.target if waiting is not None else session.next_page(request, default="")
        way.keep(request, Waiting(number, "", target), now=now)
        if waiting is not None:
            messages.success(request, _("已再次发送短信。以最新的一条为准。"))
        return redirect(way.url_name)
    step = field = "number" if waiting is None else "code"
    form = _refused(PhoneNumberForm(request.POST) if waiting is None else PhoneCodeForm({}), field, words)
    return _page(request, way, step, form, waiting, status=status, headers=headers)


def _refused(form: forms.Form, field: str, words: str) -> forms.Form:
    """The form with this one sentence at its field."""
    form.full_clean()
    form.errors.clear()
    form.add_error(field, words)
    return form


def _take_code(request: HttpRequest, way: Way, waiting: Waiting, *, now: datetime) -> HttpResponse:
    form = PhoneCodeForm(request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if way.last is None:
                return way.done(request, Waiting(waiting.number, code, waiting.target), {}, now)
            operations.check_phone_code(
                number=waiting.number, purpose=way.purpose, holder=session.mark_of(request), code=code, now=now,
                account=way.account,
            )  # fmt: skip
        except operations.UnableToUsePhoneCode as refusal:
            form.add_error("code", refusal.message)
        else:
            way.keep(request, Waiting(waiting.number, code, waiting.target), now=now)
            return redirect(way.url_name)
    return _page(request, way, "code", form, waiting, status=422)


def _finish(request: HttpRequest, way: Way, waiting: Waiting, *, now: datetime) -> HttpResponse:
    assert way.last is not None
    form = way.last(request.POST)
    if form.is_valid():
        try:
            return way.done(request, waiting, form.cleaned_data, now)
        except UnableToChangePassword as refusal:
            for sentence in refusal.sentences:
                form.add_error("new_password", sentence)
        except operations.UnableToUsePhoneCode as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.message)
            else:
                # The code has run out while the rest was typed: back to the step before.
                waiting = Waiting(waiting.number, "", waiting.target)
                way.keep(request, waiting, now=now)
                form = _refused(PhoneCodeForm({}), "code", refusal.message)
                return _page(request, way, "code", form, waiting, status=422)
    return _page(request, way, "finish", form, waiting, status=422)


def _come_in(request: HttpRequest, way: Way, waiting: Waiting, account: Account, *, now: datetime) -> HttpResponse:
    """In, or to the door where a second factor is asked for."""
    request.session.pop(way.place, None)
    if queries.has_second_factor(account=account):
        return redirect("identity:sign_in")
    target = waiting.target or home_of()
    return came_in(request, account, method="phone", with_factor=False, target=target, now=now)


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest) -> HttpResponse:
    """For families: number, code, and a password of one's own; nobody else ever knows it."""
    if request.user.is_authenticated:
        return redirect(session.next_page(request, default=home_of()))

    def done(request: HttpRequest, waiting: Waiting, given: dict[str, str], now: datetime) -> HttpResponse:
        account = operations.open_account_by_phone(
            number=waiting.number,
            code=waiting.code,
            holder=session.mark_of(request),
            new_password=given["new_password"],
            display_name=given["display_name"],
            address=address_of(request),
            now=now,
        )
        messages.success(request, _("账号已开通。以后用手机号和密码登录。"))
        return _come_in(request, way, waiting, account, now=now)

    way = Way("open", "identity:open_account", "identity/open_account.html", OpenAccountForm, done)
    return _walk(request, way)


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    """A forgotten password, for whoever has an account with a telephone."""
    if request.user.is_authenticated:
        return redirect("identity:change_password")

    def done(request: HttpRequest, waiting: Waiting, given: dict[str, str], now: datetime) -> HttpResponse:
        account = operations.reset_password_by_phone(
            number=waiting.number,
            code=waiting.code,
            holder=session.mark_of(request),
            new_password=given["new_password"],
            address=address_of(request),
            now=now,
        )
        messages.success(request, _("密码已重设，其他设备上的登录已失效。"))
        return _come_in(request, way, waiting, account, now=now)

    way = Way("reset", "identity:reset_password", "identity/reset_password.html", ResetPasswordForm, done)
    return _walk(request, way)


@signed_in
@session.recently_proved
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change_phone(request: HttpRequest) -> HttpResponse:
    """The telephone of one's own account: the first one, or another."""
    account = account_of(request)

    def done(request: HttpRequest, waiting: Waiting, _given: dict[str, str], now: datetime) -> HttpResponse:
        operations.change_phone(
            account=account,
            number=waiting.number,
            code=waiting.code,
            holder=session.mark_of(request),
            address=address_of(request),
            now=now,
        )
        request.session.pop(way.place, None)
        messages.success(request, _("手机号已绑定。以后可以用它登录。"))
        return redirect("identity:security")

    way = Way("change", "identity:change_phone", "identity/change_phone.html", None, done, account)
    return _walk(request, way)
