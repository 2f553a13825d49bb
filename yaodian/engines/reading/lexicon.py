"""The words the reader knows: verbs of promising, words of degree, scopes, measure words. Each list says what it is for."""

from __future__ import annotations

import re


def _choice(words: str) -> str:
    """A pattern of alternatives, longest first, so that 新改扩建 is not taken for 新建."""
    return "(?:" + "|".join(sorted(set(words.split()), key=lambda word: (-len(word), word))) + ")"


#: Verbs that a quantity is done by. They end a subject on its left side and are stripped from it.
STRONG_VERBS = _choice(
    "办结 刊发 发表 惠及 取缔 净增 新招 复核 更新 添置 配置 置换 "
    "新建 改建 扩建 续建 开工新建 改扩建 新改扩建 新建改扩建 新增 新设 新建成 新创 新创建 新评 新培育 新开设 新开 增加 增设 增至 建成 建设 建立 建好 共建 创建 创成 争创 创 打造 培育 "
    "培育储备 评选 遴选 选拔 选树 选派 选聘 选配 选定 命名 认定 评定 评出 推出 推选 完成 开展 举办 举行 召开 组织 组织好 实施 落实 引进 招聘 招录 招收 录用 补充 派遣 派驻 选送 轮训 培训 督导 督评 检查 抽查 "
    "申报 成功申报 指导 支持 投入 安排 改造 安装 更新 更换 配备 配齐 采购 购置 开设 开发 制定 出台 争取 获得 获 取得 设立 设 启动 解决 资助 发放 组建 成立 储备 复查 复验 验收 征集 编写 表彰 推荐 输送 接待 接收 "
    "汇聚 提供 聘请 聘任 聘用 结对 结成 帮扶 覆盖 打通 接入 拨付 筹措 筹集 化解 消除 撤并 整治 整改 关停 取缔 压减 减少 清退 处置 募集 资助 评估 认证 孵化 承办 主办 参与 联合 对接 服务 布局建设 布局 重点建设 重点打造 "
    "重点抓好 抓好 办好 办 做好 推进 推动 加快推进 加快 稳步推进 扎实推进 深化 编制 发布 建 开通 通报 公布 公开 走访 家访 排查 巡查 演练 考核 评审 立项 研制 修订 订立 签订 结题 送教 送 选树 评比 表扬 "
    "定向培养 定向招收 公开招聘 招考 调整优化 优化 撤销 规划建设 规划 加固 维修 修缮 新购 添置 增配 补齐 补足 盘活 腾退 回购 移交 回收 治理 普查 筛查 体检 建档 实现 达到 确保 保持 保证 保障 力保 努力 力争"
)

#: Single characters that lead in, each guarded where it begins a noun (在校生, 近视率, 对口, 应届生).
_LEAD_CHARACTERS = (
    r"使(?!用)|让|将(?!军)|把(?![关握])|对(?![口外标象])|为(?!民)|在(?![校园籍册职编岗线])|以(?![上下内及])|按(?!劳)|由|从(?![业教])|再(?!生)|又|还|均(?!衡)|都|各|并|且|和(?!谐)|与|及|或|要(?![素点])|"
    r"应(?![届急用试聘考征])|须|需(?!求)|能(?!力)|可(?![持视复])|已|共(?![建享青同])|约|超(?!大)|年(?![级轻度均检])|达(?!标)|有(?![效序声])|含|(?<!附)近(?=[\d几百千])"
)
#: What may stand before a subject and is not part of it: adverbs, words of striving, scopes, connectives.
_LEAD_WORDS = _choice(
    "进一步 持续 继续 不断 稳步 扎实 深入 全面 积极 大力 着力 切实 加快 有序 逐步 全力 有效 充分 高质量 高标准 高水平 深化 加强 加大 强化 完善 健全 提升 提高 扩大 巩固 推进 推动 促进 优化 落实 严格 严格执行 执行 严格落实 实行 推行 开展 "
    "力争 争取 努力 力求 拟 计划 确保 实现 保证 保障 保持 按照 至少 并且 同时 其中 其中: 以及 必须 应当 能够 共计 总共 合计 累计 预计 超过 "
    "全省 全市 全区 全县 全州 全镇 全乡 全校 全系统 全局 全国 全域 我省 我市 我区 我县 我校 本省 本市 本区 本县 市区 辖区内 辖区 各地 各校 各县区 各区县 全年 年内 今年 年底前 年底 当年 每年 每学年 每学期 每季度 每月 每周 每天 新一轮 首批 首次 分别 基本 重点 集中 统筹 共同 协同 "
    "参加 做到 达到 用于 具有 拥有 设有 建有 都有 要有 含 包括 不少于 不低于 不超过 控制 力保 实际 累计"
)
LEADS = f"(?:{_LEAD_WORDS}|{_LEAD_CHARACTERS})"

