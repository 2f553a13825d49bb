"""Queues for the tests: short to write by hand, and drawn by Hypothesis with everything that a queue can have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from yaodian.engines.matching.queues import Batch, Candidates, HeldSeats, Queue

ORDER = ("总分", "语数外", "数学")


def wishes(lists: Sequence[Sequence[int]]) -> dict[str, Any]:
    starts = np.cumsum([0, *map(len, lists)]).astype(np.int64)
    return {"starts": starts, "schools": np.array([school for one in lists for school in one], np.int32)}


def candidates(rows: Sequence[Sequence[float]], origins: Sequence[int] | None = None) -> Candidates:
    """A row is the total, the tie scores and the number in the draw."""
    columns = list(zip(*rows, strict=True)) or [()] * (len(ORDER) + 1)
    return Candidates(
        {name: np.array(column, np.int64) for name, column in zip(ORDER, columns, strict=False)},
        np.array(columns[-1], np.int64),
        None if origins is None else np.array(origins, np.int32),
    )


def seats(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def single(
    lists: Sequence[Sequence[int]], rows: Sequence[Sequence[float]], capacities: Sequence[int], **more: Any
) -> Queue:
    return Queue(candidates(rows), (Batch("统招", ORDER, capacities=seats(*capacities), **wishes(lists), **more),))


@st.composite
def queues(draw: st.DrawFn, most: int = 30, schools: int = 5, batches: int = 3) -> Queue:
    size = draw(st.integers(0, most))
    count = draw(st.integers(1, schools))
    width = draw(st.sampled_from([0, 3, 40]))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from([np.int64, np.int16, np.uint8, np.float64]))
    scores = {name: chance.integers(0, width + 1, size).astype(kind) for name in ORDER}
    origins = chance.integers(-1, 3, size).astype(np.int32)
    people = Candidates(scores, chance.permutation(size) * draw(st.sampled_from([1, 7])), origins)
    made: list[Batch] = []
    spare: list[str] = []
    for number in range(draw(st.integers(1, batches))):
        lists = [chance.integers(0, count, chance.integers(0, 6)).tolist() for _ in range(size)]
        held = None
        capacities = chance.integers(0, 1 + max(1, 2 * size // count), count)
        if draw(st.booleans()):
            rows = int(chance.integers(0, 3 * count + 1))
            pairs = np.unique(chance.integers(0, (count, 3), (rows, 2)), axis=0)
            held = HeldSeats(
                pairs[:, 0].astype(np.int32),
                pairs[:, 1].astype(np.int32),
                chance.integers(0, 4, len(pairs)),
                chance.integers(0, 1 + width, len(pairs)) if draw(st.booleans()) else None,
            )
            capacities = np.zeros(count, np.int64)
        floors = ()
        if draw(st.booleans()):
            floors = tuple(sorted({int(floor) for floor in chance.integers(0, width + 1, 4)}, reverse=True))
        made.append(
            Batch(
                f"批次{number}",
                ORDER if draw(st.booleans()) else ORDER[1:],
                capacities=capacities.astype(np.int64),
                line=int(chance.integers(0, width // 2 + 1)),
                minimums=chance.integers(0, 1 + width, count) if held is None and draw(st.booleans()) else None,
                floors=floors,
                held=held,
                adds_unused_of=tuple(spare) if held is None and draw(st.booleans()) else (),
                **wishes(lists),
            )
        )
        spare = [name for name in spare if name not in made[-1].adds_unused_of] + [made[-1].name]
    return Queue(people, tuple(made))
