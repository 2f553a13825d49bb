"""Placing and displacing: what was planted is found, and whatever it calls done keeps the kinds that it looks at."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import busyness, staffing, times
from yaodian.engines.scheduling.timetabling.displacing import Displacing
from yaodian.engines.scheduling.timetabling.encoding import classes_of

from . import anything
from .test_solving import four_classes, hours, lesson, musts, rows

# Of these nothing is missed once everything has its place.
LOOKED_AT = (
    times.AssignTimes,
    times.PreferTimes,
    times.DaysBetween,
    times.AdjoinOnSameDay,
    times.KeepApart,
    times.BeginAlike,
    times.OrderEvents,
    times.OrderOnSameDay,
    busyness.AvoidClashes,
    busyness.AvoidUnavailableTimes,
    busyness.LimitIdleTimes,
)


def displaced(problem: Problem, *, seed: int = 0, moves: int = 2000) -> Displacing:
    found = Displacing(problem, classes_of(problem), random.Random(seed))
    found.run(moves, lambda: False)
    return found


def nobody_waits(found: Displacing) -> bool:
    return not (found.open > 0).any()


def school(days: int, a_day: int, classes: int, teachers: int, seed: int, *, rooms: int = 0) -> Problem:
    """Full weeks around a planted timetable: at every time each class has a teacher drawn from those who are free, and then it is forgotten when."""
    chance = random.Random(seed)
    courses: dict[tuple[int, int], int] = {}
    for _ in range(days * a_day):
        free = chance.sample(range(teachers), classes)
        for who, whom in enumerate(free):
            courses[who, whom] = courses.get((who, whom), 0) + 1
    resources = (
        *(Resource(f"c{one}", "class") for one in range(classes)),
        *(Resource(f"t{one}", "teacher") for one in range(teachers)),
        *(Resource(f"r{one}", "room") for one in range(rooms)),
    )
    able = tuple(range(classes + teachers, len(resources)))
    events = tuple(
        lesson(f"{who}-{whom}", count, who, classes + whom, rooms=able, pieces=(1,) * count)
        for (who, whom), count in courses.items()
    )
    return musts(Problem(hours(days, a_day), resources, events, ()))


@pytest.mark.parametrize("seed", range(5))
def test_full_weeks_are_filled(seed: int) -> None:
    problem = school(5, 6, 6, 8, seed, rooms=6)
    found = displaced(problem, seed=seed, moves=5000)
    assert found.is_done
    assert verify(problem, found.timetable()).is_valid


def test_a_school_of_four_classes_is_filled_to_the_last_hour() -> None:
    problem = four_classes()
    assert verify(problem, displaced(problem).timetable()).is_valid


@settings(max_examples=60, deadline=None)
@given(anything.planted(), st.integers(0, 3))
def test_what_is_called_done_keeps_what_was_looked_at(planted: tuple[Problem, Timetable], seed: int) -> None:
    problem, _ = planted
    everything = tuple(range(len(problem.events)))
    problem = Problem(
        problem.times,
        problem.resources,
        problem.events,
        (times.AssignTimes(name="", events=everything), *problem.constraints),
        cycle=problem.cycle,
    )
    found = displaced(problem, seed=seed, moves=300)
    timetable = found.timetable()
    assert sum(piece.duration for piece in timetable.pieces) == sum(event.duration for event in problem.events)
    verdict = verify(problem, timetable)
    if found.is_done and all(event.pieces is not None for event in problem.events):
        missed = {type(problem.constraints[one.constraint]) for one in verdict.breaches}
        assert missed.isdisjoint(LOOKED_AT), missed


@settings(max_examples=150, deadline=None)
@given(anything.planted())
def test_nothing_that_is_valid_is_refused(planted: tuple[Problem, Timetable]) -> None:
    problem, timetable = planted
    found = Displacing(problem, classes_of(problem), random.Random(0))
    starts: dict[tuple[int, int], set[int]] = {}
    for piece in timetable.pieces:
        if piece.time is not None:
            starts.setdefault((piece.event, piece.duration), set()).add(piece.time)
    there = []
    for number, kind in enumerate(found.kinds):
        wanted = [starts.get((event, kind.length), set()) for event in kind.events]
        # Two pieces of an event that begin at once are none of what is looked for here.
        if not wanted or any(mine != wanted[0] or len(mine) != kind.count for mine in wanted):
            continue
        there += [(number, start) for start in sorted(wanted[0])]
    for number, start in there:
        assert found.allowed[number, start]
        assert not found.hindered[number, start], "by what is placed already"
        assert not found.limits.beyond(number)[start]
        assert not found.limits.full(number, start)
        assert not found.limits.days_too_many(number, start)
        found.limits.put(number, start, 1)
        found._weigh(number, start, 1)


@settings(max_examples=40, deadline=None)
@given(anything.planted(), st.integers(0, 3))
def test_what_is_kept_is_what_counting_anew_says(planted: tuple[Problem, Timetable], seed: int) -> None:
    problem, _ = planted
    found = displaced(problem, seed=seed, moves=100)
    anew = Displacing(problem, found.classes, random.Random(1))
    for number, start in zip(*np.nonzero(found.placed), strict=True):
        anew.limits.put(number, start, 1)
        anew.shapes.put(number, start, 1)
        anew._weigh(number, start, int(found.held_at[number, start]))
        anew.open[number] -= 1
    assert (anew.open == found.open).all()
    assert (anew.hindered == found.hindered).all()
    assert (anew.limits.count == found.limits.count).all()
    assert (anew.limits.used == found.limits.used).all()
    assert (anew.shapes.costs == found.shapes.costs).all()
    assert (found.limits.count <= found.limits.most).all()
    placed = {(int(number), int(start)) for number, start in zip(*np.nonzero(found.placed), strict=True)}
    assert placed == set(found.rooming.chosen)
    for number, start in placed:
        others = found.hindered[number, start]
        assert others == 0 or found.kinds[number].count > 1, "nothing stands where something placed is in its way"


def test_the_same_seed_gives_the_same_timetable() -> None:
    problem = school(4, 5, 5, 7, 1, rooms=5)
    one, other = displaced(problem, seed=3, moves=200), displaced(problem, seed=3, moves=200)
    assert one.timetable() == other.timetable()
    in_turns = Displacing(problem, classes_of(problem), random.Random(3))
    for _ in range(4):
        in_turns.run(50, lambda: False)
    assert in_turns.timetable() == one.timetable()


def test_days_begin_early_and_have_no_gaps() -> None:
    """Two classes with 16 lessons in 20 times."""
    resources = tuple(Resource(name, "class" if at < 2 else "teacher") for at, name in enumerate("ABtuvw"))
    events = tuple(lesson(f"{who}{whom}", 4, who, whom, pieces=(1,) * 4) for who in (0, 1) for whom in (2, 3, 4, 5))
    week = rows(4, 5)
    problem = musts(
        Problem(hours(4, 5), resources, events, ()),
        busyness.BeginDaysEarly(name="", resources=(0, 1), time_groups=week),
        busyness.LimitIdleTimes(name="", resources=(0, 1), time_groups=week),
        busyness.LimitBusyTimes(
            name="", resources=(0, 1), time_groups=tuple(map(frozenset, week)), minimum=3, counts_empty=True
        ),
        busyness.LimitIdleTimes(name="", resources=(2, 3), time_groups=week, maximum=0, each=True),
    )
    for seed in range(4):
        found = displaced(problem, seed=seed, moves=3000)
        assert verify(problem, found.timetable()).is_valid, seed


def test_events_that_run_together_are_placed_as_one() -> None:
    resources = tuple(Resource(f"t{one}", "teacher") for one in range(3))
    events = tuple(lesson(f"e{one}", 3, one, pieces=(2, 1)) for one in range(3))
    problem = musts(Problem(hours(2, 4), resources, events, ()), times.LinkEvents(name="", groups=((0, 1),)))
    found = displaced(problem)
    assert sorted(kind.events for kind in found.kinds) == [(0, 1), (0, 1), (2,), (2,)]
    assert verify(problem, found.timetable()).is_valid


def test_one_room_for_all_lessons_of_a_course() -> None:
    """Three courses of four lessons in two rooms and eight times: only if one course has a room to itself and keeps it."""
    resources = (*(Resource(f"t{one}", "teacher") for one in range(4)), Resource("r", "room"), Resource("s", "room"))
    events = tuple(lesson(f"e{one}", 4, one, rooms=(4, 5), pieces=(1,) * 4) for one in range(4))
    problem = musts(
        Problem(hours(2, 4), resources, events, ()),
        staffing.AvoidSplitAssignments(name="", groups=tuple((one,) for one in range(4)), role="room"),
    )
    found = displaced(problem, moves=3000)
    assert verify(problem, found.timetable()).is_valid


def test_what_cannot_be_placed_is_not_lost() -> None:
    events = tuple(Event(f"e{one}", 1, (Need("teacher", 0),)) for one in range(3))
    problem = musts(Problem((Time("1", 0), Time("2", 0)), (Resource("t", "teacher"),), events, ()))
    found = displaced(problem, moves=50)
    assert not found.is_done
    assert found.least == 1
    assert [piece.time is None for piece in found.timetable().pieces].count(True) == 1
