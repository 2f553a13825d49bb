"""Background work and a light page: what one machine carries, on SQLite and on PostgreSQL.

Each database is measured in a process of its own (``jobs_worker.py``) with a data folder of its own that is gone
afterwards; PostgreSQL waits for its disk here, as in an office. Client, workers and database share the machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks import report, workloads

_WORKER = [sys.executable, "-m", "benchmarks.jobs_worker"]
DATABASES = {
    "SQLite": _WORKER,
    "PostgreSQL": [sys.executable, str(workloads.ROOT / "scripts" / "with_postgres.py"), "--durable", *_WORKER],
}


def measured(command: list[str]) -> list[Any] | None:
    """What a command prints as its last line, run on a new data folder; None where it failed."""
    with tempfile.TemporaryDirectory(prefix="yaodian-benchmark-") as folder:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"YAODIAN_DATA": folder, "YAODIAN_ENV": "development", "YAODIAN_LOG_LEVEL": "ERROR"}
        finished = subprocess.run(
            command, env=environment, cwd=workloads.ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
    if finished.returncode != 0:
        return None
    answer: list[Any] = json.loads(finished.stdout.splitlines()[-1])
    return answer


def main() -> None:
    """Measure both databases; one that cannot be started is said, with its reason."""
    facts = report.conditions()
    told: dict[str, dict[str, Any]] = {}
    for name, command in DATABASES.items():
        answers = measured(command)
        if answers is None:
            print(f"{name} not measured: see the message above")
            continue
        for what, unit, value in answers:
            told.setdefault(what, {"unit": unit})[name] = value
    rows = [[what, each["unit"], *(each.get(name, "") for name in DATABASES)] for what, each in told.items()]
    report.finish("jobs", ("what", "unit", *DATABASES), rows, facts)


if __name__ == "__main__":
    main()
