"""Addresses and ranges of house numbers as people and cities write them, read into :class:`.rulebook.Address` and :class:`.rulebook.AddressRange`.

What is not clear is refused with a sentence and never guessed: 「人民路以东」 names no door, and 一百二号 may be 102 or 120. What follows a
house number inside its plot (院, 栋, 单元, 室) says nothing of where it lies and is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .house_numbers import LAST, STEMS, HouseNumber, Number, Part, Suffix, chinese_value, house_number, plain
from .rulebook import Address, AddressRange, Counts, Side


class UnableToReadAddress(ValueError):
    """The text names no door, or no range of doors, that could be told for sure."""


_DIGITS, _NUMERALS, _STEM = "[0-9]{1,5}", "[零〇一二两三四五六七八九十百千万]+", f"[{STEMS}]"
_VALUE = f"(?:{_DIGITS}|{_NUMERALS})"
# The last character of a street. Only behind one is a Chinese numeral, a stem or a lane taken for such and not for a piece of the name.
_BEHIND_STREET = "(?<=[路街道巷弄里村坊同条线桥])"
_MAIN = f"(?:{_DIGITS}|{_BEHIND_STREET}{_NUMERALS}|{_BEHIND_STREET}{_STEM}{_VALUE})"
_TAIL = f"(?:之{_VALUE}|附{_VALUE}号?|{_STEM}(?![栋幢座楼单]))*"
_JOINED = f"(?:-{_DIGITS})*[A-Z]?(?:之{_VALUE}|附{_VALUE}|{_STEM})*"
_MARKED = f"{_MAIN}{_JOINED}号{_TAIL}"  # with its 号
_BARE = f"{_MAIN}{_JOINED}"  # 号 left out
_LANE = f"(?:(?<=[路街道村])(?P<lane>{_VALUE})[弄巷])?"
_PLOT = (
    r"(?:院内?)?(?:[\u4e00-\u9fff]{1,12}(?:小区|花园|家园|公寓|大厦|新村|苑|园|城|庭|府|湾|居|楼))?"
    r"(?:[0-9A-Z甲乙丙丁一二三四五六七八九十-]+(?:号楼|栋|幢|座|单元|门|层|楼|室|房|户))*(?:[0-9-]*[0-9])?"
)
_ADDRESS = re.compile(f"(?P<street>.+?){_LANE}(?:(?P<marked>{_MARKED})(?P<rest>.*)|(?P<bare>{_BARE}))", re.DOTALL)
_IN_YARD = re.compile(f"院内?{_VALUE}号{_PLOT}")
_IN_PLOT = re.compile(_PLOT)
_NO_NAME = re.compile("至|到|号[^楼]|及")

_SIDE = r"(?P<side>\(?(?:单号|双号|全部|全路|全街|全弄)\)?)?"
_OTHER_END = _MAIN.replace(_BEHIND_STREET, "")
_LAST = f"{_OTHER_END}{_JOINED}(?:号{_TAIL})?"
_RANGE = re.compile(
    f"(?P<street>.+?){_LANE}"
    f"(?:(?P<from>{_MARKED}|{_BARE})[至到~](?P<to>{_LAST})|(?P<from_bare>{_DIGITS})-(?P<to_bare>{_DIGITS})号?"
    f"|(?P<from_marked>{_MARKED})-(?P<to_marked>{_LAST})|(?P<only>{_MARKED}|{_BARE}))[,、]?{_SIDE}"
)
_LANES = re.compile(
    rf"(?P<street>.+?)(?<=[路街道村])(?P<first>{_VALUE})(?:[弄巷]?[至到~-](?P<last>{_VALUE}))?[弄巷][,、]?{_SIDE}"
)
_WHOLE = re.compile(rf"(?P<street>[^0-9]*?[路街道巷弄里村坊同条线桥]){_SIDE}")
_VAGUE = re.compile("以[东西南北内外上下前后]|[东西南北]侧|附近|对面|隔壁|旁边|之间|周边|沿线|左右|除外|等门牌")
_UNSURE_STREET = re.compile(
    r"[0-9十百千万]$|[、,;。~:]|(?<=[0-9号弄])[至到]|支弄|[路街道村](?:[0-9]+|[零〇一二两三四五六七八九十百千万]+)[弄巷]"
)
_NUMBER = re.compile(
    f"(?P<stem>{_STEM})?(?P<main>{_VALUE})(?P<hyphens>(?:-{_DIGITS})*)(?P<letter>[A-Z])?(?P<more>(?:之{_VALUE}|附{_VALUE}|{_STEM}|号)*)"
)
_MORE = re.compile(f"(?P<sign>之|附)(?P<value>{_VALUE})|(?P<stem>{_STEM})")
_LONGEST = 200  # characters of a text that is read at all
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-") | {ord("～"): "~", ord("〜"): "~"}


def read_address(text: str, *, prefixes: Iterable[str] = ()) -> Address:
    """The door that is meant. ``prefixes``: names (市, 区, 街道) that may stand before the street and are left out."""
    said = _without(_plainly(text), prefixes)
    _require_clear(said, text)
    found = _ADDRESS.fullmatch(said) if len(said) <= _LONGEST else None
    if found is None or found["street"].isdecimal():
        raise UnableToReadAddress(
            f"“{text}”里没有找到“某路几号”：不知是哪一个门牌；请写明道路和门牌号，如“解放路12号”“长宁路100弄3号”。"
        )
    rest = found["rest"] or ""
    if rest.startswith("楼"):
        raise UnableToReadAddress(f"“{text}”写的是楼号而不是门牌号：同一门牌可以有几栋楼；请写道路和门牌号。")
    is_plot = _IN_PLOT.fullmatch(rest) and not _NO_NAME.search(rest)
    if not is_plot and not _IN_YARD.fullmatch(rest):
        raise UnableToReadAddress(f"“{text}”在门牌号之后还有“{rest}”：不知指的是不是这一个门牌；请只写一个门牌。")
    street = _street(found["street"], text)
    number = _number(found["marked"] or found["bare"], text)
    return Address(street, number, _lane(found["lane"], text))


def read_range(text: str, *, prefixes: Iterable[str] = ()) -> AddressRange:
    """A range such as «解放路1号至99号（单号）», «解放路1-99», «人民路12号之二至12号之五», «长宁路100弄至200弄», «长宁路100弄», «和平路».

    A street alone means all of it, lanes included, and a lane alone all of the lane. A hyphen between two whole numbers stands for 至; a
    number with a hyphen in it can only be an end where 至 is written.
    """
    said = _without(_plainly(text), prefixes)
    _require_clear(said, text)
    is_short = len(said) <= _LONGEST
    if is_short and (found := _LANES.fullmatch(said)):
        first = _value(found["first"], text)
        last = _value(found["last"], text) if found["last"] else first
        part = AddressRange(_street(found["street"], text), first, last, _side(found["side"]), counts=Counts.LANES)
        return _in_order(part, text)
    if is_short and (found := _RANGE.fullmatch(said)):
        ends = next(
            (found[first], found[last])
            for first, last in (
                ("from", "to"),
                ("from_bare", "to_bare"),
                ("from_marked", "to_marked"),
                ("only", "only"),
            )
            if found[first]
        )
        low, high = (_number(end, text) for end in ends)
        street, lane = _street(found["street"], text), _lane(found["lane"], text)
        if found["from_bare"] and house_number(low) >= house_number(high):
            raise UnableToReadAddress(
                f"“{text}”里的“-”可以是“至”，也可以是门牌号的一部分，而后一个数不大于前一个：不知是哪一种；"
                f"请写“{low}号至{high}号”或“{low}-{high}号至{low}-{high}号”。"
            )
        return _in_order(AddressRange(street, low, high, _side(found["side"]), lane), text)
    if is_short and (found := _WHOLE.fullmatch(said)):
        return AddressRange(_street(found["street"], text), 1, LAST, _side(found["side"]), counts=Counts.BOTH)
    raise UnableToReadAddress(
        f"“{text}”不是一段门牌：看不出道路和起止号；请写成“解放路1号至99号（单号）”“长宁路100弄”或只写路名，一行一段。"
    )


def read_number(text: str) -> Number:
    """A house number that stands alone, such as «12号», «12-1», «12号之一» or «甲12号»."""
    return _number(_plainly(text), text)


def _plainly(text: str) -> str:
    """Without blanks, letters and figures in one width, every dash a hyphen."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).split()).upper()


