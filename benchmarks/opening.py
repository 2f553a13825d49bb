"""The opening day on PostgreSQL: families that come at a rate, apply from the first page to the receipt, and are measured.

    python scripts/with_postgres.py --durable python -m benchmarks.opening --rate 600 --minutes 30
    python scripts/with_postgres.py --durable python -m benchmarks.opening --rate 600 --minutes 5 --overload 10
    python scripts/with_postgres.py --durable python -m benchmarks.opening --arrivals 12000

Web, workers and database run as in earnest (`yaodian serve`) on this machine. The families come from a process of their own beside
them (`opening_families`), at moments that do not depend on how fast anything is answered; its processor time is told apart. Of the
measured minutes the first half minute warms up and counts for nothing. A journey is 25 requests:
season and rules, an account by telephone and code, four steps with one photographed proof, the review, the receipt. Each takes half a
megabyte of the disk where the database lies, until the end of the run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.workloads import ROOT

SERVER_ENVIRONMENT = {"YAODIAN_PROXIES": "1", "YAODIAN_QUIET_HOURS": "none", "YAODIAN_LOG_LEVEL": "WARNING"}
READY_SECONDS = 120
SEATS = 100_000


def lay() -> dict[str, Any]:
    """An invented city with an intake that is open today; gives what families choose from."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from yaodian.admissions.models import IntakeState, SeasonState
    from yaodian.admissions.problem.rules import rules_of, sha256_of
    from yaodian.admissions.tests import factories

    call_command("migrate", verbosity=0)
    now = timezone.now()
    today = timezone.localdate(now)
    made = factories.made(seats=(SEATS,) * 3, announced=False)
    intake, season = made.intake, made.season
    intake.opens_on, intake.closes_on = today - timedelta(days=1), today + timedelta(days=10)
    intake.check_until, intake.publishes_on = today + timedelta(days=20), today + timedelta(days=30)
    intake.state = IntakeState.OPEN
    intake.store()
    season.rules = rules_of(season)
    season.rules_sha256 = sha256_of(season.rules)
    season.state, season.announced_at = SeasonState.ANNOUNCED, now
    season.store()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"intake": intake.public_id, "season": season.public_id, "wish": made.offers["s3"].public_id}


# Kinds of the server's processes, by words of their command lines; the first that fits.
KINDS = (("pictures", "forking.main"), ("workers", "run_jobs"), ("web", "gunicorn"))


def spent_by(roots: list[int]) -> tuple[Counter[str], Counter[str]]:
    """Processor seconds by kind, of processes and all their children, also of those that have ended; and the memory in MB that those
    which are there have held at most, each by itself. A kind that no word names is `other`. What has ended counts for its parent: the
    pictures of a forking process that was renewed count for the web."""
    parents, spent, memory, kinds = {}, {}, {}, {}
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            peak = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
        except OSError:
            continue
        process = int(folder.name)
        parents[process] = int(fields[1])
        spent[process] = sum(int(fields[place]) for place in (11, 12, 13, 14)) / ticks
        memory[process] = int(peak[1]) / 1024 if peak else 0.0
        kinds[process] = next((kind for kind, word in KINDS if word in command), "other")
    wanted = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in wanted} - wanted:
        wanted |= more
    found: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for pid in wanted & set(memory):
        found[0][kinds[pid]] += spent[pid]
        found[1][kinds[pid]] += memory[pid]
    return found


def postmaster() -> int:
    """The process that has started the server's process behind our connection, which is on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def serve(port: int, *, door_rate: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **SERVER_ENVIRONMENT, "YAODIAN_DOOR_RATE": str(door_rate)}
    served = subprocess.Popen(
        [sys.executable, "-m", "yaodian.config.cli", "serve", "--port", str(port)], cwd=ROOT, env=environment
    )
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            # Once a page answers, everything is imported; before, the first families would wait for that.
            for _process in range(8):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).close()
        except OSError:
            time.sleep(0.2)
        else:
            return served
    served.terminate()
    sys.exit("The server did not answer; its reason stands above.")


def measure(asked: dict[str, Any], *, door_rate: int) -> dict[str, Any]:
    """One run: the server is started, families come, and what they met is given."""
    from django.db import connection

    port = free_port()
    database = postmaster()
    connection.close()
    served = serve(port, door_rate=door_rate)
    try:
        (before, _peak), (database_before, _peak) = spent_by([served.pid]), spent_by([database])
        families = subprocess.run(
            [sys.executable, "-m", "benchmarks.opening_families", json.dumps({**asked, "port": port})],
            cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        (after, peak), (database_after, _peak) = spent_by([served.pid]), spent_by([database])
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(60)
    found = json.loads(families.stdout.splitlines()[-1])
    spent = {kind: round(after[kind] - before[kind], 2) for kind, _word in KINDS}
    spent |= {"database": round(database_after.total() - database_before.total(), 2)}
    begun = found.pop("journeys_begun")
    return {
        **found, "processor_s": spent, "processor_ms_a_journey": round(1000 * sum(spent.values()) / max(1, begun)),
        "peak_mb": {kind: round(peak[kind]) for kind, _word in KINDS},
        "generator_processor_s": round(found.pop("generator_s"), 2),
    }  # fmt: skip


@click.command()
@click.option("--rate", default=600, show_default=True, help="Families that come in a minute.")
@click.option("--minutes", default=2.0, show_default=True)
@click.option("--overload", default=1, show_default=True, help="So many times the rate comes.")
@click.option("--arrivals", default=0, help="So many come within one minute, and only knock.")
@click.option("--door", default=-1, help="The rate of the door; by default a tenth above the rate, 0 for none.")
@click.option("--think", default=0.5, show_default=True, help="Seconds that a family looks at each page.")
@click.option("--photo", default="1920x1440", show_default=True, help="Size of the photographed proof in pixels.")
def command(rate: int, minutes: float, overload: int, arrivals: int, door: int, think: float, photo: str) -> None:
    """Measure one opening."""
    os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django

    django.setup()
    facts = report.conditions()
    ground = lay()
    asked = {
        **ground, "rate": rate * overload, "minutes": minutes, "arrivals": arrivals, "think": think, "photo": photo,
    }  # fmt: skip
    found = measure(asked, door_rate=rate * 11 // 10 if door < 0 else door)
    rows = [
        [name, one["count"], one["p50"], one["p95"], one["p99"], one["most"]] for name, one in found["requests"].items()
    ]
    summary = {key: value for key, value in found.items() if key != "requests"}
    print("\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in summary.items()))
    name = "opening-arrivals" if arrivals else f"opening-{rate}x{overload}"
    report.finish(
        name, ("request", "times", "p50 ms", "p95 ms", "p99 ms", "most ms"), rows, {**facts, **asked, **summary}
    )


if __name__ == "__main__":
    command()
