"""The nearest region's text that holds on the day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest

from yaodian.statutes.in_force import ancestry, in_force


@dataclass(frozen=True)
class Text:
    name: str
    region: str | None
    in_force_from: datetime.date
    in_force_to: datetime.date | None = None


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


TEXTS = [
    Text("nation", None, day("2014-01-01")),
    Text("nation later", None, day("2026-09-01")),
    Text("province for a year", "990000", day("2026-01-01"), day("2026-12-31")),
    Text("city", "990100", day("2026-03-01")),
]


@pytest.mark.parametrize(
    ("on", "region", "name"),
    [
        ("2013-12-31", None, None),
        ("2014-01-01", None, "nation"),
        ("2026-08-31", None, "nation"),
        ("2026-09-01", None, "nation later"),
        ("2025-12-31", "990202", "nation"),
        ("2026-01-01", "990202", "province for a year"),
        ("2026-12-31", "990202", "province for a year"),
        ("2027-01-01", "990202", "nation later"),
        ("2026-02-28", "990102", "province for a year"),
        ("2026-03-01", "990102", "city"),
        ("2026-03-01", "990000", "province for a year"),
        ("2026-03-01", "980102", "nation"),
    ],
)
def test_the_nearest_region_and_the_latest_beginning_win(on: str, region: str | None, name: str | None) -> None:
    found = in_force(TEXTS, day(on), region)
    assert (found and found.name) == name


def test_a_province_is_its_own_only_ancestor_but_the_nation() -> None:
    assert ancestry("990000") == ["990000", None]
    assert ancestry("990102") == ["990102", "990100", "990000", None]
    assert ancestry("") == ancestry(None) == [None]
