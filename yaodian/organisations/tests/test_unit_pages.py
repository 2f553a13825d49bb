"""The pages and the API of units, people and rights: what is shown to whom, at a constant number of queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.organisations import operations
from yaodian.organisations.models import Account, Deputyship, Grant, Post, Unit
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day() -> Any:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def city() -> dict[str, Unit]:
    return factories.city()


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(with_rights(account))
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"organisations:{name}", args=arguments)


def test_a_county_sees_its_own_units_and_nothing_of_others(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("county", ("viewer", city["c0"])))
    page = client.get(url("units"), {"q": "第", "view": "list"}).content.decode()
    assert "青禾县第1小学" in page
    assert "望江县" not in page
    assert client.get(url("unit", city["s0"].public_id)).status_code == 200
    for code in ("s1", "c1", "bureau", "k1"):
        assert client.get(url("unit", city[code].public_id)).status_code == 404
        assert client.get(f"/api/organisations/units/{city[code].public_id}").status_code == 404
    answer = client.get("/api/organisations/units").json()
    assert {item["code"] for item in answer["items"]} == {"c0", "g1", "s0", "s2", "s4"}
    tree = client.get(url("units")).content.decode()
    assert "青禾县教育局" in tree
    assert "望江县" not in tree


def test_who_has_no_right_is_told_so_and_who_is_not_signed_in_is_led_to_the_door(city: dict[str, Unit]) -> None:
    nobody = client_of(factories.account("nobody"))
    for name in ("units", "people", "accounts", "create_unit"):
        assert nobody.get(url(name)).status_code == 403
        assert Client().get(url(name)).status_code == 302
    assert nobody.get("/api/organisations/units").status_code == 403
    assert Client().get("/api/organisations/units").status_code == 401


def test_a_school_moved_away_is_seen_by_its_old_county_only_as_it_was(city: dict[str, Unit]) -> None:
    operations.move_unit(actor=None, unit=city["s0"], parent=city["c1"], from_on=date(2026, 3, 1), now=factories.NOW)
    old, new = (client_of(factories.account(f"county{place}", ("viewer", city[f"c{place}"]))) for place in (0, 1))
    page = url("unit", city["s0"].public_id)
    assert old.get(page).status_code == 404
    assert old.get(page, {"on": "2026-02-28"}).status_code == 200
    assert new.get(page).status_code == 200
    listed = new.get(url("units"), {"view": "list", "on": "2026-02-28"}).content.decode()
    assert "青禾县第1小学" not in listed


def test_renaming_goes_through_a_preview_and_is_kept_from_that_day(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    page = url("rename_unit", city["s0"].public_id)
    values = {"name": "青禾县实验小学", "from_on": "2026-09-01", "version": city["s0"].version}
    assert client.get(page).status_code == 200
    preview = client.post(page, {**values, "step": "preview"}).content.decode()
    assert "改称“青禾县实验小学”" in preview
    assert Unit.objects.get(code="s0").version == city["s0"].version
    answer = client.post(page, {**values, "step": "confirm"})
    assert answer.status_code == 302
    shown = client.get(url("unit", city["s0"].public_id), {"on": "2026-09-01"}).content.decode()
    assert "<title>青禾县实验小学" in shown
    today = client.get(url("unit", city["s0"].public_id)).content.decode()
    assert "<title>青禾县第1小学" in today
    assert entries().first().code == "organisations.unit.rename"  # type: ignore[union-attr]
    again = client.post(page, {**values, "name": "其他", "step": "confirm"})
    assert again.status_code == 422
    assert "已被他人修改" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "values", "words"),
    [
        ("move", {"hierarchy": "administrative", "parent": "c1", "from_on": "2026-09-01"}, "划转"),
        ("leave", {"hierarchy": "group", "on": "2026-09-01"}, "不再属于"),
        ("close", {"on": "2026-09-01", "staff": "end"}, "撤销"),
        ("split", {"on": "2026-09-01", "parts": "n1 甲校\nn2 乙校", "staff": "end"}, "分立为"),
        ("merge", {"on": "2026-09-01", "others": "s2", "code": "n1", "name": "甲校"}, "并入"),
        ("replace", {"on": "2026-09-01", "code": "n1", "name": "甲校"}, "改制为"),
    ],
)
def test_each_change_says_beforehand_what_it_will_do_and_then_does_it(
    city: dict[str, Unit], change: str, values: dict[str, str], words: str
) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    page = url(f"{change}_unit", city["s0"].public_id)
    assert client.get(page).status_code == 200
    before = entries().count()
    preview = client.post(page, {**values, "step": "preview"})
    assert words in preview.content.decode()
    assert entries().count() == before
    answer = client.post(page, {**values, "step": "confirm"})
    assert answer.status_code == 302, answer.content.decode()
    assert entries().count() == before + 1
    assert client.get(answer["Location"]).status_code == 200


def test_a_split_asks_where_each_unit_below_goes(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    page = url("split_unit", city["c0"].public_id)
    values = {"on": "2026-09-01", "parts": "n1 东县\nn2 西县", "children_to": "n1"}
    preview = client.post(page, {**values, "step": "preview"}).content.decode()
    assert f'name="child_{city["s2"].pk}"' in preview
    answer = client.post(page, {**values, f"child_{city['s2'].pk}": "n2", "step": "confirm"})
    assert answer.status_code == 302, answer.content.decode()
    shown = client.get("/api/organisations/units", {"on": "2026-09-01"}).json()["items"]
    ids = {item["code"]: item["public_id"] for item in shown}
    parents = {item["code"]: item["parents"].get("administrative") for item in shown}
    assert parents["s2"] == ids["n2"]
    assert parents["s0"] == ids["n1"]


def test_a_mistake_is_corrected_with_a_reason_or_not_at_all(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    page = url("correct_unit", city["s0"].public_id)
    values = {"what": "opened|2010-09-01", "action": "day", "right_on": "2011-09-01"}
    assert client.post(page, {**values, "reason": "", "step": "confirm"}).status_code == 422
    assert client.post(page, {**values, "reason": "批文日期录错", "step": "confirm"}).status_code == 302
    assert Unit.objects.get(code="s0").opened_on == date(2011, 9, 1)
    wrong = client.post(page, {**values, "what": "opened|2011-09-01", "action": "withdraw", "reason": "x"})
    assert wrong.status_code == 422


def test_an_editor_of_one_county_changes_nothing_elsewhere(city: dict[str, Unit]) -> None:
    # No role of today edits units in a county only; a deputy of nobody does not either.
    client = client_of(factories.account("viewer", ("viewer", city["bureau"])))
    for change in ("rename", "move", "close", "split", "merge", "replace", "correct"):
        assert client.post(url(f"{change}_unit", city["s0"].public_id), {"step": "confirm"}).status_code == 403


def test_people_are_entered_appointed_transferred_and_leave(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    made = client.post(
        url("create_person"), {"name": "沈霁", "unit": "s0 任意", "title": "教师", "from_on": "2020-09-01"}
    )
    assert made.status_code == 302, made.content.decode()
    person = made["Location"]
    assert "沈霁" in client.get(person).content.decode()
    post = Post.objects.get()
    client.post(url("appoint", post.person.public_id), {"unit": "s2", "title": "校长", "from_on": "2025-09-01"})
    assert Post.objects.count() == 2
    moved = client.post(url("transfer", post.pk), {"unit": "s4", "title": "教师", "on": "2026-03-02", "reason": "轮岗"})
    assert moved.status_code == 302, moved.content.decode()
    head = Post.objects.get(title="校长")
    assert client.post(url("end_post", head.pk), {"on": "2026-03-02", "reason": "任满"}).status_code == 302
    assert "沈霁" in client.get(url("people")).content.decode()
    assert client.get(f"/api/organisations/people/{post.person.public_id}").json()["name"] == "沈霁"
    listed = client.get(f"/api/organisations/units/{city['s4'].public_id}/posts").json()
    assert [row["title"] for row in listed] == ["教师"]
    refused = client.post(
        url("create_person"), {"name": "何静", "unit": "nowhere", "title": "教师", "from_on": "2020-09-01"}
    )
    assert refused.status_code == 422
    assert "没有代码为“nowhere”的单位" in refused.content.decode()


def test_a_county_administrator_grants_in_the_county_and_sees_nothing_else(city: dict[str, Unit]) -> None:
    county = factories.account("security", ("security_administrator", city["c0"]))
    other = factories.account("other", ("viewer", city["c1"]))
    head = factories.account("head", ("viewer", city["s0"]))
    client = client_of(county)
    listed = client.get(url("accounts")).content.decode()
    assert "head" in listed
    assert "other" not in listed
    assert client.get(url("account", other.username)).status_code == 404
    assert client.get(url("account", head.username)).status_code == 200
    given = client.post(
        url("grant", "head"),
        {"role": "head", "unit": "s0", "hierarchy": "administrative", "from_on": "2026-03-02"},
    )
    assert given.status_code == 302, given.content.decode()
    beyond = client.post(
        url("grant", "head"),
        {"role": "head", "unit": "s1", "hierarchy": "administrative", "from_on": "2026-03-02"},
    )
    assert beyond.status_code == 422
    assert "您的权限不包括" in beyond.content.decode()
    grant = Grant.objects.get(account=head, role="head")
    assert client.post(url("end_grant", grant.pk), {"reason": "调离"}).status_code == 302
    elsewhere = Grant.objects.get(account=other)
    assert client.post(url("end_grant", elsewhere.pk), {"reason": "调离"}).status_code == 404


def test_one_asks_what_one_may_do_and_names_a_deputy(city: dict[str, Unit]) -> None:
    head = factories.account("head", ("head", city["s0"]))
    factories.account("helper")
    client = client_of(head)
    assert "校长（园长）" in client.get(url("my_rights")).content.decode()
    values = {"deputy": "helper", "from_on": "2026-03-02", "until_on": "2026-03-20", "reason": "出差"}
    assert client.post(url("appoint_deputy"), values).status_code == 302
    deputy = client_of(Account.objects.get(username="helper"))
    assert "代理 HEAD" in deputy.get(url("my_rights")).content.decode()
    stranger = client_of(factories.account("stranger"))
    row = Deputyship.objects.get()
    assert stranger.post(url("end_deputyship", row.pk), {"reason": "x"}).status_code == 404
    assert client.post(url("end_deputyship", row.pk), {"reason": "提前返回"}).status_code == 302


@pytest.mark.parametrize("size", [6, 120])
def test_lists_and_pages_cost_the_same_at_every_size(size: int, django_assert_max_num_queries: Any) -> None:
    city = factories.city(schools=size, counties=3)
    for place in range(size // 3):
        operations.create_person(
            actor=None, name=f"林{place}", unit=city[f"s{place % 7 % size}"], title="教师", from_on=factories.BEGAN,
            now=factories.NOW,
        )  # fmt: skip
        factories.account(f"user{place}", ("viewer", city["s0"]))
    account = factories.account("all", ("system_administrator", city["bureau"]), ("viewer", city["c0"]))
    grantor = factories.account("grantor", ("security_administrator", city["bureau"]))
    client, other = client_of(account), client_of(grantor)
    for asked, most in (
        (url("units"), 12),
        (url("units") + "?view=list", 12),
        (url("units") + "?q=小学", 12),
        (url("unit", city["s0"].public_id), 36),
        (url("unit", city["bureau"].public_id), 36),
        (url("branch", city["bureau"].public_id), 8),
        (url("people"), 12),
        ("/api/organisations/units?size=500", 12),
        (f"/api/organisations/units/{city['bureau'].public_id}/subtree?size=500", 14),
        ("/api/organisations/people?size=500", 14),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(asked).status_code == 200, asked
    for asked, most in ((url("accounts"), 14), (url("account", "user0"), 18), (url("my_rights"), 12)):
        with django_assert_max_num_queries(most):
            assert other.get(asked).status_code == 200, asked


def test_the_api_answers_as_of_a_day_and_resolves_what_was_merged(city: dict[str, Unit]) -> None:
    client = client_of(factories.account("admin", ("system_administrator", city["bureau"])))
    operations.merge_units(
        actor=None,
        units=[city["s0"], city["s2"]],
        into=operations.Part("n1", "青禾县中心学校"),
        on=date(2026, 1, 1),
        now=factories.NOW,
    )
    base = f"/api/organisations/units/{city['s0'].public_id}"
    assert [row["code"] for row in client.get(f"{base}/resolve").json()] == ["n1"]
    assert [row["code"] for row in client.get(f"{base}/resolve", {"on": "2025-12-31"}).json()] == ["s0"]
    assert [row["kind"] for row in client.get(f"{base}/history").json()] == [
        "opened", "placed", "placed", "merge", "closed",
    ]  # fmt: skip
    assert client.get(base, {"on": "not a day"}).status_code == 422
    page = client.get(url("unit", city["s0"].public_id)).content.decode()
    assert "当时对应的单位" in page
    assert "青禾县中心学校" in page
    schema = client.get("/api/openapi.json").json()
    assert "/api/organisations/units" in schema["paths"]
