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

from ortools.sat.python import cp_model

from .encoding import Building, Classes, build, classes_of
from .neighbourhoods import CHOICES, Moment, Surroundings
from .problem import Problem, Timetable
from .verifying import Verdict, verify

# A unit of a required constraint against units of optional ones, while required ones may be missed.
_PRICE = 10_000


class Stop(Enum):
    """Why the search ended."""

    OPTIMAL = "optimal"
    SECONDS = "seconds"
    EFFORT = "effort"
    CANCELLED = "cancelled"
    ENOUGH = "enough"


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
    """The best so far: both costs, the bound on the optional one where there is one, seconds since the begin."""

    required: int
    optional: int
    bound: int | None
    seconds: float


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

    ``start`` is a timetable to go on from. ``progress`` is told of every better one, from the thread that found it; ``cancelled`` is asked several times
    a second.
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
        self.problem = problem
        self.params = params
        self.progress = progress
        self.cancelled = cancelled
        self.began = time.monotonic()
        self.chance = random.Random(seed)  # noqa: S311
        self.spent = 0.0
        self.lock = threading.RLock()
        self.classes: Classes = classes_of(problem)
        self.bound: int | None = None
        self.is_impossible = False
        self.is_cancelled = False
        self.best: Timetable = Timetable.of(problem, ())
        self.verdict = verify(problem, self.best)

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

    def consider(self, timetable: Timetable | None) -> bool:
        """Takes a timetable as the best if it is better."""
        if timetable is None:
            return False
        verdict = verify(self.problem, timetable)
        if _rank(verdict) >= _rank(self.verdict):
            return False
        self.best, self.verdict = timetable, verdict
        self.tell()
        return True

    def tell(self) -> None:
        if self.progress is not None:
            self.progress(
                Progress(self.verdict.required, self.verdict.optional, self.bound, time.monotonic() - self.began)
            )

    # The search

    def run(self, start: Timetable | None) -> Result:
        if start is not None:
            self.consider(start)
        if not any(constraint.weight and not constraint.required for constraint in self.problem.constraints):
            self.bound = 0
        if not self.verdict.is_valid and not self.is_over():
            self.construct()
        if not self.is_over():
            if not self.verdict.is_valid:
                self.improve(build(self.problem, self.classes, price=_PRICE))
            if not self.is_over():
                self.improve(build(self.problem, self.classes))
        return self.result()

    def result(self) -> Result:
        if self.is_optimal():
            stopped = Stop.OPTIMAL
        elif self.is_cancelled:
            stopped = Stop.CANCELLED
        elif self.is_enough():
            stopped = Stop.ENOUGH
        elif self.effort_left() <= 0:
            stopped = Stop.EFFORT
        else:
            stopped = Stop.SECONDS
        return Result(
            self.best,
            self.verdict,
            self.bound,
            self.is_optimal(),
            self.is_impossible,
            time.monotonic() - self.began,
            stopped,
        )

    def construct(self) -> None:
        """Required constraints alone, all hard."""
        building = build(self.problem, self.classes, wishes=False)
        answer = self.ask(
            building.model,
            seed=self.chance.randrange(2**31 - 1),
            seconds=self.seconds_left() * 0.5,
            effort=self.effort_left() * 0.5,
        )
        if answer.status in _FOUND:
            if (
                not self.consider(building.pieces(answer.value))
                and len(self.classes.members)
                and any(len(members) > 1 for members in self.classes.members)
            ):
                # Counted rooms could not be shared out: name them all.
                self.classes = classes_of(self.problem, named=True)
                self.construct()
        elif answer.status == cp_model.INFEASIBLE:
            self.is_impossible = building.is_exhaustive

    def improve(self, building: Building) -> None:
        """Neighbourhoods of the best so far, each by CP-SAT, chosen by what they have brought; in between the whole model, for the bound."""
        climb = _Climb(building, Surroundings(self.problem))
        climb.state = self.settle(building)
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
        """Until time is over, or (while required constraints may be missed) until none is."""
        if climb.failure is not None or (climb.building.price is not None and self.verdict.is_valid):
            return False
        return not self.is_over()

    def _steps(self, climb: _Climb, number: int) -> None:
        try:
            while self.goes_on(climb):
                self.step(climb, number)
        except Exception as error:  # noqa: BLE001  # carried to the thread that waits
            climb.failure = error

    def step(self, climb: _Climb, number: int) -> None:
        """One question to CP-SAT: a neighbourhood, or (the first thread, when these bring nothing) the whole model."""
        building = climb.building
        with self.lock:
            state = climb.state
            events = len(self.problem.events)
            whole = number == 0 and (state is None or climb.failures >= 12 or climb.whole_effort <= 1.0)
            if whole:
                climb.failures = 0
                effort = climb.whole_effort
                climb.whole_effort *= 2
                kind, free = -1, set(range(events))
            elif state is None:
                kind, free, effort = -1, set(), 0.0
            else:
                kind = self.chance.choices(range(len(CHOICES)), climb.weights)[0]
                size = max(3, min(events, round(climb.sizes[kind])))
                moment = Moment(climb.around, self.best, self.verdict.breaches, size, self.chance)
                free, effort = set(CHOICES[kind](moment)), 0.5
            seed = self.chance.randrange(2**31 - 1)
        if not free:
            time.sleep(0.05)
            return
        model = building.model if whole else self.restrict(building, state or [], free)
        if whole:
            model = model.clone()
        answer = self.ask(model, seed=seed, hint=state, effort=effort, workers=1)
        timetable = building.pieces(answer.value) if answer.status in _FOUND and answer.is_changed else None
        with self.lock:
            won = self.consider(timetable)
            if answer.status in _FOUND and (
                won
                or climb.state is None
                or (state is climb.state and answer.is_changed and self._is_as_good(timetable))
            ):
                climb.state = answer.solution
            if whole:
                self.learn(building, answer)
                return
            climb.failures = 0 if won else climb.failures + 1
            climb.weights[kind] = max(0.1, 0.85 * climb.weights[kind] + (0.75 if won else 0.0))
            if answer.status == cp_model.OPTIMAL:
                growth = 1.3 if answer.effort < effort / 10 else 1.05
                climb.sizes[kind] = min(float(events), climb.sizes[kind] * growth)
            elif not won:
                climb.sizes[kind] = max(3.0, climb.sizes[kind] * 0.85)

    def _is_as_good(self, timetable: Timetable | None) -> bool:
        """Takes a timetable that costs the same as the best in its place, so that the search does not stand still on a plateau."""
        if timetable is None:
            return False
        verdict = verify(self.problem, timetable)
        if _rank(verdict) != _rank(self.verdict):
            return False
        self.best, self.verdict = timetable, verdict
        return True

    def settle(self, building: Building) -> list[int] | None:
        """The values of all variables at the best so far; None where the model cannot say it."""
        values = building.values(self.best)
        model = building.model.clone()
        _fix(model, values)
        answer = self.ask(model, seed=self.chance.randrange(2**31 - 1), effort=20.0, hint_values=values)
        return answer.solution if answer.status in _FOUND else None

    def restrict(self, building: Building, state: list[int], free: set[int]) -> cp_model.CpModel:
        values: dict[int, int] = {}
        for part in building.parts:
            if part.event in free:
                continue
            for one in part.starts.values():
                values[one.index] = state[one.index]
            for one in part.unplaced.values():
                values[one.index] = state[one.index]
            for options in part.chosen.values():
                for one in options.values():
                    values[one.index] = state[one.index]
        model = building.model.clone()
        _fix(model, values)
        return model

    def learn(self, building: Building, answer: Answer) -> None:
        """What the whole model says of all timetables."""
        if building.price is not None or not building.is_exhaustive:
            return
        if answer.status in _FOUND and building.variables:
            bound = -int(-answer.bound // 1) if answer.bound > -1e15 else 0
            if self.bound is None or bound > self.bound:
                self.bound = bound

    def ask(
        self,
        model: cp_model.CpModel,
        *,
        seed: int,
        workers: int | None = None,
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
        left = max(0.01, self.seconds_left())
        work = min(self.effort_left(), effort if effort is not None else float("inf"))
        is_exact = self.params.workers == 1 and self.params.effort is not None
        parameters.max_time_in_seconds = left if seconds is None or is_exact else min(left, seconds)
        if work < float("inf"):
            parameters.max_deterministic_time = max(1e-3, work)
        if hint is not None:
            model.clear_hints()
            row = model.proto.solution_hint
            row.vars.extend(list(range(len(hint))))
            row.values.extend(hint)
        elif hint_values is not None:
            model.clear_hints()
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
            self.spent += response.deterministic_time
        found = status in _FOUND
        solution = list(response.solution) if found else []
        return Answer(
            status,
            solution,
            response.best_objective_bound if found else 0.0,
            hint is None or solution != hint,
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
    status: int
    solution: list[int]
    bound: float
    is_changed: bool
    effort: float

    def value(self, variable: object) -> int:
        return self.solution[variable.index]  # type: ignore[attr-defined]


@dataclass
class _Climb:
    """Where the search stands in one model: the values of its variables at the best so far, and what neighbourhoods have brought."""

    building: Building
    around: Surroundings
    state: list[int] | None = None
    weights: list[float] = field(default_factory=lambda: [1.0] * len(CHOICES))
    sizes: list[float] = field(default_factory=lambda: [12.0] * len(CHOICES))
    failures: int = 0
    whole_effort: float = 1.0
    failure: Exception | None = None


def _fix(model: cp_model.CpModel, values: dict[int, int]) -> None:
    """Fixes variables at values."""
    booleans: list[int] = []
    for index, value in values.items():
        domain = model.proto.variables[index].domain
        if len(domain) == 2 and domain[0] == 0 and domain[1] == 1:
            booleans.append(index if value else -index - 1)
        else:
            domain.clear()
            domain.extend([value, value])
    model.proto.constraints.add().bool_and.literals.extend(booleans)


def _rank(verdict: Verdict) -> tuple[int, int, int]:
    return (len(verdict.faults), verdict.required, verdict.optional)
