"""The rows that a value was counted from, one by one: cases, commitments, reports, of a unit and of whatever lies below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction

from yaodian.foundation.measuring import Asked, Behind, Value, measure_of
from yaodian.measures.models import Taking
from yaodian.measures.queries.values import Place
from yaodian.organisations.models import Ancestry, holds_on


def rows_behind(
    *, places: Collection[Place], day: date, most: int | None = None
) -> Mapping[Place, tuple[int, tuple[Behind, ...]]]:
    """How many rows each value has, and the first of them, at most so many. Only measures that are counted from rows.

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
    counts: dict[Place, int] = defaultdict(int)
    found: dict[Place, list[Behind]] = defaultdict(list)
    for (code, stage), units in wanted.items():
        measure = measure_of(code)
        if measure is None or measure.behind is None:
            continue
        lines = {below: ups & units for below, ups in above.items() if ups & units}
        for unit in units:
            lines.setdefault(unit, {unit})
        for row in measure.behind(asked, list(lines), stage):
            for unit in lines.get(row.unit_id, ()):
                place = Place(code, unit, stage)
                counts[place] += 1
                if most is None or len(found[place]) < most:
                    found[place].append(row)
    return {place: (count, tuple(found[place])) for place, count in counts.items()}


def nothing_behind(*, place: Place, taking: Taking) -> Value | None:
    """What a place without a value has where its measure was taken and is counted from rows: none of them, or nothing to
    divide. None where it was not taken."""
    measure = measure_of(place.measure)
    if measure is None or measure.behind is None or place.measure not in taking.inputs:
        return None
    if measure.is_ratio:
        return Value(taking.on, None, None, problem="nothing-counted", rule=measure.rule(taking.on))
    return Value(taking.on, Fraction(0), None, scale=measure.scale, rule=measure.rule(taking.on))
