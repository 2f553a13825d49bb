"""Scenarios: what is tried out on a county's figures is kept under a name, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.indicators.models import Scenario
from yaodian.indicators.operations.errors import StaleScenario, UnableToKeepScenario
from yaodian.indicators.problem import day_of
from yaodian.indicators.queries import PLANNED, Tried, load_county, try_out
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require
from yaodian.statutes.changes import BadChange, Change
from yaodian.statutes.costs import PRICES
from yaodian.statutes.suggestions import Suggestion, suggest

MOST_CHANGES = 400
LONGEST_NAME = 60


def keep_scenario(*, actor: Account, county: Unit, statute: str, year: int, name: str, now: datetime) -> Scenario:
    """A new scenario without changes. Raises PermissionMissing, UnableToKeepScenario."""
    require(account=actor, permission="indicators.plan", unit_id=county.pk)
    if statute not in PLANNED:
        raise UnableToKeepScenario(
            _("这部办法没有学校指标，不能测算。请选择优质均衡或基本均衡。"), code="no-statute", field="statute"
        )
    if not 1949 <= year <= 2199 or day_of(year) > timezone.localtime(now).date():
        raise UnableToKeepScenario(
            _("%(year)s 学年还没有开始，没有数据可以测算。请选择以前的学年。") % {"year": year},
            code="year-to-come",
            field="year",
        )
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

    A change that could not be done before (the county's figures moved on) may stay, so that others can be taken out.
    Raises PermissionMissing; UnableToKeepScenario for a change that cannot be done, a price that is none, a scenario that
    somebody has changed meanwhile.
    """
    with _opened(actor, scenario, version) as row:
        detail: dict[str, Any] = {}
        if name is not None:
            row.name = detail["name"] = _named(name)
        if changes is not None:
            row.changes = _checked(row, changes)
            detail["changes"] = len(row.changes)
        if prices is not None:
            row.prices = _prices(prices)
            detail["prices"] = sorted(row.prices)
        _keep(actor, row, detail, now)
    return row


def add_change(
    *, actor: Account, scenario: Scenario, change: Mapping[str, Any], now: datetime, version: int | None = None
) -> Scenario:
    """Puts a change at the end. Raises as `change_scenario`; the sentence is that of the new change."""
    with _opened(actor, scenario, version) as row:
        row.changes = _checked(row, [*row.changes, change])
        _keep(actor, row, {"added": row.changes[-1]}, now)
    return row


def remove_change(
    *, actor: Account, scenario: Scenario, number: int, now: datetime, version: int | None = None
) -> Scenario:
    """Takes the change of a number (from 1) out. Raises as `change_scenario`; also where a later one rests on it."""
    with _opened(actor, scenario, version) as row:
        removed = _numbered(row, number)
        row.changes = _checked(row, [*row.changes[: number - 1], *row.changes[number:]])
        _keep(actor, row, {"removed": removed}, now)
    return row


def move_change(
    *, actor: Account, scenario: Scenario, number: int, to: int, now: datetime, version: int | None = None
) -> Scenario:
    """Puts the change of a number at another place. Raises as `change_scenario`; also where it cannot stand there."""
    with _opened(actor, scenario, version) as row:
        moved = _numbered(row, number)
        _numbered(row, to)
        rest = [*row.changes[: number - 1], *row.changes[number:]]
        row.changes = _checked(row, [*rest[: to - 1], moved, *rest[to - 1 :]])
        _keep(actor, row, {"moved": number, "to": to}, now)
    return row


def suggest_changes(
    *, actor: Account, scenario: Scenario, now: datetime, may_move: bool = False, version: int | None = None
) -> tuple[Scenario, Suggestion]:
    """Puts the greedy proposal for item 1.1 behind the changes; it is not the least cost.

    Raises PermissionMissing; UnableToKeepScenario where nothing can be proposed, or too much for one scenario.
    """
    with _opened(actor, scenario, version) as row:
        if row.statute != "quality_balance":
            raise UnableToKeepScenario(
                _("只有优质均衡有七项学校指标，可以提出建议。请自己添加变化。"), code="no-suggestion"
            )
        _statute, county = load_county(row)
        after = try_out(county, row.changes).county
        found = suggest(after.rows, day=after.day, region=after.region, prices=row.prices, may_move=may_move)
        if not found.changes:
            raise UnableToKeepScenario(_nothing(found), code="nothing-to-suggest")
        row.changes = _checked(row, [*row.changes, *(change.to_json() for change in found.changes)])
        _keep(actor, row, {"suggested": len(found.changes), "undecided": len(found.undecided)}, now)
    return row, found


