"""Scenarios: what is tried out on a county's figures is kept under a name, and changes nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.indicators.models import Scenario
from yaodian.indicators.operations.errors import UnableToKeepScenario
from yaodian.indicators.problem import load
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require
from yaodian.statutes.changes import BadChange, changes_from_json
from yaodian.statutes.costs import PRICES
from yaodian.statutes.monitored import MONITORED
from yaodian.statutes.scenarios import UnableToApply, apply

MOST_CHANGES = 200


def keep_scenario(*, actor: Account, county: Unit, statute: str, year: int, name: str, now: datetime) -> Scenario:
    """A new scenario without changes. Raises PermissionMissing, UnableToKeepScenario."""
    require(account=actor, permission="indicators.plan", unit_id=county.pk)
    asked = MONITORED.get(statute)
    if asked is None or not asked.stages or statute == "preschool":
        raise UnableToKeepScenario(_("这部办法没有学校指标，不能测算。"), code="no-statute")
    with transaction.atomic():
        scenario = Scenario(
            county=county, statute=statute, year=year, name=_named(name), made_by=actor, made_at=now, changed_at=now
        ).store()
        _record(actor, "indicators.scenario.keep", scenario, {"name": scenario.name, "statute": statute}, now)
    return scenario


def change_scenario(
    *,
    actor: Account,
    scenario: Scenario,
    now: datetime,
    name: str | None = None,
    changes: Sequence[Mapping[str, Any]] | None = None,
    prices: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Scenario:
    """Sets name, changes or prices; changes are applied once before they are kept, so that a kept one can always be shown.

    Raises PermissionMissing; UnableToKeepScenario for a change that cannot be done, a price that is none, a scenario that
    somebody has changed meanwhile.
    """
    require(account=actor, permission="indicators.plan", unit_id=scenario.county_id)
    with transaction.atomic():
        row = Scenario.objects.select_for_update().filter(pk=scenario.pk).select_related("county").first()
        if row is None:
            raise UnableToKeepScenario(_("这个测算方案已被删除。"), code="gone")
        if version is not None and version != row.version:
            raise UnableToKeepScenario(
                _("这个方案刚被别人改过。请刷新页面，看过新的内容后再改。"), code="stale-version"
            )
        detail: dict[str, Any] = {}
        if name is not None:
            row.name = detail["name"] = _named(name)
        if changes is not None:
            row.changes = _checked(row, changes)
            detail["changes"] = len(row.changes)
        if prices is not None:
            row.prices = _prices(prices)
            detail["prices"] = sorted(row.prices)
        row.version += 1
        row.changed_at = now
        row.store()
        _record(actor, "indicators.scenario.change", row, detail, now)
    return row


def delete_scenario(*, actor: Account, scenario: Scenario, now: datetime) -> None:
    """Takes a scenario away. Raises PermissionMissing."""
    require(account=actor, permission="indicators.plan", unit_id=scenario.county_id)
    with transaction.atomic():
        _record(actor, "indicators.scenario.delete", scenario, {"name": scenario.name}, now)
        Scenario.objects.filter(pk=scenario.pk).delete()


def _named(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise UnableToKeepScenario(_("请给方案起个名字，如“新建城南小学”。"), code="no-name", field="name")
    return plain[:60]


def _checked(row: Scenario, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(changes) > MOST_CHANGES:
        raise UnableToKeepScenario(
            _("一个方案最多 %(most)s 条变化。请分成几个方案。") % {"most": MOST_CHANGES}, code="too-many"
        )
    try:
        read = changes_from_json([dict(change) for change in changes])
        county = load(statute=MONITORED[row.statute], counties={row.county_id: row.county.code}, year=row.year)
        known = county[row.county_id]
        apply(known.rows, read, county=known.figures, by_stage=known.by_stage)
    except (BadChange, UnableToApply) as problem:
        raise UnableToKeepScenario(str(problem), code="change", field="changes") from problem
    return [change.to_json() for change in read]


def _prices(prices: Mapping[str, str]) -> dict[str, str]:
    kept = {}
    for name, text in prices.items():
        plain = text.strip().replace(",", "")
        if name not in PRICES or not plain:
            continue
        try:
            number = Decimal(plain)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0 or number > 10**12:
            raise UnableToKeepScenario(
                _("单价“%(text)s”不是不小于 0 的数。请填写元数，如 3200。") % {"text": text[:20]},
                code="price",
                field=name,
            )
        kept[name] = format(number.normalize(), "f")
    return kept


def _record(actor: Account, code: str, scenario: Scenario, detail: Mapping[str, Any], now: datetime) -> None:
    record(
        actor=actor,
        code=code,
        subject=f"scenario:{scenario.public_id}",
        detail={"county": scenario.county_id, "year": scenario.year, **detail},
        at=now,
    )
