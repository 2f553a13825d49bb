"""The plan as a Word document: the text as printed, targets and deadlines in bold, a table of commitments at the end.

Set as an office sets its papers: A4, title in bold 宋体, body in 仿宋, headings in 黑体 and 楷体. Fonts are named, not
embedded; each has other names under which it may be installed. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import itertools
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.clauses import Clause, Item, by_clause, quoted
from yaodian.engines.reading.phrasing import Language
from yaodian.engines.reading.plan import Deadline, Node, Plan, Target

_BODY, _HEAVY, _SECOND, _TITLE = "仿宋", "黑体", "楷体", "宋体"
_LATIN = "Times New Roman"
# Names under which the same face is installed by other makers; Word and WPS look here before they choose a stranger.
_ALSO_CALLED = {
    "仿宋": "FangSong,仿宋_GB2312,STFangsong,华文仿宋,Noto Serif CJK SC",
    "黑体": "SimHei,STHeiti,华文黑体,Noto Sans CJK SC,文泉驿微米黑",
    "楷体": "KaiTi,楷体_GB2312,STKaiti,华文楷体,Noto Serif CJK SC",
    "宋体": "SimSun,STSong,华文宋体,Noto Serif CJK SC",
}
_LABELS = {
    "untitled": ("（无标题）", "(untitled)"),
    "table": ("承诺一览", "Commitments"),
    "number": ("序号", "No."),
    "clause": ("条目", "Clause"),
    "promise": ("目标与期限", "Targets and deadlines"),
    "units": ("责任单位", "Units"),
    "lead": ("牵头：", "Lead: "),
    "support": ("配合：", "Support: "),
    "warnings": ("提醒", "Warnings"),
    "preamble": ("总体要求", "Preamble"),
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS_CM = (1.4, 4.4, 6.2, 3.6)
_STAMP = (1980, 1, 1, 0, 0, 0)


def render(plan: Plan, *, language: Language = "zh") -> bytes:
    """The document as the bytes of a .docx file."""
    document = docx.Document()
    _set_page(document)
    _set_styles(document)
    _set_properties(document, plan, language)
    title = document.add_paragraph(style="Title")
    title.add_run(_printable(plan.title) or _label("untitled", language))
    if line := phrasing.meta(plan, language):
        _centred(document, line)
    _centred(document, phrasing.counts(plan, language))
    _add_text(document, plan)
    _add_commitments(document, plan, language)
    _add_warnings(document, plan, language)
    stream = io.BytesIO()
    document.save(stream)
    return _finished(stream.getvalue())


# The sheet of paper


def _set_page(document: Any) -> None:
    """A4 with the margins of an official paper (GB/T 9704: 37 mm above, 28 mm left), page numbers below."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    for kind, text in (("begin", None), (None, " PAGE "), ("end", None)):
        run = paragraph.add_run()
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)
    paragraph.add_run(" —")


def _set_styles(document: Any) -> None:
    styles = document.styles
    _set_face(styles["Normal"], _BODY, 16)
    normal = styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = Pt(29), Pt(0)
    for name, face, size, is_bold in (
        ("Title", _TITLE, 22, True),
        ("Heading 1", _HEAVY, 16, False),
        ("Heading 2", _SECOND, 16, True),
        ("Heading 3", _BODY, 16, True),
    ):
        style = styles[name]
        _set_face(style, face, size)
        style.font.bold, style.font.italic = is_bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = Pt(29)
        style.paragraph_format.keep_with_next = True
    title = styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = 1.3
    title.paragraph_format.space_after = Pt(12)
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)


def _set_face(style: Any, face: str, size_pt: int) -> None:
    """A Chinese face and a Latin one; the theme's own fonts would otherwise win over both."""
    style.font.name, style.font.size = _LATIN, Pt(size_pt)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), _LATIN)


def _set_properties(document: Any, plan: Plan, language: Language) -> None:
    properties = document.core_properties
    moment = datetime.datetime(plan.year if plan.year and plan.year >= 1980 else 2000, 1, 1, tzinfo=datetime.UTC)
    properties.title, properties.author = _printable(plan.title)[:250], _printable(plan.issuer or "")[:250]
    properties.last_modified_by, properties.comments = "", ""
    properties.created = properties.modified = moment
    properties.language = "en" if language == "en" else "zh-CN"
    properties.revision = 1


# The text as printed


def _add_text(document: Any, plan: Plan) -> None:
    """Every line of the text once, in order; a line that opens a clause is set as its level is."""
    opens = {node.span[0]: node for node in plan.nodes}
    starts = sorted(opens)
    marked = _merged([*(item.span for item in plan.targets), *(item.span for item in plan.deadlines)])
    parents = {node.parent for node in plan.nodes}
    at = 0
    is_before_clauses = True
    for line in plan.text.split("\n"):
        start, end = at, at + len(line)
        at = end + 1
        if not line.strip():
            continue
        index = bisect_right(starts, end) - 1
        node = opens[starts[index]] if index >= 0 and starts[index] >= start else None
        is_before_clauses = is_before_clauses and node is None
        if is_before_clauses and line.strip() == plan.title.strip():
            continue
        _add_line(document, plan, start, end, node, node is not None and node.id in parents, marked)


