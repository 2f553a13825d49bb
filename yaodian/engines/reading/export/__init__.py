"""A plan in the formats people and machines use.

Each format is a module with ``render(plan, *, language="zh")``, a pure function: the same plan gives the same bytes.
Modules are imported when a format is asked for, because Word and Excel libraries take half a second to load.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Literal

from yaodian.engines.reading.phrasing import Language
from yaodian.engines.reading.plan import Plan

Format = Literal["json", "markdown", "xlsx", "docx", "table"]


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """What a download or a file name needs to know of a format."""

    extension: str
    media_type: str
    is_binary: bool


FORMATS: dict[Format, FormatFacts] = {
    "json": FormatFacts("json", "application/json; charset=utf-8", False),
    "markdown": FormatFacts("md", "text/markdown; charset=utf-8", False),
    "xlsx": FormatFacts("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
    "docx": FormatFacts("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", True),
    "table": FormatFacts("txt", "text/plain; charset=utf-8", False),
}


def render(plan: Plan, name: Format, *, language: Language = "zh") -> bytes:
    """The plan in a format, as the bytes of a file (text as UTF-8). Raises ``KeyError`` for an unknown format."""
    if name not in FORMATS:
        raise KeyError(f"unknown format {name!r}: use one of {', '.join(FORMATS)}")
    module: Any = importlib.import_module(f"{__name__}.{name}")
    result: str | bytes = module.render(plan, language=language)
    return result.encode(errors="replace") if isinstance(result, str) else result
