"""From the body's lines to nodes: which line opens a clause, at what level, and where it ends.

1. Every line that begins with a number opens a node; a run inside a paragraph (一是…;二是…) opens one for each item.
2. A kind of number nests inside the kinds that stand outside it: by the usual order (一、 (一) 1. (1) ①), unless the
   document shows another order by what restarts inside what.
3. Rows of a table of tasks are nodes; their number is the cell under 序号.
4. A node ends where the next of the same or an outer level begins, or where the signature begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .body import Body, BodyLine
from .folding import fold
from .numbering import RANK, Label, label_of, runs_in
from .plan import Node
from .responsible import lists_in

HEADING_LIMIT = 40
MAX_NODES = 2_000
#: A heading of at most 40 characters with the list of units behind it is never as long.
LONGEST_HEAD = 2_000

_SIGN_ORG = re.compile(r"^[一-鿿()\s、]{4,40}$")
_DATE_LINE = re.compile(
    r"^\s*\(?(?:\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?|[二〇零一]{2}[〇零一二三四五六七八九]{2}年.{1,4}月.{1,4}日|\d{6,8})\s*(?:印发)?\)?\s*$"
)
_PART_LINE = re.compile(r"^[^。;,、\d]{2,10}[::]$")
_COPIES = re.compile(
    r"^\s*(?:抄\s*送|主\s*送|报\s*送|分\s*送|印\s*发|联\s*系\s*人|信息公开选项|公开属性)\s*[::]|^[^。]{2,30}(?:办公室|局|委员会)\s+\d{4}年\d{1,2}月\d{1,2}日印发\s*$|^\s*\(此件.{0,10}公开.{0,6}\)\s*$"
)
_APPENDIX = re.compile(r"^-?\s*附\s*件?\s*\d{0,2}\s*(?:[::.]|$)|^附\s*[::]")


#: 一、标题1、条目: a heading and its first clause on one line, the break between them lost.
_FUSED = re.compile(r"[一-鿿“”,、]{4,40}?(?P<number>\d{1,2})(?:、|\.(?!\d))\s*(?=[一-鿿“])")


@dataclass(frozen=True, slots=True)
class Opening:
    """A place where a node opens; ``row`` is the index of its line where it is a table row."""

    label: Label
    line: int
    text_end: int
    in_run: bool
    in_table: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """Nodes, the part of the text that is each node's own (children excluded), and the closing lines."""

    nodes: tuple[Node, ...]
    own: tuple[tuple[tuple[int, int], ...], ...]
    preamble: tuple[tuple[int, int], ...]
    closing: tuple[int, int] | None
    row_nodes: dict[int, int]


def find_outline(body: Body) -> Outline:
    """Read the nodes of a body; raises ``OverflowError`` for more than :data:`MAX_NODES` nodes."""
    openings = _openings(body)
    if len(openings) > MAX_NODES:
        raise OverflowError(len(openings))
    closing = _closing(body, openings)
    limit = closing[0] if closing else len(body.text)
    ranks = _ranks([opening.label for opening in openings if not opening.in_run and not opening.in_table])
    nodes: list[Node] = []
    stack: list[tuple[float, int]] = []
    row_nodes: dict[int, int] = {}
    run_lines: dict[int, int] = {}
    table_parent: int | None = None
    table_heading: int | None = None
    table_seen = -2
    parts = _part_starts(body, openings)
    part = 0
    for opening in openings:
        label = opening.label
        while stack and run_lines.get(stack[-1][1], opening.line) != opening.line:
            stack.pop()  # An item of a paragraph's run holds nothing that stands on another line.
        while part < len(parts) and parts[part] <= label.start:
            stack.clear()
            part += 1
        if opening.in_table:
            if opening.line != table_seen + 1:
                table_parent = _parent_of_table(body, opening.line, nodes, stack)
                if table_parent in run_lines:
                    table_parent = nodes[table_parent].parent
                table_heading = None
            table_seen = opening.line
            parent = table_parent if label.kind != "row" or table_heading is None else table_heading
            rank = 50.0
            stack = [entry for entry in stack if parent is not None and entry[1] <= parent and entry[0] < 50.0]
        else:
            rank = _rank(label, ranks, opening.in_run)
            while stack and stack[-1][0] >= rank:
                stack.pop()
            parent = stack[-1][1] if stack else None
        node = Node(
            id=len(nodes),
            parent=parent,
            level=1 if parent is None else nodes[parent].level + 1,
            number=re.sub(r"\s+", "", label.number),
            heading=_row_heading(body, opening) if opening.in_table else _heading(body, label.end, opening.text_end),
            span=(label.start, opening.text_end),
            confidence=0.9 if opening.in_run or opening.in_table else 0.99,
            rule=f"numbering/{label.kind}",
        )
        if opening.in_table:
            row_nodes[opening.line] = node.id
            if label.kind != "row":
                table_heading = node.id
        nodes.append(node)
        stack.append((rank, node.id))
        if opening.in_run:
            run_lines[node.id] = opening.line
    ended = _end_nodes(body, nodes, openings, limit, parts)
    return Outline(
        tuple(ended), _own_parts(ended), _preamble(ended, limit, closing, len(body.text)), closing, row_nodes
    )


