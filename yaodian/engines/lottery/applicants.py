"""The list: applicants' opaque numbers as bytes that everybody gets alike, in whatever order they were given.

An opaque number is 3 to 32 of ``A–Z``, ``0–9`` and ``-``, and begins with no ``-``. It is bound to the child and not to
the form. Children who are drawn as one stand on one line, joined by ``+``; such a line has one place in the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import UnableToList

LIST_FORM = "yaodian-lottery-list/1"
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{2,31}", re.ASCII)
ROUND = re.compile(r"[a-z0-9][a-z0-9-]{2,63}", re.ASCII)
MOST_LINES = 2_000_000
_LINE = re.compile(rf"{NUMBER.pattern}(?:\+{NUMBER.pattern})*", re.ASCII)


def lines_of(text: str) -> list[str]:
    """The lines of what a clerk has: without byte order mark, comments (#), blank lines, and space around a number.

    Only what cannot be meant is taken away; what might be another number is left for :func:`canonical_list` to refuse.
    """
    stripped = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    return [line.strip(" \t\r") for line in re.split(r"\r\n|\n|\r", stripped)]


def canonical_list(round_id: str, lines: Iterable[str]) -> bytes:
    """The list of a round: a header, then a line for each number or group, sorted by bytes; ASCII, LF, LF at the end.

    Any order of ``lines``, and of the numbers within one, gives the same bytes. Blank lines and comments are left out.
    Raises :class:`UnableToList` with the row for a number that is written otherwise or stands twice.
    """
    if not ROUND.fullmatch(round_id):
        raise UnableToList(
            f"轮次编号“{round_id}”不能用：它会写进名单和承诺里，只能用小写字母、数字和连字符，3 到 64 位，例如 yunchuan-2026-primary。",
            f"The round id “{round_id}” cannot be used: it stands in the list and the promise, so it has 3 to 64 of a–z, 0–9 "
            "and -, such as yunchuan-2026-primary.",
        )
    seen: dict[str, int] = {}
    made = []
    for row, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if not _LINE.fullmatch(line):
            raise UnableToList(
                f"“{line[:60]}”不是编号。编号由 3 到 32 位大写字母、数字和连字符组成；一起抽的孩子写在一行，用 + 连接。"
                "全角数字、小写字母和空格会让各人算出不同的结果，请改正后再试。",
                f"“{line[:60]}” is no number. A number has 3 to 32 of A–Z, 0–9 and -; children drawn as one stand on one line, "
                "joined by +. Full-width digits, small letters and spaces would give everybody another result: mend it and try again.",
                row=row,
            )
        members = sorted(line.split("+"))
        for member in members:
            if member in seen:
                raise UnableToList(
                    f"编号 {member} 已在第 {seen[member]} 行出现。一个孩子只能有一个位次，请删去一处。",
                    f"Number {member} stands in line {seen[member]} already. A child has one place: remove one of the two.",
                    row=row,
                )
            seen[member] = row
        made.append("+".join(members))
    if not made:
        raise UnableToList("名单是空的，没有可抽的编号。请检查文件。", "The list is empty: there is nothing to draw.")
    if len(made) > MOST_LINES:
        raise UnableToList(
            f"名单超过 {MOST_LINES:,} 行。请按学段或区县分成几轮。",
            f"The list has more than {MOST_LINES:,} lines. Divide it into rounds, by stage or county.",
        )
    made.sort()
    return ("\n".join([f"{LIST_FORM} {round_id}", *made]) + "\n").encode("ascii")
