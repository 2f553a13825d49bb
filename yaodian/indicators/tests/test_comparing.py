"""Counties over the years, and schools on a map: within the right of whoever looks, in constant queries, exact."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yaodian.foundation.charting import BarChart, Distribution, Figure, LineChart
from yaodian.indicators import queries
from yaodian.indicators.models import Verdict
from yaodian.indicators.queries import MapChart, MapPage, Marked, Spot, Unassessed
from yaodian.indicators.queries.mapping import LEAST_FAR_KM
from yaodian.indicators.templatetags.indicator_maps import draw_map
from yaodian.indicators.tests.reported import YEAR, assessed, county, reported
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
YEARS = (2024, 2025, 2026)


def test_each_county_stands_in_each_year_with_verdict_share_spread_and_mean() -> None:
    here, there = county(years=YEARS), county("临溪区", schools=2, years=(YEAR,))
    made = assessed(here, there, years=YEARS)
    page = queries.compare(
        account=factories.viewer(factories.root()), stage="primary", indicator="multimedia_rooms"
    )  # fmt: skip
    assert page.years == YEARS
    first, second = page.rows
    assert [held and held.verdict for held in first.years] == [
        one.verdict for one in sorted(made, key=lambda one: one.year) if one.county_id == here.pk
    ]
    assert second.years[-1] is not None
    now = first.years[-1]
    assert now is not None
    # Three schools of 120 pupils: 6, 1 and 6 rooms; the second fails.
    assert now.met.value == Fraction(200, 3)
    assert now.met.words == "66.7%（2/3）"
    assert now.mean.value == Fraction(100 * 13, 360)
    stored = next(one for one in made if one.county_id == here.pk and one.year == YEAR).spreads
    spread = next(one for one in stored if one["indicator"] == "variation_of_multimedia_rooms")
    assert now.spread.value == Fraction(spread["value"])


def test_the_limit_of_the_law_stands_in_every_picture_of_a_stage() -> None:
    assessed(county(years=YEARS), years=YEARS)
    page = queries.compare(account=factories.viewer(factories.root()), stage="primary", indicator="multimedia_rooms")
    charts = {chart.code: chart for chart in page.charts}
    lines, bars, means, schools = (charts[code] for code in ("spread", "latest", "mean", "schools"))
    assert isinstance(lines, LineChart)
    assert isinstance(bars, BarChart)
    assert isinstance(schools, Distribution)
    assert lines.limit is not None
    assert bars.limit == lines.limit
    assert (lines.limit.value, lines.limit.label) == (Fraction(1, 2), "小学 ≤ 0.5")
    assert means.limit == schools.limit
    assert schools.limit is not None
    assert schools.limit.value == Fraction(23, 10)
    assert sum(one.count for one in schools.classes) == 3
    assert "教督〔2017〕6号" in lines.note
    assert [day.year for day in lines.days] == list(YEARS)


def test_a_statute_that_limits_the_mean_of_all_coefficients_shows_that() -> None:
    (made,) = assessed(county(), statute="basic_balance")
    page = queries.compare(account=factories.viewer(factories.root()), statute="basic_balance", stage="primary")
    assert page.indicator == "mean"
    held = page.rows[0].years[-1]
    assert held is not None
    values = [Fraction(one["value"]) for one in made.spreads if one["stage"] == "primary"]
    assert len(values) == 8
    assert held.spread.value == sum(values) / 8
    # It says nothing of a single school, so that no share of schools is shown.
    assert held.met.value is None
    assert {chart.code for chart in page.charts} == {"spread", "latest"}


def test_schools_without_a_value_are_counted_and_not_guessed() -> None:
    unit = county()
    reported(factories.school(unit).unit, multimedia_classrooms=None)
    assessed(unit)
    page = queries.compare(account=factories.viewer(factories.root()), stage="primary", indicator="multimedia_rooms")
    held = page.rows[0].years[-1]
    assert held is not None
    assert held.mean.value == Fraction(100 * 13, 360)
    assert held.mean.words.endswith("（4 个中 3 个有数值）")
    assert held.spread.value is None
    assert held.spread.words
    assert next(chart for chart in page.charts if chart.code == "schools").rows[-1].label == "没有数值"


def test_nobody_compares_what_his_right_does_not_reach(client: Client) -> None:
    here, there = county(), county("临溪区")
    assessed(here, there)
    page = queries.compare(account=factories.viewer(here))
    assert [row.name for row in page.rows] == ["青禾县"]
    assert page.map is not None
    assert [one.name for one in page.map.points] == ["青禾县"]
    address = reverse("indicators:map", args=["quality_balance", here.public_id])
    client.force_login(factories.viewer(there))
    assert "青禾" not in client.get(reverse("indicators:compare")).content.decode()
    assert client.get(address).status_code == 404
    client.force_login(factories.account(here, "auditor"))
    assert client.get(reverse("indicators:compare")).status_code == 403
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("odd", ["", "nothing", "\x00", "a" * 500, "' OR 1=1", "values__exact"])
def test_nonsense_counts_as_not_chosen_and_an_unknown_statute_is_not_found(client: Client, odd: str) -> None:
    unit = county()
    assessed(unit)
    client.force_login(factories.viewer(unit))
    chosen = {"stage": odd, "indicator": odd, "year": odd, "format": odd}
    assert client.get(reverse("indicators:compare"), chosen).status_code == 200
    assert client.get(reverse("indicators:map", args=["quality_balance", unit.public_id]), chosen).status_code == 200
    statute = client.get(reverse("indicators:compare"), {"statute": odd})
    assert statute.status_code == (404 if odd else 200)


def test_before_anything_was_assessed_the_pages_say_so(client: Client) -> None:
    unit = county()
    client.force_login(factories.viewer(unit))
    assert "没有可以比较的县区" in client.get(reverse("indicators:compare")).content.decode()
    address = reverse("indicators:map", args=["quality_balance", unit.public_id])
    assert "还没有监测结论" in client.get(address).content.decode()
    assessed(unit)
    assert f"?year={YEAR}" in client.get(address, {"year": 2024}).content.decode()
    assessed(unit, statute="preschool")
    preschool = client.get(reverse("indicators:map", args=["preschool", unit.public_id])).content.decode()
    assert "没有学校可以画在图上" in preschool


def test_the_pages_leave_as_workbooks(client: Client) -> None:
    unit = county()
    assessed(unit)
    client.force_login(factories.viewer(unit))
    for address, sheets in (
        (reverse("indicators:compare"), 7),
        (reverse("indicators:map", args=["quality_balance", unit.public_id]), 2),
    ):
        answer = client.get(address, {"format": "xlsx"})
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        assert len(book.sheet_names) == sheets
    rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    assert [row[:3] for row in rows[1:]][1] == ["青禾第2小学", "小学 5/7", "不达标"]


def test_the_queries_do_not_grow_with_counties_years_and_schools(django_assert_max_num_queries: Any) -> None:
    somebody = factories.viewer(factories.root())
    one = county(schools=2)
    assessed(one)
    asked = {"account": somebody, "indicator": "sports_area"}
    with CaptureQueriesContext(
        connection,
    ) as few:
        queries.compare(**asked)
    with CaptureQueriesContext(connection) as few_on_map:
        queries.map_page(account=somebody, statute="quality_balance", public_id=one.public_id, year=None)
    more = [county("临溪区", schools=6, years=YEARS), county("北塘区", schools=3, years=YEARS)]
    assessed(*more, years=YEARS)
    with django_assert_max_num_queries(len(few)):
        queries.compare(**asked)
    with django_assert_max_num_queries(len(few_on_map)):
        queries.map_page(account=somebody, statute="quality_balance", public_id=more[0].public_id, year=None)


# --- the map ---------------------------------------------------------------------------------------------------------


def test_schools_stand_by_verdict_and_by_value() -> None:
    unit = county()
    assessed(unit)
    asked: dict[str, Any] = {
        "account": factories.viewer(unit), "statute": "quality_balance", "public_id": unit.public_id, "year": YEAR,
    }  # fmt: skip
    by_verdict = queries.map_page(**asked)
    assert isinstance(by_verdict, MapPage)
    assert by_verdict.map is not None
    assert [(one.name, one.standing) for one in by_verdict.map.points] == [
        ("青禾第1小学", "meets"),
        ("青禾第2小学", "fails"),
        ("青禾第3小学", "meets"),
    ]
    by_value = queries.map_page(**asked, indicator="multimedia_rooms", stage="primary")
    assert isinstance(by_value, MapPage)
    assert by_value.map is not None
    assert [one.datum.value for one in by_value.map.points] == [5, Fraction(5, 6), 5]
    assert by_value.map.points[1].standing == "fails"
    assert by_value.map.limit is not None
    assert by_value.map.limit.value == Fraction(23, 10)
    assert isinstance(queries.map_page(**{**asked, "year": 2024}), Unassessed)


def test_a_school_without_a_place_is_in_the_list_and_not_on_the_map() -> None:
    unit = county()
    reported(factories.school(unit, name="栖禾无坐标小学").unit)
    assessed(unit)
    page = queries.map_page(
        account=factories.viewer(unit), statute="quality_balance", public_id=unit.public_id, year=None
    )
    assert isinstance(page, MapPage)
    assert page.map is not None
    assert len(page.map.drawn) == 3
    row = next(row for row in page.map.rows if row.label == "栖禾无坐标小学")
    assert "没有坐标" in row.cells[-1].words


def marked(name: str, longitude: float, latitude: float, standing: str = "meets", value: int | None = None) -> Marked:
    datum = Figure(None if value is None else Fraction(value), "" if value is None else str(value))
    return Marked(name, Spot(longitude, latitude), standing, datum)


def a_map(*points: Marked, **more: Any) -> MapChart:
    return MapChart(code="map", title="图", of="学校", said="数值", points=points, **more)


def test_a_mistaken_coordinate_does_not_make_a_speck_of_the_rest() -> None:
    near = [marked(f"校{place}", 122.5 + place / 200, 32.7 + place / 300) for place in range(8)]
    wrong = marked("错", 112.5, 32.7)
    chart = a_map(*near, wrong)
    assert chart.drawn == tuple(near)
    assert "没有画出" in chart.rows[-1].cells[-1].words
    assert "错" not in draw_map(chart)
    # A village at the far end of a large county is no mistake.
    far = marked("远", 122.5 + 0.8 * LEAST_FAR_KM / 94, 32.7)
    assert far in a_map(*near, far).drawn


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize(
    "points",
    [
        (marked("独", 122.5, 32.7),),
        (marked("甲", 122.5, 32.7), marked("乙", 122.5, 32.7)),
        (marked("甲", 122.5, 32.7), marked("乙", 122.5, 33.4)),
        (marked("甲", 122.5, 32.7), marked("乙", 123.6, 32.7)),
        tuple(marked(f"校{place}", 122 + place / 90, 32 + place % 9 / 50, value=place) for place in range(60)),
    ],
    ids=["one", "same place", "tall", "wide", "many"],
)  # fmt: skip
def test_every_point_lies_on_the_sheet(points: tuple[Marked, ...], is_narrow: bool) -> None:
    from lxml import etree

    drawn = etree.fromstring(draw_map(a_map(*points), is_narrow=is_narrow).encode())
    width, height = (float(drawn.get(name)) for name in ("width", "height"))
    assert (width, height > 0) == (320 if is_narrow else 720, True)
    circles = drawn.findall(".//g/circle")
    assert len(circles) == len(points)
    for circle in circles:
        assert 0 <= float(circle.get("cx")) <= width
        assert 0 <= float(circle.get("cy")) <= height
    assert "km" in "".join(drawn.itertext())
    assert "北" in "".join(drawn.itertext())


def test_a_kilometre_is_as_long_east_as_north() -> None:
    from lxml import etree

    # At 60 degrees a degree of longitude is half as long as one of latitude.
    chart = a_map(marked("西南", 100, 59.9), marked("东南", 100.4, 59.9), marked("西北", 100, 60.1))
    drawn = etree.fromstring(draw_map(chart).encode())
    (x, y), (east, _same), (_west, north) = (
        (float(each.get("cx")), float(each.get("cy"))) for each in drawn.findall(".//g/circle")
    )
    assert (east - x) / (y - north) == pytest.approx(1, abs=0.01)


def test_standings_differ_in_shape_and_every_point_is_named_for_keyboard_and_pointer() -> None:
    points = [
        marked("一", 122.5, 32.7, Verdict.MEETS), marked("二", 122.6, 32.7, Verdict.FAILS),
        marked("三<b>", 122.7, 32.8, Verdict.UNDECIDED),
    ]  # fmt: skip
    drawn = draw_map(a_map(*points))
    assert drawn.count('tabindex="0"') == 3
    assert "<title>二：不达标</title>" in drawn
    assert "三&lt;b&gt;" in drawn
    assert "<circle" in drawn
    # A triangle has three corners, a square on its tip four; each is closed.
    corners = {
        piece.split('"')[1].count(" "): None for piece in drawn.split("<polyline ")[1:] if "map-north" not in piece
    }
    assert set(corners) == {3, 4}
