"""What may be changed in a county to see what would be if: frozen values that go to JSON and come back.

A change says what is wanted and nothing of whether it can be done; ``scenarios.apply`` does it on the rows of a county or says why
not. Whatever a field was given as (a whole number, decimals as text, «1/3»), it is kept exactly. What cannot be meant is refused
as the change is made, with a sentence for whoever wrote it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from yaodian.engines.rules import Kind, NotANumber, exact, shown
from yaodian.statutes.declare import BOOK

#: A number as a form, a sheet or JSON gives it.
Number = Fraction | Decimal | int | str
#: Numbers by the name of their quantity; kept in the order of the names.
Counts = Mapping[str, int] | tuple[tuple[str, int], ...]
Shares = Mapping[str, Number] | tuple[tuple[str, Fraction], ...]

TEACHERS = ("full_time", *(name for name, each in BOOK.quantities.items() if each.part_of == "full_time"))
EQUIPMENT = ("equipment_value_10k_yuan", "computers", "books")
ROOMS = {
    "ordinary": "普通教室",
    "music": "音乐教室",
    "art": "美术教室",
    "multimedia": "网络多媒体教室",
    "teaching": "教学及辅助用房",
    "indoor_sports": "室内体育用房",
    "sports_ground": "运动场地",
}
#: What is known by its area only, not by a number of rooms that an indicator asks for.
AREAS = ("teaching", "indoor_sports", "sports_ground")
#: Counts and amounts that are of a place or a head, so that those of two schools do not add up.
NOT_SUMMED = frozenset(
    {
        "built_year", "largest_class", "compulsory_pupils", "monitoring_level", "years_at_school", "public_funds_standard",
        "special_school_funds_per_pupil", "teacher_income", "civil_servant_income", "farthest_home_m", "government_score",
        "kindergarten_funds_per_child", "subsidy_per_child", "untenured_pay", "tenured_pay",
    }
)  # fmt: skip


class BadChange(ValueError):
    """A change that says nothing that could be done; its sentence is for the person who wrote it."""


def label_of(quantity: str) -> str:
    """What a quantity is called. Raises BadChange for a name that is none."""
    if quantity not in BOOK.quantities:
        raise BadChange(f"「{quantity}」不是词表中的数据项；请从列表中选取")
    return BOOK.quantities[quantity].label


def is_summed(quantity: str) -> bool:
    """Whether the figures of two schools add up to that of both."""
    known = BOOK.quantities.get(quantity)
    return known is not None and known.kind in (Kind.COUNT, Kind.AMOUNT) and quantity not in NOT_SUMMED


# ---- Reading the fields

RATIO = re.compile(r"-?\d{1,36}/\d{1,36}", re.ASCII)
TOO_LONG = 10**36  # above or below the line; what is kept can always be written and read again


def number(value: Any, label: str = "数值") -> Fraction:
    """The exact number that was given; «1/3» is one too. Raises BadChange."""
    try:
        if isinstance(value, str) and RATIO.fullmatch(value.strip()):
            above, _, below = value.strip().partition("/")
            read = Fraction(int(above), int(below))
        else:
            read = exact(value)
    except (NotANumber, ZeroDivisionError):
        raise BadChange(f"{label}应是数，填的是「{value}」；请改成数") from None
    if max(abs(read.numerator), read.denominator) >= TOO_LONG:
        raise BadChange(f"{label}的数字太长；请改短")
    return read


def written(value: Fraction) -> str:
    """The number as JSON keeps it: decimals where they end, else «1/3»."""
    said = shown(value, 18)
    return f"{value.numerator}/{value.denominator}" if said.startswith("≈") else said


def _whole(value: Any, label: str) -> int:
    read = number(value, label)
    if read.denominator != 1:
        raise BadChange(f"{label}应是整数，填的是「{value}」")
    return read.numerator


def _text(value: Any, label: str) -> str:
    if not isinstance(value, str):
        raise BadChange(f"{label}应是文字，填的是「{value}」")
    return value.strip()


def _flag(value: Any, label: str) -> bool:
    if not isinstance(value, bool):
        raise BadChange(f"{label}应为「是」或「否」，填的是「{value}」")
    return value


def _value(value: Any, label: str) -> Fraction | bool:
    return value if isinstance(value, bool) else number(value, label)


def _texts(value: Any, label: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadChange(f"{label}应是一列代码，填的是「{value}」")
    return tuple(_text(each, label) for each in value)


def _pairs(value: Any, label: str) -> Iterable[tuple[str, Any]]:
    pairs = list(value.items()) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else None
    if pairs is None or any(not isinstance(name, str) for name, _ in pairs):
        raise BadChange(f"{label}应写明每个数据项各是多少，填的是「{value}」")
    return sorted(pairs)


def _counts(value: Any, label: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, _whole(each, label_of(name))) for name, each in _pairs(value, label))


def _shares(value: Any, label: str) -> tuple[tuple[str, Fraction], ...]:
    return tuple((name, number(each, f"{label_of(name)}的份额")) for name, each in _pairs(value, label))


FIELDS: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "code": ("学校代码", _text),
    "stage": ("学段", _text),
    "quantity": ("数据项", _text),
    "value": ("数值", _value),
    "from_code": ("调出学校代码", _text),
    "from_stage": ("调出学段", _text),
    "to_code": ("调入学校代码", _text),
    "to_stage": ("调入学段", _text),
    "numbers": ("教师人数", _counts),
    "codes": ("撤并学校代码", _texts),
    "into": ("保留学校代码", _text),
    "new_code": ("新学校代码", _text),
    "new_name": ("新学校名称", _text),
    "share": ("分出的份额", number),
    "shares": ("各数据项的份额", _shares),
    "rooms": ("用房种类", _text),
    "number": ("间数", _whole),
    "area": ("每间面积", number),
    "is_new": ("是否新建", _flag),
    "amount": ("数量", number),
}


# ---- The changes


@dataclass(frozen=True)
class Change:
    """What all changes have in common. A field is read as ``FIELDS`` says, then ``check`` looks at them together."""

    kind: ClassVar[str]
    label: ClassVar[str]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            label, read = FIELDS[field.name]
            object.__setattr__(self, field.name, read(getattr(self, field.name), label))
        self.check()

    def check(self) -> None:
        """Raise BadChange where the fields together can mean nothing."""

    def to_json(self) -> dict[str, Any]:
        """The change as plain values, to be stored; ``from_json`` makes it again."""
        made: dict[str, Any] = {"kind": self.kind}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Fraction):
                value = written(value)
            elif field.name in ("numbers", "shares"):
                value = {name: written(each) if isinstance(each, Fraction) else each for name, each in value}
            elif isinstance(value, tuple):
                value = list(value)
            made[field.name] = value
        return made

    @staticmethod
    def from_json(given: Any) -> Change:
        """The change that ``to_json`` wrote. Raises BadChange for an unknown kind, an unknown or a missing field."""
        if not isinstance(given, Mapping):
            raise BadChange(f"一项变化应是一组字段，给的是「{given}」")
        made = KINDS.get(str(given.get("kind", "")))
        if made is None:
            raise BadChange(f"不认识的变化种类「{given.get('kind', '')}」；可用的有{'、'.join(KINDS)}")
        fields = {field.name: field for field in dataclasses.fields(made)}
        unknown = [str(name) for name in given if name != "kind" and name not in fields]
        if unknown:
            raise BadChange(f"{made.label}没有字段「{'、'.join(unknown)}」；请删去")
        missing = [
            FIELDS[name][0]
            for name, field in fields.items()
            if name not in given and field.default is dataclasses.MISSING
        ]
        if missing:
            raise BadChange(f"{made.label}缺少{'、'.join(missing)}")
        return made(**{name: value for name, value in given.items() if name != "kind"})


def changes_from_json(given: Any) -> tuple[Change, ...]:
    """A list of changes. Raises BadChange naming the number of the one that is wrong."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise BadChange("变化应是一列")
    made = []
    for at, each in enumerate(given, 1):
        try:
            made.append(Change.from_json(each))
        except BadChange as bad:
            raise BadChange(f"第{at}项变化：{bad}") from None
    return tuple(made)


