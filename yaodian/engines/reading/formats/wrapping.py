"""Joins paragraphs that a fixed line width broke, as in text copied from a PDF, and drops page numbers between them.

A document is hard-wrapped where many lines end at the same width, hardly any is wider, and those lines break off in
the middle of a sentence. Only then are lines joined; a line that starts with a number of the genre never is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from yaodian.engines.reading.formats.characters import columns
from yaodian.engines.reading.formats.numbers import (
    BARE_PAGE_NUMBER,
    ENDS_SENTENCE,
    PAGE_NUMBER,
    WEAK,
    starts_paragraph,
)

# Widths in columns (a Chinese character has two). Narrower text is a list, wider a paragraph of its own.
_NARROWEST: Final = 40
_WIDEST: Final = 124
# A full line may fall short by a character moved down with its punctuation, or a number kept in one piece.
_SLACK: Final = 6
_HANGING: Final = 4
# Closing marks that stand inside sentences as often as at their end.
_MID_SENTENCE: Final = (")", "\uff09", "]")


def unwrapped(lines: Sequence[str]) -> list[str]:
    """``lines`` with paragraphs in one piece where hard wrapping is evident, else as they are; page numbers dropped.

    1. Drop page numbers that show themselves (— 3 —, 第3页). 2. Find the width. 3. Where evident, drop bare page
    numbers and blank lines of double spacing, and join each full line with what continues it. Linear in length.
    """
    kept, breaks = _without_page_numbers(lines, bare=False)
    wrap = _wrap(kept)
    if wrap is None:
        spread = _without_double_spacing(kept)
        if spread is None or (wrap := _wrap(spread)) is None:
            return _across_pages(kept, breaks)
        kept = spread
    kept, _ = _without_page_numbers(kept, bare=True)
    return _joined(kept, *wrap)


def _without_page_numbers(lines: Sequence[str], *, bare: bool) -> tuple[list[str], set[int]]:
    """The lines without page numbers and the blank lines around them; and the places where one stood."""
    pattern = BARE_PAGE_NUMBER if bare else PAGE_NUMBER
    kept: list[str] = []
    breaks: set[int] = set()
    after_number = False
    last_page = 0
    for line in lines:
        if len(line) < 40 and pattern.match(line) and (not bare or last_page < int(line) <= last_page + 2):
            if bare:
                last_page = int(line)
            while kept and not kept[-1].strip():
                kept.pop()
            breaks.add(len(kept))
            after_number = True
        elif not (after_number and not line.strip()):
            kept.append(line)
            after_number = False
    return kept, breaks


def _characters(line: str) -> int:
    """The width of a line for a program that breaks after so many characters, whatever they are."""
    return 2 * len(line)


def _wrap(lines: Sequence[str]) -> tuple[Callable[[str], int], int] | None:
    """How wide the lines are and how that is measured, or ``None`` where they are not wrapped.

    Printed pages break at a width in columns, editors and scripts often at a number of characters.
    """
    best: tuple[Callable[[str], int], int] | None = None
    most = 0
    for measure in (columns, _characters):
        found = _wrap_width(lines, measure)
        if found is not None and found[1] > most:
            best, most = (measure, found[0]), found[1]
    return best


def _wrap_width(lines: Sequence[str], measure: Callable[[str], int]) -> tuple[int, int] | None:
    """The common width and how many lines have exactly it, or ``None`` where the lines are not wrapped."""
    counts: dict[int, int] = {}
    wide = total = 0
    widths = []
    for line in lines:
        if not line or line.isspace():
            widths.append(0)
            continue
        width = measure(line)
        widths.append(width)
        total += 1
        if width > _WIDEST:
            wide += 1
        elif width >= _NARROWEST:
            counts[width] = counts.get(width, 0) + 1
    if total < 4 or wide * 20 > total or not counts:
        return None
    best, full = 0, 0
    for width in sorted(counts):
        near = sum(counts.get(width - short, 0) for short in range(_SLACK + 1))
        if near >= full:
            best, full = width, near
    over = sum(count for width, count in counts.items() if width > best + _HANGING) + wide
    if full < 3 or full * 10 < total * 3 or over * 20 > total:
        return None
    broken = followed = 0
    for at, width in enumerate(widths):
        if best - _SLACK <= width <= best + _HANGING:
            follows = at + 1 < len(lines) and widths[at + 1] > 0 and not starts_paragraph(lines[at + 1])
            followed += follows
            broken += follows and not ENDS_SENTENCE.search(lines[at][-4:])
    if followed * 10 < full * 5 or broken * 10 < full * 4:
        return None
    return best, counts[best] + counts.get(best - 1, 0)


def _without_double_spacing(lines: Sequence[str]) -> list[str] | None:
    """The lines without the single blank line after each, or ``None`` where blank lines separate less regularly."""
    words = [line for line in lines if line.strip()]
    blanks = len(lines) - len(words)
    return words if len(words) >= 8 and blanks * 10 >= len(words) * 8 else None


def _indent(line: str) -> int:
    return columns(line) - columns(line.lstrip())


def _joined(lines: Sequence[str], measure: Callable[[str], int], width: int) -> list[str]:
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    indented = [2 <= _indent(line) - margin <= 8 for line in lines]
    # Paragraphs that begin with an indent leave no doubt where the next begins.
    has_indents = sum(indented) >= 3 and sum(indented) * 12 >= len(lines)
    result: list[str] = []
    parts: list[str] = []
    previous = ""
    for at, line in enumerate(lines):
        if parts and _continues(
            previous,
            line,
            is_full=_is_full(previous, line, measure, width),
            is_short=measure(line) < width - _SLACK,
            is_indented=indented[at] if has_indents else None,
        ):
            parts.append(_glue(previous, line))
        else:
            if parts:
                result.append("".join(parts))
            parts = [line.rstrip()]
            if not line.strip():
                result.append("")
                parts = []
        previous = line
    if parts:
        result.append("".join(parts))
    return result


def _is_full(line: str, following: str, measure: Callable[[str], int], width: int) -> bool:
    """Whether ``line`` reaches the width, or only the next word, a number or Latin, did not fit in."""
    reach = measure(line)
    if reach > width + _HANGING + 2:
        return False
    if reach >= width - _SLACK:
        return True
    token = 0
    for character in following.lstrip()[:16]:
        if not (character.isascii() and (character.isalnum() or character in ".%+-/")):
            break
        token += 1
    return token > 3 and reach + token >= width - _HANGING


def _continues(previous: str, line: str, *, is_full: bool, is_short: bool, is_indented: bool | None) -> bool:
    """Whether ``line`` goes on with the paragraph of ``previous``; ``is_indented`` is ``None`` where none ever is."""
    if not is_full or not line.strip() or starts_paragraph(line):
        return False
    if is_indented is not None:
        return not is_indented
    if not ENDS_SENTENCE.search(previous[-4:]) or previous.rstrip().endswith(_MID_SENTENCE):
        return True
    # The paragraph may have ended exactly at the width; then a heading or an item may follow.
    is_heading = is_short and (not ENDS_SENTENCE.search(line[-4:]) or line.endswith((":", "\uff1a")))
    return not is_heading and not WEAK.match(line)


def _glue(previous: str, line: str) -> str:
    line = line.strip()
    last = previous.rstrip()[-1:]
    between = " " if last.isascii() and last.isalpha() and line[:1].isascii() and line[:1].isalpha() else ""
    return between + line


def _across_pages(lines: Sequence[str], breaks: set[int]) -> list[str]:
    """Join a paragraph of unwrapped text that only a page number broke in two."""
    if not breaks:
        return list(lines)
    result: list[str] = []
    for at, line in enumerate(lines):
        if (
            at in breaks
            and result
            and 20 <= len(result[-1]) <= 5_000
            and line.strip()
            and not ENDS_SENTENCE.search(result[-1][-4:])
            and not starts_paragraph(line)
            and _indent(line) == 0
        ):
            result[-1] = result[-1].rstrip() + _glue(result[-1], line)
        else:
            result.append(line)
    return result
