"""The most memory that reading one document takes, each in a process of its own: reader and sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report, workloads

GOAL_MEGABYTES = 300
#: As many characters of usual clauses as a plan may have clauses.
LONG = 400_000

# The high-water mark of the own address space is asked of the kernel by name: ru_maxrss would count that of the process
# which started this one. Of the sandbox's processes the larger one is counted twice, worker and child, as an upper bound.
_READ = """
import json, re, resource, sys
from pathlib import Path
from yaodian.engines.reading import read, sandbox
read(Path(sys.argv[1]).read_bytes(), name=sys.argv[1])
sandbox.close()
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"own": own / 1000, "child": child / 1000}))
"""


def main() -> None:
    """Measure a plan of 10,000 characters and the longest that is read, in every kind of file."""
    facts = report.conditions()
    pool = workloads.clauses()
    kinds = {
        "text": str.encode,
        "html": workloads.as_html,
        "docx": workloads.as_docx,
        "pdf": workloads.as_pdf,
    }
    rows = []
    with tempfile.TemporaryDirectory(prefix="yaodian-benchmark-") as folder:
        for length in (workloads.PLAN_CHARACTERS, LONG):
            text = workloads.mixed(length, 1, pool)
            for kind, shaped in kinds.items():
                if kind == "pdf" and length == LONG:
                    # A PDF of so many characters has more pages than are read.
                    continue
                path = Path(folder) / f"plan.{kind}"
                path.write_bytes(shaped(text))
                rows.append([length, kind, path.stat().st_size // 1000, *_peak(path)])
    heads = ("characters", "as", "file kB", "reader MB", "sandbox process MB", "together at most MB")
    report.finish("memory", heads, rows, facts)


def _peak(path: Path) -> tuple[int, int, int]:
    finished = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True, cwd=workloads.ROOT
    )
    found = json.loads(finished.stdout)
    own, child = round(found["own"]), round(found["child"])
    return own, child, own + 2 * child


if __name__ == "__main__":
    main()
