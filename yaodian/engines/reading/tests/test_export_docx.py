"""The Word document: set for the office, and the text as printed."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml.ns import qn

from yaodian.engines.reading.export import docx as docx_export
from yaodian.engines.reading.tests.plans import Clause, plan, target, yunchuan


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


def test_every_line_of_the_text_stands_once_in_order() -> None:
    made = yunchuan()
    printed = [line for line in made.text.split("\n")[1:] if line.strip()]
    found = [p.text for p in opened(docx_export.render(made)).paragraphs]
    at = found.index(printed[0])
    assert found[at : at + len(printed)] == printed
    assert found[0] == made.title


def test_targets_are_bold_and_the_rest_of_the_line_is_not() -> None:
    paragraphs = opened(docx_export.render(yunchuan())).paragraphs
    clause = next(p for p in paragraphs if p.text.startswith("1.推进"))
    bold = [run.text for run in clause.runs if run.font.bold]
    assert "新建公办幼儿园5所" in bold
    assert "普惠性幼儿园覆盖率达到92%" in bold
    assert "9月底前" in bold
    assert not any("落实" in text for text in bold)


def test_the_page_is_a4_with_numbers_and_chinese_fonts_by_name() -> None:
    data = docx_export.render(yunchuan())
    document = opened(data)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert " PAGE " in section.footer._element.xml
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1", "Heading 2")
    }
    assert fonts == {"Normal": "仿宋", "Title": "宋体", "Heading 1": "黑体", "Heading 2": "楷体"}
    table = zipfile.ZipFile(io.BytesIO(data)).read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋"><w:altName w:val="FangSong,' in table


def test_the_table_at_the_end_holds_every_commitment() -> None:
    table = opened(docx_export.render(yunchuan())).tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["序号", "条目", "目标与期限", "责任单位"]
    assert [row[0] for row in rows[1:]] == ["", "一/1", "一/2", "二/3"]
    assert rows[2][3] == "牵头：基础教育科\n配合：规划科、人事科"
    assert "9月底前" not in rows[2][2], "the day of a target is said with the target"
    assert "春学期" in rows[4][2]
    english = opened(docx_export.render(yunchuan(), language="en")).tables[0]
    assert [cell.text for cell in english.rows[0].cells] == ["No.", "Clause", "Targets and deadlines", "Units"]


def test_what_xml_cannot_hold_is_left_out() -> None:
    made = plan(
        "要\x00点\x0b",
        2026,
        "",
        Clause(1, "一", "一、建\x01成5所\ud800", targets=[target("成5所", "学\x02校", 5, "所")]),
    )
    assert "一、建成5所" in [p.text for p in opened(docx_export.render(made)).paragraphs]


def test_nothing_of_the_template_is_left_behind() -> None:
    data = docx_export.render(yunchuan())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
        assert b"thumbnail" not in archive.read("_rels/.rels")
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"python-docx" not in archive.read("docProps/core.xml")
