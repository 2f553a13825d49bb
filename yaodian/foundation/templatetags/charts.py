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


@dataclass(frozen=True)
class Bar:
    """A name and a value, and the words that name the value."""

    name: str
    value: Fraction
    words: str
    url: str = ""


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
def line_chart(
    points: Sequence[Point], label: str, target: Fraction | None = None, target_words: str = ""
) -> SafeString:
    """Values over time, the first and last day and the lowest and highest value named; a dashed line for a target."""
    if not points:
        return mark_safe("")
    values = [point.value for point in points]
    low, high = min(values), max(values)
    if target is not None:
        low, high = min(low, target), max(high, target)
    if low == high:
        low, high = low - 1, high + 1
    left, top, width, height = 8.0, 14.0, 584.0, 150.0
    placed = [(left + x, top + y) for x, y in _placed(points, width, height, low, high)]
    parts = [
        format_html(
            '<line x1="{}" y1="{}" x2="{}" y2="{}" class="chart-axis"/>',
            *(_coordinate(n) for n in (left, top + height, left + width, top + height)),
        ),
        format_html(
            '<polyline class="chart-line" points="{}"/>',
            " ".join(f"{_coordinate(x)},{_coordinate(y)}" for x, y in placed),
        ),
        format_html_join(
            "",
            '<circle class="chart-point" cx="{}" cy="{}" r="3"><title>{}: {}</title></circle>',
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
                '<line class="chart-target" x1="{}" y1="{}" x2="{}" y2="{}"/><text class="chart-words" x="{}" y="{}">{}</text>',
                *(_coordinate(n) for n in (left, y, left + width, y, left, y - 4)),
                target_words,
            )
        )
    x, y = placed[-1]
    parts.append(
        format_html(
            '<text class="chart-words chart-strong" x="{}" y="{}" text-anchor="end">{}</text>',
            _coordinate(x),
            _coordinate(max(y - 7, 10)),
            points[-1].words,
        )
    )
    parts.append(
        format_html(
            '<text class="chart-words" x="{}" y="186">{}</text><text class="chart-words" x="{}" y="186" text-anchor="end">{}</text>',
            _coordinate(left),
            points[0].on.isoformat(),
            _coordinate(left + width),
            points[-1].on.isoformat(),
        )
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 600 192" role="img" aria-label="{}">{}</svg>',
        label,
        mark_safe("".join(parts)),  # noqa: S308 - Parts are made by format_html.
    )


@register.simple_tag
def bar_chart(bars: Sequence[Bar], label: str) -> SafeString:
    """One bar for each name, the longest as wide as the picture; values below 0 are drawn as 0."""
    if not bars:
        return mark_safe("")
    most = max((bar.value for bar in bars), default=Fraction(0)) or Fraction(1)
    rows = [
        format_html(
            '<text class="chart-words" x="0" y="{}">{}</text>'
            '<rect class="chart-bar" x="0" y="{}" width="{}" height="10"/>'
            '<text class="chart-words" x="596" y="{}" text-anchor="end">{}</text>',
            _coordinate(34 * row + 14),
            bar.name,
            _coordinate(34 * row + 19),
            _coordinate(max(0.0, 600 * float(bar.value / most))),
            _coordinate(34 * row + 14),
            bar.words,
        )
        for row, bar in enumerate(bars)
    ]
    return format_html(
        '<svg class="chart" viewBox="0 0 600 {}" role="img" aria-label="{}">{}</svg>',
        34 * len(bars) + 4,
        label,
        mark_safe("".join(rows)),  # noqa: S308 - Rows are made by format_html.
    )
