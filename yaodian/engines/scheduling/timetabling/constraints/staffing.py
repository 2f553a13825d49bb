"""Which resources are chosen for needs that are open: that there is one, which are preferred, how few different ones."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Constraint


@dataclass(frozen=True, kw_only=True)
class AssignResources(Constraint):
    """The need called ``role`` has a resource in every piece. Point: an event; amount: the duration of pieces without one."""

    events: tuple[int, ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class PreferResources(Constraint):
    """The resource chosen for ``role`` is one of these. Point: an event; amount: the duration of pieces with another (none chosen does not count)."""

    events: tuple[int, ...]
    role: str
    resources: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class AvoidSplitAssignments(Constraint):
    """The pieces of a group of events have the same resource in ``role``. Point: an event group; amount: different resources beyond ``maximum``."""

    groups: tuple[tuple[int, ...], ...]
    role: str
    maximum: int = 1


@dataclass(frozen=True, kw_only=True)
class SameResourceIfAdjoining(Constraint):
    """Two pieces of a group that follow one another directly on one day have the same resource in ``role``. Point: an event group; amount: such
    pairs that have not."""

    groups: tuple[tuple[int, ...], ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class FitRooms(Constraint):
    """A room chosen for ``role`` has a seat for everybody. Point: an event; amount: the heads without a seat, of its fullest piece.

    Heads are the sizes of the resources of ``kind`` that attend the event.
    """

    events: tuple[int, ...]
    role: str
    kind: str
