"""Pictures are drawn without script or style, say what they show, and let nothing through that is not text."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from yaodian.foundation.templatetags.charts import Point, bar, line_chart, sparkline

POINTS = [
    Point(date(2025, 12, 31), Fraction(50), "50%"),
    Point(date(2026, 6, 30), Fraction(54), '<b>"54%"</b>'),
    Point(date(2026, 12, 31), Fraction(57), "57%"),
]


def test_a_line_has_a_point_for_each_value_and_its_words_as_text() -> None:
    drawn = ElementTree.fromstring(line_chart(POINTS, "占比 <走势>", target=Fraction(60)))
    assert drawn.attrib["aria-label"] == "占比 <走势>"
    assert [node.find("title").text for node in drawn.iter("circle")] == [  # type: ignore[union-attr]
        "2025-12-31: 50%",
        '2026-06-30: <b>"54%"</b>',
        "2026-12-31: 57%",
    ]
    places = [float(node.attrib["cy"]) for node in drawn.iter("circle")]
    assert places == sorted(places, reverse=True)
    (target,) = [node for node in drawn.iter("line") if node.attrib["class"] == "drawn-target"]
    assert float(target.attrib["y1"]) < min(places)


@pytest.mark.parametrize(
    "draw", [lambda: line_chart(POINTS, "a"), lambda: sparkline(POINTS), lambda: bar(Fraction(1), Fraction(2))]
)
def test_nothing_in_a_picture_needs_a_looser_policy(draw) -> None:
    text = draw()
    assert text.startswith("<svg")
    assert "style=" not in text
    assert "<script" not in text
    assert "<b>" not in text


def test_equal_values_make_a_level_line_and_one_value_no_small_one() -> None:
    level = [Point(point.on, Fraction(5), "5") for point in POINTS]
    drawn = ElementTree.fromstring(line_chart(level, "a"))
    assert len({node.attrib["cy"] for node in drawn.iter("circle")}) == 1
    assert sparkline(level[:1]) == ""
    assert line_chart([], "a") == ""
    assert "<svg" in line_chart(level[:1], "a")


def test_a_bar_is_as_long_as_its_share_of_the_largest() -> None:
    assert 'width="50.0"' in bar(Fraction(1), Fraction(2))
    assert bar(None, Fraction(2)) == bar(Fraction(-1), Fraction(2)) == bar(Fraction(1), None) == ""
