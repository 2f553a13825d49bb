"""One report, and the reports that somebody answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from yaodian.foundation.models import StoredFile
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of
from yaodian.plans.models import MonthlyReport, ReportEvent, ReportNotice, ReportState, StatementFile
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.commitments.pages import ANSWER
from yaodian.plans.queries.reports.lines import ReportRow, rows_of, with_asked
from yaodian.plans.queries.reports.standing import (
    DECIDE_LADDER,
    HAND_IN_LADDER,
    Possible,
    days_late,
    has_written,
    visible_reports,
    why_not_decide,
    why_not_submit,
)

KEPT_DAYS = 400
EPOCH = date(1949, 1, 1)


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report in a list. ``is_asked``: its plan was not withdrawn, and what is open was not given back; what is no longer
    asked and was never handed in is not late."""

    report: MonthlyReport
    unit_name: str
    days_late: int
    days_left: int
    is_asked: bool = True

    @property
    def is_open(self) -> bool:
        """Whether the unit is asked to write."""
        return self.is_asked and self.report.is_open

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Somebody was told, in these words."""

    notice: ReportNotice
    words: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with everything on it, and what the visitor may do with it or why not."""

    card: ReportCard
    home: Unit | None
    rows: tuple[ReportRow, ...]
    events: tuple[ReportEvent, ...]
    notices: tuple[NoticeLine, ...]
    may_write: bool
    submit: Possible
    decide: Possible

    @property
    def report(self) -> MonthlyReport:
        return self.card.report

    @property
    def missing(self) -> tuple[ReportRow, ...]:
        """The lines that ask for words and have none."""
        return tuple(row for row in self.rows if row.is_needed and not row.is_said)


def card_of(report: MonthlyReport, name: str, today: date) -> ReportCard:
    """A card of a report that was read with ``is_asked``."""
    is_asked: bool = report.is_asked  # type: ignore[attr-defined]  # Annotated.
    late = days_late(report, today) if is_asked or report.first_submitted_at else 0
    return ReportCard(report, name, late, (report.due_on - today).days, is_asked)


def get_report(*, account: Visitor, public_id: str, today: date) -> ReportPage:
    """A report. Raises ``MonthlyReport.DoesNotExist`` where there is none or the visitor may not know of it. A constant
    number of queries."""
    people = ("plan", "unit", "submitted_by", "decided_by")
    found = with_asked(visible_reports(account)).select_related(*people).defer("plan__text", "plan__header_read")
    report = found.get(public_id=public_id)
    rows = rows_of(report=report, account=account, today=today)
    home = unit_of_plan(report.plan)
    missing = [row.commitment.text for row in rows if row.is_needed and not row.is_said]
    name = names_of_units(ids=[report.unit_id], day=today).get(report.unit_id, report.unit.code)
    return ReportPage(
        card=card_of(report, name, today),
        home=home,
        rows=rows,
        events=tuple(ReportEvent.objects.filter(report=report).select_related("by").order_by("-number")),
        notices=tuple(
            NoticeLine(one, notice_words(one)) for one in ReportNotice.objects.filter(report=report).order_by("-pk")
        ),
        may_write=report.is_open and may(account=account, permission=ANSWER, unit_id=report.unit_id),
        submit=why_not_submit(
            report=report,
            account=account,
            has_lines=bool(rows),
            missing=missing,
            unproved=[row.commitment.text for row in rows if row.lacks_proof],
        ),
        decide=why_not_decide(report=report, account=account, home=home, has_written=has_written(report, account)),
    )


def notice_words(notice: ReportNotice) -> str:
    ladder = HAND_IN_LADDER if notice.clock == "hand_in" else DECIDE_LADDER
    return str(ladder[notice.rung].words) if notice.rung < len(ladder) else ""


def list_reports(*, account: Visitor, today: date) -> tuple[ReportCard, ...]:
    """The reports of the units for which somebody answers, of the last year: what is open first, then the newest.

    Three queries.
    """
    scope = scope_of(account=account, permission=ANSWER)
    if scope.is_empty:
        return ()
    rows = list(
        with_asked(
            MonthlyReport.objects.filter(unit__in=scope.unit_ids(), month__gte=today - timedelta(days=KEPT_DAYS))
        )
        .select_related("plan", "unit")
        .defer("plan__text", "plan__header_read")
    )
    names = names_of_units(ids={row.unit_id for row in rows}, day=today)
    cards = [card_of(row, names.get(row.unit_id, row.unit.code), today) for row in rows]
    order = {ReportState.RETURNED: 0, ReportState.DRAFT: 0, ReportState.SUBMITTED: 1, ReportState.APPROVED: 2}
    return tuple(
        sorted(
            cards,
            key=lambda one: (
                order[ReportState(one.report.state)],
                one.report.due_on if one.report.is_open else date.max - (one.report.month - EPOCH),
                one.unit_name,
            ),
        )
    )


def file_of(*, account: Visitor, public_id: str, file_id: str, today: date) -> StoredFile | None:
    """A file of a line of a report, for whoever may see the report. A constant number of queries."""
    page = get_report(account=account, public_id=public_id, today=today)
    shown = [one for row in page.rows for one in row.files]
    found: StatementFile | None = next((one for one in shown if one.file.public_id == file_id), None)
    return found.file if found else None
