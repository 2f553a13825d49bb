"""HTML with selectolax: blocks and breaks make lines, tables of data become tables, what is no text goes.

1. Parse with Lexbor. 2. Drop what is never text: scripts, styles, form controls, hidden parts, menus (blocks that
are mostly short links). 3. Walk the tree without recursion and collect lines; a table of data becomes a Table, a
table that only lays out the page is walked like any block. 4. Numbers of ordered lists are made visible.

The rest of the page's chrome stays: which lines are chrome is decided by rules on lines, elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import labels
from yaodian.engines.reading.formats.blocks import Blocks
from yaodian.engines.reading.formats.refusals import damaged
from yaodian.engines.reading.source import Source

_NEVER_TEXT: Final = frozenset(
    "script style noscript template iframe frame object embed applet svg canvas audio video map select option "
    "optgroup button input textarea datalist nav rp rt head link meta base dialog menu".split()
)
_BLOCKS: Final = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main ol p pre section summary table tbody td tfoot th "
    "thead tr ul".split()
)
_MENU_BLOCKS: Final = frozenset("div ul ol dl table tbody tr td section aside header footer p li center".split())
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_HIDDEN_STYLE: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_LIST_STYLE: Final = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b([a-z-]+)", re.IGNORECASE)
# Elements that must be closed; an open <p>, <li> or <td> ends by itself.
_NESTS: Final = re.compile(
    rb"<(/?)(?:div|span|font|table|ul|ol|dl|blockquote|center|section|article|b|i|u|em|strong|a|form)[\s>]",
    re.IGNORECASE,
)
# Pages wrap words in many more layers than Word files do.
_DEPTH: Final = 20 * limits.NESTING
_SENTENCE: Final = re.compile("[。\uff1b;]")
_LEFT_ENTITY: Final = re.compile(r"&(?:nbsp|ensp|emsp|ldquo|rdquo|mdash|middot|hellip);")
_LEFT: Final = {"nbsp": " ", "ensp": " ", "emsp": " ", "ldquo": "“", "rdquo": "”", "mdash": "—", "middot": "·"}


def parse(data: bytes) -> Source:
    """The lines and tables of an HTML page in UTF-8.

    Raises :class:`UnreadableDocument` for ``empty``, ``too-deep``, ``damaged`` and the limits.
    """
    _refuse_depth(data)
    tree = LexborHTMLParser(data.decode("utf-8", "replace"))
    root = tree.root
    if root is None:
        raise damaged("html")
    title = _title(tree)
    page = _Page(root)
    blocks = page.read(keep_hidden=False)
    if page.hidden_characters > 500 and page.hidden_characters > 2 * page.seen_characters:
        # Some sites show the article by script only; then the hidden part is the document.
        blocks = page.read(keep_hidden=True)
    return blocks.source("html", title)


def _refuse_depth(data: bytes) -> None:
    """Count how deep elements nest before a tree is made: making a very deep one takes time by its square."""
    depth = 0
    for match in _NESTS.finditer(data):
        if match[1]:
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > _DEPTH:
                raise UnreadableDocument("too-deep")


def _title(tree: LexborHTMLParser) -> str | None:
    for selector in ('meta[name="ArticleTitle" i]', 'meta[property="og:title"]'):
        node = tree.css_first(selector)
        if node is not None and (content := node.attributes.get("content")) and content.strip():
            return content
    node = tree.css_first("head > title")
    return node.text() if node is not None else None


@dataclass
class _Weight:
    """What a block holds, to tell a menu from text: characters, those inside links, links, sentence ends, controls."""

    characters: int = 0
    linked: int = 0
    links: int = 0
    longest_link: int = 0
    sentences: int = 0
    tables: int = 0

    def add(self, other: _Weight) -> None:
        self.characters += other.characters
        self.linked += other.linked
        self.links += other.links
        self.longest_link = max(self.longest_link, other.longest_link)
        self.sentences += other.sentences
        self.tables += other.tables

    @property
    def is_menu(self) -> bool:
        return (
            self.links >= 4
            and self.linked * 10 >= self.characters * 8
            and self.linked <= self.links * 24
            and self.longest_link <= 60
            and self.sentences == 0
        )


@dataclass
class _Frame:
    """A list that is open while the tree is walked."""

    ordered: bool
    style: str
    number: int
    step: int = 1


@dataclass
class _Lines:
    """The line under construction and where finished lines go."""

    parts: list[str] = field(default_factory=list)
    heading: int = 0
    prefix: str = ""
    done: list[tuple[str, int]] = field(default_factory=list)

    def flush(self) -> None:
        text = "".join(self.parts).strip()
        self.parts.clear()
        if not text:
            return
        if self.prefix:
            if not text.startswith(self.prefix.rstrip()):
                text = labels.joined(self.prefix, text)
            self.prefix = ""
        self.done.append((text, self.heading))


class _Page:
    def __init__(self, root: LexborNode) -> None:
        self._root = root
        self.hidden_characters = 0
        self.seen_characters = 0
        self._menus: set[int] = set()
        self._tables: dict[int, int] = {}
        self._weigh()

    def _weigh(self) -> None:
        """Mark the menus and count what each table nests, bottom up, without recursion."""
        stack: list[tuple[LexborNode, _Weight]] = [(self._root, _Weight())]
        node = self._root.first_child
        while stack:
            if node is None:
                owner, weight = stack.pop()
                tag = owner.tag
                if tag == "a":
                    weight.linked = weight.characters
                    weight.links = 1 if weight.characters else 0
                    weight.longest_link = weight.characters
                if tag in _MENU_BLOCKS and weight.is_menu:
                    self._menus.add(owner.mem_id)
                    # A menu says nothing about the block it stands in.
                    weight = _Weight(tables=weight.tables)
                if tag == "table":
                    self._tables[owner.mem_id] = weight.tables
                    weight.tables += 1
                if stack:
                    stack[-1][1].add(weight)
                node = owner.next if owner is not self._root else None
                if owner is self._root:
                    break
                continue
            if node.is_text_node:
                text = node.text_content or ""
                weight = stack[-1][1]
                weight.characters += len(text) - text.count(" ") - text.count("\n") - text.count("\t")
                weight.sentences += len(_SENTENCE.findall(text))
                node = node.next
            elif node.is_element_node and node.tag not in _NEVER_TEXT:
                if len(stack) > _DEPTH:
                    raise UnreadableDocument("too-deep")
                stack.append((node, _Weight()))
                node = node.first_child
            else:
                node = node.next

    def read(self, *, keep_hidden: bool) -> Blocks:
        """Walk the page once and collect its blocks."""
        self.hidden_characters = self.seen_characters = 0
        blocks = Blocks()
        body = self._root.css_first("body") or self._root
        self._walk(body, blocks, keep_hidden=keep_hidden)
        return blocks

    def _walk(self, top: LexborNode, blocks: Blocks, *, keep_hidden: bool) -> None:
        lines = _Lines()
        lists: list[_Frame] = []
        stack: list[LexborNode] = []
        depth_pre = 0
        node = top.first_child

        def emit() -> None:
            lines.flush()
            for text, heading in lines.done:
                blocks.line(text, heading=heading)
            lines.done.clear()

        while True:
            if node is None:
                if not stack:
                    break
                owner = stack.pop()
                tag = owner.tag or ""
                if tag in _BLOCKS:
                    emit()
                    if tag in _HEADINGS:
                        lines.heading = 0
                    elif tag in ("ol", "ul") and lists:
                        lists.pop()
                    elif tag == "pre":
                        depth_pre -= 1
                    elif tag == "li":
                        lines.prefix = ""
                node = owner.next
                continue
            if node.is_text_node:
                text = node.text_content or ""
                if "&" in text:
                    text = _LEFT_ENTITY.sub(lambda match: _LEFT.get(match[0][1:-1], "…"), text)
                self.seen_characters += len(text)
                if depth_pre:
                    first, *rest = text.split("\n")
                    lines.parts.append(first)
                    for part in rest:
                        emit()
                        lines.parts.append(part)
                elif text:
                    lines.parts.append(_SPACE.sub(" ", text))
                node = node.next
                continue
            tag = node.tag or ""
            if not node.is_element_node or tag in _NEVER_TEXT or node.mem_id in self._menus:
                node = node.next
                continue
            attributes = node.attributes
            if not keep_hidden and _is_hidden(attributes):
                self.hidden_characters += len(node.text(strip=True))
                node = node.next
                continue
            if tag == "br":
                emit()
                node = node.next
                continue
            if tag == "table" and (grid := self._grid(node, keep_hidden=keep_hidden)) is not None:
                emit()
                rows, merged = grid
                blocks.table(rows, merged)
                node = node.next
                continue
            if tag in _BLOCKS:
                emit()
                self._enter(tag, attributes, lines, lists)
                depth_pre += tag == "pre"
            if len(stack) > _DEPTH:
                raise UnreadableDocument("too-deep")
            stack.append(node)
            node = node.first_child
        emit()

    @staticmethod
    def _enter(tag: str, attributes: dict[str, str | None], lines: _Lines, lists: list[_Frame]) -> None:
        if tag in _HEADINGS:
            lines.heading = _HEADINGS[tag]
        elif tag in ("ol", "ul"):
            found = _LIST_STYLE.search(attributes.get("style") or "")
            style = found[1].lower() if found else (attributes.get("type") or "decimal")
            start = _integer(attributes.get("start"), 1)
            step = -1 if "reversed" in attributes else 1
            lists.append(_Frame(tag == "ol" and style != "none", style, start, step))
        elif tag == "li" and lists and lists[-1].ordered:
            frame = lists[-1]
            frame.number = _integer(attributes.get("value"), frame.number)
            lines.prefix = labels.html_marker(frame.number, frame.style)
            frame.number += frame.step

    def _grid(self, table: LexborNode, *, keep_hidden: bool) -> tuple[list[list[str]], set[tuple[int, int]]] | None:
        """The rows of a table of data with their covered places, or ``None`` for a table that lays out the page."""
        if self._tables.get(table.mem_id, 0):
            return None
        cells = [[cell for cell in _children(row) if cell.tag in ("td", "th")] for row in _rows(table)]
        cells = [row for row in cells if row]
        if len(cells) < 2 or max(map(len, cells)) < 2:
            return None
        rows: list[list[str]] = []
        merged: set[tuple[int, int]] = set()
        running: dict[int, int] = {}
        total = longest = 0
        for at, row in enumerate(cells):
            line: list[str] = []
            for cell in row:
                self._cover(line, at, running, merged)
                spans = cell.attributes
                text, lines = self._cell(cell, keep_hidden=keep_hidden)
                if lines >= 5:
                    longest = max(longest, len(text))
                total += len(text)
                across = max(1, min(_integer(spans.get("colspan"), 1), limits.TABLE_COLUMNS - len(line)))
                down = max(1, min(_integer(spans.get("rowspan"), 1), len(cells) - at))
                for place in range(across):
                    if place:
                        merged.add((at, len(line)))
                    if down > 1:
                        running[len(line)] = down - 1
                    line.append(text if place == 0 else "")
                if len(line) >= limits.TABLE_COLUMNS:
                    break
            self._cover(line, at, running, merged)
            rows.append(line)
            if sum(map(len, rows)) > limits.TABLE_CELLS:
                raise UnreadableDocument("too-many-cells", limit=limits.TABLE_CELLS)
        # The article itself in one cell of a frame: paragraphs, not a value.
        if longest > 500 and longest * 10 > total * 6:
            return None
        return rows, merged

    @staticmethod
    def _cover(line: list[str], row: int, running: dict[int, int], merged: set[tuple[int, int]]) -> None:
        """Fill the places of ``line`` that a cell of a row above covers."""
        while running.get(len(line), 0) > 0:
            running[len(line)] -= 1
            merged.add((row, len(line)))
            line.append("")

    def _cell(self, cell: LexborNode, *, keep_hidden: bool) -> tuple[str, int]:
        found = Blocks()
        self._walk(cell, found, keep_hidden=keep_hidden)
        lines = found.words()
        return "\n".join(lines), len(lines)


def _children(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.first_child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def _rows(table: LexborNode) -> list[LexborNode]:
    rows = []
    for child in _children(table):
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows += [row for row in _children(child) if row.tag == "tr"]
    return rows


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def _integer(text: str | None, default: int) -> int:
    if text is None or not text.strip().lstrip("-").isdecimal():
        return default
    return max(-9_999, min(9_999, int(text.strip()[:8])))
