"""Numbers as they stand in sheets and forms, read exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

#: What a cell may hold. ``float`` is not among them: it is not what the clerk typed.
Figure = Decimal | int | str | None


def is_blank(given: object) -> bool:
    """Was nothing reported?"""
    return given is None or (isinstance(given, str) and not given.strip())


def number_of(given: object) -> Decimal | None:
    """The finite number that an ``int``, a ``Decimal`` or their text stands for; nothing for anything else."""
    if not isinstance(given, Decimal | int | str) or isinstance(given, bool):
        return None
    if isinstance(given, str) and "_" in given:
        return None
    try:
        number = Decimal(given)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def decimals(number: Decimal) -> int:
    """How many decimals are written. Asked before any arithmetic: ``1e-999999`` is a number too."""
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def shown(value: Fraction, places: int = 2) -> str:
    """A fraction for a sentence, half up, without zeros at its end. Never for a comparison."""
    steps = (2 * value * 10**places + 1) // 2
    text = f"{Decimal(steps).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if places else text
