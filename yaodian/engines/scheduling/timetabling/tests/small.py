"""A small school for tests: three days of four times, two teachers, a class, three rooms in two buildings."""

from __future__ import annotations

from dataclasses import replace

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable
from yaodian.engines.scheduling.timetabling.constraints import Constraint, Deviation
from yaodian.engines.scheduling.timetabling.occupancy import Occupancy

HOURS = 4
ANN, BOB, CLASS, LAB, HALL, GYM = range(6)
RESOURCES = (
    Resource("ann", "teacher"),
    Resource("bob", "teacher"),
    Resource("7a", "class", size=40),
    Resource("lab", "room", size=30, place="north"),
    Resource("hall", "room", size=60, place="north"),
    Resource("gym", "room", place="south"),
)
ROOMS = (LAB, HALL, GYM)


def at(day: int, hour: int) -> int:
    return day * HOURS + hour


def days(count: int = 3) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(range(day * HOURS, (day + 1) * HOURS)) for day in range(count))


DAYS = days()
DAY_SETS = tuple(frozenset(day) for day in DAYS)


def lesson(number: int, *who: int, duration: int = 1, open_room: bool = False, **more: object) -> Event:
    needs = [Need(RESOURCES[one].kind, resource=one) for one in who]
    if open_room:
        needs.append(Need("room", role="room", candidates=ROOMS))
    return Event(f"e{number}", duration, tuple(needs), **more)  # type: ignore[arg-type]


def school(*events: Event, cycle: int = 1, constraints: tuple[Constraint, ...] = ()) -> Problem:
    times = tuple(Time(f"{day}{hour}", day) for day in range(3) for hour in range(HOURS))
    return Problem(times, RESOURCES, events, constraints, cycle=cycle)


def attended(*hours: tuple[int, int], by: int = ANN, **more: object) -> tuple[Problem, list[Piece]]:
    """Lessons of one person, one at each of these (day, hour)."""
    problem = school(*(lesson(number, by, **more) for number in range(len(hours))))
    return problem, [Piece(number, 1, at(*hour)) for number, hour in enumerate(hours)]


def missed(constraint: Constraint, problem: Problem, pieces: list[Piece]) -> list[Deviation]:
    return list(constraint.deviations(Occupancy(problem, Timetable.of(problem, pieces))))


def with_room(piece: Piece, problem: Problem, room: int | None) -> Piece:
    """The piece with this room in its open need."""
    needs = problem.events[piece.event].needs
    return replace(piece, resources=tuple(room if need.role == "room" else need.resource for need in needs))
