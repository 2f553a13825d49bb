"""Absences: recorded, shared out fairly, chosen by hand, announced, seen, withdrawn; the week before and after; what is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account, Person
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import (
    Absence,
    Course,
    Lesson,
    Substitution,
    TermDay,
    TermState,
    TermTeacher,
    Timetable,
)
from yaodian.timetabling.problem import boards
from yaodian.timetabling.queries.held import held_days
from yaodian.timetabling.queries.lessons import bells_of, of_teacher
from yaodian.timetabling.queries.term_days import days_of
from yaodian.timetabling.queries.weeks import week_of
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db

MONDAY = TODAY
FRIDAY = MONDAY + timedelta(days=4)
WHY = "陪家人看病"


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


@pytest.fixture
def office(made: MadeTerm) -> Account:
    return made.made.account("教务")


def recorded(made: MadeTerm, number: int = 0, first: date = MONDAY, last: date = FRIDAY, **values: Any) -> Absence:
    """One teacher of the small school away in the week."""
    given = {"teacher": made.teachers[number], "reason": WHY, **values}
    return operations.record_absence(actor=made.made.account("教务"), term=made.term, now=NOW, from_on=first, until_on=last, **given)  # fmt: skip


def arranged(made: MadeTerm, absence: Absence, **values: Any) -> operations.Arranged:
    return operations.arrange_absence(actor=made.made.account("教务"), absence=absence, now=NOW, **values)


def announced(made: MadeTerm, absence: Absence) -> Absence:
    return operations.announce_absence(actor=made.made.account("教务"), absence=absence, now=NOW)


def chosen(made: MadeTerm, absence: Absence, lesson: Lesson, on: date, manner: str, **values: Any) -> Substitution | None:  # fmt: skip
    return operations.choose_substitution(
        actor=made.made.account("教务"), absence=absence, lesson=lesson.pk, on=on, now=NOW, manner=manner, **values
    )


def lessons_of(teacher: TermTeacher) -> list[Lesson]:
    return list(teacher.lessons.order_by("day", "period", "pk"))


def on_of(lesson: Lesson) -> date:
    return MONDAY + timedelta(days=lesson.day)


def with_account(made: MadeTerm, teacher: TermTeacher, name: str) -> Account:
    """The teacher can sign in."""
    account = made.made.account(name, "handler")
    person = Person(name=name).store()
    Account.objects.filter(pk=account.pk).update(person=person)
    row = registry.teacher(made.made.school, name=name)
    row.person = person
    row.store()
    TermTeacher.objects.filter(pk=teacher.pk).update(teacher=row)
    return Account.objects.get(pk=account.pk)


def held_by(made: MadeTerm, teacher: TermTeacher) -> list[tuple[date, int, bool]]:
    """What the teacher's week shows: day, period, and whether it is struck out."""
    week = week_of(
        days=days_of(made.term), bells=bells_of(made.term), attendee=of_teacher(teacher), day=MONDAY, today=TODAY
    )
    return sorted(
        {
            (entry.occurrence.on, entry.occurrence.period, entry.is_struck)
            for day in week.days
            for cell in day.cells
            for entry in cell.entries
        }
    )


# Recorded ------------------------------------------------------------------------------------------------------------


def test_an_absence_is_recorded_and_its_reason_stays_with_the_office(made: MadeTerm) -> None:
    row = recorded(made)
    assert (row.state, row.reason, row.made_at) == ("open", WHY, NOW)
    with connection.cursor() as cursor:
        cursor.execute("select reason from timetabling_absence")
        assert WHY not in str(cursor.fetchone()[0])
    entry = entries(code="timetabling.absence.record").get()
    assert json.loads(entry.detail)["teacher"] == made.teachers[0].pk
    assert WHY not in entry.detail
    assert "任甲" not in entry.detail