#: Words between a subject and its figure.
TAILS = _choice(
    "达到 达 为 是 在 保持 保持在 维持在 维持 稳定在 稳定 控制在 控制 超过 超 突破 不低于 不少于 不超过 不高于 不大于 不小于 不得低于 不得少于 不得超过 不得高于 高于 低于 多于 少于 大于 小于 等于 提高到 提高至 提升到 提升至 增加到 增加至 增长到 增至 上升到 扩大到 扩大至 "
    "缩至 缩短至 缩减至 降至 降到 下降到 下降至 降低到 降低至 减少到 减至 压缩到 压减到 缩小到 控制到 以 占 有 至少 最少 不足 约 约为 大约 近 逾 突破到 到 至 力争 争取 努力 持续 继续 均 都 均要 要 应 须 需 必须 应当 确保 力求 全部 分别 基本 总体 整体 平均 已 能 可 将 实现 完成 提高 提升 增长 增加 上升 下降 降低 减少 压减 递增 缩小 回落 "
    "了 净增 调整 每生 每人 每班 每名 每校 每所 再 各 共 共计 总计 合计 计 每年 每学年 每学期 每月 每周 每天 每季度 全年 年均 同比 分年度 左右 比例达到 新增 不能低于 不能超过 不能少于 稳步 逐步 逐年 进一步 最多 最高 最低 限定在 限制在 按 按照 标准为 ≥ ≤ > < 设立 开展 组织 稳中有升 稳中有降"
)

STRIVE = re.compile(r"力争|争取|努力|力求|拟(?!定|订|合|稿|态|人|录)")

#: Measure words a target may be counted in. The sets differ in how much else is asked for.
STRONG_UNITS = (
    "所 个 名 人 项 门 家 间 次 场 套 张 人次 场次 班次 批次 课时 学时 节 件 篇 部 支 辆 台 座 处 户 条 期 批 对 组 堂 幢 栋 座 路 块 片 本 册 份 例 只 盏 起 轮 点 节次 课 校次 校 园 学分 学位 床 顶 卷 幅 枚 种 位 股 班 轮次 人天 宗 篇次 例次 课例 堂课 户次 校园 万 亿 万元 亿元"
).split()
WEAK_UNITS = "元 分 年 个月 个小时 小时 分钟 天 周 周岁 公里 千米 米 平方米 亩 公顷 吨 Mbps M G Gbps GB 兆 千兆 度 级 倍 成 折 千瓦 千瓦时 升 克 岁 学期 工作日 个工作日 页 字 步".split()

#: After a single-character measure word these make another word of it.
_NOT_AFTER = {
    "个": "月别性体案税例旧贷园头",
    "人": "民才类工口均大事文际群物身生格员数心力选均次",
    "名": "师校牌单额优录称誉列片额义教",
    "家": "长庭校教访委乡",
    "部": "门署级属委队",
    "期": "末间中望待刊限",
    "门": "类户口",
    "位": "置于次",
    "场": "所馆景地域合",
    "节": "能约日假奏",
    "对": "接口标照象应于外此",
    "条": "件例龙线带",
    "支": "部持教出付援委",
    "台": "账阶",
    "处": "理置罚于室级",
    "分": "类层级别析布解配步批校园管工散享之科",
    "班": "主级子额干",
    "套": "餐取",
    "本": "科地市区校届",
    "课": "程堂后题业改外间",
    "路": "径线",
    "元": "旦素宵",
    "天": "津然",
    "成": "立为果效员长人绩才",
    "批": "准示评复",
    "户": "籍外口",
    "周": "年末边期",
    "组": "织建团长",
    "所": "有在需属得以谓",
    "起": "始草步点",
    "校": "园长企外内车服本级舍际区",
    "园": "长区所务",
    "级": "别",
    "年": "级龄代度制轻",
    "米": "粉",
    "点": "位名赞",
    "张": "贴力",
    "间": "接隔",
    "次": "数日",
    "项": "目",
    "度": "假",
    "字": "样",
    "种": "子",
    "片": "区",
    "步": "骤伐",
    "件": "事",
    "份": "子",
    "例": "如",
}


#: The guards that hold behind digits too; the others are for Chinese numerals, where a word may go on (三名师, 一家长).
_ALWAYS_GUARDED = frozenset("个年天分级本路点度元位步周成台处")


def unit_pattern(*, digits: bool) -> str:
    """One pattern of all measure words, longest first; a word that the next character would change is left out."""
    words = sorted({*STRONG_UNITS, *WEAK_UNITS} - {"万", "亿"}, key=lambda word: (-len(word), word))
    parts = []
    for word in words:
        guarded = _NOT_AFTER.get(word) and (not digits or word in _ALWAYS_GUARDED)
        guard = f"(?![{_NOT_AFTER[word]}])" if guarded else ""
        if word == "人" and digits:
            guard = "(?![口均])"
        if word == "所" and not digits:
            guard = "(?!有|在(?!校|编|职|建|园)|需|属|得|以(?!上|下|内)|谓)"
        parts.append(re.escape(word) + guard)
    return "(?:个百分点|百分点|%|‰|" + "|".join(parts) + ")"


#: Nouns after a Chinese numeral that make a figure of speech of it, or after any numeral a mere sum of a list.
ABSTRACT = re.compile(
    r"^(?:(?:方面|环节|突破|不漏|不落|问题|原则|阶段|维度|层面|关键|要素|关系|坚持|确保|到位|结合|统一|融入|转变|导向|重点|焦点|推进|主线|目标|全覆盖|格局|氛围|环境|局面|态势|理念|意识|自信|维护|确立|能力|作风|规律|职责|责任(?!表|书|区|状|清单)|抓手|支点|底线|红线|严格|聚焦)(?:$|[、和与及,:“])|(?:"
    r"[^,。;]{0,14}(?:队伍|机制|格局|氛围|环境|局面|态势|理念|模式|路子|新路|平台作用|合力|闭环|链条|网|防线|共同体意识)))"
)
