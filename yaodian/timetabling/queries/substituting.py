"""What may be arranged for a lesson that cannot be held: whether a choice holds, who could take it, when else it could be, which rooms are free."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yaodian.timetabling.models import Absence, AbsenceState, Manner, Substitution, TermRoom, TermTeacher, Weeks
from yaodian.timetabling.problem.duties import Extra, Otherwise, PlannedDuty, StalePlan, plan_day
from yaodian.timetabling.queries.held import HeldDays, Hit, Span, is_still_held, when_words
from yaodian.timetabling.queries.lessons import ReadLesson
from yaodian.timetabling.queries.term_days import TermDays


@dataclass(frozen=True)
class Choice:
    """What is to be done with a lesson. Columns of `Substitution`."""

    manner: str
    teacher: TermTeacher | None = None
    room: TermRoom | None = None
    to_on: date | None = None
    to_period: int | None = None


def choice_of(row: Substitution) -> Choice:
    return Choice(row.manner, row.teacher, row.room, row.to_on, row.to_period)


@dataclass(frozen=True)
class Obstacle:
    """Why a choice does not hold. `field` of the form where the fault lies."""

    code: str
    field: str
    words: str


def obstacle(held: HeldDays, hit: Hit, choice: Choice) -> Obstacle | None:
    """The first thing that keeps the choice from being held; None where it holds. What is arranged for other lessons counts."""
    lesson, on, period = hit.lesson, hit.on, hit.lesson.period
    if choice.manner == Manner.MOVED:
        if choice.to_on is None or choice.to_period is None:
            return Obstacle("when", "to_on", _("请写明调到哪一天第几节。"))
        if (choice.to_on, choice.to_period) == (on, period):
            return Obstacle("same", "to_on", _("调课的时间与原来相同。请选另一个时间。"))
        on, period = choice.to_on, choice.to_period
        found = _no_time(held, lesson, on, period)
        if found is not None:
            return found
    elif choice.manner == Manner.TAKEN and choice.teacher is None:
        return Obstacle("nobody", "teacher", _("请选择由谁代课。"))
    elif choice.manner == Manner.OTHER_ROOM and choice.room is None:
        return Obstacle("no-room", "room", _("请选择换到哪间教室。"))
    spans = held.spans(lesson.bells, period, lesson.duration)
    if choice.manner == Manner.MOVED and (
        there := held.clash(on, spans, but=hit.key, of=lesson)
    ):  # fmt: skip
        return Obstacle(
            "pupils", "to_on", _("学生那时有课：%(lesson)s。请选另一个时间。") % {"lesson": when_words(held, on, there.lesson, there.period)}
        )  # fmt: skip
    return _of_teachers(held, hit, choice, on, period, spans) or _of_rooms(held, hit, choice, on, period, spans)


def _no_time(held: HeldDays, lesson: ReadLesson, on: date, period: int) -> Obstacle | None:
    if not held.days.is_in_term(on) or held.days.lessons_of(on) is None:
        return Obstacle("no-lessons", "to_on", _("%(day)s 不上课。请选一个上课的日子。") % {"day": on})
    if held.timetable(on) is None:
        return Obstacle("no-timetable", "to_on", _("%(day)s 还没有公布的课表。请选另一天。") % {"day": on})
    there = held.bells.periods.get(lesson.bells, {})
    if any(one not in there for one in range(period, period + lesson.duration)):
        return Obstacle("no-period", "to_period", _("这一天没有这一节，或剩下的节数不够。请选另一节。"))
    return None


def _of_teachers(
    held: HeldDays, hit: Hit, choice: Choice, on: date, period: int, spans: Sequence[Span]
) -> Obstacle | None:
    lesson = hit.lesson
    absent = {one.pk for one in lesson.teachers if held.away(on, teacher=one.pk) is not None}
    if choice.teacher is not None:
        if choice.teacher.is_exempt and choice.teacher not in lesson.teachers:
            return Obstacle(
                "exempt", "teacher", _("%(name)s设为不安排代课。请选别人，或在教师数据里改。") % {"name": choice.teacher.name}
            )  # fmt: skip
        wanted = [choice.teacher, *(one for one in lesson.teachers if one.pk not in absent)]
    elif choice.manner == Manner.SELF_STUDY:
        return None
    else:
        wanted = list(lesson.teachers)
    for one in dict.fromkeys(wanted):
        field = "teacher" if one == choice.teacher else "to_on" if choice.manner == Manner.MOVED else "teacher"
        if held.away(on, teacher=one.pk) is not None:
            return Obstacle(
                "absent", field, _("%(name)s %(day)s 也不在。请选别人，或换时间。") % {"name": one.name, "day": f"{on:%m-%d}"}
            )  # fmt: skip
        if one not in lesson.teachers or choice.manner == Manner.MOVED:
            if held.closed(one.away, on, period, lesson.duration):
                return Obstacle(
                    "away", field, _("%(name)s那时不排课。请选别人，或换时间。") % {"name": one.name}
                )  # fmt: skip
            there = held.clash(on, spans, but=hit.key, teacher=one.pk)
            if there is not None:
                return Obstacle(
                    "busy", field,
                    _("%(name)s那时有课：%(lesson)s。请选别人，或换时间。")
                    % {"name": one.name, "lesson": when_words(held, on, there.lesson, there.period)},
                )  # fmt: skip
    return None


def _of_rooms(
    held: HeldDays, hit: Hit, choice: Choice, on: date, period: int, spans: Sequence[Span]
) -> Obstacle | None:
    lesson, room = hit.lesson, choice.room or hit.lesson.room
    if room is None:
        return None
    field = "room"
    if held.away(on, room=room.pk) is not None:
        return Obstacle(
            "room-closed", field, _("教室 %(room)s %(day)s 停用。请换一间教室。") % {"room": room.code, "day": f"{on:%m-%d}"}
        )  # fmt: skip
    if choice.room is None and choice.manner != Manner.MOVED:
        return None
    if held.closed(room.closed, on, period, lesson.duration):
        return Obstacle("room-shut", field, _("教室 %(room)s那时不能用。请换一间教室。") % {"room": room.code})
    there = held.clash(on, spans, but=hit.key, room=room.pk)
    if there is not None:
        return Obstacle(
            "room-taken", field,
            _("教室 %(room)s那时有课：%(lesson)s。请换一间教室，或换时间。")
            % {"room": room.code, "lesson": when_words(held, on, there.lesson, there.period)},
        )  # fmt: skip
    return None


# Who could take it ------------------------------------------------------------------------------------------------


def past_duties(days: TermDays, *, but: Absence | None = None) -> Counter[int]:
    """By the teacher's key, what he took or is to take in the term. One query."""
    rows = Substitution.objects.filter(absence__term=days.term, is_counted=True, teacher__isnull=False).exclude(
        absence__state=AbsenceState.WITHDRAWN
    )
    if but is not None:
        rows = rows.exclude(absence=but)
    rows = rows.select_related("lesson").only("on", "teacher_id", "lesson__timetable_id", "lesson__day").order_by()
    return Counter(one.teacher_id or 0 for one in rows if is_still_held(days, one))


