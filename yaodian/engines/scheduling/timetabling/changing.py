"""A running timetable and a change: new timetables in which as few pupils as can be have a lesson at another time.

``without`` states that somebody is away or a room is closed, ``carry`` brings a timetable into a problem that was stated anew (lessons added or gone,
pupils in other groups); ``proposals`` mends what is amiss then:

1. Pieces are taken out until no required constraint is worse than it must be: those of which fewest pupils would be lost for each breach first.
2. They are laid again one by one, those with fewest places first: to a place that breaks nothing required, of these the one that
   disturbs least, then the one that costs least. A place that is taken may be cleared: whoever stands there is laid elsewhere in turn, up to
   ``chain`` pieces one after the other (ejection chains: Glover, Discrete Applied Mathematics 65, 1996).
3. This is done in several manners, which differ in what may change; the results are the proposals, the least disturbing first.

A step disturbs by heads times duration times a weight for what changes for them: the time, the teacher, the room. All is counted in moves looked at
(``effort``) and nothing in seconds, so that the same input gives the same proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .checking import Check, Choice, Moves
from .constraints.busyness import AvoidUnavailableTimes
from .constraints.staffing import AssignResources
from .constraints.times import AssignTimes, LinkEvents
from .problem import Event, Need, Piece, Problem, Timetable
from .reaching import Reach

SUBSTITUTE = "substitute"
#: Moves of one piece that are looked at for one unit of effort.
CELLS = 200
#: Pieces that run together and are moved together at most: co-teaching, not the groups of half a year.
MOST_TOGETHER = 6


class Manner(StrEnum):
    """What may change. Rooms may in all of them."""

    AT_ITS_TIME = "at-its-time"  # every lesson stays at its time, somebody else or another room takes it
    SAME_PEOPLE = "same-people"  # every lesson keeps its teacher and is moved
    LEAST = "least"  # whatever disturbs least
    BEST = "best"  # whatever gives the better timetable


@dataclass(frozen=True, slots=True)
class Weights:
    """What a pupil's lesson counts whose time, teacher or room is another."""

    time: int = 4
    person: int = 3
    room: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A piece (by index) before and after."""

    piece: int
    before: Piece
    after: Piece
    heads: int


@dataclass(frozen=True)
class Proposal:
    """A new timetable and how it came about. Figures of pupils' lessons are heads times duration.

    ``open``: pieces that found no place; they stand in the timetable as they stood, with what is amiss, or without a time. ``required``: the sum of
    required costs that is left, ``optional_change``: what the other costs rise by against the timetable that was given.
    """

    manner: Manner
    timetable: Timetable
    steps: tuple[Step, ...]
    moved: int
    with_others: int
    in_other_rooms: int
    all_lessons: int
    disturbance: int
    required: int
    optional_change: int
    open: tuple[int, ...]

    @property
    def share_moved(self) -> float:
        """The part of all pupils' lessons that lie at another time."""
        return self.moved / self.all_lessons if self.all_lessons else 0.0


def without(
    problem: Problem,
    resource: int,
    *,
    times: Iterable[int] | None = None,
    instead: Sequence[int] | None = None,
    name: str = "away",
    staff: Sequence[str] = ("teacher",),
) -> Problem:
    """The problem in which the resource cannot be had at ``times`` (None: never again), and others may stand in for it.

    ``instead``: who or what; None for those of its kind that attend an event of the same course, if it is of a kind in ``staff``, else those that have seats
    enough.
    Events and their pieces keep their indices and needs their places, so that timetables of the one are timetables of the other.
    """
    closed = frozenset(range(len(problem.times)) if times is None else times)
    opened = []
    events = list(problem.events)
    for index, event in enumerate(problem.events):
        if not any(need.resource == resource for need in event.needs):
            continue
        others = _stand_ins(problem, event, resource, frozenset(staff)) if instead is None else tuple(instead)
        attending = {need.resource for need in event.needs}
        others = tuple(one for one in others if one not in attending)
        events[index] = replace(
            event,
            needs=tuple(
                need
                if need.resource != resource
                else Need(need.kind, role=SUBSTITUTE, candidates=(resource, *others), workload=need.workload)
                for need in event.needs
            ),
        )
        opened.append(index)
    constraints = [
        *problem.constraints,
        AvoidUnavailableTimes(name=name, resources=(resource,), times=closed),
        AssignResources(name=name, events=tuple(opened), role=SUBSTITUTE),
    ]
    return replace(problem, events=tuple(events), constraints=tuple(constraints))


