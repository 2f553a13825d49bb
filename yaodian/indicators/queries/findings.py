"""A finding about the returns of an office, and what it is found in: plain data, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy

from yaodian.registry.queries import Enrolled, SchoolIn, grades_taught, stage_labels


class Kind(StrEnum):
    """What kind of doubt it is; who mends it does different things next."""

    MISSING = "missing"
    OUTLIER = "outlier"
    JUMP = "jump"
    CONTRADICTION = "contradiction"


KINDS: Mapping[Kind, Any] = {
    Kind.MISSING: gettext_lazy("缺报"),
    Kind.OUTLIER: gettext_lazy("离群"),
    Kind.JUMP: gettext_lazy("突变"),
    Kind.CONTRADICTION: gettext_lazy("矛盾"),
}


@dataclass(frozen=True)
class Finding:
    """One doubt. `place` is None where it is the county's; `what`, `why` and `todo` are sentences for people.

    `figure` is the field of the return or the quantity that is doubtful, `quantity` its label, `value` what stands there,
    `against` what it was held against; both empty where there is nothing.
    """

    kind: Kind
    rule: str
    place: SchoolIn | None
    stage: str
    figure: str
    quantity: str
    value: str
    against: str
    what: str
    why: str
    todo: str

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def stage_label(self) -> str:
        return stage_labels().get(self.stage, self.stage)


@dataclass(frozen=True)
class Reported:
    """What is known of the schools of one office for a school year.

    `rows` and `last` are the returns of the year and of the year before, by school key and stage; `enrolled` the register on
    the day, None where it is not of that year. `stated` are the facts that were stated, (quantity, stage) by unit; None
    where the office states none.
    """

    year: int
    day: date
    unit_id: int
    places: tuple[SchoolIn, ...]
    rows: Mapping[tuple[int, str], Any]
    last: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    enrolled: Mapping[tuple[int, str], Enrolled] | None = None
    stated: Mapping[int, frozenset[tuple[str, str]]] | None = None


def expected_of(place: SchoolIn, day: date) -> list[tuple[str, int]]:
    return list(grades_taught(place.school_type).items()) if stands_on(place, day) else []


def stands_on(place: SchoolIn, day: date) -> bool:
    return place.opened_on <= day and (place.closed_on is None or place.closed_on > day)


def is_readable(row: Any) -> bool:
    """Whether lists and tables hold counts, as everything that came in through the operations does."""
    lists = (row.pupils_by_grade, row.classes_by_grade)
    tables = (row.class_size_bands, row.by_qualification, row.by_title)
    return all(isinstance(one, list) and all(map(_is_count, one)) for one in lists) and all(
        isinstance(one, dict) and all(map(_is_count, one.values())) for one in tables
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
