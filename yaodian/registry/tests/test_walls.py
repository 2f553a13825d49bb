"""The second wall: what PostgreSQL itself gives out, asked by SQL that knows no scope. SQLite has no such wall."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yaodian.organisations import operations as units
from yaodian.organisations import walls
from yaodian.organisations.models import Account, Hierarchy, UnitKind
from yaodian.organisations.queries import Visitor, with_rights
from yaodian.registry import operations, queries
from yaodian.registry.models import Guardian, Guardianship, Pupil, RecordAccess, School, TeacherPost
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db

IS_WALLED = connection.vendor == "postgresql"
POLICIES = import_module("yaodian.registry.migrations.0002_walls").POLICIES
# From a row of each table to the school whose row it is.
SCHOOL_OF = {
    "registry_school": "id",
    "registry_teacherpost": "school_id",
    "registry_enrolment": "school_id",
    "registry_guardianship": "(SELECT school_id FROM registry_pupil p WHERE p.id = pupil_id)",
    "registry_guardian": (
        "(SELECT p.school_id FROM registry_guardianship g JOIN registry_pupil p ON p.id = g.pupil_id"
        " WHERE g.guardian_id = registry_guardian.id)"
    ),
    "registry_pupilmerge": "(SELECT school_id FROM registry_pupil p WHERE p.id = kept_id)",
    "registry_recordaccess": (
        "(SELECT school_id FROM registry_pupil p WHERE p.id = pupil_id"
        " UNION ALL SELECT school_id FROM registry_teacher t WHERE t.id = teacher_id)"
    ),
}


def fill(school: School) -> School:
    """Rows of a school in every table behind the wall."""
    room = factories.school_class(school)
    teacher = factories.teacher(school)
    pupil = factories.pupil(school, room)
    operations.add_guardian(actor=None, public_id=pupil.public_id, values={"name": "顾远"}, relation="father", now=NOW)
    double = factories.pupil(school, id_number="", enrolment_number="")
    operations.merge_pupils(actor=None, kept=pupil.public_id, double=double.public_id, reason="重复", now=NOW)
    operations.store_return(
        actor=None, public_id=school.unit.public_id, year=2025, stage="primary", figures={"girls": 3}, now=NOW
    )
    operations.add_campus(actor=None, public_id=school.unit.public_id, values={"code": "1", "name": "本部"}, now=NOW)
    clerk = factories.registrar(school.unit)
    operations.open_pupil(actor=clerk, public_id=pupil.public_id, now=NOW)
    operations.open_teacher(actor=clerk, public_id=teacher.public_id, now=NOW)
    return school


@pytest.fixture
def city() -> list[School]:
    """Two schools in one county, one in another."""
    first, second = factories.county("青禾县"), factories.county("临溪区")
    return [fill(factories.school(home)) for home in (first, first, second)]


def rows(table: str) -> list[tuple[int, int]]:
    """Keys of all rows that the database gives out, each with the key of its school where that can be seen."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {SCHOOL_OF.get(table, 'school_id')} FROM {table} ORDER BY id")
        return list(cursor.fetchall())


def all_rows() -> dict[str, list[tuple[int, int]]]:
    return {table: rows(table) for table in POLICIES}


@contextmanager
def behind(account: Visitor) -> Iterator[None]:
    """A request of this account; the test goes on without a wall."""
    with walls.raised(account):
        yield
    walls.take_down()


def seen_by(account: Visitor) -> dict[str, list[tuple[int, int]]]:
    """The same behind the wall of a request of this account."""
    with behind(account):
        return all_rows()


def of(schools: Collection[School], whole: dict[str, list[tuple[int, int]]]) -> dict[str, list[tuple[int, int]]]:
    keys = {school.pk for school in schools}
    return {table: [row for row in found if row[1] in keys] for table, found in whole.items()}


def test_the_role_of_these_tests_is_bound_by_the_walls_as_the_role_of_the_service_is() -> None:
    if IS_WALLED:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, row_security_active(oid) FROM pg_class WHERE relname = ANY (%s)", [list(POLICIES)]
            )
            assert dict(cursor.fetchall()) == dict.fromkeys(POLICIES, True)
            cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
            walled = {name for (name,) in cursor.fetchall()}
        # A wall is raised before a statement that names one of its tables; it must know them all.
        assert walled >= set(POLICIES)
        assert all(name.startswith(tuple(f"{prefix}_" for prefix in walls.WALLED)) for name in walled)
    assert walls.check_role() == []