@dataclass(frozen=True)
class ChangeFigure(Change):
    """A reported figure is another one. Without a school code: the county's own figure (of a stage, where one is named)."""

    code: str
    stage: str
    quantity: str
    value: Number | bool
    kind: ClassVar[str] = "change_figure"
    label: ClassVar[str] = "改数据"

    def check(self) -> None:
        label = label_of(self.quantity)
        kind = BOOK.quantities[self.quantity].kind
        if kind is Kind.TEXT:
            raise BadChange(f"{label}是学校的属性，不是数据；请用合并或分设学校来改变")
        if self.quantity == "compulsory_pupils":
            raise BadChange(f"{label}由各学段在校学生数相加得出；请改各学段的在校学生数")
        if isinstance(self.value, bool) != (kind is Kind.FLAG):
            raise BadChange(f"{label}应是{'「是」或「否」' if kind is Kind.FLAG else '数'}")


def _check_teachers(numbers: Mapping[str, int], label: str) -> None:
    if not numbers or all(each == 0 for each in numbers.values()):
        raise BadChange(f"{label}没有写人数")
    for name, each in numbers.items():
        if name not in TEACHERS:
            raise BadChange(f"{label_of(name)}不是教师人数；可写的有{'、'.join(label_of(name) for name in TEACHERS)}")
        if each < 0:
            raise BadChange(f"{label_of(name)}不能是负数")


