"""The one search box, as far as the registry answers it: schools by name or code, people by what is exactly theirs."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yaodian.organisations.queries import Visitor
from yaodian.registry.models import Pupil, School, Teacher
from yaodian.registry.queries.people import (
    _PUPIL_LIST,
    _TEACHER_LIST,
    PupilRow,
    TeacherRow,
    _pupil_rows,
    _teacher_rows,
    said,
)
from yaodian.registry.queries.reach import reach_of, today
from yaodian.registry.queries.schools import SchoolFilters, SchoolRow, _narrowed, _school_rows, with_names

FOUND = 10


@dataclass(frozen=True)
class Found:
    """At most FOUND of each kind; `is_more` names the kinds of which there are more."""

    schools: tuple[SchoolRow, ...]
    teachers: tuple[TeacherRow, ...]
    pupils: tuple[PupilRow, ...]
    is_more: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.schools or self.teachers or self.pupils)


def find(*, account: Visitor, text: str, on: date | None = None) -> Found:
    """What the account reaches of schools, teachers and pupils. A constant number of queries; none for an empty text."""
    said_text = " ".join(text.replace("\x00", "").split())[:60]
    if not said_text:
        return Found((), (), (), frozenset())
    day = on or today()
    reach = reach_of(account=account, on=day)
    if reach.is_empty:
        return Found((), (), (), frozenset())
    wanted = _narrowed(reach.rows(School.objects.all(), school="pk"), SchoolFilters(said_text, status="all"), day)
    schools = list(with_names(wanted.select_related("unit"), on=day).order_by("unit__code")[: FOUND + 1])
    people = (
        reach.rows(Teacher.objects.select_related("school__unit").only(*_TEACHER_LIST))
        .filter(said(Teacher, said_text) | Q(staff_number=said_text))
        .order_by("school_id", "id")
    )
    teachers = list(people[: FOUND + 1])
    children = (
        reach.rows(Pupil.objects.filter(merged_into__isnull=True))
        .select_related("school_class", "school__unit")
        .only(*_PUPIL_LIST)
        .filter(said(Pupil, said_text))
        .order_by("school_id", "id")
    )
    pupils = list(children[: FOUND + 1])
    more = {"schools": schools, "teachers": teachers, "pupils": pupils}
    return Found(
        tuple(_school_rows(schools[:FOUND], day)),
        tuple(_teacher_rows(teachers[:FOUND], day)),
        tuple(_pupil_rows(pupils[:FOUND], day)),
        frozenset(name for name, rows in more.items() if len(rows) > FOUND),
    )
