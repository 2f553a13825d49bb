"""Catchments of compulsory schooling: one school or several, the order of fulfilment, and 统筹安排 for those left over.

``allocate(problem)`` is the solver, ``catchment_verifying.verify_allocation`` checks it without it. 义务教育法 art. 12 asks for a school near home and
no examination: nothing here knows a score. Terms and an example by hand: ``docs/algorithms/placing.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .overflow import Flow, Shortage, shortages, transport
from .queue_checking import UnableToPlace, check_drawn, check_lists, check_seats, check_whole
from .queue_steps import Asked, Bool, Int16, Int32, Int64, one_pass, ranked


class How(IntEnum):
    """How a child came to its school, or why it has none."""

    CATCHMENT = 0
    OVERFLOW = 1
    NOWHERE_NEAR = 2  # no school within the cap has a seat left for anybody
    SHORTAGE = 3  # there are fewer seats within the cap than children who need them
    NO_ADDRESS = 4  # no distance is known


@dataclass(frozen=True, eq=False)
class Catchments:
    """The problem. Children [n], zones [z], schools [k], rows of distances [r].

    ``zones``: int32 [n], the zone a child lives in, -1 for none. ``zone_starts`` (int64 [z+1]) and ``zone_schools`` (int32): the schools of
    each zone in published order; one is 单校划片, several are 多校划片. A school may serve several zones.
    ``classes``: int16 [n], the class of fulfilment (户籍与房产一致 → …), 0 first. ``published``: further columns [n] of whole numbers, the
    lower first, by which a class is ordered. ``drawn``: int64 [n], the number in the draw, the lower first, no two alike; None if none was held.
    ``starts`` and ``schools``: the family's wishes among the schools of its zone; None where no wishes are asked: the zone's order.
    ``capacities``: int64 [k].
    ``metres``: int32 [r, k], distance in whole metres, negative for no way; ``rows``: int32 [n], a child's row, -1 for unknown.
    ``cap_m``: the farthest that a child may be sent.
    """

    zones: Int32
    zone_starts: Int64
    zone_schools: Int32
    classes: Int16
    capacities: Int64
    rows: Int32
    metres: Int32
    cap_m: int
    published: tuple[Int64, ...] = ()
    drawn: Int64 | None = None
    starts: Int64 | None = None
    schools: Int32 | None = None

    def __len__(self) -> int:
        return len(self.zones)


@dataclass(frozen=True, eq=False)
class Overflow:
    """The second stage. ``rows``: rows of distances with children left over, in the order in which they were taken; ``children``: int64,
    how many; ``seats``: int64 [k], seats that the catchments left; ``flow`` over these rows, with its certificate."""

    rows: Int64
    children: Int64
    seats: Int64
    flow: Flow
    shortages: tuple[Shortage, ...]


@dataclass(frozen=True, eq=False)
class Allocation:
    """``seats``: int32 [n], the granted wish within the list (the zone's schools where none were asked), -1 for none.
    ``schools``: int32 [n], the school of either stage, -1 for none. ``how``: uint8 [n], :class:`How`.
    ``last``: int64 [k], the child admitted last from the catchments, -1 if none. ``is_over``: bool [k], more children asked than there were
    seats. ``is_by_draw``: bool [k], the draw decided between the last one and somebody refused."""

    seats: Int32
    schools: Int32
    how: NDArray[np.uint8]
    last: Int64
    is_over: Bool
    is_by_draw: Bool
    overflow: Overflow


def allocate(problem: Catchments) -> Allocation:
    """Give every child a school.

    1. Check; what is wrong is named (:class:`UnableToPlace`).
    2. In the catchments: by class, then the published order, then the draw, each child gets the first of its wishes with a seat. Where
       there are no more children than seats all are placed, and the draw is not needed.
    3. Those left over are grouped by their row of distances and sent to free seats within the cap: as many as possible, then
       the fewest metres together (:func:`.overflow.transport`). Rows are taken in the order of their first child, without a draw
       equal ones by number.
    4. Inside a row the earlier child gets the nearer school, of equal distance the one with the lower number; who is left is last.

    ``UnableToPlace`` also where no draw was held and one is needed: it says at which school.
    """
    _check(problem)
    order = ranked(order_columns(problem), problem.drawn)
    starts, wishes = wishes_of(problem)
    size = len(problem)
    everybody = np.full(len(problem.capacities), size, np.int64)
    asked = Asked(
        order,
        starts,
        wishes,
        problem.capacities.astype(np.int64),
        everybody,
        lambda schools, _: schools.astype(np.int64),
    )
    served = one_pass(asked)
    seats = np.full(size, -1, np.int32)
    seats[order] = served.granted
    schools = np.full(size, -1, np.int32)
    placed = np.flatnonzero(seats >= 0)
    schools[placed] = wishes[starts[placed] + seats[placed]]
    last = np.full(len(problem.capacities), -1, np.int64)
    last[served.last >= 0] = order[served.last[served.last >= 0]]
    is_over, is_by_draw = _decided(problem, starts, wishes, seats, last)
    if problem.drawn is None and is_by_draw.any():
        raise UnableToPlace(
            f"学校{np.flatnonzero(is_by_draw)[0]}报名人数超过计划，最后的学位要在同一顺序的儿童中抽签决定，但没有抽签顺序；请先抽签。"
        )
    how = np.where(seats >= 0, How.CATCHMENT, How.NO_ADDRESS).astype(np.uint8)
    overflow = _overflow(problem, order, served.left, schools, how)
    return Allocation(seats, schools, how, last, is_over, is_by_draw, overflow)


def order_columns(problem: Catchments) -> list[Int64]:
    """Class and published order as columns of which the higher comes first."""
    return [-problem.classes.astype(np.int64), *(-column.astype(np.int64) for column in problem.published)]


def wishes_of(problem: Catchments) -> tuple[Int64, Int32]:
    """Everybody's wishes: the family's, or the schools of the zone in their published order."""
    if problem.starts is not None and problem.schools is not None:
        return problem.starts, problem.schools
    has_zone = problem.zones >= 0
    count = np.where(has_zone, np.diff(np.append(problem.zone_starts, problem.zone_starts[-1]))[problem.zones], 0)
    starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    first = np.where(has_zone, problem.zone_starts[problem.zones], 0)
    at = np.arange(starts[-1]) - np.repeat(starts[:-1], count) + np.repeat(first, count)
    return starts, problem.zone_schools[at]


def _decided(problem: Catchments, starts: Int64, wishes: Int32, seats: Int32, last: Int64) -> tuple[Bool, Bool]:
    """For each school, whether anybody was refused, and whether somebody who is equal to the last admitted but for the draw."""
    count = np.diff(starts)
    refused = np.where(seats < 0, count, seats).astype(np.int64)
    who = np.repeat(np.arange(len(problem)), refused)
    wish = np.arange(len(who)) - np.repeat(np.cumsum(refused) - refused, refused)
    school = wishes[starts[who] + wish]
    is_over = np.zeros(len(problem.capacities), np.bool_)
    is_over[school] = True
    equal = last[school] >= 0
    for column in order_columns(problem):
        equal &= column[who] == column[last[school]]
    is_by_draw = np.zeros(len(problem.capacities), np.bool_)
    is_by_draw[school[equal]] = True
    return is_over, is_by_draw


def _overflow(problem: Catchments, order: Int64, free: Int64, schools: Int32, how: NDArray[np.uint8]) -> Overflow:
    """The second stage; writes what it finds into ``schools`` and ``how``."""
    columns = order_columns(problem)
    waiting = order[(schools[order] < 0) & (problem.rows[order] >= 0)]
    if problem.drawn is None:
        # What nothing else tells apart goes by the row's number, never by where a child stands in the data.
        keys = [problem.rows[waiting].astype(np.int64), *(-column[waiting] for column in reversed(columns))]
        waiting = waiting[np.lexsort(keys)]
    numbers, first, group = np.unique(problem.rows[waiting], return_index=True, return_inverse=True)
    in_turn = np.argsort(first)
    rows = numbers[in_turn].astype(np.int64)
    turn = np.argsort(in_turn)[group] if len(rows) else group
    children = np.bincount(turn, minlength=len(rows)).astype(np.int64)
    metres = problem.metres[rows].astype(np.int64)
    # A school without a seat is out of reach, so that no shortage counts it.
    metres = np.where(free > 0, metres, -1)
    flow = transport(children, free, metres, problem.cap_m)
    short = shortages(flow, children, free, metres, problem.cap_m)
    for number in range(len(rows)):
        members = waiting[turn == number]
        used = np.flatnonzero(flow.counts[number])
        used = used[np.argsort(metres[number, used], kind="stable")]
        given = np.repeat(used, flow.counts[number, used]).astype(np.int32)
        given = np.append(given, np.full(len(members) - len(given), -1, np.int32))
        if problem.drawn is None and _parts_equals(columns, members, given):
            raise UnableToPlace(
                f"统筹时距离表第{rows[number] + 1}行的儿童顺序相同而去向不同，须抽签决定，但没有抽签顺序；请先抽签。"
            )
        schools[members] = given
        nowhere = not ((metres[number] >= 0) & (metres[number] <= problem.cap_m)).any()
        how[members] = np.where(given >= 0, How.OVERFLOW, How.NOWHERE_NEAR if nowhere else How.SHORTAGE)
    return Overflow(rows, children, free, flow, short)


def _parts_equals(columns: list[Int64], members: Int64, given: Int32) -> bool:
    """Whether two neighbours in the order, equal but for the draw, are sent to different schools."""
    changes = np.flatnonzero(given[1:] != given[:-1])
    before, after = members[changes], members[changes + 1]
    equal = np.ones(len(changes), np.bool_)
    for column in columns:
        equal &= column[before] == column[after]
    return bool(equal.any())


def _check(problem: Catchments) -> None:
    size, count = len(problem), len(problem.capacities)
    zones = len(problem.zone_starts) - 1
    check_lists(problem.zone_starts, problem.zone_schools, zones, count, lists="学区", row="学区", item="所对应学校")
    check_seats(problem.capacities, "招生计划")
    check_whole(problem.zones, "儿童的学区", size)
    check_whole(problem.classes, "儿童的顺序类别", size)
    check_whole(problem.rows, "儿童的距离行", size)
    for number, column in enumerate(problem.published):
        check_whole(column, f"第{number + 1}个公布的次序", size)
    if problem.drawn is not None:
        check_drawn(problem.drawn, size)
    for name, numbers, most in (("学区", problem.zones, zones), ("距离行", problem.rows, len(problem.metres))):
        if len(bad := np.flatnonzero((numbers < -1) | (numbers >= most))):
            raise UnableToPlace(f"第{bad[0] + 1}行儿童的{name}编号{numbers[bad[0]]}不存在；请核对，没有的填-1。")
    if size and problem.classes.min() < 0:
        raise UnableToPlace(f"第{int(np.argmin(problem.classes)) + 1}行儿童的顺序类别为负数；类别从0起，请改正。")
    check_whole(problem.metres, "距离表", len(problem.metres))
    if problem.metres.ndim != 2 or problem.metres.shape[1] != count:
        raise UnableToPlace(f"距离表须有{count}列，每所学校一列，单位为整米；请补齐。")
    if problem.cap_m < 0:
        raise UnableToPlace(f"统筹距离上限{problem.cap_m}米为负数；请改正。")
    if (problem.starts is None) != (problem.schools is None):
        raise UnableToPlace("志愿只提供了一半：起点和学校须同时提供，或都不提供（按学区公布的次序）。")
    if problem.starts is not None and problem.schools is not None:
        check_lists(problem.starts, problem.schools, size, count, lists="志愿", row="儿童", item="志愿")
        _check_inside(problem, problem.starts, problem.schools)


def _check_inside(problem: Catchments, starts: Int64, schools: Int32) -> None:
    """Every wish is a school of the child's own zone."""
    count = len(problem.capacities)
    zone = np.repeat(np.arange(len(problem.zone_starts) - 1), np.diff(problem.zone_starts))
    pairs = np.unique(zone * count + problem.zone_schools)
    who = np.repeat(np.arange(len(problem)), np.diff(starts))
    wanted = problem.zones[who].astype(np.int64) * count + schools
    at = np.searchsorted(pairs, wanted)
    inside = (problem.zones[who] >= 0) & (at < len(pairs))
    inside[inside] = pairs[at[inside]] == wanted[inside]
    if len(bad := np.flatnonzero(~inside)):
        row = int(who[bad[0]])
        raise UnableToPlace(
            f"第{row + 1}行儿童填报了学校{schools[bad[0]]}，它不在其学区内（共{len(bad)}个志愿）；请退回核对住址或改填学区内学校。"
        )
