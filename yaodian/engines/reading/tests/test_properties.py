"""Any text gives a valid plan whose spans hold, or a refusal with a sentence; never anything else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.reading import UnreadableDocument, read, verify

NUMBERS = st.sampled_from(
    ["一、", "二、", "(一)", "(二)", "1.", "2.", "1.1 ", "①", "一是", "【重点任务1】", "第一章 ", "(1)", "12、", ""]
)
PIECES = st.sampled_from(
    [
        "新建幼儿园3所", "公办园占比达到57%", "力争", "9月底前", "年内", "到2027年", "全覆盖", "应助尽助", "不超过", "以内", "左右", "每学期召开2次",
        "提高1.5个百分点", "提高3—8个百分点", "下降0—8个百分点", "降低5%-8%", "小学、初中入学率分别达到100%、99.5%", "由38%提升到45%", "《普惠发展办法》", "《", "》", "“阳光招生平台”", "数据库", "〔责任单位:基教科、人事科〕",
        "〔责任单位:", "(牵头单位:办公室;配合单位:各学校)", "百余名", "三所", "1:15", "3-", "-5所", "%", "万", ",", "。", ";", "、", ":", "(", ")", "“", "”", "\t", " ",
        "2026年", "第35个", "一校一策", "其中", "和", "1双高”“双优院校", "0个", "百分之九十五", "12月31日", "99999999999999999999所",
    ]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=12).map("".join)
PLANS = st.lists(st.tuples(NUMBERS, LINES).map("".join), min_size=1, max_size=14).map("\n".join)


def check(document: str | bytes) -> None:
    try:
        plan = read(document, name="件")
    except UnreadableDocument as refusal:
        sentences = {refusal.message("zh"), refusal.message("en")}
    else:
        assert verify(plan) == ()
        return
    assert len(sentences) == 2
    assert all(sentences)


@settings(max_examples=300, deadline=None)
@given(PLANS)
def test_pieces_of_the_genre_in_any_order_give_a_valid_plan(document: str) -> None:
    check(document)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_a_valid_plan_or_a_refusal(document: str) -> None:
    check(document)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_valid_plan_or_a_refusal(document: bytes) -> None:
    check(document)


@settings(max_examples=60, deadline=None)
@given(PLANS)
def test_reading_twice_gives_the_same(document: str) -> None:
    try:
        first = read(document)
    except UnreadableDocument:
        return
    assert read(document) == first
