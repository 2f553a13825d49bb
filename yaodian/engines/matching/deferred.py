"""Applicant-proposing deferred acceptance, by rounds over whole arrays.

Gale and Shapley, College admissions and the stability of marriage, American Mathematical Monthly 69 (1962); priorities
with a common tie-breaking order as in Abdulkadiroğlu and Sönmez, School choice, American Economic Review 93 (2003).

1. Every applicant without a place applies to the next school of the list.
2. Each school that got applications puts them beside those it holds, by class and then drawn number, keeps as many as it
   has places, and refuses the others for good.
3. Until nobody applies. What is held then is granted.

Classes and drawn numbers make the priorities of a school strict, so the outcome is the one stable placement that is best
for every applicant, in whatever order applications are looked at (McVitie and Wilson 1970). The rest is how to be quick:

- School, class and drawn number are packed into one 64-bit key, so that putting applications in order is sorting plain
  numbers; who applied is read from the drawn number.
- A school that is full has a bar, the key of the last it holds. Bars only move forward, so an application behind one is
  refused at the door, and its applicant goes on to the next school in the same round.
- What is held is one array in order; new applications are merged into it. When few applicants are left beside what is held,
  the rest is done one by one with heaps, so that a long chain of refusals costs what its applications cost.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement

Applicants = NDArray[np.int32] | NDArray[np.int64]

#: So many held keys can be merged in the time in which one application is done alone.
MUCH = 64
#: What a round costs besides, in held keys.
ROUND = 4096


def defer(market: Market) -> Placement:
    """The stable placement that is best for every applicant. Time grows with the applications made, but for sorting them."""
    state = _Deferred(market)
    asking: Applicants = np.flatnonzero(state.at < market.starts[1:])
    while MUCH * len(asking) > ROUND + len(state.held) + market.n_schools:
        asking = state.round(asking)
    state.one_by_one(asking.tolist())
    seats = (state.at - market.starts[:-1]).astype(np.int32)
    seats[state.at == market.starts[1:]] = -1
    return Placement(seats, market.digest)


class _Deferred:
    """What is held between rounds."""

    def __init__(self, market: Market) -> None:
        _, class_bits, self.draw_bits = market.key_bits
        self.shift = class_bits + self.draw_bits
        self.market = market
        #: who drew a number
        self.drawn = np.empty(market.n_applicants, np.int32)
        self.drawn[market.draw] = np.arange(market.n_applicants, dtype=np.int32)
        #: the application that each applicant makes next or is held for
        self.at = market.starts[:-1].copy()
        #: keys of what is held, in order
        self.held = np.empty(0, np.int64)
        #: the least key of each school, and one more at the end
        self.least = np.arange(market.n_schools + 1, dtype=np.int64) << self.shift
        #: keys before it are let in: the last one held; of a school that is not full, all; of one without places, none
        self.bar = np.where(market.capacities > 0, self.least[1:], self.least[:-1])

    def round(self, asking: Applicants) -> Applicants:
        """Steps 1 and 2 for all of ``asking`` at once; those who were refused and have a wish left."""
        came = np.sort(self.let_in(asking))
        both = np.concatenate([self.held, came])
        both.sort(kind="stable")  # merges the two runs
        edges = np.searchsorted(both, self.least)
        keeps = np.minimum(np.diff(edges), self.market.capacities)
        ends = edges[:-1] + keeps
        # For each school a run of those that are kept, then one of those that are not.
        runs = np.empty((len(keeps), 2), np.int64)
        runs[:, 0], runs[:, 1] = keeps, edges[1:] - ends
        is_kept = np.repeat(np.tile([True, False], len(keeps)), runs.ravel())
        self.held = both[is_kept]
        is_full = (keeps == self.market.capacities) & (keeps > 0)
        self.bar[is_full] = both[ends[is_full] - 1]
        return self.move_on(self.drawn[both[~is_kept] & ((1 << self.draw_bits) - 1)])

    def let_in(self, asking: Applicants) -> NDArray[np.int64]:
        """The keys of the first wishes of ``asking``, from where they are, that are not behind a bar."""
        market, found = self.market, []
        while len(asking):
            at = self.at[asking]
            school = market.schools[at].astype(np.int64)
            key = (school << self.shift) | (market.classes[at].astype(np.int64) << self.draw_bits) | market.draw[asking]
            is_in = key < self.bar[school]
            found.append(key[is_in])
            asking = self.move_on(asking[~is_in])
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def move_on(self, refused: Applicants) -> Applicants:
        """To the next wish; those who have one."""
        next_wish = self.at[refused] + 1
        self.at[refused] = next_wish
        rest: Applicants = refused[next_wish < self.market.starts[1:][refused]]
        return rest

    def one_by_one(self, asking: list[int]) -> None:
        """The rest as McVitie and Wilson do it: each refused applicant applies on at once."""
        market, shift, draw_bits, mask = self.market, self.shift, self.draw_bits, (1 << self.draw_bits) - 1
        at, bar, held, drawn = _view(self.at), _view(self.bar), _view(self.held), _view(self.drawn)
        starts, schools, classes = _view(market.starts), _view(market.schools), _view(market.classes)
        draw, capacities = _view(market.draw), _view(market.capacities)
        edges = np.searchsorted(self.held, self.least).tolist()
        # What a school held before stays in order and is taken from its end; whoever comes now stands in a heap beside it.
        begins, ends = edges[:-1], edges[1:]
        heaps: dict[int, list[int]] = {}
        while asking:
            applicant = asking.pop()
            here, end, number = at[applicant], starts[applicant + 1], draw[applicant]
            while here < end:
                school = schools[here]
                key = (school << shift) | (classes[here] << draw_bits) | number
                if key < bar[school]:
                    break
                here += 1
            at[applicant] = here
            if here == end:
                continue
            heap = heaps.setdefault(school, [])
            heapq.heappush(heap, -key)
            begin, last = begins[school], ends[school]
            free = capacities[school] - (last - begin) - len(heap)
            if free < 0:
                if last > begin and held[last - 1] > -heap[0]:
                    last = ends[school] = last - 1
                    worst = held[last]
                else:
                    worst = -heapq.heappop(heap)
                out = drawn[worst & mask]
                at[out] += 1
                asking.append(out)
            if free <= 0:
                bar[school] = max(held[last - 1] if last > begin else -1, -heap[0] if heap else -1)


def _view(array: NDArray[np.signedinteger]) -> memoryview[int]:
    """The array's numbers as Python's, without a copy: asked for one by one they come quicker so."""
    return memoryview(array)  # type: ignore[arg-type]
