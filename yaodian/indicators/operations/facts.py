"""Facts: what a county states beside its returns, each with its evidence, and what it was before in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.engines import rules
from yaodian.indicators import demonstration
from yaodian.indicators.models import Fact
from yaodian.indicators.operations.errors import UnableToStateFacts
from yaodian.indicators.problem import WORDS, day_of, fact_stages, facts_of
from yaodian.organisations.models import Account, Unit, UnitKind
from yaodian.organisations.queries import require
from yaodian.statutes.monitored import MONITORED
from yaodian.statutes.verdicts import Scope

LONGEST_BASIS = 200


@dataclass(frozen=True)
class Stated:
    """A quantity as it is stated: `value` as text (empty: taken back), with the evidence."""

    quantity: str
    value: str
    basis: str
    stage: str = ""


def state_facts(
    *, actor: Account | None, unit: Unit, statute: str, year: int, stated: Sequence[Stated], now: datetime
) -> int:
    """States, changes or takes back facts of a county (or a school) for a school year; gives the number that changed.

    What is stated as it stands already changes nothing. Raises PermissionMissing; UnableToStateFacts, with the quantity
    as `field`, for what is not asked, a value that the quantity cannot have, a change without evidence.
    """
    if actor is not None:
        require(account=actor, permission="indicators.state", unit_id=unit.pk)
    asked = MONITORED.get(statute)
    if asked is None:
        raise UnableToStateFacts(_("没有“%(statute)s”这部监测办法。") % {"statute": statute}, code="no-statute")
    if day_of(year) > timezone.localtime(now).date():
        raise UnableToStateFacts(_("%(year)s 学年还没有开始，不能填报。") % {"year": year}, code="year-to-come")
    known = {fact.quantity.name: fact for fact in facts_of(asked, day_of(year), with_fallback=True)}
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        standing = {(fact.quantity, fact.stage): fact for fact in Fact.objects.filter(unit=unit, year=year)}
        changes = []
        for one in stated:
            fact = known.get(one.quantity)
            if fact is None or one.stage not in fact_stages(asked, fact.item):
                raise UnableToStateFacts(
                    _("“%(what)s”不是这部办法要求填报的项目。请刷新页面后重新填写。") % {"what": one.quantity},
                    code="not-asked",
                    field=one.quantity,
                )
            if unit.kind != UnitKind.COUNTY and fact.item.scope is not Scope.SCHOOL:
                raise UnableToStateFacts(
                    _("“%(what)s”由县区填报，不由学校填报。") % {"what": fact.quantity.label},
                    code="of-county",
                    field=one.quantity,
                )
            value = _exact(fact.quantity, one.value)
            before = standing.get((one.quantity, one.stage))
            if (before.value if before else "") == value and (not value or before.basis == one.basis.strip()):
                continue
            if value and not one.basis.strip():
                raise UnableToStateFacts(
                    _("“%(what)s”没有写依据。请写明文件、报表或核查记录，以便复核。") % {"what": fact.quantity.label},
                    code="no-basis",
                    field=one.quantity,
                )
            changes.append((one, value, before))
        for one, value, before in changes:
            _write(actor, unit, year, one, value, before, now)
    return len(changes)


def _write(
    actor: Account | None, unit: Unit, year: int, one: Stated, value: str, before: Fact | None, now: datetime
) -> None:
    detail = {"year": year, "quantity": one.quantity, "stage": one.stage, "before": before.value if before else None}
    if not value:
        assert before is not None
        before.delete()
        record(actor=actor, code="indicators.fact.withdraw", subject=f"unit:{unit.pk}", detail=detail, at=now)
        return
    fact = before or Fact(unit=unit, year=year, quantity=one.quantity, stage=one.stage)
    fact.value, fact.basis = value, one.basis.strip()[:LONGEST_BASIS]
    fact.stated_by, fact.stated_at = actor, now
    if before is not None:
        fact.version += 1
    fact.store()
    record(
        actor=actor,
        code="indicators.fact.state",
        subject=f"unit:{unit.pk}",
        detail={**detail, "after": value, "basis": fact.basis},
        at=now,
    )


def _exact(quantity: rules.Quantity, text: str) -> str:
    """The value as it is stored. Numbers may come with blanks, a thousands' comma, or as a percentage."""
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain:
        return ""
    if quantity.kind is rules.Kind.FLAG:
        if plain in WORDS:
            return plain
        raise _absurd(quantity, text, _("请选择“是”或“否”。"))
    if quantity.kind is rules.Kind.TEXT:
        return plain[:40]
    share = quantity.kind is rules.Kind.SHARE and plain.endswith(("%", "％"))
    try:
        number = Decimal(plain.rstrip("%％"))
    except InvalidOperation:
        raise _absurd(quantity, text, _("请填写数字。")) from None
    if share:
        number /= 100
    try:
        rules.checked(quantity, number)
    except rules.Absurd as absurd:
        raise _absurd(quantity, text, str(absurd)) from None
    said = format(number.normalize(), "f")
    if len(said) > 40:
        raise _absurd(quantity, text, _("数字太长。"))
    return said


def _absurd(quantity: rules.Quantity, text: str, why: str) -> UnableToStateFacts:
    return UnableToStateFacts(
        _("“%(what)s”不能是“%(value)s”：%(why)s") % {"what": quantity.label, "value": text.strip()[:40], "why": why},
        code="value",
        field=quantity.name,
    )


def load_demonstration(*, years: Sequence[int], now: datetime) -> int:
    """The facts of the synthetic city's counties; what somebody has stated stays. Gives the number of new facts."""
    made = []
    with transaction.atomic():
        counties = list(Unit.objects.filter(kind=UnitKind.COUNTY).order_by("code"))
        known = set(Fact.objects.values_list("unit_id", "year", "quantity", "stage"))
        for place, unit in enumerate(counties):
            for year in years:
                for quantity, stage, value in demonstration.facts_of(place, year):
                    if (unit.pk, year, quantity, stage) not in known:
                        made.append(
                            Fact(
                                unit=unit, year=year, quantity=quantity, stage=stage, value=value,
                                basis=demonstration.BASIS, stated_at=now,
                            )
                        )  # fmt: skip
        Fact.objects.bulk_create(made, batch_size=500)
        record(actor=None, code="indicators.fact.load", subject="demonstration", detail={"count": len(made)}, at=now)
    return len(made)
