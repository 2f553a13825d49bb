"""One run of CP-SAT after the other under one time limit, with progress and a way to cancel."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ortools.sat.python import cp_model

from .refusals import UnfitSchool

#: How often, in seconds, it is asked whether somebody cancelled.
ASK_EVERY = 0.05
#: Ways of searching that take turns in one thread.
INTERLEAVED = 8


class Stage(StrEnum):
    """What is being looked for."""

    GROUPS = "groups"
    HOMES = "homes"
    BALANCE = "balance"
    CHANGE = "change"
    REASONS = "reasons"
    RELAXATIONS = "relaxations"
    OFFER = "offer"


class Status(StrEnum):
    """``OPTIMAL``: proven for what the stage looks for. ``FEASIBLE``: valid, perhaps not the best."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Progress:
    """The best found so far in a stage and the bound on it, and the seconds spent in the solver."""

    stage: Stage
    best: int
    bound: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """``seconds`` for everything, by the wall. ``workers`` 1: the same seed gives the same bytes, unless the limit cut a stage
    short or somebody cancelled. ``cancelled`` is asked now and then, from another thread."""

    seconds: float = 60.0
    workers: int = 1
    cancelled: Callable[[], bool] | None = None
    progress: Callable[[Progress], None] | None = None


@dataclass
class Search:
    """The time that is left of ``limits``, and the seed."""

    limits: Limits
    seed: str
    used: float = 0.0
    cut_short: bool = field(default=False)

    def __post_init__(self) -> None:
        if not self.limits.seconds > 0:
            raise UnfitSchool("limit", found=self.limits.seconds)

    def solve(self, model: cp_model.CpModel, stage: Stage, effort: float, *, interleave: bool = False) -> Answer:
        """``effort``: deterministic time at most, about a second each, so that a stage ends alike on any machine. ``interleave``:
        all of the solver's ways of searching by turns, for models where it takes long to find anything."""
        solver = cp_model.CpSolver()
        left = self.limits.seconds - self.used
        if left <= 0 or self.is_cancelled():
            self.cut_short = True
            return Answer(Status.UNKNOWN, solver, 0, 0)
        parameters = solver.parameters
        parameters.max_time_in_seconds = left
        parameters.max_deterministic_time = effort
        parameters.num_workers = self.limits.workers
        if interleave and self.limits.workers == 1:
            parameters.interleave_search = True
            parameters.num_workers = INTERLEAVED
        parameters.random_seed = int.from_bytes(hashlib.sha256(self.seed.encode()).digest()[:4], "big") >> 1
        told = _Told(stage, self, model.has_objective()) if self.limits.progress else None
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(solver, done), daemon=True)
        if self.limits.cancelled:
            watch.start()
        try:
            found = solver.solve(model, told)
        finally:
            done.set()
            if self.limits.cancelled:
                watch.join()
        self.used += solver.wall_time
        status = _STATUS.get(found, Status.UNKNOWN)
        if status in (Status.FEASIBLE, Status.UNKNOWN) and (self.used >= self.limits.seconds or self.is_cancelled()):
            self.cut_short = True
        if status not in (Status.OPTIMAL, Status.FEASIBLE) or not model.has_objective():
            return Answer(status, solver, 0, 0)
        return Answer(status, solver, round(solver.objective_value), _ceiling(solver.best_objective_bound))

    def is_cancelled(self) -> bool:
        return bool(self.limits.cancelled and self.limits.cancelled())

    def _watch(self, solver: cp_model.CpSolver, done: threading.Event) -> None:
        while not done.wait(ASK_EVERY):
            if self.is_cancelled():
                solver.stop_search()


@dataclass(frozen=True)
class Answer:
    """``value`` of a variable, if ``found``; ``best`` and ``bound`` of the objective."""

    status: Status
    solver: cp_model.CpSolver
    best: int
    bound: int

    @property
    def found(self) -> bool:
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    def value(self, expression: cp_model.LinearExprT) -> int:
        return self.solver.value(expression)


class _Told(cp_model.CpSolverSolutionCallback):
    def __init__(self, stage: Stage, search: Search, with_objective: bool) -> None:
        super().__init__()
        self.with_objective = with_objective
        self.stage = stage
        self.search = search

    def on_solution_callback(self) -> None:
        if self.search.limits.progress and self.with_objective:
            self.search.limits.progress(
                Progress(
                    self.stage,
                    round(self.objective_value),
                    _ceiling(self.best_objective_bound),
                    self.search.used + self.wall_time,
                )
            )


def hint(model: cp_model.CpModel, answer: Answer) -> None:
    """Lets the next run on ``model`` begin where ``answer`` ended."""
    model.proto.solution_hint.vars.clear()
    model.proto.solution_hint.values.clear()
    for at, value in enumerate(answer.solver.response_proto.solution):
        model.add_hint(model.get_int_var_from_proto_index(at), value)


_STATUS = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
}


def _ceiling(bound: float) -> int:
    return -int(-(bound - 1e-6) // 1)
