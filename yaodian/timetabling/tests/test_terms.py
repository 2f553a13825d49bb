"""Terms and their data through operations: made, copied, filled from the registry, refused, ended; each with its entry in the journal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.audit.queries import entries
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import BellPeriod, Course, Meeting, Term, TermClass, TermState, TermTeacher
from yaodian.timetabling.operations.bells import days_of_calendar
from yaodian.timetabling.problem import laid_of, school_of
from yaodian.timetabling.queries import times
from yaodian.timetabling.queries.terms import figures_of
from yaodian.timetabling.tests import factories, term_factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db
SPRING = {"year": 2026, "half": 2, "begins_on": date(2027, 2, 22), "ends_on": date(2027, 7, 2), "days": 5}
NEXT = {"year": 2027, "half": 1, "begins_on": date(2027, 8, 30), "ends_on": date(2028, 1, 21), "days": 5}


@pytest.fixture
def made() -> MadeTerm:
    return term_factories.term(factories.world())


def copied(made: MadeTerm, values: dict[str, Any]) -> Term:
    return operations.make_term(
        actor=made.made.account("office"), school=made.made.unit, values=values, start=operations.COPY, now=NOW
    )


def test_a_copy_in_the_same_year_has_everything_but_groups(made: MadeTerm) -> None:
    term_factories.grouped(made)
    term_factories.wish(made, "lessons-a-day", "一天一节", most=1)
    Meeting(term=made.term, code="语文教研", periods=2, day=2, period=6).store().teachers.add(made.teachers[0])
    made.courses["高一(1)班 语文"].candidates.add(made.teachers[6])
    made.courses["高一(1)班 语文"].rooms.add(made.rooms["201"])
    term = copied(made, SPRING)
    assert (term.state, term.special_days.count()) == (TermState.PREPARING, 0)
    assert term.bells.get().periods.count() == 8
    assert {one.code: one.room.code for one in term.classes.select_related("room") if one.room} == {
        "高一(1)班": "101", "高一(2)班": "102"
    }  # fmt: skip
    course = term.courses.get(code="高一(1)班 语文")
    assert [one.name for one in course.teachers.all()] == ["任甲"]
    assert [one.code for one in course.candidates.all()] == ["T07"]
    for related in (course.teachers.get().term, course.rooms.get().term, course.classes.get().term):
        assert related == term, "nothing of the other term is shared"
    assert term.courses.count() == 8, "courses of teaching groups stay where their groups are"
    assert term.meetings.get().teachers.get().term == term
    assert set(term.wishes.values_list("public_id", flat=True)).isdisjoint(
        made.term.wishes.values_list("public_id", flat=True)
    )
    assert len(laid_of(school_of(term)).events) == 9
    assert entries()[0].code == "timetabling.term.make"


def test_a_copy_in_the_next_year_leaves_classes_and_courses(made: MadeTerm) -> None:
    term = copied(made, NEXT)
    assert (term.teachers.count(), term.rooms.count(), term.curriculum.count()) == (7, 5, 6)
    assert (term.classes.count(), term.courses.count()) == (0, 0)
    new, _counted = operations.take_classes(actor=made.made.account("office"), term=term, now=NOW)
    assert new == 2
    assert list(term.classes.values_list("code", "grade")) == [("高二(1)班", 2), ("高二(2)班", 2)], "they have moved up"


def test_a_school_has_a_term_once_and_only_whoever_plans_it_makes_one(made: MadeTerm) -> None:
    with pytest.raises(operations.UnableToKeepTerm, match="已有这个学期"):
        copied(made, {**SPRING, "half": 1, "begins_on": date(2026, 9, 1), "ends_on": date(2027, 1, 20)})
    with pytest.raises(PermissionMissing):
        operations.make_term(actor=registry.viewer(made.made.unit), school=made.made.unit, values=SPRING, now=NOW)
    assert Term.objects.count() == 1


def test_a_change_over_another_one_is_told_and_a_term_that_has_ended_is_not_changed(made: MadeTerm) -> None:
    office = made.made.account("office")
    term = operations.change_term(actor=office, term=made.term, values={"days": 6}, now=NOW, expected_version=1)
    assert (term.days, term.version) == (6, 2)
    with pytest.raises(operations.UnableToKeepTerm) as refused:
        operations.change_term(actor=office, term=made.term, values={"days": 7}, now=NOW, expected_version=1)
    assert refused.value.status == 409
    with pytest.raises(operations.UnableToKeepTerm, match="还不能归档"):
        operations.end_term(actor=office, term=made.term, day=made.term.ends_on, now=NOW)
    operations.end_term(actor=office, term=made.term, day=date(2027, 3, 1), now=NOW)
    for act in (
        lambda: operations.change_term(actor=office, term=made.term, values={"days": 5}, now=NOW),
        lambda: operations.make_courses(actor=office, term=made.term, now=NOW),
        lambda: operations.put_rooms(actor=office, term=made.term, rows={"9": {"seats": 9}}, now=NOW),
        lambda: operations.remove_teachers(actor=office, term=made.term, codes=["T07"], now=NOW),
    ):
        with pytest.raises(operations.WrongState):
            act()


def test_classes_come_from_the_registry_with_a_room_each_and_are_counted_anew(made: MadeTerm) -> None:
    office = made.made.account("office")
    Course.objects.filter(term=made.term).delete()
    TermClass.objects.filter(term=made.term).delete()
    made.rooms["101"].seats = 1
    made.rooms["101"].store()
    assert operations.take_classes(actor=office, term=made.term, now=NOW) == (2, 0)
    first, second = made.term.classes.select_related("room")
    assert (first.size, first.school_class_id, first.room.code, second.room.code) == (  # type: ignore[union-attr]
        2, made.made.classes[0].pk, "102", "201",
    )  # fmt: skip
    registry.pupil(made.made.school, made.made.classes[0], name="顾新来")
    assert operations.take_classes(actor=office, term=made.term, now=NOW) == (0, 1)
    first.refresh_from_db()
    assert first.size == 3
    first.room = None
    first.store()
    assert operations.give_rooms(actor=office, term=made.term, now=NOW) == 1


def test_courses_come_from_the_curriculum_once_with_those_who_teach_the_subject(made: MadeTerm) -> None:
    office = made.made.account("office")
    Course.objects.filter(code="高一(1)班 语文").delete()
    made.term.curriculum.filter(subject="体育").update(room_kind=operations.NO_ROOM)
    Course.objects.filter(subject="体育").delete()
    assert operations.make_courses(actor=office, term=made.term, now=NOW) == 3
    course = made.term.courses.get(code="高一(1)班 语文")
    assert (course.teachers.count(), {one.code for one in course.candidates.all()}) == (0, {"T01", "T07"})
    assert not made.term.courses.filter(subject="体育", needs_room=True).exists()
    assert not made.term.courses.filter(subject="物理").exists(), "chosen subjects come with the groups"
    assert operations.make_courses(actor=office, term=made.term, now=NOW) == 0
    made.term.curriculum.all().delete()
    with pytest.raises(operations.UnableToKeepTermData, match="课时计划"):
        operations.make_courses(actor=office, term=made.term, now=NOW)


def test_teachers_come_from_the_registry_once_and_keep_their_tie(made: MadeTerm) -> None:
    office = made.made.account("office")
    one = registry.teacher(made.made.school, name="金淑颖", subject="生物学", stage="senior")
    registry.teacher(made.made.school, name="金小学", subject="语文", stage="primary")
    assert operations.take_teachers(actor=office, term=made.term, stage="senior", now=NOW) == 1
    row = made.term.teachers.get(code=one.staff_number)
    assert (row.name, row.subjects, row.teacher) == ("金淑颖", ["生物"], one)
    assert operations.take_teachers(actor=office, term=made.term, stage="senior", now=NOW) == 0
    TermTeacher.objects.filter(pk=row.pk).update(teacher=None)
    operations.put_teachers(
        actor=office, term=made.term, rows={one.staff_number: {"name": "金淑颖", "most_hours": 12}}, now=NOW
    )
    row.refresh_from_db()
    assert (row.teacher, row.most_hours, row.subjects) == (one, 12, [])


def test_figures_are_what_is_asked_and_what_there_is(made: MadeTerm) -> None:
    made.teachers[0].most_hours = 10
    made.teachers[0].store()
    made.teachers[1].away = [[0, []], [1, [0, 1]]]
    made.teachers[1].store()
    made.rooms["101"].closed = [[4, [6, 7]]]
    made.rooms["101"].store()
    Course.objects.filter(code="高一(1)班 体育").update(weeks="odd")
    figures = figures_of(made.term)
    assert (figures.classes, figures.pupils, figures.teachers, figures.rooms, figures.courses) == (2, 90, 7, 5, 8)
    assert figures.periods == 40
    assert figures.lessons == 31
    assert figures.room_periods == 5 * 40 - 2
    assert figures.teacher_periods == 10 + (40 - 10) + 5 * 40


def test_periods_follow_one_another(made: MadeTerm) -> None:
    office = made.made.account("office")
    periods = [{"name": "一", "begins_min": 480, "ends_min": 520}, {"name": "二", "begins_min": 520, "ends_min": 560}]
    values = {"code": "新", "without": [[4, 1], [6, 0]], "periods": periods}
    row = operations.keep_bells(actor=office, term=made.term, key=made.bells.pk, values=values, now=NOW)
    assert row.without == [[4, 1]], "a day that the week does not have is left out"
    assert BellPeriod.objects.filter(bells=row).count() == 2
    periods[1]["begins_min"] = 519
    with pytest.raises(operations.UnableToKeepBells) as refused:
        operations.keep_bells(actor=office, term=made.term, key=made.bells.pk, values=values, now=NOW)
    assert (refused.value.code, refused.value.field) == ("overlap", "begins_1")
    with pytest.raises(operations.UnableToKeepBells):
        operations.keep_bells(
            actor=office, term=made.term, key=made.bells.pk, values={**values, "periods": []}, now=NOW
        )


def test_holidays_and_make_up_days_of_the_national_day() -> None:
    """In 2025 the first to the eighth of October were off, and 28 September and 11 October were worked."""
    term = Term(year=2025, half=1, begins_on=date(2025, 9, 1), ends_on=date(2026, 1, 20), days=5)
    days = {one.on: one.lessons_of for one in days_of_calendar(term, calendar_as_of(date(2025, 9, 1)))}
    october = {day: of for day, of in days.items() if day.month in (9, 10)}
    assert [day.day for day, of in october.items() if of is None] == [1, 2, 3, 6, 7, 8]
    assert {day: of for day, of in october.items() if of is not None} == {date(2025, 9, 28): 1, date(2025, 10, 11): 2}


SLOTS = st.lists(
    st.tuples(st.integers(0, 6), st.lists(st.integers(0, times.MOST_PERIODS - 1), max_size=6)), max_size=5
)  # fmt: skip


@given(SLOTS)
def test_times_in_words_come_back_as_themselves(slots: list[tuple[int, list[int]]]) -> None:
    plain = times.read_slots(times.write_slots(slots))
    assert times.read_slots(times.write_slots(plain)) == plain
    assert times.read_slots(times.type_slots(plain)) == plain
    assert [day for day, _periods in plain] == sorted({day for day, _periods in slots})


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("周三5-8; 周五", [[2, [4, 5, 6, 7]], [4, []]]),
        ("星期一第1节、第3节；周日", [[0, [0, 2]], [6, []]]),
        ("周五第7至8节", [[4, [6, 7]]]),
        ("Wed 5-8, Fri", [[2, [4, 5, 6, 7]], [4, []]]),
        ("周一 1,2 周一3", [[0, [0, 1, 2]]]),
        ("周一3；周一", [[0, []]]),
        ("", []),
        ("周 三", None),
        ("周八", None),
        ("5-8", None),
        ("周三8-5", None),
        ("周三21", None),
        ("周三下午", None),
        ("周三1.5", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, slots: Any) -> None:
    if slots is None:
        with pytest.raises(times.UnreadableTimes, match="周三5-8"):
            times.read_slots(text)
    else:
        assert times.read_slots(text) == slots
