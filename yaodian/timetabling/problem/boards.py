"""Timetables laid open for changes by hand, a few kept by each process so that a lesson that is picked up does not thaw its school anew.

What is kept is only ever a copy: whoever asks brings the row, and where the row has moved on, by this process or another, the copy follows it piece by piece.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any

from yaodian.engines.scheduling.timetabling.checking import Check, Choice
from yaodian.engines.scheduling.timetabling.problem import Piece, Timetable
from yaodian.engines.scheduling.timetabling.school_problem import Laid, Standing, lay
from yaodian.timetabling.problem.frozen import thaw
from yaodian.timetabling.problem.pieces import PieceLine, in_order, lines_of, piece_of

if TYPE_CHECKING:
    from yaodian.timetabling import models

#: Schools that a process keeps; more pieces than these that differ are read anew.
MOST_KEPT, MOST_FOLLOWED = 3, 100
#: A school's own rules are named by codes, so that one copy serves every language (`problem.reasons`).
CODES = Standing(**{one.name: one.name for one in fields(Standing)})

#: Bells, day and period, as lines have them.
Place = tuple[str, int, int]


class Board:
    """The school of a timetable and its pieces by their place in the row's list. One thread at a time."""

    def __init__(self, frozen: bytes, lines: list[PieceLine]) -> None:
        self.laid: Laid = lay(thaw(frozen), CODES)
        self.lock = RLock()
        self.lines: list[PieceLine]
        self.check: Check
        self._begin(lines)

    def _begin(self, lines: list[PieceLine]) -> None:
        timetable = in_order(self.laid, lines)
        self.check = Check(self.laid.problem, timetable)
        self.lines = [*lines, *lines_of(self.laid, Timetable(timetable.pieces[len(lines) :]))]
        self._given = len(lines)

    def follow(self, lines: list[PieceLine]) -> None:
        """The pieces as these lines have them. Raises StalePieces."""
        if len(lines) not in (self._given, len(self.lines)):
            self._begin(lines)
            return
        other = [at for at, line in enumerate(lines) if line != self.lines[at]]
        if len(other) > MOST_FOLLOWED or any(lines[at][:2] != self.lines[at][:2] for at in other):
            self._begin(lines)
            return
        for at in other:
            piece = piece_of(self.laid, lines[at])
            self.check.move(at, piece.time, piece.resources)
            self.lines[at] = lines[at]

    @cached_property
    def places(self) -> dict[int, Place]:
        """Bells, day and period of every time."""
        return {time: place for place, time in self.laid.at.items()}

    @cached_property
    def bells_of(self) -> tuple[frozenset[str], ...]:
        """By event: the bells of its pupils, of a meeting the first schedule's."""
        school = self.laid.school
        found = [
            frozenset(school.home_of[school.pupils_of[one].home].bells for one in course.pupils)
            for course in school.courses
        ]
        return (*found, *(frozenset((school.bells[0].id,)) for _one in school.meetings))

    def piece(self, at: int) -> Piece:
        return self.check.piece(at)

    def is_fixed(self, at: int) -> bool:
        """Whether the school said beforehand when it is."""
        event = self.laid.problem.events[self.piece(at).event]
        if event.time is not None:
            return True
        courses = self.laid.school.courses
        index = self.piece(at).event
        return index < len(courses) and bool(courses[index].fixed)

    def starts(self, at: int) -> tuple[int, ...]:
        """The times at which the piece fits into a day of the bells that it goes by."""
        bells = self.bells_of[self.piece(at).event]
        times = self.laid.problem.times
        return tuple(time for time in self.check.starts(at) if not bells or times[time].schedule in bells)

    def choices(self, at: int) -> tuple[Choice, ...]:
        """What it has now, then every other room or teacher that may be chosen, one need at a time."""
        piece = self.piece(at)
        found: dict[Choice, None] = {piece.resources: None}
        for place, need in enumerate(self.laid.problem.events[piece.event].needs):
            if need.resource is None:
                for one in need.candidates:
                    found[(*piece.resources[:place], one, *piece.resources[place + 1 :])] = None
        return tuple(found)

    def names_of(self, choice: Choice) -> list[str | None]:
        return [None if one is None else self.laid.resources[one].id for one in choice]

    def line(self, at: int) -> PieceLine:
        """The line of the piece as it is laid now."""
        (line,) = lines_of(self.laid, Timetable((self.piece(at),)))
        return line

    def lay(self, at: int, line: PieceLine) -> None:
        """Puts a piece where a line of it says. The row is to be written by whoever does so. Raises StalePieces."""
        piece = piece_of(self.laid, line)
        self.check.move(at, piece.time, piece.resources)
        self.lines[at] = line

    def moved(self, at: int, time: int | None, choice: Choice) -> PieceLine:
        """The line that the piece would have there."""
        (line,) = lines_of(self.laid, Timetable((replace(self.piece(at), time=time, resources=choice),)))
        return line


_kept: OrderedDict[tuple[Any, str], tuple[Board, list[Any]]] = OrderedDict()
_keeping = Lock()


@contextmanager
def opened(row: models.Timetable) -> Iterator[Board]:
    """The board of a timetable as its row says, nobody else's while it is used. Raises ValueError and StalePieces where the row is not whole."""
    key = (row.pk, row.frozen_sha256)
    with _keeping:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        found = (Board(bytes(row.frozen), row.pieces), [])
        with _keeping:
            found = _kept.setdefault(key, found)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    board, seen = found
    with board.lock:
        now = [row.version, row.done_at]
        if seen != now:
            board.follow(row.pieces)
            seen[:] = now
        before = list(board.lines)
        try:
            yield board
        finally:
            if board.lines != before:
                # What was laid holds only once the row is written: the next one who comes compares.
                seen.clear()


def forget() -> None:
    """Nothing is kept any more."""
    with _keeping:
        _kept.clear()
