"""Invented choices, a mock examination, what invented universities ask, a term of an invented school: the same for the same seed. No Django.

The mix is near what schools tell of the first years of 3+1+2: two thirds with physics, most of them with chemistry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import ceil
from random import Random

from yaodian.timetabling import content
from yaodian.timetabling.content import ALL, ANY, COMBINATIONS, HISTORY, ONE, PHYSICS

TRIAL, BINDING = "高一模拟选科", "高一正式选科"
NOTE = "请与家长商量后再提交；截止以前可以修改。"
TABLE_TITLE = "本科专业选考科目要求（示例）"
TABLE_SOURCE = "虚构数据，仅供演示；正式使用时请导入省级招生考试机构公布的要求"
# Of a hundred pupils.
MIX = {
    "PCB": 30, "PCG": 12, "PCO": 9, "PBG": 8, "PBO": 3, "POG": 3,
    "HOG": 13, "HBG": 7, "HBO": 6, "HCB": 4, "HCG": 3, "HCO": 2,
}  # fmt: skip
# What a school with few teachers of some subject does not offer, or to few.
RARE = ("POG", "HCO")
LIMITED = ("HCG", 12)
CHANGED, UNDECIDED = 0.12, 0.17


def trial_and_binding(pupils: Sequence[int], *, seed: str) -> Iterator[tuple[int, str, str]]:
    """Each pupil with his wish in the trial and his choice in the binding round, empty where he has not chosen yet."""
    random = Random(f"choices {seed}")  # noqa: S311 - invented people.
    codes, bounds = list(MIX), list(accumulate(MIX.values()))

    def draw() -> str:
        at = random.random() * bounds[-1]
        return next(code for code, bound in zip(codes, bounds, strict=True) if at < bound)

    for pupil in pupils:
        wish = draw()
        changes, waits = random.random() < CHANGED, random.random() < UNDECIDED
        chosen = draw() if changes else wish
        while chosen in RARE:
            chosen = draw()
        yield pupil, wish, "" if waits else chosen


MOCK = "高二期中模拟考试"
# Mean and spread of a paper as shares of its full marks; how much of the spread a pupil brings along; who is absent.
LEVEL, SPREAD, OWN, ABSENT = 0.64, 0.14, 0.75, 0.015


def mock_scores(chosen: Sequence[tuple[int, str]], *, seed: str) -> Iterator[tuple[int, dict[str, Decimal | None]]]:
    """Each pupil with his raw scores in the six subjects that his combination gives, in half points; None where he was absent."""
    random = Random(f"mock {seed}")  # noqa: S311 - invented people.
    for pupil, code in chosen:
        own = random.gauss(0, 1)
        scores: dict[str, Decimal | None] = {}
        for subject in (*content.MAIN, *COMBINATIONS[code].subjects):
            share = LEVEL + SPREAD * (OWN * own + (1 - OWN**2) ** 0.5 * random.gauss(0, 1))
            halves = round(2 * content.FULL[subject] * min(1.0, max(0.03, share)))
            scores[subject] = None if random.random() < ABSENT else Decimal(halves) / 2
        yield pupil, scores


_UNIVERSITIES = (
    "云泽大学",
    "青禾理工大学",
    "临溪师范大学",
    "望江医科大学",
    "白塔农业大学",
    "石桥财经大学",
    "松原工程大学",
    "竹山学院",
)
# Field, major, first subject, how the others are meant, which.
_MAJORS: tuple[tuple[str, str, str, str, str], ...] = (
    ("08", "计算机科学与技术", PHYSICS, ALL, "chemistry"), ("08", "机械工程", PHYSICS, ALL, "chemistry"),
    ("08", "土木工程", PHYSICS, ALL, "chemistry"), ("08", "电气工程及其自动化", PHYSICS, ALL, "chemistry"),
    ("08", "材料科学与工程", PHYSICS, ALL, "chemistry"), ("08", "建筑学", PHYSICS, ANY, ""),
    ("07", "数学与应用数学", PHYSICS, ANY, ""), ("07", "化学", PHYSICS, ALL, "chemistry"),
    ("07", "生物科学", PHYSICS, ALL, "chemistry,biology"), ("07", "地理科学", "", ONE, "chemistry,geography"),
    ("10", "临床医学", PHYSICS, ALL, "chemistry,biology"), ("10", "护理学", "", ONE, "chemistry,biology"),
    ("10", "中医学", PHYSICS, ALL, "chemistry"), ("09", "农学", PHYSICS, ALL, "chemistry"),
    ("09", "园林", "", ONE, "chemistry,biology,geography"), ("02", "经济学", "", ANY, ""),
    ("02", "金融工程", PHYSICS, ANY, ""), ("12", "工商管理", "", ANY, ""), ("12", "会计学", "", ANY, ""),
    ("12", "信息管理与信息系统", PHYSICS, ANY, ""), ("03", "法学", "", ANY, ""), ("03", "思想政治教育", "", ALL, "politics"),
    ("03", "马克思主义理论", HISTORY, ALL, "politics"), ("04", "学前教育", "", ANY, ""), ("04", "小学教育", "", ANY, ""),
    ("05", "汉语言文学", "", ANY, ""), ("05", "英语", "", ANY, ""), ("05", "新闻学", "", ANY, ""),
    ("06", "历史学", HISTORY, ANY, ""), ("06", "考古学", HISTORY, ANY, ""), ("01", "哲学", "", ANY, ""),
    ("13", "视觉传达设计", "", ANY, ""), ("13", "音乐学", "", ANY, ""),
)  # fmt: skip


def requirements() -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    """Lines of the invented table: university and major by their codes, and what is asked for."""
    for place, university in enumerate(_UNIVERSITIES, 1):
        for number, (field, name, first, mode, second) in enumerate(_MAJORS, 1):
            if (place * 7 + number) % 5 == 0:
                continue  # No university teaches everything.
            yield (f"{99000 + place}", f"{number:02d}"), {
                "university_name": university, "major_name": name, "field": field, "first": first, "mode": mode, "second": second,
            }  # fmt: skip


# A school's term ---------------------------------------------------------------------------------------------------

MAIN = ("语文", "数学", "英语")
CLASS_HOUR, SPORTS, COMPUTING, MUSIC, ART, MIND, LABOUR = (
    "班会", "体育", "信息技术", "音乐", "美术", "心理健康", "劳动",
)  # fmt: skip
CHOSEN = ("物理", "历史", "化学", "生物", "思想政治", "地理")
ROOMLESS = "不用教室"
ROOM_OF: Mapping[str, str] = {SPORTS: ROOMLESS, COMPUTING: "机房", MUSIC: "音乐室", ART: "美术室"}
# Lessons of a special room that are given out in a week, of the forty that it is free.
ROOM_HOURS = 28
GROUP_OF = 45
# Hours a week that a teacher has at most, and those that may be asked beyond for a class hour or a substitution.
FULL, FULL_OF_CHOSEN, SPARE = 12, 15, 2
SUBJECT_OF_LETTER: Mapping[str, str] = dict(zip("PHCBOG", CHOSEN, strict=True))


@dataclass(frozen=True)
class Asked:
    """A line of the curriculum."""

    subject: str
    hours: int
    doubles: int = 0
    is_chosen: bool = False


# Near what schools of a five-day week with eight periods do; the figures are no province's.
CURRICULUM: Mapping[int, tuple[Asked, ...]] = {
    1: (
        *(Asked(one, 5) for one in MAIN), Asked("物理", 3), Asked("化学", 3), Asked("生物", 2), Asked("历史", 2),
        Asked("思想政治", 2), Asked("地理", 2), Asked(SPORTS, 2), Asked(COMPUTING, 2), Asked(MUSIC, 1), Asked(ART, 1),
        Asked(CLASS_HOUR, 1),
    ),
    2: (
        *(Asked(one, 6, 1) for one in MAIN), Asked(SPORTS, 2), Asked(COMPUTING, 1), Asked(MUSIC, 1), Asked(ART, 1),
        Asked(CLASS_HOUR, 1), *(Asked(one, 4, 0, True) for one in CHOSEN),
    ),
    3: (
        *(Asked(one, 6, 1) for one in MAIN), Asked(SPORTS, 2), Asked(CLASS_HOUR, 1), *(Asked(one, 5, 0, True) for one in CHOSEN),
    ),
}  # fmt: skip

# Kind of the wish, its name, why, its parts, whether it must hold, what a miss costs.
WISHES: tuple[tuple[str, str, str, dict[str, object], bool, int], ...] = (
    ("lessons-a-day", "语数英一天最多两次", "同一门课不挤在一天", {"subjects": list(MAIN), "most": 2}, True, 1),
    ("lessons-a-day", "其他学科一天最多一次", "同一门课不挤在一天", {"subjects": [*CHOSEN, SPORTS], "most": 1}, False, 10),
    ("in-periods", "体育不排第一节和上午最后一节", "早晨和饭前不宜剧烈运动", {"subjects": [SPORTS], "periods": [1, 2, 4, 5, 6, 7]}, False, 5),
    ("in-periods", "语数英多排上午", "上午精力好", {"subjects": list(MAIN), "periods": [0, 1, 2, 3, 4]}, False, 1),
    ("lessons-of-teachers-a-day", "教师一天最多四节", "留出备课和批改的时间", {"most": 4}, False, 4),
    ("lessons-on-end", "教师最多连上三节", "嗓子要歇", {"most": 3}, False, 3),
    ("fair-periods", "第一节和最后一节轮着上", "同一学科的教师平摊", {"subjects": list(MAIN), "periods": [0, 7], "most": 2}, False, 2),
)  # fmt: skip
# Who meets, on which day from which period, both from 0.
MEETINGS: tuple[tuple[str, int, int], ...] = (
    ("语文", 2, 6), ("数学", 1, 6), ("英语", 3, 6), ("物理", 1, 4), ("化学", 2, 4), ("生物", 3, 4), ("历史", 4, 4), ("思想政治", 0, 4),
    ("地理", 4, 2),
)  # fmt: skip
CLASS_HOUR_AT = (0, 7)
# Where each grade has its rooms.
BUILDINGS: Mapping[int, str] = {1: "求真楼", 2: "明德楼", 3: "博雅楼"}
_FAMILIES = (
    "沈韩姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅"
)
_GIVEN = "文博雅静思远志明清源书瑶景行怀瑾若水云舒知微守正闻道致和以宁"


def invented_names(*, seed: str) -> Iterator[str]:
    """Teachers' names without end; nobody's."""
    random = Random(f"teachers {seed}")  # noqa: S311 - invented people.
    while True:
        yield random.choice(_FAMILIES) + random.choice(_GIVEN) + random.choice(_GIVEN)


def room_code(grade: int, number: int) -> str:
    """The code of a grade's room, from 0 on: eight to a floor."""
    return f"{BUILDINGS[grade]}{1 + number // 8}{number % 8 + 1:02d}"


