"""Which commitments and milestones are over and not reached, and what stands behind a case that one of them opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yaodian.measures.queries import Status
from yaodian.plans.models import Commitment, CommitmentState, Light, Milestone, Plan, PlanState
from yaodian.plans.queries.commitments.pages import CommitmentRow, load
from yaodian.plans.queries.commitments.standing import TargetLine

KIND = "plans.commitment_overdue"


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that was to be there by a day and is not. ``subject`` names it to the cases."""

    row: CommitmentRow
    subject: str
    due_on: date
    label: str


def plans_with_overdue(*, today: date) -> tuple[Plan, ...]:
    """The published plans in which a day is over for something in force. One query."""
    passed = Q(commitments__due_on__lt=today) | Q(commitments__milestones__due_on__lt=today)
    rows = Plan.objects.filter(passed, state=PlanState.PUBLISHED, commitments__state=CommitmentState.ACCEPTED)
    return tuple(rows.defer("text", "header_read").distinct().order_by("pk"))


def overdue_of(*, plan: Plan, today: date) -> tuple[Overdue, ...]:
    """What of a plan is late: red, and not reached. A constant number of queries.

    A milestone is late only where its measure was missed, for it promises no value of its own; of several the last
    counts, and none once the commitment's own day is over.
    """
    rows, _as_of = load(None, Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED), today=today)
    return tuple(_late(rows, today))


def _late(rows: Iterable[CommitmentRow], today: date) -> Iterable[Overdue]:
    for row in rows:
        # A light that somebody changed by name and with a reason is what counts: that is what it is for.
        if row.standing.light is not Light.RED:
            continue
        one = row.commitment
        if one.due_on is not None and one.due_on < today:
            yield Overdue(row, f"plans.commitment:{one.pk}", one.due_on, "")
            continue
        if not any(line.standing is not None and line.standing.status is Status.MISSED for line in row.lines):
            continue
        passed = [stop for stop in row.milestones if stop.due_on < today]
        if passed:
            yield Overdue(row, f"plans.milestone:{passed[-1].pk}", passed[-1].due_on, passed[-1].label)


def lines_behind_case(*, subject: str, today: date) -> tuple[TargetLine, ...]:
    """The bound targets of the commitment that a case is about, as they stand; empty where it has none, or for a case
    about anything else. A constant number of queries."""
    name, _colon, number = subject.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return ()
    if name == "plans.milestone":
        wanted = Q(pk__in=Milestone.objects.filter(pk=int(number)).values("commitment_id"))
    elif name == "plans.commitment":
        wanted = Q(pk=int(number))
    else:
        return ()
    rows, _as_of = load(None, Commitment.objects.filter(wanted), today=today)
    return tuple(
        line
        for row in rows
        for line in row.lines
        if line.measure is not None and line.standing is not None and line.standing.status is not Status.NOT_BOUND
    )
