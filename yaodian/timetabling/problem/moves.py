"""What may be done with one lesson that was picked up: every start and every room or teacher, what each changes, and why, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.checking import Choice, Moves
from yaodian.foundation.refusing import UnableTo
from yaodian.timetabling.problem.boards import Board, Place
from yaodian.timetabling.problem.reasons import (
    clash_of,
    clash_sentences,
    day_words,
    piece_words,
    resource_words,
    rule_words,
    sentence_of,
    time_words,
)

#: Sentences of one rule at one place, and exchanges that are offered.
MOST_SENTENCES, MOST_EXCHANGES = 3, 6


class UnableToMovePiece(UnableTo):
    """There is no such lesson, time, room or exchange; it is where it would go; or it breaks what must hold and nobody said that it may."""

    #: What would be broken, each in a sentence.
    sentences: tuple[str, ...] = ()


class Way(StrEnum):
    """What a move comes to."""

    HERE = "here"
    FINE = "fine"
    COSTS = "costs"
    BREAKS = "breaks"


@dataclass(frozen=True)
class Spot:
    """One start with one choice: the change of what must hold and of what is wished for, the rules that get worse and better, in sentences."""

    way: Way
    required: int
    optional: int
    worse: tuple[str, ...]
    better: tuple[str, ...]

    @property
    def words(self) -> str:
        """In a few words, for the cell."""
        if self.way == Way.HERE:
            return _("现在在这里")
        if self.way == Way.BREAKS:
            return _("违反要求")
        if self.optional > 0:
            return _("可以，多扣 %(points)s 分") % {"points": self.optional}
        if self.optional < 0 or self.required < 0:
            return _("可以，更好") if self.required < 0 else _("可以，少扣 %(points)s 分") % {"points": -self.optional}
        return _("可以")


@dataclass(frozen=True)
class Swap:
    """Another lesson with which the one in hand may change places."""

    other: int
    place: Place
    required: int
    optional: int
    words: str


@dataclass(frozen=True)
class Taken:
    """A lesson in hand. `spots` stand beside `starts`, and in each beside `choices`."""

    piece: int
    words: str
    is_fixed: bool
    starts: tuple[int, ...]
    places: tuple[Place, ...]
    choices: tuple[Choice, ...]
    choice_words: tuple[str, ...]
    choice_names: tuple[list[str | None], ...]
    spots: tuple[tuple[Spot, ...], ...]
    swaps: tuple[Swap, ...] = field(default=())

    def spot(self, place: Place) -> Spot | None:
        """With what it has now."""
        return self.spots[self.places.index(place)][0] if place in self.places else None


def require_piece(board: Board, at: int | None) -> int:
    """Raises UnableToMovePiece where there is no such lesson."""
    if at is None or not 0 <= at < len(board.lines):
        raise UnableToMovePiece(
            _("课表里没有这节课。它可能已被改动，请刷新页面，再点一次要挪的课。"), code="no-piece", status=404
        )
    return at


def require_start(board: Board, at: int, place: Place) -> int:
    """The time of a place. Raises UnableToMovePiece where the lesson cannot begin there."""
    time = board.laid.at.get(place)
    name = board.laid.problem.events[board.piece(at).event].name
    if board.is_fixed(at) and time != board.piece(at).time:
        raise UnableToMovePiece(
            _("“%(name)s”的时间是在教学任务或教研活动里固定的，不能在课表上挪。请先在那里改。") % {"name": name},
            code="fixed",
        )
    if time is None:
        raise UnableToMovePiece(
            _("作息时间表里没有这个时间，“%(name)s”没有挪动。请在课表上选一格。") % {"name": name}, code="no-start"
        )
    if time not in board.starts(at):
        raise UnableToMovePiece(
            _("“%(name)s”不能从%(when)s开始：当天剩下的节数不够，或那是另一张作息时间表。请选别的时间。")
            % {"name": name, "when": time_words(board.laid, time)},
            code="no-start",
        )
    return time


def require_choice(board: Board, at: int, names: Sequence[str | None] | None) -> Choice:
    """The resources of these names; what it has now for None. Raises UnableToMovePiece for what cannot be chosen."""
    if names is None:
        return board.piece(at).resources
    for choice in board.choices(at):
        if board.names_of(choice) == list(names):
            return choice
    raise UnableToMovePiece(
        _("“%(name)s”不能用这间教室或这位教师。请从列出的里面选。")
        % {"name": board.laid.problem.events[board.piece(at).event].name},
        code="no-choice",
    )


def take(board: Board, at: int) -> Taken:
    """Everything that may be done with a lesson. Raises UnableToMovePiece."""
    at = require_piece(board, at)
    piece = board.piece(at)
    is_fixed = board.is_fixed(at)
    # Of what is fixed the room may still be another.
    starts = board.starts(at) if not is_fixed else () if piece.time is None else (piece.time,)
    choices = board.choices(at)
    moves = board.check.moves(at, starts=starts, choices=choices)
    saying = _Saying(board, at, moves)
    told = board.check.reasons_at(moves)
    spots = []
    for row, start in enumerate(starts):
        line = []
        for column in range(len(choices)):
            is_here = column == 0 and start == piece.time
            worse = () if is_here else tuple(saying.worse(row, column, told[row] if column == 0 else ()))
            better = tuple(saying.better(one) for one in moves.better(row, column))
            required, optional = int(moves.required[row, column]), int(moves.optional[row, column])
            way = Way.BREAKS if required > 0 else Way.COSTS if optional > 0 else Way.FINE
            line.append(Spot(Way.HERE if is_here else way, required, optional, worse, better))
        spots.append(tuple(line))
    return Taken(
        at,
        piece_words(board, at),
        is_fixed,
        starts,
        tuple(board.places[one] for one in starts),
        choices,
        tuple(_choice_words(board, at, one) for one in choices),
        tuple(board.names_of(one) for one in choices),
        tuple(spots),
        () if is_fixed else _swaps(board, at, starts),
    )


def what_breaks(board: Board, at: int, time: int, choice: Choice) -> tuple[int, int, tuple[str, ...]]:
    """What one move changes of what must hold and of what is wished for, and what it makes worse of the former."""
    moves = board.check.moves(at, starts=(time,), choices=(choice,))
    (told,) = board.check.reasons_at(moves)
    worse = _Saying(board, at, moves).worse(0, 0, told, required_alone=True)
    return int(moves.required[0, 0]), int(moves.optional[0, 0]), tuple(worse)


def unplaced_words(board: Board, at: int) -> str:
    """What it means that a lesson has no time."""
    return _("“%(name)s”没有时间，课表不能公布。") % {"name": board.laid.problem.events[board.piece(at).event].name}


def step_words(board: Board, line: Sequence[Any]) -> str:
    """A line as «what, when»."""
    name, _duration, bells, day, period, _names = line
    if day is None:
        return _("“%(name)s”（没有时间）") % {"name": name}
    time = board.laid.at.get((bells, day, period))
    when = day_words(day) if time is None else time_words(board.laid, time)
    return _("“%(name)s”（%(when)s）") % {"name": name, "when": when}


def _choice_words(board: Board, at: int, choice: Choice) -> str:
    """The open needs as they are met."""
    needs = board.laid.problem.events[board.piece(at).event].needs
    chosen = [
        resource_words(board.laid, one) if one is not None else _("没有")
        for need, one in zip(needs, choice, strict=True)
        if need.resource is None
    ]
    return " · ".join(chosen)


class _Saying:
    """Sentences of the moves of one lesson. What does not depend on the room or teacher that is chosen is said once for a start."""

    def __init__(self, board: Board, at: int, moves: Moves) -> None:
        self.board, self.at, self.moves = board, at, moves
        needs = board.laid.problem.events[board.piece(at).event].needs
        self._open = tuple(place for place, need in enumerate(needs) if need.resource is None)
        self._given = tuple(need.resource for need in needs)
        self._clashes: dict[tuple[int, int | None], list[str]] = {}
        self._rules: dict[tuple[str, int], str] = {}

    def better(self, rule: int) -> str:
        return self._said("better", rule, lambda words: _("“%(rule)s”更好") % words)

    def worse(self, row: int, column: int, told: Sequence[Any], *, required_alone: bool = False) -> list[str]:
        """What a move makes worse, what must hold first. Where nothing is told of a rule, its name stands for it."""
        constraints = self.board.laid.problem.constraints
        required: list[str] = []
        wished: list[str] = []
        for rule in self.moves.worse(row, column):
            constraint = constraints[rule]
            if required_alone and not constraint.required:
                continue
            sentences = self._clash(row, column) if clash_of(constraint) else []
            sentences = sentences or [
                sentence_of(self.board.laid, one) for one in told if one.constraint == rule
            ] or [self._said("worse", rule, self._gets_worse)]  # fmt: skip
            (required if constraint.required else wished).extend(sentences[:MOST_SENTENCES])
        return [*required, *wished]

    @staticmethod
    def _gets_worse(words: dict[str, str]) -> str:
        return (_("“%(rule)s”更差（理由：%(reason)s）") if words["reason"] else _("“%(rule)s”更差")) % words

    def _said(self, how: str, rule: int, say: Callable[[dict[str, str]], str]) -> str:
        if (how, rule) not in self._rules:
            laid = self.board.laid
            words = {"rule": rule_words(laid, rule), "reason": laid.problem.constraints[rule].reason}
            self._rules[how, rule] = say(words)
        return self._rules[how, rule]

    def _clash(self, row: int, column: int) -> list[str]:
        """Of those who attend in any case, then of whoever or whatever was chosen."""
        start, choice = self.moves.starts[row], self.moves.choices[column]
        found: list[str] = []
        for one in (None, *(choice[place] for place in self._open)):
            if (start, one) not in self._clashes:
                whose = self._given if one is None else (one,)
                self._clashes[start, one] = clash_sentences(self.board, self.at, start, whose)
            found += self._clashes[start, one]
        return list(dict.fromkeys(found))


def _swaps(board: Board, at: int, starts: Sequence[int]) -> tuple[Swap, ...]:
    found = []
    for one in board.check.exchanges(at, starts=starts):
        if board.is_fixed(one.other) or one.other_time not in board.starts(one.other):
            continue
        words = _("与%(lesson)s（%(when)s）对调") % {
            "lesson": piece_words(board, one.other),
            "when": time_words(board.laid, one.time),
        }
        found.append(Swap(one.other, board.places[one.time], one.required, one.optional, words))
    return tuple(found[:MOST_EXCHANGES])
