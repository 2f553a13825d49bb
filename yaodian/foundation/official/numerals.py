"""Numbers and dates as official papers write them (GB/T 15835, and GB/T 9704-2012 for document numbers and dates)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

DIGITS = "零一二三四五六七八九"
LARGEST = 9_999


def chinese(number: int) -> str:
    """A number from 0 to 9999 in Chinese: 12 is 十二, 101 is 一百零一. Raises ValueError outside."""
    if not 0 <= number <= LARGEST:
        raise ValueError(_("只能把 0 到 %(largest)d 的整数写成汉字，得到的是 %(number)d。")
                         % {"largest": LARGEST, "number": number})  # fmt: skip
    if number == 0:
        return DIGITS[0]
    said, has_gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit == 0:
            has_gap = bool(said)
            continue
        said += (DIGITS[0] if has_gap else "") + DIGITS[digit] + unit
        has_gap = False
    # 十二, not 一十二; but 一百一十二.
    return said[1:] if 10 <= number < 20 else said


def ordinal(level: int, number: int) -> str:
    """The number before a heading of a level from 1 to 4: 一、 （一） 1. （1）"""
    match level:
        case 1:
            return f"{chinese(number)}、"
        case 2:
            return f"（{chinese(number)}）"
        case 3:
            return f"{number}."
        case 4:
            return f"（{number}）"
    raise ValueError(_("公文的结构层次只有四级，得到的是第 %(level)d 级。") % {"level": level})


def document_number(office: str, year: int, number: int) -> str:
    """发文字号: the office's short name, the year in hexagonal brackets, a number without zeros before it: 栖教督〔2026〕3号."""
    if number < 1 or not 1900 <= year <= 9999:
        raise ValueError(_("发文字号的年份须为四位数，序号须从 1 起，得到的是 %(year)d 年第 %(number)d 号。")
                         % {"year": year, "number": number})  # fmt: skip
    return f"{office}〔{year}〕{number}号"


def issue(number: int) -> str:
    """第3期. Raises ValueError below 1."""
    if number < 1:
        raise ValueError(_("期号须从 1 起，得到的是 %(number)d。") % {"number": number})
    return f"第{number}期"


def month(number: int) -> str:
    """一月 to 十二月. Raises ValueError outside."""
    if not 1 <= number <= 12:
        raise ValueError(_("月份须在 1 到 12 之间，得到的是 %(number)d。") % {"number": number})
    return f"{chinese(number)}月"


def day(on: date) -> str:
    """成文日期: year, month and day in full, in Arabic digits without zeros before them: 2026年11月5日."""
    return f"{on.year}年{on.month}月{on.day}日"


def months(first: date, last: date) -> str:
    """The months from one day's to another's: 2026年1月, 2026年1—3月, 2025年11月—2026年2月."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.year}年{first.month}月"
    if first.year == last.year:
        return f"{first.year}年{first.month}—{last.month}月"
    return f"{first.year}年{first.month}月—{last.year}年{last.month}月"


def decimal(value: Fraction | int, places: int = 2) -> str:
    """Exactly rounded, halves away from zero, without zeros at the end: 2/3 in two places is 0.67, 5/2 is 2.5."""
    scaled = abs(Fraction(value)) * 10**places
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    digits = str(whole).rjust(places + 1, "0")
    said = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{said}" if value < 0 and whole else said


def share(part: Fraction | int, whole: Fraction | int = 1, places: int = 1) -> str:
    """A share as per cent in digits: 5 of 6 is 83.3%. Never rounded to 100% or 0% what is neither.

    Raises ValueError where the whole is nothing: there is no share of nothing.
    """
    if whole == 0:
        raise ValueError(_("分母为 0，不能计算百分比。"))
    exact = Fraction(part) / Fraction(whole) * 100
    said = decimal(exact, places)
    step = Fraction(1, 10**places)
    if said == "100" and exact != 100:
        said = decimal(100 - step if exact < 100 else 100 + step, places)
    elif said == "0" and exact != 0:
        said = decimal(step if exact > 0 else -step, places)
    return f"{said}%"
