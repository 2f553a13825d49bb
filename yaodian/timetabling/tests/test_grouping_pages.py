"""The desk of teaching groups in both languages: what is typed is not lost, names are opened for a purpose, questions are constant in number."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.models import Account
from yaodian.registry.tests import factories as registry
from yaodian.timetabling.content import SUBJECTS
from yaodian.timetabling.models import ChoiceRound, CurriculumHours, Grouping, GroupingState, RoundKind, TermTeacher
from yaodian.timetabling.problem.group_settings import SubjectRule
from yaodian.timetabling.tests import group_factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.group_factories import chosen, planned, settings
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def world() -> tuple[MadeTerm, ChoiceRound]:
    return chosen()


def client_of(account: Account, language: str = "zh-hans") -> Client:
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.cookies["yaodian_language"] = language
    client.force_login(Account.objects.get(pk=account.pk))
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"timetabling:{name}", args=arguments)


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, (answer.status_code, answer.content.decode()[-3_000:])
    return answer.content.decode()


def typed(row: ChoiceRound, **given: Any) -> dict[str, Any]:
    return {
        "grade": "1", "round": row.public_id, "mode": "moving", "blocks": "3", "teacher_most": "3", "spare_groups": "0",
        "counts_teachers": "on", "counts_rooms": "on", "homes": "kept", "seed": "1",
        **{f"{code}_least": "1" for code in SUBJECTS}, **{f"{code}_most": "8" for code in SUBJECTS}, **given,
    }  # fmt: skip


def codes() -> list[str]:
    return [one.code for one in entries()]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_form_to_an_adopted_grouping(world: tuple[MadeTerm, ChoiceRound], language: str) -> None:
    term, row = world
    office = client_of(term.made.account("office"), language)
    listed = url("groupings", term.term.public_id)
    page = text(office.get(listed))
    assert row.title in page
    assert 'name="physics_least"' in page
    answer = office.post(listed, typed(row))
    made = Grouping.objects.get()
    assert answer["Location"] == url("grouping", made.public_id)
    page = text(office.get(url("grouping", made.public_id)))
    assert "hx-get" in page
    assert "grouping-progress" in text(office.get(url("grouping_status", made.public_id)))
    assert "正在编班" in text(office.get(listed)) or language == "en"
    jobs.run_waiting_jobs()
    assert office.get(url("grouping_status", made.public_id))["HX-Refresh"] == "true"
    page = text(office.get(url("grouping", made.public_id)))
    assert "物理-01" in page
    assert "最少 6 个，已达到" in page or language == "en"
    assert not any(pupil.name in page for pupil in term.made.pupils)
    assert office.post(url("grouping_step", made.public_id), {"do": "explode"}).status_code == 404
    assert office.post(url("grouping_step", made.public_id), {"do": "adopt"}).status_code == 302
    made.refresh_from_db()
    assert made.state == GroupingState.ADOPTED
    text(office.get(url("grouping", made.public_id)))
    assert office.post(url("grouping_step", made.public_id), {"do": "adopt"}).status_code == 409
    assert office.post(url("grouping_step", made.public_id), {"do": "drop", "reason": ""}).status_code == 422
    assert office.post(url("grouping_step", made.public_id), {"do": "drop", "reason": "重编"}).status_code == 302
    assert "重编" in text(office.get(url("grouping", made.public_id)))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"physics_least": "0"}, "physics_least"),
        ({"physics_most": "90"}, "physics_most"),
        ({"physics_most": "viele"}, "physics_most"),
        ({"physics_most": ""}, "physics_most"),
        ({"biology_least": "9"}, "biology_least"),
        ({"blocks": "0"}, "blocks"),
        ({"blocks": ""}, "blocks"),
        ({"blocks": "9" * 30}, "blocks"),
        ({"mode": "<b>"}, "mode"),
        ({"round": "nosuchround"}, "round"),
        ({"homes": "anew", "home_most": "90"}, "home_most"),
        ({"balance": ["height"]}, "balance"),
        ({"seed": "x" * 41}, "seed"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    world: tuple[MadeTerm, ChoiceRound], given: dict[str, Any], field: str
) -> None:
    term, row = world
    office = client_of(term.made.account("office"))
    answer = office.post(url("groupings", term.term.public_id), typed(row, history_most="7", **given))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="group-{field}_error"' in page
    assert re.search(r'name="history_most" value="7"', page)
    assert not Grouping.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_grade_without_choices_says_what_to_do_and_what_cannot_be_says_why(language: str) -> None:
    term, row = chosen({"PCB": 16})
    office = client_of(term.made.account("office"), language)
    page = text(office.get(url("groupings", term.term.public_id), {"grade": "2"}))
    assert 'name="physics_least"' not in page
    assert reverse("timetabling:rounds") in page
    CurriculumHours.objects.filter(subject="历史").delete()
    TermTeacher.objects.filter(subjects=["物理"]).delete()
    text(office.get(url("groupings", term.term.public_id), {"grade": "eins"}))
    answer = office.post(url("groupings", term.term.public_id), typed(row))
    assert answer.status_code == 422
    made = planned(term, row, settings(most=4, counts_teachers=False, counts_rooms=False, mode="fixed-three"))
    rule = {"biology": SubjectRule(17, 20)}
    failed = planned(term, row, settings(most=20, counts_teachers=False, subjects=rule))
    assert failed.state == GroupingState.FAILED
    page = text(office.get(url("grouping", failed.public_id)))
    assert "生物教学班的下限减少 1 人" in page or language == "en"
    again = text(office.get(url("groupings", term.term.public_id), {"grade": "1", "like": failed.public_id}))
    assert re.search(r'name="biology_least" value="17"', again)
    hopeless = planned(term, row, settings(least=17, most=20, counts_teachers=False))
    page = text(office.get(url("grouping", hopeless.public_id)))
    assert "请把上面几项一起放宽" in page or language == "en"
    text(office.get(url("grouping", made.public_id)))


def test_a_running_one_is_cancelled_and_a_dead_job_is_told(world: tuple[MadeTerm, ChoiceRound]) -> None:
    term, row = world
    office = client_of(term.made.account("office"))
    office.post(url("groupings", term.term.public_id), typed(row))
    made = Grouping.objects.get()
    again = office.post(url("groupings", term.term.public_id), typed(row))
    assert again.status_code == 409
    Job.objects.update(state=Job.State.FAILED, finished_at=NOW, error="出了意外")
    assert office.get(url("grouping_status", made.public_id))["HX-Refresh"] == "true"
    assert "出了意外" in text(office.get(url("grouping", made.public_id)))
    assert office.post(url("grouping_step", made.public_id), {"do": "cancel"}).status_code == 302
    made.refresh_from_db()
    assert made.state == GroupingState.CANCELLED
    text(office.get(url("grouping", made.public_id)))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_two_attempts_are_compared(world: tuple[MadeTerm, ChoiceRound], language: str) -> None:
    term, row = world
    one, two = planned(term, row), planned(term, row, settings(most=5, spare_groups=2))
    reader = client_of(term.made.account("reader", "viewer"), language)
    page = text(reader.get(url("groupings", term.term.public_id)))
    assert "groupings/compare/" in page
    assert '<form class="card card-form"' not in page
    given = {"first": one.public_id, "second": two.public_id}
    page = text(reader.get(url("groupings_compare", term.term.public_id), given))
    assert "is-other" in page
    assert reader.get(url("groupings_compare", term.term.public_id)).status_code == 302
    for wrong in ({"first": one.public_id}, {"first": one.public_id, "second": one.public_id}):
        assert reader.get(url("groupings_compare", term.term.public_id), wrong).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_names_are_opened_for_a_purpose_and_it_stands_in_the_journal(
    world: tuple[MadeTerm, ChoiceRound], language: str
) -> None:
    term, row = world
    made = planned(term, row)
    group = made.groups.get(subject="生物")
    inside = group.members.first().pupil
    outside = next(one for one in term.made.pupils if not group.members.filter(pupil=one).exists())
    office = client_of(term.made.account("office"), language)
    address = url("group", made.public_id, group.pk)
    assert inside.name not in text(office.get(address))
    assert office.get(address, {"purpose": ""}).status_code == 422
    assert office.get(address, {"purpose": "gossip"}).status_code == 422
    assert "timetabling.grouping.open" not in codes()
    page = text(office.get(address, {"purpose": "check"}))
    assert inside.name in page
    assert outside.name not in page
    assert "timetabling.grouping.open" in codes()
    answer = office.post(url("grouping_export", made.public_id), {"purpose": ""})
    assert answer.status_code == 422
    answer = office.post(url("grouping_export", made.public_id), {"purpose": "inform"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        words = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert inside.name in words
    assert "生物-01" in words
    assert "timetabling.grouping.export" in codes()
    assert office.get(url("group", made.public_id, 999_999)).status_code == 404


def test_a_pupil_is_moved_after_the_consequence_was_seen() -> None:
    term, row = chosen({"PCB": 12, "PCG": 8}, teachers=3)
    made = planned(term, row, settings(most=12, least=2, spare_groups=2))
    pair = next(
        (one, other)
        for one in made.groups.all()
        for other in made.groups.filter(subject=one.subject).exclude(pk=one.pk)
        if other.block == one.block and other.members.count() < 12
    )
    one, other = pair
    pupil = one.members.first().pupil
    office = client_of(term.made.account("office"))
    address = url("group", made.public_id, one.pk)
    said = {"purpose": "move", "pupil": pupil.public_id, "group": other.code}
    page = text(office.post(address, said))
    assert "这样调整会怎样" in page
    partner = other.members.first().pupil
    assert partner.name in page
    swap = {**said, "other": partner.public_id}
    assert "就这样调整" in text(office.post(address, swap))
    assert office.post(address, {**swap, "do": "move"}).status_code == 302
    assert one.members.filter(pupil=partner).exists()
    assert (
        office.post(address, {**swap, "pupil": partner.public_id, "other": pupil.public_id, "do": "move"}).status_code
        == 302
    )
    assert one.members.filter(pupil=pupil).exists()
    answer = office.post(address, {**said, "do": "move"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{address}?purpose=move"
    assert other.members.filter(pupil=pupil).exists()
    answer = office.post(address, {**said, "do": "move"})
    assert answer.status_code == 422
    assert "刷新名单" in answer.content.decode() or "已经在" in answer.content.decode()
    for bad in (
        {},
        {"pupil": "x", "group": other.code},
        {**said, "pupil": other.members.first().pupil.public_id, "group": "x"},
    ):
        assert office.post(address, bad).status_code == 422


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_can_be_offered_is_computed_on_the_page(world: tuple[MadeTerm, ChoiceRound], language: str) -> None:
    term, row = world
    office = client_of(term.made.account("office"), language)
    address = url("offering", term.term.public_id)
    page = text(office.get(address, {"grade": "1", "round": row.public_id}))
    assert re.search(r'name="PCB" value="4"', page)
    sent = {
        name: value
        for name, value in typed(row).items()
        if name not in ("round", "mode", "homes", "seed", "spare_groups")
    }
    page = text(office.post(address, {**sent, "PCB": "20"}))
    assert "排得下" in page or language == "en"
    page = text(office.post(address, {**sent, "PCB": "200"}))
    assert "notice-wrong" in page
    TermTeacher.objects.filter(subjects=["历史"]).delete()
    assert "不能开" in text(office.post(address, sent)) or language == "en"
    for bad in ({"PCB": "-1"}, {"blocks": "1"}, {"physics_most": "90"}, {"PCB": "eins"}):
        assert office.post(address, {**sent, **bad}).status_code == 422


def test_who_may_not_sees_nothing(world: tuple[MadeTerm, ChoiceRound]) -> None:
    term, row = world
    made = planned(term, row)
    group = made.groups.first()
    assert group is not None
    elsewhere = registry.school(registry.county("望江县"), school_type="342", name="别校").unit
    stranger = client_of(registry.account(elsewhere, "registrar", name="stranger"))
    reader = client_of(term.made.account("reader", "viewer"))
    addresses = [
        url("groupings", term.term.public_id), url("grouping", made.public_id), url("grouping_status", made.public_id),
        url("group", made.public_id, group.pk), url("offering", term.term.public_id),
    ]  # fmt: skip
    for address in addresses:
        assert stranger.get(address).status_code == 404
    for address in addresses[3:]:
        assert reader.get(address).status_code == 403
    assert reader.post(url("groupings", term.term.public_id), typed(row)).status_code == 403
    for name in ("grouping_step", "grouping_export"):
        assert stranger.post(url(name, made.public_id), {"do": "adopt", "purpose": "check"}).status_code == 404
        assert reader.post(url(name, made.public_id), {"do": "adopt", "purpose": "check"}).status_code == 403
        assert Client().post(url(name, made.public_id)).status_code in (302, 403)


def questions(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_the_pages_ask_as_often_for_many_as_for_few() -> None:
    small = chosen()
    counts = []
    for (term, row), attempts in ((small, 1), (_large(), 3)):
        for _attempt in range(attempts):
            made = planned(term, row, settings(most=10, counts_teachers=False, counts_rooms=False))
        assert made.state == GroupingState.DONE, made.problem
        office = client_of(term.made.account(f"office{term.made.unit.pk}"))
        office.get(url("groupings", term.term.public_id))
        group = made.groups.first()
        assert group is not None
        addresses = (
            url("groupings", term.term.public_id), url("grouping", made.public_id),
            f"{url('group', made.public_id, group.pk)}?purpose=check", url("offering", term.term.public_id),
        )  # fmt: skip
        for address in addresses:
            office.get(address)
        counts.append([questions(partial(office.get, address)) for address in addresses])
    assert counts[1] == counts[0]
    assert max(counts[0]) < 45


def _large() -> tuple[MadeTerm, ChoiceRound]:
    return chosen({"PCB": 21, "PCG": 14, "HOG": 17, "HBO": 9})


def test_after_a_change_period_the_page_offers_to_adjust(world: tuple[MadeTerm, ChoiceRound]) -> None:
    term, row = world
    made = planned(term, row)
    change = group_factories.settled(term.made, ["HOG", *[""] * 11], RoundKind.CHANGE, before=row)
    office = client_of(term.made.account("office"))
    assert change.public_id in text(office.get(url("grouping", made.public_id)))
    wrong = office.post(url("grouping_step", made.public_id), {"do": "change", "round": "nosuch"})
    assert wrong.status_code == 422
    answer = office.post(url("grouping_step", made.public_id), {"do": "change", "round": change.public_id})
    assert answer.status_code == 302
    jobs.run_waiting_jobs()
    text(office.get(answer["Location"]))
