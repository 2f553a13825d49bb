"""Commitments: what a plan binds whom to, how it stands, and the steps of office and units."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Schema
from pydantic import StringConstraints

from yaodian.organisations.access import SessionHolding
from yaodian.plans.api.shaping import WRITES, answering, router
from yaodian.plans.api.types import Number, PublicId, Reason, RowId, Version, Words
from yaodian.plans.operations import commitments as changing
from yaodian.plans.operations.commitments import Basis, CommitmentValues
from yaodian.plans.queries import commitments as reading

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
Weight = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
Years = Annotated[int, Field(ge=1949, le=2149)]


class DutyOut(Schema):
    """A unit's part in a commitment; ``unit`` is its public id, empty where the name is of no unit that is known."""

    id: int
    unit: str
    name: str
    part: str
    words: str
    state: str
    answered_at: datetime | None
    reason: str
    may_sign: bool


class CommitmentTargetOut(Schema):
    """A target as promised now, as the plan had it, and how it stands."""

    id: int
    words: str
    before: str
    status: str
    reason: str


class AmendmentOut(Schema):
    """A change of a day or a target with the document it rests on."""

    number: int
    field: str
    target_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    document: str
    doc_number: str
    document_on: date
    reason: str
    made_at: datetime


class MilestoneOut(Schema):
    """A day on the way, and the rule that set it; ``reached_in`` is the month whose approved report says it was reached."""

    label: str
    due_on: date
    rule: str
    reached_in: date | None


class CommitmentOut(Schema):
    """A commitment. ``light`` is computed unless ``is_overridden``; ``computed`` is what the system says, and ``reports``
    are the approved reports it rests on."""

    id: int
    version: int
    plan: str
    clause_key: str
    text: str
    state: str
    due_on: date | None
    due_words: str
    due_kind: str
    weight: Decimal
    disclosure: str
    parent_id: int | None
    light: str
    reason: str
    computed: str
    is_overridden: bool
    reports: list[str]
    duties: list[DutyOut]
    targets: list[CommitmentTargetOut]
    milestones: list[MilestoneOut]
    amendments: list[AmendmentOut]


class CommitmentCountOut(Schema):
    """How many commitments or duties a step reached."""

    count: int


class CommitmentsIn(Schema):
    """Which commitments are put into force; none named: all that wait."""

    commitments: Annotated[list[RowId], Field(max_length=2000)] | None = None


class CommitmentIn(Schema):
    """New content. ``due_on`` may differ only while the commitment is not in force."""

    expected_version: Version
    text: Text
    due_on: date | None = None
    weight: Weight = Decimal(1)
    disclosure: Literal["public", "on_request", "internal"] = "internal"


class BasisIn(Schema):
    """The document a change rests on."""

    expected_version: Version
    document: Words
    doc_number: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
    document_on: date
    reason: Short = ""


class DueIn(BasisIn):
    """Another day; null lifts it."""

    due_on: date | None = None


class TargetValueIn(BasisIn):
    """Another value for a target of the commitment."""

    target_id: RowId
    value: Number
    value_max: Number | None = None


class ReturnIn(Schema):
    """Why a unit gives a duty back."""

    reason: Reason


class UnitDutiesIn(Schema):
    """Whose duties, and of which year; by default the latest."""

    unit: PublicId
    year: Years | None = None


@router.get(
    "/duties",
    response={200: list[CommitmentOut], **WRITES},
    summary="What is asked of a unit",
    operation_id="get_unit_duties",
    auth=SessionHolding("plans.answer"),
)
@answering
def get_unit_duties(request: HttpRequest, asked: Query[UnitDutiesIn]) -> Any:
    """The commitments in force in which a unit has a duty, what presses first stands first."""
    page = reading.get_unit_page(account=request.user, unit=asked.unit, today=timezone.localdate(), year=asked.year)
    return [_shaped(row) for row in page.rows]


@router.post(
    "/duties/{duty_id}/accept",
    response={200: DutyOut, **WRITES},
    summary="Sign for a duty",
    operation_id="accept_duty",
    auth=SessionHolding("plans.answer"),
)
@answering
def accept_duty(request: HttpRequest, duty_id: RowId) -> Any:
    """The unit takes its duty on; signing twice changes nothing."""
    return _duty(changing.accept_duty(actor=request.user, now=timezone.now(), duty_id=duty_id), may_sign=True)


@router.post(
    "/duties/{duty_id}/return",
    response={200: DutyOut, **WRITES},
    summary="Give a duty back",
    operation_id="return_duty",
    auth=SessionHolding("plans.answer"),
)
@answering
def return_duty(request: HttpRequest, duty_id: RowId, payload: ReturnIn) -> Any:
    """The unit gives its duty back to the office with the reason."""
    duty = changing.return_duty(actor=request.user, now=timezone.now(), duty_id=duty_id, reason=payload.reason)
    return _duty(duty, may_sign=True)


@router.get(
    "/{public_id}/commitments",
    response={200: list[CommitmentOut], **WRITES},
    summary="List a plan's commitments",
    operation_id="list_commitments",
    auth=SessionHolding("plans.answer"),
)
@answering
def list_commitments(request: HttpRequest, public_id: PublicId) -> Any:
    """The commitments of a plan: all for its office, for a unit those in which it has a duty."""
    page = reading.get_commitments(account=request.user, public_id=public_id, today=timezone.localdate())
    return [_shaped(row) for row in page.rows]


