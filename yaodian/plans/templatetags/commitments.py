"""How commitments are shown: the badge of a light and of a state, a weight without needless zeros, an amendment in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from yaodian.plans.models import Amendment
from yaodian.plans.problem import number_text

register = template.Library()

LIGHTS: Mapping[str, str] = {"red": "wrong", "amber": "attention", "green": "good", "grey": "neutral"}
STATES: Mapping[str, str] = {"proposed": "waiting", "accepted": "good", "merged": "off", "dropped": "off"}


@register.filter
def light_kind(light: str) -> str:
    """The kind of badge of a light: colour and shape."""
    return LIGHTS[str(light)]


@register.filter
def commitment_kind(state: str) -> str:
    """The kind of badge of a commitment's state."""
    return STATES[state]


@register.filter
def plain_weight(weight: Decimal) -> str:
    """1.00 → 1, 2.50 → 2.5."""
    return format(weight.normalize(), "f")


@register.filter
def amendment_words(amendment: Amendment) -> str:
    """What an amendment changed, from what to what."""
    before, after = amendment.before, amendment.after
    if amendment.field == "due_on":
        return _("期限：%(before)s → %(after)s") % {
            "before": before["due_on"] or _("待定"),
            "after": after["due_on"] or _("待定"),
        }
    subject = amendment.target.subject if amendment.target else _("目标")
    return _("%(subject)s：%(before)s → %(after)s") % {
        "subject": subject,
        "before": _range(before),
        "after": _range(after),
    }


def _range(values: Mapping[str, object]) -> str:
    ends = [float(str(values[name])) for name in ("value", "value_max") if values.get(name) is not None]
    return "–".join(number_text(end) for end in ends) + str(values.get("unit") or "")
