"""`{% point_map map %}`: places as inline SVG with north and scale, its list and its exports; no tiles, no other host.

Points differ in shape and colour by how they stand, in size by their value. Names show when a point is pointed at or
reached with the keyboard.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yaodian.foundation.drawing import LETTER, NARROW, WIDE, Drawing
from yaodian.indicators.models import Verdict
from yaodian.indicators.queries import MapChart, Marked
from yaodian.indicators.queries.mapping import KM_PER_DEGREE, PLAIN, standing_words

register = template.Library()

MARGIN = 34.0
TALLEST, TALLEST_NARROW, LOWEST = 0.8, 1.1, 0.5
"""Of the width."""
LEAST_KM = 1.0
SIZES = (4.5, 5.5, 6.5, 8.0, 9.5)
"""Half the width of a point, by the fifth that its value lies in."""
MIDDLE = SIZES[1]
ORDER = (Verdict.FAILS.value, Verdict.UNDECIDED.value, Verdict.MEETS.value, PLAIN)


@register.inclusion_tag("foundation/chart.html")
def point_map(chart: MapChart, is_open: bool = False) -> dict[str, Any]:
    """The figure: caption, map, source, list, exports. `is_open`: the list is shown at once."""
    drawn = "" if chart.is_empty else draw_map(chart) + draw_map(chart, is_narrow=True)
    return {"chart": chart, "drawn": drawn, "is_open": is_open or not drawn}


@dataclass(frozen=True)
class _Sheet:
    """From degrees to pixels: everything fits, north is up, a kilometre is as long east as north."""

    width: float
    height: float
    pixels_per_km: float
    west: float
    north: float
    squeeze: float

    @classmethod
    def of(cls, points: Sequence[Marked], width: float) -> _Sheet:
        spots = [one.spot for one in points if one.spot is not None]
        west, east = min(one.longitude for one in spots), max(one.longitude for one in spots)
        south, north = min(one.latitude for one in spots), max(one.latitude for one in spots)
        squeeze = math.cos(math.radians((south + north) / 2))
        wide = max((east - west) * squeeze * KM_PER_DEGREE, LEAST_KM)
        tall = max((north - south) * KM_PER_DEGREE, LEAST_KM)
        room = width - 2 * MARGIN
        height = min(
            max(room * tall / wide + 2 * MARGIN, width * LOWEST),
            width * (TALLEST_NARROW if width == NARROW else TALLEST),
        )
        scale = min(room / wide, (height - 2 * MARGIN) / tall)
        # What does not fill the sheet lies in its middle.
        left = ((width / scale) - (east - west) * squeeze * KM_PER_DEGREE) / 2
        above = ((height / scale) - (north - south) * KM_PER_DEGREE) / 2
        return cls(
            width, height, scale, west - left / (squeeze * KM_PER_DEGREE), north + above / KM_PER_DEGREE, squeeze
        )

    def place(self, one: Marked) -> tuple[float, float]:
        assert one.spot is not None
        x = (one.spot.longitude - self.west) * self.squeeze * KM_PER_DEGREE * self.pixels_per_km
        return x, (self.north - one.spot.latitude) * KM_PER_DEGREE * self.pixels_per_km


def draw_map(chart: MapChart, *, is_narrow: bool = False) -> SafeString:
    """The picture; its label for those who do not see it says how many points stand how."""
    drawing = Drawing(NARROW if is_narrow else WIDE)
    points = chart.drawn
    sheet = _Sheet.of(points, drawing.width)
    drawing.rectangle(0.5, 0.5, sheet.width - 1, sheet.height - 1, "map-ground")
    values = sorted(one.datum.value for one in points if one.datum.value is not None)
    # What stands worst lies on top, so that no other point hides it.
    in_order = sorted(points, key=lambda each: -ORDER.index(each.standing))
    taken: list[_Box] = []
    for one in in_order:
        (x, y), size = sheet.place(one), _size(one, values)
        if chart.is_named:
            taken.append((x - size, y - size, x + size, y + size))
    for one in in_order:
        _point(drawing, one, sheet.place(one), _size(one, values), chart, taken)
    _north(drawing)
    _scale(drawing, sheet)
    drawing.height = sheet.height
    _legend(drawing, points, is_sized=bool(values))
    return drawing.svg(_summary(chart), f"point-map {'drawn-narrow' if is_narrow else 'drawn-wide'}")


def _size(one: Marked, values: Sequence[Fraction]) -> float:
    if one.datum.value is None or len(values) < len(SIZES):
        return MIDDLE
    below = sum(value < one.datum.value for value in values)
    return SIZES[min(len(SIZES) * below // len(values), len(SIZES) - 1)]


def _shape(x: float, y: float, size: float, standing: str) -> SafeString:
    """A circle for what meets, a triangle for what fails, an empty square on its tip for what cannot be decided."""
    if standing == Verdict.FAILS:
        places = ((x, y - 1.2 * size), (x + 1.1 * size, y + 0.8 * size), (x - 1.1 * size, y + 0.8 * size))
    elif standing == Verdict.UNDECIDED:
        places = ((x, y - 1.2 * size), (x + 1.2 * size, y), (x, y + 1.2 * size), (x - 1.2 * size, y))
    else:
        return format_html('<circle cx="{}" cy="{}" r="{}" class="map-{}"/>', _at(x), _at(y), _at(size), standing)
    told = " ".join(f"{_at(east)},{_at(south)}" for east, south in (*places, places[0]))
    return format_html('<polyline points="{}" class="map-{}"/>', told, standing)


def words_width(words: str) -> float:
    """About how wide words are: a Chinese character is as wide as high, a letter or digit a little more than half."""
    return LETTER * sum(1 if ord(letter) > 0x2E7F else 0.64 for letter in words)


def _at(number: float) -> str:
    return f"{number:.1f}"


_Box = tuple[float, float, float, float]


def _beside(
    x: float, y: float, size: float, words: str, width: float, taken: Sequence[_Box]
) -> tuple[float, float, _Box]:
    """Where words stand: on the first side of their point where they lie on the sheet and on nothing else."""
    wide, tall = words_width(words), LETTER
    sides = (
        (x + size + 4, y + 4), (x - size - 4 - wide, y + 4), (x - wide / 2, y - size - 5), (x - wide / 2, y + size + tall),
        (x + size + 4, y - tall), (x + size + 4, y + tall + 6), (x - size - 4 - wide, y - tall),
        (x - size - 4 - wide, y + tall + 6),
    )  # fmt: skip
    boxes = [(left, low - tall, left + wide, low + 2) for left, low in sides]
    fitting = [box for box in boxes if box[0] >= 2 and box[2] <= width - 2]
    free = [box for box in fitting if not any(_overlap(box, other) for other in taken)]
    box = next(iter(free or fitting or boxes))
    return box[0], box[3] - 2, box


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _point(
    drawing: Drawing, one: Marked, place: tuple[float, float], size: float, chart: MapChart, taken: list[_Box]
) -> None:
    x, y = place
    unit = f" {chart.unit}" if chart.unit and chart.unit != "%" and one.datum.value is not None else ""
    parts = (f"{one.datum.words}{unit}", standing_words(one.standing))
    said = "，".join(dict.fromkeys(part for part in parts if part))
    title = f"{one.name}：{said}" if said else one.name
    words = one.name if chart.is_named else title
    left, low, box = _beside(x, y, size, words, drawing.width, taken)
    if chart.is_named:
        taken.append(box)
    drawing.shapes.append(
        format_html(
            '<g class="map-point{}" tabindex="0" role="img" aria-label="{}"><title>{}</title>{}'
            '<text x="{}" y="{}" text-anchor="start" class="drawn-words map-name">{}</text></g>',
            " is-named" if chart.is_named else "", title, title, _shape(x, y, size, one.standing),
            _at(left), _at(low), words,
        )
    )  # fmt: skip


def _north(drawing: Drawing) -> None:
    x, y = drawing.width - 18, 34.0
    drawing.shapes.append(
        format_html('<polyline points="{}" class="map-north"/>', f"{x},{y - 18} {x + 6},{y} {x},{y - 5} {x - 6},{y} {x},{y - 18}")
    )  # fmt: skip
    drawing.words(x, y + 14, _("北"), "drawn-soft", "middle")


def _scale(drawing: Drawing, sheet: _Sheet) -> None:
    """A line as long as a round number of kilometres, about a fifth of the sheet."""
    wanted = sheet.width / 5 / sheet.pixels_per_km
    power = 10.0 ** math.floor(math.log10(wanted))
    length = next(power * factor for factor in (5, 2, 1) if power * factor <= wanted)
    x, y, wide = 12.0, sheet.height - 12, length * sheet.pixels_per_km
    drawing.line(x, y, x + wide, y, "map-scale")
    for end in (x, x + wide):
        drawing.line(end, y - 5, end, y, "map-scale")
    drawing.words(x + wide + 6, y + 1, f"{length:g} km", "drawn-soft")


def _legend(drawing: Drawing, points: Sequence[Marked], *, is_sized: bool) -> None:
    counts = {standing: sum(one.standing == standing for one in points) for standing in ORDER}
    x, y = 12.0, drawing.height + 18
    for standing, count in counts.items():
        if not count or standing == PLAIN:
            continue
        drawing.shapes.append(_shape(x, y - 4, MIDDLE, standing))
        drawing.words(x + 12, y, f"{standing_words(standing)} {count}")
        x += 92 if drawing.width == NARROW else 110
    if is_sized:
        x, y = (12.0, y + 20) if drawing.width == NARROW and x > 20 else (x, y)
        drawing.words(x, y, _("点越大，数值越大"), "drawn-soft")
    drawing.height = y + 8


def _summary(chart: MapChart) -> str:
    counts = [
        f"{standing_words(standing)} {count}"
        for standing in ORDER
        if standing != PLAIN and (count := sum(one.standing == standing for one in chart.drawn))
    ]
    return "：".join(part for part in (chart.title, "，".join(counts)) if part)
