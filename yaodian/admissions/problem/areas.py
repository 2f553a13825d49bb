"""Areas on the map as an office hands them in: GeoJSON (RFC 7946), or the bare rings; and back.

Degrees are GCJ-02, as everywhere in admissions, though RFC 7946 says WGS-84: no file tells which of the two it holds, so the page asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

Ring = list[list[float]]
LONGEST_AREA = 400_000  # characters
_DEPTH = 6  # of collections inside one another


class UnableToReadArea(ValueError):
    """The text is no area; the sentence says why and what to do."""


def read_area(text: str) -> list[Ring]:
    """The rings in the order of the text; [] where there is no text. Heights are left out. Whether they bound an area is not asked.

    Raises UnableToReadArea.
    """
    if not text.strip():
        return []
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UnableToReadArea(_("这不是 GeoJSON：读不出来。请粘贴整个文件的内容，或在地图上画。")) from problem
    found = [_ring(ring) for ring in _rings(said, _DEPTH)]
    if not found:
        raise UnableToReadArea(_("这份 GeoJSON 里没有面（Polygon 或 MultiPolygon）：点和线围不成学区。请导出面要素。"))
    return found


def write_area(rings: Sequence[Sequence[Sequence[float]]]) -> str:
    """The text that `read_area` reads; empty for no rings."""
    if not rings:
        return ""
    closed = [[*ring, ring[0]] if ring[0] != ring[-1] else list(ring) for ring in rings]
    said: dict[str, Any] = (
        {"type": "Polygon", "coordinates": closed}
        if len(closed) == 1
        else {"type": "MultiPolygon", "coordinates": [[ring] for ring in closed]}
    )
    return json.dumps(said, separators=(",", ":"))


def _rings(said: Any, depth: int) -> Iterator[Any]:
    if isinstance(said, list):
        yield from said
        return
    kind = said.get("type") if isinstance(said, dict) and depth else None
    match kind:
        case "FeatureCollection":
            for each in _list(said.get("features")):
                yield from _rings(each if isinstance(each, dict) else {}, depth - 1)
        case "GeometryCollection":
            for each in _list(said.get("geometries")):
                yield from _rings(each if isinstance(each, dict) else {}, depth - 1)
        case "Feature":
            if isinstance(said.get("geometry"), dict):
                yield from _rings(said["geometry"], depth - 1)
        case "Polygon":
            yield from _list(said.get("coordinates"))
        case "MultiPolygon":
            for each in _list(said.get("coordinates")):
                yield from _list(each)


def _ring(said: Any) -> Ring:
    return [[_degrees(number) for number in _list(corner)[:2]] for corner in _list(said)]


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise UnableToReadArea(_("这份 GeoJSON 的坐标残缺。请重新导出，或在地图上画。"))
    return said


def _degrees(said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise UnableToReadArea(_("这份 GeoJSON 里有不是数字的坐标。请重新导出，或在地图上画。"))
    try:
        return float(said)
    except OverflowError as problem:
        raise UnableToReadArea(_("这份 GeoJSON 里有不是数字的坐标。请重新导出，或在地图上画。")) from problem
