"""How teaching groups stand on a page."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse

from yaodian.timetabling.models import GroupingState, Term
from yaodian.timetabling.problem.group_words import subject_word

register = template.Library()

_KINDS = {
    GroupingState.QUEUED: "running",
    GroupingState.DONE: "waiting",
    GroupingState.FAILED: "wrong",
    GroupingState.CANCELLED: "off",
    GroupingState.ADOPTED: "good",
    GroupingState.DROPPED: "off",
}

register.filter("subject_word", subject_word)


@register.filter
def grouping_kind(state: str) -> str:
    """The look of a state of a grouping."""
    return _KINDS.get(state, "off")  # type: ignore[call-overload, no-any-return]  # By its value.


@register.simple_tag
def see_address(name: str, term: Term) -> str:
    """The address of what mends a lack, empty where there is none."""
    try:
        return reverse(name, args=[term.public_id]) if name == "timetabling:term" else reverse(name)
    except NoReverseMatch:
        return ""
