"""Rules side by side: trials under other rules, and what would have come of each beside the announced ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.placing import CompareForm, VariantForm
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.view", POST="admissions.place")
@absent_is_404
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    """Which trials there are, and a form for others; posted, a comparison is asked for."""
    if request.method != "POST":
        return _compare(request, public_id)
    page = queries.compare_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = _compare_form(page, request.POST)
    wanted = form.data.getlist("trials")
    made: list[Any] = []
    status = done(
        form,
        lambda: made.append(
            operations.ask_comparison(
                actor=account_of(request),
                intake=page.intake,
                label=form.cleaned_data["label"],
                trials=[trial for trial in page.trials if trial.public_id in wanted],
                now=timezone.now(),
            )
        ),
    )
    if status:
        return _compare(request, public_id, status, compare_form=form)
    return redirect("admissions:comparison", made[0].public_id)


def _compare(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.compare_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page,
        "intake": page.intake,
        "compare_form": _compare_form(page),
        "variant_form": VariantForm(rules=page.rules),
        **given,
    }
    return render(request, "admissions/compare.html", context, status=status)


def _compare_form(page: queries.ComparePage, data: Any = None) -> CompareForm:
    return CompareForm(data, trials=[(trial.public_id, trial.label) for trial in page.trials])


@permitted("admissions.place")
@require_POST
@absent_is_404
def variant(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for a trial under other rules."""
    page = queries.compare_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = VariantForm(request.POST, rules=page.rules)
    status = done(
        form,
        lambda: operations.ask_trial(
            actor=account_of(request),
            intake=page.intake,
            label=form.cleaned_data["label"],
            variant=form.variant(),
            now=timezone.now(),
        ),
    )
    if status:
        return _compare(request, public_id, status, variant_form=form)
    messages.success(request, _("试算已排队；现在就可以选它来对比。"))
    return redirect("admissions:compare", public_id)


@permitted("admissions.view")
@require_GET
@absent_is_404
def comparison(request: HttpRequest, public_id: str) -> HttpResponse:
    """What would have come of each set of rules, side by side."""
    page = queries.comparison_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "run": page.run, "intake": page.intake}
    return render(request, "admissions/comparison.html", context)
