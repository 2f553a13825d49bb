"""Exact numbers: text to fractions, the arithmetic of the case files, and fractions to decimals for the eye.

Nothing here is a float on the way to a verdict. A float that comes in (a spreadsheet's cell) is taken by its shortest
decimal, since that is the number its author saw.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

Given = int | float | str | Decimal | Fraction | bool | None


class NotANumber(ValueError):
    """What was given for a number is none; the sentence says what stood there."""


class BadArithmetic(ValueError):
    """The arithmetic of a case or of a figure cannot be read."""


NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


LONGEST = 60  # characters; Python refuses to read a number of thousands of digits, and no report has one


def exact(value: Given) -> Fraction:
    """The number that ``value`` says. Raises NotANumber for text, infinity, and true or false."""
    if isinstance(value, bool) or value is None:
        raise NotANumber(f"「{value}」不是数")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotANumber(f"「{value}」不是数")
        return Fraction(repr(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotANumber(f"「{value}」不是数")
        return Fraction(value)
    if isinstance(value, str):
        text = value.strip()
        if len(text) > LONGEST or not text.isascii() or not NUMBER.fullmatch(text):
            raise NotANumber(f"「{value}」不是数")
        return Fraction(text)
    raise NotANumber(f"「{value}」不是数")


TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/()%])|(?P<bad>\S))", re.ASCII)
DEEPEST = 50  # nested brackets; a case file needs three


def arithmetic(text: str) -> Fraction:
    """The value of ``text``: numbers with + - * / % (of the number before it) and brackets; nothing else.

    >>> arithmetic("42 / 1000 * 100")
    Fraction(21, 5)
    """
    items = list(_tokens(text))
    value, at = _sum(items, 0, 0)
    if at != len(items):
        raise BadArithmetic(f"「{text}」：第 {at + 1} 项「{items[at]}」不该在这里")
    return value


def _tokens(text: str) -> Iterator[str]:
    for found in TOKEN.finditer(text):
        if found["bad"]:
            raise BadArithmetic(f"「{text}」：不认识「{found['bad']}」，只能写数、加减乘除、百分号和括号")
        yield found["number"] or found["sign"]


def _sum(items: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    value, at = _product(items, at, depth)
    while at < len(items) and items[at] in "+-":
        sign = items[at]
        other, at = _product(items, at + 1, depth)
        value = value + other if sign == "+" else value - other
    return value, at


def _product(items: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    value, at = _single(items, at, depth)
    while at < len(items) and items[at] in "*/":
        sign = items[at]
        other, at = _single(items, at + 1, depth)
        if sign == "/" and other == 0:
            raise BadArithmetic("除数是 0")
        value = value * other if sign == "*" else value / other
    return value, at


def _single(items: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    if at >= len(items):
        raise BadArithmetic("算式没有写完")
    if depth > DEEPEST:
        raise BadArithmetic("括号套得太深")
    item = items[at]
    if item == "-":
        value, at = _single(items, at + 1, depth + 1)
        return -value, at
    if item == "(":
        value, at = _sum(items, at + 1, depth + 1)
        if at >= len(items) or items[at] != ")":
            raise BadArithmetic("少一个右括号")
        at += 1
    elif len(item) > LONGEST:
        raise BadArithmetic("数太长")
    elif item[0].isdigit():
        value, at = Fraction(item), at + 1
    else:
        raise BadArithmetic(f"「{item}」不该在这里")
    while at < len(items) and items[at] == "%":
        value, at = value / 100, at + 1
    return value, at


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """``value`` to ``places`` decimals, half away from zero: for the eye, never for a verdict."""
    whole = (2 * abs(value.numerator) * 10**places + value.denominator) // (2 * value.denominator)
    read = Decimal(whole).as_tuple()
    return Decimal(
        (1 if value < 0 and whole else 0, read.digits, -places)
    )  # scaleb would round to the context's precision


def shown(value: Fraction, places: int = 2) -> str:
    """``value`` in decimal digits: all of them where they end within ``places``, else rounded, marked with ≈."""
    text = format(rounded(value, places), "f")  # str would write a very small number with an exponent
    if value.numerator * 10**places % value.denominator == 0:
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"≈{text}"


def root(square: Fraction, places: int = 12) -> Fraction:
    """The square root of ``square``, cut after ``places`` decimals. Compare squares, not roots, in a verdict."""
    if square < 0:
        raise ValueError("no root of a negative number")
    scale = 10**places
    return Fraction(math.isqrt(square.numerator * scale * scale // square.denominator), scale)
