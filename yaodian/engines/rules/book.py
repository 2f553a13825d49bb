"""The book of the law: its sources, its vocabulary, and every notion that was declared in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .quantities import read_quantities
from .sources import Citation, Reference, read_sources

if TYPE_CHECKING:
    from .indicator import Declared


class AliasUsedTwice(ValueError):
    """Two notions claim the same code, label or alias, so that a plan's word would name both."""


class Book:
    """Sources and quantities from their YAML; ``beside`` gives the text of the YAML that stands beside a class."""

    def __init__(self, *, sources: str, quantities: Sequence[str], beside: Callable[[type], str]) -> None:
        self.sources = read_sources(sources)
        self.quantities = read_quantities(*quantities)
        self.beside = beside
        self._declared: dict[str, type[Declared]] = {}
        self._names: dict[str, str] = {}

    def enter(self, declared: type[Declared]) -> None:
        """Take up a class. Raises AliasUsedTwice where one of its names is taken."""
        for name in (declared.code, declared.label, *declared.aliases):
            owner = self._names.get(name)
            if owner is not None:
                raise AliasUsedTwice(f"{declared.code}: 「{name}」 already names {owner}; an alias names one notion")
            self._names[name] = declared.code
        self._declared[declared.code] = declared

    def citation(self, reference: Reference) -> Citation:
        """A reference with its source."""
        return Citation(self.sources[reference.source], reference.article, reference.confidence)

    def __iter__(self) -> Iterator[type[Declared]]:
        return iter(sorted(self._declared.values(), key=lambda each: each.code))

    def __getitem__(self, code: str) -> type[Declared]:
        return self._declared[code]

    def named(self, name: str) -> type[Declared] | None:
        """The notion with that code, label or alias; None where there is none."""
        code = self._names.get(name)
        return self._declared[code] if code else None
