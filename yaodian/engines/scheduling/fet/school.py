"""What a .fet file says before its constraints: the week, who and what there is, and the activities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from yaodian.engines.scheduling.timetabling.problem import Resource, Time

from .document import Entry
from .refusals import UnfitFetFile

TEACHER: Final = "teacher"
STUDENTS: Final = "students"
ROOM: Final = "room"

# What the parts of a school may hold. Their second names, codes and remarks are for printing and decide nothing.
PRINTED: Final = {"Name", "Long_Name", "Code", "Comments", "Printable", "Id"}
PARTS: Final[dict[str, set[str]]] = {
    "Day": PRINTED,
    "Hour": PRINTED,
    "Subject": PRINTED,
    "Activity_Tag": PRINTED,
    "Teacher": PRINTED | {"Target_Number_of_Hours", "Qualified_Subjects"},
    "Year": PRINTED | {"Number_of_Students", "Number_of_Categories", "Separator", "Category", "Group"},
    "Group": PRINTED | {"Number_of_Students", "Subgroup"},
    "Subgroup": PRINTED | {"Number_of_Students"},
    "Building": PRINTED,
    "Room": PRINTED | {"Building", "Capacity", "Virtual", "Number_of_Sets_of_Real_Rooms", "Set_of_Real_Rooms"},
    "Activity": PRINTED
    | {
        "Teacher",
        "Subject",
        "Activity_Tag",
        "Students",
        "Duration",
        "Total_Duration",
        "Activity_Group_Id",
        "Number_Of_Students",
        "Active",
    },
}
LISTS: Final[dict[str, str]] = {
    "Days_List": "Day",
    "Hours_List": "Hour",
    "Subjects_List": "Subject",
    "Activity_Tags_List": "Activity_Tag",
    "Teachers_List": "Teacher",
    "Students_List": "Year",
    "Activities_List": "Activity",
    "Buildings_List": "Building",
    "Rooms_List": "Room",
}
COUNTS: Final = {"Number_of_Days", "Number_of_Hours"}


@dataclass(frozen=True, slots=True)
class Room:
    """A room as the file has it; a virtual one stands for one real room of each of its ``sets``."""

    name: str
    building: str
    capacity: int
    sets: tuple[tuple[str, ...], ...] = ()
    is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity; ``event`` is its index among the active ones, None for one that is switched off."""

    id: str
    group: int
    component: int
    event: int | None
    teachers: tuple[str, ...]
    sets: tuple[str, ...]
    atoms: frozenset[int]
    subject: str
    tags: tuple[str, ...]
    duration: int
    heads: int


@dataclass(frozen=True)
class School:
    """The file's school, with the indices of the problem's times and resources."""

    name: str
    comments: str
    days: tuple[str, ...]
    hours: tuple[str, ...]
    times: tuple[Time, ...]
    resources: tuple[Resource, ...]
    teachers: dict[str, int]
    sets: dict[str, tuple[int, ...]]
    rooms: dict[str, Room]
    room_index: dict[str, int]
    subjects: frozenset[str]
    tags: frozenset[str]
    activities: tuple[Activity, ...]
    by_id: dict[str, Activity]
    atoms: tuple[int, ...] = field(default=())

    def time(self, day: int, hour: int) -> int:
        return day * len(self.hours) + hour

    @property
    def all_days(self) -> tuple[tuple[int, ...], ...]:
        """The times of each day."""
        return tuple(tuple(self.time(day, hour) for hour in range(len(self.hours))) for day in range(len(self.days)))

    @property
    def active(self) -> tuple[Activity, ...]:
        """The activities that are events, in the events' order."""
        return tuple(activity for activity in self.activities if activity.event is not None)


def unknown_parts(root: Entry) -> set[str]:
    """Lists of the file, and what stands in their entries, that nothing here reads."""
    unknown: set[str] = set()
    for part in root:
        inner = LISTS.get(part.tag)
        if inner is None:
            continue
        for entry in part:
            if entry.tag in COUNTS:
                continue
            if entry.tag != inner:
                unknown.add(f"{part.tag}/{entry.tag}")
            else:
                _unknown_fields(entry, unknown)
    return unknown


