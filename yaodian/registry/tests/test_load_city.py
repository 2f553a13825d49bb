"""The synthetic city in the database: whole, once, and told of in the journal."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from yaodian.audit.queries import entries as entries_in_journal
from yaodian.audit.queries import verify_journal
from yaodian.foundation.keys import blind_index
from yaodian.organisations.operations import UnableToLoadUnits, load_units
from yaodian.organisations.queries import check_units, resolve, subtree_of, unit_of_code, units_as_of
from yaodian.registry.demonstration.city import TABLES, City
from yaodian.registry.demonstration.tables import Membership, Unit, UnitName
from yaodian.registry.models import (
    INDEXED,
    Campus,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    School,
    SchoolClass,
    Teacher,
    TeacherPost,
    YearlyReturn,
)
from yaodian.registry.operations import UnableToLoadCity, load_city
from yaodian.registry.tests.cities import TINY

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def city():
    return City(TINY, seed=1)


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


def test_what_is_read_back_is_what_was_made(city):
    load_city(actor=None, city=city, now=NOW)
    pupils = {
        pupil.external_id: pupil
        for pupil in Pupil.objects.select_related("school__unit", "school_class").order_by("id")
    }
    for row in city.rows("pupils"):
        pupil = pupils.pop(row.key)
        assert (pupil.school.unit.code, pupil.school_class.external_id) == (row.school, row.school_class)
        for name in (
            "enrolment_number", "name", "id_number", "gender", "birth_on", "ethnicity", "is_boarding", "is_migrant",
            "is_left_behind", "has_disability", "disability_kind", "is_poor", "residence", "status", "entered_on", "left_on",
        ):  # fmt: skip
            assert getattr(pupil, name) == getattr(row, name), name
        assert bytes(pupil.name_index) == blind_index(row.name, purpose=INDEXED[Pupil]["name"][1])
    assert pupils == {}
    guardian = next(city.rows("guardians"))
    stored = Guardian.objects.get(
        id_number_index=blind_index(guardian.id_number, purpose=INDEXED[Guardian]["id_number"][1])
    )
    assert (stored.name, stored.phone) == (guardian.name, guardian.phone)
    for row in list(city.rows("yearly_returns"))[:50]:
        found = YearlyReturn.objects.get(school__unit__code=row.school, year=row.year, stage=row.stage)
        assert found.pupils_by_grade == row.pupils_by_grade
        assert found.by_title == row.by_title
        assert str(found.equipment_value_10k_yuan) == row.equipment_value_10k_yuan
        assert (found.girls, found.teaching_rooms) == (row.girls, row.teaching_rooms)


def test_every_row_satisfies_what_a_single_edit_would_be_asked(city):
    """Bulk writing passes by the checks of fields and constraints in Python; a sample is held against them here."""
    load_city(actor=None, city=city, now=NOW)
    models = (
        School, Campus, SchoolClass, Teacher, TeacherPost, Pupil, Enrolment, Guardian, Guardianship, YearlyReturn,
    )  # fmt: skip
    for model in models:
        rows = list(model.objects.order_by("id"))
        assert rows
        for row in rows[:: max(1, len(rows) // 25)]:
            row.full_clean()


def test_a_row_added_afterwards_gets_an_id_of_its_own(city):
    load_city(actor=None, city=city, now=NOW)
    school = School.objects.order_by("id").last()
    campus = Campus.objects.create(school=school, code="9", name="九校区")
    assert Campus.objects.filter(pk__lt=campus.pk).count() == Campus.objects.count() - 1


def test_no_name_and_no_number_stands_in_clear_in_the_database(city):
    load_city(actor=None, city=city, now=NOW)
    pupil = next(city.rows("pupils"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_number, residence FROM registry_pupil")
        stored = [bytes(value) for row in cursor.fetchall() for value in row]
    for clear in (pupil.name, pupil.id_number, pupil.residence):
        assert not any(clear.encode() in value for value in stored)


def test_an_entry_in_the_journal_for_each_table(city):
    counts = load_city(actor=None, city=city, now=NOW)
    entries = entries_in_journal(code="registry.city.load")
    assert {entry.subject: json.loads(entry.detail)["count"] for entry in entries} == {
        f"table:{table}": counts[table] for table in list(TABLES)[6:]
    }
    assert entries_in_journal(code="organisations.unit.load").count() == 1
    assert entries_in_journal(code="organisations.person.load").count() == 1


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