@pytest.mark.parametrize(
    ("first", "last", "code", "field"),
    [
        (FRIDAY, MONDAY, "order", "until_on"),
        (date(2026, 8, 20), MONDAY, "outside", "from_on"),
        (MONDAY, date(2027, 3, 1), "outside", "until_on"),
        (date(2026, 11, 7), date(2026, 11, 8), "no-school", "from_on"),
    ],
)
def test_days_that_do_not_fit_are_refused(made: MadeTerm, first: date, last: date, code: str, field: str) -> None:
    with pytest.raises(operations.UnableToRecordAbsence) as refused:
        recorded(made, 0, first, last)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Absence.objects.exists()


def test_what_is_there_already_or_of_nobody_is_refused(made: MadeTerm) -> None:
    row = recorded(made)
    for values, code in (
        ({}, "there"), ({"room": made.rooms["101"]}, "of-one"), ({"teacher": None}, "of-one"),
    ):  # fmt: skip
        with pytest.raises(operations.UnableToRecordAbsence) as refused:
            recorded(made, 0, FRIDAY, FRIDAY, **values)
        assert refused.value.code == code
    other = TermTeacher.objects.get(pk=made.teachers[0].pk)
    other.term_id = made.term.pk + 77
    with pytest.raises(operations.UnableToRecordAbsence) as refused:
        recorded(made, teacher=other)
    assert refused.value.code == "other-term"
    # After it was withdrawn there may be another.
    operations.withdraw_absence(actor=made.made.account("教务"), absence=row, now=NOW)
    recorded(made)


def test_without_a_published_timetable_or_in_an_ended_term_nothing_is_recorded(made: MadeTerm) -> None:
    Timetable.objects.update(holds_from=date(2026, 12, 1))
    with pytest.raises(operations.UnableToRecordAbsence) as refused:
        recorded(made)
    assert refused.value.code == "no-timetable"
    made.term.state = TermState.ENDED
    made.term.store()
    with pytest.raises(operations.WrongState):
        recorded(made)


def test_only_the_office_may(made: MadeTerm) -> None:
    row = recorded(made)
    teacher = made.made.account("教师", "handler")
    given = {"actor": teacher, "now": NOW}
    with pytest.raises(PermissionMissing):
        operations.record_absence(term=made.term, from_on=MONDAY, until_on=MONDAY, teacher=made.teachers[1], **given)
    for act in (operations.arrange_absence, operations.announce_absence, operations.withdraw_absence):
        with pytest.raises(PermissionMissing):
            act(absence=row, **given)
    with pytest.raises(PermissionMissing):
        operations.choose_substitution(absence=row, lesson=1, on=MONDAY, manner="self_study", **given)


# Shared out -----------------------------------------------------------------------------------------------------------


def test_every_lesson_of_the_week_finds_somebody_who_is_free(made: MadeTerm) -> None:
    row = recorded(made)
    hit = lessons_of(made.teachers[0])
    found = arranged(made, row)
    assert (found.taken, found.open, found.absence.state) == (len(hit), 0, "arranged")
    rows = Substitution.objects.filter(absence=row)
    assert sorted((one.lesson_id, one.on) for one in rows) == sorted((one.pk, on_of(one)) for one in hit)
    for one in rows:
        busy = {(each.day, each.period) for each in lessons_of(one.teacher)}
        assert (one.lesson.day, one.lesson.period) not in busy
        assert one.teacher != made.teachers[0]
    # Nothing counts before it is announced, and who stands in for a lesson of Chinese is first of all who teaches Chinese.
    assert not any(struck for *_at, struck in held_by(made, made.teachers[0]))
    assert Counter(one.teacher.code for one in rows).most_common(1)[0][0] == "T07"
    entry = entries(code="timetabling.absence.arrange").get()
    assert json.loads(entry.detail)["taken"] == len(hit)


def test_duties_of_earlier_absences_are_weighed(made: MadeTerm) -> None:
    """Without anybody of the subject, those who had most get least."""
    TermTeacher.objects.filter(code__in=["T07"]).update(is_exempt=True)
    for week in range(3):
        first = MONDAY + timedelta(days=7 * week)
        arranged(made, recorded(made, 3, first, first + timedelta(days=4)))
    counts = Counter(Substitution.objects.filter(teacher__isnull=False).values_list("teacher__code", flat=True))
    assert "T07" not in counts
    assert "T04" not in counts
    assert counts
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len(counts) >= 4


