"""The what-if pages: who sees and who works on what, every kind of change, and that nothing typed is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.indicators import operations
from yaodian.indicators.forms import CHANGE_FORMS
from yaodian.indicators.models import Scenario
from yaodian.indicators.tests import planning
from yaodian.indicators.tests.planning import NOW, YEAR, hiring
from yaodian.organisations.models import Account, Unit
from yaodian.registry.tests import factories
from yaodian.statutes.changes import KINDS

pytestmark = pytest.mark.django_db
BUSY = {"HTTP_HX_REQUEST": "true"}


@dataclass
class Place:
    county: Unit
    short: Any
    good: Any
    planner: Account
    row: Scenario
    client: Client

    def address(self, name: str = "scenario") -> str:
        return reverse(f"indicators:{name}", args=[self.county.public_id, self.row.public_id])

    def post(self, name: str, data: dict[str, Any], **headers: str) -> HttpResponse:
        self.row.refresh_from_db()
        return self.client.post(self.address(name), {"version": self.row.version, **data}, **headers)  # type: ignore[return-value]

    def changes(self) -> list[dict[str, Any]]:
        self.row.refresh_from_db()
        return self.row.changes  # type: ignore[no-any-return]

    def key(self, of: Any) -> str:
        return f"{of.unit.code}|primary"


@pytest.fixture
def place() -> Place:
    county = factories.county("青禾县")
    short = planning.school(county, name="青禾县东岭小学", music=0, backbone_county_or_above=0)
    good = planning.school(county, name="青禾县西坪小学", sports=4, full_time=20, certified=20, trained_360=20)
    planner = factories.account(county, "registrar")
    client = Client()
    client.force_login(planner)
    return Place(county, short, good, planner, planning.scenario(planner, county), client)


def visitor(unit: Unit, role: str) -> Client:
    client = Client()
    client.force_login(factories.account(unit, role))
    return client


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# --- Rights --------------------------------------------------------------------------------------------------------------


def test_who_may_only_view_reads_everything_and_finds_no_form(place: Place) -> None:
    operations.add_change(
        actor=place.planner, scenario=place.row, change=hiring(place.short, full_time=1, sports_and_arts=1), now=NOW
    )
    client = visitor(place.county, "viewer")
    listed = client.get(reverse("indicators:scenarios", args=[place.county.public_id]))
    assert "补齐教师" in listed.content.decode()
    assert "新方案" not in listed.content.decode()
    answer = client.get(place.address() + "?add=hire_teachers")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "新聘专任教师1人" in page
    assert "修改需要“测算”权限" in page
    for words in ("change-form", "set_prices", "/arrange/", "/suggest/", "/rename/", "/delete/"):
        assert words not in page
    for name in ("add_change", "arrange_change", "suggest_changes", "set_prices", "rename_scenario", "delete_scenario"):
        assert client.post(place.address(name), {"kind": "hire_teachers"}).status_code == 403
    assert client.post(reverse("indicators:scenarios", args=[place.county.public_id])).status_code == 403


def test_the_county_of_others_is_a_missing_page(place: Place) -> None:
    client = visitor(factories.county("临溪区"), "registrar")
    assert client.get(reverse("indicators:scenarios", args=[place.county.public_id])).status_code == 404
    assert client.get(place.address()).status_code == 404
    for name in ("add_change", "arrange_change", "suggest_changes", "set_prices", "rename_scenario", "delete_scenario"):
        assert client.post(place.address(name), {"kind": "hire_teachers"}).status_code == 404
    place.row.refresh_from_db()
    assert place.row.version == 1


def test_a_scenario_is_found_under_its_own_county_only(place: Place) -> None:
    other = factories.county("临溪区")
    client = visitor(factories.root(), "registrar")
    assert client.get(place.address()).status_code == 200
    wrong = reverse("indicators:scenario", args=[other.public_id, place.row.public_id])
    assert client.get(wrong).status_code == 404


# --- The list ------------------------------------------------------------------------------------------------------------


def test_a_new_scenario_is_made_by_name_and_opens(place: Place) -> None:
    address = reverse("indicators:scenarios", args=[place.county.public_id])
    data = {"name": "并校", "statute": "basic_balance", "year": str(YEAR)}
    answer = place.client.post(address, data, follow=True)
    made = Scenario.objects.get(name="并校")
    assert answer.request["PATH_INFO"].endswith(f"/{made.public_id}/")
    assert "八项指标综合差异系数" in answer.content.decode()
    refused = place.client.post(address, {**data, "name": " "})
    assert refused.status_code == 422
    assert Scenario.objects.count() == 2


# --- Changes -------------------------------------------------------------------------------------------------------------


def forms(place: Place) -> dict[str, tuple[dict[str, Any], str]]:
    short, good = place.key(place.short), place.key(place.good)
    return {
        "hire_teachers": (
            {"place": short, "full_time": "１", "sports_and_arts": "1"},
            "青禾县东岭小学小学新聘专任教师1人（其中体育、艺术专任教师1人）",
        ),
        "move_teachers": (
            {
                "source": good,
                "target": short,
                "full_time": "1",
                "sports_and_arts": "1",
                "certified": "1",
                "trained_360": "1",
            },
            "从青禾县西坪小学小学调专任教师1人",
        ),
        "train_teachers": ({"place": short, "backbone_county_or_above": "2"}, "在现有教师中培养县级以上骨干教师2人"),
        "add_rooms": (
            {"place": short, "rooms": "art", "number": "2", "area": "80.5", "is_new": "on"},
            "新增美术教室2间，每间80.5平方米",
        ),
        "buy_equipment": ({"place": short, "quantity": "books", "amount": "1,200"}, "增加图书册数1200册"),
        "merge_schools": (
            {"into": place.good.unit.code, "codes": [place.short.unit.code]},
            "青禾县东岭小学并入青禾县西坪小学",
        ),
        "split_school": (
            {"code": place.good.unit.code, "stage": "", "new_name": "新坪小学", "new_code": "NEW1", "share": "40"},
            "从青禾县西坪小学各学段分出40%，设新坪小学",
        ),
        "change_figure": ({"place": short, "quantity": "books", "value": "7000"}, "由6000改为7000册"),
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("headers", [{}, BUSY], ids=["plain", "in place"])
def test_each_kind_of_change_is_added_through_its_form(place: Place, kind: str, headers: dict[str, str]) -> None:
    opened = place.client.get(place.address() + f"?add={kind}", **headers)  # type: ignore[arg-type]
    assert opened.status_code == 200
    assert f'name="kind" value="{kind}"' in opened.content.decode()
    data, sentence = forms(place)[kind]
    answer = place.post("add_change", {"kind": kind, **data}, **headers)
    if headers:
        assert answer.status_code == 200
        assert "<html" not in answer.content.decode()
    else:
        assert (answer.status_code, answer["Location"]) == (302, place.address())
        answer = place.client.get(place.address())  # type: ignore[assignment]
    assert sentence in text_of(answer)
    assert "已添加第 1 项变化" in text_of(answer)
    assert [change["kind"] for change in place.changes()] == [kind]


def test_every_kind_of_change_has_a_form_under_its_name(place: Place) -> None:
    assert {kind: str(form.title) for kind, form in CHANGE_FORMS.items()} == {
        kind: change.label for kind, change in KINDS.items()
    }
    assert set(CHANGE_FORMS) == set(KINDS) == set(forms(place))


def test_a_figure_of_the_county_and_a_judgement_are_changed_too(place: Place) -> None:
    county = place.post(
        "add_change", {"kind": "change_figure", "place": "|", "quantity": "recognition", "value": "0.9"}, **BUSY
    )
    assert "全县的" in text_of(county)
    flag = {"kind": "change_figure", "place": "|", "quantity": "is_layout_planned", "value": "是"}
    assert "改为是" in text_of(place.post("add_change", flag, **BUSY))
    assert place.changes()[1]["value"] is True


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("hire_teachers", {"full_time": "两个"}, "专任教师数应是数"),
        ("hire_teachers", {"full_time": "1.5"}, "应是整数"),
        ("hire_teachers", {}, "新聘教师没有写人数"),
        ("hire_teachers", {"full_time": "1", "certified": "2"}, "多于其中的专任教师数"),
        ("train_teachers", {"backbone_county_or_above": "90"}, "会多于专任教师数"),
        ("add_rooms", {"rooms": "teaching", "number": "1", "area": "", "is_new": "on"}, "要写面积"),
        ("buy_equipment", {"quantity": "books", "amount": "-3"}, "应大于0"),
        ("change_figure", {"quantity": "books", "value": "很多"}, "应是数"),
        ("change_figure", {"quantity": "has_charter", "value": "3"}, "应是「是」或「否」"),
    ],
)
@pytest.mark.parametrize("headers", [{}, BUSY], ids=["plain", "in place"])
def test_what_cannot_be_done_is_said_beside_the_form_and_nothing_typed_is_lost(
    place: Place, kind: str, data: dict[str, str], words: str, headers: dict[str, str]
) -> None:
    answer = place.post("add_change", {"kind": kind, "place": place.key(place.short), **data}, **headers)
    page = answer.content.decode()
    form = page[page.index('id="change-form"') :]
    assert answer.status_code == 422
    assert words in form
    assert f'<option value="{place.key(place.short)}" selected' in form
    for value in data.values():
        assert value in form
    assert place.changes() == []


@pytest.mark.parametrize("share", ["0", "100", "120", "一半", "-5"])
def test_a_share_that_leaves_nothing_is_refused(place: Place, share: str) -> None:
    data = {"code": place.good.unit.code, "new_name": "新坪小学", "new_code": "NEW1", "share": share}
    answer = place.post("add_change", {"kind": "split_school", **data}, **BUSY)
    assert answer.status_code == 422
    assert "新坪小学" in answer.content.decode()
    assert place.changes() == []


def test_a_place_that_is_not_in_the_list_and_a_kind_that_is_none_change_nothing(place: Place) -> None:
    assert place.post("add_change", {"kind": "hire_teachers", "place": "x|y", "full_time": "1"}).status_code == 422
    assert place.post("add_change", {"kind": "sell_school"}).status_code == 404
    assert place.changes() == []


def test_the_second_of_two_people_sees_what_the_first_did_and_keeps_what_he_typed(place: Place) -> None:
    operations.add_change(actor=place.planner, scenario=place.row, change=hiring(place.good, full_time=7), now=NOW)
    data = {"kind": "hire_teachers", "place": place.key(place.short), "full_time": "31"}
    answer = place.client.post(place.address("add_change"), {**data, "version": "1"}, **BUSY)  # type: ignore[arg-type]
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚被别人改过" in page
    assert "新聘专任教师7人" in page
    assert 'value="31"' in page
    # What is shown now is sent again with the version that is shown.
    shown = re.search(r'name="version" value="(\d+)"', page)
    assert shown is not None
    again = place.client.post(place.address("add_change"), {**data, "version": shown.group(1)}, **BUSY)  # type: ignore[arg-type]
    assert again.status_code == 200
    for name, sent in (
        ("arrange_change", {"number": "1", "verb": "remove"}),
        ("suggest_changes", {}),
        ("set_prices", {"books": "30"}),
        ("rename_scenario", {"name": "别的"}),
    ):
        stale = place.client.post(place.address(name), {**sent, "version": "1"})
        assert (stale.status_code, "刚被别人改过" in stale.content.decode()) == (409, True)
        # A form that says no version was made from none.
        assert place.client.post(place.address(name), sent).status_code == 409
    assert len(place.changes()) == 2


def test_changes_are_moved_and_taken_out(place: Place) -> None:
    for numbers in ({"full_time": 1}, {"full_time": 2}):
        operations.add_change(actor=place.planner, scenario=place.row, change=hiring(place.short, **numbers), now=NOW)
    place.post("arrange_change", {"number": "2", "verb": "up"})
    assert [change["numbers"]["full_time"] for change in place.changes()] == [2, 1]
    place.post("arrange_change", {"number": "1", "verb": "down"}, **BUSY)
    assert [change["numbers"]["full_time"] for change in place.changes()] == [1, 2]
    answer = place.post("arrange_change", {"number": "1", "verb": "remove"}, **BUSY)
    assert "已去掉第 1 项变化" in answer.content.decode()
    assert [change["numbers"]["full_time"] for change in place.changes()] == [2]
    assert place.post("arrange_change", {"number": "1", "verb": "up"}).status_code == 422
    assert place.post("arrange_change", {"number": "nine", "verb": "remove"}).status_code == 422
    assert place.post("arrange_change", {"number": "1", "verb": "twist"}).status_code == 404


# --- What is shown -------------------------------------------------------------------------------------------------------


def test_the_verdict_turns_and_says_by_how_much(place: Place) -> None:
    page = text_of(place.client.get(place.address()))
    assert "青禾县东岭小学（小学）" in page
    assert "县级以上骨干教师数还差2人；体育、艺术专任教师数还差1人" in page
    place.post("suggest_changes", {})
    html = place.client.get(place.address()).content.decode()
    assert '<span class="status status-good">' in html
    assert "&lt;span" not in html
    page = text_of(place.client.get(place.address()))
    assert "1 → 0" in page
    assert "七项资源配置还没有达标的学校" not in page
    # Whoever is hired has no 360 hours of training yet: 2.9 turns worse.
    assert "变好 2 项，变差 1 项" in page
    assert "逐校贪心选取，不是全县最省的办法" in page


def test_a_price_that_is_not_known_is_no_price_of_0(place: Place) -> None:
    place.post("add_change", {"kind": "hire_teachers", "place": place.key(place.short), "full_time": "3"})
    page = text_of(place.client.get(place.address()))
    assert "新聘一名教师每年：3人，没有单价，不能计算" in page
    assert "合计不完整" in page
    answer = place.post("set_prices", {"teacher_year": "98,000", "books": "半价"}, **BUSY)
    assert answer.status_code == 422
    assert "单价“半价”不是不小于 0 的数" in answer.content.decode()
    assert 'value="98,000"' in answer.content.decode()
    page = text_of(place.post("set_prices", {"teacher_year": "98,000"}, **BUSY))
    assert "3人 × 98000元/人年 = 294000元/年" in page
    assert "294,000" in page
    assert "合计不完整" not in page


def test_a_scenario_whose_change_fails_opens_and_the_change_is_taken_out_on_the_page(place: Place) -> None:
    train = {"kind": "train_teachers", "place": place.key(place.short), "backbone_county_or_above": "16"}
    place.post("add_change", train)
    planning.report(place.short, full_time=10, certified=10, trained_360=10)
    answer = place.client.get(place.address())
    page = text_of(answer)
    assert answer.status_code == 200
    assert "不能执行" in page
    assert "会多于专任教师数（10）" in page
    place.post("arrange_change", {"number": "1", "verb": "remove"})
    assert "不能执行" not in text_of(place.client.get(place.address()))


def test_a_year_without_returns_is_said_and_nothing_breaks(place: Place) -> None:
    bare = planning.scenario(place.planner, place.county, year=1990)
    answer = place.client.get(reverse("indicators:scenario", args=[place.county.public_id, bare.public_id]))
    assert answer.status_code == 200
    assert "1990 学年没有这个县区的学校或报表" in text_of(answer)


def test_a_scenario_is_renamed_and_deleted_after_a_question(place: Place) -> None:
    assert place.post("rename_scenario", {"name": " "}).status_code == 422
    place.post("rename_scenario", {"name": "两年补齐"})
    assert "两年补齐" in place.client.get(place.address()).content.decode()
    asked = place.client.get(place.address("delete_scenario"))
    assert "不能恢复" in asked.content.decode()
    assert Scenario.objects.count() == 1
    answer = place.client.post(place.address("delete_scenario"), follow=True)
    assert "已删除方案“两年补齐”" in answer.content.decode()
    assert Scenario.objects.count() == 0
    assert place.client.get(place.address()).status_code == 404


def test_the_page_costs_as_many_queries_for_many_schools_and_changes_as_for_few(place: Place) -> None:
    def queries_of(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert place.client.get(address).status_code == 200
        return len(captured)

    listed = reverse("indicators:scenarios", args=[place.county.public_id])
    few = (queries_of(place.address()), queries_of(listed), queries_of(place.address() + "?add=merge_schools"))
    for number in range(6):
        made = planning.school(place.county, name=f"青禾县第{number}小学", music=0, backbone_county_or_above=0)
        planning.scenario(place.planner, place.county, name=f"方案{number}")
        operations.add_change(actor=place.planner, scenario=place.row, change=hiring(made, full_time=1), now=NOW)
    many = (queries_of(place.address()), queries_of(listed), queries_of(place.address() + "?add=merge_schools"))
    assert many == few
    assert max(many) <= 20
