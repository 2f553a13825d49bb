"""FET's kinds on teachers and sets of students: what a day or a week of theirs may be. Each exists for one and for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import (
    BeginDaysEarly,
    ClusterBusyTimes,
    GapsBetweenPlaces,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitMoves,
    LimitRuns,
    LimitSpan,
    RestBetweenDays,
)

from .document import Entry
from .kinds import Kind, Reading, Wish, kind, wish

Resources = tuple[int, ...]
Make = Callable[[Reading, Entry, Resources, Wish], Iterator[Constraint]]


def _days(reading: Reading) -> tuple[frozenset[int], ...]:
    return tuple(frozenset(day) for day in reading.school.all_days)


def _gaps(reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, each: bool) -> Iterator[Constraint]:
    for closed, found in reading.by_closed(resources):
        yield LimitIdleTimes(
            **wanted,
            resources=found,
            time_groups=reading.school.all_days,
            maximum=entry.number("Max_Gaps"),
            each=each,
            not_idle=closed,
        )


def _hours(reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, tagged: bool) -> Iterator[Constraint]:
    tag = reading.tag(entry, "Activity_Tag", "Activity_Tag_Name") if tagged else None
    yield LimitBusyTimes(
        **wanted,
        resources=resources,
        time_groups=_days(reading),
        maximum=entry.number("Maximum_Hours_Daily"),
        tag=tag,
        once=not wanted["required"],
    )


def _least_hours(
    reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, tagged: bool
) -> Iterator[Constraint]:
    tag = reading.tag(entry, "Activity_Tag", "Activity_Tag_Name") if tagged else None
    yield LimitBusyTimes(
        **wanted,
        resources=resources,
        time_groups=_days(reading),
        minimum=entry.number("Minimum_Hours_Daily"),
        counts_empty=not entry.flag("Allow_Empty_Days", default=True),
        tag=tag,
    )


def _runs(reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, tagged: bool) -> Iterator[Constraint]:
    yield LimitRuns(
        **wanted,
        resources=resources,
        time_groups=reading.school.all_days,
        maximum=entry.number("Maximum_Hours_Continuously"),
        tag=reading.tag(entry, "Activity_Tag", "Activity_Tag_Name") if tagged else None,
        once=not wanted["required"],
    )


def _most_days(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    most = entry.number("Max_Days_Per_Week")
    yield ClusterBusyTimes(**wanted, resources=resources, time_groups=_days(reading), maximum=most)


def _least_days(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    least = entry.number("Minimum_Days_Per_Week")
    yield ClusterBusyTimes(**wanted, resources=resources, time_groups=_days(reading), minimum=least)


def _interval(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    begin = reading.hour(entry, entry.text("Interval_Start_Hour"))
    # Without an end the interval goes on to the end of the day.
    last = entry.text("Interval_End_Hour")
    end = reading.hour(entry, last) if last else len(reading.school.hours)
    groups = tuple(frozenset(day[begin:end]) for day in reading.school.all_days)
    most = entry.number("Max_Days_Per_Week")
    yield ClusterBusyTimes(**wanted, resources=resources, time_groups=groups, maximum=most)


def _span(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    yield LimitSpan(
        **wanted,
        resources=resources,
        time_groups=reading.school.all_days,
        maximum=entry.number("Max_Span"),
        exceptions=int(entry.flag("Allow_One_Day_Exception_of_Plus_One", default=False)),
    )


def _rest(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    yield RestBetweenDays(
        **wanted,
        resources=resources,
        time_groups=reading.school.all_days,
        minimum=entry.number("Minimum_Resting_Hours"),
        circular=entry.flag("Circular"),
    )


def _early(reading: Reading, entry: Entry, resources: Resources, wanted: Wish) -> Iterator[Constraint]:
    for closed, found in reading.by_closed(resources):
        days = (tuple(time for time in day if time not in closed) for day in reading.school.all_days)
        yield BeginDaysEarly(
            **wanted,
            resources=found,
            time_groups=tuple(day for day in days if day),
            maximum=entry.number("Max_Beginnings_At_Second_Hour"),
        )


def not_available(reading: Reading, entry: Entry) -> frozenset[int]:
    return reading.moments(entry, "Not_Available_Time", "Day", "Hour")


def _moves(
    reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, what: str, weekly: bool
) -> Iterator[Constraint]:
    yield LimitMoves(
        **wanted,
        resources=resources,
        time_groups=reading.school.all_days,
        maximum=entry.number(f"Max_{what}_Changes_Per_{'Week' if weekly else 'Day'}"),
        rooms=what == "Room",
        together=weekly,
    )


def _between_places(
    reading: Reading, entry: Entry, resources: Resources, wanted: Wish, *, what: str
) -> Iterator[Constraint]:
    yield GapsBetweenPlaces(
        **wanted,
        resources=resources,
        time_groups=reading.school.all_days,
        minimum=entry.number(f"Min_Gaps_Between_{what}_Changes"),
        rooms=what == "Room",
    )


# The kind without whose it is, how it is made, and its own fields.
BASES: Final[dict[str, tuple[Make, tuple[str, ...]]]] = {
    "MaxGapsPerWeek": (partial(_gaps, each=False), ("Max_Gaps",)),
    "MaxGapsPerDay": (partial(_gaps, each=True), ("Max_Gaps",)),
    "MaxHoursDaily": (partial(_hours, tagged=False), ("Maximum_Hours_Daily",)),
    "MinHoursDaily": (partial(_least_hours, tagged=False), ("Minimum_Hours_Daily", "Allow_Empty_Days")),
    "MaxHoursContinuously": (partial(_runs, tagged=False), ("Maximum_Hours_Continuously",)),
    "ActivityTagMaxHoursDaily": (
        partial(_hours, tagged=True),
        ("Activity_Tag", "Activity_Tag_Name", "Maximum_Hours_Daily"),
    ),
    "ActivityTagMinHoursDaily": (
        partial(_least_hours, tagged=True),
        ("Activity_Tag", "Activity_Tag_Name", "Minimum_Hours_Daily", "Allow_Empty_Days"),
    ),
    "ActivityTagMaxHoursContinuously": (
        partial(_runs, tagged=True),
        ("Activity_Tag", "Activity_Tag_Name", "Maximum_Hours_Continuously"),
    ),
    "MaxDaysPerWeek": (_most_days, ("Max_Days_Per_Week",)),
    "MinDaysPerWeek": (_least_days, ("Minimum_Days_Per_Week",)),
    "IntervalMaxDaysPerWeek": (_interval, ("Interval_Start_Hour", "Interval_End_Hour", "Max_Days_Per_Week")),
    "MaxSpanPerDay": (_span, ("Max_Span", "Allow_One_Day_Exception_of_Plus_One")),
    "MinRestingHours": (_rest, ("Minimum_Resting_Hours", "Circular")),
    "EarlyMaxBeginningsAtSecondHour": (_early, ("Max_Beginnings_At_Second_Hour",)),
    "MaxBuildingChangesPerDay": (partial(_moves, what="Building", weekly=False), ("Max_Building_Changes_Per_Day",)),
    "MaxBuildingChangesPerWeek": (partial(_moves, what="Building", weekly=True), ("Max_Building_Changes_Per_Week",)),
    "MinGapsBetweenBuildingChanges": (
        partial(_between_places, what="Building"),
        ("Min_Gaps_Between_Building_Changes",),
    ),
    "MaxRoomChangesPerDay": (partial(_moves, what="Room", weekly=False), ("Max_Room_Changes_Per_Day",)),
    "MaxRoomChangesPerWeek": (partial(_moves, what="Room", weekly=True), ("Max_Room_Changes_Per_Week",)),
    "MinGapsBetweenRoomChanges": (partial(_between_places, what="Room"), ("Min_Gaps_Between_Room_Changes",)),
}


def _all(reading: Reading, entry: Entry, *, whose: str) -> Resources:
    return reading.school.atoms if whose == "StudentsSet" else tuple(reading.school.teachers.values())


def _read(
    reading: Reading, entry: Entry, *, base: str, whose: str, of: Callable[[Reading, Entry], Resources]
) -> Iterator[Constraint]:
    resources = of(reading, entry)
    wanted = wish(entry, f"{whose}{base}")
    if resources and wanted is not None:
        yield from BASES[base][0](reading, entry, resources, wanted)


# Students begin early, teachers are kept to so many days at least: FET has neither for the others.
ONLY_FOR: Final = {"MinDaysPerWeek": "Teacher", "EarlyMaxBeginningsAtSecondHour": "StudentsSet"}


def _kinds() -> Iterator[tuple[str, Kind]]:
    for base, (_, fields) in BASES.items():
        for prefix, whose, of, named in (
            ("Teacher", "Teacher", Reading.teacher, ("Teacher", "Teacher_Name")),
            ("Teachers", "Teacher", partial(_all, whose="Teacher"), ()),
            ("StudentsSet", "StudentsSet", Reading.students, ("Students", "Students_Name")),
            ("Students", "StudentsSet", partial(_all, whose="StudentsSet"), ()),
        ):
            if ONLY_FOR.get(base, whose) == whose:
                yield (
                    f"Constraint{prefix}{base}",
                    kind(partial(_read, base=base, whose=whose, of=of), *named, *fields),
                )


def _told_before(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    """Who is not available when is gathered before all else, for each resource from all sets it belongs to."""
    return iter(())


NOT_AVAILABLE: Final = {
    "ConstraintTeacherNotAvailableTimes": Reading.teacher,
    "ConstraintStudentsSetNotAvailableTimes": Reading.students,
}
KINDS: Final[dict[str, Kind]] = {
    **dict(_kinds()),
    **{
        name: kind(
            _told_before,
            "Teacher" if of is Reading.teacher else "Students",
            "Number_of_Not_Available_Times",
            "Not_Available_Time",
        )
        for name, of in NOT_AVAILABLE.items()
    },
}
