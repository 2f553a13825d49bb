"""A check of a seating plan apart from what made it: room by room, on a grid drawn anew.

Nothing here is shared with :mod:`.seating` but the shapes of :mod:`.examinations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .examinations import Apart, Around, Examination, Room
from .seating import SeatingPlan


class Amiss(StrEnum):
    """What can be wrong with a plan."""

    OTHER_INPUTS = "other-inputs"
    SIZE = "size"
    NO_SEAT = "no-seat"
    TAKEN_TWICE = "taken-twice"
    OTHER_SITE = "other-site"
    OTHER_KIND = "other-kind"
    TWO_PAPERS = "two-papers"
    NEIGHBOURS = "neighbours"
    RELATIVES = "relatives"


SENTENCES: dict[Amiss, tuple[str, str]] = {
    Amiss.OTHER_INPUTS: (
        "这份编排不是由这份名单、考场和规则得出的",
        "the plan was not made from this list, these rooms and rules",
    ),
    Amiss.SIZE: ("编排的人数与名单不同", "the plan is for another number of candidates"),
    Amiss.NO_SEAT: ("考生{one}没有座位，或座位不存在", "candidate {one} has no seat, or one that does not exist"),
    Amiss.TAKEN_TWICE: ("考生{one}与{other}同一个座位", "candidates {one} and {other} have the same seat"),
    Amiss.OTHER_SITE: ("考生{one}不在规定的考点", "candidate {one} is not at the site laid down"),
    Amiss.OTHER_KIND: ("考生{one}的考场不合其需要", "the room of candidate {one} is not of the kind needed"),
    Amiss.TWO_PAPERS: (
        "考生{one}与{other}同一考场而试卷不同",
        "candidates {one} and {other} share a room and have different papers",
    ),
    Amiss.NEIGHBOURS: ("考生{one}与{other}同校而相邻", "candidates {one} and {other} are of one school and neighbours"),
    Amiss.RELATIVES: ("考生{one}与{other}是亲属而没有分开", "candidates {one} and {other} are relatives and not apart"),
}


@dataclass(frozen=True, order=True)
class SeatingFault:
    """One fault, with the candidates it is about; -1 for nobody."""

    amiss: Amiss
    one: int = -1
    other: int = -1

    def sentence(self, examination: Examination, language: str = "zh") -> str:
        said = {name: examination.numbers[who] for name, who in (("one", self.one), ("other", self.other)) if who >= 0}
        return SENTENCES[self.amiss][language.startswith("en")].format(**said)


def verify_seating(examination: Examination, plan: SeatingPlan) -> tuple[SeatingFault, ...]:
    """Everything that is wrong with ``plan``, in order; nothing if every rule is kept."""
    if len(plan.rooms) != examination.n or len(plan.seats) != examination.n:
        return (SeatingFault(Amiss.SIZE),)
    wrong = [] if plan.inputs == examination.digest else [SeatingFault(Amiss.OTHER_INPUTS)]
    people: dict[int, dict[int, int]] = {}
    for who, (at, seat) in enumerate(zip(plan.rooms.tolist(), plan.seats.tolist(), strict=True)):
        if not 0 <= at < len(examination.rooms) or not 1 <= seat <= examination.rooms[at].seats:
            wrong.append(SeatingFault(Amiss.NO_SEAT, who))
            continue
        first = people.setdefault(at, {}).setdefault(seat, who)
        if first != who:
            wrong.append(SeatingFault(Amiss.TAKEN_TWICE, first, who))
        room = examination.rooms[at]
        if examination.sites[who] not in (-1, room.site):
            wrong.append(SeatingFault(Amiss.OTHER_SITE, who))
        if examination.needs[who] != room.kind:
            wrong.append(SeatingFault(Amiss.OTHER_KIND, who))
    for at, there in people.items():
        wrong += _in_room(examination, examination.rooms[at], there)
    beside = {(fault.one, fault.other) for fault in wrong if fault.amiss is Amiss.NEIGHBOURS}
    for pair in examination.relatives:
        one, other = sorted(pair)
        if (one, other) not in beside and _are_close(examination, plan, one, other):
            wrong.append(SeatingFault(Amiss.RELATIVES, one, other))
    return tuple(sorted(set(wrong)))


def _in_room(examination: Examination, room: Room, there: dict[int, int]) -> Iterator[SeatingFault]:
    rules = examination.rules
    seated = sorted(there)
    if rules.one_paper:
        first = there[seated[0]]
        for seat in seated[1:]:
            if examination.papers[there[seat]] != examination.papers[first]:
                yield SeatingFault(Amiss.TWO_PAPERS, *sorted((first, there[seat])))
    on_grid = {_place(room, seat): who for seat, who in there.items()}
    for (row, column), who in on_grid.items():
        # To the right and below: each pair once.
        steps = [(0, 1), (1, 0)] + ([(1, 1), (-1, 1)] if rules.around is Around.SURROUNDING else [])
        for down, right in steps:
            other = on_grid.get((row + down, column + right))
            if other is None or examination.schools[who] != examination.schools[other]:
                continue
            if rules.apart is Apart.SCHOOL or examination.papers[who] == examination.papers[other]:
                yield SeatingFault(Amiss.NEIGHBOURS, *sorted((who, other)))


def _are_close(examination: Examination, plan: SeatingPlan, one: int, other: int) -> bool:
    at = int(plan.rooms[one])
    if at != plan.rooms[other] or not 0 <= at < len(examination.rooms):
        return False
    if examination.rules.relatives_by_room:
        return True
    room = examination.rooms[at]
    places = [_place(room, int(plan.seats[who])) for who in (one, other)]
    down, right = (abs(places[0][axis] - places[1][axis]) for axis in (0, 1))
    return max(down, right) == 1 if examination.rules.around is Around.SURROUNDING else down + right == 1


def _place(room: Room, seat: int) -> tuple[int, int]:
    """Row and column of a seat by walking the serpentine."""
    row, column, step = 0, 0, 1
    for _seat in range(seat - 1):
        if 0 <= row + step < room.rows:
            row += step
        else:
            column, step = column + 1, -step
    return row, column
