"""From a school to the problem that is solved: times of all bell schedules, resources, events, and constraints under the school's names.

What every school takes for granted is stated first (nobody is at two places at once, every lesson has a time and a room), then what
teachers and rooms bring with them, then the wishes. ``Laid`` keeps what became of what, so that an index leads back to the school's own name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .constraints.base import Constraint
from .constraints.busyness import (
    AvoidClashes,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    LimitBusyTimes,
    LimitRuns,
    LimitWorkload,
)
from .constraints.staffing import AssignResources, FitRooms
from .constraints.times import AssignTimes, LinkEvents, PreferTimes
from .problem import Event, Need, Problem, Resource, Time
from .school import Course, School, Slot, UnknownName, Weeks

PUPILS, TEACHER, ROOM = "pupils", "teacher", "room"


@dataclass(frozen=True, slots=True)
class Standing:
    """The names of what every school takes for granted, in its own language."""

    clashes: str = "nobody and no room is at two places at once"
    times: str = "every lesson has a time"
    rooms: str = "every lesson has a room"
    seats: str = "everybody has a seat"
    teachers: str = "every lesson has a teacher"
    away: str = "away"
    closed: str = "closed"
    fixed: str = "fixed lessons"
    own_bells: str = "own bell schedule"
    together: str = "courses of one block run together"
    hours: str = "hours of a teacher"
    a_day: str = "lessons of a teacher on a day"
    on_end: str = "lessons of a teacher on end"
    days: str = "days of a teacher"


@dataclass(frozen=True)
class Laid:
    """A school laid out: ``at`` is the time of (bells, day, period), ``resource`` the index of (kind, id), ``event`` that of a course or meeting."""

    school: School
    names: Standing
    times: tuple[Time, ...]
    resources: tuple[Resource, ...]
    events: tuple[Event, ...]
    at: dict[tuple[str, int, int], int] = field(repr=False)
    resource: dict[tuple[str, str], int] = field(repr=False)
    event: dict[str, int] = field(repr=False)

    @cached_property
    def day_sets(self) -> tuple[frozenset[int], ...]:
        return tuple(map(frozenset, self.every_day))

    @cached_property
    def every_day(self) -> tuple[tuple[int, ...], ...]:
        """The times of each day, all bell schedules by their clock where they have one."""
        days: list[list[int]] = [[] for _ in range(self.school.days)]
        for index, time in enumerate(self.times):
            days[time.day].append(index)
        return tuple(tuple(sorted(day, key=lambda at: (self.times[at].begins_min or 0, at))) for day in days)

    def days_of(self, bells: str) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(time for time in day if self.times[time].schedule == bells) for day in self.every_day)

    def times_in(self, periods: Iterable[int]) -> frozenset[int]:
        wanted = set(periods)
        return frozenset(time for (_bells, _day, period), time in self.at.items() if period in wanted)

    def times_of(self, slot: Slot) -> frozenset[int]:
        return frozenset(
            time
            for (_bells, day, period), time in self.at.items()
            if day == slot.day and (not slot.periods or period in slot.periods)
        )

    def events_of(self, subjects: Sequence[str]) -> tuple[int, ...]:
        """The events of the courses of these subjects; of all where none is named."""
        wanted = set(subjects)
        return tuple(self.event[course.id] for course in self.school.courses if not wanted or course.subject in wanted)

    def courses(self, ids: Sequence[str]) -> tuple[int, ...]:
        for name in ids:
            if name not in self.event:
                raise UnknownName("course", name, "a wish")
        return tuple(self.event[name] for name in ids)

    def teachers(self, ids: Sequence[str]) -> tuple[int, ...]:
        for name in ids:
            if (TEACHER, name) not in self.resource:
                raise UnknownName("teacher", name, "a wish")
        return tuple(self.resource[TEACHER, name] for name in ids or [one.id for one in self.school.teachers])

    def named(self, ids: Sequence[str]) -> tuple[int, ...]:
        """Teachers, rooms, sets of pupils, or all pupils of home classes."""
        found: list[int] = []
        for name in ids:
            known = [self.resource[kind, name] for kind in (TEACHER, ROOM, PUPILS) if (kind, name) in self.resource]
            known += [self.resource[PUPILS, one.id] for one in self.school.pupils if one.home == name]
            if not known:
                raise UnknownName("teacher, room or class", name, "a wish")
            found += known
        return tuple(dict.fromkeys(found))

    def pupils_by_bells(self, homes: Sequence[str]) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.school.pupils:
            if not homes or one.home in homes:
                found[self.school.home_of[one.home].bells].append(self.resource[PUPILS, one.id])
        return {bells: tuple(resources) for bells, resources in found.items()}

    def teachers_by_subject(self, subjects: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        groups: dict[str, list[int]] = defaultdict(list)
        for teacher in self.school.teachers:
            for subject in teacher.subjects:
                if not subjects or subject in subjects:
                    groups[subject].append(self.resource[TEACHER, teacher.id])
        return tuple(map(tuple, groups.values()))

    def has_open(self, role: str, event: int) -> bool:
        return any(need.role == role and need.resource is None for need in self.events[event].needs)

    @cached_property
    def problem(self) -> Problem:
        return Problem(
            times=self.times,
            resources=self.resources,
            events=self.events,
            constraints=tuple(constraint for constraint, _wish in self._stated),
            id=self.school.id,
            name=self.school.name,
            cycle=2 if any(event.weeks for event in self.events) else 1,
        )

    @cached_property
    def wish_of(self) -> tuple[int | None, ...]:
        """For each constraint of the problem the index of its wish, None for what is no wish."""
        return tuple(wish for _constraint, wish in self._stated)

    @cached_property
    def _stated(self) -> tuple[tuple[Constraint, int | None], ...]:
        stated: list[tuple[Constraint, int | None]] = [(one, None) for one in _granted(self)]
        for at, wish in enumerate(self.school.wishes):
            stated += [(one, at) for one in wish.constraints(self)]
        return tuple(stated)


def lay(school: School, names: Standing | None = None) -> Laid:
    """The school as times, resources and events. ``names``: what its own constraints are called."""
    times: list[Time] = []
    at: dict[tuple[str, int, int], int] = {}
    for bells in school.bells:
        for day in range(school.days):
            for number, period in enumerate(bells.periods):
                if (day, number) in bells.without:
                    continue
                at[bells.id, day, number] = len(times)
                times.append(
                    Time(
                        f"{bells.id}:{day + 1}.{number + 1}",
                        day,
                        period.name,
                        period.begins_min,
                        period.ends_min,
                        bells.id,
                    )
                )
    resources = [Resource(one.id, TEACHER, one.name or one.id) for one in school.teachers]
    resources += [Resource(one.id, ROOM, one.id, one.seats, one.place) for one in school.rooms]
    resources += [Resource(one.id, PUPILS, one.id, one.size) for one in school.pupils]
    resource = {(one.kind, one.id): index for index, one in enumerate(resources)}
    laying = _Laying(school, at, resource)
    events = [laying.course(course) for course in school.courses]
    events += [
        Event(
            meeting.id,
            meeting.periods,
            tuple(Need(TEACHER, resource[TEACHER, one], workload=0) for one in meeting.teachers),
            name=meeting.id,
            pieces=(meeting.periods,),
            time=None if meeting.at is None else laying.start(meeting.id, school.bells[0].id, *meeting.at),
        )
        for meeting in school.meetings
    ]
    event = {one.id: index for index, one in enumerate(events)}
    return Laid(school, names or Standing(), tuple(times), tuple(resources), tuple(events), at, resource, event)


class _Laying:
    def __init__(
        self, school: School, at: dict[tuple[str, int, int], int], resource: dict[tuple[str, str], int]
    ) -> None:
        self.school, self.at, self.resource = school, at, resource
        self.whole: dict[str, set[str]] = defaultdict(set)
        for one in school.pupils:
            self.whole[one.home].add(one.id)

    def start(self, who: str, bells: str, day: int, period: int) -> int:
        if (bells, day, period) not in self.at:
            raise UnknownName("period", f"{bells} {day + 1}.{period + 1}", who)
        return self.at[bells, day, period]

    def course(self, course: Course) -> Event:
        school, resource = self.school, self.resource
        needs = [Need(TEACHER, resource[TEACHER, one]) for one in course.teachers]
        if course.any_teacher:
            chosen = tuple(resource[TEACHER, one] for one in course.any_teacher)
            needs.append(Need(TEACHER, role=TEACHER, candidates=chosen))
        needs += [Need(PUPILS, resource[PUPILS, one]) for one in course.pupils]
        if course.needs_room:
            needs.append(self._room(course))
        doubles = min(course.doubles, course.hours // 2)
        pieces = (2,) * doubles + (1,) * (course.hours - 2 * doubles)
        fixed = None
        if len(course.fixed) == 1 and len(pieces) == 1 and course.pupils:
            fixed = self.start(
                course.id, school.home_of[school.pupils_of[course.pupils[0]].home].bells, *course.fixed[0]
            )
        weeks = {Weeks.ALL: (), Weeks.ODD: (0,), Weeks.EVEN: (1,)}[course.weeks]
        return Event(
            course.id,
            course.hours,
            tuple(needs),
            name=course.id,
            course=course.subject,
            tags=(course.subject,),
            pieces=pieces,
            time=fixed,
            weeks=weeks,
        )

    def _room(self, course: Course) -> Need:
        school = self.school
        homes = {school.pupils_of[one].home for one in course.pupils}
        if not course.rooms and not course.room_kind and len(homes) == 1:
            home = school.home_of[homes.pop()]
            if home.room is not None and self.whole[home.id] == set(course.pupils):
                return Need(ROOM, self.resource[ROOM, home.room])
        heads = school.heads(course)
        wanted = set(course.rooms)
        possible = [room for room in school.rooms if (room.id in wanted if wanted else room.kind == course.room_kind)]
        # Where no room is large enough all stay, so that the finding is the group's size and not a want of rooms.
        fitting = [room for room in possible if room.seats is None or room.seats >= heads] or possible
        return Need(ROOM, role=ROOM, candidates=tuple(self.resource[ROOM, room.id] for room in fitting))


def _granted(laid: Laid) -> Iterator[Constraint]:
    """What is no wish: clashes, times, rooms, and what teachers and rooms bring with them."""
    names = laid.names
    every = tuple(range(len(laid.events)))
    yield AvoidClashes(name=names.clashes, resources=tuple(range(len(laid.resources))))
    yield AssignTimes(name=names.times, events=every)
    for role, name in ((ROOM, names.rooms), (TEACHER, names.teachers)):
        if events := tuple(event for event in every if laid.has_open(role, event)):
            yield AssignResources(name=name, events=events, role=role)
            if role == ROOM:
                yield FitRooms(name=names.seats, events=events, role=ROOM, kind=PUPILS)
    yield from _own_bells(laid)
    yield from _fixed(laid)
    if blocks := _blocks(laid):
        yield LinkEvents(name=names.together, groups=blocks)
    yield from _absences(laid)
    yield from _limits(laid)


def _own_bells(laid: Laid) -> Iterator[Constraint]:
    """Lessons keep to the bells of their pupils, meetings to the first schedule's."""
    if len(laid.school.bells) < 2:
        return
    by_bells: dict[str, list[int]] = defaultdict(list)
    for course in laid.school.courses:
        for bells in sorted({laid.school.home_of[laid.school.pupils_of[one].home].bells for one in course.pupils}):
            by_bells[bells].append(laid.event[course.id])
    for meeting in laid.school.meetings:
        by_bells[laid.school.bells[0].id].append(laid.event[meeting.id])
    for bells, events in by_bells.items():
        times = frozenset(time for day in laid.days_of(bells) for time in day)
        yield PreferTimes(name=laid.names.own_bells, events=tuple(events), times=times)


