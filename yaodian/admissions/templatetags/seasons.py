"""What pages say of seasons and intakes as a badge."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from yaodian.admissions.models import IntakeState, SeasonState

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
}


@register.filter
def season_kind(state: str) -> str:
    """The badge of a season's state."""
    return SEASON_KINDS.get(state, "neutral")


@register.filter
def intake_kind(state: str) -> str:
    """The badge of an intake's state; between applications and results everybody waits."""
    return INTAKE_KINDS.get(state, "waiting")
