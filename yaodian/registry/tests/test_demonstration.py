"""The synthetic city: the same for the same seed, whole, plausible, and belonging to nobody."""

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.checks import findings
from yaodian.registry.demonstration.city import TABLES, City, Table
from yaodian.registry.demonstration.files import write_csv, write_workbook
from yaodian.registry.demonstration.numbers import (
    PROVINCE as INVENTED_PROVINCE,
)
from yaodian.registry.demonstration.numbers import (
    credit_check_digit,
    id_check_digit,
    organisation_check_digit,
)
from yaodian.registry.demonstration.planted import KINDS
from yaodian.registry.demonstration.scales import CITY, PROVINCE, SMALL
from yaodian.registry.demonstration.streams import stream
from yaodian.registry.tests.cities import TINY

pytestmark = pytest.mark.once

# What the small city of seed 1 is, byte for byte, on every machine. It changes when the generator does: see
# docs/how-to/synthetic-city.md.
DIGEST = "c185511d095054c16b32b6aaa6e3b63305c58481dccbaec67e94d7f35627f706"


@pytest.fixture(scope="module")
def small():
    """The rows of every table of the small city."""
    city = City(SMALL, seed=1)
    rows = {table: [] for table in TABLES}
    for part in city.parts():
        for table in TABLES:
            rows[table] += part.rows(table)
    return rows


