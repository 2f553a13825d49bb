"""A text cut into pieces, each with the items whose words it belongs to: what a page needs to mark them in place."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yaodian.plans.models import Clause, Item


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and the items that cover it (``Item.ref``), outermost first, with their kinds."""

    start: int
    end: int
    text: str
    refs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of the document; ``clause`` is the clause that begins in it."""

    start: int
    end: int
    clause: Clause | None
    segments: tuple[Segment, ...]


def segments_of(text: str, start: int, end: int, items: Iterable[Item]) -> tuple[Segment, ...]:
    """``text[start:end]`` in pieces: joined they give it, and each is wholly inside or outside of every item."""
    covering = sorted(
        (item for item in items if item.span_start < end and item.span_end > start),
        key=lambda item: (item.span_start, -item.span_end, item.ref),
    )
    cuts = {start, end}
    for item in covering:
        cuts.update((max(start, item.span_start), min(end, item.span_end)))
    edges = sorted(cuts)
    segments = []
    for begin, stop in itertools.pairwise(edges):
        over = [item for item in covering if item.span_start <= begin and item.span_end >= stop]
        segments.append(
            Segment(
                begin,
                stop,
                text[begin:stop],
                tuple(item.ref for item in over),
                tuple(dict.fromkeys(str(item.kind) for item in over)),
            )
        )
    return tuple(segments)


def lines_of(text: str, clauses: Sequence[Clause], items: Sequence[Item]) -> tuple[TextLine, ...]:
    """The whole text by lines; ``items`` are marked, live ``clauses`` are anchored where they begin.

    Two clauses that begin in one line (一是…;二是…) give two entries, cut where the second begins.
    """
    starts = {clause.span_start: clause for clause in clauses}
    waiting = sorted(items, key=lambda item: item.span_start)
    lines: list[TextLine] = []
    open_items: list[Item] = []
    taken = 0
    for begin, stop in _pieces(text, sorted(starts)):
        while taken < len(waiting) and waiting[taken].span_start < stop:
            open_items.append(waiting[taken])
            taken += 1
        open_items = [item for item in open_items if item.span_end > begin]
        lines.append(TextLine(begin, stop, starts.get(begin), segments_of(text, begin, stop, open_items)))
    return tuple(lines)


def _pieces(text: str, starts: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Start and end of each line that is not empty, cut again where a clause begins inside."""
    at = 0
    place = 0
    for line in text.split("\n"):
        end = at + len(line)
        begin = at
        while place < len(starts) and starts[place] <= end:
            if begin < starts[place] < end:
                yield begin, starts[place]
                begin = starts[place]
            place += 1
        if text[begin:end].strip():
            yield begin, end
        at = end + 1