def rooms_of_term(sizes: Mapping[int, Sequence[int]]) -> Iterator[tuple[str, str, int, str]]:
    """Code, kind, seats and place: one for each class (by grade their sizes), some for groups, special rooms as many as their lessons fill."""
    for grade, classes in sizes.items():
        # Groups of a block are a few more than the classes.
        count = len(classes) + max(2, ceil(0.25 * len(classes)))
        for number in range(count):
            size = classes[number] if number < len(classes) else 0
            yield room_code(grade, number), "", max(50, size + 2), BUILDINGS[grade]
    hours: dict[str, int] = {}
    for grade, classes in sizes.items():
        for line in CURRICULUM[grade]:
            kind = ROOM_OF.get(line.subject, ROOMLESS)
            if kind != ROOMLESS:
                hours[kind] = hours.get(kind, 0) + line.hours * len(classes)
    largest = max((size for classes in sizes.values() for size in classes), default=50)
    for kind, count in hours.items():
        for number in range(ceil(count / ROOM_HOURS)):
            yield f"{kind}{number + 1}", kind, max(52, largest + 2), "实验楼"


def groups_hours(chosen: Mapping[int, Mapping[str, int]]) -> dict[str, list[int]]:
    """By subject the hours of the groups that those who chose it will need; `chosen`: by grade and subject how many did."""
    found: dict[str, list[int]] = {}
    for grade, counts in chosen.items():
        for line in CURRICULUM[grade]:
            if line.is_chosen and counts.get(line.subject):
                # One more: pupils of a subject meet in several blocks, and groups are not full in each.
                groups = ceil(counts[line.subject] / GROUP_OF) + 1
                found.setdefault(line.subject, []).extend([line.hours] * groups)
    return found


