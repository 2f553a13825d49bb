"""An XHSTT archive as data: instances, each a problem with the names by which the file speaks of it, and solutions with what they report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yaodian.engines.scheduling.timetabling import Problem, Timetable


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where an archive, an instance or a group of solutions comes from; empty where the file says nothing, or where its place has no such line."""

    name: str = ""
    contributor: str = ""
    date: str = ""
    country: str = ""
    description: str = ""
    publication: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class TimeGroup:
    """A named set of times, by index. Days and weeks are time groups that say so."""

    id: str
    name: str
    times: tuple[int, ...]
    kind: Literal["TimeGroup", "Day", "Week"] = "TimeGroup"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource (``Resource.kind``) and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """A named set of resources of one type, by index."""

    id: str
    name: str
    kind: str
    resources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventGroup:
    """A named set of events, by index. A course is one to which an event belongs by its ``course``."""

    id: str
    name: str
    events: tuple[int, ...]
    is_course: bool = False


@dataclass(frozen=True)
class Instance:
    """A problem and how a file speaks of it: groups by name, an Id for each constraint beside ``problem.constraints``, colours as (event, colour)."""

    problem: Problem
    metadata: Metadata = Metadata()
    time_groups: tuple[TimeGroup, ...] = ()
    resource_types: tuple[ResourceType, ...] = ()
    resource_groups: tuple[ResourceGroup, ...] = ()
    event_groups: tuple[EventGroup, ...] = ()
    constraint_ids: tuple[str, ...] = ()
    colours: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one constraint costs at one point of application, as a report says: the point is a ``kind`` and an Id (empty where it names none)."""

    kind: Literal["Resource", "Event", "EventGroup"]
    point: str
    constraint: str
    cost: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a file claims that a solution costs. Nobody here believes it: ``verify`` judges."""

    infeasibility: int
    objective: int
    lines: tuple[ReportLine, ...] = ()


@dataclass(frozen=True)
class Solution:
    """A timetable of the instance that bears the Id ``instance``."""

    instance: str
    timetable: Timetable
    description: str = ""
    running_time: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class SolutionGroup:
    """Solutions of one hand."""

    id: str
    solutions: tuple[Solution, ...] = ()
    metadata: Metadata = Metadata()


@dataclass(frozen=True)
class Archive:
    """The whole file."""

    instances: tuple[Instance, ...] = ()
    groups: tuple[SolutionGroup, ...] = ()
    id: str = ""
    metadata: Metadata | None = None

    def instance(self, id_: str) -> Instance | None:
        """The instance with this Id."""
        return next((one for one in self.instances if one.problem.id == id_), None)
