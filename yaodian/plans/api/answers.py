"""What goes out: the plan schema, rows, and problems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from yaodian.plans.api.types import Span


class Problem(Schema):
    """Why a call was refused: a stable code, a sentence, the field at fault; for a stale version what stands now."""

    code: str
    detail: str
    field: str = ""
    current: dict[str, Any] | None = None
    current_version: int | None = None
    changed_by: str | None = None
    changed_at: datetime | None = None
    errors: list[dict[str, Any]] = []


class PlanSummary(Schema):
    """A plan without its text."""

    public_id: str
    title: str
    issuer: str
    year: int | None
    doc_number: str
    index_number: str
    written_on: date | None
    source_published_on: date | None
    state: str
    version: int
    header_version: int
    published_at: datetime | None
    clauses: int | None = None
    targets: int | None = None
    deadlines: int | None = None


class PlanList(Schema):
    """One page of plans."""

    items: list[PlanSummary]
    page: int
    pages: int
    total: int


class NodeJson(Schema):
    """A clause of the plan schema."""

    id: int
    parent: int | None
    level: int
    number: str
    heading: str | None
    span: Span
    confidence: float
    rule: str


class TargetJson(Schema):
    """A target of the plan schema."""

    node: int | None
    subject: str
    comparator: str
    value: float
    value_max: float | None
    unit: str | None
    due: str | None
    per: str | None
    strength: str
    implicit: bool
    span: Span
    confidence: float
    rule: str


class DeadlineJson(Schema):
    """A deadline of the plan schema."""

    node: int | None
    text: str
    date: str | None
    span: Span
    confidence: float
    rule: str


class ResponsibleJson(Schema):
    """The units of a clause in the plan schema."""

    node: int | None
    units: list[str]
    lead: list[str]
    support: list[str]
    span: Span
    confidence: float
    rule: str


class NameJson(Schema):
    """A policy or system of the plan schema."""

    node: int | None
    name: str
    span: Span
    confidence: float
    rule: str


class WarningJson(Schema):
    """A warning of the plan schema."""

    code: str
    message: str
    span: Span


class PlanJson(Schema):
    """The plan schema, version 1: the same object as ``yaodian read --format json`` prints."""

    schema_: int = Field(alias="schema")
    title: str
    issuer: str | None
    year: int | None
    doc_number: str | None
    index_number: str | None
    written_on: str | None
    published_on: str | None
    text: str
    nodes: list[NodeJson]
    targets: list[TargetJson]
    deadlines: list[DeadlineJson]
    responsible: list[ResponsibleJson]
    policies: list[NameJson]
    systems: list[NameJson]
    warnings: list[WarningJson]


class ItemOut(Schema):
    """A clause or finding as a row: what a correction needs to name it. ``values`` are its columns."""

    kind: str
    id: int
    version: int
    state: str
    clause_id: int | None
    span: Span
    quote: str
    label: str
    confidence: float
    values: dict[str, Any]


class ClauseOut(Schema):
    """A clause with its own words and what stands in them; ``id`` is null for the preamble."""

    id: int | None
    key: str
    path: str
    number: str
    heading: str
    text: str
    items: list[ItemOut]
    children: list[ClauseOut]


class SnippetOut(Schema):
    """A piece of a snippet."""

    text: str
    is_hit: bool


class HitOut(Schema):
    """A clause that holds the words."""

    plan: PlanSummary
    clause_key: str
    path: str
    heading: str
    snippet: list[SnippetOut]
    number: int


class SearchOut(Schema):
    """One page of clauses that hold the words."""

    text: str
    items: list[HitOut]
    page: int
    pages: int
    total: int
    plans: int


class UnitOut(Schema):
    """A unit and how much the visible plans ask of it."""

    name: str
    clauses: int
    plans: int
    lead: int


class DutyOut(Schema):
    """What one clause asks of a unit."""

    plan: PlanSummary
    clause_key: str
    path: str
    heading: str
    part: str
    text: str
    next_due: date | None
    items: list[ItemOut]


class DutiesOut(Schema):
    """Everything the visible plans ask of a unit, by day."""

    name: str
    years: list[int]
    duties: list[DutyOut]


class ComparisonOut(Schema):
    """The second plan held against the first: what is new, dropped, raised, lowered."""

    left: PlanSummary
    right: PlanSummary
    result: dict[str, Any]


class UploadOut(Schema):
    """``is_new`` is false where the same file already belongs to the plan."""

    plan: PlanSummary
    is_new: bool


class ProgressOut(Schema):
    """How far a reading is."""

    plan_state: str
    state: str
    done: int
    total: int
    percent: int
    note: str
    error_code: str
    error: str
    is_over: bool
    is_stuck: bool


class ChangeOut(Schema):
    """One field before and after, in words."""

    field: str
    label: str
    before: str
    after: str


class HistoryOut(Schema):
    """One change by one person."""

    action: str
    action_label: str
    kind: str
    item_id: int | None
    summary: str
    made_by_name: str
    made_at: datetime
    reason: str
    changes: list[ChangeOut]


class JournalOut(Schema):
    """One page of a plan's history."""

    items: list[HistoryOut]
    page: int
    pages: int
    total: int


class SheetOut(Schema):
    """What a sheet would change; hand ``digest`` back to apply it."""

    digest: str
    is_applicable: bool
    changes: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    notices: list[dict[str, Any]]


class CountOut(Schema):
    """How many rows an operation changed."""

    count: int
