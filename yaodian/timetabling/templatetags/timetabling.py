"""How states and combinations stand on a page."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from yaodian.timetabling.content import Combination
from yaodian.timetabling.models import ChoiceState, RoundState, Subject

register = template.Library()

_KINDS = {
    RoundState.DRAFT: "waiting",
    RoundState.OPEN: "running",
    RoundState.CLOSED: "attention",
    RoundState.SETTLED: "good",
    RoundState.WITHDRAWN: "off",
    ChoiceState.PROPOSED: "waiting",
    ChoiceState.STANDING: "good",
    ChoiceState.REPLACED: "off",
    ChoiceState.REFUSED: "wrong",
}


@register.filter
def choice_kind(state: str) -> str:
    """The look of a state of a round or of a choice."""
    return _KINDS.get(state, "off")  # type: ignore[call-overload, no-any-return]  # Both tables by their values.


@register.filter
def subjects(combination: Combination) -> str:
    """The three subjects in words of the page."""
    return _("、").join(str(Subject(one).label) for one in combination.subjects)


@register.filter
def signed(number: int) -> str:
    """A difference with its sign."""
    return f"+{number}" if number > 0 else str(number).replace("-", "−")
