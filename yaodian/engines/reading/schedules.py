"""From the words of a deadline to a day and to days on the way: 年底前, 上半年, 每学期, 持续推进, 到2027年.

The rule is fixed and documented in ``docs/algorithms/commitments.md``. What it cannot know (when a flood season begins, when
a lunar feast falls) stays open, and a person sets it. The words of a day beside a deadline that the plan names win over
words of recurrence.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from .folding import fold
from .numerals import chinese_value
from .rules import RuleBook, rule

FORMS = RuleBook(
    "schedules",
    rule(
        "opening",
        r"(?P<spring>春(?:季|学)[^,。]{0,6})?(?:学期|学年|秋季?|春季?|新生)?(?:开学|入学|招生季)[^,。]{0,3}前|开学前|秋季(?=投入|投用|交付|启用|开园)|秋季?学期(?=投入|投用|交付|启用)",
        why="Before a term begins: autumn on 1 September, spring with March.",
        holds=("秋季学期开学前", "春季学期开学前", "新学期开学前", "秋季投入使用"),
        fails=("春季学期", "开学后一周"),
    ),
    rule(
        "holiday",
        r"(?P<summer>暑[假期])|(?P<winter>寒假)|(?P<feast>国庆|五一|六一|七一|十一|元旦|高考)[^,。]{0,3}前",
        why="A holiday or a feast with a fixed day.",
        holds=("利用暑假", "国庆节前", "高考前", "“六一”前"),
        fails=("春节前", "高考成绩"),
    ),
    rule(
        "unfixed",
        r"(?:春节|中考|汛期?|入汛|供暖期?|冬季)[^,。]{0,4}前",
        why="A moving feast, an examination or a season whose day each place sets.",
        holds=("春节前", "入汛前", "供暖期前", "中考前"),
        fails=("国庆节前",),
    ),
    rule(
        "term",
        r"(?P<spring>春季?学期)|(?P<autumn>秋季?学期)|(?<![每各两个])(?:本|新|下|上)?学期[末内]|学年[末内]|(?:本|新|全)学年",
        why="Within a term or a school year, without a day.",
        holds=("春季学期", "秋学期投用", "学期末", "本学年内"),
        fails=("每学期", "学期教学"),
    ),
    rule(
        "half",
        r"(?P<half>[上下])半年",
        why="A half of the year.",
        holds=("上半年", "2026年下半年"),
        fails=("半年", "每半年"),
    ),
    rule(
        "quarter",
        r"(?<!每)第?(?P<quarter>[一二三四1-4])季度",
        why="A quarter of the year.",
        holds=("一季度", "第三季度末"),
        fails=("每季度",),
    ),
    rule(
        "duration",
        r"(?P<count>[一二两三四五六七八九十]|\d{1,2})(?:个)?(?P<span>年|月|学期|工作日|日|天|周)(?:左右)?(?:的?时间(?:内)?|之?内|以内)",
        why="A stretch of time from the plan on.",
        holds=("用3年时间", "两年内", "六个月内", "10个工作日内"),
        fails=("三年行动计划", "年内"),
    ),
    rule(
        "by-year",
        r"(?:[到至](?P<year>20\d{2})年)|“?十(?P<period>[四五六])五”?[^,。]{0,2}(?:末|期间|期满)",
        why="A year to come, or the end of a five-year plan.",
        holds=("到2027年", "至2028年底", "“十五五”末"),
        fails=("2027年", "“十五五”规划"),
    ),
    rule(
        "month",
        r"(?<!\d)(?:1[0-2]|[1-9])月",
        why="A month or a day of one.",
        holds=("9月底前", "3月15日前"),
        fails=("每月", "个月"),
    ),
    rule(
        "year-end",
        r"年[底末内]|[今本]年|全年|20\d{2}年",
        why="Within the year.",
        holds=("年底前", "年内", "今年", "2026年"),
        fails=("每年", "三年"),
    ),
)
RECURRENCES = RuleBook(
    "recurrences",
    rule("weekly", r"每(?:个)?(?:周|星期|天|日)", why="Every week or day.", holds=("每周", "每天"), fails=("每月",)),
    rule("monthly", r"每(?:个)?月|月均", why="Every month.", holds=("每月", "每个月"), fails=("个月", "1月")),
    rule("quarterly", r"每(?:个)?季度", why="Every quarter.", holds=("每季度",), fails=("一季度",)),
    rule("each-term", r"每(?:个)?学期", why="Every term.", holds=("每学期",), fails=("本学期",)),
    rule("yearly", r"每(?:学)?年|年均", why="Every year.", holds=("每年", "每学年"), fails=("今年",)),
    rule(
        "continuous",
        r"持续|常态|长期|长效|始终|动态(?:清零|管理|调整|监测)",
        why="Without an end: looked at every quarter.",
        holds=("持续推进", "常态化开展", "动态清零"),
        fails=("动态图",),
        confidence=0.7,
    ),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A day on the way and what it is called, in Chinese."""

    label: str
    on: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """By when, and what is looked at on the way. ``due`` is ``None`` where a person has to say the day."""

    kind: str
    due: date | None
    stops: tuple[Stop, ...]
    rule: str
    confidence: float


