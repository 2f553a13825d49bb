"""Why here, and why not there: one reason for every application, as columns for everybody and in words for one candidate.

The words (:mod:`.queue_words`) hold the candidate's own figures and the published lines, nothing of any other candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .queue_steps import Bool, Int64
from .queue_words import BY_BAND, BY_DRAW, BY_WISH, NOTHING, WishReason, WishWords
from .queues import Batch, BatchResult, Candidates, Queue, QueuePlacement, lanes_of, minimums_of

_ROWS = 500_000


@dataclass(frozen=True, eq=False)
class WishReasons:
    """For every application of a batch, in the order of its wishes [m]: ``reason`` and ``decided_by``, uint8."""

    batch: str
    reason: NDArray[np.uint8]
    decided_by: NDArray[np.uint8]


@dataclass(frozen=True)
class WishExplanation:
    """One application: ``wish`` counts from 1."""

    batch: str
    wish: int
    school: int
    reason: WishReason
    sentence: str


def explain_all_wishes(queue: Queue, placement: QueuePlacement) -> tuple[WishReasons, ...]:
    """The reason of every application of everybody, batch by batch; linear in the applications."""
    everything = []
    for number, (batch, result) in enumerate(zip(queue.batches, placement.batches, strict=True)):
        look = _Look(queue.candidates, batch, result, placement, number)
        reason = np.empty(len(batch.schools), np.uint8)
        decided_by = np.empty(len(batch.schools), np.uint8)
        for begin in range(0, len(queue.candidates), _ROWS):
            rows = np.arange(begin, min(begin + _ROWS, len(queue.candidates)))
            part = slice(batch.starts[rows[0]], batch.starts[rows[-1] + 1])
            reason[part], decided_by[part], _ = look.at(rows)
        everything.append(WishReasons(batch.name, reason, decided_by))
    return tuple(everything)


def explain_wishes(
    queue: Queue,
    placement: QueuePlacement,
    candidate: int,
    *,
    schools: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "zh",
) -> tuple[WishExplanation, ...]:
    """Every wish of one candidate, in order, with a sentence. ``schools``: their names; ``labels``: the scores' words.

    ``language``: a code of a language; Chinese for all that begin with zh, English for every other.
    """
    told = []
    for number, (batch, result) in enumerate(zip(queue.batches, placement.batches, strict=True)):
        look = _Look(queue.candidates, batch, result, placement, number)
        words = _words(queue.candidates, batch, result, candidate, labels or {}, language)
        reasons, decided_by, lanes = look.at(np.array([candidate]))
        start = int(batch.starts[candidate])
        for wish, (code, decided, lane) in enumerate(
            zip(reasons.tolist(), decided_by.tolist(), lanes.tolist(), strict=True)
        ):
            school = int(batch.schools[start + wish])
            name = schools[school] if schools is not None else None
            sentence = words.of(WishReason(code), decided, lane, wish=wish + 1, school=school, name=name)
            told.append(WishExplanation(batch.name, wish + 1, school, WishReason(code), sentence))
    return tuple(told)


class _Look:
    def __init__(
        self, candidates: Candidates, batch: Batch, result: BatchResult, placement: QueuePlacement, number: int
    ) -> None:
        self.candidates, self.batch, self.result = candidates, batch, result
        self.placement, self.number = placement, number
        self.lane_of = lanes_of(batch, candidates)

    def at(self, rows: Int64) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Int64]:
        """WishReason, what decided, and lane of each application of ``rows``."""
        batch, lines, total = self.batch, self.result.lines, self.candidates.scores[self.batch.order[0]]
        count = batch.starts[rows + 1] - batch.starts[rows]
        who = np.repeat(rows, count)
        wish = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
        lane = self.lane_of(batch.schools[batch.starts[who] + wish], who)
        exists = lane < batch.lanes
        lane[~exists] = -1
        granted = self.result.seats[who]

        def of_lane(column: Int64) -> Int64:
            return column[lane] if len(column) else np.zeros(len(lane), np.int64)

        least = minimums_of(batch)
        below = np.zeros(len(who), np.bool_) if least is None else exists & (total[who] < of_lane(least))
        before = self.placement.batch[who]
        floor = max(batch.line, batch.floors[-1]) if batch.floors else batch.line
        reason = np.select(
            [
                (before >= 0) & (before < self.number),
                wish == granted,
                (granted >= 0) & (wish > granted),
                total[who] < floor,
                ~exists,
                below,
                of_lane(lines.capacities) == 0,
            ],
            [
                WishReason.PLACED_BEFORE,
                WishReason.ADMITTED,
                WishReason.PREFERRED,
                WishReason.BELOW_LINE,
                WishReason.NONE_HELD,
                WishReason.BELOW_MINIMUM,
                WishReason.NO_SEATS,
            ],
            WishReason.PASSED,
        ).astype(np.uint8)
        decided = np.full(len(who), NOTHING, np.uint8)
        passed = np.flatnonzero(reason == WishReason.PASSED)
        decided[passed] = self.decided(who[passed], wish[passed], lane[passed])
        return reason, decided, lane

    def decided(self, who: Int64, wish: Int64, lane: Int64) -> NDArray[np.uint8]:
        batch, lines = self.batch, self.result.lines
        by = np.full(len(who), BY_DRAW, np.uint8)
        for number in reversed(range(len(batch.order))):
            name = batch.order[number]
            by[self.candidates.scores[name][who] != lines.values[name][lane]] = number
        if batch.floors:
            assert lines.wishes is not None
            same_band: Bool = self.band(self.candidates.scores[batch.order[0]][who]) == self.band(
                lines.values[batch.order[0]][lane]
            )
            by[same_band & (wish != lines.wishes[lane])] = BY_WISH
            by[~same_band] = BY_BAND
        return by

    def band(self, totals: Int64) -> Int64:
        return np.searchsorted(np.array(self.batch.floors)[::-1], totals, side="right")


def _words(
    candidates: Candidates,
    batch: Batch,
    result: BatchResult,
    candidate: int,
    labels: Mapping[str, str],
    language: str,
) -> WishWords:
    lines = result.lines
    least = minimums_of(batch)
    return WishWords(
        batch=batch.name,
        floor=max(batch.line, batch.floors[-1]) if batch.floors else batch.line,
        labels=tuple(labels.get(name, name) for name in batch.order),
        own=tuple(candidates.scores[name][candidate].item() for name in batch.order),
        last=tuple(lines.values[name] for name in batch.order),
        admitted=lines.admitted,
        capacities=lines.capacities,
        least=least,
        wishes=lines.wishes,
        language=language,
    )
