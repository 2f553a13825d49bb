"""How fast plans are read, whether the time grows with the length alone, and against public tools on the same files.

Processor time, not time by the clock, so that another program on the machine disturbs little. A *plan* is 10,000
characters; documents of another length count as the share of one that they are. Word, PDF and HTML go through the
sandbox, whose children's time is counted too.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report, workloads
from yaodian.engines.reading import read, sandbox

GOAL_PLANS_A_SECOND = 50
GOAL_TIMES_FOR_TEN = 11.0

DOCUMENTS_A_SET = 10
ROUNDS = 15
#: The longest has as many clauses as a plan may have.
LENGTHS = (10_000, 100_000, 400_000)

WORKER = Path(__file__).with_name("peer_worker.py")
#: Which public tool is given which files.
PEERS = {
    "jionlp": ("text",),
    "markitdown": ("text", "html", "docx", "pdf"),
    "trafilatura": ("html",),
    "python-docx": ("docx",),
    "pdfplumber": ("pdf",),
}


def main(peers: str | None = None) -> None:
    """Measure; ``peers`` is the Python of an environment that has the public tools, or ``None``."""
    facts = report.conditions()
    pool = workloads.clauses()
    usual = [workloads.mixed(workloads.PLAN_CHARACTERS, seed, pool) for seed in range(DOCUMENTS_A_SET)]
    dense = [workloads.mixed(workloads.PLAN_CHARACTERS, seed, pool, dense=True) for seed in range(DOCUMENTS_A_SET)]
    sets = {"usual mix": usual, "dense mix": dense, "demonstration plan": [workloads.demonstration()]}
    published = [path.read_text(encoding="utf-8", errors="replace") for path in workloads.published()]
    if published:
        sets["published plans"] = published
    else:
        print("published plans not read: ../shared is not beside this checkout")
    rows: list[list[Any]] = []
    for name, texts in sets.items():
        taken = report.quickest_cpu(lambda texts=texts: [read(text) for text in texts], ROUNDS)
        rows.append(_row("yaodian", name, "text", texts, taken))
    shapes = {"html": workloads.as_html, "docx": workloads.as_docx, "pdf": workloads.as_pdf}
    with tempfile.TemporaryDirectory(prefix="yaodian-benchmark-") as folder:
        files = _laid_out(Path(folder), usual, shapes)
        for kind in shapes:
            taken = _with_children([path.read_bytes() for path in files[kind]])
            rows.append(_row("yaodian", "usual mix", kind, usual, taken))
        rows += _peers(peers, files, usual)
    heads = ("reader", "documents", "as", "targets in 10,000 characters", "CPU ms a plan", "plans a second a core")
    report.finish("speed", heads, rows, facts)
    _lengths(pool, facts)


def _row(reader: str, name: str, kind: str, texts: list[str], taken: float) -> list[Any]:
    plans = sum(map(len, texts)) / workloads.PLAN_CHARACTERS
    density = round(sum(len(read(text).targets) for text in texts) / plans) if reader == "yaodian" else ""
    return [reader, name, kind, density, taken / plans * 1000, plans / taken]


def _laid_out(folder: Path, texts: list[str], shapes: dict[str, Callable[[str], bytes]]) -> dict[str, list[Path]]:
    """The texts as files of every kind; what is not written as bytes of its own is plain text."""
    files: dict[str, list[Path]] = {"text": [], **{kind: [] for kind in shapes}}
    for at, text in enumerate(texts):
        for kind in files:
            path = folder / f"{at}.{'txt' if kind == 'text' else kind}"
            path.write_bytes(shapes[kind](text) if kind in shapes else text.encode())
            files[kind].append(path)
    return files


def _with_children(documents: list[bytes]) -> float:
    """Processor time of one reading of ``documents``, the sandbox's processes included but for their start."""

    def spent(chosen: list[bytes]) -> float:
        begin = report.cpu_seconds()
        for document in chosen:
            read(document)
        # Only what has been waited for is counted, so the worker has to end.
        sandbox.close()
        return report.cpu_seconds() - begin

    sandbox.close()
    start_and_one = min(spent(documents[:1]) for _ in range(5))
    start_and_all = min(spent(documents * 2) for _ in range(5))
    return (start_and_all - start_and_one) / (2 * len(documents) - 1) * len(documents)


def _peers(python: str | None, files: dict[str, list[Path]], texts: list[str]) -> list[list[Any]]:
    if python is None:
        print("public tools not measured: name the Python of an environment that has them, --peers PYTHON")
        return []
    rows = []
    for tool, kinds in PEERS.items():
        for kind in kinds:
            asked = {"tool": tool, "files": [str(path) for path in files[kind]], "rounds": 3}
            finished = subprocess.run(
                [python, str(WORKER)], input=json.dumps(asked), capture_output=True, text=True, check=False
            )
            if finished.returncode != 0:
                print(
                    f"{tool} not measured: {finished.stderr.strip().splitlines()[-1] if finished.stderr else 'no answer'}"
                )
                break
            answer = json.loads(finished.stdout.splitlines()[-1])
            rows.append(
                _row(f"{tool} {answer['version']}", f"usual mix, {answer['gives']}", kind, texts, answer["cpu"])
            )
    return rows


def _lengths(pool: list[str], facts: dict[str, Any]) -> None:
    rows: list[list[Any]] = []
    before: float | None = None
    for length in LENGTHS:
        text = workloads.mixed(length, 1, pool)
        taken = report.quickest_cpu(lambda text=text: read(text), 5 if length > LENGTHS[0] else 25)
        times = "" if before is None else taken / before / (length / rows[-1][0]) * 10
        rows.append([length, taken, times])
        before = taken
    report.finish("length", ("characters", "CPU seconds", "times for ten times the length"), rows, facts)


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"{time.monotonic() - begun:.0f} s")
