"""What is held on which day of a term: the timetable that holds, the day of the week whose lessons it is, odd and even weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from yaodian.timetabling.models import Half, Term, TermDay, Timetable, TimetableState, Weeks

WEEK = timedelta(days=7)
# What was replaced held until its last day, or until the next one began.
_HELD = (TimetableState.PUBLISHED, TimetableState.REPLACED)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def name_of_term(term: Term) -> str:
    """As a school says it: 2026–2027 学年第一学期."""
    return _("%(year)s–%(next)s 学年%(half)s") % {
        "year": term.year, "next": term.year + 1, "half": Half(term.half).label,
    }  # fmt: skip


@dataclass(frozen=True)
class TermDays:
    """`timetables` are those that hold or held, the latest first; `special` are days that are not as their weekday."""

    term: Term
    special: Mapping[date, TermDay]
    timetables: tuple[Timetable, ...]

    def number_of_week(self, day: date) -> int:
        """The teaching week in which the day lies, the term's first being 1; less before the term."""
        return (monday_of(day) - monday_of(self.term.begins_on)).days // 7 + 1

    def parity(self, day: date) -> str:
        return Weeks.ODD if self.number_of_week(day) % 2 else Weeks.EVEN

    def is_in_term(self, day: date) -> bool:
        return self.term.begins_on <= day <= self.term.ends_on

    def lessons_of(self, day: date) -> int | None:
        """The day of the week whose lessons are held on the day; None where there are none."""
        if not self.is_in_term(day):
            return None
        special = self.special.get(day)
        if special is not None:
            return special.lessons_of
        return day.weekday() if day.weekday() < self.term.days else None

    def timetable_on(self, day: date) -> Timetable | None:
        """The one that holds: of those that had begun, the last that was meant for the day."""
        if not self.is_in_term(day):
            return None
        for one in self.timetables:
            assert one.holds_from is not None
            if one.holds_from <= day and (one.holds_until is None or day <= one.holds_until):
                return one
        return None

    def between(self, first: date, last: date) -> tuple[Timetable, ...]:
        """Those that hold on some day from the first to the last."""
        days = (first + timedelta(days=past) for past in range((last - first).days + 1))
        found = {one.pk: one for day in days if (one := self.timetable_on(day)) is not None}
        return tuple(found.values())

    def days_of_week(self, monday: date) -> list[date]:
        """The school days of a week, and whatever other day of it has lessons by the term's calendar."""
        days = (monday + timedelta(days=past) for past in range(7))
        return [
            one
            for one in days
            if one.weekday() < self.term.days or (one in self.special and self.lessons_of(one) is not None)
        ]

    def nearest(self, day: date) -> date:
        """The day itself; after the last school day of a week the next Monday; the term's first or last day where it lies outside."""
        within = min(max(day, self.term.begins_on), self.term.ends_on)
        monday = monday_of(within)
        if within > self.days_of_week(monday)[-1] and monday + WEEK <= self.term.ends_on:
            return monday + WEEK
        return within


def days_of(term: Term) -> TermDays:
    """Two queries."""
    # One that began later goes first; of two from one day the one that was not replaced, then the one published later.
    rows = Timetable.objects.filter(term=term, state__in=_HELD, holds_from__isnull=False).only(
        "public_id", "state", "holds_from", "holds_until", "published_at", "title", "attempt", "term_id"
    )
    ordered = sorted(
        rows,
        key=lambda one: (one.holds_from, one.state == TimetableState.PUBLISHED, one.published_at, one.pk),
        reverse=True,
    )
    return TermDays(term, {one.on: one for one in term.special_days.all()}, tuple(ordered))
