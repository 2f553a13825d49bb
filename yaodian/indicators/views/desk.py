"""The monitoring desk: counties, a county, a school, and whence each figure comes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaodian.organisations.access import permitted


@permitted("indicators.view")
@require_GET
def counties(request: HttpRequest) -> HttpResponse:
    """Every county under a statute, by default the newest year."""
    return render(request, "indicators/counties.html", {})
