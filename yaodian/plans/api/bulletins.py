"""Issued bulletins: their words, their numbers with traces, and the fingerprints of their files. Read only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Schema

from yaodian.foundation.answering import as_file
from yaodian.organisations.access import SessionHolding
from yaodian.plans.api.answers import Problem
from yaodian.plans.api.shaping import READS, WRITES, answering, router
from yaodian.plans.api.types import PageNumber, PageSize, PublicId
from yaodian.plans.models import Bulletin, BulletinState
from yaodian.plans.queries import bulletins as reading


class BulletinSummaryOut(Schema):
    """An issued bulletin in a list; ``state`` is issued or withdrawn."""

    public_id: str
    title: str
    kind: str
    number: str
    state: str
    unit: str
    first_on: date
    last_on: date
    as_of: date
    issued_at: datetime
    withdrawn_reason: str


class BulletinListOut(Schema):
    """A page of bulletins, the latest period first."""

    items: list[BulletinSummaryOut]
    page: int
    total: int


class BulletinNumberOut(Schema):
    """A number with whence it comes. ``value`` is exact, as a whole number or a fraction; null where there was none."""

    key: str
    value: str | None
    text: str
    label: str
    of: str
    unit: str
    on: date
    source: str
    snapshot: str
    rules: str
    citation: str


class BulletinFileOut(Schema):
    """A file as it was issued."""

    kind: str
    sha256: str
    size_bytes: int


class BulletinOut(BulletinSummaryOut):
    """An issued bulletin: parts in words, all numbers, files."""

    parts: list[str]
    numbers: list[BulletinNumberOut]
    files: list[BulletinFileOut]


class BulletinsIn(Schema):
    """Which page."""

    page: PageNumber = 1
    size: PageSize = 30


@router.get(
    "/bulletins",
    response={200: BulletinListOut, **WRITES},
    summary="List issued bulletins",
    operation_id="list_bulletins",
    auth=SessionHolding("cases.view"),
)
@answering
def list_bulletins(request: HttpRequest, asked: Query[BulletinsIn]) -> Any:
    """What was issued, and what of it was withdrawn."""
    found = reading.list_bulletins(
        account=request.user, today=timezone.localdate(), page=asked.page, size=asked.size, issued_only=True
    )
    return {"items": [_summary(row) for row in found.items], "page": found.number, "total": found.total}


@router.get(
    "/bulletins/{public_id}",
    response={200: BulletinOut, **WRITES},
    summary="Get an issued bulletin",
    operation_id="get_bulletin",
    auth=SessionHolding("cases.view"),
)
@answering
def get_bulletin(request: HttpRequest, public_id: PublicId) -> Any:
    """Its words and every number with its trace, as they were frozen."""
    row = reading.find_bulletin(account=request.user, public_id=public_id, today=timezone.localdate(), issued_only=True)
    names = ("value", "text", "label", "of", "unit", "on", "source", "snapshot", "rules", "citation")
    return {
        **_summary(row),
        "parts": list(reading.paragraphs_of(row)),
        "numbers": [
            {"key": key, **{name: number[name] for name in names}} for key, number in row.figures["numbers"].items()
        ],
        "files": [
            {"kind": one.kind, "sha256": one.sha256, "size_bytes": one.size_bytes} for one in row.files.defer("content")
        ],
    }


@router.get(
    "/bulletins/{public_id}/files/{kind}",
    response={200: None, **READS, 400: Problem, 401: Problem},
    summary="Download a file of an issued bulletin",
    operation_id="get_bulletin_file",
    auth=SessionHolding("cases.view"),
)
@answering
def get_bulletin_file(request: HttpRequest, public_id: PublicId, kind: Literal["docx", "xlsx"]) -> Any:
    """The file byte for byte as it was issued."""
    _row, kept = reading.open_issued_file(
        account=request.user, public_id=public_id, kind=kind, today=timezone.localdate()
    )
    answer = HttpResponse(bytes(kept.content), content_type="application/octet-stream")
    return as_file(answer, f"{public_id}.{kind}")


def _summary(row: Bulletin) -> dict[str, Any]:
    assert row.state in (BulletinState.ISSUED, BulletinState.WITHDRAWN)
    names = ("public_id", "title", "state", "first_on", "last_on", "as_of", "issued_at", "withdrawn_reason")
    return {
        **{name: getattr(row, name) for name in names},
        "kind": row.series.kind,
        "number": row.full_number,
        "unit": row.unit.public_id,
    }
