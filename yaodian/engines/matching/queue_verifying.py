"""Whether a placement is right, found without the solver: its ranking, its rounds and its seat counts are not used.

Everybody is ranked anew by ``numpy.lexsort``. A parallel batch has exactly one placement in which nobody is passed over at a wish he
prefers by somebody behind him (Gale and Shapley 1962; one common order), so what :func:`verify_queue` accepts is the result. Bands likewise,
with band and wish before the rank. Time: sorting, and one look at each application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .queue_steps import Bool, Int32, Int64, Scores
from .queues import Batch, BatchResult, Queue, QueuePlacement

_NAMED = 100  # violations named of one kind in one batch; all are counted
_ROWS = 1_000_000  # candidates looked at in one go
_OPEN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Violation:
    """``rule``: a stable name. ``candidate`` and ``school`` are -1 where the fault is nobody's. ``count``: how many of the kind in the
    batch; the first hundred are listed."""

    rule: str
    batch: str
    candidate: int
    school: int
    sentence: str
    count: int


def verify_queue(queue: Queue, placement: QueuePlacement) -> tuple[Violation, ...]:
    """Everything that is wrong with ``placement``: empty if it is the result that the rules give.

    1. ``one_place``: the summary says what the batches say, and nobody has a place in two batches.
    2. ``own_wish``: every place is one of the candidate's own wishes. ``may_ask``: he reached the lines and a seat is held for him.
    3. ``capacity``: no lane gives more seats than it has, with those that earlier batches truly left over.
    4. ``passed_over``: nobody was refused where a seat was free, or by somebody behind him.
    5. ``lines``: last admitted, counts and values are what the places come to.
    """
    found: list[Violation] = []
    size = len(queue.candidates)
    if [one.name for one in placement.batches] != [one.name for one in queue.batches]:
        return (Violation("one_place", "", -1, -1, "结果中的批次与规则中的批次不一致；请用同一份规则重新核验。", 1),)
    placed_in = np.full(size, -1, np.int64)
    unused: dict[str, Int64] = {}
    for number, (batch, result) in enumerate(zip(queue.batches, placement.batches, strict=True)):
        here = result.seats >= 0
        twice = np.flatnonzero(here & (placed_in >= 0))
        _add(
            found,
            "one_place",
            batch,
            twice,
            None,
            lambda who, _: f"第{who + 1}行考生在前面的批次已被录取，又被录取一次",
        )
        differs = np.flatnonzero(
            here & ((placement.batch != number) | (placement.seats != result.seats)) & (placed_in < 0)
        )
        _add(found, "one_place", batch, differs, None, lambda who, _: f"第{who + 1}行考生的汇总结果与批次结果不一致")
        found += _Look(queue, batch, result, placed_in < 0, unused).violations()
        placed_in[here & (placed_in < 0)] = number
    wrong = np.flatnonzero((placement.batch >= 0) & (placed_in < 0) | (placement.batch < 0) & (placement.seats >= 0))
    wrong = np.union1d(wrong, np.flatnonzero(placement.schools != _schools(queue, placement, placed_in)))
    if len(wrong):
        sentence = f"第{wrong[0] + 1}行考生的汇总结果与批次结果不一致"
        found.append(Violation("one_place", "", int(wrong[0]), -1, sentence, len(wrong)))
    return tuple(found)


def _schools(queue: Queue, placement: QueuePlacement, placed_in: Int64) -> Int64:
    schools = np.full(len(queue.candidates), -1, np.int64)
    for number, (batch, result) in enumerate(zip(queue.batches, placement.batches, strict=True)):
        who = np.flatnonzero(placed_in == number)
        at = batch.starts[who] + result.seats[who]
        inside = at < batch.starts[who + 1]
        schools[who[inside]] = batch.schools[at[inside]]
    return schools


class _Look:
    """One batch, looked at from its result alone."""

    def __init__(
        self, queue: Queue, batch: Batch, result: BatchResult, is_free: Bool, unused: dict[str, Int64]
    ) -> None:
        self.queue, self.batch, self.result, self.unused = queue, batch, result, unused
        scores = queue.candidates.scores
        self.total = scores[batch.order[0]]
        self.is_free = is_free
        keys = [
            -scores[name].astype(np.float64 if scores[name].dtype.kind == "f" else np.int64) for name in batch.order
        ]
        if queue.candidates.drawn is not None:
            keys.append(queue.candidates.drawn)
        by_rank = np.lexsort(keys[::-1])
        self.rank = np.empty(len(by_rank), np.int64)
        self.rank[by_rank] = np.arange(len(by_rank))
        self.most_wishes = int(np.diff(batch.starts).max(initial=0))
        self.held = {}
        if batch.held is not None:
            pairs = zip(batch.held.schools.tolist(), batch.held.origins.tolist(), strict=True)
            self.held = {pair: number for number, pair in enumerate(pairs)}

    def violations(self) -> list[Violation]:
        batch, seats, found = self.batch, self.result.seats, list[Violation]()
        placed = np.flatnonzero(seats >= 0)
        inside = seats[placed] < np.diff(batch.starts)[placed]
        _add(found, "own_wish", batch, placed[~inside], None, lambda who, _: f"第{who + 1}行考生被录取到没有填报的志愿")
        placed = placed[inside]
        school = batch.schools[batch.starts[placed] + seats[placed]]
        lane = self.lanes(school, placed)
        allowed = self.may_ask(placed, lane)
        _add(found, "may_ask", batch, placed[~allowed], school[~allowed], lambda who, at: (
            f"第{who + 1}行考生未达到批次线或学校{at}的最低分，或该校没有给其毕业学校的指标，或已被录取，却被录取"
        ))  # fmt: skip
        placed, school, lane = placed[allowed], school[allowed], lane[allowed]
        capacity = self.capacities()
        taken = np.bincount(lane, minlength=batch.lanes)
        over = np.flatnonzero(taken > capacity)
        of_lane = np.arange(batch.lanes) if batch.held is None else batch.held.schools
        _add(found, "capacity", batch, over, of_lane[over], lambda at, of: (
            f"学校{of}（第{at + 1}行计划）有{capacity[at]}个名额，录取了{taken[at]}人"
        ), is_lane=True)  # fmt: skip
        place = self.key(placed, seats[placed].astype(np.int64))
        worst = np.full(batch.lanes, -1, np.int64)
        for_sort = np.lexsort((place, lane))
        ends = np.flatnonzero(np.append(np.diff(lane[for_sort]) != 0, len(for_sort) > 0))
        worst[lane[for_sort[ends]]] = place[for_sort[ends]]
        last = np.full(batch.lanes, -1, np.int64)
        last[lane[for_sort[ends]]] = placed[for_sort[ends]]
        # Where seats are free even the last in the queue is let in.
        bar = np.where(taken < capacity, _OPEN, worst)
        for begin in range(0, len(self.queue.candidates), _ROWS):
            self.look_for_passed_over(found, np.arange(begin, min(begin + _ROWS, len(seats))), bar)
        self.compare_lines(found, capacity, taken, last, of_lane)
        left = capacity - taken
        if batch.held is None:
            self.unused[batch.name] = left
        else:
            self.unused[batch.name] = np.bincount(batch.held.schools, left, len(batch.capacities)).astype(np.int64)
        return found

    def lanes(self, schools: Int32, who: Int64) -> Int64:
        """The lane of each application, -1 where no seat is held for the candidate."""
        if self.batch.held is None:
            return schools.astype(np.int64)
        origins = self.queue.candidates.origins
        assert origins is not None
        pairs = zip(schools.tolist(), origins[who].tolist(), strict=True)
        return np.array([self.held.get(pair, -1) for pair in pairs], np.int64)

    def may_ask(self, who: Int64, lane: Int64) -> Bool:
        batch = self.batch
        least: Scores | None = batch.minimums if batch.held is None else batch.held.minimums
        allowed: Bool = self.is_free[who] & (self.total[who] >= batch.line) & (lane >= 0)
        if batch.floors:
            allowed &= self.total[who] >= batch.floors[-1]
        if least is not None and len(least):
            allowed &= self.total[who] >= least[lane]
        return allowed

    def key(self, who: Int64, wish: Int64) -> Int64:
        """The place in the queue that an application has, comparable inside the batch: rank, and before it band and wish."""
        if not self.batch.floors:
            return self.rank[who]
        floors = np.array(self.batch.floors)[::-1]
        band = len(floors) - np.searchsorted(floors, self.total[who], side="right")
        return (band * (self.most_wishes + 1) + wish) * len(self.rank) + self.rank[who]

    def capacities(self) -> Int64:
        if self.batch.held is not None:
            return self.batch.held.seats.astype(np.int64)
        capacity = self.batch.capacities.astype(np.int64)
        for name in self.batch.adds_unused_of:
            capacity = capacity + self.unused[name]
        return capacity

    def look_for_passed_over(self, found: list[Violation], rows: Int64, bar: Int64) -> None:
        batch = self.batch
        starts, count = batch.starts[rows], np.diff(batch.starts)[rows]
        granted = self.result.seats[rows].astype(np.int64)
        # The wishes he would rather have had; all of them if he has none.
        preferred = np.where(granted < 0, count, np.minimum(granted, count))
        who = np.repeat(rows, preferred)
        wish = np.arange(len(who)) - np.repeat(np.cumsum(preferred) - preferred, preferred)
        school = batch.schools[np.repeat(starts, preferred) + wish]
        lane = self.lanes(school, who)
        own = np.full(len(rows), -1, np.int64)
        has = (granted >= 0) & (granted < count)
        own[has] = batch.schools[starts[has] + granted[has]]
        again = np.flatnonzero(school == np.repeat(own, preferred))
        _add(found, "own_wish", batch, who[again], school[again], lambda one, at: (
            f"第{one + 1}行考生把学校{at}填了两次，应按靠前的志愿录取，却按靠后的录取"
        ))  # fmt: skip
        could = self.may_ask(who, lane)
        could[could] = self.key(who[could], wish[could]) < bar[lane[could]]
        _add(found, "passed_over", batch, who[could], school[could], lambda one, at: (
            f"第{one + 1}行考生更愿意去学校{at}，该校有空额或录取了排位在其后的考生，却没有录取该生"
        ))  # fmt: skip

    def compare_lines(
        self, found: list[Violation], capacity: Int64, taken: Int64, last: Int64, of_lane: Int64 | Int32
    ) -> None:
        batch, lines = self.batch, self.result.lines
        wrong = (lines.last != last) | (lines.admitted != taken) | (lines.capacities != capacity)
        for name in batch.order:
            column = self.queue.candidates.scores[name]
            value = np.full(batch.lanes, -1, np.result_type(column.dtype, np.int16))
            value[last >= 0] = column[last[last >= 0]]
            wrong |= lines.values[name] != value
        if batch.floors:
            wish = np.where(last >= 0, self.result.seats[last] if len(self.result.seats) else -1, -1)
            wrong |= np.full(batch.lanes, True) if lines.wishes is None else lines.wishes != wish
        _add(found, "lines", batch, np.flatnonzero(wrong), of_lane[wrong], lambda at, of: (
            f"学校{of}（第{at + 1}行计划）公布的投档线、录取数或计划数与录取结果不符"
        ), is_lane=True)  # fmt: skip


def _add(
    found: list[Violation],
    rule: str,
    batch: Batch,
    rows: Int64,
    schools: Int64 | Int32 | None,
    sentence: Callable[[int, int], str],
    *,
    is_lane: bool = False,
) -> None:
    for number, row in enumerate(rows[:_NAMED].tolist()):
        school = -1 if schools is None else int(schools[number])
        text = f"批次“{batch.name}”：{sentence(row, school)}。"
        found.append(Violation(rule, batch.name, -1 if is_lane else row, school, text, len(rows)))
