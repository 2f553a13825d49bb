"""The lines of a report: a duty of the unit with what is known of it, and what the unit has said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _

from yaodian.cases.declaring import Confidentiality, Phase
from yaodian.foundation.measuring import Measure, Value
from yaodian.measures.queries import value_words
from yaodian.organisations.queries import Visitor
from yaodian.plans.models import (
    Commitment,
    CommitmentState,
    Duty,
    DutyState,
    Forecast,
    Light,
    Milestone,
    MonthlyReport,
    PlanState,
    ReportLine,
    ReportState,
    Statement,
    StatementFile,
)
from yaodian.plans.queries.commitments import CommitmentRow, is_contradicted, is_reached, load, newest_of, stop_key

# How many plans may stand over one another: city, county, school, and one to spare.
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class StopAsked:
    """A milestone of a line: said to be reached by this report, or known from an earlier one that was approved."""

    key: str
    label: str
    due_on: date
    is_said: bool
    is_known: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a report: computed today, or as it was frozen when the report was handed in.

    ``is_needed``: the unit is asked for a sentence and a forecast; of what is reached, or was reported as done and
    approved, it is asked nothing. ``also`` are the titles of the other plans under which the same duty hangs. ``reached``
    names the milestones that it says were reached, by day and label.
    """

    commitment: Commitment
    part: str
    part_label: str
    words: str
    light: Light
    light_reason: str
    facts: Mapping[str, Any]
    sentence: str
    forecast: str
    forecast_label: str
    forecast_reason: str
    is_needed: bool
    statement: Statement | None
    files: tuple[StatementFile, ...] = ()
    also: tuple[str, ...] = field(default=())
    reached: tuple[tuple[str, str], ...] = ()
    stops: tuple[StopAsked, ...] = ()

    @property
    def stops_said(self) -> tuple[str, ...]:
        """The milestones that this report says were reached, as one reads them."""
        return tuple(f"{day} {label}" for day, label in self.reached)

    @property
    def lacks_proof(self) -> bool:
        """Whether it says that something is done or reached and shows nothing."""
        return (self.forecast == Forecast.DONE or bool(self.reached)) and not self.files

    @property
    def is_said(self) -> bool:
        return bool(self.sentence and self.forecast)

    @property
    def version(self) -> int:
        return self.statement.version if self.statement else 0


def asked_in(month: date, *, prefix: str = "") -> Q:
    """Which commitments a month asks about: those of plans of its year, and of plans of years before those whose day lies
    in the year or after it. ``prefix`` leads from the rows to the commitment."""
    year = Q(**{f"{prefix}plan__year": month.year})
    earlier = Q(**{f"{prefix}plan__year__lt": month.year, f"{prefix}due_on__gte": date(month.year, 1, 1)})
    return year | earlier


def is_asked_in(commitment: Commitment, month: date) -> bool:
    """The same of a commitment that was read with its plan. No query."""
    year, due_on = commitment.plan.year, commitment.due_on
    if year is None or year > month.year:
        return False
    return year == month.year or (due_on is not None and due_on.year >= month.year)


def duties_asked(*, unit_id: int, month: date) -> QuerySet[Duty]:
    """The duties of a unit that its reports for a month ask for: in force, of a published plan, and not given back."""
    return Duty.objects.filter(
        asked_in(month, prefix="commitment__"),
        unit_id=unit_id,
        commitment__state=CommitmentState.ACCEPTED,
        commitment__plan__state=PlanState.PUBLISHED,
    ).exclude(state=DutyState.RETURNED)


def asked_still() -> Q:
    """Which reports still ask something of somebody: of a published plan, and while they are open only where their unit has
    a duty in it that it has not given back. What was handed in waits for its decision, whatever became of the duties."""
    duties = _duties_below().filter(commitment__state=CommitmentState.ACCEPTED).exclude(state=DutyState.RETURNED)
    is_open = Q(state__in=(ReportState.DRAFT, ReportState.RETURNED))
    return Q(plan__state=PlanState.PUBLISHED) & (~is_open | Exists(duties))


def was_asked() -> Q:
    """Which reports asked something until their first day was over: they were handed in once, or their unit had a duty then
    that it had not given back. A duty that is given back later takes nothing from what was late."""
    stood = ~Q(state=DutyState.RETURNED) | Q(answered_at__date__gt=OuterRef("first_due_on"))
    return Q(first_submitted_at__isnull=False) | Exists(_duties_below().filter(stood))


def _duties_below() -> QuerySet[Duty]:
    """The duties of a report's unit in the report's plan that its month is about, for a subquery."""
    year = ExtractYear(OuterRef("month"))
    return Duty.objects.filter(
        Q(commitment__plan__year=year) | Q(commitment__plan__year__lt=year, commitment__due_on__year__gte=year),
        commitment__plan=OuterRef("plan"),
        unit=OuterRef("unit"),
    )


