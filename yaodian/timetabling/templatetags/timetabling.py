"""How states, combinations and times stand on a page; the tabs of a term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.timetabling.content import Combination
from yaodian.timetabling.models import AbsenceState, ChoiceState, RoundState, Subject, Term, TermState
from yaodian.timetabling.queries import name_of_term
from yaodian.timetabling.queries.proposals import manner_words
from yaodian.timetabling.queries.times import WEEKDAYS, show_slots, show_start, write_clock

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
_ABSENCE_KINDS = {
    AbsenceState.OPEN: "attention",
    AbsenceState.ARRANGED: "waiting",
    AbsenceState.ANNOUNCED: "good",
    AbsenceState.WITHDRAWN: "off",
}
_TERM_KINDS = {TermState.PREPARING: "waiting", TermState.RUNNING: "running", TermState.ENDED: "off"}

# The desks of a term by the names of their addresses; one that is not there is left out.
TERM_TABS = (
    ("term", gettext_lazy("总览")),
    ("bells", gettext_lazy("基础数据")),
    ("groupings", gettext_lazy("教学班")),
    ("wishes", gettext_lazy("排课要求")),
    ("timetables", gettext_lazy("排课")),
    ("week", gettext_lazy("课表")),
    ("absences", gettext_lazy("请假与代课")),
)
# What the second of them consists of.
DATA_TABS = (
    ("bells", gettext_lazy("作息和校历")),
    ("term_rooms", gettext_lazy("教室")),
    ("term_teachers", gettext_lazy("教师")),
    ("term_classes", gettext_lazy("班级")),
    ("term_curriculum", gettext_lazy("课时计划")),
    ("term_courses", gettext_lazy("教学任务")),
    ("term_meetings", gettext_lazy("教研活动")),
)


@register.filter
def choice_kind(state: str) -> str:
    """The look of a state of a round or of a choice."""
    return _KINDS.get(state, "off")  # type: ignore[call-overload, no-any-return]  # Both tables by their values.


@register.filter
def term_kind(state: str) -> str:
    """The look of a state of a term."""
    return _TERM_KINDS[TermState(state)]


@register.filter
def absence_kind(state: str) -> str:
    """The look of a state of an absence."""
    return _ABSENCE_KINDS[AbsenceState(state)]


@register.filter
def manner(value: str) -> str:
    """What may change in a timetable that was proposed."""
    return manner_words(value)


@register.filter
def subjects(combination: Combination) -> str:
    """The three subjects in words of the page."""
    return _("、").join(str(Subject(one).label) for one in combination.subjects)


@register.filter
def signed(number: int) -> str:
    """A difference with its sign."""
    return f"+{number}" if number > 0 else str(number).replace("-", "−")


@register.filter
def term_name(term: Term) -> str:
    """As people say it."""
    return name_of_term(term)


@register.filter
def slots(value: Iterable[Any]) -> str:
    """Times of a week in words of the page."""
    return show_slots(value)


@register.filter
def starts(value: Iterable[Any]) -> str:
    """Single starts in words of the page."""
    return _("；").join(show_start(day, period) for day, period in value)


@register.filter
def clock(minutes: int) -> str:
    """Minutes after midnight as a time."""
    return write_clock(minutes)


@register.filter
def weekday(day: int) -> str:
    """The day of a week, counted from 0."""
    return str(WEEKDAYS[day])


@register.filter
def codes(rows: Iterable[Any]) -> str:
    """What the school calls some rows, in one line."""
    return "、".join(one.code for one in rows)


@register.filter
def names(rows: Iterable[Any]) -> str:
    """The names of some teachers, in one line."""
    return "、".join(one.name for one in rows)


@register.simple_tag
def place_url(name: str, *arguments: Any) -> str:
    """The address of a page of timetabling; empty where there is no such page."""
    try:
        return reverse(f"timetabling:{name}", args=arguments)
    except NoReverseMatch:
        return ""


@register.simple_tag
def amiss_url(place: tuple[str, tuple[Any, ...]]) -> str:
    """Where something amiss is mended; empty where there is no such page."""
    return place_url(place[0], *place[1])


@register.inclusion_tag("timetabling/_term_tabs.html")
def term_tabs(term: Term, current: str = "") -> Mapping[str, Any]:
    """The desks of a term with the one that is open, by the name of its address; below them the lists of its data, if it is one of them."""
    in_data = current in dict(DATA_TABS)

    def tabs(pages: Iterable[tuple[str, Any]], chosen: str) -> list[tuple[str, str, bool]]:
        found = ((place_url(name, term.public_id), word, name == chosen) for name, word in pages)
        return [one for one in found if one[0]]

    return {
        "tabs": tabs(TERM_TABS, "bells" if in_data else current),
        "data": tabs(DATA_TABS, current) if in_data else [],
    }
