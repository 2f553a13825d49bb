"""The pages on which a published timetable is read: whose there is, one week of it, who and what is free at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from yaodian.foundation.refusing import Absent
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.registry.queries import classes_of_pupils
from yaodian.timetabling.models import (
    Absence,
    AbsenceState,
    BellPeriod,
    BellSchedule,
    Term,
    TermClass,
    TermRoom,
    TermState,
    TermTeacher,
)
from yaodian.timetabling.queries.lessons import (
    Attendee,
    Bells,
    bells_of,
    of_class,
    of_pupil,
    of_room,
    of_teacher,
    read_lessons,
)
from yaodian.timetabling.queries.reach import PLAN, find_term
from yaodian.timetabling.queries.term_days import TermDays, days_of, name_of_term
from yaodian.timetabling.queries.weeks import Occurrence, Week, occurrences, substitutions_in, week_of

KINDS = ("class", "teacher", "room")
MOST_CHOICES = 60


@dataclass(frozen=True)
class Choice:
    """One whose timetable can be looked at: `code` names it in the address."""

    code: str
    label: str


@dataclass(frozen=True)
class WeekPage:
    """`choices` fit what was searched for, at most MOST_CHOICES of `all`; `week` is None where nobody was found."""

    term: Term
    school: str
    title: str
    kind: str
    choices: tuple[Choice, ...]
    all: int
    week: Week | None
    may_plan: bool
    may_see_names: bool


def week_page(
    *, account: Visitor, public_id: str, kind: str, code: str, search: str, day: date, today: date
) -> WeekPage:
    """The week of a day of a class, a teacher or a room (`kind`) by its code; of the first that was found, where there is no code.

    A constant number of queries. Raises Term.DoesNotExist, and Absent for a code that nobody has.
    """
    term = find_term(account=account, public_id=public_id)
    bells, days = bells_of(term), days_of(term)
    rows = _rows(kind, term, bells)
    wanted = search.strip().casefold()
    found = [(row, one) for row, one in rows if wanted in one.label.casefold() or wanted in one.code.casefold()]
    if code:
        row = next((row for row, one in rows if one.code == code), None)
        if row is None:
            raise Absent
    else:
        row = found[0][0] if found else None
    attendee = _attendee(row)
    return WeekPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        kind=kind,
        choices=tuple(one for _row, one in found[:MOST_CHOICES]),
        all=len(found),
        week=week_of(days=days, bells=bells, attendee=attendee, day=days.nearest(day), today=today)
        if attendee
        else None,
        may_plan=may(account=account, permission=PLAN, unit_id=term.school_id),
        may_see_names=may_see_names(account, term),
    )


def may_see_names(account: Visitor, term: Term) -> bool:
    """Whether the account may open pupils' timetables by name."""
    return any(may(account=account, permission=one, unit_id=term.school_id) for one in (PLAN, "timetabling.decide"))


def _rows(kind: str, term: Term, bells: Bells) -> list[tuple[TermClass | TermTeacher | TermRoom, Choice]]:
    if kind == "teacher":
        teachers = TermTeacher.objects.filter(term=term).only("code", "name", "term_id")
        return [(one, Choice(one.code, one.name)) for one in teachers]
    if kind == "room":
        return [(one, Choice(one.code, one.code)) for one in TermRoom.objects.filter(term=term)]
    return [(one, Choice(one.code, one.code)) for one in bells.classes]


def _attendee(row: TermClass | TermTeacher | TermRoom | None) -> Attendee | None:
    if isinstance(row, TermClass):
        return of_class(row)
    if isinstance(row, TermTeacher):
        return of_teacher(row)
    return of_room(row) if row is not None else None


# One's own ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MyWeekPage:
    """The week of whoever is signed in; `terms` are those in which he teaches, `week` is None where he teaches in none."""

    terms: tuple[tuple[Term, str], ...]
    term: Term | None
    school: str
    title: str
    week: Week | None


def my_week_page(*, account: Account, public_id: str, day: date, today: date) -> MyWeekPage:
    """By the person of the account, who is a teacher of the registry, who teaches in the term. Raises Absent for a term that is none of his."""
    mine = _my_rows(account)
    terms = tuple((one.term, name_of_term(one.term)) for one in mine)
    row = next((one for one in mine if one.term.public_id == public_id), None)
    if public_id and row is None:
        raise Absent
    if row is None:
        row = next((one for one in mine if one.term.begins_on <= today <= one.term.ends_on), mine[0] if mine else None)
    if row is None:
        return MyWeekPage(terms, None, "", "", None)
    term = row.term
    bells, days = bells_of(term), days_of(term)
    return MyWeekPage(
        terms=terms,
        term=term,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        week=week_of(days=days, bells=bells, attendee=of_teacher(row), day=days.nearest(day), today=today),
    )


def _my_rows(account: Account) -> list[TermTeacher]:
    """The rows of terms that are his, the latest term first."""
    if account.person_id is None:
        return []
    # Whether he is a teacher is asked of himself; most teachers hold no right over the registry.
    with walls.lifted():
        rows = TermTeacher.objects.filter(teacher__person=account.person_id).exclude(term__state=TermState.PREPARING)
        return list(rows.select_related("term__school").order_by("-term__begins_on", "-pk"))


# A pupil's ------------------------------------------------------------------------------------------------------------


def pupil_attendee(*, term: Term, pupil: int, bells: Bells) -> Attendee:
    """By the key of the pupil; for whoever holds his letter as well. Three queries."""
    school_class = classes_of_pupils(pupils=[pupil]).get(pupil)
    return of_pupil(term=term, pupil=pupil, bells=bells, school_class=school_class)