def with_asked(reports: QuerySet[MonthlyReport]) -> QuerySet[MonthlyReport]:
    """The reports, each with ``is_asked``: whether it is one of :func:`asked_still`."""
    return reports.annotate(is_asked=ExpressionWrapper(asked_still(), output_field=BooleanField()))


def statement_keys(*, unit_id: int, month: date, commitments: Collection[Commitment]) -> dict[int, int]:
    """Under which commitment a unit's statement on each of these is kept: the highest it hangs under in which the unit
    has a duty too. So a duty under the county's and the city's plan is written once. At most five queries."""
    parents: dict[int, int | None] = {row.pk: row.parent_id for row in commitments}
    frontier = {pk for pk in parents.values() if pk is not None and pk not in parents}
    for _step in range(DEEPEST):
        if not frontier:
            break
        found = dict(Commitment.objects.filter(pk__in=frontier).values_list("pk", "parent_id"))
        parents |= found
        frontier = {pk for pk in found.values() if pk is not None and pk not in parents}
    above = {pk for pk in parents.values() if pk is not None}
    duties = duties_asked(unit_id=unit_id, month=month).filter(commitment__in=above)
    own = set(duties.values_list("commitment_id", flat=True))
    keys = {}
    for row in commitments:
        kept, at = row.pk, row.parent_id
        for _step in range(DEEPEST):
            if at is None:
                break
            if at in own:
                kept = at
            at = parents.get(at)
        keys[row.pk] = kept
    return keys


def rows_of(*, report: MonthlyReport, account: Visitor, today: date) -> tuple[ReportRow, ...]:
    """The lines of a report: while it is open computed for today, else as they were handed in. A constant number of
    queries."""
    if not report.is_open:
        return _frozen(report)
    own = duties_asked(unit_id=report.unit_id, month=report.month).filter(commitment=OuterRef("pk"))
    asked = Commitment.objects.filter(Exists(own), plan=report.plan_id, state=CommitmentState.ACCEPTED)
    rows, as_of = load(account, asked, today=today)
    return rows_from(report=report, rows=rows, as_of=as_of)


def rows_from(*, report: MonthlyReport, rows: Sequence[CommitmentRow], as_of: date | None) -> tuple[ReportRow, ...]:
    """The lines of an open report from commitments of its plan that were read already; those in which its unit has no duty
    are left out. At most nine queries."""
    mine = (
        row
        for row in rows
        if is_asked_in(row.commitment, report.month) and any(_is_asked(line.duty, report) for line in row.duties)
    )
    rows = tuple(sorted(mine, key=lambda row: (row.commitment.position, row.commitment.pk)))
    keys = statement_keys(unit_id=report.unit_id, month=report.month, commitments=[row.commitment for row in rows])
    said = {
        one.commitment_id: one
        for one in _with_files(
            Statement.objects.filter(unit=report.unit_id, month=report.month, commitment__in=set(keys.values()))
        )
    }
    also = _also(report, keys)
    return tuple(
        _computed(row, report, said.get(keys[row.commitment.pk]), also.get(row.commitment.pk, ()), as_of)
        for row in rows
    )


def _is_asked(duty: Duty, report: MonthlyReport) -> bool:
    return duty.unit_id == report.unit_id and duty.state != DutyState.RETURNED


