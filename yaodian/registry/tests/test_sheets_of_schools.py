"""Schools and yearly returns in and out as sheets: units behind them, errors by cell, undo, and whose rows they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from yaodian.audit.queries import entries
from yaodian.foundation.sheets.checking import Row
from yaodian.organisations.models import Ancestry, Unit
from yaodian.organisations.operations import UnableToWithdrawUnits, withdraw_units
from yaodian.registry import operations, sheets
from yaodian.registry.models import School, YearlyReturn
from yaodian.registry.sheets.schools import SchoolTarget
from yaodian.registry.tests import factories
from yaodian.registry.tests.uploads import act, exported, latest, registrar, text_of, upload

pytestmark = pytest.mark.django_db(transaction=True)

SCHOOL = {
    "学校名称": "临溪区东岭小学", "简称": "东岭小学", "办学类型": "小学", "举办者": "县级教育部门", "公办": "是", "普惠性民办": "否",
    "城乡分类": "镇中心区", "地址": "东岭路3号", "经度": "121.473701", "纬度": "31.230416", "寄宿制": "否",
    "独立设置少数民族学校": "否", "统一社会信用代码": "", "建校年份": "1956", "设立日期": "2003-09-01",
}  # fmt: skip
RETURN = {
    "学年": "2025",
    "学段": "小学",
    "一年级学生": "40",
    "二年级学生": "38",
    "女生": "30",
    "占地面积（平方米）": "8100.5",
}


def row_of(county: Unit, code: str = "2199800001", **cells: str) -> dict[str, str]:
    return SCHOOL | {"学校标识码": code, "上级单位代码": county.code} | cells


def test_a_county_sets_up_schools_with_their_units_and_takes_them_back() -> None:
    county = factories.county()
    client = registrar(county)
    rows = [
        row_of(county),
        row_of(county, "1199800002", 学校名称="临溪区幼儿园", 简称="", 办学类型="幼儿园", 公办="否", 普惠性民办="是", 举办者="民办", 经度="", 纬度=""),
    ]  # fmt: skip
    address = upload(client, "schools_import", rows)
    assert "导入 2 行" in text_of(client, address), text_of(client, address)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created) == ("committed", 2), batch.error
    school = School.objects.get(unit__code="2199800001")
    assert (school.unit.kind, school.unit.opened_on) == ("school", date(2003, 9, 1))
    assert (school.longitude, school.founded_year, school.is_public) == (121.473701, 1956, True)
    assert [name.name for name in school.unit.names.all()] == ["临溪区东岭小学"]
    assert Unit.objects.get(code="1199800002").kind == "kindergarten"
    assert Ancestry.objects.filter(ancestor=county, descendant=school.unit, distance=1).exists()
    assert {"registry.school.create_many", "registry.rows.create"} <= {entry.code for entry in entries()}
    again = exported(client, "schools_import")
    assert len(again) == 2
    upload(client, "schools_import", again)
    assert (latest().errors, latest().created, latest().changed, latest().untouched) == (0, 0, 0, 2)
    assert act(client, address, "undo").state == "undone"
    assert not School.objects.exists()
    assert not Unit.objects.filter(code__in=["2199800001", "1199800002"]).exists()
    # The code is free again.
    address = upload(client, "schools_import", rows)
    assert act(client, address, "commit").state == "committed"


def test_a_school_on_which_something_hangs_is_not_taken_back() -> None:
    county = factories.county()
    client = registrar(county)
    address = upload(client, "schools_import", [row_of(county)])
    act(client, address, "commit")
    factories.account(Unit.objects.get(code="2199800001"), "viewer")
    batch = act(client, address, "undo")
    assert (batch.state, "已有其他记录引用" in batch.error) == ("committed", True)
    with pytest.raises(UnableToWithdrawUnits, match="不能撤回"):
        withdraw_units(actor=None, units=[school.unit for school in School.objects.all()], now=factories.NOW)
    assert Unit.objects.filter(code="2199800001").exists()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"学校标识码": "21998"}, "学校标识码应为10位数字"),
        ({"上级单位代码": "990999"}, "没有这个代码的上级单位"),
        ({"设立日期": "1999-09-01"}, "在这一天上级单位还没有设立"),
        ({"设立日期": "2003.2.30"}, "没有 2003 年 2 月 30 日"),
        ({"公办": "是", "普惠性民办": "是"}, "普惠性民办只适用于民办学校"),
        ({"纬度": ""}, "经度与纬度要么都填"),
        ({"经度": "221.4"}, "太大"),
        ({"办学类型": "大学"}, "不在可选项之中"),
        ({"统一社会信用代码": "12345"}, "信用代码"),
        ({"学校名称": ""}, "必填"),
    ],
)
def test_what_is_wrong_with_a_school_is_told_by_cell(cells: Mapping[str, str], sentence: str) -> None:
    county = factories.county()
    client = registrar(county)
    address = upload(client, "schools_import", [row_of(county, "2199800002"), row_of(county) | cells])
    assert sentence in text_of(client, address), text_of(client, address)
    assert latest().errors >= 1
    act(client, address, "commit")
    assert not School.objects.exists()


def test_codes_and_credit_codes_are_nobody_elses() -> None:
    county = factories.county()
    credit = "91350100M000100Y43"
    factories.school(county, credit_code=credit)
    client = registrar(county)
    rows = [row_of(county, county.code), row_of(county, "2199800001", 统一社会信用代码=credit)]
    text = text_of(client, upload(client, "schools_import", rows))
    assert "已登记在另一所学校名下" in text
    assert "学校标识码应为10位数字" in text


def test_a_county_reaches_no_other_and_a_school_only_itself() -> None:
    county, other = factories.county(), factories.county("临溪区")
    place, stranger = factories.school(county), factories.school(other)
    client = registrar(county)
    assert "上级单位不在您的权限范围内" in text_of(client, upload(client, "schools_import", [row_of(other)]))
    clerk = registrar(place)
    assert "上级单位不在您的权限范围内" in text_of(clerk, upload(clerk, "schools_import", [row_of(county)]))
    foreign = row_of(other, stranger.unit.code)
    assert "这所学校不在您的权限范围内" in text_of(clerk, upload(clerk, "schools_import", [foreign]))
    assert [row["学校标识码"] for row in exported(clerk, "schools_import")] == [place.unit.code]


def test_a_school_changes_its_facts_and_not_its_history_by_a_file() -> None:
    county = factories.county()
    place = factories.school(county)
    factories.school_class(place)
    clerk = registrar(place)
    (row,) = exported(clerk, "schools_import")
    address = upload(clerk, "schools_import", [row | {"地址": "新址路1号", "经度": "121.5", "纬度": "31.25"}])
    assert act(clerk, address, "commit").changed == 1
    place.refresh_from_db()
    assert (place.address, place.longitude) == ("新址路1号", 121.5)
    assert act(clerk, address, "undo").state == "undone"
    place.refresh_from_db()
    assert (place.address, place.longitude) == ("栖禾镇芷岭路8号", None)
    for cells, sentence in (
        ({"学校名称": "别名小学"}, "学校更名要留下沿革"),
        ({"上级单位代码": "bureau"}, "变更上级要留下沿革"),
        ({"办学类型": "幼儿园"}, "幼儿园不能改为学校"),
        ({"办学类型": "初级中学"}, "不办的学段的班级"),
    ):
        assert sentence in text_of(clerk, upload(clerk, "schools_import", [row | cells]))


def test_the_check_of_a_chunk_costs_the_same_for_one_school_and_for_many(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    county = factories.county()
    made = [factories.school(county) for _number in range(12)]
    account = factories.registrar(county)
    for schools in (made[:1], made):
        target = SchoolTarget(sheets.scope_word(account=account), account.pk)
        rows = [
            Row(number, values, (values["code"],))
            for number, values in enumerate(target.existing([(one.unit.code,) for one in schools]).values(), 2)
        ]
        with django_assert_max_num_queries(16):
            assert list(target.check(rows)) == []


def test_a_yearly_return_comes_in_is_corrected_and_taken_back() -> None:
    place = factories.school()
    client = registrar(place)
    row = RETURN | {"学校标识码": place.unit.code}
    address = upload(client, "returns_import", [row])
    assert act(client, address, "commit").created == 1
    stored = YearlyReturn.objects.get()
    assert (stored.pupils_by_grade, stored.classes_by_grade, stored.girls) == ([40, 38], [], 30)
    assert (str(stored.site), stored.boarding, stored.source) == ("8100.50", None, "表格导入")
    change = row | {"二年级学生": "36", "班额36-40人的班": "2", "学历为本科的教师": "5", "女生": ""}
    second = upload(client, "returns_import", [change])
    assert act(client, second, "commit").changed == 1
    stored.refresh_from_db()
    assert (stored.pupils_by_grade, stored.class_size_bands, stored.girls) == ([40, 36], {"36-40": 2}, None)
    assert stored.by_qualification == {"bachelor": 5}
    (out,) = exported(client, "returns_import")
    upload(client, "returns_import", [out])
    assert (latest().changed, latest().untouched) == (0, 1)
    assert act(client, second, "undo").state == "undone"
    stored.refresh_from_db()
    assert (stored.pupils_by_grade, stored.class_size_bands, stored.girls) == ([40, 38], {}, 30)
    assert act(client, address, "undo").state == "undone"
    assert not YearlyReturn.objects.exists()


def test_a_file_keeps_what_the_sheet_has_no_column_for() -> None:
    place = factories.school()
    operations.store_return(
        actor=None, public_id=place.unit.public_id, year=2025, stage="primary", now=factories.NOW,
        figures={"by_title": {"first": 4, "旧职称": 2}, "girls": 9},
    )  # fmt: skip
    client = registrar(place)
    (row,) = exported(client, "returns_import")
    act(client, upload(client, "returns_import", [row | {"职称为一级的教师": "5"}]), "commit")
    assert YearlyReturn.objects.get().by_title == {"first": 5, "旧职称": 2}


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"学段": "初中"}, "这所学校不办这个学段"),
        ({"学年": "2199"}, "这个学年还没有开始"),
        ({"一年级学生": ""}, "各年级须全部填写"),
        (
            {"三年级学生": "1", "四年级学生": "1", "五年级学生": "1", "六年级学生": "1", "七年级学生": "1"},
            "只有 6 个年级",
        ),
        ({"女生": "-1"}, "太小"),
        ({"女生": "三十"}, "不是整数"),
        ({"占地面积（平方米）": "8100.555"}, "小数超过 2 位"),
        ({"学校标识码": "2199999999"}, "学校名录里没有这个标识码"),
    ],
)
def test_what_is_wrong_with_a_return_is_told_by_cell(cells: Mapping[str, str], sentence: str) -> None:
    place = factories.school()
    client = registrar(place)
    row = RETURN | dict.fromkeys(("三年级学生", "四年级学生", "五年级学生", "六年级学生", "七年级学生"), "")
    address = upload(client, "returns_import", [row | {"学校标识码": place.unit.code} | cells])
    assert sentence in text_of(client, address), text_of(client, address)
    act(client, address, "commit")
    assert not YearlyReturn.objects.exists()


def test_a_doubtful_return_is_warned_of_and_may_come_in() -> None:
    place = factories.school()
    client = registrar(place)
    rows = [RETURN | {"学校标识码": place.unit.code, "学年": year} for year in ("2024", "2025")]
    act(client, upload(client, "returns_import", rows[:1]), "commit")
    address = upload(client, "returns_import", [rows[1] | {"女生": "90"}])
    text = text_of(client, address)
    assert "多于学生总数" in text
    assert "变化较大" in text
    assert act(client, address, "commit").state == "committed"


def test_a_clerk_reports_for_his_own_school_only() -> None:
    place, other = factories.school(), factories.school()
    client = registrar(place)
    address = upload(client, "returns_import", [RETURN | {"学校标识码": other.unit.code}])
    assert "这所学校不在您的权限范围内" in text_of(client, address)
