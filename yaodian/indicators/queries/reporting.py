"""What a report of an assessment is made of: its rows, the names of its schools, what was stated; in nine queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yaodian.indicators.models import Assessment, Fact, SchoolStanding
from yaodian.indicators.problem import County, day_of, facts_of
from yaodian.indicators.queries.desk import VIEW, Absent
from yaodian.organisations.models import Unit, UnitKind
from yaodian.organisations.queries import Visitor, find_unit, names_of_units, scope_of
from yaodian.registry.queries import SchoolIn, returns_changed_at, schools_in
from yaodian.statutes.monitored import MONITORED, Statute


@dataclass(frozen=True)
class Material:
    """An assessment with everything that is said about it. `facts` are those that the statute asks, the county's first."""

    statute: Statute
    county: Unit
    county_name: str
    assessment: Assessment
    standings: tuple[SchoolStanding, ...]
    schools: dict[int, SchoolIn]
    facts: tuple[Fact, ...]
    returns_changed_at: datetime | None

    @property
    def region(self) -> str:
        """Whose figures of the law hold: as the assessment asked."""
        return County(self.county.pk, self.county.code, self.assessment.year).region

    def name_of(self, unit_id: int) -> str:
        school = self.schools.get(unit_id)
        return school.name if school else ""


@dataclass(frozen=True)
class Unassessed:
    """A county without an assessment for the year that was asked; `years` have one, newest first."""

    statute: Statute
    county: Unit
    county_name: str
    year: int | None
    years: tuple[int, ...]


def material(*, account: Visitor, statute: str, public_id: str, year: int | None) -> Material | Unassessed:
    """What a report says, without a year for the newest that was assessed. Raises Absent."""
    asked = MONITORED.get(statute)
    if asked is None:
        raise Absent(statute)
    county = _county(account, public_id)
    rows = {row.year: row for row in Assessment.objects.filter(county=county, statute=statute).order_by("-year")}
    found = rows.get(year) if year is not None else next(iter(rows.values()), None)
    name = _name_of(county, found.on if found else day_of(year) if year else date.max)
    if found is None:
        return Unassessed(asked, county, name, year, tuple(rows))
    schools = {one.unit_id: one for one in schools_in(offices=[county.pk], day=found.on)}
    wanted = [fact.quantity.name for fact in facts_of(asked, found.on)]
    facts = Fact.objects.filter(year=found.year, unit_id__in=[county.pk, *schools], quantity__in=wanted)
    order = {quantity: place for place, quantity in enumerate(wanted)}
    codes = {unit: school.code for unit, school in schools.items()}
    return Material(
        statute=asked,
        county=county,
        county_name=name,
        assessment=found,
        standings=tuple(
            sorted(
                SchoolStanding.objects.filter(assessment=found),
                key=lambda one: (codes.get(one.unit_id, ""), one.unit_id, one.stage != "primary", one.stage),
            )
        ),
        schools=schools,
        facts=tuple(
            sorted(
                facts,
                key=lambda one: (one.unit_id != county.pk, codes.get(one.unit_id, ""), order[one.quantity], one.stage),
            )
        ),
        returns_changed_at=returns_changed_at().get(found.year),
    )


def _county(account: Visitor, public_id: str) -> Unit:
    """The county of an address within the right of whoever asks, living or not. Raises Absent."""
    unit = find_unit(public_id=public_id) if "\x00" not in public_id else None
    if unit is None or unit.kind != UnitKind.COUNTY or not scope_of(account=account, permission=VIEW).includes(unit.pk):
        raise Absent(public_id)
    return unit


def _name_of(county: Unit, day: date) -> str:
    return names_of_units(ids=[county.pk], day=day)[county.pk]
