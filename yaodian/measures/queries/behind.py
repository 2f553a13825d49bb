"""The rows that a value was counted from, one by one: cases, commitments, reports, of a unit and of whatever lies below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction

from yaodian.foundation.measuring import Asked, Behind, Measure, Value, measure_of
from yaodian.measures.models import Taking
from yaodian.measures.queries.values import Place
from yaodian.organisations.models import Ancestry, holds_on


def rows_behind(*, places: Collection[Place], day: date, most: int) -> Mapping[Place, tuple[Behind, ...]]:
    """The first rows of each value, at most so many; of a share those that are not in the numerator come first. Only measures
    that are counted from rows; how many rows there are the value itself says.

    One query for what lies below, and those of each measure and stage, whatever the number of units.
    """
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place in places:
        measure = measure_of(place.measure)
        if measure is not None and measure.behind is not None:
            wanted[place.measure, place.stage].add(place.unit_id)
    if not wanted:
        return {}
    above: dict[int, set[int]] = defaultdict(set)
    pairs = Ancestry.objects.filter(
        holds_on(day), ancestor_id__in={unit for units in wanted.values() for unit in units}
    )
    for below, ancestor in pairs.order_by().values_list("descendant_id", "ancestor_id").iterator():
        above[below].add(ancestor)
    asked = Asked(day)
    found: dict[Place, list[Behind]] = defaultdict(list)
    for (code, stage), units in wanted.items():
        measure = measure_of(code)
        if measure is None or measure.behind is None:
            continue
        lines = {below: ups & units for below, ups in above.items() if ups & units}
        for unit in units:
            lines.setdefault(unit, {unit})
        open_ = set(units)
        for row in measure.behind(asked, list(lines), stage):
            for unit in lines.get(row.unit_id, set()) & open_:
                rows = found[Place(code, unit, stage)]
                rows.append(row)
                if len(rows) == most:
                    open_.discard(unit)
            if not open_:
                # A city's cases of a year are many, and nobody looks at more than the first.
                break
    return {place: tuple(rows) for place, rows in found.items()}


def count_behind(measure: Measure, value: Value | None) -> int:
    """How many rows a value was counted from."""
    if value is None or measure.behind is None or value.problem:
        return 0
    return int((value.denominator if measure.is_ratio else value.numerator) or 0)


def nothing_behind(*, place: Place, taking: Taking) -> Value | None:
    """What a place without a value has where its measure was taken and is counted from rows: none of them, or nothing to
    divide. None where it was not taken."""
    measure = measure_of(place.measure)
    if measure is None or measure.behind is None or place.measure not in taking.inputs:
        return None
    if measure.is_ratio:
        return Value(taking.on, None, None, problem="nothing-counted", rule=measure.rule(taking.on))
    return Value(taking.on, Fraction(0), None, scale=measure.scale, rule=measure.rule(taking.on))
