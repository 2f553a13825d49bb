"""Every document that cannot be read is refused with its own sentence, within bounded time and memory."""

from __future__ import annotations

import io
import re
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import MESSAGES, UnreadableDocument
from yaodian.engines.reading.formats import docx, extract, html, markdown, pdf, plain
from yaodian.engines.reading.source import Line, Source, Table
from yaodian.engines.reading.tests.corpus import bad_files, docx_files, pdf_files
from yaodian.engines.reading.tests.corpus.bad_files import BAD, PLAN

SECONDS = 25.0
MEGABYTES = 150


@contextmanager
def bounded() -> Iterator[None]:
    """Fails where the block takes longer, or makes this process larger, than a bad file may."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


def refused(document: bytes | str, name: str = "要点.txt") -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as caught:
        extract(document, name=name)
    return caught.value


@pytest.mark.parametrize("case", BAD)
def test_a_bad_document_is_refused_with_its_code_in_bounded_time_and_memory(case: str) -> None:
    build, code = BAD[case]
    document = build()
    with bounded():
        problem = refused(document)
    assert problem.code == code
    assert "要点.txt" in problem.message("zh")
    assert "要点.txt" in problem.message("en")


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_says_what_is_wrong_and_what_to_do_in_both_languages(code: str) -> None:
    chinese, english = MESSAGES[code]
    assert "{name}" in chinese
    assert "{name}" in english
    assert re.search("请|\\{remedy_zh\\}", chinese)
    assert not re.search("[\u4e00-\u9fff]", re.sub("[一().、]", "", english))
    # Two parts at least: the trouble, then the way out.
    assert len(re.findall("[。，；,;]|remedy", chinese)) >= 2
    fields = re.compile(r"\{(\w+?)(?:_zh|_en)?\}")
    assert set(fields.findall(chinese)) == set(fields.findall(english))


def test_an_unsupported_file_is_named_by_its_kind_and_told_the_way_out() -> None:
    problem = refused(bad_files.compound("WordDocument"), name="要点.docx")
    assert ".doc" in problem.message("zh")
    assert "另存为" in problem.message("zh")
    assert ".docx" in problem.message("en").split("Save as")[-1] or ".docx" in problem.message("en")


def test_the_error_of_a_nameless_file_speaks_of_the_file() -> None:
    assert refused(b"", name="").message("en").startswith("“The file”")
    assert refused(b"", name="").message("zh").startswith("“文件”")


def test_macros_are_never_touched_and_the_text_is_read() -> None:
    macros = {"word/vbaProject.bin": bad_files.compound("VBA"), "word/vbaData.xml": "<!DOCTYPE x><broken"}
    source = extract(docx_files.build(docx_files.p("一、建设学校"), parts=macros), name="要点.docm")
    assert source.blocks == (Line("一、建设学校"),)


def test_parts_with_hostile_names_are_ignored() -> None:
    hostile = {"../../etc/passwd": "x", "/word/evil.xml": "<a/>", "word/..\\..\\b.xml": "x"}
    assert extract(docx_files.build(docx_files.p("一、甲"), parts=hostile)).blocks == (Line("一、甲"),)


def test_a_relation_to_another_host_is_not_followed() -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="x/styles" Target="http://127.0.0.1:9/styles.xml" TargetMode="External"/>'
        '<Relationship Id="r2" Type="x/numbering" Target="../../../../etc/hostname"/></Relationships>'
    )
    source = extract(docx_files.build(docx_files.p("一、甲"), parts={"word/_rels/document.xml.rels": rels}))
    assert source.blocks == (Line("一、甲"),)


# Limits: below and at the limit is read, above it is refused.


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_the_limit_of_a_file(excess: int) -> None:
    document = PLAN.encode().ljust(limits.FILE_BYTES + excess, b"\n")
    if excess > 0:
        assert refused(document).code == "too-large"
    else:
        # Not too large a file, but too much text: blank lines are characters too.
        assert refused(document).code == "too-long"


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_the_limit_of_the_text(excess: int) -> None:
    line = "一、教育工作要点建设学校\n"
    text = (line * (limits.TEXT_CHARACTERS // len(line) + 1))[: limits.TEXT_CHARACTERS - 1] + "完"
    text = text + "尾" * excess if excess >= 0 else text[:excess]
    if excess > 0:
        assert refused(text).code == "too-long"
    else:
        assert len(extract(text).blocks) > 75_000


@pytest.mark.parametrize("excess", [-1, 0, 1])
@pytest.mark.parametrize("parse", [plain.parse, markdown.parse])
def test_the_limit_of_a_line(excess: int, parse: Callable[[str], Source]) -> None:
    text = "教" * (limits.LINE_CHARACTERS + excess)
    if excess > 0:
        with pytest.raises(UnreadableDocument, match="没有换行"):
            parse(text)
    else:
        assert parse(text).blocks == (Line(text),)


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_the_limit_of_the_cells(excess: int) -> None:
    # The last row of two columns may be short; one more row is two more cells.
    rows = limits.TABLE_CELLS // 2 + (excess if excess > 0 else min(excess, 0))
    html_text = "<html><body><table>" + "<tr><td>甲</td><td>乙</td></tr>" * rows + "</table>"
    word = docx_files.build(docx_files.table(*[[docx_files.cell("甲"), docx_files.cell("乙")]] * rows))
    for parse, document in ((html.parse, html_text.encode()), (docx.parse, word)):
        if excess > 0:
            with pytest.raises(UnreadableDocument) as caught:
                parse(document)
            assert caught.value.code == "too-many-cells"
        else:
            (table,) = parse(document).blocks
            assert isinstance(table, Table)
            assert len(table.rows) == rows


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_the_limit_of_the_parts_of_an_archive(excess: int) -> None:
    own = 4
    parts = {f"word/media/{n}.bin": b"" for n in range(limits.ARCHIVE_ENTRIES - own + excess)}
    document = docx_files.build(docx_files.p("一、甲"), parts=parts)
    if excess > 0:
        with pytest.raises(UnreadableDocument) as caught:
            docx.parse(document)
        assert caught.value.code == "archive-too-large"
    else:
        assert docx.parse(document).blocks == (Line("一、甲"),)


@pytest.mark.parametrize("excess", [-1, 0, 1])
@pytest.mark.parametrize("limit", ["ARCHIVE_BYTES", "PART_BYTES"])
def test_the_limits_of_unpacked_bytes(excess: int, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx_files.build(docx_files.p("一、甲"))
    sizes = [entry.file_size for entry in zipfile.ZipFile(io.BytesIO(document)).infolist()]
    monkeypatch.setattr(limits, limit, (sum(sizes) if limit == "ARCHIVE_BYTES" else max(sizes)) - excess)
    if excess > 0:
        with pytest.raises(UnreadableDocument) as caught:
            docx.parse(document)
        assert caught.value.code == "archive-too-large"
    else:
        assert docx.parse(document).blocks == (Line("一、甲"),)


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_the_limit_of_the_pages(excess: int) -> None:
    pages = [pdf_files.Page() for _ in range(limits.PDF_PAGES + excess)]
    for page in pages:
        page.put(90, 400, "一、建设云川市的学校")
    if excess > 0:
        with pytest.raises(UnreadableDocument) as caught:
            pdf.parse(pdf_files.build(pages))
        assert caught.value.code == "too-many-pages"
    else:
        assert len(pdf.parse(pdf_files.build(pages)).blocks) == len(pages)


# Anything at all gives a source or this one error.

anything = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.sampled_from(
    [
        PLAN.encode(),
        PLAN.encode("utf-16"),
        f"<html><body><table><tr><td>{PLAN}<td>乙</table><ol><li>甲</ol>".encode(),
        docx_files.build(docx_files.p("一、甲") + docx_files.table([docx_files.cell("甲", span=2)])),
        pdf_files.build(pdf_files.paragraphs([PLAN])),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sound document with some bytes changed, cut out or put in."""
    data = bytearray(draw(seeds))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        match draw(st.integers(0, 2)):
            case 0:
                data[at : at + 1] = draw(st.binary(max_size=3))
            case 1:
                del data[at : at + draw(st.integers(1, 200))]
            case _:
                data[at:at] = draw(st.binary(min_size=1, max_size=40))
    return bytes(data)


