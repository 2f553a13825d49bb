"""The same rules as plain loops over one candidate at a time: the oracle for the columns, and what the benchmark compares with."""

from __future__ import annotations

import numpy as np

from yaodian.engines.matching.queues import Batch, Queue


def place_plainly(queue: Queue) -> tuple[list[int], list[int], list[list[int]]]:
    """For each candidate the batch and the granted wish (-1 for none); for each batch the candidate last admitted in each lane."""
    scores = {name: column.tolist() for name, column in queue.candidates.scores.items()}
    size = len(queue.candidates)
    drawn = queue.candidates.drawn.tolist() if queue.candidates.drawn is not None else list(range(size))
    origins = queue.candidates.origins.tolist() if queue.candidates.origins is not None else []
    batch_of, seat_of, lasts = [-1] * size, [-1] * size, []
    unused: dict[str, list[int]] = {}
    for number, batch in enumerate(queue.batches):
        lanes = _lanes(batch, unused)
        total = scores[batch.order[0]]

        def key(one: int, names: tuple[str, ...] = batch.order) -> tuple[float, ...]:
            return (*(-scores[name][one] for name in names), drawn[one])

        order = [one for one in sorted(range(size), key=key) if batch_of[one] < 0 and total[one] >= batch.line]
        last, granted = _hold(batch, order, total, origins, lanes)
        for one, wish in granted.items():
            batch_of[one], seat_of[one] = number, wish
        left = [0] * len(batch.capacities)
        for lane, (free, _) in lanes.items():
            left[lane if batch.held is None else lane[0]] += free
        unused[batch.name] = left
        lasts.append(list(last.values()))
    return batch_of, seat_of, lasts


def _hold(batch: Batch, order: list[int], total: list[float], origins: list[int], lanes: dict) -> tuple[dict, dict]:
    last = dict.fromkeys(lanes, -1)
    granted: dict[int, int] = {}
    lists = {one: batch.schools[batch.starts[one] : batch.starts[one + 1]].tolist() for one in order}

    def ask(one: int, wish: int) -> bool:
        school = lists[one][wish]
        lane = school if batch.held is None else (school, origins[one])
        if lane not in lanes or lanes[lane][0] == 0 or total[one] < lanes[lane][1]:
            return False
        lanes[lane][0] -= 1
        last[lane], granted[one] = one, wish
        return True

    ceiling = float("inf")
    for floor in batch.floors:
        band = [one for one in order if floor <= total[one] < ceiling]
        for wish in range(max((len(lists[one]) for one in band), default=0)):
            for one in band:
                if one not in granted and wish < len(lists[one]):
                    ask(one, wish)
        ceiling = floor
    if not batch.floors:
        for one in order:
            any(ask(one, wish) for wish in range(len(lists[one])))
    return last, granted


def _lanes(batch: Batch, unused: dict[str, list[int]]) -> dict:
    if batch.held is not None:
        least = batch.held.minimums if batch.held.minimums is not None else np.zeros(len(batch.held.seats))
        pairs = zip(batch.held.schools.tolist(), batch.held.origins.tolist(), strict=True)
        return {
            pair: [seats, low]
            for pair, seats, low in zip(pairs, batch.held.seats.tolist(), least.tolist(), strict=True)
        }
    least = batch.minimums if batch.minimums is not None else np.zeros(len(batch.capacities))
    return {
        school: [seats + sum(unused[name][school] for name in batch.adds_unused_of), low]
        for school, (seats, low) in enumerate(zip(batch.capacities.tolist(), least.tolist(), strict=True))
    }
