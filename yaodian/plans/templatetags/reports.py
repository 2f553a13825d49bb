"""How monthly reports are shown: the badge of a state, a month in words."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from yaodian.plans.queries.words import month_words

register = template.Library()

STATES: Mapping[str, str] = {"draft": "neutral", "submitted": "waiting", "returned": "attention", "approved": "good"}


@register.filter
def report_kind(state: str) -> str:
    """The kind of badge of a report's state."""
    return STATES[state]


register.filter(month_words)
