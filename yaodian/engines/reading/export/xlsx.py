"""The plan as an Excel workbook that can be edited offline and read back (:func:`read_back`).

Everything from the document is written as text: a cell that begins like a formula stays words, also when somebody opens
and confirms it. Dates are dates, numbers are numbers. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.clauses import ItemKind, quoted
from yaodian.engines.reading.phrasing import Language, in_language
from yaodian.engines.reading.plan import Plan

from .edits import CellProblem, Change, Edits, read_back
from .sheets import (
    KEY_HEADING,
    NOTES_SHEET,
    ORIGINAL_SHEET,
    SHEETS,
    WARNINGS_SHEET,
    WORKBOOK_VERSION,
    YES_NO,
    Column,
    Keys,
    Row,
    Sheet,
    Value,
    digest,
    normalised,
    rows,
)
from .workbooks import UnreadableWorkbook

__all__ = ["CellProblem", "Change", "Edits", "UnreadableWorkbook", "read_back", "render"]

# What a spreadsheet program may take for a formula, in half and full width.
_FORMULA_START = re.compile(r"^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212]|^[\t\r\n]")
_ROOM_FOR_NEW_ROWS = 300
_NOTES = (
    (
        "白色表头的列可以修改，灰色表头的列由系统汇总，改了也不会读入。",
        "Columns with a white heading may be edited; columns with a grey heading are derived and are not read back.",
    ),
    (
        "新增：在“目标”“期限”等表的末尾加一行，“条目”一列填条目的序号（如 三/8）；总体要求填“前言”。",
        "To add: write a new row at the end of a sheet and give the number of its clause (such as 三/8), or Preamble.",
    ),
    (
        "删除：把整行删掉。排序、筛选、调整列宽都不影响读回。",
        "To remove: delete the whole row. Sorting, filtering and column widths make no difference.",
    ),
    (
        "请保留表头和最后一列隐藏的识别码，系统靠它们认出每一行。",
        "Keep the headings and the hidden last column: they tell which row is which.",
    ),
    (
        "保存为 .xlsx 后上传，系统先给出预览，确认后才生效。",
        "Save as .xlsx and upload; you see a preview before anything changes.",
    ),
)


def render(plan: Plan, *, language: Language = "zh", keys: Keys | None = None) -> bytes:
    """The workbook. ``keys`` are the caller's own keys (kind, index in the plan's list) for reading back."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    book.set_properties(
        {
            "title": normalised(plan.title),
            "author": normalised(plan.issuer or ""),
            "created": datetime.datetime(
                plan.year if plan.year and plan.year >= 1980 else 2000, 1, 1, tzinfo=datetime.UTC
            ),
        }
    )
    formats = _Formats(book)
    by_kind = rows(plan, language=language, keys=keys)
    for sheet in SHEETS:
        _write_sheet(book, formats, sheet, by_kind, language)
    _write_warnings(book, formats, plan, language)
    _write_notes(book, formats, language)
    _write_original(book, plan, by_kind, language)
    book.close()
    return stream.getvalue()