def most_of(subject: str) -> int:
    """Hours a week that a teacher of the subject has at most."""
    return FULL_OF_CHOSEN if subject in CHOSEN else FULL


def teachers_wanted(subject: str, hours: Iterable[int]) -> int:
    """How many share courses of so many hours, each within `most_of`."""
    loads: list[int] = []
    for one in sorted(hours, reverse=True):
        at = next((at for at, load in enumerate(loads) if load + one <= most_of(subject)), None)
        if at is None:
            loads.append(one)
        else:
            loads[at] += one
    return len(loads)


def shared(subject: str, hours: Sequence[int], teachers: int) -> list[int]:
    """For each course, in the order of classes, which of so many teachers has it: neighbours as far as they can.

    Teachers of chosen subjects are filled one after the other, so that the others are free for groups.
    """
    most = most_of(subject)
    if subject not in CHOSEN and teachers:
        most = min(most, max(ceil(sum(hours) / teachers), max(hours, default=0)))
    loads, found, at = [0] * teachers, [], 0
    for one in hours:
        if loads[at] + one > most and at + 1 < teachers:
            at += 1
        if loads[at] + one > most_of(subject):
            at = min(range(teachers), key=lambda each: loads[each])
        loads[at] += one
        found.append(at)
    return found


def matched(options: Sequence[Sequence[str]]) -> list[str]:
    """For each class one of its teachers, nobody twice; empty where none is left (Kuhn 1955)."""
    holder: dict[str, int] = {}

    def place(home: int, seen: set[str]) -> bool:
        for one in options[home]:
            if one in seen:
                continue
            seen.add(one)
            if one not in holder or place(holder[one], seen):
                holder[one] = home
                return True
        return False

    for home in range(len(options)):
        place(home, set())
    whose = {home: one for one, home in holder.items()}
    return [whose.get(home, "") for home in range(len(options))]


def settled(pupils: Sequence[int], *, seed: str) -> Iterator[tuple[int, str]]:
    """Each pupil with his choice in a round that is over: nobody is undecided."""
    for pupil, wish, chosen in trial_and_binding(pupils, seed=seed):
        yield pupil, chosen or (wish if wish not in RARE else "PCB")


assert set(MIX) == set(COMBINATIONS)
