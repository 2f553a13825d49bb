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
from dataclasses import dataclass

from .deadlines import Moment
from .lexicon import ABSTRACT, LEADS, STRIVE, STRONG_UNITS, STRONG_VERBS, TAILS, WEAK_UNITS
from .plan import Comparator, Period, Strength
from .quantities import Quantity, quantities_in
from .rules import RuleBook, rule

MASKS = RuleBook(
    "what is no target",
    rule(
        "name-with-figures",
        r"[“\"'‘][^“”\"'‘’]{0,24}\d[^“”\"'‘’]{0,24}[”\"'’]|\d\s*[+×xX/]\s*[\dXNn]|[A-Za-z+×/]\d+|\d+\s*[+×]|\d\.0(?!\d|%|[个所名人])|\d+\s*(?:号线?|型|版|栋楼|中(?:学)?校区|热线|平台)",
        why="Figures in names: “5+2”工程, “1+X”证书, 3+1+2, 2.0, “5621”计划.",
        holds=("实施“5+2”工程", "“1+X”证书", "3+1+2模式", "教育信息化2.0行动", "12345热线"),
        fails=("培育2-3所特色学校", "提升1.5个百分点"),
    ),
    rule(
        "ordinal",
        r"第\s*(?:[\d一二三四五六七八九十百]+\s*[-~至、]\s*)?[\d一二三四五六七八九十百]+\s*(?:个|届|次|批|轮|期|名|位|所|项|条|部|周|站|场|方|学|课)?",
        why="Ordinals count a place in a row.",
        holds=("第35个教师节", "第十届运动会", "第二批骨干教师"),
        fails=("评选35个先进集体",),
    ),
    rule(
        "document-number",
        r"[〔\[(【]\s*(?:19|20)\d{2}\s*[〕\])】]\s*第?\s*\d+\s*号|(?:电话|传真|联系方式|邮编|电 *话)\s*[::]?\s*[\d-]{5,}|\d{3,4}-\d{7,8}|1[3-9]\d{9}",
        why="Document and telephone numbers.",
        holds=("教基〔2017〕3号", "联系电话:0511-88916305"),
        fails=("建设3个基地",),
    ),
    rule(
        "age-or-grade",
        r"\d{1,2}\s*(?:[-~至到]\s*\d{1,2})?\s*(?:周?岁|年级|年制)|[一二三四五六七八九]\s*[-至、]?\s*[二三四五六七八九]?年级|[一二三四五六七八九十\d]+(?:级|位一体|方协同|方联动|方面|结合)",
        why="Ages, grades and levels describe a group.",
        holds=("3-6岁儿童", "一至二年级", "三级网络", "三位一体"),
        fails=("3-6所学校",),
    ),
    rule(
        "term-of-years",
        r"(?:[一二三四五六七八九十两\d]+)(?:年|个?月)(?:期)?(?:行动|计划|规划|提升|攻坚|改造|发展|一轮|轮训|一次|一周期|以上(?:教龄|工作|经验|党龄)|过渡期|免费|制|来)",
        why="三年行动计划 names a term; 三年一轮 a cycle.",
        holds=("学前教育三年行动计划", "三年一轮的全员培训", "15年免费教育"),
        fails=("不少于三年",),
    ),
    rule(
        "anniversary",
        r"\d+\s*周年|[一二三四五六七八九十百]+周年|诞辰\s*\d+",
        why="Anniversaries.",
        holds=("成立70周年", "建党一百周年"),
        fails=("每周1次",),
    ),
    rule(
        "clock-or-date",
        r"\d{1,2}:\d{2}|\d{4}\s*[-/.年]\s*\d{1,2}|\d{1,2}\s*月\s*(?:\d{1,2}\s*[日号]?|底|末|中旬|上旬|下旬|份)?|(?:19|20)\d{2}\s*(?:-\s*(?:19|20)?\d{2,4})?\s*(?:学年|年)?(?:度|级|届)?(?![\d个所名人项门家间次场套张%节元万])|\d{1,2}[日号](?=前|起|至|[,。;、])",
        why="Days and years.",
        holds=("2024年3月", "9月底前", "2020年", "8:00"),
        fails=("2000人次", "5个月"[:0] + "2024所学校"),
    ),
    rule(
        "from-to",
        r"由(?:目前|现有|现在|上年|去年|20\d{2}年)?的?(?:近|约)?\d[\d.]*(?:%|[一-鿿]{1,2})?(?=(?:提高|提升|调整|下降|降低|增加|增长|降|升|增|扩大|减少|缩小|压减)?(?:到|至))",
        why="由38%提升到45%: only the second figure is promised.",
        holds=("占比由38%提升到45%", "由目前近800所调整到700所左右"),
        fails=("由30名教师组成的讲师团",),
    ),
    rule(
        "congress",
        r"[一二三四五六七八九十]+届(?:[一二三四五六七八九十、和及历]+(?:次|中))?(?:、[一二三四五六七八九十]+次)*|[一二三四五六七八九十]+次(?:党代会|党代表大会|全会)",
        why="Congresses and their sessions are counted by ordinals.",
        holds=("省委八届九次全会", "十九届四中全会", "市委十三届六次、七次全会"),
        fails=("每学期两次会议",),
    ),
    rule(
        "fixed-words",
        r"一次性|[一二三]本(?=以上|科|上线|线|率|达线)|[一二三]批次|一站式|一体化|一线|一流|一系列|一大批|一批|一定|一般|一起|一同|一并|一律|一致|一带一路|一把手|一对一|第一|进一步|统一|唯一|之一|万一|百年|千方百计|百花齐放|万众|千家万户|百日|双百",
        why="Numerals inside words.",
        holds=("一次性办结率", "一本上线率", "打造一批示范校"),
        fails=("打造一所示范校",),
    ),
    rule(
        "every-one-each",
        r"[一1](?:校|生|人|县|园|区|镇|乡|村|班|科|课|岗|事|户|企|师|月|周|季度?|年|学期|品|策|案|档|表|图|清单|书|网|码|站|栏|警|医|墙|室|台账|体|件事|报告|方案|校一品|督导|通报|主题|评|考|练|总结|调度|例会|会商|汇报|反馈)[一多1](?!所|名|个|项)",
        why="一校一策, 一月一通报: formulas, no unit counted.",
        holds=("一校一案", "落实一月一督导", "一生一档"),
        fails=("每校一名",),
    ),
    rule(
        "share-of-campaign",
        r"(?:[一二三四五六七八九十百两]+|\d+)(?:大|个?(?:一|维护|意识|自信|确立|务必|到位|带头|清单|一律|严禁|不准|必须|统一|率先|注重|聚焦|走在前|只增不减))",
        why="三大工程, 两个维护, 十不准: parts of a slogan's or a campaign's name.",
        holds=("三大工程", "两个维护", "四个意识", "三个一"),
        fails=("两个基地", "十个名师工作室", "1个百分点"),
    ),
)

