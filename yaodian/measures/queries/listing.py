"""Values as a list to be read on by a machine: of one measure, by day and unit, with what they were made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTransform

from yaodian.foundation.measuring import Measure, Value, measure_of
from yaodian.measures.models import Snapshot, Taking
from yaodian.measures.queries.comparing import directly_below
from yaodian.measures.queries.pages import VIEW, Absent, chosen_unit
from yaodian.measures.queries.values import latest_taking, value_of
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, named, scope_of

COUNTED = 1_000
MOST_ON_A_PAGE = 100
_PLACE = re.compile(r"(\d{4}-\d\d-\d\d)_(\d{1,18})")


@dataclass(frozen=True)
class Listed:
    """A value with its unit; `unit` has its name of today as `name_then`."""

    unit: Unit
    value: Value
    stage: str
    narrowed: str


@dataclass(frozen=True)
class ValueList:
    """Values by day, then unit. `inputs` has for each of the days the figures of the law in force and the rows read.

    `after` is the place for the next ones, empty at the end. `total` counts to COUNTED and no further.
    """

    measure: Measure
    items: tuple[Listed, ...]
    inputs: Mapping[date, Mapping[str, Any]]
    after: str
    total: int
    is_more: bool


def values_of(
    *,
    account: Visitor,
    code: str,
    unit: str = "",
    is_below: bool = False,
    stage: str | None = None,
    narrowed: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
    after: str = "",
    size: int = 50,
    day: date,
) -> ValueList:
    """The values of a measure that the account reaches, of one stage and filter; without `from_on` of the last day only.

    `unit` is a public id, none for all; `is_below` adds the units directly below it. A place that is none is the beginning.
    A constant number of queries. Raises Absent.
    """
    measure = measure_of(code)
    if measure is None:
        raise Absent
    stage = stage if stage is not None and stage in measure.stages else measure.default_stage
    narrowed = narrowed if narrowed in measure.filters else ""
    last = to_on or day
    if from_on is None:
        taking = latest_taking(day=last)
        from_on = last = taking.on if taking else last
    rows = Snapshot.objects.filter(measure=code, stage=stage, filter=narrowed, on__gte=from_on, on__lte=last)
    rows = scope_of(account=account, permission=VIEW).rows(rows)
    if unit:
        shown, _units = chosen_unit(account, unit, day)
        assert shown is not None  # chosen_unit gives the unit that was asked for, or raises.
        below = directly_below(unit=shown, day=day) if is_below else Unit.objects.none()
        rows = rows.filter(Q(unit=shown) | Q(unit__in=below))
    total = rows.order_by()[: COUNTED + 1].count()
    place = _read(after)
    if place is not None:
        rows = rows.filter(on__gte=place[0]).filter(Q(on__gt=place[0]) | Q(unit_id__gt=place[1]))
    size = min(max(1, size), MOST_ON_A_PAGE)
    found = list(rows.defer("missing").order_by("on", "unit_id")[: size + 1])
    is_end, found = len(found) <= size, found[:size]
    units = {one.pk: one for one in named(Unit.objects.filter(pk__in={row.unit_id for row in found}), day=day)}
    return ValueList(
        measure=measure,
        items=tuple(Listed(units[row.unit_id], value_of(row), row.stage, row.filter) for row in found),
        inputs=_inputs(code, {row.on for row in found}),
        after="" if is_end else f"{found[-1].on.isoformat()}_{found[-1].unit_id}",
        total=min(total, COUNTED),
        is_more=total > COUNTED,
    )


def _inputs(code: str, days: set[date]) -> Mapping[date, Mapping[str, Any]]:
    """What the takings of some days read for a measure. One query, and not the inputs of the other measures."""
    rows = Taking.objects.filter(on__in=days).values_list("on", KeyTransform(code, "inputs"))
    return {on: inputs or {} for on, inputs in rows}


def _read(text: str) -> tuple[date, int] | None:
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1]), int(found[2])
    except ValueError:
        return None
