"""What pages say of seasons and intakes as a badge, and of house numbers in words."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from yaodian.admissions.models import CatchmentRange, Contested, IntakeState, SeasonState
from yaodian.admissions.problem.addresses import contested_address, range_of, range_text

register = template.Library()

SEASON_KINDS: Mapping[str, str] = {
    SeasonState.DRAFT: "neutral",
    SeasonState.ANNOUNCED: "good",
    SeasonState.CLOSED: "off",
}
INTAKE_KINDS: Mapping[str, str] = {
    IntakeState.PLANNED: "neutral",
    IntakeState.OPEN: "running",
    IntakeState.PUBLISHED: "good",
    IntakeState.ENDED: "off",
    IntakeState.ABANDONED: "off",
}


@register.filter
def season_kind(state: str) -> str:
    """The badge of a season's state."""
    return SEASON_KINDS.get(state, "neutral")


@register.filter
def intake_kind(state: str) -> str:
    """The badge of an intake's state; between applications and results everybody waits."""
    return INTAKE_KINDS.get(state, "waiting")


@register.filter
def range_words(row: CatchmentRange) -> str:
    """House numbers as one writes them."""
    return range_text(range_of(row))


@register.filter
def door_words(row: Contested) -> str:
    """A contested address as one writes it."""
    return str(contested_address(row))
