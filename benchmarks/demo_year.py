"""The published plans taken through a year of supervision, twice, from empty databases: how long it takes, what it comes to, and
whether the two are the same. On PostgreSQL through ``scripts/with_postgres.py`` for one run (``--once``).

    python -m benchmarks.demo_year [--plans ../shared/plans] [--seed 1] [--once]

Every invariant of ``yaodian.config.simulation.summary.faults`` is asked at the end; a fault, or two different digests, ends the
run with status 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.workloads import ROOT

PUBLISHED = ROOT.parent / "shared" / "plans"
MOST_MINUTES = 5


def play(plans: Path, seed: int, year: int) -> dict[str, Any]:
    """One year in this process's database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from yaodian.config.commands import demo
    from yaodian.config.simulation.ground import at
    from yaodian.config.simulation.playing import lay_city, play_year
    from yaodian.organisations.operations import ensure_demo_accounts
    from yaodian.registry.demonstration.scales import SMALL

    call_command("migrate", interactive=False, verbosity=0)
    began, spent = time.monotonic(), report.cpu_seconds()
    lay_city(scale=SMALL, seed=seed, year=year)
    day = date(year, 1, 1)
    ensure_demo_accounts(now=at(day, 0), places=demo.places_of(seed=seed, scale="small", day=day))
    laid, laid_spent = time.monotonic() - began, report.cpu_seconds() - spent
    began, spent = time.monotonic(), report.cpu_seconds()
    files = sorted(path for path in plans.iterdir() if path.suffix == ".txt")
    summary, _played = play_year(files=files, year=year, seed=seed)
    return {
        "database": connection.vendor,
        "city_seconds": laid,
        "city_cpu": laid_spent,
        "year_seconds": time.monotonic() - began,
        "year_cpu": report.cpu_seconds() - spent,
        "numbers": summary.numbers,
        "ranking": summary.ranking,
        "faults": summary.faults,
        "digest": summary.digest,
        "set_up": summary.set_up,
        "nobody": summary.nobody,
    }


def apart(plans: Path, seed: int, year: int) -> dict[str, Any]:
    """One year in a process and a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="yaodian-year-") as folder:
        given = [sys.executable, "-m", "benchmarks.demo_year", "--here", "--plans", str(plans)]
        answer = subprocess.run(
            [*given, "--seed", str(seed), "--year", str(year)], cwd=ROOT, env={**os.environ, "YAODIAN_DATA": folder},
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(answer.stdout)
        return found


def main() -> int:
    """Play, compare, tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plans", type=Path, default=PUBLISHED)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.plans.is_dir() or not any(given.plans.glob("*.txt")):
        raise SystemExit(f"There are no plans in {given.plans}. Name a folder of plans as text with --plans.")
    if given.here:
        print(json.dumps(play(given.plans, given.seed, given.year), ensure_ascii=False))
        return 0
    facts = report.conditions()
    runs = [apart(given.plans, given.seed, given.year) for _time in range(1 if given.once else 2)]
    first = runs[0]
    rows = [[key, *(run["numbers"][key] for run in runs)] for key in first["numbers"]]
    rows += [[key, *(run[key] for run in runs)] for key in ("city_cpu", "city_seconds", "year_cpu", "year_seconds")]
    rows.append(["digest", *(run["digest"][:16] for run in runs)])
    goal = f"at most {MOST_MINUTES} minutes; equal digests; no fault"
    heads = ["what", *(f"run {place}" for place in range(1, len(runs) + 1))]
    more = {**facts, "goal": goal, "ranking": first["ranking"], "set_up": first["set_up"], "nobody": first["nobody"]}
    report.finish("demo_year", heads, rows, {**more, "faults": first["faults"], "database": first["database"]})
    for fault in first["faults"]:
        print(fault, file=sys.stderr)
    return 1 if first["faults"] or len({run["digest"] for run in runs}) > 1 else 0


if __name__ == "__main__":
    raise SystemExit(main())