_PAST = re.compile(
    r"(?:已(?:经|有|建|完|达|实|累|取|获|创|认|投|新|是)?|截至|截止|截止到|目前(?:为止)?|现有|现已|现为|历年|过去|曾|去年(?!.{0,3}(?:底)?[,,]?(?:提高|提升|下降|增长|增加|减少))|上年(?!.{0,4}(?:提高|提升|下降|增长|增加|减少|有所))|上一年度?|前年|"
    r"(?:达到|完成|实现|取得|建成|新增|获得|荣获|培育|评选)了)"
)
_COMPARED_TO = re.compile(r"(?:比|较|与|同)(?:上一?年度?|去年|20\d{2}年|上年度?)(?:底|末|同期|度|相比)?(?:相比)?|同比|环比")
_THRESHOLD_NOUN = re.compile(r"^(?:的?(?:规模|教龄|党龄|工龄|学校|学生|教师|幼儿|儿童|人口|企业|学历|职称|大班额|班额|班|班级|机构|项目经费|资金|的|及以下|工程|支出|采购|婴幼儿|中小学|小区|居民|常住|骨干|荣誉|奖项))")
_QUANTITY_NOUN = re.compile(r"(?:率|比例|占比|比重|比|指数|系数|水平|得分|分数|满意度|知晓度|覆盖面|人数|数|数量|总数|面积|标准|经费|规模|时间|班额|额|量|次数|课时|时长|带宽|容量|金额|价值|投入|投资|资金|补助|产值|周期|差异|差距|权重|面|幅度|年限|生师比|师生比|增幅|增速|规模数|限额|额度)$")
_BOUNDARY = re.compile(r"[,。;:!?\t]")
_STRONG_START = re.compile(rf"^(?:{STRONG_VERBS})")
_VERB_ANY = re.compile(STRONG_VERBS)
_LEAD_START = re.compile(rf"^(?:{LEADS}|{STRONG_VERBS}|[“\"][^“”\"]{{2,24}}[”\"](?:活动|年)(?=[一-鿿]{{2}})|[、的地得了:\s”)-]|“(?=[^”]*$)|\((?=[^)]*$))")
_TAIL_END = re.compile(rf"(?:{TAILS}|[的了:\s(-])$")
#: What begins a predicate behind a counted noun (4所幼儿园|争创…). Short words are guarded where they are part of nouns.
_PREDICATE = re.compile(
    r"(?:争创|升格|通过|参加|参与|参评|举办|完成|开展|进行|获得|获评|获批|获|达到|达(?!标)|实施(?!方案)|安装|建成|投入|纳入|进入|晋升|评为|列入|接受|配备|实现|入选|创建|创成|创立|承担|承办|赴|到(?!位)|前往|托管|设立|设置|加入|立项|上线|接入|"
    r"启动|开工|竣工|交付|挂牌|面向|用于|作为|成为|提供|享受|取得|上岗|持证|按照|依托|以(?!上|下|内|及)|(?<![成行])为(?!主|民)|(?<![内定走倾趋])向(?![阳上学])|(?<!存)在(?!线|校|籍|园|职|编|岗|读|册|建|地)|由|对(?!口|外|标|象|接|照)|(?<![服听])从(?!业|教)|(?<!参)与(?!会|管理|服务)|(?<!合)并|"
    r"(?<![高中初同平上下优对])等(?!级|职|教|院|专|距|边|价|额|次)|做好|组建|推广|推行|运用|使用|结成|结对|覆盖|整改|转为|改造为|改建|(?<!平)均(?!衡)|全部|分别|(?<!许)可(?!持续|视|再|复制)|将|(?<![功智技节职才性])能(?!力|源|人|手|级)|须|应(?!急|用|届|试|聘|考|征|对)|(?<![重主需必])要(?!点|素|求)|打造|增加|(?<!双)提升(?!工程|计划|行动|项目|班)|提高|下降|减少|增长|更新|更换|添置|添加|配置|配齐|"
    r"招聘|安排|成功|顺利|如期|逐步|继续|申报|试行|试点(?!校|区|项目|单位|班|学校)|开(?!展|工|放|园|班|发|设|学|源|课)|办理|签订|建立|制定|补充|改善|给予|予以|跟岗|交流(?!活动|会)|(?<![学以目提])前(?!期|瞻|沿|置|端|景|列|教育)|(?<![课今先产])后(?!备|勤|续|期|服务)|里|之间|享有|已|未|仍|"
    r"(?:的)?(?:新建|扩建|改扩建)(?=工程|任务))"
)
_PER = (
    (re.compile(r"每学年|每年|年均|全年|每生年|按年|年度?内?(?=培训)|/年"), "year"),
    (re.compile(r"每(?:个)?学期|每学年度学期"), "term"),
    (re.compile(r"每(?:个)?月|月均"), "month"),
    (re.compile(r"每(?:个)?周|每星期|周均|周(?=课时|不少于)"), "week"),
)
_PER_OTHER = re.compile(r"每(?:个)?(?:天|日|季度|季|两年|三年|半年|[二三四五\d]年|次|节课)|(?<!四)季度")


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
class _Sentence:
    """A sentence with its place, the moments in it and the places that are masked."""

    text: str
    offset: int
    moments: tuple[Moment, ...]
    masked: tuple[tuple[int, int], ...]
    year: int | None
    is_review: bool = False


