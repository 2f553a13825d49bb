"""Pages of measures: all of a unit, one over time and below, and whence a figure comes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.charting import answer_workbook
from yaodian.measures import operations, queries
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.models import Unit


@permitted("measures.view")
@require_GET
@absent_is_404
def measure_list(request: HttpRequest) -> HttpResponse:
    """All measures of a unit, by default of the highest one that the account reaches.

    With `measure` in the address it leads on to that one: what the forms on a measure's page send.
    """
    if request.GET.get("measure") and request.GET.get("unit"):
        try:
            address = reverse("measures:measure", args=[request.GET["unit"], request.GET["measure"]])
        except NoReverseMatch as absent:
            raise Http404 from absent
        return redirect(f"{address}?{urlencode({name: request.GET.get(name, '') for name in ('stage', 'filter')})}")
    page = queries.list_page(account=request.user, unit=request.GET.get("unit", ""), day=timezone.localdate())
    return render(request, "measures/list.html", {"page": page})


def _asked(request: HttpRequest, public_id: str, code: str) -> dict[str, Any]:
    return {
        "account": request.user,
        "code": code,
        "unit": public_id,
        "stage": request.GET.get("stage"),
        "narrowed": request.GET.get("filter", ""),
        "day": timezone.localdate(),
    }


@permitted("measures.view")
@require_GET
@absent_is_404
def measure(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """One measure: definition, course, and the units below."""
    page = queries.measure_page(**_asked(request, public_id, code))
    most = max((one.value.exact for one in page.below if one.value.exact is not None), default=None)
    context = {"page": page, "most": most}
    return answer_workbook(request, page.charts) or render(request, "measures/measure.html", context)


@permitted("measures.view")
@require_GET
@absent_is_404
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """One measure for the units below one: against each other, and over the years.

    `level` says which kind of them, `with` names those that are wanted.
    """
    chosen = {name: request.GET.get(name, "") for name in ("stage", "filter")}

    def address(unit: Unit) -> str:
        return f"{reverse('measures:measure', args=[unit.public_id, code])}?{urlencode(chosen)}"

    asked = _asked(request, request.GET.get("unit", ""), code)
    level = request.GET.get("level", "")
    page = queries.compare(**asked, level=level, only=request.GET.getlist("with"), address=address)
    return answer_workbook(request, page.charts) or render(request, "measures/compare.html", {"page": page})


@permitted("measures.view")
@require_GET
@absent_is_404
def explain(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """From the figure to its formula, the law, the rows and their source."""
    found = queries.explain(**_asked(request, public_id, code))
    return render(request, "measures/explain.html", {"found": found, "page": found.page})


@permitted("measures.compute")
@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Orders today's values anew."""
    operations.order_values(actor=account_of(request), now=timezone.now())
    messages.success(request, _("已交给后台计算，通常几秒钟完成，刷新即可看到。"))
    return redirect("measures:list")
