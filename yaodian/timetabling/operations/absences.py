"""A teacher is away or a room is closed: recorded, announced, seen by whoever takes a lesson, withdrawn. What is held meanwhile is `arranging`.

Why somebody is away stands in the row alone, encrypted: in no message, no journal, on no notice board.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.refusing import Absent
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    NEXT_OF_ABSENCE,
    Absence,
    AbsenceState,
    Substitution,
    Term,
    TermRoom,
    TermTeacher,
)
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.errors import UnableToAnnounceAbsence, UnableToRecordAbsence, WrongState
from yaodian.timetabling.operations.notices import tell_cancelled, tell_changed
from yaodian.timetabling.operations.term_rows import SUBSTITUTE, lock_term, note_term, require_live
from yaodian.timetabling.queries.absences import amiss_words, open_hits
from yaodian.timetabling.queries.duties import duties_workbook
from yaodian.timetabling.queries.held import HeldDays, held_days, school_days
from yaodian.timetabling.queries.term_days import days_of


def record_absence(
    *,
    actor: Account | None,
    term: Term,
    now: datetime,
    from_on: date,
    until_on: date,
    teacher: TermTeacher | None = None,
    room: TermRoom | None = None,
    reason: str = "",
) -> Absence:
    """A teacher away, or a room closed, from a day to a day, both included. Raises PermissionMissing, WrongState, UnableToRecordAbsence."""
    require_right(actor, term.school_id, SUBSTITUTE)
    with transaction.atomic():
        locked = lock_term(term)
        require_live(locked)
        if (teacher is None) == (room is None):
            raise UnableToRecordAbsence(
                _("请选择一位教师或一间教室，只选一个。"), code="of-one", field="teacher" if room is None else "room"
            )
        whose = teacher or room
        assert whose is not None
        if whose.term_id != locked.pk:
            raise UnableToRecordAbsence(
                _("选择的教师或教室不属于这个学期，没有登记。请重新选择。"), code="other-term", field="teacher"
            )
        _require_days(locked, from_on, until_on)
        same = Absence.objects.filter(
            term=locked, teacher=teacher, room=room, from_on__lte=until_on, until_on__gte=from_on
        ).exclude(state=AbsenceState.WITHDRAWN)
        there = same.defer("reason").first()
        if there is not None:
            raise UnableToRecordAbsence(
                _("%(who)s 在 %(from)s 至 %(until)s 已有登记。请打开那一条，或换日期。")
                % {"who": called(teacher, room), "from": there.from_on, "until": there.until_on},
                code="there",
                field="from_on",
                status=409,
            )
        row = Absence(
            term=locked, teacher=teacher, room=room, from_on=from_on, until_on=until_on,
            reason=" ".join(reason.split())[:200], made_by=actor, made_at=now,
        )  # fmt: skip
        stored(row, UnableToRecordAbsence)
        note_term(actor, "absence.record", locked, {**_said(row), "from": from_on, "until": until_on}, now)
    return row


def _require_days(term: Term, first: date, last: date) -> None:
    if last < first:
        raise UnableToRecordAbsence(_("结束日期不能早于开始日期。"), code="order", field="until_on")
    if first < term.begins_on or last > term.ends_on:
        raise UnableToRecordAbsence(
            _("日期要在学期里（%(begins)s 至 %(ends)s）。请改日期；跨学期的请分两次登记。")
            % {"begins": term.begins_on, "ends": term.ends_on},
            code="outside",
            field="from_on" if first < term.begins_on else "until_on",
        )
    days = days_of(term)
    there = school_days(days, first, last)
    if not there:
        raise UnableToRecordAbsence(
            _("这几天都不上课，不需要登记。请核对日期和校历。"), code="no-school", field="from_on"
        )
    if all(days.timetable_on(one) is None for one in there):
        raise UnableToRecordAbsence(
            _("这几天还没有公布的课表，不知道哪些课受影响。请先公布课表。"),
            code="no-timetable",
            field="from_on",
            status=409,
        )


def announce_absence(*, actor: Account | None, absence: Absence, now: datetime, expected_version: int | None = None) -> Absence:  # fmt: skip
    """What was arranged counts: weeks show it, and the teachers concerned are told.

    Raises PermissionMissing, WrongState, UnableToAnnounceAbsence while a lesson is open or something arranged does not hold any more.
    """
    require_right(actor, absence.term.school_id, SUBSTITUTE)
    with transaction.atomic():
        row = lock_absence(absence, expected_version)
        held = held_of(row)
        left = open_hits(held, row)
        if left:
            raise UnableToAnnounceAbsence(
                _("还有 %(count)s 节课没有安排，没有通知。请选代课教师，或改为自习、调课。") % {"count": len(left)},
                code="open",
            )
        amiss = amiss_words(held, row)
        if amiss:
            raise UnableToAnnounceAbsence(
                _("有 %(count)s 节课的安排已经行不通，没有通知：%(first)s") % {"count": len(amiss), "first": next(iter(amiss.values()))},
                code="amiss",
            )  # fmt: skip
        move_absence(row, AbsenceState.ANNOUNCED)
        row.announced_at = now
        stored(row, UnableToAnnounceAbsence)
        changes = list(row.substitutions.select_related("teacher", "room", "absence__teacher"))
        told = tell_changed(row, held, changes, now)
        note_term(actor, "absence.announce", row.term, {**_said(row), "lessons": len(changes), "told": told}, now)
    return row


def acknowledge(*, actor: Account, duty: int, now: datetime) -> Substitution:
    """Whoever takes the lesson has seen it. Raises Absent for a duty that is not the account's own, or was not announced."""
    with walls.lifted(), transaction.atomic():
        # It is his own duty that lets him: most teachers hold no right over timetables.
        mine = Substitution.objects.filter(
            pk=duty, teacher__teacher__person=actor.person_id, absence__state=AbsenceState.ANNOUNCED
        )
        found = mine.select_related("absence__term").defer("absence__reason").first() if actor.person_id else None
        if found is None:
            raise Absent
        term = lock_term(found.absence.term)
        row = Substitution.objects.select_for_update(of=("self",)).filter(pk=found.pk).first()
        if row is None:
            raise Absent
        if row.seen_at is None:
            row.seen_at = now
            row.save(update_fields=["seen_at"])
            # A duty is its owner's, whatever the walls of his account let him see.
            record(
                actor=actor, code="timetabling.duty.acknowledge", subject=f"timetabling_term:{term.pk}",
                detail={"absence": row.absence_id, "duty": row.pk}, at=now,
            )  # fmt: skip
    return row


