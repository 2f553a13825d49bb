"""The solver: a first valid timetable, then better ones, by CP-SAT on the whole model and on neighbourhoods of the best so far.

``docs/algorithms/timetabling.md`` tells the search in words. Whatever happens, the answer is the best timetable that ``verify`` has seen.
"""

from __future__ import annotations

import random  # seeded: the same seed finds the same timetable
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from .alike import put_together
from .constraints.busyness import AvoidClashes
from .displacing import Displacing
from .encoding import Building, Classes, Held, Holding, build, build_held, classes_of
from .neighbourhoods import CHOICES, Moment, Surroundings
from .occupancy import Occupancy
from .problem import Problem, Timetable
from .verifying import Verdict, verify

# A unit of a required constraint against units of optional ones, while required ones may be missed.
_PRICE = 10_000
# Effort (CP-SAT's deterministic units) of the first try on the whole, and of one neighbourhood.
_TASTE = 4.0
_STEP = 0.5
_LONGEST_STEP = 8.0
_LEAST = 0.005
# Moves of displacing that are counted as a unit, and the effort that its first turn takes at most.
_MOVES = 4_000
_FIRST = 60.0


IntArray = NDArray[np.int64]


class Stop(Enum):
    """Why the search ended. ``EXHAUSTED``: nothing better is left to be found, although no optimum is claimed (no timetable is valid)."""

    OPTIMAL = "optimal"
    SECONDS = "seconds"
    EFFORT = "effort"
    CANCELLED = "cancelled"
    ENOUGH = "enough"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True)
class Params:
    """How long and with how many threads.

    ``seconds`` is wall time and always kept. ``effort`` is work in CP-SAT's deterministic units (about seconds); with one worker, the same problem,
    seed and params give the same timetable as long as the effort, and not the seconds, ends the search. ``enough`` ends it at an optional cost.
    """

    seconds: float = 60.0
    workers: int = 2
    effort: float | None = None
    enough: int | None = None


@dataclass(frozen=True)
class Progress:
    """The best so far: both costs, the bound on the optional one where there is one, seconds since the begin, and the timetable itself."""

    required: int
    optional: int
    bound: int | None
    seconds: float
    timetable: Timetable


@dataclass(frozen=True)
class Result:
    """The best timetable found, as ``verify`` judges it. ``bound``: no valid timetable costs less. ``timetable`` is where a later ``solve`` can go on."""

    timetable: Timetable
    verdict: Verdict
    bound: int | None
    is_optimal: bool
    is_impossible: bool
    seconds: float
    stopped: Stop

    @property
    def required(self) -> int:
        return self.verdict.required

    @property
    def optional(self) -> int:
        return self.verdict.optional

    @property
    def is_valid(self) -> bool:
        return self.verdict.is_valid


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    params: Params = Params(),
    start: Timetable | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """A timetable of the problem: valid if one was found, and the cheapest of those found.

    ``start`` is a timetable to go on from. ``progress`` is told of every better one and of every better bound, from the thread that found it;
    ``cancelled`` is asked several times a second.
    """
    return _Search(problem, seed, params, progress, cancelled).run(start)


