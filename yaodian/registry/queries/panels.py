"""What other slices show on a school's page.

The registry knows no slice above it, so the configuration names them: `SCHOOL_PANELS` in the settings lists dotted names of
callables `(unit, account, on) -> Panel | None`. A panel asks for its own permission and gives None where there is
nothing to show; it may cost a fixed number of queries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor


@dataclass(frozen=True)
class Panel:
    """A card on a school's page: a heading, and a template of the slice with what it needs."""

    code: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Maker = Callable[[Unit, Visitor, date], Panel | None]


@lru_cache(maxsize=8)
def _makers(names: tuple[str, ...]) -> tuple[Maker, ...]:
    return tuple(import_string(name) for name in names)


def panels_for(*, unit: Unit, account: Visitor, on: date) -> tuple[Panel, ...]:
    """The panels of all slices, in the order of the setting."""
    made = (make(unit, account, on) for make in _makers(tuple(settings.SCHOOL_PANELS)))
    return tuple(panel for panel in made if panel is not None)
