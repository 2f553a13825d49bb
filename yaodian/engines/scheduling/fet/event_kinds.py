"""FET's kinds on activities: when they may begin and run, how far apart, what follows what, how many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.constraints.times import (
    AdjoinEvents,
    AdjoinOnSameDay,
    BeginAlike,
    DaysBetween,
    EndDay,
    GapsBetween,
    KeepApart,
    LimitRunning,
    LimitTimesUsed,
    OrderEvents,
    OrderOnSameDay,
    PreferTimes,
)

from .document import Entry
from .kinds import Kind, Reading, Wish, by_cost, kind, permille, wish
from .school import STUDENTS, TEACHER, Activity, unknown_name

Events = tuple[int, ...]
PICK: Final = ("Teacher_Name", "Students_Name", "Subject_Name", "Activity_Tag_Name", "Duration")


def picked(reading: Reading, entry: Entry, component: int | None = None) -> Events:
    """The events of a teacher, a set of students, a subject, a tag, a duration, as far as the constraint names them."""
    school = reading.school
    teacher, students = entry.text("Teacher_Name", default=""), entry.text("Students_Name", default="")
    subject, tag = entry.text("Subject_Name", default=""), entry.text("Activity_Tag_Name", default="")
    for name, known, what, what_en in (
        (teacher, school.teachers, "教师", "teacher"),
        (students, school.sets, "学生集", "students set"),
        (subject, school.subjects, "科目", "subject"),
        (tag, school.tags, "活动标签", "activity tag"),
    ):
        if name and name not in known:
            raise unknown_name(entry.tag, what, what_en, name)
    atoms = frozenset(school.sets[students]) if students else frozenset()
    duration = entry.number("Duration", default=0)

    def fits(activity: Activity) -> bool:
        return (
            (not teacher or teacher in activity.teachers)
            and (not students or not atoms.isdisjoint(activity.atoms))
            and (not subject or subject == activity.subject)
            and (not tag or tag in activity.tags)
            and duration in (0, activity.duration)
            and component in (None, activity.component)
        )

    return tuple(activity.event for activity in school.active if activity.event is not None and fits(activity))


def _one(reading: Reading, entry: Entry) -> Events:
    return reading.events(entry)


def _component(reading: Reading, entry: Entry) -> Events:
    return picked(reading, entry, entry.number("Component_Number"))


def _starting(reading: Reading, entry: Entry, *, of: Callable[[Reading, Entry], Events]) -> Iterator[Constraint]:
    times = reading.moments(entry, "Preferred_Starting_Time", "Preferred_Starting_Day", "Preferred_Starting_Hour")
    yield from _prefer(reading, entry, of(reading, entry), times, throughout=False)


def _slots(reading: Reading, entry: Entry, *, of: Callable[[Reading, Entry], Events]) -> Iterator[Constraint]:
    times = reading.moments(entry, "Preferred_Time_Slot", "Preferred_Day", "Preferred_Hour")
    yield from _prefer(reading, entry, of(reading, entry), times, throughout=True)


def _start(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    day = entry.text("Preferred_Day", "Day", default="")
    times = reading.moment(entry, day, entry.text("Preferred_Hour", "Hour", default=""))
    yield from _prefer(reading, entry, reading.events(entry), times, throughout=False)


def _prefer(
    reading: Reading, entry: Entry, events: Events, times: frozenset[int], *, throughout: bool
) -> Iterator[Constraint]:
    name = "ActivityPreferredTimeSlots" if throughout else "ActivityPreferredStartingTimes"
    for cost, some in by_cost(reading.school, events):
        wanted = wish(entry, name, Cost.LINEAR if throughout else cost)
        if wanted is not None:
            yield PreferTimes(**wanted, events=some, times=times, throughout=throughout)


def breaks(reading: Reading, entry: Entry) -> frozenset[int]:
    return reading.moments(entry, "Break_Time", "Day", "Hour")


def _breaks(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    wanted = wish(entry, "BreakTimes")
    events = tuple(range(len(reading.school.active)))
    if events and wanted is not None:
        times = frozenset(range(len(reading.school.times))) - breaks(reading, entry)
        yield PreferTimes(**wanted, events=events, times=times, throughout=True)


def _days_between(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    events = reading.events(entry)
    if len(events) < 2:
        return
    name = "MinDaysBetweenActivities"
    wanted = wish(entry, name)
    if wanted is not None:
        yield DaysBetween(**wanted, groups=(events,), minimum=entry.number("MinDays"))
    # On one day, if that is let pass at all, FET never leaves a gap between them.
    if entry.flag("Consecutive_If_Same_Day", "Adjacent_If_Broken", default=False) and permille(entry) < 1000:
        yield AdjoinOnSameDay(name=name, required=True, reason=entry.text("Comments", default=""), groups=(events,))


def _grouped(
    reading: Reading, entry: Entry, *, name: str, make: Callable[[Wish, Events], Constraint], cost: Cost = Cost.LINEAR
) -> Iterator[Constraint]:
    events = reading.events(entry)
    wanted = wish(entry, name, cost)
    if len(events) > 1 and wanted is not None:
        yield make(wanted, events)


def _most_days(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    most = entry.number("MaxDays")
    yield from _grouped(
        reading,
        entry,
        name="MaxDaysBetweenActivities",
        make=lambda wanted, events: DaysBetween(**wanted, groups=(events,), maximum=most),
    )


def _gaps(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    least = entry.number("MinGaps")
    yield from _grouped(
        reading,
        entry,
        name="MinGapsBetweenActivities",
        make=lambda wanted, events: GapsBetween(**wanted, groups=(events,), minimum=least),
    )


def _alike(reading: Reading, entry: Entry, *, name: str) -> Iterator[Constraint]:
    school = reading.school
    hours = len(school.hours)
    groups = {
        "ActivitiesSameStartingTime": tuple(frozenset({time}) for time in range(len(school.times))),
        "ActivitiesSameStartingDay": tuple(frozenset(day) for day in school.all_days),
        "ActivitiesSameStartingHour": tuple(frozenset(range(hour, len(school.times), hours)) for hour in range(hours)),
    }[name]
    yield from _grouped(
        reading,
        entry,
        name=name,
        make=lambda wanted, events: BeginAlike(**wanted, groups=(events,), time_groups=groups),
    )


def _apart(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    yield from _grouped(
        reading,
        entry,
        name="ActivitiesNotOverlapping",
        make=lambda wanted, events: KeepApart(**wanted, groups=(events,)),
    )


def _tags_apart(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    """Activities of different tags; those of one tag may run at once."""
    tags = entry.texts("Activity_Tag")
    for tag in tags:
        if tag not in reading.school.tags:
            raise unknown_name(entry.tag, "活动标签", "activity tag", tag)
    bearing = [
        [one.event for one in reading.school.active if one.event is not None and tag in one.tags] for tag in tags
    ]
    wanted = wish(entry, "ActivitiesNotOverlapping")
    pairs = {
        (min(one, other), max(one, other))
        for place, mine in enumerate(bearing)
        for yours in bearing[place + 1 :]
        for one in mine
        for other in yours
        if one != other
    }
    if pairs and wanted is not None:
        yield KeepApart(**wanted, groups=tuple(sorted(pairs)))


FIRST, SECOND, THIRD = "First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id"


def _named(reading: Reading, entry: Entry, fields: tuple[str, ...]) -> Events | None:
    """The events of the activities in these fields; None if one of them is switched off."""
    events = tuple(event for name in fields for event in reading.events(entry, name))
    return events if len(events) == len(fields) and len(set(events)) == len(events) else None


def _adjoin(
    reading: Reading, entry: Entry, *, name: str, fields: tuple[str, ...], ordered: bool
) -> Iterator[Constraint]:
    events = _named(reading, entry, fields)
    wanted = wish(entry, name, Cost.STEP)
    if events is not None and wanted is not None:
        yield AdjoinEvents(**wanted, groups=(events,), ordered=ordered, times_that_do_not_part=reading.breaks)


def _ordered(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    events = _named(reading, entry, (FIRST, SECOND))
    wanted = wish(entry, "TwoActivitiesOrdered", Cost.STEP)
    if events is not None and wanted is not None:
        yield OrderEvents(**wanted, pairs=((events[0], events[1]),))


def _ordered_on_day(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    events = _named(reading, entry, (FIRST, SECOND))
    wanted = wish(entry, "TwoActivitiesOrderedIfSameDay")
    if events is not None and wanted is not None:
        yield OrderOnSameDay(**wanted, pairs=((events[0], events[1]),))


def _end(reading: Reading, entry: Entry, *, of: Callable[[Reading, Entry], Events], whose: str) -> Iterator[Constraint]:
    events = of(reading, entry)
    wanted = wish(entry, f"ActivityEnds{whose}Day")
    if events and wanted is not None:
        yield EndDay(**wanted, events=events, kind=STUDENTS if whose == "Students" else TEACHER)


def _selected(reading: Reading, entry: Entry) -> frozenset[int]:
    return reading.moments(entry, "Selected_Time_Slot", "Selected_Day", "Selected_Hour")


def _used(reading: Reading, entry: Entry, *, most: bool) -> Iterator[Constraint]:
    side = "Max" if most else "Min"
    events, number = reading.events(entry), entry.number(f"{side}_Number_of_Occupied_Time_Slots")
    wanted = wish(entry, f"ActivitiesOccupy{side}TimeSlotsFromSelection")
    if events and wanted is not None:
        minimum, maximum = (0, number) if most else (number, None)
        yield LimitTimesUsed(
            **wanted, groups=(events,), times=_selected(reading, entry), minimum=minimum, maximum=maximum
        )


def _at_once(reading: Reading, entry: Entry, *, most: bool) -> Iterator[Constraint]:
    side = "Max" if most else "Min"
    events, number = reading.events(entry), entry.number(f"{side}_Number_of_Simultaneous_Activities")
    wanted = wish(entry, f"Activities{side}SimultaneousInSelectedTimeSlots")
    if events and wanted is not None:
        minimum, maximum = (0, number) if most else (number, None)
        yield LimitRunning(
            **wanted,
            groups=(events,),
            times=_selected(reading, entry),
            minimum=minimum,
            maximum=maximum,
            only_if_any=not most and entry.flag("Allow_Empty_Slots", default=False),
        )


def _tag_gaps(reading: Reading, entry: Entry, *, whose: str) -> Iterator[Constraint]:
    """Where an activity of the first tag comes before one of the second on a day of somebody who attends both, so many hours lie between."""
    first = reading.tag(entry, "First_Activity_Tag")
    second = reading.tag(entry, "Second_Activity_Tag")
    attended: frozenset[int] | None = None
    if whose == "StudentsSet":
        attended = frozenset(reading.students(entry))
    elif whose == "Teacher":
        attended = frozenset(reading.teacher(entry))
    teachers = reading.school.teachers

    def who(activity: Activity) -> frozenset[int]:
        found = activity.atoms
        if whose.startswith("Teacher"):
            found = frozenset(teachers[name] for name in activity.teachers)
        return found if attended is None else found & attended

    active = reading.school.active
    before = [(one.event, who(one)) for one in active if first in one.tags]
    after = [(one.event, who(one)) for one in active if second in one.tags]
    pairs = tuple(
        (one, other)
        for one, mine in before
        for other, yours in after
        if one is not None and other is not None and one != other and not mine.isdisjoint(yours)
    )
    wanted = wish(entry, "MinGapsBetweenOrderedActivities")
    if pairs and wanted is not None:
        yield GapsBetween(**wanted, groups=pairs, minimum=entry.number("MinGaps"), ordered=True)


def _tag_gap_kinds() -> Iterator[tuple[str, Kind]]:
    for whose, named in (
        ("Teachers", ()),
        ("Teacher", ("Teacher", "Teacher_Name")),
        ("Students", ()),
        ("StudentsSet", ("Students", "Students_Name")),
    ):
        yield (
            f"Constraint{whose}MinGapsBetweenOrderedPairOfActivityTags",
            kind(partial(_tag_gaps, whose=whose), *named, "First_Activity_Tag", "Second_Activity_Tag", "MinGaps"),
        )


_MANY = ("Number_of_Activities", "Activity_Id")
_STARTING = (
    "Number_of_Preferred_Starting_Times",
    "Preferred_Starting_Time",
)
_DAYS = ("Students", "Teachers")
_SLOTS = ("Number_of_Preferred_Time_Slots", "Preferred_Time_Slot")
_SELECTED = ("Number_of_Selected_Time_Slots", "Selected_Time_Slot")

KINDS: Final[dict[str, Kind]] = {
    "ConstraintBreakTimes": kind(_breaks, "Number_of_Break_Times", "Break_Time"),
    "ConstraintActivityPreferredStartingTime": kind(
        _start, "Activity_Id", "Preferred_Day", "Preferred_Hour", "Day", "Hour", "Permanently_Locked"
    ),
    "ConstraintActivityPreferredStartingTimes": kind(partial(_starting, of=_one), "Activity_Id", *_STARTING),
    "ConstraintActivitiesPreferredStartingTimes": kind(partial(_starting, of=picked), *PICK, *_STARTING),
    "ConstraintSubactivitiesPreferredStartingTimes": kind(
        partial(_starting, of=_component), "Component_Number", *PICK, *_STARTING
    ),
    "ConstraintActivityPreferredTimeSlots": kind(partial(_slots, of=_one), "Activity_Id", *_SLOTS),
    "ConstraintActivitiesPreferredTimeSlots": kind(partial(_slots, of=picked), *PICK, *_SLOTS),
    "ConstraintSubactivitiesPreferredTimeSlots": kind(
        partial(_slots, of=_component), "Component_Number", *PICK, *_SLOTS
    ),
    "ConstraintMinDaysBetweenActivities": kind(
        _days_between, *_MANY, "MinDays", "Consecutive_If_Same_Day", "Adjacent_If_Broken"
    ),
    "ConstraintMaxDaysBetweenActivities": kind(_most_days, *_MANY, "MaxDays"),
    "ConstraintMinGapsBetweenActivities": kind(_gaps, *_MANY, "MinGaps"),
    "ConstraintActivitiesSameStartingTime": kind(partial(_alike, name="ActivitiesSameStartingTime"), *_MANY),
    "ConstraintActivitiesSameStartingDay": kind(partial(_alike, name="ActivitiesSameStartingDay"), *_MANY),
    "ConstraintActivitiesSameStartingHour": kind(partial(_alike, name="ActivitiesSameStartingHour"), *_MANY),
    "ConstraintActivitiesNotOverlapping": kind(_apart, *_MANY),
    "ConstraintActivityTagsNotOverlapping": kind(_tags_apart, "Number_of_Activity_Tags", "Activity_Tag"),
    "ConstraintTwoActivitiesConsecutive": kind(
        partial(_adjoin, name="TwoActivitiesConsecutive", fields=(FIRST, SECOND), ordered=True), FIRST, SECOND
    ),
    "ConstraintTwoActivitiesGrouped": kind(
        partial(_adjoin, name="ActivitiesGrouped", fields=(FIRST, SECOND), ordered=False), FIRST, SECOND
    ),
    "ConstraintThreeActivitiesGrouped": kind(
        partial(_adjoin, name="ActivitiesGrouped", fields=(FIRST, SECOND, THIRD), ordered=False), FIRST, SECOND, THIRD
    ),
    "ConstraintTwoActivitiesOrdered": kind(_ordered, FIRST, SECOND),
    "ConstraintTwoActivitiesOrderedIfSameDay": kind(_ordered_on_day, FIRST, SECOND),
    **{
        f"ConstraintActivityEnds{whose}Day": kind(partial(_end, of=_one, whose=whose), "Activity_Id") for whose in _DAYS
    },
    **{f"ConstraintActivitiesEnd{whose}Day": kind(partial(_end, of=picked, whose=whose), *PICK[:4]) for whose in _DAYS},
    "ConstraintActivitiesOccupyMaxTimeSlotsFromSelection": kind(
        partial(_used, most=True), *_MANY, *_SELECTED, "Max_Number_of_Occupied_Time_Slots"
    ),
    "ConstraintActivitiesOccupyMinTimeSlotsFromSelection": kind(
        partial(_used, most=False), *_MANY, *_SELECTED, "Min_Number_of_Occupied_Time_Slots"
    ),
    "ConstraintActivitiesMaxSimultaneousInSelectedTimeSlots": kind(
        partial(_at_once, most=True), *_MANY, *_SELECTED, "Max_Number_of_Simultaneous_Activities"
    ),
    "ConstraintActivitiesMinSimultaneousInSelectedTimeSlots": kind(
        partial(_at_once, most=False),
        *_MANY,
        *_SELECTED,
        "Min_Number_of_Simultaneous_Activities",
        "Allow_Empty_Slots",
    ),
    **dict(_tag_gap_kinds()),
}
