"""Links to timetables without an account: what the office has given out, and what whoever holds one sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.registry.queries import classes_of_pupils
from yaodian.timetabling.models import (
    GroupingState,
    HomeMember,
    Term,
    TermClass,
    TermRoom,
    TermState,
    TermTeacher,
    TimetableLink,
)
from yaodian.timetabling.queries.calendars import Feed, feed_of
from yaodian.timetabling.queries.lessons import Attendee, Bells, bells_of, of_class, of_room, of_teacher
from yaodian.timetabling.queries.reach import PLAN, find_term
from yaodian.timetabling.queries.term_days import days_of, name_of_term
from yaodian.timetabling.queries.week_pages import pupil_attendee
from yaodian.timetabling.queries.weeks import Week, week_of

#: Kinds of links to what is no person's record, with their columns.
TARGETS: Mapping[str, str] = {"class": "school_class", "teacher": "teacher", "room": "room"}


def good_links(term: Term):  # type: ignore[no-untyped-def]
    """Those that were not revoked. No query by itself."""
    return TimetableLink.objects.filter(term=term, revoked_at__isnull=True).order_by()


# The desk ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KindLine:
    """Of `all` classes, teachers or rooms `linked` have a link."""

    kind: str
    all: int
    linked: int


@dataclass(frozen=True)
class LinkLine:
    pk: int
    kind: str
    label: str


@dataclass(frozen=True)
class ClassLetters:
    """How many pupils of a class have a letter."""

    code: str
    letters: int


@dataclass(frozen=True)
class LinksPage:
    term: Term
    school: str
    title: str
    is_live: bool
    kinds: tuple[KindLine, ...]
    links: tuple[LinkLine, ...]
    classes: tuple[ClassLetters, ...]


def links_page(*, account: Visitor, public_id: str, today: date) -> LinksPage:
    """A constant number of queries. Raises Term.DoesNotExist, also where the account may not plan."""
    term = find_term(account=account, public_id=public_id, permission=PLAN)
    rows = list(
        good_links(term).filter(pupil__isnull=True).select_related("school_class", "teacher", "room").order_by("pk")
    )
    lines = [line for one in rows if (line := _line(one)) is not None]
    counts = {
        "class": TermClass.objects.filter(term=term).count(),
        "teacher": TermTeacher.objects.filter(term=term).count(),
        "room": TermRoom.objects.filter(term=term).count(),
    }
    return LinksPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        is_live=term.state != TermState.ENDED and today <= term.ends_on,
        kinds=tuple(
            KindLine(kind, count, sum(1 for one in lines if one.kind == kind)) for kind, count in counts.items()
        ),
        links=tuple(sorted(lines, key=lambda one: (list(TARGETS).index(one.kind), one.pk))),
        classes=tuple(_letters(term)),
    )


def _letters(term: Term) -> Iterator[ClassLetters]:
    """By the class into which the adopted grouping put the pupil, else by his class in the registry. Three queries."""
    held = good_links(term).filter(pupil__isnull=False).values("pupil")
    adopted = HomeMember.objects.filter(grouping__term=term, grouping__state=GroupingState.ADOPTED, pupil__in=held)
    by_home = dict(adopted.order_by().values_list("home").annotate(Count("pk")))
    by_class = Counter(classes_of_pupils(pupils=list(held.values_list("pupil", flat=True))).values())
    grouped = set(adopted.order_by().values_list("grouping__grade", flat=True).distinct())
    for one in TermClass.objects.filter(term=term):
        count = by_home.get(one.code, 0) if one.grade in grouped else by_class[one.school_class_id or 0]
        yield ClassLetters(one.code, count)


def _line(row: TimetableLink) -> LinkLine | None:
    if row.school_class is not None:
        return LinkLine(row.pk, "class", row.school_class.code)
    if row.teacher is not None:
        return LinkLine(row.pk, "teacher", row.teacher.name)
    return LinkLine(row.pk, "room", row.room.code) if row.room is not None else None


# Whoever holds one ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldPage:
    """One week by a link: of whom (`label`; never a pupil's name), and of which school and term."""

    link: TimetableLink
    school: str
    title: str
    label: str
    week: Week


def link_by_digest(*, digest: str, day: date) -> TimetableLink | None:
    """The good link with this hash; None for everything else, and once its term is over."""
    rows = TimetableLink.objects.filter(digest=digest, revoked_at__isnull=True, term__ends_on__gte=day)
    rows = rows.exclude(term__state=TermState.ENDED)
    return rows.select_related("term__school", "school_class__room", "teacher", "room").first()


def held_page(*, link: TimetableLink, day: date, today: date) -> HeldPage:
    """A constant number of queries."""
    term = link.term
    bells, days = bells_of(term), days_of(term)
    attendee = _attendee(link, bells)
    return HeldPage(
        link=link,
        school=names_of_units(ids=[term.school_id], day=today).get(term.school_id, ""),
        title=name_of_term(term),
        label=_label(link, attendee),
        week=week_of(days=days, bells=bells, attendee=attendee, day=days.nearest(day), today=today),
    )


def held_feed(*, link: TimetableLink) -> Feed:
    """The calendar of the whole term. A constant number of queries. Raises UnfitForCalendar."""
    bells = bells_of(link.term)
    attendee = _attendee(link, bells)
    name = _("%(whose)s课表") % {"whose": _label(link, attendee)}
    return feed_of(days=days_of(link.term), bells=bells, attendee=attendee, name=name)


def _attendee(link: TimetableLink, bells: Bells) -> Attendee:
    if link.school_class is not None:
        return of_class(link.school_class)
    if link.teacher is not None:
        return of_teacher(link.teacher)
    if link.room is not None:
        return of_room(link.room)
    assert link.pupil_id is not None
    return pupil_attendee(term=link.term, pupil=link.pupil_id, bells=bells)


def _label(link: TimetableLink, attendee: Attendee) -> str:
    if link.pupil_id is None:
        return attendee.label
    return _("%(class)s学生") % {"class": attendee.label}
