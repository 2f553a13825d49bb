"""Commitments go out as a sheet and come back: looked at, taken in as a whole, refused by the cell, undone as a whole."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from yaodian.foundation.sheets.declaring import in_files, letters
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans.models import Commitment, CommitmentState, Plan
from yaodian.plans.operations import UnableTo, commitments
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, TODAY, Bureau, bureau, signer

pytestmark = pytest.mark.django_db


@dataclass
class Cell:
    """A cell of the book, which an office would type into."""

    line: list[Any]
    column: int
    row: int

    @property
    def value(self) -> Any:
        return self.line[self.column]

    @value.setter
    def value(self, value: object) -> None:
        self.line[self.column] = value

    @property
    def coordinate(self) -> str:
        return f"{letters(self.column)}{self.row}"


HEADERS = [in_files(column.label) for column in commitments.COMMITMENTS.columns]


def exported(made: Bureau) -> list[list[Any]]:
    """The rows as the workbook that is downloaded has them."""
    _plan, rows = commitments.export_commitments(account=made.editor, public_id=made.plan.public_id)
    columns = commitments.COMMITMENTS.columns
    return [
        [None if row[column.code] is None else column.kind.write(row[column.code]) for column in columns]
        for row in rows
    ]


def saved(book: list[list[Any]]) -> bytes:
    """The book as a file, its days as Excel keeps them."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    page = made.add_worksheet("任务")
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, HEADERS)
    for number, line in enumerate(book, 1):
        for place, value in enumerate(line):
            if isinstance(value, date):
                page.write_datetime(number, place, value, day)
            else:
                page.write(number, place, value)
    made.close()
    return buffer.getvalue()


def cell(book: list[list[Any]], words: str, header: str) -> Cell:
    at = HEADERS.index("工作任务")
    number, line = next((number, line) for number, line in enumerate(book, 2) if words in str(line[at]))
    return Cell(line, HEADERS.index(header), number)


def look(made: Bureau, content: bytes) -> Any:
    return commitments.preview_commitment_sheet(
        account=made.editor, today=TODAY, public_id=made.plan.public_id, name="任务.xlsx", content=content
    )


def take(made: Bureau, content: bytes, digest: str) -> Any:
    return commitments.apply_commitment_sheet(
        actor=made.editor,
        now=NOW,
        today=TODAY,
        public_id=made.plan.public_id,
        name="任务.xlsx",
        content=content,
        digest=digest,
    )


def test_what_went_out_comes_back_as_no_change() -> None:
    made = bureau()
    content = saved(exported(made))
    preview = look(made, content)
    assert (preview.changes, preview.errors) == ((), ())
    with pytest.raises(UnableTo) as nothing:
        take(made, content, preview.digest)
    assert nothing.value.code == "nothing-to-do"


def test_changes_are_taken_in_as_a_whole_and_undone_as_a_whole() -> None:
    made = bureau()
    book = exported(made)
    cell(book, "完成选址", "完成期限").value = date(2026, 5, 31)
    cell(book, "完成选址", "权重").value = 3
    cell(book, "新增公办园8所", "状态").value = "已确认"
    cell(book, "新增公办园8所", "牵头单位").value = "基教科"
    cell(book, "新增公办园8所", "责任单位").value = "青禾县"
    cell(book, "阳光招生平台", "状态").value = "不列入"
    cell(book, "阳光招生平台", "不列入的理由").value = "日常工作"
    content = saved(book)
    preview = look(made, content)
    assert preview.errors == ()
    assert len(preview.changes) == 3
    sheet = take(made, content, preview.digest)
    moved = made.row("完成选址")
    assert (moved.due_on, moved.weight) == (date(2026, 5, 31), 3)
    kept = made.row("新增公办园8所")
    assert kept.state == CommitmentState.ACCEPTED
    assert [(duty.unit_id, duty.part) for duty in kept.duties.order_by("part")] == [
        (made.basic.pk, "lead"),
        (made.county.pk, "responsible"),
    ]
    assert made.row("阳光招生平台").dropped_reason == "日常工作"
    commitments.undo_commitment_sheet(actor=made.editor, now=NOW, public_id=made.plan.public_id, sheet_id=sheet.pk)
    back = made.row("新增公办园8所")
    assert back.state == CommitmentState.PROPOSED
    assert {duty.unit_id for duty in back.duties.all()} == {made.basic.pk, made.finance.pk}
    assert made.row("完成选址").due_on == date(2026, 6, 30)
    assert made.row("阳光招生平台").state == CommitmentState.PROPOSED
    with pytest.raises(UnableTo) as twice:
        commitments.undo_commitment_sheet(actor=made.editor, now=NOW, public_id=made.plan.public_id, sheet_id=sheet.pk)
    assert twice.value.code == "already-undone"


