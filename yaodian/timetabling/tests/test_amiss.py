"""What is amiss with a term: each slip is found and told with the page that mends it; a sound term has nothing amiss."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from yaodian.engines.scheduling.timetabling.findings import Code, Finding
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import queries
from yaodian.timetabling.models import BellSchedule, Course, CurriculumHours, Meeting, TermRoom, TermTeacher
from yaodian.timetabling.problem import laid_of, school_of
from yaodian.timetabling.queries.amiss import MOST_OF_A_KIND, Amiss
from yaodian.timetabling.tests import factories, term_factories
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> MadeTerm:
    """A sound term: its classes have as many pupils as the registry says, and the curriculum what is taught."""
    world = term_factories.term(factories.world())
    for one in world.classes:
        one.size = 2
        one.store()
    return world


def found(made: MadeTerm) -> dict[str, list[Amiss]]:
    kinds: dict[str, list[Amiss]] = {}
    for one in queries.amiss_of(made.term):
        kinds.setdefault(one.code, []).append(one)
    return kinds


def course(made: MadeTerm, **values: Any) -> Course:
    given = {"term": made.term, "code": "高一(1)班 音乐", "subject": "音乐", "hours": 1, **values}
    row = Course(**given).store()
    row.classes.add(made.classes[0])
    row.teachers.add(made.teachers[6])
    return row


def test_a_sound_term_has_nothing_amiss(made: MadeTerm) -> None:
    assert found(made) == {}
    term_factories.grouped(made)
    assert "pupils-in-no-group" not in found(made)


def test_an_empty_term_is_told_what_to_begin_with(made: MadeTerm) -> None:
    empty = term_factories.term(made.made, half=2).term
    empty.courses.all().delete()
    empty.classes.all().delete()
    BellSchedule.objects.filter(term=empty).delete()
    TermRoom.objects.filter(term=empty).delete()
    TermTeacher.objects.filter(term=empty).delete()
    told = queries.amiss_of(empty)
    assert [one.code for one in told] == ["no-bells", "no-rooms", "no-teachers", "no-classes", "no-courses"]
    assert all(one.is_certain for one in told)
    assert told[0].place == ("bells", (empty.public_id,))


def test_slips_of_courses_are_told_with_the_course(made: MadeTerm) -> None:
    row = course(made)
    row.teachers.clear()
    assert found(made)["nobody-teaches"][0].place == ("course", (made.term.public_id, row.pk))
    row.classes.clear()
    assert found(made)["no-pupils"][0].is_certain
    row.classes.add(made.classes[0])
    row.fixed = [[4, 8]]
    row.store()
    assert "周五9" in found(made)["fixed-beyond"][0].sentence


@pytest.mark.parametrize("size", [0, 90])
def test_a_class_of_nobody_and_of_ninety_is_told(made: MadeTerm, size: int) -> None:
    made.classes[0].size = size
    made.classes[0].store()
    assert f"有 {size} 人" in found(made)["class-size"][0].sentence


def test_a_class_that_does_not_fit_into_its_own_room_is_told(made: MadeTerm) -> None:
    made.classes[0].size = 55
    made.classes[0].store()
    assert "只有 50 座" in found(made)["own-room-small"][0].sentence


def test_what_the_engine_counts_is_told_in_words(made: MadeTerm) -> None:
    teacher = made.teachers[0]
    teacher.most_hours = 6
    teacher.store()
    told = found(made)["workload-overfull"][0]
    assert "任甲" in told.sentence
    assert "10" in told.sentence
    assert "6" in told.sentence
    assert told.is_certain
    assert told.place == ("term_teachers", (made.term.public_id,))
    teacher.most_hours = None
    teacher.away = [[day, []] for day in range(4)]
    teacher.store()
    assert "8" in found(made)["resource-overfull"][0].sentence
    made.term.courses.filter(subject="语文").update(fixed=[[0, 0]])
    assert "not-enough-starts" in found(made) or "no-start" in found(made)


def test_two_lessons_of_one_teacher_fixed_at_one_time_are_told(made: MadeTerm) -> None:
    for home, name in zip(made.classes, ("一", "二"), strict=True):
        row = Course(term=made.term, code=f"班会{name}", subject="班会", hours=1, fixed=[[0, 0]]).store()
        row.classes.add(home)
        row.teachers.add(made.teachers[6])
    told = found(made)["fixed-at-once"][0]
    assert "班会一" in told.sentence
    assert "周一第 1 节" in told.sentence


def test_more_lessons_than_periods_and_rooms_that_are_missing_are_told(made: MadeTerm) -> None:
    course(made, hours=30)
    assert "46" in found(made)["resource-overfull"][0].sentence
    Course.objects.filter(subject="音乐").update(hours=1, room_kind="音乐室")
    assert "音乐" in found(made)["no-candidates"][0].sentence


def test_what_the_curriculum_misses_is_told_once_for_all_classes(made: MadeTerm) -> None:
    CurriculumHours.objects.create(term=made.term, grade=1, subject="音乐", hours=2)
    told = found(made)["shortfall"]
    assert len(told) == 1
    assert "高一(1)班" in told[0].sentence
    assert "高一(2)班" in told[0].sentence


def test_pupils_who_are_in_no_class_are_counted_and_not_named(made: MadeTerm) -> None:
    extra = registry.school_class(made.made.school, grade=1, number=9, stage="senior")
    pupil = registry.pupil(made.made.school, extra, name="顾无名")
    told = found(made)["pupils-in-no-class"][0].sentence
    assert "1 名学生" in told
    assert pupil.name not in told


def test_pupils_who_came_after_the_groups_were_adopted_are_counted(made: MadeTerm) -> None:
    term_factories.grouped(made)
    registry.pupil(made.made.school, made.made.classes[0], name="顾无名")
    told = found(made)["pupils-in-no-group"][0]
    assert "1 名学生" in told.sentence
    assert told.place == ("groupings", (made.term.public_id,))


def test_a_wish_that_is_not_whole_or_names_nobody_is_told_and_the_rest_is_still_judged(made: MadeTerm) -> None:
    term_factories.wish(made, "lessons-a-day", "每天一节")
    term_factories.wish(made, "never-at-once", "不同时", courses=["没有的课"])
    term_factories.wish(made, "gone", "旧的")
    term_factories.wish(made, "away", "停用的", who=["谁"], when=[[0, []]], is_active=False)
    course(made, hours=30)
    kinds = found(made)
    assert sorted(one.sentence.split("”")[0] for one in kinds["unfit-wish"]) == ["排课要求“旧的", "排课要求“每天一节"]
    assert "没有的课" in kinds["unknown-name"][0].sentence
    assert "resource-overfull" in kinds


def test_a_meeting_called_like_a_course_is_told(made: MadeTerm) -> None:
    Meeting(term=made.term, code="高一(1)班 语文").store().teachers.add(made.teachers[0])
    assert "两个同名" in found(made)["unknown-name"][0].sentence


def test_many_of_a_kind_are_some_and_how_many_more(made: MadeTerm) -> None:
    for number in range(MOST_OF_A_KIND + 5):
        course(made, code=f"课{number}").teachers.clear()
    kinds = found(made)
    assert len(kinds["nobody-teaches"]) == MOST_OF_A_KIND
    assert "5" in kinds["nobody-teaches.more"][0].sentence


def test_it_costs_the_same_whatever_the_size(made: MadeTerm) -> None:
    term_factories.grouped(made)

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            queries.amiss_of(made.term)
        return len(caught)

    before = cost()
    for number in range(15):
        course(made, code=f"课{number}")
        term_factories.wish(made, "lessons-a-day", f"要求{number}", most=1)
    assert cost() == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", list(Code))
def test_every_finding_has_its_sentence(made: MadeTerm, code: Code, language: str) -> None:
    laid = laid_of(school_of(made.term))
    finding = Finding(
        code, events=(0, 1), resources=(0,), times=(0,), constraints=(0,), needed=7, there=3, name="teacher"
    )  # fmt: skip
    with override(language):
        sentence = queries.say_finding(finding, laid)
    assert len(sentence) > 10
    assert "%(" not in sentence
