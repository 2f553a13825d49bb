"""A report of headings, paragraphs and tables as Word: A4, a title page, wide tables on lying pages, references that can be followed.

The same blocks give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

from yaodian.foundation.word import tables
from yaodian.foundation.word.faces import FANGSONG, HEITI, KAITI, SONG, TITLE_SONG, set_face
from yaodian.foundation.word.package import blank, saved
from yaodian.foundation.word.text import Line, Mark, Piece, Places, link, look, page_number, printable, run

UPRIGHT_MM, LYING_MM = 156, 247
"""How wide the text is on an upright and on a lying page."""


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """`look`: title, centred, body, small. `place` is where a reference may lead."""

    line: Line
    look: str = "body"
    place: str = ""


@dataclass(frozen=True)
class Table:
    """`widths_mm` are those of the columns; `places` name rows where references lead; the head is repeated on each page."""

    heads: Sequence[Line]
    rows: Sequence[Sequence[Line]]
    widths_mm: Sequence[float]
    places: Sequence[str] = ()
    size_pt: float = 9


@dataclass(frozen=True)
class Turn:
    """From here on a new page, lying or upright."""

    is_lying: bool


@dataclass(frozen=True)
class PageBreak:
    """From here on a new page."""


Block = Heading | Paragraph | Table | Turn | PageBreak


def render(blocks: Iterable[Block], *, title: str, author: str, moment: datetime) -> bytes:
    """The blocks as the bytes of a .docx file, whose properties say the title, the author and the moment."""
    document = blank()
    _set_page(document.sections[0], is_lying=False)
    _set_styles(document)
    body, places = document.element.body, Places()
    before: Block | None = None
    for block in blocks:
        if isinstance(before, Table) and isinstance(block, Paragraph):
            body.insert(len(body) - 1, parse_xml(_GAP))
        before = block
        match block:
            case Heading(text, level):
                document.add_paragraph(printable(text), style=f"Heading {level}")
            case Paragraph():
                body.insert(len(body) - 1, _paragraph(block, places))
            case Table():
                body.insert(len(body) - 1, _table(block, places))
            case Turn(is_lying):
                _set_page(document.add_section(WD_SECTION.NEW_PAGE), is_lying=is_lying)
            case PageBreak():
                document.add_page_break()
    return saved(document, title=title, author=author, moment=moment)


# The sheet of paper


def _set_page(section: Any, *, is_lying: bool) -> None:
    """A4: upright with the margins of an official paper (GB/T 9704: 37 mm above, 28 mm left), lying with narrow ones."""
    sides = (Mm(297), Mm(210)) if is_lying else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if is_lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = sides
    margins = (25, 20, 25, 25) if is_lying else (37, 35, 28, 26)
    for name, wide in zip(("top", "bottom", "left", "right"), margins, strict=True):
        setattr(section, f"{name}_margin", Mm(wide))
    if not section.footer.is_linked_to_previous or len(section.footer.paragraphs[0].runs):
        return
    old = section.footer.paragraphs[0]._p
    shape = '<w:jc w:val="center"/>'
    made = parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{shape}</w:pPr>{page_number(look(SONG, 10.5))}</w:p>")
    old.getparent().replace(old, made)


def _set_styles(document: Any) -> None:
    styles = document.styles
    set_face(styles["Normal"], FANGSONG, 12)
    normal = styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = 1.4, Pt(4)
    for name, face, size in (("Heading 1", HEITI, 15), ("Heading 2", KAITI, 13)):
        style = styles[name]
        set_face(style, face, size)
        style.font.bold, style.font.italic = name == "Heading 2", False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(6)
        style.paragraph_format.keep_with_next = True


# Text

_LOOKS = {
    # face, size in points, bold, paragraph properties
    "title": (TITLE_SONG, 26, False, '<w:spacing w:before="2400" w:after="480"/><w:jc w:val="center"/>'),
    "centred": (KAITI, 15, False, '<w:spacing w:after="120"/><w:jc w:val="center"/>'),
    "body": ("", 12, False, '<w:ind w:firstLine="480"/>'),
    "small": ("", 10.5, False, '<w:spacing w:after="40" w:line="280" w:lineRule="auto"/>'),
}


_GAP = f'<w:p {nsdecls("w")}><w:pPr><w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/></w:pPr></w:p>'
_NUMBERED = re.compile(r"\[(\D*)(\d+)\]")
MOST_IN_A_ROW = 3
"""So many neighbouring references are written out; of more, the first and the last."""


def _gathered(line: Line) -> Iterator[Piece]:
    """The pieces with long rows of neighbours shortened: [4][5][6][7] is [4]—[7]."""
    row: list[Mark] = []
    for piece in (line,) if isinstance(line, str) else line:
        if row and not (isinstance(piece, Mark) and _follows(row[-1], piece)):
            yield from _shortened(row)
            row = []
        if isinstance(piece, Mark):
            row.append(piece)
        else:
            yield piece
    yield from _shortened(row)


def _follows(one: Mark, other: Mark) -> bool:
    first, second = _NUMBERED.fullmatch(one.label), _NUMBERED.fullmatch(other.label)
    return bool(first and second and first[1] == second[1] and int(first[2]) + 1 == int(second[2]))


def _shortened(row: Sequence[Mark]) -> Sequence[Piece]:
    return row if len(row) <= MOST_IN_A_ROW else (row[0], "—", row[-1])


def _runs(line: Line, face: str, size_pt: float, *, is_bold: bool = False) -> str:
    return "".join(
        link(piece, look(face, size_pt, colour="1F4E79"))
        if isinstance(piece, Mark)
        else run(piece, look(face, size_pt, is_bold=is_bold))
        for piece in _gathered(line)
    )


def _paragraph(block: Paragraph, places: Places) -> Any:
    face, size, is_bold, shape = _LOOKS[block.look]
    inner = places.around(block.place, _runs(block.line, face, size, is_bold=is_bold))
    return parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{shape}</w:pPr>{inner}</w:p>")


def _table(block: Table, places: Places) -> Any:
    rows = [tables.row([_runs(cell, HEITI, block.size_pt) for cell in block.heads], block.widths_mm, is_head=True)]
    for number, row in enumerate(block.rows):
        runs = [_runs(cell, SONG, block.size_pt) for cell in row]
        if number < len(block.places):
            runs[0] = places.around(block.places[number], runs[0])
        rows.append(tables.row(runs, block.widths_mm))
    # The parser wants the names of its vocabularies on the outermost element.
    return parse_xml(tables.table(rows, block.widths_mm).replace("<w:tbl>", f"<w:tbl {nsdecls('w')}>", 1))
