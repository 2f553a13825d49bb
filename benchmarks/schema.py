"""``python -m benchmarks.schema --examples N``: the API held against its description, with many requests.

The same walk as ``yaodian/config/tests/test_schema.py``: requests made from the OpenAPI description, such as fit it and
such as break it, N of each kind for each call, sent by everybody in turn. On SQLite, and on PostgreSQL with a server of its own.
Exit status 1 where an answer was a fault or none that is described.
"""

from __future__ import annotations

import os
import subprocess
import sys

import click

from benchmarks.workloads import ROOT

_WALK = [sys.executable, "-m", "pytest", "-q", "-o", "faulthandler_timeout=0", "yaodian/config/tests/test_schema.py"]
DATABASES = {
    "SQLite": _WALK,
    "PostgreSQL": [sys.executable, str(ROOT / "scripts" / "with_postgres.py"), *_WALK],
}


@click.command()
@click.option("--examples", default=100, show_default=True, help="requests of each of the two kinds for each call")
@click.option("--database", type=click.Choice([*DATABASES]), help="one only")
def main(examples: int, database: str | None) -> None:
    """Send many requests to the API and say which answers were not as described."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment["YAODIAN_SCHEMA_EXAMPLES"] = str(examples)
    failed = False
    for name in [database] if database else DATABASES:
        print(f"## {name}", flush=True)
        failed |= subprocess.run(DATABASES[name], env=environment, cwd=ROOT, check=False).returncode != 0
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
