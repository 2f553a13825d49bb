"""Pay parity: both sides of 1, exact comparison, the year's sum, and returns that must give no verdict."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.statutes.pay_parity.parity import NoParity, Parity, PayReturn, all_rules, compare_month, cumulate

(NATIONAL,) = all_rules()
MARCH = PayReturn("青禾县", 2026, 3, 8_000_000, 1000, "应发工资", 1_600_000, 200, "应发工资")


def month(number: int = 3, **changes: Any) -> PayReturn:
    return dataclasses.replace(MARCH, month=number, **changes)


def verdict(pay: PayReturn) -> Parity:
    found = compare_month(pay, NATIONAL)
    assert isinstance(found, Parity), found
    return found


def reasons(pay: PayReturn) -> tuple[str, ...]:
    found = compare_month(pay, NATIONAL)
    assert isinstance(found, NoParity)
    return found.reasons


def test_equal_averages_are_parity() -> None:
    """8,000,000 ÷ 1000 = 8000 = 1,600,000 ÷ 200."""
    found = verdict(MARCH)
    assert (found.teachers_average, found.civil_servants_average, found.ratio) == (8000, 8000, 1)
    assert found.is_at_parity
    assert (found.gap_per_teacher, found.gap) == (0, 0)


def test_a_cent_less_is_not_parity_although_the_ratio_rounds_to_1() -> None:
    found = verdict(month(teachers_pay="7999999.99"))
    assert round(float(found.ratio), 4) == 1.0
    assert not found.is_at_parity
    assert (found.gap_per_teacher, found.gap) == (Fraction(1, 100_000), Fraction(1, 100))


def test_a_cent_more_is_parity() -> None:
    assert verdict(month(teachers_pay="8000000.01")).is_at_parity


def test_the_gap_is_what_all_teachers_together_lack() -> None:
    """7500 against 8000: 500 a head, 500 × 1000 together."""
    found = verdict(month(teachers_pay=7_500_000))
    assert (found.gap_per_teacher, found.gap, found.ratio) == (500, 500_000, Fraction(15, 16))


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_exists(number: int) -> None:
    assert verdict(month(number)).months == (number,)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"teachers_pay": None}, "缺少公办学校教师工资总额：请补报"),
        ({"teachers": " "}, "缺少公办学校教师人数：请补报"),
        ({"civil_servants_pay": None}, "缺少公务员工资总额：请补报"),
        ({"civil_servants": ""}, "缺少公务员人数：请补报"),
        ({"civil_servants": 0}, "公务员人数为0，应大于0：请核对"),
        ({"teachers": -5}, "公办学校教师人数为-5，应大于0：请核对"),
        ({"teachers_pay": "八百万"}, "公办学校教师工资总额“八百万”不是数：请填写数字"),
        ({"teachers_pay": "NaN"}, "公办学校教师工资总额“NaN”不是数：请填写数字"),
        ({"teachers_pay": 8e6}, "公办学校教师工资总额“8000000.0”不是数：请填写数字"),
        ({"teachers_pay": "1e999999"}, "公办学校教师工资总额“1e999999”不是数：请填写数字"),
        ({"teachers_pay": "8000000.00001"}, "公办学校教师工资总额8000000.00001小数过多：请核对"),
        ({"teachers_scope": ""}, "没有说明教师工资口径：请注明计入哪些项目"),
        ({"month": 13}, "月份“13”不在1—12之间"),
        (
            {"civil_servants_scope": "应发工资含年终奖"},
            "两方口径不同（教师：应发工资；公务员：应发工资含年终奖），不能比较：请按同一口径填报",
        ),
        ({"teachers_pay": 800}, "教师月人均工资0.8元不在500—100000元之间：请核对是否混用了元和万元、月和年"),
        (
            {"civil_servants_pay": 20_000_200},
            "公务员月人均工资100001元不在500—100000元之间：请核对是否混用了元和万元、月和年",
        ),
    ],
)
def test_a_return_that_cannot_be_compared_gives_its_reason_and_no_verdict(changes: dict[str, Any], reason: str) -> None:
    assert reason in reasons(dataclasses.replace(MARCH, **changes))


def test_the_limits_of_a_plausible_average_are_themselves_plausible() -> None:
    assert verdict(month(teachers_pay=500_000, civil_servants_pay=20_000_000)).ratio == Fraction(1, 200)


def test_every_reason_is_named() -> None:
    assert len(reasons(month(teachers=None, civil_servants=0, civil_servants_scope="另计"))) == 3


def test_the_year_is_pay_over_the_mean_headcount() -> None:
    """January 8,000,000 for 1000, February 9,900,000 for 1100: 17,900,000 ÷ 1050 ÷ 2 a head and month."""
    returns = [month(1), month(2, teachers_pay=9_900_000, teachers=1100)]
    found = cumulate(returns, 2, NATIONAL)
    assert isinstance(found, Parity)
    assert found.teachers_average == Fraction(17_900_000, 1050 * 2)
    assert found.civil_servants_average == 8000
    assert found.months == (1, 2)


def test_a_bonus_paid_in_december_counts_in_the_year_and_not_before() -> None:
    returns = [month(number, teachers_pay=7_900_000) for number in range(1, 12)] + [month(12, teachers_pay=9_100_000)]
    before, year = cumulate(returns, 11, NATIONAL), cumulate(returns, 12, NATIONAL)
    assert isinstance(before, Parity)
    assert isinstance(year, Parity)
    assert (before.is_at_parity, year.is_at_parity) == (False, True)
    assert before.gap == 100 * 1000 * 11
    assert year.ratio == 1


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([month(1), month(3)], ("2月没有报表：请补报",)),
        ([month(1), month(2), month(2), month(3)], ("2月有2份报表：请保留一份",)),
        ([month(1), month(2, teachers=None), month(3)], ("2月：缺少公办学校教师人数：请补报",)),
        (
            [month(1), month(2), month(3, teachers_scope="实发", civil_servants_scope="实发")],
            ("各月口径不同（实发、应发工资），不能累计：请统一口径",),
        ),
    ],
)
def test_a_year_with_a_hole_gives_no_verdict(returns: list[PayReturn], expected: tuple[str, ...]) -> None:
    found = cumulate(returns, 3, NATIONAL)
    assert isinstance(found, NoParity)
    assert found.reasons == expected


def test_months_after_the_asked_one_are_left_aside() -> None:
    assert isinstance(cumulate([month(1), month(2, teachers=None)], 1, NATIONAL), Parity)


def test_returns_of_two_counties_are_not_cumulated() -> None:
    with pytest.raises(ValueError, match="several counties"):
        cumulate([month(1), month(2, county="云川县")], 2, NATIONAL)


yuan = st.integers(600_000, 50_000_000)


@given(yuan, st.integers(600, 1000), yuan, st.integers(600, 1000))
def test_the_verdict_is_that_of_whole_numbers_multiplied_out(
    pay: int, teachers: int, other: int, servants: int
) -> None:
    found = verdict(month(teachers_pay=pay, teachers=teachers, civil_servants_pay=other, civil_servants=servants))
    assert found.is_at_parity == (pay * servants >= other * teachers)
    assert (found.gap == 0) == found.is_at_parity


@given(yuan, st.integers(600, 1000), st.integers(2, 9))
def test_a_year_of_equal_months_has_the_verdict_of_one(pay: int, teachers: int, months: int) -> None:
    found = cumulate([month(n, teachers_pay=pay, teachers=teachers) for n in range(1, months + 1)], months, NATIONAL)
    one = verdict(month(teachers_pay=pay, teachers=teachers))
    assert isinstance(found, Parity)
    assert (found.ratio, found.gap_per_teacher, found.gap) == (one.ratio, one.gap_per_teacher, one.gap * months)
    assert found.teachers_average == Fraction(Decimal(pay)) / teachers
