"""Whether a figure is promised at all: not the past, not a threshold that defines a group, not a figure of speech."""

from __future__ import annotations

import re

from .lexicon import ABSTRACT, STRONG_UNITS, STRONG_VERBS, WEAK_UNITS
from .plan import Period
from .quantities import Quantity
from .sentences import Sentence
from .subjects import COMPARED_TO, QUANTITY_NOUN, VERB_ANY, strip_leads, strip_tails

_PAST = re.compile(
    r"(?:已(?:经|有|建|完|达|实|累|取|获|创|认|投|新|是)?|截至|截止|截止到|目前(?:为止)?|现有|现已|现为|历年|过去|曾|去年(?!.{0,3}(?:底)?[,,]?(?:提高|提升|下降|增长|增加|减少))|上年(?!.{0,4}(?:提高|提升|下降|增长|增加|减少|有所))|上一年度?|前年|"
    r"(?:达到|完成|实现|取得|建成|新增|获得|荣获|培育|评选)了)"
)


_THRESHOLD_NOUN = re.compile(
    r"^(?:的?(?:规模|教龄|党龄|工龄|学校|学生|教师|幼儿|儿童|人口|企业|学历|职称|超?大班额|班额|班|班级|机构|项目经费|资金|的|及以下|工程|支出|采购|婴幼儿|中小学|小区|居民|常住|骨干|荣誉|奖项))"
)


#: 班额超过35人的幼儿园: what follows 的 is the group that the figure defines, unless it names the promise itself.
_CONDITION = re.compile(
    r"^(?:以上|以下)?的(?!目标|标准|要求|规定|比例|水平|任务|速度|幅度|师生|生师|经费|资金|补助|投入|频次|原则|底线|[^,。;]{0,6}(?:目标|要求|标准|规定|任务))[一-鿿\d]"
)


_CREATES = re.compile(
    r"(?:新建|改建|扩建|新增|增加|增设|新设|建成|建设|建立|建好|共建|创建|创成|争创|打造|培育|培养|评选|遴选|选拔|选树|选派|选聘|命名|认定|评定|推出|引进|招聘|招录|补充|派驻|改造|更新|购置|采购|设立|设置|组建|成立|储备|开设|开发|编写|征集|表彰|推荐|办好|举办|召开|组织|开展|完成|力争|争取|新开|撤并|化解|结对|配备|配)(?:好|了|出)?(?:不少于|至少|约|近|超过|各|第[一二三]批)?$"
)


PER_OTHER = re.compile(r"每(?:个)?(?:天|日|季度|季|两年|三年|半年|[二三四五\d]年|次|节课)|(?<!四)季度")


PER: tuple[tuple[re.Pattern[str], Period], ...] = (
    (re.compile(r"每学年|每年|年均|全年|每生年|按年|年度?内?(?=培训)|/年"), "year"),
    (re.compile(r"每(?:个)?学期|每学年度学期"), "term"),
    (re.compile(r"每(?:个)?月|月均"), "month"),
    (re.compile(r"每(?:个)?周|每星期|周均|周(?=课时|不少于)"), "week"),
)


def is_past(sentence: Sentence, left: int, quantity: Quantity) -> bool:
    """What has been reached already, in this clause or in a sentence that looks back."""
    text = sentence.text
    segment = COMPARED_TO.sub("", text[left : quantity.start])
    segment = re.sub(
        r"[由从][^,。;]{0,16}?(?=(?:提高|提升|增加|增长|下降|降低|减少|调整|扩大|增|降)(?:到|至))", "", segment
    )
    if _PAST.search(segment) or re.match(
        r"^[^,。;、]{0,12}(?:均|全部|都)?已(?!经?(?:批复|立项|列入))", text[quantity.end :]
    ):
        return True
    if sentence.is_review and not re.search(
        r"今年|力争|争取|确保|将(?!.{0,2}军)|拟|到20\d\d年|新的一年", text[: quantity.start]
    ):
        return True
    opening = COMPARED_TO.sub("", text[: quantity.start])
    return bool(
        re.match(
            r"^\s*(?:去年|上年|上一年|截至|截止|目前|过去|[一二三四五两]年来|近年来|20\d{2}年以来|“?十[二三四]五”?(?:期间|以来),?全)",
            opening,
        )
    ) and not re.search(r"(?:今年|力争|确保|计划|将|再|要|到20)", opening)


