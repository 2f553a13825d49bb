"""Brothers and sisters: a class for those whose sibling is at the school; twins drawn as one, placed together or apart.

**Siblings** (长幼随学) are a matter of classes: ``with_siblings`` puts those who have one at the school first, within their
class or before all.

**Twins** or more are one household in the draw: one number is drawn for it, and ``spread`` makes of the order of households an
order of children, in which twins are neighbours. Families that chose *apart* need nothing else. Families that chose
*together* hand in one list, and count at each school with the worse of their classes there, since no child has a
place by another's papers. Neighbours in the draw with the same list and the same classes are refused and admitted together
wherever there is a cut-off; they can be separated by one thing only, that the cut-off falls between them. The rule for that
case is data, and must be published:

- ``ADD_PLACES``: the school gets as many places more as the group lacks, in the pool in which the cut-off fell where its places
  are kept in pools. Places are only ever added, more places harm nobody, and a group that once fits into a school fits into it from
  then on; so it ends, after at most as many rounds as groups have wishes. What comes out is stable, and best for all applicants, in
  the market with these places.
- ``MOVE_ON``: the group gives its places at this school up, all of it, and goes to the next wish. So it ends too. But a
  stable placement need not exist where two must have places together (Roth 1984; for school districts with siblings
  Correa and others, School choice in Chile, Operations Research 70, 2022), and this does not look for one: a group may
  have moved on from a school where in the end it would have fitted in. ``verify_together`` lists each such case.

Where places are kept in pools (:mod:`.pools`), a trait counts for a group if all of its children have it: of a pool in which one of
them has no part the others have none either. So neighbours stay neighbours in every pool, and what is said above holds with pools
too: a school with one place more, in any of its pools, still chooses everybody whom it chose before.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement, whole_numbers
from .pool_verifying import chosen_once_more
from .pools import Pools
from .refusals import UnfitMarket
from .solving import solve, verify
from .verifying import Fault, Finding


class SiblingsFirst(StrEnum):
    """Before whom those stand whose sibling is at the school."""

    WITHIN_CLASS = "within-class"
    BEFORE_ALL = "before-all"


class AtTheCutOff(StrEnum):
    """What becomes of a group that does not wholly fit in."""

    ADD_PLACES = "add-places"
    MOVE_ON = "move-on"


@dataclass(frozen=True)
class Together:
    """``placement`` is that of the market and the pools as they were given, but for ``classes`` and traits of groups. ``added``:
    places more, by school, or with pools by the number of the pool (:class:`.pools.Pools`); ``withdrawn``: (applicant, school) of
    those whose group gave its places there up."""

    placement: Placement
    market: Market
    groups: tuple[tuple[int, ...], ...]
    added: Mapping[int, int]
    withdrawn: tuple[tuple[int, int], ...]
    rounds: int
    pools: Pools | None = None


def with_siblings(market: Market, siblings: Sequence[tuple[int, int]], first: SiblingsFirst) -> Market:
    """The market in which each (applicant, school) of ``siblings`` has a class of its own there.

    Classes are counted anew: WITHIN_CLASS makes 2c for those with a sibling and 2c + 1 for others of class c, BEFORE_ALL makes 0
    and c + 1. A sibling at a school that the applicant does not wish for means nothing.
    """
    at = {(applicant, school) for applicant, school in siblings}
    has_sibling = np.zeros(market.n_applications, np.bool_)
    for applicant, school in at:
        if not 0 <= applicant < market.n_applicants:
            raise UnfitMarket("unknown-applicant", found=applicant, count=market.n_applicants)
        begin = int(market.starts[applicant])
        has_sibling[begin + np.flatnonzero(market.wishes(applicant) == school)] = True
    classes = market.classes.astype(np.int64)
    if first is SiblingsFirst.WITHIN_CLASS:
        changed = 2 * classes + ~has_sibling
    else:
        changed = np.where(has_sibling, 0, classes + 1)
    return replace(market, classes=whole_numbers(changed, np.int16, "优先类别"))


def spread(household_of: Sequence[int], household_draw: Sequence[int]) -> NDArray[np.int64]:
    """int64[n]: the order of children out of that of households; the children of one stand together, in the order of the list.

    ``household_of`` names the household of each child by number; ``household_draw`` is a permutation, one number a household.
    Raises UnfitMarket where two households have one number.
    """
    household = whole_numbers(household_of, np.int64, "家庭")
    drawn = whole_numbers(household_draw, np.int64, "家庭派位号")
    if len(household) and not 0 <= household.min() <= household.max() < len(drawn):
        raise UnfitMarket("not-whole", what="家庭", least=0, most=len(drawn) - 1)
    in_order = np.argsort(drawn, kind="stable")
    if len(again := np.flatnonzero(drawn[in_order][1:] == drawn[in_order][:-1])):
        first, second = in_order[again[0]], in_order[again[0] + 1]
        raise UnfitMarket("household-draw", first=int(first) + 1, second=int(second) + 1, found=int(drawn[first]))
    order = np.argsort(drawn[household], kind="stable")
    found = np.empty(len(household), np.int64)
    found[order] = np.arange(len(household))
    return found


def place_together(
    market: Market, groups: Sequence[Sequence[int]], rule: AtTheCutOff, *, pools: Pools | None = None
) -> Together:
    """Deferred acceptance with each of ``groups`` at one school.

    1. Each group's classes become the worst of its children's; of its traits those are left that all of them have.
    2. Place all. Where the children of a group do not have the same wish, a cut-off lies between them, at the dearest wish
       that one of them was granted.
    3. There, add places or let the group move on; again from 2, until every group is together.

    Raises UnfitMarket for groups whose lists differ, that are not neighbours in the draw, or that share a child.
    """
    _check(market, groups)
    market = replace(market, classes=_worst_classes(market, groups))
    pools = None if pools is None else Pools(market, pools.pools, _common_traits(pools, groups))
    added: dict[int, int] = {}
    gone: set[tuple[int, int]] = set()
    rounds = 0
    while True:
        rounds += 1
        larger, larger_pools = _enlarged(market, pools, added)
        reduced, kept = _without(larger, gone)
        placement = solve(reduced, pools=larger_pools and _on(reduced, larger_pools))
        full = _in_all_wishes(market, placement, kept, reduced)
        is_split = False
        for group in groups:
            granted = full[list(group)]
            if (granted == granted[0]).all():
                continue
            is_split = True
            wish = int(granted[granted >= 0].min())
            school = int(market.wishes(group[0])[wish])
            if rule is AtTheCutOff.ADD_PLACES:
                # Whoever of the group comes last stands at the cut-off of a full pool, and who is lacking right behind.
                last = max((child for child in group if full[child] == wish), key=lambda child: market.draw[child])
                where = school if placement.pools is None else int(placement.pools[last])
                added[where] = added.get(where, 0) + int((granted != wish).sum())
            else:
                gone.update((child, school) for child in group)
        if not is_split:
            break
    return Together(
        placement=Placement(full, market.digest if pools is None else pools.digest, placement.pools),
        market=market,
        groups=tuple(tuple(group) for group in groups),
        added=dict(sorted(added.items())),
        withdrawn=tuple(sorted(gone)),
        rounds=rounds,
        pools=pools,
    )


def verify_together(outcome: Together) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What is wrong, and the exceptions to no justified envy and to no empty places that the rule implies.

    Groups are together; capacities are kept with the places added; whoever else has a just complaint is a fault. Complaints
    about a school that a group moved on from are exceptions, listed for each of its children. As a group it has reason to
    complain only where the school, choosing once more from those who are there and all children of the group, would choose
    all of these (``ROOM_FOR_ALL``); else, as after a cut-off that lay between its children, it did not fit in.
    """
    market, seats = outcome.market, outcome.placement.seats
    wrong = [
        Finding(Fault.SPLIT, child)
        for group in outcome.groups
        for child in group
        if child != group[0] and seats[child] != seats[group[0]]
    ]
    larger, pools = _enlarged(market, outcome.pools, outcome.added)
    # Without the wishes that were given up every other rule must hold to the letter.
    reduced, kept = _without(larger, set(outcome.withdrawn))
    rule = pools and _on(reduced, pools)
    left = _in_wishes_left(market, seats, kept, reduced)
    inputs = reduced.digest if rule is None else rule.digest
    wrong += verify(reduced, Placement(left, inputs, outcome.placement.pools), pools=rule)
    holders = outcome.placement.schools(market)
    group_of = {child: group for group in outcome.groups for child in group}
    exceptions = []
    for child, school in outcome.withdrawn:
        wish = int(np.flatnonzero(market.wishes(child) == school)[0])
        if 0 <= seats[child] <= wish:
            continue
        there = np.flatnonzero(holders == school).tolist()
        group = set(group_of[child])
        if child in chosen_once_more(larger, pools, school, [*there, child]):
            has_room = group <= chosen_once_more(larger, pools, school, [*there, *group])
            exceptions.append(Finding(Fault.ROOM_FOR_ALL if has_room else Fault.NOT_CHOSEN, child, school))
    return tuple(wrong), tuple(exceptions)


