"""Plain text: a line a paragraph, hard-wrapped paragraphs joined, tables where they are plain."""

from __future__ import annotations

import html
import re
from typing import Final

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import grids, wrapping
from yaodian.engines.reading.formats.blocks import Blocks
from yaodian.engines.reading.formats.characters import cleaned
from yaodian.engines.reading.source import Source

# What copies of web pages leave undecoded; anything rarer is left as printed.
_LEFT_ENTITY: Final = re.compile(
    r"&(?:nbsp|ensp|emsp|ldquo|rdquo|lsquo|rsquo|mdash|middot|hellip|times|lt|gt|quot|amp);"
)


def parse(text: str) -> Source:
    """The lines and tables of plain text; raises :class:`UnreadableDocument` for ``empty`` and the limits."""
    blocks = Blocks()
    lines = clean_lines(text)
    grids.add_lines(wrapping.unwrapped(lines), blocks)
    return blocks.source("text")


def clean_lines(text: str) -> list[str]:
    """The lines of ``text`` in clean characters, held to the limits before any rule looks at them."""
    text = cleaned(text)
    if len(text) > limits.TEXT_CHARACTERS:
        raise UnreadableDocument("too-long", limit=limits.TEXT_CHARACTERS)
    if "&" in text:
        text = _LEFT_ENTITY.sub(lambda match: " " if match[0][1:-1] in _SPACE else html.unescape(match[0]), text)
    lines = [line.rstrip() for line in text.split("\n")]
    if max(map(len, lines)) > limits.LINE_CHARACTERS:
        raise UnreadableDocument("line-too-long", limit=limits.LINE_CHARACTERS)
    return lines


_SPACE: Final = frozenset({"nbsp", "ensp", "emsp"})
