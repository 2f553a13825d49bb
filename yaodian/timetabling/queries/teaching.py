"""What the published timetables of schools come to: lessons against the curriculum, teachers' load, use of rooms, lessons taken by others.

Counts alone; no pupil, and no teacher by name. A constant number of queries for so many schools.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    CurriculumHours,
    Lesson,
    Manner,
    Substitution,
    TermClass,
    TermRoom,
    Timetable,
    TimetableState,
    Weeks,
)
from yaodian.timetabling.queries.reach import visible_terms

_PUBLISHED = (TimetableState.PUBLISHED, TimetableState.REPLACED)


@dataclass(frozen=True)
class CurriculumCell:
    """A subject of the curriculum for a class, or for a teaching group of those who chose it: hours a week asked and given. `ref` names whose."""

    ref: str
    subject: str
    asked: int
    given: Fraction

    @property
    def is_met(self) -> bool:
        return self.given >= self.asked


@dataclass
class Teaching:
    """The week of one school. Hours are periods a week; what is held every other week counts half. `loads` are those of teachers with lessons."""

    timetable: Timetable
    loads: dict[int, Fraction] = field(default_factory=dict)
    cells: list[CurriculumCell] = field(default_factory=list)
    room_hours: Fraction = Fraction(0)
    room_periods: int = 0
    lessons: int = 0

    @property
    def load(self) -> Fraction:
        return sum(self.loads.values(), Fraction(0))

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.cells)


def held_on(rows: QuerySet[Timetable], *, day: date) -> QuerySet[Timetable]:
    """The timetables that hold on a day."""
    return rows.filter(
        Q(holds_until__isnull=True) | Q(holds_until__gte=day),
        state__in=_PUBLISHED,
        holds_from__lte=day,
        term__begins_on__lte=day,
        term__ends_on__gte=day,
    )


def teaching_of(timetables: Collection[Timetable]) -> dict[int, Teaching]:
    """By the key of each timetable what its week comes to. Eight queries."""
    found = {one.pk: Teaching(one) for one in timetables}
    by_term = {one.term_id: found[one.pk] for one in timetables}
    lessons = Lesson.objects.filter(timetable__in=found, course__isnull=False).order_by()
    hours: dict[int, Fraction] = {}
    given: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    of_group: dict[tuple[int, int, int, str], Fraction] = defaultdict(Fraction)
    for pk, timetable, course, length, weeks, room, group, grade, subject in lessons.values_list(
        "pk", "timetable", "course", "duration", "weeks", "room", "course__group", "course__group__grouping__grade",
        "course__subject",
    ):  # fmt: skip
        hours[pk] = length * (Fraction(1) if weeks == Weeks.ALL else Fraction(1, 2))
        given[timetable, course] += hours[pk]
        found[timetable].lessons += 1
        if room is not None:
            found[timetable].room_hours += hours[pk]
        if group is not None:
            of_group[timetable, group, grade, subject] += hours[pk]
    taught = Lesson.teachers.through.objects.filter(lesson__in=lessons.values("pk"))
    for lesson, timetable, teacher in taught.values_list("lesson", "lesson__timetable", "termteacher"):
        loads = found[timetable].loads
        loads[teacher] = loads.get(teacher, Fraction(0)) + hours[lesson]
    _curriculum(by_term, given, of_group)
    _rooms(by_term)
    return found


def _curriculum(
    by_term: dict[int, Teaching],
    given: dict[tuple[int, int], Fraction],
    of_group: dict[tuple[int, int, int, str], Fraction],
) -> None:
    asked: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    chosen: dict[tuple[int, int, str], int] = {}
    for term, grade, subject, hours, is_chosen in CurriculumHours.objects.filter(term__in=by_term).values_list(
        "term", "grade", "subject", "hours", "is_chosen"
    ):
        if is_chosen:
            chosen[term, grade, subject] = hours
        else:
            asked[term, grade].append((subject, hours))
    got: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    through = TermClass.courses.through.objects.filter(termclass__term__in=by_term)
    for course, home, subject, term in through.values_list("course", "termclass", "course__subject", "termclass__term"):
        got[home, subject] += given.get((by_term[term].timetable.pk, course), Fraction(0))
    for pk, term, grade in TermClass.objects.filter(term__in=by_term).values_list("pk", "term", "grade"):
        by_term[term].cells += [
            CurriculumCell(f"timetabling.class:{pk}", subject, hours, got[pk, subject])
            for subject, hours in asked[term, grade]
        ]
    terms = {one.timetable.pk: term for term, one in by_term.items()}
    for (timetable, group, grade, subject), hours in of_group.items():
        wanted = chosen.get((terms[timetable], grade, subject))
        if wanted is not None:
            by_term[terms[timetable]].cells.append(CurriculumCell(f"timetabling.group:{group}", subject, wanted, hours))


def _rooms(by_term: dict[int, Teaching]) -> None:
    """The periods of a week in which rooms can be had, by the longest of the bell schedules."""
    periods = dict(
        BellPeriod.objects.filter(bells__term__in=by_term).order_by().values_list("bells").annotate(Count("pk"))
    )
    week: dict[int, int] = defaultdict(int)
    spans: dict[int, int] = defaultdict(int)
    for pk, term, without in BellSchedule.objects.filter(term__in=by_term).values_list("pk", "term", "without"):
        days = by_term[term].timetable.term.days
        week[term] = max(week[term], days * periods.get(pk, 0) - len(without))
        spans[term] = max(spans[term], periods.get(pk, 0))
    for term, closed in TermRoom.objects.filter(term__in=by_term).values_list("term", "closed"):
        lost = sum(len(each) or spans[term] for _day, each in closed)
        by_term[term].room_periods += max(0, week[term] - lost)


@dataclass(frozen=True)
class TeachingLine:
    """A school on the page; shares are percentages, None where there is nothing to divide by. `taken` of `missed` lessons of this month were taken by
    somebody, the others were self-study, moved or held elsewhere."""

    timetable: Timetable
    school: str
    classes: int
    lessons: int
    teachers: int
    load: float | None
    most: float | None
    room_use: float | None
    asked: int
    met: int
    short: tuple[str, ...]
    missed: int
    taken: int


@dataclass(frozen=True)
class TeachingPage:
    """Schools with a timetable that holds on the day, and terms of schools without one."""

    lines: tuple[TeachingLine, ...]
    without: tuple[str, ...]


def teaching_page(*, account: Visitor, day: date) -> TeachingPage:
    """All schools that the account reaches. A constant number of queries."""
    terms = visible_terms(account).filter(begins_on__lte=day, ends_on__gte=day)
    rows = held_on(Timetable.objects.filter(term__in=terms), day=day).defer("frozen", "pieces", "explanation", "steps")
    timetables = list(rows.select_related("term").order_by("term__school__code"))
    found = teaching_of(timetables)
    classes = dict(
        TermClass.objects.filter(term__in=[one.term_id for one in timetables])
        .order_by()
        .values_list("term")
        .annotate(Count("pk"))
    )
    month = Substitution.objects.filter(
        absence__term__in=[one.term_id for one in timetables],
        absence__state="announced",
        on__gte=day.replace(day=1),
        on__lte=day,
    )
    missed = {
        term: (count, taken)
        for term, count, taken in month.order_by()
        .values_list("absence__term")
        .annotate(count=Count("pk"), taken=Count("pk", filter=Q(manner=Manner.TAKEN)))
    }
    schools = dict(terms.values_list("pk", "school_id"))
    names = names_of_units(ids=set(schools.values()), day=day)
    held = {one.term_id for one in timetables}
    return TeachingPage(
        tuple(
            _line(
                found[one.pk], names.get(one.term.school_id, ""), classes.get(one.term_id, 0), missed.get(one.term_id)
            )
            for one in timetables
        ),
        tuple(sorted({names.get(school, "") for term, school in schools.items() if term not in held})),
    )


def _line(one: Teaching, school: str, classes: int, missed: tuple[int, int] | None) -> TeachingLine:
    loads = one.loads.values()
    return TeachingLine(
        one.timetable,
        school,
        classes,
        one.lessons,
        len(one.loads),
        _rounded(one.load, len(one.loads)),
        float(max(loads)) if loads else None,
        _rounded(100 * one.room_hours, one.room_periods),
        len(one.cells),
        one.met,
        _short(one.cells),
        *(missed or (0, 0)),
    )


def _rounded(part: Fraction, whole: int) -> float | None:
    return round(float(part / whole), 1) if whole else None


def _short(cells: Iterable[CurriculumCell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.subject for one in cells if not one.is_met))
