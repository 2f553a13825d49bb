"""From inputs to places, and back to reasons: the only translator between admissions and the engine of matching.

1. Deferred acceptance over all wishes, by class and drawn order; reserved seats first (`docs/algorithms/matching.md`).
2. Twins whose families chose one school are placed together; where a school has not places for all of them left, they move on
   to the next wish. Those whom the office sends each to another school are named by the result.
3. In compulsory stages the office sends those left over to the nearest seats left, within the cap, fewest metres in all
   (`docs/algorithms/placing.md`).
4. Whoever would rather have been at a school waits for it, by class and drawn order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from yaodian.admissions.problem.inputs import Inputs, canonical
from yaodian.engines.matching import (
    Allocation,
    AtTheCutOff,
    Catchments,
    Explanations,
    Market,
    Placement,
    Pool,
    Pools,
    Together,
    UnableToPlace,
    allocate,
    explain_all,
    place_together,
    solve,
    spread,
)

FORM = "yaodian-admissions-result/1"
WISHES, QUOTA, OVERFLOW = "wishes", "quota", "overflow"
NOT_WISHED, FULL, TOO_FAR, NO_DISTANCE = "no-wishes", "full", "too-far", "no-distance"


@dataclass(frozen=True)
class Given:
    """A place: the offer's public id, by what, the wish from 1 (0 where it was none), the quota's label."""

    offer: str
    how: str
    wish: int = 0
    quota: str = ""


@dataclass(frozen=True)
class CutOff:
    """Class and position in the draw, both from 1, of the last child admitted by wishes to the open seats or any of the kept."""

    rank: int
    position: int


@dataclass(frozen=True)
class Result:
    """`places` by number; `unplaced` with the reason by number; `waiting` numbers by offer, first called first.

    `parted` are twins who asked for one school and have not got one.
    """

    inputs_sha256: str
    places: Mapping[str, Given]
    unplaced: Mapping[str, str]
    cut_offs: Mapping[str, CutOff]
    waiting: Mapping[str, tuple[str, ...]]
    parted: tuple[str, ...] = ()
    tallies: Mapping[str, int] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return canonical({"form": FORM, **asdict(self)})

    @classmethod
    def from_bytes(cls, content: bytes) -> Result:
        """A result from its bytes. Raises ValueError where they are not what `to_bytes` writes."""
        try:
            given = json.loads(content)
            if given.pop("form") != FORM:
                raise ValueError("another form")
            made = cls(
                **{
                    **given,
                    "places": {number: Given(**one) for number, one in given["places"].items()},
                    "cut_offs": {offer: CutOff(**one) for offer, one in given["cut_offs"].items()},
                    "waiting": {offer: tuple(each) for offer, each in given["waiting"].items()},
                    "parted": tuple(given["parted"]),
                }
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is not the result of a placement") from error
        if made.to_bytes() != content:
            raise ValueError("these bytes are not in the canonical form")
        return made


@dataclass(frozen=True, eq=False)
class Solved:
    """The engine's view of the inputs and what it found."""

    inputs: Inputs
    market: Market
    pools: Pools | None
    placement: Placement
    together: Together | None
    left: NDArray[np.int64]
    overflow: Catchments | None
    allocation: Allocation | None

    @cached_property
    def explanations(self) -> Explanations:
        return explain_all(self.market, self.placement, self.pools)


def solve_inputs(inputs: Inputs) -> Solved:
    """Places by wishes, then by the office. Raises UnfitMarket or UnableToPlace where the inputs contradict themselves."""
    strangers = sorted({each.number for each in inputs.applicants} ^ set(inputs.order))
    if strangers:
        raise UnableToPlace(
            _("报名号 %(number)s 等 %(count)s 份申请不在抽签名单中：它们在抽签以后才核验通过。请先处理，再派位。")
            % {"number": strangers[0], "count": len(strangers)}
        )
    market = _market(inputs)
    pools = _pools(inputs, market)
    groups = _groups(inputs)
    together = place_together(market, groups, AtTheCutOff.MOVE_ON, pools=pools) if groups else None
    if together is not None:
        market, pools, placement = together.market, together.pools, together.placement
    else:
        placement = solve(market, pools=pools) if pools else solve(market)
    left = np.flatnonzero(placement.seats < 0)
    overflow = _overflow(inputs, market, pools, placement, left)
    return Solved(
        inputs, market, pools, placement, together, left, overflow, allocate(overflow) if overflow is not None else None
    )


