"""What the monitoring of counties reads: the schools of offices on a day, and what they reported; no row of a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from yaodian.organisations import walls
from yaodian.organisations.models import Ancestry, Hierarchy, holds_on
from yaodian.organisations.queries import Scope, names_of_units
from yaodian.registry.models import (
    FIGURES,
    RURAL,
    TOWN,
    Enrolment,
    PupilStatus,
    School,
    SchoolClass,
    Stage,
    YearlyReturn,
    grades_of,
    school_year_of,
    stages_of,
)
from yaodian.registry.queries.reach import reached_schools


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
        names = names_of_units(ids=office_of, day=day)
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


def units_reached(scope: Scope) -> frozenset[int]:
    """The units of the schools in a scope, those that stand and those that ended in it. One query; keys, and no row."""
    with walls.lifted():
        return frozenset(reached_schools(scope).order_by().values_list("unit_id", flat=True))


@dataclass(frozen=True)
class Enrolled:
    """What the register of a school comes to for a stage on a day."""

    pupils: int = 0
    girls: int = 0
    classes: int = 0


def enrolled_in(*, schools: Collection[int], day: date) -> dict[tuple[int, str], Enrolled]:
    """How many were on the register of schools (their keys) on a day, by school and stage. Two queries; numbers only.

    Whoever is in no class stands under the stage "". Schools without anybody on the register are left out.
    """
    with walls.lifted():
        held = Enrolment.objects.filter(holds_on(day), school_id__in=schools, pupil__merged_into__isnull=True).exclude(
            pupil__status=PupilStatus.SUSPENDED
        )
        pupils = {
            (school, stage or ""): (number, girls)
            for school, stage, number, girls in held.order_by()
            .values_list("school_id", "school_class__stage")
            .annotate(number=Count("*"), girls=Count("pk", filter=Q(pupil__gender="2")))
        }
        rooms = SchoolClass.objects.filter(holds_on(day), school_id__in=schools).order_by()
        classes = {
            (school, stage): number
            for school, stage, number in rooms.values_list("school_id", "stage").annotate(number=Count("*"))
        }
    registered = {school for school, _stage in pupils}
    return {
        key: Enrolled(*pupils.get(key, (0, 0)), classes.get(key, 0))
        for key in {*pupils, *classes}
        if key[0] in registered
    }


def years_reported() -> tuple[int, ...]:
    """The school years of which any school has reported, the first one first. One query."""
    with walls.lifted():
        return tuple(YearlyReturn.objects.order_by("year").values_list("year", flat=True).distinct())


def school_year(day: date) -> int:
    """The year in whose September the school year of a day begins."""
    return school_year_of(day)


def grades_taught(school_type: str) -> dict[str, int]:
    """The stages that a type of school reports for, with the number of grades in each; none for an unknown type."""
    return {stage.value: grades_of(school_type, stage) for stage in stages_of(school_type)}


def stage_labels() -> dict[str, str]:
    """What the stages are called, in their order."""
    return {stage.value: str(stage.label) for stage in Stage}


def figure_label(name: str) -> str:
    """What a figure of the return is called: a field of it, or `pupils` and `classes`, the sums over its grades."""
    sums = {"pupils": _("学生总数"), "classes": _("班级总数")}
    return str(sums.get(name) or FIGURES[name])
