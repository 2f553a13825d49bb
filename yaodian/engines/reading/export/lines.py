"""Lines for a terminal or a text file: a Chinese character takes two columns, some marks may not begin a line."""

from __future__ import annotations

import re
import unicodedata

# A word in Latin letters stays whole; closing marks stay with what they close, opening ones with what they open.
_OPENING = r"[“‘（《〔【「(\[]*"
_CLOSING = r"[，。；：、！？）》〕】」”’…%‰)\],.;:!?]*"
_TOKEN = re.compile(rf"{_OPENING}(?:[!-~\u00C0-\u024F]+|\S){_CLOSING}|\s+")


def columns_of(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def padded(text: str, columns: int) -> str:
    """``text`` filled with blanks to at least ``columns``."""
    return text + " " * (columns - columns_of(text))


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """``text`` in lines of at most ``width`` columns, the first begun with ``first``, the others with ``rest``."""
    result, line, columns = [], first, columns_of(first)
    begin = columns
    for token in _TOKEN.findall(" ".join(text.split())):
        size = columns_of(token)
        if columns + size > width and columns > begin:
            result.append(line.rstrip())
            line, columns = rest, columns_of(rest)
            begin = columns
            if token.isspace():
                continue
        if columns + size > width:
            # Longer than a whole line: broken wherever the line ends.
            for char in token:
                size_of_char = columns_of(char)
                if columns + size_of_char > width and columns > begin:
                    result.append(line)
                    line, columns = rest, columns_of(rest)
                    begin = columns
                line += char
                columns += size_of_char
            continue
        line += token
        columns += size
    return [*result, line.rstrip()]