def test_what_was_touched_since_is_not_undone() -> None:
    made = bureau()
    book = exported(made)
    cell(book, "完成选址", "权重").value = 3
    content = saved(book)
    sheet = take(made, content, look(made, content).digest)
    commitments.accept_commitments(actor=made.editor, now=NOW, public_id=made.plan.public_id)
    with pytest.raises(UnableTo) as refused:
        commitments.undo_commitment_sheet(actor=made.editor, now=NOW, public_id=made.plan.public_id, sheet_id=sheet.pk)
    assert refused.value.code == "changed-since"


@pytest.mark.parametrize(
    ("header", "value", "code_in_message"),
    [
        ("权重", "很重", "很重"),
        ("完成期限", "明年", "明年"),
        ("公开属性", "随便", "随便"),
        ("工作任务", None, "必填"),
        ("状态", "不列入", "理由"),
        ("版本", 7, "更改过"),
        ("编号", "999999", "编号"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_and_nothing_is_written(
    header: str, value: object, code_in_message: str
) -> None:
    made = bureau()
    book = exported(made)
    target = cell(book, "完成选址", header)
    target.value = value
    content = saved(book)
    preview = look(made, content)
    assert [error.cell for error in preview.errors] == ([target.coordinate] if header != "状态" else [f"M{target.row}"])
    assert code_in_message in preview.errors[0].message
    assert not preview.is_applicable
    before = list(Commitment.objects.order_by("pk").values())
    with pytest.raises(UnableTo) as refused:
        take(made, content, preview.digest)
    assert refused.value.code == "cell-errors"
    assert list(Commitment.objects.order_by("pk").values()) == before


def test_a_day_in_force_is_not_moved_by_a_sheet() -> None:
    made = bureau(accepted=True)
    book = exported(made)
    target = cell(book, "完成选址", "完成期限")
    target.value = date(2026, 9, 30)
    preview = look(made, saved(book))
    assert [error.cell for error in preview.errors] == [target.coordinate]


def test_a_file_that_is_no_sheet_and_one_seen_before_a_change_are_refused() -> None:
    made = bureau()
    with pytest.raises(UnableTo):
        look(made, b"not a workbook")
    book = exported(made)
    cell(book, "完成选址", "权重").value = 3
    content = saved(book)
    digest = look(made, content).digest
    commitments.accept_commitments(actor=made.editor, now=NOW, public_id=made.plan.public_id)
    with pytest.raises(UnableTo) as stale:
        take(made, content, digest)
    assert stale.value.code == "changed-since-preview"


def test_only_the_office_exports_and_imports() -> None:
    made = bureau(accepted=True)
    person = signer(made.basic, "head")
    with pytest.raises(Plan.DoesNotExist):
        commitments.export_commitments(account=person, public_id=made.plan.public_id)
    with pytest.raises(PermissionMissing):
        commitments.apply_commitment_sheet(
            actor=factories.account("viewer"),
            now=NOW,
            today=TODAY,
            public_id=made.plan.public_id,
            name="x.xlsx",
            content=b"",
            digest="",
        )
