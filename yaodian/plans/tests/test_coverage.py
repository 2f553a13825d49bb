"""Of the published plans' quantified targets for which a measure exists, most find it as their first proposal.

Which measure each target means was judged by hand; docs/coverage.md lists all of them. Where the published plans do not
lie beside the checkout (``../shared``), the demonstration plans are held to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yaodian.measures.queries import propose
from yaodian.plans.operations.demonstration import engine

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT.parent / "shared" / "plans"
DEMONSTRATION = ROOT / "yaodian" / "plans" / "demonstration"
GOAL = 0.6

# By subject and printed unit; ``verb`` must stand in the passage. Every other target has no measure.
JUDGED: dict[tuple[str, str, str], tuple[str, str, str]] = {
    ("公办园率", "%", ""): ("registry.public_kindergartens", "preschool", ""),
    ("公办幼儿园占比", "%", ""): ("registry.public_kindergartens", "preschool", ""),
    ("普惠率", "%", ""): ("registry.inclusive_kindergartens", "preschool", ""),
    ("普惠性覆盖率", "%", ""): ("registry.inclusive_kindergartens", "preschool", ""),
    ("普惠性幼儿园覆盖率", "%", ""): ("registry.inclusive_kindergartens", "preschool", ""),
    ("公办在园幼儿数占比", "%", ""): ("registry.children_in_public_kindergartens", "preschool", ""),
    ("公办园在园幼儿占比", "%", ""): ("registry.children_in_public_kindergartens", "preschool", ""),
    ("外来务工人员随迁子女义务教育公办就读率", "%", ""): ("registry.migrants_in_public", "compulsory", ""),
    ("随迁子女公办学校就读", "%", ""): ("registry.migrants_in_public", "compulsory", ""),
    ("幼儿园", "所", "新建"): ("registry.kindergartens_opened", "preschool", ""),
    ("公办幼儿园", "所", "新建"): ("registry.kindergartens_opened", "preschool", "public"),
    ("交流轮岗比例", "%", ""): ("registry.exchanged", "compulsory", ""),
    ("56人以上大班额比例", "%", ""): ("registry.large_classes", "compulsory", ""),
    # The measure counts how many are left, the promise how many are mended: a person must say so.
    ("小规模学校基本优化到位", "所", ""): ("registry.small_schools", "primary", ""),
}


def targets(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    for path in sorted(folder.glob("*.txt")):
        plan = engine.read(path.read_bytes(), name=path.name)
        for target in plan.targets:
            if not target.implicit:
                yield target.subject, target.unit or "", plan.text[slice(*target.span)], target.comparator


def judged(subject: str, unit: str, quote: str) -> tuple[str, str, str] | None:
    return next(
        (
            meant
            for (name, printed, verb), meant in JUDGED.items()
            if (name, printed) == (subject, unit) and verb in quote
        ),
        None,
    )


FOLDERS = [DEMONSTRATION, *([PUBLISHED] if PUBLISHED.is_dir() else [])]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_most_targets_that_have_a_measure_find_it_first(folder: Path) -> None:
    right, wrong, invented, total = [], [], [], 0
    for subject, unit, quote, comparator in targets(folder):
        total += 1
        meant = judged(subject, unit, quote)
        found = propose(subject=subject, quote=quote, unit=unit, comparator=comparator)
        first = (found[0].measure.code, found[0].stage, found[0].narrowed) if found else None
        if meant is not None:
            (right if first == meant else wrong).append(f"{subject} {unit}: {first}")
        elif first is not None:
            invented.append(f"{subject} {unit} ({quote}): {first}")
    assert total > 80
    assert len(right) >= GOAL * (len(right) + len(wrong)), wrong
    assert len(right) >= 5
    # A proposal for what no measure counts costs a person a look.
    assert len(invented) <= 0.05 * total, invented
