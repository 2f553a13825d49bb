"""The reader on whole documents: small ones read by eye, invented ones with annotations, the real ones where they are."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from yaodian.engines.reading import Plan, UnreadableDocument, read, verify

DOCUMENTS = Path(__file__).parent / "documents"

SMALL = """首页 > 政务公开 > 规划计划
临溪区教育局2026年工作要点
发布时间:2026-02-20 浏览次数:12次 来源:临溪区教育局 字体:[大 中 小]

2025年全区学前教育毛入园率达到96%。2026年要办好人民满意的教育。

一、扩大普惠资源
1.新建幼儿园3所,新增学位800个左右,公办园占比达到57%。9月底前完成“阳光招生平台”建设。〔责任单位:基教科、发规科
2.落实《学前教育普惠发展办法》,力争近视率下降1个百分点。(牵头科室:体卫艺科;配合科室:各学校)
二、保障安全
一是每学期开展应急演练2次;二是“双师课堂”全覆盖。

临溪区教育局
2026年2月18日
分享到:
"""


@pytest.fixture(scope="module")
def small() -> Plan:
    return read(SMALL)


def test_the_header_is_read_and_the_chrome_is_left(small: Plan) -> None:
    assert small.title == "临溪区教育局2026年工作要点"
    assert (small.issuer, small.year) == ("临溪区教育局", 2026)
    assert (small.written_on, small.published_on) == ("2026-02-18", "2026-02-20")
    assert "浏览次数" not in small.text
    assert "分享到" not in small.text


def test_nodes_nest_and_run_items_are_nodes(small: Plan) -> None:
    assert [(node.level, node.number, node.heading) for node in small.nodes] == [
        (1, "一", "扩大普惠资源"),
        (2, "1", "新建幼儿园3所,新增学位800个左右,公办园占比达到57%"),
        (2, "2", "落实《学前教育普惠发展办法》,力争近视率下降1个百分点"),
        (1, "二", "保障安全"),
        (2, "一是", "每学期开展应急演练2次"),
        (2, "二是", "“双师课堂”全覆盖"),
    ]


def test_targets_have_subject_comparator_value_and_unit(small: Plan) -> None:
    found = [
        (target.subject, target.comparator, target.value, target.unit, target.per, target.strength)
        for target in small.targets
    ]
    assert found == [
        ("幼儿园", "at_least", 3, "所", None, "must"),
        ("学位", "about", 800, "个", None, "must"),
        ("公办园占比", "at_least", 57, "%", None, "must"),
        ("近视率", "change", -1, "个百分点", None, "strive"),
        ("应急演练", "at_least", 2, "次", "term", "must"),
        ("双师课堂", "at_least", 100, "%", None, "must"),
    ]


def test_figures_of_the_past_are_no_targets(small: Plan) -> None:
    assert not [target for target in small.targets if target.value == 96]


def test_units_deadlines_policies_and_systems_are_found(small: Plan) -> None:
    assert [(row.node, row.units, row.lead, row.support) for row in small.responsible] == [
        (1, ("基教科", "发规科"), (), ()),
        (2, ("体卫艺科", "各学校"), ("体卫艺科",), ("各学校",)),
    ]
    assert [(deadline.text, deadline.date) for deadline in small.deadlines] == [("9月底前", "2026-09-30")]
    assert [policy.name for policy in small.policies] == ["学前教育普惠发展办法"]
    assert [system.name for system in small.systems] == ["阳光招生平台"]


def test_an_unclosed_list_is_warned_of_at_its_place(small: Plan) -> None:
    warning = next(warning for warning in small.warnings if warning.code == "unclosed-responsible")
    assert small.text[slice(*warning.span)].startswith("〔责任单位")


def test_the_same_input_gives_the_same_plan() -> None:
    assert json.dumps(read(SMALL).to_dict()) == json.dumps(read(SMALL.encode()).to_dict())


def test_a_plan_survives_its_json_form(small: Plan) -> None:
    assert Plan.from_dict(json.loads(json.dumps(small.to_dict()))) == small


def test_full_width_punctuation_reads_as_half_width() -> None:
    full = SMALL.translate(str.maketrans(",:;()%?!", "\uff0c\uff1a\uff1b\uff08\uff09\uff05\uff1f\uff01"))
    wide, narrow = read(full), read(SMALL)
    assert [(t.node, t.value, t.comparator, t.due) for t in wide.targets] == [
        (t.node, t.value, t.comparator, t.due) for t in narrow.targets
    ]
    assert [row.units for row in wide.responsible] == [row.units for row in narrow.responsible]
    assert wide.written_on == narrow.written_on
    assert verify(wide) == ()


@pytest.mark.parametrize(
    ("comparator", "value", "value_max", "is_right"),
    [
        ("change", 3.0, 8.0, True),
        ("change", -5.0, -8.0, True),
        ("change", 0.0, -8.0, True),
        ("change", 3.0, None, True),
        ("change", 3.0, 3.0, False),
        ("change", -5.0, 8.0, False),
        ("change", -8.0, -5.0, False),
        ("between", -8.0, -5.0, True),
        ("at_least", 3.0, 8.0, False),
    ],
)
def test_the_ends_of_a_range_are_verified(
    comparator: str, value: float, value_max: float | None, is_right: bool
) -> None:
    plan = read("一、任务\n1.减轻负担。近视率下降5—8个百分点。")
    (target,) = plan.targets
    changed = dataclasses.replace(target, comparator=comparator, value=value, value_max=value_max)  # type: ignore[arg-type] # a wrong one on purpose
    assert (verify(dataclasses.replace(plan, targets=(changed,))) == ()) == is_right


def test_a_poem_is_refused_with_advice() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read("床前明月光\n疑是地上霜\n举头望明月\n低头思故乡", name="静夜思.txt")
    assert caught.value.code == "no-clauses"
    assert "静夜思.txt" in caught.value.message("zh")
    assert "numbered clause" in caught.value.message("en")


def test_ten_thousand_numbers_are_refused_with_their_count() -> None:
    lines = "\n".join(f"{n % 900 + 1}.完成任务" for n in range(10_000))
    with pytest.raises(UnreadableDocument) as caught:
        read(lines)
    assert caught.value.code == "too-many-clauses"
    assert "10000" in caught.value.message()


def test_numbers_nested_without_end_stay_bounded() -> None:
    nested = (
        "\n".join(".".join(["1"] * depth) + " 甲项任务" for depth in range(1, 400))
        + "\n"
        + "(" * 10_000
        + "一"
        + ")" * 10_000
    )
    assert verify(read("一、任务\n" + nested)) == ()


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.*")), ids=lambda path: path.name)
def test_invented_documents_read_into_valid_plans(path: Path) -> None:
    if path.suffix in (".json", ".py") or path.stem == "README":
        return
    plan = read(path.read_bytes(), name=path.name)
    assert verify(plan) == ()
    gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert plan.title == gold["title"]
    assert len(plan.nodes) >= 0.9 * len(gold["nodes"])


@pytest.mark.parametrize(
    "piece",
    [
        "一百万亿",
        "9",
        "校园安全管理系统",
        "\uff08责任单位\uff1a",
        "2026年6月底前",
        "1:",
        " ",
        "95%、",
        "(",
        "新建3所、",
        "《",
    ],
)
def test_a_line_without_end_costs_no_more_than_its_length(piece: str) -> None:
    plan = read(f"一、任务\n1.甲。{piece * (30_000 // len(piece))}\n2.乙。")
    assert verify(plan) == ()


def test_what_stands_below_a_run_belongs_to_the_clause_round_it() -> None:
    plan = read("一、任务\n1.分工。一是建队伍;二是强培训。\n责任科室:人事科\n(1)选拔骨干\n2.总结。")
    assert verify(plan) == ()
    assert [plan.nodes[row.node].number for row in plan.responsible if row.node is not None] == ["1"]