def _without(said: str, prefixes: Iterable[str]) -> str:
    """Without the names before the street, each at most once, the longer first."""
    waiting = sorted({name for one in prefixes if (name := _plainly(one))}, key=lambda name: (-len(name), name))
    while found := [one for one in waiting if said.startswith(one)]:
        said = said.removeprefix(found[0])
        waiting.remove(found[0])
    return said


def _require_clear(said: str, text: str) -> None:
    if found := _VAGUE.search(said):
        raise UnableToReadAddress(
            f"“{text}”用“{found.group()}”表示位置：不能确定是哪些门牌；请改写成路名和门牌号，或在地图上画出范围。"
        )


def _street(said: str, text: str) -> str:
    if found := _UNSURE_STREET.search(said):
        raise UnableToReadAddress(
            f"“{text}”里的“{said}”不是一条路：“{found.group()}”处看不清路名、弄号和门牌号怎样分开；请写成“路名、弄号、门牌号”，一行一个。"
        )
    return said


def _value(said: str, text: str) -> int:
    value = int(said) if said.isascii() else chinese_value(said)
    if not value:
        raise UnableToReadAddress(f"“{text}”里的“{said}”不是清楚的号码（从1到{LAST}）：请改用数字书写。")
    return value


def _lane(said: str | None, text: str) -> int | None:
    return _value(said, text) if said else None


def _side(said: str | None) -> Side:
    word = (said or "").strip("()")
    return Side(word) if word in (Side.ODD, Side.EVEN) else Side.BOTH


def _number(said: str, text: str) -> Number:
    found = _NUMBER.fullmatch(said)
    if found is None:
        raise UnableToReadAddress(f"“{text}”里的门牌号“{said}”看不清；请写成“12号”“12-1号”“12号之一”或“12号附3”。")
    parts = [Part(STEMS.index(found["stem"]) + 1, Suffix.STEM_BEFORE)] if found["stem"] else []
    parts += [Part(_value(one, text), Suffix.HYPHEN) for one in found["hyphens"].split("-")[1:]]
    if letter := found["letter"]:
        parts.append(Part(ord(letter) - ord("A") + 1, Suffix.LETTER))
    for one in _MORE.finditer(found["more"]):
        if one["stem"]:
            parts.append(Part(STEMS.index(one["stem"]) + 1, Suffix.STEM))
        else:
            parts.append(Part(_value(one["value"], text), Suffix.OF if one["sign"] == "之" else Suffix.ANNEX))
    return plain(HouseNumber(_value(found["main"], text), tuple(parts)))


def _in_order(part: AddressRange, text: str) -> AddressRange:
    if part.low >= part.high:
        raise UnableToReadAddress(f"“{text}”的起号大于止号，没有门牌在内；请改正其中一个。")
    return part
