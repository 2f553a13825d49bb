"""Markdown: headings, lists with their numbers, tables; the marks of emphasis, links and quotes go."""

from __future__ import annotations

import re
from typing import Final

from yaodian.engines.reading.formats import grids, wrapping
from yaodian.engines.reading.formats.blocks import Blocks
from yaodian.engines.reading.formats.plain import clean_lines
from yaodian.engines.reading.source import Source

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-+)\s*$")
_THEMATIC: Final = re.compile(r"^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~)")
_QUOTE: Final = re.compile(r"^(?: {0,3}>\s?)+")
_BULLET: Final = re.compile(r"^(\s*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_ORDERED: Final = re.compile(r"^(\s*)(\d{1,9})([.)])[ \t]+")
_TITLE: Final = re.compile(r"^title\s*:\s*[\"']?(.*?)[\"']?\s*$")

# Bounded on both sides, so that unclosed marks cost nothing.
_INLINE: Final = (
    (re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,2000}\)"), ""),
    (re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"<(https?://[^>\s]{1,500})>"), r"\1"),
    (re.compile(r"</?(?:b|i|u|em|strong|span|font|sup|sub|mark)(?:\s[^<>\n]{0,200})?>", re.IGNORECASE), ""),
    (re.compile(r"`{1,2}([^`\n]{1,500})`{1,2}"), r"\1"),
    (re.compile(r"(?<!\\)(\*\*\*|\*\*|__)(?=\S)([^\n]{1,500}?)(?<=[^\s\\])\1"), r"\2"),
    (re.compile(r"(?<![\\*])\*(?=[^\s*])([^*\n]{1,500})(?<=[^\s\\])\*(?!\*)"), r"\1"),
    (re.compile(r"(?<![\\\w])_(?=[^\s_])([^_\n]{1,500})(?<=[^\s\\])_(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]{1,500})~~"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])"), r"\1"),
)
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


def parse(text: str) -> Source:
    """The lines and tables of Markdown; raises :class:`UnreadableDocument` for ``empty`` and the limits."""
    blocks = Blocks()
    lines, title = _without_front_matter(clean_lines(text))
    body: list[str] = []
    ordered: dict[int, tuple[str, int]] = {}
    is_fenced = False
    at = 0
    while at < len(lines):
        line = _QUOTE.sub("", lines[at]) if ">" in lines[at][:8] else lines[at]
        at += 1
        if _FENCE.match(line):
            is_fenced = not is_fenced
            continue
        if is_fenced:
            body.append(line)
            continue
        if "|" in line and (found := grids.barred(lines, at - 1)):
            rows, at = found
            _add(body, blocks)
            blocks.table([[_plain(_BREAK.sub("\n", cell)) for cell in row] for row in rows])
            continue
        if heading := _HEADING.match(line):
            _add(body, blocks)
            ordered.clear()
            blocks.line(_plain(heading[2]), heading=len(heading[1]))
            continue
        if line.strip() and at < len(lines) and (under := _UNDERLINE.match(lines[at])) and not _starts_list(line):
            _add(body, blocks)
            ordered.clear()
            blocks.line(_plain(line), heading=1 if under[1][0] == "=" else 2)
            at += 1
            continue
        if _THEMATIC.match(line):
            continue
        body.extend(_plain(_numbered(line, ordered)).split("\n"))
    _add(body, blocks)
    return blocks.source("markdown", title)


def _without_front_matter(lines: list[str]) -> tuple[list[str], str | None]:
    if lines and lines[0] == "---" and "---" in lines[1:40]:
        end = lines.index("---", 1)
        title = next((match[1] for line in lines[1:end] if (match := _TITLE.match(line))), None)
        return lines[end + 1 :], title
    return lines, None


def _add(body: list[str], blocks: Blocks) -> None:
    for line in wrapping.unwrapped(body):
        blocks.clean_line(line)
    body.clear()


def _starts_list(line: str) -> bool:
    return _BULLET.match(line) is not None or _ORDERED.match(line) is not None


def _numbered(line: str, ordered: dict[int, tuple[str, int]]) -> str:
    """``line`` without a bullet; an ordered item that repeats the number before it counts on, as it is shown."""
    if match := _ORDERED.match(line):
        depth = len(match[1].expandtabs(4))
        for deeper in [level for level in ordered if level > depth]:
            del ordered[deeper]
        written, shown = ordered.get(depth, ("", 0))
        shown = shown + 1 if written == match[2] else int(match[2])
        ordered[depth] = (match[2], shown)
        return f"{shown}{match[3]} {line[match.end() :]}"
    if match := _BULLET.match(line):
        return line[match.end() :]
    if line.strip() and not line[0].isspace():
        ordered.clear()
    return line


def _plain(line: str) -> str:
    if "<" in line:
        line = _BREAK.sub("\n", line)
    if line.isalnum():
        return line
    for pattern, replacement in _INLINE:
        line = pattern.sub(replacement, line)
    return line