def _openings(body: Body) -> list[Opening]:
    openings: list[Opening] = []
    seen_dotted: set[str] = set()
    last_arabic = ""
    for index, line in enumerate(body.lines):
        folded = body.folded[line.start : line.end]
        if line.row is not None or line.is_table_head:
            found = _row_label(body, line)
            if found is not None:
                openings.append(Opening(found, index, line.end, False, True))
            continue
        label = label_of(folded, line.start)
        if label is not None and label.kind == "dotted":
            head = label.number.rsplit(".", 1)[0]
            if not (head in seen_dotted or head == last_arabic or label.value == 1):
                label = None
            else:
                seen_dotted.update((head, label.number))
        if label is not None and label.kind in ("arabic", "chinese", "chapter", "chinese-paren"):
            last_arabic = label.number.strip("()")
        if label is not None and _is_quantity(folded, label, line.start):
            label = None
        begin = line.start if label is None else label.end
        run = runs_in(body.folded[begin : line.end], begin)
        if not run and label is not None and label.kind in ("chinese", "chinese-paren"):
            fused = _FUSED.match(body.folded, begin, line.end)
            if fused:
                run = [Label("arabic", fused.group("number"), fused.start("number"), fused.end())]
        if label is not None and label.kind in ("shi", "circled", "arabic-paren", "arabic"):
            longer = runs_in(folded, line.start, from_start=True)
            if longer and longer[0].start == label.start and longer[0].kind == label.kind:
                openings.extend(_run_openings(longer, index, line.end, first_in_run=label.kind == "shi"))
                continue
        if label is not None:
            openings.append(
                Opening(
                    label, index, run[0].start if run and label.kind != "shi" else line.end, label.kind == "shi", False
                )
            )
        if run and (label is None or run[0].kind != label.kind) and (label is not None or openings):
            openings.extend(_run_openings(run, index, line.end, first_in_run=len(run) > 1))
            if label is not None:
                at = len(openings) - len(run) - 1
                openings[at] = replace(openings[at], text_end=run[0].start if len(run) == 1 else line.end)
    return openings


def _run_openings(run: list[Label], index: int, end: int, *, first_in_run: bool) -> list[Opening]:
    ends = [label.start for label in run[1:]] + [end]
    return [
        Opening(label, index, stop, first_in_run or at > 0, False)
        for at, (label, stop) in enumerate(zip(run, ends, strict=True))
    ]


def _is_quantity(folded: str, label: Label, offset: int) -> bool:
    """Whether what looks like 「一、」 is a list of words or a number with its measure word."""
    rest = folded[label.end - offset :]
    if label.kind == "chinese":
        return bool(re.match(r"^[二三四五六七八九十][、年级期批]", rest))
    if label.kind == "arabic":
        return bool(re.match(r"^\d+[、月日年]", rest))
    return False


