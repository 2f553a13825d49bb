"""Areas: edges by hand, tilings in exact fractions, against plain versions, refused rings, and what two areas share."""

from __future__ import annotations

import dataclasses
import itertools
import math
import pickle
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.matching.area_words import SENTENCES
from yaodian.engines.matching.polygons import Point, Polygon, Ring, UnfitPolygon, common_point, said_degrees


def box(west: float, south: float, east: float, north: float) -> Ring:
    return ((west, south), (east, south), (east, north), (west, north))


def is_inside_plainly(point: Point, polygon: Polygon) -> bool:
    """The rule of the page, word by word, in fractions: move a hair east, a hair of that hair north, and count what lies to the east."""
    x, y = map(Fraction, point)
    count = 0
    for ring in polygon.rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            x1, y1, x2, y2 = map(Fraction, (ax, ay, bx, by))
            if (y1 > y) != (y2 > y):
                count += x1 + (y - y1) / (y2 - y1) * (x2 - x1) > x
    return count % 2 == 1


def test_edges_belong_to_the_area_east_and_north_of_them() -> None:
    """The example of docs/algorithms/placing.md."""
    west, east = Polygon((box(0, 0, 2, 2),)), Polygon((box(2, 0, 4, 2),))
    north = Polygon((box(0, 2, 4, 4),))
    points = [(1, 1), (2, 1), (0, 1), (4, 1), (1, 2), (2, 2), (2, 0), (1, 0), (4, 4)]
    found = [[(x, y) in area for area in (west, east, north)] for x, y in points]
    assert found == [
        [True, False, False],  # inside
        [False, True, False],  # on the edge of two: the eastern
        [True, False, False],  # on the western edge
        [False, False, False],  # on the eastern edge
        [False, False, True],  # on the edge between south and north: the northern
        [False, False, True],  # where three meet
        [False, True, False],
        [True, False, False],
        [False, False, False],
    ]


def test_a_hole_an_island_and_parts() -> None:
    area = Polygon((box(0, 0, 10, 10), box(2, 2, 8, 8), box(4, 4, 6, 6), box(20, 0, 22, 2)))
    assert [(x, 5.0) in area for x in (1.0, 3.0, 5.0, 7.0, 9.0, 11.0)] == [True, False, True, False, True, False]
    assert (21, 1) in area
    hole = Polygon((box(2, 2, 8, 8),))
    assert all(
        ((x, y) in area) != ((x, y) in hole)
        for x, y in ((2, 2), (8, 2), (2, 8), (8, 8), (2, 5), (8, 5), (5, 8), (5, 2))
    )


