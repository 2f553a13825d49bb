"""The desk of a term in both languages: every list is shown, changed and refused on its page; what is not mine is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.registry.tests import factories as registry
from yaodian.timetabling.models import (
    BellPeriod,
    Course,
    CurriculumHours,
    Meeting,
    Term,
    TermDay,
    TermRoom,
    TermTeacher,
)
from yaodian.timetabling.tests import factories, term_factories
from yaodian.timetabling.tests.factories import NOW, Made
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db
LISTS = ("term_rooms", "term_teachers", "term_classes", "term_curriculum", "term_courses", "term_meetings")
NEW = {
    "year": "2026", "half": "1", "begins_on": "2026-09-01", "ends_on": "2027-01-22", "days": "5", "start": "8x5",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


@pytest.fixture
def made(world: Made) -> MadeTerm:
    return term_factories.term(world)


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


def told(client: Client, answer: HttpResponse) -> str:
    """What the page to which an answer leads says."""
    assert answer.status_code == 302, answer.content.decode()[:2_000]
    return text(client.get(answer["Location"]))


def test_a_term_is_made_on_the_page_and_a_second_one_is_refused_beside_what_was_typed(world: Made) -> None:
    client = client_of(world.account("office"))
    assert "在下面建立这学期" in text(client.get(url("terms")))
    given = {**NEW, "school": world.unit.public_id}
    page = told(client, client.post(url("terms"), given))
    assert "2026–2027 学年第一学期" in page
    assert "还没有教室" in page
    term = Term.objects.get()
    assert term.bells.get().periods.count() == 8
    answer = client.post(url("terms"), given)
    assert answer.status_code == 422
    assert "已有这个学期" in answer.content.decode()
    assert 'value="2027-01-22"' in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_on": "2026-08-01"}, "结束日期要晚于开始日期"),
        ({"ends_on": "2027-08-30"}, "最长"),
        ({"year": "2024"}, "不在 2024 年 9 月开始的学年里"),
        ({"begins_on": "九月"}, ""),
        ({"days": "8"}, ""),
        ({"school": "nowherenowhe"}, ""),
        ({"start": "copy"}, "没有更早的学期可以复制"),
        ({"start": "nothing"}, ""),
    ],
)
def test_a_term_that_cannot_be_is_told_and_nothing_is_kept(world: Made, wrong: dict[str, str], words: str) -> None:
    client = client_of(world.account("office"))
    answer = client.post(url("terms"), {**NEW, "school": world.unit.public_id, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Term.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["term", "bells", *LISTS])
def test_every_page_of_a_term_answers_in_both_languages(made: MadeTerm, name: str, language: str) -> None:
    term_factories.grouped(made)
    client = client_of(made.made.account("office"), language)
    page = text(client.get(url(name, made.term.public_id)))
    assert "data-tabs" in page or name == "term"
    viewer = client_of(registry.viewer(made.made.unit), language)
    shown = text(viewer.get(url(name, made.term.public_id)))
    assert 'method="post" novalidate' not in shown, "whoever looks is offered no form"


def test_another_school_is_not_there(made: MadeTerm) -> None:
    stranger = client_of(registry.registrar(registry.county("远山县")))
    for name in ("term", "bells", *LISTS, "load_rooms_list", "load_tasks_template"):
        assert stranger.get(url(name, made.term.public_id)).status_code == 404
    assert stranger.post(url("term_step", made.term.public_id), {"do": "make-courses"}).status_code == 404
    viewer = client_of(registry.viewer(made.made.unit))
    assert viewer.post(url("term_rooms", made.term.public_id), {"code": "9", "seats": "9"}).status_code == 403
    assert viewer.get(url("load_rooms_list", made.term.public_id)).status_code == 403


def test_periods_are_changed_on_a_page_and_what_is_wrong_stands_beside_its_cell(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    address = url("bell", made.term.public_id, made.bells.pk)
    assert 'value="08:00"' in text(client.get(address))
    good = {
        "lines": "3", "code": "夏季", "without": "周五2", "name_0": "早读", "begins_0": "7：40", "ends_0": "8:00", "part_0": "上午",
        "name_1": "", "begins_1": "", "ends_1": "", "name_2": "第1节", "begins_2": "8:10", "ends_2": "8:50",
    }  # fmt: skip
    for wrong, words in (
        ({"begins_2": "7:50"}, "两节重叠"),
        ({"ends_0": "7:40"}, "结束时间要晚于开始时间"),
        ({"begins_0": "8点"}, "不是时间"),
        ({"begins_2": "25:00"}, "不是时间"),
        ({"ends_2": ""}, "不是时间"),
        ({"without": "周八1"}, "一周里没有这一天"),
        ({"without": "周一; 周二; 周三; 周四; 周五"}, "一节课也没有"),
        ({"code": ""}, ""),
        ({"begins_0": "", "ends_0": "", "begins_2": "", "ends_2": ""}, "至少写一节"),
    ):
        answer = client.post(address, {**good, **wrong})
        page = answer.content.decode()
        assert (answer.status_code, words in page) == (422, True), (wrong, page[:500])
    overlap = client.post(address, {**good, "begins_2": "7:50"}).content.decode()
    assert 'id="bells-begins_2_error"' in overlap, "the blank line between them is counted"
    assert "已保存" in told(client, client.post(address, good))
    assert list(BellPeriod.objects.filter(bells=made.bells).values_list("name", "begins_min")) == [
        ("早读", 460), ("第1节", 490)
    ]  # fmt: skip
    made.bells.refresh_from_db()
    assert made.bells.without == [[4, 1]]
    assert "还在用" in told(client, client.post(address, {"do": "drop"}))
    answer = client.post(url("bells", made.term.public_id), {"code": "冬季", "preset": "9x5"})
    second = made.term.bells.get(code="冬季")
    assert second.periods.count() == 9
    assert answer["Location"] == url("bell", made.term.public_id, second.pk)
    assert client.post(url("bells", made.term.public_id), {"code": "冬季", "preset": "9x5"}).status_code == 422
    client.post(answer["Location"], {"do": "drop"})
    assert made.term.bells.count() == 1


def test_the_calendar_is_filled_from_the_working_days_and_by_hand(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    page = told(client, client.post(url("term_step", made.term.public_id), {"do": "prefill-days"}))
    days = dict(TermDay.objects.values_list("on", "lessons_of"))
    assert {day.isoformat(): of for day, of in days.items() if day.month == 10 and day.day < 8 and of is None}
    assert "请核对" in page
    count = TermDay.objects.count()
    told(client, client.post(url("term_step", made.term.public_id), {"do": "prefill-days"}))
    assert TermDay.objects.count() == count
    address = url("calendar", made.term.public_id)
    told(client, client.post(address, {"on": "2026-11-20", "lessons_of": "off", "note": "运动会"}))
    told(client, client.post(address, {"on": "2026-11-21", "lessons_of": "4", "note": "补课"}))
    assert TermDay.objects.get(on="2026-11-21").lessons_of == 4
    assert client.post(address, {"on": "2028-01-01", "lessons_of": "off"}).status_code == 422
    assert client.post(address, {"on": "2026-11-22", "lessons_of": "6"}).status_code == 422
    told(client, client.post(address, {"do": "drop", "on": "2026-11-20"}))
    assert not TermDay.objects.filter(on="2026-11-20").exists()


@pytest.mark.parametrize(
    ("name", "good", "wrong"),
    [
        ("term_rooms", {"code": "301", "seats": "52", "closed": "周三5-8"}, [{"seats": "0"}, {"closed": "周八"}, {"code": "101"}]),
        (
            "term_teachers",
            {"code": "T90", "name": "任新", "subjects": "音乐、美术", "most_hours": "14"},
            [{"most_hours": "41"}, {"away": "周三0"}, {"name": ""}, {"code": "T01"}],
        ),
        (
            "term_classes",
            {"code": "高一(3)班", "grade": "1", "size": "48", "bells": "高中", "room": "201"},
            [{"size": "90"}, {"room": "101"}, {"bells": "没有"}, {"grade": "4"}, {"code": "高一(1)班"}],
        ),
        (
            "term_curriculum",
            {"grade": "1", "subject": "音乐", "hours": "1"},
            [{"hours": "41"}, {"doubles": "1"}, {"subject": ""}, {"subject": "语文"}],
        ),
        (
            "term_meetings",
            {"code": "语文教研", "periods": "2", "day": "2", "period": "3", "subjects": "语文"},
            [{"day": ""}, {"subjects": ""}, {"subjects": "", "teachers": "T99"}, {"periods": "9"}],
        ),
    ],
)  # fmt: skip
def test_a_row_of_each_list_is_put_refused_and_taken_away(
    made: MadeTerm, name: str, good: dict[str, str], wrong: list[dict[str, str]]
) -> None:
    client = client_of(made.made.account("office"))
    address = url(name, made.term.public_id)
    for one in wrong:
        answer = client.post(address, {**good, **one})
        assert answer.status_code in (409, 422), one
        assert next(iter(good.values())) in answer.content.decode() or "code" in one
    page = told(client, client.post(address, good))
    assert "已保存" in page
    model = {
        "term_rooms": TermRoom, "term_teachers": TermTeacher, "term_classes": type(made.classes[0]), "term_curriculum": CurriculumHours,
        "term_meetings": Meeting,
    }[name]  # fmt: skip
    row = model._default_manager.latest("pk")
    assert text(client.get(f"{address}?edit={row.pk}")).count("<details") >= 1
    told(client, client.post(address, {**good, "edit": str(row.pk)}))
    told(client, client.post(address, {"edit": str(row.pk), "do": "remove"}))
    assert not model._default_manager.filter(pk=row.pk).exists()


def test_what_is_used_is_not_taken_away(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    for name, row in (
        ("term_rooms", made.rooms["101"]), ("term_teachers", made.teachers[0]), ("term_classes", made.classes[0])
    ):  # fmt: skip
        page = told(client, client.post(url(name, made.term.public_id), {"edit": str(row.pk), "do": "remove"}))
        assert "还在用" in page


def test_a_course_is_given_a_teacher_and_a_time(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    course = made.courses["高一(1)班 语文"]
    address = url("course", made.term.public_id, course.pk)
    assert "任甲" in text(client.get(address))
    given = {
        "subject": "语文", "classes": "高一(1)班", "hours": "5", "doubles": "1", "weeks": "all", "teachers": ["T07"], "candidates": [],
        "needs_room": "on", "rooms": "201", "fixed": "周一1; 周三2", "together": "",
    }  # fmt: skip
    told(client, client.post(address, given))
    course.refresh_from_db()
    assert ([one.code for one in course.teachers.all()], course.fixed, course.doubles) == (["T07"], [[0, 0], [2, 1]], 1)
    for wrong in (
        {"hours": "41"}, {"doubles": "3"}, {"fixed": "周六1"}, {"fixed": "周一9"}, {"fixed": "周一"}, {"rooms": "999"},
        {"candidates": ["T07"]}, {"teachers": ["T02"]}, {"others": "T99"}, {"classes": "高九(1)班"}, {"weeks": "some"}, {"subject": ""},
        {"fixed": "周一1-6"},
    ):  # fmt: skip
        assert client.post(address, {**given, **wrong}).status_code == 422, wrong
    new = {
        **given,
        "code": "高一(1)班 音乐",
        "subject": "音乐",
        "teachers": [],
        "others": "T07",
        "fixed": "",
        "doubles": "",
    }
    told(client, client.post(url("course", made.term.public_id, 0), new))
    assert client.post(url("course", made.term.public_id, 0), new).status_code == 422
    made_one = Course.objects.get(code="高一(1)班 音乐")
    assert [one.code for one in made_one.teachers.all()] == ["T07"]
    told(client, client.post(url("course", made.term.public_id, made_one.pk), {"do": "remove"}))
    assert not Course.objects.filter(pk=made_one.pk).exists()
    assert client.get(url("course", made.term.public_id, 999_999)).status_code == 404


def test_lists_cost_the_same_whatever_their_length(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))

    def add(number: int) -> None:
        TermRoom(term=made.term, code=f"9{number:02}", seats=50).store()
        teacher = TermTeacher(term=made.term, code=f"U{number:02}", name="任新", subjects=["语文"]).store()
        course = Course(term=made.term, code=f"课{number}", subject="语文", hours=1).store()
        course.classes.add(made.classes[number % 2])
        course.candidates.add(teacher)
        course.rooms.add(made.rooms["101"])
        Meeting(term=made.term, code=f"会{number}").store().teachers.add(teacher)
        CurriculumHours.objects.create(term=made.term, grade=1, subject=f"科{number}", hours=1)

    def counted(name: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            text(client.get(url(name, made.term.public_id)))
        return len(caught)

    names = ("term", "bells", *LISTS)
    add(0)
    for name in names:
        counted(name)
    before = {name: counted(name) for name in names}
    for number in range(1, 20):
        add(number)
    assert {name: counted(name) for name in names} == before
