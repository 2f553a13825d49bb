"""What a school wishes of its timetable, each a named piece with a weight and a reason, and the constraint that it becomes.

A wish is ``required`` (it must hold) or has a ``weight`` (what a miss costs). Subjects, teachers and so on are named by their ids; none named
means all. Days are counted from 0, periods of a day from 0 within each bell schedule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .constraints.base import Constraint, Cost
from .constraints.busyness import (
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    GapsBetweenPlaces,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitRuns,
    ShareFairly,
)
from .constraints.staffing import AvoidSplitAssignments, PreferResources
from .constraints.times import (
    AdjoinEvents,
    DaysBetween,
    KeepApart,
    LimitRunning,
    OrderEvents,
    PreferTimes,
    SpreadEvents,
)

if TYPE_CHECKING:
    from .school import Slot
    from .school_problem import Laid


@dataclass(frozen=True, kw_only=True)
class Wish:
    """``name`` and ``reason`` are the school's own words."""

    name: str
    required: bool = False
    weight: int = 1
    cost: Cost = Cost.LINEAR
    reason: str = ""

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        """What the wish means for the laid-out school; nothing where it concerns nothing."""
        raise NotImplementedError

    @property
    def _common(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "required": self.required,
            "weight": self.weight,
            "cost": self.cost,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class LessonsADay(Wish):
    """Of one course at most so many lessons begin on a day."""

    subjects: tuple[str, ...] = ()
    most: int = 1

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        groups = tuple((event,) for event in laid.events_of(self.subjects))
        if groups:
            yield SpreadEvents(
                **self._common, groups=groups, spread=tuple((day, 0, self.most) for day in laid.day_sets)
            )


@dataclass(frozen=True, kw_only=True)
class InPeriods(Wish):
    """Lessons of the subjects begin in these periods (main subjects in the morning, no sports in the first)."""

    subjects: tuple[str, ...] = ()
    periods: tuple[int, ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if events := laid.events_of(self.subjects):
            yield PreferTimes(**self._common, events=events, times=laid.times_in(self.periods))


@dataclass(frozen=True, kw_only=True)
class Away(Wish):
    """Teachers, pupils of home classes or rooms are free then."""

    who: tuple[str, ...]
    when: tuple[Slot, ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        times = frozenset(time for slot in self.when for time in laid.times_of(slot))
        if times and (resources := laid.named(self.who)):
            yield AvoidUnavailableTimes(**self._common, resources=resources, times=times)


@dataclass(frozen=True, kw_only=True)
class NoGapsForPupils(Wish):
    """Pupils have at most so many free periods between two lessons, in a week."""

    homes: tuple[str, ...] = ()
    most: int = 0

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        for bells, resources in laid.pupils_by_bells(self.homes).items():
            yield LimitIdleTimes(
                **self._common, resources=resources, time_groups=laid.days_of(bells), maximum=self.most
            )


@dataclass(frozen=True, kw_only=True)
class GapsOfTeachers(Wish):
    """Teachers have at most so many free periods between two lessons, in a week."""

    teachers: tuple[str, ...] = ()
    most: int = 2

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if resources := laid.teachers(self.teachers):
            yield LimitIdleTimes(**self._common, resources=resources, time_groups=laid.every_day, maximum=self.most)


@dataclass(frozen=True, kw_only=True)
class LessonsOfTeachersADay(Wish):
    """Teachers teach at most so many periods on a day, and at least ``least`` if they teach at all."""

    teachers: tuple[str, ...] = ()
    most: int
    least: int = 0

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if resources := laid.teachers(self.teachers):
            yield LimitBusyTimes(
                **self._common, resources=resources, time_groups=laid.day_sets, minimum=self.least, maximum=self.most
            )


@dataclass(frozen=True, kw_only=True)
class DaysOfTeachers(Wish):
    """Teachers have lessons on at most so many days."""

    teachers: tuple[str, ...] = ()
    most: int

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if resources := laid.teachers(self.teachers):
            yield ClusterBusyTimes(**self._common, resources=resources, time_groups=laid.day_sets, maximum=self.most)


@dataclass(frozen=True, kw_only=True)
class LessonsOnEnd(Wish):
    """Teachers teach at most so many periods on end."""

    teachers: tuple[str, ...] = ()
    most: int

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if resources := laid.teachers(self.teachers):
            yield LimitRuns(**self._common, resources=resources, time_groups=laid.every_day, maximum=self.most)


@dataclass(frozen=True, kw_only=True)
class FairPeriods(Wish):
    """Teachers of one subject have like shares of these periods (the first, the last)."""

    subjects: tuple[str, ...] = ()
    periods: tuple[int, ...]
    most: int = 1

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        groups = tuple(group for group in laid.teachers_by_subject(self.subjects) if len(group) > 1)
        if groups:
            yield ShareFairly(**self._common, groups=groups, times=laid.times_in(self.periods), maximum=self.most)


@dataclass(frozen=True, kw_only=True)
class DaysApart(Wish):
    """Lessons of one course lie at least so many days apart."""

    subjects: tuple[str, ...] = ()
    least: int = 2

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if events := laid.events_of(self.subjects):
            yield DaysBetween(**self._common, groups=tuple((event,) for event in events), minimum=self.least)


@dataclass(frozen=True, kw_only=True)
class OneRoom(Wish):
    """All lessons of a course are in one room."""

    subjects: tuple[str, ...] = ()

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        groups = tuple((event,) for event in laid.events_of(self.subjects) if laid.has_open("room", event))
        if groups:
            yield AvoidSplitAssignments(**self._common, groups=groups, role="room")


@dataclass(frozen=True, kw_only=True)
class InRooms(Wish):
    """Lessons of the subjects are in one of these rooms."""

    subjects: tuple[str, ...]
    rooms: tuple[str, ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        events = tuple(event for event in laid.events_of(self.subjects) if laid.has_open("room", event))
        if events:
            rooms = frozenset(laid.named(self.rooms))
            yield PreferResources(**self._common, events=events, role="room", resources=rooms)


@dataclass(frozen=True, kw_only=True)
class WayBetweenPlaces(Wish):
    """Between lessons of teachers and pupils at different places lie at least so many periods."""

    least: int = 1
    minutes: tuple[tuple[str, str, int], ...] = ()

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        groups: dict[tuple[tuple[int, ...], ...], tuple[int, ...]] = defaultdict(tuple)
        for bells, resources in laid.pupils_by_bells(()).items():
            groups[laid.days_of(bells)] += resources
        groups[laid.every_day] += laid.teachers(())
        for days, resources in groups.items():
            yield GapsBetweenPlaces(
                **self._common, resources=resources, time_groups=days, minimum=self.least, minutes=self.minutes
            )


@dataclass(frozen=True, kw_only=True)
class NeverAtOnce(Wish):
    """The courses do not run at the same time."""

    courses: tuple[str, ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        yield KeepApart(**self._common, groups=(laid.courses(self.courses),))


@dataclass(frozen=True, kw_only=True)
class AtOnceAtMost(Wish):
    """Of the subject at most so many courses run at once (balls for four classes)."""

    subjects: tuple[str, ...]
    most: int

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        if events := laid.events_of(self.subjects):
            every = frozenset(range(len(laid.times)))
            yield LimitRunning(**self._common, groups=(events,), times=every, maximum=self.most)


@dataclass(frozen=True, kw_only=True)
class Before(Wish):
    """The last lesson of the first course ends before the first of the second (theory before practice)."""

    pairs: tuple[tuple[str, str], ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        pairs = tuple((laid.courses((first,))[0], laid.courses((second,))[0]) for first, second in self.pairs)
        yield OrderEvents(**self._common, pairs=pairs)


@dataclass(frozen=True, kw_only=True)
class OnEnd(Wish):
    """The courses, of one lesson each, follow one another directly."""

    courses: tuple[str, ...]

    def constraints(self, laid: Laid) -> Iterator[Constraint]:
        yield AdjoinEvents(**self._common, groups=(laid.courses(self.courses),))
