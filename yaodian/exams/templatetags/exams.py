"""How states of examinations are shown."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()

_KINDS: Mapping[str, str] = {
    "draft": "neutral",
    "listed": "waiting",
    "seated": "waiting",
    "published": "good",
    "erased": "off",
    "queued": "running",
    "done": "waiting",
    "failed": "wrong",
    "dropped": "off",
}


@register.filter
def exam_kind(state: str) -> str:
    """The kind of status mark of an examination's or a plan's state."""
    return _KINDS[state]
