"""One character for one: full-width forms become half-width so that rules are written once.

Folding never changes the length of a text, so a span found in folded text holds in the text as printed.
"""

from __future__ import annotations

import re

_FULL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz%:;,()[]+-~/.!?<>=*#&"
_TABLE = {ord(char) + 0xFEE0: char for char in _FULL}
_TABLE |= {
    0x3000: " ",
    0x00A0: " ",
    0x2002: " ",
    0x2003: " ",
    0x2009: " ",
    ord("﹝"): "〔",
    ord("﹞"): "〕",
    ord("〖"): "【",
    ord("〗"): "】",
    ord("﹙"): "(",
    ord("﹚"): ")",
    ord("﹪"): "%",
    ord("–"): "-",
    ord("—"): "-",
    ord("―"): "-",
    ord("─"): "-",
    ord("−"): "-",
    ord("∼"): "~",
    ord("〜"): "~",
    ord("﹣"): "-",
    ord("‐"): "-",
    ord("‑"): "-",
    ord("〈"): "<",
    ord("〉"): ">",
    ord("﹕"): ":",
    ord("︰"): ":",
    ord("∶"): ":",
    ord("﹔"): ";",
    ord("﹐"): ",",
    ord("﹒"): ".",
    ord("•"): "·",
    ord("・"): "·",
    ord("○"): "〇",
}


_FOLDABLE = re.compile("[" + re.escape("".join(map(chr, _TABLE))) + "]")


_LONG = 200


def fold(text: str) -> str:
    """Fold ``text``; the result has the same length."""
    if not _FOLDABLE.search(text):
        return text
    if len(text) < _LONG:
        return text.translate(_TABLE)
    # A long text holds a dozen different forms at most; one pass for each is quicker than a look at every character.
    for form in _TABLE.keys() & set(map(ord, text)):
        text = text.replace(chr(form), _TABLE[form])
    return text
