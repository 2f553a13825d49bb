"""The documents that are measured: the demonstration plan, and plans of any length mixed from the invented documents.

A mixed plan takes clauses of the annotated documents of the reader's tests in a seeded order, with fresh numbers and fresh
figures. Those documents were written to hold as many difficult figures as possible, ten times as many as a published
plan; so a mix is either *dense*, of such clauses alone, or *usual*, of sentences of theirs among prose without figures,
with 20 to 35 targets in 10,000 characters as the published plans have. The same arguments give the same text.
"""

from __future__ import annotations

import html
import io
import random
import re
from pathlib import Path

import docx

from yaodian.engines.reading.tests.corpus import pdf_files

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT / "yaodian" / "engines" / "reading" / "tests" / "documents"
DEMONSTRATION = ROOT / "yaodian" / "plans" / "demonstration" / "yunchuan-2026.txt"

#: What the issue calls a plan: ten thousand characters.
PLAN_CHARACTERS = 10_000

_NUMBER = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百]+[章节部分]+|【[^】]*】|[(\uff08]?[一二三四五六七八九十百\d]{1,4}[)\uff09]?\s*[、.\uff0e)\uff09]|"
    r"[①-⑳]|[一二三四五六七八九十]+是)\s*"
)
_FIGURE = re.compile(r"(?<![\d.:-])[1-9]\d{0,2}(?=[所个名人次场项家间套位])")
_SENTENCES = re.compile(r"[^。\n]*\d[^。\n]*。")
_DIGITS = "零一二三四五六七八九"
_CLAUSES_A_SECTION = 12
_SHORTEST_CLAUSE = 60

# What fills a published plan between its figures. A sentence is two to four of «verb, whose, what».
_VERBS = (
    "健全 完善 推动 深化 落实 加强 优化 引导 支持 鼓励 规范 强化 统筹 促进 构建 压实 严格执行 持续推进 积极探索 "
    "着力提升 切实保障 扎实开展 有序实施 全面落实 进一步完善"
).split()
_WHOSE = (
    "教师 学校 区域 家校社协同 党组织 校园安全 课堂教学 职业教育 学前教育 义务教育 普通高中 特殊教育 校外培训 招生考试 "
    "教育督导 教育经费 学生资助 心理健康 思想政治 劳动教育 体育美育 科学教育 数字化转型 食堂管理 师德师风"
).split()
_WHAT = (
    "工作机制 责任体系 发展规划 质量监测 评价改革 队伍建设 管理制度 保障水平 育人环境 服务能力 资源共享 常态化管理 典型经验推广 "
    "风险隐患排查 联席会议制度 “三大行动” 一体化发展 内涵建设 优质均衡发展 专项治理 长效机制 监督问责 品牌培育"
).split()
_ASIDES = (
    "认真贯彻《云川市教育高质量发展行动方案》",
    "用好云川智慧教育云平台",
    "坚持一校一策、分类指导",
    "做到守土有责、守土尽责",
    "形成人人关心、人人参与的良好氛围",
    "确保党中央决策部署落地见效",
)
# One clause in so many of a usual plan has a sentence of the dense ones, which have one or two targets each.
_PROSE_CLAUSES_A_FIGURE = 3


def demonstration() -> str:
    """The plan that the project ships, as text."""
    return DEMONSTRATION.read_text(encoding="utf-8")


def published() -> list[Path]:
    """The published plans that may lie beside the checkout; they are no part of the repository."""
    return sorted((ROOT.parent / "shared" / "plans").glob("*.txt"))


def invented() -> list[Path]:
    """The invented documents, without their annotations."""
    return sorted(
        path for path in DOCUMENTS.iterdir() if path.suffix in {".txt", ".html", ".md"} and path.stem != "README"
    )


def clauses() -> list[str]:
    """The long paragraphs of the invented texts, without their numbers."""
    lines = [
        _NUMBER.sub("", line).strip()
        for path in invented()
        if path.suffix == ".txt"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if len(line) >= _SHORTEST_CLAUSE and "\t" not in line]


def mixed(characters: int, seed: int, pool: list[str], *, dense: bool = False) -> str:
    """A plan of ``characters`` characters from a ``pool`` of :func:`clauses`, usual or ``dense``."""
    chance = random.Random(seed)
    year = chance.randrange(2015, 2031)
    lines = [
        f"索引号:YC{seed:04d}/{year}-{chance.randrange(99999):05d}",
        f"云川市教育局{year}年工作要点",
        f"{year}年全市教育工作的总体要求是:坚持立德树人,推进教育高质量发展,年内学前三年毛入园率达到{chance.randrange(85, 99)}%以上。",
    ]
    length, section, clause = sum(map(len, lines)) + len(lines), 0, 0
    waiting: list[str] = []
    while length < characters:
        if clause % _CLAUSES_A_SECTION == 0:
            section, clause = section + 1, 0
            lines.append(f"{_chinese(section)}、推进第{section}方面重点工作")
            length += len(lines[-1]) + 1
        if not waiting:
            waiting = chance.sample(pool, len(pool))
        clause += 1
        words = waiting.pop() if dense else _usual_clause(chance, waiting)
        words = _FIGURE.sub(lambda _: str(chance.randrange(2, 999)), words)
        lines.append(f"{clause}.{words}"[: max(_SHORTEST_CLAUSE, characters - length)])
        length += len(lines[-1]) + 1
    return "\n".join(lines)


def _usual_clause(chance: random.Random, waiting: list[str]) -> str:
    sentences = [_prose(chance) for _ in range(chance.randrange(3, 7))]
    if chance.randrange(_PROSE_CLAUSES_A_FIGURE) == 0:
        found = _SENTENCES.findall(f"{waiting.pop()}。")
        sentences[1:1] = found[:1]
    units = f"〔责任单位:{chance.choice(_WHOSE)}科、{chance.choice(_WHOSE)}科〕" if chance.random() < 0.6 else ""
    return f"{chance.choice(_VERBS)}{chance.choice(_WHOSE)}{chance.choice(_WHAT)}。{''.join(sentences)}{units}"


def _prose(chance: random.Random) -> str:
    phrases = [
        chance.choice(_VERBS) + chance.choice(_WHOSE) + chance.choice(_WHAT) for _ in range(chance.randrange(2, 5))
    ]
    if chance.random() < 0.25:
        phrases.insert(chance.randrange(len(phrases) + 1), chance.choice(_ASIDES))
    return ",".join(phrases) + "。"


def as_html(text: str) -> bytes:
    """The text as a page with the usual frame round it."""
    frame = "".join(
        f"<li><a href='/{at}'>{word}</a></li>" for at, word in enumerate(("首页", "政务公开", "办事服务", "互动交流"))
    )
    body = "".join(f"<p style='text-indent:2em'><span>{html.escape(line)}</span></p>\n" for line in text.splitlines())
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>云川市教育局</title></head><body><ul>{frame}</ul>"
        f"<div class='content'>{body}</div><div>上一篇:无</div><div>版权所有:云川市教育局</div></body></html>"
    ).encode()


def as_docx(text: str) -> bytes:
    """The text as a Word file, a paragraph a line."""
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(text: str) -> bytes:
    """The text as printed pages."""
    return pdf_files.build(pdf_files.paragraphs(text.splitlines()))


def _chinese(number: int) -> str:
    """1 to 999 as a plan's sections are numbered."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones else "")
