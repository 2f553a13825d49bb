"""From a source to the document's own text: site chrome goes, header lines are kept for :mod:`.header`.

The result is one text whose lines are the document's paragraphs; a table stands as one line a row, cells parted by tabs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .chrome import CHROME, MENU_WORDS
from .folding import fold
from .numbering import label_of
from .source import Line, Source, Table

TITLE_WORDS = (
    r"(?:工作|任务|目标|教育|年度|重点|改革|督导|安全|党建|党委|党组|发展)?(?:要点|计划|工作方案|实施方案|行动方案|工作安排|工作思路|工作打算|工作意见|实施意见|"
    r"重点工作|重点任务|工作任务|工作清单|任务清单|目标任务|任务分解|责任分解|分解表|任务表|任务书|规划|民生实事|行动计划|工作部署)"
    r"(?:分解|分工|安排|清单|方案|计划|项目|一览|责任)*(?:表|书)?"
)
_TITLE = re.compile(
    rf"^(?!.*[。;])(?=.{{4,70}}$)[^::]*{TITLE_WORDS}\s*(?:\((?:试行|草案|征求意见稿|讨论稿|送审稿|暂行|修订稿?|审议稿|[^)]{{0,12}}年[^)]{{0,8}})\))?$"
)
_NOTICE = re.compile(r"关于(?:印发|下发|转发|公布|发布|做好|报送).{2,80}的?(?:通知|函|公告)\s*$|的通知\s*$")
_ATTACHED = re.compile(r"^\s*-?\s*附\s*件?\s*\d{0,2}\s*[::.]?\s*")
_HEADER_FIELD = re.compile(
    r"^\s*\(?(?:索\s*引\s*号|发文机关|发布机构|公开机构|发文机构|制发机关|文\s*号|发文字号|发文文号|文件编号|组配分类|主题分类|成文日期|成文时间|"
    r"发文日期|发文时间|生成日期|印发日期|公开日期|发布日期|发布时间|废止日期|有\s*效\s*性|体裁分类|主题词|公开方式|公开时限|公开范围|名\s*称|标\s*题|信息名称|生效日期|施行日期|关\s*键\s*词|内容概述|分类|信息分类|服务对象分类|效力状态)\s*[::]?\)?"
)
_DOC_NUMBER_LINE = re.compile(r"^\s*[一-鿿]{1,12}[〔\[(【<]\s*\d{4}\s*[〕\])】>]\s*(?:第)?\s*\d{1,4}\s*号(?:\s+签发人.*)?\s*$")
_BANNER = re.compile(r"^\s*[一-鿿\s]{4,40}文件\s*$")
_SENTENCE = re.compile(r"[。;]|.{41,}")
_YEAR_START = re.compile(r"^(?:\d{4}|[二〇零一二三四五六七八九]{4})\s*(?:-\s*\d{4})?\s*(?:学)?年")
_ORG_END = re.compile(r"(?:局|委员会|委|厅|处|办公室|办|人民政府|政府|党组|党委|工委|学校|中心|学院|研究院|教科院|院|所|馆|室)$")


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


Block = Line | Table


def find_body(source: Source) -> Body:
    """Leave the site chrome, name the title, and lay the rest out as one text.

    1. Find the document's title: a short line that ends like a plan's name, the last one before the first clause.
    2. Before the title keep header fields, the document number and the cover notice; drop the rest.
    3. Behind the last clause cut at the first line that is plainly chrome.
    4. Lay lines and table rows out, remembering where each cell stands.
    """
    blocks = [block for block in source.blocks if isinstance(block, Table) or block.text.strip()]
    folded = [fold(block.text).strip() if isinstance(block, Line) else "" for block in blocks]
    contents = _contents_lines(folded)
    first_clause = _first_clause(blocks, folded, contents)
    menu_end = _menu_end(blocks, folded, first_clause)
    if menu_end is not None:
        first_clause = _first_clause(blocks, folded, contents | frozenset(range(menu_end)))
    title_at, title = _find_title(blocks, folded, first_clause, source.title)
    notice_at = _notice_start(folded, title_at if title_at is not None else first_clause)
    end = _tail(blocks, folded)
    first_title = next(
        (at for at in range(min(first_clause, len(folded))) if _is_same_title(folded[at], title) and CHROME.first(folded[at]) is None), -1
    )
    kept: list[Block] = []
    dropped: list[str] = []
    for index, block in enumerate(blocks):
        if index >= end or index in contents or not _keep(index, block, folded[index], notice_at, title_at, first_clause, first_title):
            dropped.extend(_plain_lines(block))
        else:
            kept.append(block)
    return _lay_out(title, kept, dropped)


def _is_same_title(folded: str, title: str) -> bool:
    """Whether a line is the title in other words: it ends like one and holds most of its characters."""
    bare = re.sub(r"\W", "", folded)
    wanted = set(re.sub(r"\W", "", fold(title)))
    return 6 <= len(bare) <= 60 and bool(_TITLE.match(re.sub(r"\s+", "", folded))) and len(wanted & set(bare)) >= 0.7 * len(wanted)


def _plain_lines(block: Block) -> list[str]:
    if isinstance(block, Line):
        return [block.text.strip()]
    return ["\t".join(cell for cell in row if cell) for row in block.rows]


def _keep(index: int, block: Block, folded: str, notice_at: int | None, title_at: int | None, first_clause: int, first_title: int) -> bool:
    if isinstance(block, Table):
        return True
    begins = min(at for at in (notice_at, title_at, first_clause) if at is not None)
    if index >= first_title >= 0:
        begins = min(begins, first_title)
    if index < begins:
        if title_at is None and notice_at is None:
            return CHROME.first(folded) is None and folded not in MENU_WORDS
        field = bool(_HEADER_FIELD.match(folded)) and not re.match(r"^\s*发布", folded)
        return field or bool(_DOC_NUMBER_LINE.match(folded)) or bool(_BANNER.match(folded))
    if index < first_clause:
        return CHROME.first(folded) is None or bool(re.match(r"^\s*(?:索\s*引\s*号|成文日期|发文机关)", folded))
    return CHROME.first(folded) is None or label_of(folded) is not None or bool(_SENTENCE.search(folded))


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
                if CHROME.first(folded[at]) is None and later.get(bare, at) <= at and later.get(_bare(folded[at]), at) <= at:
                    break
                found.add(at)
            break
    found.update(at for at, text in enumerate(folded) if re.search(r"(?:\.{4,}|·{4,}|…{2,})\s*\d{1,3}\s*$", text))
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
        if label is not None and not _ATTACHED.match(folded[index]):
            return index
    return len(blocks)


def _menu_end(blocks: list[Block], folded: list[str], first_clause: int) -> int | None:
    """Where numbered menu entries stand before the document's title, the index of that title; else ``None``."""
    for index in range(first_clause + 1, min(len(blocks), 80)):
        text = re.sub(r"\s+", "", folded[index])
        if len(text) > 60 or label_of(folded[index]) is not None:
            if label_of(folded[index]) is None or len(text) > 24 or "。" in text:
                return None
            continue
        if _TITLE.match(text) and re.search(r"(?:19|20)\d{2}|[二〇零一]{2}[〇零一二三四五六七八九]{2}年", text) and not _ATTACHED.match(text):
            return index
    return None


