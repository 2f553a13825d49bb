"""An official document as Word, by GB/T 9704-2012. The same document gives the same bytes.

written = write(document, moment=issued_at)
written.content, written.cited      # the file, and where in it each number with a trace stands
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from yaodian.foundation.official import layout, numerals
from yaodian.foundation.official.elements import (
    Block,
    Cited,
    Figure,
    Form,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
    Text,
    plain,
)
from yaodian.foundation.official.heads import head, letter_frame
from yaodian.foundation.official.layout import CHARACTERS, SIZE_4, characters, edge, empty, paragraph, shape
from yaodian.foundation.official.tables import table
from yaodian.foundation.word.charts import fitting_height, left_out, picture
from yaodian.foundation.word.faces import FANGSONG, HEITI, KAITI
from yaodian.foundation.word.package import blank, saved
from yaodian.foundation.word.text import Places, look, printable, run, twentieths

_THICK, _THIN = 8, 6
"""The lines of the imprint in eighths of a point: 0.35 mm and 0.25 mm."""
# The foot of the type area, whatever stands above it. Its left edge is counted from the sheet's: then every program lets it float.
_FOOT = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="200" w:vertAnchor="margin" w:horzAnchor="page" '
    f'w:tblpX="{twentieths(layout.LEFT_MM)}" w:tblpYSpec="bottom"/>'
)
_ENDS = ("。", "：", "；", "，", "？", "！")
_CONTEXT = 80
"""So much of the sentence around a number is kept for its line on the companion sheet."""


@dataclass(frozen=True)
class CitedNumber:
    """A number in its place: the how manieth of the document, as written, its trace, where it stands and in which words."""

    place: int
    text: str
    trace_id: str
    where: str
    sentence: str


@dataclass(frozen=True)
class Written:
    """The bytes of a .docx file, and its numbers in reading order."""

    content: bytes
    cited: tuple[CitedNumber, ...]


def write(document: OfficialDocument, *, moment: datetime, shows_marks: bool = False) -> Written:
    """Sets a document. Behind each number with a trace stands its place on the companion sheet in brackets: hidden, or shown on request.

    `moment` is what the file's properties say. Raises UnableToWriteDocument.
    """
    writer = _Writer(document, shows_marks=shows_marks)
    content = saved(writer.made(), title=document.title, author=document.issuer, moment=moment)
    return Written(content, tuple(writer.cited))


class _Writer:
    """Writes the parts in their order, so that numbers, tables and figures are counted as a reader meets them."""

    def __init__(self, document: OfficialDocument, *, shows_marks: bool) -> None:
        self.document, self.shows_marks = document, shows_marks
        self.word = blank()
        self.cited: list[CitedNumber] = []
        self.places = Places()
        self.tables = self.figures = self.charts = 0
        self.table = ""
        self.inside = ""
        """The attachment that is being written."""
        self.heading, self.paragraphs = "", 0
        self.counts = [0, 0, 0, 0]

    def made(self) -> Any:
        """The Word document."""
        one = self.document
        layout.set_paper(self.word)
        if one.form is Form.LETTER:
            letter_frame(self.word, one)
        said = [
            head(one),
            self._title(one.title, blank_before=2),
            self._addressees(),
            *self._body(),
            self._named_attachments(),
            self._attendance(),
            self._signature(),
            *self._attachments(),
            self._imprint(),
        ]
        old = self.word.element.body
        made = parse_xml(f"<w:body {nsdecls('w', 'wp', 'a', 'c', 'r')}>{''.join(said)}</w:body>")
        # The body goes in as a whole: its parts, moved one by one, would cost the square of their number.
        made.append(old.sectPr)
        self.word.element.replace(old, made)
        return self.word

    # --- what stands before and after the body

    def _title(self, title: str, *, blank_before: int) -> str:
        lines = layout.balanced(title)
        runs = run("\n".join(lines))
        return empty(blank_before) + paragraph(runs, shape(style="Title", line=700, align="center"))

    def _addressees(self) -> str:
        if not self.document.addressees:
            return empty()
        return empty() + paragraph(run("、".join(self.document.addressees) + "："), shape(align="both"))

    def _named_attachments(self) -> str:
        """附件说明: names below each other, the second line of a name under its first character."""
        named = self.document.attachments
        if not named:
            return ""
        if len(named) == 1:
            only = shape(left=5, hanging=3, align="both", keeps_next=True)
            return empty(keeps_next=True) + paragraph(run(f"附件：{named[0].title}"), only)
        tab = f'<w:tab w:val="left" w:pos="{6 * layout.CHARACTER}"/>'
        said = [empty(keeps_next=True)]
        for number, one in enumerate(named, 1):
            start = "附件：" if number == 1 else ""
            numbered = f"<w:r>{run(f'{start}{number}.').removeprefix('<w:r>').removesuffix('</w:r>')}<w:tab/></w:r>"
            said.append(
                paragraph(
                    numbered + run(one.title),
                    shape(left=6, hanging=4 if number == 1 else 1, align="left", tabs=tab, keeps_next=True),
                )
            )
        return "".join(said)

    def _attendance(self) -> str:
        said = []
        for label, names in self.document.attendance:
            runs = run(f"{label}：", look(HEITI, latin=HEITI)) + run(names)
            hanging = characters(label) + 1
            said.append(paragraph(runs, shape(left=2 + hanging, hanging=hanging, align="both")))
        return empty() + "".join(said) if said else ""

    def _signature(self) -> str:
        """Names and day on the right: with a seal the name above the middle of the day, else the day two characters further in."""
        one, said = self.document, []
        names = list(one.signed_by)
        # Minutes and briefings say the day above their title.
        day = numerals.day(one.dated) if one.dated and (names or one.form in (Form.DOCUMENT, Form.LETTER)) else ""
        wide = characters(day)
        if names or day:
            said.append(empty(2 if one.is_sealed else 1, keeps_next=True))
        right = 4.0 if one.is_sealed else 2.0
        longest = max((characters(name) for name in names), default=0)
        if one.is_sealed:
            # A long name needs room on both sides of its middle.
            right = max(right, (longest - wide) / 2)
            for name in names:
                said.append(self._on_the_right(name, max(0.0, right + (wide - characters(name)) / 2)))
        else:
            last = characters(names[-1]) if names else wide
            of_day = right + last - wide - 2 if names else right
            # A day longer than the name keeps two characters from the edge, and the name moves in.
            moved = max(0.0, right - of_day) if names and wide > last else 0.0
            for name in names:
                said.append(self._on_the_right(name, right + moved + last - characters(name)))
            right = of_day + moved
        if day:
            said.append(self._on_the_right(day, max(0.0, right), keeps_next=bool(one.note)))
        if one.note:
            said.append(paragraph(run(f"（{one.note}）"), shape(first=2, align="both")))
        return "".join(said)

    @staticmethod
    def _on_the_right(text: str, right: float, *, keeps_next: bool = True) -> str:
        return paragraph(run(text), shape(right=min(right, CHARACTERS - 2), align="right", keeps_next=keeps_next))

    def _attachments(self) -> Iterator[str]:
        for number, one in enumerate(self.document.attachments, 1):
            if not one.blocks:
                continue
            label = f"附件{number}" if len(self.document.attachments) > 1 else "附件"
            self._begin(label)
            yield paragraph(run(label, look(HEITI, latin=HEITI)), shape(is_new_page=True))
            yield self._title(one.title, blank_before=1) + empty()
            yield from self._blocks(one.blocks)

    def _begin(self, label: str) -> None:
        self.inside, self.heading, self.paragraphs, self.counts = label, "", 0, [0, 0, 0, 0]

    def _imprint(self) -> str:
        """版记: whom copies go to, who printed and when, between lines at the foot of the last page."""
        one, small = self.document, look(FANGSONG, SIZE_4)
        character = SIZE_4 * 20
        lines = []
        if one.copies_to:
            lines.append(
                (
                    run(f"抄送：{'，'.join(one.copies_to)}。", small),
                    f'<w:ind w:left="{4 * character}" w:right="{character}" w:hanging="{3 * character}"/><w:jc w:val="both"/>',
                )
            )
        if (one.printed_by or one.printed_on) and one.form is not Form.LETTER:
            day = f"{numerals.day(one.printed_on)}印发" if one.printed_on else ""
            lines.append(
                (
                    run(one.printed_by, small) + f"<w:r><w:rPr>{small}</w:rPr><w:tab/></w:r>" + run(day, small),
                    f'<w:ind w:left="{character}" w:right="{character}" w:firstLine="0"/>',
                )
            )
        if not lines:
            return ""
        # A letter's imprint has no lines.
        has_lines = one.form is not Form.LETTER
        tabs = f'<w:tabs><w:tab w:val="right" w:pos="{layout.WIDE - character}"/></w:tabs>'
        rows = []
        for place, (runs, sides) in enumerate(lines):
            over = edge("top", _THICK) if place == 0 else ""
            under = edge("bottom", _THICK if place == len(lines) - 1 else _THIN)
            borders = f"<w:tcBorders>{over}{under}</w:tcBorders>" if has_lines else ""
            rows.append(
                f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{layout.WIDE}" w:type="dxa"/>{borders}</w:tcPr>'
                f'<w:p><w:pPr>{tabs}<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
                f'<w:spacing w:before="60" w:after="60" w:line="400" w:lineRule="exact"/>{sides}</w:pPr>{runs}</w:p></w:tc></w:tr>'
            )
        return (
            f'<w:tbl><w:tblPr>{_FOOT}<w:tblOverlap w:val="never"/><w:tblW w:w="{layout.WIDE}" w:type="dxa"/>'
            '<w:tblInd w:w="0" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            f'<w:tblGrid><w:gridCol w:w="{layout.WIDE}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
        ) + paragraph("", shape(line=20))

    # --- the body

    def _body(self) -> Iterator[str]:
        """The last paragraph stays with what follows: no page holds a signature alone."""
        *said, last = self._blocks(self.document.body)
        yield from said
        is_plain = isinstance(self.document.body[-1], Paragraph)
        yield last.replace("<w:widowControl", "<w:keepNext/><w:widowControl", 1) if is_plain else last

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        for block in blocks:
            match block:
                case Heading():
                    yield self._heading(block)
                case Paragraph():
                    self.paragraphs += 1
                    yield paragraph(self._runs(block.text, self._where()), shape(first=2, align="both"))
                case Table():
                    self.tables += bool(block.caption)
                    self.table = f"表{self.tables}" if block.caption else "表中"
                    yield table(block, self.tables, self._cell)
                case Figure():
                    yield self._figure(block)

    def _heading(self, block: Heading) -> str:
        level = block.level
        number = ""
        if block.is_numbered:
            self.counts[level - 1] += 1
            self.counts[level:] = [0] * (4 - level)
            number = numerals.ordinal(level, self.counts[level - 1])
        self.heading, self.paragraphs = number + printable(plain(block.text)), 0
        face = look(layout.FACES[level], latin=layout.latin_of(layout.FACES[level]))
        runs = (run(number, face) if number else "") + self._runs(block.text, f"标题“{self.heading}”", face)
        if not block.then:
            return paragraph(runs, f'<w:pStyle w:val="Heading{level}"/>')
        self.paragraphs = 1
        if not self.heading.endswith(_ENDS):
            runs += run("。", face)
        return paragraph(runs + self._runs(block.then, self._where()), shape(first=2, align="both"))

    def _figure(self, block: Figure) -> str:
        self.figures += 1
        self.charts += 1
        high = block.height_mm or fitting_height(block.chart)
        drawn = picture(self.word, block.chart, number=self.charts, width_mm=layout.WIDE_MM - 4, height_mm=high)
        caption = run(f"图{self.figures}　{block.caption or block.chart.title}", look(HEITI, 12, latin=HEITI))
        hidden = left_out(block.chart)
        notes = [f"其余{hidden}个未画出" if hidden else "", block.chart.note]
        note = "；".join(words for words in notes if words)
        said = [
            paragraph(drawn, shape(align="center", line=240, is_exact=False, before=120, keeps_next=True)),
            paragraph(caption, shape(align="center", line=400, after=0 if note else 160, keeps_next=bool(note))),
        ]
        if note:
            said.append(paragraph(run(f"注：{note}", look(KAITI, 10.5)), shape(align="center", line=320, after=160)))
        return "".join(said)

    def _cell(self, text: Text, row: int, column: int, properties: str) -> str:
        where = self.table + (f"第{row}行" if row else "表头") + f"第{column}列"
        return self._runs(text, self._inside(where), properties)

    # --- text

    def _inside(self, where: str) -> str:
        return f"{self.inside}：{where}" if self.inside else where

    def _where(self) -> str:
        return self._inside(f"“{self.heading}”第{self.paragraphs}段" if self.heading else f"正文第{self.paragraphs}段")

    def _runs(self, text: Text, where: str, properties: str = "") -> str:
        if isinstance(text, str):
            return run(text, properties) if text else ""
        said, whole, at = [], printable(plain(text)), 0
        for piece in text:
            words = piece.text if isinstance(piece, Cited) else piece
            if isinstance(piece, Cited):
                said.append(self._cite(piece, where, _around(whole, at), properties))
            elif words:
                said.append(run(words, properties))
            at += len(printable(words))
        return "".join(said)

    def _cite(self, piece: Cited, where: str, sentence: str, properties: str) -> str:
        place = len(self.cited) + 1
        self.cited.append(CitedNumber(place, printable(piece.text), piece.trace_id, where, sentence))
        mark = run(f"[{place}]", look(size_pt=0, is_hidden=not self.shows_marks, is_raised=True))
        return self.places.around(f"trace{place}", run(piece.text, properties)) + mark


def _around(text: str, at: int) -> str:
    """The sentence in which a place lies."""
    start = max(text.rfind(end, 0, at) for end in "。！？；\n") + 1
    ends = [found for end in "。！？；\n" if (found := text.find(end, at)) >= 0]
    sentence = text[start : min(ends, default=len(text))]
    if len(sentence) <= _CONTEXT:
        return sentence.strip()
    first = max(0, at - start - _CONTEXT // 2)
    return f"{'…' if first else ''}{sentence[first : first + _CONTEXT]}…"
