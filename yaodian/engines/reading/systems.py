"""The information systems a plan names: platforms, systems, databases, registers and named clouds.

1. A head word (平台, 系统, 数据库, 电子档案, 一张网 …) ends a name; the name runs left to a verb, a connective, 的 or a mark.
2. A name must say which system: generic words alone (各类平台, 交流平台, 教育系统) are none.
3. Quotation marks belong to the name unless they hold the whole of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .rules import RuleBook, rule

_HEADS = (
    r"(?:一张网(?:平台)?|(?:浙里办|粤省事|皖事通|豫事办|鄂汇办|赣服通|闽政通|渝快办|苏服办|随申办|爱山东|天府通办|冀时办|三晋通|秦务员|云上贵州|吉事办|辽事通|津心办|湘易办|桂通办)(?![”\"][^,。;、]{0,8}平台)|(?:学习|教育)在线平台|(?:学习|教育)在线(?=[^一-鿿]|平台|建设|开发|开设|等|$)|一网通办平台|(?:云|数字|智慧|在线|管理|服务|监管|学习)?平台|系统|大数据中心|数据中心|数据中台|中台|数字基座|智慧大脑|教育大脑|大脑|电子档案|数字档案|电子学籍|电子(?:台账|证照|班牌)|成长档案(?=系统|平台)|学分银行|"
    r"(?:底层|基础|主题|信息|大)?数据库|(?:资源库|信息库|题库|案例库|意向库|人才库)(?:系统|平台)?|(?:信息|政务|教育|教研|研修|资源|学习|招生|课程|服务|就业|人才|资助)网(?![络格点吧])|(?<=[一-鿿])教云(?:[”\"]?平台|[一-鿿]{2,4}通(?:\d\.\d)?)?|门户网站?|小程序|APP|App|客户端|(?:教育|智慧|同步|视频|空中)[^,。;、“”]{0,4}云(?!计算|端|南|平台)|云课堂|空中课堂|智慧作业|一卡通|驾驶舱|数据仓)"
)
# The class of first characters lets the search pass over most of the text at once.
HEAD = re.compile(
    r"(?=[浙粤皖豫鄂赣闽渝苏随爱天冀三秦吉辽津湘桂一云数智在管服监学系大中教电成底基主题信资案意人门小AC客同视空驾政研招课教育平])"
    + _HEADS
)

NO_SYSTEM = RuleBook(
    "words that name no information system",
    rule(
        "education-system",
        r"(?:^|教育|教体|全|本|各|政法|公安|卫生|卫健|党政|机关|学校|高校|我[市县区省]|[市县区省])系统$|(?:体育|生态|神经|消化|免疫|供配电|供电|供水|给排水|排水|消防|照明|空调|新风|通风|监控|广播|音响|安防|门禁|报警|喷淋|防护|防撞|净水|直饮水|支持服务|服务系统建设|与服务|知识|理论|思维|育人|课程|评价体系|话语|支撑|动力|价值)系统$",
        why="The education system as a whole, building services, and systems of thought.",
        holds=("全市教育系统", "镇中供配电系统", "教育系统"),
        fails=("学籍管理系统", "教师信息管理系统"),
    ),
    rule(
        "figurative-platform",
        r"^(?:搭建|提供|创新|各类|各种|多种|相关|这一|一个|展示|交流|合作|成长|锻炼|实践|活动|育人|发展|宣传|学术|技术|研究|研发|竞赛|实训|培养|沟通|对话|社会|专业|锻造|就业|融资|校企|各校|亲情|家校|家长|产学研|产教|融合|服务|网络|新媒体|媒体|高端|阵地|高层次|优质|各级|多元|公共|教研|科研|创业|双创|协作|共享|信息化?|互动|载体|开放|高水平|省级?|国家级|市级?|县级?|区级?|上级|相应|良好|广阔|教育|教师|学生|综合|重要|有效|新型|数字化?|学习|应用|平台|和|与|及|等|[大新好]|性|型|化|的)*平台$",
        why="A platform in the figurative sense, or any platform.",
        holds=("搭建平台", "校企合作平台", "技术创新平台", "宣传平台", "网络平台", "优质数字化学习平台"),
        fails=("公共资源交易平台", "学科竞赛管理平台", "阳光招生平台"),
    ),
    rule(
        "event-platform",
        r"(?:周|会|节|赛|论坛|联盟|博览会|展|日|营|基地|工作室|共同体)[”\"]?(?:等)?(?:高端|交流|重要)?平台$|[”\"]等[^,。]{0,4}平台$",
        why="An event or a list called a platform.",
        holds=("中国东盟教育周”等平台", "教育交流周高端平台"),
        fails=("“课程猫”平台",),
    ),
    rule(
        "adverb",
        r"系统(?:性|化|地|推进|谋划|梳理|总结|学习|治理|思维|观念|工程|集成|布局|设计|构建|部署|培训|开展|优化|提升|实施|规划|研究|整治|掌握|整理|内|各|干部|党|党员|师生|广大|全体|上下|安全|单位|教师|职工|人员|先进|优秀|工会|信访|普法|行风|党建|改革|行业|疫情|防控|意识|重大|矛盾|突出|舆情|作风|法治|重点)",
        why="系统 as an adverb, or the education system's own people and affairs.",
        holds=("系统推进改革", "系统思维", "系统内干部"),
        fails=("系统建设", "系统应用", "系统,实现"),
    ),
)

#: What ends the left side of a name. The text is searched for the last of these before the head.
_STOP = re.compile(
    r"[,。;::!?、\s()\t《》]|(?<!互联)(?<!一)的|"
    r"(?:进一步|加强|加快|推进|参加|全员|推动|促进|扩充|扩展|积极促进|建设好|建设|建立健全|建立|建成|建好|构建|搭建|打造|完善|巩固|丰富|优化改进|优化|改进|健全|升级|改造|启用|使用|用好|应用(?!平台|系统|软件|门户)|运用|推广|依托|借助|利用|充分利用|通过|开发|研发|研制|部署|上线|开通|接入|对接|纳入|登录|推行|实施|实行|实现|筹建|规范|强化|深化|整合|统筹|扩大|发挥|管好|抓好|做好|办好|运行(?!管理|监|维)|维护(?!管理)|推动|开展|继续(?!教育)|计划(?!管理|招生|生育|实名)|其他|其它|加大|提升|提高|普及|持续|全面|积极|"
    r"基于|面向|围绕|按照|根据|结合|融入|形成|提供|组织|参与|注册|更新|采集|发布|录入|填报|上报|导入|共享|打通|横向打通|拓展|推出|引进|引入|试行|试点|探索|谋划|启动|完成|落实|支持|鼓励|确保|保障|加入|归集|汇聚|联通|贯通|迁移|关闭|新建|改版|试用|全部|逐步|扎实|有序|率先|拟建|拟|将|把|(?<!存)在(?!线|籍|校|园|册|职|编)|于|由|向|与(?!服务|管理|监管|评价|预警|应用|决策)|和(?!谐|平)|及(?!时)|或|(?<![行成])为|从|对(?!口|外|标)|以(?!上|下|及)|(?<![信应使通专公实运利雇聘])用(?!户|工|车|品|餐|电|书)|(?<!合)并|是|至|到|(?<![高中初同平])等(?!级)|(?<!平)均(?!衡)|使(?!用)|按)"
)
_ADVERB_AFTER = NO_SYSTEM.rules[3].pattern
_INFO = re.compile(
    r"管理|监管|监测|信息|云|智慧|智能|数字|数据|资源|招生|报名|录取|入学|登记|缴费|选课|走班|排课|在线|网上|网络(?!安全)|研修|教材|线上|评价|评估|反馈|分析|预警|服务|学习|教学|课程|办公|政务|一体化|审批|内控|信用|培训|电子|学籍|资助|考务|考试|巡查|巡课|测评|监控|平安|安全|食堂|餐饮|阳光|校车|物联|融合|展示|教育|教研|作业|阅读|诊断|心理|健康|体质|督导|举报|信访|查询|填报|采集|统计|收费|支付|就业|实习|实训|学分|学科竞赛|招聘|人事|档案|门户|认证|应用|支撑|互联网|大数据|人工智能|AI|慕课|课堂|国家体系|综合素质|远程|直播|视频|会议|协同|调度|指挥|联网|控辍|台账|留守|营养|采购|资产|财务|预算|绩效|审计|项目|家校|惠民|转移转化|一网|热线|通"
)


@dataclass(frozen=True, slots=True)
class SystemFound:
    """A named system in folded text."""

    start: int
    end: int
    confidence: float
    rule: str


def systems_in(folded: str, offset: int = 0, hidden: tuple[tuple[int, int], ...] = ()) -> list[SystemFound]:
    """Every named system of one line; ``hidden`` are places (of the line) that hold documents' names or units."""
    found: list[SystemFound] = []
    for match in HEAD.finditer(folded):
        if any(low <= match.start() < high for low, high in hidden) or any(
            each.start - offset <= match.start() < each.end - offset for each in found
        ):
            continue
        place = _name_at(folded, match)
        if place is None:
            continue
        start, end, confidence = place
        if any(each.start - offset < end and start < each.end - offset for each in found):
            continue
        found.append(SystemFound(offset + start, offset + end, confidence, "system/named"))
    return found


