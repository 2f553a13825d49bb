"""What a figure counts or measures: the noun phrase behind it or before it, cut to its shortest form.

Things counted stand behind the figure (新增5个|省级示范校|), rates and amounts before it (|公办园占比|达到57%, |幼儿园|3所).
"""

from __future__ import annotations

import re

from .lexicon import LEADS, STRONG_UNITS, STRONG_VERBS, TAILS
from .quantities import Quantity
from .sentences import Found, Sentence

COMPARED_TO = re.compile(
    r"(?:比|较|与|同)(?:上一?年度?|去年|20\d{2}年|上年度?)(?:底|末|同期|度|相比)?(?:相比)?|同比|环比|在(?:去年|上年|20\d{2}年)(?:的)?基础上(?:再)?"
)


QUANTITY_NOUN = re.compile(
    r"(?:率|比例|占比|比重|比|指数|系数|水平|得分|分数|满意度|知晓度|覆盖面|人数|数|数量|总数|面积|标准|经费|规模|时间|班额|额|量|次数|课时|时长|带宽|容量|金额|价值|投入|投资|资金|补助|产值|(?<!一)周期|差异|差距|权重|面|幅度|年限|生师比|师生比|增幅|增速|规模数|限额|额度)$"
)


BOUNDARY = re.compile(r"[,。;:!?\t]")


VERB_ANY = re.compile(STRONG_VERBS)


_LEAD_START = re.compile(
    rf"^(?:(?:新一轮)?[一二三四五六\d]年一(?:周期|轮)(?:的)?|[一二三四五六七八九]是|{LEADS}|{STRONG_VERBS}|[“\"][^“”\"]{{2,24}}[”\"](?:活动|年)(?=[一-鿿]{{2}})|[、的地得了:\s”)-]|“(?=[^”]*$)|\((?=[^)]*$))"
)


_TAIL_END = re.compile(rf"(?:{TAILS}|[的了:\s(-])$")


#: What begins a predicate behind a counted noun (4所幼儿园|争创…). Short words are guarded where they are part of nouns.
PREDICATE = re.compile(
    r"(?:争创|升格|通过|参加|参与|参评|举办|完成|开展|进行|获得|获评|获批|获|达到|达(?!标)|实施(?!方案)|安装|建成|投入|纳入|进入|晋升|评为|列入|接受|配备|实现|入选|创建|创成|创立|承担|承办|赴|到(?!位)|前往|托管|设立|设置|加入|立项|上线|接入|"
    r"启动|开工|竣工|交付|挂牌|面向|用于|作为|成为|提供|享受|取得|上岗|持证(?!机构|教师|人员)|结业|毕业(?!生|年级|班)|实行|按照|依托|以(?!上|下|内|及)|(?<![成行])为(?!主|民)|(?<![内定走倾趋])向(?![阳上学])|(?<!存)在(?!线|校|籍|园|职|编|岗|读|册|建|地)|由|对(?!口|外|标|象|接|照)|(?<![服听])从(?!业|教)|(?<!参)与(?!会|管理|服务)|(?<!合)并|"
    r"(?<![高中初同平上下优对])等(?!级|职|教|院|专|距|边|价|额|次)|做好|组建|推广|推行|运用|使用|结成|结对|覆盖|整改|转为|改造为|改建|(?<!平)均(?!衡)|全部|逐(?=[人户校]|一)|分别|(?<!许)可(?!持续|视|再|复制)|将|(?<![功智技节职才性])能(?!力|源|人|手|级)|须|应(?!急|用|届|试|聘|考|征|对)|(?<![重主需必])要(?!点|素|求)|打造|增加|(?<!双)提升(?!工程|计划|行动|项目|班)|提高|下降|减少|增长|更新|更换|添置|添加|配置|配齐|"
    r"招聘|安排|成功|顺利|如期|逐步|继续|申报|试行|试点(?!校|区|项目|单位|班|学校)|开(?!展|工|放|园|班|发|设|学|源|课)|办理|签订|建立|制定|补充|改善|给予|予以|跟岗|交流(?!活动|会)|(?<![学以目提])前(?!期|瞻|沿|置|端|景|列|教育)|(?<![课今先产])后(?!备|勤|续|期|服务)|里|之间|享有|已|未|仍|"
    r"(?:的)?(?:新建|扩建|改扩建)(?=工程|任务))"
)


