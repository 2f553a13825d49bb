"""Teaching groups from choices: years of 300 to 6,000 pupils, then schools whose rooms and teachers are used to 95 parts of a hundred."""

from __future__ import annotations

import math
import random
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from yaodian.engines.scheduling.sectioning import (
    Choices,
    Combination,
    Group,
    Homes,
    Limits,
    Mode,
    Pick,
    Pupil,
    Room,
    Rules,
    School,
    Subject,
    Teacher,
    change,
    section,
    verify_sections,
)

SUBJECTS = ("physics", "history", "chemistry", "biology", "politics", "geography")
PICKS = (Pick(("physics", "history")), Pick(("chemistry", "biology", "politics", "geography"), 2))
BLOCKS = ("one", "two", "three")
MOST = 48
USED = 0.95
CHANGES = 10
#: Pupils, mode, whether rooms and teachers are short.
CASES = (
    (300, Mode.MOVING, False),
    (600, Mode.MOVING, False),
    (1_200, Mode.MOVING, False),
    (2_400, Mode.MOVING, False),
    (6_000, Mode.MOVING, False),
    (900, Mode.MOVING, True),
    (1_800, Mode.MOVING, True),
    (300, Mode.FIXED_TWO, False),
    (1_200, Mode.FIXED_TWO, False),
)


def choices(count: int, mode: Mode, short: bool) -> Choices:
    """A made-up mix: physics and chemistry are chosen more, each combination by somebody."""
    drawn = random.Random(count)
    subjects = tuple(Subject(code, 15, MOST) for code in SUBJECTS)
    base = School(subjects, PICKS, BLOCKS, homes=Homes(most=50), rules=Rules(mode=mode))
    weights = [(3.0 if "physics" in c else 2.0) * drawn.uniform(0.4, 2.0) for c in base.combinations]
    chosen = drawn.choices(base.combinations, weights, k=count)
    pupils = tuple(
        Pupil(f"P{at:05}", combination, gender="fm"[drawn.random() < 0.5]) for at, combination in enumerate(chosen)
    )
    if not short:
        return Choices(base, pupils)
    groups = fewest(chosen)
    # As many rooms and teachers as the fewest groups use to 95 parts of a hundred, each teacher with up to three groups.
    rooms = tuple(Room(f"R{at:03}", 50) for at in range(math.ceil(sum(groups.values()) / len(BLOCKS) / USED)))
    teachers = tuple(
        Teacher(f"{code}-{at:02}", (code,)) for code in SUBJECTS for at in range(math.ceil(groups[code] / 3 / USED))
    )
    return Choices(School(subjects, PICKS, BLOCKS, rooms, teachers, base.homes, base.rules), pupils)


def fewest(chosen: list[Combination]) -> dict[str, int]:
    """Of each subject its pupils divided by the largest group, rounded up."""
    pupils = Counter(subject for combination in chosen for subject in combination)
    return {code: -(-pupils[code] // MOST) for code in SUBJECTS}


def spread(groups: tuple[Group, ...]) -> str:
    """The smallest and the largest group, and the mean distance of a size from the mean of its subject."""
    sizes = [len(group.pupils) for group in groups]
    off = 0.0
    for code in SUBJECTS:
        mine = [len(group.pupils) for group in groups if group.subject == code]
        off += sum(abs(size - sum(mine) / len(mine)) for size in mine)
    return f"{min(sizes)}–{max(sizes)}, {off / len(sizes):.1f}"


def measured(count: int, mode: Mode, short: bool) -> list[Any]:
    """A line of the table."""
    given = choices(count, mode, short)
    lower = sum(fewest([pupil.choice for pupil in given.pupils]).values())
    begun, wall = report.cpu_seconds(), time.perf_counter()
    found = section(given, seed="benchmark", limits=Limits(seconds=120))
    taken, waited = report.cpu_seconds() - begun, time.perf_counter() - wall
    if not found.groups:
        raise SystemExit(f"no groups for {count} pupils: {found.status}")
    if faults := verify_sections(given, found):
        raise SystemExit(f"{len(faults)} faults, the first {faults[0]}")
    drawn = random.Random(count)
    anew = {p.number: drawn.choice(given.school.combinations) for p in drawn.sample(given.pupils, CHANGES)}
    begun = report.cpu_seconds()
    after = change(given, found, anew, seed="benchmark")
    changed = report.cpu_seconds() - begun
    if verify_sections(after.choices, after.sections):
        raise SystemExit("a rule is broken after a change")
    moved = f"{len(after.moved)} / {len(after.opened)}" if after.sections.groups else str(after.sections.status)
    lessons = sum(len(group.pupils) for group in found.groups)
    return [
        count, str(mode), "95 %" if short else "–", lower, len(found.groups), found.bound, taken, waited, len(found.homes),
        f"{found.moves / lessons:.1%}", found.mixed, spread(found.groups), changed, moved, peak(),
    ]  # fmt: skip


def peak() -> int:
    """The most memory that this process has had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    return round(int(found[1]) / 1000) if found else 0


def main() -> None:
    """Measure years from 300 to 6,000 pupils."""
    facts = report.conditions()
    heads = (
        "pupils", "mode", "rooms and teachers used", "sum of ceilings", "groups", "bound", "CPU s", "wall s", "home classes",
        "lessons for which somebody moves", "combinations beyond the first", "sizes, mean distance", "ten change, CPU s",
        "others moved / opened", "peak MB",
    )  # fmt: skip
    report.finish("sectioning", heads, [measured(*case) for case in CASES], facts)


@click.command()
def command() -> None:
    """Measure teaching groups for 300 to 6,000 pupils."""
    main()


if __name__ == "__main__":
    command()
