"""Some pupils choose anew: the same groups with as little change for everybody as can be.

Pupils of one home class with the same combination and the same groups are one *cell*, so that the model grows with the cells and not
with the year. Groups keep their subject, block, room and teacher; a group may be opened in a block where a room and a teacher are free,
one a block, and one that falls below its least size may be closed.
"""

from __future__ import annotations

import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from .counting import Expression, Ground, total
from .planning import Planner
from .refusals import UnfitSchool
from .results import Group, HomeClass, Sections
from .school import Choices, Combination, Mode, Pupil, School
from .searching import Answer, Limits, Search, Stage, Status
from .verifying import verify_sections

EFFORT = 4.0
#: What a group opened or closed weighs, a pupil who chose nothing anew and changes a group, another home class, a group changed, and a
#: pupil who leaves the room of the home class.
WEIGHT_GROUP, WEIGHT_PUPIL, WEIGHT_HOME, WEIGHT_LESSON, WEIGHT_MOVE = 10_000, 100, 10, 3, 1


@dataclass(frozen=True)
class Changed:
    """``sections`` after the change, of ``choices``. ``moved``: pupils who chose nothing anew and yet change a group; ``opened`` and
    ``closed``: codes of groups. Without groups the change has no place among these groups: make new ones."""

    choices: Choices
    sections: Sections
    moved: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class _Cell:
    """Pupils who are alike. ``groups``: those they have and could keep. ``anew``: whether they chose anew."""

    home: str
    combination: Combination
    groups: tuple[str, ...]
    anew: bool


def change(
    choices: Choices,
    sections: Sections,
    anew: Mapping[str, Combination],
    *,
    seed: str,
    limits: Limits | None = None,
) -> Changed:
    """Groups after the pupils of ``anew`` (by number) chose as given. Raises UnfitSchool where a choice is not offered, a pupil is not
    known, or ``sections`` is faulty."""
    for number in anew:
        if number not in {pupil.number for pupil in choices.pupils}:
            raise UnfitSchool("other-pupils", pupil=number)
    faults = verify_sections(choices, sections)
    if faults or not sections.groups:
        raise UnfitSchool("faulty", fault=faults[0].amiss if faults else sections.status)
    after = Choices(
        choices.school,
        tuple(replace(p, choice=tuple(anew[p.number])) if p.number in anew else p for p in choices.pupils),
    )
    search = Search(limits or Limits(), seed)
    changed = {p.number for p, q in zip(choices.pupils, after.pupils, strict=True) if p.choice != q.choice}
    return _Changing(after, sections, changed, search).solve()


