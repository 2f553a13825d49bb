"""Streets and house numbers as people write them, brought by the engine's reader into the one form in which catchments are told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.models import CatchmentRange, Contested, Side
from yaodian.admissions.models.rules import LONGEST_NUMBER
from yaodian.engines.matching import (
    Address,
    AddressRange,
    Counts,
    HouseNumber,
    UnableToReadAddress,
    read_address,
    read_number,
)
from yaodian.engines.matching import Side as EngineSide
from yaodian.engines.matching import read_range as read_engine_range

Number = int | HouseNumber
LAST = 99_999
# What a family writes whose house has no number; a clerk finds out where it lies.
NO_NUMBER = "0"
STEMS = "甲乙丙丁戊己庚辛壬癸"
_SIDES = {Side.BOTH: EngineSide.BOTH, Side.ODD: EngineSide.ODD, Side.EVEN: EngineSide.EVEN}
_SAID = {said: side for side, said in _SIDES.items()}


class Range(NamedTuple):
    """House numbers in the announced rules: an end is whole, or as written where more belongs to it (12号之一).

    `lane` is 0 for the street's own numbers; where `is_lanes`, the ends are lanes.
    """

    street: str
    first: int | str
    last: int | str
    side: str = Side.BOTH
    lane: int = 0
    is_lanes: bool = False


def street_of(said: str) -> str:
    """A street without blanks, figures and letters in one width."""
    return "".join(unicodedata.normalize("NFKC", said).split()).upper()


def is_door_in(door: str, line: str) -> bool:
    """Whether a line of a list names this very door, and not one that only begins alike (12号之一)."""
    return re.search(rf"{re.escape(door)}(?![之附{STEMS}-])", line) is not None


def why_unread(problem: UnableToReadAddress) -> str:
    """What the reader says, which it says in Chinese; in other languages how an address is written."""
    if (get_language() or "zh").startswith("zh"):
        return str(problem)
    return _("这个地址读不出来。请写道路和门牌号，如“中山路”和“12号”“12-1号”“12号之一”“甲12号”。")


def read_home(street: str, number: str) -> Address:
    """The door of a street and a house number, as a family or a clerk wrote them. Raises UnableToReadAddress."""
    found = read_address(f"{street_of(street)}{street_of(number).removeprefix('第')}")
    _require_short(found.number)
    return found


def read_ends(street: str, first: str, last: str, side: str) -> Range:
    """The range of a row in a list; the ends may be lanes («100弄»). Raises UnableToReadAddress."""
    ends = [street_of(one).removeprefix("第") for one in (first, last)]
    return _range(read_engine_range(f"{street_of(street)}{ends[0]}至{ends[1]}"), side)


def read_range(line: str) -> Range:
    """A line such as «中山路 1-99 单号», «人民路 12号之二至12号之五», «长宁路100弄», «和平巷». Raises UnableToReadAddress."""
    part = read_engine_range(line)
    return _range(part, _SAID[part.side])


def _range(part: AddressRange, side: str) -> Range:
    _require_short(part.first)
    _require_short(part.last)
    first, last = (one if isinstance(one, int) else str(one) for one in (part.first, part.last))
    return Range(part.street, first, last, str(side), part.lane or 0, part.counts is Counts.LANES)


def _require_short(number: Number) -> None:
    if not isinstance(number, int) and len(str(number)) > LONGEST_NUMBER:
        raise UnableToReadAddress(
            _("门牌号“%(number)s…”太长，看不清是哪一个门牌。请只写门牌号，如“12号之一”。")
            % {"number": str(number)[:LONGEST_NUMBER]}
        )


def engine_number(said: int | str) -> Number:
    """A house number of the announced rules."""
    return said if isinstance(said, int) else read_number(said)


def engine_range(one: Range) -> AddressRange:
    """The same for the engine."""
    is_whole = (one.first, one.last, one.lane) == (1, LAST, 0)
    counts = Counts.LANES if one.is_lanes else Counts.BOTH if is_whole else Counts.NUMBERS
    first, last = engine_number(one.first), engine_number(one.last)
    return AddressRange(street_of(one.street), first, last, _SIDES[Side(one.side)], one.lane or None, counts)


def range_text(one: Range) -> str:
    """The line that `read_range` reads."""
    part = engine_range(one)
    words = "" if one.side == Side.BOTH else f"（{_SIDES[Side(one.side)]}）"
    if part.counts is Counts.BOTH:
        return f"{one.street}{words}" if _is_read_whole(one) else str(part)
    if one.is_lanes and one.first == one.last:
        return f"{one.street}{one.first}弄{words}"
    place = one.street if not one.lane else f"{one.street}{one.lane}弄"
    if one.first == one.last and not one.is_lanes:
        return f"{place}{one.first}{'号' if isinstance(one.first, int) else ''}{words}"
    return str(part)


def _is_read_whole(one: Range) -> bool:
    """Whether the reader takes the name alone for a whole street: not every name ends like one."""
    try:
        return engine_range(read_range(one.street)).counts is Counts.BOTH
    except UnableToReadAddress:
        return False


def range_of(row: CatchmentRange) -> Range:
    """What a row says."""
    return Range(
        row.street, row.first_written or row.first, row.last_written or row.last, row.side, row.lane, row.is_lanes
    )


def columns_of(one: Range) -> dict[str, Any]:
    """The columns of a row that says it."""
    columns: dict[str, Any] = {"street": one.street, "side": one.side, "lane": one.lane, "is_lanes": one.is_lanes}
    for name, end in (("first", one.first), ("last", one.last)):
        columns[name], columns[f"{name}_written"] = _split(end)
    return columns


def contested_columns(address: Address) -> Mapping[str, Any]:
    """The columns that name a contested address."""
    number, written = _split(address.number if isinstance(address.number, int) else str(address.number))
    return {"street": address.street, "lane": address.lane or 0, "number": number, "written": written}


def contested_address(row: Contested) -> Address:
    """The door that a row names."""
    return Address(row.street, engine_number(row.written or row.number), row.lane or None)


def _split(end: int | str) -> tuple[int, str]:
    return (end, "") if isinstance(end, int) else (Address("", engine_number(end)).house.main, end)
