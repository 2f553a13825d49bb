"""The model under construction: who starts when, who is busy when, and what a missed constraint costs.

For an event, a length and a start a Boolean says that a piece of it begins there. Pieces of one length of one event are counted, not named,
wherever the event cannot run beside itself; where it can, or where a constraint speaks of pairs of its pieces, each piece is a
part of its own. The rest (busy times, days used, idle times) are Booleans made once and shared by all constraints that ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling.constraints import busyness, staffing, times
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.problem import Piece, Problem, Timetable

from .classes import Classes, share_out
from .holding import Held
from .points import Literal, Point

# With more lengths than these an event is divided as the constraints on splitting wish, or into single times.
_MANY_LENGTHS = 6


@dataclass
class Part:
    """Pieces of one event that are counted together: ``counts`` how many of each length (None: the event leaves it open), ``starts`` by (length, start)."""

    event: int
    counts: dict[int, int] | None
    lengths: tuple[int, ...]
    alone: bool
    starts: dict[tuple[int, int], Literal] = field(default_factory=dict)
    unplaced: dict[int, Any] = field(default_factory=dict)
    # by (need, length, start): the literal of each class among which the need chooses
    chosen: dict[tuple[int, int, int], dict[int, Literal]] = field(default_factory=dict)
    # of a held event, which cannot move: its placed pieces, by (length, start)
    is_held: bool = False
    held: dict[tuple[int, int], Piece] = field(default_factory=dict)

    def variables(self) -> Iterator[Any]:
        """The variables that say where the pieces are and whom they chose; all others follow from them."""
        yield from self.starts.values()
        yield from self.unplaced.values()
        for options in self.chosen.values():
            yield from options.values()


class Building:
    """A CP-SAT model of a problem. Required constraints are hard, or (``price``) cost so much a unit; ``wishes`` leaves the optional ones out if false.

    With ``held`` only its free events can move, and ``problem`` is its problem.
    """

    def __init__(
        self,
        problem: Problem,
        classes: Classes,
        *,
        price: int | None = None,
        wishes: bool = True,
        held: Held | None = None,
    ) -> None:
        self.problem = problem
        self.classes = classes
        self.price = price
        self.wishes = wishes
        self.held = held
        self.model = cp_model.CpModel()
        self.variables: list[Any] = []
        self.coefficients: list[int] = []
        self.constant = 0
        self.memory: dict[object, Any] = {}
        self._spans: dict[tuple[int, int], tuple[int, ...] | None] = {}
        self._weeks: dict[int, list[tuple[int, int]]] = {}
        self._prefixes: dict[tuple[int | None, ...], list[Literal | None]] = {}
        # False once a length was left out: then what the model proves holds for no other timetables than its own.
        self.is_exhaustive = True
        self.parts: list[Part] = []
        self.parts_of: list[list[Part]] = [[] for _ in problem.events]
        self._lay_parts()
        self._lay_terms()
        self._hold_crowds()
        if price is None and held is None:
            self._fill_weeks()

    # What may begin when

    @cached_property
    def _guarded(self) -> frozenset[int]:
        return frozenset(
            one
            for constraint in self.problem.constraints
            if isinstance(constraint, busyness.AvoidClashes) and constraint.required
            for one in constraint.resources
        )

    @cached_property
    def _must_run(self) -> frozenset[int]:
        return frozenset(
            event
            for constraint in self.problem.constraints
            if isinstance(constraint, times.AssignTimes) and constraint.required
            for event in constraint.events
        )

    @cached_property
    def _named(self) -> frozenset[int]:
        """Events whose pieces must be told apart."""
        named: set[int] = set()
        for constraint in self.problem.constraints:
            if isinstance(constraint, times.AdjoinEvents | staffing.SameResourceIfAdjoining):
                named.update(one for group in constraint.groups for one in group)
            elif isinstance(constraint, times.OrderEvents | times.OrderOnSameDay):
                named.update(one for pair in constraint.pairs for one in pair)
        for index, event in enumerate(self.problem.events):
            if not any(need.resource in self._guarded for need in event.needs):
                named.add(index)
        return frozenset(named)

    @cached_property
    def _lengths(self) -> list[tuple[int, int]]:
        """For every event the shortest and the longest piece that required constraints allow."""
        bounds = [(1, event.duration) for event in self.problem.events]
        for constraint in self.problem.constraints:
            if isinstance(constraint, times.SplitEvents) and constraint.required:
                for event in constraint.events:
                    low, high = bounds[event]
                    bounds[event] = (
                        max(low, constraint.minimum_duration),
                        min(high, constraint.maximum_duration or high),
                    )
        return bounds

    @cached_property
    def _splits(self) -> dict[int, list[times.SplitEvents]]:
        found: dict[int, list[times.SplitEvents]] = {}
        for constraint in self.problem.constraints:
            if isinstance(constraint, times.SplitEvents):
                for event in constraint.events:
                    found.setdefault(event, []).append(constraint)
        return found

    def _wished_lengths(self, event: int, lengths: list[int]) -> list[int]:
        """Of very many lengths those that no constraint on splitting minds, or single times where there is none; the others are left out of the model."""
        if len(lengths) <= _MANY_LENGTHS:
            return lengths
        splits = self._splits.get(event, [])
        wished = [
            one
            for one in lengths
            if all(
                split.minimum_duration <= one and (split.maximum_duration is None or one <= split.maximum_duration)
                for split in splits
            )
        ]
        if not splits:
            wished = lengths[:1]
        duration = self.problem.events[event].duration
        reach = {0}
        for total in range(1, duration + 1):
            if any(total - one in reach for one in wished):
                reach.add(total)
        if duration not in reach:
            return lengths
        self.is_exhaustive = self.is_exhaustive and len(wished) == len(lengths)
        return wished

    @cached_property
    def _forbidden(self) -> dict[int, set[int]]:
        """By resource, times at which it must not be busy."""
        found: dict[int, set[int]] = {}
        for constraint in self.problem.constraints:
            if isinstance(constraint, busyness.AvoidUnavailableTimes) and constraint.required:
                for one in constraint.resources:
                    found.setdefault(one, set()).update(constraint.times)
        return found

    @cached_property
    def _preferred(self) -> list[list[times.PreferTimes]]:
        found: list[list[times.PreferTimes]] = [[] for _ in self.problem.events]
        for constraint in self.problem.constraints:
            if isinstance(constraint, times.PreferTimes) and constraint.required:
                for event in constraint.events:
                    found[event].append(constraint)
        return found

    def _starts(self, event: int, length: int) -> list[int]:
        """Where a piece of an event may begin, as far as required constraints on it and its given resources say."""
        problem = self.problem
        whole = problem.events[event]
        closed: set[int] = set()
        for need in whole.needs:
            if need.resource is not None:
                closed |= self._forbidden.get(need.resource, set()) | self._taken(event, need.resource)
        found = []
        for start in range(len(problem.times)) if whole.time is None else (whole.time,):
            span = self.span(start, length)
            if span is None or not closed.isdisjoint(span):
                continue
            if not any(constraint.missing(span) for constraint in self._preferred[event]):
                found.append(start)
        return found

    def _taken(self, event: int, resource: int) -> set[int]:
        """Times at which a held piece keeps a resource from an event."""
        busy = self.held.busy.get(resource) if self.held is not None else None
        if not busy:
            return set()
        weeks = self.problem.weeks_of(event)
        return {time for week, time in busy if week in weeks}

    @cached_property
    def _one(self) -> Literal:
        """A literal that is true."""
        return self.model.new_constant(1)

    def _is_true(self, literal: Literal) -> bool:
        return self.held is not None and bool(literal.index == self._one.index)

    def span(self, start: int, length: int) -> tuple[int, ...] | None:
        if (start, length) not in self._spans:
            self._spans[start, length] = self.problem.span(start, length)
        return self._spans[start, length]

    def _lay_parts(self) -> None:
        for index, event in enumerate(self.problem.events):
            if self.held is not None and index not in self.held.free:
                self._lay_held(index, self.held.pieces.get(index, ()))
                continue
            low, high = self._lengths[index]
            if event.duration < 1:
                continue
            if event.pieces is not None:
                lengths = sorted(event.pieces, reverse=True)
                if index in self._named:
                    parts = [Part(index, {one: 1}, (one,), True) for one in lengths]
                else:
                    counts = {one: lengths.count(one) for one in lengths}
                    parts = [Part(index, counts, tuple(counts), len(lengths) == 1)]
            elif event.duration == 1 or event.time is not None:
                parts = [Part(index, {event.duration: 1}, (event.duration,), True)]
            else:
                lengths = self._wished_lengths(index, list(range(max(low, 1), high + 1)) or [event.duration])
                if self.price is not None and event.duration not in lengths:
                    # So that there is always a way to divide it, if only to leave it unplaced.
                    lengths.append(event.duration)
                if index in self._named:
                    parts = [Part(index, None, tuple(lengths), True) for _ in range(event.duration // lengths[0] or 1)]
                else:
                    parts = [Part(index, None, tuple(lengths), False)]
            for part in parts:
                self._lay_starts(part)
            self.parts.extend(parts)
            self.parts_of[index] = parts
            if event.pieces is None and parts[0].counts is None:
                self._lay_division(index, parts)

    def _lay_held(self, index: int, pieces: Sequence[Piece]) -> None:
        """Parts of an event that stays where it is."""
        is_named = index in self._named
        groups = [[piece] for piece in pieces] if is_named or len(pieces) == 1 else [list(pieces)] if pieces else []
        parts = []
        for group in groups:
            lengths = [piece.duration for piece in group]
            counts = {one: lengths.count(one) for one in lengths}
            part = Part(index, counts, tuple(counts), len(group) == 1, is_held=True)
            for piece in group:
                if piece.time is not None:
                    part.starts[piece.duration, piece.time] = self._one
                    part.held[piece.duration, piece.time] = piece
            for length in part.lengths:
                stay = sum(piece.duration == length and piece.time is None for piece in group)
                if stay:
                    part.unplaced[length] = self.model.new_constant(stay)
            parts.append(part)
        self.parts.extend(parts)
        self.parts_of[index] = parts

    def _lay_starts(self, part: Part) -> None:
        model = self.model
        may_stay = self.price is not None or part.event not in self._must_run
        for length in part.lengths:
            for start in self._starts(part.event, length):
                part.starts[length, start] = model.new_bool_var("")
            if may_stay:
                most = (
                    part.counts[length]
                    if part.counts is not None
                    else self.problem.events[part.event].duration // length
                )
                most = 1 if part.alone else most
                part.unplaced[length] = model.new_int_var(0, most, "") if most > 1 else model.new_bool_var("")
        if part.counts is not None:
            for length, count in part.counts.items():
                terms = [one for (long, _), one in part.starts.items() if long == length]
                if length in part.unplaced:
                    terms.append(part.unplaced[length])
                if count == 1:
                    model.add_exactly_one(terms)
                else:
                    model.add(cp_model.LinearExpr.sum(terms) == count)
        elif part.alone:
            model.add_at_most_one([*part.starts.values(), *part.unplaced.values()])

    def _lay_division(self, index: int, parts: list[Part]) -> None:
        terms: list[Any] = []
        lengths: list[int] = []
        for part in parts:
            for (length, _), one in part.starts.items():
                terms.append(one)
                lengths.append(length)
            for length, one in part.unplaced.items():
                terms.append(one)
                lengths.append(length)
        self.model.add(cp_model.LinearExpr.weighted_sum(terms, lengths) == self.problem.events[index].duration)

    # Who is busy when

    @cached_property
    def attending(self) -> dict[int, list[tuple[int, int]]]:
        """For every resource the needs (event, place) that have it or may choose it."""
        found: dict[int, list[tuple[int, int]]] = {}
        for index, event in enumerate(self.problem.events):
            for place, need in enumerate(event.needs):
                for one in need.candidates if need.resource is None else (need.resource,):
                    found.setdefault(one, []).append((index, place))
        return found

    def _lay_terms(self) -> None:
        """``terms[resource][week][time]``: literals of pieces at which the resource is busy; ``crowds`` the same for classes of several resources."""
        problem = self.problem
        self.terms: list[list[dict[int, list[Literal]]]] = [
            [{} for _ in range(problem.cycle)] for _ in problem.resources
        ]
        self.crowds: list[list[dict[int, list[Literal]]]] = [
            [{} for _ in range(problem.cycle)] for _ in self.classes.members
        ]
        self.bearers: dict[tuple[int, int], list[tuple[int, Literal]]] = {}
        # the parts that bring a resource its literals, as (part, literals by time)
        self.attended: list[list[tuple[int, int, Literal, int]]] = [[] for _ in problem.resources]
        for part in self.parts:
            event = problem.events[part.event]
            weeks = problem.weeks_of(part.event)
            given = [need.resource for need in event.needs if need.resource is not None]
            open_needs = [place for place, need in enumerate(event.needs) if need.resource is None]
            for (length, start), literal in part.starts.items():
                span = self.span(start, length) or ()
                for resource in given:
                    self._attend(resource, weeks, span, literal, part.event, length)
                for place in open_needs:
                    options = self._choose(part, place, length, start, span)
                    for number, one in options.items():
                        members = self.classes.members[number]
                        if len(members) == 1:
                            self._attend(members[0], weeks, span, one, part.event, length)
                        else:
                            for week in weeks:
                                there = self.crowds[number][week]
                                for time in span:
                                    there.setdefault(time, []).append(one)

    def _attend(
        self, resource: int, weeks: Sequence[int], span: Sequence[int], literal: Literal, event: int, length: int
    ) -> None:
        self.attended[resource].append((event, length, literal, span[0]))
        for week in weeks:
            there = self.terms[resource][week]
            for time in span:
                if time in there:
                    there[time].append(literal)
                else:
                    there[time] = [literal]

    def _choose(self, part: Part, place: int, length: int, start: int, span: Sequence[int]) -> dict[int, Literal]:
        model = self.model
        options: dict[int, Literal] = {}
        if (length, start) in part.held:
            number = self._class_of.get(part.held[length, start].resources[place], -1)
            part.chosen[place, length, start] = {} if number < 0 else {number: self._one}
            return part.chosen[place, length, start]
        for number in self.classes.choices[part.event, place]:
            members = self.classes.members[number]
            closed = self._forbidden.get(members[0], set())
            if len(members) == 1:
                closed = closed | self._taken(part.event, members[0])
            if closed.isdisjoint(span):
                options[number] = model.new_bool_var("")
        literal = part.starts[length, start]
        must = self.price is None and (part.event, self.problem.events[part.event].needs[place].role) in self._must_have
        if not options:
            if must:
                model.add_bool_and([~literal])
        elif must and len(options) == 1:
            number = next(iter(options))
            options[number] = literal
        elif must:
            model.add_exactly_one([*options.values(), ~literal])
        elif len(options) == 1:
            model.add_implication(next(iter(options.values())), literal)
        else:
            model.add_at_most_one([*options.values(), ~literal])
        part.chosen[place, length, start] = options
        return options

    @cached_property
    def _class_of(self) -> dict[int | None, int]:
        return {one: number for number, group in enumerate(self.classes.members) for one in group}

    @cached_property
    def _must_have(self) -> frozenset[tuple[int, str]]:
        return frozenset(
            (event, constraint.role)
            for constraint in self.problem.constraints
            if isinstance(constraint, staffing.AssignResources) and constraint.required
            for event in constraint.events
        )

    def _fill_weeks(self) -> None:
        """Whoever has all of his pieces in the week is busy as long as they last; in a full week, at every time."""
        chosen = {one for group in self.classes.members for one in group}
        load: dict[tuple[int, int], int] = {}
        loose: set[int] = set(chosen)
        for index, event in enumerate(self.problem.events):
            for need in event.needs:
                if need.resource is None:
                    continue
                if index not in self._must_run:
                    loose.add(need.resource)
                for week in self.problem.weeks_of(index):
                    load[need.resource, week] = load.get((need.resource, week), 0) + event.duration
        seen: set[tuple[int, ...]] = set()
        for resource in sorted(self._guarded - loose):
            for week, _ in self.weeks(resource):
                there = self.terms[resource][week]
                hours = load.get((resource, week), 0)
                if hours > len(there):
                    self.model.add_bool_or([])
                elif hours == len(there):
                    for terms in there.values():
                        self.model.add_exactly_one(terms)
                else:
                    busy = [self.any_of(terms, exclusive=True) for terms in there.values()]
                    key = tuple(sorted(one.index for one in busy))
                    if key not in seen:
                        seen.add(key)
                        self.model.add(cp_model.LinearExpr.sum(busy) == hours)

    def _hold_crowds(self) -> None:
        """Of a class no more are in use than there are, at whatever price: those whom it counts could not be named otherwise."""
        overlapping = self.problem.overlapping
        for members, crowd in zip(self.classes.members, self.crowds, strict=True):
            seen: set[tuple[int, ...]] = set()
            for there in crowd:
                for time, terms in there.items():
                    for row in (terms, *([*terms, *there[other]] for other in overlapping[time] if other in there)):
                        key = tuple(one.index for one in row)
                        if len(row) > len(members) and key not in seen:
                            seen.add(key)
                            self.model.add(cp_model.LinearExpr.sum(row) <= len(members))

    def weeks(self, resource: int) -> list[tuple[int, int]]:
        """Weeks in which a resource's literals differ, each with how many weeks of the cycle are like it."""
        if resource not in self._weeks:
            found: list[tuple[int, int]] = []
            for week in range(self.problem.cycle):
                for at, (like, count) in enumerate(found):
                    if self._same(self.terms[resource][week], self.terms[resource][like]):
                        found[at] = (like, count + 1)
                        break
                else:
                    found.append((week, 1))
            self._weeks[resource] = found
        return self._weeks[resource]

    @staticmethod
    def _same(one: dict[int, list[Literal]], other: dict[int, list[Literal]]) -> bool:
        return one.keys() == other.keys() and all(
            len(one[time]) == len(other[time])
            and all(a.index == b.index for a, b in zip(one[time], other[time], strict=True))
            for time in one
        )

    def busy(self, resource: int, week: int, time: int) -> Literal | None:
        """The Boolean that a resource is busy; None where it never is."""
        terms = self.terms[resource][week].get(time)
        if not terms:
            return None
        exclusive = resource in self._guarded
        return self.any_of(terms, exclusive=exclusive)

    def bearing(self, resource: int, week: int, time: int, tag: str | None) -> Literal | None:
        """``busy`` with only the events that bear a tag."""
        if tag is None:
            return self.busy(resource, week, time)
        key = ("tagged", resource, week, tag)
        if key not in self.memory:
            there: dict[int, list[Literal]] = {}
            for event, length, literal, start in self.attended[resource]:
                if tag in self.problem.events[event].tags and week in self.problem.weeks_of(event):
                    for one in self.span(start, length) or ():
                        there.setdefault(one, []).append(literal)
            self.memory[key] = there
        terms = self.memory[key].get(time)
        if not terms:
            return None
        return self.any_of(terms, exclusive=resource in self._guarded)

    def any_of(self, literals: Sequence[Literal], *, exclusive: bool = False) -> Literal:
        """A Boolean that is true exactly if one of the literals is; with ``exclusive`` at most one of them can be."""
        if len(literals) == 1:
            return literals[0]
        if any(self._is_true(one) for one in literals):
            return self._one
        key = ("any", tuple(sorted({one.index for one in literals})))
        if key not in self.memory:
            one = self.model.new_bool_var("")
            if exclusive:
                self.model.add_exactly_one([*literals, ~one])
            else:
                self.model.add_bool_or([*literals, ~one])
                self.model.add_bool_and(~other for other in literals).only_enforce_if(~one)
            self.memory[key] = one
        return self.memory[key]

    def running(self, event: int, time: int) -> Literal | None:
        """The Boolean that an event runs at a time."""
        key = ("running", event)
        if key not in self.memory:
            there: dict[int, list[Literal]] = {}
            for part in self.parts_of[event]:
                for (length, start), literal in part.starts.items():
                    for one in self.span(start, length) or ():
                        there.setdefault(one, []).append(literal)
            self.memory[key] = there
        literals = self.memory[key].get(time)
        if not literals:
            return None
        parts = self.parts_of[event]
        exclusive = len(parts) == 1 and (parts[0].alone or event not in self._named)
        return self.any_of(literals, exclusive=exclusive)

    def beginning(self, event: int, among: Collection[int]) -> list[Literal]:
        """Literals of the pieces of an event that begin at one of the times."""
        return [
            literal for part in self.parts_of[event] for (_, start), literal in part.starts.items() if start in among
        ]

    def prefix(self, literals: Sequence[Literal | None]) -> list[Literal | None]:
        """For every place in a row the Boolean that one of the literals up to there is true."""
        key = tuple(None if one is None else one.index for one in literals)
        if key not in self._prefixes:
            found: list[Literal | None] = []
            before: Literal | None = None
            for one in literals:
                if one is None or (before is not None and self._is_true(before)):
                    now = before
                elif before is None or self._is_true(one):
                    now = one
                else:
                    now = self.model.new_bool_var("")
                    self.model.add_implication(before, now)
                    self.model.add_implication(one, now)
                    self.model.add_bool_or([before, one, ~now])
                found.append(now)
                before = now
            self._prefixes[key] = found
        return self._prefixes[key]

    def suffix(self, literals: Sequence[Literal | None]) -> list[Literal | None]:
        """For every place in a row the Boolean that one of the literals from there on is true."""
        return self.prefix(tuple(reversed(literals)))[::-1]

    def both(self, one: Literal | None, other: Literal | None) -> Literal | None:
        """A Boolean that is true exactly if both are."""
        if one is None or other is None:
            return None
        if one.index == other.index or self._is_true(other):
            return one
        if self._is_true(one):
            return other
        key = ("both", *sorted((one.index, other.index)))
        if key not in self.memory:
            found = self.model.new_bool_var("")
            self.model.add_implication(found, one)
            self.model.add_implication(found, other)
            self.model.add_bool_or([~one, ~other, found])
            self.memory[key] = found
        return self.memory[key]

    # What it costs

    def point(self, constraint: Constraint) -> Point:
        return Point(self, constraint)

    def skips(self, constraint: Constraint) -> bool:
        """Whether this model leaves the constraint out."""
        return not constraint.required and not self.wishes

    def charge(self, variable: Any, amount: int) -> None:
        self.variables.append(variable)
        self.coefficients.append(amount)

    def finish(self) -> None:
        """States the objective. To be called once, after all constraints."""
        if self.variables:
            self.model.minimize(cp_model.LinearExpr.weighted_sum(self.variables, self.coefficients) + self.constant)

    # From and to timetables

    def pieces(self, value: Callable[[Any], int]) -> Timetable | None:
        """The timetable of a solution (``value`` of a variable); None where resources of a class cannot be shared out."""
        found: list[Piece] = []
        pending: dict[int, list[tuple[int, int, int, int, int]]] = {}
        chosen: list[list[int | None]] = []
        for part in self.parts:
            needs = self.problem.events[part.event].needs
            for (length, start), literal in part.starts.items():
                if not value(literal):
                    continue
                row: list[int | None] = [need.resource for need in needs]
                for place, need in enumerate(needs):
                    if need.resource is not None:
                        continue
                    for number, one in part.chosen[place, length, start].items():
                        if value(one):
                            members = self.classes.members[number]
                            if len(members) == 1:
                                row[place] = members[0]
                            else:
                                pending.setdefault(number, []).append((len(found), place, part.event, start, length))
                            break
                chosen.append(row)
                found.append(Piece(part.event, length, start))
            for length, count in part.unplaced.items():
                for _ in range(value(count)):
                    chosen.append([need.resource for need in needs])
                    found.append(Piece(part.event, length, None))
        for number, wanted in pending.items():
            shared = share_out(
                self.problem,
                self.classes.members[number],
                [(event, start, length) for _, _, event, start, length in wanted],
            )
            for (at, place, _, _, _), one in zip(wanted, shared, strict=True):
                if one is None:
                    return None
                chosen[at][place] = one
        whole = [
            Piece(piece.event, piece.duration, piece.time, tuple(row)) for piece, row in zip(found, chosen, strict=True)
        ]
        return Timetable.of(self.problem, whole if self.held is None else [*whole, *self.held.rest])

    def values(self, timetable: Timetable) -> dict[int, int]:
        """Values of the variables of starts, choices and unplaced pieces (by index) that say a timetable, as far as the model has them."""
        class_of = self._class_of
        values: dict[int, int] = {}
        for part in self.parts:
            for variable in part.variables() if not part.is_held else ():
                values[variable.index] = 0
        taken: set[int] = set()
        for piece in timetable.pieces:
            for part in self.parts_of[piece.event]:
                if (part.alone and id(part) in taken) or piece.duration not in part.lengths or part.is_held:
                    continue
                taken.add(id(part))
                literal = None if piece.time is None else part.starts.get((piece.duration, piece.time))
                if literal is None:
                    stays = part.unplaced.get(piece.duration)
                    if stays is not None:
                        values[stays.index] += 1
                    break
                values[literal.index] = 1
                for place, resource in enumerate(piece.resources):
                    options = part.chosen.get((place, piece.duration, piece.time or 0))
                    if (
                        options
                        and resource is not None
                        and (one := options.get(class_of.get(resource, -1))) is not None
                    ):
                        values[one.index] = 1
                break
        return values


def literals(found: Iterable[Literal | None]) -> list[Literal]:
    """Without those that can never be true."""
    return [one for one in found if one is not None]
