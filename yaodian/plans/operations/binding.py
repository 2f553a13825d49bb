"""A person says which measure a target means, once; the decision is kept for plans to come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.foundation.measuring import measure_of
from yaodian.measures.queries import key_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import Binding, BindingState, ItemKind, Plan, PlanState, RememberedBinding, Target
from yaodian.plans.operations.changing import lock_item, require_plan_state
from yaodian.plans.operations.errors import UnableToBindTarget
from yaodian.plans.queries.binding import fits_unit, unit_of_plan

# A plan that is not read has no targets that anybody has seen.
_OPEN = (PlanState.REVIEW, PlanState.SUBMITTED, PlanState.PUBLISHED, PlanState.WITHDRAWN)


@transaction.atomic
def bind_target(
    *, actor: Account, now: datetime, public_id: str, target_id: int, measure: str, stage: str = "", narrowed: str = ""
) -> Binding:
    """Holds a target against a measure of the unit that issued the plan, and remembers it for equal words.

    Raises ``PermissionMissing``, ``WrongState``, ``Target.DoesNotExist``, ``UnableToBindTarget`` (``unknown-measure``,
    ``unknown-stage``, ``unknown-filter``, ``other-unit``, ``no-issuer``).
    """
    require(account=actor, permission="plans.correct")
    plan, target = _locked(public_id, target_id)
    found = measure_of(measure)
    if found is None:
        raise UnableToBindTarget(
            _("没有“%(measure)s”这个指标。请从列表中选择。") % {"measure": measure},
            code="unknown-measure",
            field="measure",
        )
    if stage not in found.stages:
        raise UnableToBindTarget(
            _("“%(label)s”不按这个学段计算。请选择列出的学段。") % {"label": found.label},
            code="unknown-stage",
            field="stage",
        )
    if narrowed and narrowed not in found.filters:
        raise UnableToBindTarget(
            _("“%(label)s”不能这样划分范围。请选择列出的范围。") % {"label": found.label},
            code="unknown-filter",
            field="filter",
        )
    if not fits_unit(found, target.unit):
        raise UnableToBindTarget(
            _("目标的单位是“%(unit)s”，“%(label)s”的单位是“%(other)s”，两者不能相比。请另选指标，或先更正目标的单位。")
            % {"unit": target.unit, "label": found.label, "other": found.unit},
            code="other-unit",
            field="measure",
        )
    unit = unit_of_plan(plan)
    if unit is None:
        raise UnableToBindTarget(
            _("系统里还没有教育局这一级单位，不知道看谁的数值。请先在“单位”中设立。"), code="no-issuer"
        )
    values = {"state": BindingState.BOUND, "measure": found.code, "stage": stage, "filter": narrowed}
    return _decide(actor, now, plan, target, values, "bind", unit_id=unit.pk)


@transaction.atomic
def decline_binding(*, actor: Account, now: datetime, public_id: str, target_id: int) -> Binding:
    """Says that no measure fits a target, and remembers it. Raises as ``bind_target``."""
    require(account=actor, permission="plans.correct")
    plan, target = _locked(public_id, target_id)
    values = {"state": BindingState.DECLINED, "measure": "", "stage": "", "filter": ""}
    return _decide(actor, now, plan, target, values, "decline_binding", unit_id=None)


@transaction.atomic
def release_binding(*, actor: Account, now: datetime, public_id: str, target_id: int) -> None:
    """Takes a decision back: the target is as if nobody had decided, here and for equal words. Raises as above."""
    require(account=actor, permission="plans.correct")
    plan, target = _locked(public_id, target_id)
    key = _key(target)
    before = Binding.objects.filter(target=target).values("state", "measure", "stage", "filter").first()
    Binding.objects.filter(target=target).delete()
    RememberedBinding.objects.filter(key=key).delete()
    _journal(actor, now, plan, target, "release_binding", {"before": before, "key": key})


def _locked(public_id: str, target_id: int) -> tuple[Plan, Target]:
    plan, target = lock_item(kind=ItemKind.TARGET, item_id=target_id)
    if plan.public_id != public_id or not target.is_live:
        raise Target.DoesNotExist
    require_plan_state(plan, *_OPEN)
    assert isinstance(target, Target)
    return plan, target


def _key(target: Target) -> str:
    return key_of(subject=target.subject, quote=target.quote, unit=target.unit)


def _decide(
    actor: Account,
    now: datetime,
    plan: Plan,
    target: Target,
    values: dict[str, Any],
    verb: str,
    *,
    unit_id: int | None,
) -> Binding:
    said = {**values, "decided_by": actor, "decided_at": now}
    binding, _is_new = Binding.objects.update_or_create(target=target, defaults={**said, "unit_id": unit_id})
    key = _key(target)
    RememberedBinding.objects.update_or_create(key=key, defaults={**said, "plan": plan})
    detail = {name: str(value) for name, value in values.items()}
    _journal(actor, now, plan, target, verb, {**detail, "unit": unit_id, "key": key})
    return binding


def _journal(actor: Account, now: datetime, plan: Plan, target: Target, verb: str, detail: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        code=f"plans.target.{verb}",
        subject=f"plan:{plan.public_id}",
        detail={"kind": str(ItemKind.TARGET), "item": target.pk, **detail},
        at=now,
    )
