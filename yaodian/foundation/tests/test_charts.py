"""Charts: one declaration gives the drawing, the table and the workbook; nothing in it needs a looser policy."""

from __future__ import annotations

import io
import itertools
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.http import Http404
from django.template import RequestContext, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from yaodian.foundation.charting import (
    Bar,
    BarChart,
    Chart,
    Distribution,
    Limit,
    LineChart,
    Point,
    Series,
    answer_workbook,
    scale,
    tick_words,
    workbook,
)
from yaodian.foundation.drawing import MOST_BARS, NARROW, WIDE, draw
from yaodian.foundation.templatetags.charts import bar, sparkline

pytestmark = pytest.mark.once

DAYS = (date(2024, 12, 31), date(2025, 12, 31), date(2026, 11, 2))
PAYLOAD = '=HYPERLINK("http://x.example","点我")'


def series(label: str, *values: object) -> Series:
    """A series of whole numbers; a text is the reason for a gap."""
    return Series(
        label,
        tuple(
            Point(day, None, value) if isinstance(value, str) else Point(day, Fraction(value), f"{value}%")
            for day, value in zip(DAYS, values, strict=True)
        ),
    )


LINE = LineChart(code="course", title="占比 <走势>", unit="%", note="《规定》", series=(series("青禾县", 50, 54, 57),))
LINES = LineChart(
    code="years",
    title="历年",
    unit="%",
    of="单位",
    series=(series("青禾县", 50, "缺报表", 57), series(PAYLOAD, 10, 20, 30), Series("甲 & 乙", (Point(DAYS[0], Fraction(1, 3), "0.33%"),))),
)  # fmt: skip
BARS = BarChart(
    code="latest",
    title="比较",
    unit="%",
    of="单位",
    limit=Limit(Fraction(50), "不低于 50%"),
    bars=(Bar("青禾县", Fraction(1700, 30), "56.67%"), Bar("临溪区", Fraction(40), "40.00%", "/x/"), Bar(PAYLOAD, None, "缺报表")),
)  # fmt: skip
SPREAD = Distribution(
    code="spread",
    title="分布",
    unit="%",
    counted="学校数",
    limit=Limit(Fraction(45), "上限"),
    bars=(*(Bar(f"学校{number}", Fraction(number), f"{number}%") for number in range(30)), Bar("无", None, "缺")),
)
ALL = (LINE, LINES, BARS, SPREAD)


def drawn(chart: Chart, *, is_narrow: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart, is_narrow=is_narrow))


def looks(root: ElementTree.Element, tag: str, look: str) -> list[ElementTree.Element]:
    return [node for node in root.iter(tag) if look in node.attrib.get("class", "").split()]


def words(root: ElementTree.Element) -> str:
    return " ".join("".join(node.itertext()) for node in root.iter("text"))


def test_a_line_has_a_point_for_each_value_higher_where_the_value_is() -> None:
    root = drawn(LINE)
    assert "占比 <走势>" in root.attrib["aria-label"]
    points = looks(root, "circle", "drawn-point")
    assert [node.find("title").text for node in points] == [  # type: ignore[union-attr]  # Each has one.
        "2024-12-31: 50%",
        "2025-12-31: 54%",
        "2026-11-02: 57%",
    ]
    heights = [float(node.attrib["cy"]) for node in points]
    assert heights == sorted(heights, reverse=True)


def test_a_gap_breaks_the_line_and_its_reason_stands_in_the_table() -> None:
    assert len(looks(drawn(LINES), "polyline", "series-0")) == 2
    assert LINES.heads == ("单位（%）", "2024-12-31", "2025-12-31", "2026-11-02")
    assert [[cell.words for cell in row.cells] for row in LINES.rows] == [
        ["50%", "缺报表", "57%"],
        ["10%", "20%", "30%"],
        ["0.33%", "", ""],
    ]


def test_series_beyond_those_with_a_look_lie_behind_and_are_counted() -> None:
    many = LineChart(code="a", title="a", series=tuple(series(f"县{number}", 1, 2, number) for number in range(9)))
    root = drawn(many)
    assert len(looks(root, "polyline", "series-more")) == 3
    assert "其余 3 个" in words(root)


