"""Streets and house numbers as people write them, brought into the one form in which catchments are told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from yaodian.admissions.models import Side

# «12号», «12-3», «12号院2栋», «第12号»: the first figures are the number of the house. «甲12号» is another door.
_NUMBER = re.compile(r"第?\s*([0-9]{1,6})")
_RANGE = re.compile(
    r"^(?P<street>.*?[^0-9\s])\s*(?:(?P<first>[0-9]{1,6})\s*号?\s*(?:(?:-|–|—|~|至|到)\s*(?P<last>[0-9]{1,6})\s*号?)?)?"
    r"\s*[,，、]?\s*(?P<side>单号|双号|全部)?$"
)
LAST = 99_999


def street_of(said: str) -> str:
    """A street without blanks, figures and letters in one width."""
    return "".join(unicodedata.normalize("NFKC", said).split())


def number_of(said: str) -> int | None:
    """The house number with which the words begin; None where they begin with none."""
    found = _NUMBER.match(unicodedata.normalize("NFKC", said).strip())
    return int(found[1]) if found else None


def is_inside(longitude: float, latitude: float, rings: Iterable[Iterable[tuple[float, float]]]) -> bool:
    """Whether a point lies in an area, by how often a line from it crosses the rings; a hole is a ring inside another."""
    inside = False
    for ring in rings:
        points = list(ring)
        for (x, y), (next_x, next_y) in zip(points, points[1:] + points[:1], strict=True):
            if (y > latitude) != (next_y > latitude):
                inside ^= longitude < x + (latitude - y) / (next_y - y) * (next_x - x)
    return inside


def read_range(line: str) -> tuple[str, int, int, str] | None:
    """A line such as «中山路 1-99 单号», «人民路 12 号», «和平巷»: street, first, last and side; None for any other."""
    found = _RANGE.match(unicodedata.normalize("NFKC", line).strip())
    if found is None:
        return None
    sides = {"单号": Side.ODD, "双号": Side.EVEN}
    street = street_of(re.sub(r"(单号|双号|全部)$", "", found["street"]))
    first = int(found["first"]) if found["first"] else 1
    last = int(found["last"] or found["first"]) if found["first"] else LAST
    side = found["side"] or next((word for word in sides if found["street"].endswith(word)), "")
    return (street, first, last, str(sides.get(side, Side.BOTH))) if street else None


def range_text(street: str, first: int, last: int, side: str) -> str:
    """The line that `read_range` reads."""
    words = {Side.ODD: " 单号", Side.EVEN: " 双号"}.get(Side(side), "")
    if (first, last) == (1, LAST):
        return f"{street}{words}"
    return f"{street} {first}-{last}{words}"
