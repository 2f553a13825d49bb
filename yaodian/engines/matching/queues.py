"""Queues by score for upper-secondary schools and exams: batches, parallel wishes, bands, seats held for sending schools.

``place_queue(queue)`` is the solver, ``queue_verifying.verify_queue`` checks it without it, ``queue_explaining`` says why. All are linear in the
applications. Terms and an example by hand: ``docs/algorithms/placing.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .queue_checking import UnableToPlace, check
from .queue_steps import Asked, Bool, Int16, Int32, Int64, LaneOf, Scores, by_bands, one_pass, ranked, tied


@dataclass(frozen=True, eq=False)
class Candidates:
    """``scores``: name to a column [n] of points, whole or floating (half points are exact), none negative.
    ``drawn``: int64 [n], each candidate's number in the draw, the lower first, no two alike; None if no draw was held.
    ``origins``: int32 [n], the sending school, -1 for none; needed where seats are held for sending schools."""

    scores: Mapping[str, Scores]
    drawn: Int64 | None = None
    origins: Int32 | None = None

    def __len__(self) -> int:
        return len(next(iter(self.scores.values()), ()))


@dataclass(frozen=True, eq=False)
class HeldSeats:
    """指标到校: ``seats[q]`` (int64) at ``schools[q]`` (int32) for candidates of ``origins[q]`` (int32); ``minimums[q]`` is the least
    total for them, or None."""

    schools: Int32
    origins: Int32
    seats: Int64
    minimums: Scores | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """One batch (批次), with its own wishes, schools, line and way.

    ``order``: names of scores; the first is the total that lines speak of, the others are the tie rules in their order.
    ``starts`` (int64 [n+1]) and ``schools`` (int32 [m]): the wishes of each candidate in order of preference.
    ``capacities``: int64 [k], seats of each school in this batch. ``line``: the least total to take part.
    ``minimums``: [k], a school's own least total. ``floors``: empty for parallel wishes; else the least total of each band, from the
    top, and whoever is below the last does not take part. ``held``: only these seats are given, and ``capacities`` must be all 0.
    ``adds_unused_of``: earlier batches whose seats left over are added here.
    """

    name: str
    order: tuple[str, ...]
    starts: Int64
    schools: Int32
    capacities: Int64
    line: float = 0
    minimums: Scores | None = None
    floors: tuple[float, ...] = ()
    held: HeldSeats | None = None
    adds_unused_of: tuple[str, ...] = ()

    @property
    def lanes(self) -> int:
        return len(self.capacities) if self.held is None else len(self.held.seats)


@dataclass(frozen=True, eq=False)
class Queue:
    """The problem: candidates and the batches in the order in which they are held."""

    candidates: Candidates
    batches: tuple[Batch, ...]


@dataclass(frozen=True, eq=False)
class Lines:
    """投档线, for each lane of a batch (a school; with held seats their row). ``capacities``: seats there were, those added included.
    ``admitted``: how many. ``last``: the candidate admitted last, -1 if none. ``values``: each score of the batch's order to the last
    one's points, -1 if there is none. ``wishes``: with bands, the wish (0 the first) at which the last was admitted, else None."""

    capacities: Int64
    admitted: Int64
    last: Int64
    values: Mapping[str, Scores]
    wishes: Int32 | None = None

    @property
    def is_full(self) -> Bool:
        return self.admitted >= self.capacities


@dataclass(frozen=True, eq=False)
class BatchResult:
    """``seats``: int32 [n], the number of the granted wish in this batch's list, or -1."""

    name: str
    seats: Int32
    lines: Lines


@dataclass(frozen=True, eq=False)
class QueuePlacement:
    """``batch`` (int16), ``seats`` (int32, the granted wish in that batch's list) and ``schools`` (int32), [n] each, -1 for nothing."""

    batches: tuple[BatchResult, ...]
    batch: Int16
    seats: Int32
    schools: Int32


def band_floors(first: float, width: float, last: float) -> tuple[float, ...]:
    """Floors of bands of equal width: ``first`` is the least total of the top band, ``last`` the least of all."""
    if width <= 0 or last > first:
        raise UnableToPlace(
            f"分数段无法划分：首段线{first}、宽度{width}、末段线{last}；宽度须大于0，末段线不得高于首段线。"
        )
    floors = [first]
    while floors[-1] > last:
        floors.append(max(floors[-1] - width, last))
    return tuple(floors)