_FEASTS = {
    "国庆": (9, 30),
    "十一": (9, 30),
    "五一": (4, 30),
    "六一": (5, 31),
    "七一": (6, 30),
    "元旦": (12, 31),
    "高考": (6, 6),
}
_QUARTERS = ("一季度末", "二季度末", "三季度末", "四季度末")


def schedule(words: str, *, year: int | None, stated: date | None = None, start: date | None = None) -> Schedule:
    """The schedule of a deadline's words in a plan of a year.

    ``words`` as the plan prints them, empty where it prints none; ``stated`` is the day that the words fix, where they
    do; ``start`` is the day of the plan: no stop lies before it.
    """
    folded = fold(words)
    first = start or (date(year, 1, 1) if year else None)
    if not folded.strip():
        return _made("none", stated or _end(year), _mid(year), "schedule/none", 0.5, first)
    found = FORMS.first(folded)
    name = found.name if found else "month" if stated else ""
    match = found.pattern.search(folded) if found else None
    if not name or match is None:
        recurring = recurrence(folded, year=year, start=start)
        return recurring or _made("day" if stated else "open", stated, (), "schedule/stated", 0.7, first)
    at = f"schedule/{name}"
    if year is None and stated is None:
        return Schedule("open", None, (), at, 0.5)
    years = year or (stated.year if stated else 0)
    if name == "month":
        return _made("day" if stated else "open", stated, (), at, 0.95, first)
    if name == "year-end":
        due = stated or _end(years)
        return _made("year-end" if due and due.year == years else "by-year", due, _until(years, due), at, 0.95, first)
    if name == "by-year":
        due = stated or _year_of(match)
        return _made("by-year", due, _until(years, due), at, 0.9, first)
    if name == "half":
        is_first = match.group("half") == "上"
        due = stated or date(years, *((6, 30) if is_first else (12, 31)))
        stop = Stop(_QUARTERS[0], date(due.year, 3, 31)) if is_first else Stop(_QUARTERS[2], date(due.year, 9, 30))
        return _made("half", due, (stop,), at, 0.95, first)
    if name == "quarter":
        number = match.group("quarter")
        month = 3 * ("一二三四".index(number) + 1 if number in "一二三四" else int(number))
        return _made("quarter", stated or _month_end(years, month), (), at, 0.95, first)
    if name == "opening":
        due = stated or (_month_end(years, 2) if "春" in match.group(0) else date(years, 8, 31))
        return _made("opening", due, (), at, 0.85, first)
    if name == "holiday":
        return _made("holiday", stated or _holiday(match, folded, years), (), at, 0.85, first)
    if name == "term":
        return _made("term", stated or _term(match, years), (), at, 0.75, first)
    if name == "duration":
        return _duration(match, years, start, stated, at, first)
    return _made("open", stated, (), at, 0.6, first)