def _check_parts(numbers: Mapping[str, int], label: str) -> None:
    whole = numbers.get("full_time", 0)
    for name, each in numbers.items():
        if each > whole:
            raise BadChange(f"{label}的{label_of(name)}（{each}）多于其中的专任教师数（{whole}）")


@dataclass(frozen=True)
class MoveTeachers(Change):
    """Full-time teachers go from one school's stage to another; ``numbers`` also says how many of them are of each sort."""

    from_code: str
    from_stage: str
    to_code: str
    to_stage: str
    numbers: Counts
    kind: ClassVar[str] = "move_teachers"
    label: ClassVar[str] = "教师调动"

    def check(self) -> None:
        _check_teachers(dict(self.numbers), self.label)
        _check_parts(dict(self.numbers), self.label)
        if (self.from_code, self.from_stage) == (self.to_code, self.to_stage):
            raise BadChange("教师调动的调出和调入是同一学校同一学段")


@dataclass(frozen=True)
class HireTeachers(Change):
    """New full-time teachers for a stage of a school; ``numbers`` also says how many of them are of each sort."""

    code: str
    stage: str
    numbers: Counts
    kind: ClassVar[str] = "hire_teachers"
    label: ClassVar[str] = "新聘教师"

    def check(self) -> None:
        _check_teachers(dict(self.numbers), self.label)
        _check_parts(dict(self.numbers), self.label)


@dataclass(frozen=True)
class TrainTeachers(Change):
    """Teachers who are there already gain a qualification, a certificate, or the recognition as 骨干."""

    code: str
    stage: str
    numbers: Counts
    kind: ClassVar[str] = "train_teachers"
    label: ClassVar[str] = "培养教师"

    def check(self) -> None:
        _check_teachers(dict(self.numbers), self.label)
        if "full_time" in dict(self.numbers):
            raise BadChange("培养教师不增加专任教师数；请用新聘教师或教师调动")