def place(inputs: Inputs, *, inputs_sha256: str) -> Result:
    """The result of inputs, the same bytes for the same bytes. Errors as in `solve_inputs`."""
    return result_of(solve_inputs(inputs), inputs_sha256)


def _market(inputs: Inputs) -> Market:
    position = {number: at for at, number in enumerate(inputs.order)}
    return Market.of(
        [list(each.wishes) for each in inputs.applicants],
        [each.seats for each in inputs.offers],
        classes=[list(each.classes) for each in inputs.applicants],
        draw=[position[each.number] for each in inputs.applicants],
    )


def _pools(inputs: Inputs, market: Market) -> Pools | None:
    pools = [
        Pool(quota.label, at, quota.seats, quota.step, quota.criterion, 1, quota.is_passed_on)
        for at, offer in enumerate(inputs.offers)
        for quota in offer.quotas
    ]
    if not pools:
        return None
    names = sorted({str(pool.trait) for pool in pools})
    traits = {name: [int(name in each.traits) for each in inputs.applicants] for name in names}
    return Pools(market, pools, traits)


def _groups(inputs: Inputs) -> list[list[int]]:
    """Twins who chose one school: all of a group did, with one list of wishes."""
    at = {each.number: place for place, each in enumerate(inputs.applicants)}
    groups = []
    for place_, each in enumerate(inputs.applicants):
        members = sorted([place_, *(at[number] for number in each.twins if number in at)])
        rows = [inputs.applicants[member] for member in members]
        if (
            members[0] == place_
            and len(members) > 1
            and all(row.is_together and row.wishes == each.wishes for row in rows)
        ):
            groups.append(members)
    return groups


def _overflow(
    inputs: Inputs, market: Market, pools: Pools | None, placement: Placement, left: NDArray[np.int64]
) -> Catchments | None:
    if not inputs.overflow_m or not len(left):
        return None
    free = market.capacities.astype(np.int64) - np.bincount(
        placement.schools(market)[placement.seats >= 0], minlength=market.n_schools
    )
    if pools is not None and placement.pools is not None:
        # Seats that a rule keeps for some, and that stay empty, are not given to others by this way either.
        for number, pool in enumerate(pools.pools):
            if not pool.is_passed_on:
                free[pool.school] -= pool.seats - int((placement.pools == number).sum())
    rows: dict[tuple[int, ...], int] = {}
    row_of = [
        rows.setdefault(metres, len(rows)) if any(one >= 0 for one in metres) else -1
        for metres in (inputs.applicants[child].metres for child in left)
    ]
    metres = np.array(list(rows) or [[-1] * market.n_schools], np.int32)
    return Catchments(
        zones=np.full(len(left), -1, np.int32),
        zone_starts=np.zeros(1, np.int64),
        zone_schools=np.zeros(0, np.int32),
        classes=np.array([inputs.applicants[child].home_class for child in left], np.int16),
        capacities=free,
        rows=np.array(row_of, np.int32),
        metres=metres,
        cap_m=inputs.overflow_m,
        drawn=market.draw[left],
    )


