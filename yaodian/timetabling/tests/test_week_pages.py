"""Pages of published timetables in both languages: by the week, one's own, pupils by name, what is free, links, paper, Excel."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pdfplumber
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yaodian.audit.queries import entries
from yaodian.organisations.models import Account, Person
from yaodian.registry.tests import factories as registry
from yaodian.timetabling.models import Course, TermDay, Timetable, TimetableLink
from yaodian.timetabling.tests import week_factories as weeks
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.week_factories import MONDAY, TUESDAY

pytestmark = pytest.mark.django_db
LANGUAGES = ["zh-hans", "en"]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    return weeks.laid()[0]


def client_of(account: Account, language: str = "zh-hans") -> Client:
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.cookies["yaodian_language"] = language
    client.force_login(Account.objects.get(pk=account.pk))
    return client


def url(made: MadeTerm, name: str, *more: str) -> str:
    return reverse(f"timetabling:{name}", args=[made.term.public_id, *more])


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_weeks_of_everybody_who_can_be_chosen(made: MadeTerm, language: str) -> None:
    weeks.changed(made, "高一(1)班 语文", MONDAY, "taken", teacher=made.teachers[6])
    weeks.changed(made, "高一(1)班 数学", TUESDAY, "moved", to_on=MONDAY, to_period=4)
    client = client_of(made.made.account("viewer", "viewer"), language)
    first = text(client.get(url(made, "week")))
    assert "高一(1)班" in first
    assert "<del>任甲</del>" in first
    assert ("走班" if language == "zh-hans" else "物理1") in first
    assert 'aria-current="date"' in first
    for kind, code in (("class", "高一(2)班"), ("teacher", "T07"), ("room", "实验室")):
        text(client.get(url(made, "week"), {"kind": kind, "code": code, "day": "2026-11-02", "view": "week"}))
    assert "任丁" in text(client.get(url(made, "week"), {"kind": "teacher", "q": "任丁"}))
    text(client.get(url(made, "week"), {"kind": "teacher", "q": "<b>没有"}))
    text(client.get(url(made, "free")))
    text(client.get(url(made, "free"), {"day": "2026-11-03", "period": "2", "seats": "10", "subject": "语文"}))


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "cook"}, {"day": "2026-02-31"}, {"day": "x"}, {"day": "1900-01-01"}, {"day": "2999-12-31"}, {"q": "\x00"},
        {"view": "x"},
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_still_shows_a_week(made: MadeTerm, sent: dict[str, str]) -> None:
    text(client_of(made.made.account("office")).get(url(made, "week"), sent))


@pytest.mark.parametrize("sent", [{"period": "x"}, {"period": "98"}, {"bells": "7777"}, {"seats": "-3"}, {"day": "x"}])
def test_a_time_that_makes_no_sense_is_now(made: MadeTerm, sent: dict[str, str]) -> None:
    text(client_of(made.made.account("office")).get(url(made, "free"), sent))


def test_a_code_that_nobody_has_is_not_found_nor_a_term_out_of_reach(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    assert client.get(url(made, "week"), {"code": "高九"}).status_code == 404
    stranger = client_of(registry.account(registry.county("望江县"), "registrar", name="stranger"))
    for name in ("week", "free", "week_pupils", "links", "week_workbook"):
        assert stranger.get(url(made, name)).status_code == 404
    assert stranger.get(url(made, "week_paper", "classes")).status_code == 404
    assert Client().get(url(made, "week")).status_code == 302


def test_a_week_without_a_timetable_says_so(made: MadeTerm) -> None:
    Timetable.objects.update(holds_from=date(2026, 12, 1))
    client = client_of(made.made.account("office"))
    assert "这一周还没有公布的课表" in text(client.get(url(made, "week")))
    answer = client.get(url(made, "week_paper", "classes"), follow=True)
    assert "没有公布的课表，打印不出来" in text(answer)
    assert client.get(url(made, "week_workbook"))["Location"] == url(made, "week")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teacher_finds_his_own_week(made: MadeTerm, language: str) -> None:
    account = made.made.account("teacher", "handler")
    client = client_of(account, language)
    nothing = text(client.get(reverse("timetabling:my_week")))
    assert "语文" not in nothing
    person = Person(name="任甲").store()
    Account.objects.filter(pk=account.pk).update(person=person)
    teacher = registry.teacher(made.made.school, name="任甲")
    teacher.person = person
    teacher.store()
    made.teachers[0].teacher = teacher
    made.teachers[0].store()
    mine = text(client.get(reverse("timetabling:my_week")))
    assert "语文" in mine
    assert "高一(2)班" in mine
    assert "数学" not in mine
    text(client.get(reverse("timetabling:my_week"), {"term": made.term.public_id, "day": "2026-11-09"}))
    assert client.get(reverse("timetabling:my_week"), {"term": "someotherone"}).status_code == 404
    assert Client().get(reverse("timetabling:my_week")).status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_pupils_are_opened_by_name_for_a_purpose_and_it_is_noted(made: MadeTerm, language: str) -> None:
    client = client_of(made.made.account("office"), language)
    pupil = made.made.pupils[0]
    assert pupil.name not in text(client.get(url(made, "week_pupils")))
    asked = {"school_class": "高一(1)班", "purpose": "tell"}
    text(client.get(url(made, "week_pupils"), {**asked, "purpose": ""}), 422)
    text(client.get(url(made, "week_pupils"), {**asked, "school_class": "高九"}), 422)
    assert not entries(code="timetabling.pupil").exists()
    listed = text(client.get(url(made, "week_pupils"), asked))
    assert pupil.name in listed
    assert made.made.pupils[1].name not in listed
    entry = entries(code="timetabling.pupils.open").get()
    assert (entry.detail_data["purpose"], entry.detail_data["count"]) == ("tell", 2)
    opened = text(client.get(url(made, "week_pupils"), {**asked, "pupil": pupil.public_id, "day": "2026-11-05"}))
    assert "化学" in opened
    assert entries(code="timetabling.pupil_week.open").get().detail_data["pupil"] == pupil.pk
    other = {**asked, "pupil": made.made.pupils[1].public_id}
    assert client.get(url(made, "week_pupils"), other).status_code == 404, "he is in the other class"
    viewer = client_of(made.made.account("viewer", "viewer"))
    assert viewer.get(url(made, "week_pupils"), asked).status_code == 404
    teacher = client_of(made.made.account("form teacher", "handler"))
    assert pupil.name in text(teacher.get(url(made, "week_pupils"), asked))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_office_makes_links_and_letters(made: MadeTerm, language: str) -> None:
    client = client_of(made.made.account("office"), language)
    text(client.get(url(made, "links")))
    shown = text(client.post(url(made, "links"), {"do": "make", "kind": "class"}))
    addresses = re.findall(r"http://testserver(/timetabling/t/[^<]+/)", shown)
    assert len(addresses) == 2
    assert shown.count("data:image/svg+xml;base64,") == 2
    visitor = Client()
    visitor.cookies["yaodian_language"] = language
    held = text(visitor.get(addresses[0]))
    assert "webcal://testserver/timetabling/t/" in held
    assert client.post(url(made, "links"), {"do": "make", "kind": "class"}).status_code == 422
    letters = text(client.post(url(made, "links"), {"do": "letters", "school_class": "高一(1)班"}))
    assert made.made.pupils[0].name in letters
    row = TimetableLink.objects.filter(school_class=made.classes[0]).get()
    text(client.post(url(made, "links"), {"do": "make", "kind": "class", "link": str(row.pk)}))
    page = text(client.get(url(made, "links")))
    assert "高一(2)班" in page
    live = TimetableLink.objects.get(school_class=made.classes[1])
    assert client.post(url(made, "links"), {"do": "revoke", "link": str(live.pk)}).status_code == 302
    assert client.post(url(made, "links"), {"do": "revoke", "kind": "pupil"}).status_code == 302
    for sent in (
        {"do": "explode"},
        {"do": "make", "kind": "cook"},
        {"do": "letters", "school_class": "高九"},
        {"do": "revoke"},
    ):
        assert client.post(url(made, "links"), sent).status_code == 404
    viewer = client_of(made.made.account("viewer", "viewer"))
    assert viewer.post(url(made, "links"), {"do": "make", "kind": "room"}).status_code == 403


@pytest.mark.parametrize(
    ("paper", "pages", "words"),
    [
        ("classes", 2, ("高一(1)班", "走班", "任戊", "08:00")),
        ("teachers", 6, ("任甲", "高一(2)班")),
        ("rooms", 4, ("实验室", "化学1")),
        ("overview", 1, ("高一(2)班", "走班", "周五")),
    ],
)
def test_papers(made: MadeTerm, paper: str, pages: int, words: tuple[str, ...]) -> None:
    answer = client_of(made.made.account("office")).get(url(made, "week_paper", paper))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    with pdfplumber.open(io.BytesIO(answer.content)) as book:
        assert len(book.pages) == pages
        said = "".join("".join(page.extract_text().split()) for page in book.pages)
    for word in words:
        assert word in said


def test_a_class_with_many_groups_at_one_time_stays_on_its_page(made: MadeTerm) -> None:
    walks = Course.objects.get(code="高一 物理1")
    row = made.term.timetables.get()
    for period in range(8):
        for _copy in range(9):
            row.lessons.create(course=walks, day=4, period=period, room=made.rooms["202"])
    answer = client_of(made.made.account("office")).get(url(made, "week_paper", "classes"))
    with pdfplumber.open(io.BytesIO(answer.content)) as book:
        assert len(book.pages) == 2


def test_no_paper_of_another_kind(made: MadeTerm) -> None:
    assert client_of(made.made.account("office")).get(url(made, "week_paper", "menu")).status_code == 404


def test_the_workbook_has_all_classes_all_teachers_and_a_sheet_for_each_class(made: MadeTerm) -> None:
    Course.objects.filter(code="高一(1)班 语文").update(subject="=1+1")
    TermDay.objects.create(term=made.term, on=MONDAY, lessons_of=None)
    answer = client_of(made.made.account("office")).get(url(made, "week_workbook"))
    assert answer.status_code == 200
    found = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    book = {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}
    assert list(book) == ["总课表", "教师", "高一(1)班", "高一(2)班"]
    own = book["高一(1)班"]
    assert own[0] == ["节次", "时间", "周一", "周二", "周三", "周四", "周五"]
    assert own[1][:4] == ["第1节", "08:00–08:40", "=1+1 任甲 101", "数学 任乙 101"]
    assert own[3][4] == "英语（单） 任丙 101; 体育（双） 任丁"
    assert own[4][5] == "物理1 任戊 201; 化学1 任己 实验室"
    assert book["总课表"][1][:2] == ["高一(1)班", "=1+1 任甲 101"]
    assert book["教师"][1][:3] == ["任甲", "T01", "=1+1 高一(1)班 101"]


def test_the_same_week_costs_constant_queries_on_its_page(made: MadeTerm, django_assert_max_num_queries: Any) -> None:
    client = client_of(made.made.account("office"))
    client.get(url(made, "week"))
    with django_assert_max_num_queries(40) as few:
        client.get(url(made, "week"), {"kind": "teacher", "code": "T01"})
    for number in range(20):
        made.teachers[0].pk = None
        made.teachers[0].code = f"X{number}"
        made.teachers[0].store()
    with django_assert_max_num_queries(len(few)):
        client.get(url(made, "week"), {"kind": "teacher", "code": "T01"})
