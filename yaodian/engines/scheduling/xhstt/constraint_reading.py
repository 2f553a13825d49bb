"""XHSTT's sixteen kinds of constraint, each with all that the specification lets it say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypedDict

from yaodian.engines.scheduling.timetabling.constraints import (
    AssignResources,
    AssignTimes,
    AvoidClashes,
    AvoidSplitAssignments,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    Constraint,
    Cost,
    DistributeSplitEvents,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitWorkload,
    LinkEvents,
    OrderEvents,
    PreferResources,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)

from .elements import Node
from .names import Names

_COMMON = "Name Required Weight CostFunction AppliesTo"
# Files from before 2012 name functions of a list of deviations. Those that look at its sum alone are today's functions under other names.
_COSTS: dict[str, object] = {
    "Linear": Cost.LINEAR,
    "Quadratic": Cost.QUADRATIC,
    "Step": Cost.STEP,
    "Sum": Cost.LINEAR,
    "SquareSum": Cost.QUADRATIC,
    "StepSum": Cost.STEP,
}
_FLAGS: dict[str, object] = {"true": True, "false": False, "True": True, "False": False}


class _Common(TypedDict):
    name: str
    required: bool
    weight: int
    cost: Cost


def read_constraint(node: Node, names: Names) -> Iterator[tuple[str, Constraint]]:
    """The constraint with its Id. One that orders pairs by different separations becomes several, the later ones with a number after the Id."""
    own, reader = KINDS[node.name]
    node.expect(one=f"{_COMMON} {own}", attributes="Id")
    required = node.needed("Required").word(_FLAGS)
    cost = node.needed("CostFunction").word(_COSTS)
    assert isinstance(required, bool)
    assert isinstance(cost, Cost)
    common = _Common(name=node.text_of("Name"), required=required, weight=node.needed("Weight").number(), cost=cost)
    id_ = node.attribute("Id")
    for number, constraint in enumerate(reader(node, names, common), start=1):
        yield (id_ if number == 1 else f"{id_}/{number}"), constraint


def _events(node: Node, names: Names) -> tuple[int, ...]:
    applies = node.needed("AppliesTo").expect(one="EventGroups Events")
    return names.all_of(applies, names.event_groups, names.events, "EventGroup", "Event")


def _event_groups(node: Node, names: Names) -> tuple[tuple[int, ...], ...]:
    applies = node.needed("AppliesTo").expect(one="EventGroups")
    nodes = applies.list_of("EventGroups", "EventGroup")
    for one in nodes:
        one.reference()
    return names.each_of(nodes, names.event_groups)


def _resources(node: Node, names: Names) -> tuple[int, ...]:
    applies = node.needed("AppliesTo").expect(one="ResourceGroups Resources")
    return names.all_of(applies, names.resource_groups, names.resources, "ResourceGroup", "Resource")


def _times(node: Node, names: Names) -> frozenset[int]:
    return frozenset(names.all_of(node, names.time_groups, names.times, "TimeGroup", "Time"))


def _time_groups(node: Node, names: Names) -> tuple[tuple[int, ...], ...]:
    nodes = node.list_of("TimeGroups", "TimeGroup")
    for one in nodes:
        one.reference()
    return names.each_of(nodes, names.time_groups)


def _assign_resource(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield AssignResources(**common, events=_events(node, names), role=node.needed("Role").text())


def _assign_time(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield AssignTimes(**common, events=_events(node, names))


def _split_events(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield SplitEvents(
        **common,
        events=_events(node, names),
        minimum_duration=node.number_of("MinimumDuration"),
        maximum_duration=node.maximum_of("MaximumDuration"),
        minimum_amount=node.number_of("MinimumAmount"),
        maximum_amount=node.maximum_of("MaximumAmount"),
    )


def _distribute_split_events(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield DistributeSplitEvents(
        **common,
        events=_events(node, names),
        duration=node.needed("Duration").number(1),
        minimum=node.number_of("Minimum"),
        maximum=node.maximum_of("Maximum"),
    )


def _prefer_resources(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    preferred = names.all_of(node, names.resource_groups, names.resources, "ResourceGroup", "Resource")
    role = node.needed("Role").text()
    # Nothing is preferred where nothing is chosen: the specification skips given resources here, and given times below.
    events = tuple(event for event in _events(node, names) if (event, role) not in names.given)
    yield PreferResources(**common, events=events, role=role, resources=frozenset(preferred))


def _prefer_times(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    duration = node.child("Duration")
    yield PreferTimes(
        **common,
        events=tuple(event for event in _events(node, names) if event not in names.fixed),
        times=_times(node, names),
        duration=duration.number(1) if duration is not None else None,
    )


def _avoid_split_assignments(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield AvoidSplitAssignments(**common, groups=_event_groups(node, names), role=node.needed("Role").text())


def _spread_events(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    spread: list[tuple[frozenset[int], int, int | None]] = []
    for one in node.list_of("TimeGroups", "TimeGroup"):
        one.expect(one="Minimum Maximum", attributes="Reference")
        (times,) = names.each_of([one], names.time_groups)
        spread.append((frozenset(times), one.number_of("Minimum"), one.maximum_of("Maximum")))
    yield SpreadEvents(**common, groups=_event_groups(node, names), spread=tuple(spread))


def _link_events(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield LinkEvents(**common, groups=_event_groups(node, names))


def _order_events(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    alike: dict[tuple[int, int | None], list[tuple[int, int]]] = {}
    applies = node.needed("AppliesTo").expect(one="EventPairs")
    for pair in applies.list_of("EventPairs", "EventPair"):
        pair.expect(one="FirstEvent SecondEvent MinSeparation MaxSeparation")
        first, second = (
            names.find(names.events, one.reference(), one, "Event")
            for one in (pair.needed("FirstEvent"), pair.needed("SecondEvent"))
        )
        separation = (pair.number_of("MinSeparation"), pair.maximum_of("MaxSeparation"))
        alike.setdefault(separation, []).append((first, second))
    for (least, most), pairs in alike.items():
        yield OrderEvents(**common, pairs=tuple(pairs), minimum=least, maximum=most)


def _avoid_clashes(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield AvoidClashes(**common, resources=_resources(node, names))


def _avoid_unavailable_times(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield AvoidUnavailableTimes(**common, resources=_resources(node, names), times=_times(node, names))


def _limit_idle_times(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield LimitIdleTimes(
        **common,
        resources=_resources(node, names),
        time_groups=_time_groups(node, names),
        minimum=node.number_of("Minimum"),
        maximum=node.maximum_of("Maximum"),
    )


def _cluster_busy_times(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield ClusterBusyTimes(
        **common,
        resources=_resources(node, names),
        time_groups=tuple(map(frozenset, _time_groups(node, names))),
        minimum=node.number_of("Minimum"),
        maximum=node.maximum_of("Maximum"),
    )


def _limit_busy_times(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield LimitBusyTimes(
        **common,
        resources=_resources(node, names),
        time_groups=tuple(map(frozenset, _time_groups(node, names))),
        minimum=node.number_of("Minimum"),
        maximum=node.maximum_of("Maximum"),
    )


def _limit_workload(node: Node, names: Names, common: _Common) -> Iterator[Constraint]:
    yield LimitWorkload(
        **common,
        resources=_resources(node, names),
        minimum=node.number_of("Minimum"),
        maximum=node.maximum_of("Maximum"),
    )


# Element → (its own children beside those that all have, its reader).
KINDS: dict[str, tuple[str, Callable[[Node, Names, _Common], Iterator[Constraint]]]] = {
    "AssignResourceConstraint": ("Role", _assign_resource),
    "AssignTimeConstraint": ("", _assign_time),
    "SplitEventsConstraint": ("MinimumDuration MaximumDuration MinimumAmount MaximumAmount", _split_events),
    "DistributeSplitEventsConstraint": ("Duration Minimum Maximum", _distribute_split_events),
    "PreferResourcesConstraint": ("ResourceGroups Resources Role", _prefer_resources),
    "PreferTimesConstraint": ("TimeGroups Times Duration", _prefer_times),
    "AvoidSplitAssignmentsConstraint": ("Role", _avoid_split_assignments),
    "SpreadEventsConstraint": ("TimeGroups", _spread_events),
    "LinkEventsConstraint": ("", _link_events),
    "OrderEventsConstraint": ("", _order_events),
    "AvoidClashesConstraint": ("", _avoid_clashes),
    "AvoidUnavailableTimesConstraint": ("TimeGroups Times", _avoid_unavailable_times),
    "LimitIdleTimesConstraint": ("TimeGroups Minimum Maximum", _limit_idle_times),
    "ClusterBusyTimesConstraint": ("TimeGroups Minimum Maximum", _cluster_busy_times),
    "LimitBusyTimesConstraint": ("TimeGroups Minimum Maximum", _limit_busy_times),
    "LimitWorkloadConstraint": ("Minimum Maximum", _limit_workload),
}
