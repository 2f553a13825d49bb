"""Days as documents print them: 2026年3月1日, 2026-03-01, 二〇二六年三月一日."""

from __future__ import annotations

import calendar
import re
from datetime import date

from .numerals import chinese_value

_ARABIC = re.compile(r"(?<!\d)(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})(?!\d)")
_CHINESE = re.compile(
    r"([二〇零一][〇零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,4})日"
)


def day_in(folded: str) -> str | None:
    """The first whole day printed in folded text, as ISO."""
    found = _ARABIC.search(folded)
    if found:
        return iso(int(found[1]), int(found[2]), int(found[3]))
    words = _CHINESE.search(folded)
    if words:
        parts = [chinese_value(word) for word in words.groups()]
        if all(part is not None for part in parts):
            return iso(*(part or 0 for part in parts))
    return None


def iso(year: int, month: int, day: int) -> str | None:
    """An ISO day, ``None`` if there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def month_end(year: int, month: int) -> str | None:
    """The last day of a month."""
    return iso(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 and 1 <= year <= 9999 else None
