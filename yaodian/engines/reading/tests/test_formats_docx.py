"""Word files: order, automatic numbers, headings, tables, tracked changes."""

from __future__ import annotations

import io

import docx as python_docx
import pytest

from yaodian.engines.reading.formats import docx, labels
from yaodian.engines.reading.source import Line, Table
from yaodian.engines.reading.tests.corpus.docx_files import (
    W,
    build,
    cell,
    document,
    level,
    numbering,
    p,
    run,
    styles,
    table,
)


def words(body: str, lists: str = "", style_sheet: str = "") -> list[str]:
    source = docx.parse(build(body, lists=lists, style_sheet=style_sheet))
    return [block.text for block in source.blocks if isinstance(block, Line)]


GENRE = numbering(
    {
        0: level(0, "chineseCounting", "%1、")
        + level(1, "chineseCountingThousand", "\uff08%2\uff09")
        + level(2, "decimal", "%3.")
        + level(3, "decimalEnclosedCircle", "%4")
        + level(4, "decimal", "%3.%5", "<w:isLgl/>"),
        1: level(0, "bullet", "\uf06c") + level(1, "upperRoman", "%1-%2)"),
    },
    {1: (0, ""), 2: (0, '<w:lvlOverride w:ilvl="2"><w:startOverride w:val="1"/></w:lvlOverride>'), 3: (1, "")},
)


def test_numbers_of_the_genre_are_printed_and_restart_below_their_parent() -> None:
    body = "".join(
        p(text, numbers=(1, at))
        for text, at in [
            ("甲", 0),
            ("乙", 1),
            ("丙", 2),
            ("丁", 2),
            ("戊", 3),
            ("己", 4),
            ("庚", 1),
            ("辛", 2),
            ("壬", 0),
            ("癸", 1),
        ]
    )
    assert words(body, GENRE) == [
        "一、甲",
        "\uff08一\uff09乙",
        "1.丙",
        "2.丁",
        "① 戊",
        "2.1 己",
        "\uff08二\uff09庚",
        "1.辛",
        "二、壬",
        "\uff08一\uff09癸",
    ]


def test_a_list_that_shares_its_definition_runs_on_and_one_with_an_override_restarts() -> None:
    body = p("甲", numbers=(1, 2)) + p("乙", numbers=(1, 2)) + p("丙", numbers=(2, 2)) + p("丁", numbers=(2, 2))
    assert words(body, GENRE) == ["1.甲", "2.乙", "1.丙", "2.丁"]
    shared = GENRE.replace('<w:lvlOverride w:ilvl="2"><w:startOverride w:val="1"/></w:lvlOverride>', "")
    assert words(body, shared) == ["1.甲", "2.乙", "3.丙", "4.丁"]


def test_numbers_may_run_on_through_the_document() -> None:
    lists = numbering(
        {0: level(0, "chineseCounting", "%1、") + level(1, "decimal", "%2.", '<w:lvlRestart w:val="0"/>')}, {1: (0, "")}
    )
    body = "".join(p(text, numbers=(1, at)) for text, at in [("甲", 0), ("乙", 1), ("丙", 0), ("丁", 1)])
    assert words(body, lists) == ["一、甲", "1.乙", "二、丙", "2.丁"]


def test_bullets_are_dropped_and_a_skipped_level_counts_as_begun() -> None:
    assert words(p("甲", numbers=(3, 0)) + p("乙", numbers=(1, 2)) + p("丙", numbers=(1, 1)), GENRE) == [
        "甲",
        "1.乙",
        "\uff08一\uff09丙",
    ]


def test_a_style_brings_its_number_and_a_paragraph_may_refuse_it() -> None:
    sheet = styles(
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/><w:pPr>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="K"><w:name w:val="clause"/><w:basedOn w:val="H"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="bound"/><w:pPr>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    lists = GENRE.replace(
        '<w:numFmt w:val="chineseCountingThousand"/>',
        '<w:numFmt w:val="chineseCountingThousand"/><w:pStyle w:val="L"/>',
    )
    body = p("甲", style="H") + p("乙", style="L") + p("丙", style="K") + p("丁", style="H", numbers=(0, 0))
    assert words(body, lists, sheet) == ["一、甲", "\uff08一\uff09乙", "1.丙", "丁"]
    source = docx.parse(build(body, lists=lists, style_sheet=sheet))
    assert [block.heading for block in source.blocks if isinstance(block, Line)] == [1, 0, 3, 1]


def test_an_empty_item_is_counted_as_word_prints_it() -> None:
    assert words(p("甲", numbers=(1, 2)) + p("", numbers=(1, 2)) + p("乙", numbers=(1, 2)), GENRE) == [
        "1.甲",
        "",
        "3.乙",
    ]


@pytest.mark.parametrize(
    ("style", "number", "shown"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 11, "十一"),
        ("chineseCounting", 20, "二十"),
        ("chineseCountingThousand", 21, "二十一"),
        ("chineseCountingThousand", 101, "一百零一"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1001, "一千零一"),
        ("japaneseCounting", 12, "十二"),
        ("ideographDigital", 10, "一〇"),
        ("ideographTraditional", 3, "丙"),
        ("ideographZodiac", 12, "亥"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircleChinese", 21, "㉑"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalEnclosedFullstop", 3, "⒊"),
        ("ideographEnclosedCircle", 1, "㊀"),
        ("decimalFullWidth", 12, "\uff11\uff12"),
        ("decimalZero", 3, "03"),
        ("upperRoman", 4, "IV"),
        ("lowerRoman", 9, "ix"),
        ("upperLetter", 27, "AA"),
        ("lowerLetter", 2, "b"),
        ("ordinal", 22, "22nd"),
        ("none", 5, ""),
        ("somethingNew", 5, "5"),
    ],
)
def test_number_formats(style: str, number: int, shown: str) -> None:
    assert labels.word_number(number, style) == shown


