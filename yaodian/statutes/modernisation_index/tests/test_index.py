"""The index: the worked example by hand, each curve on both sides of its corners, and each rule for missing leaves."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.rules import NATION, Computed, NotComputable
from yaodian.statutes.modernisation_index.curves import Curve, DefectiveCurve, curve_of
from yaodian.statutes.modernisation_index.index import (
    EDITIONS,
    DefectiveIndex,
    IndexEdition,
    IndexScore,
    LeafScore,
    NoValue,
    Unindexed,
    index_named,
    index_of,
    published,
    read_index,
    result_of,
    score_index,
)

EXAMPLE = index_named("example-2025")
TEXT = (EDITIONS / "example-2025.yaml").read_text(encoding="utf-8")
COUNTY: dict[str, Any] = {
    "preschool_enrolment": 90,
    "nine_year_retention": 96,
    "disabled_enrolment": 96,
    "fitness_good_rate": "55",
    "large_class_share": Decimal(1),
    "pupils_per_teacher": 18,
    "pay_parity": True,
}


def scored(values: dict[str, Any], edition: IndexEdition = EXAMPLE) -> IndexScore:
    result = score_index(values, edition)
    assert isinstance(result, IndexScore), result
    return result


def leaf(result: IndexScore, code: str) -> LeafScore:
    return next(one for one in result.leaves() if one.leaf.code == code)


def faults(values: dict[str, Any], edition: IndexEdition = EXAMPLE) -> list[str]:
    result = score_index(values, edition)
    assert isinstance(result, Unindexed), result
    return [fault.sentence for fault in result.faults]


def test_the_worked_example_by_hand() -> None:
    points = {
        "preschool_enrolment": Fraction(90, 95) * 15,
        "nine_year_retention": Fraction(96 - 88, 98 - 88) * 15,
        "disabled_enrolment": Fraction(80, 100) * 10,
        "fitness_good_rate": Fraction(60 + 40 * 5 // 10, 100) * 20,
        "large_class_share": Fraction(5 - 1, 5) * 15,
        "pupils_per_teacher": Fraction(17, 18) * 15,
        "pay_parity": Fraction(10),
    }
    result = scored(COUNTY)
    assert {one.leaf.code: one.points for one in result.leaves()} == points
    assert result.points == sum(points.values())
    assert published(result.points) == Decimal("86.38")
    assert result.remarks == ()


def test_the_same_values_under_the_next_year_are_held_against_its_targets() -> None:
    later = scored(COUNTY, index_named("example-2026"))
    assert leaf(later, "preschool_enrolment").points == Fraction(90, 98) * 15
    assert leaf(later, "fitness_good_rate").points == (60 + Fraction(40 * 5, 15)) / 100 * 20
    changed = {
        one.leaf.code
        for one, before in zip(later.leaves(), scored(COUNTY).leaves(), strict=True)
        if one.points != before.points
    }
    assert changed == {"preschool_enrolment", "fitness_good_rate"}


def test_an_example_is_nobodys_list() -> None:
    assert index_of(2025, region="320102") is None


def test_the_nearest_list_of_the_year_counts() -> None:
    def made(code: str, year: int, region: str) -> IndexEdition:
        return dataclasses.replace(EXAMPLE, code=code, year=year, region=region, is_example=False)

    known = [
        made("state", 2025, NATION),
        made("province", 2025, "990000"),
        made("city", 2025, "990100"),
        made("late", 2026, "990000"),
    ]
    for year, region, code in [
        (2025, "990102", "city"),
        (2025, "990202", "province"),
        (2025, "980102", "state"),
        (2026, "990102", "late"),
        (2025, NATION, "state"),
    ]:
        found = index_of(year, region=region, editions=known)
        assert found is not None
        assert found.code == code
    assert index_of(2026, region="980102", editions=known) is None


@pytest.mark.parametrize(
    ("entry", "target", "expected"),
    [
        ({"kind": "proportional"}, 95, {0: 0, 94: Fraction(94, 95), 95: 1, 96: 1}),
        ({"kind": "inverse"}, 17, {0: 1, 16: 1, 17: 1, 18: Fraction(17, 18), 34: Fraction(1, 2)}),
        ({"kind": "linear", "zero_at": "88"}, 98, {87: 0, 88: 0, 89: Fraction(1, 10), 97: Fraction(9, 10), 98: 1, 99: 1}),
        ({"kind": "linear", "zero_at": "5"}, 0, {0: 1, 1: Fraction(4, 5), 5: 0, 6: 0}),
        (
            {"kind": "steps", "at": [["90", "50"], ["95", "80"], ["97", "100"]]},
            97,
            {89: 0, 90: Fraction(1, 2), 94: Fraction(1, 2), 95: Fraction(4, 5), 96: Fraction(4, 5), 97: 1, 99: 1},
        ),
        (
            {"kind": "points", "at": [["30", "0"], ["50", "60"], ["60", "100"]]},
            60,
            {29: 0, 30: 0, 40: Fraction(3, 10), 50: Fraction(3, 5), 55: Fraction(4, 5), 60: 1, 61: 1},
        ),
        ({"kind": "yes_no"}, 1, {0: 0, 1: 1}),
    ],
)  # fmt: skip
def test_a_curve_on_both_sides_of_its_corners(entry: dict[str, Any], target: int, expected: dict[int, Any]) -> None:
    curve = curve_of(entry, Fraction(target))
    assert {value: curve.share(Fraction(value)) for value in expected} == expected


@pytest.mark.parametrize(
    ("entry", "target", "complaint"),
    [
        ({"kind": "proportional"}, 0, "above 0"),
        ({"kind": "inverse"}, -1, "above 0"),
        ({"kind": "linear", "zero_at": "5"}, 5, "not the target"),
        ({"kind": "steps", "at": [["90", "50"]]}, 90, "at least two"),
        ({"kind": "steps", "at": [["95", "50"], ["90", "100"]]}, 95, "rise"),
        ({"kind": "steps", "at": [["90", "100"], ["95", "50"]]}, 90, "must not fall"),
        ({"kind": "steps", "at": [["90", "50"], ["97", "100"]]}, 95, "full marks at the target"),
        ({"kind": "points", "at": [["90", "50"], ["97", "120"]]}, 97, "outside 0 to 100"),
        ({"kind": "points", "at": [["90", "50"], ["97", "90"]]}, 97, "full marks at the target"),
        ({"kind": "exponential"}, 5, "no curve"),
    ],
)
def test_a_defective_curve_is_refused(entry: dict[str, Any], target: int, complaint: str) -> None:
    with pytest.raises(DefectiveCurve, match=complaint):
        curve_of(entry, Fraction(target))


def test_a_leaf_left_out_gives_its_weight_to_its_siblings_and_says_so() -> None:
    """Without 大班额比例 (15) the branch 教育质量 (35) is its other leaf alone: 80 % of 35 = 28."""
    result = scored(COUNTY | {"large_class_share": NoValue("2处班级人数为空")})
    left, kept = leaf(result, "large_class_share"), leaf(result, "fitness_good_rate")
    assert (left.share, left.effective_weight, left.points) == (None, 0, 0)
    assert (kept.effective_weight, kept.points) == (35, 28)
    assert result.coverage == 85
    assert result.remarks == ("缺少大班额比例（2处班级人数为空）：缺则不计，权重分给同级其余指标",)
    assert result.points == scored(COUNTY).points - 16 - 12 + 28


def test_a_branch_without_any_value_gives_its_weight_to_the_other_branches() -> None:
    values = {code: value for code, value in COUNTY.items() if code not in ("fitness_good_rate", "large_class_share")}
    result = scored(values, dataclasses.replace(EXAMPLE, least_coverage=Decimal(65)))
    access, quality, support = result.root.children
    assert (access.effective_weight, quality.effective_weight, support.effective_weight) == (
        Fraction(100 * 40, 65),
        0,
        Fraction(100 * 25, 65),
    )
    assert sum(one.effective_weight for one in result.leaves()) == 100


def test_a_leaf_whose_rule_is_zero_counts_as_zero_and_says_so() -> None:
    result = scored(COUNTY | {"disabled_enrolment": None})
    assert leaf(result, "disabled_enrolment").effective_weight == 10
    assert result.points == scored(COUNTY).points - 8
    assert result.remarks == ("缺少残疾儿童少年入学率（未填报）：缺则计0分",)


def test_a_leaf_whose_rule_is_refuse_stops_the_index() -> None:
    assert faults(COUNTY | {"pay_parity": NoValue("缺公务员人数")}) == [
        "缺少教师平均工资收入不低于当地公务员（缺公务员人数）：按规则缺此项不计算"
    ]


def test_the_index_needs_the_coverage_that_its_edition_declares() -> None:
    """15 of 100 missing leaves 85, above 80; 20 more leaves 65, below; 80 exactly is enough."""
    scored(COUNTY | {"large_class_share": None})
    assert scored(COUNTY | {"fitness_good_rate": None}).coverage == 80
    assert faults(COUNTY | {"large_class_share": None, "fitness_good_rate": None}) == [
        "有值的指标只占权重的65%，不足80%：缺少学生体质健康优良率、大班额比例"
    ]


@pytest.mark.parametrize(
    ("code", "value", "sentence"),
    [
        ("nine_year_retention", "100.1", "超出可能的范围（0—100 %）"),
        ("nine_year_retention", "-1", "超出可能的范围"),
        ("nine_year_retention", "九十", "不是数"),
        ("nine_year_retention", "NaN", "不是数"),
        ("nine_year_retention", True, "不是数"),
        ("nine_year_retention", Decimal("1e-99999999"), "超出可能的范围"),
        ("pay_parity", 1, "应为是或否"),
        ("pay_parity", "是", "应为是或否"),
        ("retention", 96, "不在县域教育现代化监测指标体系（示例）中"),
    ],
)
def test_a_bad_value_is_named_and_makes_no_points(code: str, value: object, sentence: str) -> None:
    (found,) = faults(COUNTY | {code: value})
    assert sentence in found


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('weight: "20"', 'weight: "21"', "weights below quality are 36"),
        ('weight: "20"', 'weight: "0"', "weights below quality"),
        ('weight: "40"', 'weight: "41"', "weights below index are 101"),
        ("code: large_class_share", "code: fitness_good_rate", "used twice"),
        ("missing: refuse", "missing: guess", "called guess"),
        ("missing: leave_out", "missing: guess", "called guess"),
        ("source: example-index", "source: nowhere", "sources.yaml does not list"),
        ('zero_at: "5"', 'zero_at: "0"', "large_class_share: linear needs"),
    ],
)
def test_a_defective_edition_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    with pytest.raises(DefectiveIndex, match=complaint):
        read_index(TEXT.replace(old, new), {EXAMPLE.citation.source.id: EXAMPLE.citation.source})


TARGETS: dict[str, Any] = {one.code: True if one.curve.is_yes_no else one.target for one in EXAMPLE.leaves()}
LIBERAL = dataclasses.replace(EXAMPLE, least_coverage=Decimal(0))


def test_whoever_reaches_every_target_has_full_marks() -> None:
    assert scored(TARGETS).points == 100


@given(st.sets(st.sampled_from([code for code in TARGETS if code not in ("pay_parity", "disabled_enrolment")])))
def test_leaving_out_never_lowers_whoever_reaches_every_target(left_out: set[str]) -> None:
    values = {code: value for code, value in TARGETS.items() if code not in left_out}
    result = scored(values, LIBERAL)
    assert result.points == 100
    assert sum(one.effective_weight for one in result.leaves()) == 100
    assert len(result.remarks) == len(left_out)


percent = st.decimals(0, 100, places=2)


@given(percent, percent, percent, percent)
def test_the_points_lie_between_0_and_100_and_are_the_sum_of_the_leaves(
    enrolment: Decimal, retention: Decimal, good: Decimal, large: Decimal
) -> None:
    values = COUNTY | {
        "preschool_enrolment": enrolment,
        "nine_year_retention": retention,
        "fitness_good_rate": good,
        "large_class_share": large,
    }
    result = scored(values)
    assert 0 <= result.points <= 100
    assert result.points == sum(one.points for one in result.leaves())
    assert all(0 <= one.points <= one.effective_weight for one in result.leaves())


@given(percent, percent)
def test_more_of_what_is_good_never_lowers_the_index(first: Decimal, second: Decimal) -> None:
    worse, better = sorted((first, second))
    assert scored(COUNTY | {"fitness_good_rate": worse}).points <= scored(COUNTY | {"fitness_good_rate": better}).points
    assert scored(COUNTY | {"large_class_share": better}).points <= scored(COUNTY | {"large_class_share": worse}).points


def test_points_are_shown_half_up_and_kept_exact() -> None:
    assert published(Fraction(86385, 1000)) == Decimal("86.39")
    assert published(Fraction(86384999, 1000000)) == Decimal("86.38")
    assert Curve("proportional", Fraction(3)).share(Fraction(1)) == Fraction(1, 3)


def test_the_result_is_like_any_other_with_its_citation_its_version_and_what_was_missing() -> None:
    day = datetime.date(2025, 12, 31)
    found = result_of(COUNTY | {"large_class_share": None}, EXAMPLE, day=day)
    assert isinstance(found, Computed)
    assert found.value == scored(COUNTY | {"large_class_share": None}).points
    assert (found.rule, found.citation.source.id, str(found.completeness)) == ("example-2025", "example-index", "6/7")
    assert found.notes[0] == "学前三年毛入园率 90%（目标95）：14.21分，权重15"
    assert found.notes[-1] == "缺少大班额比例（未填报）：缺则不计，权重分给同级其余指标"
    missing = result_of(COUNTY | {"pay_parity": None, "nine_year_retention": "九十"}, EXAMPLE, day=day)
    assert isinstance(missing, NotComputable)
    assert [reason.quantity for reason in missing.reasons] == ["nine_year_retention", "pay_parity"]
    assert str(missing.completeness) == "5/7"
