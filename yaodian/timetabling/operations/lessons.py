"""The lessons of a timetable as rows, by which everybody's week is found. Written once, when it is published."""

from __future__ import annotations

from yaodian.engines.scheduling.timetabling.school_problem import ROOM, TEACHER
from yaodian.timetabling.models import Course, Lesson, Meeting, TermRoom, TermTeacher, Timetable, Weeks
from yaodian.timetabling.operations.errors import UnableToPublishTimetable
from yaodian.timetabling.problem import laid_of, thaw

_BATCH = 500


def write_lessons(row: Timetable) -> int:
    """How many were written. The rows that the timetable was made of must still be there.

    Raises UnableToPublishTimetable, naming the first that is gone. A constant number of queries for so many lessons.
    """
    courses = {one.code: one for one in Course.objects.filter(term=row.term_id)}
    meetings = {one.code: one for one in Meeting.objects.filter(term=row.term_id)}
    rooms = dict(TermRoom.objects.filter(term=row.term_id).values_list("code", "pk"))
    teachers = dict(TermTeacher.objects.filter(term=row.term_id).values_list("code", "pk"))
    laid = laid_of(thaw(bytes(row.frozen)))
    lessons, taught = [], []
    for name, duration, _bells, day, period, people in row.pieces:
        course, meeting = courses.get(name), meetings.get(name)
        if course is None and meeting is None:
            raise UnableToPublishTimetable.gone(name)
        if day is None:
            raise UnableToPublishTimetable.unplaced(name)
        lesson = Lesson(
            timetable=row, course=course, meeting=None if course else meeting, day=day, period=period, duration=duration,
            weeks=course.weeks if course else Weeks.ALL,
        )  # fmt: skip
        mine = []
        for need, one in zip(laid.events[laid.event[name]].needs, people, strict=True):
            # Ids differ within a kind alone: a class may be called like its room.
            known = {TEACHER: teachers, ROOM: rooms}.get(need.kind)
            if one is None or known is None:
                continue
            if one not in known:
                raise UnableToPublishTimetable.gone(one)
            if need.kind == TEACHER:
                mine.append(known[one])
            else:
                lesson.room_id = known[one]
        lessons.append(lesson)
        taught.append(mine)
    made = Lesson.objects.bulk_create(lessons, batch_size=_BATCH)
    through = Lesson.teachers.through
    through.objects.bulk_create(
        (
            through(lesson_id=lesson.pk, termteacher_id=teacher)
            for lesson, mine in zip(made, taught, strict=True)
            for teacher in dict.fromkeys(mine)
        ),
        batch_size=_BATCH,
    )
    return len(made)