def test_a_bar_is_as_long_as_its_value_and_the_limit_lies_where_its_value_does() -> None:
    for is_narrow in (False, True):
        root = drawn(BARS, is_narrow=is_narrow)
        first, second = looks(root, "rect", "drawn-block")
        assert float(first.attrib["width"]) / float(second.attrib["width"]) == pytest.approx(1700 / 30 / 40, abs=0.01)
        end = float(second.attrib["x"]) + float(second.attrib["width"]) * 50 / 40
        for limit in looks(root, "line", "drawn-limit"):
            assert float(limit.attrib["x1"]) == float(limit.attrib["x2"]) == pytest.approx(end, abs=0.2)
        assert len(looks(root, "line", "drawn-limit")) == (3 if is_narrow else 1)
        assert "不低于 50%" in words(root)
        assert "缺报表" in words(root)


def test_of_very_many_bars_the_first_are_drawn_and_all_stand_in_the_table() -> None:
    many = BarChart(code="a", title="a", bars=tuple(Bar(f"{n}", Fraction(n), f"{n}") for n in range(MOST_BARS + 7)))
    root = drawn(many)
    assert len(looks(root, "rect", "drawn-block")) == MOST_BARS
    assert "其余 7 个见表格" in words(root)
    assert len(many.rows) == MOST_BARS + 7


def test_every_value_falls_into_one_class_of_a_distribution() -> None:
    assert sum(one.count for one in SPREAD.classes) == 30
    assert SPREAD.rows[-1].cells[0].value == 1
    root = drawn(SPREAD)
    assert len(looks(root, "rect", "drawn-block")) == len(SPREAD.classes)
    (limit,) = looks(root, "line", "drawn-limit")
    ends = [float(node.attrib["x"]) + float(node.attrib["width"]) for node in looks(root, "rect", "drawn-block")]
    assert float(limit.attrib["x1"]) > max(ends)


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.code)
def test_nothing_in_a_picture_needs_a_looser_policy_or_leaves_its_frame(chart: Chart, is_narrow: bool) -> None:
    text = draw(chart, is_narrow=is_narrow)
    assert "style=" not in text
    assert "<script" not in text
    root = ElementTree.fromstring(text)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    assert wide == (NARROW if is_narrow else WIDE)
    for node in root.iter():
        for across in ("x", "x1", "x2", "cx"):
            assert 0 <= float(node.attrib.get(across, 0)) <= wide
        for down in ("y", "y1", "y2", "cy"):
            assert 0 <= float(node.attrib.get(down, 0)) <= high


def test_what_somebody_called_a_unit_is_text_in_the_picture() -> None:
    evil = BarChart(code="a", title='"><script>', bars=(Bar("</text><script>x</script>", Fraction(1), "<b>1</b>"),))
    root = drawn(evil)
    assert not list(root.iter("script"))
    assert "</text><script>x</script>" in words(root)


def test_equal_values_and_a_single_day_are_drawn() -> None:
    level = LineChart(code="a", title="a", series=(series("甲", 5, 5, 5),))
    assert len({node.attrib["cy"] for node in looks(drawn(level), "circle", "drawn-point")}) == 1
    single = LineChart(code="a", title="a", series=(Series("甲", (Point(DAYS[0], Fraction(0), "0"),)),))
    assert len(looks(drawn(single), "circle", "drawn-point")) == 1
    same = Distribution(code="a", title="a", counted="n", bars=(Bar("甲", Fraction(7), "7"),) * 3)
    assert sum(one.count for one in same.classes) == 3
    assert drawn(same) is not None


@given(
    st.fractions(-(10**9), 10**9, max_denominator=1000),
    st.fractions(-(10**9), 10**9, max_denominator=1000),
    st.integers(1, 12),
    st.booleans(),
)
def test_a_scale_reaches_over_its_values_in_equal_round_steps(
    one: Fraction, other: Fraction, most: int, is_whole: bool
) -> None:
    low, high = min(one, other), max(one, other)
    marks = scale(low, high, most=most, is_whole=is_whole)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= most + 2
    assert len({after - before for before, after in itertools.pairwise(marks)}) == 1
    printed = [tick_words(mark, marks) for mark in marks]
    assert len(set(printed)) == len(marks)


