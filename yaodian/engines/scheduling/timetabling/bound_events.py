"""Events that are bound to one another and cannot be: linked with one resource, linked and kept apart, before themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from .constraints.times import KeepApart, LimitRunning, OrderEvents
from .findings import Code, Finding
from .problem import Problem
from .reaching import Reach, given


def links(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """Events that run at the same times want nobody at once, are not kept apart, and last alike."""
    placed = reach.placed
    for whole, reasons in reach.links:
        group = tuple(event for event in whole if event in placed)
        for one, other in combinations(group, 2):
            mine, yours = problem.events[one], problem.events[other]
            if not set(problem.weeks_of(one)) & set(problem.weeks_of(other)):
                continue
            shared = set(given(problem, one)) & set(given(problem, other)) & reach.clashing
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
                    for week in range(problem.cycle):
                        both = sorted(one for one in set(apart) & set(group) if week in problem.weeks_of(one))
                        if most is not None and len(both) > most:
                            yield Finding(Code.LINKED_AND_APART, events=tuple(both), constraints=(*reasons, at))


def orders(problem: Problem, reach: Reach) -> Iterator[Finding]:
    """No event comes before itself; events that run together count as one."""
    placed = reach.placed
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
