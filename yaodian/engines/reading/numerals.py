"""Numbers as the genre prints them: digits, Chinese numerals, counted tens."""

from __future__ import annotations

import math
import re

_VALUE = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_GREAT = {"万": 10_000, "亿": 100_000_000}

#: A Chinese numeral that can count things (一 … 九千九百九十九, 两).
CHINESE = r"[一二两三四五六七八九十百千零〇]+"
ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?"

_CIRCLED = {chr(0x2460 + index): index + 1 for index in range(20)}


def chinese_value(numeral: str) -> int | None:
    """The value of a Chinese numeral (二十三 → 23, 二〇二六 → 2026), ``None`` if it is not well formed."""
    if not numeral or any(char not in _VALUE and char not in _TENS and char not in _GREAT for char in numeral):
        return None
    if all(char in _VALUE for char in numeral):
        return int("".join(str(_VALUE[char]) for char in numeral)) if len(numeral) < 9 else None
    total, section, digit = 0, 0, None
    for char in numeral:
        if char in _VALUE:
            digit = _VALUE[char]
        elif char in _TENS:
            section += (1 if digit is None else digit) * _TENS[char]
            digit = None
        else:
            total += (section + (digit or 0)) * _GREAT[char]
            section, digit = 0, None
    return total + section + (digit or 0)


def number_value(numeral: str) -> float | None:
    """The value of digits (1,200 and 95.5 too) or of a Chinese numeral."""
    if re.fullmatch(ARABIC, numeral):
        value = float(numeral.replace(",", ""))
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return chinese_value(numeral)


def ordinal_value(label: str) -> int | None:
    """The place of a clause number in its run: 三 → 3, (四) → 4, 12 → 12, ② → 2, 1.3 → 3; ``None`` if it has none."""
    circled = _CIRCLED.get(label)
    if circled:
        return circled
    found = re.findall(r"\d+|[一二三四五六七八九十百]+", label)
    if not found:
        return None
    last = found[-1]
    return int(last) if last.isdigit() else chinese_value(last)
