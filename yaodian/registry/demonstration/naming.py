"""What schools are called: each name once in a city."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.scales import (
    COMPLETE,
    JUNIOR,
    KINDERGARTEN,
    NINE_YEAR,
    PRIMARY,
    SENIOR,
    SPECIAL,
    TEACHING_POINT,
    TWELVE_YEAR,
    VOCATIONAL,
)
from yaodian.registry.demonstration.streams import between, pick

if TYPE_CHECKING:
    from yaodian.registry.demonstration.layout import SchoolPlan

_FIGURES = "零一二三四五六七八九"
_ENDINGS = {
    KINDERGARTEN: "幼儿园",
    PRIMARY: "小学",
    TEACHING_POINT: "教学点",
    JUNIOR: "初级中学",
    NINE_YEAR: "学校",
    COMPLETE: "中学",
    SENIOR: "高级中学",
    TWELVE_YEAR: "学校",
    VOCATIONAL: "中等职业学校",
    SPECIAL: "特殊教育学校",
}


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals: 三, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _FIGURES[tens] + "十") + (_FIGURES[ones] if ones else "")


class Namer:
    """Gives names within one city and remembers those given."""

    def __init__(self, *, city: str) -> None:
        self._city = city
        self._given: set[str] = set()
        self._count: dict[tuple[str, str], int] = {}

    def name(self, random: Random, plan: SchoolPlan, *, year: int) -> None:
        """Sets the name of a school, and the one it had before if it was renamed of late."""
        plan.name = self._new(random, plan)
        if plan.closed_on is None and not plan.split_from and random.random() < 0.03 and plan.opened_on.year < year - 5:
            plan.former_name = self._new(random, plan)
            plan.renamed_on = date(year - between(random, 1, 4), 9, 1)

    def _new(self, random: Random, plan: SchoolPlan) -> str:
        for _attempt in range(200):
            name = f"{self._city}市{self._short(random, plan)}"
            if name not in self._given:
                self._given.add(name)
                return name
        raise AssertionError(f"no name is left for {plan.code}")

    def _short(self, random: Random, plan: SchoolPlan) -> str:
        part, ending = plan.part, _ENDINGS[plan.school_type]
        home = "" if plan.is_city_run else part.county.name
        invented = pick(random, words.FIRST) + pick(random, words.SECOND)
        if plan.school_type == SPECIAL:
            return f"{home}{'' if self._first(home, ending) else invented}{ending}"
        if part.kind in {"town", "village"}:
            if plan.area_kind in {"121", "210"} and self._first(part.key, ending):
                return (
                    f"{home}{part.name}中心{ending}" if ending in {"小学", "幼儿园"} else f"{home}{part.name}{ending}"
                )
            return f"{home}{part.name}{invented}{ending}"
        if plan.school_type == KINDERGARTEN and not plan.is_public:
            return f"{home}{invented[0]}{pick(random, words.KINDERGARTEN_WORDS)}{ending}"
        drawn = random.random()
        if plan.is_public and drawn < 0.5 and ending != "学校":
            count = self._count[(home, ending)] = self._count.get((home, ending), 0) + 1
            return f"{home}第{chinese(count)}{ending}"
        if plan.is_public and drawn < 0.55 and ending != "学校":
            return f"{home}实验{ending}"
        if drawn < 0.75:
            return f"{home}{pick(random, words.GOOD_WORDS)}{ending}"
        return f"{home}{invented}{ending}"

    def _first(self, home: str, ending: str) -> bool:
        """Whether this is the first question of its kind."""
        self._count[(home, ending)] = count = self._count.get((home, ending), 0) + 1
        return count == 1
