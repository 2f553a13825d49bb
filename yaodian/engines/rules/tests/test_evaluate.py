"""The plain evaluator on a small law of its own: dates, regions, options, reasons, explanations."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest

from yaodian.engines import rules

SOURCES = """
first-act: {title: 第一号办法, issuer: 某部, number: 某〔2010〕1号, from: 2010-01-01, confidence: V}
second-act: {title: 第二号办法, issuer: 某部, number: 某〔2020〕2号, from: 2020-01-01, confidence: M-m}
"""
QUANTITIES = """
stage: {label: 学段, kind: text, choices: [primary, junior]}
pupils: {label: 学生数, unit: 人, kind: count}
teachers: {label: 教师数, unit: 人, kind: count}
women: {label: 女教师数, unit: 人, kind: count, part_of: teachers}
area: {label: 面积, unit: 平方米, kind: amount, decimals: 2}
share: {label: 比例, kind: share, decimals: 4}
is_good: {label: 良好, kind: flag}
"""
BOOK = rules.Book(sources=SOURCES, quantities=[QUANTITIES], beside=lambda declared: "")
DAY = datetime.date(2024, 9, 1)


class Indicator(rules.Indicator, abstract=True):
    book = BOOK
    entity = rules.Entity.SCHOOL
    period = rules.Period.SCHOOL_YEAR
    unit = "人"
    reference = rules.Reference("first-act", "第一条", rules.Confidence.V)


class Staff(
    Indicator,
    code="small.staff",
    text="""
figures:
  threshold:
    label: 达标值
    unit: 人
    values:
      - {from: 2010-01-01, value: 5, cite: {source: first-act, article: 第二条, confidence: V}}
      - {from: 2020-01-01, value: 6, cite: {source: second-act, article: 第三条, confidence: M-m}}
      - {from: 2021-01-01, region: "990000", value: 7, cite: {source: second-act, article: 附件, confidence: VC}}
      - {from: 2022-01-01, region: "990102", value: 8, cite: {source: second-act, article: 附件, confidence: VC}}
      - {from: 2023-01-01, region: "990102", value: null, cite: {source: second-act, article: 附件, confidence: VC}}
  weight:
    label: 女教师权重
    unit: ""
    values: [{from: 2020-01-01, value: 1.5, cite: {source: second-act, article: 第四条, confidence: M-m}}]
""",
):
    """Teachers to 100 pupils; from 2020 women count more."""

    label = "每百名学生教师数"
    requires = rules.at_least("threshold")
    lever = "teachers"

    @staticmethod
    def formula_2010_01_01(given: rules.Given, law: rules.Figures) -> rules.Expression:
        return 100 * given.teachers / given.pupils

    @staticmethod
    def formula_2020_01_01(given: rules.Given, law: rules.Figures) -> rules.Expression:
        return 100 * (given.teachers - given.women + law.weight * given.women) / given.pupils


def staff(day: str = "2024-09-01", rules_on: str = "", region: str = rules.NATION, **given: Any) -> rules.Result:
    values = {"pupils": 100, "teachers": 5, "women": 0, **given}
    then = datetime.date.fromisoformat(rules_on) if rules_on else None
    return rules.evaluate(Staff, values, day=datetime.date.fromisoformat(day), rules_on=then, region=region)


def threshold(result: rules.Result) -> Fraction:
    return next(figure.number for figure in result.figures if figure.name == "threshold")


def test_two_dated_versions_of_a_rule_stand_beside_each_other() -> None:
    then, now = staff("2019-09-01"), staff("2020-09-01")
    assert isinstance(then, rules.Computed)
    assert isinstance(now, rules.Computed)
    assert (then.rule, threshold(then), then.verdict and then.verdict.meets) == ("small.staff@2010-01-01", 5, True)
    assert (now.rule, threshold(now), now.verdict and now.verdict.meets) == ("small.staff@2020-01-01", 6, False)


def test_old_data_can_be_judged_by_the_rules_of_now() -> None:
    result = staff("2019-09-01", rules_on="2024-09-01")
    assert (result.day.year, result.rules_on.year, result.rule) == (2019, 2024, "small.staff@2020-01-01")


def test_the_new_formula_asks_for_what_the_old_did_not() -> None:
    assert isinstance(staff("2019-09-01", women=None), rules.Computed)
    result = staff("2020-09-01", women=None)
    assert isinstance(result, rules.NotComputable)
    assert [(each.code, each.quantity) for each in result.reasons] == [("missing", "women")]


@pytest.mark.parametrize(
    ("day", "region", "number"),
    [
        ("2020-09-01", "990102", 6),
        ("2021-09-01", "990102", 7),
        ("2022-09-01", "990102", 8),
        ("2022-09-01", "990103", 7),
        ("2023-09-01", "990102", 7),
        ("2023-09-01", "980102", 6),
    ],
)
def test_the_nearest_region_that_says_something_is_heard(day: str, region: str, number: int) -> None:
    assert threshold(staff(day, region=region)) == number


def test_before_the_first_version_there_is_no_rule() -> None:
    result = staff("2009-09-01")
    assert isinstance(result, rules.NotComputable)
    assert result.reasons[0].code == "not-in-force"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"pupils": 0}, "zero"),
        ({"pupils": None}, "missing"),
        ({"pupils": ""}, "missing"),
        ({"pupils": -3}, "negative"),
        ({"pupils": "三百"}, "text"),
        ({"pupils": 12.5}, "too-fine"),
        ({"pupils": True}, "text"),
        ({"pupils": float("nan")}, "text"),
        ({"women": 6}, "over-whole"),
        ({"pupils": 10**5000}, "too-large"),
        ({"pupils": "9" * 5000}, "text"),
        ({"pupils": [3]}, "text"),
    ],
)
def test_an_absurd_value_has_a_named_reason_and_no_verdict(given: Any, code: str) -> None:
    result = staff(**given)
    assert isinstance(result, rules.NotComputable)
    assert result.standing is rules.Standing.UNDECIDED
    assert result.reasons[0].code == code
    assert result.reasons[0].sentence


def test_every_reason_is_found_not_the_first_only() -> None:
    result = staff(pupils=None, teachers=-1)
    assert isinstance(result, rules.NotComputable)
    assert {each.code for each in result.reasons} == {"missing", "negative"}


def test_a_value_short_of_the_threshold_says_how_many_are_needed() -> None:
    result = staff(pupils=1000, teachers=51, women=0)
    assert isinstance(result, rules.Computed)
    assert result.verdict is not None
    assert (result.verdict.needed, result.verdict.lever, result.verdict.gap) == (9, "教师数", Fraction(-9, 10))


def test_what_rounds_to_the_threshold_but_is_below_it_fails_and_shows_why() -> None:
    result = staff(pupils=100000, teachers=5999, women=0)
    assert isinstance(result, rules.Computed)
    assert result.verdict is not None
    assert not result.verdict.meets
    assert "5.999" in result.verdict.sentence
    assert "未修约" in result.verdict.sentence


def test_the_explanation_goes_down_to_the_cell_and_names_the_law() -> None:
    result = rules.evaluate(
        Staff, {"pupils": 100, "teachers": 7, "women": 2}, day=DAY, origins={"women": "2024年报表第12行"}
    )
    said = "\n".join(rules.explain(result))
    for words in ("《第一号办法》（某〔2010〕1号）第一条", "第三条", "凭记忆", "女教师数 = 2人（2024年报表第12行）",
                  "100 ×", "small.staff@2020-01-01", "达标值 = 6人（2020-01-01起", "完整度：3/3"):  # fmt: skip
        assert words in said


class Kept(
    Indicator,
    code="small.kept",
    text="""
