"""How a target, a deadline or a warning is said in words, in Chinese and in English.

Exports, pages and the command line all say a quantity through this module, so that one target reads the same
everywhere: ``不低于57%`` in a sentence, ``≥ 57 %`` in a narrow column.
"""

from __future__ import annotations

import datetime
import math
from typing import Literal

from .plan import Comparator, Deadline, Period, Plan, Strength, Target

Language = Literal["zh", "en"]

COMPARATORS: dict[Comparator, tuple[str, str]] = {
    "at_least": ("不低于", "at least"),
    "at_most": ("不超过", "at most"),
    "about": ("约", "about"),
    "between": ("介于", "between"),
    "change": ("增减", "change"),
}
WARNINGS: dict[str, str] = {
    "foreign-entity": "These words do not sound like an education office; the page may have been tampered with. "
    "Compare with the original.",
    "unclosed-responsible": "The list of responsible units lacks its closing bracket and was read to the end of the "
    "line. Check that the list is whole.",
    "number-missing": "The numbering has a gap here; a clause may be missing.",
    "number-doubled": "This number occurs twice; check the numbering.",
    "deadline-before-year": "This deadline lies before the plan's year; check the year.",
    "number-without-unit": "A figure without a measure word (such as “%”); check the original.",
    "contradiction": "The same quantity has two different targets in this plan; check which holds.",
}
PERIODS: dict[Period, tuple[str, str]] = {
    "year": ("每年", "a year"),
    "term": ("每学期", "a term"),
    "month": ("每月", "a month"),
    "week": ("每周", "a week"),
}
STRENGTHS: dict[Strength, tuple[str, str]] = {"must": ("确保", "must"), "strive": ("力争", "strive")}

_SYMBOLS: dict[Comparator, str] = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ ", "between": "", "change": ""}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS_IN_ENGLISH = {"个百分点": "percentage points", "百分点": "percentage points", "%": "%", "‰": "‰"}
# Of a share or an amount of money one says 不低于; of things that are counted, 不少于.
_MEASURED = frozenset({None, "%", "‰", "元", "万元", "亿元", "分", "平方米", "万平方米", "亩"})


def in_language(pair: tuple[str, str], language: Language = "zh") -> str:
    """The Chinese or the English of a pair."""
    return pair[1] if language == "en" else pair[0]


