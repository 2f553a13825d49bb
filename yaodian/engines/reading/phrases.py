"""What a clause promises, one phrase a promise: verb phrases with their targets, and the words that bound them.

A sentence is cut at its commas. A piece begins a promise where it carries a target or opens with a verb of doing; words that
only lead in (依托…, 年底前) belong to what follows, words that only say what for (推动…, 助力…) to what went before. Pieces
inside 《》, quotation marks and brackets are never cut. See ``docs/algorithms/commitments.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .folding import fold
from .lexicon import LEADS, STRONG_VERBS

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One promise: its words, the sentence they stand in, which rule cut it, how sure that is."""

    span: Span
    sentence: Span
    rule: str
    confidence: float


_OPENING = re.compile(
    r"(?:依托|通过|围绕|聚焦|根据|按照?|结合|针对|借助|立足|对标|对照|坚持以|坚持|以[^,]{2,20}为|发挥|充分发挥|贯彻|在[^,]{2,24}(?:上|中|下|基础上)$|随着|为[^,]{2,20}(?:提供)?$)"
)
_PURPOSE = re.compile(
    r"(?:推动|促进|助力|提升|提高|增强|营造|形成|防止|避免|杜绝|切实|不断|以[^,]{0,10}(?:促|带)|让|使|为|更好|引导|带动|构建|做到|确保|保障|实现|满足|惠及|进一步|真正|努力|从而|力求)"
)
_GENERAL = re.compile(r"^(?:深入学习|学习贯彻|坚持|以习近平|高举|全面贯彻|牢牢|始终)")
_CONTINUES = re.compile(r"^(?:其中|达到|达\d|并(?!购|轨)|且|分别|占)")
_WEAK_VERB = (
    "加强|强化|完善|健全|落实|推进|推动|深化|巩固|优化|规范|严格|加大|用好|用足|守牢|抓好|做细|做实|统筹|拓展|丰富|"
    "提升|提高|扩大|压实|筑牢|建强|选优|培优|做优|做强|做大|发挥|支持|鼓励|引导|探索|试点|推行|推广|实行|执行|开齐|开足|"
    "防范|严禁|禁止|杜绝|稳步|稳妥|平稳|有序|分类|分步|迭代|升级|整合|畅通|回应|保障|确保|关爱|关心|维护|弘扬|传承|讲好|涵养|减轻|推"
)
_BEGINS = re.compile(
    rf"^(?:[“\"'(]|{LEADS}|市、?县(?:两级)?|各[^,]{{1,8}}|每[^,]{{1,3}})*(?P<verb>{STRONG_VERBS}|{_WEAK_VERB})"
)
_STRONG = re.compile(rf"^(?:[“\"'(]|{LEADS})*(?:{STRONG_VERBS})")
_OPENS, _CLOSES = "《“(〔【[<「『", "》”)〕】]>」』"
_LEAST = 4


def phrases(
    text: str,
    start: int,
    end: int,
    *,
    heading: str = "",
    targets: Iterable[Span] = (),
    moments: Iterable[Span] = (),
    responsible: Iterable[Span] = (),
    only_targets: bool = False,
) -> tuple[Phrase, ...]:
    """The promises of the words ``[start, end)`` of a text, in order, never overlapping.

    ``targets``, ``moments`` and ``responsible`` are the spans found there; ``heading`` is the clause's own and makes no
    promise unless nothing follows it. ``only_targets``: only phrases that carry a target (the opening part of a plan).
    """
    marks = sorted(span for span in targets if start <= span[0] < end)
    days = sorted(span for span in moments if start <= span[0] < end)
    units = sorted(span for span in responsible if start <= span[0] < end)
    folded = fold(text[start:end])
    begin = _behind_heading(text, start, end, heading)
    # What stands before the first clause may hold the header's table; its promises stand in its sentences.
    row = "\t" in text[start:end] and not only_targets
    found: list[Phrase] = []
    if not row:
        for sentence in _sentences(folded, start, begin, units):
            found += _cut(folded, start, sentence, marks, days, only_targets)
    if not found and heading and not only_targets:
        at = text.find(heading, start, end)
        if at >= 0 and (row or marks or _BEGINS.match(fold(heading))):
            span = (at, at + len(heading))
            found = [Phrase(span, (start, end), "phrase/row" if row else "phrase/heading", 0.9 if marks else 0.7)]
    return tuple(found)


