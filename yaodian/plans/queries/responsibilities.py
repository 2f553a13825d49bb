"""Responsibility lists: which duties come round for whom, when each is due, and which times it was opened."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from yaodian.cases.queries import Line, cases_about
from yaodian.foundation.workdays import Calendar
from yaodian.organisations.models import Post, Unit, holds_on
from yaodian.organisations.queries import Visitor, find_unit, may, named, names_of_units, scope_of, subtree_of
from yaodian.plans.models import DutyOpening, RecurringDuty, Rhythm

ANSWER, CORRECT = "plans.answer", "plans.correct"
MOST_OPENINGS = 24


@dataclass(frozen=True, slots=True)
class Turn:
    """One time that a duty comes round: a period with a name, and the day on which it is due."""

    period: str
    first: date
    due_on: date


def turn_of(rhythm: str, day: date, calendar: Calendar) -> Turn:
    """The turn in whose period a day lies. A week begins on Monday; terms end with June and December, as the deadlines
    「每学期」 of a plan do; due is the last working day of the period, or its last day where it has none."""
    match rhythm:
        case Rhythm.WEEK:
            year, week, _weekday = day.isocalendar()
            first = day - timedelta(days=day.weekday())
            return Turn(f"{year}-W{week:02d}", first, _last(calendar, first, first + timedelta(days=6)))
        case Rhythm.MONTH:
            first = day.replace(day=1)
            last = day.replace(day=months.monthrange(day.year, day.month)[1])
            return Turn(f"{day.year}-{day.month:02d}", first, _last(calendar, first, last))
        case Rhythm.TERM:
            is_spring = day.month <= 6
            first = date(day.year, 1 if is_spring else 7, 1)
            last = date(day.year, 6, 30) if is_spring else date(day.year, 12, 31)
            return Turn(f"{day.year}-T{1 if is_spring else 2}", first, _last(calendar, first, last))
    return Turn(str(day.year), date(day.year, 1, 1), _last(calendar, date(day.year, 1, 1), date(day.year, 12, 31)))


def _last(calendar: Calendar, first: date, last: date) -> date:
    day = last
    while day > first and not calendar.is_working(day):
        day -= timedelta(days=1)
    return day if calendar.is_working(day) else last


def opens_on(turn: Turn, days_before: int) -> date:
    """The day on which a turn is opened: so many days before it is due, but not before its period."""
    return max(turn.first, turn.due_on - timedelta(days=days_before))


def turns_due(duty: RecurringDuty, *, today: date, calendar: Calendar) -> Iterator[Turn]:
    """The turns that are to be opened by today: of the period before, where nobody ran in it, and of the present one."""
    now = turn_of(duty.rhythm, today, calendar)
    for turn in (turn_of(duty.rhythm, now.first - timedelta(days=1), calendar), now):
        begins = opens_on(turn, duty.days_before)
        is_over = duty.until_on is not None and turn.first > duty.until_on
        if begins <= today and duty.from_on <= turn.due_on and not is_over:
            yield turn


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty with what its units are called, who holds the post, and its next turn."""

    duty: RecurringDuty
    unit: str
    supervising: str
    holders: tuple[str, ...]
    next: Turn
    opens_on: date
    may_edit: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class ResponsibilityPage:
    """The duties within reach, of all units or of one and those below it."""

    rows: tuple[DutyRow, ...]
    unit: Unit | None
    may_add: bool


def visible_duties(*, account: Visitor) -> QuerySet[RecurringDuty]:
    """The duties of the units that the account answers for or whose plans it corrects."""
    wanted = Q(pk__in=())
    for permission in (ANSWER, CORRECT):
        scope = scope_of(account=account, permission=permission)
        if not scope.is_empty:
            wanted |= Q(unit__in=scope.unit_ids())
    return RecurringDuty.objects.filter(wanted)


