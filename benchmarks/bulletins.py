"""What composing a bulletin of the whole city costs, and of one county. Best on PostgreSQL:

    python scripts/with_postgres.py python -m benchmarks.bulletins [--scale small] [--counties 12] [--cases 100000] [--commitments 600]

Loads the synthetic city with the demonstration plans and their commitments, adds more (of each six, three are for all counties,
two for one of them, and one is the bureau's own), takes values, spreads cases over the schools, then
composes each bulletin seven times, with both files; the median in milliseconds. The goal: the city's at most three times the county's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import report
from yaodian.cases.declaring import Confidentiality, Phase
from yaodian.cases.models import Case
from yaodian.measures.operations import take_due
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations import ensure_demo_accounts
from yaodian.plans.models import Commitment, Duty, Plan
from yaodian.plans.operations import load_demonstration, load_demonstration_commitments
from yaodian.plans.queries.bulletins import Asked, Content, collect, files_of, span_of
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.scales import SCALES
from yaodian.registry.operations import load_city

TIMES = 7
GOAL = 3


def add_commitments(plan: Plan, count: int, bureau: Unit, counties: list[Unit]) -> None:
    """So many more commitments, each with duties; those of all counties with one for each."""
    now, today = timezone.now(), timezone.localdate()
    clause = plan.clauses.order_by("pk").first()
    rows = Commitment.objects.bulk_create(
        Commitment(
            plan=plan, clause=clause, position=100_000 + place, span_start=0, span_end=0, text=f"推进第{place + 1}项重点工作",
            due_on=today + timedelta(days=place % 200 - 60), due_kind="day", state="accepted", origin="person",
            changed_at=now,
        )
        for place in range(count)
    )  # fmt: skip
    duties = []
    for place, row in enumerate(rows):
        named = counties if place % 6 < 3 else [counties[place % len(counties)]] if place % 6 < 5 else []
        for unit, part in ((bureau, "lead"), *((county, "support") for county in named)):
            duties.append(Duty(commitment=row, unit=unit, name=unit.code, part=part))
    Duty.objects.bulk_create(duties, batch_size=2_000)


def lay(scale: str, counties: int, count: int, commitments: int) -> tuple[Plan, Unit, Unit]:
    """The data; the plan, the bureau, and the county with the most below it."""
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    load_city(actor=None, city=City(replace(SCALES[scale], counties=counties), seed=1), now=now)
    ensure_demo_accounts(now=now)
    editor, publisher = (Account.objects.get(username=name) for name in ("linlan", "hejing"))
    load_demonstration(now=now, editor=editor, publisher=publisher)
    load_demonstration_commitments(now=now, editor=editor)
    take_due(actor=None, now=now)
    bureau = Unit.objects.get(kind="bureau")
    county = Unit.objects.filter(kind="county").order_by("code")[0]
    schools = list(
        Unit.objects.filter(kind__in=("school", "kindergarten")).order_by("code").values_list("pk", flat=True)
    )
    rows = []
    for place in range(count):
        is_over = place % 3 == 0
        opened = now - timedelta(days=place % 200 + 1)
        rows.append(
            Case(
                number=f"B-{place:07d}", kind="plans.commitment_overdue", state="closed" if is_over else "working",
                phase=Phase.ENDED if is_over else Phase.WORKING, title="测试事项", supervising_unit=bureau,
                doing_unit_id=schools[place % len(schools)], opened_at=opened,
                ended_at=opened + timedelta(days=place % 30) if is_over else None,
                due_on=None if is_over else (opened + timedelta(days=20)).date(),
                confidentiality=Confidentiality.INTERNAL,
            )
        )  # fmt: skip
    Case.objects.bulk_create(rows, batch_size=2_000)
    plan = Plan.objects.filter(is_demonstration=True, state="published").order_by("-year")[0]
    add_commitments(plan, commitments, bureau, list(Unit.objects.filter(kind="county").order_by("code")))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return plan, bureau, county


def median(task: Callable[[], object]) -> float:
    """Milliseconds."""
    times = []
    for _turn in range(TIMES):
        began = time.perf_counter()
        task()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    """Measure the whole city and a county."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", choices=sorted(SCALES), default="small")
    parser.add_argument("--counties", type=int, default=12)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--commitments", type=int, default=600)
    given = parser.parse_args()
    settings.DEBUG = False
    facts = report.conditions()
    plan, bureau, county = lay(given.scale, given.counties, given.cases, given.commitments)
    span = span_of(kind="month", on=timezone.localdate().replace(day=1) - timedelta(days=1))
    rows = []
    took = {}
    moment = timezone.now()
    for name, unit in (("city", bureau), ("county", county)):
        asked = Asked(unit, [plan], (), span, timezone.localdate(), timezone.now())
        with CaptureQueriesContext(connection) as queries:
            figures = collect(asked)
        content = Content("circular", figures, {}, {"issuer": "云川市教育局"})
        took[name] = median(lambda asked=asked: collect(asked))
        written = median(
            lambda content=content: files_of(content, number="云教督〔2026〕1号", moment=moment, dated=moment.date())
        )
        rows.append(
            [name, len(figures["commitments"]), figures["numbers"]["cases_open"]["value"], len(queries),
             round(took[name], 1), round(written, 1)]
        )  # fmt: skip
    rows.append(["times", "", "", "", round(took["city"] / took["county"], 2), ""])
    facts |= {
        "database": connection.vendor,
        "scale": given.scale,
        "counties": given.counties,
        "cases": given.cases,
        "commitments": Commitment.objects.count(),
        "goal": f"the city at most {GOAL} times the county",
    }
    report.finish(
        "bulletins", ("of", "commitments", "open cases", "queries", "compose ms", "both files ms"), rows, facts
    )


if __name__ == "__main__":
    main()
