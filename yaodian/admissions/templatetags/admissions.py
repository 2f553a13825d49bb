"""How states of admissions are shown."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

_KINDS: Mapping[str, str] = {
    "planned": "neutral",
    "open": "running",
    "checking": "running",
    "checked": "waiting",
    "promised": "waiting",
    "drawn": "waiting",
    "placed": "waiting",
    "published": "good",
    "ended": "off",
    "abandoned": "off",
    "queued": "running",
    "done": "good",
    "failed": "wrong",
    "opened": "good",
    "dropped": "off",
    "void": "off",
    "filed": "waiting",
    "upheld": "good",
    "dismissed": "neutral",
    "offered": "waiting",
    "accepted": "good",
    "declined": "off",
    "lapsed": "wrong",
    "replaced": "neutral",
    "draft": "neutral",
    "submitted": "running",
    "returned": "attention",
    "verified": "good",
    "refused": "wrong",
    "withdrawn": "off",
    "announced": "good",
    "closed": "off",
    "loaded": "waiting",
}
_TALLIES = {
    "placed": _("有学位"),
    "unplaced": _("没有学位"),
    "overflow": _("统筹安排"),
    "quota": _("按保留名额"),
    "public": _("公办就读率"),
    "nearby": _("就近入学率"),
    "drawn": _("由抽签决定"),
    "empty": _("空余学位"),
    "gain": _("比公布的规则更好"),
    "lose": _("比公布的规则更差"),
}


@register.filter
def state_kind(state: str) -> str:
    """The badge of a state of an intake, an application, a run, a place or an appeal."""
    return _KINDS[state]


@register.filter
def tally_label(name: str) -> str:
    """What a tally of a run counts."""
    if name.startswith("wish-"):
        return str(_("第 %(wish)s 志愿")) % {"wish": name.removeprefix("wish-")}
    return str(_TALLIES.get(name, name))


FEW = 5


@register.filter
def few(count: int) -> str:
    """A number of children; below five it says no more than that, lest one be recognised."""
    return f"<{FEW}" if 0 < count < FEW else str(count)


@register.simple_tag
def few_of(count: int, of: int) -> str:
    """The same with its share in per cent, where neither says more than it should."""
    if not of or 0 < count < FEW or 0 < of - count < FEW:
        return few(count)
    return f"{count} · {100 * count / of:.1f}%"
