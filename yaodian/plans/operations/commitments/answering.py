"""Units further down answer a plan with their own, and hang what they promise under what was promised above."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import may, require
from yaodian.plans.models import AnswerState, Assignment, Commitment, CommitmentState, Plan, PlanState
from yaodian.plans.operations.changing import lock_plan, require_plan_state
from yaodian.plans.operations.commitments.changing import journal, lock_as_office, save
from yaodian.plans.operations.errors import UnableToAnswerPlan, UnableToAssignAnswer, UnableToHangCommitment
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.commitments import SURE_LIKENESS, propose_parents


@transaction.atomic
def assign_answer(*, actor: Account, now: datetime, public_id: str, units: Collection[str], due_on: date | None) -> int:
    """Asks units (public ids) to answer a plan until a day; who is asked already gets the new day. Returns how many.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToAssignAnswer`` (``no-units``, ``no-day``, ``past-day``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    found = list(Unit.objects.filter(public_id__in=units).order_by("code"))
    if not found:
        raise UnableToAssignAnswer(_("没有选择单位。请至少勾选一个要承接的单位。"), code="no-units", field="units")
    if due_on is None:
        raise UnableToAssignAnswer(_("没有填写报送期限。请填写一个日期。"), code="no-day", field="due_on")
    if due_on < timezone.localdate(now):
        raise UnableToAssignAnswer(_("报送期限已经过去。请填写今天或以后的日期。"), code="past-day", field="due_on")
    for unit in found:
        Assignment.objects.update_or_create(
            plan=plan,
            unit=unit,
            defaults={"due_on": due_on},
            create_defaults={"due_on": due_on, "asked_by": actor, "asked_at": now},
        )
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.assignment.ask",
        units=[unit.code for unit in found],
        due_on=due_on.isoformat(),
    )
    return len(found)


