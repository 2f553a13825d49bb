"""Every kind of constraint costs in the model what ``verify`` says of it: random timetables, all starts and choices fixed."""

from __future__ import annotations

import random

import pytest
from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import busyness, staffing, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.encoding import build, classes_of

DAYS, HOURS = 4, 5


def day_groups() -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(range(day * HOURS, (day + 1) * HOURS)) for day in range(DAYS))


def random_problem(chance: random.Random, constraint: Constraint | None = None, *, cycle: int = 1) -> Problem:
    """Two classes, three teachers, four rooms in two buildings; events of one to four times, some divided by the file and some by the solver."""
    clock = [8 * 60, 9 * 60, 10 * 60 + 20, 11 * 60 + 20, 14 * 60]
    hours = tuple(
        Time(f"{day}.{hour}", day, begins_min=clock[hour], ends_min=clock[hour] + 50)
        for day in range(DAYS)
        for hour in range(HOURS)
    )
    resources = (
        Resource("A", "class", size=30),
        Resource("B", "class", size=45),
        Resource("T1", "teacher"),
        Resource("T2", "teacher"),
        Resource("T3", "teacher"),
        Resource("R1", "room", size=25, place="north"),
        Resource("R2", "room", size=40, place="north"),
        Resource("R3", "room", size=40, place="south"),
        Resource("R4", "room", place="south"),
    )
    events = []
    for index in range(8):
        duration = chance.choice((1, 2, 2, 3, 4))
        pieces = chance.choice((None, (duration,), tuple([1] * duration)))
        weeks = chance.choice(((), (0,), (1,))) if cycle == 2 else ()
        needs = (
            Need("class", chance.choice((0, 1))),
            Need("teacher", chance.choice((2, 3, 4)), workload=chance.choice((None, 3))),
            Need("room", None, "room", tuple(sorted(chance.sample((5, 6, 7, 8), chance.choice((1, 3, 4)))))),
        )
        events.append(Event(f"e{index}", duration, needs, tags=chance.choice(((), ("x",))), pieces=pieces, weeks=weeks))
    constraints = () if constraint is None else (constraint,)
    return Problem(hours, resources, tuple(events), constraints, cycle=cycle)


def random_timetable(chance: random.Random, problem: Problem, *, unplaced: float = 0.0) -> Timetable:
    """Pieces anywhere a day is long enough, clashes and all; no two pieces of one event of one length begin together."""
    pieces: list[Piece] = []
    for index, event in enumerate(problem.events):
        lengths = event.pieces
        if lengths is None:
            lengths, left = (), event.duration
            while left:
                lengths = (*lengths, chance.randint(1, left))
                left -= lengths[-1]
        used: set[tuple[int, int]] = set()
        for length in lengths:
            starts = [
                time for time in range(len(problem.times)) if problem.span(time, length) and (length, time) not in used
            ]
            start = chance.choice(starts)
            used.add((length, start))
            room = event.needs[2].candidates
            stays = chance.random() < unplaced
            chosen = (
                event.needs[0].resource,
                event.needs[1].resource,
                None if stays or chance.random() < 0.1 else chance.choice(room),
            )
            pieces.append(Piece(index, length, None if stays else start, chosen))
    return Timetable.of(problem, pieces)


def cost_in_model(problem: Problem, timetable: Timetable, *, price: int | None = None) -> int:
    building = build(problem, classes_of(problem), price=price)
    values = building.values(timetable)
    for part in building.parts:
        placed = [
            *part.starts.values(),
            *part.unplaced.values(),
            *(one for some in part.chosen.values() for one in some.values()),
        ]
        for variable in placed:
            building.model.add(variable == values[variable.index])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(building.model)
    assert status == cp_model.OPTIMAL, solver.status_name(status)
    assert building.pieces(lambda variable: solver.value(variable)) == timetable
    return round(solver.objective_value) if building.variables else 0


ALL = tuple(range(8))
GROUPS = ((0, 1, 2), (3, 4), (5, 6, 7))
PEOPLE = (0, 1, 2, 3, 4)
ROWS = day_groups()
SETS = tuple(frozenset(row) for row in ROWS)
MORNING = frozenset(time for row in ROWS for time in row[:2])
ROOMS = frozenset({5, 6, 7, 8})

