"""统筹安排 as a transport problem: as many children as possible get a seat within the cap, then the metres together are the fewest.

Rows are groups of children who live at the same distance from everything (a housing estate, a zone, at worst one child). Minimise

    Σ cost[r, s] · flow[r, s]   with   Σ_s flow[r, s] = children[r],  Σ_r flow[r, s] ≤ seats[s],  flow ≥ 0,

where ``cost`` is the distance in metres, a distance above the cap may not be used, and one more column, «no seat», costs more than any
chain of moves can save and holds everybody. Solved by successive shortest paths over the schools (Ahuja, Magnanti and Orlin, Network
Flows, 1993, chapter 9), whole numbers throughout. The prices that come with it let anyone check it without solving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .queue_steps import Bool, Int64

# Stands for «may not be used»; sums of it and of costs stay far from the ends of 64 bits.
BARRED = 1 << 60


@dataclass(frozen=True)
class Shortage:
    """Why children are left: the ``rows`` (numbers of rows with children) have within the cap no other schools than ``schools``;
    they have ``children`` children, the schools ``seats`` free seats, and ``left`` = children - seats."""

    rows: tuple[int, ...]
    schools: tuple[int, ...]
    children: int
    seats: int
    left: int


@dataclass(frozen=True, eq=False)
class Flow:
    """``counts``: int64 [r, k], children of each row to each school; ``left``: int64 [r], children without a seat.
    ``prices``: int64 [k], the certificate: for every row, the schools it uses (or «no seat», at ``no_seat`` metres) are those where
    distance + price is least; a school with seats left has the price 0. ``total_m``: metres of all together, without those left."""

    counts: Int64
    left: Int64
    prices: Int64
    no_seat: int
    total_m: int


def costs(metres: Int64, cap_m: int) -> tuple[Int64, int]:
    """Cost of every row at every school and, in the last column, without a seat; and that last cost.

    Between two plans lies a chain of moves that meets each school at most once, so one seat more never costs more than the schools
    and the child's own way together: (k + 1) times the longest distance.
    """
    usable = (metres >= 0) & (metres <= cap_m)
    longest = int(metres[usable].max()) if usable.any() else 0
    no_seat = (longest + 1) * (metres.shape[1] + 2)
    priced = np.where(usable, metres.astype(np.int64), BARRED)
    return np.concatenate([priced, np.full((len(metres), 1), no_seat)], axis=1), no_seat


def transport(children: Int64, seats: Int64, metres: Int64, cap_m: int) -> Flow:
    """Assign ``children[r]`` of each row to schools with ``seats[s]``, at ``metres[r, s]`` (negative: no way there).

    1. Rows in their order; of a row, as many children at once as the way below allows.
    2. The way: from the row to a school, and from there on by moving somebody who is there to another school, whatever adds the fewest
       metres and ends where a seat is free (or in «no seat»). Of equal ways the school with the lower number ends it, of equal
       rows the earlier one moves.
    3. Move along it. No plan for the rows so far is better (no cycle of moves saves anything), so at the end none at all is.
    4. The full schools passed on the way become dearer, until all ways to the end cost the same: that is their price, in metres.
    """
    priced, no_seat = costs(metres, cap_m)
    plan = _Plan(priced, np.append(seats, int(children.sum())))
    for row, count in enumerate(children.tolist()):
        while count:
            count -= plan.send(row, count)
    counts = np.ascontiguousarray(plan.at[:-1].T)
    total = int((counts * np.where(counts > 0, priced[:, :-1], 0)).sum())
    return Flow(counts, plan.at[-1], plan.price[:-1], no_seat, total)


class _Plan:
    """Who is where so far: ``at[s, r]`` children of the row at the school. ``move[s, t]``: the fewest metres added by moving somebody who
    is at ``s`` to ``t``."""

    def __init__(self, priced: Int64, free: Int64) -> None:
        self.priced, self.free = priced, free
        self.at = np.zeros(priced.T.shape, np.int64)
        self.price = np.zeros(len(free), np.int64)
        self.move = np.full((len(free), len(free)), BARRED, np.int64)

    def send(self, row: int, count: int) -> int:
        """Send up to ``count`` children of the row; how many went."""
        end, before = self.way(row)
        last, legs = end, list[tuple[int, int, int]]()
        while (start := int(before[end])) >= 0:
            there = np.flatnonzero(self.at[start])
            mover = int(there[np.argmin(self.priced[there, end] - self.priced[there, start])])
            legs.append((mover, start, end))
            end = start
        went = min(count, int(self.free[last]), *(int(self.at[start, mover]) for mover, start, _ in legs))
        for mover, start, to in legs:
            self.at[start, mover] -= went
            self.at[to, mover] += went
        self.at[end, row] += went
        self.free[last] -= went
        for mover, start, to in legs:
            if not self.at[start, mover]:
                there = np.flatnonzero(self.at[start])
                ways = self.priced[there] - self.priced[there, start, None]
                self.move[start] = ways.min(axis=0, initial=BARRED)
            self.arrive(mover, to)
        self.arrive(row, end)
        return went

    def arrive(self, row: int, school: int) -> None:
        if self.at[school, row]:
            np.minimum(self.move[school], self.priced[row] - self.priced[row, school], out=self.move[school])

    def way(self, row: int) -> tuple[int, Int64]:
        """The school with a free seat where the shortest way from the row ends, and for each school the one before it (-1: the row itself).

        Dijkstra with lengths made non-negative by the prices. Full schools are passed through while they are no farther than the end.
        """
        length = self.priced[row] + self.price
        before = np.full(len(length), -1, np.int64)
        is_full = self.free == 0
        is_ahead = is_full.copy()
        while True:
            shortest = int(length[~is_full].min())
            ahead = np.flatnonzero(is_ahead & (length <= shortest))
            if not len(ahead):
                break
            school = ahead[np.argmin(length[ahead])]
            is_ahead[school] = False
            through = self.move[school] + (length[school] - self.price[school]) + self.price
            shorter = through < length
            length[shorter] = through[shorter]
            before[shorter] = school
        passed = is_full & ~is_ahead
        self.price[passed] += shortest - length[passed]
        return int(np.argmax(~is_full & (length == shortest))), before


def certified(flow: Flow, children: Int64, seats: Int64, metres: Int64, cap_m: int) -> bool:
    """Whether the prices prove that no plan leaves fewer children, nor as few at fewer metres. Nothing is solved here.

    For any plan, Σ cost · flow ≥ Σ_r children[r] · min_s (cost[r, s] + price[s]) - Σ_s seats[s] · price[s] when no price is negative
    (weak duality). Where both sides are equal, the plan is the best.
    """
    priced, no_seat = costs(metres, cap_m)
    everything = np.concatenate([flow.counts, flow.left[:, None]], axis=1)
    if flow.no_seat != no_seat or (everything < 0).any() or (flow.prices < 0).any():
        return False
    if (everything.sum(axis=1) != children).any() or (flow.counts.sum(axis=0) > seats).any():
        return False
    if ((everything > 0) & (priced >= BARRED)).any():
        return False
    cost = int((everything * np.where(everything > 0, priced, 0)).sum())
    least = (priced + np.append(flow.prices, 0)).min(axis=1)
    bound = int((children * least).sum()) - int((seats * flow.prices).sum())
    metres_walked = cost - no_seat * int(flow.left.sum())
    return cost == bound and metres_walked == flow.total_m


def shortages(flow: Flow, children: Int64, seats: Int64, metres: Int64, cap_m: int) -> tuple[Shortage, ...]:
    """For the rows with children left, closed sets: whoever holds the schools in their reach, what else those reach, and so on.

    In each set there are as many children too many as are left in it (Hall 1935), so fewer cannot be left. No row is in two sets.
    """
    usable: Bool = (metres >= 0) & (metres <= cap_m)
    is_left = flow.left > 0
    sets: list[tuple[Bool, Bool]] = []
    waiting = is_left.copy()
    while waiting.any():
        rows: Bool = np.zeros(len(children), np.bool_)
        rows[np.argmax(waiting)] = True
        schools: Bool = np.zeros(len(seats), np.bool_)
        while True:
            reached: Bool = np.logical_or.reduce(usable[rows], axis=0)
            holders: Bool = rows | np.logical_or.reduce(flow.counts[:, reached] > 0, axis=1)
            # Others who are left for want of the same schools belong to the same set.
            holders |= is_left & np.logical_or.reduce(usable[:, reached], axis=1)
            if (holders == rows).all() and (reached == schools).all():
                break
            rows, schools = holders, reached
        waiting &= ~rows
        # Sets that need the same schools are told as one; what holds of both holds of them together.
        apart = [other for other in sets if not (other[0] & rows).any()]
        for other in sets:
            if (other[0] & rows).any():
                rows, schools = rows | other[0], schools | other[1]
        sets = [*apart, (rows, schools)]
    return tuple(
        Shortage(
            tuple(np.flatnonzero(rows).tolist()),
            tuple(np.flatnonzero(schools & (seats > 0)).tolist()),
            int(children[rows].sum()),
            int(seats[schools].sum()),
            int(flow.left[rows].sum()),
        )
        for rows, schools in sets
    )
