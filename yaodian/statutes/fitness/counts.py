"""Pupils by grade: what the rates of a school, a county or a year are computed from, and what they leave out.

Exempt pupils are in no rate. Pupils without a result are in none either and stand beside the rates as their coverage,
because a rate over half the pupils is not the school's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .pupil import Exempt, Scored, Unscored
from .tables import Edition


@dataclass(frozen=True, slots=True)
class GradeCounts:
    """Pupils by grade (best first), exempt, and without a result."""

    by_grade: tuple[int, ...]
    exempt: int
    unscored: int

    @property
    def graded(self) -> int:
        return sum(self.by_grade)

    @property
    def coverage(self) -> Fraction | None:
        """The part of those who should have a grade that has one; ``None`` where nobody should."""
        due = self.graded + self.unscored
        return Fraction(self.graded, due) if due else None

    def given(self) -> dict[str, int]:
        """What is given to the indicators ``ExcellentRate``, ``GoodRate`` and ``PassRate``."""
        excellent, good, passed, _ = self.by_grade
        return {
            "fitness_excellent": excellent,
            "fitness_good_or_better": excellent + good,
            "fitness_passed": excellent + good + passed,
            "fitness_graded": self.graded,
        }


def counts_of(results: Iterable[Scored | Exempt | Unscored], edition: Edition) -> GradeCounts:
    """The counts of pupils scored one by one."""
    codes = [grade.code for grade in edition.grades]
    by_grade = [0] * len(codes)
    exempt = unscored = 0
    for result in results:
        match result:
            case Scored():
                by_grade[codes.index(result.grade.code)] += 1
            case Exempt():
                exempt += 1
            case Unscored():
                unscored += 1
    return GradeCounts(tuple(by_grade), exempt, unscored)


def counts_of_row(row: Sequence[int]) -> GradeCounts:
    """The counts of one row of :func:`.columns.grade_counts`."""
    *by_grade, exempt, unscored = (int(count) for count in row)
    return GradeCounts(tuple(by_grade), exempt, unscored)