def _enlarged(market: Market, pools: Pools | None, added: Mapping[int, int]) -> tuple[Market, Pools | None]:
    """Market and pools with the places added."""
    if not added:
        return market, pools
    capacities = market.capacities.astype(np.int64)
    kept = () if pools is None else pools.pools
    for where, places in added.items():
        capacities[kept[where].school if where < len(kept) else where - len(kept)] += places
    larger = replace(market, capacities=whole_numbers(capacities, np.int32, "招生计划"))
    if pools is None:
        return larger, None
    more = [replace(pool, seats=pool.seats + added.get(number, 0)) for number, pool in enumerate(kept)]
    return larger, Pools(larger, more, pools.traits)


def _on(market: Market, pools: Pools) -> Pools:
    """The same pools for a market of the same children and schools."""
    return pools if market is pools.market else Pools(market, pools.pools, pools.traits)


def _in_all_wishes(market: Market, placement: Placement, kept: NDArray[np.int64], reduced: Market) -> NDArray[np.int32]:
    """int32[n]: seats of a market in which wishes are lacking, in terms of all wishes."""
    placed = np.flatnonzero(placement.seats >= 0)
    full = np.full(market.n_applicants, -1, np.int32)
    full[placed] = kept[reduced.starts[:-1][placed] + placement.seats[placed]] - market.starts[:-1][placed]
    return full