options:
  way:
    label: 口径
    choices: {old: 旧口径, new: 新口径}
    values:
      - {from: 2010-01-01, value: old, cite: {source: first-act, article: 第五条, confidence: V}}
      - {from: 2010-01-01, region: "990000", value: new, cite: {source: second-act, article: 附件, confidence: VC}}
""",
):
    """One definition with two readings, and a branch by stage."""

    label = "两种口径"

    @staticmethod
    def formula_2010_01_01(given: rules.Given, law: rules.Figures) -> rules.Expression:
        old = rules.choose(given.stage, primary=given.teachers / given.pupils, junior=given.area / given.pupils)
        return rules.variant("way", old=old, new=rules.ceiling(given.pupils / given.teachers))


def test_the_reading_that_was_taken_is_printed() -> None:
    given = {"stage": "primary", "pupils": 100, "teachers": 30}
    nation, province = (rules.evaluate(Kept, given, day=DAY, region=each) for each in (rules.NATION, "990102"))
    assert isinstance(nation, rules.Computed)
    assert isinstance(province, rules.Computed)
    assert (nation.value, nation.options[0].choice) == (Fraction(3, 10), "old")
    assert (province.value, province.options[0].choice) == (4, "new")
    assert "新口径" in "\n".join(rules.explain(province))


def test_a_branch_that_is_not_taken_asks_for_nothing() -> None:
    result = rules.evaluate(Kept, {"stage": "junior", "pupils": 100, "area": "12.50"}, day=DAY)
    assert isinstance(result, rules.Computed)
    assert result.value == Fraction(1, 8)


@pytest.mark.parametrize(("stage", "code"), [(None, "missing"), ("college", "unknown")])
def test_a_school_without_a_known_stage_is_not_computable(stage: Any, code: str) -> None:
    result = rules.evaluate(Kept, {"stage": stage, "pupils": 100, "teachers": 30}, day=DAY)
    assert isinstance(result, rules.NotComputable)
    assert result.reasons[0].code == code


def test_a_formula_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(rules.inputs and Staff.formulas[datetime.date(2010, 1, 1)])


class Good(
    rules.Rule,
    code="small.good",
    text="""
figures:
  least: {label: 最低比例, unit: "", values: [{from: 2010-01-01, value: 80%, cite: {source: first-act, article: 六, confidence: V}}]}
""",
):
    """Judged good, and a share that is reached."""

    book = BOOK
    label = "良好且达到比例"
    entity = rules.Entity.SCHOOL
    period = rules.Period.SCHOOL_YEAR
    unit = "是否"
    reference = rules.Reference("first-act", "第六条", rules.Confidence.V)
    requires = rules.HOLDS
    asks = ("is_good", "share")
    says = "良好，且比例不低于最低比例"

    @staticmethod
    def decide_2010_01_01(given: Any, law: Any) -> bool:
        return bool(given.is_good and given.share >= law.least)


def test_a_rule_decides_and_records_what_it_read() -> None:
    result = rules.evaluate(Good, {"is_good": True, "share": "0.8"}, day=DAY)
    assert isinstance(result, rules.Computed)
    assert (result.value, [each.name for each in result.inputs]) == (True, ["is_good", "share"])
    assert result.figures[0].number == Fraction(4, 5)


@pytest.mark.parametrize(
    ("given", "code"),
    [({"share": 1}, "missing"), ({"is_good": "好", "share": 1}, "not-a-flag"), ({"is_good": True, "share": 1.2}, "over-100")],
)  # fmt: skip
def test_a_rule_without_its_values_is_not_computable(given: Any, code: str) -> None:
    result = rules.evaluate(Good, given, day=DAY)
    assert isinstance(result, rules.NotComputable)
    assert [each.code for each in result.reasons] == [code]
