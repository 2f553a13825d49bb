"""From a problem to a CP-SAT model: ``building`` holds the variables, and the other files one function a kind of constraint."""

from yaodian.engines.scheduling.timetabling.problem import Problem

from . import busyness, staffing, times
from .base import encode
from .building import Building
from .classes import Classes, classes_of
from .holding import Held, Holding

__all__ = [
    "Building",
    "Classes",
    "Held",
    "Holding",
    "build",
    "build_held",
    "busyness",
    "classes_of",
    "encode",
    "staffing",
    "times",
]


def build(problem: Problem, classes: Classes, *, price: int | None = None, wishes: bool = True) -> Building:
    """The whole model. With ``price`` required constraints may be missed, each unit at that price; without ``wishes`` optional ones are left out."""
    building = Building(problem, classes, price=price, wishes=wishes)
    for constraint in problem.constraints:
        if not building.skips(constraint):
            encode(constraint, building)
    building.finish()
    return building


def build_held(held: Held, classes: Classes, *, price: int | None = None, wishes: bool = True) -> Building:
    """The model of a neighbourhood: its cost is that of the points of ``held.problem``, and a timetable of it has all pieces."""
    building = Building(held.problem, classes, price=price, wishes=wishes, held=held)
    for constraint in held.problem.constraints:
        if not building.skips(constraint):
            encode(constraint, building)
    building.finish()
    return building
