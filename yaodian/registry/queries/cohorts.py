"""The pupils of a school who entered in one year: for slices whose pupils choose, sit or are grouped by grade.

Somebody is in a cohort while he is enrolled, in a class of the stage, under the school; whoever is suspended, has left or is
another record's double is not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from yaodian.organisations import walls
from yaodian.organisations.queries import Scope
from yaodian.registry.models import Guardianship, Pupil, PupilStatus, School, SchoolClass, types_with
from yaodian.registry.queries.reach import reached_schools


@dataclass(frozen=True)
class Member:
    """A pupil in his cohort."""

    pk: int
    public_id: str
    name: str
    school_class: int
    class_name: str


@dataclass(frozen=True)
class CohortClass:
    """A class of a cohort."""

    pk: int
    public_id: str
    name: str
    number: int


def cohort(*, unit: int, stage: str, entered_year: int) -> QuerySet[Pupil]:
    """The pupils of the school with this unit's key, unordered. No query by itself."""
    return Pupil.objects.filter(
        school__unit_id=unit,
        school_class__stage=stage,
        school_class__entered_year=entered_year,
        status=PupilStatus.ENROLLED,
        merged_into__isnull=True,
        erased_at__isnull=True,
    ).order_by()


def cohort_members(
    *, unit: int, stage: str, entered_year: int, pupils: Collection[int] | None = None, school_class: str = ""
) -> list[Member]:
    """With names, by class and then by number of the row; of some pupils alone, or of one class. One query."""
    rows = cohort(unit=unit, stage=stage, entered_year=entered_year)
    if pupils is not None:
        rows = rows.filter(pk__in=pupils)
    if school_class:
        rows = rows.filter(school_class__public_id=school_class)
    rows = rows.select_related("school_class").order_by("school_class__number", "pk")
    return [_member(row) for row in rows.only("public_id", "name", "school_class__name")]


def cohort_member(*, pupil: int, unit: int, stage: str, entered_year: int) -> Member | None:
    """A pupil, if he is still in the cohort: asked for him who holds the school's letter. One query."""
    with walls.lifted():
        rows = cohort(unit=unit, stage=stage, entered_year=entered_year).filter(pk=pupil).select_related("school_class")
        row = rows.first()
        return _member(row) if row is not None else None


def cohort_keys(*, unit: int, stage: str, entered_year: int, public_ids: Collection[str]) -> dict[str, int]:
    """Keys of the cohort's pupils by their public ids. One query."""
    rows = cohort(unit=unit, stage=stage, entered_year=entered_year).filter(public_id__in=public_ids)
    return dict(rows.values_list("public_id", "pk"))


def cohort_classes(*, unit: int, stage: str, entered_year: int) -> list[CohortClass]:
    """The open classes of a cohort, by number. One query."""
    rows = SchoolClass.objects.filter(
        school__unit_id=unit, stage=stage, entered_year=entered_year, until_on__isnull=True
    ).order_by("number")
    return [CohortClass(row.pk, row.public_id, row.name, row.number) for row in rows]


def cohort_years(*, units: Collection[int], stage: str) -> dict[int, list[int]]:
    """Years of entry of the open classes of a stage, newest first, by the key of the school's unit. One query."""
    found: dict[int, list[int]] = {}
    rows = SchoolClass.objects.filter(school__unit_id__in=units, stage=stage, until_on__isnull=True)
    for unit, year in rows.order_by("-entered_year").values_list("school__unit_id", "entered_year").distinct():
        found.setdefault(unit, []).append(year)
    return found


def cohort_sizes(*, units: Collection[int], stage: str) -> dict[tuple[int, int], int]:
    """How many pupils each cohort of schools has, by the key of the unit and the year of entry. One query."""
    rows = Pupil.objects.filter(
        school__unit_id__in=units,
        school_class__stage=stage,
        status=PupilStatus.ENROLLED,
        merged_into__isnull=True,
        erased_at__isnull=True,
    ).order_by()
    by = rows.values_list("school__unit_id", "school_class__entered_year").annotate(Count("pk"))
    return {(unit, year): count for unit, year, count in by}


def class_sizes(*, unit: int, stage: str, entered_year: int) -> dict[int, int]:
    """How many pupils each class of a cohort has, by the class's key. One query."""
    rows = cohort(unit=unit, stage=stage, entered_year=entered_year)
    return dict(rows.values_list("school_class").annotate(Count("pk")))


def classes_of_pupils(*, pupils: Collection[int]) -> dict[int, int]:
    """The key of the class of each pupil who is in one, by his own; nothing else of him. Asked for those of whom the school's letter is held. One query."""
    with walls.lifted():
        rows = Pupil.objects.filter(pk__in=pupils, school_class__isnull=False, erased_at__isnull=True).order_by()
        return dict(rows.values_list("pk", "school_class"))


def schools_teaching(scope: Scope, *, stage: str) -> list[tuple[int, str]]:
    """Units of the schools in a scope that teach a stage, each with its public id, by code. One query."""
    rows = reached_schools(scope).filter(school_type__in=types_with(stage), unit__closed_on__isnull=True)
    return list(rows.order_by("unit__code").values_list("unit_id", "unit__public_id"))


def units_teaching(*, stage: str) -> list[int]:
    """Units of all schools that teach a stage today; for commands and jobs. One query."""
    rows = School.objects.filter(school_type__in=types_with(stage), unit__closed_on__isnull=True)
    return list(rows.order_by("unit__code").values_list("unit_id", flat=True))


def guardians_to_tell(*, pupils: Collection[int]) -> dict[int, list[Any]]:
    """Accounts of confirmed guardians by pupil: for operations that tell them something, never for a page. One query."""
    rows = Guardianship.objects.filter(
        pupil_id__in=pupils, is_confirmed=True, ended_on__isnull=True, guardian__account__is_active=True
    ).select_related("guardian__account")
    found: dict[int, list[Any]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.pupil_id, []).append(row.guardian.account)
    return found


def _member(row: Pupil) -> Member:
    room = row.school_class
    assert room is not None
    return Member(row.pk, row.public_id, row.name, room.pk, room.name)
