"""The pages: a plan of 100 clauses, and a search over 1,000 plans, on SQLite and on PostgreSQL.

Each database is measured in a process of its own (``web_worker.py``) with a data folder of its own that is gone afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks import report, workloads

GOAL_QUERIES = 12
GOAL_TIMES_AN_EMPTY_PAGE = 10

_WORKER = [sys.executable, "-m", "benchmarks.web_worker"]
_DATABASES = {
    "SQLite": _WORKER,
    "PostgreSQL": [sys.executable, str(workloads.ROOT / "scripts" / "with_postgres.py"), *_WORKER],
}


def main() -> None:
    """Measure both databases; one that cannot be started is said, with its reason."""
    facts = report.conditions()
    rows: list[list[Any]] = []
    for name, command in _DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="yaodian-benchmark-") as folder:
            environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
            environment |= {"YAODIAN_DATA": folder, "YAODIAN_ENV": "development"}
            finished = subprocess.run(
                command, env=environment, cwd=workloads.ROOT, stdout=subprocess.PIPE, text=True, check=False
            )
        if finished.returncode != 0:
            print(f"{name} not measured: see the message above")
            continue
        answers = json.loads(finished.stdout.splitlines()[-1])
        rows += [[name, each["page"], each["queries"], each["ms"], each["times"], each["found"]] for each in answers]
    heads = ("database", "page", "queries", "median ms", "times an empty page", "clauses found")
    report.finish("web", heads, rows, facts)


if __name__ == "__main__":
    main()
