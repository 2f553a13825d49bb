"""Marks in words: each step of a reckoning as a sentence, down to the measure that it began with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from yaodian.foundation.measuring import measure_of
from yaodian.measures.queries import number_words, problem_words

DIGITS = 4


def shown(text: str | Fraction | None, digits: int = DIGITS) -> str:
    """An exact number as printed: as many decimals as it has, at most so many, halves away from zero."""
    if text is None or text == "":
        return ""
    number = Fraction(text)
    sign, size = ("-" if number < 0 else ""), abs(number)
    scaled = (size * 10**digits * 2 + 1).__floor__() // 2
    value = format((Decimal(scaled).scaleb(-digits)).normalize(), "f")
    return f"{sign if scaled else ''}{value}"


def value_words(line: Mapping[str, Any], value: str) -> str:
    """A leaf's value as printed: as its measure prints it, or a number of times."""
    measure = measure_of(line["measure"]) if line["measure"] else None
    if measure is not None:
        return number_words(Fraction(value), digits=max(measure.digits, 2), unit=measure.unit)
    if line["measure"]:
        return shown(value)
    return _("%(count)s 次") % {"count": shown(value)}


def step_words(line: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    """One step as a sentence. A step that this version does not know is shown by its code."""
    figures = step["figures"]
    said = {name: shown(number) for name, number in figures.items() if name not in ("problem", "is_falling")}
    match step["code"]:
        case "value":
            return _("数值：%(value)s。") % {"value": value_words(line, figures["value"])}
        case "absent":
            return _("没有数值：%(why)s。") % {"why": problem_words(figures["problem"])}
        case "step":
            sign = "≤" if figures["is_falling"] == "1" else "≥"
            return _("落在“%(sign)s %(limit)s”这一档，得 %(marks)s 分。") % {"sign": sign, **said}
        case "events":
            return _("%(events)s 次 × 每次 %(each)s 分 = %(points)s 分。") % said
        case code:
            sentence = _SENTENCES.get(code)
            return sentence(said) if sentence is not None else str(code)


# Each takes the figures of its step, printed.
_SENTENCES: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "left-out": lambda _said: _("按考核表规定不计此项，权重分给同级其他项。"),
    "zero": lambda _said: _("按考核表规定记 0 分。"),
    "by-hand": lambda _said: _("按考核表规定由人认定，等待认定。"),
    "waits": lambda _said: _("还没有评分或定数。"),
    "one-of-two": lambda _said: _("已有一位评分；另一位评完后才显示。"),
    "decided": lambda said: _("经认定记 %(marks)s 分（最多 %(full)s 分）。") % said,
    "at-floor": lambda said: _("没有好于起点值 %(floor)s，得 0 分。") % said,
    "at-target": lambda said: _("达到目标值 %(target)s，得满分 %(full)s 分。") % said,
    "between": lambda said: (
        _("在起点值 %(floor)s 与目标值 %(target)s 之间，按线性计算得 %(marks)s 分（满分 %(full)s）。") % said
    ),
    "no-step": lambda _said: _("没有达到任何一档，得 0 分。"),
    "part": lambda said: _("与目标值 %(target)s 之比乘以满分 %(full)s，得 %(marks)s 分。") % said,
    "averaged": lambda said: (
        _("两人评 %(first)s 分和 %(second)s 分，相差不超过 %(limit)s，取平均 %(marks)s 分。") % said
    ),
    "third": lambda said: (
        _("两人评 %(first)s 分和 %(second)s 分，相差超过 %(limit)s，由第三人裁定为 %(marks)s 分。") % said
    ),
    "differ": lambda said: _("两人评 %(first)s 分和 %(second)s 分，相差超过 %(limit)s，等待第三人裁定。") % said,
    "capped": lambda said: _("超过封顶，按 %(cap)s 分计。") % said,
    "veto": lambda said: _("超过 %(floor)s，一票否决：总分为 0，不参加排名。") % said,
    "no-veto": lambda said: _("没有超过 %(floor)s，不否决。") % said,
    "points": lambda said: _("得分率 %(marks)s／%(full)s，此项在总分中占 %(worth)s 分，计 %(points)s 分。") % said,
}


def rule_words(line: Mapping[str, Any]) -> str:
    """How a leaf is scored, as a sentence for whoever reads the sheet."""
    said = {name: shown(line[name]) for name in ("full", "floor", "target", "each", "cap")}
    match line["rule"]:
        case "linear":
            return _("起点值 %(floor)s 得 0 分，目标值 %(target)s 得满分，其间线性计算。") % said
        case "proportional":
            return _("按与目标值 %(target)s 之比得分，最多得满分。") % said
        case "steps":
            sign = "≤" if line["is_falling"] else "≥"
            parts = [
                _("%(sign)s %(limit)s 得 %(marks)s 分") % {"sign": sign, "limit": shown(one[0]), "marks": shown(one[1])}
                for one in line["steps"]
            ]
            return _("；").join(parts) + _("。")
        case "judged":
            return _("两位评分人各自评分，取平均；相差过大由第三人裁定。")
        case "deduction":
            return _("每次扣 %(each)s 分，最多扣 %(cap)s 分。") % said
        case "bonus":
            return _("每次加 %(each)s 分，最多加 %(cap)s 分。") % said
        case "veto":
            return _("超过 %(floor)s 即一票否决，总分为 0。") % said
    return ""
