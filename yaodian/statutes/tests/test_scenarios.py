"""What would be if: exact figures after each change, refusals that say what to do, and what the changes lead to."""

from __future__ import annotations

import copy
import datetime
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from yaodian.engines.rules import PROBLEM, Derived, Reason, Standing, exact
from yaodian.statutes.changes import (
    TEACHERS,
    AddRooms,
    BadChange,
    BuyEquipment,
    Change,
    ChangeFigure,
    HireTeachers,
    MergeSchools,
    MoveTeachers,
    SplitSchool,
    TrainTeachers,
    changes_from_json,
    is_summed,
)
from yaodian.statutes.comparison import compare
from yaodian.statutes.costs import PRICES, cost
from yaodian.statutes.declare import BOOK
from yaodian.statutes.quality_balance import county as quality
from yaodian.statutes.returns import School, rows_of
from yaodian.statutes.scenarios import Applied, UnableToApply, apply
from yaodian.statutes.suggestions import needed, suggest
from yaodian.statutes.tests import province
from yaodian.statutes.tests.test_counties import BY_STAGE, COUNTY, DAY, school

PRIMARY, JUNIOR, NINE = "2199000001", "2199000002", "2199000003"


def row(code: str, name: str, stage: str, kind: str = "", **changed: Any) -> dict[str, Any]:
    return school(name, stage, code=code, school_kind=kind or stage, **changed)


ROWS = [
    row(PRIMARY, "甲小学", "primary"),
    row(JUNIOR, "乙中学", "junior"),
    row(NINE, "丙学校", "primary", "nine_year", compulsory_pupils=2000),
    row(NINE, "丙学校", "junior", "nine_year", compulsory_pupils=2000),
]


def of(applied: Applied, code: str, stage: str) -> dict[str, Any]:
    (found,) = [each for each in applied.rows if (each["code"], each["stage"]) == (code, stage)]
    return found


def plain(value: Any) -> Any:
    """A figure as its exact number, whatever it is written as."""
    if isinstance(value, Derived):
        return value.value
    if isinstance(value, bool) or value is None:
        return value
    try:
        return exact(value)
    except ValueError:
        return value


def same(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in each.items()} for each in rows]


def assess(rows: Any, county: Any = COUNTY) -> Any:
    return quality.assess(rows, county, by_stage=BY_STAGE, day=DAY)


def totals(rows: list[dict[str, Any]], names: Any) -> dict[str, Fraction]:
    return {name: sum((plain(each[name]) for each in rows), Fraction(0)) for name in names}


# ---- Changes as values

CHANGES: list[Change] = [
    ChangeFigure(PRIMARY, "primary", "sports_ground", "12000.55"),
    ChangeFigure(PRIMARY, "primary", "has_charter", False),
    ChangeFigure("", "", "recognition", Decimal("0.8")),
    MoveTeachers(PRIMARY, "primary", NINE, "primary", {"full_time": 3, "certified": 3, "trained_360": 3}),
    HireTeachers(JUNIOR, "junior", {"full_time": 2, "certified": 2}),
    TrainTeachers(JUNIOR, "junior", {"backbone_county_or_above": 2}),
    AddRooms(JUNIOR, "junior", "music", 2, "96.5"),
    BuyEquipment(JUNIOR, "junior", "equipment_value_10k_yuan", "3.5"),
    SplitSchool(PRIMARY, "2199000009", "丁小学", "1/3", {"sports_ground": "1/2"}),
    MergeSchools((PRIMARY,), JUNIOR),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.kind)
def test_a_change_comes_back_from_json_as_it_went(change: Change) -> None:
    assert Change.from_json(json.loads(json.dumps(change.to_json(), ensure_ascii=False))) == change


@given(
    st.fractions(-(10**6), 10**6, max_denominator=10**12),
    st.fractions(0, 1, max_denominator=10**12).filter(lambda share: 0 < share < 1),
)
def test_numbers_come_back_exactly(value: Fraction, share: Fraction) -> None:
    for change in (
        ChangeFigure("1", "primary", "pupils", value),
        SplitSchool("1", "2", "新校", share, {"books": share}),
    ):
        assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