def _add_line(
    document: Any,
    plan: Plan,
    start: int,
    end: int,
    node: Node | None,
    has_children: bool,
    marked: Sequence[tuple[int, int]],
) -> None:
    heading_end = start
    if node is not None and node.heading:
        found = plan.text.find(node.heading, node.span[0], end)
        heading_end = found + len(node.heading) if found >= 0 else start
    is_heading = node is not None and (
        heading_end >= len(plan.text[:end].rstrip()) or (has_children and not node.heading)
    )
    style = f"Heading {min(node.level, 3)}" if is_heading and node is not None else "Normal"
    paragraph = document.add_paragraph(style=style)
    paragraph.paragraph_format.first_line_indent = Pt(32)
    for piece_start, piece_end, is_marked in _pieces(start, end, marked, heading_end if not is_heading else start):
        run = paragraph.add_run(_printable(plan.text[piece_start:piece_end]).replace("\t", " "))
        if is_heading:
            continue
        if piece_end <= heading_end:
            run.font.bold = True
            _set_run_face(run, _SECOND)
        elif is_marked:
            run.font.bold = True


def _pieces(start: int, end: int, marked: Sequence[tuple[int, int]], cut: int) -> Iterable[tuple[int, int, bool]]:
    """``[start, end)`` in pieces that are marked or not, also parted at ``cut``."""
    edges = {start, end}
    if start < cut < end:
        edges.add(cut)
    first = bisect_right(marked, (start, start)) - 1
    inside: list[tuple[int, int]] = []
    for span in marked[max(first, 0) :]:
        if span[0] >= end:
            break
        if span[1] > start:
            inside.append(span)
            edges |= {max(span[0], start), min(span[1], end)}
    ordered = sorted(edges)
    which = 0
    for one, other in itertools.pairwise(ordered):
        while which < len(inside) and inside[which][1] <= one:
            which += 1
        yield one, other, which < len(inside) and inside[which][0] <= one


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch made one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        elif end > start:
            result.append((start, end))
    return result


def _set_run_face(run: Any, face: str) -> None:
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)


def _centred(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = 1.5
    run = paragraph.add_run(_printable(text))
    run.font.size = Pt(12)
    _set_run_face(run, _SECOND)


# The table of commitments


def _add_commitments(document: Any, plan: Plan, language: Language) -> None:
    seen = by_clause(plan)
    rows: list[tuple[str, str, str, str]] = []
    preamble = _promises(seen.preamble, language)
    if preamble:
        rows.append(("", _label("preamble", language), preamble, ""))
    for clause in seen.clauses:
        promises = _promises((*clause.targets, *clause.deadlines), language)
        if promises:
            heading = clause.node.heading or clause.words[:40]
            rows.append((clause.path, heading, promises, _units(clause, language)))
    if not rows:
        return
    document.add_page_break()
    document.add_paragraph(_label("table", language), style="Heading 1")
    table = document.add_table(rows=1, cols=4, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    heading_row = table.rows[0]
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    heading_row._tr.get_or_add_trPr().append(repeat)
    _fill(heading_row, [_label(code, language) for code in ("number", "clause", "promise", "units")], is_heading=True)
    for row in rows:
        _fill(table.add_row(), row, is_heading=False)


def _promises(items: Sequence[Item], language: Language) -> str:
    """Targets, and the deadlines that are not already the day of one of them."""
    days = {item.due for item in items if isinstance(item, Target) and item.due}
    said = [phrasing.target(item, language) for item in items if isinstance(item, Target)]
    said += [
        phrasing.deadline(item, language)
        for item in items
        if isinstance(item, Deadline) and (item.date is None or item.date not in days)
    ]
    return "\n".join(said)


def _units(clause: Clause, language: Language) -> str:
    lines = [
        f"{_label(code, language)}{phrasing.units(names, language)}"
        for code, names in (("lead", clause.lead), ("support", clause.support))
        if names
    ]
    if clause.others:
        lines.append(phrasing.units(clause.others, language))
    return "\n".join(lines)


def _fill(row: Any, texts: Sequence[str], *, is_heading: bool) -> None:
    keep = OxmlElement("w:cantSplit")
    keep.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(keep)
    for cell, text, width in zip(row.cells, texts, _WIDTHS_CM, strict=True):
        cell.width = Cm(width)
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.paragraph_format.line_spacing = 1.2
            run = paragraph.add_run(_printable(line))
            run.font.size = Pt(10.5)
            _set_run_face(run, _HEAVY if is_heading else _TITLE)


def _add_warnings(document: Any, plan: Plan, language: Language) -> None:
    if not plan.warnings:
        return
    document.add_paragraph(_label("warnings", language), style="Heading 1")
    for warning in plan.warnings:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.3
        words = " ".join(quoted(plan, warning.span)[:80].split())
        run = paragraph.add_run(
            _printable(f"{phrasing.warning(warning.code, warning.message, language=language)} “{words}”")
        )
        run.font.size = Pt(12)


# The file


def _finished(data: bytes) -> bytes:
    """The same parts with other names for the fonts, without the thumbnail of the template, and with one time stamp."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            elif name == "word/fontTable.xml":
                content = content.replace(b"</w:fonts>", _fonts().encode() + b"</w:fonts>")
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 0
            result.writestr(entry, content)
    return stream.getvalue()


def _fonts() -> str:
    return "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in _ALSO_CALLED.items()
    )


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def _label(code: str, language: Language) -> str:
    return phrasing.in_language(_LABELS[code], language)
