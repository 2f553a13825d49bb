"""Words of advertisers that take over neglected public pages: gambling, loans, quack cures. None belongs in a work plan."""

from __future__ import annotations

import re

ADVERTISING = re.compile(
    r"赌场|博彩|娱乐城|娱乐场|金沙|威尼斯人|葡京|永利|太阳城|新濠|美高梅|皇冠体育|百家乐|老虎机|六合彩|时时彩|(?<!体育)(?<!福利)彩票|棋牌|体育投注|投注|真人视讯|注册送|开户送|返水|外围|(?:优发|云顶|乐虎|龙虎|凯发|利来|博狗|沙巴|银河|万博|亚博|明升|必威|韦德|立博|澳博|凤凰|大发|千亿|亿万|鸿运|恒大|天博|爱游戏|开云|乐鱼|半岛|华体会|米乐|江南|九游|星空|雷竞技)(?:国际|娱乐|体育|集团|官网|平台|城|棋牌|游戏)|"
    r"小额贷|网贷|股票配资|代开发票|办证刻章|私服|外挂|刷单|代孕|白癜风|牛皮癣|癫痫病医院|无痛人流|增高药|减肥药|整形医院|男科医院|壮阳|成人用品|裸聊|约炮|色情|(?:bet|BET)\d{2,3}|www\.[a-z0-9-]+\.(?:com|cc|vip|net)"
)

#: Every text that the pattern finds begins with one of these. A choice of plain words is looked for many times faster
#: than the pattern itself.
_BEGINNING = re.compile(
    "|".join(
        "赌场 博彩 娱乐 金沙 威尼斯 葡京 永利 太阳城 新濠 美高梅 皇冠 百家乐 老虎机 六合彩 时时彩 彩票 棋牌 体育投注 投注 真人视讯 注册送 开户送 返水 外围 优发 云顶 乐虎 龙虎 凯发 "
        "利来 博狗 沙巴 银河 万博 亚博 明升 必威 韦德 立博 澳博 凤凰 大发 千亿 亿万 鸿运 恒大 天博 爱游戏 开云 乐鱼 半岛 华体会 米乐 江南 九游 星空 雷竞技 小额贷 网贷 股票配资 代开 办证 "
        "私服 外挂 刷单 代孕 白癜风 牛皮癣 癫痫 无痛 增高药 减肥药 整形 男科 壮阳 成人用品 裸聊 约炮 色情 bet BET www".split()
    )
)


def advertising_in(folded: str) -> list[re.Match[str]]:
    """The advertisers' words of a text, in order, never overlapping."""
    found: list[re.Match[str]] = []
    at = 0
    while (beginning := _BEGINNING.search(folded, at)) is not None:
        match = ADVERTISING.match(folded, beginning.start())
        if match is not None:
            found.append(match)
        at = beginning.start() + 1 if match is None else match.end()
    return found
