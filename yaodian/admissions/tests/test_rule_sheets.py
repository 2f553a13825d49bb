"""Offers and house numbers come in as lists: errors by cell, one transaction, nothing in an announced season, and an undo."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from yaodian.admissions import operations
from yaodian.admissions.models import CatchmentRange, IntakeState, Offer, Season
from yaodian.admissions.problem.rules import rules_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
OFFER = {"学段": "小学", "面向全体报名": "否", "公办": "是", "经度（GCJ-02）": "113.5", "纬度（GCJ-02）": "30.25"}
RANGE = {"学段": "小学", "学区代码": "east", "单双号": "单号"}


@pytest.fixture
def world() -> Made:
    return factories.made(announced=False, state=IntakeState.PLANNED)


@pytest.fixture
def client(world: Made) -> Client:
    account = world.account("officer")
    account.is_demonstration = True
    account.save()
    made = Client()
    made.force_login(account)
    return made


def upload(client: Client, name: str, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "list.csv"
    answer = client.post(f"/admissions/office/import/{name}/", {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def offer(world: Made, school: str, seats: int, **given: str) -> dict[str, str]:
    return {"招生季编号": world.season.public_id, "学校代码": school, "招生计划": str(seats), **OFFER, **given}


def test_offers_come_in_and_are_taken_back(world: Made, client: Client) -> None:
    before = rules_of(world.season)
    address = upload(client, "offers", [offer(world, "s0", 90), offer(world, "s4", 45)])
    batch = act(client, address, "commit")
    assert (batch.state, batch.created, batch.changed) == ("committed", 1, 1)
    assert list(Offer.objects.order_by("school__code").values_list("school__code", "seats", "longitude")) == [
        ("s0", 90, 113.5), ("s1", 2, 113.01), ("s3", 1, 113.02), ("s4", 45, 113.5)
    ]  # fmt: skip
    assert "admissions.offer.put_list" in {each.code for each in entries()}
    assert act(client, address, "undo").state == "undone"
    assert rules_of(world.season) == before


def test_house_numbers_come_in_and_are_taken_back(world: Made, client: Client) -> None:
    before = rules_of(world.season)
    rows = [
        {"招生季编号": world.season.public_id, "道路": street, "起": "1", "止": last, **RANGE}
        for street, last in (("中山路", "199"), ("和平巷", "20号之一"), ("长宁路100弄", "9"))
    ]
    address = upload(client, "ranges", rows)
    assert act(client, address, "commit").state == "committed"
    assert list(CatchmentRange.objects.filter(catchment__code="east").values_list("street", "last", "last_written", "lane")) == [
        ("中山路", 199, "", 0), ("和平巷", 20, "20号之一", 0), ("长宁路", 9, "", 100)
    ]  # fmt: skip
    # The same doors, however they are written, are the same rows.
    again = [{**rows[1], "起": " 1号", "止": "30"}, {**rows[2], "道路": "长宁路 100 弄", "止": "11号附2"}]
    second = upload(client, "ranges", again)
    batch = act(client, second, "commit")
    assert (batch.state, batch.created, batch.changed) == ("committed", 0, 2)
    assert list(CatchmentRange.objects.filter(lane=100).values_list("last", "last_written")) == [(11, "11号附2")]
    assert act(client, second, "undo").state == "undone"
    assert act(client, address, "undo").state == "undone"
    assert rules_of(world.season) == before


def test_wrong_cells_are_named_and_nothing_comes_in(world: Made, client: Client) -> None:
    address = upload(
        client, "offers",
        [offer(world, "s2", 9), offer(world, "s4", 9, 招生季编号="nobody000000"), offer(world, "s4", 9, **{"纬度（GCJ-02）": ""})],
    )  # fmt: skip
    page = client.get(address).content.decode()
    for words in ("不办这个学段", "没有这个招生季和学段", "经度和纬度要一起填写"):
        assert words in page, words
    assert act(client, address, "commit").state != "committed"
    wrong = [
        {"招生季编号": world.season.public_id, "道路": "中山路", "起": "9", "止": "1", **RANGE},
        {"招生季编号": world.season.public_id, "道路": "中山路", "起": "1", "止": "9", **RANGE, "学区代码": "none"},
    ]
    page = client.get(upload(client, "ranges", wrong)).content.decode()
    assert "起号大于止号" in page
    assert "没有这个学区" in page
    assert Offer.objects.count() == 3


def test_an_announced_season_takes_no_list(world: Made, client: Client) -> None:
    address = upload(client, "offers", [offer(world, "s4", 45)])
    early = factories.NOW.replace(month=5)
    operations.announce_season(actor=None, season=Season.objects.get(), now=early)
    assert act(client, address, "commit").state != "committed"
    assert Offer.objects.count() == 3
    assert "已经公布" in client.get(upload(client, "offers", [offer(world, "s4", 45)])).content.decode()