def _find_title(blocks: list[Block], folded: list[str], first_clause: int, named: str | None) -> tuple[int | None, str]:
    best: tuple[float, int, str] | None = None
    for index in range(min(first_clause, len(blocks))):
        if isinstance(blocks[index], Table):
            continue
        printed = re.sub(r"\s+", "", blocks[index].text)
        text = re.sub(r"\s+", "", folded[index])
        attached = _ATTACHED.match(text)
        if attached and attached.end() and not re.match(r"^-?附件?\d{0,2}$", text):
            text, printed = text[attached.end() :], printed[attached.end() :]
            weight = 1.0
        else:
            weight = 3.0
        if not _TITLE.match(text) or re.match(r"^(?:现将|按照|根据|为|请)", text) or CHROME.first(text):
            continue
        if not re.search(r"\d{4}|[二〇零一]{2}[〇零一二三四五六七八九]{2}|年|局|委|厅|市|县|区|学校|全", text):
            weight -= 1.5
        if _YEAR_START.match(text) and index and _is_org(folded[index - 1]) and not re.search(r"市|县|区|局|省|厅|委|全", text):
            printed = re.sub(r"\s+", "", _line_text(blocks[index - 1])) + printed
        elif index and _YEAR_START.fullmatch(re.sub(r"\s+", "", folded[index - 1])):
            printed = re.sub(r"\s+", "", _line_text(blocks[index - 1])) + printed
        weight += 0.5 * blocks[index].heading if isinstance(blocks[index], Line) and blocks[index].heading == 1 else 0
        if best is None or weight >= best[0]:
            best = (weight, index, printed)
    notice = next((i for i in range(min(first_clause, len(folded))) if _NOTICE.search(folded[i]) and len(folded[i]) < 90), None)
    if best is not None and (notice is None or best[0] >= 2.5 or best[0] >= 1.0):
        return best[1], best[2]
    if notice is not None:
        printed = re.sub(r"\s+", "", _line_text(blocks[notice]))
        inner = re.search(r"《(.+)》", printed) or re.search(r"关于(?:印发|下发|转发|公布|发布)(.+?)的通知", printed)
        return notice, inner.group(1).strip("《》") if inner else printed
    for index in range(min(first_clause, len(blocks))):
        if isinstance(blocks[index], Line) and blocks[index].heading == 1 and CHROME.first(folded[index]) is None:
            return index, _line_text(blocks[index]).strip()
    for index in range(min(first_clause, len(blocks))):
        text = folded[index]
        if len(re.findall("[一-鿿]", text)) >= 4 and len(text) <= 60 and CHROME.first(text) is None and not _HEADER_FIELD.match(text) and text not in MENU_WORDS and "。" not in text:
            return index, re.sub(r"\s+", "", _line_text(blocks[index]))
    return None, (named or "").strip()