def list_duties(*, account: Visitor, today: date, calendar: Calendar, unit: str = "") -> ResponsibilityPage:
    """The responsibility lists that an account may know of. Seven queries at most."""
    rows = visible_duties(account=account)
    found = find_unit(public_id=unit) if unit else None
    if unit:
        below = [] if found is None else [one.pk for one in subtree_of(unit=found, day=today)]
        rows = rows.filter(unit__in=below)
    return ResponsibilityPage(
        rows=_rows(list(rows), account, today, calendar),
        unit=None if found is None else named(Unit.objects.filter(pk=found.pk), day=today).get(),
        may_add=may(account=account, permission=CORRECT),
    )


def _rows(duties: Sequence[RecurringDuty], account: Visitor, today: date, calendar: Calendar) -> tuple[DutyRow, ...]:
    wanted = {one.unit_id for one in duties} | {one.supervising_unit_id for one in duties}
    names = names_of_units(ids=wanted, day=today)
    holders: dict[tuple[int, str], list[str]] = {}
    posts = Post.objects.filter(holds_on(today), unit__in={one.unit_id for one in duties if one.post})
    for unit_id, title, name in posts.order_by("pk").values_list("unit_id", "title", "person__name"):
        holders.setdefault((unit_id, title), []).append(name)
    scope = scope_of(account=account, permission=CORRECT)
    edits = set() if scope.is_empty else set(scope.unit_ids().filter(descendant_id__in={one.unit_id for one in duties}))
    opened = set(DutyOpening.objects.filter(duty__in=duties).values_list("duty_id", "period"))
    made = []
    for one in duties:
        turn = turn_of(one.rhythm, max(today, one.from_on), calendar)
        if (one.pk, turn.period) in opened:
            turn = turn_of(one.rhythm, _after(one.rhythm, turn), calendar)
        made.append(
            DutyRow(
                duty=one,
                unit=names.get(one.unit_id, ""),
                supervising=names.get(one.supervising_unit_id, ""),
                holders=tuple(holders.get((one.unit_id, one.post), ())),
                next=turn,
                opens_on=opens_on(turn, one.days_before),
                may_edit=one.unit_id in edits,
                is_over=one.until_on is not None and one.until_on < today,
            )
        )
    return tuple(sorted(made, key=lambda row: (row.is_over, row.unit, row.duty.post, row.duty.pk)))


_LONGEST: Mapping[str, int] = {Rhythm.WEEK: 7, Rhythm.MONTH: 31, Rhythm.TERM: 184, Rhythm.YEAR: 366}


def _after(rhythm: str, turn: Turn) -> date:
    """A day within the next period: no period is longer than the figure, and none half as long."""
    return turn.first + timedelta(days=_LONGEST[rhythm])


@dataclass(frozen=True, slots=True)
class DutyPage:
    """One duty with the times it was opened; of each the case, as far as the account may know of it."""

    row: DutyRow
    openings: tuple[tuple[DutyOpening, Line | None], ...]


def get_duty(*, account: Visitor, duty_id: int, today: date, calendar: Calendar) -> DutyPage:
    """A duty. Raises ``RecurringDuty.DoesNotExist`` alike where there is none and where it may not be known of."""
    duty = visible_duties(account=account).get(pk=duty_id)
    openings = list(DutyOpening.objects.filter(duty=duty).order_by("-due_on")[:MOST_OPENINGS])
    lines = cases_about(account=account, subjects=[subject_of(duty, one.period) for one in openings], today=today)
    shown = tuple((one, next(iter(lines.get(subject_of(duty, one.period), ())), None)) for one in openings)
    return DutyPage(_rows([duty], account, today, calendar)[0], shown)


def subject_of(duty: RecurringDuty, period: str) -> str:
    """What the case of a turn is about."""
    return f"plans.duty:{duty.pk}:{period}"


def exported(page: ResponsibilityPage) -> Iterator[Mapping[str, Any]]:
    """The rows of the sheet. No query."""
    for row in page.rows:
        duty = row.duty
        yield {
            "unit": row.unit,
            "post": duty.post or None,
            "holders": "、".join(row.holders) or None,
            "words": duty.words,
            "basis": duty.basis,
            "rhythm": duty.rhythm,
            "days_before": duty.days_before,
            "supervising": row.supervising,
            "next_due_on": None if row.is_over else row.next.due_on,
            "from_on": duty.from_on,
            "until_on": duty.until_on,
        }
