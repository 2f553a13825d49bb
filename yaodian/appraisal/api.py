"""The HTTP API of appraisal: a unit's own sheet, to be read. Every call takes a session and the permission appraisal.view."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import StringConstraints

from yaodian.appraisal import queries
from yaodian.foundation.api import ABSENT, REFUSALS
from yaodian.organisations.access import SessionHolding

router = Router(tags=["appraisal"])
VIEWER = SessionHolding("appraisal.view")

PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]


class RoundOut(Schema):
    """A round that the account may see."""

    public_id: str
    title: str
    year: int
    state: str
    freeze_on: date
    appeal_until: date | None


class RoundListOut(Schema):
    """All rounds that the account may see, the newest first."""

    items: list[RoundOut]


class MarkOut(Schema):
    """A leaf of the sheet. `marks` (of its own full marks), `points` (in the total) and `worth` are exact fractions as text,
    empty where they are not known. `steps` say how it came about."""

    code: str
    label: str
    marks: str
    points: str
    worth: str
    is_left_out: bool
    is_pending: bool
    is_veto: bool
    steps: list[str]


class UnitSheetOut(Schema):
    """A unit's sheet. `total` is exact, as text; `rank` is given once the round is published, to the office before."""

    round: str
    unit: str
    unit_name: str
    state: str
    total: str
    published: str
    rank: int | None
    is_vetoed: bool
    marks: list[MarkOut]


@router.get(
    "/rounds",
    operation_id="list_rounds",
    response={200: RoundListOut, **REFUSALS},
    auth=VIEWER,
)
def list_rounds(request: HttpRequest) -> RoundListOut:
    """The rounds that the account may see."""
    page = queries.round_list(account=request.user, day=timezone.localdate())
    rows = [line.round for line in page.rounds]
    return RoundListOut(
        items=[
            RoundOut(
                public_id=row.public_id,
                title=row.title,
                year=row.year,
                state=row.state,
                freeze_on=row.freeze_on,
                appeal_until=row.appeal_until,
            )
            for row in rows
        ]
    )


@router.get(
    "/rounds/{public_id}/units/{unit}",
    operation_id="get_unit_sheet",
    response={200: UnitSheetOut, **ABSENT},
    auth=VIEWER,
)
def get_unit_sheet(request: HttpRequest, public_id: Path[PublicId], unit: Path[PublicId]) -> UnitSheetOut:
    """A unit's marks with the way to each."""
    try:
        page = queries.unit_page(account=request.user, public_id=public_id, unit=unit, day=timezone.localdate())
    except ObjectDoesNotExist as absent:
        raise Http404 from absent
    found = page.appraisal
    return UnitSheetOut(
        round=page.round.public_id,
        unit=page.unit.public_id,
        unit_name=page.name,
        state=page.round.state,
        total=found.total,
        published="" if found.published is None else f"{found.published:.{page.content.sheet.digits}f}",
        rank=found.rank if page.has_rank else None,
        is_vetoed=found.is_vetoed,
        marks=[
            MarkOut(
                code=line.marks["code"],
                label=line.item["label"],
                marks=line.marks["marks"],
                points=line.marks["points"],
                worth=line.marks["worth"],
                is_left_out=line.marks["is_left_out"],
                is_pending=line.marks["is_pending"],
                is_veto=line.marks["is_veto"],
                steps=list(line.steps),
            )
            for line in page.lines
            if line.marks
        ],
    )