def _name_at(folded: str, match: re.Match[str]) -> tuple[int, int, float] | None:
    head, end = match.group(0), match.end()
    says_which = re.search(r"(?:管理|信息|监管|监测|服务|预警|分析|评价|登记|报名)$", folded[: match.end() - 2])
    if head.endswith("系统") and not says_which and _ADVERB_AFTER.match(folded[match.end() - 2 : match.end() + 6]):
        return None
    if re.match(r"^(?:化|上|性|经济|型|期|式|思维)", folded[end : end + 2]):
        return None
    if head.endswith("平台") and re.match(r"^(?:和载体|载体|作用(?=,|。|;))", folded[end : end + 4]) and head == "平台":
        return None
    if head in ("大脑", "中台") or head.endswith("云"):
        end = match.end()
    start = match.start() if head in _SERVICE_APPS else _left_edge(folded, match.start())
    name = folded[start:end]
    quoted = name.endswith("”平台") or bool(re.search(r"[”\"][^“”]{0,8}$", name))
    if name.count("“") < name.count("”"):
        opening = folded.rfind("“", max(0, start - 24), start)
        if opening < 0:
            start += name.index("”") + 1
        else:
            start = _left_edge_of_quote(folded, opening)
        name = folded[start:end]
    if name.count("“") > name.count("”"):
        if folded[end : end + 1] == "”":
            inner = name.rfind("“")
            if inner == 0 or not name[:inner].strip():
                start += inner + 1
            else:
                end += 1
        else:
            start += name.rfind("“") + 1
        name = folded[start:end]
    name, start = _trim(name, start)
    if not _is_named(name, head, quoted):
        return None
    for each in NO_SYSTEM.rules[:3]:
        if each.pattern.search(name):
            return None
    confidence = (
        0.9
        if quoted
        or re.search(r"(?:管理|监管|监测|服务|信息|资源|招生|云)[^,]{0,4}(?:平台|系统)$|数据库$|电子档案$|一张网", name)
        else 0.75
    )
    return start, end, confidence


