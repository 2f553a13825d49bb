"""Tables of an official document: within the type area, columns as wide as what stands in them, numbers to the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from yaodian.foundation.official.elements import Table, Text, plain
from yaodian.foundation.official.layout import WIDE_MM, characters, paragraph, shape
from yaodian.foundation.word import tables
from yaodian.foundation.word.faces import HEITI, KAITI, SONG
from yaodian.foundation.word.text import look, printable, run

Cell = Callable[[Text, int, int, str], str]
"""Runs of a cell: its text, its row (0 is the head), its column, the look of its letters."""

_NUMBER = re.compile(r"[≈<>≤≥+\-−±]?\d[\d,.]*(?:%|‰|个百分点)?")
_NOTHING = {"", "—", "-", "/"}
_COUNTS = {"序号", "编号", "名次", "排名", "位次"}
_CELL_MARGINS_MM = 4.5
MM_PER_POINT = 25.4 / 72
_SHORT = 6
"""Texts of no more characters stand in the middle of their column."""


def table(block: Table, number: int, cell: Cell) -> str:
    """A table with its caption, unit and note; without a caption it has no number either. `cell` makes the runs of each cell."""
    size = size_of(len(block.heads))
    widths = widths_of(block, size)
    columns = [[plain(row[place]) for row in block.rows] for place in range(len(block.heads))]
    aligns = [
        "center" if plain(of) in _COUNTS else _align(texts) for of, texts in zip(block.heads, columns, strict=True)
    ]
    # Numbers stand to the right of each other, and together in the middle of their column.
    insets = [
        max(0.0, (wide - 2 - max(map(characters, texts), default=0) * size * MM_PER_POINT) / 2)
        if align == "right"
        else 0.0
        for wide, texts, align in zip(widths, columns, aligns, strict=True)
    ]
    head_look, cell_look = look(HEITI, size, latin=HEITI), look(SONG, size)
    rows = [
        tables.row(
            [cell(text, 0, place, head_look) for place, text in enumerate(block.heads, 1)], widths,
            is_head=True, aligns=["center"] * len(widths), shade="",
        )
    ]  # fmt: skip
    for place, row in enumerate(block.rows, 1):
        runs = [cell(text, place, column, cell_look) for column, text in enumerate(row, 1)]
        rows.append(tables.row(runs, widths, aligns=aligns, insets_mm=insets))
    said = []
    if block.caption:
        words = run(f"表{number}　{block.caption}", look(HEITI, 12, latin=HEITI))
        said.append(paragraph(words, shape(align="center", line=400, before=120, keeps_next=True)))
    if block.unit:
        words = run(f"单位：{block.unit}", look(KAITI, 10.5))
        said.append(paragraph(words, shape(align="right", line=320, keeps_next=True)))
    said.append(tables.table(rows, widths))
    if block.note:
        said.append(paragraph(run(f"注：{block.note}", look(KAITI, 10.5)), shape(align="both", line=320, before=40)))
    said.append(paragraph("", shape(line=200)))
    return "".join(said)


def size_of(columns: int) -> float:
    """The size of the letters in points: the more columns, the smaller."""
    return 12 if columns <= 5 else 10.5 if columns <= 9 else 9


def widths_of(block: Table, size_pt: float) -> list[float]:
    """The widths of the columns in millimetres; together they fill the type area and never exceed it."""
    shares = list(block.widths)
    if not shares:
        needed = [
            max(characters(word) for text in (block.heads[place], *(row[place] for row in block.rows))
                for word in printable(plain(text)).split("\n"))
            for place in range(len(block.heads))
        ]  # fmt: skip
        # A long text may be broken; a number may not.
        shares = [min(max(wide, 2.5), 14.0) + _CELL_MARGINS_MM / (size_pt * MM_PER_POINT) for wide in needed]
    whole = sum(shares)
    widths = [int(WIDE_MM * 10 * share / whole) / 10 for share in shares]
    return [max(wide, 4.0) for wide in widths] if sum(max(wide, 4.0) for wide in widths) <= WIDE_MM else widths


def _align(texts: Sequence[str]) -> str:
    said = [text.strip() for text in texts if text.strip() not in _NOTHING]
    if said and all(_NUMBER.fullmatch(text) for text in said):
        return "right"
    if all(characters(text) <= _SHORT for text in said):
        return "center"
    return "left"
