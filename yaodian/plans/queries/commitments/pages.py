"""Commitments as pages show them: who may see which, the table, the board, the calendar, the chart of days, a unit's list."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from yaodian.cases import queries as cases
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, named, names_of_units, scope_of
from yaodian.plans.models import (
    Amendment,
    Clause,
    Commitment,
    CommitmentSheet,
    CommitmentState,
    CommitmentTarget,
    Duty,
    DutyState,
    Light,
    Milestone,
    Plan,
    PlanState,
)
from yaodian.plans.queries.binding import progress_of, unit_of_plan
from yaodian.plans.queries.commitments.naming import choices_of, meanings
from yaodian.plans.queries.commitments.saying import Said, approved_lines, stop_key
from yaodian.plans.queries.commitments.standing import CommitmentStanding, TargetLine, line_of, stand
from yaodian.plans.queries.visibility import visible_plan, visible_plans

ANSWER = "plans.answer"
LIVE = (CommitmentState.PROPOSED, CommitmentState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty, what its unit is called today, and whether this visitor may sign for it."""

    duty: Duty
    unit_name: str
    may_sign: bool

    @property
    def shown(self) -> str:
        return self.unit_name or self.duty.name


@dataclass(frozen=True, slots=True)
class FoldedDuties:
    """The duties of one printed name: one, or those of all the units that a collective name stands for."""

    line: DutyLine
    count: int
    signed: int


@dataclass(frozen=True, slots=True)
class StopLine:
    """A milestone, whether its day is over, and the approved report that says it was reached."""

    milestone: Milestone
    is_over: bool
    reached: Said | None

    @property
    def label(self) -> str:
        return self.milestone.label

    @property
    def due_on(self) -> date:
        return self.milestone.due_on


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment with everything that hangs on it."""

    commitment: Commitment
    clause: Clause | None
    duties: tuple[DutyLine, ...]
    lines: tuple[TargetLine, ...]
    milestones: tuple[Milestone, ...]
    amendments: tuple[Amendment, ...]
    standing: CommitmentStanding
    cases: tuple[cases.Line, ...] = ()
    said: tuple[Said, ...] = ()
    stops: tuple[StopLine, ...] = ()

    @property
    def open_cases(self) -> tuple[cases.Line, ...]:
        """The cases of it, and of its milestones, that are not over, as far as the visitor may know of them."""
        return tuple(line for line in self.cases if line.case.ended_at is None)

    @property
    def leads(self) -> tuple[DutyLine, ...]:
        """Who answers for the whole: the lead units, and where there is none those responsible."""
        first = tuple(line for line in self.duties if line.duty.part == "lead")
        return first or tuple(line for line in self.duties if line.duty.part == "responsible")

    @property
    def others(self) -> tuple[DutyLine, ...]:
        return tuple(line for line in self.duties if line not in self.leads)

    @property
    def folded(self) -> tuple[FoldedDuties, ...]:
        """The duties by printed name, so that a collective name takes one line; one given back stands first in its line."""
        groups: dict[tuple[str, str], list[DutyLine]] = {}
        for line in self.duties:
            groups.setdefault((line.duty.name, line.duty.part), []).append(line)
        return tuple(
            FoldedDuties(
                next((line for line in lines if line.duty.state == DutyState.RETURNED), lines[0]),
                len(lines),
                sum(line.duty.state == DutyState.ACCEPTED for line in lines),
            )
            for lines in groups.values()
        )

    @property
    def column(self) -> str:
        """Where it stands on the board."""
        if self.commitment.state != CommitmentState.ACCEPTED:
            return "proposed"
        if self.standing.light is Light.RED:
            return "red"
        if self.standing.light is Light.AMBER:
            return "amber"
        if any(line.duty.unit_id and line.duty.state != DutyState.ACCEPTED for line in self.leads):
            return "unsigned"
        return "green" if self.standing.light is Light.GREEN else "running"


@dataclass(frozen=True, slots=True)
class OpenName:
    """A printed name of which nobody knows whom it means, and how many commitments wait for it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class CommitmentsPage:
    """The commitments of a plan that a visitor may see. ``is_office``: he may adjust them."""

    plan: Plan
    rows: tuple[CommitmentRow, ...]
    is_office: bool
    today: date
    as_of: date | None
    counts: Mapping[str, int]
    open_names: tuple[OpenName, ...]
    units: tuple[Unit, ...]
    has_dropped: bool

    @property
    def proposed(self) -> int:
        return sum(row.commitment.state == CommitmentState.PROPOSED for row in self.rows)

    @property
    def in_force(self) -> tuple[CommitmentRow, ...]:
        return tuple(row for row in self.rows if row.commitment.state == CommitmentState.ACCEPTED)

    @property
    def by_clause(self) -> tuple[tuple[Clause | None, tuple[CommitmentRow, ...]], ...]:
        """The rows under their clauses, in the order of the plan."""
        groups: dict[int | None, list[CommitmentRow]] = {}
        for row in self.rows:
            groups.setdefault(row.commitment.clause_id, []).append(row)
        return tuple((rows[0].clause, tuple(rows)) for rows in groups.values())


