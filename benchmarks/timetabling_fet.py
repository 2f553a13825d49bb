"""Schools of FET's sample files: FET's own timetables beside ours, both judged by ``verify``.

FET (``fet-cl``) runs to its end, one thread, its seed given; then ``solve`` on the same file with two workers. Both are counted in processor seconds of all
threads. What is told of ours: when the first valid timetable was there, and the cost by the time FET had needed. FET and its files are no part of
the project: without them the benchmark says so and ends.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from yaodian.engines.scheduling.fet import read_fet, read_result
from yaodian.engines.scheduling.timetabling import Problem, verify
from yaodian.engines.scheduling.timetabling.solving import Params, Progress, solve

SCHOOLS = (
    "Romania/Pedagogic-High-School-Tg-Mures/2006-2007.fet",
    "Vietnam/2-secondary-school/VietNamHungYen.fet",
    "Belize/Sacred-Heart-College/shc-2013/shc-2013.fet",
    "Spain/1-school/school.fet",
    "Spain/2-secondary-school/secondary-school.fet",
    "Hungary/Bethlen/2008-2009/2-newer/Bethlen-2008-2009.fet",
    "Italy/2010/Liceo-2010.fet",
    "Hong-Kong/secondary-school-2/FET-2020-07-30-SAMPLE_HK_6_period.fet",
)
HEADS = (
    "file",
    "events",
    "seed",
    "FET CPU s",
    "FET cost",
    "first valid, CPU s",
    "cost then",
    "cost at FET's time",
    "cost in the end",
    "CPU s in the end",
)
# Our weights are thousandths of what FET adds up.
PER_CONFLICT = 1000


@dataclass
class Trail:
    """When (in processor seconds) our search had what."""

    until: float
    patience: float
    began: float = field(default_factory=time.process_time)
    steps: list[tuple[float, int, int]] = field(default_factory=list)

    def told(self, progress: Progress) -> None:
        self.steps.append((self.spent(), progress.required, progress.optional))

    def spent(self) -> float:
        return time.process_time() - self.began

    def is_over(self) -> bool:
        """Past FET's time with a valid timetable, or out of patience for one."""
        is_valid = any(required == 0 for _, required, _ in self.steps)
        return self.spent() > (self.until if is_valid else max(self.until, self.patience))

    def first_valid(self) -> tuple[float, int] | None:
        return next(((spent, optional) for spent, required, optional in self.steps if required == 0), None)

    def cost_at(self, when: float) -> int | None:
        costs = [optional for spent, required, optional in self.steps if required == 0 and spent <= when]
        return min(costs, default=None)


def by_fet(program: str, school: Path, problem: Problem, seed: int, seconds: int) -> tuple[float, int | None]:
    """FET's processor seconds, and the cost of its timetable by ``verify``; None where it found none within the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = [f"--randomseeds{line}{column}={seed + 10 * line + column}" for line in (1, 2) for column in range(3)]
        command = [
            program, f"--inputfile={school}", f"--outputdir={folder}", f"--timelimitseconds={seconds}", "--htmllevel=0",
            "--language=en_US", *seeds,
        ]  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        found = [
            path
            for path in Path(folder).glob("timetables/*/*_activities.xml")
            if not path.parent.name.endswith(("-highest", "-current"))
        ]
        if not found:
            return spent, None
        verdict = verify(problem, read_result(problem, found[0].read_bytes()))
    if not verdict.is_valid:
        raise SystemExit(f"{school.name}: FET's own timetable misses {verdict.required} of what must hold")
    return spent, verdict.optional


def measured(program: str, school: Path, seed: int, seconds: int, patience: float, least: float) -> list[Any]:
    """A line of the table."""
    problem = read_fet(school.read_bytes())
    spent, cost = by_fet(program, school, problem, seed, seconds)
    trail = Trail(max(spent, least), patience)
    result = solve(
        problem,
        seed=seed,
        params=Params(seconds=4 * max(trail.until, patience)),
        progress=trail.told,
        cancelled=trail.is_over,
    )
    ended = trail.spent()
    judged = verify(problem, result.timetable)
    if (judged.required, judged.optional) != (result.required, result.optional):
        raise SystemExit(f"{school.name}: the solver says {result.optional}, verify {judged.optional}")
    first = trail.first_valid()
    return [
        school.parent.name if school.stem == "school" else school.stem,
        len(problem.events),
        seed,
        spent,
        _conflicts(cost),
        "–" if first is None else first[0],
        _conflicts(None if first is None else first[1]),
        _conflicts(trail.cost_at(spent)),
        _conflicts(judged.optional if judged.is_valid else None),
        ended,
    ]


def _conflicts(cost: int | None) -> str:
    return "–" if cost is None else f"{cost / PER_CONFLICT:.2f}"


@click.command()
@click.option(
    "--schools",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder «FET-5-official» of FET's sample files.",
)
@click.option("--fet", "program", default="fet-cl", show_default=True, help="FET's program for the command line.")
@click.option("--only", default="", help="Only files whose path holds this.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds for each file.")
@click.option("--seconds", default=300, show_default=True, help="FET's limit, in seconds of the clock.")
@click.option(
    "--patience", default=120.0, show_default=True, help="Processor seconds in which we must have a valid timetable."
)
@click.option("--least", default=5.0, show_default=True, help="Processor seconds that we go on at least.")
def command(schools: Path, program: str, only: str, seeds: int, seconds: int, patience: float, least: float) -> None:
    """Measure FET and our solver on FET's sample schools."""
    if shutil.which(program) is None:
        raise SystemExit(f"{program} is not here. Debian's package «fet» has it; name it with --fet.")
    files = [schools / name for name in SCHOOLS if only in name]
    if missing := [path.name for path in files if not path.is_file()]:
        raise SystemExit(f"{', '.join(missing)} are not in that folder. Debian's package «fet-data» has them.")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.partition(
        "\n"
    )[0]
    facts = report.conditions() | {"fet": version}
    rows: list[list[Any]] = []
    for school in files:
        for seed in range(1, seeds + 1):
            rows.append(measured(program, school, seed, seconds, patience, least))
            print(report.table(HEADS, rows[-1:]), flush=True)
    report.finish("timetabling_fet", HEADS, rows, facts)


if __name__ == "__main__":
    command()
