"""Charts drawn on the server as inline SVG: no script, no style attribute, one colour from the page's own tokens.

Each chart is a picture with a sentence for screen readers; the table with the same figures stands beside it in the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@dataclass(frozen=True)
class Point:
    """A day and a value, and the words that name the value."""

    on: date
    value: Fraction
    words: str


def _coordinate(number: float) -> str:
    return f"{number:.1f}"


def _placed(
    points: Sequence[Point], width: float, height: float, low: Fraction, high: Fraction
) -> list[tuple[float, float]]:
    first, last = points[0].on, points[-1].on
    days = (last - first).days or 1
    reach = high - low or Fraction(1)
    return [
        (
            width * (point.on - first).days / days if len(points) > 1 else width / 2,
            height * float((high - point.value) / reach),
        )
        for point in points
    ]


@register.simple_tag
def sparkline(points: Sequence[Point], label: str = "") -> SafeString:
    """A small line without axes, with its last point marked; nothing for fewer than two points."""
    if len(points) < 2:
        return mark_safe("")
    values = [point.value for point in points]
    placed = _placed(points, 92, 20, min(values), max(values))
    line = " ".join(f"{_coordinate(x + 4)},{_coordinate(y + 4)}" for x, y in placed)
    x, y = placed[-1]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 28" width="100" height="28" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>'
        '<circle cx="{}" cy="{}" r="2.5" fill="currentColor"/></svg>',
        label or " → ".join(point.words for point in (points[0], points[-1])),
        line,
        _coordinate(x + 4),
        _coordinate(y + 4),
    )


@register.simple_tag
def line_chart(points: Sequence[Point], label: str, target: Fraction | None = None) -> SafeString:
    """Values over time, each point named when it is pointed at; a dashed line for a target.

    Days and values stand beside the picture as words of the page, so that they keep their size on a telephone.
    """
    if not points:
        return mark_safe("")
    values = [point.value for point in points]
    low, high = min(values), max(values)
    if target is not None:
        low, high = min(low, target), max(high, target)
    if low == high:
        low, high = low - 1, high + 1
    # The least value stands clear of the axis, which would make it look like nothing.
    low = max(low - (high - low) / 4, Fraction(0)) if low >= 0 else low - (high - low) / 4
    left, top, width, height = 8.0, 8.0, 584.0, 150.0
    placed = [(left + x, top + y) for x, y in _placed(points, width, height, low, high)]
    parts = [
        format_html(
            '<line x1="{}" y1="{}" x2="{}" y2="{}" class="drawn-axis"/>',
            *(_coordinate(number) for number in (left, top + height, left + width, top + height)),
        ),
        format_html(
            '<polyline class="drawn-line" points="{}"/>',
            " ".join(f"{_coordinate(x)},{_coordinate(y)}" for x, y in placed),
        ),
        format_html_join(
            "",
            '<circle class="drawn-point" cx="{}" cy="{}" r="4"><title>{}: {}</title></circle>',
            (
                (_coordinate(x), _coordinate(y), point.on.isoformat(), point.words)
                for (x, y), point in zip(placed, points, strict=True)
            ),
        ),
    ]
    if target is not None:
        y = top + height * float((high - target) / (high - low))
        parts.append(
            format_html(
                '<line class="drawn-target" x1="{}" y1="{}" x2="{}" y2="{}"/>',
                *(_coordinate(number) for number in (left, y, left + width, y)),
            )
        )
    drawn = format_html_join("", "{}", ((part,) for part in parts))
    return format_html('<svg class="drawn" viewBox="0 0 600 166" role="img" aria-label="{}">{}</svg>', label, drawn)


@register.simple_tag
def bar(value: Fraction | None, most: Fraction | None) -> SafeString:
    """A bar beside a number in a table, as long as its share of the largest; nothing for no value or one below 0."""
    if value is None or not most or value < 0:
        return mark_safe("")
    return format_html(
        '<svg class="drawn-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect width="{}" height="8"/></svg>',
        _coordinate(float(100 * value / most)),
    )
