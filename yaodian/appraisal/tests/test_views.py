"""The pages: what a form that was refused says, who gets in, and a workbook that goes out and comes back as the same sheet."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yaodian.appraisal import operations, sheets
from yaodian.appraisal.models import Appeal, AppealState, Judgement, Occurrence, Round, RoundState, SheetItem
from yaodian.appraisal.tests import factories
from yaodian.appraisal.tests.factories import CODE, NOW, Place
from yaodian.foundation import measuring
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(time_machine_at_now: None) -> Iterator[Place]:
    yield factories.place()
    measuring.forget(CODE)


@pytest.fixture
def time_machine_at_now() -> Iterator[None]:
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_a_round_is_made_opened_and_marked_on_its_pages(place: Place) -> None:
    client = client_of(place.runner)
    said = {
        "sheet": place.sheet.public_id, "title": "2025年考核", "year": 2025, "freeze_on": "2025-12-31", "appeal_days": 5
    }  # fmt: skip
    answer = client.post(reverse("appraisal:rounds"), said)
    row = Round.objects.get()
    assert answer["Location"] == reverse("appraisal:round", args=[row.public_id])
    again = client.post(reverse("appraisal:rounds"), said)
    assert again.status_code == 422
    assert "已经有名为" in again.content.decode()
    client.post(reverse("appraisal:advance", args=[row.public_id]), {"to": "open"})
    row.refresh_from_db()
    assert row.state == RoundState.OPEN
    for seat, account in ((1, place.first), (2, place.second)):
        client.post(reverse("appraisal:assign", args=[row.public_id]), {"assessor": account.username, "seat": seat})
    assert Judgement.objects.count() == 6
    refused = client.post(
        reverse("appraisal:assign", args=[row.public_id]), {"assessor": place.first.username, "seat": 2}
    )
    assert refused.status_code == 422
    assert "没有分到任何评分" in refused.content.decode()


def test_an_assessor_marks_his_own_seats_and_finds_no_other(place: Place) -> None:
    place.opened()
    own = Judgement.objects.filter(assessor=place.first)[0]
    client = client_of(place.first)
    assert client.get(reverse("appraisal:seats")).status_code == 200
    address = reverse("appraisal:seat", args=[own.public_id])
    assert client.post(address, {"mark": "12", "evidence": "看了台账"}).status_code == 422
    assert client.post(address, {"mark": "abc", "evidence": "看了台账"}).status_code == 422
    assert client.post(address, {"mark": "8.5", "evidence": "看了台账"}).status_code == 302
    own.refresh_from_db()
    assert own.mark == 8.5
    assert client_of(place.second).get(address).status_code == 404


def test_a_unit_appeals_on_its_sheet_and_the_office_decides(place: Place) -> None:
    row = place.told()
    local = client_of(factories.account("editor", place.counties[0]))
    address = [row.public_id, place.counties[0].public_id]
    page = local.get(reverse("appraisal:unit", args=address))
    assert "提出申诉" in page.content.decode()
    assert place.first.name not in page.content.decode()
    local.post(reverse("appraisal:appeal", args=address), {"item": "2.1", "text": "漏看了材料"})
    appeal = Appeal.objects.get()
    office = client_of(place.third)
    refused = office.post(reverse("appraisal:decide_appeal", args=[row.public_id, appeal.public_id]), {"mark": "9"})
    assert refused.status_code == 422
    office.post(
        reverse("appraisal:decide_appeal", args=[row.public_id, appeal.public_id]), {"mark": "9", "reason": "属实"}
    )
    appeal.refresh_from_db()
    assert appeal.state == AppealState.UPHELD
    assert "属实" in local.get(reverse("appraisal:unit", args=address)).content.decode()
    assert local.get(reverse("appraisal:unit", args=[row.public_id, place.counties[1].public_id])).status_code == 404


def test_what_happened_is_entered_and_taken_back_on_the_sheet(place: Place) -> None:
    row = place.marked()
    address = [row.public_id, place.counties[0].public_id]
    client = client_of(place.runner)
    said = {"item": "3", "happened_on": "2025-05-01", "times": 1, "reason": "通报一次"}
    assert (
        client.post(reverse("appraisal:enter", args=address), {**said, "happened_on": "2024-05-01"}).status_code == 422
    )
    client.post(reverse("appraisal:enter", args=address), said)
    made = Occurrence.objects.get()
    client.post(reverse("appraisal:take_back", args=[*address, made.pk]), {"why": "核实有误"})
    made.refresh_from_db()
    assert made.taken_back_why == "核实有误"


def test_a_workbook_of_items_goes_out_and_comes_back_as_the_same_sheet(place: Place) -> None:
    client = client_of(place.runner)
    before = [{**one, "id": 0} for one in place.sheet.items.values()]
    answer = client.get(reverse("appraisal:workbook", args=[place.sheet.public_id]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # A stream.
    file = SimpleUploadedFile("items.xlsx", content)
    assert client.post(reverse("appraisal:upload", args=[place.sheet.public_id]), {"file": file}).status_code == 302
    assert [{**one, "id": 0} for one in SheetItem.objects.filter(sheet=place.sheet).values()] == before


def test_a_workbook_that_is_wrong_changes_nothing_and_names_the_cells(place: Place) -> None:
    client = client_of(place.runner)
    address = reverse("appraisal:upload", args=[place.sheet.public_id])
    wrong = "编号,项目,计分方式,分档\n1,甲,没有这种,\n2,乙,分档计分,60-4\n".encode()
    answer = client.post(address, {"file": SimpleUploadedFile("items.csv", wrong)})
    assert answer.status_code == 422
    assert "[C2]" in answer.content.decode()
    assert "[D3]" in answer.content.decode()
    damaged = client.post(address, {"file": SimpleUploadedFile("items.xlsx", b"PK nonsense")})
    assert damaged.status_code == 422
    assert place.sheet.items.count() == len(factories.ITEMS)


def test_steps_are_read_as_people_write_them() -> None:
    assert sheets.read_steps("60:4；80：7; 90:10") == [["60", "4"], ["80", "7"], ["90", "10"]]
    assert sheets.read_steps(sheets.steps_text([["60", "4.5"]])) == [["60", "4.5"]]
    for wrong in ("60", "60:", "a:b", "NaN:1"):
        with pytest.raises(ValueError, match=r"60|a:b|NaN"):
            sheets.read_steps(wrong)
    assert BytesIO(b"".join(sheets.write_items([]))).read(2) == b"PK"


def test_a_dry_run_page_shows_two_drafts_and_survives_a_day_that_is_none(place: Place) -> None:
    other = operations.make_sheet(
        actor=place.runner,
        office=place.bureau,
        values={"name": "第二稿", "unit_kind": "county", "basis": "虚构"},
        copy_of=place.sheet,
        now=NOW,
    )
    client = client_of(place.runner)
    address = reverse("appraisal:dry_run", args=[place.sheet.public_id])
    assert "第二稿" in client.get(address).content.decode()
    assert client.get(f"{address}?day=2025-12-31&other={other.public_id}").status_code == 200
    assert client.get(f"{address}?day=nonsense&other=%00").status_code == 200


def test_the_api_gives_a_units_own_sheet_and_no_other(place: Place) -> None:
    row = place.told()
    client = client_of(factories.account("viewer", place.counties[0]))
    listed = client.get("/api/appraisal/rounds").json()
    assert [one["public_id"] for one in listed["items"]] == [row.public_id]
    found = client.get(f"/api/appraisal/rounds/{row.public_id}/units/{place.counties[0].public_id}").json()
    assert (found["total"], found["published"], found["rank"]) == ("92", "92.00", None)
    assert [mark["code"] for mark in found["marks"]] == ["1.1", "2.1", "3", "4"]
    away = client.get(f"/api/appraisal/rounds/{row.public_id}/units/{place.counties[1].public_id}")
    assert away.status_code == 404
