"""From what offices call a row to its primary key, for imports: many at once, a constant number of queries.

Whether the account reaches the rows is asked by the operation that writes; a key that is unknown is not in the answer.
"""

from collections.abc import Collection, Iterator, Sequence

from yaodian.foundation.keys import blind_indexes
from yaodian.registry.models import INDEXED, Guardian, Pupil, School, SchoolClass, Teacher

ClassKey = tuple[int, str, int, int]


def _parts(values: Collection[object], size: int = 5_000) -> Iterator[list[object]]:
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def school_keys(*, codes: Collection[str]) -> dict[str, int]:
    """Schools by the code of their unit."""
    found: dict[str, int] = {}
    for part in _parts(codes):
        found.update(School.objects.filter(unit__code__in=part).order_by().values_list("unit__code", "pk"))
    return found


def school_types(*, codes: Collection[str]) -> dict[str, str]:
    """The types of schools, by the code of their unit."""
    found: dict[str, str] = {}
    for part in _parts(codes):
        found.update(School.objects.filter(unit__code__in=part).order_by().values_list("unit__code", "school_type"))
    return found


def class_keys(*, schools: Collection[int]) -> dict[ClassKey, int]:
    """All classes of schools, by school, stage, year of entry and number."""
    found: dict[ClassKey, int] = {}
    for part in _parts(schools):
        rows = SchoolClass.objects.filter(school_id__in=part).order_by()
        for school, stage, year, number, pk in rows.values_list("school_id", "stage", "entered_year", "number", "pk"):
            found[(school, stage, year, number)] = pk
    return found


def teacher_keys(*, staff_numbers: Collection[str]) -> dict[str, int]:
    """Teachers by staff number."""
    found: dict[str, int] = {}
    for part in _parts(staff_numbers):
        found.update(Teacher.objects.filter(staff_number__in=part).order_by().values_list("staff_number", "pk"))
    return found


def external_keys(*, model: type[Pupil] | type[Guardian] | type[SchoolClass], ids: Collection[str]) -> dict[str, int]:
    """Rows by the id under which another system knows them."""
    found: dict[str, int] = {}
    for part in _parts(ids):
        found.update(model._default_manager.filter(external_id__in=part).order_by().values_list("external_id", "pk"))
    return found


def sealed_keys(
    *, model: type[Pupil] | type[Guardian] | type[Teacher], column: str, values: Sequence[str]
) -> dict[str, int]:
    """Rows by what stands in a sealed column that has a keyed index: `id_number`, `enrolment_number`, `phone`."""
    index, purpose = INDEXED[model][column]
    wanted = {key: value for value in values if value for key in blind_indexes(value, purpose=purpose)}
    found: dict[str, int] = {}
    for part in _parts(wanted):
        rows = model._default_manager.filter(**{f"{index}__in": part}).order_by().values_list(index, "pk")
        found.update((wanted[bytes(key)], pk) for key, pk in rows)
    return found
