"""One page out of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST_ON_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` of page `number` (from 1) of `pages`, each of `size` rows; `total` over all of them."""

    items: tuple[T, ...]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.pages


def page_of(
    rows: Any,
    *,
    page: int,
    size: int,
    make: Callable[[list[Any]], Iterable[T]],
    total: int | None = None,
    most: int = MOST_ON_A_PAGE,
) -> Page[T]:
    """Cuts one page out of a queryset or a sequence and makes of its rows what is shown; one beyond the end is the last.

    Two queries of a queryset, one where its `total` is known.
    """
    size = min(max(1, size), most)
    if total is None:
        total = len(rows) if isinstance(rows, Sequence) else rows.count()
    number = min(max(1, page), max(1, -(-total // size)))
    found = list(rows[(number - 1) * size : number * size])
    return Page(tuple(make(found)), number, size, total)
