"""Tables in plain text: cells between tabs, between bars, or each on a line of its own that ends with a bar.

A run of lines is a table only where its first row is plainly a header (序号, 重点任务, 责任单位 …) or, between bars,
where a rule of dashes follows it; anything less certain stays text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from yaodian.engines.reading import limits
from yaodian.engines.reading.formats.blocks import Blocks

Rows = list[list[str]]

_HEADER_CELL: Final = re.compile(
    r"^(?:序号|编号|类别|分类|领域|板块|事项|要点|目标|指标|任务|项目|内容|措施|与|分\s*管|[省市县区局镇]|政府|举措|要求|单位|部门|科室|处室|领导|时限|时间|期限"
    r"|进度|备注|牵头|责任|配合|完成|工作|重点|主要|具体|年度|阶段|成果|标志|协办|主办|承办|人|及|和|[(\uff08)\uff09/、\s\d])+$"
)
_RULE: Final = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_BAR: Final = re.compile(r"(?<!\\)[|\uff5c\u2502\u2503]")
_ENDS_WITH_BAR: Final = re.compile(r"[|\uff5c]\s*$")
_ORDINAL: Final = re.compile(r"^[(\uff08]?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[)\uff09.、]?$")


def is_header(cells: Sequence[str]) -> bool:
    """Whether ``cells`` are the column heads of a table of tasks: at least two, nearly all known words."""
    filled = [cell for cell in cells if cell]
    known = sum(len(cell) <= 16 and _HEADER_CELL.match(cell) is not None for cell in filled)
    return known >= 2 and known >= len(filled) - 1


def add_lines(lines: Sequence[str], blocks: Blocks) -> None:
    """Add ``lines`` to ``blocks``, the tables among them as tables."""
    at = 0
    while at < len(lines):
        line = lines[at]
        found = None
        if "\t" in line:
            found = _tabbed(lines, at)
        elif "|" in line or "\uff5c" in line or "│" in line:
            found = barred(lines, at) or _stacked(lines, at)
        if found is None:
            blocks.clean_line(line)
            at += 1
        else:
            rows, at = found
            blocks.table(rows)


def _tabbed(lines: Sequence[str], at: int) -> tuple[Rows, int] | None:
    head = [cell.strip() for cell in lines[at].split("\t")]
    if not is_header(head):
        return None
    rows = [head]
    cells = len(head)
    end = at + 1
    while end < len(lines) and "\t" in lines[end]:
        record = lines[end]
        end += 1
        # A spreadsheet puts a cell with line breaks between quotation marks when it is copied.
        until = min(len(lines), end + 50)
        if record.count('"') % 2 and (close := next((n for n in range(end, until) if lines[n].count('"') % 2), None)):
            record = "\n".join([record, *lines[end : close + 1]])
            end = close + 1
        row = [_unquoted(cell) for cell in record.split("\t")]
        if len(row) > len(head) and any(row[len(head) :]):
            break
        rows.append(row[: len(head)])
        cells += len(head)
        if cells > limits.TABLE_CELLS:
            break
    return (rows, end) if len(rows) > 1 else None


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    if len(cell) >= 2 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip()
    return cell


def barred(lines: Sequence[str], at: int) -> tuple[Rows, int] | None:
    """The table of ``| a | b |`` rows that starts at line ``at``, and the line after it."""
    head = _cells(lines[at])
    if len(head) < 2 or len(head) > limits.TABLE_COLUMNS:
        return None
    ruled = at + 1 < len(lines) and "-" in lines[at + 1] and _RULE.match(lines[at + 1]) is not None
    if not ruled and not is_header(head):
        return None
    rows = [head]
    end = at + 1
    while end < len(lines) and _BAR.search(lines[end]):
        if not _RULE.match(lines[end]):
            row = _cells(lines[end])
            if len(row) != len(head) and not ruled:
                break
            rows.append((row + [""] * len(head))[: len(head)])
        end += 1
        if len(rows) * len(head) > limits.TABLE_CELLS:
            break
    return (rows, end) if len(rows) > 1 else None


def _cells(line: str) -> list[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip())]
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def _stacked(lines: Sequence[str], at: int) -> tuple[Rows, int] | None:
    """A table copied from a page with each cell on lines of its own, closed by a bar.

    The head ends where the cell that numbers the first row comes; every row has as many cells. Its last cell may
    lack the bar.
    """
    if not _ENDS_WITH_BAR.search(lines[at]):
        return None
    head: list[str] = []
    end = at
    while end < len(lines) and len(head) < 12:
        cell = _ENDS_WITH_BAR.sub("", lines[end]).strip()
        if cell and _ORDINAL.match(cell):
            break
        if not cell or len(cell) > 16:
            return None
        head.append(cell)
        end += 1
    if len(head) < 2 or not is_header(head):
        return None
    rows = [head]
    while end < len(lines):
        row, after = _stacked_row(lines, end, len(head))
        if row is None or not _ORDINAL.match(row[0]):
            break
        rows.append(row)
        end = after
        if len(rows) * len(head) > limits.TABLE_CELLS:
            break
    return (rows, end) if len(rows) > 1 else None


def _stacked_row(lines: Sequence[str], at: int, width: int) -> tuple[list[str] | None, int]:
    row: list[str] = []
    parts: list[str] = []
    while at < len(lines) and len(row) < width and len(parts) < 50:
        line = lines[at]
        ends = _ENDS_WITH_BAR.search(line) is not None
        # The last cell of a row ends with its line, with or without a bar, unless lines with a bar follow.
        last = len(row) == width - 1
        parts.append(_ENDS_WITH_BAR.sub("", line).strip())
        at += 1
        if ends or last:
            row.append("\n".join(part for part in parts if part))
            parts = []
    return (row, at) if len(row) == width else (None, at)
