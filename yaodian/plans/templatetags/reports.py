"""How monthly reports are shown: the badge of a state, a month in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.translation import gettext as _

register = template.Library()

STATES: Mapping[str, str] = {"draft": "neutral", "submitted": "waiting", "returned": "attention", "approved": "good"}


@register.filter
def report_kind(state: str) -> str:
    """The kind of badge of a report's state."""
    return STATES[state]


@register.filter
def month_words(month: date) -> str:
    """2026-10-01 → 2026年10月."""
    return _("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}
