"""FET's results: the times and rooms it gave its activities, as a ``Timetable``, and a timetable of ours as FET's results."""

from __future__ import annotations

from typing import Final

from lxml import etree

from yaodian.engines.scheduling.timetabling.problem import Piece, Problem, Timetable

from .document import Entry, opened
from .paper import Numbered, Paper
from .refusals import UnfitFetFile
from .school import ROOM

ROOT: Final = "Activities_Timetable"


def read_result(problem: Problem, data: bytes) -> Timetable:
    """The timetable in a file of FET's (``…_activities.xml``) for the problem ``read_fet`` made of the school's. Refuses: ``result``, and what XML can have."""
    root = opened(data, ROOT)
    paper = Paper(problem)
    activities = {str(one.number): one for one in paper.activities}
    days = {name: number for number, name in enumerate(paper.days)}
    hours = {name: number for number, name in enumerate(paper.hours)}
    rooms = {paper.names[index]: index for index, one in enumerate(problem.resources) if one.kind == ROOM}
    pieces = []
    for entry in root.each("Activity"):
        identity = str(entry.number("Id"))
        one = activities.get(identity)
        if one is None:
            raise UnfitFetFile("result", what=(f"活动 {identity}", f"activity {identity}"))
        day, hour = entry.text("Day", default=""), entry.text("Hour", default="")
        time = None
        if day or hour:
            if day not in days or hour not in hours:
                raise UnfitFetFile(
                    "result", what=(f"活动 {identity}：{day} {hour}", f"activity {identity}: {day} {hour}")
                )
            time = problem.days[days[day]][hours[hour]]
        pieces.append(Piece(one.event, one.duration, time, _chosen(problem, one.event, entry, rooms)))
    return Timetable.of(problem, pieces)


def write_result(problem: Problem, timetable: Timetable) -> bytes:
    """A timetable in the form of FET's results, with the activities' numbers that ``write_fet`` gives. What is not placed has no day and no hour."""
    paper = Paper(problem)
    root = etree.Element(ROOT)
    for one, piece in of_activities(paper.activities, timetable):
        entry = etree.SubElement(root, "Activity")
        time = None if piece is None else piece.time
        rooms = [] if piece is None else [paper.names[room] for room in _rooms_of(problem, piece) if room is not None]
        fields = [
            ("Id", str(one.number)),
            ("Day", "" if time is None else paper.days[problem.times[time].day]),
            ("Hour", "" if time is None else paper.hours[problem.places[time]]),
            ("Room", rooms[0] if len(rooms) == 1 else " + ".join(rooms)),
            *(("Real_Room", name) for name in (rooms if len(rooms) > 1 else ())),
        ]
        for tag, text in fields:
            etree.SubElement(entry, tag).text = text
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def of_activities(activities: tuple[Numbered, ...], timetable: Timetable) -> list[tuple[Numbered, Piece | None]]:
    """Each activity with its piece: those of one event and length in the order of their times; None where the timetable has none for it."""
    left: dict[tuple[int, int], list[Piece]] = {}
    for piece in timetable.pieces:
        left.setdefault((piece.event, piece.duration), []).append(piece)
    found: list[tuple[Numbered, Piece | None]] = []
    for one in activities:
        pieces = left.get((one.event, one.duration))
        found.append((one, pieces.pop(0) if pieces else None))
    return found


def _rooms_of(problem: Problem, piece: Piece) -> list[int | None]:
    needs = problem.events[piece.event].needs
    return [room for need, room in zip(needs, piece.resources, strict=True) if need.kind == ROOM]


def _chosen(problem: Problem, event: int, entry: Entry, rooms: dict[str, int]) -> tuple[int | None, ...]:
    """The real rooms of a virtual one, in the order of its sets, or the one room."""
    names = [name for name in entry.texts("Real_Room") if name] or [name for name in entry.texts("Room") if name]
    needs = problem.events[event].needs
    open_needs = [place for place, need in enumerate(needs) if need.kind == ROOM]
    chosen: list[int | None] = [need.resource for need in needs]
    if names and len(names) != len(open_needs):
        raise _unfit_rooms(entry, ", ".join(names))
    for place, name in zip(open_needs, names, strict=False):
        if name not in rooms:
            raise _unfit_rooms(entry, name)
        chosen[place] = rooms[name]
    return tuple(chosen)


def _unfit_rooms(entry: Entry, rooms: str) -> UnfitFetFile:
    number = entry.text("Id")
    return UnfitFetFile("result", what=(f"活动 {number}：{rooms}", f"activity {number}: {rooms}"))
