"""Changes of a running timetable: absences, closed rooms and new lessons by hand, and figures that hold for whatever is proposed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.schools import Synthetic, synthetic
from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.changing import Manner, Weights, carry, proposals, without
from yaodian.engines.scheduling.timetabling.constraints import Constraint, busyness, staffing, times

HOURS = 3
ANN, BOB, CARL, A, B, ROOM, HALL = range(7)
RESOURCES = (
    *(Resource(name, "teacher") for name in ("安", "薄", "陈")),
    Resource("A班", "class", size=40),
    Resource("B班", "class", size=30),
    Resource("101", "room", size=40),
    Resource("礼堂", "room", size=80),
)
TIMES = tuple(Time(f"{day}{hour}", day) for day in range(2) for hour in range(HOURS))


def lesson(name: str, teacher: int, group: int, course: str, room: int | None = None, **more: object) -> Event:
    needs = (Need("teacher", teacher), Need("class", group))
    if room is not None:
        needs += (Need("room", room),)
    return Event(name, 1, needs, course=course, pieces=(1,), **more)  # type: ignore[arg-type]


def school(*events: Event, constraints: tuple[Constraint, ...] = ()) -> Problem:
    return Problem(
        TIMES,
        RESOURCES,
        events,
        (
            busyness.AvoidClashes(name="不能分身", resources=tuple(range(len(RESOURCES)))),
            times.AssignTimes(name="都要排上", events=tuple(range(len(events)))),
            *constraints,
        ),
    )


def laid(problem: Problem, *starts: int | None) -> Timetable:
    return Timetable.of(problem, [Piece(at, 1, start) for at, start in enumerate(starts)])


CHINESE = (lesson("A语", ANN, A, "语文"), lesson("B语", BOB, B, "语文"), lesson("A数", CARL, A, "数学"))


def test_a_colleague_takes_the_lesson_or_it_is_moved() -> None:
    """Ann is away on day 1. Bob teaches Chinese and is free at 1.1; or the lesson goes to day 2."""
    problem = school(*CHINESE)
    changed = without(problem, ANN, times=range(HOURS))
    assert changed.events[0].needs[0].candidates == (ANN, BOB)
    first, second = proposals(changed, laid(problem, 0, 1, 2))
    assert (first.manner, first.moved, first.with_others, first.disturbance) == (Manner.AT_ITS_TIME, 0, 40, 120)
    assert first.timetable.pieces[0].resources[0] == BOB
    assert (second.manner, second.moved, second.with_others, second.disturbance) == (Manner.SAME_PEOPLE, 40, 0, 160)
    assert (second.timetable.pieces[0].time, second.timetable.pieces[0].resources[0]) == (3, ANN)
    assert (first.all_lessons, second.share_moved) == (110, 40 / 110)
    assert [(step.piece, step.heads, step.before.time, step.after.time) for step in second.steps] == [(0, 40, 0, 3)]
    assert all(one.required == 0 and one.open == () for one in (first, second))


def test_what_weighs_more_is_left_alone() -> None:
    """Where another teacher weighs more than another time, the lesson is moved."""
    problem = school(*CHINESE)
    changed = without(problem, ANN, times=range(HOURS))
    (least,) = proposals(changed, laid(problem, 0, 1, 2), manners=[Manner.LEAST], weights=Weights(time=1, person=5))
    assert (least.moved, least.with_others) == (40, 0)


def test_a_place_is_cleared_where_none_is_free() -> None:
    """Class A is free at 1.1 alone, when Ann is away; she may teach at 1.2, where Carl stands, who can go to 1.1."""
    others = tuple(lesson(f"A{number}", CARL, A, "数学") for number in range(4))
    problem = school(lesson("A语", ANN, A, "语文"), lesson("A数", CARL, A, "数学"), *others)
    changed = without(problem, ANN, times=[0, 2, 3, 4, 5], instead=())
    (found,) = proposals(changed, laid(problem, 0, 1, 2, 3, 4, 5))
    assert [(step.piece, step.after.time) for step in found.steps] == [(0, 1), (1, 0)]
    assert (found.moved, found.required) == (80, 0)


def test_nobody_can_take_it_and_it_is_told() -> None:
    problem = school(lesson("A语", ANN, A, "语文"))
    changed = without(problem, ANN, instead=())
    (found,) = proposals(changed, laid(problem, 0))
    assert (found.open, found.steps, found.timetable.pieces[0].time) == ((0,), (), 0)
    assert found.required > 0


def test_a_closed_room_is_changed_before_the_time() -> None:
    problem = school(lesson("A语", ANN, A, "语文", ROOM), lesson("B语", BOB, B, "语文", HALL))
    changed = without(problem, ROOM, times=[0])
    assert changed.events[0].needs[2].candidates == (ROOM, HALL)
    found = proposals(changed, laid(problem, 0, 1))
    assert (found[0].in_other_rooms, found[0].moved, found[0].timetable.pieces[0].resources[2]) == (40, 0, HALL)
    # The hall holds everybody, the room not a larger class.
    larger = replace(problem, resources=(*RESOURCES[:3], replace(RESOURCES[3], size=60), *RESOURCES[4:]))
    assert without(larger, HALL).events[0].needs == larger.events[0].needs
    assert without(replace(larger, events=(lesson("A语", ANN, A, "语文", HALL),)), HALL).events[0].needs[
        2
    ].candidates == (HALL,)


@pytest.mark.parametrize("first", [ANN, CARL])
def test_lessons_that_run_together_are_moved_together(first: int) -> None:
    """Whoever of the two is away at 1.1; Bob holds class A at 1.2, so that both go to 1.3."""
    events = lesson("A语", ANN, A, "语文"), lesson("B数", CARL, B, "数学"), lesson("A体", BOB, A, "体育")
    problem = school(*events, constraints=(times.LinkEvents(name="合上", groups=((0, 1),)),))
    changed = without(problem, first, times=[0], instead=())
    (found,) = proposals(changed, laid(problem, 0, 0, 1))
    assert [piece.time for piece in found.timetable.pieces] == [2, 2, 1]
    assert (found.moved, found.required, found.open) == (70, 0, ())


def test_a_whole_block_is_not_moved_for_one_teacher() -> None:
    """Seven groups run together: with nobody to stand in, the lesson stays open and is named."""
    teachers = tuple(Resource(f"t{at}", "teacher") for at in range(7))
    groups = tuple(Resource(f"c{at}", "class", size=10) for at in range(7))
    events = tuple(Event(f"e{at}", 1, (Need("teacher", at), Need("class", 7 + at)), pieces=(1,)) for at in range(7))
    problem = Problem(
        TIMES,
        teachers + groups,
        events,
        (
            times.AssignTimes(name="都要排上", events=tuple(range(7))),
            times.LinkEvents(name="走班", groups=(tuple(range(7)),)),
        ),
    )
    (found,) = proposals(without(problem, 0, times=[0], instead=()), laid(problem, *(0,) * 7))
    assert (found.open, found.steps) == ((0,), ())


def test_a_new_lesson_and_one_that_is_gone() -> None:
    before = school(*CHINESE)
    after = school(CHINESE[0], CHINESE[2], lesson("B数", CARL, B, "数学"))
    carried = carry(before, laid(before, 0, 1, 2), after)
    assert [(piece.event, piece.time) for piece in carried.pieces] == [(0, 0), (1, 2), (2, None)]
    found = proposals(after, carried)
    assert all(one.moved == 0 and one.required == 0 for one in found)
    assert len({one.timetable for one in found}) == len(found)


def test_pupils_change_groups_and_one_lesson_gives_way() -> None:
    """Class B joins Ann's lesson at 1.1, while Bob teaches it: of the two the one with fewer pupils is moved."""
    before = school(*CHINESE)
    joined = replace(CHINESE[0], needs=(*CHINESE[0].needs, Need("class", B)))
    after = school(joined, *CHINESE[1:])
    (found, *_others) = proposals(after, carry(before, laid(before, 0, 0, 2), after))
    assert [step.piece for step in found.steps] == [1]
    assert found.moved == 30


