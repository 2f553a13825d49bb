"""Automatic numbers as a reader sees them: the formats of Word (``w:numFmt``) and of HTML lists.

Numbers in Chinese follow the genre: 一 … 十, 十一, 二十, 一百零一.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_LEGAL: Final = "零壹贰叁肆伍陆柒捌玖"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: Final = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
# After these a label needs no space before its text.
_CLOSED: Final = frozenset("、,;:。.)】》〕]\uff0c\uff1b\uff1a\uff0e\uff09\uff3d")


def chinese(number: int) -> str:
    """``number`` in words: 10 → 十, 21 → 二十一, 101 → 一百零一; from ten thousand on, digit by digit."""
    if not 0 < number < 10_000:
        return digital(number)
    words = _grouped(number, _DIGITS, "十百千", "零")
    return words[1:] if words.startswith("一十") else words


def digital(number: int) -> str:
    """Digit by digit: 10 → 一〇."""
    return "".join(_DIGITS[int(digit)] for digit in str(abs(number)))


def legal(number: int) -> str:
    """In the characters of cheques: 12 → 壹拾贰."""
    if not 0 < number < 10_000:
        return "".join(_LEGAL[int(digit)] for digit in str(abs(number)))
    return _grouped(number, _LEGAL, "拾佰仟", "零")


def _grouped(number: int, digits: str, units: str, zero: str) -> str:
    words = ""
    gap = False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += (zero if gap and words else "") + digits[digit] + (units[power - 1] if power else "")
            gap = False
        else:
            gap = True
    return words


def roman(number: int) -> str:
    """Upper-case Roman numerals up to 3999, beyond that digits."""
    if not 0 < number < 4_000:
        return str(number)
    words = ""
    for value, sign in _ROMAN:
        while number >= value:
            words += sign
            number -= value
    return words


def letters(number: int) -> str:
    """Word's letters: A … Z, AA, BB …, at most ten times over."""
    if number < 1:
        return str(number)
    return chr(ord("A") + (number - 1) % 26) * min(10, (number - 1) // 26 + 1)


def _from(first: int, count: int, zero: int | None = None) -> Callable[[int], str]:
    def sign(number: int) -> str:
        if 1 <= number <= count:
            return chr(first + number - 1)
        return chr(zero) if zero is not None and number == 0 else str(number)

    return sign


def circled(number: int) -> str:
    """① … ⑳, ㉑ … ㊿."""
    for start, end, first in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if start <= number <= end:
            return chr(first + number - start)
    return "⓪" if number == 0 else str(number)


def _full_width(number: int) -> str:
    return "".join(chr(0xFF10 + int(digit)) if digit.isdigit() else digit for digit in str(number))


def _cycled(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else str(number)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


# ECMA-376 part 1, 17.18.59 (ST_NumberFormat); what is not listed shows plain digits, as Word falls back to.
_WORD: Final[dict[str, Callable[[int], str]]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalHalfWidth": str,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": letters,
    "lowerLetter": lambda number: letters(number).lower(),
    "ordinal": _ordinal,
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "koreanCounting": str,
    "chineseLegalSimplified": legal,
    "ideographLegalTraditional": legal,
    "ideographDigital": digital,
    "japaneseDigitalTenThousand": digital,
    "taiwaneseDigital": digital,
    "ideographTraditional": _cycled(_STEMS),
    "ideographZodiac": _cycled(_BRANCHES),
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "decimalEnclosedFullstop": _from(0x2488, 20),
    "decimalEnclosedParen": _from(0x2474, 20),
    "ideographEnclosedCircle": _from(0x3280, 10),
}


def word_number(number: int, style: str) -> str:
    """``number`` in a ``w:numFmt`` of Word; empty for ``none`` and ``bullet``."""
    if style in ("none", "bullet"):
        return ""
    return _WORD.get(style, str)(number)


def html_marker(number: int, style: str) -> str:
    """The marker of an item of an ordered HTML list: ``style`` is the ``type`` attribute or a CSS list style."""
    match style:
        case "a" | "lower-alpha" | "lower-latin":
            return letters(number).lower() + "."
        case "A" | "upper-alpha" | "upper-latin":
            return letters(number) + "."
        case "i" | "lower-roman":
            return roman(number).lower() + "."
        case "I" | "upper-roman":
            return roman(number) + "."
        case "cjk-ideographic" | "simp-chinese-informal" | "trad-chinese-informal" | "cjk-decimal":
            return chinese(number) + "、"
        case "simp-chinese-formal" | "trad-chinese-formal":
            return legal(number) + "、"
        case "cjk-heavenly-stem":
            return _cycled(_STEMS)(number) + "、"
        case "disc" | "circle" | "square":
            return ""
        case _:
            return f"{number}."


def joined(label: str, text: str) -> str:
    """``label`` before ``text`` as printed: a space only where a digit, a letter or a word would run into it."""
    if not label or not text:
        return label + text
    if label[-1] in _CLOSED and not (text[0].isascii() and text[0].isalnum()):
        return label + text
    return label if label[-1].isspace() and not text else f"{label.rstrip()} {text}"
