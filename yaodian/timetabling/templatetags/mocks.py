"""How states and scores of mock examinations stand on a page."""

from __future__ import annotations

from decimal import Decimal

from django import template

from yaodian.timetabling.models import MockState

register = template.Library()

_KINDS: dict[str, str] = {
    MockState.DRAFT: "waiting",
    MockState.LOADED: "running",
    MockState.CONVERTED: "attention",
    MockState.PUBLISHED: "good",
    MockState.ERASED: "off",
}


@register.filter
def mock_kind(state: str) -> str:
    """The look of a state of a mock examination."""
    return _KINDS.get(state, "off")


@register.filter
def points(value: Decimal | str | None) -> str:
    """A score without decimals that say nothing: 86 for 86.0."""
    if value is None or value == "":
        return ""
    number = Decimal(value)
    return str(number.quantize(Decimal(1))) if number == number.to_integral_value() else str(number)