def _behind_heading(text: str, start: int, end: int, heading: str) -> int:
    at = text.find(heading, start, end) if heading else -1
    return at + len(heading) if at >= 0 else start


def _sentences(folded: str, start: int, begin: int, units: list[Span]) -> Iterator[Span]:
    """Spans of sentences behind the heading, cut at the units that are printed between them."""
    depth = 0
    opened = begin
    stops = {span[0]: span[1] for span in units}
    place = begin
    end = start + len(folded)
    while place < end:
        if place in stops:
            yield from _trimmed(folded, start, opened, place)
            opened = place = max(place + 1, min(stops[place], end))
            depth = 0
            continue
        letter = folded[place - start]
        depth = max(0, depth + (letter in _OPENS) - (letter in _CLOSES))
        if letter == "\n" or (depth == 0 and letter in "。;!?"):
            yield from _trimmed(folded, start, opened, place)
            opened, depth = place + 1, 0
        place += 1
    yield from _trimmed(folded, start, opened, end)


def _trimmed(folded: str, start: int, opened: int, closed: int) -> Iterator[Span]:
    while opened < closed and folded[opened - start] in " \t\n。.;,:、()〔〕【】":
        opened += 1
    while closed > opened and folded[closed - 1 - start] in " \t\n,、;:(〔【":
        closed -= 1
    if closed - opened >= _LEAST:
        yield (opened, closed)


def _pieces(folded: str, start: int, sentence: Span) -> list[Span]:
    cuts, depth, opened = [], 0, sentence[0]
    for place in range(*sentence):
        letter = folded[place - start]
        depth = max(0, depth + (letter in _OPENS) - (letter in _CLOSES))
        if depth == 0 and letter == ",":
            cuts.append((opened, place))
            opened = place + 1
    cuts.append((opened, sentence[1]))
    return [cut for cut in cuts if cut[1] > cut[0]]


def _cut(
    folded: str, start: int, sentence: Span, marks: list[Span], days: list[Span], only_targets: bool
) -> list[Phrase]:
    groups: list[list[Span]] = []
    is_lead = False
    for piece in _pieces(folded, start, sentence):
        words = folded[piece[0] - start : piece[1] - start].strip()
        has_target = any(piece[0] <= span[0] < piece[1] for span in marks)
        is_dated = any(piece[0] <= span[0] < piece[1] for span in days)
        is_own = has_target or is_dated or _begins(words)
        if not groups or (not is_lead and is_own and not _CONTINUES.match(words)):
            groups.append([piece])
        else:
            groups[-1].append(piece)
        only_day = any(span[0] - piece[0] <= 2 and piece[1] - span[1] <= 2 for span in days)
        # A lead carries the next piece with it, unless it is a promise of its own.
        is_lead = (
            not has_target
            and (only_day or len(words) < _LEAST or bool(_OPENING.match(words)))
            and not (_STRONG.match(words))
        )
    found = []
    for group in groups:
        span = (group[0][0], group[-1][1])
        words = folded[span[0] - start : span[1] - start].strip()
        with_target = any(span[0] <= mark[0] < span[1] for mark in marks)
        if only_targets and not with_target:
            continue
        if with_target:
            rule, confidence = "phrase/target", 0.9
        elif _GENERAL.match(words):
            rule, confidence = "phrase/general", 0.45
        elif any(span[0] <= day[0] < span[1] for day in days):
            rule, confidence = "phrase/dated", 0.85
        elif any(_STRONG.match(folded[piece[0] - start : piece[1] - start].strip()) for piece in group):
            rule, confidence = "phrase/verb", 0.8
        elif _BEGINS.match(words):
            rule, confidence = "phrase/effort", 0.6
        else:
            rule, confidence = "phrase/sentence", 0.5
        found.append(Phrase(span, sentence, rule, confidence))
    return found


def _begins(words: str) -> bool:
    """Whether a piece opens a promise of its own: a verb of doing, not what for."""
    return bool(_BEGINS.match(words)) and not _PURPOSE.match(words)