GOOD = {"kind": "change_figure", "code": "1", "stage": "primary", "quantity": "pupils", "value": 3}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("改", "应是一组字段"),
        ({**GOOD, "kind": "burn_down"}, "不认识的变化种类「burn_down」"),
        ({**GOOD, "colour": "red"}, "改数据没有字段「colour」"),
        ({name: each for name, each in GOOD.items() if name != "value"}, "改数据缺少数值"),
        ({**GOOD, "value": "很多"}, "数值应是数，填的是「很多」"),
        ({**GOOD, "value": "1/0"}, "数值应是数"),
        ({**GOOD, "value": "1" * 50}, "数字太长"),
        ({**GOOD, "value": True}, "在校学生数应是数"),
        ({**GOOD, "quantity": "has_charter"}, "学校制定章程应是「是」或「否」"),
        ({**GOOD, "quantity": "happiness"}, "不是词表中的数据项"),
        ({**GOOD, "quantity": "stage", "value": 1}, "学段是学校的属性"),
        ({**GOOD, "quantity": "compulsory_pupils"}, "请改各学段的在校学生数"),
        ({**GOOD, "code": 7}, "学校代码应是文字"),
        ({"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": {}}, "没有写人数"),
        ({"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": 3}, "应写明每个数据项各是多少"),
        ({"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": {"books": 1}}, "不是教师人数"),
        ({"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": {"full_time": 0.5}}, "应是整数"),
        ({"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": {"full_time": -1}}, "不能是负数"),
        (
            {"kind": "hire_teachers", "code": "1", "stage": "primary", "numbers": {"full_time": 1, "certified": 2}},
            "多于其中的专任教师数（1）",
        ),
        ({"kind": "train_teachers", "code": "1", "stage": "primary", "numbers": {"full_time": 1}}, "不增加专任教师数"),
        (
            {"kind": "move_teachers", "from_code": "1", "from_stage": "primary", "to_code": "1", "to_stage": "primary",
             "numbers": {"full_time": 1}},
            "同一学校同一学段",
        ),
        ({"kind": "merge_schools", "codes": [], "into": "1"}, "没有写撤并哪些学校"),
        ({"kind": "merge_schools", "codes": "12", "into": "1"}, "应是一列代码"),
        ({"kind": "merge_schools", "codes": ["1"], "into": "1"}, "同一学校写了两次"),
        ({"kind": "split_school", "code": "1", "new_code": "1", "new_name": "新", "share": "0.5"}, "和原学校相同"),
        ({"kind": "split_school", "code": "1", "new_code": "", "new_name": "新", "share": "0.5"}, "代码和名称"),
        ({"kind": "split_school", "code": "1", "new_code": "2", "new_name": "新", "share": 1}, "大于0、小于1"),
        ({"kind": "split_school", "code": "1", "new_code": "2", "new_name": "新", "share": 0}, "大于0、小于1"),
        (
            {"kind": "split_school", "code": "1", "new_code": "2", "new_name": "新", "share": "0.5",
             "shares": {"largest_class": "0.5"}},
            "不是可以分的数据",
        ),
        (
            {"kind": "split_school", "code": "1", "new_code": "2", "new_name": "新", "share": "0.5", "shares": {"books": 2}},
            "应在0和1之间",
        ),
        ({"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "spa", "number": 1}, "不认识的用房种类"),
        ({"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "art", "number": 0}, "至少是1"),
        ({"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "art", "number": 1, "area": "0.001"}, "两位小数"),
        ({"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "teaching", "number": 1}, "要写面积"),
        (
            {"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "teaching", "number": 1, "area": 9,
             "is_new": False},
            "只能新增",
        ),
        (
            {"kind": "add_rooms", "code": "1", "stage": "primary", "rooms": "art", "number": 1, "is_new": "no"},
            "应为「是」或「否」",
        ),
        ({"kind": "buy_equipment", "code": "1", "stage": "primary", "quantity": "pupils", "amount": 1}, "购置的不能是"),
        ({"kind": "buy_equipment", "code": "1", "stage": "primary", "quantity": "books", "amount": "1.5"}, "是整数"),
        ({"kind": "buy_equipment", "code": "1", "stage": "primary", "quantity": "books", "amount": 0}, "应大于0"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_a_sentence(given: Any, said: str) -> None:
    with pytest.raises(BadChange, match=said):
        Change.from_json(given)
    with pytest.raises(BadChange, match=f"^第2项变化：.*{said}"):
        changes_from_json([GOOD, given])


def test_a_text_is_no_list_of_changes() -> None:
    with pytest.raises(BadChange, match="应是一列"):
        changes_from_json("改")


# ---- Applying


def test_no_change_gives_equal_rows() -> None:
    applied = apply(ROWS, [], county=COUNTY, by_stage=BY_STAGE)
    assert (applied.rows, applied.county, applied.by_stage, applied.effects) == (ROWS, COUNTY, BY_STAGE, ())


def test_the_rows_given_stay_as_they_are_and_in_sequence_is_as_at_once() -> None:
    kept = copy.deepcopy(ROWS)
    at_once = apply(ROWS, CHANGES, county=COUNTY, by_stage=BY_STAGE)
    assert kept == ROWS
    for cut in range(len(CHANGES) + 1):
        first = apply(ROWS, CHANGES[:cut], county=COUNTY, by_stage=BY_STAGE)
        second = apply(first.rows, CHANGES[cut:], county=first.county, by_stage=first.by_stage)
        assert (second.rows, second.county, second.by_stage) == (at_once.rows, at_once.county, at_once.by_stage)
        assert [*first.sentences, *second.sentences] == [*at_once.sentences]
    assert len(at_once.sentences) == len(CHANGES)


def test_each_change_says_what_it_did_and_names_every_figure() -> None:
    applied = apply(ROWS, CHANGES[:1])
    (effect,) = applied.effects
    assert effect.sentence == "甲小学小学的运动场地面积由11000改为12000.55平方米"
    assert [(each.code, each.stage, each.quantity, each.before) for each in effect.figures] == [
        (PRIMARY, "primary", "sports_ground", "11000")
    ]
    assert effect.figures[0].after == Fraction("12000.55")


def test_pupils_that_change_are_counted_in_the_whole_school_and_funds_follow_them() -> None:
    rows = [*ROWS[:3], {**ROWS[3], "public_funds": Derived(Fraction(900000), "生均公用经费×学生数")}]
    applied = apply(rows, [ChangeFigure(NINE, "junior", "pupils", 500)])
    assert of(applied, NINE, "primary")["compulsory_pupils"] == 1500
    assert of(applied, NINE, "junior")["compulsory_pupils"] == 1500
    assert of(applied, NINE, "junior")["public_funds"].value == 450000


def test_a_figure_that_was_absurd_or_missing_can_be_put_right() -> None:
    rows = [{**ROWS[0], "full_time": "九十", "books": None}, *ROWS[1:]]
    applied = apply(
        rows, [ChangeFigure(PRIMARY, "primary", "full_time", 90), ChangeFigure(PRIMARY, "primary", "books", 5)]
    )
    assert (of(applied, PRIMARY, "primary")["full_time"], of(applied, PRIMARY, "primary")["books"]) == (90, 5)
    assert "由「九十」改为90人" in applied.sentences[0]
    assert "由未报改为5册" in applied.sentences[1]


def test_the_county_s_own_figures_change_and_its_own_counts_of_teachers_follow() -> None:
    changes = [
        ChangeFigure("", "", "recognition", "0.8"),
        ChangeFigure("", "junior", "nearby_pupils", 400),
        HireTeachers(PRIMARY, "primary", {"full_time": 3, "certified": 2}),
        ChangeFigure(PRIMARY, "primary", "trained_360", 80),
    ]
    county = {**COUNTY, "full_time": 400, "trained_360": 380}
    applied = apply(ROWS, changes, county=county, by_stage=BY_STAGE)
    assert applied.county == {**county, "recognition": Fraction("0.8"), "full_time": 403, "trained_360": 370}
    assert applied.by_stage["junior"]["nearby_pupils"] == 400
    assert applied.by_stage["primary"] == BY_STAGE["primary"]
    assert applied.sentences[1] == "全县初中的其中住址在片区内的学生数由500改为400人"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ChangeFigure("0", "primary", "pupils", 1), "没有代码为「0」的学校"),
        (ChangeFigure(PRIMARY, "junior", "pupils", 1), "甲小学没有初中学段"),
        (ChangeFigure(PRIMARY, "primary", "pupils", "1.5"), "在校学生数应是整数"),
        (ChangeFigure(PRIMARY, "primary", "pupils", -1), "负数"),
        (ChangeFigure(PRIMARY, "primary", "full_time", 11), "会多于专任教师数（11）"),
        (ChangeFigure("", "primary", "nearby_pupils", 501), "会多于城区和镇区公办学校学生数"),
        (MoveTeachers(PRIMARY, "primary", NINE, "primary", {"full_time": 91}), "专任教师数只有90，不够91"),
        (MoveTeachers(PRIMARY, "primary", NINE, "primary", {"full_time": 1}), "持教师资格证教师数（90）会多于专任教师数（89）"),
        (MoveTeachers(PRIMARY, "primary", NINE, "primary", {"full_time": 1}), "请同时写明五年内培训满360学时教师数、持教师"),
        (HireTeachers("5", "primary", {"full_time": 1}), "报表有疑问（没有2024年的报表）；请先更正报表"),
        (HireTeachers("6", "primary", {"full_time": 1}), "没有报专任教师数；请先补报"),
        (TrainTeachers(PRIMARY, "primary", {"certified": 1}), "会多于专任教师数"),
        (MergeSchools(("0",), PRIMARY), "没有代码为「0」的学校"),
        (MergeSchools(("5",), PRIMARY), "报表有疑问"),
        (MergeSchools(("7",), PRIMARY), "学校类别是「special」"),
        (MergeSchools(("8",), PRIMARY), "没有只办primary和senior学段的学校类别"),
        (SplitSchool(PRIMARY, JUNIOR, "新", "0.5"), f"已有代码为「{JUNIOR}」的学校"),
        (SplitSchool(PRIMARY, "9", "新", 1, (), "primary"), "报表中只有这一个学段"),
        (SplitSchool(PRIMARY, "9", "新", "0.5", {"full_time": 0}), "会多于专任教师数"),
        (AddRooms("6", "primary", "ordinary", 1, 60), "没有报在校学生数，分班后的班额无法计算"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_which_change_why_and_what_to_do(change: Change, said: str) -> None:
    rows = [
        *ROWS,
        {"code": "5", "school": "戊小学", "stage": "primary", PROBLEM: Reason("no-return", "", "没有2024年的报表")},
        row("6", "己小学", "primary", full_time=None, pupils=None),
        row("7", "庚学校", "primary", "special"),
        {"code": "8", "school": "辛中学", "stage": "senior", "school_kind": "senior"},
    ]
    with pytest.raises(UnableToApply) as caught:
        apply(rows, [CHANGES[0], change], county=COUNTY, by_stage=BY_STAGE)
    assert str(caught.value).startswith(f"第2项变化（{change.label}）不能执行：")
    assert said in str(caught.value)
    assert (caught.value.number, caught.value.what) == (2, change.label)
    assert caught.value.what_to_do


MOVED = {
    "full_time": 60,
    "certified": 55,
    "trained_360": 50,
    "above_required_qualification": 40,
    "middle_title_or_above": 25,
}


@given(
    st.dictionaries(st.sampled_from(TEACHERS), st.integers(0, 100), max_size=3),
    st.sampled_from([(PRIMARY, "primary"), (JUNIOR, "junior"), (NINE, "primary")]),
)
@settings(max_examples=200)
def test_moving_teachers_keeps_the_county_s_total_or_is_refused(numbers: Any, source: Any) -> None:
    rows = [{**each, "full_time": 90, "certified": 80, "trained_360": 70} for each in ROWS]
    try:
        applied = apply(rows, [MoveTeachers(*source, NINE, "junior", {**MOVED, **numbers})])
    except (BadChange, UnableToApply):
        event("refused")
        return
    assert totals(applied.rows, TEACHERS) == totals(rows, TEACHERS)
    for each in applied.rows:
        assert all(0 <= each[name] <= each["full_time"] for name in TEACHERS)


def test_a_move_between_stages_warns_that_another_qualification_is_required() -> None:
    numbers = {"full_time": 3, "above_required_qualification": 1, "certified": 3, "trained_360": 3}
    (sentence,) = apply(ROWS, [MoveTeachers(PRIMARY, "primary", JUNIOR, "junior", numbers)]).sentences
    assert "请按调入学段核对" in sentence


# ---- Schools made and closed

SUMS = [name for name in ROWS[0] if is_summed(name)]


def test_a_primary_and_a_junior_school_become_a_nine_year_one() -> None:
    applied = apply(ROWS, [MergeSchools((JUNIOR,), PRIMARY)])
    assert [(each["code"], each["stage"], each["school_kind"]) for each in applied.rows[:2]] == [
        (PRIMARY, "primary", "nine_year"),
        (PRIMARY, "junior", "nine_year"),
    ]
    assert {each["school"] for each in applied.rows} == {"甲小学", "丙学校"}
    assert of(applied, PRIMARY, "junior")["compulsory_pupils"] == 2000
    assert applied.sentences == ("乙中学并入甲小学，学校类别由小学变为九年一贯制学校",)


def test_figures_of_the_same_stage_are_summed_and_the_largest_class_stays_the_largest() -> None:
    rows = [
        *ROWS,
        row("5", "戊教学点", "primary", "teaching_point", classes=6, largest_class=30, teaching_rooms="0.01"),
    ]
    applied = apply(rows, [MergeSchools(("5", NINE), PRIMARY)])
    united = of(applied, PRIMARY, "primary")
    assert (united["classes"], united["largest_class"], united["pupils"]) == (54, 45, 3000)
    assert united["teaching_rooms"] == Fraction("14000.01")
    assert (united["school"], united["school_kind"], united["compulsory_pupils"]) == ("甲小学", "nine_year", 4000)
    assert len(applied.rows) == 3


def test_a_sum_with_a_part_that_was_not_reported_is_missing() -> None:
    rows = [{**ROWS[0], "books": None}, *ROWS[1:]]
    applied = apply(rows, [MergeSchools((NINE,), PRIMARY)])
    assert of(applied, PRIMARY, "primary")["books"] is None
    assert of(applied, PRIMARY, "junior")["books"] == 30000


def test_two_teaching_points_stay_one_and_whether_it_is_small_is_asked_anew() -> None:
    rows = [
        row(code, name, "primary", "teaching_point", is_small_rural=True) for code, name in (("1", "甲"), ("2", "乙"))
    ]
    applied = apply(rows, [MergeSchools(("2",), "1")])
    assert (applied.rows[0]["school_kind"], applied.rows[0]["is_small_rural"]) == ("teaching_point", None)


@given(st.permutations([PRIMARY, JUNIOR, NINE]), st.integers(1, 2))
def test_merging_keeps_the_county_s_totals(codes: list[str], closed: int) -> None:
    applied = apply(ROWS, [MergeSchools(tuple(codes[:closed]), codes[-1])])
    assert totals(applied.rows, SUMS) == totals(ROWS, SUMS)
    assert {each["code"] for each in applied.rows} == set(codes[closed:])


@given(
    st.fractions(0, 1).filter(lambda share: 0 < share < 1),
    st.dictionaries(st.sampled_from(["books", "pupils", "teaching_rooms", "classes"]), st.fractions(0, 1)),
    st.sampled_from([PRIMARY, NINE]),
)
@settings(max_examples=200)
def test_what_is_split_and_merged_again_is_as_it_was(share: Fraction, shares: Any, code: str) -> None:
    try:
        split = apply(ROWS, [SplitSchool(code, "9", "新学校", share, shares)])
    except UnableToApply:  # indoor sports may exceed the rooms of a part where one has a share of its own
        assume("teaching_rooms" not in shares)
        raise
    for each in split.rows:
        for name in SUMS:
            if BOOK.quantities[name].decimals == 0:
                assert plain(each[name]).denominator == 1
    again = apply(split.rows, [MergeSchools(("9",), code)])
    assert same(again.rows) == same(ROWS)


def test_a_stage_goes_wholly_to_a_new_school_and_both_kinds_follow() -> None:
    applied = apply(ROWS, [SplitSchool(NINE, "9", "丁中学", 1, (), "junior")])
    assert of(applied, "9", "junior")["school_kind"] == "junior"
    assert of(applied, NINE, "primary")["school_kind"] == "primary"
    assert of(applied, NINE, "primary")["compulsory_pupils"] == 1000
    assert applied.rows[-1]["school"] == "丁中学"
    again = apply(applied.rows, [MergeSchools(("9",), NINE)])
    assert same(again.rows) == same(ROWS)


def test_counts_are_split_by_the_largest_remainder_and_areas_exactly() -> None:
    applied = apply([{**ROWS[0], "pupils": 11, "teaching_rooms": "1000"}], [SplitSchool(PRIMARY, "9", "新", "1/3")])
    assert [each["pupils"] for each in applied.rows] == [7, 4]  # 3⅔ goes up
    assert applied.rows[1]["teaching_rooms"] == Derived(Fraction(1000, 3), "1000的≈33.33%")
    halves = apply([{**ROWS[0], "pupils": 11}], [SplitSchool(PRIMARY, "9", "新", "1/2")])
    assert [each["pupils"] for each in halves.rows] == [6, 5]
    assert assess(applied.rows).standing is not Standing.UNDECIDED


# ---- Rooms and things


def test_new_classrooms_dissolve_large_classes_and_add_area() -> None:
    rows = [{**ROWS[0], "classes": 18, "largest_class": 58}]
    applied = apply(rows, [AddRooms(PRIMARY, "primary", "ordinary", 5, "63.5")])
    made = applied.rows[0]
    assert (made["classes"], made["largest_class"], made["pupils"]) == (23, 44, 1000)
    assert made["teaching_rooms"] == Fraction("7317.5")
    assert "最大班额由58变为44" in applied.sentences[0]
    # An even division never makes the largest class larger.
    assert apply([ROWS[0]], [AddRooms(PRIMARY, "primary", "ordinary", 1, 60)]).rows[0]["largest_class"] == 40
    assert (
        apply([{**ROWS[0], "largest_class": 30}], [AddRooms(PRIMARY, "primary", "ordinary", 1)]).rows[0][
            "largest_class"
        ]
        == 30
    )


@pytest.mark.parametrize(
    ("rooms", "is_new", "more"),
    [
        ("music", True, {"music_rooms": 2, "music_rooms_area": 180, "teaching_rooms": 180}),
        ("music", False, {"music_rooms": 2, "music_rooms_area": 180}),
        ("art", True, {"art_rooms": 2, "art_rooms_area": 180, "teaching_rooms": 180}),
        ("multimedia", True, {"multimedia_classrooms": 2, "teaching_rooms": 180}),
        ("multimedia", False, {"multimedia_classrooms": 2}),
        ("teaching", True, {"teaching_rooms": 180}),
        ("indoor_sports", True, {"indoor_sports": 180, "teaching_rooms": 180}),
        ("indoor_sports", False, {"indoor_sports": 180}),
        ("sports_ground", True, {"sports_ground": 180}),
    ],
)
def test_rooms_raise_what_they_are_and_what_is_built(rooms: str, is_new: bool, more: dict[str, int]) -> None:
    applied = apply(ROWS, [AddRooms(PRIMARY, "primary", rooms, 2, 90, is_new)])
    before, after = ROWS[0], of(applied, PRIMARY, "primary")
    assert {
        name: plain(after[name]) - plain(before[name]) for name in before if plain(after[name]) != plain(before[name])
    } == more


def test_equipment_is_bought() -> None:
    applied = apply(
        ROWS,
        [
            BuyEquipment(PRIMARY, "primary", "equipment_value_10k_yuan", "0.5"),
            BuyEquipment(PRIMARY, "primary", "computers", 7),
        ],
    )
    made = of(applied, PRIMARY, "primary")
    assert (made["equipment_value_10k_yuan"], made["computers"]) == (Fraction("300.5"), 157)


# ---- Costs


def test_every_line_shows_its_arithmetic_and_once_and_yearly_are_apart() -> None:
    changes = [
        HireTeachers(PRIMARY, "primary", {"full_time": 2}),
        AddRooms(PRIMARY, "primary", "music", 2, "96.5"),
        BuyEquipment(PRIMARY, "primary", "equipment_value_10k_yuan", "3.5"),
        CHANGES[0],
    ]
    costs = cost(changes, {"teacher_year": 120000, "building_m2": "3000.5", "music_room": 20000})
    assert [line.sentence for line in costs.lines] == [
        "新聘一名教师每年：2人 × 120000元/人年 = 240000元/年",
        "新建用房：193平方米 × 3000.5元/平方米 = 579096.5元",
        "音乐教室的装备：2间 × 20000元/间 = 40000元",
        "教学仪器设备值：3.5万元 × 10000元/万元 = 35000元",
    ]
    assert (costs.once, costs.yearly, costs.is_complete) == (Fraction("654096.5"), 240000, True)
    assert str(costs) == "合计一次性654096.5元，每年240000元"


def test_without_a_price_a_line_has_no_amount_and_the_total_is_incomplete() -> None:
    costs = cost([HireTeachers(PRIMARY, "primary", {"full_time": 2}), *CHANGES[6:8]], {"music_room": 0})
    assert "没有单价，不能计算" in costs.lines[0].sentence
    assert costs.lines[0].amount is None
    assert costs.missing == ("teacher_year", "building_m2")
    assert not costs.is_complete
    assert str(costs).startswith("合计不完整：已知一次性35000元")


def test_what_has_a_price_is_asked_for_under_a_known_name() -> None:
    every_room = [
        AddRooms(PRIMARY, "primary", rooms, 1, 10)
        for rooms in "ordinary music art multimedia teaching sports_ground".split()
    ]
    books = [BuyEquipment(PRIMARY, "primary", name, 1) for name in ("computers", "books")]
    costs = cost([*CHANGES, *every_room, *books], {})
    assert set(costs.missing) == set(PRICES)
    assert cost([*CHANGES, *every_room, *books], dict.fromkeys(PRICES, 1)).is_complete


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ({"gold": 1}, "不认识的单价「gold」"),
        ({"books": -1}, "不能是负数"),
        ({"books": "贵"}, "图书的单价应是数"),
    ],
)
def test_bad_prices_are_refused(prices: Any, said: str) -> None:
    with pytest.raises(BadChange, match=said):
        cost([], prices)


# ---- What is missing, and what would mend it


def test_what_is_missing_is_named_to_the_lever_and_the_unit() -> None:
    rows = [row(PRIMARY, "甲小学", "primary", above_required_qualification=40, sports_ground="5000.5", books=None)]
    needs = needed(rows, day=DAY)
    assert [str(each) for each in needs.needs] == [
        "甲小学小学：每百名学生拥有高于规定学历教师数不达标，高于规定学历教师数还差2人",
        "甲小学小学：生均体育运动场馆面积不达标，运动场地面积还差1999.5平方米",
    ]
    assert [each.floor for each in needs.needs] == [0, Fraction("874.5")]
    assert needs.totals() == {"above_required_qualification": 2, "sports_ground": Fraction("1999.5")}
    assert needs.undecided == ()


def test_what_cannot_be_said_is_named_with_its_reason() -> None:
    rows = [row(PRIMARY, "甲小学", "primary", teaching_rooms=None), *ROWS[1:]]
    assert [(each.school, each.sentence) for each in needed(rows, day=DAY).undecided] == [
        ("甲小学小学", "缺少教学及辅助用房面积")
    ]
    assert needed([{**ROWS[0], "school_kind": "special"}], day=DAY).needs == ()


POOR = {
    "above_required_qualification": 30,
    "sports_ground": "5000.5",
    "multimedia_classrooms": 20,
    "sports_and_arts": 2,
}


def test_the_cheapest_indicator_stays_at_the_floor() -> None:
    rows = [row(PRIMARY, "甲小学", "primary", **POOR)]
    dear = {**dict.fromkeys(PRICES, 1), "sports_ground_m2": 10**6}
    assert [each.quantity for each in suggest(rows, day=DAY, prices=dear).left] == ["sports_ground"]
    dear = {**dict.fromkeys(PRICES, 1), "multimedia_room": 10**9}
    assert [each.quantity for each in suggest(rows, day=DAY, prices=dear).left] == ["multimedia_classrooms"]


def test_without_prices_the_floor_spares_the_largest_share_as_computed_by_hand() -> None:
    suggestion = suggest([row(PRIMARY, "甲小学", "primary", **POOR)], day=DAY)
    assert [each.quantity for each in suggestion.left] == ["sports_ground"]
    hired = {"full_time": 12, "above_required_qualification": 12, "sports_and_arts": 7, "certified": 12}
    assert suggestion.changes == (
        HireTeachers(PRIMARY, "primary", hired),
        AddRooms(PRIMARY, "primary", "sports_ground", 1, "874.5"),
        AddRooms(PRIMARY, "primary", "multimedia", 3, is_new=False),
    )


def test_one_who_is_hired_counts_for_both_and_backbone_teachers_are_made_of_those_there() -> None:
    rows = [
        row(PRIMARY, "甲小学", "primary", **{**POOR, "backbone_county_or_above": 0, "full_time": 60, "trained_360": 60})
    ]
    suggestion = suggest([{**rows[0], "certified": 60}], day=DAY)
    (hired,) = [each for each in suggestion.changes if isinstance(each, HireTeachers)]
    numbers = dict(hired.numbers)
    assert numbers["full_time"] == max(numbers["above_required_qualification"], numbers["sports_and_arts"])
    assert numbers["certified"] == numbers["full_time"]


def test_with_too_few_teachers_for_the_backbone_some_are_hired() -> None:
    few = {"full_time": 8, "above_required_qualification": 8, "sports_and_arts": 8, "backbone_county_or_above": 8}
    rows = [row("1", "甲", "primary", pupils=1000, **few, certified=8, trained_360=8, middle_title_or_above=8)]
    suggestion = suggest(rows, day=DAY)
    assert suggestion.undecided == ()
    assert needed(apply(rows, suggestion.changes).rows, day=DAY).totals().keys() <= {
        each.quantity for each in suggestion.left
    }


def test_a_school_that_cannot_be_decided_gets_no_suggestion_but_a_reason() -> None:
    suggestion = suggest([row(PRIMARY, "甲小学", "primary", **{**POOR, "teaching_rooms": None})], day=DAY)
    assert (suggestion.changes, [each.sentence for each in suggestion.undecided]) == ((), ["缺少教学及辅助用房面积"])


def test_teachers_who_can_be_spared_are_moved_before_anybody_is_hired() -> None:
    short = {"above_required_qualification": 30, "sports_and_arts": 9, "sports_ground": "5000"}
    rows = [
        row("1", "甲", "primary", **short),
        row("2", "乙", "primary", above_required_qualification=46, trained_360=80, certified=90),
        row("3", "丙", "primary", above_required_qualification=44),
        row("4", "丁", "junior", above_required_qualification=90),
    ]
    suggestion = suggest(rows, day=DAY, may_move=True)
    # 42 are needed and 30 there; 乙 has 4 above 42 and 丙 2. All of the donors' teachers are certified, so that those who go are.
    assert suggestion.changes == (
        MoveTeachers("2", "primary", "1", "primary", {"full_time": 4, "above_required_qualification": 4, "certified": 4}),
        MoveTeachers(
            "3", "primary", "1", "primary",
            {"full_time": 2, "above_required_qualification": 2, "certified": 2, "trained_360": 2},
        ),
        HireTeachers("1", "primary", {"full_time": 6, "above_required_qualification": 6, "certified": 6}),
        AddRooms("1", "primary", "sports_ground", 1, 875),
    )  # fmt: skip
    alone = suggest(rows, day=DAY).changes[0]
    assert isinstance(alone, HireTeachers)
    assert dict(alone.numbers)["full_time"] == 12
    after = apply(rows, suggestion.changes)
    assert needed(after.rows, day=DAY).totals() == {"sports_ground": 1125}  # left at the floor


@pytest.mark.parametrize("may_move", [False, True])
@pytest.mark.parametrize("prices", [None, dict.fromkeys(PRICES, 1000)])
def test_in_the_synthetic_province_the_suggestions_lead_every_school_past_item_1_1(prices: Any, may_move: bool) -> None:
    made = province.rows(counties=6, schools=12, seed=4)
    counties: dict[str, list[dict[str, Any]]] = {}
    for each in made:
        if each["stage"] in ("primary", "junior"):
            filled = {**each, "code": f"{each['school']}-{each['stage']}", "school_kind": each["stage"]}
            filled["full_time"] = max(
                filled["full_time"], *(filled[name] or 0 for name in TEACHERS if name in filled and name != "full_time")
            )
            counties.setdefault(each["county"], []).append(filled)
    kinds: set[str] = set()
    for code, rows in counties.items():
        suggestion = suggest(rows, day=DAY, region=code, prices=prices, may_move=may_move)
        assert suggestion.changes
        after = apply(rows, changes_from_json([each.to_json() for each in suggestion.changes]))
        verdict = quality.assess(after.rows, {}, day=DAY, region=code)
        resources = next(each for each in verdict.items if each.item.number == "1.1")
        undecided = {each.school for each in suggestion.undecided}
        assert {found.of for found in resources.failures} <= undecided
        for each in suggestion.undecided:
            assert each.sentence.startswith("缺少") or any(word in each.sentence for word in ("负数", "为0", "多于"))
        kinds |= {each.kind for each in suggestion.changes}
    expected = {"hire_teachers", "train_teachers", "add_rooms", "buy_equipment"}
    assert kinds == (expected | {"move_teachers"} if may_move else expected)


# ---- From returns


def test_rows_from_returns_go_through_as_they_come() -> None:
    schools = [School("1", "甲小学", "primary"), School("2", "乙学校", "nine_year"), School("3", "丙小学", "primary")]
    figures = {"year": 2024, "pupils_by_grade": [10, 20], "teaching_rooms": Decimal("90.50"), "sports": 1, "music": 1}
    returns = [
        {"school": "1", "stage": "primary", "art": 0, "public_funds_per_pupil": 700, **figures},
        {"school": "2", "stage": "primary", "art": 1, **figures},
        {"school": "2", "stage": "junior", "art": 1, **figures},
    ]
    rows = rows_of(schools, returns, year=2024, on=datetime.date(2024, 9, 1))
    assert apply(rows, []).rows == rows
    applied = apply(rows, [MergeSchools(("1",), "2"), ChangeFigure("2", "junior", "pupils", 40)])
    united = of(applied, "2", "primary")
    assert (united["pupils"], united["compulsory_pupils"], united["teaching_rooms"]) == (60, 100, 181)
    assert united["sports_and_arts"] == 5
    assert united["public_funds"] is None  # the other did not report it
    assert PROBLEM in of(applied, "3", "primary")


# ---- Whatever is changed

CODES = st.sampled_from([PRIMARY, JUNIOR, NINE, "5", "9", ""])
PLACES = {"code": CODES, "stage": st.sampled_from(["primary", "junior", "", "senior"])}
FIGURES = st.sampled_from([name for name in [*SUMS, "largest_class", "has_charter"] if name in BOOK.quantities])
NUMBERS = st.dictionaries(st.sampled_from(TEACHERS), st.integers(0, 30), max_size=4).map(
    lambda numbers: {"full_time": 30, "certified": 30, "trained_360": 30, **numbers}
)
VALUES = st.one_of(st.integers(0, 3000), st.booleans(), st.fractions(0, 9, max_denominator=4).map(str))
ANY_CHANGE = st.one_of(
    st.fixed_dictionaries({"kind": st.just("change_figure"), **PLACES, "quantity": FIGURES, "value": VALUES}),
    st.fixed_dictionaries(
        {"kind": st.just("move_teachers"), "from_code": CODES, "from_stage": PLACES["stage"], "to_code": CODES,
         "to_stage": PLACES["stage"], "numbers": NUMBERS}
    ),
    st.fixed_dictionaries({"kind": st.just("hire_teachers"), **PLACES, "numbers": NUMBERS}),
    st.fixed_dictionaries(
        {"kind": st.just("train_teachers"), **PLACES, "numbers": st.just({"backbone_county_or_above": 3})}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("merge_schools"), "codes": st.lists(CODES, min_size=1, max_size=2), "into": CODES}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("split_school"), "code": CODES, "new_code": st.sampled_from(["9", "10"]), "new_name": st.just("新校"),
         "share": st.sampled_from(["1/3", "0.5", 1]), "stage": PLACES["stage"]}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("add_rooms"), **PLACES, "rooms": st.sampled_from(["ordinary", "music", "indoor_sports"]),
         "number": st.integers(1, 3), "area": st.sampled_from([0, "96.5"]), "is_new": st.booleans()}
    ),
)  # fmt: skip
BAD = st.dictionaries(FIGURES, st.sampled_from([None, "", "很多", -3, "1.234", Decimal("7.5")]), max_size=2)


@given(st.lists(ANY_CHANGE, max_size=5), BAD, st.integers(0, 3))
@settings(max_examples=300)
def test_whatever_is_changed_there_is_a_verdict_or_a_refusal_and_no_part_exceeds_its_whole(
    wanted: list[dict[str, Any]], bad: dict[str, Any], at: int
) -> None:
    rows = [{**each, **(bad if number == at else {})} for number, each in enumerate(ROWS)]
    rows.append({**row("5", "戊小学", "primary"), PROBLEM: Reason("two-returns", "", "报了2份报表")})
    kept = copy.deepcopy(rows)
    applied = apply(rows, [], county=COUNTY, by_stage=BY_STAGE)
    for each in wanted:
        try:
            applied = apply(applied.rows, [Change.from_json(each)], county=applied.county, by_stage=applied.by_stage)
            event(f"done: {each['kind']}")
        except (BadChange, UnableToApply) as refused:
            event(f"{type(refused).__name__}: {each['kind']}")
    assert rows == kept
    assert len({(each["code"], each["stage"]) for each in applied.rows}) == len(applied.rows)
    assert compare(assess(rows), assess(applied.rows, applied.county)).items
    if bad or PROBLEM in applied.rows[0]:
        return
    for each in applied.rows:
        for name, quantity in BOOK.quantities.items():
            part, whole = plain(each.get(name)), plain(each.get(quantity.part_of))
            assert part is None or whole is None or part <= whole