def test_somebody_who_is_absent_himself_or_exempt_takes_nothing(made: MadeTerm) -> None:
    TermTeacher.objects.filter(code="T06").update(is_exempt=True)
    recorded(made, 6)
    arranged(made, recorded(made))
    there = set(Substitution.objects.values_list("teacher__code", flat=True))
    assert there
    assert not there & {"T01", "T06", "T07"}


def test_where_everybody_is_busy_lessons_stay_open_or_are_self_study(made: MadeTerm) -> None:
    TermTeacher.objects.exclude(code="T01").update(is_exempt=True)
    row = recorded(made)
    found = arranged(made, row)
    count = len(lessons_of(made.teachers[0]))
    assert (found.taken, found.open, found.absence.state) == (0, count, "open")
    with pytest.raises(operations.UnableToAnnounceAbsence) as refused:
        announced(made, row)
    assert refused.value.code == "open"
    found = arranged(made, row, self_study=True)
    assert (found.self_study, found.open, found.absence.state) == (count, 0, "arranged")
    assert not Substitution.objects.filter(is_counted=True).exists()
    assert announced(made, row).state == "announced"
    assert all(struck for *_at, struck in held_by(made, made.teachers[0]))


def test_lessons_of_odd_weeks_are_hit_in_odd_weeks(made: MadeTerm) -> None:
    # The tenth week, an even one: Monday's lessons of the teacher are odd now.
    lesson = lessons_of(made.teachers[0])[0]
    Lesson.objects.filter(pk=lesson.pk).update(weeks="odd")
    row = recorded(made, 0, on_of(lesson), on_of(lesson) + timedelta(days=7))
    page = queries.absence_page(account=made.made.account("教务"), public_id=row.public_id, today=TODAY)
    days = [one.hit.on for day in page.days for one in day.lines if one.hit.lesson.pk == lesson.pk]
    assert days == [on_of(lesson) + timedelta(days=7)]


def test_days_that_are_not_as_their_weekday(made: MadeTerm) -> None:
    """Saturday has the lessons of Monday, and Monday none."""
    saturday = MONDAY + timedelta(days=5)
    TermDay.objects.create(term=made.term, on=saturday, lessons_of=0)
    TermDay.objects.create(term=made.term, on=MONDAY, lessons_of=None)
    monday = [one for one in lessons_of(made.teachers[0]) if one.day == 0]
    assert monday
    row = recorded(made, 0, saturday, saturday)
    found = arranged(made, row)
    assert found.taken == len(monday)
    assert set(Substitution.objects.values_list("on", flat=True)) == {saturday}
    with pytest.raises(operations.UnableToRecordAbsence):
        recorded(made, 1, MONDAY, MONDAY)


def test_lessons_of_a_closed_room_are_held_in_others(made: MadeTerm) -> None:
    room = made.rooms["101"]
    hit = list(Lesson.objects.filter(room=room))
    assert hit
    row = recorded(made, teacher=None, room=room)
    found = arranged(made, row)
    assert (found.taken, found.open) == (len(hit), 0)
    rows = list(Substitution.objects.select_related("lesson", "room"))
    assert {one.manner for one in rows} == {"other_room"}
    for one in rows:
        assert one.room.code in ("102", "201", "202")
        assert not Lesson.objects.filter(room=one.room, day=one.lesson.day, period=one.lesson.period).exists()
        assert not one.is_counted
    announced(made, row)
    page = queries.absences_page(
        account=made.made.account("教务"), public_id=made.term.public_id, day=MONDAY, today=TODAY
    )
    assert len(page.board) == sum(one.day == 0 for one in hit)


def test_too_long_an_absence_is_not_shared_out_day_by_day(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY, date(2027, 1, 15))
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        arranged(made, row)
    assert refused.value.code == "too-long"


