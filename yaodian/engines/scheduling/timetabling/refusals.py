"""What is wrong with a problem before anybody solves it: findings as codes and indices, found by counting and without a search.

A finding that ``is_certain`` proves that no timetable keeps all required constraints; the others are very likely slips (a class taught by
nobody, a teacher named twice). That nothing is found proves nothing: only the bounds below are held.

Bounds: a resource's lessons of a week against the times at which it can be busy; needs of rooms by Hall's condition («On representatives
of subsets», 1935), as a cut of a flow from sets of candidates to rooms; pieces of a group against what its days may hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from .bound_events import links, orders
from .constraints.staffing import FitRooms
from .findings import Code, Finding
from .overfull import at_once, kinds, resources, spreads
from .problem import Problem
from .reaching import Reach, given, lengths

__all__ = ["Code", "Finding", "unfit"]

#: Slips of single events, which would only come back as too few times of their resources.
_OF_ONE_EVENT = {Code.LENGTH_FITS_NO_DAY, Code.NO_START, Code.NOT_ENOUGH_STARTS, Code.FIXED_AT_ONCE}


def unfit(problem: Problem, *, teaching: Sequence[str] = ("teacher",)) -> tuple[Finding, ...]:
    """Everything that is found, kind by kind in the order of ``Code``, then by indices.

    Every event needs somebody of a kind in ``teaching``; none given, nobody is missed.
    """
    broken = [*_bad_indices(problem)]
    if broken:
        return tuple(broken)
    if not problem.times:
        return (Finding(Code.NO_TIMES, needed=1, there=0),)
    reach = Reach(problem)
    found = [
        finding
        for finder in (
            _empty,
            _names,
            _lengths,
            _starts,
            _fixed,
            _needs,
            _groups,
            kinds,
            spreads,
            at_once,
            links,
            orders,
        )
        for finding in finder(problem, reach)
    ]
    found += resources(problem, reach, {event for one in found if one.code in _OF_ONE_EVENT for event in one.events})
    found += _untaught(problem, frozenset(teaching))
    order = {code: at for at, code in enumerate(Code)}
    unique = dict.fromkeys(found)
    return tuple(
        sorted(
            unique, key=lambda one: (order[one.code], one.events, one.resources, one.times, one.constraints, one.name)
        )
    )


def _bad_indices(problem: Problem) -> Iterator[Finding]:
    count = len(problem.resources)
    for index, event in enumerate(problem.events):
        named = [need.resource for need in event.needs if need.resource is not None]
        named += [one for need in event.needs for one in need.candidates]
        if wrong := tuple(sorted({one for one in named if not 0 <= one < count})):
            yield Finding(Code.BAD_INDEX, events=(index,), resources=wrong)
        if event.time is not None and not 0 <= event.time < len(problem.times):
            yield Finding(Code.BAD_INDEX, events=(index,), times=(event.time,))
        if any(not 0 <= week < problem.cycle for week in event.weeks):
            yield Finding(Code.BAD_INDEX, events=(index,), name="weeks", there=problem.cycle)


def _empty(problem: Problem, _reach: Reach) -> Iterator[Finding]:
    """There is something to teach."""
    if not problem.events:
        yield Finding(Code.NOTHING_TO_TEACH, needed=1, there=0)


def _names(problem: Problem, _reach: Reach) -> Iterator[Finding]:
    """An id stands for one time, one resource, one event."""
    times, resources, events = (
        _twice([one.id for one in problem.times]),
        _twice([one.id for one in problem.resources]),
        _twice([one.id for one in problem.events]),
    )
    for name, at in times:
        yield Finding(Code.NAMED_TWICE, times=at, needed=len(at), there=1, name=name)
    for name, at in resources:
        yield Finding(Code.NAMED_TWICE, resources=at, needed=len(at), there=1, name=name)
    for name, at in events:
        yield Finding(Code.NAMED_TWICE, events=at, needed=len(at), there=1, name=name)


def _twice(ids: list[str]) -> list[tuple[str, tuple[int, ...]]]:
    at: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(ids):
        at[name].append(index)
    return [(name, tuple(indices)) for name, indices in at.items() if len(indices) > 1]


def _lengths(problem: Problem, _reach: Reach) -> Iterator[Finding]:
    """The pieces of an event add up, and each fits into some day."""
    for index, event in enumerate(problem.events):
        if event.duration < 1 or (
            event.pieces is not None and (sum(event.pieces) != event.duration or min(event.pieces) < 1)
        ):
            there = sum(event.pieces) if event.pieces is not None else 0
            yield Finding(Code.PIECES_DO_NOT_ADD_UP, events=(index,), needed=event.duration, there=there)
    longest = _longest(problem)
    for index in range(len(problem.events)):
        if (length := max(lengths(problem, index), default=0)) > longest:
            yield Finding(Code.LENGTH_FITS_NO_DAY, events=(index,), needed=length, there=longest)


def _longest(problem: Problem) -> int:
    run = [1] * len(problem.times)
    for time in reversed(range(len(problem.times))):
        if (following := problem.followers[time]) is not None:
            run[time] = run[following] + 1
    return max(run)


def _starts(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """A piece that must be placed has a time to begin at, and the pieces of one length have as many as they are."""
    clashing, longest = reach.clashing, _longest(problem)
    for index in sorted(reach.placed):
        own = lengths(problem, index)
        shares = any(need.resource in clashing for need in problem.events[index].needs)
        for length, count in sorted(Counter(own).items()):
            starts = reach.starts(index, length)
            if not starts:
                if length <= longest:
                    yield Finding(
                        Code.NO_START, events=(index,), constraints=reach.reasons(index), needed=length, there=0
                    )
            elif shares and count > len(starts):
                yield Finding(
                    Code.NOT_ENOUGH_STARTS,
                    events=(index,),
                    times=tuple(sorted(starts)),
                    constraints=reach.reasons(index),
                    needed=count,
                    there=len(starts),
                )


def _fixed(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """No resource is wanted by two events that can only be at one time."""
    placed = reach.placed
    at: dict[tuple[int, int, int], set[int]] = defaultdict(set)
    for index in sorted(placed):
        for length, starts in ((length, reach.starts(index, length)) for length in set(lengths(problem, index))):
            if len(starts) != 1:
                continue
            for time in problem.span(next(iter(starts)), length) or ():
                for resource in given(problem, index) & reach.clashing:
                    for week in problem.weeks_of(index):
                        at[resource, week, time].add(index)
    pairs: dict[tuple[int, int], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for (resource, _week, time), events in at.items():
        for pair in combinations(sorted(events), 2):
            pairs[pair][0].add(resource)
            pairs[pair][1].add(time)
    for pair, (whose, times) in pairs.items():
        yield Finding(Code.FIXED_AT_ONCE, events=pair, resources=tuple(sorted(whose)), times=tuple(sorted(times)))


def _needs(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Every open need has candidates, and nobody stands twice in one event."""
    kinds = {resource.kind for resource in problem.resources}
    filled, placed = reach.filled, reach.placed
    missing: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for index, event in enumerate(problem.events):
        given = Counter(need.resource for need in event.needs if need.resource is not None)
        if twice := tuple(resource for resource, count in given.items() if count > 1):
            certain = index in placed and not reach.clashing.isdisjoint(twice)
            yield Finding(Code.TWICE_IN_EVENT, events=(index,), resources=twice, is_proven=certain)
        for need in event.needs:
            if need.resource is None and not need.candidates:
                certain = (index, need.role) in filled
                if need.kind in kinds:
                    yield Finding(Code.NO_CANDIDATES, events=(index,), name=need.role or need.kind, is_proven=certain)
                else:
                    missing[need.kind, certain].append(index)
    for (kind, certain), events in missing.items():
        yield Finding(Code.NONE_OF_KIND, events=tuple(events), name=kind, is_proven=certain)


