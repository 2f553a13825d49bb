"""Who is to do it: the units printed for a clause, in brackets, on a bare line, at a clause's end, or in a table.

1. A label (责任单位, 牵头科室, 配合部门 …) with a colon opens a list; further labels behind a semicolon go on with it.
2. Brackets without a label count where they end in 负责 or 牵头 (由基教科负责).
3. A list runs to its closing bracket; where that is missing, to the end of the line, and a warning is given.
4. Units are split at 、 , ; and blanks, but not inside brackets (各区(市)).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .body import Body
from .folding import fold
from .plan import Responsible
from .rules import RuleBook, rule

if TYPE_CHECKING:
    from .outline import Outline

_WHO = r"(?:单位|科室|处室|部门|科|处|领导|股室|室|人员|人|主体|机构|局|方)"
_LEAD = r"(?:牵头|主办|主责|主要责任|第一责任|总牵头|领衔)"
_SUPPORT = r"(?:配合|协办|协助|参与|参加|协同|会同|支持)"
_PLAIN = r"(?:责任|承办|负责|落实|实施|执行|承担|分管|主管|包保|督办|完成|责任分工)"
_LABEL = rf"(?:(?P<lead>{_LEAD}(?:责任|落实|及责任|\(责任\))?{_WHO}{{0,2}})|(?P<support>{_SUPPORT}(?:责任|落实)?{_WHO}{{0,2}})|(?P<plain>{_PLAIN}{_WHO}{{1,2}}(?:及(?:责任)?{_WHO})?))"
#: One of these stands in every list of units.
_DUTIES = tuple(
    "牵头 主办 主责 责任 领衔 配合 协办 协助 参与 参加 协同 会同 承办 负责 落实 实施 执行 承担 分管 主管 包保 督办 完成 支持".split()
)
LABEL = re.compile(rf"[【〔\[]?{_LABEL}\s*(?:[】〕\]]\s*:?|:)\s*")
#: A label that opens a list stands directly before one of these marks, and no label is longer than this.
_MARK = re.compile(r"[:】〕\]]")
_AT_MARK = re.compile(rf"{_LABEL}$")
_LONGEST_LABEL = 24
_OTHER_LABEL = re.compile(
    r"[【〔\[]?(?:完成|办结|整改|落实|推进)?(?:时限|期限|时间|时间节点|进度|完成时间|时间要求|目标)(?:要求)?\s*(?:[】〕\]]\s*:?|:)"
)

_OPEN = {"〔": "〕", "[": "]", "【": "】", "(": ")", "<": ">", "{": "}"}

FORMS = RuleBook(
    "responsible units",
    rule(
        "bracketed",
        rf"[〔\[【(<]\s*(?:各?项?(?:任务|工作)?的?)?\s*{_LABEL}\s*[::]",
        why="The usual form: 〔责任单位:…〕, also with ( ) [ ] 【 】.",
        holds=("〔责任单位:基教科、人事科〕", "(牵头单位:市教育局;配合单位:市财政局)", "【责任科室:办公室】"),
        fails=("(责任重于泰山)", "压实单位主体责任。"),
    ),
    rule(
        "bracket-label",
        rf"[【〔\[]\s*{_LABEL}\s*[】〕\]]\s*[::]?",
        why="The label alone in heavy brackets, the list behind it.",
        holds=("【责任单位】基教科、督导室", "[牵头科室]:人事科"),
        fails=("【重点任务3】",),
    ),
    rule(
        "bare-line",
        rf"^\s*(?:以上|上述|本|各)?(?:部分|任务|工作|条|项|章)*\s*{_LABEL}\s*[::]",
        why="A line of its own below the clause; also a default for a whole section.",
        holds=("责任单位:基教科", "牵头科室:人事科 配合科室:办公室", "以上任务责任单位:各县区教育局"),
        fails=("明确责任单位和完成时限。",),
    ),
    rule(
        "at-end",
        rf"(?:[。;!,]|\s)\s*{_LABEL}\s*[::]",
        why="Behind the last sentence of the clause, without brackets.",
        holds=("推进课后服务。责任单位:基教科、各学校",),
        fails=("加强责任单位考核。",),
    ),
    rule(
        "in-charge",
        r"[(〔【\[](?:(?:本|以上|该)(?:部分|章|节|项|条)?)?(?:由)?(?P<units>[^()〔〕【】\[\]。:]{2,60}?)(?:共同|分别|具体|等)?(?P<word>牵头负责|负责落实|负责|牵头|承办|落实)(?:[,;、]\s*(?P<more>[^()〔〕【】\[\]。:]{2,60}?)(?:等)?(?P<moreword>配合|参与|协助|参加|按职责分工负责|负责))?(?:[,;][^()〔〕【】\[\]。]{2,20}(?:完成|前|底|落实))?[)〕】\]]",
        why="(基教科负责), (市教育局牵头,各县区配合).",
        holds=("(基教科负责)", "(由市教育局牵头,市财政局配合)", "〔组织科、人事科负责〕"),
        fails=("做好(试点)工作", "(二)负责人培训"),
    ),
    rule(
        "section-default",
        r"(?:本|以上|上述|该)(?:部分|章|节|项|条|类|款)?(?:各?项?(?:任务|工作|内容))?(?:均|都|统一)?由(?P<units>[^。;:,]{2,60}?)(?P<word>牵头负责|牵头落实|负责落实|牵头|负责)",
        why="One sentence that names the units for a whole section.",
        holds=("本部分由基教科牵头。", "以上各项工作由人事科、组织科负责。"),
        fails=("由家长负责接送。", "本部分内容由易到难。"),
    ),
)

_BY_NAME = {each.name: each.pattern for each in FORMS}
_LABELLED = re.compile(
    rf"(?P<open>[〔\[【(<{{])?\s*(?:以上|上述|本|各)?(?:部分|任务|工作|条|项|章|的)*\s*{_LABEL}\s*(?P<close>[】〕\]])?\s*(?P<colon>:)?\s*"
)


#: No list of units is longer; what follows an open bracket further on is text.
LONGEST_LIST = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A list found in one line: parts in order with their duty, its span, and whether its bracket was closed."""

    parts: tuple[tuple[str, str], ...]
    start: int
    end: int
    is_closed: bool
    is_section_default: bool
    rule: str


