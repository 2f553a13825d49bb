"""Many rows at once: whole, indexed, permitted, and never half."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations, queries
from yaodian.registry.models import Enrolment, Pupil, School, Teacher, TeacherPost, YearlyReturn
from yaodian.registry.operations import UnableToImport, WrongState
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db

COLUMNS = (
    *("name", "id_number", "gender", "birth_on", "school_id", "status", "entered_on", "has_disability"),
    *("residence", "external_id"),
)


@pytest.fixture
def school() -> School:
    return factories.school()


def rows_for(school: School, count: int) -> list[tuple[Any, ...]]:
    return [
        (
            *(f"顾{number}", factories.id_number(number), "2", date(2017, 5, 6), school.pk, "enrolled"),
            *(date(2026, 9, 1), number % 2 == 0, "棠陂街33号", f"P{number}"),
        )
        for number in range(count)
    ]


def create(actor: Any, school: School, rows: list[tuple[Any, ...]]) -> list[int]:
    return operations.create_rows(actor=actor, table="pupils", columns=COLUMNS, rows=rows, now=NOW, source="import:1")


def test_rows_come_in_whole_and_are_found_again(school: School) -> None:
    ids = create(factories.registrar(school.unit), school, rows_for(school, 30))
    assert len(set(ids)) == 30
    child = Pupil.objects.get(pk=ids[4])
    assert (child.name, child.birth_year, child.has_disability, child.version) == ("顾4", 2017, True, 1)
    assert len(child.public_id) == 12
    found = queries.pupils(
        account=factories.viewer(school.unit), filters=queries.PupilFilters(text=factories.id_number(4))
    )
    assert [row.public_id for row in found.items] == [child.public_id]
    assert Enrolment.objects.filter(until_on__isnull=True).count() == 30
    # A row entered by hand afterwards does not meet an imported one's key.
    assert factories.pupil(school, id_number="", enrolment_number="").pk not in ids


def test_the_number_of_statements_does_not_grow_with_the_rows(school: School) -> None:
    def statements(count: int, start: int) -> int:
        rows = [
            (*row[:1], factories.id_number(start + place), *row[2:-1], f"Q{start + place}")
            for place, row in enumerate(rows_for(school, count))
        ]
        with CaptureQueriesContext(connection) as captured:
            create(None, school, rows)
        # SQLite reports an executemany as one statement, PostgreSQL takes COPY beside the log.
        return len(captured)

    assert statements(3, 100) == statements(60, 200)


def test_one_row_that_breaks_a_rule_refuses_all(school: School) -> None:
    rows = rows_for(school, 5)
    rows[3] = (*rows[3][:1], rows[0][1], *rows[3][2:])
    with pytest.raises(UnableToImport, match="整批没有写入") as refused:
        create(None, school, rows)
    assert rows[0][1] not in refused.value.message
    assert not Pupil.objects.exists()


def test_rows_of_a_school_out_of_reach_are_refused(school: School) -> None:
    clerk = factories.registrar(factories.school().unit)
    with pytest.raises(PermissionMissing, match=school.unit.code):
        create(clerk, school, rows_for(school, 2))
    with pytest.raises(PermissionMissing):
        create(factories.viewer(school.unit), school, rows_for(school, 2))
    assert not Pupil.objects.exists()


def test_changes_move_the_index_and_the_version(school: School) -> None:
    ids = create(None, school, rows_for(school, 3))
    changed = operations.change_rows(
        actor=factories.registrar(school.unit),
        table="pupils",
        columns=("name", "birth_on"),
        rows=[(ids[0], "顾改名", date(2016, 1, 2)), (ids[1], "顾又改", None)],
        now=NOW,
    )
    assert changed == 2
    child = Pupil.objects.get(pk=ids[0])
    assert (child.name, child.birth_year, child.version) == ("顾改名", 2016, 2)
    boss = factories.viewer(school.unit)
    assert queries.pupils(account=boss, filters=queries.PupilFilters(text="顾改名")).total == 1
    assert queries.pupils(account=boss, filters=queries.PupilFilters(text="顾0")).total == 0


def test_rows_are_not_moved_out_of_reach_by_a_change(school: School) -> None:
    ids = create(None, school, rows_for(school, 1))
    other = factories.school()
    clerk = factories.registrar(school.unit)
    with pytest.raises(PermissionMissing):
        operations.change_rows(actor=clerk, table="pupils", columns=("school_id",), rows=[(ids[0], other.pk)], now=NOW)
    with pytest.raises(PermissionMissing):
        operations.change_rows(
            actor=factories.registrar(other.unit), table="pupils", columns=("name",), rows=[(ids[0], "试")], now=NOW
        )


def test_an_import_is_taken_back_unless_something_hangs_on_it(school: School) -> None:
    ids = create(None, school, rows_for(school, 3))
    operations.remove_rows(actor=None, table="pupils", ids=ids[:1], now=NOW)
    assert Pupil.objects.count() == 2
    assert Enrolment.objects.count() == 2
    operations.open_pupil(
        actor=factories.viewer(school.unit), public_id=Pupil.objects.get(pk=ids[1]).public_id, now=NOW
    )
    with pytest.raises(WrongState, match="引用"):
        operations.remove_rows(actor=None, table="pupils", ids=ids[1:], now=NOW)
    assert Pupil.objects.count() == 2


def test_teachers_and_returns_come_in_the_same_way(school: School) -> None:
    columns = ("staff_number", "name", "gender", "school_id", "establishment", "qualification", "stage", "started_year")
    ids = operations.create_rows(
        actor=None,
        table="teachers",
        columns=columns,
        rows=[("T1", "金甲", "1", school.pk, "in", "bachelor", "primary", 2011)],
        now=NOW,
    )
    assert TeacherPost.objects.get().teacher_id == ids[0]
    assert Teacher.objects.get().status == "active"
    operations.create_rows(
        actor=None,
        table="returns",
        columns=("school_id", "year", "stage", "pupils_by_grade", "site"),
        rows=[(school.pk, 2026, "primary", [3, 4], "1500.5")],
        now=NOW,
    )
    row = YearlyReturn.objects.get()
    assert (row.pupils_by_grade, row.girls, row.class_size_bands) == ([3, 4], None, {})
    assert queries.teacher_keys(staff_numbers=["T1", "T2"]) == {"T1": ids[0]}
    assert queries.school_keys(codes=[school.unit.code, "x"]) == {school.unit.code: school.pk}


def test_keys_are_found_by_sealed_numbers(school: School) -> None:
    ids = create(None, school, rows_for(school, 3))
    number = factories.id_number(1)
    assert queries.sealed_keys(model=Pupil, column="id_number", values=[number, "990000", ""]) == {number: ids[1]}
    assert queries.external_keys(model=Pupil, ids=["P2", "P9"]) == {"P2": ids[2]}
