"""Timetables: the public instances of high-school timetabling that lie beside this checkout, each against the best known cost."""

from __future__ import annotations

import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.workloads import ROOT

FOLDER = ROOT.parent / "shared" / "xhstt"
#: The optional cost of the best solutions known, none of which misses a required constraint.
BEST_KNOWN = {
    "ArtificialSudoku4x4": 0,
    "BrazilInstance1": 41,
    "BrazilInstance2": 5,
    "BrazilInstance6": 35,
    "SouthAfricaLewitt2009": 0,
    "SpainSchool": 335,
}
HEADS = (
    "instance", "events", "times", "required", "optional", "best known", "bound", "ended by", "first valid, s", "wall s", "CPU s",
    "peak MiB",
)  # fmt: skip


def measured(path: Path, seconds: float, workers: int, seed: int) -> list[Any]:
    """A line of the table, made in a process of its own."""
    from yaodian.engines.scheduling.timetabling.solving import Params, Progress, solve
    from yaodian.engines.scheduling.xhstt import read

    problem = read(path.read_bytes()).instances[0].problem
    begun = report.cpu_seconds()
    valid: list[float] = []

    def told(progress: Progress) -> None:
        if progress.required == 0 and not valid:
            valid.append(progress.seconds)

    best = BEST_KNOWN.get(path.stem)
    params = Params(seconds=seconds, workers=workers, enough=best)
    result = solve(problem, seed=seed, params=params, progress=told)
    return [
        path.stem,
        len(problem.events),
        len(problem.times),
        result.required,
        result.optional,
        best,
        result.bound,
        result.stopped.value,
        valid[0] if valid else None,
        result.seconds,
        report.cpu_seconds() - begun,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    ]


def main(folder: Path = FOLDER, seconds: float = 600.0, workers: int = 2, seed: int = 1) -> None:
    """Measure all instances of a folder."""
    paths = sorted(folder.glob("*.xml"))
    if not paths:
        raise SystemExit(f"No instances are in {folder}. Say with --folder where XHSTT files lie.")
    facts = report.conditions()
    spawning = multiprocessing.get_context("spawn")
    rows = []
    for path in paths:
        with ProcessPoolExecutor(1, mp_context=spawning) as apart:
            rows.append(apart.submit(measured, path, seconds, workers, seed).result())
        click.echo(report.table(HEADS, rows[-1:]))
    report.finish("timetabling", HEADS, rows, {**facts, "seconds": seconds, "workers": workers, "seed": seed})


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=FOLDER)
@click.option("--seconds", default=600.0, help="Wall time for each instance.")
@click.option("--workers", default=2)
@click.option("--seed", default=1)
def command(folder: Path, seconds: float, workers: int, seed: int) -> None:
    """Measure the XHSTT instances of FOLDER."""
    main(folder, seconds, workers, seed)


if __name__ == "__main__":
    command()
