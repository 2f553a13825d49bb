"""Collects the lines and tables of a document and holds them to the limits while they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats.characters import cleaned
from yaodian.engines.reading.source import Kind, Line, Source, Table


class Blocks:
    """An ordered list of blocks under construction; every addition counts against the limits.

    Raises :class:`UnreadableDocument` with ``too-long``, ``line-too-long`` or ``too-many-cells``.
    """

    def __init__(self) -> None:
        self._blocks: list[Line | Table] = []
        self._characters = 0
        self._cells = 0

    def line(self, text: str, *, heading: int = 0) -> None:
        """Add a paragraph; a line break inside it makes several. Trailing white space goes, leading stays."""
        for part in cleaned(text).split("\n"):
            self.clean_line(part, heading=heading)

    def clean_line(self, text: str, *, heading: int = 0) -> None:
        """Add one line whose characters are clean already. Of a run of empty lines two are kept."""
        text = text.rstrip()
        if len(text) > limits.LINE_CHARACTERS:
            raise UnreadableDocument("line-too-long", limit=limits.LINE_CHARACTERS)
        self._count(len(text))
        if text:
            self._blocks.append(Line(text, heading))
        elif self._blocks[-2:] != [_EMPTY, _EMPTY]:
            self._blocks.append(_EMPTY)

    def table(self, rows: Sequence[Sequence[str]], merged: Iterable[tuple[int, int]] = ()) -> None:
        """Add a table; short rows are filled up. A table of one column or one cell becomes lines."""
        width = max((len(row) for row in rows), default=0)
        self.count_cells(width * len(rows))
        if width <= 1:
            for row in rows:
                for cell in row:
                    self.line(cell)
            return
        filled = tuple(tuple(self._cell(row[at]) if at < len(row) else "" for at in range(width)) for row in rows)
        if any(any(row) for row in filled):
            self._blocks.append(Table(filled, frozenset(merged)))

    def count_cells(self, number: int) -> None:
        """Hold ``number`` further cells to the limit, before they are made."""
        self._cells += number
        if self._cells > limits.TABLE_CELLS:
            raise UnreadableDocument("too-many-cells", limit=limits.TABLE_CELLS)

    def words(self) -> list[str]:
        """The lines collected so far that are not empty; of a table, its cells."""
        found: list[str] = []
        for block in self._blocks:
            cells = [block.text] if isinstance(block, Line) else [cell for row in block.rows for cell in row]
            found += [cell.strip() for cell in cells if cell.strip()]
        return found

    def source(self, kind: Kind, title: str | None = None) -> Source:
        """The finished document; raises ``empty`` where no word was found."""
        while self._blocks and self._blocks[-1] == _EMPTY:
            self._blocks.pop()
        while self._blocks and self._blocks[0] == _EMPTY:
            self._blocks.pop(0)
        if not any(isinstance(block, Table) or block.text.strip() for block in self._blocks):
            raise UnreadableDocument("empty")
        title = " ".join(cleaned(title).split()) if title else None
        return Source(kind, tuple(self._blocks), title[:500] if title else None)

    def _cell(self, text: str) -> str:
        text = "\n".join(line.strip() for line in cleaned(text).split("\n") if line.strip())
        if len(text) > limits.LINE_CHARACTERS:
            raise UnreadableDocument("line-too-long", limit=limits.LINE_CHARACTERS)
        self._count(len(text))
        return text

    def _count(self, characters: int) -> None:
        self._characters += characters + 1
        # The line ends are counted with the text; the last one is not part of it.
        if self._characters - 1 > limits.TEXT_CHARACTERS:
            raise UnreadableDocument("too-long", limit=limits.TEXT_CHARACTERS)


_EMPTY = Line("")
