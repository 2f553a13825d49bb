"""The two ways of going through a queue, on whole columns: one pass (平行志愿) and band by band (梯度志愿).

Both get candidates in the order of the queue and speak of *positions*: 0 is the first in the queue. A *lane* is a set of equal
seats: a school, or the seats that a school holds for one sending school.

One pass is serial dictatorship: the first takes the seat he likes best, the second of what is left, and so on (Satterthwaite and
Sonnenschein 1981). With one order common to all schools it is deferred acceptance (Gale and Shapley 1962), whose result does not depend
on the order of the proposals. So a block of candidates may all ask at once, each lane keeping its first ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
Scores = NDArray[Any]  # integers or floating point, one a candidate

# (schools asked, candidates who ask) to lanes; the number of lanes plus one where there is none for this candidate.
LaneOf = Callable[[Int32, Int64], Int64]

_BLOCK = 32_768
_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class Asked:
    """What a queue goes through. ``order``: candidates, first in the queue first; ``starts`` and ``schools``: everybody's wishes;
    ``seats``: int64, a lane; ``closing``: int64, a lane, the first position which its minimum shuts out."""

    order: Int64
    starts: Int64
    schools: Int32
    seats: Int64
    closing: Int64
    lane_of: LaneOf


@dataclass(frozen=True, eq=False)
class Served:
    """``granted``: int32 by position, the number of the wish within the list or -1; ``left``: seats left, a lane;
    ``last``: int64, a lane, the position admitted last or -1."""

    granted: Int32
    left: Int64
    last: Int64


def packed_key(columns: list[Scores], drawn: Int64 | None) -> Int64 | None:
    """One whole number a candidate which sorts like the columns (higher is better) and then the drawn order; None if it does not fit."""
    if any(column.dtype.kind not in "iu" for column in columns):
        return None
    room, parts = 1, []
    for column in columns:
        least, most = int(column.min()), int(column.max())
        room *= most - least + 1
        parts.append((most, most - least + 1))
    if drawn is not None:
        room *= int(drawn.max()) + 1
    if room >= 2**63:
        return None
    key = np.zeros(len(columns[0]), np.int64)
    for column, (most, span) in zip(columns, parts, strict=True):
        key *= span
        key += most
        key -= column.astype(np.int64, copy=False)
    if drawn is not None:
        key *= int(drawn.max()) + 1
        key += drawn
    return key


def ranked(columns: list[Scores], drawn: Int64 | None) -> Int64:
    """Candidates in the order of the queue: by the first column, equal ones by the next, at last by the drawn order.

    Candidates whom nothing tells apart stand in the order in which they came; :func:`tied` finds them.
    """
    if not len(columns[0]):
        return np.zeros(0, np.int64)
    key = packed_key(columns, drawn)
    if key is not None:
        return np.argsort(key, kind="quicksort" if drawn is not None else "stable")
    # A negated whole number of a narrow or unsigned type would wrap.
    keys = [-column.astype(np.int64 if column.dtype.kind in "iu" else np.float64) for column in columns]
    return np.lexsort(([] if drawn is None else [drawn]) + keys[::-1])


def tied(columns: list[Scores], order: Int64) -> Int64:
    """Positions whose candidate equals the next one in every column."""
    same = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in columns:
        along = column[order]
        same &= along[:-1] == along[1:]
    return np.flatnonzero(same)


def one_pass(asked: Asked, block: int | None = None, rounds: int = _ROUNDS) -> Served:
    """Score first, then wishes in order (平行志愿, 一次投档): everybody gets the first of his wishes that has a seat when his turn comes.

    1. Take the next block of the queue. All ask for their first wish at a lane that is not shut.
    2. A lane asked for more seats than it has keeps its first ones. From the first refused position on it is shut.
    3. The refused ask on, passing over lanes that are shut for their position. Back to 2 until no lane is asked for too much.
    4. Take the seats away; a lane without seats is shut for good. Next block.

    Refusals can be so entangled that each round of 2 moves one candidate. After ``rounds`` of them the block is gone through one by
    one, with the same result. So the work is linear in the applications, whatever they are.
    """
    lanes = len(asked.seats)
    # A round costs a look at every lane, so a block has at least as many candidates.
    block = max(_BLOCK, lanes) if block is None else block
    left = np.append(asked.seats, (0, 0))
    closing = np.append(asked.closing, (0, 0))
    last = np.full(lanes, -1, np.int64)
    granted = np.full(len(asked.order), -1, np.int32)
    for begin in range(0, len(asked.order), block):
        if not left.any():
            break
        who = asked.order[begin : begin + block]
        limit = np.where(left > 0, np.clip(closing - begin, 0, len(who)), 0)
        found = _all_at_once(asked, who, left, limit, rounds) or _one_by_one(asked, who, left, limit)
        placed, lane, wish = found
        left -= np.bincount(lane, minlength=lanes + 2)
        granted[begin + placed] = wish
        np.maximum.at(last, lane, begin + placed)
    return Served(granted, left[:lanes], last)


# Positions inside the block that got a seat, their lanes, their wishes.
_Seated = tuple[Int64, Int64, Int64]


def _all_at_once(asked: Asked, who: Int64, left: Int64, first_shut_out: Int64, rounds: int) -> _Seated | None:
    """Steps 1 to 3 for a block; None when the rounds are used up. ``left`` and ``first_shut_out`` have two entries beyond the lanes:
    whoever has asked everywhere waits in the first, the second is shut."""
    nobody = len(left) - 2
    limit = first_shut_out.copy()
    limit[nobody] = len(who)
    at, end = asked.starts[who], asked.starts[who + 1]
    lane = np.full(len(who), nobody, np.int64)
    moving = np.arange(len(who))
    for _ in range(rounds):
        while len(moving):
            done = at[moving] >= end[moving]
            lane[moving[done]] = nobody
            moving = moving[~done]
            wanted = asked.lane_of(asked.schools[at[moving]], who[moving])
            lane[moving] = wanted
            moving = moving[moving >= limit[wanted]]
            at[moving] += 1
        demand = np.bincount(lane, minlength=len(left))
        is_crowded = demand > left
        is_crowded[nobody] = False
        if not is_crowded.any():
            placed = np.flatnonzero(lane != nobody)
            return placed, lane[placed], at[placed] - asked.starts[who[placed]]
        crowd = np.flatnonzero(is_crowded[lane])
        by_lane = crowd[np.argsort(lane[crowd], kind="stable")]
        full = np.flatnonzero(is_crowded)
        heads = np.cumsum(demand[full]) - demand[full]
        limit[full] = by_lane[heads + left[full]]
        moving = crowd[crowd >= limit[lane[crowd]]]
        at[moving] += 1
    return None


def _one_by_one(asked: Asked, who: Int64, left: Int64, first_shut_out: Int64) -> _Seated:
    start = asked.starts[who]
    count = asked.starts[who + 1] - start
    ends = np.cumsum(count)
    wish = np.arange(count.sum()) - np.repeat(ends - count, count)
    lanes = asked.lane_of(asked.schools[np.repeat(start, count) + wish], np.repeat(who, count)).tolist()
    free, limit = left.tolist(), first_shut_out.tolist()
    seated: list[tuple[int, int, int]] = []
    begin = 0
    for place, end in enumerate(ends.tolist()):
        for number in range(begin, end):
            lane = lanes[number]
            if free[lane] and place < limit[lane]:
                free[lane] -= 1
                seated.append((place, lane, number - begin))
                break
        begin = end
    placed, lane_of, wish_of = np.array(seated, np.int64).reshape(-1, 3).T
    return placed, lane_of, wish_of


def by_bands(asked: Asked, ends: list[int]) -> tuple[Served, Int32]:
    """Inside a band wish order first, then score (梯度志愿). ``ends``: for each band from the top, the position after its last candidate.

    For each band, and in it for the first wish, the second, …: all who have no place ask; a lane keeps the first ones, up to the seats
    it has left, for good. What a later band could offer is never looked at. Second result: int32, a lane, the wish at which
    the last one was admitted, or -1.
    """
    lanes = len(asked.seats)
    left = np.append(asked.seats, (0, 0))
    closing = np.append(asked.closing, (0, 0))
    last = np.full(lanes, -1, np.int64)
    last_wish = np.full(lanes, -1, np.int32)
    granted = np.full(len(asked.order), -1, np.int32)
    # Stable sorting of 16 bits is a radix sort.
    narrow = np.uint16 if lanes + 2 <= 2**16 else np.int64
    begin = 0
    for end in ends:
        who = asked.order[begin:end]
        start = asked.starts[who]
        wishes = asked.starts[who + 1] - start
        waiting = np.arange(len(who))
        wish = 0
        while len(waiting := waiting[wishes[waiting] > wish]):
            lane = asked.lane_of(asked.schools[start[waiting] + wish], who[waiting])
            may = (begin + waiting < closing[lane]) & (left[lane] > 0)
            asking, lane = waiting[may], lane[may]
            by_lane = np.argsort(lane.astype(narrow), kind="stable")
            demand = np.bincount(lane, minlength=lanes + 2)
            heads = np.cumsum(demand) - demand
            turn = np.arange(len(lane)) - heads[lane[by_lane]]
            kept = by_lane[turn < left[lane[by_lane]]]
            granted[begin + asking[kept]] = wish
            took = np.minimum(demand, left)
            left -= took
            some = np.flatnonzero(took[:lanes])
            last[some] = begin + asking[by_lane[heads[some] + took[some] - 1]]
            last_wish[some] = wish
            waiting = waiting[granted[begin + waiting] < 0]
            wish += 1
        begin = end
    return Served(granted, left[:lanes], last), last_wish
