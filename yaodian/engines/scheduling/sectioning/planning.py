"""How many groups, which patterns, which kinds of home class: the stages that count.

1. The fewest groups, with a proof, over patterns alone.
2. With so many groups: as few patterns a combination as can be, sizes near the mean of each subject.
3. With these patterns: the kinds of home class from whose room the fewest pupils move.

Before 2, classes that one combination fills by itself are set aside (*full* classes): nobody moves in them, and since each takes a full
group from each of its subjects the fewest groups stay the fewest. What is left is small, however large the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .counting import Counting, Ground, Kind, Pattern, Place, total
from .school import Combination, Mode
from .searching import Answer, Search, Stage, Status, hint

#: Deterministic time of each stage, in about seconds.
EFFORT_GROUPS = 6.0
EFFORT_PATTERNS = 0.8
EFFORT_EVEN = 0.3
EFFORT_KINDS = 1.0
EFFORT_FREE = 4.0
EFFORT_MODE = 2.0
#: What a group more weighs, in pupils who move, where groups and moves are sought at once.
WEIGHT_GROUP = 500
#: What a home class more weighs, in pupils who move.
WEIGHT_CLASS = 200

Full = Mapping[Combination, tuple[int, int]]


@dataclass(frozen=True)
class Planned:
    """Home classes by kind and size of room, None for the full ones' kinds; patterns; groups by place without those of full classes."""

    classes: tuple[tuple[Kind, int], ...]
    full: tuple[tuple[Pattern, int, int], ...]
    flow: Mapping[Pattern, int]
    groups: Mapping[Place, int]


@dataclass(frozen=True)
class Fewest:
    """The fewest groups found and the bound on them."""

    answer: Answer
    best: int
    bound: int


