"""From choices to named groups: the stages one after the other, and what is tried where one of them finds no way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from .classes import Arranged, Class, Classes, Hosted
from .counting import Ground, Pattern
from .naming import Named, name
from .planning import Planned, Planner
from .relaxing import explain
from .results import Sections
from .school import Choices, Combination
from .searching import Limits, Search, Status


def section(choices: Choices, *, seed: str, limits: Limits | None = None) -> Sections:
    """Groups for everybody: as few as can be, home classes together, sizes even, in this order. Raises UnfitSchool for a limit of 0.

    A result without groups is INFEASIBLE, with reasons, or UNKNOWN: the time was too short, or somebody cancelled.
    """
    search = Search(limits or Limits(), seed)
    ground = Ground(choices.school)
    planner = Planner(ground, choices.counts, search)
    fewest = planner.fewest()
    if not fewest.answer.found:
        return _without(choices, search, fewest.answer.status)
    most = fewest.best + choices.school.rules.spare_groups
    status, bound, named = Status.UNKNOWN, fewest.bound, None
    for planned in planner.plans_kept(most) if choices.school.homes.kept else planner.plans(most):
        named = _named(choices, ground, planned, search, most)
        if named:
            break
    if named is None:
        status, bound, named = _freely(choices, ground, planner, search, bound)
    if named is None:
        return _without(choices, search, status)
    reached = len(named.groups) <= bound + choices.school.rules.spare_groups
    return Sections(
        Status.OPTIMAL if reached else Status.FEASIBLE,
        choices.digest,
        seed,
        named.groups,
        named.homes,
        bound,
        named.moves,
        named.mixed,
        search.cut_short,
    )


def _without(choices: Choices, search: Search, status: Status) -> Sections:
    if status is not Status.INFEASIBLE:
        return Sections(Status.UNKNOWN, choices.digest, search.seed, cut_short=search.cut_short)
    told = explain(choices.school, choices.counts, search)
    return Sections(
        Status.INFEASIBLE,
        choices.digest,
        search.seed,
        cut_short=search.cut_short,
        reasons=told.reasons,
        relaxations=told.relaxations,
    )


def _freely(
    choices: Choices, ground: Ground, planner: Planner, search: Search, bound: int
) -> tuple[Status, int, Named | None]:
    """The whole question at once. Returns the status where nothing is found, and a bound on the groups."""
    if choices.school.homes.kept:
        classes = _kept(choices, ground)
        empty = Planned((), (), {}, {})
        status, arranged = Classes(ground, classes, empty, choices.counts).arrange(search, freely=True, most=None)
        return status, bound, name(choices, ground, classes, arranged, search) if arranged else None
    status, planned = planner.plan_freely(bound)
    if planned is None:
        return status, bound, None
    most = sum(planned.groups.values())
    named = _named(choices, ground, planned, search, most)
    if named is None:
        classes = [Class(size) for _kind, size in planned.classes]
        _status, arranged = Classes(ground, classes, planned, choices.counts).arrange(search, freely=True, most=None)
        # That these classes cannot be arranged does not prove that no others can.
        named = name(choices, ground, classes, arranged, search) if arranged else None
    return Status.UNKNOWN, bound, named


def _named(choices: Choices, ground: Ground, planned: Planned, search: Search, most: int) -> Named | None:
    kept = choices.school.homes.kept
    classes = _kept(choices, ground) if kept else [Class(size, kind) for kind, size in planned.classes]
    rest: Counter[Combination] = Counter()
    for (combination, _blocks), count in planned.flow.items():
        rest[combination] += count
    demand = {combination: count for combination, count in rest.items() if count}
    _status, arranged = Classes(ground, classes, planned, demand).arrange(search, freely=False, most=most)
    if arranged is None:
        return None
    full, with_full = _with_full(classes, arranged, planned, choices.school.homes.most)
    return name(choices, ground, full, with_full, search)


def _with_full(
    classes: Sequence[Class], arranged: Arranged, planned: Planned, most: int
) -> tuple[list[Class], Arranged]:
    """The full classes beside the others: all of a class stay, and nobody comes. A class that hosts all subjects of a combination
    takes pupils from larger full classes until they are even: nobody moves more for it."""
    every = list(classes)
    members = [dict(mine) for mine in arranged.members]
    hosted = dict(arranged.hosted)
    full = [(pattern, len(every) + at, pupils) for at, (pattern, _size, pupils) in enumerate(planned.full)]
    for pattern, at, pupils in full:
        every.append(Class(planned.full[at - len(classes)][1]))
        members.append({pattern: pupils})
        for subject, block in _places(pattern):
            hosted[at, subject, block] = Hosted(pupils, 0)
    for at, each in enumerate(classes):
        for taken in sorted(members[at]):
            places = _places(taken)
            givers = [(pattern, giver) for pattern, giver, _pupils in full if pattern[0] == taken[0]]
            while givers and all((at, *place) in hosted for place in places):
                # The largest gives, as long as it stays the larger one.
                pattern, giver = max(givers, key=lambda one: (sum(members[one[1]].values()), -one[1]))
                left, size = sum(members[giver].values()) - 1, max(hosted[at, *place].size for place in places)
                if sum(members[at].values()) >= min(each.room, most) or size >= left:
                    break
                members[at][taken] += 1
                members[giver][pattern] -= 1
                for key, by in [((at, *place), 1) for place in places] + [((giver, *p), -1) for p in _places(pattern)]:
                    hosted[key] = replace(hosted[key], stay=hosted[key].stay + by)
    return every, Arranged(tuple(members), hosted, arranged.others)


def _places(pattern: Pattern) -> list[tuple[str, str]]:
    return list(zip(*pattern, strict=True))


def _kept(choices: Choices, ground: Ground) -> list[Class]:
    """The classes that pupils come from, the largest with the largest rooms; a class for which there is none has no room."""
    who: dict[str, Counter[Combination]] = defaultdict(Counter)
    for pupil in choices.pupils:
        who[pupil.home][pupil.choice] += 1
    codes = sorted(who, key=lambda code: (-who[code].total(), code))
    rooms = sorted(ground.home_rooms.elements(), reverse=True)
    if choices.school.rooms is None:
        rooms = [ground.sizes[-1]] * len(codes)
    rooms += [0] * (len(codes) - len(rooms))
    return sorted(
        (Class(room, None, who[code], code) for code, room in zip(codes, rooms, strict=False)),
        key=lambda each: each.code,
    )
