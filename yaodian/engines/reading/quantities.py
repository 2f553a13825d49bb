"""Figures with their measure words: 3所, 2-3个, 95.5%, 1.2万人次, 六成, 百余名, 百分之九十五, 1:15."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexicon import unit_pattern
from .numerals import ARABIC, number_value

_CN = r"(?:[一二两三四五六七八九][一二两三四五六七八九十百千零〇]{0,8}|十[一二三四五六七八九]?|百|千)"
_NUMBER = rf"(?:{ARABIC}|{_CN})"
_UNIT = unit_pattern(digits=True)
_CN_UNIT = unit_pattern(digits=False)
_POST = r"(?:及?以上|以内|之内|以下|左右|上下|内(?=[,。;)]|$))"
_MAGNITUDE = r"(?:百|千|十)?(?:万|亿)"

QUANTITY = re.compile(
    rf"(?=[\d百一二两三四五六七八九十千])(?:百分之(?P<percent>{ARABIC}|[一二三四五六七八九十百零点]+)(?P<percentpost>{_POST})?"
    rf"|(?<!\d)(?P<reverse>\d{{1,3}}):1(?!\d|:)|(?<!\d)1:(?P<right>\d{{1,4}}(?:\.\d+)?)(?:[-~至到]1:(?P<rightmax>\d{{1,4}}(?:\.\d+)?))?(?P<ratiopost>{_POST})?(?!\d|:)"
    rf"|(?P<low>{_NUMBER})\s?(?P<lowunit>{_UNIT})\s?[-~至到]\s?(?P<high>{_NUMBER})\s?(?P<highunit>{_UNIT})(?P<rangepost>{_POST})?"
    rf"|(?P<number>{_NUMBER})\s?(?:[-~至到]+\s?(?P<max>{_NUMBER}))?\s?(?P<magnitude>{_MAGNITUDE})?(?P<more>余|多|来)?\s?(?P<unit>{_UNIT})?\s?(?P<post>{_POST})?)"
)
_CHINESE_UNIT = re.compile(_CN_UNIT)
_ENDS_LIST = re.compile(r"\s*[,。;、]")
_START = re.compile(r"[\d百一二两三四五六七八九十千]")
_COMPARED = re.compile(
    r"(?:达到?|不低于|不少于|不超过|不高于|控制在|提高到|提升到|增至|降至|稳定在|保持在|至|为|在|、)\s*$"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in folded text; ``unit`` as printed (``None``: none), ``post`` 以上, 以内, 左右 or empty, ``unit_end`` before it."""

    start: int
    end: int
    unit_end: int
    value: float
    value_max: float | None
    unit: str | None
    post: str
    is_chinese: bool
    has_more: bool


def quantities_in(folded: str) -> list[Quantity]:
    """Every figure of one line that has a measure word, or a comparison round it that can do without one."""
    found: list[Quantity] = []
    at = 0
    # Looking for the first character by itself passes over most of the text at once.
    while (start := _START.search(folded, at)) is not None:
        match = QUANTITY.match(folded, start.start())
        if match is None:
            at = start.end()
            continue
        at = match.end()
        if match.group("percent"):
            quantity = _percent(match)
        elif match.group("right") or match.group("reverse"):
            quantity = _proportion(match, folded)
        elif match.group("low"):
            quantity = _range(match)
        else:
            quantity = _plain(match, folded)
        if quantity is not None:
            found.append(quantity)
    return found


def _percent(match: re.Match[str]) -> Quantity | None:
    whole, _, part = match.group("percent").partition("点")
    value = number_value(whole)
    if part and value is not None:
        digits = number_value(part)
        value = None if digits is None else float(f"{value:g}.{digits:g}")
    if value is None:
        return None
    post = match.group("percentpost") or ""
    return Quantity(match.start(), match.end(), match.end() - len(post), value, None, "%", post, False, False)


def _proportion(match: re.Match[str], folded: str) -> Quantity | None:
    """1:15 as pupils a teacher: the value is the figure that is not 1, the unit 1:N or N:1; a score or a time of day is none."""
    before = folded[max(0, match.start() - 12) : match.start()]
    if not re.search(r"(?:比|配备|配置|达到?|不低于|不高于|按照?|标准|为)[^,。;]{0,6}$", before):
        return None
    post, value = match.group("ratiopost") or "", number_value(match.group("right") or match.group("reverse"))
    if value is None or (match.group("reverse") and value == 1):
        return None
    upper = number_value(match.group("rightmax")) if match.group("rightmax") else None
    unit = "1:N" if match.group("right") else "N:1"
    return Quantity(match.start(), match.end(), match.end() - len(post), value, upper, unit, post, False, False)


def _range(match: re.Match[str]) -> Quantity | None:
    low, high = number_value(match.group("low")), number_value(match.group("high"))
    if low is None or high is None or low >= high or match.group("lowunit") != match.group("highunit"):
        return None
    post = match.group("rangepost") or ""
    return Quantity(
        match.start(), match.end(), match.end() - len(post), low, high, match.group("highunit"), post, False, False
    )


def _is_word(numeral: str) -> bool:
    """Whether a numeral is one of the small or round Chinese ones that are words as often as figures (三, 十, 百)."""
    return not re.fullmatch(ARABIC, numeral) and (len(numeral) == 1 or numeral in ("一千", "十一"))


def _plain(match: re.Match[str], folded: str) -> Quantity | None:
    number, upper, unit, magnitude = match.group("number", "max", "unit", "magnitude")
    post = match.group("post") or ""
    arabic = number[0].isdigit()
    if not arabic and unit is None and magnitude is None:
        return None
    if not arabic and unit and not _CHINESE_UNIT.match(folded, match.start("unit")):
        return None
    if unit == "个" and re.match(r"(?:和|、|与|及|至|-)\d+(?:\.\d+)?个?百分点", folded[match.end() :]):
        unit = "个百分点"
    if unit is None and folded.startswith("人口", match.end()):
        return None
    if unit is None and magnitude is None:
        before = folded[match.start() - 1] if match.start() else ""
        listed = "一" <= before <= "鿿" and _ENDS_LIST.match(folded, match.end())
        if not arabic or not (listed or post in ("以上", "以下", "以内") or _COMPARED.search(folded[: match.start()])):
            return None
    value, value_max = number_value(number), number_value(upper) if upper else None
    if value is None or (upper and (value_max is None or value_max <= value)):
        return None
    printed = (magnitude or "") + (unit or "")
    stops = [match.end(name) for name in ("unit", "more", "magnitude", "max", "number") if match.group(name)]
    return Quantity(
        match.start(),
        match.end(),
        max(stops),
        value,
        value_max,
        printed or None,
        post,
        _is_word(number),
        bool(match.group("more")),
    )
