"""A ``Problem`` as a .fet file of FET 6: what FET can say of it, or a refusal that names all that it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lxml import etree

from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidClashes
from yaodian.engines.scheduling.timetabling.constraints.times import AssignTimes
from yaodian.engines.scheduling.timetabling.problem import Problem, Timetable

from . import saying_events, saying_resources  # they register what they can say
from .paper import WHOLE, Field, Numbered, Paper
from .refusals import UnfitFetFile
from .results import of_activities
from .saying import say
from .saying_rooms import Rooms, rooms_of
from .school import ROOM, STUDENTS, TEACHER

__all__ = ["saying_events", "saying_resources", "write_fet"]

VERSION: Final = "6.8.5"
ROOMY: Final = 30000
"""FET's capacity of a room of which none is known."""


def write_fet(problem: Problem, *, locked: Timetable | None = None) -> bytes:
    """The problem as a .fet file; with ``locked`` every placed piece keeps its time and room (locked, not permanently). Refuses: ``cannot-say``.

    Read again it is the same problem (``read_fet``), if it came from a .fet file; of others, names and ids follow FET's ways.
    """
    paper = Paper(problem)
    _refuse_grid(paper)
    if not paper.refused:
        _refuse_events(paper)
        _refuse_silence(paper)
        rooms = rooms_of(paper)
        rooms.put_choices()
        _fixed(paper)
        for constraint in problem.constraints:
            say(constraint, paper)
        if locked is not None:
            _lock(paper, locked)
    if paper.refused:
        zh, en = zip(*paper.refused, strict=True)
        raise UnfitFetFile("cannot-say", what=("；".join(zh), "; ".join(en)))
    return _document(paper, rooms)


def _refuse_grid(paper: Paper) -> None:
    problem = paper.problem
    if problem.cycle > 1:
        paper.refuse("", f"{problem.cycle} 周一循环", f"a cycle of {problem.cycle} weeks")
    if problem.spans_days:
        paper.refuse("", "跨日的课", "pieces that run over the end of a day")
    if len({time.schedule for time in problem.times}) > 1:
        paper.refuse("", "几套作息时间", "several bell schedules")
    if not problem.times or len({len(day) for day in problem.days}) > 1:
        paper.refuse("", "各日节数不同，或没有节次", "days of different lengths, or no times")
    elif [time for day in problem.days for time in day] != list(range(len(problem.times))):
        paper.refuse("", "节次不按日排列", "times that are not in the order of their days")


def _refuse_events(paper: Paper) -> None:
    for event in paper.problem.events:
        if event.pieces is None and event.duration > 1:
            paper.refuse(event.id, "未定的分段", "a division into pieces that is left open")
        for need in event.needs:
            if need.resource is None and need.kind != ROOM:
                paper.refuse(event.id, f"待选的“{need.kind}”", f"a {need.kind} to be chosen")


def _refuse_silence(paper: Paper) -> None:
    """What FET always asks for, and the problem does not."""
    problem = paper.problem
    placed: set[int] = set()
    apart: set[int] = set()
    for one in problem.constraints:
        if isinstance(one, AssignTimes) and one.required:
            placed.update(one.events)
        elif isinstance(one, AvoidClashes) and one.required:
            apart.update(one.resources)
    used = {need.resource for event in problem.events for need in event.needs}
    used |= {one for event in problem.events for need in event.needs for one in need.candidates}
    used.discard(None)
    if len(placed) < len(problem.events):
        paper.refuse("", "可以不排时间的课", "events that need no time")
    if used - apart:
        paper.refuse("", "可以同时上两节课的人或教室", "resources that may be at two events at once")


def _fixed(paper: Paper) -> None:
    """Times that events have from the outset."""
    for index, event in enumerate(paper.problem.events):
        if event.time is not None:
            for one in paper.of(index):
                _put_start(paper, one, event.time, is_permanent=True)


def _put_start(paper: Paper, one: Numbered, time: int, *, is_permanent: bool) -> None:
    problem = paper.problem
    fields: list[Field] = [
        ("Activity_Id", one.number),
        ("Preferred_Day", paper.days[problem.times[time].day]),
        ("Preferred_Hour", paper.hours[problem.places[time]]),
        ("Permanently_Locked", is_permanent),
    ]
    paper.put("ActivityPreferredStartingTime", WHOLE, fields)


def _lock(paper: Paper, timetable: Timetable) -> None:
    rooms = rooms_of(paper)
    for one, piece in of_activities(paper.activities, timetable):
        if piece is None or piece.time is None:
            continue
        _put_start(paper, one, piece.time, is_permanent=False)
        needs = paper.problem.events[one.event].needs
        chosen = [
            room for need, room in zip(needs, piece.resources, strict=True) if need.kind == ROOM and room is not None
        ]
        if one.event not in rooms.choices or len(chosen) != len(rooms.choices[one.event].needs):
            continue
        fields: list[Field] = [("Activity_Id", one.number)]
        if len(chosen) == 1:
            fields.append(("Room", paper.names[chosen[0]]))
        else:
            real: list[Field] = [("Real_Room", paper.names[room]) for room in chosen]
            fields += [("Room", rooms.virtual_name(one.event)), ("Number_of_Real_Rooms", len(real)), *real]
        paper.put("ActivityPreferredRoom", WHOLE, [*fields, ("Permanently_Locked", False)], space=True)


