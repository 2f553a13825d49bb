"""The kinds about when somebody is busy, each missed and kept by a timetable made by hand."""

from __future__ import annotations

import pytest

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time
from yaodian.engines.scheduling.timetabling.constraints import (
    AvoidClashes,
    AvoidUnavailableTimes,
    BeginDaysEarly,
    ClusterBusyTimes,
    Constraint,
    Deviation,
    GapsBetweenPlaces,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitMoves,
    LimitRuns,
    LimitSpan,
    LimitWorkload,
    RestBetweenDays,
    ShareFairly,
)

from .small import ANN, BOB, DAY_SETS, DAYS, GYM, HALL, LAB, at, attended, lesson, missed, school, with_room


def test_nobody_is_in_two_places_at_once() -> None:
    problem = school(lesson(0, ANN, duration=2), lesson(1, ANN), lesson(2, ANN, BOB))
    wish = AvoidClashes(name="", resources=(ANN, BOB))
    clash = [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 1)), Piece(2, 1, at(0, 1))]
    assert missed(wish, problem, clash) == [
        Deviation(2, events=(0, 1, 2), resources=(ANN,), times=(1,), expected=1, found=3)
    ]
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 2)), Piece(2, 1, at(0, 3))]) == []


def test_who_stands_in_for_two_needs_of_one_lesson_clashes_with_himself() -> None:
    twice = Event("e0", 1, (Need("teacher", ANN), Need("teacher", role="second", candidates=(ANN, BOB))))
    problem = school(twice)
    wish = AvoidClashes(name="", resources=(ANN, BOB))
    assert missed(wish, problem, [Piece(0, 1, 0, (ANN, ANN))]) == [
        Deviation(1, events=(0,), resources=(ANN,), times=(0,), expected=1, found=2)
    ]
    assert missed(wish, problem, [Piece(0, 1, 0, (ANN, BOB))]) == []


def test_lessons_of_odd_and_even_weeks_do_not_clash() -> None:
    odd_even = school(lesson(0, ANN, weeks=(0,)), lesson(1, ANN, weeks=(1,)), cycle=2)
    wish = AvoidClashes(name="", resources=(ANN,))
    pieces = [Piece(0, 1, 0), Piece(1, 1, 0)]
    assert missed(wish, odd_even, pieces) == []
    weekly = school(lesson(0, ANN), lesson(1, ANN), cycle=2)
    assert [one.amount for one in missed(wish, weekly, pieces)] == [2]


def test_two_schedules_clash_by_the_clock() -> None:
    times = (
        Time("A1", 0, begins_min=480, ends_min=520, schedule="A"),
        Time("A2", 0, begins_min=530, ends_min=570, schedule="A"),
        Time("B1", 0, begins_min=480, ends_min=540, schedule="B"),
        Time("B2", 0, begins_min=570, ends_min=630, schedule="B"),
    )
    ann = (Need("teacher", 0),)
    problem = Problem(times, (Resource("ann", "teacher"),), (Event("e0", 2, ann), Event("e1", 1, ann)), ())
    wish = AvoidClashes(name="", resources=(0,))
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 2)]) == [
        Deviation(2, events=(0, 1), resources=(0,), times=(0, 1, 2), expected=1, found=2)
    ]
    # A lesson that begins as another ends.
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 3)]) == []


def test_somebody_is_free_at_times() -> None:
    wish = AvoidUnavailableTimes(name="", resources=(ANN,), times=frozenset(DAYS[0]))
    assert missed(wish, *attended((0, 1), (0, 3), (1, 0))) == [
        Deviation(2, events=(0, 1), resources=(ANN,), times=(1, 3), expected=0, found=2)
    ]
    assert missed(wish, *attended((1, 1), (2, 3))) == []


