"""From clauses to commitments: one a verb phrase, with its targets, its day and the units printed for its clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.engines.reading.phrases import Phrase, phrases
from yaodian.engines.reading.schedules import Schedule, recurrence, schedule, words_of_recurrence
from yaodian.organisations.models import Account
from yaodian.plans.models import (
    LIVE_STATES,
    Clause,
    Commitment,
    CommitmentTarget,
    Deadline,
    Duty,
    Finding,
    Milestone,
    Plan,
    Responsibility,
    Target,
    UnitPart,
)
from yaodian.plans.operations.commitments.changing import journal, lock_as_office
from yaodian.plans.operations.errors import UnableToProposeCommitments
from yaodian.plans.problem import part_of
from yaodian.plans.queries.commitments import Meaning, meanings

# Between two neighbours, so that what a person adds or splits off finds a place.
STEP = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed commitment before anything is written."""

    clause: Clause | None
    phrase: Phrase
    text: str
    targets: tuple[Target, ...]
    schedule: Schedule
    due_words: str
    responsibilities: tuple[Responsibility, ...]


@transaction.atomic
def propose_commitments(*, actor: Account, now: datetime, today: date, public_id: str) -> int:
    """Proposes the commitments of a published plan; again, only for words that none stands for yet. Returns how many.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToProposeCommitments`` (``nothing-new``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    taken = list(Commitment.objects.filter(plan=plan).values_list("span_start", "span_end", "position"))
    drafts = [
        draft
        for draft in drafts_of(plan)
        if not any(start < draft.phrase.span[1] and draft.phrase.span[0] < end for start, end, _position in taken)
    ]
    if not drafts:
        raise UnableToProposeCommitments(
            _("《%(plan)s》里没有新的任务可以提出：有期限、目标或具体动作的句子都已经列入。可以在表中自行补充。")
            % {"plan": plan.title},
            code="nothing-new",
        )
    rows = [
        Commitment(
            plan=plan,
            clause=draft.clause,
            position=_position(draft.phrase.span[0], taken, number),
            span_start=draft.phrase.span[0],
            span_end=draft.phrase.span[1],
            text=draft.text,
            due_on=draft.schedule.due,
            due_words=draft.due_words[:60],
            due_kind=draft.schedule.kind,
            rule=f"{draft.phrase.rule} {draft.schedule.rule}"[:80],
            confidence=min(draft.phrase.confidence, draft.schedule.confidence),
            changed_at=now,
        )
        for number, draft in enumerate(drafts, 1)
    ]
    Commitment.objects.bulk_create(rows, batch_size=200)
    names = {name for draft in drafts for one in draft.responsibilities for name in one.units}
    said = meanings(names=names, plan=plan, today=today)
    pairs = list(zip(rows, drafts, strict=True))
    Duty.objects.bulk_create(
        [duty for row, draft in pairs for duty in duties_of(row, draft.responsibilities, said)], batch_size=200
    )
    CommitmentTarget.objects.bulk_create(
        [CommitmentTarget(commitment=row, target=target) for row, draft in pairs for target in draft.targets],
        batch_size=200,
    )
    Milestone.objects.bulk_create(
        [milestone for row, draft in pairs for milestone in milestones_of(row, draft.schedule)], batch_size=200
    )
    journal(actor=actor, now=now, plan=plan, code="plans.commitment.propose", count=len(rows))
    return len(rows)


def _position(start: int, taken: Sequence[tuple[int, int, int]], number: int) -> int:
    """In the order of the plan's words, behind the last one taken that stands before them."""
    if not taken:
        return number * STEP
    return max((position for begin, _end, position in taken if begin <= start), default=0) + 1


