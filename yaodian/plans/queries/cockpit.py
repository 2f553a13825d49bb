"""A year's targets and commitments for whoever leads: how many stand how, now and a month before, and which they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Subquery

from yaodian.measures.queries import Status
from yaodian.organisations.queries import Visitor, may, scope_of
from yaodian.plans.models import Commitment, CommitmentState, Light, Plan, PlanState
from yaodian.plans.queries.binding import TargetProgress, progress_of, units_of_plans
from yaodian.plans.queries.commitments import CommitmentRow, asked_of, load
from yaodian.plans.queries.visibility import visible_plans

CORRECT, VIEW = "plans.correct", "measures.view"


@dataclass(frozen=True, slots=True)
class TargetBoard:
    """The targets of the latest year's published plans. ``before`` has the numbers of a month before, and is empty where no
    values had been taken by then."""

    year: int
    rows: tuple[TargetProgress, ...]
    counts: Mapping[Status, int]
    before: Mapping[Status, int]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class CommitmentBoard:
    """The commitments in force of the latest year's published plans, as far as the account may know of them. ``before`` is
    how the same commitments stood by the day and the values of a month before."""

    year: int
    rows: tuple[CommitmentRow, ...]
    counts: Mapping[Light, int]
    before: Mapping[Light, int]


def _plans(account: Visitor, today: date) -> list[Plan]:
    published = visible_plans(account).filter(state=PlanState.PUBLISHED, year__lte=today.year)
    latest = published.order_by("-year").values("year")[:1]
    return list(published.filter(year=Subquery(latest)).defer("text", "header_read"))


def target_board(*, account: Visitor, today: date, then: date | None = None) -> TargetBoard | None:
    """The targets by status; with ``then`` beside what they were on that day. None for whoever may see no values, and
    where nothing is published. A constant number of queries."""
    if not may(account=account, permission=VIEW):
        return None
    plans = _plans(account, today)
    if not plans or plans[0].year is None:
        return None
    rows, as_of = progress_of(account=account, plans=plans, today=today)
    before: Counter[Status] = Counter()
    if then is not None:
        older, known = progress_of(account=account, plans=plans, today=then)
        before.update(row.standing.status for row in older if known is not None)
    return TargetBoard(plans[0].year, tuple(rows), Counter(row.standing.status for row in rows), before, as_of)


def commitment_board(*, account: Visitor, today: date, then: date | None = None) -> CommitmentBoard | None:
    """The commitments by light: an office sees those of its plans, a unit those that ask something of it. None for
    whoever sees none. A constant number of queries."""
    plans = _plans(account, today)
    if not plans or plans[0].year is None:
        return None
    homes = units_of_plans(plans)
    scope = scope_of(account=account, permission=CORRECT)
    wanted = {unit.pk for unit in homes.values()}
    reached = set() if scope.is_empty else set(scope.unit_ids().filter(descendant_id__in=wanted))
    own = [plan.pk for plan in plans if plan.pk in homes and homes[plan.pk].pk in reached]
    rows = Commitment.objects.filter(plan__in=plans, state=CommitmentState.ACCEPTED)
    rows = rows.filter(Q(plan__in=own) | Q(pk__in=asked_of(account, rows).values("pk")))
    found, _as_of = load(account, rows, today=today)
    if not found:
        return None
    before: Counter[Light] = Counter()
    if then is not None:
        older, known = load(account, rows, today=then)
        before.update(row.standing.light for row in older if known is not None)
    return CommitmentBoard(plans[0].year, found, Counter(row.standing.light for row in found), before)
