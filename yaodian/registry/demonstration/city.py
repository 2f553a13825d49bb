"""The synthetic city: one door to all its tables.

`City(scale, seed=7).parts()` makes the city part by part, in a fixed order, and holds one part at a time in memory. What a table
holds is told by a *producer*, a function of the city and of one part of it; :data:`TABLES` lists them. A later slice
adds its tables by adding its producers (`docs/how-to/synthetic-city.md`), and changes nothing of what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, TypeVar

from yaodian.registry.demonstration import families, layout, returns, staff, tables, units, words
from yaodian.registry.demonstration.classes import ClassPlan, classes_of
from yaodian.registry.demonstration.cohorts import Cohorts
from yaodian.registry.demonstration.layout import Layout, Part, SchoolPlan
from yaodian.registry.demonstration.numbers import credit_code
from yaodian.registry.demonstration.planted import Changes, Planted, Planting
from yaodian.registry.demonstration.scales import Scale
from yaodian.registry.demonstration.streams import between, near, pick, stream

CURRENT_YEAR = 2026
YEARS_OF_RETURNS = 4
T = TypeVar("T")


class City:
    """An invented city. Equal arguments give equal rows, on every machine.

    `number` tells the cities of one province apart; `year` is the September in which the current school year began;
    `errors` is how many errors are planted in its rows (`planted`).
    """

    def __init__(self, scale: Scale, *, seed: int, number: int = 1, year: int = CURRENT_YEAR, errors: int = 0) -> None:
        self.scale, self.seed, self.number, self.year, self.errors = scale, seed, number, year, errors

    @cached_property
    def layout(self) -> Layout:
        """Counties, parts and schools, before anybody lives there."""
        return layout.draw(self.scale, seed=self.seed, number=self.number, year=self.year)

    @cached_property
    def cohorts(self) -> Cohorts:
        return Cohorts(self.layout, seed=self.seed, year=self.year)

    @cached_property
    def units(self) -> units.Units:
        return units.found(self.layout, seed=self.seed, year=self.year)

    @cached_property
    def planting(self) -> Planting:
        return Planting(self.layout, seed=self.seed, count=self.errors)

    @property
    def most_errors(self) -> int:
        """How many errors the city has room for."""
        return Planting(self.layout, seed=self.seed, count=0).most

    @property
    def name(self) -> str:
        return self.layout.name

    @property
    def examples(self) -> dict[str, str]:
        """The codes of a county and of a primary school in it, for accounts that show what one sees there."""
        county = self.layout.counties[0]
        school = next(
            plan
            for plan in self.layout.open_plans()
            if plan.part.county is county and plan.school_type == "211" and plan.is_public and not plan.split_from
        )
        return {"county": county.code, "school": school.code}

    def stream(self, *names: str | int) -> Random:
        """The stream of random numbers of that name; the first word should be the table's."""
        return stream(self.seed, *names, self.number)

    def parts(self) -> Iterator[CityPart]:
        """The parts of the city, each once; the first one brings the rows that belong to no part."""
        for place, part in enumerate(self.layout.parts):
            yield CityPart(self, part, is_first=place == 0)

    def rows(self, table: str) -> Iterator[Any]:
        """The rows of one table, in the order in which :meth:`parts` makes them."""
        for part in self.parts():
            yield from part.rows(table)

    def planted(self) -> Iterator[Planted]:
        """The errors planted in the rows, in the order of the parts."""
        for part in self.parts():
            yield from part.planted


