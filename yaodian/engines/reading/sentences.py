"""The sentence a target is read in, and a target as found; both speak in places, not in copies of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .deadlines import Moment
from .plan import Comparator, Period, Strength
from .quantities import Quantity


@dataclass(frozen=True, slots=True)
class Found:
    """A target in folded text; places are in the whole text."""

    subject: tuple[int, int] | str
    comparator: Comparator
    value: float
    value_max: float | None
    unit: str | None
    due: str | None
    per: Period | None
    strength: Strength
    implicit: bool
    start: int
    end: int
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its place, the moments in it and the places that are masked."""

    text: str
    offset: int
    moments: tuple[Moment, ...]
    masked: tuple[tuple[int, int], ...]
    year: int | None
    is_review: bool = False


def sentences_of(folded: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in re.finditer(r"[。;!?]", folded):
        spans.append((start, match.end()))
        start = match.end()
    if start < len(folded):
        spans.append((start, len(folded)))
    return spans


_OPENS_IN_THE_PAST = re.compile(
    r"\s*(?:(?P<year>20\d{2})年|(?P<past>去年|上年|上一年|(?:刚刚)?过去的|一年来|近年来|近[几两三]年|截至|目前|现有))"
)
_PLAN_PERIOD = re.compile(r"\s*[“\"]?十(?P<plan>[二三四五])五[”\"]?(?:规划)?(?:期间|时期|以来)")
_NAMES_THE_PRESENT = re.compile(
    r"今年|本年|新的一年|力争|确保|要(?:以|坚持|全面|紧)|工作(?:总体)?(?:要求|思路|目标)|指导思想"
)


def looks_back(text: str, year: int | None, before: bool) -> bool:
    """Whether a sentence tells of the past: it opens with an earlier year or says so.

    The sentences behind it follow it until one names the present.
    """
    period = _PLAN_PERIOD.match(text)
    if period and year is not None:
        return 2015 + 5 * "二三四五".index(period.group("plan")) < year
    opened = _OPENS_IN_THE_PAST.match(text)
    if opened:
        if opened.group("past"):
            return True
        return year is not None and int(opened.group("year")) < year
    return before and not _NAMES_THE_PRESENT.search(text)


def due_of(sentence: Sentence, quantity: Quantity) -> str | None:
    before = [moment for moment in sentence.moments if moment.start - sentence.offset < quantity.start]
    if before:
        return next((moment.date for moment in reversed(before) if moment.date), None)
    stop = re.search(r"[,。;]", sentence.text[quantity.end :])
    limit = quantity.end + stop.start() if stop else len(sentence.text)
    after = [moment for moment in sentence.moments if quantity.end <= moment.start - sentence.offset < limit]
    return after[0].date if after else None
