"""Few numbers for whoever leads: what is open, late, escalated, done in time; each beside what it was a month before."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
from django.utils import timezone

from yaodian.cases.declaring import MERGED, NOT_OVER, WITHDRAWN, Action, Phase
from yaodian.cases.models import Case, CaseClock, CaseEvent, CountedDay, DayCount
from yaodian.cases.queries.numbers import Countable, countable, tallied
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
    """The numbers of the cases that the account may know of; None for whoever may see none. Nine queries at most.

    What is now comes off the tallies, what was off the counts of the night when that day was over; what was closed since
    the last night, and the restricted cases in which the account takes part without a right over them, off the rows.
    """
    if not isinstance(account, Account) or not may(account=account, permission=VIEW):
        return None
    of = countable(account=account, today=today)
    then, first = month_before(today), today.replace(day=1)
    nights = CountedDay.objects.filter(day__gte=then, day__lt=today).aggregate(
        then=Count("pk", filter=Q(day=then)), last=Max("day")
    )
    last: date | None = nights["last"]
    kept = _kept(of, then, last)
    # The month so far: as the last night of it counted, and what was closed since.
    is_counted = last is not None and last >= first
    since = last + timedelta(days=1) if last is not None and is_counted else first
    month = kept.get(last, {}) if last is not None and is_counted else {}
    closed = Case.objects.filter(of.cases, _ended(since, today)).aggregate(
        closed=Count("pk"), in_time=Count("pk", filter=in_time())
    )
    own, stands = _own(of, then, today), _stands(of, today)
    before = kept.get(then, {})

    def figure(name: str, *numbers: int) -> Figure:
        is_known = bool(nights["then"])
        return Figure(sum(numbers) + own[name], before.get(name, 0) + own[f"was_{name}"] if is_known else None)

    return CaseFigures(
        **{name: figure(name, stands[name]) for name in ("open", "overdue", "escalated", "defects")},
        **{name: figure(name, month.get(name, 0), closed[name]) for name in ("closed", "in_time")},
    )


NAMES = ("open", "overdue", "escalated", "closed", "in_time")


def _stands(of: Countable, today: date) -> dict[str, int]:
    """What is open now, off the tallies."""
    found = (
        tallied(of)
        .filter(phase__in=NOT_OVER)
        .aggregate(
            open=Sum("count"),
            overdue=Sum("count", filter=Q(due_on__lt=today)),
            escalated=Sum("count", filter=Q(is_escalated=True)),
            defects=Sum("count", filter=Q(kind=DEFECT)),
        )
    )
    return {name: number or 0 for name, number in found.items()}


def _kept(of: Countable, *days: date | None) -> dict[date, dict[str, int]]:
    """What the nights of these days have counted."""
    rows = (
        DayCount.objects.filter(of.kept, day__in={day for day in days if day is not None})
        .order_by()
        .values("day")
        .annotate(**{f"all_{name}": Sum(name) for name in NAMES}, all_defects=Sum("open", filter=Q(kind=DEFECT)))
    )
    return {row["day"]: {name: row[f"all_{name}"] or 0 for name in (*NAMES, "defects")} for row in rows}


def _own(of: Countable, then: date, today: date) -> dict[str, int]:
    """Of the account's own restricted cases all numbers, those of the day `then` as `was_…`. One pass over the few that
    are open or have ended since the month of that day began."""
    after = _moment(then + timedelta(days=1))
    was_late = Exists(
        CaseClock.objects.filter(
            Q(stopped_at__isnull=True) | Q(stopped_at__gte=after), case=OuterRef("pk"), due_on__lt=then
        )
    )
    was_escalated = Exists(CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, at__lt=after))
    is_open = Q(phase__in=NOT_OVER)
    was_open = (is_open | Q(ended_at__gte=after)) & Q(opened_at__lt=after)
    month, other = _ended(today.replace(day=1), today), _ended(then.replace(day=1), then)
    wanted = {
        "open": is_open,
        "overdue": is_open & Q(due_on__lt=today),
        "escalated": is_open & Q(is_escalated=True),
        "defects": is_open & Q(kind=DEFECT),
        "closed": month,
        "in_time": month & in_time(),
        "was_open": was_open,
        "was_overdue": was_open & was_late,
        "was_escalated": was_open & Q(is_escalated=True) & was_escalated,
        "was_defects": was_open & Q(kind=DEFECT),
        "was_closed": other,
        "was_in_time": other & in_time(),
    }
    rows = of.own.filter(is_open | Q(ended_at__gte=_moment(then.replace(day=1))))
    # Of no rows at all, Django asks nothing and has no noughts.
    found = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in wanted.items()})
    return {name: number or 0 for name, number in found.items()}


def _ended(first: date, last: date) -> Q:
    """Closed between two days, both included: neither merged nor withdrawn."""
    return Q(phase=Phase.ENDED, ended_at__gte=_moment(first), ended_at__lt=_moment(last + timedelta(days=1))) & ~Q(
        state__in=[MERGED, WITHDRAWN]
    )
