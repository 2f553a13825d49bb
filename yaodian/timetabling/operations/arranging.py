"""What is held while a teacher is away or a room is closed: as the engine shares it out, or chosen by hand, lesson by lesson.

Until the absence is announced nothing of it counts. What is changed afterwards counts at once, and those concerned are told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    Absence,
    AbsenceState,
    Manner,
    Substitution,
    TermRoom,
    TermTeacher,
)
from yaodian.timetabling.operations.absences import held_of, lock_absence, move_absence, require_absence_state
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.errors import UnableToArrangeAbsence
from yaodian.timetabling.operations.notices import tell_cancelled, tell_changed, tell_relieved
from yaodian.timetabling.operations.term_rows import SUBSTITUTE, note_term
from yaodian.timetabling.problem.duties import StalePlan
from yaodian.timetabling.queries.absences import MOST_DAYS, open_hits
from yaodian.timetabling.queries.held import HeldDays, Hit, held_days
from yaodian.timetabling.queries.substituting import (
    Choice,
    choice_of,
    free_rooms,
    obstacle,
    past_duties,
    plan_hits,
    staff_of,
)

# What is chosen anew for a lesson that has another room leaves it there.
_KEEPS_ROOM = (Manner.TAKEN, Manner.SELF_STUDY)
_LIVE = (AbsenceState.OPEN, AbsenceState.ARRANGED, AbsenceState.ANNOUNCED)


@dataclass(frozen=True)
class Arranged:
    """How many lessons found somebody or some room, how many became self-study, and how many are open still."""

    absence: Absence
    taken: int
    self_study: int
    open: int


def arrange_absence(
    *, actor: Account | None, absence: Absence, now: datetime, self_study: bool = False,
    expected_version: int | None = None,
) -> Arranged:  # fmt: skip
    """Finds somebody, or another room, for every lesson for which nothing was arranged yet. Those that nobody can take stay open, or become self-study.

    Raises PermissionMissing, WrongState, UnableToArrangeAbsence.
    """
    require_right(actor, absence.term.school_id, SUBSTITUTE)
    with transaction.atomic():
        row = lock_absence(absence, expected_version)
        require_absence_state(row, _LIVE)
        held = held_of(row)
        days = sorted({one.on for one in held.hits(row)})
        if len(days) > MOST_DAYS:
            raise UnableToArrangeAbsence(
                _("这次缺勤涉及 %(days)s 个上课日，超过 %(most)s 天。请另拟一份课表，不逐日安排代课。")
                % {"days": len(days), "most": MOST_DAYS},
                code="too-long",
                status=409,
            )
        made = _rooms(held, row) if row.room_id is not None else _teachers(row, held, days)
        taken = len(made)
        held = held_of(row)
        left = open_hits(held, row)
        if self_study and row.teacher_id is not None:
            for hit in left:
                made.append(_put(row, hit, Choice(Manner.SELF_STUDY)))
        settled = len(made) - taken
        still = len(left) - settled
        _move_on(row, still, held_of(row), made, now)
        detail = {"absence": row.pk, "taken": taken, "self_study": settled, "open": still}
        note_term(actor, "absence.arrange", row.term, detail, now)
    return Arranged(row, taken, settled, still)


def _teachers(row: Absence, held: HeldDays, days: list[date]) -> list[Substitution]:
    """Day by day, so that what somebody got on one day counts on the next."""
    staff, past = staff_of(held), past_duties(held.days)
    made: list[Substitution] = []
    for on in days:
        wanting = {one.key: one for one in open_hits(held, row) if one.on == on}
        if not wanting:
            continue
        try:
            planned = plan_hits(held, row, on, staff, past)
        except StalePlan as problem:
            raise UnableToArrangeAbsence(
                _("%(day)s 的课表读不出它是怎么排的，不能自动安排。请逐节手工选择。") % {"day": on},
                code="stale",
                status=409,
            ) from problem
        today: list[Substitution] = []
        for key, duty in planned.items():
            hit = wanting.get(key)
            if hit is None or duty.teacher is None:
                continue
            choice = Choice(Manner.TAKEN, staff.by_code[duty.teacher])
            # Rooms and teachers that came to the term later are not in the timetable's own data.
            if obstacle(held, hit, choice) is None:
                today.append(_put(row, hit, choice))
        for one in today:
            past[one.teacher_id or 0] += one.is_counted
        made += today
    return made


def _rooms(held: HeldDays, row: Absence) -> list[Substitution]:
    """A free room for each lesson; each that is given out counts for those after it."""
    rooms = list(TermRoom.objects.filter(term=row.term))
    made = []
    for hit in open_hits(held, row):
        own = hit.lesson.room
        found = [one for one in free_rooms(held, hit, rooms) if own is not None and one.seats >= own.seats]
        if found:
            made.append(_put(row, hit, Choice(Manner.OTHER_ROOM, room=found[0])))
            held = HeldDays(
                held.term, held.days, held.bells, held.on, held.lessons, [*held.changes, made[-1]], held.absences
            )
    return made


def choose_substitution(
    *, actor: Account | None, absence: Absence, lesson: int, on: date, now: datetime, manner: str, teacher: str = "",
    room: str = "", to_on: date | None = None, to_period: int | None = None, note: str = "",
    expected_version: int | None = None,
) -> Substitution | None:  # fmt: skip
    """What is done with one lesson on one day; `manner` empty takes back what was arranged. Teacher and room by their codes.

    Raises PermissionMissing, WrongState, UnableToArrangeAbsence with the field where the fault lies.
    """
    require_right(actor, absence.term.school_id, SUBSTITUTE)
    with transaction.atomic():
        row = lock_absence(absence, expected_version)
        require_absence_state(row, _LIVE)
        term = row.term
        held = held_days(term, min(row.from_on, to_on or row.from_on), max(row.until_on, to_on or row.until_on))
        hit = next((one for one in held.hits(row) if one.key == (lesson, on)), None)
        if hit is None:
            raise UnableToArrangeAbsence(
                _("这节课不在这次缺勤里，没有改动。请刷新页面。"), code="no-lesson", status=404
            )
        if hit.change is not None and hit.change.absence_id != row.pk:
            raise UnableToArrangeAbsence(
                _("这节课已在另一次缺勤中安排，没有改动。请打开那一次再改。"), code="elsewhere", status=409
            )
        before = hit.change
        if not manner:
            _take_back(row, held, before, now)
            made = None
        else:
            if not room and before is not None and before.room is not None and manner in _KEEPS_ROOM:
                room = before.room.code
            choice = _choice(row, manner, teacher, room, to_on, to_period)
            problem = obstacle(held, hit, choice)
            if problem is not None:
                raise UnableToArrangeAbsence(problem.words, code=problem.code, field=problem.field)
            if before is not None and choice_of(before) == choice:
                # Nothing is another: whoever has seen it need not see it again.
                return before
            if before is not None and before.told_at is not None:
                _tell_former(row, held, before, choice, now)
            made = _put(row, hit, choice, note=" ".join(note.split())[:100])
        held = held_of(row)
        _move_on(row, len(open_hits(held, row)), held, [made] if made is not None else [], now)
        detail = {
            "absence": row.pk, "lesson": lesson, "on": on, "manner": manner,
            "teacher": None if made is None else made.teacher_id, "room": None if made is None else made.room_id,
            "to": None if made is None or made.to_on is None else [made.to_on.isoformat(), made.to_period],
        }  # fmt: skip
        note_term(actor, "absence.choose", term, detail, now)
    return made


def _choice(row: Absence, manner: str, teacher: str, room: str, to_on: date | None, to_period: int | None) -> Choice:
    if manner not in Manner.values:
        raise UnableToArrangeAbsence(_("没有这种安排。请重新选择。"), code="manner", field="manner")
    is_moved = manner == Manner.MOVED
    who = TermTeacher.objects.filter(term=row.term, code=teacher).first() if teacher else None
    where = TermRoom.objects.filter(term=row.term, code=room).first() if room else None
    if teacher and who is None:
        raise UnableToArrangeAbsence(_("这个学期没有这位教师。请重新选择。"), code="no-teacher", field="teacher")
    if room and where is None:
        raise UnableToArrangeAbsence(_("这个学期没有这间教室。请重新选择。"), code="no-such-room", field="room")
    return Choice(
        manner,
        None if manner == Manner.OTHER_ROOM else who,
        where,
        to_on if is_moved else None,
        to_period if is_moved else None,
    )


def _put(row: Absence, hit: Hit, choice: Choice, *, note: str = "") -> Substitution:
    """The one row of the lesson and the day."""
    own = choice.teacher is not None and choice.teacher in hit.lesson.teachers
    made = Substitution.objects.filter(absence=row, lesson=hit.lesson.pk, on=hit.on).first() or Substitution(
        absence=row, lesson_id=hit.lesson.pk, on=hit.on
    )
    made.absence = row
    made.manner, made.teacher, made.room = choice.manner, choice.teacher, choice.room
    made.to_on, made.to_period, made.note = choice.to_on, choice.to_period, note
    made.is_counted = choice.teacher is not None and not own
    made.told_at = made.seen_at = None
    stored(made, UnableToArrangeAbsence)
    return made


def _take_back(row: Absence, held: HeldDays, before: Substitution | None, now: datetime) -> None:
    if before is None:
        raise UnableToArrangeAbsence(_("这节课还没有安排，没有可以取消的。"), code="nothing", status=409)
    if before.told_at is not None:
        tell_cancelled(row, held, [before], now)
    before.delete()


def _tell_former(row: Absence, held: HeldDays, before: Substitution, choice: Choice, now: datetime) -> None:
    """Whoever was told that he takes the lesson, and does not any more."""
    if before.teacher_id is not None and (choice.teacher is None or choice.teacher.pk != before.teacher_id):
        tell_relieved(row, held, before, now)


def _move_on(row: Absence, left: int, held: HeldDays, made: list[Substitution], now: datetime) -> None:
    """The state that fits: arranged when nothing is open. What was announced stays so, and what is new in it is told."""
    row.version += 1
    if row.state == AbsenceState.ANNOUNCED:
        tell_changed(row, held, made, now)
    elif left == 0 and row.state == AbsenceState.OPEN:
        move_absence(row, AbsenceState.ARRANGED)
    elif left > 0 and row.state == AbsenceState.ARRANGED:
        move_absence(row, AbsenceState.OPEN)
    stored(row, UnableToArrangeAbsence)
