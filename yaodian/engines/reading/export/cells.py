"""What a cell says that a clerk has written: a choice, a number, a day; or why it cannot be understood."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping

from yaodian.engines.reading.folding import fold

from .sheets import normalised

Words = tuple[str, str]

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")


class Misread(ValueError):
    """A cell that does not say what its column asks for; the words continue “the column …”."""

    def __init__(self, chinese: str, english: str) -> None:
        self.chinese = chinese
        self.english = english
        super().__init__(chinese)


def is_blank(cell: object) -> bool:
    return cell is None or normalised(str(cell)) == ""


def choice(choices: Mapping[str, Words], text: str) -> str:
    """The code of a word, in either language."""
    for code, pair in choices.items():
        if text in pair or text.casefold() == pair[1].casefold():
            return code
    known, known_en = "、".join(pair[0] for pair in choices.values()), ", ".join(pair[1] for pair in choices.values())
    raise Misread(f"只能填 {known}，现在是“{text[:40]}”", f"must be one of {known_en}, not “{text[:40]}”")


def number(cell: object, text: str, unit: str) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if not text:
        return None
    plain = fold(text).replace(",", "").replace(" ", "")
    if plain.endswith("%") and unit in {"%"}:
        plain = plain[:-1]
    try:
        value = float(plain)
    except ValueError:
        raise Misread(f"要填数字，现在是“{text[:40]}”", f"must be a number, not “{text[:40]}”") from None
    if not math.isfinite(value):
        raise Misread(f"要填数字，现在是“{text[:40]}”", f"must be a number, not “{text[:40]}”")
    return value


def day(cell: object, text: str) -> str | None:
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if not text:
        return None
    match = _DAY.match(fold(text))
    try:
        if match is None:
            raise ValueError(text)
        return datetime.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        raise Misread(
            f"要填日期（如 2026-09-30），现在是“{text[:40]}”", f"must be a day such as 2026-09-30, not “{text[:40]}”"
        ) from None


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