def _line_text(block: Block) -> str:
    return block.text if isinstance(block, Line) else ""


def _is_org(folded: str) -> bool:
    bare = re.sub(r"\s+", "", folded)
    return 3 < len(bare) <= 30 and bool(_ORG_END.search(bare)) and CHROME.first(folded) is None and "。" not in bare


def _notice_start(folded: list[str], before: int) -> int | None:
    for index in range(min(before, len(folded))):
        if _NOTICE.search(folded[index]) and 6 < len(folded[index]) < 90 and CHROME.first(folded[index]) is None:
            if index and _is_org(folded[index - 1]) and re.match(r"^关于", folded[index]):
                return index - 1
            return index
    for index in range(min(before, len(folded))):
        if re.match(r"^[^。]{0,12}(?:各|市属|市直|区属|县直|局属|局机关)[^。]{2,140}[::]$", folded[index]):
            return index
    return None


def _tail(blocks: list[Block], folded: list[str]) -> int:
    """Where the page's foot begins: the first plain chrome line behind the last clause or long sentence."""
    last = 0
    for index, block in enumerate(blocks):
        if isinstance(block, Table):
            last = index
        elif (label_of(folded[index]) is not None or len(folded[index]) > 60) and CHROME.first(folded[index]) is None:
            last = index
    for index in range(last + 1, len(blocks)):
        if isinstance(blocks[index], Line) and CHROME.first(folded[index]) is not None:
            return index
    return len(blocks)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# In the order of precedence: the first pattern that fits a heading names its column.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("number", r"^(?:序\s*号|编\s*号|No\.?|号)$"),
    ("person", r"分管|领导|联系人|联络员"),
    ("progress", r"进展|完成情况|落实情况|存在问题|下一步|备注|得分|分值"),
    ("lead", r"牵头|主办|主责|第一责任"),
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
        named = [column for column in columns if re.search(pattern, table.rows[head][column]) and "目标任务" not in table.rows[head][column]]
        if named and any(len(row[named[0]].strip()) > 4 for row in table.rows[head + 1 :] if named[0] < len(row)):
            return named[0]
    return _widest(table, head, columns)


def _widest(table: Table, head: int, columns: list[int]) -> int:
    """Of several task-like columns (类别, 重点任务, 具体内容) the one with the most words."""
    return max(columns, key=lambda column: (sum(len(row[column]) for row in table.rows[head + 1 :] if column < len(row)), -column))


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
                text = re.sub(r"\s*\n\s*", " ", raw.strip())
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
                lines.append(BodyLine(start, at, 0, Row(tuple(cells), values, start, at) if columns else None, is_head, columns))
                put("\n")
    text = "".join(parts).rstrip("\n")
    return Body(title, text, fold(text), tuple(lines), tuple(dropped))