def _row_label(body: Body, line: BodyLine) -> Label | None:
    row = line.row
    if row is None or line.is_table_head or not row.cells:
        return None
    first = row.cells[0]
    text = body.folded[first.start : first.end].strip()
    if (
        re.fullmatch(
            r"\d{1,3}|[一二三四五六七八九十]{1,3}|\(\d{1,3}\)|\([一二三四五六七八九十]{1,3}\)|\d{1,2}\.\d{1,2}|[①-⑳]|\d{1,3}[.、]",
            text,
        )
        and len(row.cells) > 1
    ):
        number = text.rstrip(".、")
        return Label("row", number, first.start, first.end)
    if len(row.cells) == 1:
        label = label_of(body.folded[first.start : first.end], first.start)
        if label is not None:
            return label
    return None


def _rank(label: Label, ranks: dict[str, float], in_run: bool) -> float:
    if in_run:
        return 40.0 + RANK[label.kind]
    if label.kind == "dotted":
        return ranks["dotted"] + 0.1 * label.number.count(".")
    if label.kind == "row":
        return 50.0
    return ranks[label.kind]


def _ranks(labels: list[Label]) -> dict[str, float]:
    """The nesting order of this document's kinds: the usual one, with a pair swapped where the document shows it.

    An outer kind runs on while an inner kind starts again at 1 inside each of its items; where the usual inner kind runs
    on over at least two fresh starts of the usual outer kind, they are swapped.
    """
    ranks = {kind: float(rank) for kind, rank in RANK.items()}
    kinds = [kind for kind in RANK if any(label.kind == kind for label in labels)]
    for outer in kinds:
        for inner in kinds:
            if RANK[outer] < RANK[inner] and _encloses(labels, inner, outer):
                ranks[outer], ranks[inner] = max(ranks[outer], ranks[inner]), min(ranks[outer], ranks[inner])
    return ranks


def _encloses(labels: list[Label], outer: str, inner: str) -> bool:
    """Whether ``outer`` is seen to run on (1, 2, 3 …) while ``inner`` starts again at least twice inside its items."""
    expected, restarts, begun = 1, 0, False
    for label in labels:
        if label.kind == outer:
            if label.value != expected:
                return False
            expected += 1
            begun = True
        elif label.kind == inner:
            if not begun:
                return False
            if label.value == 1:
                restarts += 1
    return restarts >= 2


def _heading(body: Body, start: int, end: int) -> str | None:
    """The text after the number up to the first 。 or the end of the line, if that is at most 40 characters."""
    stop = body.text.find("\n", start, end)
    line = body.text[start : end if stop < 0 else stop]
    head = line.partition("。")[0].strip()
    if len(head) > LONGEST_HEAD:
        return None
    units = next(iter(lists_in(fold(head))), None)
    if units is not None and units.end >= len(head) - 1 and units.start > 1:
        head = head[: units.start]
    head = head[: len(fold(head).rstrip(";,、 "))]
    return head if 0 < len(head) <= HEADING_LIMIT else None


def _row_heading(body: Body, opening: Opening) -> str | None:
    """A row's heading stands in the column that names the task."""
    line = body.lines[opening.line]
    if line.row is None or line.columns is None:
        return None
    cell = next((cell for cell in line.row.cells if cell.column == line.columns.task), None)
    if cell is None:
        return _heading(body, opening.label.end, opening.text_end)
    label = label_of(body.folded[cell.start : cell.end], cell.start)
    return _heading(body, label.end if label else cell.start, cell.end)


def _parent_of_table(body: Body, index: int, nodes: list[Node], stack: list[tuple[float, int]]) -> int | None:
    """A table belongs to the clause it stands under, unless that clause says much by itself or an appendix begins between."""
    if not nodes or not stack:
        return None
    last = nodes[-1]
    if last.rule.endswith("/row"):
        return None
    between = [line for line in body.lines[:index] if line.end > last.span[0] and not line.is_table_head]
    texts = [body.folded[line.start : line.end] for line in between]
    if any(_APPENDIX.match(text) for text in texts[1:]) or sum(map(len, texts)) > 200:
        return None
    if len(texts) > 2 and len(texts[-1]) <= 30 and not re.search(r"[。:;,]", texts[-1]):
        return None
    return last.id


