"""Measures jobs and a light page on the database that the environment names; started by ``jobs.py``, prints JSON."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yaodian.foundation.models import Job

ENQUEUED, EMPTY_JOBS, QUICK_JOBS = 1_000, 800, 60
BULK_SECONDS = 0.5
PAGE_SECONDS, CONNECTIONS = 10.0, 8
#: An import that works for half a second a time, and somebody at a screen; two workers as ``yaodian serve`` starts them.
JOBS = f"""
import django, os, time
os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
django.setup()
from yaodian.foundation import jobs
from yaodian.foundation.worker import work
def toil(context, **_given):
    until = time.process_time() + {BULK_SECONDS}
    while time.process_time() < until:
        sum(range(10_000))
jobs.job("bench.empty")(lambda context, **_given: None)
jobs.job("bench.quick")(lambda context, **_given: None)
jobs.job("bench.bulk", is_bulk=True)(toil)
"""


def main() -> None:
    exec(JOBS, {})  # The same lines that the workers run, so that both know the same jobs.

    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    rows: list[tuple[str, str, Any]] = [
        ("enqueue, a transaction each", "jobs a second", rate(ENQUEUED, 1)),
        ("enqueue, 100 in a transaction", "jobs a second", rate(ENQUEUED, 100)),
    ]
    clear()
    for count in (1, 2, 4):
        rows.append((f"empty jobs, workers: {count}", "jobs a second", empty_jobs(count)))
    for name, bulk in (("nothing else to do", 0), ("bulk jobs in the queue", 2_000)):
        middle, most = waited(bulk)
        rows.append((f"wait for a quick job, {name}: median", "s", middle))
        rows.append((f"wait for a quick job, {name}: 19 of 20 within", "s", most))
    for name, address in (("the health check", "/healthz"), ("the sign-in page", "/sign-in/")):
        for with_workers in (False, True):
            under = ", 2 workers busy" if with_workers else ""
            rows.append((f"{name}{under}", "requests a second", requests(address, with_workers)))
    print(json.dumps(rows))


def take(code: str, first: int, count: int, together: int = 100) -> None:
    from django.db import transaction

    from yaodian.foundation import jobs

    for start in range(first, first + count, together):
        with transaction.atomic():
            for number in range(start, min(start + together, first + count)):
                jobs.enqueue(code=code, arguments={"n": number}, requested_by_id=None, key=f"{code}:{number}")


def rate(count: int, together: int) -> float:
    begin = time.perf_counter()
    take("bench.empty", together * 1_000_000, count, together)
    return round(count / (time.perf_counter() - begin), 1)


def clear() -> None:
    from django_tasks_db.models import DBTaskResult

    from yaodian.foundation.models import Job

    Job.objects.all().delete()
    DBTaskResult.objects.all().delete()


@contextmanager
def workers(*kinds: bool) -> Iterator[None]:
    """Worker processes; of each whether it takes bulk jobs."""
    running = [
        subprocess.Popen([sys.executable, "-c", f"{JOBS}\nwork(is_batch=False, takes_bulk={kind})"]) for kind in kinds
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def empty_jobs(count: int) -> float:
    """Jobs a second from the first that begins to the last that ends."""
    from django.db.models import Max, Min

    from yaodian.foundation.models import Job

    take("bench.empty", 0, EMPTY_JOBS)
    own = Job.objects.filter(code="bench.empty")
    with workers(*[True] * count):
        while own.filter(state="done").count() < EMPTY_JOBS:
            time.sleep(0.5)
    span = own.aggregate(first=Min("started_at"), last=Max("finished_at"))
    clear()
    return round(EMPTY_JOBS / (span["last"] - span["first"]).total_seconds(), 1)


def waited(bulk: int) -> tuple[float, float]:
    """From putting a quick job into the queue to its end, one after the other: median and 95th percentile, in seconds."""
    from yaodian.foundation.models import Job

    if bulk:
        take("bench.bulk", 0, bulk)
    with workers(False, True):
        while not Job.objects.filter(code="bench.bulk", state="running").exists() if bulk else not _is_alive():
            time.sleep(0.2)
        times = []
        for number in range(QUICK_JOBS):
            take("bench.quick", number, 1)
            times.append(_wait_for(Job.objects.get(key=f"bench.quick:{number}")))
            time.sleep(0.13)
    clear()
    return round(statistics.median(times), 2), round(statistics.quantiles(times, n=20)[-1], 2)


def _is_alive() -> bool:
    from yaodian.foundation.models import Worker

    return Worker.objects.count() >= 2


def _wait_for(row: Job) -> float:
    while row.state != "done":
        time.sleep(0.02)
        row.refresh_from_db()
    assert row.finished_at is not None
    return (row.finished_at - row.created_at).total_seconds()


def requests(address: str, with_workers: bool) -> float:
    """Requests a second of a page through the real server, from a client on this machine that keeps eight connections."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = [str(Path(sys.executable).with_name("yaodian")), "serve", "--port", str(port)]
    environment = {**os.environ, "YAODIAN_WORKERS": "0"}
    if with_workers:
        take("bench.bulk", 1_000_000, 200)
    with workers(*[True] * (2 if with_workers else 0)):
        server = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
        try:
            _await_answer(port)
            counts = _load(port, address, 2.0) and _load(port, address, PAGE_SECONDS)
        finally:
            server.terminate()
            server.wait()
    clear()
    return round(sum(counts) / PAGE_SECONDS, 1)


def _await_answer(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"no server on port {port}")


def _load(port: int, address: str, seconds: float) -> list[int]:
    counts: list[int] = []
    until = time.perf_counter() + seconds

    def ask() -> None:
        connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.perf_counter() < until:
            connection.request("GET", address)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            count += 1
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == CONNECTIONS
    return counts


if __name__ == "__main__":
    main()