@dataclass(frozen=True)
class Staff:
    """The teachers of a term by key and by code, and what each teaches: his own subjects and those of his lessons."""

    by_pk: Mapping[int, TermTeacher]
    by_code: Mapping[str, TermTeacher]
    subjects: Mapping[str, frozenset[str]]


def staff_of(held: HeldDays) -> Staff:
    """One query."""
    rows = list(TermTeacher.objects.filter(term=held.term))
    taught: dict[str, set[str]] = defaultdict(set)
    for lesson in held.lessons:
        if lesson.course is not None:
            for one in lesson.teachers:
                taught[one.code].add(lesson.title)
    return Staff(
        {one.pk: one for one in rows},
        {one.code: one for one in rows},
        {one.code: frozenset({*one.subjects, *taught[one.code]}) for one in rows},
    )


def plan_hits(
    held: HeldDays, absence: Absence, on: date, staff: Staff, past: Mapping[int, int]
) -> dict[tuple[int, date], PlannedDuty]:
    """The engine's plan of a day for the lessons of the teacher who is away, by lesson and day; lessons that were moved are not in it. Raises StalePlan."""
    holds, weekday = held.timetable(on), held.days.lessons_of(on)
    if holds is None or weekday is None or absence.teacher is None:
        return {}
    holds = held.whole(holds)
    mine = sorted((one for one in held.lessons if one.timetable == holds.pk), key=lambda one: one.pk)
    _require_same(mine, holds.pieces)
    place = {one.pk: at for at, one in enumerate(mine)}
    otherwise: dict[int, Otherwise] = {}
    for change in held.changes:
        if (
            change.on != on
            or change.lesson_id not in place
            or (change.absence_id == absence.pk and not _is_away(change))
        ):
            continue
        lesson = held.by_pk[change.lesson_id]
        otherwise[place[change.lesson_id]] = _otherwise(lesson, change)
    extras = [
        Extra(one.lesson.code, one.period, one.lesson.duration, tuple(each.code for each in one.teachers))
        for one in held.by_day.get(on, ())
        if one.other_on is not None
    ]
    others = {
        staff.by_pk[one.teacher_id].code
        for one in held.absences
        if one.teacher_id is not None and one.pk != absence.pk and one.from_on <= on <= one.until_on
    }
    planned = plan_day(
        holds,
        weekday=weekday,
        is_odd=held.days.parity(on) == Weeks.ODD,
        absent=[absence.teacher.code],
        exempt=others | {one.code for one in staff.by_pk.values() if one.is_exempt},
        past={staff.by_pk[key].code: count for key, count in past.items() if key in staff.by_pk},
        subjects=staff.subjects,
        otherwise=otherwise,
        extras=extras,
    )
    return {(mine[one.place].pk, on): one for one in planned if one.place < len(mine)}


