"""Schools that the tests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaodian.engines.scheduling.sectioning import Choices, Combination, Homes, Mode, Pick, Pupil, Rules, School, Subject

SUBJECTS = ("physics", "history", "chemistry", "biology", "politics", "geography")
PICKS = (Pick(("physics", "history")), Pick(("chemistry", "biology", "politics", "geography"), 2))
BLOCKS = ("one", "two", "three")
PCB: Combination = ("physics", "chemistry", "biology")
PCG: Combination = ("physics", "chemistry", "geography")
HPG: Combination = ("history", "politics", "geography")
HBP: Combination = ("history", "biology", "politics")


def school(*, least: int = 1, most: int = 48, mode: Mode = Mode.MOVING, **given: Any) -> School:
    """3+1+2 in three blocks."""
    subjects = tuple(Subject(code, least, most) for code in SUBJECTS)
    given.setdefault("homes", Homes(most=50))
    given.setdefault("rules", Rules(mode=mode))
    return School(subjects, PICKS, BLOCKS, **given)


def pupils(counts: Mapping[Combination, int], **given: Any) -> tuple[Pupil, ...]:
    chosen = [combination for combination, count in counts.items() for _pupil in range(count)]
    return tuple(Pupil(f"P{at:04}", combination, **given) for at, combination in enumerate(chosen))


def choices(counts: Mapping[Combination, int], **given: Any) -> Choices:
    return Choices(school(**given), pupils(counts))
