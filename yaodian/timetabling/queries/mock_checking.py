"""A conversion looked over apart from the program that made it: each candidate's grade from his place, each result from the proportion.

1. Of N candidates, `above` have a better raw score and `upto` one at least as good. With ties up a grade takes whoever has
   above ÷ N below its cumulated share; with ties down, whoever has upto ÷ N not over it.
2. (Y2 − Y) ÷ (Y − Y1) = (T2 − T) ÷ (T − T1), multiplied out; the integer printed is the nearest, a half upwards.
3. The table's numbers and raw scores of each grade are those of its candidates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

Result = tuple[Decimal, str, int | None]
"""A candidate's raw score, his grade and his converted score."""


def findings_apart(results: Sequence[Result], grades: Sequence[Sequence[Any]], rules: Mapping[str, Any]) -> list[str]:
    """What contradicts the rule, in codes that name the step: `grade`, `formula`, `table`; nothing where all agrees."""
    found: set[str] = set()
    ordered = sorted(raw for raw, _grade, _converted in results)
    count = len(ordered)
    reach: dict[str, list[Decimal]] = {}
    for raw, grade, _converted in results:
        above, upto = count - bisect_right(ordered, raw), count - bisect_left(ordered, raw)
        if grade != _due(above, upto, count, rules):
            found.add("grade")
        reach.setdefault(grade, []).append(raw)
    raws = {grade: (Fraction(min(some)), Fraction(max(some))) for grade, some in reach.items()}
    ends = {grade: (Fraction(top), Fraction(floor)) for grade, _share, top, floor in rules["bands"]}
    for raw, grade, converted in results:
        if converted is None or grade not in ends or not _fits(raw, raws[grade], converted, ends[grade], rules):
            found.add("formula")
    told = [[grade, size, low, high] for grade, size, low, high in grades]
    if told != [_line(grade, reach.get(grade, [])) for grade in ends]:
        found.add("table")
    return sorted(found)


def _due(above: int, upto: int, count: int, rules: Mapping[str, Any]) -> str:
    cumulated = Fraction(0)
    for grade, share, _top, _floor in rules["bands"]:
        cumulated += Fraction(share)
        within = above * 100 < count * cumulated if rules["ties"] == "up" else upto * 100 <= count * cumulated
        if within:
            return str(grade)
    return ""


def _fits(
    raw: Decimal,
    raws: tuple[Fraction, Fraction],
    converted: int,
    interval: tuple[Fraction, Fraction],
    rules: Mapping[str, Any],
) -> bool:
    (low, high), (top, floor), own = raws, interval, Fraction(raw)
    if low == high:
        exact = top if rules["single"] == "top" else (top + floor) / 2
        return -1 < 2 * (exact - converted) < 1 or 2 * (exact - converted) == -1
    # T × (Y2 − Y1) against the integer and its half below and above.
    scaled = floor * (high - own) + top * (own - low)
    return (2 * converted - 1) * (high - low) <= 2 * scaled < (2 * converted + 1) * (high - low)


def _line(grade: str, raws: Sequence[Decimal]) -> list[Any]:
    return [grade, len(raws), str(min(raws)) if raws else None, str(max(raws)) if raws else None]