def result_of(solved: Solved, inputs_sha256: str) -> Result:
    """What `place` gives, for inputs that were solved already."""
    inputs, market, placement = solved.inputs, solved.market, solved.placement
    places: dict[str, Given] = {}
    schools, seats = placement.schools(market).tolist(), placement.seats.tolist()
    for at, each in enumerate(inputs.applicants):
        if seats[at] >= 0:
            quota = _quota(solved, at)
            places[each.number] = Given(
                inputs.offers[schools[at]].public_id, QUOTA if quota else WISHES, seats[at] + 1, quota
            )
    sent = solved.allocation.schools.tolist() if solved.allocation is not None else [-1] * len(solved.left)
    unplaced = {}
    for child, school in zip(solved.left.tolist(), sent, strict=True):
        each = inputs.applicants[child]
        if school >= 0:
            places[each.number] = Given(inputs.offers[school].public_id, OVERFLOW)
        else:
            unplaced[each.number] = _why_unplaced(solved, each.metres, bool(each.wishes))
    at_of = {each.number: at for at, each in enumerate(inputs.applicants)}
    parted = tuple(
        each.number
        for each in inputs.applicants
        if each.is_together
        and any(twin in at_of and _offer(places, twin) != _offer(places, each.number) for twin in each.twins)
    )
    return Result(
        inputs_sha256, places, unplaced, _cut_offs(solved), _waiting(solved), parted, _tallies(places, unplaced)
    )


def _offer(places: Mapping[str, Given], number: str) -> str:
    return places[number].offer if number in places else ""


def _quota(solved: Solved, at: int) -> str:
    if solved.pools is None or solved.placement.pools is None:
        return ""
    number = int(solved.placement.pools[at])
    return solved.pools.pools[number].name if number < len(solved.pools.pools) else ""


def _why_unplaced(solved: Solved, metres: Sequence[int], has_wishes: bool) -> str:
    if solved.allocation is None:
        return FULL if has_wishes else NOT_WISHED
    known = [one for one in metres if one >= 0]
    if not known:
        return NO_DISTANCE
    return FULL if min(known) <= solved.inputs.overflow_m else TOO_FAR


def _cut_offs(solved: Solved) -> dict[str, CutOff]:
    market, placement = solved.market, solved.placement
    placed = np.flatnonzero(placement.seats >= 0)
    at = market.starts[placed] + placement.seats[placed]
    last: dict[int, tuple[int, int]] = {}
    for school, rank, position in zip(
        market.schools[at].tolist(), market.classes[at].tolist(), market.draw[placed].tolist(), strict=True
    ):
        last[school] = max(last.get(school, (-1, -1)), (rank, position))
    return {
        solved.inputs.offers[school].public_id: CutOff(rank + 1, position + 1)
        for school, (rank, position) in sorted(last.items())
    }


def _waiting(solved: Solved) -> dict[str, tuple[str, ...]]:
    """Of each school those who wished it more than what they got by wishes, by class and drawn order."""
    market, seats = solved.market, solved.placement.seats
    rank = np.arange(market.n_applications) - np.repeat(market.starts[:-1], market.lengths())
    who = np.repeat(np.arange(market.n_applicants), market.lengths())
    wanted = np.flatnonzero((seats[who] < 0) | (rank < seats[who]))
    order = wanted[np.lexsort((market.draw[who[wanted]], market.classes[wanted], market.schools[wanted]))]
    found: dict[str, list[str]] = {}
    for school, child in zip(market.schools[order].tolist(), who[order].tolist(), strict=True):
        found.setdefault(solved.inputs.offers[school].public_id, []).append(solved.inputs.applicants[child].number)
    return {offer: tuple(numbers) for offer, numbers in found.items()}


def _tallies(places: Mapping[str, Given], unplaced: Mapping[str, str]) -> dict[str, int]:
    tallies = {"placed": len(places), "unplaced": len(unplaced), OVERFLOW: 0, QUOTA: 0}
    for given in places.values():
        if given.how != WISHES:
            tallies[given.how] += 1
        if given.wish:
            tallies[f"wish-{given.wish}"] = tallies.get(f"wish-{given.wish}", 0) + 1
    return tallies


def order_of(lines: Sequence[str]) -> tuple[str, ...]:
    """The order of children out of a drawn order of lines: those of one line stand together, as on the line."""
    numbers = [number for line in lines for number in line.split("+")]
    household_of = [at for at, line in enumerate(lines) for _number in line.split("+")]
    spread_of = spread(household_of, list(range(len(lines))))
    return tuple(numbers[at] for at in np.argsort(spread_of, kind="stable").tolist())
