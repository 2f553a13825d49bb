"""The kinds of wishes of a timetable: which parts each has, and the engine's wish that it becomes.

A kind says nothing about its words on the page; those are sentences of the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from yaodian.engines.scheduling.timetabling import wishes
from yaodian.engines.scheduling.timetabling.school import Slot

if TYPE_CHECKING:
    from yaodian.timetabling.models import TimetableWish


class Part(StrEnum):
    """What a part of a wish holds, as JSON: names (a list; none means all), numbers, periods (a list, counted from 0), slots
    ([[day, [period, …]], …]), pairs of courses ([[first, second], …])."""

    SUBJECTS = "subjects"
    TEACHERS = "teachers"
    HOMES = "homes"
    WHO = "who"
    COURSES = "courses"
    ROOMS = "rooms"
    PERIODS = "periods"
    SLOTS = "slots"
    NUMBER = "number"
    PAIRS = "pairs"


@dataclass(frozen=True)
class Kind:
    """A wish of the engine and its parts by the names of its fields. Those `needed` may not be empty."""

    wish: type[wishes.Wish]
    parts: Mapping[str, Part]
    needed: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "lessons-a-day": Kind(wishes.LessonsADay, {"subjects": Part.SUBJECTS, "most": Part.NUMBER}, ("most",)),
    "in-periods": Kind(wishes.InPeriods, {"subjects": Part.SUBJECTS, "periods": Part.PERIODS}, ("periods",)),
    "away": Kind(wishes.Away, {"who": Part.WHO, "when": Part.SLOTS}, ("who", "when")),
    "no-gaps-for-pupils": Kind(wishes.NoGapsForPupils, {"homes": Part.HOMES, "most": Part.NUMBER}),
    "gaps-of-teachers": Kind(wishes.GapsOfTeachers, {"teachers": Part.TEACHERS, "most": Part.NUMBER}),
    "lessons-of-teachers-a-day": Kind(
        wishes.LessonsOfTeachersADay, {"teachers": Part.TEACHERS, "most": Part.NUMBER, "least": Part.NUMBER}, ("most",)
    ),
    "days-of-teachers": Kind(wishes.DaysOfTeachers, {"teachers": Part.TEACHERS, "most": Part.NUMBER}, ("most",)),
    "lessons-on-end": Kind(wishes.LessonsOnEnd, {"teachers": Part.TEACHERS, "most": Part.NUMBER}, ("most",)),
    "fair-periods": Kind(
        wishes.FairPeriods,
        {"subjects": Part.SUBJECTS, "periods": Part.PERIODS, "most": Part.NUMBER},
        ("periods",),
    ),
    "days-apart": Kind(wishes.DaysApart, {"subjects": Part.SUBJECTS, "least": Part.NUMBER}, ("least",)),
    "one-room": Kind(wishes.OneRoom, {"subjects": Part.SUBJECTS}),
    "in-rooms": Kind(wishes.InRooms, {"subjects": Part.SUBJECTS, "rooms": Part.ROOMS}, ("subjects", "rooms")),
    "way-between-places": Kind(wishes.WayBetweenPlaces, {"least": Part.NUMBER}, ("least",)),
    "never-at-once": Kind(wishes.NeverAtOnce, {"courses": Part.COURSES}, ("courses",)),
    "at-once-at-most": Kind(
        wishes.AtOnceAtMost, {"subjects": Part.SUBJECTS, "most": Part.NUMBER}, ("subjects", "most")
    ),
    "before": Kind(wishes.Before, {"pairs": Part.PAIRS}, ("pairs",)),
    "on-end": Kind(wishes.OnEnd, {"courses": Part.COURSES}, ("courses",)),
}


class UnfitWish(ValueError):
    """The row is no wish of its kind: `part` is missing or of another shape; empty where the kind itself is unknown."""

    def __init__(self, kind: str, part: str = "") -> None:
        super().__init__(f"{kind}: {part}")
        self.kind, self.part = kind, part


def wish_of(row: TimetableWish) -> wishes.Wish:
    """The engine's wish of a row. Raises UnfitWish."""
    kind = KINDS.get(row.kind)
    if kind is None:
        raise UnfitWish(row.kind)
    given: dict[str, Any] = {}
    for name, part in kind.parts.items():
        value = row.values.get(name)
        if value is None or value in ("", []):
            if name in kind.needed:
                raise UnfitWish(row.kind, name)
            continue
        try:
            given[name] = _value(part, value)
        except (TypeError, ValueError) as problem:
            raise UnfitWish(row.kind, name) from problem
    return kind.wish(name=row.name, required=row.is_required, weight=row.weight, reason=row.reason, **given)


def kind_of(wish: wishes.Wish) -> str:
    """The code of an engine's wish."""
    return next(code for code, kind in KINDS.items() if kind.wish is type(wish))


def _value(part: Part, value: Any) -> Any:
    if part is Part.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(value)
        return value
    if not isinstance(value, list):
        raise TypeError(value)
    if part is Part.PERIODS:
        return tuple(_value(Part.NUMBER, one) for one in value)
    if part is Part.SLOTS:
        return tuple(Slot(int(day), tuple(int(one) for one in periods)) for day, periods in value)
    if part is Part.PAIRS:
        return tuple((str(first), str(second)) for first, second in value)
    return tuple(str(one) for one in value)
