"""A measure of several units against each other and over the years: within the right of whoever looks, in constant queries."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yaodian.foundation.charting import BarChart, LineChart
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Absent, Comparison, compare
from yaodian.organisations.models import Hierarchy, UnitKind
from yaodian.organisations.operations import create_unit, move_unit
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
DAY = date(2026, 11, 2)
SHARE = "registry.boarding_share"


def reported(place, boarding: int, year: int = 2026) -> None:
    registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=year,
        stage="primary",
        figures={"pupils_by_grade": [10] * 6, "boarding": boarding},
        now=NOW,
        source="统计年报导入",
    )


@pytest.fixture
def schools():
    one, other, silent = factories.county("青禾县"), factories.county("临溪区"), factories.county("北塘区")
    made = [
        factories.school(one, name="栖禾东小学"),
        factories.school(one),
        factories.school(other),
        factories.school(silent),
    ]
    for place, boarding in zip(made[:3], (6, 12, 30), strict=True):
        reported(place, boarding - 3, 2025)
        reported(place, boarding)
    for day in (date(2025, 11, 30), date(2025, 12, 31), DAY):
        take_values(actor=None, day=day, now=NOW)
    return made, one, other


def charts_of(found: Comparison) -> tuple[BarChart, LineChart]:
    bars, lines = found.charts
    assert isinstance(bars, BarChart)
    assert isinstance(lines, LineChart)
    return bars, lines


def test_counties_stand_in_order_of_their_value_and_those_without_one_last(schools) -> None:
    found = compare(account=factories.viewer(factories.root()), code=SHARE, stage="primary", day=DAY)
    bars, lines = charts_of(found)
    assert [(bar.label, bar.words) for bar in bars.bars] == [
        ("临溪区", "50.00%"),
        ("青禾县", "15.00%"),
        ("北塘区", "没有学年报表"),
    ]
    # The last taking of each year, and no other.
    assert lines.days == (date(2025, 12, 31), DAY)
    assert [cell.words for cell in lines.rows[1].cells] == ["10.00%", "15.00%"]


def test_a_share_is_held_against_that_of_the_whole_and_a_count_is_not(schools) -> None:
    made, one, _other = schools
    somebody = factories.viewer(one)
    shares, course = charts_of(compare(account=somebody, code=SHARE, stage="primary", day=DAY))
    assert shares.limit is not None
    assert (shares.limit.value, shares.limit.label) == (15, "青禾县 15.00%")
    assert course.series[-1].is_whole
    pupils, _course = charts_of(compare(account=somebody, code="registry.pupils", stage="primary", day=DAY))
    assert pupils.limit is None
    assert {bar.label for bar in pupils.bars} == {"栖禾东小学", registry_name(made[1])}


def registry_name(place) -> str:
    name: str = place.unit.names.get().name
    return name


def test_nobody_compares_what_his_right_does_not_reach(schools, client: Client) -> None:
    made, one, other = schools
    somebody = factories.viewer(one)
    assert compare(account=somebody, code=SHARE, day=DAY).unit == one
    for asked in ({"unit": other.public_id}, {"unit": factories.root().public_id}, {"code": "registry.nothing"}):
        with pytest.raises(Absent):
            compare(**{"account": somebody, "code": SHARE, "day": DAY, **asked})
    found = compare(account=somebody, code=SHARE, only=[made[2].unit.public_id], stage="primary", day=DAY)
    assert made[2].unit.public_id not in {option.code for option in found.choices}
    client.force_login(factories.viewer(made[0].unit))
    text = client.get(reverse("measures:compare", args=[SHARE])).content.decode()
    assert "没有可以比较的单位" in text
    assert "临溪区" not in text
    client.force_login(factories.account(one, "auditor"))
    assert client.get(reverse("measures:compare", args=[SHARE])).status_code == 403


def test_some_units_are_chosen_and_nonsense_counts_as_not_chosen(schools) -> None:
    _made, one, other = schools
    asked = {"account": factories.viewer(factories.root()), "code": SHARE, "day": DAY}
    two = compare(**asked, stage="primary", only=[one.public_id, other.public_id])
    assert [row.label for row in two.charts[0].rows] == ["临溪区", "青禾县"]
    assert [option.is_chosen for option in two.choices].count(True) == 2
    assert len(two.choices) == 3
    odd = compare(**asked, stage="nothing", narrowed="nothing", only=["nobody"])
    assert (odd.stage, odd.narrowed) == ("compulsory", "")
    assert len(odd.charts[0].rows) == 3


@pytest.mark.parametrize("unit", ["\x00", "nobody", "青禾县", "a" * 5000, "' OR 1=1"])
def test_an_address_that_names_no_unit_is_not_found(schools, client: Client, unit: str) -> None:
    client.force_login(factories.viewer(factories.root()))
    assert client.get(reverse("measures:compare", args=[SHARE]), {"unit": unit}).status_code == 404
    odd = {"stage": unit, "filter": unit, "level": unit, "with": unit, "format": unit, "chart": unit}
    assert client.get(reverse("measures:compare", args=[SHARE]), odd).status_code == 200
    assert client.get(reverse("measures:compare", args=["registry.nothing"])).status_code == 404


def test_like_is_compared_with_like(schools) -> None:
    made, one, _other = schools
    group = create_unit(
        actor=None,
        code="99G001",
        kind=UnitKind.GROUP,
        name="栖禾教育集团",
        opened_on=factories.OPENED_ON,
        parent=one,
        now=NOW,
    )
    move_unit(actor=None, unit=made[0].unit, parent=group, hierarchy=Hierarchy.GROUP, from_on=date(2025, 9, 1), now=NOW)
    take_values(actor=None, day=DAY, now=NOW)
    asked = {"account": factories.viewer(factories.root()), "code": SHARE, "stage": "primary", "day": DAY}
    found = compare(**asked, unit=one.public_id)
    assert [(option.code, option.is_chosen) for option in found.levels] == [("school", True), ("group", False)]
    assert {row.label for row in found.charts[0].rows} == {"栖禾东小学", registry_name(made[1])}
    groups = compare(**asked, unit=one.public_id, level="group")
    assert [row.label for row in groups.charts[0].rows] == ["栖禾教育集团"]
    members = compare(**asked, unit=group.public_id)
    assert [row.label for row in members.charts[0].rows] == ["栖禾东小学"]
    # A school of another county joins the group: its own county's people reach it, this county's do not.
    move_unit(actor=None, unit=made[2].unit, parent=group, hierarchy=Hierarchy.GROUP, from_on=date(2025, 9, 1), now=NOW)
    take_values(actor=None, day=DAY, now=NOW)
    asked["account"] = factories.viewer(one)
    assert len(compare(**asked, unit=group.public_id).charts[0].rows) == 1
    asked["account"] = factories.viewer(factories.root())
    assert len(compare(**asked, unit=group.public_id).charts[0].rows) == 2


def test_many_schools_are_shown_as_a_distribution_as_well(schools) -> None:
    _made, one, _other = schools
    for number in range(12):
        reported(factories.school(one), number)
    take_values(actor=None, day=DAY, now=NOW)
    found = compare(account=factories.viewer(one), code=SHARE, stage="primary", day=DAY)
    assert [chart.code for chart in found.charts] == ["latest", "spread", "years"]


def test_before_the_first_taking_there_is_nothing_to_compare(client: Client) -> None:
    factories.county("青禾县")
    client.force_login(factories.viewer(factories.root()))
    assert "没有可以比较的单位" in client.get(reverse("measures:compare", args=[SHARE])).content.decode()
    assert client.get(reverse("measures:compare", args=[SHARE]), {"format": "xlsx"}).status_code == 404


def test_the_page_leads_to_each_unit_and_its_workbook_has_the_same_rows(schools, client: Client) -> None:
    _made, one, other = schools
    client.force_login(factories.viewer(factories.root()))
    address = reverse("measures:compare", args=[SHARE])
    text = client.get(address, {"stage": "primary"}).content.decode()
    assert reverse("measures:measure", args=[other.public_id, SHARE]) + "?stage=primary&amp;filter=" in text
    assert "style=" not in text
    answer = client.get(address, {"stage": "primary", "format": "xlsx", "chart": "years"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["单位（%）", "2025-12-31", "2026-11-02"]
    assert rows[1:3] == [["临溪区", 45, 50], ["青禾县", 10, 15]]
    assert rows[3] == ["北塘区", "没有学年报表", "没有学年报表"]
    alone = client.get(reverse("measures:measure", args=[one.public_id, SHARE]), {"stage": "primary", "format": "xlsx"})
    table = CalamineWorkbook.from_filelike(io.BytesIO(alone.content)).get_sheet_by_index(0).to_python()
    assert table[-1] == [DAY, 15]


def test_a_comparison_asks_a_constant_number_of_questions(schools) -> None:
    somebody = factories.viewer(factories.root())

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            compare(account=somebody, code=SHARE, stage="primary", day=DAY)
        return len(queries)

    few = asked()
    for number in range(6):
        reported(factories.school(factories.county(f"第{number}县")), number)
    take_values(actor=None, day=DAY, now=NOW)
    assert asked() == few
    assert few <= 8
