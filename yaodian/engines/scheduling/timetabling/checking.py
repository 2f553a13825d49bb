"""The check while a lesson is dragged: what every start and every room of one piece would break or mend, before it is dropped.

``Check`` holds a timetable laid open and, for each constraint, which of its points a piece has part in. A constraint is a sum over points of
application that are judged apart, so a move changes nothing at points in which neither the piece's event nor one of its resources has
part; ``verify`` before and after differ by the touched points alone. Those are judged in two ways:

1. constraints on when resources are busy, as arrays over resources, starts, weeks and times (``busy_costs``);
2. all others by their own sentence (``deviations``), stated for the touched points only (``touching``), once for every start, every choice of resources, or
   every pair of both, by what the kind looks at.

Both give the figures of ``verify``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .busy_costs import BusyCost
from .constraints.base import Constraint, Cost, Deviation
from .constraints.busyness import LimitWorkload, ShareFairly
from .constraints.staffing import AssignResources, AvoidSplitAssignments, FitRooms, PreferResources
from .constraints.times import (
    AdjoinEvents,
    AdjoinOnSameDay,
    AssignTimes,
    BeginAlike,
    DaysBetween,
    DistributeSplitEvents,
    GapsBetween,
    KeepApart,
    LimitRunning,
    LimitTimesUsed,
    LinkEvents,
    OrderEvents,
    OrderOnSameDay,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)
from .live import Live
from .problem import Piece, Problem, Timetable
from .touching import Touching
from .verifying import Breach

Choice = tuple[int | None, ...]
Changes = NDArray[np.int64]

#: Kinds that look at no time, and kinds that look at no resource.
_BY_CHOICE = (AssignResources, AvoidSplitAssignments, FitRooms, LimitWorkload, PreferResources)
_BY_START = (
    AdjoinEvents,
    AdjoinOnSameDay,
    AssignTimes,
    BeginAlike,
    DaysBetween,
    DistributeSplitEvents,
    GapsBetween,
    KeepApart,
    LimitRunning,
    LimitTimesUsed,
    LinkEvents,
    OrderEvents,
    OrderOnSameDay,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)


@dataclass(frozen=True, eq=False)
class Moves:
    """What moves of one piece change, for each of ``starts`` and each of ``choices`` (resources beside the event's needs).

    ``required`` and ``optional``: int64[starts, choices], the change of both sums of ``verify``; ``by_constraint`` the same for each
    constraint, by index, that any of the moves changes.
    """

    piece: int
    starts: tuple[int, ...]
    choices: tuple[Choice, ...]
    required: Changes
    optional: Changes
    by_constraint: dict[int, Changes]

    def worse(self, start: int, choice: int = 0) -> tuple[int, ...]:
        """The constraints that the move to ``starts[start]`` with ``choices[choice]`` breaks or worsens."""
        return tuple(at for at, changes in self.by_constraint.items() if changes[start, choice] > 0)

    def better(self, start: int, choice: int = 0) -> tuple[int, ...]:
        """The constraints that it mends or eases."""
        return tuple(at for at, changes in self.by_constraint.items() if changes[start, choice] < 0)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two pieces (by index) that change places: ``piece`` to ``time``, ``other`` to ``other_time``; what that changes of both sums."""

    piece: int
    time: int
    other: int
    other_time: int
    required: int
    optional: int


class Check:
    """A problem and a timetable of it, ready to be asked. Pieces are named by their index in ``timetable``, which moves do not change.

    Pieces of lengths or resources that the problem does not have are for ``verify`` to find: the timetable must be one of the problem's.
    """

    def __init__(self, problem: Problem, timetable: Timetable) -> None:
        self.problem = problem
        self._live = Live(problem, timetable)
        self._touching = Touching(problem)
        self._busy_costs = {
            at: BusyCost(problem, constraint)
            for at, constraint in enumerate(problem.constraints)
            if BusyCost.judges(constraint)
        }
        self._fair = {at: one for at, one in enumerate(problem.constraints) if isinstance(one, ShareFairly)}
        self._multiple = {at: _counted(problem.constraints[at].resources) for at in self._busy_costs}  # type: ignore[attr-defined]  # all judged so have resources
        self._counts = np.zeros((len(problem.resources), problem.cycle, len(problem.times)), np.int16)
        np.add.at(self._counts, self._everything(), 1)
        self.costs = [_cost(constraint, self._live) for constraint in problem.constraints]

    @property
    def timetable(self) -> Timetable:
        return self._live.present()

    @property
    def required(self) -> int:
        """The sum of required costs, as ``verify`` finds it."""
        return sum(cost for cost, one in zip(self.costs, self.problem.constraints, strict=True) if one.required)

    @property
    def optional(self) -> int:
        return sum(cost for cost, one in zip(self.costs, self.problem.constraints, strict=True) if not one.required)

    def piece(self, index: int) -> Piece:
        return self._live.pieces[index]

    def pieces_of(self, event: int) -> tuple[int, ...]:
        """The indices of an event's pieces."""
        return tuple(self._live.index_of[id(piece)] for piece in self._live.pieces_of[event])

    def starts(self, piece: int) -> tuple[int, ...]:
        """The times at which the piece fits into its day; its fixed time alone where it has one."""
        there = self._live.pieces[piece]
        fixed = self.problem.events[there.event].time
        possible = range(len(self.problem.times)) if fixed is None else (fixed,)
        return tuple(time for time in possible if self.problem.span(time, there.duration) is not None)

    def choices(self, piece: int) -> tuple[Choice, ...]:
        """Every choice of resources for the open needs of the piece: the present one first, the product of all where several are open."""
        there = self._live.pieces[piece]
        needs = self.problem.events[there.event].needs
        every = product(*((need.resource,) if need.resource is not None else need.candidates for need in needs))
        return tuple(dict.fromkeys((there.resources, *every)))

    def times_of(self, piece: int) -> tuple[int, ...]:
        """The times at which the piece runs now."""
        return self._live.times_of(self._live.pieces[piece])

    def deviations(self, constraint: Constraint) -> Iterator[Deviation]:
        """The deviations of a constraint, one of the problem's or any other, from the timetable as it is now."""
        return constraint.deviations(self._live)

    def attended(self, resources: Sequence[int], times: Sequence[int]) -> tuple[int, ...]:
        """The events that one of the resources attends at one of the times, at any time where none is given."""
        wanted = set(times)
        found: dict[int, None] = {}
        for resource in resources:
            for there in self._live.busy[resource]:
                for time, pieces in there.items():
                    if not wanted or time in wanted:
                        found.update(dict.fromkeys(piece.event for piece in pieces))
        return tuple(found)

    def present_at(self, piece: int, time: int, choice: Choice | None = None) -> tuple[int, ...]:
        """The other pieces that have one of the piece's resources, or of ``choice``, while it would run from ``time``."""
        there = self._live.pieces[piece]
        found: dict[int, None] = {}
        for resource in there.resources if choice is None else choice:
            if resource is None:
                continue
            for week in self._live.weeks[there.event]:
                for at in self._live.times_of(replace(there, time=time)):
                    for other in self._live.busy[resource][week].get(at, ()):
                        if other is not there:
                            found[self._live.index_of[id(other)]] = None
        return tuple(found)

    def moves(
        self, piece: int, *, starts: Sequence[int] | None = None, choices: Sequence[Choice] | None = None
    ) -> Moves:
        """Every start of the piece with the present choice of resources, or with each of ``choices``."""
        begins = tuple(self.starts(piece) if starts is None else starts)
        chosen = tuple((self._live.pieces[piece].resources,) if choices is None else choices)
        by_constraint = self._by_sentence(piece, begins, chosen)
        if begins and chosen:
            by_constraint.update(self._by_arrays(piece, begins, chosen))
        found = {at: changes for at, changes in sorted(by_constraint.items()) if changes.any()}
        sums = [np.zeros((len(begins), len(chosen)), np.int64) for _ in range(2)]
        for at, changes in found.items():
            sums[not self.problem.constraints[at].required] += changes
        return Moves(piece, begins, chosen, sums[0], sums[1], found)

    def reasons(self, piece: int, time: int, choice: Choice | None = None) -> tuple[Breach, ...]:
        """What the move would leave amiss at the points it touches, of the constraints that it breaks or worsens."""
        there = self._live.pieces[piece]
        moved = replace(there, time=time, resources=there.resources if choice is None else choice)
        touched = self._touched(piece, (moved.resources,))
        before = {at: _cost(constraint, self._live) for at, constraint in touched}
        self._live.put(piece, moved)
        after = [
            Breach(at, deviation, constraint.weight * constraint.cost.of(deviation.amount))
            for at, constraint in touched
            for deviation in constraint.deviations(self._live)
        ]
        self._live.put(piece, there)
        worse = {at for at in before if sum(one.cost for one in after if one.constraint == at) > before[at]}
        return tuple(one for one in after if one.constraint in worse)

    def reasons_at(self, moves: Moves, choice: int = 0) -> tuple[tuple[Breach, ...], ...]:
        """What ``reasons`` says of each start of ``moves`` with one of its choices, touched points and constraints found once for all."""
        there, resources = self._live.pieces[moves.piece], moves.choices[choice]
        touched = self._touched(moves.piece, (resources,))
        found: list[tuple[Breach, ...]] = []
        for row, start in enumerate(moves.starts):
            worse = set(moves.worse(row, choice))
            if worse:
                self._live.put(moves.piece, replace(there, time=start, resources=resources))
            found.append(
                tuple(
                    Breach(at, deviation, constraint.weight * constraint.cost.of(deviation.amount))
                    for at, constraint in touched
                    if at in worse
                    for deviation in constraint.deviations(self._live)
                )
            )
        self._live.put(moves.piece, there)
        return tuple(found)

    def exchanges(self, piece: int, *, most: int = 8, starts: Sequence[int] | None = None) -> tuple[Exchange, ...]:
        """Exchanges with one other piece of the same length that stands in the way at another time and breaks nothing required at this piece's.

        The best first; at most so many pairs are tried, those that cost least by the first piece's move alone.
        """
        here = self._live.pieces[piece]
        if here.time is None or self.problem.events[here.event].time is not None:
            return ()
        moves = self.moves(piece, starts=starts)
        order = sorted(
            range(len(moves.starts)), key=lambda at: (moves.required[at, 0], moves.optional[at, 0], moves.starts[at])
        )
        found: list[Exchange] = []
        tried = 0
        for at in order:
            time = moves.starts[at]
            in_the_way = self.present_at(piece, time)
            if time == here.time or len(in_the_way) != 1 or tried == most:
                continue
            other = in_the_way[0]
            there = self._live.pieces[other]
            fixed = self.problem.events[there.event].time is not None
            if fixed or there.time != time or there.duration != here.duration:
                continue
            tried += 1
            self._put(piece, replace(here, time=time))
            back = self.moves(other, starts=(here.time,))
            self._put(piece, here)
            required = int(moves.required[at, 0] + back.required[0, 0])
            optional = int(moves.optional[at, 0] + back.optional[0, 0])
            if required <= 0:
                found.append(Exchange(piece, time, other, here.time, required, optional))
        return tuple(sorted(found, key=lambda one: (one.required, one.optional, one.time)))

    def move(self, piece: int, time: int | None, choice: Choice | None = None) -> None:
        """The piece is laid to ``time``, with ``choice`` or the resources it has; what is known of the timetable is brought up to date."""
        there = self._live.pieces[piece]
        moved = replace(there, time=time, resources=there.resources if choice is None else choice)
        touched = self._touched(piece, (moved.resources,))
        before = [_cost(constraint, self._live) for _at, constraint in touched]
        self._put(piece, moved)
        for (at, constraint), cost in zip(touched, before, strict=True):
            self.costs[at] += _cost(constraint, self._live) - cost

    def _everything(self) -> tuple[NDArray[np.intp], ...]:
        """Resource, week and time of whatever runs."""
        found = [
            (resource, week, time)
            for piece in self._live.pieces
            for time in self._live.times_of(piece)
            for week in self._live.weeks[piece.event]
            for resource in piece.resources
            if resource is not None
        ]
        return tuple(np.array(found, np.intp).reshape(-1, 3).T)

    def _put(self, index: int, piece: Piece) -> None:
        self._count(self._live.pieces[index], -1)
        self._live.put(index, piece)
        self._count(piece, 1)

    def _count(self, piece: Piece, sign: int) -> None:
        times = list(self._live.times_of(piece))
        if not times:
            return
        for resource in piece.resources:
            if resource is not None:
                for week in self._live.weeks[piece.event]:
                    self._counts[resource, week, times] += sign

    def _touched(self, piece: int, choices: Sequence[Choice]) -> list[tuple[int, Constraint]]:
        there = self._live.pieces[piece]
        resources = [one for choice in (there.resources, *choices) for one in choice if one is not None]
        return list(self._touching.constraints(self._live, there.event, resources))

    def _by_arrays(
        self, piece: int, starts: tuple[int, ...], choices: tuple[Choice, ...]
    ) -> Iterator[tuple[int, Changes]]:
        if not _are_simple(self._live.pieces[piece], choices):
            return
        there = self._live.pieces[piece]
        old = [one for one in there.resources if one is not None]
        union = list(dict.fromkeys([*old, *(one for choice in choices for one in choice if one is not None)]))
        row = {resource: at for at, resource in enumerate(union)}
        # The last two starts are «not at all» and the present one.
        begins: list[int | None] = [*starts, None, there.time]
        spans = np.zeros((len(begins), len(self.problem.times)), np.int16)
        for at, begin in enumerate(begins):
            spans[at, list(self._live.times_of(replace(there, time=begin)))] = 1
        weeks = np.zeros(self.problem.cycle, np.int16)
        weeks[list(self._live.weeks[there.event])] = 1
        base = self._counts[union]
        added = weeks[:, None] * spans[:, None, :]
        base[[row[one] for one in old]] -= added[-1]
        takes = np.zeros((len(choices), len(union)), np.int64)
        for at, choice in enumerate(choices):
            takes[at, [row[one] for one in choice if one is not None]] = 1
        took = np.zeros(len(union), np.int64)
        took[[row[one] for one in old]] = 1
        for at, judged in self._busy_costs.items():
            multiple = self._multiple[at]
            rows = [row[one] for one in union if one in multiple]
            if not rows:
                continue
            times_judged = np.array([multiple[union[one]] for one in rows], np.int64)[:, None]
            costs = judged.costs(base[rows][:, None] + added[None]) * times_judged
            gains = costs - costs[:, -2:-1]
            yield at, gains[:, :-2].T @ takes[:, rows].T - took[rows] @ gains[:, -1]
        busy = base[:, None] + added[None] > 0
        for at, fair in self._fair.items():
            yield at, self._shared(fair, busy, union, took, takes)

    def _shared(
        self,
        fair: ShareFairly,
        busy: NDArray[np.bool_],
        union: Sequence[int],
        took: NDArray[np.int64],
        takes: NDArray[np.int64],
    ) -> Changes:
        """``ShareFairly``: the shares of the whole group, in which those of the piece's resources are put."""
        times = sorted(fair.times)
        shares = busy[..., times].sum(axis=3)
        found = np.zeros((busy.shape[1] - 2, len(takes)), np.int64)
        for group in fair.groups:
            column = {one: at for at, one in enumerate(group)}
            rows = [at for at, one in enumerate(union) if one in column]
            if not rows:
                continue
            places = [column[union[at]] for at in rows]
            whole = np.broadcast_to(
                (self._counts[list(group)][..., times] > 0).sum(axis=2), (busy.shape[1], len(group), busy.shape[2])
            ).copy()

            def costs(
                takes: NDArray[np.int64],
                rows: list[int] = rows,
                places: list[int] = places,
                whole: NDArray[np.int64] = whole,
            ) -> NDArray[np.int64]:
                for at, place in zip(rows, places, strict=True):
                    whole[:, place] = shares[at] if takes[at] else shares[at, -2]
                missed = np.maximum(whole.max(axis=1) - whole.min(axis=1) - fair.maximum, 0).sum(axis=1)
                return _costs(fair, missed)

            before = costs(took)[-1]
            for at, taken in enumerate(takes):
                found[:, at] += costs(taken)[:-2] - before
        return found

    def _by_sentence(self, piece: int, starts: tuple[int, ...], choices: tuple[Choice, ...]) -> dict[int, Changes]:
        live, there = self._live, self._live.pieces[piece]
        simple = _are_simple(there, choices)
        in_arrays = {*self._busy_costs, *self._fair} if simple else set()
        found: dict[int, Changes] = defaultdict(lambda: np.zeros((len(starts), len(choices)), np.int64))
        touched = [one for one in self._touched(piece, ()) if one[0] not in in_arrays]
        by_start = [(*one, _cost(one[1], live)) for one in touched if isinstance(one[1], _BY_START)]
        for row, start in enumerate(starts if by_start else ()):
            live.put(piece, replace(there, time=start))
            for at, constraint, before in by_start:
                found[at][row, :] = _cost(constraint, live) - before
        for column, choice in enumerate(choices):
            live.put(piece, there)
            touched = [one for one in self._touched(piece, (choice,)) if one[0] not in in_arrays]
            by_choice = [(*one, _cost(one[1], live)) for one in touched if isinstance(one[1], _BY_CHOICE)]
            others = [(*one, _cost(one[1], live)) for one in touched if not isinstance(one[1], _BY_START + _BY_CHOICE)]
            if by_choice:
                live.put(piece, replace(there, resources=choice))
                for at, constraint, before in by_choice:
                    found[at][:, column] = _cost(constraint, live) - before
            for row, start in enumerate(starts if others else ()):
                live.put(piece, replace(there, time=start, resources=choice))
                for at, constraint, before in others:
                    found[at][row, column] = _cost(constraint, live) - before
        live.put(piece, there)
        return found


def _cost(constraint: Constraint, live: Live) -> int:
    return constraint.weight * sum(constraint.cost.of(one.amount) for one in constraint.deviations(live))


def _costs(constraint: Constraint, amounts: NDArray[np.int64]) -> NDArray[np.int64]:
    if constraint.cost is Cost.QUADRATIC:
        amounts = amounts * amounts
    elif constraint.cost is Cost.STEP:
        amounts = (amounts > 0).astype(np.int64)
    return amounts * constraint.weight


def _are_simple(piece: Piece, choices: Sequence[Choice]) -> bool:
    """Whether no choice has a resource twice, so that every resource is judged by itself."""
    for choice in (piece.resources, *choices):
        chosen = [one for one in choice if one is not None]
        if len(set(chosen)) != len(chosen):
            return False
    return True


def _counted(resources: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in resources:
        found[one] = found.get(one, 0) + 1
    return found
