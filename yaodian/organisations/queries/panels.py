"""What slices show on the page of a unit, and on other pages about one.

The organisations know no slice above them, so the configuration names them: a setting such as `UNIT_PANELS` lists dotted
names of callables `(unit, account, on) -> Panel | None`. A panel asks for its own permission and gives None where there is
nothing to show; it may cost a fixed number of queries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from yaodian.organisations.models import Unit
from yaodian.organisations.queries.rights import Visitor


@dataclass(frozen=True)
class Panel:
    """A card on a page about a unit: a heading, and a template of the slice with what it needs."""

    code: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Maker = Callable[[Unit, Visitor, date], Panel | None]


@lru_cache(maxsize=8)
def _makers(names: tuple[str, ...]) -> tuple[Maker, ...]:
    return tuple(import_string(name) for name in names)


def panels_of(*, names: Sequence[str], unit: Unit, account: Visitor, on: date) -> tuple[Panel, ...]:
    """The panels of these makers, in their order."""
    made = (make(unit, account, on) for make in _makers(tuple(names)))
    return tuple(panel for panel in made if panel is not None)


def unit_panels(*, unit: Unit, account: Visitor, on: date) -> tuple[Panel, ...]:
    """What all slices show on the page of a unit."""
    return panels_of(names=settings.UNIT_PANELS, unit=unit, account=account, on=on)
