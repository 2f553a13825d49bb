"""JSON, Markdown and the summary for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.reading.export import FORMATS, lines, markdown, render, table
from yaodian.engines.reading.export import json as json_export
from yaodian.engines.reading.plan import Plan
from yaodian.engines.reading.tests.plans import Clause, plan, target, yunchuan


def test_json_gives_the_very_plan_back() -> None:
    text = json_export.render(yunchuan())
    assert Plan.from_dict(json.loads(text)) == yunchuan()
    assert json_export.render(yunchuan(), indent=None).count("\n") == 1


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_plan_gives_the_same_bytes(name: str, language: str) -> None:
    first = render(yunchuan(), name, language=language)
    assert first
    assert render(yunchuan(), name, language=language) == first


def test_an_unknown_format_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="markdown"):
        render(yunchuan(), "rtf")


@pytest.mark.parametrize("name", FORMATS)
def test_a_plan_with_nothing_in_it_can_be_exported(name: str) -> None:
    empty = Plan("", None, None, None, None, None, None, "")
    assert render(empty, name)


def test_markdown_sets_clauses_as_headings_with_their_promises() -> None:
    text = markdown.render(yunchuan())
    assert "## 一、扩大优质资源供给\n" in text
    assert "### 1.推进学前教育普及普惠\n" in text
    assert "- **目标** 公办幼儿园 不少于5所，2026年9月30日前" in text
    assert "- **牵头单位** 基础教育科\n- **配合单位** 规划科、人事科" in text


def test_markdown_keeps_the_documents_words_from_becoming_marks() -> None:
    made = plan(
        "<b>要点</b>", 2026, "", Clause(1, "一", "一、*重点* [链接](x) `码` | 表", "*重点* [链接](x) `码` | 表")
    )
    text = markdown.render(made)
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "\\*重点\\* \\[链接\\](x) \\`码\\` \\| 表" in text


def test_the_summary_names_what_is_to_be_checked_first() -> None:
    text = table.render(yunchuan())
    assert "请先核对（把握不大的）\n  ? 总体要求  目标 55% 学前三年毛入园率力争达到93%以上" in text
    assert "  ! 第 2 行  目标没有写明完成日期。" in text


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_of_the_summary_is_wider_than_asked(width: int) -> None:
    for language in ("zh", "en"):
        text = table.render(yunchuan(), language=language, width=width)
        assert max(lines.columns_of(line) for line in text.splitlines()) <= width


@given(st.text(alphabet="推进学前，。（）“” abcde-92%", max_size=80), st.integers(8, 40))
def test_wrapping_loses_no_character_and_keeps_to_the_width(text: str, width: int) -> None:
    wrapped = lines.wrapped(text, width, first="  ", rest="    ")
    assert "".join("".join(wrapped).split()) == "".join(text.split())
    assert all(lines.columns_of(line) <= width for line in wrapped)


def test_wrapping_keeps_words_whole_and_begins_no_line_with_a_closing_mark() -> None:
    wrapped = lines.wrapped("新建幼儿园，yaodian compare 对比（两年）。", 12)
    assert not any(line[0] in "，。）" for line in wrapped)
    assert any("yaodian" in line for line in wrapped)


def test_a_clause_without_a_heading_is_shown_by_its_first_words() -> None:
    made = plan(
        "要点", 2026, "", Clause(1, "1", "1.新建学校3所", None, targets=[target("新建学校3所", "学校", 3, "所")])
    )
    assert "1  1.新建学校3所" in table.render(made)
    assert "## 1\n\n1\\.新建学校3所" in markdown.render(made)


def test_the_example_of_the_reference_is_a_plan_whose_spans_hold() -> None:
    page = Path(__file__).parents[4] / "docs" / "reference" / "plan-json.md"
    example = page.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    made = Plan.from_dict(json.loads(example))
    assert made.to_dict() == json.loads(example)
    quotes = [made.text[slice(*item.span)] for item in (*made.targets, *made.deadlines, *made.responsible)]
    assert quotes == ["9月底前新建幼儿园4所", "9月底前", "(责任单位:基教科)"]
    assert made.text[slice(*made.nodes[0].span)] == made.text.partition("\n")[2]
