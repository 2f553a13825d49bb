"""How a line of the genre begins: enough of the numbering to know that a new paragraph starts there.

Full-width marks are written as escapes, so that none is mistaken for its ASCII twin: uff08 uff09 are the brackets,
uff0c the comma, uff0e the stop, uff1a the colon, uff1b the semicolon, uff10-uff19 the digits.
"""

from __future__ import annotations

import re
from typing import Final

_HAN: Final = "一二三四五六七八九十百"
_DIGIT: Final = r"0-9\uff10-\uff19"
_OPEN: Final = r"[(\uff08\u3014\[\uff3b]"
_SHUT: Final = r"[)\uff09\u3015\]\uff3d]"

# A number or label that begins a paragraph for certain: 一、 (一) 1. 1、 (1) ① 第一章 【重点任务3】 责任单位:.
# A decimal fraction (1.5万人) or an enumeration (二、三年级) is none.
NUMBERED: Final = re.compile(
    rf"\s*(?:[{_HAN}]{{1,4}}\s*[、.\uff0e,\uff0c](?![{_HAN}]{{1,3}}(?:年级|季度|类|级|、))"
    rf"|{_OPEN}\s*(?:[{_HAN}]{{1,4}}|[{_DIGIT}]{{1,3}})\s*{_SHUT}"
    rf"|[{_DIGIT}]{{1,3}}\s*(?:[、\uff09)]|[.\uff0e](?![{_DIGIT}]))"
    rf"|[{_DIGIT}]{{1,2}}(?:[.\uff0e][{_DIGIT}]{{1,2}}){{1,3}}[\s\u3000、.\uff0e](?![{_DIGIT}])"
    r"|[\u2460-\u24ff\u3220-\u3229\u3280-\u3289\u2776-\u2793]"
    rf"|第[{_HAN}{_DIGIT}]{{1,4}}[章节條条部编]"
    rf"|【[^】\n]{{1,12}}[{_DIGIT}{_HAN}]{{0,3}}】"
    r"|[\u3014(\uff08【]?(?:责任单位|牵头单位|牵头部门|责任部门|配合单位|责任科室|牵头科室|责任人|责任领导)[:\uff1a]"
    r")"
)

# 一是 二是 … begin a paragraph only where a sentence ended before.
WEAK: Final = re.compile(rf"\s*(?:[{_HAN}]{{1,3}}是|第[{_HAN}]{{1,2}}[,\uff0c])")

# A line that ends like this may end its paragraph.
ENDS_SENTENCE: Final = re.compile(r"[。;\uff1b:\uff1a!\uff01?\uff1f…)\uff09\u3015】\]]\s*$")

_DASH: Final = r"[-\u2010-\u2015\u2500\uff0d~\u00b7\u2022]"
# Page numbers with their dashes or words: «— 3 —», «第3页», «第 3 页 共 12 页», «- 3 -», «3 / 12».
PAGE_NUMBER: Final = re.compile(
    rf"\s*(?:{_DASH}{{1,3}}\s*[{_DIGIT}]{{1,4}}\s*{_DASH}{{1,3}}"
    rf"|第\s*[{_DIGIT}]{{1,4}}\s*页(?:\s*[,\uff0c/\uff0f]?\s*共\s*[{_DIGIT}]{{1,4}}\s*页)?"
    rf"|[{_DIGIT}]{{1,4}}\s*[/\uff0f]\s*[{_DIGIT}]{{1,4}}"
    r"|Page\s+[0-9]{1,4}(?:\s+of\s+[0-9]{1,4})?)\s*$",
    re.IGNORECASE,
)
BARE_PAGE_NUMBER: Final = re.compile(rf"\s*[{_DIGIT}]{{1,3}}\s*$")


def starts_paragraph(line: str) -> bool:
    """Whether ``line`` begins with a number or a label that never stands inside a sentence."""
    return NUMBERED.match(line) is not None
