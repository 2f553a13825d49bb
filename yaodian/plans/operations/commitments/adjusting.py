"""The office adjusts what was proposed: accepts, edits, splits, merges, adds, drops, says otherwise of a light."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.plans.models import (
    LIVE_STATES,
    Clause,
    Commitment,
    CommitmentState,
    CommitmentTarget,
    Disclosure,
    DueKind,
    Duty,
    Light,
    Milestone,
    Origin,
    Plan,
    PlanState,
    Responsibility,
)
from yaodian.plans.operations.changing import require_no_cases
from yaodian.plans.operations.commitments.changing import (
    content_of,
    journal,
    lock_as_office,
    move,
    require_state,
    save,
    take,
)
from yaodian.plans.operations.commitments.proposing import STEP, duties_of
from yaodian.plans.operations.errors import UnableToAdjustCommitment
from yaodian.plans.queries.commitments import meanings, refs_of

MOST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class CommitmentValues:
    """What the office says of a commitment."""

    text: str
    due_on: date | None
    weight: Decimal = Decimal(1)
    disclosure: str = Disclosure.INTERNAL


@transaction.atomic
def accept_commitments(
    *, actor: Account, now: datetime, public_id: str, commitment_ids: Collection[int] | None = None
) -> int:
    """Puts proposed commitments into force: these, or all of the plan. Those in force already count for nothing.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToAdjustCommitment`` (``nothing-to-accept``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    rows = Commitment.objects.filter(plan=plan, state=CommitmentState.PROPOSED)
    if commitment_ids is not None:
        rows = rows.filter(pk__in=commitment_ids)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        if commitment_ids is not None and Commitment.objects.filter(plan=plan, pk__in=commitment_ids).exists():
            return 0
        raise UnableToAdjustCommitment(
            _("没有待确认的任务。请先提出任务，或勾选待确认的任务。"), code="nothing-to-accept"
        )
    Commitment.objects.filter(pk__in=ids).update(
        state=CommitmentState.ACCEPTED, version=F("version") + 1, changed_by=actor, changed_at=now
    )
    journal(actor=actor, now=now, plan=plan, code="plans.commitment.accept", commitments=ids)
    return len(ids)


@transaction.atomic
def edit_commitment(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    commitment_id: int,
    expected_version: int,
    values: CommitmentValues,
) -> Commitment:
    """Sets text, weight and disclosure, and the day as long as the commitment is not in force.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToAdjustCommitment`` (``no-text``,
    ``too-long``, ``weight``, ``disclosure``, ``needs-amendment``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, expected_version)
    edit(row, values, actor=actor, now=now, plan=plan)
    return row


def edit(row: Commitment, values: CommitmentValues, *, actor: Account, now: datetime, plan: Plan) -> bool:
    """Edits a commitment that is held; whether anything changed."""
    text = check(values)
    before = content_of(row)
    is_moved = values.due_on != row.due_on
    if is_moved and row.state == CommitmentState.ACCEPTED:
        raise UnableToAdjustCommitment(
            _("任务已经确认，完成期限只能凭文件调整。请在任务页面选择“调整期限”，写明依据的文件和文号。"),
            code="needs-amendment",
            field="due_on",
        )
    row.text, row.weight, row.disclosure = text, values.weight, values.disclosure
    if is_moved:
        set_due(row, values.due_on)
    after = content_of(row)
    if after == before:
        return False
    save(row, actor=actor, now=now, fields=("text", "weight", "disclosure", "due_on", "due_kind"))
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.commitment.edit",
        row=row,
        before={name: before[name] for name in before if before[name] != after[name]},
        after={name: after[name] for name in after if before[name] != after[name]},
    )
    return True


def check(values: CommitmentValues) -> str:
    """The text as it is kept. Raises ``UnableToAdjustCommitment``."""
    text = " ".join(values.text.split())
    if not text:
        raise UnableToAdjustCommitment(_("没有填写任务内容。请写明要做什么。"), code="no-text", field="text")
    if len(text) > MOST_WORDS:
        raise UnableToAdjustCommitment(
            _("任务内容有 %(count)s 个字，最多 %(most)s 个。请写得短一些，或拆成几项。")
            % {"count": len(text), "most": MOST_WORDS},
            code="too-long",
            field="text",
        )
    if not Decimal(0) <= values.weight <= Decimal(1000) or values.weight != round(values.weight, 2):
        raise UnableToAdjustCommitment(
            _("权重“%(weight)s”不合适。请填 0 至 1000 的数，最多两位小数。") % {"weight": values.weight},
            code="weight",
            field="weight",
        )
    if values.disclosure not in Disclosure.values:
        raise UnableToAdjustCommitment(_("没有这种公开属性。请从列表中选择。"), code="disclosure", field="disclosure")
    return text


def set_due(row: Commitment, due_on: date | None) -> None:
    """Another day, set by a person; what was to be seen after it goes."""
    row.due_on, row.due_kind = due_on, DueKind.PERSON
    if due_on is not None:
        row.milestones.filter(due_on__gt=due_on).delete()


@transaction.atomic
def split_commitment(
    *, actor: Account, now: datetime, public_id: str, commitment_id: int, expected_version: int, first: str, second: str
) -> tuple[Commitment, Commitment]:
    """Makes two of one. The units stand under both and sign anew for the second; a target goes where its words are.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToAdjustCommitment`` (``no-text``, ``amended``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, expected_version)
    if row.amendments.exists():
        raise UnableToAdjustCommitment(
            _("这项任务的期限或目标调整过，不能再拆分。请另外补充一项任务。"), code="amended"
        )
    one, two = (check(CommitmentValues(words, row.due_on, row.weight, row.disclosure)) for words in (first, second))
    middle = plan.text.find(two[:8], row.span_start, row.span_end) if len(two) >= 4 else -1
    end = row.span_end
    other = Commitment(
        plan=plan,
        clause=row.clause,
        position=row.position + 1,
        span_start=middle if middle > row.span_start else row.span_end,
        span_end=end,
        text=two,
        due_on=row.due_on,
        due_words=row.due_words,
        due_kind=row.due_kind,
        weight=row.weight,
        disclosure=row.disclosure,
        state=row.state,
        origin=Origin.PERSON,
        rule=row.rule,
        parent=row.parent,
        changed_by=actor,
        changed_at=now,
    )
    if middle > row.span_start:
        row.span_end = middle
    other.save()
    Duty.objects.bulk_create(
        Duty(commitment=other, unit_id=duty.unit_id, name=duty.name, part=duty.part, words=duty.words)
        for duty in row.duties.all()
    )
    Milestone.objects.bulk_create(
        Milestone(commitment=other, label=stop.label, due_on=stop.due_on, rule=stop.rule)
        for stop in row.milestones.all()
    )
    for held in row.target_rows.select_related("target"):
        is_second = held.target.quote in two or (middle > 0 and held.target.span_start >= middle)
        if is_second and held.target.quote not in one:
            held.commitment = other
            held.save(update_fields=["commitment"])
    before = row.text
    row.text = one
    save(row, actor=actor, now=now, fields=("text", "span_end"))
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.commitment.split",
        row=row,
        before=before,
        after=[one, two],
        new=other.pk,
    )
    return row, other


