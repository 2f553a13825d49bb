"""Who sits where: a drawn order put into rooms, mended until no neighbours are of one school.

1. Candidates who need a room of some kind, who must sit at some site, and (by the rule of one paper a room) those of one paper make a
   group. Groups with needs get the rooms of their kind, the others ordinary ones; groups that may sit anywhere come last.
2. A group fills its rooms in the order of their codes, each to its last seat, as rooms of thirty are filled.
3. The order of a group is drawn: by HMAC-SHA-256 of the seed and the candidate's number, so that anybody who has seed and list
   finds the same. Seats are given in this order.
4. Whoever sits beside somebody of the own school (or relatives in one room) changes seats with the first of the group, looked for
   from there on, with whom both are better off. This is repeated until nobody has such a neighbour or no exchange helps.
5. Where one school has a large part of a group, exchanges would find no end: there seats are dealt out instead, the largest
   school first, to every second seat of each room by turns (every fourth where corners count), and then mended as before.

What is left over is counted, and ``unavoidable`` says which school has more candidates than seats that are pairwise apart. In time
this is linear in the candidates but for the mending, whose exchanges are bounded.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .examinations import Apart, Around, Examination, Room
from .refusals import UnfitExamination

#: Seats that are looked at for an exchange before somebody is left where he sits, and in all for each seat of a group.
MOST_LOOKED_AT = 4_000
MOST_A_SEAT = 25
#: The part of a group from which on a school is large.
LARGE = {Around.ORTHOGONAL: 0.2, Around.SURROUNDING: 0.15}
#: Times that everybody who sits amiss is looked at.
ROUNDS = 12


@dataclass(frozen=True, eq=False)
class SeatingPlan:
    """``rooms`` int32[n] and ``seats`` int32[n] (from 1) of each candidate; ``inputs`` the fingerprint of the examination, ``seed``
    what it was drawn with. ``amiss``: pairs that the rules wanted apart and that are not."""

    rooms: NDArray[np.int32]
    seats: NDArray[np.int32]
    inputs: str
    seed: str
    amiss: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the plan: the same list, rules and seed give the same."""
        summed = hashlib.sha256(f"{self.inputs}\n{self.seed}\n".encode())
        summed.update(self.rooms.astype("<i4").tobytes())
        summed.update(self.seats.astype("<i4").tobytes())
        return summed.hexdigest()


@dataclass(frozen=True)
class Unavoidable:
    """A school of ``found`` candidates in a group of rooms in which at most ``most`` can sit with none beside another."""

    school: int
    found: int
    most: int


@dataclass(frozen=True)
class Group:
    """Candidates who share rooms, and the rooms in their order."""

    candidates: NDArray[np.int64]
    rooms: tuple[int, ...]


def seat(examination: Examination, *, seed: str) -> SeatingPlan:
    """Seats for everybody. Raises UnfitExamination where seats are too few."""
    rooms = np.full(examination.n, -1, np.int32)
    seats = np.full(examination.n, -1, np.int32)
    amiss = 0
    for group in groups_of(examination):
        order = _drawn(examination, group.candidates, seed)
        found = _Hall(examination, group)
        largest = np.unique(examination.schools[group.candidates], return_counts=True)[1].max()
        if largest > LARGE[examination.rules.around] * len(order):
            found.deal(order)
        else:
            found.seat(order)
        amiss += found.mend()
        rooms[found.holder], seats[found.holder] = found.room_of, found.seat_of
    return SeatingPlan(rooms, seats, examination.digest, seed, amiss)


