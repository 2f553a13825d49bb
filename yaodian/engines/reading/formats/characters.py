"""Cleaning of characters: what a reader cannot see goes, what he sees stays as printed.

Line ends become ``\\n``; control, zero-width, bidirectional and byte-order characters and soft hyphens go; the many
kinds of space become a plain one (the full-width space and the tab stay); look-alike radicals, which PDF fonts and
converters put in place of ordinary characters (⼀ for 一), become the ordinary ones. Full-width digits and punctuation
stay exactly as printed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

_SPACES: Final = re.compile("[\xa0\u2000-\u200a\u202f\u205f]")

# Control characters, soft hyphen, zero-width and bidirectional marks, variation selectors, interlinear marks,
# lone surrogates, non-characters, tags, and the private characters of symbol fonts (bullets of Wingdings).
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\uf000-\uf0ff\U000e0000-\U000e0fff]"
)

# Radicals of the supplement that have no compatibility mapping in Unicode but stand for these characters.
_SUPPLEMENT: Final = dict(
    zip(
        "⺁⺄⺆⺈⺊⺌⺍⺕⺗⺝⺟⺠⺢⺣⺩⺪⺬⺮⺷⺼⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "厂乙冂刀卜小小彐心月母民水灬王疋示竹羊月虎西见角贝车长门青韦页风飞食马鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
_LOOKALIKE: Final = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]")


def with_line_ends(text: str) -> str:
    """``text`` with every kind of line or page end as ``\\n``."""
    return _LINE_ENDS.sub("\n", text)


def cleaned(text: str) -> str:
    """``text`` without what cannot be seen, see the module; line ends are not touched beyond becoming ``\\n``."""
    text = with_line_ends(text)
    if text.isascii() and "\x00" not in text and text.isprintable():
        return text
    text = _SPACES.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    return _LOOKALIKE.sub(_ordinary, text)


def _ordinary(match: re.Match[str]) -> str:
    character = match[0]
    return _SUPPLEMENT.get(character) or unicodedata.normalize("NFKC", character)


def columns(line: str) -> int:
    """The printed width of ``line``: two for a Chinese or full-width character, one for an ASCII one."""
    return 2 * len(line) - len(line.encode("ascii", "ignore"))
