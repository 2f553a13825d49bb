"""The model that counts pupils instead of naming them (``docs/algorithms/sectioning.md``, the formulas 1 to 12).

Rooms are counted by their size, teachers by what they teach and when, home classes by what is taught in them: what is alike is one
variable. So the model grows with the combinations and not with the year.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from ortools.sat.python import cp_model

from .school import Combination, Mode, Room, School, Subject, Teacher

#: Pairs of a pattern and a kind of home class, at most; beyond, only those with more subjects in common are looked at.
MOST_PAIRS = 6_000

Expression = cp_model.LinearExpr
Constraint = cp_model.BoundedLinearExpression | bool
#: Subject, block, size of room.
Place = tuple[str, str, int]
#: The expression that is 0.
NOTHING: Expression = cp_model.LinearExpr.sum([0])
Pattern = tuple[Combination, tuple[str, ...]]


class Wish(StrEnum):
    """What can stand in the way."""

    TEACHERS = "teachers"  # of a subject: too few, or not when they are needed
    ROOMS = "rooms"  # in a block: too few, or too small
    LEAST = "least"  # a subject's smallest group
    MOST = "most"  # a subject's largest group
    HOME_COUNT = "home-count"
    HOME_LEAST = "home-least"
    HOME_MOST = "home-most"
    HOME_ROOMS = "home-rooms"  # one for each home class, in every block
    MODE = "mode"
    CHOICES = "choices"  # the number of pupils of a combination


@dataclass(frozen=True, order=True)
class Named:
    """A wish with the subject, block or combination that it is about."""

    wish: Wish
    about: str = ""


@dataclass(frozen=True, order=True)
class Kind:
    """A kind of home class: the subject that may be taught in its room in each block, "" for none, and whether all of it stays."""

    hosts: tuple[str, ...]
    fixed: tuple[bool, ...]


@dataclass(frozen=True)
class Ground:
    """A school as the models see it. ``top``: rooms of this size and above are alike; 0 for the largest group or home class."""

    school: School
    top: int = 0

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        return tuple((c, blocks) for c in self.school.combinations for blocks in self.school.patterns(c))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of rooms that differ."""
        top = self.top or max([self.school.homes.most, *(subject.most for subject in self.school.subjects)])
        if self.school.rooms is None:
            return (top,)
        return tuple(sorted({min(room.seats, top) for room in self.school.rooms}))

    def size_of(self, room: Room) -> int:
        return min(room.seats, self.sizes[-1])

    def rooms_in(self, block: str) -> Counter[int]:
        return Counter(
            self.size_of(room) for room in self.school.rooms or () if not room.blocks or block in room.blocks
        )

    @cached_property
    def home_rooms(self) -> Counter[int]:
        """By size, the rooms that can be had in every block."""
        every = set(self.school.blocks)
        rooms = self.school.rooms or ()
        return Counter(self.size_of(room) for room in rooms if not room.blocks or every <= set(room.blocks))

    def kind_of(self, teacher: Teacher) -> Teacher:
        """The teacher without code, as all who are alike."""
        return Teacher(
            "", tuple(sorted(teacher.subjects)), teacher.most, tuple(sorted(teacher.blocks or self.school.blocks))
        )

    @cached_property
    def staff(self) -> dict[Teacher, int]:
        """Teachers who are alike, by one of them without code, and how many they are."""
        kinds = map(self.kind_of, self.school.teachers or ())
        return dict(sorted(Counter(kinds).items(), key=lambda item: repr(item[0])))

    def subject_at(self, pattern: Pattern, block: str) -> str:
        return next((subject for subject, at in zip(*pattern, strict=True) if at == block), "")

    @cached_property
    def hosted_at(self) -> dict[Pattern, tuple[str, ...]]:
        """Of each pattern the subject of each block that a home class could be taught together, "" for none."""
        at_home = {subject.code for subject in self.school.subjects if subject.at_home} | {""}
        found = {}
        for pattern in self.patterns:
            lying = (self.subject_at(pattern, block) for block in self.school.blocks)
            found[pattern] = tuple(code if code in at_home else "" for code in lying)
        return found

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        mode = self.school.rules.mode
        found: set[Kind] = set()
        for pattern in self.patterns:
            hosts = self.hosted_at[pattern]
            held = [at for at, subject in enumerate(hosts) if subject]
            if mode is Mode.MOVING:
                fixes: Iterable[tuple[int, ...]] = [()]
            elif mode is Mode.FIXED_THREE:
                fixes = [tuple(held)]
            else:
                fixes = itertools.combinations(held, max(0, len(held) - 1))
            found.update(Kind(hosts, tuple(at in fixed for at in range(len(hosts)))) for fixed in fixes)
        return tuple(sorted(found))

    def common(self, pattern: Pattern, kind: Kind) -> int:
        """Blocks in which such a pupil can stay in such a home class, -1 where the mode keeps the pupil out of it."""
        hosts = self.hosted_at[pattern]
        if any(fixed and mine != theirs for mine, theirs, fixed in zip(hosts, kind.hosts, kind.fixed, strict=True)):
            return -1
        return sum(bool(mine) and mine == theirs for mine, theirs in zip(hosts, kind.hosts, strict=True))

    @cached_property
    def pairs(self) -> dict[tuple[Pattern, Kind], int]:
        """Patterns and kinds that go together, with their common blocks; in MOVING only such with a block in common."""
        found = {}
        for pattern in self.patterns:
            for kind in self.kinds:
                common = self.common(pattern, kind)
                if common > 0 or (common == 0 and self.school.rules.mode is not Mode.MOVING):
                    found[pattern, kind] = common
        least = 1
        while len(found) > MOST_PAIRS and self.school.rules.mode is Mode.MOVING and least < len(self.school.blocks):
            least += 1
            found = {pair: common for pair, common in found.items() if common >= least}
        return found


