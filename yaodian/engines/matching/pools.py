"""Places within a school that are kept for groups: children from elsewhere, quotas by sending school, boarders, own stages.

The rule by which a school chooses from those who apply:

1. Its pools are filled step by step, in the order of their steps. A pool is open to all, or to those who have a certain
   value of a trait. It takes the first of those still waiting by class and drawn number, as far as its places reach.
   Pools of one step divide by one trait, so that nobody is in two of them and their order does not matter.
2. Places of a pool that stay empty are passed on, or left empty if the pool says so.
3. Last come the open places: what the capacity holds beyond the pools, and all that was passed on.

Pools before the open places are minority reserves (Hafalir, Yenmez and Yildirim, Effective affirmative action in school
choice, Theoretical Economics 8, 2013). With any order they are slot-specific priorities (Kominers and Sönmez, Matching with
slot-specific priorities: theory, Theoretical Economics 11, 2016) with places passed on as in Westkamp, An analysis of the German
university admissions system, Economic Theory 53 (2013). The order decides much: a reserve filled before the open
places helps its group less than one filled after them (Dur, Kominers, Pathak and Sönmez, Reserve design: unintended
consequences and the demise of Boston's walk zones, Journal of Political Economy 126, 2018); so it is data, and must be published.

Who is refused from fewer is refused from more, and more are never fewer chosen; hence deferred acceptance with this rule gives
the stable placement best for all applicants, and nobody gains by a false list (Hatfield and Milgrom 2005). An applicant may
stand before somebody who got a place kept for a group; ``pool_verifying.allowed_envy`` lists each such case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .market import Market, Placement, fingerprint, whole_numbers
from .refusals import UnfitMarket

# What the places are called that no pool keeps.
OPEN = "统招"


@dataclass(frozen=True)
class Pool:
    """``seats`` places of ``school``, filled at ``step``, for those whose ``trait`` has ``value``; without a trait, for all."""

    name: str
    school: int
    seats: int
    step: int = 0
    trait: str | None = None
    value: int = 1
    is_passed_on: bool = True


@dataclass(frozen=True, eq=False)
class Pools:
    """All pools, and the traits of applicants: for each trait int32[n], values from 0.

    In a placement pool p is number p, and the open places of school s are number ``len(pools) + s``.
    Raises UnfitMarket where they do not fit to ``market``.
    """

    market: Market
    pools: Sequence[Pool]
    traits: Mapping[str, Sequence[int] | NDArray[np.int32]]
    digest: str = field(init=False, repr=False)
    #: int32[traits + 1, n]; the last row, all 0, stands for no trait
    _values: NDArray[np.int32] = field(init=False, repr=False)
    _tables: tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], ...] = field(init=False, repr=False)
    #: int64[k]: open places before anything is passed on
    _open: NDArray[np.int64] = field(init=False, repr=False)
    #: of each pool
    _school: NDArray[np.int64] = field(init=False, repr=False)
    _seats: NDArray[np.int64] = field(init=False, repr=False)
    _is_passed_on: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        market = self.market
        values = np.zeros((len(self.traits) + 1, market.n_applicants), np.int32)
        for row, (name, column) in enumerate(self.traits.items()):
            given = whole_numbers(column, np.int32, f"身份“{name}”")
            if len(given) != market.n_applicants:
                raise UnfitMarket("sizes", what=f"身份“{name}”", found=len(given), expected=market.n_applicants)
            values[row] = given
        object.__setattr__(self, "pools", tuple(self.pools))
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_school", np.array([each.school for each in self.pools], np.int64))
        object.__setattr__(self, "_seats", np.array([each.seats for each in self.pools], np.int64))
        object.__setattr__(self, "_is_passed_on", np.array([each.is_passed_on for each in self.pools], np.bool_))
        object.__setattr__(self, "_open", self._checked())
        object.__setattr__(
            self, "_tables", tuple(self._table(step) for step in sorted({each.step for each in self.pools}))
        )
        # Numbers as plain ones: NumPy's say their type, which depends on who read them from where.
        rules = [
            (
                each.name,
                int(each.school),
                int(each.seats),
                int(each.step),
                each.trait,
                int(each.value),
                bool(each.is_passed_on),
            )
            for each in self.pools
        ]
        said = repr((market.digest, rules, tuple(self.traits))).encode()
        digest = fingerprint(np.frombuffer(said, np.uint8), np.ascontiguousarray(values).ravel())
        object.__setattr__(self, "digest", digest)

    @property
    def n_places(self) -> int:
        """Numbers that a placement can have for a pool: the pools, and the open places of each school."""
        return len(self.pools) + self.market.n_schools

    @property
    def n_steps(self) -> int:
        return len(self._tables)

    def name(self, number: int) -> str:
        return self.pools[number].name if number < len(self.pools) else OPEN

    def solve(self) -> Placement:
        """Deferred acceptance with the schools choosing by this module's rule."""
        market = self.market
        at = market.starts[:-1].copy()
        pool_of = np.full(market.n_applicants, -1, np.int32)
        holder_of: NDArray[np.int64] = np.full(market.n_applicants, -1, np.int64)  # the school that holds each
        asking = np.flatnonzero(at < market.starts[1:])
        while len(asking):
            is_touched = np.zeros(market.n_schools, np.bool_)
            is_touched[market.schools[at[asking]]] = True
            held = np.flatnonzero(holder_of >= 0)
            who = np.concatenate([held[is_touched[holder_of[held]]], asking])
            chosen = self.choose(at[who], who)
            is_in = chosen >= 0
            pool_of[who] = chosen
            holder_of[who] = np.where(is_in, market.schools[at[who]], -1)
            refused = who[~is_in]
            at[refused] += 1
            asking = refused[at[refused] < market.starts[1:][refused]]
        seats = np.where(pool_of < 0, -1, at - market.starts[:-1]).astype(np.int32)
        return Placement(seats, self.digest, pool_of)

    def choose(self, applications: NDArray[np.int64], who: NDArray[np.int64]) -> NDArray[np.int32]:
        """The pool in which each of ``applications``, made by ``who``, is chosen by its school, or -1."""
        market = self.market
        school = market.schools[applications].astype(np.int64)
        order = np.lexsort((market.draw[who], market.classes[applications], school))
        school, who = school[order], who[order]
        chosen = np.full(len(order), -1, np.int32)
        open_places = self._open.copy()
        for traits, codes, numbers in self._tables:
            pool = self._pool_at(traits, codes, numbers, school, who)
            waiting = np.flatnonzero((chosen < 0) & (pool >= 0))
            waiting = waiting[np.argsort(pool[waiting], kind="stable")]
            got = waiting[_place_in_run(pool[waiting]) < self._seats[pool[waiting]]]
            chosen[got] = pool[got]
            left = self._seats - np.bincount(pool[got], minlength=len(self.pools))
            passed_on = numbers[self._is_passed_on[numbers]]
            np.add.at(open_places, self._school[passed_on], left[passed_on])
        waiting = np.flatnonzero(chosen < 0)
        got = waiting[_place_in_run(school[waiting]) < open_places[school[waiting]]]
        chosen[got] = len(self.pools) + school[got]
        found = np.empty(len(order), np.int32)
        found[order] = chosen
        return found

    def eligible(self, step: int, school: NDArray[np.int64], who: NDArray[np.int64]) -> NDArray[np.int64]:
        """The pool of the ``step``-th step that is open to each of ``who`` at ``school``, or -1."""
        return self._pool_at(*self._tables[step], school, who)

    def _pool_at(
        self,
        traits: NDArray[np.int64],
        codes: NDArray[np.int64],
        numbers: NDArray[np.int64],
        school: NDArray[np.int64],
        who: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        code = (school << 32) | self._values[traits[school], who]
        at = np.minimum(np.searchsorted(codes, code), len(codes) - 1)
        return np.where((traits[school] >= 0) & (codes[at] == code), numbers[at], -1)

    def _table(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """For a step: int64[k], the row of the trait it goes by at each school (-2: it has none); and its pools' codes
        (school and value) in order with their numbers."""
        rows = {name: row for row, name in enumerate(self.traits)}
        traits = np.full(self.market.n_schools, -2, np.int64)
        found = []
        for number, pool in enumerate(self.pools):
            if pool.step == step:
                traits[pool.school] = len(self.traits) if pool.trait is None else rows[pool.trait]
                found.append((pool.school << 32 | (0 if pool.trait is None else pool.value), number))
        codes, numbers = np.array(sorted(found), np.int64).T
        return traits, np.ascontiguousarray(codes), np.ascontiguousarray(numbers)

    def _checked(self) -> NDArray[np.int64]:
        """The open places of each school. Raises UnfitMarket for pools that contradict the market or one another."""
        market = self.market
        seats = np.zeros(market.n_schools, np.int64)
        first: dict[tuple[int, int], Pool] = {}
        values: dict[tuple[int, int, int | None], Pool] = {}
        for pool in self.pools:
            if not 0 <= pool.school < market.n_schools:
                raise UnfitMarket("pool-school", pool=pool.name, found=pool.school)
            if pool.seats < 0 or not 0 <= pool.value < 2**31:
                raise UnfitMarket("pool-seats", pool=pool.name, found=min(pool.seats, pool.value))
            if pool.trait is not None and pool.trait not in self.traits:
                raise UnfitMarket("pool-trait", pool=pool.name, trait=pool.trait)
            before = first.setdefault((pool.school, pool.step), pool)
            # A pool without a trait is open to all, whatever its value says.
            value = None if pool.trait is None else pool.value
            twin = values.setdefault((pool.school, pool.step, value), pool)
            if before.trait != pool.trait or twin is not pool:
                other = before if before.trait != pool.trait else twin
                school = market.school_name(pool.school)
                raise UnfitMarket("pool-order", school=school, step=pool.step, first=other.name, second=pool.name)
            seats[pool.school] += pool.seats
        for above in np.flatnonzero(seats > market.capacities).tolist():
            raise UnfitMarket(
                "pools-above-capacity",
                school=market.school_name(above),
                found=int(seats[above]),
                capacity=int(market.capacities[above]),
                pools="、".join(f"{each.name} {each.seats}" for each in self.pools if each.school == above),
            )
        return market.capacities - seats


def _place_in_run(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many equal values stand before each; equal values stand together."""
    place = np.arange(len(values))
    is_first = np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]
    return place - np.maximum.accumulate(np.where(is_first, place, 0))
