"""What is wrong with a problem before it is solved: each finding by hand, and a sound school of four classes with none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    LimitBusyTimes,
    LimitWorkload,
)
from yaodian.engines.scheduling.timetabling.constraints.staffing import AssignResources, FitRooms
from yaodian.engines.scheduling.timetabling.constraints.times import (
    AssignTimes,
    KeepApart,
    LimitRunning,
    LinkEvents,
    OrderEvents,
    PreferTimes,
    SpreadEvents,
)
from yaodian.engines.scheduling.timetabling.problem import Event, Need, Problem, Resource, Time, Timetable
from yaodian.engines.scheduling.timetabling.refusals import Code, Finding, unfit
from yaodian.engines.scheduling.timetabling.verifying import verify

from .anything import planted

DAYS, PERIODS = 2, 3
TIMES = tuple(Time(f"{day}{period}", day) for day in range(DAYS) for period in range(PERIODS))
DAY = tuple(frozenset(range(day * PERIODS, (day + 1) * PERIODS)) for day in range(DAYS))
ANA, BO, FIRST, SECOND, SMALL, LARGE = range(6)
RESOURCES = (
    Resource("安", "teacher"),
    Resource("薄", "teacher"),
    Resource("一班", "class", size=40),
    Resource("二班", "class", size=45),
    Resource("101", "room", size=40),
    Resource("102", "room", size=50),
)


def lesson(
    name: str, teacher: int = ANA, group: int = FIRST, *, pieces: tuple[int, ...] = (1, 1), **more: Any
) -> Event:
    needs = (Need("teacher", teacher), Need("class", group), Need("room", role="room", candidates=(SMALL, LARGE)))
    return Event(name, sum(pieces), needs, pieces=pieces, **more)


def problem(*events: Event, constraints: tuple[Constraint, ...] = (), **more: Any) -> Problem:
    every = tuple(range(len(events)))
    usual = (
        AvoidClashes(name="人和教室不能分身", resources=tuple(range(len(RESOURCES)))),
        AssignTimes(name="每节课都有时间", events=every),
        AssignResources(name="每节课都有教室", events=every, role="room"),
    )
    return Problem(TIMES, more.pop("resources", RESOURCES), events, usual + constraints, **more)


SOUND = (
    lesson("语文1"),
    lesson("语文2", ANA, SECOND),
    lesson("数学1", BO, FIRST),
    lesson("数学2", BO, SECOND, pieces=(2,)),
)


def only(found: tuple[Finding, ...], code: Code) -> Finding:
    """The one finding; anything beside it is an error of the search for slips."""
    assert [one.code for one in found] == [code]
    return found[0]


def test_a_sound_school_has_no_findings() -> None:
    assert unfit(problem(*SOUND)) == ()


@settings(max_examples=60, deadline=None)
@given(planted())
def test_nothing_is_proven_against_a_problem_that_has_a_timetable(found: tuple[Problem, Timetable]) -> None:
    given_, timetable = found
    assert verify(given_, timetable).is_valid
    assert [one for one in unfit(given_) if one.is_certain] == []


def test_names_with_code_in_them_are_names() -> None:
    odd = "'); DROP TABLE lessons; -- {0} %s <script>"
    school = problem(replace(SOUND[0], id=odd, name=odd), constraints=(KeepApart(name=odd, groups=((0, 0),)),))
    assert unfit(school) == ()


def test_no_times_and_nothing_to_teach() -> None:
    assert only(unfit(replace(problem(*SOUND), times=())), Code.NO_TIMES).is_certain
    assert not only(unfit(problem()), Code.NOTHING_TO_TEACH).is_certain


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Event("X", 1, (Need("teacher", 99),)), {"resources": (99,)}),
        (Event("X", 1, (Need("room", candidates=(-1, 4)),)), {"resources": (-1,)}),
        (Event("X", 1, (Need("teacher", ANA),), time=6), {"times": (6,)}),
        (Event("X", 1, (Need("teacher", ANA),), weeks=(1,)), {"there": 1, "name": "weeks"}),
    ],
)
def test_an_index_that_is_not_there(wrong: Event, field: dict[str, Any]) -> None:
    assert unfit(problem(wrong)) == (Finding(Code.BAD_INDEX, events=(0,), **field),)


def test_one_id_for_two() -> None:
    found = only(unfit(problem(lesson("语文"), lesson("语文", BO, SECOND))), Code.NAMED_TWICE)
    assert (found.events, found.name, found.is_certain) == ((0, 1), "语文", False)


def test_pieces_that_do_not_add_up() -> None:
    found = only(unfit(problem(replace(SOUND[0], duration=3))), Code.PIECES_DO_NOT_ADD_UP)
    assert (found.needed, found.there) == (3, 2)


def test_a_piece_longer_than_a_day() -> None:
    found = only(unfit(problem(lesson("语文", pieces=(4,)))), Code.LENGTH_FITS_NO_DAY)
    assert (found.needed, found.there) == (4, 3)


def test_a_piece_without_a_start() -> None:
    """A double lesson wants the first period of the week; its teacher is away at the second."""
    wishes = (
        PreferTimes(name="上午第一节", events=(0,), times=frozenset({0})),
        AvoidUnavailableTimes(name="薄老师外出", resources=(BO,), times=frozenset({1})),
    )
    found = only(unfit(problem(lesson("数学", BO, pieces=(2,)), constraints=wishes)), Code.NO_START)
    assert (found.events, found.constraints) == ((0,), (3, 4))
    # A wish that need not be kept takes nothing away.
    assert (
        unfit(problem(lesson("数学", BO, pieces=(2,)), constraints=(replace(wishes[0], required=False), wishes[1])))
        == ()
    )


def test_fewer_starts_than_pieces() -> None:
    wish = PreferTimes(name="只在第一节", events=(0,), times=frozenset({0, 3}))
    found = only(unfit(problem(lesson("语文", pieces=(1, 1, 1)), constraints=(wish,))), Code.NOT_ENOUGH_STARTS)
    assert (found.needed, found.there, found.times) == (3, 2, (0, 3))


def test_two_fixed_at_one_time_for_one_teacher() -> None:
    school = problem(lesson("甲", pieces=(1,), time=2), lesson("乙", ANA, SECOND, pieces=(2,), time=1))
    found = only(unfit(school), Code.FIXED_AT_ONCE)
    assert (found.events, found.resources, found.times) == ((0, 1), (ANA,), (2,))


def test_fixed_in_odd_and_in_even_weeks_do_not_meet() -> None:
    odd = lesson("甲", pieces=(1,), time=2, weeks=(0,))
    even = lesson("乙", ANA, SECOND, pieces=(1,), time=2, weeks=(1,))
    assert unfit(problem(odd, even, cycle=2)) == ()


def test_no_rooms_at_all() -> None:
    no_rooms = tuple(replace(event, needs=(*event.needs[:2], Need("room", role="room"))) for event in SOUND)
    found = only(unfit(problem(*no_rooms, resources=RESOURCES[:4])), Code.NONE_OF_KIND)
    assert (found.events, found.name, found.is_certain) == ((0, 1, 2, 3), "room", True)


def test_a_need_without_candidates() -> None:
    event = replace(SOUND[0], needs=(*SOUND[0].needs, Need("room", role="laboratory")))
    found = only(unfit(problem(event)), Code.NO_CANDIDATES)
    assert (found.name, found.is_certain) == ("laboratory", False)


def test_a_teacher_twice_in_one_event() -> None:
    event = replace(SOUND[0], needs=(*SOUND[0].needs, Need("teacher", ANA)))
    found = only(unfit(problem(event)), Code.TWICE_IN_EVENT)
    assert (found.resources, found.is_certain) == ((ANA,), True)
    # Where clashes are nobody's business it is only odd.
    assert not only(unfit(replace(problem(event), constraints=())), Code.TWICE_IN_EVENT).is_certain


def test_a_lesson_that_nobody_teaches() -> None:
    event = replace(SOUND[0], needs=SOUND[0].needs[1:])
    assert only(unfit(problem(event)), Code.NOBODY_TEACHES).events == (0,)
    assert unfit(problem(event), teaching=()) == ()


def test_groups_of_0_and_of_90() -> None:
    fits = FitRooms(name="坐得下", events=(0,), role="room", kind="class")
    none = (*RESOURCES[:2], replace(RESOURCES[2], size=0), *RESOURCES[3:])
    assert only(unfit(problem(*SOUND, constraints=(fits,), resources=none)), Code.EMPTY_GROUP).resources == (FIRST,)
    many = (*RESOURCES[:2], replace(RESOURCES[2], size=90), *RESOURCES[3:])
    found = only(unfit(problem(*SOUND, constraints=(fits,), resources=many)), Code.GROUP_TOO_LARGE)
    assert (found.needed, found.there, found.is_certain) == (90, 50, True)


def test_a_class_with_more_lessons_than_times() -> None:
    found = only(
        unfit(problem(lesson("语文", pieces=(1,) * 4), lesson("数学", BO, pieces=(1,) * 3))), Code.RESOURCE_OVERFULL
    )
    assert (found.resources, found.needed, found.there, found.events) == ((FIRST,), 7, 6, (0, 1))


def test_a_teacher_with_more_hours_than_free_times() -> None:
    lessons = lesson("甲", pieces=(1, 1)), lesson("乙", ANA, SECOND, pieces=(1, 1))
    away = AvoidUnavailableTimes(name="安老师周二不在", resources=(ANA,), times=DAY[1])
    found = only(unfit(problem(*lessons, constraints=(away,))), Code.RESOURCE_OVERFULL)
    assert (found.resources, found.needed, found.there, found.constraints) == ((ANA,), 4, 3, (3,))


@pytest.mark.parametrize(
    "limit",
    [
        LimitBusyTimes(name="一天最多一节", resources=(ANA,), time_groups=DAY, maximum=1),
        ClusterBusyTimes(name="只来一天", resources=(ANA,), time_groups=DAY, maximum=1),
    ],
)
def test_a_teacher_with_more_hours_than_limits_allow(limit: Constraint) -> None:
    lessons = lesson("甲", pieces=(1, 1)), lesson("乙", ANA, SECOND, pieces=(1, 1))
    found = only(unfit(problem(*lessons, constraints=(limit,))), Code.RESOURCE_OVERFULL)
    assert found.constraints == (3,)
    assert found.needed == 4


def test_more_workload_than_allowed() -> None:
    limit = LimitWorkload(name="最多三节", resources=(ANA, BO), maximum=3)
    found = only(unfit(problem(lesson("甲"), lesson("乙", ANA, SECOND), constraints=(limit,))), Code.WORKLOAD_OVERFULL)
    assert (found.resources, found.needed, found.there) == ((ANA,), 4, 3)


def test_more_lessons_than_rooms_hold() -> None:
    """Seven lessons want the small room, which has six times, while the large one stands empty."""
    needs = (Need("teacher", ANA), Need("room", role="room", candidates=(SMALL,)))
    other = (Need("teacher", BO), Need("room", role="room", candidates=(SMALL,)))
    school = problem(Event("甲", 4, needs, pieces=(1,) * 4), Event("乙", 3, other, pieces=(1,) * 3))
    found = only(unfit(school), Code.KIND_OVERFULL)
    assert (found.resources, found.needed, found.there, found.name) == ((SMALL,), 7, 6, "room")
    wider = tuple(
        replace(event, needs=(event.needs[0], replace(event.needs[1], candidates=(SMALL, LARGE))))
        for event in school.events
    )
    assert unfit(replace(school, events=wider)) == ()


def test_more_lessons_than_days_may_hold() -> None:
    spread = SpreadEvents(name="一天一节", groups=((0,),), spread=tuple((day, 0, 1) for day in DAY))
    found = only(unfit(problem(lesson("语文", pieces=(1, 1, 1)), constraints=(spread,))), Code.SPREAD_OVERFULL)
    assert (found.needed, found.there) == (3, 2)


def test_more_lessons_than_may_run_at_once() -> None:
    """Seven lessons of which one may run at once, in six times."""
    school = problem(
        Event("球1", 4, (Need("teacher", ANA),), pieces=(2, 2)),
        Event("球2", 3, (Need("teacher", BO),), pieces=(2, 1)),
        constraints=(LimitRunning(name="一个球场", groups=((0, 1),), times=frozenset(range(6)), maximum=1),),
    )
    found = only(unfit(school), Code.AT_ONCE_OVERFULL)
    assert (found.needed, found.there, found.constraints) == (7, 6, (3,))


def test_co_teaching_in_a_circle_that_wants_one_teacher_twice() -> None:
    """A runs with B, B with C, C with A: A and C share a teacher."""
    links = LinkEvents(name="合上", groups=((0, 1), (1, 2), (2, 0)))
    school = problem(
        lesson("甲"),
        lesson("乙", BO, SECOND),
        replace(lesson("丙"), needs=(Need("teacher", ANA),)),
        constraints=(links,),
    )
    found = only(unfit(school), Code.LINKED_WITH_ONE_RESOURCE)
    assert (found.events, found.resources) == ((0, 2), (ANA,))


@pytest.mark.parametrize(
    "apart",
    [
        KeepApart(name="不同时", groups=((0, 1),)),
        LimitRunning(name="最多一个", groups=((0, 1),), times=frozenset(range(6)), maximum=1),
    ],
)
def test_linked_and_kept_apart(apart: Constraint) -> None:
    links = LinkEvents(name="合上", groups=((0, 1),))
    school = problem(lesson("甲"), lesson("乙", BO, SECOND), constraints=(links, apart))
    assert only(unfit(school), Code.LINKED_AND_APART).constraints == (3, 4)


def test_linked_and_kept_apart_in_other_weeks_is_sound() -> None:
    links = LinkEvents(name="合上", groups=((0, 1),))
    apart = KeepApart(name="不同时", groups=((0, 1),))
    odd, even = lesson("甲", weeks=(0,)), lesson("乙", BO, SECOND, weeks=(1,))
    assert unfit(problem(odd, even, constraints=(links, apart), cycle=2)) == ()


def test_linked_lessons_of_other_length() -> None:
    links = LinkEvents(name="合上", groups=((0, 1),))
    school = problem(lesson("甲"), lesson("乙", BO, SECOND, pieces=(1, 1, 1)), constraints=(links,))
    found = only(unfit(school), Code.LINKED_OF_OTHER_LENGTH)
    assert (found.needed, found.there) == (2, 3)


def test_an_order_in_a_circle() -> None:
    """A before B; B runs with C; C before A."""
    events = lesson("甲"), lesson("乙", BO, SECOND), Event("丙", 2, pieces=(1, 1)), lesson("丁", BO, FIRST)
    wishes = (
        OrderEvents(name="先后", pairs=((0, 1), (0, 3))),
        LinkEvents(name="合上", groups=((1, 2),)),
        OrderEvents(name="再先后", pairs=((2, 0),)),
    )
    found = unfit(problem(*events, constraints=wishes), teaching=())
    assert only(found, Code.ORDER_CYCLE).events == (0, 1)
    assert found[0].constraints == (3, 5)
