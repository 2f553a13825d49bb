"""A clause is cut into its promises: one a verb phrase, with its targets, and nothing in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.reading.phrases import phrases


def cut(
    text: str,
    *,
    targets: tuple[str, ...] = (),
    moments: tuple[str, ...] = (),
    units: tuple[str, ...] = (),
    heading: str = "",
) -> list[str]:
    """The promises' words; the marks are named by their own words."""

    def spans(words: tuple[str, ...]) -> list[tuple[int, int]]:
        return [(text.index(one), text.index(one) + len(one)) for one in words]

    found = phrases(
        text, 0, len(text), heading=heading, targets=spans(targets), moments=spans(moments), responsible=spans(units)
    )
    return [text[slice(*one.span)] for one in found]


def test_each_target_is_a_promise_and_so_is_each_verb_of_doing() -> None:
    text = "1.扩大学位供给。新建公办园8所，新增学位2400个，组建督查专班。〔责任单位：基教科〕"
    assert cut(
        text, heading="扩大学位供给", targets=("新建公办园8所", "新增学位2400个"), units=("〔责任单位：基教科〕",)
    ) == [
        "新建公办园8所",
        "新增学位2400个",
        "组建督查专班",
    ]


def test_words_that_lead_in_belong_to_what_follows() -> None:
    text = "依托《劳动教育清单》，建成实践基地12个。6月底前，完成选址。"
    assert cut(text, targets=("建成实践基地12个",), moments=("6月底前",)) == [
        "依托《劳动教育清单》，建成实践基地12个",
        "6月底前，完成选址",
    ]


def test_words_that_say_what_for_belong_to_what_went_before() -> None:
    text = "每学期宣讲2次，推动理论进校园、进课堂，助力学生成长。"
    assert cut(text, targets=("宣讲2次",)) == ["每学期宣讲2次，推动理论进校园、进课堂，助力学生成长"]


def test_a_share_of_a_target_stays_with_it() -> None:
    text = "招聘教师800名，其中紧缺学科占比不低于40%。比例提高5个百分点，达到70%。"
    assert cut(text, targets=("招聘教师800名", "紧缺学科占比不低于40%", "比例提高5个百分点")) == [
        "招聘教师800名，其中紧缺学科占比不低于40%",
        "比例提高5个百分点，达到70%",
    ]


def test_a_dated_piece_is_a_promise_of_its_own() -> None:
    text = "新校区8月底前投入使用，老校区年内主体完工。"
    assert cut(text, moments=("8月底前", "年内")) == ["新校区8月底前投入使用", "老校区年内主体完工"]


@pytest.mark.parametrize("text", ["落实《关于甲，乙的意见》和“一校，一策”。", "开展检查（含暑期，寒假）。"])
def test_nothing_is_cut_inside_names_and_brackets(text: str) -> None:
    assert cut(text) == [text.removesuffix("。")]


def test_a_row_of_a_table_promises_its_task() -> None:
    text = "2\t新增普通高中学位3600个\t发展规划科\t基础教育科\t2026年8月底前"
    assert cut(text, heading="新增普通高中学位3600个", targets=("新增普通高中学位3600个",)) == [
        "新增普通高中学位3600个"
    ]


def test_a_heading_alone_promises_only_what_it_does() -> None:
    assert cut("1.建设智慧校园", heading="建设智慧校园") == ["建设智慧校园"]
    assert cut("一、总体要求", heading="总体要求") == []


def test_the_opening_part_promises_only_targets() -> None:
    text = "全市坚持立德树人，建设教育强市：毛入园率达到98%，巩固率达到99%。"
    spans = [(text.index(word), text.index(word) + len(word)) for word in ("毛入园率达到98%", "巩固率达到99%")]
    found = phrases(text, 0, len(text), targets=spans, only_targets=True)
    assert len(found) == 2
    assert all(one.rule == "phrase/target" for one in found)


@given(st.text(alphabet="新建所完成，。；、“”（）《》\n\t推动每学期8个依托", max_size=80))
def test_any_text_is_cut_into_promises_in_order_that_do_not_overlap(text: str) -> None:
    found = phrases(text, 0, len(text))
    ends = [0]
    for one in found:
        assert ends[-1] <= one.span[0] < one.span[1] <= len(text)
        assert one.sentence[0] <= one.span[0] <= one.span[1] <= one.sentence[1]
        ends.append(one.span[1])
    assert found == phrases(text, 0, len(text))
