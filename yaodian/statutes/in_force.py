"""Which of several dated texts holds on a day and in a region."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A text in force for a region (``None``: the nation) and a span of days, both ends included."""

    @property
    def region(self) -> str | None: ...
    @property
    def in_force_from(self) -> datetime.date: ...
    @property
    def in_force_to(self) -> datetime.date | None: ...


Text = TypeVar("Text", bound=Dated)


def in_force(texts: Iterable[Text], day: datetime.date, region: str | None) -> Text | None:
    """The text of the nearest region that has one on this day; of several, the one that began last.

    ``region`` is a region code (GB/T 2260): a text of 320000 holds for 321102 unless 321100 or 321102 has its own.
    """
    holding = [
        text for text in texts if text.in_force_from <= day and (text.in_force_to is None or day <= text.in_force_to)
    ]
    for code in ancestry(region):
        own = [text for text in holding if text.region == code]
        if own:
            return max(own, key=lambda text: text.in_force_from)
    return None


def ancestry(region: str | None) -> list[str | None]:
    """A region, its city, its province and the nation (``None``), nearest first, each once."""
    if not region:
        return [None]
    return [*dict.fromkeys([region, region[:4] + "00", region[:2] + "0000"]), None]
