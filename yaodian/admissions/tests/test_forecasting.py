"""Expected children beside places: counted from the lists, held against the year before, and not guessed where something is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations, queries
from yaodian.admissions.models import Forecast, Intake, IntakeState
from yaodian.admissions.problem.forecasting import count_children
from yaodian.admissions.queries.addresses import locator_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.admissions.tests.families import card
from yaodian.audit.queries import entries
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db
OF_AGE = "20200315"


@pytest.fixture
def world() -> Made:
    return factories.made()


def line(serial: int, address: str, born: str = OF_AGE) -> dict[str, Any]:
    return {"number": card(born, serial), "address": address}


def load(world: Made, *lines: dict[str, Any]) -> None:
    operations.put_references(
        actor=world.account("one"), intake=world.intake, now=NOW,
        lines={("household", str(at)): said for at, said in enumerate(lines)},
    )  # fmt: skip


def page(world: Made) -> queries.ForecastPage:
    return queries.forecast_page(account=world.account("one"), public_id=world.intake.public_id, day=NOW.date())


def test_children_of_age_are_counted_once_and_where_they_live(world: Made) -> None:
    counted = count_children(
        [
            line(1, "中山路1号302室"),
            line(1, "中山路2号"),  # the same child's second line
            line(2, "地址不详"),
            line(2, "中山路3号"),  # readable in the second line
            line(3, "中山路2号1栋"),
            line(4, "别的路5号"),
            line(5, "中山路以东"),
            line(6, "中山路1号", born="19880412"),
            line(7, "中山路1号", born="20190831"),  # the last day too old
            line(8, "中山路1号", born="20190901"),
            {"number": "E1234567", "address": "中山路1号"},
            {"number": card(OF_AGE, 9)},
        ],
        born_from=world.intake.born_from,
        born_until=world.intake.born_until,
        locator=locator_of(world.intake),
        stage="primary",
    )
    assert counted.catchments == {"east": 3, "west": 1}
    assert (counted.lines, counted.of_age, counted.outside, counted.unread) == (12, 7, 1, 2)


def test_without_a_list_nothing_is_computable_and_the_page_says_what_is_missing(world: Made) -> None:
    found = page(world)
    assert [one.expected for one in found.lines] == [None, None, None]
    assert all("缺少户籍名册" in one.basis for one in found.lines)
    assert (found.gap, found.has_list) == (None, False)
    with pytest.raises(operations.UnableToCountForecast, match="没有户籍名册"):
        operations.count_forecast(actor=world.account("one"), intake=world.intake, now=NOW)
    assert not Forecast.objects.exists()


def test_a_count_stands_beside_the_places_with_where_it_is_from(world: Made) -> None:
    load(world, *(line(at, "中山路1号") for at in range(3)), line(9, "中山路2号"))
    with pytest.raises(PermissionMissing):
        operations.count_forecast(actor=world.account("looker", "viewer"), intake=world.intake, now=NOW)
    operations.count_forecast(actor=world.account("one"), intake=world.intake, now=NOW)
    factories.application(world, wishes=("s3",))
    factories.application(world, state="withdrawn", wishes=("s3",))
    found = page(world)
    east, west, open_one = found.lines
    assert (east.registered, east.expected, east.gap) == (3, 3, -1)
    assert "全部计入" in east.basis
    assert (west.expected, west.gap) == (1, 1)
    assert (open_one.registered, open_one.expected, open_one.first_wishes) == (None, None, 1)
    assert "缺少去年" in open_one.basis
    assert (found.seats, found.applications, found.gap) == (5, 1, 1)
    assert [one.subject for one in entries(code="admissions.forecast.count")] == [
        f"admissions_intake:{world.intake.pk}"
    ]
    load(
        world,
        line(20, "中山路1号"),
        line(21, "中山路1号"),
        line(22, "中山路1号"),
        line(23, "中山路2号"),
        line(24, "中山路2号"),
    )
    operations.count_forecast(actor=world.account("one"), intake=world.intake, now=NOW)
    assert Forecast.objects.get().catchments == {"east": 3, "west": 2}


def last_year(world: Made) -> Made:
    """Two of four children of the east applied, one in three of all wished for the open school."""
    before = factories.made(city=world.units, title="2025 年招生入学")
    for row in (before.season, before.intake):
        row.refresh_from_db()
    before.season.year = 2025
    before.season.store()
    for wish in ("s3", "s0"):
        factories.application(before, state="verified", wishes=(wish,), facts=["household"])
    factories.application(before, state="verified", wishes=("s1",), facts=["household"], catchment="west")
    Intake.objects.filter(pk=before.intake.pk).update(state=IntakeState.ENDED, published_on=date(2025, 7, 15))
    Forecast.objects.create(
        intake=before.intake, lines=9, of_age=6, outside=1, unread=0, catchments={"east": 4}, counted_at=NOW
    )
    return before


def test_the_year_before_gives_the_shares(world: Made) -> None:
    last_year(world)
    load(world, *(line(at, "中山路1号") for at in range(6)))
    operations.count_forecast(actor=world.account("one"), intake=world.intake, now=NOW)
    east, west, open_one = page(world).lines
    assert (east.expected, "50%" in east.basis) == (3, True)
    assert (west.expected, "全部计入" in west.basis) == (0, True), "the west was not counted the year before"
    assert (open_one.expected, "33.3%" in open_one.basis) == (2, True)


def test_schools_that_share_a_catchment_are_not_told_apart(world: Made) -> None:
    world.catchments["east"].schools.create(offer=world.offers["s1"])
    load(world, line(1, "中山路1号"))
    operations.count_forecast(actor=world.account("one"), intake=world.intake, now=NOW)
    east, west, _open_one = page(world).lines
    assert (east.registered, east.expected, west.registered, west.expected) == (1, None, 1, None)
    assert "几所学校" in east.basis


def test_the_page_counts_and_costs_the_same_with_more_schools(world: Made) -> None:
    client, looker = Client(), Client()
    client.force_login(world.account("one"))
    looker.force_login(world.account("looker", "viewer"))
    address = reverse("admissions:forecast", args=[world.intake.public_id])
    assert "缺少户籍名册" in client.get(address).content.decode()
    load(world, line(1, "中山路1号"))
    assert "统计户籍名册" in client.get(address).content.decode()
    assert "统计户籍名册" not in looker.get(address).content.decode()
    assert looker.post(address).status_code == 403
    assert client.post(address).status_code == 302
    last_year(world)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    before = cost()
    factories.Offer(intake=world.intake, school=world.units["s2"], seats=1).store()
    factories.application(world, wishes=("s1",))
    assert cost() == before
    assert address in client.get(reverse("admissions:intake", args=[world.intake.public_id])).content.decode()
