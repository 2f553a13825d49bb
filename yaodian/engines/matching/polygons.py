"""Areas on the map: rings of points in degrees, which points lie inside, and a point that two areas share. All answers are exact.

*Edges are half-open.* A point lies inside if it would after moving a hair to the east and by far less than that hair to the north. So a point
on an edge belongs to the area east of it, on an edge from west to east to the area north of it, and where areas tile the plane every point,
corners included, lies in exactly one.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .area_words import said

Coordinate: TypeAlias = int | float | Fraction
Point: TypeAlias = tuple[Coordinate, Coordinate]
Ring: TypeAlias = tuple[Point, ...]
Edge: TypeAlias = tuple[Coordinate, Coordinate, Coordinate, Coordinate]

_SLABS = 256  # bands of latitude by which the edges of one area are kept, at most
_ROUNDING = 4e-16  # times the two products: more than rounding can have done to their difference
_TINY = 1e-290  # below it products lose digits
_NEAR = 1e-9  # degrees: far more than rounding does to a longitude, far less than any place is known to
_DECIMALS = range(6, 18)


class UnfitPolygon(ValueError):
    """The rings do not bound an area: ``code`` says why, ``ring`` and ``corner`` count from 1 and say where, :meth:`message` says it in a
    language."""

    def __init__(self, code: str, ring: int, corner: int = 0, **details: object) -> None:
        self.code, self.ring, self.corner = code, ring, corner
        self.details = {"ring": ring, "corner": corner, **details}
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """What is wrong, where, and what to do, in ``zh`` or ``en``."""
        return said(self.code, self.details, language)


@dataclass(frozen=True)
class Polygon:
    """An area bounded by rings of (longitude, latitude) in degrees, GCJ-02 as in the registry. A ring inside a ring is a hole, a ring inside a
    hole an island, rings beside one another are parts. Whether a ring repeats its first corner at its end, and which way round it goes, is all
    the same; corners that repeat the one before are left out."""

    rings: tuple[Ring, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rings", tuple(_cleaned(ring, at + 1) for at, ring in enumerate(self.rings)))
        if not self.rings:
            raise UnfitPolygon("no-ring", 1)
        _require_simple(self.rings)

    @classmethod
    def of(cls, rings: Iterable[Iterable[Sequence[Coordinate]]]) -> Polygon:
        """From lists, as in JSON."""
        made = []
        for at, ring in enumerate(rings):
            corners = [tuple(corner) for corner in ring]
            wrong = next((number for number, corner in enumerate(corners) if len(corner) != 2), None)
            if wrong is not None:
                raise UnfitPolygon("not-two-numbers", at + 1, wrong + 1, found=len(corners[wrong]))
            made.append(tuple((corner[0], corner[1]) for corner in corners))
        return cls(tuple(made))

    def __contains__(self, point: Point) -> bool:
        x, y = point
        at = bisect.bisect_right(self._levels, y) - 1
        if at < 0 or at >= len(self._slabs):
            return False
        is_inside = False
        if self.is_binary and isinstance(x, float) and isinstance(y, float):
            for x1, y1, x2, y2, width, height in self._slabs[at]:
                if y1 <= y < y2:
                    left, right = width * (y - y1), (x - x1) * height
                    apart, doubt = left - right, _ROUNDING * (abs(left) + abs(right)) + _TINY
                    if apart > doubt or (apart >= -doubt and _is_west(x, y, (x1, y1, x2, y2))):
                        is_inside = not is_inside
            return is_inside
        for x1, y1, x2, y2, *_ in self._slabs[at]:
            if y1 <= y < y2 and _is_west(x, y, (x1, y1, x2, y2)):
                is_inside = not is_inside
        return is_inside

    @cached_property
    def box(self) -> tuple[Coordinate, Coordinate, Coordinate, Coordinate]:
        """West, south, east, north."""
        xs = [x for ring in self.rings for x, _ in ring]
        ys = [y for ring in self.rings for _, y in ring]
        return min(xs), min(ys), max(xs), max(ys)

    @cached_property
    def middle(self) -> Point:
        """A point inside, whatever the shape: in the middle of the largest of the strips between neighbouring latitudes of corners."""
        best, found = -1.0, self.rings[0][0]
        levels = sorted({y for edge in self.edges for y in (edge[1], edge[3])})
        for low, high in itertools.pairwise(levels):
            y = (float(low) + float(high)) / 2
            slab = self._slabs[min(bisect.bisect_right(self._levels, low) - 1, len(self._slabs) - 1)]
            xs = sorted(
                float(x1) + (y - float(y1)) / float(height) * float(width)
                for x1, y1, _, y2, width, height in slab
                if y1 <= low and high <= y2
            )
            for left, right in zip(xs[::2], xs[1::2], strict=True):
                if (size := (right - left) * (float(high) - float(low))) > best:
                    best, found = size, ((left + right) / 2, y)
        return found

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge that does not run from west to east, from south to north."""
        both = (pair for ring in self.rings for pair in zip(ring, ring[1:] + ring[:1], strict=True))
        return tuple((*a, *b) if a[1] < b[1] else (*b, *a) for a, b in both if a[1] != b[1])

    @cached_property
    def is_binary(self) -> bool:
        """Whether every coordinate is a number that a computer holds without rounding."""
        return all(isinstance(one, float) for ring in self.rings for point in ring for one in point)

    @cached_property
    def _levels(self) -> list[Coordinate]:
        levels = sorted({y for edge in self.edges for y in (edge[1], edge[3])})
        return levels[: -1 : -(-len(levels) // _SLABS)] + levels[-1:]

    @cached_property
    def _slabs(self) -> list[list[tuple[Coordinate, ...]]]:
        """For each band between two levels the edges that reach into it."""
        slabs: list[list[tuple[Coordinate, ...]]] = [[] for _ in self._levels[1:]]
        for x1, y1, x2, y2 in self.edges:
            first, last = bisect.bisect_right(self._levels, y1) - 1, bisect.bisect_left(self._levels, y2)
            for slab in slabs[first:last]:
                slab.append((x1, y1, x2, y2, x2 - x1, y2 - y1))
        return slabs


def common_point(one: Polygon, other: Polygon) -> Point | None:
    """A point inside both areas, in the middle of a large piece that they share; None if they share no more than edges.

    Between two neighbouring latitudes of corners the edges are cut where they cross; on the middle line of each band that is left the pieces of
    both areas are intervals, and two areas overlap exactly where two of these do.
    """
    west, south, east, north = _shared_box(one, other)
    if west >= east or south >= north:
        return None
    found: tuple[Fraction, Point] | None = None
    is_binary = one.is_binary and other.is_binary
    corners = {y for area in (one, other) for ring in area.rings for _, y in ring if south <= y <= north}
    levels = sorted(corners | {south, north})
    for low, high in itertools.pairwise(levels):
        first, second = ([edge for edge in area.edges if edge[1] <= low and high <= edge[3]] for area in (one, other))
        if not first or not second or (is_binary and _are_clearly_apart(first, second, float(low), float(high))):
            continue
        cuts = [Fraction(low), *_crossings(first, second, Fraction(low), Fraction(high)), Fraction(high)]
        for bottom, top in itertools.pairwise(cuts):
            middle = (bottom + top) / 2
            for left, right in _both(_intervals(first, middle), _intervals(second, middle)):
                size = (right - left) * (top - bottom)
                if found is None or size > found[0]:
                    found = size, ((left + right) / 2, middle)
    return _rounded(found[1], one, other) if found else None


def said_degrees(number: Coordinate) -> str:
    """Degrees as a decimal number."""
    return repr(float(number)).removesuffix(".0")


def _fractions(*numbers: Coordinate) -> tuple[Fraction, ...]:
    return tuple(Fraction(number) for number in numbers)


def _is_west(x: Coordinate, y: Coordinate, edge: Edge) -> bool:
    """Whether a point is truly west of an edge that passes its latitude, without any rounding."""
    x1, y1, x2, y2 = _fractions(*edge)
    return (x2 - x1) * (Fraction(y) - y1) > (Fraction(x) - x1) * (y2 - y1)


def _cleaned(ring: Iterable[Point], number: int) -> Ring:
    corners: list[Point] = []
    for at, (x, y) in enumerate(ring, 1):
        if not (math.isfinite(x) and math.isfinite(y) and -180 <= x <= 180 and -90 <= y <= 90):
            raise UnfitPolygon("not-degrees", number, at, x=x, y=y)
        corner = (_binary(x), _binary(y))
        if not corners or corners[-1] != corner:
            corners.append(corner)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise UnfitPolygon("too-few-corners", number, found=len(corners))
    return tuple(corners)


def _binary(number: Coordinate) -> Coordinate:
    """The same number as a float where that changes nothing."""
    near = float(number)
    return near if near == number else number


def _require_simple(rings: tuple[Ring, ...]) -> None:
    """No edge meets another one but its neighbour at their corner."""
    ends = [(ring, at, rings[ring][at], rings[ring][(at + 1) % len(rings[ring])])
            for ring in range(len(rings)) for at in range(len(rings[ring]))]  # fmt: skip
    near = np.array([[*map(float, a), *map(float, b)] for _, _, a, b in ends])
    west, east = np.minimum(near[:, 0], near[:, 2]), np.maximum(near[:, 0], near[:, 2])
    south, north = np.minimum(near[:, 1], near[:, 3]), np.maximum(near[:, 1], near[:, 3])
    for number, (ring, at, a, b) in enumerate(ends):
        later = slice(number + 1, None)
        is_near = (west[later] <= east[number]) & (east[later] >= west[number])
        is_near &= (south[later] <= north[number]) & (north[later] >= south[number])
        for other in np.flatnonzero(is_near) + number + 1:
            other_ring, other_at, c, d = ends[other]
            gap = (other_at - at) % len(rings[ring]) if ring == other_ring else 0
            follows, precedes = gap == 1, gap == len(rings[ring]) - 1 and gap > 0
            if follows or precedes:
                is_met = _turns_back(a, b, d) if follows else _turns_back(c, d, b)
            else:
                is_met = _meet(a, b, c, d)
            if is_met:
                points = {
                    name: (said_degrees(x), said_degrees(y)) for name, (x, y) in zip("abcd", (a, b, c, d), strict=True)
                }
                raise UnfitPolygon(
                    "edges-meet", ring + 1, at + 1, other_ring=other_ring + 1, other_corner=other_at + 1, **points
                )


def _side(a: Point, b: Point, c: Point) -> int:
    """Whether c lies to the left (1) or right (-1) of the way from a to b, or on its line (0)."""
    ax, ay, bx, by, cx, cy = _fractions(*a, *b, *c)
    turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return (turn > 0) - (turn < 0)


def _turns_back(a: Point, corner: Point, c: Point) -> bool:
    """Whether the way from a over the corner to c goes back on itself."""
    ax, ay, x, y, cx, cy = _fractions(*a, *corner, *c)
    return _side(a, corner, c) == 0 and (ax - x) * (cx - x) + (ay - y) * (cy - y) > 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges have a point in common."""
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = ((c, a, b), (d, a, b), (a, c, d), (b, c, d))
    return any(side == 0 and _is_within(*which) for side, which in zip(sides, touching, strict=True))


def _is_within(point: Point, a: Point, b: Point) -> bool:
    """Whether a point on the line of an edge lies on the edge."""
    return all(min(a[axis], b[axis]) <= point[axis] <= max(a[axis], b[axis]) for axis in (0, 1))


def _shared_box(one: Polygon, other: Polygon) -> tuple[Coordinate, Coordinate, Coordinate, Coordinate]:
    (west, south, east, north), box = one.box, other.box
    return max(west, box[0]), max(south, box[1]), min(east, box[2]), min(north, box[3])


def _are_clearly_apart(first: list[Edge], second: list[Edge], low: float, high: float) -> bool:
    """Whether between two levels every piece of one area ends before each of the other begins, by more than rounding can do, or at the very
    edge with which it begins. It spares neighbours most of the fractions; where it says no, they decide."""
    pieces = []
    for edges in (first, second):
        ends = sorted(
            (_near(edge, low) + _near(edge, high), _near(edge, low), _near(edge, high), edge) for edge in edges
        )
        if any(after[0] - before[0] < _NEAR for before, after in itertools.pairwise(ends)):
            return False
        pieces.append(list(zip(ends[::2], ends[1::2], strict=True)))
    return all(
        _ends_before(right, other_left) or _ends_before(other_right, left)
        for left, right in pieces[0]
        for other_left, other_right in pieces[1]
    )


def _ends_before(one: tuple[float, float, float, Edge], other: tuple[float, float, float, Edge]) -> bool:
    return one[3] == other[3] or (one[1] < other[1] - _NEAR and one[2] < other[2] - _NEAR)


def _near(edge: Edge, y: float) -> float:
    """The longitude of an edge at a latitude, but for rounding."""
    x1, y1, x2, y2 = map(float, edge)
    return x1 + (y - y1) / (y2 - y1) * (x2 - x1)


def _crossings(first: list[Edge], second: list[Edge], low: Fraction, high: Fraction) -> list[Fraction]:
    """The latitudes between two levels at which an edge of one crosses an edge of the other."""
    ends = [[(_at(edge, low), _at(edge, high)) for edge in edges] for edges in (first, second)]
    found = set()
    for bottom, top in ends[0]:
        for other_bottom, other_top in ends[1]:
            before, after = bottom - other_bottom, top - other_top
            if before * after < 0:
                found.add(low + (high - low) * before / (before - after))
    return sorted(found)


def _at(edge: Edge, y: Fraction) -> Fraction:
    """The longitude of an edge at a latitude."""
    x1, y1, x2, y2 = _fractions(*edge)
    return x1 + (y - y1) * (x2 - x1) / (y2 - y1)


def _intervals(edges: list[Edge], y: Fraction) -> list[tuple[Fraction, Fraction]]:
    xs = sorted(_at(edge, y) for edge in edges)
    return list(zip(xs[::2], xs[1::2], strict=True))


def _both(
    first: list[tuple[Fraction, Fraction]], second: list[tuple[Fraction, Fraction]]
) -> Iterator[tuple[Fraction, Fraction]]:
    for left, right in first:
        for other_left, other_right in second:
            if max(left, other_left) < min(right, other_right):
                yield max(left, other_left), min(right, other_right)


def _rounded(point: Point, one: Polygon, other: Polygon) -> Point:
    """A point with as few decimals as leave it inside both areas and off their edges, six or more; the very point where no number does."""
    for decimals in _DECIMALS:
        near = round(Fraction(point[0]), decimals), round(Fraction(point[1]), decimals)
        written = float(near[0]), float(near[1])
        if all(written in area and not _is_on_edge(written, area) for area in (one, other)):
            return written
    return point


def _is_on_edge(point: Point, area: Polygon) -> bool:
    return any(_side(edge[:2], edge[2:], point) == 0 and _is_within(point, edge[:2], edge[2:]) for edge in area.edges)
