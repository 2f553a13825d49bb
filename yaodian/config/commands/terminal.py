"""Writing to standard output: bytes as they are, styled lines with colour where a terminal wants it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from yaodian.engines.reading.export.table import StyledLine

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "meta": {"dim": True},
    "section": {"bold": True, "fg": "cyan"},
    "clause": {"bold": True},
    "warning": {"fg": "yellow"},
}


def width() -> int:
    """Columns for a table: the terminal's, or 100 where the output is no terminal."""
    return max(40, shutil.get_terminal_size((100, 24)).columns) if sys.stdout.isatty() else 100


def print_bytes(content: bytes) -> None:
    """Bytes to standard output, whatever the encoding of the terminal."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(content.decode(errors="replace"))
        return
    sys.stdout.flush()
    rest = memoryview(content)
    while rest:
        # Unbuffered (PYTHONUNBUFFERED), a write may take a part only, and says so by its return value.
        rest = rest[stream.write(rest) or 0 :]
    stream.flush()


def print_lines(lines: Iterable[StyledLine]) -> None:
    """Lines in their styles; click leaves the colours away where standard output is no terminal."""
    for line in lines:
        click.echo(click.style(line.text, **_STYLES[line.style]) if line.style in _STYLES else line.text)
