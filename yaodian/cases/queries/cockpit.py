"""Few numbers for whoever leads: what is open, late, escalated, done in time; each beside what it was a month before."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from yaodian.cases.declaring import MERGED, WITHDRAWN, Action, Phase
from yaodian.cases.models import Case, CaseClock, CaseEvent, CountedDay, DayCount
from yaodian.cases.queries.numbers import Countable, countable, counts
from yaodian.cases.queries.standing import VIEW
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, may


@dataclass(frozen=True)
class Figure:
    """A number now and a month before; `before` is None where nothing tells."""

    now: int
    before: int | None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True)
class CaseFigures:
    """`closed` and `in_time` are of the month so far, and of the month before up to the same day of it. `defects` are the
    open cases about wrong figures."""

    open: Figure
    overdue: Figure
    escalated: Figure
    closed: Figure
    in_time: Figure
    defects: Figure


DEFECT = "indicators.data_defect"


def month_before(day: date) -> date:
    """The same day of the month before, or its last."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _moment(day: date) -> datetime:
    """When a day begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def in_time() -> Q:
    """Of cases that have ended: without a clock that ran over."""
    return ~Q(Exists(CaseClock.objects.filter(case=OuterRef("pk"), stopped_at__date__gt=F("due_on"))))


def case_figures(*, account: Visitor, today: date) -> CaseFigures | None:
    """The numbers of the cases that the account may know of; None for whoever may see none. Eleven queries at most.

    What is now comes off the tallies, what was off the counts of the night when that day was over; what was closed since
    the last night, and the restricted cases in which the account takes part without a right over them, off the rows.
    """
    if not isinstance(account, Account) or not may(account=account, permission=VIEW):
        return None
    of = countable(account=account, today=today)
    tallies = [one for one in counts(account=account, today=today, of=of) if one.phase != Phase.ENDED]
    then, first = month_before(today), today.replace(day=1)
    nights = CountedDay.objects.filter(day__gte=then, day__lt=today).aggregate(
        then=Count("pk", filter=Q(day=then)), last=Max("day")
    )
    is_known, last = bool(nights["then"]), nights["last"]
    kept = _kept(of, then, last)
    was = _was(of, then) if is_known else {}
    # The month so far: as the last night of it counted, and what was closed since.
    month = kept.get(last, {}) if last is not None and last >= first else {}
    since = _closed(Case.objects.filter(of.cases), max(first, last + timedelta(days=1)) if last is not None else first)
    own = _closed(of.own, first)
    before = kept.get(then, {})

    def figure(now: int, name: str) -> Figure:
        return Figure(now, before.get(name, 0) + was.get(name, 0) if is_known else None)

    def closed(name: str) -> Figure:
        return figure(month.get(name, 0) + since[name] + own[name], name)

    return CaseFigures(
        open=figure(sum(one.count for one in tallies), "open"),
        overdue=figure(sum(one.overdue for one in tallies), "overdue"),
        escalated=figure(sum(one.escalated for one in tallies), "escalated"),
        closed=closed("closed"),
        in_time=closed("in_time"),
        defects=figure(sum(one.count for one in tallies if one.kind == DEFECT), "defects"),
    )


NAMES = ("open", "overdue", "escalated", "closed", "in_time")


def _kept(of: Countable, *days: date | None) -> dict[date, dict[str, int]]:
    """What the nights of these days have counted."""
    rows = (
        DayCount.objects.filter(of.kept, day__in={day for day in days if day is not None})
        .order_by()
        .values("day")
        .annotate(**{f"all_{name}": Sum(name) for name in NAMES}, all_defects=Sum("open", filter=Q(kind=DEFECT)))
    )
    return {row["day"]: {name: row[f"all_{name}"] or 0 for name in (*NAMES, "defects")} for row in rows}


def _was(of: Countable, then: date) -> dict[str, int]:
    """Of the account's own restricted cases, what was when a day was over."""
    after = _moment(then + timedelta(days=1))
    was_late = Exists(
        CaseClock.objects.filter(
            Q(stopped_at__isnull=True) | Q(stopped_at__gte=after), case=OuterRef("pk"), due_on__lt=then
        )
    )
    was_escalated = Exists(CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, at__lt=after))
    stood = of.own.filter(~Q(phase=Phase.ENDED) | Q(ended_at__gte=after), opened_at__lt=after)
    return {
        **stood.aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=was_late),
            escalated=Count("pk", filter=Q(is_escalated=True) & was_escalated),
            defects=Count("pk", filter=Q(kind=DEFECT)),
        ),
        **_closed(of.own, then.replace(day=1), then),
    }


def _closed(cases: QuerySet[Case], first: date, last: date | None = None) -> dict[str, int]:
    """How many were closed from a day on, until another, both included; and how many of them in time."""
    rows = cases.filter(phase=Phase.ENDED, ended_at__gte=_moment(first)).exclude(state__in=[MERGED, WITHDRAWN])
    if last is not None:
        rows = rows.filter(ended_at__lt=_moment(last + timedelta(days=1)))
    return rows.aggregate(closed=Count("pk"), in_time=Count("pk", filter=in_time()))
