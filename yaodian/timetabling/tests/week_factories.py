"""Published timetables laid by hand on the small school of `term_factories`, and what was announced to be otherwise.

Of the first class: Chinese on Monday's first period, mathematics on Tuesday's first two, English on Wednesday's third in odd weeks and physical education in
even ones; physics for all pupils and chemistry for the first class at once on Thursday's fourth. The second class has Chinese on Monday's second period.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from yaodian.timetabling.models import (
    Absence,
    AbsenceState,
    Lesson,
    Substitution,
    TermState,
    TermTeacher,
    Timetable,
    TimetableState,
)
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import BEGINS, MadeTerm

# The tenth week of the term, an even one.
MONDAY = date(2026, 11, 2)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (3, 4, 5, 6))

_LESSONS = (
    ("高一(1)班 语文", 0, 0, 1, "all", "101", 0),
    ("高一(2)班 语文", 0, 1, 1, "all", "102", 0),
    ("高一(1)班 数学", 1, 0, 2, "all", "101", 1),
    ("高一(1)班 英语", 2, 2, 1, "odd", "101", 2),
    ("高一(1)班 体育", 2, 2, 1, "even", None, 3),
    ("高一 物理1", 3, 3, 1, "all", "201", 4),
    ("高一 化学1", 3, 3, 1, "all", "实验室", 5),
)


def laid(**values: Any) -> tuple[MadeTerm, Timetable]:
    """A term with groups and a timetable that holds from its first day."""
    made = term_factories.term()
    term_factories.grouped(made)
    made.term.state = TermState.RUNNING
    made.term.store()
    return made, timetable(made, **values)


def timetable(made: MadeTerm, *, shifted: int = 0, **values: Any) -> Timetable:
    """Another published one of the term; every lesson so many periods later."""
    row = Timetable(
        **{
            "term": made.term, "attempt": made.term.timetables.count() + 1, "state": TimetableState.PUBLISHED, "required": 0,
            "asked_at": NOW, "published_at": NOW, "holds_from": BEGINS, **values,
        }
    ).store()  # fmt: skip
    for code, day, period, duration, weeks, room, teacher in _LESSONS:
        lesson = Lesson.objects.create(
            timetable=row, course=made.courses[code], day=day, period=period + shifted, duration=duration, weeks=weeks,
            room=made.rooms[room] if room else None,
        )  # fmt: skip
        lesson.teachers.add(made.teachers[teacher])
    return row


def lesson(made: MadeTerm, code: str, row: Timetable | None = None) -> Lesson:
    found = Lesson.objects.filter(course=made.courses[code])
    return found.get(timetable=row) if row is not None else found.get()


def changed(
    made: MadeTerm, code: str, on: date, manner: str, *, teacher: TermTeacher | None = None, state: str = "announced",
    **values: Any,
) -> Substitution:  # fmt: skip
    """The lesson's own teacher is away on the day, and this is what was arranged."""
    held = lesson(made, code)
    absence = Absence(
        term=made.term, teacher=held.teachers.get(), from_on=on, until_on=on, state=AbsenceState(state), made_at=NOW,
        announced_at=NOW if state == "announced" else None, reason="不公开的原因",
    ).store()  # fmt: skip
    return Substitution.objects.create(absence=absence, lesson=held, on=on, manner=manner, teacher=teacher, **values)
