"""Subjects and combinations of the examination 3+1+2, and what a requirement of a university means: plain data, no rows.

Of the six subjects beside Chinese, mathematics and the foreign language one of physics and history is chosen first, then
two of the other four: 2 × C(4, 2) = 12 combinations. There is no national code for them; ours are the first letters of the
subjects in the order of `SUBJECTS`, such as PCB.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations as pairs

PHYSICS, HISTORY = "physics", "history"
CHEMISTRY, BIOLOGY, POLITICS, GEOGRAPHY = "chemistry", "biology", "politics", "geography"
FIRST = (PHYSICS, HISTORY)
SECOND = (CHEMISTRY, BIOLOGY, POLITICS, GEOGRAPHY)
SUBJECTS = (*FIRST, *SECOND)
LETTERS: Mapping[str, str] = dict(zip(SUBJECTS, "PHCBOG", strict=True))
# What everybody takes beside them; an examination of 3+1+2 has 450 + 100 + 200 = 750 points.
MAIN = ("chinese", "mathematics", "foreign")
FULL: Mapping[str, int] = {**dict.fromkeys(MAIN, 150), **dict.fromkeys(SUBJECTS, 100)}
"""Full marks of the raw scores, which a school's own mock examination has as well."""
# The one character by which people name a subject inside a combination. A name, so the same in all languages.
SHORT: Mapping[str, str] = dict(zip(SUBJECTS, "物史化生政地", strict=True))


class NoCombination(ValueError):
    """What was named is no combination; `code` says why: `count`, `twice`, `unknown`, `first` or `second`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Combination:
    """One of the twelve. `subjects` are three codes, the first one first."""

    code: str
    subjects: tuple[str, str, str]

    @property
    def first(self) -> str:
        return self.subjects[0]

    @property
    def second(self) -> tuple[str, str]:
        return self.subjects[1:]

    @property
    def name(self) -> str:
        """As it is said: 物化生."""
        return "".join(SHORT[one] for one in self.subjects)


def _combination(first: str, pair: tuple[str, str]) -> Combination:
    subjects = (first, *pair)
    return Combination("".join(LETTERS[one] for one in subjects), subjects)


COMBINATIONS: Mapping[str, Combination] = {
    made.code: made for made in (_combination(first, pair) for first in FIRST for pair in pairs(SECOND, 2))
}
_BY_SUBJECTS = {frozenset(one.subjects): one for one in COMBINATIONS.values()}


def combination_of(subjects: Sequence[str]) -> Combination:
    """The combination of three subjects in any order. Raises NoCombination."""
    if not set(subjects) <= set(SUBJECTS):
        raise NoCombination("unknown")
    if len(set(subjects)) < len(subjects):
        raise NoCombination("twice")
    if len(subjects) != 3:
        raise NoCombination("count")
    found = _BY_SUBJECTS.get(frozenset(subjects))
    if found is None:
        raise NoCombination("first" if len(set(subjects) & set(FIRST)) != 1 else "second")
    return found


# Requirements --------------------------------------------------------------------------------------------------------

ANY, ALL, ONE = "any", "all", "one"
"""How the subjects of a requirement beside the first one are meant: nothing is asked, all of them, one of them."""


@dataclass(frozen=True)
class Requirement:
    """What a major asks for: `first` is physics, history or empty for either; `mode` says how `second` is meant."""

    first: str
    mode: str
    second: frozenset[str]

    def is_met_by(self, combination: Combination) -> bool:
        """Whether somebody with the combination may apply."""
        if self.first and self.first != combination.first:
            return False
        had = set(combination.second)
        if self.mode == ALL:
            return self.second <= had
        return self.mode == ANY or bool(self.second & had)


@dataclass(frozen=True)
class Opened:
    """Of the majors in a field how many a combination opens. `field` is the code of the national catalogue, or empty for all."""

    field: str
    opened: int
    all: int

    @property
    def per_mille(self) -> int:
        """The share, rounded down, so that nearly all is not shown as all."""
        return 1_000 * self.opened // self.all if self.all else 0

    @property
    def percent(self) -> str:
        """With one decimal."""
        return f"{self.per_mille // 10}.{self.per_mille % 10}"


def opened_by(
    combination: Combination, counted: Iterable[tuple[str, Requirement, int]], fields: Collection[str]
) -> tuple[Opened, ...]:
    """The whole first, then each field that has majors, in the order of `fields`.

    `counted` says how many majors of a field ask for the same.
    """
    opened: dict[str, int] = {}
    all_: dict[str, int] = {}
    for field, requirement, count in counted:
        for name in ("", field):
            all_[name] = all_.get(name, 0) + count
            opened[name] = opened.get(name, 0) + count * requirement.is_met_by(combination)
    return tuple(Opened(name, opened[name], all_[name]) for name in ("", *fields) if name in all_)