def groups_of(examination: Examination) -> tuple[Group, ...]:
    """The groups with their rooms. Raises UnfitExamination for a group with too few seats."""
    kinds: dict[tuple[int, int, int], list[int]] = {}
    papers = examination.papers.tolist() if examination.rules.one_paper else [0] * examination.n
    for who, key in enumerate(zip(examination.needs.tolist(), examination.sites.tolist(), papers, strict=True)):
        kinds.setdefault(key, []).append(who)
    free = set(range(len(examination.rooms)))
    groups = []
    # Those who must sit at a site choose before those who may sit anywhere.
    for key in sorted(kinds, key=lambda key: (key[1] < 0, key)):
        need, site, paper = key
        fit = [at for at in free if examination.rooms[at].kind == need and site in (-1, examination.rooms[at].site)]
        fit.sort(key=lambda at: (examination.rooms[at].site, examination.rooms[at].code))
        taken, seats = [], 0
        for at in fit:
            if seats >= len(kinds[key]):
                break
            taken.append(at)
            seats += examination.rooms[at].seats
        if seats < len(kinds[key]):
            lacking = len(kinds[key]) - seats
            said = _called(need, site, paper, examination.rules.one_paper)
            raise UnfitExamination("few-seats", group=said, found=len(kinds[key]), seats=seats, lacking=lacking)
        free.difference_update(taken)
        groups.append(Group(np.array(kinds[key], np.int64), tuple(taken)))
    return tuple(groups)


def unavoidable(examination: Examination) -> tuple[Unavoidable, ...]:
    """Schools that have more candidates in a group than its rooms have seats that are pairwise apart; by the rule of schools only."""
    found = []
    for group in groups_of(examination):
        most = sum(
            _most_apart(examination.rooms[at], seats, examination.rules.around)
            for at, seats in _filled(examination, group)
        )
        schools, counts = np.unique(examination.schools[group.candidates], return_counts=True)
        found += [
            Unavoidable(int(school), int(count), most)
            for school, count in zip(schools, counts, strict=True)
            if count > most
        ]
    return tuple(found)


class _Hall:
    """The seats that a group fills, one after the other, who sits there, and which seats are beside which."""

    def __init__(self, examination: Examination, group: Group) -> None:
        self.schools = examination.schools.tolist()
        self.papers = examination.papers.tolist()
        self.rules = examination.rules
        self.kin: dict[int, list[int]] = {}
        inside = set(group.candidates.tolist())
        for one, other in examination.relatives:
            if one in inside and other in inside:
                self.kin.setdefault(one, []).append(other)
                self.kin.setdefault(other, []).append(one)
        self.room_of: list[int] = []
        self.seat_of: list[int] = []
        self.beside: list[tuple[int, ...]] = []
        self.colours: list[int] = []
        shapes: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        for at, seats in _filled(examination, group):
            room, begin = examination.rooms[at], len(self.room_of)
            shape = shapes.setdefault((room.rows, seats), _beside(room, seats, self.rules.around))
            self.beside += [tuple(begin + other for other in each) for each in shape]
            self.room_of += [at] * seats
            self.seat_of += range(1, seats + 1)
            self.colours += [_colour(room, seat, self.rules.around) for seat in range(1, seats + 1)]
        self.holder = [-1] * len(self.room_of)
        self.where: dict[int, int] = {}

    def seat(self, order: list[int]) -> None:
        """Everybody in the given order."""
        for position, who in enumerate(order):
            self._put(who, position)

    def deal(self, order: list[int]) -> None:
        """The largest school first, to the seats of one colour in each room by turns; seats of one colour are never neighbours."""
        size: dict[int, int] = {}
        for who in order:
            size[self.schools[who]] = size.get(self.schools[who], 0) + 1
        by_school = sorted(order, key=lambda who: (-size[self.schools[who]], self.schools[who]))
        turn: dict[tuple[int, int], int] = {}
        slots = []
        for position, (room, colour) in enumerate(zip(self.room_of, self.colours, strict=True)):
            turn[room, colour] = turn.get((room, colour), 0) + 1
            slots.append((colour, turn[room, colour], position))
        for who, (*_turn, position) in zip(by_school, sorted(slots), strict=True):
            self._put(who, position)

    def mend(self) -> int:
        """Exchanges seats until nobody sits amiss or none helps. Returns how many pairs are left."""
        count = len(self.holder)
        left = MOST_LOOKED_AT + MOST_A_SEAT * count
        for _round in range(ROUNDS):
            wrong = [position for position in range(count) if self._amiss(self.holder[position], position)]
            helped = 0
            for position in wrong:
                if self._amiss(self.holder[position], position):
                    looked_at, is_better = self._exchange(position, min(count, MOST_LOOKED_AT, left))
                    left -= looked_at
                    helped += is_better
            # Where few are helped the rest is of a school that is too large: looking on would take long and help little.
            if helped * 50 <= len(wrong) or left <= 0:
                break
        return sum(self._amiss(who, position) for position, who in enumerate(self.holder)) // 2

    def _exchange(self, position: int, most: int) -> tuple[int, bool]:
        """How many seats were looked at, and whether an exchange was found."""
        who, count = self.holder[position], len(self.holder)
        for step in range(1, most):
            # A stride through the hall and not along it: those who sit near are often of the same rows.
            other_position = (position + step * 31) % count if count % 31 else (position + step) % count
            other = self.holder[other_position]
            if other_position == position:
                continue
            before = self._amiss(who, position) + self._amiss(other, other_position)
            self._put(who, other_position)
            self._put(other, position)
            if self._amiss(who, other_position) + self._amiss(other, position) < before:
                return step, True
            self._put(who, position)
            self._put(other, other_position)
        return most, False

    def _put(self, who: int, position: int) -> None:
        self.holder[position] = who
        self.where[who] = position

    def _amiss(self, who: int, position: int) -> int:
        """With how many this one sits amiss there."""
        kin, beside = self.kin.get(who, ()), self.beside[position]
        found = 0
        for other_position in beside:
            other = self.holder[other_position]
            found += other in kin or self._clash(who, other)
        if kin and self.rules.relatives_by_room:
            room = self.room_of[position]
            for other in kin:
                there = self.where[other]
                found += self.room_of[there] == room and there not in beside
        return found

    def _clash(self, who: int, other: int) -> bool:
        if self.schools[who] != self.schools[other]:
            return False
        return self.rules.apart is Apart.SCHOOL or self.papers[who] == self.papers[other]


