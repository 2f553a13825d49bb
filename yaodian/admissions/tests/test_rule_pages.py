"""Pages and API of seasons: what everybody may read, and the office's desk through its forms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations, queries
from yaodian.admissions.models import (
    Catchment,
    CatchmentRange,
    CatchmentSchool,
    Contested,
    Intake,
    IntakeState,
    Offer,
    PriorityClass,
    Quota,
    Season,
    SeasonState,
)
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def _text(client: Client, name: str, *arguments: str, **query: str) -> str:
    answer = client.get(reverse(f"admissions:{name}", args=arguments), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _draft() -> Made:
    """In preparation, to open tomorrow."""
    world = factories.made(announced=False, state=IntakeState.PLANNED)
    Intake.objects.update(opens_on=date(2026, 6, 12))
    return world


def test_a_season_is_read_by_everybody_once_it_is_announced_and_not_before() -> None:
    world = _draft()
    visitor, address = Client(), reverse("admissions:season", args=[world.season.public_id])
    assert "还没有公布招生规则" in _text(visitor, "seasons")
    assert visitor.get(address).status_code == 404
    assert visitor.get(reverse("admissions:rules_file", args=[world.season.public_id])).status_code == 404
    operations.announce_season(actor=None, season=world.season, now=NOW)
    assert world.season.title in _text(visitor, "seasons")
    page = _text(visitor, "season", world.season.public_id)
    for words in (
        "第 1 顺位：户籍与房产一致。",
        "不动产权证",
        "2026-07-15",
        "第1小学",
        sha256_of(rules_of(world.season)),
    ):
        assert words in page, words


def test_the_file_of_rules_has_the_fingerprint_that_is_shown() -> None:
    world = factories.made()
    answer = Client().get(reverse("admissions:rules_file", args=[world.season.public_id]))
    assert hashlib.sha256(answer.content).hexdigest() == world.season.rules_sha256
    assert "attachment" in answer["Content-Disposition"]


def test_the_calendar_says_where_today_stands() -> None:
    world = factories.made()
    days = world.season.rules["intakes"][0]["days"]
    places = {
        month_day: [each.place for each in queries.calendar_of(days, day=datetime(2026, *month_day, tzinfo=UTC).date())]
        for month_day in ((6, 7), (6, 20), (6, 21), (7, 15), (7, 23))
    }
    assert places == {
        (6, 7): ["later"] * 5,
        (6, 20): ["now", "now", "later", "later", "later"],
        (6, 21): ["past", "now", "later", "later", "later"],
        (7, 15): ["past", "past", "now", "now", "now"],
        (7, 23): ["past"] * 5,
    }


@pytest.mark.parametrize(
    ("street", "number", "said", "unsaid"),
    [
        ("中山路", "9", "east 学区", "west 学区"),
        (" 中山　路", "１０号3栋", "west 学区", "east 学区"),
        ("中山路", "101", "不在任何学区", "east 学区"),
        ("中山南路", "9", "您要找的是不是", "east 学区"),
        ("人民路", "9", "学区里没有这条路", "您要找的是不是"),
        ("中山路", "7", "两片交界，正在协商。", "不在任何学区"),
        ("中山路", "7号附2", "两片交界，正在协商。", "不在任何学区"),
        ("中山路", "12号之一", "west 学区", "east 学区"),
        ("中山路", "9号和11号", "请只写一个门牌", "学区里没有"),
    ],
)
def test_a_family_finds_its_school_by_its_address(street: str, number: str, said: str, unsaid: str) -> None:
    world = factories.made()
    Contested.objects.create(intake=world.intake, street="中山路", number=7, words="两片交界，正在协商。")
    factories.announce(world.season)
    given = {"intake": world.intake.public_id, "street": street, "number": number}
    page = Client().get(reverse("admissions:find"), given).content.decode()
    assert said in page
    assert unsaid not in page


def test_an_address_without_a_number_is_asked_for_again() -> None:
    world = factories.made()
    answer = Client().get(
        reverse("admissions:find"), {"intake": world.intake.public_id, "street": "中山路", "number": "无"}
    )
    assert answer.status_code == 422
    assert "没有找到“某路几号”" in answer.content.decode()
    assert Client().get(reverse("admissions:find"), {"street": "\x00", "intake": "nobody"}).status_code == 422


def test_schools_of_a_catchment_stand_in_published_order_with_their_seats() -> None:
    world = factories.made(seats=(30, 40, 50))
    CatchmentSchool.objects.filter(catchment=world.catchments["east"]).update(position=2)
    CatchmentSchool.objects.create(catchment=world.catchments["east"], offer=world.offers["s1"], position=1)
    Offer.objects.filter(pk=world.offers["s1"].pk).update(added_seats=2)
    found = queries.find_schools(intake=world.intake, street="中山路", number="9", day=NOW.date())
    assert [(each.code, each.seats) for each in found.catchments[0].schools] == [("s1", 42), ("s0", 30)]
    assert [each.code for each in found.open_schools] == ["s3"]
    assert [each.rank for each in found.classes] == [1, 2, 3]


def _queries(act: object) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()  # type: ignore[operator]  # A call without arguments.
    return len(seen)


def test_a_larger_city_asks_no_more_queries() -> None:
    world = factories.made()
    officer = world.account("officer")
    residence = world.intake.criteria.get(code="residence")
    Quota(offer=world.offers["s0"], label="随迁", seats=1, criterion=residence).store()
    acts = (
        lambda: queries.public_season(public_id=world.season.public_id, day=NOW.date()),
        lambda: queries.find_schools(intake=world.intake, street="中山路", number="9", day=NOW.date()),
        lambda: queries.find_schools(intake=world.intake, street="中大街", number="9", day=NOW.date()),
        lambda: queries.season_page(account=officer, public_id=world.season.public_id, day=NOW.date()),
        lambda: queries.intake_page(account=officer, public_id=world.season.public_id, stage="primary", day=NOW.date()),
        lambda: queries.season_list(account=officer, day=NOW.date()),
        lambda: queries.announced_seasons(day=NOW.date()),
    )
    before = [_queries(act) for act in acts]
    other = Offer(intake=world.intake, school=world.units["s4"], seats=9).store()
    Quota(offer=other, label="随迁", seats=1, criterion=residence).store()
    for at in range(4):
        one = Catchment(intake=world.intake, code=f"n{at}", label=f"新{at}", is_single=False).store()
        CatchmentSchool.objects.create(catchment=one, offer=other)
        CatchmentRange.objects.create(catchment=one, street="中山路", first=1, last=99)
    factories.announce(world.season)
    assert [_queries(act) for act in acts] == before


def test_an_office_writes_a_season_in_its_forms() -> None:
    world = factories.made()
    officer = client_of(world.account("officer"))
    bureau, school = world.units["bureau"], world.units["s0"]
    made = officer.post(
        reverse("admissions:office_seasons"),
        {
            "office": bureau.public_id,
            "title": "2027 年招生入学",
            "year": 2027,
            "basis": "",
            "contact": "",
            "keep_months": "9",
            "copy_of": "",
        },
    )
    season = Season.objects.get(year=2027)
    assert season.keep_months == 9
    assert made["Location"] == reverse("admissions:office_season", args=[season.public_id])
    days = {
        "opens_on": "2027-06-08", "closes_on": "2027-06-20", "check_until": "2027-07-05", "publishes_on": "2027-07-15",
        "born_from": "2020-09-01", "born_until": "2021-08-31", "accept_days": 7, "appeal_days": 7, "most_wishes": 3,
        "overflow_m": 0, "proofs": "户口簿\n出生医学证明", "note": "",
    }  # fmt: skip
    officer.post(reverse("admissions:make_intake", args=[season.public_id]), {**days, "stage": "primary"})

    def post(part: str, kind: str, status: int = 302, **said: object) -> str:
        address = reverse("admissions:office_intake", args=[season.public_id, "primary", part])
        answer = officer.post(address, {"kind": kind, **said})
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    post("criteria", "criterion", code="household", words="户籍在学区内", proofs="户口簿")
    post("classes", "class", rank=1, label="户籍", words="户籍在学区内的。", needs=["household"])
    offer = {"school": school.public_id, "seats": 90, "is_public": "on", "longitude": "", "latitude": "", "note": ""}
    post("offers", "offer", **offer)
    quota = {"school": school.public_id, "criterion": "household", "label": "保留", "seats": 5, "step": 1}
    post("offers", "quota", **quota)
    catchment = {
        "code": "a",
        "label": "第一学区",
        "is_single": "on",
        "schools": "s0",
        "ranges": "中山路 1-99 单号\n和平巷",
    }
    post("catchments", "catchment", **catchment)
    assert "不是一条路" in post("catchments", "catchment", 422, **{**catchment, "code": "b", "ranges": "12"})
    assert "没有“s1”" in post("catchments", "catchment", 422, **{**catchment, "code": "b", "schools": "s1"})
    post("catchments", "contested", street="中山路", number=7, words="正在协商。")
    post("classes", "class", key="1", rank=2, label="户籍", words="户籍在学区内的。", needs=["household"])
    quota_key = str(Quota.objects.get().pk)
    post("offers", "quota", key=quota_key, **{**quota, "seats": 6})
    said = rules_of(season)["intakes"][0]
    assert said["proofs"] == ["出生医学证明", "户口簿"]
    assert [each["rank"] for each in said["classes"]] == [2]
    assert said["offers"][0]["quotas"][0]["seats"] == 6
    assert said["catchments"][0]["ranges"] == [["中山路", 1, 99, "odd"], ["和平巷", 1, 99_999, "both"]]
    for part, kind, key in (
        ("criteria", "criterion", "household"), ("classes", "class", "2"),
        ("offers", "offer", Offer.objects.get(intake__season=season).public_id), ("offers", "quota", quota_key),
        ("catchments", "catchment", "a"), ("catchments", "contested", str(Contested.objects.get().pk)),
    ):  # fmt: skip
        page = _text(officer, "office_intake", season.public_id, "primary", part, edit=kind, key=key)
        assert 'name="key"' in page
    assert "中山路1号至99号（单号）" in _text(
        officer, "office_intake", season.public_id, "primary", "catchments", edit="catchment", key="a"
    )
    post("offers", "quota", key=quota_key, do="remove")
    post("offers", "quota", key=quota_key, do="remove")
    assert not Quota.objects.exists()
    assert "还被" in post("criteria", "criterion", 422, key="household", do="remove")
    assert "2021-08-31" in _text(officer, "office_intake", season.public_id, "primary", "days")
    post("days", "", **{**days, "most_wishes": 5})
    assert Intake.objects.get(season=season).most_wishes == 5
    assert "报名开始" in post("days", "", 422, **{**days, "closes_on": "2027-06-01"})
    officer.post(
        reverse("admissions:office_season", args=[season.public_id]),
        {"title": "改名", "year": 2027, "keep_months": "9", "version": "1"},
    )
    season.refresh_from_db()
    assert season.title == "2027 年招生入学"


def test_a_season_is_announced_on_its_page_by_the_second_person_who_saw_it_whole() -> None:
    world = _draft()
    publisher = client_of(world.account("publisher", role="publisher"))
    address = reverse("admissions:announce", args=[world.season.public_id])
    PriorityClass.objects.filter(rank=1).update(needs=["nothing"])
    page = publisher.get(address).content.decode()
    assert "nothing" in page
    assert "才公布" not in page
    sha256 = sha256_of(rules_of(world.season))
    assert sha256 in page
    assert publisher.post(address, {"sha256": sha256}).status_code == 422
    PriorityClass.objects.filter(rank=1).update(needs=["household", "property"])
    assert publisher.post(address, {"sha256": sha256}).status_code == 409
    assert client_of(world.account("officer")).post(address, {"sha256": sha256}).status_code == 403
    sha256 = sha256_of(rules_of(world.season))
    assert publisher.post(address, {"sha256": sha256}).status_code == 302
    assert publisher.post(address, {"sha256": sha256}).status_code == 302
    world.season.refresh_from_db()
    assert (world.season.state, world.season.rules_sha256) == (SeasonState.ANNOUNCED, sha256)
    officer = client_of(world.account("officer"))
    intake = reverse("admissions:office_intake", args=[world.season.public_id, "primary", "classes"])
    assert "添加或修改" not in officer.get(intake).content.decode()
    assert officer.post(intake, {"kind": "class", "key": "1", "do": "remove"}).status_code == 409


def test_an_office_knows_of_no_other_offices_season() -> None:
    world = _draft()
    local = client_of(world.account("local", at="c0"))
    assert "还没有招生季" in _text(local, "office_seasons")
    for name, arguments in (
        ("office_season", []), ("announce", []), ("office_intake", ["primary", "days"]),
    ):  # fmt: skip
        assert local.get(reverse(f"admissions:{name}", args=[world.season.public_id, *arguments])).status_code == 404
    assert client_of(factories.family()).get(reverse("admissions:office_seasons")).status_code == 403
    assert Client().get(reverse("admissions:office_seasons")).status_code == 302


def test_the_api_tells_everybody_the_same() -> None:
    world = factories.made()
    listed = Client().get("/api/admissions/seasons").json()["items"]
    assert [each["rules_sha256"] for each in listed] == [world.season.rules_sha256]
    whole = Client().get(f"/api/admissions/seasons/{world.season.public_id}").json()
    assert whole["rules"] == world.season.rules
    address = f"/api/admissions/intakes/{world.intake.public_id}/schools"
    found = Client().get(address, {"street": "中山路", "number": "9"}).json()
    assert [each["code"] for each in found["catchments"][0]["schools"]] == ["s0"]
    assert Client().get(address, {"street": "中山路", "number": "无"}).status_code == 422
    assert Client().get(address, {"longitude": 113}).status_code == 422
    assert Client().get(address, {"longitude": 113, "latitude": 30}).json()["catchments"] == []
    Season.objects.update(state=SeasonState.DRAFT, announced_at=None, rules_sha256="")
    assert Client().get(address, {"street": "中山路", "number": "9"}).status_code == 404
    assert Client().get(f"/api/admissions/seasons/{world.season.public_id}").status_code == 404
    assert Client().get("/api/admissions/seasons").json() == {"items": []}
