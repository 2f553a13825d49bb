"""A page of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MAX_SIZE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``items`` of page ``number`` (from 1) of ``pages``; ``total`` over all of them."""

    items: tuple[T, ...]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.pages


def page_of(rows: Any, *, page: int, size: int, total: int | None = None, make: Callable[[Any], T]) -> Page[T]:
    """Cuts one page out of a queryset or a sequence; a page beyond the end is the last one."""
    size = min(max(1, size), MAX_SIZE)
    if total is None:
        total = len(rows) if isinstance(rows, Sequence) else rows.count()
    number = min(max(1, page), max(1, -(-total // size)))
    return Page(tuple(make(row) for row in rows[(number - 1) * size : number * size]), number, size, total)
