"""Where a home lies: house numbers against the rule before them, areas as they are handed in and drawn, and the point of a home."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from yaodian.admissions import operations, queries
from yaodian.admissions.content import Content, Home
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Catchment,
    CatchmentRange,
    Contested,
    IntakeState,
    Offer,
    SeasonState,
)
from yaodian.admissions.problem.addresses import is_door_in
from yaodian.admissions.problem.areas import UnableToReadArea, read_area, write_area
from yaodian.admissions.problem.explaining import explain_place
from yaodian.admissions.problem.gathering import inputs_of, lines_of, metres_between, stand_in_of
from yaodian.admissions.problem.inputs import Applicant, Inputs, OfferSeats
from yaodian.admissions.problem.placing import place, solve_inputs
from yaodian.admissions.problem.rules import rules_of
from yaodian.admissions.queries import addresses
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made

pytestmark = pytest.mark.django_db
SQUARE = [[113.0, 30.0], [113.02, 30.0], [113.02, 30.02], [113.0, 30.02]]
EAST_OF_IT = [[113.02, 30.0], [113.04, 30.0], [113.04, 30.02], [113.02, 30.02]]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def client_of(world: Made, name: str, role: str = "admissions_officer") -> Client:
    client = Client()
    client.force_login(world.account(name, role))
    return client


def drawn(world: Made, **areas: Any) -> Made:
    """The world with areas of its catchments, announced anew."""
    for code, ring in areas.items():
        Catchment.objects.filter(intake=world.intake, code=code).update(polygon=[ring] if ring else [])
    factories.announce(world.season)
    return world


# House numbers --------------------------------------------------------------------------------------------------


def is_held(one: CatchmentRange, number: int) -> bool:
    """Between both ends, and on the side: all that a plain number asks."""
    return one.first <= number <= one.last and (one.side == "both" or (number % 2 == 1) == (one.side == "odd"))


@pytest.mark.parametrize("seed", range(6))
def test_plain_numbers_are_answered_as_by_the_ranges_one_by_one(seed: int) -> None:
    world, chance = factories.made(), random.Random(seed)
    Catchment.objects.filter(intake=world.intake).update(is_single=False)
    for _turn in range(12):
        first = chance.randrange(1, 60)
        CatchmentRange.objects.create(
            catchment=chance.choice(list(world.catchments.values())), street=chance.choice(["中山路", "和平巷"]),
            first=first, last=first + chance.randrange(40), side=chance.choice(["both", "odd", "even"]),
        )  # fmt: skip
    factories.announce(world.season)
    rows = list(CatchmentRange.objects.select_related("catchment"))
    for _turn in range(40):
        street, number = chance.choice(["中山路", "和平巷", "别处路"]), chance.randrange(1, 110)
        found = queries.find_schools(intake=world.intake, street=street, number=f"{number}号", day=NOW.date())
        expected = {one.catchment.label for one in rows if one.street == street and is_held(one, number)}
        assert {one.label for one in found.catchments} == expected, (street, number)


def test_what_follows_a_number_lies_with_it_or_where_its_own_range_says() -> None:
    world = factories.made()
    CatchmentRange.objects.filter(catchment=world.catchments["east"]).update(street="长宁路", lane=100, side="both")
    CatchmentRange.objects.create(
        catchment=world.catchments["west"], street="人民路", first=12, first_written="12号之二", last=12,
        last_written="12号之五",
    )  # fmt: skip
    factories.announce(world.season)

    def found(street: str, number: str) -> list[str]:
        answer = queries.find_schools(intake=world.intake, street=street, number=number, day=NOW.date())
        return [one.label for one in answer.catchments]

    assert found("中山路", "2号之一") == found("中山路", "2-1") == found("中山路", "甲2号院3栋501") == ["west 学区"]
    assert found("人民路", "12号之三") == ["west 学区"]
    assert found("人民路", "12") == found("人民路", "12号之一") == found("人民路", "12-1") == []
    assert found("长宁路", "100弄7号") == found("长宁路100弄", "7") == ["east 学区"]
    assert found("长宁路", "7") == []


def test_a_locator_is_made_once_for_announced_rules_and_a_bounded_number_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = factories.made()
    monkeypatch.setattr(addresses, "_kept", {})
    monkeypatch.setattr(addresses, "MOST_LOCATORS", 2)
    first = addresses.locator_of(world.intake)
    assert addresses.locator_of(world.intake) is first
    for at in range(3):
        Catchment.objects.filter(code="east").update(label=f"东片 {at}")
        factories.announce(world.season)
        assert addresses.locator_of(world.intake).catchments[0].label == f"东片 {at}"
    assert len(addresses._kept) == 2
    world.season.state = SeasonState.DRAFT
    assert addresses.locator_of(world.intake) is not addresses.locator_of(world.intake)


@pytest.mark.parametrize(
    ("line", "is_there"),
    [
        ("某市某区中山路12号302室", True),
        ("中山路12号", True),
        ("中山路12号之一", False),
        ("中山路12号附3", False),
        ("中山路112号", False),
        ("", False),
    ],
)
def test_a_line_of_a_list_names_the_very_door(line: str, is_there: bool) -> None:
    assert is_door_in("中山路12号", line) == is_there


# Areas ----------------------------------------------------------------------------------------------------------


def test_geojson_is_read_whatever_it_is_wrapped_in() -> None:
    ring = [*SQUARE, SQUARE[0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    for said in (
        [ring],
        polygon,
        {"type": "Feature", "geometry": polygon, "properties": {}},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon}]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}, polygon]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
        {"type": "Polygon", "coordinates": [[[*corner, 12.5] for corner in ring]]},
    ):
        assert read_area(json.dumps(said)) == [ring], said
    assert read_area(" ") == []
    assert read_area(write_area([SQUARE])) == [ring]
    assert read_area(write_area([SQUARE, EAST_OF_IT])) == [ring, [*EAST_OF_IT, EAST_OF_IT[0]]]
    assert write_area([]) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "读不出来"),
        ("[" * 100_000, "读不出来"),
        ('{"type": "Point", "coordinates": [1, 2]}', "没有面"),
        ('{"type": "FeatureCollection", "features": [7]}', "没有面"),
        ('{"type": "Feature", "geometry": null}', "没有面"),
        ("7", "没有面"),
        ('{"type": "Polygon", "coordinates": 7}', "残缺"),
        ('{"type": "MultiPolygon", "coordinates": [7]}', "残缺"),
        ('[[["113", 30], [1, 2], [3, 4]]]', "不是数字"),
        ("[[[true, 30], [1, 2], [3, 4]]]", "不是数字"),
        (f"[[[1{'0' * 400}, 30], [1, 2], [3, 4]]]", "不是数字"),
    ],
)
def test_what_is_no_area_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UnableToReadArea, match=words):
        read_area(text)


def posted(world: Made, status: int, **given: Any) -> str:
    said = {
        "kind": "catchment", "key": "east", "code": "east", "label": "东片", "is_single": "on", "schools": "s0",
        "ranges": "中山路 1-99 单号", "area": "", **given,
    }  # fmt: skip
    address = reverse("admissions:office_intake", args=[world.season.public_id, "primary", "catchments"])
    answer = client_of(world, "officer").post(address, said)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_an_office_enters_an_area_as_text_or_as_a_file_and_reads_why_it_is_refused() -> None:
    world = factories.made(announced=False)
    posted(world, 302, area=write_area([SQUARE]))
    assert Catchment.objects.get(code="east").polygon == [SQUARE]
    file = SimpleUploadedFile("east.geojson", write_area([EAST_OF_IT]).encode("utf-8-sig"), "application/geo+json")
    posted(world, 302, area=write_area([SQUARE]), area_file=file)
    assert Catchment.objects.get(code="east").polygon == [EAST_OF_IT]
    page = client_of(world, "officer").get(
        reverse("admissions:office_intake", args=[world.season.public_id, "primary", "catchments"]),
        {"edit": "catchment", "key": "east"},
    )
    assert "&quot;coordinates&quot;:[[[113.02,30.0]" in page.content.decode()
    assert 'data-plan="area"' in page.content.decode()
    crossed = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]
    assert "相交或相碰" in posted(world, 422, area=json.dumps([crossed]))
    assert "不是经纬度" in posted(world, 422, area=json.dumps([[[y, x] for x, y in SQUARE]]))
    assert "围不成范围" in posted(world, 422, area=json.dumps([SQUARE[:2]]))
    assert "没有面" in posted(world, 422, area='{"type": "Point", "coordinates": [1, 2]}')
    many = [[113 + at / 1e4, 30.0] for at in range(5_001)]
    assert "最多 5000 个点" in posted(world, 422, area=json.dumps([many]))
    assert Catchment.objects.get(code="east").polygon == [EAST_OF_IT]
    posted(world, 302)
    assert Catchment.objects.get(code="east").polygon == []


def test_areas_of_two_single_schools_that_overlap_stop_the_announcement_and_both_are_named() -> None:
    world = factories.made(announced=False)
    publisher = world.account("publisher", "publisher")
    Catchment.objects.filter(code="east").update(polygon=[SQUARE])
    moved = [[x - 0.005, y] for x, y in EAST_OF_IT]
    Catchment.objects.filter(code="west").update(polygon=[moved])
    with pytest.raises(operations.UnableToAnnounceSeason) as refused:
        operations.announce_season(actor=publisher, season=world.season, now=NOW.replace(month=5))
    said = " ".join(refused.value.sentences)
    assert "“east 学区”和“west 学区”的范围内" in said
    # Rows that came by another way than the page are named as well.
    Catchment.objects.filter(code="west").update(polygon=[SQUARE[:2]])
    with pytest.raises(operations.UnableToAnnounceSeason, match="围不成范围"):
        operations.announce_season(actor=publisher, season=world.season, now=NOW.replace(month=5))
    Catchment.objects.filter(code="west").update(polygon=[EAST_OF_IT])
    operations.announce_season(actor=publisher, season=world.season, now=NOW.replace(month=5))


def test_a_door_that_two_lists_name_may_be_announced_once_it_is_listed_as_contested() -> None:
    world = factories.made(announced=False)
    publisher = world.account("publisher", "publisher")
    CatchmentRange.objects.create(catchment=world.catchments["west"], street="中山路", first=7, last=7)
    with pytest.raises(operations.UnableToAnnounceSeason, match="中山路7号等门牌同时在"):
        operations.announce_season(actor=publisher, season=world.season, now=NOW.replace(month=5))
    Contested.objects.create(intake=world.intake, street="中山路", number=7, words="两校协商中。")
    operations.announce_season(actor=publisher, season=world.season, now=NOW.replace(month=5))
    world.intake.refresh_from_db()
    found = queries.find_schools(intake=world.intake, street="中山路", number="7", day=NOW.date())
    assert found.contested == "两校协商中。"
    assert len(found.catchments) == 2


# Which school is mine -------------------------------------------------------------------------------------------


def test_a_street_a_point_or_both_are_answered_and_a_contradiction_is_shown() -> None:
    world = drawn(factories.made(), east=SQUARE)

    def page(**given: Any) -> str:
        answer = Client().get(reverse("admissions:find"), {"intake": world.intake.public_id, **given})
        return answer.content.decode()

    inside = {"longitude": "113.01", "latitude": "30.01"}
    outside = {"longitude": "113.03", "latitude": "30.01"}
    assert "east 学区" in page(street="", number="", **inside)
    assert "这个点不在任何学区的地图范围内" in page(street="", number="", **outside)
    assert "还没有定下来" not in page(street="中山路", number="9", **inside)
    torn = page(street="中山路", number="8", **inside)
    assert "按地图上的点却在“east 学区”" in torn
    assert "west 学区" in torn
    assert "地图上的点却不在任何学区的范围内" in page(street="中山路", number="9", **outside)
    assert "要一起填写" in page(street="中山路", number="9", longitude="113.01")
    assert "请填写道路，或在地图上选一个点" in page(street="", number="9")
    assert 'data-plan="point"' in page(street="中山路", number="9")


def test_a_point_asks_no_more_queries_for_more_areas() -> None:
    world = drawn(factories.made(), east=SQUARE)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.find_schools(
                intake=world.intake, street="中山路", number="9", point=(113.01, 30.01), day=NOW.date()
            )
            queries.plan_of(intake=world.intake, day=NOW.date())
            addresses.locate(world.intake, Home("中山路", "9", longitude=113.01, latitude=30.01))
        return len(seen)

    before = asked()
    for at in range(5):
        ring = [[x + at / 10, y + 1] for x, y in SQUARE]
        Catchment(intake=world.intake, code=f"n{at}", label=f"新{at}", polygon=[ring]).store()
    factories.announce(world.season)
    assert asked() == before


# The point of a home --------------------------------------------------------------------------------------------


def step(world: Made, **given: str) -> tuple[Client, Application, Any]:
    account = factories.family()
    row = families.draft(world, account, families.stated(world), proofs=False)
    client = Client()
    client.force_login(account)
    said: dict[str, Any] = {}
    content = Content.from_json(row.content)
    for at, one in enumerate(content.guardians, 1):
        said |= {f"guardian{at}_{name}": getattr(one, name) for name in one.__dataclass_fields__}
    home = {f"home_{name}": "" if value is None else value for name, value in vars(content.home).items()}
    answer = client.post(reverse("admissions:step", args=[row.public_id, "family"]), {**said, **home, **given})
    row.refresh_from_db()
    return client, row, answer


def home_of(row: Application) -> Home:
    return Content.from_json(row.pending or row.content).home


def test_a_family_sets_a_point_and_it_goes_with_its_address() -> None:
    world = drawn(factories.made(), east=SQUARE)
    client, row, answer = step(world, home_longitude="113.0123456789", home_latitude="30.01")
    assert answer.status_code == 302
    assert (home_of(row).longitude, home_of(row).latitude) == (113.012346, 30.01)
    page = client.get(reverse("admissions:step", args=[row.public_id, "family"])).content.decode()
    assert 'data-plan="point"' in page
    assert 'value="113.012346"' in page
    assert "113.012346" in client.get(reverse("admissions:review", args=[row.public_id])).content.decode()
    # Another house with the point of the one before: the point goes. Another house with another point: that one stays.
    _client, row, _answer = step(world, home_number="11")
    assert (home_of(row).longitude, home_of(row).latitude) == (None, None)
    _client, row, _answer = step(world, home_number="11", home_longitude="113.001", home_latitude="30.001")
    assert home_of(row).longitude == 113.001


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"home_longitude": "113", "home_latitude": ""}, "要一起填写"),
        ({"home_longitude": "30", "home_latitude": "89"}, "是否填反了"),
        ({"home_longitude": "113", "home_latitude": "113"}, "90"),
        ({"home_longitude": "nan", "home_latitude": "30"}, "请"),
        ({"home_number": "九百二号"}, "不是清楚的号码"),
        ({"home_number": ""}, "请填写门牌号"),
    ],
)
def test_a_home_that_cannot_be_found_is_said_beside_its_field(given: dict[str, str], words: str) -> None:
    _client, _row, answer = step(factories.made(), **given)
    assert answer.status_code != 302
    assert words in answer.content.decode()


def test_no_point_is_asked_of_a_family_that_has_none_and_0_stands_for_no_number() -> None:
    _client, row, answer = step(factories.made(), home_longitude="", home_latitude="", home_number="0")
    assert (answer.status_code, home_of(row).longitude) == (302, None)


def test_the_clerk_sees_the_point_beside_the_catchments_and_what_contradicts() -> None:
    world = drawn(factories.made(state=IntakeState.CHECKING), east=SQUARE, west=EAST_OF_IT)
    said = factories.content(world, wishes=("s3",))
    at_odds = replace(said, home=replace(said.home, longitude=113.03, latitude=30.01))
    row = factories.application(world, said=at_odds)
    page = client_of(world, "clerk").get(reverse("admissions:check_dossier", args=[row.public_id])).content.decode()
    assert 'data-plan="show"' in page
    assert "113.03, 30.01" in page
    assert "按地图上的点却在“west 学区”" in page
    other = factories.content(world, wishes=("s3",))
    row = factories.application(world, said=replace(other, home=replace(other.home, longitude=None, latitude=None)))
    page = client_of(world, "clerk").get(reverse("admissions:check_dossier", args=[row.public_id])).content.decode()
    assert "没有标出住址的位置" in page


def test_the_office_measures_from_the_point_else_from_the_area_else_from_the_school() -> None:
    world = factories.made(state=IntakeState.CHECKED)
    said = factories.content(world, wishes=("s3",))
    pointless = replace(said.home, longitude=None, latitude=None)
    rows = [
        factories.application(
            world, state=ApplicationState.VERIFIED, said=replace(factories.content(world), home=home), catchment=code
        )
        for home, code in ((said.home, "east"), (pointless, "east"), (pointless, "west"))
    ]
    drawn(world, east=[[113.0, 30.0], [113.02, 30.0], [113.02, 30.04], [113.0, 30.04]])
    order = lines_of(world.intake)
    made = inputs_of(world.intake, order=order, seed="trial:1")
    found = {each.number: each for each in made.applicants}
    assert [found[str(row.number)].measured_from for row in rows] == ["", "area", "school"]
    offers = list(Offer.objects.filter(intake=world.intake).order_by("public_id"))
    east, west = world.catchments["east"], world.catchments["west"]
    east.refresh_from_db()
    assert stand_in_of(east, []) == (pytest.approx((113.01, 30.02)), "area")
    assert stand_in_of(west, []) == (None, "")
    for row, spot in zip(rows, ((113.0, 30.0), (113.01, 30.02), (113.01, 30.0)), strict=True):
        assert found[str(row.number)].metres == tuple(metres_between(spot, offer) for offer in offers)
    assert Inputs.from_bytes(made.to_bytes()) == made
    # Who has a point is written as before there was anything to say of it.
    assert made.to_bytes().count(b"measured_from") == 2


@pytest.mark.parametrize(
    ("measured_from", "words"), [("", ""), ("area", "从核定学区范围的中间量起"), ("school", "从核定学区的学校量起")]
)
def test_a_parent_reads_from_where_the_metres_are(measured_from: str, words: str) -> None:
    inputs = Inputs(
        "primary", "0" * 64, "trial:1", 3_000, ("一",), (OfferSeats("o", 1, False),),
        (Applicant("A1", (), (), 0, metres=(900,), measured_from=measured_from),), ("A1",),
    )  # fmt: skip
    result = place(inputs, inputs_sha256="")
    with translation.override("zh-hans"):
        told = "".join(
            explain_place(solved=solve_inputs(inputs), result=result, number="A1", school_names={"o": "东小"})
        )
    assert "距离约 900 米" in told
    assert words in told
    assert bool(words) == ("没有标出住址" in told)


def test_rules_carry_what_a_plain_number_has_not_and_plain_ones_stand_as_ever() -> None:
    world = factories.made(announced=False)
    operations.put_contested(
        actor=None, season=world.season, stage="primary", street="长宁路", number="100弄12号之一", words="协商中。", now=NOW
    )  # fmt: skip
    operations.put_contested(
        actor=None, season=world.season, stage="primary", street="中山路", number=7, words="协商中。", now=NOW
    )
    CatchmentRange.objects.create(
        catchment=world.catchments["east"], street="长宁路", first=100, last=200, is_lanes=True
    )
    said = rules_of(world.season)["intakes"][0]
    assert said["contested"] == [["中山路", 7, "协商中。"], ["长宁路", "12号之一", "协商中。", 100]]
    assert said["catchments"][0]["ranges"] == [
        ["中山路", 1, 99, "odd"], ["长宁路", 100, 200, "both", 0, True]
    ]  # fmt: skip
    with pytest.raises(operations.UnableToKeepRules, match="请只写一个门牌"):
        operations.put_contested(
            actor=None, season=world.season, stage="primary", street="中山路", number="7号和9号", words="…", now=NOW
        )  # fmt: skip
    operations.remove_contested(
        actor=None, season=world.season, stage="primary", street="长宁路100弄", number="12号之一", now=NOW
    )
    assert Contested.objects.count() == 1
