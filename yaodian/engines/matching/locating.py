"""Which catchment an address lies in, asked many times: by street and house number, by a point on the map, or by both at once.

Built once from a rulebook, for one stage. Ranges of a street are cut into pieces in which the answer does not change, areas are found by the
cells of a grid. Where the two sources disagree nothing is decided: the address is contested, and both are named.
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

import numpy as np

from .address_reading import read_address
from .house_numbers import key_of
from .polygons import Point, Polygon
from .rulebook import Address, AddressRange, Catchment, Counts, Rulebook, Side

_CELLS = 256  # of the grid, a side, at most
_ANSWERS = 20_000  # that are kept: doors and points that strangers put together would be more than memory holds
_EVERY_NUMBER = -1  # where the numbers of a street itself are kept, beside those of its lanes


class Standing(StrEnum):
    """What is known of an address."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"  # of 多校划片
    CONTESTED = "contested"


@dataclass(frozen=True)
class Located:
    """``catchments``: all that any source names, in the order of the rulebook. ``by_point``: None where no point was given, or no catchment of
    the stage has an area. ``words``: why an address is contested, for the family; ``is_listed``: expressly as 争议地址; ``sources_disagree``:
    ranges and areas cannot both be right."""

    standing: Standing
    catchments: tuple[Catchment, ...]
    by_address: tuple[Catchment, ...]
    by_point: tuple[Catchment, ...] | None
    words: str = ""
    is_listed: bool = False
    sources_disagree: bool = False


class Locator:
    """Answers for one stage; its catchments hold for the ``school_year`` of the rulebook and no other."""

    def __init__(self, rulebook: Rulebook, stage: str) -> None:
        self.stage, self.school_year = stage, rulebook.school_year
        self.catchments = tuple(one for one in rulebook.catchments if one.stage == stage)
        self._prefixes = rulebook.address_prefixes
        self._ranges = _Streets(self.catchments)
        areas = [(at, one.polygon) for at, one in enumerate(self.catchments) if one.polygon is not None]
        self._areas = _Areas(areas) if areas else None
        self._listed: dict[tuple[str, int | None], list[tuple[tuple[int, ...], str]]] = defaultdict(list)
        for entry in rulebook.contested:
            if entry.stage == stage:
                at = entry.address.street, entry.address.lane
                self._listed[at].append((key_of(entry.address.number), entry.words))
        self._answers: dict[tuple[tuple[int, ...], tuple[int, ...] | None], Located] = {}

    def read(self, text: str, point: Point | None = None) -> Located:
        """The same for an address as it is written; raises :class:`.address_reading.UnableToReadAddress`."""
        return self.locate(read_address(text, prefixes=self._prefixes), point)

    def locate(self, address: Address, point: Point | None = None) -> Located:
        """Where an address lies; ``point``: longitude and latitude in degrees, GCJ-02, where they are known."""
        by_address = self._ranges.at(address)
        by_point = None if point is None or self._areas is None else self._areas.at(point)
        said = by_address, by_point
        answer = self._answers.get(said)
        if answer is None:
            if len(self._answers) >= _ANSWERS:
                self._answers.clear()
            answer = self._answers[said] = self._answer(by_address, by_point)
        if self._listed and (words := self._said_of(address)) is not None:
            return replace(answer, standing=Standing.CONTESTED, words=words, is_listed=True)
        return answer

    def _said_of(self, address: Address) -> str | None:
        """The words on a listed address, those on the most exact entry first."""
        entries = self._listed.get((address.street, address.lane))
        if not entries:
            return None
        key = key_of(address.number)
        held = [(entry, words) for entry, words in entries if key[: len(entry)] == entry]
        return max(held, key=lambda pair: len(pair[0]))[1] if held else None

    def _answer(self, by_address: tuple[int, ...], by_point: tuple[int, ...] | None) -> Located:
        ranged = tuple(self.catchments[at] for at in by_address)
        drawn = None if by_point is None else tuple(self.catchments[at] for at in by_point)
        named = tuple(self.catchments[at] for at in sorted({*by_address, *(by_point or ())}))
        standing = Standing.NONE if not named else Standing.ONE if len(named) == 1 else Standing.SEVERAL
        words = _doubt(named, ranged, drawn)
        disagree = bool(words) and drawn is not None and bool(ranged) and ranged != drawn
        return Located(
            Standing.CONTESTED if words else standing, named, ranged, drawn, words, sources_disagree=disagree
        )


def _doubt(named: tuple[Catchment, ...], ranged: tuple[Catchment, ...], drawn: tuple[Catchment, ...] | None) -> str:
    """Why what the sources say cannot all be right, or nothing.

    A list of numbers that leaves one out does not deny it; an area does deny a point outside. An address of 单校划片 has no other catchment.
    """
    if ranged and drawn is not None:
        if drawn and not {one.name for one in ranged} & {one.name for one in drawn}:
            return f"按门牌在{_labels(ranged)}，按地图上的点却在{_labels(drawn)}：须核对后才能确定；请联系招生办公室。"
        if not drawn and any(one.polygon is not None for one in ranged):
            return f"按门牌在{_labels(ranged)}，地图上的点却不在任何学区的范围内：须核对后才能确定；请联系招生办公室。"
    if len(named) > 1 and any(one.is_single for one in named):
        return f"同时在{_labels(named)}内，而其中有单校划片，只能有一个对口：须核对后才能确定；请联系招生办公室。"
    return ""