def test_a_timetable_that_does_not_tell_how_it_was_made_is_arranged_by_hand(made: MadeTerm) -> None:
    Timetable.objects.update(pieces=[])
    row = recorded(made)
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        arranged(made, row)
    assert refused.value.code == "stale"
    lesson = lessons_of(made.teachers[0])[0]
    chosen(made, row, lesson, on_of(lesson), "taken", teacher="T07")


# By hand --------------------------------------------------------------------------------------------------------------


def test_a_clash_is_refused_with_a_sentence(made: MadeTerm) -> None:
    row = recorded(made)
    lesson, other = next(
        (one, each)
        for one in lessons_of(made.teachers[0])
        for each in lessons_of(made.teachers[1])
        if (one.day, one.period) == (each.day, each.period)
    )
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, row, lesson, on_of(lesson), "taken", teacher="T02")
    assert refused.value.code == "busy"
    assert other.course is not None
    assert "任乙" in refused.value.message
    assert "数学" in refused.value.message
    assert not Substitution.objects.exists()


@pytest.mark.parametrize(
    ("manner", "values", "code"),
    [
        ("taken", {}, "nobody"),
        ("taken", {"teacher": "T99"}, "no-teacher"),
        ("taken", {"teacher": "T01"}, "absent"),
        ("other_room", {}, "no-room"),
        ("other_room", {"room": "999"}, "no-such-room"),
        ("moved", {}, "when"),
        ("moved", {"to_on": date(2026, 11, 7), "to_period": 0}, "no-lessons"),
        ("moved", {"to_on": date(2026, 11, 10), "to_period": 50}, "no-period"),
        ("moved", {"to_on": date(2028, 11, 10), "to_period": 0}, "no-lessons"),
        ("dance", {}, "manner"),
    ],
)
def test_what_makes_no_sense_is_refused(made: MadeTerm, manner: str, values: dict[str, Any], code: str) -> None:
    row = recorded(made)
    lesson = lessons_of(made.teachers[0])[0]
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, row, lesson, on_of(lesson), manner, **values)
    assert refused.value.code == code


def test_a_stand_in_who_is_absent_himself_is_refused_and_found_later(made: MadeTerm) -> None:
    row = recorded(made)
    arranged(made, row)
    taken = Substitution.objects.filter(absence=row, teacher=made.teachers[6]).order_by("on").first()
    assert taken is not None
    other = recorded(made, 6)
    with pytest.raises(operations.UnableToAnnounceAbsence) as refused:
        announced(made, row)
    assert refused.value.code == "amiss"
    page = queries.absence_page(account=made.made.account("教务"), public_id=other.public_id, today=TODAY)
    assert {one.who for one in page.disturbed} == {"任甲"}
    with pytest.raises(operations.UnableToArrangeAbsence) as again:
        chosen(made, row, taken.lesson, taken.on, "taken", teacher="T07")
    assert again.value.code == "absent"


def test_a_lesson_of_another_teacher_or_another_term_is_none_of_the_absence(made: MadeTerm) -> None:
    row = recorded(made)
    strange = lessons_of(made.teachers[1])[0]
    for lesson, on in ((strange, on_of(strange)), (lessons_of(made.teachers[0])[0], MONDAY + timedelta(days=70))):
        with pytest.raises(operations.UnableToArrangeAbsence) as refused:
            chosen(made, row, lesson, on, "self_study")
        assert refused.value.code == "no-lesson"


