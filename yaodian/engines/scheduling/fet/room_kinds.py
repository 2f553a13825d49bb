"""FET's kinds on rooms: which rooms activities want, what closes them, and how many different ones a group of activities may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidUnavailableTimes
from yaodian.engines.scheduling.timetabling.constraints.staffing import AvoidSplitAssignments, SameResourceIfAdjoining

from .document import Entry
from .kinds import Kind, Reading, RoomWish, kind, permille, wish
from .resource_kinds import not_available
from .school import ROOM, Activity, unknown_name

Fits = Callable[[Reading, Entry], Callable[[Activity], bool]]


def _rooms(reading: Reading, entry: Entry) -> tuple[str, ...]:
    names = entry.texts("Room", "Preferred_Room")
    for name in names:
        if name not in reading.school.rooms:
            raise unknown_name(entry.tag, "教室", "room", name)
    return tuple(dict.fromkeys(names))


def _of_activity(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    wanted = set(reading.events(entry))
    return lambda activity: activity.event in wanted


def _of_subject(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    subject = reading.subject(entry)
    return lambda activity: activity.subject == subject


def _of_tag(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    tag = reading.tag(entry, "Activity_Tag", "Activity_Tag_Name")
    return lambda activity: tag in activity.tags


def _of_subject_and_tag(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    subject, tag = reading.subject(entry), reading.tag(entry, "Activity_Tag", "Activity_Tag_Name")
    return lambda activity: activity.subject == subject and tag in activity.tags


def _of_students(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    """Activities of this set alone, named by itself."""
    reading.students(entry)
    name = entry.text("Students", "Students_Name")
    return lambda activity: activity.sets == (name,)


def _of_teacher(reading: Reading, entry: Entry) -> Callable[[Activity], bool]:
    reading.teacher(entry)
    name = entry.text("Teacher", "Teacher_Name")
    return lambda activity: activity.teachers == (name,)


def _wanted(reading: Reading, entry: Entry, *, of: Fits, is_home: bool) -> Iterator[RoomWish]:
    fits = of(reading, entry)
    rooms = _rooms(reading, entry)
    events = tuple(one.event for one in reading.school.active if one.event is not None and fits(one))
    if events and rooms:
        yield RoomWish(
            events,
            rooms,
            permille(entry),
            is_home,
            entry.text("Comments", default=""),
            tuple(name for name in entry.texts("Real_Room") if name),
        )


def _closed(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    wanted = wish(entry, "RoomNotAvailableTimes")
    name = entry.text("Room")
    if name not in reading.school.rooms:
        raise unknown_name(entry.tag, "教室", "room", name)
    if name in reading.school.room_index and wanted is not None:
        yield AvoidUnavailableTimes(
            **wanted, resources=(reading.school.room_index[name],), times=not_available(reading, entry)
        )


def _few_rooms(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    events, most = reading.events(entry), entry.number("Max_Number_of_Different_Rooms")
    wanted = wish(entry, "ActivitiesOccupyMaxDifferentRooms")
    if events and wanted is not None:
        yield AvoidSplitAssignments(**wanted, groups=(events,), role=ROOM, maximum=most)


def _same_room(reading: Reading, entry: Entry) -> Iterator[Constraint]:
    events = reading.events(entry)
    wanted = wish(entry, "ActivitiesSameRoomIfConsecutive")
    if len(events) > 1 and wanted is not None:
        yield SameResourceIfAdjoining(**wanted, groups=(events,), role=ROOM)


_SEVERAL = ("Number_of_Preferred_Rooms", "Preferred_Room")


def _pairs() -> Iterator[tuple[str, Kind]]:
    """Each kind that names one room has a sister that names several."""
    for name, of, is_home, fields in (
        (
            "ActivityPreferredRoom",
            _of_activity,
            False,
            ("Activity_Id", "Permanently_Locked", "Number_of_Real_Rooms", "Real_Room"),
        ),
        ("SubjectPreferredRoom", _of_subject, False, ("Subject", "Subject_Name")),
        ("ActivityTagPreferredRoom", _of_tag, False, ("Activity_Tag", "Activity_Tag_Name")),
        (
            "SubjectActivityTagPreferredRoom",
            _of_subject_and_tag,
            False,
            ("Subject", "Subject_Name", "Activity_Tag", "Activity_Tag_Name"),
        ),
        ("StudentsSetHomeRoom", _of_students, True, ("Students", "Students_Name")),
        ("TeacherHomeRoom", _of_teacher, True, ("Teacher", "Teacher_Name")),
    ):
        read = partial(_wanted, of=of, is_home=is_home)
        yield f"Constraint{name}", kind(read, *fields, "Room")
        yield f"Constraint{name}s", kind(read, *fields, *_SEVERAL)


KINDS: Final[dict[str, Kind]] = {
    **dict(_pairs()),
    "ConstraintRoomNotAvailableTimes": kind(_closed, "Room", "Number_of_Not_Available_Times", "Not_Available_Time"),
    "ConstraintActivitiesOccupyMaxDifferentRooms": kind(
        _few_rooms, "Number_of_Activities", "Activity_Id", "Max_Number_of_Different_Rooms"
    ),
    "ConstraintActivitiesSameRoomIfConsecutive": kind(_same_room, "Number_of_Activities", "Activity_Id"),
}