@dataclass(frozen=True)
class Planner:
    ground: Ground
    demand: Mapping[Combination, int]
    search: Search
    people: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", sum(self.demand.values()))

    def fewest(self) -> Fewest:
        """Stage 1. Where it is infeasible, no home classes whatever can help."""
        counting = Counting(self.ground, self.demand, self.people, homes=False)
        counting.model.minimize(counting.count)
        answer = self.search.solve(counting.model, Stage.GROUPS, EFFORT_GROUPS)
        return Fewest(answer, answer.best, answer.bound)

    def plans(self, most: int) -> Iterator[Planned]:
        """Plans with at most ``most`` groups, those with full classes first."""
        for full in self._fulls():
            flow = self._patterns(full, most)
            if flow is not None and (planned := self._kinds(full, flow, most)):
                yield planned

    def plans_kept(self, most: int) -> Iterator[Planned]:
        """The same where home classes stay: patterns only."""
        if (planned := self._patterns({}, most)) is not None:
            yield planned

    def plan_freely(self, bound: int) -> tuple[Status, Planned | None]:
        """Patterns and home classes at once, with as few groups as the mode allows: the whole question, slow and without gaps. ``bound``: fewer
        there cannot be."""
        status = Status.UNKNOWN
        for full in self._fulls():
            rest = self._rest(full)
            counting = Counting(self.ground, rest, sum(rest.values()), homes=True, full=full)
            # No answer has fewer than the bound, and who reaches it need not look on.
            counting.model.add(counting.count >= bound)
            counting.model.minimize(counting.count)
            answer = self.search.solve(counting.model, Stage.GROUPS, EFFORT_FREE)
            if answer.found:
                hint(counting.model, answer)
                counting.model.add(counting.count <= answer.best + self.ground.school.rules.spare_groups)
                counting.model.minimize(
                    WEIGHT_GROUP * counting.count * (self.ground.school.rules.spare_groups == 0)
                    + counting.moves
                    + WEIGHT_CLASS * counting.class_count
                )
                better = self.search.solve(counting.model, Stage.HOMES, EFFORT_MODE, interleave=True)
                return answer.status, _planned(counting, better if better.found else answer, full)
            # Without full classes nothing is left out, so only then it is proven.
            status = answer.status if not full else Status.UNKNOWN
        return status, None

    def _fulls(self) -> Iterator[Full]:
        """Full classes as even as can be, then of the largest size, then none."""
        school = self.ground.school
        if school.rules.mode is not Mode.FIXED_THREE:
            even = self._full({c: max(self._mean(subject) for subject in c) for c in self.demand})
            largest = self._full({c: min(self._most(subject) for subject in c) for c in self.demand})
            if even:
                yield even
            if largest and largest != even:
                yield largest
        yield {}

    def _full(self, sizes: Mapping[Combination, int]) -> Full:
        homes = self.ground.school.homes
        found = {}
        for combination, pupils in sizes.items():
            subjects = [self.ground.school.by_code[subject] for subject in combination]
            fits = homes.least <= pupils <= homes.most and all(s.at_home and s.least <= pupils for s in subjects)
            if fits and self.demand[combination] >= pupils:
                found[combination] = self.demand[combination] // pupils, pupils
        return found

    def _most(self, subject: str) -> int:
        return min(self.ground.school.by_code[subject].most, self.ground.sizes[-1])

    def _mean(self, subject: str) -> int:
        """Pupils of a group of the subject if it has the fewest groups, rounded up."""
        most = self._most(subject)
        pupils = sum(count for combination, count in self.demand.items() if subject in combination)
        return -(-pupils // max(1, -(-pupils // most)))

    def _rest(self, full: Full) -> dict[Combination, int]:
        rest = {c: count - full[c][0] * full[c][1] if c in full else count for c, count in self.demand.items()}
        return {combination: count for combination, count in rest.items() if count}

    def _patterns(self, full: Full, most: int) -> Planned | None:
        rest = self._rest(full)
        counting = Counting(self.ground, rest, self.people, homes=False, full=full)
        model = counting.model
        model.add(counting.count <= most)
        first = self.search.solve(model, Stage.GROUPS, EFFORT_PATTERNS)
        if not first.found:
            return None
        hint(model, first)
        used = []
        for pattern in counting.patterns:
            used.append(model.new_bool_var(""))
            model.add(counting.flow[pattern] <= rest[pattern[0]] * used[-1])
        model.minimize(total(used))
        second = self.search.solve(model, Stage.HOMES, EFFORT_PATTERNS)
        if not second.found:
            return _planned(counting, first, full)
        hint(model, second)
        model.add(total(used) <= second.best)
        apart = []
        for subject in self.ground.school.subjects:
            mean = self._mean(subject.code)
            for block in self.ground.school.blocks_of(subject.code):
                apart.append(model.new_int_var(0, self.people, ""))
                groups = total(counting.groups[subject.code, block, size] for size in self.ground.sizes)
                attending = counting.attending(subject.code, block)
                model.add(apart[-1] >= attending - mean * groups)
                model.add(apart[-1] >= mean * groups - attending)
        model.minimize(total(apart))
        third = self.search.solve(model, Stage.BALANCE, EFFORT_EVEN)
        return _planned(counting, third if third.found else second, full)

    def _kinds(self, full: Full, patterns: Planned, most: int) -> Planned | None:
        rest = self._rest(full)
        counting = Counting(self.ground, rest, sum(rest.values()), homes=True, full=full)
        for pattern in counting.patterns:
            counting.model.add(counting.flow[pattern] == patterns.flow[pattern])
        lying = dict.fromkeys(counting.full_at, 0)
        for pattern, size, _pupils in patterns.full:
            lying[pattern, size] += 1
        for key, count in lying.items():
            counting.model.add(counting.full_at[key] == count)
        counting.model.add(counting.count <= most)
        counting.model.minimize(counting.moves + WEIGHT_CLASS * counting.class_count)
        answer = self.search.solve(counting.model, Stage.HOMES, EFFORT_KINDS)
        return _planned(counting, answer, full) if answer.found else None


def _planned(counting: Counting, answer: Answer, full: Full) -> Planned:
    classes = [key for key, count in counting.classes.items() for _class in range(answer.value(count))]
    lying = [
        (pattern, size, full[pattern[0]][1])
        for (pattern, size), count in counting.full_at.items()
        for _class in range(answer.value(count))
    ]
    flow = {pattern: answer.value(count) for pattern, count in counting.flow.items()}
    groups = {place: answer.value(count) for place, count in counting.groups.items()}
    return Planned(tuple(classes), tuple(lying), flow, groups)