def place_queue(queue: Queue) -> QueuePlacement:
    """Place everybody.

    1. Check the data; refuse what cannot be placed by (:class:`UnableToPlace`).
    2. For each batch: candidates without a place who reach its line, ranked by its total, then its tie rules, then the drawn order.
    3. Seats: the batch's own and those that named earlier batches left over.
    4. Go through the queue (:func:`.queue_steps.one_pass`, or :func:`.queue_steps.by_bands`); who is placed leaves.

    Repeated wishes do no harm: where the first was refused so is the second. With one batch and parallel wishes nobody gains by naming
    other wishes than his true ones, unless the list is cut short; bands do not promise that.
    """
    check(queue)
    size = len(queue.candidates)
    batch_of = np.full(size, -1, np.int16)
    seats = np.full(size, -1, np.int32)
    schools = np.full(size, -1, np.int32)
    orders: dict[tuple[str, ...], Int64] = {}
    unused: dict[str, Int64] = {}
    results: list[BatchResult] = []
    for number, batch in enumerate(queue.batches):
        if batch.order not in orders:
            orders[batch.order] = _queue_order(queue.candidates, batch)
        result, left = _hold(queue.candidates, batch, orders[batch.order], batch_of >= 0, unused)
        placed = np.flatnonzero(result.seats >= 0)
        batch_of[placed] = number
        seats[placed] = result.seats[placed]
        schools[placed] = batch.schools[batch.starts[placed] + seats[placed]]
        unused[batch.name] = left
        results.append(result)
    return QueuePlacement(tuple(results), batch_of, seats, schools)


def _queue_order(candidates: Candidates, batch: Batch) -> Int64:
    columns = [candidates.scores[name] for name in batch.order]
    order = ranked(columns, candidates.drawn)
    if candidates.drawn is None and len(alike := tied(columns, order)):
        first, second = sorted((int(order[alike[0]]), int(order[alike[0] + 1])))
        raise UnableToPlace(
            f"批次“{batch.name}”：第{first + 1}行与第{second + 1}行考生的各项成绩全部相同（共{len(alike)}处），"
            "排不出先后；请增加同分比较项，或先抽签并提供抽签顺序。"
        )
    return order


def lanes_of(batch: Batch, candidates: Candidates) -> LaneOf:
    """From schools and the candidates who ask to lanes; one beyond the last but one where no seat is held for the candidate."""
    if batch.held is None:
        return lambda schools, _: schools.astype(np.int64)
    held, origins = batch.held, candidates.origins
    assert origins is not None  # checked
    room = max(int(origins.max(initial=-1)), int(held.origins.max(initial=-1))) + 2
    keys = held.schools.astype(np.int64) * room + held.origins + 1
    by_key = np.argsort(keys)
    in_order = keys[by_key]

    def lane_of(schools: Int32, who: Int64) -> Int64:
        wanted = schools.astype(np.int64) * room + origins[who] + 1
        at = np.searchsorted(in_order, wanted)
        found = at < len(in_order)
        found[found] = in_order[at[found]] == wanted[found]
        lanes = np.full(len(wanted), len(in_order) + 1, np.int64)
        lanes[found] = by_key[at[found]]
        return lanes

    return lane_of


def capacities_of(batch: Batch, unused: Mapping[str, Int64]) -> Int64:
    """Seats of each lane, with those that earlier batches left over."""
    if batch.held is not None:
        return batch.held.seats.astype(np.int64)
    added = (unused[name] for name in batch.adds_unused_of)
    return sum(added, start=batch.capacities.astype(np.int64))


def unused_by_school(batch: Batch, left: Int64) -> Int64:
    """Seats left in each lane as seats left at each school."""
    if batch.held is None:
        return left
    schools = np.zeros(len(batch.capacities), np.int64)
    np.add.at(schools, batch.held.schools, left)
    return schools


def minimums_of(batch: Batch) -> Scores | None:
    """The least total of each lane, None where no lane asks one."""
    return batch.minimums if batch.held is None else batch.held.minimums


def _hold(
    candidates: Candidates, batch: Batch, order: Int64, is_placed: Bool, unused: Mapping[str, Int64]
) -> tuple[BatchResult, Int64]:
    total = candidates.scores[batch.order[0]]
    if batch.line > 0 or is_placed.any():
        takes_part = ~is_placed
        takes_part &= total >= batch.line
        order = order[takes_part[order]]
    capacities = capacities_of(batch, unused)
    upwards = total[order][::-1]

    def reaching(least: Scores) -> Int64:
        return len(order) - np.searchsorted(upwards, least)

    minimums = minimums_of(batch)
    closing = np.full(batch.lanes, len(order), np.int64) if minimums is None else reaching(minimums)
    asked = Asked(order, batch.starts, batch.schools, capacities, closing, lanes_of(batch, candidates))
    wishes = None
    if batch.floors:
        served, wishes = by_bands(asked, reaching(np.array(batch.floors)).tolist())
    else:
        served = one_pass(asked)
    seats = np.full(len(candidates), -1, np.int32)
    seats[order] = served.granted
    some = served.last >= 0
    last = np.full(batch.lanes, -1, np.int64)
    last[some] = order[served.last[some]]
    values = {}
    for name in batch.order:
        values[name] = np.full(batch.lanes, -1, np.result_type(candidates.scores[name].dtype, np.int16))
        values[name][some] = candidates.scores[name][last[some]]
    lines = Lines(capacities, capacities - served.left, last, values, wishes)
    return BatchResult(batch.name, seats, lines), unused_by_school(batch, served.left)
