"""Documents in, and the steps of a plan to its publication."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Status
from ninja.files import UploadedFile

from yaodian.organisations.access import SessionHolding
from yaodian.plans import operations
from yaodian.plans.api.answers import PlanSummary, UploadOut
from yaodian.plans.api.shaping import WRITES, answering, content_of, router, summary_of
from yaodian.plans.api.types import PublicId


@router.post(
    "",
    response={200: UploadOut, 201: UploadOut, **WRITES},
    summary="Upload a document",
    operation_id="upload_document",
    auth=SessionHolding("plans.upload"),
)
@answering
def upload_document(request: HttpRequest, document: File[UploadedFile], make_another: Form[bool] = False) -> Any:
    """Takes a file and queues its reading. The same file again gives the plan that holds it."""
    upload = operations.upload_document(
        actor=request.user,
        now=timezone.now(),
        name=document.name or "",
        content=content_of(document),
        make_another=make_another,
    )
    return Status(201 if upload.is_new else 200, {"plan": summary_of(upload.plan), "is_new": upload.is_new})


@router.post(
    "/{public_id}/amend",
    response={200: PlanSummary, **WRITES},
    summary="Replace the document",
    operation_id="amend_plan",
    auth=SessionHolding("plans.upload"),
)
@answering
def amend_plan(request: HttpRequest, public_id: PublicId, document: File[UploadedFile]) -> Any:
    """Puts an amended document in place and reads it; corrections survive."""
    content = content_of(document)
    name = document.name or ""
    return summary_of(
        operations.amend_plan(actor=request.user, now=timezone.now(), public_id=public_id, name=name, content=content)
    )


@router.post(
    "/{public_id}/read-again",
    response={200: PlanSummary, **WRITES},
    summary="Read the document again",
    operation_id="read_again",
    auth=SessionHolding("plans.upload"),
)
@answering
def read_again(request: HttpRequest, public_id: PublicId) -> Any:
    """Queues the same document once more; corrections survive."""
    return summary_of(operations.read_again(actor=request.user, now=timezone.now(), public_id=public_id))


@router.post(
    "/{public_id}/cancel-reading",
    response={200: PlanSummary, **WRITES},
    summary="Cancel the reading",
    operation_id="cancel_reading",
    auth=SessionHolding("plans.upload"),
)
@answering
def cancel_reading(request: HttpRequest, public_id: PublicId) -> Any:
    """Stops the reading under way."""
    return summary_of(operations.cancel_reading(actor=request.user, now=timezone.now(), public_id=public_id))


@router.delete(
    "/{public_id}",
    response={204: None, **WRITES},
    summary="Delete a draft",
    operation_id="delete_draft",
    auth=SessionHolding("plans.upload"),
)
@answering
def delete_draft(request: HttpRequest, public_id: PublicId) -> Any:
    """Removes a plan that was never published."""
    operations.delete_draft(actor=request.user, now=timezone.now(), public_id=public_id)
    return Status(204, None)