def recurrence(words: str, *, year: int | None, start: date | None = None) -> Schedule | None:
    """What recurs in the words of an action (每学期, 每月, 常态化), to the end of the plan's year; ``None`` if nothing."""
    folded = fold(words)
    found = RECURRENCES.first(folded)
    if found is None or year is None:
        return None
    ends = [Stop(_QUARTERS[place], _month_end(year, 3 * place + 3)) for place in range(4)]
    months = [Stop(f"{month}月", _month_end(year, month)) for month in range(1, 13)]
    stops: dict[str, list[Stop]] = {
        "weekly": months,
        "monthly": months,
        "quarterly": ends,
        "each-term": [Stop("春季学期", date(year, 6, 30)), Stop("秋季学期", date(year, 12, 31))],
        "yearly": list(_mid(year)),
        "continuous": ends,
    }
    return _made(
        found.name,
        date(year, 12, 31),
        tuple(stops[found.name]),
        f"schedule/{found.name}",
        0.9 * found.confidence,
        start or date(year, 1, 1),
    )


def words_of_recurrence(words: str) -> str:
    """The very words that make an action recur, empty if none do."""
    folded = fold(words)
    found = RECURRENCES.first(folded)
    match = found.pattern.search(folded) if found else None
    return words[match.start() : match.end()] if match else ""


def _made(
    kind: str, due: date | None, stops: tuple[Stop, ...], at: str, confidence: float, first: date | None
) -> Schedule:
    kept = tuple(stop for stop in stops if (first is None or stop.on >= first) and (due is None or stop.on <= due))
    return Schedule(kind, due, kept, at, confidence)


def _end(year: int | None) -> date | None:
    return date(year, 12, 31) if year else None


def _mid(year: int | None) -> tuple[Stop, ...]:
    return (Stop("年中检查", date(year, 6, 30)),) if year else ()


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _until(year: int, due: date | None) -> tuple[Stop, ...]:
    """The middle of the plan's year; where it goes beyond, the end of each year on the way."""
    if due is None or due.year <= year:
        return _mid(year)
    return tuple(Stop(f"{one}年底", date(one, 12, 31)) for one in range(year, min(due.year, year + 10)))


def _year_of(match: re.Match[str]) -> date:
    if match.group("year"):
        return date(int(match.group("year")), 12, 31)
    return date(2015 + 5 * "二三四五六".index(match.group("period")), 12, 31)


def _holiday(match: re.Match[str], folded: str, year: int) -> date | None:
    if match.group("feast"):
        return date(year, *_FEASTS[match.group("feast")])
    is_before = folded[match.end() : match.end() + 1] == "前" or "来临前" in folded or "开始前" in folded
    if match.group("summer"):
        return date(year, 6, 30) if is_before else date(year, 8, 31)
    return None if is_before else _month_end(year, 2)


def _term(match: re.Match[str], year: int) -> date:
    words = match.group(0)
    if "学年" in words:
        return date(year, 8, 31)
    return date(year, 6, 30) if match.group("spring") or "上学期" in words else date(year, 12, 31)


def _duration(
    match: re.Match[str], year: int, start: date | None, stated: date | None, at: str, first: date | None
) -> Schedule:
    word = match.group("count").replace("两", "二")
    count = int(word) if word.isdigit() else (chinese_value(word) or 0)
    if match.group("span") == "年" and 0 < count <= 30:
        due = stated or date(year + count - 1, 12, 31)
        return _made("duration", due, _until(year, due), at, 0.8, first)
    if match.group("span") == "月" and start is not None and 0 < count <= 60:
        months = start.year * 12 + start.month - 1 + count
        last = _month_end(months // 12, months % 12 + 1)
        return _made("duration", stated or last.replace(day=min(start.day, last.day)), (), at, 0.7, first)
    # Working days and weeks measure a service, not the plan.
    return _made("open", stated, (), at, 0.5, first)