def test_a_lesson_is_moved_to_a_time_at_which_everybody_is_free(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY, MONDAY + timedelta(days=1))
    lesson = next(one for one in lessons_of(made.teachers[0]) if one.day < 2)
    page = queries.absence_page(
        account=made.made.account("教务"), public_id=row.public_id, today=TODAY, moving=f"{lesson.pk}.{on_of(lesson)}"
    )
    assert page.mover is not None
    assert page.mover.times
    assert all(one.on > row.until_on for one in page.mover.times)
    at = page.mover.times[0]
    # Where one of the pupils has a lesson it is not offered, and refused.
    home = lesson.course.classes.get()
    taken = next(one for one in Lesson.objects.filter(course__classes=home, day=3).exclude(teachers=made.teachers[0]))
    day = MONDAY + timedelta(days=3)
    assert (day, taken.period) not in [(one.on, one.period) for one in page.mover.times]
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, row, lesson, on_of(lesson), "moved", to_on=day, to_period=taken.period)
    assert refused.value.code == "pupils"
    put = chosen(made, row, lesson, on_of(lesson), "moved", to_on=at.on, to_period=at.period)
    assert put is not None
    assert not put.is_counted
    arranged(made, row)
    announced(made, row)
    assert (at.on, at.period, False) in held_by(made, made.teachers[0])
    assert (on_of(lesson), lesson.period, True) in held_by(made, made.teachers[0])


def test_what_was_chosen_is_taken_back(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY, MONDAY + timedelta(days=1))
    arranged(made, row)
    one = Substitution.objects.first()
    assert one is not None
    assert chosen(made, row, one.lesson, one.on, "") is None
    row.refresh_from_db()
    assert row.state == "open"
    with pytest.raises(operations.UnableToArrangeAbsence):
        chosen(made, row, one.lesson, one.on, "")


# Announced, seen, changed, withdrawn ----------------------------------------------------------------------------------


def test_teachers_are_told_without_a_reason_and_say_that_they_have_seen(made: MadeTerm) -> None:
    stand_in = with_account(made, made.teachers[6], "任庚")
    away = with_account(made, made.teachers[0], "任甲")
    row = recorded(made)
    arranged(made, row)
    before = queries.my_duties(account=stand_in, today=TODAY)
    assert not before.coming
    announced(made, row)
    told = list(Message.objects.filter(key__startswith="timetabling.absence"))
    assert {one.recipient for one in told} == {stand_in, away}
    assert all(WHY not in one.body + one.subject for one in told)
    page = queries.my_duties(account=stand_in, today=TODAY)
    assert page.unseen == len(page.coming) > 0
    duty = page.coming[0].row
    with pytest.raises(Absent):
        operations.acknowledge(actor=away, duty=duty.pk, now=NOW)
    assert operations.acknowledge(actor=stand_in, duty=duty.pk, now=NOW).seen_at == NOW
    operations.acknowledge(actor=stand_in, duty=duty.pk, now=NOW)
    assert entries(code="timetabling.duty.acknowledge").count() == 1
    whole = " ".join(one.detail for one in entries())
    assert WHY not in whole
    assert "任庚" not in whole


def test_what_is_changed_after_it_was_announced_is_told_at_once(made: MadeTerm) -> None:
    stand_in = with_account(made, made.teachers[6], "任庚")
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    one = Substitution.objects.filter(teacher=made.teachers[6]).first()
    assert one is not None
    operations.acknowledge(actor=stand_in, duty=one.pk, now=NOW)
    chosen(made, row, one.lesson, one.on, "self_study")
    one.refresh_from_db()
    assert (one.manner, one.told_at, one.seen_at) == ("self_study", NOW, None)
    row.refresh_from_db()
    assert row.state == "announced"
    assert Message.objects.filter(recipient=stand_in, body__contains="不再由您代课").exists()


def test_withdrawn_the_week_is_as_before_and_the_day_is_free_for_another(made: MadeTerm) -> None:
    stand_in = with_account(made, made.teachers[6], "任庚")
    plain = held_by(made, made.teachers[0])
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    assert held_by(made, made.teachers[0]) != plain
    out = operations.withdraw_absence(actor=made.made.account("教务"), absence=row, now=NOW)
    assert out.state == "withdrawn"
    assert held_by(made, made.teachers[0]) == plain
    assert not Substitution.objects.exists()
    assert Message.objects.filter(recipient=stand_in, subject="代课调课取消").count() == 1
    with pytest.raises(operations.WrongState):
        operations.withdraw_absence(actor=made.made.account("教务"), absence=row, now=NOW)
    arranged(made, recorded(made))


