"""The invented year from an empty database to its summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from yaodian.config.simulation.choices import Choices
from yaodian.config.simulation.ground import at, cast_of
from yaodian.config.simulation.summary import Summary, summarise
from yaodian.config.simulation.year import Tell, Year, last_day_of
from yaodian.indicators.operations import load_demonstration as load_facts
from yaodian.organisations.queries import units_as_of
from yaodian.registry.demonstration.city import City
from yaodian.registry.demonstration.scales import Scale
from yaodian.registry.operations import load_city
from yaodian.registry.queries import return_years


def lay_city(*, scale: Scale, seed: int, year: int) -> bool:
    """The invented city, where no unit stands yet, as if it had been loaded before the year. Returns whether it was laid."""
    now = at(date(year, 1, 1), 0)
    if units_as_of(day=now.date()).exclude(code="bureau").exists():
        return False
    load_city(actor=None, city=City(scale, seed=seed), now=now)
    load_facts(years=return_years(), now=now)
    return True


def play_year(
    *, files: Sequence[Path], year: int, seed: int, months: int = 12, tell: Tell = lambda _what, _year: None
) -> tuple[Summary, Year]:
    """Plays the year over plan files, in a database with the city and the demonstration accounts. Raises UnusableGround."""
    played = Year(cast=cast_of(choices=Choices(seed), day=date(year, 1, 2)), files=files, year=year, tell=tell)
    played.play(months=months)
    return summarise(played, last=last_day_of(year, months)), played
