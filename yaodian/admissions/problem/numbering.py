"""The number of an application: year and stage, six characters that tell nothing, and a check character.

The characters are those that nobody mistakes for another, 31 of them. Weighted by place, their sum is a multiple of 31 in every
good number; 31 is prime, so one wrong character and two neighbours that changed places are always found.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTERS = {"preschool": "K", "primary": "P", "junior": "J", "senior": "S"}
_DRAWN = 6
_SHAPE = re.compile(rf"\d{{4}}[{''.join(LETTERS.values())}][{ALPHABET}]{{{_DRAWN + 1}}}", re.ASCII)


def new_number(*, year: int, stage: str, pick: Callable[[str], str] = secrets.choice) -> str:
    """A number nobody can guess; whether it is taken is for the caller to ask. `pick` draws a character."""
    body = f"{year:04d}{LETTERS[stage]}{''.join(pick(ALPHABET) for _place in range(_DRAWN))}"
    return body + ALPHABET[-_sum(body) % len(ALPHABET)]


def is_number(text: str) -> bool:
    """Whether a number is written right; nothing about whether it exists."""
    number = tidy_number(text)
    return bool(_SHAPE.fullmatch(number)) and (_sum(number[:-1]) + ALPHABET.index(number[-1])) % len(ALPHABET) == 0


def tidy_number(text: str) -> str:
    """Capitals without blanks and hyphens, as it may be read from paper."""
    return "".join(text.split()).replace("-", "").upper()


def _sum(body: str) -> int:
    values = [int(one) if place < 4 else ALPHABET.index(one) for place, one in enumerate(body)]
    return sum(weight * value for weight, value in enumerate(reversed(values), 2))
