"""`{% ground_plan plan %}`: the areas of catchments and the schools as inline SVG, to look at, to set a point on, or to draw an area on.

The picture carries no style and no script; `plan.js` reads from its attributes how pixels become degrees. Whoever cannot use a
pointer types degrees, or GeoJSON, in the fields beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from yaodian.admissions.queries import Plan

register = template.Library()

WIDTH = 480
TALLEST, LOWEST = 480, 260
MARGIN = 36
# So many schools can be numbered and named below; of more only the pointer tells the name.
MOST_NAMES = 24
MOST_CORNERS = 20_000  # of neighbours, to which new ones are drawn
LEAST_STEP = 0.5  # pixels
LEAST_DEGREES = 0.01  # about a kilometre from south to north
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6371 km
_LENGTHS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class Sheet:
    """From degrees to pixels: everything fits, north is up, a metre is as long east as north."""

    west: float
    north: float
    east_scale: float
    north_scale: float
    height: int

    @classmethod
    def of(cls, plan: Plan) -> Sheet:
        spots = [
            *(corner for area in plan.areas for ring in area.rings for corner in ring),
            *(one.spot for one in plan.schools),
            *([plan.point] if plan.point else []),
        ]
        west, east = min(spot[0] for spot in spots), max(spot[0] for spot in spots)
        south, north = min(spot[1] for spot in spots), max(spot[1] for spot in spots)
        squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
        wide, tall = max((east - west) * squeeze, LEAST_DEGREES), max(north - south, LEAST_DEGREES)
        room = WIDTH - 2 * MARGIN
        height = round(min(max(room * tall / wide + 2 * MARGIN, LOWEST), TALLEST))
        scale = min(room / wide, (height - 2 * MARGIN) / tall)
        # What does not fill the sheet lies in its middle.
        left = (west + east) / 2 - WIDTH / (2 * scale * squeeze)
        return cls(left, (south + north) / 2 + height / (2 * scale), scale * squeeze, scale, height)

    def place(self, spot: Sequence[float]) -> tuple[float, float]:
        return round((spot[0] - self.west) * self.east_scale, 1), round((self.north - spot[1]) * self.north_scale, 1)

    def path(self, rings: Sequence[Sequence[Sequence[float]]]) -> str:
        return "".join("M" + "L".join(self._corners(ring)) + "Z" for ring in rings)

    def _corners(self, ring: Sequence[Sequence[float]]) -> Iterator[str]:
        """Without those that nobody could tell from the one before."""
        before = (-math.inf, -math.inf)
        for corner in ring:
            at = self.place(corner)
            if math.dist(at, before) >= LEAST_STEP:
                before = at
                yield f"{at[0]} {at[1]}"

    def length(self) -> tuple[int, float]:
        """A round length in metres and its pixels, about a fifth of the width."""
        pixels = self.north_scale / METRES_PER_DEGREE
        metres = max((one for one in _LENGTHS if one * pixels <= WIDTH / 4), default=_LENGTHS[0])
        return metres, round(metres * pixels, 1)


@register.inclusion_tag("admissions/_plan.html")
def ground_plan(
    plan: Plan, use: str = "show", longitude: str = "", latitude: str = "", area: str = "", code: str = ""
) -> dict[str, Any]:
    """`use` is show, point (`longitude` and `latitude` are the ids of the fields) or area (`area` is the id of the field, `code` that
    of the catchment which is drawn anew)."""
    if plan.is_empty:
        return {"is_empty": True, "use": use}
    sheet = Sheet.of(plan)
    metres, pixels = sheet.length()
    areas = [one for one in plan.areas if one.code != code or use != "area"]
    corners = [list(corner) for one in areas for ring in one.rings for corner in ring] if use == "area" else []
    return {
        "use": use,
        "sheet": sheet,
        "width": WIDTH,
        "areas": [
            {"label": one.label, "path": sheet.path(one.rings), "at": sheet.place(_middle(one.rings))} for one in areas
        ],
        # To these corners a new one is drawn that is set beside them, so that neighbours share their edges to the digit.
        "corners": corners if len(corners) <= MOST_CORNERS else [],
        "schools": [{"name": one.name, "at": sheet.place(one.spot)} for one in plan.schools],
        "is_named": len(plan.schools) <= MOST_NAMES,
        "point": sheet.place(plan.point) if plan.point else None,
        "is_long": metres >= 1_000,
        "length": metres // 1_000 if metres >= 1_000 else metres,
        "bar": (MARGIN / 2, sheet.height - MARGIN / 2, MARGIN / 2 + pixels),
        "ids": {"longitude": longitude, "latitude": latitude, "area": area},
    }


def _middle(rings: Sequence[Sequence[Sequence[float]]]) -> tuple[float, float]:
    """Where the name of an area stands: in the middle of its first ring."""
    xs, ys = zip(*((corner[0], corner[1]) for corner in rings[0]), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