def test_idle_times_are_limited() -> None:
    wish = LimitIdleTimes(name="", resources=(ANN,), time_groups=DAYS)
    gaps = attended((0, 0), (0, 3), (1, 1), (1, 3), (2, 2))
    assert missed(wish, *gaps) == [Deviation(3, resources=(ANN,), times=(1, 2, 6), expected=0, found=3)]
    assert missed(wish, *attended((0, 1), (0, 2), (1, 3))) == []
    assert missed(LimitIdleTimes(name="", resources=(ANN,), time_groups=DAYS, maximum=3), *gaps) == []
    each = LimitIdleTimes(name="", resources=(ANN,), time_groups=DAYS, maximum=1, each=True)
    assert missed(each, *gaps) == [Deviation(1, resources=(ANN,), times=(1, 2), expected=1, found=2)]
    noon = LimitIdleTimes(name="", resources=(ANN,), time_groups=DAYS, not_idle=frozenset({1, 2}))
    assert [one.amount for one in missed(noon, *gaps)] == [1]
    some = LimitIdleTimes(name="", resources=(ANN, BOB), time_groups=DAYS, minimum=1, maximum=None)
    assert missed(some, *gaps) == [Deviation(1, resources=(BOB,), expected=1, found=0)]


def test_busy_days_are_counted() -> None:
    wish = ClusterBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, minimum=1, maximum=2)
    assert missed(wish, *attended((0, 0), (0, 1), (1, 0), (2, 0))) == [
        Deviation(1, resources=(ANN,), times=(0, 1, 4, 8), expected=2, found=3)
    ]
    assert missed(wish, *attended((0, 0), (0, 1), (1, 0))) == []
    bob = ClusterBusyTimes(name="", resources=(BOB,), time_groups=DAY_SETS, minimum=1)
    assert missed(bob, *attended((0, 0))) == [Deviation(1, resources=(BOB,), expected=1, found=0)]


def test_busy_times_of_each_day_are_limited() -> None:
    wish = LimitBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, minimum=2, maximum=3)
    # Four on the first day, one on the second; the third day off is no day too short.
    hours = attended((0, 0), (0, 1), (0, 2), (0, 3), (1, 1))
    assert missed(wish, *hours) == [Deviation(2, resources=(ANN,), times=(0, 1, 2, 3, 5), expected=3, found=4)]
    strict = LimitBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, minimum=2, counts_empty=True)
    assert [one.amount for one in missed(strict, *hours)] == [3]
    assert missed(wish, *attended((0, 0), (0, 1), (1, 0), (1, 2), (1, 3))) == []


def test_only_lessons_with_the_tag_count() -> None:
    problem = school(lesson(0, ANN, tags=("physical",)), lesson(1, ANN), lesson(2, ANN, tags=("physical", "far")))
    pieces = [Piece(number, 1, at(0, number)) for number in range(3)]
    most = LimitBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, maximum=1, tag="physical")
    assert missed(most, problem, pieces) == [Deviation(1, resources=(ANN,), times=(0, 2), expected=1, found=2)]
    assert (
        missed(LimitRuns(name="", resources=(ANN,), time_groups=DAYS, maximum=1, tag="physical"), problem, pieces) == []
    )


def test_the_workload_is_within_bounds() -> None:
    half = Event(
        "e0", 4, (Need("teacher", ANN, workload=2), Need("teacher", role="second", candidates=(BOB,))), workload=10
    )
    problem = school(half)
    # Bob has one piece of four times: a quarter of the event's ten. Ann has the need's two, whether placed or not.
    pieces = [Piece(0, 1, at(0, 0), (ANN, BOB)), Piece(0, 3, None, (ANN, None))]
    most = LimitWorkload(name="", resources=(ANN, BOB), maximum=2)
    assert missed(most, problem, pieces) == [Deviation(1, resources=(BOB,), expected=2, found=3)]
    least = LimitWorkload(name="", resources=(ANN, BOB), minimum=4)
    assert [(one.resources, one.amount, one.found) for one in missed(least, problem, pieces)] == [
        ((ANN,), 2, 2),
        ((BOB,), 2, 2),
    ]
    assert missed(LimitWorkload(name="", resources=(ANN, BOB), minimum=2, maximum=3), problem, pieces) == []


def test_times_on_end_are_limited() -> None:
    wish = LimitRuns(name="", resources=(ANN,), time_groups=DAYS, maximum=2)
    assert missed(wish, *attended((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3))) == [
        Deviation(3, resources=(ANN,), times=(0, 1, 2, 4, 5, 6, 7), expected=2, found=4)
    ]
    # A run ends with the day.
    assert missed(wish, *attended((0, 0), (0, 2), (0, 3), (1, 0), (1, 1), (1, 3))) == []


