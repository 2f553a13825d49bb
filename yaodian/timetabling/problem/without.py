"""A school in which somebody or a room cannot be had any more, and the published timetable brought into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from yaodian.engines.scheduling.timetabling.changing import Proposal, carry, proposals
from yaodian.engines.scheduling.timetabling.problem import Timetable
from yaodian.engines.scheduling.timetabling.school import Course, School, Slot
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.timetabling.problem.pieces import PieceLine, timetable_of
from yaodian.timetabling.problem.rows import laid_of


class NobodyInstead(ValueError):
    """Nobody else teaches the subjects. `subjects` are their names."""

    def __init__(self, subjects: Sequence[str]) -> None:
        super().__init__(", ".join(subjects))
        self.subjects = tuple(subjects)


def without_teacher(school: School, code: str) -> School:
    """Each of his courses may be taught by whoever teaches its subject otherwise. Raises NobodyInstead."""
    lacking = []
    courses = []
    for course in school.courses:
        if code in (*course.teachers, *course.any_teacher):
            course = _taught_by_others(school, course, code)
            if course.any_teacher == (code,):
                lacking.append(course.subject)
        courses.append(course)
    if lacking:
        raise NobodyInstead(sorted(set(lacking)))
    return replace(
        school,
        courses=tuple(courses),
        teachers=tuple(
            replace(one, away=_every_day(school)) if one.id == code else one for one in school.teachers
        ),
        meetings=tuple(
            replace(one, teachers=tuple(each for each in one.teachers if each != code)) for one in school.meetings
        ),
    )  # fmt: skip


def _taught_by_others(school: School, course: Course, code: str) -> Course:
    stays = tuple(one for one in course.teachers if one != code)
    candidates = tuple(one for one in course.any_teacher if one != code)
    # One of several stands where he stood; of whom one is chosen already, he simply falls away.
    if not candidates and (code in course.any_teacher or code in course.teachers):
        teaching = {one for other in school.courses if other.subject == course.subject for one in (*other.teachers, *other.any_teacher)}  # fmt: skip
        candidates = tuple(
            one.id
            for one in school.teachers
            if one.id != code and one.id not in stays and (course.subject in one.subjects or one.id in teaching)
        )
    if stays and not candidates:
        return replace(course, teachers=stays, any_teacher=())
    # He stays among them, away all week: a lesson that still has him is what is to be mended.
    return replace(course, teachers=stays, any_teacher=(*candidates, code))


def without_room(school: School, code: str) -> School:
    """Its lessons may be held in every other room of their kind."""
    return replace(
        school,
        rooms=tuple(replace(one, closed=_every_day(school)) if one.id == code else one for one in school.rooms),
        homes=tuple(replace(one, room=None) if one.room == code else one for one in school.homes),
    )


def _every_day(school: School) -> tuple[Slot, ...]:
    return tuple(Slot(day, ()) for day in range(school.days))


@dataclass(frozen=True)
class Proposed:
    """Ways out with the school that they are timetables of; `pieces` are how many lessons a week there are."""

    laid: Laid
    found: tuple[Proposal, ...]
    pieces: int


def propose(before: School, lines: Sequence[PieceLine], after: School, kind: str, code: str) -> Proposed:
    """The least disturbing first, without the resource of this kind («teacher» or «room»). Raises StalePieces, UnknownName."""
    stood, laid = laid_of(before), laid_of(after)
    carried = carry(stood.problem, timetable_of(stood, lines), laid.problem)
    gone = laid.resource[kind, code]
    pieces = [
        replace(
            piece,
            resources=tuple(
                gone if one is None and gone in need.candidates else one
                for need, one in zip(laid.events[piece.event].needs, piece.resources, strict=True)
            ),
        )
        for piece in carried.pieces
    ]
    start = Timetable(tuple(pieces))
    return Proposed(laid, proposals(laid.problem, start), len(pieces))
