"""How an office words its bulletins, and under which head it issues them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require
from yaodian.plans.models import BulletinKind, BulletinSeries, BulletinWording
from yaodian.plans.operations.bulletins.composing import COMPOSE, checked
from yaodian.plans.operations.errors import StaleVersion, UnableToWordBulletin
from yaodian.plans.queries.bulletins import SLOTS, wordings_of

HEAD_FIELDS: Mapping[str, int] = {
    "issuer": 60,
    "office_code": 20,
    "mark": 40,
    "addressees": 300,
    "copies_to": 300,
    "printed_by": 60,
}


@transaction.atomic
def save_wording(
    *, actor: Account, now: datetime, unit: str, slot: str, text: str, expected_version: int
) -> BulletinWording | None:
    """A new version of a part's wording; None where nothing is new. Drafts that are there already keep their words.

    Raises ``PermissionMissing``, ``Unit.DoesNotExist``, ``StaleVersion``, ``UnableToWordBulletin`` (``unknown-part``, ``wording``).
    """
    home = _home(actor, unit)
    if slot not in SLOTS:
        raise UnableToWordBulletin(_("没有这个部分。请刷新页面重试。"), code="unknown-part")
    current = wordings_of(unit=home)[slot]
    if current.version != expected_version:
        row = current.row
        name = row.made_by.name if row and row.made_by else _("系统")
        raise StaleVersion(
            _("%(name)s已先改了“%(part)s”的措辞，您的还没有保存。请对照现在的措辞再改。")
            % {"name": name, "part": SLOTS[slot].label},
            kind="wording",
            item_id=row.pk if row else 0,
            current={"text": current.text},
            current_version=current.version,
            changed_by_name=name,
            changed_at=row.made_at if row else None,
        )
    clean = checked(slot, text)
    if clean == current.text:
        return None
    made = BulletinWording.objects.create(
        unit=home, slot=slot, version=current.version + 1, text=clean, made_by=actor, made_at=now
    )
    audit.record(
        actor=actor,
        code="plans.bulletin.save_wording",
        subject=f"unit:{home.public_id}",
        detail={"slot": slot, "version": made.version, "before": current.text, "after": clean},
        at=now,
    )
    return made


def restore_wording(
    *, actor: Account, now: datetime, unit: str, slot: str, expected_version: int
) -> BulletinWording | None:
    """The words that are shipped, as a new version. Raises as :func:`save_wording`."""
    text = SLOTS[slot].default if slot in SLOTS else ""
    return save_wording(actor=actor, now=now, unit=unit, slot=slot, text=text, expected_version=expected_version)


@transaction.atomic
def save_head(*, actor: Account, now: datetime, unit: str, kind: str, values: Mapping[str, str]) -> BulletinSeries:
    """Under which head and to whom a unit issues; drafts follow, what was issued stays.

    Raises ``PermissionMissing``, ``Unit.DoesNotExist``, ``UnableToWordBulletin`` (``unknown-kind``, ``no-issuer``, ``no-code``,
    ``too-long``).
    """
    home = _home(actor, unit)
    if kind not in BulletinKind.values:
        raise UnableToWordBulletin(_("请选择通报或督查专报。"), code="unknown-kind", field="kind")
    clean = {name: " ".join(values.get(name, "").replace("\x00", "").split()) for name in HEAD_FIELDS}
    for name, most in HEAD_FIELDS.items():
        if len(clean[name]) > most:
            raise UnableToWordBulletin(
                _("“%(field)s”有 %(count)d 个字，最多 %(most)d 个字。")
                % {
                    "field": BulletinSeries._meta.get_field(name).verbose_name,
                    "count": len(clean[name]),
                    "most": most,
                },
                code="too-long",
                field=name,
            )
    if not clean["issuer"]:
        raise UnableToWordBulletin(_("没有填写发文机关。"), code="no-issuer", field="issuer")
    if kind == BulletinKind.CIRCULAR and not clean["office_code"]:
        raise UnableToWordBulletin(
            _("没有填写机关代字，通报编不出文号，例如“云教督”。"), code="no-code", field="office_code"
        )
    row = BulletinSeries.objects.select_for_update().filter(unit=home, kind=kind).first() or BulletinSeries(
        unit=home, kind=kind
    )
    before = {name: getattr(row, name) for name in HEAD_FIELDS}
    if row.pk is not None and before == clean:
        return row
    for name, value in clean.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    audit.record(
        actor=actor,
        code="plans.bulletin.save_head",
        subject=f"unit:{home.public_id}",
        detail={"kind": kind, "before": before, "after": clean},
        at=now,
    )
    return row


def _home(actor: Account, unit: str) -> Unit:
    require(account=actor, permission=COMPOSE)
    home = Unit.objects.select_for_update().get(public_id=unit)
    require(account=actor, permission=COMPOSE, unit_id=home.pk)
    return home
