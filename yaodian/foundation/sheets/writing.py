"""Sheets out: the template, the export (the same columns, so that what went out comes back as no change), the marked
workbook. No cell of ours is ever a formula: texts are written as texts, and guarded in CSV."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Day,
    Flag,
    Number,
    Problem,
    Sheet,
    Whole,
    in_files,
    show,
)
from yaodian.foundation.sheets.delimited import GUARDED

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_TEMPLATE_ROWS = 100_000
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
SAVED_CHUNK = 1 << 18
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _book(target: Any, **more: Any) -> xlsxwriter.Workbook:
    book = xlsxwriter.Workbook(target, {**_OPTIONS, **more})
    # The same rows give the same bytes, and no clock is read.
    book.set_properties({"created": _EPOCH})
    return book


def _sheet_name(sheet: Sheet) -> str:
    return _name(in_files(sheet.label))


def _name(text: str) -> str:
    """A text as Excel takes it for the name of a sheet."""
    return "".join(letter for letter in text if letter not in "[]:*?/\\'")[:31]


def _put(page: Any, row: int, place: int, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, place, value)
    elif isinstance(value, date):
        if value.year < 1901:
            page.write_string(row, place, value.isoformat(), formats["text"])
        else:
            page.write_datetime(row, place, value, formats["day"])
    elif isinstance(value, int | float | Decimal):
        if abs(value) < 10**15:
            page.write_number(row, place, value)
        else:
            page.write_string(row, place, str(value), formats["text"])
    else:
        page.write_string(row, place, str(value), formats["text"])


def _format(column: Column, formats: Mapping[str, Any]) -> Any:
    if isinstance(column.kind, Day):
        return formats["day"]
    if isinstance(column.kind, Number | Whole):
        return formats["plain"]
    return formats["text"]


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format(
            {**_FONT, "bold": True, "bg_color": "#DCE9F7", "border": 1, "text_wrap": True, "num_format": "@"}
        ),
        "must": book.add_format(
            {**_FONT, "bold": True, "bg_color": "#F9E2CF", "border": 1, "text_wrap": True, "num_format": "@"}
        ),
        "text": book.add_format({**_FONT, "num_format": "@"}),
        "day": book.add_format({**_FONT, "num_format": "yyyy-mm-dd"}),
        "plain": book.add_format(_FONT),
        "wrong": book.add_format({**_FONT, "num_format": "@", "bg_color": "#FFC7CE", "border": 1}),
        "doubtful": book.add_format({**_FONT, "num_format": "@", "bg_color": "#FFEB9C", "border": 1}),
        "wrap": book.add_format({**_FONT, "text_wrap": True, "valign": "top"}),
    }


@override("zh-hans")
def template(sheet: Sheet) -> bytes:
    """An empty workbook: headers with notes, drop-downs, texts where codes go; a second page explains with an example."""
    buffer = io.BytesIO()
    book = _book(buffer, in_memory=True)
    formats = _formats(book)
    page = book.add_worksheet(_sheet_name(sheet))
    page.freeze_panes(1, 0)
    lists = None
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(12, min(40, 2 * len(column.header) + 4)), _format(column, formats))
        page.write_string(0, place, column.header, formats["must" if column.is_required else "head"])
        page.write_comment(0, place, _words(column), {"x_scale": 2, "y_scale": 1.4, "font_size": 9})
        options = _drop_down(column)
        if options:
            rule: dict[str, Any] = {
                "validate": "list",
                "error_title": column.header,
                "error_message": _("请从下拉列表中选择。"),
            }
            if len(",".join(options)) <= 255 and not any("," in option for option in options):
                rule["source"] = options
            else:
                if lists is None:
                    lists = book.add_worksheet(_("选项"))
                    lists.hide()
                for row, option in enumerate(options):
                    lists.write_string(row, place, option, formats["text"])
                name = xlsxwriter.utility.xl_col_to_name(place, True)
                rule["source"] = f"='{_('选项')}'!{name}$1:{name}${len(options)}"
            page.data_validation(1, place, _TEMPLATE_ROWS, place, rule)
    guide = book.add_worksheet(_("说明"))
    guide.set_column(0, 0, 18)
    guide.set_column(1, 1, 10)
    guide.set_column(2, 4, 40)
    for place, title in enumerate((_("列"), _("必填"), _("可填内容"), _("示例"), _("说明"))):
        guide.write_string(0, place, title, formats["head"])
    for row, column in enumerate(sheet.columns, 1):
        cells = (
            column.header,
            _("是") if column.is_required else _("否"),
            column.kind.describe(),
            column.example,
            str(column.note),
        )
        for place, words in enumerate(cells):
            guide.write_string(row, place, words, formats["wrap"])
    book.close()
    return buffer.getvalue()


def _words(column: Column) -> str:
    must = _("必填。") if column.is_required else _("可以不填。")
    example = _("例：%(example)s") % {"example": column.example} if column.example else ""
    return "\n".join(part for part in (must + column.kind.describe(), str(column.note), example) if part)


def _drop_down(column: Column) -> list[str]:
    if isinstance(column.kind, Choice):
        return [str(label) for label in column.kind.options.values()]
    return ["是", "否"] if isinstance(column.kind, Flag) else []


def export_csv(sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with a byte order mark, streamed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in sheet.columns])
    columns = [(column.code, column.kind) for column in sheet.columns]
    yield "\ufeff".encode()
    for row in rows:
        writer.writerow(
            [guarded(None if (value := row.get(code)) is None else kind.write(value)) for code, kind in columns]
        )
        if buffer.tell() > SAVED_CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def guarded(value: Any) -> Any:
    """The value as a cell of a CSV: no text in it is a formula to a spreadsheet."""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in GUARDED and value else value
    return value.isoformat() if isinstance(value, date) else value


def export_xlsx(sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The rows as a workbook, streamed from a file that has no name and is gone afterwards; one row in memory."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile(dir=folder) as file:
        book = _book(file, constant_memory=True, tmpdir=folder)
        formats = _formats(book)
        page = book.add_worksheet(_sheet_name(sheet))
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, max(12, 2 * len(column.header) + 4), _format(column, formats))
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, column.header, formats["must" if column.is_required else "head"])
        columns = [(place, column.code, column.kind) for place, column in enumerate(sheet.columns)]
        for number, row in enumerate(rows, 1):
            for place, code, kind in columns:
                value = row.get(code)
                if value is not None:
                    _put(page, number, place, kind.write(value), formats)
        book.close()
        file.seek(0)
        while chunk := file.read(SAVED_CHUNK):
            yield chunk


Cell = str | int | float | Decimal | date | None


@dataclass(frozen=True)
class Leaf:
    """A sheet of a workbook that only goes out: its name, heads, and rows of texts, numbers and days."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def leaves_xlsx(leaves: Iterable[Leaf]) -> Iterator[bytes]:
    """Tables as a workbook, streamed like an export. Leaves of one name are numbered."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile(dir=folder) as file:
        book = _book(file, constant_memory=True, tmpdir=folder)
        formats = _formats(book)
        taken: set[str] = set()
        for leaf in leaves:
            plain = name = _name(leaf.name) or "1"
            while name.casefold() in taken:
                number = f" {len(taken) + 1}"
                name = plain[: 31 - len(number)] + number
            taken.add(name.casefold())
            page = book.add_worksheet(name)
            page.freeze_panes(1, 1)
            page.set_column(0, 0, 28)
            page.set_column(1, max(1, len(leaf.heads) - 1), 16)
            for place, words in enumerate(leaf.heads):
                page.write_string(0, place, words, formats["head"])
            for number_of_row, row in enumerate(leaf.rows, 1):
                for place, value in enumerate(row):
                    _put(page, number_of_row, place, value, formats)
        book.close()
        file.seek(0)
        while chunk := file.read(SAVED_CHUNK):
            yield chunk


def marked(sheet: Sheet, raw_rows: Iterable[list[Any]], problems: Iterable[Problem]) -> Iterator[bytes]:
    """The uploaded rows again as texts, with the wrong cells coloured and commented; a second page lists the problems."""
    by_row: dict[int, list[Problem]] = defaultdict(list)
    listed = list(problems)
    for problem in listed:
        by_row[problem.row].append(problem)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile(dir=folder) as file:
        book = _book(file, constant_memory=True, tmpdir=folder)
        formats = _formats(book)
        page = book.add_worksheet(_sheet_name(sheet))
        page.set_column(0, 60, 16, formats["text"])
        for number, _is_hidden, cells in raw_rows:
            wrong = {problem.position: problem for problem in reversed(by_row.get(number, [])) if problem.position >= 0}
            for place in range(max(len(cells), max(wrong, default=-1) + 1)):
                raw = cells[place] if place < len(cells) else None
                problem = wrong.get(place)
                look = formats["text"] if problem is None else formats["doubtful" if problem.is_warning else "wrong"]
                if problem is not None:
                    words = "\n".join(one.message for one in by_row[number] if one.position == place)
                    page.write_comment(number - 1, place, words[:2_000], {"x_scale": 2, "y_scale": 1.4})
                if raw is not None or problem is not None:
                    words = show(raw)
                    page.write_string(
                        number - 1, place, words.removesuffix("T00:00:00") if isinstance(raw, list) else words, look
                    )
        guide = book.add_worksheet(_("问题"))
        guide.set_column(0, 1, 12)
        guide.set_column(2, 2, 90)
        for place, title in enumerate((_("单元格"), _("类别"), _("问题与改法"))):
            guide.write_string(0, place, title, formats["head"])
        for row, problem in enumerate(listed, 1):
            guide.write_string(row, 0, problem.address, formats["text"])
            guide.write_string(row, 1, _("提醒") if problem.is_warning else _("错误"), formats["text"])
            guide.write_string(row, 2, problem.message, formats["text"])
        book.close()
        file.seek(0)
        while chunk := file.read(SAVED_CHUNK):
            yield chunk
