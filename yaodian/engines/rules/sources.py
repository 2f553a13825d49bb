"""Where a rule stands: the register of sources, a reference into it, and how sure we are of what we read there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .texts import Malformed, day_of, entries, read_mapping


class Confidence(StrEnum):
    """How a text was seen; the order is from sure to unsure. The meaning of each stands in ``MEANING``."""

    V2 = "V2"
    V = "V"
    VC = "VC"
    HIGH = "M-h"
    MEDIUM = "M-m"
    LOW = "M-l"

    @property
    def meaning(self) -> str:
        """The sentence for a page."""
        return MEANING[self]


MEANING = {
    Confidence.V2: "见于两处以上独立的公开文本，或一处文本加验算",
    Confidence.V: "见于一处公开文本",
    Confidence.VC: "只见于一地的公开系统或代码，未见国家文本",
    Confidence.HIGH: "凭记忆，把握较大，未核对",
    Confidence.MEDIUM: "凭记忆，把握一般，未核对",
    Confidence.LOW: "凭记忆，把握较小，未核对",
}
SOURCE_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Source:
    """One document: its title, issuer, number and day as printed, and how sure we are of its text."""

    id: str
    title: str
    issuer: str
    number: str
    issued: str
    in_force_from: datetime.date
    in_force_to: datetime.date | None
    confidence: Confidence
    note: str = ""

    def __str__(self) -> str:
        number = f"（{self.number}）" if self.number else ""
        return f"《{self.title}》{number}"


@dataclass(frozen=True)
class Reference:
    """An article of a source, and how sure we are that it says so."""

    source: str
    article: str
    confidence: Confidence


@dataclass(frozen=True)
class Citation:
    """A reference with its source looked up: what a page prints."""

    source: Source
    article: str
    confidence: Confidence

    def __str__(self) -> str:
        return f"{self.source}{self.article}［{self.confidence.value}：{self.confidence.meaning}］"


def read_sources(text: str) -> Mapping[str, Source]:
    """The register from its YAML. Raises Malformed."""
    sources = {}
    for name, entry in entries(read_mapping(text, "sources")):
        at = f"sources: {name}"
        if not SOURCE_ID.fullmatch(name):
            raise Malformed(f"{at}: an id is lower-case letters, digits and hyphens")
        unknown = set(entry) - {"title", "issuer", "number", "issued", "from", "to", "confidence", "note"}
        missing = {"title", "issuer", "number", "from", "confidence"} - set(entry)
        if unknown or missing:
            raise Malformed(f"{at}: unknown {sorted(unknown)}, missing {sorted(missing)}")
        sources[name] = Source(
            id=name,
            title=str(entry["title"]),
            issuer=str(entry["issuer"]),
            number=str(entry["number"]),
            issued=str(entry.get("issued", "")),
            in_force_from=day_of(entry["from"], at),
            in_force_to=day_of(entry["to"], at) if entry.get("to") else None,
            confidence=confidence_of(entry["confidence"], at),
            note=str(entry.get("note", "")),
        )
    return sources


def confidence_of(value: Any, at: str) -> Confidence:
    try:
        return Confidence(value)
    except ValueError:
        raise Malformed(f"{at}: {value!r} is no confidence; there are {', '.join(Confidence)}") from None


def read_reference(entry: Any, at: str) -> Reference:
    """``{source, article, confidence}`` of a YAML file."""
    if not isinstance(entry, Mapping) or set(entry) != {"source", "article", "confidence"}:
        raise Malformed(f"{at}: a citation is source, article and confidence, not {entry!r}")
    return Reference(str(entry["source"]), str(entry["article"]), confidence_of(entry["confidence"], at))