class _Changing:
    def __init__(self, after: Choices, before: Sections, changed: set[str], search: Search) -> None:
        self.after, self.before, self.changed, self.search = after, before, changed, search
        self.school: School = after.school
        self.model = cp_model.CpModel()
        self.new = self._new_groups()
        self.groups: dict[str, Group] = {group.code: group for group in (*before.groups, *self.new)}
        self.open = {code: self.model.new_bool_var("") for code in self.groups}
        self.cells = self._cells()
        self.inside: dict[str, list[Expression]] = defaultdict(list)
        self.from_home: dict[tuple[str, str], list[Expression]] = defaultdict(list)
        self.home_size: dict[str, list[Expression]] = defaultdict(list)
        self.cost: list[Expression] = []
        # By cell and home class: who comes, who keeps all groups, who has a pattern, who attends a group.
        self.count: dict[tuple[_Cell, str], cp_model.IntVar] = {}
        self.keep: dict[tuple[_Cell, str], cp_model.IntVar] = {}
        self.lying: dict[tuple[_Cell, str, tuple[str, ...]], cp_model.IntVar] = {}
        self.attend: dict[tuple[_Cell, str, str], cp_model.IntVar] = {}

    def solve(self) -> Changed:
        for cell, pupils in self.cells.items():
            self._add_cell(cell, len(pupils))
        self._add_groups()
        self._add_homes()
        self._add_teachers()
        for key, keep in self.keep.items():
            self.model.add_hint(keep, len(self.cells[key[0]]))
        self.model.minimize(total(self.cost))
        answer = self.search.solve(self.model, Stage.CHANGE, EFFORT)
        if not answer.found:
            nothing = Sections(answer.status, self.after.digest, self.search.seed, cut_short=self.search.cut_short)
            return Changed(self.after, nothing)
        return self._told(answer)

    def _new_groups(self) -> list[Group]:
        """Groups that could be opened, with the largest room that is free in the block."""
        found = []
        numbers = Counter(group.subject for group in self.before.groups)
        for block in self.school.blocks:
            room = ""
            if self.school.rooms is not None:
                taken = {group.room for group in self.before.groups if group.block == block}
                free = [r for r in self.school.rooms if r.code not in taken and (not r.blocks or block in r.blocks)]
                if not free:
                    continue
                room = max(free, key=lambda each: (each.seats, each.code)).code
            for subject in self.school.subjects:
                if block in self.school.blocks_of(subject.code):
                    numbers[subject.code] += 1
                    code = f"{subject.code}-{numbers[subject.code]:02}"
                    while any(group.code == code for group in self.before.groups):
                        numbers[subject.code] += 1
                        code = f"{subject.code}-{numbers[subject.code]:02}"
                    found.append(Group(code, subject.code, block, (), "", room))
        return found

    def _cells(self) -> dict[_Cell, list[Pupil]]:
        home_of = {number: home.code for home in self.before.homes for number in home.pupils}
        attended: dict[str, list[Group]] = defaultdict(list)
        for group in self.before.groups:
            for number in group.pupils:
                attended[number].append(group)
        found: dict[_Cell, list[Pupil]] = defaultdict(list)
        key = self.search.seed.encode()
        for pupil in sorted(self.after.pupils, key=lambda p: hmac.digest(key, p.number.encode(), "sha256")):
            kept = tuple(sorted(group.code for group in attended[pupil.number] if group.subject in pupil.choice))
            anew = pupil.number in self.changed
            found[_Cell(home_of[pupil.number], pupil.choice, kept, anew)].append(pupil)
        return dict(sorted(found.items()))

    def _add_cell(self, cell: _Cell, pupils: int) -> None:
        homes = [cell.home]
        if cell.anew and self.school.rules.mode is not Mode.MOVING and not self.school.homes.kept:
            homes = [home.code for home in self.before.homes]
        for home in homes:
            self.count[cell, home] = count = self.model.new_int_var(0, pupils, "")
            self.home_size[home].append(count)
            if home != cell.home:
                self.cost.append(WEIGHT_HOME * count)
            self._add_part(cell, home, pupils)
        self.model.add(total(self.count[cell, home] for home in homes) == pupils)

    def _add_part(self, cell: _Cell, home: str, pupils: int) -> None:
        count = self.count[cell, home]
        keep: Expression = total([])
        if not cell.anew:
            self.keep[cell, home] = keep = self.model.new_int_var(0, pupils, "")
            for code in cell.groups:
                self._attends(code, home, keep)
            self.cost.append(WEIGHT_PUPIL * (count - keep))
        patterns = self.school.patterns(cell.combination)
        for pattern in patterns:
            self.lying[cell, home, pattern] = self.model.new_int_var(0, pupils, "")
        self.model.add(total(self.lying[cell, home, pattern] for pattern in patterns) + keep == count)
        for at, subject in enumerate(cell.combination):
            for block in self.school.blocks_of(subject):
                here = []
                for code, group in self.groups.items():
                    if (group.subject, group.block) == (subject, block):
                        self.attend[cell, home, code] = attend = self.model.new_int_var(0, pupils, "")
                        here.append(attend)
                        self._attends(code, home, attend)
                        had = {self.groups[kept].subject for kept in cell.groups}
                        if code not in cell.groups and subject in had:
                            self.cost.append(WEIGHT_LESSON * attend)
                lying = [self.lying[cell, home, pattern] for pattern in patterns if pattern[at] == block]
                self.model.add(total(here) == total(lying))

    def _attends(self, code: str, home: str, who: Expression) -> None:
        self.inside[code].append(who)
        if self.groups[code].home == home:
            self.from_home[code, home].append(who)
        else:
            self.cost.append(WEIGHT_MOVE * who)

    def _add_groups(self) -> None:
        seats = {room.code: room.seats for room in self.school.rooms or ()}
        for code, group in self.groups.items():
            subject = self.school.by_code[group.subject]
            most = min(subject.most, seats.get(group.room, subject.most))
            size = total(self.inside[code])
            self.model.add(size <= most * self.open[code])
            self.model.add(size >= subject.least * self.open[code])
            is_new = code not in {each.code for each in self.before.groups}
            self.cost.append(WEIGHT_GROUP * (self.open[code] if is_new else 1 - self.open[code]))
        for block in self.school.blocks:
            self.model.add(total(self.open[group.code] for group in self.new if group.block == block) <= 1)

    def _add_homes(self) -> None:
        seats = {room.code: room.seats for room in self.school.rooms or ()}
        rule = self.school.homes
        at_home = {subject.code for subject in self.school.subjects if subject.at_home}
        for home in self.before.homes:
            size = total(self.home_size[home.code])
            if not rule.kept:
                self.model.add(size <= min(rule.most, seats.get(home.room, rule.most)))
                self.model.add(size >= rule.least)
            if self.school.rules.mode is Mode.MOVING:
                continue
            fixes = []
            for code, group in self.groups.items():
                # Only what a class takes together now can be what it takes together afterwards.
                if group.home == home.code and group.subject in home.together:
                    fixes.append(self.model.new_bool_var(""))
                    stay = total(self.from_home[code, home.code])
                    self.model.add(stay == size).only_enforce_if(fixes[-1])
            for (cell, there), count in self.count.items():
                if there == home.code:
                    needed = len(at_home.intersection(cell.combination)) - (self.school.rules.mode is Mode.FIXED_TWO)
                    some = self.model.new_bool_var("")
                    self.model.add(count <= len(self.after.pupils) * some)
                    self.model.add(total(fixes) >= needed).only_enforce_if(some)

    def _add_teachers(self) -> None:
        self.hired: dict[tuple[str, str], cp_model.IntVar] = {}
        if self.school.teachers is None:
            return
        load = Counter(group.teacher for group in self.before.groups)
        busy = {(group.teacher, group.block) for group in self.before.groups}
        for group in self.new:
            for teacher in self.school.teachers:
                can = group.subject in teacher.subjects and (teacher.code, group.block) not in busy
                if can and (not teacher.blocks or group.block in teacher.blocks):
                    self.hired[group.code, teacher.code] = self.model.new_bool_var("")
            mine = [hired for (code, _teacher), hired in self.hired.items() if code == group.code]
            self.model.add(total(mine) == self.open[group.code])
        for teacher in self.school.teachers:
            more = [hired for (_code, who), hired in self.hired.items() if who == teacher.code]
            self.model.add(total(more) <= teacher.most - load[teacher.code])

    def _told(self, answer: Answer) -> Changed:
        members: dict[str, list[str]] = defaultdict(list)
        homes: dict[str, list[str]] = defaultdict(list)
        moved: list[str] = []
        for cell, pupils in self.cells.items():
            waiting = [pupil.number for pupil in pupils]
            for (mine, home), count in self.count.items():
                if mine == cell:
                    here = waiting[: answer.value(count)]
                    waiting = waiting[len(here) :]
                    homes[home] += here
                    moved += self._place(answer, cell, home, here, members)
        opened = [group.code for group in self.new if answer.value(self.open[group.code])]
        closed = [group.code for group in self.before.groups if not answer.value(self.open[group.code])]
        groups = []
        for code, group in self.groups.items():
            if answer.value(self.open[code]):
                teacher = next(
                    (who for (of, who), n in self.hired.items() if of == code and answer.value(n)), group.teacher
                )
                groups.append(replace(group, pupils=tuple(sorted(members[code])), teacher=teacher))
        sections = self._sections(groups, homes)
        return Changed(self.after, sections, tuple(sorted(moved)), tuple(opened), tuple(closed))

    def _place(
        self, answer: Answer, cell: _Cell, home: str, here: list[str], members: dict[str, list[str]]
    ) -> Iterable[str]:
        """Puts the pupils of a cell who are of one home class into groups. Returns those who chose nothing anew and change."""
        kept = answer.value(self.keep[cell, home]) if not cell.anew else 0
        for code in cell.groups:
            if not cell.anew:
                members[code] += here[:kept]
        rest = here[kept:]
        queues: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (mine, there, code), attend in self.attend.items():
            if (mine, there) == (cell, home):
                group = self.groups[code]
                queues[group.subject, group.block] += [code] * answer.value(attend)
        at = 0
        for pattern in self.school.patterns(cell.combination):
            for _pupil in range(answer.value(self.lying[cell, home, pattern])):
                for subject, block in zip(cell.combination, pattern, strict=True):
                    members[queues[subject, block].pop(0)].append(rest[at])
                at += 1
        return [] if cell.anew else rest

    def _sections(self, groups: list[Group], homes: Mapping[str, list[str]]) -> Sections:
        home_of = {number: home for home, numbers in homes.items() for number in numbers}
        choice = {pupil.number: pupil.choice for pupil in self.after.pupils}
        stays = Counter((g.home, g.subject) for g in groups for number in g.pupils if home_of[number] == g.home)
        told = []
        mixed = 0
        for home in self.before.homes:
            pupils = tuple(sorted(homes[home.code]))
            together = tuple(s.code for s in self.school.subjects if pupils and stays[home.code, s.code] == len(pupils))
            mixed += max(0, len({choice[number] for number in pupils}) - 1)
            told.append(HomeClass(home.code, pupils, home.room, together))
        moves = sum(len(group.pupils) for group in groups) - sum(stays.values())
        fewest = Planner(Ground(self.school), self.after.counts, self.search).fewest()
        reached = fewest.answer.found and len(groups) <= fewest.bound + self.school.rules.spare_groups
        return Sections(
            Status.OPTIMAL if reached else Status.FEASIBLE,
            self.after.digest,
            self.search.seed,
            tuple(groups),
            tuple(told),
            fewest.bound,
            moves,
            mixed,
            self.search.cut_short,
        )
