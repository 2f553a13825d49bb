"""Pages of absences: which there are, what is held meanwhile lesson by lesson, the day's changes for the notice board, duties of each teacher."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.timetabling.models import Absence, AbsenceState, Manner, Substitution, Term, TermRoom, TermTeacher
from yaodian.timetabling.problem.duties import PlannedDuty, Ranked, StalePlan
from yaodian.timetabling.queries.held import HeldDays, Hit, held_days, is_still_held
from yaodian.timetabling.queries.lessons import Bells, bells_of, read_lessons
from yaodian.timetabling.queries.proposals import Proposals, proposals_of
from yaodian.timetabling.queries.reach import PLAN, SUBSTITUTE, VIEW, find_term, visible_terms
from yaodian.timetabling.queries.substituting import (
    FreeTime,
    Staff,
    choice_of,
    free_rooms,
    free_times,
    is_settled,
    obstacle,
    past_duties,
    plan_hits,
    staff_of,
)
from yaodian.timetabling.queries.term_days import WEEK, TermDays, days_of, monday_of, name_of_term
from yaodian.timetabling.queries.weeks import Occurrence, name_of_day, occurrences, substitutions_in

# A select names so many; whoever stands further down has had more duties or does not know the subject.
MOST_CANDIDATES, MOST_ROOMS = 15, 10
MOST_PAST = 50
#: Days with lessons of one absence that are shared out day by day; what lasts longer asks for another timetable.
MOST_DAYS = 30
# Of a longer one the page shows so many.
SHOWN_DAYS = 10


def open_hits(held: HeldDays, absence: Absence) -> list[Hit]:
    """The lessons of an absence for which nothing is arranged."""
    return [one for one in held.hits(absence) if not is_settled(held, one, absence)]


def amiss_words(held: HeldDays, absence: Absence) -> dict[tuple[int, date], str]:
    """What was arranged by this absence and does not hold any more, by lesson and day."""
    found = {}
    for hit in held.hits(absence):
        if hit.change is not None and hit.change.absence_id == absence.pk:
            problem = obstacle(held, hit, choice_of(hit.change))
            if problem is not None:
                found[hit.key] = problem.words
    return found


def find_absence(*, account: Visitor, public_id: str) -> Absence:
    """Raises Absence.DoesNotExist."""
    rows = Absence.objects.filter(term__in=visible_terms(account, SUBSTITUTE))
    return rows.select_related("term__school", "teacher", "room").get(public_id=public_id)


# All absences of a term ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AbsenceLine:
    """`lessons` were arranged, of which so many were seen by whoever takes them (`seen` of `to_see`)."""

    row: Absence
    lessons: int
    to_see: int
    seen: int

    @property
    def who(self) -> str:
        return called(self.row)


@dataclass(frozen=True)
class BoardLine:
    """A lesson of the day that is otherwise. `occurrence` says what it was and what it is."""

    occurrence: Occurrence
    period: str
    whose: str
    where_to: str

    @property
    def title(self) -> str:
        return self.occurrence.lesson.full_title


@dataclass(frozen=True)
class DutyLine:
    teacher: TermTeacher
    past: int
    coming: int

    @property
    def all(self) -> int:
        return self.past + self.coming


@dataclass(frozen=True)
class AbsencesPage:
    """Who is absent and who took how much is the office's; the day's changes are everybody's."""

    term: Term
    school: str
    title: str
    day: date
    day_name: str
    board: tuple[BoardLine, ...]
    may_substitute: bool
    now: tuple[AbsenceLine, ...] = ()
    coming: tuple[AbsenceLine, ...] = ()
    past: tuple[AbsenceLine, ...] = ()
    duties: tuple[DutyLine, ...] = ()
    teachers: tuple[TermTeacher, ...] = ()
    rooms: tuple[TermRoom, ...] = ()


