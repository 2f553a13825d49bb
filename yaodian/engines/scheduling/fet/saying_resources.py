"""Constraints on teachers and students in FET's words: one of FET's for every resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints import busyness as kinds
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost

from .paper import Field, Paper
from .saying import say
from .school import ROOM, TEACHER

# Kinds on the places of rooms.
SPACE: Final = frozenset(
    kind
    for what in ("Building", "Room")
    for kind in (f"Max{what}ChangesPerDay", f"Max{what}ChangesPerWeek", f"MinGapsBetween{what}Changes")
)
# Kinds of which FET takes no weight but 100 %.
ONLY_WHOLE: Final = SPACE | {
    "NotAvailableTimes",
    "MaxDaysPerWeek",
    "MinDaysPerWeek",
    "IntervalMaxDaysPerWeek",
    "MaxGapsPerWeek",
    "MaxGapsPerDay",
    "MinHoursDaily",
    "ActivityTagMinHoursDaily",
    "MaxSpanPerDay",
    "MinRestingHours",
    "EarlyMaxBeginningsAtSecondHour",
}
# Kinds whose element for the teacher is «Teacher» and not «Teacher_Name».
_SHORT_NAMED: Final = SPACE | {"NotAvailableTimes"}


def _put(paper: Paper, constraint: Constraint, resource: int, base: str, fields: Sequence[Field]) -> None:
    """One constraint of FET's for one teacher or set of students."""
    kind = paper.kind(resource)
    if kind == ROOM:
        paper.refuse(constraint.name, f"教室“{paper.names[resource]}”", f"the room {paper.names[resource]}")
        return
    if not constraint.required and base in ONLY_WHOLE:
        paper.refuse_weight(constraint)
        return
    if not paper.counts_like(constraint, Cost.LINEAR, 2):
        return
    is_teacher = kind == TEACHER
    name = "Teacher" if base in _SHORT_NAMED else "Teacher_Name"
    who: Field = (name if is_teacher else "Students", paper.names[resource])
    whose = "Teacher" if is_teacher else "StudentsSet"
    paper.add(constraint, f"{whose}{base}", [who, *fields], space=base in SPACE)


def _by_days(paper: Paper, constraint: Constraint, groups: Sequence[object]) -> bool:
    """Whether the time groups are the days. Refuses them otherwise."""
    if [frozenset(group) for group in groups] == [frozenset(day) for day in paper.problem.days]:  # type: ignore[call-overload]  # groups of times
        return True
    paper.refuse(constraint.name, "时间组不是一周各日", "time groups other than the days")
    return False


@say.register
def _(constraint: kinds.AvoidUnavailableTimes, paper: Paper) -> None:
    count = "Number_of_Not_Available_Times"
    for resource in constraint.resources:
        is_room = paper.kind(resource) == ROOM
        # FET takes one such constraint for each teacher or set: all that must hold is said with the first.
        times = constraint.times if is_room or not constraint.required else paper.closed[resource]
        if not is_room and constraint.required:
            if resource in paper.told_closed:
                continue
            paper.told_closed.add(resource)
        listed = paper.moments(count, "Not_Available_Time", "Day", "Hour", times)
        if not is_room:
            _put(paper, constraint, resource, "NotAvailableTimes", listed)
        elif paper.counts_like(constraint, Cost.LINEAR, 2):
            room: Field = ("Room", paper.names[resource])
            paper.add(constraint, "RoomNotAvailableTimes", [room, *listed], space=True)


@say.register
def _(constraint: kinds.LimitIdleTimes, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups):
        return
    if constraint.minimum or constraint.maximum is None:
        paper.refuse(
            constraint.name,
            f"至少 {constraint.minimum} 个空节，或不限空节",
            f"at least {constraint.minimum} idle times, or any number",
        )
        return
    for resource in constraint.resources:
        if constraint.not_idle != paper.breaks | paper.closed.get(resource, frozenset()):
            paper.refuse(
                constraint.name,
                f"“{paper.names[resource]}”不算空节的时间",
                f"times that are not idle, for {paper.names[resource]}",
            )
            continue
        base = "MaxGapsPerDay" if constraint.each else "MaxGapsPerWeek"
        _put(paper, constraint, resource, base, [("Max_Gaps", constraint.maximum)])


@say.register
def _(constraint: kinds.ClusterBusyTimes, paper: Paper) -> None:
    groups = constraint.time_groups
    interval = None
    if list(groups) != [frozenset(day) for day in paper.problem.days]:
        interval = _interval(paper, groups)
        if interval is None or constraint.minimum:
            paper.refuse(
                constraint.name,
                "时间组既不是各日，也不是每日的同几节",
                "time groups that are neither days nor the same hours of all days",
            )
            return
    for resource in constraint.resources:
        if constraint.minimum:
            least: list[Field] = [("Minimum_Days_Per_Week", constraint.minimum)]
            if paper.kind(resource) == TEACHER:
                _put(paper, constraint, resource, "MinDaysPerWeek", least)
            else:
                paper.refuse(
                    constraint.name,
                    f"学生“{paper.names[resource]}”的最少天数",
                    f"days at least, of {paper.names[resource]}",
                )
        if constraint.maximum is not None:
            base = "MaxDaysPerWeek" if interval is None else "IntervalMaxDaysPerWeek"
            _put(paper, constraint, resource, base, [*(interval or ()), ("Max_Days_Per_Week", constraint.maximum)])


