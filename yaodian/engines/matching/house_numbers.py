"""House numbers as cities publish them: a number, and what may follow or precede it (12-1号, 12号之一, 12号附3, 甲12号, 12号甲, 12A号).

Each way of writing is a door of its own: that 12-1号 and 12号之一 are the same door is nowhere written, so it is not assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

STEMS = "甲乙丙丁戊己庚辛壬癸"
LAST = 99_999  # the last number that a street can have
_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千", "万")


class Suffix(IntEnum):
    """How a part is written; the order decides between two parts of the same value."""

    STEM_BEFORE = 1  # 甲12号
    STEM = 2  # 12号甲
    LETTER = 3  # 12A号
    HYPHEN = 4  # 12-1号
    OF = 5  # 12号之一
    ANNEX = 6  # 12号附3


@dataclass(frozen=True, order=True)
class Part:
    """One suffix. 甲 and A are 1."""

    value: int
    kind: Suffix

    def __str__(self) -> str:
        match self.kind:
            case Suffix.STEM_BEFORE | Suffix.STEM:
                return STEMS[self.value - 1]
            case Suffix.LETTER:
                return chr(ord("A") + self.value - 1)
            case Suffix.HYPHEN:
                return f"-{self.value}"
            case Suffix.OF:
                return f"之{chinese(self.value)}"
            case Suffix.ANNEX:
                return f"附{self.value}"


@dataclass(frozen=True, order=True)
class HouseNumber:
    """Totally ordered: by the main number, then part by part, a part by its value and then by its kind; what has no more parts comes first.

    So 12号 < 甲12号 < 12-1号 < 12号之一 < 12号之一附2 < 12-2号 < 13号.
    """

    main: int
    parts: tuple[Part, ...] = ()

    def is_under(self, other: HouseNumber) -> bool:
        """Whether this is the other number or one of its suffixed ones: 12号之一附2 is under 12号之一, and both are under 12号."""
        return self.main == other.main and self.parts[: len(other.parts)] == other.parts

    @property
    def key(self) -> tuple[int, ...]:
        """The same order as flat whole numbers; those of all numbers under this one begin with it."""
        return self.main, *(number for part in self.parts for number in (part.value, int(part.kind)))

    def __str__(self) -> str:
        before = "".join(str(part) for part in self.parts if part.kind is Suffix.STEM_BEFORE)
        joined = "".join(str(part) for part in self.parts if part.kind in (Suffix.HYPHEN, Suffix.LETTER))
        after = "".join(str(part) for part in self.parts if part.kind in (Suffix.STEM, Suffix.OF, Suffix.ANNEX))
        return f"{before}{self.main}{joined}号{after}"


Number: TypeAlias = int | HouseNumber


def house_number(number: Number) -> HouseNumber:
    """A whole number is the house number without anything that follows."""
    return number if isinstance(number, HouseNumber) else HouseNumber(number)


def plain(number: Number) -> Number:
    """The one form in which a number is kept: whole where nothing follows it."""
    return number.main if isinstance(number, HouseNumber) and not number.parts else number


def key_of(number: Number) -> tuple[int, ...]:
    """The key of :attr:`HouseNumber.key`."""
    return number.key if isinstance(number, HouseNumber) else (number,)


def chinese(number: int) -> str:
    """A whole number from 1 to 99,999 in Chinese numerals: 120 is 一百二十, 12 is 十二."""
    said, is_gap = "", False
    for place, digit in zip(reversed(range(len(str(number)))), map(int, str(number)), strict=True):
        if digit:
            said += ("零" if is_gap else "") + _DIGITS[digit] + _UNITS[place]
            is_gap = False
        else:
            is_gap = bool(said)
    return said.removeprefix("一") if said.startswith("一十") else said


def chinese_value(said: str) -> int | None:
    """The number that is written in Chinese numerals, digit by digit (一二〇) or with units; None where that is not clear (一百二)."""
    said = said.replace("〇", "零").replace("两", "二")
    if said and all(char in _DIGITS for char in said):
        number = int("".join(str(_DIGITS.index(char)) for char in said))
        return number if not said.startswith("零") and number <= LAST else None
    total, digit = 0, 0
    for char in said:
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char in _UNITS[1:]:
            total, digit = total + max(digit, 1) * 10 ** _UNITS.index(char), 0
        else:
            return None
    total += digit
    is_clear = 0 < total <= LAST and said in (chinese(total), f"一{chinese(total)}" if 10 <= total < 20 else "")
    return total if is_clear else None
