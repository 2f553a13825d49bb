"""Which measure a promise may mean: by the words it uses, its unit and what it asks.

1. The words are compared without blanks, punctuation, figures, and words of place and of effort. A share is named by its
   subject; what is counted also by the verb before it, so the words of the whole passage count: 督评幼儿园 is no
   new kindergarten.
2. Each alias is laid over the words: all of both is 1; an alias inside longer words loses by what is left over,
   and words that share most pairs of characters (Dice) are worth a little less.
3. The printed unit must be one of the measure's kind: a share is in per cent, schools are 所 or 个.
4. A stage or an owner in the words chooses among the measure's stages and filters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.foundation.measuring import Kind, Measure, measures, plain_words

LEAST = 0.62
STRONG = 0.8
MOST_PROPOSED = 3

_FIGURES = re.compile(r"[0-9]+(\.[0-9]+)?[%‰]?|[一二三四五六七八九十百千两]+(?=[所个人名间次项台册])")
_DATES = re.compile(r"([0-9]{4}年)?([0-9]{1,2}月)?(底|末|初)?(前|之前)?")
_EMPTY_WORDS = re.compile(
    "全市|全县|全区|全省|本市|本区|我市|我区|我县|城乡|力争|争取|努力|确保|进一步|持续|不断|稳步|继续|提升|提高|实现|达到|保持|不低于|不少于|"
    "以上|以下|左右|年底|年内|到|达|新增加|全年|推动|的|为|在|约"
)
_STAGE_WORDS: tuple[tuple[str, str], ...] = (
    ("幼儿园", "preschool"),
    ("学前", "preschool"),
    ("在园", "preschool"),
    ("义务教育", "compulsory"),
    ("小学", "primary"),
    ("初中", "junior"),
    ("高中", "senior"),
    ("中职", "vocational"),
    ("特殊教育", "special"),
)
_FILTER_WORDS: tuple[tuple[str, str], ...] = (
    ("普惠性民办", "inclusive"),
    ("公办", "public"),
    ("民办", "private"),
    ("农村", "rural"),
    ("乡村", "rural"),
    ("城区", "urban"),
)
# What a printed unit may stand for, by the unit of the measure.
_UNITS: Mapping[str, frozenset[str]] = {
    "%": frozenset({"%", "％", "个百分点", "百分点"}),
    "所": frozenset({"所", "个", "家", "处", ""}),
    "人": frozenset({"人", "名", "个", ""}),
    "个": frozenset({"个", "班", "个班", ""}),
    "平方米": frozenset({"平方米", "㎡", "万平方米"}),
    "台": frozenset({"台", ""}),
    "册": frozenset({"册", "本", ""}),
    ":1": frozenset({":1", "：1", ""}),
}


@dataclass(frozen=True)
class Proposal:
    """A measure that a promise may mean, with its stage and filter, a score from 0 to 1, and the reason for it."""

    measure: Measure
    stage: str
    narrowed: str
    score: float
    reason: str

    @property
    def percent(self) -> int:
        return round(self.score * 100)


def unit_fits(measure: Measure, unit: str) -> bool:
    """Whether a printed unit can stand for a measure's."""
    return unit in _UNITS.get(measure.unit, frozenset({measure.unit}))


def essence(words: str) -> str:
    """Words as they are compared and remembered: without figures, days, places and words of effort."""
    text = _FIGURES.sub("", _DATES.sub("", plain_words(words)))
    return _EMPTY_WORDS.sub("", text).rstrip("所个人名项次%间台册")


def key_of(*, subject: str, quote: str, unit: str) -> str:
    """Under what a decision is remembered: the subject of a share, the whole passage of what is counted."""
    words = essence(subject) if unit in _UNITS["%"] else essence(quote) or essence(subject)
    return f"{words or plain_words(subject)}|{'%' if unit in _UNITS['%'] else unit}"[:200]


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset({text})


def _likeness(alias: str, words: str) -> float:
    """From 0 to 1, see step 2."""
    if not alias or not words:
        return 0.0
    if alias == words:
        return 1.0
    if alias in words:
        return 0.95 * len(alias) / len(words) if len(alias) < len(words) else 1.0
    if len(words) >= 3 and words in alias:
        return 0.9 * len(words) / len(alias)
    one, other = _pairs(alias), _pairs(words)
    return 0.9 * 2 * len(one & other) / (len(one) + len(other))


def propose(*, subject: str, quote: str, unit: str, comparator: str) -> tuple[Proposal, ...]:
    """The measures a promise may mean, the likeliest first; none where nothing comes near. No query."""
    is_share = unit in _UNITS["%"]
    said = plain_words(quote) + plain_words(subject)
    found: list[Proposal] = []
    for measure in measures().values():
        if not unit_fits(measure, unit):
            continue
        words = essence(subject) if is_share else essence(quote)
        scored = [
            (max(_likeness(essence(alias), words), _likeness(plain_words(alias), words)), alias)
            for alias in (*measure.aliases, _label(measure))
        ]
        score, alias = max(scored)
        if not is_share and comparator == "change" and measure.kind is Kind.FLOW:
            score *= 0.8
        if score < LEAST:
            continue
        stage, narrowed = _stage_in(measure, said), _filter_in(measure, said)
        found.append(Proposal(measure, stage, narrowed, min(score, 1.0), _reason(measure, alias, score, unit)))
    found.sort(key=lambda one: (-one.score, one.measure.code))
    return tuple(found[:MOST_PROPOSED])


def _label(measure: Measure) -> str:
    """The Chinese label whatever language is shown: promises are in Chinese."""
    with override("zh-hans"):
        return str(measure.label)


def _stage_in(measure: Measure, said: str) -> str:
    for word, stage in _STAGE_WORDS:
        if word in said and stage in measure.stages:
            return stage
    return measure.default_stage


def _filter_in(measure: Measure, said: str) -> str:
    for word, narrowed in _FILTER_WORDS:
        if word in said and narrowed in measure.filters and not any(word in alias for alias in measure.aliases[:1]):
            return narrowed
    return ""


def _reason(measure: Measure, alias: str, score: float, unit: str) -> str:
    if score >= 0.995:
        return _("原文就是“%(alias)s”，单位“%(unit)s”相符。") % {"alias": alias, "unit": unit or measure.unit}
    if score >= STRONG:
        return _("原文与“%(alias)s”很接近，单位“%(unit)s”相符。") % {"alias": alias, "unit": unit or measure.unit}
    return _("原文与“%(alias)s”有些接近，请核对是否同一回事。") % {"alias": alias}
