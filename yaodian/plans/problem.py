"""The only translator between rows and the reader's plan: rows → ``Plan``, ``Plan`` → unsaved rows.

Also the one definition of the form in which text is searched (:func:`searchable`).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any, TypeVar

from yaodian.engines.reading import phrasing
from yaodian.engines.reading import plan as reading
from yaodian.engines.reading.clauses import paths as clause_paths
from yaodian.plans.models import (
    Clause,
    Deadline,
    Finding,
    Item,
    ItemKind,
    Plan,
    PlanWarning,
    PolicyMention,
    Responsibility,
    ResponsibleUnit,
    SystemMention,
    Target,
    UnitPart,
)

AnyFinding = TypeVar("AnyFinding", bound=Finding)
AnyMention = TypeVar("AnyMention", PolicyMention, SystemMention)

HEADER_FIELDS = ("title", "issuer", "year", "doc_number", "index_number", "written_on", "source_published_on")
# The columns a person may set, for each kind: what a correction records and a stale form is shown.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    ItemKind.HEADER: HEADER_FIELDS,
    ItemKind.CLAUSE: ("number", "heading"),
    ItemKind.TARGET: (
        "subject",
        "comparator",
        "value",
        "value_max",
        "unit",
        "due_on",
        "per",
        "strength",
        "is_implicit",
    ),
    ItemKind.DEADLINE: ("due_on",),
    ItemKind.RESPONSIBILITY: ("units", "lead", "support"),
    ItemKind.POLICY: ("name",),
    ItemKind.SYSTEM: ("name",),
}


class _Folding(dict[int, str]):
    """Code point → what stands for it in searchable text, worked out once for each character met."""

    def __missing__(self, point: int) -> str:
        folded = "".join(unicodedata.normalize("NFKC", chr(point)).casefold().split())
        self[point] = folded
        return folded


_FOLDING = _Folding()


def searchable(text: str) -> str:
    """Text as searched: NFKC, case folded, without white space, character by character."""
    return text.translate(_FOLDING)


def searchable_with_offsets(text: str) -> tuple[str, list[int]]:
    """:func:`searchable`, with the offset in ``text`` of each character of the result, and ``len(text)`` at the end."""
    offsets: list[int] = []
    parts: list[str] = []
    for offset, character in enumerate(text):
        folded = _FOLDING[ord(character)]
        parts.append(folded)
        offsets.extend([offset] * len(folded))
    offsets.append(len(text))
    return "".join(parts), offsets


def reader_version() -> str:
    """The version of the reader that runs here: the package's version and the schema's."""
    return f"{version('yaodian')}/{reading.SCHEMA}"


def day(text: str | None) -> date | None:
    """An ISO day, or ``None`` for none or for a day no calendar holds."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def iso(value: date | None) -> str | None:
    """The ISO form of a day."""
    return value.isoformat() if value else None


def plain(value: Any) -> Any:
    """A column's value as JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def columns_of(row: Item | Plan, kind: str) -> dict[str, Any]:
    """The correctable columns of a row, as JSON; findings and clauses also with their words' place."""
    columns = {name: plain(getattr(row, name)) for name in COLUMNS[kind]}
    if isinstance(row, Finding):
        columns["span"] = [row.span_start, row.span_end]
    return columns