def readable_or_refused(parse: Callable[[bytes], Source], document: bytes) -> None:
    source = problem = None
    try:
        source = parse(document)
    except UnreadableDocument as refusal:
        problem = refusal
    if problem is not None:
        assert problem.message("zh")
        assert problem.message("en")
    else:
        assert isinstance(source, Source)
        assert any(isinstance(block, Table) or block.text for block in source.blocks)
        for block in source.blocks:
            if isinstance(block, Line):
                assert "\n" not in block.text
                assert block.text == block.text.rstrip()
            else:
                assert len({len(row) for row in block.rows}) == 1
                assert all(block.rows[row][column] == "" for row, column in block.merged)


@anything
@given(st.text(max_size=400))
def test_any_text_gives_a_source_or_the_one_error(text: str) -> None:
    readable_or_refused(lambda _: plain.parse(text), b"")
    readable_or_refused(lambda _: markdown.parse(text), b"")


@anything
@given(st.one_of(st.binary(max_size=300), mutated()))
def test_any_bytes_give_a_source_or_the_one_error_in_every_parser(document: bytes) -> None:
    for parse in (html.parse, docx.parse, pdf.parse):
        readable_or_refused(parse, document)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=300), mutated()))
def test_any_bytes_give_a_source_or_the_one_error_through_the_door(document: bytes) -> None:
    readable_or_refused(extract, document)


@anything
@given(st.text(alphabet="<>/pdivtable\"'= 一、&;ol123\n", max_size=300))
def test_any_soup_of_tags_gives_a_source_or_the_one_error(text: str) -> None:
    readable_or_refused(html.parse, text.encode())