def figure(chart: Chart, query: str = "") -> str:
    request = RequestFactory().get("/page/" + query)
    return Template("{% load charts %}{% chart chart %}").render(RequestContext(request, {"chart": chart}))


def test_a_figure_has_its_caption_its_table_and_a_link_that_keeps_the_address() -> None:
    text = figure(BARS, "?stage=primary")
    for said in ("<figcaption", "比较", "单位：%", "<table", "56.67%", "缺报表", 'href="/x/"', "data-chart-export"):
        assert said in text, said
    assert "stage=primary&amp;format=xlsx&amp;chart=latest" in text
    assert text.count('<svg class="drawn ') == 2
    assert "style=" not in text


def test_without_any_value_the_table_is_open_and_nothing_is_drawn() -> None:
    silent = (Bar("甲", None, "缺报表"),)
    gaps = Series("甲", (Point(DAYS[0], None, "缺报表"), Point(DAYS[1], None, "缺报表")))
    charts: tuple[Chart, ...] = (
        BarChart(code="a", title="a", bars=silent),
        LineChart(code="a", title="a", series=(gaps,)),
        LineChart(code="a", title="a", series=(gaps, gaps)),
        Distribution(code="a", title="a", counted="n", bars=silent, limit=Limit(Fraction(1), "上限")),
        BarChart(code="a", title="a", bars=()),
    )
    for chart in charts:
        text = figure(chart)
        assert "data-chart-export" not in text
        assert '<details class="chart-table" open>' in text
        assert ("缺报表" in text) == bool(chart.rows and not isinstance(chart, Distribution))
        assert workbook([chart])


def test_the_workbook_has_unrounded_numbers_and_reasons_and_no_formula() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(ALL)))
    assert book.sheet_names == ["占比 <走势>", "历年", "比较", "分布", "说明"]
    assert book.get_sheet_by_name("占比 <走势>").to_python()[:2] == [["日期", "数值（%）"], [date(2024, 12, 31), 50]]
    bars = book.get_sheet_by_name("比较").to_python()
    # Excel keeps fifteen digits of a number, and no more.
    assert bars[1] == ["青禾县", pytest.approx(1700 / 30, rel=1e-15)]
    assert bars[3] == [PAYLOAD, "缺报表"]
    lines = book.get_sheet_by_name("历年").to_python()
    assert lines[1] == ["青禾县", 50, "缺报表", 57]
    assert lines[3] == ["甲 & 乙", pytest.approx(1 / 3, rel=1e-15), "", ""]
    said = book.get_sheet_by_name("说明").to_python()
    assert ["比较", "%", "不低于 50%", ""] in said
    assert ["占比 <走势>", "%", "", "《规定》"] in said


def test_charts_of_one_name_get_a_sheet_each() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook([BARS, BARS, BARS])))
    assert len(set(book.sheet_names)) == 4


def test_a_workbook_is_given_for_the_asked_chart_only_and_for_none_that_is_not_there() -> None:
    def asked(query: str) -> object:
        return answer_workbook(RequestFactory().get("/" + query), ALL)

    assert asked("") is None
    assert asked("?format=pdf") is None
    one = asked("?format=xlsx&chart=latest")
    book = CalamineWorkbook.from_filelike(io.BytesIO(one.content))  # type: ignore[attr-defined]  # A response.
    assert book.sheet_names == ["比较", "说明"]
    with pytest.raises(Http404):
        asked("?format=xlsx&chart=nothing")
    with pytest.raises(Http404):
        answer_workbook(RequestFactory().get("/?format=xlsx"), ())


def test_a_sparkline_needs_two_values_and_a_bar_is_as_long_as_its_share_of_the_largest() -> None:
    points = LINE.series[0].points
    assert 'class="sparkline"' in sparkline(points)
    assert sparkline(points[:1]) == sparkline((points[0], Point(DAYS[2], None, "缺"))) == ""
    assert 'width="50.0"' in bar(Fraction(1), Fraction(2))
    assert bar(None, Fraction(2)) == bar(Fraction(-1), Fraction(2)) == bar(Fraction(1), None) == ""
