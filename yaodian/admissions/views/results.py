"""A family's result: the place with its reasons, accepted or given up, and the appeal. Only its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.placing import AppealForm
from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, signed_in


@signed_in
@require_GET
@absent_is_404
def result(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came of an application, and why."""
    return _result(request, public_id)


def _result(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    application = queries.find_own(account=account_of(request), public_id=public_id)
    outcome = queries.outcome_of(application=application, day=timezone.localdate())
    context = {
        "application": application,
        "intake": application.intake,
        "outcome": outcome,
        "appeals": queries.appeals_of(application=application),
        "placement": queries.placement_published(intake=application.intake) if outcome else "",
        "form": AppealForm(),
        **given,
    }
    return render(request, "admissions/result.html", context, status=status)


@signed_in
@never_cache
@require_GET
@absent_is_404
def opening(request: HttpRequest, public_id: str) -> HttpResponse:
    """What opens the commitment of an own application, for the check at home."""
    application = queries.find_own(account=account_of(request), public_id=public_id)
    content = queries.opening_for(application=application)
    return as_file(HttpResponse(content, content_type="application/json"), "opening.json")


@signed_in
@require_POST
@absent_is_404
def decide_place(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accepts the place (`do=accept`, and `keeps_waiting`) or gives it up (`do=decline`)."""
    account = account_of(request)
    application = queries.find_own(account=account, public_id=public_id)
    outcome = queries.outcome_of(application=application, day=timezone.localdate())
    if outcome is None or outcome.answer.place is None:
        return redirect("admissions:result", public_id)
    place, now = outcome.answer.place, timezone.now()
    try:
        if request.POST.get("do") == "accept":
            keeps = request.POST.get("keeps_waiting") == "1"
            operations.accept_place(actor=account, place=place, keeps_waiting=keeps, now=now)
        elif request.POST.get("do") == "decline":
            operations.decline_place(actor=account, place=place, now=now)
    except operations.UnableTo as problem:
        return _result(request, public_id, problem.status, refused=problem.message)
    return redirect("admissions:result", public_id)


@signed_in
@require_POST
@absent_is_404
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hands in an appeal."""
    account = account_of(request)
    application = queries.find_own(account=account, public_id=public_id)
    form = AppealForm(request.POST)
    status = done(
        form,
        lambda: operations.file_appeal(
            actor=account, application=application, text=form.cleaned_data["text"], now=timezone.now()
        ),
    )
    if status:
        return _result(request, public_id, status, form=form)
    return redirect("admissions:result", public_id)
