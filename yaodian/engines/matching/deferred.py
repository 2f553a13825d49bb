"""Applicant-proposing deferred acceptance, by rounds over whole arrays.

Gale and Shapley, College admissions and the stability of marriage, American Mathematical Monthly 69 (1962); priorities
with a common tie-breaking order as in Abdulkadiroğlu and Sönmez, School choice, American Economic Review 93 (2003).

1. Every applicant without a place applies to the next school of the list.
2. Each school that got applications puts them beside those it holds, by class and then drawn number, keeps as many as it
   has places, and refuses the others for good.
3. Until nobody applies. What is held then is granted.

Classes and drawn numbers make the priorities of a school strict, so the outcome is the one stable placement that is best
for every applicant, in whatever order applications are looked at (McVitie and Wilson 1970). The rest is how to be quick:

- Applicants are called by their drawn numbers. School, class and number are packed into one 64-bit key, so that putting
  applications in order is sorting plain numbers, and who applied is read from the key.
- A school that is full has a bar, the key of the last it holds. Bars only move forward, so an application behind one is
  refused at the door, and its applicant goes on to the next school in the same round.
- What is held is one array in order; new applications are merged into it. When few applicants are left beside what is held,
  the rest is done one by one with heaps, so that a long chain of refusals costs what its applications cost.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement

#: So many held keys can be merged in the time in which one application is done alone.
MUCH = 64
#: What a round costs besides, in held keys.
ROUND = 4096


def defer(market: Market) -> Placement:
    """The stable placement that is best for every applicant. Time grows with the applications made, but for sorting them."""
    state = _Deferred(market)
    asking = np.flatnonzero(state.at < state.end)
    while MUCH * len(asking) > ROUND + len(state.held) + market.n_schools:
        asking = state.round(asking)
    state.one_by_one(asking.tolist())
    at = state.at[market.draw]
    seats = np.where(at < market.starts[1:], at - market.starts[:-1], -1)
    return Placement(seats.astype(np.int32), market.digest)


class _Deferred:
    """What is held between rounds. Applicants are called by their drawn numbers throughout."""

    def __init__(self, market: Market) -> None:
        school_bits, class_bits, self.draw_bits = market.key_bits
        self.capacities = market.capacities
        self.class_bits = class_bits
        self.number = (1 << self.draw_bits) - 1
        #: int64[n]: the application that each applicant makes next or is held for, and the end of the list
        self.at = np.empty(market.n_applicants, np.int64)
        self.end = np.empty(market.n_applicants, np.int64)
        self.at[market.draw] = market.starts[:-1]
        self.end[market.draw] = market.starts[1:]
        #: the front of each application's key: school and class
        kind = np.int32 if school_bits + class_bits < 32 else np.int64
        self.front: NDArray[Any] = market.schools.astype(kind)
        self.front <<= class_bits
        self.front |= market.classes
        #: the least key of each school, and one more at the end
        self.least = np.arange(market.n_schools + 1, dtype=np.int64) << (class_bits + self.draw_bits)
        #: keys before it are let in: the last one held; of a school that is not full, all; of one without places, none
        self.bar = np.where(market.capacities > 0, self.least[1:], self.least[:-1])
        #: keys of what is held, in order
        self.held = np.empty(0, np.int64)

    def round(self, asking: NDArray[np.int64]) -> NDArray[np.int64]:
        """Steps 1 and 2 for all of ``asking`` at once; those who were refused and have a wish left."""
        came = np.sort(self.let_in(asking, self.at[asking]))
        both = np.concatenate([self.held, came])
        both.sort(kind="stable")  # merges the two runs
        edges = np.searchsorted(both, self.least)
        keeps = np.minimum(np.diff(edges), self.capacities)
        ends = edges[:-1] + keeps
        # For each school a run of those that are kept, then one of those that are not.
        runs = np.empty((len(keeps), 2), np.int64)
        runs[:, 0], runs[:, 1] = keeps, edges[1:] - ends
        is_kept = np.repeat(np.tile([True, False], len(keeps)), runs.ravel())
        self.held = both[is_kept]
        is_full = (keeps == self.capacities) & (keeps > 0)
        self.bar[is_full] = both[ends[is_full] - 1]
        refused = both[~is_kept] & self.number
        at = self.at[refused] + 1
        self.at[refused] = at
        rest: NDArray[np.int64] = refused[at < self.end[refused]]
        return rest

    def let_in(self, asking: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The keys of the first applications of ``asking``, from ``at`` on, that are not behind a bar."""
        found = [np.empty(0, np.int64)]
        while len(asking):
            front = self.front[at]
            key = (front.astype(np.int64) << self.draw_bits) | asking
            is_out = key >= self.bar[front >> self.class_bits]
            found.append(key[~is_out])
            self.at[asking] = at
            out = np.flatnonzero(is_out)
            asking, at = asking[out], at[out] + 1
            has_more = at < self.end[asking]
            self.at[asking] = at
            more = np.flatnonzero(has_more)
            asking, at = asking[more], at[more]
        return np.concatenate(found)

    def one_by_one(self, asking: list[int]) -> None:
        """The rest as McVitie and Wilson do it: each refused applicant applies on at once."""
        at, ends_at, front, bar, held = map(_view, (self.at, self.end, self.front, self.bar, self.held))
        capacities = _view(self.capacities)
        draw_bits, class_bits, number = self.draw_bits, self.class_bits, self.number
        edges = np.searchsorted(self.held, self.least).tolist()
        # What a school held before stays in order and is taken from its end; whoever comes now stands in a heap beside it.
        begins, ends = edges[:-1], edges[1:]
        heaps: dict[int, list[int]] = {}
        while asking:
            applicant = asking.pop()
            here, end = at[applicant], ends_at[applicant]
            while here < end:
                key = (front[here] << draw_bits) | applicant
                school = front[here] >> class_bits
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
                out = worst & number
                at[out] += 1
                asking.append(out)
            if free <= 0:
                bar[school] = max(held[last - 1] if last > begin else -1, -heap[0] if heap else -1)


def _view(array: NDArray[np.signedinteger]) -> memoryview[int]:
    """The array's numbers as Python's, without a copy: asked for one by one they come quicker so."""
    return memoryview(array)  # type: ignore[arg-type]