@dataclass(frozen=True)
class MergeSchools(Change):
    """The schools ``codes`` close and become part of the school ``into``."""

    codes: tuple[str, ...]
    into: str
    kind: ClassVar[str] = "merge_schools"
    label: ClassVar[str] = "合并学校"

    def check(self) -> None:
        if not self.codes:
            raise BadChange("合并学校没有写撤并哪些学校")
        if len(set(self.codes)) != len(self.codes) or self.into in self.codes:
            raise BadChange("合并学校中同一学校写了两次；保留的学校不写在撤并的学校里")


@dataclass(frozen=True)
class SplitSchool(Change):
    """A part of a school becomes a new one: ``share`` of each figure, unless ``shares`` says another for it.

    ``stage`` names the one stage that is divided; empty: all. The whole (1) of one stage may go where the school has another.
    """

    code: str
    new_code: str
    new_name: str
    share: Number
    shares: Shares = ()
    stage: str = ""
    kind: ClassVar[str] = "split_school"
    label: ClassVar[str] = "分设学校"

    def check(self) -> None:
        if not self.new_code or not self.new_name:
            raise BadChange("分设学校要写新学校的代码和名称")
        if self.new_code == self.code:
            raise BadChange("新学校的代码和原学校相同；请另写一个")
        share = number(self.share)
        if not 0 < share <= 1 or (share == 1 and (not self.stage or self.shares)):
            raise BadChange("分出的份额应大于0、小于1；只有写明学段、整段分出时可以是1")
        for name, each in dict(self.shares).items():
            if not is_summed(name):
                raise BadChange(f"{label_of(name)}不是可以分的数据；请从份额中删去")
            if not 0 <= number(each) <= 1:
                raise BadChange(f"{label_of(name)}的份额应在0和1之间")


@dataclass(frozen=True)
class AddRooms(Change):
    """``number`` rooms of ``area`` m² each. Not ``is_new``: rooms that are there are given this use, and nothing is built.

    With ordinary classrooms as many classes are formed, so that large ones dissolve; pupils stay as many.
    """

    code: str
    stage: str
    rooms: str
    number: int
    area: Number = 0
    is_new: bool = True
    kind: ClassVar[str] = "add_rooms"
    label: ClassVar[str] = "增加用房"

    def check(self) -> None:
        if self.rooms not in ROOMS:
            raise BadChange(f"不认识的用房种类「{self.rooms}」；可用的有{'、'.join(ROOMS)}")
        area = number(self.area)
        if self.number < 1:
            raise BadChange("用房的间数（处数）应至少是1")
        if area < 0 or (area * 100).denominator != 1:
            raise BadChange("每间面积不能是负数，最多两位小数")
        if self.rooms in AREAS and area == 0:
            raise BadChange(f"增加{ROOMS[self.rooms]}要写面积")
        if self.rooms in ("teaching", "sports_ground") and not self.is_new:
            raise BadChange(f"{ROOMS[self.rooms]}只能新增，不能由原有用房改用")


@dataclass(frozen=True)
class BuyEquipment(Change):
    """Apparatus worth ``amount`` (万元), computers or books for a stage of a school; ``quantity`` says which."""

    code: str
    stage: str
    quantity: str
    amount: Number
    kind: ClassVar[str] = "buy_equipment"
    label: ClassVar[str] = "购置设备"

    def check(self) -> None:
        if self.quantity not in EQUIPMENT:
            raise BadChange(
                f"购置的不能是「{self.quantity}」；可购置的有{'、'.join(label_of(name) for name in EQUIPMENT)}"
            )
        known, amount = BOOK.quantities[self.quantity], number(self.amount)
        if amount <= 0 or (amount * 10**known.decimals).denominator != 1:
            raise BadChange(
                f"购置的{known.label}应大于0，" + (f"最多{known.decimals}位小数" if known.decimals else "是整数")
            )


KINDS: Mapping[str, type[Change]] = {
    made.kind: made
    for made in (
        ChangeFigure,
        MoveTeachers,
        HireTeachers,
        TrainTeachers,
        MergeSchools,
        SplitSchool,
        AddRooms,
        BuyEquipment,
    )
}