def _in_wishes_left(
    market: Market, seats: NDArray[np.int32], kept: NDArray[np.int64], reduced: Market
) -> NDArray[np.int32]:
    """int32[n]: seats in terms of the wishes that are left; a wish that is not becomes one that there is none of."""
    placed = np.flatnonzero(seats >= 0)
    at = market.starts[:-1][placed] + seats[placed]
    is_left = np.isin(at, kept)
    left = np.full(market.n_applicants, -1, np.int32)
    found = np.searchsorted(kept, at) - reduced.starts[:-1][placed]
    left[placed] = np.where(is_left, found, market.n_schools + 1)
    return left


def _check(market: Market, groups: Sequence[Sequence[int]]) -> None:
    seen: set[int] = set()
    for group in groups:
        for child in group:
            if not 0 <= child < market.n_applicants:
                raise UnfitMarket("unknown-applicant", found=child, count=market.n_applicants)
        names = "、".join(market.applicant_name(child) for child in group)
        if len(set(group)) < max(2, len(group)) or seen & set(group):
            raise UnfitMarket("multiple-size", applicants=names)
        seen.update(group)
        first, second = market.applicant_name(group[0]), market.applicant_name(group[1])
        for child in group[1:]:
            if not np.array_equal(market.wishes(group[0]), market.wishes(child)):
                other = market.applicant_name(child)
                raise UnfitMarket("multiple-wishes", first=first, second=other)
        numbers = sorted(int(market.draw[child]) for child in group)
        if numbers[-1] - numbers[0] != len(group) - 1:
            said = "、".join(str(number) for number in numbers)
            raise UnfitMarket("multiple-draw", first=first, second=second, numbers=said)


def _worst_classes(market: Market, groups: Sequence[Sequence[int]]) -> NDArray[np.int16]:
    classes = market.classes.copy()
    for group in groups:
        rows = [slice(int(market.starts[child]), int(market.starts[child + 1])) for child in group]
        worst = np.max([market.classes[row] for row in rows], axis=0)
        for row in rows:
            classes[row] = worst
    return classes


def _common_traits(pools: Pools, groups: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int32]]:
    """The traits of applicants; where those of a group differ, a value that no pool asks for."""
    traits = {}
    for name, given in pools.traits.items():
        column = np.array(given, np.int32)
        asked = {pool.value for pool in pools.pools if pool.trait == name}
        unasked = next(value for value in itertools.count() if value not in asked)
        for group in groups:
            if len(set(column[list(group)].tolist())) > 1:
                column[list(group)] = unasked
        traits[name] = column
    return traits


def _without(market: Market, gone: set[tuple[int, int]]) -> tuple[Market, NDArray[np.int64]]:
    """The market without the wishes ``gone``, and which of the old applications each new one is."""
    is_kept = np.ones(market.n_applications, np.bool_)
    for applicant, school in gone:
        begin = int(market.starts[applicant])
        is_kept[begin + np.flatnonzero(market.wishes(applicant) == school)] = False
    kept = np.flatnonzero(is_kept)
    if not gone:
        return market, kept
    starts = np.concatenate([[0], np.cumsum(is_kept)])[market.starts]
    return replace(market, starts=starts, schools=market.schools[kept], classes=market.classes[kept]), kept