def test_sql_without_any_scope_gives_each_his_own_rows_and_no_others(city: list[School]) -> None:
    whole = all_rows()
    assert all(len({school for _key, school in found}) == 3 for found in whole.values()), whole
    cases: list[tuple[Visitor, list[School]]] = [
        (factories.viewer(city[0].unit), city[:1]),
        (factories.viewer(city[2].unit), city[2:]),
        (factories.viewer(city[0].unit.memberships.get().parent), city[:2]),
        (factories.viewer(factories.root()), city),
        # Rights that have nothing to do with the registry open nothing of it.
        (factories.account(factories.root(), "security_administrator"), []),
        (factories.account(city[0].unit), []),
        (None, []),
    ]
    for account, schools in cases:
        assert seen_by(account) == (of(schools, whole) if IS_WALLED else whole), account
    assert all_rows() == whole


def test_what_is_behind_the_wall_can_be_neither_changed_nor_removed_nor_added_to(city: list[School]) -> None:
    before = all_rows()
    with behind(factories.registrar(city[0].unit)), transaction.atomic():
        changed = Pupil.objects.filter(school=city[1]).update(is_boarding=True)
        removed, _by_table = RecordAccess.objects.filter(pupil__school=city[1]).delete()
        assert (changed == 0 and removed == 0) is IS_WALLED
        refused = False
        try:
            with transaction.atomic():
                foreign = Pupil(school=city[1], name="顾安", gender="1", entered_on=date(2026, 9, 1))
                foreign.save()
        except Exception as error:  # noqa: BLE001 - whatever the driver calls it, it names the policy.
            refused = "row-level security" in str(error)
        assert refused is IS_WALLED
        transaction.set_rollback(True)
    assert all_rows() == before


def test_groups_and_areas_open_the_wall_as_the_scope_does(city: list[School]) -> None:
    area = units.create_unit(
        actor=None, code="a1", kind=UnitKind.AREA, name="第一督学责任区", opened_on=factories.OPENED_ON,
        parent=factories.root(), now=NOW,
    )  # fmt: skip
    units.move_unit(
        actor=None,
        unit=city[2].unit,
        hierarchy=Hierarchy.INSPECTION,
        parent=area,
        from_on=factories.OPENED_ON,
        now=NOW,
    )
    inspector = factories.account(area)
    inspector.grants.create(
        role="viewer", unit=area, hierarchy=Hierarchy.INSPECTION, from_on=factories.GRANTED_ON, granted_at=NOW
    )
    whole = all_rows()
    inspector = with_rights(Account.objects.get(pk=inspector.pk))
    assert seen_by(inspector) == (of(city[2:], whole) if IS_WALLED else whole)
    assert queries.schools(account=inspector).total == 1


def test_a_school_that_has_ended_or_not_begun_stands_where_it_did_or_will(city: list[School]) -> None:
    home, today = city[0].unit.memberships.get().parent, timezone.localdate()
    coming = operations.create_school(
        actor=None,
        new=operations.NewSchool("2199888801", "栖禾新校", today + timedelta(days=200), home.code, factories.SCHOOL),
        now=NOW,
    )
    gone = factories.school(home)
    operations.close_school(actor=None, public_id=gone.unit.public_id, on=today - timedelta(days=30), now=NOW)
    for account, expected in ((factories.viewer(home), 4), (factories.viewer(city[2].unit), 1)):
        assert len(seen_by(account)["registry_school"]) == (expected if IS_WALLED else 5)
    assert {coming.pk, gone.pk} <= {key for key, _school in seen_by(factories.viewer(home))["registry_school"]}


# What an operation asks of the whole city.