class CityPart:
    """One part of the city, with what its tables share; drop it and its memory is free."""

    def __init__(self, city: City, part: Part, *, is_first: bool) -> None:
        self.city, self.part, self.is_first = city, part, is_first
        self._made: dict[str, Any] = {}

    def rows(self, table: str) -> list[Any]:
        """The rows that a table gets from this part, with the errors planted in them."""
        return self._changes.applied(table, self.sound_rows(table))

    def sound_rows(self, table: str) -> list[Any]:
        """The rows before any error was planted: what other tables are made from."""
        return self.once(f"rows of {table}", lambda: list(TABLES[table].produce(self)))

    @property
    def planted(self) -> list[Planted]:
        """The errors in this part."""
        return self._changes.planted

    @property
    def _changes(self) -> Changes:
        return self.once("changes", lambda: self.city.planting.changes(self))

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What several tables need of this part, made when it is first asked for."""
        if name not in self._made:
            self._made[name] = make()
        found: T = self._made[name]
        return found

    @property
    def plans(self) -> list[SchoolPlan]:
        """The schools of this part, closed ones too."""
        return self.once("plans", lambda: [plan for plan in self.city.layout.plans if plan.part is self.part])

    @property
    def open_plans(self) -> list[SchoolPlan]:
        return [plan for plan in self.plans if plan.closed_on is None]

    @property
    def classes(self) -> list[ClassPlan]:
        return self.once("classes", lambda: [place for plan in self.open_plans for place in self._classes_of(plan)])

    def _classes_of(self, plan: SchoolPlan) -> Iterator[ClassPlan]:
        city = self.city
        here = [(stage, city.cohorts.in_school(plan, stage, grades, city.year)) for stage, grades in plan.stages]
        return classes_of(plan, here, seed=city.seed, year=city.year)

    @property
    def households(self) -> families.Households:
        city = self.city
        return self.once(
            "households",
            lambda: families.settle(
                self.part, self.classes, city=city.name, city_number=city.number, seed=city.seed, year=city.year
            ),
        )

    @property
    def staff(self) -> staff.Staff:
        city = self.city

        def employ() -> staff.Staff:
            here: dict[str, list[ClassPlan]] = {plan.code: [] for plan in self.open_plans}
            for place in self.classes:
                here[place.plan.code].append(place)
            schools = [(plan, here[plan.code]) for plan in self.open_plans]
            return staff.employ(self.part, schools, seed=city.seed, year=city.year)

        return self.once("staff", employ)


@dataclass(frozen=True)
class Table:
    """A table: the class of its rows, and who makes them for a part of the city."""

    row: Any
    produce: Callable[[CityPart], Iterable[Any]]

    @property
    def columns(self) -> tuple[str, ...]:
        fields: tuple[str, ...] = self.row._fields
        return fields


def _of_city(rows: Callable[[City], Iterable[Any]]) -> Callable[[CityPart], Iterable[Any]]:
    """Rows that belong to no part come with the first."""
    return lambda part: rows(part.city) if part.is_first else ()


def _runner(plan: SchoolPlan) -> str:
    if not plan.is_public:
        return "private"
    if plan.is_kindergarten and plan.part.kind == "village":
        return "collective"
    return "city_education" if plan.is_city_run else "county_education"


def _schools(part: CityPart) -> Iterator[tables.School]:
    for plan in part.plans:
        random = part.city.stream("schools", plan.code)
        yield tables.School(
            unit=plan.code,
            school_type=plan.school_type,
            runner=_runner(plan),
            is_public=plan.is_public,
            is_inclusive=plan.is_inclusive,
            area_kind=plan.area_kind,
            address=_address(part, random),
            longitude=plan.longitude,
            latitude=plan.latitude,
            is_boarding=plan.is_boarding,
            is_minority=plan.is_minority,
            credit_code=credit_code(
                kind="12" if plan.is_public else "52",
                region=plan.part.county.code,
                serial=int(plan.code[:2] + plan.code[4:]),
            ),
            founded_year=plan.opened_on.year,
        )


def _address(part: CityPart, random: Random) -> str:
    home = f"{part.city.name}{part.part.county.name}{part.part.name}"
    return f"{home}{pick(random, words.FIRST)}{pick(random, words.SECOND)}路{between(random, 1, 399)}号"


def _campuses(part: CityPart) -> Iterator[tables.Campus]:
    """Every open school has one; some of the large ones have a second."""
    for plan, school in zip(part.plans, part.sound_rows("schools"), strict=True):
        if plan.closed_on is not None:
            continue
        random = part.city.stream("campuses", plan.code)
        yield tables.Campus(plan.code, "1", "本部", school.address, plan.longitude, plan.latitude, True)
        if not plan.is_kindergarten and sum(plan.bases.values()) > 150 and random.random() < 0.12:
            yield tables.Campus(
                plan.code,
                "2",
                _campus_name(random),
                _address(part, random),
                round(plan.longitude + near(random, 0, 0.008), 6),
                round(plan.latitude + near(random, 0, 0.008), 6),
                False,
            )


def _campus_name(random: Random) -> str:
    """What a second campus is called: 东校区."""
    return "东西南北"[int(random.random() * 4)] + "校区"


def _school_classes(part: CityPart) -> Iterator[tables.SchoolClass]:
    homeroom = part.staff.homeroom
    campuses = {campus.school: "1" for campus in part.sound_rows("campuses")}
    for place in part.classes:
        yield tables.SchoolClass(
            key=place.key,
            school=place.plan.code,
            stage=place.stage,
            grade=place.grade,
            entered_year=place.cohort.entered_year,
            number=place.number,
            name=place.name,
            campus=campuses[place.plan.code],
            homeroom_teacher=homeroom[place.key],
            from_on=place.from_on,
            until_on=None,
        )


def _yearly_returns(part: CityPart) -> Iterator[tables.YearlyReturn]:
    city = part.city
    known = returns.Known.of(part.households.pupils, part.classes, part.staff)
    for plan in part.plans:
        yield from returns.returns_of(plan, city.cohorts, known, seed=city.seed, year=city.year, years=YEARS_OF_RETURNS)


def _people(part: CityPart) -> Iterator[tables.Person]:
    if part.is_first:
        yield from part.city.units.people
    yield from part.staff.people


def _posts(part: CityPart) -> Iterator[tables.Post]:
    if part.is_first:
        yield from part.city.units.posts
    yield from part.staff.unit_posts


# In the order in which they can be loaded: a table stands after those it refers to.
TABLES: dict[str, Table] = {
    "units": Table(tables.Unit, _of_city(lambda city: city.units.units)),
    "unit_names": Table(tables.UnitName, _of_city(lambda city: city.units.names)),
    "memberships": Table(tables.Membership, _of_city(lambda city: city.units.memberships)),
    "successions": Table(tables.Succession, _of_city(lambda city: city.units.successions)),
    "people": Table(tables.Person, _people),
    "posts": Table(tables.Post, _posts),
    "schools": Table(tables.School, _schools),
    "campuses": Table(tables.Campus, _campuses),
    "teachers": Table(tables.Teacher, lambda part: part.staff.teachers),
    "teacher_posts": Table(tables.TeacherPost, lambda part: part.staff.posts),
    "school_classes": Table(tables.SchoolClass, _school_classes),
    "pupils": Table(tables.Pupil, lambda part: part.households.pupils),
    "enrolments": Table(tables.Enrolment, lambda part: part.households.enrolments),
    "guardians": Table(tables.Guardian, lambda part: part.households.guardians),
    "guardianships": Table(tables.Guardianship, lambda part: part.households.guardianships),
    "yearly_returns": Table(tables.YearlyReturn, _yearly_returns),
}
