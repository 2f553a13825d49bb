"""Pairing two lists of texts one to one: which of these is that one, a year later?

1. Each text becomes a bag of character bigrams. A bigram weighs ``ln(1 + N / df)``: ``N`` texts in both lists
   together, ``df`` of them holding it, so that words every clause uses (推进, 学校, 教育) say little.
2. The likeness of two texts is the weighted Dice coefficient of their bags: twice the weight in common over the sum of
   both weights, 0 to 1.
3. Candidates come from an index from bigram to texts. A bigram held by many texts offers only the texts nearest in
   position, and each text keeps the best few candidates, so that the cost grows with the length of the input and not
   with the number of pairs.
4. Candidates are scored (the caller's function, given the likeness), those below the threshold are dropped, and the
   rest are taken greedily: best score first, then nearest in position, then earliest. Two pairs that tie in all of
   these never share a member, so the outcome does not depend on which list is called left.

Greedy taking is at least half as good in total score as the best assignment (Avis 1983, weighted matching) and, unlike
it, is explained in one sentence: the most alike were paired first.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_NEAREST = 16
_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """``left`` and ``right`` are indices; ``score`` is what the caller's function gave, ``likeness`` that of step 2."""

    left: int
    right: int
    score: float
    likeness: float


Score = Callable[[int, int, float], float]


def bigrams(text: str) -> Counter[str]:
    """Character bigrams with their counts. The text stands between two marks, so that one character is something."""
    marked = f"\x02{text}\x03"
    return Counter(marked[at : at + 2] for at in range(len(marked) - 1)) if text else Counter()


class Likeness:
    """Weighted Dice coefficient over the bigrams of two lists of texts (steps 1 and 2)."""

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        self.left = [bigrams(text) for text in left]
        self.right = [bigrams(text) for text in right]
        frequency: Counter[str] = Counter()
        for bag in (*self.left, *self.right):
            frequency.update(bag.keys())
        total = len(left) + len(right)
        self.weight = {gram: math.log(1 + total / count) for gram, count in frequency.items()}
        self._left_sums = [self._sum(bag) for bag in self.left]
        self._right_sums = [self._sum(bag) for bag in self.right]

    def of(self, left: int, right: int) -> float:
        """Likeness of two texts by index. Identical texts give exactly 1, empty ones 0."""
        one, other = self.left[left], self.right[right]
        if not one or not other:
            return 0.0
        if one == other:
            return 1.0
        # Summed with fsum: the result must not depend on the order of a dictionary or on which list is left.
        common = math.fsum(self.weight[gram] * min(count, other[gram]) for gram, count in one.items() if gram in other)
        return 2 * common / (self._left_sums[left] + self._right_sums[right])

    def _sum(self, bag: Counter[str]) -> float:
        return math.fsum(self.weight[gram] * count for gram, count in bag.items())


def pair(
    left: Sequence[str], right: Sequence[str], *, threshold: float, score: Score | None = None
) -> tuple[Pair, ...]:
    """Pair texts one to one, in order of ``left``. ``score`` may look beyond the words; by default likeness."""
    likeness = Likeness(left, right)
    found = _candidates(likeness.left, likeness.right, likeness.weight)
    found |= {(one, other) for other, one in _candidates(likeness.right, likeness.left, likeness.weight)}
    pairs = []
    for one, other in found:
        alike = likeness.of(one, other)
        # Rounded, so that a tie is a tie on every machine.
        points = round(score(one, other, alike) if score else alike, 9)
        if points >= threshold:
            pairs.append(Pair(one, other, points, round(alike, 9)))
    pairs.sort(key=lambda p: (-p.score, abs(p.left - p.right), p.left + p.right, p.left))
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    chosen = []
    for candidate in pairs:
        if candidate.left not in taken_left and candidate.right not in taken_right:
            taken_left.add(candidate.left)
            taken_right.add(candidate.right)
            chosen.append(candidate)
    return tuple(sorted(chosen, key=lambda p: p.left))


def _candidates(
    bags: Sequence[Counter[str]], others: Sequence[Counter[str]], weight: dict[str, float]
) -> set[tuple[int, int]]:
    """For each bag the few others that share the most weight with it, by index; bounded per bigram and per bag."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, bag in enumerate(others):
        for gram in bag:
            holders[gram].append(index)
    found: set[tuple[int, int]] = set()
    for index, bag in enumerate(bags):
        shared: dict[int, float] = defaultdict(float)
        for gram in bag:
            for other in _nearest(holders.get(gram, []), index):
                shared[other] += weight[gram]
        ranked = sorted(shared, key=lambda other: (-round(shared[other], 9), abs(index - other), other))
        found.update((index, other) for other in ranked[:_CANDIDATES])
    return found


def _nearest(indices: list[int], at: int) -> list[int]:
    """At most ``_NEAREST`` of the sorted ``indices`` before ``at`` and as many from ``at`` on."""
    if len(indices) <= 2 * _NEAREST:
        return indices
    middle = bisect.bisect_left(indices, at)
    return indices[max(0, middle - _NEAREST) : middle + _NEAREST]
