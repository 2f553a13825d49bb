"""Values in words: numbers as printed, why there is none, what is missing to a promise."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yaodian.foundation.measuring import FILTERS, INPUTS, STAGES, Measure, Value

# Chinese counts with these; English has no word for them.
MEASURE_WORDS = frozenset({"所", "人", "名", "个", "件", "份"})

PROBLEMS: Mapping[str, Promise] = {
    "no-rows": gettext_lazy("没有这一类学校，无从计算"),
    "nothing-counted": gettext_lazy("没有可以计入的记录"),
    "nothing-to-divide": gettext_lazy("分母为 0，无从计算"),
    "incomplete": gettext_lazy("有数据的学校不足 95%，暂不给出数值"),
    "undecided": gettext_lazy("数据不全或前后矛盾，无法判定"),
    "no-return": gettext_lazy("没有学年报表"),
    "part-exceeds-whole": gettext_lazy("报表中部分多于整体，前后矛盾"),
    "bands-do-not-add-up": gettext_lazy("班额分布各段之和与班级数不符"),
    "bands-unreadable": gettext_lazy("班额分布中有读不懂的分段"),
    "bands-undecided": gettext_lazy("班额分段跨过了规定人数，分不出多少班超过"),
    "no-rule": gettext_lazy("当日还没有生效的规定"),
    "not-taken": gettext_lazy("还没有计算过"),
}


def problem_words(problem: str) -> str:
    """Why a value cannot be had, as a sentence without its stop."""
    if problem.startswith("missing:"):
        label = INPUTS.get(problem.removeprefix("missing:"))
        return _("报表缺少“%(figure)s”") % {"figure": label or problem}
    return str(PROBLEMS.get(problem, problem))


def rounded(number: Fraction, digits: int) -> Decimal:
    """A fraction as a decimal, halves away from zero; the only place where a value is rounded, and only for the eye."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def unit_words(unit: str) -> str:
    """The unit beside a number, empty where the language has no word for it."""
    return "" if unit in MEASURE_WORDS and (get_language() or "").startswith("en") else unit


def number_words(number: Fraction, *, digits: int, unit: str) -> str:
    """A number as printed with its unit: 1,234 所, 56.50%, 17.20:1."""
    whole = number.denominator == 1 and unit not in ("%", ":1")
    text = f"{rounded(number, 0 if whole else digits):,}"
    if unit in ("%", ":1"):
        return f"{text}{unit}"
    return f"{text} {unit_words(unit)}".rstrip()


def value_words(measure: Measure, value: Value | None) -> str:
    """The value as printed, or why there is none."""
    if value is None:
        return problem_words("not-taken")
    exact = value.exact
    if exact is None:
        return problem_words(value.problem)
    return number_words(exact, digits=measure.digits, unit=measure.unit)


def stage_words(stage: str) -> str:
    return str(STAGES.get(stage, stage))


def filter_words(narrowed: str) -> str:
    return str(FILTERS.get(narrowed, narrowed)) if narrowed else ""


def title_of(measure: Measure, *, stage: str, narrowed: str) -> str:
    """The measure's label with its stage and filter where these are not what goes without saying."""
    parts = [filter_words(narrowed)] if narrowed else []
    if stage and len(measure.stages) > 1:
        parts.append(stage_words(stage))
    return f"{measure.label}（{'，'.join(parts)}）" if parts else str(measure.label)
