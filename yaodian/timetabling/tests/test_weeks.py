"""Weeks of a small school, by hand: odd and even, groups in one cell, special days, a timetable that begins in mid-week, and what was announced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from yaodian.foundation.refusing import Absent
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import queries
from yaodian.timetabling.models import Absence, Term, TermDay, TimetableState
from yaodian.timetabling.queries.lessons import bells_of, of_class, of_pupil, of_room, of_teacher
from yaodian.timetabling.queries.term_days import days_of
from yaodian.timetabling.queries.weeks import Week, week_of
from yaodian.timetabling.tests import week_factories as weeks
from yaodian.timetabling.tests.term_factories import BEGINS, MadeTerm
from yaodian.timetabling.tests.week_factories import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY

pytestmark = pytest.mark.django_db


def week(made: MadeTerm, attendee: Any, day: date = MONDAY) -> Week:
    return week_of(days=days_of(made.term), bells=bells_of(made.term), attendee=attendee, day=day, today=MONDAY)


def said(one: Week) -> list[str]:
    """Every entry in short: day, period, title, teachers, room, and what is otherwise."""
    found = []
    for row in one.rows:
        for day, cell in zip(one.days, row.cells, strict=True):
            for entry in cell.entries:
                held = entry.occurrence
                who = "".join(f"-{each.code}" for each in held.former_teachers) + "".join(
                    f"+{each.code}" for each in held.teachers
                )
                where = held.room.code if held.room else ""
                mark = f"{'~' if entry.is_struck else ''}{entry.word}"
                found.append(f"{day.on:%m-%d}.{row.number} {entry.lesson.title} {who} {where} {mark}".strip())
    return sorted(found)


def test_the_week_of_a_class_has_its_own_lessons_and_those_of_its_groups() -> None:
    made, _row = weeks.laid()
    found = week(made, of_class(made.classes[0]))
    assert said(found) == [
        "11-02.0 语文 +T01 101",
        "11-03.0 数学 +T02 101",
        "11-03.1 数学 +T02 101",
        "11-04.2 体育 +T04",
        "11-05.3 化学 +T06 实验室",
        "11-05.3 物理 +T05 201",
    ]
    assert (found.number, found.is_odd) == (10, False)
    (walking,) = [cell for row in found.rows for cell in row.cells if cell.is_walking]
    assert [one.lesson.group for one in walking.entries] == ["物理1", "化学1"]
    assert [one.is_today for one in found.days] == [True, False, False, False, False]
    assert (found.rows[0].name, found.rows[0].hours) == ("第1节", "08:00–08:40")


def test_the_second_class_walks_to_physics_alone() -> None:
    made, _row = weeks.laid()
    assert said(week(made, of_class(made.classes[1]))) == ["11-02.1 语文 +T01 102", "11-05.3 物理 +T05 201"]


def test_odd_weeks_have_other_lessons() -> None:
    made, _row = weeks.laid()
    found = week(made, of_class(made.classes[0]), MONDAY + timedelta(days=7))
    assert "11-11.2 英语 +T03 101" in said(found)
    assert not [one for one in said(found) if "体育" in one]
    assert found.is_odd


def test_a_teacher_a_room_and_a_pupil() -> None:
    made, _row = weeks.laid()
    assert said(week(made, of_teacher(made.teachers[0]))) == ["11-02.0 语文 +T01 101", "11-02.1 语文 +T01 102"]
    assert said(week(made, of_room(made.rooms["实验室"]))) == ["11-05.3 化学 +T06 实验室"]
    bells = bells_of(made.term)
    first, second = (
        of_pupil(term=made.term, pupil=one.pk, bells=bells, school_class=None) for one in made.made.pupils[:2]
    )
    assert "11-05.3 化学 +T06 实验室" in said(week(made, first))
    assert said(week(made, second)) == ["11-02.1 语文 +T01 102", "11-05.3 物理 +T05 201"]
    assert (first.label, second.label) == ("高一(1)班", "高一(2)班")


def test_without_groups_a_pupil_has_the_timetable_of_his_class_in_the_registry() -> None:
    made, _row = weeks.laid()
    bells = bells_of(made.term)
    stranger = registry.pupil(made.made.school, made.made.classes[0], name="转入者", birth_on=date(2011, 1, 1))
    found = of_pupil(term=made.term, pupil=stranger.pk, bells=bells, school_class=made.made.classes[0].pk)
    assert said(week(made, found)) == [
        "11-02.0 语文 +T01 101",
        "11-03.0 数学 +T02 101",
        "11-03.1 数学 +T02 101",
        "11-04.2 体育 +T04",
    ]
    nobody = of_pupil(term=made.term, pupil=stranger.pk, bells=bells, school_class=None)
    assert week(made, nobody).is_empty


def test_days_off_and_days_with_the_lessons_of_another() -> None:
    made, _row = weeks.laid()
    TermDay.objects.create(term=made.term, on=TUESDAY, lessons_of=None, note="运动会")
    TermDay.objects.create(term=made.term, on=date(2026, 11, 7), lessons_of=1, note="补周二的课")
    found = week(made, of_class(made.classes[0]))
    assert [one.on.day for one in found.days] == [2, 3, 4, 5, 6, 7], "a Saturday with lessons has a column"
    assert "11-07.0 数学 +T02 101" in said(found)
    assert not [one for one in said(found) if one.startswith("11-03")]
    assert (found.days[1].has_lessons, found.days[1].note) == (False, "运动会")
    assert (found.days[5].instead, found.days[5].note) == ("周二", "补周二的课")


def test_another_timetable_may_hold_from_mid_week() -> None:
    made, before = weeks.laid()
    before.holds_until = TUESDAY
    before.state = TimetableState.REPLACED
    before.store()
    weeks.timetable(made, shifted=2, holds_from=WEDNESDAY)
    found = said(week(made, of_class(made.classes[0])))
    assert "11-03.0 数学 +T02 101" in found
    assert "11-04.4 体育 +T04" in found
    assert "11-04.2 体育 +T04" not in found
    assert "11-05.5 化学 +T06 实验室" in found
    assert len(found) == 6, "nothing stands twice"


def test_outside_the_term_and_before_a_timetable_nothing_is_held() -> None:
    made, _row = weeks.laid(holds_from=MONDAY)
    found = week(made, of_class(made.classes[0]), BEGINS)
    assert (found.holds, found.is_empty, found.before) == (False, True, None)
    assert [one.is_in_term for one in found.days] == [False, True, True, True, True], "the term begins on a Tuesday"
    last = week(made, of_class(made.classes[0]), made.term.ends_on)
    assert last.after is None
    assert last.holds


def test_on_a_sunday_the_next_monday_is_shown_and_days_are_walked_over_weekends() -> None:
    made, _row = weeks.laid()
    TermDay.objects.create(term=made.term, on=date(2026, 11, 7), lessons_of=1)
    days = days_of(made.term)
    assert days.nearest(date(2026, 11, 8)) == date(2026, 11, 9)
    assert days.nearest(date(2026, 11, 7)) == date(2026, 11, 7), "a Saturday with lessons"
    assert days.nearest(date(2026, 8, 1)) == BEGINS
    assert days.nearest(date(2027, 3, 1)) == made.term.ends_on
    found = week(made, of_class(made.classes[0]), date(2026, 11, 9))
    assert found.shown.on == date(2026, 11, 9)
    assert (found.day_before, found.day_after) == (date(2026, 11, 7), date(2026, 11, 10))
    friday = week(made, of_class(made.classes[0]), date(2026, 11, 13))
    assert friday.day_after == date(2026, 11, 16)
    assert week(made, of_class(made.classes[0]), BEGINS).last_before is None


def test_a_lesson_that_is_taken_names_both_teachers() -> None:
    made, _row = weeks.laid()
    weeks.changed(made, "高一(1)班 语文", MONDAY, "taken", teacher=made.teachers[6])
    assert "11-02.0 语文 -T01+T07 101 代课" in said(week(made, of_class(made.classes[0])))
    assert said(week(made, of_teacher(made.teachers[6]))) == ["11-02.0 语文 -T01+T07 101 代课"]
    assert "11-02.0 语文 -T01+T07 101 ~代课" in said(week(made, of_teacher(made.teachers[0])))
    later = week(made, of_class(made.classes[0]), MONDAY + timedelta(days=7))
    assert "11-09.0 语文 +T01 101" in said(later), "one week alone"
    assert not later.changes


def test_a_lesson_that_is_moved_stands_at_both_places_also_over_the_end_of_a_week() -> None:
    made, _row = weeks.laid()
    weeks.changed(made, "高一(1)班 语文", MONDAY, "moved", to_on=FRIDAY, to_period=5)
    weeks.changed(
        made, "高一(1)班 数学", TUESDAY, "moved", to_on=date(2026, 11, 10), to_period=4, room=made.rooms["202"]
    )
    attendee = of_class(made.classes[0])
    found = week(made, attendee)
    assert "11-02.0 语文 +T01 101 ~已调走" in said(found)
    assert "11-06.5 语文 +T01 101 调来" in said(found)
    assert {"11-03.0 数学 +T02 101 ~已调走", "11-03.1 数学 +T02 101 ~已调走"} <= set(said(found))
    assert {one.where_to(bells_of(made.term)) for one in found.changes} == {
        "调至 11-06 第6节",
        "原 11-02 第1节",
        "调至 11-10 第5节",
    }
    following = said(week(made, attendee, date(2026, 11, 10)))
    assert {"11-10.4 数学 +T02 202 调来", "11-10.5 数学 +T02 202 调来", "11-10.0 数学 +T02 101"} <= set(following)
    assert "11-10.4 数学 +T02 202 调来" in said(week(made, of_room(made.rooms["202"]), date(2026, 11, 10)))


def test_self_study_and_another_room() -> None:
    made, _row = weeks.laid()
    weeks.changed(made, "高一(1)班 语文", MONDAY, "self_study")
    weeks.changed(made, "高一 化学1", THURSDAY, "other_room", room=made.rooms["202"])
    found = said(week(made, of_class(made.classes[0])))
    assert "11-02.0 语文 -T01 101 自习" in found
    assert "11-05.3 化学 +T06 202 换教室" in found
    assert said(week(made, of_room(made.rooms["实验室"]))) == ["11-05.3 化学 +T06 202 ~换教室"]
    assert said(week(made, of_room(made.rooms["202"]))) == ["11-05.3 化学 +T06 202 换教室"]


@pytest.mark.parametrize("state", ["open", "arranged", "withdrawn"])
def test_nothing_counts_that_was_not_announced(state: str) -> None:
    made, _row = weeks.laid()
    weeks.changed(made, "高一(1)班 语文", MONDAY, "taken", teacher=made.teachers[6], state=state)
    assert "11-02.0 语文 +T01 101" in said(week(made, of_class(made.classes[0])))
    assert week(made, of_teacher(made.teachers[6])).is_empty


def test_what_was_announced_for_a_day_without_the_lesson_changes_nothing() -> None:
    made, _row = weeks.laid()
    TermDay.objects.create(term=made.term, on=MONDAY, lessons_of=None)
    weeks.changed(made, "高一(1)班 语文", MONDAY, "moved", to_on=FRIDAY, to_period=5)
    assert not week(made, of_class(made.classes[0])).changes


def test_a_week_costs_the_same_for_one_change_and_for_many(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    made, _row = weeks.laid()
    office = made.made.account("office")
    values = {"kind": "class", "code": "", "search": "", "day": MONDAY, "today": MONDAY}
    with django_assert_max_num_queries(40) as few:
        queries.week_page(account=office, public_id=made.term.public_id, **values)
    for code in ("高一(1)班 语文", "高一(2)班 语文"):
        weeks.changed(made, code, MONDAY, "taken", teacher=made.teachers[6])
    for code in ("高一(1)班 数学",):
        weeks.changed(made, code, TUESDAY, "moved", to_on=FRIDAY, to_period=1)
    with django_assert_max_num_queries(len(few)):
        page = queries.week_page(account=office, public_id=made.term.public_id, **values)
    assert page.week is not None
    assert len(page.week.changes) == 3


def test_the_page_of_a_week_is_searched_and_stays_in_reach() -> None:
    made, _row = weeks.laid()
    office = made.made.account("office")
    values = {"code": "", "day": MONDAY, "today": MONDAY}
    page = queries.week_page(account=office, public_id=made.term.public_id, kind="teacher", search="任丁", **values)
    assert [one.code for one in page.choices] == ["T04"]
    assert page.week is not None
    assert said(page.week) == ["11-04.2 体育 +T04"]
    page = queries.week_page(account=office, public_id=made.term.public_id, kind="room", search="没有", **values)
    assert (page.choices, page.week) == ((), None)
    with pytest.raises(Absent):
        queries.week_page(
            account=office, public_id=made.term.public_id, kind="class", search="", **{**values, "code": "高九"}
        )
    stranger = registry.account(registry.county("望江县"), "registrar", name="stranger")
    with pytest.raises(Term.DoesNotExist):
        queries.week_page(account=stranger, public_id=made.term.public_id, kind="class", search="", **values)


def test_what_is_free_at_a_time() -> None:
    made, _row = weeks.laid()
    made.teachers[5].away = [[0, []]]
    made.teachers[5].store()
    made.rooms["202"].closed = [[0, [0]]]
    made.rooms["202"].store()
    Absence(
        term=made.term, teacher=made.teachers[4], from_on=MONDAY, until_on=MONDAY, made_at=datetime.now(UTC)
    ).store()
    office = made.made.account("office")

    def free(**values: Any) -> queries.FreePage:
        given = {"day": MONDAY, "period": 0, "schedule": None, "now": datetime(2026, 11, 2, 2, tzinfo=UTC), **values}
        return queries.free_page(account=office, public_id=made.term.public_id, **given)

    page = free()
    assert [(one.room.code, one.until) for one in page.rooms] == [("102", 530), ("201", None), ("实验室", None)]
    assert [one.code for one in page.teachers] == ["T02", "T03", "T04", "T07"]
    assert [one.code for one in free(subject="语文").teachers] == ["T07"]
    weeks.changed(made, "高一(1)班 语文", MONDAY, "taken", teacher=made.teachers[6])
    assert [one.code for one in free().teachers] == ["T02", "T03", "T04"], "one is away, the other stands in for him"
    # Ten in the morning is in the third period.
    now = free(day=None, period=None)
    assert now.period is not None
    assert (now.day, now.period.number) == (MONDAY, 2)
    off = free(day=date(2026, 11, 7))
    assert not off.has_lessons
    assert len(off.rooms) == 5
