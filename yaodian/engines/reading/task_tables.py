"""Tables of tasks: which column holds what, and tables or sections whose layout a copy has lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .folding import fold
from .numbering import label_of
from .numerals import chinese_value
from .source import Line, Table

Block = Line | Table


# In the order of precedence: the first pattern that fits a heading names its column.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("number", r"^(?:序\s*号|编\s*号|No\.?|号)$"),
    ("progress", r"进展|完成情况|落实情况|取得成效|存在问题|下一步|备注|得分|分值"),
    ("lead", r"牵头|主办|主责|主要责任|第一责任"),
    ("person", r"分管|领导|联系人|联络员|电话"),
    ("support", r"配合|协办|协助|参与|协同"),
    ("deadline", r"时限|期限|完成时间|时间节点|时间要求|完成日期|进度|时间安排|^时间$"),
    ("responsible", r"责任|承办|落实单位|实施单位|负责|科室|承担"),
    ("task", r"任务|内容|事项|工作|项目|目标|要点|举措|措施|要求"),
)


@dataclass(frozen=True, slots=True)
class TaskColumns:
    """What the columns of a table of tasks hold: the header row's index, the column that names the task, each column's kind."""

    head: int
    task: int
    kinds: dict[int, str]


def task_columns(table: Table) -> TaskColumns | None:
    """The columns of a table of tasks, ``None`` if the table is another kind."""
    for head, row in enumerate(table.rows[:4]):
        kinds: dict[int, str] = {}
        for column, cell in enumerate(row):
            name = re.sub(r"\s+", "", fold(cell))
            if not name or len(name) > 14:
                continue
            kind = next((kind for kind, pattern in _COLUMNS if re.search(pattern, name)), None)
            if kind is not None:
                kinds[column] = kind
        tasks = [column for column, kind in kinds.items() if kind == "task"]
        if tasks and set(kinds.values()) & {"number", "lead", "responsible", "deadline"} and len(kinds) >= 2:
            return TaskColumns(head, _task_column(table, head, tasks), kinds)
    return None


def _task_column(table: Table, head: int, columns: list[int]) -> int:
    """The column that names the task; where several could (任务, 内容), the one that says 任务, 项目 or 事项, else the widest."""
    for pattern in (r"任务|项目|事项", r"工作"):
        named = [
            column
            for column in columns
            if re.search(pattern, table.rows[head][column]) and "目标任务" not in table.rows[head][column]
        ]
        if named and any(len(row[named[0]].strip()) > 4 for row in table.rows[head + 1 :] if named[0] < len(row)):
            return named[0]
    return _widest(table, head, columns)


def _widest(table: Table, head: int, columns: list[int]) -> int:
    """Of several task-like columns (类别, 重点任务, 具体内容) the one with the most words."""
    return max(
        columns,
        key=lambda column: (sum(len(row[column]) for row in table.rows[head + 1 :] if column < len(row)), -column),
    )


def stacked_tables(blocks: list[Block]) -> list[Block]:
    """Tables whose cells were copied as lines of their own: 序号 and at least two more headings, then cell by cell.

    A line that is a bare number opens a row; a line with a Chinese clause number is a heading across the table.
    """
    found: list[Block] = []
    at = 0
    while at < len(blocks):
        heads = _stacked_heads(blocks, at)
        if len(heads) < 3:
            found.append(blocks[at])
            at += 1
            continue
        rows: list[tuple[str, ...]] = [tuple(heads)]
        at += len(heads)
        row: list[str] = []
        while at < len(blocks):
            text = _cell_text(blocks[at])
            if text is None:
                break
            label = label_of(fold(text))
            if re.fullmatch(r"\d{1,3}[.、]?", fold(text)) or (
                label is not None and label.kind in ("chinese", "chinese-paren")
            ):
                if row:
                    rows.append(_padded(row, len(heads)))
                row = [] if label is not None and label.kind.startswith("chinese") else [text]
                if not row:
                    rows.append(_padded([text], len(heads)))
            elif row and len(row) < len(heads):
                row.append(text)
            else:
                break
            at += 1
        if row:
            rows.append(_padded(row, len(heads)))
        found.append(Table(tuple(rows)))
    return found


def _stacked_heads(blocks: list[Block], at: int) -> list[str]:
    first = _cell_text(blocks[at])
    if first is None or not re.fullmatch(r"序\s*号", first):
        return []
    heads = [first]
    for block in blocks[at + 1 : at + 10]:
        text = _cell_text(block)
        name = re.sub(r"\s+", "", fold(text or ""))
        if text is None or not 2 <= len(name) <= 12 or not any(re.search(pattern, name) for _, pattern in _COLUMNS):
            break
        heads.append(text)
    return heads


def _cell_text(block: Block) -> str | None:
    return block.text.strip().removesuffix("|").rstrip() if isinstance(block, Line) else None


def _padded(cells: list[str], width: int) -> tuple[str, ...]:
    return (*cells, *[""] * (width - len(cells)))


_SECTION_START = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})、(?=[一-鿿“])")


def unfused(blocks: list[Block]) -> list[Block]:
    """A whole plan on one line is cut before 一、 二、 三、 where these follow each other at the starts of sentences."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) or len(block.text) < 300:
            found.append(block)
            continue
        cuts: list[int] = []
        for match in _SECTION_START.finditer(fold(block.text)):
            follows = not cuts or block.text[match.start() - 1] in "。;;!!??::》)) "
            if chinese_value(match.group("number")) == len(cuts) + 1 and follows:
                cuts.append(match.start())
        if len(cuts) < 2:
            found.append(block)
            continue
        edges = [0, *cuts, len(block.text)]
        found.extend(
            Line(block.text[low:high], block.heading) for low, high in pairwise(edges) if block.text[low:high].strip()
        )
    return found
