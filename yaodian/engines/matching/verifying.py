"""An independent check of a placement: the solver does not vouch for itself.

Nothing here is shared with the solvers but the shapes of :mod:`.market`. Classes and drawn numbers are compared as pairs, not
as packed keys, and every application is looked at.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement, pieces
from .refusals import UnfitMarket

#: Outcomes that are gone through at most.
MOST_OUTCOMES = 200_000
NOBODY = -1


class Fault(StrEnum):
    """What can be wrong; see ``FAULTS`` for the sentences."""

    OTHER_INPUTS = "other-inputs"
    SIZE = "size"
    NO_SUCH_WISH = "no-such-wish"
    OVER_CAPACITY = "over-capacity"
    WASTED_PLACE = "wasted-place"
    ENVY = "envy"
    WRONG_POOL = "wrong-pool"
    POOL_OVERFULL = "pool-overfull"
    NOT_CHOSEN = "not-chosen"
    NOT_BEST = "not-best"
    SPLIT = "split"
    ROOM_FOR_ALL = "room-for-all"


FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.OTHER_INPUTS: ("结果不是由这些志愿和规则得出的", "the result was not made from these wishes and rules"),
    Fault.SIZE: ("结果的人数与志愿表不同", "the result is for another number of applicants"),
    Fault.NO_SUCH_WISH: ("{applicant}被录取到没有填报的志愿", "{applicant} was granted a wish not in the list"),
    Fault.OVER_CAPACITY: ("{school}录取超过计划", "{school} admits more than its plan"),
    Fault.WASTED_PLACE: (
        "{applicant}更想去的{school}还有空位",
        "{school}, which {applicant} would rather have, has a place free",
    ),
    Fault.ENVY: (
        "{applicant}更想去{school}，排在{other}之前，{other}却被录取",
        "{applicant} would rather have {school} and stands before {other}, who was admitted there",
    ),
    Fault.WRONG_POOL: (
        "{applicant}用了{school}一个自己不符合条件的名额",
        "{applicant} holds a place at {school} from a pool without being entitled to it",
    ),
    Fault.POOL_OVERFULL: ("{school}的一类名额超出", "a pool of {school} is overfull"),
    Fault.NOT_CHOSEN: (
        "按规则{school}应录取{applicant}，而不是现在的人",
        "by its rule {school} would choose {applicant} instead of those it has",
    ),
    Fault.SPLIT: (
        "{applicant}与同胞选择同校，却没有分到一所学校",
        "{applicant} was to be placed together with a twin and is not",
    ),
    Fault.ROOM_FOR_ALL: (
        "{applicant}和同胞更想去{school}，那里空着或给了排在其后的人的名额够他们一起入学",
        "{applicant} and the twin would rather have {school}, where places enough for both are free or were given to "
        "children behind them",
    ),
    Fault.NOT_BEST: (
        "另有一种同样公正的结果，对{applicant}更好",
        "there is another fair outcome that is better for {applicant}",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One fault: who, where, and beside whom; -1 where it is about nobody or no school."""

    fault: Fault
    applicant: int = NOBODY
    school: int = NOBODY
    other: int = NOBODY

    def sentence(self, market: Market, language: str = "zh") -> str:
        text = FAULTS[self.fault][language.startswith("en")]
        return text.format(
            applicant=market.applicant_name(self.applicant) if self.applicant >= 0 else "",
            school=market.school_name(self.school) if self.school >= 0 else "",
            other=market.applicant_name(self.other) if self.other >= 0 else "",
        )


def verify(market: Market, placement: Placement) -> tuple[Finding, ...]:
    """What is wrong with ``placement``; nothing if it is feasible and stable.

    Capacities are kept; each applicant has at most one place, of a wish of his own (by the shape of a placement, which
    is checked); nobody would rather have a place that is free or that somebody of a lower class, or of the same class
    with a later number, was given (justified envy, Abdulkadiroğlu and Sönmez 2003). Of each such applicant and school
    one finding is made, with the last of those admitted there.
    """
    wrong = list(check_shape(market, placement))
    if wrong:
        return tuple(wrong)
    holders = placement.schools(market)
    count = np.bincount(holders[holders >= 0], minlength=market.n_schools)
    wrong += [Finding(Fault.OVER_CAPACITY, school=int(each)) for each in np.flatnonzero(count > market.capacities)]
    last = last_admitted(market, placement)
    last_class, last_number = own_place(market, placement, last)
    has_free = count < market.capacities
    for applicant, school, own_class, own_number in preferred(market, placement):
        is_before = (own_class < last_class[school]) | (
            (own_class == last_class[school]) & (own_number < last_number[school])
        )
        for at in np.flatnonzero(has_free[school] | is_before):
            who, where = int(applicant[at]), int(school[at])
            if has_free[where]:
                wrong.append(Finding(Fault.WASTED_PLACE, who, where))
            else:
                wrong.append(Finding(Fault.ENVY, who, where, int(last[where])))
    return tuple(wrong)


