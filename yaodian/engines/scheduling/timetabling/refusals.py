"""What is wrong with a problem before anybody solves it: findings as codes and indices, found by counting and without a search.

A finding that ``is_certain`` proves that no timetable keeps all required constraints; the others are very likely slips (a class taught by
nobody, a teacher named twice). That nothing is found proves nothing: only the bounds below are held.

Bounds: a resource's lessons of a week against the times at which it can be busy; needs of rooms by Hall's condition («On representatives
of subsets», 1935), as a cut of a flow from sets of candidates to rooms; pieces of a group against what its days may hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations

from ortools.graph.python.max_flow import SimpleMaxFlow  # type: ignore[import-untyped]  # OR-Tools has no types here

from .constraints.busyness import LimitWorkload
from .constraints.staffing import AssignResources, FitRooms
from .constraints.times import (
    AssignTimes,
    KeepApart,
    LimitRunning,
    OrderEvents,
    SpreadEvents,
)
from .problem import Need, Problem
from .reaching import Reach, lengths


class Code(StrEnum):
    """What a finding is about. The comment says what ``needed`` and ``there`` count."""

    NOTHING_TO_TEACH = "nothing-to-teach"
    NO_TIMES = "no-times"
    BAD_INDEX = "bad-index"  # an index that the problem does not have
    NAMED_TWICE = "named-twice"  # two of one id: how many, 1
    PIECES_DO_NOT_ADD_UP = "pieces-do-not-add-up"  # duration, sum of the pieces
    LENGTH_FITS_NO_DAY = "length-fits-no-day"  # length, longest run of times
    NO_START = "no-start"  # length of the piece, 0 starts left by fixed, preferred and unavailable times
    NOT_ENOUGH_STARTS = "not-enough-starts"  # pieces, starts
    FIXED_AT_ONCE = "fixed-at-once"  # two events of one resource that can only be at one time
    NONE_OF_KIND = "none-of-kind"  # no resource of the kind of an open need
    NO_CANDIDATES = "no-candidates"
    TWICE_IN_EVENT = "twice-in-event"
    NOBODY_TEACHES = "nobody-teaches"
    EMPTY_GROUP = "empty-group"
    GROUP_TOO_LARGE = "group-too-large"  # heads, seats of the largest room
    RESOURCE_OVERFULL = "resource-overfull"  # times of a week
    WORKLOAD_OVERFULL = "workload-overfull"
    KIND_OVERFULL = "kind-overfull"  # times of a week
    SPREAD_OVERFULL = "spread-overfull"  # pieces
    AT_ONCE_OVERFULL = "at-once-overfull"  # times of a week
    LINKED_WITH_ONE_RESOURCE = "linked-with-one-resource"
    LINKED_AND_APART = "linked-and-apart"
    LINKED_OF_OTHER_LENGTH = "linked-of-other-length"  # durations
    ORDER_CYCLE = "order-cycle"


#: Slips that a timetable survives.
_DOUBTFUL = {
    Code.NOTHING_TO_TEACH,
    Code.NAMED_TWICE,
    Code.TWICE_IN_EVENT,
    Code.NOBODY_TEACHES,
    Code.EMPTY_GROUP,
    Code.NONE_OF_KIND,
    Code.NO_CANDIDATES,
}

#: Slips of single events, which would only come back as too few times of their resources.
_OF_ONE_EVENT = {Code.LENGTH_FITS_NO_DAY, Code.NO_START, Code.NOT_ENOUGH_STARTS, Code.FIXED_AT_ONCE}


@dataclass(frozen=True, slots=True)
class Finding:
    """``events``, ``resources``, ``times`` and ``constraints`` are indices of the problem; ``week`` of its cycle; ``name`` an id or a kind.
    ``is_proven``: of a slip that a timetable may survive, that it does not here."""

    code: Code
    events: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    times: tuple[int, ...] = ()
    constraints: tuple[int, ...] = ()
    needed: int | None = None
    there: int | None = None
    week: int | None = None
    name: str = ""
    is_proven: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether no timetable at all can be valid because of this."""
        return self.code not in _DOUBTFUL or self.is_proven


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
            _kinds,
            _spreads,
            _at_once,
            _links,
            _orders,
        )
        for finding in finder(problem, reach)
    ]
    found += _resources(problem, reach, {event for one in found if one.code in _OF_ONE_EVENT for event in one.events})
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


def _given(problem: Problem, event: int) -> set[int]:
    return {need.resource for need in problem.events[event].needs if need.resource is not None}


def _must_be_placed(problem: Problem) -> set[int]:
    return {
        event
        for constraint in problem.constraints
        if isinstance(constraint, AssignTimes) and constraint.required
        for event in constraint.events
    }