def _stand_ins(problem: Problem, event: Event, resource: int, staff: frozenset[str]) -> tuple[int, ...]:
    kind = problem.resources[resource].kind
    if kind in staff:
        of_course = (need for other in problem.events if other.course == event.course for need in other.needs)
        found = {need.resource for need in of_course if need.resource is not None and need.resource != resource}
        return tuple(sorted(one for one in found if problem.resources[one].kind == kind))
    attending = {need.resource for need in event.needs if need.resource is not None}
    heads = sum(problem.resources[one].size or 0 for one in attending if problem.resources[one].kind != kind)
    return tuple(
        at
        for at, one in enumerate(problem.resources)
        if one.kind == kind and at != resource and (one.size is None or one.size >= heads)
    )


def carry(before: Problem, timetable: Timetable, after: Problem) -> Timetable:
    """The timetable in a problem that was stated anew: events, resources and times are the same where their ids are.

    Pieces of events that are gone are left out, what is new is without a time; a chosen resource stays where it may still be chosen.
    """
    event_at = {event.id: at for at, event in enumerate(after.events)}
    time_at = {time.id: at for at, time in enumerate(after.times)}
    resource_at = {resource.id: at for at, resource in enumerate(after.resources)}
    lengths: dict[int, list[int]] = {}
    pieces = []
    for piece in timetable.pieces:
        old = before.events[piece.event]
        at = event_at.get(old.id)
        if at is None:
            continue
        event = after.events[at]
        left = lengths.setdefault(at, list(event.pieces or ()))
        if event.pieces is not None:
            if piece.duration not in left:
                continue
            left.remove(piece.duration)
        chosen: dict[str, list[int]] = {}
        for need, one in zip(old.needs, piece.resources, strict=True):
            if need.resource is None and one is not None and before.resources[one].id in resource_at:
                chosen.setdefault(need.role, []).append(resource_at[before.resources[one].id])
        resources = []
        for need in event.needs:
            kept = [one for one in chosen.get(need.role, ()) if one in need.candidates]
            resources.append(need.resource if need.resource is not None else kept[0] if kept else None)
            if need.resource is None and kept:
                chosen[need.role].remove(kept[0])
        time = None if piece.time is None else time_at.get(before.times[piece.time].id)
        pieces.append(Piece(at, piece.duration, time, tuple(resources)))
    for at, event in enumerate(after.events):
        given = tuple(need.resource for need in event.needs)
        for length in lengths.get(at, event.pieces or ()):
            pieces.append(Piece(at, length, event.time, given))
    return Timetable.of(after, pieces)


def proposals(
    problem: Problem,
    timetable: Timetable,
    *,
    manners: Sequence[Manner] = tuple(Manner),
    weights: Weights | None = None,
    people: Sequence[str] = ("pupils", "class"),
    staff: Sequence[str] = ("teacher",),
    chain: int = 3,
    effort: int = 300,
) -> tuple[Proposal, ...]:
    """Ways out, the least disturbing first, none twice; such that leave something open only where all do.

    ``people``: the kinds whose sizes are heads; ``staff``: the kinds of whom another one is somebody else and not another room.
    """
    start = Check(problem, timetable)
    found: list[Proposal] = []
    seen: set[Timetable] = set()
    optional = start.optional
    heads = [_heads(problem, piece, frozenset(people)) for piece in timetable.pieces]
    displaced = _displaced(start, heads)
    for manner in manners:
        mending = _Mending(start, timetable, heads, manner, weights or Weights(), frozenset(staff), chain, effort)
        proposal = mending.proposal(displaced, optional)
        if proposal.timetable not in seen:
            seen.add(proposal.timetable)
            found.append(proposal)
    found.sort(key=lambda one: (one.required, len(one.open), one.disturbance, one.optional_change))
    return tuple(one for one in found if not one.open) or tuple(found)


def _heads(problem: Problem, piece: Piece, people: frozenset[str]) -> int:
    attending = {one for one in piece.resources if one is not None}
    found = sum(problem.resources[one].size or 1 for one in attending if problem.resources[one].kind in people)
    return max(1, found)


def _hard(check: Check, *, links: bool = True) -> int:
    """Required costs but for pieces without a time, and unless ``links`` for pieces torn apart."""
    aside = AssignTimes if links else (AssignTimes, LinkEvents)
    constraints = check.problem.constraints
    return sum(
        cost for cost, one in zip(check.costs, constraints, strict=True) if one.required and not isinstance(one, aside)
    )