def _nothing(found: Suggestion) -> str:
    if found.undecided:
        return _("没有可以建议的变化：%(count)s 处无法判定，如%(first)s（%(why)s）。请先补报数据。") % {
            "count": len(found.undecided),
            "first": found.undecided[0].school,
            "why": found.undecided[0].sentence,
        }
    return _("没有可以建议的变化：七项资源配置已全部达标。")


@contextmanager
def _opened(actor: Account, scenario: Scenario, version: int | None) -> Iterator[Scenario]:
    """The row as it stands, locked until the end of the block; nobody may have changed it since `version`."""
    require(account=actor, permission="indicators.plan", unit_id=scenario.county_id)
    with transaction.atomic():
        row = Scenario.objects.select_for_update(of=("self",)).filter(pk=scenario.pk).select_related("county").first()
        if row is None:
            raise UnableToKeepScenario(_("这个测算方案已被删除，不能再改。"), code="gone")
        if version is not None and version != row.version:
            raise StaleScenario(
                _("这个方案刚被别人改过，您的这次修改没有保存。请看过新的内容，再提交一次。"), code="stale-version"
            )
        yield row


def _keep(actor: Account, row: Scenario, detail: Mapping[str, Any], now: datetime) -> None:
    row.version += 1
    row.changed_at = now
    row.store()
    _record(actor, "indicators.scenario.change", row, detail, now)


def _numbered(row: Scenario, number: int) -> dict[str, Any]:
    if not 1 <= number <= len(row.changes):
        raise UnableToKeepScenario(
            _("方案里没有第 %(number)s 项变化。请刷新页面后再试。") % {"number": number}, code="no-such-change"
        )
    kept: dict[str, Any] = row.changes[number - 1]
    return kept


def delete_scenario(*, actor: Account, scenario: Scenario, now: datetime) -> None:
    """Takes a scenario away. Raises PermissionMissing; UnableToKeepScenario where it is gone already."""
    with _opened(actor, scenario, None) as row:
        _record(actor, "indicators.scenario.delete", row, {"name": row.name}, now)
        row.delete()


def _named(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise UnableToKeepScenario(_("请给方案起个名字，如“新建城南小学”。"), code="no-name", field="name")
    return plain[:LONGEST_NAME]


def _checked(row: Scenario, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The changes as they are kept. Raises for the first that cannot be done and could be before, or is new."""
    if len(changes) > MOST_CHANGES:
        raise UnableToKeepScenario(
            _("一个方案最多 %(most)s 项变化，这里会有 %(count)s 项。请分成几个方案。")
            % {"most": MOST_CHANGES, "count": len(changes)},
            code="too-many",
        )
    _statute, county = load_county(row)
    failed = try_out(county, changes).failed
    if failed:
        borne = [one.kept for one in try_out(county, row.changes).failed]
        for one in failed:
            if one.kept in borne:
                borne.remove(one.kept)
                continue
            raise UnableToKeepScenario(_unable(one, changes), code="change", field="changes")
    return [Change.from_json(given).to_json() if _is_read(given) else dict(given) for given in changes]


def _is_read(given: Mapping[str, Any]) -> bool:
    try:
        Change.from_json(given)
    except BadChange:
        return False
    return True


def _unable(one: Tried, changes: Sequence[Mapping[str, Any]]) -> str:
    """Of the last change only what is wrong with it: that is the one being written."""
    if one.number == len(changes):
        return one.problem
    return _("第 %(number)s 项变化（%(what)s）不能执行：%(why)s") % {
        "number": one.number,
        "what": one.label,
        "why": one.problem,
    }


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
