"""Monthly reports: what a unit is asked, its lines, handing in; and the office's decision and overview."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, File, Query, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.organisations.access import SessionHolding
from yaodian.plans.api.answers import Problem
from yaodian.plans.api.shaping import WRITES, answering, router
from yaodian.plans.api.types import PublicId, Reason, RowId
from yaodian.plans.operations import reports as changing
from yaodian.plans.operations.reports import StatementValues
from yaodian.plans.queries import reports as reading

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00]*$")]
Why = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
MonthText = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2})?$")]
FileId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16}$")]
StopKey = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class ReportOut(Schema):
    """A report; ``days_late`` counts from the first day, to handing in or to today. ``is_asked``: its plan was not withdrawn, and
    what is open was not given back."""

    public_id: str
    plan: str
    unit: str
    unit_name: str
    month: date
    state: str
    version: int
    due_on: date
    first_due_on: date
    decide_by: date | None
    days_late: int
    is_asked: bool
    submitted_at: datetime | None
    decided_at: datetime | None
    return_reason: str


class ReportFileOut(Schema):
    """A photograph or document of a line."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class ReportMilestoneOut(Schema):
    """A milestone that may be named as reached; ``is_known``: an earlier report says so and was approved."""

    key: str
    label: str
    due_on: date
    is_said: bool
    is_known: bool


class ReportLineOut(Schema):
    """A line: what is known of the commitment, what the unit says, and whether it is asked to say anything."""

    commitment_id: int
    text: str
    part: str
    light: str
    reason: str
    facts: dict[str, Any]
    sentence: str
    forecast: str
    forecast_reason: str
    version: int
    is_needed: bool
    also: list[str]
    files: list[ReportFileOut]
    reached: list[str]
    milestones: list[ReportMilestoneOut]


class PossibleOut(Schema):
    """Something that may be done, or the sentence why not."""

    action: str
    is_allowed: bool
    why_not: str


class WholeReportOut(ReportOut):
    """A report with its lines and what the caller may do."""

    lines: list[ReportLineOut]
    actions: list[PossibleOut]


class StatementIn(Schema):
    """One sentence, a forecast, and where it is `no` the reason; ``expected_version`` 0 where nothing was written yet.

    `done`, and `reached` (keys of the line's milestones), need a file, to be sent before. Without `reached` it stays as it
    is.
    """

    expected_version: Count
    sentence: Sentence
    forecast: Literal["yes", "no", "done"]
    forecast_reason: Why = ""
    reached: list[StopKey] | None = None


class ReportVersionIn(Schema):
    """Which version of the report the caller has seen."""

    expected_version: Count


class ReturnReportIn(ReportVersionIn):
    """Why a report goes back."""

    reason: Reason


class OverviewIn(Schema):
    """Which month, such as 2026-10; by default the latest."""

    month: MonthText = ""


class RuleIn(Schema):
    """The working day of the next month on which reports are due."""

    working_day: Count


class RuleOut(Schema):
    """What holds now."""

    working_day: int


@router.get(
    "/reports",
    response={200: list[ReportOut], **WRITES},
    summary="List one's reports",
    operation_id="list_reports",
    auth=SessionHolding("plans.answer"),
)
@answering
def list_reports(request: HttpRequest) -> Any:
    """The reports of the last year of units for which the caller answers: what is open first."""
    return [_card(card) for card in reading.list_reports(account=request.user, today=timezone.localdate())]


@router.get(
    "/reports/{report_id}",
    response={200: WholeReportOut, **WRITES},
    summary="Read a report",
    operation_id="get_report",
    auth=SessionHolding(),
)
@answering
def get_report(request: HttpRequest, report_id: PublicId) -> Any:
    """A report with its lines: computed while it is open, afterwards as it was handed in."""
    return _whole(request, report_id)


@router.put(
    "/reports/{report_id}/lines/{commitment_id}",
    response={200: WholeReportOut, **WRITES},
    summary="Write a line",
    operation_id="write_report_line",
    auth=SessionHolding("plans.answer"),
)
@answering
def write_report_line(request: HttpRequest, report_id: PublicId, commitment_id: RowId, payload: StatementIn) -> Any:
    """Writes what the unit says of a commitment."""
    changing.write_statement(
        actor=request.user,
        now=timezone.now(),
        public_id=report_id,
        commitment_id=commitment_id,
        values=StatementValues(payload.sentence, payload.forecast, payload.forecast_reason, payload.reached),
        expected_version=payload.expected_version,
    )
    return _whole(request, report_id)


@router.post(
    "/reports/{report_id}/lines/{commitment_id}/files",
    response={200: WholeReportOut, **WRITES, 503: Problem},
    summary="Add files to a line",
    operation_id="add_report_files",
    auth=SessionHolding("plans.answer"),
)
@answering
def add_report_files(
    request: HttpRequest, report_id: PublicId, commitment_id: RowId, files: File[list[UploadedFile]]
) -> Any:
    """Photographs and documents that show what the line says, 10 at most. Each is looked at as on the page: the format told
    by its content, pictures stripped of place, time and device, scanned where a scanner is set up. One that is there
    already is not stored again."""
    page = reading.get_report(account=request.user, public_id=report_id, today=timezone.localdate())
    taken = []
    if page.may_write:
        # Who may not write is refused below, before any file is looked at.
        try:
            taken = [take_file(name=one.name or "", chunks=one.chunks()) for one in files[: changing.MOST_FILES + 1]]
        except UnableToTakeFile as error:
            return Status(error.status, Problem(code=error.code, detail=error.message, field="files"))
    changing.add_statement_files(
        actor=request.user, now=timezone.now(), public_id=report_id, commitment_id=commitment_id, files=taken
    )
    return _whole(request, report_id)