def number_text(value: float) -> str:
    """A value without a needless decimal point: 99, 99.5."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def trimmed_end(text: str, start: int, end: int) -> int:
    """``end`` moved left over white space, but never to ``start``."""
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return end


# --- Plan → rows -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowSet:
    """Unsaved rows of one reading; ``clauses[i]`` is node ``i``, and ``homes`` holds the node of each finding."""

    clauses: tuple[Clause, ...]
    parents: tuple[int | None, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    homes: Mapping[str, tuple[int | None, ...]]
    warnings: tuple[PlanWarning, ...]


def header_from_plan(found: reading.Plan) -> dict[str, Any]:
    """The header as columns of :class:`~yaodian.plans.models.Plan`."""
    return {
        "title": found.title[:300],
        "issuer": (found.issuer or "")[:120],
        "year": found.year if found.year is not None and 1949 <= found.year <= 2149 else None,
        "doc_number": (found.doc_number or "")[:80],
        "index_number": (found.index_number or "")[:80],
        "written_on": day(found.written_on),
        "source_published_on": day(found.published_on),
    }


def rows_from_plan(found: reading.Plan, *, plan: Plan) -> RowSet:
    """Unsaved rows for everything in ``found``. Words longer than their column are cut to it."""
    by_id = {node.id: index for index, node in enumerate(found.nodes)}
    parents = tuple(None if node.parent is None else by_id[node.parent] for node in found.nodes)
    clauses = tuple(_clause(node, position, plan) for position, node in enumerate(found.nodes))
    paths = paths_of([node.number for node in found.nodes], parents)
    for index, parent in enumerate(parents):
        clauses[index].path = paths[index]
        if parent is not None:
            own_end = trimmed_end(found.text, clauses[parent].span_start, clauses[index].span_start)
            clauses[parent].own_end = min(clauses[parent].own_end, own_end)
    for clause in clauses:
        clause.search_text = searchable(found.text[clause.span_start : clause.own_end])
    findings: dict[str, tuple[Finding, ...]] = {
        ItemKind.TARGET: tuple(_target(item, found.text, plan) for item in found.targets),
        ItemKind.DEADLINE: tuple(_deadline(item, found.text, plan) for item in found.deadlines),
        ItemKind.RESPONSIBILITY: tuple(_responsibility(item, found.text, plan) for item in found.responsible),
        ItemKind.POLICY: tuple(_mention(PolicyMention, item, found.text, plan) for item in found.policies),
        ItemKind.SYSTEM: tuple(_mention(SystemMention, item, found.text, plan) for item in found.systems),
    }
    homes = {
        kind: tuple(None if item.node is None else by_id[item.node] for item in items)
        for kind, items in _found_items(found).items()
    }
    warnings = tuple(
        PlanWarning(
            plan=plan, code=item.code[:60], message=item.message, span_start=item.span[0], span_end=item.span[1]
        )
        for item in found.warnings
    )
    return RowSet(clauses, parents, findings, homes, warnings)


def paths_of(numbers: Sequence[str], parents: Sequence[int | None]) -> list[str]:
    """The reader's path of each clause, such as ``三/8``, from printed numbers and the index of each parent."""
    nodes = tuple(
        reading.Node(id=index, parent=parent, level=1, number=number, heading=None, span=(0, 1))
        for index, (number, parent) in enumerate(zip(numbers, parents, strict=True))
    )
    paths = clause_paths(reading.Plan("", None, None, None, None, None, None, "", nodes=nodes))
    return [paths[index][:500] for index in range(len(nodes))]


def _found_items(found: reading.Plan) -> dict[str, Sequence[Any]]:
    return {
        ItemKind.TARGET: found.targets,
        ItemKind.DEADLINE: found.deadlines,
        ItemKind.RESPONSIBILITY: found.responsible,
        ItemKind.POLICY: found.policies,
        ItemKind.SYSTEM: found.systems,
    }


def _clause(node: reading.Node, position: int, plan: Plan) -> Clause:
    clause = Clause(
        plan=plan,
        position=position,
        level=node.level,
        number=node.number[:40],
        heading=(node.heading or "")[:200],
        span_start=node.span[0],
        span_end=node.span[1],
        own_end=node.span[1],
        confidence=node.confidence,
        rule=node.rule[:80],
    )
    clause.read = columns_of(clause, ItemKind.CLAUSE)
    return clause


def _common(item: Any, text: str, plan: Plan) -> dict[str, Any]:
    start, end = item.span
    return {
        "plan": plan,
        "span_start": start,
        "span_end": end,
        "quote": text[start:end],
        "confidence": item.confidence,
        "rule": item.rule[:80],
    }


def _with_read(row: AnyFinding) -> AnyFinding:
    row.read = columns_of(row, row.kind)
    return row


def _target(item: reading.Target, text: str, plan: Plan) -> Target:
    return _with_read(
        Target(
            **_common(item, text, plan),
            subject=item.subject[:200],
            comparator=item.comparator,
            value=item.value,
            value_max=item.value_max,
            unit=(item.unit or "")[:40],
            due_on=day(item.due),
            per=item.per or "",
            strength=item.strength,
            is_implicit=item.implicit,
        )
    )


def _deadline(item: reading.Deadline, text: str, plan: Plan) -> Deadline:
    return _with_read(Deadline(**_common(item, text, plan), due_on=day(item.date)))


def _responsibility(item: reading.Responsible, text: str, plan: Plan) -> Responsibility:
    return _with_read(
        Responsibility(
            **_common(item, text, plan),
            units=_distinct(item.units),
            lead=_distinct(item.lead),
            support=_distinct(item.support),
        )
    )


def _mention(
    model: type[AnyMention], item: reading.Policy | reading.System, text: str, plan: Plan
) -> PolicyMention | SystemMention:
    longest = model._meta.get_field("name").max_length
    return _with_read(model(**_common(item, text, plan), name=item.name[:longest]))


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name[:120] for name in names if name.strip()))


def unit_rows(responsibility: Responsibility) -> list[ResponsibleUnit]:
    """The unsaved rows by unit of one saved responsibility."""
    named = list(dict.fromkeys([*responsibility.units, *responsibility.lead, *responsibility.support]))
    return [
        ResponsibleUnit(
            responsibility=responsibility,
            plan_id=responsibility.plan_id,
            name=name,
            norm=searchable(name)[:120],
            part=part_of(responsibility, name),
        )
        for name in named
    ]


