"""Before choices open: which combinations can be offered with these teachers and rooms, and whether a forecast fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .counting import Counting, Ground, Held
from .relaxing import Prices, Reason, Relaxation, explain
from .school import MOST_PUPILS, Combination, School
from .searching import Limits, Search, Stage, Status

EFFORT = 0.5
#: For each combination by itself, of which there are many, and whoever asks waits.
EFFORT_ROOM = 0.12


@dataclass(frozen=True)
class Offer:
    """A combination. ``alone``: pupils who could have it if nobody chose another, None without limit. ``lacking``: why nobody could.
    ``is_known`` False: the time ended before anything was known of it."""

    combination: Combination
    alone: int | None
    lacking: tuple[Reason, ...] = ()
    is_known: bool = True


@dataclass(frozen=True)
class Forecast:
    """Whether expected choices fit. ``status``: OPTIMAL if ``groups`` is proven the fewest. ``room_for``: of each combination how many
    more could come beside all the others, None without limit; one of which the time ended before anything was known is missing."""

    status: Status
    groups: int
    bound: int
    room_for: Mapping[Combination, int | None]
    reasons: tuple[Reason, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()


def offers(school: School, *, seed: str = "", limits: Limits | None = None) -> tuple[Offer, ...]:
    """Every combination that the picks allow, with how many pupils of it alone teachers and rooms suffice for."""
    search = Search(limits or Limits(), seed)
    found = []
    for combination in school.combinations:
        is_known, alone = _room_for(school, combination, {}, search)
        lacking: tuple[Reason, ...] = ()
        if is_known and alone == 0:
            fewest = max(school.by_code[subject].least for subject in combination)
            lacking = explain(school, {combination: fewest}, search).reasons
        found.append(Offer(combination, alone, lacking, is_known))
    return tuple(found)


def forecast(
    school: School,
    expected: Mapping[Combination, int],
    *,
    seed: str = "",
    limits: Limits | None = None,
    prices: Prices | None = None,
) -> Forecast:
    """Whether ``expected`` pupils of each combination can be taught, with how many groups at least; what lacks if not."""
    search = Search(limits or Limits(), seed)
    demand = {combination: count for combination, count in expected.items() if count}
    counting = Counting(Ground(school), demand, sum(demand.values()), homes=False)
    counting.model.minimize(counting.count)
    answer = search.solve(counting.model, Stage.GROUPS, EFFORT)
    if not answer.found:
        told = explain(school, demand, search, prices)
        return Forecast(answer.status, 0, 0, {}, told.reasons, told.relaxations)
    asked = {combination: _room_for(school, combination, demand, search) for combination in school.combinations}
    room_for = {combination: most for combination, (is_known, most) in asked.items() if is_known}
    return Forecast(answer.status, answer.best, answer.bound, room_for)


def _room_for(
    school: School, combination: Combination, others: Mapping[Combination, int], search: Search
) -> tuple[bool, int | None]:
    """The most pupils of a combination beside ``others``, found so far, and whether anything is known."""
    most = _seats(school)
    if most is None:
        return True, None
    held = Held()
    more = held.model.new_int_var(0, most, "")
    Counting(Ground(school), {**others, combination: others.get(combination, 0) + more}, most, homes=False, held=held)
    held.model.maximize(more)
    answer = search.solve(held.model, Stage.OFFER, EFFORT_ROOM)
    return answer.status is not Status.UNKNOWN, answer.best if answer.found else 0


def _seats(school: School) -> int | None:
    """More pupils than can have lessons in any block, None where nothing limits them."""
    limits = []
    if school.rooms is not None:
        limits.append(sum(min(room.seats, MOST_PUPILS) for room in school.rooms))
    if school.teachers is not None:
        limits.append(sum(teacher.most for teacher in school.teachers) * MOST_PUPILS)
    return min(limits) if limits else None
