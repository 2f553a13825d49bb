"""Kinds and encodings are told by content; a name is a hint at most."""

from __future__ import annotations

import pytest

from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats import extract
from yaodian.engines.reading.formats.characters import cleaned
from yaodian.engines.reading.formats.decoding import decoded
from yaodian.engines.reading.source import Line
from yaodian.engines.reading.tests.corpus import docx_files, pdf_files

PLAN = "云川市教育局2025年工作要点\n一、坚持立德树人,加强学校管理\n1.新建公办幼儿园3所,普惠率达到90%以上。\n"
PAGE = f"<html><head><meta charset=gb2312></head><body><p>{PLAN.replace(chr(10), '</p><p>')}</p></body></html>"
LINES = PLAN.strip().split("\n")


def texts(document: bytes | str, name: str = "") -> list[str]:
    return [block.text for block in extract(document, name=name).blocks if isinstance(block, Line) and block.text]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_every_encoding_of_the_genre_is_read(encoding: str) -> None:
    assert texts(PLAN.encode(encoding)) == LINES


def test_big5_is_read() -> None:
    text = "雲川市教育局工作要點\n一、加強學校管理,提高教育質量,推進義務教育發展\n"
    assert texts(text.encode("big5")) == text.strip().split("\n")


def test_a_short_word_in_gb18030_is_read() -> None:
    assert decoded("云川".encode("gb18030")) == "云川"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_that_declares_the_wrong_encoding_is_read_by_its_bytes(encoding: str) -> None:
    source = extract(PAGE.encode(encoding), name="a.txt")
    assert source.kind == "html"
    assert [block.text for block in source.blocks if isinstance(block, Line)] == LINES


def test_a_page_that_declares_utf_8_and_is_gb18030_is_read() -> None:
    page = PAGE.replace("gb2312", "utf-8").encode("gb18030")
    assert texts(page) == LINES


def test_a_cut_last_character_loses_only_itself() -> None:
    assert texts((PLAN * 9).encode()[:-2])[:3] == LINES
    assert texts((PLAN * 9 + "学").encode("gb18030")[:-1])[:3] == LINES


def test_ascii_in_utf_16_without_a_mark_is_read() -> None:
    assert texts("Work plan\n1. Build three schools\n".encode("utf-16-le")) == ["Work plan", "1. Build three schools"]


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.doc", "a", "a.html"])
def test_the_name_never_decides_against_the_content(name: str) -> None:
    assert extract(docx_files.build(docx_files.p("一、甲")), name=name).kind == "docx"
    assert extract(pdf_files.build(pdf_files.paragraphs([PLAN])), name=name).kind == "pdf"
    assert extract(PAGE, name=name).kind == "html"
    assert extract(PLAN, name=name).kind == "text"


def test_markdown_is_told_by_its_marks_or_by_the_name() -> None:
    assert extract("# 要点\n\n## 一、党建\n\n内容", name="a.txt").kind == "markdown"
    assert extract("# 要点\n\n**一、党建**\n").kind == "markdown"
    assert extract(PLAN, name="要点.MD").kind == "markdown"
    assert extract("#1 号文件\n一、甲\n").kind == "text"


def test_text_that_mentions_a_tag_stays_text() -> None:
    assert extract("一、网页使用 <br> 标签\n二、甲<乙").kind == "text"


def test_a_fragment_of_a_page_is_html() -> None:
    assert extract("  <p>一、甲</p><p>二、乙</p>").kind == "html"
    assert extract("标题<br>一、甲<br>二、乙<br>三、丙<br>四、丁<br>五、戊<br>").kind == "html"


def test_xhtml_is_html() -> None:
    assert (
        extract('<?xml version="1.0" encoding="gb2312"?>\n<!DOCTYPE html>\n<html><p>一、甲</p></html>').kind == "html"
    )


def test_word_xml_is_named_as_such() -> None:
    with pytest.raises(UnreadableDocument, match="Word XML"):
        extract('<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>')


def test_what_cannot_be_seen_goes_and_the_rest_stays_as_printed() -> None:
    printed = "１．新建\uff08３\uff09所\u3000学校\uff0c９０\uff05"
    assert cleaned(printed) == printed
    assert cleaned("a\u200bb\ufeffc\u00add\x00e\x07f\u202eg\u2060h") == "abcdefgh"
    assert cleaned("甲\xa0乙\u2003丙") == "甲 乙 丙"
    assert cleaned("甲\r\n乙\r丙\u2028丁\x0c戊") == "甲\n乙\n丙\n丁\n戊"
    assert cleaned("\u2f00、\u2ea0办\u2ed3期\uf06c") == "一、民办长期"
    assert cleaned("\ud800甲") == "甲"


def test_blank_lines_inside_stay_and_outside_go() -> None:
    assert [block.text for block in extract("\n\n甲\n\n\n\n\n乙\n\n").blocks if isinstance(block, Line)] == [
        "甲",
        "",
        "",
        "乙",
    ]