def drafts_of(plan: Plan) -> list[Draft]:
    """The commitments that a plan's words hold, in their order. The same rows give the same drafts. Four queries."""
    clauses = list(Clause.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("position", "pk"))
    targets = _by_clause(Target.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("span_start", "pk"))
    deadlines = _by_clause(Deadline.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("span_start", "pk"))
    units = _by_clause(Responsibility.objects.filter(plan=plan, state__in=LIVE_STATES).order_by("span_start", "pk"))
    start = plan.written_on if plan.written_on and plan.written_on.year == plan.year else None
    drafts: list[Draft] = []
    first = clauses[0].span_start if clauses else len(plan.text)
    homes: list[tuple[Clause | None, int, int]] = [(None, 0, first)]
    homes += [(clause, clause.span_start, clause.own_end) for clause in clauses]
    for clause, begin, end in homes:
        key = clause.pk if clause else None
        here = [target for target in targets[key] if begin <= target.span_start < end]
        found = phrases(
            plan.text,
            begin,
            end,
            heading=clause.heading if clause else "",
            targets=[target.span for target in here],
            moments=[deadline.span for deadline in deadlines[key]],
            responsible=[one.span for one in units[key]],
            only_targets=clause is None,
        )
        for phrase, own in _with_targets(found, here):
            text = " ".join(plan.text[slice(*phrase.span)].split()).strip("。；;，, ")
            moment, words = _moment(phrase, text, deadlines[key], own, plan, start)
            drafts.append(Draft(clause, phrase, text, own, moment, words, tuple(units[key])))
    return drafts


def _by_clause(rows: Iterable[Finding]) -> defaultdict[int | None, list]:  # type: ignore[type-arg]  # Of one kind each.
    found: defaultdict[int | None, list] = defaultdict(list)  # type: ignore[type-arg]
    for row in rows:
        found[row.clause_id].append(row)
    return found


def _with_targets(found: Sequence[Phrase], targets: Sequence[Target]) -> list[tuple[Phrase, tuple[Target, ...]]]:
    """Each phrase with its targets; a target that no phrase holds, such as one a person added, promises for itself."""
    own: dict[Phrase, list[Target]] = {phrase: [] for phrase in found}
    alone: list[tuple[Phrase, tuple[Target, ...]]] = []
    for target in targets:
        home = next((one for one in found if one.span[0] < target.span_end and target.span_start < one.span[1]), None)
        if home is not None:
            own[home].append(target)
        elif not any(one[0].span[0] < target.span_end and target.span_start < one[0].span[1] for one in alone):
            alone.append((Phrase(target.span, target.span, "phrase/target-alone", target.confidence), (target,)))
    pairs = [(phrase, tuple(rows)) for phrase, rows in own.items()] + alone
    return sorted(pairs, key=lambda pair: pair[0].span)


def _moment(
    phrase: Phrase, text: str, deadlines: Sequence[Deadline], targets: Sequence[Target], plan: Plan, start: date | None
) -> tuple[Schedule, str]:
    """The day of a phrase, and the words it comes from: its own, those before it in its sentence, what recurs, its targets'."""
    inside = [one for one in deadlines if phrase.span[0] <= one.span_start < phrase.span[1]]
    row = [one for one in deadlines if phrase.rule in ("phrase/row", "phrase/heading")]
    before = [one for one in deadlines if phrase.sentence[0] <= one.span_start < phrase.span[0]]
    for deadline in (*reversed(inside), *row, *reversed(before)):
        return schedule(deadline.quote, year=plan.year, stated=deadline.due_on, start=start), deadline.quote
    recurring = recurrence(text, year=plan.year, start=start)
    if recurring is not None:
        return recurring, words_of_recurrence(text)
    days = [target.due_on for target in targets if target.due_on is not None]
    if days:
        return Schedule("day", max(days), (), "schedule/target", 0.9), ""
    return schedule("", year=plan.year, start=start), ""


def duties_of(row: Commitment, responsibilities: Iterable[Responsibility], said: Mapping[str, Meaning]) -> list[Duty]:
    """The duties of a commitment: one for each unit that the printed names mean, the weightiest part where two do."""
    order = {UnitPart.LEAD: 0, UnitPart.RESPONSIBLE: 1, UnitPart.SUPPORT: 2}
    named = [(part_of(one, name), name) for one in responsibilities for name in one.units]
    made: dict[int | str, Duty] = {}
    for part, name in sorted(named, key=lambda pair: order[pair[0]]):
        meaning = said.get(name, Meaning(name))
        if not meaning.units:
            made.setdefault(name, Duty(commitment=row, name=name[:120], part=part))
        for unit in meaning.units:
            made.setdefault(unit.pk, Duty(commitment=row, unit=unit, name=name[:120], part=part))
    return list(made.values())


def milestones_of(row: Commitment, found: Schedule) -> list[Milestone]:
    """The days on the way, as rows."""
    return [Milestone(commitment=row, label=stop.label, due_on=stop.on, rule=found.rule) for stop in found.stops]
