"""Official documents read back from their own file: they are set as GB/T 9704-2012 asks, whatever the text."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.foundation.charting import Bar, BarChart
from yaodian.foundation.official import layout
from yaodian.foundation.official.elements import (
    Attachment,
    Block,
    Cited,
    Figure,
    Form,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
    UnableToWriteDocument,
)
from yaodian.foundation.official.heads import fitted
from yaodian.foundation.official.layout import WIDE, balanced, characters
from yaodian.foundation.official.tests import samples
from yaodian.foundation.official.tests.described import described, opened, visible
from yaodian.foundation.official.writing import write
from yaodian.foundation.word.faces import ALSO_CALLED

pytestmark = pytest.mark.once

GOLDEN = Path(__file__).with_name("bulletin.txt")


def made(document: OfficialDocument, **asked: Any) -> bytes:
    return write(document, moment=samples.MOMENT, **asked).content


def simple(*body: Block, **changed: Any) -> OfficialDocument:
    given = {
        "form": Form.DOCUMENT,
        "issuer": "栖禾市教育局",
        "title": "关于试验的通知",
        "dated": date(2026, 11, 5),
        **changed,
    }
    return OfficialDocument(body=body or (Paragraph("正文。"),), **given)


def lines(document: OfficialDocument) -> list[str]:
    return described(made(document)).split("\n")


# --- the sheet of paper


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_the_type_area_is_156_by_225_millimetres_on_a4(sample: Callable[[], OfficialDocument]) -> None:
    (section,) = opened(made(sample())).sections
    found = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    for measured, asked in zip(found, (210, 297, 37, 28), strict=True):
        assert abs(measured - Mm(asked)) < Mm(0.1)
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < Mm(0.1)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(0.1)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", str(layout.LINE))


def test_twenty_two_lines_and_twenty_eight_characters_fill_it() -> None:
    styles = opened(made(simple())).styles
    normal = styles["Normal"]
    narrower = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val")))
    character = normal.font.size / Pt(1) * 20 + narrower
    assert 28 * character <= WIDE < 29 * character
    high = round(225 * 56.6929)
    assert 22 * layout.LINE <= high < 23 * layout.LINE
    # 撑满: what is left over is less than a millimetre.
    assert WIDE - 28 * character < 57
    assert high - 22 * layout.LINE < 57
    assert normal.paragraph_format.line_spacing == Pt(layout.LINE / 20)


def test_faces_and_sizes_are_those_of_the_standard() -> None:
    styles = opened(made(simple())).styles
    asked = {"Normal": ("仿宋_GB2312", 16), "Title": ("方正小标宋简体", 22), "Heading 1": ("黑体", 16), "Heading 2": ("楷体_GB2312", 16),
             "Heading 3": ("仿宋_GB2312", 16), "Heading 4": ("仿宋_GB2312", 16)}  # fmt: skip
    for name, (face, size) in asked.items():
        style = styles[name]
        assert (style.element.rPr.rFonts.get(qn("w:eastAsia")), style.font.size) == (face, Pt(size))
        assert style.font.bold is None
        assert style.font.color.rgb is None
        assert face in ALSO_CALLED


def test_the_page_number_stands_right_on_odd_and_left_on_even_pages() -> None:
    document = opened(made(simple()))
    assert document.settings.odd_and_even_pages_header_footer
    (section,) = document.sections
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert visible(paragraph._p) == "— 1 —"
        assert paragraph._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        # A character of size 4 from the edge.
        assert paragraph._p.pPr.find(qn("w:ind")).get(qn(f"w:{side}")) == "280"
        for run in paragraph.runs:
            assert (run.font.name, run.font.size) == ("宋体", Pt(14))


# --- golden structure


def test_a_bulletin_is_built_as_it_always_was() -> None:
    assert described(made(samples.bulletin())) + "\n" == GOLDEN.read_text(encoding="utf-8")


# --- the parts


def test_headings_number_themselves_and_begin_anew_below_each_other() -> None:
    body = [Heading("甲"), Heading("乙", 2), Heading("丙", 2), Heading("丁", 3), Heading("戊", 4), Heading("己"), Heading("庚", 2),
            Heading("无号", 2, is_numbered=False), Heading("辛", 2, then="接着说。")]  # fmt: skip
    said = [line.split(": ", 1) for line in lines(simple(*body))]
    headings = [
        (style, text)
        for style, text in said
        if text.endswith(("甲", "乙", "丙", "丁", "戊", "己", "庚", "无号", "说。"))
    ]
    assert [text for _style, text in headings] == [
        *("一、甲", "（一）乙", "（二）丙", "1.丁", "（1）戊", "二、己", "（一）庚", "无号", "（二）辛。接着说。"),
    ]
    assert [style.split(" ")[0] for style, _text in headings[:6]] == [f"Heading{level}" for level in (1, 2, 2, 3, 4, 1)]


def test_addressees_end_with_a_colon_and_stand_at_the_edge() -> None:
    said = lines(simple(addressees=("各县（区）教育局", "市直属各学校")))
    assert "Normal both line=579: 各县（区）教育局、市直属各学校：" in said


@pytest.mark.parametrize(
    ("names", "dated", "is_sealed", "wanted"),
    [
        # 不加盖印章: the name two characters in, the day's first character two to the right of the name's.
        (("栖禾市教育局办公室",), date(2026, 11, 5), False, [2.0, 2.0 + 9 - 6.5 - 2]),
        # The day is the longer one: the day two characters in, the name two to its left.
        (("栖禾局",), date(2026, 11, 5), False, [2 + 6.5 + 2 - 3, 2.0]),
        # 加盖印章: the day four characters in, the name above its middle.
        (("栖禾市教育局",), date(2026, 11, 5), True, [4 + (6.5 - 6) / 2, 4.0]),
    ],
)
def test_name_and_day_stand_where_the_standard_puts_them(
    names: tuple[str, ...], dated: date, is_sealed: bool, wanted: list[float]
) -> None:
    body = opened(made(simple(signatories=names, dated=dated, is_sealed=is_sealed))).element.body
    found = []
    for paragraph in body.iter(qn("w:p")):
        if visible(paragraph) in (*names, "2026年11月5日"):
            found.append(int(paragraph.pPr.find(qn("w:ind")).get(qn("w:rightChars"))) / 100)
    assert found == [pytest.approx(one, abs=0.01) for one in wanted]


def test_no_page_holds_a_signature_alone() -> None:
    document = opened(made(simple(Paragraph("前。"), Paragraph("正文。"), attachments=(Attachment("清单"),))))
    kept = {
        visible(each): each.pPr is not None and each.pPr.find(qn("w:keepNext")) is not None
        for each in document.element.body.iter(qn("w:p"))
    }
    assert kept["正文。"]
    assert kept["附件：清单"]
    assert kept["栖禾市教育局"]
    assert not kept["前。"]
    assert not kept["2026年11月5日"]


def test_a_very_long_name_still_stands_on_the_page() -> None:
    for is_sealed in (False, True):
        body = opened(made(simple(signatories=("局" * 27,), is_sealed=is_sealed))).element.body
        rights = [int(one.get(qn("w:right"), 0)) for one in body.iter(qn("w:ind"))]
        assert all(0 <= right < WIDE for right in rights)


def test_attachments_are_named_below_the_body_and_follow_on_pages_of_their_own() -> None:
    said = lines(samples.bulletin())
    named = [line.split(": ", 1)[1] for line in said if "附件：" in line or "2.→" in line]
    assert named == ["附件：1.→各县（区）逾期事项清单", "2.→整改情况报送表"]
    assert any("new page" in line and line.endswith("附件1") for line in said)
    # What has no content is only named.
    assert not any(line.endswith("附件2") for line in said)
    alone = lines(simple(attachments=(Attachment("清单", (Paragraph("见下。"),)),)))
    assert any(line.endswith("附件：清单") for line in alone)
    assert any("new page" in line and line.endswith(": 附件") for line in alone)


def test_the_imprint_stands_at_the_foot_of_the_last_page_between_thick_lines() -> None:
    body = opened(made(samples.bulletin())).element.body
    table = body.findall(qn("w:tbl"))[-1]
    place = table.tblPr.find(qn("w:tblpPr"))
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")
    assert [visible(cell) for cell in table.iter(qn("w:tc"))] == [
        "抄送：市政府办公室，市委教育工作领导小组秘书组，市纪委监委驻市教育局纪检监察组。",
        "栖禾市教育局办公室→2026年11月5日印发",
    ]
    borders = [(each.tag.split("}")[1], each.get(qn("w:sz"))) for one in table.iter(qn("w:tcBorders")) for each in one]
    assert borders == [("top", "8"), ("bottom", "6"), ("bottom", "8")]


def test_the_red_head_fits_its_line_whatever_its_length() -> None:
    for count in range(1, 40):
        size, narrow = fitted("教" * count, 52)
        assert count * size * narrow / 100 <= WIDE / 20
        assert (40 if count <= 21 else 20) <= size <= 52
        assert 49 <= narrow <= 100
    said = lines(simple(issuer="栖禾市教育局"))
    (head,) = [line for line in said if line.endswith("栖禾市教育局文件")]
    assert "方正小标宋简体" in head
    (number,) = [line for line in said if "line FF0000" in line]
    assert number.startswith("Normal center")


def test_a_letter_has_red_double_lines_and_no_number_on_its_first_page() -> None:
    document = opened(made(samples.letter()))
    (section,) = document.sections
    assert section.different_first_page_header_footer
    head, foot = section.first_page_header.paragraphs[0]._p, section.first_page_footer.paragraphs[0]._p
    assert visible(head) == "栖禾市教育局"
    for paragraph, kind in ((head, "thickThinSmallGap"), (foot, "thinThickSmallGap")):
        border = paragraph.pPr.find(f"{qn('w:pBdr')}/{qn('w:bottom')}")
        assert (border.get(qn("w:val")), border.get(qn("w:color"))) == (kind, "FF0000")
        ind = paragraph.pPr.find(qn("w:ind"))
        wide = WIDE - int(ind.get(qn("w:left"))) - int(ind.get(qn("w:right")))
        assert abs(wide / 56.6929 - 170) < 0.5
    assert not visible(foot)
    assert not any("印发" in line for line in lines(samples.letter()))


def test_minutes_say_who_was_there_and_are_not_signed() -> None:
    said = lines(samples.minutes())
    assert any("出席：林一一" in line and "left=1580" in line for line in said)
    assert sum("2026年11月3日" in line for line in said) == 1
    assert any(line.endswith("→栖禾市教育局→2026年11月3日") for line in said)


def test_titles_are_cut_between_words_and_no_line_is_too_long() -> None:
    assert balanced("栖禾市教育局关于10月份年度重点工作任务进展情况的通报") == [
        "栖禾市教育局关于10月份",
        "年度重点工作任务进展情况的通报",
    ]
    assert balanced("栖禾市教育局关于商请提供学龄人口数据的函") == ["栖禾市教育局", "关于商请提供学龄人口数据的函"]
    assert balanced("短标题") == ["短标题"]
    assert balanced("甲\n乙") == ["甲", "乙"]


@given(st.text("栖禾市教育局关于的通报《》0123456789、（）abc", min_size=1, max_size=120).filter(str.strip))
def test_a_cut_title_loses_nothing(title: str) -> None:
    cut = balanced(title)
    assert "".join(cut) == title.strip()
    assert all(characters(line) <= 21 for line in cut)


# --- tables and figures


@given(
    st.lists(st.text("甲乙丙12,.%", max_size=40), min_size=1, max_size=14),
    st.lists(st.floats(0.1, 50), min_size=14, max_size=14),
    st.booleans(),
)
@settings(max_examples=40)
def test_a_table_fills_the_type_area_and_never_exceeds_it(
    heads: list[str], shares: list[float], is_given: bool
) -> None:
    widths = shares[: len(heads)] if is_given else ()
    table = Table(heads, [[head * 3 for head in heads]], widths=widths)
    body = opened(made(simple(table))).element.body
    found = [int(one.get(qn("w:w"))) for one in body.find(qn("w:tbl")).iter(qn("w:gridCol"))]
    assert sum(found) <= WIDE
    assert sum(found) > 0.95 * WIDE
    assert min(found) > 0


def test_a_table_repeats_its_head_and_sets_numbers_to_the_right() -> None:
    table = opened(made(simple(samples.table()))).element.body.find(qn("w:tbl"))
    head, *rows = table.iter(qn("w:tr"))
    assert head.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    aligns = [one.find(f".//{qn('w:jc')}").get(qn("w:val")) for one in rows[0].iter(qn("w:tc"))]
    assert aligns == ["center", "right", "right", "right", "left"]


def test_tables_and_figures_are_counted_apart_through_the_attachments() -> None:
    said = lines(samples.bulletin())
    captions = [line.split(": ", 1)[1].split("　")[0] for line in said if "黑体 12:" in line]
    assert captions == ["表1", "图1", "图2", "表2"]


def test_a_figure_is_a_chart_of_word_with_its_numbers_inside() -> None:
    content = made(simple(Figure(samples.bars(has_limit=True))))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        chart = parts.read("word/charts/chart1.xml").decode()
    assert "word/embeddings/chart1.xlsx" in names
    assert all(name in chart for name in samples.COUNTIES)
    assert "全年目标 80%" in chart
    assert opened(content).element.body.find(f".//{qn('w:drawing')}") is not None


# --- traces


def test_every_number_carries_its_place_hidden_behind_it() -> None:
    written = write(samples.bulletin(), moment=samples.MOMENT)
    assert [one.place for one in written.cited] == list(range(1, len(written.cited) + 1))
    body = opened(written.content).element.body
    names = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert names == [f"trace{one.place}" for one in written.cited]
    marks = [run for run in body.iter(qn("w:r")) if run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") is not None]
    assert ["".join(each.text for each in run.iter(qn("w:t"))) for run in marks] == [
        f"[{one.place}]" for one in written.cited
    ]
    assert all(run.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None for run in marks)
    # In reading order, with where they stand and in which words.
    first, in_table = written.cited[0], written.cited[6]
    assert (first.text, first.trace_id, first.where) == ("137", "due", "“一、总体情况”第1段")
    assert first.sentence.startswith("全市本月应完成137项，已完成114项")
    assert (in_table.where, in_table.text, in_table.trace_id) == ("表1第1行第2列", "20", "due-0")


def test_the_marks_may_be_shown() -> None:
    shown = made(simple(Paragraph(("共", Cited("3", "a"), "项。"))), shows_marks=True)
    assert "共3[1]项。" in described(shown)
    assert "共3项。" in described(made(simple(Paragraph(("共", Cited("3", "a"), "项。")))))


def test_numbers_in_headings_and_attachments_know_where_they_stand() -> None:
    document = simple(
        Paragraph((Cited("1", "a"),)), Heading(("完成", Cited("2", "b"), "项"), 2, then=("其中", Cited("3", "c"), "项延期。")),
        attachments=(Attachment("清单", (Paragraph(("共", Cited("4", "d"), "项。")), Table(((Cited("5", "e"),),), [[(Cited("6", "f"),)]]))),),
    )  # fmt: skip
    found = write(document, moment=samples.MOMENT).cited
    assert [one.where for one in found] == [
        *(
            "正文第1段",
            "标题“（一）完成2项”",
            "“（一）完成2项”第1段",
            "附件：正文第1段",
            "附件：表中表头第1列",
            "附件：表中第1行第1列",
        ),
    ]


# --- the file


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_the_same_document_gives_the_same_bytes(sample: Callable[[], OfficialDocument]) -> None:
    content = made(sample())
    assert content == made(sample())
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert len(set(parts.namelist())) == len(parts.namelist())
    properties = opened(content).core_properties
    assert (properties.created, properties.modified) == (samples.MOMENT, samples.MOMENT)
    assert (properties.author, properties.last_modified_by, properties.revision) == (sample().issuer, "", 1)


ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl pBdr shd tabs autoSpaceDE autoSpaceDN snapToGrid spacing ind "
    "jc outlineLvl sectPr",
    "rPr": "rFonts b vanish color spacing w sz szCs vertAlign",
    "tblPr": "tblStyle tblpPr tblOverlap tblW jc tblInd tblLayout tblCellMar",
    "tcPr": "tcW tcBorders shd vAlign",
}


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_properties_stand_in_the_order_of_the_schema(sample: Callable[[], OfficialDocument]) -> None:
    document = opened(made(sample()))
    (section,) = document.sections
    roots = [document.element.body, section.footer._element, section.first_page_header._element]
    for root in roots:
        for name, order in ORDER.items():
            for element in root.iter(qn(f"w:{name}")):
                found = [child.tag.split("}")[1] for child in element]
                assert found == sorted(found, key=order.split().index)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=60)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=40)
def test_whatever_was_written_is_shown_and_is_nothing_but_text(one: str, two: str, three: str) -> None:
    document = simple(
        Paragraph((one, Cited(two, "t"))), Heading(two or "甲", 3), Table(("列",), [[three]], caption=one, note=two, unit=three),
        title=f"题{one}", addressees=(two,), attachments=(Attachment(three),), note=one, copies_to=(two,), printed_by=three,
    )  # fmt: skip
    content = made(document)
    body = opened(content).element.body
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        parts.read("word/document.xml").decode()
    kept = [sign for sign in three if sign.isalnum()]
    (cell,) = [visible(each) for each in body.find(qn("w:tbl")).iter(qn("w:tc"))][1:]
    assert [sign for sign in cell if sign.isalnum()] == kept


def test_markup_controls_and_rare_characters_are_text() -> None:
    said = lines(simple(Paragraph("𠮷野<w:p/>&amp;\x00\x0b\u202e①\r\n下一行\t完")))
    assert "Normal firstLine=632 both line=579: 𠮷野<w:p/>&amp;①/下一行 完" in said


# --- what cannot be set


def empty_chart() -> BarChart:
    return BarChart(code="a", title="空图", bars=(Bar("甲", None, "无数据"),))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: simple(issuer=" "), "公文缺少发文机关"),
        (lambda: simple(title=""), "公文缺少标题"),
        (lambda: simple(title="长" * 201), "最多 200 个字"),
        (lambda: dataclasses.replace(simple(), body=()), "没有正文"),
        (lambda: simple(Heading("五级", 5)), "“五级”是第 5 级"),
        (lambda: simple(Table((), [])), "有 0 列"),
        (lambda: simple(Table(["列"] * 15, [])), "有 15 列"),
        (lambda: simple(Table(("甲", "乙"), [("一", "二"), ("三",)], caption="表")), "第 2 行有 1 格，表头有 2 列"),
        (lambda: simple(Table(("甲",), [], widths=(1, 2))), "列宽"),
        (lambda: simple(Figure(empty_chart())), "“空图”没有可画的数"),
        (lambda: simple(Figure(samples.course(), height_mm=10)), "30 到 205 毫米"),
        (lambda: simple(attachments=(Attachment("附", (Heading("五级", 9),)),)), "第 9 级"),
    ],
)  # fmt: skip
def test_what_no_layout_can_mend_is_refused_in_words(make: Callable[[], OfficialDocument], words: str) -> None:
    with pytest.raises(UnableToWriteDocument, match=words):
        make()


def test_a_chart_of_many_bars_says_how_many_are_left_out() -> None:
    chart = BarChart(
        code="a", title="图", bars=tuple(Bar(f"校{n}", Fraction(n), str(n)) for n in range(1, 41)), note="来源"
    )
    assert any(line.endswith("注：其余10个未画出；来源") for line in lines(simple(Figure(chart))))
