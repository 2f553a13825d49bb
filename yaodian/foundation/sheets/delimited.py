"""CSV in, a row at a time: UTF-8, UTF-16 or GB18030, with or without a byte order mark; comma, tab or semicolon."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.unreadable import Unreadable

GUARDED = "=+-@'＝＋－＠"
"""A text that begins with one of these leaves a CSV behind an apostrophe, lest a spreadsheet takes it for a formula."""


def rows(file: io.BufferedReader, facts: dict[str, Any]) -> Iterator[list[Any]]:
    encoding = _encoding(file)
    facts["encoding"] = encoding
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(limits.CELL_CHARACTERS)
    first = text.readline(limits.LINE_CHARACTERS)
    delimiter = max(",\t;", key=first.count)
    text.seek(0)
    try:
        for number, cells in enumerate(csv.reader(bounded(text), delimiter=delimiter, strict=True), 1):
            if len(cells) > limits.COLUMNS:
                while cells and not cells[-1].strip():
                    cells.pop()
                if len(cells) > limits.COLUMNS:
                    raise Unreadable("too-wide", row=number, most=limits.COLUMNS)
            if any(cells):
                yield [number, 0, [unguarded(cell) for cell in cells]]
    except csv.Error as error:
        code = "long-cell" if "field larger" in str(error) else "broken-csv"
        raise Unreadable(code, row=number + 1 if "number" in locals() else 1, most=limits.CELL_CHARACTERS) from None
    finally:
        text.detach()


def unguarded(cell: str) -> str | None:
    """The text of a cell without the apostrophe that guarded it; None where it is empty."""
    if cell[:1] == "'" and cell[1:2] in GUARDED and len(cell) > 1:
        return cell[1:]
    return cell or None


def bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines; one that is too long for a table refuses the file."""
    while line := text.readline(limits.LINE_CHARACTERS):
        if len(line) >= limits.LINE_CHARACTERS:
            raise Unreadable("long-line", most=limits.LINE_CHARACTERS)
        yield line


def _encoding(file: io.BufferedReader) -> str:
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif b"\0" in head:
        # Commas and digits are half zeros in UTF-16; which half says the order.
        candidates = ["utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030"]
    for candidate in candidates:
        if _decodes(file, candidate):
            return candidate
    raise Unreadable("encoding")


def _decodes(file: io.BufferedReader, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(1 << 20):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
