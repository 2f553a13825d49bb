"""Pay parity beside its cases: every fault named, the gap in yuan, and the year's sum."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from yaodian.engines.rules import Computed, NotComputable, evaluate
from yaodian.statutes.pay_parity.pay_to_civil_servants import PayToCivilServants, cumulate

DAY = datetime.date(2026, 3, 31)
MARCH: dict[str, Any] = {
    "teachers_pay": 8_000_000,
    "teachers_paid": 1000,
    "teachers_pay_scope": "实发工资",
    "civil_servants_pay": 1_600_000,
    "civil_servants_paid": 200,
    "civil_servants_pay_scope": "实发工资",
}


def computed(**changes: Any) -> Computed:
    found = evaluate(PayToCivilServants, MARCH | changes, day=DAY)
    assert isinstance(found, Computed), found
    return found


def reasons(**changes: Any) -> list[str]:
    found = evaluate(PayToCivilServants, MARCH | changes, day=DAY)
    assert isinstance(found, NotComputable), found
    return [reason.sentence for reason in found.reasons]


def test_the_result_cites_its_figure_and_its_scope() -> None:
    found = computed()
    assert [figure.citation.source.number for figure in found.figures] == ["教督〔2017〕6号"]
    assert [one.value for one in found.inputs if one.name == "teachers_pay_scope"] == ["实发工资"]
    assert found.notes == ("教师每人每月8000元，公务员每人每月8000元",)


def test_the_gap_is_what_all_teachers_together_lack() -> None:
    """7500 against 8000: 500 a head, 500 × 1000 together."""
    assert computed(teachers_pay=7_500_000).notes[1] == "每名教师每月差500元，全部教师共差500000元"


def test_every_missing_figure_is_named() -> None:
    assert reasons(teachers_paid=None, civil_servants_pay="", civil_servants_pay_scope="另计") == [
        "缺少公办学校领取工资的教师人数",
        "缺少公务员工资总额",
        "公务员工资口径「另计」不在应发工资不含年终奖、应发工资含年终奖、实发工资之中",
    ]


def test_the_ends_of_the_plausible_averages_are_plausible() -> None:
    assert computed(teachers_pay=500_000, civil_servants_pay=20_000_000).value == Fraction(1, 200)
    assert "请核对是否混用了元和万元、月和年" in reasons(civil_servants_pay=20_000_001)[0]


def year(**by_month: Any) -> dict[int, dict[str, Any]]:
    """Twelve returns like March, months changed by name: ``m2={"teachers_pay": …}``; ``None`` takes a month out."""
    returns = {month: dict(MARCH) for month in range(1, 13)}
    for name, changes in by_month.items():
        if changes is None:
            del returns[int(name[1:])]
        else:
            returns[int(name[1:])] |= changes
    return returns


def test_the_year_is_pay_over_heads_of_all_months() -> None:
    """January 8,000,000 for 1000, February 9,900,000 for 1100: 17,900,000 ÷ 2100 against 8000."""
    found = cumulate(year(m2={"teachers_pay": 9_900_000, "teachers_paid": 1100}), year=2026, through_month=2)
    assert isinstance(found, Computed)
    assert found.value == Fraction(17_900_000, 2100) / 8000
    assert (found.day, len(found.details)) == (datetime.date(2026, 2, 28), 2)


def test_a_bonus_paid_in_december_counts_in_the_year_and_not_before() -> None:
    returns = {month: MARCH | {"teachers_pay": 7_900_000 if month < 12 else 9_100_000} for month in range(1, 13)}
    before = cumulate(returns, year=2026, through_month=11)
    whole = cumulate(returns, year=2026, through_month=12)
    assert isinstance(before, Computed)
    assert isinstance(whole, Computed)
    assert before.verdict
    assert whole.verdict
    assert (before.verdict.meets, whole.verdict.meets, whole.value) == (False, True, 1)
    assert before.notes[1] == f"每名教师每月差100元，全部教师共差{100 * 1000 * 11}元"


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        (year(m2=None), ["2月没有报表：请补报"]),
        (year(m2={"teachers_paid": None}), ["2月：缺少公办学校领取工资的教师人数"]),
        (
            year(m3={"teachers_pay_scope": "应发工资含年终奖", "civil_servants_pay_scope": "应发工资含年终奖"}),
            ["各月口径不同（实发工资、应发工资含年终奖），不能累计：请统一口径"],
        ),
    ],
)
def test_a_year_with_a_hole_gives_no_verdict(returns: dict[int, dict[str, Any]], expected: list[str]) -> None:
    found = cumulate(returns, year=2026, through_month=3)
    assert isinstance(found, NotComputable)
    assert [reason.sentence for reason in found.reasons] == expected
    assert isinstance(cumulate(returns, year=2026, through_month=1), Computed)


yuan = st.integers(600_000, 50_000_000)
heads = st.integers(600, 1000)


@drawn(yuan, heads, yuan, heads)
def test_the_verdict_is_that_of_whole_numbers_multiplied_out(
    pay: int, teachers: int, other: int, servants: int
) -> None:
    found = computed(teachers_pay=pay, teachers_paid=teachers, civil_servants_pay=other, civil_servants_paid=servants)
    assert found.verdict
    assert found.verdict.meets == (pay * servants >= other * teachers)
    assert (len(found.notes) == 1) == found.verdict.meets


@drawn(yuan, heads, st.integers(1, 12))
def test_a_year_of_equal_months_has_the_ratio_of_one(pay: int, teachers: int, months: int) -> None:
    changes = {"teachers_pay": pay, "teachers_paid": teachers}
    found = cumulate(dict.fromkeys(range(1, 13), MARCH | changes), year=2026, through_month=months)
    assert isinstance(found, Computed)
    assert found.value == computed(**changes).value
