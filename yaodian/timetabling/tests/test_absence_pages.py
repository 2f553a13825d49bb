"""Pages of absences in both languages: the notice board, the desk of one absence, a teacher's own duties, the workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yaodian.audit.queries import entries
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import Absence, Substitution
from yaodian.timetabling.problem import boards
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.test_absences import FRIDAY, MONDAY, WHY, announced, arranged, recorded, with_account
from yaodian.timetabling.tests.test_week_pages import LANGUAGES, client_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    boards.forget()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    made = term_factories.term()
    term_factories.published(made)
    return made


def url(made: MadeTerm, name: str = "absences") -> str:
    return reverse(f"timetabling:{name}", args=[made.term.public_id])


def of(row: Absence, name: str = "absence") -> str:
    return reverse(f"timetabling:{name}", args=[row.public_id])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way_through_the_pages(made: MadeTerm, language: str) -> None:
    client = client_of(made.made.account("教务"), language)
    text(client.get(url(made)))
    answer = client.post(
        url(made), {"teacher": "T01", "from_on": "2026-11-02", "until_on": "2026-11-06", "reason": WHY}
    )
    row = Absence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, of(row))
    shown = text(client.get(of(row)))
    assert WHY in shown
    assert "taken:T07" in shown
    client.post(of(row, "absence_step"), {"do": "arrange", "self_study": "on"})
    assert "任庚" in text(client.get(of(row)))
    client.post(of(row, "absence_step"), {"do": "announce"})
    assert Absence.objects.get().state == "announced"
    one = Substitution.objects.order_by("on", "pk").first()
    assert one is not None
    board = text(client.get(url(made), {"day": one.on.isoformat()}))
    assert "任甲" in board
    assert WHY not in board
    client.post(
        of(row, "absence_step"),
        {"do": "choose", "lesson": one.lesson_id, "on": one.on.isoformat(), "choice": "self_study:"},
    )
    assert Substitution.objects.get(pk=one.pk).manner == "self_study"
    assert "move-to" in text(client.get(of(row), {"move": f"{one.lesson_id}.{one.on}"}))
    client.post(of(row, "absence_step"), {"do": "withdraw"})
    assert Absence.objects.get().state == "withdrawn"
    text(client.get(of(row)))


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"teacher": "T01"}, {"teacher": "T99", "from_on": "2026-11-02"}, {"teacher": "T01", "from_on": "x"},
        {"teacher": "T01", "from_on": "2026-11-06", "until_on": "2026-11-02"}, {"room": "101", "teacher": "T01", "from_on": "2026-11-02"},
        {"teacher": "T01", "from_on": "2026-11-02", "reason": "长" * 500}, {"teacher": "T01", "from_on": "1999-01-01"},
    ],
)  # fmt: skip
def test_a_record_that_makes_no_sense_is_shown_again(made: MadeTerm, sent: dict[str, str]) -> None:
    answer = client_of(made.made.account("教务")).post(url(made), sent)
    shown = text(answer, 422)
    assert "field-error" in shown or "notice" in shown
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"do": "choose"}, 422), ({"do": "choose", "lesson": "x", "on": "y"}, 422),
        ({"do": "choose", "lesson": "1", "on": "2026-11-02", "choice": "moved:x:y"}, 422),
        ({"do": "choose", "lesson": "99999999", "on": "2026-11-02", "choice": "dance:T01"}, 404),
        ({"do": "announce"}, 409), ({"do": "arrange", "version": "77"}, 409), ({"do": "dance"}, 404), ({}, 404),
    ],
)  # fmt: skip
def test_a_press_that_makes_no_sense_changes_nothing(made: MadeTerm, sent: dict[str, str], status: int) -> None:
    row = recorded(made)
    answer = client_of(made.made.account("教务")).post(of(row, "absence_step"), sent)
    assert answer.status_code == status
    assert not Substitution.objects.exists()


def test_a_clash_stands_beside_its_lesson_and_what_was_chosen_is_kept(made: MadeTerm) -> None:
    row = recorded(made)
    busy = next(
        one
        for one in made.teachers[0].lessons.order_by("day", "period")
        if made.teachers[1].lessons.filter(day=one.day, period=one.period).exists()
    )
    on = MONDAY + timedelta(days=busy.day)
    sent = {"do": "choose", "lesson": busy.pk, "on": on.isoformat(), "choice": "taken:T02"}
    shown = text(client_of(made.made.account("教务")).post(of(row, "absence_step"), sent), 422)
    assert "任乙那时有课" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teacher_says_that_he_has_seen_his_duties(made: MadeTerm, language: str) -> None:
    account = with_account(made, made.teachers[6], "任庚")
    client = client_of(account, language)
    page = reverse("timetabling:my_duties")
    text(client.get(page))
    assert page in text(client.get(reverse("timetabling:my_week")))
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    shown = text(client.get(page))
    assert "任甲" in shown
    assert WHY not in shown
    duty = Substitution.objects.filter(teacher=made.teachers[6]).first()
    assert duty is not None
    assert client.post(page, {"duty": duty.pk}).status_code == 302
    assert Substitution.objects.get(pk=duty.pk).seen_at == NOW
    for strange in ({"duty": "x"}, {"duty": "99999999"}, {}):
        assert client.post(page, strange).status_code == 404
    assert Client().get(page).status_code == 302


def test_who_may_not_arrange_sees_the_board_alone(made: MadeTerm) -> None:
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    client = client_of(made.made.account("viewer", "viewer"))
    shown = text(client.get(url(made), {"day": MONDAY.isoformat()}))
    assert "record-form" not in shown
    assert of(row) not in shown
    assert WHY not in shown
    assert client.get(of(row)).status_code == 403
    assert client.post(url(made), {"teacher": "T02", "from_on": "2026-11-02"}).status_code == 403
    stranger = client_of(registry.account(registry.county("望江县"), "registrar", name="stranger"))
    assert stranger.get(url(made)).status_code == 404
    assert stranger.get(of(row)).status_code == 404
    assert stranger.get(url(made, "duties")).status_code == 404


def test_duties_of_a_month_as_a_workbook(made: MadeTerm) -> None:
    client = client_of(made.made.account("教务"))
    assert client.get(url(made, "duties"), {"month": "2026-11"})["Location"] == url(made)
    row = recorded(made, 0, MONDAY, FRIDAY)
    arranged(made, row)
    announced(made, row)
    answer = client.get(url(made, "duties"), {"month": "2026-11"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer)))
    totals, details = (book.get_sheet_by_name(name).to_python() for name in ("代课统计", "代课明细"))
    assert (
        sum(line[2] for line in totals[1:]) == len(details) - 1 == Substitution.objects.filter(is_counted=True).count()
    )
    assert WHY not in str(details)
    assert entries(code="timetabling.duties.export").count() == 1
    for month in ("x", "2026-13", ""):
        assert client.get(url(made, "duties"), {"month": month}).status_code in (200, 302)
    assert client.get(url(made), {"day": "2026-02-31"}).status_code == 200


def test_where_the_room_is_closed_as_well_another_is_chosen_with_the_teacher(made: MadeTerm) -> None:
    office = made.made.account("教务")
    row = recorded(made)
    operations.record_absence(
        actor=office, term=made.term, room=made.rooms["101"], from_on=MONDAY, until_on=FRIDAY, now=NOW
    )
    client = client_of(office)
    assert 'name="room"' in text(client.get(of(row)))
    lesson = made.teachers[0].lessons.filter(room=made.rooms["101"]).order_by("day", "period").first()
    assert lesson is not None
    on = MONDAY + timedelta(days=lesson.day)
    sent = {"do": "choose", "lesson": lesson.pk, "on": on.isoformat(), "choice": "taken:T07"}
    assert "停用" in text(client.post(of(row, "absence_step"), sent), 422)
    free = next(
        code
        for code in ("201", "202", "102")
        if not made.rooms[code].lessons.filter(day=lesson.day, period=lesson.period).exists()
    )
    assert client.post(of(row, "absence_step"), {**sent, "room": free}).status_code == 302
    made_row = Substitution.objects.get()
    assert made_row.room == made.rooms[free]
    # A lesson moved is sent again as it stands, and stays.
    shown = text(client.get(of(row)))
    assert f"<option selected>{free}</option>" in shown


def test_a_room_that_is_closed_has_its_page(made: MadeTerm) -> None:
    row = operations.record_absence(
        actor=made.made.account("教务"), term=made.term, room=made.rooms["101"], from_on=MONDAY, until_on=date(2026, 11, 3), now=NOW,
    )  # fmt: skip
    client = client_of(made.made.account("教务"))
    assert "other_room:" in text(client.get(of(row)))
    client.post(of(row, "absence_step"), {"do": "arrange"})
    text(client.get(of(row)))
    text(client.get(url(made)))
