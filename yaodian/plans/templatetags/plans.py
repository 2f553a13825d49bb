"""How a plan's text and values are set on a page. Written in Python where a template would be slow: a plan has hundreds of marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from yaodian.foundation.icons import PATHS
from yaodian.plans.models import Clause, PlanWarning, Target
from yaodian.plans.problem import value_text, warning_text
from yaodian.plans.queries import Segment, TextLine

register = template.Library()

# Status badges of the design system for the states of a plan and of an item.
PLAN_STATUS: Mapping[str, str] = {
    "reading": "running",
    "failed": "wrong",
    "review": "attention",
    "submitted": "waiting",
    "published": "good",
    "withdrawn": "off",
}
# What each kind is called on narrow rows and in the legend is its label; this is its drawing.
KIND_ICONS: Mapping[str, str] = {
    "clause": "list",
    "target": "target",
    "deadline": "clock",
    "responsibility": "building",
    "policy": "book",
    "system": "system",
    "warning": "alert",
    "header": "document",
    "plan": "document",
}
_BEFORE_HEADING = 12


@register.filter
def plan_status(state: str) -> str:
    """The kind of badge that a plan's state wears."""
    return PLAN_STATUS[state]


@register.filter
def kind_icon(kind: str) -> str:
    """The drawing of a kind of item."""
    return KIND_ICONS[str(kind)]


@register.simple_tag
def glyph(name: str) -> SafeString:
    """A drawing from the sheet that the page carries once (`plans/_glyphs.html`); rows use it to stay small."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="#glyph-{}"/></svg>', name)


@register.filter
def value_of(target: Target) -> str:
    """A target's value with sign and unit: ≥99%."""
    return value_text(target)


@register.filter
def day_words(day: date | None) -> str:
    """A day as the office writes it: 2026年9月30日; in English 2026-09-30."""
    if day is None:
        return ""
    if (get_language() or "").startswith("en"):
        return day.isoformat()
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """`mapping|lookup:key`, None where there is no such key."""
    return mapping.get(key)


@register.filter
def percent(share: float) -> str:
    """0.62 → 62%."""
    return f"{round(share * 100)}%"


@register.filter
def file_size(size: int) -> str:
    """Bytes in words of at most four characters and a unit."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


@register.simple_tag
def document_line(line: TextLine, states: Mapping[str, str], prefix: str = "mark-") -> SafeString:
    """One line of the document with its marks. Its text is exactly the plan's, so that a selection can be counted.

    ``states`` maps refs to the class that says how sure an item is. The number and heading of a clause stand out.
    """
    head_end = heading_end(line) if line.clause else line.start
    css = "line" + (f" is-head level-{min(line.clause.level, 4)}" if line.clause else "")
    inside = mark_safe("".join(_pieces(line.segments, states, prefix, head_end, line.start)))  # noqa: S308  # Each piece is escaped.
    return format_html('<p class="{}" data-start="{}">{}</p>', css, line.start, inside)


@register.simple_tag
def marked_text(segments: Iterable[Segment], prefix: str = "") -> SafeString:
    """The body of a clause on the public page; each item's first words carry its id, so that a link leads to them."""
    seen: set[str] = set()
    parts: list[SafeString] = []
    for segment in segments:
        fresh = [ref for ref in segment.refs if ref not in seen]
        seen.update(fresh)
        parts.append(_piece(segment.text, segment.refs, segment.kinds, {}, [f"{prefix}{ref}" for ref in fresh]))
    return mark_safe("".join(parts))  # noqa: S308  # Each piece is escaped.


def heading_end(line: TextLine) -> int:
    """Where number and heading of the clause that begins in a line end, in characters of the plan's text."""
    clause: Clause | None = line.clause
    if clause is None:
        return line.start
    text = "".join(segment.text for segment in line.segments)
    at = text.find(clause.heading) if clause.heading else -1
    if 0 <= at <= len(clause.number) + _BEFORE_HEADING:
        return line.start + at + len(clause.heading)
    at = text.find(clause.number)
    if 0 <= at <= _BEFORE_HEADING:
        end = at + len(clause.number)
        while end < len(text) and text[end] in "、.．)）】 \u3000":
            end += 1
        return line.start + end
    return line.start


def _pieces(
    segments: Iterable[Segment], states: Mapping[str, str], prefix: str, head_end: int, start: int
) -> Iterable[SafeString]:
    """The segments of a line, cut once more where the heading ends; an item gets its id where its words begin."""
    for segment in segments:
        cut = head_end - segment.start
        parts = (
            [(segment.text[:cut], True), (segment.text[cut:], False)]
            if 0 < cut < len(segment.text)
            else [(segment.text, segment.start < head_end)]
        )
        ids = [f"{prefix}{ref}" for ref in segment.refs if states.get(f"start:{ref}") == str(segment.start)]
        for text, is_heading in parts:
            piece = _piece(text, segment.refs, segment.kinds, states, ids)
            yield format_html('<b class="heading">{}</b>', piece) if is_heading else piece
            ids = []


def _piece(
    text: str, refs: tuple[str, ...], kinds: tuple[str, ...], states: Mapping[str, str], ids: list[str]
) -> SafeString:
    if not refs:
        return conditional_escape(text)
    css = " ".join(["m", *(f"m-{kind}" for kind in kinds), *dict.fromkeys(states.get(ref, "") for ref in refs)]).strip()
    anchors = format_html_join("", '<span id="{}" class="anchor"></span>', ((name,) for name in ids[1:]))
    if ids:
        return format_html(
            '{}<mark id="{}" class="{}" data-refs="{}">{}</mark>', anchors, ids[0], css, " ".join(refs), text
        )
    return format_html('<mark class="{}" data-refs="{}">{}</mark>', css, " ".join(refs), text)


_SHEET = ("check", "cross", "edit", "undo", "history", "dots", "check-circle", "alert", "user", *KIND_ICONS.values())


@register.simple_tag
def glyph_sheet() -> SafeString:
    """The drawings that `glyph` refers to, once for the page."""
    symbols = format_html_join(
        "",
        '<symbol id="glyph-{}" viewBox="0 0 24 24"><path d="{}"/></symbol>',
        ((name, PATHS[name]) for name in dict.fromkeys(_SHEET)),
    )
    return format_html('<svg class="glyphs" aria-hidden="true" width="0" height="0">{}</svg>', symbols)


@register.filter
def reader_value(target: Any) -> str:
    """The value of a target of the reader's own plan, as in a comparison, with sign and unit."""
    return value_text(
        Target(comparator=target.comparator, value=target.value, value_max=target.value_max, unit=target.unit or "")
    )


@register.filter
def once_each(items: Iterable[Any]) -> list[Any]:
    """The first of the items of each name: a clause that names a policy twice shows it once."""
    return list({item.name: item for item in reversed(list(items))}.values())[::-1]


@register.filter
def warning_words(warning: PlanWarning) -> str:
    """The sentence of a warning in the language of the page."""
    return warning_text(warning, language=get_language() or "zh-hans")
