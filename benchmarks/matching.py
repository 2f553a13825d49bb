"""Placing by deferred acceptance: against public libraries, at the sizes of nations, and by the application.

Each size runs in a process of its own (``matching_worker.py``), so that its peak of memory is its own. ``--peers PYTHON`` names
an environment with the public library `matching`, which then gets the same markets; its answers must be equal.

Markets: on a *square* pupils and schools lie at random, and a pupil's wishes follow popularity less distance; a *country* has
schools in a row, wishes start at a dearer end and lie near one another. Three priority classes, one drawn order, about as many places
as pupils.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from benchmarks import report, workloads

WORKER = Path(__file__).with_name("matching_worker.py")
GOAL_CPU_TIMES_LESS = 500
GOAL_SECONDS_CHILE, GOAL_MEGABYTES_CHILE = 30, 2_000
GOAL_TIMES_ARGSORT, GOAL_MEGABYTES_NATION = 6, 4_000

SQUARES = ((1_000, 20, 6), (5_000, 50, 8), (10_000, 100, 8), (20_000, 100, 8), (50_000, 200, 10))
COUNTRIES = ((80_000, 700, 12), (500_000, 9_000, 6), (1_000_000, 2_000, 10), (10_000_000, 5_000, 6))
#: The library takes minutes beyond this.
LARGEST_FOR_PEERS = 10_000
TWINS, POOLS = (500_000, 9_000, 6), (100_000, 100, 6)
LADDER = (10_000, 100_000, 1_000_000, 10_000_000)


def main(peers: str | None = None, *, countries: bool = True) -> None:
    """Measure; ``peers`` is the Python of an environment that has `matching`, or ``None``."""
    facts = report.conditions()
    rows: list[list[Any]] = []
    for size in SQUARES:
        own = _asked(sys.executable, "square", size)
        other: dict[str, Any] = {}
        if peers and size[0] <= LARGEST_FOR_PEERS:
            other = _asked(peers, "peer", size)
            if other["seats"] != own["seats"]:
                sys.exit(f"{other['version']} and yaodian place the market {size} differently")
        rows.append(
            [
                " × ".join(f"{each:,}" for each in size),
                own["solve"] * 1000,
                own["check"] * 1000,
                own["reference"] * 1000,
                other.get("version", "–"),
                other.get("solve", "–"),
                other["solve"] / own["solve"] if other else "–",
                own["peak"],
            ]
        )
    heads = ("pupils × schools × wishes", "solve CPU ms", "checked input CPU ms", "plain Python CPU ms")
    report.finish("matching", (*heads, "library", "its CPU s", "times", "MB at most"), rows, facts)
    _families(facts)
    if countries:
        _countries(facts)


def _countries(facts: dict[str, Any]) -> None:
    rows = []
    for size in COUNTRIES:
        found = _asked(sys.executable, "country", size)
        columns = ("check", "solve", "solved_peak", "argsort", "times", "verify", "explain", "sentences", "peak")
        rows.append([" × ".join(f"{each:,}" for each in size), *(found.get(name, "–") for name in columns)])
    heads = ("pupils × schools × wishes", "checked input s", "solve s", "MB until then", "argsort s", "solve ÷ argsort")
    report.finish("matching-countries", (*heads, "verify s", "reasons s", "sentences s", "MB at most"), rows, facts)
    rows = []
    for count in LADDER:
        found = _asked(sys.executable, "ladder", (count, max(10, count // 2_000), 6))
        rows.append([f"{count:,}", found["solve"] / (count * 6) * 1e9, found["argsort"] / (count * 6) * 1e9])
    report.finish("matching-ladder", ("pupils", "solve, ns an application", "argsort, ns an application"), rows, facts)


def _families(facts: dict[str, Any]) -> None:
    found = _asked(sys.executable, "twins", TWINS)
    heads = ("cpu", "rounds", "added", "moved on", "room in the end")
    rows = [[rule, found["pairs"], *(found[rule][head] for head in heads)] for rule in ("add-places", "move-on")]
    report.finish("matching-twins", ("rule", "pairs", *heads), rows, facts)
    found = _asked(sys.executable, "pools", POOLS)
    report.finish("matching-pools", tuple(found), [list(found.values())], facts)


def _asked(python: str, what: str, size: tuple[int, int, int]) -> dict[str, Any]:
    finished = subprocess.run(
        [python, "-P", str(WORKER)],  # the library is called as the file beside the worker is
        input=json.dumps({"what": what, "size": size}),
        capture_output=True,
        text=True,
        check=False,
        cwd=workloads.ROOT,
        env={"PYTHONPATH": str(workloads.ROOT), "PATH": ""},
    )
    if finished.returncode:
        sys.exit(f"{what} {size}: {finished.stderr}")
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found


@click.command()
@click.option("--peers", metavar="PYTHON", type=click.Path(exists=True, dir_okay=False), help="Has `matching`.")
@click.option("--countries/--no-countries", default=True, help="Also the large markets (about two minutes).")
def command(peers: str | None, countries: bool) -> None:
    """Measure placing alone."""
    main(peers, countries=countries)


if __name__ == "__main__":
    command()