KINDS: list[Constraint] = [
    times.AssignTimes(name="", events=ALL),
    times.PreferTimes(name="", events=ALL, times=MORNING),
    times.PreferTimes(name="", events=ALL, times=MORNING, duration=2),
    times.PreferTimes(name="", events=ALL, times=MORNING, throughout=True),
    times.SplitEvents(name="", events=ALL, minimum_duration=2, maximum_duration=3, minimum_amount=2, maximum_amount=2),
    times.DistributeSplitEvents(name="", events=ALL, duration=1, minimum=1, maximum=2),
    times.SpreadEvents(name="", groups=GROUPS, spread=tuple((row, 1, 1) for row in SETS)),
    times.LinkEvents(name="", groups=GROUPS),
    times.BeginAlike(name="", groups=GROUPS, time_groups=SETS[:3]),
    times.BeginAlike(name="", groups=GROUPS, time_groups=SETS),
    times.OrderEvents(name="", pairs=((0, 1), (2, 3), (4, 5)), minimum=2, maximum=6, same_day=True),
    times.OrderEvents(name="", pairs=((0, 1), (2, 3)), minimum=1),
    times.DaysBetween(name="", groups=GROUPS, minimum=1),
    times.DaysBetween(name="", groups=GROUPS, minimum=2),
    times.DaysBetween(name="", groups=GROUPS, minimum=3, maximum=2),
    times.DaysBetween(name="", groups=GROUPS, minimum=2, adjoins_on_same_day=True),
    times.GapsBetween(name="", groups=GROUPS, minimum=2),
    times.GapsBetween(name="", groups=GROUPS, minimum=2, ordered=True),
    times.AdjoinOnSameDay(name="", groups=GROUPS),
    times.OrderOnSameDay(name="", pairs=((0, 1), (2, 3), (4, 5), (6, 7))),
    times.KeepApart(name="", groups=(ALL,)),
    times.LimitRunning(name="", groups=(ALL, (0, 1)), times=MORNING, minimum=1, maximum=2),
    times.LimitRunning(name="", groups=(ALL, (0, 1)), times=MORNING, minimum=2, maximum=2, only_if_any=True),
    times.LimitTimesUsed(name="", groups=GROUPS, times=MORNING, minimum=3, maximum=4),
    times.EndDay(name="", events=ALL, kind="class"),
    times.EndDay(name="", events=ALL, kind="room"),
    staffing.AssignResources(name="", events=ALL, role="room"),
    staffing.PreferResources(name="", events=ALL, role="room", resources=frozenset({5, 7})),
    staffing.PreferResources(name="", events=ALL, role="room", resources=frozenset({5, 7}), open_counts=True),
    staffing.AvoidSplitAssignments(name="", groups=(ALL, (0, 1)), role="room"),
    staffing.SameResourceIfAdjoining(name="", groups=(ALL,), role="room"),
    staffing.FitRooms(name="", events=ALL, role="room", kind="class"),
    busyness.AvoidClashes(name="", resources=tuple(range(9))),
    busyness.AvoidUnavailableTimes(name="", resources=tuple(range(9)), times=MORNING),
    busyness.LimitIdleTimes(name="", resources=PEOPLE, time_groups=ROWS, maximum=1),
    busyness.LimitIdleTimes(name="", resources=PEOPLE, time_groups=ROWS, minimum=1, maximum=2, each=True),
    busyness.LimitIdleTimes(name="", resources=PEOPLE, time_groups=ROWS, not_idle=frozenset({2, 7, 12})),
    busyness.ClusterBusyTimes(name="", resources=tuple(range(9)), time_groups=SETS, minimum=2, maximum=3),
    busyness.LimitBusyTimes(name="", resources=PEOPLE, time_groups=SETS, minimum=2, maximum=3),
    busyness.LimitBusyTimes(name="", resources=PEOPLE, time_groups=SETS, minimum=2, counts_empty=True),
    busyness.LimitBusyTimes(name="", resources=PEOPLE, time_groups=SETS, minimum=2, maximum=2, tag="x"),
    busyness.LimitBusyTimes(name="", resources=PEOPLE, time_groups=SETS, minimum=2, maximum=2, once=True),
    busyness.LimitBusyTimes(name="", resources=PEOPLE, time_groups=SETS, minimum=3, counts_empty=True, once=True),
    busyness.LimitWorkload(name="", resources=tuple(range(9)), minimum=5, maximum=7),
    busyness.LimitRuns(name="", resources=PEOPLE, time_groups=ROWS, maximum=2),
    busyness.LimitRuns(name="", resources=PEOPLE, time_groups=ROWS, maximum=1, tag="x"),
    busyness.LimitRuns(name="", resources=PEOPLE, time_groups=ROWS, maximum=1, once=True),
    busyness.LimitSpan(name="", resources=PEOPLE, time_groups=ROWS, maximum=2),
    busyness.LimitSpan(name="", resources=PEOPLE, time_groups=ROWS, maximum=2, exceptions=2),
    busyness.RestBetweenDays(name="", resources=PEOPLE, time_groups=ROWS, minimum=3),
    busyness.RestBetweenDays(name="", resources=PEOPLE, time_groups=ROWS, minimum=6, circular=True),
    busyness.BeginDaysEarly(name="", resources=PEOPLE, time_groups=ROWS, maximum=1),
    busyness.LimitMoves(name="", resources=PEOPLE, time_groups=ROWS, maximum=0),
    busyness.LimitMoves(name="", resources=PEOPLE, time_groups=ROWS, maximum=1, rooms=True),
    busyness.LimitMoves(name="", resources=PEOPLE, time_groups=ROWS, maximum=1, together=True),
    busyness.GapsBetweenPlaces(name="", resources=PEOPLE, time_groups=ROWS, minimum=2),
    busyness.GapsBetweenPlaces(
        name="", resources=PEOPLE, time_groups=ROWS, minimum=1, minutes=(("north", "south", 75),)
    ),
    busyness.ShareFairly(name="", groups=((2, 3, 4),), times=MORNING, maximum=1),
]


