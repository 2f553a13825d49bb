"""Timetables of synthetic upper-secondary schools: when the first valid one is there, and what it costs later on.

Every school is feasible, because a timetable was laid before the school was (``schools.py``); the solver is not told of it.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import click

from benchmarks import report

HEADS = (
    "pupils a year",
    "school",
    "events",
    "lessons",
    "seed",
    "first valid, s",
    "CPU s then",
    "cost then",
    "planted costs",
    "cost in the end",
    "s in the end",
    "CPU s in the end",
    "peak MiB",
)


def measured(pupils: int, school: int, seed: int, seconds: float, workers: int) -> list[Any]:
    """A line of the table, made in a process of its own."""
    from benchmarks.schools import synthetic
    from yaodian.engines.scheduling.timetabling import verify
    from yaodian.engines.scheduling.timetabling.solving import Params, Progress, solve

    made = synthetic(pupils, seed=school)
    problem = made.laid.problem
    begun = time.process_time()
    valid: list[tuple[float, float, int]] = []

    def told(progress: Progress) -> None:
        if progress.required == 0 and not valid:
            valid.append((progress.seconds, time.process_time() - begun, progress.optional))

    result = solve(problem, seed=seed, params=Params(seconds=seconds, workers=workers), progress=told)
    spent = time.process_time() - begun
    judged = verify(problem, result.timetable)
    if (judged.required, judged.optional) != (result.required, result.optional):
        raise SystemExit(f"{pupils} pupils a year: the solver says {result.optional}, verify {judged.optional}")
    planted = verify(problem, made.planted)
    return [
        pupils,
        school,
        len(problem.events),
        sum(len(event.pieces or (1,)) for event in problem.events),
        seed,
        *(valid[0] if valid else (None, None, None)),
        planted.optional,
        result.optional if result.is_valid else f"– ({result.required} missed)",
        result.seconds,
        spent,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    ]


@click.command()
@click.option("--pupils", multiple=True, type=int, default=(300, 900, 1800), show_default=True, help="Pupils a year.")
@click.option("--schools", default=1, show_default=True, help="How many schools of each size.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds of the solver for each.")
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--workers", default=2, show_default=True)
def command(pupils: tuple[int, ...], schools: int, seeds: int, seconds: float, workers: int) -> None:
    """Measure the solver on synthetic schools."""
    facts = report.conditions()
    spawning = multiprocessing.get_context("spawn")
    rows: list[list[Any]] = []
    for size in pupils:
        for school in range(1, schools + 1):
            for seed in range(1, seeds + 1):
                with ProcessPoolExecutor(1, mp_context=spawning) as apart:
                    rows.append(apart.submit(measured, size, school, seed, seconds, workers).result())
                click.echo(report.table(HEADS, rows[-1:]))
    report.finish("timetabling_schools", HEADS, rows, {**facts, "seconds": seconds, "workers": workers})


if __name__ == "__main__":
    command()
