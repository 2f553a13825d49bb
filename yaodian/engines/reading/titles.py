"""The document's title and its cover notice: where the plan itself begins on a page."""

from __future__ import annotations

import re

from .chrome import MENU_WORDS, is_chrome
from .folding import fold
from .numbering import label_of
from .source import Line
from .task_tables import Block

TITLE_WORDS = (
    r"(?:工作|任务|目标|教育|年度|重点|改革|督导|安全|党建|党委|党组|发展)?(?:要点|计划|工作方案|实施方案|行动方案|工作安排|工作思路|工作打算|工作意见|实施意见|"
    r"重点工作|重点任务|工作任务|工作清单|任务清单|目标任务|任务分解|责任分解|分解表|任务表|任务书|规划|民生实事|行动计划|工作部署)"
    r"(?:分解|分工|安排|清单|方案|计划|项目|一览|责任)*(?:表|书)?"
)


_TITLE = re.compile(
    rf"^(?!.*[。;])(?=.{{4,70}}$)[^::]*{TITLE_WORDS}\s*(?:\((?:试行|草案|征求意见稿|讨论稿|送审稿|暂行|修订稿?|审议稿|[^)]{{0,12}}年[^)]{{0,8}})\))?$"
)


_NOTICE = re.compile(r"关于(?:印发|下发|转发|公布|发布|做好|报送).{2,80}的?(?:通知|函|公告)\s*$|的通知\s*$")


ATTACHED = re.compile(r"^\s*-?\s*附\s*件?\s*\d{0,2}\s*[::.]?\s*")


_YEAR_START = re.compile(r"^(?:\d{4}|[二〇零一二三四五六七八九]{4})\s*(?:-\s*\d{4})?\s*(?:学)?年")


_ORG_END = re.compile(
    r"(?:局|委员会|委|厅|处|办公室|办|人民政府|政府|党组|党委|工委|学校|中心|学院|研究院|教科院|院|所|馆|室)$"
)


HEADER_FIELD = re.compile(
    r"^\s*\(?(?:索\s*引\s*号|发文机关|发布机构|公开机构|发文机构|制发机关|文\s*号|发文字号|发文文号|文件编号|组配分类|主题分类|成文日期|成文时间|"
    r"发文日期|发文时间|生成日期|印发日期|公开日期|发布日期|发布时间|废止日期|有\s*效\s*性|体裁分类|主题词|公开方式|公开时限|公开范围|名\s*称|标\s*题|信息名称|生效日期|施行日期|关\s*键\s*词|内容概述|分类|信息分类|服务对象分类|效力状态)\s*[::]?\)?"
)


def find_title(blocks: list[Block], folded: list[str], first_clause: int, named: str | None) -> tuple[int | None, str]:
    """The title's index and words.

    1. The best line before the first clause that ends like a plan's name; the last of equals, since the plan's own title
       stands behind that of its cover notice.
    2. What the cover notice says it publishes.
    3. The first heading, the first short line, or the title in the file's own data.
    """
    lines = [(at, block) for at, block in enumerate(blocks[:first_clause]) if isinstance(block, Line)]
    best: tuple[float, int, str] | None = None
    for at, block in lines:
        candidate = _candidate(blocks, folded, at, block)
        if candidate is not None and (best is None or candidate[0] >= best[0]):
            best = (candidate[0], at, candidate[1])
    if best is not None and best[0] >= 1.0:
        return best[1], best[2]
    for at, block in lines:
        if _NOTICE.search(folded[at]) and len(folded[at]) < 90:
            printed = re.sub(r"\s+", "", block.text)
            inner = re.search(r"《(.+)》", printed) or re.search(
                r"关于(?:印发|下发|转发|公布|发布)(.+?)的通知", printed
            )
            return at, re.sub(r"^.*(?:印发|下发|转发)", "", inner.group(1)).strip("《》") if inner else printed
    if best is not None:
        return best[1], best[2]
    for at, block in lines:
        if block.heading == 1 and not is_chrome(folded[at]):
            return at, block.text.strip()
    for at, block in lines:
        if _may_be_title(folded[at]):
            return at, re.sub(r"\s+", "", block.text)
    return None, (named or "").strip()


