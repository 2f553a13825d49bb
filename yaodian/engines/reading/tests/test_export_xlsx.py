"""The workbook: what stands in it, that nothing in it can run, and that what a clerk edits comes back."""

from __future__ import annotations

import dataclasses
import datetime
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from yaodian.engines.reading.export import xlsx
from yaodian.engines.reading.plan import Plan
from yaodian.engines.reading.tests.plans import Clause, plan, target, yunchuan

Tables = dict[str, list[list[Any]]]


def tables_of(data: bytes) -> Tables:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def saved(tables: Tables) -> bytes:
    """A workbook with these tables, as another program would save it."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    )
    for name, rows in tables.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return stream.getvalue()


def edited(change: Callable[[Tables], object], made: Plan | None = None) -> xlsx.Edits:
    tables = tables_of(xlsx.render(made or yunchuan()))
    change(tables)
    return xlsx.read_back(saved(tables))


def column(tables: Tables, sheet: str, label: str) -> int:
    return tables[sheet][0].index(label)


def put(sheet: str, row: int, label: str, value: Any) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[sheet][row][column(tables, sheet, label)] = value

    return change


def append(sheet: str, **cells: Any) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        row: list[Any] = [""] * len(tables[sheet][0])
        for label, value in cells.items():
            row[column(tables, sheet, label)] = value
        tables[sheet].append(row)

    return change


DAY = "“完成日期”要填日期（如 2026-09-30），现在是"
BECAME_A_DAY = "“条目”被表格软件变成了日期，请把单元格设为“文本”后重填序号。"
KEY_CHANGED = "“目标”表第 3 行的识别码被改动，认不出是哪一项。请撤销对最后一列（隐藏）的改动，或重新导出。"


# What stands in it


def test_one_row_a_clause_with_everything_found_in_it() -> None:
    rows = tables_of(xlsx.render(yunchuan()))["条目"]
    assert rows[0][:4] == ["序号", "层级", "标题", "全文"]
    second = rows[2]
    assert second[:3] == ["一/1", 2, "推进学前教育普及普惠"]
    assert second[4] == "公办幼儿园 不少于5所，2026年9月30日前\n普惠性幼儿园覆盖率 不低于92%"
    assert second[6:10] == ["基础教育科", "规划科、人事科", "", "《云川市学前教育提升方案》"]


def test_numbers_and_days_are_numbers_and_days() -> None:
    rows = tables_of(xlsx.render(yunchuan()))["目标"]
    row = rows[2]
    assert row[rows[0].index("数值")] == 5.0
    assert row[rows[0].index("完成日期")] == datetime.date(2026, 9, 30)
    assert row[rows[0].index("要求")] == "不低于"


def test_the_key_column_is_hidden_and_the_copy_cannot_be_shown_by_hand() -> None:
    data = xlsx.render(yunchuan())
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert {s.name: s.visible for s in book.sheets_metadata}["_yaodian"] == SheetVisibleEnum.VeryHidden
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet2.xml").decode()
    assert re.search(r'<col min="15" max="15"[^>]*hidden="1"', sheet)
    assert '<pane xSplit="1" ySplit="1"' in sheet
    assert "<autoFilter" in sheet


@pytest.mark.parametrize(
    "start",
    [
        "=1+1",
        "+86",
        "-3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20甲",
        '=HYPERLINK("http://x")',
    ],
)
def test_what_begins_like_a_formula_stays_words(start: str) -> None:
    made = plan(
        "=要点", 2026, "", Clause(1, "一", f"一、{start}建成5所", targets=[target("建成5所", f"{start}学校", 5, "所")])
    )
    with zipfile.ZipFile(io.BytesIO(xlsx.render(made))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        styles = archive.read("xl/styles.xml").decode()
    assert not any("<f>" in sheet or "<f " in sheet or "hyperlink" in sheet for sheet in sheets)
    assert 'quotePrefix="1"' in styles
    subject = tables_of(xlsx.render(made))["目标"][1][2]
    assert subject == f"{start}学校".strip()


def test_the_english_workbook_says_everything_in_english_and_reads_back() -> None:
    data = xlsx.render(yunchuan(), language="en")
    assert list(tables_of(data))[:6] == ["Clauses", "Targets", "Deadlines", "Units", "Policies", "Systems"]
    assert tables_of(data)["Targets"][1][3] == "at least"
    assert xlsx.read_back(data).changes == ()


# Reading back


def test_an_unedited_workbook_asks_for_nothing() -> None:
    edits = xlsx.read_back(xlsx.render(yunchuan()))
    assert (edits.title, edits.changes, edits.problems) == ("云川市2026年教育工作要点", (), ())


def test_a_workbook_saved_by_another_program_asks_for_nothing() -> None:
    edits = edited(lambda tables: None)
    assert (edits.changes, edits.problems) == ((), ())


@settings(max_examples=25)
@given(st.text(max_size=30), st.floats(-1e9, 1e9).map(lambda value: round(value, 4)), st.text(max_size=6))
def test_whatever_the_words_an_unedited_workbook_asks_for_nothing(subject: str, value: float, unit: str) -> None:
    made = yunchuan()
    first = dataclasses.replace(made.targets[1], subject=subject or "甲", value=value, unit=unit or None)
    if not xlsx.normalised(subject):
        first = dataclasses.replace(first, subject="甲")
    edits = xlsx.read_back(xlsx.render(dataclasses.replace(made, targets=(first, *made.targets[2:]))))
    assert edits.changes == ()
    assert edits.errors == ()


def test_a_corrected_value_is_a_change_with_before_and_after() -> None:
    edits = edited(put("目标", 2, "数值", 6))
    (change,) = edits.changes
    assert (change.kind, change.action, change.fields) == ("target", "changed", ("value",))
    assert change.before is not None
    assert change.after is not None
    assert (change.before["value"], change.after["value"]) == (5.0, 6.0)
    assert change.cell == "目标!A3"
    assert change.key is not None
    assert change.key.startswith("target:一/1:")


def test_the_callers_own_keys_come_back() -> None:
    made = yunchuan()
    kinds = {"clause": made.nodes, "target": made.targets, "deadline": made.deadlines, "responsible": made.responsible}
    kinds |= {"policy": made.policies, "system": made.systems}
    keys = {(kind, index): f"{kind}-{index + 100}@3" for kind, items in kinds.items() for index in range(len(items))}
    tables = tables_of(xlsx.render(made, keys=keys))
    put("期限", 1, "截止日期", datetime.date(2026, 10, 31))(tables)
    (change,) = xlsx.read_back(saved(tables)).changes
    assert change.key == "deadline-100@3"
    assert change.after is not None
    assert change.after["date"] == "2026-10-31"


def test_sorting_the_rows_changes_nothing() -> None:
    def reverse(tables: Tables) -> None:
        for name in ("条目", "目标", "期限", "责任单位"):
            tables[name][1:] = tables[name][:0:-1]

    edits = edited(reverse)
    assert (edits.changes, edits.problems) == ((), ())


def test_moving_the_columns_changes_nothing() -> None:
    def reverse(tables: Tables) -> None:
        tables["目标"] = [row[::-1] for row in tables["目标"]]

    edits = edited(reverse)
    assert (edits.changes, edits.problems) == ((), ())


def test_a_deleted_row_is_removed_and_an_emptied_one_too() -> None:
    def change(tables: Tables) -> None:
        del tables["政策文件"][1]
        key = tables["信息系统"][1][-1]
        tables["信息系统"][1] = [""] * (len(tables["信息系统"][0]) - 1) + [key]

    assert [(change.kind, change.action) for change in edited(change).changes] == [
        ("policy", "removed"),
        ("system", "removed"),
    ]


def test_a_new_row_is_added_to_the_clause_it_names() -> None:
    edits = edited(
        append(
            "目标",
            条目="3",
            目标内容="骨干教师",
            要求="不低于",
            数值="1,200",
            单位="人",
            力度="确保",
            完成日期="2026/11/30",
        )
    )
    (change,) = edits.changes
    assert (change.action, change.key, change.cell) == ("added", None, "目标!A9")
    assert change.after is not None
    expected = {
        "clause": "二/3",
        "subject": "骨干教师",
        "value": 1200.0,
        "unit": "人",
        "due": "2026-11-30",
        "implicit": False,
    }
    assert {field: change.after[field] for field in expected} == expected


def test_a_row_copied_with_its_hidden_key_is_a_new_row() -> None:
    def change(tables: Tables) -> None:
        copy = list(tables["目标"][2])
        copy[column(tables, "目标", "数值")] = 8
        tables["目标"].insert(2, copy)

    (change_found,) = edited(change).changes
    assert change_found.action == "added"
    assert change_found.after is not None
    assert change_found.after["value"] == 8.0


def test_units_come_back_as_the_list_they_came_from() -> None:
    def change(tables: Tables) -> None:
        put("责任单位", 2, "单位名称", "发展规划科")(tables)
        append("责任单位", 条目="一/2", 单位名称="督导室", 分工="配合")(tables)
        append("责任单位", 条目="二/3", 单位名称="人事科", 分工="牵头")(tables)

    first, second, third = edited(change).changes
    assert first.after == {
        "clause": "一/1",
        "units": ("基础教育科", "发展规划科", "人事科"),
        "lead": ("基础教育科",),
        "support": ("发展规划科", "人事科"),
    }
    assert second.after is not None
    assert second.after["units"] == ("基础教育科", "各区教育局", "督导室")
    assert second.after["support"] == ("督导室",)
    assert third.action == "added"
    assert third.after == {"clause": "二/3", "units": ("人事科",), "lead": ("人事科",), "support": ()}


def test_a_list_whose_units_are_all_deleted_is_removed() -> None:
    def change(tables: Tables) -> None:
        del tables["责任单位"][1:4]

    (found,) = edited(change).changes
    assert (found.kind, found.action) == ("responsible", "removed")
    assert found.before is not None
    assert found.before["units"] == ("基础教育科", "规划科", "人事科")


@pytest.mark.parametrize(
    ("change", "cell", "sentence"),
    [
        (put("目标", 2, "数值", "很多"), "目标!E3", "“数值”要填数字，现在是“很多”。"),
        (put("目标", 2, "数值", ""), "目标!E3", "“数值”不能为空。"),
        (put("目标", 2, "要求", "大于"), "目标!D3", "“要求”只能填 不低于、不超过、约、介于、增减，现在是“大于”。"),
        (put("目标", 2, "要求", "介于"), "目标!F3", "要求是“介于”时，“上限”要填一个比“数值”大的数字。"),
        (put("目标", 2, "上限", 9), "目标!F3", "只有要求是“介于”或“增减”时才填“上限”，请清空这一格或改要求。"),
        (put("目标", 2, "完成日期", "国庆前"), "目标!H3", f"{DAY}“国庆前”。"),
        (put("目标", 2, "完成日期", "2026-02-30"), "目标!H3", f"{DAY}“2026-02-30”。"),
        (put("目标", 2, "条目", "九/9"), "目标!A3", "“条目”“九/9”在“条目”表里找不到。"),
        (put("目标", 2, "条目", ""), "目标!A3", "“条目”不能为空，请填条目的序号（如 三/8）。"),
        (put("目标", 2, "条目", datetime.date(2026, 1, 2)), "目标!A3", BECAME_A_DAY),
        (put("目标", 2, "目标内容", "#REF!"), "目标!C3", "“目标内容”里是公式出错的结果“#REF!”，请直接填内容。"),
        (put("目标", 2, "识别码（请勿改动）", "乱写"), "目标!3", KEY_CHANGED),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_understood_is_named_with_its_address(
    change: Callable[[Tables], None], cell: str, sentence: str
) -> None:
    edits = edited(change)
    assert [(problem.cell, problem.message) for problem in edits.errors] == [(cell, sentence)]
    assert edits.errors[0].message_en


def test_a_cleared_key_column_is_said_once_and_nothing_is_taken_for_new() -> None:
    def change(tables: Tables) -> None:
        for row in tables["目标"][1:]:
            row[-1] = ""

    edits = edited(change)
    assert [problem.cell for problem in edits.errors] == ["目标"]
    assert "识别码列被清空" in edits.errors[0].message
    assert edits.changes == ()


def test_a_single_lost_key_is_found_again_by_the_rows_words() -> None:
    edits = edited(put("目标", 3, "识别码（请勿改动）", ""))
    assert (edits.changes, edits.problems) == ((), ())


def test_a_missing_heading_and_a_missing_sheet_are_said() -> None:
    def change(tables: Tables) -> None:
        tables["目标"][0][column(tables, "目标", "数值")] = "数字"
        del tables["期限"]

    messages = [problem.message for problem in edited(change).errors]
    assert messages == [
        "“目标”表第 1 行缺少“数值”这一列的表头。请恢复表头，或重新导出。",
        "缺少“期限”表。请不要删除或改名；重新导出后再改。",
    ]


def test_writing_into_a_derived_column_is_noticed_and_not_taken() -> None:
    edits = edited(put("条目", 2, "责任单位", "督导室"))
    assert edits.changes == ()
    assert edits.errors == ()
    assert [problem.cell for problem in edits.notices] == ["条目!I3"]


def test_a_new_clause_is_refused_and_a_corrected_heading_taken() -> None:
    def change(tables: Tables) -> None:
        put("条目", 2, "标题", "推进学前教育优质普惠")(tables)
        append("条目", 序号="9", 标题="新的")(tables)

    edits = edited(change)
    assert [(found.kind, found.fields) for found in edits.changes] == [("clause", ("heading",))]
    assert [problem.cell for problem in edits.errors] == ["条目!A7"]


def test_a_percentage_typed_as_a_share_is_asked_about() -> None:
    edits = edited(put("目标", 3, "数值", 0.95))
    (notice,) = edits.notices
    assert "如果本意是 95%，请填 95" in notice.message


# What is no workbook of ours


def foreign() -> bytes:
    return saved({"Sheet1": [["甲", "乙"]]})


def with_far_cell() -> bytes:
    source = zipfile.ZipFile(io.BytesIO(foreign()))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as result:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'r="A1"', b'r="XFD1048576"')
            result.writestr(name, content)
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as result:
        result.writestr("xl/workbook.xml", b" " * 90_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-a-workbook"),
        ("要点".encode(), "not-a-workbook"),
        (xlsx.render(yunchuan())[:2000], "not-a-workbook"),
        (foreign(), "not-exported-here"),
        (with_far_cell(), "too-large"),
        (bomb(), "too-large"),
    ],
    ids=["empty", "text", "cut off", "foreign", "far cell", "bomb"],
)
def test_a_workbook_that_is_none_of_ours_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(xlsx.UnreadableWorkbook) as caught:
        xlsx.read_back(data)
    assert caught.value.code == code
    assert caught.value.message("en") != caught.value.message() != ""


def test_a_workbook_of_another_version_is_refused() -> None:
    def change(tables: Tables) -> None:
        tables["_yaodian"][0][1] = 99

    with pytest.raises(xlsx.UnreadableWorkbook, match="另一版本"):
        edited(change)


@pytest.mark.parametrize("packed", ["[]", "{", "", '{"kept": {}, "sums": {}}', "1", '{"kept": 3}'])
def test_a_damaged_copy_is_refused(packed: str) -> None:
    def change(tables: Tables) -> None:
        tables["_yaodian"][1][2] = packed

    with pytest.raises(xlsx.UnreadableWorkbook, match="不是从本系统导出"):
        edited(change)
