"""The pages answer in both languages; a pupil comes from the code to the receipt; what is not his is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.registry.tests import factories as registry
from yaodian.timetabling.models import ChoiceRound, ChoiceState, PupilChoice, RequirementTable, RoundKind, RoundState
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, Made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


def client_of(account: Account, language: str = "zh-hans") -> Client:
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.cookies["yaodian_language"] = language
    client.force_login(Account.objects.get(pk=account.pk))
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"timetabling:{name}", args=arguments)


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2_000]
    return answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_pupil_chooses_with_his_letter_changes_it_and_has_a_receipt(world: Made, language: str) -> None:
    table = factories.requirements(world.county)
    row = factories.round_(world)
    _held, code = factories.letter(row, world.pupils[0])
    client = Client()
    client.cookies["yaodian_language"] = language
    text(client.get(url("choose")))
    answer = client.post(url("choose"), {"code": code.lower()})
    assert answer["Location"] == url("choose_subjects")
    page = text(client.get(url("choose_subjects")))
    assert world.pupils[0].name in page
    assert table.source in page
    answer = client.post(url("choose_subjects"), {"first": "physics", "second": ["chemistry", "biology"]})
    assert "物化生" in text(answer)
    assert "3" in text(answer)
    assert not PupilChoice.objects.exists(), "nothing is kept before it is confirmed"
    answer = client.post(url("choose_confirm"), {"combination": "PCB"})
    assert answer["Location"] == url("choose_receipt")
    made = PupilChoice.objects.get()
    receipt = text(client.get(url("choose_receipt")))
    assert made.public_id in receipt
    assert code not in receipt + page
    client.post(url("choose_confirm"), {"combination": "PCG"})
    assert PupilChoice.objects.get(state=ChoiceState.STANDING).combination == "PCG"
    client.post(url("choose_leave"))
    assert client.get(url("choose_receipt"))["Location"] == url("choose")


def test_a_pupil_sees_nothing_of_another(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[1], "HOG")
    _held, code = factories.letter(row, world.pupils[0])
    client = Client()
    client.post(url("choose"), {"code": code})
    for name in ("choose_subjects", "choose_receipt"):
        page = text(client.get(url(name)))
        assert world.pupils[1].name not in page
        assert "史政地" not in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "请在物理、历史中选一门"),
        ({"first": "physics"}, "选两门"),
        ({"first": "physics", "second": ["chemistry"]}, "请选三门"),
        ({"first": "physics", "second": ["chemistry", "biology", "geography"]}, "请选三门"),
        ({"first": "physics", "second": ["chemistry", "chemistry"]}, "不止一次"),
        ({"first": "magic", "second": ["chemistry", "biology"]}, "magic"),
    ],
)
def test_three_subjects_that_are_no_combination_are_told_beside_the_field(
    world: Made, sent: dict[str, Any], words: str
) -> None:
    row = factories.round_(world)
    _held, code = factories.letter(row, world.pupils[0])
    client = Client()
    client.post(url("choose"), {"code": code})
    answer = client.post(url("choose_subjects"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert client.post(url("choose_confirm"), {"combination": "<b>"})["Location"] == url("choose_subjects")
    assert client.post(url("choose_confirm"), {}).status_code == 302
    assert not PupilChoice.objects.exists()


def test_what_a_letter_opened_closes_after_half_an_hour_and_was_never_open_to_others(world: Made) -> None:
    row = factories.round_(world)
    _held, code = factories.letter(row, world.pupils[0])
    client = Client()
    for name in ("choose_subjects", "choose_receipt"):
        assert client.get(url(name))["Location"] == url("choose")
    client.post(url("choose"), {"code": code})
    key = client.session.session_key
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert client.get(url("choose_subjects"))["Location"] == url("choose")
    assert code.replace("-", "") not in str(dict(client.session)).replace("-", "")
    client.post(url("choose"), {"code": code})
    assert client.session.session_key != key, "a session that was planted does not come in with the family"


def test_outside_the_window_a_letter_only_shows(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[0], "PCB")
    _held, code = factories.letter(row, world.pupils[0], renew=True)
    client = Client()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        client.post(url("choose"), {"code": code})
        page = text(client.get(url("choose_subjects")))
        assert "现在只能查看" in page
        assert 'name="first"' not in page
        answer = client.post(url("choose_confirm"), {"combination": "HOG"})
        assert answer.status_code == 409
        assert "2026-11-15" in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_grade_office_leads_a_round_from_the_desk(world: Made, language: str) -> None:
    office = client_of(world.account("office"), language)
    sent = {
        "grade": f"{world.unit.public_id}-2026", "title": "高一正式选科", "kind": RoundKind.BINDING,
        "opens_on": "2026-11-01", "closes_on": "2026-11-15",
    }  # fmt: skip
    text(office.get(url("rounds")))
    answer = office.post(url("rounds"), sent)
    row = ChoiceRound.objects.get()
    assert answer["Location"] == url("round", row.public_id)
    text(office.get(url("round", row.public_id)))
    answer = office.post(
        url("offer", row.public_id), {"PCB": "on", "HOG": "on", "HOG_most": "20", "version": row.version}
    )
    assert answer.status_code == 302
    assert dict(row.offered.values_list("combination", "most")) == {"PCB": None, "HOG": 20}
    assert office.post(url("offer", row.public_id), {"PCB": "on", "PCB_most": "viele"}).status_code == 422
    letters = text(office.post(url("letters", row.public_id), {"school_class": world.classes[0].public_id}))
    assert len(set(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", letters))) == 2
    assert office.post(url("step", row.public_id), {"do": "open"}).status_code == 302
    assert office.post(url("step", row.public_id), {"do": "explode"}).status_code == 404
    row.refresh_from_db()
    later = {"closes_on": "2026-11-18", "version": row.version}
    assert office.post(url("round", row.public_id), later).status_code == 302
    assert office.post(url("round", row.public_id), {**later, "closes_on": "2026-11-10"}).status_code == 409
    page = text(office.get(url("names", row.public_id)))
    assert world.pupils[0].name not in page
    listed = {"which": "missing", "school_class": "", "purpose": "enter"}
    assert world.pupils[0].name in text(office.get(url("names", row.public_id), listed))
    assert office.get(url("names", row.public_id), {**listed, "purpose": ""}).status_code == 422
    for pupil in world.pupils:
        entered = {**listed, "pupil": pupil.public_id, "combination": "PCB"}
        assert office.post(url("paper", row.public_id), entered).status_code == 302
    assert PupilChoice.objects.filter(state=ChoiceState.PROPOSED).count() == 4
    head = client_of(world.account("head", "head"), language)
    assert world.pupils[0].name in text(head.get(url("waiting", row.public_id)))
    for made in PupilChoice.objects.all():
        head.post(url("decide", made.public_id), {"do": "agree"})
    for do in ("close", "settle"):
        assert office.post(url("step", row.public_id), {"do": do}).status_code == 302
    row.refresh_from_db()
    assert row.state == RoundState.SETTLED
    for name in ("rounds", "district"):
        text(office.get(url(name)))
    text(office.get(url("round", row.public_id)))


def test_a_refusal_is_told_on_the_desk(world: Made) -> None:
    row = factories.round_(world, state="closed")
    office = client_of(world.account("office"))
    answer = office.post(url("step", row.public_id), {"do": "settle"})
    assert answer.status_code == 409
    assert "4 名学生没有选科" in answer.content.decode()
    answer = office.post(url("step", row.public_id), {"do": "reopen", "closes_on": "2026-11-20", "reason": ""})
    assert answer.status_code == 422
    assert office.post(url("step", row.public_id), {"do": "withdraw", "reason": ""}).status_code == 422
    assert office.post(url("letters", row.public_id), {}).status_code == 409


def test_a_change_on_the_telephone_asks_for_a_reason(world: Made) -> None:
    factories.settled(world, RoundKind.BINDING, "PCG", "PCB", "HOG", "HOG")
    row = factories.round_(world, RoundKind.CHANGE)
    _held, code = factories.letter(row, world.pupils[0])
    client = Client()
    client.post(url("choose"), {"code": code})
    assert client.post(url("choose_confirm"), {"combination": "PCB", "reason": "想"}).status_code == 422
    assert client.post(url("choose_confirm"), {"combination": "PCB", "reason": "想报的专业要求生物"}).status_code == 302
    assert "待审核" in text(client.get(url("choose_receipt")))
    teacher = client_of(world.account("teacher", "handler"))
    page = text(teacher.get(url("waiting", row.public_id)))
    assert "想报的专业要求生物" in page
    teacher.post(url("decide", PupilChoice.objects.get(round=row).public_id), {"do": "agree"})
    assert "须由另一位同事审核" in text(teacher.get(url("waiting", row.public_id)))


def test_tables_of_requirements_are_made_and_shown(world: Made) -> None:
    clerk = client_of(world.account("county", "registrar", world.county))
    text(clerk.get(url("tables")))
    sent = {"office": world.county.public_id, "year": "2029", "title": "要求", "source": "虚构 1 号文"}
    assert clerk.post(url("tables"), {**sent, "source": ""}).status_code == 422
    answer = clerk.post(url("tables"), sent)
    made = RequirementTable.objects.get()
    assert answer["Location"] == url("table", made.public_id)
    text(clerk.get(url("table", made.public_id)))
    made.delete()
    table = factories.requirements(world.county)
    assert "工学" in text(clerk.get(url("table", table.public_id)))
    stranger = client_of(world.account("elsewhere", "registrar", registry.county("望江县")))
    assert stranger.get(url("table", table.public_id)).status_code == 404
