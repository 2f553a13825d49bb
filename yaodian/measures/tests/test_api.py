"""The API of measures: what is declared, values within the right, reasons where there are none, pages that go on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yaodian.foundation.measuring import measures
from yaodian.measures.operations import take_values
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
DAY = date(2026, 11, 2)
SHARE = "registry.boarding_share"
VALUES = f"/api/measures/{SHARE}/values"


def reported(place, boarding: int, pupils: int = 60) -> None:
    registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=2026,
        stage="primary",
        figures={"pupils_by_grade": [pupils], "boarding": boarding},
        now=NOW,
        source="统计年报导入",
    )


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def schools():
    one, other = factories.county("青禾县"), factories.county("临溪区")
    made = [factories.school(one, name="栖禾东小学"), factories.school(one), factories.school(other)]
    for place, boarding in zip(made[:2], (6, 14), strict=True):
        reported(place, boarding)
    for day in (date(2025, 12, 31), date(2026, 10, 1), DAY):
        take_values(actor=None, day=day, now=NOW)
    return made, one, other


def got(client: Client, address: str = VALUES, **asked: object) -> dict[str, Any]:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content
    data: dict[str, Any] = answer.json()
    return data


def test_the_declared_measures_say_their_formula_and_where_it_stands(schools, client: Client) -> None:
    client.force_login(factories.viewer(schools[1]))
    found = {one["code"]: one for one in got(client, "/api/measures")["items"]}
    assert list(found) == list(measures())
    large = found["registry.large_classes"]
    assert large["formula"]
    assert large["parameters"][0]["figures"][0]["figure"] == "56"
    assert large["parameters"][0]["figures"][0]["citation"]["title"]
    assert {"code": "primary", "label": "小学"} in large["stages"]
    assert got(client, "/api/measures/registry.large_classes") == large
    assert client.get("/api/measures/registry.nothing").status_code == 404


def test_a_value_comes_with_what_it_was_made_of(schools, client: Client) -> None:
    made, one, _other = schools
    client.force_login(factories.viewer(one))
    found = got(client, unit=one.public_id, stage="primary")
    (value,) = found["items"]
    assert value["unit"] == one.public_id
    assert value["on"] == "2026-11-02"
    assert (value["numerator"], value["denominator"], value["value"]) == ("20", "120", "16.666666666667")
    assert (value["counted"], value["expected"], value["is_complete"]) == (2, 2, True)
    assert value["rule"] == "1"
    assert value["period"] == "2026"
    (inputs,) = found["inputs"]
    assert inputs["sources"]["sources"] == {"统计年报导入": 2}
    with_schools = got(client, unit=one.public_id, stage="primary", below="true")
    assert {item["unit"] for item in with_schools["items"]} == {one.public_id, *(p.unit.public_id for p in made[:2])}


def test_not_computable_is_a_value_with_a_reason(schools, client: Client) -> None:
    client.force_login(factories.viewer(schools[2]))
    (value, *_others) = got(client, unit=schools[2].public_id, stage="primary")["items"]
    assert (value["value"], value["numerator"], value["problem"]) == (None, None, "no-return")
    assert value["reason"] == "没有学年报表"
    assert not value["is_complete"]


def test_nobody_gets_what_his_right_does_not_reach(schools, client: Client) -> None:
    _made, one, other = schools
    assert client.get(VALUES).status_code == 401
    client.force_login(factories.account(one, "auditor"))
    assert client.get(VALUES).status_code == 403
    client.force_login(factories.viewer(one))
    assert client.get(VALUES, {"unit": other.public_id}).status_code == 404
    everything = got(client, from_on="2020-01-01", stage="primary")
    assert {item["unit_name"] for item in everything["items"]}.isdisjoint({"临溪区", "云川市教育局"})
    assert {item["on"] for item in everything["items"]} == {"2025-12-31", "2026-10-01", "2026-11-02"}


def test_a_list_goes_on_where_it_ended_also_after_the_values_were_taken_again(schools, client: Client) -> None:
    client.force_login(factories.viewer(factories.root()))
    asked: dict[str, object] = {"from_on": "2020-01-01", "stage": "primary"}
    whole = got(client, **asked, size=100)
    assert whole["after"] == ""
    assert whole["total"] == len(whole["items"]) > 6
    gathered: list[dict[str, Any]] = []
    after = ""
    while True:
        page = got(client, **asked, size=4, after=after)
        gathered += page["items"]
        after = page["after"]
        take_values(actor=None, day=DAY, now=NOW)
        if not after:
            break
    assert gathered == whole["items"]
    assert got(client, **asked, size=4, after="2026-99-99_1")["items"] == whole["items"][:4]


def test_a_range_of_days_is_inclusive_and_a_bad_one_is_refused(schools, client: Client) -> None:
    client.force_login(factories.viewer(schools[1]))
    asked = {"unit": schools[1].public_id, "stage": "primary"}
    days = [one["on"] for one in got(client, **asked, from_on="2025-12-31", to_on="2026-10-01")["items"]]
    assert days == ["2025-12-31", "2026-10-01"]
    assert [one["on"] for one in got(client, **asked, to_on="2026-10-31")["items"]] == ["2026-10-01"]
    assert got(client, **asked, from_on="2027-01-01", to_on="2026-01-01")["items"] == []
    refused = client.get(VALUES, {"from_on": "yesterday", "size": 1000})
    assert refused.status_code == 422
    assert len(refused.json()["errors"]) == 2


def test_a_page_of_values_asks_a_constant_number_of_questions(schools, client: Client) -> None:
    client.force_login(factories.viewer(factories.root()))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            got(client, from_on="2020-01-01", stage="primary", size=100)
        return len(queries)

    few = asked()
    for number in range(8):
        reported(factories.school(schools[1]), number)
    take_values(actor=None, day=DAY, now=NOW)
    assert asked() == few
    assert few <= 10
