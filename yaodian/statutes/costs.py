"""What changes cost, at prices that somebody gives; each line shows its arithmetic, and no price is known here.

The value of apparatus is its own price (万元 are 10,000 yuan). What has no price given has no amount, and then there is no total
that could be taken for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from yaodian.engines.rules import shown
from yaodian.statutes.changes import (
    AREAS,
    AddRooms,
    BadChange,
    BuyEquipment,
    Change,
    HireTeachers,
    MergeSchools,
    MoveTeachers,
    Number,
    SplitSchool,
    TrainTeachers,
    label_of,
    number,
)

YUAN_OF_10K = 10000
PER_YEAR = "元/人年"


@dataclass(frozen=True)
class Priced:
    """Something that a price can be given for: what a form calls it, the unit of its price."""

    label: str
    unit: str


#: What prices are asked for, by the name under which ``cost`` takes them.
PRICES: Mapping[str, Priced] = {
    "teacher_year": Priced("新聘一名教师每年", PER_YEAR),
    "moved_teacher_year": Priced("调动一名教师每年的补助", PER_YEAR),
    "trained_teacher": Priced("培养一名教师", "元/人"),
    "building_m2": Priced("新建用房", "元/平方米"),
    "sports_ground_m2": Priced("新增运动场地", "元/平方米"),
    "ordinary_room": Priced("普通教室的装备", "元/间"),
    "music_room": Priced("音乐教室的装备", "元/间"),
    "art_room": Priced("美术教室的装备", "元/间"),
    "multimedia_room": Priced("网络多媒体教室的装备", "元/间"),
    "computers": Priced("教学用计算机", "元/台"),
    "books": Priced("图书", "元/册"),
    "merged_school": Priced("撤并一所学校", "元/所"),
    "new_school": Priced("分设一所学校", "元/所"),
}


@dataclass(frozen=True)
class CostLine:
    """So much of something at its price: ``amount`` in yuan, None without a price."""

    change: int  # the number of the change, from 1
    price: str  # the name in PRICES; empty for apparatus, whose value is its price
    quantity: Fraction
    unit: str
    price_each: Fraction | None
    amount: Fraction | None
    is_yearly: bool
    sentence: str


@dataclass(frozen=True)
class Costs:
    """All lines; once and each year apart, since they do not add up."""

    lines: tuple[CostLine, ...]

    def _sum(self, is_yearly: bool) -> Fraction:
        return sum((line.amount or Fraction(0) for line in self.lines if line.is_yearly is is_yearly), Fraction(0))

    @property
    def once(self) -> Fraction:
        """Yuan, once; of the lines that have a price."""
        return self._sum(False)

    @property
    def yearly(self) -> Fraction:
        """Yuan a year; of the lines that have a price."""
        return self._sum(True)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the prices that were not given and are needed."""
        return tuple(dict.fromkeys(line.price for line in self.lines if line.amount is None))

    @property
    def is_complete(self) -> bool:
        return not self.missing

    def __str__(self) -> str:
        said = f"一次性{shown(self.once)}元，每年{shown(self.yearly)}元"
        if self.is_complete:
            return f"合计{said}"
        return f"合计不完整：已知{said}；没有单价的有{'、'.join(PRICES[name].label for name in self.missing)}"


def cost(changes: Iterable[Change], prices: Mapping[str, Number]) -> Costs:
    """What ``changes`` cost at ``prices`` (yuan, by the names of PRICES).

    A figure that is simply thought to be another costs nothing, and has no line. Raises BadChange for a price of an unknown name,
    a negative one, or one that is no number.
    """
    given = {}
    for name, each in prices.items():
        if name not in PRICES:
            raise BadChange(f"不认识的单价「{name}」；可填的有{'、'.join(PRICES)}")
        given[name] = number(each, f"{PRICES[name].label}的单价")
        if given[name] < 0:
            raise BadChange(f"{PRICES[name].label}的单价不能是负数")
    lines = []
    for at, change in enumerate(changes, 1):
        for name, quantity in _asked(change):
            lines.append(_line(at, name, quantity, given.get(name)))
        if isinstance(change, BuyEquipment) and change.quantity == "equipment_value_10k_yuan":
            lines.append(_apparatus(at, number(change.amount)))
    return Costs(tuple(lines))


def _asked(change: Change) -> Iterable[tuple[str, Fraction]]:
    """What a change uses, by the name of its price."""
    match change:
        case HireTeachers():
            yield "teacher_year", Fraction(dict(change.numbers).get("full_time", 0))
        case MoveTeachers():
            yield "moved_teacher_year", Fraction(dict(change.numbers).get("full_time", 0))
        case TrainTeachers():
            yield "trained_teacher", Fraction(sum(dict(change.numbers).values()))
        case AddRooms():
            area = number(change.area) * change.number
            if change.is_new and area:
                yield "sports_ground_m2" if change.rooms == "sports_ground" else "building_m2", area
            if change.rooms not in AREAS:
                yield f"{change.rooms}_room", Fraction(change.number)
        case BuyEquipment() if change.quantity in PRICES:
            yield change.quantity, number(change.amount)
        case MergeSchools():
            yield "merged_school", Fraction(len(change.codes))
        case SplitSchool():
            yield "new_school", Fraction(1)


def _line(at: int, name: str, quantity: Fraction, price: Fraction | None) -> CostLine:
    priced = PRICES[name]
    is_yearly = priced.unit == PER_YEAR
    unit = "人" if is_yearly else priced.unit.removeprefix("元/")
    amount = None if price is None else quantity * price
    said = f"{priced.label}：{shown(quantity)}{unit}"
    if price is None or amount is None:
        said += "，没有单价，不能计算"
    else:
        said += f" × {shown(price, 6)}{priced.unit} = {shown(amount, 6)}元" + ("/年" if is_yearly else "")
    return CostLine(at, name, quantity, unit, price, amount, is_yearly, said)


def _apparatus(at: int, amount: Fraction) -> CostLine:
    yuan = amount * YUAN_OF_10K
    label = label_of("equipment_value_10k_yuan")
    said = f"{label}：{shown(amount, 6)}万元 × {YUAN_OF_10K}元/万元 = {shown(yuan, 6)}元"
    return CostLine(at, "", amount, "万元", Fraction(YUAN_OF_10K), yuan, False, said)