def lists_in(folded: str, offset: int = 0) -> list[Finding]:
    """The lists of units in one line of folded text; parts are ``(duty, unit)`` with duty lead, support or plain."""
    if not any(word in folded for word in _DUTIES):
        return []
    found: list[Finding] = []
    at = 0
    is_labelled = _has_label(folded)
    while is_labelled:
        match = _LABELLED.search(folded, at)
        if match is None:
            break
        opener = match.group("open")
        labelled_in_brackets = bool(opener and match.group("close"))
        if not match.group("colon") and not labelled_in_brackets:
            at = match.end() if match.end() > at else at + 1
            continue
        before = folded[: match.start()].rstrip()
        if (
            not opener
            and before
            and before[-1] not in "。;!,〕)】]>:"
            and not folded[match.start() : match.start() + 1].isspace()
        ):
            at = match.end()
            continue
        end, is_closed = _list_end(folded, match, labelled_in_brackets)
        end = min(end, match.end() + LONGEST_LIST)
        parts = _parts(folded, match, end)
        if parts:
            stop = end + 1 if opener and is_closed and not labelled_in_brackets and end < len(folded) else end
            default = bool(
                re.match(
                    r"\s*(?:[〔\[【(<])?\s*(?:以上|上述|本)(?:部分|任务|工作|条|项|章)",
                    folded[match.start() : match.end()],
                )
            )
            kind = "bracketed" if opener else ("bare-line" if not before else "at-end")
            found.append(Finding(tuple(parts), offset + match.start(), offset + stop, is_closed, default, kind))
        at = max(end, match.end())
    for name in ("in-charge", "section-default"):
        others = tuple(found)
        for match in _BY_NAME[name].finditer(folded):
            if any(each.start < offset + match.end() and offset + match.start() < each.end for each in others):
                continue
            duty = "lead" if "牵头" in match.group("word") and match.groupdict().get("more") else "plain"
            units = [(duty, unit) for unit in split_units(match.group("units"))]
            more = match.groupdict().get("more")
            if more:
                second = "plain" if "负责" in match.group("moreword") else "support"
                units += [(second, unit) for unit in split_units(more)]
            if units and all(_is_unit(unit) for _, unit in units):
                found.append(
                    Finding(
                        tuple(units),
                        offset + match.start(),
                        offset + match.end(),
                        True,
                        name == "section-default",
                        name,
                    )
                )
    return sorted(found, key=lambda each: each.start)


def _has_label(folded: str) -> bool:
    """Whether a label stands before a mark: asked first, since it is cheap and most lines have none."""
    return any(
        _AT_MARK.search(folded[max(0, mark.start() - _LONGEST_LABEL) : mark.start()].rstrip()) is not None
        for mark in _MARK.finditer(folded)
    )


def _list_end(folded: str, match: re.Match[str], labelled_in_brackets: bool) -> tuple[int, bool]:
    """Where the list ends, and whether it is closed. A label in brackets of its own ends with its sentence."""
    opener = match.group("open")
    if opener and not labelled_in_brackets:
        closers = {
            _OPEN[opener],
            "〕" if opener in "[【" else _OPEN[opener],
            "]" if opener == "〔" else _OPEN[opener],
            "】" if opener in "〔[" else _OPEN[opener],
        }
        depth = 0
        for at in range(match.end(), len(folded)):
            char = folded[at]
            if char in closers and depth == 0:
                return at, True
            if char == "(":
                depth += 1
            elif char == ")" and depth:
                depth -= 1
            elif char == "。" and at + 1 < len(folded) and len(folded) - at > 3:
                return at, False
        return len(folded), False
    stop = folded.find("。", match.end())
    return (len(folded) if stop < 0 else stop), True


