"""How the targets of plans stand: which measure each means, its value now, and what is missing. Nothing here is typed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import F, Subquery
from django.utils.translation import gettext as _

from yaodian.foundation.measuring import Measure, Value, measure_of, measures
from yaodian.measures.queries import (
    Place,
    Pledge,
    Proposal,
    Standing,
    Status,
    judge,
    key_of,
    latest_taking,
    propose,
    series,
    title_of,
    unit_fits,
)
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, scope_of
from yaodian.plans.models import LIVE_STATES, BindingState, Decision, Plan, PlanState, RememberedBinding, Target
from yaodian.plans.queries.visibility import visible_plan, visible_plans

VIEW = "measures.view"


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """A target and how it stands. ``is_remembered``: decided for equal words elsewhere, not for this very target."""

    target: Target
    standing: Standing
    decision: Decision | None
    is_remembered: bool
    measure: Measure | None
    title: str
    unit: Unit | None
    values: tuple[Value, ...]
    proposals: tuple[Proposal, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.decision is None

    @property
    def is_bound(self) -> bool:
        return self.measure is not None


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """The targets of one plan, how many there are of each status, and of which day the values are."""

    plan: Plan
    rows: tuple[TargetProgress, ...]
    counts: Mapping[str, int]
    as_of: date | None
    may_bind: bool

    @property
    def bound(self) -> tuple[TargetProgress, ...]:
        """The targets that have a measure, what needs attention first."""
        order = (Status.MISSED, Status.AT_RISK, Status.NOT_COMPUTABLE, Status.ON_COURSE, Status.REACHED)
        found = [row for row in self.rows if row.standing.status in order]
        return tuple(sorted(found, key=lambda row: order.index(row.standing.status)))

    @property
    def unbound(self) -> tuple[TargetProgress, ...]:
        return tuple(row for row in self.rows if row.standing.status is Status.NOT_BOUND)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """A year's targets by status over all published plans of it; ``worst`` are the missed and those at risk."""

    year: int | None
    plans: tuple[Plan, ...]
    counts: tuple[tuple[Status, int], ...]
    total: int
    worst: tuple[TargetProgress, ...]
    as_of: date | None


def fits_unit(measure: Measure, unit: str) -> bool:
    """Whether a target's printed unit can be held against a measure's."""
    return unit_fits(measure, unit)


def unit_of_plan(plan: Plan) -> Unit | None:
    """The unit that issued the plan, by its name; where no name is the same, the bureau."""
    return units_of_plans([plan]).get(plan.pk)


def units_of_plans(plans: Collection[Plan]) -> dict[int, Unit]:
    """For each plan the unit whose values count. Two queries."""
    issuers = {plan.issuer for plan in plans if plan.issuer}
    offices = Unit.objects.filter(kind__in=("bureau", "county"), closed_on__isnull=True)
    called = offices.filter(names__name__in=issuers).annotate(issuer=F("names__name")).order_by("code")
    by_name = {unit.issuer: unit for unit in called}
    root = offices.filter(kind="bureau").order_by("code").first()
    found = {plan.pk: by_name.get(plan.issuer) or root for plan in plans}
    return {pk: unit for pk, unit in found.items() if unit is not None}


def progress_of(
    *,
    account: Visitor,
    plans: Sequence[Plan],
    today: date,
    with_proposals: bool = False,
    is_everywhere: bool = False,
) -> tuple[list[TargetProgress], date | None]:
    """The targets of some plans, each with its standing, and the day of the values. A constant number of queries.

    ``is_everywhere``: as the house sees it, whatever the account reaches; for what is computed and not for showing values.
    """
    targets = list(
        Target.objects.filter(plan__in=plans, state__in=LIVE_STATES)
        .select_related("clause", "plan", "binding__decided_by", "binding__unit")
        .defer("plan__text", "plan__header_read", "clause__search_text")
        .order_by("plan_id", "span_start", "pk")
    )
    keys = {row.pk: key_of(subject=row.subject, quote=row.quote, unit=row.unit) for row in targets}
    remembered = {
        row.key: row
        for row in RememberedBinding.objects.filter(key__in=set(keys.values())).select_related("decided_by", "plan")
    }
    proposed = {row.pk: _proposals(row) for row in targets} if with_proposals else {}
    chosen: dict[int, tuple[Decision | None, Measure | None, Unit | None]] = {}
    homes: dict[int, Unit] | None = None
    for row in targets:
        own = getattr(row, "binding", None)
        decision: Decision | None = own or remembered.get(keys[row.pk])
        measure = measure_of(decision.measure) if decision and decision.state == BindingState.BOUND else None
        if measure is not None and not fits_unit(measure, row.unit):
            measure = None
        unit = own.unit if own is not None else None
        if measure is not None and unit is None:
            # Only a decision that was remembered needs to be told whose value is meant.
            homes = units_of_plans(plans) if homes is None else homes
            unit = homes.get(row.plan_id)
        chosen[row.pk] = (decision, measure, unit)
    wanted = {unit.pk for _decision, _measure, unit in chosen.values() if unit}
    reached = wanted if is_everywhere else _reached(account, wanted)
    places = {
        Place(measure.code, unit.pk, decision.stage, decision.filter)
        for decision, measure, unit in chosen.values()
        if decision and measure and unit and unit.pk in reached
    }
    taking = latest_taking(day=today)
    known = series(places=places, day=today)
    rows = []
    for row in targets:
        decision, measure, unit = chosen[row.pk]
        values: tuple[Value, ...] = ()
        if decision is None or measure is None or unit is None:
            standing = _unbound(decision)
        elif unit.pk not in reached:
            standing = Standing(Status.NOT_COMPUTABLE, _("您的权限不包括这个单位的数值。"))
        else:
            values = tuple(known.get(Place(measure.code, unit.pk, decision.stage, decision.filter), ()))
            standing = judge(measure=measure, pledge=pledge_of(row), series=values, today=today)
        rows.append(
            TargetProgress(
                target=row,
                standing=standing,
                decision=decision,
                is_remembered=decision is not None and isinstance(decision, RememberedBinding),
                measure=measure,
                title=title_of(measure, stage=decision.stage, narrowed=decision.filter) if measure and decision else "",
                unit=unit,
                values=values,
                proposals=proposed.get(row.pk, ()),
            )
        )
    return rows, taking.on if taking else None