def part_of(responsibility: Responsibility, name: str) -> UnitPart:
    """The part a unit has in a responsibility."""
    if name in responsibility.lead:
        return UnitPart.LEAD
    return UnitPart.SUPPORT if name in responsibility.support else UnitPart.RESPONSIBLE


# --- rows → Plan -----------------------------------------------------------------------------------------------------


def plan_from_rows(
    plan: Plan,
    *,
    clauses: Iterable[Clause],
    findings: Mapping[str, Iterable[Finding]],
    warnings: Iterable[PlanWarning] = (),
) -> reading.Plan:
    """The reader's plan as the rows stand now: live items only, clauses numbered 0, 1, … in document order."""
    live = sorted((clause for clause in clauses if clause.is_live), key=lambda clause: (clause.position, clause.pk))
    ids = {clause.pk: index for index, clause in enumerate(live)}
    kept: dict[str, list[Any]] = defaultdict(list)
    for kind, items in findings.items():
        kept[kind] = sorted((item for item in items if item.is_live), key=lambda item: (item.span_start, item.pk))

    def common(row: Finding) -> dict[str, Any]:
        node = None if row.clause_id is None else ids.get(row.clause_id)
        return {"node": node, "span": row.span, "confidence": row.confidence, "rule": row.rule}

    return reading.Plan(
        title=plan.title,
        issuer=plan.issuer or None,
        year=plan.year,
        doc_number=plan.doc_number or None,
        index_number=plan.index_number or None,
        written_on=iso(plan.written_on),
        published_on=iso(plan.source_published_on),
        text=plan.text,
        nodes=tuple(
            reading.Node(
                id=index,
                parent=None if row.parent_id is None else ids.get(row.parent_id),
                level=row.level,
                number=row.number,
                heading=row.heading or None,
                span=row.span,
                confidence=row.confidence,
                rule=row.rule,
            )
            for index, row in enumerate(live)
        ),
        targets=tuple(
            reading.Target(
                **common(row),
                subject=row.subject,
                comparator=row.comparator,
                value=row.value,
                value_max=row.value_max,
                unit=row.unit or None,
                due=iso(row.due_on),
                per=row.per or None,
                strength=row.strength,
                implicit=row.is_implicit,
            )
            for row in kept[ItemKind.TARGET]
        ),
        deadlines=tuple(
            reading.Deadline(**common(row), text=row.quote, date=iso(row.due_on)) for row in kept[ItemKind.DEADLINE]
        ),
        responsible=tuple(
            reading.Responsible(**common(row), units=tuple(row.units), lead=tuple(row.lead), support=tuple(row.support))
            for row in kept[ItemKind.RESPONSIBILITY]
        ),
        policies=tuple(reading.Policy(**common(row), name=row.name) for row in kept[ItemKind.POLICY]),
        systems=tuple(reading.System(**common(row), name=row.name) for row in kept[ItemKind.SYSTEM]),
        warnings=tuple(
            reading.Warning(code=row.code, message=row.message, span=(row.span_start, row.span_end))
            for row in warnings
            if not row.is_dismissed
        ),
    )


# --- words for items -------------------------------------------------------------------------------------------------


def item_label(row: Item) -> str:
    """A short Chinese name of an item, in the words of the plan: for lists, histories and the journal."""
    if isinstance(row, Clause):
        return f"{row.number} {row.heading}".strip()
    if isinstance(row, Target):
        return f"{row.subject} {value_text(row)}"
    if isinstance(row, Responsibility):
        return "、".join(row.units)
    if isinstance(row, PolicyMention | SystemMention):
        return row.name
    return row.quote if isinstance(row, Finding) else str(row)


_SIGNS = {"at_least": "≥", "at_most": "≤", "about": "≈", "between": "", "change": ""}


def warning_text(warning: PlanWarning, *, language: str) -> str:
    """A warning of the reader in ``zh`` or ``en``."""
    return phrasing.warning(warning.code, warning.message, language="en" if language.startswith("en") else "zh")


def value_text(target: Target) -> str:
    """The value of a target with sign and unit: ≥99%, 2–3个, +5个百分点, -5～-8个百分点."""
    ends = [end for end in (target.value, target.value_max) if end is not None]
    if target.comparator == "change":
        # A dash between two signed numbers would read as a third sign.
        value = "～".join(f"+{number_text(end)}" if end > 0 else number_text(end) for end in ends)
    else:
        value = "–".join(number_text(end) for end in ends)
    return f"{_SIGNS[target.comparator]}{value}{target.unit}"
