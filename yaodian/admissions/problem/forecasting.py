"""Children of age on a household list, by the catchment in which they live. What cannot be told is counted as such and never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yaodian.engines.matching import Locator, UnableToReadAddress
from yaodian.registry.codes import birth_day_of


@dataclass(frozen=True)
class Counted:
    """`catchments` by code. A child whom the rules lead to several catchments stands in each of them."""

    lines: int
    of_age: int
    outside: int
    unread: int
    catchments: Mapping[str, int]


def count_children(
    lines: Iterable[Mapping[str, Any]], *, born_from: date, born_until: date, locator: Locator, stage: str
) -> Counted:
    """Of lines with `number` and `address`. A child is a number: a second line of it is not counted, unless the first had no address
    that could be read. Of a number that is no resident identity number the birthday is not known, and it is not of age."""
    total = 0
    homes: dict[str, tuple[str, ...] | None] = {}
    for line in lines:
        total += 1
        number = str(line.get("number", ""))
        born = birth_day_of(number)
        if born is None or not born_from <= born <= born_until or homes.get(number) is not None:
            continue
        try:
            found = locator.read(str(line.get("address") or ""))
        except UnableToReadAddress:
            homes[number] = None
            continue
        homes[number] = tuple(one.name.removeprefix(f"{stage}-") for one in found.catchments)
    inside = Counter(code for codes in homes.values() for code in codes or ())
    return Counted(
        lines=total,
        of_age=len(homes),
        outside=sum(codes == () for codes in homes.values()),
        unread=sum(codes is None for codes in homes.values()),
        catchments=dict(sorted(inside.items())),
    )
