"""Which resources are chosen for needs that are open: that there is one, which are preferred, how few different ones.

What is said of the resource in a role holds for a given one as well. Unplaced pieces count as others do unless a kind says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .base import Constraint, Deviation
from .counting import Missed, Tally, outside

if TYPE_CHECKING:
    from yaodian.engines.scheduling.timetabling.occupancy import Occupancy
    from yaodian.engines.scheduling.timetabling.problem import Piece


@dataclass(frozen=True, kw_only=True)
class AssignResources(Constraint):
    """The need called ``role`` has a resource in every piece. Point: an event; amount: the duration of pieces without one."""

    events: tuple[int, ...]
    role: str

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            roles = seen.problem.roles(event, self.role)
            pieces = [piece for piece in seen.pieces_of[event] for place in roles if piece.resources[place] is None]
            yield from _of_event(seen, event, pieces)


@dataclass(frozen=True, kw_only=True)
class PreferResources(Constraint):
    """The resource chosen for ``role`` is one of these. Point: an event; amount: the duration of pieces with another. None chosen
    counts only with ``open_counts``."""

    events: tuple[int, ...]
    role: str
    resources: frozenset[int]
    open_counts: bool = False

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for event in self.events:
            roles = seen.problem.roles(event, self.role)
            others = [
                (piece, resource)
                for piece in seen.pieces_of[event]
                for place in roles
                if (resource := piece.resources[place]) not in self.resources
                and (resource is not None or self.open_counts)
            ]
            found = {resource for _, resource in others if resource is not None}
            yield from _of_event(seen, event, [piece for piece, _ in others], found)


@dataclass(frozen=True, kw_only=True)
class AvoidSplitAssignments(Constraint):
    """The pieces of a group of events have the same resource in ``role``. Point: an event group; amount: different resources beyond ``maximum``
    (pieces for which none is chosen do not count)."""

    groups: tuple[tuple[int, ...], ...]
    role: str
    maximum: int = 1

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        for group in self.groups:
            chosen: dict[int, int] = {}
            for event in group:
                for place in seen.problem.roles(event, self.role):
                    for piece in seen.pieces_of[event]:
                        if (resource := piece.resources[place]) is not None:
                            chosen.setdefault(resource, event)
            tally = Tally()
            tally.add(outside(len(chosen), 0, self.maximum), events=chosen.values(), resources=chosen)
            yield from tally.deviation()


@dataclass(frozen=True, kw_only=True)
class SameResourceIfAdjoining(Constraint):
    """Two pieces of a group that follow one another directly on one day, in a week that both events share, have the same resource in ``role``.

    Point: an event group; amount: pairs of such pieces that have different ones (a pair in which none is chosen for one does not count).
    """

    groups: tuple[tuple[int, ...], ...]
    role: str

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        problem = seen.problem
        for group in self.groups:
            placed = seen.placed(group)
            starting: dict[int, list[Piece]] = {}
            for piece in placed:
                starting.setdefault(piece.time or 0, []).append(piece)
            tally = Tally()
            for piece in placed:
                last = seen.times_of(piece)[-1]
                following = problem.followers[last]
                if following is None or problem.times[following].day != problem.times[last].day:
                    continue
                mine = self._chosen(seen, piece)
                for other in starting.get(following, ()):
                    yours = self._chosen(seen, other)
                    if mine and yours and mine != yours and problem.are_ever_together(piece.event, other.event):
                        tally.add(
                            Missed(1, 0, 1),
                            events=(piece.event, other.event),
                            resources=mine | yours,
                            times=(last, following),
                        )
            yield from tally.deviation()

    def _chosen(self, seen: Occupancy, piece: Piece) -> set[int]:
        places = seen.problem.roles(piece.event, self.role)
        return {one for place in places if (one := piece.resources[place]) is not None}


@dataclass(frozen=True, kw_only=True)
class FitRooms(Constraint):
    """A room chosen for ``role`` has a seat for everybody. Point: an event; amount: the heads without a seat, of its fullest piece.

    Heads are the sizes of the resources of ``kind`` that attend the piece, each once; one without a size has no heads, a room without a size fits all.
    """

    events: tuple[int, ...]
    role: str
    kind: str

    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        resources = seen.problem.resources
        for event in self.events:
            roles = seen.problem.roles(event, self.role)
            worst: Deviation | None = None
            for piece in seen.pieces_of[event]:
                attending = {one for one in piece.resources if one is not None and resources[one].kind == self.kind}
                heads = sum(resources[one].size or 0 for one in attending)
                for place in roles:
                    room = piece.resources[place]
                    seats = None if room is None else resources[room].size
                    if room is None or seats is None or heads - seats <= (0 if worst is None else worst.amount):
                        continue
                    worst = Deviation(
                        heads - seats,
                        events=(event,),
                        resources=(room,),
                        times=seen.times_of(piece),
                        expected=seats,
                        found=heads,
                    )
            if worst is not None:
                yield worst


def _of_event(
    seen: Occupancy, event: int, pieces: list[Piece], resources: set[int] | None = None
) -> Iterator[Deviation]:
    """One deviation of an event whose pieces are not as they should be: by their duration, none of it expected."""
    duration = sum(piece.duration for piece in pieces)
    if duration:
        times = {time for piece in pieces for time in seen.times_of(piece)}
        yield Deviation(
            duration,
            events=(event,),
            resources=tuple(sorted(resources or ())),
            times=tuple(sorted(times)),
            expected=0,
            found=duration,
        )
