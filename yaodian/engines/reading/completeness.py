"""Implicit targets: the words of completeness 全覆盖, 全部, 应…尽… promise 100 % without a numeral."""

from __future__ import annotations

import re

from .commitments import is_past
from .lexicon import STRIVE, STRONG_VERBS
from .quantities import Quantity
from .sentences import Found, Sentence, due_of
from .subjects import PREDICATE, VERB_ANY, is_noun_like, strip_leads

_COVER = re.compile(r"(?<!健)全覆盖(?!的|[^,。;、:)”]{0,6}(?:达到|检查|学校))")


_ALL = re.compile(r"(?:全部|百分之百)(?=[一-鿿])")


_ALL_NAMED = re.compile(r"(?:对|到|覆盖|在|向|使)全部(?P<noun>[一-鿿]{2,8}?)(?=进行|开展|实施|配备|安装|建立|[,。;])")


_ALL_OF = re.compile(r"[“\"]?应(?P<first>[一-鿿]{1,3})尽(?P=first)[”\"]?")


def may_be_complete(text: str) -> bool:
    """Whether a text holds a word of completeness at all."""
    return "全覆盖" in text or "全部" in text or "百分之百" in text or "尽" in text


def complete_in(sentence: Sentence) -> list[Found]:
    found = []
    text = sentence.text
    for pattern, name in (
        (_COVER, "full-coverage"),
        (_ALL_NAMED, "all-named"),
        (_ALL, "all"),
        (_ALL_OF, "all-that-should"),
    ):
        for match in pattern.finditer(text):
            if any(low <= match.start() < high for low, high in sentence.masked):
                continue
            start = max((text.rfind(mark, 0, match.start()) for mark in ",。;:"), default=-1) + 1
            before, behind = text[start : match.start()], text[match.end() : match.end() + 10]
            if is_past(
                sentence, start, Quantity(match.start(), match.end(), match.end(), 100, None, "%", "", False, False)
            ):
                continue
            subject = _implicit_subject(sentence, start, match, name)
            if subject is None or (
                name == "full-coverage"
                and re.match(r"^(?:试点|工程|行动|计划|项目|基础|格局|、|成果|攻坚|目标)", behind)
            ):
                continue
            if name == "all" and not re.match(
                rf"^(?:{STRONG_VERBS}|纳入|建立|配备|投入|达|通过|入学|上岗|持证|实行|接入|取消|关|拆|消|改|参|到|免|覆|开|完|清|整|销|使用|录|装|安|竣|交|进|公|落|享|化|脱|转|化解|采用|升级|签|划片|就近)",
                behind,
            ):
                continue
            if re.search(r"(?:\d|[一二三四五六七八九十])%?$", before):
                continue
            found.append(
                Found(
                    (subject[0] + sentence.offset, subject[1] + sentence.offset),
                    "at_least",
                    100,
                    None,
                    "%",
                    due_of(
                        sentence, Quantity(match.start(), match.end(), match.end(), 100, None, "%", "", False, False)
                    ),
                    None,
                    "strive" if STRIVE.search(text[: match.start()]) else "must",
                    True,
                    sentence.offset + start,
                    sentence.offset + match.end(),
                    0.8,
                    f"target/{name}",
                )
            )
    return found


def _implicit_subject(sentence: Sentence, start: int, match: re.Match[str], name: str) -> tuple[int, int] | None:
    text = sentence.text
    before = text[start : match.start()]
    if name == "all-named":
        return match.start("noun"), match.end("noun")
    end = match.start()
    words = re.sub(
        r"(?:运用|应用|使用|实现|实行|基本|的|要|均|都|达到|做到|确保|全面|工作|,|、|“|\"|对|已)+$", "", before
    )
    for moment in reversed(sentence.moments):
        low, high = moment.start - sentence.offset, moment.end - sentence.offset
        if (
            start <= low
            and high <= match.start()
            and text[high : match.start()].strip("、 ,") in ("", "前", "要", "均", "确保")
        ):
            words = text[start:low].rstrip(" ,、")
    if not words.strip() and start > 0:
        earlier = text[: start - 1]
        start = max((earlier.rfind(mark) for mark in ",。;:"), default=-1) + 1
        words = earlier[start:]
        quantity = list(re.finditer(r"[\d一二三四五六七八九十]+[个所名家]", words))
        if quantity:
            start += quantity[-1].end()
            words = words[quantity[-1].end() :]
        cut = PREDICATE.search(words, 2)
        words = words[: cut.start()] if cut else words
    for moment in sentence.moments:
        low, high = moment.start - sentence.offset, moment.end - sentence.offset
        if start <= low and high <= start + len(words):
            words, start = words[high - start :], high
    lead = words
    stripped = strip_leads(lead)
    at = start + len(lead) - len(stripped)
    for verb in VERB_ANY.finditer(stripped):
        rest = stripped[verb.end() :]
        if len(rest) >= 2 and verb.start() > 0 and not is_noun_like(stripped, verb.start(), verb.end()):
            at, stripped = at + verb.end(), rest
            break
    of = stripped.rfind("的")
    if name == "all" and 0 < of < len(stripped) - 2:
        at, stripped = at + of + 1, stripped[of + 1 :]
    quoted = re.search(r"“([^“”]+)”(?:建设|工作|应用|制度|机制|改革|模式|服务)?$", stripped)
    if quoted:
        return at + quoted.start(1), at + quoted.end(1)
    fits = len(stripped.strip()) >= 2 and len(stripped) <= 40 and at + len(stripped) <= end
    return (at, at + len(stripped)) if fits else None
