"""The companion sheet: a row for each number of a document, and no document without one for each."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from fractions import Fraction

import pytest
from python_calamine import CalamineWorkbook

from yaodian.foundation.official.elements import Cited, Form, OfficialDocument, Paragraph
from yaodian.foundation.official.tests import samples
from yaodian.foundation.official.tracing import Trace, UnableToTrace, companion
from yaodian.foundation.official.writing import Written, write

pytestmark = pytest.mark.once

TRACES = [
    Trace(
        "due",
        "应完成项数",
        "plans.commitments_due",
        137,
        "项",
        "栖禾市",
        date(2026, 10, 31),
        "S-2026-10",
        "2026-01-01",
        "年度工作要点",
    ),
    Trace("share", "完成率", "plans.commitments_done_share", Fraction(114, 137), "", "=cmd()", snapshot="S-2026-10"),
    Trace("mean", "平均", "cases.days", Fraction(1, 8)),
    Trace("none", "无数据", "cases.none", None),
]


def written(*pieces: str | Cited) -> Written:
    document = OfficialDocument(form=Form.BRIEFING, issuer="栖禾市教育局", title="专报", body=(Paragraph(pieces),))
    return write(document, moment=samples.MOMENT)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_each_number_has_a_row_with_whence_it_comes() -> None:
    found = written(
        "应完成",
        Cited("137", "due"),
        "项，占",
        Cited("83.2%", "share"),
        "，平均",
        Cited("0.1", "mean"),
        "，",
        Cited("—", "none"),
        "。",
    )
    content = companion(found, TRACES, title="专报", number="第3期")
    book = sheets(content)
    head, *rows = book["数的出处"]
    assert head == [
        "编号",
        "位置",
        "文中写作",
        "精确值",
        "计量单位",
        "数的名称",
        "指标或查询",
        "单位",
        "数据日期",
        "快照",
        "规则版本",
        "出处",
        "所在句子",
    ]
    assert rows[0] == [
        "[1]", "正文第1段", "137", 137.0, "项", "应完成项数", "plans.commitments_due", "栖禾市", date(2026, 10, 31), "S-2026-10", "2026-01-01",
        "年度工作要点", "应完成137项，占83.2%，平均0.1，—",
    ]  # fmt: skip
    # What a spreadsheet would round stands as a fraction, and no text is a formula.
    assert [row[3] for row in rows[1:]] == ["114/137", 0.125, ""]
    assert rows[1][7] == "=cmd()"
    about = {row[0]: row[1] for row in book["文件"]}
    assert about["文件的 SHA-256"] == hashlib.sha256(found.content).hexdigest()
    assert (about["发文字号"], about["数的个数"]) == ("第3期", 4)


def test_a_document_with_a_number_that_has_no_trace_is_refused_with_its_place() -> None:
    found = written("应完成", Cited("137", "due"), "项，逾期", Cited("11", "late"), "项。")
    with pytest.raises(UnableToTrace, match="有 1 个数没有出处，公文不能生成：正文第1段的“11”"):
        companion(found, TRACES, title="专报")


def test_the_same_document_gives_the_same_sheet() -> None:
    found = written(Cited("137", "due"))
    assert companion(found, TRACES, title="专报") == companion(found, {"due": TRACES[0]}, title="专报")


def test_a_long_sentence_is_cut_around_its_number() -> None:
    found = written("甲" * 200, Cited("137", "due"), "乙" * 200)
    (one,) = found.cited
    assert "137" in one.sentence
    assert len(one.sentence) <= 82
    assert (one.sentence[0], one.sentence[-1]) == ("…", "…")
