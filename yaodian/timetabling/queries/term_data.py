"""What a term consists of, list by list, as the desk shows it. Each page costs a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, Sum

from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    Course,
    CurriculumHours,
    Meeting,
    Term,
    TermClass,
    TermDay,
    TermRoom,
    TermState,
    TermTeacher,
    Weeks,
)
from yaodian.timetabling.queries.reach import PLAN, find_term
from yaodian.timetabling.queries.term_days import name_of_term
from yaodian.timetabling.queries.terms import periods_of

COURSES_A_PAGE = 100


@dataclass(frozen=True)
class DataPage:
    """A list of a term; `may_plan` whether the account may change it now."""

    term: Term
    school: str
    name: str
    may_plan: bool
    lines: Sequence[Any]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a form of the list offers: `bells`, `rooms`, `subjects`."""


def data_page(*, account: Visitor, public_id: str, day: date, what: str) -> DataPage:
    """`what` is one of `LISTS`. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    return _page(account, term, day, LISTS[what](term), {name: _NAMES[name](term) for name in NAMED_IN.get(what, ())})


def _subjects(term: Term) -> tuple[str, ...]:
    """The subjects of the curriculum, then those that somebody teaches besides. Two queries."""
    asked = term.curriculum.order_by("pk").values_list("subject", flat=True)
    taught = (one for some in term.teachers.values_list("subjects", flat=True) for one in some)
    return tuple(dict.fromkeys([*asked, *taught]))


_NAMES: Mapping[str, Any] = {
    "bells": lambda term: tuple(term.bells.values_list("code", flat=True)),
    "rooms": lambda term: tuple(term.rooms.values_list("code", flat=True)),
    "kinds": lambda term: tuple(term.rooms.exclude(kind="").order_by("kind").values_list("kind", flat=True).distinct()),
    "subjects": _subjects,
}
NAMED_IN: Mapping[str, tuple[str, ...]] = {
    "rooms": ("kinds",), "teachers": ("subjects",), "classes": ("bells", "rooms"), "curriculum": ("kinds", "subjects"),
    "meetings": ("subjects",),
}  # fmt: skip


def _page(
    account: Visitor, term: Term, day: date, lines: Sequence[Any], names: Mapping[str, tuple[str, ...]] | None = None
) -> DataPage:
    return DataPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        name=name_of_term(term),
        may_plan=term.state != TermState.ENDED and may(account=account, permission=PLAN, unit_id=term.school_id),
        lines=lines,
        names=names or {},
    )


@dataclass(frozen=True)
class RoomLine:
    """A room, and the class whose own it is, empty for none."""

    row: TermRoom
    owner: str


def _rooms(term: Term) -> list[RoomLine]:
    owners = dict(term.classes.filter(room__isnull=False).values_list("room_id", "code"))
    return [RoomLine(one, owners.get(one.pk, "")) for one in term.rooms.all()]


@dataclass(frozen=True)
class TeacherLine:
    """A teacher, and the hours a week that are his for certain."""

    row: TermTeacher
    hours: float
    courses: int

    @property
    def is_over(self) -> bool:
        return self.row.most_hours is not None and self.hours > self.row.most_hours


def _teachers(term: Term) -> list[TeacherLine]:
    given: dict[int, tuple[float, int]] = {}
    rows = term.courses.filter(teachers__isnull=False).order_by().values_list("teachers", "weeks")
    for teacher, weeks, hours, courses in rows.annotate(Sum("hours"), Count("pk")):
        had = given.get(teacher, (0.0, 0))
        given[teacher] = (had[0] + (hours if weeks == Weeks.ALL else hours / 2), had[1] + courses)
    return [TeacherLine(one, *given.get(one.pk, (0, 0))) for one in term.teachers.all()]


@dataclass(frozen=True)
class ClassLine:
    """A class, the hours a week of its own courses, and how many periods its bells have."""

    row: TermClass
    hours: float
    periods: int


def _classes(term: Term) -> list[ClassLine]:
    hours: dict[int, float] = {}
    rows = term.courses.filter(classes__isnull=False).order_by().values_list("classes", "weeks").annotate(Sum("hours"))
    for home, weeks, count in rows:
        hours[home] = hours.get(home, 0) + (count if weeks == Weeks.ALL else count / 2)
    periods = {one.pk: periods_of(one, term.days) for one in term.bells.prefetch_related("periods")}
    return [
        ClassLine(one, hours.get(one.pk, 0), periods.get(one.bells_id, 0))
        for one in term.classes.select_related("bells", "room")
    ]


def _curriculum(term: Term) -> list[CurriculumHours]:
    return list(term.curriculum.all())


def _meetings(term: Term) -> list[Meeting]:
    return list(term.meetings.prefetch_related("teachers"))


LISTS: Mapping[str, Any] = {
    "rooms": _rooms,
    "teachers": _teachers,
    "classes": _classes,
    "curriculum": _curriculum,
    "meetings": _meetings,
}


# Bells and the calendar --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class BellsPage(DataPage):
    """`lines` are the bell schedules, each with its periods fetched; `is_published`: the State Council's arrangement of all days is known."""

    days: tuple[TermDay, ...]
    users: Mapping[int, int]
    """How many classes have a schedule, by its key."""
    is_published: bool


