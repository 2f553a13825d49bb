"""What the engine hands back: groups, home classes and how good they are, as plain data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from .relaxing import Reason, Relaxation
from .searching import Status


@dataclass(frozen=True)
class Group:
    """A teaching group: it meets in its block with one teacher in one room. ``home``: the home class in whose room it meets and whose
    pupils need not move, "" for none. ``teacher`` and ``room`` are "" where the school gave none."""

    code: str
    subject: str
    block: str
    pupils: tuple[str, ...]
    teacher: str = ""
    room: str = ""
    home: str = ""


@dataclass(frozen=True)
class HomeClass:
    """``together``: the subjects that all of its pupils take in its own room."""

    code: str
    pupils: tuple[str, ...]
    room: str = ""
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sections:
    """A result. ``status``: of the number of groups, OPTIMAL if ``bound`` is reached. ``moves``: pupils who leave the room of their home
    class, once for each such subject. ``mixed``: combinations of a home class beyond its first, over all of them. ``cut_short``: the
    limit or a cancellation ended a stage. Where there are no groups, ``reasons`` and ``relaxations`` say why, unless it is UNKNOWN."""

    status: Status
    inputs: str
    seed: str
    groups: tuple[Group, ...] = ()
    homes: tuple[HomeClass, ...] = ()
    bound: int = 0
    moves: int = 0
    mixed: int = 0
    cut_short: bool = False
    reasons: tuple[Reason, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the result: the same choices and seed give the same."""
        return hashlib.sha256(json.dumps(asdict(self), ensure_ascii=False).encode()).hexdigest()
