"""How long data are kept, by which rule, and what is past its time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from yaodian.organisations.models import Unit, UnitKind
from yaodian.organisations.queries import Visitor, may
from yaodian.registry.models import (
    LEGAL_BASIS,
    PRESENT,
    WORKING,
    DataClass,
    DataRequest,
    Pupil,
    Purpose,
    RecordAccess,
    RequestState,
    RetentionRule,
    Teacher,
)
from yaodian.registry.queries.reach import today
from yaodian.registry.queries.requests import ANSWER


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last day of the month where there is none. Negative: earlier."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def retention_rules(*, on: date) -> dict[str, RetentionRule]:
    """The rule of each class of data that has one on a day. One query."""
    rows = RetentionRule.objects.filter(from_on__lte=on, until_on__isnull=True).select_related("set_by")
    return {row.data_class: row for row in rows}


def _rows(data_class: str, before: date) -> "QuerySet[Any]":
    """The rows of a class whose day lies on or before another, as far as there is something to be erased."""
    match data_class:
        case DataClass.PUPIL:
            left = Pupil.objects.filter(erased_at__isnull=True, merged_into__isnull=True, left_on__lte=before)
            return left.exclude(status__in=PRESENT)
        case DataClass.TEACHER:
            gone = Teacher.objects.filter(erased_at__isnull=True, left_on__lte=before)
            return gone.exclude(status__in=WORKING)
        case DataClass.ACCESS:
            return RecordAccess.objects.filter(at__date__lte=before)
        case DataClass.REQUEST:
            closed = DataRequest.objects.filter(erased_at__isnull=True, closed_at__date__lte=before)
            return closed.exclude(state=RequestState.RECEIVED)
        case _:
            raise LookupError(f"{data_class!r} is no class of data")


def past_rows(*, on: date) -> Iterator[tuple[str, date, "QuerySet[Any]"]]:
    """Each class that has a rule, the last day that its time has passed for, and the rows, as a query not yet made."""
    for data_class, rule in sorted(retention_rules(on=on).items()):
        before = months_after(on, -rule.months)
        yield data_class, before, _rows(data_class, before)


@dataclass(frozen=True)
class Expired:
    """Of one class: the last day that its time has passed for, how many rows there were, how many were erased, and how
    many a reason kept back."""

    data_class: str
    before: date
    found: int
    erased: int = 0
    kept_back: int = 0

    @property
    def label(self) -> str:
        return str(DataClass(self.data_class).label)


def expired(*, on: date) -> tuple[Expired, ...]:
    """What a run of `operations.erase_expired` would erase, one line for each class that has a rule."""
    return tuple(Expired(data_class, before, rows.count()) for data_class, before, rows in past_rows(on=on))


@dataclass(frozen=True)
class RetentionPage:
    """`past` is None for whoever may not have it erased: only a right over the whole bureau does."""

    rules: Sequence[tuple[str, str, RetentionRule | None, Expired | None]]
    past: Mapping[str, Expired] | None
    purposes: Sequence[tuple[str, str]]

    @property
    def total(self) -> int:
        return sum(one.found for one in (self.past or {}).values())


def retention_page(*, account: Visitor, on: date | None = None) -> RetentionPage:
    """Purposes with their basis, rules, and what is past its time. A constant number of queries."""
    day = on or today()
    bureau = Unit.objects.filter(kind=UnitKind.BUREAU).order_by("pk").first()
    is_whole = bureau is not None and may(account=account, permission=ANSWER, unit_id=bureau.pk)
    rules = retention_rules(on=day)
    past = {one.data_class: one for one in expired(on=day)} if is_whole else None
    return RetentionPage(
        rules=[(value, str(label), rules.get(value), (past or {}).get(value)) for value, label in DataClass.choices],
        past=past,
        purposes=[(str(purpose.label), str(LEGAL_BASIS[purpose])) for purpose in Purpose],
    )
