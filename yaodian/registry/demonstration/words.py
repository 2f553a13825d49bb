"""Invented words: places, streets, schools, people.

The stem of a county is one of `FIRST` followed by one of `SECOND`: four hundred in all. All of them, and every name in
`CITIES`, were compared with the 3,193 names of a published list of divisions from province down to county: none is one
of them nor stands inside one. Towns, streets and villages come from the same syllables and lie in these counties, so
that no line of an address leads anywhere.

Names of people are surnames and given names put together by chance. That somebody bears such a name is unavoidable; nothing else
about the row can be theirs, because no identity number and no telephone number in it exists (`numbers`).
"""

from __future__ import annotations

from random import Random

from yaodian.registry.demonstration.streams import Choice, pick

CITIES = tuple(
    "云川 衡澜 柳原 沧宁 云泽 望澄 兰泽 汉沔 栖霁 蓼岭 葭原 曦塘 棠陂 岚津 翊墅 砚泽 韶坪 霄桥 蘅浦 汀麓".split()
)
FIRST = "栖澄霁黛蓼菱苇槿棠葭砚韶瑄岚霄曦翊芷蘅汀"
SECOND = "禾澜泽屿溪津陂岭渡墅川塘洲桥浦麓坪淙湾原"
# The counties that the demonstration plans speak of, for the first city.
FIRST_DISTRICTS = ("临溪", "北塘", "龙津")
FIRST_COUNTIES = ("青禾", "青峒")

GOOD_WORDS = (
    "明德 育英 求真 启航 新苗 晨曦 博雅 崇文 致远 知行 弘毅 立人 思源 笃行 树人 励志 春晖 向阳 和美 星河".split()
)
KINDERGARTEN_WORDS = (
    "小星星 蒲公英 红苹果 金摇篮 大风车 七色光 小白鸽 新芽 童乐 彩虹桥 阳光 蓝精灵 小蜗牛 月亮船".split()
)

SURNAMES = Choice(
    dict(zip(
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 "
        "苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 "
        "顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文 欧阳 上官 司徒 诸葛 解 仇 单 区 覃 尉迟".split(),
        [72, 71, 68, 54, 46, 31, 23, 22, 21, 20, 19, 18, 16, 15, 14, 13, 12, 12, 12, 11] + [8] * 20 + [5] * 40
        + [2.5] * 20 + [0.4, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.4, 0.05],
        strict=True,
    ))
)  # fmt: skip
BOYS = (
    "宇轩 浩然 子涵 梓轩 俊杰 博文 天佑 昊 睿 泽洋 明哲 嘉懿 煜城 鑫磊 志强 立诚 弘文 烨磊 晟睿 鹏 涛 "
    "文昊 修洁 远航 旭尧 鸿涛 伟祺 荣轩 越泽 瑾瑜 皓轩 擎宇 子骞 辰 楷瑞 建辉 晋鹏 天磊 绍辉 家豪 思远 "
    "冠宇 铭 恺 亦航 书恒"
).split()
GIRLS = (
    "欣怡 梓涵 诗涵 雨桐 佳怡 思颖 语嫣 紫萱 静怡 雪梅 芷若 婉清 若曦 可馨 悦 琪 晓彤 心怡 梦洁 凌薇 "
    "美莲 雅静 雪丽 依娜 雅芙 雨婷 怡香 珺 瑶 漪 彤 诗雅 沐晴 清岚 予安 知夏 初晴 安琪 惠茹 曼婷 雪慧 "
    "淑颖 钰彤 璟雯 天瑜 婧琪"
).split()
MEN = (
    "建国 志强 永明 国庆 海涛 建军 伟 勇 军 磊 超 刚 杰 斌 鹏 辉 文斌 晓东 立新 振华 学军 德胜 春生 "
    "新民 玉林 长江 红星 金水 宝山 福生 世杰 成 峰 凯 俊 浩"
).split()
WOMEN = (
    "秀英 桂兰 淑珍 丽 敏 静 艳 娟 霞 玲 芳 燕 红梅 春梅 晓燕 丽娟 海燕 玉兰 凤英 秋菊 小红 爱华 雪 "
    "婷 慧 倩 颖 琳 洁 莉 欣 蓉 薇 佳 萍 云"
).split()
# 𠮷 U+20BB7, 𫚖 U+2B696 and 𬱖 U+2CC56 take four bytes in UTF-8; 㛃 and 䶮 lie in the first extension.
RARE = ("𠮷", "𫚖", "𬱖", "㛃", "䶮")
# GB/T 3304, with a share of all people; the rest is 01.
MINORITIES = Choice(
    {"02": 6, "03": 11, "04": 5, "05": 9, "06": 9, "07": 8, "08": 18, "11": 10, "12": 3, "13": 3, "15": 8}
)
DOTTED_GIVEN = "阿依古丽 古丽娜尔 艾力 吐尔逊 买买提 阿布都拉 帕提古丽 热依拉 努尔江 米热古丽".split()
DOTTED_FAMILY = "买买提 吐尔逊 艾合买提 阿不都热依木 玉素甫 依明".split()
YI_FAMILY = "吉克 阿苏 沙马 曲木 俄木".split()
YI_GIVEN = "阿牛 伍果 阿依 木嘎 史布 尔古".split()
TIBETAN = "扎西顿珠 卓玛 次仁 央金 格桑 德吉 白玛 洛桑".split()


def surname(random: Random) -> str:
    """A surname, common ones more often."""
    return SURNAMES(random)


def child_name(random: Random, family: str, gender: str, ethnicity: str) -> str:
    """A child's whole name; now and then with a rare character, with a middle dot where the people has one."""
    if ethnicity == "05":
        return f"{pick(random, DOTTED_GIVEN)}·{pick(random, DOTTED_FAMILY)}"
    if ethnicity == "07" and random.random() < 0.4:
        return f"{pick(random, YI_FAMILY)}·{pick(random, YI_GIVEN)}"
    if ethnicity == "04":
        return pick(random, TIBETAN)
    given = pick(random, BOYS if gender == "1" else GIRLS)
    if random.random() < 0.0015:
        given = given[:1] + pick(random, RARE)
    return family + given


def adult_name(random: Random, family: str, gender: str) -> str:
    """A grown-up's whole name."""
    return family + pick(random, MEN if gender == "1" else WOMEN)


def stems() -> tuple[str, ...]:
    """All four hundred stems of counties, in a fixed order that mixes both syllables."""
    return tuple(FIRST[(row + column) % 20] + SECOND[row] for column in range(20) for row in range(20))
