"""The verdict on a county: passed, failed with each reason, undecided with what is missing; and bad returns."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from yaodian.engines.rules import Standing, disperse
from yaodian.statutes.basic_balance import county as basic
from yaodian.statutes.preschool import county as preschool
from yaodian.statutes.quality_balance import county as quality
from yaodian.statutes.quality_balance.variation_of_teaching_area import VariationOfTeachingArea
from yaodian.statutes.verdicts import CountyVerdict

DAY = datetime.date(2024, 9, 1)


def school(name: str, stage: str = "primary", **changed: Any) -> dict[str, Any]:
    pupils = 1000
    return {
        "school": name, "stage": stage, "school_kind": stage, "pupils": pupils, "compulsory_pupils": pupils,
        "full_time": 90, "above_required_qualification": 60, "backbone_county_or_above": 12, "sports_and_arts": 12,
        "teaching_rooms": "7000", "indoor_sports": "500", "sports_ground": "11000", "equipment_value_10k_yuan": "300",
        "multimedia_classrooms": 30, "classes": 24, "music_rooms": 2, "art_rooms": 2, "music_rooms_area": "200",
        "art_rooms_area": "200", "largest_class": 45, "certified": 90, "trained_360": 90, "exchanged": 5,
        "exchange_eligible": 40, "exchanged_backbone": 1, "has_charter": True, "is_informatised": True,
        "training_funds": "50000", "public_funds": "900000", "computers": 150, "books": 30000,
        "middle_title_or_above": 50, **changed,
    }  # fmt: skip


COUNTY = {
    **dict.fromkeys(
        "is_layout_planned is_building_unified is_staffing_unified is_funding_unified is_equipment_unified "
        "is_posts_allocated is_quota_to_rural is_left_behind_care is_equipment_used is_moral_education_good "
        "is_curriculum_complete is_practice_effective is_burden_light".split(),
        True,
    ),
    **dict.fromkeys("has_entrance_exams has_school_choice has_key_schools".split(), False),
    "special_school_funds_per_pupil": 9000, "teacher_income": 100000, "civil_servant_income": 99000,
    "senior_quota": 60, "senior_places": 100, "eligible_migrants": 100, "migrants_in_public": 90, "migrants_in_bought": 0,
    "graduates": 98, "moved_in": 0, "moved_out": 0, "deaths": 0, "grade_seven": 100, "disabled_children": 20,
    "disabled_in_ordinary": 10, "disabled_in_special": 5, "disabled_at_home": 5, "monitoring_level": 3,
    "monitoring_difference": "0.1", "recognition": "0.9",
}  # fmt: skip
BY_STAGE = {stage: {"nearby_pupils": 500, "urban_public_pupils": 500} for stage in ("primary", "junior")}
SCHOOLS = [school("甲校"), school("乙校"), school("丙校", "junior"), school("丁校", "junior")]


def assess(schools: Any = SCHOOLS, county: Any = COUNTY, **words: Any) -> Any:
    return quality.assess(schools, county, **{"by_stage": BY_STAGE, "day": DAY, **words})


def test_a_county_that_meets_everything_passes() -> None:
    verdict = assess()
    assert (verdict.standing, verdict.failures, verdict.missing) == (Standing.MEETS, (), ())
    assert {"1.1", "1.2", *(f"2.{n}" for n in range(1, 16) if n != 6), *(f"3.{n}" for n in range(1, 10))} <= {
        each.item.number for each in verdict.items
    }


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"largest_class": 46}, "2.5"),
        ({"compulsory_pupils": 2001}, "2.4"),
        ({"music_rooms": 1}, "2.3"),
        ({"has_charter": False}, "3.3"),
        ({"training_funds": "44999.99"}, "3.4"),
        ({"certified": 89}, "2.12"),
        ({"sports_ground": "6300", "indoor_sports": 0}, "1.1"),
        ({"pupils": 80, "compulsory_pupils": 80, "is_small_school": True, "allocated_public_funds": 60000,
          "public_funds_standard": 720}, "2.6"),
        ({"equipment_value_10k_yuan": "3000"}, "1.2"),
    ],
)  # fmt: skip
def test_one_school_that_falls_short_fails_the_county_and_is_named(change: Any, number: str) -> None:
    verdict = assess([school("甲校", **change), *SCHOOLS[1:]])
    assert verdict.standing is Standing.FAILS
    assert any(reason.startswith(f"{number} ") for reason in verdict.failures)
    assert str(verdict).startswith("县域义务教育优质均衡发展督导评估办法：不达标。")


def test_missing_figures_leave_it_undecided_and_are_named() -> None:
    verdict = assess(county={**COUNTY, "recognition": None, "graduates": None})
    assert verdict.standing is Standing.UNDECIDED
    assert [reason for reason in verdict.missing if "缺少社会认可度" in reason]
    assert [reason for reason in verdict.missing if "缺少毕业生数" in reason]


def test_a_failure_is_not_hidden_by_what_is_missing() -> None:
    verdict = assess(county={**COUNTY, "recognition": None, "teacher_income": 90000})
    assert verdict.standing is Standing.FAILS
    assert len(verdict.failures) == 1
    assert verdict.missing


@pytest.mark.parametrize(
    ("schools", "said"),
    [
        ([*SCHOOLS, school("甲校")], "有2份报表"),
        ([*SCHOOLS, school("戊校", is_closed=True)], "已撤并"),
        ([*SCHOOLS, school("戊校", equipment_value_10k_yuan="3000000")], "戊校的教学仪器设备值"),
        ([*SCHOOLS, school("戊校", training_funds="5")], "疑似单位报错"),
        ([*SCHOOLS, {**school("戊校"), "stage": None}], "没有可识别的学段"),
        ([*SCHOOLS, school("戊校", teaching_rooms=None)], "缺少教学及辅助用房面积"),
        ([*SCHOOLS, school("戊校", teaching_rooms=-5)], "负数"),
        ([*SCHOOLS, school("戊校", teaching_rooms="很大")], "应是数"),
        ([*SCHOOLS, school("戊校", above_required_qualification=91)], "多于专任教师数"),
    ],
)
def test_bad_returns_give_a_named_reason_and_never_a_verdict(schools: Any, said: str) -> None:
    verdict = assess(schools)
    assert verdict.standing is Standing.UNDECIDED
    assert [reason for reason in verdict.missing if said in reason]


def test_what_is_outside_the_assessment_is_left_out() -> None:
    point = school("小教学点", school_kind="teaching_point", pupils=49, teaching_rooms=0, largest_class=99)
    assert assess([*SCHOOLS, point]).standing is Standing.MEETS
    assert assess([*SCHOOLS, {**point, "pupils": 50}]).standing is not Standing.MEETS


def test_a_county_with_one_school_has_no_spread() -> None:
    verdict = assess([school("独校")])
    spread = next(each for each in verdict.items if each.item.number == "1.2")
    assert spread.standing is Standing.MEETS
    assert all(found.result.value == 0 for found in spread.findings)


def test_a_county_without_schools_is_undecided() -> None:
    assert assess([]).standing is Standing.UNDECIDED


def test_before_the_statute_nothing_is_decided() -> None:
    assert assess(day=datetime.date(2010, 9, 1)).standing is Standing.UNDECIDED
    assert assess(day=datetime.date(2010, 9, 1), rules_on=DAY).standing is Standing.MEETS


def test_basic_balance_passes_and_fails_by_the_mean_of_eight() -> None:
    county = {"government_score": 90, "satisfaction": "0.9"}
    assert basic.assess(SCHOOLS, county, day=DAY).standing is Standing.MEETS
    nothing = (
        "computers books middle_title_or_above above_required_qualification equipment_value_10k_yuan sports_ground "
        "teaching_rooms full_time"
    )
    poor = dict.fromkeys(nothing.split(), 0)
    verdict = basic.assess([*SCHOOLS[:1], school("乙校", **poor), *SCHOOLS[2:]], county, day=DAY)
    assert verdict.standing is Standing.FAILS
    assert "小学" in verdict.failures[0]


def test_preschool_passes_fails_and_waits() -> None:
    flags = (
        "is_preschool_led is_preschool_planned is_preschool_network is_residential_regular is_fee_reasonable "
        "is_preschool_safe is_preschool_overseen is_teaching_scientific is_free_of_primary_teaching"
    ).split()
    county = {
        **dict.fromkeys(flags, True), "children": 900, "children_3_to_5": 1000, "children_public": 500,
        "children_inclusive_private": 300, "kindergarten_funds_per_child": 600, "subsidy_per_child": 500,
        "untenured_pay": 80, "tenured_pay": 100, "kindergarten_classes": 40, "kindergarten_classes_met": 38,
        "kindergarten_teachers": 70, "heads_and_teachers": 75, "heads_and_teachers_certified": 75,
        "preschool_recognition": "0.9",
    }  # fmt: skip
    premises = {
        "from_2017": {"kindergartens": 4, "kindergartens_premises_met": 4},
        "before_2017": {"kindergartens": 6, "kindergartens_premises_met": 3},
    }

    def assess(figures: dict[str, Any], parts: dict[str, Any] = premises, **extra: Any) -> CountyVerdict:
        return preschool.assess(figures, by_part=parts, day=DAY, **extra)

    assert assess(county).standing is Standing.MEETS
    old_and_short = {**premises, "before_2017": {"kindergartens": 6, "kindergartens_premises_met": 2}}
    assert assess(county, old_and_short).standing is Standing.FAILS
    assert assess(county, {"from_2017": premises["from_2017"]}).standing is Standing.UNDECIDED
    assert assess(county, {**premises, "before_2017": {"kindergartens": 0}}).standing is Standing.MEETS
    assert assess({**county, "children_public": 449}).standing is Standing.FAILS
    assert assess({**county, "children_public": None}).standing is Standing.UNDECIDED
    province = assess({**county, "children": 899}, region="410100")
    assert province.standing is Standing.FAILS
    assert "90%" in str(province) or "90" in province.failures[0]


def test_the_spread_uses_the_very_results_of_the_schools_and_those_it_would_get_by_itself() -> None:
    by_number = {each.item.number: each for each in assess().items}
    parts = {id(part) for found in by_number["1.1"].findings for part in found.result.details}
    for found in by_number["1.2"].findings:
        assert {id(part) for part in found.result.details} <= parts
    alone = disperse(
        VariationOfTeachingArea, [row for row in SCHOOLS if row["stage"] == "primary"], day=DAY, key="primary"
    )
    assert alone in [found.result for found in by_number["1.2"].findings]
