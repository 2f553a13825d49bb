"""Facts: stated with evidence, exact, by whoever may, each change in the journal; nothing lost where one is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.indicators import operations
from yaodian.indicators.models import Fact
from yaodian.indicators.operations import Stated, UnableToStateFacts
from yaodian.indicators.tests.factories import NOW, YEAR, county_of, reporting, stated
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry_factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Unit:
    return registry_factories.county("青禾县")


def state(county: Unit, *rows: Stated, actor: object = None) -> int:
    return operations.state_facts(
        actor=actor,  # type: ignore[arg-type]
        unit=county,
        statute="quality_balance",
        year=YEAR,
        stated=rows,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("quantity", "typed", "kept"),
    [
        ("recognition", "85.5%", "0.855"),
        ("recognition", " 0.85 ", "0.85"),
        ("teacher_income", "96,500.50", "96500.5"),
        ("senior_places", "1200", "1200"),
        ("is_layout_planned", "true", "true"),
    ],
)
def test_what_people_type_is_kept_exactly(county: Unit, quantity: str, typed: str, kept: str) -> None:
    assert state(county, Stated(quantity, typed, "文件")) == 1
    assert Fact.objects.get(unit=county).value == kept


@pytest.mark.parametrize(
    ("quantity", "typed", "code"),
    [
        ("recognition", "很高", "value"),
        ("recognition", "185%", "value"),
        ("senior_places", "-1", "value"),
        ("senior_places", "1.5", "value"),
        ("senior_places", "NaN", "value"),
        ("is_layout_planned", "也许", "value"),
        ("pupils", "12", "not-asked"),
        ("nonsense", "12", "not-asked"),
    ],
)
def test_what_a_quantity_cannot_be_is_refused_with_its_name(county: Unit, quantity: str, typed: str, code: str) -> None:
    with pytest.raises(UnableToStateFacts) as refused:
        state(county, Stated("senior_quota", "10", "文件"), Stated(quantity, typed, "文件"))
    assert (refused.value.code, refused.value.field) == (code, quantity)
    assert not Fact.objects.exists()


def test_a_value_has_its_evidence(county: Unit) -> None:
    with pytest.raises(UnableToStateFacts, match="没有写依据"):
        state(county, Stated("senior_places", "1200", "  "))


def test_the_journal_has_what_was_there_before_and_nothing_where_nothing_changed(county: Unit) -> None:
    state(county, Stated("senior_places", "1200", "文件"))
    assert state(county, Stated("senior_places", "1200", "文件")) == 0
    assert state(county, Stated("senior_places", "1300", "更正文件")) == 1
    assert state(county, Stated("senior_places", "", "")) == 1
    told = [entry.code for entry in entries().order_by("pk") if entry.code.startswith("indicators.fact")]
    assert [code.rpartition(".")[2] for code in told] == ["state", "state", "withdraw"]
    assert not Fact.objects.exists()


def test_only_whoever_may_states_and_only_for_his_county(county: Unit) -> None:
    other = registry_factories.county("临溪区")
    clerk = registry_factories.account(county, "registrar")
    assert state(county, Stated("senior_places", "1", "文件"), actor=clerk) == 1
    with pytest.raises(PermissionMissing):
        state(other, Stated("senior_places", "1", "文件"), actor=clerk)
    with pytest.raises(PermissionMissing):
        state(county, Stated("senior_places", "2", "文件"), actor=registry_factories.account(county, "viewer"))


def test_a_school_states_what_is_asked_of_schools_and_that_goes_before_the_countys() -> None:
    unit = registry_factories.county("青禾县")
    places = [registry_factories.school(unit), registry_factories.school(unit)]
    for place in places:
        reporting(place)
    stated(unit)
    state(places[0].unit, Stated("has_charter", "false", "现场核查"))
    with pytest.raises(UnableToStateFacts, match="由县区填报"):
        state(places[0].unit, Stated("recognition", "0.9", "问卷"))
    (found,) = operations.assess(actor=None, statute="quality_balance", year=YEAR, now=NOW)
    (item,) = [one for one in found.items if one["number"] == "3.3"]
    assert item["counts"] == {"meets": 1, "fails": 1, "undecided": 0}


def test_the_form_keeps_what_was_typed_where_one_value_is_refused() -> None:
    county, _places = county_of({})
    operations.assess(actor=None, statute="quality_balance", year=YEAR, now=NOW)
    client = Client()
    client.force_login(registry_factories.account(county, "registrar"))
    address = reverse("indicators:state", args=["quality_balance", county.public_id])
    sent = {"year": YEAR, "senior_places": "一千", "senior_places-basis": "招生文件", "senior_quota": "777"}
    answer = client.post(address, {**sent, "senior_quota-basis": "招生文件"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "一千" in page
    assert 'value="777"' in page
    assert "请填写数字" in page
    good = client.post(address, {**sent, "senior_places": "1200", "senior_quota-basis": "招生文件"})
    assert good.status_code == 302
    assert Fact.objects.get(quantity="senior_quota").value == "777"