def _proposals(target: Target) -> tuple[Proposal, ...]:
    return propose(subject=target.subject, quote=target.quote, unit=target.unit, comparator=target.comparator)


def _reached(account: Visitor, units: Collection[int]) -> set[int]:
    """Which of these units' values the account may see. One query."""
    scope = scope_of(account=account, permission=VIEW)
    if scope.is_empty or not units:
        return set()
    return set(scope.rows(Unit.objects.filter(pk__in=units), unit="pk").values_list("pk", flat=True))


def _unbound(decision: Decision | None) -> Standing:
    if decision is None:
        return Standing(Status.NOT_BOUND, _("还没有人确认这个目标看哪个指标。"))
    if decision.state == BindingState.DECLINED:
        return Standing(Status.NOT_BOUND, _("已确认没有合适的指标。"))
    return Standing(Status.NOT_BOUND, _("原先对应的指标已不存在或单位不符，请重新选择。"))


def pledge_of(target: Target) -> Pledge:
    """What a target promises, in exact numbers; without a day of its own it is due at the end of its plan's year."""
    year = target.plan.year
    due = target.due_on or (date(year, 12, 31) if year else date(target.plan.created_at.year, 12, 31))
    # The column is a float; what a person or the reader wrote is its shortest decimal form.
    value = Fraction(repr(target.value))
    more = Fraction(repr(target.value_max)) if target.value_max is not None else None
    return Pledge(target.comparator, value, more, due)


def get_progress(*, account: Visitor, public_id: str, today: date, with_proposals: bool = False) -> ProgressPage:
    """How the targets of a plan stand. Raises ``Plan.DoesNotExist`` where the visitor may not know of the plan, or may
    see no values at all. A constant number of queries."""
    plan = visible_plan(account, public_id)
    if not may(account=account, permission=VIEW):
        raise Plan.DoesNotExist
    rows, as_of = progress_of(account=account, plans=[plan], today=today, with_proposals=with_proposals)
    counts = Counter(str(row.standing.status) for row in rows)
    return ProgressPage(
        plan=plan,
        rows=tuple(rows),
        counts={str(status): counts[str(status)] for status in Status},
        as_of=as_of,
        may_bind=may(account=account, permission="plans.correct"),
    )


MOST_WORST = 8
_URGENT = (Status.MISSED, Status.AT_RISK)


def get_cockpit(*, account: Visitor, today: date) -> Cockpit | None:
    """The year's targets by status: of the latest year that has published plans. None for whoever may see no values."""
    if not may(account=account, permission=VIEW):
        return None
    published = visible_plans(account).filter(state=PlanState.PUBLISHED, year__lte=today.year)
    latest = published.order_by("-year").values("year")[:1]
    plans = list(published.filter(year=Subquery(latest)).defer("text", "header_read"))
    if not plans:
        return Cockpit(None, (), (), 0, (), None)
    year = plans[0].year
    rows, as_of = progress_of(account=account, plans=plans, today=today)
    counts = Counter(row.standing.status for row in rows)
    worst = sorted(
        (row for row in rows if row.standing.status in _URGENT), key=lambda row: _URGENT.index(row.standing.status)
    )
    return Cockpit(
        year=year,
        plans=tuple(plans),
        counts=tuple((status, counts[status]) for status in Status),
        total=len(rows),
        worst=tuple(worst[:MOST_WORST]),
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to bind: what a form sends, what a person reads, and the proposal behind it, if there is one."""

    code: str
    title: str
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class BindingRow:
    """A target with the proposals for it, and every other measure of its unit."""

    row: TargetProgress
    proposed: tuple[Choice, ...]
    others: tuple[Choice, ...]


def with_choices(row: TargetProgress) -> BindingRow:
    """What a person may choose for a target. No query."""
    proposed = tuple(
        Choice(
            "|".join((one.measure.code, one.stage, one.narrowed)),
            title_of(one.measure, stage=one.stage, narrowed=one.narrowed),
            one,
        )
        for one in row.proposals
    )
    taken = {one.code for one in proposed}
    others = [
        Choice("|".join((measure.code, stage, narrowed)), title_of(measure, stage=stage, narrowed=narrowed))
        for measure in measures().values()
        if fits_unit(measure, row.target.unit)
        for stage in measure.stages
        for narrowed in ("", *measure.filters)
    ]
    return BindingRow(row, proposed, tuple(one for one in others if one.code not in taken))
