"""Where a stated address belongs: the catchments that cover it, what they lead to, and whether it is contested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yaodian.admissions.content import Home
from yaodian.admissions.models import Catchment, Intake, Side

_DIGITS = re.compile(r"\d{1,6}")


@dataclass(frozen=True)
class Located:
    """`offers` are keys of the offers to which the covering catchments lead; `contested` is what families are told, or empty."""

    catchments: tuple[Catchment, ...]
    covering: tuple[Catchment, ...]
    offers: frozenset[int]
    contested: str


def house_number(text: str) -> int | None:
    """The number with which a house number begins: 12 of «12-3 号», None for words."""
    found = _DIGITS.match(text.strip().lstrip("第"))
    return int(found.group()) if found else None


def locate(intake: Intake, home: Home) -> Located:
    """Four queries."""
    catchments = tuple(Catchment.objects.filter(intake=intake).prefetch_related("ranges", "schools").order_by("code"))
    number = house_number(home.number)
    covering = tuple(one for one in catchments if _covers(one, home, number))
    contested = intake.contested.filter(street=home.street, number=-1 if number is None else number)
    return Located(
        catchments,
        covering,
        frozenset(school.offer_id for one in covering for school in one.schools.all()),
        contested.values_list("words", flat=True).first() or "",
    )


def _covers(catchment: Catchment, home: Home, number: int | None) -> bool:
    if number is not None and home.street:
        side = Side.ODD if number % 2 else Side.EVEN
        for one in catchment.ranges.all():
            if one.street == home.street and one.first <= number <= one.last and one.side in (Side.BOTH, side):
                return True
    if not catchment.polygon or home.longitude is None or home.latitude is None:
        return False
    return _is_inside(home.longitude, home.latitude, catchment.polygon)


def _is_inside(longitude: float, latitude: float, rings: Iterable[Iterable[tuple[float, float]]]) -> bool:
    """By how often a line from the point crosses the rings; a hole is a ring inside another."""
    is_inside = False
    for ring in rings:
        points = list(ring)
        for (x, y), (next_x, next_y) in zip(points, points[1:] + points[:1], strict=True):
            if (y > latitude) != (next_y > latitude):
                is_inside ^= longitude < x + (latitude - y) / (next_y - y) * (next_x - x)
    return is_inside
