"""The sheet of paper of GB/T 9704-2012: type area, 22 lines of 28 characters, faces and sizes, page numbers.

Lengths here are twentieths of a point, as Word counts. A character of size 3 (16 pt) takes 1/28 of the line, a little less than
its size; a line takes 1/22 of the type area.
"""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from yaodian.foundation.word.faces import FANGSONG, HEITI, KAITI, LATIN, SONG, TITLE_SONG, set_face
from yaodian.foundation.word.text import look, page_number, printable, twentieths

PAGE_MM = 210, 297
TOP_MM, LEFT_MM, WIDE_MM, HIGH_MM = 37, 28, 156, 225
RIGHT_MM, BOTTOM_MM = PAGE_MM[0] - LEFT_MM - WIDE_MM, PAGE_MM[1] - TOP_MM - HIGH_MM
FOOTER_MM = 25
"""So the dashes of the page number stand 7 mm below the type area."""
CHARACTERS, LINES = 28, 22
CHARACTER = 316
LINE = 579
WIDE = twentieths(WIDE_MM)
SIZE_2, SIZE_3, SIZE_4 = 22, 16, 14
"""二号、三号、四号 in points."""
RED = "FF0000"
# By how much a character is set narrower than its size, in twentieths of a point, so that 28 fill the line. As a property of the
# letters and not of the page's grid, because not every program sets a grid of characters as Word does.
_NARROWER = -5
FACES = {1: HEITI, 2: KAITI, 3: FANGSONG, 4: FANGSONG}
"""The face of a heading of each level."""


def latin_of(face: str) -> str:
    """The face of letters and digits among characters of a face: in a heavy line thin digits would look lost."""
    return face if face in (HEITI, TITLE_SONG) else LATIN


def characters(text: str) -> float:
    """How many characters wide a text is: letters and digits take half."""
    return sum(1.0 if ord(letter) > 0x2E7F or letter in "—“”‘’…" else 0.5 for letter in printable(text))


def set_paper(document: Any) -> None:
    """The page, the grid and the styles."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(15), Mm(FOOTER_MM)
    grid = section._sectPr.find(qn("w:docGrid"))
    for name, value in (("type", "lines"), ("linePitch", str(LINE))):
        grid.set(qn(f"w:{name}"), value)
    document.settings.odd_and_even_pages_header_footer = True
    _set_styles(document)
    for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        _put_page_number(footer.paragraphs[0], align)


def _put_page_number(paragraph: Any, align: str) -> None:
    """Size 4 Song, a character in from the outer edge of the sheet: right on odd pages, left on even ones."""
    ind = f'<w:ind w:{align}Chars="100" w:{align}="{SIZE_4 * 20}"/>'
    made = parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:line="240" w:lineRule="auto"/>{ind}<w:jc w:val="{align}"/></w:pPr>'
        f"{page_number(look(SONG, SIZE_4, latin=SONG))}</w:p>"
    )
    paragraph._p.getparent().replace(paragraph._p, made)


def _set_styles(document: Any) -> None:
    _restyle(document.styles["Normal"], FANGSONG, SIZE_3, shape(align="both"))
    narrower = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{_NARROWER}"/>')
    document.styles["Normal"].element.rPr.find(qn("w:sz")).addprevious(narrower)
    for level in range(1, 5):
        _restyle(
            document.styles[f"Heading {level}"], FACES[level], SIZE_3,
            shape(first=2, align="both", keeps_next=True, outline=level),
        )  # fmt: skip
    _restyle(document.styles["Title"], TITLE_SONG, SIZE_2, shape(line=700, align="center"))


def _restyle(style: Any, face: str, size_pt: int, properties: str) -> None:
    """Nothing of the template's own look stays: no colour, no bold, no theme."""
    element = style.element
    for name in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(name)):
            element.remove(old)
    element.append(parse_xml(f"<w:pPr {nsdecls('w')}>{properties}</w:pPr>"))
    set_face(style, face, size_pt, latin_of(face))


def shape(
    *, first: float = 0, left: float = 0, right: float = 0, hanging: float = 0, align: str = "", line: int = LINE,
    is_exact: bool = True, before: int = 0, after: int = 0, style: str = "", keeps_next: bool = False,
    is_new_page: bool = False, border: str = "", tabs: str = "", outline: int = 0,
) -> str:  # fmt: skip
    """The properties of a paragraph, in the order that the schema asks for; `first`, `left`, `right`, `hanging` in characters.

    What stands left and right of a paragraph is counted in characters for Word, and in lengths for programs that do not count so.
    """
    sides = {"left": left, "right": right, "firstLine": first, "hanging": hanging}
    said = "".join(
        f' w:{name}Chars="{round(count * 100)}" w:{name}="{round(count * CHARACTER)}"'
        for name, count in sides.items()
        if count
    )
    return (
        (f'<w:pStyle w:val="{style}"/>' if style else "")
        + ("<w:keepNext/>" if keeps_next else "")
        + ("<w:pageBreakBefore/>" if is_new_page else "")
        + '<w:widowControl w:val="0"/>'
        + (f"<w:pBdr>{border}</w:pBdr>" if border else "")
        + (f"<w:tabs>{tabs}</w:tabs>" if tabs else "")
        # The lines are exact; a grid could only move them.
        + '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        + f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{"exact" if is_exact else "auto"}"/>'
        + (f"<w:ind{said}/>" if said else '<w:ind w:firstLine="0"/>')
        + (f'<w:jc w:val="{align}"/>' if align else "")
        + (f'<w:outlineLvl w:val="{outline - 1}"/>' if outline else "")
    )


def paragraph(runs: str, properties: str) -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def empty(lines: int = 1, *, keeps_next: bool = False) -> str:
    """So many lines without text."""
    return paragraph("", shape(keeps_next=keeps_next)) * lines


def edge(side: str, eighths: int, *, colour: str = "auto", space: int = 0, kind: str = "single") -> str:
    """A line along a side of a paragraph; `space` in points."""
    return f'<w:{side} w:val="{kind}" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


_CLINGS_TO_LEFT = "，。、；：？！”’）》〉】〕％%的等和与及"
_CLINGS_TO_RIGHT = "“‘（《〈【〔第"


def balanced(title: str, per_line: int = 19) -> list[str]:
    """A title in lines of about the same length, the longest not last where that is possible, cut between words as far as one sees.

    Lines that the writer of the title made stay.
    """
    lines: list[str] = []
    for part in printable(title).strip().split("\n"):
        lines.extend(_cut(part.strip(), per_line))
    return lines


def _cut(text: str, per_line: int) -> list[str]:
    count = -int(-characters(text) // per_line)
    if count <= 1:
        return [text]
    ideal = characters(text) / count
    wanted = min(per_line, ideal + 1)
    candidates = [
        (abs(characters(text[:place]) - wanted) + _harm(text, place), place)
        for place in range(2, len(text) - 1)
        if characters(text[:place]) <= per_line + 1
    ]
    if not candidates:
        return [text]
    place = min(candidates)[1]
    return [text[:place], *_cut(text[place:], per_line)]


def _harm(text: str, place: int) -> float:
    """How bad a cut before this place is: words and numbers stay whole, «关于» begins a line, «的通报» ends a title."""
    before, after = text[place - 1], text[place]
    if after in _CLINGS_TO_LEFT or before in _CLINGS_TO_RIGHT:
        return 9
    if before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
        return 9
    if before.isdigit():
        return 6
    if text.startswith("关于", place - 1):
        return 9
    if text.startswith("关于", place):
        return -6
    if before in "局府委厅会院、，的和与份" or (before in "年月" and after not in "度级份"):
        return -3
    return 1.0
