"""The desk of the grade office: rounds, what they come to, letters, names, entries from paper, what waits, the district."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.forms.rounds import NamesForm, NewRoundForm, OfferForm, ReasonForm, ReopenForm, RoundForm
from yaodian.timetabling.models import ChoiceRound
from yaodian.timetabling.views.imports import PAGES


@permitted("timetabling.view", POST="timetabling.run")
@require_http_methods(["GET", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that the account sees; posted, a new one."""
    page = queries.round_list(account=request.user, day=timezone.localdate())
    form = NewRoundForm(request.POST if request.method == "POST" else None, schools=page.schools)
    status = 200
    made: list[ChoiceRound] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            school, year = given.pop("grade")
            made[:] = [
                operations.make_round(
                    actor=account_of(request), school=school, entered_year=year, values=given, now=timezone.now()
                )
            ]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立。请核对开设的组合，印发通知书，再开始选科。"))
            return redirect("timetabling:round", made[0].public_id)
    return render(request, "timetabling/rounds.html", {"page": page, "form": form}, status=status or 200)


@permitted("timetabling.view", POST="timetabling.run")
@require_http_methods(["GET", "POST"])
@absent_is_404
def round_(request: HttpRequest, public_id: str) -> HttpResponse:
    """A round with what it comes to now; posted, other values."""
    if request.method != "POST":
        return _round(request, public_id)
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = RoundForm(request.POST, befores=page.befores, tables=page.tables, is_open=page.is_open)
    status = done(
        form,
        lambda: operations.change_round(
            actor=account_of(request), round=page.round, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _round(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("timetabling:round", public_id)


def _round(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    boxes: dict[str, Any] = {code: code in page.offered for code in COMBINATIONS}
    boxes |= {f"{code}_most": most for code, most in page.offered.items()}
    context = {
        "page": page,
        "round": page.round,
        "form": RoundForm(
            initial=RoundForm.typed(page.round), befores=page.befores, tables=page.tables, is_open=page.is_open
        ),
        "offer_form": OfferForm(initial=boxes),
        "reason_form": ReasonForm(auto_id="withdraw-%s"),
        "reopen_form": ReopenForm(auto_id="reopen-%s"),
        "links": PAGES["choices"].links,
        **given,
    }
    return render(request, "timetabling/round.html", context, status=status)


@permitted("timetabling.run")
@require_POST
@absent_is_404
def offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """The combinations that can be chosen."""
    row = queries.find_round(account=request.user, public_id=public_id)
    form = OfferForm(request.POST)
    status = done(
        form,
        lambda: operations.offer_combinations(
            actor=account_of(request), round=row, offered=form.offered, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _round(request, public_id, status, offer_form=form)
    messages.success(request, _("已保存。"))
    return redirect("timetabling:round", public_id)


_STEPS: dict[str, Callable[..., Any]] = {
    "open": operations.open_round,
    "close": operations.close_round,
    "settle": operations.settle_round,
    "remind": operations.remind_missing,
}


@permitted("timetabling.run")
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press: open, close, settle, remind; with a reason: withdraw, reopen."""
    row = queries.find_round(account=request.user, public_id=public_id)
    do, now = request.POST.get("do", ""), timezone.now()
    if do == "withdraw":
        form = ReasonForm(request.POST, auto_id="withdraw-%s")
        status = done(
            form,
            lambda: operations.withdraw_round(
                actor=account_of(request), round=row, reason=form.cleaned_data["reason"], now=now
            ),
        )
        return _round(request, public_id, status, reason_form=form) if status else _back(request, row, do)
    if do == "reopen":
        again = ReopenForm(request.POST, auto_id="reopen-%s")
        status = done(
            again, lambda: operations.reopen_round(actor=account_of(request), round=row, now=now, **again.cleaned_data)
        )
        return _round(request, public_id, status, reopen_form=again) if status else _back(request, row, do)
    if do not in _STEPS:
        raise Http404
    try:
        _STEPS[do](actor=account_of(request), round=row, now=now)
    except operations.UnableTo as refused:
        return _round(request, public_id, refused.status, refused=refused)
    return _back(request, row, do)


def _back(request: HttpRequest, row: ChoiceRound, do: str) -> HttpResponse:
    said = {
        "open": _("选科已开始。"),
        "close": _("选科已截止。"),
        "settle": _("结果已确定。"),
        "remind": _("已催办：有账号的家长和负责审核的同事会收到消息。"),
        "withdraw": _("已撤销，通知书随即失效。"),
        "reopen": _("已重新开放。"),
    }
    messages.success(request, said[do])
    return redirect("timetabling:round", row.public_id)


@permitted("timetabling.run")
@never_cache
@require_POST
@absent_is_404
def letters(request: HttpRequest, public_id: str) -> HttpResponse:
    """Letters of a class to be printed; their codes stand on this page and nowhere else."""
    row = queries.find_round(account=request.user, public_id=public_id)
    try:
        made = operations.issue_letters(
            actor=account_of(request), round=row, now=timezone.now(), renew=request.POST.get("renew") == "yes",
            school_class=request.POST.get("school_class", "")[:12],
        )  # fmt: skip
    except operations.UnableTo as refused:
        return _round(request, public_id, refused.status, refused=refused)
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page, "round": row, "letters": made, "address": request.build_absolute_uri(resolve_url("timetabling:choose")),
    }  # fmt: skip
    return render(request, "timetabling/letters.html", context)


# Which list of names somebody comes from, and goes back to.
_KEPT = ("which", "school_class", "purpose")


@permitted("timetabling.decide")
@never_cache
@require_GET
@absent_is_404
def names(request: HttpRequest, public_id: str) -> HttpResponse:
    """Names for a purpose that was chosen; without one, the question alone."""
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    classes = [(one.school_class.public_id, one.school_class.name) for one in page.classes]
    form = NamesForm(request.GET if "purpose" in request.GET else None, classes=classes)
    found = None
    status = 200
    if form.is_bound:
        listed: list[Any] = []

        def act() -> None:
            listed[:] = operations.list_names(
                actor=account_of(request), round=page.round, now=timezone.now(), **form.cleaned_data
            )

        status = done(form, act) or 200
        found = listed if status == 200 else None
    context = {
        "page": page, "round": page.round, "form": form, "lines": found,
        "offered": [COMBINATIONS[code] for code in COMBINATIONS if code in page.offered],
        "kept": {name: request.GET.get(name, "") for name in _KEPT},
        "may_enter": page.may_run and page.round.state in ("open", "closed"),
    }  # fmt: skip
    return render(request, "timetabling/names.html", context, status=status)


@permitted("timetabling.run")
@require_POST
@absent_is_404
def paper(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a pupil said on paper; a colleague must agree."""
    row = queries.find_round(account=request.user, public_id=public_id)
    combination = COMBINATIONS.get(request.POST.get("combination", ""))
    try:
        operations.enter_choice(
            actor=account_of(request), round=row, pupil=request.POST.get("pupil", "")[:12], now=timezone.now(),
            subjects=combination.subjects if combination is not None else (), reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已代录，须由另一位同事审核后才有效。"))
    kept = {name: request.POST.get(name, "") for name in _KEPT}
    return redirect(f"{resolve_url('timetabling:names', public_id)}?{urlencode(kept)}")


@permitted("timetabling.decide")
@never_cache
@require_GET
@absent_is_404
def waiting(request: HttpRequest, public_id: str) -> HttpResponse:
    """What waits to be looked at."""
    page = operations.open_waiting(actor=account_of(request), public_id=public_id, now=timezone.now())
    return render(request, "timetabling/waiting.html", {"page": page, "round": page.round})


@permitted("timetabling.decide")
@require_POST
@absent_is_404
def decide(request: HttpRequest, choice: str) -> HttpResponse:
    """Agrees to a choice, or refuses it with a reason."""
    row = queries.find_choice(account=request.user, public_id=choice)
    try:
        made = operations.decide_choice(
            actor=account_of(request), choice=row, agrees=request.POST.get("do") == "agree",
            reason=request.POST.get("reason", ""), now=timezone.now(),
        )  # fmt: skip
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        said = {
            "standing": _("已同意，选科生效。"),
            "proposed": _("已同意，还须年级组同意。"),
            "refused": _("已退回，学生会看到理由。"),
        }
        messages.success(request, said[made.state])
    return redirect("timetabling:waiting", row.round.public_id)


@permitted("timetabling.view")
@require_GET
def district(request: HttpRequest) -> HttpResponse:
    """Schools side by side."""
    page = queries.district_page(account=request.user, day=timezone.localdate())
    return render(request, "timetabling/district.html", {"page": page, "combinations": COMBINATIONS.values()})
