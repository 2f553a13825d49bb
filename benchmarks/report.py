"""What every benchmark shares: the clock of a core, the machine and version of the day, tables on screen, results as JSON."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.workloads import ROOT

RESULTS = ROOT / "var" / "benchmarks"


def conditions() -> dict[str, Any]:
    """The day, the version, and the machine with the load it bore when the run began."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--tags"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "version": described.stdout.strip() or "unknown",
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, {memory / 2**30:.0f} GiB, {platform.system()} {platform.machine()}",
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def cpu_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def quickest_cpu(work: Callable[[], object], rounds: int) -> float:
    """The least processor time of ``work`` in this process, in seconds, after one round that warms up.

    Whatever else the machine does only ever adds (shared caches, a slower clock), so the least is nearest to a quiet core.
    """
    work()
    taken = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_printed(cell) for cell in line) + " |" for line in lines)


def finish(name: str, heads: Sequence[str], rows: Sequence[Sequence[object]], more: Mapping[str, Any]) -> None:
    """Print the table of a benchmark and keep it, with its conditions, as ``var/benchmarks/NAME.json``."""
    print(f"\n{table(heads, rows)}\n", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {**more, "rows": [dict(zip(heads, row, strict=True)) for row in rows]}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _printed(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.3f}" if abs(cell) < 1 else f"{cell:.1f}"
    return str(cell)
