"""A document of headings, paragraphs and tables as Word: A4, Chinese fonts by name, references that can be followed.

Tables are written as text and parsed at once: a cell by cell way takes seconds for a county. The same blocks give the
same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

_BODY, _HEAVY, _SECOND, _TITLE, _LATIN = "仿宋", "黑体", "楷体", "宋体", "Times New Roman"
# Names under which the same face is installed by other makers; Word and WPS look here before they choose a stranger.
_ALSO_CALLED = {
    "仿宋": "FangSong,仿宋_GB2312,STFangsong,华文仿宋,Noto Serif CJK SC",
    "黑体": "SimHei,STHeiti,华文黑体,Noto Sans CJK SC,文泉驿微米黑",
    "楷体": "KaiTi,楷体_GB2312,STKaiti,华文楷体,Noto Serif CJK SC",
    "宋体": "SimSun,STSong,华文宋体,Noto Serif CJK SC",
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAMP = (1980, 1, 1, 0, 0, 0)
UPRIGHT_MM, LYING_MM = 156, 247
"""How wide the text is on an upright and on a lying page."""


@dataclass(frozen=True)
class Mark:
    """A reference in brackets that leads to the place of this name."""

    label: str
    place: str


Piece = str | Mark
Line = Sequence[Piece] | str
"""Text with references in it. A line break in a text is one on the page."""


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


@dataclass
class _Places:
    """Numbers of bookmarks, which are unique in a document."""

    count: int = field(default=0)

    def around(self, place: str, inner: str) -> str:
        if not place:
            return inner
        self.count += 1
        name = quoteattr(place)
        return (
            f'<w:bookmarkStart w:id="{self.count}" w:name={name}/>{inner}<w:bookmarkEnd w:id="{self.count}"/>'
        )  # fmt: skip


def render(blocks: Iterable[Block], *, title: str, author: str, moment: datetime) -> bytes:
    """The blocks as the bytes of a .docx file, whose properties say the title, the author and the moment."""
    document = docx.Document()
    _set_page(document.sections[0], is_lying=False)
    _set_styles(document)
    properties = document.core_properties
    properties.title, properties.author = _printable(title)[:250], _printable(author)[:250]
    properties.last_modified_by, properties.comments, properties.language = "", "", "zh-CN"
    properties.created = properties.modified = moment
    properties.revision = 1
    body, places = document.element.body, _Places()
    for block in blocks:
        match block:
            case Heading(text, level):
                document.add_paragraph(_printable(text), style=f"Heading {level}")
            case Paragraph():
                body.insert(len(body) - 1, _paragraph(block, places))
            case Table():
                body.insert(len(body) - 1, _table(block, places))
            case Turn(is_lying):
                _set_page(document.add_section(WD_SECTION.NEW_PAGE), is_lying=is_lying)
            case PageBreak():
                document.add_page_break()
    stream = io.BytesIO()
    document.save(stream)
    return _finished(stream.getvalue())


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
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field_of = "".join(
        f"<w:r>{inner}</w:r>"
        for inner in (
            '<w:t xml:space="preserve">— </w:t>', '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>', '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    )  # fmt: skip
    for run in parse_xml(f"<w:p {nsdecls('w')}>{field_of}</w:p>"):
        paragraph._p.append(run)


def _set_styles(document: Any) -> None:
    styles = document.styles
    _set_face(styles["Normal"], _BODY, 12)
    normal = styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = 1.4, Pt(4)
    for name, face, size in (("Heading 1", _HEAVY, 15), ("Heading 2", _SECOND, 13)):
        style = styles[name]
        _set_face(style, face, size)
        style.font.bold, style.font.italic = name == "Heading 2", False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(6)
        style.paragraph_format.keep_with_next = True


def _set_face(style: Any, face: str, size_pt: int) -> None:
    """A Chinese face and a Latin one; the theme's own fonts would otherwise win over both."""
    style.font.name, style.font.size = _LATIN, Pt(size_pt)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), _LATIN)


# Text

_LOOKS = {
    # face, size in points, bold, paragraph properties
    "title": (_TITLE, 26, True, '<w:spacing w:before="2400" w:after="480"/><w:jc w:val="center"/>'),
    "centred": (_SECOND, 15, False, '<w:spacing w:after="120"/><w:jc w:val="center"/>'),
    "body": ("", 12, False, '<w:ind w:firstLine="480"/>'),
    "small": ("", 10.5, False, '<w:spacing w:after="40" w:line="280" w:lineRule="auto"/>'),
}


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def _look(face: str, size_pt: float, *, is_bold: bool = False, colour: str = "") -> str:
    return (
        (f'<w:rFonts w:eastAsia="{face}"/>' if face else "")
        + ("<w:b/>" if is_bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + f'<w:sz w:val="{round(size_pt * 2)}"/>'
    )


def _runs(line: Line, face: str, size_pt: float, *, is_bold: bool = False) -> str:
    said = []
    for piece in (line,) if isinstance(line, str) else line:
        if isinstance(piece, Mark):
            look = _look(face, size_pt, colour="1F4E79")
            said.append(
                f'<w:hyperlink w:anchor={quoteattr(piece.place)} w:history="1"><w:r><w:rPr>{look}</w:rPr>'
                f"<w:t>{escape(piece.label)}</w:t></w:r></w:hyperlink>"
            )
            continue
        look = _look(face, size_pt, is_bold=is_bold)
        text = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in _printable(piece).split("\n")
        )
        said.append(f"<w:r><w:rPr>{look}</w:rPr>{text}</w:r>")
    return "".join(said)


def _paragraph(block: Paragraph, places: _Places) -> Any:
    face, size, is_bold, shape = _LOOKS[block.look]
    inner = places.around(block.place, _runs(block.line, face, size, is_bold=is_bold))
    return parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{shape}</w:pPr>{inner}</w:p>")


def _table(block: Table, places: _Places) -> Any:
    widths = [round(wide * 56.6929) for wide in block.widths_mm]  # twentieths of a point
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    rows = [_row(block.heads, widths, block.size_pt, _HEAVY, is_head=True)]
    for number, row in enumerate(block.rows):
        place = block.places[number] if number < len(block.places) else ""
        rows.append(_row(row, widths, block.size_pt, _TITLE, place=place, places=places))
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    cells: Sequence[Line], widths: Sequence[int], size_pt: float, face: str,
    *, is_head: bool = False, place: str = "", places: _Places | None = None,
) -> str:  # fmt: skip
    said = []
    for number, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        runs = _runs(cell, face, size_pt)
        if number == 0 and places is not None:
            runs = places.around(place, runs)
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if is_head else ""
        said.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{shade}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:after="0" w:line="250" w:lineRule="auto"/></w:pPr>{runs}</w:p></w:tc>'
        )
    shape = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    return f"<w:tr><w:trPr>{shape}</w:trPr>{''.join(said)}</w:tr>"


# The file


def _finished(data: bytes) -> bytes:
    """The same parts with other names for the fonts, without the thumbnail of the template, and with one time stamp."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in _ALSO_CALLED.items()
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            elif name == "word/fontTable.xml":
                content = content.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 0
            result.writestr(entry, content)
    return stream.getvalue()
