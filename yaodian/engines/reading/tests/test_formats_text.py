"""Plain text and Markdown: paragraphs, hard wrapping, page numbers, tables."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable

import pytest

from yaodian.engines.reading.formats import markdown, plain
from yaodian.engines.reading.formats.numbers import starts_paragraph
from yaodian.engines.reading.formats.wrapping import unwrapped
from yaodian.engines.reading.source import Line, Source, Table

PARAGRAPHS = [
    "云川市教育局2025年工作要点",
    "2025年,全市教育系统坚持立德树人根本任务,深化教育综合改革,统筹推进各级各类教育协调发展,加快建设高质量教育体系,努力办好人民满意的教育。",
    "一、坚持党建统领,加强党对教育工作的全面领导",
    "1.深化思想政治建设。组织党员干部学习贯彻教育大会精神,健全学习制度,全年开展专题培训不少于4次,覆盖率达到100%,推动学习成果转化为工作实效。",
    "〔责任单位:党委办公室、组织人事科、各县区教育局〕",
    "2.加强学校建设。新建公办幼儿园3所,改扩建义务教育学校12所,新增学位8600个,9月底前全部投入使用,确保学前教育普惠率达到90%以上;启动县中振兴计划,投入资金1.5亿元,完成5所普通高中的改造。",
    "二、推进教育公平",
    "(一)完善招生制度。落实免试就近入学,规范民办学校招生,实行公办民办同步招生,严禁以任何形式的考试选拔学生,保障随迁子女平等接受义务教育。",
]


def wrap(paragraphs: list[str], width: int, indent: str = "", every: int = 9, number: str = "— {} —") -> str:
    lines: list[str] = []
    for paragraph in paragraphs:
        text = indent + paragraph
        while text:
            lines.append(text[:width])
            text = text[width:]
    out: list[str] = []
    for at, line in enumerate(lines):
        if number and at and at % every == 0:
            out += ["", number.format(at // every), ""]
        out.append(line)
    return "\n".join(out)


def words(source: Source) -> list[str]:
    return [block.text.strip() for block in source.blocks if isinstance(block, Line) and block.text]


def tables(source: Source) -> list[Table]:
    return [block for block in source.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("width", [30, 35, 38, 40, 45])
@pytest.mark.parametrize("indent", ["", "\u3000\u3000", "    "])
@pytest.mark.parametrize("number", ["— {} —", "- {} -", "第{}页", "第 {} 页 共 9 页", "{}", "{}/9", ""])
def test_hard_wrapped_paragraphs_are_joined_and_page_numbers_dropped(width: int, indent: str, number: str) -> None:
    assert words(plain.parse(wrap(PARAGRAPHS * 2, width, indent, number=number))) == PARAGRAPHS * 2


def test_a_blank_line_between_all_lines_does_not_hide_the_wrapping() -> None:
    text = wrap(PARAGRAPHS * 2, 36, "\u3000\u3000", number="").replace("\n", "\n\n")
    assert words(plain.parse(text)) == PARAGRAPHS * 2


def test_unwrapped_text_is_left_as_it_is() -> None:
    assert words(plain.parse("\n".join(PARAGRAPHS))) == PARAGRAPHS
    assert unwrapped(PARAGRAPHS) == PARAGRAPHS


def test_short_items_of_one_length_are_not_joined() -> None:
    items = [f"{number}.开展学校食堂食品安全检查并公布结果和整改的情况。" for number in range(1, 9)]
    assert words(plain.parse("\n".join(items))) == items
    heads = ["推进教育数字化建设重点项目落地落实的工作安排表甲", "推进教育公平优质发展重点项目落地落实的工作安排乙"] * 4
    assert words(plain.parse("\n".join(f"{at}、{head}" for at, head in enumerate(heads, 1)))) != ["".join(heads)]


def test_lines_that_end_their_sentence_stay_apart() -> None:
    poem = ["春风又绿江南岸边柳色新来燕子双飞。", "明月何时照我还乡路上行人欲断魂归。"] * 6
    assert words(plain.parse("\n".join(poem))) == poem


def test_a_paragraph_that_a_page_number_broke_is_joined_in_unwrapped_text() -> None:
    text = "1.健全制度。组织党员干部学习贯彻教育大会精神,推动全市教育系统把学习成\n"
    text += "\n— 3 —\n\n果转化为工作实效。\n2.新建学校。"
    assert words(plain.parse(text)) == [
        "1.健全制度。组织党员干部学习贯彻教育大会精神,推动全市教育系统把学习成果转化为工作实效。",
        "2.新建学校。",
    ]


def test_a_number_in_a_sentence_is_no_page_number() -> None:
    assert words(plain.parse("共有\n120\n所学校")) == ["共有", "120", "所学校"]


@pytest.mark.parametrize(
    "line",
    [
        "一、甲",
        "十二、甲",
        "(一)甲",
        "\uff08三\uff09甲",
        "1.甲",
        "1、甲",
        "22. 甲",
        "\uff11\uff0e甲",
        "(1)甲",
        "1)甲",
        "①甲",
        "⑴甲",
        "第一章 总则",
        "【重点任务3】甲",
        "1.1 甲",
        "责任单位:甲",
        "〔牵头单位:甲",
    ],
)
def test_a_number_of_the_genre_starts_a_paragraph(line: str) -> None:
    assert starts_paragraph(line)


@pytest.mark.parametrize(
    "line",
    ["1.5亿元", "2025年", "3所学校", "一方面", "二、三年级学生", "90%以上", "第一责任人", "(见附件)", "一校一案"],
)
def test_words_that_only_look_like_a_number_do_not(line: str) -> None:
    assert not starts_paragraph(line)


def test_tabs_under_known_heads_are_a_table() -> None:
    text = '任务表\n序号\t重点任务\t责任单位\n1\t新建学校\t基教科\n2\t"建平台\n建系统"\t电教馆\n\n结束'
    source = plain.parse(text)
    (table,) = tables(source)
    assert table.rows == (
        ("序号", "重点任务", "责任单位"),
        ("1", "新建学校", "基教科"),
        ("2", "建平台\n建系统", "电教馆"),
    )
    assert words(source) == ["任务表", "结束"]


def test_tabs_elsewhere_stay_text() -> None:
    assert not tables(plain.parse("电话:\t0511\n地址:\t云川市\n"))


def test_bars_under_known_heads_or_a_rule_are_a_table() -> None:
    rows = (("序号", "工作任务", "完成时限"), ("1", "建校", "6月底前"))
    assert tables(plain.parse("| 序号 | 工作任务 | 完成时限 |\n| 1 | 建校 | 6月底前 |\n"))[0].rows == rows
    assert tables(plain.parse("序号│工作任务│完成时限\n1│建校│6月底前"))[0].rows == rows
    assert tables(plain.parse("| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |"))[0].rows == (("甲", "乙"), ("丙", "丁"))
    assert not tables(plain.parse("首页 | 新闻 | 公开\n返回 | 打印 | 关闭"))


def test_cells_on_lines_of_their_own_are_a_table() -> None:
    text = "序号 |\n重点任务 |\n牵头单位 |\n完成时限\n"
    text += "1 |\n建设学校\n三所 |\n基教科 |\n6月底前\n2 |\n建设平台 |\n电教馆 |\n年底前\n附件"
    source = plain.parse(text)
    (table,) = tables(source)
    assert table.rows[1:] == (("1", "建设学校\n三所", "基教科", "6月底前"), ("2", "建设平台", "电教馆", "年底前"))
    assert words(source) == ["附件"]


def test_entities_that_a_copy_left_are_decoded() -> None:
    assert words(plain.parse("一、&ldquo;双减&rdquo;&nbsp;工作 &alpha;")) == ["一、“双减” 工作 &alpha;"]


def test_markdown_marks_go_and_numbers_stay() -> None:
    text = (
        "---\ntitle: 云川市要点\n---\n# 云川市 **2025** 年要点 #\n\n一、*坚持*党建\n===\n> 1. **甲**,见[办法](http://a.b/c)\n"
        "1. 乙 `代码`\n1. 丙\n- 丁\n* 戊 3*4=12\n\n2\\. 己<br>庚 ![图](a.png)\n\n***\n```\n辛\n```\n"
    )
    source = markdown.parse(text)
    assert source.title == "云川市要点"
    assert [(block.text, block.heading) for block in source.blocks if isinstance(block, Line) and block.text] == [
        ("云川市 2025 年要点", 1),
        ("一、坚持党建", 1),
        ("1. 甲,见办法", 0),
        ("2. 乙 代码", 0),
        ("3. 丙", 0),
        ("丁", 0),
        ("戊 3*4=12", 0),
        ("2. 己", 0),
        ("庚", 0),
        ("辛", 0),
    ]


def test_markdown_tables_are_tables() -> None:
    source = markdown.parse("## 表\n\n| 任务 | 单位 |\n| --- | :-: |\n| **建校** | 基教科<br>财务科 |\n\n完")
    assert tables(source)[0].rows == (("任务", "单位"), ("建校", "基教科\n财务科"))
    assert words(source) == ["表", "完"]


def test_numbers_restart_under_another_paragraph_in_markdown() -> None:
    assert words(markdown.parse("(一)甲\n1. 乙\n(二)丙\n1. 丁\n")) == ["(一)甲", "1. 乙", "(二)丙", "1. 丁"]


@pytest.mark.parametrize("parse", [plain.parse, markdown.parse])
@pytest.mark.parametrize(
    "pattern",
    [
        "**a ",
        "*a ",
        "[a",
        "| a ",
        "a | b\n",
        "`",
        "~~a ",
        "<b ",
        "1. a\n",
        "\t",
        "— 1 —\n教育\n",
        "一、",
        "&amp",
        "序号 |\n任务 |\n",
    ],
)
def test_time_is_linear_in_length_for_hostile_text(pattern: str, parse: object) -> None:
    assert callable(parse)
    texts = {size: "一、甲\n" + "\n".join([(pattern * 60_000)[:60_000]] * size) for size in (1, 8)}
    least = dict.fromkeys(texts, float("inf"))
    # Other work on the machine makes a run longer, never shorter: what is linear shows it in one of the rounds,
    # what is not takes 64 times as long in each of them.
    for _ in range(10):
        for size, text in texts.items():
            least[size] = min(least[size], seconds(lambda text=text: parse(text), runs=3))
        if least[8] < max(0.3, 16 * least[1]):
            break
    assert least[8] < max(0.3, 16 * least[1])


def test_ten_thousand_characters_take_less_than_three_milliseconds() -> None:
    text = "\n\n".join(PARAGRAPHS * 24)[:10_000]
    plain.parse(text)
    assert seconds(lambda: plain.parse(text), runs=30) < 0.003


def seconds(action: Callable[[], object], runs: int) -> float:
    """The least processor time of so many runs, without the collector, which would walk what other tests left behind."""
    return min(timeit.repeat(action, timer=time.process_time, repeat=runs, number=1))
