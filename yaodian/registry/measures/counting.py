"""How the registry's measures are read off its rows: constant numbers of queries, shared by the measures of a taking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from yaodian.foundation.measuring import Answer, Asked, Contribution, Number, Parameter
from yaodian.organisations.models import holds_on
from yaodian.registry.measures.law import JUNIOR_CLASS, KINDERGARTEN_CLASSES, PRIMARY_CLASS, SMALL_SCHOOL
from yaodian.registry.models import (
    FIGURES,
    RURAL,
    TOWN,
    Enrolment,
    School,
    SchoolType,
    Stage,
    YearlyReturn,
    school_year_of,
    stages_of,
)


@dataclass(frozen=True)
class Place:
    """A school as the measures need it."""

    pk: int
    unit_id: int
    school_type: str
    opened_on: date
    closed_on: date | None
    marks: frozenset[str]

    def stands_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


def _marks(is_public: bool, is_inclusive: bool, area: str) -> frozenset[str]:
    where = "rural" if area in RURAL else "town" if area in TOWN else "urban"
    return frozenset({"public" if is_public else "private", where, *(["inclusive"] if is_inclusive else [])})


def _places(asked: Asked) -> list[Place]:
    """Every school, standing or not. One query in a taking."""

    def read() -> list[Place]:
        columns = ("pk", "unit_id", "school_type", "unit__opened_on", "unit__closed_on")
        rows = School.objects.order_by("pk").values_list(*columns, "is_public", "is_inclusive", "area_kind")
        return [Place(*row[:5], marks=_marks(*row[5:])) for row in rows]

    return asked.once("registry.places", read)


def _standing(asked: Asked) -> list[Place]:
    return [place for place in _places(asked) if place.stands_on(asked.day)]


# --- schools ---------------------------------------------------------------------------------------------------------


def counting(*types: str, is_new: bool = False, without: tuple[str, ...] = ()) -> Callable[[Asked], Answer]:
    """Counts the schools of some types (none: all): those that stand, or those opened this year by the day."""

    def compute(asked: Asked) -> Answer:
        found = _standing(asked)
        if is_new:
            found = [place for place in found if place.opened_on.year == asked.day.year]
        rows = [
            Contribution(place.unit_id, stage, 1, marks=place.marks)
            for place in found
            if (not types or place.school_type in types) and place.school_type not in without
            for stage in ("", *stages_of(place.school_type))
        ]
        return Answer(rows, str(asked.day.year) if is_new else "", {"table": "schools", "rows": len(rows)})

    return compute


def public_share(asked: Asked) -> Answer:
    rows = [
        Contribution(place.unit_id, "preschool", int("public" in place.marks), 1, place.marks)
        for place in _standing(asked)
        if place.school_type == SchoolType.KINDERGARTEN
    ]
    return Answer(rows, "", {"table": "schools", "rows": len(rows)})


# --- returns ---------------------------------------------------------------------------------------------------------

Read = Callable[[Any, Place], Number | None]


@dataclass(frozen=True)
class Returns:
    """The returns in force on a day, by school and stage, and who should have one."""

    year: int | None
    expected: tuple[tuple[Place, str], ...]
    rows: Mapping[tuple[int, str], YearlyReturn]

    @property
    def sources(self) -> dict[str, Any]:
        said = Counter(row.source for row in self.rows.values())
        latest = max((row.changed_at for row in self.rows.values()), default=None)
        return {
            "table": "returns",
            "year": self.year,
            "rows": len(self.rows),
            "changed_at": latest.isoformat() if latest else "",
            "sources": dict(said.most_common(5)),
        }


def _returns(asked: Asked) -> Returns:
    """Two queries in a taking."""

    def read() -> Returns:
        standing = _standing(asked)
        keys = {place.pk for place in standing}
        pairs = YearlyReturn.objects.filter(year__lte=school_year_of(asked.day)).order_by("-year")
        reported: Counter[int] = Counter(
            year for year, school in pairs.values_list("year", "school_id") if school in keys
        )
        for year in sorted(reported, reverse=True):
            expected = _expected(standing, year)
            if reported[year] * 2 >= len(expected):
                wanted = {(place.pk, stage) for place, stage in expected}
                rows = {(row.school_id, row.stage): row for row in YearlyReturn.objects.filter(year=year)}
                return Returns(year, expected, {key: row for key, row in rows.items() if key in wanted})
        return Returns(None, _expected(standing, school_year_of(asked.day)), {})

    return asked.once("registry.returns", read)


def _expected(standing: list[Place], year: int) -> tuple[tuple[Place, str], ...]:
    """Which stages should report for a school year: those of the schools that stood by the end of its September."""
    last = date(year, 9, 30)
    return tuple(
        (place, str(stage)) for place in standing if place.opened_on <= last for stage in stages_of(place.school_type)
    )


def from_returns(
    numerator: Read | str, denominator: Read | str | None = None, *, is_part: bool = True
) -> Callable[[Asked], Answer]:
    """A figure of the return, or a function of it, over another. `is_part`: it cannot be more than the other."""

    def compute(asked: Asked) -> Answer:
        found = _returns(asked)

        def contributions() -> Iterator[Contribution]:
            for place, stage in found.expected:
                row = found.rows.get((place.pk, stage))
                if row is None:
                    yield Contribution(place.unit_id, stage, marks=place.marks, problem="no-return")
                    continue
                above, problem = _figure(row, place, numerator)
                below: Number | None = None
                if denominator is not None and not problem:
                    below, problem = _figure(row, place, denominator)
                if not problem and is_part and below is not None and above is not None and above > below:
                    problem = "part-exceeds-whole"
                yield Contribution(place.unit_id, stage, 0 if problem else above or 0, below, place.marks, problem)

        period = str(found.year) if found.year is not None else ""
        return Answer(contributions(), period, found.sources)

    return compute


class Contradiction(Exception):
    """A return says two things that cannot both be."""


def _figure(row: YearlyReturn, place: Place, asked_for: Read | str) -> tuple[Number | None, str]:
    if isinstance(asked_for, str):
        value: Number | None = getattr(row, asked_for)
        return (value, "") if value is not None else (None, f"missing:{asked_for}")
    try:
        value = asked_for(row, place)
    except Contradiction as problem:
        return None, str(problem)
    return (value, "") if value is not None else (None, f"missing:{getattr(asked_for, 'needs', '')}")


def _needing(figure: str) -> Callable[[Read], Read]:
    assert figure in FIGURES

    def mark(read: Read) -> Read:
        read.needs = figure  # type: ignore[attr-defined]  # What is missing where it gives None.
        return read

    return mark


@_needing("pupils_by_grade")
def pupils_in(row: Any, _place: Place) -> Number | None:
    pupils: int | None = row.pupils
    return pupils


@_needing("classes_by_grade")
def classes_in(row: Any, _place: Place) -> Number | None:
    classes: int | None = row.classes
    return classes


def pupils_marked(*marks: str) -> Read:
    @_needing("pupils_by_grade")
    def read(row: Any, place: Place) -> Number | None:
        if row.pupils is None:
            return None
        return row.pupils if place.marks.intersection(marks) else 0

    return read


@_needing("migrant")
def migrants_in_public(row: Any, place: Place) -> Number | None:
    if row.migrant is None:
        return None
    return row.migrant if "public" in place.marks else 0


def _band(name: str) -> tuple[int, int]:
    """The smallest and largest class of a band of the form: 25-, 26-30, …, 66+."""
    if name.endswith("+"):
        return int(name[:-1]), 10_000
    low, _dash, high = name.partition("-")
    return (int(low), int(high)) if high else (0, int(low))


def _in_bands(row: Any, least: int, most: int) -> int | None:
    """Classes with `least` to `most` pupils. Raises Contradiction where the bands do not say, or do not add up."""
    if not row.class_size_bands or row.classes is None:
        return None
    if sum(row.class_size_bands.values()) != row.classes:
        raise Contradiction("bands-do-not-add-up")
    total = 0
    for name, count in row.class_size_bands.items():
        try:
            low, high = _band(name)
        except ValueError:
            raise Contradiction("bands-unreadable") from None
        if least <= low and high <= most:
            total += count
        elif low <= most and high >= least:
            raise Contradiction("bands-undecided")
    return total


def large_share(parameter: Parameter) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        least = int(parameter.on(asked.day).figure)

        @_needing("class_size_bands")
        def large(row: Any, _place: Place) -> Number | None:
            return _in_bands(row, least, 10_000)

        return from_returns(large, classes_in)(asked)

    return compute


def within_standard(asked: Asked) -> Answer:
    most = {"primary": int(PRIMARY_CLASS.on(asked.day).figure), "junior": int(JUNIOR_CLASS.on(asked.day).figure)}

    @_needing("class_size_bands")
    def within(row: Any, _place: Place) -> Number | None:
        return _in_bands(row, 0, most.get(row.stage, 0))

    return from_returns(within, classes_in)(asked)


def kindergarten_classes(asked: Asked) -> Answer:
    """Each class of a kindergarten by who is in it on the day, against the largest that its age may have."""
    most = [int(parameter.on(asked.day).figure) for parameter in KINDERGARTEN_CLASSES]
    year = school_year_of(asked.day)
    held = Enrolment.objects.filter(
        holds_on(asked.day), pupil__merged_into__isnull=True, school_class__stage=Stage.PRESCHOOL
    )
    sizes = (
        held.order_by()
        .values_list("school_id", "school_class_id", "school_class__entered_year")
        .annotate(number=Count("*"))
    )
    found: dict[int, list[int]] = {}
    for school, _class, entered, number in sizes:
        grade = year - entered
        if 0 <= grade < len(most):
            counts = found.setdefault(school, [0, 0])
            counts[0] += number <= most[grade]
            counts[1] += 1
    rows = [
        Contribution(place.unit_id, "preschool", *found[place.pk], place.marks)
        for place in _standing(asked)
        if place.pk in found
    ]
    return Answer(rows, "", {"table": "classes", "rows": sum(one[1] for one in found.values())})


def small_schools(asked: Asked) -> Answer:
    """Village primary schools and teaching points with fewer pupils than the line, by the return in force."""
    line = SMALL_SCHOOL.on(asked.day).figure
    found = _returns(asked)
    rows = []
    for place, stage in found.expected:
        if stage != Stage.PRIMARY or "rural" not in place.marks:
            continue
        row = found.rows.get((place.pk, stage))
        problem = "no-return" if row is None else "missing:pupils_by_grade" if row.pupils is None else ""
        is_small = row is not None and row.pupils is not None and row.pupils < line
        rows.append(Contribution(place.unit_id, stage, int(is_small), marks=place.marks, problem=problem))
    return Answer(rows, str(found.year or ""), found.sources)
