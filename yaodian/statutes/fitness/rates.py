"""Rates of a school, a county or a year: 优秀率, 优良率, 合格率, exact, with what they leave out.

The denominator is the pupils with a grade. Exempt pupils are in neither part; pupils without a result are in neither part and
stand beside the rates as ``unscored``, because a rate over half the pupils is not the school's. The standard itself, as far
as it was seen, defines no rate: these are the usual meanings of the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .pupil import Exempt, Scored, Unscored
from .tables import Edition


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts by grade (best first) and what follows from them; a rate is ``None`` where nobody has a grade."""

    by_grade: tuple[int, ...]
    exempt: int
    unscored: int

    @property
    def scored(self) -> int:
        return sum(self.by_grade)

    @property
    def excellent(self) -> Fraction | None:
        """优秀率."""
        return self._share(1)

    @property
    def good(self) -> Fraction | None:
        """优良率: 优秀 and 良好."""
        return self._share(2)

    @property
    def passed(self) -> Fraction | None:
        """合格率: all but 不及格."""
        return self._share(3)

    @property
    def coverage(self) -> Fraction | None:
        """The part of those who should have a grade that has one."""
        due = self.scored + self.unscored
        return Fraction(self.scored, due) if due else None

    def _share(self, grades: int) -> Fraction | None:
        return Fraction(sum(self.by_grade[:grades]), self.scored) if self.scored else None


def rates_of(results: Iterable[Scored | Exempt | Unscored], edition: Edition) -> Rates:
    """The rates of pupils scored one by one."""
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
    return Rates(tuple(by_grade), exempt, unscored)


def rates_of_counts(counts: Sequence[int]) -> Rates:
    """The rates of one row of :func:`.columns.grade_counts`."""
    *by_grade, exempt, unscored = (int(count) for count in counts)
    return Rates(tuple(by_grade), exempt, unscored)