def week_for(*, term: Term, attendee: Attendee, bells: Bells, day: date, today: date) -> Week:
    """The week in which the day lies, or the nearest one of the term."""
    days = days_of(term)
    return week_of(days=days, bells=bells, attendee=attendee, day=days.nearest(day), today=today)


# What is free ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FreeRoom:
    room: TermRoom
    # When the next lesson in it begins, in minutes after midnight; None where there is none that day.
    until: int | None


@dataclass(frozen=True)
class FreePage:
    """Rooms and teachers free in a period of a day. `period` is None where the term has no bells; `has_lessons` is false on a day without any."""

    term: Term
    school: str
    title: str
    day: date
    bells: Bells
    schedule: BellSchedule | None
    period: BellPeriod | None
    has_lessons: bool
    rooms: tuple[FreeRoom, ...]
    teachers: tuple[TermTeacher, ...]
    subjects: tuple[str, ...]
    may_plan: bool

    @property
    def periods(self) -> Sequence[BellPeriod]:
        return tuple(self.bells.periods.get(self.schedule.pk, {}).values()) if self.schedule else ()


def free_page(
    *, account: Visitor, public_id: str, day: date | None, period: int | None, schedule: int | None, now: datetime,
    seats: int = 0, subject: str = "",
) -> FreePage:  # fmt: skip
    """What is free on a day in a period, by the clock of its schedule; where nothing is said, now, or at the next lesson.

    `seats` asks for rooms with so many, `subject` for teachers of it. A constant number of queries. Raises Term.DoesNotExist.
    """
    term = find_term(account=account, public_id=public_id)
    local = timezone.localtime(now)
    bells, days = bells_of(term), days_of(term)
    on = min(max(day or local.date(), term.begins_on), term.ends_on)
    chosen = next((one for one in bells.schedules if one.pk == schedule), None) or next(iter(bells.schedules), None)
    periods = bells.periods.get(chosen.pk, {}) if chosen is not None else {}
    at = periods.get(period) if period is not None else None
    if at is None:
        minutes = local.hour * 60 + local.minute if on == local.date() else 0
        later = [one for one in periods.values() if one.ends_min > minutes]
        at = next(iter(later), None) or next(iter(periods.values()), None)
    found = _all_on(term, days, bells, on)
    window = (at.begins_min, at.ends_min) if at is not None else (0, 0)
    busy = [one for one in found if _meets(bells, one, window)]
    rooms = list(TermRoom.objects.filter(term=term, seats__gte=seats))
    closed_rooms, away_teachers = _shut(term, on)
    weekday = on.weekday()
    taken_rooms = {one.room.pk for one in busy if one.room is not None} | closed_rooms
    taken_teachers = {each.pk for one in busy for each in one.teachers} | away_teachers
    number = at.number if at is not None else 0
    everybody = list(TermTeacher.objects.filter(term=term))
    teachers = [
        one
        for one in everybody
        if one.pk not in taken_teachers
        and not _is_shut(one.away, weekday, number)
        and (not subject or subject in one.subjects)
    ]
    return FreePage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=local.date()).get(term.school_id, ""),
        title=name_of_term(term),
        day=on,
        bells=bells,
        schedule=chosen,
        period=at,
        has_lessons=days.lessons_of(on) is not None and days.timetable_on(on) is not None,
        rooms=tuple(
            FreeRoom(one, _next_in(bells, found, one, window[1]))
            for one in rooms
            if one.pk not in taken_rooms and not _is_shut(one.closed, weekday, number)
        ),
        teachers=tuple(teachers),
        subjects=tuple(sorted({each for one in everybody for each in one.subjects})),
        may_plan=may(account=account, permission=PLAN, unit_id=term.school_id),
    )


def _all_on(term: Term, days: TermDays, bells: Bells, on: date) -> list[Occurrence]:
    """Everything that is held in the school on a day. Four queries."""
    changes = substitutions_in(term, on, on)
    reached = {on, *(one.on for one in changes)}
    lessons = read_lessons(timetables=days.between(min(reached), max(reached)), bells=bells)
    held = occurrences(days=days, lessons=lessons, changes=changes, on=[on])
    return [one for one in held if not one.is_gone]


def _meets(bells: Bells, one: Occurrence, window: tuple[int, int]) -> bool:
    hours = bells.hours(one.lesson.bells, one.period, one.lesson.duration)
    return hours is not None and hours[0] < window[1] and window[0] < hours[1]


def _next_in(bells: Bells, found: Iterable[Occurrence], room: TermRoom, after: int) -> int | None:
    begins = (
        hours[0]
        for one in found
        if one.room is not None
        and one.room.pk == room.pk
        and (hours := bells.hours(one.lesson.bells, one.period, one.lesson.duration)) is not None
    )
    return min((one for one in begins if one >= after), default=None)


def _shut(term: Term, on: date) -> tuple[set[int], set[int]]:
    """Rooms that are closed and teachers who are away on a day. One query."""
    rows = Absence.objects.filter(Q(term=term, from_on__lte=on, until_on__gte=on)).exclude(state=AbsenceState.WITHDRAWN)
    keys = list(rows.order_by().values_list("room", "teacher"))
    return {room for room, _teacher in keys if room}, {teacher for _room, teacher in keys if teacher}


def _is_shut(slots: Iterable[Sequence[object]], weekday: int, number: int) -> bool:
    """Whether a slot of [day, [period, …]] has this one; no periods are the whole day."""
    return any(day == weekday and (not periods or number in periods) for day, periods in slots)  # type: ignore[operator]
