"""Expected children beside places, before anybody is placed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yaodian.admissions import operations, queries
from yaodian.foundation.answering import absent_is_404
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.view", POST="admissions.verify")
@require_http_methods(["GET", "POST"])
@absent_is_404
def forecast(request: HttpRequest, public_id: str) -> HttpResponse:
    """School by school; posted, the household list is counted anew."""
    page = queries.forecast_page(account=request.user, public_id=public_id, day=timezone.localdate())
    if request.method != "POST":
        return render(request, "admissions/forecast.html", {"page": page, "intake": page.intake})
    try:
        operations.count_forecast(actor=account_of(request), intake=page.intake, now=timezone.now())
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已按现在的户籍名册统计。"))
    return redirect("admissions:forecast", public_id)
