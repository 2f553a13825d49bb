"""The plan as a summary that a person reads in a terminal or a plain text file.

Lines carry a style name, so that a terminal may colour them; :func:`render` leaves the styles away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.clauses import Clause, Item, by_clause, paths
from yaodian.engines.reading.phrasing import Language
from yaodian.engines.reading.plan import Deadline, Plan, Responsible, Target

from .lines import columns_of, wrapped

Style = Literal["title", "meta", "section", "clause", "item", "warning", "plain"]

# An item the reader is less sure of than this is listed among the doubtful ones.
DOUBTFUL = 0.7
_DOUBTFUL_SHOWN = 10

_LABELS = {
    "untitled": ("（无标题）", "(untitled)"),
    "preamble": ("总体要求", "Preamble"),
    "target": ("目标", "target"),
    "deadline": ("期限", "deadline"),
    "lead": ("牵头", "lead"),
    "support": ("配合", "support"),
    "others": ("责任", "responsible"),
    "policy": ("文件", "policy"),
    "system": ("系统", "system"),
    "warnings": ("提醒", "Warnings"),
    "doubtful": ("请先核对（把握不大的）", "Check first (the reader is not sure)"),
    "more": ("还有 {} 项", "{} more"),
    "line": ("第 {} 行", "line {}"),
}


@dataclass(frozen=True, slots=True)
class StyledLine:
    """One line without its line end."""

    text: str
    style: Style = "plain"


def render(plan: Plan, *, language: Language = "zh", width: int = 100) -> str:
    """The summary as plain text, lines at most ``width`` columns (a Chinese character takes two)."""
    return "\n".join(line.text for line in lines(plan, language=language, width=width)) + "\n"


def lines(plan: Plan, *, language: Language = "zh", width: int = 100) -> list[StyledLine]:
    """Header, counts, clauses with what was found in them, warnings, and the items to check first."""
    width = max(width, 30)
    result = [StyledLine(part, "title") for part in wrapped(plan.title or _label("untitled", language), width)]
    if meta := phrasing.meta(plan, language):
        result += [StyledLine(part, "meta") for part in wrapped(meta, width)]
    result += [StyledLine(part, "meta") for part in wrapped(phrasing.counts(plan, language), width)]
    seen = by_clause(plan)
    if seen.preamble:
        result += [StyledLine(""), StyledLine(_label("preamble", language), "section")]
        for item in seen.preamble:
            result += _item_lines(item, language, width)
    parents = {node.parent for node in plan.nodes}
    for clause in seen.clauses:
        result += _clause_lines(clause, clause.node.id in parents, language, width)
    result += _warning_lines(plan, language, width)
    result += _doubtful_lines(plan, language, width)
    return result


def _clause_lines(clause: Clause, is_section: bool, language: Language, width: int) -> list[StyledLine]:
    head = clause.node.heading or clause.words.split("\n")[0][:60]
    indent = "  " * min(clause.node.level - 1, 4)
    label = f"{indent}{clause.node.number}  "
    result = [StyledLine("")] if clause.node.level == 1 else []
    style: Style = "section" if is_section else "clause"
    result += [StyledLine(part, style) for part in wrapped(head, width, first=label, rest=" " * columns_of(label))]
    numbers: tuple[Item, ...] = (*clause.targets, *clause.deadlines)
    for item in numbers:
        result += _item_lines(item, language, width)
    for part in ("lead", "support", "others"):
        if names := getattr(clause, part):
            result += _labelled(_label(part, language), phrasing.units(names, language), width)
    for code, found in (("policy", clause.policies), ("system", clause.systems)):
        if found:
            names = tuple(dict.fromkeys(item.name for item in found))
            result += _labelled(_label(code, language), phrasing.units(names, language), width)
    return result


def _item_lines(item: Item, language: Language, width: int) -> list[StyledLine]:
    if isinstance(item, Target):
        return _labelled(_label("target", language), phrasing.target(item, language), width)
    if isinstance(item, Deadline):
        return _labelled(_label("deadline", language), phrasing.deadline(item, language), width)
    if isinstance(item, Responsible):
        return _labelled(_label("others", language), phrasing.units(item.units, language), width)
    return _labelled(_label(_kind(item), language), item.name, width)


def _labelled(label: str, text: str, width: int) -> list[StyledLine]:
    first = f"        {label}  "
    return [StyledLine(part, "item") for part in wrapped(text, width, first=first, rest=" " * columns_of(first))]


def _warning_lines(plan: Plan, language: Language, width: int) -> list[StyledLine]:
    if not plan.warnings:
        return []
    result = [StyledLine(""), StyledLine(_label("warnings", language), "section")]
    for warning in plan.warnings:
        at = plan.text.count("\n", 0, warning.span[0]) + 1
        first = f"  ! {_label('line', language).format(at)}  "
        result += [
            StyledLine(part, "warning")
            for part in wrapped(
                phrasing.warning(warning.code, warning.message, language=language),
                width,
                first=first,
                rest=" " * columns_of(first),
            )
        ]
    return result


def _doubtful_lines(plan: Plan, language: Language, width: int) -> list[StyledLine]:
    path_by_id = paths(plan)
    doubtful = sorted(
        (
            item
            for items in (plan.targets, plan.deadlines, plan.responsible, plan.policies, plan.systems)
            for item in items
            if item.confidence < DOUBTFUL
        ),
        key=lambda item: (item.confidence, item.span),
    )
    if not doubtful:
        return []
    result = [StyledLine(""), StyledLine(_label("doubtful", language), "section")]
    for item in doubtful[:_DOUBTFUL_SHOWN]:
        quote = plan.text[item.span[0] : item.span[1]]
        first = f"  ? {path_by_id.get(item.node) or _label('preamble', language)}  "
        said = f"{_label(_kind(item), language)} {item.confidence:.0%}  {quote}"
        result += [
            StyledLine(part, "warning") for part in wrapped(said, width, first=first, rest=" " * columns_of(first))
        ]
    if len(doubtful) > _DOUBTFUL_SHOWN:
        more = _label("more", language).format(len(doubtful) - _DOUBTFUL_SHOWN)
        result.append(StyledLine(f"    {more}", "warning"))
    return result


def _kind(item: Item) -> str:
    return {"Target": "target", "Deadline": "deadline", "Responsible": "others", "Policy": "policy"}.get(
        type(item).__name__, "system"
    )


def _label(code: str, language: Language) -> str:
    return phrasing.in_language(_LABELS[code], language)
