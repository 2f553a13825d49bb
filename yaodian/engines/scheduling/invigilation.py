"""Who invigilates where: teachers of other schools, two of different schools to a room, duties shared evenly.

1. Sessions are filled one after the other; in each the rooms with the fewest teachers who may be there come first.
2. A place goes to whoever has had the fewest duties so far; among those, by HMAC-SHA-256 of the seed, the session and the
   teacher's number. Whoever was in the same room before comes last.
3. Where nobody is left for a place, somebody who was given another one is moved there if that place can be filled again
   (an augmenting path, as in bipartite matching). Only where this fails too the session is refused by name.

A teacher may not be where pupils of the own school sit, nor at a site of the own school.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .examinations import Examination
from .refusals import UnfitExamination
from .seating import SeatingPlan


@dataclass(frozen=True)
class Invigilator:
    """A teacher; ``absent`` are numbers of sessions, ``most`` the duties at most."""

    number: str
    school: int
    absent: frozenset[int] = frozenset()
    most: int = 1_000


@dataclass(frozen=True)
class Duties:
    """``places``: by session and room the teachers there, as positions in the list of invigilators."""

    places: Mapping[tuple[int, int], tuple[int, ...]]
    seed: str

    def counts(self) -> Counter[int]:
        """Duties of each teacher."""
        return Counter(who for there in self.places.values() for who in there)


@dataclass(frozen=True)
class DutyFault:
    """What is wrong: ``code`` is one of absent, too-many, twice-at-once, own-school, own-site, same-school, too-few."""

    code: str
    session: int
    room: int
    teacher: int = -1


def barred_schools(examination: Examination, plan: SeatingPlan, hosts: Mapping[int, int]) -> dict[int, frozenset[int]]:
    """By room, the schools whose teachers may not be there: of its candidates, and of its site (``hosts``: site → school)."""
    found: dict[int, set[int]] = {}
    for at, school in zip(plan.rooms.tolist(), examination.schools.tolist(), strict=True):
        found.setdefault(at, set()).add(school)
    for at, schools in found.items():
        site = examination.rooms[at].site
        if site in hosts:
            schools.add(hosts[site])
    return {at: frozenset(schools) for at, schools in sorted(found.items())}


def share_duties(
    sessions: Sequence[Mapping[int, frozenset[int]]],
    invigilators: Sequence[Invigilator],
    *,
    seed: str,
    a_room: int = 2,
    room_codes: Sequence[str] = (),
) -> Duties:
    """Teachers for every room of every session; ``sessions`` are what ``barred_schools`` gives for each.

    Raises UnfitExamination where a room cannot be filled; ``room_codes`` name rooms in its sentence.
    """
    duties: Counter[int] = Counter()
    been: set[tuple[int, int]] = set()
    places: dict[tuple[int, int], tuple[int, ...]] = {}
    for session, barred in enumerate(sessions):
        key = f"{seed}\n{session}".encode()
        ready = [at for at, each in enumerate(invigilators) if session not in each.absent and duties[at] < each.most]
        ready.sort(key=lambda at: (duties[at], hmac.digest(key, invigilators[at].number.encode(), "sha256")))
        filled = _Session(barred, invigilators, ready, been, a_room)
        for room in filled.order:
            for _place in range(a_room):
                if not filled.fill(room):
                    raise UnfitExamination(
                        "invigilators",
                        session=session + 1,
                        room=room_codes[room] if room < len(room_codes) else room + 1,
                        needed=a_room,
                        found=len(filled.there[room]),
                    )
        for room, there in sorted(filled.there.items()):
            places[session, room] = tuple(there)
            duties.update(there)
            been.update((who, room) for who in there)
    return Duties(places, seed)


def verify_duties(
    duties: Duties,
    sessions: Sequence[Mapping[int, frozenset[int]]],
    invigilators: Sequence[Invigilator],
    *,
    a_room: int = 2,
) -> tuple[DutyFault, ...]:
    """Everything that is wrong with ``duties``; nothing if every rule is kept."""
    wrong = []
    counts = duties.counts()
    for session, barred in enumerate(sessions):
        busy: Counter[int] = Counter()
        for room, schools in barred.items():
            there = duties.places.get((session, room), ())
            if len(there) < a_room:
                wrong.append(DutyFault("too-few", session, room))
            if len({invigilators[who].school for who in there}) < len(there):
                wrong.append(DutyFault("same-school", session, room))
            for who in there:
                busy[who] += 1
                each = invigilators[who]
                if each.school in schools:
                    wrong.append(DutyFault("own-school", session, room, who))
                if session in each.absent:
                    wrong.append(DutyFault("absent", session, room, who))
                if busy[who] > 1:
                    wrong.append(DutyFault("twice-at-once", session, room, who))
                if counts[who] > each.most:
                    wrong.append(DutyFault("too-many", session, room, who))
    return tuple(wrong)


class _Session:
    """The rooms of one session while they are filled."""

    def __init__(
        self,
        barred: Mapping[int, frozenset[int]],
        invigilators: Sequence[Invigilator],
        ready: Sequence[int],
        been: set[tuple[int, int]],
        a_room: int,
    ) -> None:
        self.barred, self.ready, self.been = barred, ready, been
        self.school_of = {who: invigilators[who].school for who in ready}
        self.there: dict[int, list[int]] = {room: [] for room in barred}
        self.room_of: dict[int, int] = {}
        of_school = Counter(self.school_of.values())
        self.order = sorted(
            barred, key=lambda room: (sum(n for school, n in of_school.items() if school not in barred[room]), room)
        )

    def may(self, who: int, room: int) -> bool:
        school = self.school_of[who]
        return school not in self.barred[room] and all(self.school_of[each] != school for each in self.there[room])

    def fill(self, room: int) -> bool:
        """Gives the room one teacher more, moving others if need be."""
        second = None
        for who in self.ready:
            if who not in self.room_of and self.may(who, room):
                if (who, room) not in self.been:
                    self._put(who, room)
                    return True
                second = who if second is None else second
        if second is not None:
            self._put(second, room)
            return True
        return self._move_to(room, set())

    def _move_to(self, room: int, tried: set[int]) -> bool:
        for who in self.ready:
            if who in tried or not self.may(who, room):
                continue
            tried.add(who)
            left = self.room_of.get(who)
            if left is None:
                self._put(who, room)
                return True
            if left == room:
                continue
            self.there[left].remove(who)
            del self.room_of[who]
            self._put(who, room)
            if self._move_to(left, tried):
                return True
            self.there[room].remove(who)
            self.there[left].append(who)
            self.room_of[who] = left
        return False

    def _put(self, who: int, room: int) -> None:
        self.there[room].append(who)
        self.room_of[who] = room
