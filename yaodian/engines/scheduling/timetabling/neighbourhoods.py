"""Which events a step of the search sets free while the others stay where they are."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .constraints.base import Constraint
from .constraints.times import AdjoinEvents, BeginAlike, LinkEvents, OrderEvents
from .problem import Problem, Timetable
from .verifying import Breach


@dataclass
class Surroundings:
    """What neighbourhoods are made of: who shares resources with whom, and who cannot move alone."""

    problem: Problem
    bound: list[frozenset[int]] = field(init=False)
    events_of: list[tuple[int, ...]] = field(init=False)
    resources_of: list[tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        events_of: dict[int, list[int]] = defaultdict(list)
        resources_of: list[tuple[int, ...]] = []
        for index, event in enumerate(self.problem.events):
            mine = tuple(dict.fromkeys(need.resource for need in event.needs if need.resource is not None))
            resources_of.append(mine)
            for one in mine:
                events_of[one].append(index)
        self.resources_of = resources_of
        self.events_of = [tuple(events_of[one]) for one in range(len(self.problem.resources))]
        self.bound = _bound(self.problem)

    def closed(self, events: Iterable[int]) -> frozenset[int]:
        """The events and those that cannot move without them."""
        return frozenset().union(*(self.bound[event] for event in events))


def _bound(problem: Problem) -> list[frozenset[int]]:
    """For every event those that required constraints tie to its very times."""
    leader = list(range(len(problem.events)))

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for constraint in problem.constraints:
        if not constraint.required:
            continue
        for group in _tied(constraint):
            for other in group[1:]:
                leader[find(other)] = find(group[0])
    groups: dict[int, list[int]] = defaultdict(list)
    for event in range(len(problem.events)):
        groups[find(event)].append(event)
    whole = {one: frozenset(group) for one, group in groups.items()}
    return [whole[find(event)] for event in range(len(problem.events))]


def _tied(constraint: Constraint) -> Iterable[tuple[int, ...]]:
    if isinstance(constraint, LinkEvents | BeginAlike | AdjoinEvents):
        return constraint.groups
    if isinstance(constraint, OrderEvents):
        return constraint.pairs
    return ()


Choice = Callable[["Moment"], list[int]]


@dataclass
class Moment:
    """What a neighbourhood is chosen from: the best timetable, what it misses (in events which ``whole`` translates), how many events to free, chance."""

    around: Surroundings
    timetable: Timetable
    breaches: tuple[Breach, ...]
    whole: tuple[int, ...]
    size: int
    chance: random.Random


def _fill(moment: Moment, ranked: Iterable[int]) -> list[int]:
    """The first of the ranked events, with those tied to them, up to the size."""
    taken: dict[int, None] = {}
    for event in ranked:
        if len(taken) >= moment.size:
            break
        if event not in taken:
            taken.update(dict.fromkeys(sorted(moment.around.bound[event])))
    return list(taken)


def by_chance(moment: Moment) -> list[int]:
    events = list(range(len(moment.around.problem.events)))
    moment.chance.shuffle(events)
    return _fill(moment, events)


def by_resources(moment: Moment) -> list[int]:
    """All events of some resources that have events in common with one another."""
    around = moment.around
    used = [one for one, events in enumerate(around.events_of) if events]
    if not used:
        return by_chance(moment)
    queue = [moment.chance.choice(used)]
    seen = set(queue)
    taken: dict[int, None] = {}
    while queue and len(taken) < moment.size:
        one = queue.pop(0)
        events = list(around.events_of[one])
        moment.chance.shuffle(events)
        for event in events[: max(1, moment.size - len(taken))]:
            taken.update(dict.fromkeys(sorted(around.bound[event])))
        near = [other for event in events for other in around.resources_of[event] if other not in seen]
        moment.chance.shuffle(near)
        for other in near:
            if other not in seen:
                seen.add(other)
                queue.append(other)
        if not queue and len(taken) < moment.size:
            rest = [other for other in used if other not in seen]
            if rest:
                queue.append(moment.chance.choice(rest))
                seen.add(queue[-1])
    return list(taken)


def by_days(moment: Moment) -> list[int]:
    """Events with a piece on one or two days."""
    problem = moment.around.problem
    days = list(range(len(problem.days)))
    moment.chance.shuffle(days)
    chosen = set(days[: moment.chance.choice((1, 2))])
    events = sorted(
        {
            piece.event
            for piece in moment.timetable.pieces
            if piece.time is not None and problem.times[piece.time].day in chosen
        }
    )
    moment.chance.shuffle(events)
    return _fill(moment, events)


def by_times(moment: Moment) -> list[int]:
    """Events with a piece at some times, wherever they are in the week."""
    problem = moment.around.problem
    times = list(range(len(problem.times)))
    moment.chance.shuffle(times)
    rank = {time: place for place, time in enumerate(times)}
    pieces = [piece for piece in moment.timetable.pieces if piece.time is not None]
    moment.chance.shuffle(pieces)
    pieces.sort(key=lambda piece: rank[piece.time or 0])
    return _fill(moment, (piece.event for piece in pieces))


def by_breaches(moment: Moment) -> list[int]:
    """Events that have part in what is missed, and events that share resources with them."""
    around = moment.around
    breaches = [breach for breach in moment.breaches if breach.cost]
    if not breaches:
        return by_chance(moment)
    weights = [breach.cost for breach in breaches]
    chosen = moment.chance.choices(breaches, weights, k=max(1, min(len(breaches), moment.size // 8)))
    seeds: dict[int, None] = {}
    for breach in chosen:
        for event in breach.deviation.events:
            seeds[moment.whole[event]] = None
        for one in breach.deviation.resources:
            events = list(around.events_of[one])
            moment.chance.shuffle(events)
            seeds.update(dict.fromkeys(events))
    stays = [piece.event for piece in moment.timetable.pieces if piece.time is None]
    if stays:
        seeds = {moment.chance.choice(stays): None, **seeds}
    ranked = list(seeds)
    near = [other for event in ranked for one in around.resources_of[event] for other in around.events_of[one]]
    moment.chance.shuffle(near)
    return _fill(moment, [*ranked[: max(1, moment.size // 2)], *near])


CHOICES: tuple[Choice, ...] = (by_breaches, by_resources, by_days, by_times, by_chance)