def _starts(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """A piece that must be placed has a time to begin at, and the pieces of one length have as many as they are."""
    clashing, longest = reach.clashing, _longest(problem)
    for index in sorted(_must_be_placed(problem)):
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
    placed = _must_be_placed(problem)
    at: dict[tuple[int, int, int], set[int]] = defaultdict(set)
    for index in sorted(placed):
        for length, starts in ((length, reach.starts(index, length)) for length in set(lengths(problem, index))):
            if len(starts) != 1:
                continue
            for time in problem.span(next(iter(starts)), length) or ():
                for resource in _given(problem, index) & reach.clashing:
                    for week in problem.weeks_of(index):
                        at[resource, week, time].add(index)
    pairs: dict[tuple[int, int], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for (resource, _week, time), events in at.items():
        for pair in combinations(sorted(events), 2):
            pairs[pair][0].add(resource)
            pairs[pair][1].add(time)
    for pair, (resources, times) in pairs.items():
        yield Finding(Code.FIXED_AT_ONCE, events=pair, resources=tuple(sorted(resources)), times=tuple(sorted(times)))


def _must_be_filled(problem: Problem) -> set[tuple[int, str]]:
    return {
        (event, constraint.role)
        for constraint in problem.constraints
        if isinstance(constraint, AssignResources) and constraint.required
        for event in constraint.events
    }


def _needs(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Every open need has candidates, and nobody stands twice in one event."""
    kinds = {resource.kind for resource in problem.resources}
    filled, placed = _must_be_filled(problem), _must_be_placed(problem)
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


def _groups(problem: Problem, _reach: Reach) -> Iterator[Finding]:
    """A group has pupils, and no more than the largest room it may have has seats."""
    for index, resource in enumerate(problem.resources):
        if resource.size is not None and resource.size < 1:
            yield Finding(Code.EMPTY_GROUP, resources=(index,), needed=1, there=resource.size)
    filled = _must_be_filled(problem)
    for at, constraint in enumerate(problem.constraints):
        if not isinstance(constraint, FitRooms):
            continue
        for event in constraint.events:
            needs = problem.events[event].needs
            attending = _given(problem, event)
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


def _resources(problem: Problem, reach: Reach, told_of: set[int]) -> Iterator[Finding]:
    """A resource is wanted at no more times of a week than it can be busy at, and within its workload; events ``told_of`` aside."""
    placed = _must_be_placed(problem) - told_of
    wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
    load: dict[int, int] = defaultdict(int)
    for index, event in enumerate(problem.events):
        for need in event.needs:
            if need.resource is not None:
                load[need.resource] += _first(need.workload, event.workload, event.duration)
        if index in placed:
            for resource in _given(problem, index) & reach.clashing:
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


def _kinds(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Needs that must be filled find as many times of candidates as they last (Hall)."""
    filled, placed = _must_be_filled(problem), _must_be_placed(problem)
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


def _spreads(problem: Problem, _reach: Reach) -> Iterator[Finding]:
    """The pieces of a group are no more than its time groups may hold together, and no fewer than they must."""
    placed = _must_be_placed(problem)
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


def _at_once(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Events of which so many may run at once have times enough."""
    placed = _must_be_placed(problem)
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


def _links(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Events that run at the same times want nobody at once, are not kept apart, and last alike."""
    placed = _must_be_placed(problem)
    for whole, reasons in reach.links:
        group = tuple(event for event in whole if event in placed)
        for one, other in combinations(group, 2):
            mine, yours = problem.events[one], problem.events[other]
            if not set(problem.weeks_of(one)) & set(problem.weeks_of(other)):
                continue
            shared = set(_given(problem, one)) & set(_given(problem, other)) & reach.clashing
            if shared:
                yield Finding(
                    Code.LINKED_WITH_ONE_RESOURCE,
                    events=(one, other),
                    resources=tuple(sorted(shared)),
                    constraints=reasons,
                )
            if mine.duration != yours.duration:
                yield Finding(
                    Code.LINKED_OF_OTHER_LENGTH,
                    events=(one, other),
                    constraints=reasons,
                    needed=mine.duration,
                    there=yours.duration,
                )
        for at, constraint in enumerate(problem.constraints):
            if not constraint.required:
                continue
            if isinstance(constraint, KeepApart) or (
                isinstance(constraint, LimitRunning)
                and constraint.maximum is not None
                and len(constraint.times) == len(problem.times)
            ):
                most = 1 if isinstance(constraint, KeepApart) else constraint.maximum
                for apart in constraint.groups:
                    both = tuple(sorted(set(apart) & set(group)))
                    if most is not None and len(both) > most:
                        yield Finding(Code.LINKED_AND_APART, events=both, constraints=(*reasons, at))


def _orders(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """No event comes before itself; events that run together count as one."""
    placed = _must_be_placed(problem)
    stands_for = {event: group[0] for group, _reasons in reach.links for event in group}
    after: dict[int, set[int]] = defaultdict(set)
    reasons: dict[tuple[int, int], int] = {}
    for at, constraint in enumerate(problem.constraints):
        if isinstance(constraint, OrderEvents) and constraint.required and constraint.minimum >= 0:
            for first, second in constraint.pairs:
                if first not in placed or second not in placed:
                    continue
                pair = (stands_for.get(first, first), stands_for.get(second, second))
                after[pair[0]].add(pair[1])
                reasons.setdefault(pair, at)
    for cycle in _cycles(after):
        steps = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        yield Finding(Code.ORDER_CYCLE, events=cycle, constraints=tuple(sorted({reasons[step] for step in steps})))


def _cycles(after: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Cycles that share no event, each begun at its smallest: one for every knot that an order cannot untie."""
    done: set[int] = set()
    for root in sorted(after):
        if root in done:
            continue
        path: list[int] = []
        place: dict[int, int] = {}
        stack: list[tuple[int, Iterator[int]]] = [(root, iter(sorted(after[root])))]
        path.append(root)
        place[root] = 0
        while stack:
            event, following = stack[-1]
            for one in following:
                if one in place:
                    cycle = path[place[one] :]
                    if not done & set(cycle):
                        turn = cycle.index(min(cycle))
                        yield tuple(cycle[turn:] + cycle[:turn])
                        done.update(cycle)
                elif one not in done:
                    stack.append((one, iter(sorted(after.get(one, ())))))
                    place[one] = len(path)
                    path.append(one)
                    break
            else:
                stack.pop()
                path.pop()
                del place[event]
                done.add(event)