def test_a_number_keeps_clear_of_a_digit() -> None:
    lists = numbering({0: level(0, "decimal", "%1.")}, {1: (0, "")})
    assert words(p("2025年甲", numbers=(1, 0)) + p("乙", numbers=(1, 0)), lists) == ["1. 2025年甲", "2.乙"]


def test_insertions_count_and_deletions_do_not() -> None:
    inside = (
        f"<w:ins>{run('新')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('去')}</w:moveFrom><w:moveTo>{run('来')}</w:moveTo>{run('隐', '<w:vanish/>')}{run('末')}"
    )
    joined = p("前", properties="<w:rPr><w:del/></w:rPr>") + p("后")
    assert words(p(inside=inside) + joined) == ["新来末", "前后"]


def test_fields_show_their_result_and_contents_go() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r>'
        f'<w:fldChar w:fldCharType="separate"/></w:r>{run("果")}<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("后")}'
    )
    toc = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{p('一、甲 1')}</w:sdtContent></w:sdt>"
    )
    sheet = styles('<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>')
    unclosed = p(inside='<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + p("末")
    assert words(toc + p("二、乙 2", style="T1") + p(inside=field) + unclosed, style_sheet=sheet) == ["果后", "", "末"]


def test_text_boxes_controls_and_alternatives_are_read_once() -> None:
    box = f"<w:txbxContent>{p('框内')}</w:txbxContent>"
    drawn = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    control = f"<w:sdt><w:sdtContent>{p('控件')}</w:sdtContent></w:sdt>"
    inline = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击此处')}"
    inline += f"</w:sdtContent></w:sdt>{run('正文')}"
    assert words(p(inside=run("锚") + drawn) + control + p(inside=inline)) == ["锚", "框内", "控件", "正文"]


def test_breaks_make_lines_and_symbols_of_fonts_go() -> None:
    inside = '<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:noBreakHyphen/><w:sym w:char="F0A8"/></w:r>'
    inside += run("丁")
    assert words(p(inside=inside)) == ["甲", "乙 丙-丁"]


def test_tables_keep_merged_cells_in_their_first_place() -> None:
    body = table(
        [cell("序号"), cell("任务"), cell("责任单位", span=2)],
        [cell("1"), cell("建校"), cell(p("基教科") + p("财务科"), merge="restart"), cell("6月底前")],
        [cell("2"), cell("扩建"), cell("", merge="continue"), cell("年底前")],
    )
    (found,) = docx.parse(build(body)).blocks
    assert found == Table(
        (
            ("序号", "任务", "责任单位", ""),
            ("1", "建校", "基教科\n财务科", "6月底前"),
            ("2", "扩建", "", "年底前"),
        ),
        frozenset({(0, 3), (2, 2)}),
    )


def test_numbers_in_cells_are_printed_and_a_frame_becomes_lines() -> None:
    lists = numbering({0: level(0, "decimal", "%1")}, {1: (0, "")})
    rows = [[cell(p("", numbers=(1, 0))), cell("甲")], [cell(p("", numbers=(1, 0))), cell("乙")]]
    (found,) = docx.parse(build(table([cell("序号"), cell("任务")], *rows), lists=lists)).blocks
    assert isinstance(found, Table)
    assert [row[0] for row in found.rows] == ["序号", "1", "2"]
    assert words(table([cell(p("甲") + p("乙"))])) == ["甲", "乙"]


def test_headers_notes_and_comments_are_no_text() -> None:
    parts: dict[str, str | bytes] = {f"word/{name}.xml": p("不读") for name in ("header1", "footnotes", "comments")}
    source = docx.parse(build(p("甲"), parts=parts, title="云川市要点"))
    assert source.blocks == (Line("甲"),)
    assert source.title == "云川市要点"


def test_strict_files_are_read() -> None:
    strict = document(p("甲")).replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert docx.parse(build(main=strict)).blocks == (Line("甲"),)


def test_a_file_of_another_writer_is_read() -> None:
    written = python_docx.Document()
    written.core_properties.title = "云川市2025年教育工作要点"
    written.add_heading("云川市2025年教育工作要点", 0)
    written.add_heading("一、加强党建", 1)
    written.add_paragraph("第一项", style="List Number")
    written.add_paragraph("第二项", style="List Number")
    grid = written.add_table(3, 3)
    grid.cell(0, 0).text = "序号"
    grid.cell(1, 2).merge(grid.cell(2, 2)).text = "教育局"
    out = io.BytesIO()
    written.save(out)
    source = docx.parse(out.getvalue())
    assert source.title == "云川市2025年教育工作要点"
    assert source.blocks[:4] == (
        Line("云川市2025年教育工作要点", 1),
        Line("一、加强党建", 1),
        Line("1.第一项"),
        Line("2.第二项"),
    )
    assert source.blocks[4] == Table((("序号", "", ""), ("", "", "教育局"), ("", "", "")), frozenset({(2, 2)}))