def digest_of(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def test_the_same_seed_gives_the_same_bytes_on_every_machine(tmp_path):
    write_csv(City(SMALL, seed=1), tmp_path)
    assert digest_of(tmp_path) == DIGEST


def test_the_order_of_hashes_does_not_matter():
    program = (
        "import hashlib; from yaodian.registry.demonstration.city import *; "
        "from yaodian.registry.demonstration.scales import SMALL; c = City(SMALL, seed=3, errors=40);"
        "print(hashlib.sha256(repr([[p.rows(t) for t in TABLES] for p in c.parts()]).encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(answers) == 1


def test_another_seed_gives_another_city_of_the_same_size():
    one, other = City(SMALL, seed=1), City(SMALL, seed=2)
    assert list(one.rows("teachers")) != list(other.rows("teachers"))
    assert len(list(one.rows("campuses"))) == pytest.approx(len(list(other.rows("campuses"))), abs=20)


def test_a_table_alone_is_the_same_as_among_all(small):
    assert list(City(SMALL, seed=1).rows("yearly_returns")) == small["yearly_returns"]


def test_a_stream_is_known_by_its_whole_name():
    assert stream(1, "a", "b").random() == stream(1, "a", "b").random()
    assert len({stream(*name).random() for name in ((1, "a", "b"), (1, "ab"), (2, "a", "b"), (1, "a", "b", 0))}) == 4


def test_a_new_table_moves_no_row_of_the_others(small, monkeypatch):
    class Visit(NamedTuple):
        school: str
        pupils: int

    def visits(part):
        for plan in part.open_plans:
            yield Visit(plan.code, int(part.city.stream("visits", plan.code).random() * len(part.sound_rows("pupils"))))

    monkeypatch.setitem(TABLES, "visits", Table(Visit, visits))
    city = City(SMALL, seed=1)
    rows = {table: [] for table in TABLES}
    for part in city.parts():
        for table in reversed(TABLES):
            rows[table] += part.rows(table)
    assert len(rows.pop("visits")) == 200
    assert rows == small


def test_the_small_city_has_two_hundred_schools_and_kindergartens(small):
    open_units = {unit.code for unit in small["units"] if unit.closed_on is None}
    assert sum(school.unit in open_units for school in small["schools"]) == 200
    assert 15_000 <= sum(pupil.status == "enrolled" for pupil in small["pupils"]) <= 19_000


def test_the_city_has_nine_hundred_schools_four_hundred_thousand_pupils_and_thirty_thousand_teachers():
    city = City(CITY, seed=1)
    pupils = teachers = 0
    for part in city.parts():
        pupils += sum(place.size for place in part.classes)
        teachers += len(part.staff.teachers)
    assert len(city.layout.open_plans()) == 900
    assert pupils == pytest.approx(400_000, rel=0.02)
    assert teachers == pytest.approx(30_000, rel=0.03)


def test_the_cities_of_a_province_share_no_code_and_no_name():
    cities = [City(PROVINCE, seed=1, number=number) for number in range(1, PROVINCE.cities + 1)]
    codes = [plan.code for city in cities for plan in city.layout.plans]
    counties = [county for city in cities for county in city.layout.counties]
    assert len(codes) == len(set(codes)) > 18_000
    assert len({county.code for county in counties}) == len({county.name for county in counties}) == len(counties)
    assert len({city.name for city in cities}) == PROVINCE.cities


def test_every_key_stands_once(small):
    keys = {
        "units": ["code"],
        "unit_names": ["unit", "from_on"],
        "memberships": ["hierarchy", "unit", "from_on"],
        "successions": ["predecessor", "successor", "on"],
        "people": ["key"],
        "posts": ["person", "unit", "title", "from_on"],
        "schools": ["unit"],
        "campuses": ["school", "code"],
        "teachers": ["staff_number"],
        "teacher_posts": ["teacher", "school", "from_on"],
        "school_classes": ["key"],
        "pupils": ["key"],
        "enrolments": ["pupil", "school", "from_on"],
        "guardians": ["key"],
        "guardianships": ["pupil", "guardian"],
        "yearly_returns": ["school", "year", "stage"],
    }
    assert set(keys) == set(TABLES)
    for table, columns in keys.items():
        found = Counter(tuple(getattr(row, column) for column in columns) for row in small[table])
        assert found.most_common(1)[0][1] == 1, table


def test_every_reference_leads_to_a_row(small):
    units = {row.code for row in small["units"]}
    people = {row.key for row in small["people"]}
    schools = {row.unit for row in small["schools"]}
    classes = {row.key: row for row in small["school_classes"]}
    teachers = {row.staff_number for row in small["teachers"]}
    pupils = {row.key for row in small["pupils"]}
    guardians = {row.key for row in small["guardians"]}
    assert {row.unit for row in small["unit_names"]} == units
    assert schools <= units
    for row in small["memberships"]:
        assert {row.unit, row.parent} <= units
    for row in small["posts"]:
        assert row.person in people
        assert row.unit in units
    for row in small["teachers"]:
        assert row.school in schools
        assert row.person in people or row.person == ""
    for row in small["teacher_posts"]:
        assert row.teacher in teachers
        assert row.school in schools
    for row in small["school_classes"]:
        assert row.homeroom_teacher in teachers
    for row in small["pupils"]:
        assert classes[row.school_class].school == row.school
    for row in small["enrolments"]:
        assert row.pupil in pupils
        assert row.school in schools
    for row in small["guardianships"]:
        assert row.pupil in pupils
        assert row.guardian in guardians
    assert {row.guardian for row in small["guardianships"]} == guardians


def test_no_dated_rows_of_one_thing_hold_at_once(small):
    for table, columns in {
        "unit_names": ["unit"],
        "memberships": ["hierarchy", "unit"],
        "teacher_posts": ["teacher"],
        "enrolments": ["pupil"],
    }.items():
        spans = {}
        for row in small[table]:
            spans.setdefault(tuple(getattr(row, column) for column in columns), []).append((row.from_on, row.until_on))
        for one, found in spans.items():
            found.sort(key=lambda span: span[0])
            for (start, end), (following, _last) in pairwise(found):
                assert end is not None, (table, one)
                assert start < end <= following, (table, one)


def test_memberships_and_names_hold_only_while_the_unit_lives(small):
    lives = {row.code: (row.opened_on, row.closed_on or date.max) for row in small["units"]}
    for row in small["unit_names"]:
        opened, closed = lives[row.unit]
        assert opened <= row.from_on < (row.until_on or date.max) <= closed
    for row in small["memberships"]:
        for code in (row.unit, row.parent):
            opened, closed = lives[code]
            assert opened <= row.from_on < (row.until_on or date.max) <= closed, row


def test_every_number_passes_its_check(small):
    for row in [*small["pupils"], *small["teachers"], *small["guardians"]]:
        if row.id_number:
            assert id_check_digit(row.id_number[:-1]) == row.id_number[-1]
    for row in small["schools"]:
        assert credit_check_digit(row.credit_code[:-1]) == row.credit_code[-1]
        assert organisation_check_digit(row.credit_code[8:16]) == row.credit_code[16]
    for row in [*small["pupils"], *small["teachers"]]:
        if row.id_number:
            assert row.id_number[6:14] == f"{row.birth_on:%Y%m%d}"
            assert int(row.id_number[16]) % 2 == (row.gender == "1")


def test_the_published_vectors_hold_for_the_check_digits():
    assert id_check_digit("11010519491231002") == "X"
    assert credit_check_digit("91350100M000100Y4") == "3"
    assert organisation_check_digit("D2143569") == "X"


def test_no_number_could_have_been_given_to_anybody(small):
    for row in [*small["pupils"], *small["teachers"], *small["guardians"]]:
        assert row.id_number[:2] in {INVENTED_PROVINCE, ""}
    for row in small["pupils"]:
        assert row.enrolment_number[1:3] in {INVENTED_PROVINCE, ""}
    for row in small["schools"]:
        assert row.unit[2:4] == INVENTED_PROVINCE
        assert row.credit_code[2:4] == INVENTED_PROVINCE
    for row in [*small["teachers"], *small["guardians"]]:
        assert row.phone[:2] == "12"
        assert len(row.phone) == 11


def test_an_identity_number_belongs_to_one_person(small):
    numbers = [row.id_number for row in [*small["pupils"], *small["teachers"], *small["guardians"]] if row.id_number]
    assert len(numbers) == len(set(numbers))
    codes = [row.credit_code for row in small["schools"]]
    assert len(codes) == len(set(codes))
    enrolments = [row.enrolment_number for row in small["pupils"] if row.enrolment_number]
    assert len(enrolments) == len(set(enrolments))


def test_every_place_is_invented_and_lies_in_the_sea(small):
    invented = {first + second for first in words.FIRST for second in words.SECOND}
    invented |= {*words.FIRST_DISTRICTS, *words.FIRST_COUNTIES}
    counties = [row for row in small["unit_names"] if row.unit.isdecimal() and len(row.unit) == 6]
    assert len(counties) == SMALL.counties
    for row in counties:
        assert row.short_name[:-1] in invented
    for row in small["schools"]:
        assert row.address.startswith("云川市")
        assert 122 < row.longitude < 125
        assert 32.4 < row.latitude < 36.5


def test_returns_of_this_year_agree_with_the_rows(small):
    stages = {row.key: row for row in small["school_classes"]}
    by_grade = Counter(
        (row.school, stages[row.school_class].stage, stages[row.school_class].grade)
        for row in small["pupils"]
        if row.status == "enrolled"
    )
    classes = Counter((row.school, row.stage, row.grade) for row in small["school_classes"])
    staff = Counter((row.school, row.stage) for row in small["teachers"])
    in_establishment = Counter((row.school, row.stage) for row in small["teachers"] if row.establishment == "in")
    boarding = Counter(
        (row.school, stages[row.school_class].stage)
        for row in small["pupils"]
        if row.status == "enrolled" and row.is_boarding
    )
    current = [row for row in small["yearly_returns"] if row.year == 2026]
    assert {(row.school, row.stage) for row in current} >= set(staff)
    for row in current:
        place = (row.school, row.stage)
        for grade, pupils in enumerate(row.pupils_by_grade, 1):
            assert by_grade.pop((*place, grade), 0) == pupils
            assert classes.pop((*place, grade), 0) == row.classes_by_grade[grade - 1]
        assert sum(row.class_size_bands.values()) == sum(row.classes_by_grade)
        assert (row.full_time, row.in_establishment) == (staff[place], in_establishment[place])
        assert row.boarding == boarding[place]
        assert sum(row.by_qualification.values()) == sum(row.by_title.values()) == row.full_time
    assert not by_grade
    assert not classes


def test_who_left_a_class_during_the_year_still_has_a_row(small):
    """All but those who left from last year's highest grade, whose class is no more; the return counts these too."""
    city = City(SMALL, seed=1)
    stages = {row.key: row.stage for row in small["school_classes"]}
    left = Counter((row.school, stages[row.school_class]) for row in small["pupils"] if row.left_on is not None)
    returned = {(row.school, row.stage): row for row in small["yearly_returns"] if row.year == 2026}
    for plan in city.layout.open_plans():
        for stage, grades in plan.stages:
            row = returned[(plan.code, stage)]
            finished = city.cohorts.of(plan, stage, 2026 - grades)
            last = finished.flows[-1] if finished else None
            gone = last.moved_out + last.dropped_out + last.deaths if last else 0
            assert left[(plan.code, stage)] == row.moved_out + row.dropped_out + row.deaths - gone
    assert sum(left.values()) > 100


def test_cohorts_grow_and_shrink_with_the_births(small):
    grades = Counter()
    for row in small["yearly_returns"]:
        if row.year == 2026 and row.stage == "primary":
            for grade, pupils in enumerate(row.pupils_by_grade, 1):
                grades[grade] += pupils
    assert grades[1] < grades[3] < grades[4]
    kindergarten = [
        sum(sum(row.pupils_by_grade) for row in small["yearly_returns"] if (row.year, row.stage) == (year, "preschool"))
        for year in (2023, 2026)
    ]
    assert kindergarten[1] < 0.85 * kindergarten[0]


def test_brothers_and_sisters_share_their_guardians_and_twins_their_birthday(small):
    families = {}
    for row in small["guardianships"]:
        families.setdefault(row.guardian, set()).add(row.pupil)
    births = {row.key: (row.birth_on, row.school_class) for row in small["pupils"]}
    siblings = [family for family in families.values() if len(family) > 1]
    assert len(siblings) > 0.2 * len(families)
    twins = [family for family in siblings if len({births[pupil] for pupil in family}) < len(family)]
    assert 20 < len(twins) < 0.05 * len(families)


def test_names_hold_middle_dots_and_characters_of_four_bytes():
    names = [pupil.name for seed in (1, 2) for pupil in City(SMALL, seed=seed).rows("pupils")]
    assert any("·" in name for name in names)
    assert any(ord(sign) > 0xFFFF for name in names for sign in name)


def test_some_schools_reach_the_standard_and_some_do_not(small):
    """The seven indicators of a primary school: six reach their thresholds, and the last one 85 % of its own."""
    reached = []
    for row in small["yearly_returns"]:
        pupils = sum(row.pupils_by_grade)
        if row.year == 2026 and row.stage == "primary" and pupils >= 50:
            values = seven(row, pupils)
            over = [value >= least for value, least in zip(values, THRESHOLDS, strict=True)]
            near = all(value >= 0.85 * least for value, least in zip(values, THRESHOLDS, strict=True))
            reached.append(sum(over) >= 6 and near)
    assert 0.2 < sum(reached) / len(reached) < 0.9


def test_some_counties_are_even_and_some_are_not():
    """The coefficient of variation of primary schools, weighted by pupils, of each of the seven: at most 0.50."""
    city = City(SMALL, seed=1)
    homes = {plan.code: plan.part.county.name for plan in city.layout.plans}
    schools = {}
    for row in city.rows("yearly_returns"):
        pupils = sum(row.pupils_by_grade)
        if row.year == 2026 and row.stage == "primary" and pupils >= 50:
            schools.setdefault(homes[row.school], []).append((pupils, seven(row, pupils)))
    worst = {home: max(variation(found, at) for at in range(7)) for home, found in schools.items()}
    assert min(worst.values()) <= 0.5 < max(worst.values())


# 高于规定学历, 骨干, 体艺 (for a hundred pupils), 教学用房, 体育场地 (m²), 设备值 (元), 多媒体教室 (for a hundred).
THRESHOLDS = (4.2, 1, 0.9, 4.5, 7.5, 2000, 2.3)


def seven(row, pupils: int) -> list[float]:
    return [
        row.above_required_qualification / pupils * 100,
        row.backbone_county_or_above / pupils * 100,
        (row.sports + row.music + row.art) / pupils * 100,
        (row.teaching_rooms - row.indoor_sports) / pupils,
        (row.sports_ground + row.indoor_sports) / pupils,
        float(row.equipment_value_10k_yuan) * 10_000 / pupils,
        row.multimedia_classrooms / pupils * 100,
    ]


def variation(schools, at: int) -> float:
    total = sum(pupils for pupils, _values in schools)
    mean = sum(pupils * values[at] for pupils, values in schools) / total
    return (sum(pupils / total * (values[at] - mean) ** 2 for pupils, values in schools)) ** 0.5 / mean


def test_some_classes_are_larger_than_the_standard_allows(small):
    """45 in a primary class, 50 in a junior one."""
    current = [row for row in small["yearly_returns"] if row.year == 2026 and row.stage in {"primary", "junior"}]
    over = [row for row in current if row.largest_class > (45 if row.stage == "primary" else 50)]
    assert 0 < len(over) < len(current) / 4


def test_a_sound_city_has_no_findings():
    assert list(findings(City(SMALL, seed=5))) == []


@pytest.mark.parametrize(("seed", "errors"), [(1, 1), (1, len(KINDS)), (2, 50), (9, 77)])
def test_the_planted_errors_are_exactly_what_the_checks_find(seed, errors):
    city = City(TINY, seed=seed, errors=errors)
    planted = [(one.table, one.key, one.kind, one.also) for one in city.planted()]
    assert len(planted) == errors
    assert sorted(findings(city)) == sorted(planted)
    assert {kind for _table, _key, kind, _also in planted} == set(list(KINDS)[:errors])


def test_errors_change_nothing_but_the_rows_they_stand_in():
    sound, planted = City(TINY, seed=4), City(TINY, seed=4, errors=20)
    assert list(sound.rows("guardians")) == list(planted.rows("guardians"))
    before = {row.key: row for row in sound.rows("pupils")}
    after = {row.key: row for row in planted.rows("pupils")}
    assert before.keys() < after.keys()
    assert 0 < sum(before[key] != row for key, row in after.items() if key in before) < 20


def test_more_errors_than_the_city_can_bear_are_refused():
    with pytest.raises(ValueError, match="room for"):
        _ = City(SMALL, seed=1, errors=100_000).planting


def test_the_list_of_errors_lies_beside_the_tables(tmp_path):
    counts = write_csv(City(SMALL, seed=1, errors=13), tmp_path)
    lines = (tmp_path / "planted_errors.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 14
    assert len((tmp_path / "pupils.csv").read_text(encoding="utf-8").splitlines()) == counts["pupils"] + 1


def test_a_workbook_holds_every_table_and_keeps_long_numbers_as_text(tmp_path):
    from python_calamine import CalamineWorkbook

    path = tmp_path / "city.xlsx"
    city = City(TINY, seed=1)
    write_workbook(city, path)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == list(TABLES)
    sheet = book.get_sheet_by_name("pupils").to_python()
    assert tuple(sheet[0]) == TABLES["pupils"].columns
    first = next(city.rows("pupils"))
    assert (sheet[1][0], sheet[1][3]) == (first.key, first.id_number)
