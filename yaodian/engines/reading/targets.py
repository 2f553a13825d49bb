"""Targets: the quantities a plan commits to.

For every figure of a sentence:

1. *Masks* say what is no target: names with figures, ordinals, the past, thresholds, ages, sums of a list.
2. The comparator is read from the words round the figure (不低于, 控制在…以内, 左右, 提高…个百分点).
3. The subject is the shortest noun phrase that is counted or measured: behind the figure for things counted
   (新增5个省级示范校), before it for rates and amounts (覆盖率达到95%, 幼儿园3所).
4. Words of striving, periods and days of the same sentence complete it.

Words of completeness (全覆盖, 全部, 应…尽…) are implicit targets of 100 %.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .commitments import PER, PER_OTHER, is_commitment, is_past
from .completeness import complete_in, may_be_complete
from .deadlines import Moment
from .lexicon import STRIVE, TAILS
from .masks import MASKS
from .plan import Comparator, Period, Strength
from .quantities import Quantity, quantities_in
from .sentences import Found, Sentence, due_of, looks_back, sentences_of
from .subjects import (
    BOUNDARY,
    COMPARED_TO,
    GROUP,
    QUANTITY_NOUN,
    common_head,
    governing_word,
    noun_behind,
    shared_subject,
    strip_leads,
    strip_tails,
    subject_before,
)

#: A sentence with more figures is a table or noise, not a promise.
MOST_FIGURES = 60


def targets_in(
    folded: str, offset: int, moments: list[Moment], hidden: list[tuple[int, int]], year: int | None
) -> list[Found]:
    """The targets of one line of folded text.

    ``moments`` are the deadlines of the line, ``hidden`` the places of documents' names and lists of units, both in
    places of the whole text.
    """
    found: list[Found] = []
    is_review = False
    for start, end in sentences_of(folded):
        text = folded[start:end]
        is_review = looks_back(text, year, is_review)
        quantities = quantities_in(text)
        if len(quantities) > MOST_FIGURES or (not quantities and not may_be_complete(text)):
            continue
        at = offset + start
        masked = [(low - at, high - at) for low, high in hidden if low < at + len(text) and at < high]
        masked += [
            (moment.start - at, moment.end - at)
            for moment in moments
            if moment.start < at + len(text) and at < moment.end
        ]
        for each in MASKS:
            if each.may_find(text):
                masked += [match.span() for match in each.pattern.finditer(text)]
        inside = tuple(moment for moment in moments if at <= moment.start < at + len(text))
        found.extend(_in_sentence(Sentence(text, at, inside, tuple(masked), year, is_review), quantities))
    return found


def _in_sentence(sentence: Sentence, quantities: list[Quantity]) -> list[Found]:
    found: list[Found] = []
    previous: Quantity | None = None
    for quantity in quantities:
        if _is_masked(sentence, quantity):
            continue
        target = _read(sentence, quantity, previous, found)
        if target is not None:
            found.append(_first_of_list(sentence, quantity, target, quantities))
            previous = quantity
    if may_be_complete(sentence.text):
        found.extend(complete_in(sentence))
    return sorted(found, key=lambda each: each.end)


def _is_masked(sentence: Sentence, quantity: Quantity) -> bool:
    number_end = quantity.unit_end
    for low, high in sentence.masked:
        if low <= quantity.start < high or low < quantity.start + 1 <= high:
            return True
        if quantity.start < low < number_end:
            return True
    if quantity.is_chinese and _is_quoted(sentence.text, quantity.start):
        return True
    before = sentence.text[quantity.start - 1 : quantity.start]
    return bool(re.match(r"[A-Za-z第+×/.#]", before)) if before else False


def _is_quoted(text: str, at: int) -> bool:
    """Inside short quotation marks a Chinese numeral is part of a name (“百万学子上冰雪”)."""
    opened = text.rfind("“", max(0, at - 16), at)
    closed = text.find("”", at, at + 20)
    return opened >= 0 and closed >= 0 and "”" not in text[opened:at]


def _read(sentence: Sentence, quantity: Quantity, previous: Quantity | None, earlier: list[Found]) -> Found | None:
    text = sentence.text
    left = _left_boundary(sentence, quantity, previous)
    segment = text[left : quantity.start]
    if is_past(sentence, left, quantity):
        return None
    comparator, change = _comparator(segment, quantity, text)
    is_rate = _is_rate(quantity, segment)
    noun = noun_behind(sentence, quantity) if not (is_rate and (quantity.unit or "").endswith("元")) else None
    named_before = bool(QUANTITY_NOUN.search(strip_tails(segment)))
    standard = (
        re.match(r"^的([一-鿿]{2,8}(?:比|比例|标准))", text[quantity.end :]) if is_rate and not named_before else None
    )
    if standard:
        noun = (quantity.end + standard.start(1), quantity.end + standard.end(1))
    counted_behind = noun is not None and not (
        is_rate and (named_before or (quantity.unit in ("个百分点", "百分点", "倍", "成", "分", None) and not standard))
    )
    compared = bool(
        re.search(
            r"(?:不少于|不低于|不超过|不高于|至少|最多|控制在|达到|达|超过|突破|增至|提高到|提高至|不得(?:低于|少于|超过|高于|大于|多于))[^,。;、]{0,4}$",
            segment,
        )
    )
    if not is_commitment(sentence, quantity, segment, noun, is_rate, compared, counted_behind):
        return None
    subject: tuple[int, int] | None
    end = quantity.end
    if counted_behind and noun is not None:
        subject, end = noun, noun[1]
    else:
        subject = subject_before(sentence, left, quantity, is_rate) or (noun if noun else None)
    if (
        earlier
        and not counted_behind
        and (left == quantity.start or segment.strip(" 、,") in ("", "其中", "且", "并", "和", "与", "及"))
    ):
        if comparator == "at_least" and not quantity.post and "分别" in text[: quantity.start]:
            comparator = "at_most" if earlier[-1].comparator == "at_most" else comparator
        return _finish(
            sentence,
            quantity,
            shared_subject(sentence, quantity, earlier),
            comparator,
            change,
            left,
            end,
            0.6,
            "same-subject",
        )
    if subject is None:
        subject = governing_word(text, left, quantity)
    if subject is None:
        if not earlier:
            return None
        return _finish(sentence, quantity, earlier[-1].subject, comparator, change, left, end, 0.55, "same-subject")
    words = text[subject[0] : subject[1]]
    absolute: tuple[int, int] | str = (subject[0] + sentence.offset, subject[1] + sentence.offset)
    if is_rate and GROUP.fullmatch(words):
        head = common_head(sentence, left, subject[0]) or _quantity_of_neighbour(sentence, quantity, earlier)
        if head is not None:
            absolute = head + words
    confidence = (
        0.95
        if is_rate and QUANTITY_NOUN.search(words)
        else 0.9
        if compared
        else 0.85
        if not quantity.is_chinese
        else 0.7
    )
    name = "rate" if is_rate else "counted-behind" if counted_behind else "counted-before"
    return _finish(sentence, quantity, absolute, comparator, change, left, end, confidence, name)


def _quantity_of_neighbour(sentence: Sentence, quantity: Quantity, earlier: list[Found]) -> str | None:
    """小学书面作业时间不超过60分钟,初中不超过90分钟: the second figure measures what the first one does."""
    last = earlier[-1] if earlier else None
    if last is None or last.unit != quantity.unit or not isinstance(last.subject, tuple):
        return None
    words = sentence.text[last.subject[0] - sentence.offset : last.subject[1] - sentence.offset]
    group = GROUP.match(words)
    rest = words[group.end() :] if group else words
    return rest if QUANTITY_NOUN.search(rest) else None


def _finish(
    sentence: Sentence,
    quantity: Quantity,
    subject: tuple[int, int] | str,
    comparator: Comparator,
    change: int,
    left: int,
    end: int,
    confidence: float,
    name: str,
) -> Found:
    value, value_max = quantity.value, quantity.value_max
    if comparator == "change" and change < 0:
        value, value_max = -value, None if value_max is None else -value_max
    return Found(
        subject=subject,
        comparator=comparator,
        value=value,
        value_max=value_max if comparator in ("between", "change") else None,
        unit=quantity.unit,
        due=due_of(sentence, quantity),
        per=_period(sentence, quantity, left),
        strength=_strength(sentence, quantity),
        implicit=False,
        start=sentence.offset + _span_start(sentence, left, subject),
        end=sentence.offset + max(end, quantity.end),
        confidence=confidence,
        rule=f"target/{name}",
    )


def _span_start(sentence: Sentence, left: int, subject: tuple[int, int] | str) -> int:
    at = left
    while at < len(sentence.text) and sentence.text[at] in " 、,:":
        at += 1
    if isinstance(subject, tuple) and 0 <= subject[0] - sentence.offset < at:
        return subject[0] - sentence.offset
    return at


def _left_boundary(sentence: Sentence, quantity: Quantity, previous: Quantity | None) -> int:
    """Where the words that belong to a figure begin: behind the last comma, or behind the figure before it."""
    text, left = sentence.text, 0
    depth = 0  # brackets are stepped over: 县(市、区)
    for at in range(quantity.start - 1, -1, -1):
        char = text[at]
        if char == ")":
            depth += 1
        elif char == "(":
            if depth == 0:
                left = at + 1
                break
            depth -= 1
        elif depth == 0 and BOUNDARY.match(char):
            left = at + 1
            break
    if previous is not None and previous.end > left:
        joint = re.search(r"[、,;]|和|与|及|或", text[previous.end : quantity.start])
        left = previous.end + (joint.end() if joint else 0)
    return left


def _comparator(segment: str, quantity: Quantity, text: str) -> tuple[Comparator, int]:
    """The comparator and, for a change, its sign."""
    near = segment[-14:]
    behind = text[quantity.unit_end : quantity.unit_end + 6]
    percent = quantity.unit in ("%", "‰", "个百分点", "百分点", "倍", "成")
    change = re.search(
        r"(?P<up>提高|提升|增长|上升|增加|净增|递增|扩大)|(?P<down>下降|降低|减少|压减|缩小|回落|下调|压缩|缩减)", near
    )
    absolute = re.search(
        r"(?:提高|提升|增长|上升|增加|扩大|下降|降低|降|减少|减|压减|压缩|缩小|缩短|缩|控制|增)(?:到|至|为)", near
    )
    if (
        change
        and not absolute
        and (
            percent or COMPARED_TO.search(segment) or (change.group("down") and not re.search(r"不(?:少|低|超)", near))
        )
    ):
        if re.search(r"[一-鿿]", segment[segment.rfind(change.group(0)) + 2 :]) and not re.fullmatch(
            rf"(?:{TAILS}|[了约近以上\s不少于低超过])*",
            segment[segment.rfind(change.group(0)) + len(change.group(0)) :],
        ):
            change = None
        elif quantity.post == "左右" and not quantity.unit.endswith("百分点") if quantity.unit else False:
            return "about", 1
        else:
            return "change", 1 if change.group("up") else -1
    if quantity.unit in ("个百分点", "百分点"):
        return "change", -1 if change and change.group("down") else 1
    if quantity.value_max is not None and not quantity.post:
        return "between", 1
    if percent and re.search(r"(?:不超过|不高于|不得超过|不得高于)[^,。;]{0,14}的?$", segment):
        return "at_most", 1
    if re.search(
        r"(?:不超过|不高于|不大于|不多于|不得超过|不得高于|不能超过|低于|少于|小于|最多|上限|控制到|≤|<)[^,。;]{0,3}$",
        near,
    ) and not re.search(r"(?:不|不得|不能)(?:低于|少于|小于)[^,。;]{0,3}$", near):
        return "at_most", 1
    if quantity.post in ("以内", "以下", "之内", "内") or re.match(r"^(?:以内|以下|之内)", behind):
        return "at_most", 1
    if re.search(
        r"控制在|限制在|压缩到|压减到|降至|降到|下降到|降低到|缩至|缩短至|下降至|减少到|缩小到|限定在", near
    ) and quantity.post not in ("以上", "左右"):
        return "at_most", 1
    if quantity.post in ("左右", "上下") or re.search(r"(?:约|大约|约为|近|接近|将近)\s*$", near):
        return "about", 1
    if quantity.value_max is not None:
        return "between", 1
    return "at_least", 1


def _is_rate(quantity: Quantity, segment: str) -> bool:
    """Whether the figure measures what stands before it instead of counting what stands behind."""
    if quantity.unit is None or quantity.unit in ("%", "‰", "个百分点", "百分点", "倍", "成", "分", "1:N", "N:1"):
        return True
    if any(quantity.unit.endswith(weak) for weak in ("元", "平方米", "小时", "分钟", "米", "亩", "Mbps", "M", "G")):
        return True
    return bool(re.search(r"(?:不少于|不低于|不超过|不高于|达到|控制在|增至|提高到|突破)\s*$", segment)) and bool(
        _rate_subject(segment)
    )


def _rate_subject(segment: str) -> bool:
    """Whether the words before a figure name a quantity (…率达到) or at least something that can be measured."""
    words = strip_tails(segment)
    return bool(words) and (bool(QUANTITY_NOUN.search(words)) or len(strip_leads(words)) >= 2)


def _period(sentence: Sentence, quantity: Quantity, left: int) -> Period | None:
    text = sentence.text
    start = max((text.rfind(mark, 0, quantity.start) for mark in ",。;:"), default=-1) + 1
    own = text[min(start, left) : quantity.start]
    if not own.strip() or len(own) < 6:
        own = text[max(0, start - 20) : quantity.start]
    best: tuple[int, Period | None] | None = None
    for pattern, period in PER:
        for match in pattern.finditer(own):
            if best is None or match.start() > best[0]:
                best = (match.start(), period)
    for match in PER_OTHER.finditer(own):
        if best is None or match.start() > best[0]:
            best = (match.start(), None)
    return best[1] if best else None


def _strength(sentence: Sentence, quantity: Quantity) -> Strength:
    return "strive" if STRIVE.search(sentence.text[: quantity.start]) else "must"


def _first_of_list(sentence: Sentence, quantity: Quantity, target: Found, quantities: list[Quantity]) -> Found:
    """A、B分别达到x、y: the first figure belongs to the first name; the others find theirs in :func:`.subjects.shared_subject`.

    One printed figure is one target: A率、B率均达到x keeps both names as its subject.
    """
    if not isinstance(target.subject, tuple) or "分别" not in sentence.text:
        return target
    text = sentence.text
    low, high = target.subject[0] - sentence.offset, target.subject[1] - sentence.offset
    if "分别" not in text[high : quantity.start] and not text[low:high].endswith("分别"):
        return target
    without_brackets = re.sub(r"\([^()]*\)", lambda match: "\0" * len(match.group(0)), text[low:high])
    names = [name.strip("\0") for name in re.split(r"、|和|与|及|以及", without_brackets) if name.strip("\0")]
    figures = [each for each in quantities if each.start >= quantity.start][: len(names)]
    if len(names) < 2 or len(figures) != len(names) or any(_is_masked(sentence, each) for each in figures):
        return target
    last = GROUP.match(names[-1])
    if last and last.end() < len(names[-1]) and all(GROUP.fullmatch(name) for name in names[:-1]):
        subject = (names[0] + names[-1][last.end() :]).replace("\0", "")
        return replace(target, subject=subject, rule="target/each-of-list")
    start = without_brackets.find(names[0]) + low + sentence.offset
    return replace(
        target, subject=(start, start + len(names[0])), confidence=target.confidence - 0.05, rule="target/each-of-list"
    )
