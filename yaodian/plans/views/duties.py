"""A unit's own pages: what is asked of it, and how it signs for it or gives it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations
from yaodian.plans.models import Light
from yaodian.plans.operations import commitments as changing
from yaodian.plans.queries import commitments as reading
from yaodian.plans.views.answers import back


@permitted("plans.answer")
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """The units within reach that have duties; who answers for one only is led to its page by a link."""
    units = reading.list_units_with_duties(account=request.user, today=timezone.localdate())
    return render(request, "plans/commitments/units.html", {"units": units})


@permitted("plans.answer")
@require_GET
@absent_is_404
def unit(request: HttpRequest, unit: str) -> HttpResponse:
    """What is asked of a unit, what presses first stands first."""
    today = timezone.localdate()
    page = reading.get_unit_page(account=request.user, unit=unit, today=today, year=number_in(request.GET, "year"))
    lights = [(one.value, one.label, page.counts[one.value]) for one in Light]
    return render(request, "plans/commitments/unit.html", {"page": page, "unit": page.unit, "lights": lights})


@permitted("plans.answer")
@require_POST
@absent_is_404
def sign(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Signs for a duty, or returns it with a reason."""
    common = {"actor": account_of(request), "now": timezone.now(), "duty_id": duty_id}
    try:
        if request.POST.get("answer") == "return":
            duty = changing.return_duty(**common, reason=request.POST.get("reason", ""))
            messages.success(request, _("已退回，办公室会看到您的理由。"))
        else:
            duty = changing.accept_duty(**common)
            messages.success(request, _("已签收。"))
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return back(request, "plans:duties")
    assert duty.unit is not None
    return back(request, "plans:unit_duties", duty.unit.public_id, anchor=f"commitment-{duty.commitment_id}")


@permitted("plans.answer")
@require_POST
@absent_is_404
def sign_all(request: HttpRequest, unit: str) -> HttpResponse:
    """Signs for everything that waits for a unit."""
    count = changing.accept_all_duties(actor=account_of(request), now=timezone.now(), unit=unit)
    messages.success(request, _("已签收 %(count)s 项任务。") % {"count": count})
    return back(request, "plans:unit_duties", unit)
