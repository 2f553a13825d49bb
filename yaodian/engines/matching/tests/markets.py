"""Markets for the tests, and answers found in the plainest ways: a heap for each school, every outcome in turn."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from yaodian.engines.matching.market import Market


def gale_shapley(market: Market) -> list[int]:
    """The wish each applicant is granted, or -1: refused applicants one by one, a heap for each school."""
    wishes = [market.wishes(applicant).tolist() for applicant in range(market.n_applicants)]
    held: list[list[tuple[int, int, int]]] = [[] for _ in market.capacities]
    now = [0] * len(wishes)
    asking = list(range(len(wishes)))
    while asking:
        applicant = asking.pop()
        if now[applicant] == len(wishes[applicant]):
            continue
        school = wishes[applicant][now[applicant]]
        own = market.classes[market.starts[applicant] + now[applicant]]
        heapq.heappush(held[school], (-int(own), -int(market.draw[applicant]), applicant))
        if len(held[school]) > market.capacities[school]:
            refused = heapq.heappop(held[school])[2]
            now[refused] += 1
            asking.append(refused)
    return [wish if wish < len(row) else -1 for wish, row in zip(now, wishes, strict=True)]


def outcomes(market: Market) -> Iterator[tuple[int, ...]]:
    """Every way to grant each applicant one wish or none within the capacities."""
    ranges = [range(-1, int(length)) for length in market.lengths()]
    for seats in itertools.product(*ranges):
        count = [0] * market.n_schools
        for applicant, seat in enumerate(seats):
            if seat >= 0:
                count[market.wishes(applicant)[seat]] += 1
        if all(count[school] <= market.capacities[school] for school in range(market.n_schools)):
            yield seats


def is_stable(market: Market, seats: tuple[int, ...] | list[int]) -> bool:
    """No applicant and school would both rather have each other: asked pair by pair."""
    holders: list[list[tuple[int, int]]] = [[] for _ in market.capacities]
    for applicant, seat in enumerate(seats):
        if seat >= 0:
            own = market.classes[market.starts[applicant] + seat]
            holders[market.wishes(applicant)[seat]].append((int(own), int(market.draw[applicant])))
    for applicant, seat in enumerate(seats):
        row = market.wishes(applicant)
        for wish in range(len(row) if seat < 0 else seat):
            school = row[wish]
            own = (int(market.classes[market.starts[applicant] + wish]), int(market.draw[applicant]))
            if len(holders[school]) < market.capacities[school] or any(own < other for other in holders[school]):
                return False
    return True


def rank(seat: int) -> int:
    """A wish as a number that is worse the higher; having none is worst."""
    return seat if seat >= 0 else 1 << 20


def crowd(
    n: int, k: int, most: int, seed: int, *, classes: int = 3, capacity: int | None = None, drawn: bool = True
) -> Market:
    """A market drawn at random: up to ``most`` wishes each, some schools dearer than others, about n places."""
    chance = np.random.default_rng(seed)
    dearness = chance.random(k)
    rows = []
    for _ in range(n):
        length = int(chance.integers(0, min(most, k) + 1))
        rows.append(np.argsort(chance.random(k) - dearness)[:length].tolist())
    least = max(1, n // max(k, 1))
    capacities = [least] * k if capacity is None else [capacity] * k
    return Market.of(
        rows,
        capacities,
        classes=[[int(chance.integers(0, classes)) for _ in row] for row in rows],
        draw=chance.permutation(n).tolist() if drawn else range(n),
    )


@st.composite
def small_markets(draw: Any, applicants: int = 5, schools: int = 3, most: int = 2) -> Market:
    """Markets small enough to go through all outcomes."""
    n = draw(st.integers(0, applicants))
    k = draw(st.integers(1, schools))
    rows = [draw(st.permutations(range(k)).map(tuple)) for _ in range(n)]
    rows = [row[: draw(st.integers(0, k))] for row in rows]
    return Market.of(
        rows,
        draw(st.lists(st.integers(0, most), min_size=k, max_size=k)),
        classes=[draw(st.lists(st.integers(0, 2), min_size=len(row), max_size=len(row))) for row in rows],
        draw=draw(st.permutations(range(n))),
    )


def rebuilt(market: Market, **changed: Any) -> Market:
    """The same market with some of its arrays changed."""
    names = ("starts", "schools", "classes", "draw", "capacities", "applicant_names", "school_names")
    return Market(**{name: changed.get(name, getattr(market, name)) for name in names})


def told_otherwise(market: Market, liar: int, told: list[int]) -> Market:
    """The market in which ``liar`` hands in the list ``told``. The classes of schools that he truly wishes for stay what they
    are; at others he is of the first class."""
    wishes = [market.wishes(each).tolist() for each in range(market.n_applicants)]
    classes = [
        market.classes[market.starts[each] : market.starts[each + 1]].tolist() for each in range(market.n_applicants)
    ]
    own = dict(zip(wishes[liar], classes[liar], strict=True))
    wishes[liar], classes[liar] = told, [own.get(school, 0) for school in told]
    return Market.of(wishes, market.capacities.tolist(), classes=classes, draw=market.draw.tolist())


def worth(market: Market, applicant: int, school: int) -> int:
    """What ``school`` is truly worth to ``applicant``: more the dearer, 0 where he does not wish for it or has none."""
    truth = market.wishes(applicant).tolist()
    return len(truth) - truth.index(school) if school in truth else 0
