"""A workbook (.xlsx) in, a row at a time, reading the XML itself.

A reader library would hand over values only. Here it matters what lies beside them: whether a number was a formula, a
date or a long code that Excel has rounded, which rows and sheets are hidden, which cells are merged. Only one row is in memory,
and the table of texts. What a part claims (sizes, dimensions) is not believed: bytes and cells are counted.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from lxml import etree

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.unpacking import Archive
from yaodian.foundation.sheets.unreadable import Unreadable

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.', re.IGNORECASE)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class _Book(Archive):
    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__(file)
        self.names = {info.filename.lstrip("/"): info.filename for info in self.infos}

    def walk(self, name: str, tags: tuple[str, ...], most: int = limits.UNPACKED_BYTES) -> Iterator[Any]:
        """The finished elements of these names; each is emptied when the next is asked for."""
        if name not in self.names:
            raise Unreadable("broken")
        source = cast(Any, self.open(self.names[name], most))
        wanted = tuple("{*}" + tag for tag in tags)
        is_first = True
        for _event, element in etree.iterparse(
            source, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False
        ):
            if is_first and element.getroottree().docinfo.doctype:
                raise Unreadable("entities")
            is_first = False
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def rows(file: io.BufferedReader, prefer: list[str], facts: dict[str, Any]) -> Iterator[list[Any]]:
    """The rows of the preferred visible sheet, or of the first. Fills `facts`: sheet names, merges, hidden things."""
    try:
        yield from _rows(file, prefer, facts)
    except etree.XMLSyntaxError as error:
        # The parser gives up on a text of ten million characters before a cell of it could be counted.
        is_long = "text node" in str(error).lower()
        raise Unreadable("long-cell" if is_long else "broken", row=0, most=limits.CELL_CHARACTERS) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError):
        raise Unreadable("broken") from None
    except (ValueError, IndexError, OverflowError):
        raise Unreadable("broken") from None


def _rows(file: io.BufferedReader, prefer: list[str], facts: dict[str, Any]) -> Iterator[list[Any]]:
    book = _Book(file)
    if "xl/workbook.xml" not in book.names:
        raise Unreadable("no-sheet")
    paths: dict[str, str] = {}
    for link in book.walk("xl/_rels/workbook.xml.rels", ("Relationship",), limits.SHARED_BYTES):
        paths[link.get("Id")] = posixpath.normpath(posixpath.join("/xl", link.get("Target"))).lstrip("/")
    sheets: list[tuple[str, str, bool]] = []
    is_1904 = False
    for element in book.walk("xl/workbook.xml", ("sheet", "workbookPr"), limits.SHARED_BYTES):
        if etree.QName(element).localname == "workbookPr":
            is_1904 = element.get("date1904") in {"1", "true"}
            continue
        target = paths.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "", "")
        if "worksheets/" in target:
            sheets.append((element.get("name", ""), target, element.get("state", "visible") != "visible"))
    visible = [sheet for sheet in sheets if not sheet[2]]
    if not visible:
        raise Unreadable("no-visible-sheet")
    chosen = next((sheet for sheet in visible if sheet[0].strip() in prefer), visible[0])
    facts["sheet"] = chosen[0]
    facts["other_sheets"] = [name for name, _path, _hidden in visible if name != chosen[0]]
    facts["hidden_sheets"] = [name for name, _path, is_hidden in sheets if is_hidden]
    texts = _texts(book) if "xl/sharedStrings.xml" in book.names else []
    dates = _date_styles(book) if "xl/styles.xml" in book.names else frozenset()
    yield from _sheet(book, chosen[1], texts, dates, date(1904, 1, 1) if is_1904 else date(1899, 12, 30), facts)


def _texts(book: _Book) -> list[str]:
    texts: list[str] = []
    held = 0
    for item in book.walk("xl/sharedStrings.xml", ("si",)):
        text = _text(item)
        held += len(text) + 64
        if held > limits.SHARED_BYTES:
            raise Unreadable("bomb", most=limits.UNPACKED_BYTES // limits.MEGABYTE)
        texts.append(text)
    return texts


def _text(item: Any) -> str:
    """The words of a rich text, without the readings that stand above them."""
    parts = [part.text or "" for part in item.iter("{*}t") if etree.QName(part.getparent()).localname != "rPh"]
    text = "".join(parts)
    if len(text) > limits.CELL_CHARACTERS:
        raise Unreadable("long-cell", row=0, most=limits.CELL_CHARACTERS)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_styles(book: _Book) -> frozenset[str]:
    own: set[str] = set()
    styles: list[str] = []
    builtin = {str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))}
    for element in book.walk("xl/styles.xml", ("numFmt", "cellXfs"), limits.SHARED_BYTES):
        if etree.QName(element).localname == "numFmt":
            code = _QUOTED.sub("", element.get("formatCode", "")).lower()
            if element.getparent() is not None and ("y" in code or "d" in code or "年" in code):
                own.add(element.get("numFmtId"))
        else:
            styles = [style.get("numFmtId", "0") for style in element]
    return frozenset(str(place) for place, number in enumerate(styles) if number in own or number in builtin)


def _sheet(
    book: _Book, path: str, texts: list[str], dates: frozenset[str], epoch: date, facts: dict[str, Any]
) -> Iterator[list[Any]]:
    merges: list[list[int]] = []
    hidden = 0
    number = 0
    places: dict[str, int] = {}
    for element in book.walk(path, ("row", "mergeCell")):
        if element.tag.endswith("mergeCell"):
            if len(merges) >= limits.MERGES:
                raise Unreadable("too-many-merges", most=limits.MERGES)
            first, _colon, last = element.get("ref", "").partition(":")
            merges.append([*_place(first), *_place(last or first)])
            continue
        number = int(element.get("r") or number + 1)
        cells: list[Any] = []
        for cell in element:
            reference = cell.get("r")
            if reference:
                name = reference.rstrip("0123456789")
                position = places.get(name, -1)
                if position < 0:
                    position = places[name] = _place(reference)[1]
            else:
                position = len(cells)
            value = _cell(cell, texts, dates, epoch)
            if value is None:
                continue
            if position >= limits.COLUMNS:
                raise Unreadable("too-wide", row=number, most=limits.COLUMNS)
            if position < len(cells):
                cells[position] = value
                continue
            cells.extend([None] * (position - len(cells)))
            cells.append(value)
        if cells:
            is_hidden = element.get("hidden") in {"1", "true"}
            hidden += is_hidden
            yield [number, int(is_hidden), cells]
    facts["merges"] = merges
    facts["hidden_rows"] = hidden


def _place(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of an address such as C17."""
    found = _ADDRESS.fullmatch(reference.replace("$", ""))
    if found is None:
        raise Unreadable("broken")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column - 1


