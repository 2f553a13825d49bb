"""The check of a placement with pools, apart from the solver, and the list of those whom a pool let pass before others.

Each school chooses once more, one after the other in plain lists, from all who are there or would rather be there. If it chooses
exactly those who are there, each for the place that is recorded, nobody has a just complaint under the rule (stability, Roth 1984;
Hatfield and Milgrom 2005).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .explaining import last_in_pools
from .market import Market, Placement
from .pools import Pool, Pools
from .verifying import Fault, Finding, check_shape, own_place, preferred

#: Class, drawn number, applicant: as they are compared.
Standing = tuple[int, int, int]


@dataclass(frozen=True)
class AllowedEnvy:
    """``applicant`` would rather have ``school`` and stands before ``other``, who holds a place of the pool number ``pool``
    there that is kept for a group which the applicant is not in; ``other`` is the last in it."""

    applicant: int
    school: int
    other: int
    pool: int


def verify_with_pools(market: Market, placement: Placement, pools: Pools) -> tuple[Finding, ...]:
    """What is wrong with ``placement``; nothing if it is feasible and stable under the rule of ``pools``."""
    shape = Placement(placement.seats, market.digest if placement.inputs == pools.digest else "")
    wrong = list(check_shape(market, shape))
    if placement.pools is None or len(placement.pools) != market.n_applicants:
        wrong.append(Finding(Fault.SIZE))
    if wrong or placement.pools is None:
        return tuple(wrong)
    held = placement.schools(market).tolist()
    of_pool = placement.pools.tolist()
    traits = {name: np.asarray(column).tolist() for name, column in pools.traits.items()}
    for applicant, (school, number) in enumerate(zip(held, of_pool, strict=True)):
        is_right = number == -1 if school < 0 else number == len(pools.pools) + school
        if school >= 0 and 0 <= number < len(pools.pools):
            pool = pools.pools[number]
            is_right = pool.school == school and _is_open(pool, traits, applicant)
        if not is_right:
            wrong.append(Finding(Fault.WRONG_POOL, applicant, school))
    for number, count in sorted(Counter(of_pool).items()):
        if 0 <= number < len(pools.pools) and count > pools.pools[number].seats:
            wrong.append(Finding(Fault.POOL_OVERFULL, school=pools.pools[number].school))
    there: list[list[Standing]] = [[] for _ in range(market.n_schools)]
    for applicant in np.flatnonzero(placement.seats >= 0).tolist():
        at = market.starts[applicant] + placement.seats[applicant]
        there[held[applicant]].append((int(market.classes[at]), int(market.draw[applicant]), applicant))
    willing = [list(each) for each in there]
    for columns in preferred(market, placement):
        for applicant, school, own_class, number in zip(*(column.tolist() for column in columns), strict=True):
            willing[school].append((own_class, number, applicant))
    of_school: list[list[tuple[int, Pool]]] = [[] for _ in range(market.n_schools)]
    for numbered in sorted(enumerate(pools.pools), key=lambda pair: pair[1].step):
        of_school[numbered[1].school].append(numbered)
    for school, (holders, all_willing) in enumerate(zip(there, willing, strict=True)):
        if len(holders) > market.capacities[school]:
            wrong.append(Finding(Fault.OVER_CAPACITY, school=school))
        chosen = _choice(sorted(all_willing), of_school[school], traits, int(market.capacities[school]))
        of_holder = {who: of_pool[who] for _, _, who in holders}
        missing = [Finding(Fault.NOT_CHOSEN, who, school) for who in sorted(set(chosen) - set(of_holder))]
        # Where nobody is missing: a place that the rule leaves empty, or another pool's number beside the right child.
        due = {who: number if number >= 0 else len(pools.pools) + school for who, number in chosen.items()}
        misplaced = {who for who, number in of_holder.items() if due.get(who) != number}
        wrong += missing or [Finding(Fault.WRONG_POOL, who, school) for who in sorted(misplaced)]
    return tuple(dict.fromkeys(wrong))


def allowed_envy(market: Market, placement: Placement, pools: Pools) -> tuple[AllowedEnvy, ...]:
    """Every applicant, school and pool where the rule lets somebody pass who stands behind the applicant.

    Of a placement in which ``verify_with_pools`` finds nothing these are exactly the exceptions to no justified envy.
    """
    last = last_in_pools(market, placement, pools)[: len(pools.pools)]
    last_class, last_number = own_place(market, placement, last)
    # The pools of each school that hold anybody, one a column.
    of_school: list[list[int]] = [[] for _ in range(market.n_schools)]
    for number in np.flatnonzero(last >= 0).tolist():
        of_school[pools.pools[number].school].append(number)
    columns = np.full((market.n_schools, max(map(len, of_school), default=0)), -1, np.int64)
    for where, numbers in enumerate(of_school):
        columns[where, : len(numbers)] = numbers
    listed: list[AllowedEnvy] = []
    for applicant, school, own_class, own_number in preferred(market, placement):
        for column in columns.T:
            pool = column[school]
            is_before = (own_class < last_class[pool]) | (
                (own_class == last_class[pool]) & (own_number < last_number[pool])
            )
            for row in np.flatnonzero((pool >= 0) & is_before):
                number = int(pool[row])
                listed.append(AllowedEnvy(int(applicant[row]), int(school[row]), int(last[number]), number))
    return tuple(sorted(listed, key=lambda each: (each.applicant, each.school, each.pool)))


def chosen_once_more(market: Market, pools: Pools | None, school: int, applicants: Iterable[int]) -> set[int]:
    """Whom ``school`` chooses by its rule from ``applicants``, all of whom wish for it."""
    waiting = []
    for who in applicants:
        wish = int(np.flatnonzero(market.wishes(who) == school)[0])
        waiting.append((int(market.classes[market.starts[who] + wish]), int(market.draw[who]), who))
    numbered = enumerate(() if pools is None else pools.pools)
    own = sorted((each for each in numbered if each[1].school == school), key=lambda each: each[1].step)
    traits = {} if pools is None else pools.traits
    return set(_choice(sorted(waiting), own, traits, int(market.capacities[school])))


def _is_open(pool: Pool, traits: dict[str, list[int]], applicant: int) -> bool:
    return pool.trait is None or traits[pool.trait][applicant] == pool.value


def _choice(
    waiting: list[Standing],
    pools: list[tuple[int, Pool]],
    traits: Mapping[str, Sequence[int] | NDArray[np.int32]],
    capacity: int,
) -> dict[int, int]:
    """Whom a school chooses from ``waiting``, which is in order, each with the number of the pool or -1 for an open place: the rule
    of :mod:`.pools`, one child after the other."""
    chosen: dict[int, int] = {}
    open_places = capacity - sum(pool.seats for _, pool in pools)
    for _, of_step in itertools.groupby(pools, key=lambda numbered: numbered[1].step):
        # By the value that opens a pool; without a trait, the same for all.
        left = {None if pool.trait is None else pool.value: (number, pool) for number, pool in of_step}
        free = {value: pool.seats for value, (_, pool) in left.items()}
        trait = next(iter(left.values()))[1].trait
        for _, _, who in waiting:
            value = None if trait is None else traits[trait][who]
            if who not in chosen and free.get(value, 0) > 0:
                free[value] -= 1
                chosen[who] = left[value][0]
        open_places += sum(free[value] for value, (_, pool) in left.items() if pool.is_passed_on)
    rest = [who for _, _, who in waiting if who not in chosen]
    return chosen | dict.fromkeys(rest[:open_places], -1)