def _untaught(problem: Problem, teaching: frozenset[str]) -> Iterator[Finding]:
    """Somebody teaches every event."""
    if not teaching:
        return
    for index, event in enumerate(problem.events):
        if not any(need.kind in teaching for need in event.needs):
            yield Finding(Code.NOBODY_TEACHES, events=(index,))


def _groups(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """A group has pupils, and no more than the largest room it may have has seats."""
    for index, resource in enumerate(problem.resources):
        if resource.size is not None and resource.size < 1:
            yield Finding(Code.EMPTY_GROUP, resources=(index,), needed=1, there=resource.size)
    filled = reach.filled
    for at, constraint in enumerate(problem.constraints):
        if not isinstance(constraint, FitRooms):
            continue
        for event in constraint.events:
            needs = problem.events[event].needs
            attending = given(problem, event)
            heads = sum(
                problem.resources[one].size or 0 for one in attending if problem.resources[one].kind == constraint.kind
            )
            for need in needs:
                if need.role != constraint.role or need.resource is not None or not need.candidates:
                    continue
                sizes = [problem.resources[one].size for one in need.candidates]
                largest = max((size for size in sizes if size is not None), default=0)
                if None not in sizes and heads > largest and constraint.required and (event, need.role) in filled:
                    yield Finding(
                        Code.GROUP_TOO_LARGE,
                        events=(event,),
                        constraints=(at,),
                        needed=heads,
                        there=largest,
                        name=need.role,
                    )