def _displaced(check: Check, heads: Sequence[int]) -> tuple[int, ...]:
    """The pieces to lay again: those without a time, and of those amiss so many that nothing more is gained by taking one out."""
    found = [index for index, piece in enumerate(check.timetable.pieces) if piece.time is None]
    taken: list[tuple[int, int]] = []
    for links in (False, True):
        # What was taken out is torn from what it is linked with, which is no reason to take that out as well.
        while not (links and taken) and (now := _hard(check, links=links)) > 0:
            best: tuple[float, int, int] | None = None
            for index in _amiss(check):
                piece = check.piece(index)
                if piece.time is None:
                    continue
                check.move(index, None)
                gained = now - _hard(check, links=links)
                check.move(index, piece.time)
                if gained > 0:
                    best = min(best or (np.inf, 0, 0), (heads[index] * piece.duration / gained, index, piece.time))
            if best is None:
                break
            check.move(best[1], None)
            taken.append((best[1], best[2]))
            found.append(best[1])
    for index, time in taken:
        check.move(index, time)
    return tuple(found)


def _amiss(check: Check) -> list[int]:
    """Pieces that have part in a required deviation, by index."""
    found: dict[int, None] = {}
    for constraint in check.problem.constraints:
        if not constraint.required or isinstance(constraint, AssignTimes):
            continue
        for deviation in check.deviations(constraint):
            if deviation.events:
                events: Iterable[int] = deviation.events
            else:
                events = check.attended(deviation.resources, deviation.times)
            times = set(deviation.times)
            for event in events:
                for index in check.pieces_of(event):
                    if not times or not times.isdisjoint(check.times_of(index)):
                        found[index] = None
    return list(found)


