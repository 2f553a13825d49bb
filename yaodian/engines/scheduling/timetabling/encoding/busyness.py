"""Constraints on when resources are busy, as rows of the model (``constraints.busyness`` says what each means)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import lcm

from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling.constraints import busyness as kinds

from .base import encode
from .building import Building, Part, literals
from .points import Literal, Point


def _row(
    building: Building, resource: int, week: int, times: Iterable[int], tag: str | None = None
) -> list[Literal | None]:
    return [building.bearing(resource, week, time, tag) for time in times]


@encode.register
def _(constraint: kinds.AvoidClashes, building: Building) -> None:
    overlapping = building.problem.overlapping
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            there = building.terms[resource][week]
            for time, terms in there.items():
                if len(terms) > 1:
                    point.outside(terms, 0, 1, times=times)
                for other in overlapping[time]:
                    if other <= time or other not in there:
                        continue
                    if point.is_hard:
                        building.model.add_at_most_one([*terms, *there[other]])
                        continue
                    both = building.model.new_bool_var("")
                    mine, yours = building.any_of(terms), building.any_of(there[other])
                    building.model.add_bool_or([~mine, ~yours, both])
                    point.amount(both, times, times)
        point.close()


@encode.register
def _(constraint: kinds.AvoidUnavailableTimes, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            for one in literals(_row(building, resource, week, sorted(constraint.times))):
                point.literal(one, times)
        point.close()
    if constraint.required:
        return  # where a class may not be, no choice of it was made
    for members, crowd in zip(building.classes.members, building.crowds, strict=True):
        if len(members) == 1 or members[0] not in constraint.resources:
            continue
        point = building.point(constraint)
        for there in crowd:
            for time in sorted(constraint.times):
                for one in there.get(time, ()):
                    point.literal(one)
        point.close()


@encode.register
def _(constraint: kinds.LimitIdleTimes, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            groups = [_idle(building, point, constraint, resource, week, group) for group in constraint.time_groups]
            if not constraint.each:
                groups = [[one for some in groups for one in some]]
            for idle in groups:
                point.outside(idle, constraint.minimum, constraint.maximum, times=times)
        point.close()


def _idle(
    building: Building, point: Point, constraint: kinds.LimitIdleTimes, resource: int, week: int, group: Sequence[int]
) -> list[Literal]:
    """Booleans of the idle times of a group; where none is allowed, they are forbidden at once and none is returned."""
    model = building.model
    row = _row(building, resource, week, group)
    before, after = building.prefix(row), building.suffix(row)
    idle: list[Literal] = []
    for place in range(1, len(group) - 1):
        early, late, busy = before[place - 1], after[place + 1], row[place]
        if early is None or late is None or group[place] in constraint.not_idle:
            continue
        if point.is_hard and constraint.maximum == 0:
            model.add_bool_or([~early, ~late] if busy is None else [~early, ~late, busy])
            continue
        key = ("idle", early.index, late.index, None if busy is None else busy.index)
        if key not in building.memory:
            one = model.new_bool_var("")
            model.add_bool_or(literals([~early, ~late, busy, one]))
            model.add_implication(one, early)
            model.add_implication(one, late)
            if busy is not None:
                model.add_implication(one, ~busy)
            building.memory[key] = one
        idle.append(building.memory[key])
    return idle


@encode.register
def _(constraint: kinds.ClusterBusyTimes, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            used = []
            for group in constraint.time_groups:
                there = literals(_row(building, resource, week, sorted(group)))
                if there:
                    used.append(building.any_of(there))
            point.outside(used, constraint.minimum, constraint.maximum, times=times)
        point.close()


@encode.register
def _(constraint: kinds.LimitBusyTimes, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            for group in constraint.time_groups:
                there = literals(_row(building, resource, week, sorted(group), constraint.tag))
                free: Literal | None = None
                if not constraint.counts_empty:
                    if not there:
                        continue
                    if constraint.minimum > 1:
                        free = ~building.any_of(there)
                minimum = constraint.minimum if constraint.counts_empty or constraint.minimum > 1 else 0
                if constraint.once and not point.is_hard:
                    _once(point, there, minimum, constraint.maximum, times, free)
                else:
                    point.outside(there, minimum, constraint.maximum, times=times, unless=free)
        point.close()


def _once(
    point: Point, there: list[Literal], minimum: int, maximum: int | None, amount: int, unless: Literal | None
) -> None:
    """So much is missed where the number of true ones is outside, by however much. ``unless`` lifts the minimum."""
    model = point.building.model
    missed = model.new_bool_var("")
    total = cp_model.LinearExpr.sum(there) if there else cp_model.LinearExpr.constant(0)
    is_told = False
    if maximum is not None and len(there) > maximum:
        model.add(total <= maximum + (len(there) - maximum) * missed)
        is_told = True
    if minimum > 0:
        row = model.add(total >= minimum - minimum * missed)
        if unless is not None:
            row.only_enforce_if(~unless)
        is_told = True
    if is_told:
        point.amount(missed, amount, amount)


@encode.register
def _(constraint: kinds.LimitWorkload, building: Building) -> None:
    problem = building.problem
    for resource in constraint.resources:
        point = building.point(constraint)
        for week in range(problem.cycle):
            given = 0
            rows: list[tuple[Literal, int, int]] = []
            for index, place in building.attending.get(resource, ()):
                event = problem.events[index]
                need = event.needs[place]
                if week not in problem.weeks_of(index):
                    continue
                load = next(one for one in (need.workload, event.workload, event.duration) if one is not None)
                if need.resource == resource:
                    given += load
                    continue
                for part in building.parts_of[index]:
                    for (length, start), _ in part.starts.items():
                        for number, one in part.chosen[place, length, start].items():
                            if building.classes.members[number][0] == resource:
                                rows.append((one, load * length, event.duration))
            scale = lcm(*(whole for _, _, whole in rows)) if rows else 1
            _bound_load(constraint, point, [(one, load * scale // whole) for one, load, whole in rows], given, scale)
        point.close()


def _bound_load(
    constraint: kinds.LimitWorkload, point: Point, rows: list[tuple[Literal, int]], given: int, scale: int
) -> None:
    """What of ``given`` and the rows (in units of 1/scale) is outside the bounds, rounded up."""
    model = point.building.model
    most = given + sum(load for _, load in rows) // scale + 1
    span = 0 if point.is_hard else most + constraint.minimum
    missed = model.new_int_var(0, span, "")
    total = cp_model.LinearExpr.weighted_sum([one for one, _ in rows], [load for _, load in rows])
    model.add(total + given * scale + scale * missed >= constraint.minimum * scale)
    if constraint.maximum is not None:
        model.add(total + given * scale - scale * missed <= constraint.maximum * scale)
    point.amount(missed, 1, span)


@encode.register
def _(constraint: kinds.LimitRuns, building: Building) -> None:
    long = constraint.maximum + 1
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            for group in constraint.time_groups:
                row = _row(building, resource, week, group, constraint.tag)
                for first in range(len(group) - long + 1):
                    window = row[first : first + long]
                    if any(one is None for one in window):
                        continue
                    if constraint.once and not point.is_hard:
                        # The run counts where it begins to be long: later windows have a busy time before them.
                        before = literals(row[first - 1 : first]) if first else []
                        missed = building.model.new_bool_var("")
                        building.model.add_bool_or([*(~one for one in window if one is not None), *before, missed])
                        point.amount(missed, times, times)
                    else:
                        point.outside(window, 0, constraint.maximum, times=times)
        point.close()


@encode.register
def _(constraint: kinds.LimitSpan, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            longs: list[Literal] = []
            for group in constraint.time_groups:
                row = _row(building, resource, week, group)
                before, after = building.prefix(row), building.suffix(row)
                firsts = range(len(group) - constraint.maximum)
                if constraint.exceptions == 0:
                    for first in firsts:
                        _both(point, before[first], after[first + constraint.maximum], times)
                    continue
                # The first time too many is counted by days, against the exceptions; every further one for itself.
                for first in firsts[:-1]:
                    _both(point, before[first], after[first + constraint.maximum + 1], times)
                ends = [(before[first], after[first + constraint.maximum]) for first in firsts]
                if pairs := [(one, other) for one, other in ends if one is not None and other is not None]:
                    long = building.model.new_bool_var("")
                    for one, other in pairs:
                        building.model.add_bool_or([~one, ~other, long])
                    longs.append(long)
            point.outside(longs, 0, constraint.exceptions, times=times)
        point.close()


def _both(point: Point, one: Literal | None, other: Literal | None, amount: int) -> None:
    """If both are true, so much is missed."""
    if one is None or other is None:
        return
    model = point.building.model
    if point.is_hard:
        model.add_bool_or([~one, ~other])
        return
    missed = model.new_bool_var("")
    model.add_bool_or([~one, ~other, missed])
    point.amount(missed, amount, amount)


@encode.register
def _(constraint: kinds.RestBetweenDays, building: Building) -> None:
    groups = constraint.time_groups
    following = [*groups, groups[0]] if constraint.circular and groups else groups
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            for day, morrow in pairwise(following):
                late = building.suffix(_row(building, resource, week, day))
                early = building.prefix(_row(building, resource, week, morrow))
                if not late or not early:
                    continue
                # Busy at or after a place of the one day and at or before that place and ``minimum`` more of the next: once for each time missing.
                for place in range(-constraint.minimum, len(day)):
                    reach = place + constraint.minimum - len(day)
                    if reach >= 0:
                        _both(point, late[max(place, 0)], early[min(reach, len(early) - 1)], times)
        point.close()


@encode.register
def _(constraint: kinds.BeginDaysEarly, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            seconds: list[Literal] = []
            for group in constraint.time_groups:
                row = _row(building, resource, week, group)
                if not literals(row):
                    continue
                first, second = row[0], row[1] if len(row) > 1 else None
                early = building.prefix(row)
                if literals(row[2:]):
                    late = building.any_of(literals(row[2:]))
                    _unless(point, late, literals([early[min(1, len(early) - 1)]]), times)
                if second is not None:
                    if first is None:
                        seconds.append(second)
                    else:
                        one = building.model.new_bool_var("")
                        building.model.add_bool_or([~second, first, one])
                        building.model.add_implication(one, second)
                        building.model.add_implication(one, ~first)
                        seconds.append(one)
            point.outside(seconds, 0, constraint.maximum, times=times)
        point.close()


def _unless(point: Point, one: Literal, others: Sequence[Literal], amount: int) -> None:
    """If this is true and none of the others is, so much is missed."""
    model = point.building.model
    if point.is_hard:
        model.add_bool_or([~one, *others])
        return
    missed = model.new_bool_var("")
    model.add_bool_or([~one, *others, missed])
    point.amount(missed, amount, amount)


@encode.register
def _(constraint: kinds.LimitMoves, building: Building) -> None:
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            changes: list[list[Literal]] = []
            for group in constraint.time_groups:
                stays = _stays(building, resource, week, group, constraint.rooms_kind, constraint.rooms)
                changes.append(_moves(building, stays))
            if constraint.together:
                changes = [[one for moves in changes for one in moves]]
            for moves in changes:
                point.outside(moves, 0, constraint.maximum, times=times)
        point.close()


def _moves(building: Building, stays: list[dict[str, Literal]]) -> list[Literal]:
    """Booleans of the times at which somebody is elsewhere than where he was last."""
    model = building.model
    moves: list[Literal] = []
    last: dict[str, Literal] = {}
    for here in stays:
        if not here:
            continue
        if last:
            move = model.new_bool_var("")
            for place, one in here.items():
                for before, was in last.items():
                    if before != place:
                        model.add_bool_or([~one, ~was, move])
            moves.append(move)
        now: dict[str, Literal] = {}
        for place in {**last, **here}:
            one = model.new_bool_var("")
            if place in here:
                model.add_implication(here[place], one)
            if place in last:
                model.add_bool_or([~last[place], one, *here.values()])
            now[place] = one
        last = now
    return moves


def _stays(
    building: Building, resource: int, week: int, group: Sequence[int], kind: str, by_room: bool
) -> list[dict[str, Literal]]:
    """For every time of a group the places where the resource may be, each with its Boolean; at most one of them is true."""
    resources = building.problem.resources
    key = ("rooms", resource, week, kind, by_room)
    if key not in building.memory:
        building.memory[key] = _rooms_by_time(building, resource, week, kind, by_room)
    found: dict[int, dict[int, list[Literal]]] = building.memory[key]
    stays: list[dict[str, Literal]] = []
    for time in group:
        rooms = {room: building.any_of(some) for room, some in sorted(found.get(time, {}).items())}
        first = _first_of(building, rooms)
        places: dict[str, list[Literal]] = {}
        for room, one in first.items():
            places.setdefault(resources[room].id if by_room else resources[room].place, []).append(one)
        stays.append({place: building.any_of(some) for place, some in places.items()})
    return stays


def _first_of(building: Building, rooms: dict[int, Literal]) -> dict[int, Literal]:
    """Of several rooms at one time the first counts."""
    before = building.prefix(list(rooms.values()))
    first: dict[int, Literal] = {}
    for place, (room, one) in enumerate(rooms.items()):
        earlier = before[place - 1] if place else None
        if earlier is None:
            first[room] = one
            continue
        key = ("first", one.index, earlier.index)
        if key not in building.memory:
            alone = building.model.new_bool_var("")
            building.model.add_implication(alone, one)
            building.model.add_implication(alone, ~earlier)
            building.model.add_bool_or([~one, earlier, alone])
            building.memory[key] = alone
        first[room] = building.memory[key]
    return first


def _rooms_by_time(
    building: Building, resource: int, week: int, kind: str, by_room: bool
) -> dict[int, dict[int, list[Literal]]]:
    """By time and room, literals of pieces at which the resource is there."""
    problem = building.problem
    there: dict[int, dict[int, list[Literal]]] = {}
    for part in building.parts:
        if week not in problem.weeks_of(part.event):
            continue
        for (length, start), literal in part.starts.items():
            presence = _presence(building, part, length, start, resource)
            if presence is None:
                continue
            for room, one in _rooms(building, part, length, start):
                if problem.resources[room].kind != kind or not (by_room or problem.resources[room].place):
                    continue
                at = presence if one is None else one if presence is literal else building.both(one, presence)
                for time in building.span(start, length) or ():
                    there.setdefault(time, {}).setdefault(room, []).append(at)
    return there


def _presence(building: Building, part: Part, length: int, start: int, resource: int) -> Literal | None:
    """The Boolean that a piece begins here and the resource attends it."""
    held: list[Literal] = []
    for place, need in enumerate(building.problem.events[part.event].needs):
        if need.resource == resource:
            return part.starts[length, start]
        if need.resource is None:
            held.extend(
                one
                for number, one in part.chosen[place, length, start].items()
                if building.classes.members[number] == (resource,)
            )
    return building.any_of(held) if held else None


def _rooms(building: Building, part: Part, length: int, start: int) -> Iterator[tuple[int, Literal | None]]:
    """The resources of a piece, each standing for its class: with the Boolean of its choice, or None where it is given."""
    for place, need in enumerate(building.problem.events[part.event].needs):
        if need.resource is not None:
            yield need.resource, None
            continue
        for number, one in part.chosen[place, length, start].items():
            yield building.classes.members[number][0], one


@encode.register
def _(constraint: kinds.GapsBetweenPlaces, building: Building) -> None:
    model = building.model
    ways = {(one, other): minutes for one, other, minutes in constraint.minutes}
    ways.update({(other, one): minutes for one, other, minutes in constraint.minutes})
    for resource in constraint.resources:
        point = building.point(constraint)
        for week, times in building.weeks(resource):
            for group in constraint.time_groups:
                stays = _stays(building, resource, week, group, constraint.rooms_kind, constraint.rooms)
                for left in range(len(group)):
                    for right in range(left + 1, len(group)):
                        short = constraint.minimum - (right - left - 1)
                        between = [one for here in stays[left + 1 : right] for one in here.values()]
                        missed: Literal | None = None
                        for before, one in stays[left].items():
                            for after, other in stays[right].items():
                                if before == after:
                                    continue
                                if short <= 0 and not _is_late(
                                    building, group[left], group[right], ways.get((before, after))
                                ):
                                    continue
                                if point.is_hard:
                                    model.add_bool_or([~one, ~other, *between])
                                    continue
                                if missed is None:
                                    missed = model.new_bool_var("")
                                model.add_bool_or([~one, ~other, *between, missed])
                        if missed is not None:
                            point.amount(missed, times * max(short, 1), times * max(short, 1))
        point.close()


def _is_late(building: Building, before: int, after: int, minutes: int | None) -> bool:
    ends, begins = building.problem.times[before].ends_min, building.problem.times[after].begins_min
    return minutes is not None and ends is not None and begins is not None and begins - ends < minutes


@encode.register
def _(constraint: kinds.ShareFairly, building: Building) -> None:
    model = building.model
    for group in constraint.groups:
        point = building.point(constraint)
        for week in range(building.problem.cycle) if len(group) > 1 else ():
            rows = [literals(_row(building, one, week, sorted(constraint.times))) for one in group]
            most = max(len(row) for row in rows)
            if most <= constraint.maximum:
                continue
            high, low = model.new_int_var(0, most, ""), model.new_int_var(0, most, "")
            for row in rows:
                total = cp_model.LinearExpr.sum(row) if row else 0
                model.add(high >= total)
                model.add(low <= total)
            point.outside([high, low], 0, constraint.maximum, coefficients=[1, -1], most=most)
        point.close()