@router.post(
    "/{public_id}/commitments/propose",
    response={200: CommitmentCountOut, **WRITES},
    summary="Propose commitments",
    operation_id="propose_commitments",
    auth=SessionHolding("plans.correct"),
)
@answering
def propose_commitments(request: HttpRequest, public_id: PublicId) -> Any:
    """Proposes one commitment a verb phrase, for words that none stands for yet."""
    count = changing.propose_commitments(
        actor=request.user, now=timezone.now(), today=timezone.localdate(), public_id=public_id
    )
    return {"count": count}


@router.post(
    "/{public_id}/commitments/accept",
    response={200: CommitmentCountOut, **WRITES},
    summary="Put commitments into force",
    operation_id="accept_commitments",
    auth=SessionHolding("plans.correct"),
)
@answering
def accept_commitments(request: HttpRequest, public_id: PublicId, payload: CommitmentsIn) -> Any:
    """These, or all that wait."""
    count = changing.accept_commitments(
        actor=request.user, now=timezone.now(), public_id=public_id, commitment_ids=payload.commitments
    )
    return {"count": count}


@router.put(
    "/{public_id}/commitments/{commitment_id}",
    response={200: CommitmentOut, **WRITES},
    summary="Edit a commitment",
    operation_id="edit_commitment",
    auth=SessionHolding("plans.correct"),
)
@answering
def edit_commitment(request: HttpRequest, public_id: PublicId, commitment_id: RowId, payload: CommitmentIn) -> Any:
    """New text, weight and disclosure."""
    changing.edit_commitment(
        actor=request.user,
        now=timezone.now(),
        public_id=public_id,
        commitment_id=commitment_id,
        expected_version=payload.expected_version,
        values=CommitmentValues(payload.text, payload.due_on, payload.weight, payload.disclosure),
    )
    return _one(request, public_id, commitment_id)


@router.post(
    "/{public_id}/commitments/{commitment_id}/amend-due",
    response={200: CommitmentOut, **WRITES},
    summary="Move a commitment's day",
    operation_id="amend_due",
    auth=SessionHolding("plans.correct"),
)
@answering
def amend_due(request: HttpRequest, public_id: PublicId, commitment_id: RowId, payload: DueIn) -> Any:
    """Another day by a document; the day before stays in the amendment."""
    changing.amend_due(
        actor=request.user,
        now=timezone.now(),
        public_id=public_id,
        commitment_id=commitment_id,
        expected_version=payload.expected_version,
        due_on=payload.due_on,
        basis=_basis(payload),
    )
    return _one(request, public_id, commitment_id)


@router.post(
    "/{public_id}/commitments/{commitment_id}/amend-target",
    response={200: CommitmentOut, **WRITES},
    summary="Change a commitment's target",
    operation_id="amend_target",
    auth=SessionHolding("plans.correct"),
)
@answering
def amend_target(request: HttpRequest, public_id: PublicId, commitment_id: RowId, payload: TargetValueIn) -> Any:
    """Another value by a document; the plan's own words stay as they are."""
    changing.amend_target(
        actor=request.user,
        now=timezone.now(),
        public_id=public_id,
        commitment_id=commitment_id,
        expected_version=payload.expected_version,
        target_id=payload.target_id,
        value=payload.value,
        value_max=payload.value_max,
        basis=_basis(payload),
    )
    return _one(request, public_id, commitment_id)


def _basis(payload: BasisIn) -> Basis:
    return Basis(payload.document, payload.doc_number, payload.document_on, payload.reason)


def _one(request: HttpRequest, public_id: str, commitment_id: int) -> dict[str, Any]:
    _page, row = reading.get_commitment(
        account=request.user, public_id=public_id, commitment_id=commitment_id, today=timezone.localdate()
    )
    return _shaped(row)


def _duty(duty: Any, *, may_sign: bool) -> dict[str, Any]:
    names = ("id", "name", "part", "words", "state", "answered_at", "reason")
    return {
        **{name: getattr(duty, name) for name in names},
        "unit": duty.unit.public_id if duty.unit_id else "",
        "may_sign": may_sign,
    }


def _shaped(row: reading.CommitmentRow) -> dict[str, Any]:
    one = row.commitment
    names = ("id", "version", "text", "state", "due_on", "due_words", "due_kind", "weight", "disclosure", "parent_id")
    return {
        **{name: getattr(one, name) for name in names},
        "plan": one.plan.public_id,
        "clause_key": row.clause.key if row.clause else "",
        "light": str(row.standing.light),
        "reason": row.standing.reason,
        "computed": str(row.standing.computed),
        "is_overridden": row.standing.is_overridden,
        "reports": [one.report for one in row.standing.reports],
        "duties": [_duty(line.duty, may_sign=line.may_sign) for line in row.duties],
        "targets": [
            {
                "id": line.target.pk,
                "words": line.words,
                "before": line.before,
                "status": str(line.standing.status) if line.standing else "",
                "reason": line.standing.reason if line.standing else "",
            }
            for line in row.lines
        ],
        "milestones": [
            {
                "label": stop.label,
                "due_on": stop.due_on,
                "rule": stop.milestone.rule,
                "reached_in": stop.reached.month if stop.reached else None,
            }
            for stop in row.stops
        ],
        "amendments": [
            {
                name: getattr(amendment, name)
                for name in (
                    *("number", "field", "target_id", "before", "after", "document", "doc_number", "document_on"),
                    *("reason", "made_at"),
                )
            }
            for amendment in row.amendments
        ],
    }
