"""What everyone may read of published plans, and those who work on plans of drafts."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query

from yaodian.foundation.answering import as_file
from yaodian.organisations.access import EVERYONE, SessionHolding
from yaodian.plans import queries
from yaodian.plans.api.answers import (
    ClauseOut,
    ComparisonOut,
    DutiesOut,
    JournalOut,
    PlanJson,
    PlanList,
    PlanSummary,
    ProgressOut,
    SearchOut,
    UnitOut,
)
from yaodian.plans.api.requests import CompareIn, DutiesIn, ListIn, PageIn, SearchIn, UnitsIn
from yaodian.plans.api.shaping import LISTS, READS, WRITES, answering, clause_of, item_of, router, summary_of
from yaodian.plans.api.types import PublicId


@router.get(
    "",
    response={200: PlanList, **LISTS},
    summary="List plans",
    operation_id="list_plans",
    auth=EVERYONE,
)
@answering
def list_plans(request: HttpRequest, asked: Query[ListIn]) -> Any:
    """Published plans, and drafts for those who work on plans; newest year first."""
    filters = queries.PlanFilters(text=asked.text, state=asked.state, year=asked.year, issuer=asked.issuer)
    found = queries.list_plans(account=request.user, filters=filters, page=asked.page, size=asked.size)
    items = [
        summary_of(card.plan, clauses=card.clauses, targets=card.targets, deadlines=card.deadlines)
        for card in found.items
    ]
    return {"items": items, "page": found.number, "pages": found.pages, "total": found.total}


@router.get(
    "/search",
    response={200: SearchOut, **LISTS},
    summary="Search clauses",
    operation_id="search_clauses",
    auth=EVERYONE,
)
@answering
def search_clauses(request: HttpRequest, asked: Query[SearchIn]) -> Any:
    """The clauses that hold all the words, each as a substring."""
    filters = queries.SearchFilters(year=asked.year, issuer=asked.issuer, public_id=asked.plan)
    found = queries.search(account=request.user, text=asked.text, filters=filters, page=asked.page, size=asked.size)
    items = [
        {
            "plan": summary_of(hit.plan),
            "clause_key": hit.clause.key,
            "path": hit.clause.path,
            "heading": hit.clause.heading,
            "snippet": [{"text": part.text, "is_hit": part.is_hit} for part in hit.snippet],
            "number": hit.number,
        }
        for hit in found.page.items
    ]
    pages = {"page": found.page.number, "pages": found.page.pages, "total": found.page.total}
    return {"text": asked.text, "items": items, "plans": found.plans, **pages}


@router.get(
    "/units",
    response={200: list[UnitOut], **LISTS},
    summary="List units",
    operation_id="list_responsible_units",
    auth=EVERYONE,
)
@answering
def list_responsible_units(request: HttpRequest, asked: Query[UnitsIn]) -> Any:
    """The units that visible plans name, those with most clauses first."""
    units = queries.list_units(account=request.user, year=asked.year, text=asked.text)
    return [{"name": unit.name, "clauses": unit.clauses, "plans": unit.plans, "lead": unit.lead} for unit in units]


@router.get(
    "/units/duties",
    response={200: DutiesOut, **LISTS},
    summary="Duties of a unit",
    operation_id="get_duties",
    auth=EVERYONE,
)
@answering
def get_duties(request: HttpRequest, asked: Query[DutiesIn]) -> Any:
    """What the visible plans ask of a unit, by day."""
    found = queries.by_unit(account=request.user, unit=asked.unit, year=asked.year)
    duties = [
        {
            "plan": summary_of(duty.plan),
            "clause_key": duty.clause.key if duty.clause else "",
            "path": duty.clause.path if duty.clause else "",
            "heading": duty.clause.heading if duty.clause else "",
            "part": duty.part,
            "text": duty.text,
            "next_due": duty.next_due,
            "items": [item_of(item) for item in (*duty.targets, *duty.deadlines)],
        }
        for duty in found.duties
    ]
    return {"name": found.name, "years": list(found.years), "duties": duties}


@router.get(
    "/compare",
    response={200: ComparisonOut, **READS},
    summary="Compare two plans",
    operation_id="compare_plans",
    auth=EVERYONE,
)
@answering
def compare_plans(request: HttpRequest, asked: Query[CompareIn]) -> Any:
    """What is new in the right plan, dropped from the left one, raised and lowered."""
    found = queries.compare_plans(account=request.user, left=asked.left, right=asked.right)
    return {"left": summary_of(found.left), "right": summary_of(found.right), "result": found.result.to_dict()}


@router.get(
    "/{public_id}",
    response={200: PlanJson, **READS},
    by_alias=True,
    summary="Get a plan",
    operation_id="get_plan",
    auth=EVERYONE,
)
@answering
def get_plan(request: HttpRequest, public_id: PublicId) -> Any:
    """The whole plan in the plan schema, as corrected."""
    return queries.get_reader_plan(account=request.user, public_id=public_id).to_dict()


@router.get(
    "/{public_id}/summary",
    response={200: PlanSummary, **READS},
    summary="Get a plan's header and state",
    operation_id="get_summary",
    auth=EVERYONE,
)
@answering
def get_summary(request: HttpRequest, public_id: PublicId) -> Any:
    """Header, state and versions, without the text."""
    return summary_of(queries.get_header(account=request.user, public_id=public_id))


@router.get(
    "/{public_id}/clauses",
    response={200: list[ClauseOut], **READS},
    summary="Get a plan's clauses",
    operation_id="get_clauses",
    auth=EVERYONE,
)
@answering
def get_clauses(request: HttpRequest, public_id: PublicId) -> Any:
    """The preamble and the clauses as a tree, each with its words and its findings as rows."""
    page = queries.get_plan_page(account=request.user, public_id=public_id)
    return [clause_of(view) for view in (page.preamble, *page.clauses)]


@router.get(
    "/{public_id}/export/{format}",
    response={200: None, **READS},
    summary="Export a plan",
    operation_id="export_plan",
    auth=EVERYONE,
)
@answering
def export_plan(
    request: HttpRequest,
    public_id: PublicId,
    format: Literal["json", "md", "xlsx", "docx"],  # noqa: A002 - the word of the address.
) -> Any:
    """The plan as a file."""
    export = queries.export_plan(account=request.user, public_id=public_id, format=format)
    return as_file(HttpResponse(export.content, content_type=export.media_type), export.name)


@router.get(
    "/{public_id}/progress",
    response={200: ProgressOut, **WRITES},
    summary="Progress of the reading",
    operation_id="get_progress",
    auth=SessionHolding("plans.upload"),
)
@answering
def get_progress(request: HttpRequest, public_id: PublicId) -> Any:
    """How far the reading of a draft is."""
    return queries.get_reading_progress(account=request.user, public_id=public_id)


@router.get(
    "/{public_id}/history",
    response={200: JournalOut, **WRITES},
    summary="History of a plan",
    operation_id="get_history",
    auth=SessionHolding("plans.correct"),
)
@answering
def get_history(request: HttpRequest, public_id: PublicId, asked: Query[PageIn]) -> Any:
    """Everything that people and the reader did to a plan, newest first."""
    found = queries.plan_journal(account=request.user, public_id=public_id, page=asked.page, size=asked.size)
    return {"items": list(found.items), "page": found.number, "pages": found.pages, "total": found.total}