#: Words that only say for whom a rate is given: 专任教师本科以上比例:小学85%、初中95%.
GROUP = re.compile(
    r"(?:小班|中班|大班|托班|小学|初中|高中|幼儿园|中职|高职|普高|学前|义务教育|教师|学生|家长|校长|城市|城镇|农村|乡镇|乡村|县城|公办|民办|男生?|女生?|城区|市区|区级|县级|市级|省级|县\(市\)|[一-鿿]{1,3}[区县市])"
)


#: No word between a subject and its figure is longer; only so far back is looked.
_LONGEST_TAIL = 8
#: What cannot begin a noun: the word stripped before it was part of the noun (覆盖|率).
_PART_OF_NOUN = re.compile(r"率|数(?![字据学码])|比(?![赛武])|额|面(?!向)|度|量|员|者|费|型|类|化|性|和.{0,4}率")


def strip_tails(words: str) -> str:
    """The words without what joins them to a figure (覆盖率|稳步提升到|)."""
    while True:
        tail = _TAIL_END.search(words, max(0, len(words) - _LONGEST_TAIL))
        shorter = words[: tail.start()] if tail else words
        if shorter == words or not shorter:
            return shorter.rstrip(" 、,:")
        if QUANTITY_NOUN.search(words) and not _TAIL_END.search(words, len(words) - 2):
            return words
        words = shorter


def strip_leads(words: str) -> str:
    """The words without what leads in to them (|进一步推进|幼儿园建设)."""
    while True:
        lead = _LEAD_START.match(words)
        shorter = words[lead.end() :] if lead else words
        if shorter == words or len(shorter) < 2 or _PART_OF_NOUN.match(shorter):
            return words
        words = shorter


def noun_behind(sentence: Sentence, quantity: Quantity) -> tuple[int, int] | None:
    """The noun phrase counted behind a figure (新增5个|省级示范校|), ``None`` if none stands there."""
    text, start = sentence.text, quantity.end
    while start < len(text) and text[start] in " 的":
        start += 1
    match = re.match(
        r"(?:[^,。;:!?、\t(]|\([^()]{1,12}\))+(?:、(?=[^,。;:、]{1,20})(?:(?<=省、)|(?<=市、)|(?<=县、)|(?<=区、)|(?<=家、)|(?<=级、)|(?<=性、)|(?<=型、)|(?<=化、))[^,。;:!?、\t]+)*",
        text[start:],
    )
    if match is None:
        return None
    phrase = match.group(0)
    joint = re.search(r"(?:和|与|及|以及|或|,)\s*(?:\d|[一二两三四五六七八九十]+[个所名项])", phrase)
    if joint:
        phrase = phrase[: joint.start()]
    phrase = phrase.lstrip()
    if PREDICATE.match(phrase) or any(
        moment.start <= sentence.offset + start < moment.end for moment in sentence.moments
    ):
        return None
    if re.match(r"^(?:左右|以上|以下|以内|[)”\"])", phrase):
        return None
    if not phrase:
        return None
    least = 1 if phrase[0] in "区县校园市镇乡班省街村" else 2
    cut = PREDICATE.search(phrase, 1)
    while cut and (cut.start() < least or re.match(r"^[一-鿿]{0,6}的[一-鿿]{2}", phrase[cut.end() :])):
        cut = PREDICATE.search(phrase, cut.end())
    if cut:
        phrase = phrase[: cut.start()]
    phrase = _cut_at_of(phrase)
    phrase = re.sub(r"(?:建设|创建|培育|工作|任务|评选|遴选|认定|评估|申报|的|中|内|里|上)$", "", phrase) or phrase
    phrase = phrase.rstrip(' ”"') if phrase.count("“") < phrase.count("”") else phrase.rstrip()
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
    if re.search(
        r"(?:校|园|学校|企业|中心|基地|教师|学生|点|人员|班|机构|项目|学员|局|社区|街道|村|县|区|高校|单位)$", head
    ) and re.match(
        r"^(?:领导体|续建|新建|改|扩|督|评|检|申|遴|建|培|审|验|发|创|认|升|装|管|专|综|年|回|整|维|巡|提|达|标|经)",
        rest,
    ):
        return head
    return phrase if len(phrase) <= 24 else rest or phrase


