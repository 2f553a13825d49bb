"""Questions over all plans: search, what a unit has to do, two plans side by side."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, is_partial, number_in, numbered
from yaodian.organisations.access import public
from yaodian.plans import queries
from yaodian.plans.forms import SearchForm

MAX_PLANS_TO_CHOOSE = 300
VERDICTS = ("new", "dropped", "raised", "lowered", "changed", "reworded", "earlier", "later", "same")


@public
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The clauses that hold the words; as one types where scripts run."""
    form = SearchForm(request.GET or None, choices=queries.get_filter_choices(account=request.user))
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    filters = queries.SearchFilters(
        year=int(chosen["year"]) if chosen.get("year") else None,
        issuer=chosen.get("issuer", ""),
        kind=chosen.get("kind", ""),
    )
    page = number_in(request.GET, "page") or 1
    result = queries.search(account=request.user, text=chosen.get("text", ""), filters=filters, page=page)
    context = {"form": form, "result": result, "page": numbered(result.page)}
    return render(request, "plans/_results.html" if is_partial(request) else "plans/search.html", context)


@public
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """All units that plans name; or, with `?unit=`, what one of them has to do."""
    year = number_in(request.GET, "year")
    unit = request.GET.get("unit", "").strip()[:120]
    if unit:
        duties = queries.by_unit(account=request.user, unit=unit, year=year)
        grouped: dict[int, list[queries.Duty]] = defaultdict(list)
        for duty in duties.duties:
            grouped[duty.plan.pk].append(duty)
        context = {"duties": duties, "groups": tuple(grouped.values()), "year": year, "unit": unit}
        return render(request, "plans/unit.html", context)
    text = request.GET.get("text", "").strip()[:100]
    found = queries.list_units(account=request.user, year=year, text=text)
    context = {"units": found[:300], "more": max(0, len(found) - 300), "text": text, "year": year}
    return render(request, "plans/_units.html" if is_partial(request) else "plans/units.html", context)


@public
@require_GET
@absent_is_404
def compare(request: HttpRequest) -> HttpResponse:
    """Two plans side by side: what is new, dropped, raised, lowered; narrowed by verdict and kind."""
    left, right = request.GET.get("left", "").strip(), request.GET.get("right", "").strip()
    known = queries.list_latest(account=request.user, size=MAX_PLANS_TO_CHOOSE)
    plans = sorted(
        (plan for plan in known if plan.title), key=lambda plan: (-(plan.year or 0), plan.issuer, plan.title)
    )
    context: dict[str, Any] = {"plans": plans, "left": left, "right": right, "comparison": None}
    if left and right and left != right:
        comparison = queries.compare_plans(account=request.user, left=left, right=right)
        counts = comparison.result.counts()
        wanted = request.GET.get("verdict", "")
        kinds = {}
        for kind in ("targets", "deadlines", "clauses", "policies", "systems"):
            changes = getattr(comparison.result, kind)
            shown = [change for change in changes if (change.verdict == wanted if wanted else change.verdict != "same")]
            kinds[kind] = shown
        totals = {verdict: sum(by.get(verdict, 0) for by in counts.values()) for verdict in VERDICTS}
        context |= {
            "comparison": comparison,
            "counts": counts,
            "kinds": kinds,
            "totals": [(verdict, total) for verdict, total in totals.items() if total],
            "verdict": wanted if wanted in VERDICTS else "",
            "is_empty": not any(kinds.values()),
        }
    return render(request, "plans/compare.html", context)
