"""What operations on bulletins do around their change: hold the row, check right, state and version, write it down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import BULLETIN_TRANSITIONS, Bulletin, BulletinState
from yaodian.plans.operations.errors import StaleVersion, WrongState


def lock_bulletin(
    *, actor: Account, public_id: str, permission: str, expected_version: int | None = None, states: tuple[str, ...]
) -> Bulletin:
    """The bulletin, held until the transaction ends, for somebody whose right reaches its unit.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``.
    """
    require(account=actor, permission=permission)
    row = (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("series", "unit", "changed_by")
        .get(public_id=public_id)
    )
    require(account=actor, permission=permission, unit_id=row.unit_id)
    require_state(row, *states)
    if expected_version is not None and row.version != expected_version:
        raise StaleVersion(
            _("您打开页面之后，%(name)s又更改了《%(title)s》。请查看最新内容后再操作。")
            % {"name": row.changed_by.name, "title": row.title},
            kind="bulletin",
            item_id=row.pk,
            current={"state": row.state, "title": row.title},
            current_version=row.version,
            changed_by_name=row.changed_by.name,
            changed_at=row.changed_at,
        )
    return row


def require_state(row: Bulletin, *states: str) -> None:
    """Raises ``WrongState`` unless the bulletin is in one of the states."""
    if row.state in states:
        return
    allowed = "、".join(str(BulletinState(state).label) for state in states)
    raise WrongState(
        _("《%(title)s》现在是“%(state)s”，只有“%(allowed)s”的通报才能这样操作。请刷新页面查看最新状态。")
        % {"title": row.title, "state": BulletinState(row.state).label, "allowed": allowed},
        state=row.state,
    )


def move(row: Bulletin, to: str) -> None:
    """Sets the state, if the table of transitions allows the step."""
    if to not in BULLETIN_TRANSITIONS[row.state]:
        require_state(row, *(state for state, following in BULLETIN_TRANSITIONS.items() if to in following))
    row.state = to


def save(row: Bulletin, *fields: str, writer: Account | None = None, now: datetime | None = None) -> None:
    """Counts the version up and saves these columns; ``writer``: had a hand in what the bulletin says."""
    row.version += 1
    columns = ["version", *fields]
    if writer is not None and now is not None:
        row.changed_by, row.changed_at = writer, now
        columns += ["changed_by", "changed_at"]
        row.writers.add(writer)
    row.save(update_fields=columns)


def journal(*, actor: Account, now: datetime, row: Bulletin, verb: str, **detail: Any) -> None:
    """The entry of one operation: ``plans.bulletin.<verb>``."""
    audit.record(
        actor=actor,
        code=f"plans.bulletin.{verb}",
        subject=f"bulletin:{row.public_id}",
        detail={"title": row.title, "state": str(row.state), "version": row.version, **detail},
        at=now,
    )
