"""Word (.docx, also .docm without its macros), read from the archive's XML.

1. Open the archive (``archive.py``), find the main part and from it styles and numbering. 2. Walk the body:
paragraphs with their automatic numbers, headings by outline level, tables with merged cells. 3. Insertions count,
deletions do not; hidden text, headers, footers, notes, comments, field codes and tables of contents are no text of
the plan. Text boxes follow the paragraph they are anchored in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import labels
from yaodian.engines.reading.formats.archive import Archive
from yaodian.engines.reading.formats.blocks import Blocks
from yaodian.engines.reading.formats.refusals import damaged
from yaodian.engines.reading.formats.word_lists import Numbering, attribute, child, integer, local, value
from yaodian.engines.reading.source import Source

_HEADING_NAME: Final = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_CONTENTS_NAME: Final = re.compile(r"^(?:toc\s*(?:[1-9]|heading)|目录\s*[1-9]?)$", re.IGNORECASE)
_TRANSPARENT: Final = frozenset(
    "ins moveTo hyperlink smartTag customXml fldSimple dir bdo sdtContent Choice Fallback oMath oMathPara".split()
)
_OFF: Final = frozenset({"0", "false", "off"})


def parse(data: bytes) -> Source:
    """The lines and tables of a Word file.

    Raises :class:`UnreadableDocument`: ``damaged``, ``encrypted``, ``unsupported``, ``unsafe-xml``, ``too-deep``,
    ``archive-too-large``, ``empty`` and the limits of the text.
    """
    archive = Archive(data)
    parts = {kind: target for target, kind in reversed(archive.relations(archive.main))}
    root = archive.xml(archive.main)
    body = child(root, "body")
    if body is None:
        raise damaged("docx")
    styles = _Styles(archive.xml(parts.get("styles", "word/styles.xml")))
    numbering = Numbering(archive.xml(parts.get("numbering", "word/numbering.xml")))
    reader = _Reader(styles, numbering)
    reader.read(body)
    reader.finish()
    return reader.blocks.source("docx", _title(archive))


def _title(archive: Archive) -> str | None:
    for target, kind in archive.root_relations:
        if kind == "core-properties":
            title = child(archive.xml(target), "title")
            return title.text if title is not None else None
    return None


@dataclass
class _Style:
    name: str = ""
    based_on: str | None = None
    outline: int | None = None
    list_id: str | None = None
    level: int | None = None
    is_hidden: bool = False


class _Styles:
    """The paragraph styles, with what they inherit filled in."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self.default: str | None = None
        for element in root if root is not None else ():
            if local(element) != "style" or attribute(element, "type") not in (None, "paragraph", "character"):
                continue
            key = attribute(element, "styleId") or ""
            properties = child(element, "pPr")
            numbers = child(properties, "numPr")
            outline = value(properties, "outlineLvl")
            level = value(numbers, "ilvl")
            self._styles[key] = _Style(
                name=value(element, "name") or "",
                based_on=value(element, "basedOn"),
                outline=integer(outline, 9) if outline is not None else None,
                list_id=value(numbers, "numId"),
                level=integer(level, 0) if level is not None else None,
                is_hidden=_is_on(child(element, "rPr"), "vanish"),
            )
            if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
                self.default = key

    def chain(self, key: str | None) -> Iterator[tuple[str, _Style]]:
        """The style called ``key`` (the default style where ``None``) and those it is based on, nearest first."""
        key = key or self.default
        seen: set[str] = set()
        while key is not None and key not in seen and (style := self._styles.get(key)) is not None:
            seen.add(key)
            yield key, style
            key = style.based_on


def _is_on(properties: etree._Element | None, name: str) -> bool:
    found = child(properties, name)
    return found is not None and attribute(found, "val") not in _OFF