def with_cost(constraint: Constraint, cost: Cost, *, required: bool = False) -> Constraint:
    given = {name: getattr(constraint, name) for name in constraint.__dataclass_fields__}
    return type(constraint)(**{**given, "cost": cost, "weight": 3, "required": required})


@pytest.mark.parametrize("constraint", KINDS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("cycle", [1, 2])
def test_costs_what_verify_says(constraint: Constraint, cycle: int) -> None:
    missed = 0
    for seed in range(5):
        chance = random.Random(seed)
        cost = (Cost.LINEAR, Cost.QUADRATIC, Cost.STEP)[seed % 3]
        problem = random_problem(chance, with_cost(constraint, cost), cycle=cycle)
        timetable = random_timetable(chance, problem, unplaced=0.1 if seed > 2 else 0.0)
        verdict = verify(problem, timetable)
        missed += verdict.optional
        assert cost_in_model(problem, timetable) == verdict.optional, (seed, cost)
    assert missed


@pytest.mark.parametrize("constraint", KINDS, ids=lambda one: type(one).__name__)
def test_required_ones_have_their_price(constraint: Constraint) -> None:
    for seed in range(3):
        chance = random.Random(seed)
        problem = random_problem(chance, with_cost(constraint, Cost.LINEAR, required=False))
        timetable = random_timetable(chance, problem)
        priced = Problem(
            problem.times, problem.resources, problem.events, (with_cost(constraint, Cost.LINEAR, required=True),)
        )
        if isinstance(
            constraint,
            staffing.PreferResources
            | staffing.FitRooms
            | times.PreferTimes
            | times.SplitEvents
            | busyness.AvoidUnavailableTimes
            | busyness.AvoidClashes,
        ):
            continue
        assert cost_in_model(priced, timetable, price=100) == 100 * verify(priced, timetable).required


@pytest.mark.parametrize("constraint", KINDS, ids=lambda one: type(one).__name__)
def test_hard_ones_are_exactly_what_may_not_be_missed(constraint: Constraint) -> None:
    """A hard constraint refuses a random timetable if and only if verify does."""
    refused = 0
    for seed in range(6):
        chance = random.Random(seed)
        bare = random_problem(chance)
        timetable = random_timetable(chance, bare, unplaced=0.2 if seed > 4 else 0.0)
        problem = Problem(bare.times, bare.resources, bare.events, (with_cost(constraint, Cost.LINEAR, required=True),))
        building = build(problem, classes_of(problem))
        values = building.values(timetable)
        for part in building.parts:
            for variable in [
                *part.starts.values(),
                *part.unplaced.values(),
                *(one for some in part.chosen.values() for one in some.values()),
            ]:
                building.model.add(variable == values[variable.index])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        is_possible = solver.solve(building.model) == cp_model.OPTIMAL and building.pieces(solver.value) == timetable
        assert is_possible == verify(problem, timetable).is_valid, seed
        refused += not is_possible
    assert refused


class _Counting(cp_model.CpSolverSolutionCallback):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_solution_callback(self) -> None:
        self.count += 1


def test_pieces_that_must_run_begin_alike_wherever_both_may() -> None:
    """A lesson of one time and one of two, at one start: two days of three times have four."""
    hours = tuple(Time(f"{day}.{hour}", day) for day in range(2) for hour in range(3))
    events = tuple(Event(f"e{length}", length, (Need("teacher", length - 1),), pieces=(length,)) for length in (1, 2))
    problem = Problem(
        hours,
        (Resource("ann", "teacher"), Resource("bob", "teacher")),
        events,
        (
            times.AssignTimes(name="", events=(0, 1)),
            times.BeginAlike(name="", groups=((0, 1),), time_groups=tuple(frozenset({time}) for time in range(6))),
            busyness.AvoidClashes(name="", resources=(0, 1)),
        ),
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    counting = _Counting()
    solver.solve(build(problem, classes_of(problem)).model, counting)
    assert counting.count == 4