@transaction.atomic
def merge_commitments(*, actor: Account, now: datetime, public_id: str, commitment_ids: Collection[int]) -> Commitment:
    """Makes one of several: the first in the plan's order takes the others' words, targets and units.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToAdjustCommitment`` (``too-few``, ``mixed``, ``other-due``,
    ``has-cases``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    rows = list(Commitment.objects.filter(plan=plan, pk__in=commitment_ids).order_by("position", "pk"))
    if len(rows) < 2:
        raise UnableToAdjustCommitment(_("请至少勾选两项任务再合并。"), code="too-few")
    for row in rows:
        require_state(row, CommitmentState.PROPOSED, CommitmentState.ACCEPTED)
    if len({row.state for row in rows}) > 1:
        raise UnableToAdjustCommitment(
            _("勾选的任务有的已确认，有的还没有。请先都确认，或只合并同一状态的。"), code="mixed"
        )
    kept, *others = rows
    for row in others:
        require_no_cases(refs=refs_of(row), what=row.text, refusal=UnableToAdjustCommitment)
    dues = {row.due_on for row in rows}
    if kept.state == CommitmentState.ACCEPTED and len(dues) > 1:
        raise UnableToAdjustCommitment(
            _("已确认的任务期限不同，不能合并：合并会改变期限。请先凭文件把期限调成一致。"),
            code="other-due",
            field="due_on",
        )
    text = "；".join(dict.fromkeys(row.text for row in rows))
    kept.text = check(CommitmentValues(text, kept.due_on, kept.weight, kept.disclosure))
    if None not in dues:
        kept.due_on = max(day for day in dues if day is not None)
    targets = set(kept.target_rows.values_list("target_id", flat=True))
    units = {duty.unit_id or duty.name for duty in kept.duties.all()}
    stops = {(stop.due_on, stop.label) for stop in kept.milestones.all()}
    for row in others:
        for held in row.target_rows.exclude(target__in=targets):
            CommitmentTarget.objects.create(
                commitment=kept, target_id=held.target_id, value=held.value, value_max=held.value_max
            )
            targets.add(held.target_id)
        for duty in row.duties.all():
            if (duty.unit_id or duty.name) not in units:
                Duty.objects.create(
                    commitment=kept, unit_id=duty.unit_id, name=duty.name, part=duty.part, words=duty.words
                )
                units.add(duty.unit_id or duty.name)
        for stop in row.milestones.all():
            if (stop.due_on, stop.label) not in stops:
                Milestone.objects.create(commitment=kept, label=stop.label, due_on=stop.due_on, rule=stop.rule)
                stops.add((stop.due_on, stop.label))
        move(row, CommitmentState.MERGED)
        row.merged_into = kept
        row.override, row.override_reason, row.override_by, row.override_at = "", "", None, None
        save(row, actor=actor, now=now, fields=("state", "merged_into", *_OVERRIDE))
        row.children.update(parent=kept)
    kept.span_end = max(row.span_end for row in rows) if len({row.clause_id for row in rows}) == 1 else kept.span_end
    save(kept, actor=actor, now=now, fields=("text", "due_on", "span_end"))
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.commitment.merge",
        row=kept,
        merged=[row.pk for row in others],
        after=kept.text,
    )
    return kept


@transaction.atomic
def add_commitment(
    *, actor: Account, now: datetime, today: date, public_id: str, clause_id: int | None, values: CommitmentValues
) -> Commitment:
    """Adds what the reader did not propose, under a clause (``None``: the opening part), in force at once.

    It stands under the clause's units. Raises ``PermissionMissing``, ``WrongState``, ``Clause.DoesNotExist``,
    ``UnableToAdjustCommitment``.
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    clause = Clause.objects.get(pk=clause_id, plan=plan, state__in=LIVE_STATES) if clause_id is not None else None
    text = check(values)
    begin, end = (clause.span_start, clause.own_end) if clause else (0, 0)
    at = plan.text.find(text, begin, end)
    last = Commitment.objects.filter(plan=plan, span_start__lte=max(at, begin)).order_by("-position").first()
    row = Commitment.objects.create(
        plan=plan,
        clause=clause,
        position=last.position + 1 if last else STEP,
        span_start=at if at >= 0 else begin,
        span_end=at + len(text) if at >= 0 else begin,
        text=text,
        due_on=values.due_on,
        due_kind=DueKind.PERSON if values.due_on else DueKind.NONE,
        weight=values.weight,
        disclosure=values.disclosure,
        state=CommitmentState.ACCEPTED,
        origin=Origin.PERSON,
        changed_by=actor,
        changed_at=now,
    )
    units = list(Responsibility.objects.filter(clause=clause, state__in=LIVE_STATES)) if clause else []
    said = meanings(names={name for one in units for name in one.units}, plan=plan, today=today)
    Duty.objects.bulk_create(duties_of(row, units, said))
    journal(actor=actor, now=now, plan=plan, code="plans.commitment.add", row=row, after=content_of(row))
    return row


