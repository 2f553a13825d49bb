"""Constraints on the resources chosen for open needs, as rows of the model (``constraints.staffing`` says what each means)."""

from __future__ import annotations

from itertools import product
from typing import Any

from yaodian.engines.scheduling.timetabling.constraints import staffing as kinds

from .base import encode
from .building import Building, Part
from .classes import heads_of, unseated
from .points import Literal


@encode.register
def _(constraint: kinds.AssignResources, building: Building) -> None:
    for event in constraint.events:
        point = building.point(constraint)
        duration = building.problem.events[event].duration
        for place in building.problem.roles(event, constraint.role):
            if building.problem.events[event].needs[place].resource is not None:
                continue
            for part in building.parts_of[event]:
                for (length, start), literal in part.starts.items():
                    options = list(part.chosen[place, length, start].values())
                    if point.is_hard:
                        continue  # said where the choice was made
                    if not options:
                        point.literal(literal, length)
                        continue
                    without = building.model.new_bool_var("")
                    building.model.add_exactly_one([*options, without, ~literal])
                    point.amount(without, length, length)
                for length, count in part.unplaced.items():
                    point.amount(count, length, duration)
        point.close()


@encode.register
def _(constraint: kinds.PreferResources, building: Building) -> None:
    for event in constraint.events:
        point = building.point(constraint)
        for place in building.problem.roles(event, constraint.role):
            given = building.problem.events[event].needs[place].resource
            duration = building.problem.events[event].duration
            if given is not None:
                if given not in constraint.resources:
                    point.outside([], duration, None) if point.is_hard else point.amount(
                        building.model.new_constant(1), duration, duration
                    )
                continue
            for part in building.parts_of[event]:
                for (length, start), literal in part.starts.items():
                    chosen = part.chosen[place, length, start]
                    liked = {number for number in chosen if building.classes.members[number][0] in constraint.resources}
                    if not constraint.open_counts:
                        for number, one in chosen.items():
                            if number not in liked:
                                point.literal(one, length)
                        continue
                    row = [~literal, *(chosen[number] for number in liked)]
                    if point.is_hard:
                        building.model.add_bool_or(row)
                        continue
                    missed = building.model.new_bool_var("")
                    building.model.add_bool_or([*row, missed])
                    point.amount(missed, length, length)
                for length, count in part.unplaced.items() if constraint.open_counts else ():
                    if point.is_hard:
                        building.model.add(count == 0)
                    else:
                        point.amount(count, length, duration)
        point.close()


def _holding(building: Building, part: Part, role: str) -> dict[int, list[tuple[Any, int, int]]]:
    """By resource, the literals (with length and start) of pieces of a part that have it in a role."""
    found: dict[int, list[tuple[Literal, int, int]]] = {}
    needs = building.problem.events[part.event].needs
    for place in building.problem.roles(part.event, role):
        for (length, start), literal in part.starts.items():
            given = needs[place].resource
            if given is not None:
                found.setdefault(given, []).append((literal, length, start))
                continue
            for number, one in part.chosen[place, length, start].items():
                found.setdefault(building.classes.members[number][0], []).append((one, length, start))
    return found


@encode.register
def _(constraint: kinds.AvoidSplitAssignments, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        holding: dict[int, list[Literal]] = {}
        always: set[int] = set()
        for event in group:
            for part in building.parts_of[event]:
                for resource, rows in _holding(building, part, constraint.role).items():
                    holding.setdefault(resource, []).extend(one for one, _, _ in rows)
            for place in building.problem.roles(event, constraint.role):
                # A given one counts whether its pieces are placed or not.
                if (given := building.problem.events[event].needs[place].resource) is not None:
                    always.add(given)
        used = [building.any_of(rows) for resource, rows in sorted(holding.items()) if resource not in always]
        point.outside(used, 0, constraint.maximum, constant=len(always))
        point.close()


@encode.register
def _(constraint: kinds.SameResourceIfAdjoining, building: Building) -> None:
    problem = building.problem
    model = building.model
    for group in constraint.groups:
        point = building.point(constraint)
        parts = [part for event in group for part in building.parts_of[event]]
        holdings = [_holding(building, part, constraint.role) for part in parts]
        for (mine, one), (yours, other) in product(enumerate(parts), repeat=2):
            if mine == yours or not problem.are_ever_together(one.event, other.event):
                continue
            by_start: dict[int, list[tuple[int, Literal]]] = {}
            for resource, rows in holdings[yours].items():
                for literal, _, start in rows:
                    by_start.setdefault(start, []).append((resource, literal))
            apart: Literal | None = None
            for resource, rows in holdings[mine].items():
                for literal, length, start in rows:
                    last = (building.span(start, length) or (start,))[-1]
                    following = problem.followers[last]
                    if following is None or problem.times[following].day != problem.times[last].day:
                        continue
                    for another, second in by_start.get(following, ()):
                        if another == resource:
                            continue
                        if point.is_hard:
                            model.add_bool_or([~literal, ~second])
                            continue
                        if apart is None:
                            apart = model.new_bool_var("")
                        model.add_bool_or([~literal, ~second, apart])
            if apart is not None:
                point.amount(apart, 1, 1)
        point.close()


@encode.register
def _(constraint: kinds.FitRooms, building: Building) -> None:
    problem = building.problem
    for event in constraint.events:
        heads = heads_of(problem, event, constraint.kind)
        point = building.point(constraint)
        rows: list[tuple[Literal, int]] = []
        for part in building.parts_of[event]:
            for resource, held in _holding_sizes(building, part, constraint.role).items():
                missing = unseated(problem, resource, heads)
                rows.extend((one, missing) for one in held if missing)
        if rows and point.is_hard:
            building.model.add_bool_and(~one for one, _ in rows)
        elif rows:
            most = max(missing for _, missing in rows)
            worst = building.model.new_int_var(0, most, "")
            for one, missing in rows:
                building.model.add(worst >= missing).only_enforce_if(one)
            point.amount(worst, 1, most)
        point.close()


def _holding_sizes(building: Building, part: Part, role: str) -> dict[int, list[Literal]]:
    """By a resource that stands for its class (its members are of one size), the literals that choose it."""
    return {resource: [one for one, _, _ in rows] for resource, rows in _holding(building, part, role).items()}
