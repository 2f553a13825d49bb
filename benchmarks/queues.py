"""Queues by score at national size, in CPU seconds beside one NumPy argsort of all the applications' keys and a plain loop.

Everybody has six wishes, drawn so that some schools are popular; there are seats for 94 of 100 candidates. What the columns and the plain
loop give is compared; the memory is that of a process of its own, its data included.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from typing import Any

import click
import numpy as np

from benchmarks import report, workloads
from yaodian.engines.matching.queue_explaining import explain_all_wishes
from yaodian.engines.matching.queue_verifying import verify_queue
from yaodian.engines.matching.queues import Batch, Candidates, Queue, place_queue
from yaodian.engines.matching.tests.plainly import place_plainly

GOAL_TIMES = 6
GOAL_MEGABYTES = 4_000
ORDER = ("总分", "语数外", "数学")
SIZES = ((100_000, 500), (1_000_000, 5_000), (10_000_000, 5_000))
WISHES = 6

_PEAK = """
import re
from pathlib import Path
from benchmarks import queues
queue = queues.crowd({count}, {schools})
placement = queues.place_queue(queue)
if {proof}:
    assert queues.verify_queue(queue, placement) == ()
    queues.explain_all_wishes(queue, placement)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000)
"""


def crowd(count: int, schools: int, *, floors: tuple[float, ...] = (), seed: int = 1) -> Queue:
    """Totals like those of an exam of 750 points, many of them equal; wishes lean to low school numbers."""
    chance = np.random.default_rng(seed)
    total = np.clip(chance.normal(480, 90, count), 0, 750).astype(np.int16)
    scores = {"总分": total}
    scores["语数外"] = np.clip(total * 0.6 + chance.normal(0, 12, count), 0, 450).astype(np.int16)
    scores["数学"] = np.clip(total * 0.2 + chance.normal(0, 9, count), 0, 150).astype(np.int16)
    wishes = np.empty(count * WISHES, np.int32)
    piece = 1_000_000
    for begin in range(0, len(wishes), piece):
        part = wishes[begin : begin + piece]
        part[:] = (chance.random(len(part), dtype=np.float32) ** 1.5 * schools).astype(np.int32)
    starts = np.arange(0, len(wishes) + 1, WISHES, dtype=np.int64)
    capacities = np.full(schools, count * 94 // 100 // schools, np.int64)
    batch = Batch("统招", ORDER, starts, wishes, capacities, floors=floors)
    return Queue(Candidates(scores, chance.permutation(count)), (batch,))


def chain(count: int) -> Queue:
    """The worst for asking all at once: one seat at each of as many schools as candidates, and everybody first wants his forerunner's."""
    own = np.arange(count, dtype=np.int32)
    wishes = np.stack([np.maximum(own - 1, 0), own], axis=1).ravel()
    starts = np.arange(0, 2 * count + 1, 2, dtype=np.int64)
    batch = Batch("统招", ORDER[:1], starts, wishes, np.ones(count, np.int64))
    return Queue(Candidates({ORDER[0]: np.arange(count, 0, -1)}, np.arange(count)), (batch,))


def argsort_of_applications(queue: Queue) -> float:
    """What the goal is measured by: CPU seconds of one argsort of a key for every application (school, then number in the draw)."""
    batch = queue.batches[0]
    assert queue.candidates.drawn is not None
    keys = batch.schools.astype(np.int64)
    keys *= len(queue.candidates)
    keys += np.repeat(queue.candidates.drawn, np.diff(batch.starts))
    began = time.process_time()
    np.argsort(keys)
    return time.process_time() - began


def main(*, least: int = SIZES[0][0], most: int = SIZES[-1][0], rounds: int = 3) -> None:
    """Measure all sizes from ``least`` to ``most`` candidates."""
    facts = report.conditions() | {"numpy": np.__version__}
    rows: list[list[Any]] = []
    for count, schools in SIZES:
        if not least <= count <= most:
            continue
        for way, floors in (("parallel", ()), ("bands of 40", tuple(range(700, -1, -40)))):
            rows.append(_row(crowd(count, schools, floors=floors), way, rounds))
            print(report.table(HEADS, rows[-1:]), flush=True)
    if least <= SIZES[1][0] <= most:
        rows.append(_row(chain(SIZES[1][0]), "chain", rounds))
    report.finish("queues", HEADS, rows, facts)


HEADS = (
    "candidates",
    "schools",
    "way",
    "argsort CPU s",
    "place CPU s",
    "times",
    "verify CPU s",
    "all reasons CPU s",
    "plain loop CPU s",
    "different",
    "placed",
    "MB at most, placed",
    "MB at most, with proof",
)


def _row(queue: Queue, way: str, rounds: int) -> list[Any]:
    count, schools = len(queue.candidates), len(queue.batches[0].capacities)
    sorting = min(argsort_of_applications(queue) for _ in range(rounds))
    placement = place_queue(queue)
    placing = report.quickest_cpu(functools.partial(place_queue, queue), rounds)
    began = time.process_time()
    assert verify_queue(queue, placement) == ()
    verifying = time.process_time() - began
    began = time.process_time()
    explain_all_wishes(queue, placement)
    explaining = time.process_time() - began
    plain: float | str = "–"
    different: int | str = "–"
    if count <= SIZES[1][0]:
        began = time.process_time()
        _, seats, _ = place_plainly(queue)
        plain = time.process_time() - began
        different = int((np.array(seats) != placement.seats).sum())
    memory = [_peak(count, schools, proof) if way == "parallel" else "–" for proof in (False, True)]
    share = f"{(placement.batch >= 0).mean():.1%}"
    return [
        count, schools, way, sorting, placing, placing / sorting, verifying, explaining, plain, different, share, *memory,
    ]  # fmt: skip


def _peak(count: int, schools: int, proof: bool) -> int:
    command = [sys.executable, "-c", _PEAK.format(count=count, schools=schools, proof=proof)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, cwd=workloads.ROOT)
    return int(finished.stdout)


@click.command()
@click.option("--least", default=SIZES[0][0], show_default=True, help="Leave out sizes below this.")
@click.option("--most", default=SIZES[-1][0], show_default=True, help="Leave out sizes above this.")
@click.option("--rounds", default=3, show_default=True)
def command(least: int, most: int, rounds: int) -> None:
    """Measure 100,000, a million and ten million candidates."""
    main(least=least, most=most, rounds=rounds)


if __name__ == "__main__":
    command()
