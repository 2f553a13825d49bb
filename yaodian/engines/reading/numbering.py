"""The numbering of the genre: 第一章, 一、, (一), 1., 1.1, (1), ①, 一是, 【重点任务3】.

:func:`label_of` looks at the start of a line; :func:`runs_in` finds a run of items inside one paragraph (一是…;二是…).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .numerals import ordinal_value
from .rules import RuleBook, rule

_CN = "[一二三四五六七八九十百]{1,5}"

# In the order of precedence; ``rank`` says which kind stands outside which where a document does not show otherwise.
RANK = {
    "chapter": 0,
    "section": 1,
    "chinese": 2,
    "bracket": 3,
    "chinese-paren": 4,
    "arabic": 5,
    "dotted": 6,
    "arabic-paren": 7,
    "circled": 8,
    "letter": 9,
    "shi": 10,
}

NUMBERING = RuleBook(
    "numbering",
    rule(
        "chapter",
        rf"^\s*(?P<number>第{_CN}(?:章|部分|篇|编))\s*[、:.]?\s*",
        why="Long plans are cut into chapters.",
        holds=("第一章 总体要求", "第二部分:重点任务"),
        fails=("第一批课程基地建设", "第三次全市教育大会"),
    ),
    rule(
        "section",
        rf"^\s*(?P<number>第{_CN}节)(?!课)\s*[、:.]?\s*",
        why="Sections below chapters.",
        holds=("第二节 学前教育",),
        fails=("第二节课后大课间活动要保证30分钟。", "第一届运动会"),
    ),
    rule(
        "bracket",
        r"^\s*【(?P<number>[^】\d]{0,8}(?:\d{1,3}|[一二三四五六七八九十]{1,3}))】\s*[、.:]?\s*",
        why="Tasks numbered in heavy brackets.",
        holds=("【重点任务3】推进课后服务", "【任务一】加强党建"),
        fails=("【打印正文】", "【责任单位】基教科"),
    ),
    rule(
        "chinese",
        rf"^\s*(?P<number>{_CN})\s*(?:、|\.(?!\d))\s*",
        why="The usual first level; 六. with a full stop occurs.",
        holds=("一、工作目标", "六.推进义务教育优质均衡发展", "十二 、加强督导"),
        fails=("一是紧扣一条主线", "三所学校完成改造", "一校一策"),
    ),
    rule(
        "chinese-paren",
        rf"^\s*\((?P<number>{_CN})\)\s*[、.]?\s*",
        why="The usual second level.",
        holds=("(一)加强党的建设", "(十二)、推进评价改革"),
        fails=("(试行)办法", "(一校一案)落实到位"),
    ),
    rule(
        "dotted",
        r"^\s*(?P<number>\d{1,2}(?:\.\d{1,2}){1,4})(?:[、.\s]\s*|(?=[一-鿿“《【(]))(?!\d)",
        why="1.1 and deeper; checked against the item before it, since 5.12 may be a day.",
        holds=("1.1 加强师德建设", "2.3.1、实施名师工程"),
        fails=("2024.3.1前完成", "1.加强师德建设"),
    ),
    rule(
        "arabic",
        r"^\s*(?P<number>(?!(?:19|20)\d\d)\d{1,4})\s*[.、](?!\d)\s*",
        why="The usual clause number.",
        holds=("1.加强教师队伍管理", "22. 开展普通高中特色创建", "3、推进信息化"),
        fails=("1.5万平方米校舍建设", "2019年工作任务", "3所学校"),
    ),
    rule(
        "arabic-paren",
        r"^\s*(?:\((?P<number>\d{1,2})\)|(?P<bare>\d{1,2})\))\s*[、.]?\s*",
        why="The usual fourth level.",
        holds=("(1)完成规划编制", "2)组织验收"),
        fails=("(2024年)安排", "(五)加强督导"),
    ),
    rule(
        "circled",
        r"^\s*(?P<number>[①-⑳])\s*[、.]?\s*",
        why="Items below a clause.",
        holds=("①完成规划编制", "⑫ 组织验收"),
        fails=("1完成规划",),
    ),
    rule(
        "letter",
        r"^\s*(?P<number>[A-Ha-h])\s*[.、]\s*(?=[一-鿿])",
        why="Rare lowest level.",
        holds=("A.完成规划编制",),
        fails=("A类学校", "AI.赋能教学"),
    ),
    rule(
        "shi",
        r"^\s*(?P<number>[一二三四五六七八九十]{1,2}是)(?![否])\s*",
        why="一是, 二是 as paragraphs of their own.",
        holds=("一是紧扣主线;", "二是突出重点。"),
        fails=("一切工作", "是否达标"),
    ),
)


@dataclass(frozen=True, slots=True)
class Label:
    """A number as found: its ``kind`` (a name of :data:`NUMBERING`), the schema's ``number``, where it starts and ends."""

    kind: str
    number: str
    start: int
    end: int

    @property
    def value(self) -> int | None:
        """Its place in its run."""
        return ordinal_value(self.number)


