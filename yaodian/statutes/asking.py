"""What several rules do with their ``given``: take everything first, so that every fault is named and not the first only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from yaodian.engines.rules import Impossible


def take_all(given: Any, names: Iterable[str]) -> None:
    """Ask for each quantity. Raises the last failure after all were asked; the earlier ones stand on the result too."""
    failure: Impossible | None = None
    for name in names:
        try:
            getattr(given, name)
        except Impossible as impossible:
            failure = impossible
    if failure:
        raise failure


def is_yes(given: Any, name: str) -> bool:
    """A flag that was given and is true; one that was not given is no."""
    return bool(given.is_known(name) and getattr(given, name))
