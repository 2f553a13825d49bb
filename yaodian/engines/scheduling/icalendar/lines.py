"""iCalendar's content lines (RFC 5545, section 3.1): text escaped, lines folded."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The longest line in octets, without its end (RFC 5545, section 3.1).
LONGEST = 75
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def escaped(text: str) -> str:
    """The text as a value of the type TEXT (RFC 5545, section 3.3.11). Control characters have no place in it and go."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each but the first after a line end and a space; no character is parted."""
    pieces: list[str] = []
    piece, room = "", LONGEST
    for character in line:
        octets = len(character.encode())
        if octets > room:
            pieces.append(piece)
            # The space before what follows is an octet of its line.
            piece, room = "", LONGEST - 1
        piece += character
        room -= octets
    return "\r\n ".join([*pieces, piece])


def text_of(lines: Iterable[str]) -> str:
    """The lines folded, each with its end."""
    return "".join(f"{folded(line)}\r\n" for line in lines)
