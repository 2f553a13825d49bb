"""XHSTT in: a file's bytes become an archive of problems and timetables.

The format is that of Post et al., «XHSTT: an XML archive for high school timetabling problems» (Annals of Operations Research 218, 2014), and of Kingston's
specification «High School Timetable Data Format» (HSEval). Children are taken in any order, everything else as the specification has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable
from yaodian.engines.scheduling.timetabling.constraints import Constraint

from .archive import (
    Archive,
    EventGroup,
    Instance,
    Metadata,
    Report,
    ReportLine,
    ResourceGroup,
    ResourceType,
    Solution,
    SolutionGroup,
    TimeGroup,
)
from .constraint_reading import KINDS, read_constraint
from .elements import Node, root_of
from .names import Budget, Names

_METADATA = "Name Contributor Date Country Description Publication Remarks"


def read(document: bytes) -> Archive:
    """The archive in an XHSTT file.

    Raises UnreadableXhstt for whatever is no XHSTT, refers to what is not there, or is not known here; nothing is read over.
    """
    root = root_of(document).expect(one="MetaData Instances SolutionGroups", attributes="Id")
    budget = Budget()
    instances: dict[str, Instance] = {}
    for node in root.list_of("Instances", "Instance"):
        instance = _instance(node, budget)
        if instance.problem.id in instances:
            raise node.refusal("twice", id=instance.problem.id)
        instances[instance.problem.id] = instance
    groups: dict[str, SolutionGroup] = {}
    for node in root.list_of("SolutionGroups", "SolutionGroup"):
        group = _solution_group(node, instances, budget)
        if group.id in groups:
            raise node.refusal("twice", id=group.id)
        groups[group.id] = group
    metadata = root.child("MetaData")
    return Archive(
        tuple(instances.values()),
        tuple(groups.values()),
        id=root.optional_attribute("Id"),
        metadata=_metadata(metadata) if metadata is not None else None,
    )


def _metadata(node: Node) -> Metadata:
    node.expect(one=_METADATA)
    return Metadata(**{name.lower(): node.text_of(name) for name in _METADATA.split()})


def _instance(node: Node, budget: Budget) -> Instance:
    node.expect(one="MetaData Times Resources Events Constraints", attributes="Id")
    metadata = node.child("MetaData")
    told = _metadata(metadata) if metadata is not None else Metadata()
    names = Names(budget)
    times, time_groups = _times(node.needed("Times"), names)
    types, resources, resource_groups = _resources(node.needed("Resources"), names)
    events, event_groups, colours = _events(node.needed("Events"), names, resources)
    constraints: dict[str, Constraint] = {}
    wishes = node.child("Constraints")
    listed = wishes.expect(many=" ".join(KINDS)).children() if wishes is not None else []
    for one in listed:
        for id_, constraint in read_constraint(one, names):
            if id_ in constraints:
                raise one.refusal("twice", id=id_)
            constraints[id_] = constraint
    problem = Problem(
        times,
        resources,
        events,
        tuple(constraints.values()),
        id=node.attribute("Id"),
        name=told.name,
        spans_days=True,
    )
    return Instance(problem, told, time_groups, types, resource_groups, event_groups, tuple(constraints), colours)


def _times(node: Node, names: Names) -> tuple[tuple[Time, ...], tuple[TimeGroup, ...]]:
    node.expect(one="TimeGroups", many="Time")
    groups = node.child("TimeGroups")
    listed = groups.expect(many="TimeGroup Day Week").children() if groups is not None else []
    declared: list[TimeGroup] = []
    days: dict[str, int] = {}
    for group in listed:
        group.expect(one="Name", attributes="Id")
        kind: Literal["TimeGroup", "Day", "Week"] = (
            "Day" if group.name == "Day" else "Week" if group.name == "Week" else "TimeGroup"
        )
        declared.append(TimeGroup(group.attribute("Id"), group.text_of("Name"), (), kind))
        names.declare(names.time_groups, declared[-1].id, group)
        if kind == "Day":
            days[declared[-1].id] = len(days)
    kinds = {group.id: group.kind for group in declared}
    times: list[Time] = []
    for index, one in enumerate(node.children()):
        one.expect(one="Name Week Day TimeGroups", attributes="Id")
        id_ = one.attribute("Id")
        names.add(names.times, id_, index, one)
        members = [(child, child.reference()) for child in one.list_of("TimeGroups", "TimeGroup")]
        day = len(days)
        for name in ("Day", "Week"):
            if (child := one.child(name)) is not None:
                reference = child.reference()
                if kinds.get(reference) != name:
                    raise child.refusal("no-such", kind=name, id=reference)
                members.append((child, reference))
                day = days.get(reference, day)
        for child, reference in members:
            names.join(names.time_groups, reference, index, child)
        times.append(Time(id_, day, one.text_of("Name")))
    return tuple(times), tuple(replace(group, times=names.members(names.time_groups, group.id)) for group in declared)


def _resources(
    node: Node, names: Names
) -> tuple[tuple[ResourceType, ...], tuple[Resource, ...], tuple[ResourceGroup, ...]]:
    node.expect(one="ResourceTypes ResourceGroups", many="Resource")
    types: list[ResourceType] = []
    for one in node.list_of("ResourceTypes", "ResourceType"):
        one.expect(one="Name", attributes="Id")
        names.add(names.types, one.attribute("Id"), len(types), one)
        types.append(ResourceType(one.attribute("Id"), one.text_of("Name")))
    declared: list[ResourceGroup] = []
    kinds: dict[str, str] = {}
    for one in node.list_of("ResourceGroups", "ResourceGroup"):
        one.expect(one="Name ResourceType", attributes="Id")
        kind = _type(one, names)
        declared.append(ResourceGroup(one.attribute("Id"), one.text_of("Name"), kind, ()))
        names.declare(names.resource_groups, declared[-1].id, one)
        kinds[declared[-1].id] = kind
    resources: list[Resource] = []
    for index, one in enumerate(node.children()):
        one.expect(one="Name ResourceType ResourceGroups", attributes="Id")
        resource = Resource(one.attribute("Id"), _type(one, names), one.text_of("Name"))
        names.add(names.resources, resource.id, index, one)
        for child in one.list_of("ResourceGroups", "ResourceGroup"):
            group = child.reference()
            names.join(names.resource_groups, group, index, child)
            if kinds[group] != resource.kind:
                raise child.refusal("type", id=resource.id, found=resource.kind, expected=kinds[group])
        resources.append(resource)
    groups = (replace(group, resources=names.members(names.resource_groups, group.id)) for group in declared)
    return tuple(types), tuple(resources), tuple(groups)


def _type(node: Node, names: Names) -> str:
    child = node.needed("ResourceType")
    id_ = child.reference()
    names.find(names.types, id_, child, "ResourceType")
    return id_


def _events(
    node: Node, names: Names, resources: tuple[Resource, ...]
) -> tuple[tuple[Event, ...], tuple[EventGroup, ...], tuple[tuple[int, str], ...]]:
    node.expect(one="EventGroups", many="Event")
    groups = node.child("EventGroups")
    listed = groups.expect(many="EventGroup Course").children() if groups is not None else []
    declared: list[EventGroup] = []
    for one in listed:
        one.expect(one="Name", attributes="Id")
        declared.append(EventGroup(one.attribute("Id"), one.text_of("Name"), (), one.name == "Course"))
        names.declare(names.event_groups, declared[-1].id, one)
    courses = {group.id for group in declared if group.is_course}
    kinds: dict[str, list[int]] = {}
    for index, resource in enumerate(resources):
        kinds.setdefault(resource.kind, []).append(index)
    candidates = {kind: tuple(members) for kind, members in kinds.items()}
    events: list[Event] = []
    colours: list[tuple[int, str]] = []
    for index, one in enumerate(node.children()):
        one.expect(one="Name Duration Workload Course Time Resources ResourceGroups EventGroups", attributes="Id Color")
        id_ = one.attribute("Id")
        names.add(names.events, id_, index, one)
        if colour := one.optional_attribute("Color"):
            colours.append((index, colour))
        course = ""
        if (child := one.child("Course")) is not None:
            course = child.reference()
            if course not in courses:
                raise child.refusal("no-such", kind="Course", id=course)
            names.join(names.event_groups, course, index, child)
        for child in one.list_of("EventGroups", "EventGroup"):
            names.join(names.event_groups, child.reference(), index, child)
        time = one.child("Time")
        needs = _needs(one, names, resources, candidates)
        if time is not None:
            names.fixed.add(index)
        names.given.update((index, need.role) for need in needs if need.resource is not None)
        events.append(
            Event(
                id_,
                one.needed("Duration").number(1),
                needs,
                name=one.text_of("Name"),
                course=course,
                time=None if time is None else names.find(names.times, time.reference(), time, "Time"),
                workload=one.number_of("Workload") if one.child("Workload") is not None else None,
            )
        )
    found = (replace(group, events=names.members(names.event_groups, group.id)) for group in declared)
    return tuple(events), tuple(found), tuple(colours)


def _needs(
    event: Node, names: Names, resources: tuple[Resource, ...], candidates: dict[str, tuple[int, ...]]
) -> tuple[Need, ...]:
    needs: list[Need] = []
    roles: set[str] = set()
    for node in event.list_of("Resources", "Resource"):
        node.expect(one="Role ResourceType Workload", attributes="Reference")
        role = node.text_of("Role")
        if role and role in roles:
            raise node.refusal("twice", id=role)
        roles.add(role)
        workload = node.number_of("Workload") if node.child("Workload") is not None else None
        reference = node.optional_attribute("Reference")
        if not reference:
            if not role:
                raise node.refusal("missing", name="Role")
            kind = _type(node, names)
            needs.append(Need(kind, role=role, candidates=candidates.get(kind, ()), workload=workload))
            continue
        resource = names.find(names.resources, reference, node, "Resource")
        kind = resources[resource].kind
        if node.child("ResourceType") is not None and _type(node, names) != kind:
            raise node.refusal("type", id=reference, found=kind, expected=_type(node, names))
        needs.append(Need(kind, resource=resource, role=role, workload=workload))
    given = {need.resource for need in needs}
    for node in event.list_of("ResourceGroups", "ResourceGroup"):
        reference = node.reference()
        names.find_group(names.resource_groups, reference, node)
        members = [one for one in names.members(names.resource_groups, reference) if one not in given]
        names.budget.spend(len(members))
        given.update(members)
        needs.extend(Need(resources[one].kind, resource=one) for one in members)
    return tuple(needs)


def _solution_group(node: Node, instances: dict[str, Instance], budget: Budget) -> SolutionGroup:
    node.expect(one="MetaData", many="Solution", attributes="Id")
    metadata = node.child("MetaData")
    return SolutionGroup(
        node.attribute("Id"),
        tuple(_solution(one, instances, budget) for one in node.children()),
        _metadata(metadata) if metadata is not None else Metadata(),
    )


def _solution(node: Node, instances: dict[str, Instance], budget: Budget) -> Solution:
    node.expect(one="Description RunningTime Events Report", attributes="Reference")
    id_ = node.attribute("Reference")
    if id_ not in instances:
        raise node.refusal("no-such", kind="Instance", id=id_)
    problem = instances[id_].problem
    # Events that the solution does not mention become pieces as well.
    budget.spend(len(problem.times) + len(problem.resources) + sum(1 + len(event.needs) for event in problem.events))
    events = {event.id: index for index, event in enumerate(problem.events)}
    times = {time.id: index for index, time in enumerate(problem.times)}
    resources = {resource.id: index for index, resource in enumerate(problem.resources)}
    pieces: list[Piece] = []
    roles: dict[int, dict[str, int]] = {}
    for one in node.list_of("Events", "Event"):
        pieces.append(_piece(one, problem, events, times, resources, roles))
        budget.spend(len(pieces[-1].resources))
    report = node.child("Report")
    return Solution(
        id_,
        Timetable.of(problem, pieces),
        node.text_of("Description"),
        node.text_of("RunningTime"),
        _report(report) if report is not None else None,
    )


def _piece(
    node: Node,
    problem: Problem,
    events: dict[str, int],
    times: dict[str, int],
    resources: dict[str, int],
    roles: dict[int, dict[str, int]],
) -> Piece:
    node.expect(one="Duration Time Resources", attributes="Reference")
    id_ = node.attribute("Reference")
    if id_ not in events:
        raise node.refusal("no-such", kind="Event", id=id_)
    index = events[id_]
    event = problem.events[index]
    time = event.time
    if (child := node.child("Time")) is not None:
        reference = child.reference()
        if reference not in times:
            raise child.refusal("no-such", kind="Time", id=reference)
        time = times[reference]
    chosen = [need.resource for need in event.needs]
    for one in node.list_of("Resources", "Resource"):
        one.expect(one="Role", attributes="Reference")
        reference, role = one.attribute("Reference"), one.needed("Role").text()
        if reference not in resources:
            raise one.refusal("no-such", kind="Resource", id=reference)
        if index not in roles:
            roles[index] = {need.role: place for place, need in enumerate(event.needs) if need.role}
        place = roles[index].get(role)
        if place is None:
            raise one.refusal("role", event=id_, role=role)
        given = event.needs[place].resource
        if given is not None and given != resources[reference]:
            raise one.refusal("given", event=id_, role=role, expected=problem.resources[given].id, found=reference)
        chosen[place] = resources[reference]
    return Piece(index, node.number_of("Duration", event.duration, least=1), time, tuple(chosen))


def _report(node: Node) -> Report:
    node.expect(one="InfeasibilityValue ObjectiveValue Resources Events EventGroups")
    lines: list[ReportLine] = []
    points: tuple[Literal["Resource", "Event", "EventGroup"], ...] = ("Resource", "Event", "EventGroup")
    for kind in points:
        for point in node.list_of(f"{kind}s", kind):
            point.expect(many="Constraint", attributes="Reference")
            for one in point.children():
                one.expect(one="Cost Description", attributes="Reference")
                lines.append(
                    ReportLine(
                        kind,
                        point.optional_attribute("Reference"),
                        one.attribute("Reference"),
                        one.needed("Cost").number(),
                        one.text_of("Description"),
                    )
                )
    return Report(node.needed("InfeasibilityValue").number(), node.needed("ObjectiveValue").number(), tuple(lines))
