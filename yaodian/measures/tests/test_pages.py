"""The pages of measures: within the right of whoever looks, from snapshots, down to the rows and their return."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.foundation.models import Job
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Absent, explain, list_page, measure_page, school_panel
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
DAY = date(2026, 11, 2)
SHARE = "registry.boarding_share"


def reported(place, boarding: int) -> None:
    registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=2026,
        stage="primary",
        figures={"pupils_by_grade": [10] * 6, "boarding": boarding},
        now=NOW,
        source="统计年报导入",
    )


@pytest.fixture
def schools():
    one, other = factories.county("青禾县"), factories.county("临溪区")
    made = [factories.school(one, name="栖禾东小学"), factories.school(one), factories.school(other, name="临溪西小学")]
    for place, boarding in zip(made, (6, 12, 30), strict=True):
        reported(place, boarding)
    for day in (date(2025, 12, 31), DAY):
        take_values(actor=None, day=day, now=NOW)
    return made, one, other


def test_a_county_sees_its_own_values_and_no_others(schools) -> None:
    _made, one, other = schools
    somebody = factories.viewer(one)
    page = list_page(account=somebody, day=DAY)
    assert page.unit == one
    shown = measure_page(account=somebody, code=SHARE, unit=one.public_id, day=DAY)
    assert shown.value is not None
    assert shown.value.exact == 15
    assert [row.value.exact for row in shown.below] == [20, 10]
    with pytest.raises(Absent):
        measure_page(account=somebody, code=SHARE, unit=other.public_id, day=DAY)
    with pytest.raises(Absent):
        measure_page(account=somebody, code="registry.nothing", unit=one.public_id, day=DAY)


def test_a_figure_is_explained_down_to_the_return(schools, client: Client) -> None:
    made, one, _other = schools
    client.force_login(factories.viewer(one))
    text = client.get(reverse("measures:explain", args=[one.public_id, SHARE]) + "?stage=primary").content.decode()
    for words in ("寄宿生数 ÷ 在校学生数", "18", "120", "教发〔2020〕6号", "统计年报导入", "栖禾东小学", "15.00%"):
        assert words in text, words
    assert "临溪西小学" not in text
    assert reverse("registry:return", args=[made[0].unit.public_id, 2026]) in text
    assert f"county={one.public_id}" in text


def test_the_figures_of_the_law_stand_beside_the_value(schools, client: Client) -> None:
    client.force_login(factories.viewer(schools[1]))
    text = client.get(
        reverse("measures:measure", args=[schools[1].public_id, "registry.large_classes"])
    ).content.decode()
    assert "中小学班额分档" in text
    assert "见于一处公开文本" in text
    assert "56" in text


def test_rows_changed_since_are_told(schools) -> None:
    made, one, _other = schools
    somebody = factories.viewer(one)
    asked = {"account": somebody, "code": SHARE, "unit": one.public_id, "day": DAY}
    assert not explain(**asked).is_outdated
    registry.store_return(
        actor=None,
        public_id=made[0].unit.public_id,
        year=2026,
        stage="primary",
        figures={"boarding": 7},
        now=NOW,
        version=1,
    )
    assert explain(**asked).is_outdated


def test_an_editor_sees_values_and_none_of_the_registrys_rows(schools) -> None:
    told = explain(account=factories.account(schools[1], "editor"), code=SHARE, unit=schools[1].public_id, day=DAY)
    assert told.rows is None
    assert told.snapshot is not None


def test_pages_are_drawn_without_script_or_style_in_them(schools, client: Client) -> None:
    client.force_login(factories.viewer(factories.root()))
    root = factories.root().public_id
    for address in (
        reverse("measures:list"),
        reverse("measures:measure", args=[root, SHARE]),
        reverse("measures:explain", args=[root, SHARE]),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "style=" not in text
        assert "<svg" in text
        assert "<table" in text
    assert "drawn-bar" in client.get(reverse("measures:measure", args=[root, SHARE])).content.decode()


def test_the_form_leads_to_the_measure_of_another_unit(schools, client: Client) -> None:
    client.force_login(factories.viewer(factories.root()))
    sent = client.get(
        reverse("measures:list"),
        {"unit": schools[1].public_id, "measure": SHARE, "stage": "primary", "filter": ""},
    )
    assert sent["Location"].startswith(reverse("measures:measure", args=[schools[1].public_id, SHARE]))
    assert client.get(reverse("measures:list"), {"unit": "a/b", "measure": SHARE}).status_code == 404
    assert client.get(reverse("measures:list"), {"unit": "nobody"}).status_code == 404


def test_whoever_may_orders_the_values_anew_once(schools, client: Client) -> None:
    client.force_login(factories.viewer(schools[1]))
    assert client.post(reverse("measures:compute")).status_code == 403
    client.force_login(factories.registrar(schools[1]))
    client.post(reverse("measures:compute"))
    assert Job.objects.filter(code="measures.take_ordered").count() == 1


def test_the_pages_ask_a_constant_number_of_questions(schools) -> None:
    root = factories.root()
    somebody = factories.viewer(root)

    def asked() -> tuple[int, int, int]:
        counts = []
        for read in (
            lambda: list_page(account=somebody, day=DAY),
            lambda: measure_page(account=somebody, code=SHARE, unit=root.public_id, day=DAY),
            lambda: explain(account=somebody, code=SHARE, unit=schools[1].public_id, day=DAY),
        ):
            with CaptureQueriesContext(connection) as queries:
                read()
            counts.append(len(queries))
        return counts[0], counts[1], counts[2]

    few = asked()
    for number in range(8):
        reported(factories.school(schools[1] if number % 2 else factories.county(f"第{number}县")), number)
    take_values(actor=None, day=DAY, now=NOW)
    assert asked() == few
    assert max(few) <= 20


def test_a_schools_page_shows_its_measures_to_whoever_may_see_them(schools, client: Client) -> None:
    made, one, _other = schools
    address = reverse("registry:school", args=[made[0].unit.public_id])
    client.force_login(factories.viewer(one))
    text = client.get(address).content.decode()
    assert "panel-measures" in text
    assert "10.00%" in text
    assert school_panel(made[0].unit, factories.account(schools[2], "editor"), DAY) is None
    assert school_panel(made[0].unit, factories.viewer(one), date(2020, 1, 1)) is None
