"""The HTTP API of cases: which there are within the account's right, one of them, why not, and the actions.

Every call takes a session and the permission cases.view; what the right does not reach is not found.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import StringConstraints

from yaodian.cases import operations, queries
from yaodian.cases.declaring import Action, kinds
from yaodian.cases.models import Evidence
from yaodian.cases.operations import Given, Piece
from yaodian.cases.queries import CasePage, Filters, Line
from yaodian.foundation.api import ABSENT, REFUSALS, Refusal
from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.organisations.access import SessionHolding, account_of
from yaodian.organisations.queries import find_account, unit_of_code

router = Router(tags=["cases"])
VIEWER = SessionHolding("cases.view")

PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
Word = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z_.]*$")]
Words = Annotated[str, StringConstraints(max_length=60)]
Figure = Annotated[str, StringConstraints(max_length=30)]
Cursor = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9_-]*$")]


class CaseOut(Schema):
    """A case. `phase` is waiting, working, checking or ended; `state` is the kind's own. `version` goes with an action."""

    public_id: str
    number: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    phase: str
    grade: str
    title: str
    doing_unit: str
    supervising_unit: str
    assignee: str
    due_on: date | None
    days_late: int
    is_escalated: bool
    opened_at: datetime
    ended_at: datetime | None
    version: int


class CaseList(Schema):
    """One page, newest first or by day. Send `after` with the next call; it is empty on the last page."""

    items: list[CaseOut]
    after: str


class CasesIn(Schema):
    """Which cases: by phase, kind, unit (its public id; what lies below it too), words; `overdue`, `mine`."""

    phase: Word = ""
    kind: Word = ""
    unit: Annotated[str, StringConstraints(pattern=r"^([0-9a-z]{12})?$")] = ""
    words: Words = ""
    overdue: bool = False
    mine: bool = False
    sort: Word = "new"
    after: Cursor = ""


class ClockOut(Schema):
    """A clock: the day as it stands and as it was said first; `is_stopped` while somebody checks, and at the end."""

    code: str
    label: str
    due_on: date
    first_due_on: date
    days_late: int
    is_stopped: bool


class ActionOut(Schema):
    """An action: whether this account may do it now, else why not. `asks` names what it takes beside a reason."""

    action: str
    label: str
    is_allowed: bool
    why_not: str
    code: str
    asks_reason: bool
    asks: list[str]


class EventOut(Schema):
    """What happened, or who was reminded."""

    at: datetime
    label: str
    by: str
    unit: str
    reason: str
    is_notice: bool


class EvidenceOut(Schema):
    """What proves the work. `kind` is file, photograph, number or note; `file` names the stored file, of which `sha256` is
    the fingerprint of what is kept and `received_sha256` of what was sent. `round` counts from 0 how often the case had
    been reopened: earlier proof counts no more."""

    kind: str
    code: str
    number: str
    unit: str
    note: str
    round: int
    file: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    received_sha256: str
    is_stripped: bool
    is_scanned: bool
    is_erased: bool


class CaseDetail(CaseOut):
    """A case with its clocks, its trail, its evidence, and what may be done."""

    body: str
    evidence: list[EvidenceOut]
    clocks: list[ClockOut]
    trail: list[EventOut]
    actions: list[ActionOut]


class ActIn(Schema):
    """What an action takes. `unit` is a unit's code, `assignee` a user name, `other` another case's number, `numbers` the
    figures that a kind asks for, by their code.

    `client_key` names this sending: sent twice, it counts once. With `version` it is refused where the case has changed.
    """

    reason: Annotated[str, StringConstraints(max_length=4_000)] = ""
    unit: Annotated[str, StringConstraints(max_length=40)] = ""
    assignee: Annotated[str, StringConstraints(max_length=60)] = ""
    day: date | None = None
    other: Annotated[str, StringConstraints(max_length=20)] = ""
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    numbers: dict[Word, Figure] = {}
    client_key: Annotated[str, StringConstraints(max_length=64)] = ""
    version: Annotated[int | None, Field(ge=1, le=2_000_000_000)] = None


class EvidenceIn(Schema):
    """What goes with the files: a sentence, and as of an action the key of the sending and the version."""

    note: Annotated[str, StringConstraints(max_length=500)] = ""
    client_key: Annotated[str, StringConstraints(max_length=64)] = ""
    version: Annotated[int | None, Field(ge=1, le=2_000_000_000)] = None


class KindOut(Schema):
    """A kind of case."""

    code: str
    label: str
    citation: str


class KindList(Schema):
    """All declared kinds."""

    items: list[KindOut]


def _line(line: Line) -> dict[str, Any]:
    case = line.case
    plain = ("public_id", "number", "kind", "state", "phase", "grade", "title", "due_on", "is_escalated")
    return {
        **{name: getattr(case, name) for name in (*plain, "opened_at", "ended_at", "version")},
        "kind_label": line.kind,
        "state_label": line.state,
        "doing_unit": line.doing,
        "supervising_unit": line.supervising,
        "assignee": case.assignee.name if case.assignee else "",
        "days_late": line.days_late,
    }


def _piece(one: Evidence) -> dict[str, Any]:
    stored = one.file
    names = ("name", "media_type", "size_bytes", "sha256", "received_sha256", "is_stripped", "is_scanned", "is_erased")
    empty = ("", "", 0, "", "", False, False, False)
    return {
        **{name: getattr(one, name) for name in ("kind", "code", "unit", "note", "round")},
        "number": "" if one.number is None else f"{one.number.normalize():f}",
        "file": stored.public_id if stored else "",
        **{name: getattr(stored, name) if stored else blank for name, blank in zip(names, empty, strict=True)},
    }


