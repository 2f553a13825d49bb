"""The chart of days of a plan's commitments (Gantt): one bar each from the plan's day to its own, milestones on it."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from yaodian.foundation.drawing import Drawing
from yaodian.plans.queries.commitments import CommitmentsPage

WIDE, NARROW = 1320, 340
LINE, HEAD = 24, 44
_MARKS = {"red": "×", "amber": "!", "green": "✓", "grey": "·"}


def draw_timeline(page: CommitmentsPage, *, is_narrow: bool) -> SafeString | None:
    """The picture, or None where nothing is in force. The light is told by colour, hatching and a sign."""
    rows = [row for row in page.in_force if row.commitment.due_on]
    if not rows:
        return None
    first = _first_of(page)
    last = _last_of(page, sorted(row.commitment.due_on for row in rows if row.commitment.due_on))
    months = _months(min(first, *(row.commitment.due_on for row in rows if row.commitment.due_on)), last)
    width, label = (NARROW, 130) if is_narrow else (WIDE, 380)
    drawing = Drawing(width)
    begin = date(*months[0], 1)
    after = months[-1]
    end = date(after[0] + after[1] // 12, after[1] % 12 + 1, 1)
    room = width - label - 12

    def at(day: date) -> float:
        share = (min(max(day, begin), end) - begin).days / (end - begin).days
        return label + share * room

    height = HEAD + LINE * len(rows) + 8
    step = max(1, -(-len(months) // (6 if is_narrow else 14)))
    for place, (year, month) in enumerate(months):
        x = at(date(year, month, 1))
        drawing.line(x, HEAD - 6, x, height - 4, "drawn-grid")
        if place % step == 0:
            words = f"{month}" if is_narrow else _("%(month)s月") % {"month": month}
            drawing.words(x + 2, 14, words if month != 1 and place else f"{year}.{month}", "drawn-soft drawn-number")
    for place, row in enumerate(rows):
        one = row.commitment
        assert one.due_on is not None
        y = HEAD + LINE * place
        light = str(row.standing.light)
        told = f"{one.text} · {one.due_on} · {row.standing.label}：{row.standing.reason}"
        stop = max(at(one.due_on), at(first) + 3)
        drawing.rectangle(at(first), y + 5, stop - at(first), LINE - 12, f"day-bar day-{light}", told)
        for stop_line in row.stops:
            if begin <= stop_line.due_on <= end:
                drawing.mark(
                    at(stop_line.due_on),
                    y + LINE / 2 - 1,
                    f"day-mark day-{light}",
                    f"{stop_line.due_on} {stop_line.label}" + (f"：{_('已达到')}" if stop_line.reached else ""),
                )
        # What ends beyond the edge says when.
        beyond = f" →{one.due_on.year}" if one.due_on > end else ""
        words = one.text if len(one.text) <= (9 if is_narrow else 28) else one.text[: 8 if is_narrow else 27] + "…"
        drawing.texts.append(
            format_html(
                '<a href="{}"><text x="4" y="{}" class="drawn-words">{}{} {}<title>{}</title></text></a>',
                reverse("plans:commitment", args=(page.plan.public_id, one.pk)),
                f"{y + LINE / 2 + 4:.1f}",
                _MARKS[light],
                beyond,
                words,
                told,
            )
        )
    if begin <= page.today <= end:
        x = at(page.today)
        drawing.line(x, HEAD - 8, x, height - 4, "drawn-limit")
        drawing.words(min(x, width - 24), HEAD - 12, _("今天"), "drawn-limit-words", "middle")
    drawing.height = height
    title = _("%(plan)s：%(count)s 项任务的时间安排") % {"plan": page.plan.title, "count": len(rows)}
    picture = drawing.svg(title, "drawn-narrow" if is_narrow else "drawn-wide")
    # A picture with links in it is a group, not an image; every piece of it has been escaped.
    return mark_safe(picture.replace('role="img"', 'role="group"', 1))  # noqa: S308


def _first_of(page: CommitmentsPage) -> date:
    """The day of the plan: when it was written, in its own year."""
    plan = page.plan
    if plan.written_on and plan.written_on.year == plan.year:
        return plan.written_on
    return date(plan.year or page.today.year, 1, 1)


def _last_of(page: CommitmentsPage, days: list[date]) -> date:
    """Where the axis ends: with the plan's year where three quarters of the days lie in it, so that one promise for 2030
    does not squeeze all others into a corner."""
    year_end = date(page.plan.year or page.today.year, 12, 31)
    return year_end if days[-1] > year_end >= days[len(days) * 3 // 4] else days[-1]


def _months(first: date, last: date) -> list[tuple[int, int]]:
    """Year and month from the first to the last, sixty at most."""
    start = first.year * 12 + first.month - 1
    stop = min(last.year * 12 + last.month - 1, start + 59)
    return [(number // 12, number % 12 + 1) for number in range(start, stop + 1)]