def _cell(cell: Any, texts: list[str], dates: frozenset[str], epoch: date) -> Any:
    kind = cell.get("t", "n")
    raw: str | None = None
    is_formula = False
    for child in cell:
        tag = child.tag
        if tag.endswith("}v"):
            raw = child.text
        elif tag.endswith("}f"):
            is_formula = True
        elif tag.endswith("}is"):
            raw = _text(child)
    value: Any = None
    if raw is not None and raw != "":
        if kind == "s":
            value = texts[int(raw)]
        elif kind in {"str", "inlineStr"}:
            if len(raw) > limits.CELL_CHARACTERS:
                raise Unreadable("long-cell", row=0, most=limits.CELL_CHARACTERS)
            value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw) if kind == "str" and "_x" in raw else raw
        elif kind == "b":
            value = ["b", int(raw == "1")]
        elif kind == "e":
            value = ["e", raw[:20]]
        elif kind == "d":
            value = ["d", raw[:30]]
        else:
            value = ["n", raw[:60]]
            if cell.get("s") in dates:
                value = _date(raw, epoch) or value
    return ["f", value] if is_formula else value


def _date(raw: str, epoch: date) -> list[str] | None:
    """A date from Excel's number of days; its 29 February 1900, which never was, is left a number."""
    days = float(raw)
    if not (61 if epoch.year == 1899 else 0) <= days < 2_958_466:
        return None
    moment = datetime(epoch.year, epoch.month, epoch.day) + timedelta(seconds=round(days * 86_400))  # noqa: DTZ001 - a sheet knows no zone.
    return ["d", moment.isoformat()]
