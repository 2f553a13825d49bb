"""Corrections of what was read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from yaodian.organisations.access import SessionHolding
from yaodian.plans import operations
from yaodian.plans.api.answers import CountOut, ItemOut, PlanSummary, SheetOut
from yaodian.plans.api.requests import (
    CertainIn,
    ChangeIn,
    ClauseIn,
    DismissIn,
    FindingAddIn,
    FindingChangeIn,
    HeaderIn,
    MergeIn,
    SplitIn,
    StepIn,
)
from yaodian.plans.api.shaping import WRITES, answering, change_of, content_of, item_of, router, summary_of, values_of
from yaodian.plans.api.types import AnyKind, FindingKind, PublicId, RowId


@router.put(
    "/{public_id}/header",
    response={200: PlanSummary, **WRITES},
    summary="Correct the header",
    operation_id="correct_header",
    auth=SessionHolding("plans.correct"),
)
@answering
def correct_header(request: HttpRequest, public_id: PublicId, payload: HeaderIn) -> Any:
    """New values of the header."""
    content = payload.dict(exclude={"expected_version", "reason", "client_key"})
    return summary_of(
        operations.correct_header(
            actor=request.user,
            now=timezone.now(),
            public_id=public_id,
            expected_version=payload.expected_version,
            values=operations.HeaderValues(**content),
            reason=payload.reason,
            client_key=payload.client_key,
        )
    )


@router.put(
    "/items/clause/{item_id}",
    response={200: ItemOut, **WRITES},
    summary="Correct a clause",
    operation_id="correct_clause",
    auth=SessionHolding("plans.correct"),
)
@answering
def correct_clause(request: HttpRequest, item_id: RowId, payload: ClauseIn) -> Any:
    """New number and heading of a clause."""
    values = operations.ClauseValues(payload.number, payload.heading)
    return item_of(operations.correct_clause(item_id=item_id, values=values, **change_of(request, payload)))


@router.put(
    "/items/{kind}/{item_id}",
    response={200: ItemOut, **WRITES},
    summary="Correct a finding",
    operation_id="correct_finding",
    auth=SessionHolding("plans.correct"),
)
@answering
def correct_finding(request: HttpRequest, kind: FindingKind, item_id: RowId, payload: FindingChangeIn) -> Any:
    """New content of a target, deadline, responsibility, policy or system."""
    common = {
        **change_of(request, payload),
        "item_id": item_id,
        "span": payload.span and (payload.span[0], payload.span[1]),
    }
    values = values_of(kind, payload, operations.UnableToCorrectItem)
    match kind:
        case "target":
            return item_of(operations.correct_target(values=values, **common))
        case "deadline":
            return item_of(operations.correct_deadline(values=values, **common))
        case "responsibility":
            return item_of(operations.correct_responsibility(values=values, **common))
        case _:
            return item_of(operations.correct_mention(kind=kind, values=values, **common))


@router.post(
    "/{public_id}/items/{kind}",
    response={201: ItemOut, **WRITES},
    summary="Add a finding",
    operation_id="add_finding",
    auth=SessionHolding("plans.correct"),
)
@answering
def add_finding(request: HttpRequest, public_id: PublicId, kind: FindingKind, payload: FindingAddIn) -> Any:
    """Adds what the reader missed, with its words chosen in the text."""
    common: dict[str, Any] = {
        "actor": request.user,
        "now": timezone.now(),
        "public_id": public_id,
        "span": (payload.span[0], payload.span[1]),
        "reason": payload.reason,
        "client_key": payload.client_key,
    }
    values: Any = values_of(kind, payload, operations.UnableToAddItem)
    match kind:
        case "target":
            item: Any = operations.add_target(values=values, **common)
        case "deadline":
            item = operations.add_deadline(values=values, **common)
        case "responsibility":
            item = operations.add_responsibility(values=values, **common)
        case _:
            item = operations.add_mention(kind=kind, values=values, **common)
    return Status(201, item_of(item))


@router.post(
    "/items/{kind}/{item_id}/{verb}",
    response={200: ItemOut, **WRITES},
    summary="Confirm, reject or restore an item",
    operation_id="settle_item",
    auth=SessionHolding("plans.correct"),
)
@answering
def settle_item(
    request: HttpRequest,
    kind: AnyKind,
    item_id: RowId,
    verb: Literal["confirm", "reject", "restore"],
    payload: ChangeIn,
) -> Any:
    """Says that an item is right, takes it out, or takes it back in."""
    common = {**change_of(request, payload), "kind": kind, "item_id": item_id}
    if verb == "reject":
        return item_of(operations.reject_item(**common))
    common.pop("reason")
    if verb == "confirm":
        return item_of(operations.confirm_item(**common))
    return item_of(operations.restore_item(**common))


@router.post(
    "/{public_id}/clauses/split",
    response={201: ItemOut, **WRITES},
    summary="Split a clause",
    operation_id="split_clause",
    auth=SessionHolding("plans.correct"),
)
@answering
def split_clause(request: HttpRequest, public_id: PublicId, payload: SplitIn) -> Any:
    """Lets a new clause begin inside another one's words."""
    clause = operations.split_clause(actor=request.user, now=timezone.now(), public_id=public_id, **payload.dict())
    return Status(201, item_of(clause))


