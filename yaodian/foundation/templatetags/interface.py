"""Template tags of the design system; built in, so that no template needs `{% load %}` for them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.core.paginator import Page, Paginator
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yaodian.foundation import jobs
from yaodian.foundation.icons import PATHS

register = template.Library()

# Each kind differs in colour, in the icon's shape and in its words; no meaning hangs on colour alone.
STATUS_ICONS: Mapping[str, str] = {
    "neutral": "circle",
    "running": "clock",
    "waiting": "flag",
    "good": "check-circle",
    "attention": "alert",
    "wrong": "cross-circle",
    "off": "ban",
}

# The states of jobs, so that any page may show one.
JOB_STATUS: Mapping[str, str] = {
    "queued": "neutral",
    "running": "running",
    "done": "good",
    "failed": "wrong",
    "cancelled": "off",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline drawing; silent for screen readers unless it has a label. Raises KeyError for an unknown name."""
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}"><path d="{}"/></svg>', label, PATHS[name]
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', PATHS[name]
    )


@register.filter
def in_eights(fingerprint: str) -> str:
    """A fingerprint in groups of eight, so that two people can compare it aloud."""
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


@register.inclusion_tag("foundation/status.html")
def status(kind: str, label: str) -> dict[str, str]:
    """A badge: one of the kinds of STATUS_ICONS, and its words."""
    return {"kind": kind, "label": label, "icon": STATUS_ICONS[kind]}


@register.inclusion_tag("foundation/status.html")
def job_status(job: Any) -> dict[str, str]:
    """The badge of a background job."""
    kind = JOB_STATUS[job.state]
    return {"kind": kind, "label": job.get_state_display(), "icon": STATUS_ICONS[kind]}


@register.filter
def job_title(code: str) -> str:
    """What people call the background jobs of a code."""
    return jobs.title_of(code)


@register.filter
def waited(length: timedelta) -> str:
    """A length of time in its largest unit: seconds, minutes, hours or days."""
    seconds = max(0, int(length.total_seconds()))
    for size, words in (
        (86_400, _("%(count)d 天")),
        (3_600, _("%(count)d 小时")),
        (60, _("%(count)d 分钟")),
    ):
        if seconds >= 2 * size:
            return words % {"count": seconds // size}
    return _("%(count)d 秒") % {"count": seconds}


@register.inclusion_tag("foundation/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form field with its label, help and errors, tied together for screen readers."""
    return {"field": bound, "hint": hint}


@register.filter
def widget(bound: BoundField) -> SafeString:
    """The field's control with the classes of the design system."""
    control = bound.field.widget
    if isinstance(control, CheckboxSelectMultiple | RadioSelect):
        # Django would put the class on the list round the choices as well; the style sheet finds them by `.choices`.
        return bound.as_widget()
    if isinstance(control, CheckboxInput):
        css = "form-check-input"
    elif isinstance(control, Select):
        css = "form-select"
    else:
        css = "form-control"
    own = str(control.attrs.get("class", ""))
    if bound.errors:
        css += " is-invalid"
    return bound.as_widget(attrs={"class": f"{own} {css}".strip()})


@register.filter
def is_single_checkbox(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, CheckboxInput)


@register.filter
def is_group(bound: BoundField) -> bool:
    """Whether the field consists of several controls and needs a fieldset."""
    return bool(bound.use_fieldset)


@register.filter
def is_file(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, FileInput)


@register.inclusion_tag("foundation/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, label: str = "") -> dict[str, Any]:
    """Links to the pages of a list, keeping the other parameters of the address; `label` where there are two lists.

    Takes a page of Django's paginator, or anything with `number`, `size` and `total`.
    """
    if not isinstance(page, Page):
        page = Paginator(range(page.total), page.size).get_page(page.number)
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {
        "request": context["request"],
        "page": page,
        "numbers": numbers,
        "gap": page.paginator.ELLIPSIS,
        "label": label or _("分页"),
    }


@register.inclusion_tag("foundation/empty.html")
def empty_state(
    title: str, sentence: str = "", url: str = "", action: str = "", drawing: str = "document"
) -> dict[str, str]:
    """What stands where there is nothing yet: what is missing, and the first step."""
    return {"title": title, "sentence": sentence, "url": url, "action": action, "drawing": drawing}


@register.inclusion_tag("foundation/progress.html")
def progress(job: Any) -> dict[str, Any]:
    """How far a background job is: a bar, the same in words, and its note."""
    return {"job": job}
