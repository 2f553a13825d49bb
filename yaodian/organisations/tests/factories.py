"""An invented city of any size, and people with rights in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from yaodian.organisations import operations
from yaodian.organisations.models import Account, Hierarchy, Unit
from yaodian.organisations.operations import NewUnit
from yaodian.organisations.roles import Role

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
BEGAN = date(2010, 9, 1)
PASSWORD = "青禾-县-2026-spring"
COUNTIES = ("青禾县", "望江县", "临溪区", "云泽区", "石桥县", "竹山县", "长汀县", "白塔区", "渡口区", "松原县")


def city(*, schools: int = 6, counties: int = 2) -> dict[str, Unit]:
    """The bureau, a section, counties c0…, an education group and an area, and schools s0… spread over the counties."""
    operations.ensure_root(now=NOW)
    rows = [
        NewUnit(f"c{place}", "county", f"{COUNTIES[place % 10]}教育局", BEGAN, "bureau") for place in range(counties)
    ]
    rows.append(NewUnit("k1", "section", "基础教育科", BEGAN, "bureau"))
    rows.append(NewUnit("g1", "group", "青禾教育集团", BEGAN, "c0"))
    rows.append(NewUnit("a1", "area", "第一督学责任区", BEGAN, "bureau"))
    for place in range(schools):
        county = place % counties
        kind = "kindergarten" if place % 3 == 2 else "school"
        name = f"{COUNTIES[county % 10]}第{place + 1}{'幼儿园' if kind == 'kindergarten' else '小学'}"
        also = {Hierarchy.GROUP.value: "g1"} if place % 4 == 0 else {}
        rows.append(NewUnit(f"s{place}", kind, name, BEGAN, f"c{county}", also=also))
    operations.create_units(actor=None, units=rows, now=NOW)
    return {unit.code: unit for unit in Unit.objects.all()}


def account(username: str, *roles: tuple[str, Unit], now: datetime = NOW, **given: Any) -> Account:
    """An account that holds roles in units from today on."""
    made = operations.create_account(
        actor=None, username=username, name=username.upper(), password=PASSWORD, role=None, now=now
    )
    for role, unit in roles:
        operations.grant_role(
            actor=None, account=made, role=Role(role), unit=unit, from_on=now.date(), now=now, **given
        )
    return made
