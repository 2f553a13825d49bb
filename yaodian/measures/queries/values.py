"""Values out of the snapshots: of a day, and over time, for many units and measures at a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from yaodian.foundation.measuring import Value, measure_of
from yaodian.measures.models import Snapshot, Taking


@dataclass(frozen=True, order=True)
class Place:
    """What a value is of: measure, unit, stage and filter."""

    measure: str
    unit_id: int
    stage: str = ""
    narrowed: str = ""


def value_of(row: Snapshot) -> Value:
    measure = measure_of(row.measure)
    return Value(
        on=row.on,
        numerator=None if row.numerator is None else Fraction(row.numerator),
        denominator=None if row.denominator is None else Fraction(row.denominator),
        scale=measure.scale if measure else 1,
        problem=row.problem,
        counted=row.counted,
        expected=row.expected,
        period=row.period,
        rule=row.rule,
    )


def latest_taking(*, day: date) -> Taking | None:
    """The last taking up to a day. One query."""
    return Taking.objects.filter(on__lte=day).order_by("-on").first()


@dataclass(frozen=True)
class Reading:
    """A value with whence it was read: the snapshot's row and the taking's."""

    value: Value
    snapshot_id: int
    taking_id: int


def readings_on(*, places: Collection[Place], day: date) -> tuple[date | None, Mapping[Place, Reading]]:
    """The values of many places in the last taking up to a day, and the day of that taking; None before the first.

    Two queries, whatever their number. A place without a value and without a reason is not in it.
    """
    taking = latest_taking(day=day)
    if taking is None or not places:
        return (taking.on if taking else None), {}
    wanted = set(places)
    rows = Snapshot.objects.filter(
        taking=taking,
        unit_id__in={place.unit_id for place in places},
        measure__in={place.measure for place in places},
    )
    found = {Place(row.measure, row.unit_id, row.stage, row.filter): row for row in rows.defer("missing").order_by()}
    readings = {place: Reading(value_of(row), row.pk, taking.pk) for place, row in found.items() if place in wanted}
    return taking.on, readings


def chosen_days(*, day: date, most: int = 60) -> list[date]:
    """The days that a trend shows: the last taking of each month up to a day, and the last of all. One query."""
    last: dict[tuple[int, int], date] = {}
    for on in Taking.objects.filter(on__lte=day).order_by("on").values_list("on", flat=True):
        last[on.year, on.month] = on
    return sorted(last.values())[-most:]


def year_days(*, day: date, most: int = 10) -> list[date]:
    """The days that a comparison of years shows: the last taking of each year up to a day. One query."""
    last: dict[int, date] = {}
    for on in Taking.objects.filter(on__lte=day).order_by("on").values_list("on", flat=True):
        last[on.year] = on
    return sorted(last.values())[-most:]


def series(*, places: Collection[Place], day: date) -> Mapping[Place, list[Value]]:
    """The values of many places over time, oldest first. Two queries, whatever their number."""
    found: dict[Place, list[Value]] = defaultdict(list)
    if not places:
        return found
    days = chosen_days(day=day)
    rows = Snapshot.objects.filter(
        on__in=days,
        measure__in={place.measure for place in places},
        unit_id__in={place.unit_id for place in places},
    ).order_by("on")
    wanted = set(places)
    for row in rows.defer("missing"):
        place = Place(row.measure, row.unit_id, row.stage, row.filter)
        if place in wanted:
            found[place].append(value_of(row))
    return found
