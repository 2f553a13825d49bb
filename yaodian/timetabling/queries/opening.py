"""What a combination opens, by the table that an office has loaded. A share of majors, with its source; never an advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count

from yaodian.timetabling.content import COMBINATIONS, Combination, Opened, Requirement, opened_by
from yaodian.timetabling.models import Field, MajorRequirement, RequirementTable


@dataclass(frozen=True)
class Opening:
    """The whole, then each field with its name; `table` says whose figures these are."""

    table: RequirementTable
    whole: Opened
    fields: tuple[tuple[str, Opened], ...]


def counted_requirements(table: RequirementTable) -> list[tuple[str, Requirement, int]]:
    """How many majors of a field ask for the same. One query, a few hundred rows whatever the size of the table."""
    rows = MajorRequirement.objects.filter(table=table).order_by()
    by = rows.values_list("field", "first", "mode", "second").annotate(Count("pk"))
    return [
        (field, Requirement(first, mode, frozenset(filter(None, second.split(",")))), count)
        for field, first, mode, second, count in by
    ]


def opening_of(table: RequirementTable | None, combination: Combination) -> Opening | None:
    """None where there is no table, or nothing in it. One query."""
    if table is None:
        return None
    return _opening(table, combination, counted_requirements(table))


def openings(table: RequirementTable | None, codes: Iterable[str]) -> Iterator[tuple[Combination, Opening]]:
    """Of several combinations, in the order given. One query."""
    if table is None:
        return
    counted = counted_requirements(table)
    for code in codes:
        found = _opening(table, COMBINATIONS[code], counted)
        if found is not None:
            yield COMBINATIONS[code], found


def _opening(
    table: RequirementTable, combination: Combination, counted: list[tuple[str, Requirement, int]]
) -> Opening | None:
    found = opened_by(combination, counted, Field.values)
    if not found:
        return None
    whole, *fields = found
    return Opening(table, whole, tuple((str(Field(one.field).label), one) for one in fields))
