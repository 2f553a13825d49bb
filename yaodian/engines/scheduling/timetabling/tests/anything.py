"""Problems and timetables of every kind of constraint, however odd, for tests that hold something for all of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable
from yaodian.engines.scheduling.timetabling.constraints import base, busyness, staffing, times
from yaodian.engines.scheduling.timetabling.occupancy import Occupancy

Draw = st.DrawFn


@st.composite
def problems(draw: Draw, *, least_events: int = 1, most_events: int = 5) -> Problem:
    """Two schedules whose clocks meet, teachers, pupils and rooms, odd and even weeks, and two constraints of each kind drawn."""
    schedules = draw(st.integers(1, 2))
    days, hours = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    slots = tuple(
        Time(
            f"{schedule}{day}{hour}",
            day,
            "",
            100 * hour + 30 * schedule,
            100 * hour + 80 + 30 * schedule,
            str(schedule),
        )
        for schedule in range(schedules)
        for day in range(days)
        for hour in range(hours)
    )
    cycle = draw(st.integers(1, 2))
    kinds = ["teacher", "teacher", "pupils", "pupils", "room", "room", "room"]
    resources = tuple(
        Resource(
            f"r{at}", kind, size=draw(st.sampled_from([None, 1, 5, 9])), place=draw(st.sampled_from(["", "N", "S"]))
        )
        for at, kind in enumerate(kinds)
    )
    events = tuple(draw(_events(at, cycle, len(slots))) for at in range(draw(st.integers(least_events, most_events))))
    constraints = tuple(draw(st.lists(_constraints(slots, len(resources), len(events)), min_size=1, max_size=6)))
    return Problem(slots, resources, events, constraints, cycle=cycle)


@st.composite
def timetables(draw: Draw, problem: Problem) -> Timetable:
    """Pieces anywhere where they fit, or nowhere; now and then a resource twice."""
    pieces = []
    for at, event in enumerate(problem.events):
        for length in event.pieces or (1,) * event.duration:
            starts = [None, *(time for time in range(len(problem.times)) if problem.span(time, length) is not None)]
            if event.time is not None:
                starts = [event.time if event.time in starts else None]
            chosen = tuple(
                need.resource if need.resource is not None else draw(st.sampled_from([None, *need.candidates]))
                for need in event.needs
            )
            pieces.append(Piece(at, length, draw(st.sampled_from(starts)), chosen))
    return Timetable.of(problem, pieces)


@st.composite
def _events(draw: Draw, at: int, cycle: int, slots: int) -> Event:
    needs = [Need("teacher", draw(st.integers(0, 1)))] if draw(st.booleans()) else []
    needs += [Need("pupils", one) for one in draw(st.lists(st.integers(2, 3), max_size=2))]
    for role in draw(st.lists(st.sampled_from(["room", "hall"]), max_size=2)):
        candidates = tuple(sorted(draw(st.sets(st.integers(4, 6), min_size=1))))
        needs.append(Need("room", role=role, candidates=candidates, workload=draw(st.sampled_from([None, 0, 3]))))
    lengths = tuple(draw(st.lists(st.integers(1, 2), min_size=1, max_size=3)))
    return Event(
        f"e{at}",
        sum(lengths),
        tuple(needs),
        tags=tuple(draw(st.sets(st.sampled_from(["x", "y"])))),
        pieces=draw(st.sampled_from([lengths, lengths, None])),
        time=draw(st.integers(0, slots - 1)) if len(lengths) == 1 and draw(st.integers(0, 5)) == 0 else None,
        weeks=draw(st.sampled_from([(), (0,), (cycle - 1,)])),
        workload=draw(st.sampled_from([None, 2])),
    )


@st.composite
def _constraints(draw: Draw, slots: tuple[Time, ...], resources: int, events: int) -> base.Constraint:
    every = list(range(len(slots)))
    some_times = st.frozensets(st.sampled_from(every), min_size=1)
    some_resources = st.lists(st.integers(0, resources - 1), min_size=1, max_size=4).map(tuple)
    some_events = st.lists(st.integers(0, events - 1), min_size=1, max_size=4).map(tuple)
    event_groups = _groups_of(events)
    days = tuple(tuple(at for at in every if slots[at].day == day) for day in range(slots[-1].day + 1))
    day_sets = tuple(map(frozenset, days))
    small = st.integers(0, 2)
    upper = st.sampled_from([None, 0, 1, 2, 3])
    tag = st.sampled_from([None, None, "x"])
    yes = st.booleans()
    common = {
        "name": st.just("; DROP TABLE"),
        "required": yes,
        "weight": st.integers(1, 3),
        "cost": st.sampled_from(base.Cost),
    }
    whose = {"resources": some_resources, "time_groups": st.just(days)}
    in_days = {"resources": some_resources, "time_groups": st.just(day_sets)}
    bounds = {"minimum": small, "maximum": upper}
    resource_groups = _groups_of(resources)
    pairs = st.lists(st.tuples(st.integers(0, events - 1), st.integers(0, events - 1)), min_size=1, max_size=3).map(
        tuple
    )
    kinds: list[tuple[type[base.Constraint], dict[str, st.SearchStrategy[object]]]] = [
        (busyness.AvoidClashes, {"resources": some_resources}),
        (busyness.AvoidUnavailableTimes, {"resources": some_resources, "times": some_times}),
        (busyness.LimitIdleTimes, {**whose, **bounds, "each": yes, "not_idle": st.frozensets(st.sampled_from(every))}),
        (busyness.ClusterBusyTimes, {**in_days, **bounds}),
        (busyness.LimitBusyTimes, {**in_days, **bounds, "counts_empty": yes, "tag": tag, "once": yes}),
        (busyness.LimitWorkload, {"resources": some_resources, **bounds}),
        (busyness.LimitRuns, {**whose, "maximum": small, "tag": tag, "once": yes}),
        (busyness.LimitSpan, {**whose, "maximum": small, "exceptions": small}),
        (busyness.RestBetweenDays, {**whose, "minimum": small, "circular": yes}),
        (busyness.BeginDaysEarly, {**whose, "maximum": small}),
        (busyness.LimitMoves, {**whose, "maximum": small, "rooms": yes, "together": yes}),
        (busyness.GapsBetweenPlaces, {**whose, "minimum": small, "rooms": yes, "minutes": st.just((("N", "S", 50),))}),
        (busyness.ShareFairly, {"groups": resource_groups, "times": some_times, "maximum": small}),
        (staffing.AssignResources, {"events": some_events, "role": st.just("room")}),
        (staffing.PreferResources, {"events": some_events, "role": st.just("room"), "resources": st.frozensets(st.integers(4, 6)), "open_counts": yes}),
        (staffing.AvoidSplitAssignments, {"groups": event_groups, "role": st.just("room")}),
        (staffing.SameResourceIfAdjoining, {"groups": event_groups, "role": st.just("room")}),
        (staffing.FitRooms, {"events": some_events, "role": st.just("room"), "kind": st.just("pupils")}),
        (times.AssignTimes, {"events": some_events}),
        (times.PreferTimes, {"events": some_events, "times": some_times, "duration": st.sampled_from([None, 1, 2]), "throughout": yes}),
        (times.SplitEvents, {"events": some_events, "maximum_duration": upper, "minimum_amount": small}),
        (times.DistributeSplitEvents, {"events": some_events, "duration": st.integers(1, 2), **bounds}),
        (times.SpreadEvents, {"groups": event_groups, "spread": st.tuples(*(st.tuples(st.just(day), small, upper) for day in day_sets))}),
        (times.LinkEvents, {"groups": event_groups}),
        (times.BeginAlike, {"groups": event_groups, "time_groups": st.just(day_sets)}),
        (times.OrderEvents, {"pairs": pairs, **bounds, "same_day": yes}),
        (times.DaysBetween, {"groups": event_groups, **bounds, "adjoins_on_same_day": yes}),
        (times.GapsBetween, {"groups": event_groups, "minimum": small, "ordered": yes}),
        (times.AdjoinEvents, {"groups": event_groups, "ordered": yes}),
        (times.AdjoinOnSameDay, {"groups": event_groups}),
        (times.OrderOnSameDay, {"pairs": pairs}),
        (times.KeepApart, {"groups": event_groups}),
        (times.LimitRunning, {"groups": event_groups, "times": some_times, **bounds, "only_if_any": yes}),
        (times.LimitTimesUsed, {"groups": event_groups, "times": some_times, **bounds}),
        (times.EndDay, {"events": some_events, "kind": st.sampled_from(["teacher", "pupils"])}),
    ]  # fmt: skip
    kind, fields = draw(st.sampled_from(kinds))
    return draw(st.builds(kind, **common, **fields))


def _groups_of(count: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    group = st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True).map(tuple)
    return st.lists(group, min_size=1, max_size=3).map(tuple)


@st.composite
def planted(draw: Draw) -> tuple[Problem, Timetable]:
    """A problem and a timetable that is valid for it: of drawn constraints those that it keeps, all of them required."""
    problem = draw(problems())
    timetable = draw(timetables(problem))
    seen = Occupancy(problem, timetable)
    kept = tuple(replace(one, required=True) for one in problem.constraints if not list(one.deviations(seen)))
    return replace(problem, constraints=kept), timetable
