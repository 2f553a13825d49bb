"""Whom a plan means by the name it prints: what a person said of it once, the register's own names, and collective names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yaodian.organisations.models import Unit, UnitKind, UnitName
from yaodian.organisations.queries import exists_on, subtree_of
from yaodian.plans.models import Plan, RememberedUnit
from yaodian.plans.problem import searchable
from yaodian.plans.queries.binding import unit_of_plan

# 各区（县）教育局, 各县（市、区）教育局, 各县区: every county below the unit that issued the plan.
_EVERY_COUNTY = re.compile(r"各?(?:县|区|市|旗)[(（]?[县区市旗、,，/]*[)）]?(?:教育局|教育行政部门|教体局|教育体育局)?")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a printed name means. ``source``: remembered, name, group, or empty where nobody knows yet.

    Known and without units: a person said that nobody in the register answers to the name.
    """

    name: str
    units: tuple[Unit, ...] = ()
    source: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.source)


def norm_of(name: str) -> str:
    """The form under which a name is remembered."""
    return searchable(name)[:120]


def meanings(*, names: Collection[str], plan: Plan, today: date) -> dict[str, Meaning]:
    """What each of these names means in a plan, by the name as printed. At most six queries.

    First what a person said, then a unit's full or short name, in force or former, with or without the issuer's before it;
    a name that several units bear is theirs who stands nearest below the issuer, and of nobody where two are as near.
    """
    found: dict[str, Meaning] = {}
    norms = {name: norm_of(name) for name in names}
    remembered = {
        row.norm: row for row in RememberedUnit.objects.filter(norm__in=set(norms.values())).select_related("unit")
    }
    home = unit_of_plan(plan)
    open_names: list[str] = []
    for name in names:
        row = remembered.get(norms[name])
        if row is not None:
            found[name] = Meaning(name, (row.unit,) if row.unit else (), "remembered")
        else:
            open_names.append(name)
    if not open_names:
        return found
    distances = dict(subtree_of(unit=home, day=today).values_list("pk", "distance")) if home else {}
    counties: tuple[Unit, ...] | None = None
    by_name = _units_called(open_names, plan, today)
    for name in open_names:
        if _EVERY_COUNTY.fullmatch(name.strip()) and name.strip().startswith(("各", "县", "区")):
            if counties is None:
                counties = tuple(
                    Unit.objects.filter(exists_on(today), kind=UnitKind.COUNTY, pk__in=distances).order_by("code")
                )
            found[name] = Meaning(name, counties, "group" if counties else "")
            continue
        candidates = sorted(by_name.get(name, ()), key=lambda unit: (distances.get(unit.pk, 99), unit.code))
        far = [distances.get(unit.pk, 99) for unit in candidates]
        if candidates and (len(candidates) == 1 or far[0] < far[1]):
            found[name] = Meaning(name, (candidates[0],), "name")
        else:
            found[name] = Meaning(name)
    return found


def _units_called(names: Collection[str], plan: Plan, today: date) -> dict[str, list[Unit]]:
    """The living units that bear one of the names. One query."""
    spelled: dict[str, set[str]] = {}
    for name in names:
        bare = name.strip()
        for form in {bare, f"{plan.issuer}{bare}", bare.removeprefix("市"), bare.removeprefix("局")}:
            if form:
                spelled.setdefault(form, set()).add(name)
    rows = (
        UnitName.objects.filter(Q(name__in=spelled) | Q(short_name__in=spelled), exists_on(today, prefix="unit__"))
        .select_related("unit")
        .order_by("unit__code")
    )
    found: dict[str, dict[int, Unit]] = {}
    for row in rows:
        for form in (row.name, row.short_name):
            for name in spelled.get(form, ()):
                found.setdefault(name, {})[row.unit_id] = row.unit
    return {name: list(units.values()) for name, units in found.items()}


def choices_of(*, plan: Plan, today: date) -> list[Unit]:
    """The units that a name may mean or that a duty may go to: the issuer and what lies at most two steps below, named,
    schools and kindergartens of counties left out. One query and the issuer's two."""
    home = unit_of_plan(plan)
    if home is None:
        return []
    below = subtree_of(unit=home, day=today).filter(
        Q(distance__lte=1) | ~Q(kind__in=("school", "kindergarten", "area"))
    )
    return list(below.filter(exists_on(today), distance__lte=2))
