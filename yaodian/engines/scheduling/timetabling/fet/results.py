"""FET's results: the times and rooms it gave its activities, as a ``Timetable``, and a timetable of ours as FET's results."""

from __future__ import annotations

from typing import Final

from lxml import etree

from yaodian.engines.scheduling.timetabling.problem import Piece, Problem, Timetable

from .document import Entry, opened
from .refusals import UnfitFetFile
from .school import ROOM

ROOT: Final = "Activities_Timetable"


def read_result(problem: Problem, data: bytes) -> Timetable:
    """The timetable in a file of FET's (``…_activities.xml``) for the problem ``read_fet`` made of the school's. Refuses: ``result``, and what XML can have."""
    root = opened(data, ROOT)
    events = {event.id: index for index, event in enumerate(problem.events)}
    times = {time.id: index for index, time in enumerate(problem.times)}
    rooms = {one.name: index for index, one in enumerate(problem.resources) if one.kind == ROOM}
    pieces = []
    for entry in root.each("Activity"):
        identity = str(entry.number("Id"))
        event = events.get(identity)
        if event is None:
            raise UnfitFetFile("result", what=f"Activity {identity}")
        day, hour = entry.text("Day", default=""), entry.text("Hour", default="")
        time = times.get(f"{day} {hour}")
        if time is None and (day or hour):
            raise UnfitFetFile("result", what=f"Activity {identity}: {day} {hour}")
        pieces.append(Piece(event, problem.events[event].duration, time, _chosen(problem, event, entry, rooms)))
    return Timetable.of(problem, pieces)


def _chosen(problem: Problem, event: int, entry: Entry, rooms: dict[str, int]) -> tuple[int | None, ...]:
    """The real rooms of a virtual one, in the order of its sets, or the one room."""
    names = [name for name in entry.texts("Real_Room") if name] or [name for name in entry.texts("Room") if name]
    needs = problem.events[event].needs
    open_needs = [place for place, need in enumerate(needs) if need.kind == ROOM]
    chosen: list[int | None] = [need.resource for need in needs]
    if names and len(names) != len(open_needs):
        raise UnfitFetFile("result", what=f"Activity {entry.text('Id')}: {', '.join(names)}")
    for place, name in zip(open_needs, names, strict=False):
        if name not in rooms:
            raise UnfitFetFile("result", what=f"Activity {entry.text('Id')}: {name}")
        chosen[place] = rooms[name]
    return tuple(chosen)
