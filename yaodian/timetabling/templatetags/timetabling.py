"""How states and combinations stand on a page."""

from __future__ import annotations

from typing import Any

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


@register.inclusion_tag("timetabling/_term_tabs.html")
def term_tabs(term: Term, here: str) -> dict[str, Any]:
    """The desks of a term, those that there are; `here` is the name of the address of this one."""
    words = {
        "term": _("学期数据"),
        "groupings": _("教学班"),
        "wishes": _("排课要求"),
        "timetables": _("课表方案"),
        "week": _("课表"),
        "absences": _("代课调课"),
    }
    tabs = []
    for name, word in words.items():
        try:
            address = reverse(f"timetabling:{name}", args=[term.public_id])
        except NoReverseMatch:
            continue
        tabs.append((address, word, name == here))


# What belongs to a term, in the order in which it is done.
TERM_TABS = (
    ("term", gettext_lazy("学期")),
# The pages of a term, each shown where it is there.
TERM_TABS: tuple[tuple[str, Promise], ...] = (
    ("term", gettext_lazy("学期数据")),
@register.filter
def as_clock(minutes: int) -> str:
    """Minutes after midnight as 08:05."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


    ("term", gettext_lazy("学期资料")),
    ("groupings", gettext_lazy("教学班")),
    ("wishes", gettext_lazy("排课要求")),
    ("timetables", gettext_lazy("课表方案")),
    ("week", gettext_lazy("课表")),
    ("absences", gettext_lazy("代课与调课")),
)


@register.inclusion_tag("timetabling/term_tabs.html")
def term_tabs(term: Any, current: str = "") -> dict[str, Any]:
    """Links to the pages of a term that there are."""
    for name, label in TERM_TABS:
        tabs.append((reverse(f"timetabling:{name}", args=[term.public_id]), label, name == current))
    return {"tabs": tabs}
    ("absences", gettext_lazy("请假与代课")),
    ("absences", gettext_lazy("代课调课")),
    ("term", gettext_lazy("总览")),
    ("timetables", gettext_lazy("排课")),
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


@register.simple_tag
def url_if_any(name: str, *arguments: str) -> str:
    """An address, empty where the page is not there."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
def term_tabs(term: Term, current: str) -> dict[str, Any]:
    """The pages of a term beside one another, those that there are."""
    for name, word in TERM_TABS:
            url = reverse(f"timetabling:{name}", args=[term.public_id])
        tabs.append({"url": url, "word": word, "is_current": name == current})
def term_tabs(term: Term, current: str = "") -> dict[str, object]:
            tabs.append((reverse(f"timetabling:{name}", args=[term.public_id]), word, name == current))
    return {"tabs": tabs}