def _candidate(blocks: list[Block], folded: list[str], at: int, block: Line) -> tuple[float, str] | None:
    """How much a line looks like a plan's title, and the title's words; two printed lines may be one title."""
    printed, text = re.sub(r"\s+", "", block.text), re.sub(r"\s+", "", folded[at])
    weight = 3.0
    attached = ATTACHED.match(text)
    if attached and attached.end() and not re.match(r"^-?附件?\d{0,2}$", text):
        text, printed, weight = text[attached.end() :], printed[attached.end() :], 1.0
    if not _TITLE.match(text) or re.match(r"^(?:现将|按照|根据|为|请)", text) or is_chrome(text):
        return None
    if not re.search(r"\d{4}|[二〇零一]{2}[〇零一二三四五六七八九]{2}|年|局|委|厅|市|县|区|学校|全", text):
        weight -= 1.5
    if block.heading == 1:
        weight += 0.5
    if at:
        above, own_place = folded[at - 1], re.search(r"市|县|区|局|省|厅|委|全", text)
        begins_with_year = _YEAR_START.match(text) and _is_org(above) and not own_place
        year_above = _YEAR_START.fullmatch(re.sub(r"\s+", "", above)) or (
            text.startswith("年") and re.fullmatch(r"20\d{2}", above)
        )
        if begins_with_year or year_above:
            printed = re.sub(r"\s+", "", _line_text(blocks[at - 1])) + printed
    return weight, printed


def _may_be_title(folded: str) -> bool:
    return (
        len(re.findall("[一-鿿]", folded)) >= 4
        and len(folded) <= 60
        and "。" not in folded
        and folded not in MENU_WORDS
        and not is_chrome(folded)
        and not HEADER_FIELD.match(folded)
    )


def menu_end(blocks: list[Block], folded: list[str], first_clause: int) -> int | None:
    """Where numbered menu entries stand before the document's title, the index of that title; else ``None``."""
    for index in range(first_clause + 1, min(len(blocks), 80)):
        text = re.sub(r"\s+", "", folded[index])
        if len(text) > 60 or label_of(folded[index]) is not None:
            if label_of(folded[index]) is None or len(text) > 24 or "。" in text:
                return None
            continue
        if (
            _TITLE.match(text)
            and re.search(r"(?:19|20)\d{2}|[二〇零一]{2}[〇零一二三四五六七八九]{2}年", text)
            and not ATTACHED.match(text)
        ):
            return index
    return None


def _line_text(block: Block) -> str:
    return block.text if isinstance(block, Line) else ""


def _is_org(folded: str) -> bool:
    bare = re.sub(r"\s+", "", folded)
    return 3 < len(bare) <= 30 and bool(_ORG_END.search(bare)) and not is_chrome(folded) and "。" not in bare


def notice_start(folded: list[str], before: int) -> int | None:
    for index in range(min(before, len(folded))):
        if _NOTICE.search(folded[index]) and 6 < len(folded[index]) < 90 and not is_chrome(folded[index]):
            if index and _is_org(folded[index - 1]) and re.match(r"^关于", folded[index]):
                return index - 1
            return index
    for index in range(min(before, len(folded))):
        if re.match(r"^[^。]{0,12}(?:各|市属|市直|区属|县直|局属|局机关)[^。]{2,140}[::]$", folded[index]):
            return index
    return None


def is_same_title(folded: str, title: str) -> bool:
    """Whether a line is the title in other words: it ends like one and holds most of its characters."""
    bare = re.sub(r"\W", "", folded)
    wanted = set(re.sub(r"\W", "", fold(title)))
    return (
        6 <= len(bare) <= 60
        and bool(_TITLE.match(re.sub(r"\s+", "", folded)))
        and len(wanted & set(bare)) >= 0.7 * len(wanted)
    )
