"""XHSTT out: an archive becomes a file's bytes, children in the order of the specification."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from lxml import etree

from yaodian.engines.scheduling.timetabling import Problem, Timetable
from yaodian.engines.scheduling.timetabling.verifying import strangeness

from .archive import Archive, Instance, Metadata, Report, Solution
from .completing import fit
from .constraint_writing import ConstraintWriter, put
from .elements import ROOT
from .refusals import Loss, UnfitForXhstt


def write(archive: Archive, *, without: Collection[str] = ()) -> bytes:
    """The archive as an XHSTT file in UTF-8. Groups and Ids that its constraints need and that it has not are made up.

    ``without`` names what may be left out of those things for which the format has no place (:func:`losses`). Raises UnfitForXhstt for any other of them, for
    solutions of instances that are not there, and for characters that XML cannot hold.
    """
    root = etree.Element(ROOT, {"Id": archive.id} if archive.id else {})
    if archive.metadata is not None:
        _metadata(root, archive.metadata, "Name Contributor Date Description", "Country Publication Remarks")
    instances = [fit(instance, without) for instance in archive.instances]
    listed = put(root, "Instances")
    for instance in instances:
        _instance(listed, instance)
    problems = {instance.problem.id: instance.problem for instance in instances}
    groups = put(root, "SolutionGroups")
    for group in archive.groups:
        node = put(groups, "SolutionGroup", Id=group.id)
        _metadata(node, group.metadata, "Contributor Date Description", "Name Country Publication Remarks")
        for solution in group.solutions:
            if solution.instance not in problems:
                raise UnfitForXhstt("no-instance", id=solution.instance)
            _solution(node, solution, problems[solution.instance])
    etree.indent(root, space="  ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _metadata(parent: etree._Element, metadata: Metadata, always: str, if_any: str) -> None:
    node = put(parent, "MetaData")
    wanted = always.split()
    for name in "Name Contributor Date Country Description Publication Remarks".split():
        text: str = getattr(metadata, name.lower())
        if name in wanted or (name in if_any.split() and text):
            put(node, name, text)


def _instance(parent: etree._Element, instance: Instance) -> None:
    problem = instance.problem
    node = put(parent, "Instance", Id=problem.id)
    _metadata(node, instance.metadata, "Name Contributor Date Country Description", "Publication Remarks")
    _times(put(node, "Times"), instance)
    _resources(put(node, "Resources"), instance)
    _events(put(node, "Events"), instance)
    constraints, writer = put(node, "Constraints"), ConstraintWriter(instance)
    for id_, constraint in zip(instance.constraint_ids, problem.constraints, strict=True):
        writer.write(constraints, id_, constraint)


def _times(node: etree._Element, instance: Instance) -> None:
    declared = put(node, "TimeGroups")
    groups: dict[int, list[str]] = {}
    single: dict[tuple[int, str], str] = {}
    for group in instance.time_groups:
        put(put(declared, group.kind, Id=group.id), "Name", group.name)
        for index in group.times:
            if group.kind == "TimeGroup" or (index, group.kind) in single:
                groups.setdefault(index, []).append(group.id)
            else:
                single[index, group.kind] = group.id
    for index, time in enumerate(instance.problem.times):
        one = put(node, "Time", Id=time.id)
        put(one, "Name", time.name)
        for kind in ("Week", "Day"):
            if (index, kind) in single:
                put(one, kind, Reference=single[index, kind])
        _references(one, "TimeGroup", groups.get(index, []))


def _references(node: etree._Element, name: str, ids: list[str]) -> None:
    if ids:
        listed = put(node, f"{name}s")
        for id_ in ids:
            put(listed, name, Reference=id_)


def _resources(node: etree._Element, instance: Instance) -> None:
    declared = put(node, "ResourceTypes")
    for kind in instance.resource_types:
        put(put(declared, "ResourceType", Id=kind.id), "Name", kind.name)
    declared = put(node, "ResourceGroups")
    groups: dict[int, list[str]] = {}
    for group in instance.resource_groups:
        one = put(declared, "ResourceGroup", Id=group.id)
        put(one, "Name", group.name)
        put(one, "ResourceType", Reference=group.kind)
        for index in group.resources:
            groups.setdefault(index, []).append(group.id)
    for index, resource in enumerate(instance.problem.resources):
        one = put(node, "Resource", Id=resource.id)
        put(one, "Name", resource.name)
        put(one, "ResourceType", Reference=resource.kind)
        _references(one, "ResourceGroup", groups.get(index, []))


def _events(node: etree._Element, instance: Instance) -> None:
    problem = instance.problem
    declared = put(node, "EventGroups")
    groups: dict[int, list[str]] = {}
    for group in instance.event_groups:
        put(put(declared, "Course" if group.is_course else "EventGroup", Id=group.id), "Name", group.name)
        for index in () if group.is_course else group.events:
            groups.setdefault(index, []).append(group.id)
    colours = dict(instance.colours)
    for index, event in enumerate(problem.events):
        one = put(node, "Event", Id=event.id)
        if index in colours:
            one.set("Color", colours[index])
        put(one, "Name", event.name)
        put(one, "Duration", event.duration)
        if event.workload is not None:
            put(one, "Workload", event.workload)
        if event.course:
            put(one, "Course", Reference=event.course)
        if event.time is not None:
            put(one, "Time", Reference=problem.times[event.time].id)
        if event.needs:
            needs = put(one, "Resources")
            for need in event.needs:
                given = {} if need.resource is None else {"Reference": problem.resources[need.resource].id}
                resource = put(needs, "Resource", **given)
                if need.role:
                    put(resource, "Role", need.role)
                if need.resource is None:
                    put(resource, "ResourceType", Reference=need.kind)
                if need.workload is not None:
                    put(resource, "Workload", need.workload)
        _references(one, "EventGroup", groups.get(index, []))


def _solution(parent: etree._Element, solution: Solution, problem: Problem) -> None:
    node = put(parent, "Solution", Reference=solution.instance)
    if solution.description:
        put(node, "Description", solution.description)
    if solution.running_time:
        put(node, "RunningTime", solution.running_time)
    _pieces(put(node, "Events"), problem, solution.timetable)
    if solution.report is not None:
        _report(put(node, "Report"), solution.report)


def _pieces(node: etree._Element, problem: Problem, timetable: Timetable) -> None:
    if strange := sum(bool(strangeness(problem, piece)) for piece in timetable.pieces):
        raise UnfitForXhstt("cannot", (Loss("strange pieces", strange),))
    for piece in timetable.pieces:
        event = problem.events[piece.event]
        one = put(node, "Event", Reference=event.id)
        put(one, "Duration", piece.duration)
        if piece.time is not None:
            put(one, "Time", Reference=problem.times[piece.time].id)
        chosen = [
            (need.role, resource)
            for need, resource in zip(event.needs, piece.resources, strict=True)
            if need.resource is None and resource is not None
        ]
        if chosen:
            listed = put(one, "Resources")
            for role, resource in chosen:
                put(put(listed, "Resource", Reference=problem.resources[resource].id), "Role", role)


def _report(node: etree._Element, report: Report) -> None:
    put(node, "InfeasibilityValue", report.infeasibility)
    put(node, "ObjectiveValue", report.objective)
    for kind in ("Resource", "Event", "EventGroup"):
        lines = [line for line in report.lines if line.kind == kind]
        if not lines:
            continue
        listed = put(node, f"{kind}s")
        for point, of_point in groupby(lines, key=lambda line: line.point):
            one = put(listed, kind, **({"Reference": point} if point else {}))
            for line in of_point:
                constraint = put(one, "Constraint", Reference=line.constraint)
                put(constraint, "Cost", line.cost)
                if line.description:
                    put(constraint, "Description", line.description)
