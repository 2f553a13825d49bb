"""What pages say of marks: as printed, and as a badge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from yaodian.appraisal.models import AppealState, RoundState
from yaodian.appraisal.queries import shown
from yaodian.appraisal.scoring import published

register = template.Library()

STATE_KINDS: Mapping[str, str] = {
    RoundState.DRAFT: "neutral",
    RoundState.OPEN: "running",
    RoundState.FROZEN: "running",
    RoundState.FEEDBACK: "waiting",
    RoundState.DECIDED: "attention",
    RoundState.PUBLISHED: "good",
}
APPEAL_KINDS: Mapping[str, str] = {
    AppealState.FILED: "waiting",
    AppealState.UPHELD: "good",
    AppealState.DISMISSED: "off",
}


@register.filter
def state_kind(state: str) -> str:
    """The badge of a round's state."""
    return STATE_KINDS.get(state, "neutral")


@register.filter
def appeal_kind(state: str) -> str:
    """The badge of an appeal's state."""
    return APPEAL_KINDS.get(state, "neutral")


@register.filter
def marks_shown(number: Any) -> str:
    """An exact number, kept as the text of a fraction, as printed: at most four decimals."""
    return shown(str(number)) if number not in (None, "") else ""


@register.filter
def brief(number: Any) -> str:
    """The same with two decimals at most, where the steps beside it give all."""
    return shown(str(number), 2) if number not in (None, "") else ""


@register.filter
def total_shown(number: Any, digits: int = 2) -> str:
    """A published total with all its decimals."""
    return f"{number:.{digits}f}" if number is not None else "—"


@register.filter
def points_shown(number: Any, digits: int = 2) -> str:
    """An exact total, rounded as it would be published."""
    return "—" if number is None else f"{float(published(number, digits)):.{digits}f}"


@register.filter
def moved_by(places: int) -> int:
    """By how many places, whichever way."""
    return abs(places)