@router.post(
    "/items/clause/{item_id}/actions/merge",
    response={200: ItemOut, **WRITES},
    summary="Merge two clauses",
    operation_id="merge_clauses",
    auth=SessionHolding("plans.correct"),
)
@answering
def merge_clauses(request: HttpRequest, item_id: RowId, payload: MergeIn) -> Any:
    """Makes one clause of a clause and its next or previous sibling."""
    return item_of(
        operations.merge_clauses(clause_id=item_id, direction=payload.direction, **change_of(request, payload))
    )


@router.post(
    "/{public_id}/actions/confirm-certain",
    response={200: CountOut, **WRITES},
    summary="Confirm all certain items",
    operation_id="confirm_all_certain",
    auth=SessionHolding("plans.correct"),
)
@answering
def confirm_all_certain(request: HttpRequest, public_id: PublicId, payload: CertainIn) -> Any:
    """Confirms every item nobody has looked at whose confidence is high enough."""
    count = operations.confirm_all_certain(
        actor=request.user, now=timezone.now(), public_id=public_id, threshold=payload.threshold
    )
    return {"count": count}


@router.post(
    "/warnings/{warning_id}/actions/dismiss",
    response={204: None, **WRITES},
    summary="Dismiss a warning",
    operation_id="dismiss_warning",
    auth=SessionHolding("plans.correct"),
)
@answering
def dismiss_warning(request: HttpRequest, warning_id: RowId, payload: DismissIn) -> Any:
    """Says that a warning has been looked at, or takes that back."""
    operations.dismiss_warning(
        actor=request.user, now=timezone.now(), warning_id=warning_id, is_dismissed=payload.is_dismissed
    )
    return Status(204, None)


@router.post(
    "/{public_id}/sheet/preview",
    response={200: SheetOut, **WRITES},
    summary="Preview an edited sheet",
    operation_id="preview_sheet",
    auth=SessionHolding("plans.correct"),
)
@answering
def preview_sheet(request: HttpRequest, public_id: PublicId, sheet: File[UploadedFile]) -> Any:
    """What an edited export would change; nothing is written."""
    preview = operations.preview_sheet(
        account=request.user, public_id=public_id, name=sheet.name or "", content=content_of(sheet)
    )
    return {
        "digest": preview.digest,
        "is_applicable": preview.is_applicable,
        "changes": [
            {
                "cell": change.cell,
                "action": change.action,
                "kind": change.kind,
                "item_id": change.item_id,
                "label": change.label,
                "fields": [
                    {"field": field.field, "label": field.label, "before": field.before, "after": field.after}
                    for field in change.field_changes
                ],
            }
            for change in preview.changes
        ],
        "errors": [{"cell": cell.cell, "message": cell.message} for cell in preview.errors],
        "notices": [{"cell": cell.cell, "message": cell.message} for cell in preview.notices],
    }


@router.post(
    "/{public_id}/sheet/apply",
    response={200: CountOut, **WRITES},
    summary="Apply an edited sheet",
    operation_id="apply_sheet",
    auth=SessionHolding("plans.correct"),
)
@answering
def apply_sheet(
    request: HttpRequest,
    public_id: PublicId,
    sheet: File[UploadedFile],
    digest: Form[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]],
) -> Any:
    """Takes all changes of a previewed sheet, or none."""
    edit = operations.apply_sheet_edits(
        actor=request.user,
        now=timezone.now(),
        public_id=public_id,
        name=sheet.name or "",
        content=content_of(sheet),
        digest=digest,
    )
    return {"count": edit.corrections.count()}


@router.post(
    "/{public_id}/actions/{step}",
    response={200: PlanSummary, **WRITES},
    summary="Submit, return, publish, withdraw or reopen a plan",
    operation_id="move_plan",
    auth=SessionHolding("plans.submit"),
)
@answering
def move_plan(
    request: HttpRequest,
    public_id: PublicId,
    step: Literal["submit", "return", "publish", "withdraw", "reopen"],
    payload: StepIn,
) -> Any:
    """One step of the plan's state; ``return`` and ``withdraw`` need a reason."""
    common: dict[str, Any] = {
        "actor": request.user,
        "now": timezone.now(),
        "public_id": public_id,
        "expected_version": payload.expected_version,
    }
    match step:
        case "submit":
            plan = operations.submit_plan(**common)
        case "return":
            plan = operations.return_plan(**common, reason=payload.reason)
        case "publish":
            plan = operations.publish_plan(**common)
        case "withdraw":
            plan = operations.withdraw_plan(**common, reason=payload.reason)
        case "reopen":
            plan = operations.reopen_plan(**common)
    return summary_of(plan)
