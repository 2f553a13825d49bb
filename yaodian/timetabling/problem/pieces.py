"""Timetables as plain lists under the school's own names, so that they outlive the engine's indices.

A line is [event, duration, bells, day, period, [resource or None, …]]: the course or meeting, its length in periods, where it begins (all three None where
it has no place), and for each need of the event in order the id of who or what was given or chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from yaodian.engines.scheduling.timetabling import Piece, Timetable
from yaodian.engines.scheduling.timetabling.school_problem import Laid

PieceLine = list[Any]


class StalePieces(ValueError):
    """The lines name something that the school does not have: they are of another school. `what` is the name."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def lines_of(laid: Laid, timetable: Timetable) -> list[PieceLine]:
    """The pieces in their order."""
    places = {time: place for place, time in laid.at.items()}
    lines = []
    for piece in timetable.pieces:
        bells, day, period = (None, None, None) if piece.time is None else places[piece.time]
        names = [None if one is None else laid.resources[one].id for one in piece.resources]
        lines.append([laid.events[piece.event].id, piece.duration, bells, day, period, names])
    return lines


def piece_of(laid: Laid, line: Sequence[Any]) -> Piece:
    """The piece of a line. Raises StalePieces."""
    name, duration, bells, day, period, names = line
    if name not in laid.event:
        raise StalePieces(str(name))
    event = laid.event[name]
    needs = laid.events[event].needs
    if day is not None and (bells, day, period) not in laid.at:
        raise StalePieces(f"{bells} {day + 1}.{period + 1}")
    if len(names) != len(needs):
        raise StalePieces(str(name))
    chosen: list[int | None] = []
    for need, one in zip(needs, names, strict=True):
        if one is not None and (need.kind, one) not in laid.resource:
            raise StalePieces(str(one))
        chosen.append(need.resource if one is None else laid.resource[need.kind, one])
    return Piece(event, duration, None if day is None else laid.at[bells, day, period], tuple(chosen))


def timetable_of(laid: Laid, lines: Iterable[Sequence[Any]]) -> Timetable:
    """The timetable of the lines. Raises StalePieces."""
    return Timetable.of(laid.problem, [piece_of(laid, line) for line in lines])


def in_order(laid: Laid, lines: Iterable[Sequence[Any]]) -> Timetable:
    """The timetable of the lines in their order, so that a place in the list names a piece; what they lack comes after them. Raises StalePieces."""
    mine = [piece_of(laid, line) for line in lines]
    there: Counter[int] = Counter()
    for piece in mine:
        there[piece.event] += piece.duration
    lacking = [
        Piece(index, event.duration - there[index], None, tuple(need.resource for need in event.needs))
        for index, event in enumerate(laid.events)
        if there[index] < event.duration
    ]
    return Timetable((*mine, *lacking))
