"""What a school offers, and what its pupils chose: subjects, blocks, rooms, teachers, home classes; then the choices.

Everything is named by codes and nothing about 3+1+2 is written here: which subjects there are, and how many are picked of which, is data.
A *combination* is the tuple of a pupil's subjects in the order of the school; a *block* is a band of lessons in which all groups that
lie in it meet at once, so that a pupil attends at most one group of a block.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property

from .refusals import UnfitSchool

#: Pupils of a group or home class at most: from 66 on a class counts as 超大班额.
MOST_PUPILS = 65
#: Ways in which all combinations can lie in the blocks, at most.
MOST_PATTERNS = 3_000

Combination = tuple[str, ...]


class Mode(StrEnum):
    """How far a home class is taught together."""

    FIXED_THREE = "fixed-three"  # 定三: every chosen subject
    FIXED_TWO = "fixed-two"  # 定二走一: all but one
    MOVING = "moving"  # 大走班: nothing need be


class Trait(StrEnum):
    """What groups are balanced by."""

    GENDER = "gender"
    BOARDING = "boarding"


@dataclass(frozen=True)
class Subject:
    """Groups of ``least`` to ``most`` pupils. ``blocks``: where they may lie, empty for all. ``at_home``: a home class may be taught it
    together; False for level groups (分层), to which everybody moves."""

    code: str
    least: int = 1
    most: int = 48
    blocks: tuple[str, ...] = ()
    at_home: bool = True


@dataclass(frozen=True)
class Pick:
    """``count`` of ``subjects`` are chosen, each at most once."""

    subjects: tuple[str, ...]
    count: int = 1


@dataclass(frozen=True)
class Room:
    """``blocks``: when it can be had, empty for always. Only such a room can be that of a home class."""

    code: str
    seats: int = 50
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Teacher:
    """At most ``most`` groups in all and one in a block. ``blocks``: when, empty for always."""

    code: str
    subjects: tuple[str, ...]
    most: int = 3
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Homes:
    """Home classes of ``least`` to ``most`` pupils. ``count``: how many, None for as few as can be. ``kept``: the classes that
    pupils come from stay as they are, whatever their size."""

    most: int = 50
    least: int = 1
    count: int | None = None
    kept: bool = False


@dataclass(frozen=True)
class Rules:
    """``spare_groups``: groups that may be had above the fewest, so that fewer pupils move."""

    mode: Mode = Mode.MOVING
    balance: tuple[Trait, ...] = ()
    spare_groups: int = 0


@dataclass(frozen=True)
class School:
    """What can be had before anybody chooses. ``rooms`` or ``teachers`` None: not looked at. Raises UnfitSchool."""

    subjects: tuple[Subject, ...]
    picks: tuple[Pick, ...]
    blocks: tuple[str, ...]
    rooms: tuple[Room, ...] | None = None
    teachers: tuple[Teacher, ...] | None = None
    homes: Homes = Homes()
    rules: Rules = Rules()

    def __post_init__(self) -> None:
        _require_codes(("时段", "blocks"), self.blocks)
        _require_codes(("科目", "subjects"), [subject.code for subject in self.subjects])
        for subject in self.subjects:
            what = ("科目", "subjects")
            _require_known(what, subject.code, subject.blocks, self.blocks)
            _require_sizes(what, subject.code, subject.least, subject.most)
        self._check_picks()
        self._check_people_and_rooms()
        _require_sizes(("行政班", "home classes"), "*", self.homes.least, self.homes.most)
        _require_number(("行政班", "home classes"), "*", self.homes.count or 1, 1, 1_000)
        _require_number(("多开的班", "spare groups"), "*", self.rules.spare_groups, 0, 1_000)
        found = 0
        for combination in self.combinations:
            here = len(self.patterns(combination))
            if not here:
                raise UnfitSchool("no-pattern", combination="+".join(combination))
            found += here
        if found > MOST_PATTERNS:
            raise UnfitSchool("patterns", found=found, most=MOST_PATTERNS)

    def _check_picks(self) -> None:
        if not self.picks:
            raise UnfitSchool("empty", what=("选项", "picks"))
        seen: set[str] = set()
        for pick in self.picks:
            options = "/".join(pick.subjects)
            _require_known(("选项", "picks"), options, pick.subjects, [subject.code for subject in self.subjects])
            if not 1 <= pick.count <= len(pick.subjects):
                raise UnfitSchool("pick-count", options=options, count=pick.count, most=len(pick.subjects))
            for code in pick.subjects:
                if code in seen:
                    raise UnfitSchool("pick-twice", which=code)
                seen.add(code)

    def _check_people_and_rooms(self) -> None:
        if self.rooms is not None:
            _require_codes(("教室", "rooms"), [room.code for room in self.rooms])
            for room in self.rooms:
                _require_known(("教室", "rooms"), room.code, room.blocks, self.blocks)
                _require_number(("教室", "rooms"), room.code, room.seats, 1, 1_000)
        if self.teachers is not None:
            what = ("教师", "teachers")
            _require_codes(what, [teacher.code for teacher in self.teachers])
            for teacher in self.teachers:
                _require_known(what, teacher.code, teacher.blocks, self.blocks)
                _require_known(what, teacher.code, teacher.subjects, [subject.code for subject in self.subjects])
                _require_number(what, teacher.code, teacher.most, 1, 100)

    @cached_property
    def combinations(self) -> tuple[Combination, ...]:
        """Every choice that the picks allow, in the order of the subjects."""
        order = {subject.code: at for at, subject in enumerate(self.subjects)}
        parts = (itertools.combinations(pick.subjects, pick.count) for pick in self.picks)
        return tuple(
            tuple(sorted(itertools.chain(*chosen), key=order.__getitem__)) for chosen in itertools.product(*parts)
        )

    @cached_property
    def by_code(self) -> dict[str, Subject]:
        return {subject.code: subject for subject in self.subjects}

    def blocks_of(self, subject: str) -> tuple[str, ...]:
        return self.by_code[subject].blocks or self.blocks

    def patterns(self, combination: Combination) -> tuple[tuple[str, ...], ...]:
        """Every way in which the subjects of ``combination`` lie in different blocks: the block of each."""
        lying = itertools.product(*(self.blocks_of(subject) for subject in combination))
        return tuple(blocks for blocks in lying if len(set(blocks)) == len(blocks))

    def taught(self, subject: str) -> bool:
        """Whether anybody can teach it."""
        return self.teachers is None or any(subject in teacher.subjects for teacher in self.teachers)


@dataclass(frozen=True)
class Pupil:
    """``number`` is opaque. ``home``: the class that the pupil comes from. ``gender`` and ``boards`` count only if balanced by."""

    number: str
    choice: Combination
    home: str = ""
    gender: str = ""
    boards: bool = False

    def trait(self, trait: Trait) -> str:
        return self.gender if trait is Trait.GENDER else str(self.boards)


@dataclass(frozen=True)
class Choices:
    """A school and its pupils, each with a choice in any order. Raises UnfitSchool. ``digest`` is the SHA-256 of both."""

    school: School
    pupils: tuple[Pupil, ...]
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _require_codes(("学生", "pupils"), [pupil.number for pupil in self.pupils])
        order = {subject.code: at for at, subject in enumerate(self.school.subjects)}
        ordered = []
        for pupil in self.pupils:
            self._check(pupil, order)
            choice = tuple(sorted(pupil.choice, key=order.__getitem__))
            ordered.append(Pupil(pupil.number, choice, pupil.home, pupil.gender, pupil.boards))
        object.__setattr__(self, "pupils", tuple(ordered))
        for subject in self.school.subjects:
            found = sum(subject.code in pupil.choice for pupil in self.pupils)
            if found and not self.school.taught(subject.code):
                raise UnfitSchool("untaught", subject=subject.code, found=found)
        said = json.dumps([asdict(self.school), [asdict(pupil) for pupil in self.pupils]], ensure_ascii=False)
        object.__setattr__(self, "digest", hashlib.sha256(said.encode()).hexdigest())

    def _check(self, pupil: Pupil, known: Collection[str]) -> None:
        if not pupil.choice:
            raise UnfitSchool("no-choice", pupil=pupil.number)
        for subject, found in Counter(pupil.choice).items():
            if subject not in known:
                raise UnfitSchool("unknown-subject", pupil=pupil.number, subject=subject)
            if found > 1:
                raise UnfitSchool("same-twice", pupil=pupil.number, subject=subject, found=found)
        wanted = {subject for pick in self.school.picks for subject in pick.subjects}
        for pick in (*self.school.picks, Pick(tuple(set(known) - wanted), 0)):
            found = len(set(pick.subjects) & set(pupil.choice))
            if found != pick.count:
                raise UnfitSchool(
                    "combination",
                    pupil=pupil.number,
                    combination="+".join(pupil.choice),
                    options="/".join(sorted(pick.subjects)),
                    needed=pick.count,
                    found=found,
                )
        if self.school.homes.kept and not pupil.home:
            raise UnfitSchool("no-home", pupil=pupil.number)

    @cached_property
    def counts(self) -> dict[Combination, int]:
        """Pupils of each combination that somebody chose, in the school's order."""
        found = Counter(pupil.choice for pupil in self.pupils)
        return {combination: found[combination] for combination in self.school.combinations if found[combination]}


def _require_codes(what: tuple[str, str], codes: Sequence[str]) -> None:
    if not codes:
        raise UnfitSchool("empty", what=what)
    for code, found in Counter(codes).items():
        if not code.strip():
            raise UnfitSchool("code", what=what)
        if found > 1:
            raise UnfitSchool("twice", what=what, which=code)


def _require_known(what: tuple[str, str], code: str, named: Iterable[str], known: Collection[str]) -> None:
    for name, found in Counter(named).items():
        if name not in known:
            raise UnfitSchool("unknown", what=what, which=code, named=name)
        if found > 1:
            raise UnfitSchool("twice", what=what, which=name)


def _require_sizes(what: tuple[str, str], code: str, least: int, most: int) -> None:
    if not 1 <= least <= most <= MOST_PUPILS:
        raise UnfitSchool("size", what=what, which=code, least=least, most=most, cap=MOST_PUPILS)


def _require_number(what: tuple[str, str], code: str, found: int, least: int, most: int) -> None:
    if not least <= found <= most:
        raise UnfitSchool("number", what=what, which=code, found=found, least=least, most=most)