class _Reader:
    def __init__(self, styles: _Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self.blocks = Blocks()
        # The words of a paragraph whose end was deleted, waiting for the next one.
        self._held = ""
        self._is_cell = False
        # Nested fields: True while the code of a field is read, False while its result is.
        self._fields: list[bool] = []

    def read(self, container: etree._Element, blocks: Blocks | None = None, depth: int = 0) -> None:
        """Add the paragraphs and tables of ``container`` to ``blocks``."""
        blocks = self.blocks if blocks is None else blocks
        if depth > limits.NESTING:
            raise UnreadableDocument("too-deep")
        for element in container:
            match local(element):
                case "p":
                    self._paragraph(element, blocks, depth)
                case "tbl":
                    self._table(element, blocks, depth)
                case "sdt":
                    if not _is_contents(element):
                        content = child(element, "sdtContent")
                        if content is not None:
                            self.read(content, blocks, depth + 1)
                case "ins" | "moveTo" | "customXml" | "smartTag" | "sdtContent":
                    self.read(element, blocks, depth + 1)
                case "AlternateContent":
                    chosen = _chosen(element)
                    if chosen is not None:
                        self.read(chosen, blocks, depth + 1)

    def finish(self) -> None:
        """Add what a deleted paragraph end at the close of the document left waiting."""
        self.blocks.line(self._held.strip())

    def _paragraph(self, paragraph: etree._Element, blocks: Blocks, depth: int) -> None:
        properties = child(paragraph, "pPr")
        chain = list(self._styles.chain(value(properties, "pStyle")))
        if any(_CONTENTS_NAME.match(style.name) for _, style in chain):
            return
        boxes: list[etree._Element] = []
        words = "".join(self._runs(paragraph, boxes, depth))
        mark = child(properties, "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            # With its end deleted the paragraph runs on into the next.
            self._held += words
        else:
            text, self._held = self._held + words, ""
            # An empty paragraph of a list is counted too: Word prints its number.
            label = self._label(properties, chain)
            text = text.strip()
            # In a column of numbers the number is all that a cell holds.
            words = labels.joined(label, text) if text or self._is_cell else ""
            blocks.line(words, heading=_heading(properties, chain))
        # The code of a field ends with its paragraph at the latest; a field left open must not swallow the rest.
        self._fields = [False] * min(len(self._fields), 9)
        for box in boxes:
            self.read(box, blocks, depth + 1)

    def _label(self, properties: etree._Element | None, chain: list[tuple[str, _Style]]) -> str:
        numbers = child(properties, "numPr")
        list_id = value(numbers, "numId")
        level = value(numbers, "ilvl")
        if list_id is not None:
            return "" if list_id == "0" else self._numbering.label(list_id, integer(level, 0))
        for key, style in chain:
            if style.list_id is None:
                continue
            if style.list_id == "0":
                return ""
            if level is not None:
                return self._numbering.label(style.list_id, integer(level, 0))
            # A style that names no level takes the one that is bound to it in the list.
            found = style.level if style.level is not None else self._numbering.level_of_style(style.list_id, key)
            return self._numbering.label(style.list_id, found)
        return ""

    def _runs(self, container: etree._Element, boxes: list[etree._Element], depth: int) -> Iterator[str]:
        """The words of a paragraph; text boxes met on the way are put into ``boxes``."""
        if depth > limits.NESTING:
            raise UnreadableDocument("too-deep")
        for element in container:
            name = local(element)
            if name == "r":
                yield from self._run(element, boxes, depth + 1)
            elif name in _TRANSPARENT:
                yield from self._runs(element, boxes, depth + 1)
            elif name == "sdt":
                if child(child(element, "sdtPr"), "showingPlcHdr") is None:
                    content = child(element, "sdtContent")
                    if content is not None:
                        yield from self._runs(content, boxes, depth + 1)
            elif name == "AlternateContent":
                chosen = _chosen(element)
                if chosen is not None:
                    yield from self._runs(chosen, boxes, depth + 1)
            elif name == "t" and not any(self._fields):
                # The text of a formula stands in m:r, whose m:t comes here through oMath.
                yield element.text or ""

    def _run(self, run: etree._Element, boxes: list[etree._Element], depth: int) -> Iterator[str]:
        properties = child(run, "rPr")
        is_hidden = _is_on(properties, "vanish") or any(
            style.is_hidden for _, style in self._styles.chain(value(properties, "rStyle") or "\x00")
        )
        for element in run:
            name = local(element)
            if name == "fldChar":
                self._field(attribute(element, "fldCharType"))
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                if name == "AlternateContent":
                    chosen = _chosen(element)
                    inner = chosen if chosen is not None else element
                    # An alternative may hold plain text instead of a drawing.
                    if not is_hidden and not any(self._fields):
                        yield from (part.text or "" for part in inner if local(part) == "t")
                else:
                    inner = element
                boxes += _boxes(inner)
            elif is_hidden or any(self._fields):
                continue
            elif name == "t":
                yield element.text or ""
            elif name in ("tab", "ptab"):
                yield " "
            elif name in ("br", "cr"):
                yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "sym":
                yield _symbol(element)
            elif name == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    yield from self._runs(base, boxes, depth + 1)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _table(self, table: etree._Element, blocks: Blocks, depth: int) -> None:
        rows: list[list[str]] = []
        merged: set[tuple[int, int]] = set()
        for row in _inside(table, "tr"):
            line: list[str] = []
            at = len(rows)
            self._cover(line, integer(value(child(row, "trPr"), "gridBefore"), 0), at, merged, "")
            for cell in _inside(row, "tc"):
                properties = child(cell, "tcPr")
                across = integer(value(properties, "gridSpan"), 1)
                inner = Blocks()
                outer, self._is_cell = self._is_cell, True
                self.read(cell, inner, depth + 1)
                self._is_cell = outer
                text = "\n".join(inner.words())
                upward = child(properties, "vMerge")
                sideways = child(properties, "hMerge")
                continues = any(
                    merge is not None and attribute(merge, "val") != "restart" for merge in (upward, sideways)
                )
                first = len(line)
                self._cover(line, across, at, merged, "" if continues else text)
                if continues and first < len(line):
                    merged.add((at, first))
            rows.append(line)
            if sum(map(len, rows)) > limits.TABLE_CELLS:
                raise UnreadableDocument("too-many-cells", limit=limits.TABLE_CELLS)
        blocks.table(rows, merged)

    @staticmethod
    def _cover(line: list[str], places: int, row: int, merged: set[tuple[int, int]], text: str) -> None:
        """Add a cell that is ``places`` columns wide."""
        for place in range(max(0, min(places, limits.TABLE_COLUMNS - len(line)))):
            if place:
                merged.add((row, len(line)))
            line.append("" if place else text)


def _heading(properties: etree._Element | None, chain: list[tuple[str, _Style]]) -> int:
    """1..6 from the outline level of the paragraph or its style, or from the style's name; 0 for body text."""
    own = value(properties, "outlineLvl")
    if own is not None:
        return _level(integer(own, 9))
    for _, style in chain:
        if found := _HEADING_NAME.match(style.name):
            return min(6, int(found[1]))
        if style.outline is not None:
            return _level(style.outline)
        if style.name.lower() in ("title", "标题"):
            return 1
    return 0


def _level(outline: int) -> int:
    return min(6, outline + 1) if 0 <= outline < 9 else 0


def _is_contents(element: etree._Element) -> bool:
    """Whether a content control is Word's own table of contents."""
    gallery = value(child(child(element, "sdtPr"), "docPartObj"), "docPartGallery")
    return gallery is not None and gallery.lower() in ("table of contents", "目录")


def _chosen(alternate: etree._Element) -> etree._Element | None:
    """One of the alternatives, never two: they hold the same text."""
    choice = child(alternate, "Choice")
    return choice if choice is not None and len(choice) else child(alternate, "Fallback")


def _boxes(element: etree._Element) -> list[etree._Element]:
    """The outermost text boxes below ``element``."""
    found: list[etree._Element] = []
    stack = [element]
    while stack:
        current = stack.pop()
        if local(current) == "txbxContent":
            found.append(current)
        elif local(current) == "AlternateContent" and current is not element:
            chosen = _chosen(current)
            if chosen is not None:
                stack.append(chosen)
        else:
            stack.extend(reversed(current))
    return found


def _inside(container: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows or cells of ``container``, also those wrapped in content controls or tracked insertions."""
    stack = list(reversed(container))
    while stack:
        element = stack.pop()
        kind = local(element)
        if kind == name:
            if name != "tr" or child(child(element, "trPr"), "del") is None:
                yield element
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "smartTag"):
            stack.extend(reversed(element))


def _symbol(element: etree._Element) -> str:
    """A character named by its code; those of symbol fonts are decoration and go with the private characters."""
    code = attribute(element, "char") or ""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) or not 0x20 <= int(code, 16) <= 0x10FFFF:
        return ""
    return chr(int(code, 16))
