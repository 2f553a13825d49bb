"""An invented grade chooses and sits a mock examination, and invented universities ask: the same each time for the same seed.
Without Django.

The mix is near what schools tell of the first years of 3+1+2: two thirds with physics, most of them with chemistry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from random import Random

from yaodian.timetabling.content import ALL, ANY, COMBINATIONS, FULL, HISTORY, MAIN, ONE, PHYSICS

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
        for subject in (*MAIN, *COMBINATIONS[code].subjects):
            share = LEVEL + SPREAD * (OWN * own + (1 - OWN**2) ** 0.5 * random.gauss(0, 1))
            halves = round(2 * FULL[subject] * min(1.0, max(0.03, share)))
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


assert set(MIX) == set(COMBINATIONS)