def subject_before(sentence: Sentence, left: int, quantity: Quantity, is_rate: bool) -> tuple[int, int] | None:
    """The noun phrase before a figure, without what leads in and what joins it to the figure."""
    text = sentence.text
    start, end = left, quantity.start
    for moment in sentence.moments:
        low, high = moment.start - sentence.offset, moment.end - sentence.offset
        if start <= low and high <= end:
            led_in = strip_leads(text[start:low].strip("、 到至在于"))
            if len(led_in) < 2 or not is_rate:
                start = high
            elif text[high:end].strip() and not strip_tails(text[high:end]):
                end = low
    for moment in reversed(sentence.moments):
        low, high = moment.start - sentence.offset, moment.end - sentence.offset
        if start < low and high <= end and not strip_tails(text[high:end]).strip("、和及"):
            end = low
    words = COMPARED_TO.sub(lambda match: "\0" * len(match.group(0)), text[start:end])
    kept = words.rstrip("\0")
    while True:
        shorter = strip_tails(kept).rstrip("\0")
        if shorter == kept:
            break
        kept = shorter
    if not kept.strip("\0 "):
        return _subject_of_segment_before(sentence, left)
    at = kept.rfind("\0") + 1
    kept_start = start + at
    kept = kept[at:]
    origin = re.search(r"[由从](?=(?:每[月年人生]|目前|现有|现在|上年|去年|\d|近|约|20\d))", kept)
    if origin and origin.start() >= 2:
        kept = kept[: origin.start()]
    several = re.search(r"[”\"]等(?=[一-鿿]{2})", kept)
    if several and not is_rate:
        kept_start, kept = kept_start + several.end(), kept[several.end() :]
    actor = re.search(r"每(?:学年|学期|个?月|周|季度|年)", text[left : quantity.start]) and re.search(
        r"(?:校|园|局|科|室|部门|单位|学校)$", kept
    )
    if quantity.unit in ("次", "场") and actor and re.search(rf"(?:{STRONG_VERBS})$", text[left : quantity.start]):
        return _subject_of_segment_before(sentence, left) or _nonempty(kept_start, kept_start + len(kept))
    if kept in ("标准", "比例", "金额", "人数", "其中"):
        return _subject_of_segment_before(sentence, left) or _nonempty(kept_start, kept_start + len(kept))
    middle = re.search(r"(?:每[年月生人])?(?:不低于|不少于|不超过|不高于|达到|控制在|占到|提高到)(?=[一-鿿])", kept)
    if (
        middle
        and middle.start() >= 2
        and (QUANTITY_NOUN.search(kept[: middle.start()]) or not re.search(r"(?:率|比例|占比|比重)$", kept))
    ):
        kept = strip_tails(kept[: middle.start()])
    for regular in reversed(list(re.finditer(r"每(?:学年|学期|个?月|周|天|日|季度|年|半年)", kept))):
        rest = strip_leads(kept[regular.end() :])
        if len(rest) >= 2:
            kept_start += regular.end()
            kept = kept[regular.end() :]
        elif regular.start() >= 2:
            kept = kept[: regular.start()]
        break
    colon = text[kept_start - 1 : kept_start] == ":"
    stripped = strip_leads(kept)
    kept_start += len(kept) - len(stripped)
    kept = stripped
    if not is_rate or not QUANTITY_NOUN.search(kept):
        of = kept.rfind("的")
        if (
            of > 0
            and (quantity.unit or "").lstrip("百千万亿") in STRONG_UNITS
            and len(kept) - of > 2
            and "“" not in kept[of:]
        ):
            kept_start, kept = kept_start + of + 1, kept[of + 1 :]
        for verb in VERB_ANY.finditer(kept):
            rest = kept[verb.end() :]
            if kept.count("“", 0, verb.start()) > kept.count("”", 0, verb.start()):
                continue
            if (
                len(rest) >= 2
                and verb.start() > 0
                and not re.match(r"^(?:的|率|数|人数|费|点|面|比|效|类|型|性|员|者|工作|活动|经费|资金|补助)", rest)
                and not is_noun_like(kept, verb.start(), verb.end())
            ):
                inner = strip_leads(rest)
                kept_start += len(kept) - len(inner)
                return _nonempty(kept_start, kept_start + len(inner))
    if colon and is_rate:
        head = re.search(r"([^,。;:]{2,24})$", text[: kept_start - 1])
        if head and QUANTITY_NOUN.search(head.group(1)):
            return _nonempty(head.start(1), kept_start + len(kept))
    return _nonempty(kept_start, kept_start + len(kept))


def is_noun_like(words: str, start: int, end: int) -> bool:
    """Whether a verb in the middle of a phrase is part of a noun (教师培训经费, 网络学习空间建设标准)."""
    verb = words[start:end]
    return verb in {
        "培训",
        "建设",
        "组织",
        "服务",
        "管理",
        "保障",
        "发展",
        "检查",
        "考核",
        "评估",
        "规划",
        "指导",
        "支持",
        "改造",
        "实施",
        "完成",
        "覆盖",
        "参与",
        "安排",
        "投入",
        "对接",
        "资助",
        "治理",
        "体检",
        "维修",
        "整治",
        "整改",
        "推进",
        "落实",
        "家访",
        "送",
        "建",
        "办",
        "设",
        "获",
        "创",
        "认证",
        "通报",
        "配备",
        "复查",
        "轮训",
        "优化",
        "培育",
        "实现",
        "接入",
    }


