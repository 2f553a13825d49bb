"""The bureau itself: the unit over all others, in which somebody must go on giving rights."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Ancestry, Grant, Hierarchy, Unit, UnitKind, UnitName, holds_on
from yaodian.organisations.roles import Role

ROOT_CODE = "bureau"
ROOT_OPENED_ON = date(1949, 10, 1)


def ensure_root(*, now: datetime) -> Unit:
    """The bureau itself, the unit that stands over all others; made at its first use, to be renamed by its people."""
    found = Unit.objects.filter(code=ROOT_CODE).first()
    if found is not None:
        return found
    with transaction.atomic():
        unit, is_new = Unit.objects.get_or_create(
            code=ROOT_CODE, defaults={"kind": UnitKind.BUREAU, "opened_on": ROOT_OPENED_ON}
        )
        if is_new:
            UnitName(unit=unit, name=_("教育局"), from_on=ROOT_OPENED_ON).store()
            Ancestry.objects.bulk_create(
                Ancestry(hierarchy=hierarchy, ancestor=unit, descendant=unit, distance=0, from_on=ROOT_OPENED_ON)
                for hierarchy in Hierarchy.values
            )
            record(actor=None, code="organisations.unit.create", subject=f"unit:{unit.code}", detail={}, at=now)
    return unit


def check_somebody_remains(
    *, actor: Account | None, ended: Iterable[Grant], now: datetime, error: type[RuntimeError], day: date | None = None
) -> None:
    """Somebody gives rights in the bureau itself on `day` (today) after these rights were ended or their account closed.

    Looked at after the change, in its transaction. The operator on the machine may do it: he can give the role again.
    """
    root = ensure_root(now=now)
    if actor is None or not any(
        grant.role == Role.SECURITY_ADMINISTRATOR and grant.unit_id == root.pk for grant in ended
    ):
        return
    # Two who are about to remove each other wait here.
    Unit.objects.select_for_update(no_key=True).get(pk=root.pk)
    today = timezone.localdate(now)
    remaining = Grant.objects.filter(
        holds_on(max(day or today, today)), role=Role.SECURITY_ADMINISTRATOR, unit=root, account__is_active=True
    )
    if not remaining.exists():
        raise error(_("这是本局最后一位安全管理员，收回后就没有人能授予权限。请先把这一角色授予另一个人。"))
