"""What operations on commitments do around their change: take the rows, check right, state and version, write it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import COMMITMENT_TRANSITIONS, Commitment, CommitmentState, Plan, PlanState
from yaodian.plans.operations.changing import lock_plan, require_plan_state
from yaodian.plans.operations.errors import StaleVersion, WrongState
from yaodian.plans.problem import plain
from yaodian.plans.queries.binding import unit_of_plan

COLUMNS = ("text", "due_on", "weight", "disclosure")


def lock_as_office(*, actor: Account, public_id: str, states: tuple[str, ...] = (PlanState.PUBLISHED,)) -> Plan:
    """A published plan, held until the transaction ends, for somebody who corrects plans of the unit that issued it.

    Raises ``PermissionMissing``, ``Plan.DoesNotExist``, ``WrongState``.
    """
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    home = unit_of_plan(plan)
    if home is not None:
        require(account=actor, permission="plans.correct", unit_id=home.pk)
    require_plan_state(plan, *states)
    return plan


def take(plan: Plan, commitment_id: int, expected_version: int | None = None, *states: str) -> Commitment:
    """A commitment of a plan that is held. Raises ``Commitment.DoesNotExist``, ``StaleVersion``, ``WrongState``."""
    row = Commitment.objects.select_related("changed_by").get(pk=commitment_id, plan=plan)
    if expected_version is not None and row.version != expected_version:
        name = row.changed_by.name if row.changed_by else _("系统")
        raise StaleVersion(
            _("%(name)s已先更改了这项任务，您的更改还没有保存。请对照现在的内容，再决定是否保存。") % {"name": name},
            kind="commitment",
            item_id=row.pk,
            current=content_of(row),
            current_version=row.version,
            changed_by_name=name,
            changed_at=row.changed_at,
        )
    require_state(row, *(states or (CommitmentState.PROPOSED, CommitmentState.ACCEPTED)))
    return row


def require_state(row: Commitment, *states: str) -> None:
    """Raises ``WrongState`` unless the commitment is in one of the states."""
    if row.state in states:
        return
    allowed = "、".join(str(CommitmentState(state).label) for state in states)
    raise WrongState(
        _("“%(text)s”现在是“%(state)s”，只有“%(allowed)s”的任务才能这样操作。请刷新页面查看最新状态。")
        % {"text": row.text[:40], "state": CommitmentState(row.state).label, "allowed": allowed},
        state=row.state,
    )


def move(row: Commitment, to: str) -> None:
    """Sets the state, if the table of transitions allows the step."""
    if to not in COMMITMENT_TRANSITIONS[row.state]:
        require_state(row, *(state for state, following in COMMITMENT_TRANSITIONS.items() if to in following))
    row.state = to


def content_of(row: Commitment) -> dict[str, Any]:
    """The columns that the office adjusts, as JSON."""
    return {name: str(row.weight) if name == "weight" else plain(getattr(row, name)) for name in COLUMNS}


def save(row: Commitment, *, actor: Account | None, now: datetime, fields: tuple[str, ...] = ()) -> None:
    """Counts the version up and saves these columns."""
    row.version += 1
    row.changed_by, row.changed_at = actor, now
    row.save(update_fields=["version", "changed_by", "changed_at", *fields])


def journal(
    *, actor: Account | None, now: datetime, plan: Plan, code: str, row: Commitment | None = None, **detail: Any
) -> None:
    """The entry of one operation: ``plans.commitment.<verb>`` and what it changed."""
    shown: Mapping[str, Any] = {"commitment": row.pk, **detail} if row is not None else detail
    audit.record(actor=actor, code=code, subject=f"plan:{plan.public_id}", detail=shown, at=now)
