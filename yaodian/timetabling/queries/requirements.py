"""The tables of what universities ask for, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, names_of_units, scope_of, units_as_of
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import RequirementTable
from yaodian.timetabling.queries.opening import Opening, openings

LOAD = "timetabling.load"
# Kinds of unit that publish a table.
_OFFICES = ("bureau", "section", "county")


@dataclass(frozen=True)
class TableLine:
    """A table with how many majors it has, and the share of them that each of the twelve opens."""

    table: RequirementTable
    office: str
    majors: int
    universities: int


@dataclass(frozen=True)
class TablePage:
    """A table and what each combination opens by it."""

    table: RequirementTable
    office: str
    openings: tuple[tuple[Combination, Opening], ...]


@dataclass(frozen=True)
class TableList:
    """The tables of the units that the account keeps them for; `offices` are where a new one may stand."""

    lines: tuple[TableLine, ...]
    offices: tuple[tuple[Unit, str], ...]


def visible_tables(account: Visitor) -> QuerySet[RequirementTable]:
    """The tables that the account keeps."""
    return scope_of(account=account, permission=LOAD).rows(RequirementTable.objects.all(), unit="office_id")


def table_list(*, account: Visitor, day: date) -> TableList:
    """A constant number of queries."""
    rows = list(
        visible_tables(account)
        .annotate(majors_=Count("majors"), universities=Count("majors__university", distinct=True))
        .order_by("-year", "pk")[:100]
    )
    offices = list(
        units_as_of(day=day, scope=scope_of(account=account, permission=LOAD))
        .filter(kind__in=_OFFICES)
        .order_by("code")[:200]
    )
    names = names_of_units(ids={*(one.office_id for one in rows), *(one.pk for one in offices)}, day=day)
    return TableList(
        tuple(
            TableLine(one, names.get(one.office_id, ""), one.majors_, one.universities)  # type: ignore[attr-defined]
            for one in rows
        ),
        tuple((one, names.get(one.pk, "")) for one in offices),
    )


def find_table(*, account: Visitor, public_id: str) -> RequirementTable:
    """Raises RequirementTable.DoesNotExist."""
    return visible_tables(account).select_related("office").get(public_id=public_id)


def table_page(*, account: Visitor, public_id: str, day: date) -> TablePage:
    """A constant number of queries, whatever the size of the table. Raises RequirementTable.DoesNotExist."""
    row = find_table(account=account, public_id=public_id)
    names = names_of_units(ids=[row.office_id], day=day)
    return TablePage(row, names.get(row.office_id, ""), tuple(openings(row, COMBINATIONS)))
