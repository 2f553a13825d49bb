"""Invented numbers that satisfy every check of form and can belong to nobody.

- Region and province: GB/T 2260 has never assigned the province number `PROVINCE`, so no identity number, enrolment number,
  school code or credit code that begins with it was ever issued. Check digits are right.
- Telephones: the numbering plan gives 11 digits beginning 1 and then 3 to 9 to mobile telephones, 10, 11 and 12 to short
  service numbers. `phone` gives 11 digits beginning 12: nobody can be called by mistake.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from yaodian.registry.demonstration.streams import between

PROVINCE = "49"

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# The 500 serials of one gender, region and birthday, shared out: each part of a county has a block of its own for
# families and one for staff, so that no number is given twice although no part knows the others.
FAMILY_BLOCK, STAFF_BLOCK, STAFF_BEGINS = 17, 2, 425
MAX_PARTS = 25


class NoSerialLeft(Exception):
    """All serials of that block are given for that birthday; draw another day."""


def id_check_digit(body: str) -> str:
    """GB 11643-1999: the 18th place over 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def credit_check_digit(body: str) -> str:
    """GB 32100-2015: the 18th place over 17 characters."""
    total = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def organisation_check_digit(body: str) -> str:
    """GB 11714: the ninth place over eight characters."""
    total = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(*, kind: str, region: str, serial: int) -> str:
    """A unified social credit code; `kind` 12 for public institutions, 52 for private schools."""
    organisation = f"{serial:08d}"
    body = f"{kind}{region}{organisation}{organisation_check_digit(organisation)}"
    return body + credit_check_digit(body)


def region(*, city: int, county: int = 0) -> str:
    """Six digits: the invented province, its city from 1, the county from 1; county 0 is the city itself."""
    return f"{PROVINCE}{city:02d}{county:02d}"


def school_code(*, kind: str, serial: int) -> str:
    """学校（机构）标识码: two digits of type, two of the province, six of serial. It has no check digit."""
    return f"{kind}{PROVINCE}{serial:06d}"


def phone(random: Random) -> str:
    """Eleven digits beginning 12, which no telephone has."""
    return f"12{int(random.random() * 1_000_000_000):09d}"


class IdNumbers:
    """Gives out identity numbers from one block of serials; the same number never twice."""

    def __init__(self, *, first: int, count: int) -> None:
        self._first, self._count = first, count
        self._given: dict[tuple[str, date, str], int] = {}

    @classmethod
    def for_families(cls, part: int) -> IdNumbers:
        """For the children and guardians of a part of a county."""
        return cls(first=part * FAMILY_BLOCK, count=FAMILY_BLOCK)

    @classmethod
    def for_staff(cls, part: int) -> IdNumbers:
        """For those who work in a part of a county."""
        return cls(first=STAFF_BEGINS + part * STAFF_BLOCK, count=STAFF_BLOCK)

    def number(self, *, region: str, birth_on: date, gender: str) -> str:
        """A number; `gender` is 1 (male, odd serial) or 2 (female, even). Raises NoSerialLeft."""
        key = (region, birth_on, gender)
        given = self._given.get(key, 0)
        if given == self._count:
            raise NoSerialLeft
        self._given[key] = given + 1
        serial = 2 * (self._first + given) + (1 if gender == "1" else 0)
        body = f"{region}{birth_on:%Y%m%d}{serial:03d}"
        return body + id_check_digit(body)


def day_in(random: Random, first: date, last: date) -> date:
    """A day from first to last, both included."""
    return first + timedelta(days=between(random, 0, (last - first).days))
