"""Constraints that say the same of different points, put together: one constraint of ours where FET has to write hundreds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint

POINTS: Final = ("events", "resources", "groups", "pairs")


def points_field(constraint: Constraint) -> str:
    """The field that holds the points of application. ``resources`` is one only where no event is: a room is wanted for events."""
    names = {one.name for one in fields(constraint)}
    return next(name for name in POINTS if name in names)


def merged(constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """The constraints, those alike but for their points as one, in the order of the first of each and their points in theirs.

    A point that must hold twice must hold once; one that is wished twice stays so, in a second constraint.
    """
    together: dict[tuple[Any, ...], tuple[Constraint, str, list[dict[Any, None]]]] = {}
    for constraint in constraints:
        name = points_field(constraint)
        rest = tuple((one.name, getattr(constraint, one.name)) for one in fields(constraint) if one.name != name)
        rounds = together.setdefault((type(constraint), rest), (constraint, name, []))[2]
        for point in getattr(constraint, name):
            # How often the point is there already.
            times = sum(point in found for found in rounds)
            if times == len(rounds) and (times == 0 or not constraint.required):
                rounds.append({})
            if times < len(rounds):
                rounds[times].setdefault(point)
    return tuple(
        replace(constraint, **{name: tuple(sorted(found))})  # type: ignore[arg-type]  # the field of the points
        for constraint, name, rounds in together.values()
        for found in rounds
    )
