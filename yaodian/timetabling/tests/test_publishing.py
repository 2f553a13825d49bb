"""Publication: each finding forbids it, the former one ends the day before, teachers are told, the page says all that beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.organisations.models import Account, Person
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import Course, Lesson, Term, TermState, Timetable, TimetableState
from yaodian.timetabling.problem import boards
from yaodian.timetabling.problem.moves import take
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.test_pages import client_of

pytestmark = pytest.mark.django_db

LATER = TODAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    boards.forget()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    made = term_factories.term()
    term_factories.grouped(made)
    return made


@pytest.fixture
def head(made: MadeTerm) -> Account:
    return made.made.account("校长", "head")


@pytest.fixture
def row(made: MadeTerm) -> Timetable:
    return term_factories.solved(made, asked_by=made.made.account("教务"))


def url(row: Timetable) -> str:
    return reverse("timetabling:publish", args=[row.public_id])


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer.content.decode()


def publish(row: Timetable, head: Account, day: date = LATER, reason: str = "") -> Timetable:
    return operations.publish_timetable(actor=head, timetable=row, holds_from=day, now=NOW, reason=reason)


def test_a_valid_timetable_is_out_with_its_lessons_and_the_term_runs(
    made: MadeTerm, row: Timetable, head: Account
) -> None:
    out = publish(row, head)
    assert (out.state, out.holds_from, out.holds_until) == ("published", LATER, None)
    assert (out.published_by, out.published_at) == (head, NOW)
    assert Lesson.objects.filter(timetable=row).count() == len(row.pieces)
    assert Term.objects.get(pk=made.term.pk).state == TermState.RUNNING
    (entry,) = [one for one in entries() if one.code == "timetabling.timetable.publish"]
    assert json.loads(entry.detail)["lessons"] == len(row.pieces)
    page = text(client_of(head).get(url(row)))
    assert "已公布" in page
    with pytest.raises(operations.UnableToPublishTimetable, match="只有排好或停下"):
        publish(row, head)


def test_a_paused_one_that_is_valid_can_be_published(made: MadeTerm, row: Timetable, head: Account) -> None:
    Timetable.objects.filter(pk=row.pk).update(state=TimetableState.PAUSED)
    assert publish(row, head).state == "published"


def test_the_former_one_ends_the_day_before_and_what_would_begin_later_never_holds(
    made: MadeTerm, row: Timetable, head: Account
) -> None:
    publish(row, head, TODAY)
    second = term_factories.solved(made, seed=2)
    publish(second, head, LATER)
    first = Timetable.objects.get(pk=row.pk)
    assert (first.state, first.holds_until) == ("published", LATER - timedelta(days=1))
    third = term_factories.solved(made, seed=3)
    page = text(client_of(head).get(url(third), {"holds_from": (LATER - timedelta(days=2)).isoformat()}))
    assert "方案 1" in page
    assert "不再生效" in page
    publish(third, head, LATER - timedelta(days=2))
    states = list(Timetable.objects.order_by("attempt").values_list("state", "holds_until"))
    assert states == [("published", LATER - timedelta(days=3)), ("replaced", None), ("published", None)]
    # On the very day on which the former one began it is replaced as a whole.
    fourth = term_factories.solved(made, seed=4)
    publish(fourth, head, LATER - timedelta(days=2))
    assert Timetable.objects.get(pk=third.pk).state == "replaced"


@pytest.mark.parametrize("who", ["asked_by", "edited_by"])
def test_another_person_publishes(made: MadeTerm, row: Timetable, head: Account, who: str) -> None:
    Timetable.objects.filter(pk=row.pk).update(**{who: head})
    with pytest.raises(operations.UnableToPublishTimetable, match="另一位"):
        publish(row, head)
    page = text(client_of(head).get(url(row)))
    assert 'data-code="same-person"' in page
    assert 'name="holds_from"' not in page


def test_a_registrar_may_not_publish(made: MadeTerm, row: Timetable) -> None:
    office = made.made.account("干事")
    with pytest.raises(PermissionMissing):
        publish(row, office)
    assert client_of(office).get(url(row)).status_code == 403


def _amiss(row: Timetable, code: str) -> None:
    """Makes the row what the gate finds by this code."""
    lines = [list(line) for line in row.pieces]
    rows = Timetable.objects.filter(pk=row.pk)
    if code == "state":
        rows.update(state=TimetableState.DROPPED)
    elif code == "fingerprint":
        rows.update(frozen=bytes(row.frozen).replace("语文".encode(), "数学".encode(), 1))
    elif code == "unreadable":
        lines[0][0] = "没有这门"
        rows.update(pieces=lines)
    elif code == "required":
        lines[0][2:5] = lines[-1][2:5] = lines[1][2:5]
        rows.update(pieces=lines)
    elif code == "faults":
        rows.update(pieces=[*lines, lines[0]])
    elif code == "figures":
        rows.update(optional=(row.optional or 0) + 1)
    elif code == "gone":
        Course.objects.filter(code=lines[0][0]).update(code="改了名")
    else:
        Term.objects.filter(pk=row.term_id).update(state=TermState.ENDED)


@pytest.mark.parametrize(
    "code", ["state", "fingerprint", "unreadable", "required", "faults", "figures", "gone", "ended"]
)
def test_each_finding_is_shown_and_forbids(made: MadeTerm, row: Timetable, head: Account, code: str) -> None:
    _amiss(row, code)
    again = Timetable.objects.select_related("term__school").get(pk=row.pk)
    page = text(client_of(head).get(url(row)))
    assert f'data-code="{code}"' in page
    with pytest.raises((operations.UnableToPublishTimetable, operations.WrongState)) as refused:
        publish(again, head)
    assert refused.value.message
    assert not Lesson.objects.exists()
    answer = client_of(head).post(url(row), {"holds_from": LATER.isoformat(), "version": again.version})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


def test_what_has_changed_since_is_listed_and_accepted_with_a_reason(
    made: MadeTerm, row: Timetable, head: Account
) -> None:
    made.rooms["101"].seats = 60
    made.rooms["101"].store()
    course = made.courses["高一(1)班 体育"]
    course.hours = 3
    course.store()
    term_factories.wish(made, "no-gaps-for-pupils", "学生不空堂")
    page = text(client_of(head).get(url(row)))
    for words in ("教室：改动 101", "教学任务：改动 高一(1)班 体育", "排课要求：新增 学生不空堂"):
        assert words in page
    with pytest.raises(operations.UnableToPublishTimetable, match="请写明理由"):
        publish(row, head)
    answer = client_of(head).post(url(row), {"holds_from": LATER.isoformat(), "version": row.version})
    assert "请写明理由" in text(answer, 422)
    out = publish(row, head, reason="  下周再排  ")
    assert out.publication["reason"] == "下周再排"
    assert len(out.publication["differences"]) == 3
    assert "下周再排" in text(client_of(head).get(url(row)))


def test_a_term_whose_data_cannot_be_read_is_a_difference(made: MadeTerm, row: Timetable, head: Account) -> None:
    term_factories.wish(made, "away", "某人请假", who=["T01"], when=[])
    assert "排课要求读不出来" in text(client_of(head).get(url(row)))
    assert publish(row, head, reason="照旧").state == "published"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-01", "已经过去"),
        ("2027-03-01", "不在学期里"),
        ("", "这个字段是必填项"),
        ("明天", "输入一个有效的日期"),
        ("9999-99-99", "输入一个有效的日期"),
    ],
)
def test_the_first_day_is_today_or_later_and_in_the_term(
    made: MadeTerm, row: Timetable, head: Account, day: str, words: str
) -> None:
    page = text(client_of(head).post(url(row), {"holds_from": day, "version": row.version}), 422)
    assert words in page
    assert Timetable.objects.get(pk=row.pk).state == "done"


def test_a_timetable_changed_since_the_page_was_opened_is_not_published(
    made: MadeTerm, row: Timetable, head: Account
) -> None:
    answer = client_of(head).post(url(row), {"holds_from": LATER.isoformat(), "version": row.version + 1})
    assert "别人改了这份课表" in text(answer, 409)


def test_teachers_with_an_account_are_told_once(made: MadeTerm, row: Timetable, head: Account) -> None:
    teacher = registry.teacher(made.made.school, name="任甲")
    account = made.made.account("任甲")
    person = teacher.person or Person.objects.create(name="任甲")
    Account.objects.filter(pk=account.pk).update(person=person)
    type(teacher).objects.filter(pk=teacher.pk).update(person=person)
    made.teachers[0].teacher = teacher
    made.teachers[0].store()
    publish(row, head)
    message = Message.objects.get()
    assert message.recipient == account
    assert str(LATER) in message.body


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_tells_whose_lessons_change(made: MadeTerm, row: Timetable, head: Account, language: str) -> None:
    publish(row, head, TODAY)
    other = term_factories.solved(made)
    lines = [list(line) for line in other.pieces]
    page = queries.publish_page(account=head, public_id=other.public_id, day=TODAY, holds_from=LATER)
    assert {line.changed for line in (*page.classes, *page.teachers)} == {0}
    at = next(at for at, line in enumerate(lines) if line[0] == "高一(1)班 体育")
    with boards.opened(other) as board:
        taken = take(board, at)
        place = next(
            place for place, spots in zip(taken.places, taken.spots, strict=True) if spots[0].way in ("fine", "costs")
        )
    operations.move_piece(actor=made.made.account("教务"), timetable=other, piece=at, start=place, now=NOW)
    page = queries.publish_page(account=head, public_id=other.public_id, day=TODAY, holds_from=LATER)
    assert {line.name: line.changed for line in page.classes} == {"高一(1)班": 1, "高一(2)班": 0}
    assert {line.name: line.changed for line in page.teachers if line.changed} == {"任丁": 1}
    assert text(client_of(head, language).get(url(other)))


def test_the_gate_costs_the_same_queries_whatever_the_size(made: MadeTerm, row: Timetable, head: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.publish_page(account=head, public_id=row.public_id, day=TODAY)
        return len(seen)

    before = count()
    Timetable.objects.filter(pk=row.pk).update(pieces=row.pieces[:5])
    assert count() == before


def test_a_school_elsewhere_is_not_there(made: MadeTerm, row: Timetable) -> None:
    other = term_factories.factories.senior(made.made.county, name="别的高级中学")[0]
    stranger = client_of(registry.account(other.unit, "head", name="别校校长"))
    assert stranger.get(url(row)).status_code == 404
