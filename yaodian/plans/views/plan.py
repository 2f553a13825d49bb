"""The page of one plan, its files, and its history."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, as_file, number_in, numbered
from yaodian.organisations.access import permitted, public
from yaodian.organisations.queries import may
from yaodian.plans import queries
from yaodian.plans.models import PlanState
from yaodian.plans.views.presenting import flat

VIEWS = ("clauses", "progress", "targets", "deadlines", "units", "policies", "systems")


@public
@require_GET
@absent_is_404
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """The plan as everyone reads it: by clauses, or one kind of item after the other."""
    page = queries.get_plan_page(account=request.user, public_id=public_id)
    if page.plan.state in {PlanState.READING, PlanState.FAILED}:
        return redirect("plans:reading", public_id)
    clauses = flat(page.clauses)
    shown = request.GET.get("show", "clauses")
    shown = shown if shown in VIEWS else "clauses"
    sees_values = may(account=request.user, permission="measures.view")
    if shown == "progress" and not sees_values:
        shown = "clauses"
    homes = {view.clause.pk: view.clause for view in clauses if view.clause}
    everywhere = (page.preamble, *clauses)
    deadlines = [(item, homes.get(item.clause_id)) for view in everywhere for item in view.deadlines]
    deadlines.sort(key=lambda pair: (pair[0].due_on is None, pair[0].due_on, pair[0].span_start))
    return render(
        request,
        "plans/plan.html",
        {
            "page": page,
            "plan": page.plan,
            "clauses": clauses,
            "shown": shown,
            "sees_values": sees_values,
            "answers": may(account=request.user, permission="plans.answer"),
            "progress": queries.get_progress(account=request.user, public_id=public_id, today=timezone.localdate())
            if shown == "progress"
            else None,
            "targets": [(item, homes.get(item.clause_id)) for view in everywhere for item in view.targets],
            "deadlines": deadlines,
            "homes": homes,
            "formats": (("xlsx", "Excel"), ("docx", "Word"), ("json", "JSON"), ("md", "Markdown")),
        },
    )


@public
@require_GET
@absent_is_404
def export(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The plan as a file."""
    if kind not in queries.FORMATS:
        raise Http404
    return _attachment(queries.export_plan(account=request.user, public_id=public_id, format=kind))


@permitted("plans.correct")
@require_GET
@absent_is_404
def original(request: HttpRequest, public_id: str) -> HttpResponse:
    """The file as it was uploaded; for those who work on plans."""
    return _attachment(queries.get_original(account=request.user, public_id=public_id))


def _attachment(file: queries.Export) -> HttpResponse:
    return as_file(HttpResponse(file.content, content_type=file.media_type), file.name)


@permitted("plans.correct")
@require_GET
@absent_is_404
def journal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that happened to the plan: who, when, what."""
    found = queries.get_header(account=request.user, public_id=public_id)
    page = queries.plan_journal(account=request.user, public_id=public_id, page=number_in(request.GET, "page") or 1)
    return render(request, "plans/journal.html", {"plan": found, "entries": page.items, "page": numbered(page)})


@permitted("plans.correct")
@require_GET
@absent_is_404
def changes(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a later reading changed: clauses, items, and which corrections found their words again."""
    found = queries.get_header(account=request.user, public_id=public_id)
    number = number_in(request.GET, "reading")
    shown = queries.get_reading_changes(account=request.user, public_id=public_id, number=number)
    readings = queries.list_readings(account=request.user, public_id=public_id)
    return render(request, "plans/changes.html", {"plan": found, "changes": shown, "readings": readings})
