"""Units, their names, the three hierarchies they stand in, and how some went on in others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.layout import Layout, SchoolPlan
from yaodian.registry.demonstration.naming import chinese
from yaodian.registry.demonstration.streams import between, stream
from yaodian.registry.demonstration.tables import Membership, Person, Post, Succession, Unit, UnitName

BUREAU = "bureau"
FOUNDED = date(1949, 10, 1)
SECTIONS = (
    "办公室", "基础教育科", "学前教育科", "职业与成人教育科", "教师工作科", "发展规划与财务科", "体育卫生与艺术教育科",
    "学校安全管理科", "民办教育管理科", "教育督导室", "招生考试中心", "教育信息中心",
)  # fmt: skip
_SCHOOLS_IN_AN_AREA = 18
_REDRAWN_ON = date(2024, 3, 1)


@dataclass
class Units:
    """The rows of five tables."""

    units: list[Unit] = field(default_factory=list)
    names: list[UnitName] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    def add(self, code: str, kind: str, name: str, short: str, opened: date, closed: date | None = None) -> None:
        """A unit that has always had this name."""
        self.units.append(Unit(code, kind, opened, closed))
        self.names.append(UnitName(code, name, short, opened, closed))

    def put(self, hierarchy: str, unit: str, parent: str, since: date, until: date | None = None) -> None:
        """A unit under another, from a day to a day."""
        self.memberships.append(Membership(hierarchy, unit, parent, since, until))


def found(layout: Layout, *, seed: int, year: int) -> Units:
    """All units of a city."""
    made = Units()
    made.add(BUREAU, "bureau", f"{layout.name}教育局", "市教育局", FOUNDED)
    for number, name in enumerate(SECTIONS, 1):
        code = f"{layout.code}-{number:02d}"
        made.add(code, "section", f"{layout.name}教育局{name}", name, date(2019, 1, 1))
        made.put("administrative", code, BUREAU, date(2019, 1, 1))
    for county in layout.counties:
        made.add(county.code, "county", f"{layout.name}{county.name}", county.name, FOUNDED)
        made.put("administrative", county.code, BUREAU, FOUNDED)
    for plan in layout.plans:
        _school(made, plan)
    _groups(made, layout, seed=seed, year=year)
    _areas(made, layout)
    _officials(made, layout, seed=seed, year=year)
    return made


def _school(made: Units, plan: SchoolPlan) -> None:
    kind = "kindergarten" if plan.is_kindergarten else "school"
    city, rest = plan.name[:3], plan.name[3:]
    assert city.endswith("市")
    made.units.append(Unit(plan.code, kind, plan.opened_on, plan.closed_on))
    if plan.renamed_on is not None:
        made.names.append(UnitName(plan.code, plan.former_name, plan.former_name[3:], plan.opened_on, plan.renamed_on))
    made.names.append(UnitName(plan.code, plan.name, rest, plan.renamed_on or plan.opened_on, plan.closed_on))
    parent = BUREAU if plan.is_city_run else plan.part.county.code
    made.put("administrative", plan.code, parent, plan.opened_on, plan.closed_on)
    if plan.successor and plan.closed_on is not None:
        made.successions.append(Succession(plan.code, plan.successor, plan.succession, plan.closed_on))
    if plan.split_from:
        made.successions.append(Succession(plan.split_from, plan.code, "split", plan.opened_on))


def _groups(made: Units, layout: Layout, *, seed: int, year: int) -> None:
    """Education groups: in each county, a school that leads and some that joined it since, one of which has left."""
    random = stream(seed, "groups", layout.number)
    for county in layout.counties:
        plans = [
            plan
            for plan in layout.open_plans()
            if plan.part.county is county and plan.school_type in {"211", "311", "312"} and plan.is_public
        ]
        leaders = [plan for plan in plans if plan.part.kind in {"city", "seat"}][:: max(1, len(plans) // 8)][:4]
        taken = {plan.code for plan in leaders}
        for number, leader in enumerate(leaders, 1):
            code, since = f"{county.code}-G{number}", date(year - between(random, 2, 6), 9, 1)
            name = f"{leader.name.removeprefix(layout.name)}教育集团"
            made.add(code, "group", f"{layout.name}{name}", name, since)
            made.put("administrative", code, county.code, since)
            made.put("group", code, BUREAU, since)
            made.put("group", leader.code, code, max(since, leader.opened_on))
            followers = [plan for plan in plans if plan.code not in taken][: between(random, 2, 4)]
            for place, plan in enumerate(followers):
                taken.add(plan.code)
                joined = max(date(since.year + between(random, 0, year - since.year), 9, 1), plan.opened_on)
                left = date(year, 7, 1) if place == 2 and joined < date(year, 7, 1) else None
                made.put("group", plan.code, code, joined, left)


def _areas(made: Units, layout: Layout) -> None:
    """Inspectors' areas of at most 20 schools; on one day in 2024 their borders were drawn anew."""
    for county in layout.counties:
        plans = [plan for plan in layout.plans if plan.part.county is county]
        open_plans = [plan for plan in plans if plan.closed_on is None]
        count = max(1, -(-len(open_plans) // _SCHOOLS_IN_AN_AREA))
        since = date(2020, 9, 1)
        codes = []
        for number in range(1, count + 1):
            code = f"{county.code}-D{number}"
            name = f"{county.name}第{chinese(number)}督学责任区"
            made.add(code, "area", f"{layout.name}{name}", name, since)
            made.put("administrative", code, county.code, since)
            made.put("inspection", code, BUREAU, since)
            codes.append(code)
        for place, plan in enumerate(plans):
            start = max(since, plan.opened_on)
            if plan.closed_on is not None and plan.closed_on <= start:
                continue
            home = codes[min(place * count // len(plans), count - 1)]
            if place % 9 == 4 and count > 1 and start < _REDRAWN_ON and (
                plan.closed_on is None or plan.closed_on > _REDRAWN_ON
            ):  # fmt: skip
                made.put("inspection", plan.code, codes[codes.index(home) - 1], start, _REDRAWN_ON)
                start = _REDRAWN_ON
            made.put("inspection", plan.code, home, start, plan.closed_on)


def _officials(made: Units, layout: Layout, *, seed: int, year: int) -> None:
    """Those who work in the bureau and the counties' offices: heads, clerks, inspectors, and some who held a post before."""
    random = stream(seed, "officials", layout.number)
    desks = [(BUREAU, "局长"), (BUREAU, "副局长"), (BUREAU, "副局长")]
    for unit in made.units:
        if unit.kind == "section":
            desks += [(unit.code, "科长"), (unit.code, "科员")]
        elif unit.kind == "county":
            desks += [(unit.code, "教育局局长"), (unit.code, "学籍管理员"), (unit.code, "统计员")]
        elif unit.kind == "area":
            desks += [(unit.code, "责任督学"), (unit.code, "责任督学")]
    number = 0
    for unit_code, title in desks:
        since = date(year - between(random, 0, 5), between(random, 1, 8), 1)
        if title == "科长" or title == "教育局局长":
            number += 1
            former = f"U{layout.code}{number:05d}"
            made.people.append(Person(former, _name(random)))
            made.posts.append(Post(former, unit_code, title, date(since.year - 4, 3, 1), since))
        number += 1
        key = f"U{layout.code}{number:05d}"
        made.people.append(Person(key, _name(random)))
        made.posts.append(Post(key, unit_code, title, since, None))


def _name(random: Random) -> str:
    gender = "1" if random.random() < 0.6 else "2"
    return words.adult_name(random, words.surname(random), gender)
