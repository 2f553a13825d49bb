"""The figures of the law: dated, regional, each with its citation. No figure stands in a formula.

A figure has a name within its indicator and values that begin on a day. A value may hold for a region only: a county's
stands over a province's, and that over the nation's. ``null`` ends what held before in the same region, so that the
wider region's value shows again; a national null means that the law asks nothing from that day.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .exact import BadArithmetic, arithmetic, shown
from .sources import Reference, read_reference
from .texts import Malformed, day_of

NATION = "000000"
REGION = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Value:
    """One value of a figure: from its day, in its region, for its key (a stage; empty for all)."""

    figure: str
    key: str
    region: str
    valid_from: datetime.date
    number: Fraction | None  # None: repealed
    reference: Reference
    note: str = ""

    def __str__(self) -> str:
        return "已废止" if self.number is None else shown(self.number, 6)


@dataclass(frozen=True)
class Figure:
    """All values of one name, newest first."""

    name: str
    label: str
    unit: str
    values: tuple[Value, ...]

    def at(self, day: datetime.date, *, region: str = NATION, key: str = "") -> Value | None:
        """The value in force on ``day`` for the nearest region that has one; None where the law has none."""
        for place in regions_above(region):
            for value in self.values:
                if value.region == place and value.key in (key, "") and value.valid_from <= day:
                    if value.number is None:
                        break
                    return value
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys (stages) for which the figure has values."""
        return tuple(dict.fromkeys(value.key for value in self.values))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that have a value of their own."""
        return tuple(dict.fromkeys(value.region for value in self.values))


def regions_above(region: str) -> tuple[str, ...]:
    """County, city, province, nation: the codes of GB/T 2260 from the nearest on.

    >>> regions_above("990102")
    ('990102', '990100', '990000', '000000')
    """
    if not REGION.fullmatch(region):
        raise ValueError(f"{region!r} is no six-digit region code (GB/T 2260)")
    return tuple(dict.fromkeys((region, region[:4] + "00", region[:2] + "0000", NATION)))


def read_figures(read: Any, at: str) -> Mapping[str, Figure]:
    """The section ``figures`` of an indicator's file. Raises Malformed.

    Each is ``name: {label, unit, values: [{from, region, cite, note, value | one key each}]}``; a number may be
    arithmetic (``4.2 * 85%``), so that a page shows where it comes from.
    """
    if not isinstance(read, Mapping):
        raise Malformed(f"{at}: «figures» is a mapping of names")
    figures = {}
    for name, entry in read.items():
        here = f"{at}: figures: {name}"
        if not isinstance(entry, Mapping) or not {"label", "unit", "values"} <= set(entry):
            raise Malformed(f"{here}: a figure has label, unit and values")
        values: list[Value] = []
        for each in entry["values"]:
            values.extend(_read_value(name, each, here))
        _refuse_doubles(values, here)
        values.sort(key=lambda value: value.valid_from, reverse=True)
        figures[name] = Figure(name, str(entry["label"]), str(entry["unit"]), tuple(values))
    return figures


def _read_value(figure: str, entry: Any, at: str) -> Iterable[Value]:
    if not isinstance(entry, Mapping) or "from" not in entry:
        raise Malformed(f"{at}: a value has «from», «cite» and a number, not {entry!r}")
    if "cite" not in entry:
        raise Malformed(
            f"{at}: the value from {entry['from']} has no citation; add cite: {{source, article, confidence}}"
        )
    reference = read_reference(entry["cite"], at)
    region = str(entry.get("region", NATION))
    if not REGION.fullmatch(region):
        raise Malformed(f"{at}: {region!r} is no six-digit region code")
    keyed = {key: number for key, number in entry.items() if key not in {"from", "cite", "region", "note"}}
    if not keyed:
        raise Malformed(f"{at}: the value from {entry['from']} holds no number")
    for key, number in keyed.items():
        try:
            read = None if number == "null" else arithmetic(str(number))
        except BadArithmetic as error:
            raise Malformed(f"{at}: {key}: {error}") from None
        yield Value(
            figure=figure,
            key="" if key == "value" else key,
            region=region,
            valid_from=day_of(entry["from"], at),
            number=read,
            reference=reference,
            note=str(entry.get("note", "")),
        )


def _refuse_doubles(values: list[Value], at: str) -> None:
    seen = set()
    for value in values:
        place = (value.key, value.region, value.valid_from)
        if place in seen:
            raise Malformed(f"{at}: two values from {value.valid_from} in {value.region} {value.key}")
        seen.add(place)
