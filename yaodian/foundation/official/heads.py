"""版头: what stands above the title, in each of the formats of GB/T 9704-2012."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from yaodian.foundation.official import numerals
from yaodian.foundation.official.elements import Form, OfficialDocument
from yaodian.foundation.official.layout import (
    CHARACTER,
    LINE,
    RED,
    WIDE,
    characters,
    edge,
    empty,
    paragraph,
    shape,
)
from yaodian.foundation.word.faces import HEITI, KAITI, TITLE_SONG
from yaodian.foundation.word.text import look, run, twentieths

_LARGEST, _SMALLEST, _LARGEST_OF_LETTER = 52, 40, 36
"""Sizes of the red head in points."""
_NARROWEST = 50
_LOW = 400
_RED_LINE, _DOUBLE_LINE, _SPACE = 12, 24, 7
"""How thick red lines are, in eighths of a point, and how far from the text's line, in points."""
_LEFT_OF_LETTER_MM, _RIGHT_OF_LETTER_MM = 8, 6
"""The red double lines of a letter are longer than the type area: 170 mm, in the middle of the sheet."""


def head(document: OfficialDocument) -> str:
    """Everything above the title, the red line included; of a letter, what stands below its first red line."""
    match document.form:
        case Form.DOCUMENT:
            return _rows_above(document) + _mark(document.head) + _number_of_document(document)
        case Form.LETTER:
            return _below_letter_line(document)
        case Form.MINUTES | Form.BRIEFING:
            return _rows_above(document) + _mark(document.head) + _issue(document)


def _rows_above(document: OfficialDocument) -> str:
    """份号、密级、紧急程度 from the first line on, so many lines that the red head begins 35 mm below the edge of the type area."""
    said = [
        paragraph(run(words, look(HEITI, latin=HEITI) if is_heavy else ""), shape())
        for words, is_heavy in ((document.copy_number, False), (document.secrecy, True), (document.urgency, True))
        if words
    ]
    return "".join(said) + empty(3 - len(said))


def fitted(words: str, largest: float) -> tuple[float, int]:
    """The size in points and the width in per cent at which a head fills no more than its line."""
    wide = WIDE / 20 * 0.96
    count = max(1.0, characters(words))
    # Long heads are made narrow before they are made small.
    size = min(largest, max(wide / count, min(_SMALLEST, largest, wide / count * 100 / _NARROWEST)))
    size = int(size * 2) / 2
    return size, min(100, int(wide / (size * count) * 100))


def _mark(words: str) -> str:
    size, narrow = fitted(words, _LARGEST)
    properties = look(TITLE_SONG, size, latin=TITLE_SONG, colour=RED, width_percent=narrow)
    before = twentieths(35) - 3 * LINE
    return paragraph(run(words, properties), shape(align="center", line=round(size * 20 * 1.1), before=before))


def _red_line() -> str:
    """4 mm below what it closes: a part of that is the foot of the line of text."""
    return edge("bottom", _RED_LINE, colour=RED, space=_SPACE)


def _number_of_document(document: OfficialDocument) -> str:
    """发文字号 in the middle; where somebody signs for it (上行文), on the left, and the names on the right."""
    if not document.approved_by:
        return empty(2) + paragraph(run(document.number), shape(align="center", border=_red_line()))
    tabs = f'<w:tab w:val="left" w:pos="{CHARACTER}"/><w:tab w:val="right" w:pos="{WIDE - CHARACTER}"/>'
    names = run("签发人：") + run("　".join(document.approved_by), look(KAITI))
    runs = f"<w:r><w:tab/></w:r>{run(document.number)}<w:r><w:tab/></w:r>{names}"
    return empty(2) + paragraph(runs, shape(tabs=tabs, border=_red_line()))


def _issue(document: OfficialDocument) -> str:
    """The issue in the middle; below it who issues and when."""
    day = numerals.day(document.dated) if document.dated else ""
    tabs = f'<w:tab w:val="left" w:pos="{CHARACTER}"/><w:tab w:val="right" w:pos="{WIDE - CHARACTER}"/>'
    runs = f"<w:r><w:tab/></w:r>{run(document.issuer)}<w:r><w:tab/></w:r>{run(day)}"
    return (
        empty()
        + paragraph(run(document.number), shape(align="center"))
        + paragraph(runs, shape(tabs=tabs, before=160, border=_red_line()))
    )


# --- letters ---------------------------------------------------------------------------------------------------------


def letter_frame(word: Any, document: OfficialDocument) -> None:
    """The first page of a letter: the head 30 mm below the edge of the sheet above a red double line, a second one 20 mm above the lower
    edge, and no page number."""
    section = word.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(30)
    size, narrow = fitted(document.head, _LARGEST_OF_LETTER)
    words = run(document.head, look(TITLE_SONG, size, latin=TITLE_SONG, colour=RED, width_percent=narrow))
    sides = f'<w:ind w:left="-{twentieths(_LEFT_OF_LETTER_MM)}" w:right="-{twentieths(_RIGHT_OF_LETTER_MM)}"/>'
    high = f'<w:spacing w:line="{round(size * 20 * 1.1)}" w:lineRule="exact"/>'
    double = edge("bottom", _DOUBLE_LINE, colour=RED, space=_SPACE, kind="thickThinSmallGap")
    _put(
        section.first_page_header.paragraphs[0],
        f'<w:pBdr>{double}</w:pBdr><w:snapToGrid w:val="0"/>{high}{sides}<w:jc w:val="center"/>',
        words,
    )
    # The second line stands below the page's text, at 20 mm from the edge.
    section.footer_distance = Mm(20)
    _put(
        section.first_page_footer.paragraphs[0],
        f"<w:pBdr>{edge('bottom', _DOUBLE_LINE, colour=RED, kind='thinThickSmallGap')}</w:pBdr>"
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/>{sides}',
        "",
    )


def _put(old: Any, properties: str, runs: str) -> None:
    made = parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{properties}</w:pPr>{runs}</w:p>")
    old._p.getparent().replace(old._p, made)


def _below_letter_line(document: OfficialDocument) -> str:
    """Below the line, the first of them 7/8 of a character away, which is what a low line of text leaves.

    The number of the letter stands on the right, the other rows on the left.
    """
    left = [
        (words, is_heavy)
        for words, is_heavy in ((document.copy_number, False), (document.secrecy, True), (document.urgency, True))
        if words
    ] or [("", False)]
    said = []
    for place, (words, is_heavy) in enumerate(left):
        number = document.number if place == 0 else ""
        tabs = f'<w:tab w:val="right" w:pos="{WIDE}"/>'
        runs = run(words, look(HEITI, latin=HEITI) if is_heavy else "") + "<w:r><w:tab/></w:r>" + run(number)
        said.append(paragraph(runs, shape(tabs=tabs, line=_LOW if place == 0 else LINE)))
    return "".join(said)
