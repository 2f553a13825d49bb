"""A model of a neighbourhood costs more or less by what ``verify`` says that the whole does: random timetables, random events free and moved."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling import Problem, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import busyness, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.encoding import Building, Holding, build_held, classes_of
from yaodian.engines.scheduling.timetabling.occupancy import Occupancy

from .test_encoding import KINDS, random_problem, random_timetable, with_cost


def moved(problem: Problem, before: Timetable, after: Timetable, free: frozenset[int]) -> Timetable:
    """The free events where the second timetable has them, the others where the first does."""
    kept = [piece for piece in before.pieces if piece.event not in free]
    return Timetable.of(problem, [*kept, *(piece for piece in after.pieces if piece.event in free)])


def cost_of(building: Building, timetable: Timetable) -> int | None:
    """What the model says of a timetable; None where it cannot say it."""
    values = building.values(timetable)
    for index, value in values.items():
        building.model.add(building.model.get_int_var_from_proto_index(index) == value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(building.model) != cp_model.OPTIMAL:
        return None
    found = building.pieces(lambda variable: solver.value(variable))
    assert found is not None
    # Rooms of a class may have been shared out in another way; what has no such start stays unplaced.
    if [(one.event, one.time) for one in found.pieces] != [(one.event, one.time) for one in timetable.pieces]:
        return None
    return round(solver.objective_value) if building.variables else 0


@pytest.mark.parametrize("constraint", KINDS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("cycle", [1, 2])
def test_a_neighbourhood_costs_what_the_whole_costs_more(constraint: Constraint, cycle: int) -> None:
    changed = 0
    for seed in range(30):
        if seed >= 5 and changed:
            break
        chance = random.Random(seed)
        cost = (Cost.LINEAR, Cost.QUADRATIC, Cost.STEP)[seed % 3]
        problem = random_problem(chance, with_cost(constraint, cost), cycle=cycle)
        before = random_timetable(chance, problem, unplaced=0.2)
        free = frozenset(chance.sample(range(8), 3))
        after = moved(problem, before, random_timetable(chance, problem, unplaced=0.2), free)
        classes = classes_of(problem)
        held = Holding(problem, classes).hold(Occupancy(problem, before), free)
        there = cost_of(build_held(held, classes), after)
        difference = verify(problem, after).optional - verify(problem, before).optional
        changed += difference != 0
        assert there == held.optional + difference, (seed, cost)
    # Divisions are the same, and loads hardly change.
    assert changed or isinstance(constraint, times.SplitEvents | times.DistributeSplitEvents | busyness.LimitWorkload)


def test_where_somebody_held_is_busy_nobody_free_begins() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        clashes = busyness.AvoidClashes(name="", resources=tuple(range(9)))
        problem = random_problem(chance, clashes)
        before = random_timetable(chance, problem)
        whole = list(before.pieces)
        # Those that clash are taken out, so that what is held is without clashes.
        for piece in before.pieces:
            if verify(problem, Timetable.of(problem, whole)).required:
                whole.remove(piece)
        kept = Timetable.of(problem, whole)
        free = frozenset(chance.sample(range(8), 3))
        after = moved(problem, kept, random_timetable(chance, problem), free)
        classes = classes_of(problem)
        held = Holding(problem, classes).hold(Occupancy(problem, kept), free)
        there = cost_of(build_held(held, classes, price=100), after)
        assert (there is not None) is (verify(problem, after).required == 0), seed


def test_only_points_that_concern_free_events_are_left() -> None:
    chance = random.Random(3)
    limit = busyness.LimitIdleTimes(
        name="", required=False, resources=(0, 1, 2, 3, 4), time_groups=(tuple(range(5)), tuple(range(5, 10)))
    )
    problem = random_problem(chance, limit)
    timetable = random_timetable(chance, problem)
    held = Holding(problem, classes_of(problem)).hold(Occupancy(problem, timetable), {0})
    attending = {need.resource for need in problem.events[0].needs if need.resource is not None}
    (left,) = held.problem.constraints
    assert left == replace(limit, resources=tuple(sorted(attending)))
    others = {piece.event for piece in held.rest} | set(held.pieces) | {0}
    assert others == set(range(8))
    assert held.free.isdisjoint(held.pieces), "a free event is not held as well"
