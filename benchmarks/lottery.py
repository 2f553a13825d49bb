"""A draw of many: drawn and written as its bundle, then checked by the engine's verifier, by check.py and by the page.

check.py runs as a family runs it, a fresh Python in the folder; the page runs in a Chromium from its file. Processor time of the
page is that of its main thread. All agree that everything holds, or the run ends.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from yaodian.engines import lottery
from yaodian.engines.lottery.bundle import shipped
from yaodian.engines.lottery.tests import rounds

SIZES = (10_000, 50_000, 200_000)
ROUNDS = 3
GOAL_SECONDS = 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The high-water mark of the own address space: ru_maxrss would count that of the process which started this one.
_WITH_PEAK = """
import re, runpy, sys
from pathlib import Path
sys.argv = [sys.argv[1]]
try:
    runpy.run_path(sys.argv[0])
finally:
    print("PEAK", int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000)
"""


def bundle(count: int, folder: Path) -> dict[str, bytes]:
    """List, promise, draw and the whole published folder, from opaque numbers in no order."""
    numbers = [f"A{number * 7919 % 10_000_019:08}" for number in range(count)]
    files = {**rounds.drawn(numbers, places=count // 5), **shipped()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


def timed(work: Any) -> tuple[float, float, Any]:
    """The least processor and wall seconds of a few rounds, children included, and what the last returned."""
    taken = []
    for _round in range(ROUNDS):
        cpu, wall = report.cpu_seconds(), time.perf_counter()
        given = work()
        taken.append((report.cpu_seconds() - cpu, time.perf_counter() - wall))
    return min(one[0] for one in taken), min(one[1] for one in taken), given


def check_alone(folder: Path) -> int:
    """Run check.py in the folder; returns its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _WITH_PEAK, str(folder / "check.py")], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr)
    return int(done.stdout.rpartition("PEAK")[2])


def check_page(folder: Path) -> tuple[float, float]:
    """The page's processor and wall seconds for a folder, the least of a few rounds: from the chosen files to the verdict shown."""
    from playwright.sync_api import expect, sync_playwright

    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for _round in range(ROUNDS):
            page = browser.new_page(locale="zh-CN")
            page.goto((folder / "check.html").as_uri())
            devtools = page.context.new_cdp_session(page)
            devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
            began = time.perf_counter()
            page.locator("#files").set_input_files(sorted(one for one in folder.iterdir() if one.is_file()))
            expect(page.locator("#verdict")).to_contain_text("全部相符", timeout=300_000)
            wall = time.perf_counter() - began
            told = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
            taken.append((told["TaskDuration"], wall))
            page.close()
        browser.close()
    return min(one[0] for one in taken), min(one[1] for one in taken)


def main() -> None:
    """Measure 10,000, 50,000 and 200,000 lines."""
    facts = report.conditions()
    rows: list[list[Any]] = []
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            drawn_cpu, drawn_wall, files = timed(lambda n=count, at=folder: bundle(n, at))
            published = {key: content for key, content in files.items() if key not in shipped()}
            verified_cpu, verified_wall, found = timed(lambda given=published: lottery.verify(given))
            if found:
                raise SystemExit(found[0].message("en"))
            alone_cpu, alone_wall, peak = timed(lambda at=folder: check_alone(at))
            page_cpu, page_wall = check_page(folder)
            size = sum(map(len, files.values())) / 1e6
        rows.append(
            [
                count,
                size,
                drawn_cpu,
                drawn_wall,
                verified_cpu,
                verified_wall,
                alone_cpu,
                alone_wall,
                peak,
                page_cpu,
                page_wall,
            ]
        )
        if count == 200_000 and max(alone_wall, page_wall) > GOAL_SECONDS:
            print(f"Above the goal of {GOAL_SECONDS} s.")
    heads = (
        "lines", "bundle MB", "drawn and bundled, CPU s", "wall s", "verify, CPU s", "wall s ", "check.py, CPU s", "wall s  ",
        "check.py, MB at most", "page, CPU s", "wall s   ",
    )  # fmt: skip
    report.finish("lottery", heads, rows, facts)


@click.command()
def command() -> None:
    """Measure a draw of 10,000, 50,000 and 200,000 lines."""
    main()


if __name__ == "__main__":
    command()
