"""The skeleton of a city: counties, their parts, and what each school is like.

It is made whole and first, since it is small (a thousand schools), and knows no person. Everything else is made part by
part from it: a part is a neighbourhood or a township, whose children go to its schools.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.naming import Namer
from yaodian.registry.demonstration.numbers import MAX_PARTS, region, school_code
from yaodian.registry.demonstration.scales import (
    COMPLETE,
    JUNIOR,
    KINDERGARTEN,
    NINE_YEAR,
    PRIMARY,
    SENIOR,
    SPECIAL,
    STAGES,
    TEACHING_POINT,
    TWELVE_YEAR,
    VOCATIONAL,
    Scale,
)
from yaodian.registry.demonstration.streams import Choice, near, pick, stream

# How a stage fills: the share of a year's children that its first grade takes.
COVERAGE = {"preschool": 0.93, "primary": 1.0, "junior": 1.0, "senior": 0.6, "vocational": 0.34, "special": 0.003}
# Where schools of a type stand, and how large they are there, by the kind of part.
PLACES: dict[str, dict[str, float]] = {
    KINDERGARTEN: {"city": 30, "edge": 16, "seat": 18, "town": 16, "village": 8},
    PRIMARY: {"city": 16, "edge": 12, "seat": 10, "town": 22, "village": 26},
    TEACHING_POINT: {"city": 0, "edge": 0, "seat": 0, "town": 3, "village": 10},
    JUNIOR: {"city": 10, "edge": 6, "seat": 8, "town": 10, "village": 2},
    NINE_YEAR: {"city": 3, "edge": 5, "seat": 3, "town": 5, "village": 4},
    COMPLETE: {"city": 4, "edge": 1, "seat": 3, "town": 1, "village": 0},
    SENIOR: {"city": 4, "edge": 1, "seat": 5, "town": 0, "village": 0},
    TWELVE_YEAR: {"city": 2, "edge": 3, "seat": 1, "town": 0, "village": 0},
    VOCATIONAL: {"city": 2, "edge": 3, "seat": 3, "town": 0, "village": 0},
    SPECIAL: {"city": 1, "edge": 1, "seat": 1, "town": 0, "village": 0},
}
SIZES: dict[str, dict[str, float]] = {
    "preschool": {"city": 1.0, "edge": 0.8, "seat": 1.0, "town": 0.55, "village": 0.35},
    "primary": {"city": 1.5, "edge": 1.1, "seat": 1.6, "town": 0.6, "village": 0.24},
    "junior": {"city": 1.3, "edge": 1.0, "seat": 1.5, "town": 0.55, "village": 0.35},
}
# The yearly growth of a cohort by where it lives: people move towards the cities.
GROWTH = {"city": 1.022, "edge": 1.035, "seat": 1.018, "town": 0.98, "village": 0.945}
_CLASS_LIMITS: dict[str, Choice[int]] = {
    "preschool": Choice({24: 6, 27: 3, 32: 1}),
    "primary": Choice({40: 2, 45: 7, 48: 1, 52: 1.2, 57: 1}),
    "junior": Choice({45: 2, 50: 7, 54: 1.5, 60: 0.5}),
    "senior": Choice({50: 7, 54: 3, 58: 1}),
    "vocational": Choice({45: 1, 50: 1}),
    "special": Choice({12: 1}),
}


@dataclass(frozen=True)
class County:
    """A county or district; `number` counts from 1 within the city."""

    number: int
    code: str
    name: str
    is_urban: bool
    longitude: float
    latitude: float
    evenness: float  # 1: its schools are equipped alike; 2: very unlike.
    people: float


@dataclass(frozen=True)
class Part:
    """A neighbourhood (`city`, `edge`), the seat of a county (`seat`), or a township (`town`, `village`)."""

    county: County
    number: int
    kind: str
    name: str
    longitude: float
    latitude: float

    @property
    def key(self) -> str:
        return f"{self.county.code}{self.number:02d}"


@dataclass
class SchoolPlan:
    """What a school is like, before anybody goes to it. `bases` are cohorts at index 100, by stage."""

    code: str
    school_type: str
    part: Part
    area_kind: str
    is_public: bool
    is_inclusive: bool
    is_city_run: bool
    longitude: float
    latitude: float
    opened_on: date
    name: str = ""
    former_name: str = ""
    renamed_on: date | None = None
    closed_on: date | None = None
    successor: str = ""
    succession: str = ""
    split_from: str = ""
    bases: dict[str, float] = field(default_factory=dict)
    class_limits: dict[str, int] = field(default_factory=dict)
    wealth: float = 1.0
    is_boarding: bool = False
    is_minority: bool = False

    @property
    def stages(self) -> tuple[tuple[str, int], ...]:
        return STAGES[self.school_type]

    @property
    def is_kindergarten(self) -> bool:
        return self.school_type == KINDERGARTEN


@dataclass(frozen=True)
class Layout:
    """The skeleton of one city. `plans` holds closed schools too."""

    number: int
    name: str
    code: str
    counties: tuple[County, ...]
    parts: tuple[Part, ...]
    plans: tuple[SchoolPlan, ...]

    def open_plans(self) -> list[SchoolPlan]:
        return [plan for plan in self.plans if plan.closed_on is None]


def draw(scale: Scale, *, seed: int, number: int, year: int) -> Layout:
    """The skeleton of the city with that number (from 1); `year` is the September of the current school year."""
    random = stream(seed, "layout", number)
    counties = _counties(scale, random, number)
    parts = tuple(part for county in counties for part in _parts(scale, random, county))
    serials: dict[str, int] = {}
    plans: list[SchoolPlan] = []
    for school_type, count in scale.schools.items():
        plans += _place(random, school_type, count, parts, number=number, serials=serials, year=year)
    _size(scale, random, plans)
    plans += _closed(scale, random, plans, number=number, serials=serials, year=year)
    _renew(random, plans, year=year)
    namer = Namer(city=words.CITIES[number - 1])
    for plan in sorted(plans, key=lambda plan: plan.code):
        namer.name(random, plan, year=year)
    plans.sort(key=lambda plan: (plan.part.key, plan.code))
    return Layout(number, f"{words.CITIES[number - 1]}市", region(city=number), counties, parts, tuple(plans))


def _counties(scale: Scale, random: Random, number: int) -> tuple[County, ...]:
    urban = (scale.counties * 2 + 4) // 5
    stems = list(words.stems()[(number - 1) * 20 : number * 20])
    if number == 1:
        stems = [*words.FIRST_DISTRICTS[:urban], *stems[urban:]] if urban <= 3 else [*words.FIRST_DISTRICTS, *stems[3:]]
        stems[urban : urban + 2] = words.FIRST_COUNTIES
    # Each city has a cell of half a degree by nine tenths in the open Yellow Sea, where no street is.
    west, south = 122.4 + 0.5 * ((number - 1) % 5), 32.6 + 0.9 * ((number - 1) // 5)
    rows = (scale.counties + 1) // 2
    found = []
    for index in range(scale.counties):
        is_urban = index < urban
        found.append(
            County(
                number=index + 1,
                code=region(city=number, county=index + 1 if is_urban else index + 20),
                name=stems[index] + ("区" if is_urban else "县"),
                is_urban=is_urban,
                longitude=west + 0.14 + 0.22 * (index % 2) + near(random, 0, 0.02),
                latitude=south + 0.1 + 0.7 * (index // 2) / max(rows - 1, 1) + near(random, 0, 0.02),
                evenness=near(random, 1.15, 0.5),
                people=near(random, 1.4 if is_urban else 0.9, 0.3),
            )
        )
    return tuple(found)


def _parts(scale: Scale, random: Random, county: County) -> list[Part]:
    count = scale.areas_in_county
    assert count <= MAX_PARTS
    if county.is_urban:
        kinds = ["city"] * (count - 2 * (count // 4)) + ["edge"] * (count // 4) + ["town"] * (count // 4)
    else:
        seats = max(1, count // 5)
        kinds = ["seat"] * seats + ["town"] * ((count - seats) // 2)
        kinds += ["village"] * (count - len(kinds))
    spread = {"city": 0.03, "edge": 0.06, "seat": 0.02, "town": 0.09, "village": 0.1}
    names: set[str] = set()
    found = []
    for number, kind in enumerate(kinds):
        name = pick(random, words.SECOND) + pick(random, words.FIRST)
        while name in names:
            name = pick(random, words.SECOND) + pick(random, words.FIRST)
        names.add(name)
        ending = {"city": "街道", "edge": "街道", "seat": "街道", "town": "镇", "village": "乡"}[kind]
        found.append(
            Part(
                county,
                number,
                kind,
                name + ending,
                county.longitude + near(random, 0, spread[kind]),
                county.latitude + near(random, 0, spread[kind]),
            )
        )
    return found


def _place(
    random: Random,
    school_type: str,
    count: int,
    parts: tuple[Part, ...],
    *,
    number: int,
    serials: dict[str, int],
    year: int,
) -> list[SchoolPlan]:
    """Schools of one type, spread over the parts by weight, without leaving any large part empty."""
    weights = [PLACES[school_type][part.kind] * part.county.people for part in parts]
    total = sum(weights)
    # Systematic sampling: one random start, then equal steps, so that shares come out as near as can be.
    start = random.random()
    found: list[SchoolPlan] = []
    passed, at = weights[0], 0
    for step in range(count):
        mark = (step + start) * total / count
        while passed < mark and at < len(parts) - 1:
            at += 1
            passed += weights[at]
        is_centre = not found or found[-1].part is not parts[at]
        found.append(_plan(random, school_type, parts[at], is_centre, number=number, serials=serials, year=year))
    return found


def _plan(
    random: Random, school_type: str, part: Part, is_centre: bool, *, number: int, serials: dict[str, int], year: int
) -> SchoolPlan:
    kind = {COMPLETE: "34", SENIOR: "34", TWELVE_YEAR: "34", NINE_YEAR: "31", JUNIOR: "31"}.get(
        school_type, school_type[:2]
    )
    serials[kind] = serials.get(kind, 0) + 1
    area_kind = {
        "city": "111",
        "edge": "112",
        "seat": "121" if random.random() < 0.9 else "123",
        "town": "121" if is_centre else "122" if random.random() < 0.4 else "220",
        "village": "210" if is_centre else "220",
    }[part.kind]
    is_public, is_inclusive = _ownership(random, school_type, part, is_centre)
    spread = {"city": 0.012, "edge": 0.02, "seat": 0.01, "town": 0.02, "village": 0.025}[part.kind]
    if is_centre:
        spread /= 4
    # The age of a school: two of three are old, the others were built as the city grew.
    founded = int(near(random, 1968, 14)) if random.random() < 0.6 else int(near(random, 2004, 13))
    return SchoolPlan(
        code=school_code(kind=kind, serial=number * 10_000 + serials[kind]),
        school_type=school_type,
        part=part,
        area_kind=area_kind,
        is_public=is_public,
        is_inclusive=is_inclusive,
        is_city_run=False,
        longitude=round(part.longitude + near(random, 0, spread), 6),
        latitude=round(part.latitude + near(random, 0, spread), 6),
        opened_on=date(min(founded, year - 3), 9, 1),
    )


def _ownership(random: Random, school_type: str, part: Part, is_centre: bool) -> tuple[bool, bool]:
    """Whether it is public, and whether it is a private kindergarten with a price limit (普惠性民办)."""
    drawn = random.random()
    if school_type == KINDERGARTEN:
        if is_centre or drawn < 0.5:
            return True, False
        return False, drawn < 0.86
    private = {PRIMARY: 0.04, JUNIOR: 0.05, NINE_YEAR: 0.12, SENIOR: 0.1, TWELVE_YEAR: 1.0, VOCATIONAL: 0.2}
    is_private = part.kind in {"city", "edge", "seat"} and drawn < private.get(school_type, 0)
    return not is_private, False


def _size(scale: Scale, random: Random, plans: list[SchoolPlan]) -> None:
    """Shares each stage's children out among its schools, and says how each school fills its classes."""
    shares: dict[str, list[tuple[SchoolPlan, float]]] = {}
    taken: dict[str, float] = {}
    for plan in plans:
        part = plan.part
        for stage, _grades in plan.stages:
            if plan.school_type == TEACHING_POINT:
                plan.bases[stage] = near(random, 8, 5)
                taken[stage] = taken.get(stage, 0) + plan.bases[stage]
            else:
                # Some schools are sought, most are ordinary, some are half empty.
                weight = SIZES.get(stage, {}).get(part.kind, 1.0) * near(random, 1.0, 0.65)
                if plan.area_kind == "220":
                    weight *= 0.6
                shares.setdefault(stage, []).append((plan, weight))
            limit = _CLASS_LIMITS[stage](random)
            plan.class_limits[stage] = min(limit, 45) if part.kind in {"town", "village"} else limit
        # What a school has, measured against the standard: the more uneven its county, the wider apart.
        plan.wealth = max(0.45, near(random, 1.22, 0.55 * part.county.evenness))
        plan.is_boarding = part.kind in {"town", "village", "seat"} and plan.school_type in {
            JUNIOR, NINE_YEAR, SENIOR, COMPLETE, VOCATIONAL, SPECIAL,
        }  # fmt: skip
        plan.is_boarding = plan.is_boarding or plan.school_type in {SENIOR, TWELVE_YEAR, VOCATIONAL, SPECIAL}
        plan.is_minority = plan.school_type in {PRIMARY, NINE_YEAR} and random.random() < 0.01
    for stage, parts in shares.items():
        children = scale.births * COVERAGE[stage] - taken.get(stage, 0)
        total = sum(weight for _plan, weight in parts)
        for plan, weight in parts:
            plan.bases[stage] = children * weight / total
    _crowd(plans)
    for plan in plans:
        plan.is_city_run = plan.is_public and plan.school_type in {SENIOR, VOCATIONAL, SPECIAL} and (
            plan.part.kind == "city"
        )  # fmt: skip


