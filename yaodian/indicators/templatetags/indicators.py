"""What pages say of verdicts and values: as a badge, in words, as printed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.engines import rules
from yaodian.indicators.models import Verdict
from yaodian.indicators.queries import shown
from yaodian.statutes.verdicts import PARTS

register = template.Library()

# The kinds of the design system's badge.
KINDS: Mapping[str, str] = {Verdict.MEETS: "good", Verdict.FAILS: "wrong", Verdict.UNDECIDED: "attention"}
STAGES: Mapping[str, Promise] = {"primary": _("小学"), "junior": _("初中"), "preschool": _("学前")}


@register.filter
def verdict_kind(verdict: str) -> str:
    """The badge of a verdict."""
    return KINDS.get(verdict, "off")


@register.filter
def verdict_words(verdict: str) -> str:
    """A verdict in words."""
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict


@register.filter
def stage_words(stage: str) -> str:
    """A stage, or another part of a county's figures, in words."""
    return str(STAGES.get(stage) or PARTS.get(stage, stage))


@register.filter
def number_shown(text: str) -> str:
    """An exact value, kept as the text of a fraction, as printed; nothing where there is none."""
    return rules.shown(Fraction(text)) if text else ""


@register.filter
def whole_shown(text: str) -> str:
    """What is needed, without a sign: the words beside it say whether it is too little or too much."""
    return rules.shown(abs(Fraction(text))) if text else ""


@register.simple_tag
def value_shown(value: Any, unit: str) -> str:
    """A result's value with its unit."""
    return shown(value, unit)
