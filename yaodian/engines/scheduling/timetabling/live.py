"""A timetable laid open that can be changed piece by piece: what ``Occupancy`` tells, kept up to date instead of built anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from .occupancy import Occupancy
from .problem import Piece, Problem, Timetable


class Live(Occupancy):
    """Pieces are named by their index in the timetable that it began with; ``pieces`` are the present ones."""

    def __init__(self, problem: Problem, timetable: Timetable) -> None:
        # Every piece an object of its own, so that two that are alike can be told apart.
        super().__init__(problem, Timetable(tuple(replace(piece) for piece in timetable.pieces)))
        self.pieces = list(self.timetable.pieces)
        self.index_of = {id(piece): index for index, piece in enumerate(self.pieces)}
        self._place_of: list[int] = []
        counts = [0] * len(problem.events)
        for piece in self.pieces:
            self._place_of.append(counts[piece.event])
            counts[piece.event] += 1
        self.weeks = [problem.weeks_of(event) for event in range(len(problem.events))]
        self._known_spans: dict[tuple[int, int], tuple[int, ...]] = {}
        # Built from the whole timetable once, and kept by ``put`` from then on.
        self._kept = (self.busy, self.event_times, self.workloads)
        self.last_busy = _LastBusy(self)  # type: ignore[assignment]  # is only asked for one resource after the other

    def times_of(self, piece: Piece) -> tuple[int, ...]:
        """The times at which the piece runs; those that there are where its day is too short for it."""
        if piece.time is None:
            return ()
        key = (piece.time, piece.duration)
        span = self._known_spans.get(key)
        if span is None:
            times = [piece.time]
            while len(times) < piece.duration and (following := self.problem.followers[times[-1]]) is not None:
                times.append(following)
            span = self._known_spans[key] = tuple(times)
        return span

    def put(self, index: int, piece: Piece) -> None:
        """The piece instead of the one that is there; of the same event."""
        old, event = self.pieces[index], piece.event
        if old is piece:
            return
        self._leave(old)
        self._enter(piece)
        if old.resources != piece.resources:
            self._reload(old, piece)
        self.pieces[index] = piece
        del self.index_of[id(old)]
        self.index_of[id(piece)] = index
        siblings = self.pieces_of[event]
        siblings[self._place_of[index]] = piece
        self.event_times[event] = frozenset(time for one in siblings for time in self.times_of(one))

    def _leave(self, piece: Piece) -> None:
        times = self.times_of(piece)
        for resource in piece.resources if times else ():
            if resource is not None:
                for week in self.weeks[piece.event]:
                    there = self.busy[resource][week]
                    for time in times:
                        pieces = there[time]
                        if len(pieces) == 1:
                            del there[time]
                        else:
                            del pieces[next(at for at, one in enumerate(pieces) if one is piece)]

    def _enter(self, piece: Piece) -> None:
        times = self.times_of(piece)
        for resource in piece.resources if times else ():
            if resource is not None:
                for week in self.weeks[piece.event]:
                    there = self.busy[resource][week]
                    for time in times:
                        there.setdefault(time, []).append(piece)

    def _reload(self, old: Piece, new: Piece) -> None:
        event = self.problem.events[new.event]
        whole = event.duration if event.workload is None else event.workload
        for need, before, after in zip(event.needs, old.resources, new.resources, strict=True):
            if before == after:
                continue
            load = whole if need.workload is None else need.workload
            share = Fraction(load * new.duration, event.duration)
            for week in self.weeks[new.event]:
                if before is not None:
                    self.workloads[before][week] -= share
                if after is not None:
                    self.workloads[after][week] += share

    def present(self) -> Timetable:
        """The pieces as they are now, in the order of the timetable that it began with."""
        return Timetable(tuple(self.pieces))


class _LastBusy:
    """``Occupancy.last_busy``, found when asked for."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def __getitem__(self, resource: int) -> list[dict[int, int]]:
        problem = self._live.problem
        found = []
        for there in self._live.busy[resource]:
            last: dict[int, int] = {}
            for time in there:
                day, place = problem.times[time].day, problem.places[time]
                last[day] = max(place, last.get(day, place))
            found.append(last)
        return found

    def __iter__(self) -> Iterator[list[dict[int, int]]]:
        return (self[resource] for resource in range(len(self._live.busy)))
