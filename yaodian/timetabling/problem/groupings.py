"""Between the choices of a round with a term's classes, teachers and rooms, and the engine of teaching groups.

The engine is given subjects by the words that the term uses (物理), blocks by letters, pupils by their public ids, classes, rooms and teachers by
their codes. What is read from the rows is a `Ground` (`queries.grounds`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from yaodian.engines.scheduling.sectioning import (
    Choices,
    Combination,
    Homes,
    Mode,
    Pick,
    Pupil,
    Room,
    Rules,
    School,
    Sections,
    Subject,
    Teacher,
    Trait,
)
from yaodian.engines.scheduling.sectioning.school import MOST_PUPILS
from yaodian.timetabling.content import COMBINATIONS, FIRST, SECOND, SUBJECTS
from yaodian.timetabling.models import ChoiceRound, CurriculumHours, Grouping, Term, TermClass, TermRoom
from yaodian.timetabling.problem.group_settings import DEFAULT_LEAST, GRADES, GroupSettings, SubjectRule


@dataclass(frozen=True)
class Person:
    """A pupil of the round. `home` is the code of the class of the term that he comes from, empty for none; `combination` one of the twelve."""

    pk: int
    number: str
    combination: str
    home: str
    class_name: str
    gender: str
    boards: bool


@dataclass(frozen=True)
class Tutor:
    """A teacher of the term with the chosen subjects (codes) that he teaches, and how many groups his hours leave room for; None without limit."""

    code: str
    subjects: tuple[str, ...]
    groups: int | None


@dataclass(frozen=True)
class Ground:
    """What the groups of a grade are made from, as the rows say now. `waiting` are pupils of the grade without a choice.

    `rooms` are ordinary ones that no class of another grade has as its own. `curriculum` is that of chosen subjects, by code.
    """

    term: Term
    grade: int
    round: ChoiceRound | None
    people: tuple[Person, ...]
    classes: tuple[TermClass, ...]
    rooms: tuple[TermRoom, ...]
    tutors: tuple[Tutor, ...]
    curriculum: Mapping[str, CurriculumHours]
    names: Mapping[str, str]
    waiting: int = 0

    @cached_property
    def code_of(self) -> dict[str, str]:
        """The code of a subject by the word that the term uses."""
        return {name: code for code, name in self.names.items()}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Pupils of each combination, by its code."""
        return dict(Counter(one.combination for one in self.people))

    @cached_property
    def by_subject(self) -> dict[str, int]:
        found = dict.fromkeys(SUBJECTS, 0)
        for code, count in self.counts.items():
            for subject in COMBINATIONS[code].subjects:
                found[subject] += count
        return found

    @cached_property
    def homeless(self) -> int:
        """Pupils whose class the term does not have."""
        return sum(not one.home for one in self.people)

    @cached_property
    def pupils(self) -> dict[str, int]:
        """Keys by public id."""
        return {one.number: one.pk for one in self.people}

    def named(self, combination: str) -> Combination:
        """The subjects of one of the twelve, in the words of the term."""
        return tuple(self.names[code] for code in COMBINATIONS[combination].subjects)

    def combination_of(self, named: Combination) -> str:
        """One of the twelve by the words of its subjects."""
        wanted = frozenset(self.code_of[name] for name in named)
        return next(code for code, one in COMBINATIONS.items() if frozenset(one.subjects) == wanted)


def default_settings(ground: Ground) -> GroupSettings:
    """What a school is likely to want: the sizes of the round, classes kept where the term has them all, counted what it has."""
    most = min(ground.round.group_size if ground.round is not None else 50, MOST_PUPILS)
    return GroupSettings(
        subjects={
            code: SubjectRule(least=max(1, min(DEFAULT_LEAST, ground.by_subject[code] or DEFAULT_LEAST)), most=most)
            for code in SUBJECTS
        },
        keeps_classes=bool(ground.people) and not ground.homeless,
        home_count=len(ground.classes) or None,
        home_most=min(MOST_PUPILS, max([most, *(one.size for one in ground.classes)])),
        counts_teachers=bool(ground.tutors),
        counts_rooms=bool(ground.rooms),
    )


def school_of_groups(ground: Ground, settings: GroupSettings) -> School:
    """What can be had before anybody chooses. Raises UnfitSchool."""
    blocks = settings.block_codes
    rooms = tuple(Room(one.code, one.seats) for one in ground.rooms)
    return School(
        subjects=tuple(
            Subject(ground.names[code], rule.least, rule.most, at_home=not rule.is_level)
            for code, rule in ((code, settings.subjects[code]) for code in SUBJECTS)
        ),
        picks=(
            Pick(tuple(ground.names[code] for code in FIRST)),
            Pick(tuple(ground.names[code] for code in SECOND), 2),
        ),
        blocks=blocks,
        rooms=rooms if settings.counts_rooms else None,
        teachers=tuple(_teachers(ground, settings)) if settings.counts_teachers else None,
        homes=Homes(
            most=settings.home_most, least=settings.home_least, count=settings.home_count, kept=settings.keeps_classes
        ),
        rules=Rules(Mode(settings.mode), tuple(Trait(one) for one in settings.balance), settings.spare_groups),
    )


def _teachers(ground: Ground, settings: GroupSettings) -> list[Teacher]:
    most = min(settings.teacher_most, settings.blocks)
    return [
        Teacher(
            one.code,
            tuple(ground.names[code] for code in one.subjects),
            min(most, one.groups) if one.groups is not None else most,
        )
        for one in ground.tutors
        if one.groups is None or one.groups > 0
    ]


