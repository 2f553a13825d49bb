"""A timetable laid open for judging: which pieces run when, and who is busy when. Built once for all constraints."""

from __future__ import annotations

from collections import defaultdict
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
    def running(self) -> list[list[Piece]]:
        """For every time the pieces that run at it."""
        running: list[list[Piece]] = [[] for _ in self.problem.times]
        for piece in self.timetable.pieces:
            for time in self.times_of(piece):
                running[time].append(piece)
        return running

    @cached_property
    def busy(self) -> list[list[dict[int, list[Piece]]]]:
        """``busy[resource][week][time]``: the pieces at which the resource is busy then; times at which it is free are absent."""
        busy: list[list[dict[int, list[Piece]]]] = [
            [defaultdict(list) for _ in range(self.problem.cycle)] for _ in self.problem.resources
        ]
        for piece in self.timetable.pieces:
            times = self.times_of(piece)
            if not times:
                continue
            weeks = self.problem.weeks_of(piece.event)
            # A resource named by two needs of one event is busy once.
            for resource in {one for one in piece.resources if one is not None}:
                for week in weeks:
                    for time in times:
                        busy[resource][week][time].append(piece)
        return busy
