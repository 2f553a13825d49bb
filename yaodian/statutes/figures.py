"""Numbers as they stand in sheets and forms, with the decimals that were written.

What is a number is decided by the engine of rules (:func:`yaodian.engines.rules.exact`); here it stays a ``Decimal``, because how
finely something was written tells whether it can have been measured.
"""

from __future__ import annotations

from decimal import Decimal

from yaodian.engines.rules import exact

#: What a cell may hold.
Figure = Decimal | int | float | str | None


def is_blank(given: object) -> bool:
    """Was nothing reported?"""
    return given is None or (isinstance(given, str) and not given.strip())


def number_of(given: object) -> Decimal | None:
    """The finite number that was given, a ``float`` by its shortest decimal; nothing for anything that is no number."""
    if isinstance(given, Decimal):
        # Not by way of a fraction: 1e-999999 would become a number of a million digits.
        return given if given.is_finite() else None
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        exact(given)
    except ValueError:  # no number, or one of thousands of digits
        return None
    return Decimal(given.strip() if isinstance(given, str) else repr(given))


def decimals(number: Decimal) -> int:
    """How many decimals are written. Asked before any arithmetic, see :func:`number_of`."""
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
