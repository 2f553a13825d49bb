"""The monitoring desk: counties, a county, a school, and whence each figure comes; what a county states."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.charting import answer_workbook
from yaodian.indicators import operations, queries
from yaodian.indicators.models import StatuteCode
from yaodian.organisations.access import account_of, permitted


def _rules_today(request: HttpRequest) -> bool:
    return request.GET.get("rules") == "today"


@permitted("indicators.view")
@require_GET
@absent_is_404
def counties(request: HttpRequest) -> HttpResponse:
    """Every county under a statute, by default the newest year."""
    page = queries.desk_page(
        account=request.user,
        statute=request.GET.get("statute", ""),
        year=request.GET.get("year"),
        today=timezone.localdate(),
    )
    return render(request, "indicators/counties.html", {"page": page, "statutes": StatuteCode.choices})


@permitted("indicators.view")
@require_GET
@absent_is_404
def county(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """A county: its items, the spreads among its schools, its schools against the thresholds."""
    page = queries.county_page(
        account=request.user,
        statute=statute,
        public_id=public_id,
        year=request.GET.get("year"),
        today=timezone.localdate(),
        rules_today=_rules_today(request),
    )
    context = {"page": page, "statutes": StatuteCode.choices}
    return answer_workbook(request, page.charts) or render(request, "indicators/county.html", context)


@permitted("indicators.view")
@require_GET
@absent_is_404
def school(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """A school: each indicator against its threshold, down to the cells."""
    page = queries.school_page(
        account=request.user,
        statute=statute,
        public_id=public_id,
        year=request.GET.get("year"),
        today=timezone.localdate(),
        rules_today=_rules_today(request),
    )
    return render(request, "indicators/school.html", {"page": page})


@permitted("indicators.view")
@require_GET
@absent_is_404
def facts(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """What a county states beside its returns, with the evidence."""
    return _facts(request, statute, public_id, request.GET.get("year"), {}, "", "")


def _facts(
    request: HttpRequest,
    statute: str,
    public_id: str,
    year: str | None,
    sent: dict[str, tuple[str, str]],
    problem: str,
    field: str,
) -> HttpResponse:
    page = queries.facts_page(
        account=request.user, statute=statute, public_id=public_id, year=year, today=timezone.localdate()
    )
    rows = []
    for line in page.lines:
        kept = (line.fact.value, line.fact.basis) if line.fact else ("", "")
        value, basis = sent.get(line.name, kept)
        rows.append((line, value, basis, line.quantity.name == field))
    context = {"page": page, "rows": rows, "problem": problem}
    return render(request, "indicators/facts.html", context, status=422 if problem else 200)


@permitted("indicators.state")
@require_POST
@absent_is_404
def state(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """Saves the facts of the form that differ; what was typed stays where one of them is refused."""
    year = request.POST.get("year", "")
    page = queries.facts_page(
        account=request.user, statute=statute, public_id=public_id, year=year, today=timezone.localdate()
    )
    sent = {
        line.name: (request.POST.get(line.name, ""), request.POST.get(f"{line.name}-basis", ""))
        for line in page.lines
        if line.name in request.POST
    }
    stated = [
        operations.Stated(line.quantity.name, *sent[line.name], stage=line.stage)
        for line in page.lines
        if line.name in sent
    ]
    try:
        changed = operations.state_facts(
            actor=account_of(request),
            unit=page.unit,
            statute=page.statute.code,
            year=page.year,
            stated=stated,
            now=timezone.now(),
        )
    except operations.UnableToStateFacts as problem:
        return _facts(request, statute, public_id, year, sent, problem.message, problem.field)
    if changed:
        said = ngettext(
            "已保存 %(count)s 项，下次计算后计入结论。", "已保存 %(count)s 项，下次计算后计入结论。", changed
        )
        messages.success(request, said % {"count": changed})
    else:
        messages.info(request, _("没有改动。"))
    return redirect(f"{reverse('indicators:facts', args=[statute, public_id])}?year={page.year}")


@permitted("measures.compute")
@require_POST
def assess(request: HttpRequest) -> HttpResponse:
    """Orders the assessments anew."""
    operations.order_assessment(actor=account_of(request), now=timezone.now())
    messages.success(request, _("已交给后台计算，通常几秒钟完成，刷新即可看到。"))
    return redirect("indicators:counties")
