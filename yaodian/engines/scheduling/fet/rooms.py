"""From FET's wishes for rooms to needs and constraints: which rooms an activity may have at all, that it must have one, which it would rather have.

FET gives an activity a room only where some constraint wants one for it. Preferred rooms that must be narrow its choice; those that are wished
widen it, and home rooms stand in where no preferred room must be. Whatever room is chosen seats the activity's students: rooms that do not are no choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost
from yaodian.engines.scheduling.timetabling.constraints.staffing import AssignResources, PreferResources
from yaodian.engines.scheduling.timetabling.problem import Need

from .kinds import RoomWish, wish_of
from .refusals import UnfitFetFile
from .school import ROOM, Activity, School

NAME = "PreferredRooms"


@dataclass
class _Choice:
    """What is wanted for one event."""

    must: list[frozenset[str]] = field(default_factory=list)
    may: list[frozenset[str]] = field(default_factory=list)
    home: frozenset[str] | None = None
    home_permille: int = 0
    real: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoomNeeds:
    """The needs of every event, the constraint that some must have a room, and what becomes of each wish in its turn."""

    needs: dict[int, tuple[Need, ...]]
    must: tuple[Constraint, ...]
    wishes: tuple[tuple[Constraint, ...], ...]


def room_needs(school: School, wishes: Sequence[RoomWish]) -> RoomNeeds:
    """The needs and constraints for rooms. Refuses: ``no-room``, ``virtual-mixed``."""
    by_event = {one.event: one for one in school.active if one.event is not None}
    choices: dict[int, _Choice] = {}
    for one in wishes:
        for event in one.events:
            _take(school, by_event[event], choices.setdefault(event, _Choice()), one)
    needs: dict[int, tuple[Need, ...]] = {}
    must: list[int] = []
    for event, choice in choices.items():
        needs[event], is_open = _needs(school, by_event[event], choice)
        if is_open:
            must.append(event)
    required: tuple[Constraint, ...] = ()
    if must:
        required = (AssignResources(name=NAME, events=tuple(sorted(must)), role=ROOM),)
    said = tuple(tuple(_said(school, by_event, choices, needs, one)) for one in wishes)
    return RoomNeeds(needs, required, said)


def _fitting(school: School, activity: Activity, rooms: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in rooms if school.rooms[name].capacity >= activity.heads)


def _take(school: School, activity: Activity, choice: _Choice, wanted: RoomWish) -> None:
    rooms = _fitting(school, activity, wanted.rooms)
    if not rooms:
        raise UnfitFetFile("no-room", activity=activity.id, heads=activity.heads)
    if wanted.is_home:
        choice.home = rooms if choice.home is None else choice.home & rooms
        choice.home_permille = max(choice.home_permille, wanted.permille)
    elif wanted.permille == 1000:
        choice.must.append(rooms)
    else:
        choice.may.append(rooms)
    choice.real = choice.real or wanted.real


def _needs(school: School, activity: Activity, choice: _Choice) -> tuple[tuple[Need, ...], bool]:
    """The needs, and whether a room must be chosen for them."""
    allowed = frozenset().union(*choice.may, choice.home or frozenset())
    must = bool(choice.must)
    if choice.must:
        allowed = frozenset.intersection(*choice.must)
    elif choice.home is not None and choice.home_permille == 1000:
        must = True
    if not allowed:
        raise UnfitFetFile("no-room", activity=activity.id, heads=activity.heads)
    virtual = sorted(name for name in allowed if school.rooms[name].is_virtual)
    if virtual:
        if len(allowed) > 1:
            raise UnfitFetFile("virtual-mixed", activity=activity.id, room=virtual[0])
        return _virtual(school, virtual[0], choice.real, must=must)
    candidates = tuple(sorted(school.room_index[name] for name in allowed))
    if must and len(candidates) == 1:
        return (Need(ROOM, resource=candidates[0], role=ROOM),), False
    return (Need(ROOM, role=ROOM, candidates=candidates),), must


def _virtual(school: School, name: str, real: tuple[str, ...], *, must: bool) -> tuple[tuple[Need, ...], bool]:
    """One real room of each set; those that the file fixes are given. All bear one role: the virtual room is there when all of them are."""
    sets = school.rooms[name].sets
    needs = []
    is_open = False
    for place, inner in enumerate(sets):
        rooms = (real[place],) if len(real) == len(sets) else inner
        candidates = tuple(sorted(school.room_index[one] for one in rooms))
        if must and len(candidates) == 1:
            needs.append(Need(ROOM, resource=candidates[0], role=ROOM))
        else:
            needs.append(Need(ROOM, role=ROOM, candidates=candidates))
            is_open = True
    return tuple(needs), is_open and must


def _said(
    school: School,
    by_event: dict[int, Activity],
    choices: dict[int, _Choice],
    needs: dict[int, tuple[Need, ...]],
    wanted: RoomWish,
) -> Iterable[Constraint]:
    """What is left of a wish once the needs are known: that there is a room at all, or that it is one of these."""
    if wanted.permille in (0, 1000):
        return
    for event in wanted.events:
        # An activity counts once: by its hours only if it has one, and one room.
        is_one = by_event[event].duration == 1 == len(needs[event])
        common = wish_of(wanted.permille, NAME, wanted.reason, Cost.LINEAR if is_one else Cost.STEP)
        assert common is not None  # a weight between the two
        rooms = frozenset(
            school.room_index[name]
            for name in _fitting(school, by_event[event], wanted.rooms)
            if name in school.room_index
        )
        given = frozenset(need.resource for need in needs[event] if need.resource is not None)
        candidates = frozenset(one for need in needs[event] for one in need.candidates) | given
        is_virtual = any(school.rooms[name].is_virtual for name in _fitting(school, by_event[event], wanted.rooms))
        if wanted.is_home or is_virtual or rooms >= candidates:
            # A home room counts as long as there is any room: a preferred one is as good.
            if wanted.permille == choices[event].home_permille or not wanted.is_home:
                yield AssignResources(**common, events=(event,), role=ROOM)
        else:
            yield PreferResources(**common, events=(event,), role=ROOM, resources=rooms, open_counts=True)
