"""A second look at the rows of a city, written apart from what makes them: what is wrong with them.

The generator's tests hold its findings against the list of planted errors; a sound city has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.numbers import id_check_digit
from yaodian.registry.demonstration.planted import key_of

# Years a pupil has lived in the September of the school year, by stage: from the first grade's least to the last one's most.
AGES = {
    "preschool": (2, 8), "primary": (5, 14), "junior": (10, 18), "senior": (13, 21), "vocational": (13, 21), "special": (5, 19),
}  # fmt: skip
LARGEST_CLASS = 100
_EXAMINED = ("units", "schools", "teachers", "school_classes", "pupils", "yearly_returns")
# Equipment for one pupil, in yuan: dearer than this it was written in yuan where tens of thousands were asked.
DEAREST_EQUIPMENT = 1_000_000


class Finding(NamedTuple):
    """A row and what is wrong with it; `kind` as in `planted.KINDS`."""

    table: str
    key: str
    kind: str
    also: str = ""


def findings(city: City) -> Iterator[Finding]:
    """What is wrong with the rows of a city, in no order to rely on."""
    rows: dict[str, list[Any]] = {table: [] for table in _EXAMINED}
    for part in city.parts():
        for table in _EXAMINED:
            rows[table] += part.rows(table)
    closed = {unit.code for unit in rows["units"] if unit.closed_on is not None}
    for school in rows["schools"]:
        if school.longitude < school.latitude:
            yield Finding("schools", school.unit, "coordinates_swapped")
    for teacher in rows["teachers"]:
        if len(teacher.phone) != 11:
            yield Finding("teachers", teacher.staff_number, "phone_too_short")
    classes = {row.key: row for row in rows["school_classes"]}
    yield from _of_pupils(rows["pupils"], classes, closed, year=city.year)
    yield from _of_returns(rows["yearly_returns"], classes, rows["pupils"], year=city.year)


def _of_pupils(pupils: list[Any], classes: dict[str, Any], closed: set[str], *, year: int) -> Iterator[Finding]:
    bearers: dict[str, list[Any]] = {}
    for pupil in pupils:
        number = pupil.id_number
        if number:
            bearers.setdefault(number, []).append(pupil)
        if "E+" in number:
            yield Finding("pupils", pupil.key, "id_rounded")
        elif number and id_check_digit(number[:-1]) != number[-1]:
            yield Finding("pupils", pupil.key, "wrong_check_digit")
        elif number and number[6:14] != f"{pupil.birth_on:%Y%m%d}":
            yield Finding("pupils", pupil.key, "birth_differs_from_id")
        if pupil.status == "enrolled" and pupil.school in closed:
            yield Finding("pupils", pupil.key, "pupil_in_closed_school")
        place = classes.get(pupil.school_class)
        if place is not None:
            least, most = AGES[place.stage]
            if not least <= year - pupil.birth_on.year <= most:
                yield Finding("pupils", pupil.key, "impossible_age")
    for number, same in bearers.items():
        if len({pupil.school for pupil in same}) > 1 and "E+" not in number:
            # Which of them is the wrong one cannot be told from the rows.
            keys = sorted(pupil.key for pupil in same)
            yield from (Finding("pupils", keys[0], "duplicate_pupil", other) for other in keys[1:])


def _of_returns(returns: list[Any], classes: dict[str, Any], pupils: list[Any], *, year: int) -> Iterator[Finding]:
    stages = {key: (row.school, row.stage) for key, row in classes.items()}
    girls: dict[tuple[str, str], int] = {}
    enrolled: dict[tuple[str, str], int] = {}
    for pupil in pupils:
        place = stages.get(pupil.school_class)
        if pupil.status == "enrolled" and place is not None:
            enrolled[place] = enrolled.get(place, 0) + 1
            girls[place] = girls.get(place, 0) + (pupil.gender == "2")
    totals = {(row.school, row.stage, row.year): sum(row.pupils_by_grade) for row in returns}
    for row in returns:
        key, total = key_of("yearly_returns", row), sum(row.pupils_by_grade)
        if row.largest_class > LARGEST_CLASS:
            yield Finding("yearly_returns", key, "class_too_large")
        if row.teaching_rooms is None:
            yield Finding("yearly_returns", key, "missing_area")
        if total and float(row.equipment_value_10k_yuan) * 10_000 / total > DEAREST_EQUIPMENT:
            yield Finding("yearly_returns", key, "yuan_for_10k_yuan")
        place = (row.school, row.stage)
        if row.year == year and (enrolled.get(place, 0), girls.get(place, 0)) != (total, row.girls):
            yield Finding("yearly_returns", key, "return_contradicts_rows")
        before = totals.get((row.school, row.stage, row.year - 1))
        leavers = row.graduates + row.moved_out + row.dropped_out + row.deaths
        if before is not None and before + row.entrants + row.moved_in - leavers != total:
            yield Finding("yearly_returns", key, "flows_do_not_add_up")