def test_one_that_has_begun_ends_yesterday_and_one_that_is_over_stays(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY - timedelta(days=7), FRIDAY)
    arranged(made, row)
    announced(made, row)
    past = Substitution.objects.filter(on__lt=TODAY).count()
    out = operations.withdraw_absence(actor=made.made.account("教务"), absence=row, now=NOW)
    assert (out.state, out.until_on) == ("announced", TODAY - timedelta(days=1))
    assert Substitution.objects.count() == past > 0
    with pytest.raises(operations.UnableToRecordAbsence) as refused:
        operations.withdraw_absence(actor=made.made.account("教务"), absence=row, now=NOW)
    assert refused.value.code == "over"


def test_whoever_comes_with_an_old_page_is_told(made: MadeTerm) -> None:
    row = recorded(made)
    arranged(made, row)
    with pytest.raises(operations.WrongState) as refused:
        operations.announce_absence(actor=made.made.account("教务"), absence=row, now=NOW, expected_version=row.version)
    assert refused.value.code == "stale"


# Read -----------------------------------------------------------------------------------------------------------------


def test_pages_cost_the_same_with_one_absence_and_with_many(made: MadeTerm, office: Account) -> None:
    def cost() -> tuple[int, int]:
        counts = []
        row = Absence.objects.first()
        assert row is not None
        for read in (
            lambda: queries.absences_page(account=office, public_id=made.term.public_id, day=MONDAY, today=TODAY),
            lambda: queries.absence_page(account=office, public_id=row.public_id, today=TODAY),
        ):
            read()
            with CaptureQueriesContext(
                connection,
            ) as queried:
                read()
            counts.append(len(queried))
        return counts[0], counts[1]

    arranged(made, recorded(made, 3, MONDAY, MONDAY + timedelta(days=1)))
    first = cost()
    for number in (0, 1, 2):
        row = recorded(made, number, MONDAY, FRIDAY)
        arranged(made, row, self_study=True)
    Absence.objects.filter(teacher=made.teachers[3]).update(until_on=FRIDAY)
    assert cost() == first


def test_held_days_know_lessons_that_came_from_outside(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY, MONDAY + timedelta(days=1))
    lesson = next(one for one in lessons_of(made.teachers[0]) if one.day < 2)
    page = queries.absence_page(
        account=made.made.account("教务"), public_id=row.public_id, today=TODAY, moving=f"{lesson.pk}.{on_of(lesson)}"
    )
    assert page.mover is not None
    at = page.mover.times[-1]
    chosen(made, row, lesson, on_of(lesson), "moved", to_on=at.on, to_period=at.period)
    held = held_days(made.term, at.on, at.on)
    assert [(one.on, one.period) for one in held.by_day[at.on] if one.lesson.pk == lesson.pk][-1] == (at.on, at.period)
    course = Course.objects.get(pk=lesson.course_id)
    assert course.subject == "语文"


def test_a_lesson_that_two_absences_hit_is_arranged_in_one_of_them(made: MadeTerm) -> None:
    """The teacher is away, and the room closed: the first holds the row, the other links to it."""
    office = made.made.account("教务")
    lesson = next(one for one in lessons_of(made.teachers[0]) if one.room == made.rooms["101"])
    on = on_of(lesson)
    row = recorded(made, 0, on, on)
    chosen(made, row, lesson, on, "taken", teacher="T07")
    other = recorded(made, teacher=None, room=made.rooms["101"], first=on, last=on)
    page = queries.absence_page(account=office, public_id=other.public_id, today=TODAY)
    line = next(one for day in page.days for one in day.lines if one.hit.lesson.pk == lesson.pk)
    assert line.elsewhere == row
    assert line.is_open
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, other, lesson, on, "other_room", room="201")
    assert refused.value.code == "elsewhere"
    # The first one says that its room is closed now, and takes another.
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, row, lesson, on, "taken", teacher="T07")
    assert refused.value.code == "room-closed"
    free = next(
        code
        for code in ("201", "202", "102")
        if not Lesson.objects.filter(room=made.rooms[code], day=lesson.day, period=lesson.period).exists()
    )
    chosen(made, row, lesson, on, "taken", teacher="T07", room=free)
    page = queries.absence_page(account=office, public_id=other.public_id, today=TODAY)
    line = next(one for day in page.days for one in day.lines if one.hit.lesson.pk == lesson.pk)
    assert not line.is_open


