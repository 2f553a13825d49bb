"""The synthetic city: time and memory of making it, as files and in both databases, each in a process of its own.

The city is made of the seed 1. A province is its cities one after the other, so three of them say what twenty cost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks import report, workloads

GOAL_SECONDS_SMALL = 10
GOAL_MEGABYTES = 1_000

_WITH_POSTGRES = [sys.executable, str(workloads.ROOT / "scripts" / "with_postgres.py")]
_FILES = """
import tempfile, time
from pathlib import Path
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.files import write_csv
from yaodian.registry.demonstration.scales import SCALES
scale, count = {scale!r}, {count}
with tempfile.TemporaryDirectory() as folder:
    began = time.monotonic(); cpu = time.process_time()
    rows = sum(
        sum(write_csv(City(SCALES[scale], seed=1, number=number), Path(folder, str(number))).values())
        for number in range(1, count + 1)
    )
"""
_LOAD = """
import time
from yaodian.config.commands.site import prepare_django
prepare_django()
from django.core.management import call_command
from django.utils import timezone
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.scales import SCALES
from yaodian.registry.operations import load_city
call_command("migrate", interactive=False, verbosity=0)
began = time.monotonic(); cpu = time.process_time()
rows = sum(load_city(actor=None, city=City(SCALES[{scale!r}], seed=1), now=timezone.now()).values())
"""
# The high-water mark of the own address space: ru_maxrss would count that of the process which started this one.
_SAY = """
import json, re
from pathlib import Path
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
print(json.dumps([rows, time.monotonic() - began, time.process_time() - cpu, peak]))
"""


def main() -> None:
    """Measure small and city as files, three cities of a province as files, and small and city in both databases."""
    facts = report.conditions()
    rows: list[list[Any]] = []
    for scale, count in (("small", 1), ("city", 1), ("province", 3)):
        program = _FILES.format(scale=scale, count=count)
        name = scale if count == 1 else f"{scale}, {count} cities of 20"
        rows.append([name, "CSV", *_measured([sys.executable], program)])
    for database, command in (("SQLite", [sys.executable]), ("PostgreSQL", [*_WITH_POSTGRES, sys.executable])):
        for scale in ("small", "city"):
            rows.append([scale, database, *_measured(command, _LOAD.format(scale=scale))])
    report.finish("city", ("scale", "into", "rows", "seconds", "CPU seconds of the program", "MB at most"), rows, facts)


def _measured(command: list[str], program: str) -> tuple[int, float, float, int]:
    with tempfile.TemporaryDirectory(prefix="yaodian-benchmark-") as folder:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"YAODIAN_DATA": folder, "YAODIAN_ENV": "development"}
        finished = subprocess.run(
            [*command, "-c", program + _SAY],
            env=environment,
            cwd=workloads.ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    rows, seconds, cpu, peak = json.loads(finished.stdout.splitlines()[-1])
    return rows, round(seconds, 1), round(cpu, 1), round(peak)


if __name__ == "__main__":
    main()