def label_of(folded: str, offset: int = 0) -> Label | None:
    """The clause number at the start of a folded line, with ``offset`` added to its place."""
    head = folded[:24]
    stripped = head.lstrip()
    for each in _BY_START.get(stripped[:1], ()):
        found = each.pattern.match(head)
        if found is None:
            continue
        number = found.group("number") if found.groupdict().get("number") else found.groupdict().get("bare", "")
        if each.name in ("chinese-paren", "arabic-paren"):
            number = f"({number})"
        if each.name == "dotted" and _is_day(head):
            continue
        lead = len(head) - len(stripped)
        return Label(each.name, number, offset + lead, offset + found.end())
    return None


#: The kinds a label may be of, by its first character: most lines begin with none of them.
_STARTS = {
    "chapter": "第",
    "section": "第",
    "bracket": "【",
    "chinese": "一二三四五六七八九十百",
    "chinese-paren": "(",
    "dotted": "0123456789",
    "arabic": "0123456789",
    "arabic-paren": "(0123456789",
    "circled": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "letter": "ABCDEFGHabcdefgh",
    "shi": "一二三四五六七八九十",
}
_BY_START = {
    start: tuple(each for each in NUMBERING if start in _STARTS[each.name]) for start in set("".join(_STARTS.values()))
}


def _is_day(head: str) -> bool:
    return bool(
        re.match(
            r"\s*(?:\d{4}\.|(?:5\.12|6\.26|12\.4|4\.15|11\.9|9\.10|3\.8|5\.4|6\.1|7\.1)(?!\d)\s*[“\"]?(?:全国|国际|防灾|禁毒|宪法|消防|教师节|国家))",
            head,
        )
    )


_SHI = re.compile(r"(?:^|(?<=[。;:,,、!?:;\s]))(?P<number>[一二三四五六七八九十]{1,2}是)(?!否|非)")
_CIRCLED = re.compile(r"(?P<number>[①-⑳])")
_PAREN = re.compile(r"(?:^|(?<=[。;:,!?\s]))\((?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})\)")
_ARABIC_RUN = re.compile(r"(?:^|(?<=[。;:!?]))\s*(?P<number>\d{1,2})[.、](?=[一-鿿“])")
# With each kind what its first item looks like, and what stands in every item: without the one there is no run that
# begins at 1, without the other twice there is none at all, and most lines have neither.
_RUNS = (
    ("shi", _SHI, re.compile("一是"), re.compile("是")),
    ("circled", _CIRCLED, re.compile("①"), _CIRCLED),
    ("arabic-paren", _PAREN, re.compile(r"\((?:1|一)\)"), re.compile(r"\(")),
    ("arabic", _ARABIC_RUN, re.compile(r"1[.、]"), re.compile(r"\d[.、][一-鿿“]")),
)


def runs_in(folded: str, offset: int = 0, *, from_start: bool = False) -> list[Label]:
    """The items of a run inside one paragraph: at least two, numbered 1, 2, 3 … without a gap; else nothing.

    With ``from_start`` a run may begin at the paragraph's own first character with any number, as when 二是 follows
    in the next paragraph and holds 三是 too.
    """
    for kind, pattern, first, item in _RUNS:
        if not (from_start or first.search(folded)) or len(item.findall(folded)) < 2:
            continue
        found: list[Label] = []
        for match in pattern.finditer(folded):
            number = match.group("number")
            label = f"({number})" if kind == "arabic-paren" else number
            value = ordinal_value(label)
            expected = (found[-1].value or 0) + 1 if found else 1
            if value == expected or (from_start and not found and not folded[: match.start("number")].strip()):
                name = "chinese-paren" if kind == "arabic-paren" and not number.isdigit() else kind
                begin = match.start("number") - (1 if kind == "arabic-paren" else 0)
                found.append(Label(name, label, offset + begin, offset + match.end()))
        if len(found) >= 2:
            return found
    return []
