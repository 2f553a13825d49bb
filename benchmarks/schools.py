"""Synthetic upper-secondary schools of three years with 3+1+2, feasible because a timetable is laid first.

95 % of the hours that may be asked of teachers are taught, and 95 % of the rooms that classes share are in use at the fullest time.

``synthetic(pupils_a_year)`` gives the school and the planted timetable. How the plan is laid, for each year:

- The chosen subjects lie in three bands of four lessons. A combination's subjects go to the bands in one order, found by exchanges, so that few groups
  are needed; all groups of a band run at once.
- The other 28 lessons of the week form a ring. Every home class goes round the ring with the same row of common subjects, each class from
  another place, so that a subject of h lessons takes h places that follow one another. Two classes of one teacher begin far enough apart. Neighbours
  of the ring lie on different days.
- Home classes keep their rooms; groups of a band take the rooms of their year, which are empty then, and some that all years share.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from yaodian.engines.scheduling.timetabling.problem import Piece, Timetable
from yaodian.engines.scheduling.timetabling.school import (
    Bells,
    Course,
    HomeClass,
    Hours,
    Meeting,
    Period,
    Pupils,
    Room,
    School,
    Slot,
    Teacher,
    Weeks,
)
from yaodian.engines.scheduling.timetabling.school_problem import Laid, lay
from yaodian.engines.scheduling.timetabling.wishes import (
    DaysOfTeachers,
    FairPeriods,
    GapsOfTeachers,
    InPeriods,
    LessonsADay,
    LessonsOfTeachersADay,
    LessonsOnEnd,
    OneRoom,
)

DAYS, PERIODS = 5, 8
BANDS, BAND_HOURS = 3, 4
CLASS, SEATS = 45, 50
FULL = 0.95
#: Common subjects in the order of the row: hours a week, kind of room, classes of one teacher.
COMMON = (
    ("语文", 6, "", 2),
    ("数学", 6, "", 2),
    ("英语", 6, "", 2),
    ("体育", 3, "none", 4),
    ("信息技术", 2, "机房", 6),
    ("艺术", 2, "", 6),
    ("班会", 1, "", 1),
)
RING = 28
ODD, EVEN = ("心理", "劳动")
FIRST, SECOND = ("物理", "历史"), ("化学", "生物", "政治", "地理")
COMBINATIONS = tuple((one, *two) for one in FIRST for two in itertools.combinations(SECOND, 2))
#: How often the twelve combinations are chosen, in percent: made up, with few of the rare ones.
MIX = (27, 6, 9, 4, 6, 3, 3, 4, 6, 5, 7, 20)
GROUP = 48


@dataclass(frozen=True)
class Synthetic:
    """``laid``: school and problem; ``planted``: a timetable that keeps every required constraint."""

    laid: Laid
    planted: Timetable

    @property
    def curriculum(self) -> tuple[Hours, ...]:
        years = sorted({home.year for home in self.laid.school.homes})
        common = [Hours(subject, year, hours) for year in years for subject, hours, _kind, _classes in COMMON]
        return (*common, *(Hours(one, year, BAND_HOURS, chosen=True) for year in years for one in (*FIRST, *SECOND)))


def synthetic(pupils_a_year: int, *, years: int = 3, seed: int = 1, part_time: float = 0.1) -> Synthetic:
    """A school of ``years`` times ``pupils_a_year``; ``part_time``: the part of teachers who are away for a half-day."""
    rng = random.Random(f"{seed}/{pupils_a_year}/{years}")
    plan = _Plan(rng)
    for year in range(years):
        plan.year(year, pupils_a_year)
    return plan.finish(part_time)


def _bands(year: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The (day, period) of each band: its four lessons on four days; years lie apart as far as they can."""
    used: Counter[int] = Counter()
    bands = []
    for band in range(BANDS):
        slots = []
        for hour in range(BAND_HOURS):
            day = (hour + band) % DAYS
            slots.append((day, (3 * year + used[day]) % PERIODS))
            used[day] += 1
        bands.append(tuple(slots))
    return tuple(bands)


def _ring(year: int) -> tuple[tuple[int, int], ...]:
    """The 28 other slots of the week, day after day in turn."""
    taken = {slot for band in _bands(year) for slot in band}
    free = [[(day, period) for period in range(PERIODS) if (day, period) not in taken] for day in range(DAYS)]
    return tuple(slot for turn in itertools.zip_longest(*free) for slot in turn if slot is not None)


