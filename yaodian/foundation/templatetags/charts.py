"""`{% chart chart %}`: a chart with its table and its exports. And two small pictures for the cells of a table, whose figures
stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yaodian.foundation.charting import Chart, Point
from yaodian.foundation.drawing import draw

register = template.Library()


@register.inclusion_tag("foundation/chart.html")
def chart(chart: Chart, is_open: bool = False) -> dict[str, Any]:
    """A figure: caption, drawing, source, table, exports. `is_open`: the table is shown at once."""
    drawn = "" if chart.is_empty else draw(chart) + draw(chart, is_narrow=True)
    return {"chart": chart, "drawn": drawn, "is_open": is_open or not drawn}


@register.simple_tag
def sparkline(points: Sequence[Point], label: str = "") -> SafeString:
    """A small line without axes, with its last point marked; nothing for fewer than two values."""
    known = [(point, point.value) for point in points if point.value is not None]
    if len(known) < 2:
        return mark_safe("")
    values = [value for _point, value in known]
    low, reach = min(values), max(values) - min(values) or Fraction(1)
    first, days = known[0][0].on, (known[-1][0].on - known[0][0].on).days or 1
    placed = [
        (4 + 92 * (point.on - first).days / days, 24 - 20 * float((value - low) / reach)) for point, value in known
    ]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 28" width="100" height="28" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>'
        '<circle cx="{}" cy="{}" r="2.5" fill="currentColor"/></svg>',
        label or f"{known[0][0].words} → {known[-1][0].words}",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in placed),
        *(f"{number:.1f}" for number in placed[-1]),
    )


@register.simple_tag
def bar(value: Fraction | None, most: Fraction | None) -> SafeString:
    """A bar beside a number in a table, as long as its share of the largest; nothing for no value or one below 0."""
    if value is None or not most or value < 0:
        return mark_safe("")
    return format_html(
        '<svg class="drawn-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect width="{}" height="8"/></svg>',
        f"{float(100 * value / most):.1f}",
    )