def _interval(paper: Paper, groups: Sequence[frozenset[int]]) -> list[Field] | None:
    """The hours of which the groups are, one a day; None where they are no such thing."""
    days = paper.problem.days
    if len(groups) != len(days) or not groups[0] <= frozenset(days[0]):
        return None
    hours = [place for place, time in enumerate(days[0]) if time in groups[0]]
    if not hours or hours != list(range(hours[0], hours[-1] + 1)):
        return None
    if any(group != frozenset(day[hours[0] : hours[-1] + 1]) for group, day in zip(groups, days, strict=True)):
        return None
    # FET's interval ends before its end; one that goes on to the end of the day has none.
    end = paper.hours[hours[-1] + 1] if hours[-1] + 1 < len(paper.hours) else ""
    return [("Interval_Start_Hour", paper.hours[hours[0]]), ("Interval_End_Hour", end)]


@say.register
def _(constraint: kinds.LimitBusyTimes, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups) or not _once(paper, constraint):
        return
    for resource in constraint.resources:
        is_teacher = paper.kind(resource) == TEACHER
        tag: list[Field] = []
        if constraint.tag is not None:
            tag = [("Activity_Tag_Name" if is_teacher else "Activity_Tag", constraint.tag)]
        before = "ActivityTag" if tag else ""
        if constraint.maximum is not None:
            most: Field = ("Maximum_Hours_Daily", constraint.maximum)
            _put(paper, constraint, resource, f"{before}MaxHoursDaily", [*tag, most])
        if constraint.minimum and is_teacher and constraint.counts_empty:
            paper.refuse(
                constraint.name,
                f"教师“{paper.names[resource]}”无课日的最少节数",
                f"hours on free days, of {paper.names[resource]}",
            )
        elif constraint.minimum:
            least: list[Field] = [
                ("Minimum_Hours_Daily", constraint.minimum),
                ("Allow_Empty_Days", not constraint.counts_empty),
            ]
            _put(paper, constraint, resource, f"{before}MinHoursDaily", [*tag, *least])


def _once(paper: Paper, constraint: kinds.LimitBusyTimes | kinds.LimitRuns) -> bool:
    """Whether a wish counts what is too much once, as FET does. Refuses it otherwise."""
    if constraint.required or constraint.once:
        return True
    paper.refuse(constraint.name, "代价随超出多少而增加", "a cost by how much too much")
    return False


@say.register
def _(constraint: kinds.LimitRuns, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups) or not _once(paper, constraint):
        return
    for resource in constraint.resources:
        fields: list[Field] = [("Maximum_Hours_Continuously", constraint.maximum)]
        base = "MaxHoursContinuously"
        if constraint.tag is not None:
            is_teacher = paper.kind(resource) == TEACHER
            fields.insert(0, ("Activity_Tag_Name" if is_teacher else "Activity_Tag", constraint.tag))
            base = f"ActivityTag{base}"
        _put(paper, constraint, resource, base, fields)


@say.register
def _(constraint: kinds.LimitSpan, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups):
        return
    for resource in constraint.resources:
        fields: list[Field] = [("Max_Span", constraint.maximum)]
        if paper.kind(resource) == TEACHER and constraint.exceptions <= 1:
            fields.append(("Allow_One_Day_Exception_of_Plus_One", bool(constraint.exceptions)))
        elif constraint.exceptions:
            paper.refuse(
                constraint.name,
                f"“{paper.names[resource]}”有 {constraint.exceptions} 天可以更长",
                f"{constraint.exceptions} longer days, of {paper.names[resource]}",
            )
            continue
        _put(paper, constraint, resource, "MaxSpanPerDay", fields)


@say.register
def _(constraint: kinds.RestBetweenDays, paper: Paper) -> None:
    if _by_days(paper, constraint, constraint.time_groups):
        for resource in constraint.resources:
            fields: list[Field] = [
                ("Minimum_Resting_Hours", constraint.minimum),
                ("Circular", constraint.circular),
            ]
            _put(paper, constraint, resource, "MinRestingHours", fields)


@say.register
def _(constraint: kinds.BeginDaysEarly, paper: Paper) -> None:
    for resource in constraint.resources:
        closed = paper.breaks | paper.closed.get(resource, frozenset())
        days = (tuple(time for time in day if time not in closed) for day in paper.problem.days)
        if constraint.time_groups != tuple(day for day in days if day) or paper.kind(resource) == TEACHER:
            paper.refuse(constraint.name, f"“{paper.names[resource]}”的早到", f"early days of {paper.names[resource]}")
            continue
        most: list[Field] = [("Max_Beginnings_At_Second_Hour", constraint.maximum)]
        _put(paper, constraint, resource, "EarlyMaxBeginningsAtSecondHour", most)


@say.register
def _(constraint: kinds.LimitMoves, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups) or not _of_rooms(paper, constraint):
        return
    what, span = "Room" if constraint.rooms else "Building", "Week" if constraint.together else "Day"
    for resource in constraint.resources:
        most: list[Field] = [(f"Max_{what}_Changes_Per_{span}", constraint.maximum)]
        _put(paper, constraint, resource, f"Max{what}ChangesPer{span}", most)


@say.register
def _(constraint: kinds.GapsBetweenPlaces, paper: Paper) -> None:
    if not _by_days(paper, constraint, constraint.time_groups) or not _of_rooms(paper, constraint):
        return
    if constraint.minutes:
        paper.refuse(constraint.name, "按分钟计的路程", "ways that take minutes")
        return
    what = "Room" if constraint.rooms else "Building"
    for resource in constraint.resources:
        least: list[Field] = [(f"Min_Gaps_Between_{what}_Changes", constraint.minimum)]
        _put(paper, constraint, resource, f"MinGapsBetween{what}Changes", least)


def _of_rooms(paper: Paper, constraint: kinds.LimitMoves | kinds.GapsBetweenPlaces) -> bool:
    if constraint.rooms_kind != ROOM:
        paper.refuse(constraint.name, f"“{constraint.rooms_kind}”的地点", f"places of {constraint.rooms_kind}")
    return constraint.rooms_kind == ROOM
