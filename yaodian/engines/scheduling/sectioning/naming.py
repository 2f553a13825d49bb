"""From counts to names: which pupil, which room, which teacher. Nothing is searched but the balance of traits.

Pupils of one combination are alike but for the class that they come from and their traits. They are dealt out in the order of those
classes, so that classmates stay together, then by HMAC-SHA-256 of the seed and the pupil's number.
"""

from __future__ import annotations

import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .classes import Arranged, Class
from .counting import Ground, Held, Pattern, Place, hold_teachers, total
from .results import Group, HomeClass
from .school import Choices, Combination, Pupil, Room, Teacher
from .searching import Search, Stage

#: Times that all exchanges are looked at.
ROUNDS = 3
EFFORT_TEACHERS = 2.0


@dataclass(frozen=True)
class Named:
    """Groups and home classes with names, whoever moves counted, and combinations beyond the first of each class."""

    groups: tuple[Group, ...]
    homes: tuple[HomeClass, ...]
    moves: int
    mixed: int


@dataclass
class _Group:
    subject: str
    block: str
    home: int
    members: list[Pupil]
    room: str = ""
    teacher: str = ""


def name(choices: Choices, ground: Ground, classes: Sequence[Class], arranged: Arranged, search: Search) -> Named:
    """Names for what was counted; ``classes`` and ``arranged`` hold the full classes too."""
    seats = _seat(choices, classes, arranged, search.seed)
    groups = _fill(ground, arranged, seats)
    if choices.school.rules.balance:
        _balance(choices, groups, seats)
    rooms = _rooms(choices.school.rooms, choices.school.blocks, classes)
    _give_rooms(choices.school.rooms, choices.school.blocks, groups, rooms)
    _give_teachers(ground, groups, search)
    return _told(choices, classes, groups, seats, rooms)


Seats = list[dict[Pattern, list[Pupil]]]


def _seat(choices: Choices, classes: Sequence[Class], arranged: Arranged, seed: str) -> Seats:
    """The pupils of each pattern in each class."""
    key = seed.encode()
    kept = choices.school.homes.kept
    waiting: dict[tuple[Combination, str], list[Pupil]] = defaultdict(list)
    for pupil in sorted(choices.pupils, key=lambda p: (p.home, hmac.digest(key, p.number.encode(), "sha256"))):
        waiting[pupil.choice, pupil.home if kept else ""].append(pupil)
    seats: Seats = []
    for each, members in zip(classes, arranged.members, strict=True):
        here = {}
        for pattern, count in members.items():
            queue = waiting[pattern[0], each.code if kept else ""]
            here[pattern], queue[:count] = queue[:count], []
        seats.append(here)
    return seats


