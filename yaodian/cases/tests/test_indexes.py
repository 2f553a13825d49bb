"""Rows come by index, for an office as for a school, on both databases: no outlet reads the table of cases whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from yaodian.cases import operations, queries
from yaodian.cases.models import Case, CaseEvent
from yaodian.cases.queries import Filters
from yaodian.cases.tests import factories

pytestmark = pytest.mark.django_db
NOW, TODAY = factories.NOW, factories.NOW.date()
TABLES = ("cases_case", "cases_caseevent")


@contextmanager
def plans() -> Iterator[list[str]]:
    """The plan of every SELECT over these tables inside."""
    found: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and any(f'"{table}"' in sql for table in TABLES):
            prefix = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
            with context["connection"].connection.cursor() if connection.vendor == "postgresql" else _bare() as cursor:
                cursor.execute(prefix + (sql if connection.vendor == "postgresql" else sql.replace("%s", "?")), params)
                found.append(sql + "\n" + "\n".join(str(row[-1]) for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


@contextmanager
def _bare() -> Iterator[Any]:
    cursor = connection.connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def whole(plan: str) -> bool:
    """Whether a plan reads one of the tables without an index. SQLite calls it a scan as well where it reads rows in the
    order of their keys, and a list stops after its page."""
    if '"cases_case"."id" DESC LIMIT' in plan and "TEMP B-TREE" not in plan and connection.vendor == "sqlite":
        return False
    return any(
        f"Seq Scan on {table}" in line or (f"SCAN {table}" in line and "INDEX" not in line and "VIRTUAL" not in line)
        for line in plan.splitlines()
        for table in TABLES
    )


def test_every_outlet_reads_its_rows_by_index() -> None:
    # One test: to fill the table costs more than all its questions.
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    _fill(city, handler.pk, supervisor.pk)
    for account in (supervisor, handler):
        with plans() as found:
            for filters in (
                Filters(),
                Filters(is_overdue=True, sort="due"),
                Filters(phase="waiting", sort="due"),
                Filters(words="采光"),
                Filters(words="孔雀"),
            ):
                queries.list_page(account=account, today=TODAY, filters=filters)
            queries.my_day(account=account, today=TODAY)
            queries.counts(account=account, today=TODAY)
        assert len(found) > 10
        for plan in found:
            assert not whole(plan), plan


def _fill(city: dict[str, Any], handler: int, supervisor: int) -> None:
    """Four thousand cases, all but forty over, spread over other units but for a tenth."""
    units = [city["s0"].pk, *[city[code].pk for code in ("s1", "c0", "c1", "k1")] * 2, city["bureau"].pk]
    given = []
    for number in range(4_000):
        is_open = number % 100 == 0
        unit = units[number % len(units)]
        given.append(
            Case(
                number=f"2025-{number:06d}", kind="services.ticket" if number % 3 else "safety.hazard",
                state="working" if is_open else "closed", phase="working" if is_open else "ended", title="照明",
                doing_unit_id=unit, supervising_unit=city["bureau"],
                assignee_id=handler if unit == city["s0"].pk else None,
                opened_at=NOW - timedelta(days=400), ended_at=None if is_open else NOW,
                due_on=TODAY - timedelta(days=number % 50) if is_open else None,
                confidentiality="restricted" if number % 3 else "internal",
                words=queries.words_of("采光" if number % 400 == 0 else "照明"),
            )
        )  # fmt: skip
    cases = Case.objects.bulk_create(given, batch_size=500)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(
                case=case, number=number, action="open", to_state="open", at=NOW,
                by_id=handler if case.assignee_id else supervisor if number % 9 == 0 else None,
            )
            for case in cases
            for number in (1, 2)
        ],
        batch_size=500,
    )  # fmt: skip
    operations.recount_tallies()
    # Of these tables alone: PostgreSQL keeps their numbers of rows when the test is rolled back, and plans by them.
    with connection.cursor() as cursor:
        for model in apps.get_app_config("cases").get_models():
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
