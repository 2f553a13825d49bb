"""A timetable laid open for judging: which pieces run when, and who is busy when. Built once for all constraints."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from .problem import Piece, Problem, Timetable


class Occupancy:
    """The pieces of a timetable by event, by time, and by resource, week and time.

    A piece whose day is too short for it occupies the times that there are; ``overruns`` lists it.
    """

    def __init__(self, problem: Problem, timetable: Timetable) -> None:
        self.problem = problem
        self.timetable = timetable
        self.pieces_of: list[list[Piece]] = [[] for _ in problem.events]
        for piece in timetable.pieces:
            self.pieces_of[piece.event].append(piece)

    def times_of(self, piece: Piece) -> tuple[int, ...]:
        """The times at which the piece runs; empty where it is not placed."""
        if piece.time is None:
            return ()
        return self._spans[piece.time, piece.duration]

    @cached_property
    def _spans(self) -> dict[tuple[int, int], tuple[int, ...]]:
        spans: dict[tuple[int, int], tuple[int, ...]] = {}
        for piece in self.timetable.pieces:
            if piece.time is None or (piece.time, piece.duration) in spans:
                continue
            span = [piece.time]
            while len(span) < piece.duration and (following := self.problem.followers[span[-1]]) is not None:
                span.append(following)
            spans[piece.time, piece.duration] = tuple(span)
        return spans

    @cached_property
    def overruns(self) -> tuple[Piece, ...]:
        """Pieces that run over the end of their day."""
        return tuple(
            piece
            for piece in self.timetable.pieces
            if piece.time is not None and len(self.times_of(piece)) < piece.duration
        )

    @cached_property
    def event_times(self) -> list[frozenset[int]]:
        """For every event the times at which it runs."""
        return [frozenset(time for piece in pieces for time in self.times_of(piece)) for pieces in self.pieces_of]

    def placed(self, events: tuple[int, ...]) -> list[Piece]:
        """The pieces of these events that have a time, by time and then in the order of the events."""
        found = [piece for event in events for piece in self.pieces_of[event] if piece.time is not None]
        found.sort(key=lambda piece: piece.time or 0)
        return found

    @cached_property
    def busy(self) -> list[list[dict[int, list[Piece]]]]:
        """``busy[resource][week][time]``: the pieces at which the resource is busy then; times at which it is free are absent.

        A piece stands there once for every need in which it has the resource: whoever is to be in two parts of it clashes with himself.
        """
        busy: list[list[dict[int, list[Piece]]]] = [
            [{} for _ in range(self.problem.cycle)] for _ in self.problem.resources
        ]
        for piece in self.timetable.pieces:
            times = self.times_of(piece)
            if not times:
                continue
            weeks = self.problem.weeks_of(piece.event)
            for resource in piece.resources:
                if resource is None:
                    continue
                for week in weeks:
                    there = busy[resource][week]
                    for time in times:
                        there.setdefault(time, []).append(piece)
        return busy

    def bearing(self, resource: int, week: int, tag: str | None) -> dict[int, list[Piece]]:
        """``busy`` of one resource and week, with only the events that bear the tag."""
        there = self.busy[resource][week]
        if tag is None:
            return there
        events = self.problem.events
        found: dict[int, list[Piece]] = {}
        for time, pieces in there.items():
            bearers = [piece for piece in pieces if tag in events[piece.event].tags]
            if bearers:
                found[time] = bearers
        return found

    @cached_property
    def last_busy(self) -> list[list[dict[int, int]]]:
        """``last_busy[resource][week][day]``: the place within its day of the last time at which the resource is busy; free days are absent."""
        found: list[list[dict[int, int]]] = []
        for weeks in self.busy:
            by_week: list[dict[int, int]] = []
            for there in weeks:
                last: dict[int, int] = {}
                for time in there:
                    day, place = self.problem.times[time].day, self.problem.places[time]
                    last[day] = max(place, last.get(day, place))
                by_week.append(last)
            found.append(by_week)
        return found

    @cached_property
    def workloads(self) -> list[list[Fraction]]:
        """``workloads[resource][week]``, of placed pieces and others: a need's workload (its event's, the event's duration), by the piece's share."""
        loads = [[Fraction(0)] * self.problem.cycle for _ in self.problem.resources]
        for event, pieces in zip(self.problem.events, self.pieces_of, strict=True):
            whole = event.duration if event.workload is None else event.workload
            for piece in pieces:
                for need, resource in zip(event.needs, piece.resources, strict=True):
                    if resource is None:
                        continue
                    load = whole if need.workload is None else need.workload
                    share = Fraction(load * piece.duration, event.duration)
                    for week in self.problem.weeks_of(piece.event):
                        loads[resource][week] += share
        return loads