def signed_in(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


def at(name: str, *arguments: Any) -> str:
    return reverse(f"registry:{name}", args=arguments)


def test_a_number_that_is_taken_elsewhere_is_refused_with_a_sentence(city: list[School]) -> None:
    taken = Pupil.objects.filter(school=city[1]).exclude(id_number_index=None).get()
    clerk = signed_in(factories.registrar(city[0].unit))
    form = {"name": "顾安之", "gender": "1", "entered_on": "2026-09-01", "id_number": taken.id_number}
    answer = clerk.post(at("add_pupil", city[0].unit.public_id), form)
    assert answer.status_code == 422
    assert "已登记在另一名学生名下" in answer.content.decode()


def test_sisters_in_two_schools_share_their_guardian_over_the_wall(city: list[School]) -> None:
    number = factories.id_number()
    there = Guardianship.objects.filter(pupil__school=city[2]).get()
    Guardian.objects.filter(pk=there.guardian_id).update(name="顾远")
    operations.change_guardian(
        actor=None, public_id=there.pupil.public_id, guardian=there.guardian.public_id,
        changes={"id_number": number}, now=NOW,
    )  # fmt: skip
    sister = factories.pupil(city[0])
    clerk = signed_in(factories.registrar(city[0].unit))
    answer = clerk.post(
        at("add_guardian", sister.public_id), {"name": "顾远", "relation": "father", "id_number": number}
    )
    assert answer.status_code == 302
    assert sister.guardianships.get().guardian_id == there.guardian_id
    # A new one, whom nobody has seen yet.
    answer = clerk.post(at("add_guardian", sister.public_id), {"name": "顾宁", "relation": "mother"})
    assert answer.status_code == 302
    assert sister.guardianships.count() == 2


def test_a_history_names_the_schools_it_went_through(city: list[School]) -> None:
    pupil = factories.pupil(city[1])
    teacher = factories.teacher(city[1])
    operations.transfer_pupil(
        actor=None, public_id=pupil.public_id, to=city[0].unit.public_id, on=date(2026, 10, 1), now=NOW
    )
    operations.move_teacher(
        actor=None, public_id=teacher.public_id, to=city[0].unit.public_id, duty="教师", on=date(2026, 10, 1), now=NOW
    )
    former = city[1].unit.names.get().name
    clerk = signed_in(factories.viewer(city[0].unit))
    for page in (at("pupil", pupil.public_id), at("teacher", teacher.public_id)):
        assert former in clerk.get(page).content.decode()
    assert TeacherPost.objects.filter(teacher=teacher).count() == 2


def test_who_reaches_all_behind_his_wall_does_not_reach_all(city: list[School]) -> None:
    account = factories.viewer(city[0].unit)
    with walls.raised(account):
        assert queries.reach_of(account=account).keys == (city[0].pk,)
    everywhere = factories.viewer(factories.root())
    with walls.raised(everywhere):
        assert queries.reach_of(account=everywhere).keys is None


# The wall and the connection.


def schools_now() -> int:
    return len(rows("registry_school"))


def test_a_wall_is_lifted_for_what_stands_inside_the_block_and_nothing_after_it(city: list[School]) -> None:
    own = 1 if IS_WALLED else 3
    with walls.raised(factories.viewer(city[0].unit)):
        assert walls.stands() is IS_WALLED
        with walls.lifted():
            assert schools_now() == 3
            with walls.lifted():
                assert schools_now() == 3
            assert schools_now() == 3
        assert schools_now() == own
        with pytest.raises(LookupError), walls.lifted():
            raise LookupError
        assert schools_now() == own
    assert not walls.stands()


def test_a_transaction_that_is_undone_takes_no_wall_with_it(city: list[School]) -> None:
    own = 1 if IS_WALLED else 3
    with walls.raised(factories.viewer(city[0].unit)):
        for _turn in range(2):
            with transaction.atomic():
                assert schools_now() == own
                with walls.lifted():
                    assert schools_now() == 3
                transaction.set_rollback(True)
            assert schools_now() == own


@pytest.mark.django_db(transaction=True)
def test_a_visitor_after_somebody_else_on_the_same_connection_meets_his_own_wall(
    city: list[School], django_assert_num_queries: Callable[..., Any]
) -> None:
    account = factories.viewer(factories.root())
    with walls.raised(account):
        assert schools_now() == 3
    with django_assert_num_queries(1), walls.raised(account):
        # It stands there from before, so nothing is set again.
        assert schools_now() == 3
    for visitor in (None, factories.viewer(city[0].unit), None):
        own = 0 if visitor is None else 1
        with walls.raised(visitor):
            for _turn in range(2):
                with transaction.atomic():
                    assert schools_now() == (own if IS_WALLED else 3)
                    transaction.set_rollback(True)
    with walls.raised(None):
        connection.close()
        assert schools_now() == (0 if IS_WALLED else 3)
    walls.take_down()
    assert schools_now() == 3


def test_whose_request_it_is_may_be_found_out_later(city: list[School]) -> None:
    with walls.raised(None):
        walls.stand_for(factories.viewer(factories.root()))
        assert schools_now() == 3


def test_the_walls_can_be_pulled_down_and_raised_again(city: list[School]) -> None:
    migration = import_module("yaodian.registry.migrations.0002_walls")
    whole, account = all_rows(), factories.viewer(city[0].unit)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if IS_WALLED else "SELECT 1")
    editor = connection.schema_editor()
    migration.pull_down_walls(None, editor)
    assert seen_by(account) == whole
    migration.raise_walls(None, editor)
    assert seen_by(account) == (of(city[:1], whole) if IS_WALLED else whole)


def test_a_role_that_walks_through_walls_is_named_by_the_deployment_check(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_error: object) -> None: ...

        def execute(self, _sql: str) -> None: ...

        def fetchone(self) -> tuple[str, bool, bool]:
            return "yaodian", False, True

    class Asked:
        vendor = "postgresql"
        cursor = Cursor

    monkeypatch.setattr(walls, "_connection", Asked)
    (problem,) = walls.check_role()
    assert problem.id == "organisations.E001"
    assert "BYPASSRLS" in problem.msg
