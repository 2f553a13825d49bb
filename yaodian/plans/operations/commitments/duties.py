"""Who answers: names are given to units, duties move between units, and each unit signs for its own or returns it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require
from yaodian.plans.models import (
    Commitment,
    CommitmentState,
    Duty,
    DutyState,
    Plan,
    PlanState,
    RememberedUnit,
    UnitPart,
)
from yaodian.plans.operations.changing import lock_plan, require_plan_state
from yaodian.plans.operations.commitments.changing import journal, lock_as_office, require_state, save, take
from yaodian.plans.operations.errors import UnableToAdjustCommitment, UnableToAnswerDuty, UnableToDecideUnit, WrongState
from yaodian.plans.queries.commitments import norm_of


@transaction.atomic
def decide_unit(*, actor: Account, now: datetime, public_id: str, name: str, unit: str) -> int:
    """Says whom a printed name means, and remembers it for next year: a unit's public id, empty for nobody in the register.

    Returns how many duties of the plan it now belongs to. Raises ``PermissionMissing``, ``WrongState``,
    ``UnableToDecideUnit`` (``no-name``, ``unknown-unit``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    norm = norm_of(name)
    if not norm:
        raise UnableToDecideUnit(_("没有单位名称。请刷新页面重试。"), code="no-name", field="name")
    found = Unit.objects.filter(public_id=unit).first() if unit else None
    if unit and found is None:
        raise UnableToDecideUnit(_("没有这个单位。请从列表中选择。"), code="unknown-unit", field="unit")
    RememberedUnit.objects.update_or_create(
        norm=norm, defaults={"name": name.strip()[:120], "unit": found, "decided_by": actor, "decided_at": now}
    )
    count = 0
    if found is not None:
        waiting = [
            duty
            for duty in Duty.objects.filter(commitment__plan=plan, unit__isnull=True).select_for_update(of=("self",))
            if norm_of(duty.name) == norm
        ]
        has_it = set(
            Duty.objects.filter(commitment__in={duty.commitment_id for duty in waiting}, unit=found).values_list(
                "commitment_id", flat=True
            )
        )
        for duty in waiting:
            if duty.commitment_id in has_it:
                duty.delete()
                continue
            has_it.add(duty.commitment_id)
            duty.unit = found
            duty.save(update_fields=["unit"])
            count += 1
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.unit.decide",
        name=name.strip(),
        unit=found.code if found else "",
        duties=count,
    )
    return count