def test_what_was_arranged_for_a_timetable_that_was_replaced_is_no_duty(made: MadeTerm) -> None:
    stand_in = with_account(made, made.teachers[6], "任庚")
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    assert queries.my_duties(account=stand_in, today=TODAY).coming
    Timetable.objects.update(holds_until=MONDAY - timedelta(days=1))
    term_factories.published(made, holds_from=MONDAY)
    assert not queries.my_duties(account=stand_in, today=TODAY).coming
    page = queries.absence_page(account=made.made.account("教务"), public_id=row.public_id, today=TODAY)
    assert page.open == page.lessons > 0
    arranged(made, row)
    row.refresh_from_db()
    assert row.state == "announced"
    assert queries.my_duties(account=stand_in, today=TODAY).coming


def test_what_is_chosen_again_changes_nothing(made: MadeTerm) -> None:
    stand_in = with_account(made, made.teachers[6], "任庚")
    row = recorded(made)
    arranged(made, row)
    announced(made, row)
    duty = Substitution.objects.filter(teacher=made.teachers[6]).first()
    assert duty is not None
    operations.acknowledge(actor=stand_in, duty=duty.pk, now=NOW)
    told = Message.objects.count()
    chosen(made, row, duty.lesson, duty.on, "taken", teacher="T07")
    duty.refresh_from_db()
    assert duty.seen_at == NOW
    assert Message.objects.count() == told


def test_of_a_long_absence_the_page_shows_the_next_days(made: MadeTerm) -> None:
    row = recorded(made, 0, MONDAY, date(2027, 1, 15))
    page = queries.absence_page(account=made.made.account("教务"), public_id=row.public_id, today=TODAY)
    assert page.is_long
    assert len(page.days) == 10
    assert page.open == page.lessons > 30


def test_whoever_has_a_lesson_that_was_moved_there_is_not_asked(made: MadeTerm) -> None:
    """English of Monday is moved to a time of a lesson of Chinese of the other class: who teaches it is busy then, though the timetable has nothing."""
    office = made.made.account("教务")
    away = recorded(made, 2, MONDAY, MONDAY + timedelta(days=1))
    chinese = {(on_of(one), one.period): one for one in lessons_of(made.teachers[0])}
    found = None
    for lesson in lessons_of(made.teachers[2]):
        if lesson.day > 1:
            continue
        name = f"{lesson.pk}.{on_of(lesson)}"
        page = queries.absence_page(account=office, public_id=away.public_id, today=TODAY, moving=name)
        assert page.mover is not None
        for at in page.mover.times:
            if (at.on, at.period) in chinese:
                found = found or (lesson, at)
    assert found is not None
    lesson, at = found
    wanted = chinese[at.on, at.period]
    row = recorded(made, 0, at.on, at.on)

    def asked() -> set[str]:
        page = queries.absence_page(account=office, public_id=row.public_id, today=TODAY)
        line = next(one for day in page.days for one in day.lines if one.hit.lesson.pk == wanted.pk)
        return {one.value for one in line.options}

    assert "taken:T03" in asked()
    chosen(made, away, lesson, on_of(lesson), "moved", to_on=at.on, to_period=at.period)
    assert "taken:T03" not in asked()
    with pytest.raises(operations.UnableToArrangeAbsence) as refused:
        chosen(made, row, wanted, at.on, "taken", teacher="T03")
    assert refused.value.code == "busy"
