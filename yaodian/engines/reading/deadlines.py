"""Expressions that bound when an action must be done: 9月底前, 年内, 上半年, 到2026年底, 春季学期开学前.

A :class:`Moment` is such an expression with the last day it means, or none where the plan leaves the day open
(春季学期). Recurrences (每月) and days of events, anniversaries and names are no deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .dates import iso, month_end
from .rules import Rule, RuleBook, rule

_YEAR = r"(?:(?P<year>20\d{2})年|(?P<this>今年|本年度?|当年)|(?P<next>明年|次年|翌年))"
_BEFORE = r"(?:之前|以前|前)"
_ACT = (
    r"(?:[,,:、]|全|努力|力争|争取|确保|实现|完成|基本|计划|拟|要|将(?!来)|继续|启动|新[增建开]|建[成设立]|创[建成]|开[展工设]|组织|举办|召开|出台|制定|印发|投入|达|全面|推[进动]|实施|"
    r"率先|争创|重点|我[市县区省]|[市县区省](?:直|属|教|级|财)|各|所有|公办|普惠|义务|学前|高中|中小学|幼儿园|工作任务|集中|分|至少|培[育训养]|选[派树拔]|招[聘录]|改[造建扩]|安排|命名|评[选估]|验收|交付|竣工|"
    r"迎接|接受|参加|面向|对|向|有序|稳步|适时|正式|整体|顺利|如期|按期|按时|陆续|分批|逐步|进一步|加快|深入|扎实|着力|高质量|\d|[一二三四五六七八九十两]+[个所项场次])"
)

FORMS = RuleBook(
    "deadlines",
    rule(
        "month",
        rf"(?:(?:到|至|截至|截止|于|在)?{_YEAR})?(?:(?P<run>\d{{1,2}})月?(?:份|底)?[-~至到]+(?=\d{{1,2}}月))?(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?:份)?(?:(?:\d{{1,2}}日?(?P<days>[-~至到]))?(?P<day>3[01]|[12]\d|0?[1-9])[日号]|(?P<part>底|末|中旬末?|上旬末?|下旬|初|中))?(?P<named>“[^”]{{1,8}}”)?(?P<before>{_BEFORE}|底前|末前)?(?:完成)?",
        why="A month or a day of a month with 前, 底, 旬, or set before an action.",
        holds=("9月底前完成考点建设", "3月16日前报送", "2024年12月底前", "5月中旬前", "10月份完成验收"),
        fails=("9月为师德师风建设月", "每月召开一次"),
    ),
    rule(
        "year-end",
        rf"(?:到|至|截至|截止)?(?:{_YEAR}|(?<![\d一二三两几多半学周全每历往同近])(?=年[底末内终])年|年)?(?:年)?(?:底|末|终|内)(?:{_BEFORE})?",
        why="年底前, 2024年底, 年内, 今年底.",
        holds=("年底前建成", "2024年底", "力争年内开工", "今年底前", "年末"),
        fails=("校内外培训", "到底", "年终总结", "区内职业院校"),
    ),
    rule(
        "part-of-year",
        rf"(?:{_YEAR})?(?:(?P<half>上半年|下半年)|(?<!每)(?:第)?(?P<quarter>[一二三四1-4])季度)(?:末|底|内)?(?:{_BEFORE})?(?!一)",
        why="Halves and quarters of a year.",
        holds=("上半年投入使用", "第三季度末前", "一季度完成"),
        fails=("每季度汇报", "每季度一次"),
    ),
    rule(
        "school-term",
        rf"(?:{_YEAR})?(?:(?:20\d{{2}}[-至]20\d{{2}}学年)?(?<![每一二三四五六七八个两各])(?:春季?|秋季?|新|本|下|上|第[一二])?学期(?:开学(?!后)|初|末|结束|期末|中)?(?:{_BEFORE}|期间|内)?(?!开学后)|(?:春|秋)季?(?:开学季?|入学|招生季?)(?:{_BEFORE})?|(?:开学|学期末|学年末|期末|暑假|寒假|暑期|寒暑假|高考|中考|汛期|入汛|国庆节?|春节|供暖期?|冬季)(?:结束|开始|来临|到来)?{_BEFORE}|[“\"](?:五一|六一|七一|十一)[”\"]?节?(?:之前|以前|前)|(?:本|一|新|全)?学年(?:度)?内|(?:暑假|暑期|寒假|寒暑假)(?:期间|内|里)|秋季(?=投入|投用|交付|启用|开园))",
        why="Terms and holidays bound an action without naming a day.",
        holds=("春学期投入使用", "秋季学期开学前", "利用暑假期间", "春季学期末前", "暑期前"),
        fails=("每学期召开2次", "各学期都要", "一学期"),
    ),
    rule(
        "by-year",
        rf"(?:(?:到|至|截至|截止到?)(?P<to>20\d{{2}})年(?!度?(?:工作|教育)(?:要点|计划))|(?P<until>20\d{{2}})年{_BEFORE})",
        why="到2025年, 2018年前 (the last day of 2017).",
        holds=("到2025年,覆盖率达95%", "2018年前全部消除"),
        fails=("2020年百校攻坚项目",),
    ),
    rule(
        "plan-period",
        rf"(?:到)?[“\"]?十(?P<plan>[二三四五六])五[”\"]?(?:规划)?(?:期?末|期间|期满)(?:{_BEFORE})?",
        why="The end of a five-year plan.",
        holds=("“十四五”末达到", "十四五期间新增"),
        fails=("“十四五”规划编制",),
    ),
    rule(
        "duration",
        r"(?P<span>(?:(?:[春秋]季?)?(?:学期)?开学后?|收假后?|返校后?|收到后?|受理后?)?(?:[一二两三四五六七八九十]|\d{1,2})(?:个)?(?:年|月|学期|工作日|日|天|周)(?:左右)?(?:的?时间(?:内)?|之?内|以内))",
        why="三年时间, 一个月内: bounded, but from a day the plan does not give.",
        holds=("力争三年时间", "两年内完成", "10个工作日内办结"),
        fails=("三年行动计划", "校内外"),
    ),
    rule(
        "bare-year",
        rf"(?:(?<=[。;,::!?、\s(])|^)(?:{_YEAR})(?=\s*{_ACT})(?!\s*\d{{1,2}}\s*月)(?!\s*[,,]?\s*(?:为|是|系|要(?:坚持|以|全面|紧)|全[市省区县国]?教育(?:工作|系统)|[^。,]{{0,12}}(?:工作要点|以习近平|总体(?:思路|要求|目标)|指导思想)))",
        why="The plan's year set before a commitment as its time.",
        holds=("2019年努力实现公办幼儿园占比达43%", "今年重点抓好3所学校", "2026年,完成改造"),
        fails=("2019年为教师思想政治教育年", "做好2019年体育中考", "2024年县域评估准备"),
        confidence=0.7,
    ),
)


#: What a line must hold for a form to be worth looking for: most lines hold no deadline, and this asks for it cheaply.
_HINTS = {
    "month": re.compile("月"),
    "year-end": re.compile("年(?:[底末内终]|度[底内末])|本年"),
    "part-of-year": re.compile("半年|季度"),
    "school-term": re.compile(
        "学期|开学|入学|招生|学年|暑|寒假|[高中]考|汛|国庆|春节|供暖|冬季|期末|秋季|[五六七十]一"
    ),
    "by-year": re.compile("20"),
    "plan-period": re.compile("十[二三四五六]五"),
    "duration": re.compile("时间|内"),
    "bare-year": re.compile("20|[今本当明次翌]年"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A deadline expression in folded text; ``date`` ISO or ``None``, ``is_late`` if its year is before the plan's."""

    start: int
    end: int
    date: str | None
    rule: str
    confidence: float
    is_before_plan: bool = False


