"""From bytes to characters: byte-order mark, UTF-8, GB18030, UTF-16 without a mark, Big5, in that order of trust.

What a page or an XML head declares is not trusted at all: exports from Windows declare gb2312 over UTF-8 and the
reverse. Where UTF-8 does not fit, every other encoding that decodes is scored by how many of its characters are
common in Chinese office prose: a wrong decoding yields rare characters.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from yaodian.engines.reading.errors import UnreadableDocument

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

# Frequent in the genre, in simplified and traditional form; a real text has a fifth of them or more.
_FREQUENT: Final = frozenset(
    "的和学學校教育工作一二三四五六七八九十、\uff0c。\uff1b\uff1a\uff08\uff09“”《》()〔〕年月日市区區县縣省全加强强推进進实實施建设設发發展提高开開"
    "管理质質量中小义義务務生师師党黨政行动動体體新时時代国國家人大会會重点點项項目责責任单單位局各级級以上对對"
    "在是为為有与與及不个個所等到下社会文化安保障制度完善机機制度服务"
)

_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# ASCII, general punctuation, CJK punctuation, full-width forms.
_PRINTED: Final = re.compile("[ -~\t\n\r\u2010-\u2049\u3000-\u303f\uff00-\uffef]")
_SAMPLE: Final = 20_000


def decoded(data: bytes) -> str:
    """The characters of ``data``.

    Raises :class:`UnreadableDocument`: ``binary`` where it is no text, ``unknown-encoding`` where no known
    encoding gives Chinese or ASCII prose, ``garbled`` where the text was destroyed before it came here.
    """
    text = _by_mark(data)
    if text is None:
        text = _by_content(data)
    _refuse_garbage(text)
    return text


def _by_mark(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return None


def _by_content(data: bytes) -> str:
    has_nul = b"\x00" in data
    if not has_nul:
        text = _strict(data, "utf-8")
        if text is not None:
            return text
    candidates = ["gb18030", "big5hkscs"]
    if has_nul:
        candidates.insert(0, "utf-8")
    if len(data) % 2 == 0:
        candidates += ["utf-16-le", "utf-16-be"]
    best, best_score = None, 0.25
    for encoding in candidates:
        text = _strict(data, encoding)
        if text is not None and (score := _score(text)) > best_score:
            best, best_score = text, score
    if best is not None:
        return best
    # A download cut in the middle of a character, or a few bytes broken: keep what is sound.
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") <= max(2, len(text) // 100) and _score(text) > 0.4:
            return text
    raise UnreadableDocument("binary" if _looks_binary(data) else "unknown-encoding")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _score(text: str) -> float:
    """How much like Chinese or English prose ``text`` is: about 1 for it, near 0 or below for a wrong decoding."""
    sample = text[:_SAMPLE]
    everyday = _everyday()
    score = 0.0
    for character in sample:
        if character in _FREQUENT:
            score += 2.0
        elif character in everyday:
            score += 0.7
        elif _PRINTED.match(character):
            score += 0.5
        elif character < " " or "\x7f" <= character <= "\x9f" or "\ue000" <= character <= "\uf8ff":
            score -= 2.0
        else:
            score -= 0.2
    return score / max(1, len(sample))


@functools.cache
def _everyday() -> frozenset[str]:
    """The 3,755 everyday characters of GB 2312 level 1, rows 16 to 55."""
    rows = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return frozenset(rows.decode("gb2312", "ignore"))


def _looks_binary(data: bytes) -> bool:
    sample = data[:65_536]
    controls = sum(sample.count(code) for code in range(32) if code not in b"\t\n\x0b\x0c\r\x1a\x1b")
    return controls * 50 > len(sample)


def _refuse_garbage(text: str) -> None:
    sample = text[:_SAMPLE]
    if not sample:
        return
    if len(_CONTROL.findall(sample)) * 50 > len(sample):
        raise UnreadableDocument("binary")
    # U+FFFD is what a failed conversion leaves; 锟斤拷 is the same read once more as GBK.
    lost = sample.count("\ufffd") + 3 * sample.count("锟斤拷")
    if lost * 20 > len(sample):
        raise UnreadableDocument("garbled")