class _Mending:
    """One manner's search. ``check`` is left as it was found."""

    def __init__(
        self,
        check: Check,
        timetable: Timetable,
        heads: Sequence[int],
        manner: Manner,
        weights: Weights,
        staff: frozenset[str],
        chain: int,
        effort: int,
    ) -> None:
        self.check, self.timetable, self.heads, self.manner = check, timetable, heads, manner
        self.weights, self.staff, self.chain, self.effort = weights, staff, chain, effort
        problem = check.problem
        self._linked = {event: group for group, _reasons in Reach(problem).links for event in group}
        self._may_fail = {at for at, one in enumerate(problem.constraints) if isinstance(one, AssignTimes)}
        self._undo: list[tuple[int, int | None, Choice]] = []
        self._floor = 0

    def proposal(self, displaced: Sequence[int], optional: int) -> Proposal:
        pieces = self.timetable.pieces
        for index in displaced:
            self._lay(index, None, pieces[index].resources)
        open_pieces = []
        waiting = list(displaced)
        while waiting:
            # Those with fewest places that are free come first; what is laid takes places from the others.
            index = min(waiting, key=lambda one: (self._freedom(one), -self.heads[one], one))
            # Each of those that wait may use its share of the effort that is left; what it leaves is the others'.
            self._floor = self.effort - self.effort // len(waiting)
            waiting.remove(index)
            if not self._place(index, self.chain, {*displaced}):
                open_pieces.append(index)
        for index in open_pieces:
            self._lay(index, pieces[index].time, pieces[index].resources)
        proposal = self._told(open_pieces, optional)
        self._back(0)
        return proposal

    def _freedom(self, index: int) -> int:
        if self.effort <= 0:
            return 0
        self.effort -= 1
        starts = self._own_start(index) if self.manner is Manner.AT_ITS_TIME else self.check.starts(index)
        moves = self.check.moves(index, starts=starts)
        return int(self._fits(moves).sum())

    def _own_start(self, index: int) -> tuple[int, ...]:
        time = self.timetable.pieces[index].time
        return self.check.starts(index) if time is None else (time,)

    def _choices(self, index: int) -> tuple[Choice, ...]:
        """The choices that the manner leaves."""
        first = self.timetable.pieces[index].resources
        every = tuple(dict.fromkeys((first, *self.check.choices(index))))
        if self.manner is not Manner.SAME_PEOPLE:
            return every
        resources = self.check.problem.resources
        return tuple(
            choice
            for choice in every
            if all(
                one == old or old is None or (one is not None and resources[one].kind not in self.staff)
                for one, old in zip(choice, first, strict=True)
            )
        )

    def _place(self, index: int, chain: int, fixed: set[int]) -> bool:
        """Lays a piece that is out; clears a place for it where none is free. Nothing is changed where that fails."""
        best: tuple[float, int, Choice] | None = None
        piece = self.timetable.pieces[index]
        at_another_time = self.heads[index] * piece.duration * self.weights.time
        for starts, choices in self._scopes(index):
            if self.effort <= self._floor:
                return False
            self.effort -= 1 + len(starts) * len(choices) // CELLS
            moves = self.check.moves(index, starts=starts, choices=choices)
            fits, disturbs = self._fits(moves), self._disturbs(moves)
            if fits.any():
                costs = np.where(fits, self._rank(disturbs, moves), np.inf)
                row, column = divmod(int(np.argmin(costs)), len(moves.choices))
                found = (float(disturbs[row, column]), moves.starts[row], moves.choices[column])
                best = found if best is None or found[0] < best[0] else best
                if best[0] <= at_another_time:
                    break
        if best is not None:
            self._lay(index, best[1], best[2])
            return True
        if self.manner is Manner.AT_ITS_TIME:
            return False
        if piece.event in self._linked:
            return self._place_together(index, fixed)
        return chain > 1 and self._clear(moves, chain, fixed)

    def _place_together(self, index: int, fixed: set[int]) -> bool:
        """Lays the pieces that run together with one at another time, all at once; none of them may be fixed."""
        check, here = self.check, self.timetable.pieces[index]
        together = [index]
        for event in self._linked[here.event]:
            together += [
                one
                for one in check.pieces_of(event)
                if one != index and self.timetable.pieces[one].time == here.time and check.piece(one).time is not None
            ]
        problem = check.problem
        is_fixed = any(problem.events[check.piece(one).event].time is not None for one in together)
        if here.time is None or is_fixed or len(together) > MOST_TOGETHER or not fixed.isdisjoint(together[1:]):
            return False
        before, mark = _hard(check), len(self._undo)
        for one in together[1:]:
            self._lay(one, None, check.piece(one).resources)
        allowed = min(before, _hard(check))
        starts = set(check.starts(index))
        for one in together:
            self.effort -= 1
            moves = check.moves(one, choices=[self.timetable.pieces[one].resources])
            starts &= {moves.starts[row] for row in np.flatnonzero(self._fits(moves, bound=False)[:, 0])}
        best: tuple[int, int] | None = None
        for start in sorted(starts - {here.time}):
            inner = len(self._undo)
            for one in together:
                self._lay(one, start, self.timetable.pieces[one].resources)
            if _hard(check) <= allowed and (best is None or (check.optional, start) < best):
                best = (check.optional, start)
            self._back(inner)
        if best is None:
            self._back(mark)
            return False
        for one in together:
            self._lay(one, best[1], self.timetable.pieces[one].resources)
        return True

    def _scopes(self, index: int) -> Iterator[tuple[tuple[int, ...], tuple[Choice, ...]]]:
        """What is looked at, the cheap before the wide; what stands in a later scope disturbs at least by the other time."""
        own, every, choices = self._own_start(index), self.check.starts(index), self._choices(index)
        if self.manner is Manner.AT_ITS_TIME:
            yield own, choices
            return
        if self.manner is not Manner.BEST and own != every:
            yield own, choices
            yield every, choices[:1]
        yield every, choices

    def _clear(self, moves: Moves, chain: int, fixed: set[int]) -> bool:
        """Lays the piece where one or two others stand in the way, and these elsewhere in turn: the way that disturbs least of those looked at."""
        check, allowed, index = self.check, _hard(self.check), moves.piece
        disturbs, ways = self._disturbs(moves), []
        column = int(np.argmin(moves.required.sum(axis=0)))
        for row, start in enumerate(moves.starts):
            blocking = check.present_at(index, start, moves.choices[column])
            if not 1 <= len(blocking) <= 2 or any(one in fixed or self._is_fixed(one) for one in blocking):
                continue
            lessons = sum(self.heads[one] * check.piece(one).duration for one in blocking)
            least = int(disturbs[row, column]) + lessons * min(
                self.weights.time, self.weights.person, self.weights.room
            )
            ways.append((least, int(moves.optional[row, column]), start, blocking))
        best: tuple[int, list[tuple[int, int | None, Choice]]] | None = None
        mark = len(self._undo)
        for least, _optional, start, blocking in sorted(ways):
            if self.effort <= self._floor or (best is not None and least >= best[0]):
                break
            for one in blocking:
                self._lay(one, None, check.piece(one).resources)
            self._lay(index, start, moves.choices[column])
            fixed_now = {*fixed, index, *blocking}
            if _hard(check) <= allowed and all(self._place(one, chain - len(blocking), fixed_now) for one in blocking):
                touched = sorted({one for one, _time, _choice in self._undo[mark:]})
                disturbed = sum(self._disturbed(one) for one in touched)
                if best is None or disturbed < best[0]:
                    there = ((one, check.piece(one)) for one in touched)
                    best = (disturbed, [(one, piece.time, piece.resources) for one, piece in there])
            self._back(mark)
        for one, time, choice in best[1] if best is not None else ():
            self._lay(one, time, choice)
        return best is not None

    def _disturbed(self, index: int) -> int:
        """What a piece is disturbed as it lies now."""
        before, after = self.timetable.pieces[index], self.check.piece(index)
        late = before.time is not None and before.time != after.time
        changed = self.weights.time * late + self._changed(before, after.resources)
        return self.heads[index] * before.duration * changed

    def _is_fixed(self, index: int) -> bool:
        event = self.check.piece(index).event
        return self.check.problem.events[event].time is not None or event in self._linked

    def _fits(self, moves: Moves, *, bound: bool = True) -> NDArray[np.bool_]:
        """Moves that make no required constraint worse; unless ``bound``, those that tear linked pieces apart as well."""
        fits = np.ones((len(moves.starts), len(moves.choices)), np.bool_)
        for at, changes in moves.by_constraint.items():
            constraint = self.check.problem.constraints[at]
            if constraint.required and at not in self._may_fail and (bound or not isinstance(constraint, LinkEvents)):
                fits &= changes <= 0
        return fits

    def _disturbs(self, moves: Moves) -> NDArray[np.int64]:
        """What each move disturbs against the timetable that was given."""
        piece = self.timetable.pieces[moves.piece]
        lessons = self.heads[moves.piece] * piece.duration
        late = np.array([piece.time is not None and start != piece.time for start in moves.starts], np.int64)
        changed = np.array([self._changed(piece, choice) for choice in moves.choices], np.int64)
        return lessons * (self.weights.time * late[:, None] + changed[None, :])

    def _changed(self, piece: Piece, choice: Choice) -> int:
        person, room = _differences(self.check.problem, piece.resources, choice, self.staff)
        return self.weights.person * person + self.weights.room * room

    def _rank(self, disturbs: NDArray[np.int64], moves: Moves) -> NDArray[np.float64]:
        first, second = (disturbs, moves.optional) if self.manner is not Manner.BEST else (moves.optional, disturbs)
        low, high = int(second.min()), int(second.max())
        ranked: NDArray[np.float64] = (first * (high - low + 1) + (second - low)).astype(np.float64)
        return ranked

    def _lay(self, index: int, time: int | None, choice: Choice) -> None:
        there = self.check.piece(index)
        self._undo.append((index, there.time, there.resources))
        self.check.move(index, time, choice)

    def _back(self, mark: int) -> None:
        while len(self._undo) > mark:
            index, time, choice = self._undo.pop()
            self.check.move(index, time, choice)

    def _told(self, open_pieces: Sequence[int], optional: int) -> Proposal:
        check = self.check
        steps = []
        moved = with_others = in_other_rooms = disturbance = total = 0
        for index, (before, heads) in enumerate(zip(self.timetable.pieces, self.heads, strict=True)):
            lessons = heads * before.duration
            total += lessons
            after = check.piece(index)
            if (before.time, before.resources) == (after.time, after.resources):
                continue
            steps.append(Step(index, before, replace(after), heads))
            late = before.time is not None and before.time != after.time
            person, room = _differences(check.problem, before.resources, after.resources, self.staff)
            moved += lessons * late
            with_others += lessons * person
            in_other_rooms += lessons * room
            weighed = self.weights.time * late + self.weights.person * person + self.weights.room * room
            disturbance += lessons * weighed
        return Proposal(
            self.manner,
            check.timetable,
            tuple(steps),
            moved,
            with_others,
            in_other_rooms,
            total,
            disturbance,
            check.required,
            check.optional - optional,
            tuple(sorted(open_pieces)),
        )


def _differences(problem: Problem, before: Choice, after: Choice, staff: frozenset[str]) -> tuple[bool, bool]:
    """Whether somebody else teaches, and whether another room is taken; what was open before and is filled counts as neither."""
    person = room = False
    for old, new in zip(before, after, strict=True):
        if old is not None and old != new:
            if problem.resources[old].kind in staff:
                person = True
            else:
                room = True
    return person, room
