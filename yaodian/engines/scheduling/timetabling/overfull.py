"""Bounds by counting: resources, rooms of a kind, days and fields of which more is wanted than there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from ortools.graph.python.max_flow import SimpleMaxFlow  # type: ignore[import-untyped]  # OR-Tools has no types here

from .constraints.busyness import LimitWorkload
from .constraints.times import KeepApart, LimitRunning, SpreadEvents
from .findings import Code, Finding
from .problem import Need, Problem
from .reaching import Reach, given


def resources(problem: Problem, reach: Reach, told_of: set[int]) -> Iterator[Finding]:
    """A resource is wanted at no more times of a week than it can be busy at, and within its workload; events ``told_of`` aside."""
    placed = reach.placed - told_of
    wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
    load: dict[int, int] = defaultdict(int)
    for index, event in enumerate(problem.events):
        for need in event.needs:
            if need.resource is not None:
                load[need.resource] += _first(need.workload, event.workload, event.duration)
        if index in placed:
            for resource in given(problem, index) & reach.clashing:
                for week in problem.weeks_of(index):
                    wanted[resource, week].append(index)
    told = set()
    for (resource, week), events in sorted(wanted.items()):
        needed = sum(problem.events[index].duration for index in events)
        there, reasons = reach.supply(resource, events)
        # Weeks alike in both figures are one finding.
        if needed > there and (resource, needed, there) not in told:
            told.add((resource, needed, there))
            yield Finding(
                Code.RESOURCE_OVERFULL,
                events=tuple(events),
                resources=(resource,),
                constraints=reasons,
                needed=needed,
                there=there,
                week=week if problem.cycle > 1 else None,
            )
    for at, constraint in enumerate(problem.constraints):
        if isinstance(constraint, LimitWorkload) and constraint.required and constraint.maximum is not None:
            for resource in constraint.resources:
                if load[resource] > constraint.maximum:
                    yield Finding(
                        Code.WORKLOAD_OVERFULL,
                        resources=(resource,),
                        constraints=(at,),
                        needed=load[resource],
                        there=constraint.maximum,
                    )


def _first(*given: int | None) -> int:
    return next(one for one in given if one is not None)


def kinds(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Needs that must be filled find as many times of candidates as they last (Hall)."""
    filled, placed = reach.filled, reach.placed
    for week in range(problem.cycle):
        demand: dict[tuple[int, ...], list[tuple[int, Need]]] = defaultdict(list)
        taken: dict[int, int] = defaultdict(int)
        for index, event in enumerate(problem.events):
            if index not in placed or week not in problem.weeks_of(index):
                continue
            for need in event.needs:
                candidates = tuple(sorted(set(need.candidates)))
                if need.resource is not None:
                    taken[need.resource] += event.duration
                elif candidates and (index, need.role) in filled and reach.clashing.issuperset(candidates):
                    demand[candidates].append((index, need))
        found = _overfull(problem, reach, demand, taken)
        if found is not None:
            yield found
            return


def _overfull(
    problem: Problem, reach: Reach, demand: dict[tuple[int, ...], list[tuple[int, Need]]], taken: dict[int, int]
) -> Finding | None:
    """The sets of candidates on the source's side of a smallest cut want more than all their candidates have."""
    if not demand:
        return None
    sets = sorted(demand)
    wanted = {
        candidates: sum(problem.events[event].duration for event, _need in demand[candidates]) for candidates in sets
    }
    rooms = sorted(set(chain.from_iterable(sets)))
    free = {room: max(0, reach.supply(room, None)[0] - taken[room]) for room in rooms}
    node = {room: 2 + len(sets) + at for at, room in enumerate(rooms)}
    flow = SimpleMaxFlow()
    for at, candidates in enumerate(sets):
        flow.add_arc_with_capacity(0, 2 + at, wanted[candidates])
        for room in candidates:
            flow.add_arc_with_capacity(2 + at, node[room], wanted[candidates])
    for room in rooms:
        flow.add_arc_with_capacity(node[room], 1, free[room])
    flow.solve(0, 1)
    if flow.optimal_flow() == sum(wanted.values()):
        return None
    inside = set(flow.get_source_side_min_cut())
    short = [candidates for at, candidates in enumerate(sets) if 2 + at in inside]
    resources = tuple(sorted(set(chain.from_iterable(short))))
    return Finding(
        Code.KIND_OVERFULL,
        events=tuple(sorted({event for candidates in short for event, _need in demand[candidates]})),
        resources=resources,
        needed=sum(wanted[candidates] for candidates in short),
        there=sum(free[room] for room in resources),
        name=problem.resources[resources[0]].kind,
    )


def spreads(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """The pieces of a group are no more than its time groups may hold together, and no fewer than they must."""
    placed = reach.placed
    for at, constraint in enumerate(problem.constraints):
        if not isinstance(constraint, SpreadEvents) or not constraint.required or not constraint.spread:
            continue
        sets = [times for times, _minimum, _maximum in constraint.spread]
        if sum(map(len, sets)) != len(frozenset().union(*sets)):
            continue
        covers = len(frozenset().union(*sets)) == len(problem.times)
        most = [maximum for _times, _minimum, maximum in constraint.spread]
        least = sum(minimum for _times, minimum, _maximum in constraint.spread)
        for group in constraint.groups:
            pieces = [problem.events[event].pieces for event in group]
            known = [len(own) for own in pieces if own is not None]
            fewest = sum(known) + len(pieces) - len(known)
            if covers and placed.issuperset(group) and None not in most and fewest > sum(one or 0 for one in most):
                room = sum(one or 0 for one in most)
                yield Finding(Code.SPREAD_OVERFULL, events=tuple(group), constraints=(at,), needed=fewest, there=room)
            elif len(known) == len(pieces) and fewest < least:
                yield Finding(Code.SPREAD_OVERFULL, events=tuple(group), constraints=(at,), needed=least, there=fewest)


def at_once(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Events of which so many may run at once have times enough."""
    placed = reach.placed
    for at, constraint in enumerate(problem.constraints):
        if not constraint.required or not isinstance(constraint, KeepApart | LimitRunning):
            continue
        most = 1 if isinstance(constraint, KeepApart) else constraint.maximum
        if most is None:
            continue
        limited = frozenset(range(len(problem.times))) if isinstance(constraint, KeepApart) else constraint.times
        for group in constraint.groups:
            for week in range(problem.cycle):
                running = [one for one in group if one in placed and week in problem.weeks_of(one)]
                times = frozenset().union(*map(reach.times, running))
                needed = sum(problem.events[one].duration for one in running)
                there = most * len(times & limited) + len(running) * len(times - limited)
                if needed > there:
                    yield Finding(
                        Code.AT_ONCE_OVERFULL, events=tuple(running), constraints=(at,), needed=needed, there=there
                    )
                    break
