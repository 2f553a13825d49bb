"""Few numbers for whoever leads: what is open, late, escalated, done in time; each beside what it was a month before."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from yaodian.cases.declaring import MERGED, WITHDRAWN, Action, Phase
from yaodian.cases.models import Case, CaseClock, CaseEvent
from yaodian.cases.queries.lists import counts
from yaodian.cases.queries.standing import VIEW, visible
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


def case_figures(*, account: Visitor, today: date) -> CaseFigures | None:
    """The numbers of the cases that the account may know of; None for whoever may see none. A constant number of queries:
    what is now comes off the tallies, what was is counted by the days that the rows keep. A day that was extended since
    counts as it stands now.
    """
    if not isinstance(account, Account) or not may(account=account, permission=VIEW):
        return None
    tallies = [one for one in counts(account=account, today=today) if one.phase != Phase.ENDED]
    seen = visible(account=account, today=today)
    then = month_before(today)
    after = _moment(then + timedelta(days=1))
    was_open = Q(opened_at__lt=after) & (~Q(phase=Phase.ENDED) | Q(ended_at__gte=after))
    was_late = Exists(
        CaseClock.objects.filter(
            Q(stopped_at__isnull=True) | Q(stopped_at__gte=after), case=OuterRef("pk"), due_on__lt=then
        )
    )
    was_escalated = Exists(CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, at__lt=after))
    before = seen.filter(was_open).aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=was_late),
        escalated=Count("pk", filter=Q(is_escalated=True) & was_escalated),
        defects=Count("pk", filter=Q(kind=DEFECT)),
    )
    month, other = _closed(seen, today.replace(day=1), today), _closed(seen, then.replace(day=1), then)
    return CaseFigures(
        open=Figure(sum(one.count for one in tallies), before["open"]),
        overdue=Figure(sum(one.overdue for one in tallies), before["overdue"]),
        escalated=Figure(seen.filter(is_escalated=True).exclude(phase=Phase.ENDED).count(), before["escalated"]),
        closed=Figure(month[0], other[0]),
        in_time=Figure(month[1], other[1]),
        defects=Figure(sum(one.count for one in tallies if one.kind == DEFECT), before["defects"]),
    )


def _closed(seen: QuerySet[Case], first: date, last: date) -> tuple[int, int]:
    """How many were closed between two days, both included, and how many of them without a clock that ran over."""
    late = Exists(CaseClock.objects.filter(case=OuterRef("pk"), stopped_at__date__gt=F("due_on")))
    rows = seen.filter(
        phase=Phase.ENDED, ended_at__gte=_moment(first), ended_at__lt=_moment(last + timedelta(days=1))
    ).exclude(state__in=[MERGED, WITHDRAWN])
    found = rows.aggregate(closed=Count("pk"), in_time=Count("pk", filter=~late))
    return found["closed"], found["in_time"]