def refs_of(row: Commitment) -> tuple[str, ...]:
    """What the cases of a commitment and of its milestones name as their subject. No query where these are fetched."""
    return (f"plans.commitment:{row.pk}", *(f"plans.milestone:{stop.pk}" for stop in row.milestones.all()))


def is_office(account: Visitor, plan: Plan) -> bool:
    """Whether the visitor may adjust the plan's commitments: he corrects plans of the unit that issued it."""
    if not may(account=account, permission="plans.correct"):
        return False
    home = unit_of_plan(plan)
    return may(account=account, permission="plans.correct", unit_id=home.pk if home else None)


def commitments_seen(account: Visitor, plan: Plan, *, as_office: bool) -> QuerySet[Commitment]:
    """The commitments of a plan that a visitor may know of: the office all, a unit those in which it has a duty."""
    rows = Commitment.objects.filter(plan=plan)
    return rows if as_office else asked_of(account, rows)


def asked_of(account: Visitor, rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Those in force in which a unit within the visitor's reach has a duty."""
    scope = scope_of(account=account, permission=ANSWER)
    if scope.is_empty:
        return rows.none()
    own = Duty.objects.filter(commitment=OuterRef("pk"), unit__in=scope.unit_ids())
    return rows.filter(Exists(own), state=CommitmentState.ACCEPTED)


def load(account: Visitor, rows: QuerySet[Commitment], *, today: date) -> tuple[tuple[CommitmentRow, ...], date | None]:
    """Commitments with duties, targets, milestones, amendments and lights, and the day of the values.

    A constant number of queries.
    """
    found = list(
        rows.select_related("clause", "plan", "parent__plan", "override_by", "changed_by")
        .defer(
            "plan__text", "plan__header_read", "clause__search_text", "parent__plan__text", "parent__plan__header_read"
        )
        .prefetch_related(
            Prefetch("duties", Duty.objects.select_related("answered_by", "unit")),
            Prefetch("target_rows", CommitmentTarget.objects.select_related("target")),
            "milestones",
            Prefetch("amendments", Amendment.objects.select_related("made_by")),
        )
        .order_by("plan_id", "position", "pk")
    )
    plans = list({row.plan_id: row.plan for row in found}.values())
    by_id = {plan.pk: plan for plan in plans}
    about = cases.cases_about(account=account, subjects=[ref for row in found for ref in refs_of(row)], today=today)
    progress, as_of = (
        progress_of(account=account, plans=plans, today=today, is_everywhere=True) if plans else ([], None)
    )
    stands = {one.target.pk: one for one in progress}
    ids = {duty.unit_id for row in found for duty in row.duties.all() if duty.unit_id}
    called = names_of_units(ids=ids, day=today) if ids else {}
    said = approved_lines(commitments=[row.pk for row in found], today=today)
    scope = scope_of(account=account, permission=ANSWER)
    mine = set(scope.rows(Unit.objects.filter(pk__in=ids), unit="pk").values_list("pk", flat=True)) if ids else set()
    made = []
    for row in found:
        lines = []
        for target in row.target_rows.all():
            target.target.plan = by_id[row.plan_id]
            lines.append(line_of(row, target, stands.get(target.target_id), today))
        duties = tuple(
            DutyLine(
                duty, called.get(duty.unit_id or 0, ""), row.state == CommitmentState.ACCEPTED and duty.unit_id in mine
            )
            for duty in row.duties.all()
        )
        own = said.get(row.pk, ())
        # The first report that says so is the one that counts.
        reached = {key: one for one in reversed(own) for key in one.reached}
        made.append(
            CommitmentRow(
                commitment=row,
                clause=row.clause,
                duties=duties,
                lines=tuple(lines),
                milestones=tuple(row.milestones.all()),
                amendments=tuple(row.amendments.all()),
                standing=stand(
                    commitment=row,
                    lines=lines,
                    duties=[line.duty for line in duties],
                    today=today,
                    said=own,
                    names=called,
                ),
                cases=tuple(line for ref in refs_of(row) for line in about.get(ref, ())),
                said=own,
                stops=tuple(
                    StopLine(stop, stop.due_on < today, reached.get(stop_key(stop))) for stop in row.milestones.all()
                ),
            )
        )
    return tuple(made), as_of


def get_commitments(*, account: Visitor, public_id: str, today: date, with_dropped: bool = False) -> CommitmentsPage:
    """The commitments of a plan. Raises ``Plan.DoesNotExist`` where the visitor may not know of the plan, or is neither
    of its office nor of a unit that answers. A constant number of queries."""
    plan = visible_plan(account, public_id)
    as_office = is_office(account, plan)
    if not as_office and (plan.state != PlanState.PUBLISHED or not may(account=account, permission=ANSWER)):
        raise Plan.DoesNotExist
    seen = commitments_seen(account, plan, as_office=as_office)
    rows, as_of = load(account, seen if with_dropped else seen.filter(state__in=LIVE), today=today)
    counts = Counter(str(row.standing.light) for row in rows if row.commitment.state == CommitmentState.ACCEPTED)
    waiting: Counter[str] = Counter()
    if as_office:
        waiting.update(
            line.duty.name for row in rows if row.commitment.is_live for line in row.duties if line.duty.unit_id is None
        )
        said = meanings(names=list(waiting), plan=plan, today=today)
        waiting = Counter({name: count for name, count in waiting.items() if not said[name].is_known})
    return CommitmentsPage(
        plan=plan,
        rows=rows,
        is_office=as_office,
        today=today,
        as_of=as_of,
        counts={str(light): counts[str(light)] for light in Light},
        open_names=tuple(OpenName(name, count) for name, count in waiting.most_common()),
        units=tuple(choices_of(plan=plan, today=today)) if as_office else (),
        has_dropped=as_office and Commitment.objects.filter(plan=plan).exclude(state__in=LIVE).exists(),
    )


def get_commitment(
    *, account: Visitor, public_id: str, commitment_id: int, today: date
) -> tuple[CommitmentsPage, CommitmentRow]:
    """One commitment of a plan. Raises ``Plan.DoesNotExist``, ``Commitment.DoesNotExist``."""
    page = get_commitments(account=account, public_id=public_id, today=today, with_dropped=True)
    row = next((row for row in page.rows if row.commitment.pk == commitment_id), None)
    if row is None:
        raise Commitment.DoesNotExist
    return page, row


def get_sheets(*, account: Visitor, public_id: str) -> tuple[Plan, tuple[CommitmentSheet, ...]]:
    """The sheets that were taken in for a plan, newest first. Raises ``Plan.DoesNotExist`` for whoever is of no office."""
    plan = visible_plan(account, public_id)
    if not is_office(account, plan):
        raise Plan.DoesNotExist
    return plan, tuple(
        CommitmentSheet.objects.filter(plan=plan).select_related("applied_by", "undone_by").defer("changes")
    )


# --- other looks at the same rows -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of the board."""

    code: str
    label: str
    kind: str
    rows: tuple[CommitmentRow, ...]


def board_of(page: CommitmentsPage) -> tuple[BoardColumn, ...]:
    """The rows by where they stand; what waits for the office only for the office. No query."""
    labels = (
        ("proposed", _("待确认"), "neutral"),
        ("unsigned", _("待签收"), "waiting"),
        ("running", _("推进中"), "running"),
        ("green", _("已达到或可达到"), "good"),
        ("amber", _("有风险"), "attention"),
        ("red", _("逾期或未达到"), "wrong"),
    )
    by_column: dict[str, list[CommitmentRow]] = defaultdict(list)
    for row in page.rows:
        by_column[row.column].append(row)
    return tuple(
        BoardColumn(code, label, kind, tuple(by_column[code]))
        for code, label, kind in labels
        if code != "proposed" or page.is_office
    )


@dataclass(frozen=True, slots=True)
class DayEvent:
    """What a day of the calendar holds: the day of a commitment, or a milestone of it."""

    on: date
    label: str
    row: CommitmentRow
    is_due: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar: weeks from Monday, each day with how much is due; and the events in order."""

    year: int
    number: int
    weeks: tuple[tuple[tuple[date, int, bool], ...], ...]
    events: tuple[DayEvent, ...]


def calendar_of(page: CommitmentsPage, *, year: int, month: int) -> Month:
    """The events of one month. No query."""
    events = [
        DayEvent(row.commitment.due_on, str(_("完成期限")), row, is_due=True)
        for row in page.in_force
        if row.commitment.due_on
    ]
    events += [DayEvent(stop.due_on, stop.label, row, is_due=False) for row in page.in_force for stop in row.milestones]
    here = sorted(
        (event for event in events if (event.on.year, event.on.month) == (year, month)),
        key=lambda event: (event.on, not event.is_due, event.row.commitment.position),
    )
    count = Counter(event.on for event in here)
    weeks = tuple(
        tuple((day, count[day], day.month == month) for day in week)
        for week in calendar.Calendar().monthdatescalendar(year, month)
    )
    return Month(year, month, weeks, tuple(here))


def months_with_events(page: CommitmentsPage) -> tuple[tuple[int, int], ...]:
    """The months in which something is due, in order. No query."""
    days = {row.commitment.due_on for row in page.in_force if row.commitment.due_on}
    days |= {stop.due_on for row in page.in_force for stop in row.milestones}
    return tuple(sorted({(day.year, day.month) for day in days}))


@dataclass(frozen=True, slots=True)
class UnitPage:
    """What the published plans of a year ask of a unit: what presses first stands first."""

    unit: Unit
    rows: tuple[CommitmentRow, ...]
    counts: Mapping[str, int]
    unsigned: int
    may_sign: bool
    year: int | None
    years: tuple[int, ...]


_PRESSING = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN)


def get_unit_page(*, account: Visitor, unit: str, today: date, year: int | None = None) -> UnitPage:
    """A unit's duties of a year, by default the latest. ``unit`` is a public id. Raises ``Unit.DoesNotExist`` where there is none, or where it lies beyond
    the visitor's reach and he is of no office. A constant number of queries."""
    found = named(Unit.objects.filter(public_id=unit), day=today).get()
    signs = may(account=account, permission=ANSWER, unit_id=found.pk)
    if not signs and not may(account=account, permission="plans.correct", unit_id=found.pk):
        raise Unit.DoesNotExist
    plans = visible_plans(account).filter(state=PlanState.PUBLISHED)
    own = Duty.objects.filter(commitment=OuterRef("pk"), unit=found)
    asked = Commitment.objects.filter(Exists(own), state=CommitmentState.ACCEPTED, plan__in=plans.values("pk"))
    years = tuple(sorted({one for one in asked.values_list("plan__year", flat=True).order_by() if one}, reverse=True))
    shown = year if year in years else years[0] if years else None
    rows, _as_of = load(account, asked.filter(plan__year=shown), today=today)
    ordered = sorted(
        rows,
        key=lambda row: (
            _PRESSING.index(row.standing.light),
            row.commitment.due_on or date.max,
            row.commitment.plan_id,
            row.commitment.position,
        ),
    )
    counts = Counter(str(row.standing.light) for row in rows)
    own_lines = [line.duty for row in rows for line in row.duties if line.duty.unit_id == found.pk]
    return UnitPage(
        unit=found,
        rows=tuple(ordered),
        counts={str(light): counts[str(light)] for light in Light},
        unsigned=sum(duty.state == DutyState.WAITING for duty in own_lines),
        may_sign=signs,
        year=shown,
        years=years,
    )


def list_units_with_duties(*, account: Visitor, today: date) -> Sequence[tuple[Unit, int, int]]:
    """The units within the visitor's reach that have duties: how many, and how many wait to be signed for. Two queries."""
    scopes = [scope_of(account=account, permission=name) for name in (ANSWER, "plans.correct")]
    reached = Q(pk__in=())
    for scope in scopes:
        if not scope.is_empty:
            reached |= Q(pk__in=scope.unit_ids())
    duties = Duty.objects.filter(
        commitment__state=CommitmentState.ACCEPTED, commitment__plan__state=PlanState.PUBLISHED, unit__isnull=False
    )
    total: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for pk, state in duties.values_list("unit_id", "state"):
        total[pk] += 1
        waiting[pk] += state == DutyState.WAITING
    units = named(Unit.objects.filter(reached, pk__in=list(total)), day=today).order_by("kind", "code")
    return [(unit, total[unit.pk], waiting[unit.pk]) for unit in units]