class _Formats:
    """Cell formats; ``guarded`` ones carry the quote prefix that keeps words from becoming a formula on editing."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        base = {"font_name": "宋体", "font_size": 11, "valign": "top", "border": 1, "border_color": "#C8CDD3"}
        self.heading = book.add_format({**base, "bold": True, "text_wrap": True, "valign": "vcenter"})
        self.derived_heading = book.add_format(
            {**base, "bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E6E9ED"}
        )
        self.text = book.add_format({**base, "text_wrap": True, "num_format": "@"})
        self.guarded = book.add_format({**base, "text_wrap": True, "num_format": "@", "quote_prefix": True})
        self.number = book.add_format(base)
        self.date = book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self.note = book.add_format({"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "top"})

    def of(self, column: Column) -> object:
        """The format that an empty cell of a column has, so that what is typed there becomes the right kind."""
        return {"number": self.number, "date": self.date}.get(column.type, self.text)


def _write_sheet(
    book: xlsxwriter.Workbook,
    formats: _Formats,
    sheet: Sheet,
    by_kind: Mapping[ItemKind, list[Row]],
    language: Language,
) -> None:
    page = book.add_worksheet(in_language(sheet.label, language))
    lines = by_kind[sheet.kind]
    last = len(sheet.columns)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width, formats.of(column) if column.is_editable else None)
        heading = formats.heading if column.is_editable else formats.derived_heading
        page.write_string(0, at, in_language(column.label, language), heading)
    page.set_column(last, last, 20, None, {"hidden": True})
    page.write_string(0, last, in_language(KEY_HEADING, language), formats.derived_heading)
    for number, line in enumerate(lines, start=1):
        for at, column in enumerate(sheet.columns):
            _write_cell(page, formats, number, at, column, column.said(line[column.field], language))
        page.write_string(number, last, str(line["key"]), formats.text)
    _write_choices(page, sheet, len(lines), len(by_kind["clause"]), language)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(lines), 1), last)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&C&P / &N")


def _write_cell(page: Any, formats: _Formats, row: int, at: int, column: Column, value: Value) -> None:
    if value is None or value == "":
        page.write_blank(row, at, None, formats.of(column))
    elif column.type == "number" and isinstance(value, int | float) and math.isfinite(value):
        page.write_number(row, at, value, formats.number)
    elif column.type == "date" and (date := _date(str(value))):
        page.write_datetime(row, at, date, formats.date)
    else:
        _write_text(page, formats, row, at, str(value))


def _write_text(page: Any, formats: _Formats, row: int, at: int, text: str) -> None:
    text = normalised(text)
    guarded = _FORMULA_START.match(text) is not None
    page.write_string(row, at, text, formats.guarded if guarded else formats.text)


def _write_choices(page: Any, sheet: Sheet, count: int, clauses: int, language: Language) -> None:
    """Drop-down lists, also for rows not yet written."""
    for at, column in enumerate(sheet.columns):
        if not column.is_editable:
            continue
        words = YES_NO if column.type == "flag" else column.choices
        if words is not None:
            rule: dict[str, object] = {
                "validate": "list",
                "source": [in_language(pair, language) for pair in words.values()],
            }
        elif column.type == "clause" and clauses:
            name = in_language(SHEETS[0].label, language)
            rule = {"validate": "list", "source": f"='{name}'!$A$2:$A${clauses + 1}", "error_type": "information"}
        else:
            continue
        page.data_validation(1, at, count + _ROOM_FOR_NEW_ROWS, at, rule)


def _write_warnings(book: xlsxwriter.Workbook, formats: _Formats, plan: Plan, language: Language) -> None:
    page = book.add_worksheet(in_language(WARNINGS_SHEET, language))
    headings = (("提醒", "Warning", 60), ("原文", "Words in the plan", 60), ("代码", "Code", 24))
    for at, (chinese, english, width) in enumerate(headings):
        page.set_column(at, at, width)
        page.write_string(0, at, in_language((chinese, english), language), formats.derived_heading)
    for number, warning in enumerate(plan.warnings, start=1):
        for at, text in enumerate(
            (
                phrasing.warning(warning.code, warning.message, language=language),
                quoted(plan, warning.span)[:400],
                warning.code,
            )
        ):
            _write_text(page, formats, number, at, text)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(plan.warnings), 1), len(headings) - 1)


def _write_notes(book: xlsxwriter.Workbook, formats: _Formats, language: Language) -> None:
    page = book.add_worksheet(in_language(NOTES_SHEET, language))
    page.set_column(0, 0, 100)
    for number, pair in enumerate(_NOTES):
        page.write_string(number, 0, in_language(pair, language), formats.note)


def _write_original(
    book: xlsxwriter.Workbook,
    plan: Plan,
    by_kind: Mapping[ItemKind, list[Row]],
    language: Language,
) -> None:
    """The hidden sheet with every row as exported: editable fields whole, derived ones as a sum."""
    page = book.add_worksheet(ORIGINAL_SHEET)
    page.very_hidden()
    page.write_string(0, 0, "yaodian")
    page.write_number(0, 1, WORKBOOK_VERSION)
    page.write_string(0, 2, language)
    page.write_string(0, 3, normalised(plan.title)[:1000])
    number = 0
    for sheet in SHEETS:
        for line in by_kind[sheet.kind]:
            number += 1
            kept = {column.field: line[column.field] for column in sheet.columns if column.is_editable}
            sums = {
                column.field: digest(column.said(line[column.field], language))
                for column in sheet.columns
                if not column.is_editable
            }
            if sheet.kind == "clause":
                kept["path"] = line["path"]
            page.write_string(number, 0, sheet.kind)
            page.write_string(number, 1, str(line["key"]))
            page.write_string(number, 2, json.dumps({"kept": kept, "sums": sums}, ensure_ascii=True))


def _date(iso: str) -> datetime.date | None:
    """A day a spreadsheet can hold; others stay text."""
    try:
        date = datetime.date.fromisoformat(iso)
    except ValueError:
        return None
    return date if date.year >= 1900 else None
