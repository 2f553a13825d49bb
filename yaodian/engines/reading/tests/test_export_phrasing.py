"""A quantity is said the same way everywhere, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yaodian.engines import reading
from yaodian.engines.reading import phrasing
from yaodian.engines.reading.plan import Deadline, Target
from yaodian.engines.reading.tests.plans import yunchuan


def made(value: float, unit: str | None = "%", **more: object) -> Target:
    fields: dict[str, object] = {
        "node": 0,
        "subject": "入园率",
        "comparator": "at_least",
        "value_max": None,
        "due": None,
        "per": None,
        "strength": "must",
        "implicit": False,
        "span": (0, 1),
    }
    return Target(value=value, unit=unit, **{**fields, **more})


CASES = [
    (made(57), "不低于57%", "≥ 57 %", "at least 57%"),
    (made(5, "所"), "不少于5所", "≥ 5 所", "at least 5 所"),
    (made(100), "达到100%", "≥ 100 %", "100%"),
    (made(5, "%", comparator="at_most"), "不超过5%", "≤ 5 %", "at most 5%"),
    (made(300, "人", comparator="about"), "约300人", "≈ 300 人", "about 300 人"),
    (made(2, "个", comparator="between", value_max=3), "2–3个", "2–3 个", "2–3 个"),
    (made(1, "个百分点", comparator="change"), "提高1个百分点", "+1 个百分点", "up 1 percentage points"),
    (made(-1.5, "个百分点", comparator="change"), "下降1.5个百分点", "−1.5 个百分点", "down 1.5 percentage points"),
    (
        made(3, "个百分点", comparator="change", value_max=8),
        "提高3–8个百分点",
        "+3～+8 个百分点",
        "up 3–8 percentage points",
    ),
    (
        made(-5, "个百分点", comparator="change", value_max=-8),
        "下降5–8个百分点",
        "−5～−8 个百分点",
        "down 5–8 percentage points",
    ),
    (made(-0.0, "%", comparator="change", value_max=-3), "下降0–3%", "−0～−3 %", "down 0–3%"),
    (made(100, implicit=True), "全覆盖", "≥ 100 %", "full coverage"),
    (made(0, "起", implicit=True), "零", "≥ 0 起", "none"),
    (made(3, None), "不低于3", "≥ 3", "at least 3"),
]


@pytest.mark.parametrize(("target", "chinese", "symbols", "english"), CASES)
def test_a_bound_is_said_in_words_in_symbols_and_in_english(
    target: Target, chinese: str, symbols: str, english: str
) -> None:
    assert phrasing.quantity(target) == chinese
    assert phrasing.symbols(target) == symbols
    assert phrasing.quantity(target, "en") == english


def test_period_strength_and_day_join_the_bound() -> None:
    target = made(2, "次", per="term", strength="strive", due="2026-12-31")
    assert phrasing.terms(target) == "力争每学期不少于2次，2026年12月31日前"
    assert phrasing.terms(target, "en") == "strive for at least 2 次 a term by 31 December 2026"


def test_a_deadline_without_a_day_keeps_its_words_only() -> None:
    assert phrasing.deadline(Deadline(0, "春学期", None, (0, 3))) == "春学期"
    assert phrasing.deadline(Deadline(0, "9月底前", "2026-09-30", (0, 4))) == "9月底前（2026年9月30日）"
    assert phrasing.deadline(Deadline(0, "9月底前", "2026-09-30", (0, 4)), "en") == "9月底前 (30 September 2026)"


@pytest.mark.parametrize(
    ("value", "said"), [(57.0, "57"), (0.5, "0.5"), (99.80, "99.8"), (12000, "12000"), (1e300, "1e+300")]
)
def test_a_number_has_no_superfluous_fraction(value: float, said: str) -> None:
    assert phrasing.number(value) == said


def test_the_line_about_a_plan_leaves_out_what_is_unknown() -> None:
    plan = yunchuan()
    assert phrasing.meta(plan) == "云川市教育局 · 2026年 · 云教发〔2026〕3号 · 成文 2026年2月20日"
    assert phrasing.counts(plan, "en").startswith("clauses 5 · targets 7 · deadlines 3")


def test_every_warning_of_the_reader_has_english() -> None:
    source = (Path(reading.__file__).parent / "oddities.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'Warning\(\s*"([a-z-]+)"', source))
    assert codes == set(phrasing.WARNINGS)
    assert phrasing.warning("number-missing", "编号不连续。") == "编号不连续。"
    assert "gap" in phrasing.warning("number-missing", "编号不连续。", language="en")
