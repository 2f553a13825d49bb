"""Which schools an account reaches, and pages of what lies in them.

A scope is turned into the keys of schools once (at most a few thousand integers); every list then starts at an index on
`school_id`. Whoever reaches all schools gets no condition at all, so that a page of the whole city is read off the
same index in its order and costs what a page of one school costs.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Subquery
from django.utils import timezone

from yaodian.organisations.models import Account, Ancestry, Unit, holds_on
from yaodian.organisations.queries import Scope, Visitor, day_within, rights_of, scope_of
from yaodian.registry.models import School

Row = TypeVar("Row", bound=Model)
T = TypeVar("T")

VIEW = "registry.view"
# More keys than this are no longer sent as numbers, but asked for where they are used.
MOST_KEYS = 5_000
PAGE = 50
MOST_ON_A_PAGE = 100
# Lists are counted no further than this: nobody reads on, and counting a city costs more than showing a page.
COUNTED = 1_000


@dataclass(frozen=True)
class Reach:
    """The schools that a permission reaches. `keys` is None where that is every school."""

    keys: tuple[int, ...] | None
    schools: "QuerySet[School]"

    @property
    def is_empty(self) -> bool:
        return self.keys == ()

    @property
    def is_single(self) -> bool:
        return self.keys is not None and len(self.keys) == 1

    def rows(self, rows: "QuerySet[Row]", *, school: str = "school_id") -> "QuerySet[Row]":
        """The rows whose school, under the path `school`, lies within."""
        if self.keys is None:
            return rows
        if not self.keys:
            return rows.none()
        if len(self.keys) == 1:
            return rows.filter(**{school: self.keys[0]})
        if len(self.keys) > MOST_KEYS:
            return rows.filter(**{f"{school}__in": self.schools.order_by().values("pk")})
        return rows.filter(**{f"{school}__in": self.keys})

    def includes(self, school_id: int) -> bool:
        return self.keys is None or school_id in self.keys


def reached_schools(scope: Scope) -> "QuerySet[School]":
    """The schools in a scope: those that stand, and those that ended, where they stood on their last day."""
    standing = scope.rows(School.objects.all(), unit="unit_id")
    if scope.is_empty:
        return standing
    wanted = Q(pk__in=())
    for hierarchy, unit in scope.roots:
        wanted |= Q(hierarchy=hierarchy, ancestor_id=unit)
    ended = (
        Ancestry.objects.filter(wanted, descendant__closed_on__lte=scope.as_of, until_on=F("descendant__closed_on"))
        .order_by()
        .values("descendant_id")
    )
    return School.objects.filter(Q(pk__in=Subquery(standing.order_by().values("pk"))) | Q(unit_id__in=Subquery(ended)))


def reach_of(*, account: Visitor, permission: str = VIEW, on: date | None = None) -> Reach:
    """Which schools the account reaches today, under the boundaries of `on`. Two queries."""
    scope = scope_of(account=account, permission=permission, as_of=on)
    schools = reached_schools(scope)
    keys = tuple(schools.order_by().values_list("pk", flat=True)) if not scope.is_empty else ()
    if keys and len(keys) == _how_many_schools():
        return Reach(None, School.objects.all())
    return Reach(keys, schools)


def _how_many_schools() -> int:
    """All of them, also those behind the wall of row-level security: otherwise everybody would seem to reach everything."""
    if connection.vendor != "postgresql":
        return School.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_how_many_schools()")
        return int(cursor.fetchone()[0])


def unit_behind(*, account: Account, unit: Unit, on: date) -> Unit | None:
    """Through which of his units somebody reaches a school today: the nearest; None where none does."""
    return units_behind(account=account, units=[unit], on=on).get(unit.pk)


def units_behind(*, account: Account, units: Iterable[Unit], on: date) -> dict[int, Unit]:
    """`unit_behind` of many, by the unit's key: one query for the units of today, one more for each day of closing."""
    roots = Q(pk__in=())
    for right in rights_of(account=account):
        if VIEW in right.permissions:
            roots |= Q(hierarchy=right.hierarchy, ancestor_id=right.unit_id)
    days: dict[date, list[Unit]] = {}
    for unit in units:
        days.setdefault(day_within(unit, on), []).append(unit)
    behind: dict[int, Unit] = {}
    for day, asked in days.items():
        lines = Ancestry.objects.filter(roots, holds_on(day), descendant__in=asked).select_related("ancestor")
        for line in lines.order_by("-distance"):
            behind[line.descendant_id] = line.ancestor
    return behind


def today() -> date:
    """Rights, and so lists, are about this very day; other days are asked for by `on`."""
    return timezone.localdate()


@dataclass(frozen=True)
class Slice(Generic[T]):
    """Rows of a list in a fixed order, from a place on. `after` is the place for the next ones, empty at the end.

    `total` counts no further than `COUNTED`; `is_more` says that there are more than that.
    """

    items: tuple[T, ...]
    after: str
    total: int
    is_more: bool
    size: int

    @property
    def has_next(self) -> bool:
        return bool(self.after)


def counted(rows: "QuerySet[Any]") -> tuple[int, bool]:
    """How many rows there are, up to COUNTED, and whether there are more."""
    found = rows.order_by()[: COUNTED + 1].count()
    return min(found, COUNTED), found > COUNTED


def slice_of(
    rows: "QuerySet[Any]",
    *,
    order: tuple[str, ...],
    after: str,
    size: int,
    make: Callable[[list[Any]], Iterable[T]],
) -> Slice[T]:
    """One page by keyset: the rows beyond `after` in the order of columns of which the last is unique. Three queries."""
    size = min(max(1, size), MOST_ON_A_PAGE)
    total, is_more = counted(rows)
    place = read_place(after, len(order))
    if place is not None:
        rows = rows.filter(_beyond(order, place))
    # The keys first and alone, off an index in their order: with the joins of a row in the same statement PostgreSQL goes
    # through school after school instead.
    keys = list(rows.order_by(*order).values_list("pk", flat=True)[: size + 1])
    is_end = len(keys) <= size
    whole = {row.pk: row for row in rows.filter(pk__in=keys[:size])}
    found = [whole[key] for key in keys[:size] if key in whole]
    next_place = "" if is_end or not found else write_place([getattr(found[-1], name) for name in order])
    return Slice(tuple(make(found)), next_place, total, is_more, size)


def _beyond(order: tuple[str, ...], place: list[Any]) -> Q:
    """`(a, b) > (x, y)` in a form that walks an index: a >= x AND (a > x OR b > y)."""
    *heads, last = order
    condition = Q(**{f"{last}__gt": place[-1]})
    for name, value in zip(reversed(heads), reversed(place[:-1]), strict=True):
        condition = Q(**{f"{name}__gte": value}) & (Q(**{f"{name}__gt": value}) | condition)
    return condition


def write_place(values: list[Any]) -> str:
    """A place in a list as an address can carry it."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_place(text: str, length: int) -> list[Any] | None:
    """The place that an address carries; None, the beginning, where it carries none or nonsense."""
    if not text or len(text) > 200:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != length:
        return None
    if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 for value in values):
        return None
    return values