def _drawn(examination: Examination, candidates: NDArray[np.int64], seed: str) -> list[int]:
    key = seed.encode()
    numbers = examination.numbers
    drawn = [(hmac.digest(key, numbers[who].encode(), "sha256"), who) for who in candidates.tolist()]
    return [who for _value, who in sorted(drawn)]


def _filled(examination: Examination, group: Group) -> Iterator[tuple[int, int]]:
    """The rooms of a group with how many of their seats are used."""
    left = len(group.candidates)
    for at in group.rooms:
        seats = min(left, examination.rooms[at].seats)
        left -= seats
        yield at, seats


def _beside(room: Room, seats: int, around: Around) -> list[tuple[int, ...]]:
    """Of each seat, from 0, the seats beside it."""
    at = {room.place(seat + 1): seat for seat in range(seats)}
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    if around is Around.SURROUNDING:
        steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    found = []
    for row, column in at:
        found.append(
            tuple(at[row + down, column + right] for down, right in steps if (row + down, column + right) in at)
        )
    return found


def _colour(room: Room, seat: int, around: Around) -> int:
    """Two colours, or four where corners count: seats of one colour are never neighbours."""
    row, column = room.place(seat)
    return (row + column) % 2 if around is Around.ORTHOGONAL else row % 2 * 2 + column % 2


def _most_apart(room: Room, seats: int, around: Around) -> int:
    """Seats of a room that are pairwise apart, at most: of a serpentine filled from its beginning, those of the fullest colour."""
    counts = [0, 0, 0, 0]
    for seat_ in range(1, seats + 1):
        counts[_colour(room, seat_, around)] += 1
    return max(counts)


def _called(need: int, site: int, paper: int, one_paper: bool) -> tuple[str, str]:
    """A group in Chinese and in English."""
    said = [(f"需要第 {need} 类考场", f"rooms of kind {need}") if need else ("普通考场", "ordinary rooms")]
    said.append((f"限在第 {site} 考点", f"at site {site}") if site >= 0 else ("考点不限", "at any site"))
    if one_paper and paper:
        said.append((f"试卷 {paper}", f"paper {paper}"))
    chinese, english = zip(*said, strict=True)
    return "、".join(chinese), ", ".join(english)
