"""Why there can be no timetable: the smallest sets of wishes that contradict each other, and what giving way would cost.

1. Places are looked at where a contradiction is likely: the events of what ``unfit`` finds by counting, of each resource by how little is left of its times,
   of each group that a wish speaks of, of a resource with those whom it teaches, and at last, where it is not too large, the whole school. A problem cut
   down to some events is only easier (``restricting``), so that what contradicts there does so in the whole.
2. At a place every wish gets a switch in the CP-SAT model. Where all switches on are impossible, the solver names a set of them that is; then one after the
   other is taken out, and stays out where the others are impossible still (deletion: Bakker et al., IJCAI 1993). What is left
   is minimal: without any one of it a timetable of that place is possible.
3. There the wishes are priced: the cheapest sum of deviations that leaves a timetable, and the next cheapest sets of other wishes.

All within ``seconds``; what was not finished then is said so and never taken as proven.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from .constraints.base import Constraint, Cost
from .constraints.busyness import AvoidClashes, ShareFairly
from .constraints.staffing import AssignResources
from .constraints.times import AssignTimes
from .encoding import Building, classes_of, encode
from .problem import Problem
from .reaching import Reach
from .refusals import unfit
from .restricting import Restricted, restrict
from .verifying import Breach, verify

#: Events of a place at most, so that its model is stated in a fraction of a second; possible starts of a whole school at most.
MOST_EVENTS = 160
MOST_STARTS = 40_000
#: Seconds that one question at a small place may take.
MOST_SECONDS = 1.0
#: The part of the time after which no further conflict is looked for where there is one.
ENOUGH = 0.35

#: Resources and events of a place; where counting has found it impossible already, the constraints that were counted with.
Place = tuple[tuple[int, ...], Sequence[int], frozenset[int] | None]


@dataclass(frozen=True)
class Conflict:
    """``wishes``: constraints (by index) that cannot hold together with what is no wish; none where that contradicts itself.

    ``is_minimal``: proven that each of them is needed for it. ``events`` and ``resources``: the place at which it was found.
    """

    wishes: tuple[int, ...]
    events: tuple[int, ...]
    resources: tuple[int, ...]
    is_minimal: bool


@dataclass(frozen=True)
class Relaxation:
    """One way out of the conflicts at a place: which wishes are missed, where and by how much (``breaches``, costs in prices), and what it costs in all.

    ``is_cheapest``: proven for the first way at that place. ``is_whole``: the place is the whole school, so that a timetable exists at this price;
    else the price is what must be paid at least.
    """

    wishes: tuple[int, ...]
    price: int
    breaches: tuple[Breach, ...]
    is_cheapest: bool
    is_whole: bool


@dataclass(frozen=True)
class Explanation:
    """``is_infeasible``: True where proven, False where a timetable that keeps all wishes was found, None where neither.

    ``is_complete``: every place was looked at in time.
    """

    is_infeasible: bool | None
    conflicts: tuple[Conflict, ...]
    relaxations: tuple[Relaxation, ...]
    is_complete: bool
    seconds: float


def wishes_of(problem: Problem) -> tuple[int, ...]:
    """The required constraints that somebody might give up: all but those without which it is no timetable."""
    return tuple(
        at
        for at, constraint in enumerate(problem.constraints)
        if constraint.required and not isinstance(constraint, AvoidClashes | AssignTimes | AssignResources)
    )


def explain(
    problem: Problem,
    *,
    wishes: Sequence[int] | None = None,
    prices: Mapping[int, int] | None = None,
    seconds: float = 10.0,
    most: int = 3,
    alternatives: int = 3,
    seed: int = 0,
) -> Explanation:
    """Up to ``most`` conflicts among ``wishes`` (required constraints by index; ``wishes_of`` unless given) and ways out of them.

    ``prices``: what a unit of a wish's deviation costs, its weight unless given.
    """
    chosen = tuple(wishes_of(problem) if wishes is None else wishes)
    return _Explaining(problem, chosen, dict(prices or {}), seconds, seed).run(most, alternatives)


class _Explaining:
    def __init__(
        self, problem: Problem, wishes: tuple[int, ...], prices: dict[int, int], seconds: float, seed: int
    ) -> None:
        self.problem, self.wishes, self.seed = problem, wishes, seed
        self.prices = {at: prices.get(at, max(1, problem.constraints[at].weight)) for at in wishes}
        self.began = time.monotonic()
        self.seconds = seconds
        self.is_complete = True
        self._held = set(range(len(problem.constraints))) - set(wishes)

    def left(self) -> float:
        return self.seconds - (time.monotonic() - self.began)

    def run(self, most: int, alternatives: int) -> Explanation:
        conflicts: list[Conflict] = []
        relaxations: list[Relaxation] = []
        is_possible = False
        # Wishes already told of are switched off by one of each conflict, so that other conflicts come to light.
        given_up: set[int] = set()
        for resources, events, counted in self._places():
            if len(conflicts) >= most:
                break
            if self.left() <= 0 or (conflicts and self.left() < self.seconds * (1 - ENOUGH)):
                self.is_complete = False
                break
            is_whole = len(events) == len(self.problem.events)
            # Who is to be chosen for open needs hardly ever decides at a small place, and makes its model large.
            place = restrict(self.problem, events, open_needs=is_whole or not resources)
            model = _Switched(place, self.wishes, self.seed)
            found_here = False
            while len(conflicts) < most:
                kept = [one for one in model.wishes if one not in given_up]
                answer = model.is_possible(kept, self.left() if is_whole else min(self.left(), MOST_SECONDS))
                if answer is None and counted is not None and counted <= {*kept, *self._held}:
                    # Counting has proven what the search could not.
                    conflicts.append(Conflict(tuple(sorted(counted - self._held)), place.events, resources, False))
                    found_here = True
                    break
                if answer is None:
                    self.is_complete = False
                if answer is True and is_whole and not conflicts:
                    is_possible = True
                if answer is not False:
                    break
                core, is_minimal = self._smallest(model, kept)
                conflicts.append(Conflict(core, place.events, resources, is_minimal))
                found_here = True
                if not core:
                    break
                given_up.add(min(core, key=lambda one: (self.prices[one], one)))
            if found_here:
                relaxations += self._relaxations(model, is_whole, alternatives)
        infeasible = True if conflicts else False if is_possible else None
        return Explanation(
            infeasible, tuple(conflicts), tuple(relaxations), self.is_complete, time.monotonic() - self.began
        )

    def _smallest(self, model: _Switched, kept: Sequence[int]) -> tuple[tuple[int, ...], bool]:
        """A set of the wishes kept that is impossible, and whether each was seen to be needed."""
        core = list(model.core(kept))
        is_minimal = True
        # The dearest is tried last, so that it is the likeliest to go while cheaper ones might have stayed.
        for wish in sorted(core, key=lambda one: (-self.prices[one], one)):
            if wish not in core:
                continue
            others = [one for one in core if one != wish]
            answer = model.is_possible(others, self.left())
            if answer is False:
                core = [one for one in model.core(others) if one in others]
            elif answer is None:
                is_minimal = self.is_complete = False
        return tuple(sorted(core)), is_minimal

    def _relaxations(self, model: _Switched, is_whole: bool, alternatives: int) -> Iterator[Relaxation]:
        for number in range(alternatives):
            found = model.cheapest(self.prices, self.left())
            if found is None:
                if self.left() <= 0:
                    self.is_complete = False
                return
            price, breaches, is_proven = found
            missed = tuple(sorted({breach.constraint for breach in breaches}))
            yield Relaxation(missed, price, breaches, is_proven and number == 0, is_whole)
            if not missed:
                return
            model.forbid(missed)

    def _places(self) -> Iterator[Place]:
        """The likely places before the others, none twice."""
        seen: set[tuple[int, ...]] = set()
        for resources, events, counted in self._likely():
            place = tuple(sorted(set(events)))
            if place and (len(place) <= MOST_EVENTS or counted is not None) and place not in seen:
                seen.add(place)
                yield resources, place, counted
        every = tuple(range(len(self.problem.events)))
        starts = sum(len(event.pieces or (1,)) for event in self.problem.events) * len(self.problem.times)
        if every not in seen:
            if starts <= MOST_STARTS:
                yield (), every, None
            else:
                self.is_complete = False

    def _likely(self) -> Iterator[Place]:
        problem = self.problem
        reach = Reach(problem)
        for finding in unfit(problem, teaching=()):
            if finding.is_certain:
                events = finding.events or self._attended(finding.resources)
                counted = {*finding.constraints, *(at for event in events for at in reach.reasons(event))}
                for resource in finding.resources:
                    counted |= reach.closing.get(resource, set()) | set(reach.limiting.get(resource, ()))
                yield finding.resources, events, frozenset(counted)
        attended: dict[int, list[int]] = {}
        for index, event in enumerate(problem.events):
            for need in event.needs:
                if need.resource is not None:
                    attended.setdefault(need.resource, []).append(index)
        for at in self.wishes:
            constraint = problem.constraints[at]
            if not isinstance(constraint, ShareFairly):
                yield from (((), group, None) for group in getattr(constraint, "groups", ()) if len(group) > 1)
        spare = {one: reach.spare(one, events) for one, events in attended.items()}
        order = sorted(attended, key=lambda one: (spare[one], one))
        for resource in order:
            yield (resource,), attended[resource], None
        for resource in order:
            beside = {
                need.resource
                for event in attended[resource]
                for need in problem.events[event].needs
                if need.resource is not None
            }
            for other in sorted(beside, key=lambda one: (spare[one], one)):
                if other != resource:
                    yield (resource, other), [*attended[resource], *attended[other]], None

    def _attended(self, resources: Collection[int]) -> list[int]:
        return [
            index
            for index, event in enumerate(self.problem.events)
            if any(need.resource in resources or not set(need.candidates).isdisjoint(resources) for need in event.needs)
        ]


class _Switched:
    """The model of a place in which every wish has a switch: on, it holds; off, its deviations are only counted."""

    def __init__(self, place: Restricted, wishes: Collection[int], seed: int) -> None:
        self.place, self.seed = place, seed
        constraints: list[Constraint] = []
        self._whole_index: list[int] = []
        for constraint, at in zip(place.problem.constraints, place.constraints, strict=True):
            if at in wishes:
                constraint = replace(constraint, required=False, weight=1, cost=Cost.LINEAR)
            elif not constraint.required:
                continue
            constraints.append(constraint)
            self._whole_index.append(at)
        self.problem = replace(place.problem, constraints=tuple(constraints))
        building = self._building = Building(self.problem, classes_of(self.problem))
        self._paid: dict[int, list[tuple[object, int]]] = {}
        for constraint, at in zip(constraints, self._whole_index, strict=True):
            before = len(building.variables)
            encode(constraint, building)
            if not constraint.required:
                charged = zip(building.variables[before:], building.coefficients[before:], strict=True)
                self._paid.setdefault(at, []).extend(charged)
        self.model = building.model
        self.wishes = tuple(self._paid)
        self._switch = {at: self.model.new_bool_var("") for at in self.wishes}
        for at, paid in self._paid.items():
            for variable, _amount in paid:
                self.model.add(variable == 0).only_enforce_if(self._switch[at])
        self._core: tuple[int, ...] = ()

    def is_possible(self, kept: Sequence[int], seconds: float) -> bool | None:
        """Whether a timetable of the place keeps these wishes; None where time was too short to know. Where not, ``core`` is brought up to date."""
        if seconds <= 0:
            return None
        self.model.clear_assumptions()
        self.model.clear_objective()  # type: ignore[no-untyped-call]  # OR-Tools states no types here
        self.model.add_assumptions([self._switch[at] for at in kept])
        solver = self._solver(seconds)
        status = solver.solve(self.model)
        self.model.clear_assumptions()
        if status == cp_model.INFEASIBLE and self._building.is_exhaustive:
            named = set(solver.sufficient_assumptions_for_infeasibility())
            self._core = tuple(at for at in kept if self._switch[at].index in named)
            return False
        return True if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    def core(self, kept: Sequence[int]) -> tuple[int, ...]:
        """Of the wishes last found impossible together, those that the solver needed for it."""
        return tuple(at for at in self._core if at in kept)

    def cheapest(self, prices: Mapping[int, int], seconds: float) -> tuple[int, tuple[Breach, ...], bool] | None:
        """The least sum of prices, what is missed for it, and whether it is proven; None where nothing was found."""
        if seconds <= 0:
            return None
        terms = [(variable, prices[at] * amount) for at, paid in self._paid.items() for variable, amount in paid]
        if terms:
            self.model.minimize(
                cp_model.LinearExpr.weighted_sum([one for one, _price in terms], [price for _one, price in terms])
            )
        solver = self._solver(seconds)
        status = solver.solve(self.model)
        self.model.clear_objective()  # type: ignore[no-untyped-call]  # OR-Tools states no types here
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        timetable = self._building.pieces(solver.value)
        if timetable is None:
            return None
        breaches = tuple(
            Breach(at, self.place.in_whole(one.deviation), prices[at] * one.deviation.amount)
            for one in verify(self.problem, timetable).breaches
            if (at := self._whole_index[one.constraint]) in prices
        )
        return sum(one.cost for one in breaches), breaches, status == cp_model.OPTIMAL

    def forbid(self, missed: Sequence[int]) -> None:
        """From now on one of these wishes is kept, so that another way is found."""
        self.model.add_bool_or([self._switch[at] for at in missed])

    def _solver(self, seconds: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed
        solver.parameters.max_time_in_seconds = seconds
        return solver
