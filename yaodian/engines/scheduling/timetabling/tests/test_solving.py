"""The solver on schools small enough to know the answer: by hand, by brute force, by planting it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.alike import put_together
from yaodian.engines.scheduling.timetabling.constraints import busyness, staffing, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.solving import Params, Progress, Stop, solve

DETERMINISTIC = Params(seconds=60, workers=1, effort=2.0)


def hours(days: int, a_day: int) -> tuple[Time, ...]:
    return tuple(Time(f"{day}.{hour}", day) for day in range(days) for hour in range(a_day))


def rows(days: int, a_day: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(range(day * a_day, (day + 1) * a_day)) for day in range(days))


def lesson(
    name: str, duration: int, *given: int, rooms: tuple[int, ...] = (), pieces: tuple[int, ...] | None = None
) -> Event:
    needs = tuple(Need("any", one) for one in given)
    if rooms:
        needs = (*needs, Need("room", role="room", candidates=rooms))
    return Event(name, duration, needs, pieces=pieces)


def musts(problem: Problem, *more: Constraint) -> Problem:
    """The problem with what every school requires, and more."""
    events = tuple(range(len(problem.events)))
    basic: list[Constraint] = [
        times.AssignTimes(name="placed", events=events),
        busyness.AvoidClashes(name="clashes", resources=tuple(range(len(problem.resources)))),
    ]
    if any(need.resource is None for event in problem.events for need in event.needs):
        basic.append(staffing.AssignResources(name="rooms", events=events, role="room"))
    return Problem(problem.times, problem.resources, problem.events, (*basic, *more), cycle=problem.cycle)


def four_classes() -> Problem:
    """Four classes, four teachers, two days of four hours. Every teacher has every class twice: both days are full, as a Latin square is."""
    resources = tuple(Resource(f"class {one}", "class") for one in range(4)) + tuple(
        Resource(f"teacher {one}", "teacher") for one in range(4)
    )
    events = tuple(lesson(f"{who}/{whom}", 2, who, 4 + whom) for who in range(4) for whom in range(4))
    apart = times.SpreadEvents(
        name="one a day",
        groups=tuple((event,) for event in range(16)),
        spread=tuple((frozenset(row), 1, 1) for row in rows(2, 4)),
    )
    return musts(Problem(hours(2, 4), resources, events, ()), apart)


def test_a_school_of_four_classes_is_filled_to_the_last_hour() -> None:
    problem = four_classes()
    result = solve(problem, params=DETERMINISTIC)
    assert result.is_valid
    assert (result.stopped, result.optional, result.bound) == (Stop.OPTIMAL, 0, 0)
    for day in (0, 1):
        for hour in range(4):
            at_once = [piece.event for piece in result.timetable.pieces if piece.time == 4 * day + hour]
            assert sorted(event // 4 for event in at_once) == [0, 1, 2, 3]
            assert sorted(event % 4 for event in at_once) == [0, 1, 2, 3]


def small_school(*wishes: Constraint) -> Problem:
    """Two classes that share a teacher, three hours on each of two days."""
    resources = (Resource("A", "class"), Resource("B", "class"), Resource("T", "teacher"), Resource("U", "teacher"))
    events = (
        lesson("A1", 1, 0, 2),
        lesson("A2", 2, 0, 3, pieces=(2,)),
        lesson("B1", 1, 1, 2),
        lesson("B2", 1, 1, 3),
    )
    return musts(Problem(hours(2, 3), resources, events, ()), *wishes)


WISHES: dict[str, tuple[Constraint, ...]] = {
    "gaps": (
        busyness.LimitIdleTimes(name="", required=False, weight=2, resources=(0, 1, 2, 3), time_groups=rows(2, 3)),
        busyness.ClusterBusyTimes(
            name="",
            required=False,
            weight=3,
            resources=(2, 3),
            time_groups=tuple(map(frozenset, rows(2, 3))),
            minimum=2,
        ),
    ),
    "order": (
        times.OrderEvents(name="", required=False, pairs=((0, 1), (2, 3), (3, 0)), minimum=1, cost=Cost.QUADRATIC),
        times.PreferTimes(name="", required=False, events=(1,), times=frozenset({0}), weight=2),
    ),
    "days": (
        times.DaysBetween(name="", required=False, groups=((0, 1), (2, 3)), minimum=2, weight=5),
        busyness.BeginDaysEarly(name="", required=False, resources=(2, 3), time_groups=rows(2, 3)),
        busyness.LimitSpan(name="", required=False, resources=(0, 1), time_groups=rows(2, 3), maximum=1),
    ),
}


def cheapest(problem: Problem) -> int:
    """By trying every start of every event."""
    best: int | None = None
    given = [tuple(need.resource for need in event.needs) for event in problem.events]
    for starts in product(range(len(problem.times)), repeat=len(problem.events)):
        pieces = [
            Piece(index, event.duration, start, given[index])
            for index, (event, start) in enumerate(zip(problem.events, starts, strict=True))
        ]
        if any(problem.span(piece.time or 0, piece.duration) is None for piece in pieces):
            continue
        verdict = verify(problem, Timetable.of(problem, pieces))
        if verdict.is_valid and (best is None or verdict.optional < best):
            best = verdict.optional
    assert best is not None
    return best


@pytest.mark.parametrize("wishes", WISHES)
def test_nothing_is_cheaper_than_what_is_called_optimal(wishes: str) -> None:
    problem = small_school(*WISHES[wishes])
    result = solve(problem, params=DETERMINISTIC)
    assert result.stopped is Stop.OPTIMAL
    assert result.is_optimal
    assert result.optional == result.bound == cheapest(problem)


@st.composite
def planted(draw: st.DrawFn) -> Problem:
    """A school made around a timetable: lessons are put into a grid first, and only then forgotten when they were."""
    days, a_day, classes, teachers = 3, 3, 3, 4
    grid: set[tuple[int, int]] = set()
    courses: dict[tuple[int, int], int] = {}
    for who in range(classes):
        for time in range(days * a_day):
            whom = draw(st.integers(-1, teachers - 1))
            if whom >= 0 and (whom, time) not in grid:
                grid.add((whom, time))
                courses[who, whom] = courses.get((who, whom), 0) + 1
    resources = tuple(Resource(f"c{one}", "class") for one in range(classes)) + tuple(
        Resource(f"t{one}", "teacher") for one in range(teachers)
    )
    events = tuple(
        lesson(f"{who}-{whom}", count, who, classes + whom, pieces=(1,) * count)
        for (who, whom), count in courses.items()
    )
    closed = [
        busyness.AvoidUnavailableTimes(
            name="",
            resources=(classes + whom,),
            times=frozenset(t for t in range(days * a_day) if (whom, t) not in grid),
        )
        for whom in range(teachers)
    ]
    return musts(Problem(hours(days, a_day), resources, events, ()), *closed)


@settings(max_examples=25, deadline=None)
@given(planted())
def test_what_was_planted_is_found(problem: Problem) -> None:
    result = solve(problem, params=DETERMINISTIC)
    assert result.is_valid
    assert result.stopped is Stop.OPTIMAL


def school_with_wishes() -> Problem:
    resources = (
        *(Resource(f"c{one}", "class", size=30) for one in range(3)),
        *(Resource(f"t{one}", "teacher") for one in range(5)),
        *(Resource(f"r{one}", "room", size=40) for one in range(3)),
    )
    events = tuple(
        lesson(f"{who}.{subject}", 3, who, 3 + (subject + who) % 5, rooms=(8, 9, 10))
        for who in range(3)
        for subject in range(6)
    )
    week = rows(5, 5)
    return musts(
        Problem(hours(5, 5), resources, events, ()),
        times.SpreadEvents(
            name="", groups=tuple((one,) for one in range(18)), spread=tuple((frozenset(row), 0, 1) for row in week)
        ),
        busyness.LimitIdleTimes(name="", required=False, weight=3, resources=tuple(range(8)), time_groups=week),
        busyness.ClusterBusyTimes(
            name="",
            required=False,
            weight=9,
            resources=tuple(range(3, 8)),
            time_groups=tuple(map(frozenset, week)),
            maximum=3,
        ),
    )


def test_one_seed_and_one_worker_give_one_timetable() -> None:
    problem = school_with_wishes()
    first = solve(problem, seed=7, params=DETERMINISTIC)
    second = solve(problem, seed=7, params=DETERMINISTIC)
    assert first.stopped in (Stop.EFFORT, Stop.OPTIMAL)
    assert (first.timetable, first.bound) == (second.timetable, second.bound)


def test_a_second_is_enough_for_a_best_so_far_and_no_more_is_taken() -> None:
    told: list[Progress] = []
    result = solve(school_with_wishes(), params=Params(seconds=1.0), progress=told.append)
    assert result.seconds < 10, "building a model may take longer than the second on a busy machine, searching may not"
    assert told[-1].required == result.required
    assert told[-1].optional >= result.optional
    last = verify(school_with_wishes(), told[-1].timetable)
    assert (last.required, last.optional) == (told[-1].required, told[-1].optional)
    assert [(one.required, one.optional) for one in told] == sorted(
        ((one.required, one.optional) for one in told), reverse=True
    )
    assert verify(school_with_wishes(), result.timetable) == result.verdict


def test_whoever_cancels_keeps_the_best_and_goes_on_from_it() -> None:
    problem = school_with_wishes()
    told: list[Progress] = []
    first = solve(
        problem,
        params=Params(seconds=60),
        progress=told.append,
        cancelled=lambda: bool(told and told[-1].required == 0),
    )
    assert first.stopped is Stop.CANCELLED
    assert first.is_valid
    again = solve(problem, params=Params(seconds=60, workers=1, effort=1.0), start=first.timetable)
    assert again.is_valid
    assert again.optional <= first.optional


def test_cancelled_before_it_began_nothing_is_placed_and_nothing_lost() -> None:
    problem = school_with_wishes()
    result = solve(problem, cancelled=lambda: True)
    assert result.stopped is Stop.CANCELLED
    assert not result.is_valid
    assert sum(piece.duration for piece in result.timetable.pieces) == sum(event.duration for event in problem.events)


@pytest.mark.parametrize(
    "impossible",
    [
        busyness.AvoidUnavailableTimes(name="away", resources=(2,), times=frozenset(range(6))),
        times.PreferTimes(name="both at once", events=(0, 2), times=frozenset({1})),
        times.LinkEvents(name="clash by order", groups=((0, 2),)),
        busyness.LimitIdleTimes(name="a gap that cannot be", resources=(2,), time_groups=rows(2, 3), minimum=3),
    ],
    ids=lambda one: one.name,
)
def test_what_cannot_be_is_never_called_valid_or_optimal(impossible: Constraint) -> None:
    result = solve(small_school(impossible), params=Params(seconds=20, workers=1, effort=1.0))
    assert result.required > 0
    assert not result.is_valid
    assert not result.is_optimal
    assert result.is_impossible
    assert result.stopped is Stop.EXHAUSTED
    assert result.required <= 2, "the best so far misses only what it must"


def test_enough_is_enough() -> None:
    result = solve(school_with_wishes(), params=Params(seconds=60, workers=1, effort=20.0, enough=10_000))
    assert result.is_valid
    assert result.stopped in (Stop.ENOUGH, Stop.OPTIMAL)


def test_nothing_to_place_is_optimal() -> None:
    result = solve(Problem(hours(1, 2), (), (), ()))
    assert result.is_valid
    assert result.stopped is Stop.OPTIMAL


def test_like_lessons_are_one_event_and_come_apart_again() -> None:
    resources = (Resource("A", "class"), Resource("T", "teacher"))
    events = tuple(lesson(f"e{one}", 1, 0, 1, pieces=(1,)) for one in range(3))
    apart = times.DaysBetween(name="", groups=((0, 1, 2),), minimum=1)
    problem = musts(Problem(hours(3, 2), resources, events, ()), apart)
    alike = put_together(problem)
    assert [(event.duration, event.pieces) for event in alike.problem.events] == [(3, (1, 1, 1))]
    timetable = Timetable.of(alike.problem, [Piece(0, 1, time, (0, 1)) for time in (0, 2, 5)])
    assert [(piece.event, piece.time) for piece in alike.apart(timetable).pieces] == [(0, 0), (1, 2), (2, 5)]
    assert alike.together(alike.apart(timetable)) == timetable
    assert solve(problem, params=DETERMINISTIC).is_valid


def test_lessons_that_a_constraint_tells_apart_stay_apart() -> None:
    resources = (Resource("A", "class"), Resource("T", "teacher"))
    events = tuple(lesson(f"e{one}", 1, 0, 1, pieces=(1,)) for one in range(3))
    problem = musts(
        Problem(hours(3, 2), resources, events, ()), times.PreferTimes(name="", events=(1,), times=frozenset({0}))
    )
    assert put_together(problem).members == ((0, 2), (1,))


def test_rooms_that_nobody_can_tell_apart_are_shared_out() -> None:
    problem = school_with_wishes()
    result = solve(problem, params=DETERMINISTIC)
    assert result.is_valid
    rooms = [
        (piece.time, piece.resources[2])
        for piece in result.timetable.pieces
        for _ in range(1)
        if piece.time is not None
    ]
    assert len(set(rooms)) == len(rooms)
