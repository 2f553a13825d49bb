"""Every night the cases are counted as they stood when the day was over: what a later day is compared with.

A day is counted once, off the rows: what was open was opened before its end and has not ended before it. Days on which no
worker ran are made up for, as far back as a comparison reaches; an extension given since counts for those as if it had been given then.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone

from yaodian.cases.declaring import MERGED, NOT_OVER, WITHDRAWN, Action, Confidentiality, Phase
from yaodian.cases.models import Case, CaseClock, CaseEvent, CountedDay, DayCount
from yaodian.cases.queries.cockpit import in_time, month_before

KEPT = timedelta(days=400)
KEY = ("doing_unit_id", "supervising_unit_id", "kind", "confidentiality")


def count_days(*, now: datetime) -> int:
    """Counts each day that is over and has not been counted, from a month back, and forgets what is older than 400 days.
    Returns how many days; run again, it counts none."""
    today = timezone.localdate(now)
    last = CountedDay.objects.filter(day__lt=today).aggregate(last=Max("day"))["last"]
    day = max(month_before(today), last + timedelta(days=1)) if last is not None else month_before(today)
    counted = 0
    while day < today:
        counted += _count_day(day)
        day += timedelta(days=1)
    DayCount.objects.filter(day__lt=today - KEPT).delete()
    CountedDay.objects.filter(day__lt=today - KEPT).delete()
    return counted


@transaction.atomic
def _count_day(day: date) -> bool:
    """One day. Another worker that counts it waits here, and finds it counted."""
    _row, is_new = CountedDay.objects.get_or_create(day=day)
    if not is_new:
        return False
    end = _begin_of(day + timedelta(days=1))
    was_late = Exists(
        CaseClock.objects.filter(
            Q(stopped_at__isnull=True) | Q(stopped_at__gte=end), case=OuterRef("pk"), due_on__lt=day
        )
    )
    was_escalated = Exists(CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, at__lt=end))
    stood = Case.objects.filter(Q(phase__in=NOT_OVER) | Q(ended_at__gte=end), opened_at__lt=end).order_by()
    ended = Case.objects.filter(
        phase=Phase.ENDED, ended_at__gte=_begin_of(day.replace(day=1)), ended_at__lt=end
    ).exclude(state__in=[MERGED, WITHDRAWN])
    rows: dict[tuple[object, ...], DayCount] = {}
    for found in (
        stood.values(*KEY).annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=was_late),
            escalated=Count("pk", filter=Q(is_escalated=True) & was_escalated),
        ),
        ended.order_by().values(*KEY).annotate(closed=Count("pk"), in_time=Count("pk", filter=in_time())),
    ):
        for numbers in found:
            unit_id, supervising_id, kind, confidentiality = key = tuple(numbers.pop(name) for name in KEY)
            row = rows.setdefault(
                key,
                DayCount(
                    day=day, unit_id=unit_id, supervising_unit_id=supervising_id, kind=kind,
                    is_restricted=confidentiality == Confidentiality.RESTRICTED,
                ),
            )  # fmt: skip
            for name, number in numbers.items():
                setattr(row, name, number)
    DayCount.objects.bulk_create(rows.values(), batch_size=2_000)
    return True


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
