"""Seats for an examination: everybody in rooms of thirty, no neighbours of one school; then the invigilators of six sessions."""

from __future__ import annotations

from typing import Any

import click
import numpy as np

from benchmarks import report
from yaodian.engines.scheduling import (
    Around,
    Examination,
    Invigilator,
    Room,
    SeatingRules,
    barred_schools,
    seat,
    share_duties,
    unavoidable,
    verify_duties,
    verify_seating,
)

ROUNDS = 3
SESSIONS = 6
#: Candidates, schools, the part of the first school, neighbourhood.
CASES = (
    (900, 12, 0.0, Around.ORTHOGONAL),
    (9_000, 40, 0.0, Around.ORTHOGONAL),
    (60_000, 120, 0.0, Around.ORTHOGONAL),
    (60_000, 120, 0.0, Around.SURROUNDING),
    (60_000, 120, 0.29, Around.SURROUNDING),
    (60_000, 120, 0.49, Around.ORTHOGONAL),
    (60_000, 120, 0.6, Around.ORTHOGONAL),
)


def examination(count: int, schools: int, part: float, around: Around) -> Examination:
    """Candidates of schools of like size, but for the first."""
    of_school = np.random.default_rng(count).integers(1, schools, count)
    of_school[: int(count * part)] = 0
    rooms = [Room(f"{at:05}", at // 30) for at in range(-(-count // 30))]
    numbers = [f"C{at * 7919 % 10_000_019:08}" for at in range(count)]
    return Examination.of(numbers, rooms, of_school.tolist(), rules=SeatingRules(around=around))


def measured(count: int, schools: int, part: float, around: Around) -> list[Any]:
    """A line of the table."""
    given = examination(count, schools, part, around)
    seated, checked, shared = [], [], []
    for _round in range(ROUNDS):
        begun = report.cpu_seconds()
        plan = seat(given, seed="benchmark")
        seated.append(report.cpu_seconds() - begun)
        begun = report.cpu_seconds()
        faults = verify_seating(given, plan)
        checked.append(report.cpu_seconds() - begun)
        if len(faults) != plan.amiss:
            raise SystemExit(f"{plan.amiss} pairs are counted and {len(faults)} found")
    barred = [barred_schools(given, plan, {}) for _session in range(SESSIONS)]
    # Twice as many teachers as a session needs, half of them of schools without candidates.
    staff = [
        Invigilator(f"T{at:06}", schools + at % 40 if at % 2 else at % schools) for at in range(len(barred[0]) * 4)
    ]
    begun = report.cpu_seconds()
    duties = share_duties(barred, staff, seed="benchmark")
    shared.append(report.cpu_seconds() - begun)
    if verify_duties(duties, barred, staff):
        raise SystemExit("a rule of invigilation is broken")
    counts = [duties.counts()[at] for at in range(len(staff))]
    larger = sum(each.found - each.most for each in unavoidable(given))
    spread = f"{min(counts)}–{max(counts)}"
    return [count, schools, part, str(around), plan.amiss, larger, min(seated), min(checked), min(shared), spread]


def main() -> None:
    """Measure sizes from 900 to 60,000 candidates."""
    facts = report.conditions()
    heads = (
        "candidates", "schools", "part of the largest", "neighbours", "pairs amiss", "more than can be apart", "seated, CPU s",
        "checked, CPU s", "six sessions of duties, CPU s", "duties of a teacher",
    )  # fmt: skip
    report.finish("seating", heads, [measured(*case) for case in CASES], facts)


@click.command()
def command() -> None:
    """Measure seats for 900, 9,000 and 60,000 candidates."""
    main()


if __name__ == "__main__":
    command()
