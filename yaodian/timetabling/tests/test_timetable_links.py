"""Links without an account: made at one press, shown once, ended; their pages and calendars show one timetable and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.engines.scheduling.icalendar.tests.reader import Component, held, parsed
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import PermissionMissing
from yaodian.timetabling import operations
from yaodian.timetabling.models import Term, TermDay, TermState, TimetableLink, TimetableState
from yaodian.timetabling.operations.links import digest_of
from yaodian.timetabling.tests import week_factories as weeks
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.week_factories import FRIDAY, MONDAY, THURSDAY, WEDNESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    return weeks.laid()[0]


def secret(made: MadeTerm, kind: str = "class", label: str = "高一(1)班") -> str:
    links = operations.make_links(actor=None, term=made.term, kind=kind, now=NOW)
    return next(one.secret for one in links if one.label == label)


def pupil_secret(made: MadeTerm, place: int = 0) -> str:
    code = made.classes[place % 2].code
    links = operations.make_pupil_links(actor=None, term=made.term, school_class=code, now=NOW)
    return next(one.secret for one in links if one.name == made.made.pupils[place].name)


def page(secret: str, **given: str) -> HttpResponse:
    return Client().get(reverse("timetabling:held_week", args=[secret]), given)


def feed(secret: str, **headers: str) -> HttpResponse:
    return Client().get(reverse("timetabling:held_feed", args=[secret]), headers=headers)


def events(secret: str) -> list[Component]:
    return parsed(feed(secret).content.decode()).all("VEVENT")


def days(found: list[Component], summary: str) -> list[date]:
    return sorted(begin.date() for one in found if one.text("SUMMARY") == summary for begin, _end in held(one))


def test_links_for_all_at_one_press_and_the_secret_is_kept_nowhere(made: MadeTerm) -> None:
    office = made.made.account("office")
    links = operations.make_links(actor=office, term=made.term, kind="class", now=NOW)
    assert [one.label for one in links] == ["高一(1)班", "高一(2)班"]
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", one.secret) for one in links)
    assert set(TimetableLink.objects.values_list("digest", flat=True)) == {digest_of(one.secret) for one in links}
    entry = entries(code="timetabling.links.make").get()
    assert entry.detail_data["count"] == 2
    assert links[0].secret not in str(entry.detail)
    with pytest.raises(operations.UnableToMakeLinks):
        operations.make_links(actor=office, term=made.term, kind="class", now=NOW)
    assert len(operations.make_links(actor=office, term=made.term, kind="teacher", now=NOW)) == 7
    assert len(operations.make_links(actor=office, term=made.term, kind="room", now=NOW)) == 5
    with pytest.raises(Absent):
        operations.make_links(actor=office, term=made.term, kind="cook", now=NOW)
    with pytest.raises(PermissionMissing):
        operations.make_links(
            actor=made.made.account("teacher", "handler"), term=made.term, kind="class", now=NOW, renew=True
        )


def test_a_link_made_anew_ends_the_former_one(made: MadeTerm) -> None:
    before = secret(made)
    row = TimetableLink.objects.get(digest=digest_of(before))
    (again,) = operations.make_links(actor=None, term=made.term, kind="class", now=NOW, link=row.pk)
    assert again.label == "高一(1)班"
    assert page(before).status_code == 404
    assert page(again.secret).status_code == 200
    assert TimetableLink.objects.filter(revoked_at__isnull=True).count() == 2
    everyone = operations.make_links(actor=None, term=made.term, kind="class", now=NOW, renew=True)
    assert len(everyone) == 2
    assert page(again.secret).status_code == 404
    with pytest.raises(Absent):
        operations.make_links(actor=None, term=made.term, kind="class", now=NOW, link=row.pk)


def test_the_database_keeps_one_good_link_to_each(made: MadeTerm) -> None:
    values = {"term": made.term, "school_class": made.classes[0], "made_at": NOW}
    TimetableLink(digest="a", **values, revoked_at=NOW).store()
    TimetableLink(digest="b", **values).store()
    with pytest.raises(IntegrityError), transaction.atomic():
        TimetableLink.objects.bulk_create([TimetableLink(digest="c", **values)])
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        TimetableLink(digest="d", **values, room=made.rooms["101"]).store()


def test_letters_for_the_pupils_of_a_class_are_noted(made: MadeTerm) -> None:
    office = made.made.account("office")
    letters = operations.make_pupil_links(actor=office, term=made.term, school_class="高一(1)班", now=NOW)
    assert {one.name for one in letters} == {made.made.pupils[0].name, made.made.pupils[2].name}
    entry = entries(code="timetabling.links.make").get()
    assert (entry.detail_data["kind"], entry.detail_data["count"]) == ("pupil", 2)
    assert made.made.pupils[0].name not in str(entry.detail)
    with pytest.raises(operations.UnableToMakeLinks):
        operations.make_pupil_links(actor=office, term=made.term, school_class="高一(1)班", now=NOW)
    with pytest.raises(Absent):
        operations.make_pupil_links(actor=office, term=made.term, school_class="高九", now=NOW)


def test_the_page_of_a_pupil_has_his_groups_and_no_name(made: MadeTerm) -> None:
    shown = page(pupil_secret(made), day="2026-11-05")
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "化学" in text
    assert "实验室" in text
    assert not [one.name for one in made.made.pupils if one.name in text]
    assert "化学" not in page(pupil_secret(made, 1), day="2026-11-05").content.decode()


def test_no_machine_lists_the_page_and_it_is_kept_for_a_short_time(made: MadeTerm) -> None:
    shown = page(secret(made))
    assert "noindex" in shown["X-Robots-Tag"]
    assert 'content="noindex' in shown.content.decode()
    assert "private" in shown["Cache-Control"]
    assert "max-age=60" in shown["Cache-Control"]
    assert "高一(2)班" not in shown.content.decode(), "no list of others"


@pytest.mark.parametrize("case", ["wrong", "revoked", "ended", "over", "odd characters"])
def test_what_is_not_good_gets_one_sentence(made: MadeTerm, case: str) -> None:
    held_one = secret(made)
    typed = {"wrong": "0000-0000-0000-0000", "odd characters": "%00<b>'\"é"}.get(case, held_one)
    if case == "revoked":
        operations.revoke_links(actor=None, term=made.term, kind="class", now=NOW)
    if case == "ended":
        Term.objects.update(state=TermState.ENDED)
    with time_machine.travel(made.term.ends_on + timedelta(days=2) if case == "over" else NOW, tick=False):
        for answer in (page(typed), feed(typed)):
            assert answer.status_code == 404
            assert "这个课表链接不能用" in answer.content.decode()
            assert "noindex" in answer["X-Robots-Tag"]
            assert "no-store" in answer["Cache-Control"]


def test_a_secret_is_read_as_it_is_typed(made: MadeTerm) -> None:
    typed = secret(made).replace("-", "").lower()
    assert page(typed).status_code == 200


def test_who_tries_many_is_slowed_down_and_who_holds_one_is_not(made: MadeTerm) -> None:
    good = secret(made)
    answers = [page(f"0000-0000-0000-{place:04}").status_code for place in range(30)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert page("0000-0000-0000-0000")["Retry-After"]
    assert page(good).status_code == 200


def test_links_end_for_one_and_for_all_of_a_kind(made: MadeTerm) -> None:
    office = made.made.account("office")
    first, teacher = secret(made), secret(made, "teacher", "任甲")
    row = TimetableLink.objects.get(digest=digest_of(first))
    assert operations.revoke_links(actor=office, term=made.term, link=row.pk, now=NOW) == 1
    assert page(first).status_code == 404
    assert page(teacher).status_code == 200
    assert operations.revoke_links(actor=office, term=made.term, kind="teacher", now=NOW) == 7
    assert page(teacher).status_code == 404
    assert entries(code="timetabling.links.revoke").count() == 2
    for given in ({"kind": "teacher"}, {"kind": "cook"}, {"link": row.pk}, {"link": 999_999}):
        with pytest.raises(Absent):
            operations.revoke_links(actor=office, term=made.term, now=NOW, **given)


def test_a_calendar_of_the_term(made: MadeTerm) -> None:
    TermDay.objects.create(term=made.term, on=date(2026, 9, 7), lessons_of=None, note="放假")
    TermDay.objects.create(term=made.term, on=date(2026, 9, 12), lessons_of=0, note="补课")
    answer = feed(secret(made))
    assert answer["Content-Type"].startswith("text/calendar")
    found = parsed(answer.content.decode())
    assert found.text("X-WR-CALNAME") == "高一(1)班课表"
    chinese = days(found.all("VEVENT"), "语文")
    assert date(2026, 9, 7) not in chinese
    assert date(2026, 9, 12) in chinese
    assert {one.weekday() for one in chinese} == {0, 5}
    (rule,) = [one for one in found.all("VEVENT") if one.text("SUMMARY") == "语文" and "RRULE" in one.properties]
    assert "EXDATE" not in rule.properties or "20260907" not in rule.value("DTSTART")
    english, sports = days(found.all("VEVENT"), "英语"), days(found.all("VEVENT"), "体育")
    assert english[0] == date(2026, 9, 2), "the first week is an odd one"
    assert sports[0] == date(2026, 9, 9)
    assert not set(english) & set(sports)
    (double,) = [one for one in found.all("VEVENT") if one.text("SUMMARY") == "数学"]
    begins, ends = held(double)[0]
    assert (begins.strftime("%H:%M"), ends.strftime("%H:%M")) == ("08:00", "09:30")
    assert double.text("LOCATION") == "101"
    assert double.text("DESCRIPTION") == "任乙"
    assert [one.text("SUMMARY") for one in found.all("VEVENT") if "物理" in one.text("SUMMARY")] == ["物理1"]


def test_what_was_announced_is_in_the_calendar(made: MadeTerm) -> None:
    weeks.changed(made, "高一(1)班 语文", MONDAY, "moved", to_on=FRIDAY, to_period=5)
    weeks.changed(made, "高一 化学1", THURSDAY, "taken", teacher=made.teachers[6])
    found = events(secret(made))
    assert MONDAY not in days(found, "语文")
    assert MONDAY + timedelta(days=7) in days(found, "语文")
    assert days(found, "语文（调来）") == [FRIDAY]
    assert THURSDAY not in days(found, "化学1")
    (taken,) = [one for one in found if one.text("SUMMARY") == "化学1（代课）"]
    assert "任庚" in taken.text("DESCRIPTION")
    substitute = events(secret(made, "teacher", "任庚"))
    assert [one.text("SUMMARY") for one in substitute] == ["化学1（代课）"]
    away = next(one for one in TimetableLink.objects.filter(teacher=made.teachers[5]))
    assert away.revoked_at is None
    uids = [one.value("UID") for one in found]
    assert len(uids) == len(set(uids))


def test_a_timetable_that_holds_from_mid_week_follows_the_former_one(made: MadeTerm) -> None:
    before = made.term.timetables.get()
    before.holds_until, before.state = date(2026, 11, 3), TimetableState.REPLACED
    before.store()
    weeks.timetable(made, shifted=2, holds_from=WEDNESDAY)
    found = events(secret(made))
    sports = sorted(begin for one in found if one.text("SUMMARY") == "体育" for begin, _end in held(one))
    assert [one.hour for one in sports if one.date() < WEDNESDAY] == [9] * 4
    assert sports[4] == datetime(2026, 11, 4, 12, 30), "even weeks are counted from the beginning of the term"
    assert len({one.date() for one in sports}) == len(sports)


def test_a_calendar_that_is_known_is_not_sent_again(made: MadeTerm) -> None:
    held_one = secret(made)
    first = feed(held_one)
    tag = first["ETag"]
    assert first["Last-Modified"] == "Mon, 02 Nov 2026 02:00:00 GMT"
    assert "max-age" in first["Cache-Control"]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert feed(held_one).content == first.content
        for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            answer = feed(held_one, **{"If-None-Match": sent})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer["ETag"] == tag
        assert feed(held_one, **{"If-None-Match": '"x"'}).status_code == 200
    weeks.changed(made, "高一(1)班 语文", MONDAY, "self_study")
    assert feed(held_one, **{"If-None-Match": tag}).status_code == 200


def test_a_feed_costs_the_same_for_many_changes(
    made: MadeTerm, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    held_one = pupil_secret(made)
    with django_assert_max_num_queries(30) as few:
        feed(held_one)
    for week in range(4):
        weeks.changed(made, "高一(1)班 语文", MONDAY + timedelta(days=7 * week), "self_study")
    with django_assert_max_num_queries(len(few)):
        feed(held_one)