@dataclass
class Held:
    """A model, the wishes that are let go, and what is ``added``: to the teachers of a subject, the rooms of a block, the number of home
    classes."""

    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    let_go: frozenset[Named] = frozenset()
    added: Mapping[Named, Expression] = field(default_factory=dict)

    def hold(self, constraint: Constraint, wish: Named) -> None:
        if wish not in self.let_go:
            self.model.add(constraint)

    def more(self, wish: Named) -> Expression:
        return self.added.get(wish, NOTHING)


@dataclass
class Counting:
    """Variables and constraints over counts.

    ``demand``: pupils of each combination, a number or an expression of the model; ``people``: pupils in all, at most. ``homes``:
    whether home classes are part of it. ``full``: of a combination, classes apart from the demand that are taught everything
    together, how many and of how many pupils.
    """

    ground: Ground
    demand: Mapping[Combination, Expression | int]
    people: int
    homes: bool
    full: Mapping[Combination, tuple[int, int]] = field(default_factory=dict)
    held: Held = field(default_factory=Held)

    def __post_init__(self) -> None:
        self.school = self.ground.school
        #: Pupils of each pattern.
        self.flow: dict[Pattern, Expression] = {}
        #: Home classes of each kind in rooms of a size; pupils of a pattern in a kind; who of a kind stays in a block.
        self.classes: dict[tuple[Kind, int], cp_model.IntVar] = {}
        self.members: dict[tuple[Pattern, Kind], cp_model.IntVar] = {}
        self.of_kind: dict[Kind, dict[Pattern, cp_model.IntVar]] = defaultdict(dict)
        self.stayers: dict[tuple[Kind, str], Expression] = {}
        #: Groups of a subject in a block in rooms of a size; those of them that a kind of home class hosts.
        self.groups: dict[Place, Expression] = {}
        self.hosted: dict[tuple[Kind, str, int], cp_model.IntVar] = {}
        self.patterns = [pattern for pattern in self.ground.patterns if pattern[0] in self.demand]
        #: Groups in all, of those the full classes too.
        self.every: dict[Place, Expression] = {}
        self.full_at: dict[tuple[Pattern, int], cp_model.IntVar] = {}
        self._add_pupils()
        self._add_groups()
        self._add_full()
        self._add_sizes()
        self._add_fewest()
        hold_rooms(self.held, self.ground, self.every)
        self.duties = hold_teachers(self.held, self.ground, self.every)

    @cached_property
    def count(self) -> Expression:
        """The number of groups."""
        return total(self.every.values())

    @cached_property
    def moves(self) -> Expression:
        """Pupils who move, counted once a block; of all subjects."""
        return total(self.flow[pattern] * len(pattern[0]) for pattern in self.patterns) - total(self.stayers.values())

    @cached_property
    def class_count(self) -> Expression:
        return total(self.classes.values())

    def attending(self, subject: str, block: str) -> Expression:
        return total(
            self.flow[pattern] for pattern in self.patterns if self.ground.subject_at(pattern, block) == subject
        )

    def _int(self) -> cp_model.IntVar:
        return self.model.new_int_var(0, self.people, "")

    def _hold(self, constraint: Constraint, wish: Named) -> None:
        self.held.hold(constraint, wish)

    @property
    def model(self) -> cp_model.CpModel:
        return self.held.model

    def _add_pupils(self) -> None:
        if not self.homes:
            self.flow = {pattern: self._int() for pattern in self.patterns}
        else:
            self._add_classes()
        for combination, demand in self.demand.items():
            self.model.add(total(self.flow[p] for p in self.patterns if p[0] == combination) == demand)

    def _add_classes(self) -> None:
        of_pattern: dict[Pattern, list[Expression]] = defaultdict(list)
        of_kind: dict[Kind, list[Expression]] = defaultdict(list)
        of_combination: dict[Combination, list[Expression]] = defaultdict(list)
        demanded = set(self.patterns)
        for pattern, kind in self.ground.pairs:
            if pattern in demanded:
                self.members[pattern, kind] = self.of_kind[kind][pattern] = members = self._int()
                of_pattern[pattern].append(members)
                of_kind[kind].append(members)
        if self.school.rules.mode is Mode.MOVING:
            # Who has nothing in common with the class is counted by combination only: the pattern is free.
            for combination in self.demand:
                for kind in self.ground.kinds:
                    lone = self._int()
                    of_combination[combination].append(lone)
                    of_kind[kind].append(lone)
            for combination, lone_ones in of_combination.items():
                free = {pattern: self._int() for pattern in self.patterns if pattern[0] == combination}
                self.model.add(total(free.values()) == total(lone_ones))
                for pattern, count in free.items():
                    of_pattern[pattern].append(count)
        self.flow = {pattern: total(of_pattern[pattern]) for pattern in self.patterns}
        self._add_class_sizes(of_kind)

    def _add_class_sizes(self, of_kind: Mapping[Kind, list[Expression]]) -> None:
        homes = self.school.homes
        for kind in self.ground.kinds:
            for size in self.ground.sizes:
                if size >= homes.least:
                    self.classes[kind, size] = self._int()
            here = {size: self.classes[kind, size] for size in self.ground.sizes if (kind, size) in self.classes}
            inside = total(of_kind[kind])
            self._hold(inside <= total(min(homes.most, size) * n for size, n in here.items()), Named(Wish.HOME_MOST))
            self.model.add(inside <= total(size * n for size, n in here.items()))
            self._hold(inside >= homes.least * total(here.values()), Named(Wish.HOME_LEAST))
        if homes.count is not None:
            full = sum(count for count, _pupils in self.full.values())
            more = self.held.more(Named(Wish.HOME_COUNT))
            self._hold(self.class_count + full == homes.count + more, Named(Wish.HOME_COUNT))

    def _add_groups(self) -> None:
        hosted: dict[Place, list[Expression]] = defaultdict(list)
        for kind in self.ground.kinds if self.homes else ():
            for at, (subject, block) in enumerate(zip(kind.hosts, self.school.blocks, strict=True)):
                if subject:
                    self._add_hosted(kind, at, subject, block, hosted)
        for offered in self.school.subjects:
            for block in self.school.blocks_of(offered.code):
                for size in self.ground.sizes:
                    others: list[Expression] = [self._int()] if size >= offered.least else []
                    self.groups[offered.code, block, size] = total(others + hosted[offered.code, block, size])

    def _add_hosted(self, kind: Kind, at: int, subject: str, block: str, hosted: dict[Place, list[Expression]]) -> None:
        held = self.school.by_code[subject]
        seats: list[Expression] = []
        count: list[Expression] = []
        for size in self.ground.sizes:
            if (kind, size) not in self.classes or size < held.least:
                continue
            classes = self.classes[kind, size]
            here: cp_model.IntVar = classes
            if not kind.fixed[at]:
                here = self._int()
                self.model.add(here <= classes)
            self.hosted[kind, block, size] = here
            hosted[subject, block, size].append(here)
            count.append(here)
            seats.append(size * here)
        who = total(
            members for pattern, members in self.of_kind[kind].items() if self.ground.hosted_at[pattern][at] == subject
        )
        if kind.fixed[at]:
            self.stayers[kind, block] = who
        else:
            self.stayers[kind, block] = stay = self._int()
            self.model.add(stay <= who)
        stay_here = self.stayers[kind, block]
        self.model.add(stay_here <= total(seats))
        self._hold(
            stay_here
            <= total(min(held.most, size) * n for size, n in zip(self._sizes_of(kind, held), count, strict=True)),
            Named(Wish.MOST, subject),
        )

    def _sizes_of(self, kind: Kind, subject: Subject) -> list[int]:
        return [size for size in self.ground.sizes if (kind, size) in self.classes and size >= subject.least]

    def _add_full(self) -> None:
        """Full classes take their three groups with them: one in each block of their pattern."""
        for combination, (count, pupils) in self.full.items():
            mine = []
            for pattern in self.ground.patterns:
                if pattern[0] == combination:
                    for size in self.ground.sizes:
                        if size >= pupils:
                            self.full_at[pattern, size] = self.model.new_int_var(0, count, "")
                            mine.append(self.full_at[pattern, size])
            self.model.add(total(mine) == count)
        self.every = {
            (subject, block, size): groups
            + total(
                count
                for (pattern, room), count in self.full_at.items()
                if room == size and self.ground.subject_at(pattern, block) == subject
            )
            for (subject, block, size), groups in self.groups.items()
        }
        if self.homes and self.school.rooms is not None:
            for size in self.ground.sizes:
                larger = [n for (_kind, room), n in self.classes.items() if room >= size]
                larger += [n for (_pattern, room), n in self.full_at.items() if room >= size]
                rooms = sum(found for room, found in self.ground.home_rooms.items() if room >= size)
                more = self.held.more(Named(Wish.HOME_ROOMS))
                self.held.hold(total(larger) <= rooms + more, Named(Wish.HOME_ROOMS))

    def _add_sizes(self) -> None:
        for subject in self.school.subjects:
            for block in self.school.blocks_of(subject.code):
                attending = self.attending(subject.code, block)
                here = {size: self.groups[subject.code, block, size] for size in self.ground.sizes}
                self.model.add(attending <= total(size * n for size, n in here.items()))
                seats = total(min(subject.most, size) * n for size, n in here.items())
                self._hold(attending <= seats, Named(Wish.MOST, subject.code))
                self._hold(attending >= subject.least * total(here.values()), Named(Wish.LEAST, subject.code))
                if self.homes:
                    self._add_least_of_others(subject, block, attending)

    def _add_least_of_others(self, subject: Subject, block: str, attending: Expression) -> None:
        """Whoever moves fills up the groups that home classes host and those that nobody does, each to its least."""
        stay: list[Expression] = []
        hosted: list[Expression] = []
        lacking: list[Expression] = []
        at = self.school.blocks.index(block)
        for kind in self.ground.kinds:
            if kind.hosts[at] != subject.code:
                continue
            here = [n for (other, place, _size), n in self.hosted.items() if (other, place) == (kind, block)]
            stay_here = self.stayers[kind, block]
            missing = self._int()
            self.model.add(missing >= subject.least * total(here) - stay_here)
            stay.append(stay_here)
            hosted += here
            lacking.append(missing)
        every = total(self.groups[subject.code, block, size] for size in self.ground.sizes)
        needed = subject.least * (every - total(hosted)) + total(lacking)
        self._hold(attending - total(stay) >= needed, Named(Wish.LEAST, subject.code))

    def _add_fewest(self) -> None:
        """No constraint of its own: what each subject needs for its pupils, rounded up, and each block where everybody is in a group of
        it, which the solver would have to find."""
        known = {combination: count for combination, count in self.demand.items() if isinstance(count, int)}
        largest = 0
        for subject in self.school.subjects:
            is_held = Named(Wish.MOST, subject.code) not in self.held.let_go
            most = min(subject.most, self.ground.sizes[-1]) if is_held else self.ground.sizes[-1]
            largest = max(largest, most)
            pupils = sum(count for combination, count in known.items() if subject.code in combination)
            groups = [n for (code, _block, _size), n in self.groups.items() if code == subject.code]
            self.model.add(total(groups) >= -(-pupils // most))
        if all(len(combination) == len(self.school.blocks) for combination in self.demand):
            for block in self.school.blocks:
                here = [n for (_subject, at, _size), n in self.groups.items() if at == block]
                self.model.add(total(here) >= -(-sum(known.values()) // largest))


def hold_rooms(held: Held, ground: Ground, groups: Mapping[Place, Expression]) -> None:
    """In each block, groups in rooms of a size and above are at most the rooms there are."""
    if ground.school.rooms is None:
        return
    for block in ground.school.blocks:
        rooms = ground.rooms_in(block)
        more = held.more(Named(Wish.ROOMS, block)) + held.more(Named(Wish.HOME_ROOMS))
        for size in ground.sizes:
            there = [n for (_subject, at, room), n in groups.items() if at == block and room >= size]
            found = sum(count for room, count in rooms.items() if room >= size)
            held.hold(total(there) <= found + more, Named(Wish.ROOMS, block))


def hold_teachers(
    held: Held, ground: Ground, groups: Mapping[Place, Expression]
) -> dict[tuple[Teacher, str, str], cp_model.IntVar]:
    """Each group has a teacher. Returns how many groups of a subject in a block teachers of one kind take."""
    duties: dict[tuple[Teacher, str, str], cp_model.IntVar] = {}
    school = ground.school
    if school.teachers is None:
        return duties
    for teacher, count in ground.staff.items():
        for block in teacher.blocks:
            for subject in teacher.subjects:
                if block in school.blocks_of(subject):
                    duties[teacher, subject, block] = held.model.new_int_var(0, count, "")
            mine = [duty for (who, _subject, at), duty in duties.items() if (who, at) == (teacher, block)]
            held.model.add(total(mine) <= count)
        held.model.add(total(duty for (who, *_at), duty in duties.items() if who == teacher) <= count * teacher.most)
    for offered in school.subjects:
        wish = Named(Wish.TEACHERS, offered.code)
        for block in school.blocks_of(offered.code):
            there = total(groups[offered.code, block, size] for size in ground.sizes)
            taught = total(duty for (_who, code, at), duty in duties.items() if (code, at) == (offered.code, block))
            held.hold(there <= taught + held.more(wish), wish)
    return duties


def total(terms: Iterable[Expression]) -> Expression:
    """The sum, an expression even if there are no terms."""
    return cp_model.LinearExpr.sum([*terms, NOTHING])