def withdraw_absence(*, actor: Account | None, absence: Absence, now: datetime, expected_version: int | None = None) -> Absence:  # fmt: skip
    """Everything is held as the timetable says again, and those who were told are told so. One that has begun ends yesterday: what is past happened.

    Raises PermissionMissing, WrongState, UnableToRecordAbsence where it is over.
    """
    require_right(actor, absence.term.school_id, SUBSTITUTE)
    with transaction.atomic():
        row = lock_absence(absence, expected_version)
        today = timezone.localdate(now)
        if row.state == AbsenceState.WITHDRAWN:
            move_absence(row, AbsenceState.WITHDRAWN)
        if row.until_on < today:
            raise UnableToRecordAbsence(
                _("这次缺勤 %(until)s 已经结束，代课也计了数，不能撤销。") % {"until": row.until_on},
                code="over",
                status=409,
            )
        held = held_of(row)
        gone = [
            one
            for one in row.substitutions.select_related("teacher", "room", "absence__teacher")
            # A lesson that was moved to a day before and held there is past as well.
            if one.on >= today and (one.to_on is None or one.to_on >= today)
        ]
        told = tell_cancelled(row, held, [one for one in gone if one.told_at is not None], now)
        row.substitutions.filter(pk__in=[one.pk for one in gone]).delete()
        if row.from_on < today:
            row.until_on = today - timedelta(days=1)
            row.version += 1
        else:
            move_absence(row, AbsenceState.WITHDRAWN)
        stored(row, UnableToRecordAbsence)
        detail = {**_said(row), "lessons": len(gone), "told": told, "until": row.until_on}
        note_term(actor, "absence.withdraw", row.term, detail, now)
    return row


# What they have in common ------------------------------------------------------------------------------------------


def lock_absence(absence: Absence, expected_version: int | None = None) -> Absence:
    """The absence as it stands, its term locked until the end of the transaction. Raises WrongState."""
    term = lock_term(absence.term)
    require_live(term)
    row = Absence.objects.select_for_update(of=("self",)).select_related("teacher", "room").get(pk=absence.pk)
    row.term = term
    if expected_version is not None and expected_version != row.version:
        raise WrongState(_("您打开本页以后，别人改了这次安排，没有保存。请核对以后再做一次。"), code="stale")
    return row


def require_absence_state(row: Absence, states: Iterable[str]) -> None:
    """Raises WrongState where the absence is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("这次缺勤现在是“%(now)s”，不能这样做。请刷新页面查看。") % {"now": row.get_state_display()}, code="state"
        )


def move_absence(row: Absence, state: str) -> None:
    """Sets the new state, without storing it. Raises WrongState where the table knows no such step."""
    require_absence_state(row, [before for before, after in NEXT_OF_ABSENCE.items() if state in after])
    row.state = state
    row.version += 1


def held_of(row: Absence) -> HeldDays:
    """The days of the absence, and those to which a lesson of it was moved."""
    moved = [one for one in row.substitutions.values_list("to_on", flat=True) if one is not None]
    return held_days(row.term, min([row.from_on, *moved]), max([row.until_on, *moved]))


def called(teacher: TermTeacher | None, room: TermRoom | None) -> str:
    """What a page calls whoever or whatever is absent."""
    return teacher.name if teacher is not None else room.code if room is not None else ""


def _said(row: Absence) -> dict[str, object]:
    """Whom it is about stands in the journal as a key."""
    return {"absence": row.pk, "teacher": row.teacher_id, "room": row.room_id}


def export_duties(*, actor: Account, term: Term, month: date, now: datetime) -> Iterator[bytes]:
    """The duties of a month as a workbook; that they left is kept. Raises PermissionMissing, Absent where there are none."""
    require_right(actor, term.school_id, SUBSTITUTE)
    with transaction.atomic():
        made = duties_workbook(account=actor, public_id=term.public_id, month=month)
        note_term(actor, "duties.export", term, {"month": f"{month:%Y-%m}"}, now)
    return made