def _part_starts(body: Body, openings: list[Opening]) -> list[int]:
    """Where an unnumbered part begins (主要任务: / 附件): numbering above it does not reach below."""
    starts = {opening.line for opening in openings}
    found = []
    for index, line in enumerate(body.lines):
        if index in starts or line.row is not None:
            continue
        text = body.folded[line.start : line.end]
        if (
            _PART_LINE.match(text.strip())
            or _APPENDIX.match(text)
            or (line.heading and line.heading <= 2 and len(text) < 30 and not text.endswith("。"))
        ):
            follower = next((opening for opening in openings if opening.line > index), None)
            if follower is not None and (follower.label.value == 1 or follower.in_table):
                found.append(line.start)
    return found


def _closing(body: Body, openings: list[Opening]) -> tuple[int, int] | None:
    """The signature block behind the last clause: an organisation's line followed by a day, or copies and printing lines."""
    last = openings[-1].line if openings else -1
    first: int | None = None
    for index in range(last + 1, len(body.lines)):
        line = body.lines[index]
        if line.row is not None or line.is_table_head:
            first = None
            continue
        text = body.folded[line.start : line.end].strip()
        is_org = bool(_SIGN_ORG.match(text)) and any(
            _DATE_LINE.match(body.folded[after.start : after.end].strip())
            for after in body.lines[index + 1 : index + 4]
        )
        if (
            is_org
            or _DATE_LINE.match(text)
            or _COPIES.match(text)
            or re.fullmatch(r"[一-鿿]{2,16}(?:局|委员会|厅|人民政府)\s*\d{4}年\d{1,2}月\d{1,2}日", text)
        ):
            first = line.start if first is None else first
        elif first is not None and len(text) > 60:
            first = None
    return None if first is None else (first, len(body.text))


def _end_nodes(body: Body, nodes: list[Node], openings: list[Opening], limit: int, parts: list[int]) -> list[Node]:
    """Each node runs to the next of its own or an outer level, without the line ends before it."""
    ended: list[Node] = []
    following: list[int] = [limit] * len(nodes)
    stack: list[int] = []
    for node in nodes:
        while stack and nodes[stack[-1]].level >= node.level:
            following[stack.pop()] = node.span[0]
        stack.append(node.id)
    for node in nodes:
        stop = min([following[node.id], *[part for part in parts if part > node.span[0]][:1]])
        if openings[node.id].in_run:
            # 一是…;二是… are parts of a paragraph: what stands below it belongs to the clause round them.
            stop = min(stop, openings[node.id].text_end)
        stop = max(stop, node.span[0] + 1)
        begin = node.span[0]
        while stop > begin + 1 and body.text[stop - 1] in "\n\t ":
            stop -= 1
        ended.append(
            Node(node.id, node.parent, node.level, node.number, node.heading, (begin, stop), node.confidence, node.rule)
        )
    for node in reversed(ended):
        if node.parent is not None and ended[node.parent].span[1] < node.span[1]:
            parent = ended[node.parent]
            ended[node.parent] = replace(parent, span=(parent.span[0], node.span[1]))
    return ended


def _own_parts(nodes: list[Node]) -> tuple[tuple[tuple[int, int], ...], ...]:
    children: dict[int, list[Node]] = {}
    for node in nodes:
        if node.parent is not None:
            children.setdefault(node.parent, []).append(node)
    own = []
    for node in nodes:
        parts, at = [], node.span[0]
        for child in children.get(node.id, ()):
            if child.span[0] > at:
                parts.append((at, child.span[0]))
            at = max(at, child.span[1])
        if at < node.span[1]:
            parts.append((at, node.span[1]))
        own.append(tuple(parts))
    return tuple(own)


def _preamble(
    nodes: list[Node], limit: int, closing: tuple[int, int] | None, length: int
) -> tuple[tuple[int, int], ...]:
    """The parts of the text that belong to no node."""
    parts, at = [], 0
    for node in nodes:
        if node.parent is None:
            if node.span[0] > at:
                parts.append((at, node.span[0]))
            at = max(at, node.span[1])
    if at < length:
        parts.append((at, length))
    return tuple(parts)
