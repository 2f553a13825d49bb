"""How timetables and what may be done with a lesson look."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from yaodian.foundation.templatetags.interface import icon
from yaodian.timetabling.models import TimetableState

register = template.Library()

_KINDS = {
    TimetableState.QUEUED: "running",
    TimetableState.PAUSED: "waiting",
    TimetableState.DONE: "good",
    TimetableState.FAILED: "wrong",
    TimetableState.DROPPED: "off",
    TimetableState.PUBLISHED: "good",
    TimetableState.REPLACED: "off",
}
_SIGNS = {"here": "circle", "fine": "check", "costs": "minus", "breaks": "cross"}


@register.filter
def timetable_kind(state: str) -> str:
    """The look of a timetable's state."""
    return _KINDS.get(state, "off")  # type: ignore[call-overload, no-any-return]  # The table by its values.


@register.simple_tag
def way_sign(way: str) -> SafeString:
    """The sign of a way; its words stand beside it."""
    return icon(_SIGNS[way])
