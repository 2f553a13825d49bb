"""Write the demonstration plans as Word files beside their texts: ``python yaodian/plans/demonstration/build.py``.

The ``.txt`` files are the source; each ``.docx`` is made from its text alone, so the two never differ in words.
A Word file shows what offices really send: a header table, automatic numbers where the plan's numbers run on
(一、 and 1. then stand in the numbering, not in the text), typed numbers where they do not, and a table of tasks in
which equal neighbours of the lead column are one merged cell. The same texts give the same bytes on every run.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

HERE = Path(__file__).resolve().parent
AUTOMATIC_NUMBERS = {"yunchuan-2026": True, "yunchuan-2025": True, "qinghe-2026": False}
HEADER_KEYS = ("索引号", "发文机关", "文号", "主题分类", "成文日期", "发布日期")
MERGED_COLUMNS = (2,)
FIXED_MOMENT = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
NUMBERING_ID = 77

SECTION = re.compile(r"^([一二三四五六七八九十]+)、(?=\S)")
CLAUSE = re.compile(r"^(\d+)\.(?=\S)")
SIGNATURE = re.compile(r"^(\S{2,10}教育局|\d{4}年\d{1,2}月\d{1,2}日)$")


@dataclass
class Parts:
    """A text cut at its seams: header pairs, paragraphs of the body, rows of the closing table."""

    header: list[tuple[str, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def split(text: str) -> Parts:
    """Sort the lines of a demonstration text; blank lines only separate."""
    parts = Parts()
    for line in filter(str.strip, text.splitlines()):
        key, colon, value = line.partition("：")
        if colon and key in HEADER_KEYS and not parts.body:
            parts.header.append((key, value))
        elif "\t" in line:
            parts.rows.append(line.split("\t"))
        else:
            parts.body.append(line)
    return parts


def word_bytes(text: str, *, automatic_numbers: bool) -> bytes:
    """The Word file of one text; equal texts give equal bytes."""
    parts = split(text)
    document = Document()
    _set_fonts(document)
    if automatic_numbers:
        _add_numbering(document)
    if parts.header:
        _add_header_table(document, parts.header)
    title = next(line for line in parts.body if line.endswith("工作要点"))
    for line in parts.body:
        _add_line(document, line, title=title, automatic_numbers=automatic_numbers)
    if parts.rows:
        _add_task_table(document, parts.rows)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "", ""
    properties.created = properties.modified = FIXED_MOMENT
    properties.revision = 1
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_fixed_dates(buffer.getvalue())


def _set_fonts(document: WordDocument) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")


def _add_numbering(document: WordDocument) -> None:
    """Two levels, 一、 and 1., of which the second runs on through the sections as such plans do."""
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING_ID}"><w:multiLevelType w:val="multilevel"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/>'
        '<w:lvlText w:val="%1、"/><w:lvlJc w:val="left"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlRestart w:val="0"/>'
        '<w:suff w:val="nothing"/><w:lvlText w:val="%2."/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
    )
    # The schema wants every abstractNum before the first num.
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING_ID}"><w:abstractNumId w:val="{NUMBERING_ID}"/></w:num>')
    )


def _number(paragraph: Paragraph, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = NUMBERING_ID


def _add_line(document: WordDocument, line: str, *, title: str, automatic_numbers: bool) -> None:
    section, clause = SECTION.match(line), CLAUSE.match(line)
    if line == title or line.endswith("的通知"):
        paragraph = document.add_paragraph()
        paragraph.add_run(line).bold = True
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif automatic_numbers and (section or clause):
        found = section or clause
        paragraph = document.add_paragraph(line[found.end() :] if found else line)
        _number(paragraph, 0 if section else 1)
    else:
        paragraph = document.add_paragraph(line)
        if SIGNATURE.match(line):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if section:
        for run in paragraph.runs:
            run.bold = True


def _add_header_table(document: WordDocument, pairs: list[tuple[str, str]]) -> None:
    """Two pairs a row; a last pair that stands alone takes the whole width."""
    table = document.add_table(rows=(len(pairs) + 1) // 2, cols=4, style="Table Grid")
    for place, (key, value) in enumerate(pairs):
        row, column = divmod(place, 2)
        table.cell(row, 2 * column).text = f"{key}:"
        table.cell(row, 2 * column + 1).text = value
    if len(pairs) % 2:
        table.cell(len(pairs) // 2, 1).merge(table.cell(len(pairs) // 2, 3))


def _add_task_table(document: WordDocument, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for number, cells in enumerate(rows):
        for column, words in enumerate(cells):
            above = rows[number - 1][column] if number > 1 else None
            if column in MERGED_COLUMNS and words == above:
                table.cell(number - 1, column).merge(table.cell(number, column))
            else:
                table.cell(number, column).text = words


def _with_fixed_dates(archive: bytes) -> bytes:
    """The same archive with one moment for every member: a zip otherwise remembers when it was written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=FIXED_MOMENT.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            new.writestr(member, old.read(name))
    return buffer.getvalue()


def main() -> None:
    """Write every plan's ``.docx`` beside its ``.txt``."""
    for name, automatic_numbers in AUTOMATIC_NUMBERS.items():
        text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
        (HERE / f"{name}.docx").write_bytes(word_bytes(text, automatic_numbers=automatic_numbers))


if __name__ == "__main__":
    main()
