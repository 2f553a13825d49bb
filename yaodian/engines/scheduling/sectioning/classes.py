"""Home classes one by one, and who of them attends where: the stage after those that count.

Given are the home classes (their kind, or who is in them) and, as a rule, how many pupils have each pattern and how many groups a subject
has in a block. Found are the pupils of each pattern in each class, what each class hosts, and the sizes of all groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from .counting import Expression, Ground, Held, Kind, Pattern, Place, hold_rooms, hold_teachers, total
from .planning import Planned
from .school import Combination, Mode
from .searching import Answer, Search, Stage, Status, hint

EFFORT_CLASSES = 1.5
EFFORT_SIZES = 0.4
EFFORT_FREE = 6.0
#: What a further combination in a home class weighs, in pupils who move.
WEIGHT_MIXED = 2


@dataclass(frozen=True)
class Class:
    """``room``: the size of its room. ``kind``: None if anything may be hosted. ``who``: its pupils by combination, None if open."""

    room: int
    kind: Kind | None = None
    who: Mapping[Combination, int] | None = None
    code: str = ""


@dataclass(frozen=True)
class Hosted:
    """A group in the room of a home class: so many of the class itself and so many from others."""

    stay: int
    come: int

    @property
    def size(self) -> int:
        return self.stay + self.come


@dataclass(frozen=True)
class Arranged:
    """``members[class][pattern]``; ``hosted[class, subject, block]``; ``others``: groups that no class hosts and all their pupils."""

    members: tuple[Mapping[Pattern, int], ...]
    hosted: Mapping[tuple[int, str, str], Hosted]
    others: Mapping[Place, tuple[int, int]]


class Classes:
    """``planned`` gives patterns and groups; with ``freely`` only their total, and the patterns are open."""

    def __init__(
        self, ground: Ground, classes: list[Class], planned: Planned, demand: Mapping[Combination, int]
    ) -> None:
        self.ground, self.school, self.classes, self.planned = ground, ground.school, classes, planned
        self.demand = demand
        self.people = sum(demand.values())
        self.held = Held()
        self.model = self.held.model
        self.host: dict[tuple[int, str, str], cp_model.IntVar] = {}
        self.stay: dict[tuple[int, str, str], cp_model.IntVar] = {}
        self.come: dict[tuple[int, str, str], cp_model.IntVar] = {}
        self.others: dict[Place, cp_model.IntVar] = {}
        self.pupils: dict[Place, cp_model.IntVar] = {}

    def arrange(self, search: Search, *, freely: bool, most: int | None) -> tuple[Status, Arranged | None]:
        """``freely``: patterns, hosts and places of groups are open, up to ``most`` groups, None for as few as can be."""
        patterns = [
            pattern
            for pattern in self.ground.patterns
            if (self.demand.get(pattern[0]) if freely else self.planned.flow.get(pattern))
        ]
        self.members = [
            {pattern: self.model.new_int_var(0, self._most_of(at, pattern[0]), "") for pattern in patterns}
            for at in range(len(self.classes))
        ]
        self._add_members(freely)
        self._add_hosts(freely)
        self._add_groups(freely, most)
        lessons = sum(count * len(combination) for combination, count in self.demand.items())
        self.moves = lessons - total(self.stay.values())
        aim = self.moves + WEIGHT_MIXED * total(self._mixed())
        # With weight above all moves, one group less comes first.
        self.model.minimize(aim if most is not None else aim + 4 * lessons * self.count)
        answer = search.solve(self.model, Stage.HOMES, EFFORT_FREE if freely else EFFORT_CLASSES)
        if not answer.found:
            return answer.status, None
        return answer.status, self._read(self._even(search, answer))

    def _most_of(self, at: int, combination: Combination) -> int:
        who = self.classes[at].who
        return self.demand[combination] if who is None else who.get(combination, 0)

    def _size(self, at: int) -> Expression:
        return total(self.members[at].values())

    def _add_members(self, freely: bool) -> None:
        homes = self.school.homes
        for at, each in enumerate(self.classes):
            mine = self.members[at]
            if each.who is None:
                self.model.add(self._size(at) >= homes.least)
                self.model.add(self._size(at) <= min(homes.most, each.room))
            else:
                for combination, count in each.who.items():
                    self.model.add(total(n for pattern, n in mine.items() if pattern[0] == combination) == count)
        for combination, count in self.demand.items():
            every = [n for mine in self.members for pattern, n in mine.items() if pattern[0] == combination]
            self.model.add(total(every) == count)
        if not freely:
            for pattern, count in self.planned.flow.items():
                if count:
                    self.model.add(total(mine[pattern] for mine in self.members) == count)

    def _add_hosts(self, freely: bool) -> None:
        for at, each in enumerate(self.classes):
            fixes: list[Expression] = []
            for place, block in enumerate(self.school.blocks):
                here = self._hosts_in(at, place, block, freely)
                self.model.add(total(self.host[at, subject, block] for subject in here) <= 1)
                fixes.append(self._add_fix(at, place, block, here, freely))
            if (freely or each.kind is None) and self.school.rules.mode is not Mode.MOVING:
                self._add_mode(at, fixes)

    def _hosts_in(self, at: int, place: int, block: str, freely: bool) -> list[str]:
        each = self.classes[at]
        found = []
        for subject in self.school.subjects:
            is_kind = freely or each.kind is None or each.kind.hosts[place] == subject.code
            most = min(subject.most, each.room)
            if (
                not subject.at_home
                or block not in self.school.blocks_of(subject.code)
                or most < subject.least
                or not is_kind
            ):
                continue
            key = at, subject.code, block
            found.append(subject.code)
            self.host[key] = host = self.model.new_bool_var("")
            self.stay[key] = stay = self.model.new_int_var(0, most, "")
            self.come[key] = come = self.model.new_int_var(0, most, "")
            who = [
                n for pattern, n in self.members[at].items() if self.ground.subject_at(pattern, block) == subject.code
            ]
            self.model.add(stay <= total(who))
            self.model.add(stay + come <= most * host)
            self.model.add(stay + come >= subject.least * host)
        return found

    def _add_fix(self, at: int, place: int, block: str, here: list[str], freely: bool) -> Expression:
        """1 where all of the class stays in this block."""
        kind = self.classes[at].kind
        staying = total(self.stay[at, subject, block] for subject in here)
        if kind is not None and not freely:
            if kind.fixed[place]:
                self.model.add(staying == self._size(at))
            return total([])
        fixed = self.model.new_bool_var("")
        self.model.add(staying == self._size(at)).only_enforce_if(fixed)
        return fixed

    def _add_mode(self, at: int, fixes: list[Expression]) -> None:
        """As many blocks in which all stay as the mode wants: all subjects of everybody, or all but one."""
        at_home = {s.code for s in self.school.subjects if s.at_home}
        for pattern, count in self.members[at].items():
            needed = sum(subject in at_home for subject in pattern[0])
            needed -= self.school.rules.mode is Mode.FIXED_TWO
            some = self.model.new_bool_var("")
            self.model.add(count <= self.people * some)
            self.model.add(total(fixes) >= needed).only_enforce_if(some)

    def _add_groups(self, freely: bool, most: int | None) -> None:
        every: dict[Place, Expression] = {}
        full = self._full_groups()
        for subject in self.school.subjects:
            for block in self.school.blocks_of(subject.code):
                for size in self.ground.sizes:
                    place = subject.code, block, size
                    largest = min(subject.most, size)
                    fits = largest >= subject.least
                    self.others[place] = n = self.model.new_int_var(0, self.people if fits else 0, "")
                    self.pupils[place] = pupils = self.model.new_int_var(0, self.people, "")
                    self.model.add(pupils <= largest * n)
                    self.model.add(pupils >= subject.least * n)
                    hosts = [
                        host
                        for (at, code, there), host in self.host.items()
                        if (code, there, self.classes[at].room) == place
                    ]
                    every[place] = n + total(hosts)
                attending = total(
                    n
                    for mine in self.members
                    for pattern, n in mine.items()
                    if self.ground.subject_at(pattern, block) == subject.code
                )
                seated = total(self.pupils[subject.code, block, size] for size in self.ground.sizes)
                inside = [stay + self.come[key] for key, stay in self.stay.items() if key[1:] == (subject.code, block)]
                self.model.add(seated + total(inside) == attending)
                if not freely:
                    groups = sum(self.planned.groups[subject.code, block, size] for size in self.ground.sizes)
                    self.model.add(total(every[subject.code, block, size] for size in self.ground.sizes) == groups)
        self.count = total(every.values())
        if freely and most is not None:
            self.model.add(self.count <= most)
        with_full = {place: groups + full.get(place, 0) for place, groups in every.items()}
        hold_rooms(self.held, self.ground, with_full)
        hold_teachers(self.held, self.ground, with_full)

    def _full_groups(self) -> dict[Place, int]:
        found: dict[Place, int] = {}
        for pattern, size, _pupils in self.planned.full:
            for subject, block in zip(*pattern, strict=True):
                found[subject, block, size] = found.get((subject, block, size), 0) + 1
        return found

    def _mixed(self) -> list[cp_model.IntVar]:
        """1 for each combination that a class has some of; where classes are given there is nothing to choose."""
        found = []
        for at, each in enumerate(self.classes):
            if each.who is None:
                for combination in self.demand:
                    found.append(self.model.new_bool_var(""))
                    mine = total(n for pattern, n in self.members[at].items() if pattern[0] == combination)
                    self.model.add(mine <= self.demand[combination] * found[-1])
        return found

    def _even(self, search: Search, answer: Answer) -> Answer:
        """The same hosts and groups and no more moves, with sizes nearer to each other within a subject."""
        model = self.model
        hint(model, answer)
        for variable in (*self.host.values(), *self.others.values()):
            model.add(variable == answer.value(variable))
        model.add(self.moves <= answer.value(self.moves))
        spread = []
        for subject in self.school.subjects:
            low, high = (model.new_int_var(0, subject.most, "") for _end in range(2))
            sizes = [
                stay + self.come[key]
                for key, stay in self.stay.items()
                if key[1] == subject.code and answer.value(self.host[key])
            ]
            for place, pupils in self.pupils.items():
                if place[0] == subject.code and (n := answer.value(self.others[place])):
                    model.add(n * low <= pupils)
                    model.add(n * high >= pupils)
            for size in sizes:
                model.add(low <= size)
                model.add(high >= size)
            spread.append(high - low)
        for at, each in enumerate(self.classes):
            if each.who is None:
                for combination in self.demand:
                    mine = total(n for pattern, n in self.members[at].items() if pattern[0] == combination)
                    if not answer.value(mine):
                        model.add(mine == 0)
        model.minimize(total(spread))
        better = search.solve(model, Stage.BALANCE, EFFORT_SIZES)
        return better if better.found else answer

    def _read(self, answer: Answer) -> Arranged:
        members = tuple({p: answer.value(n) for p, n in mine.items() if answer.value(n)} for mine in self.members)
        hosted = {
            key: Hosted(answer.value(self.stay[key]), answer.value(self.come[key]))
            for key, host in self.host.items()
            if answer.value(host)
        }
        others = {
            place: (answer.value(n), answer.value(self.pupils[place]))
            for place, n in self.others.items()
            if answer.value(n)
        }
        return Arranged(members, hosted, others)
