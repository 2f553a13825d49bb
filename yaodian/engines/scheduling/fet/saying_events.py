"""Constraints on activities in FET's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints import times as kinds
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidClashes

from .paper import Field, Paper, is_break
from .saying import say
from .school import STUDENTS, TEACHER

PairedFields: Final = ("First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id")


def _must(paper: Paper, constraint: Constraint) -> bool:
    """Whether a constraint must hold, where FET has no wish of its kind. Refuses it otherwise."""
    if not constraint.required:
        paper.refuse_weight(constraint)
    return constraint.required


def _groups(
    paper: Paper, constraint: Constraint, groups: Iterable[Sequence[int]], tag: str, extra: Sequence[Field] = ()
) -> None:
    for group in groups:
        ids = paper.ids(dict.fromkeys(group))
        if len(ids) > 2:
            paper.add(constraint, tag, [*ids, *extra])


@say.register
def _(constraint: kinds.AssignTimes, paper: Paper) -> None:
    _must(paper, constraint)


@say.register
def _(constraint: AvoidClashes, paper: Paper) -> None:
    _must(paper, constraint)


@say.register
def _(constraint: kinds.PreferTimes, paper: Paper) -> None:
    if is_break(constraint, paper.problem):
        closed = frozenset(range(len(paper.problem.times))) - constraint.times
        times = paper.moments("Number_of_Break_Times", "Break_Time", "Day", "Hour", closed)
        paper.add(constraint, "BreakTimes", times)
        return
    numbers = [
        one for event in constraint.events for one in paper.of(event) if constraint.duration in (None, one.duration)
    ]
    cost, longest = (
        Cost.LINEAR if constraint.throughout else Cost.STEP,
        max((one.duration for one in numbers), default=1),
    )
    if not numbers or not paper.counts_like(constraint, cost, longest):
        return
    what = "TimeSlots" if constraint.throughout else "StartingTimes"
    listed = _SLOTS if constraint.throughout else _STARTS
    times = paper.moments(*listed, constraint.times)
    picks, rest = paper.picks(numbers)
    for pick in picks:
        paper.add(constraint, f"ActivitiesPreferred{what}", [*pick, *times])
    for one in rest:
        paper.add(constraint, f"ActivityPreferred{what}", [("Activity_Id", one.number), *times])


_SLOTS: Final = ("Number_of_Preferred_Time_Slots", "Preferred_Time_Slot", "Preferred_Day", "Preferred_Hour")
_STARTS: Final = (
    "Number_of_Preferred_Starting_Times",
    "Preferred_Starting_Time",
    "Preferred_Starting_Day",
    "Preferred_Starting_Hour",
)


@say.register
def _(constraint: kinds.SpreadEvents, paper: Paper) -> None:
    days = [(frozenset(day), 0, 1) for day in paper.problem.days]
    if list(constraint.spread) != days or not constraint.required:
        paper.refuse(constraint.name, "不是“每天至多一次”", "other than once a day")
        return
    apart: list[Field] = [("MinDays", 1), ("Consecutive_If_Same_Day", False)]
    _groups(paper, constraint, constraint.groups, "MinDaysBetweenActivities", apart)


@say.register
def _(constraint: kinds.DaysBetween, paper: Paper) -> None:
    if constraint.adjoins_on_same_day:
        paper.refuse(constraint.name, "相连的课不算同日", "adjoining pieces that miss no day")
        return
    if not paper.counts_like(constraint, Cost.LINEAR, 2):
        return
    if constraint.minimum:
        least: list[Field] = [("Consecutive_If_Same_Day", False), ("MinDays", constraint.minimum)]
        _groups(paper, constraint, constraint.groups, "MinDaysBetweenActivities", least)
    if constraint.maximum is not None:
        most: list[Field] = [("MaxDays", constraint.maximum)]
        _groups(paper, constraint, constraint.groups, "MaxDaysBetweenActivities", most)


@say.register
def _(constraint: kinds.AdjoinOnSameDay, paper: Paper) -> None:
    if not _must(paper, constraint):
        return
    # A distance of weight 0 asks for nothing but that.
    for group in constraint.groups:
        ids = paper.ids(dict.fromkeys(group))
        if len(ids) > 2:
            fields: list[Field] = [("Consecutive_If_Same_Day", True), *ids, ("MinDays", 1)]
            paper.put("MinDaysBetweenActivities", 0, fields, constraint.reason)


@say.register
def _(constraint: kinds.GapsBetween, paper: Paper) -> None:
    if constraint.ordered:
        _tag_gaps(paper, constraint)
    elif paper.counts_like(constraint, Cost.LINEAR, 2):
        least: list[Field] = [("MinGaps", constraint.minimum)]
        _groups(paper, constraint, constraint.groups, "MinGapsBetweenActivities", least)


def _tag_gaps(paper: Paper, constraint: kinds.GapsBetween) -> None:
    """FET says this of two tags and all students only: refused unless the pairs are just those of some tags."""
    problem = paper.problem
    wanted = set(constraint.groups)
    students = [
        {need.resource for need in event.needs if need.resource is not None and paper.kind(need.resource) == STUDENTS}
        for event in problem.events
    ]
    tags = list(dict.fromkeys(tag for event in problem.events for tag in event.tags))
    bearing = {tag: [index for index, event in enumerate(problem.events) if tag in event.tags] for tag in tags}
    told: set[tuple[int, ...]] = set()
    wishes: list[list[Field]] = []
    for first, second in product(tags, repeat=2):
        found = {
            (one, other)
            for one in bearing[first]
            for other in bearing[second]
            if one != other and not students[one].isdisjoint(students[other])
        }
        if found and found <= wanted and not found <= told:
            told |= found
            wishes.append([("First_Activity_Tag", first), ("Second_Activity_Tag", second)])
    if told != wanted:
        paper.refuse(
            constraint.name,
            "先后活动的间隔，不是两个标签之间的",
            "gaps between ordered activities other than those of pairs of tags",
        )
    elif paper.counts_like(constraint, Cost.LINEAR, 2):
        for fields in wishes:
            least: Field = ("MinGaps", constraint.minimum)
            paper.add(constraint, "StudentsMinGapsBetweenOrderedPairOfActivityTags", [*fields, least])


@say.register
def _(constraint: kinds.LinkEvents, paper: Paper) -> None:
    if not _must(paper, constraint):
        return
    for group in constraint.groups:
        alike = {one.duration for event in group for one in paper.of(event)}
        if any(len(paper.of(event)) > 1 for event in group) or len(alike) > 1:
            paper.refuse(
                constraint.name,
                "分成几段或长短不同的课同时上",
                "events of several pieces or of different lengths at the same times",
            )
            return
    _groups(paper, constraint, constraint.groups, "ActivitiesSameStartingTime")


@say.register
def _(constraint: kinds.BeginAlike, paper: Paper) -> None:
    problem = paper.problem
    hours = len(paper.hours)
    everything = range(len(problem.times))
    named = {
        "ActivitiesSameStartingTime": {frozenset({time}) for time in everything},
        "ActivitiesSameStartingDay": {frozenset(day) for day in problem.days},
        "ActivitiesSameStartingHour": {
            frozenset(time for time in everything if problem.places[time] == hour) for hour in range(hours)
        },
    }
    for tag, groups in named.items():
        if set(constraint.time_groups) == groups:
            if paper.counts_like(constraint, Cost.LINEAR, max(map(len, constraint.groups), default=0) - 1):
                _groups(paper, constraint, constraint.groups, tag)
            return
    paper.refuse(constraint.name, "时间组不是节次、日或同一节", "time groups that are neither times, days nor hours")


@say.register
def _(constraint: kinds.KeepApart, paper: Paper) -> None:
    if paper.counts_like(constraint, Cost.LINEAR, 2):
        _groups(paper, constraint, constraint.groups, "ActivitiesNotOverlapping")


def _each_pair(paper: Paper, pairs: Iterable[tuple[int, int]], put: Callable[[list[Field]], None]) -> None:
    """The numbers of the first and the second activity, for every piece of the one and every piece of the other."""
    for first, second in pairs:
        for one, other in product(paper.of(first), paper.of(second)):
            put([(PairedFields[0], one.number), (PairedFields[1], other.number)])


@say.register
def _(constraint: kinds.OrderEvents, paper: Paper) -> None:
    if constraint.minimum or constraint.maximum is not None or constraint.same_day:
        paper.refuse(constraint.name, "先后之间隔多少节", "times between ordered events")
    elif paper.counts_like(constraint, Cost.STEP, 2):
        _each_pair(paper, constraint.pairs, lambda fields: paper.add(constraint, "TwoActivitiesOrdered", fields))


@say.register
def _(constraint: kinds.OrderOnSameDay, paper: Paper) -> None:
    if paper.counts_like(constraint, Cost.LINEAR, 1):
        tag = "TwoActivitiesOrderedIfSameDay"
        _each_pair(paper, constraint.pairs, lambda fields: paper.add(constraint, tag, fields))


@say.register
def _(constraint: kinds.AdjoinEvents, paper: Paper) -> None:
    for group in constraint.groups:
        numbers = [one.number for event in group for one in paper.of(event)]
        several = len(numbers) != len(group)
        if (
            several
            or len(group) > (2 if constraint.ordered else 3)
            or constraint.times_that_do_not_part != paper.breaks
        ):
            paper.refuse(
                constraint.name,
                f"{len(numbers)} 个活动相连，或中间隔着不算间断的时间",
                f"{len(numbers)} adjoining activities, or times that do not part them",
            )
        elif len(numbers) > 1 and paper.counts_like(constraint, Cost.STEP, len(group) - 1):
            tag = "TwoActivitiesConsecutive" if constraint.ordered else "TwoActivitiesGrouped"
            tag = tag if len(numbers) == 2 else "ThreeActivitiesGrouped"
            paper.add(constraint, tag, list(zip(PairedFields, numbers, strict=False)))


@say.register
def _(constraint: kinds.LimitRunning, paper: Paper) -> None:
    if not _must(paper, constraint):
        return
    selected = _selected(paper, constraint.times)
    for group in constraint.groups:
        ids = paper.ids(dict.fromkeys(group))
        if constraint.maximum is not None:
            most: Field = ("Max_Number_of_Simultaneous_Activities", constraint.maximum)
            paper.add(constraint, "ActivitiesMaxSimultaneousInSelectedTimeSlots", [*ids, *selected, most])
        if constraint.minimum:
            least: list[Field] = [
                ("Min_Number_of_Simultaneous_Activities", constraint.minimum),
                ("Allow_Empty_Slots", constraint.only_if_any),
            ]
            paper.add(constraint, "ActivitiesMinSimultaneousInSelectedTimeSlots", [*ids, *selected, *least])


@say.register
def _(constraint: kinds.LimitTimesUsed, paper: Paper) -> None:
    if not _must(paper, constraint):
        return
    selected = _selected(paper, constraint.times)
    for group in constraint.groups:
        for side, bound in (("Max", constraint.maximum), ("Min", constraint.minimum or None)):
            if bound is not None:
                fields: list[Field] = [
                    *paper.ids(dict.fromkeys(group)),
                    *selected,
                    (f"{side}_Number_of_Occupied_Time_Slots", bound),
                ]
                paper.add(constraint, f"ActivitiesOccupy{side}TimeSlotsFromSelection", fields)


def _selected(paper: Paper, times: Iterable[int]) -> list[Field]:
    return paper.moments("Number_of_Selected_Time_Slots", "Selected_Time_Slot", "Selected_Day", "Selected_Hour", times)


@say.register
def _(constraint: kinds.EndDay, paper: Paper) -> None:
    if not _must(paper, constraint):
        return
    kind, whose = (TEACHER, "Teachers") if constraint.kind == TEACHER else (STUDENTS, "Students")
    kinds_there = {
        paper.problem.resources[need.resource].kind
        for event in constraint.events
        for need in paper.problem.events[event].needs
        if need.resource is not None and paper.kind(need.resource) == kind
    }
    if kinds_there - {constraint.kind}:
        paper.refuse(constraint.name, f"只对“{constraint.kind}”的一日末节", f"the day's end of {constraint.kind} alone")
        return
    for event in constraint.events:
        for one in paper.of(event):
            paper.add(constraint, f"ActivityEnds{whose}Day", [("Activity_Id", one.number)])
