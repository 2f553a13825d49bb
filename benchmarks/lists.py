"""What a page of the registry costs whoever reaches one school, a county, or the whole city. Best on PostgreSQL:

    python scripts/with_postgres.py python -m benchmarks.lists [--scale city]

Loads the synthetic city, then asks each page seven times as three registrars through Django's test client; the median in
milliseconds, and the queries of one request. The goal: the city's at most twice the school's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import Any

os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import report
from yaodian.identity import session
from yaodian.organisations.models import Account, Grant, Unit
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.scales import SCALES
from yaodian.registry.models import Pupil, School
from yaodian.registry.operations import load_city

TIMES = 7
GOAL = 2


def registrar(username: str, unit: Unit) -> Client:
    account = Account.objects.create(username=username, name="测试", created_at=timezone.now(), is_demonstration=True)
    Grant.objects.create(
        account=account, role="registrar", unit=unit, from_on=date(2000, 1, 1), granted_at=timezone.now()
    )
    client = Client()
    client.force_login(account)
    marked = client.session
    marked.update({session.FACTOR: True, session.PROVED: int(time.time())})
    marked.save()
    return client


def cost(client: Client, address: str) -> tuple[float, int]:
    """Median milliseconds, and queries."""
    queries: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 200, address
    times = []
    for _time in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1_000, len(queries)


def main() -> None:
    """Load, ask, print; nothing is kept."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--scale", choices=sorted(SCALES), default="city")
    chosen = arguments.parse_args()
    facts = report.conditions()
    settings.ALLOWED_HOSTS = ["*"]
    # The budget of reads is no part of what is measured.
    settings.READ_BUDGET_PER_DAY = 10**9
    call_command("migrate", verbosity=0)
    began = time.monotonic()
    loaded = load_city(actor=None, city=City(SCALES[chosen.scale], seed=1), now=timezone.now())
    facts["load_seconds"] = round(time.monotonic() - began)
    facts["pupils"] = loaded["pupils"]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    school = School.objects.filter(school_type="211", unit__closed_on=None).select_related("unit").order_by("pk")[20]
    name = Pupil.objects.filter(school=school).order_by("pk")[0].name
    clients = [
        registrar("one", school.unit),
        registrar("county", Unit.objects.filter(kind="county", closed_on=None).order_by("pk")[0]),
        registrar("all", Unit.objects.get(code="bureau")),
    ]
    addresses = {
        "schools": "/registry/",
        "pupils": "/registry/pupils/",
        "pupils, left behind": "/registry/pupils/?group=left_behind",
        "pupils by whole name": f"/registry/pupils/?text={name}",
        "teachers": "/registry/teachers/",
        "teachers, full professors": "/registry/teachers/?title=full",
        "search box": f"/find/?text={name}",
        "API, pupils": "/api/registry/pupils",
    }
    rows = []
    for label, address in addresses.items():
        costs = [cost(client, address) for client in clients]
        rows.append(
            [
                label,
                *(f"{milliseconds:.0f}" for milliseconds, _queries in costs),
                "/".join(str(queries) for _milliseconds, queries in costs),
                f"{costs[-1][0] / costs[0][0]:.1f}",
            ]
        )
    rows.append(["goal", "", "", "", "", str(GOAL)])
    report.finish("lists", ("page", "school, ms", "county, ms", "city, ms", "queries", "times"), rows, facts)


if __name__ == "__main__":
    main()