def _is_away(change: Substitution) -> bool:
    """Whether the lesson is held at another time."""
    return change.manner == Manner.MOVED


def _otherwise(lesson: ReadLesson, change: Substitution) -> Otherwise:
    if change.manner == Manner.MOVED:
        return Otherwise({}, is_moved=True)
    away = change.absence.teacher
    if change.manner == Manner.SELF_STUDY and change.teacher is None and away is not None:
        return Otherwise({away.code: None})
    if change.teacher is None:
        return Otherwise({})
    if away is None or away not in lesson.teachers:
        rest = {one.code: None for one in lesson.teachers[1:]}
        return Otherwise({lesson.teachers[0].code: change.teacher.code, **rest} if lesson.teachers else {})
    return Otherwise({away.code: change.teacher.code})


def _require_same(lessons: Sequence[ReadLesson], lines: Sequence[Sequence[object]]) -> None:
    """Lessons were written in the order of the list. Raises StalePlan where they are others."""
    same = len(lessons) == len(lines) and all(
        (one.code, one.duration, one.day, one.period) == (line[0], line[1], line[3], line[4])
        for one, line in zip(lessons, lines, strict=True)
    )
    if not same:
        raise StalePlan("lessons")


# When else, and where ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FreeTime:
    on: date
    period: int
    name: str


def free_times(held: HeldDays, hit: Hit, *, since: date) -> list[FreeTime]:
    """The times of the days that are held in hand at which the lesson could be instead, its teachers, its pupils and its room being free."""
    found = []
    for on in held.on:
        if on < since:
            continue
        for number, period in sorted(held.bells.periods.get(hit.lesson.bells, {}).items()):
            if obstacle(held, hit, Choice(Manner.MOVED, to_on=on, to_period=number)) is None:
                found.append(FreeTime(on, number, period.name))
    return found


def free_rooms(held: HeldDays, hit: Hit, rooms: Iterable[TermRoom]) -> list[TermRoom]:
    """Rooms of the kind of the lesson's own that are free, those first in the same building and with as many seats or a few more."""
    own = hit.lesson.room
    if own is None:
        return []
    found = [
        one
        for one in rooms
        if one.pk != own.pk
        and one.kind == own.kind
        and obstacle(held, hit, Choice(Manner.OTHER_ROOM, room=one)) is None
    ]
    found.sort(key=lambda one: (one.seats < own.seats, one.place != own.place, one.seats, one.code))
    return found


def is_settled(held: HeldDays, hit: Hit, absence: Absence) -> bool:
    """Whether what was arranged, by this absence or another, keeps the lesson clear of this one."""
    change = hit.change
    if change is None:
        return False
    if change.absence_id == absence.pk:
        return True
    if change.manner == Manner.MOVED and change.to_on is not None:
        if not absence.from_on <= change.to_on <= absence.until_on:
            return True
    if absence.room_id is not None:
        return change.room_id is not None and change.room_id != absence.room_id
    return change.manner == Manner.SELF_STUDY or _stands_for(change, absence)


def _stands_for(change: Substitution, absence: Absence) -> bool:
    return change.teacher_id is not None and change.absence.teacher_id in (None, absence.teacher_id)
