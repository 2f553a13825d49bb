"""What a placement came to, counted: by school and class, and how much of it the draw decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yaodian.admissions.problem.placing import Solved
from yaodian.engines.matching import decided_by_number


@dataclass(frozen=True)
class Cell:
    """A class at a school, `rank` from 1: how many were placed there by wishes, and how many of them because the draw decided.

    Schools that are open to all know one class; so do those beyond the last class that the rules name.
    """

    offer: str
    rank: int
    placed: int
    by_draw: int


def drawn_numbers(solved: Solved) -> frozenset[str]:
    """The numbers of those whose place the draw decided: somebody of the same class was refused by the same school by it alone."""
    decided = decided_by_number(solved.market, solved.placement, solved.pools).tolist()
    return frozenset(each.number for each, is_drawn in zip(solved.inputs.applicants, decided, strict=True) if is_drawn)


def cells_of(solved: Solved) -> Sequence[Cell]:
    """By school and class, those with somebody in them. Places that the office gave are in none: no class led to them."""
    drawn = drawn_numbers(solved)
    market, seats = solved.market, solved.placement.seats
    placed: Counter[tuple[int, int]] = Counter()
    by_draw: Counter[tuple[int, int]] = Counter()
    for child in np.flatnonzero(seats >= 0).tolist():
        wish = int(market.starts[child] + seats[child])
        at = int(market.schools[wish]), int(market.classes[wish])
        placed[at] += 1
        by_draw[at] += solved.inputs.applicants[child].number in drawn
    offers = solved.inputs.offers
    return tuple(
        Cell(offers[school].public_id, rank + 1, placed[school, rank], by_draw[school, rank])
        for school, rank in sorted(placed)
    )
