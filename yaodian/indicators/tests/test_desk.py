"""The pages of the desk: within the right of whoever looks, from what is stored, down to the cells and their source."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.foundation.models import Job
from yaodian.indicators import operations, queries
from yaodian.indicators.tests.factories import NOW, YEAR, county_of
from yaodian.organisations.models import Account, Unit
from yaodian.registry.tests import factories as registry_factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
Made = tuple[Unit, list[Any], Unit]


@pytest.fixture
def made() -> Made:
    county, schools = county_of({}, {"backbone_county_or_above": 5})
    other, _places = county_of({}, name="临溪区")
    operations.assess_due(actor=None, now=NOW)
    return county, schools, other


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_the_desk_shows_the_counties_in_scope_with_their_verdicts(made: Made) -> None:
    county, _schools, _other = made
    everyone = queries.desk_page(
        account=registry_factories.account(registry_factories.root(), "viewer"), statute="", year=None, today=TODAY
    )
    assert [line.assessment.verdict for line in everyone.lines if line.assessment] == ["fails", "meets"]
    assert (everyone.year, everyone.meets, everyone.fails) == (YEAR, 1, 1)
    own = queries.desk_page(account=registry_factories.account(county, "viewer"), statute="", year=None, today=TODAY)
    assert [line.unit for line in own.lines] == [county]


def test_a_county_that_is_not_ones_own_is_absent(made: Made) -> None:
    county, schools, other = made
    client = signed_in(registry_factories.account(county, "viewer"))
    for name, unit in (("county", other), ("facts", other), ("county", schools[0].unit), ("school", county)):
        assert client.get(reverse(f"indicators:{name}", args=["quality_balance", unit.public_id])).status_code == 404
    assert client.get(reverse("indicators:county", args=["nonsense", county.public_id])).status_code == 404
    address = reverse("indicators:county", args=["quality_balance", county.public_id])
    assert client.get(f"{address}?year=1950").status_code == 404
    assert client.get(f"{address}?year=x").status_code == 404
    assert client.get(address).status_code == 200


def test_a_head_sees_his_school_and_not_the_others(made: Made) -> None:
    _county, (good, bad), _other = made
    client = signed_in(registry_factories.account(bad.unit, "head"))
    assert client.get(reverse("indicators:school", args=["quality_balance", bad.unit.public_id])).status_code == 200
    assert client.get(reverse("indicators:school", args=["quality_balance", good.unit.public_id])).status_code == 404
    desk = client.get(reverse("indicators:counties")).content.decode()
    assert bad.unit.public_id in desk
    assert good.unit.public_id not in desk


def test_a_school_is_explained_down_to_the_cell_and_its_source(made: Made) -> None:
    county, (_good, bad), _other = made
    page = queries.school_page(
        account=registry_factories.account(county, "viewer"),
        statute="quality_balance",
        public_id=bad.unit.public_id,
        year=None,
        today=TODAY,
    )
    (stage,) = page.stages
    assert stage.verdict == "fails"
    (found,) = [one for one in stage.indicators if one.result.indicator.endswith("backbone_teachers")]
    assert found.needed == "1"
    assert found.threshold is not None
    assert found.threshold.number == 1
    origins = {used.name: used.origin for used in found.result.inputs}
    assert origins["backbone_county_or_above"] == "2026学年报表，统计年报导入"
    (charter,) = [one for one in stage.others if one.number == "3.3"]
    assert {used.origin for used in charter.result.inputs} == {"县级填报：核查记录"}


def test_under_the_rules_of_today_the_county_is_judged_anew_and_the_stored_verdict_stays(made: Made) -> None:
    county, _schools, _other = made
    account = registry_factories.account(county, "viewer")
    stored = queries.county_page(
        account=account, statute="quality_balance", public_id=county.public_id, year=None, today=TODAY
    )
    live = queries.county_page(
        account=account,
        statute="quality_balance",
        public_id=county.public_id,
        year=None,
        today=TODAY,
        rules_today=True,
    )
    assert (stored.rules_on, live.rules_on) == (date(2026, 9, 1), TODAY)
    # The law has not changed between the two days, so that both say the same.
    assert stored.found.items == live.found.items
    assert stored.found.spreads == live.found.spreads
    assert [(line.name, line.standing.verdict) for line in stored.schools] == [
        (line.name, line.standing.verdict) for line in live.schools
    ]


@pytest.mark.parametrize("name", ["counties", "county", "school"])
def test_pages_cost_the_same_whatever_lies_below(made: Made, name: str) -> None:
    county, (school, _bad), _other = made
    client = signed_in(registry_factories.account(registry_factories.root(), "viewer"))
    unit = {"county": county, "school": school.unit}.get(name)
    address = reverse(f"indicators:{name}", args=["quality_balance", unit.public_id] if unit else [])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    county_of({}, {}, {}, {}, name="东岭县")
    for _time in range(3):
        registry_factories.school(county)
    operations.assess_due(actor=None, now=NOW)
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)


def test_whoever_may_orders_the_assessment_once(made: Made) -> None:
    county, _schools, _other = made
    address = reverse("indicators:assess")
    assert signed_in(registry_factories.account(county, "viewer")).post(address).status_code == 403
    clerk = signed_in(registry_factories.account(county, "registrar"))
    assert clerk.post(address).status_code == 302
    assert Job.objects.filter(code="indicators.assess_ordered").count() == 1


def test_before_the_first_night_the_desk_says_so() -> None:
    client = signed_in(registry_factories.account(registry_factories.county(), "viewer"))
    assert "还没有监测结论" in client.get(reverse("indicators:counties")).content.decode()
