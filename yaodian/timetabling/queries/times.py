"""Times of a school's week in words, and back: «周三5-8; 周五», «周一3», «08:00».

Words count periods from 1, data from 0. Files say the days in Chinese whatever the language of the page; both are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.refusing import UnableTo

Slots = list[list[Any]]
"""[[day, [period, …]], …], both from 0; no periods are the whole day."""
Starts = list[list[int]]
"""[[day, period], …], both from 0."""

MOST_PERIODS = 20
MINUTES_A_DAY = 1440
WEEKDAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"), gettext_lazy("周五"), gettext_lazy("周六"),
    gettext_lazy("周日"),
)  # fmt: skip
_IN_FILES = "一二三四五六日"
_CHINESE = {**{word: day for day, word in enumerate(_IN_FILES)}, "天": 6}
_ENGLISH = {word: day for day, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_DAY = re.compile(r"(?:周|星期|礼拜)(.?)|(mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)
_RUN = re.compile(r"第?(\d{1,2})(?:节)?(?:[-–—~至到]第?(\d{1,2}))?(?:节)?")
_BETWEEN = re.compile(r"[\s;,、。]+")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


class UnreadableTimes(UnableTo):
    """The words name no time of a week."""


def _refused(shown: str, why: str) -> UnreadableTimes:
    return UnreadableTimes(
        _("看不懂“%(shown)s”：%(why)s。请写成“周三5-8; 周五”这样，节次从 1 数起。") % {"shown": shown[:40], "why": why},
        code="times",
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("；", ";").replace("，", ",").strip()


def _parts(text: str) -> list[tuple[int, list[int]]]:
    said = _plain(text)
    found = list(_DAY.finditer(said))
    if said and (not found or _BETWEEN.sub("", said[: found[0].start()])):
        raise _refused(said, _("没有写星期几"))
    parts = []
    for at, match in enumerate(found):
        day = _CHINESE.get(match[1]) if match[1] is not None else _ENGLISH[match[2].lower()]
        if day is None:
            raise _refused(match[0], _("一周里没有这一天"))
        end = found[at + 1].start() if at + 1 < len(found) else len(said)
        parts.append((day, _periods(match[0], said[match.end() : end])))
    return parts


def _periods(day: str, text: str) -> list[int]:
    periods: list[int] = []
    for word in _BETWEEN.split(re.sub(r"\s*([-–—~至到])\s*", r"\1", text)):
        if not word:
            continue
        match = _RUN.fullmatch(word)
        if match is None:
            raise _refused(day + word, _("节次要写数字"))
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= MOST_PERIODS:
            raise _refused(day + word, _("节次要从小到大，在 1 至 %(most)s 之间") % {"most": MOST_PERIODS})
        periods += range(first - 1, last)
    return periods


def read_slots(text: str) -> Slots:
    """The slots, day by day in order. Raises UnreadableTimes."""
    found: dict[int, set[int] | None] = {}
    for day, periods in _parts(text):
        had = found.get(day, set())
        found[day] = None if had is None or not periods else had | set(periods)
    return [[day, sorted(periods or ())] for day, periods in sorted(found.items())]


def read_starts(text: str) -> Starts:
    """Single starts, in order. Raises UnreadableTimes for a whole day."""
    starts = []
    for day, periods in _parts(text):
        if not periods:
            raise _refused(f"周{_IN_FILES[day]}", _("要写明第几节"))
        starts += [[day, period] for period in periods]
    return [list(one) for one in sorted({(day, period) for day, period in starts})]


def _runs(periods: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for one in sorted(set(periods)):
        if runs and runs[-1][1] == one - 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return ",".join(str(first + 1) if first == last else f"{first + 1}-{last + 1}" for first, last in runs)


def write_slots(value: Iterable[Any]) -> str:
    """As files say it."""
    return "; ".join(f"周{_IN_FILES[day]}{_runs(periods)}" for day, periods in value)


def write_starts(value: Iterable[Any]) -> str:
    return "; ".join(f"周{_IN_FILES[day]}{period + 1}" for day, period in value)


def show_slots(value: Iterable[Any]) -> str:
    """As the page says it."""
    return _("；").join(f"{WEEKDAYS[day]} {_runs(periods)}".strip() for day, periods in value)


def type_slots(value: Iterable[Any]) -> str:
    """As somebody would type it into the page."""
    return "; ".join(f"{WEEKDAYS[day]} {_runs(periods)}".strip() for day, periods in value)


def type_starts(value: Iterable[Any]) -> str:
    return "; ".join(f"{WEEKDAYS[day]} {period + 1}" for day, period in value)


def show_start(day: int, period: int) -> str:
    return _("%(day)s第 %(period)s 节") % {"day": WEEKDAYS[day], "period": period + 1}


def beyond(slots: Iterable[Any], *, days: int, periods: int) -> list[str]:
    """What of slots or starts the week does not have, as files say it."""
    wrong = []
    for day, some in slots:
        there = [some] if isinstance(some, int) else some
        if day >= days:
            wrong.append(f"周{_IN_FILES[day]}")
        wrong += [f"周{_IN_FILES[day]}{one + 1}" for one in there if day < days and one >= periods]
    return wrong


def read_clock(text: str) -> int:
    """Minutes after midnight. Raises UnreadableTimes."""
    match = _CLOCK.fullmatch(_plain(text).replace(" ", ""))
    if match is None or int(match[1]) > 24 or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > MINUTES_A_DAY:
        raise UnreadableTimes(_("“%(shown)s”不是时间。请写成“8:00”这样。") % {"shown": text.strip()[:20]}, code="clock")
    return int(match[1]) * 60 + int(match[2])


def write_clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
