"""Look-ups of addresses in the catchments of a city: each by a locator that was built once, and the building itself.

A city has 5,000 ranges on 500 streets and 200 areas of 50 corners that tile it; neighbours share every corner between them. Answers are held
against going through all ranges and areas, and the rulebook against all that could contradict itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import report
from yaodian.engines.matching import (
    Address,
    AddressRange,
    Catchment,
    HouseNumber,
    Locator,
    Part,
    Polygon,
    Rulebook,
    School,
    Side,
    Stage,
    Suffix,
    catchments_of,
    contradictions,
)

COLUMNS, ROWS, CORNERS = 20, 10, 50  # 200 areas
STREETS, RANGES = 500, 5_000
LOOK_UPS, CHECKED, ROUNDS = 100_000, 2_000, 5
WEST, SOUTH, STEP = 113.0, 30.0, 0.02


def areas(chance: np.random.Generator) -> list[Polygon]:
    """Cells of a lattice whose sides wind between the same corners for both neighbours: 4 corners, and on each side 11 or 12 between."""
    between = {(0, 1): 11, (1, 0): 12}
    sides: dict[tuple[int, int, int, int], list[tuple[float, float]]] = {}
    for x in range(COLUMNS + 1):
        for y in range(ROWS + 1):
            for (dx, dy), count in between.items():
                ways = [(number + 1) / (count + 1) for number in range(count)]
                winding = chance.uniform(-0.8, 0.8, count) * [way * (1 - way) for way in ways]
                sides[x, y, dx, dy] = [
                    (WEST + STEP * (x + way * dx + off * dy), SOUTH + STEP * (y + way * dy + off * dx))
                    for way, off in zip(ways, winding.tolist(), strict=True)
                ]
    made = []
    for x in range(COLUMNS):
        for y in range(ROWS):
            corners = [(WEST + STEP * (x + dx), SOUTH + STEP * (y + dy)) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
            south, east = sides[x, y, 1, 0], sides[x + 1, y, 0, 1]
            north, west = sides[x, y + 1, 1, 0][::-1], sides[x, y, 0, 1][::-1]
            ring = [corners[0], *south, corners[1], *east, corners[2], *north, corners[3], *west]
            made.append(Polygon((tuple(ring),)))
    return made


def city(seed: int = 1) -> Rulebook:
    """200 catchments, each with an area and 25 ranges; no address lies in two."""
    chance = np.random.default_rng(seed)
    drawn = areas(chance)
    each = RANGES // STREETS // 2
    ranges: list[list[AddressRange]] = [[] for _ in drawn]
    for number, owner in enumerate(chance.permutation(np.arange(RANGES) % len(drawn)).tolist()):
        street, piece = divmod(number, 2 * each)
        at, side = divmod(piece, 2)
        ranges[owner].append(AddressRange(f"第{street}路", at * 100 + 1, at * 100 + 100, (Side.ODD, Side.EVEN)[side]))
    catchments = tuple(
        Catchment(f"c{at:03}", "primary", f"第{at}学区", (f"s{at}",), True, tuple(own), area)
        for at, (own, area) in enumerate(zip(ranges, drawn, strict=True))
    )
    schools = tuple(School(f"s{at}", "primary", f"第{at}小学", 90) for at in range(len(drawn)))
    return Rulebook((Stage("primary", "小学"),), catchments=catchments, schools=schools, school_year=2027)


def questions(seed: int = 2) -> list[tuple[Address, tuple[float, float]]]:
    """Addresses, one in five with a suffix and one in twenty on no street, each with a point of the city."""
    chance = np.random.default_rng(seed)
    streets = chance.integers(0, STREETS * 20 // 19, LOOK_UPS).tolist()
    numbers = chance.integers(1, 520, LOOK_UPS).tolist()
    tails = chance.integers(0, 25, LOOK_UPS).tolist()
    xs = chance.uniform(WEST, WEST + COLUMNS * STEP, LOOK_UPS).tolist()
    ys = chance.uniform(SOUTH, SOUTH + ROWS * STEP, LOOK_UPS).tolist()
    return [
        (Address(f"第{street}路", HouseNumber(number, (Part(tail, Suffix.OF),) if 0 < tail <= 5 else ())), (x, y))
        for street, number, tail, x, y in zip(streets, numbers, tails, xs, ys, strict=True)
    ]


def require_right(rulebook: Rulebook, locator: Locator, asked: list[tuple[Address, tuple[float, float]]]) -> None:
    """Stops where an answer differs from going through everything."""
    for address, point in asked:
        located = locator.locate(address, point)
        assert located.by_address == catchments_of(rulebook, "primary", address)
        drawn = tuple(one for one in rulebook.catchments if one.polygon is not None and point in one.polygon)
        assert located.by_point == drawn


def main() -> None:
    """Measure one city."""
    facts = report.conditions() | {"numpy": np.__version__}
    rulebook, asked = city(), questions()
    texts = [str(address) for address, _ in asked]
    assert {len(one.polygon.rings[0]) for one in rulebook.catchments if one.polygon is not None} == {CORNERS}
    began = time.process_time()
    assert contradictions(rulebook) == ()
    consistent = time.process_time() - began
    built = report.quickest_cpu(lambda: Locator(rulebook, "primary").locate(*asked[0]), ROUNDS)
    locator = Locator(rulebook, "primary")
    began = time.process_time()
    require_right(rulebook, locator, asked[:CHECKED])
    through_all = time.process_time() - began

    def by_address() -> None:
        for address, _ in asked:
            locator.locate(address)

    def by_both() -> None:
        for address, point in asked:
            locator.locate(address, point)

    def as_written() -> None:
        for text in texts:
            locator.read(text)

    ways: tuple[tuple[str, Callable[[], None]], ...] = (
        ("house number", by_address), ("house number and point", by_both), ("written address", as_written),
    )  # fmt: skip
    rows: list[list[Any]] = []
    for name, work in ways:
        taken = report.quickest_cpu(work, ROUNDS)
        rows.append([name, LOOK_UPS, taken, math.floor(LOOK_UPS / taken)])
    rows.append(["both, through everything", CHECKED, through_all, math.floor(CHECKED / through_all)])
    rows.append(["building the locator", 1, built, ""])
    rows.append(["all contradictions", 1, consistent, ""])
    report.finish("locating", ("asked by", "times", "CPU s", "a second"), rows, facts)


if __name__ == "__main__":
    main()
