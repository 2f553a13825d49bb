"""The pupils of a class of a term, and one pupil's week: for the office, which opens them by name and has it noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.registry.queries import Member, cohort_members
from yaodian.timetabling.models import GroupingState, HomeMember, Term, TermClass
from yaodian.timetabling.queries.lessons import bells_of
from yaodian.timetabling.queries.reach import find_term
from yaodian.timetabling.queries.rounds import STAGE
from yaodian.timetabling.queries.term_days import name_of_term
from yaodian.timetabling.queries.week_pages import may_see_names, pupil_attendee, week_for
from yaodian.timetabling.queries.weeks import Week

# For what a pupil's timetable may be opened by name.
WEEK_PURPOSES: Mapping[str, Promise] = {
    "tell": _("告诉学生或家长上课的时间和地点"),
    "check": _("核对学生的课表"),
    "find": _("有急事，要找到学生"),
}


def pupils_of_class(row: TermClass) -> list[Member]:
    """Those whom the adopted grouping put into the class; where there is none, those of the class in the registry. At most three queries."""
    term = row.term
    key = {"unit": term.school_id, "stage": STAGE, "entered_year": term.year - row.grade + 1}
    members = HomeMember.objects.filter(
        grouping__term=term, grouping__grade=row.grade, grouping__state=GroupingState.ADOPTED, home=row.code
    )
    pupils = list(members.order_by().values_list("pupil", flat=True))
    if pupils:
        return cohort_members(**key, pupils=pupils)
    if row.school_class is None:
        return []
    return cohort_members(**key, school_class=row.school_class.public_id)


def find_class(term: Term, code: str) -> TermClass:
    """Raises Absent."""
    row = TermClass.objects.filter(term=term, code=code).select_related("term", "school_class").first()
    if row is None:
        raise Absent
    return row


@dataclass(frozen=True)
class PupilWeek:
    member: Member
    week: Week


def pupil_week(*, row: TermClass, pupil: str, day: date, today: date) -> PupilWeek:
    """The week of a pupil of the class by his public id. A constant number of queries. Raises Absent."""
    member = next((one for one in pupils_of_class(row) if one.public_id == pupil), None)
    if member is None:
        raise Absent
    bells = bells_of(row.term)
    attendee = pupil_attendee(term=row.term, pupil=member.pk, bells=bells)
    return PupilWeek(member, week_for(term=row.term, attendee=attendee, bells=bells, day=day, today=today))


@dataclass(frozen=True)
class PupilsPage:
    """A term with the codes of its classes, for whoever may open timetables by name."""

    term: Term
    school: str
    title: str
    classes: tuple[str, ...]


def pupils_page(*, account: Visitor, public_id: str, today: date) -> PupilsPage:
    """A constant number of queries. Raises Term.DoesNotExist, and Absent where the account may see no names."""
    term = find_term(account=account, public_id=public_id)
    if not may_see_names(account, term):
        raise Absent
    return PupilsPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        classes=tuple(TermClass.objects.filter(term=term).values_list("code", flat=True)),
    )
