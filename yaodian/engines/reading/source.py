"""A document before it is understood: lines and tables in reading order, whatever the file format was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "html", "docx", "pdf", "markdown"]


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of the document, without its line end.

    ``heading`` is 1..6 where the format itself marks a heading (Word style, HTML ``h1``, Markdown ``#``), else 0.
    An automatic number of Word or an HTML list is part of ``text`` as a reader would see it.
    """

    text: str
    heading: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. A merged cell stands once, in its first place; the places it covers are empty strings.

    ``merged`` holds ``(row, column)`` of the covered places, so that a value that spans rows can be carried down.
    """

    rows: tuple[tuple[str, ...], ...]
    merged: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """What a format reader gives: ``blocks`` in reading order and the title the file's own metadata names, if any."""

    kind: Kind
    blocks: tuple[Line | Table, ...]
    title: str | None = None
