"""``python -m benchmarks.kills --loops N``: a worker is killed in the middle of a job, N times on each database.

Two workers run jobs that each add their number to a sum, once. In every loop one that has a job in hand is killed without
warning, at a random moment before, within or after the transaction of the effect, and another takes its place. At the
end every job must be done, and every number must stand in the sum exactly once. Exit status 1 where one does not.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from typing import Any

import click

from benchmarks import report
from benchmarks.jobs import DATABASES, measured

WORKERS, JOBS_A_LOOP, FIRST = 2, 3, 20
LONGEST_SECONDS = 0.12


def add(_context: Any, *, number: int) -> None:
    """The job: the mark of a run, then the effect, with room to die in all three places."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_runs (number) VALUES (%s)", [number])
    time.sleep(0.02)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_effects (number) VALUES (%s) ON CONFLICT DO NOTHING", [number])
        if cursor.rowcount:
            cursor.execute("UPDATE bench_sum SET amount = amount + %s", [number])
        time.sleep(0.02)
    time.sleep(0.02)


def run(loops: int, seed: int) -> dict[str, int]:
    """Kill so often on the database that the environment names. Returns the counts."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
    django.setup()

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from yaodian.foundation import jobs
    from yaodian.foundation.models import Job

    settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS, settings.JOB_POLL_SECONDS = 2, 0.5, 0.05
    jobs.job("bench.add", max_attempts=100)(add)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_runs (number integer)")
        cursor.execute("CREATE TABLE bench_effects (number integer PRIMARY KEY)")
        cursor.execute("CREATE TABLE bench_sum (amount bigint)")
        cursor.execute("INSERT INTO bench_sum VALUES (0)")
    chance = random.Random(seed)
    own = Job.objects.filter(code="bench.add")
    enqueued = _enqueue(0, FIRST)
    living = [_fork() for _ in range(WORKERS)]
    for _loop in range(loops):
        enqueued = _enqueue(enqueued, JOBS_A_LOOP)
        victim = _at_work(living)
        time.sleep(chance.random() * LONGEST_SECONDS)
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        living[living.index(victim)] = _fork()
    until = time.monotonic() + 600
    while own.filter(state=Job.State.DONE).count() < enqueued and time.monotonic() < until:
        time.sleep(0.2)
    for process in living:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM bench_runs")
        runs = cursor.fetchone()[0]
        cursor.execute("SELECT COUNT(*) FROM bench_effects")
        effects = cursor.fetchone()[0]
        cursor.execute("SELECT amount FROM bench_sum")
        amount = cursor.fetchone()[0]
    return {
        "kills": loops,
        "jobs": enqueued,
        "runs": runs,
        "not done": enqueued - own.filter(state=Job.State.DONE).count(),
        "effects lost": enqueued - effects,
        "sum wrong by": amount - sum(range(enqueued)),
    }


def _enqueue(first: int, count: int) -> int:
    from django.db import transaction

    from yaodian.foundation import jobs

    with transaction.atomic():
        for number in range(first, first + count):
            jobs.enqueue(code="bench.add", arguments={"number": number}, requested_by_id=None, key=f"add:{number}")
    return first + count


def _at_work(living: list[int]) -> int:
    """A living worker that has a job in hand: its name ends with its number and six letters."""
    from yaodian.foundation.models import Job

    until = time.monotonic() + 120
    while time.monotonic() < until:
        names = Job.objects.filter(code="bench.add", state=Job.State.RUNNING).values_list("worker", flat=True)
        busy = {int(name.split("-")[-2]) for name in names} & set(living)
        if busy:
            return min(busy)
        time.sleep(0.01)
    sys.exit("no worker took a job within two minutes")


def _fork() -> int:
    """A worker: a child of this process, so that no loop waits for Django to be loaded."""
    from django.db import connections

    from yaodian.foundation.worker import work

    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work(is_batch=False)
        finally:
            os._exit(0)
    return child


@click.command()
@click.option("--loops", default=500, show_default=True, help="how often a worker is killed on each database")
@click.option("--seed", default=7, show_default=True, help="of the moments")
@click.option("--here", is_flag=True, hidden=True, help="on the database of the environment")
def main(loops: int, seed: int, here: bool) -> None:
    """Kill workers in the middle of their jobs, and say what became of the jobs."""
    if here:
        print(json.dumps([run(loops, seed)]))
        return
    facts = {**report.conditions(), "loops": loops, "seed": seed}
    rows: list[list[Any]] = []
    for name, command in DATABASES.items():
        begin = time.monotonic()
        own = [*command[:-1], "benchmarks.kills", "--here", "--loops", str(loops), "--seed", str(seed)]
        answers = measured(own)
        if answers is None:
            sys.exit(f"{name} not measured: see the message above")
        rows.append([name, *answers[0].values(), round(time.monotonic() - begin)])
    heads = ("database", *answers[0], "seconds")
    report.finish("kills", heads, rows, facts)
    if any(row[heads.index(name)] for row in rows for name in ("not done", "effects lost", "sum wrong by")):
        sys.exit(1)


if __name__ == "__main__":
    main()