def _unknown_fields(entry: Entry, unknown: set[str]) -> None:
    for child in entry:
        if child.tag not in PARTS[entry.tag]:
            unknown.add(f"{entry.tag}/{child.tag}")
        elif child.tag in ("Group", "Subgroup"):
            _unknown_fields(child, unknown)


def read_school(root: Entry) -> School:
    """The school of a file. Refuses: ``missing``, ``number``, ``twice``, ``unknown-name``, ``no-times``, ``too-long``."""
    days = _places(root, "Days_List", "Day", "日", "day")
    hours = _places(root, "Hours_List", "Hour", "节次", "hour")
    if not days or not hours:
        raise UnfitFetFile("no-times")
    times = tuple(Time(f"{day} {hour}", number, hour) for number, day in enumerate(days) for hour in hours)
    teachers = _names(root, "Teachers_List", "Teacher")
    leaves, sets, sizes = _students(root)
    rooms = _rooms(root)
    real = [room for room in rooms.values() if not room.is_virtual]
    resources = (
        *(Resource(name, TEACHER, name) for name in teachers),
        *(Resource(name, STUDENTS, name, size=sizes[name]) for name in leaves),
        *(Resource(room.name, ROOM, room.name, size=room.capacity, place=room.building) for room in real),
    )
    first_room = len(teachers) + len(leaves)
    index = {leaf: len(teachers) + place for place, leaf in enumerate(leaves)}
    members = {name: tuple(sorted(index[leaf] for leaf in inner)) for name, inner in sets.items()}
    subjects = frozenset(_names(root, "Subjects_List", "Subject"))
    tags = frozenset(_names(root, "Activity_Tags_List", "Activity_Tag"))
    teacher_index = {name: place for place, name in enumerate(teachers)}
    activities = _activities(root, teacher_index, members, sizes, subjects, tags, len(hours))
    return School(
        name=root.text("Institution_Name", default=""),
        comments=root.text("Comments", default=""),
        days=days,
        hours=hours,
        times=times,
        resources=_told_apart(resources),
        teachers=teacher_index,
        sets=members,
        rooms=rooms,
        room_index={room.name: first_room + place for place, room in enumerate(real)},
        subjects=subjects,
        tags=tags,
        activities=activities,
        by_id={activity.id: activity for activity in activities},
        atoms=tuple(index.values()),
    )


