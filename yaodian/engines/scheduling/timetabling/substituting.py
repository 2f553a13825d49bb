"""Substitution duty for a day: who takes the lessons of those who are absent, with the reasons for each.

Of everybody who is free, in this order: as many lessons as can be are taken, as many as can be by teachers of the same subject, and duties are
shared so that those who had few so far get them (the sum of squares of everybody's duties is least); of plans that are equal in all three, that in which
lessons are taken by those who stand first among their candidates. It is a flow of least cost; where double lessons meet single ones it is a model
for CP-SAT, one thread, within a bound of work that small days do not reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # type: ignore[import-untyped]  # OR-Tools has no types here
from ortools.sat.python import cp_model

from .constraints.busyness import AvoidUnavailableTimes
from .occupancy import Occupancy
from .problem import Piece, Problem, Timetable

#: Duties of one day are few; this only bounds the work where somebody asks for a whole school.
_EFFORT = 10.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is free: ``same_subject``, ``knows_pupils`` (teaches some of them anyhow), ``is_there`` (has a lesson on that day), duties ``past``."""

    teacher: int
    same_subject: bool
    knows_pupils: bool
    is_there: bool
    past: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A lesson (a piece, by index) of ``absent``, who takes it (None: nobody can), and all who might, the best first."""

    piece: int
    absent: int
    teacher: int | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class DutyAmiss:
    """``reason``: «busy», «away», «absent», «twice», «too-many» or «no-teacher»; of the duty at this place of the plan."""

    place: int
    reason: str


@dataclass(frozen=True)
class Day:
    """The times of a day in one week of the cycle, who is absent, and who is never asked (``exempt``).

    ``past``: duties so far. ``most``: duties of one teacher on the day. ``subjects``: what teachers teach (courses), found in the timetable unless given.
    """

    times: frozenset[int]
    absent: frozenset[int]
    week: int = 0
    exempt: frozenset[int] = frozenset()
    past: Mapping[int, int] | None = None
    most: int = 2
    subjects: Mapping[int, Collection[str]] | None = None
    kind: str = "teacher"


def substitute(problem: Problem, timetable: Timetable, day: Day) -> tuple[Duty, ...]:
    """A duty for every lesson of the absent, by time and then by piece."""
    seen = Occupancy(problem, timetable)
    lessons = _lessons(seen, day)
    candidates = [_candidates(seen, day, absent, piece) for absent, _index, piece in lessons]
    chosen = _shared([piece for _absent, _index, piece in lessons], candidates, seen, day)
    return tuple(
        Duty(index, absent, teacher, found)
        for (absent, index, _piece), teacher, found in zip(lessons, chosen, candidates, strict=True)
    )


def verify_substitution(
    problem: Problem, timetable: Timetable, day: Day, duties: Sequence[Duty]
) -> tuple[DutyAmiss, ...]:
    """What is wrong with a plan, from the timetable alone; duties that nobody takes are no fault."""
    found = []
    closed = _closed(problem)
    taken: dict[int, list[int]] = defaultdict(list)
    count: dict[int, int] = defaultdict(int)
    for place, duty in enumerate(duties):
        teacher = duty.teacher
        if teacher is None:
            continue
        lesson = timetable.pieces[duty.piece]
        span = set(problem.span(lesson.time or 0, lesson.duration) or ())
        if problem.resources[teacher].kind != day.kind:
            found.append(DutyAmiss(place, "no-teacher"))
        if teacher in day.absent or teacher in day.exempt:
            found.append(DutyAmiss(place, "absent"))
        if not closed.get(teacher, set()).isdisjoint(span):
            found.append(DutyAmiss(place, "away"))
        for piece in timetable.pieces:
            if piece.time is None or teacher not in piece.resources or day.week not in problem.weeks_of(piece.event):
                continue
            if not span.isdisjoint(_with_meeting(problem, problem.span(piece.time, piece.duration) or ())):
                found.append(DutyAmiss(place, "busy"))
                break
        if not span.isdisjoint(_with_meeting(problem, taken[teacher])):
            found.append(DutyAmiss(place, "twice"))
        taken[teacher] += span
        count[teacher] += 1
        if count[teacher] > day.most:
            found.append(DutyAmiss(place, "too-many"))
    return tuple(found)


def _lessons(seen: Occupancy, day: Day) -> list[tuple[int, int, Piece]]:
    """The absent, the index of the piece, and the piece, of every lesson that wants somebody."""
    found = []
    for index, piece in enumerate(seen.timetable.pieces):
        if piece.time is None or piece.time not in day.times or day.week not in seen.problem.weeks_of(piece.event):
            continue
        # A meeting without pupils goes on without whoever is absent.
        if all(one is None or seen.problem.resources[one].kind == day.kind for one in piece.resources):
            continue
        found += [(one, index, piece) for one in piece.resources if one in day.absent]
    return sorted(found, key=lambda one: (one[2].time or 0, one[1], one[0]))


def _candidates(seen: Occupancy, day: Day, absent: int, lesson: Piece) -> tuple[Candidate, ...]:
    problem, past = seen.problem, day.past or {}
    closed = _closed(problem)
    course = problem.events[lesson.event].course
    pupils = {one for one in lesson.resources if one is not None and problem.resources[one].size is not None}
    span = set(seen.times_of(lesson))
    blocked = _with_meeting(problem, span)
    found = []
    for teacher, resource in enumerate(problem.resources):
        if resource.kind != day.kind or teacher in day.absent or teacher in day.exempt or teacher in lesson.resources:
            continue
        busy = seen.busy[teacher][day.week]
        if not blocked.isdisjoint(busy) or not closed.get(teacher, set()).isdisjoint(span):
            continue
        taught = [piece for week in seen.busy[teacher] for pieces in week.values() for piece in pieces]
        if day.subjects is not None:
            same = course in day.subjects.get(teacher, ())
        else:
            same = bool(course) and any(problem.events[piece.event].course == course for piece in taught)
        found.append(
            Candidate(
                teacher,
                same,
                any(not pupils.isdisjoint(piece.resources) for piece in taught),
                not day.times.isdisjoint(busy),
                past.get(teacher, 0),
            )
        )
    found.sort(key=lambda one: (not one.same_subject, one.past, not one.knows_pupils, not one.is_there, one.teacher))
    return tuple(found)


def _shared(
    lessons: Sequence[Piece], candidates: Sequence[tuple[Candidate, ...]], seen: Occupancy, day: Day
) -> list[int | None]:
    """Who takes which lesson: lexicographically most lessons, most of the same subject, least sum of squares, earliest in the order of candidates."""
    prices = _Prices(candidates, day.past or {})
    spans = [frozenset(_with_meeting(seen.problem, seen.times_of(lesson))) for lesson in lessons]
    bands = _bands(spans)
    if all(not spans[one].isdisjoint(spans[other]) for band in bands for one in band for other in band):
        return _by_flow(candidates, bands, prices, day.most)
    return _by_search(candidates, spans, prices, day.most)


class _Prices:
    """What taking a lesson costs, by which the four aims are one sum: each outweighs all that come after it."""

    def __init__(self, candidates: Sequence[tuple[Candidate, ...]], past: Mapping[int, int]) -> None:
        self._past = past
        lessons = len(candidates)
        self._step = sum(max(0, len(found) - 1) for found in candidates) + 1
        highest = max((past.get(one.teacher, 0) for found in candidates for one in found), default=0) + lessons
        self._fair = (2 * highest * lessons + 1) * self._step
        #: What a lesson costs that nobody takes.
        self.untaken = self._fair * (lessons + 1)

    def taking(self, candidate: Candidate, rank: int) -> int:
        return rank + (0 if candidate.same_subject else self._fair)

    def duty(self, teacher: int, number: int) -> int:
        """The ``number``-th duty of the day (from 0) on top of p adds 2(p + number) + 1 to the square."""
        return (2 * (self._past.get(teacher, 0) + number) + 1) * self._step


def _bands(spans: Sequence[frozenset[int]]) -> list[list[int]]:
    """Lessons that meet, directly or by way of others."""
    bands: list[tuple[set[int], list[int]]] = []
    for place, span in enumerate(spans):
        met = [band for band in bands if not band[0].isdisjoint(span)]
        bands = [band for band in bands if band[0].isdisjoint(span)]
        bands.append(
            (set(span).union(*(times for times, _ in met)), [*(one for _, band in met for one in band), place])
        )
    return [sorted(band) for _times, band in bands]


def _by_flow(
    candidates: Sequence[tuple[Candidate, ...]], bands: Sequence[Sequence[int]], prices: _Prices, most: int
) -> list[int | None]:
    """Where of the lessons that meet a teacher can take one: a flow from lessons by way of (teacher, band) to teachers, whose duties cost more and more."""
    flow = SimpleMinCostFlow()
    sink, count = 0, len(candidates)
    node: dict[object, int] = {}

    def at(key: object) -> int:
        return node.setdefault(key, 1 + count + len(node))

    arcs: dict[int, tuple[int, int]] = {}
    for number, band in enumerate(bands):
        for place in band:
            flow.set_node_supply(1 + place, 1)
            flow.add_arc_with_capacity_and_unit_cost(1 + place, sink, 1, prices.untaken)
            for rank, one in enumerate(candidates[place]):
                arc = flow.add_arc_with_capacity_and_unit_cost(
                    1 + place, at((one.teacher, number)), 1, prices.taking(one, rank)
                )
                arcs[arc] = (place, one.teacher)
        for teacher in sorted({one.teacher for place in band for one in candidates[place]}):
            flow.add_arc_with_capacity_and_unit_cost(at((teacher, number)), at(teacher), 1, 0)
    for teacher in sorted({one.teacher for found in candidates for one in found}):
        for number in range(min(most, len(bands))):
            flow.add_arc_with_capacity_and_unit_cost(at(teacher), sink, 1, prices.duty(teacher, number))
    flow.set_node_supply(sink, -count)
    chosen: list[int | None] = [None] * count
    if flow.solve() == flow.OPTIMAL:
        for arc, (place, teacher) in arcs.items():
            if flow.flow(arc):
                chosen[place] = teacher
    return chosen


def _by_search(
    candidates: Sequence[tuple[Candidate, ...]], spans: Sequence[frozenset[int]], prices: _Prices, most: int
) -> list[int | None]:
    """Where a lesson meets two that do not meet each other (a double lesson and two single ones), which no flow can say."""
    model = cp_model.CpModel()
    takes = [{one.teacher: model.new_bool_var("") for one in found} for found in candidates]
    terms: list[tuple[Any, int]] = []
    by_teacher: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for place, (found, options) in enumerate(zip(candidates, takes, strict=True)):
        untaken = model.new_bool_var("")
        model.add_exactly_one([untaken, *options.values()])
        terms.append((untaken, prices.untaken))
        for rank, one in enumerate(found):
            terms.append((options[one.teacher], prices.taking(one, rank)))
            by_teacher[one.teacher].append((place, options[one.teacher]))
    for teacher, mine in by_teacher.items():
        at: dict[int, list[Any]] = defaultdict(list)
        for place, literal in mine:
            for time in spans[place]:
                at[time].append(literal)
        for literals in at.values():
            model.add_at_most_one(literals)
        levels = [model.new_bool_var("") for _ in range(min(most, len(mine)))]
        model.add(sum(literal for _place, literal in mine) == sum(levels))
        terms += [(level, prices.duty(teacher, number)) for number, level in enumerate(levels)]
    model.minimize(cp_model.LinearExpr.weighted_sum([one for one, _ in terms], [weight for _, weight in terms]))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = _EFFORT
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [None] * len(candidates)
    return [
        next((teacher for teacher, literal in options.items() if solver.boolean_value(literal)), None)
        for options in takes
    ]


def _closed(problem: Problem) -> dict[int, set[int]]:
    closed: dict[int, set[int]] = defaultdict(set)
    for constraint in problem.constraints:
        if isinstance(constraint, AvoidUnavailableTimes) and constraint.required:
            for resource in constraint.resources:
                closed[resource] |= constraint.times
    return closed


def _with_meeting(problem: Problem, times: Collection[int]) -> set[int]:
    """The times and those of other schedules that meet them in the clock."""
    return {*times, *(other for time in times for other in problem.overlapping[time])}
