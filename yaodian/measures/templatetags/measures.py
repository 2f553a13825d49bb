"""What pages say of values: in words, as points of a chart, as a badge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template

from yaodian.foundation.charting import Point
from yaodian.foundation.measuring import Measure, Value
from yaodian.measures import queries
from yaodian.measures.queries import Status, value_words
from yaodian.measures.queries.words import problem_words

register = template.Library()

# The kinds of the design system's badge.
KINDS: Mapping[str, str] = {
    Status.REACHED: "good",
    Status.ON_COURSE: "running",
    Status.AT_RISK: "attention",
    Status.MISSED: "wrong",
    Status.NOT_COMPUTABLE: "off",
    Status.NOT_BOUND: "neutral",
}


@register.filter
def standing_kind(status: str) -> str:
    """The badge of a status."""
    return KINDS[status]


@register.simple_tag
def value_text(measure: Measure, value: Value | None) -> str:
    """The value as printed, or why there is none."""
    return value_words(measure, value)


@register.filter
def problem_text(problem: str) -> str:
    """Why there is no value."""
    return problem_words(problem)


@register.simple_tag
def points_of(measure: Measure, values: Sequence[Value]) -> tuple[Point, ...]:
    """Values as points of a small line."""
    return queries.points_of(measure, values)