def targets_in(folded: str, offset: int, moments: list[Moment], hidden: list[tuple[int, int]], year: int | None) -> list[Found]:
    """The targets of one line of folded text.

    ``moments`` are the deadlines of the line, ``hidden`` the places of documents' names and lists of units, both in
    places of the whole text.
    """
    found: list[Found] = []
    is_review = False
    for start, end in _sentences(folded):
        text = folded[start:end]
        is_review = _looks_back(text, year, is_review)
        if not _may_hold_target(text):
            continue
        at = offset + start
        masked = [(low - at, high - at) for low, high in hidden if low < at + len(text) and at < high]
        masked += [(moment.start - at, moment.end - at) for moment in moments if moment.start < at + len(text) and at < moment.end]
        for each in MASKS:
            masked += [match.span() for match in each.pattern.finditer(text)]
        inside = tuple(moment for moment in moments if at <= moment.start < at + len(text))
        found.extend(_in_sentence(_Sentence(text, at, inside, tuple(masked), year, is_review)))
    return found


def _looks_back(text: str, year: int | None, before: bool) -> bool:
    """Whether a sentence tells of the past: it opens with an earlier year or says so; the next ones follow until the present is named."""
    opened = re.match(r"^\s*(?:(?P<year>20\d{2})年|(?P<past>去年|上年|上一年|过去(?:的)?一年|一年来|近年来|近[几两三]年|截至|目前|现有))", text)
    if opened:
        if opened.group("past"):
            return True
        return year is not None and int(opened.group("year")) < year
    if re.search(r"今年|本年|新的一年|力争|确保|要(?:以|坚持|全面|紧)|工作(?:总体)?(?:要求|思路|目标)|指导思想", text):
        return False
    return before


def _may_hold_target(text: str) -> bool:
    return bool(re.search(r"\d|[一二两三四五六七八九十百千]|全覆盖|全部|应.{1,3}尽", text))


