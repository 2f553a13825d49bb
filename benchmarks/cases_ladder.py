"""A morning on which so many clocks reach a rung of their ladder, on either database, against a bare UPDATE of the same rows.

    [python scripts/with_postgres.py --durable] python -m benchmarks.cases_ladder [--clocks 100000]

Each clock stands on a rung that is reached today, and on none that was missed: as on a morning after a night on which workers
ran. The kinds, rungs and days are spread evenly. The bare UPDATE moves the same columns; the median of three counts.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import date, timedelta
from itertools import count, cycle, islice

import click

from benchmarks import report

CLOCKS, GOAL, SCHOOLS, TURNS = 100_000, 10, 287, 3


def _set_up() -> None:
    os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def rungs(today: date) -> list[tuple[str, str, int, date]]:
    """Every kind, clock and rung, with a day that the clock is due on so that the rung is reached today."""
    from yaodian.cases.clocks import rung_day
    from yaodian.cases.declaring import kinds
    from yaodian.foundation.workdays import calendar_as_of

    calendar = calendar_as_of(today)
    around = [today + timedelta(days=days) for days in range(-60, 61)]
    return [
        (kind.code, clock.code, place, day)
        for kind in kinds().values()
        for clock in kind.clocks
        for place, rung in enumerate(kind.ladder)
        for day in around
        if rung_day(calendar, rung, day) == today
    ]


def fill(clocks: int, today: date) -> None:
    """So many cases with a clock each, past the operations."""
    from django.utils import timezone

    from yaodian.cases.models import Case, CaseClock
    from yaodian.organisations.tests import factories

    units = factories.city(schools=SCHOOLS, counties=10)
    schools = cycle([unit.pk for code, unit in sorted(units.items()) if code.startswith("s")])
    opened, numbers = timezone.now() - timedelta(days=90), count()
    stands = islice(cycle(rungs(today)), clocks)
    while part := list(islice(stands, 5_000)):
        cases = Case.objects.bulk_create(
            Case(
                number=f"L-{next(numbers):06d}", kind=kind, state="working", phase="working", title="灯具老化",
                doing_unit_id=next(schools), supervising_unit=units["bureau"], opened_at=opened, due_on=day,
                confidentiality="internal",
            )
            for kind, _code, _place, day in part
        )  # fmt: skip
        CaseClock.objects.bulk_create(
            CaseClock(
                case=case, code=code, started_on=opened.date() - timedelta(days=60), due_on=day, first_due_on=day, days=60,
                is_working_days=False, rung=place, next_act_on=today,
            )
            for case, (_kind, code, place, day) in zip(cases, part, strict=True)
        )  # fmt: skip
    tidy()


def tidy() -> None:
    """What a night leaves behind: no dead rows, and statistics that hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_caseclock" if connection.vendor == "postgresql" else "ANALYZE")


def bare(today: date) -> float:
    """Seconds of an UPDATE of the same rows and columns with its commit; then they are put back."""
    from django.db.models import F

    from yaodian.cases.models import CaseClock

    tomorrow = today + timedelta(days=1)
    began = time.perf_counter()
    CaseClock.objects.filter(next_act_on__lte=today).update(rung=F("rung") + 1, next_act_on=tomorrow)
    seconds = time.perf_counter() - began
    CaseClock.objects.filter(next_act_on=tomorrow).update(rung=F("rung") - 1, next_act_on=today)
    return seconds


@click.command()
@click.option("--clocks", default=CLOCKS, show_default=True)
def main(clocks: int) -> None:
    """Fill, update, climb."""
    facts = report.conditions()
    _set_up()
    from django.db import connection
    from django.utils import timezone

    from yaodian.cases.models import Notice
    from yaodian.cases.operations import escalate_due

    now = timezone.now()
    today = timezone.localdate(now)
    fill(clocks, today)
    seconds = statistics.median(bare(today) for _turn in range(TURNS))
    tidy()
    spent, began = time.process_time(), time.perf_counter()
    moved = escalate_due(now=now)
    taken, spent = time.perf_counter() - began, time.process_time() - spent
    assert moved == clocks, (moved, clocks)
    assert escalate_due(now=now) == 0
    facts |= {"database": connection.vendor, "goal": f"under {GOAL} times"}
    row = [
        clocks,
        Notice.objects.count(),
        round(seconds, 2),
        round(taken, 2),
        round(taken / seconds, 1),
        round(spent, 2),
    ]
    report.finish(
        "cases_morning", ("clocks", "notices", "bare UPDATE, s", "pass, s", "times", "processor of us, s"), [row], facts
    )


if __name__ == "__main__":
    main()