def is_commitment(
    sentence: Sentence,
    quantity: Quantity,
    segment: str,
    noun: tuple[int, int] | None,
    is_rate: bool,
    compared: bool,
    counted_behind: bool,
) -> bool:
    text, unit = sentence.text, quantity.unit
    behind = text[quantity.end : quantity.end + 24]
    verb_near = bool(
        re.search(rf"(?:{STRONG_VERBS})(?:好|了|出)?\s*(?:不少于|不低于|至少|约|近|超过|各|第[一二三]批)?$", segment)
    )
    if re.search(r"(?:不足|未满|未达|满)$", segment) or re.match(r"^(?:的?(?:学校|学生|教师)?(?:除外))", behind):
        return False
    if re.match(r"^(?:按照|根据|对照|对标|依据|围绕|针对|总结|借鉴)", segment) and not compared and not is_rate:
        return False
    if re.search(r"(?:总投资|投资额?|占地|建筑面积|规模)(?:约|近|达)?$", segment) and re.match(
        r"^(?:余|多)?的[一-鿿“]", behind
    ):
        return False
    if segment.endswith("总投资") and "完成" not in segment:
        return False
    if re.search(r"按(?:照)?\s*$", segment) and re.match(r"^(?:核定|计算|拨付|标准)", behind):
        return False
    if (
        unit in ("人", "名", "%", "分", "平方米", "元", "万元")
        and re.search(r"(?:(?<!不)(?:超过|低于|高于|大于|少于|达到)|不足|未达)[^,。;]{0,3}$", segment)
        and _CONDITION.match(behind)
    ):
        return False
    if quantity.post in ("以上", "以下", "及以上", "以内") and _is_threshold(
        quantity, behind, compared, verb_near, segment
    ):
        return False
    if unit is not None and unit not in ("%", "‰", "个百分点", "百分点", "1:N", "N:1"):
        bare = unit.lstrip("百千十万亿") or unit
        words = text[noun[0] : noun[1]] if noun else ""
        if (noun is not None and ABSTRACT.match(words)) and not compared:
            return False
        if bare in WEAK_UNITS and not (
            compared
            or quantity.post
            or bare in ("元", "倍", "成", "平方米")
            or PER_OTHER.search(segment)
            or any(pattern.search(segment) for pattern, _ in PER)
        ):
            by_verb = verb_near or (bare in ("米", "亩", "公里", "千米", "吨", "字") and bool(VERB_ANY.search(segment)))
            return by_verb and not quantity.is_chinese
        if bare in ("元", "万元", "亿元") and not (compared or quantity.post or segment.strip()):
            return False
        if quantity.is_chinese:
            return _chinese_counts(sentence, quantity, segment, noun, compared, verb_near)
        if bare not in STRONG_UNITS and bare not in WEAK_UNITS and unit not in STRONG_UNITS:
            return False
        if bare == "条" and not re.search(r"\d", text[quantity.start : quantity.unit_end]) and not verb_near:
            return False
        if bare in ("级", "类", "种", "位", "点", "度", "字", "页", "步", "折") and not (
            compared or verb_near or unit != bare
        ):
            return False
    if unit is None:
        at_end = (
            bool(re.match(r"^\s*(?:[,。;]|、(?!\d))", behind))
            and bool(VERB_ANY.search(segment))
            and float(quantity.value).is_integer()
            and quantity.value < 1900
        )
        return bool(QUANTITY_NOUN.search(strip_tails(segment))) or (at_end and not quantity.post)
    if re.search(r"(?:等|共|这|其他|上述|以上|前|后)$", segment) and ABSTRACT.match(behind):
        return False
    return True