@transaction.atomic
def drop_commitment(
    *, actor: Account, now: datetime, public_id: str, commitment_id: int, expected_version: int, reason: str
) -> Commitment:
    """Takes a commitment off the list, with the reason; it stays as a row and can be taken back.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToAdjustCommitment`` (``no-reason``,
    ``has-children``, ``has-cases``).
    """
    # In review too: a clause that was taken out of the plan can go only once nothing hangs on it.
    states = (PlanState.PUBLISHED, PlanState.REVIEW)
    plan = lock_as_office(actor=actor, public_id=public_id, states=states)
    row = take(plan, commitment_id, expected_version)
    drop(row, reason, actor=actor, now=now, plan=plan)
    return row


def drop(row: Commitment, reason: str, *, actor: Account, now: datetime, plan: Plan) -> None:
    """Drops a commitment that is held."""
    words = " ".join(reason.split())
    if not words:
        raise UnableToAdjustCommitment(
            _("没有填写不列入的理由。请写明为什么不列入，理由会随任务保留。"), code="no-reason", field="reason"
        )
    below = row.children.filter(state__in=(CommitmentState.PROPOSED, CommitmentState.ACCEPTED)).count()
    if below:
        raise UnableToAdjustCommitment(
            _("下级单位有 %(count)s 项任务承接这一项，不能不列入。请先把它们改挂到别的任务。") % {"count": below},
            code="has-children",
        )
    require_no_cases(refs=refs_of(row), what=row.text, refusal=UnableToAdjustCommitment)
    move(row, CommitmentState.DROPPED)
    row.dropped_reason = words[:300]
    row.override, row.override_reason, row.override_by, row.override_at = "", "", None, None
    save(row, actor=actor, now=now, fields=("state", "dropped_reason", *_OVERRIDE))
    journal(actor=actor, now=now, plan=plan, code="plans.commitment.drop", row=row, reason=row.dropped_reason)