def _crowd(plans: list[SchoolPlan]) -> None:
    """A few schools that parents seek take more into a class than the standard allows rather than open one more."""
    found: list[tuple[float, int, SchoolPlan]] = []
    for plan in plans:
        if plan.school_type in {PRIMARY, JUNIOR} and plan.part.kind in {"city", "edge", "seat"}:
            stage = plan.stages[0][0]
            children = plan.bases[stage] * 1.05
            fullest, limit = max((children / -(-children // limit), limit) for limit in range(48, 62))
            if fullest > 47:
                found.append((fullest, limit, plan))
    found.sort(key=lambda one: (-one[0], one[2].code))
    for _fullest, limit, plan in found[: max(3, len(plans) // 60)]:
        plan.class_limits[plan.stages[0][0]] = limit


def _closed(
    scale: Scale, random: Random, plans: list[SchoolPlan], *, number: int, serials: dict[str, int], year: int
) -> list[SchoolPlan]:
    """Small schools that were merged into a neighbour, replaced, or closed, in the last three years."""
    found: list[SchoolPlan] = []
    homes = [plan for plan in plans if plan.school_type == PRIMARY and plan.part.kind in {"town", "village", "edge"}]
    gardens = [plan for plan in plans if plan.school_type == KINDERGARTEN and plan.is_public]
    for turn in range(scale.closed):
        heir = gardens[(turn * 7) % len(gardens)] if turn % 4 == 3 else homes[(turn * 5) % len(homes)]
        plan = _plan(random, heir.school_type, heir.part, False, number=number, serials=serials, year=year)
        plan.is_public, plan.is_inclusive = True, False
        stage = plan.stages[0][0]
        plan.bases[stage] = near(random, 6, 3)
        plan.class_limits[stage] = 45
        plan.wealth = near(random, 0.9, 0.2)
        plan.closed_on = date(year - 2 + turn % 3, 8, 25)
        if turn % 4 != 2:
            plan.successor, plan.succession = heir.code, "merge"
        found.append(plan)
    return found


def _renew(random: Random, plans: list[SchoolPlan], *, year: int) -> None:
    """Some schools were opened of late, beside one that had grown too large: it was split."""
    mothers = [plan for plan in plans if plan.school_type == PRIMARY and plan.part.kind in {"city", "edge", "seat"}]
    wanted = max(2, len(mothers) // 20)
    for turn in range(wanted):
        mother = mothers[(turn * 3) % len(mothers)]
        sisters = [
            plan
            for plan in plans
            if plan.school_type == PRIMARY
            and plan.part is mother.part
            and plan is not mother
            and plan.closed_on is None
        ]
        if not sisters or mother.split_from:
            continue
        daughter = sisters[-1]
        if daughter.split_from or any(plan.split_from == daughter.code for plan in plans):
            continue
        daughter.split_from = mother.code
        daughter.opened_on = date(year - 2 + turn % 3, 8, 1)
        daughter.is_public = mother.is_public
