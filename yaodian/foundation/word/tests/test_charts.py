"""Charts as Word draws them: every number that is drawn stands in the chart and in the workbook inside."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from python_calamine import CalamineWorkbook

from yaodian.foundation.charting import Bar, BarChart, Chart, Distribution, Limit, LineChart, Point, Series
from yaodian.foundation.official.tests.samples import MOMENT
from yaodian.foundation.word.charts import MOST_BARS, fitting_height, left_out, picture
from yaodian.foundation.word.package import blank, saved

pytestmark = pytest.mark.once

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def drawn(chart: Chart) -> tuple[Any, list[list[Any]], str]:
    """The chart's part, the rows of the workbook inside, and the words for who does not see it."""
    document = blank()
    runs = picture(document, chart, number=1, width_mm=150, height_mm=fitting_height(chart))
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}>{runs}</w:p>".replace(
                "<w:p ", '<w:p xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            )
        ),
    )
    with zipfile.ZipFile(io.BytesIO(saved(document, title="图", author="甲", moment=MOMENT))) as parts:
        part = ElementTree.fromstring(parts.read("word/charts/chart1.xml"))
        book = CalamineWorkbook.from_filelike(io.BytesIO(parts.read("word/embeddings/chart1.xlsx")))
        types = parts.read("[Content_Types].xml").decode()
    assert "/word/charts/chart1.xml" in types
    words = next(
        parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>").iter(
            "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
        )
    )
    return part, book.get_sheet_by_index(0).to_python(), words.get("descr")


def numbers(part: Any) -> list[list[str]]:
    return [[one.find(f"{C}v").text for one in values.iter(f"{C}pt")] for values in part.iter(f"{C}val")]


def labels(part: Any) -> list[str]:
    return [one.text for label in part.iter(f"{C}dLbl") for one in label.iter(f"{A}t")]


def bars(count: int, **more: Any) -> BarChart:
    return BarChart(
        code="a",
        title="完成率",
        unit="%",
        bars=tuple(Bar(f"县{n}", Fraction(n), f"{n}%") for n in range(1, count + 1)),
        **more,
    )


def test_bars_lie_with_their_words_and_stand_where_a_limit_crosses_them() -> None:
    part, rows, words = drawn(bars(3))
    assert next(part.iter(f"{C}barDir")).get("val") == "bar"
    assert (numbers(part), labels(part)) == ([["1", "2", "3"]], ["1%", "2%", "3%"])
    assert rows == [["", "完成率"], ["县1", 1.0], ["县2", 2.0], ["县3", 3.0]]
    assert words == "完成率：县1 1%；县2 2%；县3 3%"
    part, rows, _words = drawn(bars(3, limit=Limit(Fraction(2), "目标")))
    assert next(part.iter(f"{C}barDir")).get("val") == "col"
    assert numbers(part) == [["1", "2", "3"], ["2", "2", "2"]]
    assert rows[0] == ["", "完成率", "目标"]


def test_bars_without_a_number_are_not_drawn_and_too_many_are_cut() -> None:
    chart = bars(MOST_BARS + 5)
    assert left_out(chart) == 5
    part, rows, _words = drawn(chart)
    assert len(numbers(part)[0]) == MOST_BARS == len(rows) - 1
    chart = BarChart(code="a", title="图", bars=(Bar("甲", None, "无数据"), Bar("乙", Fraction(1), "1")))
    assert numbers(drawn(chart)[0]) == [["1"]]


def test_a_gap_in_a_line_stays_a_gap() -> None:
    days = [date(2026, month, 1) for month in (11, 12)] + [date(2027, 1, 1)]
    series = tuple(
        Series(name, tuple(Point(on, value, str(value)) for on, value in zip(days, values, strict=True)))
        for name, values in (
            ("甲", (Fraction(1), None, Fraction(3))),
            ("乙", (Fraction(2), Fraction(5, 2), Fraction(4))),
        )
    )
    part, rows, _words = drawn(LineChart(code="a", title="图", series=series))
    assert [[one.get("idx") for one in values.iter(f"{C}pt")] for values in part.iter(f"{C}val")] == [
        ["0", "2"],
        ["0", "1", "2"],
    ]
    assert next(part.iter(f"{C}dispBlanksAs")).get("val") == "gap"
    assert rows == [["", "甲", "乙"], ["2026年11月", 1.0, 2.0], ["12月", "", 2.5], ["2027年1月", 3.0, 4.0]]
    # Several lines are told apart without colour.
    assert len({one.get("val") for one in part.iter(f"{A}prstDash")}) == 2


def test_days_within_a_month_are_named_in_full() -> None:
    points = tuple(Point(date(2026, 1, day), Fraction(day), str(day)) for day in (1, 15))
    _part, rows, _words = drawn(LineChart(code="a", title="图", series=(Series("甲", points),)))
    assert [row[0] for row in rows[1:]] == ["2026-01-01", "2026-01-15"]


def test_a_distribution_says_how_many_are_in_each_class() -> None:
    chart = Distribution(code="a", title="图", counted="学校数", bars=bars(20).bars)
    part, rows, _words = drawn(chart)
    assert sum(int(one) for one in numbers(part)[0]) == 20
    assert rows[0] == ["", "学校数"]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [((96, 64), 0, 110), ((50, 20), 0, 55), ((100, 90), 0, 110), ((-5, 10), -5, 12.5), ((0, 0), 0, 1.0)],
)
def test_the_scale_has_round_ends_and_no_more_than_a_hundred_per_cent(
    values: tuple[int, ...], low: float, high: float
) -> None:
    chart = BarChart(code="a", title="图", unit="%", bars=tuple(Bar(str(n), Fraction(n), f"{n}%") for n in values))
    part, _rows, _words = drawn(chart)
    found = float(next(part.iter(f"{C}min")).get("val")), float(next(part.iter(f"{C}max")).get("val"))
    assert found == (low, high)


def test_names_are_text_whatever_they_hold() -> None:
    chart = BarChart(code="a", title='<&"\x00>', bars=(Bar("</c:v>&\n县", Fraction(1), "<1>"),))
    part, rows, words = drawn(chart)
    assert [one.find(f"{C}v").text for names in part.iter(f"{C}cat") for one in names.iter(f"{C}pt")] == ["</c:v>& 县"]
    assert rows[1][0] == "</c:v>&\n县"
    assert words.startswith('<&">：')