def moments_in(folded: str, year: int | None, offset: int = 0, *, is_preamble: bool = False) -> list[Moment]:
    """The deadline expressions of one line of folded text, in order, never overlapping."""
    if not any(mark in folded for mark in "年月季学期假内前天日"):
        return []
    found: list[Moment] = []
    for each in FORMS:
        if (is_preamble and each.name in ("bare-year", "plan-period")) or not _HINTS[each.name].search(folded):
            continue
        for match in each.pattern.finditer(folded):
            start, end = match.span()
            if start == end or any(moment.start - offset < end and start < moment.end - offset for moment in found):
                continue
            moment = _READERS[each.name](each, match, folded, year, offset)
            if moment is not None and not _is_in_name(folded, start, end):
                found.append(moment)
    return sorted(found, key=lambda moment: moment.start)


def _moment(
    each: Rule, start: int, end: int, date: str | None, offset: int, year: int | None, confidence: float | None = None
) -> Moment:
    late = bool(date and year and int(date[:4]) < year)
    return Moment(
        offset + start, offset + end, date, f"deadline/{each.name}", confidence or each.confidence - 0.05, late
    )


def _stated_year(match: re.Match[str], year: int | None) -> int | None:
    if match.group("year"):
        return int(match.group("year"))
    if match.group("next"):
        return year + 1 if year else None
    return year


