"""A check of groups apart from what made them: pupil by pupil, group by group.

Nothing here is shared with the solver but the shapes of :mod:`.school` and :mod:`.results`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .results import Group, HomeClass, Sections
from .school import Choices, Mode


class Amiss(StrEnum):
    """What can be wrong with groups and home classes."""

    OTHER_INPUTS = "other-inputs"
    CODE_TWICE = "code-twice"
    UNKNOWN = "unknown"
    NOT_TAUGHT = "not-taught"
    TAUGHT_TWICE = "taught-twice"
    NOT_CHOSEN = "not-chosen"
    TWO_AT_ONCE = "two-at-once"
    BLOCK = "block"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    NO_ROOM = "no-room"
    ROOM_TOO_SMALL = "room-too-small"
    ROOM_CLOSED = "room-closed"
    ROOM_TAKEN = "room-taken"
    NO_TEACHER = "no-teacher"
    TEACHER_SUBJECT = "teacher-subject"
    TEACHER_AWAY = "teacher-away"
    TEACHER_TWICE = "teacher-twice"
    TEACHER_LOAD = "teacher-load"
    NO_HOME = "no-home"
    TWO_HOMES = "two-homes"
    HOME_CHANGED = "home-changed"
    HOME_COUNT = "home-count"
    HOST = "host"
    HOST_TWICE = "host-twice"
    MODE = "mode"
    MOVES = "moves"


@dataclass(frozen=True, order=True)
class Fault:
    """One fault. ``about``: the group, home class, room, teacher or pupil; ``other``: the second of them, or the subject or block."""

    amiss: Amiss
    about: str = ""
    other: str = ""


def verify_sections(choices: Choices, sections: Sections) -> tuple[Fault, ...]:
    """Everything that is wrong with ``sections``, in order; nothing if every rule is kept. A result without groups has no faults
    but that it may be of other choices."""
    wrong = [] if sections.inputs == choices.digest else [Fault(Amiss.OTHER_INPUTS)]
    if not sections.groups and not sections.homes:
        return tuple(wrong)
    for codes in (Counter(group.code for group in sections.groups), Counter(home.code for home in sections.homes)):
        wrong += [Fault(Amiss.CODE_TWICE, code) for code, count in codes.items() if count > 1]
    known = {pupil.number for pupil in choices.pupils}
    people = [(group.code, group.pupils) for group in sections.groups]
    for code, pupils in people + [(home.code, home.pupils) for home in sections.homes]:
        wrong += [Fault(Amiss.UNKNOWN, number, code) for number in pupils if number not in known]
    wrong += _of_pupils(choices, sections)
    for group in sections.groups:
        wrong += _of_group(choices, group)
    wrong += _of_rooms(choices, sections)
    wrong += _of_teachers(choices, sections)
    wrong += _of_homes(choices, sections)
    return tuple(sorted(set(wrong)))


def _of_pupils(choices: Choices, sections: Sections) -> Iterator[Fault]:
    attended: dict[str, list[Group]] = defaultdict(list)
    for group in sections.groups:
        for number in group.pupils:
            attended[number].append(group)
    for pupil in choices.pupils:
        mine = attended[pupil.number]
        subjects = Counter(group.subject for group in mine)
        for subject in pupil.choice:
            if not subjects[subject]:
                yield Fault(Amiss.NOT_TAUGHT, pupil.number, subject)
        for subject, count in subjects.items():
            if subject not in pupil.choice:
                yield Fault(Amiss.NOT_CHOSEN, pupil.number, subject)
            if count > 1:
                yield Fault(Amiss.TAUGHT_TWICE, pupil.number, subject)
        for block, count in Counter(group.block for group in mine).items():
            if count > 1:
                yield Fault(Amiss.TWO_AT_ONCE, pupil.number, block)


def _of_group(choices: Choices, group: Group) -> Iterator[Fault]:
    school = choices.school
    subject = next((each for each in school.subjects if each.code == group.subject), None)
    if subject is None:
        yield Fault(Amiss.UNKNOWN, group.subject, group.code)
        return
    if group.block not in (subject.blocks or school.blocks):
        yield Fault(Amiss.BLOCK, group.code, group.block)
    if len(group.pupils) < subject.least:
        yield Fault(Amiss.TOO_SMALL, group.code)
    if len(group.pupils) > subject.most:
        yield Fault(Amiss.TOO_LARGE, group.code)


def _of_rooms(choices: Choices, sections: Sections) -> Iterator[Fault]:
    if choices.school.rooms is None:
        return
    rooms = {room.code: room for room in choices.school.rooms}
    taken: dict[tuple[str, str], str] = {}
    for group in sections.groups:
        room = rooms.get(group.room)
        if room is None:
            yield Fault(Amiss.NO_ROOM, group.code)
            continue
        if len(group.pupils) > room.seats:
            yield Fault(Amiss.ROOM_TOO_SMALL, group.code, room.code)
        if room.blocks and group.block not in room.blocks:
            yield Fault(Amiss.ROOM_CLOSED, group.code, room.code)
        first = taken.setdefault((room.code, group.block), group.code)
        if first != group.code:
            yield Fault(Amiss.ROOM_TAKEN, first, group.code)
    seats: dict[str, str] = {}
    for home in sections.homes:
        room = rooms.get(home.room)
        if room is None:
            # Classes that stay as they are may outnumber the rooms.
            if home.room or not choices.school.homes.kept:
                yield Fault(Amiss.NO_ROOM, home.code)
            continue
        if len(home.pupils) > room.seats and not choices.school.homes.kept:
            yield Fault(Amiss.ROOM_TOO_SMALL, home.code, room.code)
        if room.blocks and not set(choices.school.blocks) <= set(room.blocks):
            yield Fault(Amiss.ROOM_CLOSED, home.code, room.code)
        first = seats.setdefault(room.code, home.code)
        if first != home.code:
            yield Fault(Amiss.ROOM_TAKEN, first, home.code)


def _of_teachers(choices: Choices, sections: Sections) -> Iterator[Fault]:
    if choices.school.teachers is None:
        return
    teachers = {teacher.code: teacher for teacher in choices.school.teachers}
    load: Counter[str] = Counter()
    busy: dict[tuple[str, str], str] = {}
    for group in sections.groups:
        teacher = teachers.get(group.teacher)
        if teacher is None:
            yield Fault(Amiss.NO_TEACHER, group.code)
            continue
        load[teacher.code] += 1
        if group.subject not in teacher.subjects:
            yield Fault(Amiss.TEACHER_SUBJECT, teacher.code, group.code)
        if teacher.blocks and group.block not in teacher.blocks:
            yield Fault(Amiss.TEACHER_AWAY, teacher.code, group.code)
        first = busy.setdefault((teacher.code, group.block), group.code)
        if first != group.code:
            yield Fault(Amiss.TEACHER_TWICE, teacher.code, group.block)
    for code, count in load.items():
        if count > teachers[code].most:
            yield Fault(Amiss.TEACHER_LOAD, code)


def _of_homes(choices: Choices, sections: Sections) -> Iterator[Fault]:
    rule = choices.school.homes
    home_of: dict[str, str] = {}
    for home in sections.homes:
        for number in home.pupils:
            if home_of.setdefault(number, home.code) != home.code:
                yield Fault(Amiss.TWO_HOMES, number, home.code)
        if not rule.kept and len(home.pupils) < rule.least:
            yield Fault(Amiss.TOO_SMALL, home.code)
        if not rule.kept and len(home.pupils) > rule.most:
            yield Fault(Amiss.TOO_LARGE, home.code)
    for pupil in choices.pupils:
        if pupil.number not in home_of:
            yield Fault(Amiss.NO_HOME, pupil.number)
        elif rule.kept and home_of[pupil.number] != pupil.home:
            yield Fault(Amiss.HOME_CHANGED, pupil.number, home_of[pupil.number])
    if rule.count is not None and not rule.kept and len(sections.homes) != rule.count:
        yield Fault(Amiss.HOME_COUNT)
    yield from _of_hosts(choices, sections, home_of)


def _of_hosts(choices: Choices, sections: Sections, home_of: Mapping[str, str]) -> Iterator[Fault]:
    homes = {home.code: home for home in sections.homes}
    at_home = {subject.code for subject in choices.school.subjects if subject.at_home}
    hosting: set[tuple[str, str]] = set()
    moves = 0
    stays: dict[str, set[str]] = defaultdict(set)
    for group in sections.groups:
        stay = [number for number in group.pupils if group.home and home_of.get(number) == group.home]
        moves += len(group.pupils) - len(stay)
        for number in stay:
            stays[number].add(group.subject)
        if not group.home:
            continue
        home = homes.get(group.home)
        if home is None or home.room != group.room or group.subject not in at_home:
            yield Fault(Amiss.HOST, group.code, group.home)
        if (group.home, group.block) in hosting:
            yield Fault(Amiss.HOST_TWICE, group.home, group.block)
        hosting.add((group.home, group.block))
    if moves != sections.moves:
        yield Fault(Amiss.MOVES)
    yield from _of_mode(choices, homes, stays, at_home)


def _of_mode(
    choices: Choices, homes: Mapping[str, HomeClass], stays: Mapping[str, set[str]], at_home: set[str]
) -> Iterator[Fault]:
    mode = choices.school.rules.mode
    if mode is Mode.MOVING:
        return
    choice = {pupil.number: pupil.choice for pupil in choices.pupils}
    for home in homes.values():
        here = [number for number in home.pupils if number in choice]
        if not here:
            continue
        together = set.intersection(*(stays.get(number, set()) for number in here))
        for number in here:
            could = len(at_home.intersection(choice[number]))
            if len(together) < could - (mode is Mode.FIXED_TWO):
                yield Fault(Amiss.MODE, home.code)
                break
