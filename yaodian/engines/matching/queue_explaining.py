"""Why here, and why not there: one reason for every application, as columns for everybody and in words for one candidate.

The words hold the candidate's own figures and the published lines, nothing of any other candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .queue_steps import Bool, Int64
from .queues import Batch, BatchResult, Candidates, Queue, QueuePlacement, lanes_of, minimums_of

_ROWS = 500_000

# What decided between the candidate and the one admitted last: the number of a score in the batch's order, or one of these.
BY_DRAW, BY_BAND, BY_WISH, NOTHING = 252, 253, 254, 255


class WishReason(IntEnum):
    ADMITTED = 0
    PREFERRED = 1  # an earlier wish of the same batch was granted
    PLACED_BEFORE = 2
    BELOW_LINE = 3
    BELOW_MINIMUM = 4
    NONE_HELD = 5
    NO_SEATS = 6
    PASSED = 7  # all seats went to candidates before him


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
) -> tuple[WishExplanation, ...]:
    """Every wish of one candidate, in order, with a sentence. ``schools``: their names; ``labels``: the scores' words."""
    told = []
    for number, (batch, result) in enumerate(zip(queue.batches, placement.batches, strict=True)):
        look = _Look(queue.candidates, batch, result, placement, number)
        reasons, decided_by, lanes = look.at(np.array([candidate]))
        start = int(batch.starts[candidate])
        for wish, (code, decided, lane) in enumerate(
            zip(reasons.tolist(), decided_by.tolist(), lanes.tolist(), strict=True)
        ):
            school = int(batch.schools[start + wish])
            words = _Words(queue.candidates, batch, result, candidate, labels or {})
            name = schools[school] if schools is not None else f"学校{school}"
            sentence = f"{batch.name}第{wish + 1}志愿{name}：{words.of(WishReason(code), decided, lane)}"
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


class _Words:
    """What a candidate reads."""

    def __init__(
        self, candidates: Candidates, batch: Batch, result: BatchResult, candidate: int, labels: Mapping[str, str]
    ) -> None:
        self.candidates, self.batch, self.lines, self.candidate = candidates, batch, result.lines, candidate
        self.labels = [labels.get(name, name) for name in batch.order]

    def own(self, number: int) -> float:
        own: float = self.candidates.scores[self.batch.order[number]][self.candidate].item()
        return own

    def of(self, reason: WishReason, decided: int, lane: int) -> str:
        batch, label = self.batch, self.labels[0]
        if reason == WishReason.ADMITTED:
            return "已录取。" + self.seats(lane)
        if reason == WishReason.PREFERRED:
            return "没有轮到：您已被排在前面的志愿录取。"
        if reason == WishReason.PLACED_BEFORE:
            return "没有轮到：您已在前面的批次被录取。"
        if reason == WishReason.BELOW_LINE:
            floor = max(batch.line, batch.floors[-1]) if batch.floors else batch.line
            return f"未录取：您的{label}{_points(self.own(0))}，本批次要求不低于{_points(floor)}，差{_points(floor - self.own(0))}分。"
        if reason == WishReason.NONE_HELD:
            return "未录取：该校没有分给您毕业学校的指标。"
        if reason == WishReason.BELOW_MINIMUM:
            least = minimums_of(batch)
            assert least is not None
            return f"未录取：您的{label}{_points(self.own(0))}，该校要求不低于{_points(least[lane].item())}，差{_points(least[lane].item() - self.own(0))}分。"
        if reason == WishReason.NO_SEATS:
            return "未录取：该校本批次没有名额。"
        return "未录取：" + self.passed(decided, lane) + self.seats(lane)

    def seats(self, lane: int) -> str:
        return f"该校录取{self.lines.admitted[lane]}人，名额{self.lines.capacities[lane]}个。"

    def last(self, number: int, lane: int) -> float:
        last: float = self.lines.values[self.batch.order[number]][lane].item()
        return last

    def passed(self, decided: int, lane: int) -> str:
        label, own, last = self.labels[0], self.own(0), self.last(0, lane)
        if decided == BY_BAND:
            return f"您的{label}{_points(own)}，最后一名录取者{_points(last)}，在更高的分数段。"
        if decided == BY_WISH:
            assert self.lines.wishes is not None
            return (
                f"与最后一名录取者在同一分数段，但其把该校填在第{self.lines.wishes[lane] + 1}志愿，先于您的志愿次序。"
            )
        if decided == 0:
            return f"您的{label}{_points(own)}，最后一名录取者{_points(last)}，差{_points(last - own)}分。"
        if decided == BY_DRAW:
            return f"您的{label}{_points(own)}，与最后一名录取者相同，各项同分比较也都相同，抽签顺序在其后。"
        name = self.labels[decided]
        mine, theirs = self.own(decided), self.last(decided, lane)
        return f"您的{label}{_points(own)}，与最后一名录取者相同；比较{name}，您{_points(mine)}，对方{_points(theirs)}，差{_points(theirs - mine)}分。"


def _points(number: float) -> str:
    """Whole points to the last digit, however many; others to a millionth, without what binary fractions leave behind."""
    return f"{number:d}" if isinstance(number, int) else f"{round(number, 6):.15g}"
