"""A .fet file of FET's official mode as a ``Problem``: every active activity an event of one piece, every active constraint one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidClashes, AvoidUnavailableTimes
from yaodian.engines.scheduling.timetabling.constraints.times import AssignTimes
from yaodian.engines.scheduling.timetabling.problem import Event, Need, Problem

from . import event_kinds, resource_kinds, room_kinds
from .document import Entry, opened
from .kinds import COMMON, Kind, Reading, RoomWish
from .merging import merged
from .refusals import UnfitFetFile
from .rooms import room_needs
from .school import LISTS, STUDENTS, TEACHER, School, read_school, unknown_parts

TIME_LIST: Final = "Time_Constraints_List"
SPACE_LIST: Final = "Space_Constraints_List"
BASIC_TIME: Final = "ConstraintBasicCompulsoryTime"
BASIC_SPACE: Final = "ConstraintBasicCompulsorySpace"
KINDS: Final[dict[str, Kind]] = {**event_kinds.KINDS, **resource_kinds.KINDS, **room_kinds.KINDS}
# The order in which FET places activities is a hint for its own search.
KNOWN: Final = {
    *LISTS,
    "Mode",
    "Institution_Name",
    "Comments",
    TIME_LIST,
    SPACE_LIST,
    "Timetable_Generation_Options_List",
}


def read_fet(data: bytes) -> Problem:
    """The problem of a .fet file (FET 5 and 6). ``UnfitFetFile`` says what is wrong; all kinds that are not known are named at once."""
    root = opened(data, "fet")
    mode = root.text("Mode", default="").strip() or "Official"
    if mode.lower() != "official":
        raise UnfitFetFile("mode", mode=mode)
    _refuse_unknown(root)
    school = read_school(root)
    reading = _reading(root, school)
    return _problem(root, reading)


def _active(root: Entry, part: str) -> Iterator[Entry]:
    for entry in root.only(part):
        if entry.flag("Active", default=True):
            yield entry


def _refuse_unknown(root: Entry) -> None:
    unknown = {part.tag for part in root if part.tag not in KNOWN} | unknown_parts(root)
    for part, basic in ((TIME_LIST, BASIC_TIME), (SPACE_LIST, BASIC_SPACE)):
        has_basic = False
        for entry in _active(root, part):
            known = KINDS.get(entry.tag)
            if entry.tag == basic:
                has_basic = True
                allowed: frozenset[str] = COMMON
            elif known is None:
                unknown.add(entry.tag)
                continue
            else:
                allowed = known.fields
            unknown.update(f"{entry.tag}/{child.tag}" for child in entry if child.tag not in allowed)
        if not has_basic:
            raise UnfitFetFile("missing", where=part, what=basic)
    if unknown:
        raise UnfitFetFile("kinds", kinds=", ".join(sorted(unknown)))


def _reading(root: Entry, school: School) -> Reading:
    """What closes times, before the constraints that count around them."""
    bare = Reading(school)
    breaks: frozenset[int] = frozenset()
    unavailable: dict[int, frozenset[int]] = {}
    reasons: dict[int, dict[str, None]] = {}
    for entry in _active(root, TIME_LIST):
        if entry.tag == "ConstraintBreakTimes":
            breaks |= event_kinds.breaks(bare, entry)
        elif entry.tag in resource_kinds.NOT_AVAILABLE:
            whose = resource_kinds.NOT_AVAILABLE[entry.tag](bare, entry)
            times, reason = resource_kinds.not_available(bare, entry), entry.text("Comments", default="")
            for resource in whose:
                unavailable[resource] = unavailable.get(resource, frozenset()) | times
                reasons.setdefault(resource, {}).setdefault(reason)
    said = {resource: "; ".join(one for one in found if one) for resource, found in reasons.items()}
    return Reading(school, breaks, unavailable, said)


def _unavailable(reading: Reading) -> Iterator[Constraint]:
    """One constraint for each set of times: what a group may not is added to what its year may not, since FET lets each be said once."""
    for resource, times in sorted(reading.unavailable.items()):
        whose = reading.school.resources[resource].kind
        name = "TeacherNotAvailableTimes" if whose == TEACHER else "StudentsSetNotAvailableTimes"
        reason = reading.reasons[resource]
        if times:
            yield AvoidUnavailableTimes(name=name, reason=reason, resources=(resource,), times=times)


def _problem(root: Entry, reading: Reading) -> Problem:
    school = reading.school
    everybody = (*school.teachers.values(), *school.atoms)
    rooms = tuple(school.room_index.values())
    constraints: list[Constraint] = []
    if school.active:
        constraints.append(AssignTimes(name="BasicCompulsoryTime", events=tuple(range(len(school.active)))))
    if everybody:
        constraints.append(AvoidClashes(name="BasicCompulsoryTime", resources=everybody))
    constraints.extend(_unavailable(reading))
    for entry in _active(root, TIME_LIST):
        if entry.tag != BASIC_TIME:
            constraints.extend(one for one in KINDS[entry.tag].read(reading, entry) if isinstance(one, Constraint))
    if rooms:
        constraints.append(AvoidClashes(name="BasicCompulsorySpace", resources=rooms))
    found = [
        one
        for entry in _active(root, SPACE_LIST)
        if entry.tag != BASIC_SPACE
        for one in KINDS[entry.tag].read(reading, entry)
    ]
    needs = room_needs(school, [one for one in found if isinstance(one, RoomWish)])
    constraints.extend(needs.must)
    said = iter(needs.wishes)
    for one in found:
        constraints.extend(next(said) if isinstance(one, RoomWish) else (one,))
    return Problem(
        times=school.times,
        resources=school.resources,
        events=_events(school, needs.needs),
        constraints=merged(constraints),
        name=school.name,
        notes=(("comments", school.comments),) if school.comments else (),
    )


def _events(school: School, rooms: dict[int, tuple[Need, ...]]) -> tuple[Event, ...]:
    return tuple(
        Event(
            id=activity.id,
            duration=activity.duration,
            needs=(
                *(Need(TEACHER, resource=school.teachers[name]) for name in activity.teachers),
                *(Need(STUDENTS, resource=atom) for atom in sorted(activity.atoms)),
                *rooms.get(event, ()),
            ),
            name=activity.subject,
            course=activity.subject,
            tags=activity.tags,
            pieces=(activity.duration,),
        )
        for event, activity in enumerate(school.active)
    )
