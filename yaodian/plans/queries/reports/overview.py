"""The office's look at a plan: who has handed in for which month; and what a line has said month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.plans.models import (
    Commitment,
    MonthlyReport,
    Plan,
    PlanState,
    ReportLine,
    ReportRule,
    ReportState,
)
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.commitments.pages import get_commitment
from yaodian.plans.queries.reports.lines import ReportRow, frozen_row, with_asked
from yaodian.plans.queries.reports.pages import ReportCard, card_of
from yaodian.plans.queries.reports.standing import APPROVE, CORRECT, visible_reports
from yaodian.plans.queries.visibility import visible_plan

DEFAULT_WORKING_DAY = 5


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A unit in a month; ``card`` None: no report was asked."""

    month: date
    card: ReportCard | None


@dataclass(frozen=True, slots=True)
class MatrixUnit:
    """A unit with its months, oldest first."""

    unit: Unit
    name: str
    cells: tuple[MatrixCell, ...]
    late: int
    returned: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The reports on a plan: the matrix of units and months, and the month that is looked at."""

    plan: Plan
    home: Unit | None
    months: tuple[date, ...]
    month: date | None
    units: tuple[MatrixUnit, ...]
    cards: tuple[ReportCard, ...]
    counts: Mapping[str, int]
    late: int
    working_day: int
    may_approve: bool


def working_day_of(unit: Unit | None) -> int:
    """On which working day of the next month the reports on an office's plans are due. One query."""
    if unit is None:
        return DEFAULT_WORKING_DAY
    found = ReportRule.objects.filter(unit=unit).values_list("working_day", flat=True).first()
    return found or DEFAULT_WORKING_DAY


def get_overview(*, account: Visitor, public_id: str, today: date, month: str = "") -> Overview:
    """The reports on a plan, for its office. ``month`` as 2026-10; by default the latest.

    Raises ``Plan.DoesNotExist`` for whoever is of no office. A constant number of queries.
    """
    plan = visible_plan(account, public_id)
    home = unit_of_plan(plan)
    at = home.pk if home else None
    approves = may(account=account, permission=APPROVE, unit_id=at)
    if plan.state != PlanState.PUBLISHED or not (approves or may(account=account, permission=CORRECT, unit_id=at)):
        raise Plan.DoesNotExist
    rows = list(
        with_asked(MonthlyReport.objects.filter(plan=plan))
        .select_related("unit", "submitted_by", "decided_by")
        .order_by("month")
    )
    names = names_of_units(ids={row.unit_id for row in rows}, day=today)
    for row in rows:
        row.plan = plan
    cards = [card_of(row, names.get(row.unit_id, row.unit.code), today) for row in rows]
    months = tuple(sorted({row.month for row in rows}))
    chosen = next((one for one in months if f"{one:%Y-%m}" == month), months[-1] if months else None)
    by_place = {(card.report.unit_id, card.report.month): card for card in cards}
    units = {card.report.unit_id: (card.report.unit, card.unit_name) for card in cards}
    matrix = []
    for unit, name in sorted(units.values(), key=lambda pair: pair[0].code):
        cells = tuple(MatrixCell(one, by_place.get((unit.pk, one))) for one in months)
        own = [cell.card for cell in cells if cell.card is not None]
        matrix.append(
            MatrixUnit(
                unit=unit,
                name=name,
                cells=cells,
                late=sum(card.is_late for card in own),
                returned=sum(card.report.state == ReportState.RETURNED for card in own),
            )
        )
    shown = [card for card in cards if card.report.month == chosen]
    order = (ReportState.SUBMITTED, ReportState.RETURNED, ReportState.DRAFT, ReportState.APPROVED)
    shown.sort(key=lambda card: (order.index(ReportState(card.report.state)), -card.days_late, card.unit_name))
    counts = Counter(card.report.state for card in shown if card.is_asked)
    return Overview(
        plan=plan,
        home=home,
        months=months,
        month=chosen,
        units=tuple(matrix),
        cards=tuple(shown),
        counts={str(state): counts[state] for state in ReportState},
        late=sum(card.is_late for card in shown),
        working_day=working_day_of(home),
        may_approve=approves,
    )


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What a unit said in a month; ``plan`` is the plan in whose report it stands."""

    report: MonthlyReport
    unit_name: str
    plan: Plan
    row: ReportRow
    is_below: bool


@dataclass(frozen=True, slots=True)
class LineHistory:
    """What was reported on a commitment, and on what hangs under it, newest first."""

    plan: Plan
    commitment: Commitment
    lines: tuple[HistoryLine, ...]


def get_line_history(*, account: Visitor, public_id: str, commitment_id: int, today: date) -> LineHistory:
    """What was handed in on a commitment, month by month, and on the commitments of plans below that hang under it.

    Raises ``Plan.DoesNotExist``, ``Commitment.DoesNotExist`` as for its page. A constant number of queries.
    """
    page, _row = get_commitment(account=account, public_id=public_id, commitment_id=commitment_id, today=today)
    ids = {commitment_id}
    ids |= set(Commitment.objects.filter(parent=commitment_id).values_list("pk", flat=True))
    wanted = Q(commitment__in=ids) | Q(commitment__parent__parent=commitment_id)
    # The office of the plan above sees what hangs under its own; others what they may see anyway.
    if not page.is_office:
        wanted &= Q(report__in=visible_reports(account))
    lines = list(
        ReportLine.objects.filter(wanted)
        .exclude(report__state=ReportState.RETURNED)
        .select_related("report__plan", "report__unit", "commitment", "statement__written_by")
        .defer("report__plan__text", "report__plan__header_read")
        .prefetch_related("statement__files__file")
        .order_by("-report__month", "report__plan_id", "report__unit__code", "pk")
    )
    names = names_of_units(ids={line.report.unit_id for line in lines}, day=today)
    # Written once, it is shown once where it stands in reports on both plans.
    seen: set[tuple[int, date, int]] = set()
    found = []
    for line in sorted(lines, key=lambda one: one.commitment_id != commitment_id):
        key = (line.report.unit_id, line.report.month, line.statement_id or -line.pk)
        if key in seen:
            continue
        seen.add(key)
        name = names.get(line.report.unit_id, line.report.unit.code)
        below = line.commitment_id != commitment_id
        found.append(HistoryLine(line.report, name, line.report.plan, frozen_row(line), below))
    found.sort(key=lambda one: one.report.month, reverse=True)
    return LineHistory(page.plan, _row.commitment, tuple(found))
