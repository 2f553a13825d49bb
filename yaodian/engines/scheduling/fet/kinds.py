"""What the readers of FET's constraint kinds share: the school with its closed times, the weight of a wish, the names a constraint uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Final, TypedDict

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost

from .document import Entry
from .refusals import UnfitFetFile
from .school import Activity, School, unknown_name

COMMON: Final = frozenset({"Weight_Percentage", "Active", "Comments"})
FULL: Final = Decimal(100)


class Wish(TypedDict):
    """What every constraint is given besides its own fields."""

    name: str
    required: bool
    weight: int
    reason: str
    cost: Cost


@dataclass(frozen=True)
class RoomWish:
    """Rooms wanted for events: ``permille`` 1000 must be, 0 only allows them. A home room gives way to preferred ones."""

    events: tuple[int, ...]
    rooms: tuple[str, ...]
    permille: int
    is_home: bool
    reason: str
    real: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The school and what its constraints have said so far that others need: breaks, and the times at which each resource is not available, with why."""

    school: School
    breaks: frozenset[int] = frozenset()
    unavailable: dict[int, frozenset[int]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    def closed(self, resource: int) -> frozenset[int]:
        """Times at which the resource cannot be busy; they are no gaps."""
        return self.breaks | self.unavailable.get(resource, frozenset())

    def by_closed(self, resources: Iterable[int]) -> Iterator[tuple[frozenset[int], tuple[int, ...]]]:
        """The resources, those with the same closed times together, in order of the first of each."""
        together: dict[frozenset[int], list[int]] = {}
        for resource in resources:
            together.setdefault(self.closed(resource), []).append(resource)
        for closed, found in together.items():
            yield closed, tuple(found)

    # -- names

    def teacher(self, entry: Entry) -> tuple[int, ...]:
        name = entry.text("Teacher", "Teacher_Name")
        if name not in self.school.teachers:
            raise unknown_name(entry.tag, "教师", "teacher", name)
        return (self.school.teachers[name],)

    def students(self, entry: Entry) -> tuple[int, ...]:
        name = entry.text("Students", "Students_Name")
        if name not in self.school.sets:
            raise unknown_name(entry.tag, "学生集", "students set", name)
        return self.school.sets[name]

    def tag(self, entry: Entry, *fields: str) -> str:
        name = entry.text(*fields)
        if name not in self.school.tags:
            raise unknown_name(entry.tag, "活动标签", "activity tag", name)
        return name

    def subject(self, entry: Entry) -> str:
        name = entry.text("Subject", "Subject_Name")
        if name not in self.school.subjects:
            raise unknown_name(entry.tag, "科目", "subject", name)
        return name

    def activity(self, entry: Entry, identity: str) -> Activity:
        found = self.school.by_id.get(identity)
        if found is None:
            raise unknown_name(entry.tag, "活动", "activity", identity)
        return found

    def events(self, entry: Entry, *fields: str) -> tuple[int, ...]:
        """The events of the activities named, in the file's order; those switched off are left out, as FET does."""
        fields = fields or ("Activity_Id",)
        named = (self.activity(entry, identity) for identity in entry.texts(*fields))
        return tuple(dict.fromkeys(one.event for one in named if one.event is not None))

    def day(self, entry: Entry, name: str) -> int:
        if name not in self.school.days:
            raise unknown_name(entry.tag, "日", "day", name)
        return self.school.days.index(name)

    def hour(self, entry: Entry, name: str) -> int:
        if name not in self.school.hours:
            raise unknown_name(entry.tag, "节次", "hour", name)
        return self.school.hours.index(name)

    def moment(self, entry: Entry, day: str, hour: str) -> frozenset[int]:
        """The times of a day and an hour; without one of them, of all days or hours."""
        days = [self.day(entry, day)] if day else range(len(self.school.days))
        hours = [self.hour(entry, hour)] if hour else range(len(self.school.hours))
        return frozenset(self.school.time(one, other) for one in days for other in hours)

    def moments(self, entry: Entry, item: str, day: str, hour: str) -> frozenset[int]:
        """The times of the children called ``item``."""
        found: set[int] = set()
        for child in entry.each(item):
            found |= self.moment(entry, child.text(day), child.text(hour))
        return frozenset(found)


def permille(entry: Entry) -> int:
    """The weight in tenths of a percent, rounded up: 1000 must hold, 0 never counts. Refuses: ``number``."""
    text = entry.text("Weight_Percentage", "Weight")
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= FULL):
        raise UnfitFetFile(
            "number",
            where=entry.tag,
            what="Weight_Percentage",
            found=text,
            expected=(" 0 至 100 的数", "a number from 0 to 100"),
        )
    if found == FULL:
        return 1000
    # What is nearly sure is still a wish.
    return min(999, int((found * 10).to_integral_value(ROUND_CEILING)))


def wish(entry: Entry, name: str, cost: Cost = Cost.LINEAR) -> Wish | None:
    """Name, weight and reason of a constraint; None for one of weight 0, which never counts."""
    return wish_of(permille(entry), name, entry.text("Comments", default=""), cost)


def wish_of(weight: int, name: str, reason: str, cost: Cost = Cost.LINEAR) -> Wish | None:
    if weight == 0:
        return None
    if weight == 1000:
        return Wish(name=name, required=True, weight=1, reason=reason, cost=Cost.LINEAR)
    return Wish(name=name, required=False, weight=weight, reason=reason, cost=cost)


def by_cost(school: School, events: Iterable[int]) -> Iterator[tuple[Cost, tuple[int, ...]]]:
    """Events with the cost function that counts each once: those of one hour, where the hours do, and longer ones."""
    active = school.active
    short = tuple(event for event in events if active[event].duration == 1)
    long = tuple(event for event in events if active[event].duration > 1)
    yield from ((cost, some) for cost, some in ((Cost.LINEAR, short), (Cost.STEP, long)) if some)


Read = Callable[[Reading, Entry], Iterator[Constraint | RoomWish]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of FET's constraints is read, and which of its fields are; another field is refused like another kind."""

    read: Read
    fields: frozenset[str]


def kind(read: Read, *fields: str) -> Kind:
    return Kind(read, COMMON | frozenset(fields))