def _fixed(laid: Laid) -> Iterator[Constraint]:
    for course in laid.school.courses:
        event = laid.event[course.id]
        if not course.fixed or laid.events[event].time is not None:
            continue
        bells = laid.school.home_of[laid.school.pupils_of[course.pupils[0]].home].bells
        starts = []
        for day, period in course.fixed:
            if (bells, day, period) not in laid.at:
                raise UnknownName("period", f"{bells} {day + 1}.{period + 1}", course.id)
            starts.append(laid.at[bells, day, period])
        yield PreferTimes(name=laid.names.fixed, events=(event,), times=frozenset(starts))


def _blocks(laid: Laid) -> tuple[tuple[int, ...], ...]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for course in laid.school.courses:
        if course.together:
            blocks[course.together].append(laid.event[course.id])
    return tuple(tuple(block) for block in blocks.values() if len(block) > 1)


def _absences(laid: Laid) -> Iterator[Constraint]:
    for kind, name, whose in (
        (TEACHER, laid.names.away, [(one.id, one.away) for one in laid.school.teachers]),
        (ROOM, laid.names.closed, [(one.id, one.closed) for one in laid.school.rooms]),
    ):
        by_times: dict[frozenset[int], list[int]] = defaultdict(list)
        for who, slots in whose:
            times = frozenset(time for slot in slots for time in laid.times_of(slot))
            if times:
                by_times[times].append(laid.resource[kind, who])
        for times, resources in by_times.items():
            yield AvoidUnavailableTimes(name=name, resources=tuple(resources), times=times)


def _limits(laid: Laid) -> Iterator[Constraint]:
    """Teachers' limits, those of one figure in one constraint."""
    names = laid.names
    by_limit: dict[tuple[str, int], list[int]] = defaultdict(list)
    for teacher in laid.school.teachers:
        for what in ("most_hours", "most_a_day", "most_on_end", "most_days"):
            limit: int | None = getattr(teacher, what)
            if limit is not None:
                by_limit[what, limit].append(laid.resource[TEACHER, teacher.id])
    for (what, limit), whose in by_limit.items():
        resources = tuple(whose)
        if what == "most_hours":
            yield LimitWorkload(name=names.hours, resources=resources, maximum=limit)
        elif what == "most_a_day":
            yield LimitBusyTimes(name=names.a_day, resources=resources, time_groups=laid.day_sets, maximum=limit)
        elif what == "most_on_end":
            yield LimitRuns(name=names.on_end, resources=resources, time_groups=laid.every_day, maximum=limit)
        else:
            yield ClusterBusyTimes(name=names.days, resources=resources, time_groups=laid.day_sets, maximum=limit)