class _Plan:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.homes: list[HomeClass] = []
        self.pupils: list[Pupils] = []
        self.rooms: list[Room] = []
        self.courses: list[Course] = []
        self.meetings: list[Meeting] = []
        self.slots: dict[str, tuple[tuple[int, int], ...]] = {}
        self.home_rooms: dict[int, list[str]] = {}
        self.groups_of: dict[tuple[int, int], list[str]] = {}
        self.teaches: dict[str, list[str]] = defaultdict(list)
        self.subject_of: dict[str, str] = {}
        self.year_of: dict[str, int] = {}
        self.spare = 0.0

    def year(self, year: int, count: int) -> None:
        """Pupils, home classes, common courses and groups of a year."""
        numbers = _shares(count)
        pupils = [choice for choice in range(len(COMBINATIONS)) for _ in range(numbers[choice])]
        classes = -(-count // CLASS)
        homes = [f"{year + 1}年{number + 1}班" for number in range(classes)]
        self.home_rooms[year] = [f"{home}教室" for home in homes]
        for home, room in zip(homes, self.home_rooms[year], strict=True):
            self.homes.append(HomeClass(home, "钟", str(year + 1), room))
            self.rooms.append(Room(room, seats=SEATS))
        orders = _orders(numbers, self.rng)
        group_of: dict[tuple[int, str], list[int]] = defaultdict(list)
        for who, choice in enumerate(pupils):
            for band, subject in enumerate(orders[choice]):
                group_of[band, subject].append(who)
        groups: list[tuple[int, str, str]] = []
        goes_to: list[list[str]] = [[] for _ in pupils]
        for (band, subject), whose in sorted(group_of.items()):
            parts = -(-len(whose) // GROUP)
            for part in range(parts):
                name = f"{year + 1}年{subject}{'ABC'[band]}{part + 1}"
                groups.append((band, subject, name))
                for who in whose[part * len(whose) // parts : (part + 1) * len(whose) // parts]:
                    goes_to[who].append(name)
        atoms: dict[tuple[int, int, tuple[str, ...]], int] = Counter(
            (who * classes // count, choice, tuple(goes_to[who])) for who, choice in enumerate(pupils)
        )
        members: dict[str, list[str]] = defaultdict(list)
        for at, ((home, choice, names), size) in enumerate(sorted(atoms.items())):
            atom = f"{homes[home]}·{at + 1}"
            self.pupils.append(Pupils(atom, homes[home], size, "+".join(COMBINATIONS[choice])))
            members[homes[home]].append(atom)
            for name in names:
                members[name].append(atom)
        self._common(year, homes, members)
        self._chosen(year, groups, members)

    def _common(self, year: int, homes: list[str], members: dict[str, list[str]]) -> None:
        ring, place = _ring(year), 0
        for subject, hours, kind, classes in COMMON:
            teachers = _sharing(len(homes), hours, classes)
            for number, home in enumerate(homes):
                name = f"{home}{subject}"
                places = [(number + place + hour) % RING for hour in range(hours)]
                teacher = self._teacher(year, subject, teachers[number])
                self.courses.append(
                    Course(
                        name,
                        subject,
                        tuple(members[home]),
                        hours,
                        teachers=(teacher,),
                        room_kind="" if kind == "none" else kind,
                        needs_room=kind != "none",
                    )
                )
                self._lay(name, teacher, tuple(ring[at] for at in places))
            place += hours
        for subject, weeks in ((ODD, Weeks.ODD), (EVEN, Weeks.EVEN)):
            for number, home in enumerate(homes):
                name, slot = f"{home}{subject}", ring[(number + place) % RING]
                teacher = self._teacher(year, subject, number // 12)
                self.courses.append(Course(name, subject, tuple(members[home]), 1, teachers=(teacher,), weeks=weeks))
                self._lay(name, teacher, (slot,))

    def _chosen(self, year: int, groups: list[tuple[int, str, str]], members: dict[str, list[str]]) -> None:
        bands = _bands(year)
        number: Counter[tuple[int, str]] = Counter()
        for band, subject, name in groups:
            self.groups_of.setdefault((year, band), []).append(name)
            teacher = self._teacher(year, subject, number[band, subject])
            number[band, subject] += 1
            self.courses.append(
                Course(name, subject, tuple(members[name]), BAND_HOURS, teachers=(teacher,), rooms=("?",))
            )
            self._lay(name, teacher, bands[band])

    def _teacher(self, year: int, subject: str, number: int) -> str:
        name = f"{subject}{year + 1}{number + 1:03}"
        self.subject_of[name], self.year_of[name] = subject, year
        return name

    def _lay(self, course: str, teacher: str, slots: tuple[tuple[int, int], ...]) -> None:
        self.slots[course] = slots
        self.teaches[teacher].append(course)

    def finish(self, part_time: float) -> Synthetic:
        chosen_room = self._rooms()
        teachers = [self._person(name, part_time) for name in self.teaches]
        self._meetings()
        school = School(
            days=DAYS,
            bells=(Bells("钟", tuple(_periods())),),
            homes=tuple(self.homes),
            pupils=tuple(self.pupils),
            teachers=tuple(teachers),
            rooms=tuple(self.rooms),
            courses=tuple(self.courses),
            meetings=tuple(self.meetings),
            wishes=_wishes(),
            id="synthetic",
            name="合成学校",
        )
        laid = lay(school)
        pieces = []
        for course in school.courses:
            event = laid.event[course.id]
            room = chosen_room.get(course.id)
            for at, slot in enumerate(self.slots[course.id]):
                chosen = room[at] if room else None
                resources = tuple(
                    laid.resource["room", chosen] if need.resource is None and chosen else need.resource
                    for need in laid.events[event].needs
                )
                pieces.append(Piece(event, 1, laid.at["钟", *slot], resources))
        for meeting in school.meetings:
            event = laid.event[meeting.id]
            pieces.append(Piece(event, meeting.periods, laid.at["钟", *self.slots[meeting.id][0]]))
        return Synthetic(laid, Timetable.of(laid.problem, pieces))

    def _rooms(self) -> dict[str, tuple[str, ...]]:
        """Rooms of groups and of special lessons, and as many rooms as make 95 % of them full at the busiest time."""
        spare: Counter[tuple[int, int]] = Counter()
        for (year, band), names in self.groups_of.items():
            for slot in _bands(year)[band]:
                spare[slot] += max(0, len(names) - len(self.home_rooms[year]))
        shared = [f"公共{number + 1}" for number in range(math.ceil(max(spare.values(), default=0) / FULL))]
        self.rooms += [Room(name, seats=SEATS) for name in shared]
        special: Counter[tuple[str, tuple[int, int]]] = Counter()
        chosen: dict[str, tuple[str, ...]] = {}
        given: Counter[tuple[int, int]] = Counter()
        for (year, band), names in sorted(self.groups_of.items()):
            own, slots = self.home_rooms[year], _bands(year)[band]
            for name, room in itertools.zip_longest(names[: len(own)], own[: len(names)]):
                chosen[name] = (room,) * BAND_HOURS
            for name in names[len(own) :]:
                chosen[name] = tuple(shared[given[slot]] for slot in slots)
                given.update(slots)
        for at, course in enumerate(self.courses):
            if course.rooms == ("?",):
                year = int(course.id[0]) - 1
                self.courses[at] = _with_rooms(course, (*self.home_rooms[year], *shared))
            elif course.room_kind:
                rooms = []
                for slot in self.slots[course.id]:
                    special[course.room_kind, slot] += 1
                    rooms.append(f"{course.room_kind}{special[course.room_kind, slot]}")
                chosen[course.id] = tuple(rooms)
        for kind in sorted({kind for kind, _slot in special}):
            most = max(count for (one, _slot), count in special.items() if one == kind)
            self.rooms += [Room(f"{kind}{number + 1}", kind, SEATS) for number in range(math.ceil(most / FULL))]
        return chosen

    def _person(self, name: str, part_time: float) -> Teacher:
        """A teacher; some are away on a half-day on which they have no lessons."""
        taught = [(course, slot) for course in self.teaches[name] for slot in self.slots[course]]
        days = Counter(day for _course, (day, _period) in taught)
        halves = [
            Slot(day, half)
            for day in range(DAYS)
            for half in (tuple(range(4)), tuple(range(4, PERIODS)))
            if not any(slot[0] == day and slot[1] in half for _course, slot in taught)
            and not any(slot[0] == day and slot[1] in half for band in _bands(self.year_of[name]) for slot in band)
        ]
        away = (self.rng.choice(halves),) if halves and self.rng.random() < part_time else ()
        return Teacher(
            name,
            name,
            (self.subject_of[name],),
            away=away,
            most_hours=self._asked(len(taught)),
            most_a_day=max(4, *days.values()),
        )

    def _asked(self, hours: int) -> int:
        """The hours that may be asked of a teacher who has so many: one more for now and then somebody, so that all together are 95 % full."""
        self.spare += hours / FULL - hours
        more = int(self.spare)
        self.spare -= more
        return hours + more

    def _meetings(self) -> None:
        """Teachers of a common main subject and year meet while their pupils are in the bands."""
        for year in sorted(self.home_rooms):
            for band, subject in enumerate(("语文", "数学", "英语")):
                teachers = tuple(
                    name for name, one in self.subject_of.items() if one == subject and self.year_of[name] == year
                )
                meeting = Meeting(f"{year + 1}年{subject}教研", teachers, 1, _bands(year)[band][0])
                self.meetings.append(meeting)
                self.slots[meeting.id] = (_bands(year)[band][0],)


def _periods() -> Iterator[Period]:
    for number in range(PERIODS):
        begins = 480 + 55 * number if number < 4 else 840 + 55 * (number - 4)
        yield Period(f"第{number + 1}节", begins, begins + 45, "上午" if number < 4 else "下午")


def _wishes() -> tuple[object, ...]:
    main, three = ("语文", "数学", "英语"), ("体育",)
    return (
        LessonsADay(name="主科一天最多两节", subjects=main, most=2, required=True, reason="课程方案"),
        LessonsADay(name="体育一天最多一节", subjects=three, required=True, reason="课程方案"),
        LessonsADay(name="选考科目一天最多一节", subjects=(*FIRST, *SECOND), weight=5),
        InPeriods(name="体育不排第一节", subjects=three, periods=tuple(range(1, PERIODS)), weight=3),
        InPeriods(name="主科多在上午", subjects=main, periods=tuple(range(6)), weight=1),
        GapsOfTeachers(name="教师空堂少", most=6, weight=1),
        LessonsOfTeachersADay(name="教师一天最多四节", most=4, weight=3),
        LessonsOnEnd(name="不连上三节以上", most=3, weight=2),
        DaysOfTeachers(name="每周至少空一天", most=4, weight=1),
        FairPeriods(name="末节课公平", subjects=main, periods=(PERIODS - 1,), most=2, weight=2),
        OneRoom(name="走班教室固定", subjects=(*FIRST, *SECOND), weight=1),
    )


def _with_rooms(course: Course, rooms: tuple[str, ...]) -> Course:
    return Course(course.id, course.subject, course.pupils, course.hours, teachers=course.teachers, rooms=rooms)


def _sharing(classes: int, hours: int, most: int) -> list[int]:
    """For each class the number of its teacher: classes of one teacher begin at least ``hours`` places of the ring apart."""
    teachers: list[list[int]] = []
    found = []
    for number in range(classes):
        for at, theirs in enumerate(teachers):
            apart = (min((number - one) % RING, (one - number) % RING) for one in theirs)
            if len(theirs) < most and all(gap >= hours for gap in apart):
                theirs.append(number)
                found.append(at)
                break
        else:
            teachers.append([number])
            found.append(len(teachers) - 1)
    return found


def _shares(count: int) -> list[int]:
    """The pupils of each combination, by largest remainders."""
    whole = [count * part / sum(MIX) for part in MIX]
    numbers = [int(one) for one in whole]
    for at in sorted(range(len(MIX)), key=lambda at: (numbers[at] - whole[at], at))[: count - sum(numbers)]:
        numbers[at] += 1
    return numbers


def _orders(numbers: list[int], rng: random.Random) -> list[tuple[str, ...]]:
    """For each combination the subject in each band, so that few groups are needed and bands are alike."""

    def groups(orders: list[tuple[str, ...]]) -> tuple[int, int]:
        heads: Counter[tuple[int, str]] = Counter()
        for order, count in zip(orders, numbers, strict=True):
            for band, subject in enumerate(order):
                heads[band, subject] += count
        by_band: Counter[int] = Counter()
        for (band, _subject), count in heads.items():
            by_band[band] += -(-count // GROUP)
        return max(by_band.values()), sum(by_band.values())

    best: list[tuple[str, ...]] | None = None
    for _round in range(20):
        orders = [rng.choice(list(itertools.permutations(one))) for one in COMBINATIONS]
        is_better = True
        while is_better:
            is_better = False
            for at in range(len(orders)):
                for other in itertools.permutations(COMBINATIONS[at]):
                    changed = [*orders[:at], other, *orders[at + 1 :]]
                    if groups(changed) < groups(orders):
                        orders, is_better = changed, True
        if best is None or groups(orders) < groups(best):
            best = orders
    assert best is not None
    return best
