"""How verification shows states and hints: by the kinds of the design system's badges."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

_KINDS = {
    "submitted": "waiting",
    "returned": "attention",
    "verified": "good",
    "refused": "wrong",
    "withdrawn": "off",
    "draft": "neutral",
    "verify": "good",
    "return": "attention",
    "refuse": "wrong",
    "planned": "neutral",
    "open": "running",
    "checking": "waiting",
}


@register.filter
def checked_kind(code: str) -> str:
    """The badge of a state or a verdict."""
    return _KINDS.get(code, "good")


@register.filter
def hint_words(code: str) -> str:
    """A warning of the queue in few words."""
    return {
        "objection": _("有异议"),
        "child": _("同一儿童另有申请"),
        "phone": _("电话多次出现"),
        "guardian": _("监护人多次出现"),
    }.get(code, code)


@register.filter
def why_not(code: str) -> str:
    """Why somebody cannot take a seat at an application."""
    return {
        "intake": _("这次招生不在核验期间。"),
        "state": _("这份申请不在等待核验。"),
        "own": _("这是您自己家的申请，须由他人核验。"),
        "looked": _("您已核验过这份申请，等待另一位同事。"),
    }.get(code, "")
