"""The pages of whoever holds a letter: the code, three subjects, what they open, the receipt. No account is needed.

The session keeps which letter was opened and when; after half an hour, or by one press, it forgets it. The code itself is
never in an address, a session or a page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.forms import done
from yaodian.foundation.middleware import address_of
from yaodian.foundation.refusing import Absent
from yaodian.identity.operations import TooManyFailures
from yaodian.organisations.access import public
from yaodian.timetabling import operations, queries
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.forms.choosing import CodeForm, ConfirmForm, SubjectsForm
from yaodian.timetabling.queries import ChooserPage

P = ParamSpec("P")
SESSION_KEY = "timetabling.letter"
OPEN_FOR = timedelta(minutes=30)


@public
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The code of a letter. Whatever does not fit gets one answer."""
    form = CodeForm(request.POST or None)
    status, headers = 200, {}
    if request.method == "POST":
        status, now = 422, timezone.now()
        if form.is_valid():
            try:
                letter = operations.open_letter(code=form.cleaned_data["code"], address=address_of(request), now=now)
            except TooManyFailures as refusal:
                seconds = max(1, int((refusal.retry_at - now).total_seconds()))
                form.add_error(None, _("尝试次数过多。请在 %(minutes)s 分钟后再试。") % {"minutes": -(-seconds // 60)})
                status, headers = 429, {"Retry-After": str(seconds)}
            except operations.UnableToOpenLetter as refusal:
                form.refuse(refusal)
            else:
                _remember(request, letter.pk, now)
                return redirect("timetabling:choose_subjects")
    response = render(request, "timetabling/choose/enter.html", {"form": form}, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


def _remember(request: HttpRequest, letter: int, now: datetime) -> None:
    if not request.user.is_authenticated:
        # Whoever has planted a session in a browser does not come in with the family.
        request.session.cycle_key()
    request.session[SESSION_KEY] = {"letter": letter, "at": now.isoformat()}


def _opened(request: HttpRequest, now: datetime) -> int | None:
    """The letter that this browser has opened within the last half hour."""
    kept = request.session.get(SESSION_KEY)
    if not isinstance(kept, dict):
        return None
    at = parse_datetime(str(kept.get("at", "")))
    if at is None or not timedelta(0) <= now - at <= OPEN_FOR:
        request.session.pop(SESSION_KEY, None)
        return None
    letter = kept.get("letter")
    return letter if isinstance(letter, int) else None


def _with_letter(
    view: Callable[Concatenate[HttpRequest, ChooserPage, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Gives the view the page of the letter that was opened, or leads back to the code."""

    @wraps(view)
    def handle(request: HttpRequest, /, *arguments: P.args, **named: P.kwargs) -> HttpResponse:
        now = timezone.now()
        letter = _opened(request, now)
        if letter is not None:
            try:
                page = queries.chooser_page(letter=letter, now=now, day=timezone.localdate(now))
            except Absent:
                request.session.pop(SESSION_KEY, None)
            else:
                return view(request, page, *arguments, **named)
        messages.info(request, _("请先输入通知书上的码。"))
        return redirect("timetabling:choose")

    return handle


@public
@never_cache
@require_http_methods(["GET", "POST"])
@_with_letter
def subjects(request: HttpRequest, page: ChooserPage) -> HttpResponse:
    """What is chosen now, and the three subjects; posted, what they open is shown before anything is kept."""
    form = SubjectsForm(request.POST if request.method == "POST" else None, initial=_initial(page))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                combination = operations.read_combination(form.subjects)
            except operations.UnableToChoose as refusal:
                form.refuse(refusal)
            else:
                return _confirm(request, page, combination.code)
    context = {"page": page, "round": page.round, "form": form, "openings": queries.openings_for(page)}
    return render(request, "timetabling/choose/subjects.html", context, status=status)


def _initial(page: ChooserPage) -> dict[str, Any]:
    chosen = page.waits or page.holds
    return {"first": chosen.combination.first, "second": list(chosen.combination.second)} if chosen else {}


def _confirm(
    request: HttpRequest, page: ChooserPage, code: str, form: ConfirmForm | None = None, status: int = 200
) -> HttpResponse:
    combination = COMBINATIONS[code]
    offer = next((one for one in page.offers if one.combination == combination), None)
    context = {
        "page": page,
        "round": page.round,
        "combination": combination,
        "offer": offer,
        "opening": queries.opening_for(page, combination),
        "form": form or ConfirmForm(is_change=page.round.is_change, initial={"combination": code}),
    }
    return render(request, "timetabling/choose/confirm.html", context, status=status)


@public
@never_cache
@require_POST
@_with_letter
def confirm(request: HttpRequest, page: ChooserPage) -> HttpResponse:
    """Keeps the choice and leads to the receipt."""
    form = ConfirmForm(request.POST, is_change=page.round.is_change)
    code = request.POST.get("combination", "")
    if code not in COMBINATIONS:
        messages.error(request, _("请重新选择三门科目。"))
        return redirect("timetabling:choose_subjects")
    status = done(
        form,
        lambda: operations.choose(
            letter=page.letter, subjects=COMBINATIONS[code].subjects, reason=form.cleaned_data.get("reason", ""),
            now=timezone.now(),
        ),
    )  # fmt: skip
    if status:
        return _confirm(request, page, code, form, status)
    return redirect("timetabling:choose_receipt")


@public
@never_cache
@require_GET
@_with_letter
def receipt(request: HttpRequest, page: ChooserPage) -> HttpResponse:
    """What is chosen, to be printed or kept."""
    return render(request, "timetabling/choose/receipt.html", {"page": page, "round": page.round})


@public
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forgets the letter, for the next one at the same machine."""
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("已退出。换人办理请输入自己的码。"))
    return redirect("timetabling:choose")
