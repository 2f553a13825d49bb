"""Random numbers under names: each table draws from streams of its own.

A stream is named by a seed and words, as in ``stream(7, "teachers", "2138000012")``. What one table draws never moves
what another draws, so a table that a later slice adds changes no row of the others; and any part of the city can be made
without the parts before it. Only `Random.random` and arithmetic that IEEE 754 rounds the same everywhere are used,
so that the same names give the same rows on every machine.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *names: str | int) -> Random:
    """The stream of that name; equal names give equal streams, on every machine and in every process."""
    words = "\x1f".join(str(name) for name in (seed, *names))
    return Random(int.from_bytes(hashlib.sha256(words.encode()).digest()[:16], "big"))  # noqa: S311  # Invented data.


class Choice(Generic[T]):
    """A weighted choice, prepared once: ``Choice({"a": 3, "b": 1})(random)``."""

    __slots__ = ("_bounds", "_things", "_total")

    def __init__(self, weights: dict[T, float]) -> None:
        self._things = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))
        self._total = self._bounds[-1]

    def __call__(self, random: Random) -> T:
        return self._things[min(bisect_right(self._bounds, random.random() * self._total), len(self._things) - 1)]


def pick(random: Random, things: Sequence[T]) -> T:
    """One of the things, each as likely."""
    return things[int(random.random() * len(things))]


def between(random: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + int(random.random() * (high - low + 1))


def near(random: Random, middle: float, spread: float) -> float:
    """A number round `middle`, within `spread` of it, the middle more likely: the mean of three draws."""
    return middle + spread * ((random.random() + random.random() + random.random()) * 2 / 3 - 1)


def shuffled(random: Random, things: Sequence[T]) -> list[T]:
    """The things in another order (Fisher and Yates, over `random()` alone)."""
    result = list(things)
    for last in range(len(result) - 1, 0, -1):
        other = int(random.random() * (last + 1))
        result[last], result[other] = result[other], result[last]
    return result