def _detail(page: CasePage) -> dict[str, Any]:
    return {
        **_line(page.line),
        "body": page.case.body,
        "evidence": [_piece(one) for one in page.evidence],
        "clocks": [
            {
                "code": one.row.code,
                "label": one.label,
                "due_on": one.row.due_on,
                "first_due_on": one.row.first_due_on,
                "days_late": one.days_late,
                "is_stopped": one.row.stopped_at is not None,
            }
            for one in page.clocks
        ],
        "trail": [
            {name: getattr(one, name) for name in ("at", "label", "by", "unit", "reason", "is_notice")}
            for one in page.timeline
        ],
        "actions": [
            {
                **{name: getattr(one, name) for name in ("action", "label", "is_allowed", "why_not", "code")},
                "asks_reason": one.asks_reason,
                "asks": list(one.asks),
            }
            for one in page.actions
        ],
    }


@router.get("", response={200: CaseList, **REFUSALS}, summary="List cases", operation_id="list_cases", auth=VIEWER)
def list_cases(request: HttpRequest, asked: Query[CasesIn]) -> Any:
    """The cases within the right."""
    filters = Filters(
        phase=asked.phase,
        kind=asked.kind,
        unit=asked.unit,
        words=asked.words,
        is_overdue=asked.overdue,
        is_mine=asked.mine,
        sort=asked.sort,
    )
    page = queries.list_page(account=request.user, today=timezone.localdate(), filters=filters, after=asked.after)
    return {"items": [_line(line) for line in page.lines], "after": page.after}


@router.get(
    "/kinds", response={200: KindList, **REFUSALS}, summary="List kinds", operation_id="list_kinds", auth=VIEWER
)
def list_kinds(request: HttpRequest) -> Any:
    """The declared kinds of cases."""
    items = [{"code": one.code, "label": str(one.label), "citation": str(one.citation)} for one in kinds().values()]
    return {"items": items}


@router.get(
    "/{public_id}", response={200: CaseDetail, **ABSENT}, summary="Get a case", operation_id="get_case", auth=VIEWER
)
def get_case(request: HttpRequest, public_id: PublicId) -> Any:
    """A case, its clocks and trail, and for every action whether it may be done and why not."""
    return _detail(queries.case_page(account=request.user, public_id=public_id, today=timezone.localdate()))


@router.post(
    "/{public_id}/actions/{action}",
    response={200: CaseDetail, 204: None, **ABSENT, 409: Refusal},
    summary="Act on a case",
    operation_id="act_on_case",
    auth=VIEWER,
)
def act_on_case(request: HttpRequest, public_id: PublicId, action: Word, given: ActIn) -> Any:
    """Does an action of `actions`; refused with the sentence that stands there. Files go to `evidence`. 204 without a body: it was
    done, and the case is now where the caller may not look."""
    return _act(request, public_id, action, _given(given), given)


@router.post(
    "/{public_id}/evidence",
    response={200: CaseDetail, 204: None, **ABSENT, 409: Refusal, 503: Refusal},
    summary="Add files to a case",
    operation_id="add_case_evidence",
    auth=VIEWER,
)
def add_case_evidence(
    request: HttpRequest, public_id: PublicId, files: File[list[UploadedFile]], given: Form[EvidenceIn]
) -> Any:
    """The action `add_evidence` with files: 20 at most, all of them or none. Each is looked at as on the page: the format
    told by its content, pictures stripped of place, time and device unless the kind asks for them, scanned where a scanner
    is set up. A file sent with the same `client_key` again counts once."""
    page = queries.case_page(account=request.user, public_id=public_id, today=timezone.localdate())
    possible = next((one for one in page.actions if one.action == Action.ADD_EVIDENCE), None)
    if possible is None:
        raise Http404
    if not possible.is_allowed:
        # No file is looked at for whoever may add none.
        return Status(possible.status, {"code": possible.code, "detail": possible.why_not, "errors": []})
    pieces = [Piece("note", note=given.note)] if given.note else []
    try:
        for one in files[: operations.MOST_PIECES + 1]:
            keeps_place = operations.keeps_place(page.kind)
            taken = take_file(name=one.name or "", chunks=one.chunks(), keeps_place=keeps_place)
            pieces.append(Piece("file", file=taken))
    except UnableToTakeFile as problem:
        errors = [{"field": "files", "message": problem.message}]
        return Status(problem.status, {"code": problem.code, "detail": problem.message, "errors": errors})
    return _act(request, public_id, Action.ADD_EVIDENCE, Given(pieces=pieces), given)


def _act(request: HttpRequest, public_id: str, action: str, given: Given, said: ActIn | EvidenceIn) -> Any:
    try:
        operations.perform(
            actor=account_of(request),
            public_id=public_id,
            action=action,
            given=given,
            now=timezone.now(),
            expected_version=said.version,
            client_key=said.client_key,
        )
    except operations.UnableTo as problem:
        errors = [{"field": problem.field, "message": problem.message}] if problem.field else []
        return Status(problem.status, {"code": problem.code, "detail": problem.message, "errors": errors})
    try:
        page = queries.case_page(account=request.user, public_id=public_id, today=timezone.localdate())
    except queries.Absent:
        # It is done, and has gone where the caller has no right to look.
        return Status(204, None)
    return _detail(page)


def _given(given: ActIn) -> Given:
    unit = unit_of_code(code=given.unit.replace("\x00", "")) if given.unit else None
    assignee = find_account(username=given.assignee.replace("\x00", "")) if given.assignee else None
    pieces = [Piece("note", note=given.note)] if given.note else []
    pieces += [Piece("number", code=code, number=figure) for code, figure in given.numbers.items()]
    return Given(
        reason=given.reason, unit=unit, assignee=assignee, day=given.day, other=given.other.replace("\x00", ""),
        pieces=pieces,
    )  # fmt: skip
