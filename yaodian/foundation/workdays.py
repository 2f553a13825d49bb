"""Working days: which days count, and arithmetic with them.

Three sources, the later over the earlier: Monday to Friday; the State Council's yearly arrangement of holidays and make-up
working days (国务院办公厅关于部分节假日安排的通知, by the library `chinesecalendar`); rows of `CalendarChange`, which the
operator enters with a citation. A year that nobody has published yet is Monday to Friday, and `is_published` says so.

    calendar = calendar_as_of(today)
    due_on = calendar.add_working_days(received_on, 20)

A working day is a whole day: the day on which a term begins never counts, as in 民法典 第二百零一条.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache

from chinese_calendar import holidays as published_holidays
from chinese_calendar import workdays as published_workdays
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation.models import CalendarChange, CalendarYear

MOST_WORKING_DAYS = 10_000
"""The longest term in working days: forty years. A larger number is a slip."""
SATURDAY = 5


class UnableToCount(ValueError):
    """A term that no calendar can hold. The text says why."""


def is_weekday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < SATURDAY


def _weekdays_until(ordinal: int) -> int:
    """How many days from Monday to Friday lie in 1..ordinal; ordinal 1 is a Monday."""
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5)


@dataclass(frozen=True)
class Calendar:
    """Which days are working days, as known on one day. Equal calendars count equally.

    `exceptions` are the days that are not as their weekday says. Each call takes a logarithm of their number, which is some
    thirty a year, and at most fourteen such steps for `add_working_days`.
    """

    exceptions: tuple[date, ...]
    published: frozenset[int]
    _ordinals: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _shifts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """After so many exceptions: how many working days more, or fewer, than Monday to Friday would give."""

    def __post_init__(self) -> None:
        shifts = [0]
        for day in self.exceptions:
            shifts.append(shifts[-1] + (-1 if is_weekday(day) else 1))
        object.__setattr__(self, "_ordinals", tuple(day.toordinal() for day in self.exceptions))
        object.__setattr__(self, "_shifts", tuple(shifts))

    def is_published(self, year: int) -> bool:
        """Whether the State Council's arrangement of the year is known; if not, the year is Monday to Friday for now."""
        return year in self.published

    def is_working(self, day: date) -> bool:
        return self._until(day.toordinal()) > self._until(day.toordinal() - 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself never counts; with 0, `day`, whatever it is.

        Raises UnableToCount for a negative count, or one beyond MOST_WORKING_DAYS.
        """
        if not 0 <= count <= MOST_WORKING_DAYS:
            raise UnableToCount(
                _("工作日数须在 0 至 %(most)d 之间，现为 %(count)d。请核对期限。")
                % {"most": MOST_WORKING_DAYS, "count": count}
            )
        if not count:
            return day
        start = day.toordinal()
        wanted = self._until(start) + count
        low, high = start, start + (count + len(self.exceptions)) // 5 * 7 + 14
        if high >= date.max.toordinal():
            raise UnableToCount(_("%(day)s 太晚，其后的工作日无法推算。请核对日期。") % {"day": day.isoformat()})
        # The first day by whose end as many working days are over; the one before it has fewer.
        while high - low > 1:
            middle = (low + high) // 2
            if self._until(middle) >= wanted:
                high = middle
            else:
                low = middle
        return date.fromordinal(high)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` and not after `last`; negative where `last` is the earlier.

        So `working_days_between(day, add_working_days(day, n)) == n`.
        """
        return self._until(last.toordinal()) - self._until(first.toordinal())

    def next_working_day(self, day: date) -> date:
        """`day` where it is a working day, else the first after it: where a term ends on a holiday (民法典 第二百零三条)."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def _until(self, ordinal: int) -> int:
        return _weekdays_until(ordinal) + self._shifts[bisect_right(self._ordinals, ordinal)]


@cache
def published_exceptions() -> Mapping[int, tuple[date, ...]]:
    """What the library knows: for each year that it publishes, the days that are not as their weekday says."""
    # A year is there once its National Day is; some notices name a day or two of a neighbouring year.
    years = {day.year for day in published_holidays if (day.month, day.day) == (10, 1)}
    found: dict[int, list[date]] = {year: [] for year in years}
    days = {day for day in published_holidays if is_weekday(day)} | {
        day for day in published_workdays if not is_weekday(day)
    }
    for day in sorted(days):
        if day.year in found:
            found[day.year].append(day)
    return {year: tuple(days) for year, days in sorted(found.items())}


def _digest(days: Iterable[date]) -> str:
    return hashlib.sha256(" ".join(day.isoformat() for day in days).encode("ascii")).hexdigest()


@lru_cache(maxsize=32)
def _build(hidden: frozenset[int], changes: tuple[tuple[date, bool], ...]) -> Calendar:
    exceptions: set[date] = set()
    for year, days in published_exceptions().items():
        if year not in hidden:
            exceptions.update(days)
    for day, is_working in changes:
        if is_working == is_weekday(day):
            exceptions.discard(day)
        else:
            exceptions.add(day)
    return Calendar(
        exceptions=tuple(sorted(exceptions)), published=frozenset(published_exceptions()).difference(hidden)
    )


def calendar_as_of(day: date) -> Calendar:
    """The calendar as it was known on a day: what came to be known later, or had been taken back, does not count.

    Two queries; a pass over many rows asks once.
    """
    hidden = frozenset(CalendarYear.objects.filter(known_from_on__gt=day).values_list("year", flat=True))
    known = (
        CalendarChange.objects.filter(Q(taken_back_on__isnull=True) | Q(taken_back_on__gt=day), known_from_on__lte=day)
        .order_by("day", "known_from_on", "id")
        .values_list("day", "is_working")
    )
    return _build(hidden, tuple(dict(known).items()))


def changed_days(*, since: datetime, now: datetime) -> frozenset[date]:
    """The days whose standing may have changed after `since`, up to `now`: entered, come into force, taken back, or brought
    by an update of the program.

    Whoever keeps due dates computes those anew whose term holds one of these days; doing so twice changes nothing. A change
    entered to count from a later day appears on that day.
    """
    first, last = timezone.localdate(since), timezone.localdate(now)
    days = set(
        CalendarChange.objects.filter(
            Q(entered_at__gt=since, entered_at__lte=now)
            | Q(taken_back_at__gt=since, taken_back_at__lte=now)
            | Q(known_from_on__gt=first, known_from_on__lte=last),
            known_from_on__lte=last,
        ).values_list("day", flat=True)
    )
    # Of the first start too: harmless, and right for an installation whose due dates are older than its calendar.
    met = CalendarYear.objects.filter(met_at__gt=since, met_at__lte=now)
    for year in met.values_list("year", flat=True):
        days.update(published_exceptions().get(year, ()))
    return frozenset(days)


def meet_years(*, now: datetime) -> list[int]:
    """Notes the years that the library publishes now and did not before, or publishes otherwise. Returns them.

    Those of the first start have always been known. Run at night, so that a year that an update brings counts from a day
    that is written down.
    """
    with transaction.atomic():
        met = dict(CalendarYear.objects.select_for_update().values_list("year", "digest"))
        known_from_on = timezone.localdate(now) if met else None
        digests = {year: _digest(days) for year, days in published_exceptions().items()}
        new = [year for year, digest in digests.items() if met.get(year) != digest]
        for year in new:
            # A year that is corrected has been known since the day it was.
            CalendarYear.objects.update_or_create(
                year=year,
                defaults={"digest": digests[year], "met_at": now},
                create_defaults={"digest": digests[year], "met_at": now, "known_from_on": known_from_on},
            )
    return new if met else []