def test_how_a_ring_is_written_changes_nothing() -> None:
    plain = Polygon((box(0, 0, 2, 2),))
    assert Polygon.of([[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]) == plain
    assert Polygon(((*box(0, 0, 2, 2)[:2], (2, 0), *box(0, 0, 2, 2)[2:]),)) == plain
    turned = Polygon((box(0, 0, 2, 2)[::-1],))
    assert all(((x, y) in turned) == ((x, y) in plain) for x in (0, 1, 2) for y in (0, 1, 2))
    assert pickle.loads(pickle.dumps(plain)) == plain


QUARTERS = st.integers(-1, 1)


@st.composite
def tilings(draw: st.DrawFn) -> tuple[list[Polygon], list[tuple[Point, Point]]]:
    """The cells of a lattice whose corners were moved by up to a quarter, each edge with a corner of its own in between; fractions that are
    not binary. With the edges."""
    size = draw(st.integers(1, 3))
    moved = {
        (x, y): (Fraction(x) + Fraction(draw(QUARTERS), 7), Fraction(y) + Fraction(draw(QUARTERS), 7))
        for x in range(size + 1)
        for y in range(size + 1)
    }
    between = {}
    for (x, y), (dx, dy) in itertools.product(moved, ((1, 0), (0, 1))):
        if (x + dx, y + dy) in moved:
            a, b = moved[x, y], moved[x + dx, y + dy]
            bend = Fraction(draw(QUARTERS), 9)
            between[(x, y), (x + dx, y + dy)] = (a[0] + b[0]) / 2 + bend * dy, (a[1] + b[1]) / 2 + bend * dx
    cells, edges = [], []
    for x, y in itertools.product(range(size), repeat=2):
        around = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        ring: list[Point] = []
        for one, other in zip(around, around[1:] + around[:1], strict=True):
            ring += [moved[one], between[min(one, other), max(one, other)]]
        cells.append(Polygon((tuple(ring),)))
        edges += list(zip(ring, ring[1:] + ring[:1], strict=True))
    return cells, edges


@given(tilings(), st.data())
@settings(max_examples=150)
def test_in_a_tiling_every_point_lies_in_exactly_one_area_corners_and_edges_included(
    tiling: tuple[list[Polygon], list[tuple[Point, Point]]], data: st.DataObject
) -> None:
    cells, edges = tiling
    (ax, ay), (bx, by) = data.draw(st.sampled_from(edges))
    way = Fraction(data.draw(st.integers(0, 12)), 12)  # 0 and 12: the corners themselves
    point = Fraction(ax) + way * (Fraction(bx) - Fraction(ax)), Fraction(ay) + way * (Fraction(by) - Fraction(ay))
    owners = [cell for cell in cells if point in cell]
    uses: dict[frozenset[Point], int] = {}
    for edge in edges:
        uses[frozenset(edge)] = uses.get(frozenset(edge), 0) + 1
    corners = {corner for edge, count in uses.items() if count == 1 for corner in edge}
    is_on_rim = uses[frozenset(((ax, ay), (bx, by)))] == 1 or any(point == corner for corner in corners)
    assert len(owners) <= 1
    if not is_on_rim:
        assert len(owners) == 1
    assert owners == [cell for cell in cells if is_inside_plainly(point, cell)]


@given(tilings(), st.integers(-2, 28), st.integers(-2, 28))
@settings(max_examples=100)
def test_points_on_the_latitude_of_a_corner_are_counted_once(
    tiling: tuple[list[Polygon], list[tuple[Point, Point]]], x: int, number: int
) -> None:
    cells, edges = tiling
    point = Fraction(x, 7), edges[number % len(edges)][0][1]
    assert sum(point in cell for cell in cells) == sum(is_inside_plainly(point, cell) for cell in cells) <= 1


FLOATS = st.floats(113, 114)


@given(st.lists(st.tuples(FLOATS, FLOATS.map(lambda one: one - 83)), min_size=3, max_size=3, unique=True), st.data())
@settings(max_examples=300)
def test_beside_an_edge_as_near_as_can_be_the_answer_is_still_exact(corners: list[Point], data: st.DataObject) -> None:
    try:
        area = Polygon((tuple(corners),))
    except UnfitPolygon:
        return
    (ax, ay), (bx, by) = (data.draw(st.sampled_from(area.rings[0])) for _ in range(2))
    way = data.draw(st.floats(0, 1))
    x, y = float(ax + way * (bx - ax)), float(ay + way * (by - ay))
    for _ in range(data.draw(st.integers(0, 2))):
        x = math.nextafter(x, data.draw(st.sampled_from([0.0, 200.0])))
    assert ((x, y) in area) == ((Fraction(x), Fraction(y)) in area) == is_inside_plainly((x, y), area)


def test_where_differences_are_rounded_away_fractions_decide() -> None:
    """Beside the edge from (-12, -12) to (24, 24) both differences round to the same number, but only one side is inside."""
    area = Polygon((((-12.0, -12.0), (24.0, 24.0), (24.0, -12.0)),))
    steps = [0.5 + number * 2.0**-53 for number in range(12)]
    for x, y in itertools.product(steps, steps):
        assert ((x, y) in area) == (x >= y) == is_inside_plainly((x, y), area)


@pytest.mark.parametrize(
    ("rings", "ring", "corner", "words"),
    [
        ((), 1, 0, "没有任何边界"),
        ((((0, 0), (1, 1)),), 1, 0, "第1圈只有2个不同的点"),
        ((((0, 0), (1, 1), (1, 1), (0, 0)),), 1, 0, "第1圈只有2个不同的点"),
        ((box(0, 0, 1, 1), ((5, 5),)), 2, 0, "第2圈只有1个不同的点"),
        ((((0, 0), (2, 2), (2, 0), (0, 2)),), 1, 1, "第1圈从第1个点起的边（0，0）至（2，2）与第1圈从第3个点起的边（2，0）至（0，2）相交"),
        ((((0, 0), (1, 0), (2, 0)),), 1, 1, "相交或相碰"),
        ((((0, 0), (4, 0), (4, 4), (2, 0), (0, 4)),), 1, 1, "相交或相碰"),  # touches the first edge with a corner
        ((((0, 0), (4, 0), (4, 2), (4, -1), (0, 4)),), 1, 1, "相交或相碰"),
        ((((0, 0), (4, 0), (2, 0), (0, 4)),), 1, 1, "相交或相碰"),  # goes back on itself
        ((box(0, 0, 4, 4), box(3, 3, 5, 5)), 1, 2, "与第2圈从第1个点起的边（3，3）至（5，3）相交"),
        ((box(0, 0, 4, 4), box(0, 1, 2, 2)), 1, 4, "相交或相碰"),
        ((((30, 113), (31, 113), (31, 114)),), 1, 1, "经度在前、纬度在后"),
        ((((0, 0), (1, math.nan), (1, 1)),), 1, 2, "不是经纬度"),
        ((((0, 0), (1, 0), (math.inf, 1)),), 1, 3, "不是经纬度"),
    ],
)  # fmt: skip
def test_rings_that_bound_no_area_are_refused_and_the_place_is_named(
    rings: tuple[Ring, ...], ring: int, corner: int, words: str
) -> None:
    with pytest.raises(UnfitPolygon) as refused:
        Polygon(rings)
    assert (refused.value.ring, refused.value.corner) == (ring, corner)
    assert words in str(refused.value)
    assert "请" in str(refused.value)
    english = refused.value.message("en")
    assert english.isascii(), english
    assert not corner or f"oint {corner} of ring {ring}" in english or f"ring {ring} from point {corner}" in english


def test_every_refusal_has_both_sentences_with_the_same_fields() -> None:
    for chinese, english in SENTENCES.values():
        assert sorted(re.findall(r"\{(\w+)\}", chinese)) == sorted(re.findall(r"\{(\w+)\}", english))


def test_a_corner_of_one_number_is_refused() -> None:
    with pytest.raises(UnfitPolygon, match="第1圈第2个点应是经度和纬度两个数，却有1个"):
        Polygon.of([[[0, 0], [1], [1, 1]]])


SMALL = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(st.lists(SMALL, min_size=3, max_size=6))
@settings(max_examples=300)
def test_a_ring_is_refused_exactly_when_two_edges_meet_beside_their_corners(corners: list[tuple[int, int]]) -> None:
    cleaned = [one for one, before in zip(corners, corners[-1:] + corners[:-1], strict=True) if one != before]
    try:
        Polygon((tuple(corners),))
    except UnfitPolygon:
        assert not _is_simple(cleaned)
    else:
        assert _is_simple(cleaned)


def _is_simple(ring: list[tuple[int, int]]) -> bool:
    """Every two edges in whole numbers: none cross, and what they touch at is their common corner and nothing else."""
    if len(ring) < 3:
        return False
    edges = list(zip(ring, ring[1:] + ring[:1], strict=True))

    def side(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def on(c: tuple[int, int], a: tuple[int, int], b: tuple[int, int]) -> bool:
        between = (c[0] - a[0]) * (c[0] - b[0]) + (c[1] - a[1]) * (c[1] - b[1]) <= 0
        return side(a, b, c) == 0 and between

    for (at, (a, b)), (other, (c, d)) in itertools.combinations(enumerate(edges), 2):
        if side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0:
            return False
        follows, precedes = other == at + 1, at == 0 and other == len(edges) - 1
        met = {one for one in (a, b) if on(one, c, d)} | {one for one in (c, d) if on(one, a, b)}
        if met - ({b} if follows else set()) - ({a} if precedes else set()):
            return False
    return True


def _clipped(one: list[tuple[Fraction, Fraction]], other: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Twice the area that two triangles share, each turned to the left: one cut by the edges of the other."""
    left = one
    for (ax, ay), (bx, by) in zip(other, other[1:] + other[:1], strict=True):
        kept: list[tuple[Fraction, Fraction]] = []
        for p, q in zip(left, left[1:] + left[:1], strict=True):
            p_side, q_side = ((bx - ax) * (c[1] - ay) - (by - ay) * (c[0] - ax) for c in (p, q))
            if p_side >= 0:
                kept.append(p)
            if p_side * q_side < 0:
                way = p_side / (p_side - q_side)
                kept.append((p[0] + way * (q[0] - p[0]), p[1] + way * (q[1] - p[1])))
        left = kept
    pairs = zip(left, left[1:] + left[:1], strict=True)
    return sum((p[0] * q[1] - p[1] * q[0] for p, q in pairs), Fraction(0))


@given(tilings())
def test_the_middle_of_an_area_lies_in_it(tiling: tuple[list[Polygon], list[tuple[Point, Point]]]) -> None:
    for area in tiling[0]:
        assert area.middle in area


def test_the_middle_lies_in_no_hole_and_between_no_parts() -> None:
    assert Polygon((box(0, 0, 4, 2),)).middle == (2, 1)
    ring = Polygon((box(0, 0, 10, 10), box(1, 1, 9, 9)))
    assert ring.middle in ring
    apart = Polygon((box(0, 0, 1, 1), box(0, 8, 4, 9)))
    assert apart.middle == (2, 8.5)
    # More corners than there are bands of latitude.
    teeth = (*((1 + at % 2, at / 10) for at in range(600)), (-5, 60), (-5, -1))
    saw = Polygon((teeth,))
    assert saw.middle in saw


@st.composite
def triangles(draw: st.DrawFn) -> list[tuple[Fraction, Fraction]]:
    a, b, c = draw(st.lists(SMALL, min_size=3, max_size=3, unique=True))
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    if turn == 0:
        a, b, c, turn = (0, 0), (3, 1), (1, 3), 1
    return [(Fraction(x), Fraction(y)) for x, y in ((a, b, c) if turn > 0 else (a, c, b))]


@given(triangles(), triangles())
@settings(max_examples=400)
def test_two_triangles_share_a_point_exactly_when_what_is_cut_out_has_an_area(
    first: list[tuple[Fraction, Fraction]], second: list[tuple[Fraction, Fraction]]
) -> None:
    one, other = Polygon((tuple(first),)), Polygon((tuple(second),))
    point = common_point(one, other)
    assert (point is not None) == (_clipped(first, second) > 0)
    assert point == common_point(other, one)
    if point is not None:
        assert is_inside_plainly(point, one)
        assert is_inside_plainly(point, other)


@st.composite
def skylines(draw: st.DrawFn) -> tuple[set[tuple[int, int]], Polygon]:
    """Columns of unit squares, neighbours with a common side: the squares, and the ring around them, turned or not."""
    spans = [sorted(draw(st.lists(st.integers(0, 5), min_size=2, max_size=2, unique=True)))]
    for _ in range(draw(st.integers(0, 3))):
        low, high = spans[-1]
        inside = draw(st.integers(low, high - 1))
        spans.append([draw(st.integers(0, inside)), draw(st.integers(inside + 1, 5))])
    start, is_turned = draw(st.integers(0, 2)), draw(st.booleans())
    squares = {(start + at, y) for at, (low, high) in enumerate(spans) for y in range(low, high)}
    below = [corner for at, (low, _) in enumerate(spans) for corner in ((start + at, low), (start + at + 1, low))]
    above = [corner for at, (_, high) in enumerate(spans) for corner in ((start + at, high), (start + at + 1, high))]
    ring = below + above[::-1]
    if is_turned:
        return {(y, x) for x, y in squares}, Polygon((tuple((y, x) for x, y in ring),))
    return squares, Polygon((tuple(ring),))


@given(skylines(), skylines())
@settings(max_examples=300)
def test_two_outlines_share_a_point_exactly_when_they_share_a_square(
    first: tuple[set[tuple[int, int]], Polygon], second: tuple[set[tuple[int, int]], Polygon]
) -> None:
    (squares, one), (other_squares, other) = first, second
    point = common_point(one, other)
    if point is None:
        assert not squares & other_squares
    else:
        assert (math.floor(point[0]), math.floor(point[1])) in squares & other_squares
    assert all(((x + 0.5, y + 0.5) in one) == ((x, y) in squares) for x in range(7) for y in range(7))


def test_a_hole_that_is_filled_exactly_is_no_overlap() -> None:
    ring = Polygon((box(0, 0, 10, 10), box(2, 2, 8, 8)))
    assert common_point(ring, Polygon((box(2, 2, 8, 8),))) is None
    assert common_point(ring, Polygon((box(3, 3, 7, 7),))) is None
    assert common_point(ring, Polygon((box(2, 2, 8.5, 8),))) == (8.25, 5.0)


def test_the_point_of_a_sliver_has_as_many_decimals_as_it_needs() -> None:
    one, other = Polygon((box(0, 0, 1.00000004, 1),)), Polygon((box(1, 0, 2, 1),))
    point = common_point(one, other)
    assert point is not None
    assert point in one
    assert point in other
    assert [said_degrees(one) for one in point] == ["1.00000002", "0.5"]
    thinnest = Polygon((box(0, 0, math.nextafter(1.0, 2.0), 1),))
    point = common_point(thinnest, other)
    assert point is not None
    assert point in thinnest
    assert point in other


def test_a_sliver_at_one_end_of_two_edges_is_found() -> None:
    western = Polygon((((0, 0), (1.0000000004, 0), (0.5, 1), (0, 1)),))
    for flipped in (False, True):
        one, other = (
            Polygon((tuple((x, 1 - y if flipped else y) for x, y in ring),))
            for ring in (western.rings[0], ((1, 0), (2, 0), (2, 1), (1.5, 1)))
        )
        point = common_point(one, other)
        assert point is not None
        assert is_inside_plainly(point, one)
        assert is_inside_plainly(point, other)


def test_a_sliver_inside_another_area_is_found_however_thin() -> None:
    edge = 113.3
    thin = Polygon((((edge, 30.1), (math.nextafter(edge, 114), 30.7), (edge, 31.3)),))
    assert common_point(thin, Polygon((box(113, 30, 114, 32),))) is not None
    assert common_point(thin, Polygon((box(113, 30, edge, 32),))) is None


def test_an_area_can_be_asked_after_it_was_copied() -> None:
    area = Polygon((box(0, 0, 2, 2),))
    assert (1, 1) in area
    assert (1, 1) in dataclasses.replace(area, rings=area.rings)
