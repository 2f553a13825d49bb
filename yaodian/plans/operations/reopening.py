"""A confirmation is taken back: the item counts as not looked at again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import Item, ItemState, PlanState
from yaodian.plans.operations.changing import (
    By,
    earlier,
    lock_item,
    move_item,
    require_item_version,
    require_plan_state,
    touch_item,
    write_down,
)
from yaodian.plans.operations.errors import WrongState
from yaodian.plans.problem import item_label


@transaction.atomic
def reopen_item(
    *, actor: Account, now: datetime, kind: str, item_id: int, expected_version: int, client_key: str = ""
) -> Item:
    """Takes a confirmation back. Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``."""
    by = By(actor, now, client_key)
    require(account=actor, permission="plans.correct")
    plan, item = lock_item(kind=kind, item_id=item_id)
    if earlier(plan, by, "reopen", kind=kind, item_id=item_id):
        return item
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    if item.state != ItemState.CONFIRMED:
        raise WrongState(_("这一项没有确认过，无需取消确认。请刷新页面查看最新状态。"), state=item.state)
    move_item(item, ItemState.FOUND)
    touch_item(item, by)
    item.save(update_fields=["state", "version", "changed_by", "changed_at"])
    write_down(
        plan,
        by,
        code=f"plans.{item.kind}.reopen",
        kind=item.kind,
        item_id=item.pk,
        summary=item_label(item),
        before={"state": str(ItemState.CONFIRMED)},
        after={"state": str(ItemState.FOUND)},
        is_content=False,
    )
    return item