@transaction.atomic
def restore_commitment(*, actor: Account, now: datetime, public_id: str, commitment_id: int) -> Commitment:
    """Takes a dropped or merged commitment back, to be confirmed anew. Raises ``PermissionMissing``, ``WrongState``."""
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, None, CommitmentState.DROPPED, CommitmentState.MERGED)
    before: dict[str, Any] = {"state": str(row.state), "reason": row.dropped_reason, "merged_into": row.merged_into_id}
    move(row, CommitmentState.PROPOSED)
    row.dropped_reason, row.merged_into = "", None
    save(row, actor=actor, now=now, fields=("state", "dropped_reason", "merged_into"))
    journal(actor=actor, now=now, plan=plan, code="plans.commitment.restore", row=row, before=before)
    return row


_OVERRIDE = ("override", "override_reason", "override_by", "override_at")


@transaction.atomic
def override_light(
    *, actor: Account, now: datetime, public_id: str, commitment_id: int, expected_version: int, light: str, reason: str
) -> Commitment:
    """Says otherwise than what is computed, by name and with a reason; empty ``light`` takes it back.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToAdjustCommitment`` (``no-reason``, ``light``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, expected_version, CommitmentState.ACCEPTED)
    words = " ".join(reason.split())
    if light and light not in Light.values:
        raise UnableToAdjustCommitment(_("没有这种灯。请从列表中选择。"), code="light", field="light")
    if light and not words:
        raise UnableToAdjustCommitment(
            _("没有填写改判的理由。系统按指标判断；改判要写明依据，会连同您的姓名一起显示。"),
            code="no-reason",
            field="reason",
        )
    before = {"light": row.override, "reason": row.override_reason}
    row.override, row.override_reason = light, words[:300] if light else ""
    row.override_by, row.override_at = (actor, now) if light else (None, None)
    save(row, actor=actor, now=now, fields=_OVERRIDE)
    verb = "override" if light else "clear_override"
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code=f"plans.commitment.{verb}",
        row=row,
        before=before,
        light=light,
        reason=words,
    )
    return row