def _is_in_name(folded: str, start: int, end: int) -> bool:
    """Inside 《》 or short quotation marks, a moment is part of a name."""
    opened = folded.rfind("《", 0, start)
    if opened >= 0 and folded.find("》", opened) >= end:
        return True
    quoted = folded.rfind("“", max(0, start - 20), start)
    closed = folded.find("”", quoted) if quoted >= 0 else -1
    return quoted >= 0 and closed >= end and closed - quoted < 22


def _month(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    before, after = folded[max(0, start - 6) : start], folded[end : end + 8]
    marker, part, day = match.group("before"), match.group("part"), match.group("day")
    if match.group("named") and not marker:
        return None
    if re.search(r"(?:每年|每学年|历年|逢|年|\d|第|[-.])$", before):
        return None
    if not marker and re.match(r"^\s*(?:为|是|份为|龄|考|刊|嫂|末考|报(?!送)|度|\d)", after):
        return None
    text_end = end - 2 if match.group(0).endswith("完成") else end
    if not marker and not part:
        led = match.group(0)[0] in "到至" or re.search(r"(?:^|[。;,:、!?\s(】〕\]]|于|在|计划|拟|从|自)$", before)
        labelled = bool(
            re.search(r"(?:时限|时间|期限|节点|完成)\s*[】〕\]]?\s*[:]?\s*$", folded[max(0, start - 8) : start])
            or (folded.strip() == match.group(0) and not match.group("year"))
        )
        acts = re.match(rf"^\s*(?:{_ACT}|开始|起|举行|进行|报|提交|发布|公布|前后|左右)", after)
        if (
            day
            and not labelled
            and not match.group("days")
            and not re.search(r"(?:于|在|截至|截止)$", before)
            and not re.match(r"^\s*(?:截止|完成|前)", after)
        ):
            return None
        if not labelled and (not (led and acts) or re.match(r"^\s*[、]", after)):
            return None
    if (
        part
        and not marker
        and not re.search(r"(?:^|[。;,:、!?\s(】〕\])]|于|在|至|到|计划|拟|力争|确保|年|[一-鿿])$", before)
    ):
        return None
    stated = _stated_year(match, year)
    if stated is None:
        return _moment(each, start, text_end, None, offset, year, 0.7)
    month = int(match.group("month"))
    if day:
        date = iso(stated, month, int(day))
    elif part in ("底", "末", "下旬") or (marker in ("底前", "末前")):
        date = month_end(stated, month)
    elif part in ("中旬", "中旬末", "中"):
        date = iso(stated, month, 20 if part != "中" else 15)
    elif part in ("上旬", "上旬末"):
        date = iso(stated, month, 10)
    elif part == "初":
        date = iso(stated, month, 10)
    elif marker:
        date = month_end(stated, month - 1) if month > 1 else month_end(stated - 1, 12)
    else:
        date = month_end(stated, month)
    if match.group("year") and year and stated < year and not marker:
        return None
    text = match.group(0)[: text_end - start]
    lead = len(text) - len(re.sub(r"^(?:截至|截止|于|在)", "", text))
    return _moment(each, start + lead, text_end, date, offset, year, 0.95 if marker or part else 0.75)


def _year_end(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    text = match.group(0)
    if "年" not in text:
        return None
    before, after = folded[max(0, start - 3) : start], folded[end : end + 3]
    if re.search(r"[\d一二三两四五六七八九十几多半学周每历往同近去前]$", before) and not match.group("year"):
        return None
    if (
        re.match(r"^(?:审计|考核|总结|评估|考评|检查)(?!前)", after) and text in ("年末", "年终", "年底")
    ) or text.endswith("终"):
        return None
    stated = _stated_year(match, year)
    if match.group("year") and year and stated and stated < year and "前" not in text:
        return None
    return _moment(each, start, end, f"{stated:04d}-12-31" if stated else None, offset, year, 0.97)


def _part_of_year(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    if re.search(r"(?:每|各|每个|去年|上年|按|分)$", folded[max(0, start - 2) : start]):
        return None
    stated = _stated_year(match, year)
    if stated is None:
        return _moment(each, start, end, None, offset, year)
    if match.group("half"):
        month = 6 if match.group("half") == "上半年" else 12
    else:
        quarter = match.group("quarter")
        month = 3 * ("一二三四".index(quarter) + 1 if quarter in "一二三四" else int(quarter))
    return _moment(each, start, end, month_end(stated, month), offset, year)


def _school_term(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    text = match.group(0)
    if text in ("学期", "学期内", "学期末", "学期初", "学期中", "上学期", "下学期") or re.search(
        r"[每各两一二三四五六七八个本]$", folded[max(0, start - 1) : start]
    ):
        return None
    if (
        re.match(
            r"^(?:教学计划|工作计划|课程|成绩|考试|末考|工作|检查|准备|督导|返校|各项|疫情|条件)", folded[end : end + 4]
        )
        and "前" not in text
    ):
        return None
    festival = re.search(r"[“\"](五一|六一|七一|十一)[”\"]|(国庆)节?(?:之前|以前|前)", text)
    if festival and year:
        month, day = {"五一": (4, 30), "六一": (5, 31), "七一": (6, 30), "十一": (9, 30)}[festival.group(1) or "十一"]
        return _moment(each, start, end, iso(year, month, day), offset, year, 0.85)
    return _moment(each, start, end, None, offset, year, 0.85)


def _by_year(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    stated = int(match.group("to")) if match.group("to") else int(match.group("until")) - 1
    if match.group(0).startswith("截"):
        return None
    return _moment(each, start, end, f"{stated:04d}-12-31", offset, year)


def _plan_period(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    stated = 2015 + 5 * ("二三四五六".index(match.group("plan")))
    if year and stated < year:
        return None
    return _moment(each, start, end, f"{stated:04d}-12-31", offset, year, 0.8)


def _duration(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    before = folded[max(0, start - 3) : start]
    if re.search(r"(?:第|前|近|过去|最近|[\d.一二三四五六七八九十百])$", before) or re.search(
        r"\d{4}年(?:内|之内|以内)$", match.group(0)
    ):
        return None
    return _moment(each, start, end, None, offset, year, 0.75)


def _bare_year(each: Rule, match: re.Match[str], folded: str, year: int | None, offset: int) -> Moment | None:
    start, end = match.span()
    stated = _stated_year(match, year)
    if stated is None or (year is not None and stated < year):
        return None
    if re.match(
        r"^[,,、]?\s*(?:学年|度|级|版|我[市县区省](?:教育)?(?:工作|系统)|全[市县区省](?:教育)?(?:工作|系统)|.{0,6}(?:要以|将以|以习近平))",
        folded[end : end + 14],
    ):
        return None
    return _moment(each, start, end, f"{stated:04d}-12-31", offset, year)


_READERS: dict[str, Callable[[Rule, re.Match[str], str, int | None, int], Moment | None]] = {
    "month": _month,
    "year-end": _year_end,
    "part-of-year": _part_of_year,
    "school-term": _school_term,
    "by-year": _by_year,
    "plan-period": _plan_period,
    "duration": _duration,
    "bare-year": _bare_year,
}
