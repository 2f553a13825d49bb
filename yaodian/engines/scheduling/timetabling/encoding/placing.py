"""A first, incomplete timetable: pieces one after the other, the most bound ones first, each where nobody is busy yet."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from .building import Building, Part


def place_one_by_one(building: Building, chance: random.Random) -> dict[int, int]:
    """Values of the variables of starts, choices and unplaced pieces (by index). Nobody is twice busy; what finds no place stays unplaced."""
    return _Placing(building, chance).run()


class _Placing:
    def __init__(self, building: Building, chance: random.Random) -> None:
        self.building = building
        self.problem = building.problem
        self.chance = chance
        self.values: dict[int, int] = {}
        self.busy: set[tuple[int, int, int]] = set()
        self.crowd: Counter[tuple[int, int, int]] = Counter()
        # how many pieces of a course of a resource begin on a day: lessons of one course are better on different days
        self.begun: Counter[tuple[str, int, int]] = Counter()

    def run(self) -> dict[int, int]:
        load: Counter[int] = Counter()
        for event in self.problem.events:
            for need in event.needs:
                if need.resource is not None:
                    load[need.resource] += event.duration
        for part in self.building.parts:
            for variable in part.variables():
                self.values[variable.index] = 0
        keyed = []
        for number, part in enumerate(self.building.parts):
            event = self.problem.events[part.event]
            attending = [load[need.resource] for need in event.needs if need.resource is not None]
            tight = len(part.starts) / (1 + max(attending, default=0))
            keyed.append((-max(part.lengths), tight, self.chance.random(), number))
        for *_, number in sorted(keyed):
            self._place(self.building.parts[number])
        return self.values

    def _place(self, part: Part) -> None:
        for length in self._lengths(part):
            start = self._best(part, length)
            if start is None:
                if length in part.unplaced:
                    self.values[part.unplaced[length].index] += 1
                continue
            self._take(part, length, start)

    def _lengths(self, part: Part) -> list[int]:
        if part.counts is not None:
            return [length for length, count in part.counts.items() for _ in range(count)]
        left = self.problem.events[part.event].duration
        if part is not self.building.parts_of[part.event][0]:
            return []
        if part.alone:
            # Several pieces that must be told apart: as one, which is left unplaced, the search divides it.
            return [left] if left in part.lengths else []
        lengths = sorted(part.lengths)
        found: list[int] = []
        while left > 0:
            fitting = [one for one in lengths if one <= left and (one == left or left - one >= lengths[0])]
            if not fitting:
                break
            found.append(min(fitting, key=lambda one: abs(one - 2)))
            left -= found[-1]
        return found

    def _best(self, part: Part, length: int) -> int | None:
        event = self.problem.events[part.event]
        given = [need.resource for need in event.needs if need.resource is not None]
        weeks = self.problem.weeks_of(part.event)
        places = self.problem.places
        starts = [start for long, start in part.starts if long == length]
        best: tuple[float, float] | None = None
        found = None
        for start in starts:
            if self.values[part.starts[length, start].index]:
                continue
            span = self.building.span(start, length) or ()
            if not self._is_free(given, weeks, span):
                continue
            if self._rooms(part, length, start, span) is None:
                continue
            day = self.problem.times[start].day
            together = sum(self.begun[event.course or event.id, one, day] for one in given)
            rank = (float(together), places[start] + self.chance.random())
            if best is None or rank < best:
                best, found = rank, start
        return found

    def _is_free(self, given: Sequence[int], weeks: Sequence[int], span: Sequence[int]) -> bool:
        overlapping = self.problem.overlapping
        return not any(
            (one, week, time) in self.busy or any((one, week, other) in self.busy for other in overlapping[time])
            for one in given
            for week in weeks
            for time in span
        )

    def _rooms(self, part: Part, length: int, start: int, span: Sequence[int]) -> list[tuple[int, int]] | None:
        """A class for every open need that can have one: (need, class). None where a need must have one and has none."""
        event = self.problem.events[part.event]
        weeks = self.problem.weeks_of(part.event)
        taken: list[tuple[int, int]] = []
        used: defaultdict[int, int] = defaultdict(int)
        for place, need in enumerate(event.needs):
            if need.resource is not None:
                continue
            options = part.chosen[place, length, start]
            for number in options:
                members = self.building.classes.members[number]
                times = {other for time in span for other in (time, *self.problem.overlapping[time])}
                full = max(self.crowd[number, week, time] for week in weeks for time in times)
                if full + used[number] < len(members) and (len(members) > 1 or self._is_free(members, weeks, span)):
                    used[number] += 1
                    taken.append((place, number))
                    break
            else:
                if need.candidates:
                    return None
        return taken

    def _take(self, part: Part, length: int, start: int) -> None:
        event = self.problem.events[part.event]
        span = self.building.span(start, length) or ()
        weeks = self.problem.weeks_of(part.event)
        rooms = self._rooms(part, length, start, span) or []
        self.values[part.starts[length, start].index] = 1
        day = self.problem.times[start].day
        for need in event.needs:
            if need.resource is None:
                continue
            self.begun[event.course or event.id, need.resource, day] += 1
            self.busy.update((need.resource, week, time) for week in weeks for time in span)
        for place, number in rooms:
            self.values[part.chosen[place, length, start][number].index] = 1
            for week in weeks:
                for time in span:
                    self.crowd[number, week, time] += 1
            members = self.building.classes.members[number]
            if len(members) == 1:
                self.busy.update((members[0], week, time) for week in weeks for time in span)
