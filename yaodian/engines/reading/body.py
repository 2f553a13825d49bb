"""From a source to the document's own text: site chrome goes, header lines are kept for :mod:`.header`.

The result is one text whose lines are the document's paragraphs; a table stands as one line a row, cells parted by tabs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .chrome import MENU_WORDS, is_chrome
from .folding import fold
from .numbering import label_of
from .source import Line, Source, Table
from .task_tables import Block, TaskColumns, stacked_tables, task_columns, unfused
from .titles import ATTACHED, HEADER_FIELD, find_title, is_same_title, menu_end, notice_start

_DOC_NUMBER_LINE = re.compile(
    r"^\s*[一-鿿]{1,12}[〔\[(【<]\s*\d{4}\s*[〕\])】>]\s*(?:第)?\s*\d{1,4}\s*号(?:\s+签发人.*)?\s*$"
)


_BANNER = re.compile(r"^\s*[一-鿿\s]{4,40}文件\s*$")


_SENTENCE = re.compile(r"[。;]|.{41,}")
_LEADERS = re.compile(r"(?:\.{4,}|·{4,}|…{2,})\s*\d{1,3}\s*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a placed table: its column and its place in the text (empty cells have an empty span)."""

    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a placed table; ``cells`` are those printed, ``values`` every column with merged cells carried down."""

    cells: tuple[Cell, ...]
    values: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A paragraph in the text. ``row`` is set for a table row, ``heading`` as in :class:`.source.Line`."""

    start: int
    end: int
    heading: int = 0
    row: Row | None = None
    is_table_head: bool = False
    columns: TaskColumns | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """The document's text and its lines; ``dropped`` are the lines left out, in order, for the header's dates."""

    title: str
    text: str
    folded: str
    lines: tuple[BodyLine, ...]
    dropped: tuple[str, ...]


def find_body(source: Source) -> Body:
    """Leave the site chrome, name the title, and lay the rest out as one text.

    1. Find the document's title: a short line that ends like a plan's name, the last one before the first clause.
    2. Before the title keep header fields, the document number and the cover notice; drop the rest.
    3. Behind the last clause cut at the first line that is plainly chrome.
    4. Lay lines and table rows out, remembering where each cell stands.
    """
    blocks = stacked_tables(
        unfused([block for block in source.blocks if isinstance(block, Table) or block.text.strip()])
    )
    folded = [fold(block.text).strip() if isinstance(block, Line) else "" for block in blocks]
    contents = _contents_lines(folded)
    first_clause = _first_clause(blocks, folded, contents)
    behind_menu = menu_end(blocks, folded, first_clause)
    if behind_menu is not None:
        first_clause = _first_clause(blocks, folded, contents | frozenset(range(behind_menu)))
    title_at, title = find_title(blocks, folded, first_clause, source.title)
    notice_at = notice_start(folded, title_at if title_at is not None else first_clause)
    end = _tail(blocks, folded)
    first_title = next(
        (
            at
            for at in range(min(first_clause, len(folded)))
            if is_same_title(folded[at], title) and not is_chrome(folded[at])
        ),
        -1,
    )
    kept: list[Block] = []
    dropped: list[str] = []
    for index, block in enumerate(blocks):
        if (
            index >= end
            or index in contents
            or not _keep(index, block, folded[index], notice_at, title_at, first_clause, first_title)
        ):
            dropped.extend(_plain_lines(block))
        else:
            kept.append(block)
    return _lay_out(title, kept, dropped)


def _plain_lines(block: Block) -> list[str]:
    if isinstance(block, Line):
        return [block.text.strip()]
    return ["\t".join(cell for cell in row if cell) for row in block.rows]


