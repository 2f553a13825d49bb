"""How many cases were opened, ended and late in a length of time, by unit: for what reports on it afterwards.

A tally knows now and not then, so these are counted off the rows: what was open at a moment was opened before it and has not
ended before it. Each part is one range of an index. Restricted cases are never counted: what is reported is read by many.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yaodian.cases.declaring import CLOSED, Confidentiality, Phase
from yaodian.cases.models import Case, CaseClock


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """Cases of a unit: opened and closed (销号) from the first day to the last; open and overdue at the end of the last."""

    opened: int = 0
    closed: int = 0
    open: int = 0
    overdue: int = 0


def period_counts(
    *, units: Collection[int] | None, kinds: Collection[str], first: date, last: date
) -> Mapping[int, PeriodCount]:
    """The numbers of each unit that has any, by the unit that does it; ``units`` None: of all, ``kinds`` empty: of all.

    Days of clocks are as they are known today: an extension given since counts as if it had been given then. Six queries.
    """
    begin, end = _begin_of(first), _begin_of(last + timedelta(days=1))
    cases = Case.objects.filter(confidentiality=Confidentiality.INTERNAL).order_by()
    if units is not None:
        cases = cases.filter(doing_unit_id__in=units)
    if kinds:
        cases = cases.filter(kind__in=kinds)
    late_then = CaseClock.objects.filter(case=OuterRef("pk"), due_on__lt=last)
    ended_since = cases.filter(ended_at__gte=end, opened_at__lt=end)
    parts: tuple[tuple[str, QuerySet[Case]], ...] = (
        ("opened", cases.filter(opened_at__gte=begin, opened_at__lt=end)),
        ("closed", cases.filter(ended_at__gte=begin, ended_at__lt=end, state=CLOSED)),
        ("open", cases.filter(~Q(phase=Phase.ENDED), opened_at__lt=end)),
        ("open", ended_since),
        ("overdue", cases.filter(~Q(phase=Phase.ENDED), due_on__lt=last, opened_at__lt=end)),
        ("overdue", ended_since.filter(Exists(late_then))),
    )
    found: dict[int, dict[str, int]] = {}
    for name, rows in parts:
        for unit_id, count in rows.values_list("doing_unit_id").annotate(Count("pk")):
            entry = found.setdefault(unit_id, {})
            entry[name] = entry.get(name, 0) + count
    return {unit_id: PeriodCount(**entry) for unit_id, entry in found.items()}


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
