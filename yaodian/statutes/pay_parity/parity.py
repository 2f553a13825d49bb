"""Is the average pay of public-school teachers at least that of the local civil servants? By county and month.

Steps, for one county and month:

1. The return is checked: four figures, both sides counted in the same way (``scope``: which pay items are in), headcounts
   above 0, averages plausible in yuan. Every fault is named.
2. Average = pay ÷ headcount on each side; ratio = teachers' average ÷ civil servants' average, exact. The county is at
   parity if the ratio is at least the rule's (1: equal is enough). The ratio is compared unrounded.
3. What is missing: per teacher and month, and for all teachers together, in yuan.

From January on (:func:`cumulate`): average = pay of the months ÷ mean headcount of the months. A month without a usable
return makes the sum not computable from that month on, because two different sets of months cannot be compared. The
statute speaks of the average level; the month alone is how a bureau sees it coming. ``docs/algorithms/pay-parity.md``.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import yaml

from yaodian.statutes.figures import decimals, is_blank, number_of, shown
from yaodian.statutes.in_force import in_force

RULES = Path(__file__).parent / "rule.yaml"
FINEST = 4


@dataclass(frozen=True, slots=True)
class ParityRule:
    """The rule in force for a region and a span of days (both ends included)."""

    code: str
    title: str
    region: str | None
    in_force_from: datetime.date
    in_force_to: datetime.date | None
    source: str
    article: str
    certainty: str
    least_ratio: Fraction
    least_average: Decimal
    most_average: Decimal


@dataclass(frozen=True, slots=True)
class PayReturn:
    """What a county reports for a month: pay in yuan and heads, of public-school teachers and of civil servants.

    ``scope`` names the pay items that were counted (``"应发工资"``, ``"应发工资含年终奖"``); the two sides must agree.
    A figure is an ``int``, a ``Decimal`` or their text; ``None`` or blank is a figure that was not reported.
    """

    county: str
    year: int
    month: int
    teachers_pay: object
    teachers: object
    teachers_scope: str
    civil_servants_pay: object
    civil_servants: object
    civil_servants_scope: str


@dataclass(frozen=True, slots=True)
class Parity:
    """A verdict with what it was made of. Averages in yuan a head and month, exact; ``months`` are the months in it."""

    county: str
    year: int
    months: tuple[int, ...]
    teachers_average: Fraction
    civil_servants_average: Fraction
    ratio: Fraction
    is_at_parity: bool
    gap_per_teacher: Fraction
    gap: Fraction
    scope: str
    rule: ParityRule


@dataclass(frozen=True, slots=True)
class NoParity:
    """No verdict; every reason is named."""

    county: str
    year: int
    months: tuple[int, ...]
    reasons: tuple[str, ...]
    rule: ParityRule


@dataclass(frozen=True, slots=True)
class _Figures:
    teachers_pay: Fraction
    teachers: Fraction
    civil_servants_pay: Fraction
    civil_servants: Fraction


def compare_month(pay: PayReturn, rule: ParityRule) -> Parity | NoParity:
    """One county and month. Never raises for what a return may hold."""
    read = _figures(pay, rule)
    if isinstance(read, tuple):
        return NoParity(pay.county, pay.year, (pay.month,), read, rule)
    return _verdict(pay, (pay.month,), read, Fraction(1), rule)


def cumulate(returns: Sequence[PayReturn], through_month: int, rule: ParityRule) -> Parity | NoParity:
    """One county's year from January to ``through_month``.

    ``returns`` are the county's returns of one year, at least one. Raises ``ValueError`` if they are of several
    counties or years: that is a mistake of the caller, not of a clerk.
    """
    county, year = returns[0].county, returns[0].year
    if any((pay.county, pay.year) != (county, year) for pay in returns):
        raise ValueError("returns of several counties or years cannot be cumulated")
    months = tuple(range(1, through_month + 1))
    reasons: list[str] = []
    figures: list[_Figures] = []
    scopes = set()
    for month in months:
        fitting = [pay for pay in returns if pay.month == month]
        if len(fitting) != 1:
            reasons.append(f"{month}月{'没有报表：请补报' if not fitting else f'有{len(fitting)}份报表：请保留一份'}")
            continue
        read = _figures(fitting[0], rule)
        if isinstance(read, tuple):
            reasons.extend(f"{month}月：{reason}" for reason in read)
            continue
        scopes.add(fitting[0].teachers_scope)
        figures.append(read)
    if len(scopes) > 1:
        reasons.append(f"各月口径不同（{'、'.join(sorted(scopes))}），不能累计：请统一口径")
    if reasons:
        return NoParity(county, year, months, tuple(reasons), rule)
    count = len(months)
    total = _Figures(
        teachers_pay=sum((one.teachers_pay for one in figures), Fraction(0)),
        teachers=sum((one.teachers for one in figures), Fraction(0)) / count,
        civil_servants_pay=sum((one.civil_servants_pay for one in figures), Fraction(0)),
        civil_servants=sum((one.civil_servants for one in figures), Fraction(0)) / count,
    )
    return _verdict(returns[0], months, total, Fraction(count), rule)


def _verdict(pay: PayReturn, months: tuple[int, ...], read: _Figures, count: Fraction, rule: ParityRule) -> Parity:
    teachers = read.teachers_pay / read.teachers / count
    civil_servants = read.civil_servants_pay / read.civil_servants / count
    ratio = teachers / civil_servants
    gap = max(civil_servants * rule.least_ratio - teachers, Fraction(0))
    return Parity(
        county=pay.county,
        year=pay.year,
        months=months,
        teachers_average=teachers,
        civil_servants_average=civil_servants,
        ratio=ratio,
        is_at_parity=ratio >= rule.least_ratio,
        gap_per_teacher=gap,
        gap=gap * read.teachers * count,
        scope=pay.teachers_scope,
        rule=rule,
    )


def _figures(pay: PayReturn, rule: ParityRule) -> _Figures | tuple[str, ...]:
    """The four figures as exact numbers, or everything that is wrong with the return."""
    reasons: list[str] = []
    if isinstance(pay.month, bool) or pay.month not in range(1, 13):
        reasons.append(f"月份“{pay.month}”不在1—12之间")
    numbers: dict[str, Fraction] = {}
    for name, label, is_count in (
        ("teachers_pay", "公办学校教师工资总额", False),
        ("teachers", "公办学校教师人数", True),
        ("civil_servants_pay", "公务员工资总额", False),
        ("civil_servants", "公务员人数", True),
    ):
        read = _number(getattr(pay, name), label, is_count)
        if isinstance(read, str):
            reasons.append(read)
        else:
            numbers[name] = read
    for label, scope in (("教师", pay.teachers_scope), ("公务员", pay.civil_servants_scope)):
        if not scope.strip():
            reasons.append(f"没有说明{label}工资口径：请注明计入哪些项目")
    if pay.teachers_scope != pay.civil_servants_scope:
        reasons.append(
            f"两方口径不同（教师：{pay.teachers_scope}；公务员：{pay.civil_servants_scope}），不能比较：请按同一口径填报"
        )
    for label, total, heads in (
        ("教师", "teachers_pay", "teachers"),
        ("公务员", "civil_servants_pay", "civil_servants"),
    ):
        if total in numbers and heads in numbers:
            average = numbers[total] / numbers[heads]
            if not Fraction(rule.least_average) <= average <= Fraction(rule.most_average):
                limits = f"{rule.least_average}—{rule.most_average}元"
                reasons.append(f"{label}月人均工资{shown(average)}元不在{limits}之间：请核对是否混用了元和万元、月和年")
    return tuple(reasons) if reasons else _Figures(**numbers)


def _number(given: object, label: str, is_count: bool) -> Fraction | str:
    if is_blank(given):
        return f"缺少{label}：请补报"
    number = number_of(given)
    if number is None or number.adjusted() > 15:
        return f"{label}“{given}”不是数：请填写数字"
    if decimals(number) > FINEST:
        return f"{label}{given}小数过多：请核对"
    if number < 0 or (is_count and number == 0):
        return f"{label}为{given}，应大于0：请核对"
    return Fraction(number)


def read_rules(text: str) -> tuple[ParityRule, ...]:
    return tuple(
        ParityRule(
            code=entry["code"],
            title=entry["title"],
            region=entry["region"],
            in_force_from=entry["in_force_from"],
            in_force_to=entry["in_force_to"],
            source=entry["source"],
            article=entry["article"],
            certainty=entry["certainty"],
            least_ratio=Fraction(entry["least_ratio"]),
            least_average=Decimal(entry["plausible_average"]["least"]),
            most_average=Decimal(entry["plausible_average"]["most"]),
        )
        for entry in yaml.safe_load(text)
    )


@functools.cache
def all_rules() -> tuple[ParityRule, ...]:
    return read_rules(RULES.read_text(encoding="utf-8"))


def rule_on(
    day: datetime.date, *, region: str | None = None, rules: Sequence[ParityRule] | None = None
) -> ParityRule | None:
    """The rule in force on a day for a region, else the national one, else nothing."""
    return in_force(all_rules() if rules is None else rules, day, region)
