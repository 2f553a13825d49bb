"""Lengths of time that a bulletin is about: the month, quarter, half or year, or two days; and the one before each."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from yaodian.foundation.official.numerals import chinese
from yaodian.foundation.official.numerals import day as day_words
from yaodian.plans.models import PeriodKind

_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
LONGEST_DAYS = 3 * 366


class UnknownPeriod(ValueError):
    """The words name no length of time; a sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included; ``kind`` says whether that is a month, a quarter, …"""

    kind: PeriodKind
    first: date
    last: date

    @property
    def words(self) -> str:
        """As an official document says it: 2026年10月, 2026年第三季度, 2026年上半年, 2026年, 2026年10月1日至15日."""
        year = self.first.year
        match self.kind:
            case PeriodKind.MONTH:
                return f"{year}年{self.first.month}月"
            case PeriodKind.QUARTER:
                return f"{year}年第{chinese((self.first.month + 2) // 3)}季度"
            case PeriodKind.HALF:
                return f"{year}年{'上' if self.first.month == 1 else '下'}半年"
            case PeriodKind.YEAR:
                return f"{year}年"
        last = day_words(self.last)
        if self.last.year == year:
            last = last.removeprefix(f"{year}年")
            if self.last.month == self.first.month:
                last = last.removeprefix(f"{self.last.month}月")
        return f"{day_words(self.first)}至{last}"

    @property
    def code(self) -> str:
        """What a form sends: 2026-10, 2026Q4, 2026H2, 2026, 2026-10-01..2026-10-15."""
        year = self.first.year
        match self.kind:
            case PeriodKind.MONTH:
                return f"{year}-{self.first.month:02d}"
            case PeriodKind.QUARTER:
                return f"{year}Q{(self.first.month + 2) // 3}"
            case PeriodKind.HALF:
                return f"{year}H{1 if self.first.month == 1 else 2}"
            case PeriodKind.YEAR:
                return f"{year}"
        return f"{self.first}..{self.last}"

    @property
    def before(self) -> Span:
        """The length of time just before: the month, quarter, half or year, or as many days."""
        if self.kind in _MONTHS:
            return _months(self.kind, self.first - timedelta(days=1))
        length = self.last - self.first
        last = self.first - timedelta(days=1)
        return Span(self.kind, last - length, last)


def _months(kind: PeriodKind, on: date) -> Span:
    """The month, quarter, half or year that a day lies in."""
    count = _MONTHS[kind]
    first = (on.month - 1) // count * count + 1
    last = first + count - 1
    return Span(kind, date(on.year, first, 1), date(on.year, last, calendar.monthrange(on.year, last)[1]))


def span_of(*, kind: str, on: date, until: date | None = None) -> Span:
    """The length of time of a kind that a day lies in; for two days ``on`` is the first and ``until`` the last.

    Raises UnknownPeriod.
    """
    if kind not in PeriodKind.values:
        raise UnknownPeriod(_("没有选择期间。请选择月、季度、半年、年，或者起止日期。"))
    if not 1949 <= on.year <= 2149:
        raise UnknownPeriod(_("期间的年份须在 1949 到 2149 之间。"))
    if kind != PeriodKind.DAYS:
        return _months(PeriodKind(kind), on)
    if until is None:
        raise UnknownPeriod(_("请填写止的日期。"))
    if until < on:
        raise UnknownPeriod(_("止的日期 %(last)s 早于起的日期 %(first)s，请对调。") % {"first": on, "last": until})
    if (until - on).days >= LONGEST_DAYS:
        raise UnknownPeriod(_("起止日期相隔超过三年。请分几份通报。"))
    return Span(PeriodKind.DAYS, on, until)


def recent_spans(today: date) -> Iterator[Span]:
    """What one mostly chooses: the last months, quarters, halves and years, those that are over first of each kind."""
    for kind, most in ((PeriodKind.MONTH, 12), (PeriodKind.QUARTER, 6), (PeriodKind.HALF, 4), (PeriodKind.YEAR, 3)):
        span = _months(kind, today)
        for _turn in range(most):
            yield span
            span = span.before