def _told_apart(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """A teacher and a room may have one name; their ids then tell what they are."""
    taken: set[str] = set()
    apart = []
    for one in resources:
        identity = one.id if one.id not in taken else f"{one.id} ({one.kind})"
        taken.add(identity)
        apart.append(Resource(identity, one.kind, one.name, one.size, one.place))
    return tuple(apart)


def _names(root: Entry, part: str, tag: str) -> tuple[str, ...]:
    """The names of a list. One that stands there twice is one, as for FET: whatever uses it names it."""
    return tuple(dict.fromkeys(entry.text("Name") for entry in root.only(part).each(tag)))


def _places(root: Entry, part: str, tag: str, what: str, what_en: str) -> tuple[str, ...]:
    """The names of days or hours, whose places count. Refuses: ``twice``."""
    names = tuple(entry.text("Name") for entry in root.only(part).each(tag))
    for name in names:
        if names.count(name) > 1:
            raise UnfitFetFile("twice", what=(what, what_en), found=name)
    return names


def _students(root: Entry) -> tuple[list[str], dict[str, set[str]], dict[str, int]]:
    """The sets that hold no other (in their order), of every set the leaves it holds, and of every set its heads.

    A group may stand in several years and a subgroup in several groups: that is how FET says that sets overlap.
    """
    leaves: dict[str, None] = {}
    sets: dict[str, set[str]] = {}
    sizes: dict[str, int] = {}

    def take(entry: Entry, inner_tag: str | None) -> set[str]:
        name = entry.text("Name")
        sizes.setdefault(name, entry.number("Number_of_Students", default=0))
        inside = [
            take(inner, "Subgroup" if inner_tag == "Group" else None)
            for inner in (entry.each(inner_tag) if inner_tag else ())
        ]
        if inside:
            held = set().union(*inside)
            sets.setdefault(name, set()).update(held)
            return held
        leaves.setdefault(name)
        sets.setdefault(name, set()).add(name)
        return {name}

    for year in root.only("Students_List").each("Year"):
        take(year, "Group")
    # A group that holds subgroups in one of its years is no leaf, even where another year lists it bare.
    bare = [name for name in leaves if sets[name] != {name}]
    for name in bare:
        del leaves[name]
    for held in sets.values():
        for name in bare:
            if name in held:
                held.discard(name)
                held.update(sets[name] - {name})
    return list(leaves), sets, sizes


def _rooms(root: Entry) -> dict[str, Room]:
    buildings = set(_names(root, "Buildings_List", "Building"))
    rooms: dict[str, Room] = {}
    for entry in root.only("Rooms_List").each("Room"):
        name = entry.text("Name")
        if name in rooms:
            raise UnfitFetFile("twice", what=("教室", "room"), found=name)
        building = entry.text("Building", default="")
        if building and building not in buildings:
            raise unknown_name(f"Room {name}", "楼", "building", building)
        rooms[name] = Room(
            name,
            building,
            entry.number("Capacity", default=30000),
            tuple(inner.texts("Real_Room") for inner in entry.each("Set_of_Real_Rooms")),
            entry.flag("Virtual", default=False),
        )
    for room in rooms.values():
        for inner in room.sets:
            for name in inner:
                if name not in rooms or rooms[name].is_virtual:
                    raise unknown_name(f"Room {room.name}", "教室", "room", name)
    return rooms


def _activities(
    root: Entry,
    teachers: dict[str, int],
    sets: dict[str, tuple[int, ...]],
    sizes: dict[str, int],
    subjects: frozenset[str],
    tags: frozenset[str],
    hours: int,
) -> tuple[Activity, ...]:
    found: list[Activity] = []
    seen: set[str] = set()
    event = 0
    for entry in root.only("Activities_List").each("Activity"):
        number, group = entry.number("Id"), entry.number("Activity_Group_Id", default=0)
        where = f"Activity {number}"
        if str(number) in seen:
            raise UnfitFetFile("twice", what=("活动", "activity"), found=number)
        seen.add(str(number))
        named = (
            (entry.texts("Teacher"), teachers, "教师", "teacher"),
            (entry.texts("Students"), sets, "学生集", "students set"),
            ((entry.text("Subject"),), subjects, "科目", "subject"),
            (tuple(tag for tag in entry.texts("Activity_Tag") if tag), tags, "活动标签", "activity tag"),
        )
        for names, known, what, what_en in named:
            for name in names:
                if name not in known:
                    raise unknown_name(where, what, what_en, name)
        duration = entry.number("Duration")
        if not 1 <= duration <= hours:
            raise UnfitFetFile("too-long", activity=number, duration=duration, hours=hours)
        is_active = entry.flag("Active", default=True)
        students = entry.texts("Students")
        found.append(
            Activity(
                id=str(number),
                group=group,
                component=1 if group == 0 else number - group + 1,
                event=event if is_active else None,
                teachers=tuple(dict.fromkeys(entry.texts("Teacher"))),
                sets=students,
                atoms=frozenset(atom for name in students for atom in sets[name]),
                subject=entry.text("Subject"),
                tags=named[3][0],
                duration=duration,
                heads=entry.number("Number_Of_Students", default=sum(sizes[name] for name in students)),
            )
        )
        event += is_active
    return tuple(found)


def unknown_name(where: str, what: str, what_en: str, found: str) -> UnfitFetFile:
    return UnfitFetFile("unknown-name", where=where, what=(what, what_en), found=found)
