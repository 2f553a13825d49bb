"""What XHSTT has no place for, and the groups and Ids that a problem needs before it can be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from yaodian.engines.scheduling.timetabling import Event, Problem, kind_of
from yaodian.engines.scheduling.timetabling.constraints import (
    AvoidSplitAssignments,
    ClusterBusyTimes,
    Constraint,
    LimitBusyTimes,
    LimitIdleTimes,
    LinkEvents,
    OrderEvents,
    PreferResources,
    PreferTimes,
    SpreadEvents,
)

from .archive import EventGroup, Instance, ResourceType, TimeGroup
from .constraint_writing import ELEMENTS
from .refusals import Loss, UnfitForXhstt

# What makes another problem of it if it is left out. Anything else that has no place can be named as left out.
ESSENTIAL = frozenset({"candidates", "cycle", "days", "ids", "kinds", "pieces", "role", "schedules"})


def losses(problem: Problem) -> tuple[Loss, ...]:
    """What of the problem XHSTT cannot say, by code.

    Kinds of constraint that it has not («limit_runs») or that go beyond it («limit_idle_times.each»); «prefer_times.fixed» and «prefer_resources.given»
    (preferences for what is given, which XHSTT does not judge: their events are left out); the data «clocks», «bells» (the name of the only
    schedule), «sizes», «places», «tags», «reasons», «notes»; and what cannot be left out: «cycle» (weeks), «schedules» (more than one), «role» (an
    open need without a role, or two of one role), «kinds» (a need for one kind to which a resource of another is given), «ids» (none, or one twice),
    and what :func:`expressed` can say otherwise, «days», «pieces», «candidates».
    """
    found: Counter[str] = Counter()
    for constraint in problem.constraints:
        found[beyond(constraint)] += 1
        found[_beside(problem, constraint)[0]] += 1
        found["reasons"] += bool(constraint.reason)
    bells = {time.schedule for time in problem.times}
    found["schedules" if len(bells) > 1 else "bells"] += len(bells - {""})
    for time in problem.times:
        found["clocks"] += time.begins_min is not None or time.ends_min is not None
    for resource in problem.resources:
        found["sizes"] += resource.size is not None
        found["places"] += bool(resource.place)
    for event in problem.events:
        found["tags"] += bool(event.tags)
        found["pieces"] += event.pieces is not None
        found["cycle"] += bool(event.weeks)
        _count_needs(problem, event, found)
    for ids in (
        [problem.id],
        [time.id for time in problem.times],
        [resource.id for resource in problem.resources],
        [resource.kind for resource in problem.resources if not resource.kind],
        [event.id for event in problem.events],
    ):
        found["ids"] += len(ids) - len(set(ids) - {""})
    found["notes"] += len(problem.notes)
    found["cycle"] += problem.cycle != 1
    found["days"] += not problem.spans_days
    return tuple(Loss(code, count) for code, count in sorted(found.items()) if code and count)


def _count_needs(problem: Problem, event: Event, found: Counter[str]) -> None:
    roles = Counter(need.role for need in event.needs if need.role)
    found["role"] += sum(count - 1 for count in roles.values())
    for need in event.needs:
        if need.resource is not None:
            found["kinds"] += need.kind != problem.resources[need.resource].kind
            found["candidates"] += bool(need.candidates)
        else:
            found["kinds"] += not need.kind
            found["role"] += not need.role
            found["candidates"] += need.candidates != problem.of_kind(need.kind)


def beyond(constraint: Constraint) -> str:
    """In what the constraint goes beyond XHSTT, as a code; empty where it does not."""
    kind = kind_of(constraint)
    if type(constraint) not in ELEMENTS:
        return kind
    match constraint:
        case AvoidSplitAssignments(maximum=most) if most != 1:
            return f"{kind}.maximum"
        case LimitIdleTimes(each=True):
            return f"{kind}.each"
        case LimitIdleTimes(not_idle=times) if times:
            return f"{kind}.not_idle"
        case LimitIdleTimes(time_groups=groups) if any(tuple(sorted(set(group))) != group for group in groups):
            return f"{kind}.order"
        case LimitBusyTimes(counts_empty=True):
            return f"{kind}.counts_empty"
        case LimitBusyTimes(tag=tag) if tag is not None:
            return f"{kind}.tag"
        case LimitBusyTimes(once=True):
            return f"{kind}.once"
        case PreferTimes(throughout=True):
            return f"{kind}.throughout"
        case PreferResources(open_counts=True):
            return f"{kind}.open_counts"
        case OrderEvents(same_day=True):
            return f"{kind}.same_day"
    return ""


def _beside(problem: Problem, constraint: Constraint) -> tuple[str, Constraint]:
    """What of a preference is beside the point in XHSTT, because nothing is to be chosen, as a code (empty where nothing is); and what is left."""
    match constraint:
        case PreferTimes(events=events):
            code, kept = "fixed", tuple(event for event in events if problem.events[event].time is None)
        case PreferResources(events=events, role=role):
            code = "given"
            kept = tuple(
                event
                for event in events
                if all(need.role != role or need.resource is None for need in problem.events[event].needs)
            )
        case _:
            return "", constraint
    return ("" if kept == events else f"{kind_of(constraint)}.{code}"), replace(constraint, events=kept)


def fit(instance: Instance, without: Collection[str] = ()) -> Instance:
    """The instance with nothing in it that XHSTT cannot say, with all groups and Ids that its constraints speak of.

    ``without`` names the losses that are accepted. Raises UnfitForXhstt for any other.
    """
    lost = losses(instance.problem)
    essential = tuple(loss for loss in lost if loss.code in ESSENTIAL)
    if essential:
        raise UnfitForXhstt("cannot", essential)
    if refused := tuple(loss for loss in lost if loss.code not in without):
        raise UnfitForXhstt("no-place", refused)
    ids = instance.constraint_ids
    if len(ids) != len(instance.problem.constraints):
        ids = tuple(f"{type(one).__name__}_{number}" for number, one in enumerate(instance.problem.constraints, 1))
    kept = [
        (id_, _beside(instance.problem, one)[1])
        for id_, one in zip(ids, instance.problem.constraints, strict=True)
        if not beyond(one)
    ]
    plain = replace(
        instance,
        problem=replace(instance.problem, constraints=tuple(one for _, one in kept)),
        metadata=replace(instance.metadata, name=instance.problem.name),
        constraint_ids=tuple(id_ for id_, _ in kept),
    )
    return _with_groups(plain)


def _with_groups(instance: Instance) -> Instance:
    problem = instance.problem
    kinds = dict.fromkeys(resource.kind for resource in problem.resources)
    kinds.update(dict.fromkeys(need.kind for event in problem.events for need in event.needs))
    types = {one.id for one in instance.resource_types}
    times = instance.time_groups if _days_agree(instance) else _of_days(instance)
    return replace(
        instance,
        time_groups=_named_times(times, problem),
        resource_types=(
            *instance.resource_types,
            *(ResourceType(kind, kind) for kind in kinds if kind not in types),
        ),
        event_groups=_named_events(_with_courses(instance), problem),
    )


def _days_agree(instance: Instance) -> bool:
    """Whether the groups that are days put every time into its day, as a reader counts them."""
    days = [frozenset(group.times) for group in instance.time_groups if group.kind == "Day"]
    return all(
        next((number for number, times in enumerate(days) if index in times), len(days)) == time.day
        for index, time in enumerate(instance.problem.times)
    )


def _of_days(instance: Instance) -> tuple[TimeGroup, ...]:
    others = [group for group in instance.time_groups if group.kind != "Day"]
    ids = _fresh("Day", [group.id for group in others])
    days = [TimeGroup(id_, id_, times, "Day") for id_, times in zip(ids, instance.problem.days, strict=False)]
    return (*days, *others)


def _with_courses(instance: Instance) -> tuple[EventGroup, ...]:
    members: dict[str, list[int]] = {}
    for index, event in enumerate(instance.problem.events):
        if event.course:
            members.setdefault(event.course, []).append(index)
    groups = [
        replace(group, events=tuple(members.pop(group.id, ()))) if group.is_course else group
        for group in instance.event_groups
    ]
    taken = {group.id for group in groups}
    if clash := tuple(course for course in members if course in taken):
        raise UnfitForXhstt("cannot", (Loss("course", len(clash)),))
    return (*groups, *(EventGroup(id_, id_, tuple(events), True) for id_, events in members.items()))


def _named_times(groups: tuple[TimeGroup, ...], problem: Problem) -> tuple[TimeGroup, ...]:
    wanted: dict[frozenset[int], None] = {}
    for constraint in problem.constraints:
        match constraint:
            case LimitIdleTimes(time_groups=ordered):
                wanted.update(dict.fromkeys(map(frozenset, ordered)))
            case ClusterBusyTimes(time_groups=sets) | LimitBusyTimes(time_groups=sets):
                wanted.update(dict.fromkeys(sets))
            case SpreadEvents(spread=spread):
                wanted.update(dict.fromkeys(times for times, _, _ in spread))
    missing = _missing(wanted, (group.times for group in groups))
    ids = _fresh("Times", [group.id for group in groups])
    return (*groups, *(TimeGroup(id_, id_, times) for id_, times in zip(ids, missing, strict=False)))


def _named_events(groups: tuple[EventGroup, ...], problem: Problem) -> tuple[EventGroup, ...]:
    wanted: dict[frozenset[int], None] = {}
    for constraint in problem.constraints:
        if isinstance(constraint, AvoidSplitAssignments | LinkEvents | SpreadEvents):
            wanted.update(dict.fromkeys(map(frozenset, constraint.groups)))
    missing = _missing(wanted, (group.events for group in groups))
    ids = _fresh("Events", [group.id for group in groups])
    return (*groups, *(EventGroup(id_, id_, events) for id_, events in zip(ids, missing, strict=False)))


def _missing(wanted: Iterable[frozenset[int]], there: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    known = set(map(frozenset, there))
    return [tuple(sorted(members)) for members in wanted if members not in known]


def _fresh(stem: str, taken: Collection[str]) -> Iterator[str]:
    """Ids that are not taken, without end."""
    known, number = set(taken), 0
    while True:
        number += 1
        if (id_ := f"{stem}_{number}") not in known:
            yield id_
