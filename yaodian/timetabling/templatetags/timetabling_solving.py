"""The course of a search as a small picture: what is missed over the seconds, in steps. And the addresses of pages that may be missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yaodian.foundation.charting import scale, tick_words
from yaodian.foundation.drawing import NARROW, WIDE, Drawing

register = template.Library()

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 170.0, 56.0, 12.0, 12.0, 26.0
# Lines of the table; the first and the last of them all are among them.
MOST_ROWS = 40


@dataclass(frozen=True)
class Course:
    """What is drawn: places of (seconds, value), the latest last, and what the value is."""

    title: str
    places: tuple[tuple[float, int], ...]
    bound: int | None


def course_of(steps: Sequence[Sequence[float]], spent: float, bound: int | None) -> Course | None:
    """The optional cost from the first valid timetable on; before there is one, what must hold and does not. None where there is nothing to draw."""
    valid = [(float(at), int(optional)) for at, required, optional in steps if required == 0]
    if valid:
        title, places, limit = _("代价"), valid, bound
    else:
        title = _("必须满足而没有满足")
        places, limit = [(float(at), int(required)) for at, required, _optional in steps], None
    if not places:
        return None
    last = max(spent, places[-1][0])
    return Course(title, (*places, (last, places[-1][1])), limit)


@register.simple_tag
def cost_course(steps: Sequence[Sequence[float]], spent: float, bound: int | None) -> SafeString:
    """The picture, once for a screen and once for a telephone; nothing before the first step."""
    course = course_of(steps, spent, bound)
    return (
        SafeString() if course is None else _drawn(course, WIDE, "drawn-wide") + _drawn(course, NARROW, "drawn-narrow")
    )


@register.simple_tag
def cost_rows(steps: Sequence[Sequence[float]]) -> list[tuple[str, int, int]]:
    """The same in figures: seconds, what must hold and does not, cost; evenly thinned out where there are many."""
    every = max(1, -(-len(steps) // MOST_ROWS))
    kept = [one for place, one in enumerate(steps) if place % every == 0 or place == len(steps) - 1]
    return [(f"{float(at):.1f}", int(required), int(optional)) for at, required, optional in kept]


def _drawn(course: Course, width: int, look: str) -> SafeString:
    drawing = Drawing(width, HEIGHT)
    values = [Fraction(value) for _at, value in course.places]
    low = Fraction(course.bound) if course.bound is not None else min(values)
    # A course far above 0 would look level, and one step alone has no height of its own.
    if low <= max(values) / 2 or min(values) == max(values):
        low = Fraction(0)
    ticks = scale(min(low, min(values)), max(values), most=4, is_whole=True)
    bottom, right = HEIGHT - BOTTOM, width - RIGHT
    whole = course.places[-1][0] or 1.0

    def x_of(seconds: float) -> float:
        return LEFT + (right - LEFT) * seconds / whole

    def y_of(value: Fraction) -> float:
        return bottom - (bottom - TOP) * float((value - ticks[0]) / (ticks[-1] - ticks[0]))

    for tick in ticks:
        drawing.line(LEFT, y_of(tick), right, y_of(tick), "drawn-axis" if tick == ticks[0] else "drawn-grid")
        drawing.words(LEFT - 6, y_of(tick) + 4, tick_words(tick, ticks), "drawn-soft", "end")
    drawing.words(LEFT, HEIGHT - 8, "0", "drawn-soft", "middle")
    drawing.words(right, HEIGHT - 8, _("%(count)s 秒") % {"count": round(whole)}, "drawn-soft", "end")
    line: list[tuple[float, float]] = []
    for (at, value), following in zip(course.places, (*course.places[1:], None), strict=True):
        line.append((x_of(at), y_of(Fraction(value))))
        if following is not None:
            # A cost holds until the next better one.
            line.append((x_of(following[0]), y_of(Fraction(value))))
    drawing.path(line, "series-0", course.title)
    if course.bound is not None and ticks[0] <= course.bound:
        drawing.line(LEFT, y_of(Fraction(course.bound)), right, y_of(Fraction(course.bound)), "drawn-limit")
        drawing.words(right, y_of(Fraction(course.bound)) - 4, _("下界 %(bound)s") % {"bound": course.bound}, "drawn-limit-words", "end")  # fmt: skip
    first, last = course.places[0], course.places[-1]
    said = _("%(title)s：%(from)s 秒 %(first)s → %(until)s 秒 %(last)s") % {
        "title": course.title, "from": round(first[0]), "first": first[1], "until": round(last[0]), "last": last[1],
    }  # fmt: skip
    return drawing.svg(said, look)


@register.simple_tag
def url_if_any(name: str, *arguments: str) -> str:
    """An address, empty where the page is not there."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
