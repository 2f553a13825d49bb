"""Counties against each other, and schools on a map."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.charting import answer_workbook
from yaodian.indicators import queries
from yaodian.organisations.access import permitted


def _address_of(name: str) -> Callable[[str, str, int], str]:
    def address(statute: str, public_id: str, year: int) -> str:
        return f"{reverse(f'indicators:{name}', args=[statute, public_id])}?year={year}"

    return address


@permitted("indicators.view")
@require_GET
@absent_is_404
def compare(request: HttpRequest) -> HttpResponse:
    """Counties and years under a statute: verdicts, schools that meet it, and an indicator of a stage."""
    chosen = {name: request.GET.get(name, "") for name in ("statute", "stage", "indicator")}
    page = queries.compare(account=request.user, address=_address_of("county"), **chosen)
    charts = [*page.charts, *([page.map] if page.map else [])]
    return answer_workbook(request, charts) or render(request, "indicators/compare.html", {"page": page})


@permitted("indicators.view")
@require_GET
@absent_is_404
def school_map(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """The schools of a county by their verdict, or by the value of an indicator; without `?year=` the newest."""
    chosen = {name: request.GET.get(name, "") for name in ("indicator", "stage")}
    page = queries.map_page(
        account=request.user, statute=statute, public_id=public_id,
        year=number_in(request.GET, "year", least=1000, most=9999),
        address=_address_of("school"), **chosen,
    )  # fmt: skip
    if not isinstance(page, queries.MapPage):
        return render(request, "indicators/no_map.html", {"page": page})
    charts = [page.map] if page.map else []
    return answer_workbook(request, charts) or render(request, "indicators/map.html", {"page": page})
