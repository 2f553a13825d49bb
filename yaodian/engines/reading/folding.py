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


def fold(text: str) -> str:
    """Fold ``text``; the result has the same length."""
    return text.translate(_TABLE) if _FOLDABLE.search(text) else text
