"""The synthetic city in the database: whole, once, and told of in the journal."""

from datetime import UTC, date, datetime

import pytest

from yaodian.audit.queries import verify_journal
from yaodian.organisations.operations import UnableToLoadUnits, load_units
from yaodian.organisations.queries import check_units, resolve, subtree_of, unit_of_code, units_as_of
from yaodian.registry.demonstration.city import TABLES, City
from yaodian.registry.demonstration.scales import SMALL
from yaodian.registry.demonstration.tables import Membership, Unit, UnitName
from yaodian.registry.operations import UnableToLoadCity, load_city

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def city():
    return City(SMALL, seed=1)


def test_units_stand_in_their_hierarchies_with_their_history(city):
    load_city(actor=None, city=city, now=NOW)
    assert check_units() == []
    assert verify_journal().ok
    county = unit_of_code(code=city.examples["county"])
    schools = {unit.code for unit in subtree_of(unit=county, day=NOW.date())}
    assert schools >= {
        plan.code for plan in city.layout.open_plans() if plan.part.county.code == county.code and not plan.is_city_run
    }
    merged = next(plan for plan in city.layout.plans if plan.successor)
    assert [unit.code for unit in resolve(unit=unit_of_code(code=merged.code), day=NOW.date())] == [merged.successor]


def test_the_bureau_takes_the_name_of_the_city(city):
    load_city(actor=None, city=city, now=NOW)
    bureau = units_as_of(day=NOW.date()).get(code="bureau")
    assert bureau.name_then == "云川市教育局"


def test_a_city_is_loaded_once(city):
    load_city(actor=None, city=city, now=NOW)
    with pytest.raises(UnableToLoadCity, match="已被使用"):
        load_city(actor=None, city=city, now=NOW)
    assert check_units() == []


def test_progress_and_the_answer_tell_the_rows_of_each_table(city):
    told = {}
    counts = load_city(actor=None, city=city, now=NOW, progress=told.__setitem__)
    assert counts == told
    assert counts == {table: len(list(city.rows(table))) for table in counts}
    assert set(counts) <= set(TABLES)


def _load(**more):
    rows = {
        "units": [Unit("a", "county", date(2000, 1, 1), None)],
        "names": [UnitName("a", "甲县", "甲", date(2000, 1, 1), None)],
        "memberships": [Membership("administrative", "a", "bureau", date(2000, 1, 1), None)],
        "successions": [],
    }
    return load_units(actor=None, now=NOW, **{**rows, **more})


def test_units_that_cannot_be_are_refused_whole():
    day = date(2000, 1, 1)
    before = date(1999, 1, 1)
    for more, why in (
        ({"names": []}, "没有名称"),
        ({"memberships": [Membership("administrative", "a", "b", day, None)]}, "无法引用"),
        ({"memberships": [Membership("administrative", "a", "bureau", before, None)]}, "不成立"),
        ({"units": [Unit("a", "county", day, None)] * 2}, "不止一次"),
    ):
        with pytest.raises(UnableToLoadUnits, match=why):
            _load(**more)
        assert unit_of_code(code="a") is None
    assert set(_load()) == {"bureau", "a"}


def test_a_circle_is_refused():
    day = date(2000, 1, 1)
    units = [Unit(code, "body", day, None) for code in ("a", "b")]
    names = [UnitName(code, code, code, day, None) for code in ("a", "b")]
    circle = [Membership("group", "a", "b", day, None), Membership("group", "b", "a", day, None)]
    with pytest.raises(UnableToLoadUnits, match="循环"):
        _load(units=units, names=names, memberships=circle)
