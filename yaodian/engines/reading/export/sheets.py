"""What stands in the workbook: sheets, columns, and the rows of a plan. Shared by writing and reading back.

A column that a clerk may edit has a field of the plan behind it; the others repeat or sum up what stands elsewhere.
Each row ends with a hidden key that says which item it is, wherever the clerk sorts it to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.clauses import ItemKind, by_clause, item_keys, quoted
from yaodian.engines.reading.phrasing import Language, in_language
from yaodian.engines.reading.plan import Plan

Value = str | float | bool | None
Row = dict[str, Value]
Type = Literal["text", "number", "date", "choice", "flag", "clause"]
Keys = Mapping[tuple[ItemKind, int], str]

# The hidden sheet that says what was exported, so that what was edited can be told.
ORIGINAL_SHEET = "_yaodian"
WORKBOOK_VERSION = 1
LONGEST_CELL = 32_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

YES_NO: dict[str, tuple[str, str]] = {"yes": ("是", "yes"), "no": ("否", "no")}
ROLES: dict[str, tuple[str, str]] = {
    "lead": ("牵头", "lead"),
    "support": ("配合", "support"),
    "responsible": ("责任", "responsible"),
}
PREAMBLE = ("前言", "Preamble")
NOTES_SHEET = ("说明", "How to edit")
WARNINGS_SHEET = ("提醒", "Warnings")
KEY_HEADING = ("识别码（请勿改动）", "Key (leave as it is)")


@dataclass(frozen=True, slots=True)
class Column:
    """``field`` names the value in a row; ``width`` is in characters; ``choices`` maps codes to words."""

    field: str
    label: tuple[str, str]
    width: int
    type: Type = "text"
    is_editable: bool = False
    is_required: bool = False
    choices: Mapping[str, tuple[str, str]] | None = None

    def said(self, value: Value, language: Language) -> Value:
        """A value as the clerk sees it: a word for a code, 前言 for the empty path."""
        if self.type == "clause":
            return value or in_language(PREAMBLE, language)
        if self.type == "flag":
            return in_language(YES_NO["yes" if value else "no"], language)
        if self.choices is not None and isinstance(value, str):
            return in_language(self.choices[value], language)
        return value


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, one row an item of ``kind``."""

    kind: ItemKind
    label: tuple[str, str]
    columns: tuple[Column, ...]