def absences_page(*, account: Visitor, public_id: str, day: date, today: date) -> AbsencesPage:
    """A constant number of queries. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id, permission=VIEW)
    days = days_of(term)
    shown = min(max(day, term.begins_on), term.ends_on)
    may_substitute = may(account=account, permission=SUBSTITUTE, unit_id=term.school_id)
    page = AbsencesPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        day=shown,
        day_name=name_of_day(shown.weekday()),
        board=tuple(board_of(term, shown)),
        may_substitute=may_substitute,
    )
    if not may_substitute:
        return page
    lines = _lines(term)
    teachers = tuple(TermTeacher.objects.filter(term=term).order_by("code"))
    values = {
        "now": tuple(one for one in lines if one.row.from_on <= today <= one.row.until_on),
        "coming": tuple(sorted((one for one in lines if one.row.from_on > today), key=lambda one: one.row.from_on)),
        "past": tuple(one for one in lines if one.row.until_on < today)[:MOST_PAST],
        "duties": tuple(_duties(days, teachers, today)),
        "teachers": teachers,
        "rooms": tuple(TermRoom.objects.filter(term=term)),
    }
    return AbsencesPage(**{name: getattr(page, name) for name in page.__dataclass_fields__ if name not in values}, **values)  # fmt: skip


def called(row: Absence) -> str:
    """Whoever is away, or the room that is closed."""
    return row.teacher.name if row.teacher is not None else row.room.code if row.room is not None else ""


def _lines(term: Term) -> list[AbsenceLine]:
    rows = (
        Absence.objects.filter(term=term)
        .select_related("teacher", "room")
        .defer("reason")
        .annotate(
            lessons=Count("substitutions"),
            to_see=Count("substitutions", filter=Q(substitutions__teacher__isnull=False)),
            seen=Count("substitutions", filter=Q(substitutions__seen_at__isnull=False)),
        )
        .order_by("-from_on", "-pk")
    )
    return [AbsenceLine(one, one.lessons, one.to_see, one.seen) for one in rows]


def _duties(days: TermDays, teachers: Sequence[TermTeacher], today: date) -> Iterator[DutyLine]:
    """Those with the most first; who is never asked and took nothing is left out."""
    past: Counter[int | None] = Counter()
    coming: Counter[int | None] = Counter()
    rows = (
        Substitution.objects.filter(absence__term=days.term, is_counted=True, teacher__isnull=False)
        .exclude(absence__state=AbsenceState.WITHDRAWN)
        .select_related("lesson")
        .only("on", "to_on", "teacher_id", "lesson__timetable_id", "lesson__day")
        .order_by()
    )
    for one in rows:
        if is_still_held(days, one):
            (past if (one.to_on or one.on) < today else coming)[one.teacher_id] += 1
    found = [DutyLine(one, past[one.pk], coming[one.pk]) for one in teachers]
    yield from sorted(
        (one for one in found if one.all or not one.teacher.is_exempt), key=lambda one: (-one.all, one.teacher.code)
    )


def board_of(term: Term, on: date) -> list[BoardLine]:
    """What was announced to be otherwise on a day, by period. A constant number of queries."""
    days, bells = days_of(term), bells_of(term)
    changes = substitutions_in(term, on, on)
    reached = [on, *(one.on for one in changes)]
    wanted = Q(pk__in=[one.lesson_id for one in changes])
    lessons = read_lessons(timetables=days.between(min(reached), max(reached)), bells=bells, of=wanted)
    found = occurrences(days=days, lessons=lessons, changes=changes, on=[on])
    return [
        BoardLine(
            one,
            bells.name(one.lesson.bells, one.period),
            "" if one.lesson.group else _("、").join(one.lesson.classes),
            one.where_to(bells),
        )
        for one in found
        if one.manner
    ]


# One absence ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """Something that can be done with a lesson: `value` is what a form sends, `words` says it, `why` the reasons."""

    value: str
    words: str
    why: str = ""


@dataclass(frozen=True)
class HitLine:
    """A lesson that is hit. `words` says what is arranged; `amiss` why it does not hold any more; `elsewhere` is the absence that arranged it."""

    hit: Hit
    period: str
    whose: str
    value: str
    words: str
    amiss: str
    elsewhere: Absence | None
    is_open: bool
    options: tuple[Option, ...]
    # Where its own room is closed as well: those that are free.
    rooms: tuple[str, ...] = ()

    @property
    def is_shown_apart(self) -> bool:
        """Whether what is arranged is none of the options."""
        return bool(self.value) and all(one.value != self.value for one in self.options)

    @property
    def name(self) -> str:
        return f"{self.hit.lesson.pk}.{self.hit.on.isoformat()}"


@dataclass(frozen=True)
class HitDay:
    on: date
    name: str
    is_past: bool
    lines: tuple[HitLine, ...]


@dataclass(frozen=True)
class Mover:
    """When else the lesson could be."""

    line: HitLine
    times: tuple[FreeTime, ...]


@dataclass(frozen=True)
class DisturbedLine:
    """What another absence arranged and this one undoes."""

    change: Substitution
    who: str


@dataclass(frozen=True)
class AbsencePage:
    term: Term
    row: Absence
    who: str
    school: str
    title: str
    days: tuple[HitDay, ...]
    open: int
    amiss: int
    lessons: int
    is_long: bool
    mover: Mover | None
    disturbed: tuple[DisturbedLine, ...]
    is_over: bool
    has_begun: bool
    may_plan: bool
    proposals: Proposals
    is_readable: bool = field(default=True)

    @property
    def is_live(self) -> bool:
        return self.row.state != AbsenceState.WITHDRAWN

    @property
    def shows_proposals(self) -> bool:
        return self.is_live and self.may_plan and not self.is_over

    @property
    def most_days(self) -> int:
        return SHOWN_DAYS

    @property
    def may_announce(self) -> bool:
        return self.row.state == AbsenceState.ARRANGED and not self.open and not self.amiss


def absence_page(*, account: Visitor, public_id: str, today: date, moving: str = "") -> AbsencePage:
    """The lessons day by day; `moving` names one, «key.day», for which the times are looked up. Raises Absence.DoesNotExist."""
    row = find_absence(account=account, public_id=public_id)
    term = row.term
    moved = [one for one in row.substitutions.values_list("to_on", flat=True) if one is not None]
    held = held_days(term, min([row.from_on, *moved]), max([row.until_on, *moved]))
    is_live = row.state != AbsenceState.WITHDRAWN
    hits = all_hits = held.hits(row) if is_live else []
    on = sorted({one.on for one in hits})
    is_long = len(on) > MOST_DAYS
    if is_long:
        shown = [one for one in on if one >= today][:SHOWN_DAYS]
        hits = [one for one in hits if one.on in shown]
    staff = staff_of(held)
    planned, is_readable = _planned(held, row, hits, staff)
    rooms = list(TermRoom.objects.filter(term=term))
    amiss = amiss_words(held, row) if is_live else {}
    past = past_duties(held.days)
    lines = [_line(held, row, one, staff, planned.get(one.key), rooms, amiss.get(one.key, ""), past) for one in hits]
    by_day: dict[date, list[HitLine]] = defaultdict(list)
    for line in lines:
        by_day[line.hit.on].append(line)
    return AbsencePage(
        term=term,
        row=row,
        who=called(row),
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        days=tuple(HitDay(on, name_of_day(on.weekday()), on < today, tuple(by_day[on])) for on in sorted(by_day)),
        open=sum(not is_settled(held, one, row) for one in all_hits),
        amiss=len(amiss),
        lessons=len(all_hits),
        is_long=is_long,
        mover=_mover(term, row, lines, moving, today),
        disturbed=tuple(DisturbedLine(one, called(one.absence)) for one in held.disturbed(row)) if is_live else (),
        is_over=row.until_on < today,
        has_begun=row.from_on < today,
        may_plan=may(account=account, permission=PLAN, unit_id=term.school_id),
        proposals=proposals_of(row),
        is_readable=is_readable,
    )


def _planned(
    held: HeldDays, row: Absence, hits: Sequence[Hit], staff: Staff
) -> tuple[Mapping[tuple[int, date], PlannedDuty], bool]:
    """Who could take what, and whether every timetable could be read."""
    found: dict[tuple[int, date], PlannedDuty] = {}
    if row.teacher_id is None:
        return found, True
    past = past_duties(held.days, but=row)
    try:
        for on in sorted({one.on for one in hits}):
            found |= plan_hits(held, row, on, staff, past)
    except StalePlan:
        return found, False
    return found, True


def _line(
    held: HeldDays, row: Absence, hit: Hit, staff: Staff, duty: PlannedDuty | None, rooms: Sequence[TermRoom],
    amiss: str, past: Mapping[int, int],
) -> HitLine:  # fmt: skip
    change = hit.change
    is_own = change is not None and change.absence_id == row.pk
    options: list[Option] = []
    if row.teacher_id is not None:
        if duty is not None:
            options += [
                Option(f"taken:{one.teacher}", staff.by_code[one.teacher].name, candidate_words(one, past.get(staff.by_code[one.teacher].pk, 0)))
                for one in duty.candidates[:MOST_CANDIDATES]
            ]  # fmt: skip
    else:
        options += [
            Option(f"other_room:{one.code}", one.code, _("%(seats)s 座") % {"seats": one.seats})
            for one in free_rooms(held, hit, rooms)[:MOST_ROOMS]
        ]
    if row.teacher_id is not None:
        options.append(Option("self_study:", str(Manner.SELF_STUDY.label)))
    return HitLine(
        hit=hit,
        period=held.bells.name(hit.lesson.bells, hit.lesson.period),
        whose="" if hit.lesson.group else _("、").join(hit.lesson.classes),
        value=_value(change) if change is not None and is_own else "",
        words=said(held.bells, hit, change) if change is not None else "",
        amiss=amiss,
        elsewhere=change.absence if change is not None and not is_own else None,
        is_open=not is_settled(held, hit, row),
        options=tuple(options),
        rooms=_other_rooms(held, row, hit, rooms),
    )


def _other_rooms(held: HeldDays, row: Absence, hit: Hit, rooms: Sequence[TermRoom]) -> tuple[str, ...]:
    own = hit.lesson.room
    if row.teacher_id is None or own is None or held.away(hit.on, room=own.pk) is None:
        return ()
    spans = held.spans(hit.lesson.bells, hit.lesson.period, hit.lesson.duration)
    return tuple(
        one.code
        for one in rooms
        if one.kind == own.kind
        and held.away(hit.on, room=one.pk) is None
        and not held.closed(one.closed, hit.on, hit.lesson.period, hit.lesson.duration)
        and held.clash(hit.on, spans, but=hit.key, room=one.pk) is None
    )[:MOST_ROOMS]


def _value(change: Substitution) -> str:
    if change.manner == Manner.MOVED and change.to_on is not None:
        return f"{change.manner}:{change.to_on.isoformat()}:{change.to_period}"
    if change.manner == Manner.OTHER_ROOM:
        return f"{change.manner}:{change.room.code if change.room else ''}"
    return f"{change.manner}:{change.teacher.code if change.teacher else ''}"


def said(bells: Bells, hit: Hit, change: Substitution) -> str:
    """What was arranged, in words."""
    parts = [str(Manner(change.manner).label)]
    if change.to_on is not None and change.to_period is not None:
        parts.append(f"{change.to_on:%m-%d} {bells.name(hit.lesson.bells, change.to_period)}")
    if change.teacher is not None:
        parts.append(change.teacher.name)
    if change.room is not None:
        parts.append(change.room.code)
    return " ".join(parts)


def candidate_words(one: Ranked, past: int) -> str:
    """Why he is asked, in words."""
    parts = [
        _("同学科") if one.same_subject else "",
        _("教这些学生") if one.knows_pupils else "",
        _("当天有课") if one.is_there else "",
        _("本学期已代 %(count)s 节") % {"count": past},
    ]
    return _("，").join(filter(None, parts))


def _mover(term: Term, row: Absence, lines: Sequence[HitLine], moving: str, today: date) -> Mover | None:
    line = next((one for one in lines if moving and one.name == moving), None)
    if line is None or line.elsewhere is not None:
        return None
    # The week of the lesson and the next one.
    monday = monday_of(line.hit.on)
    held = held_days(term, monday, monday + 2 * WEEK - timedelta(days=1))
    times = free_times(held, line.hit, since=max(today, term.begins_on))
    return Mover(line, tuple(times))
