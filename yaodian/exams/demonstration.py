"""An invented mock examination: rooms, candidates and invigilators of schools that are there; the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from random import Random
from typing import Any

TITLE = "高三第一次模拟考试（演示）"
NEXT_TITLE = "高三第二次模拟考试（演示）"
SEED_SOURCE = "名单封存次日，纪检、考点学校和家长代表各报两位数"
SEED = "38 05 17"
SESSIONS = (("语文", 0, 9, 11), ("数学", 0, 15, 17), ("物理／历史", 1, 9, 10), ("外语", 1, 15, 17))
PEOPLE_OF_SCHOOL = 90
TEACHERS_OF_SCHOOL = 12
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
_GIVEN = "安宁清和文远知行思齐若水云帆明礼景行子衿书瑶"


def sessions(first: date, second: date) -> list[dict[str, Any]]:
    """The sittings on two days."""
    days = (first, second)
    return [
        {"label": label, "on": days[day], "starts": time(begin), "ends": time(end)}
        for label, day, begin, end in SESSIONS
    ]


def lists(schools: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Rooms, candidates and invigilators; the first three schools are sites. `schools` are codes."""
    dice = Random(2026)  # noqa: S311 - invented names, nothing secret.
    sites = schools[:3]
    people: dict[str, dict[str, Any]] = {}
    papers = {"物理类": 0, "历史类": 0}
    for place, school in enumerate(schools):
        for number in range(PEOPLE_OF_SCHOOL):
            paper = "物理类" if number < PEOPLE_OF_SCHOOL * 2 // 3 else "历史类"
            papers[paper] += 1
            people[f"26{place:02d}{number:04d}"] = {
                "name": _name(dice), "school": school, "group": f"{number // 45 + 1} 班", "paper": paper,
                "need": "longer" if place == 0 and number == 0 else None,
                "relatives": "双胞胎1" if place == 0 and number in (1, 2) else "",
            }  # fmt: skip
    count = sum(-(-number // 30) for number in papers.values())
    rooms: dict[str, dict[str, Any]] = {
        f"{place + 1:03d}": {"site": sites[place % len(sites)], "place": f"教学楼 {place // 3 + 1:02d}", "rows": 6, "columns": 5, "seats": 30}
        for place in range(count)
    }  # fmt: skip
    rooms["901"] = {"site": sites[0], "place": "备用室", "rows": 2, "columns": 2, "seats": 4, "need": "longer"}
    teachers = {
        f"J{place:02d}{number:03d}": {"name": _name(dice), "school": school}
        for place, school in enumerate(schools)
        for number in range(TEACHERS_OF_SCHOOL)
    }
    return {"rooms": rooms, "examinees": people, "invigilators": teachers}


def _name(dice: Random) -> str:
    return dice.choice(_FAMILY) + "".join(dice.sample(_GIVEN, dice.choice((1, 2))))
