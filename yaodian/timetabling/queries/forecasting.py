"""How many pupils each subject and each combination has, and how many teaching groups that makes at least.

The number of groups of a subject is ⌈pupils ÷ size⌉: a lower bound by counting alone. Whether so many can be taught at once
is for the planning of groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yaodian.timetabling.content import COMBINATIONS, FIRST, SUBJECTS, Combination
from yaodian.timetabling.models import Subject

# Sizes that are always shown beside the school's own; the common upper bounds of provinces.
SIZES = (48, 50)


@dataclass(frozen=True)
class SubjectLine:
    """`groups` are pairs of a size and how many groups of it there must be, in the order of `Forecast.sizes`."""

    code: str
    label: str
    is_first: bool
    now: int
    before: int
    groups: tuple[tuple[int, int], ...]

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True)
class CombinationLine:
    """`is_offered`: it can be chosen. `over` is by how many more than the limit it was chosen."""

    combination: Combination
    now: int
    before: int
    is_offered: bool
    most: int | None

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def over(self) -> int:
        return max(0, self.now - self.most) if self.most is not None else 0


@dataclass(frozen=True)
class Forecast:
    """`all` is how many have chosen, `all_before` how many had in the round before."""

    sizes: tuple[int, ...]
    subjects: tuple[SubjectLine, ...]
    combinations: tuple[CombinationLine, ...]
    all: int
    all_before: int

    @property
    def over(self) -> tuple[CombinationLine, ...]:
        """Combinations that more pupils have chosen than the school said it can teach."""
        return tuple(one for one in self.combinations if one.over)

    @property
    def small(self) -> tuple[CombinationLine, ...]:
        """Offered combinations with fewer than ten pupils: they sit in groups of others, or in a very small one."""
        return tuple(one for one in self.combinations if one.is_offered and 0 < one.now < SMALL)


SMALL = 10


def groups_needed(pupils: int, size: int) -> int:
    """⌈pupils ÷ size⌉."""
    return -(-pupils // size)


def by_subject(counts: Mapping[str, int]) -> dict[str, int]:
    """How many pupils have each subject."""
    found = dict.fromkeys(SUBJECTS, 0)
    for code, count in counts.items():
        for subject in COMBINATIONS[code].subjects:
            found[subject] += count
    return found


def forecast(
    counts: Mapping[str, int], *, before: Mapping[str, int], offered: Mapping[str, int | None], size: int
) -> Forecast:
    """From counts by combination, of now and of the round before; `size` is the school's own upper bound of a group."""
    sizes = tuple(sorted({*SIZES, size}))
    now, then = by_subject(counts), by_subject(before)
    return Forecast(
        sizes=sizes,
        subjects=tuple(
            SubjectLine(
                code, str(Subject(code).label), code in FIRST, now[code], then[code],
                tuple((one, groups_needed(now[code], one)) for one in sizes),
            )
            for code in SUBJECTS
        ),
        combinations=tuple(_lines(counts, before, offered)),
        all=sum(counts.values()),
        all_before=sum(before.values()),
    )  # fmt: skip


def _lines(
    counts: Mapping[str, int], before: Mapping[str, int], offered: Mapping[str, int | None]
) -> Iterable[CombinationLine]:
    for code, one in COMBINATIONS.items():
        yield CombinationLine(one, counts.get(code, 0), before.get(code, 0), code in offered, offered.get(code))