def _labels(catchments: Iterable[Catchment]) -> str:
    return "、".join(f"“{one.label}”" for one in catchments)


class _Row:
    """Ranges over one row of numbers, cut at every end; a half for odd and one for even main numbers."""

    def __init__(self, parts: Iterable[tuple[int, AddressRange]]) -> None:
        self._halves = tuple(self._cut(parts, side) for side in (Side.EVEN, Side.ODD))

    @staticmethod
    def _cut(
        parts: Iterable[tuple[int, AddressRange]], side: Side
    ) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        events: dict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
        for at, part in parts:
            if part.side in (Side.BOTH, side) and part.low < part.high:
                events[part.low].append((at, 1))
                events[part.high].append((at, -1))
        starts = sorted(events)
        holding: dict[int, int] = defaultdict(int)
        pieces: list[tuple[int, ...]] = [()]
        for start in starts:
            for at, change in events[start]:
                holding[at] += change
                if not holding[at]:
                    del holding[at]
            pieces.append(tuple(sorted(holding)))
        return starts, pieces

    def at(self, key: tuple[int, ...]) -> tuple[int, ...]:
        starts, pieces = self._halves[key[0] % 2]
        return pieces[bisect.bisect_right(starts, key)]


class _Streets:
    """The rows of every street: its own numbers, those in each lane, and its lanes."""

    def __init__(self, catchments: tuple[Catchment, ...]) -> None:
        numbers: dict[tuple[str, int], list[tuple[int, AddressRange]]] = defaultdict(list)
        lanes: dict[str, list[tuple[int, AddressRange]]] = defaultdict(list)
        for at, catchment in enumerate(catchments):
            for part in catchment.ranges:
                if part.lane is not None or part.counts is not Counts.LANES:
                    numbers[part.street, _EVERY_NUMBER if part.lane is None else part.lane].append((at, part))
                if part.lane is None and part.counts is not Counts.NUMBERS:
                    lanes[part.street].append((at, part))
        self._numbers = {place: _Row(parts) for place, parts in numbers.items()}
        self._lanes = {street: _Row(parts) for street, parts in lanes.items()}

    def at(self, address: Address) -> tuple[int, ...]:
        lane = address.lane
        row = self._numbers.get((address.street, _EVERY_NUMBER if lane is None else lane))
        found = row.at(key_of(address.number)) if row is not None else ()
        if lane is None or (lanes := self._lanes.get(address.street)) is None:
            return found
        whole = lanes.at((lane,))
        return tuple(sorted({*found, *whole})) if found and whole else found or whole


class _Areas:
    """Areas by the cells of a grid over all of them; a cell knows the areas whose box reaches into it."""

    def __init__(self, areas: list[tuple[int, Polygon]]) -> None:
        boxes = np.array([[float(side) for side in area.box] for _, area in areas])
        self._west, self._south = boxes[:, 0].min(), boxes[:, 1].min()
        self._side = min(_CELLS, 4 * math.isqrt(len(areas)) + 4)
        self._across = max((boxes[:, 2].max() - self._west) / self._side, 1e-12)
        self._up = max((boxes[:, 3].max() - self._south) / self._side, 1e-12)
        self._west, self._south = float(self._west), float(self._south)
        self._across, self._up = float(self._across), float(self._up)
        cells: list[list[tuple[int, Polygon]]] = [[] for _ in range(self._side**2)]
        for (at, area), (west, south, east, north) in zip(areas, boxes.tolist(), strict=True):
            columns = range(self._column(west), self._column(east) + 1)
            for row in range(self._row(south), self._row(north) + 1):
                for column in columns:
                    cells[row * self._side + column].append((at, area))
        self._cells = cells

    def at(self, point: Point) -> tuple[int, ...]:
        x, y = point
        if not (isinstance(x, float) and isinstance(y, float)):
            x, y = _exactly(x), _exactly(y)
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise ValueError(f"点（{x}，{y}）不是经纬度：经度在前、纬度在后，单位为度；请改正。")
        cell = self._cells[self._row(float(y)) * self._side + self._column(float(x))]
        return tuple([at for at, area in cell if (x, y) in area])

    def _column(self, x: float) -> int:
        return min(max(int((x - self._west) / self._across), 0), self._side - 1)

    def _row(self, y: float) -> int:
        return min(max(int((y - self._south) / self._up), 0), self._side - 1)


def _exactly(number: int | float | Fraction) -> int | float | Fraction:
    """As a float where nothing is lost, since these are the quick ones."""
    near = float(number)
    return near if near == number else number