def _nonempty(start: int, end: int) -> tuple[int, int] | None:
    return (start, end) if end > start else None


def _subject_of_segment_before(sentence: Sentence, left: int) -> tuple[int, int] | None:
    """…毛入园率稳步提升,达到95%: the quantity named in the segment before."""
    text = sentence.text[: max(0, left - 1)]
    start = max((text.rfind(mark) for mark in ",。;:、"), default=-1) + 1
    segment = text[start:]
    named = re.compile(r"[^,。;:]*?(?:率|比例|占比|比重|人数|数量|规模|面积|标准|经费|时间|次数|满意度|班额|系数)")
    matches = list(named.finditer(segment))
    if not matches:
        return _object_of(segment, start)
    match = matches[-1]
    words = match.group(0)
    stripped = strip_leads(words)
    return start + match.start() + len(words) - len(stripped), start + match.end()


def _object_of(segment: str, start: int) -> tuple[int, int] | None:
    """What a segment speaks of: the words behind its last verb of doing (对培训机构开展|“双随机”检查|)."""
    at = 0
    for verb in VERB_ANY.finditer(segment):
        if len(segment) - verb.end() >= 2 and not is_noun_like(segment, verb.start(), verb.end()):
            at = verb.end()
    words = strip_leads(segment[at:])
    begin = start + len(segment) - len(words)
    return (begin, start + len(segment)) if 2 <= len(words) <= 30 else None


def governing_word(text: str, left: int, quantity: Quantity) -> tuple[int, int] | None:
    """Where no noun stands by a figure, the word that governs it (续建32所, 完工40所)."""
    words = text[left : quantity.start].strip(" 、的")
    if not words:
        return None
    at = text.find(words, left)
    match = re.search(r"(?:新开工建设|[一-鿿]{2,6})$", words)
    return (at + match.start(), at + match.end()) if match else None


def common_head(sentence: Sentence, left: int, start: int) -> str | None:
    """The quantity that several groups of one sentence share: named before a colon, or in the first of the list."""
    text = sentence.text[:start]
    colon = re.search(r"([^,。;::]{2,24})[::](?:[^。;:]*)$", text)
    if colon and QUANTITY_NOUN.search(colon.group(1)):
        return strip_leads(colon.group(1))
    before = re.search(
        r"([^,。;:、]{2,14}(?:经费|标准|补助|津贴|比例|率|时间|时长|面积))[,:](?:其中)?[^,。;:]{0,4}$", text
    )
    if before and QUANTITY_NOUN.search(before.group(1)):
        return strip_leads(before.group(1))
    first = None
    for match in re.finditer(rf"([^,。;::、]{{2,20}}?(?:率|比例|占比|标准|经费|额|系数))(?:{GROUP.pattern})", text):
        first = match
    return strip_leads(first.group(1)) if first else None


def shared_subject(sentence: Sentence, quantity: Quantity, earlier: list[Found]) -> tuple[int, int] | str:
    """The subject of a figure that names none: its place in 分别, else the last with the same measure word, else the last."""
    last = earlier[-1]
    if isinstance(last.subject, tuple):
        high = last.subject[1] - sentence.offset
        if "分别" in sentence.text[high : quantity.start]:
            tail = re.match(
                r"(?:\([^()]*\))?(?:、|和|与|及|以及)([^、,。;:(]{2,20}?)(?=、|和|与|及|\(|分别)", sentence.text[high:]
            )
            if tail:
                return sentence.offset + high + tail.start(1), sentence.offset + high + tail.end(1)
    elif "分别" in sentence.text[: quantity.start]:
        listed = re.search(
            rf"((?:{GROUP.pattern}(?:\([^()]*\))?[、和与及])+)({GROUP.pattern})([^、,。;:]{{2,12}})分别",
            sentence.text[: quantity.start],
        )
        if listed:
            groups = [each.group(0) for each in GROUP.finditer(listed.group(1))] + [listed.group(2)]
            names = [group + listed.group(3) for group in groups]
            at = names.index(last.subject) if last.subject in names else -1
            if 0 <= at < len(names) - 1:
                return names[at + 1]
    same = [found for found in earlier if found.unit == quantity.unit]
    return same[-1].subject if same else last.subject