def bells_page(*, account: Visitor, public_id: str, day: date) -> BellsPage:
    """Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    calendar = calendar_as_of(day)
    page = _page(account, term, day, list(term.bells.prefetch_related("periods")))
    return BellsPage(
        **page.__dict__,
        days=tuple(term.special_days.all()),
        users=dict(term.classes.order_by().values_list("bells").annotate(Count("pk"))),
        is_published=all(calendar.is_published(year) for year in {term.begins_on.year, term.ends_on.year}),
    )


@dataclass(frozen=True, kw_only=True)
class OneBells(DataPage):
    """A bell schedule; `lines` are its periods."""

    row: BellSchedule


def one_bells(*, account: Visitor, public_id: str, key: int, day: date) -> OneBells:
    """Raises Term.DoesNotExist, BellSchedule.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    row = BellSchedule.objects.get(pk=key, term=term)
    return OneBells(**_page(account, term, day, list(BellPeriod.objects.filter(bells=row))).__dict__, row=row)


# Courses -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CourseFilters:
    """`text` is part of the course's name; `open`: those without a certain teacher, or with nobody at all."""

    text: str = ""
    grade: str = ""
    subject: str = ""
    open: str = ""


@dataclass(frozen=True, kw_only=True)
class CoursesPage(DataPage):
    """`lines` are the courses of `numbered`, with classes, teachers, candidates and rooms fetched."""

    numbered: Page[Any]
    subjects: tuple[str, ...]
    untaught: int
    unchosen: int
    """Courses of which the timetable chooses the teacher."""
    filters: CourseFilters


def courses_page(
    *, account: Visitor, public_id: str, day: date, filters: CourseFilters, number: str = "1"
) -> CoursesPage:
    """Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    whole = term.courses.order_by("pk")
    given = Exists(Course.teachers.through.objects.filter(course=OuterRef("pk")))
    named = Exists(Course.candidates.through.objects.filter(course=OuterRef("pk")))
    rows = whole
    if filters.text.strip():
        rows = rows.filter(code__icontains=filters.text.strip())
    if filters.grade.isdecimal():
        wanted = Q(classes__grade=int(filters.grade[:2])) | Q(group__grouping__grade=int(filters.grade[:2]))
        rows = rows.filter(wanted).distinct()
    if filters.subject:
        rows = rows.filter(subject=filters.subject)
    if filters.open == "nobody":
        rows = rows.exclude(given).exclude(named)
    elif filters.open == "chosen":
        rows = rows.exclude(given).filter(named)
    fetched = rows.prefetch_related("classes", "teachers", "candidates", "rooms").select_related("group")
    numbered = Paginator(fetched, COURSES_A_PAGE).get_page(number)
    return CoursesPage(
        **_page(account, term, day, list(numbered.object_list)).__dict__,
        numbered=numbered,
        subjects=tuple(whole.order_by("subject").values_list("subject", flat=True).distinct()),
        untaught=whole.exclude(given).exclude(named).count(),
        unchosen=whole.exclude(given).filter(named).count(),
        filters=filters,
    )


@dataclass(frozen=True, kw_only=True)
class CoursePage(DataPage):
    """A course with what it may be given: `lines` are the classes, `teachers` those of the term, `rooms` its rooms."""

    row: Course | None
    teachers: tuple[TermTeacher, ...]
    rooms: tuple[TermRoom, ...]
    kinds: tuple[str, ...]


def course_page(*, account: Visitor, public_id: str, key: int | None, day: date) -> CoursePage:
    """A new one without a key. Raises Term.DoesNotExist, Course.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    row = None
    if key is not None:
        fetched = term.courses.select_related("group").prefetch_related("classes", "teachers", "candidates", "rooms")
        row = fetched.get(pk=key)
    rooms = tuple(term.rooms.all())
    return CoursePage(
        **_page(account, term, day, list(term.classes.all())).__dict__,
        row=row,
        teachers=tuple(term.teachers.all()),
        rooms=rooms,
        kinds=tuple(sorted({one.kind for one in rooms if one.kind})),
    )