def check_shape(market: Market, placement: Placement) -> Iterator[Finding]:
    """Whether the placement belongs to the market, and grants each applicant one of his wishes or none."""
    if len(placement.seats) != market.n_applicants:
        yield Finding(Fault.SIZE)
        return
    if placement.inputs != market.digest:
        yield Finding(Fault.OTHER_INPUTS)
    is_wrong = (placement.seats < -1) | (placement.seats >= market.lengths())
    for applicant in np.flatnonzero(is_wrong):
        yield Finding(Fault.NO_SUCH_WISH, int(applicant))


def preferred(
    market: Market, placement: Placement
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int16], NDArray[np.int64]]]:
    """The applications that their applicants would rather have been granted, a piece at a time: applicant, school, class
    and drawn number of each."""
    lengths = market.lengths()
    refused = np.where(placement.seats < 0, lengths, placement.seats)
    for first, end in pieces(market.starts):
        count = refused[first:end]
        applicant = np.repeat(np.arange(first, end), count)
        before = np.cumsum(count) - count
        at = np.repeat(market.starts[first:end] - before, count) + np.arange(len(applicant))
        yield applicant, market.schools[at], market.classes[at], market.draw[applicant]


def last_admitted(market: Market, placement: Placement) -> NDArray[np.int64]:
    """int64[k]: who has the last class and number of those each school admits, -1 where it admits nobody."""
    admitted = np.flatnonzero(placement.seats >= 0)
    at = market.starts[:-1][admitted] + placement.seats[admitted]
    return last_of(market, admitted, market.classes[at], market.schools[at], market.n_schools)


def last_of(
    market: Market, who: NDArray[np.int64], classes: NDArray[np.int16], place: NDArray[np.int32], places: int
) -> NDArray[np.int64]:
    """int64[places]: of those of ``who`` at each ``place`` the one with the last class and number, -1 where there is none."""
    count = max(market.n_applicants, 1)
    worst = np.full(places, NOBODY, np.int64)
    np.maximum.at(worst, place, classes.astype(np.int64) * count + market.draw[who])
    drawn = np.empty(market.n_applicants, np.int64)
    drawn[market.draw] = np.arange(market.n_applicants)
    found = np.full(places, NOBODY, np.int64)
    found[worst >= 0] = drawn[worst[worst >= 0] % count]
    return found


def own_place(
    market: Market, placement: Placement, who: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Class and drawn number with which each of ``who`` holds his place; -1 and -1 for nobody."""
    is_any = who >= 0
    classes, numbers = np.full(len(who), -1, np.int64), np.full(len(who), -1, np.int64)
    some = who[is_any]
    classes[is_any] = market.classes[market.starts[some] + placement.seats[some]]
    numbers[is_any] = market.draw[some]
    return classes, numbers


def verify_best(market: Market, placement: Placement) -> tuple[Finding, ...]:
    """For tiny markets: who fares better in some other stable outcome. Goes through all outcomes.

    Raises UnfitMarket where there are more than ``MOST_OUTCOMES``.
    """
    count = math.prod(int(length) + 1 for length in market.lengths())
    if count > MOST_OUTCOMES:
        raise UnfitMarket("too-many-outcomes", found=count, most=MOST_OUTCOMES)
    lengths = market.lengths().tolist()
    wrong: dict[int, Finding] = {}
    own = [seat if seat >= 0 else length for seat, length in zip(placement.seats.tolist(), lengths, strict=True)]
    for seats in itertools.product(*(range(-1, length) for length in lengths)):
        better = [who for who, seat in enumerate(seats) if 0 <= seat < own[who]]
        if any(who not in wrong for who in better):
            other = Placement(np.array(seats, np.int32), market.digest)
            if not verify(market, other):
                wrong.update({who: Finding(Fault.NOT_BEST, who) for who in better})
    return tuple(wrong[who] for who in sorted(wrong))
