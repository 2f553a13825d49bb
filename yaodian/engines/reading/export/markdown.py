"""The plan as Markdown: headings, clauses as printed, and under each clause what was found in it."""

from __future__ import annotations

import re

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.clauses import Clause, Item, by_clause
from yaodian.engines.reading.phrasing import Language
from yaodian.engines.reading.plan import Deadline, Plan, Policy, Responsible, Target

_LABELS = {
    "target": ("目标", "Target"),
    "deadline": ("期限", "Deadline"),
    "lead": ("牵头单位", "Lead unit"),
    "support": ("配合单位", "Supporting unit"),
    "others": ("责任单位", "Responsible"),
    "policy": ("政策文件", "Policy"),
    "system": ("信息系统", "System"),
    "preamble": ("总体要求中的承诺", "Commitments in the preamble"),
    "warnings": ("提醒", "Warnings"),
    "untitled": ("（无标题）", "(untitled)"),
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
# A clause number such as “1.” at the start of a paragraph would begin a list and lose what was printed.
_LIST_START = re.compile(r"^(\s*)(\d+)([.)])|^(\s*)([-+])(?=\s)")


def render(plan: Plan, *, language: Language = "zh") -> str:
    """Markdown (CommonMark), ending with a line feed. Words of the document are escaped, so that they stay words."""
    blocks = [f"# {_escaped(plan.title) or _label('untitled', language)}"]
    if line := phrasing.meta(plan, language):
        blocks.append(_escaped(line))
    blocks.append(f"*{phrasing.counts(plan, language)}*")
    seen = by_clause(plan)
    if seen.preamble:
        blocks.append(f"## {_label('preamble', language)}")
        blocks.append("\n".join(_item(item, language) for item in seen.preamble))
    for clause in seen.clauses:
        blocks += _clause(clause, language)
    if plan.warnings:
        blocks.append(f"## {_label('warnings', language)}")
        blocks.append(
            "\n".join(
                f"- {_escaped(phrasing.warning(warning.code, warning.message, language=language))} “{_escaped(plan.text[warning.span[0] : warning.span[1]][:60])}”"
                for warning in plan.warnings
            )
        )
    return "\n\n".join(blocks) + "\n"


def _clause(clause: Clause, language: Language) -> list[str]:
    first, *rest = clause.words.split("\n") or [""]
    heading, text = first, ""
    if clause.node.heading and clause.node.heading in first:
        cut = first.index(clause.node.heading) + len(clause.node.heading)
        heading, text = first[:cut], re.sub(r"^[。．.：: ]+", "", first[cut:])
    elif clause.node.heading is None:
        heading, text = clause.node.number, first
    blocks = [f"{'#' * min(clause.node.level + 1, 6)} {_escaped(heading)}"]
    blocks += [_paragraph(line) for line in (text, *rest) if line.strip()]
    numbers: tuple[Item, ...] = (*clause.targets, *clause.deadlines)
    found = [_item(item, language) for item in numbers]
    for part in ("lead", "support", "others"):
        if names := getattr(clause, part):
            found.append(f"- **{_label(part, language)}** {_escaped(phrasing.units(names, language))}")
    names_found: tuple[Item, ...] = (*clause.policies, *clause.systems)
    found += [_item(item, language) for item in names_found]
    if found:
        blocks.append("\n".join(found))
    return blocks


def _item(item: Item, language: Language) -> str:
    if isinstance(item, Target):
        return f"- **{_label('target', language)}** {_escaped(phrasing.target(item, language))}"
    if isinstance(item, Deadline):
        return f"- **{_label('deadline', language)}** {_escaped(phrasing.deadline(item, language))}"
    if isinstance(item, Responsible):
        return f"- **{_label('others', language)}** {_escaped(phrasing.units(item.units, language))}"
    if isinstance(item, Policy):
        return f"- **{_label('policy', language)}** 《{_escaped(item.name)}》"
    return f"- **{_label('system', language)}** {_escaped(item.name)}"


def _label(code: str, language: Language) -> str:
    return phrasing.in_language(_LABELS[code], language)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _paragraph(line: str) -> str:
    return _LIST_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", _escaped(line), count=1)
