"""A sheet goes out, is edited, is looked at, comes in, and is undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from yaodian.audit.queries import entries_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations, queries
from yaodian.plans.models import ItemState, Plan, SheetEdit
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW
from yaodian.plans.tests.test_operations_structure import check

pytestmark = pytest.mark.django_db
Tables = dict[str, list[list[Any]]]
Change = Callable[[Tables], None]


def tables_of(content: bytes) -> Tables:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def saved(tables: Tables) -> bytes:
    """A workbook with these tables, as another program would save it."""
    stream = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    book = xlsxwriter.Workbook(stream, options)
    for name, rows in tables.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return stream.getvalue()


def row_of(tables: Tables, sheet: str, words: str) -> list[Any]:
    return next(row for row in tables[sheet][1:] if words in map(str, row))


def put(sheet: str, words: str, label: str, value: Any) -> Change:
    """Writes into the row of ``sheet`` in which a cell says ``words``."""

    def change(tables: Tables) -> None:
        row_of(tables, sheet, words)[tables[sheet][0].index(label)] = value

    return change


def drop(sheet: str, words: str) -> Change:
    def change(tables: Tables) -> None:
        tables[sheet].remove(row_of(tables, sheet, words))

    return change


def append(sheet: str, **cells: Any) -> Change:
    def change(tables: Tables) -> None:
        row: list[Any] = [""] * len(tables[sheet][0])
        for label, value in cells.items():
            row[tables[sheet][0].index(label)] = value
        tables[sheet].append(row)

    return change


def edited(editor: Account, plan: Plan, *changes: Change) -> bytes:
    tables = tables_of(queries.export_plan(account=editor, public_id=plan.public_id, format="xlsx").content)
    for change in changes:
        change(tables)
    return saved(tables)


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


def preview(editor: Account, plan: Plan, content: bytes) -> operations.SheetPreview:
    return operations.preview_sheet(account=editor, public_id=plan.public_id, name="改.xlsx", content=content)


def apply(editor: Account, plan: Plan, content: bytes) -> SheetEdit:
    digest = preview(editor, plan, content).digest
    return operations.apply_sheet_edits(
        actor=editor, now=LATER, public_id=plan.public_id, name="改.xlsx", content=content, digest=digest
    )


EDITS = (
    put("目标", "公办园", "数值", 10),
    put("目标", "公办园", "完成日期", date(2026, 9, 1)),
    put("条目", "开展隐患排查", "标题", "开展全面排查"),
    put("责任单位", "人事科", "分工", "责任"),
    put("信息系统", "阳光招生平台", "系统名称", "云川市阳光招生平台"),
    drop("期限", "年内"),
    append("目标", 条目="一/2", 目标内容="学校", 要求="不低于", 数值=1, 力度="确保", 原文="家门口的学校"),
)


def test_a_sheet_that_was_not_edited_asks_for_nothing(editor: Account, plan: Plan) -> None:
    seen = preview(editor, plan, edited(editor, plan))
    assert (seen.changes, seen.errors, seen.notices) == ((), (), ())
    assert not seen.is_applicable
    with pytest.raises(operations.UnableToApplySheet) as refused:
        apply(editor, plan, edited(editor, plan))
    assert refused.value.code == "nothing-to-do"


def test_a_range_in_a_change_goes_out_in_a_sheet_and_comes_back(editor: Account) -> None:
    plan = factories.read_by_reader(editor, factories.RANGES)
    unedited = preview(editor, plan, edited(editor, plan))
    assert (unedited.changes, unedited.errors, unedited.notices) == ((), (), ())
    apply(
        editor,
        plan,
        edited(editor, plan, put("目标", "大班额比例", "上限", -4), put("目标", "学生近视率", "上限", -9)),
    )
    assert plan.targets.get(subject="大班额比例").value_max == -4.0
    assert plan.targets.get(subject="学生近视率").value_max == -9.0
    wrong = preview(editor, plan, edited(editor, plan, put("目标", "大班额比例", "上限", 4)))
    assert [problem.message for problem in wrong.errors if "与“数值”同号" in problem.message]


def test_a_preview_shows_each_change_and_writes_nothing(editor: Account, plan: Plan) -> None:
    before = entries_of(subject=f"plan:{plan.public_id}").count()
    seen = preview(editor, plan, edited(editor, plan, *EDITS))
    assert seen.errors == ()
    assert sorted((row.action, row.kind) for row in seen.changes) == [
        ("add", "target"),
        ("change", "clause"),
        ("change", "responsibility"),
        ("change", "system"),
        ("change", "target"),
        ("reject", "deadline"),
    ]
    target = next(row for row in seen.changes if (row.action, row.kind) == ("change", "target"))
    assert [(field.label, field.before, field.after) for field in target.field_changes] == [
        ("数值", "8", "10"),
        ("完成日期", "2026-12-31", "2026-09-01"),
    ]
    assert entries_of(subject=f"plan:{plan.public_id}").count() == before
    assert plan.targets.get(subject="公办园").value == 8.0


def test_a_sheet_is_applied_as_previewed_and_undone_as_a_whole(editor: Account, plan: Plan) -> None:
    before = queries.get_reader_plan(account=editor, public_id=plan.public_id)
    edit = apply(editor, plan, edited(editor, plan, *EDITS))
    check(plan)
    target = plan.targets.get(subject="公办园")
    assert (target.value, target.due_on, target.state) == (10.0, date(2026, 9, 1), ItemState.CORRECTED)
    assert plan.clauses.get(number="3").heading == "开展全面排查"
    assert plan.deadlines.get(quote="年内").state == ItemState.REJECTED
    assert plan.targets.get(subject="学校").quote == "家门口的学校"
    assert plan.systemmentions.filter(name="云川市阳光招生平台").exists()
    assert entries_of(subject=f"plan:{plan.public_id}")[0].code == "plans.plan.apply_sheet"
    operations.undo_sheet_edits(actor=editor, now=LATER, sheet_edit_id=edit.pk)
    check(plan)
    assert queries.get_reader_plan(account=editor, public_id=plan.public_id) == before
    with pytest.raises(operations.UnableToUndoSheet) as refused:
        operations.undo_sheet_edits(actor=editor, now=LATER, sheet_edit_id=edit.pk)
    assert refused.value.code == "already-undone"


def test_a_sheet_whose_items_were_touched_since_is_not_undone(editor: Account, plan: Plan) -> None:
    edit = apply(editor, plan, edited(editor, plan, *EDITS))
    target = plan.targets.get(subject="公办园")
    operations.confirm_item(actor=editor, now=LATER, kind="target", item_id=target.pk, expected_version=target.version)
    with pytest.raises(operations.UnableToUndoSheet) as refused:
        operations.undo_sheet_edits(actor=editor, now=LATER, sheet_edit_id=edit.pk)
    assert refused.value.code == "changed-since"
    assert plan.clauses.get(number="3").heading == "开展全面排查"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("目标", "公办园", "数值", "很多"), "数值"),
        (put("目标", "公办园", "要求", "介于"), "上限"),
        (append("目标", 条目="一/2", 目标内容="无中生有", 要求="不低于", 数值=1, 力度="确保"), "无中生有"),
        (append("政策文件", 条目="九/9", 文件名称="某某规划"), "九/9"),
        (put("目标", "公办园", "条目", "二/3"), "别的条目"),
    ],
)
def test_a_cell_that_cannot_be_taken_stops_the_whole_sheet(
    editor: Account, plan: Plan, change: Change, words: str
) -> None:
    content = edited(editor, plan, change, put("条目", "开展隐患排查", "标题", "开展全面排查"))
    seen = preview(editor, plan, content)
    assert not seen.is_applicable
    assert any(words in error.message for error in seen.errors)
    with pytest.raises(operations.UnableToApplySheet) as refused:
        apply(editor, plan, content)
    assert refused.value.code == "cell-errors"
    assert refused.value.errors
    assert plan.clauses.get(number="3").heading == "开展隐患排查"


def test_a_sheet_does_not_overwrite_what_somebody_changed_since_the_export(editor: Account, plan: Plan) -> None:
    content = edited(editor, plan, put("目标", "公办园", "数值", 10))
    other = factories.editor("李四")
    target = plan.targets.get(subject="公办园")
    operations.correct_target(
        actor=other,
        now=NOW,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=9.0),
    )
    seen = preview(editor, plan, content)
    assert any("李四" in error.message for error in seen.errors)
    with pytest.raises(operations.UnableToApplySheet):
        apply(editor, plan, content)
    target.refresh_from_db()
    assert target.value == 9.0


def test_what_was_not_previewed_is_not_applied(editor: Account, plan: Plan) -> None:
    content = edited(editor, plan, put("目标", "公办园", "数值", 10))
    with pytest.raises(operations.UnableToApplySheet) as refused:
        operations.apply_sheet_edits(
            actor=editor, now=NOW, public_id=plan.public_id, name="改.xlsx", content=content, digest="0" * 64
        )
    assert refused.value.code == "changed-since-preview"


def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(editor: Account, plan: Plan) -> None:
    with pytest.raises(operations.UnableToApplySheet) as refused:
        preview(editor, plan, b"not a workbook")
    assert refused.value.code == "not-a-workbook"


def test_sheets_are_for_those_who_correct_and_for_plans_in_review(editor: Account, plan: Plan) -> None:
    content = edited(editor, plan, put("目标", "公办园", "数值", 10))
    with pytest.raises(PermissionMissing):
        preview(factories.account(), plan, content)
    edit = apply(editor, plan, content)
    with pytest.raises(PermissionMissing):
        operations.undo_sheet_edits(actor=factories.account(), now=NOW, sheet_edit_id=edit.pk)
    Plan.objects.filter(pk=plan.pk).update(state="submitted")
    with pytest.raises(operations.WrongState):
        preview(editor, plan, content)
    with pytest.raises(operations.WrongState):
        operations.undo_sheet_edits(actor=editor, now=NOW, sheet_edit_id=edit.pk)