def _document(paper: Paper, rooms: Rooms) -> bytes:
    problem = paper.problem
    resources = list(enumerate(problem.resources))
    students = [(paper.names[index], one.size or 0) for index, one in resources if paper.kind(index) == STUDENTS]
    subjects = dict.fromkeys(_subject(paper, index) for index in range(len(problem.events)))
    tags = dict.fromkeys(tag for event in problem.events for tag in event.tags)
    buildings = dict.fromkeys(one.place for index, one in resources if paper.kind(index) == ROOM and one.place)
    basic: list[Field] = [("Weight_Percentage", "100"), ("Active", True), ("Comments", "")]
    root = etree.Element("fet", version=VERSION)
    _fill(
        root,
        [
            ("Mode", "Official"),
            ("Institution_Name", problem.name),
            ("Comments", dict(problem.notes).get("comments", "")),
            ("Days_List", [("Number_of_Days", len(paper.days)), *_named("Day", paper.days)]),
            ("Hours_List", [("Number_of_Hours", len(paper.hours)), *_named("Hour", paper.hours)]),
            ("Subjects_List", _named("Subject", subjects)),
            ("Activity_Tags_List", _named("Activity_Tag", tags)),
            (
                "Teachers_List",
                _named("Teacher", (paper.names[index] for index, _ in resources if paper.kind(index) == TEACHER)),
            ),
            (
                "Students_List",
                [("Year", [("Name", name), ("Number_of_Students", size)]) for name, size in students],
            ),
            ("Activities_List", [("Activity", _activity(paper, rooms, one)) for one in paper.activities]),
            ("Buildings_List", _named("Building", buildings)),
            ("Rooms_List", list(_rooms(paper, rooms))),
            ("Time_Constraints_List", [("ConstraintBasicCompulsoryTime", basic), *paper.time]),
            ("Space_Constraints_List", [("ConstraintBasicCompulsorySpace", basic), *paper.space]),
        ],
    )
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _named(tag: str, names: Iterable[str]) -> list[Field]:
    return [(tag, [("Name", name)]) for name in names]


def _subject(paper: Paper, event: int) -> str:
    one = paper.problem.events[event]
    return one.course or one.name


def _activity(paper: Paper, rooms: Rooms, one: Numbered) -> list[Field]:
    event = paper.problem.events[one.event]
    given = [need.resource for need in event.needs if need.resource is not None]
    choice = rooms.choices.get(one.event)
    return [
        *(("Teacher", paper.names[who]) for who in given if paper.kind(who) == TEACHER),
        ("Subject", _subject(paper, one.event)),
        *(("Activity_Tag", tag) for tag in event.tags),
        *(("Students", paper.names[who]) for who in given if paper.kind(who) == STUDENTS),
        ("Duration", one.duration),
        ("Total_Duration", event.duration if one.group else one.duration),
        ("Id", one.number),
        ("Activity_Group_Id", one.group),
        # Rooms that are too small are no candidates already, unless the problem says so itself.
        ("Number_Of_Students", 0 if choice is None else choice.heads),
        ("Active", True),
        ("Comments", ""),
    ]


def _rooms(paper: Paper, rooms: Rooms) -> Iterable[Field]:
    for index, one in enumerate(paper.problem.resources):
        if paper.kind(index) == ROOM:
            yield (
                "Room",
                [
                    ("Name", paper.names[index]),
                    ("Building", one.place),
                    ("Capacity", ROOMY if one.size is None else one.size),
                    ("Virtual", False),
                ],
            )
    for sets, name in rooms.virtual.items():
        inner: list[Field] = [
            (
                "Set_of_Real_Rooms",
                [("Number_of_Real_Rooms", len(one)), *(("Real_Room", paper.names[room]) for room in one)],
            )
            for one in sets
        ]
        yield (
            "Room",
            [
                ("Name", name),
                ("Building", ""),
                ("Capacity", ROOMY),
                ("Virtual", True),
                ("Number_of_Sets_of_Real_Rooms", len(inner)),
                *inner,
            ],
        )


def _fill(parent: etree._Element, fields: Sequence[Field]) -> None:
    for tag, content in fields:
        child = etree.SubElement(parent, tag)
        if isinstance(content, bool):
            child.text = "true" if content else "false"
        elif isinstance(content, str | int):
            child.text = str(content)
        else:
            _fill(child, content)
