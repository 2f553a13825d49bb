"""Workers as processes of their own: killed at any moment they lose nothing and double nothing, and nobody waits for bulk."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.foundation.tests import processes

pytestmark = pytest.mark.django_db(transaction=True)

# A job with an effect: every run leaves a mark, and whichever run is first adds its number to the sum. The pauses leave
# room to die before the effect, within its transaction, and between it and the report that the job is done.
ADDER = """
from django.db import connection, transaction
def add(context, *, number):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_runs (number) VALUES (%s)", [number])
    time.sleep(0.1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_effects (number) VALUES (%s) ON CONFLICT DO NOTHING", [number])
        if cursor.rowcount:
            cursor.execute("UPDATE tests_sum SET amount = amount + %s", [number])
        time.sleep(0.05)
    time.sleep(0.15)
jobs.job("tests.add", max_attempts=20)(add)
"""

BULK_AND_QUICK = """
def toil(context):
    while True:
        context.check_cancelled()
        time.sleep(0.05)
jobs.job("tests.toil", is_bulk=True)(toil)
jobs.job("tests.quick")(lambda context: None)
"""


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes of these jobs, for enqueueing; they run in the workers alone."""
    monkeypatch.setattr(jobs, "_REGISTER", {**jobs._REGISTER})
    jobs.job("tests.add", max_attempts=20)(lambda _context, **_arguments: None)
    jobs.job("tests.toil", is_bulk=True)(lambda _context: None)
    jobs.job("tests.quick")(lambda _context: None)


@pytest.fixture
def tables() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tests_runs (number integer)")
        cursor.execute("CREATE TABLE tests_effects (number integer PRIMARY KEY)")
        cursor.execute("CREATE TABLE tests_sum (amount integer)")
        cursor.execute("INSERT INTO tests_sum VALUES (0)")
    yield
    with connection.cursor() as cursor:
        for name in ("runs", "effects", "sum"):
            cursor.execute(f"DROP TABLE tests_{name}")


def take(code: str, key: str, **arguments: Any) -> Job:
    with transaction.atomic():
        return jobs.enqueue(code=code, arguments=arguments, requested_by_id=None, key=key)


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"after {seconds} s: {list(Job.objects.values_list('code', 'state', 'attempts', 'worker'))}")


def told(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def at_work(rows: QuerySet[Job], running: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes] | None:
    """A living worker that has one of these jobs in hand; its name ends with its number and six letters."""
    names = rows.filter(state=Job.State.RUNNING).values_list("worker", flat=True)
    busy = {int(name.split("-")[-2]) for name in names}
    return next((process for process in running if process.pid in busy), None)


def test_a_job_whose_worker_is_killed_in_the_middle_has_its_effect_exactly_once(registered: None, tables: None) -> None:
    numbers = range(1, 31)
    for number in numbers:
        take("tests.add", f"add-{number}", number=number)
    adder = processes.quick(ADDER)
    own = Job.objects.filter(code="tests.add")
    with processes.workers(adder, adder, adder) as running:
        for kill in range(4):
            victim = wait_until(lambda: at_work(own, running))
            time.sleep((0.0, 0.12, 0.2, 0.26)[kill])
            victim.kill()
            victim.wait()
            running.remove(victim)
            running.append(processes.start(adder))
        wait_until(lambda: own.filter(state=Job.State.DONE).count() == len(numbers))
    assert told("SELECT amount FROM tests_sum") == sum(numbers)
    assert told("SELECT COUNT(*) FROM tests_effects") == len(numbers)
    assert told("SELECT COUNT(*) FROM tests_runs") > len(numbers), "the kills struck at work"


def test_somebody_at_a_screen_does_not_wait_for_bulk(registered: None) -> None:
    bulk = [take("tests.toil", f"toil-{number}") for number in range(3)]
    with processes.workers(processes.quick(BULK_AND_QUICK), processes.quick(BULK_AND_QUICK, takes_bulk=False)):
        wait_until(Job.objects.filter(code="tests.toil", state=Job.State.RUNNING).exists)
        quick = take("tests.quick", "quick")
        wait_until(Job.objects.filter(pk=quick.pk, state=Job.State.DONE).exists, seconds=20)
        assert Job.objects.filter(code="tests.toil", state=Job.State.RUNNING).count() == 1
        for job in bulk:
            jobs.cancel(job_id=job.pk)
        wait_until(lambda: Job.objects.filter(code="tests.toil", state=Job.State.CANCELLED).count() == 3)


def test_a_lone_worker_takes_what_is_waited_for_before_bulk(registered: None) -> None:
    first, second = take("tests.toil", "toil-1"), take("tests.toil", "toil-2")
    quick = take("tests.quick", "quick")
    with processes.workers(processes.quick(BULK_AND_QUICK)):
        wait_until(Job.objects.filter(code="tests.toil", state=Job.State.RUNNING).exists)
        quick.refresh_from_db()
        assert quick.state == Job.State.DONE
        jobs.cancel(job_id=first.pk)
        jobs.cancel(job_id=second.pk)
        wait_until(lambda: Job.objects.filter(code="tests.toil", state=Job.State.CANCELLED).count() == 2)
