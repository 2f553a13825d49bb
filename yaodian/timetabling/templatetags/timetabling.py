"""How states and combinations stand on a page."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.timetabling.content import Combination
from yaodian.timetabling.models import ChoiceState, RoundState, Subject, Term

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


# The pages of a term, each shown where it is there.
TERM_TABS: tuple[tuple[str, Promise], ...] = (
    ("term", gettext_lazy("学期数据")),
    ("groupings", gettext_lazy("教学班")),
    ("wishes", gettext_lazy("排课要求")),
    ("timetables", gettext_lazy("课表方案")),
    ("week", gettext_lazy("课表")),
    ("absences", gettext_lazy("请假与代课")),
)


@register.inclusion_tag("timetabling/_term_tabs.html")
def term_tabs(term: Term, current: str) -> dict[str, object]:
    """Links to the pages of a term."""
    tabs = []
    for name, words in TERM_TABS:
        try:
            tabs.append((reverse(f"timetabling:{name}", args=[term.public_id]), words, name == current))
        except NoReverseMatch:
            continue
    return {"tabs": tabs}