def number(value: float) -> str:
    """A value without a superfluous fraction: ``57.0`` → ``57``, ``0.50`` → ``0.5``."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def day(iso: str, language: Language = "zh") -> str:
    """An ISO day in words: ``2026年9月30日`` or ``30 September 2026``; anything else as it is."""
    try:
        date = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    if language == "en":
        return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
    return f"{date.year}年{date.month}月{date.day}日"


def unit(printed: str | None, language: Language = "zh") -> str:
    """A unit as printed; in English only the share units have words of their own."""
    if printed is None:
        return ""
    return _UNITS_IN_ENGLISH.get(printed, printed) if language == "en" else printed


def quantity(target: Target, language: Language = "zh") -> str:
    """The bound in words, without subject, period and day: ``不低于57%``, ``at least 57%``, ``2–3个``, ``全覆盖``."""
    if target.implicit and target.unit == "%" and target.value == 100:
        return "full coverage" if language == "en" else "全覆盖"
    if target.implicit and target.value == 0:
        return "none" if language == "en" else "零"
    amount = _amount(target, language)
    if target.comparator == "between" and target.value_max is not None:
        return amount
    if target.comparator == "change":
        if language == "en":
            return f"{'down' if _is_fall(target) else 'up'} {amount}"
        return f"{'下降' if _is_fall(target) else '提高'}{amount}"
    if target.comparator == "at_least" and target.unit == "%" and target.value == 100:
        return amount if language == "en" else f"达到{amount}"
    if language == "en":
        return f"{COMPARATORS[target.comparator][1]} {amount}"
    if target.comparator == "at_least":
        return f"{'不低于' if target.unit in _MEASURED else '不少于'}{amount}"
    return f"{COMPARATORS[target.comparator][0]}{amount}"


def symbols(target: Target, language: Language = "zh") -> str:
    """The bound for a narrow column: ``≥ 57 %``, ``≤ 5 ‰``, ``≈ 300 人``, ``2–3 个``, ``+1 个百分点``.

    A change by a range bears its sign twice, ``−5～−8 个百分点``, for −5–8 would cross zero.
    """
    label = unit(target.unit, language)
    tail = f" {label}" if label else ""
    if target.comparator == "between" and target.value_max is not None:
        return f"{number(target.value)}–{number(target.value_max)}{tail}"
    if target.comparator == "change":
        sign = "−" if _is_fall(target) else "+"
        ends = (target.value,) if target.value_max is None else (target.value, target.value_max)
        return "～".join(f"{sign}{number(abs(end))}" for end in ends) + tail
    return f"{_SYMBOLS[target.comparator]}{number(target.value)}{tail}"


def terms(target: Target, language: Language = "zh") -> str:
    """Bound, period, day and strength: ``力争每学期不少于2次，2026年12月31日前``."""
    if language == "en":
        words = quantity(target, language)
        if target.per is not None:
            words += f" {PERIODS[target.per][1]}"
        if target.due is not None:
            words += f" by {day(target.due, language)}"
        return f"strive for {words}" if target.strength == "strive" else words
    words = quantity(target, language)
    if target.per is not None:
        words = PERIODS[target.per][0] + words
    if target.strength == "strive":
        words = f"力争{words}"
    return f"{words}，{day(target.due)}前" if target.due is not None else words


def target(item: Target, language: Language = "zh") -> str:
    """A whole target: ``学前三年毛入园率 不低于93%``; English sets the subject apart with a colon."""
    if language == "en":
        return f"{item.subject}: {terms(item, language)}" if item.subject else terms(item, language)
    return f"{item.subject} {terms(item, language)}".strip()


def deadline(item: Deadline, language: Language = "zh") -> str:
    """The words as printed, with the day they mean: ``9月底前（2026年9月30日）``."""
    if item.date is None:
        return item.text
    said = day(item.date, language)
    return f"{item.text} ({said})" if language == "en" else f"{item.text}（{said}）"


def units(names: tuple[str, ...] | list[str], language: Language = "zh") -> str:
    """A list of units: joined by ``、``, in English by semicolons, because names may hold commas."""
    return ("; " if language == "en" else "、").join(names)


def meta(plan: Plan, language: Language = "zh") -> str:
    """Issuer, year, document number and dates on one line; what is unknown is left out."""
    said = {
        "written": ("成文 {}", "written {}"),
        "published": ("发布 {}", "published {}"),
        "index": ("索引号 {}", "index {}"),
        "year": ("{}年", "{}"),
    }
    parts = [plan.issuer, in_language(said["year"], language).format(plan.year) if plan.year else None, plan.doc_number]
    if plan.index_number:
        parts.append(in_language(said["index"], language).format(plan.index_number))
    if plan.written_on:
        parts.append(in_language(said["written"], language).format(day(plan.written_on, language)))
    if plan.published_on:
        parts.append(in_language(said["published"], language).format(day(plan.published_on, language)))
    return " · ".join(part for part in parts if part)


def counts(plan: Plan, language: Language = "zh") -> str:
    """How much was found, on one line."""
    numbers = (
        ("条目", "clauses", len(plan.nodes)),
        ("目标", "targets", len(plan.targets)),
        ("期限", "deadlines", len(plan.deadlines)),
        ("责任单位", "lists of units", len(plan.responsible)),
        ("政策文件", "policies", len(plan.policies)),
        ("信息系统", "systems", len(plan.systems)),
        ("提醒", "warnings", len(plan.warnings)),
    )
    return " · ".join(f"{english if language == 'en' else chinese} {count}" for chinese, english, count in numbers)


def _amount(target: Target, language: Language) -> str:
    label = unit(target.unit, language)
    glue = " " if language == "en" and label not in {"", "%", "‰"} else ""
    ends = [target.value] if target.value_max is None else [target.value, target.value_max]
    if target.comparator == "change":
        ends = [abs(end) for end in ends]
    return f"{'–'.join(number(end) for end in ends)}{glue}{label}"


def _is_fall(target: Target) -> bool:
    """Whether a change goes down; of a range that begins at 0 the other end says it."""
    return (target.value if target.value_max is None else target.value_max) < 0


def warning(code: str, message: str, *, language: Language = "zh") -> str:
    """A warning as a sentence: the reader's own in Chinese, the sentence of its kind in English."""
    return WARNINGS.get(code, message) if language == "en" else message
