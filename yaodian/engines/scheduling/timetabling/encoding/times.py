"""Constraints on when events run, as rows of the model (``constraints.times`` says what each means)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import Any

from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling.constraints import times as kinds

from .base import encode
from .building import Building, Part, literals
from .points import Literal, Point

# (start, length) of one piece and of another → what the pair misses
PairCost = Callable[[int, int, int, int], int]


def numbers(building: Building, event: int, wanted: Callable[[int], bool]) -> tuple[list[Any], int]:
    """Terms that count the pieces of an event of these lengths, placed or not, and the most they can sum to."""
    terms: list[Any] = []
    shortest = 0
    for part in building.parts_of[event]:
        terms.extend(one for (length, _), one in part.starts.items() if wanted(length))
        terms.extend(one for length, one in part.unplaced.items() if wanted(length))
        for length in part.lengths:
            if wanted(length):
                shortest = min(shortest or length, length)
    return terms, building.problem.events[event].duration // shortest if shortest else 0


def pairs_cost(point: Point, one: Part, other: Part, cost: PairCost) -> None:
    """What two pieces miss together, by where each begins; of a part that counts several pieces, also each two of its own."""
    model = point.building.model
    rows: list[tuple[Literal, list[Literal], list[int]]] = []
    for place, ((length, start), mine) in enumerate(one.starts.items()):
        yours: list[Literal] = []
        amounts: list[int] = []
        there = list(other.starts.items())
        for (long, begin), literal in there[place + 1 :] if one is other else there:
            amount = cost(start, length, begin, long)
            if amount > 0:
                yours.append(literal)
                amounts.append(amount)
        if yours:
            rows.append((mine, yours, amounts))
    if not rows:
        return
    if point.is_hard:
        for mine, yours, _ in rows:
            if other.alone:
                model.add_at_most_one([mine, *yours])
            else:
                model.add_bool_and(~literal for literal in yours).only_enforce_if(mine)
        return
    # Where each side is one piece, one figure is enough for all places at which they may be.
    shared: Any = None
    highest = max(max(amounts) for _, _, amounts in rows)
    for mine, yours, amounts in rows:
        most = max(amounts) if other.alone else sum(amounts)
        if shared is None or not (one.alone and other.alone):
            bound = highest if one.alone and other.alone else most
            shared = model.new_int_var(0, bound, "") if bound > 1 else model.new_bool_var("")
            point.amount(shared, 1, bound)
        model.add(cp_model.LinearExpr.weighted_sum(yours, amounts) <= shared).only_enforce_if(mine)


def _each_two(building: Building, events: Sequence[int]) -> Iterator[tuple[Part, Part]]:
    """Each two parts that may run in a common week, and each part that counts several pieces with itself."""
    parts = _parts(building, events)
    yield from ((part, part) for part in parts if not part.alone)
    for one, other in combinations(parts, 2):
        if building.problem.are_ever_together(one.event, other.event):
            yield one, other


def _parts(building: Building, events: Sequence[int]) -> list[Part]:
    return [part for event in events for part in building.parts_of[event]]


@encode.register
def _(constraint: kinds.AssignTimes, building: Building) -> None:
    for event in constraint.events:
        point = building.point(constraint)
        duration = building.problem.events[event].duration
        for part in building.parts_of[event]:
            for length, count in part.unplaced.items():
                if point.is_hard:
                    building.model.add(count == 0)
                else:
                    point.amount(count, length, duration)
        point.close()


@encode.register
def _(constraint: kinds.PreferTimes, building: Building) -> None:
    for event in constraint.events:
        point = building.point(constraint)
        for part in building.parts_of[event]:
            for (length, start), one in part.starts.items():
                point.literal(one, constraint.missing(building.span(start, length) or (start,)))
        point.close()


@encode.register
def _(constraint: kinds.SplitEvents, building: Building) -> None:
    longest = constraint.maximum_duration
    for event in constraint.events:
        point = building.point(constraint)
        terms, most = numbers(building, event, lambda length: True)
        if building.problem.events[event].duration:
            point.outside(terms, constraint.minimum_amount, constraint.maximum_amount, most=most)
        outside, most = numbers(
            building,
            event,
            lambda length: length < constraint.minimum_duration or (longest is not None and length > longest),
        )
        point.outside(outside, 0, 0, most=most)
        point.close()


@encode.register
def _(constraint: kinds.DistributeSplitEvents, building: Building) -> None:
    for event in constraint.events:
        point = building.point(constraint)
        terms, most = numbers(building, event, lambda length: length == constraint.duration)
        point.outside(terms, constraint.minimum, constraint.maximum, most=most)
        point.close()


@encode.register
def _(constraint: kinds.SpreadEvents, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        for among, minimum, maximum in constraint.spread:
            terms = [one for event in group for one in building.beginning(event, among)]
            most = sum(building.problem.events[event].duration for event in group)
            point.outside(terms, minimum, maximum, most=min(most, len(terms)))
        point.close()


@encode.register
def _(constraint: kinds.LinkEvents, building: Building) -> None:
    model = building.model
    for group in constraint.groups:
        point = building.point(constraint)
        for time in range(len(building.problem.times)):
            running = [building.running(event, time) for event in group]
            there = literals(running)
            if not there:
                continue
            if point.is_hard:
                if len(there) < len(running):
                    model.add_bool_and(~one for one in there)
                for one, other in pairwise(there):
                    model.add(one == other)
                continue
            if len(there) < len(running):
                point.literal(building.any_of(there))
                continue
            if len(there) > 1:
                apart = model.new_bool_var("")
                for one, other in pairwise([*there, there[0]]):
                    model.add_bool_or([~one, other, apart])
                point.amount(apart, 1, 1)
        point.close()


@encode.register
def _(constraint: kinds.BeginAlike, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        if point.is_hard and _begin_together(building, group, constraint.time_groups):
            continue
        used = []
        for among in constraint.time_groups:
            terms = [one for event in group for one in building.beginning(event, among)]
            if terms:
                used.append(building.any_of(terms))
        point.outside(used, 0, 1)
        point.close()


def _begin_together(building: Building, group: Sequence[int], time_groups: Sequence[frozenset[int]]) -> bool:
    """Says that pieces which all have a time begin alike, as equations: where the first does, there each. False (and nothing said) where
    a piece may stay without a time or begin in none of the time groups."""
    parts = _parts(building, group)
    named = frozenset().union(*time_groups)
    for part in parts:
        if part.unplaced or part.counts is None or sum(part.counts.values()) > 1:
            return False
        if any(start not in named for _, start in part.starts):
            return False
    for among in time_groups:
        rows = [[one for (_, start), one in part.starts.items() if start in among] for part in parts]
        for one, other in pairwise(rows):
            if one or other:
                building.model.add(cp_model.LinearExpr.sum(one) == cp_model.LinearExpr.sum(other))
    return True


@encode.register
def _(constraint: kinds.OrderEvents, building: Building) -> None:
    problem = building.problem
    days = [time.day for time in problem.times]

    def cost(start: int, length: int, begin: int, long: int) -> int:
        end = (building.span(start, length) or (start,))[-1]
        between = begin - end - 1
        missed = max(0, constraint.minimum - between)
        if constraint.maximum is not None:
            missed = max(missed, between - constraint.maximum)
        return missed + int(constraint.same_day and days[end] != days[begin])

    for first, second in constraint.pairs:
        point = building.point(constraint)
        before, after = building.parts_of[first], building.parts_of[second]
        if len(before) == 1 == len(after):
            pairs_cost(point, before[0], after[0], cost)
        elif before and after:
            _order_of_several(constraint, point, before, after)
        point.close()


def _order_of_several(constraint: kinds.OrderEvents, point: Point, before: list[Part], after: list[Part]) -> None:
    """Events of several pieces: from the last end of the one to the first begin of the other, by numbers."""
    building = point.building
    model = building.model
    problem = building.problem
    last = len(problem.times)
    days = [time.day for time in problem.times]
    ends = [
        ((building.span(start, length) or (start,))[-1], one)
        for part in before
        for (length, start), one in part.starts.items()
    ]
    begins = [(start, one) for part in after for (_, start), one in part.starts.items()]
    if not ends or not begins:
        return  # a pair of which any piece is not placed misses nothing
    end, begin = model.new_int_var(0, last, ""), model.new_int_var(0, last, "")
    end_day, begin_day = model.new_int_var(0, last, ""), model.new_int_var(0, last, "")
    model.add_max_equality(end, [time * one for time, one in ends])
    model.add_max_equality(end_day, [days[time] * one for time, one in ends])
    model.add_min_equality(begin, [last - (last - time) * one for time, one in begins])
    model.add_min_equality(begin_day, [last - (last - days[time]) * one for time, one in begins])
    stays = [one for part in (*before, *after) for one in part.unplaced.values()]
    placed: list[Literal] = []
    if stays:
        whole = model.new_bool_var("")
        model.add(cp_model.LinearExpr.sum(stays) >= 1).only_enforce_if(~whole)
        placed = [whole]
    missed = model.new_int_var(0, 2 * last if not point.is_hard else 0, "")
    apart = model.new_bool_var("")
    model.add(begin - end - 1 + missed >= constraint.minimum).only_enforce_if(placed)
    if constraint.maximum is not None:
        model.add(begin - end - 1 - missed <= constraint.maximum).only_enforce_if(placed)
    if constraint.same_day:
        model.add(begin_day == end_day).only_enforce_if([*placed, ~apart])
    if point.is_hard:
        model.add_bool_and([~apart])
    point.amount(missed, 1, 2 * last)
    point.amount(apart, 1, 1)


@encode.register
def _(constraint: kinds.DaysBetween, building: Building) -> None:
    problem = building.problem
    days = [time.day for time in problem.times]

    def cost(start: int, length: int, begin: int, long: int) -> int:
        apart = abs(days[begin] - days[start])
        missed = max(0, constraint.minimum - apart)
        if constraint.maximum is not None:
            missed = max(missed, apart - constraint.maximum)
        if missed and constraint.adjoins_on_same_day:
            if _adjoins(building, start, length, begin) or _adjoins(building, begin, long, start):
                return 0
        return missed

    for group in constraint.groups:
        point = building.point(constraint)
        together = all(problem.are_ever_together(one, other) for one, other in combinations(group, 2))
        if together and constraint.maximum is None and not constraint.adjoins_on_same_day:
            _windows_of_days(constraint, point, group)
        else:
            for one, other in _each_two(building, group):
                pairs_cost(point, one, other, cost)
        point.close()


def _windows_of_days(constraint: kinds.DaysBetween, point: Point, group: Sequence[int]) -> None:
    """Two pieces that lie ``n`` days apart share ``minimum - n`` windows of ``minimum`` days, so that what all pairs miss is the number of pairs
    in all windows, of which some hang over the ends of the week."""
    building = point.building
    model = building.model
    count = len(building.problem.days)
    for first in range(1 - constraint.minimum, count):
        window = range(max(first, 0), min(first + constraint.minimum, count))
        among = {time for day in window for time in building.problem.days[day]}
        terms = [one for event in group for one in building.beginning(event, among)]
        most = min(
            len(terms),
            sum(
                len(part.counts or (1,)) if part.alone else building.problem.events[part.event].duration
                for part in _parts(building, group)
            ),
        )
        if most < 2:
            continue
        if point.is_hard:
            point.outside(terms, 0, 1)
            continue
        # The k-th piece beyond the first makes k pairs; the cheaper ones are taken first.
        extra = [model.new_bool_var("") for _ in range(most - 1)]
        model.add(cp_model.LinearExpr.sum(terms) - cp_model.LinearExpr.sum(extra) <= 1)
        for order, one in enumerate(extra, start=1):
            point.amount(one, order, order)


def _adjoins(building: Building, start: int, length: int, begin: int, between: frozenset[int] = frozenset()) -> bool:
    """Whether a piece that begins at ``begin`` comes on the same day right after one of this start and length."""
    problem = building.problem
    end = (building.span(start, length) or (start,))[-1]
    following = problem.followers[end]
    while following is not None and following != begin and following in between:
        following = problem.followers[following]
    return following == begin and problem.times[end].day == problem.times[begin].day


@encode.register
def _(constraint: kinds.GapsBetween, building: Building) -> None:
    problem = building.problem
    days, places = [time.day for time in problem.times], problem.places

    def missing(start: int, length: int, begin: int) -> int:
        end = (building.span(start, length) or (start,))[-1]
        return max(0, constraint.minimum - max(0, places[begin] - places[end] - 1))

    def cost(start: int, length: int, begin: int, long: int) -> int:
        if days[start] != days[begin]:
            return 0
        if places[start] < places[begin]:
            return missing(start, length, begin)
        if constraint.ordered:
            return 0
        if places[start] > places[begin]:
            return missing(begin, long, start)
        return constraint.minimum

    for group in constraint.groups:
        point = building.point(constraint)
        for one, other in _each_two(building, group):
            if not (constraint.ordered and one.event == other.event):
                pairs_cost(point, one, other, cost)
        point.close()


@encode.register
def _(constraint: kinds.AdjoinEvents, building: Building) -> None:
    def in_order(start: int, length: int, begin: int, long: int) -> int:
        return int(not _adjoins(building, start, length, begin, constraint.times_that_do_not_part))

    def either(start: int, length: int, begin: int, long: int) -> int:
        return in_order(start, length, begin, long) and in_order(begin, long, start, length)

    for group in constraint.groups:
        point = building.point(constraint)
        parts = _parts(building, group)
        if constraint.ordered:
            for one, other in pairwise(parts):
                pairs_cost(point, one, other, in_order)
        elif len(parts) == 2:
            pairs_cost(point, parts[0], parts[1], either)
        elif parts:
            _chain(point, parts, in_order)
        point.close()


def _chain(point: Point, parts: list[Part], in_order: PairCost) -> None:
    """Each piece has at most one that follows it and one that it follows; all but one must."""
    building = point.building
    model = building.model
    links: list[Literal] = []
    after: dict[int, list[Literal]] = {}
    before: dict[int, list[Literal]] = {}
    for mine, one in enumerate(parts):
        for yours, other in enumerate(parts):
            if mine == yours:
                continue
            link = model.new_bool_var("")
            for (length, start), literal in one.starts.items():
                follow = [
                    another
                    for (long, begin), another in other.starts.items()
                    if not in_order(start, length, begin, long)
                ]
                model.add_bool_or([~link, ~literal, *follow])
            model.add_bool_or([~link, *one.starts.values()])
            links.append(link)
            after.setdefault(mine, []).append(link)
            before.setdefault(yours, []).append(link)
    for some in (*after.values(), *before.values()):
        model.add_at_most_one(some)
    needed = [*links, *(one for part in parts for one in part.unplaced.values())]
    point.outside(needed, len(parts) - 1, None)


@encode.register
def _(constraint: kinds.AdjoinOnSameDay, building: Building) -> None:
    problem = building.problem
    days = [time.day for time in problem.times]

    def cost(start: int, length: int, begin: int, long: int) -> int:
        if days[start] != days[begin]:
            return 0
        return int(not (_adjoins(building, start, length, begin) or _adjoins(building, begin, long, start)))

    for group in constraint.groups:
        point = building.point(constraint)
        for one, other in _each_two(building, group):
            pairs_cost(point, one, other, cost)
        point.close()


@encode.register
def _(constraint: kinds.OrderOnSameDay, building: Building) -> None:
    problem = building.problem
    days, places = [time.day for time in problem.times], problem.places

    def cost(start: int, length: int, begin: int, long: int) -> int:
        end = (building.span(start, length) or (start,))[-1]
        return int(days[end] == days[begin] and places[begin] <= places[end])

    for first, second in constraint.pairs:
        point = building.point(constraint)
        if problem.are_ever_together(first, second):
            for one, other in product(building.parts_of[first], building.parts_of[second]):
                pairs_cost(point, one, other, cost)
        point.close()


@encode.register
def _(constraint: kinds.KeepApart, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        for events, times in _in_weeks(building, group):
            for time in range(len(building.problem.times)):
                there = literals(building.running(event, time) for event in events)
                if len(there) > 1:
                    point.outside(there, 0, 1, times=times)
        point.close()


@encode.register
def _(constraint: kinds.LimitRunning, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        for events, times in _in_weeks(building, group):
            for time in sorted(constraint.times):
                there = literals(building.running(event, time) for event in events)
                if constraint.only_if_any:
                    if there:
                        none = ~building.any_of(there)
                        point.outside(there, constraint.minimum, constraint.maximum, times=times, unless=none)
                else:
                    point.outside(there, constraint.minimum, constraint.maximum, times=times)
        point.close()


def _in_weeks(building: Building, group: Sequence[int]) -> list[tuple[tuple[int, ...], int]]:
    """The events of a group in each week, and how many weeks have the same."""
    found: dict[tuple[int, ...], int] = {}
    for week in range(building.problem.cycle):
        events = tuple(dict.fromkeys(event for event in group if week in building.problem.weeks_of(event)))
        found[events] = found.get(events, 0) + 1
    return list(found.items())


@encode.register
def _(constraint: kinds.LimitTimesUsed, building: Building) -> None:
    for group in constraint.groups:
        point = building.point(constraint)
        used = []
        for time in sorted(constraint.times):
            there = literals(building.running(event, time) for event in group)
            if there:
                used.append(building.any_of(there))
        point.outside(used, constraint.minimum, constraint.maximum)
        point.close()


@encode.register
def _(constraint: kinds.EndDay, building: Building) -> None:
    problem = building.problem
    model = building.model
    kind = constraint.kind
    for event in constraint.events:
        point = building.point(constraint)
        for part in building.parts_of[event]:
            for (length, start), literal in part.starts.items():
                end = (building.span(start, length) or (start,))[-1]
                attending = [
                    need.resource
                    for need in problem.events[event].needs
                    if need.resource is not None and problem.resources[need.resource].kind == kind
                ]
                held: list[tuple[Literal, int]] = [(literal, one) for one in attending]
                for place, need in enumerate(problem.events[event].needs):
                    if need.resource is None:
                        for number, chosen in part.chosen[place, length, start].items():
                            members = building.classes.members[number]
                            if len(members) == 1 and problem.resources[members[0]].kind == kind:
                                held.append((chosen, members[0]))
                later = [
                    (chosen, busy)
                    for chosen, one in held
                    for week in problem.weeks_of(event)
                    for busy in _later(building, one, week, end)
                ]
                if not later:
                    continue
                if point.is_hard:
                    for chosen, busy in later:
                        model.add_bool_or([~chosen, ~busy])
                    continue
                missed = model.new_bool_var("")
                for chosen, busy in later:
                    model.add_bool_or([~chosen, ~busy, missed])
                point.amount(missed, 1, 1)
        point.close()


def _later(building: Building, resource: int, week: int, end: int) -> list[Literal]:
    """Booleans of which one is true if the resource is busy on the day of ``end`` after it."""
    problem = building.problem
    day = sorted(problem.days[problem.times[end].day], key=lambda time: (problem.places[time], time))
    suffix = building.suffix([building.busy(resource, week, time) for time in day])
    for place, time in enumerate(day):
        if problem.places[time] > problem.places[end]:
            return literals([suffix[place]])
    return []