#: Measure words that say how large or how far, and so define groups more often than they promise.
_SIZES = frozenset("人 名 年 岁 周岁 公里 千米 米 平方米 分 班 天 个月 元 万元 M G Mbps 小时 分钟 亩".split())


def _is_threshold(quantity: Quantity, behind: str, compared: bool, verb_near: bool, segment: str) -> bool:
    """300人以下的学校, 3年以上教龄: a size that defines a group."""
    if not re.match(r"^[的一-鿿]", behind) or compared:
        return False
    if quantity.post == "以下":
        return True
    bare = (quantity.unit or "").lstrip("百千万亿")
    if bare in _SIZES and quantity.post != "左右":
        return not verb_near or bool(_THRESHOLD_NOUN.match(behind))
    return False


def _chinese_counts(
    sentence: Sentence, quantity: Quantity, segment: str, noun: tuple[int, int] | None, compared: bool, verb_near: bool
) -> bool:
    """A Chinese numeral counts something only where it is plainly meant as a figure."""
    text = sentence.text
    words = text[noun[0] : noun[1]] if noun else ""
    unit = quantity.unit or ""
    if compared or quantity.has_more or quantity.post in ("以上", "左右", "以内"):
        return unit not in ("种",) or compared
    if unit in ("成", "倍"):
        return True
    if unit in ("次", "场", "期", "轮", "节", "批", "人次", "场次") or unit.endswith("人次"):
        regular = bool(
            re.search(
                r"每(?:个)?(?:学年|学期|年|月|周|季度|天|日|半年)", text[max(0, quantity.start - 24) : quantity.start]
            )
        )
        if unit in ("次", "场", "期", "轮", "节", "批"):
            if unit == "期" and noun is None and not regular:
                return False
            return regular or (
                quantity.value > 1
                and (verb_near or noun is None)
                and not re.match(r"^(?:创业|函数|元)", text[quantity.end : quantity.end + 2])
            )
        return True
    at_end = bool(re.match(r"^\s*(?:[,。;、)]|$)", text[quantity.end :]))
    if at_end and noun is None:
        if quantity.value <= 1:
            return False
        if unit in ("个", "条"):
            return len(strip_leads(segment)) >= 3 and bool(VERB_ANY.search(segment))
        return unit in STRONG_UNITS and unit not in ("种", "位", "点") and len(strip_leads(strip_tails(segment))) >= 2
    if noun is None or len(words) < 2:
        return False
    if quantity.value == 1:
        listed = (
            bool(re.search(r"[一][个张套本项支][^,。;]{2,14}[,、;]", text))
            and len(re.findall(r"一[个张套本]", text)) >= 2
        )
        per_each = bool(
            re.search(r"每(?:校|班|园|所学校|个学校|个班|村|镇|乡镇|县|区|所|年级)(?:至少)?$", segment)
        ) or bool(
            re.search(
                r"(?:每个?|各)[^,。;]{1,14}(?:有|建|办好?|设|配备|配|培育|打造|建设|举办|建成|至少)[^,。;]{0,4}$",
                segment,
            )
        )
        held = bool(_CREATES.search(segment)) and unit in ("所", "家", "座", "间", "场", "部", "本", "门")
        return (
            (listed and verb_near)
            or per_each
            or held
            or (
                (verb_near or segment.endswith(("完善", "健全")))
                and unit in ("个", "张", "套")
                and bool(
                    re.search(r"(?:平台|系统|基地|中心|表|制度|手册|清单|数据库|学校|幼儿园|示范区|工作室)$", words)
                )
                and not re.search(r"良好|优质|高(?:水平|质量)|完善", words)
            )
        )
    return (
        bool(_CREATES.search(segment))
        and not (unit == "个" and segment.endswith("开展"))
        and not ABSTRACT.match(words)
        and unit in STRONG_UNITS
        and unit not in ("种", "位", "点", "条", "支", "轮", "块", "片", "路", "本")
    )