def choices_of(ground: Ground, settings: GroupSettings) -> Choices:
    """Everybody who has chosen, with the school. Raises UnfitSchool."""
    return Choices(
        school_of_groups(ground, settings),
        tuple(
            Pupil(one.number, ground.named(one.combination), one.home, one.gender, one.boards) for one in ground.people
        ),
    )


def parts_of(choices: Choices) -> dict[str, str]:
    """Digests of what groups are made from, apart, so that it can be told what has changed since."""
    school = asdict(choices.school)
    said = {
        "choices": [[one.number, one.choice] for one in choices.pupils],
        "classes": [[one.number, one.home] for one in choices.pupils],
        "traits": [[one.number, one.gender, one.boards] for one in choices.pupils],
        "teachers": school["teachers"],
        "rooms": school["rooms"],
        "subjects": school["subjects"],
    }
    return {
        name: hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest() for name, value in said.items()
    }


# Results ----------------------------------------------------------------------------------------------------------------


def in_school_words(sections: Sections, ground: Ground, settings: GroupSettings) -> Sections:
    """Home classes under the codes of the school, and in their own rooms where these are as good."""
    if not sections.groups:
        return sections
    names = {one.code: one.code for one in sections.homes}
    if not settings.keeps_classes:
        free = iter(_codes(ground, len(sections.homes)))
        names = {one.code: next(free) for one in sections.homes}
    renamed = replace(
        sections,
        groups=tuple(replace(one, home=names.get(one.home, "")) for one in sections.groups),
        homes=tuple(replace(one, code=names[one.code]) for one in sections.homes),
    )
    return _in_own_rooms(renamed, ground) if settings.counts_rooms else renamed


def _codes(ground: Ground, count: int) -> list[str]:
    """Codes of classes that are there, then new ones as they are usually written."""
    found = [one.code for one in ground.classes][:count]
    number = 0
    while len(found) < count:
        number += 1
        code = f"{GRADES[ground.grade]}({number})班"
        if code not in found and code not in {one.code for one in ground.classes}:
            found.append(code)
    return found


def _in_own_rooms(sections: Sections, ground: Ground) -> Sections:
    seats = {room.code: room.seats for room in ground.rooms}
    own = {one.code: one.room.code for one in ground.classes if one.room is not None and one.room.code in seats}
    for code in [one.code for one in sections.homes]:
        now = next(one.room for one in sections.homes if one.code == code)
        wanted = own.get(code)
        if not now or not wanted or now == wanted:
            continue
        used: dict[str, int] = defaultdict(int)
        for group in sections.groups:
            used[group.room] = max(used[group.room], len(group.pupils))
        for home in sections.homes:
            used[home.room] = max(used[home.room], len(home.pupils))
        if used[now] > seats[wanted] or used[wanted] > seats[now]:
            continue
        other = {now: wanted, wanted: now}
        sections = replace(
            sections,
            groups=tuple(replace(one, room=other.get(one.room, one.room)) for one in sections.groups),
            homes=tuple(replace(one, room=other.get(one.room, one.room)) for one in sections.homes),
        )
    return sections


def with_moves(choices: Choices, sections: Sections) -> Sections:
    """The same groups with what follows from them counted anew: who moves, what is together, how many combinations meet."""
    home_of = {number: home.code for home in sections.homes for number in home.pupils}
    choice = {pupil.number: pupil.choice for pupil in choices.pupils}
    stays: Counter[tuple[str, str]] = Counter()
    moves = 0
    for group in sections.groups:
        here = sum(bool(group.home) and home_of.get(number) == group.home for number in group.pupils)
        stays[group.home, group.subject] += here
        moves += len(group.pupils) - here
    homes, mixed = [], 0
    for home in sections.homes:
        together = tuple(
            one.code
            for one in choices.school.subjects
            if home.pupils and stays[home.code, one.code] == len(home.pupils)
        )
        mixed += max(0, len({choice[number] for number in home.pupils if number in choice}) - 1)
        homes.append(replace(home, together=together))
    return replace(sections, homes=tuple(homes), moves=moves, mixed=mixed)


def tallies_of(choices: Choices, sections: Sections) -> dict[str, Any]:
    """What came of it as figures, and what the rows of groups do not hold. The same result gives the same."""
    choice = {pupil.number: pupil.choice for pupil in choices.pupils}
    subjects = {}
    for subject in choices.school.subjects:
        sizes = [len(group.pupils) for group in sections.groups if group.subject == subject.code]
        if sizes:
            subjects[subject.code] = {
                "pupils": sum(sizes),
                "groups": len(sizes),
                "least": min(sizes),
                "most": max(sizes),
            }
    return {
        "status": sections.status.value,
        "pupils": len(choices.pupils),
        "groups": len(sections.groups),
        "bound": sections.bound,
        "moves": sections.moves,
        "lessons": sum(len(group.pupils) for group in sections.groups),
        "mixed": sections.mixed,
        "cut_short": sections.cut_short,
        "subjects": subjects,
        "hosts": {group.code: group.home for group in sections.groups if group.home},
        "homes": [
            {
                "code": home.code,
                "room": home.room,
                "pupils": len(home.pupils),
                "together": list(home.together),
                "combinations": len({choice[number] for number in home.pupils if number in choice}),
            }
            for home in sections.homes
        ],
        "inputs": parts_of(choices),
    }


def settings_of(row: Grouping) -> GroupSettings:
    return GroupSettings.from_json(row.settings)
