"""Problems that came from nowhere near FET, written for it: what it can say comes back, what it cannot is named, all of it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yaodian.engines.scheduling.fet import UnfitFetFile, read_fet, read_result, write_fet, write_result
from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import (
    AssignResources,
    AssignTimes,
    AvoidClashes,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    Constraint,
    Cost,
    DaysBetween,
    FitRooms,
    LimitIdleTimes,
    LimitWorkload,
    PreferResources,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)

from .document import BASE, fet, placed, wish

ANN, CLASS, LAB, HALL = range(4)
DAYS = tuple(frozenset(range(day * 3, day * 3 + 3)) for day in range(3))


def own(*more: Constraint, **changed: object) -> Problem:
    """Three days of three hours; a course of a double lesson and a single one, and a lesson; both in the lab or the hall."""
    room = Need("room", role="place", candidates=(LAB, HALL))
    problem = Problem(
        times=tuple(Time(f"{day}.{hour}", day, name=f"h{hour}") for day in range(3) for hour in range(3)),
        resources=(
            Resource("t1", "teacher", "Ann"),
            Resource("7A", "class", size=31),
            Resource("lab", "room", size=24, place="old house"),
            Resource("hall", "room", size=60, place="new house"),
        ),
        events=(
            Event("course", 3, (Need("teacher", ANN), Need("class", CLASS), room), course="Physics", pieces=(2, 1)),
            Event("lesson", 1, (Need("teacher", ANN), room), course="Club", pieces=(1,)),
        ),
        constraints=(
            AssignTimes(name="all", events=(0, 1)),
            AvoidClashes(name="nobody twice", resources=(ANN, CLASS, LAB, HALL)),
            AssignResources(name="a room", events=(0, 1), role="place"),
            *more,
        ),
        name="Own",
    )
    return replace(problem, **changed)  # type: ignore[arg-type]


def refused(problem: Problem) -> str:
    with pytest.raises(UnfitFetFile) as error:
        write_fet(problem)
    assert error.value.code == "cannot-say"
    assert str(error.value) == error.value.sentence("zh")
    assert len(error.value.sentence("zh").split("；")) == len(error.value.sentence("en").split("; "))
    return error.value.sentence("en")


def test_pieces_become_activities_of_one_group() -> None:
    problem = own(SpreadEvents(name="once a day", groups=((0,),), spread=tuple((day, 0, 1) for day in DAYS)))
    again = read_fet(write_fet(problem))
    assert [(event.id, event.duration, event.course) for event in again.events] == [
        ("1", 2, "Physics"),
        ("2", 1, "Physics"),
        ("3", 1, "Club"),
    ]
    apart = [one for one in again.constraints if isinstance(one, DaysBetween)]
    assert [(one.groups, one.minimum, one.required) for one in apart] == [(((0, 1),), 1, True)]
    assert [(one.name, one.kind, one.size, one.place) for one in again.resources] == [
        ("Ann", "teacher", None, ""),
        ("7A", "students", 31, ""),
        ("lab", "room", 24, "old house"),
        ("hall", "room", 60, "new house"),
    ]


def test_a_timetable_keeps_its_pieces() -> None:
    problem = own()
    rooms = (ANN, CLASS, HALL)
    timetable = Timetable.of(problem, [Piece(0, 1, 0, rooms), Piece(0, 2, 4, rooms), Piece(1, 1, 1, (ANN, LAB))])
    assert verify(problem, timetable).is_valid
    assert read_result(problem, write_result(problem, timetable)) == timetable
    half = Timetable.of(problem, [Piece(0, 2, 4, rooms), Piece(0, 1, None), Piece(1, 1, None)])
    assert read_result(problem, write_result(problem, half)) == half


def test_locked_times_and_rooms_leave_one_timetable() -> None:
    suite = wish("ActivityPreferredRoom", "<Activity_Id>1</Activity_Id><Room>suite</Room>") + wish(
        "SubjectPreferredRooms",
        "<Subject>Art</Subject><Preferred_Room>N1</Preferred_Room><Preferred_Room>S1</Preferred_Room>",
    )
    problem = read_fet(fet(space=suite))
    timetable = placed(problem, {**BASE, "1": (0, 0, "N1+S1"), "3": (0, 1, "S1"), "6": (0, 1, "N1")})
    assert verify(problem, timetable).is_valid
    locked = read_fet(write_fet(problem, locked=timetable))
    assert verify(locked, Timetable.of(locked, timetable.pieces)).is_valid
    starts = [one for one in locked.constraints if isinstance(one, PreferTimes)]
    assert sum(len(one.events) for one in starts) == len(problem.events)
    assert all(len(one.times) == 1 for one in starts)
    moved = placed(problem, {**BASE, "1": (2, 3, "N1+S1"), "3": (0, 1, "S1"), "6": (0, 1, "N1")})
    assert verify(locked, Timetable.of(locked, moved.pieces)).required == 1
    assert all(need.resource is not None for event in locked.events for need in event.needs)


def test_rooms_are_narrowed_by_what_must_hold() -> None:
    by_heads = read_fet(write_fet(own(FitRooms(name="seats", events=(0,), role="place", kind="class"))))
    assert [event.needs[-1].resource for event in by_heads.events] == [3, 3, None], "31 heads, 24 seats in the lab"
    by_choice = own(PreferResources(name="not the hall", events=(1,), role="place", resources=frozenset({LAB})))
    assert read_fet(write_fet(by_choice)).events[2].needs[-1].resource == 2


def test_who_is_away_twice_is_away_both_times() -> None:
    away = [AvoidUnavailableTimes(name="", resources=(ANN,), times=frozenset({time})) for time in (0, 4)]
    again = read_fet(write_fet(own(*away)))
    assert [one.times for one in again.constraints if isinstance(one, AvoidUnavailableTimes)] == [{0, 4}]


def test_a_fixed_time_is_locked() -> None:
    problem = own()
    fixed = replace(problem, events=(problem.events[0], replace(problem.events[1], time=4)))
    assert b"<Permanently_Locked>true</Permanently_Locked>" in write_fet(fixed)
    starts = [one for one in read_fet(write_fet(fixed)).constraints if isinstance(one, PreferTimes)]
    assert [(one.events, one.times) for one in starts] == [((2,), {4})]


def test_all_that_fet_cannot_say_is_named_at_once() -> None:
    days = tuple(tuple(sorted(day)) for day in DAYS)
    told = refused(
        own(
            LimitWorkload(name="hours of Ann", resources=(ANN,), maximum=3),
            SplitEvents(name="division", events=(0,)),
            DaysBetween(name="dear", groups=((0, 1),), minimum=1, required=False, weight=1000),
            DaysBetween(name="square", groups=((0, 1),), minimum=1, required=False, cost=Cost.QUADRATIC),
            LimitIdleTimes(name="some rest", resources=(ANN,), time_groups=days, minimum=1, maximum=4),
            LimitIdleTimes(name="mornings", resources=(ANN,), time_groups=((0, 1),)),
            LimitIdleTimes(name="lunch", resources=(ANN,), time_groups=days, not_idle=frozenset({1})),
            ClusterBusyTimes(name="odd", resources=(ANN,), time_groups=(frozenset({0, 4}),), maximum=1),
            ClusterBusyTimes(name="soft days", resources=(ANN,), time_groups=DAYS, maximum=1, required=False),
        )
    )
    for name in ("hours of Ann", "division", "dear", "square", "some rest", "mornings", "lunch", "odd", "soft days"):
        assert name in told, told


def test_grids_that_fet_does_not_have() -> None:
    problem = own()
    assert "2 weeks" in refused(replace(problem, cycle=2))
    assert "end of a day" in refused(replace(problem, spans_days=True))
    assert "different lengths" in refused(replace(problem, times=problem.times[:-1]))
    bells = (replace(problem.times[0], schedule="lower"), *problem.times[1:])
    assert "bell schedules" in refused(replace(problem, times=bells))


def test_events_that_fet_does_not_have() -> None:
    problem = own()
    course, lesson = problem.events
    assert "left open" in refused(replace(problem, events=(replace(course, pieces=None), lesson)))
    open_teacher = replace(lesson, needs=(Need("teacher", role="who", candidates=(ANN,)), lesson.needs[1]))
    assert "a teacher to be chosen" in refused(replace(problem, events=(course, open_teacher)))
    assert "no time" in refused(replace(problem, constraints=problem.constraints[1:]))
    assert "two events at once" in refused(
        replace(problem, constraints=(problem.constraints[0], problem.constraints[2]))
    )