def _left_edge(folded: str, at: int) -> int:
    window = max(0, at - 34)
    edge = window
    for stop in _STOP.finditer(folded, window):
        if stop.start() >= at:
            break
        if stop.end() <= at:
            edge = stop.end()
    return edge


def _left_edge_of_quote(folded: str, opening: int) -> int:
    """An owner printed directly before a quoted name belongs to it (省“名师空中课堂”)."""
    before = re.search(
        r"(?:国家|全国|省|市|县|区|[一-鿿]{2}[省市县区]|[一-鿿]{2,8}(?:馆|局|中心))$",
        folded[max(0, opening - 12) : opening],
    )
    return opening - len(before.group(0)) if before else opening


def _trim(name: str, start: int) -> tuple[str, int]:
    while True:
        lead = re.match(
            r"^(?:[一两三四五六七八九十\d]+[个套批项类]|全[市省县区](?=[^,]{4})|各[类级项]|新一代|我[市县区省]|统一|该|其|本|一批|集|新|好|等|各|成|入(?![学园])|了|出|地|化|活动|工作|“$|相关|[”\"])",
            name,
        )
        if lead is None or not lead.group(0):
            return name, start
        if lead.group(0) in ("全市", "全省", "全县", "全区", "统一") and re.match(
            r"^(?:平台|系统)", name[lead.end() :]
        ):
            return name, start
        name, start = name[lead.end() :], start + lead.end()


#: The provinces' service applications, known by their names alone.
_SERVICE_APPS = frozenset(
    "浙里办 粤省事 皖事通 豫事办 鄂汇办 赣服通 闽政通 渝快办 苏服办 随申办 爱山东 天府通办 冀时办 三晋通 秦务员 云上贵州 吉事办 辽事通 津心办 湘易办 桂通办".split()
)


def _is_named(name: str, head: str, quoted: bool) -> bool:
    body = name[: -len(head)] if name.endswith(head) else name
    if quoted or (head.endswith("数据库") and len(body) >= 2):
        return True
    if (
        head in _SERVICE_APPS
        or head in ("学分银行", "教育大脑", "数字基座")
        or head.endswith(("在线", "教云"))
        or "教云" in head[:3]
        or (head.endswith("云") and len(name) >= 4)
    ):
        return True
    if head in (
        "一张网",
        "学分银行",
        "空中课堂",
        "云课堂",
        "智慧作业",
        "一卡通",
        "电子学籍",
        "电子档案",
    ) and (len(body) >= 2 or head in ("智慧作业",)):
        return True
    if head in (
        "教研网",
        "学习网",
        "招生网",
        "课程网",
        "研修网",
        "资源网",
        "服务网",
        "就业网",
        "人才网",
        "资助网",
        "小程序",
        "APP",
        "App",
        "客户端",
        "门户网",
        "门户网站",
        "政务网",
        "教育网",
        "信息网",
        "驾驶舱",
        "大脑",
        "智慧大脑",
        "教育大脑",
        "案例库",
        "人才库",
        "题库",
        "题库系统",
        "题库平台",
        "资源库平台",
        "资源库",
        "意向库",
        "信息库",
        "数据仓",
    ):
        return len(body) >= 2
    if len(body) < 2:
        return bool(re.search(r"(?:云|管理|监管)平台$", name)) and len(body) >= 2
    return bool(_INFO.search(name[:-2] if len(name) > 2 else name)) and not re.fullmatch(
        r"(?:信息化?|数字化?|网络|服务|教育|教学|学习|管理|公共服务|智慧|智能|资源|信息化管理|公共|综合|数据|大数据|应用|课程|在线|线上|电子|信息|云|政务信息|网络信息|关键信息|教育类)(?:平台|系统)|[^,]{0,6}(?:级以上信息系统|[一二两三]平台)",
        name,
    )
