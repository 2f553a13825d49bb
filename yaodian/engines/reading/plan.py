"""The plan object: what the reader gives, and the JSON it prints.

Every ``span`` is ``(start, end)``, half open, in characters of :attr:`Plan.text`.
The JSON form is version 1 of the plan schema (``docs/reference/plan-json.md``);
``rule`` and ``confidence`` say how an item was found and how sure the reader is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SCHEMA = 1

Span = tuple[int, int]
Comparator = Literal["at_least", "at_most", "about", "between", "change"]
Period = Literal["year", "term", "month", "week"]
Strength = Literal["must", "strive"]


@dataclass(frozen=True, slots=True)
class Node:
    """A numbered heading or item. ``span`` runs to the end of its last line, children included."""

    id: int
    parent: int | None
    level: int
    number: str
    heading: str | None
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A quantity the plan commits to reach, do, hold or not exceed."""

    node: int | None
    subject: str
    comparator: Comparator
    value: float
    value_max: float | None
    unit: str | None
    due: str | None
    per: Period | None
    strength: Strength
    implicit: bool
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Words that bound when an action must be done; ``date`` is the last day meant (ISO) or ``None``."""

    node: int | None
    text: str
    date: str | None
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """The units printed for a clause; ``lead`` and ``support`` only where the text tells them apart."""

    node: int | None
    units: tuple[str, ...]
    lead: tuple[str, ...]
    support: tuple[str, ...]
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A document named in 《》; ``name`` without the marks, ``span`` with them."""

    node: int | None
    name: str
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A named information system that the plan builds, runs or uses."""

    node: int | None
    name: str
    span: Span
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the word of the plan schema
    """Something a person should look at; ``code`` is stable, ``message`` is Chinese."""

    code: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Plan:
    """A work plan as read: header, cleaned text, and what was found in it."""

    title: str
    issuer: str | None
    year: int | None
    doc_number: str | None
    index_number: str | None
    written_on: str | None
    published_on: str | None
    text: str
    nodes: tuple[Node, ...] = ()
    targets: tuple[Target, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    responsible: tuple[Responsible, ...] = ()
    policies: tuple[Policy, ...] = ()
    systems: tuple[System, ...] = ()
    warnings: tuple[Warning, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the schema: plain lists and dictionaries, keys in the schema's order."""
        return {"schema": SCHEMA, **_plain(dataclasses.asdict(self))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Rebuild a plan from :meth:`to_dict`; raises ``ValueError`` for another schema version."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"plan schema {data.get('schema')!r} is not {SCHEMA}: read the document again")
        lists: dict[str, Any] = {
            field: tuple(kind(**{key: _frozen(value) for key, value in row.items()}) for row in data[field])
            for field, kind in _ITEMS.items()
        }
        return cls(**{field: data[field] for field in _HEADER}, text=data["text"], **lists)


_HEADER = ("title", "issuer", "year", "doc_number", "index_number", "written_on", "published_on")
_ITEMS: dict[str, type[Any]] = {
    "nodes": Node,
    "targets": Target,
    "deadlines": Deadline,
    "responsible": Responsible,
    "policies": Policy,
    "systems": System,
    "warnings": Warning,
}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
