"""Units further down that answer a plan with their own: who is late, what hangs under what, what nobody has taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from yaodian.measures.queries import key_of
from yaodian.organisations.models import Unit, UnitKind
from yaodian.organisations.queries import Visitor, exists_on, may, names_of_units, scope_of, subtree_of
from yaodian.plans.models import (
    LIVE_STATES,
    AnswerState,
    Assignment,
    Clause,
    Commitment,
    CommitmentState,
    Plan,
    PlanState,
)
from yaodian.plans.problem import searchable
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.commitments.pages import ANSWER, LIVE, is_office
from yaodian.plans.queries.visibility import visible_plan, visible_plans

LEAST_LIKENESS = 0.45
SURE_LIKENESS = 0.9


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """A unit that is to answer: since when, until when, with what. ``days_late`` 0: not late."""

    assignment: Assignment
    unit_name: str
    days_late: int
    taken: int
    may_answer: bool

    @property
    def is_answered(self) -> bool:
        return self.assignment.state == AnswerState.ANSWERED


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A clause of the plan, and for each answering unit how many of its commitments hang under the clause's."""

    clause: Clause | None
    commitments: int
    cells: tuple[int, ...]

    @property
    def is_untaken(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class AnsweringPage:
    """Who is to answer a plan, and the clauses by unit."""

    plan: Plan
    lines: tuple[AssignmentLine, ...]
    matrix: tuple[MatrixRow, ...]
    candidates: tuple[Unit, ...]
    answers: tuple[Plan, ...]
    is_office: bool

    @property
    def late(self) -> int:
        return sum(line.days_late > 0 for line in self.lines)

    @property
    def untaken(self) -> int:
        return sum(row.is_untaken for row in self.matrix)


@dataclass(frozen=True, slots=True)
class ParentProposal:
    """A commitment above that one further down may answer, how alike they are, and why."""

    parent: Commitment
    likeness: float
    is_by_target: bool

    @property
    def percent(self) -> int:
        return round(self.likeness * 100)


@dataclass(frozen=True, slots=True)
class HangingRow:
    """A commitment of an answering plan, what it hangs under, and what it may."""

    commitment: Commitment
    proposals: tuple[ParentProposal, ...]


@dataclass(frozen=True, slots=True)
class HangingPage:
    """The commitments of an answering plan beside the plan it answers."""

    assignment: Assignment
    plan: Plan
    answer: Plan
    unit_name: str
    rows: tuple[HangingRow, ...]
    choices: tuple[Commitment, ...]

    @property
    def sure(self) -> int:
        return sum(
            row.commitment.parent_id is None and bool(row.proposals) and row.proposals[0].likeness >= SURE_LIKENESS
            for row in self.rows
        )


def get_answering(*, account: Visitor, public_id: str, today: date) -> AnsweringPage:
    """Who answers a plan, and what of it nobody has taken. The office sees all; a unit its own line.

    Raises ``Plan.DoesNotExist``. A constant number of queries.
    """
    plan = visible_plan(account, public_id)
    as_office = is_office(account, plan)
    if plan.state != PlanState.PUBLISHED or (not as_office and not may(account=account, permission=ANSWER)):
        raise Plan.DoesNotExist
    rows = list(Assignment.objects.filter(plan=plan).select_related("answer", "answered_by", "unit"))
    mine = _reached(account, {row.unit_id for row in rows})
    if not as_office:
        rows = [row for row in rows if row.unit_id in mine]
    called = names_of_units(ids=[row.unit_id for row in rows], day=today)
    rows_of_plan = list(
        Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED)
        .select_related("clause")
        .order_by("position")
    )
    taken: dict[tuple[int | None, int], int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    below = Commitment.objects.filter(parent__in=rows_of_plan, state__in=LIVE).values_list(
        "plan_id", "parent__clause_id"
    )
    for answer_id, clause_id in below:
        taken[clause_id, answer_id] += 1
        total[answer_id] += 1
    lines = tuple(
        AssignmentLine(
            assignment=row,
            unit_name=called.get(row.unit_id, row.unit.code),
            days_late=_days_late(row, today),
            taken=total.get(row.answer_id or 0, 0),
            may_answer=row.unit_id in mine,
        )
        for row in rows
    )
    clauses: dict[int | None, tuple[Clause | None, int]] = {}
    for commitment in rows_of_plan:
        _clause, count = clauses.get(commitment.clause_id, (None, 0))
        clauses[commitment.clause_id] = (commitment.clause, count + 1)
    matrix = tuple(
        MatrixRow(clause, count, tuple(taken.get((key, row.answer_id or 0), 0) for row in rows))
        for key, (clause, count) in clauses.items()
    )
    return AnsweringPage(
        plan=plan,
        lines=lines,
        matrix=matrix,
        candidates=tuple(_candidates(plan, {row.unit_id for row in rows}, today)) if as_office else (),
        answers=tuple(
            visible_plans(account)
            .filter(state=PlanState.PUBLISHED, year=plan.year)
            .exclude(pk=plan.pk)
            .defer("text", "header_read")
        ),
        is_office=as_office,
    )


def _days_late(row: Assignment, today: date) -> int:
    """Days after the day: of the answer if there is one, else of today."""
    last = timezone.localdate(row.answered_at) if row.answered_at else today
    return max(0, (last - row.due_on).days)


def _reached(account: Visitor, units: Iterable[int]) -> set[int]:
    scope = scope_of(account=account, permission=ANSWER)
    return set(scope.rows(Unit.objects.filter(pk__in=set(units)), unit="pk").values_list("pk", flat=True))


def _candidates(plan: Plan, taken: set[int], today: date) -> Iterable[Unit]:
    """The counties and schools directly below the issuer that are not asked yet."""
    home = unit_of_plan(plan)
    if home is None:
        return ()
    kinds = (UnitKind.COUNTY, UnitKind.SCHOOL, UnitKind.KINDERGARTEN, UnitKind.BODY)
    return subtree_of(unit=home, day=today).filter(exists_on(today), distance=1, kind__in=kinds).exclude(pk__in=taken)


def get_hanging(*, account: Visitor, public_id: str, assignment_id: int, today: date) -> HangingPage:
    """The commitments of an answering plan with proposals of what above they answer.

    Raises ``Plan.DoesNotExist``, ``Assignment.DoesNotExist``. A constant number of queries.
    """
    plan = visible_plan(account, public_id)
    row = Assignment.objects.select_related("answer", "unit").get(pk=assignment_id, plan=plan, answer__isnull=False)
    if not is_office(account, plan) and not may(account=account, permission=ANSWER, unit_id=row.unit_id):
        raise Assignment.DoesNotExist
    assert row.answer is not None
    above = list(_with_targets(plan).filter(state=CommitmentState.ACCEPTED))
    own = list(_with_targets(row.answer).filter(state__in=LIVE))
    return HangingPage(
        assignment=row,
        plan=plan,
        answer=row.answer,
        unit_name=names_of_units(ids=[row.unit_id], day=today)[row.unit_id],
        rows=tuple(HangingRow(one, propose_parents(one, above)) for one in own),
        choices=tuple(above),
    )


def _with_targets(plan: Plan):  # type: ignore[no-untyped-def]  # A queryset with prefetches, whose type says nothing.
    return (
        Commitment.objects.filter(plan=plan)
        .select_related("clause", "parent")
        .prefetch_related("targets")
        .order_by("position", "pk")
    )


def propose_parents(child: Commitment, above: Iterable[Commitment]) -> tuple[ParentProposal, ...]:
    """What above a commitment may answer, the likeliest first, three at most: an equal target, else like words."""
    keys = _keys(child)
    words = _pairs(child.text)
    found = []
    for one in above:
        is_equal = bool(keys & _keys(one))
        theirs = _pairs(one.text)
        common = 2 * len(words & theirs) / (len(words) + len(theirs)) if words and theirs else 0.0
        likeness = max(0.95, common) if is_equal else common
        if likeness >= LEAST_LIKENESS:
            found.append(ParentProposal(one, min(likeness, 1.0), is_equal))
    found.sort(key=lambda proposal: (-proposal.likeness, proposal.parent.position))
    return tuple(found[:3])


def _keys(commitment: Commitment) -> set[str]:
    return {
        key_of(subject=target.subject, quote=target.quote, unit=target.unit)
        for target in commitment.targets.all()
        if target.state in LIVE_STATES
    }


def _pairs(text: str) -> frozenset[str]:
    plain = "".join(letter for letter in searchable(text) if letter.isalpha())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