def test_the_span_of_a_day_is_limited() -> None:
    wish = LimitSpan(name="", resources=(ANN,), time_groups=DAYS, maximum=3)
    assert missed(wish, *attended((0, 0), (0, 3), (1, 1), (1, 3))) == [
        Deviation(1, resources=(ANN,), times=(0, 3), expected=3, found=4)
    ]
    assert missed(wish, *attended((0, 1), (0, 3), (1, 0), (1, 2))) == []


def test_what_is_too_much_may_count_once() -> None:
    days = tuple(frozenset(day) for day in DAYS)
    full = attended((0, 0), (0, 1), (0, 2), (0, 3), (1, 0))
    hours = LimitBusyTimes(name="", resources=(ANN,), time_groups=days, minimum=2, maximum=2, once=True)
    assert [(one.amount, one.found) for one in missed(hours, *full)] == [(2, 4)], "a long day and a short one"
    runs = LimitRuns(name="", resources=(ANN,), time_groups=DAYS, maximum=1, once=True)
    assert [(one.amount, one.found) for one in missed(runs, *full)] == [(1, 4)]
    assert missed(runs, *attended((0, 0), (0, 2), (1, 0))) == []


def test_one_day_may_be_longer_by_one() -> None:
    wish = LimitSpan(name="", resources=(ANN,), time_groups=DAYS, maximum=2, exceptions=1)
    assert missed(wish, *attended((0, 0), (0, 2), (1, 0), (1, 1))) == []
    assert [one.amount for one in missed(wish, *attended((0, 0), (0, 2), (1, 1), (1, 3)))] == [1]
    assert [one.amount for one in missed(wish, *attended((0, 0), (0, 3)))] == [1]


def test_rest_lies_between_days() -> None:
    wish = RestBetweenDays(name="", resources=(ANN,), time_groups=DAYS, minimum=3)
    # After the last time of the first day none is left, before the third of the next are two.
    assert missed(wish, *attended((0, 1), (0, 3), (1, 2), (1, 3))) == [
        Deviation(1, resources=(ANN,), times=(3, 6), expected=3, found=2)
    ]
    assert missed(wish, *attended((0, 2), (1, 2), (2, 3))) == [] == missed(wish, *attended((0, 3), (2, 0)))
    circular = RestBetweenDays(name="", resources=(ANN,), time_groups=DAYS, minimum=3, circular=True)
    assert [one.amount for one in missed(circular, *attended((0, 0), (2, 3)))] == [3]


def test_days_begin_early() -> None:
    wish = BeginDaysEarly(name="", resources=(ANN,), time_groups=DAYS, maximum=0)
    assert missed(wish, *attended((0, 1), (1, 2), (1, 3), (2, 0), (2, 3))) == [
        Deviation(2, resources=(ANN,), times=(1, 6), expected=1, found=2)
    ]
    once = BeginDaysEarly(name="", resources=(ANN,), time_groups=DAYS, maximum=1)
    assert missed(once, *attended((0, 1), (2, 0))) == []
    assert [one.amount for one in missed(once, *attended((0, 1), (1, 1), (2, 0)))] == [1]


def in_rooms(*stays: tuple[int, int, int | None]) -> tuple[Problem, list[Piece]]:
    """Ann's lessons, one at each (day, hour) in a room."""
    problem = school(*(lesson(number, ANN, open_room=True) for number in range(len(stays))))
    return problem, [
        with_room(Piece(number, 1, at(day, hour)), problem, room) for number, (day, hour, room) in enumerate(stays)
    ]


def test_moves_between_buildings_are_limited() -> None:
    wish = LimitMoves(name="", resources=(ANN,), time_groups=DAYS, maximum=1)
    there_and_back = in_rooms((0, 0, LAB), (0, 1, GYM), (0, 2, None), (0, 3, HALL))
    assert missed(wish, *there_and_back) == [
        Deviation(1, events=(1, 3), resources=(ANN,), times=(1, 3), expected=1, found=2)
    ]
    assert missed(wish, *in_rooms((0, 0, LAB), (0, 1, HALL), (0, 3, GYM), (1, 0, LAB))) == []
    rooms = LimitMoves(name="", resources=(ANN,), time_groups=DAYS, maximum=0, rooms=True)
    assert [one.amount for one in missed(rooms, *in_rooms((0, 0, LAB), (0, 1, HALL)))] == [1]


