"""Values as charts: the one declaration behind a drawing, its table and its workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.foundation.charting import Bar, LineChart, Point, Series
from yaodian.foundation.measuring import Measure, Value
from yaodian.measures.queries.words import unit_words, value_words


def points_of(measure: Measure, values: Iterable[Value]) -> tuple[Point, ...]:
    """Values as points of a line; those that cannot be had are gaps with their reason."""
    return tuple(Point(value.on, value.exact, value_words(measure, value)) for value in values)


def bar_of(measure: Measure, label: str, value: Value, url: str = "") -> Bar:
    return Bar(label, value.exact, value_words(measure, value), url)


def source_of(measure: Measure) -> str:
    """Where the definition stands, in a line."""
    return _("依据：%(texts)s") % {"texts": "；".join(str(one) for one in measure.citations)}


def course(measure: Measure, title: str, unit_name: str, values: Sequence[Value]) -> LineChart:
    """One unit's values over time."""
    return LineChart(
        code="course",
        title=f"{unit_name}：{title}",
        unit=unit_words(measure.unit),
        note=source_of(measure),
        series=(Series(unit_name, points_of(measure, values)),),
    )


def best_first(value: Value | None) -> tuple[bool, Fraction]:
    """The order of a comparison: the largest first, at the end those without a value."""
    exact = value.exact if value is not None else None
    return exact is None, -(exact or Fraction(0))