def test_a_chosen_room_is_carried_where_it_may_still_be_chosen() -> None:
    open_room = Event(
        "A语", 2, (Need("teacher", ANN), Need("room", role="room", candidates=(ROOM, HALL))), pieces=(1, 1)
    )
    rooms = staffing.AssignResources(name="都有教室", events=(0,), role="room")
    before = school(open_room, constraints=(rooms,))
    timetable = Timetable.of(before, [Piece(0, 1, 0, (ANN, ROOM)), Piece(0, 1, 3, (ANN, HALL))])
    hall = replace(open_room, needs=(open_room.needs[0], Need("room", role="room", candidates=(HALL,))))
    after = school(hall, constraints=(rooms,))
    assert [piece.resources for piece in carry(before, timetable, after).pieces] == [(ANN, None), (ANN, HALL)]
    shorter = school(replace(open_room, duration=1, pieces=(1,)), constraints=(rooms,))
    assert len(carry(before, timetable, shorter).pieces) == 1
    assert carry(before, timetable, before) == timetable


@cache
def made() -> Synthetic:
    return synthetic(60, seed=2)


@settings(max_examples=6, deadline=None)
@given(st.data())
def test_every_proposal_is_what_it_says(data: st.DataObject) -> None:
    problem, timetable = made().laid.problem, made().planted
    teachers = [at for at, one in enumerate(problem.resources) if one.kind == "teacher"]
    teacher = data.draw(st.sampled_from(teachers))
    days = data.draw(st.sets(st.integers(0, 4), min_size=1, max_size=2))
    changed = without(problem, teacher, times=[time for day in days for time in problem.days[day]])
    before = verify(changed, timetable)
    found = proposals(changed, timetable)
    assert found == proposals(changed, timetable)
    for one in found:
        verdict = verify(changed, one.timetable)
        assert (verdict.required, verdict.optional - before.optional) == (one.required, one.optional_change)
        assert verdict.faults == ()
        assert (one.open == ()) == verdict.is_valid
        pairs = list(zip(timetable.pieces, one.timetable.pieces, strict=True))
        assert [step.piece for step in one.steps] == [at for at, (old, new) in enumerate(pairs) if old != new]
        assert one.moved == sum(step.heads for step in one.steps if step.before.time != step.after.time)
        if one.manner is Manner.AT_ITS_TIME:
            assert one.moved == 0
        if one.manner is Manner.SAME_PEOPLE:
            assert one.with_others == 0


@pytest.mark.parametrize("effort", [0, 3])
def test_little_effort_leaves_things_open_and_says_so(effort: int) -> None:
    problem, timetable = made().laid.problem, made().planted
    changed = without(problem, 0)
    for one in proposals(changed, timetable, effort=effort):
        assert verify(changed, one.timetable).required == one.required
        assert one.open