@transaction.atomic
def withdraw_assignment(*, actor: Account, now: datetime, public_id: str, assignment_id: int) -> None:
    """No longer asks a unit that has not answered.

    Raises ``PermissionMissing``, ``WrongState``, ``Assignment.DoesNotExist``, ``UnableToAssignAnswer`` (``answered``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = Assignment.objects.select_related("unit").get(pk=assignment_id, plan=plan)
    if row.state == AnswerState.ANSWERED:
        raise UnableToAssignAnswer(_("这个单位已经报送，不能取消。"), code="answered")
    journal(actor=actor, now=now, plan=plan, code="plans.assignment.withdraw", unit=row.unit.code)
    row.delete()


@transaction.atomic
def answer_plan(*, actor: Account, now: datetime, public_id: str, assignment_id: int, answer: str) -> Assignment:
    """A unit answers with a published plan of its own (public id); handing in another one replaces it.

    Raises ``PermissionMissing``, ``Assignment.DoesNotExist``, ``Plan.DoesNotExist``, ``WrongState``,
    ``UnableToAnswerPlan`` (``itself``, ``circle``, ``not-own``).
    """
    require(account=actor, permission="plans.answer")
    plan = lock_plan(public_id=public_id)
    row = Assignment.objects.select_for_update().get(pk=assignment_id, plan=plan)
    require(account=actor, permission="plans.answer", unit_id=row.unit_id)
    require_plan_state(plan, PlanState.PUBLISHED)
    own = Plan.objects.get(public_id=answer)
    require_plan_state(own, PlanState.PUBLISHED)
    if own.pk == plan.pk:
        raise UnableToAnswerPlan(_("不能用同一份要点承接它自己。请选择本单位的要点。"), code="itself", field="answer")
    if _answers(plan, own):
        raise UnableToAnswerPlan(
            _("《%(above)s》本身承接了《%(own)s》，不能反过来。请核对上下级。")
            % {"above": plan.title, "own": own.title},
            code="circle",
            field="answer",
        )
    issuers = list(row.unit.names.values_list("name", "short_name"))
    if own.issuer and not any(own.issuer in (name, short) or own.issuer.startswith(name) for name, short in issuers):
        raise UnableToAnswerPlan(
            _("《%(own)s》的发文单位是“%(issuer)s”，不是要承接的单位。请选择本单位的要点，或先更正发文单位。")
            % {"own": own.title, "issuer": own.issuer},
            code="not-own",
            field="answer",
        )
    row.answer, row.state, row.answered_by, row.answered_at = own, AnswerState.ANSWERED, actor, now
    row.save(update_fields=["answer", "state", "answered_by", "answered_at"])
    journal(actor=actor, now=now, plan=plan, code="plans.assignment.answer", unit=row.unit.code, answer=own.public_id)
    return row


def _answers(plan: Plan, above: Plan) -> bool:
    """Whether a plan answers another, over any number of steps. One query a step; each plan is asked once."""
    seen: set[int] = set()
    front = {plan.pk}
    while front:
        seen |= front
        front = set(Assignment.objects.filter(answer__in=front).values_list("plan_id", flat=True)) - seen
        if above.pk in front:
            return True
    return False


@transaction.atomic
def hang_commitment(
    *, actor: Account, now: datetime, public_id: str, assignment_id: int, commitment_id: int, parent_id: int | None
) -> Commitment:
    """Hangs a commitment of an answering plan under one of the plan it answers; ``None`` takes it off.

    Raises ``PermissionMissing``, ``Assignment.DoesNotExist``, ``Commitment.DoesNotExist``, ``WrongState``,
    ``UnableToHangCommitment`` (``not-above``).
    """
    plan, row = _answered(actor, public_id, assignment_id)
    child = Commitment.objects.select_for_update().get(pk=commitment_id, plan_id=row.answer_id)
    parent = None
    if parent_id is not None:
        parent = Commitment.objects.filter(pk=parent_id, plan=plan, state=CommitmentState.ACCEPTED).first()
        if parent is None:
            raise UnableToHangCommitment(
                _("上级要点里没有这项任务，或它还没有确认。请从列表中选择。"), code="not-above", field="parent"
            )
    _hang(actor, now, child, parent)
    return child


@transaction.atomic
def hang_all_sure(*, actor: Account, now: datetime, public_id: str, assignment_id: int) -> int:
    """Hangs every commitment that hangs under nothing where the likeliest above is all but equal. Returns how many.

    Raises as :func:`hang_commitment`.
    """
    plan, row = _answered(actor, public_id, assignment_id)
    above = list(Commitment.objects.filter(plan=plan, state=CommitmentState.ACCEPTED).prefetch_related("targets"))
    own = Commitment.objects.filter(
        plan_id=row.answer_id, parent__isnull=True, state__in=(CommitmentState.PROPOSED, CommitmentState.ACCEPTED)
    ).prefetch_related("targets")
    count = 0
    for child in own:
        proposals = propose_parents(child, above)
        if proposals and proposals[0].likeness >= SURE_LIKENESS:
            _hang(actor, now, child, proposals[0].parent)
            count += 1
    return count


def _answered(actor: Account, public_id: str, assignment_id: int) -> tuple[Plan, Assignment]:
    """The plan above, held, and the answer, for its office or the unit that answers."""
    require(account=actor, permission="plans.answer")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.PUBLISHED)
    row = Assignment.objects.get(pk=assignment_id, plan=plan, answer__isnull=False)
    home = unit_of_plan(plan)
    if home is None or not may(account=actor, permission="plans.correct", unit_id=home.pk):
        require(account=actor, permission="plans.answer", unit_id=row.unit_id)
    return plan, row


def _hang(actor: Account, now: datetime, child: Commitment, parent: Commitment | None) -> None:
    before = child.parent_id
    if before == (parent.pk if parent else None):
        return
    child.parent = parent
    save(child, actor=actor, now=now, fields=("parent",))
    journal(
        actor=actor,
        now=now,
        plan=Plan.objects.only("public_id").get(pk=child.plan_id),
        code="plans.commitment.hang",
        row=child,
        before=before,
        after=parent.pk if parent else None,
    )
