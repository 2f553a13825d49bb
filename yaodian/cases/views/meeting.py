"""Meeting mode: one overdue or escalated item after the other on a projector, decided on the spot; the protocol."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.cases import operations, queries
from yaodian.cases.forms import ActionForm, MeetingForm
from yaodian.cases.queries import KEYS, ItemPage
from yaodian.cases.views.cases import form_of, given_of, known_units
from yaodian.foundation.answering import absent_is_404
from yaodian.organisations.access import account_of, permitted


@permitted("cases.dispatch")
@require_http_methods(["GET", "POST"])
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings so far; sent as a form, a new one begins."""
    form = MeetingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = operations.open_meeting(
                actor=account_of(request),
                unit=form.cleaned_data["unit"],
                kind=form.cleaned_data["kind"],
                now=timezone.now(),
            )
        except operations.UnableTo as problem:
            form.add_error(problem.field or None, problem.message)
        else:
            return redirect("cases:meeting_item", meeting.public_id, 1)
    context = {
        "form": form,
        "meetings": queries.list_meetings(account=request.user, today=timezone.localdate()),
        "units": known_units(request, "cases.dispatch"),
    }
    return render(request, "cases/meetings.html", context, status=422 if form.is_bound else 200)


@permitted("cases.dispatch")
@require_GET
@absent_is_404
def item(request: HttpRequest, public_id: str, place: int) -> HttpResponse:
    """One item in large type, with what may be decided."""
    return _item_page(request, public_id, place)


def _page(request: HttpRequest, public_id: str, place: int) -> ItemPage:
    return queries.item_page(account=request.user, public_id=public_id, place=place, today=timezone.localdate())


def _item_page(
    request: HttpRequest, public_id: str, place: int, bound: ActionForm | None = None, tried: str = ""
) -> HttpResponse:
    found = _page(request, public_id, place)
    if not found.is_chair:
        messages.info(request, _("这次会议已经结束，或由他人主持。下面是会议纪要。"))
        return redirect("cases:protocol", public_id)
    steps = []
    for one in found.steps:
        assert found.page is not None  # There are steps.
        form = bound if bound is not None and one.action == tried else form_of(found.page, one)
        steps.append((one, form, KEYS[one.action]))  # type: ignore[index]  # The page lists these alone.
    context = {
        "found": found,
        "page": found.page,
        "steps": [one for one in steps if one[0].is_allowed],
        "refused": [one for one in steps if not one[0].is_allowed],
        "tried": tried,
        "units": known_units(request, "cases.dispatch"),
    }
    return render(request, "cases/meeting_item.html", context, status=422 if bound is not None else 200)


@permitted("cases.dispatch")
@require_POST
@absent_is_404
def decide(request: HttpRequest, public_id: str, place: int, action: str) -> HttpResponse:
    """One decision about the item on the screen; what is refused is told there, with what was typed."""
    found = _page(request, public_id, place)
    possible = next((one for one in found.steps if one.action == action), None)
    if possible is None or found.page is None:
        raise Http404
    if not found.is_chair:
        messages.error(request, _("这次会议已经结束，或由他人主持，不能在这里作出决定。"))
        return redirect("cases:protocol", public_id)
    form = form_of(found.page, possible, request.POST)
    if not possible.is_allowed:
        messages.error(request, possible.why_not)
        return redirect("cases:meeting_item", public_id, place)
    if not form.is_valid():
        return _item_page(request, public_id, place, form, action)
    try:
        operations.perform(
            actor=account_of(request),
            public_id=found.page.case.public_id,
            action=action,
            given=given_of(form, found.page.kind),
            now=timezone.now(),
            expected_version=form.cleaned_data["expected_version"],
            client_key=form.cleaned_data["client_key"],
        )
    except operations.UnableTo as problem:
        if problem.field and problem.field in form.fields:
            form.add_error(problem.field, problem.message)
            return _item_page(request, public_id, place, form, action)
        messages.error(request, problem.message)
    else:
        messages.success(request, _("“%(action)s”已记录。") % {"action": possible.label})
    return redirect("cases:meeting_item", public_id, place)


@permitted("cases.dispatch")
@require_POST
@absent_is_404
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """The meeting is over; its protocol is shown."""
    try:
        queries.find_meeting(account=request.user, public_id=public_id, today=timezone.localdate())
        operations.end_meeting(actor=account_of(request), public_id=public_id, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return redirect("cases:protocol", public_id)


@permitted("cases.dispatch")
@require_GET
@absent_is_404
def protocol(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a meeting decided, to be read and to be printed."""
    found = queries.protocol(account=request.user, public_id=public_id, today=timezone.localdate())
    return render(request, "cases/protocol.html", {"found": found})
