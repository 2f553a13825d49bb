"""Addresses and points that lie in two catchments of which one is 单校划片, each pair of catchments once, with a witness."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .house_numbers import HouseNumber, Number, house_number
from .polygons import Point, Polygon, common_point
from .rulebook import Address, AddressRange, Catchment, Counts, Rulebook

_NUMBERS, _LANES = -1, -2  # rows of a street that are not the numbers in one of its lanes
_ROWS = {Counts.NUMBERS: (_NUMBERS,), Counts.LANES: (_LANES,), Counts.BOTH: (_NUMBERS, _LANES)}


def shared_addresses(rulebook: Rulebook) -> Iterator[tuple[Catchment, Catchment, Address]]:
    """By ranges. A door that is listed as contested is no such address: of it the rules say that it is not settled."""
    told: set[tuple[str, str]] = set()
    for one, other, address in _addresses(rulebook):
        first, second = sorted((one, other), key=lambda either: either.name)
        if _may_not_meet(first, second) and (first.name, second.name) not in told:
            told.add((first.name, second.name))
            yield first, second, address


def shared_points(rulebook: Rulebook) -> Iterator[tuple[Catchment, Catchment, Point]]:
    """By areas. Only those are held against each other whose boxes meet."""
    drawn = [(one, one.polygon) for one in rulebook.catchments if one.polygon is not None]
    drawn.sort(key=lambda pair: (pair[0].stage, pair[1].box[0], pair[0].name))
    open_ones: list[tuple[Catchment, Polygon]] = []
    for one, area in drawn:
        open_ones = [other for other in open_ones if other[0].stage == one.stage and other[1].box[2] > area.box[0]]
        for other in open_ones:
            (first, first_area), (second, second_area) = sorted(((one, area), other), key=lambda pair: pair[0].name)
            if _may_not_meet(first, second) and (point := common_point(first_area, second_area)) is not None:
                yield first, second, point
        open_ones.append((one, area))


def _may_not_meet(one: Catchment, other: Catchment) -> bool:
    return one.name != other.name and (one.is_single or other.is_single)


def _addresses(rulebook: Rulebook) -> Iterator[tuple[Catchment, Catchment, Address]]:
    """Pairs of ranges that have an address in common, with one such address."""
    rows: dict[tuple[str, str, int], list[tuple[AddressRange, Catchment]]] = defaultdict(list)
    for catchment in rulebook.catchments:
        for part in catchment.ranges:
            for row in _ROWS[part.counts] if part.lane is None else (part.lane,):
                rows[catchment.stage, part.street, row].append((part, catchment))
    listed: dict[tuple[str, str, int], list[HouseNumber]] = defaultdict(list)
    for entry in rulebook.contested:
        place = _NUMBERS if entry.address.lane is None else entry.address.lane
        listed[entry.stage, entry.address.street, place].append(entry.address.house)
    for (stage, street, lane), parts in sorted(rows.items()):
        unsettled = listed[stage, street, lane]
        for earlier, part, one, other in _meeting(parts):
            if lane == _LANES and (shared := _shared_lane(earlier, part)) is not None:
                yield one, other, Address(street, 1, shared)
            elif lane != _LANES and (number := _shared(earlier, part, unsettled)) is not None:
                yield one, other, Address(street, number, lane if lane >= 0 else None)
        for (part, one), (lanes, other) in itertools.product(
            parts if lane >= 0 else (), rows.get((stage, street, _LANES), ())
        ):
            if lanes.takes_lane(lane) and (number := _shared(part, part, unsettled)) is not None:
                yield one, other, Address(street, number, lane)


def _meeting(
    parts: list[tuple[AddressRange, Catchment]],
) -> Iterator[tuple[AddressRange, AddressRange, Catchment, Catchment]]:
    """Pairs of ranges of one row that reach into each other, if not always on the same side."""
    open_ones: list[tuple[AddressRange, Catchment]] = []
    for part, one in sorted(parts, key=lambda pair: (pair[0].low, pair[0].high, pair[1].name)):
        open_ones = [other for other in open_ones if other[0].high > part.low]
        yield from ((earlier, part, one, other) for earlier, other in open_ones)
        open_ones.append((part, one))


def _shared(one: AddressRange, other: AddressRange, unsettled: Sequence[HouseNumber]) -> Number | None:
    """A number in both ranges of a row: where the later one begins, or, on the wrong side there, the next whole number.

    Behind one that is not settled comes its neighbour of the same kind (12号之二 after 12号之一), or a further whole number.
    """
    later = one if one.low >= other.low else other
    whole = _whole(later.first)
    candidates: list[Number] = [later.first, *range(whole + 1, whole + 2 + 2 * len(unsettled))]
    candidates += [_next(number) for number in unsettled if number.parts]
    return next(
        (
            number
            for number in candidates
            if one.reaches(number)
            and other.reaches(number)
            and not any(house_number(number).is_under(entry) for entry in unsettled)
        ),
        None,
    )


def _next(number: HouseNumber) -> HouseNumber:
    *before, last = number.parts
    return HouseNumber(number.main, (*before, replace(last, value=last.value + 1)))


def _shared_lane(one: AddressRange, other: AddressRange) -> int | None:
    """The first lane in both ranges; lanes are whole, though the numbers beside them may not be."""
    least = max(_whole(one.first), _whole(other.first))
    return next((lane for lane in range(least, least + 3) if one.takes_lane(lane) and other.takes_lane(lane)), None)


def _whole(number: Number) -> int:
    return house_number(number).main