def _words(pairs: Mapping[Any, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The words of a closed set of codes as plain strings."""
    return {str(code): pair for code, pair in pairs.items()}


_CLAUSE = Column("clause", ("条目", "Clause"), 10, "clause", is_editable=True, is_required=True)
_HEADING = Column("heading_of_clause", ("条目标题", "Clause heading"), 28)
_QUOTE = Column("quote", ("原文", "Words in the plan"), 44)
_CONFIDENCE = Column("confidence", ("把握", "Confidence"), 8, "number")

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "clause",
        ("条目", "Clauses"),
        (
            Column("path", ("序号", "Number"), 10),
            Column("level", ("层级", "Level"), 6, "number"),
            Column("heading", ("标题", "Heading"), 30, is_editable=True),
            Column("words", ("全文", "Full words"), 70),
            Column("targets", ("目标", "Targets"), 36),
            Column("deadlines", ("期限", "Deadlines"), 22),
            Column("lead", ("牵头单位", "Lead units"), 22),
            Column("support", ("配合单位", "Supporting units"), 22),
            Column("responsible", ("责任单位", "Responsible units"), 28),
            Column("policies", ("政策文件", "Policies"), 30),
            Column("systems", ("信息系统", "Systems"), 26),
        ),
    ),
    Sheet(
        "target",
        ("目标", "Targets"),
        (
            _CLAUSE,
            _HEADING,
            Column("subject", ("目标内容", "Subject"), 32, is_editable=True, is_required=True),
            Column(
                "comparator",
                ("要求", "Bound"),
                9,
                "choice",
                is_editable=True,
                is_required=True,
                choices=_words(phrasing.COMPARATORS),
            ),
            Column("value", ("数值", "Value"), 10, "number", is_editable=True, is_required=True),
            Column("value_max", ("上限", "Upper value"), 10, "number", is_editable=True),
            Column("unit", ("单位", "Unit"), 10, is_editable=True),
            Column("due", ("完成日期", "Due"), 12, "date", is_editable=True),
            Column(
                "per",
                ("周期", "Period"),
                9,
                "choice",
                is_editable=True,
                choices=_words(phrasing.PERIODS),
            ),
            Column(
                "strength",
                ("力度", "Strength"),
                8,
                "choice",
                is_editable=True,
                is_required=True,
                choices=_words(phrasing.STRENGTHS),
            ),
            Column("implicit", ("无明示数字", "Implicit"), 11, "flag", is_editable=True),
            Column("said", ("目标（文字）", "In words"), 30),
            _QUOTE,
            _CONFIDENCE,
        ),
    ),
    Sheet(
        "deadline",
        ("期限", "Deadlines"),
        (
            _CLAUSE,
            _HEADING,
            Column("text", ("期限（原文）", "Deadline as printed"), 22, is_editable=True, is_required=True),
            Column("date", ("截止日期", "Last day"), 12, "date", is_editable=True),
            _CONFIDENCE,
        ),
    ),
    Sheet(
        "responsible",
        ("责任单位", "Units"),
        (
            _CLAUSE,
            _HEADING,
            Column("unit", ("单位名称", "Unit"), 30, is_editable=True, is_required=True),
            Column("role", ("分工", "Part"), 10, "choice", is_editable=True, is_required=True, choices=ROLES),
            _CONFIDENCE,
        ),
    ),
    Sheet(
        "policy",
        ("政策文件", "Policies"),
        (
            _CLAUSE,
            _HEADING,
            Column("name", ("文件名称", "Name"), 56, is_editable=True, is_required=True),
            _CONFIDENCE,
        ),
    ),
    Sheet(
        "system",
        ("信息系统", "Systems"),
        (
            _CLAUSE,
            _HEADING,
            Column("name", ("系统名称", "Name"), 44, is_editable=True, is_required=True),
            _QUOTE,
            _CONFIDENCE,
        ),
    ),
)


def rows(plan: Plan, *, language: Language = "zh", keys: Keys | None = None) -> dict[ItemKind, list[Row]]:
    """The rows of each sheet with their ``key``; the rows of ``responsible`` are single units, ``key#1``, ``key#2`` …

    ``keys`` are the caller's own keys by kind and index in the plan's list; without them those of ``item_keys``.
    """
    named = keys if keys is not None else item_keys(plan)
    seen = by_clause(plan)
    by_id = {clause.node.id: clause for clause in seen.clauses}

    def of_clause(node: int | None) -> Row:
        clause = by_id.get(node) if node is not None else None
        return {
            "clause": clause.path if clause else "",
            "heading_of_clause": (clause.node.heading or "") if clause else "",
        }

    def said(names: tuple[str, ...]) -> str:
        return phrasing.units(names, language)

    result: dict[ItemKind, list[Row]] = {sheet.kind: [] for sheet in SHEETS}
    for index, clause in enumerate(seen.clauses):
        result["clause"].append(
            {
                "key": named["clause", index],
                "path": clause.path,
                "level": clause.node.level,
                "heading": clause.node.heading,
                "words": clause.words,
                "targets": "\n".join(phrasing.target(item, language) for item in clause.targets),
                "deadlines": "\n".join(phrasing.deadline(item, language) for item in clause.deadlines),
                "lead": said(clause.lead),
                "support": said(clause.support),
                "responsible": said(clause.others),
                "policies": "\n".join(dict.fromkeys(f"《{item.name}》" for item in clause.policies)),
                "systems": "\n".join(dict.fromkeys(item.name for item in clause.systems)),
            }
        )
    for index, target in enumerate(plan.targets):
        result["target"].append(
            {
                "key": named["target", index],
                **of_clause(target.node),
                "subject": target.subject,
                "comparator": target.comparator,
                "value": target.value,
                "value_max": target.value_max,
                "unit": target.unit,
                "due": target.due,
                "per": target.per,
                "strength": target.strength,
                "implicit": target.implicit,
                "said": phrasing.terms(target, language),
                "quote": quoted(plan, target.span),
                "confidence": target.confidence,
            }
        )
    for index, deadline in enumerate(plan.deadlines):
        result["deadline"].append(
            {
                "key": named["deadline", index],
                **of_clause(deadline.node),
                "text": deadline.text,
                "date": deadline.date,
                "confidence": deadline.confidence,
            }
        )
    for index, item in enumerate(plan.responsible):
        for place, unit in enumerate(item.units, start=1):
            role = "lead" if unit in item.lead else "support" if unit in item.support else "responsible"
            result["responsible"].append(
                {
                    "key": f"{named['responsible', index]}#{place}",
                    **of_clause(item.node),
                    "unit": unit,
                    "role": role,
                    "confidence": item.confidence,
                }
            )
    for index, policy in enumerate(plan.policies):
        result["policy"].append(
            {
                "key": named["policy", index],
                **of_clause(policy.node),
                "name": policy.name,
                "confidence": policy.confidence,
            }
        )
    for index, system in enumerate(plan.systems):
        result["system"].append(
            {
                "key": named["system", index],
                **of_clause(system.node),
                "name": system.name,
                "quote": quoted(plan, system.span),
                "confidence": system.confidence,
            }
        )
    return result


def normalised(text: str) -> str:
    """Text as it comes back from any spreadsheet program.

    Without characters that XML cannot hold, other line ends and outer white space; cut to what a cell holds.
    """
    text = _UNPRINTABLE.sub("", text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL].rstrip() + "…"


def digest(value: object) -> str:
    """A short sum of a derived cell, enough to see that somebody wrote into it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value:.10g}"
    else:
        text = normalised(str(value)) if value is not None else ""
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
