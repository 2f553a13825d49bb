"""The desk for the quality of data finds the errors that the synthetic city plants in its returns, and little else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from yaodian.indicators.queries.findings import Finding, Reported
from yaodian.indicators.queries.looking import look
from yaodian.registry.demonstration.city import City, CityPart
from yaodian.registry.demonstration.scales import SMALL
from yaodian.registry.models import AMOUNTS, FIGURES, RURAL
from yaodian.registry.queries import Enrolled, SchoolIn

pytestmark = pytest.mark.once

# Which rule or kind finds what was planted, and at which figure.
EXPECTED = {
    "class_too_large": ("return", "largest_class"),
    "return_contradicts_rows": ("register", "girls"),
    "missing_area": ("missing", "teaching_rooms"),
    "yuan_for_10k_yuan": ("odd-unit", "equipment_value_10k_yuan"),
    "flows_do_not_add_up": ("return", "pupils"),
}


class Row(SimpleNamespace):
    @property
    def pupils(self) -> int | None:
        return sum(self.pupils_by_grade) if self.pupils_by_grade else None

    @property
    def classes(self) -> int | None:
        return sum(self.classes_by_grade) if self.classes_by_grade else None


def _row(given: Any) -> Row:
    figures = {name: getattr(given, name) for name in FIGURES}
    for name in AMOUNTS:
        figures[name] = None if figures[name] is None else Decimal(str(figures[name]))
    return Row(stage=given.stage, year=given.year, **figures)


def _reported(part: CityPart, units: dict[str, Any], number: int) -> Reported:
    year = part.city.year
    keys = {row.unit: place for place, row in enumerate(part.sound_rows("schools"), 1)}
    places = tuple(
        SchoolIn(
            number, keys[row.unit], keys[row.unit], row.unit, row.unit, row.unit, row.school_type, row.is_public,
            row.is_inclusive, "rural" if row.area_kind in RURAL else "town", row.founded_year,
            units[row.unit].opened_on, units[row.unit].closed_on, None, None,
        )
        for row in part.sound_rows("schools")
    )  # fmt: skip
    returns = {which: {} for which in (year, year - 1)}  # type: dict[int, dict[tuple[int, str], Row]]
    for row in part.rows("yearly_returns"):
        if row.year in returns:
            returns[row.year][keys[row.school], row.stage] = _row(row)
    rooms = {row.key: row.stage for row in part.sound_rows("school_classes") if row.until_on is None}
    classes = Counter(
        (keys[row.school], row.stage) for row in part.sound_rows("school_classes") if row.until_on is None
    )
    present = [row for row in part.sound_rows("pupils") if row.status == "enrolled"]
    pupils = Counter((keys[row.school], rooms[row.school_class]) for row in present)
    girls = Counter((keys[row.school], rooms[row.school_class]) for row in present if row.gender == "2")
    enrolled = {key: Enrolled(count, girls[key], classes[key]) for key, count in pupils.items()}
    return Reported(year, date(year, 9, 1), number, places, returns[year], returns[year - 1], enrolled)


@pytest.fixture(scope="module")
def city() -> City:
    return City(SMALL, seed=1, errors=130)


@pytest.fixture(scope="module")
def found(city: City) -> list[Finding]:
    units = {row.code: row for row in city.rows("units")}

    def each() -> Iterator[Finding]:
        for number, part in enumerate(city.parts(), 1):
            yield from look(_reported(part, units, number))

    return list(each())


def test_every_error_planted_in_a_return_is_found_by_the_rule_for_it(city: City, found: list[Finding]) -> None:
    planted = [error for error in city.planted() if error.table == "yearly_returns"]
    assert {error.kind for error in planted} == set(EXPECTED)
    assert len(planted) >= 40
    told = {
        (finding.place.code, finding.stage, rule, finding.figure)
        for finding in found
        if finding.place
        for rule in (finding.rule, finding.kind)
    }
    missed = [
        error
        for error in planted
        if (error.key.split("/")[0], error.key.split("/")[2], *EXPECTED[error.kind]) not in told
    ]
    assert missed == []


def test_nothing_contradicts_itself_where_nothing_was_planted(city: City, found: list[Finding]) -> None:
    planted = {tuple(error.key.split("/")[::2]) for error in city.planted() if error.table == "yearly_returns"}
    rest = [finding for finding in found if finding.place and (finding.place.code, finding.stage) not in planted]
    assert [finding for finding in rest if finding.kind in ("missing", "contradiction")] == []
    # The city has schools that differ by nature: some of these are to be looked at, not many.
    assert len(rest) <= 0.15 * sum(row.year == city.year for row in city.rows("yearly_returns"))