@router.delete(
    "/reports/{report_id}/lines/{commitment_id}/files/{file_id}",
    response={200: WholeReportOut, **WRITES},
    summary="Take a file off a line",
    operation_id="remove_report_file",
    auth=SessionHolding("plans.answer"),
)
@answering
def remove_report_file(request: HttpRequest, report_id: PublicId, commitment_id: RowId, file_id: FileId) -> Any:
    """Erases a file of a line before the report is handed in."""
    changing.remove_statement_file(
        actor=request.user,
        now=timezone.now(),
        public_id=report_id,
        commitment_id=commitment_id,
        file_id=file_id,
    )
    return _whole(request, report_id)


@router.post(
    "/reports/{report_id}/submit",
    response={200: WholeReportOut, **WRITES},
    summary="Hand a report in",
    operation_id="submit_report",
    auth=SessionHolding("plans.answer"),
)
@answering
def submit_report(request: HttpRequest, report_id: PublicId, payload: ReportVersionIn) -> Any:
    """Freezes the lines and hands the report to the office."""
    changing.submit_report(
        actor=request.user, now=timezone.now(), public_id=report_id, expected_version=payload.expected_version
    )
    return _whole(request, report_id)


@router.post(
    "/reports/{report_id}/approve",
    response={200: WholeReportOut, **WRITES},
    summary="Approve a report",
    operation_id="approve_report",
    auth=SessionHolding("plans.approve_reports"),
)
@answering
def approve_report(request: HttpRequest, report_id: PublicId, payload: ReportVersionIn) -> Any:
    """By somebody of the office that issued the plan, never of the unit itself."""
    changing.approve_report(
        actor=request.user, now=timezone.now(), public_id=report_id, expected_version=payload.expected_version
    )
    return _whole(request, report_id)


@router.post(
    "/reports/{report_id}/return",
    response={200: WholeReportOut, **WRITES},
    summary="Return a report",
    operation_id="return_report",
    auth=SessionHolding("plans.approve_reports"),
)
@answering
def return_report(request: HttpRequest, report_id: PublicId, payload: ReturnReportIn) -> Any:
    """Gives a report back with the reason."""
    changing.return_report(
        actor=request.user,
        now=timezone.now(),
        public_id=report_id,
        reason=payload.reason,
        expected_version=payload.expected_version,
    )
    return _whole(request, report_id)


@router.get(
    "/{public_id}/reports",
    response={200: list[ReportOut], **WRITES},
    summary="List the reports on a plan",
    operation_id="list_plan_reports",
    auth=SessionHolding(),
)
@answering
def list_plan_reports(request: HttpRequest, public_id: PublicId, asked: Query[OverviewIn]) -> Any:
    """The reports on a plan for one month, for its office."""
    page = reading.get_overview(
        account=request.user, public_id=public_id, today=timezone.localdate(), month=asked.month
    )
    return [_card(card) for card in page.cards]


@router.put(
    "/{public_id}/reports/rule",
    response={200: RuleOut, **WRITES},
    summary="Set when reports are due",
    operation_id="set_report_rule",
    auth=SessionHolding("plans.approve_reports"),
)
@answering
def set_report_rule(request: HttpRequest, public_id: PublicId, payload: RuleIn) -> Any:
    """Holds for all plans of the office, and for months whose reports are not opened yet."""
    rule = changing.set_report_rule(
        actor=request.user, now=timezone.now(), public_id=public_id, working_day=payload.working_day
    )
    return {"working_day": rule.working_day}


def _card(card: reading.ReportCard) -> dict[str, Any]:
    row = card.report
    names = ("public_id", "month", "state", "version", "due_on", "first_due_on", "decide_by", "submitted_at")
    return {
        **{name: getattr(row, name) for name in (*names, "decided_at", "return_reason")},
        "plan": row.plan.public_id,
        "unit": row.unit.public_id,
        "unit_name": card.unit_name,
        "days_late": card.days_late,
        "is_asked": card.is_asked,
    }


def _whole(request: HttpRequest, report_id: str) -> dict[str, Any]:
    page = reading.get_report(account=request.user, public_id=report_id, today=timezone.localdate())
    return {
        **_card(page.card),
        "lines": [
            {
                "commitment_id": row.commitment.pk,
                "text": row.commitment.text,
                "part": row.part,
                "light": str(row.light),
                "reason": row.light_reason,
                "facts": dict(row.facts),
                "sentence": row.sentence,
                "forecast": row.forecast,
                "forecast_reason": row.forecast_reason,
                "version": row.version,
                "is_needed": row.is_needed,
                "also": list(row.also),
                "reached": ["|".join(one) for one in row.reached],
                "milestones": [
                    {name: getattr(stop, name) for name in ("key", "label", "due_on", "is_said", "is_known")}
                    for stop in row.stops
                ],
                "files": [
                    {
                        "id": one.file.public_id,
                        "name": one.file.name,
                        "media_type": one.file.media_type,
                        "size_bytes": one.file.size_bytes,
                        "sha256": one.file.sha256,
                    }
                    for one in row.files
                ],
            }
            for row in page.rows
        ],
        "actions": [
            {"action": one.action, "is_allowed": one.is_allowed, "why_not": one.why_not}
            for one in (page.submit, page.decide)
        ],
    }
