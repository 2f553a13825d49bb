"""Whether a promise is kept: computed from the values, never typed, and never from a rounded number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.measuring import Direction, Kind, Measure, Value
from yaodian.measures.queries.words import number_words, problem_words

# «左右» and «约» allow this much on the wrong side.
ABOUT = Fraction(1, 10)
# A slope is taken between two values at least this far apart, and no further than this.
LEAST_APART, MOST_APART = timedelta(days=25), timedelta(days=800)


class Status(models.TextChoices):
    """How a target stands."""

    REACHED = "reached", gettext_lazy("已达到")
    ON_COURSE = "on_course", gettext_lazy("预计可达到")
    AT_RISK = "at_risk", gettext_lazy("有风险")
    MISSED = "missed", gettext_lazy("未达到")
    NOT_COMPUTABLE = "not_computable", gettext_lazy("无法计算")
    NOT_BOUND = "not_bound", gettext_lazy("未对应指标")


@dataclass(frozen=True)
class Pledge:
    """What was promised: `comparator` and the two numbers as in a plan's target, and the last day."""

    comparator: str
    value: Fraction
    value_max: Fraction | None
    due_on: date


@dataclass(frozen=True)
class Standing:
    """How a pledge stands: the status, its reason, the value of now, and what is missing, in numbers and in words."""

    status: Status
    reason: str
    value: Value | None = None
    gap: Fraction | None = None
    gap_words: str = ""
    projected: Fraction | None = None


def judge(*, measure: Measure, pledge: Pledge, series: Sequence[Value], today: date) -> Standing:
    """The standing of a pledge on a day, from the values up to it, oldest first.

    A target in change («下降1个百分点») is held against the last value before the year of its due day.
    """
    known = [value for value in series if value.on <= min(today, pledge.due_on)]
    now = known[-1] if known else None
    if now is None:
        if series:
            return Standing(
                Status.NOT_COMPUTABLE,
                _("期限 %(day)s 以前没有计算过数值。") % {"day": pledge.due_on.isoformat()},
            )
        return Standing(Status.NOT_COMPUTABLE, problem_words("not-taken") + "。")
    exact = now.exact
    if exact is None:
        return Standing(Status.NOT_COMPUTABLE, problem_words(now.problem) + "。", now)
    least, most, why_not = _bounds(measure, pledge, known)
    if why_not:
        return Standing(Status.NOT_COMPUTABLE, why_not, now)
    gap = _gap(exact, least, most)
    incomplete = (
        _("有 %(missing)d 所学校缺数据，未计入。") % {"missing": now.expected - now.counted}
        if not now.is_complete
        else ""
    )
    if not gap:
        is_over = today >= pledge.due_on
        if measure.kind is Kind.FLOW and most is not None and not is_over:
            return Standing(Status.ON_COURSE, _("到目前为止没有超过，期限还没有到。") + incomplete, now, Fraction(0))
        return Standing(Status.REACHED, _("当前数值满足要求。") + incomplete, now, Fraction(0))
    words = gap_words(measure=measure, value=now, least=least, most=most)
    if today > pledge.due_on:
        return Standing(
            Status.MISSED,
            _("期限 %(day)s 已过，数值没有达到。") % {"day": pledge.due_on.isoformat()} + incomplete,
            now,
            gap,
            words,
        )
    projected, how = _projected(measure, known, pledge.due_on)
    if projected is None:
        return Standing(
            Status.AT_RISK, _("还没有达到，可比的历史数值不足，推算不出趋势。") + incomplete, now, gap, words
        )
    shown = number_words(projected, digits=measure.digits or 1, unit=measure.unit)
    said = how % {"day": pledge.due_on.isoformat(), "value": shown}
    is_enough = not _gap(projected, least, most)
    status = Status.ON_COURSE if is_enough else Status.AT_RISK
    return Standing(status, said + incomplete, now, gap, words, projected)


def _bounds(measure: Measure, pledge: Pledge, known: Sequence[Value]) -> tuple[Fraction | None, Fraction | None, str]:
    """What the value must lie between, both inclusive; or why that cannot be said."""
    value, other = pledge.value, pledge.value_max
    if pledge.comparator == "at_least":
        return value, None, ""
    if pledge.comparator == "at_most":
        return None, value, ""
    if pledge.comparator == "about":
        return _towards(measure, value * (1 - ABOUT), value * (1 + ABOUT))
    if pledge.comparator == "between" and other is not None:
        return _towards(measure, value, other)
    first = date(pledge.due_on.year, 1, 1)
    before = [one.exact for one in known if one.on < first and one.exact is not None]
    if not before:
        return None, None, _("没有上一年的数值，不能判断增减。")
    aim = before[-1] + value
    return (aim, None, "") if value >= 0 else (None, aim, "")


def _towards(measure: Measure, low: Fraction, high: Fraction) -> tuple[Fraction | None, Fraction | None, str]:
    """A range binds on its far side only where neither way is better: six inspections for «4-5次» is no failure."""
    if measure.direction is Direction.UP or measure.kind is Kind.FLOW:
        return low, None, ""
    if measure.direction is Direction.DOWN:
        return None, high, ""
    return low, high, ""


def _gap(exact: Fraction, least: Fraction | None, most: Fraction | None) -> Fraction:
    """How far a value is from its bounds: positive what is missing, negative what is too much, 0 within."""
    if least is not None and exact < least:
        return least - exact
    if most is not None and exact > most:
        return most - exact
    return Fraction(0)


def gap_words(*, measure: Measure, value: Value, least: Fraction | None, most: Fraction | None) -> str:
    """The gap as what must be mended: «还差 37 名专任教师», «多出 14 个班过大», at today's other figure."""
    exact = value.exact
    if exact is None or value.numerator is None:
        return ""
    is_short = least is not None and exact < least
    bound = least if is_short else most
    if bound is None or not _gap(exact, least, most):
        return ""
    if value.denominator is None:
        number = abs(bound / measure.scale - value.numerator)
    elif measure.gap_in == "denominator":
        if not bound:
            return ""
        number = abs(value.numerator * measure.scale / bound - value.denominator)
        is_short = not is_short
    else:
        number = abs(bound * value.denominator / measure.scale - value.numerator)
    count = f"{math.ceil(number):,}"
    what = str(measure.counted or measure.unit)
    sentence = _("还差 %(count)s %(what)s") if is_short else _("多出 %(count)s %(what)s")
    return sentence % {"count": count, "what": what}


def _projected(measure: Measure, known: Sequence[Value], due_on: date) -> tuple[Fraction | None, str]:
    """The value to be expected on the last day, in a straight line, and the sentence that says how."""
    now = known[-1]
    exact = now.exact
    assert exact is not None  # The caller has seen to it.
    if measure.kind is Kind.FLOW:
        begun = date(now.on.year, 1, 1)
        gone, whole = (now.on - begun).days + 1, (due_on - begun).days + 1
        return exact * whole / gone, _("按今年以来的进度，到 %(day)s 约为 %(value)s。")
    past = [value for value in known[:-1] if value.exact is not None and LEAST_APART <= now.on - value.on <= MOST_APART]
    if not past:
        return None, ""
    first = past[0]
    assert first.exact is not None  # Filtered just above.
    slope = (exact - first.exact) / (now.on - first.on).days
    return exact + slope * (due_on - now.on).days, _("按近期趋势，到 %(day)s 约为 %(value)s。")
