"""What the monitoring of counties reads: the schools of offices on a day, and what they reported; no row of a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from yaodian.organisations import walls
from yaodian.organisations.models import Ancestry, Hierarchy, Unit
from yaodian.organisations.queries import named
from yaodian.registry.models import RURAL, TOWN, School, YearlyReturn


@dataclass(frozen=True)
class SchoolIn:
    """A school under an office: what it was called on the day, and where it lies (degrees, GCJ-02)."""

    office_id: int
    school_id: int
    unit_id: int
    public_id: str
    code: str
    name: str
    school_type: str
    is_public: bool
    is_inclusive: bool
    area: str
    founded_year: int | None
    opened_on: date
    closed_on: date | None
    longitude: float | None
    latitude: float | None


def schools_in(*, offices: Collection[int], day: date) -> list[SchoolIn]:
    """The schools that lie under offices on a day, or did within the year before it. Three queries.

    A school that has left or closed within the year stays with its last office, because a return of it may stand there.
    For offices whose monitoring the caller may see: figures of schools, and of nobody.
    """
    with walls.lifted():
        lines = Ancestry.objects.filter(hierarchy=Hierarchy.ADMINISTRATIVE, ancestor_id__in=offices, from_on__lte=day)
        office_of: dict[int, int] = {}
        for office, unit, until_on in lines.order_by("from_on").values_list("ancestor_id", "descendant_id", "until_on"):
            if until_on is None or (day - until_on).days < 366:
                office_of[unit] = office
        columns = (
            *(
                "pk",
                "unit_id",
                "unit__public_id",
                "unit__code",
                "school_type",
                "is_public",
                "is_inclusive",
                "area_kind",
            ),
            *("founded_year", "unit__opened_on", "unit__closed_on", "longitude", "latitude"),
        )
        rows = list(School.objects.filter(unit_id__in=office_of).order_by("unit__code").values_list(*columns))
        names = dict(named(Unit.objects.filter(pk__in=office_of), day=day).order_by().values_list("pk", "name_then"))
    found = []
    for pk, unit, public_id, code, kind, is_public, is_inclusive, area, founded, opened, closed, east, north in rows:
        where = "rural" if area in RURAL else "town" if area in TOWN else "city"
        found.append(
            SchoolIn(
                office_of[unit], pk, unit, public_id, code, names.get(unit) or code, kind, is_public, is_inclusive,
                where, founded, opened, closed, east, north,
            )
        )  # fmt: skip
    return found


def returns_in(
    *, schools: Collection[int], years: Collection[int], stages: Collection[str]
) -> Mapping[int, list[YearlyReturn]]:
    """The returns of schools (their keys) for some school years and stages, by year. One query."""
    found: dict[int, list[YearlyReturn]] = defaultdict(list)
    with walls.lifted():
        for row in YearlyReturn.objects.filter(year__in=years, stage__in=stages, school_id__in=schools).order_by("pk"):
            found[row.year].append(row)
    return found


def returns_changed_at() -> dict[int, datetime]:
    """When a return of each school year was last changed. One query."""
    return dict(YearlyReturn.objects.order_by().values_list("year").annotate(last=Max("changed_at")))