def _fill(ground: Ground, arranged: Arranged, seats: Seats) -> list[_Group]:
    """Groups with their pupils: of a home class its own first, then whoever comes, class by class."""
    groups = []
    coming: dict[tuple[str, str], list[Pupil]] = defaultdict(list)
    free: dict[tuple[str, str], list[tuple[_Group, int]]] = defaultdict(list)
    for at, here in enumerate(seats):
        for block in ground.school.blocks:
            attending: dict[str, list[Pupil]] = defaultdict(list)
            for pattern, pupils in here.items():
                if subject := ground.subject_at(pattern, block):
                    attending[subject] += pupils
            for subject, pupils in attending.items():
                hosted = arranged.hosted.get((at, subject, block))
                stay = hosted.stay if hosted else 0
                coming[subject, block] += pupils[stay:]
                if hosted:
                    groups.append(_Group(subject, block, at, pupils[:stay]))
                    free[subject, block].append((groups[-1], hosted.come))
            for (home, subject, there), hosted in arranged.hosted.items():
                if (home, there) == (at, block) and subject not in attending:
                    groups.append(_Group(subject, block, at, []))
                    free[subject, block].append((groups[-1], hosted.come))
    for (subject, block, _size), (count, seated) in arranged.others.items():
        for one in range(count):
            groups.append(_Group(subject, block, -1, []))
            free[subject, block].append((groups[-1], seated // count + (one < seated % count)))
    for place, filling in free.items():
        for group, come in filling:
            group.members += coming[place][:come]
            coming[place][:come] = []
    return groups


def _balance(choices: Choices, groups: list[_Group], seats: Seats) -> None:
    """Exchanges pupils of one combination between places until no exchange brings the traits of groups nearer to those of the year."""
    traits = choices.school.rules.balance
    kept = choices.school.homes.kept
    people = len(choices.pupils)
    places: dict[str, list[int]] = defaultdict(list)
    units = [group.members for group in groups] + [
        [pupil for each in here.values() for pupil in each] for here in seats
    ]
    for at, unit in enumerate(units):
        for pupil in unit:
            places[pupil.number].append(at)
    of = {pupil.number: pupil for pupil in choices.pupils}
    wanted = Counter((t, pupil.trait(t)) for pupil in choices.pupils for t in traits)
    # Deviation of a unit and a trait, times the people of the year so that it stays whole.
    off = {(at, key): -wanted[key] * len(unit) for at, unit in enumerate(units) for key in wanted}
    for at, unit in enumerate(units):
        for pupil in unit:
            for trait in traits:
                off[at, (trait, pupil.trait(trait))] += people

    def gained(one: Pupil, other: Pupil) -> int:
        change = 0
        left, taken = set(places[one.number]), set(places[other.number])
        for trait in traits:
            mine, theirs = (trait, one.trait(trait)), (trait, other.trait(trait))
            if mine == theirs:
                continue
            for at in left - taken:
                change += 2 * people * (off[at, mine] - off[at, theirs]) - 2 * people * people
            for at in taken - left:
                change += 2 * people * (off[at, theirs] - off[at, mine]) - 2 * people * people
        return change

    exchanged: dict[str, str] = {number: number for number in of}
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for pupil in choices.pupils:
        alike[pupil.choice, pupil.home if kept else ""].append(pupil.number)
    for _round in range(ROUNDS):
        helped = False
        for numbers in alike.values():
            by_place: dict[tuple[object, ...], list[str]] = defaultdict(list)
            for number in numbers:
                by_place[(*places[number], *(of[number].trait(t) for t in traits))].append(number)
            kinds = list(by_place.values())
            for first, mine in enumerate(kinds):
                for theirs in kinds[first + 1 :]:
                    while mine and theirs and gained(of[mine[0]], of[theirs[0]]) > 0:
                        one, other = mine.pop(), theirs.pop()
                        left, taken = places[one], places[other]
                        for trait in traits:
                            for at in left:
                                off[at, (trait, of[one].trait(trait))] -= people
                                off[at, (trait, of[other].trait(trait))] += people
                            for at in taken:
                                off[at, (trait, of[other].trait(trait))] -= people
                                off[at, (trait, of[one].trait(trait))] += people
                        places[one], places[other] = taken, left
                        exchanged[one], exchanged[other] = exchanged[other], exchanged[one]
                        helped = True
        if not helped:
            break
    stands = {before: now for now, before in exchanged.items()}
    for group in groups:
        group.members = [of[stands[pupil.number]] for pupil in group.members]
    for here in seats:
        for pattern, pupils in here.items():
            here[pattern] = [of[stands[pupil.number]] for pupil in pupils]


def _rooms(rooms: Sequence[Room] | None, blocks: Sequence[str], classes: Sequence[Class]) -> list[str]:
    """The room of each class: the smallest that is as large as was counted with."""
    if rooms is None:
        return [""] * len(classes)
    free = sorted(
        (room for room in rooms if not room.blocks or set(blocks) <= set(room.blocks)),
        key=lambda room: (room.seats, room.code),
    )
    found = [""] * len(classes)
    for at in sorted(range(len(classes)), key=lambda at: classes[at].room):
        fit = next((room for room in free if room.seats >= classes[at].room > 0), None)
        if fit is not None:
            free.remove(fit)
            found[at] = fit.code
    return found


def _give_rooms(
    rooms: Sequence[Room] | None, blocks: Iterable[str], groups: list[_Group], homes: Sequence[str]
) -> None:
    if rooms is None:
        return
    for block in blocks:
        here = [group for group in groups if group.block == block]
        taken = set()
        for group in here:
            if group.home >= 0:
                group.room = homes[group.home]
                taken.add(group.room)
        free = [r for r in rooms if r.code not in taken and (not r.blocks or block in r.blocks)]
        free.sort(key=lambda room: (room.seats, room.code in homes, room.code))
        for group in sorted((g for g in here if g.home < 0), key=lambda g: len(g.members)):
            fit = next(room for room in free if room.seats >= len(group.members))
            free.remove(fit)
            group.room = fit.code


def _give_teachers(ground: Ground, groups: list[_Group], search: Search) -> None:
    """Teachers who are alike take turns, so that each has at most one group of a block and loads differ by one at most."""
    if ground.school.teachers is None:
        return
    counts: Counter[tuple[str, str]] = Counter((group.subject, group.block) for group in groups)
    held = Held()
    places: dict[Place, int] = {
        (subject.code, block, size): counts[subject.code, block] if size == ground.sizes[0] else 0
        for subject in ground.school.subjects
        for block in ground.school.blocks_of(subject.code)
        for size in ground.sizes
    }
    duties = hold_teachers(held, ground, {place: total([]) + n for place, n in places.items()})
    answer = search.solve(held.model, Stage.BALANCE, EFFORT_TEACHERS)
    if not answer.found:
        raise AssertionError("groups were counted with teachers, and teachers cannot be given to them")
    named: dict[Teacher, list[str]] = defaultdict(list)
    for teacher in ground.school.teachers:
        named[ground.kind_of(teacher)].append(teacher.code)
    turn: Counter[Teacher] = Counter()
    waiting: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for group in groups:
        waiting[group.subject, group.block].append(group)
    for (kind, subject, block), duty in sorted(duties.items(), key=lambda item: ground.school.blocks.index(item[0][2])):
        for _group in range(answer.value(duty)):
            if waiting[subject, block]:
                waiting[subject, block].pop(0).teacher = named[kind][turn[kind] % len(named[kind])]
                turn[kind] += 1


def _told(
    choices: Choices, classes: Sequence[Class], groups: list[_Group], seats: Seats, rooms: Sequence[str]
) -> Named:
    order = {subject.code: at for at, subject in enumerate(choices.school.subjects)}
    blocks = {block: at for at, block in enumerate(choices.school.blocks)}
    width = len(str(len(classes)))
    codes = [each.code or f"C{at + 1:0{width}}" for at, each in enumerate(classes)]
    groups = sorted(groups, key=lambda g: (order[g.subject], blocks[g.block], g.home < 0, g.home))
    numbers: Counter[str] = Counter()
    told, homes = [], []
    staying: dict[tuple[int, str], int] = {}
    moves = 0
    home_of = {pupil.number: at for at, here in enumerate(seats) for pupils in here.values() for pupil in pupils}
    for group in groups:
        numbers[group.subject] += 1
        mine = tuple(sorted(pupil.number for pupil in group.members))
        stay = sum(home_of[number] == group.home for number in mine)
        moves += len(mine) - stay
        staying[group.home, group.subject] = stay
        home = codes[group.home] if group.home >= 0 else ""
        code = f"{group.subject}-{numbers[group.subject]:02}"
        told.append(Group(code, group.subject, group.block, mine, group.teacher, group.room, home))
    mixed = 0
    for at, here in enumerate(seats):
        pupils = tuple(sorted(pupil.number for each in here.values() for pupil in each))
        mixed += max(0, len({pattern[0] for pattern, each in here.items() if each}) - 1)
        together = tuple(s for s in order if pupils and staying.get((at, s)) == len(pupils))
        homes.append(HomeClass(codes[at], pupils, rooms[at], together))
    return Named(tuple(told), tuple(homes), moves, mixed)
