"""Site chrome: the lines round a plan that belong to the web page and not to the document.

The rules look at one line at a time and are used only before the document's title, in the lines between title and text,
and after its last clause, so that a clause that speaks of printing or sharing is never lost.
"""

from __future__ import annotations

from functools import lru_cache

from .rules import RuleBook, rule

CHROME = RuleBook(
    "site chrome",
    rule(
        "breadcrumb",
        r"^\s*(?:(?:您|你)?(?:现在|当前|目前)?(?:的|所在)?(?:位置|导航|频道|栏目)\s*[::]|首页\s*(?:$|[>/|»-])|>[^<]*>|[^>。]{1,14}>[^>。]{1,14}>|[^»。]{1,14}»[^»。]{1,14}»)",
        why="A path of menu names, not a sentence.",
        holds=(
            "当前位置:首页 > 文件通知",
            "您的位置: 首页 >业务工作>文件简报>详细内容",
            "首页",
            "> 市教育局 > 规划计划 > 工作计划",
        ),
        fails=("首页建设工作由电教馆负责。", "1.明确各校在集团中的位置。"),
    ),
    rule(
        "counter",
        r"(?:浏览|阅读|点击|访问)(?:次数|人次|量|数|率)?\s*[::]|\d+\s*次(?:浏览|阅读|点击)|^\s*\d+\s*(?:浏览|阅读)\s*$|阅读\s*[((]?\d+|人浏览",
        why="Counters count the page's visitors.",
        holds=("发布时间: 2019-02-20 17:25   浏览次数:0次", "教育 admin 5年前 117次浏览 0个评论", "点击数:1034"),
        fails=("开展每天阅读半小时活动。", "每学期共读3本书"),
    ),
    rule(
        "meta",
        r"^\s*[【\[(]?\s*(?:发布|更新|发稿|录入|上传|公开|信息|生成|发文)?(?:时间|日期|来源|机构|机关|单位|处室|者|人)\s*[::].{0,80}$|^\s*(?:来源|作者|编辑|责任编辑|责编|审核|校对|供稿|撰稿|摄影|稿源|文章来源|信息来源|字号|编审|初审|复审|终审)\s*[::].{0,80}$",
        why="Who put the page up and when; read into the header, not kept in the text.",
        holds=("发布时间:2020-03-16 09:52", "来源:区教育局 作者:区教育局 发布时间:2023-02-23", "责任编辑:李明"),
        fails=("责任单位:基教科", "来源于财政资金的项目要公开。"),
    ),
    rule(
        "page-stamp",
        r"^\s*(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d+\s*年前)?\s*\d{1,2}:\d{2}(?::\d{2})?\s*(?:来源|作者|点击|浏览|发布|$)|^\s*\S{0,12}\s*admin\b",
        why="A time of day stands on pages, not under official documents.",
        holds=("2021-03-05 09:30 来源:县教育局", "10:20:31", "教育 admin 5年前 (2020-03-30)"),
        fails=("2021年3月5日", "每日8:00开放食堂检查"),
    ),
    rule(
        "font-size",
        r"字(?:体|号)\s*(?:大小)?\s*[::]|^\s*[【\[(]?\s*字(?:体|号)|^\s*[【\[(]?\s*大\s*[|\]】 ]*\s*[\[【]?中\s*[|\]】 ]*\s*[\[【]?小",
        why="Buttons for the size of letters.",
        holds=("字体:[大 中 小]", "【字体:", "[大][中][小]", "字体大小:【"),
        fails=("推广规范字体书写。", "开展大中小学思政课一体化建设。"),
    ),
    rule(
        "share",
        r"^\s*(?:[【\[(]?\s*分享(?:到|至|功能|本文|本页|给)?\s*[^。]{0,12}|(?:新浪|腾讯)?微博|微信(?:好友|朋友圈|扫一扫)?|QQ(?:空间|好友)?|朋友圈|扫一扫.{0,20}|用微信扫.{0,20}|手机(?:查看|扫码|阅读).{0,12}|二维码.{0,8})\s*[::]?[】\])]?\s*$",
        why="Buttons that share the page.",
        holds=("分享到:", "分享功能(新)", "微信", "扫一扫在手机打开当前页"),
        fails=("分享优秀教师成长经验,开展宣讲活动。", "建好微信公众号"),
    ),
    rule(
        "page-buttons",
        r"^\s*(?:[【\[(]?\s*(?:打印|关闭|关 *闭|收藏|加入收藏|返回|返回顶部|回到顶部|纠错|我要纠错|下载|推荐|置顶|打印(?:正文|本页|此文|文章)|关闭(?:窗口|本页)|保存|语音播报|无障碍(?:阅读|浏览)?|繁体|简体|长者(?:版|模式)|适老化)\s*[】\])|]?\s*){1,8}×?\s*$",
        why="Buttons of the page.",
        holds=("【打印正文】", "【加入收藏】 【关  闭】", "打印 关闭", "返回顶部"),
        fails=("关闭不合格校外培训机构5家。",),
    ),
    rule(
        "neighbours",
        r"^\s*[【\[(<«]*\s*(?:上一[篇条页]|下一[篇条页]|相关(?:链接|阅读|文章|新闻|信息|推荐|稿件|内容|文档)|热门(?:文章|推荐|阅读)|推荐(?:阅读|文章)|延伸阅读|猜你喜欢|最新(?:文章|发布)|信息公开(?:指南|目录|年报)$|网站地图|联系我们|关于我们|友情链接|查看更多|更多>>|相关附件)\s*",
        why="Links to other pages.",
        holds=("上一篇:2024年工作总结", "下一条", "相关链接", "网站地图"),
        fails=("推荐优秀教师30名。", "最新一轮三年行动计划"),
    ),
    rule(
        "footer",
        r"版权所有|ICP备|ICP证|公网安备|网站标识码|政府网站找错|技术支持\s*[::]|建议(?:使用|您使用)|最佳(?:浏览|分辨率)|Copyright|©|邮政?编码?\s*[::]\s*\d{6}|^\s*(?:主办|承办|协办|维护)(?:单位)?\s*[::][^。]{0,40}$|^\s*(?:地址|联系电话|电话|传真|电子邮箱|邮箱)\s*[::][^。]{0,40}$",
        why="The foot of a site.",
        holds=("版权所有:云川市教育局", "京ICP备05012345号", "主办:云川市人民政府办公室", "网站标识码:3301000001"),
        fails=("主办单位要加强统筹协调。", "加强版权保护教育"),
    ),
    rule(
        "comments",
        r"^\s*(?:[•·*]\s*)?(?:(?:发表|取消|提交|我要|网友|暂无|全部)(?:我的)?评论|评论|回复|表情(?:\s+\S+){0,8}|昵称\s*(?:[((]必填[))])?|邮箱\s*(?:[((]必填[))])?|网址|喜欢\s*[((]?\d*[))]?|点赞\s*[((]?\d*[))]?|赞\s*[((]?\d+[))]?|用户登录|用户名|密码|登录|注册|登录\s*[|/]?\s*注册|验证码|Hi,您需要.{0,20}|×|\d+个评论|[((]\d+[))]个?评论)\s*[::]?\s*$",
        why="The comment form and the sign-in form of a page.",
        holds=("发表我的评论", "• 昵称 (必填)", "喜欢 (0)", "用户登录", "×"),
        fails=("登录平台完成报名的学校不少于30所。", "表情达意的写作教学"),
    ),
    rule(
        "contents-line",
        r"(?:\.{4,}|·{4,}|…{2,}|-{6,})\s*\d{1,3}\s*$",
        why="A line of a table of contents: dots and a page.",
        holds=("一、主要目标............3", "(二)重点任务……………12"),
        fails=("一、主要目标",),
    ),
    rule(
        "page-number",
        r"^\s*(?:-\s*\d{1,3}\s*-|第\s*\d{1,3}\s*页(?:\s*[,/]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})\s*$",
        why="Page numbers of a printed sheet.",
        holds=("— 3 —", "- 12 -", "第3页 共10页"),
        fails=("第3批次", "3-5所"),
    ),
)

#: No line of a page's frame is longer than this; sentences are.
CHROME_LINE_LIMIT = 160


@lru_cache(maxsize=2048)
def is_chrome(folded: str) -> bool:
    """Whether a folded line belongs to the page and not to the document (asked several times a line, so remembered)."""
    return len(folded) <= CHROME_LINE_LIMIT and CHROME.first(folded) is not None


#: Words that stand alone on a page's navigation; three or more such short lines in a row are a menu.
MENU_WORDS = frozenset(
    "首页 网站首页 新闻中心 政务公开 信息公开 政务服务 互动交流 公众参与 办事服务 通知公告 工作动态 教育要闻 政策法规 专题专栏 "
    "机构设置 机构职能 领导之窗 教育动态 数据开放 走进教育 师资队伍 招生考试 基础教育 职业教育 高等教育 资料下载 在线访谈 "
    "局长信箱 网上办事 党建工作 教育督导 文件通知 规划计划 工作计划 政府信息公开 决策公开 搜索 站内搜索 高级搜索 English".split()
)