def _parts(folded: str, match: re.Match[str], end: int) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    duty = _duty(match)
    at = match.end()
    while at < end:
        following = LABEL.search(folded, at, end)
        other = _OTHER_LABEL.search(folded, at, end)
        stop = min([end, *[each.start() for each in (following, other) if each]])
        parts.extend((duty, unit) for unit in split_units(folded[at:stop]) if _is_unit(unit))
        if other and other.start() == stop:
            semicolon = LABEL.search(folded, other.end(), end)
            if semicolon is None:
                break
            following = semicolon
        if following is None or following.start() >= end:
            break
        duty = _duty(following)
        at = following.end()
    return parts


def _duty(match: re.Match[str]) -> str:
    if match.group("lead"):
        return "lead"
    return "support" if match.group("support") else "plain"


def _is_unit(unit: str) -> bool:
    return 1 < len(unit) <= 40 and not re.search(r"[。!?]|^\d+$|^(?:按|以|各司其职|按职责分工|年|月)", unit)


def split_units(words: str) -> list[str]:
    """Split a printed list at 、 , ; and blanks, never inside brackets; 等 and 分别负责 at the end fall away."""
    units, depth, unit = [], 0, ""
    for char in words:
        if char in "(〔[":
            depth += 1
        elif char in ")〕]":
            depth = max(0, depth - 1)
        if depth == 0 and char in "、,;;/|\t ":
            units.append(unit)
            unit = ""
        else:
            unit += char
    units.append(unit)
    cleaned = (re.sub(r"(?:^[::。.]+|[。.:]+$|等$|^及(?=各)|^和(?=各))", "", each.strip()).strip() for each in units)
    return [each for each in cleaned if each]


class Places(Protocol):
    """Which node a place of the text belongs to."""

    def get(self, at: int) -> int | None:
        """The innermost node whose own text holds ``at``, ``None`` for the preamble."""


def _placed_units(value: str) -> list[tuple[str, int]]:
    """The units of a cell and where each stands in it."""
    folded, at = fold(value), 0
    placed = []
    for unit in split_units(folded):
        at = folded.find(unit, at)
        placed.append((unit, at))
        at += len(unit)
    return placed


def find_responsible(body: Body, outline: Outline, node_at: Places) -> tuple[list[Responsible], list[Finding]]:
    """All lists of the document, each with its node; also the raw findings, for the warnings.

    ``node_at`` gives the node of each line's start (the innermost whose own text holds it).
    """
    rows: list[Responsible] = []
    raw: list[Finding] = []
    for index, line in enumerate(body.lines):
        if line.is_table_head:
            continue
        if line.row is not None:
            rows.extend(_from_row(body, outline, index))
            continue
        for finding in lists_in(body.folded[line.start : line.end], line.start):
            node = node_at.get(finding.start)
            if finding.is_section_default and node is not None:
                node = _section_of(outline, node)
            raw.append(finding)
            rows.append(_row(body, finding, node))
    return rows, raw


def _section_of(outline: Outline, node: int) -> int:
    """A default stands for the section round the clause it is printed under."""
    parent = outline.nodes[node].parent
    return node if parent is None else parent


def _row(body: Body, finding: Finding, node: int | None) -> Responsible:
    parts = [(duty, _as_printed(body, finding, unit)) for duty, unit in finding.parts]
    return Responsible(
        node=node,
        units=tuple(unit for _, unit in parts),
        lead=tuple(unit for duty, unit in parts if duty == "lead"),
        support=tuple(unit for duty, unit in parts if duty == "support"),
        span=(finding.start, finding.end),
        confidence=0.97 if finding.is_closed else 0.85,
        rule=f"responsible/{finding.rule}",
    )


def _as_printed(body: Body, finding: Finding, unit: str) -> str:
    at = body.folded.find(unit, finding.start, finding.end)
    return body.text[at : at + len(unit)] if at >= 0 else unit


def _from_row(body: Body, outline: Outline, index: int) -> list[Responsible]:
    line = body.lines[index]
    if line.row is None or line.columns is None:
        return []
    columns = line.columns.kinds
    lead: list[str] = []
    support: list[str] = []
    plain: list[str] = []
    spans: list[tuple[int, int]] = []
    for column, kind in sorted(columns.items()):
        if kind not in ("lead", "support", "responsible") or column >= len(line.row.values):
            continue
        value = re.sub(r"\s+", " ", line.row.values[column])
        units = [value[at : at + len(unit)] for unit, at in _placed_units(value) if _is_unit(unit)]
        {"lead": lead, "support": support, "responsible": plain}[kind].extend(units)
        spans.extend((cell.start, cell.end) for cell in line.row.cells if cell.column == column)
    units = [*lead, *plain, *support]
    if not units:
        return []
    span = (min(start for start, _ in spans), max(end for _, end in spans)) if spans else (line.start, line.end)
    told_apart = bool(lead or support)
    return [
        Responsible(
            node=outline.row_nodes.get(index),
            units=tuple(dict.fromkeys(units)),
            lead=tuple(lead) if told_apart else (),
            support=tuple(support) if told_apart else (),
            span=span,
            confidence=0.95,
            rule="responsible/table",
        )
    ]
