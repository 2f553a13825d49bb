"""XHSTT's sixteen kinds of constraint as elements. Members are named by the groups that they fill, what is left over one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree

from yaodian.engines.scheduling.timetabling.constraints import (
    AssignResources,
    AssignTimes,
    AvoidClashes,
    AvoidSplitAssignments,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    Constraint,
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

from .archive import Instance
from .elements import MOST
from .refusals import UnfitForXhstt


def put(parent: etree._Element, name: str, text: object = None, **attributes: str) -> etree._Element:
    """A new last child of the parent. Raises UnfitForXhstt for characters that XML cannot hold."""
    try:
        child = etree.SubElement(parent, name, attributes)
        if text is not None:
            child.text = str(text)
    except ValueError as error:
        said = " ".join([str(text or ""), *attributes.values()]).strip()
        raise UnfitForXhstt("characters", text=ascii(said)[1:-1][:60]) from error
    return child


class Groups:
    """Members by the groups of one kind that a file names."""

    def __init__(self, groups: Iterable[tuple[str, Sequence[int]]], ids: Sequence[str]) -> None:
        self._ids = ids
        self._exact: dict[frozenset[int], str] = {}
        for id_, members in groups:
            self._exact.setdefault(frozenset(members), id_)
        # The largest first; the sort keeps those of one size in the file's order.
        self._large = sorted((one for one in self._exact.items() if len(one[0]) > 1), key=lambda one: -len(one[0]))
        self._covers: dict[frozenset[int], tuple[list[str], list[str]]] = {}

    def exactly(self, members: Iterable[int]) -> str:
        """The group that has these members and no others."""
        return self._exact[frozenset(members)]

    def cover(self, members: Iterable[int]) -> tuple[list[str], list[str]]:
        """Groups that hold only such members and do not meet, and the Ids of those that are left."""
        whole = frozenset(members)
        if whole not in self._covers:
            rest, named = whole, []
            for group, id_ in self._large:
                if group <= rest:
                    named.append(id_)
                    rest -= group
            self._covers[whole] = (named, [self._ids[index] for index in sorted(rest)])
        return self._covers[whole]


class ConstraintWriter:
    """Writes the constraints of one instance, whose groups are complete."""

    def __init__(self, instance: Instance) -> None:
        problem = instance.problem
        self._event_ids = [event.id for event in problem.events]
        self._times = Groups(
            ((group.id, group.times) for group in instance.time_groups), [time.id for time in problem.times]
        )
        self._resources = Groups(
            ((group.id, group.resources) for group in instance.resource_groups),
            [resource.id for resource in problem.resources],
        )
        self._events = Groups(((group.id, group.events) for group in instance.event_groups), self._event_ids)

    def write(self, parent: etree._Element, id_: str, constraint: Constraint) -> None:
        name, writer = ELEMENTS[type(constraint)]
        node = put(parent, name, Id=id_)
        put(node, "Name", constraint.name)
        put(node, "Required", "true" if constraint.required else "false")
        put(node, "Weight", constraint.weight)
        put(node, "CostFunction", constraint.cost.value)
        writer(self, node, put(node, "AppliesTo"), constraint)

    def _list(self, parent: etree._Element, name: str, ids: Sequence[str]) -> None:
        if ids:
            child = put(parent, f"{name}s")
            for id_ in ids:
                put(child, name, Reference=id_)

    def _covered(self, parent: etree._Element, groups: Groups, kind: str, members: Iterable[int]) -> None:
        named: list[str] = []
        rest: list[str] = []
        # What stands there twice is a point of application twice, and so is named twice.
        count = Counter(members)
        while count:
            more_named, more_rest = groups.cover(count)
            named += more_named
            rest += more_rest
            count -= Counter(dict.fromkeys(count, 1))
        self._list(parent, f"{kind}Group", named)
        self._list(parent, kind, rest)

    def _bounds(self, node: etree._Element, minimum: int, maximum: int | None, suffix: str = "") -> None:
        put(node, f"Minimum{suffix}", minimum)
        put(node, f"Maximum{suffix}", MOST if maximum is None else maximum)

    def of_events(self, node: etree._Element, applies: etree._Element, one: Any) -> None:
        self._covered(applies, self._events, "Event", one.events)
        match one:
            case AssignResources():
                put(node, "Role", one.role)
            case SplitEvents():
                self._bounds(node, one.minimum_duration, one.maximum_duration, "Duration")
                self._bounds(node, one.minimum_amount, one.maximum_amount, "Amount")
            case DistributeSplitEvents():
                put(node, "Duration", one.duration)
                self._bounds(node, one.minimum, one.maximum)
            case PreferResources():
                self._covered(node, self._resources, "Resource", one.resources)
                put(node, "Role", one.role)
            case PreferTimes():
                self._covered(node, self._times, "Time", one.times)
                if one.duration is not None:
                    put(node, "Duration", one.duration)

    def of_groups(self, node: etree._Element, applies: etree._Element, one: Any) -> None:
        self._list(applies, "EventGroup", [self._events.exactly(group) for group in one.groups])
        match one:
            case AvoidSplitAssignments():
                put(node, "Role", one.role)
            case SpreadEvents():
                listed = put(node, "TimeGroups")
                for times, minimum, maximum in one.spread:
                    self._bounds(put(listed, "TimeGroup", Reference=self._times.exactly(times)), minimum, maximum)

    def of_pairs(self, _node: etree._Element, applies: etree._Element, one: Any) -> None:
        listed = put(applies, "EventPairs")
        for first, second in one.pairs:
            pair = put(listed, "EventPair")
            put(pair, "FirstEvent", Reference=self._event_ids[first])
            put(pair, "SecondEvent", Reference=self._event_ids[second])
            put(pair, "MinSeparation", one.minimum)
            put(pair, "MaxSeparation", MOST if one.maximum is None else one.maximum)

    def of_resources(self, node: etree._Element, applies: etree._Element, one: Any) -> None:
        self._covered(applies, self._resources, "Resource", one.resources)
        match one:
            case AvoidUnavailableTimes():
                self._covered(node, self._times, "Time", one.times)
            case LimitIdleTimes() | ClusterBusyTimes() | LimitBusyTimes():
                self._list(node, "TimeGroup", [self._times.exactly(group) for group in one.time_groups])
                self._bounds(node, one.minimum, one.maximum)
            case LimitWorkload():
                self._bounds(node, one.minimum, one.maximum)


# Kind → (its element, what writes all that is beside name, weight and cost).
ELEMENTS: dict[
    type[Constraint], tuple[str, Callable[[ConstraintWriter, etree._Element, etree._Element, Any], None]]
] = {
    AssignResources: ("AssignResourceConstraint", ConstraintWriter.of_events),
    AssignTimes: ("AssignTimeConstraint", ConstraintWriter.of_events),
    SplitEvents: ("SplitEventsConstraint", ConstraintWriter.of_events),
    DistributeSplitEvents: ("DistributeSplitEventsConstraint", ConstraintWriter.of_events),
    PreferResources: ("PreferResourcesConstraint", ConstraintWriter.of_events),
    PreferTimes: ("PreferTimesConstraint", ConstraintWriter.of_events),
    AvoidSplitAssignments: ("AvoidSplitAssignmentsConstraint", ConstraintWriter.of_groups),
    SpreadEvents: ("SpreadEventsConstraint", ConstraintWriter.of_groups),
    LinkEvents: ("LinkEventsConstraint", ConstraintWriter.of_groups),
    OrderEvents: ("OrderEventsConstraint", ConstraintWriter.of_pairs),
    AvoidClashes: ("AvoidClashesConstraint", ConstraintWriter.of_resources),
    AvoidUnavailableTimes: ("AvoidUnavailableTimesConstraint", ConstraintWriter.of_resources),
    LimitIdleTimes: ("LimitIdleTimesConstraint", ConstraintWriter.of_resources),
    ClusterBusyTimes: ("ClusterBusyTimesConstraint", ConstraintWriter.of_resources),
    LimitBusyTimes: ("LimitBusyTimesConstraint", ConstraintWriter.of_resources),
    LimitWorkload: ("LimitWorkloadConstraint", ConstraintWriter.of_resources),
}
