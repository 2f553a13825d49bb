"""教师平均工资收入水平 against that of the local civil servants: by county and month, and from January on."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from yaodian.engines.rules import (
    NATION,
    Computed,
    Confidence,
    Entity,
    Impossible,
    NotComputable,
    Period,
    Reason,
    Reference,
    Result,
    at_least,
    evaluate,
    shown,
)
from yaodian.statutes.asking import take_all
from yaodian.statutes.declare import Rule

# This program's own limits of a plausible average in yuan a head and month, no law: beyond them 元 and 万元, or a month and a
# year, were mixed up, and no verdict is given.
LEAST_AVERAGE, MOST_AVERAGE = 500, 100_000
SIDES = (
    ("教师", "teachers_pay", "teachers_paid"),
    ("公务员", "civil_servants_pay", "civil_servants_paid"),
)
SUMMED = tuple(name for _, *names in SIDES for name in names)
SCOPES = ("teachers_pay_scope", "civil_servants_pay_scope")


class PayToCivilServants(Rule):
    """The average pay of public-school teachers is not below that of the local civil servants."""

    label = "教师与当地公务员平均工资收入水平之比"
    aliases = (
        "教师平均工资收入水平不低于当地公务员平均工资收入水平",
        "义务教育教师平均工资收入水平不低于当地公务员平均工资收入水平",
    )
    entity = Entity.COUNTY
    period = Period.MONTH
    unit = "倍"
    reference = Reference("jiaodu-2017-6", "政府保障程度第8项", Confidence.V2)
    requires = at_least("threshold")
    asks = (*SUMMED, *SCOPES)
    says = "（公办学校教师工资总额÷教师人数）÷（公务员工资总额÷公务员人数）；两方工资口径相同"

    @staticmethod
    def decide_2017_04_19(given: Any, law: Any) -> Fraction:
        take_all(given, PayToCivilServants.asks)
        if given.teachers_pay_scope != given.civil_servants_pay_scope:
            raise Impossible(
                "not-comparable",
                f"两方口径不同（教师：{given.teachers_pay_scope}；公务员：{given.civil_servants_pay_scope}），"
                "不能比较：请按同一口径填报",
                "civil_servants_pay_scope",
            )
        averages = [_average(given, label, pay, heads) for label, pay, heads in SIDES]
        teachers, civil_servants = averages
        ratio = teachers / civil_servants
        given.note(f"教师每人每月{shown(teachers)}元，公务员每人每月{shown(civil_servants)}元")
        lacking = civil_servants * law.threshold - teachers
        if lacking > 0:
            given.note(f"每名教师每月差{shown(lacking, 6)}元，全部教师共差{shown(lacking * given.teachers_paid)}元")
        return ratio


def _average(given: Any, label: str, pay: str, heads: str) -> Fraction:
    if getattr(given, heads) == 0:
        raise Impossible("zero", f"{label}人数为0，不能作除数", heads)
    average = Fraction(getattr(given, pay) / getattr(given, heads))
    if not LEAST_AVERAGE <= average <= MOST_AVERAGE:
        raise Impossible(
            "implausible",
            f"{label}月人均工资{shown(average)}元不在{LEAST_AVERAGE}—{MOST_AVERAGE}元之间：请核对是否混用了元和万元、月和年",
            pay,
        )
    return average


def cumulate(
    returns: Mapping[int, Mapping[str, Any]], *, year: int, through_month: int, region: str = NATION
) -> Result:
    """A county's ratio from January to ``through_month``.

    ``returns`` holds for each month (1 to 12) what is given to :class:`PayToCivilServants`. The averages are pay ÷ heads over all
    months together, so that a month counts by its heads. A month without a usable return, or with another scope, makes
    the whole not computable: sums over different months cannot be compared. The months stand below the result.
    """
    months = range(1, through_month + 1)
    days = {month: datetime.date(year, month, calendar.monthrange(year, month)[1]) for month in months}
    last = days[through_month]
    by_month = {
        month: evaluate(PayToCivilServants, returns.get(month, {}), day=days[month], region=region) for month in months
    }
    reasons = []
    for month, result in by_month.items():
        if isinstance(result, NotComputable):
            if month not in returns:
                reasons.append(Reason("missing", "", f"{month}月没有报表：请补报"))
            else:
                reasons += [dataclasses.replace(one, sentence=f"{month}月：{one.sentence}") for one in result.reasons]
    scopes = {str(returns[month].get(SCOPES[0])) for month in months if isinstance(by_month[month], Computed)}
    if len(scopes) > 1:
        reasons.append(
            Reason("not-comparable", SCOPES[0], f"各月口径不同（{'、'.join(sorted(scopes))}），不能累计：请统一口径")
        )
    if reasons:
        nothing = evaluate(PayToCivilServants, {}, day=last, region=region)
        assert isinstance(nothing, NotComputable)
        return dataclasses.replace(nothing, reasons=tuple(reasons), details=tuple(by_month.values()))
    used = [{one.name: one.value for one in result.inputs} for result in by_month.values()]
    total: dict[str, Any] = {name: sum(Fraction(one[name]) for one in used) for name in SUMMED}
    total |= dict.fromkeys(SCOPES, scopes.pop())
    return dataclasses.replace(
        evaluate(PayToCivilServants, total, day=last, region=region), details=tuple(by_month.values())
    )