def _with_files(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    return rows.select_related("written_by").prefetch_related(
        Prefetch("files", StatementFile.objects.select_related("file", "added_by"))
    )


def _also(report: MonthlyReport, keys: Mapping[int, int]) -> Mapping[int, tuple[str, ...]]:
    """For each commitment the other plans in which the unit reports the same: those above, and those below. Two queries."""
    mine = set(keys)
    below = Commitment.objects.filter(
        asked_in(report.month),
        parent__in=mine,
        duties__unit=report.unit_id,
        state=CommitmentState.ACCEPTED,
        plan__state=PlanState.PUBLISHED,
    ).values_list("parent_id", "plan__title")
    above = Commitment.objects.filter(pk__in={key for pk, key in keys.items() if key != pk}).values_list(
        "pk", "plan__title"
    )
    titles = dict(above)
    found: dict[int, list[str]] = defaultdict(list)
    for pk, key in keys.items():
        if key in titles:
            found[pk].append(titles[key])
    for pk, title in below:
        if title not in found[pk]:
            found[pk].append(title)
    return {pk: tuple(names) for pk, names in found.items()}


def _computed(
    row: CommitmentRow, report: MonthlyReport, said: Statement | None, also: tuple[str, ...], as_of: date | None
) -> ReportRow:
    duty = next(line.duty for line in row.duties if line.duty.unit_id == report.unit_id)
    return ReportRow(
        commitment=row.commitment,
        part=duty.part,
        part_label=duty.get_part_display(),
        words=duty.words,
        light=row.standing.light,
        light_reason=row.standing.reason,
        facts={**facts_of(row, month=report.month, as_of=as_of), "part": duty.part, "words": duty.words},
        sentence=said.sentence if said else "",
        forecast=said.forecast if said else "",
        forecast_label=said.get_forecast_display() if said else "",
        forecast_reason=said.forecast_reason if said else "",
        is_needed=not is_reached(row.lines) and not _was_done(row, report),
        statement=said,
        files=tuple(said.files.all()) if said else (),
        also=also,
        reached=tuple(stop_key(stop.milestone) for stop in row.stops if _says(said, stop.milestone)),
        stops=tuple(
            StopAsked(
                key="|".join(stop_key(stop.milestone)),
                label=stop.label,
                due_on=stop.due_on,
                is_said=_says(said, stop.milestone),
                is_known=stop.reached is not None and stop.reached.report != report.public_id,
            )
            for stop in row.stops
        ),
    )


def _was_done(row: CommitmentRow, report: MonthlyReport) -> bool:
    """Whether an approved report of the unit, for a month before, says that it is done, and no measure says otherwise."""
    said = newest_of([one for one in row.said if one.month < report.month], report.unit_id)
    return said is not None and said.forecast == Forecast.DONE and not is_contradicted(row.lines)


def _says(said: Statement | None, stop: Milestone) -> bool:
    return said is not None and list(stop_key(stop)) in said.reached


def facts_of(row: CommitmentRow, *, month: date, as_of: date | None) -> dict[str, Any]:
    """What is known of a commitment without asking: values with their change since the month began, cases, milestones.

    Restricted cases are left out, also for whoever may know of them: the facts are frozen with the report as its writer sees
    them, and read by others.
    """
    return {
        "due_on": row.commitment.due_on.isoformat() if row.commitment.due_on else "",
        "days_left": row.standing.days_left,
        "as_of": as_of.isoformat() if as_of else "",
        "targets": [
            {
                "words": line.words,
                "value": value_words(line.measure, line.standing.value) if line.measure and line.standing else "",
                "change": change_words(line.measure, line.values, since=month) if line.measure else "",
                "status": str(line.standing.status) if line.standing else "",
                "status_label": str(line.standing.status.label) if line.standing else "",
                "reason": line.standing.reason if line.standing else "",
            }
            for line in row.lines
        ],
        "cases": [
            {
                "number": one.case.number,
                "public_id": one.case.public_id,
                "title": one.case.title,
                "state": one.state,
                "is_open": one.case.phase != Phase.ENDED,
                "due_on": one.case.due_on.isoformat() if one.case.due_on else "",
                "days_late": one.days_late,
            }
            for one in row.cases
            if one.case.confidentiality == Confidentiality.INTERNAL
        ],
        "milestones": [
            {
                "label": stop.label,
                "due_on": stop.due_on.isoformat(),
                "is_over": stop.is_over,
                "reached": stop.reached.month_words if stop.reached else "",
            }
            for stop in row.stops
        ],
    }


def change_words(measure: Measure, values: Sequence[Value], *, since: date) -> str:
    """How a value has moved since a day: from the last value before it to the latest. Empty where one is missing."""
    known = [value for value in values if value.exact is not None]
    before = [value for value in known if value.on < since]
    if not known or not before or known[-1].on == before[-1].on:
        return ""
    first, last = before[-1].exact, known[-1].exact
    # Only what has an exact value was kept.
    assert first is not None
    assert last is not None
    if first == last:
        return _("与上月末持平")
    words = {"before": value_words(measure, before[-1]), "after": value_words(measure, known[-1])}
    if last > first:
        return _("比上月末上升：%(before)s → %(after)s") % words
    return _("比上月末下降：%(before)s → %(after)s") % words


def _frozen(report: MonthlyReport) -> tuple[ReportRow, ...]:
    lines = ReportLine.objects.filter(report=report).select_related("commitment__clause", "commitment__plan")
    lines = lines.defer("commitment__plan__text", "commitment__plan__header_read").prefetch_related(
        Prefetch("statement", _with_files(Statement.objects.all()))
    )
    return tuple(frozen_row(line) for line in sorted(lines, key=lambda one: (one.commitment.position, one.pk)))


def frozen_row(line: ReportLine) -> ReportRow:
    """A line as it was handed in; files that came later are left out. No query where all is fetched."""
    part = line.facts.get("part", "")
    files = line.statement.files.all() if line.statement else ()
    return ReportRow(
        commitment=line.commitment,
        part=part,
        part_label=dict(Duty._meta.get_field("part").flatchoices).get(part, ""),
        words=line.facts.get("words", ""),
        light=Light(line.light),
        light_reason=line.light_reason,
        facts=line.facts,
        sentence=line.sentence,
        forecast=line.forecast,
        forecast_label=line.get_forecast_display() if line.forecast else "",
        forecast_reason=line.forecast_reason,
        is_needed=False,
        statement=line.statement,
        files=tuple(one for one in files if one.added_at <= line.frozen_at),
        also=tuple(line.facts.get("also", ())),
        reached=tuple((day, label) for day, label in line.reached),
    )