def _keep(
    index: int,
    block: Block,
    folded: str,
    notice_at: int | None,
    title_at: int | None,
    first_clause: int,
    first_title: int,
) -> bool:
    if isinstance(block, Table):
        return True
    begins = min(at for at in (notice_at, title_at, first_clause) if at is not None)
    if index >= first_title >= 0:
        begins = min(begins, first_title)
    if index < begins:
        if title_at is None and notice_at is None:
            return not is_chrome(folded) and folded not in MENU_WORDS
        field = bool(HEADER_FIELD.match(folded)) and not re.match(r"^\s*发布", folded)
        return field or bool(_DOC_NUMBER_LINE.match(folded)) or bool(_BANNER.match(folded))
    if index < first_clause:
        return not is_chrome(folded) or bool(re.match(r"^\s*(?:索\s*引\s*号|成文日期|发文机关)", folded))
    return bool(_SENTENCE.search(folded)) or label_of(folded) is not None or not is_chrome(folded)


def _contents_lines(folded: list[str]) -> frozenset[int]:
    """Indexes of a printed table of contents: 目录, dotted lines, and headings that come again below."""
    found: set[int] = set()
    for index, text in enumerate(folded):
        if re.fullmatch(r"目\s*录|目\s*次|CONTENTS", text, re.I):
            found.add(index)
            later: dict[str, int] = {}
            for at in range(index + 1, len(folded)):
                later[_bare(folded[at])] = at
            for at in range(index + 1, len(folded)):
                bare = _bare(re.sub(r"[.·…\s-]*\d{1,3}$", "", folded[at]))
                if not is_chrome(folded[at]) and later.get(bare, at) <= at and later.get(_bare(folded[at]), at) <= at:
                    break
                found.add(at)
            break
    found.update(at for at, text in enumerate(folded) if text[-1:].isdigit() and _LEADERS.search(text))
    return frozenset(found)


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def _first_clause(blocks: list[Block], folded: list[str], contents: frozenset[int]) -> int:
    """The index of the first line with a clause number (or the first table of tasks); the end if there is none."""
    for index, block in enumerate(blocks):
        if index in contents:
            continue
        if isinstance(block, Table):
            if task_columns(block) is not None:
                return index
            continue
        label = label_of(folded[index])
        if label is not None and not ATTACHED.match(folded[index]):
            return index
    return len(blocks)


def _tail(blocks: list[Block], folded: list[str]) -> int:
    """Where the page's foot begins: the first plain chrome line behind the last clause or long sentence."""
    last = len(blocks) - 1
    while last > 0 and not (
        isinstance(blocks[last], Table)
        or ((len(folded[last]) > 60 or label_of(folded[last]) is not None) and not is_chrome(folded[last]))
    ):
        last -= 1
    last = max(last, 0)
    for index in range(last + 1, len(blocks)):
        if isinstance(blocks[index], Line) and is_chrome(folded[index]):
            return index
    return len(blocks)


def _lay_out(title: str, blocks: list[Block], dropped: list[str]) -> Body:
    parts: list[str] = []
    lines: list[BodyLine] = []
    at = 0

    def put(text: str) -> int:
        nonlocal at
        begin = at
        parts.append(text)
        at += len(text)
        return begin

    for block in blocks:
        if isinstance(block, Line):
            text = block.text.strip().replace("\n", " ")
            start = put(text)
            lines.append(BodyLine(start, at, block.heading))
            put("\n")
            continue
        columns = task_columns(block)
        carried: list[str] = []
        for index, row in enumerate(block.rows):
            cells: list[Cell] = []
            start = at
            for column, raw in enumerate(row):
                text = " ".join(part.strip() for part in raw.split("\n") if part.strip())
                if (index, column) in block.merged or not text:
                    continue
                if cells:
                    put("\t")
                begin = put(text)
                cells.append(Cell(column, begin, at))
            values = tuple(
                (carried[column] if column < len(carried) else "") if (index, column) in block.merged else cell.strip()
                for column, cell in enumerate(row)
            )
            carried = list(values)
            if cells:
                is_head = columns is not None and index <= columns.head
                lines.append(
                    BodyLine(start, at, 0, Row(tuple(cells), values, start, at) if columns else None, is_head, columns)
                )
                put("\n")
    text = "".join(parts).rstrip("\n")
    return Body(title, text, fold(text), tuple(lines), tuple(dropped))
