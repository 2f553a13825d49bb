"""Duties of a day from a published timetable: who could take which lesson, as the engine ranks them, in the names of the term."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from yaodian.engines.scheduling.timetabling.problem import Piece
from yaodian.engines.scheduling.timetabling.problem import Timetable as Solution
from yaodian.engines.scheduling.timetabling.school_problem import TEACHER
from yaodian.engines.scheduling.timetabling.substituting import Candidate, Day, substitute, verify_substitution
from yaodian.timetabling.problem.boards import opened
from yaodian.timetabling.problem.pieces import StalePieces

if TYPE_CHECKING:
    from yaodian.timetabling import models

#: Duties of one teacher on a day that are given out unasked.
MOST_A_DAY = 2


class StalePlan(ValueError):
    """The published timetable does not tell what it was made of, or its lessons are others."""


@dataclass(frozen=True)
class Otherwise:
    """What is otherwise on the day with a lesson: teachers by whoever replaces them (None: nobody), and whether it is held at another time."""

    stands_in: Mapping[str, str | None]
    is_moved: bool = False


@dataclass(frozen=True)
class Extra:
    """A lesson that came here from another day: the course at its period with these teachers."""

    code: str
    period: int
    duration: int
    teachers: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """Somebody who is free, by his code."""

    teacher: str
    same_subject: bool
    knows_pupils: bool
    is_there: bool
    past: int


@dataclass(frozen=True)
class PlannedDuty:
    """The lesson at this place of the timetable's list, who takes it (None: nobody can), and all who might, the best first."""

    place: int
    absent: str
    teacher: str | None
    candidates: tuple[Ranked, ...]


def pupils_by_course(row: models.Timetable) -> Mapping[str, frozenset[str]]:
    """The sets of pupils of each course by its code, as the timetable was made. Raises StalePlan."""
    try:
        with opened(row) as board:
            return {one.id: frozenset(one.pupils) for one in board.laid.school.courses}
    except (ValueError, KeyError) as problem:
        raise StalePlan(str(problem)) from problem


def plan_day(
    row: models.Timetable,
    *,
    weekday: int,
    is_odd: bool,
    absent: Collection[str],
    exempt: Collection[str],
    past: Mapping[str, int],
    subjects: Mapping[str, Collection[str]],
    otherwise: Mapping[int, Otherwise],
    extras: Sequence[Extra] = (),
) -> tuple[PlannedDuty, ...]:
    """Duties for the lessons of the absent on a day on which those of `weekday` are held, in an odd or an even week.

    `past` are duties so far, `subjects` what teachers teach. Raises StalePlan.
    """
    try:
        with opened(row) as board:
            laid, problem = board.laid, board.laid.problem
            known = {one.id: laid.resource[TEACHER, one.id] for one in laid.school.teachers}
            times = frozenset(time for (_bells, day, _period), time in laid.at.items() if day == weekday)
            pieces = [
                _changed(piece, otherwise[place], known) if place in otherwise else piece
                for place, piece in enumerate(board.check.timetable.pieces)
            ]
            pieces += [piece for one in extras if (piece := _extra(board, one, weekday, known)) is not None]
            day = Day(
                times=times,
                absent=frozenset(known[one] for one in absent if one in known),
                week=0 if is_odd or problem.cycle < 2 else 1,
                exempt=frozenset(known[one] for one in exempt if one in known),
                past={known[one]: count for one, count in past.items() if one in known},
                most=MOST_A_DAY,
                subjects={known[one]: frozenset(taught) for one, taught in subjects.items() if one in known},
                kind=TEACHER,
            )
            codes = {index: code for code, index in known.items()}
            there = Solution(tuple(pieces))
            duties = substitute(problem, there, day)
            # What the verifier, which shares no code with the plan, objects to is not given out.
            amiss = {one.place for one in verify_substitution(problem, there, day, duties)}
            return tuple(
                PlannedDuty(
                    one.piece,
                    codes[one.absent],
                    None if one.teacher is None or place in amiss else codes[one.teacher],
                    tuple(_ranked(each, codes) for each in one.candidates),
                )
                for place, one in enumerate(duties)
            )
    except StalePieces as problem_:
        raise StalePlan(problem_.what) from problem_
    except (ValueError, KeyError) as problem_:
        raise StalePlan(str(problem_)) from problem_


def _ranked(one: Candidate, codes: Mapping[int, str]) -> Ranked:
    return Ranked(codes[one.teacher], one.same_subject, one.knows_pupils, one.is_there, one.past)


def _changed(piece: Piece, otherwise: Otherwise, known: Mapping[str, int]) -> Piece:
    """The piece as it is held on the day."""
    swaps = {
        known[old]: None if new is None else known.get(new) for old, new in otherwise.stands_in.items() if old in known
    }
    resources = tuple(swaps.get(one, one) if one is not None else None for one in piece.resources)
    return replace(piece, time=None if otherwise.is_moved else piece.time, resources=resources)


def _extra(board: Any, one: Extra, weekday: int, known: Mapping[str, int]) -> Piece | None:
    """The lesson that came here, of an event of the timetable; None where it has none such."""
    laid = board.laid
    if one.code not in laid.event:
        return None
    event = laid.event[one.code]
    for bells in sorted(board.bells_of[event]):
        time = laid.at.get((bells, weekday, one.period))
        if time is not None:
            pupils = [need.resource for need in laid.events[event].needs if need.kind != TEACHER]
            teachers = [known[each] for each in one.teachers if each in known]
            return Piece(event, one.duration, time, (*pupils, *teachers))
    return None
