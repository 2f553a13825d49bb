"""PDF: paragraphs from lines, page furniture out, ruled tables."""

from __future__ import annotations

import pytest

from yaodian.engines.reading.formats import pdf
from yaodian.engines.reading.source import Line, Table
from yaodian.engines.reading.tests.corpus.pdf_files import Page, build, paragraphs

PARAGRAPHS = [
    "一、坚持党建引领,全面加强党的领导",
    "1.深化思想政治建设。组织党员干部学习贯彻教育大会精神,健全学习制度,全年开展专题培训不少于4次,覆盖率达到100%,推动学习成果转化为工作实效。",
    "(责任单位:党委办公室、组织人事科)",
    "2.加强学校建设。新建公办幼儿园3所,改扩建义务教育学校12所,新增学位8600个,9月底前全部投入使用,确保学前教育普惠率达到90%以上;投入资金1.5亿元,完成5所普通高中的改造。",
]


def words(pages: list[Page]) -> list[str]:
    return [block.text for block in pdf.parse(build(pages)).blocks if isinstance(block, Line)]


@pytest.mark.parametrize("columns", [24, 28, 30])
@pytest.mark.parametrize("indent", [2, 0])
@pytest.mark.parametrize("footer", ["— {} —", "{}", "第{}页"])
def test_lines_become_paragraphs_over_pages_and_furniture_goes(columns: int, indent: int, footer: str) -> None:
    pages = paragraphs(
        PARAGRAPHS * 8, columns=columns, indent=indent, footer=footer, header="云川市教育局文件汇编 第3卷"
    )
    assert len(pages) > 2
    assert words(pages) == PARAGRAPHS * 8


def test_a_title_on_two_lines_is_one_line_and_the_office_stands_apart() -> None:
    pages = paragraphs(PARAGRAPHS * 3)
    title = Page(boxes=[])
    title.centre(100, "云川市教育局文件", 30)
    title.centre(150, "云教发〔2025〕6号")
    title.centre(200, "云川市教育局关于印发2025年", 22)
    title.centre(230, "工作要点的通知", 22)
    title.put(90, 280, "各县区教育局:")
    assert words([title, *pages])[:4] == [
        "云川市教育局文件",
        "云教发〔2025〕6号",
        "云川市教育局关于印发2025年工作要点的通知",
        "各县区教育局:",
    ]


def test_ruled_tables_are_tables_and_go_on_over_pages() -> None:
    head = ["序号", "重点任务", "责任单位", "完成时限"]
    first, second = Page(), Page()
    first.put(90, 100, "附件:重点任务分工表")
    first.grid(90, 650, [40, 200, 100, 80], [head, ["1", "新建幼儿园", "基教科", "6月底前"]])
    below = second.grid(90, 80, [40, 200, 100, 80], [head, ["2", "建智慧校园", "电教馆", "年底前"]])
    second.put(90, below + 60, "完")
    source = pdf.parse(build([first, second], title="Microsoft Word - 云川市要点.docx"))
    assert source.title == "云川市要点"
    assert source.blocks == (
        Line("附件:重点任务分工表"),
        Table((tuple(head), ("1", "新建幼儿园", "基教科", "6月底前"), ("2", "建智慧校园", "电教馆", "年底前"))),
        Line("完"),
    )


def test_bold_by_printing_twice_is_read_once() -> None:
    page = Page()
    for shift in (0.0, 0.3):
        page.put(90 + shift, 100, "一、加强学校建设管理")
    assert words([page]) == ["一、加强学校建设管理"]


def test_words_far_apart_on_a_line_keep_a_space() -> None:
    page = Page()
    page.put(90, 100, "联系人:王某某")
    page.put(300, 100, "电话:0511")
    page.put(90, 130, "STEM education 2025")
    assert words([page]) == ["联系人:王某某 电话:0511", "STEM education 2025"]


def test_a_frame_round_text_is_no_table() -> None:
    page = Page(boxes=[(80, 80, 300, 200), (80, 300, 300, 10), (80, 320, 5, 5), (90, 320, 5, 5)])
    page.put(90, 100, "一、框内的文字")
    assert "一、框内的文字" in words([page])


def test_a_row_that_the_page_cut_is_made_whole() -> None:
    head = ["序号", "重点任务", "责任单位"]
    first, second = Page(), Page()
    first.grid(90, 700, [40, 200, 100], [head, ["1", "新建公办幼儿园三所", "基教科"]])
    second.grid(90, 80, [40, 200, 100], [["", "并投入使用。", ""], ["2", "建智慧校园", "电教馆"]])
    (table,) = pdf.parse(build([first, second])).blocks
    assert isinstance(table, Table)
    assert table.rows[1:] == (("1", "新建公办幼儿园三所并投入使用。", "基教科"), ("2", "建智慧校园", "电教馆"))


def test_radicals_of_the_fonts_become_ordinary_characters() -> None:
    page = Page()
    page.put(90, 100, "\u2f00、\u2ea0办学校")
    assert words([page]) == ["一、民办学校"]