def _sentences(folded: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in re.finditer(r"[。;!?]", folded):
        spans.append((start, match.end()))
        start = match.end()
    if start < len(folded):
        spans.append((start, len(folded)))
    return spans


def _in_sentence(sentence: _Sentence) -> list[Found]:
    found: list[Found] = []
    previous: Quantity | None = None
    quantities = quantities_in(sentence.text)
    for quantity in quantities:
        if _is_masked(sentence, quantity):
            continue
        target = _read(sentence, quantity, previous, found)
        if target is not None:
            found.extend(_spread(sentence, quantity, target, quantities))
            previous = quantity
    found.extend(_implicit(sentence))
    return sorted(found, key=lambda each: each.end)


def _is_masked(sentence: _Sentence, quantity: Quantity) -> bool:
    number_end = quantity.unit_end
    for low, high in sentence.masked:
        if low <= quantity.start < high or low < quantity.start + 1 <= high:
            return True
        if quantity.start < low < number_end:
            return True
    before = sentence.text[quantity.start - 1 : quantity.start]
    return bool(re.match(r"[A-Za-z第+×/.#]", before)) if before else False


# ── one figure ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(sentence: _Sentence, quantity: Quantity, previous: Quantity | None, earlier: list[Found]) -> Found | None:
    text = sentence.text
    left = _left_boundary(sentence, quantity, previous)
    segment = text[left : quantity.start]
    if _is_past(sentence, left, quantity):
        return None
    comparator, change = _comparator(segment, quantity, text)
    is_rate = _is_rate(quantity, segment)
    noun = _noun_behind(sentence, quantity) if not (is_rate and (quantity.unit or "").endswith("元")) else None
    named_before = bool(_QUANTITY_NOUN.search(_strip_tails(segment)))
    counted_behind = noun is not None and not (is_rate and (named_before or quantity.unit in ("个百分点", "百分点", "倍", "成", "分", None)))
    compared = bool(re.search(r"(?:不少于|不低于|不超过|不高于|至少|最多|控制在|达到|达|超过|突破|增至|提高到|提高至|不得)[^,。;、]{0,4}$", segment))
    if not _is_commitment(sentence, quantity, segment, noun, is_rate, compared, counted_behind):
        return None
    subject: tuple[int, int] | None
    end = quantity.end
    if counted_behind and noun is not None:
        subject, end = noun, noun[1]
    else:
        subject = _subject_before(sentence, left, quantity, is_rate) or (noun if noun else None)
    if earlier and not counted_behind and (left == quantity.start or segment.strip(" 、,") in ("", "其中", "且", "并", "和", "与", "及")):
        if comparator == "at_least" and not quantity.post and "分别" in text[: quantity.start]:
            comparator = earlier[-1].comparator
        return _finish(sentence, quantity, _shared_subject(sentence, quantity, earlier), comparator, change, left, end, 0.6, "same-subject")
    if subject is None:
        subject = _governing_word(text, left, quantity)
    if subject is None:
        if not earlier:
            return None
        return _finish(sentence, quantity, earlier[-1].subject, comparator, change, left, end, 0.55, "same-subject")
    words = text[subject[0] : subject[1]]
    absolute: tuple[int, int] | str = (subject[0] + sentence.offset, subject[1] + sentence.offset)
    if is_rate and _GROUP.fullmatch(words):
        head = _common_head(sentence, left, subject[0])
        if head is not None:
            absolute = head + words
    confidence = 0.95 if is_rate and _QUANTITY_NOUN.search(words) else 0.9 if compared else 0.85 if not quantity.is_chinese else 0.7
    name = "rate" if is_rate else "counted-behind" if counted_behind else "counted-before"
    return _finish(sentence, quantity, absolute, comparator, change, left, end, confidence, name)


#: Words that only say for whom a rate is given: 专任教师本科以上比例:小学85%、初中95%.
_GROUP = re.compile(r"(?:小学|初中|高中|幼儿园|中职|高职|普高|学前|义务教育|教师|学生|家长|校长|城市|城镇|农村|乡镇|乡村|县城|公办|民办|男生?|女生?|城区|市区|区级|县级|市级|省级|县\(市\)|[一-鿿]{1,3}[区县市])")


def _common_head(sentence: _Sentence, left: int, start: int) -> str | None:
    """The quantity that several groups of one sentence share: named before a colon, or in the first of the list."""
    text = sentence.text[:start]
    colon = re.search(r"([^,。;::]{2,24})[::](?:[^。;:]*)$", text)
    if colon and _QUANTITY_NOUN.search(colon.group(1)):
        return _strip_leads(colon.group(1))
    first = None
    for match in re.finditer(rf"([^,。;::、]{{2,20}}?(?:率|比例|占比|标准|经费|额|系数))(?:{_GROUP.pattern})", text):
        first = match
    return _strip_leads(first.group(1)) if first else None


def _shared_subject(sentence: _Sentence, quantity: Quantity, earlier: list[Found]) -> tuple[int, int] | str:
    """The subject of a figure that names none: its place in 分别, else the last with the same measure word, else the last."""
    last = earlier[-1]
    if isinstance(last.subject, tuple):
        low, high = last.subject[0] - sentence.offset, last.subject[1] - sentence.offset
        if "分别" in sentence.text[high : quantity.start]:
            tail = re.match(r"(?:、|和|与|及|以及)([^、,。;:]{2,20}?)(?=、|和|与|及|分别|均)", sentence.text[high:])
            if tail:
                return sentence.offset + high + tail.start(1), sentence.offset + high + tail.end(1)
    same = [found for found in earlier if found.unit == quantity.unit]
    return same[-1].subject if same else last.subject


def _finish(
    sentence: _Sentence, quantity: Quantity, subject: tuple[int, int] | str, comparator: Comparator, change: int, left: int, end: int, confidence: float, name: str
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
        due=_due(sentence, quantity),
        per=_period(sentence, quantity, left),
        strength=_strength(sentence, quantity),
        implicit=False,
        start=sentence.offset + _span_start(sentence, left, subject),
        end=sentence.offset + max(end, quantity.end),
        confidence=confidence,
        rule=f"target/{name}",
    )


def _span_start(sentence: _Sentence, left: int, subject: tuple[int, int] | str) -> int:
    at = left
    while at < len(sentence.text) and sentence.text[at] in " 、,:":
        at += 1
    if isinstance(subject, tuple) and 0 <= subject[0] - sentence.offset < at:
        return subject[0] - sentence.offset
    return at


def _left_boundary(sentence: _Sentence, quantity: Quantity, previous: Quantity | None) -> int:
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
        elif depth == 0 and _BOUNDARY.match(char):
            left = at + 1
            break
    if previous is not None and previous.end > left:
        joint = re.search(r"[、,;]|和|与|及|或", text[previous.end : quantity.start])
        left = previous.end + (joint.end() if joint else 0)
    return left


def _is_past(sentence: _Sentence, left: int, quantity: Quantity) -> bool:
    """What has been reached already, in this clause or in a sentence that looks back."""
    text = sentence.text
    segment = _COMPARED_TO.sub("", text[left : quantity.start])
    if _PAST.search(segment) or re.match(r"^[^,。;、]{0,12}(?:均|全部|都)?已(?!经?(?:批复|立项|列入))", text[quantity.end :]):
        return True
    if sentence.is_review and not re.search(r"今年|力争|争取|确保|计划|目标|将(?!.{0,2}军)|拟|到20\d\d年|新的一年", text[: quantity.start]):
        return True
    opening = _COMPARED_TO.sub("", text[: quantity.start])
    return bool(re.match(r"^\s*(?:去年|上年|上一年|截至|截止|目前|过去|[一二三四五两]年来|近年来|20\d{2}年以来|“?十[二三四]五”?(?:期间|以来),?全)", opening)) and not re.search(r"(?:今年|力争|确保|计划|将|再|要|到20)", opening)


def _comparator(segment: str, quantity: Quantity, text: str) -> tuple[Comparator, int]:
    """The comparator and, for a change, its sign."""
    near = segment[-14:]
    behind = text[quantity.unit_end : quantity.unit_end + 6]
    percent = quantity.unit in ("%", "‰", "个百分点", "百分点", "倍", "成")
    change = re.search(r"(?P<up>提高|提升|增长|上升|增加|净增|递增|扩大)|(?P<down>下降|降低|减少|压减|缩小|回落|下调|压缩|缩减)", near)
    absolute = re.search(r"(?:提高|提升|增长|上升|增加|扩大|下降|降低|降|减少|减|压减|压缩|缩小|控制|增)(?:到|至|为)", near)
    if change and not absolute and (percent or _COMPARED_TO.search(segment) or (change.group("down") and not re.search(r"不(?:少|低|超)", near))):
        if re.search(r"[一-鿿]", segment[segment.rfind(change.group(0)) + 2 :]) and not re.fullmatch(
            rf"(?:{TAILS}|[了约近以上\s不少于低超过])*", segment[segment.rfind(change.group(0)) + len(change.group(0)) :]
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
    if re.search(r"(?:不超过|不高于|不大于|不多于|不得超过|不得高于|不能超过|低于|少于|小于|最多|上限|控制到|≤|<)[^,。;]{0,3}$", near) and not re.search(r"(?:不|不得|不能)(?:低于|少于|小于)[^,。;]{0,3}$", near):
        return "at_most", 1
    if quantity.post in ("以内", "以下", "之内", "内") or re.match(r"^(?:以内|以下|之内)", behind):
        return "at_most", 1
    if re.search(r"控制在|限制在|压缩到|压减到|降至|降到|下降到|降低到|下降至|减少到|缩小到|限定在", near) and quantity.post not in ("以上", "左右"):
        return "at_most", 1
    if quantity.post in ("左右", "上下") or re.search(r"(?:约|大约|约为|近|接近|将近)\s*$", near):
        return "about", 1
    if quantity.value_max is not None:
        return "between", 1
    return "at_least", 1


def _is_rate(quantity: Quantity, segment: str) -> bool:
    """Whether the figure measures what stands before it instead of counting what stands behind."""
    if quantity.unit is None or quantity.unit in ("%", "‰", "个百分点", "百分点", "倍", "成", "分", "1:", ":1"):
        return True
    if any(quantity.unit.endswith(weak) for weak in ("元", "平方米", "小时", "分钟", "米", "亩", "Mbps", "M", "G")):
        return True
    return bool(re.search(r"(?:不少于|不低于|不超过|不高于|达到|控制在|增至|提高到|突破)\s*$", segment)) and bool(_rate_subject(segment))


def _rate_subject(segment: str) -> bool:
    """Whether the words before a figure name a quantity (…率达到) or at least something that can be measured."""
    words = _strip_tails(segment)
    return bool(words) and (bool(_QUANTITY_NOUN.search(words)) or len(_strip_leads(words)) >= 2)


def _strip_tails(words: str) -> str:
    while True:
        shorter = _TAIL_END.sub("", words)
        if shorter == words or not shorter:
            return shorter.rstrip(" 、,:")
        if _QUANTITY_NOUN.search(words) and not _TAIL_END.search(words[-2:]):
            return words
        words = shorter


def _strip_leads(words: str) -> str:
    while True:
        shorter = _LEAD_START.sub("", words)
        if shorter == words or len(shorter) < 2:
            return words
        words = shorter


def _noun_behind(sentence: _Sentence, quantity: Quantity) -> tuple[int, int] | None:
    """The noun phrase counted behind a figure (新增5个|省级示范校|), ``None`` if none stands there."""
    text, start = sentence.text, quantity.end
    while start < len(text) and text[start] in " 的":
        start += 1
    match = re.match(r"(?:[^,。;:!?、\t(]|\([^()]{1,12}\))+(?:、(?=[^,。;:、]{1,20})(?:(?<=省、)|(?<=市、)|(?<=县、)|(?<=区、)|(?<=家、)|(?<=级、)|(?<=性、)|(?<=型、)|(?<=化、))[^,。;:!?、\t]+)*", text[start:])
    if match is None:
        return None
    phrase = match.group(0)
    joint = re.search(r"(?:和|与|及|以及|或|,)\s*(?:\d|[一二两三四五六七八九十]+[个所名项])", phrase)
    if joint:
        phrase = phrase[: joint.start()]
    phrase = phrase.lstrip()
    if _PREDICATE.match(phrase) or any(moment.start <= sentence.offset + start < moment.end for moment in sentence.moments):
        return None
    if re.match(r"^(?:左右|以上|以下|以内|[)”\"])", phrase):
        return None
    if not phrase:
        return None
    least = 1 if phrase[0] in "区县校园市镇乡班省街村" else 2
    cut = _PREDICATE.search(phrase, 1)
    while cut and (cut.start() < least or re.match(r"^[一-鿿]{0,6}的[一-鿿]{2}", phrase[cut.end() :])):
        cut = _PREDICATE.search(phrase, cut.end())
    if cut:
        phrase = phrase[: cut.start()]
    phrase = _cut_at_of(phrase)
    phrase = re.sub(r"(?:建设|创建|培育|工作|任务|评选|遴选|认定|评估|申报|的|中|内|里|上)$", "", phrase) or phrase
    phrase = phrase.rstrip(" ”\"") if phrase.count("“") < phrase.count("”") else phrase.rstrip()
    if not re.match(r"^[一-鿿“\"A-Za-z0-9]", phrase) or len(phrase) < 1:
        return None
    if re.fullmatch(r"[的了中内前后上下等]+", phrase):
        return None
    return start, start + len(phrase)


def _cut_at_of(phrase: str) -> str:
    """学校的发展性督导 counts 学校; 社会力量举办的托育机构 counts what follows 的, with its attribute."""
    at = phrase.find("的")
    if at <= 0:
        return phrase
    head, rest = phrase[:at], phrase[at + 1 :]
    if re.search(r"(?:校|园|学校|企业|中心|基地|教师|学生|点|人员|班|机构|项目|学员|局|社区|街道|村|县|区|高校|单位)$", head) and re.match(r"^(?:续建|新建|改|扩|督|评|检|申|遴|建|培|审|验|发|创|认|升|装|管|专|综|年|回|整|维|巡|提|达|标|经)", rest):
        return head
    return phrase if len(phrase) <= 24 else rest or phrase


def _subject_before(sentence: _Sentence, left: int, quantity: Quantity, is_rate: bool) -> tuple[int, int] | None:
    """The noun phrase before a figure, without what leads in and what joins it to the figure."""
    text = sentence.text
    start, end = left, quantity.start
    for moment in sentence.moments:
        low, high = moment.start - sentence.offset, moment.end - sentence.offset
        if start <= low and high <= end:
            if text[start:low].strip("、 到至在于") == "" or not is_rate:
                start = high
            elif text[high:end].strip() and not _strip_tails(text[high:end]):
                end = low
            else:
                start = high if len(_strip_leads(_strip_tails(text[high:end]))) >= 2 else start
    words = _COMPARED_TO.sub(lambda match: "\0" * len(match.group(0)), text[start:end])
    kept = words.rstrip("\0")
    while True:
        shorter = _strip_tails(kept).rstrip("\0")
        if shorter == kept:
            break
        kept = shorter
    if not kept.strip("\0 "):
        return _subject_of_segment_before(sentence, left)
    at = kept.rfind("\0") + 1
    kept_start = start + at
    kept = kept[at:]
    origin = re.search(r"由(?=(?:目前|现有|现在|上年|去年|\d|近|约|20\d))", kept)
    if origin and origin.start() >= 2:
        kept = kept[: origin.start()]
    if kept in ("标准", "比例", "金额", "人数", "其中"):
        return _subject_of_segment_before(sentence, left) or _nonempty(kept_start, kept_start + len(kept))
    middle = re.search(r"(?:不低于|不少于|不超过|达到|控制在|占到|提高到)(?=[一-鿿])", kept)
    if middle and middle.start() >= 2:
        kept = _strip_tails(kept[: middle.start()])
    for regular in reversed(list(re.finditer(r"每(?:学年|学期|个?月|周|天|日|季度|年|半年)", kept))):
        rest = _strip_leads(kept[regular.end() :])
        if len(rest) >= 2 and not (quantity.unit == "次" and re.fullmatch(STRONG_VERBS, rest) and regular.start() >= 2):
            kept_start += regular.end()
            kept = kept[regular.end() :]
        elif regular.start() >= 2:
            kept = kept[: regular.start()]
        break
    colon = text[kept_start - 1 : kept_start] == ":"
    stripped = _strip_leads(kept)
    kept_start += len(kept) - len(stripped)
    kept = stripped
    if not is_rate or not _QUANTITY_NOUN.search(kept):
        of = kept.rfind("的")
        if not is_rate and of > 0 and len(kept) - of > 2 and "“" not in kept[of:]:
            kept_start, kept = kept_start + of + 1, kept[of + 1 :]
        for verb in _VERB_ANY.finditer(kept):
            rest = kept[verb.end() :]
            if kept.count("“", 0, verb.start()) > kept.count("”", 0, verb.start()):
                continue
            if len(rest) >= 2 and verb.start() > 0 and not re.match(r"^(?:的|率|数|人数|费|点|面|比|效|类|型|性|员|者|工作|活动|经费|资金|补助)", rest) and not _is_noun_like(kept, verb.start(), verb.end()):
                inner = _strip_leads(rest)
                kept_start += len(kept) - len(inner)
                return _nonempty(kept_start, kept_start + len(inner))
    if colon and is_rate:
        head = re.search(r"([^,。;:]{2,24})$", text[: kept_start - 1])
        if head and _QUANTITY_NOUN.search(head.group(1)):
            return _nonempty(head.start(1), kept_start + len(kept))
    return _nonempty(kept_start, kept_start + len(kept))


def _is_noun_like(words: str, start: int, end: int) -> bool:
    """Whether a verb in the middle of a phrase is part of a noun (教师培训经费, 网络学习空间建设标准)."""
    verb = words[start:end]
    return verb in {"培训", "建设", "组织", "服务", "管理", "保障", "发展", "检查", "考核", "评估", "规划", "指导", "支持", "改造", "实施", "完成", "覆盖", "参与", "安排", "投入", "对接", "资助", "治理", "体检", "维修", "整治", "整改", "推进", "落实", "家访", "送", "建", "办", "设", "获", "创", "认证", "通报", "配备", "复查", "轮训", "优化", "培育", "实现", "接入"}


def _nonempty(start: int, end: int) -> tuple[int, int] | None:
    return (start, end) if end > start else None


def _subject_of_segment_before(sentence: _Sentence, left: int) -> tuple[int, int] | None:
    """…毛入园率稳步提升,达到95%: the quantity named in the segment before."""
    text = sentence.text[: max(0, left - 1)]
    start = max((text.rfind(mark) for mark in ",。;:、"), default=-1) + 1
    segment = text[start:]
    match = None
    for match in re.finditer(r"[^,。;:]*?(?:率|比例|占比|比重|人数|数量|规模|面积|标准|经费|时间|次数|满意度|班额|系数)", segment):
        pass
    if match is None:
        return _object_of(segment, start)
    words = match.group(0)
    stripped = _strip_leads(words)
    return start + match.start() + len(words) - len(stripped), start + match.end()


def _object_of(segment: str, start: int) -> tuple[int, int] | None:
    """What a segment speaks of: the words behind its last verb of doing (对培训机构开展|“双随机”检查|)."""
    at = 0
    for verb in _VERB_ANY.finditer(segment):
        if len(segment) - verb.end() >= 2 and not _is_noun_like(segment, verb.start(), verb.end()):
            at = verb.end()
    words = _strip_leads(segment[at:])
    begin = start + len(segment) - len(words)
    return (begin, start + len(segment)) if 2 <= len(words) <= 30 else None


def _governing_word(text: str, left: int, quantity: Quantity) -> tuple[int, int] | None:
    """Where no noun stands by a figure, the word that governs it (续建32所, 完工40所)."""
    words = text[left : quantity.start].strip(" 、的")
    if not words:
        return None
    at = text.find(words, left)
    match = re.search(r"(?:新开工建设|[一-鿿]{2,6})$", words)
    return (at + match.start(), at + match.end()) if match else None


# ── is it a commitment? ─────────────────────────────────────────────────────────────────────────────────────────────


def _is_commitment(sentence: _Sentence, quantity: Quantity, segment: str, noun: tuple[int, int] | None, is_rate: bool, compared: bool, counted_behind: bool) -> bool:
    text, unit = sentence.text, quantity.unit
    behind = text[quantity.end : quantity.end + 24]
    verb_near = bool(re.search(rf"(?:{STRONG_VERBS})(?:好|了|出)?\s*(?:不少于|不低于|至少|约|近|超过|各|第[一二三]批)?$", segment))
    if re.search(r"(?:不足|未满|未达|满)$", segment) or re.match(r"^(?:的?(?:学校|学生|教师)?(?:除外))", behind):
        return False
    if re.search(r"按(?:照)?\s*$", segment) and re.match(r"^(?:核定|计算|拨付|标准)", behind):
        return False
    if unit in ("人", "名", "%", "分", "平方米", "元", "万元") and re.search(r"(?:(?<!不)(?:超过|低于|高于|大于|少于|达到)|不足|未达)[^,。;]{0,3}$", segment) and _CONDITION.match(behind):
        return False
    if quantity.post in ("以上", "以下", "及以上", "以内") and _is_threshold(quantity, behind, compared, verb_near, segment):
        return False
    if unit is not None and unit not in ("%", "‰", "个百分点", "百分点", "1:", ":1"):
        bare = unit.lstrip("百千十万亿") or unit
        words = text[noun[0] : noun[1]] if noun else ""
        if (noun is not None and ABSTRACT.match(words)) and not compared:
            return False
        if bare in WEAK_UNITS and not (compared or quantity.post or bare in ("元", "倍", "成", "平方米") or _PER_OTHER.search(segment) or any(pattern.search(segment) for pattern, _ in _PER)):
            by_verb = verb_near or (bare in ("米", "亩", "公里", "千米", "吨", "字") and bool(_VERB_ANY.search(segment)))
            return by_verb and not quantity.is_chinese
        if bare in ("元", "万元", "亿元") and not (compared or quantity.post or segment.strip()):
            return False
        if quantity.is_chinese:
            return _chinese_counts(sentence, quantity, segment, noun, compared, verb_near)
        if bare not in STRONG_UNITS and bare not in WEAK_UNITS and unit not in STRONG_UNITS:
            return False
        if bare in ("级", "类", "种", "位", "点", "度", "字", "页", "步", "折") and not (compared or verb_near or unit != bare):
            return False
    if unit is None:
        at_end = bool(re.match(r"^\s*[,。;、]", behind)) and bool(_VERB_ANY.search(segment)) and float(quantity.value).is_integer() and quantity.value < 1900
        return bool(_QUANTITY_NOUN.search(_strip_tails(segment))) or (at_end and not quantity.post)
    if re.search(r"(?:等|共|这|其他|上述|以上|前|后)$", segment) and ABSTRACT.match(behind):
        return False
    return True


#: 班额超过35人的幼儿园: what follows 的 is the group that the figure defines, unless it names the promise itself.
_CONDITION = re.compile(r"^(?:以上|以下)?的(?!目标|标准|要求|规定|比例|水平|任务|速度|幅度|师生|生师|经费|资金|补助|投入|频次|原则|底线|[^,。;]{0,6}(?:目标|要求|标准|规定|任务))[一-鿿]")


def _is_threshold(quantity: Quantity, behind: str, compared: bool, verb_near: bool, segment: str) -> bool:
    """300人以下的学校, 3年以上教龄: a size that defines a group."""
    if not re.match(r"^[的一-鿿]", behind) or compared:
        return False
    bare = (quantity.unit or "").lstrip("百千万亿")
    if bare in ("人", "年", "岁", "周岁", "公里", "千米", "米", "平方米", "分", "班", "天", "个月", "元", "万元", "M", "G", "Mbps", "小时", "分钟", "亩", "名") and quantity.post != "左右":
        return not verb_near or bool(_THRESHOLD_NOUN.match(behind)) and bare not in ("名", "人")
    if quantity.post == "以下" and not compared:
        return True
    return False


_CREATES = re.compile(
    r"(?:新建|改建|扩建|新增|增加|增设|新设|建成|建设|建立|建好|共建|创建|创成|争创|打造|培育|培养|评选|遴选|选拔|选树|选派|选聘|命名|认定|评定|推出|引进|招聘|招录|补充|派驻|改造|更新|购置|采购|设立|设置|组建|成立|储备|开设|开发|编写|征集|表彰|推荐|办好|举办|召开|组织|开展|完成|力争|争取|新开|撤并|化解|结对|配备|配)(?:好|了|出)?(?:不少于|至少|约|近|超过|各|第[一二三]批)?$"
)


def _chinese_counts(sentence: _Sentence, quantity: Quantity, segment: str, noun: tuple[int, int] | None, compared: bool, verb_near: bool) -> bool:
    """A Chinese numeral counts something only where it is plainly meant as a figure."""
    text = sentence.text
    words = text[noun[0] : noun[1]] if noun else ""
    unit = quantity.unit or ""
    if compared or quantity.has_more or quantity.post in ("以上", "左右", "以内"):
        return unit not in ("种",) or compared
    if unit in ("成", "倍"):
        return True
    if unit in ("次", "场", "期", "轮", "节", "批", "人次", "场次") or unit.endswith("人次"):
        regular = bool(re.search(r"每(?:个)?(?:学年|学期|年|月|周|季度|天|日|半年)", text[max(0, quantity.start - 24) : quantity.start]))
        if unit in ("次", "场", "期", "轮", "节", "批"):
            return regular or (quantity.value > 1 and (verb_near or noun is None) and not re.match(r"^(?:创业|函数|元)", text[quantity.end : quantity.end + 2]))
        return True
    at_end = bool(re.match(r"^\s*(?:[,。;、)]|$)", text[quantity.end :]))
    if at_end and noun is None:
        return quantity.value > 1 and len(_strip_leads(_strip_tails(segment))) >= 2 and unit in STRONG_UNITS and unit not in ("种", "位", "点", "个", "条") or (
            at_end and quantity.value > 1 and unit in ("个", "条") and len(_strip_leads(segment)) >= 3 and bool(_VERB_ANY.search(segment))
        )
    if noun is None or len(words) < 2:
        return False
    if quantity.value == 1:
        listed = bool(re.search(r"[一][个张套本项支][^,。;]{2,14}[,、;]", text)) and len(re.findall(r"一[个张套本]", text)) >= 2
        per_each = bool(re.search(r"每(?:校|班|园|所学校|个学校|个班|村|镇|乡镇|县|区|所|年级)(?:至少)?$", segment)) or bool(re.search(r"(?:每个?|各)[^,。;]{1,14}(?:有|建|办好?|设|配备|配|培育|打造|建设|举办|建成|至少)[^,。;]{0,4}$", segment))
        held = bool(_CREATES.search(segment)) and unit in ("所", "家", "座", "间", "场", "部", "本", "门")
        return (listed and verb_near) or per_each or held or (verb_near and unit in ("个", "张", "套") and bool(re.search(r"(?:平台|系统|基地|中心|表|制度|手册|清单|数据库|学校|幼儿园|示范区|工作室)$", words)) and not re.search(r"良好|优质|高(?:水平|质量)|完善", words))
    return bool(_CREATES.search(segment)) and not ABSTRACT.match(words) and unit in STRONG_UNITS and unit not in ("种", "位", "点", "条", "支", "轮", "块", "片", "路", "本")


# ── what completes a target ─────────────────────────────────────────────────────────────────────────────────────────


def _due(sentence: _Sentence, quantity: Quantity) -> str | None:
    before = [moment for moment in sentence.moments if moment.start - sentence.offset < quantity.start]
    if before:
        return next((moment.date for moment in reversed(before) if moment.date), None)
    stop = re.search(r"[,。;]", sentence.text[quantity.end :])
    limit = quantity.end + stop.start() if stop else len(sentence.text)
    after = [moment for moment in sentence.moments if quantity.end <= moment.start - sentence.offset < limit]
    return after[0].date if after else None


def _period(sentence: _Sentence, quantity: Quantity, left: int) -> Period | None:
    text = sentence.text
    start = max((text.rfind(mark, 0, quantity.start) for mark in ",。;:"), default=-1) + 1
    own = text[min(start, left) : quantity.start]
    if not own.strip() or len(own) < 6:
        own = text[max(0, start - 20) : quantity.start]
    best: tuple[int, Period | None] | None = None
    for pattern, period in _PER:
        for match in pattern.finditer(own):
            if best is None or match.start() > best[0]:
                best = (match.start(), period)  # type: ignore[assignment]  # the table's second column is typed str
    for match in _PER_OTHER.finditer(own):
        if best is None or match.start() > best[0]:
            best = (match.start(), None)
    return best[1] if best else None


def _strength(sentence: _Sentence, quantity: Quantity) -> Strength:
    return "strive" if STRIVE.search(sentence.text[: quantity.start]) else "must"


def _spread(sentence: _Sentence, quantity: Quantity, target: Found, quantities: list[Quantity]) -> list[Found]:
    """A、B分别达到x、y and A率、B率均达到x: one target for each quantity named."""
    if not isinstance(target.subject, tuple):
        return [target]
    text = sentence.text
    low, high = target.subject[0] - sentence.offset, target.subject[1] - sentence.offset
    names = [name for name in re.split(r"、|和|与|及|以及", re.sub(r"\([^()]*\)", lambda match: "\0" * len(match.group(0)), text[low:high])) if name.strip("\0")]
    names = [name.strip("\0") for name in names]
    if len(names) < 2:
        return [target]
    between = text[high : quantity.start]
    if "分别" in between or text[low:high].endswith("分别"):
        figures = [each for each in quantities if each.start >= quantity.start][: len(names)]
        if len(figures) == len(names) and all(not _is_masked(sentence, each) for each in figures):
            places = _places(text, low, names)
            named = _QUANTITY_NOUN.search(names[-1]) and not _QUANTITY_NOUN.search(names[0])
            return [_renamed(sentence, target, text, places, names, len(names) - 1 if named and quantity.unit is None else 0)]
    if all(len(name) > 2 and re.search(r"(?:率|比例|占比|比重|覆盖面|满意度|知晓率)$", name) for name in names):
        places = _places(text, low, names)
        return [_renamed(sentence, target, text, places, names, index) for index in range(len(names))]
    return [target]


def _places(text: str, low: int, names: list[str]) -> list[tuple[int, int]]:
    places, at = [], low
    for name in names:
        start = text.find(name, at)
        places.append((start, start + len(name)))
        at = start + len(name)
    return places


def _renamed(sentence: _Sentence, target: Found, text: str, places: list[tuple[int, int]], names: list[str], index: int) -> Found:
    start, end = places[index]
    return Found(
        (start + sentence.offset, end + sentence.offset), target.comparator, target.value, target.value_max, target.unit, target.due, target.per, target.strength,
        target.implicit, target.start, target.end, target.confidence - 0.05, "target/each-of-list",
    )


# ── words of completeness ───────────────────────────────────────────────────────────────────────────────────────────

_COVER = re.compile(r"全覆盖")
_ALL = re.compile(r"(?:全部|百分之百)(?=[一-鿿])")
_ALL_OF = re.compile(r"[“\"]?应(?P<first>[一-鿿]{1,3})尽(?P=first)[”\"]?")


def _implicit(sentence: _Sentence) -> list[Found]:
    found = []
    text = sentence.text
    for pattern, name in ((_COVER, "full-coverage"), (_ALL, "all"), (_ALL_OF, "all-that-should")):
        for match in pattern.finditer(text):
            if any(low <= match.start() < high for low, high in sentence.masked):
                continue
            start = max((text.rfind(mark, 0, match.start()) for mark in ",。;:"), default=-1) + 1
            before, behind = text[start : match.start()], text[match.end() : match.end() + 10]
            if _is_past(sentence, start, Quantity(match.start(), match.end(), match.end(), 100, None, "%", "", False, False)):
                continue
            subject = _implicit_subject(text, start, match, name)
            if subject is None or (name == "full-coverage" and re.match(r"^(?:试点|工程|行动|计划|项目|基础|格局|、|成果|攻坚|目标)", behind)):
                continue
            if name == "all" and not re.match(rf"^(?:{STRONG_VERBS}|纳入|建立|配备|投入|达|通过|入学|上岗|持证|实行|接入|取消|关|拆|消|改|参|到|免|覆|开|完|清|整|销|使用|录|装|安|竣|交|进|公|落|享|化|脱|转|化解|采用|升级|签)", behind):
                continue
            if re.search(r"(?:\d|[一二三四五六七八九十])%?$", before):
                continue
            found.append(
                Found(
                    (subject[0] + sentence.offset, subject[1] + sentence.offset), "at_least", 100, None, "%",
                    _due(sentence, Quantity(match.start(), match.end(), match.end(), 100, None, "%", "", False, False)), None,
                    "strive" if STRIVE.search(text[: match.start()]) else "must", True, sentence.offset + start, sentence.offset + match.end(), 0.8, f"target/{name}",
                )
            )
    return found


def _implicit_subject(text: str, start: int, match: re.Match[str], name: str) -> tuple[int, int] | None:
    before = text[start : match.start()]
    if name == "full-coverage" and re.match(r"^的", text[match.end() :]):
        noun = re.match(r"的([^,。;、]{2,16})", text[match.end() :])
        return (match.end() + 1, match.end() + 1 + len(noun.group(1))) if noun else None
    end = match.start()
    words = re.sub(r"(?:运用|应用|使用|实现|实行|基本|的|要|均|都|达到|做到|确保|全面|工作|,|、|“|\"|对|已)+$", "", before)
    if not words.strip() and start > 0:
        earlier = text[: start - 1]
        start = max((earlier.rfind(mark) for mark in ",。;:"), default=-1) + 1
        words = earlier[start:]
        quantity = list(re.finditer(r"[\d一二三四五六七八九十]+[个所名家]", words))
        if quantity:
            start += quantity[-1].end()
            words = words[quantity[-1].end() :]
        cut = _PREDICATE.search(words, 2)
        words = words[: cut.start()] if cut else words
    lead = words
    stripped = _strip_leads(lead)
    at = start + len(lead) - len(stripped)
    for verb in _VERB_ANY.finditer(stripped):
        rest = stripped[verb.end() :]
        if len(rest) >= 2 and verb.start() > 0 and not _is_noun_like(stripped, verb.start(), verb.end()):
            at, stripped = at + verb.end(), rest
            break
    quoted = re.search(r"“([^“”]+)”$", stripped)
    if quoted:
        return at + quoted.start(1), at + quoted.end(1)
    return (at, at + len(stripped)) if 2 <= len(stripped) <= 40 and at + len(stripped) <= end else None
