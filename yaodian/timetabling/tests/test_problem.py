"""The school of a term, its frozen copy, its timetables as lines; the code tables that the engine has too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from yaodian.engines.scheduling.timetabling import school as engine
from yaodian.engines.scheduling.timetabling import verify, wishes
from yaodian.timetabling.models import TimetableWish, Weeks
from yaodian.timetabling.problem import (
    KINDS,
    StalePieces,
    UnfitWish,
    freeze,
    laid_of,
    lines_of,
    school_of,
    thaw,
    timetable_of,
    wish_of,
)
from yaodian.timetabling.problem.rows import curriculum_of
from yaodian.timetabling.tests import term_factories as factories

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def test_the_weeks_are_those_of_the_engine_and_every_wish_of_it_can_be_had() -> None:
    assert {one.value for one in Weeks} == {one.value for one in engine.Weeks}
    assert {one.wish for one in KINDS.values()} == set(wishes.Wish.__subclasses__())
    for kind in KINDS.values():
        assert set(kind.needed) <= set(kind.parts) <= set(kind.wish.__dataclass_fields__)


def test_the_rows_become_a_school_with_sets_of_pupils_that_are_never_parted(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    made = factories.term()
    factories.grouped(made)
    with django_assert_max_num_queries(20):
        school = school_of(made.term)
    assert [(one.id, one.size, one.combination) for one in school.pupils] == [
        ("高一(1)班", 2, "化学+物理"),
        ("高一(2)班", 2, "物理"),
    ]
    physics = next(one for one in school.courses if one.id == "高一 物理1")
    assert physics.pupils == ("高一(1)班", "高一(2)班")
    assert (physics.teachers, physics.together) == (("T05",), "高一·A")
    missing = school.shortfalls(curriculum_of(made.term))
    assert missing == ()  # chosen subjects count for whoever has them


def test_a_frozen_school_thaws_to_itself_with_every_kind_of_wish() -> None:
    made = factories.term()
    factories.grouped(made)
    made.teachers[0].away = [[0, [0, 1]], [4, []]]
    made.teachers[0].store()
    factories.wish(made, "lessons-a-day", "每天一节", most=1, is_required=True)
    factories.wish(made, "away", "周三下午教研", who=["T02"], when=[[2, [4, 5]]])
    factories.wish(made, "before", "先后", pairs=[["高一(1)班 语文", "高一(1)班 数学"]])
    school = school_of(made.term)
    frozen = freeze(school)
    assert thaw(frozen) == school
    assert freeze(thaw(frozen)) == frozen
    with pytest.raises(ValueError, match="not whole"):
        thaw(frozen.replace(b'"bells"', b'"belts"'))


def test_a_timetable_becomes_lines_and_comes_back_and_lines_of_another_school_are_refused() -> None:
    made = factories.term()
    factories.grouped(made)
    row = factories.solved(made)
    laid = laid_of(thaw(bytes(row.frozen)))
    timetable = timetable_of(laid, row.pieces)
    assert lines_of(laid, timetable) == row.pieces
    assert verify(laid.problem, timetable).is_valid
    strange = [["没有的课", 1, None, None, None, []]]
    with pytest.raises(StalePieces, match="没有的课"):
        timetable_of(laid, strange)
    moved = [[*row.pieces[0][:4], 11, row.pieces[0][5]]]
    with pytest.raises(StalePieces, match="12"):
        timetable_of(laid, moved)


@pytest.mark.parametrize(
    ("kind", "values", "part"),
    [
        ("strange", {}, ""),
        ("lessons-a-day", {}, "most"),
        ("lessons-a-day", {"most": "一"}, "most"),
        ("lessons-a-day", {"most": -1}, "most"),
        ("in-periods", {"periods": [0, True]}, "periods"),
        ("away", {"who": ["T01"], "when": [["星期一"]]}, "when"),
        ("before", {"pairs": [["甲"]]}, "pairs"),
    ],
)
def test_a_wish_that_is_not_whole_is_named(kind: str, values: dict[str, Any], part: str) -> None:
    row = TimetableWish(kind=kind, name="试", values=values)
    with pytest.raises(UnfitWish) as raised:
        wish_of(row)
    assert (raised.value.kind, raised.value.part) == (kind, part)


def test_lessons_stand_where_the_timetable_says_with_their_teachers_and_rooms() -> None:
    made = factories.term()
    factories.grouped(made)
    row = factories.published(made)
    assert row.lessons.count() == len(row.pieces)
    chemistry = row.lessons.filter(course=made.courses["高一 化学1"])
    assert {one.room.code for one in chemistry if one.room} == {"实验室"}
    assert {teacher.code for one in chemistry for teacher in one.teachers.all()} == {"T06"}
    where = {(name, day, period) for name, _length, _bells, day, period, _who in row.pieces}
    assert {(one.course.code, one.day, one.period) for one in row.lessons.all() if one.course} == where