@transaction.atomic
def set_duty(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    commitment_id: int,
    unit: str,
    part: str,
    words: str = "",
    duty_id: int | None = None,
) -> Duty:
    """Gives a commitment to a unit (public id), or moves a duty to it; who has it now signs anew.

    Raises ``PermissionMissing``, ``WrongState``, ``Duty.DoesNotExist``, ``UnableToAdjustCommitment`` (``unknown-unit``,
    ``part``, ``unit-twice``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id)
    found = Unit.objects.filter(public_id=unit).first()
    if found is None:
        raise UnableToAdjustCommitment(_("没有这个单位。请从列表中选择。"), code="unknown-unit", field="unit")
    if part not in UnitPart.values:
        raise UnableToAdjustCommitment(_("没有这种分工。请选择牵头、责任或配合。"), code="part", field="part")
    duty = row.duties.get(pk=duty_id) if duty_id is not None else Duty(commitment=row)
    if row.duties.filter(unit=found).exclude(pk=duty.pk).exists():
        raise UnableToAdjustCommitment(
            _("这个单位在这项任务里已有分工。请直接修改它的分工。"), code="unit-twice", field="unit"
        )
    before = {"unit": duty.unit_id, "part": duty.part, "words": duty.words, "state": duty.state} if duty.pk else None
    name = found.names.order_by("-from_on").values_list("name", flat=True).first() or found.code
    if duty.unit_id != found.pk:
        duty.name = duty.name if duty.pk and duty.unit_id is None else name
    duty.unit, duty.part, duty.words = found, part, " ".join(words.split())[:500]
    duty.state, duty.reason, duty.answered_by, duty.answered_at = DutyState.WAITING, "", None, None
    duty.save()
    save(row, actor=actor, now=now)
    verb = "transfer" if before else "give"
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code=f"plans.duty.{verb}",
        row=row,
        duty=duty.pk,
        before=before,
        after={"unit": found.pk, "part": part, "words": duty.words},
    )
    return duty


@transaction.atomic
def remove_duty(*, actor: Account, now: datetime, public_id: str, commitment_id: int, duty_id: int) -> None:
    """Takes a unit out of a commitment. Raises ``PermissionMissing``, ``WrongState``, ``Duty.DoesNotExist``."""
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id)
    duty = row.duties.get(pk=duty_id)
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.duty.remove",
        row=row,
        duty=duty.pk,
        before={"unit": duty.unit_id, "name": duty.name, "part": duty.part, "state": duty.state},
    )
    duty.delete()
    save(row, actor=actor, now=now)


@transaction.atomic
def accept_duty(*, actor: Account, now: datetime, duty_id: int) -> Duty:
    """A unit signs for its duty; signing twice changes nothing.

    Raises ``Duty.DoesNotExist``, ``PermissionMissing`` (the right must reach the unit), ``WrongState``,
    ``UnableToAnswerDuty`` (``no-unit``).
    """
    plan, row, duty = _own(actor, duty_id)
    if duty.state == DutyState.ACCEPTED:
        return duty
    before = {"state": str(duty.state), "reason": duty.reason}
    duty.state, duty.reason = DutyState.ACCEPTED, ""
    duty.answered_by, duty.answered_at = actor, now
    duty.save(update_fields=["state", "reason", "answered_by", "answered_at"])
    journal(actor=actor, now=now, plan=plan, code="plans.duty.accept", row=row, duty=duty.pk, before=before)
    return duty


@transaction.atomic
def return_duty(*, actor: Account, now: datetime, duty_id: int, reason: str) -> Duty:
    """A unit gives its duty back to the office with the reason; what it has signed for it cannot give back.

    Raises as :func:`accept_duty`, and ``UnableToAnswerDuty`` (``no-reason``).
    """
    plan, row, duty = _own(actor, duty_id)
    words = " ".join(reason.split())
    if not words:
        raise UnableToAnswerDuty(
            _("没有填写退回的理由。请写明为什么不由本单位承担、应由谁承担。"), code="no-reason", field="reason"
        )
    if duty.state != DutyState.WAITING:
        raise WrongState(
            _("“%(unit)s”的这项分工是“%(state)s”，不能退回。已签收的，请联系牵头编制要点的科室调整。")
            % {"unit": duty.name, "state": DutyState(duty.state).label},
            state=duty.state,
        )
    duty.state, duty.reason = DutyState.RETURNED, words[:300]
    duty.answered_by, duty.answered_at = actor, now
    duty.save(update_fields=["state", "reason", "answered_by", "answered_at"])
    journal(actor=actor, now=now, plan=plan, code="plans.duty.return", row=row, duty=duty.pk, reason=duty.reason)
    return duty


@transaction.atomic
def accept_all_duties(*, actor: Account, now: datetime, unit: str) -> int:
    """A unit (public id) signs for everything that waits for it, over all published plans. Returns how many.

    Raises ``Unit.DoesNotExist``, ``PermissionMissing``.
    """
    found = Unit.objects.get(public_id=unit)
    require(account=actor, permission="plans.answer", unit_id=found.pk)
    duties = list(
        Duty.objects.select_for_update(of=("self",))
        .filter(
            unit=found,
            state=DutyState.WAITING,
            commitment__state=CommitmentState.ACCEPTED,
            commitment__plan__state=PlanState.PUBLISHED,
        )
        .select_related("commitment__plan")
        .order_by("pk")
    )
    for duty in duties:
        duty.state, duty.answered_by, duty.answered_at = DutyState.ACCEPTED, actor, now
    Duty.objects.bulk_update(duties, ["state", "answered_by", "answered_at"], batch_size=200)
    for plan in {duty.commitment.plan_id: duty.commitment.plan for duty in duties}.values():
        own = [duty.pk for duty in duties if duty.commitment.plan_id == plan.pk]
        journal(actor=actor, now=now, plan=plan, code="plans.duty.accept_all", unit=found.code, duties=own)
    return len(duties)


def _own(actor: Account, duty_id: int) -> tuple[Plan, Commitment, Duty]:
    """The duty, held, for somebody whose right reaches its unit."""
    require(account=actor, permission="plans.answer")
    plan_id = Duty.objects.values_list("commitment__plan_id", flat=True).get(pk=duty_id)
    plan = lock_plan(plan_id=plan_id)
    duty = Duty.objects.select_related("commitment").get(pk=duty_id)
    if duty.unit_id is None:
        raise UnableToAnswerDuty(
            _("“%(name)s”还没有对应到单位，没有人能签收。请先在任务表中确认它是哪个单位。") % {"name": duty.name},
            code="no-unit",
        )
    require(account=actor, permission="plans.answer", unit_id=duty.unit_id)
    require_plan_state(plan, PlanState.PUBLISHED)
    require_state(duty.commitment, CommitmentState.ACCEPTED)
    return plan, duty.commitment, duty
