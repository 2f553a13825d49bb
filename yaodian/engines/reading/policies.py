"""The documents a plan names in 《》: laws, opinions, measures; not courses, books or songs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .rules import RuleBook, rule

NO_DOCUMENT = RuleBook(
    "marks that name no document",
    rule(
        "work-after",
        r"^\s*(?:系列)?(?:校本|地方|特色|德育|主题|思政|微|精品)?(?:课程|教材|读本|绘本|一书|等书|书籍|图书|杂志|期刊|报纸?(?!告)|周刊|歌曲|之歌|歌谣|组歌|影片|电影|纪录片|专题片|宣传片|短片|动画片?|剧目|话剧|音乐剧|舞蹈|节目|栏目|专栏|频道|连续剧|情景剧|课本剧)",
        why="What follows the marks says that they hold a work, not a document.",
        holds=("课程", "一书", "专题片"),
        fails=("要求", "报告", "的通知", "精神,发挥"),
    ),
    rule(
        "work-before",
        r"(?:歌曲|演唱|合唱|影片|电影|观看|话剧|舞剧|栏目|专栏|节目|报刊|杂志|读本|课程|教材|教科书|书籍|图书|共读|阅读)\s*$",
        why="What stands before the marks says so.",
        holds=("组织观看", "演唱"),
        fails=("贯彻落实", "出台"),
    ),
)

_MARKED = re.compile(r"《([^《》]{2,120}(?:《[^《》]{1,80}》[^《》]{0,60}){0,3})》")
_DOCUMENT_END = re.compile(
    r"(?:意见|办法|方案|规划|计划|纲要|条例|法|规定|通知|标准|指南|要点|规程|细则|制度|准则|手册|规范|守则|决定|规则|清单|公约|章程|目录|报告|要求|备忘录|指引|措施|大纲|安排|通告|公告|倡议书?|协议|责任书|指标体系|体系|条|若干.+|行动|工程|建议|说明|批复|函|意见书|宣言|白皮书|蓝皮书|表|书)(?:\([^)]{1,30}\))?$"
)


#: Names that are a book's by themselves.
_WORK_NAME = re.compile(r"(?:读本|选编|选读|文选|简史|教程|教材|绘本)(?:\([^)]*\))?$|^论|治国理政")


@dataclass(frozen=True, slots=True)
class Named:
    """A named document in folded text: ``start``/``end`` with the marks, the name without."""

    start: int
    end: int
    is_certain: bool


def documents_in(folded: str, offset: int = 0) -> list[Named]:
    """Every 《…》 that names a document; the outer marks only."""
    if "《" not in folded:
        return []
    found = []
    for match in _MARKED.finditer(folded):
        name = match.group(1)
        certain = bool(_DOCUMENT_END.search(re.sub(r"[《》<>\s]", "", name)))
        if _WORK_NAME.search(name):
            continue
        after, before = folded[match.end() : match.end() + 8], folded[max(0, match.start() - 6) : match.start()]
        book, book_before = (each.pattern for each in NO_DOCUMENT)
        if (book.search(after) or book_before.search(before)) and not (
            certain
            and re.search(r"(?:方案|规划|标准|纲要|意见|办法|通知|计划|规程|指南|指导纲要)(?:\([^)]*\))?$", name)
        ):
            continue
        if (
            not certain
            and re.fullmatch(r"[一-鿿·]{2,7}", name)
            and not re.search(r"(?:落实|贯彻|执行|按照|根据|依据|出台|印发|制定|修订|学习|实施|遵守)\s*$", before)
        ):
            continue
        found.append(Named(offset + match.start(), offset + match.end(), certain))
    return found