class _Search:
    def __init__(
        self,
        problem: Problem,
        seed: int,
        params: Params,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.alike = put_together(problem)
        self.original = problem
        self.problem = self.alike.problem
        self.params = params
        self.progress = progress
        self.cancelled = cancelled
        self.began = time.monotonic()
        self.chance = random.Random(seed)  # noqa: S311
        self.spent = 0.0
        self.lock = threading.RLock()
        self.classes: Classes = classes_of(self.problem)
        self.bound: int | None = None
        self.is_impossible = False
        self.is_refuted = False
        self.is_cancelled = False
        self.is_unshared = False
        self.is_exhausted = False
        # The best timetable, with like events put together as the models have them; the verdict is on it with them apart.
        self.best: Timetable = Timetable.of(self.problem, ())
        self.verdict = verify(problem, self.alike.apart(self.best))

    # Limits

    def seconds_left(self) -> float:
        return self.params.seconds - (time.monotonic() - self.began)

    def effort_left(self) -> float:
        return float("inf") if self.params.effort is None else self.params.effort - self.spent

    def is_over(self) -> bool:
        if self.cancelled is not None and not self.is_cancelled:
            self.is_cancelled = self.cancelled()
        return self.is_cancelled or self.seconds_left() <= 0 or self.effort_left() <= 0 or self.is_enough()

    def is_enough(self) -> bool:
        return (
            self.params.enough is not None and self.verdict.is_valid and self.verdict.optional <= self.params.enough
        ) or self.is_optimal()

    def is_optimal(self) -> bool:
        return self.verdict.is_valid and self.bound is not None and self.verdict.optional <= self.bound

    # What was found

    def consider(self, timetable: Timetable | None, *, or_as_good: bool = False) -> bool:
        """Takes a timetable as the best if it is better, or with ``or_as_good`` if it is not worse, so that the search does not stand still on a plateau.
        Whether it is better."""
        if timetable is None:
            return False
        verdict = verify(self.original, self.alike.apart(timetable))
        with self.lock:
            is_better = _rank(verdict) < _rank(self.verdict)
            if is_better or (or_as_good and _rank(verdict) == _rank(self.verdict)):
                self.best, self.verdict = timetable, verdict
            if is_better:
                self.tell()
            return is_better

    def tell(self) -> None:
        if self.progress is not None:
            seconds, timetable = time.monotonic() - self.began, self.alike.apart(self.best)
            self.progress(Progress(self.verdict.required, self.verdict.optional, self.bound, seconds, timetable))

    # The search

    def run(self, start: Timetable | None) -> Result:
        if start is not None:
            self.consider(self.alike.together(start))
        if not any(constraint.weight and not constraint.required for constraint in self.problem.constraints):
            self.bound = 0
        while not self.is_over() and not self.is_exhausted:
            self.is_unshared = False
            self.search()
            if self.is_unshared:
                # Rooms of a class were enough at every time and yet could not be shared out: from now on each has its name.
                self.classes = classes_of(self.problem, named=True)
        return self.result()

    def result(self) -> Result:
        if self.is_optimal():
            stopped = Stop.OPTIMAL
        elif self.is_cancelled:
            stopped = Stop.CANCELLED
        elif self.is_enough():
            stopped = Stop.ENOUGH
        elif self.is_exhausted:
            stopped = Stop.EXHAUSTED
        elif self.effort_left() <= 0:
            stopped = Stop.EFFORT
        else:
            stopped = Stop.SECONDS
        return Result(
            self.alike.apart(self.best),
            self.verdict,
            self.bound,
            self.is_optimal(),
            self.is_impossible,
            time.monotonic() - self.began,
            stopped,
        )

    def search(self) -> None:
        """A valid timetable, then better ones; where there is none, what misses least."""
        if not self.verdict.is_valid:
            self.construct()
        if self.is_over() or self.is_unshared:
            return
        self.climb(_Climb(self.problem, self.classes, price=None if self.verdict.is_valid else _PRICE))

    def construct(self) -> None:
        """A valid timetable: by displacing, by required constraints alone on the whole, and by mending what these have left, in turns."""
        displacing = Displacing(self.problem, self.classes, self.chance)
        self.displace(displacing, effort=_FIRST, patience=displacing.patience)
        if self.is_settled():
            return
        strict = build(self.problem, self.classes, wishes=False)
        self.ask_strictly(strict, displacing, effort=_TASTE)
        if self.is_settled():
            return
        climb = _Climb(self.problem, self.classes, price=_PRICE, wishes=False, strict=strict, displacing=displacing)
        climb.whole_effort = float("inf") if self.is_refuted else 2 * _TASTE
        self.climb(climb)

    def is_settled(self) -> bool:
        """Whether there is a valid timetable, or no use or time to look for one like this."""
        return self.verdict.is_valid or self.is_unshared or self.is_over()

    def displace(self, displacing: Displacing, *, effort: float, patience: int | None = None) -> None:
        """Pieces placed one by one and displaced, for so much effort, or until so many moves have brought nothing."""
        before = displacing.moves
        last = before + round(min(effort, self.effort_left()) * _MOVES)

        def is_over() -> bool:
            return self.is_settled() or (patience is not None and displacing.moves - displacing.moves_then > patience)

        displacing.run(last - before, is_over)
        with self.lock:
            self.spent += max(_LEAST, (displacing.moves - before) / _MOVES)
        self.consider(displacing.timetable())

    def ask_strictly(self, strict: Building, displacing: Displacing, *, effort: float) -> None:
        """The whole with required constraints hard and nothing else."""
        seed = self.draw()
        # A timetable that misses little is a good place to begin near; it spreads lessons over the days as well.
        hints = strict.values(displacing.timetable())
        answer = self.ask(strict.model.clone(), seed=seed, hint_values=hints, effort=effort, workers=1, is_linear=False)
        with self.lock:
            if answer.status in _FOUND:
                timetable = strict.pieces(answer.value)
                self.is_unshared = self.is_unshared or timetable is None
                self.consider(timetable)
            elif answer.status == cp_model.INFEASIBLE:
                self.is_refuted = True
                self.is_impossible = strict.is_exhaustive

    def draw(self) -> int:
        with self.lock:
            return self.chance.randrange(2**31 - 1)

    def climb(self, climb: _Climb) -> None:
        """Neighbourhoods of the best so far, each by CP-SAT, chosen by what they have brought; in between the whole model."""
        if self.params.workers == 1:
            while self.goes_on(climb):
                self.step(climb, 0)
            return
        threads = [
            threading.Thread(target=self._steps, args=(climb, number), daemon=True)
            for number in range(self.params.workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if climb.failure is not None:
            raise climb.failure

    def goes_on(self, climb: _Climb) -> bool:
        """Until time is over, nothing better can come of this model, or (while required constraints may be missed) none is."""
        if climb.failure is not None or climb.is_done or self.is_unshared:
            return False
        return not (climb.price is not None and self.verdict.is_valid) and not self.is_over()

    def _steps(self, climb: _Climb, number: int) -> None:
        try:
            while self.goes_on(climb):
                self.step(climb, number)
        except Exception as error:  # noqa: BLE001  # carried to the thread that waits
            climb.failure = error

    def step(self, climb: _Climb, number: int) -> None:
        """One question to CP-SAT: a neighbourhood, or (the first thread, when it is its turn) the whole."""
        with self.lock:
            best = self.best
            is_sayable = climb.is_sayable(self.verdict)
            is_whole = number == 0 and (not is_sayable or climb.is_due())
            if is_whole:
                effort = climb.whole_effort
                climb.whole_effort, climb.spent, climb.failures = 2 * effort, 0.0, 0
            elif is_sayable:
                kind = self.chance.choices(range(len(CHOICES)), climb.weights)[0]
                size = max(2, min(len(self.problem.events), round(climb.sizes[kind])))
                moment = Moment(climb.around, best, self.verdict.breaches, self.alike.whole, size, self.chance)
                free = frozenset(CHOICES[kind](moment))
        if is_whole:
            self.ask_whole(climb, best, effort)
        elif not is_sayable:
            time.sleep(0.01)
        elif number == 0 and len(free) == len(self.problem.events):
            self.ask_whole(climb, best, climb.step)
        else:
            self.ask_near(climb, best, free, kind)

    def ask_whole(self, climb: _Climb, best: Timetable, effort: float) -> None:
        """All events free. While there is no valid timetable, with required constraints hard, and displacing has its turn."""
        if climb.strict is not None and climb.displacing is not None and not self.is_refuted:
            self.ask_in_turns(climb, climb.strict, climb.displacing, effort)
            return
        building = climb.building
        state = self.settle(building, best)
        answer = self.ask(building.model.clone(), seed=self.draw(), hint=state, effort=effort, workers=1)
        self.learn(building, answer)
        if answer.status in _FOUND:
            timetable = building.pieces(answer.value)
            self.is_unshared = self.is_unshared or timetable is None
            self.advance(best, timetable)
        if answer.status in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            climb.is_done = True
            # Required constraints alone having been settled, the wishes still are to be.
            self.is_exhausted = climb.wishes

    def ask_in_turns(self, climb: _Climb, strict: Building, displacing: Displacing, effort: float) -> None:
        """The whole with required constraints hard, and displacing, for so much effort each."""
        self.ask_strictly(strict, displacing, effort=effort)
        if self.is_refuted:
            climb.whole_effort = float("inf")
        elif not self.is_settled():
            if displacing.is_done:
                # Everything has its place, and something is amiss that displacing does not see: once more from the beginning.
                displacing = climb.displacing = Displacing(self.problem, self.classes, self.chance)
            self.displace(displacing, effort=effort)

    def ask_near(self, climb: _Climb, best: Timetable, free: frozenset[int], kind: int) -> None:
        """A neighbourhood: some events free, in a model of what concerns them."""
        held = climb.holding.hold(climb.seen(best), free)
        building = build_held(held, self.classes, price=climb.price, wishes=climb.wishes)
        hints = building.values(best)
        answer = self.ask(
            building.model, seed=self.draw(), hint_values=hints, effort=climb.step, workers=1, is_small=True
        )
        won = False
        if answer.status in _FOUND and answer.cost <= climb.cost_of(held):
            won = self.advance(best, building.pieces(answer.value), free)
        with self.lock:
            climb.judge(kind, answer, won, len(self.problem.events))

    def advance(self, best: Timetable, timetable: Timetable | None, free: frozenset[int] | None = None) -> bool:
        """Goes on from a timetable found near ``best`` that is better than the best so far, or as good as it and another. Whether it is better."""
        if timetable is None or timetable == best:
            return False
        with self.lock:
            if self.best is not best and free is not None:
                # Somebody else was quicker: what was found may still go with what he found.
                mine = [piece for piece in timetable.pieces if piece.event in free]
                others = [piece for piece in self.best.pieces if piece.event not in free]
                return self.consider(timetable) or self.consider(Timetable.of(self.problem, [*others, *mine]))
            return self.consider(timetable, or_as_good=self.best is best)

    def settle(self, building: Building, best: Timetable) -> list[int] | None:
        """The values of all variables at a timetable; None where the model cannot say it."""
        values = building.values(best)
        model = building.model.clone()
        variables = np.array(list(values), np.int64)
        _fix(model, variables, np.array(list(values.values()), np.int64), _are_counts(model, variables))
        answer = self.ask(model, seed=self.draw(), effort=20.0, hint_values=values, workers=1)
        return answer.solution if answer.status in _FOUND else None

    def learn(self, building: Building, answer: Answer) -> None:
        """What the whole model says of all timetables."""
        if building.price is not None or answer.status not in _FOUND or not building.variables:
            return
        bound = max(0, ceil(answer.bound - 1e-6)) if building.is_exhaustive else 0
        with self.lock:
            if self.bound is None or bound > self.bound:
                self.bound = bound
                self.tell()

    def ask(
        self,
        model: cp_model.CpModel,
        *,
        seed: int,
        workers: int | None = None,
        is_linear: bool = True,
        is_small: bool = False,
        hint: list[int] | None = None,
        hint_values: dict[int, int] | None = None,
        seconds: float | None = None,
        effort: float | None = None,
    ) -> Answer:
        """CP-SAT on a model, within what is left of time and effort; it is stopped if somebody cancels."""
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = workers or self.params.workers
        parameters.random_seed = seed
        if not is_linear:
            parameters.linearization_level = 0
        if is_small:
            # What these find in a model that is mostly fixed is not worth their time.
            parameters.cp_model_probing_level = 0
            parameters.symmetry_level = 0
        left = max(0.01, self.seconds_left())
        work = min(self.effort_left(), effort if effort is not None else float("inf"))
        is_exact = self.params.workers == 1 and self.params.effort is not None
        parameters.max_time_in_seconds = left if seconds is None or is_exact else min(left, seconds)
        if work < float("inf"):
            parameters.max_deterministic_time = max(1e-3, work)
        if hint is not None:
            row = model.proto.solution_hint
            row.vars.extend(list(range(len(hint))))
            row.values.extend(hint)
        elif hint_values is not None:
            row = model.proto.solution_hint
            row.vars.extend(list(hint_values))
            row.values.extend(list(hint_values.values()))
        done = threading.Event()
        watcher = None
        if self.cancelled is not None:
            watcher = threading.Thread(target=self._watch, args=(solver, done), daemon=True)
            watcher.start()
        try:
            status = solver.solve(model)
        finally:
            done.set()
            if watcher is not None:
                watcher.join()
        response = solver.response_proto
        with self.lock:
            # What takes no effort to speak of is work all the same, or a search for nothing would never end.
            self.spent += max(response.deterministic_time, _LEAST)
        found = status in _FOUND
        solution = list(response.solution) if found else []
        return Answer(
            status,
            solution,
            response.best_objective_bound if found else 0.0,
            response.objective_value if found else 0.0,
            response.deterministic_time,
        )

    def _watch(self, solver: cp_model.CpSolver, done: threading.Event) -> None:
        while not done.wait(0.1):
            if self.cancelled is not None and self.cancelled():
                self.is_cancelled = True
                solver.stop_search()


_FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


@dataclass(frozen=True)
class Answer:
    status: cp_model.CpSolverStatus
    solution: list[int]
    bound: float
    cost: float
    effort: float

    def value(self, variable: object) -> int:
        return self.solution[variable.index]  # type: ignore[attr-defined]


@dataclass
class _Climb:
    """What neighbourhoods of the best so far have brought. ``strict`` and ``displacing``: while there is no valid timetable, how the whole is asked."""

    problem: Problem
    classes: Classes
    price: int | None = None
    wishes: bool = True
    strict: Building | None = None
    displacing: Displacing | None = None
    weights: list[float] = field(default_factory=lambda: [1.0] * len(CHOICES))
    sizes: list[float] = field(init=False)
    failures: int = 0
    since_won: int = 0
    spent: float = 0.0
    step: float = _STEP
    whole_effort: float = 1.0
    failure: Exception | None = None
    is_done: bool = False
    _seen: tuple[Timetable, Occupancy] | None = None

    def __post_init__(self) -> None:
        self.around = Surroundings(self.problem)
        self.holding = Holding(self.problem, self.classes)
        self.sizes = [12.0 + len(self.problem.events) / 20] * len(CHOICES)

    @cached_property
    def building(self) -> Building:
        """The whole model, which only the first thread asks for."""
        return build(self.problem, self.classes, price=self.price, wishes=self.wishes)

    def seen(self, best: Timetable) -> Occupancy:
        """The best timetable laid open."""
        known = self._seen
        if known is None or known[0] is not best:
            known = self._seen = (best, Occupancy(self.problem, best))
        return known[1]

    def cost_of(self, held: Held) -> int:
        """What the points of a neighbourhood cost before, as its model counts."""
        required = 0 if self.price is None else self.price * held.required
        return required + (held.optional if self.wishes else 0)

    def is_sayable(self, verdict: Verdict) -> bool:
        """Whether a model can say the best timetable: clashes are out of it at any price."""
        kinds = self.problem.constraints
        return not verdict.faults and not any(
            breach.cost and isinstance(kinds[breach.constraint], AvoidClashes) and kinds[breach.constraint].required
            for breach in verdict.breaches
        )

    def is_due(self) -> bool:
        """Whether it is the turn of the whole: when neighbourhoods have cost as much as it may, and the last ones have brought nothing."""
        return self.spent >= self.whole_effort and (self.strict is not None or self.failures >= 10)

    def judge(self, kind: int, answer: Answer, won: bool, events: int) -> None:
        """Neighbourhoods of a kind that brings something are chosen more often; they are as large as CP-SAT can finish."""
        self.spent += max(answer.effort, 4 * _LEAST)
        self.failures = 0 if won else self.failures + 1
        self.since_won = 0 if won else self.since_won + 1
        if won:
            self.step = max(_STEP, self.step / 1.2)
        elif self.since_won % 20 == 0:
            # Small neighbourhoods have nothing left to give: larger ones take longer.
            self.step = min(_LONGEST_STEP, self.step * 1.5)
        self.weights[kind] = max(0.1, 0.85 * self.weights[kind] + (0.75 if won else 0.0))
        if answer.status == cp_model.OPTIMAL:
            growth = 1.6 if answer.effort < self.step / 25 else 1.3 if answer.effort < self.step / 10 else 1.05
            self.sizes[kind] = min(float(events), self.sizes[kind] * growth)
        elif not won:
            self.sizes[kind] = max(3.0, self.sizes[kind] * 0.85)


def _fix(model: cp_model.CpModel, variables: IntArray, values: IntArray, is_count: NDArray[np.bool_]) -> None:
    """Fixes variables at values: Booleans by one row of literals, the few counts by their domains."""
    proto = model.proto
    for index, value in zip(variables[is_count].tolist(), values[is_count].tolist(), strict=True):
        domain = proto.variables[index].domain
        domain.clear()
        domain.extend([value, value])
    booleans = variables[~is_count]
    literals = np.where(values[~is_count] == 1, booleans, -booleans - 1)
    proto.constraints.add().bool_and.literals.extend(literals.tolist())


def _are_counts(model: cp_model.CpModel, variables: IntArray) -> NDArray[np.bool_]:
    """Which of the variables are no Booleans."""
    domains = [model.proto.variables[index].domain for index in variables.tolist()]
    return np.array([domain[len(domain) - 1] > 1 for domain in domains], dtype=bool)


def _rank(verdict: Verdict) -> tuple[int, int, int]:
    return (len(verdict.faults), verdict.required, verdict.optional)
