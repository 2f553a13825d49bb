"""Open an edited workbook safely and find the hidden copy of what was exported."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import python_calamine

from yaodian.engines.reading.clauses import ItemKind
from yaodian.engines.reading.phrasing import Language

from .sheets import ORIGINAL_SHEET, SHEETS, WORKBOOK_VERSION, Value

Table = Sequence[Sequence[object]]

# A workbook of a plan has a few hundred rows; what is far beyond is no plan and may be meant to exhaust memory.
_LARGEST_FILE = 20_000_000
_LARGEST_UNPACKED = 80_000_000
_MOST_PARTS = 400
_MOST_ROWS = 20_000
_MOST_COLUMNS = 200
_REFERENCE = re.compile(rb"""<(?:\w+:)?(?:c|row|dimension)\b[^>]*?\s(?:r|ref)\s*=\s*["']([A-Za-z0-9:$]+)["']""")
_CELL = re.compile(rb"([A-Za-z]*)\$?(\d*)")

_UNREADABLE: dict[str, tuple[str, str]] = {
    "not-a-workbook": (
        "这不是 .xlsx 工作簿，或者文件已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
        "This is no .xlsx workbook, or the file is damaged. Open it in a spreadsheet program, save it as .xlsx and "
        "upload again.",
    ),
    "too-large": (
        "工作簿太大，不像是一份要点的表格。请重新导出，在新表里修改后再上传。",
        "The workbook is too large to be the sheet of a plan. Export it again, edit the new one and upload that.",
    ),
    "not-exported-here": (
        "这个工作簿不是从本系统导出的，或者系统用来核对的隐藏表被删掉了。请重新导出，在新表里修改后再上传。",
        "This workbook was not exported here, or its hidden sheet was deleted. Export it again, edit the new one and "
        "upload that.",
    ),
    "other-version": (
        "这个工作簿是用另一版本的系统导出的。请重新导出，在新表里修改后再上传。",
        "This workbook was exported by another version. Export it again, edit the new one and upload that.",
    ),
}


class UnreadableWorkbook(ValueError):
    """The workbook as a whole cannot be read back: ``code`` says why, :meth:`message` says it in a language."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """One sentence: what is wrong and what to do."""
        return _UNREADABLE[self.code][1 if language.startswith("en") else 0]


@dataclass(frozen=True, slots=True)
class Original:
    """A row as exported: its key, its editable fields, and the sums of its derived cells."""

    key: str
    kept: dict[str, Value]
    sums: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """Language and title of the export, its rows by kind, and the sheets as they came back, by name."""

    language: Language
    title: str
    originals: Mapping[ItemKind, Sequence[Original]]
    tables: Mapping[str, Table]


def opened(data: bytes) -> Opened:
    """The workbook; raises :class:`UnreadableWorkbook` where it is none of ours or would take too much memory."""
    _check_size(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableWorkbook("not-a-workbook") from error
    language, title, originals = _originals(tables.get(ORIGINAL_SHEET))
    return Opened(language, title, originals, tables)


def _check_size(data: bytes) -> None:
    """Refuse what would take too much memory before the workbook library sees it."""
    if len(data) > _LARGEST_FILE:
        raise UnreadableWorkbook("too-large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise UnreadableWorkbook("too-large")
            left = _LARGEST_UNPACKED
            for part in parts:
                # The size in the directory may lie; what counts is what comes out.
                with archive.open(part) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnreadableWorkbook("too-large")
                # A single cell far out makes a dense table of thousands of millions of cells.
                if part.filename.lower().endswith((".xml", ".bin")):
                    _check_extent(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnreadableWorkbook("not-a-workbook") from error


def _check_extent(content: bytes) -> None:
    for match in _REFERENCE.finditer(content):
        for corner in match[1].replace(b"$", b"").split(b":"):
            found = _CELL.fullmatch(corner)
            if found is None:
                continue
            if found[2] and (len(found[2]) > 7 or int(found[2]) > _MOST_ROWS):
                raise UnreadableWorkbook("too-large")
            if found[1] and _column_number(found[1].decode()) > _MOST_COLUMNS:
                raise UnreadableWorkbook("too-large")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _originals(table: Table | None) -> tuple[Language, str, dict[ItemKind, list[Original]]]:
    """Language, title and rows of the hidden sheet."""
    if not table or len(table[0]) < 4 or table[0][0] != "yaodian":
        raise UnreadableWorkbook("not-exported-here")
    if table[0][1] != WORKBOOK_VERSION:
        raise UnreadableWorkbook("other-version")
    originals: dict[ItemKind, list[Original]] = {sheet.kind: [] for sheet in SHEETS}
    try:
        for kind, key, packed, *_ in table[1:]:
            if not kind:
                continue
            row = json.loads(str(packed))
            sheet = next(sheet for sheet in SHEETS if sheet.kind == kind)
            fields = {column.field for column in sheet.columns if column.is_editable}
            if not fields <= row["kept"].keys():
                raise UnreadableWorkbook("not-exported-here")
            originals[sheet.kind].append(Original(str(key), row["kept"], row["sums"]))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError) as error:
        raise UnreadableWorkbook("not-exported-here") from error
    return ("en" if table[0][2] == "en" else "zh"), str(table[0][3]), originals