def test_changes_of_building_of_a_week_count_together() -> None:
    wish = LimitMoves(name="", resources=(ANN,), time_groups=DAYS, maximum=1, together=True)
    assert [one.amount for one in missed(wish, *in_rooms((0, 0, LAB), (0, 1, GYM), (1, 0, LAB), (1, 1, GYM)))] == [1], (
        "one change each day; that over night is none"
    )
    assert missed(wish, *in_rooms((0, 0, LAB), (0, 1, GYM), (1, 0, LAB))) == []


def test_who_is_in_two_rooms_at_once_is_in_the_first_of_them() -> None:
    """A clash is counted as one; for the ways between places the first room of the problem stands."""
    wish = LimitMoves(name="", resources=(ANN,), time_groups=DAYS, maximum=0)
    problem, pieces = in_rooms((0, 0, LAB), (0, 1, GYM), (0, 1, LAB), (0, 2, GYM))
    assert [(one.amount, one.times) for one in missed(wish, problem, pieces)] == [(1, (2,))]


def test_times_lie_between_buildings() -> None:
    wish = GapsBetweenPlaces(name="", resources=(ANN,), time_groups=DAYS, minimum=1)
    assert missed(wish, *in_rooms((0, 0, LAB), (0, 1, GYM), (0, 3, HALL))) == [
        Deviation(1, events=(0, 1), resources=(ANN,), times=(0, 1), expected=1, found=0)
    ]
    assert missed(wish, *in_rooms((0, 0, LAB), (0, 1, HALL), (0, 3, GYM))) == []


def test_ways_take_time_by_the_clock() -> None:
    times = tuple(Time(str(hour), 0, begins_min=480 + 50 * hour, ends_min=520 + 50 * hour) for hour in range(3))
    resources = (Resource("ann", "teacher"), Resource("n", "room", place="north"), Resource("s", "room", place="south"))
    events = tuple(Event(f"e{room}", 1, (Need("teacher", 0), Need("room", room))) for room in (1, 2))
    problem = Problem(times, resources, events, ())
    walk = GapsBetweenPlaces(
        name="", resources=(0,), time_groups=((0, 1, 2),), minimum=0, minutes=(("south", "north", 15),)
    )
    assert missed(walk, problem, [Piece(0, 1, 0), Piece(1, 1, 1)]) == [
        Deviation(1, events=(0, 1), resources=(0,), times=(0, 1), expected=15, found=10)
    ]
    assert missed(walk, problem, [Piece(0, 1, 0), Piece(1, 1, 2)]) == []


def test_early_lessons_are_shared() -> None:
    first = frozenset(day[0] for day in DAYS)
    problem = school(lesson(0, ANN), lesson(1, ANN), lesson(2, BOB))
    wish = ShareFairly(name="", groups=((ANN, BOB),), times=first)
    assert missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(1, 0)), Piece(2, 1, at(0, 1))]) == [
        Deviation(1, resources=(ANN, BOB), expected=1, found=2)
    ]
    assert missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(1, 0)), Piece(2, 1, at(2, 0))]) == []


@pytest.mark.parametrize(
    "wish",
    [
        AvoidUnavailableTimes(name="", resources=(ANN,), times=frozenset({0, 3})),
        LimitIdleTimes(name="", resources=(ANN,), time_groups=DAYS),
        ClusterBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, maximum=0),
        LimitBusyTimes(name="", resources=(ANN,), time_groups=DAY_SETS, maximum=0),
        LimitWorkload(name="", resources=(ANN,), maximum=0),
        LimitSpan(name="", resources=(ANN,), time_groups=DAYS, maximum=1),
        LimitRuns(name="", resources=(ANN,), time_groups=DAYS, maximum=0),
    ],
)
def test_each_week_is_judged_for_itself(wish: Constraint) -> None:
    """Lessons every week cost twice what they cost in one; lessons of two weeks do not add up to a day of both."""

    def amount(*weeks: tuple[int, ...]) -> int:
        problem = school(*(lesson(number, ANN, weeks=those) for number, those in enumerate(weeks)), cycle=2)
        return sum(one.amount for one in missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 3))]))

    assert amount((), ()) == 2 * amount((0,), (0,)) > 0
    alone = amount((0,), (0,)) if not isinstance(wish, LimitIdleTimes | LimitSpan) else 0
    assert amount((0,), (1,)) == (2 if isinstance(wish, ClusterBusyTimes) else alone)
