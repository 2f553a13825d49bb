"""Rows in scope are found by index: for one school, for a county, for the whole city, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import connection

from yaodian.organisations.models import Unit
from yaodian.registry import operations
from yaodian.registry.models import PRESENT, Pupil, School, Teacher
from yaodian.registry.queries import reach_of
from yaodian.registry.queries.people import said
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db

IN_A_SCHOOL = 100


@pytest.fixture
def counties() -> tuple[Unit, Unit]:
    """A county of sixty schools and one of twenty, with pupils and teachers in them, and what the planner wants to know."""
    homes = factories.county("青禾县"), factories.county("临溪区")
    schools = [factories.school(home) for home, count in zip(homes, (60, 20), strict=True) for _one in range(count)]
    operations.create_rows(
        actor=None,
        table="pupils",
        columns=("name", "gender", "school_id", "status", "entered_on"),
        rows=[
            (f"顾{number}", "2", school.pk, "enrolled", date(2026, 9, 1))
            for school in schools
            for number in range(IN_A_SCHOOL)
        ],
        now=NOW,
    )
    operations.create_rows(
        actor=None,
        table="teachers",
        columns=("staff_number", "name", "gender", "school_id", "establishment", "qualification", "stage"),
        rows=[
            (f"T{school.pk}-{number}", f"金{number}", "1", school.pk, "in", "bachelor", "primary")
            for school in schools
            for number in range(IN_A_SCHOOL)
        ],
        now=NOW,
    )
    # Of these tables alone: PostgreSQL keeps their numbers of rows when the test is rolled back, and plans by them.
    with connection.cursor() as cursor:
        for model in apps.get_app_config("registry").get_models():
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
    return homes


def scans(plan: str, table: str) -> bool:
    """Whether a plan reads a whole table without an index."""
    return any(
        f"Seq Scan on {table} " in line or (f"SCAN {table}" in line and "INDEX" not in line)
        for line in plan.splitlines()
    )


def test_pages_people_and_counts_are_read_off_indexes(counties: tuple[Unit, Unit]) -> None:
    # One test: to fill the tables costs more than all its questions.
    first, second = counties
    places = {"school": School.objects.order_by("pk")[3].unit, "county": second, "city": factories.root()}
    for where, unit in places.items():
        reach = reach_of(account=factories.viewer(unit))
        assert {"school": reach.is_single, "county": reach.keys is not None, "city": reach.keys is None}[where]
        for model, table in ((Pupil, "registry_pupil"), (Teacher, "registry_teacher")):
            plan = reach.rows(model._default_manager.order_by("school_id", "id"))[:51].explain()
            assert not scans(plan, table), plan
            assert f"{table}_of_school" in plan or "registry_pupil_counted" in plan, plan

    everywhere = reach_of(account=factories.viewer(factories.root()))
    plan = everywhere.rows(Pupil.objects.filter(merged_into__isnull=True)).filter(said(Pupil, "顾7")).explain()
    assert not scans(plan, "registry_pupil"), plan
    assert "registry_pupil_by_name" in plan

    keys = list(School.objects.order_by("pk").values_list("pk", flat=True)[:2])
    rows = Pupil.objects.filter(school_id__in=keys, status__in=PRESENT, merged_into__isnull=True).order_by()
    plan = rows.values_list("school_id").explain()
    assert not scans(plan, "registry_pupil"), plan

    reach = reach_of(account=factories.viewer(first))
    plan = reach.schools.order_by().explain()
    # A few dozen schools are read whole for less than an index costs; the hierarchy, which has every unit several times,
    # is not.
    if connection.vendor == "sqlite":
        assert not scans(plan, "organisations_ancestry"), plan
    assert len(reach.keys or ()) == 60
