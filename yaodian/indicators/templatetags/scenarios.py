"""How the what-if pages show a standing, a turn and an exact number."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.engines import rules
from yaodian.foundation.templatetags.interface import STATUS_ICONS
from yaodian.indicators.models import Verdict

register = template.Library()

STANDINGS: Mapping[str, tuple[str, Promise | str]] = {
    Verdict.MEETS: ("good", Verdict.MEETS.label),
    Verdict.FAILS: ("wrong", Verdict.FAILS.label),
    Verdict.UNDECIDED: ("attention", Verdict.UNDECIDED.label),
    "": ("off", _("没有")),
}
TURNED: Mapping[str, tuple[str, Promise]] = {
    "better": ("good", _("变好")),
    "worse": ("wrong", _("变差")),
    "same": ("neutral", _("不变")),
    "new": ("running", _("新增")),
    "gone": ("off", _("不再有")),
}


@lru_cache(maxsize=64)
def _badge(kind: str, label: str) -> SafeString:
    """A page has thousands of a few different badges, so each is rendered once; `label` is in the page's language."""
    context = {"kind": kind, "label": label, "icon": STATUS_ICONS[kind]}
    return render_to_string("foundation/status.html", context)


@register.simple_tag
def standing(word: str) -> SafeString:
    """The badge of a verdict; of nothing where there was nothing to stand."""
    kind, label = STANDINGS[word]
    return _badge(kind, str(label))


@register.simple_tag
def turned(word: str) -> SafeString:
    """The badge of how something turned; takes a word of TURNED."""
    kind, label = TURNED[word]
    return _badge(kind, str(label))


@register.filter
def money(amount: Any) -> str:
    """An exact amount of yuan, grouped by thousands; fen are shown only where there are any."""
    if not isinstance(amount, Fraction):
        return gettext("没有单价，不能计算")
    whole, _point, rest = rules.shown(amount, 2).partition(".")
    sign, digits = ("≈", whole[1:]) if whole.startswith("≈") else ("", whole)
    return f"{sign}{int(digits):,}" + (f".{rest}" if rest else "")
